"""Stacks by 20-foot column: how high they stand, what lies under a point.  Index arithmetic, no search."""

from dataclasses import dataclass

import numpy as np

from twin.facts import PlaceKind
from twin.geometry import Bools, Floats, Ints
from twin.moment import Containers, Moment
from twin.spatial.places import row_name
from twin.terminal import Blocks, Terminal
from twin.yard import in_block

CHUNK = 1 << 18  # points times blocks looked at together


@dataclass(frozen=True)
class StackHeights:
    """One block by TEU bay and row, (bays, rows): index [0, 0] is bay 1, row 1.

    *tiers* counts tiers with a box in them, a 40' box in both columns it covers; *top* is the highest such tier;
    *gaps* is how many tiers below it are empty; *metres* is from the block's ground to the top of the stack.
    *boxes* containers stand at *stacks* different addresses (bay, row); *doubled* of them claim a slot another has,
    *outside* claim one the block does not have and are in none of the arrays.
    """

    block: str
    tiers: Ints
    top: Ints
    gaps: Ints
    metres: Floats
    boxes: int
    stacks: int
    doubled: int
    outside: int


@dataclass(frozen=True)
class Under:
    """What stands under a point: block, 20-foot bay number (odd) and row as written, containers from the ground up."""

    block: str
    bay: int
    row: str
    tiers: int
    metres: float
    containers: tuple[str, ...]


def heights(moment: Moment, block: str) -> StackHeights:
    """Stack heights of *block*.  Raises `UnknownName`."""
    blocks, where, boxes = moment.terminal.blocks, moment.terminal.block(block), moment.containers
    rows = boxes.in_block(where)
    sound = _sound(blocks, boxes, rows)
    outside, rows = int((~sound).sum()), rows[sound]
    shape = int(blocks.bays[where]), int(blocks.rows[where])
    tier, (column, box) = boxes.tier[rows], _columns(boxes, rows)
    filled = np.zeros((*shape, int(tier.max(initial=0)) + 1), bool)
    filled[column, boxes.row[rows][box] - 1, tier[box]] = True
    tiers, top = filled.sum(axis=2), (filled * np.arange(filled.shape[2])).max(axis=2)
    metres = np.zeros(shape)
    np.maximum.at(metres, (column, boxes.row[rows][box] - 1), _tops(boxes, rows)[box] - blocks.z[where])
    addresses = np.stack([boxes.bay[rows], boxes.row[rows], tier], axis=1)
    slots, stacks = len(np.unique(addresses, axis=0)), len(np.unique(addresses[:, :2], axis=0))
    return StackHeights(block, tiers, top, top - tiers, metres, len(rows), stacks, len(rows) - slots, outside)


def height_at(moment: Moment, x: float | Floats, y: float | Floats) -> Floats:
    """Metres from the ground to the top of the stack in whose slot each point lies (shape of *x*, *y*); 0 for none.

    A slot reaches halfway to its neighbours.  Loose boxes are not stacks: see `nearest.pick`.
    """
    x, y = np.broadcast_arrays(np.asarray(x, float), np.asarray(y, float))
    block, bay, row = slot_at(moment.terminal, x.ravel(), y.ravel())
    tops, start = _yard(moment)
    rows = moment.terminal.blocks.rows
    inside = block >= 0
    out = np.zeros(x.size)
    b = block[inside]
    out[inside] = tops[start[b] + bay[inside] * rows[b] + row[inside]]
    return out.reshape(x.shape)


def under(moment: Moment, x: float, y: float) -> Under | None:
    """The slot that (*x*, *y*) lies in and what stands there; None outside all blocks."""
    terminal, boxes = moment.terminal, moment.containers
    block, bay, row = (int(index[0]) for index in slot_at(terminal, np.array([x], float), np.array([y], float)))
    if block < 0:
        return None
    rows = boxes.in_block(block)
    rows = rows[_sound(terminal.blocks, boxes, rows)]
    column, box = _columns(boxes, rows)
    here = np.unique(rows[box[(column == bay) & (boxes.row[rows][box] == row + 1)]])
    here = here[np.argsort(boxes.base[here, 2], kind="stable")]
    names = tuple(boxes.about.name[container] for container in here.tolist())
    metres = float(_tops(boxes, here).max(initial=terminal.blocks.z[block]) - terminal.blocks.z[block])
    tiers, blocks = len(np.unique(boxes.tier[here])), terminal.blocks
    return Under(blocks.name[block], 2 * bay + 1, row_name(blocks, block, row + 1), tiers, metres, names)


def slot_at(terminal: Terminal, x: Floats, y: Floats) -> tuple[Ints, Ints, Ints]:
    """Block row, TEU bay and row from 0 (n,) of the slots that points (n,) lie in; block -1 outside all blocks."""
    b = terminal.blocks
    block, bay, row = (np.full(len(x), fill, np.int64) for fill in (-1, 0, 0))
    cos, sin = np.cos(b.yaw), np.sin(b.yaw)
    step = max(CHUNK // max(len(b), 1), 1)
    for first in range(0, len(x) if len(b) else 0, step):
        some = slice(first, first + step)
        dx, dy = x[some, None] - b.x, y[some, None] - b.y
        along = np.floor((cos * dx + sin * dy) / b.bay_pitch)
        across = np.floor((cos * dy - sin * dx) * b.row_sign / b.row_pitch)
        inside = (along >= 0) & (along < b.bays) & (across >= 0) & (across < b.rows)
        which = inside.argmax(axis=1)
        each = np.arange(len(which))
        hit = inside[each, which]
        block[some] = np.where(hit, which, -1)
        bay[some] = np.where(hit, along[each, which], 0)
        row[some] = np.where(hit, across[each, which], 0)
    return block, bay, row


def _sound(blocks: Blocks, boxes: Containers, rows: Ints) -> Bools:
    return in_block(blocks, boxes.where[rows], boxes.bay[rows], boxes.row[rows], boxes.tier[rows])


def _columns(boxes: Containers, rows: Ints) -> tuple[Ints, Ints]:
    """TEU bays from 0 that boxes *rows* cover, one for odd bays, two for even, and the index in *rows* of each."""
    bay = boxes.bay[rows]
    each = np.arange(len(rows))
    return np.concatenate([(bay - 1) // 2, bay[bay % 2 == 0] // 2]), np.concatenate([each, each[bay % 2 == 0]])


def _tops(boxes: Containers, rows: Ints) -> Floats:
    tops: Floats = boxes.base[rows, 2] + boxes.about.height[rows]
    return tops


_known: list[tuple[Containers, Terminal, tuple[Floats, Ints]]] = []  # the last moment's, kept while nothing moved


def _yard(moment: Moment) -> tuple[Floats, Ints]:
    """Metres above ground of every slot of every block, flat, and where each block (b,) starts in it."""
    boxes, terminal = moment.containers, moment.terminal
    for known, built, kept in tuple(_known):
        if known is boxes and built is terminal:
            return kept
    blocks = terminal.blocks
    size = blocks.bays * blocks.rows
    start = np.cumsum(size) - size
    tops = np.zeros(int(size.sum()))
    rows = np.flatnonzero(boxes.kind == PlaceKind.SLOT)
    rows = rows[_sound(blocks, boxes, rows)]
    column, box = _columns(boxes, rows)
    where = boxes.where[rows]
    slot = start[where[box]] + column * blocks.rows[where[box]] + boxes.row[rows][box] - 1
    np.maximum.at(tops, slot, (_tops(boxes, rows) - blocks.z[where])[box])
    _known[:] = [(boxes, terminal, (tops, start))]
    return tops, start
