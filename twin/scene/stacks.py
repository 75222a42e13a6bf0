"""Boxes standing in a grid -> the faces that can be seen, lit beforehand: in the yard, aboard, and on the move."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from twin.geometry import Floats, Ints
from twin.scene.look import FACES, Look

Bytes = npt.NDArray[np.uint8]
# Corners of the six faces in half sizes, counter-clockwise from outside; the first two lie at the bottom of the sides.
_SIDES = np.array([
    [[1, -1, -1], [1, 1, -1], [1, 1, 1], [1, -1, 1]],
    [[-1, 1, -1], [-1, -1, -1], [-1, -1, 1], [-1, 1, 1]],
    [[1, 1, -1], [-1, 1, -1], [-1, 1, 1], [1, 1, 1]],
    [[-1, -1, -1], [1, -1, -1], [1, -1, 1], [-1, -1, 1]],
    [[-1, -1, 1], [1, -1, 1], [1, 1, 1], [-1, 1, 1]],
    [[-1, 1, -1], [1, 1, -1], [1, -1, -1], [-1, -1, -1]],
], float)  # fmt: skip
TOP, BOTTOM = 4, 5
TOUCH = 0.05  # metres; a neighbour lower than this below a top leaves the face to be seen


@dataclass(frozen=True)
class Boxes:
    """Boxes (n) in one frame: bottom centres *base* (n, 3), *turn* (n,), sizes (n, 3), colours *rgb* (n, 3) of 255.

    *low*, *high* and *row* (n,) are the grid cells they stand on: a 20' box on one (low = high), a 40' on two.
    """

    base: Floats
    turn: Floats
    size: Floats
    rgb: Floats
    low: Ints
    high: Ints
    row: Ints
    line: Ints  # which name is painted on the long sides, 0: none

    def __len__(self) -> int:
        return len(self.base)

    @property
    def top(self) -> Floats:
        return np.asarray(self.base[:, 2] + self.size[:, 2])


def tops(boxes: Boxes, bays: int, rows: int) -> Floats:
    """(bays + 2, rows + 2) heights of the grid's columns, a border of nothing around it; cells count from 1."""
    grid = np.full((bays + 2, rows + 2), -np.inf)
    np.maximum.at(grid, (boxes.low, boxes.row), boxes.top)
    np.maximum.at(grid, (boxes.high, boxes.row), boxes.top)
    return grid


def seen(boxes: Boxes, grid: Floats) -> list[Ints]:
    """Rows of boxes whose face +x, -x, +y, -y, top, bottom can be seen."""
    a, b, r, edge = boxes.low, boxes.high, boxes.row, boxes.top - TOUCH
    beside = [grid[b + 1, r], grid[a - 1, r], np.minimum(grid[a, r + 1], grid[b, r + 1]),
              np.minimum(grid[a, r - 1], grid[b, r - 1])]  # fmt: skip
    faces = [np.flatnonzero(height < edge) for height in beside]
    return [*faces, np.flatnonzero(np.minimum(grid[a, r], grid[b, r]) <= boxes.top + TOUCH), np.zeros(0, np.int64)]


def all_faces(count: int) -> list[Ints]:
    """Every face of *count* boxes."""
    return [np.arange(count)] * 6


@dataclass(frozen=True)
class Faces:
    """Quads to draw in the boxes' frame: *corners* and *rgb* (q, 4, 3), the *face* and box *rows* (q,) they belong to,
    and which *piece* x0 y0 x1 y1 (q, 4; 0..1) of the face they are."""

    corners: npt.NDArray[np.float32]
    rgb: Floats
    face: npt.NDArray[np.int8]
    rows: Ints
    piece: Floats


def faces_of(boxes: Boxes, faces: list[Ints], look: Look, yaw: float = 0.0) -> Faces:
    """The *faces*, lit as the boxes' frame stands turned by *yaw* in the site; lower edges see less of the sky."""
    number = np.repeat(np.arange(6), [len(rows) for rows in faces]).astype(np.int8)
    rows = np.concatenate(faces)
    piece = np.broadcast_to([0.0, 0.0, 1.0, 1.0], (len(rows), 4))
    return lit_faces(boxes, number, rows, piece, look, yaw)


def face_corners(
    boxes: Boxes, number: npt.NDArray[np.int8], rows: Ints, piece: Floats | None = None
) -> npt.NDArray[np.float32]:
    """Corners (q, 4, 3) of faces *number* (q,) of box *rows* (q,); of roofs only the *piece* (q, 4)."""
    half = boxes.size[rows] / 2
    local = _SIDES[number] * half[:, None, :]
    roof = number == TOP
    if piece is not None and roof.any():
        x, y = piece[roof][:, [0, 2, 2, 0]], piece[roof][:, [1, 1, 3, 3]]
        local[roof, :, 0] = (2 * x - 1) * half[roof, 0, None]
        local[roof, :, 1] = (2 * y - 1) * half[roof, 1, None]
    base, turn = boxes.base[rows], boxes.turn[rows]
    cos, sin = np.cos(turn)[:, None], np.sin(turn)[:, None]
    corners = np.empty((len(rows), 4, 3), np.float32)
    corners[..., 0] = base[:, 0, None] + cos * local[..., 0] - sin * local[..., 1]
    corners[..., 1] = base[:, 1, None] + sin * local[..., 0] + cos * local[..., 1]
    corners[..., 2] = (base[:, 2] + half[:, 2])[:, None] + local[..., 2]
    return corners


def lit_faces(
    boxes: Boxes,
    number: npt.NDArray[np.int8],
    rows: Ints,
    piece: Floats,
    look: Look,
    yaw: float = 0.0,
    sun: Floats | None = None,
) -> Faces:
    """Faces *number* (q,) of box *rows* (q,), or *piece*s of roofs; *sun* (q, 2): its share low and high."""
    corners = face_corners(boxes, number, rows, piece)
    turn = boxes.turn[rows]
    light = face_light(turn + yaw, number, look)
    seen_sun = np.ones((len(rows), 2)) if sun is None else sun
    dark = np.minimum(look.dark, light)
    low, high = (dark + (light - dark) * seen_sun[:, k, None] for k in (0, 1))
    rgb = boxes.rgb[rows][:, None] * np.stack([low, low, high, high], axis=1)
    rgb[number < TOP, :2] *= look.occlusion
    return Faces(corners, np.clip(rgb, 0, 255), number, rows, piece)


def face_light(turn: Floats, number: npt.NDArray[np.int8], look: Look) -> Floats:
    """(q, 3) light on faces *number* of boxes turned so; boxes of a block share one turn, so few are reckoned."""
    turns, index = np.unique(turn, return_inverse=True)
    cos, sin = np.cos(turns)[:, None], np.sin(turns)[:, None]
    normal = np.stack([cos * FACES[:, 0] - sin * FACES[:, 1], sin * FACES[:, 0] + cos * FACES[:, 1],
                       np.broadcast_to(FACES[:, 2], (len(turns), 6))], axis=-1)  # fmt: skip
    table = look.shade(normal.reshape(-1, 3)).reshape(-1, 6, 3)
    return np.asarray(table[index.reshape(-1), number])
