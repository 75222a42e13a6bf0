"""Speeds, accelerations, turns and slip of machines, by differences of what they said.

Every bound is exact for a movement that keeps its limits, whatever the sampling, but for the grid the samples lie on:

* A coordinate is known to e = q/2, q its step (`facts.STEPS`), and a point in the plane to e = q/sqrt(2).  A sample
  whose stamp is off by *stamp_s* seconds is off by v * stamp_s more.  Stamps are whole milliseconds, so 0 holds where
  machines were sampled at the stamps, and 0.0005 where stamps were rounded afterwards.
* Speed.  The chord between two samples is no longer than the way: |p1 - p0| <= v dt + 2e.
* Acceleration.  The mean speeds v1, v2 of two adjoining spans differ by a weighted mean of the acceleration times the
  time between their middles: |v2 - v1| <= a (dt1 + dt2)/2.  The grid adds at most 2e/dt1 + 2e/dt2.  At 10 Hz that is
  0.3 m/s² for positions, as much as what is looked for; therefore spans of 1, 2, 4, … samples are looked at, up to
  about a second, where it is 4 mm/s².  The bound is exact for each.
* Turning.  Of all paths no tighter than R the arc has the shortest chord d for the angle it turns (Schur), so
  |dyaw| <= 2 asin(d / 2R).
* Slip.  A vehicle that goes where it looks leaves along the mean of its two headings, exactly in a bend or on a
  straight; in general its heading changes by 1/R a metre at most, so the chord ends at most d²/4R to the side of that
  line (from a bend into its counter-bend), and no more than d/2 times the angle turned.  The angle is taken together
  with the spans before and after: only a bend and its whole counter-bend within one span would be blamed unjustly.
  Where the pose is the middle of a vehicle that follows its rear axle, the middle slips by up to half its length times
  the angle turned.
"""

from dataclasses import dataclass

import numpy as np

from tests.examiner.heard import Finding, Heard
from twin.catalogue import Kind
from twin.facts import MILLI, STEPS, YAW_STEP, Status
from twin.geometry import Bools, Floats, Ints
from twin.units import SECOND

LONGEST = 1.0  # seconds of a span that acceleration is looked at over
SHARE = 1.001  # of a limit: what floating point may do to it
# Metres, of the middle's path: an AGV steers with all wheels; a truck sweeps 12.5 and 5.3 (EU 96/53).
RADII = {"agv": 8.0, "truck": 8.9}
ALL_WHEELS = ("agv", "straddle")  # groups whose middle does not slip in a bend
ON_RAILS = ("sts", "armg")  # they go along their x only, and never turn
RUNWAY = ("rtg",)  # they go along their x, or across with wheels turned, and never turn themselves
E_PLANE, E_JOINT = MILLI / np.sqrt(2), STEPS["joints"] / 2
PAUSE_S = 2.0  # findings of one law about one machine nearer in time than this are one


@dataclass(frozen=True)
class Track:
    """What one machine said while it was there (n,): seconds, metres, radians, joints (n, MAX_JOINTS), loaded."""

    who: str
    kind: Kind
    t: Floats
    x: Floats
    y: Floats
    yaw: Floats
    joints: Floats
    loaded: Bools
    stamp_s: float

    @property
    def dt(self) -> Floats:
        return np.diff(self.t)

    @property
    def both(self) -> Bools:
        """Loaded at both ends of each span."""
        return self.loaded[1:] & self.loaded[:-1]


def paces(heard: Heard, *, stamp_s: float = 0.0) -> list[Finding]:
    """Everything any machine did faster, harder or tighter than its catalogue allows."""
    out: list[Finding] = []
    for row in heard.tracks:
        for track in _tracks(heard, row, stamp_s):
            out += _joints(track) + _drive(track)
    return out


def _tracks(heard: Heard, row: int, stamp_s: float) -> list[Track]:
    kind, p, rows = heard.kind(row), heard.poses, heard.tracks[row]
    if kind is None:
        return []
    out = []
    index = np.arange(rows.start, rows.stop)
    index = index[np.append(True, np.diff(p.t[index]) > 0)]  # said twice
    there = p.status[index] != Status.GONE
    edges = np.flatnonzero(np.diff(there)) + 1
    for part in np.split(index, edges):
        if len(part) > 1 and p.status[part[0]] != Status.GONE:
            seconds = (p.t[part] - heard.start) / SECOND
            columns = p.x[part], p.y[part], np.unwrap(p.yaw[part]), p.joints[part], p.load[part] > 0
            out.append(Track(heard.machine(row), kind, seconds, *columns, stamp_s))
    return out


# -- joints


def _joints(track: Track) -> list[Finding]:
    out: list[Finding] = []
    for column, joint in enumerate(track.kind.joints):
        q = track.joints[:, column]
        off = np.maximum(joint.low - q, q - joint.high)
        out += _worst(track, track.t, off, np.full(len(q), 2 * E_JOINT), f"{joint.name} past its end")
        if not np.any(np.diff(q)):
            continue
        most = _limits(joint.speed_loaded, joint.speed_empty, track.both)
        e = E_JOINT + most.max() * track.stamp_s
        speed, grid = np.abs(np.diff(q)) / track.dt, 2 * e / track.dt
        out += _worst(track, track.t[1:], speed, most, f"{joint.name} speed", grid)
        out += _accelerations(track, q, e, joint.acceleration, f"{joint.name} acceleration")
    return out


def _limits(loaded: float, empty: float, both: Bools) -> Floats:
    return np.where(both, loaded, max(loaded, empty))


def _accelerations(
    track: Track, way: Floats, e: float, limit: float, what: str, extra: Floats | None = None
) -> list[Finding]:
    """*way* (n,) metres or radians along; *extra* (n,) how much of the way up to each sample is not surely known."""
    worst: list[Finding] = []
    step, stride = float(np.median(track.dt)), 1
    while stride == 1 or stride * step <= LONGEST * 1.01:
        for first in range(stride):
            index = np.arange(first, len(way), stride)
            if len(index) < 3:
                continue
            t, dt = track.t[index], np.diff(track.t[index])
            v = np.diff(way[index]) / dt
            unsure = 2 * e / dt
            if extra is not None:
                unsure = unsure + np.diff(extra[index]) / dt
            span = (dt[1:] + dt[:-1]) / 2
            grid = (unsure[1:] + unsure[:-1]) / span
            worst += _worst(track, t[1:-1], np.abs(np.diff(v)) / span, np.full(len(span), limit), what, grid)
        stride *= 2
    return _one_each(worst)


# -- driving


def _drive(track: Track) -> list[Finding]:
    kind = track.kind
    top = max(kind.drive_loaded, kind.drive_empty)
    dx, dy, turn = np.diff(track.x), np.diff(track.y), np.diff(track.yaw)
    if top <= 0 or not (np.any(dx) or np.any(dy) or np.any(turn)):
        return []
    d, e = np.hypot(dx, dy), E_PLANE + top * track.stamp_s
    most = _limits(kind.drive_loaded, kind.drive_empty, track.both)
    out = _worst(track, track.t[1:], d / track.dt, most, "drive speed", 2 * e / track.dt)
    heading = track.yaw[:-1] + turn / 2
    along, aside = np.cos(heading) * dx + np.sin(heading) * dy, np.cos(heading) * dy - np.sin(heading) * dx
    out += _turning(track, d, turn, e) + _slip(track, d, aside, turn, e)
    if kind.group in RUNWAY:
        out += _accelerations(track, np.append(0.0, np.cumsum(aside)), e, kind.drive_acceleration, "cross acceleration")
    # In a bend the way is longer than the chord: by turn²/24 on an even arc, by turn²/8 at the most.
    way = np.append(0.0, np.cumsum(along * (1 + turn**2 / 24)))
    unsure = np.append(0.0, np.cumsum(d * turn**2 / 12 + e * np.abs(turn)))
    return out + _accelerations(track, way, e, kind.drive_acceleration, "drive acceleration", unsure)


def _radius(kind: Kind) -> float:
    return RADII.get(kind.group, kind.turning_radius)


def _turning(track: Track, d: Floats, turn: Floats, e: float) -> list[Finding]:
    radius = _radius(track.kind)
    if track.kind.group in (*ON_RAILS, *RUNWAY) or radius <= 0:
        return _worst(track, track.t[1:], np.abs(turn), np.full(len(turn), 2 * YAW_STEP), "turns, radians")
    most = 2 * np.arcsin(np.minimum((d + 2 * e) / (2 * radius), 1.0))
    return _worst(track, track.t[1:], np.abs(turn), most, "turns tighter than it can, radians", YAW_STEP)


def _slip(track: Track, d: Floats, aside: Floats, turn: Floats, e: float) -> list[Finding]:
    kind, radius = track.kind, _radius(track.kind)
    if kind.group in RUNWAY:
        return []
    most = 2 * e + d * YAW_STEP
    if kind.group not in ON_RAILS and radius > 0:
        axle = 0.0 if kind.group in ALL_WHEELS else kind.length / 2
        bent = np.convolve(np.abs(turn), (1.0, 1.0, 1.0))[1:-1]  # radians, with the spans before and after
        most = most + np.minimum(d**2 / (4 * radius), d * bent / 2) + np.abs(turn) * axle
    return _worst(track, track.t[1:], np.abs(aside), most, "slips sideways, metres")


# -- saying it


def _worst(
    track: Track, t: Floats, value: Floats, limit: Floats, what: str, grid: Floats | float = 0.0
) -> list[Finding]:
    """One finding for each stretch of *value* (n,) over *limit* (n,), at its worst; *grid*: what rounding may add."""
    over = value - limit * SHARE - grid
    bad = np.flatnonzero(over > 1e-9)
    if not len(bad):
        return []
    cuts: Ints = np.flatnonzero(np.diff(t[bad]) > PAUSE_S) + 1
    out = []
    for part in np.split(bad, cuts):
        k = int(part[np.argmax(over[part])])
        out.append(Finding(float(t[k]), "paces", track.who, what, float(value[k]), float(limit[k])))
    return out


def _one_each(found: list[Finding]) -> list[Finding]:
    """Of findings about one thing the worst of each stretch of time."""
    out: list[Finding] = []
    for finding in sorted(found, key=lambda f: f.t):
        if out and finding.t - out[-1].t <= PAUSE_S and out[-1].what == finding.what:
            out[-1] = max(out[-1], finding, key=lambda f: f.value)
        else:
            out.append(finding)
    return out
