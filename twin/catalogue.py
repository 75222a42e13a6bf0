"""assets/equipment/*.yaml and assets/vessels/*.yaml -> kinds: parts, joints, limits, speeds, collision boxes, shapes.

A machine is a row plus a kind.  A part's place is linear in the joints, plus one arm that a pitch joint swings:

    part = at + sum(joint * move) + Rz(yaw) @ Ry(-pitch) @ (arm + sum(joint * arm_move))      (machine frame, metres)

and the part itself stands turned by Rz(yaw) @ Ry(-pitch), *yaw* being fixed.  That covers a trolley, a hoist,
a spreader's telescope, a luffing boom and a telescopic reach stacker alike, and lets `kinematics` place every part
of every machine in one pass over flat arrays.
"""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from twin.geometry import Floats

MAX_JOINTS = 6  # columns of Poses.joints; a kind uses the first of them, in its own order
AXES = ("x", "y", "z", "pitch")


@dataclass(frozen=True)
class Joint:
    """One thing that moves: limits in m or rad, speeds in m/s or rad/s, acceleration in m/s² or rad/s²."""

    name: str
    low: float
    high: float
    rest: float
    speed_loaded: float
    speed_empty: float
    acceleration: float
    source: str = ""


@dataclass(frozen=True)
class Shape:
    """One primitive of a part's look, part frame, metres.

    *form*: 'box' (numbers: x0 y0 z0 x1 y1 z1), 'beam' (x0 y0 z0 x1 y1 z1 width height: a square bar between two points)
    or 'tube' (x0 y0 z0 x1 y1 z1 radius).  *colour* is a name in the look or '#rrggbb'.
    *detail* 0 is drawn at every distance, 1 only near.
    """

    form: str
    numbers: tuple[float, ...]
    colour: str
    detail: int = 0

    @property
    def triangles(self) -> int:
        """Triangles it is drawn with: a tube has eight sides and two ends."""
        return 28 if self.form == "tube" else 12


@dataclass(frozen=True)
class Part:
    """One rigid piece: how joints place it, what it can hit, what it looks like.  Terms as in the module's formula."""

    name: str
    at: tuple[float, float, float]
    move: tuple[tuple[float, float, float], ...] = ()  # (joints, 3): metres per unit of each joint
    pitch: tuple[float, ...] = ()  # (joints,): radians of upward pitch (nose +x up) per unit of each joint
    arm: tuple[float, float, float] = (0.0, 0.0, 0.0)
    arm_move: tuple[tuple[float, float, float], ...] = ()
    yaw: float = 0.0  # radians, fixed: which way the part's own +x points, so that a boom can luff over the water
    level: bool = False  # hangs level at the end of the arm instead of tilting with it; its yaw does not turn the arm
    boxes: tuple[tuple[float, ...], ...] = ()  # collision boxes, part frame: x0 y0 z0 x1 y1 z1
    shapes: tuple[Shape, ...] = ()


@dataclass(frozen=True)
class Hold:
    """A place for a container on a machine: the point *at* of *part*, where the box hangs *by* its 'top' or stands on
    its 'bottom'."""

    name: str
    part: int
    at: tuple[float, float, float]
    by: str


@dataclass(frozen=True)
class Rope:
    """A straight line between points of two parts: hoist ropes, and stays that a luffing boom slackens."""

    part_a: int
    at_a: tuple[float, float, float]
    part_b: int
    at_b: tuple[float, float, float]
    width: float = 0.04  # metres across
    colour: str = "rope"


@dataclass(frozen=True)
class Kind:
    """A kind of machine.  Machine frame: origin on the ground, +x forward, z up, metres; vehicles about their centre.

    A crane's +x is the way it travels.  An sts has its origin on the waterside rail, midway between the legs,
    and the water at y < 0; a portal yard crane has its origin in the middle of its span.
    *group* is one of sts, armg, rtg, straddle, agv, tractor, truck, reach_stacker, empty_handler, and hatch: covers of
    ships' holds, which have no drive of their own.
    """

    name: str
    title: str
    group: str
    joints: tuple[Joint, ...]
    parts: tuple[Part, ...]
    holds: tuple[Hold, ...] = ()
    ropes: tuple[Rope, ...] = ()
    length: float = 0.0
    width: float = 0.0
    height: float = 0.0
    drive_loaded: float = 0.0  # m/s
    drive_empty: float = 0.0
    drive_acceleration: float = 0.0
    turning_radius: float = 0.0
    facts: dict[str, tuple[float, str]] = field(default_factory=dict)  # figure name -> (value, source and mark)
    path: str = ""

    def joint(self, name: str) -> int:
        """Column of joint *name*, or -1."""
        return next((i for i, joint in enumerate(self.joints) if joint.name == name), -1)

    def part(self, name: str) -> int:
        """Index of part *name*, or -1."""
        return next((i for i, part in enumerate(self.parts) if part.name == name), -1)

    @cached_property
    def rest(self) -> Floats:
        """(MAX_JOINTS,) joint values at rest."""
        out = np.zeros(MAX_JOINTS)
        out[: len(self.joints)] = [joint.rest for joint in self.joints]
        return out


@dataclass(frozen=True)
class VesselClass:
    """A class of container ship.  Vessel frame: origin amidships at the keel, +x to the bow, +y port, z up; metres.

    *bays*: x of each 40' bay's centre, bow first; *hold_tiers*/*deck_tiers* per row; *deck_z* top of the hatch covers,
    *hold_z* tank top, both above the keel.
    """

    name: str
    title: str
    teu: int
    length: float
    beam: float
    draught: float
    depth: float
    rows: int
    deck_tiers: int
    hold_tiers: int
    bays: tuple[float, ...]
    bridge_x: float
    funnel_x: float
    deck_z: float
    hold_z: float
    row_pitch: float
    facts: dict[str, tuple[float, str]] = field(default_factory=dict)
    path: str = ""

    def half_breadth(self, x: Floats) -> Floats:
        """Half the breadth of the main deck at *x* (metres): full, but for a bow that rounds in over a sixth of it."""
        entrance = self.length / 6
        ahead = np.clip((np.asarray(x, float) - self.length / 2) / entrance + 1, 0, 1)
        return np.asarray(self.beam / 2 * (1 - ahead**2.4))

    def rows_at(self, bay: int) -> int:
        """Rows that stand on deck in 40' bay *bay* (from 0, bow first): fewer at the bow, by twos to stay in line."""
        room = 2 * float(self.half_breadth(np.array([self.bays[bay] + 6.1]))[0])
        lost = max(0, int(np.ceil((self.rows - room / self.row_pitch - 0.05) / 2)))
        return max(self.rows - 2 * lost, 0)


@dataclass(frozen=True)
class Catalogue:
    """All kinds, by name."""

    kinds: dict[str, Kind]
    vessels: dict[str, VesselClass]

    def vessel_like(self, length: float) -> VesselClass:
        """The class whose length is nearest to *length* (metres): stands in for a ship of which no more is known."""
        return min(self.vessels.values(), key=lambda vessel: abs(vessel.length - length))
