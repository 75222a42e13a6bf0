"""The gate as the layout draws it: lanes in and out, booths, the public road, the truck park; and who comes when.

A truck lane that passes through an area of kind 'gate' leads in if it ends nearer to the blocks than it begins, else
out.  Truck lanes that cross a lane in on its outer side, before the booth, are the public road that trucks come by;
those that cross a lane out beyond the booth, the one they leave by.  Where there is none, trucks come and go at the
lane's outer end.  The truck park is an area so called; trucks wait there on the truck lanes within it.
"""

from dataclasses import dataclass
from math import ceil

import numpy as np

from twin.geometry import Floats
from twin.simulate.ground import RADIUS
from twin.simulate.lanegraph import GRID
from twin.simulate.lines import Line, Point, Pose, crossing, line_of
from twin.simulate.scenario import Gate, Window
from twin.terminal import Terminal

HOUR = 3600.0  # seconds
AHEAD = 7.0  # metres from a truck's middle to its driver's window.  Drawn so: assets/equipment/truck.yaml
END = 10.0  # metres from a lane's end to the middle of a truck that stands at it: half of 16.5 and some more
ROOM = 20.0  # metres from truck to truck in a queue, middle to middle: 16.5 of truck, the rest made up
CLEAR = 12.0  # metres from the middle of a truck that waits to a lane that crosses before it.  Made up
SPREAD = 900.0  # seconds after the hour within which late trucks get their new slots.  Made up
QUEUE = 12  # places to queue on a road outside, at most.  Made up
PARK = "truck park"  # the name of the area


@dataclass(frozen=True)
class Way:
    """A lane through the gate, and where trucks stand in it: the first at the booth, others behind."""

    name: str
    places: tuple[Pose, ...]


@dataclass(frozen=True)
class Road:
    """A road that trucks come by: where they appear, and where they queue for the gate, the foremost place first."""

    start: Pose
    places: tuple[Pose, ...] = ()


@dataclass(frozen=True)
class Gateway:
    """The lanes through the gate, where trucks appear, and where they are gone."""

    ins: tuple[Way, ...]
    outs: tuple[Way, ...]
    entries: tuple[Road, ...]
    exits: tuple[Pose, ...]
    parks: tuple[Pose, ...]


def gateway(terminal: Terminal) -> Gateway | None:
    """The gate; None where the layout has not at least one lane in and one out."""
    lines = [line_of(lane) for lane in terminal.lanes if lane.kind == "truck"]
    others = lines + [line_of(lane) for lane in terminal.lanes if lane.kind == "tractor"]
    booths = [(line, booth) for line in lines if (booth := _booth(terminal, line)) is not None]
    sides: dict[bool, list[tuple[Line, float]]] = {True: [], False: []}
    for line, booth in booths:
        sides[_yardward(terminal, line)].append((line, booth))
    ins, outs = (tuple(_way(line, booth, others) for line, booth in sides[inward]) for inward in (True, False))
    if not ins or not outs:
        return None
    through = [line for line, _ in booths]
    roads = [line for line in lines if line not in through and len(line.points) == 2]
    comes = [r for r in roads if any(s < booth for line, booth in sides[True] for s, _ in _meets(line, r))]
    goes = [r for r in roads if any(s > booth for line, booth in sides[False] for s, _ in _meets(line, r))]
    entries = [_road(r, through) for r in comes] or [Road(line.at(END)) for line, _ in sides[True]]
    exits = [r.at(r.long - END) for r in goes] or [line.at(line.long - END) for line, _ in sides[False]]
    return Gateway(ins, outs, tuple(entries), tuple(exits), _parks(terminal, lines, others))


def _booth(terminal: Terminal, line: Line) -> float | None:
    """Metres along a lane of the middle of a truck whose window is in the middle of the gate; None: not through it."""
    along = np.arange(0.0, line.long, 0.5)
    places = np.array([line.at(float(s))[:2] for s in along]).reshape(-1, 2)
    for area in terminal.areas:
        inside = along[within(places, area.ring)] if area.kind == "gate" else along[:0]
        if len(inside) > 2 * END:
            return min(max(float(inside[0] + inside[-1]) / 2 - AHEAD, END), line.long - END)
    return None


def _yardward(terminal: Terminal, line: Line) -> bool:
    b = terminal.blocks
    x, y = terminal.slot_xy(np.arange(len(b)), b.bays, np.maximum(b.rows // 2, 1))
    (x0, y0), (x1, y1) = line.points[0], line.points[-1]
    return bool(np.hypot(x - x1, y - y1).min(initial=np.inf) < np.hypot(x - x0, y - y0).min(initial=np.inf))


def _way(line: Line, booth: float, others: list[Line]) -> Way:
    """Places from the booth backwards as far as no other lane is crossed."""
    crossed = [s for other in others for s, _ in _meets(line, other)]
    low = max([END, *(_straight(s) for s in crossed if s < booth)])
    high = min([line.long - END, *(s - CLEAR for s in crossed if s > booth)])
    first = min(max(booth, low), high) if low <= high else booth
    count = 1 + max(int((first - low) / ROOM), 0)
    return Way(line.name, tuple(line.at(first - n * ROOM) for n in range(count)))


def _straight(crossed: float) -> float:
    """From where on a truck stands straight that turned in where a lane crosses: past the next node of the lanes."""
    return ceil((crossed + RADIUS["truck"]) / GRID) * GRID + 3.0


def _road(line: Line, through: list[Line]) -> Road:
    """A road that trucks come by: they queue before the first lane of the gate that it crosses."""
    first = min(s for lane in through for s, _ in _meets(line, lane)) - CLEAR - RADIUS["truck"]
    count = min(max(int((first - END) / ROOM), 0), QUEUE)
    return Road(line.at(END), tuple(line.at(first - n * ROOM) for n in range(count)))


def _meets(a: Line, b: Line) -> list[tuple[float, float]]:
    """Places (on *a*, on *b*) where two lanes cross."""
    found = (crossing(a, i, b, j) for i in range(len(a.headings)) for j in range(len(b.headings))) if a != b else ()
    return [met for met in found if met is not None and 0 <= met[0] <= a.long and 0 <= met[1] <= b.long]


def _parks(terminal: Terminal, lines: list[Line], others: list[Line]) -> tuple[Pose, ...]:
    """Places on the lanes in the truck park where they cross no others, the foremost of each lane first."""
    out: list[tuple[int, int, Pose]] = []
    for area in (area for area in terminal.areas if area.name == PARK):
        for n, line in enumerate(lines):
            along = np.arange(END, line.long - END, 1.0)
            places = np.array([line.at(float(s))[:2] for s in along]).reshape(-1, 2)
            crossed = np.array([s for other in others for s, _ in _meets(line, other)])
            free = within(places, area.ring) & np.all(np.abs(along[:, None] - crossed) > CLEAR, axis=1)
            taken: list[float] = []
            for s in along[free][::-1].tolist():
                if not taken or taken[-1] - s >= ROOM:
                    out.append((len(taken), n, line.at(s)))
                    taken.append(s)
    return tuple(pose for _, _, pose in sorted(out))


def within(points: Floats, ring: tuple[Point, ...]) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Which of *points* (n, 2) lie in a ring of corners."""
    out = np.zeros(len(points), bool)
    for (x0, y0), (x1, y1) in zip(ring, (*ring[1:], ring[0]), strict=True):
        if y0 != y1:
            between = (points[:, 1] >= min(y0, y1)) & (points[:, 1] < max(y0, y1))
            out ^= between & (points[:, 0] < x0 + (points[:, 1] - y0) / (y1 - y0) * (x1 - x0))
    return out


def arrivals(gate: Gate, *, begin: float, end: float, random: np.random.Generator) -> list[tuple[float, float]]:
    """(second a truck comes to the gate, second from which it may drive in), by time, from *begin* to *end*.

    They come at random, `per_hour` of them.  Where a window has slots, each has an appointment: beyond so many an hour
    nobody gets one and stays away, and who is late waits for a slot of the next hour.  A window that begins at
    or before second 0 holds from *begin* on, so that the gate is busy when the scenario starts.
    """
    out: list[tuple[float, float]] = []
    for window in gate.windows:
        first = begin if window.start <= 0 else window.start
        came = _poisson(window.per_hour, first, min(window.end, end), random)
        out += _kept(window, came, gate.late, random) if window.slots else [(t, t) for t in came]
    return sorted(out)


def _poisson(per_hour: float, begin: float, end: float, random: np.random.Generator) -> list[float]:
    if end <= begin or per_hour <= 0:
        return []
    count = random.poisson(per_hour * (end - begin) / HOUR)
    return sorted((begin + (end - begin) * random.random(count)).tolist())


def _kept(window: Window, came: list[float], late: float, random: np.random.Generator) -> list[tuple[float, float]]:
    """Those with an appointment; the late ones wait for the hour after theirs, which has a slot less for it."""
    taken: dict[int, int] = {}
    out: list[tuple[float, float]] = []
    for t in came:
        hour = int((t - window.start) // HOUR)
        if taken.get(hour, 0) + 1 > window.slots:
            continue
        taken[hour] = taken.get(hour, 0) + 1
        if random.random() >= late:
            out.append((t, t))
            continue
        taken[hour + 1] = taken.get(hour + 1, 0) + 1  # there is one: nobody has come in that hour yet
        free = window.start + (hour + 1) * HOUR + SPREAD * random.random()
        if free < window.end:
            out.append((t, free))
    return out
