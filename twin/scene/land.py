"""The country around the terminal: dry land, its shore, hills far away, so that the yard does not float in a void."""

import numpy as np
import shapely
from shapely.geometry import Point

from twin.scene import draw
from twin.scene.fields import LOW, add_fields
from twin.scene.ground import beside, pavement, triangles
from twin.scene.look import Look
from twin.scene.solids import Solids
from twin.terminal import Terminal

REACH = 16_000.0  # metres of country around the terminal
_SEED = 13


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
        strip = shapely.union_all([beside(quay, -30.0, reach=2 * REACH) for quay in terminal.quays])
        land = land.difference(strip.difference(paved.buffer(14)))
    return land.union(paved)


def add_land(stages: draw.Stages, terminal: Terminal, look: Look, haze: draw.Haze) -> None:
    """Country, its fields and woods, the shore and the hills behind."""
    land, paved = country(terminal), pavement(terminal)
    parts = triangles(land.difference(paved.buffer(-3)))
    points = np.column_stack([parts.reshape(-1, 2), np.full(len(parts) * 3, LOW)])
    data = draw.poly_data(
        points, np.arange(len(points)).reshape(-1, 3), np.tile(look.ground["grass"], (len(points), 1))
    )
    stages.add("land", haze.on(draw.plain_actor(data)))
    add_fields(stages, land, paved, look, haze)
    _add_shore(stages, land, terminal, look, haze)
    _add_hills(stages, paved.centroid, look)


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
        keep = length > 0.1
        a, b, along = a[keep], b[keep], along[keep] / length[keep, None]
        out = np.stack([along[:, 1], -along[:, 0]], axis=1) * 0.4
        top_a, top_b = np.column_stack([a, np.full(len(a), LOW)]), np.column_stack([b, np.full(len(b), LOW)])
        foot_a = np.column_stack([a + out, np.full(len(a), level - 1)])
        foot_b = np.column_stack([b + out, np.full(len(b), level - 1)])
        solids.quads((0, 0, 0, 0), np.stack([foot_a, foot_b, top_b, top_a], axis=1), (120, 116, 104))
    solids.add(stages, haze)


def _add_hills(stages: draw.Stages, middle: Point, look: Look) -> None:
    """A low far line all around, a little darker than the haze."""
    rng = np.random.default_rng(_SEED)
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
