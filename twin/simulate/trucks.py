"""Trucks: they come to the gate, are verified, released to a block, served there, checked out, and are gone.

Rules.  A truck brings one box, fetches one, or (`DOUBLE` of them) does both, bringing first.  It drives in by a lane
whose outer end is free and is verified at the booth.  It is released once every block it has to go to has a place for
it, so no truck ever waits before one block for a place at another; who asked first for a block is released first.
After `PATIENCE` a truck makes room at the booth and waits in the truck park, if there is a place; after `HOPE` without
room in the yard for its box it is turned away.  Names are number plates; a truck that has left comes back as another
visit once it has been away for `AWAY`.
"""

from collections.abc import Hashable
from dataclasses import dataclass, field
from math import isnan
from typing import Protocol

import numpy as np
import simpy

from twin.simulate.book import LEFT, on_machine
from twin.simulate.gate import Gateway, Pose, Way, arrivals
from twin.simulate.handover import MIDDLE, Process, Room, Stop, Yard
from twin.simulate.plates import AWAY, Stable
from twin.simulate.tally import Stay
from twin.simulate.works import ROUTINE, Works

DOUBLE = 0.2  # share of visits that bring one box and fetch another.  Made up
CHECK_OUT = (10.0, 20.0)  # seconds at the booth on the way out, from and to.  Made up
EMPTY = 0.15  # share of the boxes brought that are empty.  Made up
PATIENCE = 45.0  # seconds after which a truck that cannot be released makes room at the booth.  Made up
HOPE = 5400.0  # seconds after which a truck whose box finds no room is turned away.  Made up
POLL = 10.0  # seconds after which it asks again
CODES = (("22G1", 0.31), ("45G1", 0.42), ("42G1", 0.16), ("45R1", 0.06), ("22T1", 0.02), ("L5G1", 0.03))  # made up
Spot = Hashable


class Road(Protocol):
    """What trucks ask of the ground they drive on."""

    def place(self, pose: Pose) -> Spot:
        """A place for the middle of a truck."""
        ...

    def docks(self, block: int, bay: int) -> list[Spot]:
        """Places where the cranes of *block* serve a truck for *bay*, by lane."""
        ...

    def appear(self, row: int, spot: Spot) -> None:
        """The truck is there from now on."""
        ...

    def set_out(self, row: int, spot: Spot) -> Process:
        """Wait until there is a free way, and drive; returns, on setting out, the second at which it arrives."""
        ...

    def leave(self, row: int) -> None:
        """The truck is gone."""
        ...

    def stop(self, row: int) -> Stop:
        """The truck as it stands, for the yard: it is ready."""
        ...


@dataclass
class Truck:
    """A truck inside: what it brings (box or -1) and fetches, and the docks kept for it."""

    row: int
    name: str
    stay: Stay
    brings: int = -1
    fetches: int = -1
    docks: list[Spot] = field(default_factory=list)  # kept for it, in the order of its errands
    room: Room | None = None
    parked: Spot | None = None
    carries: int = -1  # the box on it
    turned_away: bool = False


@dataclass
class Trucks:
    """All trucks, and who holds which place."""

    works: Works
    road: Road
    gate: Gateway
    yard: Yard
    parks: list[Spot]
    random: np.random.Generator
    stable: Stable
    entries: simpy.Store = field(init=False)  # numbers of lanes in whose outer ends are free
    exits: simpy.Store = field(init=False)  # numbers of lanes out with a place to wait
    booths: list[simpy.Resource] = field(init=False)
    checks: list[simpy.Resource] = field(init=False)
    mouths: list[simpy.Resource] = field(init=False)  # outer ends of the lanes out
    taken: set[Spot] = field(default_factory=set)  # docks and park places
    waiting: list[Truck] = field(default_factory=list)  # for their release, in the order of asking

    def __post_init__(self) -> None:
        env = self.works.env
        self.entries, self.exits = simpy.Store(env), simpy.Store(env)
        self.entries.items = [*range(len(self.gate.ins))]
        self.exits.items = [*range(len(self.gate.outs))]
        self.booths = [simpy.Resource(env) for _ in self.gate.ins]
        self.checks, self.mouths = ([simpy.Resource(env) for _ in self.gate.outs] for _ in range(2))

    def come(self) -> Process:
        """Trucks come as the scenario says."""
        env, scenario = self.works.env, self.works.scenario
        for came, free in arrivals(scenario.gate, begin=env.now, end=scenario.hours * 3600, random=self.random):
            yield env.timeout(max(came - env.now, 0.0))
            env.process(self._visit(Stay(-1, came), free))

    def wake(self, row: int, park: Spot) -> Process:
        """A truck that stands in the park from the beginning fetches a box, and leaves."""
        env = self.works.env
        self.taken.add(park)
        yield env.timeout(float(self.random.uniform(0.0, AWAY)))
        box = self.yard.to_fetch()
        if box is not None:
            stay = Stay(row, float("nan"), fetches=1)
            truck = Truck(row, self.works.roster.machines.name[row], stay, fetches=box, parked=park)
            yield from self._errands(truck)
            yield from self._go_out(truck)

    def _visit(self, stay: Stay, free: float) -> Process:
        """One truck from the public road back to it."""
        env = self.works.env
        self.works.tally.stays.append(stay)
        yield env.timeout(max(free - env.now, 0.0))
        lane = yield self.entries.get()
        truck = self._appear(lane, stay)
        with self.booths[lane].request() as turn:
            yield turn
            arrival = yield from self._set_out(truck, self.road.place(self.gate.ins[lane].stop))
            self.entries.put(lane)
            yield env.timeout(arrival - env.now)
            yield from self._verify(truck, lane)
            arrival = yield from self._release(truck)
        yield env.timeout(arrival - env.now)
        yield from self._errands(truck)
        yield from self._go_out(truck)

    def _appear(self, lane: int, stay: Stay) -> Truck:
        """It drives up to the gate, with a box if it brings one."""
        now = self.works.env.now
        row = self.stable.take()
        truck = Truck(row, self.works.roster.machines.name[row], stay)
        stay.machine, stay.inside = row, now
        self._choose(truck)
        self.road.appear(row, self.road.place(self.gate.ins[lane].outer))
        if truck.brings >= 0:
            truck.carries = truck.brings
            self.works.book.hand(now, truck.brings, on_machine(row))
        return truck

    def _choose(self, truck: Truck) -> None:
        """What it comes for; if there is nothing to fetch it brings a box instead."""
        what = float(self.random.random())
        double = float(self.random.random()) < DOUBLE
        if double or what < self.works.scenario.gate.fetching:
            box = self.yard.to_fetch()
            truck.fetches = -1 if box is None else box
        if double or truck.fetches < 0:
            truck.brings = self._box()
        truck.stay.brings, truck.stay.fetches = int(truck.brings >= 0), int(truck.fetches >= 0)

    def _box(self) -> int:
        maker, share = self.works.maker, np.cumsum([s for _, s in CODES])
        code = CODES[min(int(np.searchsorted(share, self.random.random())), len(CODES) - 1)][0]
        empty = bool(self.random.random() < EMPTY) and code[2] == "G"
        return int(maker.make([code], maker.some_lines(1), [empty])[0])

    def _verify(self, truck: Truck, lane: int) -> Process:
        low, high = self.works.scenario.gate.verify_s
        took = float(self.random.uniform(low, high))
        yield self.works.env.timeout(took)
        truck.stay.verified = self.works.env.now
        name = self.gate.ins[lane].lane.name
        self.works.tell(self.works.env.now, "gate", truck.name, f"in by {name}, verified in {took:.0f} s")

    def _release(self, truck: Truck) -> Process:
        """Wait until it can be sent on its errands, at the booth or in the park; sent off, the second it arrives."""
        env, since = self.works.env, self.works.env.now
        self.waiting.append(truck)
        while not self._granted(truck):
            yield env.timeout(POLL)
            park = self._free(self.parks)
            if truck.parked is None and park is not None and env.now - since >= PATIENCE:
                self.waiting.remove(truck)
                return (yield from self._park(truck, park))
            if truck.brings >= 0 and truck.room is None and env.now - since >= HOPE:
                self._turn_away(truck)
        self.waiting.remove(truck)
        return env.now if truck.turned_away else (yield from self._send(truck))

    def _turn_away(self, truck: Truck) -> None:
        """It takes its box home again."""
        truck.turned_away = True
        self.works.book.taken.discard(truck.fetches)
        truck.stay.brings = truck.stay.fetches = 0
        self.works.tell(self.works.env.now, "gate", truck.name, "turned away: no room in the yard")

    def _park(self, truck: Truck, park: Spot) -> Process:
        """Drive off to the truck park; the booth is free, and `_errands` goes on from there."""
        truck.parked = park
        self.taken.add(park)
        self.works.tell(self.works.env.now, "gate", truck.name, "told to wait in the truck park")
        return (yield from self._set_out(truck, park))

    def _granted(self, truck: Truck) -> bool:
        """Keep room for its box and a dock at each block it goes to: all, or nothing."""
        if truck.turned_away:
            return True
        if truck.brings >= 0 and truck.room is None:
            x, y = self._somewhere()
            rooms = self.yard.room((truck.brings,), x=x, y=y, land=True)
            truck.room = rooms[0] if rooms else None
            if truck.room is None:
                return False
        wanted = {block for block, _ in self._blocks(truck)}
        earlier = self.waiting[: self.waiting.index(truck)]
        if any(block in wanted for other in earlier for block, _ in self._blocks(other)):
            return False
        docks = [self._free(self.road.docks(block, bay)) for block, bay in self._blocks(truck)]
        found = [dock for dock in docks if dock is not None]
        if len(found) < len(docks):
            return False
        truck.docks = found if len({*found}) == len(found) else found[:1] * len(found)
        self.taken.update(truck.docks)
        return True

    def _blocks(self, truck: Truck) -> list[tuple[int, int]]:
        """(block, bay) of its errands."""
        out = [(truck.room.block, truck.room.bay)] if truck.room is not None else []
        if truck.fetches >= 0:
            out.append((self.yard.block_of(truck.fetches), self.yard.bay_of(truck.fetches)))
        return out

    def _somewhere(self) -> tuple[float, float]:
        """The middle of any block, so that boxes from outside spread over the yard."""
        b = self.works.terminal.blocks
        block = np.array([int(self.random.integers(len(b)))])
        x, y = self.works.terminal.slot_xy(block, b.bays[block], (b.rows[block] + 1) // 2)
        return float(x[0]), float(y[0])

    def _free(self, spots: list[Spot]) -> Spot | None:
        return next((spot for spot in spots if spot not in self.taken), None)

    def _send(self, truck: Truck) -> Process:
        """Set out for the first dock; the second it arrives."""
        truck.stay.released = self.works.env.now
        block, bay = self._blocks(truck)[0]
        number = self.road.docks(block, bay).index(truck.docks[0]) + 1
        where = f"{self.works.terminal.blocks.name[block]} lane {number}"
        self.works.tell(self.works.env.now, "gate", truck.name, f"released to {where}")
        arrival = yield from self._set_out(truck, truck.docks[0])
        self.taken.discard(truck.parked)
        truck.parked = None
        return arrival

    def _errands(self, truck: Truck) -> Process:
        """Wait in the park if it was sent there, then stand at each dock and be served."""
        env = self.works.env
        if truck.parked is not None and not truck.docks:
            arrival = yield from self._release(truck)
            yield env.timeout(arrival - env.now)
        if truck.turned_away:
            return
        truck.stay.docked = env.now
        if truck.room is not None:
            stop = self.road.stop(truck.row)
            stop.boxes[MIDDLE] = truck.brings
            yield self.yard.store(stop, MIDDLE, truck.room)
            truck.carries = -1
        if truck.fetches >= 0:
            if truck.docks[-1] != truck.docks[0]:
                arrival = yield from self._set_out(truck, truck.docks[-1])
                self.taken.discard(truck.docks.pop(0))
                yield env.timeout(arrival - env.now)
            yield self.yard.fetch(truck.fetches, self.road.stop(truck.row), MIDDLE)
            truck.carries = truck.fetches
        truck.stay.served = env.now

    def _clear(self, truck: Truck) -> None:
        """It has set out: what it held is free."""
        self.taken.difference_update((*truck.docks, truck.parked))
        truck.docks, truck.parked = [], None

    def _go_out(self, truck: Truck) -> Process:
        """To a lane out, be checked, and be gone at the public road, with the box."""
        env = self.works.env
        lane = yield self.exits.get()
        way = self.gate.outs[lane]
        if way.waits is not None:
            arrival = yield from self._set_out(truck, self.road.place(way.waits))
            self._clear(truck)
            yield env.timeout(arrival - env.now)
        with self.checks[lane].request() as turn:
            yield turn
            arrival = yield from self._set_out(truck, self.road.place(way.stop))
            self._clear(truck)
            self.exits.put(lane)
            yield env.timeout(arrival - env.now)
            yield env.timeout(float(self.random.uniform(*CHECK_OUT)))
            mouth = self.mouths[lane].request()
            yield mouth
            arrival = yield from self._set_out(truck, self.road.place(way.outer))
        self._say_out(truck, way)
        yield env.timeout(arrival - env.now)
        self.mouths[lane].release(mouth)
        self._vanish(truck)

    def _say_out(self, truck: Truck, way: Way) -> None:
        now = self.works.env.now
        minutes = "" if isnan(truck.stay.inside) else f" after {(now - truck.stay.inside) / 60:.0f} min"
        self.works.tell(now, "gate", truck.name, f"out by {way.lane.name}{minutes}")

    def _vanish(self, truck: Truck) -> None:
        now = self.works.env.now
        truck.stay.left = now
        if truck.carries >= 0:
            self.works.book.hand(now, truck.carries, LEFT)
        self.road.leave(truck.row)
        self.stable.give(truck.row)

    def _set_out(self, truck: Truck, spot: Spot) -> Process:
        """Set out for *spot*; the second it arrives."""
        with self.works.of_duty(truck.row).request(priority=ROUTINE) as turn:
            yield turn
            return (yield from self.road.set_out(truck.row, spot))
