"""What there is to work with on a terminal: which cranes work which blocks and ships, where vehicles can stop."""

from dataclasses import dataclass, field

import numpy as np

from twin.catalogue import Kind
from twin.simulate.apron import Apron, Frame, Spot
from twin.simulate.boxes import Maker
from twin.simulate.cranes import Crane
from twin.simulate.filling import Inventory, filled
from twin.simulate.quay_cranes import QuayCrane
from twin.simulate.stacks import Piles, piles_of
from twin.simulate.yard_cranes import Zone
from twin.terminal import Quay, Terminal

YARD = ("armg", "rtg")
VEHICLES = ("agv", "tractor")


@dataclass
class Setting:
    """Everything placed, before anything moves."""

    terminal: Terminal
    maker: Maker
    inventory: Inventory
    piles: list[Piles]
    cranes: list[Crane] = field(default_factory=list)  # all of them
    zones: list[Zone] = field(default_factory=list)
    sea: dict[int, Zone] = field(default_factory=dict)  # by block: the zone that serves the quay
    land: dict[int, Zone] = field(default_factory=dict)  # by block: the zone that serves trucks
    quay_cranes: list[QuayCrane] = field(default_factory=list)
    apron: Apron | None = None
    transfer: tuple[float, ...] = ()  # v of the lanes beside which quay cranes set boxes down
    spots: dict[int, list[Spot]] = field(default_factory=dict)  # by block
    vehicles: list[int] = field(default_factory=list)  # machine rows


def machines(terminal: Terminal, groups: tuple[str, ...]) -> list[tuple[int, Kind]]:
    """Rows and kinds of the terminal's machines of *groups*."""
    own = terminal.machines
    kinds = terminal.catalogue.kinds
    return [(row, kinds[kind]) for row, kind in enumerate(own.kind) if kind in kinds and kinds[kind].group in groups]


def crane_of(terminal: Terminal, row: int, kind: Kind) -> Crane:
    own = terminal.machines
    return Crane(row, kind, float(own.x[row]), float(own.y[row]), float(own.z[row]), float(own.yaw[row]))


def yard_of(terminal: Terminal, maker: Maker, share: float) -> Setting:
    """Filled blocks with their cranes."""
    pairs = [(crane_of(terminal, row, kind), _block_under(terminal, row)) for row, kind in machines(terminal, YARD)]
    by_block: dict[int, list[Crane]] = {}
    for crane, block in pairs:
        if block is not None and {"trolley", "hoist"} <= {j.name for j in crane.kind.joints}:
            by_block.setdefault(block, []).append(crane)
    lift = {block: min(crane.joint("hoist").high for crane in cranes) for block, cranes in by_block.items()}
    there = filled(terminal, maker, share=share, lift=lift)
    piles = [piles_of(terminal, b, maker.boxes, lift.get(b, np.inf)) for b in range(len(terminal.blocks))]
    order = np.argsort(there.tier, kind="stable")
    for i in order.tolist():
        piles[there.block[i]].put(int(there.box[i]), int(there.bay[i]), int(there.row[i]))
    setting = Setting(terminal, maker, there, piles)
    for block, cranes in sorted(by_block.items()):
        _zone_block(setting, block, cranes)
    return setting


def _block_under(terminal: Terminal, row: int) -> int | None:
    """The block a yard crane stands over."""
    b, own = terminal.blocks, terminal.machines
    dx, dy = own.x[row] - b.x, own.y[row] - b.y
    along = np.cos(b.yaw) * dx + np.sin(b.yaw) * dy
    across = (-np.sin(b.yaw) * dx + np.cos(b.yaw) * dy) * b.row_sign
    inside = (along > -45) & (along < b.bays * b.bay_pitch + 45) & (across > -3) & (across < b.rows * b.row_pitch + 3)
    found = np.flatnonzero(inside)
    return int(found[0]) if len(found) else None


def _zone_block(setting: Setting, block: int, cranes: list[Crane]) -> None:
    """Share a block among its cranes: the small one of a pair on the quay's side, the large one on the trucks'."""
    terminal, last = setting.terminal, 2 * int(setting.terminal.blocks.bays[block]) - 1
    seaward_first = _seaward_first(terminal, block)
    cranes = sorted(cranes, key=lambda c: (c.joint("hoist").high, c.row))[:2]
    if len(cranes) == 1 or last < 30:
        spans = [(1, last)]
    else:
        half = last // 2
        spans = [(1, half - 4), (half + 6, last)] if seaward_first else [(half + 6, last), (1, half - 4)]
    for n, (crane, (low, high)) in enumerate(zip(cranes, spans)):
        random = np.random.default_rng(setting.maker.random.integers(1 << 60))
        zone = Zone(terminal, crane, setting.piles[block], low, high, random)
        setting.zones.append(zone)
        setting.cranes.append(crane)
        (setting.sea if n == 0 else setting.land)[block] = zone
        bay = int(np.clip(zone.random.integers(low, high + 1), low, high)) // 2 * 2 + 1
        gantry, trolley = zone.over(min(bay, last), 1 + int(zone.random.integers(terminal.blocks.rows[block])))
        crane.stand(gantry, trolley=trolley, hoist=crane.joint("hoist").high - 0.4)


def quay_frame(quay: Quay) -> Frame:
    return Frame(quay.x0, quay.y0, float(np.arctan2(quay.y1 - quay.y0, quay.x1 - quay.x0)))


def _seaward_first(terminal: Terminal, block: int) -> bool:
    """Whether bay 1 is the end nearer the water."""
    if not terminal.quays:
        return True
    b = terminal.blocks
    frame = quay_frame(terminal.quays[0])
    return bool(np.sin(b.yaw[block] - frame.yaw) > -0.5)
