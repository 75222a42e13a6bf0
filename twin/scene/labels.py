"""Names over things: pills from one texture, placed in pixels, the more important ones first, none over another."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import vtkmodules.vtkRenderingFreeType  # noqa: F401  (the text renderer)
from vtkmodules.vtkCommonDataModel import vtkImageData
from vtkmodules.vtkRenderingCore import (
    vtkPolyDataMapper2D,
    vtkRenderer,
    vtkTextProperty,
    vtkTextRenderer,
    vtkTexturedActor2D,
)

from twin.geometry import Floats
from twin.scene import draw
from twin.scene.look import Colour
from twin.scene.view import View
from twin.scene.water import texture_of

MOST = 64
MOST_ABOVE = 240  # in a picture straight from above, where nothing hides a thing
FROM_ABOVE = -0.95  # the line of sight's z, unit vector
GAP = 3  # pixels between labels


@dataclass(frozen=True)
class Sign:
    """*text* over the site point *at* (metres); of two in one place the one of higher *rank* stays.

    It is left out farther away than *reach* metres.
    """

    text: str
    at: tuple[float, float, float]
    rank: float = 0.0
    style: str = "plain"
    reach: float = 1e9


@dataclass(frozen=True)
class Signs:
    """Many signs (n) in columns; places that are not known are NaN."""

    text: tuple[str, ...]
    style: tuple[str, ...]
    at: Floats
    rank: Floats
    reach: Floats

    def joined(self, other: "Signs") -> "Signs":
        """Both."""
        columns = (
            np.concatenate(pair) for pair in ((self.at, other.at), (self.rank, other.rank), (self.reach, other.reach))
        )
        return Signs(self.text + other.text, self.style + other.style, *columns)

    def at_places(self, at: Floats) -> "Signs":
        """The same signs elsewhere."""
        return Signs(self.text, self.style, at, self.rank, self.reach)


def signs_of(signs: list[Sign]) -> Signs:
    """*signs* in columns."""
    at = np.array([sign.at for sign in signs], float).reshape(-1, 3)
    rank, reach = (np.array([getattr(sign, name) for sign in signs], float) for name in ("rank", "reach"))
    return Signs(tuple(sign.text for sign in signs), tuple(sign.style for sign in signs), at, rank, reach)


@dataclass(frozen=True)
class Style:
    """Height of the letters in pixels, colours, and how opaque the pill is."""

    size: int
    ink: Colour
    pill: Colour
    opacity: float = 0.78


STYLES = {
    "plain": Style(13, (255, 255, 255), (24, 30, 38)),
    "machine": Style(12, (255, 255, 255), (26, 58, 104)),
    "block": Style(13, (34, 38, 44), (240, 241, 238), 0.85),
    "berth": Style(12, (34, 38, 44), (255, 214, 92), 0.88),
    "vessel": Style(14, (255, 255, 255), (16, 24, 48), 0.88),
    "pass": Style(14, (255, 255, 255), (24, 110, 62), 0.92),
    "warn": Style(14, (30, 24, 0), (255, 190, 40), 0.92),
    "fail": Style(14, (255, 255, 255), (190, 32, 38), 0.92),
    "unknown": Style(14, (255, 255, 255), (90, 96, 104), 0.92),
}


class Labels:
    """The labels of a scene; `place` after every change of the camera."""

    def __init__(self, renderer: vtkRenderer) -> None:
        self.actor, self.mapper = vtkTexturedActor2D(), vtkPolyDataMapper2D()
        self.actor.SetMapper(self.mapper)
        self.actor.VisibilityOff()
        self.actor.PickableOff()
        renderer.AddViewProp(self.actor)
        self._images: dict[tuple[str, str, int], npt.NDArray[np.uint8]] = {}
        self._atlas: dict[tuple[str, str, int], tuple[int, int, int, int]] = {}
        self._signs = signs_of([])
        self._side = 1

    def show(self, signs: Signs) -> None:
        """Take over *signs*."""
        self._signs = signs

    def place(self, view: View, *, scale: int = 1) -> None:
        """Put every sign where its point is in *view*; *scale* enlarges them for pictures that are shrunk later."""
        chosen = self._chosen(view, scale)
        self.actor.SetVisibility(bool(chosen))
        if chosen:
            self._paste([key for key, _, _ in chosen])
            self.mapper.SetInputData(self._quads(chosen))

    def _chosen(self, view: View, scale: int) -> list[tuple[tuple[str, str, int], float, float]]:
        """What fits: image key and the lower left pixel."""
        signs = self._signs
        taken: list[tuple[int, int, int, int]] = []
        pixels, ahead = view.pixels(signs.at)
        x, y = pixels[:, 0], pixels[:, 1]
        above = float(view.ray(view.width / 2, view.height / 2)[1][2]) < FROM_ABOVE
        most, reach = (MOST_ABOVE, np.where(signs.reach > 1000, np.inf, signs.reach)) if above else (MOST, signs.reach)
        with np.errstate(invalid="ignore"):
            inside = (ahead > 0) & (ahead < reach) & (x >= 0) & (x < view.width) & (y >= 0) & (y < view.height)
        rows = np.flatnonzero(inside)
        out: list[tuple[tuple[str, str, int], float, float]] = []
        for row in rows[np.argsort(-signs.rank[rows], kind="stable")][: 3 * most].tolist():
            key = (signs.text[row], signs.style[row], scale)
            height, width = self._image(key).shape[:2]
            left, low = round(float(x[row]) - width / 2), round(view.height - float(y[row]))
            box = (left, low, left + width, low + height)
            if left < 2 or box[2] > view.width - 2 or box[3] > view.height - 2 or _overlaps(box, taken, GAP * scale):
                continue
            taken.append(box)
            out.append((key, left, low))
            if len(out) == most:
                break
        return out

    def _image(self, key: tuple[str, str, int]) -> npt.NDArray[np.uint8]:
        if key not in self._images:
            self._images[key] = pill(key[0], STYLES[key[1]], key[2])
        return self._images[key]

    def _paste(self, keys: list[tuple[str, str, int]]) -> None:
        """Have all *keys* in the texture."""
        if all(key in self._atlas for key in keys):
            return
        # All signs at once, as far as they fit, so that a moving camera does not paste again and again.
        every = [(text, style, keys[0][2]) for text, style in zip(self._signs.text, self._signs.style, strict=True)]
        wanted = list(dict.fromkeys([*keys, *every]))[: 8 * MOST]
        side = 512
        while (places := _shelves([self._image(k).shape[:2] for k in wanted], side)) is None:
            side *= 2
        sheet = np.zeros((side, side, 4), np.uint8)
        self._atlas, self._side = {}, side
        for key, (x, y) in zip(wanted, places, strict=True):
            image = self._image(key)
            sheet[y : y + image.shape[0], x : x + image.shape[1]] = image
            self._atlas[key] = (x, y, image.shape[1], image.shape[0])
        texture = texture_of(sheet.astype(float), repeat=False)
        texture.MipmapOff()
        texture.InterpolateOff()
        self.actor.SetTexture(texture)

    def _quads(self, chosen: list[tuple[tuple[str, str, int], float, float]]) -> object:
        place = np.array([self._atlas[key] for key, _, _ in chosen], float)
        corner = np.array([[0, 0], [1, 0], [1, 1], [0, 1]])
        away = corner * place[:, None, 2:]
        at = np.array([(left, low) for _, left, low in chosen], float)[:, None] + away
        uv = (place[:, None, :2] + away) / self._side
        corners = np.concatenate([at, np.zeros((len(chosen), 4, 1))], axis=2)
        return draw.poly_data(corners.reshape(-1, 3), draw.quads(len(chosen)), uv=uv.reshape(-1, 2))


def _overlaps(box: tuple[int, int, int, int], taken: list[tuple[int, int, int, int]], gap: int) -> bool:
    left, low, right, high = box[0] - gap, box[1] - gap, box[2] + gap, box[3] + gap
    return any(left < r and right > x and low < h and high > y for x, y, r, h in taken)


def _shelves(sizes: list[tuple[int, ...]], side: int) -> list[tuple[int, int]] | None:
    """Places (x, y) of images (height, width) in rows in a square, or None where they do not fit."""
    places, x, y, row = [], 0, 0, 0
    for height, width in sizes:
        if x + width + 1 > side:
            x, y, row = 0, y + row + 1, 0
        if width + 1 > side or y + height + 1 > side:
            return None
        places.append((x, y))
        x, row = x + width + 1, max(row, height)
    return places


def pill(text: str, style: Style, scale: int) -> npt.NDArray[np.uint8]:
    """(h, w, 4) picture of *text* on a rounded ground, first row at the bottom."""
    letters = letters_of(text, style.size * scale)
    pad_x, pad_y = 6 * scale, 3 * scale
    height, width = letters.shape[0] + 2 * pad_y, letters.shape[1] + 2 * pad_x
    radius = min(height / 2, 6 * scale)
    x = np.maximum(np.abs(np.arange(width) + 0.5 - width / 2) - (width / 2 - radius), 0)
    y = np.maximum(np.abs(np.arange(height) + 0.5 - height / 2) - (height / 2 - radius), 0)
    inside = np.clip(radius - np.hypot(*np.meshgrid(x, y)) + 0.5, 0, 1)
    ink = np.zeros((height, width))
    ink[pad_y:-pad_y, pad_x:-pad_x] = letters / 255
    out = np.empty((height, width, 4))
    out[..., :3] = np.array(style.pill) + ink[..., None] * (np.array(style.ink, float) - style.pill)
    out[..., 3] = 255 * np.maximum(inside * style.opacity, ink)
    return out.astype(np.uint8)


def letters_of(text: str, size: int) -> npt.NDArray[np.uint8]:
    """(h, w) how much of each pixel the letters cover, of 255, first row at the bottom."""
    prop, image, box = vtkTextProperty(), vtkImageData(), [0, 0]
    prop.SetFontFamilyToArial()
    prop.SetBold(True)
    prop.SetFontSize(size)
    prop.SetColor(1, 1, 1)
    text = text.replace("$", "\\$") or " "  # a pair of dollars would be read as mathematics
    if not vtkTextRenderer.GetInstance().RenderString(prop, text, image, box, 72):
        return np.zeros((size, size), np.uint8)
    width, height, _ = image.GetDimensions()
    pixels = draw.array_of(image.GetPointData().GetScalars()).reshape(height, width, -1)
    return np.ascontiguousarray(pixels[: box[1] or height, : box[0] or width, -1])
