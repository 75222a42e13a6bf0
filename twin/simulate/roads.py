"""The driving ground of a terminal: lanes, transfer lanes behind the quay cranes, places to stop before blocks."""

from dataclasses import replace

import numpy as np

from twin.catalogue import Kind
from twin.geometry import Floats
from twin.simulate.apron import Apron, Frame, Spot, hits, solids
from twin.simulate.paths import rounded
from twin.simulate.setting import Setting, machines, quay_frame
from twin.simulate.yard_cranes import Zone
from twin.terminal import Quay

DEPTH = 12.0  # metres from a block's end to the middle of a vehicle that stands before it
RADIUS = 8.0  # metres; an AGV steers with all wheels
PITCH = 6.0  # metres between made-up transfer lanes


def lay_out(setting: Setting) -> Kind | None:
    """Find lanes and spots for the terminal's vehicles, if there is ground for them; their kind."""
    terminal = setting.terminal
    own = machines(terminal, ("agv",)) or machines(terminal, ("tractor",))
    quay_side = machines(terminal, ("sts",))
    if not own or not quay_side or not terminal.quays or not setting.sea:
        return None
    kind = own[0][1]
    quay = max(terminal.quays, key=lambda q: np.hypot(q.x1 - q.x0, q.y1 - q.y0))
    frame = quay_frame(quay)
    row, crane = quay_side[0]
    rail = frame.local(float(terminal.machines.x[row]), float(terminal.machines.y[row]))[1]
    first = rail + max((b[4] + p.at[1] for p in crane.parts for b in p.boxes if b[2] + p.at[2] < 4), default=20.0) + 3.5
    last = rail + crane.joints[crane.joint("trolley")].high - 1.0
    setting.spots = {block: _spots(setting, zone, frame, kind) for block, zone in sorted(setting.sea.items())}
    setting.spots = {block: spots for block, spots in setting.spots.items() if spots}
    if not setting.spots or last < first:
        return None
    _pave(setting, frame, quay, kind, first, last)
    return kind if setting.apron else None


def _pave(setting: Setting, frame: Frame, quay: Quay, kind: Kind, first: float, last: float) -> None:
    front = min(_front(setting, frame, spot) for spots in setting.spots.values() for spot in spots)
    out, home, ends = _painted(setting, frame, kind.group, first, front)
    beyond = [v for v in out if v > last]
    if beyond:
        near = [v for v in out if v <= last] or np.arange(first + 2, last, PITCH).tolist()
    else:
        near, beyond = (
            (out[:-1], out[-1:]) if len(out) > 1 else (np.arange(first, last - PITCH, PITCH).tolist(), [last + 1])
        )
    beyond = [v for v in beyond if v > max(near) + 3]
    if not home or max(home) - min(beyond or [0.0]) < 2 * RADIUS:
        home = _clear_lanes(setting, frame, front - 2.0, min(beyond or [last]) + 2 * RADIUS, kind.width)
    if not home:
        return
    beyond = [v for v in beyond if v < min(home)]
    if not beyond or not near or max(home) - min(beyond) < 2 * RADIUS:
        return
    length = float(np.hypot(quay.x1 - quay.x0, quay.y1 - quay.y0))
    low, high = (min(ends), max(ends)) if ends else (5.0, length - 5.0)
    setting.transfer = tuple(near[:3])
    setting.apron = Apron(frame, tuple(beyond), tuple(sorted(home, reverse=True)), low, high, RADIUS)
    fixed = solids(setting.terminal, {row for row, k in machines(setting.terminal, (kind.group,))})
    for block, spots in setting.spots.items():
        ways = [_open(setting.apron, spot, kind, fixed) if spot.form == "lane" else spot for spot in spots]
        setting.spots[block] = [spot for spot in ways if spot is not None]
    setting.spots = {block: spots for block, spots in setting.spots.items() if spots}


def _open(apron: Apron, spot: Spot, kind: Kind, fixed: Floats) -> Spot | None:
    """The spot with its lane's ends moved out to get round what stands there; None if that is too far."""
    half, lane = np.array([kind.length, kind.width]) / 2, apron.home[0]
    ends = []
    for end, out in ((spot.low, -1), (spot.high, 1)):
        for far in range(20):
            s = end + out * far
            points = [(s - out * 24, lane), (s, lane), (s, spot.v), (s - out * 24, spot.v)]
            path = rounded([apron.frame.site(*p) for p in points], RADIUS)
            if path is not None and not hits(path[:, :3], half, fixed):
                ends.append(s)
                break
    if len(ends) < 2:
        return None
    return replace(spot, low=ends[0], high=ends[1])


def _painted(
    setting: Setting, frame: Frame, group: str, first: float, front: float
) -> tuple[list[float], list[float], list[float]]:
    """v of lanes painted along the quay for vehicles of *group*: driven +s, driven -s; and where they end."""
    out: list[float] = []
    home: list[float] = []
    ends: list[float] = []
    for lane in setting.terminal.lanes:
        (s0, v0), (s1, v1) = frame.local(*lane.points[0]), frame.local(*lane.points[-1])
        if lane.kind == group and abs(v1 - v0) < 0.5 and abs(s1 - s0) > 50 and first <= v0 <= front - 10:
            (out if s1 > s0 else home).append(round(v0, 3))
            ends += [s0, s1]
    return sorted(out), sorted(home), ends


def _clear_lanes(setting: Setting, frame: Frame, high: float, low: float, width: float) -> list[float]:
    """v of at most two made-up lanes between *low* and *high* that no mast or building stands in."""
    standing = [(frame.local(s.x, s.y)[1], max(s.length, s.width) / 2) for s in setting.terminal.structures if s.z < 4]
    out: list[float] = []
    for v in np.arange(high, low, -0.25).tolist():
        if (
            len(out) < 2
            and all(abs(v - at) > half + width / 2 + 0.5 for at, half in standing)
            and all(o - v > width + 1.5 for o in out)
        ):
            out.append(v)
    return out


def _front(setting: Setting, frame: Frame, spot: Spot) -> float:
    """v before which vehicles can drive along the quay without touching anything of the spot's block."""
    if spot.form == "nose":
        return spot.v - 14.0
    crane = setting.sea[spot.owner].crane
    return frame.local(crane.x, crane.y)[1] - crane.kind.width / 2 - 1.0


def _spots(setting: Setting, zone: Zone, frame: Frame, kind: Kind) -> list[Spot]:
    b, k = setting.terminal.blocks, zone.block
    turn = float(np.sin(b.yaw[k] - frame.yaw))
    if abs(turn) > 0.99 and kind.group == "agv":
        return _noses(setting, zone, frame, seaward_first=turn > 0, width=kind.width)
    if abs(turn) < 0.01 and zone.crane.kind.group == "rtg":
        return _lane(setting, zone, frame)
    return []


def _noses(setting: Setting, zone: Zone, frame: Frame, *, seaward_first: bool, width: float) -> list[Spot]:
    """Places side by side before the block's seaward end, on painted lanes where there are any."""
    b, k = setting.terminal.blocks, zone.block
    end = 0.0 if seaward_first else float(b.bays[k] * b.bay_pitch[k])
    cos, sin = np.cos(b.yaw[k]), np.sin(b.yaw[k])
    s, v = zip(
        *(
            frame.local(float(b.x[k] + cos * end - sin * c), float(b.y[k] + sin * end + cos * c))
            for c in (0.0, float(b.rows[k] * b.row_pitch[k] * b.row_sign[k]))
        )
    )
    low, high, before = min(s), max(s), min(v)
    painted = []
    for lane in setting.terminal.lanes:
        (s0, v0), (s1, v1) = frame.local(*lane.points[0]), frame.local(*lane.points[-1])
        if (
            lane.kind == "agv"
            and abs(s1 - s0) < 0.5
            and low - 2 < s0 < high + 2
            and min(v0, v1) < before - DEPTH < max(v0, v1)
        ):
            painted.append(s0)
    made_up = np.arange(low + 2.0, high - 1.0, width + 2.5).tolist()
    spots = [Spot(k, "nose", float(at), before - DEPTH) for at in sorted(painted) or made_up]
    joint = zone.crane.joint("trolley")
    return [spot for spot in spots if joint.low <= zone.crane.reach(*frame.site(spot.s, spot.v))[1] <= joint.high]


def _lane(setting: Setting, zone: Zone, frame: Frame) -> list[Spot]:
    """One place in the lane inside the crane's span; it moves along with the bay that is worked."""
    b, k, joint = setting.terminal.blocks, zone.block, zone.crane.joint("trolley")
    rows = sorted(zone.over(1, row)[1] for row in (1, int(b.rows[k])))
    free = {1: joint.high - rows[1], -1: rows[0] - joint.low}
    side = max(free, key=lambda n: free[n])
    if free[side] < 2.7:
        return []
    trolley = rows[1] + 3.9 if side > 0 else rows[0] - 3.9
    trolley = float(np.clip(trolley, joint.low, joint.high))
    crane = zone.crane
    _, v = frame.local(crane.x - np.sin(crane.yaw) * trolley, crane.y + np.cos(crane.yaw) * trolley)
    for lane in setting.terminal.lanes:
        (s0, v0), (s1, v1) = frame.local(*lane.points[0]), frame.local(*lane.points[-1])
        if abs(v1 - v0) < 0.5 and abs(v0 - v) < 1.6 and s1 > s0:
            return [Spot(k, "lane", (s0 + s1) / 2, v0, s0 - RADIUS - 2, s1 + RADIUS + 2)]
    ends = [
        frame.local(*(float(p) for p in (b.x[k] + np.cos(b.yaw[k]) * a, b.y[k] + np.sin(b.yaw[k]) * a)))[0]
        for a in (0.0, float(b.bays[k] * b.bay_pitch[k]))
    ]
    return [Spot(k, "lane", sum(ends) / 2, v, min(ends) - 20, max(ends) + 20)]
