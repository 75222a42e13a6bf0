"""What stands fixed on the ground, as rectangles that vehicles must not touch."""

from math import atan2, cos, hypot, sin

import numpy as np

from twin.geometry import Floats
from twin.terminal import Terminal

OVERHEAD = 4.6  # metres; what begins higher up is driven under.  A truck with a high-cube box: field.md §4.2
STRIP = (
    1.0  # metres from the middle of a rail to the side of what runs on it: half of bogies 1.8 wide.  sts.yaml, rtg.yaml
)
CRANES = ("sts", "armg", "rtg")  # groups that stand over the ground, not on it

Rectangle = tuple[float, float, float, float, float]  # x, y, yaw, half length, half breadth


def solids(terminal: Terminal, moving: set[int], *, blocks: bool = True) -> Floats:
    """(b, 5) x, y, yaw, half length, half breadth: stacks, structures, crane rails, machines that are not *moving*."""
    found = [*_structures(terminal), *_rails(terminal), *_machines(terminal, moving)]
    if blocks:
        found += _blocks(terminal)
    return np.array(found, float).reshape(-1, 5)


def _structures(terminal: Terminal) -> list[Rectangle]:
    return [(s.x, s.y, s.yaw, s.length / 2, s.width / 2) for s in terminal.structures if s.z < OVERHEAD]


def _blocks(terminal: Terminal) -> list[Rectangle]:
    b, out = terminal.blocks, []
    for k in range(len(b)):
        along, across = float(b.bays[k] * b.bay_pitch[k]) / 2, float(b.rows[k] * b.row_pitch[k]) / 2
        yaw, aside = float(b.yaw[k]), across * float(b.row_sign[k])
        x, y = float(b.x[k]) + cos(yaw) * along - sin(yaw) * aside, float(b.y[k]) + sin(yaw) * along + cos(yaw) * aside
        out.append((x, y, yaw, along, across))
    return out


def _rails(terminal: Terminal) -> list[Rectangle]:
    """Cranes may come along their rails at any time, so nobody drives there."""
    out = []
    for rail in terminal.rails:
        dx, dy = rail.x1 - rail.x0, rail.y1 - rail.y0
        yaw, half = atan2(dy, dx), hypot(dx, dy) / 2
        for aside in (0.0, rail.gauge):
            x, y = (rail.x0 + rail.x1) / 2 - sin(yaw) * aside, (rail.y0 + rail.y1) / 2 + cos(yaw) * aside
            out.append((x, y, yaw, half, STRIP))
    return out


def _machines(terminal: Terminal, moving: set[int]) -> list[Rectangle]:
    own, kinds, out = terminal.machines, terminal.catalogue.kinds, []
    for row, name in enumerate(own.kind):
        kind = kinds.get(name)
        if kind is not None and row not in moving and kind.group not in CRANES:
            out.append((float(own.x[row]), float(own.y[row]), float(own.yaw[row]), kind.length / 2, kind.width / 2))
    return out
