"""One runway and its cranes: which of them does which job, and when.

Which job comes next: those whose vehicle stands there before those for which something can be prepared; vehicles of
the quay before trucks (until a truck has waited for `PATIENCE`); who came earlier, by `WINDOW`; then the nearest.  Of
a pair, the crane of the vehicle's end does the job.  Where the two can pass each other, the other one helps out when no
vehicle waits at its own end; where they cannot, only when its neighbour has broken down, as far as it gets.  With
nothing to do a crane digs out what the next vehicle comes for, or waits above the place where it will stop: ask for
`store` and `fetch` as soon as the vehicle is on its way.
"""

from dataclasses import dataclass, field

import numpy as np
import simpy
from simpy.resources.resource import PriorityRequest

from twin.facts import Status
from twin.geometry import Bools
from twin.simulate.handover import Process
from twin.simulate.planning import Planner
from twin.simulate.portals import Job, Portal
from twin.simulate.rails import Rail
from twin.simulate.works import ROUTINE, Works

PATIENCE = 600.0  # seconds after which a truck is as urgent as a vehicle of the quay.  Made up
WINDOW = 120.0  # seconds: jobs asked for within one window are equally old.  Made up
LATER = 10.0  # seconds after which a job that could not be done is looked at again.  Made up
REACH = 0.1  # metres by which a vehicle may stand beyond the reach of a trolley and still be served


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
        if job.room is not None:
            places.append(portal.at_slot(job.room.block, job.room.bay, job.room.row)[0])
        elif self.planner.standing(job.box):  # a 40' that stands on it reaches half a bay farther
            dug = [job.box, *self.planner.above(job.box)]
            places += [portal.at_slot(*self.planner.where[box])[0] for box in dug]
        else:
            places.append(portal.at_slot(*self.planner.where[job.box])[0])
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
