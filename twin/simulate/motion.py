"""Trapezoidal motion in closed form: speed up, hold, slow down.  Seconds, metres (or radians); jerk ignored."""

from collections.abc import Callable
from dataclasses import dataclass, field
from math import sqrt
from typing import Protocol

import numpy as np

from twin.geometry import Floats

NEAR = 0.03  # metres sideways within which a spreader still is over the stack it comes from or goes to
Need = Callable[[Floats], Floats]


@dataclass(frozen=True)
class Ramp:
    """One movement from *start* to *end*, beginning at second *t0*."""

    t0: float
    start: float
    end: float
    speed: float
    acceleration: float

    @property
    def rise(self) -> float:
        """Seconds spent speeding up."""
        return min(self.speed / self.acceleration, sqrt(abs(self.end - self.start) / self.acceleration))

    @property
    def duration(self) -> float:
        """Seconds from rest to rest."""
        rise = self.rise
        return 0.0 if rise == 0 else rise + abs(self.end - self.start) / (self.acceleration * rise)

    @property
    def t1(self) -> float:
        return self.t0 + self.duration

    @property
    def numbers(self) -> tuple[float, float, float, float, float, float]:
        """t0, start, end, acceleration, seconds of speeding up, seconds in all."""
        return self.t0, self.start, self.end, self.acceleration, self.rise, self.duration

    def at(self, t: Floats) -> Floats:
        """Where it is at seconds *t* (n,): *start* before, *end* after."""
        way, rise, whole = abs(self.end - self.start), self.rise, self.duration
        u = np.clip(t - self.t0, 0.0, whole)
        a = self.acceleration
        done = np.where(u < rise, a * u * u / 2, a * rise * (u - rise / 2))
        done = np.where(u > whole - rise, way - a * (whole - u) ** 2 / 2, done)
        return np.asarray(self.start + np.sign(self.end - self.start) * done)

    def when(self, value: Floats) -> Floats:
        """Seconds after t0 (n,) at which it first is at or past *value*: from 0 to its duration."""
        way, rise, whole = abs(self.end - self.start), self.rise, self.duration
        if whole == 0:
            return np.zeros_like(value)
        a = self.acceleration
        done = np.clip((value - self.start) * np.sign(self.end - self.start), 0.0, way)
        u = np.where(done < a * rise * rise / 2, np.sqrt(2 * done / a), done / (a * rise) + rise / 2)
        return np.asarray(
            np.where(done > way - a * rise * rise / 2, whole - np.sqrt(2 * np.maximum(way - done, 0) / a), u)
        )


@dataclass
class Channel:
    """One joint over time: ramps one after the other, at rest between them."""

    value: float  # where the last ramp ends
    ramps: list[Ramp] = field(default_factory=list)
    first: float = 0.0  # where it stood before the first ramp kept

    def __post_init__(self) -> None:
        self.first = self.value

    @property
    def free(self) -> float:
        """The second from which it stands still."""
        return self.ramps[-1].t1 if self.ramps else -np.inf

    def go(self, t: float, end: float, speed: float, acceleration: float) -> float:
        """Move to *end*, beginning at *t* or when it is free; the second it arrives."""
        if end == self.value:
            return max(t, self.free)
        ramp = Ramp(max(t, self.free), self.value, end, speed, acceleration)
        self.ramps.append(ramp)
        self.value = end
        return ramp.t1

    def at(self, t: Floats) -> Floats:
        """Values (n,) at rising seconds *t*."""
        out = np.full(len(t), self.first)
        if not self.ramps or not len(t) or t[-1] <= self.ramps[0].t0:
            return out
        t0, start, end, a, rise, whole = np.array([ramp.numbers for ramp in self.ramps]).T
        n = np.searchsorted(t0, t, side="right") - 1
        begun = n >= 0
        n = n[begun]
        u = np.minimum(t[begun] - t0[n], whole[n])
        left, way = whole[n] - u, end[n] - start[n]
        done = np.where(u < rise[n], u * u / 2, rise[n] * (u - rise[n] / 2)) * a[n]
        done = np.where(left < rise[n], np.abs(way) - a[n] * left * left / 2, done)
        out[begun] = np.where(left <= 0, end[n], start[n] + np.sign(way) * done)
        return out

    def forget(self, before: float) -> None:
        """Drop what ended before second *before*."""
        while self.ramps and self.ramps[0].t1 < before:
            self.first = self.ramps.pop(0).end


@dataclass
class Steps:
    """A value that changes at instants: a status, a load."""

    now: int
    changes: list[tuple[float, int]] = field(default_factory=list)
    first: int = 0

    def __post_init__(self) -> None:
        self.first = self.now

    def set(self, t: float, value: int) -> None:
        """From second *t* on it is *value*; what was set for later is dropped."""
        while self.changes and self.changes[-1][0] >= t:
            self.changes.pop()
        self.changes.append((t, value))
        self.now = value

    def at(self, t: Floats) -> Floats:
        """Values (n,) at seconds *t*."""
        times = np.array([c[0] for c in self.changes])
        values = np.array([self.first, *(c[1] for c in self.changes)])
        return np.asarray(values[np.searchsorted(times, t, side="right")])

    def forget(self, before: float) -> None:
        """Drop what was superseded before second *before*."""
        while len(self.changes) > 1 and self.changes[1][0] < before:
            self.changes.pop(0)
        if self.changes and self.changes[0][0] < before:
            self.first = self.changes.pop(0)[1]


@dataclass(frozen=True)
class Pace:
    """Speeds m/s and accelerations m/s² of one crossing."""

    across: float
    across_acceleration: float
    up: float
    up_acceleration: float


def cross(
    trolley: Channel, hoist: Channel, t: float, y: float, z: float, *, pace: Pace, need: Need, landing: float = -np.inf
) -> float:
    """Carry to trolley *y* and hoist *z*, hoisting and travelling together; the second it has landed.

    *need* tells the lowest hoist allowed at trolley positions (n,).  The last lowering does not begin before *landing*.
    """
    t = max(t, trolley.free, hoist.free)
    over = Ramp(0.0, trolley.value, y, pace.across, pace.across_acceleration)
    tau = np.linspace(0.0, over.duration, max(int(over.duration / 0.1), 1) + 1)
    ys = over.at(tau)
    low = need(ys)
    low[np.abs(ys - y) < NEAR] = z
    low[np.abs(ys - trolley.value) < NEAR] = hoist.value if over.duration else max(hoist.value, z)
    top = max(float(low.max()), hoist.value, z)
    up = Ramp(0.0, hoist.value, top, pace.up, pace.up_acceleration)
    down = Ramp(0.0, top, z, pace.up, pace.up_acceleration)
    setting_off = max(0.0, float((up.when(low) - tau).max())) if up.duration else 0.0
    lowering = float((setting_off + tau - (down.when(low) if down.duration else 0.0)).max())
    hoist.go(t, top, pace.up, pace.up_acceleration)
    arrived = trolley.go(t + setting_off, y, pace.across, pace.across_acceleration)
    return max(arrived, hoist.go(max(t + lowering, t + up.duration, landing), z, pace.up, pace.up_acceleration))


@dataclass(frozen=True)
class Sampled:
    """How a machine stood at some seconds (n,): x, y, z, yaw, joints (n, MAX_JOINTS), status, load kg."""

    x: Floats
    y: Floats
    z: Floats
    yaw: Floats
    joints: Floats
    status: Floats
    load: Floats


class Track(Protocol):
    """A machine's movement, known in closed form up to now and as far ahead as it has been decided."""

    row: int

    def sampled(self, t: Floats) -> Sampled:
        """How it stood at rising seconds *t* (n,)."""
        ...

    def forget(self, before: float) -> None:
        """Drop what is over before second *before*."""
        ...
