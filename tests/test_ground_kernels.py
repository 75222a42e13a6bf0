"""Paths, drives, and who meets whom: the kernels under everything that drives."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.geometry import Floats
from twin.simulate._ground import DT, meets, parted, rounded, sampled, timed, touches, tree
from twin.simulate.fleet import drive
from twin.simulate.reservations import AHEAD, BESIDE, Reservations
from twin.spatial.kernels import distance_pairs

AGV = (7.4, 1.5)  # half of 14.8 by 3
ANY = np.arange(600)  # instants to wait


def straight(x0: float, y0: float, x1: float, y1: float) -> Floats:
    return rounded(np.array([[x0, y0], [x1, y1]], float), 8.0)


def test_a_corner_is_an_arc_of_the_radius():
    """A right angle at (50, 0) with radius 8: the arc goes from (42, 0) to (50, 8) about (42, 8)."""
    path = rounded(np.array([[0.0, 0.0], [50.0, 0.0], [50.0, 50.0]]), 8.0)

    arc = path[path[:, 3] > 0]

    assert np.hypot(arc[:, 0] - 42, arc[:, 1] - 8) == pytest.approx(8.0)
    assert path[-1, :3] == pytest.approx([50, 50, np.pi / 2])


@pytest.mark.parametrize("points", [[[0, 0], [7, 0], [7, 50]], [[0, 0], [50, 0], [0, 1]], [[0, 0], [0, 0]]])
def test_where_an_arc_finds_no_room_there_is_no_path(points):
    assert len(rounded(np.array(points, float), 8.0)) == 0


def test_a_drive_speeds_up_and_slows_down_as_fast_as_it_may():
    """100 m at 5 m/s and 0.5 m/s²: 10 s up (25 m), 10 s down (25 m), 50 m in 10 s: 30 s."""
    rows = timed(straight(0, 0, 100, 0), 5.0, 0.5, 0.8)

    assert 30.0 == pytest.approx(rows[-1, 0])
    assert 5.0 == pytest.approx(rows[:, 2].max())
    assert rows[0, 2] == rows[-1, 2] == 0


def test_a_bend_is_driven_slowly():
    """0.8 m/s² sideways at radius 8: the root of 6.4 is 2.53 m/s."""
    path = rounded(np.array([[0.0, 0.0], [100.0, 0.0], [100.0, 100.0]]), 8.0)

    rows = timed(path, 6.9, 0.5, 0.8)

    assert rows[path[:, 3] > 0, 2].max() == pytest.approx(np.sqrt(6.4))


@settings(deadline=None)
@given(st.floats(5, 200), st.floats(5, 200), st.floats(-1.9, 1.9))
def test_no_drive_is_faster_or_harder_than_it_may_be(one, two, bend):
    """At 20 samples a second, along the way."""
    points = [[0, 0], [one + 20, 0], [one + 20 + (two + 20) * np.cos(bend), (two + 20) * np.sin(bend)]]
    path = rounded(np.array(points), 8.0)
    if not len(path):
        return
    whole = drive([(path, True)], 0.0, speed=6.9, acceleration=0.5, yaw=0.0)

    t = np.arange(0, whole.end, 0.05)
    pose = sampled(whole.rows, t)
    speed = np.hypot(*np.diff(pose[:, :2], axis=0).T) / 0.05

    assert speed.max() <= 6.9 + 1e-6
    assert np.abs(np.diff(speed)).max() / 0.05 <= 0.5 + 0.02


def test_backing_into_a_place_is_one_drive_with_a_stop_between():
    there, back = straight(0, 0, 40, 0), rounded(np.array([[40.0, 0.0], [20.0, 0.0], [20.0, 30.0]]), 8.0)

    whole = drive([(there, True), (back, False)], 10.0, speed=5.0, acceleration=0.5, yaw=0.0)

    assert np.all(np.diff(whole.rows[:, 0]) > 0)
    assert whole.at(np.array([whole.end]))[0] == pytest.approx([20, 30, -np.pi / 2])
    assert np.abs(np.diff(whole.rows[:, 5])).max() < 0.1


def test_two_that_cross_between_two_instants_are_seen():
    """At the instants each is 6 m before or past the crossing; in the middle of the interval both are on it."""
    small = (1.0, 1.0)
    a0, a1, b0, b1 = (np.array(p, float) for p in ((-6, 0, 0), (6, 0, 0), (0, -6, 1.5708), (0, 6, 1.5708)))

    assert not parted(a0, a1, *small, b0, b1, *small, AHEAD, BESIDE)
    assert parted(a0, a0, *small, b0, b1, *small, AHEAD, BESIDE)


def test_two_that_pass_in_lanes_four_metres_apart_do_not_meet():
    """3 m wide each: a metre is left."""
    a0, a1, b0, b1 = (np.array(p, float) for p in ((-6, 0, 0), (6, 0, 0), (6, 4, np.pi), (-6, 4, np.pi)))

    assert parted(a0, a1, *AGV, b0, b1, *AGV, AHEAD, BESIDE)
    assert not parted(a0, a1, *AGV, b0 - [0, 0.5, 0], b1 - [0, 0.5, 0], *AGV, AHEAD, BESIDE)


def test_what_is_fixed_is_not_driven_into():
    """A mast of 1 m beside a straight lane: its side is at 2.4, the vehicle's at 1.5, so 0.9 m are left."""
    mast = np.array([[50.0, 2.9, 0.0, 0.5, 0.5]])
    path = np.ascontiguousarray(straight(0, 0, 100, 0)[:, :3])

    assert touches(path, *AGV, mast, 0.89) == -1
    assert touches(path, *AGV, mast, 0.91) == 0


def test_the_shortest_way_and_none():
    """Edges 0 -> 1 (1 s), 1 -> 2 (1 s), 0 -> 2 (5 s); nothing leads to 2 from 3."""
    source, to, cost = np.array([0, 1, 0]), np.array([1, 2, 2]), np.array([1.0, 1.0, 5.0])
    begin = np.searchsorted(to, np.arange(5))

    far, edge = tree(begin, source, cost, 2, 4)

    assert far.tolist() == [2.0, 1.0, 0.0, np.inf]
    assert edge.tolist() == [0, 1, -1, -1]


def boxes(pose: Floats) -> Floats:
    flat = np.tile([0.0, 1.0, *AGV], (len(pose), 1))
    return np.column_stack([pose[:, :2], flat, np.cos(pose[:, 2]), np.sin(pose[:, 2])])


PLACES = st.tuples(st.integers(-60, 60), st.integers(-60, 60))
WAYS = st.lists(PLACES, min_size=2, max_size=4)


@settings(max_examples=150, deadline=None)
@given(WAYS, WAYS)
def test_two_drives_that_are_let_through_never_come_near(one, two):
    """The second begins as early as it may; seen every 20 ms they are never nearer than 0.5 m, on whatever side."""
    paths = [rounded(np.array(way, float), 8.0) for way in (one, two)]
    if not all(map(len, paths)):
        return
    table = Reservations(np.zeros((0, 5)))
    drives = [drive([(p, True)], 0.0, speed=6.9, acceleration=0.5, yaw=float(p[0, 2])) for p in paths]
    for d in drives:
        x, y, yaw = d.at(np.zeros(1))[0].tolist()
        table.add(14.8, 3.0, (x, y, yaw), there=True)

    if table.wait(0, drives[0].instants, 0, ANY)[0] != 0:
        return
    table.take(0, drives[0].instants, 0, 0)
    later = table.wait(1, drives[1].instants, 0, ANY)[0]
    if later < 0:
        return

    t = np.arange(0, max(drives[0].end, drives[1].end + later * DT) + 1, 0.02)
    gap = distance_pairs(boxes(drives[0].at(t)), boxes(drives[1].later(later * DT).at(t)))
    assert gap.min() >= 0.5


def test_plain_python_says_the_same_as_the_compiled_kernel():
    """Without numba the same functions run uncompiled."""
    if not hasattr(meets, "py_func"):
        pytest.skip("numba is missing: there is nothing to compare")
    random = np.random.default_rng(3)
    theirs = np.zeros((4096, 3), np.float32)
    said = []
    for _ in range(40):
        points = random.uniform(-50, 50, (4, 2))
        mine, other = straight(*points[0], *points[1]), straight(*points[2], *points[3])
        n = min(len(other), 200)
        theirs[:n] = other[:n, :3]
        ask = (np.ascontiguousarray(mine[:, :3]), 0, *AGV, theirs, n, other[n - 1, :3].copy(), *AGV, AHEAD, BESIDE)
        said.append((bool(meets(*ask)), bool(meets.py_func(*ask))))

    assert all(a == b for a, b in said)
    assert {True, False} == {a for a, _ in said}
