"""A moment drawn: one window, its layers, its camera.  Imports VTK; `renderer.prepare` has to choose first."""

from pathlib import Path
from typing import Any

import numpy as np
import vtkmodules.vtkRenderingOpenGL2  # noqa: F401  (without it there is nothing to draw with)
from vtkmodules.vtkCommonCore import vtkUnsignedCharArray
from vtkmodules.vtkRenderingCore import vtkLight, vtkRenderer, vtkRenderWindow

from twin.geometry import Floats
from twin.moment import Moment
from twin.scene import draw
from twin.scene.cameras import Camera, named_camera
from twin.scene.ground import add_ground, add_quays
from twin.scene.labels import Labels, signs_of
from twin.scene.land import add_land
from twin.scene.look import Lamp, Look, read_look
from twin.scene.machines import MachineLayer, near_machines, stale_machines
from twin.scene.marks import Marks
from twin.scene.names import Names
from twin.scene.paint import Paint
from twin.scene.pictures import Picture, shrunk, write_picture
from twin.scene.renderer import prepare
from twin.scene.riders import Riders
from twin.scene.ropes import Ropes
from twin.scene.solids import Solids, add_structures
from twin.scene.vessel import Ships
from twin.scene.view import View, view_of
from twin.scene.water import add_sky, add_water
from twin.scene.yard import Yard
from twin.terminal import Terminal
from twin.units import SECOND

WAVES = 200.0  # metres, from how high the waves can be seen
SLABS = 240.0  # metres, from how high the pavement's slabs can be seen
HIGH = 400.0  # metres, below which haze starts where it always does
STALE = 30 * SECOND
SHADOWS = 2.8  # of NEAR, within which there are shadows on the ground
SKINS = 1.15  # of NEAR, within which boxes show their skins
NEAR = 260.0  # metres at a view angle of 30 degrees, within which machines show their details


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
        self.labels = True  # whether names are shown
        self._own, self._finer = plotter is None, 1
        self._seen_from: tuple[float, ...] | None = None
        self._build()
        self.camera = "overview"
        self.renderer.AddObserver("StartEvent", self._before_frame)

    def _build(self) -> None:
        look, stages = self.look, self.stages
        haze = draw.Haze(look.sky["haze"], 1100)
        sea_haze = draw.Haze(look.sky["haze"], 200, 7000)
        self._hazes, self._haze_height = (haze, sea_haze), 0.0
        self._sky = add_sky(stages, look)
        x0, y0, x1, y1 = self.terminal.bounds
        level = self.terminal.site.water_level
        self._water = add_water(stages, look, level, ((x0 + x1) / 2, (y0 + y1) / 2), sea_haze)
        add_land(stages, self.terminal, look, haze)
        self._slabs = add_ground(stages, self.terminal, look, haze)
        for add, shadows in ((add_quays, False), (add_structures, True)):
            solids = Solids(look)
            add(solids, self.terminal, look)
            solids.add(stages, haze, shadows=shadows)
        self._paint = Paint(look)
        self._yard = Yard(stages, self.terminal, look, self._paint, haze)
        self._ships = Ships(stages, look, self._paint, haze)
        self._machines = MachineLayer(stages, look, haze)
        self._riders = Riders(stages, look, self._paint, haze)
        self._ropes = Ropes(stages, look, haze)
        self._labels, self._marks = Labels(self.renderer), Marks(stages)
        self._names = Names(self.terminal)
        self._light()

    def _light(self) -> None:
        self.renderer.SetBackground(*(c / 255 for c in self.look.sky["haze"]))
        self.renderer.RemoveAllLights()
        self.renderer.SetAutomaticLightCreation(False)
        self.renderer.SetTwoSidedLighting(False)
        for lamp in (self.look.sun, self.look.fill):
            self.renderer.AddLight(_light(lamp))

    # -- moments

    def show(self, moment: Moment) -> None:
        """Take over what changed since the last moment; drawn with the next frame."""
        self.moment = moment
        self._yard.show(moment)
        self._ships.show(moment)
        self._riders.show(moment)
        self._marks.follow(moment)
        self._stale = stale_machines(moment, STALE)
        self._seen_from = None

    def render(self) -> None:
        """Draw one frame."""
        self.window.Render()

    def picture(self, *, finer: int = 1) -> Picture:
        """A frame as (height, width, 3), first row at the top; *finer* 2 or 3 smooths edges, in a window of our own."""
        width, height = self.window.GetSize()
        if finer == 1 or not self._own:
            self.render()
            return self._pixels(width, height)
        self._finer = finer
        self.window.SetSize(width * finer, height * finer)
        self.render()
        fine = self._pixels(width * finer, height * finer)
        self._finer = 1
        self.window.SetSize(width, height)
        return shrunk(fine, finer)

    def _pixels(self, width: int, height: int) -> Picture:
        pixels = vtkUnsignedCharArray()
        self.window.GetPixelData(0, 0, width - 1, height - 1, 0, pixels, 0)
        return np.ascontiguousarray(draw.array_of(pixels).reshape(height, width, 3)[::-1])

    def still(self, path: Path | str, quality: bool = True) -> Path:
        """Write a picture to *path* (.png, .jpg).  Raises `BadFile`."""
        return write_picture(self.picture(finer=3 if quality else 1), Path(path))

    def moving(self, moving: bool) -> None:
        """Say whether the picture moves: one that stands still is smoothed."""
        self.renderer.SetUseFXAA(not moving)

    # -- pointing

    def ray_through(self, pixel: tuple[float, float]) -> tuple[Floats, Floats]:
        """Origin and unit direction (3,) of the line of sight through *pixel* (x, y from the upper left corner)."""
        return self._view().ray(*pixel)

    def pixel_of(self, point: tuple[float, float, float]) -> tuple[float, float]:
        """Where a site point lies in the picture (x, y from the upper left corner); NaN behind the eye."""
        pixels, ahead = self._view().pixels([point])
        return (float(pixels[0, 0]), float(pixels[0, 1])) if ahead[0] > 0 else (np.nan, np.nan)

    def highlight(self, kind: str, row: int = -1) -> None:
        """Outline a 'container', 'machine', 'vessel' or 'block' by its row; '' takes the outline away."""
        self._marks.highlight(kind, row, self.moment)

    def distance_line(self, p1: Floats, p2: Floats, text: str, verdict: str = "unknown") -> None:
        """Draw a measured distance in the colour of its verdict (pass, warn, fail, unknown)."""
        self._marks.distance(p1, p2, text, verdict)

    def clear_lines(self) -> None:
        """Take all measured distances away."""
        self._marks.clear()

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
        eye = self.renderer.GetActiveCamera()
        eye.SetPosition(*camera.position)
        eye.SetFocalPoint(*camera.focal_point)
        eye.SetViewUp(*camera.up)
        eye.SetViewAngle(camera.view_angle)

    def _view(self) -> View:
        return view_of(self.renderer.GetActiveCamera(), self.window.GetSize())

    def _before_frame(self, _renderer: object = None, _event: str = "") -> None:
        """Bring up to date what depends on the eye; runs before every frame, whoever asked for it."""
        eye = self.renderer.GetActiveCamera()
        place = np.array(eye.GetPosition())
        # The nearest thing is the ground below or, low down, whatever stands there.
        eye.SetClippingRange(float(np.clip(abs(place[2]) * 0.03, 0.5, 60.0)), 60_000.0)
        self._sky.SetPosition(*place)
        self._slabs.show(abs(float(place[2])) < SLABS * self._finer)
        for actor, shown in zip(
            self._water, (place[2] < WAVES * self._finer, place[2] >= WAVES * self._finer), strict=True
        ):
            actor.SetVisibility(bool(shown))
        seen_from = (*place.tolist(), eye.GetViewAngle())
        if self.moment is not None and seen_from != self._seen_from:
            self._seen_from = seen_from
            reach = NEAR * np.tan(np.radians(15)) / np.tan(np.radians(eye.GetViewAngle() / 2))
            reach = float(reach) * self._finer
            self._yard.face(place, SKINS * reach, SHADOWS * reach)
            near, shaded = (near_machines(self.moment, place, far) for far in (reach, SHADOWS * reach))
            self._machines.show(self.moment, near, self._stale, shaded)
            self._ropes.show(self.moment, place)
        self._thin_haze(abs(float(place[2])))
        signs = signs_of(self._marks.signs)
        if self.labels and self.moment is not None:
            signs = signs.joined(self._names.of(self.moment))
        self._labels.show(signs)
        self._labels.place(self._view(), scale=self._finer)
        self.stages.settle()

    def _thin_haze(self, height: float) -> None:
        """Have the haze start beyond the ground below; things added since the last frame included."""
        if height < HIGH and self._haze_height < HIGH:
            return
        self._haze_height = height
        for haze in self._hazes:
            haze.seen_from(height)


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
