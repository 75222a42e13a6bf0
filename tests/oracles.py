"""Slow answers by another road, to hold the fast ones to: exact rational distances between yaw boxes.

Segments and containment in `fractions`, sharing nothing with the kernels but the eight numbers of a box.
"""

from fractions import Fraction
from itertools import product
from math import isqrt

from twin.geometry import Floats

Point = tuple[Fraction, Fraction]
Side = tuple[Point, Point]


def exact_distance(a: Floats, b: Floats) -> float:
    """Metres between two yaw boxes (8,): exact up to the one rounding at the end."""
    gap = max(Fraction(b[2]) - Fraction(a[3]), Fraction(a[2]) - Fraction(b[3]), Fraction(0))
    return _root(planar_squared(outline(a), outline(b)) + gap * gap)


def outline(box: Floats) -> list[Point]:
    cx, cy, _, _, hx, hy, cos, sin = map(Fraction, box)
    return [
        (cx + i * hx * cos - j * hy * sin, cy + i * hx * sin + j * hy * cos)
        for i, j in ((-1, -1), (1, -1), (1, 1), (-1, 1))
    ]


def planar_squared(a: list[Point], b: list[Point]) -> Fraction:
    if holds(a, b[0]) or holds(b, a[0]):
        return Fraction(0)
    return min(between_sides(p, q) for p, q in product(sides(a), sides(b)))


def sides(points: list[Point]) -> list[Side]:
    return list(zip(points, [*points[1:], points[0]], strict=True))


def holds(polygon: list[Point], point: Point) -> bool:
    """Whether a convex polygon that has an area holds the point; without an area it is all sides, left to them."""
    turns = [cross(p, q, point) for p, q in sides(polygon)]
    area = sum(p[0] * q[1] - q[0] * p[1] for p, q in sides(polygon))
    return area > 0 and all(turn >= 0 for turn in turns)


def between_sides(p: Side, q: Side) -> Fraction:
    if crossing(p, q):
        return Fraction(0)
    return min(to_side(q[0], p), to_side(q[1], p), to_side(p[0], q), to_side(p[1], q))


def crossing(p: Side, q: Side) -> bool:
    """A proper crossing; touching ends are found by `to_side` being 0."""
    return cross(*p, q[0]) * cross(*p, q[1]) < 0 and cross(*q, p[0]) * cross(*q, p[1]) < 0


def to_side(point: Point, side: Side) -> Fraction:
    (px, py), (qx, qy) = side
    dx, dy = qx - px, qy - py
    length = dx * dx + dy * dy
    u = ((point[0] - px) * dx + (point[1] - py) * dy) / length if length else Fraction(0)
    u = min(max(u, Fraction(0)), Fraction(1))
    x, y = px + u * dx - point[0], py + u * dy - point[1]
    return x * x + y * y


def cross(p: Point, q: Point, r: Point) -> Fraction:
    return (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0])


def _root(square: Fraction) -> float:
    """Square root to more digits than a float holds, also of numbers too small or large to be one."""
    if square == 0:
        return 0.0
    scale = 1 << 400
    return float(Fraction(isqrt(square.numerator * scale * scale // square.denominator), scale))
