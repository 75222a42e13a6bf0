"""A stream of facts as one hears it who knows nothing but the terminal: sorted, counted, hashed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from hashlib import sha256
from itertools import pairwise
from typing import Any, TypeVar

import numpy as np

from twin.catalogue import Kind, VesselClass
from twin.facts import Batch, DescribedContainers, NavStatus, Places, Poses, Roster, Status, Vessels
from twin.geometry import Ints
from twin.terminal import Terminal
from twin.units import SECOND
from twin.wire import encode
from twin.world import World

NEAR_S = 2.0  # seconds that a place and the pose that goes with it may lie apart: machines speak in their own phase
B = TypeVar("B", bound=Batch)
Stream = Iterable[tuple[int, list[Batch]]]


@dataclass(frozen=True)
class Finding:
    """A law broken: second since the stream's first fact, which law, by whom, in words, how much, how much may be."""

    t: float
    law: str
    who: str
    what: str
    value: float = float("nan")
    limit: float = float("nan")

    def __str__(self) -> str:
        number = "" if np.isnan(self.value) else f" ({self.value:.4g}; limit {self.limit:.4g})"
        return f"{self.t:9.3f} s  {self.law}: {self.who}: {self.what}{number}"


@dataclass(frozen=True)
class Visit:
    """A time (ns) during which a machine or vessel was there: from its first word to the one that says it is gone."""

    start: int
    end: int
    ended: bool  # it said it was gone


@dataclass(frozen=True)
class Heard:
    """Everything a stream said.  *poses* (by machine, then time), *places* (by time, then order of saying)."""

    terminal: Terminal
    roster: Roster
    world: World
    start: int  # ns
    end: int
    poses: Poses
    places: Places
    vessels: Vessels
    code: dict[int, str]  # container row -> size/type code
    described: dict[int, int]  # container row -> when it was first described, ns
    digest: str  # sha256 of the bytes of all facts, in the order said

    def second(self, t: int) -> float:
        """Seconds since the first fact."""
        return (t - self.start) / SECOND

    def kind(self, machine: int) -> Kind | None:
        """What machine row *machine* is."""
        kinds = self._kinds
        return self.terminal.catalogue.kinds.get(kinds[machine]) if 0 <= machine < len(kinds) else None

    def group(self, machine: int) -> str:
        """Its group, '' where its kind is not known."""
        kind = self.kind(machine)
        return kind.group if kind else ""

    def box(self, container: int) -> str:
        return self.roster.containers.name[container]

    def machine(self, row: int) -> str:
        return self.roster.machines.name[row] if 0 <= row < len(self.roster.machines) else f"machine {row}"

    def hull(self, vessel: int) -> VesselClass | None:
        """The class of vessel row *vessel*, where one is known."""
        kinds = self._hulls
        return self.terminal.catalogue.vessels.get(kinds[vessel]) if 0 <= vessel < len(kinds) else None

    @cached_property
    def _kinds(self) -> Sequence[str]:
        return self.world.at(self.end).machines.kind

    @cached_property
    def _hulls(self) -> Sequence[str]:
        return self.world.at(self.end).vessels.kind

    @cached_property
    def tracks(self) -> dict[int, slice]:
        """Rows of *poses* of each machine."""
        return _runs(self.poses.machine)

    @cached_property
    def machine_visits(self) -> dict[int, list[Visit]]:
        """When each machine was there."""
        gone = self.poses.status == Status.GONE
        return {row: _visits(self.poses.t[rows], gone[rows]) for row, rows in self.tracks.items()}

    @cached_property
    def vessel_visits(self) -> dict[int, list[Visit]]:
        """When each vessel was there."""
        gone, v = self.vessels.status == NavStatus.GONE, self.vessels
        return {row: _visits(v.t[rows], gone[rows]) for row, rows in _runs(v.vessel).items()}


def heard(terminal: Terminal, roster: Roster, stream: Stream) -> Heard:
    """*stream* to its end."""
    world, said, sign, times = World(terminal, roster), [], sha256(), []
    for t, batches in stream:
        times.append(t)
        sign.update(t.to_bytes(8, "little", signed=True) + encode(batches))
        for batch in batches:
            world.hear(batch)
            said.append(batch)
    code: dict[int, str] = {}
    described: dict[int, int] = {}
    for batch in said:
        if isinstance(batch, DescribedContainers):
            for t, container, text in zip(batch.t.tolist(), batch.container.tolist(), batch.code):
                code[container] = text
                described[container] = min(t, described.get(container, t))
    reports, there, hulls = _joined(said, Poses), _joined(said, Places), _joined(said, Vessels)
    poses_, places_ = _sorted(reports, (reports.t, reports.machine)), _sorted(there, (there.t,))
    vessels_ = _sorted(hulls, (hulls.t, hulls.vessel))
    return Heard(
        terminal, roster, world, min(times), max(times), poses_, places_, vessels_, code, described, sign.hexdigest()
    )


def _joined(said: list[Batch], kind: type[B]) -> B:
    parts, whole = [batch for batch in said if isinstance(batch, kind)], list[Any]()
    for column in fields(kind):
        arrays = [getattr(part, column.name) for part in parts]
        whole.append(np.concatenate(arrays) if arrays else np.zeros(0, np.int64))
    return kind(*whole)


def _sorted(batch: B, keys: tuple[Ints, ...]) -> B:
    order = np.lexsort(keys)
    return type(batch)(**{column.name: getattr(batch, column.name)[order] for column in fields(batch)})


def _runs(row: Ints) -> dict[int, slice]:
    edges = [0, *(np.flatnonzero(np.diff(row)) + 1).tolist(), len(row)]
    return {int(row[a]): slice(a, b) for a, b in pairwise(edges) if b > a}


def _visits(t: Ints, gone: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> list[Visit]:
    out: list[Visit] = []
    begun = -1
    for when, left in zip(t.tolist(), gone.tolist(), strict=True):
        if left and begun >= 0:
            out.append(Visit(begun, when, True))
            begun = -1
        elif not left and begun < 0:
            begun = when
    return [*out, Visit(begun, int(t[-1]), False)] if begun >= 0 else out
