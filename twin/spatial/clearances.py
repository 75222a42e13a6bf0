"""How far machines are from each other, from stacks and from ships.

Geometry only: whether that is too near is a rule's business.
"""

from dataclasses import dataclass

import numpy as np

from twin.geometry import Floats, Ints
from twin.moment import Moment
from twin.spatial import kernels
from twin.spatial.bodies import LOAD, Bodies, Standing, afloat, bodies, hulls, standing
from twin.spatial.places import place_in_words


@dataclass(frozen=True)
class Clearances:
    """Pairs of things (n), nearest first: *metres* apart between *p1* on a and *p2* on b (n, 3), 0 where they touch.

    a is a machine; *part_a* its part that is nearest, or 'load …'.  b is a 'machine', a 'container' or a 'vessel'
    (*kind_b*); *part_b* is its part, its address or 'hull'.  *row_a*, *row_b* (n,) are their rows in the moment.
    """

    who_a: tuple[str, ...]
    part_a: tuple[str, ...]
    kind_b: tuple[str, ...]
    who_b: tuple[str, ...]
    part_b: tuple[str, ...]
    row_a: Ints
    row_b: Ints
    metres: Floats
    p1: Floats
    p2: Floats

    def __len__(self) -> int:
        return len(self.metres)


@dataclass(frozen=True)
class _Pairs:
    """Nearest pairs found (k): body i, a box (k, 8) of the other, the row of the other, the part of it."""

    kind: str
    body: Ints
    other: Floats
    row: Ints
    part: Ints
    metres: Floats


def clearances(moment: Moment, within: float) -> Clearances:
    """Every pair of things at most *within* metres apart, one row a pair, at its nearest parts.

    A thing is a machine with all it carries, a stack (named after its nearest box), or a hull.  Its own parts and its
    own load never count.  A crane over its own stacks is reported like any other.  Raises `BadBox`.
    """
    moving = bodies(moment)
    found = [
        _machines(moving, within),
        _stacks(moving, standing(moment.containers), within),
        _stacks(moving, afloat(moment), within),
        _hulls(moment, moving, within),
    ]
    metres = np.concatenate([pairs.metres for pairs in found])
    order = np.argsort(metres, kind="stable")
    body, row = (np.concatenate([getattr(pairs, column) for pairs in found])[order] for column in ("body", "row"))
    other = np.concatenate([pairs.other for pairs in found])[order]
    part = np.concatenate([pairs.part for pairs in found])[order]
    kind = tuple(np.repeat([pairs.kind for pairs in found], [len(pairs.body) for pairs in found])[order].tolist())
    metres, p1, p2 = kernels.nearest_points(moving.boxes[body], other)
    machine = moving.machine[body]
    who_b, part_b = _others(moment, moving, kind, row, part)
    names = moment.machines.name
    return Clearances(
        tuple(names[m] for m in machine.tolist()), _part_names(moment, moving, body), kind, who_b, part_b,
        machine, row, metres, p1, p2,
    )  # fmt: skip


def _machines(moving: Bodies, within: float) -> _Pairs:
    i, j, metres = kernels.close_pairs(moving.boxes, moving.machine, within)
    swap = moving.machine[i] > moving.machine[j]
    i, j = np.where(swap, j, i), np.where(swap, i, j)
    best = _nearest_each(moving.machine[i], moving.machine[j], metres)
    i, j = i[best], j[best]
    return _Pairs("machine", i, moving.boxes[j], moving.machine[j], j, metres[best])


def _stacks(moving: Bodies, stood: Standing, within: float) -> _Pairs:
    i, j, metres = kernels.close_between(moving.boxes, stood.grid, within)
    best = _nearest_each(moving.machine[i], stood.stack[j], metres)
    i, j = i[best], j[best]
    return _Pairs("container", i, stood.grid.boxes[j], stood.container[j], j, metres[best])


def _hulls(moment: Moment, moving: Bodies, within: float) -> _Pairs:
    boxes, vessel = hulls(moment)
    i, j, metres = kernels.close_between(moving.boxes, kernels.grid(boxes), within)
    best = _nearest_each(moving.machine[i], vessel[j], metres)
    i, j = i[best], j[best]
    return _Pairs("vessel", i, boxes[j], vessel[j], j, metres[best])


def _nearest_each(a: Ints, b: Ints, metres: Floats) -> Ints:
    """Index of the nearest of each pair (a, b); the first of equals."""
    order = np.lexsort((metres, b, a))
    a, b = a[order], b[order]
    new = np.ones(len(order), bool)
    new[1:] = (a[1:] != a[:-1]) | (b[1:] != b[:-1])
    return np.sort(order[new])


def _part_names(moment: Moment, moving: Bodies, body: Ints) -> tuple[str, ...]:
    table, names = moment.parts.table, moment.containers.about.name
    kind, part = table.kind, table.part
    return tuple(
        f"load {names[moving.load[b]]}" if (p := moving.part[b]) == LOAD else table.kinds[kind[p]].parts[part[p]].name
        for b in body.tolist()
    )


def _others(
    moment: Moment, moving: Bodies, kind: tuple[str, ...], row: Ints, part: Ints
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    who, parts = [], []
    for what, r, p in zip(kind, row.tolist(), part.tolist(), strict=True):
        if what == "machine":
            who.append(moment.machines.name[r])
            parts.append(_part_names(moment, moving, np.array([p]))[0])
        elif what == "container":
            who.append(moment.containers.about.name[r])
            parts.append(place_in_words(moment, r))
        else:
            who.append(moment.vessels.name[r])
            parts.append("hull")
    return tuple(who), tuple(parts)
