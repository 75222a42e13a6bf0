"""Vehicles carry boxes between quay cranes and blocks: AGVs, or tractors where a terminal has no AGVs.

Rules.  Orders are given out in the order they came, each to the idle vehicle that can be there soonest, but no crane
has more vehicles called than it has lanes, and for loading two more.  A vehicle takes a lane of a crane only at the
moment it sets out for it.  A tractor that has waited a while in the lane of a block, for a lane of its crane or for
another block, makes room and waits in the park with what it has on it.  After its work an AGV waits where it is,
before a block, unless fewer than `KEPT_FREE` places are then left there; a tractor goes to where the layout parks one,
last out first in.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from math import hypot, inf

from twin.simulate.fleet import Vehicle
from twin.simulate.ground import AGAIN, Asked, Ground
from twin.simulate.handover import AFT, FORE, MIDDLE, Order, Process, Room, Stop
from twin.simulate.spots import Spot
from twin.simulate.stacking import VEHICLE_TOP
from twin.simulate.works import Works

GROUPS = ("agv", "tractor")  # who carries; the first that the terminal has
KEPT_FREE = 2  # places before a block that idle vehicles leave free.  Made up
ASK_AGAIN = 4.0  # seconds after which the yard is asked for room again.  Made up
AHEAD = 2  # how many more vehicles than it has lanes may fetch for a crane.  Made up
IN_LANE = 45.0  # seconds a tractor waits in the lane of a block for what it wants next, before it makes room.  Made up
NEAREST = 5  # idle vehicles whose ways are compared


@dataclass
class Job:
    """An order that nobody has yet, and what each idle vehicle would do for it, by machine row and where it stands."""

    order: Order
    asked: dict[tuple[int, Spot], Asked] = field(default_factory=dict)


@dataclass
class Carriers:
    """The vehicles that carry, and the orders that nobody has yet."""

    works: Works
    ground: Ground
    group: str
    vehicles: list[Vehicle]
    idle: list[Vehicle] = field(default_factory=list)
    waiting: list[Job] = field(default_factory=list)
    called: dict[int, int] = field(default_factory=dict)  # crane -> vehicles at it or called to it
    parks: list[Spot] = field(default_factory=list)  # where the layout parks them
    left: dict[Spot, float] = field(default_factory=dict)  # of these -> the second it was last left

    # -- what others ask

    @property
    def top(self) -> float:
        """Metres above the ground that a vehicle with a box on it reaches."""
        return VEHICLE_TOP

    def lanes(self, crane: int) -> tuple[float, ...]:
        """Trolley positions over the lanes of a quay crane."""
        return tuple(lane.aside for lane in self.ground.places.transfers(crane, self.group))

    def discharge(self, crane: int, boxes: tuple[int, ...]) -> Order:
        """Have a vehicle come to *crane* for *boxes*, and bring them to the yard once they are on it."""
        return self._order(Order(crane, boxes, True, self.works.env.event()))

    def load(self, crane: int, boxes: tuple[int, ...]) -> Order:
        """Have *boxes* fetched from the yard and brought to *crane*."""
        return self._order(Order(crane, boxes, False, self.works.env.event()))

    # -- who does what

    def start(self) -> Process:
        """Vehicles report for work; orders nobody could set out for are tried again."""
        self.idle += self.vehicles
        while True:
            self._give_out()
            yield self.works.env.timeout(AGAIN)

    def _order(self, order: Order) -> Order:
        self.waiting.append(Job(order))
        self._give_out()
        return order

    def _give_out(self) -> None:
        """Orders to idle vehicles that can set out for them at once."""
        for job in list(self.waiting):
            order = job.order
            room = len(self.lanes(order.crane)) + (0 if order.discharging else AHEAD)
            if self.idle and self.called.get(order.crane, 0) < room:
                vehicle = self._sent(job)
                if vehicle is not None:
                    self.waiting.remove(job)
                    self.called[order.crane] = self.called.get(order.crane, 0) + 1
                    work = self._discharge if order.discharging else self._load
                    self.works.env.process(work(order, vehicle))

    def _sent(self, job: Job) -> Vehicle | None:
        """The idle vehicle that sets out for a job: of the nearest the one that is soonest there, else whoever can."""
        order = job.order
        spots = self._crane_spots(order.crane) if order.discharging else self._fetching(order)
        if not spots:
            return None
        x, y = spots[0].x, spots[0].y
        near = sorted(self.idle, key=lambda v: (hypot(v.pose[0] - x, v.pose[1] - y), v.row))
        there = [v for v in self.idle if v.spot in spots]
        ways = [(self.ground.seconds(v, spots[0]), n, v) for n, v in enumerate(near) if v not in there]
        ways[:NEAREST] = sorted(ways[:NEAREST])
        for vehicle in [*there, *(v for seconds, _, v in ways if seconds < inf)]:
            asked = job.asked.setdefault((vehicle.row, vehicle.spot), Asked(hopeful=True))
            here = vehicle.spot
            if vehicle in there or self.ground.begin(vehicle, spots, asked) is not None:
                self.left[here] = self.works.env.now
                self.idle.remove(vehicle)
                return vehicle
        return None

    def _fetching(self, order: Order) -> list[Spot]:
        """Where the first box of an order is fetched."""
        assert self.works.yard is not None
        return self._block_spots(self._block(order.boxes[0]), self.works.yard.bay_of(order.boxes[0]))

    # -- a vehicle's work

    def _discharge(self, order: Order, vehicle: Vehicle) -> Process:
        """To the crane, where it is already going, to the yard, into the stacks."""
        stop = self.ground.stop(vehicle)
        order.stop.succeed(stop)
        yield stop.done
        if not self._aboard(vehicle):
            self.called[order.crane] -= 1
            yield from self._rest(vehicle)
            return
        rooms = yield from self._rooms(vehicle)
        (hold, _), room = self._aboard(vehicle)[0], rooms[0]
        yield from self.ground.set_out(vehicle, self._block_spots(room.block, room.bay))
        self.called[order.crane] -= 1
        self._give_out()
        yield from self._store(vehicle, hold, room)
        for room in rooms[1:]:
            hold = self._aboard(vehicle)[0][0]
            yield from self._near(vehicle, room.block, room.bay)
            yield from self._store(vehicle, hold, room)
        yield from self._rest(vehicle)

    def _load(self, order: Order, vehicle: Vehicle) -> Process:
        """To the stacks, to the crane."""
        holds = (MIDDLE,) if len(order.boxes) == 1 else (FORE, AFT)
        for box, hold in zip(order.boxes, holds):
            assert self.works.yard is not None
            yield from self._near(vehicle, self._block(box), self.works.yard.bay_of(box))
            stop = self.ground.stop(vehicle)
            yield stop.ready
            yield self.works.yard.fetch(box, stop, hold)
        yield from self._set_out(vehicle, lambda: self._crane_spots(order.crane))
        stop = self.ground.stop(vehicle)
        order.stop.succeed(stop)
        yield stop.done
        self.called[order.crane] -= 1
        yield from self._rest(vehicle)

    def _set_out(self, vehicle: Vehicle, spots: Callable[[], list[Spot]]) -> Process:
        """Set out for one of *spots*; who stands in the lane of a block for it too long waits in the park.

        So whoever is foremost in a lane gets out of it, whatever all others wait for.
        """
        env, began = self.works.env, self.works.env.now
        asked, aside = Asked(hopeful=True), Asked(hopeful=True)
        yield env.timeout(max(vehicle.arrives - began, 0.0))
        while self.ground.begin(vehicle, spots(), asked) is None:
            yield env.timeout(AGAIN)
            in_lane = vehicle.spot.form == "lane" and vehicle.spot not in self.parks
            if in_lane and env.now - began >= IN_LANE and self.ground.begin(vehicle, self._resting(vehicle), aside):
                yield env.timeout(vehicle.arrives - env.now)
                asked = Asked(hopeful=True)
        vehicle.waited += env.now - began

    def _rooms(self, vehicle: Vehicle) -> Process:
        """Room in the yard for what is on it, in the order of its holds."""
        boxes = tuple(box for _, box in self._aboard(vehicle))
        while True:
            assert self.works.yard is not None
            x, y, _ = vehicle.pose
            rooms: tuple[Room, ...] | None = self.works.yard.room(boxes, x=x, y=y, land=False)
            if rooms is not None:
                return rooms
            yield self.works.env.timeout(ASK_AGAIN)

    def _store(self, vehicle: Vehicle, hold: int, room: Room) -> Process:
        assert self.works.yard is not None
        stop: Stop = self.ground.stop(vehicle)
        yield stop.ready
        yield self.works.yard.store(stop, hold, room)

    def _near(self, vehicle: Vehicle, block: int, bay: int) -> Process:
        """To a place at a block, unless it stands at one already.

        In a block's lane it stays wherever it stands: one cannot go back there, but the crane comes along.
        """
        spots = self._block_spots(block, bay)
        in_lane = vehicle.spot.form == "lane" and vehicle.spot.owner == block
        if vehicle.spot not in spots and not in_lane:
            self._make_room(block)
            yield from self._set_out(vehicle, lambda: spots)
            yield self.works.env.timeout(max(vehicle.arrives - self.works.env.now, 0.0))

    def _rest(self, vehicle: Vehicle) -> Process:
        """Idle: where it stands if it may, else where it is in nobody's way."""
        self.idle.append(vehicle)
        self._give_out()
        if vehicle in self.idle and not self._may_stay(vehicle):
            self.idle.remove(vehicle)
            yield from self.ground.go(vehicle, lambda: self._resting(vehicle))
            self.idle.append(vehicle)
            self._give_out()

    def _make_room(self, block: int) -> None:
        """Send an idle vehicle away from a block that has no place left."""
        spots = self._block_spots(block)
        if len(spots) > 1 and not any(self.ground.free(s) for s in spots):
            here = sorted((v for v in self.idle if v.spot in spots), key=lambda v: v.row)
            if here:
                self.idle.remove(here[0])
                self.works.env.process(self._away(here[0]))

    def _away(self, vehicle: Vehicle) -> Process:
        yield from self.ground.go(vehicle, lambda: self._resting(vehicle))
        self.idle.append(vehicle)
        self._give_out()

    # -- places

    def _may_stay(self, vehicle: Vehicle) -> bool:
        spot = vehicle.spot
        if spot.form != "nose":
            return spot in self.parks
        return self._free(spot.owner) >= KEPT_FREE

    def _resting(self, vehicle: Vehicle) -> list[Spot]:
        """Places to wait at, the nearest first."""
        if self.group != "agv":
            return sorted(
                (s for s in self.parks if self.ground.free(s)), key=lambda s: (-self.left.get(s, -inf), s.y, s.x)
            )
        x, y, _ = vehicle.pose
        blocks = [b for b in self._blocks() if self._free(b) > KEPT_FREE and b != vehicle.spot.owner]
        spots = [s for b in blocks for s in self._block_spots(b) if self.ground.free(s)]
        spots.sort(key=lambda s: (hypot(s.x - x, s.y - y), s.owner, s.lane))
        return spots[:12]

    def _free(self, block: int) -> int:
        return sum(self.ground.free(s) for s in self._block_spots(block))

    def _blocks(self) -> Iterable[int]:
        return [b for b in range(len(self.works.terminal.blocks)) if self._block_spots(b)]

    def _block(self, box: int) -> int:
        assert self.works.yard is not None
        return self.works.yard.block_of(box)

    def _block_spots(self, block: int, bay: int | None = None) -> list[Spot]:
        return self.ground.spots_at(block, group=self.group, bay=bay) if block >= 0 else []

    def _crane_spots(self, crane: int) -> list[Spot]:
        return self.ground.crane_spots(crane, self.works.meeting.get(crane, 0.0), self.group)

    def _aboard(self, vehicle: Vehicle) -> list[tuple[int, int]]:
        """(hold, box) on a vehicle."""
        return sorted((self.works.book.place[box].bay, box) for box in vehicle.masses)


def install(works: Works) -> None:
    """Put vehicles, ground and transport into *works*."""
    ground = Ground(works)
    works.ground = ground
    group = next((g for g in GROUPS if ground.of_group(g)), None)
    if group is None:
        return
    vehicles = ground.of_group(group)
    carriers = Carriers(works, ground, group, vehicles)
    if group == "agv":
        _spread(carriers)
    carriers.parks = [v.spot for v in vehicles]
    works.transport = carriers
    works.started.append(carriers.start)


def _spread(carriers: Carriers) -> None:
    """AGVs begin before the blocks, spread over them."""
    blocks = [carriers._block_spots(b) for b in carriers._blocks()]
    places = [
        spots[n] for n in range(max(map(len, blocks), default=0)) for spots in blocks if n < len(spots) - KEPT_FREE
    ]
    for vehicle, spot in zip(carriers.vehicles, places):
        carriers.ground.put(vehicle, spot)
