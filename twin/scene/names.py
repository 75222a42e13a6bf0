"""Which names a moment shows, and where."""

import numpy as np

from twin.moment import Moment
from twin.scene.labels import Label
from twin.scene.vessel import class_of

CRANES = ("sts", "armg", "rtg", "straddle")
OVER = 4.0  # metres a name floats over its thing


def names(moment: Moment) -> list[Label]:
    """Vessels, berths, blocks and machines, in this order of rank."""
    return [*_vessels(moment), *_berths(moment), *_blocks(moment), *_machines(moment)]


def _vessels(moment: Moment) -> list[Label]:
    v, out = moment.vessels, []
    for row in np.flatnonzero(v.present & np.isfinite(v.x + v.y + v.yaw)).tolist():
        vessel = class_of(moment, row)
        ahead = vessel.bridge_x
        at = v.x[row] + np.cos(v.yaw[row]) * ahead, v.y[row] + np.sin(v.yaw[row]) * ahead
        height = v.z[row] + vessel.deck_z + 2.6 * (vessel.deck_tiers + 1) + OVER
        out.append(Label(v.name[row], (float(at[0]), float(at[1]), float(height)), 900, "vessel", 6000))
    return out


def _berths(moment: Moment) -> list[Label]:
    quays, out = {q.name: q for q in moment.terminal.quays}, []
    for berth in moment.terminal.berths:
        quay = quays[berth.quay]
        length = max(float(np.hypot(quay.x1 - quay.x0, quay.y1 - quay.y0)), 1e-6)
        share = (berth.start + berth.end) / 2 / length
        at = quay.x0 + share * (quay.x1 - quay.x0), quay.y0 + share * (quay.y1 - quay.y0), 1.5
        out.append(Label(berth.name, at, 500, "berth", 2500))
    return out


def _blocks(moment: Moment) -> list[Label]:
    b = moment.terminal.blocks
    out = []
    for row, name in enumerate(b.name):
        across = b.rows[row] * b.row_pitch[row] * b.row_sign[row] / 2
        cos, sin = np.cos(b.yaw[row]), np.sin(b.yaw[row])
        at = float(b.x[row] - sin * across), float(b.y[row] + cos * across), float(b.z[row] + 2.6 * b.tiers[row] + 3)
        out.append(Label(name, at, 300, "block", 1800))
    return out


def _machines(moment: Moment) -> list[Label]:
    m, kinds, out = moment.machines, moment.terminal.catalogue.kinds, []
    for row in np.flatnonzero(np.isfinite(m.x + m.y + m.z + m.yaw)).tolist():
        kind = kinds.get(m.kind[row])
        group = kind.group if kind else ""
        across = 17.0 if group == "sts" else 0.0
        x, y = m.x[row] - np.sin(m.yaw[row]) * across, m.y[row] + np.cos(m.yaw[row]) * across
        height = min(kind.height if kind else 4.0, 62.0) + OVER
        rank, reach = (400.0, 1500.0) if group == "sts" else (100.0, 500.0) if group in CRANES else (50.0, 180.0)
        out.append(Label(m.name[row], (float(x), float(y), float(m.z[row] + height)), rank, "machine", reach))
    return out
