"""The country around the terminal: shore, fields, woods and hills, so that the yard does not float in a void."""

import numpy as np
import shapely
from shapely.geometry import Point, Polygon

from twin.geometry import Floats
from twin.scene import draw
from twin.scene.ground import beside, pavement, triangles
from twin.scene.look import Look
from twin.scene.solids import Solids
from twin.terminal import Terminal

REACH = 16_000.0  # metres of country around the terminal
LOW = -0.12  # metres; the country lies a little lower than the pavement
_SEED = 11


def country(terminal: Terminal) -> shapely.Geometry:
    """Dry land: everything but the water beside the quays."""
    paved = pavement(terminal)
    middle = paved.centroid if not paved.is_empty else Point(0, 0)
    land = middle.buffer(REACH, quad_segs=12)
    for quay in terminal.quays:
        water = beside(quay, 2 * REACH, reach=2 * REACH)
        if water.buffer(-1).intersects(paved):  # another quay's pavement lies there: only as wide as the quay
            water = beside(quay, 2 * REACH)
        land = land.difference(water)
    if terminal.quays:
        # Beside the quays the shore steps back, so that the terminal's corner shows.
        land = land.difference(shapely.union_all([beside(q, -30.0, reach=2 * REACH) for q in terminal.quays]).difference(paved.buffer(14)))
    return land.union(paved)


def add_land(stages: draw.Stages, terminal: Terminal, look: Look, haze: draw.Haze) -> None:
    """Country, its fields and woods, the shore and the hills behind."""
    land, paved = country(terminal), pavement(terminal)
    parts = triangles(land.difference(paved.buffer(-3)))
    points = np.column_stack([parts.reshape(-1, 2), np.full(len(parts) * 3, LOW)])
    grass = np.array(look.ground["grass"])
    data = draw.poly_data(points, np.arange(len(points)).reshape(-1, 3), np.broadcast_to(grass, (len(points), 3)))
    stages.add("land", haze.on(draw.plain_actor(data)))
    _add_fields(stages, land, paved, grass, haze)
    _add_shore(stages, land, terminal, look, haze)
    _add_hills(stages, paved.centroid, look)


def _cells(land: shapely.Geometry, paved: shapely.Geometry) -> list[Polygon]:
    """Fields: cells of an uneven grid around the terminal that lie on dry land."""
    x0, y0, x1, y1 = paved.bounds
    rng = np.random.default_rng(_SEED)
    inner = paved.buffer(60)
    dry = land.buffer(-25)
    shapely.prepare(dry)
    xs = np.cumsum(np.concatenate([[x0 - 4200], rng.uniform(140, 420, 40)]))
    ys = np.cumsum(np.concatenate([[y0 - 3200], rng.uniform(120, 330, 44)]))
    cells = [shapely.box(a + 7, b + 7, c - 7, d - 7) for a, c in zip(xs, xs[1:]) for b, d in zip(ys, ys[1:])]
    return [cell for cell in cells if dry.covers(cell) and not inner.intersects(cell)]


_TONES = np.array([[118, 134, 84], [139, 148, 96], [104, 124, 78], [160, 156, 110], [92, 113, 70], [128, 141, 92],
                   [66, 88, 56], [74, 96, 60]])  # fmt: skip


def _add_fields(stages: draw.Stages, land: shapely.Geometry, paved: shapely.Geometry, grass: Floats, haze: draw.Haze) -> None:
    cells = _cells(land, paved)
    if not cells:
        return
    rng = np.random.default_rng(_SEED)
    corners = np.array([shapely.get_coordinates(cell)[:4][::-1] for cell in cells])
    area = (corners[:, 1] - corners[:, 0])[:, [0, 1]]
    del area
    kind = rng.integers(0, len(_TONES), len(cells))
    flat = np.concatenate([corners, np.full((len(cells), 4, 1), LOW)], axis=2)
    signed = _signed_area(corners) < 0
    flat[signed] = flat[signed][:, ::-1]
    tones = np.repeat(_TONES[kind][:, None], 4, axis=1) * rng.uniform(0.93, 1.07, (len(cells), 4, 1))
    stages.add("paint", haze.on(draw.plain_actor(draw.quad_data(flat, np.clip(tones, 0, 255)))))
    woods = [cell for cell, k in zip(cells, kind) if k >= 6]
    _add_trees(stages, woods, haze)


def _signed_area(corners: Floats) -> Floats:
    x, y = corners[..., 0], corners[..., 1]
    return np.asarray((x * np.roll(y, -1, axis=1) - y * np.roll(x, -1, axis=1)).sum(axis=1) / 2)


def _add_trees(stages: draw.Stages, woods: list[Polygon], haze: draw.Haze) -> None:
    """Trees as dark eight-sided clumps, at most 1,600."""
    rng = np.random.default_rng(_SEED + 1)
    each = max(1, 1600 // max(len(woods), 1))
    places = []
    for cell in woods:
        x0, y0, x1, y1 = cell.bounds
        places.append(rng.uniform((x0, y0), (x1, y1), (each, 2)))
    if not places:
        return
    at = np.concatenate(places)
    n = len(at)
    wide, high = rng.uniform(7, 17, n), rng.uniform(9, 19, n)
    turn = np.arange(6) * np.pi / 3
    ring = np.stack([np.cos(turn), np.sin(turn)], axis=1)
    low = np.concatenate([at[:, None] + ring * wide[:, None, None] * 0.42, np.full((n, 6, 1), 0.0)], axis=2)
    mid = np.concatenate([at[:, None] + ring * wide[:, None, None] * 0.55, np.repeat(high[:, None, None] * 0.5, 6, 1)], axis=2)
    top = np.concatenate([at, high[:, None]], axis=1)[:, None]
    points = np.concatenate([low, mid, top], axis=1)
    i = np.arange(6)
    j = (i + 1) % 6
    shape = np.concatenate([
        np.stack([i, j, 6 + j], 1), np.stack([i, 6 + j, 6 + i], 1), np.stack([6 + i, 6 + j, np.full(6, 12)], 1)
    ])  # fmt: skip
    faces = (np.arange(n)[:, None, None] * 13 + shape).reshape(-1, 3)
    tone = np.array([62, 86, 50]) * rng.uniform(0.8, 1.2, (n, 1))
    share = np.concatenate([np.full(6, 0.5), np.where(ring[:, 1] < 0, 1.0, 0.75), [1.25]])
    rgb = np.clip(tone[:, None] * share[None, :, None], 0, 255).reshape(-1, 3)
    stages.add("solid", haze.on(draw.plain_actor(draw.poly_data(points.reshape(-1, 3), faces, rgb))))


def _add_shore(stages: draw.Stages, land: shapely.Geometry, terminal: Terminal, look: Look, haze: draw.Haze) -> None:
    """Stone slopes from the land's edge down into the water."""
    level = terminal.site.water_level
    if level > LOW - 0.1 or not terminal.quays:
        return
    solids = Solids(look)
    for part in shapely.get_parts(land):
        ring = shapely.get_coordinates(shapely.geometry.polygon.orient(part).exterior)
        a, b = ring[:-1], ring[1:]
        along = b - a
        length = np.hypot(along[:, 0], along[:, 1])
        keep = (length > 0.1) & (np.hypot(*(a - ring.mean(0)).T) < REACH * 1.5)
        a, b, along = a[keep], b[keep], along[keep] / length[keep, None]
        out = np.stack([along[:, 1], -along[:, 0]], axis=1) * 0.4
        top_a, top_b = np.column_stack([a, np.full(len(a), LOW)]), np.column_stack([b, np.full(len(b), LOW)])
        foot_a = np.column_stack([a + out, np.full(len(a), level - 1)])
        foot_b = np.column_stack([b + out, np.full(len(b), level - 1)])
        solids.quads((0, 0, 0, 0), np.stack([foot_a, foot_b, top_b, top_a], axis=1), (120, 116, 104))
    solids.add(stages, haze)


def _add_hills(stages: draw.Stages, middle: Point, look: Look) -> None:
    """A low far line all around, a little darker than the haze."""
    rng = np.random.default_rng(_SEED + 2)
    n = 180
    turn = np.linspace(0, 2 * np.pi, n + 1)
    waves = sum(rng.uniform(0.4, 1) / k * np.sin(k * turn * 3 + rng.uniform(0, 6)) for k in range(1, 9))
    height = 55 + 38 * np.asarray(waves)
    ring = np.stack([np.cos(turn), np.sin(turn)], axis=1) * (REACH * 0.8) + (middle.x, middle.y)
    low, high = np.column_stack([ring, np.full(n + 1, -20.0)]), np.column_stack([ring, height])
    corners = np.stack([low[:-1], low[1:], high[1:], high[:-1]], axis=1)
    tone = np.array(look.sky["haze"]) * (0.90, 0.93, 0.955)
    rgb = np.repeat(np.broadcast_to(tone, (n, 3))[:, None], 4, axis=1).copy()
    rgb[:, :2] = look.sky["haze"]
    stages.add("land", draw.plain_actor(draw.quad_data(corners, rgb), cull=False))
