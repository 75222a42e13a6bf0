"""The stacks of the yard: for each block one mesh of the faces that can be seen, made again when the block changes."""

from dataclasses import dataclass, field

import numpy as np
from vtkmodules.vtkCommonDataModel import vtkPolyData
from vtkmodules.vtkRenderingCore import vtkActor

from twin.facts import PlaceKind
from twin.geometry import Floats, Ints
from twin.moment import Containers, Moment
from twin.scene import draw
from twin.scene.ground import block_corners
from twin.scene.look import Colour, Look
from twin.scene.machines import SHADOW_DEPTH
from twin.scene.paint import Paint
from twin.scene.piles import Crowd, Piles, crowds, piles_of
from twin.scene.shade import Grid, cast, lids, outlines, roofs, wall_shadow
from twin.scene.shadows import ground_shade
from twin.scene.skins import INK
from twin.scene.stacks import TOP, Boxes, all_faces, faces_of, lit_faces, seen, tops
from twin.terminal import Terminal


def block_boxes(moment: Moment, rows: Ints, paint: Paint) -> Boxes:
    """The containers *rows*, all of one block, as boxes in its grid."""
    said = moment.containers
    even = said.bay[rows] & 1 == 0
    low = np.where(even, said.bay[rows] // 2, (said.bay[rows] + 1) // 2)
    size = np.stack([said.about.length[rows], said.about.width[rows], said.about.height[rows]], axis=1)
    blocks = moment.terminal.blocks
    block = said.where[rows]
    # Cells count along +y of the block's frame, whichever way its rows are numbered.
    row = np.where(blocks.row_sign[block] > 0, said.row[rows], blocks.rows[block] + 1 - said.row[rows])
    colours, lines = paint.of(said.about)[rows], paint.lines(said.about)[rows]
    return Boxes(said.base[rows], said.turn[rows], size, colours, low, low + even, row, lines)


def box_actor(look: Look, haze: draw.Haze, paint: Paint) -> vtkActor:
    """An actor for boxes with dark edges, in the skins of *paint*, nothing on it yet."""
    actor = draw.plain_actor(None, texture=paint.skins.texture)
    actor.ForceOpaqueOn()  # the skins' texture is see-through where letters are
    actor.GetProperty().EdgeVisibilityOn()
    actor.GetProperty().SetEdgeColor(*(c / 255 for c in look.edge))
    actor.GetProperty().SetEdgeOpacity(0.55)
    return haze.on(actor, INK)


@dataclass
class _Block:
    near: vtkActor
    piles: Piles | None = None  # how it looks from afar
    shade: Floats = field(default_factory=lambda: np.zeros((0, 6, 3)))  # what it shades on the ground around it
    close: bool = True


class Yard:
    """An actor a block for near, a few for all that is far; all shadows on the ground are one mesh."""

    def __init__(self, stages: draw.Stages, terminal: Terminal, look: Look, paint: Paint, haze: draw.Haze) -> None:
        self.stages, self.look, self.paint, self.haze = stages, look, paint, haze
        self.blocks: dict[int, _Block] = {}
        self._corners = block_corners(terminal, 0.0)
        self._crowds = [(rows, Crowd(stages, haze, float(terminal.blocks.yaw[rows[0]])))
                        for rows in crowds(self._corners.mean(axis=1), terminal.blocks.yaw)]  # fmt: skip
        self._crowd_of = {int(row): number for number, (rows, _) in enumerate(self._crowds) for row in rows}
        self._unsettled: set[int] = set()
        self._shaded: tuple[int, ...] | None = None
        self._drawn: dict[int, int] = {}
        self._last: Containers | None = None
        self.shade = ground_shade(look)
        stages.add("shadow", self.shade)

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
        self._shaded = None if changed else self._shaded
        return changed

    def face(self, eye: Floats, reach: float, shaded: float) -> None:
        """Show the blocks within *reach* metres of *eye* in their skins, and shadows around those within *shaded*."""
        corners = self._corners
        away = np.maximum(np.maximum(corners.min(1) - eye[:2], eye[:2] - corners.max(1)), 0)
        near = (away**2).sum(axis=1) + eye[2] ** 2 < reach**2
        self._shadow(np.flatnonzero((away**2).sum(axis=1) + eye[2] ** 2 < shaded**2))
        for number, block in self.blocks.items():
            close = bool(near[number])
            if close != block.close:
                block.close = close
                self._unsettled.add(self._crowd_of[number])
                block.near.SetVisibility(close and block.piles is not None)
        for number, (rows, crowd) in enumerate(self._crowds):
            if number in self._unsettled:
                blocks = [self.blocks[row] for row in rows.tolist() if row in self.blocks]
                crowd.show([block.piles for block in blocks if block.piles and not block.close])
            crowd.face(eye)
        self._unsettled.clear()

    def _shadow(self, rows: Ints) -> None:
        """Lay the shadows of blocks *rows* on the ground."""
        wanted = tuple(rows.tolist())
        if wanted != self._shaded:
            self._shaded = wanted
            shades = [self.blocks[row].shade for row in wanted if row in self.blocks]
            flat = np.concatenate(shades).reshape(-1, 3) if shades else np.zeros((0, 3))
            draw.put(self.shade, draw.poly_data(flat, np.arange(len(flat)).reshape(-1, 6)))
            self.shade.SetVisibility(len(flat) > 0)

    def _draw(self, moment: Moment, number: int, rows: Ints) -> None:
        if number not in self.blocks:
            self.blocks[number] = _Block(box_actor(self.look, self.haze, self.paint))
            self.stages.add("standing", self.blocks[number].near)
        block, b = self.blocks[number], moment.terminal.blocks
        boxes = block_boxes(moment, rows, self.paint)
        bay, row, yaw = float(b.bay_pitch[number]), float(b.row_pitch[number]), float(b.yaw[number])
        heights = tops(boxes, int(b.bays[number]), int(b.rows[number]))
        grid = Grid(heights, bay, row, sun_from(self.look, yaw), max(bay - 6.06, 0.1), max(row - 2.44, 0.1))
        faces, edges = seen(boxes, heights), grid.edges()
        block.piles = piles_of(boxes, faces, grid, edges, self.look) if len(boxes) else None
        draw.put(block.near, grid_data(boxes, faces, grid, self.look, self.paint))
        block.near.SetVisibility(block.close and len(boxes) > 0)
        self._unsettled.add(self._crowd_of[number])
        outer = cast(boxes, faces[TOP], grid)
        block.shade = shadow_rings(boxes, outer, self.look.sun.towards, float(b.z[number]), SHADOW_DEPTH)


def grid_data(
    boxes: Boxes,
    faces: list[Ints],
    grid: Grid,
    look: Look,
    paint: Paint,
    *,
    yaw: float = 0.0,
    dark: Colour = (22, 23, 26),
) -> vtkPolyData:
    """The *faces* of *boxes* that can be seen, in each other's shadow, and the dark between the stacks."""
    edges = grid.edges()
    roof = roofs(boxes, faces[TOP], grid, edges)
    rows = np.concatenate([*faces[:TOP], roof.rows])
    number = np.repeat([0, 1, 2, 3, TOP], [*(len(f) for f in faces[:TOP]), len(roof.rows)]).astype(np.int8)
    sun = wall_shadow(boxes, number, rows, grid, edges)
    sun[number == TOP] = ~roof.dark[:, None]
    piece = np.concatenate([np.broadcast_to([0.0, 0, 1, 1], (len(rows) - len(roof.rows), 4)), roof.piece])
    lit = lit_faces(boxes, number, rows, piece, look, yaw, sun)
    uv = paint.skins.uv(lit.face, boxes.size[rows, 0], boxes.line[rows], piece)
    strips = lids(boxes, faces[TOP], grid)
    corners, rgb = _lid_quads(boxes, strips), np.broadcast_to(dark, (len(strips), 4, 3))
    uv = np.concatenate([uv, np.full((len(strips), 4, 2), paint.skins.blank)])
    return draw.quad_data(np.concatenate([lit.corners, corners]), np.concatenate([lit.rgb, rgb]), uv=uv)


def _lid_quads(boxes: Boxes, strips: Floats) -> Floats:
    row = strips[:, 5].astype(np.int64)
    x, y = strips[:, [0, 2, 2, 0]], strips[:, [1, 1, 3, 3]]
    cos, sin = np.cos(boxes.turn[row])[:, None], np.sin(boxes.turn[row])[:, None]
    out = np.empty((len(row), 4, 3))
    out[..., 0] = boxes.base[row, 0, None] + cos * x - sin * y
    out[..., 1] = boxes.base[row, 1, None] + sin * x + cos * y
    out[..., 2] = strips[:, 4, None]
    return out


def loose_data(boxes: Boxes, look: Look, paint: Paint) -> vtkPolyData:
    """Every face of *boxes* that stand alone."""
    lit = faces_of(boxes, all_faces(len(boxes)), look)
    uv = paint.skins.uv(lit.face, boxes.size[lit.rows, 0], boxes.line[lit.rows])
    return draw.quad_data(lit.corners, lit.rgb, uv=uv)


def shadow_rings(boxes: Boxes, rows: Ints, sun: Floats, foot: float, plane: float) -> Floats:
    """(n, 6, 3) what the stacks under the roofs *rows* shade on the ground at *foot*, laid at z = *plane*."""
    flat = outlines(boxes, rows, sun, foot)
    return np.concatenate([flat, np.full((len(flat), 6, 1), plane)], axis=2)


def sun_from(look: Look, yaw: float) -> Floats:
    """(3,) the sun's direction in a frame turned by *yaw*."""
    (x, y, z), cos, sin = look.sun.towards, np.cos(yaw), np.sin(yaw)
    return np.array([cos * x + sin * y, -sin * x + cos * y, z])


def _rows_of(said: Containers, blocks: list[int]) -> list[tuple[int, Ints]]:
    """Rows of the containers that have a place in each of *blocks*."""
    if not blocks:
        return []
    rows = np.flatnonzero((said.kind == PlaceKind.SLOT) & np.isfinite(said.base[:, 0]))
    rows = rows[np.argsort(said.where[rows], kind="stable")]
    where = said.where[rows]
    first, last = np.searchsorted(where, blocks, "left"), np.searchsorted(where, blocks, "right")
    return [(b, rows[i:j]) for b, i, j in zip(blocks, first, last, strict=True)]
