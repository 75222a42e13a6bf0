"""Places where vehicles stop, how they are come to from the lanes, and how they are left again."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product
from math import cos, pi, radians, sin, tan

from twin.simulate.lanegraph import LaneGraph, cost
from twin.simulate.lines import Line, Point, Pose, ahead, crossing, kept, seen, slant, turn

LEADS = (
    17.0,
    9.0,
    27.0,
    5.0,
)  # metres driven straight before and after a stop beside a lane: past who stands there too
GENTLE = radians(25)  # the other angle at which such a stop is come to and left: a tail swings out less
RAY = 120.0  # metres, the farthest lane that a place off the lanes is come to from
BACKS = (30.0, 50.0, 70.0)  # metres backed straight where a stop beside a lane cannot be come to or left otherwise
BACKED = 20.0  # seconds that backing costs besides
PAST = 19.0  # metres a truck drives past a place before it backs into it
OFF_LANE = 70.0  # metres to the farthest lane beside which a place lies.  All seven made up


@dataclass(frozen=True)
class Spot:
    """A place to stop: *x y* is where a box in the middle hold stands (or *middle*: the vehicle's middle), *yaw* looks.

    *form*: 'lane', on a lane; 'beside', in a lane of its own along others, as under a quay crane; 'nose', driven into
    straight on along *yaw* and backed out of; 'back', backed into, and left forwards along *yaw*.
    """

    form: str
    x: float
    y: float
    yaw: float
    owner: int = -1  # block row or machine row, for whoever made it
    lane: int = 0  # which of its owner's
    middle: bool = False

    @property
    def pose(self) -> Pose:
        return self.x, self.y, self.yaw

    def centre(self, offset: float, *, turned: bool = False) -> Pose:
        """Where a vehicle stands whose box is *offset* metres before its middle; *turned*: looking the other way."""
        yaw = self.yaw + (pi if turned else 0.0)
        off = 0.0 if self.middle else offset
        return self.x - cos(yaw) * off, self.y - sin(yaw) * off, yaw


@dataclass(frozen=True)
class Leg:
    """Points driven one after the other, forwards (or backwards) for those that tell the difference."""

    points: tuple[Point, ...]
    forward: bool = True


@dataclass(frozen=True)
class Ramp:
    """A way from a spot to a node, or to a spot from a node: the corners between.

    *backing*: it is come to by backing from the last of *via* by these corners, or left by backing to the first of it.
    """

    node: int
    via: tuple[Point, ...]
    seconds: float
    sort: tuple[int, int]  # line, and which of several ways
    gentle: bool = False
    backing: tuple[Point, ...] | None = None

    @property
    def straight_back(self) -> bool:
        """Whether one backs beside a lane: for where there is no other way."""
        return self.backing == ()


def exits(graph: LaneGraph, spot: Spot, slack: float) -> list[Ramp]:
    """Ways out of a spot; *slack*: metres that the vehicle's middle may be off it along *yaw*."""
    found = [r for r in _out(graph, spot, slack) if r.node >= 0]
    start = {False: (spot.pose[:2],), True: ()}
    ways = [kept([*start[r.backing is not None], *r.via, graph.pose[r.node][:2]]) for r in found]
    return _chosen([r for r, points in zip(found, ways) if graph.passable(points)])


def entries(graph: LaneGraph, spot: Spot, slack: float) -> list[Ramp]:
    """Ways into a spot."""
    found = [r for r in _in(graph, spot, slack) if r.node >= 0]
    return _chosen(
        [
            r
            for r in found
            if graph.passable(kept([graph.pose[r.node][:2], *r.via, *((spot.pose[:2],) if r.backing is None else ())]))
            and (r.backing is None or graph.passable(kept([r.via[-1], *r.backing, spot.pose[:2]])))
        ]
    )


def _chosen(ramps: list[Ramp]) -> list[Ramp]:
    """Of the ways by one line the steep ones if there are any, and none with the shortest lead if another will do."""
    by_line: dict[tuple[int, bool, bool], list[Ramp]] = {}
    for ramp in ramps:
        by_line.setdefault((ramp.sort[0], ramp.straight_back, ramp.gentle), []).append(ramp)
    out = []
    for (line, back, gentle), several in sorted(by_line.items()):
        if not gentle or (line, back, False) not in by_line:
            out += [r for r in several if r.sort[1] != len(LEADS) - 1] or several
    return out


def _out(graph: LaneGraph, spot: Spot, slack: float) -> Iterator[Ramp]:
    match spot.form:
        case "lane":
            for n, line in enumerate(graph.lines):
                s, aside = line.nearest((spot.x, spot.y))
                if abs(aside) < 0.6 and abs(turn(line.at(s)[2], spot.yaw)) < 0.1 and 0 < s < line.long:
                    node = graph.node_after(n, s + slack + 0.5)
                    yield _leaving(graph, spot, node, line.corners(s, graph.place(n, node)) if node >= 0 else [], n, 0)
        case "beside":
            yield from _aside(graph, spot, out=True)
        case _:
            way = spot.yaw + (pi if spot.form == "nose" else 0.0)
            for n, i, met, s in _met(graph, (spot.x, spot.y, way)):
                line = graph.lines[n]
                cut = graph.radius * tan(abs(turn(way, line.headings[i])) / 2)
                if cut + slack <= met and s + cut <= line.clear(i, graph.radius)[1]:
                    node = graph.node_after(n, s + cut)
                    corner = ahead((spot.x, spot.y, way), met)
                    after = line.corners(s + cut, graph.place(n, node)) if node >= 0 else []
                    yield _leaving(graph, spot, node, [corner, *after], n, i)


def _in(graph: LaneGraph, spot: Spot, slack: float) -> Iterator[Ramp]:
    match spot.form:
        case "lane":
            for n, line in enumerate(graph.lines):
                s, aside = line.nearest((spot.x, spot.y))
                if abs(aside) < 0.6 and abs(turn(line.at(s)[2], spot.yaw)) < 0.1 and 0 < s < line.long:
                    node = graph.node_before(n, s - slack - 0.5)
                    yield _coming(graph, spot, node, line.corners(graph.place(n, node), s) if node >= 0 else [], n, 0)
        case "beside":
            yield from _aside(graph, spot, out=False)
        case "nose":
            yield from _straight_in(graph, spot, slack)
        case _:
            yield from _backing_in(graph, spot, slack)
            yield from _straight_in(graph, spot, slack)


def _straight_in(graph: LaneGraph, spot: Spot, slack: float) -> Iterator[Ramp]:
    """Off a lane behind the spot, and straight on along its yaw."""
    for n, i, met, s in _met(graph, (spot.x, spot.y, spot.yaw + pi)):
        line = graph.lines[n]
        cut = graph.radius * tan(abs(turn(line.headings[i], spot.yaw)) / 2)
        if cut + slack <= met and s - cut >= line.clear(i, graph.radius)[0]:
            node = graph.node_before(n, s - cut)
            before = line.corners(graph.place(n, node), s - cut) if node >= 0 else []
            yield _coming(graph, spot, node, [*before, ahead(spot.pose, -met)], n, i)


def _backing_in(graph: LaneGraph, spot: Spot, slack: float) -> Iterator[Ramp]:
    """Past the spot on a lane before it, and backwards into it."""
    for n, i, met, s in _met(graph, spot.pose):
        line = graph.lines[n]
        bend = abs(turn(line.headings[i] + pi, spot.yaw + pi))
        cut = graph.radius * tan(bend / 2)
        low, high = line.clear(i, graph.radius)
        if bend < 2.0 and cut + slack <= met and low + 1 < s + PAST <= high:
            node = graph.node_before(n, s + PAST - 1)
            before = line.corners(graph.place(n, node), s) if node >= 0 else []
            stop = line.at(s + PAST)[:2]
            yield _coming(graph, spot, node, [*before, stop], n, i, backing=(ahead(spot.pose, met),))


def _aside(graph: LaneGraph, spot: Spot, *, out: bool) -> Iterator[Ramp]:
    """Between a spot and the lanes beside it that lead the same way, for two-way vehicles also the other way.

    Others back straight to or from it where there is no way forwards: a crane near the end of the lanes.
    """
    yield from _along(graph, spot, spot.pose, out=out)
    if graph.free:
        yield from _along(graph, spot, (spot.x, spot.y, spot.yaw + pi), out=out)
        return
    for far in BACKS:
        place = (*ahead(spot.pose, -far if out else far), spot.yaw)
        for ramp in _along(graph, spot, place, out=out):
            if ramp.node >= 0:
                via = (place[:2], *ramp.via) if out else (*ramp.via, place[:2])
                yield replace(ramp, via=via, seconds=ramp.seconds + far / 2 + BACKED, backing=())


def _along(graph: LaneGraph, spot: Spot, pose: Pose, *, out: bool) -> Iterator[Ramp]:
    """Between a place driven through along *pose* and the lanes beside it that lead that way."""
    for n, line in enumerate(graph.lines):
        for i, heading in enumerate(line.headings):
            aside = seen(pose, line.points[i])[1]
            if abs(turn(heading, pose[2])) < 0.05 and 2.0 < abs(aside) < OFF_LANE:
                yield from _slants(graph, spot, pose, (n, i), aside, out=out)


def _slants(
    graph: LaneGraph, spot: Spot, pose: Pose, leg: tuple[int, int], aside: float, *, out: bool
) -> Iterator[Ramp]:
    """Ways between a spot driven through along *pose* and one leg of a line *aside* of it."""
    (n, i), sign = leg, 1 if out else -1
    line, steep = graph.lines[n], slant(aside, graph.radius)
    low, high = line.clear(i, graph.radius)
    for (k, lead), gentle in product(enumerate(LEADS), (False, True)):
        angle = min(steep, GENTLE) if gentle else steep
        cut, run = graph.radius * tan(angle / 2), abs(aside) / tan(angle)
        near, far = ahead(pose, sign * lead), ahead(pose, sign * (lead + run), aside)
        s = line.along[i] + seen((*line.points[i], line.headings[i]), far)[0] + sign * cut
        if low <= s <= high and cut <= lead:
            node = graph.node_after(n, s) if out else graph.node_before(n, s)
            ramp = _leaving if out else _coming
            yield replace(ramp(graph, spot, node, [near, far] if out else [far, near], n, k), gentle=gentle)


def _met(graph: LaneGraph, ray: Pose) -> Iterator[tuple[int, int, float, float]]:
    """Lanes that a ray crosses: line, leg, metres along the ray, place on the line."""
    one = Line("", ((ray[0], ray[1]), ahead(ray, RAY)))
    for n, line in enumerate(graph.lines):
        for i in range(len(line.headings)):
            met = crossing(one, 0, line, i)
            if met is not None and 0 < met[0] < RAY and line.along[i] - 1e-6 <= met[1] <= line.along[i + 1] + 1e-6:
                yield n, i, met[0], met[1]


def _leaving(graph: LaneGraph, spot: Spot, node: int, via: list[Point], n: int, k: int) -> Ramp:
    if node < 0:
        return Ramp(-1, (), 0.0, (n, k))
    points = kept([spot.pose[:2], *via, graph.pose[node][:2]])
    return Ramp(node, tuple(via), _seconds(points), (n, k))


def _coming(
    graph: LaneGraph, spot: Spot, node: int, via: list[Point], n: int, k: int, backing: tuple[Point, ...] | None = None
) -> Ramp:
    if node < 0:
        return Ramp(-1, (), 0.0, (n, k))
    points = kept([graph.pose[node][:2], *via, *(backing or ()), spot.pose[:2]])
    return Ramp(node, tuple(via), _seconds(points) + (0.0 if backing is None else BACKED), (n, k), backing=backing)


def _seconds(points: list[Point]) -> float:
    if len(points) < 2:
        return 0.0
    line = Line("", tuple(points))
    return cost(points, line.headings[0])
