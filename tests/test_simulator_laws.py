"""What a terminal at work must never break, seen by the examiner: it knows the terminal and the facts, no more."""

from functools import cache

import pytest

from tests.examine import Report, examine
from tests.worlds import T0
from twin.facts import roster_of
from twin.layout.reader import read_layout
from twin.samples import sample
from twin.simulate.traffic import traffic

HZ = 5.0


@cache
def report(layout: str, seed: int, seconds: float) -> Report:
    """That long at *layout*."""
    terminal = read_layout(sample("layouts", f"{layout}.yaml"))
    roster = roster_of(terminal.machines.name)
    stream = traffic(terminal, roster, start=T0, duration_s=seconds, seed=seed, hz=HZ)
    return examine(terminal, roster, stream, hz=HZ, stamp_s=0.0005)


RUNS = [("altenwerder", 1, 60.0), pytest.param("altenwerder", 2, 300.0, marks=pytest.mark.slow)]


@pytest.mark.parametrize(("layout", "seed", "seconds"), RUNS)
def test_every_box_is_in_one_place_and_stands_on_something(layout, seed, seconds):
    found = report(layout, seed, seconds)

    assert not (*found.places, *found.chain, *found.stacks, *found.hand_overs, *found.loads), str(found)
    assert found.boxes["there"] > 500


@pytest.mark.parametrize(("layout", "seed", "seconds"), RUNS)
def test_nothing_touches_anything(layout, seed, seconds):
    found = report(layout, seed, seconds)

    assert not found.contacts, str(found)
