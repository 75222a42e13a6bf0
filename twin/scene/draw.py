"""numpy arrays -> VTK: polygon data, actors, the order of drawing.  Static data is copied, moving data is shared."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import vtkmodules.vtkRenderingOpenGL2  # noqa: F401  (without it there is nothing to draw with)
from vtkmodules.util.numpy_support import numpy_to_vtk, vtk_to_numpy
from vtkmodules.vtkCommonCore import VTK_ID_TYPE, vtkDataArray, vtkPoints
from vtkmodules.vtkCommonDataModel import vtkCellArray, vtkPolyData
from vtkmodules.vtkCommonMath import vtkMatrix4x4
from vtkmodules.vtkRenderingCore import vtkActor, vtkPolyDataMapper, vtkProp, vtkRenderer, vtkShaderProperty, vtkTexture

from twin.geometry import Floats
from twin.scene.look import Colour

# OpenGL's names.
_EQUAL, _LESS_OR_EQUAL, _NOT_LESS, _ALWAYS = 0x0202, 0x0203, 0x0206, 0x0207
_STENCIL_TEST, _STENCIL_BIT, _KEEP, _REPLACE, _INCREASE = 0x0B90, 0x0400, 0x1E00, 0x1E01, 0x1E02
_BLEND, _BLENDED = 0x0BE2, ("shadow", "overlay")  # reading back what is there costs, so only where it shows through
_FAR = 3e4  # metres, beyond every terminal

# Far things fade into the haze.  1 / gl_FragCoord.w is the distance along the view; under a parallel view it is 1.
_HAZE = """{instead}
  float away = clamp((1.0 / gl_FragCoord.w - hazeNear) / {reach:.1f}, 0.0, 1.0);
  gl_FragData[0].rgb = mix(gl_FragData[0].rgb, vec3({r:.4f}, {g:.4f}, {b:.4f}), away * (2.0 - away) * {most:.2f});
"""


@dataclass(frozen=True)
class Haze:
    """What far things fade into: *colour*, from *near* on, all of *most* at *near* + *reach* (metres)."""

    colour: Colour
    near: float = 700.0
    reach: float = 9000.0
    most: float = 1.0
    _fading: list[vtkShaderProperty] = field(default_factory=list, repr=False, compare=False)

    def seen_from(self, height: float) -> None:
        """Start beyond the ground below an eye *height* metres up: haze lies low, and a plan is read through none."""
        near = max(self.near, 1.5 * height - 400.0)
        for shader in self._fading:
            shader.GetFragmentCustomUniforms().SetUniformf("hazeNear", near)

    def on(self, actor: vtkActor, instead: str = "//VTK::TCoord::Impl") -> vtkActor:
        """*actor*, now fading; *instead* takes the place of VTK's own use of its texture."""
        r, g, b = (c / 255 for c in self.colour)
        code = _HAZE.format(reach=self.reach, r=r, g=g, b=b, most=self.most, instead=instead)
        shader = actor.GetShaderProperty()
        shader.AddFragmentShaderReplacement("//VTK::TCoord::Impl", True, code, False)
        shader.GetFragmentCustomUniforms().SetUniformf("hazeNear", self.near)
        self._fading.append(shader)
        # A shader that may discard keeps the graphics from testing depth first.
        shader.AddFragmentShaderReplacement("if (gl_FragData[0].a <= 0.0)", True, "if (false)", False)
        return actor


def poly_data(
    points: npt.NDArray[np.floating],
    faces: npt.NDArray[np.integer] | None,
    rgb: npt.NDArray[np.uint8] | None = None,
    *,
    normals: npt.NDArray[np.floating] | None = None,
    uv: npt.NDArray[np.floating] | None = None,
    lines: npt.NDArray[np.integer] | None = None,
) -> vtkPolyData:
    """Polygon data of points (n, 3), faces (m, k) or lines (m, k), and per point rgb (n, 3), normals (n, 3), uv (n, 2).

    Float32 inside: bring the points near the site origin first.
    """
    data, vtk_points = vtkPolyData(), vtkPoints()
    vtk_points.SetData(column(np.ascontiguousarray(points, np.float32)))
    data.SetPoints(vtk_points)
    if faces is not None:
        data.SetPolys(_cells(faces))
    if lines is not None:
        data.SetLines(_cells(lines))
    if rgb is not None:
        data.GetPointData().SetScalars(column(np.ascontiguousarray(rgb, np.uint8)))
    if normals is not None:
        data.GetPointData().SetNormals(column(np.ascontiguousarray(normals, np.float32)))
    if uv is not None:
        data.GetPointData().SetTCoords(column(np.ascontiguousarray(uv, np.float32)))
    return data


def put(actor: vtkActor, data: vtkPolyData) -> None:
    """Have *actor* show *data*."""
    mapper = actor.GetMapper()
    assert isinstance(mapper, vtkPolyDataMapper)
    mapper.SetInputData(data)


def column(values: npt.NDArray[Any], *, shared: bool = False) -> vtkDataArray:
    """*values* (n,) or (n, k) as a VTK array: a copy, or *shared*, so that what is written later is seen."""
    made: vtkDataArray = numpy_to_vtk(values, deep=not shared)
    return made


def array_of(values: vtkDataArray) -> npt.NDArray[Any]:
    """A VTK array as numpy, not copied."""
    seen: npt.NDArray[Any] = vtk_to_numpy(values)
    return seen


def _cells(rows: npt.NDArray[np.integer]) -> vtkCellArray:
    cells = vtkCellArray()
    flat = numpy_to_vtk(np.ascontiguousarray(rows, np.int64).ravel(), deep=True, array_type=VTK_ID_TYPE)
    cells.SetData(rows.shape[1], flat)
    return cells


def quads(count: int) -> npt.NDArray[np.int64]:
    """Faces (count, 4) of quads whose corners lie one after another."""
    return np.arange(4 * count).reshape(-1, 4)


def quad_data(
    corners: npt.NDArray[np.floating],
    rgb: npt.NDArray[Any],
    *,
    uv: npt.NDArray[np.floating] | None = None,
) -> vtkPolyData:
    """Polygon data of flat quads (q, 4, 3), coloured per quad (q, 3) or per corner (q, 4, 3)."""
    colours = rgb if rgb.ndim == 3 else np.repeat(rgb[:, None], 4, axis=1)
    flat = colours.reshape(-1, 3).astype(np.uint8)
    return poly_data(corners.reshape(-1, 3), quads(len(corners)), flat, uv=None if uv is None else uv.reshape(-1, 2))


def plain_actor(data: vtkPolyData | None, *, cull: bool = True, texture: vtkTexture | None = None) -> vtkActor:
    """An actor that shows *data* in its own colours, unlit (they are lit already)."""
    mapper, actor = vtkPolyDataMapper(), vtkActor()
    if data is not None:
        mapper.SetInputData(data)
    mapper.SetColorModeToDirectScalars()
    actor.SetMapper(mapper)
    actor.GetProperty().LightingOff()
    actor.GetProperty().SetBackfaceCulling(cull)
    if texture is not None:
        actor.SetTexture(texture)
    return actor


def flat_actor(data: vtkPolyData, colour: Colour, *, alpha: float = 1.0, cull: bool = False) -> vtkActor:
    """An actor of one colour, unlit.  See-through ones are still drawn in their turn, not after everything else."""
    actor = plain_actor(data, cull=cull)
    actor.GetMapper().ScalarVisibilityOff()
    actor.GetProperty().SetColor(*(c / 255 for c in colour))
    actor.GetProperty().SetOpacity(alpha)
    actor.ForceOpaqueOn()
    return actor


def matrix_of(values: Floats) -> vtkMatrix4x4:
    """A VTK matrix of a 4 x 4 array."""
    matrix = vtkMatrix4x4()
    matrix.DeepCopy(np.asarray(values, float).ravel().tolist())
    return matrix


def site_from(x: float, y: float, z: float, yaw: float) -> Floats:
    """4 x 4 matrix of a pose."""
    cos, sin = np.cos(yaw), np.sin(yaw)
    return np.array([[cos, -sin, 0, x], [sin, cos, 0, y], [0, 0, 1, z], [0, 0, 0, 1.0]])


class Stages:
    """Our actors in the order they are drawn, stage by stage, each stage with its own OpenGL state.

    What stands on the ground comes first and marks its pixels, so that the ground is painted only where it shows: flat,
    layer over layer, so nothing on it can flicker; then shadows darken it, each pixel once; then what may also reach
    below the ground is drawn by depth, and what lies behind everything last, where nothing was drawn yet.
    """

    ORDER = ("standing", "land", "paint", "shadow", "solid", "water", "sky", "overlay")

    def __init__(self, renderer: vtkRenderer) -> None:
        self.renderer = renderer
        self._actors: dict[str, list[vtkProp]] = {stage: [self._gate(stage)] for stage in self.ORDER}
        self._unsettled = True

    def add(self, stage: str, actor: vtkProp) -> None:
        """Draw *actor* from now on, in its *stage*."""
        self._actors[stage].append(actor)
        self._unsettled = True

    def settle(self) -> None:
        """Bring new actors into the renderer, each at its turn; call before rendering."""
        if self._unsettled:
            everyone = [actor for stage in self.ORDER for actor in self._actors[stage]]
            for actor in everyone:
                self.renderer.RemoveViewProp(actor)
            for actor in everyone:
                self.renderer.AddViewProp(actor)
            self._unsettled = False

    def _gate(self, stage: str) -> vtkActor:
        """An invisible sliver that sets the state when its turn comes; it spans the world, so is never left out."""
        sliver = poly_data(np.array([[-_FAR, -_FAR, -_FAR], [0, 0, 0], [_FAR, _FAR, _FAR]]), np.array([[0, 1, 2]]))
        actor = flat_actor(sliver, (0, 0, 0))
        actor.UseBoundsOff()
        actor.PickableOff()

        def reached(_caller: object, _event: str) -> None:
            _enter(stage, self.renderer.GetRenderWindow().GetState())

        actor.GetMapper().AddObserver("StartEvent", reached)
        return actor


def _enter(stage: str, state: Any) -> None:
    """OpenGL's state for *stage*.  The stencil is 1 where something stands or a shadow fell already."""
    if stage == "standing":
        state.vtkglEnable(_STENCIL_TEST)
        state.vtkglStencilMask(255)
        state.vtkglClear(_STENCIL_BIT)
        state.vtkglStencilFunc(_ALWAYS, 1, 255)
        state.vtkglStencilOp(_KEEP, _KEEP, _REPLACE)
    elif stage == "land":
        state.vtkglStencilFunc(_EQUAL, 0, 255)
        state.vtkglStencilOp(_KEEP, _KEEP, _KEEP)
    elif stage == "shadow":
        state.vtkglStencilOp(_KEEP, _KEEP, _INCREASE)
    elif stage == "solid":
        state.vtkglDisable(_STENCIL_TEST)
    (state.vtkglEnable if stage in _BLENDED else state.vtkglDisable)(_BLEND)
    # Shadows pass only over what lies on the ground: their plane is a little below it.
    state.vtkglDepthFunc({"paint": _ALWAYS, "shadow": _NOT_LESS, "overlay": _ALWAYS}.get(stage, _LESS_OR_EQUAL))
