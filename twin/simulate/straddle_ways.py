"""How straddle carriers get about: over the lanes, into the rows of blocks from either end, over trucks and boxes.

A carrier is reserved with its whole breadth, and as long as the longest spreader, against everything that drives; what
it stands over or is to stand over (a truck, a box set down by a quay crane) does not count for that drive.  Against
stacks only its legs count, which run in the gaps between the rows: all else of it passes above.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from math import cos, hypot, inf, pi, sin

import numpy as np

from twin.geometry import Floats
from twin.simulate._ground import DT, rounded, touches
from twin.simulate.fleet import Drive, Vehicle, agrees, drive
from twin.simulate.ground import SETTLE, WAITS, Ground
from twin.simulate.handover import Stop
from twin.simulate.lanegraph import CRUISE, KEEP, LaneGraph
from twin.simulate.lines import Point, kept, seen
from twin.simulate.reservations import instant
from twin.simulate.spots import Ramp, Spot, entries, exits
from twin.simulate.straddle_track import Legs
from twin.terminal import Terminal

GROUP = "straddle"
LONGEST = 6.9  # metres: half a spreader for 45' boxes, which is more than half a carrier with its cab.  ISO 668
BOX_SIDE = 1.219  # metres: half a box's width.  ISO 668
WAYS, ALIKE = 6, 2  # ways tried from site to site, and how many of them by the same first and last lane
PAST = 16.0  # metres driven straight past whoever stands beside it in the next lane, where there is room
TRIED = 80  # ways looked at, of which some have no room for a bend
KNOWN = 3000  # spots whose ramps are remembered
CLOSE = LONGEST + 1.0  # metres from a block within which a carrier's spreader may be over its stacks
NEAR = 17.5  # metres from the middle of a truck or of a box on the ground within which it may be over it


@dataclass(frozen=True)
class Site:
    """Where a carrier works: in a *row* of a *block*, or over a *stop*, or (neither) where it is parked."""

    spot: Spot
    block: int = -1
    row: int = 0
    stop: Stop | None = None
    over: tuple[int, ...] = ()  # numbers in the reservations of what it stands over
    beside: float = 0.0  # metres, the height of a box that another may set down there in the meantime


@dataclass
class Ways:
    """Finds drives, and has vehicles follow them."""

    ground: Ground
    legs: Legs
    half: tuple[float, float] = (LONGEST, 2.5)
    _ramps: dict[tuple[Spot, bool], list[Ramp]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        ground = self.ground
        self.terminal: Terminal = ground.terminal
        own = ground.of_group(GROUP)
        self.half = LONGEST, max(v.kind.width for v in own) / 2
        for vehicle in own:
            ground.table.half[vehicle.number] = self.half
        self.radius = max(v.kind.turning_radius for v in own)
        lines = ground.places.lines(GROUP)
        self.graph = LaneGraph(lines, self.radius, self.half, ground.straddled, free=False)
        self.rows = _rows(self.terminal)

    def slot(self, block: int, bay: int, row: int) -> Site:
        """The site over a slot."""
        x, y = self._xy(block, bay, row)
        return Site(Spot("nose", x, y, float(self.terminal.blocks.yaw[block]), block, row, middle=True), block, row)

    def plans(self, vehicle: Vehicle, here: Site, to: Site) -> list[Drive]:
        """Drives to a site, beginning at second 0, the quickest first, whoever is in the way."""
        kind = vehicle.kind
        speed = kind.drive_loaded if vehicle.masses else kind.drive_empty
        out: list[Drive] = []
        often: dict[tuple[int, int], int] = {}
        for lanes, corners in islice(self._corners(here, to), TRIED):
            if often.get(lanes, 0) == ALIKE:
                continue
            path = rounded(np.array(kept([vehicle.pose[:2], *corners, to.spot.pose[:2]])), self.radius)
            if len(path) and self._passes(path):
                legs = [(path, agrees(path, vehicle.pose[2]))]
                out.append(drive(legs, 0.0, speed=speed, acceleration=kind.drive_acceleration, yaw=vehicle.pose[2]))
                often[lanes] = often.get(lanes, 0) + 1
            if len(out) == WAYS:
                break
        return sorted(out, key=lambda d: d.end)

    def first(self, vehicle: Vehicle, plans: list[Drive], begins: list[float], over: tuple[int, ...]) -> Drive | None:
        """The one of *plans* that ends first, if each begins as soon as nobody is in its way, but not before its second
        of *begins*; *over*: numbers in the reservations that are not in the way.  None: none is free."""
        table, best = self.ground.table, None
        there = table.there[list(over)]
        table.there[list(over)] = False
        now = self.ground.works.env.now + SETTLE
        for plan, early in zip(plans, begins, strict=True):
            begin = instant(max(now, early))
            if best is not None and begin * DT + plan.end >= best.end:
                continue
            wait, _ = table.wait(vehicle.number, plan.instants, begin, WAITS)
            if wait >= 0 and (best is None or (begin + wait) * DT + plan.end < best.end):
                best = plan.later((begin + wait) * DT)
        table.there[list(over)] = there
        return best

    def outside(self, plan: Drive, site: Site) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        """At which points of a drive nothing of the carrier is over what stands at *site*."""
        x, y = plan.rows[:, 3], plan.rows[:, 4]
        if site.stop is not None:
            return np.asarray(np.hypot(x - site.stop.x, y - site.stop.y) > NEAR)
        if site.block < 0:
            return np.ones(len(x), bool)
        b, k = self.terminal.blocks, site.block
        c, s = cos(float(b.yaw[k])), sin(float(b.yaw[k]))
        along = c * (x - float(b.x[k])) + s * (y - float(b.y[k]))
        return np.asarray((along < -CLOSE) | (along > float(b.bays[k] * b.bay_pitch[k]) + CLOSE))

    # -- ways

    def _corners(self, here: Site, to: Site) -> Iterator[tuple[tuple[int, int], list[Point]]]:
        """First and last lane and corners of ways between two sites, the shortest first."""
        if _in_line(here, to):
            yield (-1, -1), []
        found = []
        for a, far_a in self._mouths(here):
            for b, far_b in self._mouths(to):
                for one in self._of(a, out=True):
                    for two in self._of(b, out=False):
                        seconds = self.graph.seconds(one.node, two.node) + one.seconds + two.seconds
                        if seconds < inf:
                            found.append((seconds + (far_a + far_b) / CRUISE, one.sort, two.sort, one, two))
        for _, _, _, one, two in sorted(found, key=lambda f: f[:3]):
            lanes = one.sort[0], two.sort[0]
            yield lanes, [*one.via, *self.graph.way(one.node, two.node), *two.via]

    def _mouths(self, site: Site) -> list[tuple[Spot, float]]:
        """How a site is come to from the lanes, and metres from there: a row from both its ends, a place behind a quay
        crane along the quay either way."""
        if site.spot.form == "beside":
            return [(site.spot, 0.0), (replace(site.spot, yaw=site.spot.yaw + pi), 0.0)]
        if site.block < 0:
            return [(site.spot, 0.0)]
        b, k, out = self.terminal.blocks, site.block, []
        for bay, turned in ((1, 0.0), (2 * int(b.bays[k]) - 1, pi)):
            x, y = self._xy(k, bay, site.row)
            spot = Spot("nose", x, y, float(b.yaw[k]) + turned, k, site.row, middle=True)
            out.append((spot, hypot(x - site.spot.x, y - site.spot.y)))
        return out

    def _of(self, spot: Spot, *, out: bool) -> list[Ramp]:
        if (spot, out) not in self._ramps:
            if len(self._ramps) >= KNOWN:
                self._ramps.clear()
            found = (exits if out else entries)(self.graph, spot, 0.0)
            past = [r for r in found if _lead(spot, r, out=out) >= PAST]
            self._ramps[spot, out] = past or found
        return self._ramps[spot, out]

    def _xy(self, block: int, bay: int, row: int) -> Point:
        x, y = self.terminal.slot_xy(np.array([block]), np.array([bay]), np.array([row]))
        return float(x[0]), float(y[0])

    def _passes(self, path: Floats) -> bool:
        """Whether it touches nothing fixed along a path, nor its legs the rows of boxes."""
        middle = np.ascontiguousarray(path[:, :3])
        if touches(middle, *self.half, self.ground.straddled, KEEP) >= 0:
            return False
        for side in (self.legs.middle, -self.legs.middle):
            leg = middle.copy()
            leg[:, 0] -= np.sin(middle[:, 2]) * side
            leg[:, 1] += np.cos(middle[:, 2]) * side
            if touches(leg, self.legs.half_length, self.legs.half_breadth, self.rows, KEEP) >= 0:
                return False
        return True


def _rows(terminal: Terminal) -> Floats:
    """(r, 5) x, y, yaw, half length, half breadth of the rows of boxes of all blocks of carriers; others whole."""
    b, out = terminal.blocks, []
    for k in range(len(b)):
        long, pitch, yaw = float(b.bays[k] * b.bay_pitch[k]), float(b.row_pitch[k]), float(b.yaw[k])
        rows = int(b.rows[k])
        strips = [((r + 0.5) * pitch, BOX_SIDE) for r in range(rows)]
        for across, half in strips if b.kind[k] == GROUP else [(rows * pitch / 2, rows * pitch / 2)]:
            aside = across * float(b.row_sign[k])
            x = float(b.x[k]) + cos(yaw) * long / 2 - sin(yaw) * aside
            out.append((x, float(b.y[k]) + sin(yaw) * long / 2 + cos(yaw) * aside, yaw, long / 2, half))
    return np.array(out, float).reshape(-1, 5)


def _lead(spot: Spot, ramp: Ramp, *, out: bool) -> float:
    """Metres driven straight after a place behind a quay crane, or before it."""
    if spot.form != "beside" or not ramp.via:
        return inf
    x, y = ramp.via[0 if out else -1]
    return hypot(x - spot.x, y - spot.y)


def _in_line(here: Site, to: Site) -> bool:
    """Whether one drives from site to site straight on: in one row, or over one stop."""
    same = here.block == to.block >= 0 and here.row == to.row
    beside = here.stop is not None and here.stop is to.stop
    return (same or beside) and abs(seen(here.spot.pose, to.spot.pose[:2])[1]) < 0.01
