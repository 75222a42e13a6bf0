"""A class of container ship -> triangles: hull, house, funnel, hatch covers, lashing bridges.  Numpy only."""

import numpy as np

from twin.catalogue import VesselClass
from twin.geometry import Floats
from twin.scene.meshes import ColourOf, Mesh, Polygons, box_faces, mesh_of

# Cross sections, as fractions of the length from the stern: close where the hull bends.
STATIONS = np.concatenate([np.linspace(0, 0.24, 8, endpoint=False), np.linspace(0.24, 0.66, 5, endpoint=False),
                           np.linspace(0.66, 1, 13)])  # fmt: skip
BILGE = 0.07  # radius of the bilge, of the beam
BOOT_TOP = 0.8  # metres of dark paint above the waterline
HATCH, COAMING = 0.6, 1.2  # metres: thickness of a hatch cover, what it stands on.  [B]
BAY = 12.6  # metres: a 40' bay with its cover
TIER = 2.6  # metres: a box on deck, for what must look over the stacks
Box = tuple[str, float, float, float, float, float, float]  # colour, then x0 y0 z0 x1 y1 z1


def hull_mesh(
    vessel: VesselClass,
    colour_of: ColourOf,
    *,
    length: float | None = None,
    beam: float | None = None,
    draught: float | None = None,
    topside: str = "ship_topside",
    cargo: bool = True,
) -> Mesh:
    """The look of a ship of class *vessel*, stretched to its true *length* and *beam*, painted for *draught* (metres).

    Vessel frame: origin amidships at the keel.  *cargo* False leaves out hatch covers and lashing bridges.  At most
    3000 triangles.
    """
    polygons = _hull(vessel, draught or vessel.draught, colour_of, topside)
    for name, *corners in [*_house(vessel), *_funnel(vessel), *_forecastle(vessel), *(_cargo(vessel) if cargo else [])]:
        polygons.append((box_faces(*corners), _paint(colour_of, name, 6)))
    stretch = np.array([(length or vessel.length) / vessel.length, (beam or vessel.beam) / vessel.beam, 1.0])
    return mesh_of([(faces * stretch, colours) for faces, colours in polygons])


def _paint(colour_of: ColourOf, name: str, count: int) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    return np.tile(np.array(colour_of(name), np.uint8), (count, 1))


def _hull(vessel: VesselClass, draught: float, colour_of: ColourOf, topside: str) -> list[Polygons]:
    levels = _levels(vessel, draught)
    x, half = _lines(vessel, levels)
    z = np.broadcast_to(levels[:, None], x.shape)
    port, starboard = np.stack([x, half, z], -1), np.stack([x, -half, z], -1)
    paints = [_paint_name(top - draught, topside) for top in levels[1:]]
    out: list[Polygons] = []
    for i, paint in enumerate(paints):
        colours = _paint(colour_of, paint, x.shape[1] - 1)
        out.append((_strip(starboard[i], starboard[i + 1]), colours))
        out.append((_strip(port[i + 1], port[i]), colours))
        transom = np.array([[port[i, 0], starboard[i, 0], starboard[i + 1, 0], port[i + 1, 0]]])
        out.append((transom, colours[:1]))
    out.append((_strip(port[0], starboard[0]), _paint(colour_of, "ship_antifouling", x.shape[1] - 1)))
    out.append((_strip(starboard[-1], port[-1]), _paint(colour_of, "ship_deck", x.shape[1] - 1)))
    return out


def _paint_name(above: float, topside: str) -> str:
    """The paint of a strake whose upper edge lies *above* metres over the waterline."""
    if above <= 0.01:
        return "ship_antifouling"
    return "ship_boot_top" if above <= BOOT_TOP + 0.01 else topside


def _strip(low: Floats, high: Floats) -> Floats:
    """(n-1, 4, 3) quads between two lines of n points, seen from the side where *low* runs to the right."""
    return np.stack([low[:-1], low[1:], high[1:], high[:-1]], axis=1)


def _levels(vessel: VesselClass, draught: float) -> Floats:
    """Heights above the keel at which the hull bends or its paint changes."""
    bilge = BILGE * vessel.beam
    below = [0.0, bilge * 0.3, bilge, draught * 0.55, draught * 0.8, draught]
    above = [draught + BOOT_TOP, (draught + vessel.depth) / 2 + 0.5, vessel.depth]
    return np.unique(np.clip([*below, *above], 0.0, vessel.depth))


def _lines(vessel: VesselClass, levels: Floats) -> tuple[Floats, Floats]:
    """x and half breadth (levels, stations): a bulb below, a raked and flared bow, a transom above the water."""
    s, wet = (levels / vessel.depth)[:, None], (levels / vessel.draught)[:, None]
    swell = np.exp(-(((wet - 0.35) / 0.3) ** 2))  # of the bulb, about a third of the way up to the water
    bow = vessel.length / 2 - vessel.length * 0.03 * np.clip(1.25 - s * 1.25, 0, 1) * (1 - 0.7 * swell)
    stern = -vessel.length / 2 + vessel.length * 0.045 * np.clip(1 - wet / 0.75, 0, 1)
    x = stern + (bow - stern) * STATIONS
    entrance = vessel.length * np.interp(s, [0, 0.5, 1], [0.36, 0.33, 1 / 6])
    ahead = np.clip((x - (bow - entrance)) / entrance, 0, 1)
    fore = 1 - ahead ** np.interp(s, [0, 0.5, 1], [1.5, 1.6, 2.4])
    bulb = 0.07 * swell * np.clip((ahead - 0.75) / 0.2, 0, 1) * np.clip((1 - ahead) / 0.04, 0, 1)
    run = vessel.length * np.interp(wet, [0, 0.6, 1, 1.4], [0.42, 0.36, 0.20, 0.05])
    behind = np.clip((stern + run - x) / run, 0, 1)
    transom = np.interp(wet, [0.0, 0.7, 1.0, 1.5], [0.02, 0.05, 0.62, 0.97])
    turn = np.clip(levels / (BILGE * vessel.beam), 0, 1)[:, None]  # of the bilge: 0 at the keel, 1 at the side
    rounding = 1 - 0.14 * (1 - np.sqrt(1 - (1 - turn) ** 2))
    half = vessel.beam / 2 * rounding * np.maximum(fore, bulb) * (1 - (1 - transom) * behind**1.8)
    return x, half


def _house(vessel: VesselClass) -> list[Box]:
    """The accommodation with its windows, bridge and wings, high enough to look over the stacks."""
    x, wide, deck = vessel.bridge_x, vessel.beam / 2 - 2.5, vessel.depth
    roof = vessel.deck_z + (vessel.deck_tiers + 0.6) * TIER
    depth = 5.5
    out: list[Box] = [
        ("ship_house", x - depth, -wide, deck, x + depth, wide, roof),
        ("ship_house", x - depth * 0.5, -vessel.beam / 2, roof, x + depth + 0.6, vessel.beam / 2, roof + 1.1),
        ("ship_glass", x - depth * 0.2, -wide * 0.92, roof + 1.1, x + depth + 0.4, wide * 0.92, roof + 2.4),
        ("ship_house", x - depth * 0.3, -wide * 0.96, roof + 2.4, x + depth + 0.7, wide * 0.96, roof + 2.9),
        ("ship_house", x - 0.5, -0.5, roof + 2.9, x + 0.5, 0.5, roof + 8),
        ("ship_house", x - 0.25, -4, roof + 6.4, x + 0.25, 4, roof + 6.8),
        ("ship_house", x + 1, -2.2, roof + 4.4, x + 1.4, 2.2, roof + 4.9),
    ]
    for level in np.arange(deck + 4.2, roof - 1.5, 3.0):
        out.append(("ship_glass", x - depth - 0.06, -wide * 0.88, level, x + depth + 0.06, wide * 0.88, level + 0.9))
        out.append(("ship_glass", x - depth * 0.8, -wide - 0.06, level, x + depth * 0.8, wide + 0.06, level + 0.9))
    for side in (-1, 1):
        y0, y1 = sorted((side * (wide + 0.3), side * (wide + 2.4)))
        out.append(("lifeboat", x - 4, y0, deck + 9, x + 4, y1, deck + 11.5))  # lifeboats
    return out


def _funnel(vessel: VesselClass) -> list[Box]:
    x, deck, wide = vessel.funnel_x, vessel.depth, min(vessel.beam * 0.3, 9.0)
    top = vessel.deck_z + (vessel.deck_tiers + 0.2) * TIER
    long = 4.4 if vessel.beam > 36 else 3.2
    out: list[Box] = [
        ("ship_house", x - long, -wide, deck, x + long, wide, top - 6),
        ("ship_funnel", x - long * 0.8, -wide * 0.6, top - 6, x + long * 0.8, wide * 0.6, top + 2),
        ("ship_funnel_band", x - long * 0.82, -wide * 0.62, top - 3.2, x + long * 0.82, wide * 0.62, top - 1.2),
    ]
    for pipe in (-1.6, 0.0, 1.6):
        out.append(("crane_dark", x - 0.5, pipe - 0.45, top + 2, x + 0.6, pipe + 0.45, top + 3.6))
    return out


def _forecastle(vessel: VesselClass) -> list[Box]:
    """Breakwater, foremast and winches ahead of the first bay."""
    first = max(vessel.bays, default=vessel.length * 0.4) + BAY / 2
    half = float(vessel.half_breadth(np.array([first + 2.5]))[0]) * 0.96
    bow = vessel.length / 2
    out: list[Box] = [
        ("ship_bulwark", first + 1.6, -half, vessel.depth, first + 2.0, half, vessel.depth + 3.2),
        ("ship_bulwark", bow - 8, -0.35, vessel.depth, bow - 7.3, 0.35, vessel.depth + 12),
        ("ship_bulwark", bow - 7.8, -1.5, vessel.depth + 9, bow - 7.5, 1.5, vessel.depth + 9.3),
    ]
    for side in (-1, 1):
        y0, y1 = sorted((side * 1.5, side * 3.5))
        out.append(("ship_lashing", first + 4, y0, vessel.depth, first + 6.5, y1, vessel.depth + 1.6))
    return out


def _cargo(vessel: VesselClass) -> list[Box]:
    out: list[Box] = []
    covers = vessel.deck_z - HATCH
    for bay, x in enumerate(vessel.bays):
        half = vessel.rows_at(bay) * vessel.row_pitch / 2
        if half <= 0:
            continue
        out.append(("ship_hatch", x - BAY / 2, -half, covers, x + BAY / 2, half, vessel.deck_z))
        out.append(("ship_deck", x - BAY / 2 + 0.4, -half + 2.2, vessel.depth, x + BAY / 2 - 0.4, half - 2.2, covers))
        if vessel.rows >= 13 and bay % 2 == 0:  # a gallery a 40' bay would cost a third more triangles
            out += _lashing_bridge(x + BAY / 2 + 0.2, half, vessel)
        else:
            out += [("ship_lashing", x + BAY / 2 - 0.6, y, vessel.depth, x + BAY / 2 - 0.1, y + 0.5, covers)
                    for y in (-half + 0.2, half - 0.7)]  # fmt: skip
    return out


def _lashing_bridge(x: float, half: float, vessel: VesselClass) -> list[Box]:
    """A narrow gallery across the ship ahead of a bay, two tiers high."""
    top = vessel.deck_z + 2 * TIER
    out: list[Box] = [("ship_lashing", x, -half, top - 0.25, x + 0.75, half, top)]
    out.append(("ship_lashing", x, -half, vessel.deck_z + TIER - 0.2, x + 0.75, half, vessel.deck_z + TIER))
    for y in np.linspace(-half, half - 0.3, 3):
        out.append(("ship_lashing", x + 0.1, y, vessel.depth, x + 0.65, y + 0.3, top))
    return out
