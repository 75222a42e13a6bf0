"""What fills the country behind a terminal: halls close by, then fields and woods, roads between them, a few turbines.

Made up, but always the same for the same terminal.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely
from shapely.geometry import Polygon

from twin.geometry import Floats
from twin.scene import draw
from twin.scene.look import Colour, Look
from twin.scene.solids import Solids

LOW = -0.12  # metres; the country lies a little lower than the pavement
SEED = 11
CLEAR = 55.0  # metres around the pavement left as grass
BUILT, EDGE = 420.0, 1000.0  # metres from the terminal: where halls end, where single ones end
_CROPS = np.array([[122, 137, 88], [142, 150, 100], [110, 129, 82], [163, 158, 116], [99, 119, 76], [131, 143, 96]])
_YARD, _ROAD = (132, 133, 132), (112, 113, 114)
_WALLS: tuple[Colour, ...] = ((196, 199, 201), (168, 178, 188), (186, 176, 160), (140, 152, 166))
_ROOFS: tuple[Colour, ...] = ((206, 208, 208), (150, 156, 162), (176, 182, 186), (134, 92, 80))
_LEAVES = np.array([58, 80, 48])


@dataclass(frozen=True)
class _Plots:
    """Rectangles (n, 4: x0 y0 x1 y1) between the roads, and how far each lies from the terminal."""

    box: Floats
    away: Floats


def add_fields(
    stages: draw.Stages, land: shapely.Geometry, paved: shapely.Geometry, look: Look, haze: draw.Haze
) -> None:
    """Fill *land* around *paved*."""
    rng = np.random.default_rng(SEED)
    dry = land.buffer(-30).difference(paved.buffer(CLEAR))
    shapely.prepare(dry)
    plots, roads = _plots(paved, dry, rng)
    built = (plots.away < BUILT) | ((plots.away < EDGE) & (rng.random(len(plots.away)) < 0.4))
    wood = ~built & (rng.random(len(plots.away)) < 0.24)
    solids, trim = Solids(look), Solids(look)
    for box, away in zip(plots.box[built], plots.away[built], strict=True):
        _halls(solids, trim, box, rng, close=bool(away < BUILT))
    for at in plots.box[~built & (plots.away > 1300) & (plots.away < 3600)][::9]:
        _turbine(solids, float(at[0]), float(at[1]), rng)
    crops = _CROPS[rng.integers(0, len(_CROPS), len(plots.box))]
    tones = np.where(built[:, None], _YARD, np.where(wood[:, None], _LEAVES * 1.1, crops))
    _paint(stages, plots.box, tones, rng, haze)
    _paint(stages, roads, np.tile(_ROAD, (len(roads), 1)), rng, haze)
    _woods(stages, plots.box[wood], rng, haze)
    solids.add(stages, haze, shadows=True)
    trim.add(stages, haze)


def _plots(paved: shapely.Geometry, dry: shapely.Geometry, rng: np.random.Generator) -> tuple[_Plots, Floats]:
    x0, y0, x1, y1 = paved.bounds
    xs = np.cumsum(np.concatenate([[x0 - 4000], rng.uniform(150, 380, 18 + int((x1 - x0) / 260) + 14)]))
    ys = np.cumsum(np.concatenate([[y0 - 3200], rng.uniform(110, 280, 18 + int((y1 - y0) / 190) + 16)]))
    boxes = [(a + 7, b + 7, c - 7, d - 7) for a, c in pairwise(xs.tolist()) for b, d in pairwise(ys.tolist())]
    shapes = shapely.box(*np.array(boxes).T)
    dry_ones = np.asarray(shapely.covers(dry, shapes))
    away = np.asarray(shapely.distance(paved, shapes))
    lines = [(x - 3.5, ys[0], x + 3.5, ys[-1]) for x in xs[::2]] + [(xs[0], y - 3.5, xs[-1], y + 3.5) for y in ys[::3]]
    parts = shapely.get_parts(shapely.intersection(shapely.box(*np.array(lines).T), dry))
    flat = [part for part in shapely.get_parts(parts) if isinstance(part, Polygon) and part.area > 100]
    roads = np.array([part.bounds for part in flat]).reshape(-1, 4)
    return _Plots(np.array(boxes)[dry_ones], away[dry_ones]), roads


def _paint(stages: draw.Stages, boxes: Floats, tones: Floats, rng: np.random.Generator, haze: draw.Haze) -> None:
    if not len(boxes):
        return
    corners = np.stack([boxes[:, [0, 1]], boxes[:, [2, 1]], boxes[:, [2, 3]], boxes[:, [0, 3]]], axis=1)
    flat = np.concatenate([corners, np.full((len(boxes), 4, 1), LOW)], axis=2)
    rgb = tones[:, None] * rng.uniform(0.95, 1.05, (len(boxes), 4, 1))
    stages.add("paint", haze.on(draw.plain_actor(draw.quad_data(flat, np.clip(rgb, 0, 255)))))


def _halls(solids: Solids, trim: Solids, box: Floats, rng: np.random.Generator, *, close: bool) -> None:
    """One to three halls side by side on a plot; doors and roof lights only on *close* ones."""
    x0, y0, x1, y1 = box.tolist()
    count = int(rng.integers(1, 4))
    for left, right in pairwise(np.linspace(x0 + 8, x1 - 8, count + 1).tolist()):
        wide, deep = (right - left) * rng.uniform(0.6, 0.82), (y1 - y0) * rng.uniform(0.35, 0.7)
        high, wall = float(rng.uniform(8, 15)), _WALLS[int(rng.integers(len(_WALLS)))]
        place = (left + 6, y0 + (y1 - y0 - deep) * float(rng.uniform(0.2, 0.8)), LOW, 0.0)
        solids.box(place, (0, 0, 0, wide, deep, high), wall)
        trim.box(place, (-0.3, -0.3, high, wide + 0.3, deep + 0.3, high + 0.5), _ROOFS[int(rng.integers(len(_ROOFS)))])
        for x in np.arange(6.0, wide - 8 if close else 0.0, 14.0):  # doors, lights in the roof
            trim.box(place, (x, -0.1, 0, x + 5, 0, 4.6), (92, 98, 106))
            trim.box(place, (x, deep * 0.15, high + 0.5, x + 2.2, deep * 0.85, high + 0.9), (222, 228, 232))


def _turbine(solids: Solids, x: float, y: float, rng: np.random.Generator) -> None:
    """A wind turbine, 95 m to the hub."""
    tone: Colour = (232, 234, 234)
    place = (x, y, LOW, float(rng.uniform(0, 6)))
    solids.box(place, (-2.2, -2.2, 0, 2.2, 2.2, 50), tone)
    solids.box(place, (-1.5, -1.5, 50, 1.5, 1.5, 95), tone)
    solids.box(place, (-4, -2.2, 93.5, 5, 2.2, 97.5), tone)
    for turn in rng.uniform(0, 2) + np.arange(3) * 2 * np.pi / 3:
        tip, side = np.array([0, np.cos(turn), np.sin(turn)]) * 46, np.array([0, -np.sin(turn), np.cos(turn)])
        hub = np.array([-4.6, 0.0, 95.5])
        blade = np.array([hub - side * 1.6, hub + side * 1.6, hub + tip + side * 0.4, hub + tip - side * 0.4])
        solids.quads(place, np.stack([blade, blade[::-1]]), tone)


def _woods(stages: draw.Stages, boxes: Floats, rng: np.random.Generator, haze: draw.Haze) -> None:
    """Canopies: an uneven sheet of tree tops over each wood, its edges down to the ground."""
    if not len(boxes):
        return
    n, along, across = len(boxes), 9, 7
    u, v = np.meshgrid(np.linspace(0, 1, along), np.linspace(0, 1, across), indexing="ij")
    inside = (u > 0.01) & (u < 0.99) & (v > 0.01) & (v < 0.99)
    shake = rng.uniform(-0.4, 0.4, (n, along, across, 2)) * inside[None, ..., None]
    x = boxes[:, 0, None, None] + (u + shake[..., 0] / along) * (boxes[:, 2] - boxes[:, 0])[:, None, None]
    y = boxes[:, 1, None, None] + (v + shake[..., 1] / across) * (boxes[:, 3] - boxes[:, 1])[:, None, None]
    z = np.where(inside, rng.uniform(9, 19, (n, along, across)), LOW)
    light = np.where(inside, 0.72 + (z - 9) / 10 * 0.6, 0.5) * rng.uniform(0.9, 1.1, (n, along, across))
    points = np.stack([x, y, z], axis=-1).reshape(-1, 3)
    rgb = np.clip(_LEAVES * light[..., None], 0, 255).reshape(-1, 3).astype(np.uint8)
    number = np.arange(along * across).reshape(along, across)
    cell = np.stack([number[:-1, :-1], number[1:, :-1], number[1:, 1:], number[:-1, 1:]], axis=-1).reshape(-1, 4)
    faces = (np.arange(n)[:, None, None] * along * across + cell).reshape(-1, 4)
    stages.add("solid", haze.on(draw.plain_actor(draw.poly_data(points, faces, rgb))))
