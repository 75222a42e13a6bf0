"""The kernels in numpy: they answer until the compiled ones are ready, and where numba is not installed.

Every sum is written in the order `_numba` writes it, so both give the same numbers, not nearly the same.
Squares are added and rooted by hand because a library `hypot` may round differently from the compiler's.
"""

from itertools import pairwise

import numpy as np

from twin.geometry import Bools, Floats, Ints
from twin.spatial.grid import SLACK, Grid, spread

NAME = "numpy"
CHUNK = 8192  # pairs whose intermediate columns stay in a 2 MB cache: half the time of whole arrays
CANDIDATES = 1 << 20  # pairs gathered at once, to bound memory when everything stands in one place

Found = tuple[Ints, Ints, Floats]


def distance_pairs(a: Floats, b: Floats) -> Floats:
    """Distance (n,) in metres between yaw boxes *a* and *b* (n, 8), row by row."""
    out = np.empty(len(a))
    for k in range(0, len(a), CHUNK):
        out[k : k + CHUNK] = _distance(a[k : k + CHUNK].T, b[k : k + CHUNK].T)
    return out


def _distance(a: Floats, b: Floats) -> Floats:
    corner, apart = planar(a, b)
    corner = np.where(apart > 0, corner, 0.0)
    gap = np.maximum(np.maximum(b[2] - a[3], a[2] - b[3]), 0.0)
    return np.asarray(np.sqrt(corner + gap * gap), np.float64)


def planar(a: Floats, b: Floats) -> tuple[Floats, Floats]:
    """Of boxes as columns (8, n): least squared corner distance, and the widest gap along a side's direction.

    The rectangles overlap where that gap is not positive; how far it is below 0 is how deep.
    """
    ax, ay, _, _, ahx, ahy, ac, asn = a
    bx, by, _, _, bhx, bhy, bc, bsn = b
    dx, dy = bx - ax, by - ay
    c, s = ac * bc + asn * bsn, ac * bsn - asn * bc
    x, y = dx * ac + dy * asn, dy * ac - dx * asn  # centre of b seen from a
    u, v = -(dx * bc + dy * bsn), dx * bsn - dy * bc  # centre of a seen from b
    corner = np.minimum(
        _nearest_corner(x, y, bhx * c, bhy * s, bhx * s, bhy * c, ahx, ahy),
        _nearest_corner(u, v, ahx * c, -(ahy * s), -(ahx * s), ahy * c, bhx, bhy),
    )
    c, s = np.abs(c), np.abs(s)
    apart = np.maximum(
        np.maximum(np.abs(x) - (ahx + (bhx * c + bhy * s)), np.abs(y) - (ahy + (bhx * s + bhy * c))),
        np.maximum(np.abs(u) - (bhx + (ahx * c + ahy * s)), np.abs(v) - (bhy + (ahx * s + ahy * c))),
    )
    return corner, apart


def _nearest_corner(
    x: Floats, y: Floats, xx: Floats, xy: Floats, yx: Floats, yy: Floats, hx: Floats, hy: Floats
) -> Floats:
    """Least squared distance of the corners (x +- xx -+ xy, y +- yx +- yy) to the rectangle +-hx, +-hy."""
    px, py = xx - xy, yx + yy
    qx, qy = xx + xy, yx - yy
    return np.minimum(
        np.minimum(_outside(x + px, y + py, hx, hy), _outside(x - px, y - py, hx, hy)),
        np.minimum(_outside(x + qx, y + qy, hx, hy), _outside(x - qx, y - qy, hx, hy)),
    )


def _outside(x: Floats, y: Floats, hx: Floats, hy: Floats) -> Floats:
    gx: Floats = np.maximum(np.abs(x) - hx, 0.0)
    gy: Floats = np.maximum(np.abs(y) - hy, 0.0)
    return gx * gx + gy * gy


def sweep(boxes: Floats, bounds: Floats, starts: Ints, around: Floats, order: Ints, within: float) -> Found:
    """Pairs (i, j, metres) of boxes of different owners at most *within* apart, in any order.

    Owner m has the boxes ``starts[m]:starts[m + 1]`` and the bounds ``around[m]``; *order* is owners by least x.
    """
    reach = within + SLACK
    low, high = around[order, :3], around[order, 3:]
    ahead = np.searchsorted(low[:, 0], high[:, 0] + reach, side="right") - np.arange(len(order)) - 1
    owners = [np.zeros((0, 2), np.int64)]
    for first, last in _batches(ahead):
        k, nth = spread(ahead[first:last])
        k += first
        other = k + nth + 1
        near = _meet(low[k, 1:], high[k, 1:], low[other, 1:], high[other, 1:], reach)
        owners.append(np.stack([order[k[near]], order[other[near]]], axis=1))
    return _boxes_of(boxes, bounds, starts, np.concatenate(owners), within)


def _boxes_of(boxes: Floats, bounds: Floats, starts: Ints, owners: Ints, within: float) -> Found:
    size = np.diff(starts)
    many = size[owners[:, 0]] * size[owners[:, 1]]
    found = []
    for first, last in _batches(many):
        k, nth = spread(many[first:last])
        a, b = owners[first:last][k].T
        i, j = starts[a] + nth // size[b], starts[b] + nth % size[b]
        found.append(_exact(boxes, bounds, i, boxes, bounds, j, within))
    return _joined(found)


def between(boxes: Floats, bounds: Floats, grid: Grid, spans: Ints, within: float) -> Found:
    """Pairs (i, j, metres): *boxes* i and boxes j of *grid* at most *within* apart, in any order."""
    lines = spans[:, 3] - spans[:, 1] + 1
    row, nth = spread(lines)
    line = (spans[row, 1] + nth) * grid.columns
    first, last = grid.start[line + spans[row, 0]], grid.start[line + spans[row, 2] + 1]
    found = []
    for k0, k1 in _batches(last - first):
        k, nth = spread((last - first)[k0:k1])
        i, j = row[k0:k1][k], grid.order[first[k0:k1][k] + nth]
        found.append(_exact(boxes, bounds, i, grid.boxes, grid.bounds, j, within))
    return _joined(found)


def _exact(a: Floats, a_bounds: Floats, i: Ints, b: Floats, b_bounds: Floats, j: Ints, within: float) -> Found:
    reach = within + SLACK
    for axis in (2, 0, 1):  # one axis at a time: each throws away most of what the next would have to gather
        keep = a_bounds[i, axis] <= b_bounds[j, axis + 3] + reach
        keep &= b_bounds[j, axis] <= a_bounds[i, axis + 3] + reach
        i, j = i[keep], j[keep]
    d = distance_pairs(a[i], b[j])
    keep = d <= within
    return i[keep], j[keep], d[keep]


def _meet(low: Floats, high: Floats, other_low: Floats, other_high: Floats, reach: float) -> Bools:
    meets = ((low <= other_high + reach) & (other_low <= high + reach)).all(axis=1)
    return np.asarray(meets, np.bool_)


def _batches(counts: Ints) -> list[tuple[int, int]]:
    """Slices of *counts* that sum to about `CANDIDATES` each."""
    if not len(counts):
        return []
    ends = np.flatnonzero(np.diff(np.cumsum(counts) // CANDIDATES)) + 1
    edges = [0, *ends.tolist(), len(counts)]
    return list(pairwise(edges))


def _joined(found: list[Found]) -> Found:
    if not found:
        return np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0)
    i, j, d = zip(*found, strict=True)
    return np.concatenate(i), np.concatenate(j), np.concatenate(d)
