"""The lanes as a graph: driving on, changing to a parallel lane, turning off where two meet, crossing to the other way.

Every edge is a manoeuvre with its own straight run-up, so that edges one after the other can always be driven.
"""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from math import tan

import numpy as np

from twin.geometry import Floats, Ints
from twin.simulate._ground import rounded, touches, tree
from twin.simulate.lines import Line, Point, Pose, ahead, crossing, kept, seen, slant, turn

GRID = 10.0  # metres between places where a vehicle may change lanes
REACH = 20.0  # metres from a lane's end to where it still leads on to another.  Made up, as our layouts are drawn
ASIDE = 14.0  # metres, the farthest lane that is changed to in one go
ACROSS = 60.0  # metres, the farthest lane that is crossed to
CRUISE = 5.0  # m/s, to choose between ways
STOOD = 6.0  # times as long as it takes counts for a piece of a line where vehicles stand.  Made up
BEND = 4.0  # seconds that a right angle costs
KEEP = 0.5  # metres kept from what is fixed


@dataclass(frozen=True)
class Edge:
    """A manoeuvre between nodes *a* and *b*: the corners between them."""

    a: int
    b: int
    via: tuple[Point, ...]
    seconds: float


@dataclass
class _Draft:
    """An edge before nodes have numbers: from place *s* of line *a* to line *b*, at place *t* or soon after it."""

    a: int
    s: float
    b: int
    t: float
    via: tuple[Point, ...]


@dataclass
class LaneGraph:
    """Nodes are places on lines; *half* (length, breadth) of the vehicles, *fixed* (b, 5) what they must not touch.

    *free*: vehicles may cross straight to a lane that leads the other way wherever they like; else at lanes' ends.
    """

    lines: list[Line]
    radius: float
    half: tuple[float, float]
    fixed: Floats
    free: bool
    stood: frozenset[str] = frozenset()  # lines in which vehicles park or wait for cranes: not for driving through
    spot: list[list[float]] = field(default_factory=list)  # places of the nodes of each line, rising
    first: list[int] = field(default_factory=list)  # number of each line's first node
    pose: list[Pose] = field(default_factory=list)  # of each node
    edges: list[Edge] = field(default_factory=list)  # sorted by the node they lead to
    trees: dict[int, tuple[Floats, Ints]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        drafts = [d for a in range(len(self.lines)) for b in range(len(self.lines)) if a != b for d in self._pair(a, b)]
        places: list[set[float]] = [set(self._grid(line)) for line in self.lines]
        for draft in drafts:
            places[draft.a].add(draft.s)
            if draft.t < GRID:  # elsewhere the next regular place will do
                places[draft.b].add(draft.t)
        self.spot = [sorted(p) for p in places]
        for line, spots in zip(self.lines, self.spot):
            self.first.append(len(self.pose))
            self.pose += [line.at(s) for s in spots]
        self._connect(drafts)

    def node_after(self, line: int, s: float) -> int:
        """The first node at or after place *s* of a line, -1: none."""
        k = bisect_left(self.spot[line], s - 1e-6)
        return self.first[line] + k if k < len(self.spot[line]) else -1

    def node_before(self, line: int, s: float) -> int:
        """The last node at or before place *s* of a line, -1: none."""
        k = bisect_right(self.spot[line], s + 1e-6) - 1
        return self.first[line] + k if k >= 0 else -1

    def place(self, line: int, node: int) -> float:
        """Where on its line a node is."""
        return self.spot[line][node - self.first[line]]

    def seconds(self, a: int, b: int) -> float:
        """About how long it takes from node to node; inf: no way."""
        return float(self._tree(b)[0][a])

    def all_seconds(self, b: int) -> Floats:
        """The same to node *b* from all nodes."""
        return self._tree(b)[0]

    def way(self, a: int, b: int) -> list[Point]:
        """The corners on the way from node *a* to node *b*."""
        edge, out = self._tree(b)[1], []
        while a != b:
            e = self.edges[edge[a]]
            out += e.via
            a = e.b
        return out

    def passable(self, points: list[Point]) -> bool:
        """Whether a vehicle can drive along *points* and touch nothing that is fixed."""
        path = rounded(np.array(points), self.radius)
        return len(path) > 0 and touches(np.ascontiguousarray(path[:, :3]), *self.half, self.fixed, KEEP) < 0

    def _tree(self, target: int) -> tuple[Floats, Ints]:
        if target not in self.trees:
            self.trees[target] = tree(self._begin, self._source, self._cost, target, len(self.pose))
        return self.trees[target]

    def _grid(self, line: Line) -> list[float]:
        """Places where a vehicle may begin to change lanes: regular ones on straight pieces, and both ends."""
        inside = [k * GRID for k in range(1, int(line.long / GRID) + 1)]
        legs = [line.clear(n, self.radius) for n in range(len(line.headings))]
        return [0.0, *(s for s in inside if any(low <= s <= high for low, high in legs)), line.long]

    def _pair(self, a: int, b: int) -> list[_Draft]:
        """Manoeuvres from line *a* to line *b*."""
        out: list[_Draft] = []
        one, two = self.lines[a], self.lines[b]
        for i in range(len(one.headings)):
            for j in range(len(two.headings)):
                bend = abs(turn(one.headings[i], two.headings[j]))
                if bend < 0.1:
                    out += self._changes(a, i, b, j)
                elif bend < 2.05:
                    out += self._joint(a, i, b, j)
                elif bend > 3.04:
                    out += self._crosses(a, i, b, j)
        return out

    def _joint(self, a: int, i: int, b: int, j: int) -> list[_Draft]:
        """Turning off where two lines cross, or would if one were a little longer."""
        one, two = self.lines[a], self.lines[b]
        met = crossing(one, i, two, j)
        if met is None:
            return []
        cut = self.radius * tan(abs(turn(one.headings[i], two.headings[j])) / 2)
        s, t = met[0] - cut, met[1] + cut
        last, first = i == len(one.headings) - 1, j == 0
        (low, high), (begin, end) = one.clear(i, self.radius), two.clear(j, self.radius)
        on_one = low - 1e-6 <= s and (s <= high + 1e-6 or (last and met[0] <= one.long + REACH))
        on_two = t <= end + 1e-6 and (t >= begin - 1e-6 or (first and met[1] >= -REACH))
        if not on_one or not on_two:
            return []
        via = (
            one.at(min(max(met[0], low), 1e9))[:2] if met[0] <= one.long else ahead(one.at(one.long), met[0] - one.long)
        )
        return [_Draft(a, min(s, one.long), b, max(t, 0.0), (via,))]

    def _changes(self, a: int, i: int, b: int, j: int) -> list[_Draft]:
        """To a lane beside this one that leads the same way, or to one that goes on where this one ends."""
        one, two = self.lines[a], self.lines[b]
        (low, high), (begin, end) = one.clear(i, self.radius), two.clear(j, self.radius)
        aside = seen((*one.points[i], one.headings[i]), two.points[j])[1]
        out = []
        if i == len(one.headings) - 1:
            way, off = seen(one.at(one.long), two.points[j])
            t = two.along[j] - way  # they may overlap
            if abs(off) < 0.3 and t <= end and (t >= begin or (j == 0 and way <= REACH)):
                return [_Draft(a, one.long, b, max(t, 0.0), (two.points[j],) if way > 0.5 else ())]
        if 1.5 < abs(aside) <= ASIDE:
            angle = slant(aside, self.radius)
            cut, run = self.radius * tan(angle / 2), abs(aside) / tan(angle)
            for s in self._grid(one):
                if low <= s <= high:
                    here = one.at(s)
                    first, second = ahead(here, cut), ahead(here, cut + run, aside)
                    t = two.along[j] + seen((*two.points[j], two.headings[j]), second)[0] + cut
                    late = s + cut <= high or (i == len(one.headings) - 1 and s + cut <= one.long + REACH)
                    if late and begin <= t <= end:
                        out.append(_Draft(a, s, b, t, (first, second)))
        return out

    def _crosses(self, a: int, i: int, b: int, j: int) -> list[_Draft]:
        """Straight across to a lane that leads the other way."""
        one, two = self.lines[a], self.lines[b]
        (low, high), (begin, end) = one.clear(i, self.radius), two.clear(j, self.radius)
        aside, r = seen((*one.points[i], one.headings[i]), two.points[j])[1], self.radius
        out: list[_Draft] = []
        if not 2 * r <= abs(aside) <= ACROSS:
            return out
        last = i == len(one.headings) - 1
        tries = [s for s in self._grid(one) if low <= s <= high] if self.free else []
        tries += [max(one.long - r, low)] if last and not self.free else []
        for s in tries:
            here = one.at(s)
            first, second = ahead(here, r), ahead(here, r, aside)
            t = two.along[j] + seen((*two.points[j], two.headings[j]), second)[0] + r
            if (s + r <= high or (last and s + r <= one.long + REACH)) and (
                begin <= t <= end or (j == 0 and -REACH <= t < begin)
            ):
                out.append(_Draft(a, s, b, max(t, 0.0), (first, second)))
        return out

    def _connect(self, drafts: list[_Draft]) -> None:
        edges = []
        for n, line in enumerate(self.lines):
            for k in range(len(self.spot[n]) - 1):
                via = tuple(line.corners(self.spot[n][k], self.spot[n][k + 1]))
                edges.append((self.first[n] + k, self.first[n] + k + 1, via, line.name in self.stood))
        for d in drafts:
            a, b = self.node_after(d.a, d.s), self.node_after(d.b, d.t)
            if a >= 0 and b >= 0:
                two = self.lines[d.b]
                edges.append((a, b, (*d.via, *two.corners(d.t, self.place(d.b, b))), two.name in self.stood))
        self.edges = sorted((e for e in (self._edge(*e) for e in edges) if e is not None), key=lambda e: (e.b, e.a))
        self._source = np.array([e.a for e in self.edges], np.int64)
        self._cost = np.array([e.seconds for e in self.edges], np.float64)
        self._begin = np.searchsorted([e.b for e in self.edges], np.arange(len(self.pose) + 1)).astype(np.int64)

    def _edge(self, a: int, b: int, via: tuple[Point, ...], stood: bool) -> Edge | None:
        """The edge, if it can be driven."""
        points = [self.pose[a][:2], *via, self.pose[b][:2]]
        points = kept(points)
        if len(points) > 1 and not self.passable(points):
            return None
        seconds = cost(points, self.pose[a][2])
        return Edge(a, b, via, seconds * STOOD if stood else seconds)


def cost(points: list[Point], heading: float) -> float:
    """About how many seconds it takes to drive along *points*, looking towards *heading* at first."""
    line = Line("", tuple(points))
    bends = 0.0
    for next_heading in line.headings:
        bends += abs(turn(heading, next_heading))
        heading = next_heading
    return line.long / CRUISE + bends / 1.57 * BEND
