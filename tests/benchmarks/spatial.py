"""The live tick: 500 machines of six boxes against each other and against 100,000 containers, every pair closer than
2 m, exact.
The peer is shapely's STRtree with the z gap added; both must find the same pairs."""

import numpy as np

from tests.benchmarks.core import world
from tests.benchmarks.table import Row, interleaved
from tests.worlds import at_second
from twin.geometry import Floats, Ints, corners
from twin.spatial import kernels
from twin.spatial.clearances import clearances
from twin.spatial.stacks import height_at, heights

WITHIN = 2.0


def rows() -> list[Row]:
    """All rows of this part."""
    kernels.warm_up().join()
    return [*_pairs(), *_questions()]


def boxes(machines: int = 500) -> tuple[Floats, Ints]:
    """Six boxes each of *machines* strewn over 1.4 km x 0.5 km."""
    rng = np.random.default_rng(3)
    owner = np.repeat(np.arange(machines), 6)
    at = rng.uniform((0, 0), (1400, 500), (machines, 2))[owner] + rng.uniform(-8, 8, (len(owner), 2))
    yaw, size, z = (
        rng.uniform(-3, 3, machines)[owner],
        rng.uniform(0.5, 6, (len(owner), 2)),
        rng.uniform(0, 20, len(owner)),
    )
    return np.column_stack([at, z, z + rng.uniform(1, 8, len(owner)), size, np.cos(yaw), np.sin(yaw)]), owner


def _pairs() -> list[Row]:
    made, owner = boxes()
    found = kernels.close_pairs(made, owner, WITHIN)
    assert set(zip(found[0].tolist(), found[1].tolist())) == _by_shapely(made, owner)
    ms = interleaved(
        {"ours": lambda: kernels.close_pairs(made, owner, WITHIN), "shapely": lambda: _by_shapely(made, owner)},
        rounds=30,
    )
    what = f"3,000 boxes of 500 machines, all {len(found[0])} pairs < 2 m ({kernels.backend})"
    return [Row(what, ms["ours"], "shapely STRtree + z, same pairs", ms["shapely"])]


def _by_shapely(made: Floats, owner: Ints) -> set[tuple[int, int]]:
    import shapely

    flat = shapely.polygons(corners(made))
    i, j = shapely.STRtree(flat).query(flat, predicate="dwithin", distance=WITHIN)
    keep = (i < j) & (owner[i] != owner[j])
    i, j = i[keep], j[keep]
    gap = np.maximum(np.maximum(made[i, 2] - made[j, 3], made[j, 2] - made[i, 3]), 0)
    near = np.hypot(shapely.distance(flat[i], flat[j]), gap) <= WITHIN
    return set(zip(i[near].tolist(), j[near].tolist()))


def _questions() -> list[Row]:
    moment = world(100_000, 300).at(at_second(5))
    clearances(moment, WITHIN)
    rng = np.random.default_rng(4)
    x, y = rng.uniform(0, 2600, 10_000), rng.uniform(150, 390, 10_000)
    deeds = {
        "clearances": lambda: clearances(moment, WITHIN),
        "heights": lambda: heights(moment, "A00"),
        "points": lambda: height_at(moment, x, y),
    }
    ms = interleaved(deeds, rounds=30)
    return [
        Row("all clearances < 2 m of a moment, 300 machines, 100,000 containers", ms["clearances"]),
        Row("stack heights of a block of 370 slots", ms["heights"]),
        Row("stack height under 10,000 points", ms["points"]),
    ]
