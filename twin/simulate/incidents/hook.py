"""A crane commanded for an incident: up, over everything, and straight down, within what its kind can do."""

from dataclasses import dataclass

import numpy as np

from twin.facts import Status
from twin.simulate.closest import Carried, Solid, machine
from twin.simulate.cranes import LOCK, Crane
from twin.simulate.motion import Track
from twin.simulate.works import Works

DWELL = 4.0  # seconds at the closest, so that reports a second apart show it three times


def crane_of(works: Works, row: int) -> Crane | None:
    """The crane behind a machine's track, None where it is none."""
    track: object = works.tracks.get(row)
    for _ in range(3):  # a party may wrap it once or twice
        if isinstance(track, Crane):
            return track
        track = getattr(track, "crane", None)
    return None


@dataclass
class Hook:
    """A crane's spreader; each movement begins when it is free, at *t* or later, and tells the second it is done."""

    works: Works
    crane: Crane

    @property
    def name(self) -> str:
        return self.works.roster.machines.name[self.crane.row]

    @property
    def track(self) -> Track:
        return self.works.tracks[self.crane.row]

    @property
    def high(self) -> float:
        """The hoist's highest position: above all stacks, with the tallest box below it."""
        return self.crane.joint("hoist").high

    def free(self, t: float) -> float:
        """The second, from *t* on, at which nothing of it moves any more."""
        return max(t, self.crane.gantry.free, *(channel.free for channel in self.crane.joints.values()))

    def hoist(self, t: float, to: float, *, loaded: bool = False) -> float:
        return self._go(t, "hoist", to, loaded)

    def trolley(self, t: float, to: float, *, loaded: bool = False) -> float:
        return self._go(t, "trolley", to, loaded)

    def spread(self, t: float, length: float) -> float:
        """Set the empty spreader to *length*."""
        return self._go(t, "spread", length, loaded=False) if "spread" in self.crane.joints else t

    def gantry(self, t: float, to: float, *, loaded: bool = False) -> float:
        kind = self.crane.kind
        return self.crane.gantry.go(t, to, kind.drive_loaded if loaded else kind.drive_empty, kind.drive_acceleration)

    def carry(self, t: float, gantry: float, trolley: float, *, over: float, loaded: bool) -> float:
        """Up to *over* at the least, and then along and across at once."""
        t = self.hoist(self.free(t), max(over, self.crane.joints["hoist"].value), loaded=loaded)
        return max(self.gantry(t, gantry, loaded=loaded), self.trolley(t, trolley, loaded=loaded))

    def ready(self, t: float, over: float, length: float) -> float:
        """Once it is free, up to *over*, and the spreader set to *length*."""
        return self.spread(self.hoist(self.free(t), max(over, self.crane.joints["hoist"].value)), length)

    def way(self, x: float, y: float) -> float:
        """Metres along its rail to site *x*, *y*."""
        return abs(self.crane.reach(x, y)[0] - self.crane.gantry.value)

    def grip(self, t: float, mass: int, *, lift: bool) -> tuple[float, float]:
        """Lock or unlock: when the box changes hands, and when the hook may move again."""
        self.crane.load.set(t + LOCK / 2, mass if lift else 0)
        return t + LOCK / 2, t + LOCK

    def solid(self, *carried: Carried) -> Solid:
        """What it is made of, with what it carries."""
        return machine(self.name, self.crane.kind, self.track, self.works.terminal.catalogue, carried)

    def says(self, begin: float, end: float, status: Status = Status.WORKING) -> None:
        """It says so from *begin*, and is idle from *end*."""
        self.crane.says(begin, status, end)

    def reaches(self, trolley: float) -> bool:
        joint = self.crane.joint("trolley")
        return joint.low - 1e-6 <= trolley <= joint.high + 1e-6

    def _go(self, t: float, name: str, to: float, loaded: bool) -> float:
        joint, channel = self.crane.joint(name), self.crane.joints[name]
        to = float(np.clip(to, joint.low, joint.high))
        return channel.go(t, to, joint.speed_loaded if loaded else joint.speed_empty, joint.acceleration)
