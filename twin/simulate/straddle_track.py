"""A straddle carrier's motion: it drives as a vehicle does, and hoists; and how far its legs stand apart."""

from dataclasses import dataclass, field, replace

import numpy as np

from twin.catalogue import MAX_JOINTS, Joint, Kind
from twin.facts import Status
from twin.geometry import Floats
from twin.simulate.fleet import Vehicle
from twin.simulate.motion import Channel, Ramp, Sampled

OVERHEAD = 11.0  # metres: what of a carrier is higher up passes over the stacks it drives over


@dataclass(frozen=True)
class Legs:
    """What of a carrier goes between the rows, on each side: metres from its middle, inside and outside, and half its
    length."""

    inside: float
    outside: float
    half_length: float

    @property
    def middle(self) -> float:
        return (self.inside + self.outside) / 2

    @property
    def half_breadth(self) -> float:
        return (self.outside - self.inside) / 2


def legs_of(kind: Kind) -> Legs:
    """From the catalogue's boxes of parts that do not move."""
    low = []
    for part in kind.parts:
        fixed = not any(any(step) for step in part.move)
        for x0, y0, z0, x1, y1, _ in part.boxes:
            if fixed and z0 + part.at[2] < OVERHEAD:
                low.append((x0 + part.at[0], y0 + part.at[1], x1 + part.at[0], y1 + part.at[1]))
    sides = [(min(abs(y0), abs(y1)), max(abs(y0), abs(y1))) for _, y0, _, y1 in low]
    return Legs(min(s[0] for s in sides), max(s[1] for s in sides), max(max(abs(r[0]), abs(r[2])) for r in low))


@dataclass(eq=False)
class Straddle:
    """A carrier as a `Track`: its drives, its hoist (twistlocks above the ground) and its spreader."""

    vehicle: Vehicle
    row: int = field(init=False)
    joints: dict[str, Channel] = field(init=False)

    def __post_init__(self) -> None:
        self.row = self.vehicle.row
        self.joints = {joint.name: Channel(joint.rest) for joint in self.vehicle.kind.joints}

    @property
    def hoist(self) -> Channel:
        return self.joints["hoist"]

    @property
    def highest(self) -> float:
        return self.joint("hoist").high

    def joint(self, name: str) -> Joint:
        return self.vehicle.kind.joints[self.vehicle.kind.joint(name)]

    def raise_to(self, t: float, z: float, *, loaded: bool) -> Ramp | None:
        """Hoist or lower to *z*, from second *t* on or when what it does is over; None: it is there already."""
        joint, hoist = self.joint("hoist"), self.hoist
        before = len(hoist.ramps)
        hoist.go(t, z, joint.speed_loaded if loaded else joint.speed_empty, joint.acceleration)
        return hoist.ramps[-1] if len(hoist.ramps) > before else None

    def spread(self, t: float, length: float) -> float:
        """Set the empty spreader to *length*; the second it is."""
        joint = self.joint("spread")
        return self.joints["spread"].go(t, length, joint.speed_empty, joint.acceleration)

    def says(self, t: float, status: Status) -> None:
        """From second *t* on."""
        if self.vehicle.status.now != status:
            self.vehicle.status.set(t, status)

    def sampled(self, t: Floats) -> Sampled:
        """How it stood at rising seconds *t* (n,)."""
        joints = np.zeros((len(t), MAX_JOINTS))
        for column, joint in enumerate(self.vehicle.kind.joints):
            joints[:, column] = self.joints[joint.name].at(t)
        return replace(self.vehicle.sampled(t), joints=joints)

    def forget(self, before: float) -> None:
        """Drop what is over before second *before*."""
        self.vehicle.forget(before)
        for channel in self.joints.values():
            channel.forget(before)
