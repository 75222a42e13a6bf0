"""Stack heights of a real yard: block *4D of ng-container-terminal, counted by hand from its inventory."""

from dataclasses import replace

import numpy as np

from tests.real import real
from tests.worlds import T0, tiny_terminal
from twin.feeds.inventory import read_inventory
from twin.spatial.stacks import height_at, heights
from twin.world import World


def test_the_inventory_stands_in_47_stacks_without_a_gap():
    """131 boxes at 47 addresses, top tier 4; the first tiers alone fill a column each, a 40' two."""
    plain = tiny_terminal(blocks=1, bays=60, rows=16, tiers=7)
    world = World(replace(plain, blocks=replace(plain.blocks, name=("*4D",))))
    found = read_inventory(real("yard-ngct", "block-locations.json"), world.terminal, world.roster, t=T0)
    for batch in found.batches:
        world.hear(batch)
    moment = world.at(T0)

    stacks = heights(moment, "*4D")

    assert (stacks.boxes, stacks.stacks, stacks.top.max(), stacks.gaps.sum()) == (131, 47, 4, 0)
    assert (stacks.doubled, stacks.outside) == (0, 0)
    forties = int((moment.containers.bay % 2 == 0).sum())
    assert stacks.tiers.sum() == 131 + forties
    assert 3 * 2.438 < stacks.metres.max() < 4 * 2.9
    bay, row = np.nonzero(stacks.tiers)
    x, y = moment.terminal.slot_xy(np.zeros(len(bay), np.int64), 2 * bay + 1, row + 1)
    assert np.array_equal(height_at(moment, x, y), stacks.metres[bay, row])
