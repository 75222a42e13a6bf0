"""A quay crane at a ship: which box next, over which stacks, on to which vehicle; and now and then the next bay."""

from dataclasses import dataclass, field

import numpy as np

from twin.facts import PlaceKind, Status
from twin.geometry import Floats
from twin.simulate.boxes import LENGTHS, Boxes
from twin.simulate.cranes import Crane, Obstacles, obstacles, structure
from twin.simulate.ships import Ship
from twin.simulate.yard_cranes import VEHICLE_TOP, Said
from twin.yard import DECK, row_offset

PARK = 30.0  # metres above the rail at which an empty spreader waits between boxes
HALF_SHIP = 1.22  # metres, half the width of a box


@dataclass
class QuayCrane:
    """A crane, the ship and the 40' bays it works; *lanes* are the trolley positions over the lanes behind it."""

    crane: Crane
    ship: Ship
    bays: list[int]
    lanes: tuple[float, ...]
    boxes: Boxes
    discharging: bool
    turns: int  # boxes before it goes to its next bay
    at: int = 0  # which of its bays
    done: int = 0
    coming: dict[int, int] = field(default_factory=dict)  # vehicle -> lane, where the vehicle has been told to come
    expected: int = 0  # vehicles that are still being loaded for it in the yard
    body: list[tuple[float, float, float]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.body = structure(self.crane.kind, half_length=7.0)

    @property
    def bay(self) -> int:
        return self.bays[self.at]

    @property
    def gantry(self) -> float:
        """Where it stands to work its bay."""
        return self.crane.reach(*self.ship.place(self.bay, 0))[0]

    def rows(self) -> list[tuple[int, float]]:
        """Rows within its reach and the trolley over each."""
        kind, joint = self.ship.kind, self.crane.joint("trolley")
        rows = range(0 if kind.rows % 2 else 1, kind.rows + (0 if kind.rows % 2 else 1))
        over = [(row, self.crane.reach(*self.ship.place(self.bay, row))[1]) for row in rows]
        return [(row, y) for row, y in over if joint.low + 0.5 <= y <= joint.high]

    def obstacles(self) -> Obstacles:
        """Deck stacks, the ship's side, the crane's own portal and the vehicles behind it."""
        kind = self.ship.kind
        side = self.ship.z + kind.deck_z
        reach = float(row_offset(np.array([0 if kind.rows % 2 else 1]), kind.rows)[0]) * kind.row_pitch
        middle = self.crane.reach(*self.ship.place(self.bay, 0 if kind.rows % 2 else 1))[1]
        middle -= reach * float(np.cos(self.ship.yaw - self.crane.yaw))
        found = [(middle - kind.beam / 2, middle + kind.beam / 2, side)]
        for row in range(kind.rows + 1):
            top, tiers = self.ship.top(self.bay, row, self.boxes)
            if tiers:
                y = self.crane.reach(*self.ship.place(self.bay, row))[1]
                found.append((y - HALF_SHIP, y + HALF_SHIP, top))
        found += [(y - 1.8, y + 1.8, VEHICLE_TOP) for y in self.lanes]
        return obstacles(found + self.body)

    def next_box(self) -> tuple[int, float] | None:
        """The row to discharge next and the trolley over it: the highest stack first, then the one nearest the quay."""
        found = []
        for row, y in self.rows():
            stack = self.ship.deck.get((self.bay, row), [])
            if stack and stack[-1][1] % 2 == 0:
                found.append((-round(self.ship.top(self.bay, row, self.boxes)[1]), -y, row))
        return (min(found)[2], -min(found)[1]) if found else None

    def next_place(self) -> tuple[int, float] | None:
        """The row to load next and the trolley over it: the lowest stack first, then the one farthest from the quay."""
        most = self.highest_tier()
        found = []
        for row, y in self.rows():
            stack = self.ship.deck.get((self.bay, row), [])
            tiers = self.ship.top(self.bay, row, self.boxes)[1]
            if tiers < most and stack and self._level(stack):
                found.append((tiers, y, row))
        return (min(found)[2], min(found)[1]) if found else None

    def highest_tier(self) -> int:
        """Tiers on deck that it can still lift another box over."""
        lift = self.crane.joint("hoist").high
        return min(self.ship.kind.deck_tiers, int((lift - 2 * 2.896 - 1 - self.ship.z - self.ship.kind.deck_z) // 2.8))

    def _level(self, stack: list[tuple[int, int]]) -> bool:
        if stack[-1][1] % 2 == 0:
            return self.boxes.feet(stack[-1][0]) == 40
        return sum(1 if number % 4 == 1 else -1 for _, number in stack if number % 2) == 0

    def discharge(
        self, t: float, lane: int, vehicle: int, arrives: float, deck: float, say: Said
    ) -> tuple[float, int] | None:
        """Bring the next box to *vehicle* on *lane*: the second it may leave, and the box; None if none is there."""
        found = self.next_box()
        if found is None:
            return None
        row, y = found
        box, _ = self.ship.deck[self.bay, row][-1]
        height, feet = self.boxes.height(box), self.boxes.feet(box)
        top = self.ship.top(self.bay, row, self.boxes)[0]
        down = self._to(t, y, top, box=None, feet=feet)
        self.ship.deck[self.bay, row].pop()
        taken, go = self.crane.grip(down, self.boxes.mass[box], lift=True)
        say(taken, box, PlaceKind.MACHINE, self.crane.row, 0, 0, 0)
        down = self._to(go, self.lanes[lane], deck + height, box=box, feet=feet, landing=arrives + 1.5)
        given, go = self.crane.grip(down, 0, lift=False)
        say(given, box, PlaceKind.MACHINE, vehicle, 0, 0, 0)
        self._finish(t, go)
        return go + 2.5, box

    def load(self, t: float, lane: int, box: int, arrives: float, deck: float, say: Said) -> float | None:
        """Take *box* from the vehicle on *lane* aboard; the second the vehicle may leave, None if no place is left."""
        found = self.next_place()
        if found is None:
            return None
        row, y = found
        height, feet = self.boxes.height(box), self.boxes.feet(box)
        down = self._to(t, self.lanes[lane], deck + height, box=None, feet=feet, landing=arrives + 1.5)
        taken, leave = self.crane.grip(down, self.boxes.mass[box], lift=True)
        say(taken, box, PlaceKind.MACHINE, self.crane.row, 0, 0, 0)
        top, tiers = self.ship.top(self.bay, row, self.boxes)
        down = self._to(leave, y, top + height, box=box, feet=feet)
        self.ship.deck.setdefault((self.bay, row), []).append((box, 4 * self.bay + 2))
        given, go = self.crane.grip(down, 0, lift=False)
        say(given, box, PlaceKind.VESSEL, self.ship.row, 4 * self.bay + 2, row, DECK + 2 * (tiers + 1))
        self._finish(t, go)
        return leave + 2.5

    def exhausted(self) -> bool:
        """Whether there is nothing more to do at this bay."""
        return (self.next_box() if self.discharging else self.next_place()) is None

    def go_on(self, t: float) -> None:
        """To the next bay, or with the other work at this one."""
        self.done = 0
        if self.exhausted() and self.at == len(self.bays) - 1:
            self.discharging = not self.discharging
        if len(self.bays) > 1:
            self._shift(t)

    def _shift(self, t: float) -> None:
        """Go to its next bay: spreader up, trolley over land, then the gantry."""
        self.at = (self.at + 1) % len(self.bays)
        high = self.crane.joint("hoist").high
        ready = self._to(t, 12.0, high - 1.0, box=None, feet=40)
        arrived = self.crane.gantry.go(
            ready, self.gantry, self.crane.kind.drive_empty, self.crane.kind.drive_acceleration
        )
        self.crane.says(t, Status.MOVING, arrived)

    def _finish(self, begin: float, go: float) -> None:
        self.done += 1
        self.crane.says(begin, Status.WORKING, self.crane.raise_to(go, VEHICLE_TOP + 6))
        self.crane.free = go + 1.0  # it may be given the next box while it hoists
        self.crane.status.set(begin, Status.WORKING)
        self.crane.status.set(go + 8.0, Status.IDLE)

    def _to(self, t: float, y: float, hoist: float, *, box: int | None, feet: int, landing: float = -np.inf) -> float:
        below = self.boxes.height(box) if box is not None else 0.0
        there = self.obstacles()
        need = there.need(half_width=1.219, below=below)
        high = self.crane.joint("hoist").high
        over = min(there.highest() + 0.5 + below, high)

        def limited(y: Floats) -> Floats:
            return np.minimum(need(y), high)

        return self.crane.bring(
            t,
            self.crane.gantry.value,
            y,
            hoist,
            need=limited,
            over=over,
            loaded=box is not None,
            length=LENGTHS[feet],
            landing=landing,
        )
