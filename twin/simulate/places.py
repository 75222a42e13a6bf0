"""Where vehicles stop: behind quay cranes, before blocks, in lanes along them; and which lanes they drive.

Quay cranes meet vehicles behind their landside legs, in up to `TRANSFER` painted lanes along the quay within reach of
the trolley, `PITCH` apart if there are two such; the outermost stays free for driving past if none lies beyond.  Where
none is painted, transfer lanes are made up, `PITCH` apart too.
"""

from dataclasses import dataclass, field
from functools import cached_property
from math import hypot, pi, sin

import numpy as np

from twin.catalogue import Kind
from twin.simulate.cranes import standing_height
from twin.simulate.lines import Line, Pose, ahead, line_of, seen, turn
from twin.simulate.spots import Spot
from twin.terminal import Area, Lane, Terminal

DEPTH = 12.0  # metres from a block's end to the middle of a box that is handed over there
PITCH = 6.0  # metres between transfer lanes, so that tails can swing out
TRANSFER = 3  # transfer lanes of a quay crane
PAST_LEGS = 3.5  # metres from a crane's landside legs to the middle of the first transfer lane
BEHIND = 0.5  # metres from the end of a lane of an interchange to the tail of a truck
YARD = ("armg", "rtg")  # groups of cranes over blocks.  All made up


@dataclass(frozen=True)
class Transfer:
    """A lane in which vehicles stop for quay cranes: *aside* metres landward of the crane's origin, its direction."""

    aside: float
    yaw: float
    lane: str = ""


@dataclass
class Places:
    """Finds spots on a terminal; what it has found it remembers."""

    terminal: Terminal
    _lines: dict[str, list[Line]] = field(default_factory=dict)
    _ends: dict[tuple[int, str, bool], list[Spot]] = field(default_factory=dict)
    _in_span: dict[int, Line | None] = field(default_factory=dict)
    _grid: dict[str, list[Spot]] = field(default_factory=dict)  # places in an interchange
    _transfers: dict[tuple[int, str], list[Transfer]] = field(default_factory=dict)

    # -- lanes

    def lines(self, group: str) -> list[Line]:
        """Lanes that vehicles of *group* drive through: no dead ends at blocks, no lanes in which others stop."""
        if group not in self._lines:
            self._lines[group] = [line_of(lane) for lane in self._lanes(group)]
        return self._lines[group]

    @cached_property
    def _all(self) -> list[tuple[Lane, Line]]:
        """Every lane and its line."""
        return [(lane, line_of(lane)) for lane in self.terminal.lanes]

    @cached_property
    def _dead(self) -> set[str]:
        """Names of lanes that end before blocks."""
        return {name for block in range(len(self.terminal.blocks)) for name in self._dead_ends(block)}

    @cached_property
    def _stands(self) -> set[str]:
        """Names of lanes that end in an interchange of trucks and straddle carriers."""
        if "straddle" not in self.terminal.blocks.kind:
            return set()
        areas = [area for area in self.terminal.areas if area.kind == "interchange"]
        return {lane.name for lane, line in self._all if any(_inside(line.points[-1], area) for area in areas)}

    def _lanes(self, group: str) -> list[Lane]:
        ends = self._dead
        stops = {name for row, _ in self._machines(("sts",)) for name in self._between(row, group)}
        spans = {line.name for b in range(len(self.terminal.blocks)) if (line := self.in_span(b)) is not None}
        out = []
        for lane in self.terminal.lanes:
            mine = lane.kind == group or (group in ("tractor", "truck") and lane.name in spans)
            shared = group == "tractor" and lane.kind == "truck" and not self._at_gate(lane)
            if (mine or shared) and lane.name not in ends | stops | self._stands and len(line_of(lane).points) > 1:
                out.append(lane)
        return out

    def _at_gate(self, lane: Lane) -> bool:
        """Whether a lane leads through the gate: only trucks from outside drive there."""
        line = line_of(lane)
        places = [line.at(float(s))[:2] for s in np.arange(0.0, line.long, 4.0)]
        return any(_inside(p, area) for area in self.terminal.areas if area.kind == "gate" for p in places)

    # -- before blocks

    def at_block(self, block: int, *, group: str, land: bool, bay: int | None) -> list[Spot]:
        """Spots of a block: abreast of *bay* in the lane within the cranes' span, or before its end.

        Trucks for all blocks of straddle carriers stand in the lanes of the interchange, the nearest first.
        """
        if self.terminal.blocks.kind[block] == "straddle":
            return self._nearest(self._interchange(group), block) if land else []
        line = self.in_span(block)
        if line is None:
            return self._before(block, group, land)
        bays = int(self.terminal.blocks.bays[block])
        bay = bays if bay is None else bay
        x, y = self.terminal.slot_xy(np.array([block]), np.array([bay]), np.array([1]))
        sx, sy, yaw = line.at(line.nearest((float(x[0]), float(y[0])))[0])
        return [Spot("lane", round(sx, 3), round(sy, 3), yaw, owner=block)]

    def _interchange(self, group: str) -> list[Spot]:
        """Places in lanes that end in an area of kind 'interchange': backed into, with the box at the lane's end."""
        if group not in self._grid:
            self._grid[group] = []
            sizes = [(k.length / 2, standing_height(k)[1]) for k in self.terminal.catalogue.kinds.values()
                     if k.group == group]  # fmt: skip
            lines = [line for lane, line in self._all if lane.kind == group and lane.name in self._stands]
            ends = [line for line in lines if len(line.points) == 2]
            for n, line in enumerate(ends if sizes else []):
                back = max(half + offset for half, offset in sizes) + BEHIND
                x, y, yaw = line.at(line.long - back)
                self._grid[group].append(Spot("back", round(x, 3), round(y, 3), yaw + pi, owner=0, lane=n))
        return self._grid[group]

    def _nearest(self, spots: list[Spot], block: int) -> list[Spot]:
        """Spots, those nearest to the middle of a block first."""
        b, frame = self.terminal.blocks, self._frame(block)
        across = float(b.rows[block] * b.row_pitch[block]) / 2 * float(b.row_sign[block])
        x, y = ahead(frame, float(b.bays[block] * b.bay_pitch[block]) / 2, across)
        return sorted(spots, key=lambda s: (round(hypot(s.x - x, s.y - y), 3), s.lane))

    def in_span(self, block: int) -> Line | None:
        """The painted lane within the span of the cranes over a block, along its stacks."""
        if block not in self._in_span:
            self._in_span[block] = self._find_in_span(block)
        return self._in_span[block]

    def _find_in_span(self, block: int) -> Line | None:
        b, frame = self.terminal.blocks, self._frame(block)
        cranes = [(row, kind) for row, kind in self._over(block) if kind.group == "rtg"]
        deep = float(b.rows[block] * b.row_pitch[block])
        if not cranes:
            return None
        row, kind = cranes[0]
        joint, crane = kind.joints[kind.joint("trolley")], self._pose(row)
        for _, line in self._all:
            if len(line.points) != 2 or abs(sin(line.headings[0] - frame[2])) > 0.03:
                continue
            place = ahead(frame, float(b.bays[block] * b.bay_pitch[block]) / 2)
            on = line.at(line.nearest(place)[0])[:2]
            aside = seen(frame, on)[1] * float(b.row_sign[block])
            near = seen(frame, on)[0] - float(b.bays[block] * b.bay_pitch[block]) / 2
            if abs(near) < 1 and not -1.2 < aside < deep + 1.2 and joint.low <= seen(crane, on)[1] <= joint.high:
                return line
        return None

    def _before(self, block: int, group: str, land: bool) -> list[Spot]:
        key = block, group, land
        if key not in self._ends:
            self._ends[key] = self._find_before(block, group, land)
        return self._ends[key]

    def _find_before(self, block: int, group: str, land: bool) -> list[Spot]:
        end, width = self._end(block, land)
        cranes = [(self._pose(row), kind.joints[kind.joint("trolley")]) for row, kind in self._over(block)]
        if not cranes:
            return []
        painted = [aside for _, aside in self._painted(block, land, "truck" if land else group)]
        size = max((k.width for k in self.terminal.catalogue.kinds.values() if k.group == group), default=3.0)
        made_up = np.arange(-width / 2 + 2.0, width / 2 - 1.0, size + 2.5).tolist()
        out = []
        for n, aside in enumerate(sorted(painted) or ([] if land else made_up)):
            x, y = ahead(end, DEPTH, aside)
            if all(joint.low <= seen(crane, (x, y))[1] <= joint.high for crane, joint in cranes):
                form, yaw = ("nose", end[2] + pi) if group == "agv" else ("back", end[2])
                out.append(Spot(form, round(x, 3), round(y, 3), yaw, owner=block, lane=n))
        return out

    def _dead_ends(self, block: int) -> list[str]:
        groups = {kind.group for kind in self.terminal.catalogue.kinds.values()}
        return [
            name for land in (False, True) for group in sorted(groups) for name, _ in self._painted(block, land, group)
        ]

    def _painted(self, block: int, land: bool, kind: str) -> list[tuple[str, float]]:
        """Lanes of *kind* that lead straight to a block's end: name, metres aside of its middle."""
        if not any(k.group == "armg" for _, k in self._over(block)):
            return []
        end, width = self._end(block, land)
        out = []
        for lane, line in self._all:
            if lane.kind != kind or len(line.points) != 2 or abs(sin(line.headings[0] - end[2])) > 0.03:
                continue
            (a, aside), (b, _) = seen(end, line.points[0]), seen(end, line.points[-1])
            if min(a, b) < DEPTH < max(a, b) and max(a, b) < 60 and abs(aside) < width / 2 + 2:
                out.append((lane.name, aside))
        return out

    def _end(self, block: int, land: bool) -> tuple[Pose, float]:
        """The middle of a block's end, looking outwards, and its width: nearest to a quay, or (*land*) the other."""
        b, (x, y, yaw) = self.terminal.blocks, self._frame(block)
        width, long = float(b.rows[block] * b.row_pitch[block]), float(b.bays[block] * b.bay_pitch[block])
        aside = width / 2 * float(b.row_sign[block])
        ends = [(*ahead((x, y, yaw), 0.0, aside), yaw + pi), (*ahead((x, y, yaw), long, aside), yaw)]
        ends.sort(key=lambda e: min((_from_quay(e, q.x0, q.y0, q.x1, q.y1) for q in self.terminal.quays), default=0.0))
        return ends[1 if land else 0], width

    # -- at quay cranes

    def at_crane(self, row: int, gantry: float, group: str) -> list[Spot]:
        """Spots of a quay crane whose gantry stands at *gantry*, one a lane, as `transfers` has them."""
        crane = self._pose(row)
        out = []
        for n, lane in enumerate(self.transfers(row, group)):
            x, y = ahead(crane, gantry, lane.aside)
            out.append(Spot("beside", round(x, 3), round(y, 3), lane.yaw, owner=row, lane=n))
        return out

    def transfers(self, row: int, group: str) -> list[Transfer]:
        """The lanes in which a quay crane meets vehicles."""
        key = row, group
        if key not in self._transfers:
            self._transfers[key] = self._find_transfers(row, group)
        return self._transfers[key]

    def _between(self, row: int, group: str) -> list[str]:
        """Names of the lanes in which vehicles stop for a quay crane, and of those between them."""
        asides = [t.aside for t in self.transfers(row, group) if t.lane]
        crane = self._pose(row)
        found = [(lane.name, seen(crane, line.points[0])[1]) for lane, line in self._all if _leads(line, crane[2])]
        return [name for name, aside in found if asides and min(asides) - 0.1 < aside < max(asides) + 0.1]

    def _find_transfers(self, row: int, group: str) -> list[Transfer]:
        crane, kind = self._pose(row), self.terminal.kind(self.terminal.machines.kind[row])
        low = [b[4] + p.at[1] for p in kind.parts for b in p.boxes if b[2] + p.at[2] < 4 and not any(map(any, p.move))]
        first = max(low, default=20.0) + PAST_LEGS
        last = kind.joints[kind.joint("trolley")].high - 1.0
        along = []
        for lane, line in self._all:
            if lane.kind == group and _leads(line, crane[2]):
                aside = seen(crane, line.points[0])[1]
                if line.long > 50 and aside >= first:
                    along.append(Transfer(round(aside, 3), line.headings[0], lane.name))
        along.sort(key=lambda t: t.aside)
        near, beyond = [t for t in along if t.aside <= last], [t for t in along if last < t.aside < last + 30]
        if near:
            way = near[0].yaw
            near = [t for t in near if abs(turn(t.yaw, way)) < 0.1]
            if not any(abs(turn(t.yaw, way)) < 0.1 for t in beyond):
                near = near[:-1]
        elif beyond:
            way = beyond[0].yaw
            made_up = np.arange(first + 2.0, min(last, beyond[0].aside - 4.5), PITCH).tolist()
            near = [Transfer(round(aside, 3), way) for aside in made_up]
        return _apart(near)[:TRANSFER]

    # -- the terminal

    def _pose(self, row: int) -> Pose:
        own = self.terminal.machines
        return float(own.x[row]), float(own.y[row]), float(own.yaw[row])

    def _machines(self, groups: tuple[str, ...]) -> list[tuple[int, Kind]]:
        kinds = self.terminal.catalogue.kinds
        pairs = [(row, kinds[name]) for row, name in enumerate(self.terminal.machines.kind) if name in kinds]
        return [(row, kind) for row, kind in pairs if kind.group in groups]

    def _over(self, block: int) -> list[tuple[int, Kind]]:
        """Cranes that stand over a block, or at its ends."""
        b, frame = self.terminal.blocks, self._frame(block)
        long, deep = float(b.bays[block] * b.bay_pitch[block]), float(b.rows[block] * b.row_pitch[block])
        out = []
        for row, kind in self._machines(YARD):
            along, aside = seen(frame, self._pose(row)[:2])
            if -45 < along < long + 45 and -3 < aside * float(b.row_sign[block]) < deep + 3:
                out.append((row, kind))
        return out

    def _frame(self, block: int) -> Pose:
        b = self.terminal.blocks
        return float(b.x[block]), float(b.y[block]), float(b.yaw[block])


def _leads(line: Line, yaw: float) -> bool:
    """Whether a line leads straight along *yaw*, this way or that."""
    return len(line.points) == 2 and abs(sin(line.headings[0] - yaw)) < 0.02


def _apart(lanes: list[Transfer]) -> list[Transfer]:
    """Transfer lanes far enough apart for tails to swing out between, if at least two are; else all of them."""
    out: list[Transfer] = []
    for lane in lanes:
        if not out or lane.aside - out[-1].aside >= PITCH:
            out.append(lane)
    return out if len(out) > 1 else lanes


def _from_quay(end: Pose, x0: float, y0: float, x1: float, y1: float) -> float:
    """Metres from a place to a quay wall."""
    dx, dy = x1 - x0, y1 - y0
    u = ((end[0] - x0) * dx + (end[1] - y0) * dy) / (dx * dx + dy * dy)
    u = min(max(u, 0.0), 1.0)
    return hypot(end[0] - x0 - u * dx, end[1] - y0 - u * dy)


def _inside(point: tuple[float, float], area: Area) -> bool:
    """Whether a point lies in an area: how often a ray to the right crosses its ring."""
    x, y = point
    count, ring = 0, area.ring
    for (x0, y0), (x1, y1) in zip(ring, (*ring[1:], ring[0])):
        if (y0 > y) != (y1 > y) and x < x0 + (y - y0) / (y1 - y0) * (x1 - x0):
            count += 1
    return count % 2 == 1


__all__ = ["DEPTH", "Places", "Transfer"]
