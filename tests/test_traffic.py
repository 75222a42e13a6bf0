"""Made-up traffic: nothing floats, meets, jumps or is lost, and no machine is faster than its catalogue says."""

import itertools
from collections.abc import Iterator
from functools import cache

import numpy as np
import pytest

from tests.worlds import T0, tiny_terminal
from twin.containers import proper_number
from twin.facts import Batch, DescribedContainers, Events, PlaceKind, Places, Poses, Status, roster_of, rows_of
from twin.layout.reader import read_layout
from twin.moment import Moment
from twin.samples import sample
from twin.simulate.apron import _touch
from twin.simulate.filling import fill
from twin.simulate.motion import Channel, Pace, Ramp, cross
from twin.simulate.operation import at_work
from twin.simulate.paths import driven, rounded
from twin.simulate.traffic import traffic
from twin.terminal import Terminal
from twin.units import MS, SECOND
from twin.world import World

SECONDS = 150


@cache
def cta() -> Terminal:
    return read_layout(sample("layouts", "altenwerder.yaml"))


@cache
def run() -> tuple[World, tuple[Batch, ...]]:
    """A world that heard some minutes of Altenwerder, and all it heard."""
    terminal = cta()
    roster = roster_of(terminal.machines.name)
    world = World(terminal, roster)
    said = [
        batch for _, batches in traffic(terminal, roster, start=T0, duration_s=SECONDS, seed=3) for batch in batches
    ]
    for batch in said:
        world.hear(batch)
    return world, tuple(said)


def moments(step_ms: int = 100, first: int = 0, last: int = SECONDS) -> Iterator[Moment]:
    world, _ = run()
    for k in range(first * 1000, last * 1000, step_ms):
        yield world.at(T0 + k * MS)


def places_of(said: tuple[Batch, ...]) -> Places:
    parts = [batch for batch in said if isinstance(batch, Places)]
    return Places(*(np.concatenate([getattr(p, name) for p in parts]) for name in Places.__dataclass_fields__))


def poses_of(said: tuple[Batch, ...]) -> Poses:
    parts = [batch for batch in said if isinstance(batch, Poses)]
    return Poses(*(np.concatenate([getattr(p, name) for p in parts]) for name in Poses.__dataclass_fields__))


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


def test_a_drive_keeps_its_speeds():
    """Along an L with a bend of 8 m: at most 5 m/s, at most sqrt(0.8 * 8) = 2.53 m/s in the bend."""
    path = rounded([(0, 0), (60, 0), (60, 60)], 8.0)
    assert path is not None
    drive = driven(path, 0.0, speed=5.0, acceleration=0.5, yaw=0.0, forward=True)

    t = np.arange(0, drive.end, 0.1)
    pose = drive.at(t)
    speed = np.hypot(*np.diff(pose[:, :2], axis=0).T) / 0.1
    turning = np.abs(np.diff(pose[:, 2])) > 1e-6
    assert speed.max() <= 5.001
    assert speed[turning].max() < 2.6
    assert np.pi / 2 == pytest.approx(pose[-1, 2])


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


def test_the_same_seed_says_the_same_facts():
    terminal = read_layout(sample("layouts", "small.yaml"))

    def said(seed: int) -> list[bytes]:
        roster, out = roster_of(terminal.machines.name), []
        for _, batches in traffic(terminal, roster, start=T0, duration_s=60, seed=seed):
            for batch in batches:
                out += [np.asarray(getattr(batch, name)).tobytes() for name in batch.__dataclass_fields__]
        return out

    assert said(9) == said(9)
    assert said(9) != said(8)


def test_every_box_stays_in_one_place_and_none_is_lost():
    """What is said of each box goes on from machine to slot, ship or machine: never from slot to slot."""
    world, said = run()
    there = places_of(said)
    first = {c: k for c, k, t in zip(there.container.tolist(), there.kind.tolist(), there.t.tolist()) if t == T0}
    moved = np.flatnonzero(there.t > T0)

    assert len(first) == len(world.roster.containers)
    assert len(moved) > 100
    now = dict(first)
    for c, kind in zip(there.container[moved].tolist(), there.kind[moved].tolist()):
        assert PlaceKind.MACHINE in (now[c], kind)
        now[c] = kind


def test_nothing_jumps_when_it_changes_hands():
    """A box is where it was, within 3 cm, a millisecond before and at each hand-over."""
    world, said = run()
    there = places_of(said)
    for i in np.flatnonzero(there.t > T0).tolist():
        t, c = int(there.t[i]), int(there.container[i])
        before, at = world.at(t - MS).positions[0][c].copy(), world.at(t).positions[0][c]
        assert np.abs(before - at).max() < 0.03, (t - T0, c, before, at)


def test_two_boxes_never_share_a_slot():
    for moment in moments(10_000):
        c = moment.containers
        there = (c.kind == PlaceKind.SLOT) | (c.kind == PlaceKind.VESSEL)
        address = np.stack([c.kind, c.where, c.bay, c.row, c.tier], axis=1)[there]
        assert len(np.unique(address, axis=0)) == len(address)
        riding = np.stack([c.where, c.bay], axis=1)[c.aboard]
        assert len(np.unique(riding, axis=0)) == len(riding)


def test_vehicles_never_touch():
    """No two AGVs' outlines overlap, seen ten times a second; nor do they hit a mast."""
    world, _ = run()
    kind = np.array([k == "agv" for k in world.terminal.machines.kind])
    half = np.array([world.terminal.catalogue.kinds["agv"].length, world.terminal.catalogue.kinds["agv"].width]) / 2
    for moment in moments():
        m = moment.machines
        pose = np.stack([m.x[kind], m.y[kind], m.yaw[kind]], axis=1)
        a, b = np.triu_indices(len(pose), 1)
        close = np.hypot(pose[a, 0] - pose[b, 0], pose[a, 1] - pose[b, 1]) < 16
        assert not np.any(_touch(pose[a[close]], half, pose[b[close]], half)), moment.t - T0


def test_nothing_carried_passes_through_anything():
    """Boxes on spreaders keep clear of every box that stands still, ashore and aboard."""
    for moment in moments(400):
        boxes = moment.container_boxes
        still = np.flatnonzero(moment.containers.kind != PlaceKind.MACHINE)
        for rider in moment.riders.tolist():
            if boxes[rider, 2] < 2.5 and moment.terminal.machines.kind[moment.containers.where[rider]] == "agv":
                continue
            near = still[np.hypot(boxes[still, 0] - boxes[rider, 0], boxes[still, 1] - boxes[rider, 1]) < 16]
            pose = np.stack([boxes[near, 0], boxes[near, 1], np.arctan2(boxes[near, 7], boxes[near, 6])], axis=1)
            mine = np.tile(
                [boxes[rider, 0], boxes[rider, 1], np.arctan2(boxes[rider, 7], boxes[rider, 6])], (len(near), 1)
            )
            plan = _touch(mine, boxes[rider, 4:6] - 0.02, pose, boxes[near, 4:6] - 0.02)
            deep = np.minimum(boxes[rider, 3], boxes[near, 3]) - np.maximum(boxes[rider, 2], boxes[near, 2])
            assert not np.any(plan & (deep > 0.03)), (moment.t - T0, rider, near[plan & (deep > 0.03)])


def test_no_machine_is_faster_than_its_catalogue_says():
    world, said = run()
    poses = poses_of(said)
    kinds = world.terminal.catalogue.kinds
    for row, name in enumerate(world.terminal.machines.kind):
        mine = np.flatnonzero(poses.machine == row)
        seconds = np.diff(poses.t[mine]) / SECOND
        kind = kinds[name]
        speed = np.hypot(np.diff(poses.x[mine]), np.diff(poses.y[mine])) / seconds
        assert speed.max() <= max(kind.drive_loaded, kind.drive_empty) + 0.02
        for column, joint in enumerate(kind.joints):
            loaded = (poses.load[mine][1:] > 0) & (poses.load[mine][:-1] > 0)
            rate = np.abs(np.diff(poses.joints[mine, column])) / seconds
            assert rate.max() <= max(joint.speed_empty, joint.speed_loaded) + 0.01
            assert rate[loaded].max(initial=0) <= joint.speed_loaded + 0.01
            assert poses.joints[mine, column].min() >= joint.low - 0.001
            assert poses.joints[mine, column].max() <= joint.high + 0.001


def test_cranes_on_one_rail_keep_apart():
    """Quay cranes are 27 m long over the buffers."""
    world, _ = run()
    kinds = np.array(world.terminal.machines.kind)
    quay = np.flatnonzero(kinds == "sts")
    for moment in moments(1000):
        x = np.sort(moment.machines.x[quay])
        assert np.diff(x).min() > 27.5


def test_the_work_is_as_varied_as_a_shift():
    world, said = run()
    poses, there = poses_of(said), places_of(said)
    kinds = np.array(world.terminal.machines.kind)
    doing = {
        name: set(poses.status[np.isin(poses.machine, np.flatnonzero(kinds == name))].tolist()) for name in set(kinds)
    }
    boom = world.terminal.catalogue.kinds["sts"].joint("boom")
    up = poses.joints[np.isin(poses.machine, np.flatnonzero(kinds == "sts")), boom] > 1.3
    moment = world.at(T0)

    assert {Status.WORKING, Status.IDLE} <= doing["sts"] & doing["armg-inner"] & doing["armg-outer"]
    assert {Status.MOVING, Status.IDLE} <= doing["agv"]
    assert 1 == len({row for row, s in zip(poses.machine.tolist(), poses.status.tolist()) if s == Status.FAULT})
    assert 0.1 < up.mean() < 0.6
    assert 3 == moment.vessels.present.sum()
    assert (moment.containers.kind == PlaceKind.VESSEL).sum() > 6000
    assert {PlaceKind.SLOT, PlaceKind.VESSEL} <= set(there.kind[there.t > T0].tolist())
    assert any(isinstance(batch, Events) for batch in said)


def test_a_small_terminal_works_too():
    terminal = read_layout(sample("layouts", "small.yaml"))
    roster = roster_of(terminal.machines.name)
    moves = [
        b
        for _, batches in traffic(terminal, roster, start=T0, duration_s=300, seed=1)
        for b in batches
        if isinstance(b, Places)
    ]

    assert sum(rows_of(b) for b in moves[1:]) > 4


@pytest.mark.parametrize("blocks", [0, 2])
def test_a_terminal_without_cranes_says_what_there_is(blocks):
    terminal = tiny_terminal(blocks=blocks)
    roster = roster_of(terminal.machines.name)
    said = [b for _, batches in traffic(terminal, roster, start=T0, duration_s=5, seed=1) for b in batches]

    assert any(isinstance(b, Poses) for b in said)
    assert (blocks > 0) == (
        sum(rows_of(b) for b in said if isinstance(b, Places) and np.any(b.kind == PlaceKind.SLOT)) > 0
    )


def test_trucks_come_and_go_with_boxes():
    """In four minutes trucks take boxes from the large cranes, drive no faster than they can, and meet nobody."""
    world, said = run()
    trucks = [row for row, kind in enumerate(world.terminal.machines.kind) if kind == "truck"]
    poses, there = poses_of(said), places_of(said)
    onto = (there.kind == PlaceKind.MACHINE) & np.isin(there.where, trucks) & (there.t > T0)
    driven_rows = {row for row in trucks if np.ptp(poses.x[poses.machine == row]) > 20}

    assert onto.sum() >= 1
    assert len(driven_rows) >= 2
    kind = world.terminal.catalogue.kinds["truck"]
    half = np.array([kind.length, kind.width]) / 2
    a, b = np.triu_indices(len(trucks), 1)
    for moment in moments(200):
        pose = np.stack([moment.machines.x, moment.machines.y, moment.machines.yaw], axis=1)[trucks]
        assert not np.any(_touch(pose[a], half, pose[b], half)), moment.t - T0


def test_large_cranes_pass_over_small_ones():
    """Somewhere in ten minutes; and the crane beneath stays clear of whatever hangs below the large one."""
    operation = at_work(cta(), roster_of(cta().machines.name), seed=4)
    operation.until(600)
    t, passed = np.arange(0, 600, 0.2), 0
    for block, large in operation.setting.land.items():
        small = operation.setting.sea[block].crane
        _, high, joints, _ = large.crane.sampled(t)
        _, low, _, _ = small.sampled(t)
        bottom = joints[:, large.crane.kind.joint("hoist")] - np.where(large.crane.load.at(t) > 0, 2.58, 0.0)
        over = np.abs(high - low) < 13.0
        assert np.all(bottom[over] > small.kind.height)
        passed += int(over.any())

    assert passed > 1


def test_every_box_in_a_block_stands_on_the_ground_or_on_a_box():
    """At every instant each corner of a box in a slot has something under it, within a millimetre."""
    for moment in moments(15_000):
        c, top = moment.containers, {}
        rows = np.flatnonzero(c.kind == PlaceKind.SLOT)
        base, height = c.base[:, 2], c.about.height
        columns = {}
        for i in rows.tolist():
            halves = (c.bay[i],) if c.bay[i] % 2 else (c.bay[i] - 1, c.bay[i] + 1)
            columns[i] = [(int(c.where[i]), int(bay), int(c.row[i])) for bay in halves]
            for column in columns[i]:
                top[(*column, int(c.tier[i]))] = base[i] + height[i]
        for i in rows.tolist():
            for column in columns[i]:
                under = top.get((*column, int(c.tier[i]) - 1), 0.0 if c.tier[i] == 1 else np.nan)
                assert abs(base[i] - under) < 0.001, (moment.t - T0, i, c.tier[i], base[i], under)
