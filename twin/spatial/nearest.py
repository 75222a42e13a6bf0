"""Where a named thing is, and which thing a ray hits first."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain

import numpy as np

from twin.errors import UnknownName
from twin.geometry import Bools, Floats, Ints, turned
from twin.moment import Moment
from twin.spatial.bodies import afloat, bodies, hulls, standing
from twin.spatial.places import at_in_words, place_in_words
from twin.spatial.stacks import under

FAR = 1e-9  # a ray component below this is taken as lying along the slab


@dataclass(frozen=True)
class Found:
    """Where a thing is, in *words* and x, y, z (site frame; NaN where not known).

    *kind* is 'machine', 'vessel', 'container' or 'block', *row* its row in the moment.
    """

    kind: str
    name: str
    row: int
    words: str
    x: float
    y: float
    z: float


@dataclass(frozen=True)
class Picked:
    """What a ray hit, at *point* (3,), *metres* along the ray, and where that is in *words*.

    *kind* is 'container', 'machine', 'vessel' or 'ground' (row -1).
    """

    kind: str
    name: str
    row: int
    words: str
    point: Floats
    metres: float


def find(moment: Moment, name: str) -> Found:
    """Where the machine, vessel, container or block called *name* is.  Raises `UnknownName`."""
    known: dict[str, tuple[Mapping[str, int], int]] = {
        "machine": (moment.roster.machines.row, len(moment.machines)),
        "vessel": (moment.roster.vessels.row, len(moment.vessels)),
        "block": (moment.terminal.block_row, len(moment.terminal.blocks)),
        "container": (moment.roster.containers.row, len(moment.containers)),
    }
    for kind, (rows, count) in known.items():
        if 0 <= (row := rows.get(name, -1)) < count:
            words, (x, y, z) = _PLACES[kind](moment, row)
            return Found(kind, name, row, words, float(x), float(y), float(z))
    names = chain.from_iterable(rows for rows, _ in known.values())
    raise UnknownName("machine, vessel, block or container", name, names)


def _machine_place(moment: Moment, row: int) -> tuple[str, Floats]:
    m = moment.machines
    at = np.array([m.x[row], m.y[row], m.z[row]])
    if m.gone[row]:
        return "gone", at
    stack = under(moment, at[0], at[1]) if np.isfinite(at).all() else None
    near = f", over block {stack.block}, bay {stack.bay}, row {stack.row}" if stack else ""
    return at_in_words(*at.tolist()) + near, at


def _vessel_place(moment: Moment, row: int) -> tuple[str, Floats]:
    v = moment.vessels
    at = np.array([v.x[row], v.y[row], v.z[row]]) if v.present[row] else np.full(3, np.nan)
    return "gone" if v.gone[row] else at_in_words(*at.tolist()), at


def _container_place(moment: Moment, row: int) -> tuple[str, Floats]:
    base, _ = moment.positions
    return place_in_words(moment, row), base[row]


def _block_place(moment: Moment, row: int) -> tuple[str, Floats]:
    b = moment.terminal.blocks
    along, across = b.bays[row] * b.bay_pitch[row] / 2, b.rows[row] * b.row_pitch[row] * b.row_sign[row] / 2
    dx, dy = turned(along, across, b.yaw[row])
    size = f"{b.bays[row]} bays, {b.rows[row]} rows, {b.tiers[row]} high"
    return size, np.array([b.x[row] + dx, b.y[row] + dy, b.z[row]])


_PLACES = {"machine": _machine_place, "vessel": _vessel_place, "container": _container_place, "block": _block_place}


def pick(moment: Moment, origin: Floats, direction: Floats) -> Picked | None:
    """What the ray from *origin* (3,) along *direction* (3,) hits first; None where it goes into the sky."""
    origin, direction = np.asarray(origin, float), np.asarray(direction, float)
    direction = direction / np.linalg.norm(direction)
    hits = [hit for hit in _hits(moment, origin, direction) if hit is not None]
    if not hits:
        return None
    metres, kind, row = min(hits, key=lambda hit: hit[0])  # of equals the first: the ground comes last
    words, name = _described(moment, kind, row)
    point = origin + metres * direction
    return Picked(kind, name, row, words or at_in_words(*point.tolist()), point, metres)


Hit = tuple[float, str, int]


def _hits(moment: Moment, origin: Floats, direction: Floats) -> list[Hit | None]:
    moving, (hull, vessel) = bodies(moment), hulls(moment)
    is_load = moving.load >= 0
    out = [
        _first(moving.boxes[~is_load], moving.machine[~is_load], "machine", origin, direction),
        _first(moving.boxes[is_load], moving.load[is_load], "container", origin, direction),
        _first(hull, vessel, "vessel", origin, direction),
    ]
    for stood in (standing(moment.containers), afloat(moment)):
        cells, around = stood.grid.cells
        near = stood.grid.inside(cells[_meets(around, origin, direction)])
        out.append(_first(stood.grid.boxes[near], stood.container[near], "container", origin, direction))
    down = -origin[2] / direction[2] if abs(direction[2]) > FAR else -1.0
    out.append((float(down), "ground", -1) if down >= 0 else None)
    return out


def _meets(around: Floats, origin: Floats, direction: Floats) -> Bools:
    enter, leave = _slabs(around[:, :3] - origin, around[:, 3:] - origin, np.broadcast_to(direction, (len(around), 3)))
    meets: Bools = leave >= np.maximum(enter, 0)
    return meets


def _first(boxes: Floats, rows: Ints, kind: str, origin: Floats, direction: Floats) -> Hit | None:
    """Where the ray enters the first of yaw boxes (n, 8)."""
    if not len(boxes):
        return None
    cos, sin = boxes[:, 6], boxes[:, 7]
    x, y = origin[0] - boxes[:, 0], origin[1] - boxes[:, 1]
    start = np.stack([x * cos + y * sin, y * cos - x * sin, np.full(len(boxes), origin[2])], axis=1)
    dx, dy, dz = direction
    along = np.stack([dx * cos + dy * sin, dy * cos - dx * sin, np.full(len(boxes), dz)], axis=1)
    half = boxes[:, 4:6]
    low = np.hstack([-half, boxes[:, 2:3]]) - start
    high = np.hstack([half, boxes[:, 3:4]]) - start
    enter, leave = _slabs(low, high, along)
    enter = np.maximum(enter, 0)
    enter[leave < enter] = np.inf
    best = int(enter.argmin())
    return (float(enter[best]), kind, int(rows[best])) if np.isfinite(enter[best]) else None


def _slabs(low: Floats, high: Floats, along: Floats) -> tuple[Floats, Floats]:
    """Metres (n,) along a ray at which it enters and leaves *low* to *high* (n, 3), given relative to its start."""
    along = np.where(np.abs(along) < FAR, FAR, along)
    first, second = low / along, high / along
    return np.minimum(first, second).max(axis=1), np.maximum(first, second).min(axis=1)


def _described(moment: Moment, kind: str, row: int) -> tuple[str, str]:
    """A place in words and the name of what was hit."""
    if kind == "container":
        return place_in_words(moment, row), moment.containers.about.name[row]
    if kind == "machine":
        return _machine_place(moment, row)[0], moment.machines.name[row]
    if kind == "vessel":
        return _vessel_place(moment, row)[0], moment.vessels.name[row]
    return "", "ground"
