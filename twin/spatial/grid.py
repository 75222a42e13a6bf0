"""Axis-aligned bounds of yaw boxes, and a uniform grid over many of them."""

from dataclasses import dataclass

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

    def span(self, low_high: Floats, within: float) -> Ints:
        """Cells (n, 4) first column, first line, last column, last line to look in around *low_high* (n, 6)."""
        spans = np.empty((len(low_high), 4), np.int64)
        for axis, last in ((0, self.columns - 1), (1, self.lines - 1)):
            out = within + self.reach[axis] + SLACK
            for column, edge in ((axis, low_high[:, axis] - out), (axis + 2, low_high[:, axis + 3] + out)):
                # One cell off either end means "outside"; the caller clips after comparing first with last.
                spans[:, column] = np.clip(np.floor((edge - self.origin[axis]) / self.cell), -1, last + 1)
        missed = (spans[:, 0] > self.columns - 1) | (spans[:, 1] > self.lines - 1) | (spans[:, 2:] < 0).any(axis=1)
        spans = np.clip(spans, 0, [self.columns - 1, self.lines - 1] * 2)
        spans[missed] = 0, 0, -1, -1
        return spans


def grid(boxes: Floats) -> Grid:
    """A `Grid` of *boxes* (n, 8); cells grow where the boxes lie far apart, so there are never many more than boxes."""
    around = bounds(boxes)
    if not len(boxes):
        return Grid(boxes, around, (0.0, 0.0), CELL, 1, 1, np.zeros(2, np.int64), np.zeros(0, np.int64), (0.0, 0.0))
    low, size = boxes[:, :2].min(axis=0), np.ptp(boxes[:, :2], axis=0)
    cell = CELL
    while (size[0] / cell + 1) * (size[1] / cell + 1) > 4 * len(boxes) + 4096:
        cell *= 2
    columns, lines = int(size[0] / cell) + 1, int(size[1] / cell) + 1
    at = np.minimum(((boxes[:, :2] - low) / cell).astype(np.int64), [columns - 1, lines - 1])
    key = at[:, 1] * columns + at[:, 0]
    start = np.concatenate([[0], np.cumsum(np.bincount(key, minlength=columns * lines))]).astype(np.int64)
    reach = (around[:, 3:5] - around[:, :2]).max(axis=0) / 2
    return Grid(boxes, around, (float(low[0]), float(low[1])), cell, columns, lines, start,
                np.argsort(key, kind="stable"), (float(reach[0]), float(reach[1])))
