"""Water to the horizon and the sky above it; both end in the same haze."""

import numpy as np
import numpy.typing as npt
from vtkmodules.vtkCommonDataModel import vtkImageData
from vtkmodules.vtkRenderingCore import vtkActor, vtkTexture

from twin.geometry import Floats
from twin.scene import draw
from twin.scene.look import Look

EDGE = 24_000.0  # metres: where the world ends
_RINGS = np.array([0, 150, 350, 700, 1200, 2000, 3200, 5000, 8000, 13_000, EDGE])
_SPOKES = 48
_TILE = 170.0  # metres, one copy of the waves


def add_water(
    stages: draw.Stages, look: Look, level: float, middle: tuple[float, float], haze: draw.Haze
) -> tuple[vtkActor, vtkActor]:
    """A sheet of water at *level* around *middle*: with waves, and plain where they would be smaller than a pixel."""
    turn = np.arange(_SPOKES) * 2 * np.pi / _SPOKES
    ring = np.stack([np.cos(turn), np.sin(turn)], axis=1)
    points = np.concatenate([ring * r + middle for r in _RINGS])
    grid = np.arange(len(points)).reshape(len(_RINGS), _SPOKES)
    after = np.roll(grid, -1, axis=1)
    faces = np.stack([grid[:-1], grid[1:], after[1:], after[:-1]], axis=-1).reshape(-1, 4)
    rgb = np.broadcast_to(look.water["near"], (len(points), 3))
    flat = np.column_stack([points, np.full(len(points), level)])
    rough = draw.plain_actor(draw.poly_data(flat, faces, rgb, uv=points / _TILE), texture=texture_of(_waves()))
    plain = draw.plain_actor(draw.poly_data(flat, faces, (rgb * np.array([0.86, 0.875, 0.883])).astype(np.uint8)))
    for actor in (rough, plain):
        stages.add("water", haze.on(actor))
    return rough, plain


def _waves() -> Floats:
    """(256, 256, 3) of 0..255: ripples that join at the edges, light on average."""
    size, rng = 256, np.random.default_rng(5)
    fx, fy = np.meshgrid(np.fft.fftfreq(size) * size, np.fft.fftfreq(size) * size, indexing="xy")
    wind = 0.55 + 0.45 * np.abs(np.cos(np.arctan2(fy, fx) - 1.1)) ** 2
    radius = np.hypot(fx, fy)
    spectrum = np.where((radius > 2) & (radius < 70), wind / np.maximum(radius, 1) ** 1.15, 0)
    waves = np.fft.ifft2(spectrum * np.exp(2j * np.pi * rng.random((size, size)))).real
    waves /= waves.std()
    light = np.clip(225 + 13 * waves, 150, 255)
    return np.asarray(np.stack([light - 6, light - 2, light], axis=-1))


def texture_of(rgb: Floats, *, repeat: bool = True) -> vtkTexture:
    """A mipmapped texture of an image (h, w, 3 or 4) of 0..255, first row at the bottom."""
    texture = vtkTexture()
    texture.SetInputData(image_of(rgb))
    texture.InterpolateOn()
    texture.MipmapOn()
    texture.SetMaximumAnisotropicFiltering(1.0)  # software GL pays dearly for more
    texture.SetRepeat(repeat)
    texture.SetColorModeToDirectScalars()
    return texture


def image_of(rgb: npt.NDArray[np.floating] | npt.NDArray[np.uint8]) -> vtkImageData:
    """A VTK image of (h, w, 3 or 4) of 0..255, first row at the bottom."""
    height, width, depth = rgb.shape
    image = vtkImageData()
    image.SetDimensions(width, height, 1)
    flat = draw.column(np.ascontiguousarray(rgb.reshape(-1, depth).astype(np.uint8)))
    image.GetPointData().SetScalars(flat)
    return image


def add_sky(stages: draw.Stages, look: Look) -> vtkActor:
    """A dome that `Scene` keeps centred on the eye: haze at the horizon, blue above."""
    up = np.radians([-90, -8, -0.6, 0.6, 2.5, 6, 11, 18, 30, 50, 90])
    shares = np.array([0, 0, 0, 0.0, 0.12, 0.3, 0.47, 0.62, 0.8, 0.93, 1.0])
    turn = np.arange(_SPOKES) * 2 * np.pi / _SPOKES
    ring = np.stack([np.cos(turn), np.sin(turn)], axis=1)
    points = np.concatenate([np.column_stack([ring * np.cos(a), np.full(_SPOKES, np.sin(a))]) for a in up])
    haze, zenith, horizon = (np.array(look.sky[name], float) for name in ("haze", "zenith", "horizon"))
    bands = haze + shares[:, None] * (zenith - haze)
    bands[4:6] = 0.5 * bands[4:6] + 0.5 * horizon
    # The sky is lighter towards the sun.
    glow = np.clip(points @ look.sun.towards, 0, 1)[:, None] ** 6 * np.array([26, 20, 6])
    rgb = np.clip(np.repeat(bands, _SPOKES, axis=0) + glow, 0, 255)
    grid = np.arange(len(points)).reshape(len(up), _SPOKES)
    after = np.roll(grid, -1, axis=1)
    faces = np.stack([grid[:-1], grid[1:], after[1:], after[:-1]], axis=-1).reshape(-1, 4)
    actor = draw.plain_actor(draw.poly_data(points * EDGE * 1.05, faces, rgb), cull=False)
    actor.UseBoundsOff()
    stages.add("sky", actor)
    return actor
