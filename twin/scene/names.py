"""Which names a moment shows, and where: vessels, berths, blocks and machines, in this order of rank."""

import numpy as np

from twin.facts import PlaceKind
from twin.moment import Moment
from twin.scene.labels import Sign, Signs, signs_of
from twin.scene.vessel import class_of
from twin.terminal import Terminal

CRANES = ("sts", "armg", "rtg", "straddle")
OVER = 4.0  # metres a name floats over its thing
TALL = 62.0  # metres, where the names of higher machines are


class Names:
    """Names of one terminal; texts are made once, places each time."""

    def __init__(self, terminal: Terminal) -> None:
        self._fixed = signs_of([*_berths(terminal), *_blocks(terminal)])
        self._floor = self._fixed.at[:, 2].copy()
        self._stamp: object = None
        self._kinds: tuple[object, object] = (None, None)
        self._machines = signs_of([])
        self._lift = np.zeros((0, 3))

    def of(self, moment: Moment) -> Signs:
        """The signs of *moment*."""
        m = moment.machines
        if self._stamp is not moment.containers.block_stamp:
            self._stamp = moment.containers.block_stamp
            self._lift_blocks(moment)
        if self._kinds != (id(m.kind), len(m)):
            self._kinds = (id(m.kind), len(m))
            self._paint(moment)
        across = self._lift[:, 1]
        at = np.stack([m.x - np.sin(m.yaw) * across, m.y + np.cos(m.yaw) * across, m.z + self._lift[:, 2]], axis=1)
        return signs_of(_vessels(moment)).joined(self._fixed).joined(self._machines.at_places(at))

    def _lift_blocks(self, moment: Moment) -> None:
        """Put every block's name just over the stacks of its own first bay, so that it is read with no other block."""
        c, count = moment.containers, len(moment.terminal.blocks.name)
        first = np.flatnonzero((c.kind == PlaceKind.SLOT) & (c.bay <= 1) & (c.where >= 0) & (c.where < count))
        at = self._fixed.at.copy()
        at[:, 2] = self._floor
        top = np.full(count, -np.inf)
        np.fmax.at(top, c.where[first], c.base[first, 2] + c.about.height[first])
        at[len(at) - count :, 2] = np.maximum(at[len(at) - count :, 2], top + 0.6)
        self._fixed = self._fixed.at_places(at)

    def _paint(self, moment: Moment) -> None:
        signs, lift = [], []
        for name, kind_name in zip(moment.machines.name, moment.machines.kind, strict=False):
            kind = moment.terminal.catalogue.kinds.get(kind_name)
            group = kind.group if kind else ""
            rank, reach = (400.0, 1500.0) if group == "sts" else (100.0, 450.0) if group in CRANES else (50.0, 130.0)
            signs.append(Sign(name, (0.0, 0.0, 0.0), rank, "machine", reach))
            lift.append((0.0, 17.0 if group == "sts" else 0.0, min(kind.height if kind else 4.0, TALL) + OVER))
        self._machines, self._lift = signs_of(signs), np.array(lift, float).reshape(-1, 3)


def _vessels(moment: Moment) -> list[Sign]:
    v, out = moment.vessels, []
    for row in np.flatnonzero(v.present & np.isfinite(v.x + v.y + v.yaw)).tolist():
        vessel = class_of(moment, row)
        ahead = vessel.bridge_x
        at = v.x[row] + np.cos(v.yaw[row]) * ahead, v.y[row] + np.sin(v.yaw[row]) * ahead
        height = v.z[row] + vessel.deck_z + 2.6 * (vessel.deck_tiers + 1) + OVER
        out.append(Sign(v.name[row], (float(at[0]), float(at[1]), float(height)), 900, "vessel", 6000))
    return out


def _berths(terminal: Terminal) -> list[Sign]:
    quays, out = {q.name: q for q in terminal.quays}, []
    for berth in terminal.berths:
        quay = quays[berth.quay]
        length = max(float(np.hypot(quay.x1 - quay.x0, quay.y1 - quay.y0)), 1e-6)
        share = (berth.start + berth.end) / 2 / length
        at = quay.x0 + share * (quay.x1 - quay.x0), quay.y0 + share * (quay.y1 - quay.y0), 1.5
        out.append(Sign(berth.name, at, 500, "berth", 2500))
    return out


def _blocks(terminal: Terminal) -> list[Sign]:
    b, out = terminal.blocks, []
    for row, name in enumerate(b.name):
        across = b.rows[row] * b.row_pitch[row] * b.row_sign[row] / 2
        cos, sin = np.cos(b.yaw[row]), np.sin(b.yaw[row])
        along = b.bay_pitch[row] / 2
        at = float(b.x[row] + cos * along - sin * across), float(b.y[row] + sin * along + cos * across), b.z[row] + 1.0
        out.append(Sign(name, at, 300, "block", 3000))
    return out
