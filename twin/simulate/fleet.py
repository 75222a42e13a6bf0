"""One vehicle's drives: in closed form from rest to rest, and what it says of itself."""

from dataclasses import dataclass, field
from functools import cached_property
from math import cos, pi

import numpy as np

from twin.catalogue import Kind
from twin.facts import Status
from twin.geometry import Floats
from twin.simulate._ground import DT, sampled, timed
from twin.simulate.lines import turn
from twin.simulate.motion import Sampled, Steps
from twin.simulate.spots import Spot

SIDEWAYS = 0.8  # m/s² in a bend, comfortable for a standing load.  Made up
WITHIN = 0.995  # of an acceleration: paths have corners of a millimetre or so
CUSP = 1.5  # seconds a vehicle stands before it drives the other way.  Made up


@dataclass(frozen=True)
class Drive:
    """A movement from rest to rest that begins at second *start*: *rows* (k, 6) seconds, metres, m/s, x, y, yaw."""

    start: float
    rows: Floats

    @property
    def end(self) -> float:
        return self.start + float(self.rows[-1, 0])

    def at(self, t: Floats) -> Floats:
        """x, y, yaw (n, 3) at rising seconds *t*; at rest before and after."""
        poses: Floats = sampled(self.rows, t - self.start)
        return poses

    def later(self, seconds: float) -> "Drive":
        """The same, *seconds* later."""
        out = Drive(self.start + seconds, self.rows)
        out.__dict__["instants"] = self.instants
        return out

    @cached_property
    def instants(self) -> Floats:
        """x, y, yaw (n, 3) every `DT` seconds from its start to its end or just past it."""
        steps = np.arange(int(np.ceil(self.rows[-1, 0] / DT)) + 1)
        poses: Floats = sampled(self.rows, np.asarray(steps * DT, np.float64))
        return poses


def drive(paths: list[tuple[Floats, bool]], start: float, *, speed: float, acceleration: float, yaw: float) -> Drive:
    """The fastest drive along *paths* ((k, 4) x, y, heading, bend; whether forwards), a short stop between them.

    *yaw* is where the vehicle looks now, to go on counting from.
    """
    parts, seconds, metres = [], 0.0, 0.0
    for path, forward in paths:
        rows = np.empty((len(path), 6))
        rows[:, :3] = timed(path, speed, WITHIN * acceleration, SIDEWAYS)
        rows[:, 0] += seconds
        rows[:, 1] += metres
        rows[:, 3:5] = path[:, :2]
        facing = float(path[0, 2]) + (0.0 if forward else pi)
        rows[:, 5] = path[:, 2] + (yaw + turn(yaw, facing) - float(path[0, 2]))
        parts.append(rows)
        seconds, metres, yaw = float(rows[-1, 0]) + CUSP, float(rows[-1, 1]), float(rows[-1, 5])
    return Drive(start, np.concatenate(parts))


def agrees(path: Floats, yaw: float) -> bool:
    """Whether a vehicle that looks towards *yaw* drives off along *path* forwards."""
    return cos(float(path[0, 2]) - yaw) > 0


@dataclass(eq=False)
class Vehicle:
    """One vehicle: machine row, number in the reservations, kind, where it stood before its drives, where it stops.

    *offset*: metres from its middle forward to the middle of its box; *deck*: metres the box stands above the ground.
    """

    row: int
    number: int
    kind: Kind
    x: float
    y: float
    z: float
    yaw: float
    deck: float
    offset: float
    spot: Spot
    drives: list[Drive] = field(default_factory=list)
    status: Steps = field(default_factory=lambda: Steps(Status.IDLE))
    load: Steps = field(default_factory=lambda: Steps(0))
    masses: dict[int, int] = field(default_factory=dict)  # box on it -> kg
    driven: float = 0.0  # metres
    waited: float = 0.0  # seconds its way was not free

    @property
    def two_way(self) -> bool:
        """Whether either end is its front."""
        return self.kind.group in ("agv", "straddle")

    @property
    def pose(self) -> tuple[float, float, float]:
        """Where it stands when all its drives are over."""
        if not self.drives:
            return self.x, self.y, self.yaw
        x, y, yaw = self.drives[-1].rows[-1, 3:]
        return float(x), float(y), float(yaw)

    @property
    def box(self) -> tuple[float, float, float, float]:
        """x, y, z, yaw of the bottom centre of a box in its middle hold, when all its drives are over."""
        x, y, yaw = self.pose
        return x + np.cos(yaw) * self.offset, y + np.sin(yaw) * self.offset, self.z + self.deck, yaw

    @property
    def arrives(self) -> float:
        """The second from which it stands still."""
        return self.drives[-1].end if self.drives else -np.inf

    def stand(self, t: float, pose: tuple[float, float, float], spot: Spot) -> None:
        """From second *t* on it stands at *pose*, wherever it was before."""
        self.drives.append(Drive(t, np.array([[0.0, 0.0, 0.0, *pose]])))
        self.spot = spot

    def sampled(self, t: Floats) -> Sampled:
        """How it stood at rising seconds *t*, its joints at rest."""
        n = len(t)
        pose = np.tile([self.x, self.y, self.yaw], (n, 1))
        for drive in self.drives:
            begin = int(np.searchsorted(t, drive.start))
            if begin == n:
                break
            pose[begin:] = drive.at(t[begin:])
        still = np.full(n, self.z), pose[:, 2], np.tile(self.kind.rest, (n, 1))
        return Sampled(pose[:, 0], pose[:, 1], *still, self.status.at(t), self.load.at(t))

    def forget(self, before: float) -> None:
        """Drop drives that ended before second *before*."""
        while self.drives and self.drives[0].end < before:
            self.x, self.y, self.yaw = (float(v) for v in self.drives.pop(0).rows[-1, 3:])
        self.status.forget(before)
        self.load.forget(before)

    def carries(self, t: float, box: int, mass: int | None) -> None:
        """From second *t* on it carries *box* of *mass* kg; None: no longer."""
        if mass is None:
            self.masses.pop(box, None)
        else:
            self.masses[box] = mass
        self.load.set(t, sum(self.masses.values()))
