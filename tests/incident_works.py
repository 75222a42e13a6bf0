"""Works for tests of incidents: two cranes on one runway and nothing else, or parties of a layout at work."""

from dataclasses import replace

import numpy as np
import simpy

from tests.yard_works import layout
from twin.facts import roster_of
from twin.geometry import Floats
from twin.simulate import blocks, incidents
from twin.simulate.book import Book
from twin.simulate.boxes import Maker
from twin.simulate.cranes import Crane
from twin.simulate.handover import Process
from twin.simulate.motion import Track
from twin.simulate.rails import Rail
from twin.simulate.run import Run
from twin.simulate.sampling import Sampler
from twin.simulate.scenario import Call, Incident, Scenario
from twin.simulate.works import Works
from twin.terminal import Machines, Terminal
from twin.units import SECOND

START = 1_772_000_000 * SECOND


def empty_works(terminal: Terminal, *planted: Incident, hours: float = 0.5, calls: tuple[Call, ...] = (),
                fill: float = 0.5) -> Works:  # fmt: skip
    roster = roster_of(terminal.machines.name)
    scenario = Scenario("test", START, hours, seed=1, fill=fill, incidents=planted, calls=calls)
    maker = Maker(roster, np.random.default_rng([1, 0]))
    return Works(simpy.Environment(), terminal, roster, scenario, 1, maker, Book(maker.boxes))


def two_rtgs(*planted: Incident, apart: float = 60.0) -> Works:
    """RTG1 of the small terminal, and RTG9 *apart* metres further along its runway."""
    small = layout("small")
    own, row = small.machines, small.machines.name.index("RTG1")
    kind, x, y = own.kind[row], own.x[row], own.y[row]
    still = np.zeros(2), np.full(2, own.yaw[row])
    both = Machines(("RTG1", "RTG9"), (kind, kind), np.array([x, x + apart]), np.array([y, y]), *still)
    works = empty_works(replace(small, machines=both), *planted, hours=0.1)
    cranes = [Crane(r, small.kind(kind), float(both.x[r]), float(y), 0.0, float(own.yaw[row])) for r in range(2)]

    def drive(crane: Crane, to: float) -> Process:
        there = crane.gantry.go(works.env.now, to, crane.kind.drive_empty, crane.kind.drive_acceleration)
        yield works.env.timeout(there - works.env.now)

    rail = Rail(works.env, cranes, drive)
    for crane in cranes:
        crane.stand(0.0, trolley=0.0, hoist=12.0)
        works.tracks[crane.row], works.rails[crane.row] = crane, rail
    incidents.install(works)
    return works


def yard(name: str, *planted: Incident, fill: float = 0.5, parties: tuple[object, ...] = (), **more: object) -> Works:
    """The yard of a layout, other *parties*, and incidents."""
    works = empty_works(layout(name), *planted, fill=fill, **more)  # type: ignore[arg-type]
    for party in (blocks, *parties, incidents):
        party.install(works)  # type: ignore[attr-defined]
    return works


def begun(works: Works) -> Works:
    """Its processes have begun."""
    for begin in works.started:
        works.env.process(begin())
    return works


def played(works: Works, until: float) -> Works:
    """It has run until second *until*; nothing was said, and nothing forgotten."""
    begun(works).env.run(until=until)
    return works


def running(works: Works, hz: float = 1.0) -> Run:
    """It, to be listened to."""
    return Run(begun(works), Sampler(works, START, hz))


def second(ns: int) -> float:
    return (ns - START) / SECOND


def paces(track: Track, begin: float, end: float) -> tuple[Floats, Floats, Floats]:
    """Speeds and accelerations of x, y, z and joints, and the joints (n, c), every 0.1 s."""
    t = np.arange(begin, end, 0.1)
    s = track.sampled(t)
    whole = np.column_stack([s.x, s.y, s.z, s.joints])
    speed = np.diff(whole, axis=0) / 0.1
    return speed, np.diff(speed, axis=0) / 0.1, s.joints
