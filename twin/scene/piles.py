"""The stacks from afar: one quad for a whole side of a pile, its boxes' colours in a small texture.

From where a box is a few pixels high this looks the same with half the triangles.  Blocks that lie together share a
mesh for each way a face looks, so that the ways that are turned from the eye are not drawn at all.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from vtkmodules.vtkRenderingCore import vtkActor, vtkTexture

from twin.geometry import Floats, Ints
from twin.scene import draw
from twin.scene.look import Look
from twin.scene.shade import Grid
from twin.scene.stacks import TOP, Boxes, lit_faces
from twin.scene.water import image_of

TIERS = 8  # boxes of a pile that have a colour of their own
_TEXELS = 2 * TIERS  # two a box, so that the lower half of each can be darker
_WIDE = 256  # piles side by side in the texture
# A texel for half a box; the vertex colour is the light on the face.
_PALETTE = "  gl_FragData[0].rgb *= 0.93 * texture(actortexture, tcoordVCVSOutput).rgb;"


@dataclass(frozen=True)
class Piles:
    """Piles (p) of a block from afar: *texels* (p, 16, 3); quads by face 0..4: corners, light, pile and texel span."""

    texels: npt.NDArray[np.uint8]
    corners: tuple[Floats, ...]
    rgb: tuple[Floats, ...]
    pile: tuple[Ints, ...]
    span: tuple[Floats, ...]  # (q, 2) lower and upper texel


def piles_of(boxes: Boxes, faces: list[Ints], grid: Grid, edges: tuple[Floats, Floats], look: Look) -> Piles:
    """The piles that *boxes* stand in, with those of their *faces* that can be seen."""
    pile, level, top = _numbered(boxes)
    level = np.minimum(level, TIERS - 1)
    texels = np.full((len(top), _TEXELS, 3), 128.0)
    texels[pile, 2 * level] = boxes.rgb * (look.occlusion + 0.06)
    texels[pile, 2 * level + 1] = boxes.rgb
    foot = np.zeros((len(top), TIERS))
    foot[pile, level] = boxes.base[:, 2]
    white = Boxes(boxes.base, boxes.turn, boxes.size, np.full((len(boxes), 3), 255.0), boxes.low, boxes.high, boxes.row, boxes.line)
    out: list[tuple[Floats, Floats, Ints, Floats]] = []
    for face in range(TOP + 1):
        lowest = np.full(len(top), _TEXELS)
        np.minimum.at(lowest, pile[faces[face]], level[faces[face]])
        which = np.flatnonzero(lowest < _TEXELS) if face < TOP else pile[faces[TOP]]
        box = top[which] if face < TOP else faces[TOP]
        number = np.full(len(box), face, np.int8)
        whole = np.broadcast_to([0.0, 0.0, 1.0, 1.0], (len(box), 4))
        lit = lit_faces(white, number, box, whole, look, sun=_sun(boxes, box, face, grid, edges))
        first = lowest[which] if face < TOP else level[box]
        span = np.stack([2.0 * first, 2.0 * level[box] + 2.0], axis=1)
        if face < TOP:
            lit.corners[:, :2, 2] = foot[which, first][:, None]
            lit.rgb[:, :2] /= look.occlusion
        else:
            span = np.stack([2 * first + 1.2, 2 * first + 1.8], axis=1)
        out.append((lit.corners, lit.rgb, which, span))
    corners, rgb, piles, spans = zip(*out, strict=True)
    return Piles(np.clip(texels, 0, 255).astype(np.uint8), corners, rgb, piles, spans)


def _numbered(boxes: Boxes) -> tuple[Ints, Ints, Ints]:
    """Pile and level (n,) of each box, and the top box (p,) of each pile: boxes on the same cells."""
    place = (boxes.low * 4096 + boxes.row) * 2 + (boxes.high > boxes.low)
    order = np.lexsort((boxes.base[:, 2], place))
    first = np.flatnonzero(np.diff(place[order], prepend=-1))
    count = np.diff(np.append(first, len(order)))
    pile, level = np.empty(len(order), np.int64), np.empty(len(order), np.int64)
    pile[order] = np.repeat(np.arange(len(first)), count)
    level[order] = np.arange(len(order)) - np.repeat(first, count)
    return pile, level, order[first + count - 1]


def _sun(boxes: Boxes, box: Ints, face: int, grid: Grid, edges: tuple[Floats, Floats]) -> Floats:
    """(q, 2) the share of the sun that lower and upper corners see."""
    out = np.ones((len(box), 2))
    if face == TOP:
        fall = grid.sun[2] / max(abs(grid.sun[1]), 1e-3)
        depth = (edges[1][boxes.low[box], boxes.row[box]] - boxes.top[box]) / fall / boxes.size[box, 1]
        out[:] = 1 - np.clip(depth, 0, 1)[:, None]
    elif (grid.sun[face // 2] > 0) == (face % 2 == 0):
        edge = edges[face // 2][boxes.low[box], boxes.row[box]]
        out[:, 0], out[:, 1] = edge < boxes.base[box, 2] - 0.1, edge < boxes.top[box]
    return out


class Crowd:
    """Blocks that lie together and one way, drawn as one: an actor for each way a face looks."""

    def __init__(self, stages: draw.Stages, haze: draw.Haze, yaw: float) -> None:
        self.yaw = yaw
        self.actors: list[vtkActor] = [haze.on(draw.plain_actor(None), _PALETTE) for _ in range(TOP + 1)]
        self.texture = vtkTexture()
        self.texture.InterpolateOff()
        self.texture.MipmapOff()
        self.texture.RepeatOff()
        self.texture.SetColorModeToDirectScalars()
        for actor in reversed(self.actors):  # roofs first: they hide much of the sides
            actor.SetTexture(self.texture)
            stages.add("standing", actor)
        self._bounds: Floats | None = None  # (2, 2): least and greatest x, y in the blocks' direction
        self._full = [False] * (TOP + 1)

    def show(self, members: list[Piles]) -> None:
        """Draw *members*, and nothing else."""
        starts = np.cumsum([0, *(len(m.texels) for m in members)])
        rows = max(1, -(-int(starts[-1]) // _WIDE))
        self._bounds = None
        self._full = [any(len(m.pile[face]) for m in members) for face in range(TOP + 1)]
        if members:
            sheet = np.zeros((rows * _WIDE, _TEXELS, 3), np.uint8)
            sheet[: starts[-1]] = np.concatenate([m.texels for m in members])
            flat = sheet.reshape(rows, _WIDE, _TEXELS, 3).transpose(0, 2, 1, 3).reshape(rows * _TEXELS, _WIDE, 3)
            self.texture.SetInputData(image_of(flat))
        ends = []
        for face, actor in enumerate(self.actors):
            if not self._full[face]:
                continue
            pile = np.concatenate([m.pile[face] + start for m, start in zip(members, starts, strict=False)])
            span = np.concatenate([m.span[face] for m in members])
            corners = np.concatenate([m.corners[face] for m in members])
            u = (pile % _WIDE + 0.5) / _WIDE
            v = (pile // _WIDE * _TEXELS)[:, None] + span[:, [0, 0, 1, 1]]
            uv = np.stack([np.repeat(u[:, None], 4, 1), v / (rows * _TEXELS)], axis=-1)
            rgb = np.clip(np.concatenate([m.rgb[face] for m in members]), 0, 255).astype(np.uint8)
            draw.put(actor, draw.quad_data(corners, rgb, uv=uv))
            ends.append(self._along(corners[..., :2].reshape(-1, 2)))
        if ends:
            self._bounds = np.stack([np.min([e.min(0) for e in ends], axis=0), np.max([e.max(0) for e in ends], axis=0)])

    def face(self, eye: Floats) -> None:
        """Draw only what is turned towards *eye* (3,)."""
        if self._bounds is None:
            shown = [False] * (TOP + 1)
        else:
            (x0, y0), (x1, y1) = self._bounds
            x, y = self._along(eye[None, :2])[0]
            shown = [x > x0, x < x1, y > y0, y < y1, True]
        for actor, wanted, full in zip(self.actors, shown, self._full, strict=True):
            actor.SetVisibility(bool(wanted) and full)

    def _along(self, xy: Floats) -> Floats:
        cos, sin = np.cos(self.yaw), np.sin(self.yaw)
        return np.asarray(xy @ np.array([[cos, -sin], [sin, cos]]))


def crowds(middle: Floats, yaw: Floats, size: int = 12) -> list[Ints]:
    """Block rows that lie together: at most about *size*, of one direction; *middle* (n, 2), *yaw* (n,)."""
    out = []
    for turn in np.unique(np.round(yaw, 3)):
        todo = [np.flatnonzero(np.round(yaw, 3) == turn)]
        while todo:
            rows = todo.pop()
            if len(rows) <= size:
                out.append(rows)
                continue
            axis = int(np.argmax(np.ptp(middle[rows], axis=0)))
            order = rows[np.argsort(middle[rows, axis], kind="stable")]
            todo += [order[: len(order) // 2], order[len(order) // 2 :]]
    return out
