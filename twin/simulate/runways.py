"""Which yard cranes work which blocks: rails with the cranes on them, and the blocks between the rails."""

from dataclasses import dataclass, field

import numpy as np

from twin.catalogue import Kind
from twin.geometry import Bools
from twin.simulate.binding import Bearings
from twin.simulate.cranes import Crane
from twin.simulate.flights import FAR, Ground
from twin.simulate.handover import TWIN_OFFSET
from twin.simulate.stacking import HIGH_CUBE, Stacks
from twin.simulate.stacks import CLEAR
from twin.terminal import Quay, Rail, Terminal

YARD = ("armg", "rtg")  # groups of cranes that stand over blocks, and kinds of their rails
BOX_END, BOX_SIDE = 0.2, 1.219  # metres: a column's boxes begin so far from its edge; half a box's width
BEFORE, ASIDE = 1.0, 0.5  # metres from a block's ends and sides within which no vehicle stands
LONGEST = 13.716 / 2  # metres: half a 45' box.  ISO 668


@dataclass
class Line:
    """Cranes that share a runway, in their order along it, and the blocks they serve.

    *over*: row of the one that passes over the others, -1: none; *ends*: how far the first one's gantry could go (m).
    """

    cranes: list[Crane]
    blocks: list[int]
    over: int = -1
    ends: tuple[float, float] = (-FAR, FAR)


@dataclass
class _Track:
    rail: Rail
    along: dict[int, float] = field(default_factory=dict)  # machine row -> metres from the rail's start
    blocks: list[int] = field(default_factory=list)


def lines_of(terminal: Terminal) -> list[Line]:
    """All runways of the yard that have a crane and a block."""
    tracks = [_Track(rail) for rail in terminal.rails if rail.kind in YARD]
    for row, kind in enumerate(terminal.machines.kind):
        found = terminal.catalogue.kinds.get(kind)
        if found is not None and found.group in YARD:
            _put_on(terminal, row, found, tracks)
    for track in tracks:
        track.blocks = [b for b in range(len(terminal.blocks)) if _between(terminal, b, track.rail)]
    lines: list[Line] = []
    left = [track for track in tracks if track.blocks and track.along]
    while left:
        group = [t for t in left if set(t.blocks) & set(left[0].blocks)]
        left = [t for t in left if t not in group]
        lines.append(_line(terminal, group))
    return lines


def _put_on(terminal: Terminal, row: int, kind: Kind, tracks: list[_Track]) -> None:
    """Note a crane with the rail that it stands on: the one whose gauge is nearest to its width."""
    own = terminal.machines
    fits = []
    for n, track in enumerate(tracks):
        along, across, long = _on(track.rail, float(own.x[row]), float(own.y[row]))
        if track.rail.kind == kind.group and -1 < along < long + 1 and abs(across - track.rail.gauge / 2) < 1.5:
            fits.append((abs(kind.width - track.rail.gauge), n, along))
    if fits:
        _, n, along = min(fits)
        tracks[n].along[row] = along


def _on(rail: Rail, x: float, y: float) -> tuple[float, float, float]:
    """Metres along a rail from its start and to the left of it; and how long it is."""
    dx, dy = rail.x1 - rail.x0, rail.y1 - rail.y0
    long = float(np.hypot(dx, dy))
    px, py = x - rail.x0, y - rail.y0
    return (px * dx + py * dy) / long, (py * dx - px * dy) / long, long


def _between(terminal: Terminal, block: int, rail: Rail) -> bool:
    """Whether a block lies between the rails of *rail*."""
    corners = [_on(rail, *corner) for corner in _corners(terminal, block)]
    inside = all(-0.5 < across < rail.gauge + 0.5 for _, across, _ in corners)
    middle = sum(along for along, _, _ in corners) / 4
    return inside and 0 < middle < corners[0][2]


def _corners(terminal: Terminal, block: int) -> list[tuple[float, float]]:
    b, k = terminal.blocks, block
    cos, sin = float(np.cos(b.yaw[k])), float(np.sin(b.yaw[k]))
    long, wide = float(b.bays[k] * b.bay_pitch[k]), float(b.rows[k] * b.row_pitch[k] * b.row_sign[k])
    steps = [(0.0, 0.0), (long, 0.0), (0.0, wide), (long, wide)]
    return [(float(b.x[k]) + cos * a - sin * c, float(b.y[k]) + sin * a + cos * c) for a, c in steps]


def _line(terminal: Terminal, group: list[_Track]) -> Line:
    """Cranes of one rail, or of two of which the wider one's crane passes over the other."""
    own = terminal.machines
    cranes = [
        Crane(row, terminal.kind(own.kind[row]), float(own.x[row]), float(own.y[row]), float(own.z[row]),
              float(own.yaw[row]))
        for track in group
        for row in track.along
    ]  # fmt: skip
    one = cranes[0]
    cranes.sort(key=lambda c: (one.ahead(c.x - one.x, c.y - one.y), c.row))
    first = cranes[0]
    rail = group[0].rail
    places = [first.ahead(x - first.x, y - first.y) for x, y in ((rail.x0, rail.y0), (rail.x1, rail.y1))]
    room = max(c.half_length for c in cranes)
    ends = min(places) + room, max(places) - room
    blocks = sorted({b for track in group for b in track.blocks})
    return Line(cranes, blocks, _passing(cranes), ends)


def _passing(cranes: list[Crane]) -> int:
    """Row of the crane that can pass over all others with a box, -1 where none can."""
    large = max(cranes, key=lambda c: (c.kind.width, -c.row))
    small = [c for c in cranes if c is not large]
    lift = large.joint("hoist").high - CLEAR - HIGH_CUBE
    passes = small and all(c.kind.height <= lift and c.kind.width < large.kind.width - 2 for c in small)
    return large.row if passes else -1


def ground_of(terminal: Terminal, stacks: Stacks, crane: Crane) -> Ground:
    """What *crane* passes over in a block, as its own gantry and trolley count."""
    b, k = terminal.blocks, stacks.block
    x, y = terminal.slot_xy(np.array([k, k]), np.array([1, 3]), np.array([1, 2 if stacks.rows > 1 else 1]))
    (g0, y0), (g1, y1) = (crane.reach(float(x[i]), float(y[i])) for i in (0, 1))
    pitch, row_pitch = float(b.bay_pitch[k]), float(b.row_pitch[k])
    forward, left = g1 > g0, y1 > y0 or stacks.rows == 1
    columns = _cells(g0, pitch if forward else -pitch, stacks.columns, pitch / 2 - BOX_END, pitch / 2 + BEFORE)
    jut = max(LONGEST - pitch, 0.0) + BOX_END  # a 45' box at the end of the block sticks out of it
    columns[0][1] -= jut
    columns[1][-2] += jut
    rows = _cells(y0, row_pitch if left else -row_pitch, stacks.rows, BOX_SIDE, row_pitch / 2 + ASIDE)
    top = stacks.every[:: 1 if forward else -1, :: 1 if left else -1]
    return Ground(columns, rows, top, float(b.z[k]) - crane.z)


def _cells(first: float, step: float, n: int, half: float, clear: float) -> tuple[list[float], list[float]]:
    """Where cells begin and end, rising: the ground before, *n* cells of half width *half*, the ground behind."""
    middles = sorted(first + step * i for i in range(n))
    low = [-FAR, *(m - half for m in middles), middles[-1] + clear]
    high = [middles[0] - clear, *(m + half for m in middles), FAR]
    return low, high


def twenties_in(terminal: Terminal, line: Line, block: int) -> Bools:
    """Where 20' boxes may stand (columns,): beside a vehicle that carries two, so that its crane reaches both."""
    n, crane = int(terminal.blocks.bays[block]), line.cranes[0]
    if crane.kind.group != "rtg":
        return np.ones(n, bool)
    bays = 2 * np.arange(n) + 1
    x, y = terminal.slot_xy(np.full(n, block), bays, np.ones(n, np.int64))
    gantry = np.array([crane.reach(*at)[0] for at in zip(x.tolist(), y.tolist(), strict=True)])
    return np.asarray((gantry - TWIN_OFFSET >= line.ends[0]) & (gantry + TWIN_OFFSET <= line.ends[1]))


def bearings_of(terminal: Terminal, line: Line, block: int) -> Bearings:
    """Where a block is served: at its ends where cranes run on rails, beside its bays where they have tyres."""
    corners = _corners(terminal, block)
    start = (corners[0][0] + corners[2][0]) / 2, (corners[0][1] + corners[2][1]) / 2
    end = (corners[1][0] + corners[3][0]) / 2, (corners[1][1] + corners[3][1]) / 2
    lane = all(crane.kind.group == "rtg" for crane in line.cranes)
    middle = (start[0] + end[0]) / 2, (start[1] + end[1]) / 2
    if lane:
        return Bearings(middle, middle, True, True, True)
    first = _from_water(terminal, start) <= _from_water(terminal, end)
    sea, land = (start, end) if first else (end, start)
    return Bearings(sea, land, first, False, line.over >= 0 or len(line.cranes) == 1)


def _from_water(terminal: Terminal, at: tuple[float, float]) -> float:
    """Metres from the nearest quay's line."""
    return min((abs(_left_of(quay, at)) for quay in terminal.quays), default=at[1])


def _left_of(quay: Quay, at: tuple[float, float]) -> float:
    dx, dy = quay.x1 - quay.x0, quay.y1 - quay.y0
    return float(((at[1] - quay.y0) * dx - (at[0] - quay.x0) * dy) / np.hypot(dx, dy))
