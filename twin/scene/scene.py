"""A moment drawn: one window, its layers, its camera.  Imports VTK; `renderer.prepare` has to choose what draws first."""

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import vtkmodules.vtkRenderingOpenGL2  # noqa: F401  (without it there is nothing to draw with)
from vtkmodules.util.numpy_support import vtk_to_numpy
from vtkmodules.vtkCommonCore import vtkUnsignedCharArray
from vtkmodules.vtkRenderingCore import vtkLight, vtkRenderer, vtkRenderWindow

from twin.geometry import Floats
from twin.moment import Moment
from twin.scene import draw
from twin.scene.cameras import Camera, named_camera
from twin.scene.ground import add_ground, add_quays
from twin.scene.land import add_land
from twin.scene.look import Lamp, Look, read_look
from twin.scene.machines import MachineLayer, near_machines, stale_machines
from twin.scene.paint import Paint
from twin.scene.renderer import prepare
from twin.scene.riders import Riders
from twin.scene.ropes import Ropes
from twin.scene.solids import Solids, add_structures
from twin.scene.vessel import Ships
from twin.scene.water import add_sky, add_water
from twin.scene.yard import Yard
from twin.terminal import Terminal
from twin.units import SECOND

STALE = 30 * SECOND
NEAR = 420.0  # metres at a view angle of 30 degrees, within which machines show their details
Picture = npt.NDArray[np.uint8]


class Scene:
    """One terminal, drawn moment after moment.

    Draws into the window and renderer of *plotter* (anything with `render_window` and `renderer`), or opens its own.
    """

    def __init__(
        self,
        terminal: Terminal,
        *,
        off_screen: bool = True,
        size: tuple[int, int] = (1280, 720),
        look: Look | None = None,
        plotter: Any = None,
    ) -> None:
        self.terminal, self.look = terminal, look or read_look()
        if plotter is None:
            prepare()
        self.window = plotter.render_window if plotter else vtkRenderWindow()
        self.renderer = plotter.renderer if plotter else vtkRenderer()
        if plotter is None:
            self.window.SetOffScreenRendering(off_screen)
            self.window.SetSize(*size)
            self.window.AddRenderer(self.renderer)
        self.window.SetMultiSamples(0)
        self.window.SetStencilCapable(True)
        self.stages = draw.Stages(self.renderer)
        self.moment: Moment | None = None
        self._camera = named_camera("overview", terminal)
        self._build()
        self.camera = self._camera

    def _build(self) -> None:
        look, stages = self.look, self.stages
        haze = draw.Haze(look.sky["haze"])
        self._sky = add_sky(stages, look)
        x0, y0, x1, y1 = self.terminal.bounds
        level = self.terminal.site.water_level
        add_water(stages, look, level, ((x0 + x1) / 2, (y0 + y1) / 2), draw.Haze(look.sky["haze"], 200, 7000))
        add_land(stages, self.terminal, look, haze)
        add_ground(stages, self.terminal, look, haze)
        for add, shadows in ((add_quays, False), (add_structures, True)):
            solids = Solids(look)
            add(solids, self.terminal, look)
            solids.add(stages, haze, shadows=shadows)
        self._paint = Paint(look)
        self._yard = Yard(stages, look, self._paint, haze)
        self._ships = Ships(stages, look, self._paint, haze)
        self._machines = MachineLayer(stages, look, haze)
        self._riders = Riders(stages, look, self._paint, haze)
        self._ropes = Ropes(stages, look, haze)
        self._light()

    def _light(self) -> None:
        self.renderer.SetBackground(*(c / 255 for c in self.look.sky["haze"]))
        self.renderer.RemoveAllLights()
        self.renderer.SetAutomaticLightCreation(False)
        for lamp in (self.look.sun, self.look.fill):
            self.renderer.AddLight(_light(lamp))

    # -- moments

    def show(self, moment: Moment) -> None:
        """Take over what changed since the last moment; nothing is drawn yet."""
        self.moment = moment
        self._yard.show(moment)
        self._ships.show(moment)
        self._riders.show(moment)
        reach = NEAR * np.tan(np.radians(15)) / np.tan(np.radians(self._camera.view_angle / 2))
        near = near_machines(moment, np.array(self._camera.position), float(reach))
        self._machines.show(moment, near, stale_machines(moment, STALE))
        self._ropes.show(moment, np.array(self._camera.position))

    def render(self) -> None:
        """Draw one frame."""
        self.stages.settle()
        self._place_eye()
        self.window.Render()

    def picture(self) -> Picture:
        """The frame as (height, width, 3), first row at the top; draws it first."""
        self.render()
        width, height = self.window.GetSize()
        pixels = vtkUnsignedCharArray()
        self.window.GetPixelData(0, 0, width - 1, height - 1, 0, pixels, 0)
        return np.ascontiguousarray(vtk_to_numpy(pixels).reshape(height, width, 3)[::-1])

    # -- camera

    @property
    def camera(self) -> Camera:
        """Where the picture is taken from; set it to a `Camera` or a name such as 'quay' or 'block:A01'."""
        eye = self.renderer.GetActiveCamera()
        return Camera(eye.GetPosition(), eye.GetFocalPoint(), eye.GetViewUp(), eye.GetViewAngle())

    @camera.setter
    def camera(self, camera: Camera | str) -> None:
        if isinstance(camera, str):
            camera = named_camera(camera, self.terminal, self.moment)
        self._camera = camera
        eye = self.renderer.GetActiveCamera()
        eye.SetPosition(*camera.position)
        eye.SetFocalPoint(*camera.focal_point)
        eye.SetViewUp(*camera.up)
        eye.SetViewAngle(camera.view_angle)

    def _place_eye(self) -> None:
        """Keep the sky around the eye, and the depth range as tight as the eye's height allows."""
        eye = self.renderer.GetActiveCamera()
        x, y, z = eye.GetPosition()
        self._sky.SetPosition(x, y, z)
        near = float(np.clip(abs(z) * 0.03, 0.5, 60.0))
        eye.SetClippingRange(near, 60_000.0)


def _light(lamp: Lamp) -> vtkLight:
    light = vtkLight()
    light.SetLightTypeToSceneLight()
    light.SetPositional(False)
    light.SetPosition(*lamp.towards)
    light.SetFocalPoint(0, 0, 0)
    light.SetColor(*lamp.colour)
    light.SetAmbientColor(0, 0, 0)
    light.SetSpecularColor(0, 0, 0)
    return light
