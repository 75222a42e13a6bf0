"""What overlaps what: machines with their loads, stacks, hulls, structures, the quay wall and the ground.

Bodies are those of `twin.spatial`.  What may lie against each other lies against each other with faces, at a depth of
0: a spreader on a box, a box on a box or a deck.  So nothing is excused but *tolerance*; and, because a hull is
modelled as full of steel, what hangs below a hoist inside a ship's cargo space.  A luffed boom counts by slices of a
metre, not by the upright prism around each of its boxes.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from tests.examiner.heard import Heard, Stream, heard
from twin.catalogue import VesselClass
from twin.facts import PlaceKind, Roster
from twin.geometry import Bools, Floats, Ints, boxes_at, corners
from twin.moment import Moment
from twin.spatial import kernels
from twin.spatial.bodies import LOAD, Bodies, Standing, afloat, bodies, hulls, standing
from twin.terminal import Terminal
from twin.units import SECOND

EVERY_S = 0.25  # seconds between looks
ACCELERATION = 0.6  # m/s², the most of any joint or drive in the catalogue
ROUNDING = 0.004  # metres: two positions on the 1 mm grid, and yaw on the 0.1 mrad grid at 20 m
SLICE = 1.0  # metres of a luffed boom
CARGO_END, CARGO_SIDE = 7.0, 0.3  # metres around a ship's bays and rows that are open: half a 45' box; cell guides
SHORT, NARROW = 12.3, 2.45  # metres: longer or wider boxes may stick out of their slots


@dataclass(frozen=True)
class Contact:
    """From second *t* to *until* (since the first fact) a and b overlapped, by *depth* metres at the most, at *at*."""

    t: float
    until: float
    a: str
    b: str
    depth: float
    at: float  # second of the greatest depth

    def __str__(self) -> str:
        return f"{self.t:9.3f} s  to {self.until:.2f}: {self.a} x {self.b}: {self.depth:.3f} m deep at {self.at:.2f}"


class Touch(NamedTuple):
    """Two bodies at one moment: who they are (to be one contact while it lasts), what of them, how deep."""

    a: str
    b: str
    part_a: str
    part_b: str
    depth: float


def tolerance(hz: float) -> float:
    """Metres two bodies may seem to overlap that only touch, seen between reports *hz* times a second.

    Between two reports *dt* apart a straight line is off by a dt²/8 at the most, on each side.
    """
    return 2 * ACCELERATION / (8 * hz * hz) + ROUNDING


def contacts(
    terminal: Terminal, roster: Roster, stream: Stream, *, every_s: float = EVERY_S, hz: float = 10.0
) -> list[Contact]:
    """All contacts of a stream said *hz* times a second, looked at every *every_s* seconds."""
    return contacts_of(heard(terminal, roster, stream), every_s=every_s, deeper=tolerance(hz))


def contacts_of(said: Heard, *, every_s: float = EVERY_S, deeper: float) -> list[Contact]:
    """All contacts deeper than *deeper* metres."""
    times = np.arange(said.start, said.end + 1, round(every_s * SECOND), dtype=np.int64)
    if len(times) * len(said.roster.machines) > 20_000:
        kernels.warm_up().join(timeout=60)  # compiled kernels give the same numbers
    fixed = _structures(said.terminal)
    begun: dict[tuple[str, str], Contact] = {}
    out: list[Contact] = []
    for k, t in enumerate(times.tolist()):
        moment, second = said.world.at(t), said.second(t)
        now: dict[tuple[str, str], Contact] = {}
        for touch in _touches(moment, fixed, deeper, whole=k in (0, len(times) - 1)):
            pair = touch.a, touch.b
            a, b = _named(touch.a, touch.part_a), _named(touch.b, touch.part_b)
            here = Contact(second, second, a, b, touch.depth, second)
            now[pair] = _longer(now.get(pair) or begun.get(pair), here)
        out += [contact for pair, contact in begun.items() if pair not in now]
        begun = now
    return sorted([*out, *begun.values()], key=lambda c: (c.t, c.a, c.b))


def _named(who: str, part: str) -> str:
    return f"{who} ({part})" if part else who


def _longer(before: Contact | None, here: Contact) -> Contact:
    if before is None:
        return here
    deepest = max(before, here, key=lambda c: c.depth)
    return Contact(before.t, here.t, deepest.a, deepest.b, deepest.depth, deepest.at)


@dataclass(frozen=True)
class _Fixed:
    grid: kernels.Grid
    name: tuple[str, ...]


def _structures(terminal: Terminal) -> _Fixed:
    rows = terminal.structures
    local = np.array([(-s.length / 2, -s.width / 2, 0.0, s.length / 2, s.width / 2, s.height) for s in rows])
    x, y, z, yaw = np.array([(s.x, s.y, s.z, s.yaw) for s in rows], float).reshape(-1, 4).T
    names = tuple(f"{s.kind} {s.name}" for s in rows)
    return _Fixed(kernels.grid(boxes_at(x, y, z, yaw, local.reshape(-1, 6))), names)


def _touches(moment: Moment, fixed: _Fixed, deeper: float, *, whole: bool) -> Iterator[Touch]:
    """Everything that overlaps at *moment*; with *whole* also boxes that stand in each other."""
    moving = bodies(moment)
    seen = _Seen(moment, moving, deeper)
    i, j, _ = kernels.close_pairs(moving.boxes, moving.machine, 0.0)
    yield from seen.machines(i, j)
    for stood in (standing(moment.containers), afloat(moment)):
        i, j, _ = kernels.close_between(moving.boxes, stood.grid, 0.0)
        name = moment.containers.about.name
        yield from seen.others(i, stood.grid.boxes[j], [name[c] for c in stood.container[j].tolist()])
        if whole:
            yield from _crowded(moment, stood, deeper)
    i, j, _ = kernels.close_between(moving.boxes, fixed.grid, 0.0)
    yield from seen.others(i, fixed.grid.boxes[j], [fixed.name[k] for k in j.tolist()])
    yield from _at_sea(moment, seen, deeper)
    yield from _ground(moment, seen, deeper)


class _Seen:
    """The bodies of one moment, and how deep they are in what is near them."""

    def __init__(self, moment: Moment, moving: Bodies, deeper: float) -> None:
        self.moment, self.moving, self.deeper = moment, moving, deeper
        self.known = np.flatnonzero(np.isfinite(moment.machine_boxes[0]).all(axis=1))  # rows of the part table's boxes

    def who(self, body: int) -> str:
        return self.moment.machines.name[int(self.moving.machine[body])]

    def part(self, body: int) -> str:
        part, table = int(self.moving.part[body]), self.moment.parts.table
        if part == LOAD:
            return self.moment.containers.about.name[int(self.moving.load[body])]
        return str(table.kinds[table.kind[part]].parts[table.part[part]].name)

    def machines(self, i: Ints, j: Ints) -> Iterator[Touch]:
        depth = kernels.depth(self.moving.boxes[i], self.moving.boxes[j])
        for k in np.flatnonzero(depth > self.deeper).tolist():
            a, b = sorted((int(i[k]), int(j[k])), key=self.who)
            deep = self._exact(a, self.moving.boxes[b], float(depth[k]))
            deep = min(deep, self._exact(b, self.moving.boxes[a], float(depth[k])))
            if deep > self.deeper:
                yield Touch(self.who(a), self.who(b), self.part(a), self.part(b), deep)

    def others(self, i: Ints, boxes: Floats, names: list[str]) -> Iterator[Touch]:
        depth = kernels.depth(self.moving.boxes[i], boxes)
        for k in np.flatnonzero(depth > self.deeper).tolist():
            deep = self._exact(int(i[k]), boxes[k], float(depth[k]))
            if deep > self.deeper:
                yield Touch(self.who(int(i[k])), names[k], self.part(int(i[k])), "", deep)

    def _exact(self, body: int, other: Floats, depth: float) -> float:
        """*depth*, or less where the body is a luffed part."""
        part, parts = int(self.moving.part[body]), self.moment.parts
        if part == LOAD or abs(parts.pitch[part]) < 1e-3:
            return depth
        x0, y0, z0, x1, y1, z1 = parts.table.boxes[1][self.known[body]]
        cuts = np.linspace(x0, x1, max(int(np.ceil((x1 - x0) / SLICE)), 1) + 1)
        cos, sin = np.cos(parts.pitch[part]), np.sin(parts.pitch[part])
        xs = np.stack([cuts[:-1], cuts[:-1], cuts[1:], cuts[1:]], axis=1)
        zs = np.array([z0, z1, z0, z1])
        along, up = cos * xs - sin * zs, sin * xs + cos * zs
        y = np.full(len(xs), 1.0)
        local = np.stack([along.min(1), y0 * y, up.min(1), along.max(1), y1 * y, up.max(1)], axis=1)
        x_, y_, z_ = (parts.position[part, c] * y for c in range(3))
        slices = boxes_at(x_, y_, z_, parts.yaw[part] * y, local)
        return float(kernels.depth(slices, np.tile(other, (len(slices), 1))).max())


# -- ships, the wall, the ground


def _at_sea(moment: Moment, seen: _Seen, deeper: float) -> Iterator[Touch]:
    boxes, vessel = hulls(moment)
    if not len(boxes):
        return
    name, moving = moment.vessels.name, seen.moving
    i, j, _ = kernels.close_between(moving.boxes, kernels.grid(boxes), 0.0)
    kept = ~_in_cargo_space(moment, moving, i, vessel[j])
    yield from seen.others(i[kept], boxes[j[kept]], [f"hull of {name[v]}" for v in vessel[j[kept]].tolist()])
    i, j, _ = kernels.close_pairs(boxes, vessel, 0.0)
    depth = kernels.depth(boxes[i], boxes[j])
    for k in np.flatnonzero(depth > deeper).tolist():
        a, b = sorted((name[vessel[i[k]]], name[vessel[j[k]]]))
        yield Touch(f"hull of {a}", f"hull of {b}", "", "", float(depth[k]))
    for quay in moment.terminal.quays:
        inland = _inland(quay.x0, quay.y0, quay.x1, quay.y1, corners(boxes))
        for k in np.flatnonzero(inland.max(axis=1) > deeper).tolist():
            yield Touch(f"hull of {name[vessel[k]]}", f"quay {quay.name}", "", "", float(inland[k].max()))


def _inland(x0: float, y0: float, x1: float, y1: float, points: Floats) -> Floats:
    """Metres (n, 4) that points (n, 4, 2) lie landward of a quay wall; negative over water, or beside the quay."""
    long = float(np.hypot(x1 - x0, y1 - y0))
    ux, uy = (x1 - x0) / long, (y1 - y0) / long
    dx, dy = points[..., 0] - x0, points[..., 1] - y0
    s, v = ux * dx + uy * dy, ux * dy - uy * dx
    return np.where((s >= 0) & (s <= long), v, -1.0)


def _in_cargo_space(moment: Moment, moving: Bodies, body: Ints, vessel: Ints) -> Bools:
    """Whether bodies (n,) hang from a hoist inside the cargo space of the ship beside them."""
    hung = (moving.part[body] == LOAD) | _hoisted(moment)[np.maximum(moving.part[body], 0)]
    v, out = moment.vessels, np.zeros(len(body), bool)
    for k in np.flatnonzero(hung).tolist():
        ship = int(vessel[k])
        kind = moment.terminal.catalogue.vessels.get(v.kind[ship])
        box = moving.boxes[body[k]]
        delta = corners(box[None])[0] - (v.x[ship], v.y[ship])
        cos, sin = np.cos(v.yaw[ship]), np.sin(v.yaw[ship])
        ahead, port = cos * delta[:, 0] + sin * delta[:, 1], cos * delta[:, 1] - sin * delta[:, 0]
        out[k] = kind is None or _open(kind, ahead, port, float(box[2] - v.z[ship]))
    return out


def _open(kind: VesselClass, ahead: Floats, port: Floats, bottom: float) -> bool:
    if not kind.bays:
        return False
    side = kind.rows * kind.row_pitch / 2 + CARGO_SIDE
    inside = ahead.min() >= min(kind.bays) - CARGO_END and ahead.max() <= max(kind.bays) + CARGO_END
    return bool(inside and np.abs(port).max() <= side and bottom >= kind.hold_z - ROUNDING)


def _hoisted(moment: Moment) -> Bools:
    """(p,) parts that a hoist moves, and hatch covers."""
    table = moment.parts.table
    out = np.zeros(max(len(table.machine), 1), bool)
    for k, kind in enumerate(table.kinds):
        column = kind.joint("hoist")
        mine = np.flatnonzero(table.kind == k)
        out[mine] = kind.group == "hatch"
        if column >= 0:
            out[mine] |= np.any(table.move[mine, :, column] != 0, axis=1)
    return out


def _ground(moment: Moment, seen: _Seen, deeper: float) -> Iterator[Touch]:
    quays, boxes = moment.terminal.quays, seen.moving.boxes
    for k in np.flatnonzero(boxes[:, 2] < -deeper).tolist():
        middle = corners(boxes[k : k + 1])
        if all(_inland(q.x0, q.y0, q.x1, q.y1, middle).max() > 0 for q in quays):
            yield Touch(seen.who(k), "the ground", seen.part(k), "", float(-boxes[k, 2]))


def _crowded(moment: Moment, stood: Standing, deeper: float) -> Iterator[Touch]:
    """Boxes too long or wide for their slots, or loose, that stand in others."""
    c, name = moment.containers, moment.containers.about.name
    rows = stood.container
    odd = np.flatnonzero(
        (c.about.length[rows] > SHORT) | (c.about.width[rows] > NARROW) | (c.kind[rows] == PlaceKind.SOMEWHERE)
    )
    i, j, _ = kernels.close_between(stood.grid.boxes[odd], stood.grid, 0.0)
    i = odd[i]
    depth = np.where(i != j, kernels.depth(stood.grid.boxes[i], stood.grid.boxes[j]), 0.0)
    for k in np.flatnonzero(depth > deeper).tolist():
        a, b = sorted((name[rows[i[k]]], name[rows[j[k]]]))
        yield Touch(a, b, "", "", float(depth[k]))
