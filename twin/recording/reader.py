"""A recording, read: the state at any instant is a keyframe and the facts since, and every byte is checked."""

import logging
from bisect import bisect_right
from collections import OrderedDict
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from twin.errors import BadFile, BadMessage
from twin.facts import Batch, Roster, roster_of, rows_of, some
from twin.moment import Moment
from twin.recording.channels import DELTAS, DICTIONARY, KEYFRAME, LAYOUT
from twin.recording.chunks import Chunk, Damage, McapFile, Unreadable
from twin.terminal import Terminal, fingerprint_of
from twin.units import MINUTE, text_from_time, time_from_text
from twin.wire import Translation, decode
from twin.world import HORIZON, World

log = logging.getLogger(__name__)
CHUNKS_KEPT = 256  # decoded, the last used ones
AHEAD = 2 * MINUTE  # going on by more than this is dearer than starting from a keyframe
KEPT = 10 * MINUTE  # a world that has been told of more than this starts anew, so that memory is bounded

Heard = tuple[tuple[Batch, ...], tuple[Batch, ...]]  # of one chunk: the keyframe's batches, the other facts


class Recording:
    """An open recording.  *terminal* stands for the layout inside; both must say the same.  Raises `BadFile`."""

    def __init__(self, path: Path | str, *, terminal: Terminal | None = None, roster: Roster | None = None) -> None:
        self.path = Path(path)
        self._file = McapFile(path)
        self._contents = self._file.contents()
        self._given, self._roster = terminal, roster
        self._heard: OrderedDict[int, Heard] = OrderedDict()
        self._world: World | None = None
        self._born, self._span = 0, (0, -1)  # instant first shown by the world; from when to when it was told
        if terminal is not None:
            try:
                self._same_layout(terminal)
            except BadFile:
                self.close()
                raise

    # -- what it is

    @cached_property
    def terminal(self) -> Terminal:
        """The terminal of the attached layout, or the one given."""
        if self._given is not None:
            return self._given
        from twin.layout import parse_layout

        if LAYOUT not in self._contents.attachments:
            raise BadFile(self.path, "its layout is missing or damaged; name the layout file it was made with")
        return parse_layout(self.layout_text, path=f"{self.path}:{LAYOUT}")

    @property
    def layout_text(self) -> str:
        return self._contents.attachments.get(LAYOUT, b"").decode("utf-8", "replace")

    def _same_layout(self, terminal: Terminal) -> None:
        if LAYOUT in self._contents.attachments and fingerprint_of(self.layout_text) != terminal.fingerprint:
            inside = f"{self._layout_name()!r} (layout {fingerprint_of(self.layout_text)})"
            here = f"{terminal.name!r} (layout {terminal.fingerprint})"
            raise BadFile(self.path, f"was made with {inside}, not with {here}; it brings its own: open it alone")

    def _layout_name(self) -> str:
        named = (line for line in self.layout_text.splitlines() if line.startswith("name:"))
        return next(named, "name: ?").split(":", 1)[1].strip()

    @property
    def name(self) -> str:
        return self.terminal.name

    @property
    def start(self) -> int:
        """First instant (ns UTC) of which the state is known; 0 where nothing was recorded."""
        return self._contents.chunks[0].start if self._contents.chunks else 0

    @property
    def end(self) -> int:
        """Last instant (ns UTC)."""
        return self._contents.chunks[-1].end if self._contents.chunks else 0

    @property
    def messages(self) -> int:
        return self._contents.messages

    @property
    def sealed(self) -> bool:
        """Whether its writer closed it; else it ends where the writer was stopped, or is still being written."""
        return self._contents.sealed

    @property
    def damaged(self) -> list[Damage]:
        """What has been found lost so far; `verify` finds all."""
        return sorted(self._contents.damaged, key=lambda damage: damage.start)

    @property
    def roster(self) -> Roster:
        """Who the facts are about: all names in the recording."""
        return self._names.roster

    @property
    def containers(self) -> int:
        return len(self.roster.containers)

    @cached_property
    def _names(self) -> Translation:
        """All names: the last dictionary that is whole, and what was added after it."""
        names = Translation(self.terminal, self._roster or roster_of(self.terminal.machines.name))
        found: list[list[bytes]] = []
        for index in reversed(range(len(self._contents.chunks))):
            chunk = self._contents.chunks[index]
            if DICTIONARY in chunk.channels:
                said = [m.data for m in self._raw(chunk) if m.channel == DICTIONARY]
                found.append(said)
                if said and KEYFRAME in chunk.channels:
                    break
        for dictionary in (each for said in reversed(found) for each in said):
            try:
                names.learn(dictionary)
            except BadMessage as wrong:
                self._lost(Damage(self.start, self.end, str(wrong)))
        return names

    # -- reading

    def _raw(self, chunk: Chunk) -> list[Any]:
        try:
            return self._file.messages(chunk.offset, chunk.length)
        except Unreadable as wrong:
            self._lost(_damage(chunk, wrong))
            return []

    def _lost(self, damage: Damage) -> None:
        if damage not in self._contents.damaged:
            self._contents.damaged.append(damage)
            log.warning("%s: lost from %s on: %s", self.path, text_from_time(damage.start), damage.why)

    def _facts_of(self, index: int) -> Heard:
        """What chunk *index* says."""
        if index in self._heard:
            self._heard.move_to_end(index)
            return self._heard[index]
        chunk, key, rest = self._contents.chunks[index], list[Batch](), list[Batch]()
        for message in self._raw(chunk):
            if message.channel == KEYFRAME or message.channel in DELTAS:
                (key if message.channel == KEYFRAME else rest).extend(self._decoded(chunk, message.data))
        self._heard[index] = tuple(key), tuple(rest)
        if len(self._heard) > CHUNKS_KEPT:
            self._heard.popitem(last=False)
        return self._heard[index]

    def _decoded(self, chunk: Chunk, data: bytes) -> list[Batch]:
        try:
            return [self._names.here(batch) for batch in decode(data)]
        except BadMessage as wrong:
            self._lost(_damage(chunk, wrong))
            return []

    @cached_property
    def _keys(self) -> list[int]:
        """Indices of the chunks that open with a keyframe."""
        return [i for i, chunk in enumerate(self._contents.chunks) if KEYFRAME in chunk.channels]

    def keyframe(self, t: int) -> tuple[int, list[Batch]]:
        """The time (ns) of the last whole keyframe at or before *t*, and facts that say how everything stood then.

        News that came late, about times up to that, is among them.  Before the first keyframe: nothing, at a time
        before all facts.
        """
        starts = [self._contents.chunks[i].start for i in self._keys]
        for index in reversed(self._keys[: bisect_right(starts, t)]):
            if batches := self._facts_of(index)[0]:
                key = self._contents.chunks[index].start
                return key, [*batches, *self._said(-(2**63), key, first=index)]
        return -(2**63), []

    def facts(self, start: int, end: int) -> list[Batch]:
        """All facts about times after *start* up to *end* (ns), their own, and in their order; keyframes left out."""
        return self._said(start, end)

    def _said(self, start: int, end: int, *, first: int = 0) -> list[Batch]:
        out = []
        for index, chunk in enumerate(self._contents.chunks[first:], start=first):
            if chunk.earliest <= end and chunk.end > start:
                out += [within for batch in self._facts_of(index)[1] if rows_of(within := _within(batch, start, end))]
        return sorted(out, key=lambda batch: int(batch.t.min()))

    def at(self, t: int | str) -> Moment:
        """The terminal at *t* (ns UTC, or text with its UTC offset)."""
        when = time_from_text(t) if isinstance(t, str) else t
        start, heard = self._span
        world = self._world
        if world is None or not start <= when <= heard + AHEAD or when - self._born > KEPT:
            world, self._born = World(self.terminal, self.roster), when
            start, batches = self.keyframe(when)
            heard = self._hear(world, batches, start)
        if when + HORIZON > heard:
            heard = self._hear(world, self.facts(heard, when + HORIZON), when + HORIZON)
        self._world, self._span = world, (start, heard)
        return world.at(when)

    @staticmethod
    def _hear(world: World, batches: list[Batch], until: int) -> int:
        for batch in batches:
            world.hear(batch)
        return until

    # -- telling

    def verify(self) -> list[Damage]:
        """Reads everything; what is lost."""
        for index in range(len(self._contents.chunks)):
            self._facts_of(index)
        return self.damaged

    def summary(self) -> dict[str, Any]:
        """What `twin info` says; reads everything once."""
        terminal = self.terminal
        return {
            "name": terminal.name,
            "start": text_from_time(self.start),
            "end": text_from_time(self.end),
            "containers": self.containers,
            "messages": self.messages,
            "blocks": list(terminal.blocks.name),
            "slots": terminal.slots,
            "berths": [berth.name for berth in terminal.berths],
            "machines": len(self.roster.machines),
            "vessels": len(self.roster.vessels),
            "sealed": self.sealed,
            "damaged": [_told(damage) for damage in self.verify()],
        }

    def close(self) -> None:
        self._file.close()

    def __enter__(self) -> "Recording":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _damage(chunk: Chunk, wrong: Exception) -> Damage:
    return Damage(min(chunk.start, chunk.earliest), chunk.end, str(wrong))


def _told(damage: Damage) -> dict[str, str]:
    end = "the end" if damage.end is None else text_from_time(damage.end)
    return {"start": text_from_time(damage.start), "end": end, "why": damage.why}


def _within(batch: Batch, start: int, end: int) -> Batch:
    """The facts of *batch* about times after *start* up to *end*."""
    first, last = int(batch.t.min()), int(batch.t.max())
    if first > start and last <= end:
        return batch
    return some(batch, np.asarray((batch.t > start) & (batch.t <= end)))


def open_recording(path: Path | str, *, terminal: Terminal | None = None, roster: Roster | None = None) -> Recording:
    """The recording at *path*.  *roster* gives its names rows among those already there.  Raises `BadFile`."""
    return Recording(path, terminal=terminal, roster=roster)
