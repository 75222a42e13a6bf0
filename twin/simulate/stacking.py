"""The stacks of one block as the yard's computer knows them, with the rooms that are kept for boxes on their way.

Rules: a 20' box stands on the ground or on 20' boxes, in an odd bay; a 40' box in the even bay between two 20' bays,
on the ground, on a 40' box or on two equal 20' stacks; a 45' box on a 40' place whose neighbours are no higher than
its own foot, and then nothing stands on it or is set down beside it, because it juts out.  No stack is higher than the
layout's tiers, nor so high that the block's crane could not carry a high-cube box over it with `CLEAR` to spare.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from twin.geometry import Bools, Floats, Ints
from twin.simulate.boxes import Boxes
from twin.simulate.stacks import CLEAR
from twin.terminal import Terminal

HIGH_CUBE = 2.896  # metres.  ISO 668
LOWEST = 2.591  # metres, the lowest of the usual boxes.  ISO 668
VEHICLE_TOP = 5.3  # metres: a deck of 1.75 with a high-cube, and to spare; what may stand beside a block
LEVEL = 0.01  # metres by which two stacks under a 40' box may differ
ANYTIME = 1e6  # seconds: a box nobody knows the leaving of; later than all that are bound for a ship
Places = list[tuple[int, int]]


@dataclass
class Cards:
    """What the yard's computer has noted about boxes: when each is to leave (s), and the group it is stacked with."""

    due: dict[int, float] = field(default_factory=dict)
    group: dict[int, int] = field(default_factory=dict)


@dataclass
class Stacks:
    """One block.  Arrays (columns, rows) by TEU column (bay 2c + 1 is column c) and row (from 0).

    *true* arrays tell what stands there; *next* ones what will once all kept rooms are taken up.
    """

    block: int
    limit: Ints  # (rows,) highest tier
    ceiling: float  # metres above ground that no stack exceeds
    plugs: Bools  # (columns,) where reefers are plugged in
    short: Bools  # (columns,) where 20' boxes may stand
    boxes: Boxes
    cards: Cards
    columns: int
    pile: dict[tuple[int, int], list[int]] = field(default_factory=dict)  # from the ground up
    tops: dict[tuple[int, int], list[float]] = field(default_factory=dict)  # metres, of each box of the pile
    kept: dict[tuple[int, int], list[int]] = field(default_factory=dict)  # boxes that room is kept for
    used: int = 0  # TEU that stand there or will

    def __post_init__(self) -> None:
        shape = self.columns, len(self.limit)
        self.capacity: int = max(self.columns * int(self.limit.sum()), 1)  # TEU, as if all were of the lowest kind
        self.every: Floats = np.full((shape[0] + 2, shape[1] + 2), VEHICLE_TOP)  # with the ground around the block
        self.every[1:-1, 1:-1] = 0.0
        self.sky: Floats = self.every[1:-1, 1:-1]  # what a crane must pass over: true tops, and 45' boxes' overhangs
        self.feet: Ints = np.zeros(shape, np.int64)  # of the topmost box
        self.next_count: Ints = np.zeros(shape, np.int64)
        self.next_top: Floats = np.zeros(shape)
        self.next_feet: Ints = np.zeros(shape, np.int64)
        self.group: Ints = np.zeros(shape, np.int64)  # of what will be the topmost box
        self.mass: Ints = np.full(shape, 1 << 40)  # kg, of what will be the topmost box
        self.soon: Floats = np.full(shape, np.inf)  # when the first of the boxes is to leave
        self.wanted: Ints = np.zeros(shape, np.int64)  # boxes somebody is coming for
        self.beside: Bools = np.zeros(shape, bool)  # on or next to a 45' box
        for c in range(shape[0]):
            for r in range(shape[1]):
                self.pile[c, r], self.tops[c, r], self.kept[c, r] = [], [], []

    @property
    def rows(self) -> int:
        return len(self.limit)

    def put(self, box: int, bay: int, row: int) -> tuple[int, float]:
        """Stand *box* on the stack at *bay*, *row* (from 1): its tier and the height of its foot."""
        tier, foot = self._stack(box, bay, row)
        self._reckon(bay, row)
        return tier, foot

    def put_all(self, boxes: list[tuple[int, int, int]]) -> list[int]:
        """Stand boxes given as (box, bay, row), lower ones first; their tiers."""
        tiers = [self._stack(box, bay, row)[0] for box, bay, row in boxes]
        for c in range(self.columns):
            for r in range(self.rows):
                self._column(c, r)
        for c in range(self.columns):
            for r in range(self.rows):
                self._around(c, r)
        return tiers

    def take(self, box: int, bay: int, row: int) -> float:
        """Lift *box*, which must be topmost; the height of its foot."""
        foot = 0.0
        for c in covered(bay):
            self.pile[c, row - 1].remove(box)
            foot = self.tops[c, row - 1].pop() - self.boxes.height(box)
        self._reckon(bay, row)
        return foot

    def keep(self, box: int, bay: int, row: int) -> None:
        """Keep room for *box* on top of that stack."""
        for c in covered(bay):
            self.kept[c, row - 1].append(box)
        self._reckon(bay, row)

    def unkeep(self, box: int, bay: int, row: int) -> None:
        """The room is no longer needed, or is about to be taken up."""
        for c in covered(bay):
            self.kept[c, row - 1].remove(box)
        self._reckon(bay, row)

    def want(self, bay: int, row: int, by: int) -> None:
        """Somebody comes (+1) for a box in that stack, or has it (-1)."""
        for c in covered(bay):
            self.wanted[c, row - 1] += by

    def noted(self, bay: int, row: int) -> None:
        """A box of that stack has another card now."""
        self._reckon(bay, row)

    def top(self, bay: int, row: int) -> float:
        """Metres from the ground to the top of the stack."""
        return max((self.tops[c, row - 1][-1] if self.tops[c, row - 1] else 0.0) for c in covered(bay))

    def above(self, box: int, bay: int, row: int) -> list[tuple[int, int]]:
        """(box, bay) of those that must go before *box* can be lifted, in the order in which they can go.

        They are what stands on it, and 45' boxes that jut out over its place or beside it.
        """
        r, own = row - 1, covered(bay)
        found: dict[int, int] = {}
        for c in own:
            pile = self.pile[c, r]
            found |= {b: self._bay(b, c) for b in reversed(pile[pile.index(box) + 1 :])}
        every = [c for b in found.values() for c in covered(b)] + own
        for c in (min(every) - 1, max(every) + 1):
            beside = self.pile.get((c, r))
            if beside and self.boxes.feet(beside[-1]) == 45:
                found = {beside[-1]: self._bay(beside[-1], c)} | found
        return list(found.items())

    def fits(self, box: int, bay: int, row: int) -> bool:
        """Whether *box* may be set down there now, as things truly stand."""
        r, cs, feet = row - 1, covered(bay), self.boxes.feet(box)
        tops = [self.tops[c, r][-1] if self.tops[c, r] else 0.0 for c in cs]
        counts = [len(self.pile[c, r]) for c in cs]
        under = [int(self.feet[c, r]) for c in cs]
        low = all(
            n < self.limit[r] and z + self.boxes.height(box) <= self.ceiling for n, z in zip(counts, tops, strict=True)
        )
        level = max(tops) - min(tops) < LEVEL and len(set(counts)) == 1
        stands = under[0] in (0, 20) if feet == 20 else level and 45 not in under and under[0] == under[-1]
        sides = [c for c in (cs[0] - 1, cs[-1] + 1) if (c, r) in self.pile]
        clear = not any(self.feet[c, r] == 45 for c in sides)
        if feet == 45:
            clear &= all((self.tops[c, r][-1] if self.tops[c, r] else 0.0) <= tops[0] + 0.001 for c in sides)
        return bool(low and stands and clear)

    def open(self, feet: int, height: float, *, capping: bool = False) -> Bools:
        """Where a box may be given room next: (columns, rows) for 20', (columns // 2, rows) for others.

        Not where somebody is coming for a box.  A 40' box is given room on the ground or on another 40'; on two equal
        20' stacks (*capping*) only if need be, because they would have to stay equal until it comes.
        """
        if feet == 20:
            fits = (
                ((self.next_feet == 0) | (self.next_feet == 20))
                & ~self.beside
                & (self.wanted == 0)
                & self.short[:, None]
            )
            fits &= (self.next_count < self.limit) & (self.next_top + height <= self.ceiling)
            return np.asarray(fits)
        a, b = self.pairs(self.next_feet)
        fits = (
            (self._level() if capping else (a == 0) | (a == 40))
            & (a == b)
            & ((self.pairs(self.wanted)[0] | self.pairs(self.wanted)[1]) == 0)
        )
        fits &= ~(self.pairs(self.beside)[0] | self.pairs(self.beside)[1])
        count, top = self.pairs(self.next_count)[0], self.pairs(self.next_top)[0]
        fits &= (count < self.limit) & (top + height <= self.ceiling)
        return np.asarray(fits & self._stands_out() if feet == 45 else fits)

    def _level(self) -> Bools:
        """Pairs (columns // 2, rows) of equal 20' stacks that no room is kept on."""
        a, b = self.pairs(self.next_feet)
        even = self.pairs(self.next_count)[0] == self.pairs(self.next_count)[1]
        even &= np.abs(self.pairs(self.next_top)[0] - self.pairs(self.next_top)[1]) < LEVEL
        none_kept = np.array([[not self.kept[c, r] for r in range(self.rows)] for c in range(self.columns)])
        return np.asarray((a == 20) & (b == 20) & even & self.pairs(none_kept)[0] & self.pairs(none_kept)[1])

    def pairs(self, array: npt.NDArray[Any]) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
        """First and second columns (columns // 2, rows) of the 40' places."""
        n = self.columns // 2 * 2
        return array[0:n:2], array[1:n:2]

    def spare(self, feet: int) -> int:
        """Places left for boxes of that length, high-cubes at that."""
        open_ = self.open(feet, HIGH_CUBE)
        count, top = (
            (self.next_count, self.next_top)
            if feet == 20
            else (self.pairs(self.next_count)[0], self.pairs(self.next_top)[0])
        )
        room = np.minimum(self.limit - count, ((self.ceiling - top) / HIGH_CUBE).astype(np.int64))
        return int(room[open_].sum())

    def _stands_out(self) -> Bools:
        """Whether the neighbours of each 40' place end below what will be its top, and nobody comes for one of them."""
        return np.asarray(self.overlooked() <= self.pairs(self.next_top)[0] + 0.001)

    def overlooked(self) -> Floats:
        """Higher top (columns // 2, rows) of the neighbours of each 40' place; without end where one is wanted."""
        n = self.columns // 2 * 2
        around = np.zeros((self.columns + 2, self.rows))
        around[1:-1] = np.where(self.wanted > 0, np.inf, self.next_top)
        return np.asarray(np.maximum(around[0:n:2], around[3 : n + 3 : 2][: n // 2]))

    def _bay(self, box: int, column: int) -> int:
        """The bay of a box that covers *column*."""
        return 2 * column + 1 if self.boxes.feet(box) == 20 else column // 2 * 4 + 2

    def _stack(self, box: int, bay: int, row: int) -> tuple[int, float]:
        cs, r = covered(bay), row - 1
        foot = self.top(bay, row)
        tier = max(len(self.pile[c, r]) for c in cs) + 1
        for c in cs:
            self.pile[c, r].append(box)
            self.tops[c, r].append(foot + self.boxes.height(box))
        return tier, foot

    def _reckon(self, bay: int, row: int) -> None:
        """Bring the arrays up to date after a change at *bay*, *row*."""
        cs, r = covered(bay), row - 1
        for c in cs:
            self._column(c, r)
        for c in range(max(cs[0] - 1, 0), min(cs[-1] + 2, self.columns)):
            self._around(c, r)

    def _column(self, c: int, r: int) -> None:
        pile, kept, boxes = self.pile[c, r], self.kept[c, r], self.boxes
        top = self.tops[c, r][-1] if pile else 0.0
        self.feet[c, r] = boxes.feet(pile[-1]) if pile else 0
        self.used += len(pile) + len(kept) - int(self.next_count[c, r])
        self.next_count[c, r] = len(pile) + len(kept)
        self.next_top[c, r] = top + sum(map(boxes.height, kept))
        every = pile + kept
        if every:
            last = every[-1]
            self.next_feet[c, r], self.mass[c, r] = boxes.feet(last), boxes.mass[last]
            self.group[c, r] = self.cards.group.get(last, 0)
            self.soon[c, r] = min(self.cards.due.get(b, ANYTIME) for b in every)
        else:
            self.next_feet[c, r], self.mass[c, r], self.group[c, r], self.soon[c, r] = 0, 1 << 40, 0, np.inf

    def _around(self, c: int, r: int) -> None:
        """What depends on the neighbours too: 45' boxes jut out over them."""
        top = self.tops[c, r][-1] if self.tops[c, r] else 0.0
        beside = bool(self.next_feet[c, r] == 45)
        for other in (c - 1, c + 1):
            if 0 <= other < self.columns:
                beside |= bool(self.next_feet[other, r] == 45)
                if self.feet[other, r] == 45:
                    top = max(top, self.tops[other, r][-1])
        self.sky[c, r] = top
        self.beside[c, r] = beside


def covered(bay: int) -> list[int]:
    """TEU columns that a box at *bay* covers: one at an odd bay, two at an even one."""
    return [(bay - 1) // 2] if bay % 2 else [bay // 2 - 1, bay // 2]


def ceiling(lift: float) -> float:
    """Highest top (m) of a stack that a crane of *lift* (m) can still carry any box over."""
    return lift - CLEAR - HIGH_CUBE


def tier_limits(terminal: Terminal, block: int, lift: float = np.inf) -> Ints:
    """Highest tier (rows,) of a block, by the layout and by how high its crane can lift (m)."""
    b = terminal.blocks
    limit = np.full(int(b.rows[block]), int(b.tiers[block]))
    if len(b.outer_tiers):
        limit[[0, -1]] = max(int(b.outer_tiers[block]), int(b.tiers[block]))
    return np.asarray(np.minimum(limit, max(int(ceiling(min(lift, 1e3)) / LOWEST), 0)))


def plugs(terminal: Terminal, block: int) -> Bools:
    """TEU columns (columns,) of a block where reefers can be plugged in.

    All of a block of kind 'reefer'; else `REEFER_BAYS` 40' bays before the last one of every third block (made up).
    """
    n = int(terminal.blocks.bays[block])
    column = np.arange(n)
    if terminal.blocks.kind[block] == "reefer":
        return np.ones(n, bool)
    pair = column // 2
    last = (n + 1) // 2 - 1
    return np.asarray((block % 3 == 0) & (pair >= last - REEFER_BAYS) & (pair < last) & (pair < n // 2))


REEFER_BAYS = 2  # 40' bays with plugs in a block that has them.  Made up


def stacks_of(
    terminal: Terminal, block: int, boxes: Boxes, cards: Cards, *, lift: float = np.inf, short: Bools | None = None
) -> Stacks:
    """Empty stacks of a block whose crane lifts *lift* metres; *short* (columns,): where 20' boxes may stand."""
    limit = tier_limits(terminal, block, lift)
    columns = int(terminal.blocks.bays[block])
    short = np.ones(columns, bool) if short is None else short
    return Stacks(block, limit, ceiling(min(lift, 1e3)), plugs(terminal, block), short, boxes, cards, columns)
