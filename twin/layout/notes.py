"""What a reader of a layout should be told though nothing is wrong with the file itself."""

from typing import Any

import numpy as np

from twin.catalogue import Catalogue
from twin.geometry import Floats
from twin.terminal import Blocks, Machines, Quay, Rail

_BEFORE_THE_WALL = 60.0  # metres of water in front of a quay that are surely water
_WRONG_GAUGE = 0.1  # metres


def remarks(catalogue: Catalogue, *, blocks: Blocks, quays: tuple[Quay, ...], rails: tuple[Rail, ...],
            machines: Machines, **_: Any) -> list[str]:  # fmt: skip
    """Sentences about blocks over the water and cranes that do not fit their rails."""
    return [*_wet(blocks, quays), *_misfits(catalogue, rails, machines)]


def block_corners(blocks: Blocks) -> Floats:
    """(n, 4, 2) corners of the blocks' ground slots, site frame: bay 1 row 1 first, along the bays, across, back."""
    lx = (blocks.bays * blocks.bay_pitch)[:, None] * np.array([0.0, 1, 1, 0])
    ly = (blocks.rows * blocks.row_pitch * blocks.row_sign)[:, None] * np.array([0.0, 0, 1, 1])
    cos, sin = np.cos(blocks.yaw)[:, None], np.sin(blocks.yaw)[:, None]
    return np.stack([blocks.x[:, None] + cos * lx - sin * ly, blocks.y[:, None] + sin * lx + cos * ly], axis=-1)


def _wet(blocks: Blocks, quays: tuple[Quay, ...]) -> list[str]:
    said = []
    for quay in quays:
        start, along = np.array([quay.x0, quay.y0]), np.array([quay.x1 - quay.x0, quay.y1 - quay.y0])
        length = float(np.hypot(*along))
        away = block_corners(blocks) - start
        u = away @ along / length
        over = (along[1] * away[..., 0] - along[0] * away[..., 1]) / length  # to the right of the wall: over water
        wet = ((over > 0.01) & (over < _BEFORE_THE_WALL) & (u > 0) & (u < length)).any(axis=1)
        said += [f"block {blocks.name[i]} reaches {over[i].max():.1f} m over the water before quay {quay.name}"
                 for i in np.flatnonzero(wet)]  # fmt: skip
    return said


def _misfits(catalogue: Catalogue, rails: tuple[Rail, ...], machines: Machines) -> list[str]:
    """Cranes whose kind's gauge (figure 'gauge' or 'span') is not that of any rail of their group."""
    said = []
    for kind in dict.fromkeys(machines.kind):
        facts, group = catalogue.kinds[kind].facts, catalogue.kinds[kind].group
        gauges = {rail.gauge for rail in rails if rail.kind == group}
        for figure in ("gauge", "span"):
            if figure in facts and gauges and min(abs(facts[figure][0] - g) for g in gauges) > _WRONG_GAUGE:
                said.append(f"{kind} has a {figure} of {facts[figure][0]:g} m; the {group} rails here have "
                            f"{', '.join(f'{g:g}' for g in sorted(gauges))} m")  # fmt: skip
    return said
