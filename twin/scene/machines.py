"""Machines: parts that move as one are one mesh, drawn many times by one mapper; near, far, and grey where stale."""

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from vtkmodules.vtkCommonCore import vtkPoints
from vtkmodules.vtkCommonDataModel import vtkPolyData
from vtkmodules.vtkRenderingCore import vtkActor, vtkGlyph3DMapper, vtkTexture

from twin.catalogue import Kind, Part
from twin.geometry import Bools, Floats, Ints
from twin.kinematics import PartTable
from twin.moment import Moment
from twin.scene import draw
from twin.scene.look import Look
from twin.scene.meshes import ColourOf, Mesh, mesh
from twin.scene.swatches import Swatches

CAST = -1  # the detail of what casts a shadow
GREY = (126, 130, 134)
# Sun and fill, the scene's two lights, as `Look.shade` reckons them: VTK's own code adds highlights, which are dear.
_LIGHT = """
  vec3 sun = max(0.0, dot(normalVCVSOutput, -lightDirectionVC0)) * lightColor0;
  vec3 fill = max(0.0, dot(normalVCVSOutput, -lightDirectionVC1)) * lightColor1;
  gl_FragData[0] = vec4(ambientColor + diffuseColor * (sun + fill), opacity);
"""
SMALL = 0.2  # of its shape's largest face: what nobody misses from afar
SHADOW_DEPTH = -0.3  # metres; see `draw.Stages`: shadows pass where the ground lies before them


class Pool:
    """One mesh at many poses.  Its arrays are shared with VTK and written in place while the count stays."""

    def __init__(self, source: vtkPolyData, texture: vtkTexture | None, *, lit: bool = True) -> None:
        self.mapper, self.actor = vtkGlyph3DMapper(), vtkActor()
        self.mapper.SetSourceData(source)
        self.mapper.SetOrientationModeToQuaternion()
        self.mapper.SetOrientationArray("turn")
        self.mapper.SetScaling(False)
        self.actor.SetMapper(self.mapper)
        self.actor.VisibilityOff()
        self.mapper.ScalarVisibilityOff()
        if texture is None:
            self.actor.GetProperty().SetColor(*(c / 255 for c in GREY))
        else:
            self.actor.SetTexture(texture)
        if not lit:
            self.actor.GetProperty().LightingOff()
        self._count = -1

    def show(self, position: Floats, turn: npt.NDArray[np.float32]) -> None:
        """Stand one at each *position* (n, 3), turned by quaternions *turn* (n, 4: w x y z)."""
        if len(position) != self._count:
            self._resize(len(position))
        if self._count:
            self._position[:], self._turn[:] = position, turn
            for changed in (self._points, self._turns, self._data):
                changed.Modified()

    def _resize(self, count: int) -> None:
        self._count = count
        self._position, self._turn = np.zeros((count, 3), np.float32), np.zeros((count, 4), np.float32)
        self._data, self._points = vtkPolyData(), vtkPoints()
        self._points.SetData(draw.column(self._position, shared=True))
        self._turns = draw.column(self._turn, shared=True)
        self._turns.SetName("turn")
        self._data.SetPoints(self._points)
        self._data.GetPointData().AddArray(self._turns)
        self.mapper.SetInputData(self._data)
        self.actor.SetVisibility(count > 0)


@dataclass
class Group:
    """Parts of one kind that move as one, drawn from the poses of the first: flat rows *span* of the part table."""

    span: slice
    near: Pool
    far: Pool
    stale: Pool
    shadow: Pool
    pools: tuple[Pool, ...] = field(init=False)

    def __post_init__(self) -> None:
        self.pools = (self.near, self.far, self.stale, self.shadow)


class MachineLayer:
    """All machines of a moment, and their shadows on the ground."""

    def __init__(self, stages: draw.Stages, look: Look, haze: draw.Haze) -> None:
        self.stages, self.look, self.haze = stages, look, haze
        self.swatches = Swatches()
        self._table: PartTable | None = None
        self.groups: list[Group] = []
        self._sources: dict[tuple[str, int, int], vtkPolyData] = {}
        self._pools: dict[tuple[str, int, str], Pool] = {}

    def show(self, moment: Moment, near: Bools, stale: Bools, shaded: Bools) -> None:
        """Stand every part at its pose; *near*, *stale* and *shaded* (m,) say which machines are drawn how."""
        if moment.parts.table is not self._table:
            self._regroup(moment.parts.table)
        parts = moment.parts
        turn = quaternions(parts.yaw, parts.pitch)
        known = np.isfinite(parts.position).all(axis=1) & np.isfinite(parts.yaw)
        machine = parts.table.machine
        for group in self.groups:
            rows = np.arange(group.span.start, group.span.stop)[known[group.span]]
            close, old = near[machine[rows]], stale[machine[rows]]
            for pool, mine in ((group.near, close & ~old), (group.far, ~close & ~old), (group.stale, old)):
                pool.show(parts.position[rows[mine]], turn[rows[mine]])
            rows = rows[shaded[machine[rows]]]
            group.shadow.show(parts.position[rows], turn[rows])

    def _regroup(self, table: PartTable) -> None:
        for group in self.groups:
            for pool in group.pools:
                pool.show(np.zeros((0, 3)), np.zeros((0, 4), np.float32))
        self._table = table
        self.groups = [
            self._group(kind, members, table.first[kind.name, members[0]])
            for kind in table.kinds
            for members in rigid_groups(kind)
            if any(kind.parts[p].shapes for p in members) and (kind.name, members[0]) in table.first
        ]

    def _group(self, kind: Kind, members: list[int], span: slice) -> Group:
        first = members[0]
        near, far, cast = (self._source(kind, members, detail) for detail in (1, 0, CAST))
        return Group(
            span,
            self._pool(kind.name, first, "near", near),
            self._pool(kind.name, first, "far", far),
            self._pool(kind.name, first, "stale", far),
            self._pool(kind.name, first, "shadow", cast),
        )

    def _pool(self, kind: str, first: int, use: str, source: vtkPolyData) -> Pool:
        if (kind, first, use) not in self._pools:
            shadow = use == "shadow"
            pool = Pool(source, self.swatches.texture if use in ("near", "far") else None, lit=not shadow)
            if shadow:
                darken(pool.actor, self.look)
                pool.actor.SetUserMatrix(draw.matrix_of(self.look.cast(SHADOW_DEPTH)))
            else:
                pool.actor.GetProperty().SetAmbient(self.look.ambient)
                shader = pool.actor.GetShaderProperty()
                shader.AddFragmentShaderReplacement("//VTK::Light::Impl", True, _LIGHT, False)
                pool.actor.GetProperty().SetSpecular(0.0)
                self.haze.on(pool.actor)
            self.stages.add("shadow" if shadow else "standing", pool.actor)
            self._pools[kind, first, use] = pool
        return self._pools[kind, first, use]

    def _source(self, kind: Kind, members: list[int], detail: int) -> vtkPolyData:
        key = (kind.name, members[0], detail)
        if key not in self._sources:
            look_of = {1: mesh, 0: coarse, CAST: outline}[detail]
            whole = merged([_in_first(look_of(kind.parts[p], max(detail, 0), self.look.colour_of),
                                      kind.parts[members[0]], kind.parts[p]) for p in members])  # fmt: skip
            self._sources[key] = draw.poly_data(
                whole.points, whole.triangles, normals=whole.normals, uv=self.swatches.uv(whole.rgb)
            )
        return self._sources[key]


def darken(actor: vtkActor, look: Look) -> None:
    """Make *actor* a shadow: see-through dark, drawn in its turn."""
    actor.GetProperty().SetColor(0.03, 0.04, 0.09)
    actor.GetProperty().SetOpacity(1 - look.shadow)
    actor.GetProperty().LightingOff()
    actor.ForceOpaqueOn()


def quaternions(yaw: Floats, pitch: Floats) -> npt.NDArray[np.float32]:
    """(n, 4) w x y z of a turn by *yaw* after a tilt, nose +x up by *pitch*."""
    out = np.empty((len(yaw), 4), np.float32)
    cos_y, sin_y, cos_p, sin_p = np.cos(yaw / 2), np.sin(yaw / 2), np.cos(pitch / 2), np.sin(pitch / 2)
    out[:, 0], out[:, 1], out[:, 2], out[:, 3] = cos_y * cos_p, sin_y * sin_p, -cos_y * sin_p, sin_y * cos_p
    return out


def rigid_groups(kind: Kind) -> list[list[int]]:
    """Part numbers of *kind*, those together that never move against each other."""
    groups: dict[tuple[object, ...], list[int]] = {}
    for number, part in enumerate(kind.parts):
        tilts = any(part.pitch)
        key = (_trim(part.move), _trim(part.pitch), part.arm, _trim(part.arm_move), part.yaw, part.level)
        groups.setdefault((*key, part.at if tilts else None), []).append(number)
    return list(groups.values())


def _trim(rows: tuple[Any, ...]) -> tuple[Any, ...]:
    """*rows* without zeros at the end, which say nothing."""
    while rows and not np.any(rows[-1]):
        rows = rows[:-1]
    return rows


def coarse(part: Part, detail: int, colour_of: ColourOf) -> Mesh:
    """The look of *part* from afar: no undersides, ends of beams or other faces small beside their shape's largest."""
    shapes = [
        mesh(replace(part, shapes=(shape,)), detail, colour_of) for shape in part.shapes if shape.detail <= detail
    ]
    kept = []
    for shape in shapes:
        a, b, c = (shape.points[shape.triangles[:, k]] for k in range(3))
        area = np.linalg.norm(np.cross(b - a, c - a), axis=1)
        down = shape.normals[shape.triangles[:, 0], 2] < -0.9
        kept.append(Mesh(shape.points, shape.triangles[(area > SMALL * area.max()) & ~down], shape.rgb, shape.normals))
    return merged([_used(shape) for shape in kept]) if kept else mesh(part, detail, colour_of)


def outline(part: Part, detail: int, colour_of: ColourOf) -> Mesh:
    """What of *part* is enough for its shadow: of a box one side of each pair, which cover the others' shadows."""
    shapes = [mesh(replace(part, shapes=(shape,)), 0, colour_of) for shape in part.shapes if shape.detail == 0]
    sides = np.array([2, 3, 6, 7, 10, 11])
    kept = [
        Mesh(
            shape.points,
            shape.triangles[sides] if len(shape.triangles) == 12 else shape.triangles,
            shape.rgb,
            shape.normals,
        )
        for shape in shapes
    ]
    return merged([_used(shape) for shape in kept]) if kept else mesh(part, detail, colour_of)


def _used(shape: Mesh) -> Mesh:
    """*shape* without points that no triangle has."""
    used, index = np.unique(shape.triangles, return_inverse=True)
    triangles = index.reshape(-1, 3).astype(np.int32)
    return Mesh(shape.points[used], triangles, shape.rgb[used], shape.normals[used])


def _in_first(shape: Mesh, first: Part, part: Part) -> Mesh:
    """*shape*, given in the frame of *part*, in that of *first*."""
    offset = np.subtract(part.at, first.at)
    cos, sin = np.cos(-part.yaw), np.sin(-part.yaw)
    offset = np.array([cos * offset[0] - sin * offset[1], sin * offset[0] + cos * offset[1], offset[2]])
    return Mesh((shape.points + offset).astype(np.float32), shape.triangles, shape.rgb, shape.normals)


def merged(meshes: list[Mesh]) -> Mesh:
    """One mesh of several."""
    starts = np.cumsum([0] + [len(m.points) for m in meshes])
    return Mesh(
        np.concatenate([m.points for m in meshes]),
        np.concatenate([m.triangles + start for m, start in zip(meshes, starts, strict=False)]),
        np.concatenate([m.rgb for m in meshes]),
        np.concatenate([m.normals for m in meshes]),
    )


def near_machines(moment: Moment, eye: Floats, reach: float) -> Bools:
    """(m,) machines nearer to *eye* than *reach* metres."""
    m = moment.machines
    return np.asarray((m.x - eye[0]) ** 2 + (m.y - eye[1]) ** 2 + (m.z - eye[2]) ** 2 < reach**2)


def stale_machines(moment: Moment, after: int) -> Bools:
    """(m,) machines heard of and still here, but not heard for *after* ns."""
    heard: Ints = moment.machines.heard
    return np.asarray((heard >= 0) & ~moment.machines.gone & (moment.t - heard > after))
