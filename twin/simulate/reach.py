"""What the quay cranes of a terminal can reach: along their rail, across a ship, and where covers can be laid down."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from twin.simulate.boxes import MASSES
from twin.simulate.cranes import Crane
from twin.simulate.hatches import cover_kind
from twin.simulate.hulls import Hull
from twin.simulate.lifts import OVER, QuayCrane
from twin.simulate.rails import Rail
from twin.simulate.stowage import HIGH, Aboard, offset
from twin.simulate.stowplan import Reach
from twin.simulate.works import Works
from twin.terminal import Lane, Terminal
from twin.terminal import Rail as Tracks

ON_RAIL = 2.0  # metres off a rail that a crane still counts as standing on it
VEHICLE = 2.2  # metres to each side of a lane's centre line that a vehicle may need, and to spare.  Made up
LEGS = 1.5  # metres between a rail and a cover beside it: half a leg and to spare
CARRIERS = ("agv", "tractor", "straddle")  # groups that drive at the quay
SWL = 60_000  # kg, for a crane whose file says nothing
ALONG = 8.0  # metres along the quay from a crane's middle that a cover may reach


def rails_of(terminal: Terminal, cranes: Sequence[Crane]) -> list[tuple[list[Crane], tuple[float, float]]]:
    """Cranes that share rails, in their order along them, and how far their middles can go, as the first one counts."""
    out: list[tuple[list[Crane], tuple[float, float]]] = []
    left = list(cranes)
    for track in (r for r in terminal.rails if r.kind == "sts"):
        here = [crane for crane in left if _on(track, crane)]
        left = [crane for crane in left if crane not in here]
        if here:
            out.append(_ordered(here, (track.x0, track.y0), (track.x1, track.y1)))
    for crane in left:  # it stands beside all rails, and stays where it is
        out.append(([crane], (0.0, 0.0)))
    return out


def _on(track: Tracks, crane: Crane) -> bool:
    dx, dy = track.x1 - track.x0, track.y1 - track.y0
    long = float(np.hypot(dx, dy))
    off = abs((crane.x - track.x0) * dy - (crane.y - track.y0) * dx) / long
    along = ((crane.x - track.x0) * dx + (crane.y - track.y0) * dy) / long
    return off < ON_RAIL and -ON_RAIL <= along <= long + ON_RAIL


def _ordered(cranes: list[Crane], *ends: tuple[float, float]) -> tuple[list[Crane], tuple[float, float]]:
    first = cranes[0]
    cranes = sorted(cranes, key=lambda c: first.ahead(c.x - first.x, c.y - first.y))
    first = cranes[0]
    at = sorted(first.ahead(x - first.x, y - first.y) for x, y in ends)
    half = first.half_length
    return cranes, (min(at[0] + half, 0.0), max(at[1] - half, 0.0))


@dataclass
class Window:
    """How far each crane of a rail can ever come, past those that stand still for good."""

    rail: Rail
    dead: frozenset[int]  # rows

    def pitch(self, a: Crane, b: Crane) -> float:
        """Metres between the middles of two neighbours, at least."""
        return a.half_length + b.half_length + self.rail.apart

    def between(self, i: int, j: int) -> float:
        """Metres between the middles of the *i*-th and the *j*-th crane, at least."""
        low, high = min(i, j), max(i, j)
        cranes = self.rail.cranes
        return sum(self.pitch(cranes[n], cranes[n + 1]) for n in range(low, high))

    def limits(self, i: int, fixed: Mapping[int, float]) -> tuple[float, float]:
        """Metres along the rail from and to which the *i*-th crane can go while others (rows) are at *fixed* metres."""
        cranes, rail = self.rail.cranes, self.rail
        low, high = rail.ends[0] + self.between(0, i), rail.ends[1] - self.between(i, len(cranes) - 1)
        for j, other in enumerate(cranes):
            if (other.row in fixed or other.row in self.dead) and j != i:
                at = fixed.get(other.row, rail.along(other, other.gantry.value))
                if j < i:
                    low = max(low, at + self.between(j, i))
                else:
                    high = min(high, at - self.between(i, j))
        return low, high


def gantry_at(crane: QuayCrane, hull: Hull, k: int) -> float:
    """The gantry position from which *crane* works 40' bay *k* of a ship alongside."""
    return crane.crane.reach(*hull.place(hull.kind.bays[k], 0.0))[0]


def most_deck(cranes: Sequence[QuayCrane], deck: float) -> int:
    """Tiers on a deck at site height *deck* over which all cranes can lift another high-cube."""
    highest = min((c.highest + c.crane.z for c in cranes), default=1e3)
    return max(int((highest - OVER - HIGH - deck - 0.3) // HIGH), 0)


def reach(
    terminal: Terminal, cranes: Sequence[QuayCrane], hull: Hull, ship: Aboard, bays: Iterable[int], *, covers: bool
) -> Reach:
    """What all *cranes* can reach aboard, at *bays* (from 0); *covers*: there is a place ashore for hatch covers."""
    if not cranes:
        return Reach(frozenset(), frozenset(), 0.0, 0)
    near = [min(c.crane.joint("trolley").high for c in cranes), max(c.crane.joint("trolley").low for c in cranes)]
    lowest = max(c.crane.joint("hoist").low + c.crane.z for c in cranes)
    swl = min(c.crane.kind.facts.get("swl_t", (SWL / 1000, ""))[0] for c in cranes)
    rows, panels = [], []
    crane = cranes[0].crane
    for k in bays:
        for row in ship.rows(k):
            y = crane.reach(*hull.place(hull.kind.bays[k], offset(hull.kind, row)))[1]
            if near[1] + 0.2 <= y <= near[0]:
                rows.append((k, row))
        for n, panel in enumerate(ship.panels(k) if covers else []):
            if cover_kind(len(panel)) in terminal.catalogue.kinds and all((k, row) in rows for row in panel):
                panels.append((k, n))
    return Reach(frozenset(rows), frozenset(panels), lowest, min(round(swl * 1000), 2 * round(MASSES["2"][3])))


def driven(works: Works) -> list[Lane]:
    """Painted lanes that vehicles of the terminal do drive, the most that hang together; all, if nobody drives."""
    lanes, ground = list(works.terminal.lanes), works.ground
    if ground is None:
        return lanes
    used: set[str] = set()
    for group in CARRIERS:
        if ground.of_group(group):
            graph = ground.graph(group)
            ends = [[bisect_right(graph.first, node) - 1 for node in (edge.a, edge.b)] for edge in graph.edges]
            used |= {graph.lines[n].name for n in _largest(len(graph.lines), ends)}
    return [lane for lane in lanes if lane.name in used]


def _largest(count: int, joined: Iterable[Sequence[int]]) -> list[int]:
    """Of things 0 … *count* - 1, some of which are *joined* two by two, the most that hang together."""
    group = list(range(count))

    def root(n: int) -> int:
        while group[n] != n:
            group[n] = group[group[n]]
            n = group[n]
        return n

    for a, b in joined:
        group[root(a)] = root(b)
    groups: dict[int, list[int]] = {}
    for n in range(count):
        groups.setdefault(root(n), []).append(n)
    return max(groups.values(), key=len, default=[])


def ashore(
    crane: QuayCrane, lanes: Sequence[float], painted: Sequence[Lane], half: float, gantry: float
) -> float | None:
    """The trolley position at which *crane*, at *gantry*, can lay covers of *half* width down: behind its legs, or else
    between them, clear of all *lanes* (trolley positions) and *painted* lanes; None: nowhere.
    """
    kind, rail = crane.crane.kind, crane.land_rail
    taken = [(y - VEHICLE, y + VEHICLE) for y in lanes] + list(_painted(painted, crane.crane, gantry))
    highest = kind.joints[kind.joint("trolley")].high
    behind = np.arange(rail + LEGS + half, highest + 1e-6, 0.5).tolist()
    middle = rail / 2
    inside = sorted(np.arange(LEGS + half, rail - LEGS - half, 0.5).tolist(), key=lambda y: abs(y - middle))
    for y in (*behind, *inside):
        if all(y + half <= low or y - half >= high for low, high in taken):
            return float(y)
    return None


def _painted(lanes: Sequence[Lane], crane: Crane, gantry: float) -> Iterable[tuple[float, float]]:
    """Trolley positions, from and to, that the lanes painted behind and under a crane take."""
    for lane in lanes:
        for a, b in pairwise(lane.points):
            (x0, y0), (x1, y1) = crane.reach(*a), crane.reach(*b)
            low, high = sorted((x0 - gantry, x1 - gantry))
            if high < -ALONG or low > ALONG:
                continue
            steps = (abs(x1 - x0) or 1.0), (y1 - y0)
            cut = [min(max(s, -ALONG), ALONG) for s in (x0 - gantry, x1 - gantry)]
            ys = [y0 + steps[1] * abs(c - (x0 - gantry)) / steps[0] for c in cut]
            ys = ys if x0 != x1 else [y0, y1]
            yield min(ys) - VEHICLE, max(ys) + VEHICLE
