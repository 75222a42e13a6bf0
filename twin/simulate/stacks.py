"""Which boxes stand where in a block, as the crane's computer knows it: what is on top, where another may stand."""

from dataclasses import dataclass, field

import numpy as np

from twin.geometry import Ints
from twin.simulate.boxes import Boxes
from twin.terminal import Terminal

CLEAR = 1.0  # metres between a carried box and what it passes over; planners are warned below it (Liftech: 0.5)


@dataclass(frozen=True)
class Slot:
    """A place in a block: *bay* odd (20') or even (40'), *row* and *tier* from 1, *z* above the ground."""

    block: int
    bay: int
    row: int
    tier: int
    z: float


@dataclass
class Piles:
    """The stacks of one block by TEU column (bay 2c + 1 is column c) and row (from 0)."""

    block: int
    limit: Ints  # (rows,) highest tier
    boxes: Boxes
    count: Ints
    top: np.ndarray[tuple[int, int], np.dtype[np.float64]]
    feet: Ints  # of the topmost box; 0 where there is none
    pile: dict[tuple[int, int], list[int]] = field(default_factory=dict)

    def columns(self, bay: int) -> slice:
        """TEU columns that a box at *bay* covers."""
        return slice((bay - 1) // 2, (bay + 1) // 2 if bay % 2 else bay // 2 + 1)

    def put(self, box: int, bay: int, row: int) -> Slot:
        """Stand *box* on the stack at *bay*, *row* (from 1)."""
        where, r = self.columns(bay), row - 1
        z = float(self.top[where, r].max())
        slot = Slot(self.block, bay, row, int(self.count[where, r].max()) + 1, z)
        self.count[where, r], self.top[where, r], self.feet[where, r] = (
            slot.tier,
            z + self.boxes.height(box),
            self.boxes.feet(box),
        )
        for column in range(where.start, where.stop):
            self.pile.setdefault((column, r), []).append(box)
        return slot

    def take(self, bay: int, row: int) -> tuple[int, Slot]:
        """Lift the topmost box of the stack at *bay*, *row* (from 1): the box, and the slot it leaves."""
        where, r = self.columns(bay), row - 1
        box = self.pile[where.start, r][-1]
        height = self.boxes.height(box)
        tier, z = int(self.count[where, r].max()), float(self.top[where, r].max()) - height
        for column in range(where.start, where.stop):
            left = self.pile[column, r]
            left.pop()
            self.count[column, r] = tier - 1
            self.top[column, r] = z
            self.feet[column, r] = self.boxes.feet(left[-1]) if left else 0
        return box, Slot(self.block, bay, row, tier, z)

    def liftable(self, low: int, high: int, feet: int) -> list[tuple[int, int]]:
        """(bay, row) of stacks with a box of *feet* on top, 20' bays *low* to *high*; no 20' beside a 45'."""
        found = []
        clear = self._clear_of_long()
        for c in range((low - 1) // 2, (high + 1) // 2):
            if feet == 20:
                rows = np.flatnonzero((self.feet[c] == 20) & clear[c])
                found += [(2 * c + 1, int(r) + 1) for r in rows]
            elif c % 2 == 0 and c + 1 < len(self.count):
                rows = np.flatnonzero(self.feet[c] == feet)
                found += [(2 * c + 2, int(r) + 1) for r in rows]
        return found

    def free(self, low: int, high: int, feet: int) -> list[tuple[int, int]]:
        """(bay, row) where a box of *feet* may stand next, 20' bays *low* to *high*.

        A 20' never stands on a 40', a 40' on two equal stacks, nothing on or beside a 45', which juts out.
        """
        n = len(self.count)
        clear = self._clear_of_long()
        found = []
        for c in range((low - 1) // 2, (high + 1) // 2):
            if feet == 20:
                fits = np.isin(self.feet[c], (0, 20)) & (self.count[c] < self.limit) & clear[c]
                found += [(2 * c + 1, int(r) + 1) for r in np.flatnonzero(fits)]
            elif c % 2 == 0 and c + 1 < n:
                level = (self.count[c] == self.count[c + 1]) & (np.abs(self.top[c] - self.top[c + 1]) < 0.01)
                fits = level & (self.feet[c] < 45) & (self.count[c] < self.limit) & clear[c] & clear[c + 1]
                if feet == 45:
                    fits &= self._stands_out(c, n)
                found += [(2 * c + 2, int(r) + 1) for r in np.flatnonzero(fits)]
        return found

    def _clear_of_long(self) -> np.ndarray[tuple[int, int], np.dtype[np.bool_]]:
        clear = np.ones(self.count.shape, bool)
        clear[1:] &= self.feet[:-1] != 45
        clear[:-1] &= self.feet[1:] != 45
        return np.asarray(clear | (self.feet == 45))

    def _stands_out(self, c: int, n: int) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        before = self.top[c - 1] if c else np.zeros_like(self.top[c])
        after = self.top[c + 2] if c + 2 < n else np.zeros_like(self.top[c])
        return np.asarray(np.maximum(before, after) <= self.top[c] + 0.001)

    def highest(self, low: float, high: float) -> float:
        """Top (m) of the highest stack in TEU columns *low* to *high* (fractions count as touched); 0 outside."""
        first, last = max(int(np.floor(low)), 0), min(int(np.ceil(high)), len(self.top))
        return float(self.top[first:last].max()) if last > first else 0.0


def piles_of(terminal: Terminal, block: int, boxes: Boxes, lift: float = np.inf) -> Piles:
    """Empty stacks of a block, as high as the layout and the crane's *lift* (m) allow."""
    b = terminal.blocks
    shape = int(b.bays[block]), int(b.rows[block])
    limit = tier_limits(terminal, block, lift)
    return Piles(block, limit, boxes, np.zeros(shape, np.int64), np.zeros(shape), np.zeros(shape, np.int64))


def tier_limits(terminal: Terminal, block: int, lift: float = np.inf) -> Ints:
    """Highest tier (rows,) of a block; a crane of *lift* (m) must carry a high-cube over it with `CLEAR` to spare."""
    b = terminal.blocks
    limit = np.full(int(b.rows[block]), int(b.tiers[block]))
    if len(b.outer_tiers):
        limit[[0, -1]] = max(int(b.outer_tiers[block]), int(b.tiers[block]))
    return np.asarray(np.minimum(limit, int(max((min(lift, 1e3) - CLEAR) // 2.896 - 1, 0))))
