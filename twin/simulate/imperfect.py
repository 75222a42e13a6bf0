"""Messages as they arrive in life: noisy, stamped a little off, lost, twice, late, by clocks that disagree.

Each report of a machine and each place of a container is a message.  What is never touched:

- The first item, which says how everything stands: whoever begins to listen asks for it until it has come whole.
- Descriptions, ships and events: they are said once, by systems that repeat a message until it is acknowledged.
- Farewells (`Status.GONE`, a place that is not known) are not lost, for nothing said later would heal that.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import TypeVar

import numpy as np

from twin.facts import MILLI, Batch, DescribedMachines, PlaceKind, Places, Poses, Status, on_grid, rows_of, some
from twin.geometry import Bools, Floats, Ints
from twin.simulate.scenario import Imperfections
from twin.terminal import Terminal
from twin.units import MS, SECOND

Item = tuple[int, list[Batch]]  # ns UTC, facts up to then
B = TypeVar("B", Poses, Places)
VEHICLES = ("agv", "tractor", "truck", "straddle", "reach_stacker", "empty_handler")
"""Groups whose place comes from satellites; a crane on rails counts the turns of its wheels."""


def imperfect(
    said: Iterable[Item], what: Imperfections, random: np.random.Generator, terminal: Terminal
) -> Iterator[Item]:
    """*said* with imperfections *what*; the very same batches where there are none.

    Deterministic by *random*.  Late messages come in a later item; those still under way at the end come in a last one
    of its time.  Stamps are whole milliseconds, never at or before the first item's.
    """
    if what.none:
        yield from said
        return
    spoiler, t = _Spoiler(what, random, terminal), 0
    for n, (t, batches) in enumerate(said):
        spoiler.learn(batches)
        if n == 0:
            spoiler.first = t
            yield t, batches
        else:
            yield t, spoiler.spoilt(t, batches)
    if rest := spoiler.due(None):
        yield t, rest


@dataclass
class _Spoiler:
    what: Imperfections
    random: np.random.Generator
    terminal: Terminal
    first: int = 0  # ns of the first item
    vehicle: dict[int, bool] = field(default_factory=dict)  # machine row -> whether it is one
    holder: dict[int, int] = field(default_factory=dict)  # container row -> the machine that has it, or had it last
    waiting: list[tuple[Ints, Batch]] = field(default_factory=list)  # when each fact is to come
    _seed: int = field(init=False)
    _skew: dict[int, float] = field(default_factory=dict)  # machine row -> seconds

    def __post_init__(self) -> None:
        self._seed = int(self.random.integers(1 << 32))
        kinds = self.terminal.catalogue.kinds
        for row, kind in enumerate(self.terminal.machines.kind):
            self.vehicle[row] = kind in kinds and kinds[kind].group in VEHICLES

    def learn(self, batches: list[Batch]) -> None:
        """Which guests are vehicles."""
        kinds = self.terminal.catalogue.kinds
        for batch in batches:
            if isinstance(batch, DescribedMachines):
                for row, kind in zip(batch.machine.tolist(), batch.kind, strict=True):
                    self.vehicle[row] = kind in kinds and kinds[kind].group in VEHICLES

    def spoilt(self, t: int, batches: list[Batch]) -> list[Batch]:
        """What comes by *t*."""
        out = self.due(t)
        for batch in batches:
            if isinstance(batch, Poses):
                out.append(self._sent(t, batch, batch.status == Status.GONE, self._posed))
            elif isinstance(batch, Places):
                out.append(self._sent(t, batch, batch.kind == PlaceKind.UNKNOWN, self._placed))
            else:
                out.append(batch)
        return [batch for batch in out if rows_of(batch)]

    def due(self, t: int | None) -> list[Batch]:
        """Late messages that come by *t*; None: all."""
        out, waiting = [], []
        for when, batch in self.waiting:
            comes = np.full(len(when), True) if t is None else when <= t
            out.append(some(batch, comes))
            waiting.append((when[~comes], some(batch, ~comes)))
        self.waiting = [(when, batch) for when, batch in waiting if len(when)]
        return [batch for batch in out if rows_of(batch)]

    def _sent(self, t: int, batch: B, farewell: Bools, told: Callable[[B], B]) -> B:
        """What of *batch* comes now, wrong as it may be; what comes later is put aside."""
        what, batch = self.what, told(batch)
        copies = np.ones(rows_of(batch), np.int64)
        if what.loss:
            copies[(self.random.random(len(copies)) < what.loss) & ~farewell] = 0
        if what.duplicates:
            copies[(self.random.random(len(copies)) < what.duplicates) & (copies > 0)] = 2
        batch = some(batch, np.repeat(np.arange(len(copies)), copies))
        if not what.late:
            return batch
        late = self.random.random(rows_of(batch)) < what.late
        delay = what.late_by * (1.0 - self.random.random(int(late.sum())))  # more than nothing, at most *late_by*
        self.waiting.append((t + np.rint(delay * SECOND).astype(np.int64), some(batch, late)))
        return some(batch, ~late)

    def _posed(self, batch: Poses) -> Poses:
        batch = replace(batch, t=self._stamped(batch.t, batch.machine))
        if not self.what.noise:
            return batch
        known = [self.vehicle.get(row, False) for row in batch.machine.tolist()]
        noise = self.random.normal(0.0, self.what.noise, (2, len(known))) * np.array(known)
        return replace(batch, x=on_grid(batch.x + noise[0], MILLI), y=on_grid(batch.y + noise[1], MILLI))

    def _placed(self, batch: Places) -> Places:
        """A box's place is told by the machine that has it, or had it last."""
        tellers = np.full(rows_of(batch), -1)
        for n, (box, kind, where) in enumerate(
            zip(batch.container.tolist(), batch.kind.tolist(), batch.where.tolist(), strict=True)
        ):
            if kind == PlaceKind.MACHINE:
                self.holder[box] = where
            tellers[n] = self.holder.get(box, -1)
        return replace(batch, t=self._stamped(batch.t, tellers))

    def _stamped(self, t: Ints, machine: Ints) -> Ints:
        """Stamps (n,) by the clocks of *machine* rows (-1: a clock that is right), jittered."""
        off: Floats = np.array([self._skew_of(row) for row in machine.tolist()]) if self.what.skew else np.zeros(len(t))
        if self.what.jitter:
            off = off + self.random.normal(0.0, self.what.jitter, len(t))
        shifted: Ints = t + np.rint(off * 1000).astype(np.int64) * MS
        return np.where(off == 0.0, t, np.maximum(shifted, self.first + MS))

    def _skew_of(self, row: int) -> float:
        """Seconds that the clock of machine *row* is fast; drawn by row, so that nobody else's depends on it."""
        if row < 0:
            return 0.0
        if row not in self._skew:
            own = np.random.default_rng([self._seed, row])
            self._skew[row] = float(own.uniform(-self.what.skew, self.what.skew))
        return self._skew[row]
