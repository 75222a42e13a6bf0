"""What trucks do, one visit after the other; the rules are in `trucks`."""

from dataclasses import dataclass, field
from math import hypot, inf, isnan, nan

import numpy as np
import simpy

from twin.simulate.book import LEFT, on_machine
from twin.simulate.departures import Departures
from twin.simulate.drivers import POLL, Drivers, Lane, Truck
from twin.simulate.gate import arrivals
from twin.simulate.handover import MIDDLE, Process, Yard
from twin.simulate.plates import AWAY, Stable
from twin.simulate.spots import Spot
from twin.simulate.tally import Stay
from twin.simulate.works import Works

DOUBLE = 0.2  # share of visits that bring one box and fetch another.  Made up
CHECK_OUT = (10.0, 20.0)  # seconds at the booth on the way out, from and to.  Made up
EMPTY = 0.15  # share of the boxes brought that are empty.  Made up
PATIENCE = 45.0  # seconds after which a truck that cannot be released makes room at the booth.  Made up
HOPE = 5400.0  # seconds after which a truck whose box finds no room is turned away.  Made up
CAB = (30.0, 60.0)  # seconds in which a driver leaves the cab before a crane may come, and gets in again.  Made up
CODES = (("22G1", 0.31), ("45G1", 0.42), ("42G1", 0.16), ("45R1", 0.06), ("22T1", 0.02), ("L5G1", 0.03))  # made up


@dataclass
class Trucks:
    """All trucks of a terminal."""

    works: Works
    drivers: Drivers
    yard: Yard
    ins: list[Lane]
    departures: Departures
    starts: list[Spot]  # where trucks appear on each road
    roads: list[Lane]  # where they queue there
    parks: list[Spot]
    open: list[int]  # blocks that trucks get to
    random: np.random.Generator
    stable: Stable
    waiting: list[Truck] = field(default_factory=list)  # for their release, in the order of asking
    first: list[simpy.Resource] = field(default_factory=list)  # who comes next at each entry

    def __post_init__(self) -> None:
        self.first = [simpy.Resource(self.works.env) for _ in self.starts]

    def come(self) -> Process:
        """Trucks come as the scenario says."""
        env, scenario = self.works.env, self.works.scenario
        for came, free in arrivals(scenario.gate, begin=env.now, end=scenario.hours * 3600, random=self.random):
            yield env.timeout(max(came - env.now, 0.0))
            env.process(self._visit(Stay(-1, came), free))

    def wake(self, row: int) -> Process:
        """A truck that stands in the park at first fetches a box, and leaves; one that no way leads out for stays."""
        yield self.works.env.timeout(float(self.random.uniform(0.0, AWAY)))
        vehicle, ground = self.drivers.ground.vehicle(row), self.drivers.ground
        box = self._wanted() if ground.seconds(vehicle, self.departures.lanes[0].spots[0]) < inf else -1
        if box >= 0:
            yield from self._within(Truck(vehicle, self._name(row), Stay(row, nan, fetches=1), fetches=box))

    def _visit(self, stay: Stay, free: float) -> Process:
        """One truck from the public road back to it."""
        env = self.works.env
        self.works.tally.stays.append(stay)
        yield env.timeout(max(free - env.now, 0.0))
        road = self._nearby(self.starts, self.ins[0])
        truck = yield from self._appear(stay, road)
        lane = yield from self.drivers.enter(truck, self.roads[road], self.ins)
        took = float(self.random.uniform(*self.works.scenario.gate.verify_s))
        yield env.timeout(took)
        stay.verified = env.now
        self._tell(truck, f"in by {lane.name}, verified in {took:.0f} s")
        yield from self._within(truck)

    def _within(self, truck: Truck) -> Process:
        yield from self._release(truck)
        if not truck.turned_away:
            yield from self._errands(truck)
        yield from self._go_out(truck)
        self.stable.give(truck.vehicle.row)

    def _appear(self, stay: Stay, road: int) -> Process:
        """It comes along the public road, with a box if it brings one; gives the `Truck`."""
        with self.first[road].request() as turn:
            yield turn
            while not self.drivers.ground.free(self.starts[road]):
                yield self.works.env.timeout(POLL)
            row = self.stable.take()
            vehicle = self.drivers.ground.vehicle(row, "truck")
            yield from self.drivers.ground.appear(vehicle, self.starts[road])
        truck = Truck(vehicle, self._name(row), stay)
        stay.machine = row
        self._choose(truck)
        if truck.brings >= 0:
            self.works.book.hand(self.works.env.now, truck.brings, on_machine(row))
        return truck

    def _choose(self, truck: Truck) -> None:
        """What it comes for; if there is nothing to fetch it brings a box instead."""
        what = float(self.random.random())
        double = float(self.random.random()) < DOUBLE
        if double or what < self.works.scenario.gate.fetching:
            truck.fetches = self._wanted()
        if double or truck.fetches < 0:
            truck.brings = self._box()
        truck.stay.brings, truck.stay.fetches = int(truck.brings >= 0), int(truck.fetches >= 0)

    def _wanted(self) -> int:
        """A box to fetch, -1: none that trucks get to."""
        box = self.yard.to_fetch()
        return -1 if box is None else box

    def _box(self) -> int:
        maker, share = self.works.maker, np.cumsum([s for _, s in CODES])
        code = CODES[min(int(np.searchsorted(share, self.random.random())), len(CODES) - 1)][0]
        empty = bool(self.random.random() < EMPTY) and code[2] == "G"
        return int(maker.make([code], maker.some_lines(1), [empty])[0])

    # -- released

    def dispatch(self) -> Process:
        """Send off those that wait to be released as soon as they can go, who asked first before others."""
        while True:
            yield self.works.env.timeout(POLL)
            for truck in [*self.waiting]:
                self._send(truck)

    def _release(self, truck: Truck) -> Process:
        """Wait at the booth or in the park until it has set out for its block; or turn it away."""
        env, since = self.works.env, self.works.env.now
        truck.sent = env.event()
        self.waiting.append(truck)
        self._send(truck)
        while truck in self.waiting:
            yield truck.sent | env.timeout(PATIENCE)
            if truck in self.waiting and truck.vehicle.spot not in self.parks:
                yield from self._park(truck)
            if truck in self.waiting and truck.brings >= 0 and truck.room is None and env.now - since >= HOPE:
                self._turn_away(truck)
                return
        truck.stay.released = env.now
        block, lane = truck.vehicle.spot.owner, truck.vehicle.spot.lane
        self._tell(truck, f"released to {self.works.terminal.blocks.name[block]} lane {lane + 1}")

    def _send(self, truck: Truck) -> None:
        """Have it set out for its block, if there is room for its box, a free place and a way."""
        if truck.brings >= 0 and truck.room is None:
            x, y = self._somewhere()
            rooms = self.yard.room((truck.brings,), x=x, y=y, land=True)
            truck.room = rooms[0] if rooms else None
        if self._block(truck) >= 0 and self.drivers.attempt(truck, "block", self._docks(truck)) is not None:
            self.waiting.remove(truck)
            assert truck.sent is not None
            truck.sent.succeed()

    def _somewhere(self) -> tuple[float, float]:
        """The middle of any block trucks get to, so that boxes from outside spread over the yard."""
        b = self.works.terminal.blocks
        block = np.array([self.open[int(self.random.integers(len(self.open)))]])
        x, y = self.works.terminal.slot_xy(block, b.bays[block], (b.rows[block] + 1) // 2)
        return float(x[0]), float(y[0])

    def _block(self, truck: Truck) -> int:
        """The block it goes to next, -1: there is no room for its box yet."""
        if truck.carries >= 0:
            return -1 if truck.room is None else truck.room.block
        return self.yard.block_of(truck.fetches)

    def _docks(self, truck: Truck) -> list[Spot]:
        """Places there."""
        bay = truck.room.bay if truck.carries >= 0 and truck.room is not None else self.yard.bay_of(truck.fetches)
        return self.drivers.ground.spots_at(self._block(truck), group="truck", land=True, bay=bay)

    def _park(self, truck: Truck) -> Process:
        """To the truck park, if there is a place; gives whether."""
        if self.drivers.attempt(truck, "park", self.parks) is None:
            return False
        self._tell(truck, "told to wait in the truck park")
        yield from self.drivers.arrive(truck)
        return True

    def _turn_away(self, truck: Truck) -> None:
        """It takes its box home again."""
        truck.turned_away = True
        self.waiting.remove(truck)
        self._give_up(truck)
        truck.stay.brings = 0
        self._tell(truck, "turned away: no room in the yard")

    def _give_up(self, truck: Truck) -> None:
        self.works.book.taken.discard(truck.fetches)
        truck.fetches, truck.stay.fetches = -1, 0

    # -- served

    def _errands(self, truck: Truck) -> Process:
        """It is served at its block, and at the next one."""
        if truck.carries >= 0:
            yield from self._served(truck)
            if truck.fetches >= 0 and not (yield from self._go_on(truck)):
                self._give_up(truck)
                self._tell(truck, "leaves without the box it came for")
        if truck.fetches >= 0:
            yield from self._served(truck)
        truck.stay.served = self.works.env.now

    def _served(self, truck: Truck) -> Process:
        """Call the crane, and wait until it has done its work; at block ends the driver leaves the cab first."""
        env, random = self.works.env, self.random
        on_foot = truck.vehicle.spot.form != "lane"
        yield from self.drivers.arrive(truck)
        if isnan(truck.stay.docked):
            truck.stay.docked = env.now
        if on_foot:
            yield env.timeout(float(random.uniform(*CAB)))
        stop = self.drivers.ground.stop(truck.vehicle)
        if truck.carries >= 0 and truck.room is not None:
            yield self.yard.store(stop, MIDDLE, truck.room)
        else:
            yield self.yard.fetch(truck.fetches, stop, MIDDLE)
        if on_foot:
            yield env.timeout(float(random.uniform(*CAB)))

    def _go_on(self, truck: Truck) -> Process:
        """Set out for the box it fetches, now or after a while in the park; gives whether it did."""
        env, since = self.works.env, self.works.env.now
        while env.now - since < HOPE:
            docks = self._docks(truck)
            if truck.vehicle.spot in docks or self._abreast(truck):
                return True
            if self.drivers.attempt(truck, "block", docks) is not None:
                return True
            patient = truck.vehicle.spot.form == "back" and env.now - since < PATIENCE  # it is in nobody's way
            if not patient and truck.vehicle.spot not in self.parks and not (yield from self._park(truck)):
                return False
            yield env.timeout(POLL)
        return False

    def _abreast(self, truck: Truck) -> bool:
        """Whether it stands in the lane of the block: one cannot go back there, but the crane comes along."""
        spot = truck.vehicle.spot
        return spot.form == "lane" and spot.owner == self._block(truck) >= 0

    # -- out

    def _go_out(self, truck: Truck) -> Process:
        """To a lane out, be checked, and be gone on the public road, with the box it has."""
        env = self.works.env
        road = self._nearby(self.departures.roads, self.departures.lanes[0])
        check = float(self.random.uniform(*CHECK_OUT))
        lane, leaves = yield from self.departures.leave(truck, road, check)
        yield env.timeout(leaves - env.now)
        truck.stay.left = env.now
        took = "" if isnan(truck.stay.inside) else f" after {(env.now - truck.stay.inside) / 60:.0f} min"
        self._tell(truck, f"out by {lane.name}{took}")
        yield from self.drivers.arrive(truck)
        if truck.carries >= 0:
            self.works.book.hand(env.now, truck.carries, LEFT)
        self.drivers.ground.leave(truck.vehicle)

    def _nearby(self, ends: list[Spot], lane: Lane) -> int:
        """A road by chance: from four times as far away come half as many.  Made up."""
        booth = lane.spots[0]
        share = np.cumsum([max(hypot(end.x - booth.x, end.y - booth.y), 1.0) ** -0.5 for end in ends])
        return min(int(np.searchsorted(share, self.random.random() * share[-1])), len(ends) - 1)

    def _name(self, row: int) -> str:
        return self.works.roster.machines.name[row]

    def _tell(self, truck: Truck, text: str) -> None:
        self.works.tell(self.works.env.now, "gate", truck.name, text)
