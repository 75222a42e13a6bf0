"""How far machines are from each other, from stacks and from ships.

Geometry only: whether that is too near is a rule's business.
"""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from twin.geometry import Floats, Ints
from twin.moment import Moment
from twin.spatial import kernels
from twin.spatial.bodies import LOAD, Bodies, Standing, afloat, bodies, hulls, standing
from twin.spatial.places import place_in_words

KINDS = ("machine", "container", "vessel")


@dataclass(frozen=True)
class Clearances:
    """Pairs of things (n), nearest first, *metres* (n,) apart, 0 where they touch or overlap.

    a is a machine, row *row_a* (n,) of the moment; b is row *row_b* (n,) of `KINDS`[*kind* (n,)].  Words and points are
    worked out when asked for, which `first` makes cheap.
    """

    moment: Moment
    moving: Bodies
    kind: Ints
    body_a: Ints  # index in moving
    body_b: Ints  # likewise where b is a machine, else -1
    box_b: Floats
    row_b: Ints
    metres: Floats

    def __len__(self) -> int:
        return len(self.metres)

    def first(self, n: int) -> "Clearances":
        """The *n* nearest."""
        columns = {name: getattr(self, name)[:n] for name in _COLUMNS}
        return replace(self, **columns)

    @property
    def row_a(self) -> Ints:
        rows: Ints = self.moving.machine[self.body_a]
        return rows

    @property
    def p1(self) -> Floats:
        """Points (n, 3) of a nearest to b, site frame."""
        return self._points[0]

    @property
    def p2(self) -> Floats:
        """Points (n, 3) of b nearest to a, site frame."""
        return self._points[1]

    @property
    def kind_b(self) -> tuple[str, ...]:
        """'machine', 'container' or 'vessel'."""
        return tuple(KINDS[kind] for kind in self.kind.tolist())

    @cached_property
    def who_a(self) -> tuple[str, ...]:
        """Names of the machines a."""
        return tuple(self.moment.machines.name[row] for row in self.row_a.tolist())

    @cached_property
    def part_a(self) -> tuple[str, ...]:
        """The part of a that is nearest, or 'load …'."""
        return tuple(self._part(body) for body in self.body_a.tolist())

    @cached_property
    def who_b(self) -> tuple[str, ...]:
        """Names of b."""
        names = self.moment.machines.name, self.moment.containers.about.name, self.moment.vessels.name
        return tuple(names[kind][row] for kind, row in zip(self.kind.tolist(), self.row_b.tolist(), strict=True))

    @cached_property
    def part_b(self) -> tuple[str, ...]:
        """The part of machine b, where container b is, or 'hull'."""
        columns = self.kind.tolist(), self.body_b.tolist(), self.row_b.tolist()
        return tuple(self._part_b(*pair) for pair in zip(*columns, strict=True))

    @cached_property
    def _points(self) -> tuple[Floats, Floats]:
        return kernels.nearest_points(self.moving.boxes[self.body_a], self.box_b)[1:]

    def _part(self, body: int) -> str:
        part = int(self.moving.part[body])
        if part == LOAD:
            return f"load {self.moment.containers.about.name[int(self.moving.load[body])]}"
        table = self.moment.parts.table
        return str(table.kinds[table.kind[part]].parts[table.part[part]].name)

    def _part_b(self, kind: int, body: int, row: int) -> str:
        if kind == KINDS.index("machine"):
            return self._part(body)
        return place_in_words(self.moment, row) if kind == KINDS.index("container") else "hull"


_COLUMNS = ("kind", "body_a", "body_b", "box_b", "row_b", "metres")
_Columns = tuple[Ints, Ints, Ints, Floats, Ints, Floats]


def clearances(moment: Moment, within: float) -> Clearances:
    """Every pair of things at most *within* metres apart, one row a pair, at its nearest parts.

    A thing is a machine with all it carries, a stack (named after its nearest box), or a hull.  Its own parts and its
    own load never count.  A crane over its own stacks is reported like any other.  Raises `BadBox`.
    """
    moving = bodies(moment)
    found = (
        _machines(moving, within),
        _stacks(moving, standing(moment.containers), within),
        _stacks(moving, afloat(moment), within),
        _hulls(moment, moving, within),
    )
    columns = [np.concatenate(column) for column in zip(*found, strict=True)]
    order = np.argsort(columns[-1], kind="stable")
    return Clearances(moment, moving, *(column[order] for column in columns))


def _machines(moving: Bodies, within: float) -> _Columns:
    i, j, metres = kernels.close_pairs(moving.boxes, moving.machine, within)
    swap = moving.machine[i] > moving.machine[j]
    i, j = np.where(swap, j, i), np.where(swap, i, j)
    best = _nearest_each(moving.machine[i], moving.machine[j], metres)
    i, j = i[best], j[best]
    return np.zeros(len(i), np.int64), i, j, moving.boxes[j], moving.machine[j], metres[best]


def _stacks(moving: Bodies, stood: Standing, within: float) -> _Columns:
    i, j, metres = kernels.close_between(moving.boxes, stood.grid, within)
    best = _nearest_each(moving.machine[i], stood.stack[j], metres)
    i, j = i[best], j[best]
    kind = np.full(len(i), KINDS.index("container"))
    return kind, i, np.full(len(i), -1), stood.grid.boxes[j], stood.container[j], metres[best]


def _hulls(moment: Moment, moving: Bodies, within: float) -> _Columns:
    boxes, vessel = hulls(moment)
    i, j, metres = kernels.close_between(moving.boxes, kernels.grid(boxes), within)
    best = _nearest_each(moving.machine[i], vessel[j], metres)
    i, j = i[best], j[best]
    return np.full(len(i), KINDS.index("vessel")), i, np.full(len(i), -1), boxes[j], vessel[j], metres[best]


def _nearest_each(a: Ints, b: Ints, metres: Floats) -> Ints:
    """Index of the nearest of each pair (a, b); the first of equals."""
    order = np.lexsort((metres, b, a))
    a, b = a[order], b[order]
    new = np.ones(len(order), bool)
    new[1:] = (a[1:] != a[:-1]) | (b[1:] != b[:-1])
    return np.sort(order[new])
