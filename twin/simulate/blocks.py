"""The yard at work: `Blocks` is the `Yard` of `handover.py`; every yard crane chooses its jobs and does them.

Kinds of blocks, by the cranes on their rails: one crane; a crossover pair, the large one passing above the small one;
two that cannot pass each other; rubber-tyred cranes, several of which may share a runway along one or more blocks in
line, with vehicles in a lane inside the span.  Blocks without cranes are served by whoever says so (`Blocks.serve`).

A box whose crane has broken down waits; blocks with a broken crane are given no more boxes.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import simpy

from twin.errors import OutOfReach
from twin.geometry import Bools
from twin.simulate.binding import Bearings
from twin.simulate.book import in_slot
from twin.simulate.cranes import Crane
from twin.simulate.filling import filled
from twin.simulate.flights import FAR, Pilot
from twin.simulate.handover import Process, Room, Stop
from twin.simulate.planning import Planner
from twin.simulate.portals import Job, Portal
from twin.simulate.rails import APART, Rail
from twin.simulate.runway import REACH, Runway
from twin.simulate.runways import LONGEST, Line, bearings_of, ground_of, lines_of, twenties_in
from twin.simulate.stacking import Cards, stacks_of
from twin.simulate.stacks import CLEAR
from twin.simulate.works import Works

Server = Callable[[Job], None]  # takes jobs of blocks without cranes


@dataclass(eq=False)
class Blocks:
    """All blocks and whoever works them: the `Yard`."""

    works: Works
    planner: Planner
    runways: list[Runway] = field(default_factory=list)
    of: dict[int, Runway] = field(default_factory=dict)  # by block
    servers: dict[int, Server] = field(default_factory=dict)  # by block: straddle carriers
    barred: set[int] = field(default_factory=set)  # blocks that trucks do not get to
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

    def bar(self, blocks: set[int]) -> None:
        """Trucks do not get to *blocks*: no room is kept there for what they bring, nothing chosen for them there."""
        self.barred |= blocks

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
        if land and block in self.barred:
            return False
        if block in self.servers:
            return True
        runway = self.of.get(block)
        if runway is None:
            return False
        able = [p for p in runway.portals if not p.out]
        return self.serves(block, land) and not any(runway.broken(p) for p in able)

    def serves(self, block: int, land: bool) -> bool:
        """Whether a block has a crane in service that works with trucks (*land*) or with vehicles of the quay."""
        if land and block in self.barred:
            return False
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
