"""How trucks drive: through the lanes of the gate in turn, and to the first of several places they can get to."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

from simpy.resources.resource import PriorityRequest

from twin.simulate.fleet import Vehicle
from twin.simulate.ground import Ground, NoWay
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

    def attempt(self, truck: Truck, spots: Sequence[Spot]) -> Process:
        """Once it stands, set out for one of *spots* if that can be done now; gives the spot, or None."""
        yield from self.arrive(truck)
        if not spots:
            return None
        turn = yield from self.on_duty(truck)
        try:
            found = self.ground.send(truck.vehicle, spots)
        except NoWay:
            found = None
        self.off_duty(truck, turn)
        return found

    def on_duty(self, truck: Truck) -> Process:
        """Wait until nobody else commands the truck; gives the right to."""
        turn = self.works.of_duty(truck.vehicle.row).request(priority=ROUTINE)
        yield turn
        return turn

    def off_duty(self, truck: Truck, turn: PriorityRequest) -> None:
        """Give that right back once the truck stands."""
        if truck.vehicle.arrives <= self.works.env.now:
            self.works.of_duty(truck.vehicle.row).release(turn)
        else:
            self.works.env.process(self._until_there(truck, turn))

    def _until_there(self, truck: Truck, turn: PriorityRequest) -> Process:
        yield from self.arrive(truck)
        self.works.of_duty(truck.vehicle.row).release(turn)

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
        while (spot := (yield from self.attempt(truck, self._tails(lanes)))) is None:
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
