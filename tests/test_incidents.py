"""Planted incidents on works built by hand: what happens is what the truth says, and nothing else."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pytest
import simpy

from twin.catalogue import Catalogue
from twin.catalogue_files import read_catalogue
from twin.facts import Roster, roster_of
from twin.geometry import Floats
from twin.layout import read_layout
from twin.samples import sample
from twin.simulate.book import Book
from twin.simulate.boxes import Maker
from twin.simulate.closest import apart, closest, fixed, machine
from twin.simulate.cranes import Crane
from twin.simulate.handover import Process
from twin.simulate.incidents import install
from twin.simulate.rails import Rail
from twin.simulate.scenario import Incident, Scenario
from twin.simulate.works import ROUTINE, Works
from twin.terminal import Machines, Terminal
from twin.units import SECOND

SMALL = read_layout(sample("layouts", "small.yaml"))
START = 1_772_000_000 * SECOND


def works_of(terminal: Terminal, *incidents: Incident, hours: float = 1.0) -> Works:
    roster = roster_of(terminal.machines.name)
    scenario = Scenario("test", START, hours, incidents=incidents)
    maker = Maker(roster, np.random.default_rng(1))
    return Works(simpy.Environment(), terminal, roster, scenario, 1, maker, Book(maker.boxes))


def two_rtgs(*incidents: Incident, apart: float = 60.0) -> Works:
    """RTG1 of the small terminal, and a second one *apart* metres further along its runway."""
    row = SMALL.machines.name.index("RTG1")
    own = SMALL.machines
    twice = [row, row]
    both = Machines(
        ("RTG1", "RTG9"), tuple(own.kind[r] for r in twice), own.x[twice] + [0.0, apart], own.y[twice], own.z[twice],
        own.yaw[twice],
    )  # fmt: skip
    works = works_of(replace(SMALL, machines=both), *incidents)
    cranes = [
        Crane(
            r,
            works.terminal.kind(both.kind[r]),
            float(both.x[r]),
            float(both.y[r]),
            float(both.z[r]),
            float(both.yaw[r]),
        )
        for r in range(2)
    ]
    rail = Rail(works.env, cranes, _evade(works))
    for crane in cranes:
        crane.stand(0.0, trolley=0.0, hoist=12.0)
        works.tracks[crane.row], works.rails[crane.row] = crane, rail
    return works


def _evade(works: Works):
    def drive(crane: Crane, to: float) -> Process:
        kind = crane.kind
        yield works.env.timeout(
            crane.gantry.go(works.env.now, to, kind.drive_empty, kind.drive_acceleration) - works.env.now
        )

    return drive


def run(works: Works, until: float) -> None:
    install(works)
    for begin in works.started:
        works.env.process(begin())
    works.env.run(until=until)


def second(works: Works, ns: int) -> float:
    return (ns - works.scenario.start) / SECOND


# -- the closest approach


@pytest.mark.parametrize("metres", [0.8, 2.5])
def test_two_cranes_come_as_near_as_asked_dwell_and_part_again(metres: float):
    works = two_rtgs(Incident("cranes-close", 20.0, ("RTG1", "RTG9"), amount=metres))

    run(works, 400.0)

    truth = works.truths[0]
    assert truth.planted
    assert truth.distance == pytest.approx(metres, abs=1e-6)
    assert (truth.t_until_closest - truth.t_closest) / SECOND >= 3.0
    assert 20.0 <= second(works, truth.t_from) < 60.0
    assert works.tracks[0].sampled(np.array([400.0])).x[0] == pytest.approx(works.terminal.machines.x[0])
    assert truth.p2[0] - truth.p1[0] == pytest.approx(metres, abs=1e-6)


def test_the_truth_is_the_least_of_poses_a_hundredth_of_a_second_apart():
    works = two_rtgs(Incident("cranes-close", 20.0))

    run(works, 400.0)

    truth, t = works.truths[0], np.arange(0.0, 300.0, 0.01)
    a, b = (
        machine(n, works.terminal.kind("rtg"), works.tracks[r], works.terminal.catalogue)
        for r, n in ((0, "a"), (1, "b"))
    )
    metres = np.concatenate([apart(a, b, part) for part in np.array_split(t, 30)])
    least = t[metres <= metres.min() + 1e-6]
    assert truth.distance == pytest.approx(float(metres.min()), abs=1e-4)
    assert second(works, truth.t_closest) == pytest.approx(float(least[0]), abs=0.0101)
    assert second(works, truth.t_until_closest) == pytest.approx(float(least[-1]), abs=0.0101)
