"""The sample recording: made by the scenario and the seed that it names, small, long, and busy all over."""

from dataclasses import fields
from functools import cache
from itertools import takewhile

import numpy as np
import pytest

from twin.facts import (
    Batch,
    DescribedContainers,
    DescribedMachines,
    DescribedVessels,
    NavStatus,
    PlaceKind,
    Places,
    Poses,
    Status,
    Vessels,
    roster_of,
)
from twin.geometry import Ints
from twin.recording import Recording, open_recording
from twin.samples import sample
from twin.simulate import open_scenario, simulate
from twin.units import MINUTE

FILE = sample("replay", "altenwerder.mcap")
AGAIN = 3 * MINUTE
MOVED = 20.0  # metres


@cache
def recording() -> Recording:
    return open_recording(FILE)


@cache
def facts(sort: type) -> list[Batch]:
    return [b for b in recording().facts(recording().start, recording().end) if isinstance(b, sort)]


def column(sort: type, name: str) -> np.ndarray:
    return np.concatenate([getattr(batch, name) for batch in facts(sort)])


def groups() -> np.ndarray:
    """Of each machine's row, the group of its kind."""
    m = recording().at(recording().end).machines
    return np.array([recording().terminal.kind(kind).group for kind in m.kind])


def carriers() -> Ints:
    """Rows of the machines that a box came to hang on or to stand on."""
    return np.unique(column(Places, "where")[column(Places, "kind") == PlaceKind.MACHINE])


def path(machine: int) -> float:
    """Metres that a machine went in all, where it was there."""
    own = (column(Poses, "machine") == machine) & (column(Poses, "status") != Status.GONE)
    return float(np.hypot(np.diff(column(Poses, "x")[own]), np.diff(column(Poses, "y")[own])).sum())


def told(batches: list[Batch], sort: type) -> list[list[object]]:
    """Columns of all facts of a *sort* in the order of time and of what they are about, however cut into batches."""
    mine = [b for b in batches if isinstance(b, sort)]
    columns = [[v for b in mine for v in getattr(b, one.name)] for one in fields(sort)]
    order = sorted(range(len(columns[0])), key=lambda n: (columns[0][n], columns[1][n]))
    return [[np.asarray(column[n]).tolist() for n in order] for column in columns]


def test_the_named_scenario_and_seed_make_the_sample_again():
    """Its first three minutes, fact by fact and bit by bit."""
    yard, start = recording().terminal, recording().start
    roster = roster_of(yard.machines.name)
    scenario = open_scenario("altenwerder-morning", yard)

    run = takewhile(lambda said: said[0] <= start + AGAIN, simulate(yard, roster, scenario))
    again = [batch for _, batches in run for batch in batches]

    assert scenario.start == start
    with open_recording(FILE, terminal=yard, roster=roster) as file:
        there = file.facts(start - 1, start + AGAIN)
    for sort in (Poses, Places, Vessels, DescribedContainers, DescribedMachines, DescribedVessels):
        assert told(again, sort) == told(there, sort)
        assert len(told(there, sort)[0]) > 0


def test_the_sample_is_long_and_small_and_whole():
    assert recording().end - recording().start >= 30 * MINUTE
    assert FILE.stat().st_size < 5_000_000
    assert recording().sealed
    assert not recording().verify()


def test_ships_are_worked_come_and_go():
    v, status = column(Vessels, "vessel"), column(Vessels, "status")

    moored = {row for row in np.unique(v).tolist() if np.any(status[v == row] == NavStatus.MOORED)}
    moving = {row for row in np.unique(v).tolist() if np.any(status[v == row] == NavStatus.UNDER_WAY)}

    assert len(moored) >= 3
    assert len(moored & moving) >= 2


@pytest.mark.parametrize(("group", "least"), [("sts", 8), ("armg", 30), ("agv", 50)])
def test_machines_of_each_sort_move_boxes(group, least):
    busy = carriers()

    assert np.count_nonzero(groups()[busy] == group) >= least


def test_vehicles_drive():
    vehicles = np.flatnonzero(np.isin(groups(), ["agv", "truck"]))

    assert sum(path(row) > MOVED for row in vehicles.tolist()) >= 60


def test_trucks_go_through_the_gate():
    """Trucks that come or leave, each at its own time, all of which pass a booth."""
    trucks = np.flatnonzero(groups() == "truck")
    through = [row for row in trucks.tolist() if path(row) > 300.0]

    assert len(through) >= 40


def test_hatch_covers_are_lifted_and_two_short_boxes_at_once():
    covers = np.flatnonzero(groups() == "hatch")
    where, kind, t = (column(Places, name) for name in ("where", "kind", "t"))
    cranes = np.flatnonzero(groups() == "sts")
    on = (kind == PlaceKind.MACHINE) & np.isin(where, cranes)
    _, together = np.unique(np.column_stack([where[on], t[on]]), axis=0, return_counts=True)

    assert len(covers) >= 3
    assert np.count_nonzero(together == 2) >= 10
