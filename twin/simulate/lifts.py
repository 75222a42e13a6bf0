"""A quay crane's movements: over the true heights of what lies below, never lower than it may be.

Trolley positions are metres landward of the waterside rail (the crane's y), heights metres above the rail.
"""

from dataclasses import dataclass, field
from math import sqrt

import numpy as np

from twin.catalogue import MAX_JOINTS
from twin.facts import Status
from twin.geometry import Floats
from twin.simulate.cranes import Crane, structure
from twin.simulate.motion import NEAR, Channel, Pace, Ramp, Sampled, Steps

OVER = 1.1  # metres kept between a load or spreader and what it passes over; planners begin to warn at 1.0
VEHICLE_TOP = 5.3  # metres: a deck of 1.75 or 1.2 with a high-cube on it, and to spare
WIDTH = 2.45  # metres across of a box or a spreader
PORTAL = 7.0  # metres from the crane's middle that a load reaches along the rail, at most: half a 45' box
Obstacle = tuple[float, float, float]  # trolley positions from and to, height


@dataclass
class QuayCrane:
    """A quay crane as a `Track`: the crane, and what of itself is in its way."""

    crane: Crane
    name: str
    row: int = field(init=False)
    body: list[Obstacle] = field(init=False)
    pace: dict[bool, Pace] = field(init=False)

    def __post_init__(self) -> None:
        crane = self.crane
        self.row = crane.row
        self.pace = crane.pace
        self.body = structure(crane.kind, half_length=PORTAL)
        self.highest = crane.joint("hoist").high
        rails = [y1 for _, y1, top in self.body if top < VEHICLE_TOP]
        self.land_rail = max(rails, default=35.0)
        self.home = min(12.0, self.land_rail / 2)  # trolley position at which it parks: over land, clear of the boom

    def sampled(self, t: Floats) -> Sampled:
        """How it stood at rising seconds *t*."""
        return self.crane.sampled(t)

    def forget(self, before: float) -> None:
        """Drop what is over before second *before*."""
        self.crane.forget(before)

    def free(self, t: float) -> float:
        """The second, from *t* on, at which nothing of it moves any more."""
        return max(t, self.crane.gantry.free, *(channel.free for channel in self.crane.joints.values()))

    def spread(self, t: float, length: float) -> float:
        """Set the spreader to *length*; the second it is."""
        joint = self.crane.joint("spread")
        return self.crane.joints["spread"].go(t, length, joint.speed_empty, joint.acceleration)

    def shift(self, t: float, gantry: float, *, loaded: bool) -> float:
        """Along the rail to *gantry*; the second it stands there."""
        kind = self.crane.kind
        speed = kind.drive_loaded if loaded else kind.drive_empty
        return self.crane.gantry.go(t, gantry, speed, kind.drive_acceleration)

    def swing(self, t: float, angle: float) -> float:
        """Raise or lower the boom to *angle* (rad); the second it is there."""
        if "boom" not in self.crane.joints:
            return t
        joint = self.crane.joint("boom")
        return self.crane.joints["boom"].go(t, angle, joint.speed_empty, joint.acceleration)

    @property
    def boom_up(self) -> float:
        """The angle of a raised boom (rad)."""
        return self.crane.joint("boom").high if "boom" in self.crane.joints else 0.0

    def over(self, obstacles: list[Obstacle], y: float, z: float, t: float, *, loaded: bool, half: float = WIDTH / 2,
             below: float = 0.0, landing: float = -np.inf) -> float:  # fmt: skip
        """Carry what is *half* metres wide to each side and hangs *below* metres under the spreader to *y*, *z*.

        The second it is there.  The last lowering does not begin before *landing*.
        """
        up, across, pace = self.crane.joints["hoist"], self.crane.joints["trolley"], self.pace[loaded]
        t = max(t, up.free, across.free)
        way, y0, z0 = y - across.value, across.value, up.value
        needs = list(_met(obstacles, y0, way, half, OVER + below, self.highest)) if abs(way) > 1e-9 else []
        top = max(z0, z, *(need for _, _, need in needs)) if needs else max(z0, z)
        long = abs(way)
        rise = up_time(top - z0, top - z0, pace)
        setting_off, lowering = 0.0, rise
        for enter, _, need in needs:
            if need > z0:
                setting_off = max(setting_off, up_time(top - z0, need - z0, pace) - across_time(long, enter, pace))
        for _, leave, need in needs:
            if need > z:
                late = setting_off + across_time(long, leave, pace) - up_time(top - z, top - need, pace)
                lowering = max(lowering, late)
        up.go(t, top, pace.up, pace.up_acceleration)
        there = across.go(t + setting_off, y, pace.across, pace.across_acceleration)
        return max(there, up.go(max(t + lowering, landing), z, pace.up, pace.up_acceleration))

    def lower(self, t: float, z: float, *, loaded: bool) -> float:
        """Straight up or down; the second it is there."""
        pace = self.pace[loaded]
        return self.crane.joints["hoist"].go(t, z, pace.up, pace.up_acceleration)

    def up_by(self, t: float, rise: float) -> float:
        """The second at which the hoist is *rise* metres above where it stood at *t*, as decided so far."""
        for ramp in _since(self.crane.joints["hoist"], t - 1e-6):
            if ramp.end > ramp.start:
                if ramp.end - ramp.start <= rise:
                    return ramp.t1
                return ramp.t0 + float(ramp.when(np.array([ramp.start + rise]))[0])
        return t


def _since(channel: Channel, t: float) -> list[Ramp]:
    """The ramps of a channel that begin at second *t* or later."""
    later = len(channel.ramps)
    while later and channel.ramps[later - 1].t0 >= t:
        later -= 1
    return channel.ramps[later:]


def _met(
    obstacles: list[Obstacle], y0: float, way: float, half: float, above: float, highest: float
) -> list[tuple[float, float, float]]:
    """(metres of the way at which it must be up, from which it need not be, hoist height needed) of what is passed."""
    out = []
    long = abs(way)
    for low, high, top in obstacles:
        near, far = (low - half - y0, high + half - y0) if way > 0 else (y0 - high - half, y0 - low + half)
        if far > NEAR and near < long - NEAR:
            # Close to either end it hangs over the stack it comes from or goes to, and only the neighbours count.
            enter, leave = max(near, min(NEAR, long)), min(far, max(long - NEAR, 0.0))
            out.append((enter, leave, min(top + above, highest)))
    return out


def travel_time(way: float, done: float, speed: float, acceleration: float) -> float:
    """Seconds until *done* metres of *way*, driven from rest to rest, are behind it."""
    if done <= 0 or way <= 0:
        return 0.0
    rise = min(speed / acceleration, sqrt(way / acceleration))
    whole = rise + way / (acceleration * rise)
    edge = acceleration * rise * rise / 2
    if done >= way:
        return whole
    if done < edge:
        return sqrt(2 * done / acceleration)
    if done > way - edge:
        return whole - sqrt(2 * (way - done) / acceleration)
    return done / (acceleration * rise) + rise / 2


def up_time(way: float, done: float, pace: Pace) -> float:
    """Seconds until *done* metres of hoisting or lowering by *way* are behind it."""
    return travel_time(way, done, pace.up, pace.up_acceleration)


def across_time(way: float, done: float, pace: Pace) -> float:
    """Seconds until the trolley has *done* metres of *way*."""
    return travel_time(way, done, pace.across, pace.across_acceleration)


@dataclass
class Cover:
    """A hatch cover off its hatch, as a `Track`: it hangs from a crane's spreader, or lies where it was laid down.

    It repeats the movements of the crane that carries it.  *y* and *z* (its bottom) count as the crane's trolley and
    hoist do; *thick* and *half* are its height and half its width (metres), *mass* kg.
    """

    row: int
    crane: Crane
    thick: float
    half: float
    mass: int
    gantry: float = 0.0
    y: Channel = field(default_factory=lambda: Channel(0.0))
    z: Channel = field(default_factory=lambda: Channel(0.0))
    status: Steps = field(default_factory=lambda: Steps(Status.GONE))

    def taken(self, t: float) -> None:
        """It hangs from the spreader from second *t* on."""
        if self.status.now == Status.GONE:
            self.gantry = self.crane.gantry.value
            self.y = Channel(self.crane.joints["trolley"].value)
            self.z = Channel(self.crane.joints["hoist"].value - self.thick)
        self.status.set(t, Status.WORKING)

    def follow(self, t: float) -> None:
        """Take over what the crane was told at second *t* or later."""
        for own, theirs, less in ((self.y, "trolley", 0.0), (self.z, "hoist", self.thick)):
            for ramp in _since(self.crane.joints[theirs], t - 1e-9):
                if ramp.t0 >= own.free - 1e-9:
                    own.go(ramp.t0, ramp.end - less, ramp.speed, ramp.acceleration)

    def left(self, t: float, *, aboard: bool) -> None:
        """It lies from second *t* on; *aboard* it is part of the ship again."""
        self.status.set(t, Status.GONE if aboard else Status.IDLE)

    def sampled(self, t: Floats) -> Sampled:
        """How it stood at rising seconds *t*."""
        crane, across, n = self.crane, self.y.at(t), len(t)
        cos, sin = np.cos(crane.yaw), np.sin(crane.yaw)
        x, y = crane.x + cos * self.gantry - sin * across, crane.y + sin * self.gantry + cos * across
        joints, none = np.zeros((n, MAX_JOINTS)), np.zeros(n)
        return Sampled(x, y, crane.z + self.z.at(t), np.full(n, crane.yaw), joints, self.status.at(t), none)

    def forget(self, before: float) -> None:
        """Drop what is over before second *before*."""
        for channel in (self.y, self.z, self.status):
            channel.forget(before)
