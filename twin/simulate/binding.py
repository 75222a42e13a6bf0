"""Which boxes of the yard are bound for which ship when a run begins."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from twin.simulate.filling import Inventory
from twin.simulate.scenario import Call
from twin.terminal import Terminal

MOST_BOUND = 0.6  # share of the boxes that are bound for the scenario's calls at the start, at most.  Made up
CLUSTER_BAYS, CLUSTER_ROWS = 4, 5  # bay numbers (one 40' bay) and rows that are dealt to one call together.  Made up
SCATTER = 0.12  # of a block's length: how far a call's boxes stray from the quay's end.  Made up


@dataclass
class Bearings:
    """Where a block is served: *sea* and *land* are site x, y of its ends; *lane*: vehicles come beside every bay.

    *first* tells whether bay 1 lies at the sea end; *passing* whether its cranes can pass each other.
    """

    sea: tuple[float, float]
    land: tuple[float, float]
    first: bool = True
    lane: bool = False
    passing: bool = True


def bound_for(
    calls: Sequence[Call], there: Inventory, terminal: Terminal, bearings: dict[int, Bearings], lot: np.random.Generator
) -> dict[int, int]:
    """Box -> call number: clusters of stacks for each call, in blocks with *bearings*, those nearer the quay first."""
    left = {k: call.load for k, call in enumerate(calls) if call.load}
    index = np.flatnonzero(np.isin(there.block, sorted(bearings)))
    share = min(1.0, MOST_BOUND * len(index) / max(sum(left.values()), 1))
    left = {k: round(n * share) for k, n in left.items()}
    bound: dict[int, int] = {}
    for cluster in _clusters(there, index.tolist(), terminal, bearings, lot):
        open_ = [k for k in left if left[k] > 0]
        if not open_:
            break
        call = max(open_, key=lambda k: (left[k] / calls[k].load, -k))
        bound |= dict.fromkeys(cluster[: left[call]], call)
        left[call] -= min(len(cluster), left[call])
    return bound


def _clusters(
    there: Inventory, index: list[int], terminal: Terminal, bearings: dict[int, Bearings], lot: np.random.Generator
) -> list[list[int]]:
    """Boxes that stand close together, the clusters nearer the sea first, as a rule."""
    groups: dict[tuple[int, int, int], list[int]] = {}
    for i in index:
        key = int(there.block[i]), int(there.bay[i] - 1) // CLUSTER_BAYS, int(there.row[i] - 1) // CLUSTER_ROWS
        groups.setdefault(key, []).append(int(there.box[i]))
    rank: dict[tuple[int, int, int], float] = {}
    for key in sorted(groups):
        bearing = bearings[key[0]]
        along = key[1] * CLUSTER_BAYS / (2 * int(terminal.blocks.bays[key[0]]))
        far = along if bearing.first else 1 - along
        rank[key] = (0.5 if bearing.lane else far) + float(lot.normal(0, SCATTER))
    return [groups[key] for key in sorted(groups, key=lambda k: (rank[k], k))]
