"""Machines that break down for a while: one stands where it is, says FAULT, and goes on when it is mended.

A breakdown waits for the piece of work in hand (a box in the air is set down first), as drivers do where they can.
"""

from functools import partial

from twin.facts import Status
from twin.simulate.cranes import Crane
from twin.simulate.handover import Process
from twin.simulate.lifts import QuayCrane
from twin.simulate.motion import Steps
from twin.simulate.scenario import Fault
from twin.simulate.works import FAULT, Works


def install(works: Works) -> None:
    """Have the scenario's faults happen."""
    for fault in works.scenario.faults:
        works.started.append(partial(_broken, works, fault))


def _broken(works: Works, fault: Fault) -> Process:
    env, row = works.env, works.roster.machines.of(fault.machine)
    yield env.timeout(max(fault.at - env.now, 0.0))
    with works.of_duty(row).request(priority=FAULT) as turn:
        yield turn
        track = works.tracks.get(row)
        machine = track.crane if isinstance(track, QuayCrane) else track
        if isinstance(machine, Crane):  # an idle crane may just be hoisting its spreader out of the way
            rest = max(channel.free for channel in (machine.gantry, *machine.joints.values()))
            yield env.timeout(max(rest - env.now, 0.0))
        status = getattr(machine, "status", None)
        before = status.now if isinstance(status, Steps) else Status.IDLE
        _say(status, env.now, Status.FAULT)
        works.tell(env.now, "alarm", fault.machine, f"out of order for {fault.lasts / 60:.0f} min")
        yield env.timeout(fault.lasts)
        _say(status, env.now, before if before != Status.FAULT else Status.IDLE)
        works.tell(env.now, "alarm", fault.machine, "in order again")


def _say(status: object, t: float, what: int) -> None:
    if isinstance(status, Steps):
        status.set(t, int(what))
