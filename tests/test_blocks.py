"""Yard cranes at work: they store, fetch and dig out, keep apart, and stay a metre above everything."""

from functools import cache

import numpy as np
import pytest

from tests.yard_watch import watch
from tests.yard_works import Callers, a_call, callers, layout, works_of
from twin.errors import OutOfReach
from twin.facts import PlaceKind
from twin.simulate.blocks import Blocks
from twin.simulate.book import Place
from twin.simulate.handover import MIDDLE, Stop
from twin.simulate.runway import Runway
from twin.simulate.stacks import CLEAR
from twin.simulate.works import FAULT, Works

LAYOUTS = ("altenwerder", "twin-armg", "rtg-terminal", "small")
BUSY = {"altenwerder": (420, 100), "twin-armg": (180, 60), "rtg-terminal": (220, 60), "small": (40, 20)}
HOURS = 0.75


@cache
def shift(name: str) -> tuple[Callers, list[tuple[float, int, int, Place]]]:
    """A busy three quarters of an hour: the stand-ins, and what was said of boxes."""
    works = works_of(layout(name), calls=(a_call(load=400),))
    stand_ins = callers(works, sea=BUSY[name][0], land=BUSY[name][1])
    works.env.run(until=HOURS * 3600)
    return stand_ins, sorted(works.book.said)


def yard_of(works: Works) -> Blocks:
    assert isinstance(works.yard, Blocks)
    return works.yard


def some_runways(name: str) -> list[Runway]:
    runways = shift(name)[0].yard.runways
    return runways[:: max(len(runways) // 4, 1)]


@pytest.mark.parametrize("name", LAYOUTS)
def test_loads_and_spreaders_pass_a_metre_above_stacks(name):
    """Sampled every 20 ms; what moves sideways does so at least `CLEAR` above all it is over, less one sample's rise.

    0.02 s of 0.87 m/s are 17 mm.  Straight up and down it never goes below the top of what stands there.
    """
    stand_ins, said = shift(name)

    for runway in some_runways(name)[:2]:
        seen, _ = watch(stand_ins.works, runway, 0, 1500, said, step=0.02)
        for row, crane in seen.items():
            assert crane.over > CLEAR - 0.02, row
            assert crane.down > -0.001, row


@pytest.mark.parametrize("name", LAYOUTS)
def test_cranes_on_one_rail_keep_six_metres_apart_or_a_metre_above(name):
    stand_ins, said = shift(name)

    for runway in some_runways(name):
        _, apart = watch(stand_ins.works, runway, 0, HOURS * 3600 - 200, said, step=0.25)
        assert apart > (CLEAR - 1e-6 if runway.rail.over >= 0 else 6.0 - 1e-6)


@pytest.mark.parametrize("name", LAYOUTS)
def test_no_joint_leaves_its_range_or_is_faster_than_the_catalogue_says(name):
    t = np.arange(0, HOURS * 3600 - 200, 0.1)

    for runway in some_runways(name):
        for portal in runway.portals:
            kind, s = portal.crane.kind, portal.crane.sampled(t)
            gantry = np.hypot(np.diff(s.x), np.diff(s.y)) / 0.1
            empty = s.load[1:] == 0
            assert gantry[empty].max(initial=0) <= kind.drive_empty + 1e-6
            assert gantry[~empty].max(initial=0) <= kind.drive_loaded + 1e-6
            for n, joint in enumerate(kind.joints):
                speed = np.abs(np.diff(s.joints[:, n])) / 0.1
                assert joint.low - 1e-6 <= s.joints[:, n].min()
                assert s.joints[:, n].max() <= joint.high + 1e-6
                assert speed[~empty].max(initial=0) <= joint.speed_loaded + 1e-6
                assert speed[empty].max(initial=0) <= joint.speed_empty + 1e-6


@pytest.mark.parametrize("name", LAYOUTS)
def test_every_box_asked_for_comes_and_every_box_brought_stands_somewhere(name):
    """Boxes brought and fetched are as many as vehicles served; what is said agrees with what the planner knows."""
    stand_ins, said = shift(name)
    planner = stand_ins.yard.planner
    last = {box: place for _, _, box, place in said}

    assert len(stand_ins.stored) > 0.2 * sum(BUSY[name]) * HOURS
    assert len(stand_ins.fetched) > 0.2 * sum(BUSY[name]) * HOURS
    for box in stand_ins.stored:
        assert box in planner.where or last[box].kind != PlaceKind.SLOT
    for box, (block, bay, row) in planner.where.items():
        if planner.standing(box) and last[box].kind == PlaceKind.SLOT:
            assert (block, bay, row) == (last[box].where, last[box].bay, last[box].row)
            pile = planner.stacks[block].pile[(bay - 1) // 2, row - 1]
            assert pile.index(box) + 1 == last[box].tier


@pytest.mark.parametrize("name", LAYOUTS)
def test_nothing_is_kept_or_wanted_for_ever(name):
    """Rooms are kept for boxes on their way only; a stack is wanted only while a vehicle waits for a box of it."""
    works = works_of(layout(name), calls=(a_call(load=50),))
    stand_ins = callers(works, sea=BUSY[name][0] / 2, land=BUSY[name][1] / 2)
    works.env.run(until=1200)
    stand_ins.stopped = True
    works.env.run(until=1200 + 3600)

    planner = stand_ins.yard.planner
    assert not any(kept for s in planner.stacks.values() for kept in s.kept.values())
    assert not any(s.wanted.any() for s in planner.stacks.values())
    assert not any(planner.asked.values())
    assert not planner.aloft
    assert all(not r.jobs for r in stand_ins.yard.runways)
    assert all(p.crane.joints["hoist"].value == p.high for r in stand_ins.yard.runways for p in r.portals)


def test_the_same_seed_gives_the_same_moves():
    def moves(seed: int) -> list[tuple[float, int, int, Place]]:
        works = works_of(layout("twin-armg"), seed=seed, calls=(a_call(load=100),))
        callers(works, sea=150, land=50)
        works.env.run(until=900)
        return works.book.said

    assert moves(4) == moves(4)
    assert moves(4) != moves(5)


def break_down(works: Works, name: str, *, at: float, lasts: float) -> None:
    row = works.terminal.machines.name.index(name)

    def fault():
        yield works.env.timeout(at)
        with works.of_duty(row).request(priority=FAULT) as turn:
            yield turn
            yield works.env.timeout(lasts)

    works.env.process(fault())


def test_the_other_crane_of_a_pair_serves_both_ends_while_one_is_broken():
    """A vehicle of the quay comes while the small crane is broken; the large one brings the box all the same."""
    works = works_of(layout("altenwerder"))
    stand_ins = Callers(works, np.random.default_rng(1))
    break_down(works, "RC05-inner", at=10.0, lasts=3000.0)
    works.env.run(until=20.0)
    planner = stand_ins.yard.planner
    box = next(b for b, (block, bay, _) in planner.where.items() if block == 4 and bay < 20 and not planner.above(b))

    works.env.process(stand_ins.take(land=False, boxes=[box]))
    works.env.run(until=900.0)

    assert [box] == stand_ins.fetched
    assert not stand_ins.yard.usable(4, False)
    assert not stand_ins.yard.usable(4, True)


def test_a_broken_crane_that_cannot_be_passed_makes_the_other_wait():
    """The sea-side crane breaks down at the sea end: its neighbour brings nothing there until it is repaired."""
    works = works_of(layout("twin-armg"))
    stand_ins = Callers(works, np.random.default_rng(1))
    break_down(works, "RC1-sea", at=10.0, lasts=2000.0)
    works.env.run(until=20.0)
    planner = stand_ins.yard.planner
    box = next(b for b, (block, bay, _) in planner.where.items() if block == 0 and bay < 6 and not planner.above(b))

    works.env.process(stand_ins.take(land=False, boxes=[box]))
    works.env.run(until=1900.0)
    waiting = list(stand_ins.fetched)
    works.env.run(until=2600.0)

    assert [] == waiting
    assert [box] == stand_ins.fetched


def test_a_crane_out_of_service_stands_at_the_end_and_nothing_is_put_where_its_neighbour_cannot_get():
    works = works_of(layout("rtg-terminal"), out=("RTG01",))
    yard = yard_of(works)
    runway = yard.of[0]

    assert runway.portals[0].out
    assert runway.rail.along(runway.portals[0].crane, runway.portals[0].crane.gantry.value) == runway.rail.ends[0]
    within = yard.within(0, False)
    assert within is not None
    assert within.tolist() == [False] * 3 + [True] * 27


def test_a_vehicle_beyond_the_trolley_is_refused():
    works = works_of(layout("small"))
    yard = yard_of(works)
    box = next(iter(yard.planner.where))
    stop = Stop(100.0, 140.0, 1.2, 0.0, 4, works.env.event(), works.env.event())

    with pytest.raises(OutOfReach, match=r"no crane of block A1 reaches a vehicle that stands at x 100.0, y 140.0"):
        yard.fetch(box, stop, MIDDLE)


def test_idle_cranes_dig_out_what_the_next_vehicle_comes_for():
    """The vehicle takes ten minutes; when it stands there, nothing is above the box any more."""
    works = works_of(layout("small"))
    yard = yard_of(works)
    planner = yard.planner
    box = next(b for b in planner.where if planner.where[b][0] == 0 and len(planner.above(b)) >= 2)
    bay = yard.bay_of(box)
    stop = Callers(works, np.random.default_rng(1)).stop(0, 4, 1.4, land=False, lane=0, bay=bay)

    done = yard.fetch(box, stop, MIDDLE)
    works.env.run(until=600)
    dug = not planner.above(box)
    stop.ready.succeed()
    works.env.run(until=done)

    assert dug
    assert works.env.now < 600 + 120
    assert {MIDDLE: box} == stop.boxes


def test_a_yard_of_twenty_thousand_boxes_is_about_as_full_as_asked():
    """26 x 370 stacks, limits of 4 and 5: 4.2 on average, twice as many 20' places as 40' ones."""
    works = works_of(layout("altenwerder"), fill=0.6)
    stacks = yard_of(works).planner.stacks.values()

    share = sum(s.used for s in stacks) / sum(s.columns * int(s.limit.sum()) for s in stacks)

    assert 0.56 < share < 0.64
    assert all(max(s.tops[key], default=0.0) <= s.ceiling + 1e-6 for s in stacks for key in s.pile)
