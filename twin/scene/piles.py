"""The stacks from afar: one quad for a whole side of a pile, its boxes' colours in a small texture.

From where a box is a few pixels high this looks the same with half the triangles.  Blocks that lie together share a
mesh for each way a face looks, so that the ways that are turned from the eye are not drawn at all.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from vtkmodules.vtkCommonDataModel import vtkImageData
from vtkmodules.vtkRenderingCore import vtkActor, vtkTexture

from twin.geometry import Floats, Ints
from twin.scene import draw
from twin.scene.look import Look
from twin.scene.shade import Grid
from twin.scene.stacks import TOP, Boxes, face_corners, face_light
from twin.scene.water import image_of

TIERS = 8  # boxes of a pile that have a colour of their own
_TEXELS = 2 * TIERS  # two a box, so that the lower half of each can be darker
_WIDE = 256  # piles side by side in the texture
BRIGHT = 0.93  # a skin's mean brightness
# A texel for half a box, lit already.
_PALETTE = "  gl_FragData[0].rgb = texture(actortexture, tcoordVCVSOutput).rgb;"


@dataclass(frozen=True)
class Piles:
    """Piles (p) of a block from afar, for each face 0..4: *texels* (p, 16, 3) lit as that face is; and its quads (q):
    corners, which pile, lower and upper texel."""

    texels: tuple[npt.NDArray[np.uint8], ...]
    corners: tuple[npt.NDArray[np.float32], ...]
    pile: tuple[Ints, ...]
    span: tuple[Floats, ...]  # (q, 2)


def piles_of(boxes: Boxes, faces: list[Ints], grid: Grid, edges: tuple[Floats, Floats], look: Look) -> Piles:
    """The piles that *boxes* stand in, with those of their *faces* that can be seen."""
    pile, level, top = _numbered(boxes)
    level = np.minimum(level, TIERS - 1)
    foot = np.zeros((len(top), TIERS))
    foot[pile, level] = boxes.base[:, 2]
    texels, corners, piles, spans = [], [], [], []
    for face in range(TOP + 1):
        lowest = np.full(len(top), _TEXELS)
        np.minimum.at(lowest, pile[faces[face]], level[faces[face]])
        which = np.flatnonzero(lowest < _TEXELS) if face < TOP else pile[faces[TOP]]
        box = top[which] if face < TOP else faces[TOP]
        quads = face_corners(boxes, np.full(len(box), face, np.int8), box)
        if face < TOP:
            quads[:, :2, 2] = foot[which, lowest[which]][:, None]
            span = np.stack([2 * lowest[which], 2 * level[box] + 2], axis=1)
        else:
            span = np.stack([2 * level[box] + 1.2, 2 * level[box] + 1.8], axis=1)
        sheet = np.full((len(top), _TEXELS, 3), 128.0)
        for half, light in enumerate(_light(boxes, face, grid, edges, look)):
            sheet[pile, 2 * level + half] = boxes.rgb * light
        texels.append(np.clip(sheet * BRIGHT, 0, 255).astype(np.uint8))
        corners.append(quads)
        piles.append(which)
        spans.append(span.astype(float))
    return Piles(tuple(texels), tuple(corners), tuple(piles), tuple(spans))


def _light(boxes: Boxes, face: int, grid: Grid, edges: tuple[Floats, Floats], look: Look) -> tuple[Floats, Floats]:
    """(n, 3) light on the lower and the upper half of *face* of every box."""
    light = face_light(boxes.turn, np.full(len(boxes), face, np.int8), look)
    dark = np.minimum(look.dark, light)
    edge = edges[min(face // 2, 1)][boxes.low, boxes.row]
    if face == TOP:
        fall = grid.sun[2] / max(abs(grid.sun[1]), 1e-3)
        sun = 1 - np.clip((edge - boxes.top) / fall / boxes.size[:, 1], 0, 1)
        roof = dark + (light - dark) * sun[:, None]
        return roof, roof
    low, high = light, light
    if (grid.sun[face // 2] > 0) == (face % 2 == 0):
        height = boxes.size[:, 2]
        low, high = (
            np.where((edge < boxes.base[:, 2] + share * height)[:, None], light, dark) for share in (0.25, 0.75)
        )
    return low * (look.occlusion + 0.06), high


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


def _sheet(texels: list[npt.NDArray[np.uint8]], rows: int) -> vtkImageData:
    """Texels (p, 16, 3) of several blocks as one image, piles side by side in *rows*."""
    every = np.concatenate(texels)
    sheet = np.zeros((rows * _WIDE, _TEXELS, 3), np.uint8)
    sheet[: len(every)] = every
    flat = sheet.reshape(rows, _WIDE, _TEXELS, 3).transpose(0, 2, 1, 3).reshape(rows * _TEXELS, _WIDE, 3)
    return image_of(flat)


def _crisp() -> vtkTexture:
    """A texture whose texels keep their edges."""
    texture = vtkTexture()
    texture.InterpolateOff()
    texture.MipmapOff()
    texture.RepeatOff()
    texture.SetColorModeToDirectScalars()
    return texture


class Crowd:
    """Blocks that lie together and one way, drawn as one: an actor for each way a face looks."""

    def __init__(self, stages: draw.Stages, haze: draw.Haze, yaw: float) -> None:
        self.yaw = yaw
        self.actors: list[vtkActor] = [haze.on(draw.plain_actor(None), _PALETTE) for _ in range(TOP + 1)]
        for actor in reversed(self.actors):  # roofs first: they hide much of the sides
            actor.GetMapper().ScalarVisibilityOff()
            actor.SetTexture(_crisp())
            stages.add("standing", actor)
        self._bounds: Floats | None = None  # (2, 2): least and greatest x, y in the blocks' direction
        self._full = [False] * (TOP + 1)

    def show(self, members: list[Piles]) -> None:
        """Draw *members*, and nothing else."""
        starts = np.cumsum([0, *(len(m.texels[TOP]) for m in members)])
        rows = max(1, -(-int(starts[-1]) // _WIDE))
        self._full = [any(len(m.pile[face]) for m in members) for face in range(TOP + 1)]
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
            data = draw.poly_data(corners.reshape(-1, 3), draw.quads(len(corners)), uv=uv.reshape(-1, 2))
            draw.put(actor, data)
            actor.GetTexture().SetInputData(_sheet([m.texels[face] for m in members], rows))
            ends.append(self._along(corners[..., :2].reshape(-1, 2).astype(float)))
        self._bounds = None
        if ends:
            self._bounds = np.stack(
                [np.min([e.min(0) for e in ends], axis=0), np.max([e.max(0) for e in ends], axis=0)]
            )

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
