"""How trucks drive: through the lanes of the gate in turn, and to the first of several places they can get to."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import inf

import simpy

from twin.simulate.fleet import Vehicle
from twin.simulate.ground import Asked, Ground
from twin.simulate.handover import Process, Room
from twin.simulate.spots import Spot
from twin.simulate.tally import Stay
from twin.simulate.works import ROUTINE, Works

POLL = 5.0  # seconds after which a truck that cannot go asks again


@dataclass(eq=False)
class Truck:
    """A truck inside: what it brings and fetches (box, -1: nothing)."""

    vehicle: Vehicle
    name: str
    stay: Stay
    brings: int = -1
    fetches: int = -1
    room: Room | None = None
    turned_away: bool = False
    sent: simpy.Event | None = None  # succeeds once it has set out for its block
    asked: dict[str, Asked] = field(default_factory=dict)

    @property
    def carries(self) -> int:
        """The box on it, -1: none."""
        return next(iter(self.vehicle.masses), -1)


@dataclass
class Lane:
    """A lane through the gate: its spots, the one at the booth first."""

    name: str
    spots: tuple[Spot, ...]
    used: float = -inf  # second at which a truck last came, or will come, to its booth

    def tail(self, ground: Ground) -> Spot | None:
        """The foremost spot behind which nobody stands or is on the way to, None if the lane is full."""
        found = None
        for spot in reversed(self.spots):
            if not ground.free(spot):
                break
            found = spot
        return found

    def queue(self, ground: Ground) -> int:
        """How many are in it, or on the way to it."""
        return sum(not ground.free(spot) for spot in self.spots)


@dataclass
class Drivers:
    """Sends trucks about."""

    works: Works
    ground: Ground

    def attempt(self, truck: Truck, purpose: str, spots: Sequence[Spot]) -> Spot | None:
        """Set out for one of *spots* if it stands, and that can be done now; the spot.

        For a *purpose* it is always asked for the same spots, as long as it stands at one place.
        """
        if truck.vehicle.arrives > self.works.env.now:
            return None
        if purpose not in truck.asked:
            truck.asked[purpose] = Asked(hopeful=True)
        found = self.ground.begin(truck.vehicle, spots, truck.asked[purpose])
        if found is not None:
            truck.asked.clear()
        return found

    def on_duty(self, truck: Truck) -> Process:
        """Nobody else commands it until it stands."""
        with self.works.of_duty(truck.vehicle.row).request(priority=ROUTINE) as turn:
            yield turn
            yield from self.arrive(truck)

    def arrive(self, truck: Truck) -> Process:
        """Until it stands."""
        yield self.works.env.timeout(max(truck.vehicle.arrives - self.works.env.now, 0.0))

    def enter(self, truck: Truck, road: Lane, lanes: list[Lane]) -> Process:
        """Queue on the road; then into the lane with the shortest queue, and to its booth; gives the lane."""
        if road.spots:
            yield from self._queue(truck, [road])
        return (yield from self._queue(truck, lanes))

    def _queue(self, truck: Truck, lanes: list[Lane]) -> Process:
        """To the end of the shortest of queues, and on to the foremost place; gives the lane."""
        yield from self.arrive(truck)
        while (spot := self.attempt(truck, f"queue {len(lanes)}", self._tails(lanes))) is None:
            yield self.works.env.timeout(POLL)
        lane = next(lane for lane in lanes if spot in lane.spots)
        yield from self.arrive(truck)
        truck.stay.inside = self.works.env.now
        while truck.vehicle.spot != lane.spots[0]:
            place = lane.spots.index(truck.vehicle.spot)
            yield from self.ground.go(truck.vehicle, lane.spots[:place])
        return lane

    def _tails(self, lanes: list[Lane]) -> list[Spot]:
        """The foremost spot of each lane that can be gone to, the shortest queue first."""
        order = sorted(range(len(lanes)), key=lambda n: (lanes[n].queue(self.ground), n))
        found = (lanes[n].tail(self.ground) for n in order)
        return [spot for spot in found if spot is not None]
