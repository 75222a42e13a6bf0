"""Ropes and stays: ribbons that face the eye, never thinner than they can be seen."""

import numpy as np
from vtkmodules.vtkCommonCore import vtkPoints

from twin.geometry import Floats
from twin.kinematics import Parts, PartTable
from twin.moment import Moment
from twin.scene import draw
from twin.scene.look import Look

THIN = 0.0009  # a rope's least width, of its distance: about a pixel


class Ropes:
    """All ropes of all machines in one mesh, laid anew each frame."""

    def __init__(self, stages: draw.Stages, look: Look, haze: draw.Haze) -> None:
        self.look = look
        self.actor = draw.plain_actor(None, cull=False)
        self._table: PartTable | None = None
        stages.add("standing", haze.on(self.actor))

    def show(self, moment: Moment, eye: Floats) -> None:
        """Span every rope, seen from *eye* (3,)."""
        if moment.parts.table is not self._table:
            self._restring(moment.parts.table)
        if not len(self._a):
            return
        a, b = rope_end(moment.parts, self._a, self._at_a), rope_end(moment.parts, self._b, self._at_b)
        away = eye - (a + b) / 2
        side = np.cross(b - a, away)
        side /= np.maximum(np.linalg.norm(side, axis=1, keepdims=True), 1e-9)
        wide = np.maximum(self._width, THIN * np.linalg.norm(away, axis=1))[:, None] / 2
        corners = np.stack([a - side * wide, b - side * wide, b + side * wide, a + side * wide], axis=1)
        self._points[:] = np.nan_to_num(corners.reshape(-1, 3), nan=-1e4)
        self._vtk_points.Modified()
        self._data.Modified()

    def _restring(self, table: PartTable) -> None:
        self._table = table
        rows: list[tuple[int, int, tuple[float, ...], tuple[float, ...], float, str]] = []
        for kind in table.kinds:
            for rope in kind.ropes:
                if (kind.name, rope.part_a) in table.first and (kind.name, rope.part_b) in table.first:
                    first, second = table.first[kind.name, rope.part_a], table.first[kind.name, rope.part_b]
                    pairs = zip(range(first.start, first.stop), range(second.start, second.stop), strict=True)
                    rows += [(i, j, rope.at_a, rope.at_b, rope.width, rope.colour) for i, j in pairs]
        self._a, self._b = np.array([r[0] for r in rows], np.int64), np.array([r[1] for r in rows], np.int64)
        self._at_a, self._at_b = (np.array([r[k] for r in rows], float).reshape(-1, 3) for k in (2, 3))
        self._width = np.array([r[4] for r in rows], float)
        rgb = np.array([self.look.colour_of(r[5]) for r in rows], float).reshape(-1, 3) * 0.9
        self._points = np.zeros((len(rows) * 4, 3), np.float32)
        self._data = draw.quad_data(self._points.reshape(-1, 4, 3), rgb)
        self._vtk_points = vtkPoints()
        self._vtk_points.SetData(draw.column(self._points, shared=True))
        self._data.SetPoints(self._vtk_points)
        draw.put(self.actor, self._data)
        self.actor.SetVisibility(len(rows) > 0)


def rope_end(parts: Parts, row: np.ndarray[tuple[int], np.dtype[np.int64]], at: Floats) -> Floats:
    """Site points (n, 3) of the points *at* (n, 3) of flat part rows."""
    yaw, pitch = parts.yaw[row], parts.pitch[row]
    ahead, up = np.cos(pitch) * at[:, 0] - np.sin(pitch) * at[:, 2], np.sin(pitch) * at[:, 0] + np.cos(pitch) * at[:, 2]
    out = parts.position[row].copy()
    out[:, 0] += np.cos(yaw) * ahead - np.sin(yaw) * at[:, 1]
    out[:, 1] += np.sin(yaw) * ahead + np.cos(yaw) * at[:, 1]
    out[:, 2] += up
    return out
