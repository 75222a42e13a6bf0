"""Boxes in stacks: from addresses to bottom centres, with the true heights of what lies below.

One rule serves the yard and the ship: a 20' box stands on one column of TEU slots, a 40' or 45' on the two its
even bay covers, on whichever is higher; a tier with nothing below it stands at the nominal height, because the world
believes what it is told.
"""

import numpy as np

from twin.catalogue import VesselClass
from twin.containers import NOMINAL_HEIGHT
from twin.geometry import Floats, Ints
from twin.terminal import Blocks, Terminal

DECK = 80  # ISO 9711-1: tiers 82, 84, … are on deck, 02, 04, … in the hold
_ROW_RADIX, _BAY_RADIX = 512, 4096


def bottoms(column: Ints, other: Ints, tier: Ints, height: Floats) -> Floats:
    """Height (n,) of each box's bottom above its stack's foot.

    *column* and *other* (n,) are the columns it stands on (equal for a 20'), *tier* counts from 1, *height* in metres.
    """
    if not len(tier):
        return np.zeros(0)
    names, index = np.unique(np.concatenate([column, other]), return_inverse=True)
    first, second = index[: len(column)], index[len(column) :]
    top, level, out = np.zeros(len(names)), np.zeros(len(names), np.int64), np.empty(len(tier))
    order = np.argsort(tier, kind="stable")
    edges = np.flatnonzero(np.diff(tier[order])) + 1
    for here in np.split(order, edges):
        a, b, n = first[here], second[here], tier[here[0]]
        stand = np.maximum(top[a], top[b])
        covered = np.maximum(level[a], level[b]) == n - 1
        stand = np.where(covered, stand, np.maximum(stand, (n - 1) * NOMINAL_HEIGHT))
        out[here] = stand
        for side in (a, b):
            np.maximum.at(top, side, stand + height[here])
            level[side] = n
    return out


def columns(where: Ints, bay: Ints, row: Ints) -> tuple[Ints, Ints]:
    """The two column numbers (n,) that boxes at (block or vessel row, bay, row) stand on: equal for odd (20') bays."""
    even = (bay & 1) == 0
    stem = where * _ROW_RADIX * _BAY_RADIX + row * _BAY_RADIX
    return stem + np.where(even, bay - 1, bay), stem + np.where(even, bay + 1, bay)


def slot_places(
    terminal: Terminal, where: Ints, bay: Ints, row: Ints, tier: Ints, height: Floats
) -> tuple[Floats, Floats]:
    """Bottom centres (n, 3) and yaws (n,) in the site frame of the boxes in slots of whole blocks (all boxes of a
    block together).
    """
    x, y = terminal.slot_xy(where, bay, row)
    z = terminal.blocks.z[where] + bottoms(*columns(where, bay, row), tier, height)
    return np.stack([x, y, z], axis=1), terminal.blocks.yaw[where]


def in_block(
    blocks: Blocks, where: Ints, bay: Ints, row: Ints, tier: Ints
) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Which addresses (n,) lie inside their block: bays 1 … 2n-1, rows and tiers from 1."""
    known = (where >= 0) & (where < len(blocks))
    b = np.where(known, where, 0)
    if not len(blocks):
        return known
    return (
        known
        & (bay >= 1)
        & (bay <= 2 * blocks.bays[b] - 1)
        & (row >= 1)
        & (row <= blocks.rows[b])
        & (tier >= 1)
        & (tier <= 99)
    )


def stow_places(kind: VesselClass | None, bay: Ints, row: Ints, tier: Ints, height: Floats) -> Floats:
    """Bottom centres (n, 3) in the vessel's frame (origin amidships at the keel, +x bow, +y port) of all boxes
    aboard; NaN where there is no such place.
    """
    out = np.full((len(bay), 3), np.nan)
    if kind is None or not len(bay):
        return out
    pair = (bay - 1) // 4  # bays 4k+1 (20'), 4k+2 (40'), 4k+3 (20') share the 40' bay k; 4k+4 would span two hatches
    fit = (bay > 0) & (bay % 4 != 0) & (pair < len(kind.bays)) & (tier > 0) & (row >= 0)
    x = np.array(kind.bays)[np.where(fit, pair, 0)]
    x = x + np.where(
        bay & 1, np.where(bay % 4 == 1, 1, -1) * (6.058 + 0.076) / 2, 0.0
    )  # ISO 668: 40' = 2 x 20' + 76 mm
    deck = tier > DECK
    level = np.where(deck, (tier - DECK) // 2, tier // 2)
    foot = np.where(deck, kind.deck_z, kind.hold_z)
    a, b = columns(deck.astype(np.int64), bay, row)
    out[:, 0], out[:, 1] = x, row_offset(row, kind.rows) * kind.row_pitch
    out[:, 2] = foot + bottoms(a, b, np.maximum(level, 1), height)
    out[~fit] = np.nan
    return out


def row_offset(row: Ints, rows: int) -> Floats:
    """Rows to port (+) of the centre line (n,) of ISO 9711-1 row numbers on a vessel with *rows* rows: odd starboard,
    even port, 00 the centre.
    """
    side = np.where(row % 2, -1.0, 1.0)
    step = (row + 1) // 2
    return np.where(row == 0, 0.0, side * (step - (0.0 if rows % 2 else 0.5)))
