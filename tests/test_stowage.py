"""What stands where aboard, and what is lifted off and on: the rules in `twin.simulate.stowage`."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from tests.quayside_parts import terminal_called
from twin.facts import Roster
from twin.simulate.boxes import Maker
from twin.simulate.stowage import COVER, Aboard, bay_pitch, empty_ship, layer_of, offset, stow
from twin.simulate.stowplan import BayWork, Reach, plan
from twin.yard import DECK, stow_places

CLASSES = terminal_called("small").catalogue.vessels
ships = some.tuples(some.sampled_from(sorted(CLASSES)), some.integers(0, 50), some.floats(0.1, 0.95))


def stowed(name: str, seed: int, share: float = 0.7, twenties: float = 0.3) -> tuple[Aboard, Maker]:
    kind = CLASSES[name]
    maker = Maker(Roster(), np.random.default_rng(seed))
    ship = empty_ship(kind, -12.0, most_deck=9)
    stow(ship, maker, np.random.default_rng(seed + 1), share=share, twenties=twenties, reefers=0.06)
    return ship, maker


def everything(ship: Aboard) -> Reach:
    bays = range(len(ship.kind.bays))
    rows = frozenset((k, row) for k in bays for row in ship.rows(k))
    return Reach(rows, frozenset((k, n) for k in bays for n in range(len(ship.panels(k)))), -99.0, 61_000)


@settings(max_examples=25, deadline=None)
@given(ships)
def test_nothing_floats_and_no_twenty_stands_on_a_forty(drawn: tuple[str, int, float]) -> None:
    ship, maker = stowed(*drawn)

    for stack in ship.stacks.values():
        for below, above in pairwise(stack.layers):
            assert above.feet != 20 or below.feet == 20
            assert below.feet != 45
        assert all(len(layer.boxes) == 2 for layer in stack.layers if layer.feet == 20)
        assert len(stack.layers) <= stack.most
        assert stack.height == pytest.approx(sum(layer.height for layer in stack.layers))
    assert len(maker.boxes) == sum(1 for _ in ship.boxes())


@settings(max_examples=10, deadline=None)
@given(ships)
def test_the_world_draws_the_boxes_where_the_crane_believes_them(drawn: tuple[str, int, float]) -> None:
    """`stow_places` reckons from ISO places and heights alone."""
    ship, maker = stowed(*drawn)
    box, bay, row, tier = np.array(list(ship.boxes())).T
    heights = np.array([maker.boxes.height(b) for b in box.tolist()])

    base = stow_places(ship.kind, bay, row, tier, heights)

    tops: dict[tuple[int, int, bool], float] = {}
    for k, r, t, z in zip((bay - 1) // 4, row, tier, base[:, 2] + heights, strict=True):
        key = int(k), int(r), bool(t > DECK)
        tops[key] = max(tops.get(key, 0.0), float(z))
    assert not np.isnan(base).any()
    for key, top in tops.items():
        assert top == pytest.approx(ship.stacks[key].top)
    for key, stack in ship.stacks.items():
        assert key[2] or stack.top <= ship.kind.deck_z - COVER  # the cover fits on


@settings(max_examples=15, deadline=None)
@given(ships)
def test_a_ship_holds_the_share_she_is_said_to_hold(drawn: tuple[str, int, float]) -> None:
    ship, _ = stowed(*drawn)

    there = sum(len(stack.layers) for stack in ship.stacks.values())
    empty = empty_ship(ship.kind, -12.0, most_deck=9)

    assert drawn[2] == pytest.approx(there / sum(stack.free(40) for stack in empty.stacks.values()), abs=0.02)


def test_heavy_boxes_stand_below_light_ones():
    """Of two boxes of one sort on each other the upper one is never the heavier."""
    ship, maker = stowed("panamax", 3)

    sort = {layer.boxes: maker.boxes.code[layer.boxes[0]][2] for s in ship.stacks.values() for layer in s.layers}
    pairs = [p for s in ship.stacks.values() for p in pairwise(s.layers)]
    alike = [(a, b) for a, b in pairs if a.feet == b.feet and (sort[a.boxes] == "R") == (sort[b.boxes] == "R")]

    assert len(alike) > 500
    assert all(a.mass >= b.mass for a, b in alike)
    assert sum(a.mass >= b.mass for a, b in pairs) / len(pairs) > 0.85


def test_reefers_stand_on_deck_in_the_first_tiers():
    ship, maker = stowed("neo-panamax", 4)

    cold = [tier for box, _, _, tier in ship.boxes() if maker.boxes.code[box][2] == "R"]

    assert len(cold) > 100
    assert {*cold} <= {82, 84}


def test_long_boxes_only_where_the_bays_are_far_apart():
    for name in ("feeder-1000", "neo-panamax"):
        ship, maker = stowed(name, 5)
        long = [(bay, tier) for box, bay, _, tier in ship.boxes() if maker.boxes.feet(box) == 45]
        assert bool(long) == (name == "neo-panamax")
        assert all(tier >= 86 and bay_pitch(ship.kind, bay // 4) > 14 for bay, tier in long)


@settings(max_examples=25, deadline=None)
@given(ships, some.integers(0, 300), some.integers(0, 300), some.integers(1, 5))
def test_a_plan_gives_as_many_as_asked_and_never_lifts_from_below(
    drawn: tuple[str, int, float], off: int, on: int, gangs: int
) -> None:
    ship, maker = stowed(*drawn)
    before = len(maker.boxes)
    short = on // 3
    load = maker.make(["22G1"] * short + ["45G1"] * (on - short), maker.some_lines(on)).tolist()

    works, over = plan(ship, maker.boxes, everything(ship), discharge=off, load=load, gangs=gangs)

    assert sum(done(ship, maker, work) for work in works) >= min(off, before) - 1
    placed = [box for w in works for q in (*w.hold_on, *w.deck_on) for found in q.boxes for box in found]
    assert sorted(placed + over) == sorted(load)
    for stack in ship.stacks.values():
        assert len(stack.layers) <= stack.most
        assert stack.height <= stack.room + 1e-6


def done(ship: Aboard, maker: Maker, work: BayWork) -> int:
    """Do the work of a bay, holding it to the rules; how many boxes were discharged."""
    for lift in (*work.deck_off, *work.hold_off):
        assert {*lift.boxes} <= {*ship.stacks[lift.key].layers[-1].boxes}
        if not lift.key[2]:
            panel = next(rows for n, rows in enumerate(ship.panels(work.k)) if lift.key[1] in rows and n in work.panels)
            assert not any(ship.stacks[work.k, row, True].layers for row in panel)
        ship.stacks[lift.key].take(lift.boxes)
    for berths in (*work.hold_on, *work.deck_on):
        keys = [key for key, n in berths.stacks.items() for _ in range(n)]
        assert len(berths.boxes) <= len(keys)
        for key, found in zip(keys, berths.boxes, strict=False):
            below = ship.stacks[key].layers
            assert berths.feet != 20 or not below or below[-1].feet == 20
            ship.stacks[key].put(layer_of(found, maker.boxes))
    return sum(len(lift.boxes) for lift in (*work.deck_off, *work.hold_off))


def test_the_heaviest_go_into_the_hold():
    ship, maker = stowed("panamax", 7, share=0.6)
    load = maker.make(["45G1"] * 300, maker.some_lines(300)).tolist()

    works, _ = plan(ship, maker.boxes, everything(ship), discharge=500, load=load, gangs=3)

    hold = [maker.boxes.mass[box] for w in works for q in w.hold_on for found in q.boxes for box in found]
    deck = [maker.boxes.mass[box] for w in works for q in w.deck_on for found in q.boxes for box in found]
    assert min(hold) >= max(deck)


def test_rows_and_covers_lie_side_by_side():
    for kind in CLASSES.values():
        ship = empty_ship(kind, -12.0, most_deck=9)
        for k in range(len(kind.bays)):
            across = [offset(kind, row) for row in ship.rows(k)]
            assert np.allclose(np.diff(across), kind.row_pitch)
            panels = ship.panels(k)
            assert [row for panel in panels for row in panel] == (ship.rows(k) if panels else [])
            assert all(3 <= len(panel) <= 5 for panel in panels)
            assert {*ship.hold_rows(k)} <= {*ship.rows(k)}
