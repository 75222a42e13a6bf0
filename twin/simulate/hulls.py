"""A ship's way, in closed form: in from the fairway along the quay, sideways to the fenders; off again and away.

She moves along the quay with her bow ahead, far enough off to clear all ships alongside and the booms over them, comes
to rest abreast of her berth, and is pushed sideways to the fenders; sailing, she is pulled off and goes on ahead.
"""

from dataclasses import dataclass, field

import numpy as np

from twin.catalogue import VesselClass
from twin.facts import DescribedVessels, NavStatus, Vessels, quantised
from twin.geometry import Floats
from twin.simulate.moorings import FENDER, length
from twin.simulate.motion import Channel, Ramp
from twin.terminal import Quay
from twin.units import SECOND

FAR = 2500.0  # metres off at which a ship appears and vanishes.  Made up
AHEAD, SLOWING = 2.57, 0.010  # m/s (5 knots) and m/s² along the quay, with tugs.  Made up
SIDEWAYS, PUSHING = 0.18, 0.0015  # m/s and m/s² towards the fenders; PIANC's berthing speeds end about 0.1-0.15
CLEARANCE = 40.0  # metres between a ship that passes and the widest ship alongside.  Made up
UNDER_WAY_EVERY, MOORED_EVERY = 5.0, 60.0  # seconds between reports


@dataclass
class Sea:
    """What is said of ships: *reports* (second, vessel row, x, y, yaw, draught, status), *described* (second, row,
    name, class, length, beam, draught); both may lie ahead of the simulation's clock.
    """

    reports: list[tuple[float, int, float, float, float, float, int]] = field(default_factory=list)
    described: list[tuple[float, int, str, str, float, float, float]] = field(default_factory=list)
    hulls: "dict[int, Hull]" = field(default_factory=dict)  # vessel row -> the ship as she moves on her last call

    def reports_due(self, until: float, start: int) -> Vessels | None:
        """Reports of seconds up to *until*, which are then forgotten; *start* is the scenario's, ns UTC."""
        now = sorted(r for r in self.reports if r[0] <= until)
        self.reports = [r for r in self.reports if r[0] > until]
        if not now:
            return None
        t, row, x, y, yaw, draught, status = np.array(now, float).T
        whole = row.astype(np.int64), status.astype(np.int64)
        return quantised(Vessels(_ns(start, t), whole[0], x, y, yaw, draught, whole[1]))

    def described_due(self, until: float, start: int) -> DescribedVessels | None:
        """Descriptions of seconds up to *until*, which are then forgotten."""
        now = sorted(d for d in self.described if d[0] <= until)
        self.described = [d for d in self.described if d[0] > until]
        if not now:
            return None
        t, row, *sizes = (np.array([d[i] for d in now], float) for i in (0, 1, 4, 5, 6))
        names, kinds = tuple(d[2] for d in now), tuple(d[3] for d in now)
        return quantised(DescribedVessels(_ns(start, t), row.astype(np.int64), names, kinds, *sizes))


def _ns(start: int, t: Floats) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return start + np.rint(t * 1000).astype(np.int64) * (SECOND // 1000)


@dataclass
class Hull:
    """A ship at or on her way to *quay*: vessel row, class, metres *low* from the quay's start to her nearer end.

    *s* is how far along the quay her middle is, *off* how far her side is from the quay face (metres).  *fairway* is
    how far off she passes; *bow* +1: she points to the quay's end, -1: to its start.
    """

    row: int
    name: str
    kind: VesselClass
    quay: Quay
    low: float
    draught: float
    water_level: float
    bow: int
    fairway: float
    s: Channel = field(init=False)
    off: Channel = field(init=False)

    def __post_init__(self) -> None:
        q = self.quay
        heading = float(np.arctan2(q.y1 - q.y0, q.x1 - q.x0))
        self.yaw = round(heading if self.bow > 0 else float(np.arctan2(-np.sin(heading), -np.cos(heading))), 4)
        self.cos, self.sin = float(np.cos(heading)), float(np.sin(heading))
        self.s, self.off = Channel(self.middle), Channel(FENDER)
        x, y = self.at(np.array([0.0]))
        self.x, self.y = round(float(x[0]), 3), round(float(y[0]), 3)  # alongside, as it will be reported

    @property
    def middle(self) -> float:
        """Metres from the quay's start to her midship point when alongside."""
        return self.low + self.kind.length / 2

    @property
    def high(self) -> float:
        return self.low + self.kind.length

    @property
    def z(self) -> float:
        """Height of her keel."""
        return self.water_level - self.draught

    def at(self, t: Floats) -> tuple[Floats, Floats]:
        """Site x, y (n,) of her midship point at rising seconds *t*."""
        s, v = self.s.at(t), self.off.at(t) + self.kind.beam / 2
        return self.quay.x0 + self.cos * s + self.sin * v, self.quay.y0 + self.sin * s - self.cos * v

    def place(self, bx: float, by: float) -> tuple[float, float]:
        """Site x, y of a point of the ship, alongside: *bx* ahead of midships, *by* to port (metres)."""
        cos, sin = float(np.cos(self.yaw)), float(np.sin(self.yaw))
        return self.x + cos * bx - sin * by, self.y + sin * bx + cos * by

    def approach(self) -> tuple[float, float]:
        """Seconds that coming in along the quay and being pushed alongside take."""
        run = self._way_in(0.0)
        return run.duration - run.rise, self._push(0.0).duration

    def come(self, t: float) -> float:
        """Appear at second *t*; the second she rests abreast of her berth."""
        run = self._way_in(t)
        run = self._way_in(t - run.rise)
        self.s, self.off = Channel(run.start), Channel(self.fairway)
        return self.s.go(run.t0, run.end, run.speed, run.acceleration)

    def push_in(self, t: float) -> float:
        """To the fenders from *t* on; the second she touches them."""
        return self.off.go(t, FENDER, SIDEWAYS, PUSHING)

    def pull_off(self, t: float) -> float:
        """Off to the fairway."""
        return self.off.go(t, self.fairway, SIDEWAYS, PUSHING)

    def leave(self, t: float) -> float:
        """Ahead and away; the second she is so far off that she is gone."""
        ramp = Ramp(t, self.middle, self.middle + self.bow * (FAR + 400.0), AHEAD, SLOWING)
        self.s.go(t, ramp.end, AHEAD, SLOWING)
        return t + float(ramp.when(np.array([self.middle + self.bow * FAR]))[0])

    def _way_in(self, t: float) -> Ramp:
        full = AHEAD * AHEAD / SLOWING / 2  # she appears with her way on
        return Ramp(t, self.middle - self.bow * (FAR + full), self.middle, AHEAD, SLOWING)

    def _push(self, t: float) -> Ramp:
        return Ramp(t, self.fairway, FENDER, SIDEWAYS, PUSHING)

    def reports(self, begin: float, end: float, status: NavStatus, every: float) -> list[
        tuple[float, int, float, float, float, float, int]
    ]:  # fmt: skip
        """What she reports from *begin* to *end* (seconds), both included."""
        t = np.append(np.arange(begin, end - 1e-6, every), end)
        x, y = self.at(t)
        steady = float(self.yaw), self.draught, int(status)
        return [(float(a), self.row, float(b), float(c), *steady) for a, b, c in zip(t, x, y, strict=True)]

    def moored(self, t: float) -> tuple[float, int, float, float, float, float, int]:
        """What she reports at *t*, alongside."""
        return t, self.row, self.x, self.y, self.yaw, self.draught, int(NavStatus.MOORED)

    def gone(self, t: float) -> tuple[float, int, float, float, float, float, int]:
        """Her last report."""
        x, y = self.at(np.array([t]))
        return t, self.row, float(x[0]), float(y[0]), self.yaw, self.draught, int(NavStatus.GONE)

    def bollards(self) -> tuple[int, int]:
        """Numbers of the bollards of her stern and bow lines, counted from 1 at the quay's start."""
        spacing, reach = self.quay.bollard_spacing, 15.0  # metres that head and stern lines lead ahead.  Made up
        last = max(int((length(self.quay) - spacing / 2) // spacing) + 1, 1)
        first, high = ((self.low - reach) / spacing + 0.5, (self.high + reach) / spacing + 0.5)
        return min(max(round(first), 1), last), min(max(round(high), 1), last)


def fairway_off(beam: float, widest: float) -> float:
    """Metres between the quay face and the near side of a ship that passes."""
    return max(1.5 * beam, FENDER + widest + CLEARANCE)
