"""Which ground each vehicle covers at every instant ahead, so that no two ever meet.

A drive is planned from rest to rest and reserved as a whole, and a vehicle at rest keeps its ground for as long as it
stands: so nothing ever stops on the way, and nobody can be in anybody's way for ever but at a stop.
"""

from math import ceil

import numpy as np

from twin.geometry import Floats, Ints
from twin.simulate._ground import DT, KEPT, earliest, touches

AHEAD, BESIDE = 1.05, 0.55  # metres kept before and behind a vehicle, and beside it.  The planners' 1.0 and 0.5


def instant(t: float) -> int:
    """The first instant of the reservations at or after second *t*."""
    return ceil(t / DT - 1e-9)


class Reservations:
    """Poses of all vehicles from now on, every `DT` seconds; *fixed* (b, 5) is what never moves."""

    def __init__(self, fixed: Floats) -> None:
        self.fixed = fixed
        self.count = 0
        self._room(64)

    def add(self, length: float, width: float, pose: tuple[float, float, float], *, there: bool) -> int:
        """Another vehicle: its number."""
        if self.count == len(self.half):
            self._room(2 * self.count)
        number, self.count = self.count, self.count + 1
        self.half[number] = length / 2, width / 2
        self.version[number] = 0
        self.stand(number, pose, there=there)
        return number

    def stand(self, number: int, pose: tuple[float, float, float], *, there: bool = True) -> None:
        """From now on it stands at *pose*, or is away."""
        self.rest[number], self.there[number], self.until[number] = pose, there, -(1 << 40)
        self.around[number] = pose[0], pose[1], pose[0], pose[1]
        self.version[number] += 1

    def wait(self, number: int, poses: Floats, first: int, waits: Ints) -> tuple[int, Ints]:
        """After how many instants of *waits* it may begin *poses* (n, 3) at instant *first* and meet nobody.

        -1 if after none of them, and the vehicles that are in the way.
        """
        n, blockers = self.count, np.full(len(waits), number)
        if len(poses) + int(waits[-1]) + 8 > KEPT:
            return -1, blockers
        found = earliest(
            number, poses, first, waits, self.half[:n], self.theirs[:n], self.until[:n], self.rest[:n], self.there[:n],
            self.around[:n], AHEAD, BESIDE, blockers,
        )  # fmt: skip
        return int(waits[found]) if found >= 0 else -1, blockers

    def clear(self, number: int, poses: Floats, margin: float) -> bool:
        """Whether it touches nothing that is fixed at *poses* (n, 3), at most a metre apart."""
        return bool(touches(poses, self.half[number, 0], self.half[number, 1], self.fixed, margin) < 0)

    def take(self, number: int, poses: Floats, first: int, now: int) -> None:
        """Reserve *poses* (n, 3) from instant *first* on; up to then it stands, or finishes what it has begun."""
        begin = max(now, int(self.until[number]))
        if begin < first:
            self.theirs[number, np.arange(begin, first) & (KEPT - 1)] = self.rest[number]
        self.theirs[number, np.arange(first, first + len(poses)) & (KEPT - 1)] = poses
        x, y = np.append(poses[:, 0], self.rest[number, 0]), np.append(poses[:, 1], self.rest[number, 1])
        old = self.around[number] if begin > now else np.array([x[0], y[0], x[0], y[0]])
        self.around[number] = (
            min(x.min(), old[0]), min(y.min(), old[1]), max(x.max(), old[2]), max(y.max(), old[3])
        )  # fmt: skip
        self.rest[number], self.until[number] = poses[-1], first + len(poses)
        self.version[number] += 1

    def still(self, number: int, now: int) -> bool:
        """Whether it stands and nothing is planned for it."""
        return bool(self.until[number] <= now)

    def _room(self, size: int) -> None:
        n = self.count
        names = ("half", "rest", "around", "theirs", "until", "there", "version")
        old = {name: getattr(self, name)[:n] for name in names} if n else {}
        self.half, self.rest, self.around = np.zeros((size, 2)), np.zeros((size, 3)), np.zeros((size, 4))
        self.theirs = np.zeros((size, KEPT, 3), np.float32)
        self.until, self.there, self.version = np.zeros(size, np.int64), np.zeros(size, bool), np.zeros(size, np.int64)
        for name, column in old.items():
            getattr(self, name)[:n] = column
