"""Straddle carriers between quay cranes, stacks and trucks: they touch nothing, pass high enough, lose no box."""

from collections import Counter
from functools import cache

import numpy as np
import pytest

from tests.examine import examine
from tests.straddle_shift import Heights, Shift, carrier_kind, in_block, shift
from twin.facts import PlaceKind, Status, roster_of
from twin.geometry import Floats
from twin.layout.reader import read_layout
from twin.samples import sample
from twin.simulate.boxes import LENGTHS
from twin.simulate.motion import Sampled
from twin.simulate.run import at_work, simulate
from twin.simulate.scenario import Scenario
from twin.simulate.scenario_files import open_scenario
from twin.simulate.straddle_track import legs_of
from twin.simulate.works import FAULT

SECONDS, STEP = 2700.0, 0.25
HALF_BOX = 1.219  # metres across.  ISO 668


@cache
def worked() -> Shift:
    """Three quarters of an hour: five cranes discharge and load, forty trucks an hour."""
    out = shift()
    out.works.env.run(until=SECONDS)
    return out


@cache
def sampled() -> tuple[Floats, dict[int, Sampled]]:
    """All carriers, four times a second."""
    t = np.arange(0.0, SECONDS, STEP)
    return t, {c.row: c.straddle.sampled(t) for c in worked().fleet.carriers}


def test_every_box_goes_from_place_to_machine_to_place_and_none_is_lost():
    """Boxes in the yard are those at first, and came from cranes and trucks, less those that left; each in its pile."""
    done = worked()
    book, planner = done.works.book, done.fleet.planner

    last: dict[int, PlaceKind] = {}
    for t, _, box, place in sorted(book.said):
        assert t <= SECONDS + 60
        assert box not in last or PlaceKind.MACHINE in (last[box], place.kind), box
        last[box] = place.kind
    stored = {box for stacks in planner.stacks.values() for pile in stacks.pile.values() for box in pile}

    assert stored == {box for box, kind in last.items() if kind == PlaceKind.SLOT}
    for stacks in planner.stacks.values():
        for (column, row), pile in stacks.pile.items():
            for tier, box in enumerate(pile, start=1):
                place = book.place[box]
                assert (place.where, place.row, place.tier) == (stacks.block, row + 1, tier)
                assert column in ((place.bay - 1) // 2, place.bay // 2)


def test_boxes_are_discharged_loaded_brought_fetched_and_dug_out():
    done = worked()
    carriers = {c.row for c in done.fleet.carriers}
    hands = done.works.tally.hands.astype(int)[:, 2:]  # kind and where before, kind and where after
    mine = [tuple(h) for h in hands.tolist() if h[1] in carriers or h[3] in carriers]

    kinds = Counter((before, after) for before, _, after, _ in mine if before != after)
    trucks = Counter((h[1] in carriers, h[3] in carriers) for h in mine if h[0] == h[2] == PlaceKind.MACHINE)

    assert len(done.quay.landed) >= 100
    assert len(done.quay.loaded) >= 20
    assert kinds[PlaceKind.SOMEWHERE, PlaceKind.MACHINE] >= 80
    assert kinds[PlaceKind.MACHINE, PlaceKind.SOMEWHERE] >= 20
    assert kinds[PlaceKind.MACHINE, PlaceKind.SLOT] >= 80
    assert trucks[True, False] >= 4
    assert trucks[False, True] >= 4
    assert dug_out(done) >= 4


def dug_out(done: Shift) -> int:
    """Boxes that went from a slot on to a carrier and then to another slot."""
    said: dict[int, list[PlaceKind]] = {}
    for _, _, box, place in sorted(done.works.book.said):
        said.setdefault(box, []).append(place.kind)
    moved = [PlaceKind.SLOT, PlaceKind.MACHINE, PlaceKind.SLOT]
    return sum(kinds[n : n + 3] == moved for kinds in said.values() for n in range(len(kinds) - 2))


def test_legs_keep_half_a_metre_from_the_boxes_of_all_rows():
    """Rows 4.2 m apart: legs from 1.75 to 2.47 m beside the middle leave 0.53 to the row below and 0.51 to the next."""
    layout, legs = worked().works.terminal, legs_of(carrier_kind(worked().works.terminal))
    b, least = layout.blocks, np.inf

    for s in sampled()[1].values():
        for end in (-legs.half_length, legs.half_length):
            for side in (-legs.outside, -legs.inside, legs.inside, legs.outside):
                x = s.x + np.cos(s.yaw) * end - np.sin(s.yaw) * side
                y = s.y + np.sin(s.yaw) * end + np.cos(s.yaw) * side
                for k in range(len(b)):
                    along, across = in_block(layout, k, x, y)
                    pitch = float(b.row_pitch[k])
                    over = (along > 0) & (along < b.bays[k] * b.bay_pitch[k])
                    over &= (across > 0) & (across < b.rows[k] * pitch)
                    middle = (np.floor(across[over] / pitch) + 0.5) * pitch
                    gap = np.abs(across[over] - middle) - HALF_BOX
                    least = min(least, float(gap.min(initial=np.inf)))

    assert 0.5 <= least < 0.6


def test_loads_and_spreaders_pass_a_metre_above_the_stacks():
    """At every sample at which a carrier moves, its spreader (and box) is 1 m above all stacks below its length."""
    done, (t, tracks) = worked(), sampled()
    layout, boxes = done.works.terminal, done.works.book.boxes
    heights, b, least = Heights(done.works), layout.blocks, np.inf
    hung = {row: held(done, row, t) for row in tracks}

    for i in range(1, len(t)):
        tops = heights.at(float(t[i]))
        for row, s in tracks.items():
            if np.hypot(s.x[i] - s.x[i - 1], s.y[i] - s.y[i - 1]) < 0.01:
                continue
            box = hung[row][i]
            half = max(s.joints[i, 1], LENGTHS[boxes.feet(box)] if box >= 0 else 0.0) / 2
            low = s.joints[i, 0] - (boxes.height(box) if box >= 0 else 0.0)
            for k in range(len(b)):
                along, across = (float(v) for v in in_block(layout, k, s.x[i], s.y[i]))
                r, pitch = int(across // b.row_pitch[k]), float(b.bay_pitch[k])
                first, last = max(int((along - half) // pitch), 0), int((along + half) // pitch) + 1
                if 0 <= r < b.rows[k] and last > 0 and first < b.bays[k]:
                    least = min(least, low - float(tops[k][first:last, r].max()))

    assert 1.0 <= least < 1.2


def held(done: Shift, row: int, t: Floats) -> list[int]:
    """The box on a machine at each of *t*, -1: none."""
    said = [(s, box, p) for s, _, box, p in sorted(done.works.book.said)]
    when, what, on = [-np.inf], [-1], -1
    for s, box, place in said:
        mine = place.kind == PlaceKind.MACHINE and place.where == row
        if mine or box == on:
            on = box if mine else -1
            when.append(s)
            what.append(on)
    return [what[n - 1] for n in np.searchsorted(when, t, side="right")]


def test_nothing_is_faster_than_the_catalogue_says():
    kind = carrier_kind(worked().works.terminal)

    for s in sampled()[1].values():
        assert (np.hypot(np.diff(s.x), np.diff(s.y)) / STEP).max() <= kind.drive_loaded + 1e-6
        for n, joint in enumerate(kind.joints):
            speed = np.abs(np.diff(s.joints[:, n])) / STEP
            both = (s.load[1:] > 0) & (s.load[:-1] > 0)
            assert speed[both].max(initial=0) <= joint.speed_loaded + 1e-6
            assert speed.max() <= max(joint.speed_loaded, joint.speed_empty) + 1e-6
            assert joint.low - 1e-9 <= s.joints[:, n].min()
            assert s.joints[:, n].max() <= joint.high + 1e-9


def test_a_quay_crane_finds_nobody_at_its_place():
    """From when it is told that the place is ready until it is clear, no carrier is within 13 m along the lane."""
    t, tracks = sampled()
    least = np.inf

    for down, clear, stop in worked().quay.served:
        i, j = np.searchsorted(t, (down, clear))
        for s in tracks.values():
            beside = np.abs(s.y[i:j] - stop.y) < 4.0
            least = min(least, float(np.abs(s.x[i:j] - stop.x)[beside].min(initial=np.inf)))

    assert least > 13.0


def test_carriers_never_touch_each_other():
    """Bodies 9.6 by 4.94 m, checked by their circles' cover: three along each carrier, of 2.95 m radius."""
    tracks = list(sampled()[1].values())
    ahead = (-3.2, 0.0, 3.2)

    for n, a in enumerate(tracks):
        for b in tracks[:n]:
            near = np.hypot(a.x - b.x, a.y - b.y) < 12
            for p in ahead:
                for q in ahead:
                    dx = a.x[near] + np.cos(a.yaw[near]) * p - b.x[near] - np.cos(b.yaw[near]) * q
                    dy = a.y[near] + np.sin(a.yaw[near]) * p - b.y[near] - np.sin(b.yaw[near]) * q
                    assert np.hypot(dx, dy).min(initial=9.0) > 4.94


def test_no_job_is_forgotten():
    done = worked()

    assert max((done.works.env.now - job.asked for job in done.fleet.jobs), default=0.0) < 1500
    assert len(done.fleet.rows) <= len(done.fleet.carriers)


def test_the_same_seed_gives_the_same_hands_and_another_seed_others():
    """Ten minutes each."""
    runs = [shift(seed=seed, lifts=4, load=4) for seed in (1, 1, 2)]
    for run in runs:
        run.works.env.run(until=600)

    first, again, other = (sorted(run.works.book.said) for run in runs)

    assert first == again
    assert first != other


def test_a_broken_carrier_is_given_nothing_and_one_out_of_service_stands_still():
    run = shift(lifts=4, load=0, trucks_per_hour=0, out=("SC02",))
    broken = run.works.roster.machines.of("SC01")
    run.works.of_duty(broken).request(priority=FAULT)

    run.works.env.run(until=1500)
    carriers = {c.row: c for c in run.fleet.carriers}

    assert run.works.roster.machines.of("SC02") not in carriers
    assert carriers[broken].site is carriers[broken].home
    assert not run.fleet.jobs
    assert sum(c.vehicle.driven > 0 for c in carriers.values()) >= 10
    assert carriers[broken].straddle.sampled(np.array([1400.0])).status[0] == Status.IDLE


@pytest.mark.slow
def test_nothing_touches_in_a_run_with_real_cranes():
    """The examiner's laws, over forty minutes with twins, trucks and digging; contacts looked at every half second."""
    layout = worked().works.terminal
    scenario = open_scenario(sample("replay", "scenarios/straddle-shift.yaml"), layout)
    roster = roster_of(layout.machines.name)

    report = examine(layout, roster, simulate(layout, roster, scenario, hours=0.67, hz=5), hz=5, every_s=0.5)

    assert report.sound, report


def test_without_lanes_for_them_carriers_stay_where_they_are():
    """The sketch of Brisbane has blocks and carriers, and nothing painted on the ground."""
    layout = read_layout(sample("layouts", "brisbane-patrick.yaml"))

    works = at_work(layout, roster_of(layout.machines.name), Scenario("test", 0, 1.0))
    works.env.run(until=60)

    assert works.transport is None
    assert [event[1] for event in works.events].count("yard") == 1
