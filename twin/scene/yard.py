"""The stacks of the yard: for each block one mesh of the faces that can be seen, made again when the block changes."""

import numpy as np
from vtkmodules.vtkCommonDataModel import vtkPolyData
from vtkmodules.vtkRenderingCore import vtkActor

from twin.facts import PlaceKind
from twin.geometry import Floats, Ints
from twin.moment import Containers, Moment
from twin.scene import draw
from twin.scene.look import Look
from twin.scene.paint import Paint
from twin.scene.stacks import Boxes, face_quads, seen, tops


def block_boxes(moment: Moment, rows: Ints, paint: Paint) -> Boxes:
    """The containers *rows*, all of one block, as boxes in its grid."""
    said = moment.containers
    even = said.bay[rows] & 1 == 0
    low = np.where(even, said.bay[rows] // 2, (said.bay[rows] + 1) // 2)
    size = np.stack([said.about.length[rows], said.about.width[rows], said.about.height[rows]], axis=1)
    return Boxes(said.base[rows], said.turn[rows], size, paint.of(said.about)[rows], low, low + even, said.row[rows])


def box_actor(look: Look) -> vtkActor:
    """An actor for boxes: dark edges, nothing on it yet."""
    actor = draw.plain_actor(None)
    actor.GetProperty().EdgeVisibilityOn()
    actor.GetProperty().SetEdgeColor(*(c / 255 for c in look.edge))
    actor.GetProperty().SetEdgeOpacity(0.55)
    return actor


class Yard:
    """One actor a block; `shadow` takes the outlines that fall on the ground."""

    def __init__(self, stages: draw.Stages, look: Look, paint: Paint, haze: draw.Haze) -> None:
        self.stages, self.look, self.paint, self.haze = stages, look, paint, haze
        self.actors: dict[int, vtkActor] = {}
        self._drawn: dict[int, int] = {}
        self._last: Containers | None = None

    def show(self, moment: Moment) -> list[int]:
        """Draw the blocks that changed; their rows."""
        said = moment.containers
        if said is self._last:
            return []
        self._last = said
        changed = [b for b, stamp in enumerate(said.block_stamp.tolist()) if self._drawn.get(b, 0) != stamp]
        for block, rows in _rows_of(said, changed):
            self._draw(moment, block, rows)
            self._drawn[block] = int(said.block_stamp[block])
        return changed

    def _draw(self, moment: Moment, block: int, rows: Ints) -> None:
        if block not in self.actors:
            actor = box_actor(self.look)
            self.stages.add("solid", self.haze.on(actor))
            self.actors[block] = actor
        blocks = moment.terminal.blocks
        boxes = block_boxes(moment, rows, self.paint)
        grid = tops(boxes, int(blocks.bays[block]), int(blocks.rows[block]))
        self.actors[block].SetVisibility(len(boxes) > 0)
        self.actors[block].GetMapper().SetInputData(_mesh(boxes, grid, self.look, blocks.row_sign[block]))


def _mesh(boxes: Boxes, grid: Floats, look: Look, row_sign: float) -> vtkPolyData:
    faces = seen(boxes, grid)
    if row_sign < 0:  # rows count to the right, so the neighbour in the next row stands on the -y side
        faces[2], faces[3] = faces[3], faces[2]
    corners, colours, _ = face_quads(boxes, faces, look)
    return draw.quad_data(corners, colours)


def _rows_of(said: Containers, blocks: list[int]) -> list[tuple[int, Ints]]:
    """Rows of the containers that have a place in each of *blocks*."""
    if not blocks:
        return []
    rows = np.flatnonzero((said.kind == PlaceKind.SLOT) & np.isfinite(said.base[:, 0]))
    rows = rows[np.argsort(said.where[rows], kind="stable")]
    where = said.where[rows]
    first, last = np.searchsorted(where, blocks, "left"), np.searchsorted(where, blocks, "right")
    return [(b, rows[i:j]) for b, i, j in zip(blocks, first, last, strict=True)]
