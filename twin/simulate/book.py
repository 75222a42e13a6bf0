"""Who has which box: every container is in exactly one place from the moment it is made until it leaves."""

from collections.abc import Callable
from dataclasses import dataclass, field

from twin.facts import PlaceKind
from twin.simulate.boxes import Boxes

AWAY = 0  # hold or bay where none is meant


@dataclass(frozen=True, slots=True)
class Place:
    """A container's place, as in `Places`: for a machine *bay* is the hold (0 middle, 1 fore 20', 2 aft 20')."""

    kind: PlaceKind
    where: int = -1
    bay: int = 0
    row: int = 0
    tier: int = 0
    x: float = 0.0
    y: float = 0.0
    z: float = 0.0
    yaw: float = 0.0


LEFT = Place(PlaceKind.UNKNOWN)  # where a box is that has left the terminal


def on_machine(row: int, hold: int = 0) -> Place:
    """Carried by machine *row*."""
    return Place(PlaceKind.MACHINE, row, hold)


def in_slot(block: int, bay: int, row: int, tier: int) -> Place:
    """In the yard."""
    return Place(PlaceKind.SLOT, block, bay, row, tier)


def aboard(vessel: int, bay: int, row: int, tier: int) -> Place:
    """In a ship's place, numbered as in ISO 9711-1."""
    return Place(PlaceKind.VESSEL, vessel, bay, row, tier)


@dataclass
class Book:
    """The places of all boxes: what was said of them, in the order of time for each box."""

    boxes: Boxes
    place: dict[int, Place] = field(default_factory=dict)  # where each was last said to be (or soon to be)
    said: list[tuple[float, int, int, Place]] = field(default_factory=list)  # second, order, box, place
    bound: dict[int, int] = field(default_factory=dict)  # box -> number of the call it is to leave with
    taken: set[int] = field(default_factory=set)  # boxes somebody is already coming for
    heard: list[Callable[[float, int, Place | None, Place], None]] = field(default_factory=list)  # told of every hand
    _count: int = 0

    def hand(self, t: float, box: int, place: Place) -> None:
        """From second *t* on (now, or the instant a movement under way will reach) *box* is at *place*."""
        for hear in self.heard:
            hear(t, box, self.place.get(box), place)
        self.place[box] = place
        self.said.append((t, self._count, box, place))
        self._count += 1

    def due(self, until: float) -> list[tuple[float, int, int, Place]]:
        """What was said of times up to *until* (seconds), in order; it is then forgotten."""
        now = sorted(s for s in self.said if s[0] <= until)
        self.said = [s for s in self.said if s[0] > until]
        return now
