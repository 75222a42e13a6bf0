"""Closed-form movement, and a yard filled by the rules of stacking."""

import itertools
from functools import cache

import numpy as np
import pytest

from tests.worlds import T0
from twin.containers import proper_number
from twin.facts import DescribedContainers, Places, roster_of
from twin.layout.reader import read_layout
from twin.samples import sample
from twin.simulate.filling import fill
from twin.simulate.motion import Channel, Pace, Ramp, cross
from twin.terminal import Terminal
from twin.world import World


@cache
def cta() -> Terminal:
    return read_layout(sample("layouts", "altenwerder.yaml"))


def test_a_ramp_ends_where_and_when_it_should():
    """10 m at 2 m/s and 1 m/s²: 2 s up, 3 s even, 2 s down; after 3 s it is at 2 + 2 = 4 m."""
    ramp = Ramp(0.0, 0.0, 10.0, 2.0, 1.0)

    assert 7.0 == pytest.approx(ramp.duration)
    assert [0.0, 4.0, 10.0] == pytest.approx(ramp.at(np.array([-1.0, 3.0, 9.0])).tolist())
    assert 3.0 == pytest.approx(ramp.when(np.array([4.0]))[0])


def test_a_spreader_rises_before_it_crosses_a_wall():
    """A wall of 20 m between y = 10 and 12: wherever the spreader is over it, it is above 20 m."""
    trolley, hoist = Channel(0.0), Channel(2.0)

    def need(y):
        return np.where((y > 10) & (y < 12), 20.0, 0.0)

    end = cross(trolley, hoist, 0.0, 30.0, 1.0, pace=Pace(4, 0.6, 1.5, 0.5), need=need)

    t = np.arange(0, end, 0.05)
    y, z = trolley.at(t), hoist.at(t)
    assert np.all(z[(y > 10) & (y < 12)] > 19.9)
    assert (30.0, 1.0) == pytest.approx((y[-1], z[-1]), abs=0.05)
    assert end < 7.5 + 30 / 4 + 4 / 0.6 + 20 / 1.5 + 3 + 18 / 1.5  # sooner than one after the other


def test_a_filled_yard_obeys_the_rules_of_stacking():
    """No box floats, no 20' on a 40', nothing on a 45', no two equal numbers, and about the share asked for."""
    terminal = cta()
    roster = roster_of(terminal.machines.name)
    described, there = fill(terminal, roster, T0, share=0.6, seed=5)
    assert isinstance(described, DescribedContainers)
    assert isinstance(there, Places)

    code = dict(zip(described.container.tolist(), described.code, strict=True))
    stacks: dict[tuple[int, int, int], dict[int, str]] = {}
    for c, b, bay, row, tier in zip(
        *(getattr(there, k).tolist() for k in ("container", "where", "bay", "row", "tier"))
    ):
        for column in [bay] if bay % 2 else [bay - 1, bay + 1]:
            assert stacks.setdefault((b, column, row), {}).setdefault(tier, code[c]) is code[c]

    assert 15_000 < len(there.t) < 20_000
    assert all(proper_number(name) for name in described.name[::7])
    assert len(described.name) == len(set(described.name))
    for (_, _, row), stack in stacks.items():
        assert sorted(stack) == list(range(1, len(stack) + 1))
        assert len(stack) <= (5 if row in (1, 10) else 4)
        lengths = [stack[tier][0] for tier in sorted(stack)]
        assert all(not (above == "2" and below != "2") and below != "L" for below, above in itertools.pairwise(lengths))


def test_no_45_foot_box_cuts_into_its_neighbour():
    terminal = cta()
    roster = roster_of(terminal.machines.name)
    world = World(terminal, roster)
    for batch in fill(terminal, roster, T0, seed=2):
        world.hear(batch)
    moment = world.at(T0)
    base, about = moment.containers.base, moment.containers.about
    long = np.flatnonzero(about.length > 13)

    assert len(long) > 50
    for i in long.tolist():
        near = np.flatnonzero((np.abs(base[:, 0] - base[i, 0]) < 1) & (np.abs(base[:, 1] - base[i, 1]) < 14))
        near = near[near != i]
        beside = np.abs(base[near, 1] - base[i, 1]) < (about.length[near] + about.length[i]) / 2 - 0.001
        level = (base[near, 2] < base[i, 2] + 2.89) & (base[near, 2] + about.height[near] > base[i, 2] + 0.01)
        assert not np.any(beside & level)
