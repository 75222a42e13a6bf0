"""Centre lines of lanes: places along them, which of them are parallel, where one crosses another."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from math import acos, atan2, cos, hypot, inf, pi, radians, sin, tan

from twin.terminal import Lane

Point = tuple[float, float]
Pose = tuple[float, float, float]  # x, y, heading


def turn(a: float, b: float) -> float:
    """From heading *a* to heading *b*, the short way round (radians)."""
    return (b - a + pi) % (2 * pi) - pi


def ahead(pose: Pose, way: float, aside: float = 0.0) -> Point:
    """*way* metres before *pose*, and *aside* to its left."""
    c, s = cos(pose[2]), sin(pose[2])
    return pose[0] + c * way - s * aside, pose[1] + s * way + c * aside


def seen(pose: Pose, point: Point) -> Point:
    """How far before *pose* a point lies, and how far to its left."""
    c, s, dx, dy = cos(pose[2]), sin(pose[2]), point[0] - pose[0], point[1] - pose[1]
    return c * dx + s * dy, c * dy - s * dx


def kept(points: Sequence[Point]) -> list[Point]:
    """*points* without those that repeat."""
    return [points[0], *(q for p, q in pairwise(points) if hypot(q[0] - p[0], q[1] - p[1]) > 1e-3)]


def slant(aside: float, radius: float) -> float:
    """The angle (radians) at which a vehicle changes to a lane *aside* metres away: 45 degrees where there is room."""
    return min(radians(45), 0.9 * acos(max(1 - abs(aside) / (2 * radius), -1.0)))


@dataclass(frozen=True)
class Line:
    """A line that vehicles drive, from its first point to its last."""

    name: str
    points: tuple[Point, ...]

    @cached_property
    def along(self) -> tuple[float, ...]:
        """Metres from the beginning to each point."""
        out = [0.0]
        for a, b in pairwise(self.points):
            out.append(out[-1] + hypot(b[0] - a[0], b[1] - a[1]))
        return tuple(out)

    @cached_property
    def headings(self) -> tuple[float, ...]:
        """Of each leg."""
        return tuple(atan2(b[1] - a[1], b[0] - a[0]) for a, b in pairwise(self.points))

    @property
    def long(self) -> float:
        return self.along[-1]

    def leg(self, s: float) -> int:
        """The leg that place *s* is on."""
        n = next((i for i, end in enumerate(self.along[1:]) if s <= end), len(self.headings) - 1)
        return n

    def at(self, s: float) -> Pose:
        """The place *s* metres along, or beyond an end straight on."""
        n = self.leg(s)
        x, y = ahead((*self.points[n], self.headings[n]), s - self.along[n])
        return x, y, self.headings[n]

    def corners(self, low: float, high: float) -> list[Point]:
        """Points where it bends, strictly between two places."""
        return [p for p, s in zip(self.points[1:-1], self.along[1:-1]) if low + 1e-6 < s < high - 1e-6]

    def clear(self, n: int, radius: float) -> tuple[float, float]:
        """The part of leg *n* that is straight when corners are rounded: from, to."""
        low, high = self.along[n], self.along[n + 1]
        if n:
            low += radius * tan(min(abs(turn(self.headings[n - 1], self.headings[n])), 2.2) / 2)
        if n + 1 < len(self.headings):
            high -= radius * tan(min(abs(turn(self.headings[n], self.headings[n + 1])), 2.2) / 2)
        return low, high

    def nearest(self, point: Point) -> tuple[float, float]:
        """The place on it nearest to *point*, and how far to its left the point lies there."""
        best = inf, 0.0, 0.0
        for n, heading in enumerate(self.headings):
            way, aside = seen((*self.points[n], heading), point)
            on = min(max(way, 0.0), self.along[n + 1] - self.along[n])
            far = hypot(way - on, aside)
            if far < best[0] - 1e-9:
                best = far, self.along[n] + on, aside
        return best[1], best[2]


def line_of(lane: Lane) -> Line:
    """A lane's line, without points that repeat."""
    points = [lane.points[0]]
    for p in lane.points[1:]:
        if hypot(p[0] - points[-1][0], p[1] - points[-1][1]) > 0.05:
            points.append(p)
    return Line(lane.name, tuple((float(x), float(y)) for x, y in points))


def crossing(a: Line, i: int, b: Line, j: int) -> tuple[float, float] | None:
    """Places on *a* and *b* where the straight lines through leg *i* of *a*, leg *j* of *b* cross; None: parallel."""
    bend = turn(a.headings[i], b.headings[j])
    if abs(sin(bend)) < 0.05:
        return None
    way, aside = seen((*a.points[i], a.headings[i]), b.points[j])
    on_b = -aside / sin(bend)
    return a.along[i] + way + on_b * cos(bend), b.along[j] + on_b
