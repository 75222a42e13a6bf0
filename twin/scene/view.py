"""Between site points and pixels: the projection of a camera onto a window."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from vtkmodules.vtkRenderingCore import vtkCamera

from twin.geometry import Floats


@dataclass(frozen=True)
class View:
    """*clip_from_site* (4, 4) and a window; pixels are counted from the upper left corner."""

    clip_from_site: Floats
    width: int
    height: int

    def pixels(self, points: npt.ArrayLike) -> tuple[Floats, Floats]:
        """Pixels (n, 2) of site *points* (n, 3), and how far ahead of the eye they lie (n,): negative behind it."""
        points = np.atleast_2d(np.asarray(points, float))
        clip = np.column_stack([points, np.ones(len(points))]) @ self.clip_from_site.T
        with np.errstate(divide="ignore", invalid="ignore"):
            flat = clip[:, :2] / clip[:, 3:]
        return (flat * (1, -1) + 1) / 2 * (self.width, self.height), clip[:, 3]

    def ray(self, x: float, y: float) -> tuple[Floats, Floats]:
        """Origin on the near plane and unit direction (3,) of the line of sight through a pixel."""
        flat = (2 * x / self.width - 1, 1 - 2 * y / self.height)
        ends = np.array([[*flat, -1.0, 1.0], [*flat, 1.0, 1.0]]) @ np.linalg.inv(self.clip_from_site).T
        near, far = ends[:, :3] / ends[:, 3:]
        return near, (far - near) / np.linalg.norm(far - near)


def view_of(camera: vtkCamera, size: tuple[int, int]) -> View:
    """What *camera* sees in a window of *size*."""
    width, height = max(size[0], 1), max(size[1], 1)
    matrix = camera.GetCompositeProjectionTransformMatrix(width / height, -1, 1)
    values = np.array([[matrix.GetElement(i, j) for j in range(4)] for i in range(4)])
    return View(values, width, height)
