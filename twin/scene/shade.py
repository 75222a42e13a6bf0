"""Shadows that boxes cast on each other, reckoned on their grid: no shadow map, no extra pass.

In the grid's frame the sun stands in one of four quarters.  Along each axis a column throws its shadow's upper edge on
its neighbours' near sides; what a side or a roof has below that edge is in the dark.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from twin.geometry import Floats, Ints
from twin.scene.stacks import Boxes

ROWS_AWAY, BAYS_AWAY = 6, 3
LID = 0.10  # metres: dark between stacks of one height, this far below their roofs
EVEN = 0.45


@dataclass(frozen=True)
class Grid:
    """Heights of columns (bays + 2, rows + 2), and the spacing and gaps of the stacks in metres.

    *sun* is the unit vector towards the sun in the grid's frame: bays along +x, rows along +y.
    """

    heights: Floats
    bay_pitch: float
    row_pitch: float
    sun: Floats
    bay_gap: float = 0.4
    row_gap: float = 0.39

    def edges(self) -> tuple[Floats, Floats]:
        """How high the shadow reaches on the side of each column that faces the sun along x and along y."""
        return (
            self._edge(0, self.bay_pitch, self.bay_gap, BAYS_AWAY),
            self._edge(1, self.row_pitch, self.row_gap, ROWS_AWAY),
        )

    def _edge(self, axis: int, pitch: float, gap: float, away: int) -> Floats:
        fall = self.sun[2] / max(abs(self.sun[axis]), 1e-3)
        towards = 1 if self.sun[axis] > 0 else -1
        out = np.full_like(self.heights, -np.inf)
        for k in range(1, away + 1):
            moved = np.full_like(self.heights, -np.inf)
            here, there = _shift(axis, k * towards, self.heights.shape)
            moved[here] = self.heights[there]
            np.maximum(out, moved - fall * (gap + (k - 1) * pitch), out=out)
        return out


def _shift(axis: int, by: int, shape: tuple[int, ...]) -> tuple[tuple[slice, slice], tuple[slice, slice]]:
    n = shape[axis]
    here, there = (slice(max(0, -by), max(0, min(n, n - by))), slice(max(0, by), max(0, min(n, n + by))))
    whole = slice(None)
    return ((here, whole), (there, whole)) if axis == 0 else ((whole, here), (whole, there))


@dataclass(frozen=True)
class Roofs:
    """Roofs cut where a shadow's edge runs: box rows (r,), pieces x0 y0 x1 y1 (r, 4; 0..1), *dark* (r,)."""

    rows: Ints
    piece: Floats
    dark: npt.NDArray[np.bool_]


def roofs(boxes: Boxes, rows: Ints, grid: Grid, edges: tuple[Floats, Floats]) -> Roofs:
    """The roofs of box *rows*, lit and dark pieces."""
    if not len(rows):
        return Roofs(rows, np.zeros((0, 4)), np.zeros(0, bool))
    top, width, length = boxes.top[rows], boxes.size[rows, 1], boxes.size[rows, 0]
    a, b, r = boxes.low[rows], boxes.high[rows], boxes.row[rows]
    fall_x = grid.sun[2] / max(abs(grid.sun[0]), 1e-3)
    fall_y = grid.sun[2] / max(abs(grid.sun[1]), 1e-3)
    cover_a = np.clip((edges[1][a, r] - top) / fall_y / width, 0, 1)
    cover_b = np.clip((edges[1][b, r] - top) / fall_y / width, 0, 1)
    sunny = np.where(grid.sun[0] > 0, b, a)
    end = np.clip((edges[0][sunny, r] - top) / fall_x / length, 0, 1)
    end = np.where(end * length < 0.15, 0.0, end)
    halves = (a != b) & (np.abs(cover_a - cover_b) > 0.12)
    whole = np.flatnonzero(~halves)
    split = np.flatnonzero(halves)
    row = np.concatenate([whole, split, split])
    x0 = np.concatenate([np.zeros(len(whole) + len(split)), np.full(len(split), 0.5)])
    x1 = np.concatenate([np.ones(len(whole)), np.full(len(split), 0.5), np.ones(len(split))])
    cover = np.concatenate([np.maximum(cover_a, cover_b)[whole], cover_a[split], cover_b[split]])
    cover = np.where(cover < 0.06, 0.0, np.where(cover > 0.94, 1.0, cover))
    return _cut(rows, row, x0, x1, cover, end, grid)


def _cut(rows: Ints, row: Ints, x0: Floats, x1: Floats, cover: Floats, end: Floats, grid: Grid) -> Roofs:
    """Pieces x0..x1 of roofs into: the dark end, the dark long side, the lit rest."""
    lit_x0 = x0 if grid.sun[0] > 0 else np.maximum(x0, end[row])
    lit_x1 = np.minimum(x1, 1 - end[row]) if grid.sun[0] > 0 else x1
    low = np.where(grid.sun[1] > 0, 1 - cover, 0.0)
    high = np.where(grid.sun[1] > 0, 1.0, cover)
    zero, one = np.zeros_like(x0), np.ones_like(x0)
    dark_end = (x0, zero, lit_x0, one) if grid.sun[0] <= 0 else (lit_x1, zero, x1, one)
    parts = [dark_end, (lit_x0, low, lit_x1, high), (lit_x0, np.where(grid.sun[1] > 0, 0.0, cover), lit_x1,
                                                     np.where(grid.sun[1] > 0, 1 - cover, 1.0))]  # fmt: skip
    pieces = np.concatenate([np.stack(part, axis=1) for part in parts])
    dark = np.repeat([True, True, False], len(row))
    keep = (pieces[:, 2] - pieces[:, 0] > 1e-6) & (pieces[:, 3] - pieces[:, 1] > 1e-6)
    return Roofs(rows[np.tile(row, 3)[keep]], pieces[keep], dark[keep])


def wall_shadow(
    boxes: Boxes, face: npt.NDArray[np.int8], rows: Ints, grid: Grid, edges: tuple[Floats, Floats]
) -> Floats:
    """(q, 2) how much of the sun the lower and upper corners of sides see, 0 or 1; 1 for sides turned away from it."""
    out = np.ones((len(rows), 2))
    for number, axis, sunny in (
        (0, 0, grid.sun[0] > 0),
        (1, 0, grid.sun[0] < 0),
        (2, 1, grid.sun[1] > 0),
        (3, 1, grid.sun[1] < 0),
    ):
        mine = np.flatnonzero(face == number)
        if not sunny or not len(mine):
            continue
        box = rows[mine]
        column = boxes.high[box] if number == 0 else boxes.low[box]
        edge = edges[axis][column, boxes.row[box]]
        if axis == 1:
            edge = np.maximum(edge, edges[axis][boxes.high[box], boxes.row[box]])
        height = boxes.size[box, 2]
        share = (edge - boxes.base[box, 2]) / height
        out[mine, 0], out[mine, 1] = share < 0.25, share < 0.85
    return out


def lids(boxes: Boxes, rows: Ints, grid: Grid) -> Floats:
    """(l, 6) dark strips x0 y0 x1 y1 about the box's centre, z, and box row: between roofs of one height.

    Faces that stand against each other are left out of the mesh; without a lid one would look through the gap.
    """
    a, b, r = boxes.low[rows], boxes.high[rows], boxes.row[rows]
    top, half = boxes.top[rows], boxes.size[rows] / 2
    beside = np.minimum(grid.heights[a, r + 1], grid.heights[b, r + 1])
    ahead = grid.heights[b + 1, r]
    long, wide = np.abs(beside - top) < EVEN, np.abs(ahead - top) < EVEN
    strips = []
    for mine, kind in ((np.flatnonzero(long), 0), (np.flatnonzero(wide), 1)):
        hx, hy = half[mine, 0], half[mine, 1]
        z = np.minimum(top, beside if kind == 0 else ahead)[mine] - LID
        across = np.maximum(grid.row_pitch - 2 * hy, 0.05)
        along = (b - a + 1)[mine] * grid.bay_pitch - 2 * hx + 0.02
        box = (-hx, hy, hx, hy + across) if kind == 0 else (hx, -hy, hx + np.maximum(along, 0.05), hy)
        strips.append(np.stack([*box, z, rows[mine]], axis=1))
    return np.concatenate(strips)


def cast(boxes: Boxes, rows: Ints, grid: Grid) -> Ints:
    """Those of the roofs *rows* whose shadow falls outside the grid: of each bay and each row the farthest reaching."""
    high = boxes.top[rows][:, None]
    reach = -grid.sun[:2] / grid.sun[2] * high
    bays, wide = grid.heights.shape[0] - 2, grid.heights.shape[1] - 2
    x = (boxes.low[rows] + boxes.high[rows] - 1) / 2 * grid.bay_pitch + reach[:, 0]
    y = (boxes.row[rows] - 0.5) * grid.row_pitch + reach[:, 1]
    over_x = np.maximum(-x, x - bays * grid.bay_pitch) + (boxes.high - boxes.low + 1)[rows] * grid.bay_pitch / 2
    over_y = np.maximum(-y, y - wide * grid.row_pitch) + grid.row_pitch / 2
    chosen = [_farthest(over, lane) for over, lane in ((over_x, boxes.row[rows]), (over_y, boxes.low[rows]))]
    return rows[np.unique(np.concatenate(chosen))]


def _farthest(over: Floats, lane: Ints) -> Ints:
    """Index of the largest *over* of each *lane*, where it is more than nothing."""
    out = np.flatnonzero(over > 0.2)
    out = out[np.lexsort((-over[out], lane[out]))]
    return out[np.flatnonzero(np.diff(lane[out], prepend=-1))]


def outlines(boxes: Boxes, rows: Ints, sun: Floats, foot: float) -> Floats:
    """(n, 6, 2) hexagons that upright prisms over the boxes *rows*, standing on z = *foot*, shade on that plane.

    *sun* is in the boxes' frame, the one that their base and turn are given in.
    """
    half, turn = boxes.size[rows] / 2, boxes.turn[rows]
    shift = -sun[:2] / sun[2] * (boxes.top[rows] - foot)[:, None]
    cos, sin = np.cos(turn), np.sin(turn)
    dx, dy = cos * shift[:, 0] + sin * shift[:, 1], -sin * shift[:, 0] + cos * shift[:, 1]
    sx, sy = np.where(dx >= 0, 1.0, -1.0), np.where(dy >= 0, 1.0, -1.0)
    corner = np.array([[-1, -1], [1, -1], [1, -1], [1, 1], [-1, 1], [-1, 1]])
    moved = np.array([0, 0, 1, 1, 1, 0])
    lx = corner[:, 0] * (half[:, 0] * sx)[:, None] + moved * dx[:, None]
    ly = corner[:, 1] * (half[:, 1] * sy)[:, None] + moved * dy[:, None]
    out = np.empty((len(rows), 6, 2))
    out[..., 0] = boxes.base[rows, 0, None] + cos[:, None] * lx - sin[:, None] * ly
    out[..., 1] = boxes.base[rows, 1, None] + sin[:, None] * lx + cos[:, None] * ly
    return out
