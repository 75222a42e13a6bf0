"""One yard crane at work: taking boxes from vehicles, bringing them, moving those aside that stand in the way."""

from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from math import cos, sin
from typing import Any

import numpy as np
import simpy

from twin.facts import Status
from twin.geometry import Bools
from twin.simulate.book import Place, in_slot, on_machine
from twin.simulate.boxes import LENGTHS
from twin.simulate.cranes import Crane
from twin.simulate.flights import FAR, Flight, Over, Pilot
from twin.simulate.handover import AFT, FORE, MIDDLE, TWIN_OFFSET, Process, Room, Stop
from twin.simulate.motion import Ramp
from twin.simulate.planning import Planner
from twin.simulate.rails import Rail
from twin.simulate.stacking import VEHICLE_TOP
from twin.simulate.stacks import CLEAR
from twin.simulate.works import ROUTINE, Works

NEARBY = 30.0  # metres: a crane that passes over claims shorter ways whole and stays low on them
STEP = 15.0  # metres between the places it then claims
PARKED = 0.4  # metres below the highest hoist where an idle spreader hangs
AHEAD = {MIDDLE: 0.0, FORE: TWIN_OFFSET, AFT: -TWIN_OFFSET}  # metres from the middle of a vehicle's load
HOVER = 0.5  # metres above what a spreader must clear, where it waits for a vehicle
Deed = Generator[simpy.Event, Any, bool]  # true once it is done, false where it cannot be done now


@dataclass(eq=False)
class Job:
    """A box to be taken from a vehicle to *room*, or (room None) brought to it."""

    number: int
    box: int
    stop: Stop
    hold: int
    room: Room | None
    block: int
    done: simpy.Event
    asked: float  # seconds
    truck: bool  # from outside, else it works for the quay
    landward: bool  # the vehicle stands at the block's land end
    begun: bool = False
    prepared: bool = False
    after: float = -FAR  # second before which it need not be looked at

    @property
    def ready(self) -> bool:
        """Whether the vehicle stands there."""
        return self.stop.ready.processed

    def clear(self, _: simpy.Event) -> None:
        """The crane is clear of the vehicle."""
        self.done.succeed()


@dataclass(eq=False)
class Portal:
    """A yard crane; *seaward* and *landward* tell which ends of its blocks it is there for first."""

    works: Works
    planner: Planner
    crane: Crane
    pilot: Pilot
    rail: Rail
    seaward: bool = True
    landward: bool = True
    out: bool = False  # of service
    busy: bool = False
    waits: bool = False  # above the place where a vehicle is about to stop, or the box it comes for
    beneath: float = 0.0  # metres above its rail that it must keep to pass over the other crane, 0: it passes over none
    lanes: list[tuple[float, float]] = field(default_factory=list)  # as its trolley counts: vehicles stand there
    ends: list[tuple[float, float]] = field(default_factory=list)  # as its gantry counts: vehicles stand there
    over: Over | None = None
    columns: Callable[[int], Bools | None] = lambda block: None  # of a block: those it gets to

    @property
    def high(self) -> float:
        """The hoist of a parked spreader."""
        return self.pilot.most["hoist"] - PARKED

    def at_stop(self, stop: Stop, hold: int) -> tuple[float, float, float]:
        """Gantry and trolley over a hold of a stop, and the hoist at which a box of no height would stand there."""
        step = AHEAD[hold]
        gantry, trolley = self.crane.reach(stop.x + cos(stop.yaw) * step, stop.y + sin(stop.yaw) * step)
        return gantry, trolley, stop.z - self.crane.z

    def at_slot(self, block: int, bay: int, row: int) -> tuple[float, float]:
        """Gantry and trolley over a slot."""
        b = self.works.terminal.blocks
        along = bay / 2 * float(b.bay_pitch[block])
        across = (row - 0.5) * float(b.row_pitch[block] * b.row_sign[block])
        yaw = float(b.yaw[block])
        x = float(b.x[block]) + cos(yaw) * along - sin(yaw) * across
        return self.crane.reach(x, float(b.y[block]) + sin(yaw) * along + cos(yaw) * across)

    def do(self, job: Job) -> Deed:
        """Do *job*, whose vehicle stands there."""
        self.says(Status.WORKING)
        return (yield from self._fetch(job) if job.room is None else self._store(job, job.room))

    def prepare(self, job: Job) -> Deed:
        """Until the vehicle comes, move aside what stands in the way, and wait over the box or over the vehicle."""
        planner = self.planner
        if job.room is None:
            self.says(Status.WORKING)
            while not job.ready and planner.standing(job.box) and (above := planner.above(job.box)):
                if not (yield from self._move_aside(above[0])):
                    return False
            if job.ready or not planner.standing(job.box):
                return True
            gantry, trolley = self.at_slot(*planner.where[job.box])
            top = planner.top(job.box) + self._ground(job.block)
        else:
            gantry, trolley, top = self.at_stop(job.stop, job.hold)
        self.says(Status.MOVING)
        yield from self._claim(gantry)
        hoist = min(max(top, VEHICLE_TOP) + CLEAR + HOVER, self.high)
        yield from self._until(self._fly(gantry, trolley, max(hoist, self.beneath), job.box).landed)
        self._release()
        return True

    def park(self) -> Process:
        """Hoist the spreader out of the way."""
        if self.crane.joints["hoist"].value < self.high:
            yield from self._until(self.crane.raise_to(self.works.env.now, self.high))

    def evade(self, gantry: float) -> Process:
        """Drive out of another crane's way."""
        duty, before, joints = self.works.of_duty(self.crane.row), self.crane.status.now, self.crane.joints
        # Where somebody has the duty, it is the crane's own process, which waits for the rail itself.
        turn = None if duty.users else duty.request(priority=ROUTINE)
        self.says(Status.MOVING)
        flight = self.pilot.fly(
            self.works.env.now, gantry, joints["trolley"].value, self.high, length=joints["spread"].value
        )
        yield from self._until(flight.landed)
        self.crane.status.set(self.works.env.now, before)
        if turn is not None:
            duty.release(turn)

    def says(self, status: Status) -> None:
        """It says so from now on."""
        if self.crane.status.now != status:
            self.crane.status.set(self.works.env.now, status)

    def _store(self, job: Job, room: Room) -> Deed:
        """Take the vehicle's box to its room, or to a better one if that is no longer any good."""
        planner, box, height = self.planner, job.box, self._height(job.box)
        g0, y0, z0 = self.at_stop(job.stop, job.hold)
        while True:
            job.room = room = planner.still(box, room, self.columns(room.block))
            if not planner.fits(box, room):
                return False
            g1, y1 = self.at_slot(room.block, room.bay, room.row)
            yield from self._claim(g0, g1)
            job.room = planner.still(box, room, self.columns(room.block))
            if job.room == room and planner.fits(box, room):
                break
            room = job.room
            self._release()
        yield from self._until(self._fly(g0, y0, z0 + height, box).landed)
        yield from self._grip(box, on_machine(self.crane.row), self._mass(box))
        job.stop.boxes.pop(job.hold, None)
        ground = planner.stacks[room.block].top(room.bay, room.row) + self._ground(room.block)
        flight = self._fly(g1, y1, ground + height, box, loaded=True)
        self._tell(job, flight.above(VEHICLE_TOP + CLEAR + height))
        yield from self._until(flight.landed)
        yield from self._set_down(box, room)
        return True

    def _fetch(self, job: Job) -> Deed:
        """Bring the box to the vehicle, those above it moved aside."""
        planner, box, height = self.planner, job.box, self._height(job.box)
        g1, y1, z1 = self.at_stop(job.stop, job.hold)
        while True:
            if not planner.standing(box):
                return False
            if above := planner.above(box):
                if not (yield from self._move_aside(above[0])):
                    return False
                continue
            place = planner.where[box]
            g0, y0 = self.at_slot(*place)
            yield from self._claim(g0, g1)
            if planner.standing(box) and planner.where[box] == place and not planner.above(box):
                break
            self._release()
        yield from self._until(self._fly(g0, y0, planner.top(box) + self._ground(place[0]), box).landed)
        planner.want(box, -1)
        planner.lift(box)
        yield from self._grip(box, on_machine(self.crane.row), self._mass(box))
        yield from self._until(self._fly(g1, y1, z1 + height, box, loaded=True).landed)
        job.stop.boxes[job.hold] = box
        yield from self._grip(box, job.stop.place(job.hold), 0)
        rise = self._rise(max(self.beneath, max(z1 + height, VEHICLE_TOP) + CLEAR))
        self._tell(job, rise.t0 + float(rise.when(np.array([z1 + height + CLEAR]))[0]))
        yield from self._until(rise.t1)
        self._release()
        return True

    def _move_aside(self, box: int, tried: tuple[int, ...] = ()) -> Deed:
        """Move a box to another stack of its block; *tried*: boxes that first need this one out of their way."""
        planner = self.planner
        if not planner.standing(box):
            return False
        tried = (*tried, box)
        if planner.above(box):
            box = planner.above(box)[0]
        room = planner.elsewhere(box, self.columns(planner.where[box][0]))
        if room is None:
            other = planner.beside_place_for(box) if self.works.book.boxes.feet(box) == 45 else None
            if other is None or other in tried:
                return False  # two 45' boxes wait for each other: later there may be room
            return (yield from self._move_aside(other, tried))
        place, height, ground = planner.where[box], self._height(box), self._ground(room.block)
        (g0, y0), (g1, y1) = self.at_slot(*place), self.at_slot(room.block, room.bay, room.row)
        yield from self._claim(g0, g1)
        gone = not planner.standing(box) or planner.where[box] != place or bool(planner.above(box))
        if gone or not planner.fits(box, room):
            planner.unkeep(box, room)
            self._release()
            return gone  # somebody else has been at it; else there is no good place just now
        yield from self._until(self._fly(g0, y0, planner.top(box) + ground, box).landed)
        planner.lift(box, room)
        yield from self._grip(box, on_machine(self.crane.row), self._mass(box))
        top = planner.stacks[room.block].top(room.bay, room.row)
        yield from self._until(self._fly(g1, y1, top + ground + height, box, loaded=True).landed)
        yield from self._set_down(box, room)
        return True

    def _set_down(self, box: int, room: Room) -> Process:
        """The box stands in its room: let go of it, and of the rail."""
        tier, _ = self.planner.stand(box, room)
        yield from self._grip(box, in_slot(room.block, room.bay, room.row, tier), 0)
        if self.beneath:
            yield from self._until(self._rise(self.beneath).t1)
        self._release()

    def _grip(self, box: int, place: Place, mass: int) -> Process:
        """Lock or unlock: *box* is at *place* then, and the crane carries *mass* kg."""
        hand, free = self.crane.grip(self.works.env.now, mass, lift=mass > 0)
        self.works.book.hand(hand, box, place)
        yield from self._until(free)

    def _fly(self, gantry: float, trolley: float, hoist: float, box: int, *, loaded: bool = False) -> Flight:
        """Go there, for *box* or with it."""
        return self.pilot.fly(
            self.works.env.now, gantry, trolley, hoist, length=LENGTHS[self.works.book.boxes.feet(box)],
            below=self._height(box) if loaded else 0.0, loaded=loaded, over=self.over, lanes=self.lanes, ends=self.ends,
        )  # fmt: skip

    def _rise(self, hoist: float) -> Ramp:
        """Hoist the empty spreader straight up."""
        joint, pace, now = self.crane.joints["hoist"], self.pilot.pace[False], self.works.env.now
        ramp = Ramp(now, joint.value, max(joint.value, min(hoist, self.high)), pace.up, pace.up_acceleration)
        self.crane.raise_to(now, ramp.end)
        return ramp

    def _claim(self, *gantries: float) -> Process:
        """Have these places and the way between them to itself, as far as it cannot pass above others."""
        places, low = [*gantries], tuple((g, g) for g in gantries)
        first, last = min(gantries), max(gantries)
        if self.beneath:
            steps = int((last - first) // STEP)
            whole = [first, *(first + STEP * (i + 1) for i in range(steps)), last]
            if last - first <= NEARBY or self.rail.open(self.crane, whole):
                places, low = whole, ((first, last),)
        yield from self.rail.claim(self.crane, places)
        self.over = Over(self.beneath - CLEAR, low) if self.beneath else None

    def _release(self) -> None:
        self.over = None
        self.rail.release(self.crane)

    def _tell(self, job: Job, t: float) -> None:
        """The vehicle may leave from second *t* on."""
        clear = self.works.env.timeout(max(t - self.works.env.now, 0.0))
        clear.callbacks.append(job.clear)

    def _until(self, t: float) -> Process:
        if t > self.works.env.now:
            yield self.works.env.timeout(t - self.works.env.now)

    def _height(self, box: int) -> float:
        return self.works.book.boxes.height(box)

    def _mass(self, box: int) -> int:
        return self.works.book.boxes.mass[box]

    def _ground(self, block: int) -> float:
        """Metres from the rail's top up to the ground of a block."""
        return float(self.works.terminal.blocks.z[block]) - self.crane.z
