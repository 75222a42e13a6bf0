"""Shadows on the ground: the things themselves, laid flat along the sun's rays, darkening each pixel once."""

import numpy as np
from vtkmodules.vtkCommonDataModel import vtkPolyData
from vtkmodules.vtkRenderingCore import vtkActor

from twin.geometry import Floats
from twin.scene import draw
from twin.scene.look import Look
from twin.scene.machines import SHADOW_DEPTH, darken


def shadow_actor(data: vtkPolyData, look: Look, *, site_from_data: Floats | None = None) -> vtkActor:
    """The shadow that *data* casts on the ground."""
    actor = draw.plain_actor(data, cull=False)
    actor.GetMapper().ScalarVisibilityOff()
    darken(actor, look)
    cast = look.cast(SHADOW_DEPTH)
    actor.SetUserMatrix(draw.matrix_of(cast if site_from_data is None else cast @ site_from_data))
    return actor


def column_quads(base: Floats, turn: Floats, size: Floats) -> Floats:
    """(5 n, 4, 3) sides and tops of upright prisms: bottom centres (n, 3), turns (n,) and sizes (n, 3)."""
    from twin.scene.stacks import _SIDES

    local = _SIDES[:5, None] * (size / 2)[:, None, :]
    cos, sin = np.cos(turn)[:, None], np.sin(turn)[:, None]
    out = np.empty(local.shape)
    out[..., 0] = base[:, 0, None] + cos * local[..., 0] - sin * local[..., 1]
    out[..., 1] = base[:, 1, None] + sin * local[..., 0] + cos * local[..., 1]
    out[..., 2] = base[:, 2, None] + size[:, 2, None] / 2 + local[..., 2]
    return np.asarray(out.reshape(-1, 4, 3))
