"""A yard crane and its part of a block: storing, fetching and tidying boxes, above all that stands on the way."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from twin.facts import PlaceKind, Status
from twin.simulate.boxes import LENGTHS, Boxes
from twin.simulate.cranes import Crane, obstacles
from twin.simulate.motion import Need
from twin.simulate.stacks import CLEAR, Piles, Slot
from twin.terminal import Terminal

VEHICLE_TOP = 5.3  # metres: a deck of 1.75 or 1.2 with a high-cube, and to spare
Said = Callable[[float, int, PlaceKind, int, int, int, int], None]  # t, box, kind, where, bay, row, tier


@dataclass
class Task:
    """Work with a vehicle before the crane: take its box into the block, or put on it a box from the block."""

    vehicle: int  # machine row
    x: float  # where its box is or will be, site frame
    y: float
    z: float
    box: int | None  # the box it brings, None where it comes for one
    feet: int = 40
    bay: int = 0  # where the box must go or come from: 0 anywhere


@dataclass
class Zone:
    """The 20' bays *low* to *high* of a block and the crane that works them."""

    terminal: Terminal
    crane: Crane
    piles: Piles
    low: int
    high: int
    random: np.random.Generator
    queue: deque[Task] = field(default_factory=deque)
    coming: int = 0  # boxes on the way here
    floor: float = 0.0  # metres: travel no lower than this, to pass over another crane

    @property
    def block(self) -> int:
        return self.piles.block

    @property
    def boxes(self) -> Boxes:
        return self.piles.boxes

    def over(self, bay: int, row: int) -> tuple[float, float]:
        """Gantry and trolley over a slot."""
        x, y = self.terminal.slot_xy(np.array([self.block]), np.array([bay]), np.array([row]))
        return self.crane.reach(float(x[0]), float(y[0]))

    def nearest(self, places: list[tuple[int, int]], gantry: float, most: int = 24) -> tuple[int, int] | None:
        """One of the *most* places nearest along the block, by lot."""
        if not places:
            return None
        places = sorted(places, key=lambda p: (abs(self.over(*p)[0] - gantry) // 13, p))[:most]
        return places[int(self.random.integers(len(places)))]

    def store(self, t: float, task: Task, say: Said) -> float | None:
        """Take the vehicle's box into the block; the second the vehicle may leave, or None where there is no room."""
        box = task.box if task.box is not None else 0
        feet = self.boxes.feet(box)
        gantry, trolley = self.crane.reach(task.x, task.y)
        free = self.piles.free(self.low, self.high, feet)
        found = self.nearest([p for p in free if not task.bay or p[0] == task.bay], gantry)
        if found is None:
            return None
        height = self.boxes.height(box)
        down = self._to(t, gantry, trolley, task.z + height, box=None, feet=feet)
        taken, go = self.crane.grip(down, self.boxes.mass[box], lift=True)
        say(taken, box, PlaceKind.MACHINE, self.crane.row, 0, 0, 0)
        gantry, trolley = self.over(*found)
        z = float(self.piles.top[self.piles.columns(found[0]), found[1] - 1].max()) + height
        self._put(self._to(go, gantry, trolley, z, box=box, feet=feet), t, box, found, say)
        return go + 4.0

    def fetch(self, t: float, task: Task, say: Said) -> tuple[float, int] | None:
        """Put a box on the vehicle: the second it may leave, and the box; None where there is none to fetch."""
        gantry, trolley = self.crane.reach(task.x, task.y)
        there = self.piles.liftable(self.low, self.high, task.feet)
        found = self.nearest([p for p in there if not task.bay or p[0] == task.bay], gantry)
        if found is None:
            return None
        box, go = self._lift(t, found, say)
        down = self._to(go, gantry, trolley, task.z + self.boxes.height(box), box=box, feet=self.boxes.feet(box))
        given, go = self.crane.grip(down, 0, lift=False)
        say(given, box, PlaceKind.MACHINE, task.vehicle, 0, 0, 0)
        self._finish(t, go)
        return go + 4.0, box

    def tidy(self, t: float, say: Said) -> bool:
        """Move some box to another stack; whether there was one to move."""
        feet = 40 if self.random.random() < 0.6 else 20
        found = self.nearest(self.piles.liftable(self.low, self.high, feet), self.crane.gantry.value, most=60)
        if found is None:
            return False
        free = [p for p in self.piles.free(self.low, self.high, feet) if p[0] != found[0]]
        to = self.nearest(free, self.over(*found)[0], most=40)
        if to is None:
            return False
        box, go = self._lift(t, found, say)
        z = float(self.piles.top[self.piles.columns(to[0]), to[1] - 1].max()) + self.boxes.height(box)
        self._put(self._to(go, *self.over(*to), z, box=box, feet=self.boxes.feet(box)), t, box, to, say)
        return True

    def pass_over(self, t: float, other: "Zone", say: Said) -> bool:
        """Fetch a box from the other crane's part of the block, passing over that crane; whether it could."""
        crane, small = self.crane, other.crane
        if crane.joint("hoist").high < small.kind.height + CLEAR + 2.896 or crane.z != small.z:
            return False
        along = small.gantry.value
        stands = crane.reach(small.x + np.cos(small.yaw) * along, small.y + np.sin(small.yaw) * along)[0]
        there = [p for p in self.piles.liftable(other.low, other.high, 40) if abs(self.over(*p)[0] - stands) > 22]
        to = self.nearest(self.piles.free(self.low, self.high, 40), crane.gantry.value, most=60)
        if not there or to is None:
            return False
        self.floor = small.kind.height + CLEAR
        found = there[int(self.random.integers(len(there)))]
        box, go = self._lift(t, found, say)
        z = float(self.piles.top[self.piles.columns(to[0]), to[1] - 1].max()) + self.boxes.height(box)
        self._put(self._to(go, *self.over(*to), z, box=box, feet=40), t, box, to, say)
        self.floor = 0.0
        small.free = crane.free
        return True

    def _lift(self, t: float, place: tuple[int, int], say: Said) -> tuple[int, float]:
        columns = self.piles.columns(place[0])
        box = self.piles.pile[columns.start, place[1] - 1][-1]
        z = float(self.piles.top[columns, place[1] - 1].max())
        down = self._to(t, *self.over(*place), z, box=None, feet=self.boxes.feet(box))
        self.piles.take(*place)
        taken, go = self.crane.grip(down, self.boxes.mass[box], lift=True)
        say(taken, box, PlaceKind.MACHINE, self.crane.row, 0, 0, 0)
        return box, go

    def _put(self, down: float, begin: float, box: int, place: tuple[int, int], say: Said) -> Slot:
        slot = self.piles.put(box, *place)
        given, go = self.crane.grip(down, 0, lift=False)
        say(given, box, PlaceKind.SLOT, self.block, slot.bay, slot.row, slot.tier)
        self._finish(begin, go)
        return slot

    def _finish(self, begin: float, go: float) -> None:
        column = self._column(self.crane.gantry.value)
        up = self.piles.highest(column - 1.2, column + 1.2) + CLEAR + 2.9
        self.crane.says(begin, Status.WORKING, self.crane.raise_to(go, max(up, VEHICLE_TOP + 2)))

    def _to(self, t: float, gantry: float, trolley: float, z: float, *, box: int | None, feet: int) -> float:
        """Carry *box* (or go empty) there; the second it lands.  *z* is above the ground, as the hoist counts."""
        below = self.boxes.height(box) if box is not None else 0.0
        half = LENGTHS[feet] / 2 / float(self.terminal.blocks.bay_pitch[self.block])
        here, there = self._column(self.crane.gantry.value), self._column(gantry)
        low, high = min(here, there) - max(half, 1.2), max(here, there) + max(half, 1.2)
        stacks = max(self.piles.highest(low, high), VEHICLE_TOP if self._outside(low, high) else 0.0) + CLEAR
        over = max(stacks, self.floor) + below
        length = LENGTHS[feet]
        return self.crane.bring(
            t,
            gantry,
            trolley,
            z,
            need=self._need(there, max(half, 1.2), below),
            over=over,
            loaded=box is not None,
            length=length,
        )

    def _column(self, gantry: float) -> float:
        """TEU columns from the block's start to a gantry position."""
        b, k = self.terminal.blocks, self.block
        x, y = self.crane.x + np.cos(self.crane.yaw) * gantry, self.crane.y + np.sin(self.crane.yaw) * gantry
        along = np.cos(b.yaw[k]) * (x - b.x[k]) + np.sin(b.yaw[k]) * (y - b.y[k])
        return float(along / b.bay_pitch[k])

    def _outside(self, low: float, high: float) -> bool:
        return low < 0 or high > len(self.piles.count) or self.terminal.blocks.kind[self.block] == "rtg"

    def _need(self, column: float, half: float, below: float) -> Need:
        """What the spreader must clear when crossing at *column*."""
        first, last = max(int(np.floor(column - half)), 0), min(int(np.ceil(column + half)), len(self.piles.top))
        rows = []
        for row in range(self.piles.top.shape[1]):
            _, y = self.over(1, row + 1)
            rows.append((y - 1.22, y + 1.22, float(self.piles.top[first:last, row].max()) if last > first else 0.0))
        if self._outside(column - half, column + half):
            wide = max(abs(r[0]) for r in rows) + 6
            inside = (min(r[0] for r in rows), max(r[1] for r in rows))
            rows += (
                [(-wide, inside[0], VEHICLE_TOP), (inside[1], wide, VEHICLE_TOP)]
                if last > first
                else [(-wide, wide, VEHICLE_TOP)]
            )
        return obstacles(rows).need(half_width=1.219, below=below)
