"""Where vehicles stop and drive between quay cranes and blocks, and who is on that ground when.

The apron is seen in the quay's frame: *s* metres along the quay, *v* metres landward of its face.  Outbound lanes run
towards +s, homebound ones towards -s; a vehicle changes from one to the other by driving straight across.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from twin.geometry import Bools, Floats, Ints, boxes_at
from twin.simulate.paths import Drive, Point
from twin.terminal import Terminal

SLOPE = 1.0  # metres along for each metre aside when changing lanes
LEAD = 17.0  # metres driven straight before a stop in a lane, so that the vehicle stands true
DT = 0.25  # seconds between instants of the reservations
HORIZON = 1600  # instants kept: 400 seconds
BESIDE, BEHIND = 0.35, 1.0  # metres kept free beside a vehicle (0.40 is the planners' figure) and before and behind it


@dataclass(frozen=True)
class Frame:
    """The quay's frame in the site."""

    x: float
    y: float
    yaw: float

    def site(self, s: float, v: float) -> Point:
        cos, sin = np.cos(self.yaw), np.sin(self.yaw)
        return float(self.x + cos * s - sin * v), float(self.y + sin * s + cos * v)

    def local(self, x: float, y: float) -> Point:
        cos, sin = np.cos(self.yaw), np.sin(self.yaw)
        return float(cos * (x - self.x) + sin * (y - self.y)), float(-sin * (x - self.x) + cos * (y - self.y))


@dataclass(frozen=True)
class Spot:
    """A place to stop, (s, v) in the quay's frame.

    *form*: 'quay' (in a lane beside the outbound lanes, driven +s), 'nose' (at a block's end, driven in towards +v and
    backed out of), 'lane' (in a lane along a block, driven +s from *low* to *high*) or 'road' (a stop on the way).
    """

    owner: int  # crane row, or block row
    form: str
    s: float
    v: float
    low: float = 0.0
    high: float = 0.0

    def entry(self, lane: float) -> list[Point]:
        """From a lane at v = *lane* to the spot; the first point is on the lane."""
        match self.form:
            case "quay":
                aside = abs(lane - self.v) * SLOPE
                return [(self.s - LEAD - aside, lane), (self.s - LEAD, self.v), (self.s, self.v)]
            case "nose":
                return [(self.s, lane), (self.s, self.v)]
            case _:
                return [(self.low, lane), (self.low, self.v), (self.s, self.v)]

    def exit(self, lane: float) -> list[Point]:
        """From the spot to a lane at v = *lane*; the last point is on the lane."""
        match self.form:
            case "quay":
                aside = abs(lane - self.v) * SLOPE
                return [(self.s, self.v), (self.s + LEAD, self.v), (self.s + LEAD + aside, lane)]
            case "nose":
                return [(self.s, self.v), (self.s, lane)]
            case _:
                return [(self.s, self.v), (self.high, self.v), (self.high, lane)]


@dataclass(frozen=True)
class Apron:
    """The driving ground: v of outbound and homebound lanes, and how far they go along the quay."""

    frame: Frame
    out: tuple[float, ...]
    home: tuple[float, ...]
    low: float
    high: float
    radius: float

    def routes(self, a: Spot, b: Spot) -> Iterator[list[Point]]:
        """Ways from *a* to *b* as points in the quay's frame, the shorter first of each sort."""
        two, r = 2 * self.radius + 0.1, 1.45 * self.radius + 0.5
        for q in self.out:
            if a.form != "quay" or b.form != "quay" or q > max(a.v, b.v) + 1:
                first, last = a.exit(q), b.entry(q)
                if last[0][0] - first[-1][0] >= (two if a.form == b.form == "nose" else r):
                    yield self._within(first + last)
        for w in self.home:
            if a.form != "quay" and b.form != "quay":
                first, last = a.exit(w), b.entry(w)
                if first[-1][0] - last[0][0] >= two:
                    yield self._within(first + last)
        for q in self.out:
            for w in self.home:
                if abs(w - q) >= two - 0.1:
                    yield from self._across(a, b, q, w, two=two, r=r)

    def _across(self, a: Spot, b: Spot, q: float, w: float, *, two: float, r: float) -> Iterator[list[Point]]:
        if b.form != "quay":  # outbound, across, home to the block
            first, last = a.exit(q), b.entry(w)
            turn = max(first[-1][0] + r, last[0][0] + two)
            yield self._within([*first, (turn, q), (turn, w), *last])
        if a.form != "quay":  # home, across, outbound to the crane
            first, last = a.exit(w), b.entry(q)
            turn = min(first[-1][0] - two, last[0][0] - r)
            yield self._within([*first, (turn, w), (turn, q), *last])
        else:
            first, last = a.exit(q), b.entry(q)
            back = last[0][0] - r
            turn = max(first[-1][0] + r, back + two)
            yield self._within([*first, (turn, q), (turn, w), (back, w), (back, q), *last])

    def _within(self, points: list[Point]) -> list[Point]:
        return points if all(self.low <= s <= self.high for s, _ in points) else []


class Reservations:
    """Which ground each vehicle covers at every instant ahead, so that no two ever meet."""

    def __init__(self, length: Floats, width: Floats, x: Floats, y: Floats, yaw: Floats, fixed: Floats) -> None:
        self.half = np.stack([length / 2, width / 2], axis=1)
        self.last = np.stack([x, y, yaw], axis=1)  # where each will stand in the end
        self.pose = np.repeat(self.last[:, None, :].astype(np.float32), HORIZON, axis=1)
        self.fixed = fixed  # (b, 8) yaw boxes of what never moves
        self.done = 0  # instants up to this one are past

    def go_on(self, t: float) -> None:
        """It is second *t*: instants before it make room for later ones."""
        now = int(t / DT)
        for k in range(max(self.done, now - HORIZON), now):
            self.pose[:, k % HORIZON] = self.last
        self.done = max(self.done, now)

    def free(self, vehicle: int, drive: Drive) -> bool:
        """Whether *vehicle* meets nothing on *drive*, nor while standing at its end."""
        first = max(int(drive.start / DT), self.done)
        k = np.arange(first, self.done + HORIZON)
        mine = drive.at(DT * k.astype(np.float64))
        moving = int(np.ceil((drive.end - first * DT) / DT)) + 2
        if self._hits_fixed(vehicle, mine[:moving:4]):
            return False
        reach = np.hypot(*(self.half[vehicle] + BEHIND)) + np.hypot(self.half[:, 0], self.half[:, 1])
        maybe = self._near(vehicle, mine, k, reach)
        theirs = self.pose[maybe][:, k % HORIZON]
        apart = (theirs[:, :, 0] - mine[None, :, 0]) ** 2 + (theirs[:, :, 1] - mine[None, :, 1]) ** 2
        other, at = np.nonzero(apart < reach[maybe, None] ** 2)
        if not len(other):
            return True
        return not bool(
            np.any(
                _touch(
                    mine[at],
                    self.half[vehicle] + (BEHIND, BESIDE),
                    theirs[other, at].astype(float),
                    self.half[maybe][other],
                )
            )
        )

    def _near(self, vehicle: int, mine: Floats, k: Ints, reach: Floats) -> Ints:
        """Vehicles that ever come near, seen at every eighth instant; in between none gets farther than a few steps."""
        coarse = self.pose[:, k[::8] % HORIZON]
        apart = np.hypot(coarse[:, :, 0] - mine[None, ::8, 0], coarse[:, :, 1] - mine[None, ::8, 1])
        near = np.any(apart < reach[:, None] + 8 * DT * 8.0, axis=1)
        near[vehicle] = False
        return np.flatnonzero(near)

    def _hits_fixed(self, vehicle: int, mine: Floats) -> bool:
        return hits(mine, self.half[vehicle], self.fixed)

    def take(self, vehicle: int, drive: Drive) -> None:
        """Reserve *drive* for *vehicle*."""
        first = max(int(drive.start / DT), self.done)
        k = np.arange(first, self.done + HORIZON)
        self.pose[vehicle, k % HORIZON] = drive.at(DT * k.astype(np.float64))
        self.last[vehicle] = drive.x[-1], drive.y[-1], drive.yaw[-1]


def hits(poses: Floats, half: Floats, fixed: Floats) -> bool:
    """Whether a vehicle of *half* sizes (2,) at any of *poses* (n, 3) is within 0.3 m of yaw boxes *fixed* (b, 8)."""
    if not len(fixed):
        return False
    reach = np.hypot(*half) + 1.0 + np.hypot(fixed[:, 4], fixed[:, 5])
    near = np.hypot(fixed[:, None, 0] - poses[None, :, 0], fixed[:, None, 1] - poses[None, :, 1]) < reach[:, None]
    solid, at = np.nonzero(near)
    box = fixed[solid]
    theirs = np.stack([box[:, 0], box[:, 1], np.arctan2(box[:, 7], box[:, 6])], axis=1)
    return bool(np.any(_touch(poses[at], half + 0.3, theirs, box[:, 4:6])))


def _touch(a: Floats, half_a: Floats, b: Floats, half_b: Floats) -> Bools:
    """Whether rectangles at poses a, b (n, 3) with half sizes (n, 2) overlap: separating axes of both."""
    dx, dy = b[:, 0] - a[:, 0], b[:, 1] - a[:, 1]
    half_a, half_b = np.broadcast_to(half_a, (len(a), 2)), np.broadcast_to(half_b, (len(b), 2))
    cos, sin = np.abs(np.cos(b[:, 2] - a[:, 2])), np.abs(np.sin(b[:, 2] - a[:, 2]))
    hit = np.ones(len(a), bool)
    for yaw, own, other in ((a[:, 2], half_a, half_b), (b[:, 2], half_b, half_a)):
        ux, uy = np.cos(yaw), np.sin(yaw)
        hit &= np.abs(dx * ux + dy * uy) < own[:, 0] + other[:, 0] * cos + other[:, 1] * sin
        hit &= np.abs(dy * ux - dx * uy) < own[:, 1] + other[:, 0] * sin + other[:, 1] * cos
    return hit


def solids(terminal: Terminal, moving: set[int]) -> Floats:
    """(b, 8) yaw boxes of the structures on the ground and of the machines that nothing moves: those not in *moving*.

    Cranes over rails are left out: vehicles drive under them.
    """
    rows = [
        (s.x, s.y, s.z, s.yaw, s.length, s.width, s.height)
        for s in terminal.structures
        if s.z < 4.0 and s.kind != "fence"
    ]
    own, kinds = terminal.machines, terminal.catalogue.kinds
    for row, name in enumerate(own.kind):
        kind = kinds.get(name)
        if kind is not None and row not in moving and kind.group not in ("sts", "armg", "rtg"):
            rows.append(
                (
                    float(own.x[row]),
                    float(own.y[row]),
                    float(own.z[row]),
                    float(own.yaw[row]),
                    kind.length,
                    kind.width,
                    kind.height,
                )
            )
    if not rows:
        return np.zeros((0, 8))
    x, y, z, yaw, length, width, height = np.array(rows, float).T
    zero = np.zeros(len(x))
    return boxes_at(x, y, z, yaw, np.stack([-length / 2, -width / 2, zero, length / 2, width / 2, height], axis=1))
