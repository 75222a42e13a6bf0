"""Yard cranes watched closely: how far apart they stay, and how high loads and spreaders pass over stacks."""

from dataclasses import dataclass

import numpy as np

from tests.yard_works import Works
from twin.facts import PlaceKind
from twin.simulate.blocks import Blocks
from twin.simulate.book import Place
from twin.simulate.boxes import LENGTHS
from twin.simulate.motion import Sampled
from twin.simulate.portals import Portal
from twin.simulate.runway import Runway

STILL = 1e-6  # metres in one step
WIDTH = 2.438  # metres.  ISO 668


@dataclass
class Watched:
    """What was seen of one crane: least metres of its load or spreader over stacks while moving sideways, and while
    moving straight up and down; its highest and lowest hoist; its highest speeds."""

    over: float = np.inf
    down: float = np.inf
    hoist: tuple[float, float] = (np.inf, -np.inf)


def watch(works: Works, runway: Runway, begin: float, end: float, said: list[tuple[float, int, int, Place]],
          step: float = 0.1) -> tuple[dict[int, Watched], float]:  # fmt: skip
    """Per crane row what was seen between two seconds; and the least distance between any two cranes' parts (m)."""
    t = np.arange(begin, end, step)
    tracks = {p.crane.row: p.crane.sampled(t) for p in runway.portals}
    loads = {p.crane.row: _load(works, p, said, t) for p in runway.portals}
    found = {}
    for portal in runway.portals:
        seen = Watched()
        s = tracks[portal.crane.row]
        seen.hoist = float(s.joints[:, 1].min()), float(s.joints[:, 1].max())
        for block in runway.blocks:
            _over_stacks(works, portal, block, t, s, loads[portal.crane.row], said, seen)
        found[portal.crane.row] = seen
    return found, _apart(runway, tracks, loads)


def _load(works: Works, portal: Portal, said: list[tuple[float, int, int, Place]], t: np.ndarray) -> np.ndarray:
    """Box that the crane carries at each second, -1: none."""
    out = np.full(len(t), -1)
    row, held = portal.crane.row, -1
    for when, _, box, place in said:
        if place.kind == PlaceKind.MACHINE and place.where == row:
            held = box
            out[t >= when] = box
        elif box == held:
            held = -1
            out[t >= when] = -1
    return out


def _over_stacks(works: Works, portal: Portal, block: int, t: np.ndarray, s: Sampled, load: np.ndarray,
                 said: list[tuple[float, int, int, Place]], seen: Watched) -> None:  # fmt: skip
    terminal, boxes = works.terminal, works.book.boxes
    b = terminal.blocks
    piles: dict[tuple[int, int], list[tuple[int, float]]] = {}
    own: dict[int, Place] = {}
    changes = [x for x in said if (x[3].kind == PlaceKind.SLOT and x[3].where == block) or x[3].kind != PlaceKind.SLOT]
    cos, sin = np.cos(b.yaw[block]), np.sin(b.yaw[block])
    dx = s.x - b.x[block] - np.sin(portal.crane.yaw) * s.joints[:, 0]
    dy = s.y - b.y[block] + np.cos(portal.crane.yaw) * s.joints[:, 0]
    along, across = cos * dx + sin * dy, (-sin * dx + cos * dy) * b.row_sign[block]
    half = s.joints[:, 2] / 2
    moves = np.zeros(len(t), bool)
    for column in (along, across, half):
        step = np.abs(np.diff(column)) > STILL
        moves[1:] |= step
        moves[:-1] |= step
    height = np.array([boxes.height(int(x)) if x >= 0 else 0.0 for x in load])
    bottom = s.joints[:, 1] + portal.crane.z - float(b.z[block]) - height
    edge = 0
    for n in range(len(changes) + 1):
        until = int(np.searchsorted(t, changes[n][0])) if n < len(changes) else len(t)
        if until > edge and piles:
            _gaps(slice(edge, until), piles, b, block, along, across, half, bottom, moves, boxes, seen)
        edge = max(edge, until)
        if n < len(changes):
            _change(changes[n], piles, own, boxes)


def _gaps(part, piles, b, block, along, across, half, bottom, moves, boxes, seen) -> None:
    rows = []
    for (bay, row), pile in piles.items():
        box, top = pile[-1]
        rows.append((bay / 2 * b.bay_pitch[block], (row - 0.5) * b.row_pitch[block], boxes.length(box) / 2, top))
    x, y, long, top = np.array(rows).T
    met = np.abs(along[part, None] - x) < half[part, None] + long - 1e-3
    met &= np.abs(across[part, None] - y) < WIDTH - 1e-3
    gap = np.where(met, bottom[part, None] - top, np.inf).min(axis=1)
    moving = moves[part]
    seen.over = min(seen.over, float(gap[moving].min(initial=np.inf)))
    seen.down = min(seen.down, float(gap[~moving].min(initial=np.inf)))


def _change(said, piles, own, boxes) -> None:
    """The stacks after a box came or went; keyed by bay and row, so that 20' and 40' stacks are kept apart."""
    _, _, box, place = said
    if box in own:
        old = own.pop(box)
        pile = piles[old.bay, old.row]
        assert pile[-1][0] == box, "lifted from beneath another"
        pile.pop()
        if not pile:
            del piles[old.bay, old.row]
    if place.kind == PlaceKind.SLOT:
        own[box] = place
        under = [p[-1][1] for (bay, row), p in piles.items() if row == place.row and _meet(bay, place.bay)]
        foot = max(under, default=0.0)
        piles.setdefault((place.bay, place.row), []).append((box, foot + boxes.height(box)))


def _meet(a: int, b: int) -> bool:
    """Whether boxes in two bays stand on common ground."""
    one, other = ({bay} if bay % 2 else {bay - 1, bay + 1} for bay in (a, b))
    return bool(one & other)


def _apart(runway: Runway, tracks: dict[int, Sampled], loads: dict[int, np.ndarray]) -> float:
    """Metres between buffers of cranes that cannot pass; between a crane and the load above or beside it else."""
    least = np.inf
    portals = runway.portals
    for i, p in enumerate(portals):
        for q in portals[i + 1 :]:
            a, b = tracks[p.crane.row], tracks[q.crane.row]
            between = np.hypot(a.x - b.x, a.y - b.y)
            if runway.rail.over < 0:
                least = min(least, float(between.min()) - p.crane.half_length - q.crane.half_length)
                continue
            large, small = (p, q) if p.crane.row == runway.rail.over else (q, p)
            s = tracks[large.crane.row]
            aside = between - small.crane.half_length - s.joints[:, 2] / 2
            boxes = large.works.book.boxes
            height = np.array([boxes.height(int(x)) if x >= 0 else 0.0 for x in loads[large.crane.row]])
            above = s.joints[:, 1] - height - small.crane.kind.height
            least = min(least, float(np.maximum(aside, above).min()))
    return least


def all_of(works: Works) -> Blocks:
    assert isinstance(works.yard, Blocks)
    return works.yard


__all__ = ["LENGTHS", "Watched", "all_of", "watch"]
