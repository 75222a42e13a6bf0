"""What a container's steel looks like: corrugated sides, doors with their bars, a roof; one texture for all boxes.

It darkens the box's own colour.  Where it is see-through letters show: the line's name on long sides, dark on light
paint and white on dark.  Which of the two is the texture's blue, one value a line: no word changes in a shadow.
"""

from functools import cache

import numpy as np
import numpy.typing as npt
from vtkmodules.vtkRenderingCore import vtkTexture

from twin.geometry import Floats
from twin.scene.labels import letters_of
from twin.scene.look import Colour, Look
from twin.scene.water import texture_of

SIDE = 2048
_HIGH = 128  # pixels of a strip: one side, door or roof
_PLAIN = ("leased", "reefers")  # titles that nobody paints on a box
_LIGHT = 0.42  # paint brighter than this, of 1, bears dark letters
# Instead of VTK's own use of a texture: its red darkens, its see-through parts turn to ink, dark where it is blue.
INK = """
  vec4 skin = texture(actortexture, tcoordVCVSOutput);
  vec3 steel = gl_FragData[0].rgb;
  vec3 ink = mix(vec3(0.85), steel * 0.26, skin.b);
  gl_FragData[0].rgb = mix(ink, steel, skin.a) * skin.r;
"""


class Skins:
    """The texture, and where on it each kind of face lies.

    Strips from the bottom: 0 roofs 40' and 20', doors, fronts; then two lines a strip: 40' sides, 20' sides.
    """

    def __init__(self, look: Look) -> None:
        self.lines = [line.title if line.title not in _PLAIN else "" for line in look.lines.values()]
        sheet = np.full((SIDE, SIDE, 4), 255.0)
        self.number = {name: i + 1 for i, name in enumerate(look.lines)}
        sheet[0:_HIGH, 0:1024] = _roof(1024, 40)
        sheet[0:_HIGH, 1024:1536] = _roof(512, 22)
        sheet[0:_HIGH, 1536:1664] = _door()
        sheet[0:_HIGH, 1664:1792] = _wall(128, 9, "")
        dark = [False, *(dark_letters(line.colour) for line in look.lines.values())]
        for i, title in enumerate(["", *self.lines]):
            low = _HIGH * (1 + i)
            if low + _HIGH <= SIDE:
                sheet[low : low + _HIGH, 0:1024] = _wall(1024, 40, title)
                sheet[low : low + _HIGH, 1024:1536] = _wall(512, 22, title)
                sheet[low : low + _HIGH, 0:1536, 2] = 255 * dark[i]
        self.blank = (1800 / SIDE, 60 / SIDE)  # texture coordinates of plain white
        self.texture: vtkTexture = texture_of(sheet, repeat=False)

    def uv(
        self, face: npt.NDArray[np.int8], length: Floats, line: npt.NDArray[np.int64], piece: Floats | None = None
    ) -> npt.NDArray[np.float32]:
        """(q, 4, 2) texture coordinates of quads: their face number, their box's length (m) and line number (0: none).

        *piece* (q, 4) is x0 y0 x1 y1, in 0..1, where a quad is only a part of its face.
        """
        long, low = length > 9, np.zeros(len(face), np.int64)
        left, wide = np.where(long, 0, 1024), np.where(long, 1024, 512)
        sides = (face == 2) | (face == 3)
        low[sides] = _HIGH * (1 + line[sides])
        low[low + _HIGH > SIDE] = _HIGH
        ends = face < 2
        left[ends], wide[ends] = np.where(face[ends] == 0, 1536, 1664), 128
        x0, y0, x1, y1 = (0.0, 0.0, 1.0, 1.0) if piece is None else piece.T
        u0, u1 = left + 1 + (wide - 2) * x0, left + 1 + (wide - 2) * x1
        v0, v1 = low + 1 + (_HIGH - 2) * y0, low + 1 + (_HIGH - 2) * y1
        u, v = np.stack([u0, u1, u1, u0], axis=1), np.stack([v0, v0, v1, v1], axis=1)
        return (np.stack([u, v], axis=-1) / SIDE).astype(np.float32)


def dark_letters(paint: Colour) -> bool:
    """Whether letters on the *paint*, as it is in no light or shadow, are dark; else white."""
    return bool(np.dot(paint, (0.3, 0.59, 0.11)) > _LIGHT * 255)


def _ridges(width: int, count: int, depth: float) -> Floats:
    """(width,) brightness of trapezoidal corrugation: face, falling flank, groove, rising flank."""
    phase = np.arange(width) / width * count % 1.0
    steps = [phase < 0.34, phase < 0.5, phase < 0.84]
    return np.asarray(np.select(steps, [1.0, 1 - depth, 1 - depth * 0.35], 1 + depth * 0.25))


@cache
def _frame(width: int) -> Floats:
    """(128, width) posts, rails and corner castings."""
    out = np.ones((_HIGH, width))
    out[:5] *= 0.80
    out[-5:] *= 0.90
    out[:, :4] *= 0.82
    out[:, -4:] *= 0.82
    for rows in (slice(0, 6), slice(_HIGH - 6, _HIGH)):
        for columns in (slice(0, 9), slice(width - 9, width)):
            out[rows, columns] = 0.55
    return out


def _finished(light: Floats, white: Floats | None = None) -> Floats:
    rng = np.random.default_rng(7)
    grain = 1 + rng.normal(0, 0.012, light.shape)
    streaks = 1 - 0.05 * np.clip(rng.normal(0, 1, (1, light.shape[1])), 0, 2) * np.linspace(0.2, 1, _HIGH)[::-1, None]
    rgb = np.clip(light * grain * streaks * 250, 0, 255)
    alpha = np.full(light.shape, 255.0) if white is None else 255 - white
    return np.dstack([rgb, rgb, rgb, alpha])


def _wall(width: int, ridges: int, title: str) -> Floats:
    light = np.repeat(_ridges(width, ridges, 0.16)[None], _HIGH, axis=0)
    frame = _frame(width)
    light[6:-6, 6:-6] *= 1.0
    edge = frame < 1
    light[edge] = frame[edge]
    white = np.zeros((_HIGH, width))
    if title:
        letters = letters_of(title.upper(), 62).astype(float)
        room = width - 60
        if letters.shape[1] > room:
            letters = letters[:, np.linspace(0, letters.shape[1] - 1, room).astype(int)]
        high, wide = min(letters.shape[0], 90), letters.shape[1]
        x, y = (width - wide) // 2, 34
        white[y : y + high, x : x + wide] = letters[:high] * 0.92
    return _finished(light, white)


def _roof(width: int, ridges: int) -> Floats:
    light = np.repeat(_ridges(width, ridges, 0.07)[None], _HIGH, axis=0)
    frame = _frame(width)
    light[frame < 1] = np.maximum(frame[frame < 1], 0.6)
    return _finished(light)


def _door() -> Floats:
    light = np.full((_HIGH, 128), 0.95)
    frame = _frame(128)
    for z in (26, 54, 82, 106):
        light[z : z + 2, 6:-6] = 0.84
    light[:, 63:65] = 0.45  # where the leaves meet
    for x in (20, 46, 80, 106):  # locking bars
        light[4:-4, x : x + 2] = 1.08
        light[4:-4, x + 2 : x + 4] = 0.62
        for z in (10, 40, 88, 118):
            light[z : z + 4, x - 3 : x + 6] = 0.7
    for x in (26, 86):  # handles
        light[46:49, x : x + 16] = 0.6
    light[frame < 1] = frame[frame < 1]
    return _finished(light)
