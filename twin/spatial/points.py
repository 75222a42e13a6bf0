"""Where two yaw boxes are nearest, and how deep they overlap: for the few pairs that are shown, so numpy is enough."""

import numpy as np

from twin.geometry import Bools, Floats, corners
from twin.spatial import _numpy

TIE = 1e-9  # metres: corners this equally near share the answer, so that it lies amid two facing sides


def nearest_points(a: Floats, b: Floats) -> tuple[Floats, Floats, Floats]:
    """Metres (n,) and a nearest point (n, 3) on each of *a* and *b* (n, 8), row by row.

    Where two sides face each other the points lie in the middle of the facing part; where the boxes overlap
    both are one point inside the overlap.
    """
    a, b, metres = np.asarray(a, float), np.asarray(b, float), _numpy.distance_pairs(a, b)
    p1, p2 = np.empty((len(a), 3)), np.empty((len(a), 3))
    p1[:, 2], p2[:, 2] = _heights(a, b)
    p1[:, :2], p2[:, :2] = _planar(a, b)
    return metres, p1, p2


def depth(a: Floats, b: Floats) -> Floats:
    """How far (n,) in metres one of *a*, *b* (n, 8) must move to clear the other; 0 where they do not overlap."""
    _, apart = _numpy.planar(a.T, b.T)
    overlap = np.minimum(a[:, 3], b[:, 3]) - np.maximum(a[:, 2], b[:, 2])
    # A box inside another leaves by the shorter way up or down, which is more than the heights they share.
    climb = np.minimum(a[:, 3] - b[:, 2], b[:, 3] - a[:, 2])
    return np.where((apart < 0) & (overlap > 0), np.minimum(-apart, climb), 0.0)


def _heights(a: Floats, b: Floats) -> tuple[Floats, Floats]:
    """z of the nearest points: the middle of the heights they share, else the facing ends."""
    top, bottom = np.minimum(a[:, 3], b[:, 3]), np.maximum(a[:, 2], b[:, 2])
    shared = (top + bottom) / 2
    apart = bottom > top
    a_below = a[:, 3] < b[:, 2]
    return (
        np.where(apart, np.where(a_below, a[:, 3], a[:, 2]), shared),
        np.where(apart, np.where(a_below, b[:, 2], b[:, 3]), shared),
    )


def _planar(a: Floats, b: Floats) -> tuple[Floats, Floats]:
    middle = a[:, :2].copy()  # work about the first box: at 500 km a corner has lost 1e-10 m already
    a, b = _moved(a, -middle), _moved(b, -middle)
    on_a, from_b = _feet(a, b)
    on_b, from_a = _feet(b, a)
    p1, p2 = np.concatenate([on_a, from_a], axis=1), np.concatenate([from_b, on_b], axis=1)
    p1, p2 = _nearest_of(p1, p2)
    _, apart = _numpy.planar(a.T, b.T)
    shared, found = _inside_both(a, b)
    amid = ((apart <= 0) & found)[:, None]
    return np.where(amid, shared, p1) + middle, np.where(amid, shared, p2) + middle


def _moved(boxes: Floats, by: Floats) -> Floats:
    boxes = boxes.copy()
    boxes[:, :2] += by
    return boxes


def _feet(a: Floats, b: Floats) -> tuple[Floats, Floats]:
    """For the corners of *b* (n, 4, 2): the nearest points of *a*, and the corners."""
    from_b = corners(b)
    half = a[:, None, 4:6]
    return _out(a, np.clip(_into(a, from_b), -half, half)), from_b


def _into(box: Floats, points: Floats) -> Floats:
    x, y = np.moveaxis(points - box[:, None, :2], -1, 0)
    cos, sin = box[:, 6, None], box[:, 7, None]
    return np.stack([x * cos + y * sin, y * cos - x * sin], axis=-1)


def _out(box: Floats, points: Floats) -> Floats:
    x, y = np.moveaxis(points, -1, 0)
    cos, sin = box[:, 6, None], box[:, 7, None]
    turned: Floats = np.stack([x * cos - y * sin, x * sin + y * cos], axis=-1)
    return box[:, None, :2] + turned


def _nearest_of(p1: Floats, p2: Floats) -> tuple[Floats, Floats]:
    """The nearest of candidate pairs (n, k, 2); the mean of those that lie the same way and equally far."""
    across: Floats = p2 - p1
    best = (across**2).sum(axis=-1).argmin(axis=1)
    chosen = np.take_along_axis(across, best[:, None, None], axis=1)
    alike = (np.abs(across - chosen).max(axis=-1) <= TIE)[:, :, None]
    share: Floats = alike / alike.sum(axis=1, keepdims=True)
    return np.asarray((p1 * share).sum(axis=1)), np.asarray((p2 * share).sum(axis=1))


def _inside_both(a: Floats, b: Floats) -> tuple[Floats, Bools]:
    """A point (n, 2) in both rectangles, and where there is one.

    The overlap is convex and the clipped sides are its outline, so the mean of their middles lies within.
    """
    mid_a, weight_a = _clipped(a, b)
    mid_b, weight_b = _clipped(b, a)
    middles, weight = np.concatenate([mid_a, mid_b], axis=1), np.concatenate([weight_a, weight_b], axis=1)
    total: Floats = weight.sum(axis=1)
    middle: Floats = (middles * weight[..., None]).sum(axis=1) / np.where(total > 0, total, 1)[:, None]
    return middle, total > 0


def _clipped(a: Floats, b: Floats) -> tuple[Floats, Floats]:
    """Middles (n, 4, 2) of the parts of the sides of *b* in *a*, and their lengths (n, 4), 0 for none."""
    start = _into(a, corners(b))
    along = np.roll(start, -1, axis=1) - start
    half = a[:, None, 4:6]
    with np.errstate(divide="ignore", invalid="ignore"):
        edges = np.sort(np.stack([(-half - start) / along, (half - start) / along]), axis=0)
    still = along == 0
    edges = np.where(still, np.where(np.abs(start) <= half, [[[[-np.inf]]], [[[np.inf]]]], np.nan), edges)
    enter, leave = np.maximum(edges[0].max(axis=-1), 0), np.minimum(edges[1].min(axis=-1), 1)
    inside = leave >= enter
    enter, leave = np.where(inside, enter, 0), np.where(inside, leave, 0)
    # A side of no length inside still counts a little: two crossing lines share one point.
    weight = np.where(inside, (leave - enter) * np.linalg.norm(along, axis=-1) + TIE, 0)
    return _out(a, start + along * ((enter + leave) / 2)[..., None]), weight
