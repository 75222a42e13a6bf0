"""Shadows on the ground: the things themselves, laid flat along the sun's rays, darkening each pixel once."""

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


def ground_shade(look: Look) -> vtkActor:
    """An actor for outlines that lie on the ground already, nothing on it yet."""
    actor = draw.plain_actor(None, cull=False)
    actor.GetMapper().ScalarVisibilityOff()
    darken(actor, look)
    return actor
