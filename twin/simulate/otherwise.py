"""What is said otherwise than it is: a stage between the sampler and whoever listens; the terminal is as it was."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

import numpy as np

from twin.facts import (
    MILLI,
    Batch,
    DescribedContainers,
    PlaceKind,
    Places,
    Poses,
    Status,
    on_grid,
    places,
    quantised,
    rows_of,
    some,
)
from twin.geometry import Bools, Ints

Item = tuple[int, list[Batch]]  # ns UTC, facts up to then


@dataclass(frozen=True)
class Jump:
    """From *since* to *until* (ns) the place of machine *row* is said to be *dx*, *dy* metres off."""

    row: int
    since: int
    until: int
    dx: float
    dy: float


@dataclass(frozen=True)
class Silence:
    """From *since* to *until* (ns) nothing is heard of machine *row*."""

    row: int
    since: int
    until: int


@dataclass(frozen=True)
class Misread:
    """From *since* (ns) on container *row* is taken for another one, row *taken_for*, of which nothing is known."""

    row: int
    since: int
    taken_for: int
    name: str
    code: str
    line: str
    mass: float


@dataclass
class Otherwise:
    """All that is said otherwise; empty: everything is said as it is."""

    jumps: list[Jump] = field(default_factory=list)
    silences: list[Silence] = field(default_factory=list)
    misread: list[Misread] = field(default_factory=list)


def spoken(said: Iterable[Item], otherwise: Otherwise) -> Iterator[Item]:
    """*said*, but for what *otherwise* tells by the time it is said; else the very same batches."""
    stage = _Stage(otherwise)
    for t, batches in said:
        yield t, [batch for batch in (*stage.ended(t), *map(stage.told, batches), *stage.read(t)) if rows_of(batch)]


@dataclass
class _Stage:
    otherwise: Otherwise
    withheld: dict[Silence, Poses] = field(default_factory=dict)  # the last word of a machine that left in silence
    known: set[int] = field(default_factory=set)  # rows that boxes were taken for

    def told(self, batch: Batch) -> Batch:
        """*batch* as it is said."""
        if isinstance(batch, Poses):
            return self._silenced(self._jumped(batch))
        return self._taken(batch) if isinstance(batch, Places) else batch

    def _jumped(self, batch: Poses) -> Poses:
        for jump in self.otherwise.jumps:
            off = _of(batch.machine, batch.t, jump)
            if np.any(off):
                x, y = np.where(off, batch.x + jump.dx, batch.x), np.where(off, batch.y + jump.dy, batch.y)
                batch = replace(batch, x=on_grid(x, MILLI), y=on_grid(y, MILLI))
        return batch

    def _silenced(self, batch: Poses) -> Poses:
        for silence in self.otherwise.silences:
            held = _of(batch.machine, batch.t, silence)
            if np.any(held):
                last = some(batch, np.flatnonzero(held)[-1:])
                self.withheld.pop(silence, None)
                if last.status[0] == Status.GONE:  # it is not said again: it is heard of when the silence ends
                    self.withheld[silence] = replace(last, t=np.array([silence.until]))
                batch = some(batch, ~held)
        return batch

    def _taken(self, batch: Places) -> Places:
        for one in self.otherwise.misread:
            taken = (batch.container == one.row) & (batch.t >= one.since)
            if np.any(taken):
                batch = replace(batch, container=np.where(taken, one.taken_for, batch.container))
        return batch

    def ended(self, t: int) -> list[Batch]:
        """What was withheld in silences that end by *t*."""
        over = [silence for silence in self.withheld if silence.until <= t]
        return [self.withheld.pop(silence) for silence in over]

    def read(self, t: int) -> list[Batch]:
        """Of boxes misread by *t*: what they are taken for, and that the true ones are nowhere to be found."""
        new = [one for one in self.otherwise.misread if one.since <= t and one.taken_for not in self.known]
        out: list[Batch] = []
        for one in new:
            self.known.add(one.taken_for)
            at, row = np.array([one.since]), np.array([one.taken_for])
            out.append(
                quantised(DescribedContainers(at, row, (one.name,), (one.code,), (one.line,), np.array([one.mass])))
            )
            out.append(places(one.since, one.row, PlaceKind.UNKNOWN, -1))
        return out


def _of(machine: Ints, t: Ints, one: Jump | Silence) -> Bools:
    """Reports (n,) of *one*'s machine while it lasts."""
    return np.asarray((machine == one.row) & (t >= one.since) & (t < one.until))
