"""A yard full of boxes: uneven, in clusters of one line and one ship, as the rules of stacking allow."""

from dataclasses import dataclass

import numpy as np

from twin.facts import Batch, PlaceKind, Roster, places
from twin.geometry import Bools, Floats, Ints
from twin.simulate.boxes import Maker, height
from twin.simulate.stacking import ceiling, plugs, tier_limits
from twin.terminal import Terminal

CLUSTER_BAYS, CLUSTER_ROWS = 3, 5  # 40' bays and rows that tend to hold one ship's boxes of one line
TWENTIES = 0.44  # share of stacks that are 20'
MOST = 0.93  # of what can stand there: boxes must be got at
ROOM = 3  # stacks' worth of places for each length of box that a block keeps free.  Made up


@dataclass(frozen=True)
class Inventory:
    """Boxes in slots: block rows, bays, rows, tiers, box numbers (n,)."""

    block: Ints
    bay: Ints
    row: Ints
    tier: Ints
    box: Ints


@dataclass
class _Stacks:
    """Places for stacks (s): *pair* counts 40' bays from 0; *single* ones have room for one 20' only."""

    block: Ints
    pair: Ints
    row: Ints
    limit: Ints
    single: Bools
    cluster: Ints
    plugs: Bools
    empties: Bools
    short: Bools  # 20' boxes may stand there
    ceiling: Floats  # metres that no stack exceeds


def fill(terminal: Terminal, roster: Roster, t: int, *, share: float = 0.6, seed: int = 0) -> list[Batch]:
    """Facts from *t* (ns UTC) on: what stands in the blocks, about *share* of what they can hold."""
    maker = Maker(roster, np.random.default_rng(seed))
    there = filled(terminal, maker, share=share)
    if not len(there.box):
        return []
    return [maker.boxes.described(t), slots_said(there, maker, t)]


def slots_said(there: Inventory, maker: Maker, t: int) -> Batch:
    """The places of an inventory, from *t* on."""
    rows = np.array(maker.boxes.row, np.int64)[there.box]
    return places(t, rows, PlaceKind.SLOT, there.block, bay=there.bay, row=there.row, tier=there.tier)


def filled(
    terminal: Terminal, maker: Maker, *, share: float, lift: dict[int, float] | None = None,
    short: dict[int, Bools] | None = None,
) -> Inventory:  # fmt: skip
    """Boxes in all blocks.

    *lift* is how high the cranes of a block row can lift (m); *short* (columns,) tells where 20' boxes may stand in it.
    """
    stacks = _stacks(terminal, lift or {}, short or {})
    random, n = maker.random, len(stacks.block)
    if not n:
        return Inventory(*(np.zeros(0, np.int64) for _ in range(5)))
    clusters = int(stacks.cluster.max()) + 1
    line, wish = maker.some_lines(clusters), random.normal(0, 0.22, clusters)
    twenties = (random.random(clusters) < TWENTIES)[stacks.cluster] ^ (random.random(n) < 0.12) | stacks.single
    twenties &= stacks.short
    full = min(share, MOST) + 0.02 + wish[stacks.cluster] + random.normal(0, 0.17, n)
    tiers = np.clip(np.rint(full * stacks.limit), 0, stacks.limit).astype(np.int64)
    _leave_room(stacks, tiers, twenties)
    columns = _columns(stacks, tiers, twenties, random)
    return _boxes(stacks, columns, line, maker)


def _stacks(terminal: Terminal, lift: dict[int, float], short: dict[int, Bools]) -> _Stacks:
    parts, cluster = [], 0
    for b in range(len(terminal.blocks)):
        bays, rows = int(terminal.blocks.bays[b]), int(terminal.blocks.rows[b])
        pair, row = (g.ravel() for g in np.meshgrid(np.arange((bays + 1) // 2), np.arange(rows), indexing="ij"))
        groups = pair // CLUSTER_BAYS * (rows // CLUSTER_ROWS + 1) + row // CLUSTER_ROWS
        kind = terminal.blocks.kind[b]
        single = (pair == bays // 2) & (bays % 2 == 1)
        allowed = short.get(b, np.ones(bays, bool))
        twenty = allowed[2 * pair] & allowed[np.minimum(2 * pair + 1, bays - 1)]
        limit = np.where(single & ~twenty, 0, tier_limits(terminal, b, lift.get(b, np.inf))[row])
        parts.append(
            (
                np.full(len(pair), b),
                pair,
                row,
                limit,
                single,
                cluster + groups,
                plugs(terminal, b)[np.minimum(2 * pair, bays - 1)],
                np.full(len(pair), kind == "empty"),
                twenty,
                np.full(len(pair), ceiling(min(lift.get(b, np.inf), 1e3))),
            )
        )
        cluster += int(groups.max()) + 1
    if not parts:
        return _Stacks(*(np.zeros(0, np.int64) for _ in range(10)))  # type: ignore[arg-type]
    return _Stacks(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def _leave_room(stacks: _Stacks, tiers: Ints, twenties: Bools) -> None:
    """Lower stacks of a block, the highest first, until any box can be dug out: `ROOM` stacks' worth of free places."""
    most = np.minimum(stacks.limit, (stacks.ceiling / height("45G1") + 1e-6).astype(np.int64))
    for block in np.unique(stacks.block):
        for short in (True, False):
            here = np.flatnonzero((stacks.block == block) & (twenties == short))
            missing = ROOM * int(stacks.limit[here].max(initial=0)) - int(np.maximum(most - tiers, 0)[here].sum())
            while missing > 0 and np.any(tiers[here] > 0):
                highest = here[int(np.argmax(tiers[here] - 0.01 * most[here]))]
                tiers[highest] -= 1
                missing -= int(tiers[highest] < most[highest])


def _columns(
    stacks: _Stacks, tiers: Ints, twenties: Bools, random: np.random.Generator
) -> list[tuple[Ints, Ints, Ints, Ints]]:
    """Stacks of boxes as (stack number, bay, tiers, tiers below them)."""
    every = np.arange(len(tiers))
    twenty, forty = every[twenties], every[~twenties]
    far = np.maximum(tiers[twenty] - (random.random(len(twenty)) < 0.4), 0)
    far[stacks.single[twenty]] = 0
    near_bay, mid_bay = 4 * stacks.pair + 1, 4 * stacks.pair + 2
    level = (far == tiers[twenty]) & (far > 0) & (far < stacks.limit[twenty]) & (random.random(len(twenty)) < 0.2)
    capped = twenty[level]
    none = np.zeros(len(every), np.int64)
    return [
        (twenty, near_bay[twenty], tiers[twenty], none[twenty]),
        (twenty, near_bay[twenty] + 2, far, none[twenty]),
        (forty, mid_bay[forty], tiers[forty], none[forty]),
        (capped, mid_bay[capped], none[capped] + 1, tiers[capped]),
    ]


def _boxes(stacks: _Stacks, columns: list[tuple[Ints, Ints, Ints, Ints]], line: Ints, maker: Maker) -> Inventory:
    stack, bay, count, below = (np.concatenate(c) for c in zip(*columns, strict=True))
    which = np.repeat(np.arange(len(stack)), count)
    tier = np.arange(len(which)) - np.repeat(np.cumsum(count) - count, count) + 1
    place = stack[which]
    short = bay[which] % 2 == 1
    random = maker.random
    codes = np.where(
        short,
        _drawn(random, len(which), ("22G1", "22G1", "22T1"), (0.9, 0.05, 0.05)),
        _drawn(random, len(which), ("45G1", "42G1", "42U1"), (0.6, 0.38, 0.02)),
    )
    codes = np.where(stacks.plugs[place], np.where(short, "22R1", "45R1"), codes)
    codes = _lowered(codes, which, count, below, stacks.ceiling[stack])
    topmost = tier == count[which]
    long = topmost & (codes == "45G1") & (random.random(len(which)) < 0.5)
    codes[long & _jut_free(stacks, place, bay[which], tier + below[which], codes)] = "L5G1"
    own = random.random(len(which)) < 0.7
    lines = np.where(own, line[stacks.cluster[place]], maker.some_lines(len(which)))
    empty = stacks.empties[place] | (stacks.cluster[place] % 7 == 0)
    boxes = maker.make(codes.tolist(), lines, empty.tolist())
    return Inventory(stacks.block[place], bay[which], stacks.row[place] + 1, tier + below[which], boxes)


def _lowered(
    codes: np.ndarray[tuple[int], np.dtype[np.str_]], which: Ints, count: Ints, below: Ints, most: Floats
) -> np.ndarray[tuple[int], np.dtype[np.str_]]:
    """Codes with high-cubes made standard boxes where stacks would be higher than *most*; *which* is each stack."""
    low, high = height("42G1"), height("45G1")
    allowed = np.floor((most - (count + below) * low) / (high - low) + 1e-6)
    tall = np.char.startswith(codes, "45")
    order = np.cumsum(tall)
    before = np.concatenate([[0], order])[np.cumsum(count) - count]
    rank = order - before[which]
    return np.where(tall & (rank > allowed[which]), np.char.replace(codes, "45", "42"), codes)


def _drawn(
    random: np.random.Generator, n: int, codes: tuple[str, ...], share: tuple[float, ...]
) -> np.ndarray[tuple[int], np.dtype[np.str_]]:
    return np.asarray(random.choice(codes, n, p=share))


def _jut_free(
    stacks: _Stacks, place: Ints, bay: Ints, tier: Ints, codes: np.ndarray[tuple[int], np.dtype[np.str_]]
) -> Bools:
    """Whether a 45' box may stand there: the stacks before and behind end below its bottom."""
    heights: Floats = np.array([height(code) for code in ("22G1", "42G1", "45G1")])
    tall = np.where(np.char.startswith(codes, "45"), heights[2], heights[0])
    pairs, rows = int(stacks.pair.max()) + 3, int(stacks.row.max()) + 1
    key = (stacks.block[place] * pairs + stacks.pair[place] + 1) * rows + stacks.row[place]
    top = np.zeros((int(stacks.block.max()) + 1) * pairs * rows)
    side = np.zeros((2, len(top)))  # the two 20' columns of each place
    for i, odd in enumerate((1, 3)):
        np.add.at(side[i], key, np.where((bay % 4 == odd) | (bay % 2 == 0), tall, 0))
    top = side.max(axis=0)
    base = top[key] - tall
    return np.asarray((top[key - rows] <= base) & (top[key + rows] <= base))
