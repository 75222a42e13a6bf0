"""One straddle carrier at work: it takes a box from a stack, a truck or the ground, and sets it down on another."""

from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import simpy

from twin.facts import Status
from twin.simulate.book import Place, in_slot, on_machine
from twin.simulate.boxes import LENGTHS
from twin.simulate.cranes import LOCK
from twin.simulate.fleet import Drive, Vehicle
from twin.simulate.ground import NoWay
from twin.simulate.handover import MIDDLE, Process, Room, Stop
from twin.simulate.planning import Planner
from twin.simulate.portals import Job
from twin.simulate.spots import Spot
from twin.simulate.stacking import HIGH_CUBE
from twin.simulate.straddle_track import Straddle
from twin.simulate.straddle_ways import Site, Ways
from twin.simulate.works import Works

OVER = 1.05  # metres kept between a load or spreader and what it passes over; planners begin to warn at 1.0
AGAIN = 2.0  # seconds after which a carrier that cannot go asks again
PATIENCE = 30.0  # seconds after which it goes and waits where it is parked.  Made up
Row = tuple[int, int]  # block, row
Deed = Generator[simpy.Event, Any, bool]  # true once it is done, false where it cannot be done now


class Yardmaster(Protocol):
    """Whom a carrier asks: for rows that it has to itself, and places under quay cranes."""

    def lock(self, carrier: "Carrier", row: Row) -> bool:
        """Have a row to itself, if nobody else has it."""
        ...

    def unlock(self, carrier: "Carrier", row: Row) -> None:
        """Give back a row."""
        ...

    def aside(self, carrier: "Carrier", box: int) -> Room | None:
        """Room, kept, in the same block for a box that is in the way; the carrier then has its row to itself."""
        ...

    def berth(self, stop: Stop) -> bool:
        """Keep a place on the ground for what goes to *stop*, if there is one or it is kept already."""
        ...

    def over(self, stop: Stop) -> tuple[int, ...]:
        """Numbers in the reservations of what stands at *stop*."""
        ...

    def emptied(self, stop: Stop) -> None:
        """No box stands any more on a place on the ground."""
        ...


@dataclass(eq=False)
class Carrier:
    """A carrier, where it is, and who waits until it is clear of there."""

    works: Works
    ways: Ways
    planner: Planner
    master: Yardmaster
    straddle: Straddle
    home: Site
    site: Site = field(init=False)
    owed: list[simpy.Event] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.site = self.home

    @property
    def row(self) -> int:
        return self.straddle.row

    @property
    def vehicle(self) -> Vehicle:
        return self.straddle.vehicle

    # -- jobs

    def do(self, job: Job) -> Deed:
        """Do *job*; it counts as done once the carrier has left the vehicle or place."""
        return (yield from self._fetch(job) if job.room is None else self._store(job, job.room))

    def rest(self) -> Process:
        """Go where it is parked."""
        yield from self.go(self.home)

    def _store(self, job: Job, room: Room) -> Deed:
        box, stop = job.box, job.stop
        yield from self.go(self._at(stop, job.hold), box)
        yield from self._lower(stop.z + self._height(box), loaded=False)
        yield from self._grip(box, on_machine(self.row))
        del stop.boxes[job.hold]
        if stop.machine < 0 and not stop.boxes:
            self.master.emptied(stop)
        self.owed.append(job.done)
        job.room = yield from self._row_for(box, room)
        yield from self._stack(box, job.room)
        return True

    def _row_for(self, box: int, room: Room) -> Process:
        """Wait until it may go to the room of its box, or to a better one; gives the room."""
        began = self.works.env.now
        while True:
            room = self.planner.still(box, room)
            if self.planner.fits(box, room) and self.master.lock(self, (room.block, room.row)):
                return room
            yield from self._wait(began)

    def _wait(self, began: float) -> Process:
        """Wait a little for others, after a while where it is in nobody's way."""
        if self.works.env.now - began >= PATIENCE and self.site is not self.home:
            yield from self.go(self.home)
        yield self.works.env.timeout(AGAIN)

    def _fetch(self, job: Job) -> Deed:
        box, planner = job.box, self.planner
        while planner.standing(box) and (above := planner.above(box)):
            if not (yield from self._move_aside(above[0])):
                return False
        if not planner.standing(box):
            return False
        yield from self.go(self._slot(box), box)
        planner.want(box, -1)
        yield from self._unstack(box, None)
        began = self.works.env.now
        while job.stop.machine < 0 and not self.master.berth(job.stop):
            yield from self._wait(began)
        yield from self.go(self._at(job.stop, job.hold))
        yield from self._lower(job.stop.z + self._height(box), loaded=True)
        job.stop.boxes[job.hold] = box
        yield from self._grip(box, job.stop.place(job.hold))
        self.owed.append(job.done)
        return True

    def _move_aside(self, box: int) -> Deed:
        room = self.master.aside(self, box) if self.planner.standing(box) else None
        if room is None:
            return False
        yield from self.go(self._slot(box), box)
        yield from self._unstack(box, room)
        yield from self._stack(box, room)
        return True

    def _unstack(self, box: int, to: Room | None) -> Process:
        """Lift a box from the stack below, to be set down in *to* or to leave the yard."""
        yield from self._lower(self.planner.top(box) + self._ground(self.site.block), loaded=False)
        self.planner.lift(box, to)
        yield from self._grip(box, on_machine(self.row))

    def _stack(self, box: int, room: Room) -> Process:
        yield from self.go(self.ways.slot(room.block, room.bay, room.row))
        foot = self.planner.stacks[room.block].top(room.bay, room.row) + self._ground(room.block)
        yield from self._lower(foot + self._height(box), loaded=True)
        tier, _ = self.planner.stand(box, room)
        yield from self._grip(box, in_slot(room.block, room.bay, room.row, tier))

    # -- driving

    def go(self, site: Site, box: int = -1) -> Process:
        """Drive to *site* (*box*: to lift that one there); where there is no way, go and wait in nobody's way."""
        if not (yield from self._drive(site, box, patient=self.site is self.home)):
            yield from self._drive(self.home, -1, patient=True)
            yield from self._drive(site, box, patient=True)

    def _drive(self, site: Site, box: int, *, patient: bool) -> Deed:
        """Drive to *site*, high enough above all it passes on leaving and on coming.

        Those who wait for it to be gone are told as soon as it is.  Not *patient*, it gives up after a while.
        """
        now, out, into = self.works.env.now, self._need(self.site), self._need(site)
        clear, up = self._rise(now, out, max(out, into))
        if box >= 0:
            self.straddle.spread(clear, LENGTHS[self.works.book.boxes.feet(box)])

        plans = self.ways.plans(self.vehicle, self.site, site)
        begins = [max(clear, up - _last(plan, self.ways.outside(plan, site))) for plan in plans]
        plan = yield from self._set_out(site, plans, begins, np.inf if patient else PATIENCE)
        if plan is None:
            return False
        gone = self.ways.outside(plan, self.site)
        begin = plan.start + float(plan.rows[int(np.argmax(gone)), 0]) if gone.any() else plan.end
        if gone.any() and self.straddle.hoist.value > into:
            self.straddle.raise_to(begin, into, loaded=bool(self.vehicle.masses))
        self._left(begin, site)
        yield from self._until(plan.end)
        return True

    def _rise(self, now: float, out: float, high: float) -> tuple[float, float]:
        """Begin to hoist to *high*: the seconds at which it is above *out*, and up."""
        hoist = self.straddle.hoist
        if hoist.value < high - 1e-6:
            ramp = self.straddle.raise_to(now, high, loaded=bool(self.vehicle.masses))
            if ramp is not None:
                return ramp.t0 + float(ramp.when(np.array([out]))[0]), ramp.t1
        free = max(now, hoist.free) if hoist.ramps and hoist.ramps[-1].end > hoist.ramps[-1].start else now
        return free, free

    def _set_out(self, site: Site, plans: list[Drive], begins: list[float], patience: float) -> Process:
        """Wait until one of *plans* is free, none before its second of *begins*, and take it; gives the drive.

        None: none was free within *patience* seconds.  Raises `NoWay`.
        """
        env, vehicle = self.works.env, self.vehicle
        over, began = (*self.site.over, *site.over), env.now
        if not plans and patience == np.inf:
            name, here, there = self.works.roster.machines.name[self.row], self.vehicle.pose, site.spot
            raise NoWay(f"{name}: no way leads from ({here[0]:.1f}, {here[1]:.1f}) to ({there.x:.1f}, {there.y:.1f})")
        while (plan := self.ways.first(vehicle, plans, begins, over)) is None:
            if env.now - began >= patience:
                return None
            yield env.timeout(AGAIN)
        vehicle.waited += env.now - began
        self.ways.ground.follow(vehicle, plan, site.spot)
        return plan

    def _left(self, t: float, site: Site) -> None:
        """It leaves where it is, and is clear of it from second *t* on."""
        env, owed = self.works.env, self.owed
        left, self.owed, self.site = self.site, [], site
        if owed:
            env.timeout(max(t - env.now, 0.0)).callbacks.append(lambda _: _happen(owed))
        if left.block >= 0 and (left.block, left.row) != (site.block, site.row):
            self.master.unlock(self, (left.block, left.row))

    def _need(self, site: Site) -> float:
        """The lowest spreader at which it comes to a site, or leaves it, as it is loaded."""
        boxes, hung = self.works.book.boxes, max((self._height(b) for b in self.vehicle.masses), default=0.0)
        if site.stop is not None:
            there = [site.stop.z + boxes.height(b) for b in site.stop.boxes.values()]
            top = max([site.stop.z + site.beside, *there])
        elif site.block >= 0:
            top = float(self.planner.stacks[site.block].sky[:, site.row - 1].max()) + self._ground(site.block)
        else:
            return self.straddle.joint("hoist").rest
        return min(top + OVER + hung, self.straddle.highest)

    # -- lifting

    def _grip(self, box: int, place: Place) -> Process:
        """Lock or unlock: the box is at *place* then."""
        self.works.book.hand(self.works.env.now + LOCK / 2, box, place)
        yield self.works.env.timeout(LOCK)

    def _lower(self, z: float, *, loaded: bool) -> Process:
        t = max(self.works.env.now, self.straddle.joints["spread"].free)
        self.straddle.says(self.works.env.now, Status.WORKING)
        self.straddle.raise_to(t, z, loaded=loaded)
        yield from self._until(self.straddle.hoist.free)

    # -- places

    def _at(self, stop: Stop, hold: int) -> Site:
        """The site over a hold of a stop: over a truck it comes from behind."""
        x, y = stop.at(hold)
        form = "nose" if stop.machine >= 0 else "beside"
        spot = Spot(form, x, y, stop.yaw, stop.machine, stop.lane, middle=True)
        beside = HIGH_CUBE if stop.machine < 0 and hold != MIDDLE else 0.0
        return Site(spot, stop=stop, over=self.master.over(stop), beside=beside)

    def _slot(self, box: int) -> Site:
        return self.ways.slot(*self.planner.where[box])

    def _ground(self, block: int) -> float:
        return float(self.works.terminal.blocks.z[block]) - self.vehicle.z

    def _height(self, box: int) -> float:
        return self.works.book.boxes.height(box)

    def _until(self, t: float) -> Process:
        if t > self.works.env.now:
            yield self.works.env.timeout(t - self.works.env.now)


def _last(plan: Drive, outside: npt.NDArray[np.bool_]) -> float:
    """Seconds of a drive after which it is no longer outside."""
    there = np.flatnonzero(outside)
    return float(plan.rows[there[-1], 0]) if len(there) else 0.0


def _happen(events: list[simpy.Event]) -> None:
    """Have all *events* be now."""
    for event in events:
        event.succeed()
