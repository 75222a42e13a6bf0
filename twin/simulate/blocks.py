"""The yard at work: `Blocks` is the `Yard` of `handover.py`; every yard crane chooses its jobs and does them.

Kinds of blocks, by the cranes on their rails: one crane; a crossover pair, the large one passing above the small one;
two that cannot pass each other; rubber-tyred cranes, several of which may share a runway along one or more blocks in
line, with vehicles in a lane inside the span.  Blocks without cranes are served by whoever says so (`Blocks.serve`).

Which job comes next: those whose vehicle stands there before those for which something can be prepared; vehicles of
the quay before trucks (until a truck has waited for `PATIENCE`); who came earlier, by `WINDOW`; then the nearest.  Of
a pair, the crane of the vehicle's end does the job.  Where the two can pass each other, the other one helps out when no
vehicle waits at its own end; where they cannot, only when its neighbour has broken down, as far as it gets.  With
nothing to do a crane digs out what the next vehicle comes for, or waits above the place where it will stop: ask for
`store` and `fetch` as soon as the vehicle is on its way.

A box whose crane has broken down waits; blocks with a broken crane are given no more boxes.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import simpy
from simpy.resources.resource import PriorityRequest

from twin.errors import OutOfReach
from twin.facts import Status
from twin.geometry import Bools
from twin.simulate.book import in_slot
from twin.simulate.cranes import Crane
from twin.simulate.filling import filled
from twin.simulate.flights import FAR, Pilot
from twin.simulate.handover import Process, Room, Stop
from twin.simulate.planning import Bearings, Planner
from twin.simulate.portals import Job, Portal
from twin.simulate.rails import APART, Rail
from twin.simulate.runways import LONGEST, Line, bearings_of, ground_of, lines_of, twenties_in
from twin.simulate.stacking import Cards, stacks_of
from twin.simulate.stacks import CLEAR
from twin.simulate.works import ROUTINE, Works

PATIENCE = 600.0  # seconds after which a truck is as urgent as a vehicle of the quay.  Made up
WINDOW = 120.0  # seconds: jobs asked for within one window are equally old.  Made up
LATER = 10.0  # seconds after which a job that could not be done is looked at again.  Made up
REACH = 0.1  # metres by which a vehicle may stand beyond the reach of a trolley and still be served
Server = Callable[[Job], None]  # takes jobs of blocks without cranes


@dataclass(eq=False)
class Runway:
    """Cranes in their order along it, and the jobs that wait for them."""

    works: Works
    planner: Planner
    rail: Rail
    portals: list[Portal]
    blocks: list[int]
    lane: bool  # vehicles stop beside the bays
    jobs: list[Job] = field(default_factory=list)
    known: dict[tuple[int, int], Bools] = field(default_factory=dict)  # (crane row, block) -> columns it gets to
    served: dict[tuple[int, bool], Bools] = field(default_factory=dict)  # (block, land) -> columns of `within`
    called: simpy.Event = field(init=False)

    def __post_init__(self) -> None:
        self.called = self.works.env.event()

    @property
    def both(self) -> bool:
        """Whether each crane works with trucks and with vehicles of the quay."""
        return self.lane or self.rail.over >= 0

    def call(self) -> None:
        """Have idle cranes look again whether there is something for them."""
        called, self.called = self.called, self.works.env.event()
        called.succeed()

    def add(self, job: Job) -> None:
        """A new job; cranes are also called when its vehicle has come."""
        self.jobs.append(job)
        if job.stop.ready.callbacks is not None:
            job.stop.ready.callbacks.append(lambda _: self.call())
        self.call()

    def work(self, portal: Portal) -> Process:
        """What a crane does all day."""
        duty = self.works.of_duty(portal.crane.row)
        while True:
            while self.next_for(portal) is None:
                portal.says(Status.IDLE)
                if not portal.waits:
                    yield from portal.park()
                if self.next_for(portal) is None:
                    yield self.called
            with duty.request(priority=ROUTINE) as turn:
                yield turn
                job = self.next_for(portal)
                if job is None:
                    continue
                yield from self._do(portal, job)
            portal.says(Status.IDLE)

    def _do(self, portal: Portal, job: Job) -> Process:
        """Do or prepare a job; what could not be done is looked at again later."""
        job.begun = portal.busy = True
        self.call()
        ready = job.ready
        done = yield from portal.do(job) if ready else portal.prepare(job)
        job.begun = portal.busy = False
        portal.waits = not ready and done
        if ready and done:
            self.jobs.remove(job)
        elif done:
            job.prepared = True
        else:
            job.after = self.works.env.now + LATER
            self.works.env.timeout(LATER).callbacks.append(lambda _: self.call())
        self.call()

    def next_for(self, portal: Portal) -> Job | None:
        """The job that comes next for a crane, None: none."""
        now, best, least = self.works.env.now, None, None
        for job in self.jobs:
            if job.begun or job.after > now or (job.prepared and not job.ready):
                continue
            if job.room is None and not self.planner.standing(job.box):
                continue
            if not self.is_for(portal, job) or not self.can(portal, job):
                continue
            waits = now - job.asked
            urgent = not job.truck or waits > PATIENCE
            helping = not (self.lane or (portal.landward if job.landward else portal.seaward))
            key = not job.ready, helping, not urgent, -(waits // WINDOW), self.way(portal, job), job.number
            if least is None or key < least:
                best, least = job, key
        return best

    def is_for(self, portal: Portal, job: Job) -> bool:
        """Whether the job is this crane's, or it may help out."""
        others = [p for p in self.portals if p is not portal]
        if self.lane:
            way = self.way(portal, job)
            return not any(
                not p.busy and not self.broken(p) and self.way(p, job) < way and self.can(p, job) for p in others
            )
        if portal.landward if job.landward else portal.seaward:
            return True
        if not job.ready:
            return False
        ours = [p for p in others if (p.landward if job.landward else p.seaward)]
        if all(self.broken(p) for p in ours):
            return True
        return self.rail.over >= 0 and all(p.busy or self.broken(p) for p in ours)

    def can(self, portal: Portal, job: Job) -> bool:
        """Whether a crane gets to all places of a job, its broken neighbours standing where they stand."""
        places = [portal.at_stop(job.stop, job.hold)[0]]
        where = (job.room.block, job.room.bay, job.room.row) if job.room else self.planner.where[job.box]
        places.append(portal.at_slot(*where)[0])
        return self.reaches(portal, places)

    def reaches(self, portal: Portal, gantries: list[float]) -> bool:
        """Whether a crane gets to all those positions, its broken neighbours standing where they stand."""
        low, high = self.span(portal)
        along = [self.rail.along(portal.crane, place) for place in gantries]
        if min(along) < low - REACH or max(along) > high + REACH:
            return False
        if portal.crane.row != self.rail.over:
            return True
        under = [p for p in self.portals if p is not portal and self.broken(p)]
        return all(abs(self._at(p) - a) >= self._apart(p, portal) for p in under for a in along)

    def columns(self, portal: Portal, block: int) -> Bools:
        """TEU columns of a block that a crane gets to, its broken neighbours standing where they stand."""
        broken = any(self.broken(p) and not p.out for p in self.portals)
        if broken or (portal.crane.row, block) not in self.known:
            bays = range(1, 2 * int(self.works.terminal.blocks.bays[block]), 2)
            found = np.array([self.reaches(portal, [portal.at_slot(block, bay, 1)[0]]) for bay in bays])
            if broken:
                return found
            self.known[portal.crane.row, block] = found
        return self.known[portal.crane.row, block]

    def within(self, block: int, land: bool) -> Bools:
        """TEU columns of a block that its cranes in service for one side get to."""
        broken = any(self.broken(p) and not p.out for p in self.portals)
        if broken or (block, land) not in self.served:
            ours = [p for p in self.portals if not p.out and (self.both or (p.landward if land else p.seaward))]
            columns = [self.columns(p, block) for p in ours]
            none = np.zeros(int(self.works.terminal.blocks.bays[block]), bool)
            found = np.any(columns, axis=0) if columns else none
            if broken:
                return found
            self.served[block, land] = found
        return self.served[block, land]

    def span(self, portal: Portal) -> tuple[float, float]:
        """How far a crane gets along the rail, its broken neighbours standing where they stand."""
        low, high = self.rail.ends
        if self.rail.over >= 0:
            return low, high
        mine = self.portals.index(portal)
        for other in self.portals[:mine]:
            low = self._at(other) if self.broken(other) else low
            low += self._apart(other, portal) if self.broken(other) else 2 * other.crane.half_length + self.rail.apart
        for other in self.portals[:mine:-1]:
            high = self._at(other) if self.broken(other) else high
            high -= self._apart(other, portal) if self.broken(other) else 2 * other.crane.half_length + self.rail.apart
        return low, high

    def broken(self, portal: Portal) -> bool:
        """Whether somebody else than itself has the command of a crane."""
        if portal.out:
            return True
        duty = self.works.duty.get(portal.crane.row)
        return duty is not None and any(isinstance(u, PriorityRequest) and u.priority < ROUTINE for u in duty.users)

    def way(self, portal: Portal, job: Job) -> float:
        """Metres from a crane to where the job begins."""
        at = portal.at_stop(job.stop, job.hold)[0]
        if job.room is None:
            at = portal.at_slot(*self.planner.where[job.box])[0]
        return abs(at - portal.crane.gantry.value)

    def _at(self, portal: Portal) -> float:
        return self.rail.along(portal.crane, portal.crane.gantry.value)

    def _apart(self, a: Portal, b: Portal) -> float:
        return a.crane.half_length + b.crane.half_length + self.rail.apart


@dataclass(eq=False)
class Blocks:
    """All blocks and whoever works them: the `Yard`."""

    works: Works
    planner: Planner
    runways: list[Runway] = field(default_factory=list)
    of: dict[int, Runway] = field(default_factory=dict)  # by block
    servers: dict[int, Server] = field(default_factory=dict)  # by block: straddle carriers
    _number: int = 0

    def room(self, boxes: tuple[int, ...], *, x: float, y: float, land: bool) -> tuple[Room, ...] | None:
        """Keep room for *boxes*, in one block, handy from site *x*, *y*; *land*: they come by truck.  None: not now."""
        return self.planner.room(boxes, x=x, y=y, land=land)

    def store(self, stop: Stop, hold: int, room: Room) -> simpy.Event:
        """Take the box in *hold* of *stop* to *room*; succeeds when the crane has it and is clear of the vehicle.

        *stop.done* is left to whoever sent the vehicle.  Raises `OutOfReach`.
        """
        return self._ask(stop.boxes[hold], stop, hold, room, room.block)

    def fetch(self, box: int, stop: Stop, hold: int) -> simpy.Event:
        """Bring *box* to *hold* of *stop*; succeeds when it stands there and the crane is clear of the vehicle.

        Raises `OutOfReach`.
        """
        block = self.planner.where[box][0]
        self.planner.want(box)
        self.planner.ask(block, 1)
        done = self._ask(box, stop, hold, None, block)
        done.callbacks.append(lambda _: self.planner.ask(block, -1))
        return done

    def block_of(self, box: int) -> int:
        """The block row a box stands in, -1: in none."""
        return self.planner.where[box][0] if box in self.planner.where else -1

    def bay_of(self, box: int) -> int:
        """The bay a box stands in, 0: in none."""
        return self.planner.where[box][1] if box in self.planner.where else 0

    def load_on(self, block: int) -> int:
        """Boxes that wait to be moved there, or are on the way to it: how busy it is."""
        return self.planner.asked.get(block, 0)

    def to_load(self, call: int, count: int, *, twenties: float, reefers: float) -> list[int]:
        """Choose *count* boxes in the yard for call number *call*; they are then bound for it.  May be fewer."""
        return self.planner.to_load(call, count, twenties=twenties, reefers=reefers)

    def to_fetch(self) -> int | None:
        """Choose a box in the yard for a truck that comes for one; nobody else will be given it."""
        return self.planner.to_fetch()

    def serve(self, block: int, server: Server) -> None:
        """Have *server* take the jobs of a block without cranes; it tells the planner what it does, as a `Portal`."""
        self.servers[block] = server

    def usable(self, block: int, land: bool) -> bool:
        """Whether a block can be given boxes that come by truck (*land*) or from the quay."""
        if block in self.servers:
            return True
        runway = self.of.get(block)
        if runway is None:
            return False
        able = [p for p in runway.portals if not p.out]
        return self.serves(block, land) and not any(runway.broken(p) for p in able)

    def serves(self, block: int, land: bool) -> bool:
        """Whether a block has a crane in service that works with trucks (*land*) or with vehicles of the quay."""
        if block not in self.of:
            return block in self.planner.bearings
        runway = self.of[block]
        return any(not p.out and (runway.both or (p.landward if land else p.seaward)) for p in runway.portals)

    def within(self, block: int, land: bool) -> Bools | None:
        """TEU columns of a block that its cranes for the truck side (*land*) or the quay's side get to; None: all."""
        return self.of[block].within(block, land) if block in self.of else None

    def _ask(self, box: int, stop: Stop, hold: int, room: Room | None, block: int) -> simpy.Event:
        self._number += 1
        own = self.works.terminal.machines
        truck = stop.machine >= len(own) or (stop.machine >= 0 and own.kind[stop.machine] == "truck")
        bearing = self.planner.bearings[block]
        land, sea = (np.hypot(end[0] - stop.x, end[1] - stop.y) for end in (bearing.land, bearing.sea))
        env = self.works.env
        job = Job(self._number, box, stop, hold, room, block, env.event(), env.now, bool(truck), bool(land < sea))
        if block in self.servers:
            self.servers[block](job)
        else:
            self._reachable(job)
            self.of[block].add(job)
        return job.done

    def _reachable(self, job: Job) -> None:
        runway = self.of[job.block]
        for portal in runway.portals:
            gantry, trolley, _ = portal.at_stop(job.stop, job.hold)
            joint, along = portal.crane.joint("trolley"), runway.rail.along(portal.crane, gantry)
            low, high = runway.rail.ends
            if low - REACH <= along <= high + REACH and joint.low - REACH <= trolley <= joint.high + REACH:
                return
        stop, name = job.stop, self.works.terminal.blocks.name[job.block]
        raise OutOfReach(
            f"no crane of block {name} reaches a vehicle that stands at x {stop.x:.1f}, y {stop.y:.1f}: its trolley "
            f"would be {trolley:.1f} m from the middle of the span, and goes from {joint.low:g} to {joint.high:g} m"
        )


def install(works: Works) -> None:
    """Fill the yard, stand the cranes over it, and let them work."""
    terminal, cards = works.terminal, Cards()
    lines = lines_of(terminal)
    lifts = _lifts(works, lines)
    short = {b: twenties_in(terminal, line, b) for line in lines for b in line.blocks}
    there = filled(terminal, works.maker, share=works.scenario.fill, lift=lifts, short=short)
    stacks = {
        b: stacks_of(terminal, b, works.book.boxes, cards, lift=lifts.get(b, np.inf), short=short.get(b))
        for b in range(len(terminal.blocks))
    }
    bearings = {b: bearings_of(terminal, line, b) for line in lines for b in line.blocks}
    for b, kind in enumerate(terminal.blocks.kind):
        if b not in bearings and kind == "straddle":
            bearings[b] = bearings_of(terminal, Line([], [b]), b)
    planner = Planner(works, stacks, bearings, cards, works.random("yard"))
    yard = Blocks(works, planner)
    planner.usable, planner.serves, planner.within = yard.usable, yard.serves, yard.within
    for line in lines:
        _staff(works, yard, line)
    planner.take_stock(there)
    columns = (there.block, there.bay, there.row, there.tier)
    for box, *place in zip(there.box.tolist(), *(c.tolist() for c in columns), strict=True):
        works.book.hand(works.env.now, box, in_slot(*place))
    works.yard = yard


def _lifts(works: Works, lines: list[Line]) -> dict[int, float]:
    """How high (m) the cranes of each block lift, and the straddle carriers of a terminal."""
    lifts = {b: min(c.joint("hoist").high for c in line.cranes) for line in lines for b in line.blocks}
    kinds = [works.terminal.catalogue.kinds[k] for k in sorted(set(works.terminal.machines.kind))]
    straddles = [k.joints[k.joint("hoist")].high for k in kinds if k.group == "straddle" and k.joint("hoist") >= 0]
    for b, kind in enumerate(works.terminal.blocks.kind):
        if kind == "straddle" and straddles and b not in lifts:
            lifts[b] = min(straddles)
    return lifts


def _staff(works: Works, yard: Blocks, line: Line) -> None:
    """One runway: its rail, its cranes where the layout has them, their processes."""
    small = min(crane.half_length for crane in line.cranes)
    apart = APART + 2 * max(LONGEST - small, 0.0)  # a 45' box sticks out of a short crane
    by_row: dict[int, Portal] = {}

    def evade(crane: Crane, gantry: float) -> Process:
        return by_row[crane.row].evade(gantry)

    for crane in line.cranes:
        crane.stand(0.0, trolley=0.0, hoist=crane.joint("hoist").high - 0.4)
    _send_away(works, line)

    def stuck(crane: Crane) -> bool:
        return runway.broken(by_row[crane.row])

    rail = Rail(works.env, line.cranes, evade, line.over, stuck, apart)
    rail.ends = line.ends
    portals = [_portal(works, yard.planner, line, crane, rail) for crane in line.cranes]
    by_row |= {portal.crane.row: portal for portal in portals}
    lane = all(yard.planner.bearings[b].lane for b in line.blocks)
    runway: Runway = Runway(works, yard.planner, rail, portals, line.blocks, lane)
    for portal in portals:
        portal.columns = partial(runway.columns, portal)
    if not lane and len(portals) > 1:
        _share_ends(yard, runway, line)
    yard.runways.append(runway)
    yard.of |= dict.fromkeys(line.blocks, runway)
    for portal in portals:
        works.tracks[portal.crane.row] = portal.crane
        works.rails[portal.crane.row] = rail
        if not portal.out:
            works.started.append(partial(runway.work, portal))


def _send_away(works: Works, line: Line) -> None:
    """Cranes out of service stand at the ends of their runway."""
    names = works.terminal.machines.name
    if line.over >= 0 or len(line.cranes) < 2:
        return
    for crane, end in ((line.cranes[0], line.ends[0]), (line.cranes[-1], line.ends[1])):
        if names[crane.row] in works.scenario.out_of_service and abs(end) < FAR:
            first = line.cranes[0]
            gantry = end - first.ahead(crane.x - first.x, crane.y - first.y)
            crane.stand(gantry, trolley=0.0, hoist=crane.joint("hoist").high - 0.4)


def _share_ends(yard: Blocks, runway: Runway, line: Line) -> None:
    """Of two or more cranes, which end each one is there for: the small one of a pair serves the quay."""
    bearing: Bearings = yard.planner.bearings[line.blocks[0]]
    if line.over >= 0:
        for portal in runway.portals:
            portal.seaward = portal.crane.row != line.over
            portal.landward = not portal.seaward
        return
    sea = [np.hypot(p.crane.x - bearing.sea[0], p.crane.y - bearing.sea[1]) for p in runway.portals]
    order = runway.portals if sea[0] <= sea[-1] else runway.portals[::-1]
    for portal in runway.portals:
        portal.seaward, portal.landward = portal is order[0], portal is order[-1]


def _portal(works: Works, planner: Planner, line: Line, crane: Crane, rail: Rail) -> Portal:
    grounds = [ground_of(works.terminal, planner.stacks[b], crane) for b in line.blocks]
    portal = Portal(works, planner, crane, Pilot(crane, grounds), rail)
    portal.out = works.terminal.machines.name[crane.row] in works.scenario.out_of_service
    if crane.row == line.over:
        portal.beneath = max(c.kind.height + c.z - crane.z for c in line.cranes if c is not crane) + CLEAR
    for ground in grounds:
        if planner.bearings[line.blocks[0]].lane:
            portal.lanes += [(-FAR, ground.across[1][0]), (ground.across[0][-1], FAR)]
        else:
            portal.ends += [(-FAR, ground.along[1][0]), (ground.along[0][-1], FAR)]
    return portal
