"""One crane's motion: gantry along its rail, trolley across, hoist, spreader, boom; and what it says of itself."""

from dataclasses import dataclass, field

import numpy as np

from twin.catalogue import MAX_JOINTS, Joint, Kind
from twin.facts import Status
from twin.geometry import Floats
from twin.simulate.motion import Channel, Need, Pace, Sampled, Steps, cross
from twin.simulate.stacks import CLEAR

LOCK = 3.0  # seconds a spreader stands on a box to lock or unlock; the box changes hands in the middle


@dataclass
class Crane:
    """A crane: roster row, kind, where it stands (x, y, z, yaw) with its gantry at 0, and its joints over seconds."""

    row: int
    kind: Kind
    x: float
    y: float
    z: float
    yaw: float
    gantry: Channel = field(init=False)
    joints: dict[str, Channel] = field(init=False)
    status: Steps = field(default_factory=lambda: Steps(Status.IDLE))
    load: Steps = field(default_factory=lambda: Steps(0))
    free: float = -np.inf  # second from which it can be given work

    def __post_init__(self) -> None:
        self.gantry = Channel(0.0)
        self.joints = {joint.name: Channel(joint.rest) for joint in self.kind.joints}

    def joint(self, name: str) -> Joint:
        return self.kind.joints[self.kind.joint(name)]

    @property
    def half_length(self) -> float:
        """Metres from its middle to its buffers along the rail."""
        return self.kind.length / 2

    def ahead(self, dx: float, dy: float) -> float:
        """How far a step *dx*, *dy* in the site goes along its rail."""
        return float(np.cos(self.yaw) * dx + np.sin(self.yaw) * dy)

    def reach(self, x: float, y: float) -> tuple[float, float]:
        """Gantry and trolley that bring the spreader over site *x*, *y*."""
        cos, sin = np.cos(self.yaw), np.sin(self.yaw)
        return float(cos * (x - self.x) + sin * (y - self.y)), float(-sin * (x - self.x) + cos * (y - self.y))

    def stand(self, gantry: float, *, trolley: float, hoist: float, length: float = 12.192) -> None:
        """Begin there, at rest."""
        self.gantry = Channel(gantry)
        for name, value in (("trolley", trolley), ("hoist", hoist), ("spread", length)):
            if name in self.joints:
                joint = self.joint(name)
                self.joints[name] = Channel(float(np.clip(value, joint.low, joint.high)))

    @property
    def pace(self) -> dict[bool, Pace]:
        """Speeds by whether it carries a box."""
        trolley, hoist = self.joint("trolley"), self.joint("hoist")
        return {
            True: Pace(trolley.speed_loaded, trolley.acceleration, hoist.speed_loaded, hoist.acceleration),
            False: Pace(trolley.speed_empty, trolley.acceleration, hoist.speed_empty, hoist.acceleration),
        }

    def bring(self, t: float, gantry: float, trolley: float, hoist: float, *, need: Need, over: float, loaded: bool,
              length: float, landing: float = -np.inf) -> float:  # fmt: skip
        """Bring the spreader to *gantry*, *trolley*, *hoist*; the second it has landed.

        Along its rail it travels with the spreader at *over* at the least; across, *need* says how low it may be.  An
        empty spreader is set to *length* once it is up.  The last lowering begins at *landing* at the earliest.
        """
        pace, up, across = self.pace[loaded], self.joints["hoist"], self.joints["trolley"]
        stretch = self.joints.get("spread")
        t = max(t, up.free, across.free, self.gantry.free)
        if abs(gantry - self.gantry.value) < 0.002 and (stretch is None or stretch.value == length):
            return cross(across, up, t, trolley, hoist, pace=pace, need=need, landing=landing)
        high = up.go(t, max(up.value, over, hoist), pace.up, pace.up_acceleration)
        if stretch is not None:
            spread = self.joint("spread")
            landing = max(landing, stretch.go(high, length, spread.speed_empty, spread.acceleration))
        speed = self.kind.drive_loaded if loaded else self.kind.drive_empty
        there = max(
            self.gantry.go(high, gantry, speed, self.kind.drive_acceleration),
            across.go(high, trolley, pace.across, pace.across_acceleration),
        )
        return up.go(max(there, landing), hoist, pace.up, pace.up_acceleration)

    def grip(self, t: float, mass: int, *, lift: bool) -> tuple[float, float]:
        """Lock or unlock at *t*: when the box changes hands, and when the crane may move again."""
        self.load.set(t + LOCK / 2, mass if lift else 0)
        return t + LOCK / 2, t + LOCK

    def raise_to(self, t: float, hoist: float) -> float:
        """Hoist the empty spreader up to *hoist* if it is lower; the second it is there."""
        joint = self.joint("hoist")
        return self.joints["hoist"].go(
            t, max(self.joints["hoist"].value, min(hoist, joint.high)), joint.speed_empty, joint.acceleration
        )

    def says(self, begin: float, status: Status, end: float) -> None:
        """It says *status* from second *begin* and is idle from *end*, when it can be given work again."""
        self.status.set(begin, status)
        self.status.set(end, Status.IDLE)
        self.free = end

    def sampled(self, t: Floats) -> Sampled:
        """How it stood at rising seconds *t*."""
        along, n = self.gantry.at(t), len(t)
        joints = np.zeros((n, MAX_JOINTS))
        for column, joint in enumerate(self.kind.joints):
            joints[:, column] = self.joints[joint.name].at(t)
        x, y = self.x + np.cos(self.yaw) * along, self.y + np.sin(self.yaw) * along
        still = np.full(n, self.z), np.full(n, self.yaw)
        return Sampled(x, y, *still, joints, self.status.at(t), self.load.at(t))

    def forget(self, before: float) -> None:
        """Drop what is over before second *before*."""
        for channel in (self.gantry, *self.joints.values()):
            channel.forget(before)
        self.status.forget(before)
        self.load.forget(before)


@dataclass(frozen=True)
class Obstacles:
    """What a trolley passes over, crane's frame: y from *low* to *high* (n,), *top* (n,) metres above the rail."""

    low: Floats
    high: Floats
    top: Floats

    def need(self, *, half_width: float, below: float) -> Need:
        """The lowest spreader for a load that hangs *below* metres under it and is twice *half_width* wide."""

        def lowest(y: Floats) -> Floats:
            if not len(self.top):
                return np.full(len(y), -1e3)
            met = (self.low[None, :] < y[:, None] + half_width) & (self.high[None, :] > y[:, None] - half_width)
            return np.asarray(np.where(met, self.top[None, :], -1e3).max(axis=1) + CLEAR + below)

        return lowest

    def highest(self) -> float:
        return float(self.top.max()) if len(self.top) else 0.0


def obstacles(rows: list[tuple[float, float, float]]) -> Obstacles:
    """Obstacles of (low, high, top) rows."""
    low, high, top = np.array(rows, float).reshape(-1, 3).T
    return Obstacles(low, high, top)


def structure(kind: Kind, *, half_length: float) -> list[tuple[float, float, float]]:
    """What of the crane itself is in the way of a load that reaches *half_length* along the rail: (y0, y1, top)."""
    lift = max((j.high for j in kind.joints if j.name == "hoist"), default=0.0)
    out = []
    for part in kind.parts:
        fixed = not any(any(step) for step in part.move) and not any(part.pitch)
        for x0, y0, _, x1, y1, z1 in part.boxes:
            dx, dy, dz = part.at
            if fixed and part.yaw == 0 and x0 + dx < half_length and x1 + dx > -half_length and z1 + dz < lift - 3:
                out.append((y0 + dy, y1 + dy, z1 + dz))
    return out


def standing_height(kind: Kind) -> tuple[float, float]:
    """Where a box in the first hold stands: height above the ground, and how far ahead of the machine's centre."""
    hold = kind.holds[0]
    part = kind.parts[hold.part]
    return part.at[2] + hold.at[2], part.at[0] + hold.at[0]
