"""The gate as the layout draws it: lanes in and out, where trucks stop at the booths; and who comes when.

A truck lane that passes through an area of kind 'gate' leads in if it ends nearer to the blocks than it begins, else
out.  Trucks come on the outer end of a lane, from the public road, and are gone where they reach it again.
"""

from dataclasses import dataclass, replace

import numpy as np

from twin.geometry import Floats
from twin.simulate.scenario import Gate, Window
from twin.terminal import Area, Lane, Terminal

HOUR = 3600.0  # seconds
AHEAD = 7.0  # metres from a truck's middle to its driver's window.  Drawn so: assets/equipment/truck.yaml
END = 10.0  # metres from a lane's end to the middle of a truck that stands at it: half of 16.5 and some more
SPREAD = 900.0  # seconds after the hour within which late trucks get their new slots.  Made up
ROOM = 22.0  # metres from truck to truck in a queue, middle to middle: 16.5 of truck, the rest made up
Pose = tuple[float, float, float]  # x, y, yaw
Point = tuple[float, float]


@dataclass(frozen=True)
class Way:
    """A lane through the gate: metres along it of the middles of trucks that stand at its ends and at the booth."""

    lane: Lane
    inward: bool
    booth: float

    @property
    def long(self) -> float:
        """Metres."""
        return float(np.hypot(*np.diff(np.array(self.lane.points), axis=0).T).sum())

    @property
    def outer(self) -> Pose:
        """Where a truck stands at the public road."""
        return self.at(END if self.inward else self.long - END)

    @property
    def stop(self) -> Pose:
        """Where a truck stands at the booth."""
        return self.at(self.booth)

    @property
    def waits(self) -> Pose | None:
        """Where the next truck waits for the booth, if the lane is long enough inside the booth's own side."""
        back = self.booth - ROOM
        return self.at(back) if back >= (END + ROOM if self.inward else END) else None

    def at(self, along: float) -> Pose:
        """A place so many metres from the lane's beginning, looking along it."""
        points = np.array(self.lane.points)
        leg = np.diff(points, axis=0)
        ends = np.cumsum(np.hypot(leg[:, 0], leg[:, 1]))
        n = min(int(np.searchsorted(ends, along)), len(leg) - 1)
        length = float(np.hypot(*leg[n]))
        share = 1 - (float(ends[n]) - along) / length
        x, y = points[n] + leg[n] * share
        return float(x), float(y), float(np.arctan2(leg[n, 1], leg[n, 0]))


@dataclass(frozen=True)
class Gateway:
    """All lanes through the gate."""

    ins: tuple[Way, ...]
    outs: tuple[Way, ...]


def gateway(terminal: Terminal) -> Gateway | None:
    """The lanes in and out; None where the layout has not at least one of each."""
    areas = [area for area in terminal.areas if area.kind == "gate"]
    lanes = [lane for lane in terminal.lanes if lane.kind == "truck"]
    ways = [way for lane in lanes for way in _through(terminal, lane, areas)]
    ins, outs = (tuple(way for way in ways if way.inward is inward) for inward in (True, False))
    return Gateway(ins, outs) if ins and outs else None


def _through(terminal: Terminal, lane: Lane, areas: list[Area]) -> list[Way]:
    """The lane as a way through the first gate it passes; none if it passes none or is too short to stop in."""
    way = Way(lane, inward=_yardward(terminal, lane), booth=0.0)
    along = np.arange(0.0, way.long, 0.5)
    places = np.array([way.at(float(s))[:2] for s in along])
    for area in areas:
        inside = along[within(places, area.ring)]
        if len(inside):
            middle = float(inside[0] + inside[-1]) / 2 - AHEAD
            low, high = (END + ROOM, way.long - END) if way.inward else (END, way.long - END - ROOM)
            return [replace(way, booth=min(max(middle, low), high))] if low <= high else []
    return []


def _yardward(terminal: Terminal, lane: Lane) -> bool:
    b = terminal.blocks
    every = np.arange(len(b))
    x, y = terminal.slot_xy(every, b.bays, np.maximum(b.rows // 2, 1))
    (x0, y0), (x1, y1) = lane.points[0], lane.points[-1]
    return bool(np.hypot(x - x1, y - y1).min(initial=np.inf) < np.hypot(x - x0, y - y0).min(initial=np.inf))


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
