"""How trucks drive: through the lanes of the gate in turn, and to the first of several places they can get to."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from simpy import PriorityResource
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
        duty = self.works.of_duty(truck.vehicle.row)
        turn = duty.request(priority=ROUTINE)
        yield turn
        try:
            found = self.ground.send(truck.vehicle, spots)
        except NoWay:
            found = None
        if found is None:
            duty.release(turn)
        else:
            self.works.env.process(self._until_there(truck, duty, turn))
        return found

    def _until_there(self, truck: Truck, duty: PriorityResource, turn: PriorityRequest) -> Process:
        yield from self.arrive(truck)
        duty.release(turn)

    def arrive(self, truck: Truck) -> Process:
        """Until it stands."""
        yield self.works.env.timeout(max(truck.vehicle.arrives - self.works.env.now, 0.0))

    def through(self, truck: Truck, lanes: list[Lane], leaving: Callable[[], None]) -> Process:
        """Into the lane with the shortest queue, and to its booth; gives the lane.  *leaving*: when it stands in it."""
        while (spot := (yield from self.attempt(truck, self._tails(lanes)))) is None:
            yield self.works.env.timeout(POLL)
        lane = next(lane for lane in lanes if spot in lane.spots)
        yield from self.arrive(truck)
        leaving()
        while truck.vehicle.spot != lane.spots[0]:
            place = lane.spots.index(truck.vehicle.spot)
            yield from self.ground.go(truck.vehicle, lane.spots[:place])
        return lane

    def _tails(self, lanes: list[Lane]) -> list[Spot]:
        """The foremost spot of each lane that can be gone to, the shortest queue first."""
        order = sorted(range(len(lanes)), key=lambda n: (lanes[n].queue(self.ground), n))
        found = (lanes[n].tail(self.ground) for n in order)
        return [spot for spot in found if spot is not None]
