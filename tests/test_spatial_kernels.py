"""Distances between yaw boxes against exact arithmetic, and close pairs against trying them all."""

import subprocess
import sys
from math import cos, pi, sin, sqrt

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.oracles import exact_distance
from twin.errors import BadBox
from twin.geometry import Floats, Ints
from twin.spatial import _numba, _numpy, kernels
from twin.spatial.grid import bounds, owner_bounds

METRE = st.floats(-40, 40, allow_subnormal=False)
SIZE = st.floats(0.1, 15)
LATTICE = st.integers(-3, 3).map(float)
TURN = st.sampled_from([0.0, pi / 2, -pi / 2, pi, -pi, pi / 4, 1e-12, pi - 1e-12])


def box(x: float, y: float, z0: float, z1: float, hx: float, hy: float, yaw: float) -> Floats:
    return np.array([x, y, z0, z1, hx, hy, cos(yaw), sin(yaw)])


def boxes_of(x: object, y: object, z: object, size: object, yaw: object) -> st.SearchStrategy[Floats]:
    return st.builds(lambda x, y, z, h, hx, hy, yaw: box(x, y, z, z + h, hx, hy, yaw), x, y, z, size, size, size, yaw)  # type: ignore[arg-type]


def shifted(pair: tuple[Floats, Floats], by: float) -> tuple[Floats, Floats]:
    move = np.array([by, -by, 0, 0, 0, 0, 0, 0])
    return pair[0] + move, pair[1] + move


ANY = boxes_of(METRE, METRE, METRE, SIZE, st.floats(-7, 7))
ALIGNED = boxes_of(LATTICE, LATTICE, LATTICE, st.integers(0, 2).map(float), TURN)
FLAT = boxes_of(METRE, METRE, METRE, st.sampled_from([0.0, 1.0, 12.0]), st.floats(-7, 7))
SLIVERS = boxes_of(METRE, METRE, METRE, st.sampled_from([1e-6, 1e-3, 60.0, 150.0]), st.floats(-7, 7))
ALMOST = st.builds(
    lambda a, x, y, turn: (a, box(x, y, a[2], a[3], a[4], a[5], np.arctan2(a[7], a[6]) + turn)),
    ANY, METRE, METRE, st.sampled_from([1e-12, -1e-12, 1e-9, 1e-6, pi - 1e-12, pi, -pi, 1e-2]),
)  # fmt: skip
GAPPED = st.builds(  # side by side with a hair between, then both turned about the origin
    lambda hx, hy, gap, slide, yaw: tuple(
        box(x * cos(yaw) - y * sin(yaw), x * sin(yaw) + y * cos(yaw), 0, 2.6, hx, hy, yaw)
        for x, y in ((0.0, 0.0), (2 * hx + gap, slide))
    ),
    SIZE, SIZE, st.sampled_from([0.0, 1e-9, 1e-7, 1e-3]), st.floats(-20, 20), st.sampled_from([0.0, 0.3, pi / 2, 2.0]),
)  # fmt: skip

PAIRS = st.one_of(*(st.tuples(family, family) for family in (ANY, ALIGNED, FLAT, SLIVERS)), ALMOST, GAPPED)
FAR_PAIRS = st.builds(shifted, PAIRS, st.sampled_from([5e5, -5e5]))


def one(backend: object, a: Floats, b: Floats) -> float:
    return float(backend.distance_pairs(a[None], b[None])[0])  # type: ignore[attr-defined]


def random_boxes(n: int, seed: int, across: float = 60.0) -> Floats:
    rng = np.random.default_rng(seed)
    yaw, z = rng.choice([0.0, pi / 2, 0.3, -2.0], n), rng.integers(0, 4, n) * 2.591
    size = rng.choice([0.0, 1.2, 3.0, 6.1], (n, 2))
    columns = [*rng.integers(0, int(across), (2, n)), z, z + 2.591, *size.T, np.cos(yaw), np.sin(yaw)]
    return np.stack(columns, axis=1)


def all_pairs(boxes: Floats, owner: Ints, within: float) -> set[tuple[int, int]]:
    i, j = np.triu_indices(len(boxes), 1)
    near = (kernels.distance_pairs(boxes[i], boxes[j]) <= within) & (owner[i] != owner[j])
    return set(zip(i[near].tolist(), j[near].tolist(), strict=True))


@pytest.fixture(params=[_numpy, _numba], ids=["numpy", "numba"])
def backend(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> object:
    monkeypatch.setattr(kernels, "_kernels", request.param)
    return request.param


# the oracle itself


@pytest.mark.parametrize(
    ("a", "b", "metres"),
    [
        (box(0, 0, 0, 1, 1, 1, 0), box(5, 0, 0, 1, 1, 1, 0), 3.0),
        (box(0, 0, 0, 1, 1, 1, 0), box(5, 6, 13, 14, 1, 1, 0), 13.0),  # 3, 4 and 12
        (box(0, 0, 0, 1, 9, 1, 0), box(0, 0, 0, 1, 1, 9, 0), 0.0),  # a plus: no corner of one in the other
        (box(0, 0, 0, 1, 9, 9, 0), box(2, 2, 0, 1, 1, 1, 0), 0.0),  # one inside the other
        (box(0, 0, 0, 1, 4, 0, 0), box(9, 0, 0, 1, 4, 0, 0), 1.0),  # two lines, one behind the other
        (box(0, 0, 0, 1, 4, 0, 0), box(0, 0, 0, 1, 0, 4, 0), 0.0),  # two lines that cross
        (box(0, 0, 0, 1, 0, 0, 0), box(7, 0, 0, 1, 4, 0, 0), 3.0),  # a point before a line
        (box(0, 0, 0, 1, 0, 0, 0), box(0, 0, 1, 2, 4, 4, 0), 0.0),  # a point under a plate, touching
        (box(0, 0, 0, 1, 1, 1, pi / 4), box(4, 0, 0, 1, 1, 1, 0), 3 - sqrt(2)),
    ],
)
def test_oracle_and_kernels_know_the_sums_done_by_hand(a: Floats, b: Floats, metres: float):
    assert exact_distance(a, b) == pytest.approx(metres, abs=1e-15)
    assert one(_numpy, a, b) == pytest.approx(metres, abs=1e-15)


# one pair


@settings(max_examples=400, deadline=None)
@given(PAIRS)
def test_distance_is_the_exact_one(pair: tuple[Floats, Floats]):
    """Within 1e-12 m, on every family that broke a collision library."""
    assert one(_numpy, *pair) == pytest.approx(exact_distance(*pair), abs=1e-12)


@settings(max_examples=100, deadline=None)
@given(FAR_PAIRS)
def test_distance_is_exact_for_the_boxes_as_stored_500_km_away(pair: tuple[Floats, Floats]):
    assert one(_numpy, *pair) == pytest.approx(exact_distance(*pair), abs=1e-12)


@settings(max_examples=150, deadline=None)
@given(PAIRS)
def test_shapely_and_the_height_gap_agree(pair: tuple[Floats, Floats]):
    a, b = pair
    flat = [shapely.MultiPoint([(float(x), float(y)) for x, y in outline(p)]).convex_hull for p in pair]
    gap = max(b[2] - a[3], a[2] - b[3], 0)

    metres = one(_numpy, a, b)

    assert metres == pytest.approx(np.hypot(shapely.distance(*flat), gap), abs=1e-9)


def outline(a: Floats) -> Floats:
    from twin.geometry import corners

    return corners(a[None])[0]


@settings(max_examples=300, deadline=None)
@given(st.one_of(PAIRS, FAR_PAIRS))
def test_numba_and_numpy_and_both_orders_give_equal_numbers(pair: tuple[Floats, Floats]):
    a, b = pair

    assert one(_numba, a, b) == one(_numpy, a, b) == one(_numpy, b, a) == one(_numba, b, a)


def test_numba_and_numpy_give_equal_numbers_on_many_pairs():
    a, b = random_boxes(20_000, 1), random_boxes(20_000, 2)

    assert np.array_equal(_numba.distance_pairs(a, b), _numpy.distance_pairs(a, b))


@settings(max_examples=100, deadline=None)
@given(PAIRS, st.floats(0, 5))
def test_a_box_grown_by_a_metre_is_no_further_away(pair: tuple[Floats, Floats], by: float):
    a, b = pair
    grown = a + np.array([0, 0, 0, 0, by, by, 0, 0])

    assert one(_numpy, grown, b) <= one(_numpy, a, b) + 1e-12


# nearest points, depth


@settings(max_examples=300, deadline=None)
@given(PAIRS)
def test_nearest_points_lie_in_their_boxes_and_are_that_far_apart(pair: tuple[Floats, Floats]):
    a, b = pair

    metres, p1, p2 = kernels.nearest_points(a[None], b[None])

    assert metres[0] == one(_numpy, a, b)
    assert np.linalg.norm(p2[0] - p1[0]) == pytest.approx(metres[0], abs=1e-7)
    for p, own in ((p1[0], a), (p2[0], b)):
        point = np.array([p[0], p[1], p[2], p[2], 0, 0, 1, 0])
        assert one(_numpy, point, own) <= 1e-7


def test_nearest_points_of_facing_sides_lie_amid_the_facing_part():
    """Sides x = 1 and x = 3 face each other from y = 0 to y = 1, heights 1 to 2 are shared."""
    a, b = box(0, 0, 0, 2, 1, 1, 0), box(4, 1, 1, 3, 1, 1, 0)

    metres, p1, p2 = kernels.nearest_points(a[None], b[None])

    assert metres[0] == 2
    assert p1[0].tolist() == [1, 0.5, 1.5]
    assert p2[0].tolist() == [3, 0.5, 1.5]


@pytest.mark.parametrize(
    ("b", "metres"),
    [
        (box(1.75, 0, 0, 2, 1, 1, 0), 0.25),  # 2 - 1.75 along x
        (box(0, 0, 1.9, 3, 1, 1, 0), 0.1),  # up and off
        (box(0, 0, 0.5, 1, 0.5, 0.5, 0), 1.0),  # inside: up by 2 - 0.5 or down by 1 - 0
        (box(2, 0, 0, 2, 1, 1, 0), 0.0),  # touching
        (box(9, 0, 0, 2, 1, 1, 0), 0.0),
    ],
)
def test_depth_is_the_shortest_way_out(b: Floats, metres: float):
    a = box(0, 0, 0, 2, 1, 1, 0)

    assert kernels.depth(a[None], b[None])[0] == pytest.approx(metres)
    assert kernels.depth(b[None], a[None])[0] == pytest.approx(metres)


# many


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 80), st.integers(0, 10_000), st.integers(1, 12), st.sampled_from([0.0, 0.5, 1.0, 2.0, 40.0]))
def test_close_pairs_are_all_of_them_and_no_others(n: int, seed: int, owners: int, within: float):
    boxes, owner = random_boxes(n, seed), np.random.default_rng(seed).integers(0, owners, n)

    i, j, metres = kernels.close_pairs(boxes, owner, within)

    assert set(zip(i.tolist(), j.tolist(), strict=True)) == all_pairs(boxes, owner, within)
    assert (i < j).all()
    assert np.array_equal(metres, kernels.distance_pairs(boxes[i], boxes[j]))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 10_000), st.sampled_from([0.0, 1.0, 40.0]))
def test_close_between_finds_what_trying_all_finds(n: int, m: int, seed: int, within: float):
    boxes, others = random_boxes(n, seed, across=200), random_boxes(m, seed + 1)

    i, j, _ = kernels.close_between(boxes, kernels.grid(others), within)

    k, o = np.repeat(np.arange(n), m), np.tile(np.arange(m), n)
    near = kernels.distance_pairs(boxes[k], others[o]) <= within
    assert list(zip(i.tolist(), j.tolist(), strict=True)) == list(zip(k[near].tolist(), o[near].tolist(), strict=True))


@pytest.mark.usefixtures("backend")
def test_1500_boxes_give_the_pairs_of_trying_all():
    boxes, owner = random_boxes(1500, 7, across=300), np.arange(1500) // 6

    i, j, _ = kernels.close_pairs(boxes, owner, 2.0)

    assert set(zip(i.tolist(), j.tolist(), strict=True)) == all_pairs(boxes, owner, 2.0)


def test_numba_finds_the_pairs_numpy_finds_in_a_crowd_that_outgrows_its_first_guess():
    boxes = random_boxes(400, 3, across=20)
    found = []
    for backend in (_numpy, _numba):
        each = bounds(boxes)
        starts = np.arange(401)
        around = owner_bounds(each, starts[:-1])
        i, j, d = backend.sweep(boxes, each, starts, around, np.argsort(around[:, 0]), 5.0)
        spans = kernels.grid(boxes).span(each, 5.0)
        k, o, e = backend.between(boxes, each, kernels.grid(boxes), spans, 5.0)
        pairs = zip(np.minimum(i, j), np.maximum(i, j), d, strict=True)
        found.append((sorted(pairs), sorted(zip(k, o, e, strict=True))))

    assert found[0] == found[1]
    assert len(found[0][0]) > 1600


def test_two_terminals_500_km_apart_share_one_grid():
    near = random_boxes(50, 1)
    far = near + np.array([5e5, 5e5, 0, 0, 0, 0, 0, 0])

    i, j, metres = kernels.close_between(far[:5], kernels.grid(np.vstack([near, far])), 0.0)

    assert (j >= 50).all()
    assert {(k, k + 50) for k in range(5)} <= set(zip(i.tolist(), j.tolist(), strict=True))
    assert not metres.any()


def test_touching_counts_within_nothing_and_a_hair_does_not():
    boxes = np.array([box(0, 0, 0, 1, 1, 1, 0), box(2, 0, 0, 1, 1, 1, 0), box(-2 - 1e-9, 0, 0, 1, 1, 1, 0)])

    i, j, _ = kernels.close_pairs(boxes, np.arange(3), 0.0)

    assert list(zip(i, j, strict=True)) == [(0, 1)]


# what is refused, and when numba comes


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [(0, np.nan, "finite"), (4, -1.0, "negative"), (3, -5.0, "below"), (6, 0.5, "unit"), (1, np.inf, "finite")],
)
def test_a_box_that_is_none_is_refused_by_row(column: int, value: float, said: str):
    boxes = random_boxes(4, 1)
    boxes[2, column] = value

    with pytest.raises(BadBox, match=f"box 2.*{said}"):
        kernels.close_pairs(boxes, np.arange(4), 1.0)
    with pytest.raises(BadBox, match=f"box 2.*{said}"):
        kernels.grid(boxes)


def test_boxes_of_another_shape_are_refused():
    with pytest.raises(BadBox, match="cx, cy, z0"):
        kernels.check_boxes(np.zeros((3, 6)))


def test_numpy_answers_until_numba_is_ready():
    script = """
import sys
from twin.spatial import kernels
assert "numba" not in sys.modules and not kernels.ready() and kernels.backend == "numpy"
thread = kernels.warm_up()
assert kernels.warm_up() is thread
thread.join()
assert kernels.ready() and kernels.backend == "numba"
"""
    subprocess.run([sys.executable, "-c", script], check=True, timeout=120)


def test_without_numba_numpy_goes_on():
    script = """
import sys
sys.modules["numba"] = None  # as if it were not installed
from twin.spatial import kernels
kernels.warm_up().join()
assert not kernels.ready() and kernels.backend == "numpy"
"""
    subprocess.run([sys.executable, "-c", script], check=True, timeout=60)
