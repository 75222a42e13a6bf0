"""Axis-aligned bounds of yaw boxes, and a uniform grid over many of them."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from twin.geometry import Floats, Ints

CELL = 16.0  # metres; reference measurement: as fast as 32 m for stacks, fewer candidates
SLACK = 1e-6  # metres added to every reach, so that rounding in a bound never loses a pair the exact distance keeps


def bounds(boxes: Floats) -> Floats:
    """Axis-aligned bounds (n, 6) x0 y0 z0 x1 y1 z1 of yaw boxes (n, 8)."""
    cos, sin = np.abs(boxes[:, 6]), np.abs(boxes[:, 7])
    ex, ey = boxes[:, 4] * cos + boxes[:, 5] * sin, boxes[:, 4] * sin + boxes[:, 5] * cos
    x, y = boxes[:, 0], boxes[:, 1]
    return np.stack([x - ex, y - ey, boxes[:, 2], x + ex, y + ey, boxes[:, 3]], axis=1)


def owner_bounds(low_high: Floats, starts: Ints) -> Floats:
    """Bounds (m, 6) around each run of *low_high* (n, 6) that begins at *starts* (m,)."""
    low = np.minimum.reduceat(low_high[:, :3], starts, axis=0)
    return np.hstack([low, np.maximum.reduceat(low_high[:, 3:], starts, axis=0)])


def spread(counts: Ints) -> tuple[Ints, Ints]:
    """(which, nth): which[k] is the run that element k belongs to and nth[k] its place in it, for runs of *counts*."""
    which = np.repeat(np.arange(len(counts)), counts)
    return which, np.arange(len(which)) - np.repeat(np.cumsum(counts) - counts, counts)


@dataclass(frozen=True)
class Grid:
    """Yaw boxes binned by their centres, for asking what is near; build once per yard, ask every frame.

    The boxes of cell c (row-major, *columns* wide) are ``order[start[c]:start[c + 1]]``; *reach* is the
    furthest any bound sticks out from its centre in x and in y, metres.
    """

    boxes: Floats
    bounds: Floats
    origin: tuple[float, float]
    cell: float
    columns: int
    lines: int
    start: Ints
    order: Ints
    reach: tuple[float, float]

    @cached_property
    def cells(self) -> tuple[Ints, Floats]:
        """Cells (c,) that hold boxes, and the bounds (c, 6) around what they hold."""
        filled = np.flatnonzero(np.diff(self.start))
        return filled, owner_bounds(self.bounds[self.order], self.start[filled]) if len(filled) else np.zeros((0, 6))

    @cached_property
    def heights(self) -> tuple[float, float]:
        """Lowest and highest z of the boxes."""
        if not len(self.boxes):
            return np.inf, -np.inf
        return float(self.boxes[:, 2].min()), float(self.boxes[:, 3].max())

    def inside(self, cells: Ints) -> Ints:
        """The boxes of *cells*."""
        first = self.start[cells]
        which, nth = spread(self.start[cells + 1] - first)
        boxes: Ints = self.order[first[which] + nth]
        return boxes

    def span(self, low_high: Floats, within: float) -> Ints:
        """Cells (n, 4) first column, first line, last column, last line to look in around *low_high* (n, 6)."""
        spans = np.empty((len(low_high), 4), np.int64)
        for axis, last in ((0, self.columns - 1), (1, self.lines - 1)):
            out = within + self.reach[axis] + SLACK
            for column, edge in ((axis, low_high[:, axis] - out), (axis + 2, low_high[:, axis + 3] + out)):
                # One cell off either end means "outside"; the caller clips after comparing first with last.
                spans[:, column] = np.clip(np.floor((edge - self.origin[axis]) / self.cell), -1, last + 1)
        low, high = self.heights  # most of a crane is above any stack
        missed = (low_high[:, 2] > high + within + SLACK) | (low_high[:, 5] < low - within - SLACK)
        missed |= (spans[:, 0] > self.columns - 1) | (spans[:, 1] > self.lines - 1) | (spans[:, 2:] < 0).any(axis=1)
        spans = np.clip(spans, 0, [self.columns - 1, self.lines - 1] * 2)
        spans[missed] = 0, 0, -1, -1
        return spans


def gridded(boxes: Floats) -> Grid:
    """A `Grid` of sound *boxes* (n, 8); cells grow where boxes lie far apart, so there are seldom more than boxes."""
    around = bounds(boxes)
    if not len(boxes):
        return Grid(boxes, around, (0.0, 0.0), CELL, 1, 1, np.zeros(2, np.int64), np.zeros(0, np.int64), (0.0, 0.0))
    x, y = boxes[:, 0].copy(), boxes[:, 1].copy()  # whole columns: reductions down a row-major table are 5 x slower
    x0, y0 = float(x.min()), float(y.min())
    width, length, cell = float(x.max()) - x0, float(y.max()) - y0, CELL
    while (width / cell + 1) * (length / cell + 1) > 4 * len(boxes) + 4096:
        cell *= 2
    columns, lines = int(width / cell) + 1, int(length / cell) + 1
    column = np.minimum(((x - x0) / cell).astype(np.int64), columns - 1)
    key = np.minimum(((y - y0) / cell).astype(np.int64), lines - 1) * columns + column
    start = np.concatenate([[0], np.cumsum(np.bincount(key, minlength=columns * lines))]).astype(np.int64)
    if columns * lines <= 1 << 16:
        key = key.astype(np.uint16)  # numpy sorts 16 bits by radix: a tenth of the time
    reach = tuple(float((around[:, axis + 3] - around[:, axis]).max()) / 2 for axis in (0, 1))
    order = np.argsort(key, kind="stable").astype(np.int64)
    return Grid(boxes, around, (x0, y0), cell, columns, lines, start, order, (reach[0], reach[1]))
