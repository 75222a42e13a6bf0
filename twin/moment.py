"""The terminal at one instant: read-only columns that scene, spatial and checks all read.

Columns that did not change since the last moment are the same objects, so `is` (and `stamp`) tell what to redraw.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from twin.errors import UnknownName
from twin.facts import NavStatus, PlaceKind, Roster, Status
from twin.geometry import Bools, Floats, Ints
from twin.kinematics import Parts, part_boxes
from twin.terminal import Terminal
from twin.units import SECOND

# How long after its last report a thing is taken to stand where it was heard, not where it is (ns).  Background
# knowledge for machines: those at work report at 1 Hz or more, idle ones twice a minute.  AIS: every 3 min at a berth.
STALE_AT_WORK, STALE_IDLE, STALE_VESSEL = 5 * SECOND, 30 * SECOND, 400 * SECOND


@dataclass(frozen=True)
class Descriptions:
    """What containers (n) are: name, ISO 6346 code, shipping line, size in metres, mass in kg (0: not known)."""

    name: Sequence[str]
    code: Sequence[str]
    line: Sequence[str]
    length: Floats
    width: Floats
    height: Floats
    mass: Floats


@dataclass(frozen=True)
class Containers:
    """Where containers (n) are said to be, one row each.

    *kind* is a `PlaceKind`; *where*, *bay*, *row*, *tier* as in `Places`.  *base* (n, 3) is the bottom centre: in the
    site frame
    for boxes in slots and somewhere, in the vessel's own frame (origin amidships at the keel) aboard a vessel, NaN on
    machines
    and where unknown.  *turn* (n,) is the yaw in that frame.  *since* (n,) is the time of the fact believed.
    """

    about: Descriptions
    kind: Ints
    where: Ints
    bay: Ints
    row: Ints
    tier: Ints
    base: Floats
    turn: Floats
    since: Ints
    block_stamp: Ints  # (blocks,) grows whenever a block's boxes change
    vessel_stamp: Ints  # (vessels,) likewise for the boxes aboard

    def __len__(self) -> int:
        return len(self.kind)

    @cached_property
    def aboard(self) -> Ints:
        """Rows of containers on machines."""
        return np.flatnonzero(self.kind == PlaceKind.MACHINE)

    @cached_property
    def afloat(self) -> Ints:
        """Rows of containers aboard vessels."""
        return np.flatnonzero(self.kind == PlaceKind.VESSEL)

    @cached_property
    def loose(self) -> Ints:
        """Rows of containers that are somewhere: neither slot, machine nor vessel."""
        return np.flatnonzero(self.kind == PlaceKind.SOMEWHERE)

    def in_block(self, block: int) -> Ints:
        """Rows of containers in slots of block row *block*."""
        return np.flatnonzero((self.kind == PlaceKind.SLOT) & (self.where == block))


@dataclass(frozen=True)
class MachineStates:
    """Machines (m): where they stand, how their joints are, what they say.  *heard* is the time of the last fact, or
    -1.  x, y, z and yaw are NaN for those that are gone and for guests nobody heard of.
    """

    name: Sequence[str]
    kind: Sequence[str]
    x: Floats
    y: Floats
    z: Floats
    yaw: Floats
    joints: Floats
    status: Ints
    load: Ints
    heard: Ints

    def __len__(self) -> int:
        return len(self.x)

    @cached_property
    def gone(self) -> Bools:
        """(m,) machines that left the terminal, or are not there yet."""
        return np.asarray(self.status == Status.GONE)

    @cached_property
    def here(self) -> Bools:
        """(m,) machines that stand somewhere: neither gone nor only announced."""
        return np.asarray(~self.gone & np.isfinite(self.x))

    @cached_property
    def stale_after(self) -> Ints:
        """(m,) ns after its last report from which each counts as stale."""
        at_work = (self.status == Status.WORKING) | (self.status == Status.MOVING)
        return np.where(at_work, STALE_AT_WORK, STALE_IDLE)


@dataclass(frozen=True)
class VesselStates:
    """Vessels (v): origin amidships at the keel, bow towards yaw; size in metres; *present* once a position was
    heard, and until she is gone.
    """

    name: Sequence[str]
    kind: Sequence[str]
    x: Floats
    y: Floats
    z: Floats
    yaw: Floats
    length: Floats
    beam: Floats
    draught: Floats
    status: Ints
    heard: Ints
    present: Bools

    @cached_property
    def gone(self) -> Bools:
        """(v,) vessels that left, or have not come yet."""
        return np.asarray(self.status == NavStatus.GONE)

    def __len__(self) -> int:
        return len(self.x)


@dataclass(frozen=True)
class Moment:
    """The terminal at *t* (ns UTC)."""

    t: int
    terminal: Terminal
    roster: Roster
    containers: Containers
    machines: MachineStates
    vessels: VesselStates
    parts: Parts
    riders: Ints  # rows of containers on machines
    rider_base: Floats  # (r, 3) their bottom centres, site frame; NaN where the machine is not known
    rider_yaw: Floats
    quality: dict[str, int] = field(default_factory=dict)

    @cached_property
    def positions(self) -> tuple[Floats, Floats]:
        """Bottom centres (n, 3) and yaws (n,) of all containers in the site frame; NaN where unknown."""
        base, yaw = self.containers.base.copy(), self.containers.turn.copy()
        base[self.riders], yaw[self.riders] = self.rider_base, self.rider_yaw
        afloat = self.containers.afloat
        if len(afloat):
            base[afloat], yaw[afloat] = self.site_from_vessel(self.containers.where[afloat], base[afloat], yaw[afloat])
        return base, yaw

    def site_from_vessel(self, vessel: Ints, base: Floats, turn: Floats) -> tuple[Floats, Floats]:
        """Points (n, 3) and yaws (n,) in the frames of *vessel* rows, brought into the site frame; NaN for a vessel
        not present.
        """
        v = self.vessels
        if not len(v):
            return np.full_like(base, np.nan), turn
        known = (vessel >= 0) & (vessel < len(v))
        row = np.where(known, vessel, 0)
        cos, sin = np.cos(v.yaw[row]), np.sin(v.yaw[row])
        out = np.empty_like(base)
        out[:, 0] = v.x[row] + cos * base[:, 0] - sin * base[:, 1]
        out[:, 1] = v.y[row] + sin * base[:, 0] + cos * base[:, 1]
        out[:, 2] = v.z[row] + base[:, 2]
        out[~(known & v.present[row])] = np.nan
        return out, turn + v.yaw[row]

    @cached_property
    def stale_machines(self) -> Bools:
        """(m,) machines heard of, but too long ago to believe that they stand there still."""
        heard, gone = self.machines.heard, self.machines.gone
        return np.asarray((heard >= 0) & ~gone & (self.t - heard > self.machines.stale_after))

    @cached_property
    def machine_boxes(self) -> tuple[Floats, Ints]:
        """Collision boxes (b, 8) of all machine parts, and the machine row (b,) of each, sorted by machine."""
        return part_boxes(self.parts)

    @cached_property
    def container_boxes(self) -> Floats:
        """(n, 8) yaw boxes of all containers, in container order; NaN where the place is unknown."""
        base, yaw = self.positions
        about = self.containers.about
        out = np.empty((len(base), 8))
        out[:, 0:3] = base
        out[:, 3] = base[:, 2] + about.height
        out[:, 4], out[:, 5] = about.length / 2, about.width / 2
        out[:, 6], out[:, 7] = np.cos(yaw), np.sin(yaw)
        return out

    def container(self, name: str) -> int:
        """Row of the container called *name*.  Raises `UnknownName`."""
        return _row("container", name, self.roster.containers.row, len(self.containers))

    def machine(self, name: str) -> int:
        """Row of the machine called *name*.  Raises `UnknownName`."""
        return _row("machine", name, self.roster.machines.row, len(self.machines))

    def vessel(self, name: str) -> int:
        """Row of the vessel called *name*.  Raises `UnknownName`."""
        return _row("vessel", name, self.roster.vessels.row, len(self.vessels))


def _row(what: str, name: str, rows: dict[str, int], known: int) -> int:
    row = rows.get(name, -1)
    if not 0 <= row < known:
        raise UnknownName(what, name, rows)
    return row
