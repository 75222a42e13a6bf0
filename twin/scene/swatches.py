"""Colours as a texture: VTK's glyph mapper ignores the colours of what it copies, but not its texture."""

import numpy as np
import numpy.typing as npt
from vtkmodules.vtkCommonDataModel import vtkImageData
from vtkmodules.vtkRenderingCore import vtkTexture

from twin.scene import draw

SIDE = 32  # swatches a side: 1024 colours are more than any look has


class Swatches:
    """One texture of one-pixel swatches, growing as colours are asked for."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, ...], int] = {}
        self._rgb = np.full((SIDE * SIDE, 3), 255, np.uint8)
        self._image = vtkImageData()
        self._image.SetDimensions(SIDE, SIDE, 1)
        self.texture = vtkTexture()
        self.texture.SetInputData(self._image)
        self.texture.InterpolateOff()
        self.texture.MipmapOff()
        self.texture.SetColorModeToDirectScalars()
        self._publish()

    def uv(self, rgb: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
        """(n, 2) texture coordinates of colours (n, 3)."""
        colours, index = np.unique(rgb, axis=0, return_inverse=True)
        before = len(self._known)
        number = np.array([self._number(tuple(c)) for c in colours.tolist()], np.int64).reshape(-1)[index.reshape(-1)]
        if len(self._known) != before:
            self._publish()
        return np.stack([(number % SIDE + 0.5) / SIDE, (number // SIDE + 0.5) / SIDE], axis=1).astype(np.float32)

    def _number(self, colour: tuple[int, ...]) -> int:
        if colour not in self._known and len(self._known) < SIDE * SIDE:
            self._rgb[len(self._known)] = colour
            self._known[colour] = len(self._known)
        return self._known.get(colour, 0)

    def _publish(self) -> None:
        self._image.GetPointData().SetScalars(draw.column(self._rgb))
        self._image.Modified()
