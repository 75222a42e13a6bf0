"""A spreader's way from one place to another: gantry, trolley, hoist and telescope together, clear of all on the way.

The ground below is a grid of columns and rows with tops.  A load that moves along and across at once is over each cell
for a known stretch of time, from which follows how late it must set off so that it is high enough when it comes to the
first cells, and how late it must begin to lower so that it is still high enough over the last ones.  All in closed
form: nothing is tried or sampled.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from twin.geometry import Floats
from twin.simulate.cranes import Crane
from twin.simulate.motion import Pace, Ramp
from twin.simulate.stacks import CLEAR

HALF_WIDTH = 1.219 + 0.15  # metres: half a box and to spare; rows leave 0.33 between boxes
SPARE = 0.1  # metres that a load counts longer at each end; bays leave 0.44 between boxes
WITHIN = 3.0  # metres along the rail from a place it has claimed, within which a crane that passes over may be low
FAR = 1e6


@dataclass(frozen=True)
class Ground:
    """What a crane passes over in one block: cells (k, m) and the ground around them, as far as one cares.

    *along* (k, 2), metres along the rail as the crane's gantry counts, and *across* (m, 2), as its trolley does, are
    where each column and row begins and ends, rising; *top* (k, m) metres above the rail's top; *turned* tells which of
    its axes run the other way in the block's own arrays.
    """

    along: tuple[Sequence[float], Sequence[float]]
    across: tuple[Sequence[float], Sequence[float]]
    top: Floats
    lift: float = 0.0  # metres from the rail's top to the ground of the block


@dataclass(frozen=True)
class Over:
    """Another crane to pass over: its *height*, and where along the rail one may be lower: places that are claimed."""

    height: float
    low: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Flight:
    """A movement decided: when it has landed; and the first ramp of the hoist, for who must know when it is clear."""

    landed: float
    up: Ramp

    def above(self, hoist: float) -> float:
        """The second from which the hoist is at or above *hoist*."""
        return self.up.t0 + float(self.up.when(np.array([hoist]))[0])


@dataclass
class Pilot:
    """A crane with all that its movements need at hand."""

    crane: Crane
    grounds: list[Ground]

    def __post_init__(self) -> None:
        self.pace: dict[bool, Pace] = self.crane.pace
        self.drive = {True: self.crane.kind.drive_loaded, False: self.crane.kind.drive_empty}
        self.most: dict[str, float] = {joint.name: joint.high for joint in self.crane.kind.joints}

    def fly(self, t: float, gantry: float, trolley: float, hoist: float, *, length: float, below: float = 0.0,
            loaded: bool = False, over: Over | None = None, lanes: Sequence[tuple[float, float]] = (),
            ends: Sequence[tuple[float, float]] = ()) -> Flight:  # fmt: skip
        """Bring the spreader to *gantry*, *trolley*, *hoist*, set to *length*, with a load that hangs *below* metres.

        No load is carried along over vehicles' *lanes* (stretches across) or across over the *ends* where they stand
        (stretches along): it goes in and out of them on the shortest way.
        """
        crane, pace, up = self.crane, self.pace[loaded], self.crane.joints["hoist"]
        side, stretch = crane.joints["trolley"], crane.joints.get("spread")
        t = max(t, up.free, side.free, crane.gantry.free, stretch.free if stretch else -np.inf)
        g = Ramp(0.0, crane.gantry.value, gantry, self.drive[loaded], crane.kind.drive_acceleration)
        y = Ramp(0.0, side.value, trolley, pace.across, pace.across_acceleration)
        s = Ramp(0.0, stretch.value if stretch else length, length, *self._telescope())
        half = max(s.start, s.end) / 2 + SPARE
        g_at, y_at = _in_turn(g, y, half, lanes, ends) if loaded else (0.0, 0.0)
        begin = min((at for at, ramp in ((g_at, g), (y_at, y), (0.0, s)) if ramp.duration), default=0.0)
        end = max(g_at + g.duration, y_at + y.duration, s.duration)
        moves = g.duration + y.duration + s.duration > 0
        cells = [_cells(ground, g, y, g_at, y_at, begin, end, half, below) for ground in self.grounds] if moves else []
        if over is not None and g.duration:
            cells.append(_passing(over, g, g_at, below))
        enter, leave, need = (np.concatenate(c) for c in zip(*cells, strict=True)) if cells else (np.zeros(0),) * 3
        top = max(float(need.max(initial=-FAR)), up.value, hoist)
        rise = Ramp(0.0, up.value, top, pace.up, pace.up_acceleration)
        fall = Ramp(0.0, top, hoist, pace.up, pace.up_acceleration)
        off = max(0.0, float((rise.when(need) - enter).max(initial=-FAR)))
        lower = max(rise.duration, off + float((leave - fall.when(need)).max(initial=-FAR)))
        return self._go(t, off, lower, top, hoist, (g, g_at), (y, y_at), s, pace)

    def _go(self, t: float, off: float, lower: float, top: float, hoist: float, g: tuple[Ramp, float],
            y: tuple[Ramp, float], s: Ramp, pace: Pace) -> Flight:  # fmt: skip
        crane = self.crane
        up, side, stretch = crane.joints["hoist"], crane.joints["trolley"], crane.joints.get("spread")
        first = Ramp(t, up.value, top, pace.up, pace.up_acceleration)
        up.go(t, top, pace.up, pace.up_acceleration)
        there = crane.gantry.go(t + off + g[1], g[0].end, g[0].speed, g[0].acceleration)
        across = side.go(t + off + y[1], y[0].end, y[0].speed, y[0].acceleration)
        long = stretch.go(t + off, s.end, s.speed, s.acceleration) if stretch else t
        return Flight(max(there, across, long, up.go(t + lower, hoist, pace.up, pace.up_acceleration)), first)

    def _telescope(self) -> tuple[float, float]:
        if "spread" not in self.crane.joints:
            return 1.0, 1.0
        joint = self.crane.joint("spread")
        return joint.speed_empty, joint.acceleration


def _in_turn(g: Ramp, y: Ramp, half: float, lanes: Sequence[tuple[float, float]],
             ends: Sequence[tuple[float, float]]) -> tuple[float, float]:  # fmt: skip
    """When gantry and trolley set off so that no load is carried along over lanes or across over ends."""
    g_at = y_at = 0.0
    for low, high in lanes:
        if low < y.start < high:
            g_at = max(g_at, _out(y, low - HALF_WIDTH, high + HALF_WIDTH))
        elif low < y.end < high:
            y_at = max(y_at, g.duration - _into(y, low - HALF_WIDTH, high + HALF_WIDTH))
    for low, high in ends:
        if low < g.start < high:
            y_at = max(y_at, _out(g, low - half, high + half))
        elif low < g.end < high:
            g_at = max(g_at, y.duration - _into(g, low - half, high + half))
    return g_at, y_at


def _out(ramp: Ramp, low: float, high: float) -> float:
    """When a movement that begins between *low* and *high* has left."""
    return float(ramp.when(np.array([high if ramp.end > ramp.start else low]))[0])


def _into(ramp: Ramp, low: float, high: float) -> float:
    """When a movement that ends between *low* and *high* gets there."""
    return float(ramp.when(np.array([low if ramp.end > ramp.start else high]))[0])


def _cells(ground: Ground, g: Ramp, y: Ramp, g_at: float, y_at: float, begin: float, end: float, half: float,
           below: float) -> tuple[Floats, Floats, Floats]:  # fmt: skip
    """Cells (n,) that the load passes over: from when, until when, and how high the hoist must be."""
    i0, i1 = _met(ground.along, g, half)
    j0, j1 = _met(ground.across, y, HALF_WIDTH)
    if i1 <= i0 or j1 <= j0:
        return np.zeros(0), np.zeros(0), np.zeros(0)
    g_in, g_out = _times(g, ground.along, i0, i1, half)
    y_in, y_out = _times(y, ground.across, j0, j1, HALF_WIDTH)
    enter = np.maximum(np.maximum((g_in + g_at)[:, None], (y_in + y_at)[None, :]), begin)
    leave = np.minimum(np.minimum((g_out + g_at)[:, None], (y_out + y_at)[None, :]), end)
    met = enter < leave
    need = ground.top[i0:i1, j0:j1] + (ground.lift + CLEAR + below)
    return enter[met], leave[met], need[met]


def _met(edges: tuple[Sequence[float], Sequence[float]], ramp: Ramp, half: float) -> tuple[int, int]:
    """First and last + 1 of the cells that are touched on the way."""
    low, high = min(ramp.start, ramp.end) - half, max(ramp.start, ramp.end) + half
    return bisect_right(edges[1], low), bisect_left(edges[0], high)


def _times(ramp: Ramp, edges: tuple[Sequence[float], Sequence[float]], first: int, last: int,
           half: float) -> tuple[Floats, Floats]:  # fmt: skip
    """Seconds (n,) at which each cell is come to and left; without end where it is touched at the very start or end."""
    low, high = np.array(edges[0][first:last]) - half, np.array(edges[1][first:last]) + half
    if not ramp.duration:
        return np.full(len(low), -FAR), np.full(len(low), FAR)
    near, far = (low, high) if ramp.end > ramp.start else (high, low)
    sign = 1.0 if ramp.end > ramp.start else -1.0
    when = ramp.when(np.concatenate([near, far]))
    enter = np.where((near - ramp.start) * sign <= 0, -FAR, when[: len(low)])
    leave = np.where((far - ramp.end) * sign >= 0, FAR, when[len(low) :])
    return enter, leave


def _passing(over: Over, g: Ramp, g_at: float, below: float) -> tuple[Floats, Floats, Floats]:
    """Stretches between the places claimed: from when, until when, and how high the hoist must be."""
    sign = 1.0 if g.end > g.start else -1.0
    a, b = g.start * sign, g.end * sign
    low = sorted((min(p * sign, q * sign) - WITHIN, max(p * sign, q * sign) + WITHIN) for p, q in over.low)
    gaps = [(p[1], q[0]) for p, q in pairwise([(-FAR, -FAR), *low, (FAR, FAR)])]
    met = [(max(p, a), min(q, b)) for p, q in gaps if p < b and q > a and p < q]
    enter = g.when(np.array([p for p, _ in met]) * sign) + g_at
    leave = g.when(np.array([q for _, q in met]) * sign) + g_at
    return enter, leave, np.full(len(met), over.height + CLEAR + below)
