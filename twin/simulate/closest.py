"""How near two things that move come to each other: their closed-form movement, and exact distances of their boxes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from twin.catalogue import Catalogue, Kind
from twin.geometry import Floats, Ints
from twin.kinematics import Parts, hold_positions, part_boxes, part_poses, part_table
from twin.simulate.motion import Track
from twin.spatial import kernels

COARSE, FINE, FINEST = 0.1, 0.01, 0.0005  # seconds between looks, each about the best of the one before
Point = tuple[float, float, float]
SAME = 1e-6  # metres by which two distances differ that count as one: a dwell is one closest approach


@dataclass(frozen=True)
class Solid:
    """Something of boxes that may move: *at* gives them (n, k, 8) at rising seconds (n,), *part* (k) their names."""

    name: str
    part: tuple[str, ...]
    at: Callable[[Floats], Floats]

    def only(self, beginning: str) -> "Solid":
        """Its parts whose names begin so."""
        which = [n for n, name in enumerate(self.part) if name.startswith(beginning)]
        return Solid(self.name, tuple(self.part[n] for n in which), lambda t: self.at(t)[:, which])


@dataclass(frozen=True)
class Carried:
    """A box in *hold* of a machine: its name, length, width and height in metres."""

    hold: int
    name: str
    length: float
    width: float
    height: float


@dataclass(frozen=True)
class Closest:
    """Nearest from second *t* to second *until*: *metres* apart, negative where they overlap so deep.

    *p1*, *p2* (3,) are the nearest points then of *part_a* and *part_b*, one point inside both where they overlap.
    """

    t: float
    until: float
    metres: float
    p1: Point
    p2: Point
    part_a: str
    part_b: str


def machine(name: str, kind: Kind, track: Track, catalogue: Catalogue, carried: Sequence[Carried] = ()) -> Solid:
    """The collision boxes of a machine on its *track*, and what it carries all the while."""
    one = part_table(catalogue, (kind.name,))
    named = tuple(kind.parts[one.part[row]].name for row in one.boxes[0].tolist())

    def at(t: Floats) -> Floats:
        s = track.sampled(t)
        parts = part_poses(part_table(catalogue, (kind.name,) * len(t)), s.x, s.y, s.z, s.yaw, s.joints)
        own = part_boxes(parts)[0].reshape(len(t), len(named), 8)
        return np.concatenate([own, *(_load(parts, box, len(t)) for box in carried)], axis=1)

    return Solid(name, (*named, *(f"load {box.name}" for box in carried)), at)


def _load(parts: Parts, box: Carried, n: int) -> Floats:
    base, yaw = hold_positions(parts, np.arange(n), np.full(n, box.hold), np.full(n, box.height))
    half = np.full(n, box.length / 2), np.full(n, box.width / 2)
    columns = base[:, 0], base[:, 1], base[:, 2], base[:, 2] + box.height, *half, np.cos(yaw), np.sin(yaw)
    return np.stack(columns, axis=1)[:, None, :]


def fixed(name: str, part: Sequence[str], boxes: Floats) -> Solid:
    """Something that stands: *boxes* (k, 8)."""
    return Solid(name, tuple(part), lambda t: np.broadcast_to(boxes, (len(t), *boxes.shape)))


def apart(a: Solid, b: Solid, t: Floats) -> Floats:
    """Metres (n,) between *a* and *b* at rising seconds *t* (n,): negative where they overlap so deep."""
    return nearest(a.at(t), b.at(t))[0]


def closest(a: Solid, b: Solid, begin: float, end: float) -> Closest:
    """The first closest approach of *a* and *b* between two seconds, to half a millisecond."""
    t = np.linspace(begin, end, max(int(np.ceil((end - begin) / COARSE)), 1) + 1)
    metres = apart(a, b, t)
    for step in (FINE, FINEST):
        t, metres = _finer(a, b, t, metres, step, begin, end)
    n = int(np.argmin(metres))
    t0, t1 = _dwell(t, metres, n)
    at = t[n : n + 1]
    boxes_a, boxes_b = a.at(at), b.at(at)
    least, i, j = nearest(boxes_a, boxes_b)
    _, p1, p2 = kernels.nearest_points(boxes_a[0, i], boxes_b[0, j])
    return Closest(t0, t1, float(least[0]), point(p1[0]), point(p2[0]), a.part[int(i[0])], b.part[int(j[0])])


def point(p: Floats) -> Point:
    """*p* (3,) as plain numbers."""
    x, y, z = p.tolist()
    return x, y, z


def _finer(
    a: Solid, b: Solid, t: Floats, metres: Floats, step: float, begin: float, end: float
) -> tuple[Floats, Floats]:
    """Looks *step* apart wherever, by how fast the distance changes, it may be as small as the least one known."""
    gap = np.diff(t)
    pace = np.abs(np.diff(metres)) / np.maximum(gap, 1e-12)
    beside = np.maximum(np.append(pace[1:], 0.0), np.append(0.0, pace[:-1]))
    reach = np.maximum(pace, beside) * gap  # how far between two looks it may be from what they saw
    worth = (np.minimum(metres[:-1], metres[1:]) - reach <= metres.min() + SAME) & (reach > SAME / 10)
    parts = [t]
    parts += [np.arange(t[n] + step, t[n + 1] - step / 2, step) for n in np.flatnonzero(worth)]
    fine = np.unique(np.clip(np.concatenate(parts), begin, end))
    new = fine[~np.isin(fine, t)]
    if not len(new):
        return t, metres
    both, values = np.concatenate([t, new]), np.concatenate([metres, apart(a, b, new)])
    order = np.argsort(both, kind="stable")
    return both[order], values[order]


def _dwell(t: Floats, metres: Floats, n: int) -> tuple[float, float]:
    """From when to when it stays as near as at look *n*."""
    near = metres <= metres[n] + SAME
    first, last = n, n
    while first > 0 and near[first - 1]:
        first -= 1
    while last < len(t) - 1 and near[last + 1]:
        last += 1
    return float(t[first]), float(t[last])


def nearest(a: Floats, b: Floats) -> tuple[Floats, Ints, Ints]:
    """The least signed distance (n,) of *a* (n, i, 8) and *b* (n, j, 8), and which boxes (n,) have it.

    Only pairs are measured whose bounds are no farther apart than some pair really is.
    """
    n, ka, kb = len(a), a.shape[1], b.shape[1]
    out, first, second = np.empty(n), np.empty(n, np.int64), np.empty(n, np.int64)
    for k in range(0, n, 256):  # bounds of 256 x 60 x 60 pairs stay below 10 MB
        span = slice(k, k + 256)
        low = _bounds_apart(a[span], b[span])
        guess = low.argmin(axis=1)
        row = np.arange(len(low))
        upper = _signed(a[span][row, guess // kb], b[span][row, guess % kb])
        row, pair = np.nonzero(low <= np.maximum(upper, 0.0)[:, None] + SAME)
        exact = np.full((len(low), ka * kb), np.inf)
        exact[row, pair] = _signed(a[span][row, pair // kb], b[span][row, pair % kb])
        best = exact.argmin(axis=1)
        out[span] = exact[np.arange(len(low)), best]
        first[span], second[span] = best // kb, best % kb
    return out, first, second


def _bounds_apart(a: Floats, b: Floats) -> Floats:
    """At least how far (n, i * j) boxes are apart: the distance of the upright boxes around them."""
    low_a, high_a, low_b, high_b = *_around(a), *_around(b)
    gap = np.maximum(low_b[:, None] - high_a[:, :, None], low_a[:, :, None] - high_b[:, None])
    return np.asarray(np.sqrt((np.maximum(gap, 0.0) ** 2).sum(axis=-1))).reshape(len(a), -1)


def _around(boxes: Floats) -> tuple[Floats, Floats]:
    x, y, z0, z1, hx, hy, cos, sin = np.moveaxis(boxes, -1, 0)
    ex, ey = np.abs(cos) * hx + np.abs(sin) * hy, np.abs(sin) * hx + np.abs(cos) * hy
    return np.stack([x - ex, y - ey, z0], axis=-1), np.stack([x + ex, y + ey, z1], axis=-1)


def _signed(a: Floats, b: Floats) -> Floats:
    metres = kernels.distance_pairs(a, b)
    return np.where(metres > 0, metres, -kernels.depth(a, b))
