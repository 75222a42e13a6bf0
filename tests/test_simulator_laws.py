"""What a terminal at work must never break, seen by the examiner: it knows the terminal and the facts, no more."""

from dataclasses import replace
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examine import Report, examine
from twin.facts import roster_of
from twin.layout.reader import read_layout
from twin.samples import sample
from twin.simulate.run import simulate
from twin.simulate.scenario_files import open_scenario

HZ = 10.0
LAYOUTS = (
    ("small", "small-shift"),
    ("rtg-terminal", "rtg-shift"),
    ("twin-armg", "usual"),
    ("straddle-terminal", "straddle-shift"),
)
RUNS = [
    (layout, scenario, seed, minutes)
    if seed == 1
    else pytest.param(layout, scenario, seed, minutes, marks=pytest.mark.slow)
    for layout, scenario, minutes in (
        ("altenwerder", "altenwerder-morning", 1.0),
        ("small", "small-shift", 4.0),
        ("rtg-terminal", "rtg-shift", 3.0),
        ("twin-armg", "usual", 3.0),
        ("straddle-terminal", "straddle-shift", 3.0),
    )
    for seed in (1, 2, 3)
]


@cache
def report(layout: str, scenario: str, seed: int, minutes: float) -> Report:
    """That long at *layout*, every machine ten times a second."""
    terminal = read_layout(sample("layouts", f"{layout}.yaml"))
    roster = roster_of(terminal.machines.name)
    run = simulate(terminal, roster, open_scenario(scenario, terminal), seed=seed, hours=minutes / 60, hz=HZ)
    return examine(terminal, roster, run, hz=HZ)


@pytest.mark.parametrize(("layout", "scenario", "seed", "minutes"), RUNS)
def test_every_box_is_in_one_place_and_stands_on_something(layout, scenario, seed, minutes):
    found = report(layout, scenario, seed, minutes)

    assert not (*found.places, *found.chain, *found.stacks, *found.hand_overs, *found.loads), str(found)
    assert found.boxes["there"] > 100


@pytest.mark.parametrize(("layout", "scenario", "seed", "minutes"), RUNS)
def test_nothing_touches_anything(layout, scenario, seed, minutes):
    found = report(layout, scenario, seed, minutes)

    assert not found.contacts, str(found)


@pytest.mark.parametrize(("layout", "scenario", "seed", "minutes"), RUNS)
def test_no_machine_is_faster_than_its_catalogue_says(layout, scenario, seed, minutes):
    found = report(layout, scenario, seed, minutes)

    assert not found.paces, str(found)


@pytest.mark.slow
@settings(max_examples=12, deadline=None)
@given(st.sampled_from(LAYOUTS), st.integers(0, 2**31), st.floats(0.0, 0.9))
def test_whatever_the_seed_the_layout_and_the_fill_boxes_are_conserved(named, seed, fill):
    """In = out + stored, at every moment each box in one place, nothing floats: a quarter of an hour of each."""
    layout, scenario = named
    terminal = read_layout(sample("layouts", f"{layout}.yaml"))
    roster = roster_of(terminal.machines.name)
    run = simulate(terminal, roster, replace(open_scenario(scenario, terminal), fill=fill), seed=seed, hours=0.25)

    found = examine(terminal, roster, run, hz=1.0, every_s=0.0)

    assert not (*found.places, *found.chain, *found.stacks), str(found)
    assert run.report()["conservation"]["balanced"]
