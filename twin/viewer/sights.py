"""Where to look, and from how far, to see a thing well.  No Qt here."""

import numpy as np

from twin.geometry import Floats, turned
from twin.moment import Moment

LEAST = 12.0  # metres across, so that the surroundings of a small thing are seen too


def sight(moment: Moment, kind: str, row: int) -> tuple[Floats, float] | None:
    """The middle (3,) of a thing and how many metres across it is; None where its place is not known."""
    middle, size = _SIGHTS[kind](moment, row)
    return (middle, max(size, LEAST)) if np.isfinite(middle).all() else None


def _container(moment: Moment, row: int) -> tuple[Floats, float]:
    base, about = moment.positions[0][row], moment.containers.about
    return base + np.array([0, 0, about.height[row] / 2]), float(about.length[row]) * 1.5


def _machine(moment: Moment, row: int) -> tuple[Floats, float]:
    m = moment.machines
    kind = moment.terminal.catalogue.kinds.get(m.kind[row])
    length, width, height = (kind.length, kind.width, kind.height) if kind else (10.0, 4.0, 4.0)
    return np.array([m.x[row], m.y[row], m.z[row] + height * 0.45]), max(length, width, height)


def _vessel(moment: Moment, row: int) -> tuple[Floats, float]:
    v = moment.vessels
    if not v.present[row]:
        return np.full(3, np.nan), 0.0
    return np.array([v.x[row], v.y[row], 8.0]), float(v.length[row])


def _block(moment: Moment, row: int) -> tuple[Floats, float]:
    b = moment.terminal.blocks
    length, width = float(b.bays[row] * b.bay_pitch[row]), float(b.rows[row] * b.row_pitch[row] * b.row_sign[row])
    x, y = turned(np.array(length / 2), np.array(width / 2), np.array(b.yaw[row]))
    return np.array([b.x[row] + x, b.y[row] + y, b.z[row] + 4.0]), max(length, abs(width)) * 0.7


_SIGHTS = {"container": _container, "machine": _machine, "vessel": _vessel, "block": _block}
