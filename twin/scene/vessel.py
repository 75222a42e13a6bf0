"""Ships: a hull that moves by its matrix, its boxes as one mesh in its own frame, made again when they change."""

from dataclasses import dataclass, field
from zlib import crc32

import numpy as np
from vtkmodules.vtkCommonDataModel import vtkPolyData
from vtkmodules.vtkRenderingCore import vtkActor, vtkTexture

from twin.catalogue import VesselClass
from twin.facts import PlaceKind
from twin.geometry import Floats, Ints
from twin.moment import Containers, Moment
from twin.scene import draw
from twin.scene.hulls import hull_mesh
from twin.scene.labels import letters_of
from twin.scene.look import Colour, Look
from twin.scene.machines import SHADOW_DEPTH
from twin.scene.paint import Paint
from twin.scene.shade import Grid
from twin.scene.shadows import ground_shade, shadow_actor
from twin.scene.stacks import Boxes, seen, tops
from twin.scene.water import texture_of
from twin.scene.yard import box_actor, grid_data, shadow_rings, sun_from
from twin.yard import DECK, row_offset

PROUD = 0.12  # metres that a name stands off the side
_TURN = np.radians(1.0)  # the light on a ship is reckoned again when she has swung so far


@dataclass
class _Ship:
    hull: vtkActor
    shade: vtkActor
    boxes: vtkActor
    box_shade: vtkActor
    name: vtkActor
    signature: tuple[object, ...] = ()
    stamp: int = -1
    lit_at: float = np.nan
    everything: list[vtkActor] = field(init=False)

    def __post_init__(self) -> None:
        self.everything = [self.hull, self.shade, self.boxes, self.box_shade, self.name]


class Ships:
    """All vessels present."""

    def __init__(self, stages: draw.Stages, look: Look, paint: Paint, haze: draw.Haze) -> None:
        self.stages, self.look, self.paint, self.haze = stages, look, paint, haze
        self.ships: dict[int, _Ship] = {}

    def show(self, moment: Moment) -> None:
        """Place the hulls; rebuild the boxes of those that changed."""
        v = moment.vessels
        for row in range(len(v)):
            place = (float(v.x[row]), float(v.y[row]), float(v.z[row]), float(v.yaw[row]))
            if v.present[row] and np.isfinite(place).all():
                self._show(moment, row, place)
            elif row in self.ships:
                for actor in self.ships[row].everything:
                    actor.VisibilityOff()

    def _show(self, moment: Moment, row: int, place: tuple[float, float, float, float]) -> None:
        ship = self.ships.get(row) or self._new(row)
        v = moment.vessels
        signature = (v.kind[row], float(v.length[row]), float(v.beam[row]), round(float(v.draught[row]), 1))
        swung = not abs(place[3] - ship.lit_at) < _TURN
        if ship.signature != signature or swung:
            self._rig(ship, moment, row, signature, place[3])
        said = moment.containers
        stamp = int(said.vessel_stamp[row]) if row < len(said.vessel_stamp) else 0
        if stamp != ship.stamp or swung:
            self._stow(ship, moment, row, place[3])
        ship.signature, ship.stamp, ship.lit_at = signature, stamp, place[3] if swung else ship.lit_at
        there = draw.site_from(*place)
        cast = self.look.cast(SHADOW_DEPTH) @ there
        for actor in ship.everything:
            actor.SetUserMatrix(draw.matrix_of(cast if actor is ship.shade else there))
            actor.VisibilityOn()

    def _new(self, row: int) -> _Ship:
        empty = draw.quad_data(np.zeros((0, 4, 3)), np.zeros((0, 3)))
        ship = _Ship(
            draw.plain_actor(empty),
            shadow_actor(empty, self.look),
            box_actor(self.look, self.haze, self.paint),
            ground_shade(self.look),
            draw.plain_actor(empty),
        )
        self.haze.on(ship.hull)
        self.haze.on(ship.name)
        for actor, stage in zip(ship.everything, ("solid", "shadow", "solid", "shadow", "solid"), strict=True):
            self.stages.add(stage, actor)
        self.ships[row] = ship
        return ship

    def _rig(self, ship: _Ship, moment: Moment, row: int, signature: tuple[object, ...], yaw: float) -> None:
        v = moment.vessels
        vessel = class_of(moment, row)
        tone = self.look.topsides[crc32(v.name[row].encode()) % len(self.look.topsides)]
        mesh = hull_mesh(
            vessel, self.look.colour_of, length=float(v.length[row]) or None, beam=float(v.beam[row]) or None,
            topside="#" + bytes(tone).hex(), cargo=v.kind[row] in moment.terminal.catalogue.vessels,
        )  # fmt: skip
        cos, sin = np.cos(yaw), np.sin(yaw)
        normals = mesh.normals @ np.array([[cos, sin, 0], [-sin, cos, 0], [0, 0, 1]])
        lit = np.clip(mesh.rgb * self.look.shade(normals), 0, 255)
        data = draw.poly_data(mesh.points, mesh.triangles, lit.astype(np.uint8))
        draw.put(ship.hull, data)
        draw.put(ship.shade, data)
        size = float(v.length[row]) or vessel.length, float(v.beam[row]) or vessel.beam, vessel.depth
        sides = self.look.shade(np.array([[sin, -cos, 0.0], [-sin, cos, 0.0]]))
        draw.put(ship.name, name_data(v.name[row], size, sides))
        ship.name.SetTexture(name_texture(v.name[row], tone))

    def _stow(self, ship: _Ship, moment: Moment, row: int, yaw: float) -> None:
        boxes, bays, across = deck_boxes(moment, row, self.paint)
        ship.boxes.SetVisibility(len(boxes) > 0)
        heights = tops(boxes, bays, across)
        grid = Grid(heights, 6.5, class_of(moment, row).row_pitch, sun_from(self.look, yaw), 1.4, 0.07)
        draw.put(ship.boxes, grid_data(boxes, seen(boxes, heights), grid, self.look, self.paint, yaw=yaw))
        roofs = np.flatnonzero(boxes.top >= heights[boxes.low, boxes.row] - 0.05)
        # In her own frame, laid at the height of the quay.
        quay = -float(moment.vessels.z[row])
        shade = shadow_rings(boxes, roofs, grid.sun, quay, quay + SHADOW_DEPTH).reshape(-1, 3)
        draw.put(ship.box_shade, draw.poly_data(shade, np.arange(len(shade)).reshape(-1, 6)))


def name_texture(name: str, tone: Colour) -> vtkTexture:
    """White letters on the paint *tone*."""
    letters = letters_of(name.upper(), 60)[..., None] / 255
    return texture_of(np.array(tone) + letters * (np.array([236.0, 238, 238]) - tone), repeat=False)


def name_data(name: str, size: tuple[float, float, float], sides: Floats) -> vtkPolyData:
    """A name on both sides, well forward: *size* is length, beam, depth; *sides* (2, 3) the light on them."""
    high, wide, _ = (*letters_of(name.upper(), 60).shape, 0)
    tall = float(np.clip(size[2] * 0.1, 1.2, 3.0))
    along = min(tall * wide / max(high, 1), size[0] * 0.2)
    fore, aft, y = size[0] * 0.25, size[0] * 0.25 - along, size[1] / 2 + PROUD
    low, top = size[2] - tall - 1.6, size[2] - 1.6
    starboard = [(aft, -y, low), (fore, -y, low), (fore, -y, top), (aft, -y, top)]
    port = [(fore, y, low), (aft, y, low), (aft, y, top), (fore, y, top)]
    uv = np.tile([[0.0, 0], [1, 0], [1, 1], [0, 1]], (2, 1, 1))
    return draw.quad_data(np.array([starboard, port]), np.clip(sides * 255, 0, 255), uv=uv)


def class_of(moment: Moment, row: int) -> VesselClass:
    """The class of vessel *row*, or the one nearest to her length where nobody said."""
    classes, v = moment.terminal.catalogue.vessels, moment.vessels
    if v.kind[row] in classes:
        return classes[v.kind[row]]
    length = float(v.length[row]) or 180.0
    return min(classes.values(), key=lambda c: abs(c.length - length))


def deck_boxes(moment: Moment, row: int, paint: Paint) -> tuple[Boxes, int, int]:
    """The boxes on the deck of vessel *row* in her frame, and how many cells her grid has along and across.

    Bays lie apart, so that the ends of each bay's stacks are seen.
    """
    said: Containers = moment.containers
    rows: Ints = np.flatnonzero((said.kind == PlaceKind.VESSEL) & (said.where == row) & np.isfinite(said.base[:, 0]))
    rows = rows[said.tier[rows] > DECK]
    bay, pair = said.bay[rows], (said.bay[rows] - 1) // 4
    wide = 2 * int(np.max(said.row[rows], initial=0)) + 3
    across = np.round(row_offset(said.row[rows], class_of(moment, row).rows) + wide / 2 + 0.25).astype(np.int64) + 1
    # Towards the stern cells count down: the fore half of a bay has the higher number.
    high = 3 * (pair.max(initial=0) - pair) + np.where(bay % 4 == 3, 1, 2)
    low = high - (bay % 4 == 2)
    size: Floats = np.stack([said.about.length[rows], said.about.width[rows], said.about.height[rows]], axis=1)
    boxes = Boxes(said.base[rows], said.turn[rows], size, paint.of(said.about)[rows], low, high, across,
                  paint.lines(said.about)[rows])  # fmt: skip
    return boxes, int(high.max(initial=1)) + 1, int(across.max(initial=1)) + 1
