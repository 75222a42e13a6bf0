"""What is painted flat on the ground (all at z = 0, layer over layer), and the quay wall."""

from collections.abc import Iterable
from itertools import pairwise

import numpy as np
import shapely
from shapely.geometry import MultiPoint, Polygon
from vtkmodules.vtkCommonDataModel import vtkPolyData
from vtkmodules.vtkRenderingCore import vtkActor

from twin.geometry import Floats
from twin.scene import draw
from twin.scene.look import Colour, Look
from twin.scene.solids import Solids
from twin.scene.water import texture_of
from twin.terminal import Quay, Terminal

MARGIN = 25.0  # metres of pavement around a layout that draws none
_SLABS = 24.0  # metres, one copy of the concrete
SLAB_LIGHT = 0.94  # the texture's mean brightness
_LAYERS = ("apron", "road", "interchange", "gate", "lane", "rail", "grass")


def pavement(terminal: Terminal) -> shapely.Geometry:
    """What is paved: the layout's pavement, or the hull of everything and a margin, never beyond a quay."""
    own = [Polygon(area.ring) for area in terminal.areas if area.kind == "pavement" and len(area.ring) >= 3]
    if own:
        return shapely.union_all([shape.buffer(0) for shape in own])
    x0, y0, x1, y1 = terminal.bounds
    shape = MultiPoint([(x0, y0), (x1, y0), (x1, y1), (x0, y1)]).envelope.buffer(MARGIN, join_style="mitre")
    for quay in terminal.quays:
        shape = shape.difference(beside(quay, 4 * MARGIN, reach=10 * MARGIN))
    return shape


def beside(quay: Quay, width: float, *, reach: float = 0.0) -> Polygon:
    """The strip of water beside *quay*: its length and *reach* more at both ends, *width* wide, metres."""
    start, end = np.array([quay.x0, quay.y0]), np.array([quay.x1, quay.y1])
    along = (end - start) / max(float(np.hypot(*(end - start))), 1e-6)
    out = np.array([along[1], -along[0]]) * width
    a, b = start - along * reach, end + along * reach
    return Polygon([a, b, b + out, a + out])


def triangles(shape: shapely.Geometry) -> Floats:
    """(t, 3, 2) triangles that fill *shape*, counter-clockwise."""
    if shape.is_empty:
        return np.zeros((0, 3, 2))
    parts = shapely.get_parts(shapely.constrained_delaunay_triangles(shape))
    corners = np.array([shapely.get_coordinates(part)[:3] for part in parts])
    side = corners[:, 1:] - corners[:, :1]
    turned = side[:, 0, 0] * side[:, 1, 1] - side[:, 0, 1] * side[:, 1, 0] < 0
    corners[turned] = corners[turned][:, ::-1]
    return np.asarray(corners)


def strips(points: Floats, width: float) -> Floats:
    """(s, 4, 2) quads along the polyline *points* (k, 2)."""
    a, b = points[:-1], points[1:]
    along = b - a
    length = np.hypot(along[:, 0], along[:, 1])
    keep = length > 1e-6
    a, b, along = a[keep], b[keep], along[keep] / length[keep, None]
    side = np.stack([-along[:, 1], along[:, 0]], axis=1) * width / 2
    return np.stack([a - side, b - side, b + side, a + side], axis=1)


def shifted(points: Floats, left: float) -> Floats:
    """The polyline *points* moved to its left."""
    along = np.gradient(points, axis=0)
    along /= np.maximum(np.hypot(along[:, 0], along[:, 1]), 1e-9)[:, None]
    return np.asarray(points + left * np.stack([-along[:, 1], along[:, 0]], axis=1))


class Slabs:
    """The pavement twice, with the slabs' texture and plain where nobody would see it: textured pixels cost."""

    def __init__(self) -> None:
        self.texture = texture_of(_concrete())
        self.near: list[vtkActor] = []
        self.far: list[vtkActor] = []

    def show(self, near: bool) -> None:
        """Show the slabs, or plain pavement."""
        for actors, shown in ((self.near, near), (self.far, not near)):
            for actor in actors:
                actor.SetVisibility(shown)


class Paintwork:
    """Flat layers being collected, then added in order."""

    def __init__(self, stages: draw.Stages, look: Look, haze: draw.Haze) -> None:
        self.stages, self.look, self.haze = stages, look, haze
        self.slabs = Slabs()

    def fill(self, shapes: Iterable[Floats], colour: Colour, *, slabs: bool = False) -> None:
        """Paint polygons (k, 3 or 4 corners, 2) in one colour."""
        for corners in shapes:
            if not len(corners):
                continue
            plain = draw.plain_actor(_flat(corners, colour))
            self.stages.add("paint", self.haze.on(plain))
            if slabs:
                textured = draw.plain_actor(_flat(corners, colour, 1 / SLAB_LIGHT), texture=self.slabs.texture)
                self.stages.add("paint", self.haze.on(textured))
                self.slabs.near.append(textured)
                self.slabs.far.append(plain)

    def lines(self, quads: list[Floats], colour: Colour, ground: Colour) -> None:
        """Paint thin quads that fade into the *ground* before they become thinner than a pixel."""
        if quads and len(corners := np.concatenate(quads)):
            flat = corners.reshape(-1, 2)
            data = draw.poly_data(
                np.column_stack([flat, np.zeros(len(flat))]),
                draw.quads(len(corners)),
                np.broadcast_to(colour, (len(flat), 3)),
            )
            self.stages.add("paint", draw.Haze(ground, 120, 900, 0.93).on(draw.plain_actor(data)))


def _flat(corners: Floats, colour: Colour, lighter: float = 1.0) -> vtkPolyData:
    """Polygons (n, k, 2) lying at z = 0, with places on the slabs' texture."""
    n, k = corners.shape[:2]
    flat = corners.reshape(-1, 2)
    rgb = np.tile(np.clip(np.array(colour) * lighter, 0, 255).astype(np.uint8), (len(flat), 1))
    return draw.poly_data(
        np.column_stack([flat, np.zeros(len(flat))]), np.arange(n * k).reshape(n, k), rgb, uv=flat / _SLABS
    )


def _concrete() -> Floats:
    """(256, 256, 3): slabs of 6 m with joints, stains and grain; almost white."""
    size, rng = 256, np.random.default_rng(3)
    grain = rng.normal(0, 3.0, (size, size))
    slabs = np.kron(rng.normal(0, 4.0, (4, 4)), np.ones((size // 4, size // 4)))
    light = 243 + grain + slabs
    light[:: size // 4] -= 26
    light[:, :: size // 4] -= 26
    return np.repeat(np.clip(light, 0, 255)[..., None], 3, axis=2)


def add_ground(stages: draw.Stages, terminal: Terminal, look: Look, haze: draw.Haze) -> Slabs:
    """Pavement, areas, yard pads, lines, rails and quay caps; the slabs."""
    paint, tones = Paintwork(stages, look, haze), look.ground
    pads = shapely.union_all([Polygon(ring) for ring in block_corners(terminal, -0.5)])
    paint.fill([triangles(pavement(terminal).difference(pads))], tones["pavement"], slabs=True)
    for kind in _LAYERS:
        shapes = [triangles(Polygon(a.ring).buffer(0)) for a in terminal.areas if a.kind == kind and len(a.ring) >= 3]
        if shapes:
            tone = tones.get(kind, tones["road"])
            paint.fill([np.concatenate(shapes)], tone, slabs=kind != "grass")
    _add_yard_pads(paint, terminal)
    _add_lines(paint, terminal)
    _add_rails(paint, terminal)
    caps = [strips(shifted(np.array([[q.x0, q.y0], [q.x1, q.y1]]), 0.9), 1.8) for q in terminal.quays]
    paint.fill(caps, tones["quay_cap"])
    return paint.slabs


def _add_yard_pads(paint: Paintwork, terminal: Terminal) -> None:
    corners = block_corners(terminal, 0.5)
    if len(corners):
        paint.fill([corners], tuple(int(c * 0.45) for c in paint.look.ground["road"]))  # type: ignore[arg-type]
        edges = [strips(np.concatenate([ring, ring[:1]]), 0.18) for ring in block_corners(terminal, 0.9)]
        paint.lines(edges, paint.look.ground["line_white"], paint.look.ground["pavement"])


def block_corners(terminal: Terminal, margin: float) -> Floats:
    """(blocks, 4, 2) corners, counter-clockwise, of the blocks grown by *margin* metres."""
    b = terminal.blocks
    length, width = b.bays * b.bay_pitch, b.rows * b.row_pitch
    low, high = np.where(b.row_sign > 0, 0.0, -width), np.where(b.row_sign > 0, width, 0.0)
    local = np.stack([
        np.stack([np.zeros_like(length) - margin, low - margin], 1), np.stack([length + margin, low - margin], 1),
        np.stack([length + margin, high + margin], 1), np.stack([np.zeros_like(length) - margin, high + margin], 1),
    ], axis=1)  # fmt: skip
    cos, sin = np.cos(b.yaw)[:, None], np.sin(b.yaw)[:, None]
    x = b.x[:, None] + cos * local[..., 0] - sin * local[..., 1]
    y = b.y[:, None] + sin * local[..., 0] + cos * local[..., 1]
    return np.asarray(np.stack([x, y], axis=-1))


def _add_lines(paint: Paintwork, terminal: Terminal) -> None:
    solid: list[Floats] = []
    dashes: list[Floats] = []
    for lane in terminal.lanes:
        points = np.array(lane.points, float)
        if len(points) >= 2:
            solid += [strips(shifted(points, side * lane.width / 2), 0.16) for side in (-1, 1)]
            dashes.append(_dashes(points))
    tones = paint.look.ground
    paint.lines(solid, tones["line_white"], tones["apron"])
    paint.lines(dashes, tones["line_yellow"], tones["apron"])


def _dashes(points: Floats, length: float = 2.0, gap: float = 10.0) -> Floats:
    """Short strokes along the middle of a lane."""
    out = []
    for a, b in pairwise(points):
        reach = float(np.hypot(*(b - a)))
        starts = np.arange(gap / 2, reach - length, gap + length)
        unit = (b - a) / max(reach, 1e-9)
        out += [strips(np.stack([a + unit * s, a + unit * (s + length)]), 0.16) for s in starts]
    return np.concatenate(out) if out else np.zeros((0, 4, 2))


def _add_rails(paint: Paintwork, terminal: Terminal) -> None:
    lines = [np.array([[r.x0, r.y0], [r.x1, r.y1]]) for r in terminal.rails]
    both = [shifted(line, side) for line, rail in zip(lines, terminal.rails, strict=True) for side in (0, rail.gauge)]
    tones = paint.look.ground
    steel: Colour = (58, 60, 64)
    if both:
        beds = [strips(line, 1.1) for line in both]
        paint.fill([np.concatenate(beds)], tuple((np.array(tones["pavement"]) * 1.07).astype(int)))
        paint.lines([strips(line, 0.22) for line in both], steel, tones["pavement"])


def add_quays(solids: Solids, terminal: Terminal, look: Look) -> None:
    """Walls down into the water, fenders and bollards."""
    level, tones = terminal.site.water_level, look.ground
    for quay in terminal.quays:
        length = float(np.hypot(quay.x1 - quay.x0, quay.y1 - quay.y0))
        yaw = float(np.arctan2(quay.y1 - quay.y0, quay.x1 - quay.x0))
        place = (quay.x0, quay.y0, 0.0, yaw)
        solids.box(place, (0, 0.02, level - 3, length, 0.5, -1.3), tones["quay_face"])
        solids.box(place, (0, 0.0, -1.3, length, 0.5, -0.02), tones["quay_cap"])
        solids.box(place, (0, -0.01, level - 0.4, length, 0.4, level + 0.9), (48, 52, 40))  # weed at the waterline
        for x in np.arange(quay.fender_spacing / 2, length, quay.fender_spacing):
            solids.box(place, (x - 0.9, -0.9, level + 0.6, x + 0.9, 0.0, -0.6), tones["fender"])
            solids.box(place, (x - 0.6, -1.25, level + 1.0, x + 0.6, -0.9, -0.9), (38, 40, 44))
        for x in np.arange(quay.bollard_spacing / 2, length, quay.bollard_spacing):
            solids.box(place, (x - 0.28, 0.55, 0, x + 0.28, 1.1, 0.5), tones["bollard"])
            solids.box(place, (x - 0.4, 0.5, 0.5, x + 0.4, 1.15, 0.72), tones["bollard"])
