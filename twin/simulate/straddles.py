"""Straddle carriers: they do what vehicles and yard cranes do elsewhere, between quay cranes, stacks and trucks.

Quay cranes and carriers set boxes down for each other on marked places behind the cranes' landside legs; the crane
passes high above a carrier, and a carrier goes there only when the spreader is clear.  Trucks stand in the lanes of the
interchange, and a carrier comes over the trailer from behind.  In the stacks a carrier drives over a row, its legs in
the gaps beside it, from either end; from the time it is sent there until it sets out from it nobody else has that row
or one beside it.  A carrier that cannot go on for a while goes and waits where the layout parks it.

Which job a carrier does next, as in `blocks.py`: those for the quay before trucks (until a truck has waited for
`PATIENCE`); who came earlier, by `WINDOW`; then the nearest pair of job and idle carrier.  A box in the way goes to
another stack of the same row, if there is one.  A carrier with nothing to do goes where the layout parks it.
"""

from dataclasses import dataclass, field
from math import hypot

import numpy as np
import simpy

from twin.simulate.blocks import Blocks
from twin.simulate.ground import Ground
from twin.simulate.handover import AFT, FORE, MIDDLE, Order, Process, Room, Stop
from twin.simulate.planning import Planner
from twin.simulate.portals import Job
from twin.simulate.runway import PATIENCE, WINDOW
from twin.simulate.stacking import covered
from twin.simulate.straddle_marks import Marks
from twin.simulate.straddle_track import Straddle, legs_of
from twin.simulate.straddle_ways import GROUP, Site, Ways
from twin.simulate.straddle_work import Carrier, Row
from twin.simulate.works import ROUTINE, Works

AHEAD = 1  # boxes more than a quay crane has places that are fetched for it.  Made up
ASK_AGAIN = 4.0  # seconds after which the yard is asked for room again.  Made up
AGAIN = 2.0  # seconds after which one looks again whether a place is free
LATER = 10.0  # seconds after which a job that could not be done is looked at again, and idle carriers look around
DIG = 100.0  # metres that each box in the way counts for.  All four made up
LOWEST = 2.4  # metres, the height of the lowest box.  ISO 668: 8 ft


@dataclass(eq=False)
class Wanted:
    """A place under a quay crane that somebody waits for."""

    crane: int
    gantry: float
    loading: bool
    stop: Stop
    order: Order


@dataclass(eq=False)
class Fleet:
    """All carriers, the jobs that wait, who has which row: the `Transport`, and the server of the carriers' blocks."""

    works: Works
    ways: Ways
    planner: Planner
    yard: Blocks
    marks: Marks
    carriers: list[Carrier] = field(default_factory=list)
    idle: list[Carrier] = field(default_factory=list)
    jobs: list[Job] = field(default_factory=list)
    rows: dict[Row, Carrier] = field(default_factory=dict)  # who has which row to itself
    wanted: list[Wanted] = field(default_factory=list)
    turns: dict[int, simpy.Resource] = field(default_factory=dict)  # quay crane -> who may fetch boxes for it
    lines: dict[int, simpy.Resource] = field(default_factory=dict)  # quay crane -> who gets its next free place

    # -- Transport

    @property
    def top(self) -> float:
        """Metres above the ground that a carrier reaches."""
        return max(c.vehicle.kind.height for c in self.carriers)

    def lanes(self, crane: int) -> tuple[float, ...]:
        """Trolley positions over the places where a quay crane sets boxes down."""
        return tuple(lane.aside for lane in self.marks.ground.places.transfers(crane, GROUP))

    def discharge(self, crane: int, boxes: tuple[int, ...]) -> Order:
        """Have a place on the ground kept for *boxes*, and bring them to the yard once they stand there."""
        order = Order(crane, boxes, True, self.works.env.event())
        wanted = self._want(order)
        self.works.env.process(self._discharge(wanted))
        return order

    def load(self, crane: int, boxes: tuple[int, ...]) -> Order:
        """Have *boxes* fetched from the yard and set down behind *crane*."""
        order = Order(crane, boxes, False, self.works.env.event())
        wanted = self._want(order)
        self.works.env.process(self._load(wanted))
        return order

    def _want(self, order: Order) -> Wanted:
        """A place not yet known, for an order of a crane that stands where it is to be met."""
        env, rail = self.works.env, self.works.rails.get(order.crane)
        gantry = next((c.gantry.value for c in rail.cranes if c.row == order.crane), 0.0) if rail is not None else 0.0
        spot = self.marks.ground.crane_spots(order.crane, gantry, GROUP)[0]
        stop = Stop(spot.x, spot.y, 0.0, spot.yaw, -1, env.event(), env.event(), rise=self.top + 1.0 - LOWEST)
        return Wanted(order.crane, gantry, not order.discharging, stop, order)

    def _discharge(self, wanted: Wanted) -> Process:
        env, order, stop = self.works.env, wanted.order, wanted.stop
        discharging = self.marks.discharging
        discharging[order.crane] = discharging.get(order.crane, 0) + 1
        yield from self._place(wanted)
        stop.ready.succeed()
        order.stop.succeed(stop)
        yield stop.done
        discharging[order.crane] -= 1
        holds = sorted(stop.boxes)
        boxes = tuple(stop.boxes[hold] for hold in holds)
        while (rooms := self.yard.room(boxes, x=stop.x, y=stop.y, land=False)) is None:
            yield env.timeout(ASK_AGAIN)
        for hold, room in zip(holds, rooms, strict=True):
            self.yard.store(stop, hold, room)

    def _load(self, wanted: Wanted) -> Process:
        order, stop, env = wanted.order, wanted.stop, self.works.env
        holds = (MIDDLE,) if len(order.boxes) == 1 else (FORE, AFT)
        places = len(self.lanes(order.crane))
        turns = self.turns.setdefault(order.crane, simpy.Resource(env, places + AHEAD))
        with turns.request() as turn:
            yield turn
            self.wanted.append(wanted)
            yield env.all_of([self.yard.fetch(box, stop, hold) for box, hold in zip(order.boxes, holds, strict=True)])
            stop.ready.succeed()
            yield stop.done
            self.marks.drop(stop)

    def _place(self, wanted: Wanted) -> Process:
        """Wait for a free place, in turn."""
        line = self.lines.setdefault(wanted.crane, simpy.Resource(self.works.env, 1))
        with line.request() as turn:
            yield turn
            while self.marks.keep(wanted) is None:
                yield self.works.env.timeout(AGAIN)

    # -- what carriers ask

    def berth(self, stop: Stop) -> bool:
        """Keep a place on the ground for what goes to *stop*, if there is one or it is kept already."""
        wanted = next((w for w in self.wanted if w.stop is stop), None)
        if wanted is not None and self.marks.keep(wanted) is not None:
            self.wanted.remove(wanted)
            wanted.order.stop.succeed(stop)
        return self.marks.of(stop) is not None

    def over(self, stop: Stop) -> tuple[int, ...]:
        """Numbers in the reservations of what stands at *stop*."""
        if stop.machine >= 0:
            return (self.marks.ground.vehicle(stop.machine).number,)
        mark = self.marks.of(stop)
        return () if mark is None else (mark.number,)

    def emptied(self, stop: Stop) -> None:
        """No box stands any more on a place on the ground."""
        self.marks.drop(stop)

    def lock(self, carrier: Carrier, row: Row) -> bool:
        """Have a row to itself, if nobody else has it or one beside it."""
        if not self._open(carrier, row):
            return False
        self.rows[row] = carrier
        return True

    def unlock(self, carrier: Carrier, row: Row) -> None:
        """Give back a row."""
        if self.rows.get(row) is carrier:
            del self.rows[row]
            self._soon()

    def aside(self, carrier: Carrier, box: int) -> Room | None:
        """Room, kept, in the same block for a box that is in the way; the carrier then has its row to itself."""
        found = self._along(box)
        if found is not None:
            self.planner.keep(box, found)
            return found
        room = self.planner.elsewhere(box)
        if room is None or (self.planner.fits(box, room) and self.lock(carrier, (room.block, room.row))):
            return room
        self.planner.unkeep(box, room)
        return None

    def _along(self, box: int) -> Room | None:
        """The nearest other stack in the row of *box*, of those where it stands on none that leaves sooner, if any."""
        block, bay, row = self.planner.where[box]
        s, boxes, due = self.planner.stacks[block], self.works.book.boxes, self.planner.cards.due
        feet = boxes.feet(box)
        places = np.flatnonzero(s.open(feet, boxes.height(box))[:, row - 1]).tolist()
        bays = [2 * n + 1 if feet == 20 else 4 * n + 2 for n in places]
        own = covered(bay)
        found = [
            (bool(s.soon[covered(b)[0], row - 1] < due.get(box, 1e6)), abs(b - bay), b)
            for b in bays
            if not set(covered(b)) & set(own) and self.planner.fits(box, Room(block, b, row))
        ]
        return Room(block, min(found)[2], row) if found else None

    # -- who does what

    def serve(self, job: Job) -> None:
        """A new job; carriers are also called when its truck has come."""
        self.jobs.append(job)
        if job.stop.machine >= 0 and job.stop.ready.callbacks is not None:
            job.stop.ready.callbacks.append(lambda _: self._give_out())
        self._give_out()

    def start(self) -> Process:
        """Carriers report for work, and look around now and then."""
        self.idle = list(self.carriers)
        while True:
            self._give_out()
            yield self.works.env.timeout(LATER)

    def _soon(self) -> None:
        self.works.env.timeout(0.0).callbacks.append(lambda _: self._give_out())

    def _give_out(self) -> None:
        """Jobs to idle carriers."""
        while (pair := self._next()) is not None:
            job, carrier = pair
            job.begun = True
            if job.room is None:
                self.lock(carrier, self._row(job.box))
            self.idle.remove(carrier)
            self.works.env.process(self._do(carrier, job))

    def _next(self) -> tuple[Job, Carrier] | None:
        """The job that comes next, and the carrier to do it."""
        now = self.works.env.now
        able = [c for c in self.idle if not self.works.of_duty(c.row).count]
        best, least = None, None
        for job in self.jobs if able else []:
            if job.begun or job.after > now or not (job.stop.machine < 0 or job.ready):
                continue
            if job.room is None and not self.planner.standing(job.box):
                continue
            waits = now - job.asked
            urgent = not job.truck or waits > PATIENCE
            x, y, more = self._begins(job)
            for carrier in able:
                if job.room is None and not self._open(carrier, self._row(job.box)):
                    continue
                way = hypot(carrier.vehicle.pose[0] - x, carrier.vehicle.pose[1] - y) + more
                key = not urgent, -(waits // WINDOW), way, job.number, carrier.row
                if least is None or key < least:
                    best, least = (job, carrier), key
        return best

    def _begins(self, job: Job) -> tuple[float, float, float]:
        """Where a job begins, and metres that what must be moved first counts for."""
        if job.room is not None:
            return *job.stop.at(job.hold), 0.0
        spot = self.ways.slot(*self.planner.where[job.box]).spot
        return spot.x, spot.y, DIG * len(self.planner.above(job.box))

    def _open(self, carrier: Carrier, row: Row) -> bool:
        """Whether nobody else has a row or one beside it: two carriers side by side there would touch."""
        block, r = row
        return all(self.rows.get((block, r + n), carrier) is carrier for n in (-1, 0, 1))

    def _row(self, box: int) -> Row:
        block, _, row = self.planner.where[box]
        return block, row

    def _do(self, carrier: Carrier, job: Job) -> Process:
        env, here = self.works.env, carrier.site
        with self.works.of_duty(carrier.row).request(priority=ROUTINE) as turn:
            yield turn
            done = yield from carrier.do(job)
        here = carrier.site
        for row in [row for row, holder in self.rows.items() if holder is carrier and row != (here.block, here.row)]:
            self.unlock(carrier, row)
        if done:
            self.jobs.remove(job)
        else:
            job.begun, job.after = False, env.now + LATER
        yield from self._rest(carrier)

    def _rest(self, carrier: Carrier) -> Process:
        """Idle; park it unless there is something for it at once."""
        self.idle.append(carrier)
        self._give_out()
        if carrier in self.idle and carrier.site is not carrier.home:
            self.idle.remove(carrier)
            with self.works.of_duty(carrier.row).request(priority=ROUTINE) as turn:
                yield turn
                yield from carrier.rest()
            self.idle.append(carrier)
            self._give_out()


def install(works: Works) -> None:
    """Have carriers do the work of blocks of their kind, and carry for the quay cranes, where a terminal has them.

    To be called after `blocks.install` and `transport.install`.  Without lanes for carriers nothing is done.
    """
    blocks = [b for b, kind in enumerate(works.terminal.blocks.kind) if kind == GROUP]
    ground = works.ground if works.ground is not None else Ground(works)
    own = ground.of_group(GROUP)
    if not blocks or not own or not isinstance(works.yard, Blocks):
        return
    if not ground.places.lines(GROUP):
        works.tell(
            works.env.now,
            "yard",
            works.terminal.name,
            "no work for straddle carriers: the layout has no lanes for them",
        )
        return
    works.ground = ground
    planner = works.yard.planner
    ways = Ways(ground, legs_of(own[0].kind))
    fleet = Fleet(works, ways, planner, works.yard, Marks(ground, GROUP))
    for vehicle in own:
        straddle = Straddle(vehicle)
        fleet.carriers.append(Carrier(works, ways, planner, fleet, straddle, Site(vehicle.spot)))
        works.tracks[vehicle.row] = straddle
    for block in blocks:
        works.yard.serve(block, fleet.serve)
    cranes = [row for row, kind in enumerate(works.terminal.machines.kind) if works.terminal.kind(kind).group == "sts"]
    if works.transport is None and all(fleet.lanes(row) for row in cranes):
        works.transport = fleet
    works.started.append(fleet.start)
