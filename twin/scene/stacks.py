"""Boxes standing in a grid -> the faces that can be seen, lit beforehand.  One rule for the yard, the ship and moving boxes."""

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
    """Boxes (n): bottom centres *base* (n, 3) and *turn* (n,), sizes (n, 3), colours *rgb* (n, 3) of 255, all one frame.

    *low*, *high* and *row* (n,) are the grid cells they stand on: a 20' box on one (low = high), a 40' on two.
    """

    base: Floats
    turn: Floats
    size: Floats
    rgb: Floats
    low: Ints
    high: Ints
    row: Ints

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


def face_quads(
    boxes: Boxes, faces: list[Ints], look: Look, yaw: float = 0.0
) -> tuple[npt.NDArray[np.float32], Bytes, npt.NDArray[np.int8]]:
    """Corners (q, 4, 3), colours (q, 4, 3) and face numbers (q,) of the *faces*, in the boxes' frame.

    Lit as that frame stands turned by *yaw* in the site; a lower edge is darker, as less sky reaches it.
    """
    number = np.repeat(np.arange(6), [len(rows) for rows in faces])
    rows = np.concatenate(faces) if faces else np.zeros(0, np.int64)
    half = boxes.size[rows] / 2
    local = _SIDES[number] * half[:, None, :]
    cos, sin = np.cos(boxes.turn[rows])[:, None], np.sin(boxes.turn[rows])[:, None]
    corners = np.empty((len(rows), 4, 3), np.float32)
    corners[..., 0] = boxes.base[rows, 0, None] + cos * local[..., 0] - sin * local[..., 1]
    corners[..., 1] = boxes.base[rows, 1, None] + sin * local[..., 0] + cos * local[..., 1]
    corners[..., 2] = (boxes.base[rows, 2] + half[:, 2])[:, None] + local[..., 2]
    normal = FACES[number]
    cos, sin = np.cos(boxes.turn[rows] + yaw)[:, None], np.sin(boxes.turn[rows] + yaw)[:, None]
    turned = np.stack([cos[:, 0] * normal[:, 0] - sin[:, 0] * normal[:, 1],
                       sin[:, 0] * normal[:, 0] + cos[:, 0] * normal[:, 1], normal[:, 2]], axis=1)  # fmt: skip
    lit = boxes.rgb[rows] * look.shade(turned)
    colours = np.repeat(lit[:, None], 4, axis=1)
    colours[number < TOP, :2] *= look.occlusion
    return corners, np.clip(colours, 0, 255).astype(np.uint8), number.astype(np.int8)
