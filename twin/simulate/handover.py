"""How the parties meet: where a crane sets boxes down, what quay, transport, yard and gate ask of each other.

Everything waits on SimPy events.  A crane lowers only for a vehicle that is already on its way, and a vehicle never
drives to a place that is not kept for it, so nobody can be in anybody's way for ever.
"""

from collections.abc import Generator
from dataclasses import dataclass, field
from math import cos, sin
from typing import Any, Protocol

import simpy

from twin.facts import PlaceKind
from twin.simulate.book import Place

Process = Generator[simpy.Event, Any, Any]  # what SimPy runs

MIDDLE, FORE, AFT = 0, 1, 2  # holds of a vehicle or a spreader: one box in the middle, or two 20'
LANDED = 1.5  # metres a load or spreader must be up before the vehicle below may leave
TWIN_OFFSET = 3.067  # metres from the middle to the centre of each of two 20' boxes.  ISO 668: 6.058 / 2 + 0.038


@dataclass
class Stop:
    """A vehicle that stands, or will stand, under a crane; or (kind SOMEWHERE) a marked place on the ground.

    *x y z yaw*: bottom centre of a box in the middle hold, site frame.  FORE is towards +x of *yaw*.
    """

    x: float
    y: float
    z: float
    yaw: float
    machine: int  # row of the vehicle, -1: the ground
    ready: simpy.Event  # it stands there, still
    done: simpy.Event  # the crane has finished and is clear; the vehicle may leave
    boxes: dict[int, int] = field(default_factory=dict)  # hold -> box on it
    lane: int = 0  # under a quay crane: which of its lanes
    rise: float = LANDED  # metres that a quay crane's spreader must be up to be clear of who comes or goes

    def place(self, hold: int) -> Place:
        """Where a box in *hold* of this stop is."""
        if self.machine >= 0:
            return Place(PlaceKind.MACHINE, self.machine, hold)
        x, y = self.at(hold)
        return Place(PlaceKind.SOMEWHERE, -1, x=x, y=y, z=self.z, yaw=self.yaw)

    def at(self, hold: int) -> tuple[float, float]:
        """Site x, y of the middle of a box in *hold*."""
        step = {MIDDLE: 0.0, FORE: TWIN_OFFSET, AFT: -TWIN_OFFSET}[hold]
        return self.x + cos(self.yaw) * step, self.y + sin(self.yaw) * step


@dataclass
class Order:
    """Boxes (one, or two 20' for a twin lift) to be carried from quay crane *crane* to the yard, or from there to it.

    *stop* succeeds with the `Stop` as soon as a vehicle is on its way to one of the crane's lanes.
    """

    crane: int  # machine row
    boxes: tuple[int, ...]
    discharging: bool
    stop: simpy.Event


@dataclass(frozen=True)
class Room:
    """Room kept in the yard for a box: block row, bay (odd 20', even 40'), row; the tier follows on setting it down."""

    block: int
    bay: int
    row: int


class Transport(Protocol):
    """Carries boxes between quay cranes and yard: AGVs, tractors or straddle carriers."""

    @property
    def top(self) -> float:
        """Metres above the ground that its vehicles and what they carry reach under a quay crane."""
        ...

    def lanes(self, crane: int) -> tuple[float, ...]:
        """Trolley positions (m) over the lanes, or places on the ground, at which quay crane *crane* meets vehicles."""
        ...

    def discharge(self, crane: int, boxes: tuple[int, ...]) -> Order:
        """Have a vehicle come to *crane* for *boxes*, and bring them to the yard once they are on it."""
        ...

    def load(self, crane: int, boxes: tuple[int, ...]) -> Order:
        """Have *boxes* fetched from the yard and brought to *crane*."""
        ...


class Yard(Protocol):
    """The blocks and whoever works them."""

    def room(self, boxes: tuple[int, ...], *, x: float, y: float, land: bool) -> tuple[Room, ...] | None:
        """Keep room for *boxes*, in one block, handy from site *x*, *y*; *land*: they come by truck.  None: not now."""
        ...

    def store(self, stop: Stop, hold: int, room: Room) -> simpy.Event:
        """Take the box in *hold* of *stop* to *room*; succeeds when the crane has it and is clear of the vehicle."""
        ...

    def fetch(self, box: int, stop: Stop, hold: int) -> simpy.Event:
        """Bring *box* to *hold* of *stop*; succeeds when it stands there and the crane is clear of the vehicle."""
        ...

    def bar(self, blocks: set[int]) -> None:
        """Trucks do not get to *blocks*: no room is kept there for what they bring, nothing chosen for them there."""
        ...

    def block_of(self, box: int) -> int:
        """The block row a box stands in, -1: in none."""
        ...

    def bay_of(self, box: int) -> int:
        """The bay a box stands in."""
        ...

    def load_on(self, block: int) -> int:
        """Boxes that wait to be moved there, or are on the way to it: how busy it is."""
        ...

    def to_load(self, call: int, count: int, *, twenties: float, reefers: float) -> list[int]:
        """Choose *count* boxes in the yard for call number *call*; they are then bound for it.  May be fewer."""
        ...

    def to_fetch(self) -> int | None:
        """Choose a box in the yard for a truck that comes for one; nobody else will be given it."""
        ...
