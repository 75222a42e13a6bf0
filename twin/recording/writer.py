"""Facts into an MCAP file that is readable up to its last second whatever kills the writer."""

import logging
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import IO

import numpy as np
from mcap.writer import Writer

from twin.clock import ticking
from twin.errors import BadFile, BadMessage, TwinError
from twin.facts import Batch, Roster, rows_of
from twin.recording.channels import (
    ABOUT,
    CHUNKS,
    DICTIONARY,
    FORMAT,
    HEALTH,
    KEYFRAME,
    LAYOUT,
    NEVER,
    PROFILE,
    SAID_ON,
    TOPICS,
)
from twin.terminal import Terminal
from twin.units import MINUTE, MS, SECOND
from twin.wire import Naming, encode, schema
from twin.wire.protobuf import chunk, fixed64, text, texts
from twin.world import World

log = logging.getLogger(__name__)
CHUNK_BYTES = 1 << 20  # a chunk is closed when it holds this much, or *flush_every* of twin time
_ONE_CHUNK = 1 << 62  # the library's own limit: never reached, so that chunks end only where we say


class Recorder:
    """Writes facts as they are heard.  A kill loses at most *flush_every* (ns); no file is overwritten unless told."""

    def __init__(
        self,
        path: Path | str,
        terminal: Terminal,
        roster: Roster,
        *,
        keyframe_every: int = MINUTE,
        flush_every: int = SECOND,
        live: bool = True,
        overwrite: bool = False,
    ) -> None:
        self.path, self.keyframe_every, self.flush_every = Path(path), keyframe_every, flush_every
        self.refused: Counter[str] = Counter()  # batches that have no place on the wire, by kind
        self._live, self._since = live, ticking()
        self._naming, self._world = Naming(terminal, roster), World(terminal, roster)
        self._t = self._flushed = self._next_key = 0  # twin time written up to, flushed at, keyframe due
        self._earliest, self._chunk_earliest, self._bytes, self._sequence = NEVER, list[int](), 0, 0
        self._file = _created(self.path, overwrite)
        self._out = Writer(self._file, chunk_size=_ONE_CHUNK)
        try:
            self._start(terminal)
        except OSError as wrong:
            raise self._stuck(wrong) from None

    def _stuck(self, wrong: OSError) -> TwinError:
        return TwinError(f"{self.path}: cannot be written: {wrong.strerror}; what is there so far can be read")

    def _start(self, terminal: Terminal) -> None:
        self._out.start(f"{PROFILE}{FORMAT}", "twin")
        self._out.add_attachment(0, 0, LAYOUT, "application/yaml", terminal.text.encode())
        about = {"format": str(FORMAT), "name": terminal.name, "fingerprint": terminal.fingerprint}
        self._out.add_metadata(ABOUT, about)
        schemas = {name: self._out.register_schema(name, "protobuf", schema()) for _, name in TOPICS.values()}
        for topic, name in TOPICS.values():  # ids count from 1, in this order
            self._out.register_channel(topic, "protobuf", schemas[name])
        self._file.flush()

    def write(self, batches: Iterable[Batch]) -> None:
        """Append *batches*, and a keyframe where one is due.  Raises `TwinError`."""
        said = [batch for batch in batches if rows_of(batch)]
        if not said:
            return
        by_channel = self._encoded(said)
        t = max((int(np.max(batch.t)) for batch in said), default=0) // MS * MS
        try:
            self._append(by_channel, max(t, self._t))
        except OSError as wrong:
            raise self._stuck(wrong) from None

    def _encoded(self, said: list[Batch]) -> dict[int, tuple[int, bytes]]:
        """Channel -> earliest fact's time, payload, of what has a place on the wire."""
        out: dict[int, tuple[int, bytes]] = {}
        for batch in said:
            try:
                payload = encode([batch])
            except BadMessage as wrong:
                self._refuse(wrong)
                continue
            self._world.hear(batch)
            channel, earliest = SAID_ON[type(batch)], int(np.min(batch.t)) // MS * MS
            before, already = out.get(channel, (earliest, b""))
            out[channel] = min(before, earliest), already + payload  # protobuf: messages concatenate
        return out

    def _refuse(self, wrong: BadMessage) -> None:
        if not self.refused[wrong.kind]:
            log.warning("%s: not recorded: %s", self.path, wrong)
        self.refused[wrong.kind] += 1

    def _append(self, by_channel: dict[int, tuple[int, bytes]], t: int) -> None:
        if not self._sequence:
            self._flushed = self._next_key = t
        self._t = t
        if news := self._naming.news():
            self._add(DICTIONARY, t, news)
        for channel, (earliest, payload) in by_channel.items():
            self._add(channel, earliest, payload)
            self._earliest = min(self._earliest, earliest)
        if t >= self._next_key:
            self._keyframe()
        elif self._due(t):  # now, not before the next write: what is unwritten never spans more than *flush_every*
            self.flush()

    def _due(self, t: int) -> bool:
        late = t - self._flushed >= self.flush_every or self._bytes >= CHUNK_BYTES
        return late or (self._live and ticking() - self._since >= self.flush_every)

    def _keyframe(self) -> None:
        self.flush()
        self._add(DICTIONARY, self._t, self._naming.everything())
        for batch in self._world.facts(self._t):  # one message each: a big yard's would not fit into one
            self._add(KEYFRAME, self._t, encode([batch]))
        self._world.forget(self._t - SECOND)
        self._next_key = self._t + self.keyframe_every

    def _add(self, channel: int, earliest: int, payload: bytes) -> None:
        self._out.add_message(channel, max(self._t, 0), payload, max(earliest, 0), self._sequence & 0xFFFF_FFFF)
        self._sequence, self._bytes = self._sequence + 1, self._bytes + len(payload)

    def note(self, t: int, state: str, counts: dict[str, int]) -> None:
        """Record how the feed was at *t* (ns): its state and its counts by kind."""
        self._t = max(self._t, t)
        numbers = chunk(4, np.array(list(counts.values()), "<u8").tobytes())
        self._add(HEALTH, self._t, fixed64(1, t // MS) + text(2, state) + texts(3, list(counts)) + numbers)

    def flush(self) -> None:
        """Close the chunk and hand everything to the operating system: from here on a kill cannot take it."""
        if not self._bytes:
            return
        self._chunk_earliest.append(self._earliest)
        self._out.flush()  # type: ignore[no-untyped-call]
        self._file.flush()
        self._earliest, self._bytes, self._flushed, self._since = NEVER, 0, self._t, ticking()

    def close(self) -> None:
        """Seal the file with its index; closing twice is no harm.  Raises `TwinError`."""
        if self._file.closed:
            return
        try:
            self.flush()
            index = np.array(self._chunk_earliest, "<i8").tobytes()
            self._out.add_attachment(0, max(self._t, 0), CHUNKS, "application/octet-stream", index)
            self._out.finish()  # type: ignore[no-untyped-call]
            self._file.close()
        except OSError as wrong:
            raise self._stuck(wrong) from None

    def __enter__(self) -> "Recorder":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _created(path: Path, overwrite: bool) -> IO[bytes]:
    try:
        return path.open("wb" if overwrite else "xb")
    except FileExistsError:
        raise BadFile(path, "is there already; choose another name, or overwrite it (--overwrite)") from None
    except OSError as wrong:
        raise BadFile(path, f"cannot be written: {wrong.strerror}") from None


def write_recording(
    path: Path | str,
    terminal: Terminal,
    roster: Roster,
    batches: Iterable[Batch | list[Batch]],
    *,
    keyframe_every: int = 5 * MINUTE,
    overwrite: bool = False,
) -> None:
    """Record *batches*, single ones or lists said in one breath, in time order; in chunks of 10 s, for size."""
    with Recorder(
        path, terminal, roster, keyframe_every=keyframe_every, flush_every=10 * SECOND, live=False, overwrite=overwrite
    ) as recorder:
        for said in batches:
            recorder.write(said if isinstance(said, list) else [said])
