"""Which lanes can be driven to from which: crossings, ends that lead on, changes to the lane beside; a simple asker.

Deliberately not the simulator's own graph: what it finds here holds for any vehicle that turns with the given radius.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from shapely import LineString, Point, STRtree, get_parts

from twin.terminal import Terminal

RADIUS = 8.0  # metres; AGVs and tractors, and about what the middle of a truck turns with
SHARPEST = np.radians(100)
AHEAD = 20.0  # metres a vehicle may drive on beyond a lane's end to meet another
BESIDE, CHANGE = 5.0, 20.0  # metres to the lane beside, and metres along that changing over takes


@dataclass(frozen=True)
class Turn:
    """From *leave* metres along lane *here* to *enter* metres along lane *there*."""

    here: int
    leave: float
    there: int
    enter: float


class Ways:
    """The lanes of *kinds* of a terminal, and where one turns off them."""

    def __init__(self, terminal: Terminal, kinds: Iterable[str], radius: float = RADIUS) -> None:
        lanes = [lane for lane in terminal.lanes if lane.kind in set(kinds)]
        self.names = [lane.name for lane in lanes]
        self.turns: dict[int, list[Turn]] = {}
        lines = [LineString(lane.points) for lane in lanes]
        longer = [_longer(line) for line in lines]
        near = STRtree(lines).query(longer, predicate="dwithin", distance=BESIDE)
        for a, b in near.T.tolist():
            if a != b:
                self.turns.setdefault(a, []).extend(_between(a, b, lines, longer[a], radius))

    def reached(self, *starts: str) -> set[str]:
        """Names of the lanes that can be driven to from the beginning of one of *starts*."""
        first = {self.names.index(name): 0.0 for name in starts}
        todo = list(first)
        while todo:
            here = todo.pop()
            for turn in (t for t in self.turns.get(here, ()) if t.leave >= first[here] - 1e-6):
                if turn.enter < first.get(turn.there, np.inf) - 1e-6:
                    first[turn.there] = turn.enter
                    todo.append(turn.there)
        return {self.names[i] for i in first}


def _longer(line: LineString) -> LineString:
    points = np.array(line.coords)
    unit = (points[-1] - points[-2]) / np.linalg.norm(points[-1] - points[-2])
    return LineString([*points, points[-1] + AHEAD * unit])


def _between(a: int, b: int, lines: list[LineString], ahead: LineString, radius: float) -> list[Turn]:
    here, there = lines[a], lines[b]
    out = []
    for point in (p for p in get_parts(ahead.intersection(there)) if p.geom_type == "Point"):
        leave, enter = ahead.project(point), there.project(point)
        turn = abs(_wrapped(_heading(there, enter) - _heading(ahead, leave)))
        cut = radius * np.tan(turn / 2)
        if turn <= SHARPEST and leave >= cut and enter + cut <= there.length:
            out.append(Turn(a, min(leave - cut, here.length), b, enter + cut))
    start = Point(there.coords[0])
    on = ahead.project(start)
    if ahead.distance(start) < 1.0 and abs(_wrapped(_heading(ahead, on) - _heading(there, 0))) < 0.1:
        out.append(Turn(a, min(on, here.length), b, 0.0))
    return out + _changes(a, b, here, there)


def _changes(a: int, b: int, here: LineString, there: LineString) -> list[Turn]:
    """Changing over to a lane that runs beside this one, the same way, as early as may be and as late."""
    out = []
    for leave in np.arange(0.0, here.length - CHANGE, 10.0).tolist():
        enter = there.project(here.interpolate(leave + CHANGE))
        beside = here.interpolate(leave + CHANGE).distance(there.interpolate(enter)) <= BESIDE
        room = 0 < enter < there.length
        if beside and room and abs(_wrapped(_heading(here, leave) - _heading(there, enter))) < 0.1:
            out.append(Turn(a, leave, b, enter))
    return out


def _heading(line: LineString, at: float) -> float:
    """Radians, of the piece of *line* at *at* metres, of two pieces the one that ends there."""
    points = np.array(line.coords)
    ends = np.cumsum(np.hypot(*np.diff(points, axis=0).T))
    piece = min(int(np.searchsorted(ends, at - 1e-9)), len(points) - 2)
    return float(np.arctan2(*(points[piece + 1] - points[piece])[::-1]))


def _wrapped(angle: float) -> float:
    return float((angle + np.pi) % (2 * np.pi) - np.pi)
