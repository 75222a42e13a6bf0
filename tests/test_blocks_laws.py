"""Laws of the yard's computer and of spreaders' ways, over many made-up stacks and movements."""

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.yard_works import a_call, layout, works_of
from twin.catalogue import Joint, Kind
from twin.facts import roster_of
from twin.simulate.blocks import Blocks
from twin.simulate.boxes import Boxes, Maker
from twin.simulate.cranes import Crane
from twin.simulate.flights import FAR, HALF_WIDTH, Ground, Over, Pilot
from twin.simulate.handover import Room
from twin.simulate.planning import CALL, IMPORT, Planner
from twin.simulate.stacking import ANYTIME, Cards, Stacks, covered
from twin.simulate.stacks import CLEAR
from twin.simulate.works import Works

COLUMNS, ROWS = 7, 2
CODES = ("22G1", "22R1", "42G1", "45G1", "45R1", "L5G1")


def empty_block(codes: list[str], *, ceiling: float = 14.0, tiers: int = 4) -> Stacks:
    """A small block and boxes of *codes* that stand nowhere yet."""
    n = len(codes)
    boxes = Boxes(list(range(n)), [f"BOX{i}" for i in range(n)], list(codes), ["X"] * n, [20_000] * n)
    limit = np.full(ROWS, tiers)
    every = np.ones(COLUMNS, bool)
    return Stacks(0, limit, ceiling, ~every, every, boxes, Cards(), COLUMNS)


deeds = st.lists(
    st.tuples(st.sampled_from(("keep", "put", "take")), st.integers(0, 5), st.integers(0, 99)), max_size=60
)


@settings(max_examples=150, deadline=None)
@given(deeds)
def test_whatever_is_kept_put_and_taken_the_rules_of_stacking_hold(doings):
    """A model beside it: boxes as (box, bay, row, foot).  20' on 20' or ground; nothing on or beside a 45' box."""
    stacks = empty_block([CODES[code] for _, code, _ in doings])
    rooms: dict[int, tuple[int, int]] = {}
    there: dict[int, tuple[int, int]] = {}
    for box, (deed, _, lot) in enumerate(doings):
        feet, height = stacks.boxes.feet(box), stacks.boxes.height(box)
        if deed == "keep":
            found = np.argwhere(stacks.open(feet, height))
            if len(found):
                n, r = found[lot % len(found)].tolist()
                rooms[box] = (2 * n + 1 if feet == 20 else 4 * n + 2), r + 1
                stacks.keep(box, *rooms[box])
        elif deed == "put" and rooms:
            one = sorted(rooms)[lot % len(rooms)]
            if stacks.fits(one, *rooms[one]):
                there[one] = rooms.pop(one)
                stacks.unkeep(one, *there[one])
                stacks.put(one, *there[one])
        elif deed == "take" and there:
            one = sorted(there)[lot % len(there)]
            if above := stacks.above(one, *there[one]):
                one = above[0][0]
            stacks.take(one, *there.pop(one))

    for (c, r), pile in stacks.pile.items():
        feet = [stacks.boxes.feet(box) for box in pile]
        assert feet == sorted(feet)  # no 20' on a 40', no 40' on a 45'
        assert feet.count(45) <= 1
        assert len(pile) <= 4
        assert max(stacks.tops[c, r], default=0.0) <= 14.0
        tops = np.cumsum([stacks.boxes.height(box) for box in pile])
        assert stacks.tops[c, r] == pytest.approx(tops.tolist())  # nothing floats
        assert stacks.next_count[c, r] == len(pile) + len(stacks.kept[c, r])
        for box in pile:
            assert c in covered(there[box][0])
        if feet and feet[-1] == 45:
            pair = covered(there[pile[-1]][0])
            for side in (pair[0] - 1, pair[1] + 1):
                assert max(stacks.tops.get((side, r), []), default=0.0) <= stacks.tops[c, r][-1] - 2.896 + 0.002


def test_two_boxes_on_their_way_to_one_stack_do_not_take_the_same_place():
    """Four tiers: room for four, not for a fifth; and a 20' is not given room where a 40' is to stand."""
    stacks = empty_block(["42G1"] * 5 + ["22G1"])

    for box in range(4):
        assert stacks.open(40, 2.591)[0, 0]
        stacks.keep(box, 2, 1)

    assert not stacks.open(40, 2.591)[0, 0]
    assert not stacks.open(20, 2.591)[0, 0]
    assert [stacks.put(box, 2, 1)[0] for box in (3, 1)] == [1, 2]


def test_a_stack_that_somebody_comes_for_is_shut_to_all():
    stacks = empty_block(["22G1", "42G1"])
    stacks.put(0, 1, 1)
    stacks.want(1, 1, 1)

    assert not stacks.open(20, 2.591)[0, 0]
    assert not stacks.open(40, 2.591)[0, 0]
    assert stacks.open(20, 2.591)[0, 1]


def test_what_stands_on_a_box_and_what_juts_out_beside_it_goes_first():
    """A 20' at bay 5 under another one, beside a 45' on two 40' in bays 1 to 3, whose foot is as high as they are."""
    stacks = empty_block(["22G1", "22G1", "42G1", "42G1", "L5G1"])
    for box, bay in ((0, 5), (1, 5), (2, 2), (3, 2), (4, 2)):
        stacks.put(box, bay, 1)

    assert [(4, 2), (1, 5)] == stacks.above(0, 5, 1)
    assert [(4, 2)] == stacks.above(3, 2, 1)
    assert [] == stacks.above(4, 2, 1)


@dataclass
class Bench:
    """A crane over a made-up ground."""

    crane: Crane
    pilot: Pilot
    ground: Ground


def bench(tops: list[float], gantry: float, trolley: float, *, spread: float = 12.192) -> Bench:
    joints = (
        Joint("trolley", -20, 20, 0, 1.1, 1.1, 0.4),
        Joint("hoist", 0, 40, 20, 0.75, 1.5, 0.35),
        Joint("spread", 6, 14, 12.192, 0.25, 0.25, 0.25),
    )
    kind = Kind("k", "k", "armg", joints, (), length=14, drive_loaded=2, drive_empty=4, drive_acceleration=0.35)
    crane = Crane(0, kind, 0.0, 0.0, 0.0, 0.0)
    along = [6.5 * i + 0.2 for i in range(6)], [6.5 * i + 6.3 for i in range(6)]
    across = [2.8 * j - 1.2 for j in range(4)], [2.8 * j + 1.2 for j in range(4)]
    ground = Ground(along, across, np.array(tops).reshape(6, 4))
    crane.stand(gantry, trolley=trolley, hoist=40.0, length=spread)
    return Bench(crane, Pilot(crane, [ground]), ground)


heights = st.lists(st.floats(0, 14), min_size=24, max_size=24)
places = st.tuples(st.integers(0, 5), st.integers(0, 3))


@settings(max_examples=200, deadline=None)
@given(heights, places, places, st.booleans(), st.sampled_from((6.058, 12.192)), st.sampled_from((6.058, 12.192)))
def test_no_way_leads_nearer_than_a_metre_over_anything(tops, start, end, loaded, before, after):
    """Sampled every 10 ms; over its first and last place it may be low as long as it does not move sideways."""
    (i, j), (k, m) = start, end
    before = after if loaded else before
    below = 2.9 if loaded else 0.0
    b = bench(tops, 6.5 * i + 3.25, 2.8 * j, spread=before)
    crane = b.crane
    low = max(b.ground.top[i, j], 0.0) + below
    crane.stand(6.5 * i + 3.25, trolley=2.8 * j, hoist=low, length=before)

    flight = b.pilot.fly(
        0.0, 6.5 * k + 3.25, 2.8 * m, b.ground.top[k, m] + below, length=after, below=below, loaded=loaded
    )

    t = np.arange(0.0, flight.landed + 0.02, 0.01)
    s = crane.sampled(t)
    still = np.zeros(len(t), bool)
    for column in (s.x, s.joints[:, 0], s.joints[:, 2]):
        still[1:-1] |= (column[2:] != column[1:-1]) | (column[1:-1] != column[:-2])
    moves = still
    bottom = s.joints[:, 1] - below
    for c in range(6):
        for r in range(4):
            over = (np.abs(s.x - 6.5 * c - 3.25) < 3.05 + s.joints[:, 2] / 2) & (np.abs(s.joints[:, 0] - 2.8 * r) < 2.4)
            gap = (bottom - b.ground.top[c, r])[over & moves]
            assert gap.min(initial=9.0) > CLEAR - 0.035, (c, r)
    assert (s.x[-1], s.joints[-1, 0]) == pytest.approx((6.5 * k + 3.25, 2.8 * m))
    assert s.joints[-1, 1] == pytest.approx(b.ground.top[k, m] + below)


@settings(max_examples=100, deadline=None)
@given(st.floats(-60, 60), st.floats(-60, 60), st.booleans())
def test_a_large_crane_is_low_only_near_the_places_it_has(a, b, loaded):
    """It must be 24 m up (23 and `CLEAR`) but within 3 m of the places it has claimed."""
    if abs(a - b) < 0.1:
        return
    table = bench([0.0] * 24, a, 0.0)
    crane, below = table.crane, 2.9 if loaded else 0.0
    crane.stand(a, trolley=0.0, hoist=5.0 + below)

    flight = table.pilot.fly(0.0, b, 0.0, 5.0 + below, length=12.192, below=below, loaded=loaded,
                             over=Over(23.0, ((a, a), (b, b))))  # fmt: skip

    t = np.arange(0.0, flight.landed, 0.02)
    s = crane.sampled(t)
    between = (np.abs(s.x - a) > 3.001) & (np.abs(s.x - b) > 3.001)
    assert (s.joints[:, 1] - below)[between].min(initial=99.0) > 24.0 - 1e-6


def test_a_load_goes_out_of_a_lane_before_it_goes_along():
    """A lane at trolley 8 and beyond: no load moves along while any of it is over the lane."""
    b = bench([0.0] * 24, 3.25, 11.2)
    b.crane.stand(3.25, trolley=11.2, hoist=4.0)

    flight = b.pilot.fly(0.0, 29.25, 0.0, 2.9, length=12.192, below=2.9, loaded=True, lanes=[(8.0, FAR)])

    t = np.arange(0.0, flight.landed, 0.02)
    s = b.crane.sampled(t)
    along = np.abs(np.diff(s.x)) > 1e-9
    assert along.any()
    assert (s.joints[1:, 0] + HALF_WIDTH)[along].max() <= 8.0 + 0.03


def yard(name: str = "altenwerder", **kinds) -> tuple[Works, Planner]:
    works = works_of(layout(name), **kinds)
    assert isinstance(works.yard, Blocks)
    return works, works.yard.planner


def made(works: Works, *codes: str) -> tuple[int, ...]:
    return tuple(works.maker.make(codes, works.maker.some_lines(len(codes))).tolist())


def test_reefers_stand_where_plugs_are():
    works, planner = yard()

    rooms = [planner.room((box,), x=600, y=60, land=False) for box in made(works, *["45R1"] * 20)]

    for found in rooms:
        assert found is not None
        assert planner.stacks[found[0].block].plugs[covered(found[0].bay)].all()


def test_nothing_is_set_down_on_a_box_that_somebody_comes_for():
    """Boxes are brought until a block is full, 20' and 40' ones: none is given room where one is wanted."""
    works, planner = yard("small", fill=0.3)
    wanted = [box for n, box in enumerate(planner.where) if n % 7 == 0]
    for box in wanted:
        planner.want(box)
    shut = {(planner.where[b][0], c, planner.where[b][2]) for b in wanted for c in covered(planner.where[b][1])}

    rooms = [planner.room((new,), x=100, y=60, land=False) for new in made(works, *["42G1", "22G1"] * 200)]

    taken = {(r.block, c, r.row) for found in rooms if found for r in found for c in covered(r.bay)}
    assert len(taken) > 100
    assert not taken & shut


def test_a_block_is_never_so_full_that_a_box_cannot_be_dug_out():
    """Boxes are brought until there is no more room; then every box can still be reached by moving others aside."""
    works, planner = yard("small", fill=0.8)
    count = 0
    while (found := planner.room(box := made(works, "42G1"), x=100, y=60, land=False)) is not None:
        planner.stand(box[0], found[0])
        count += 1

    assert 0 < count < 300
    deep = sorted(planner.where, key=lambda b: -len(planner.above(b)))[:20]
    for box in deep:
        for _ in range(12):
            above = planner.above(box)
            if not above:
                break
            room = planner.elsewhere(above[0])
            assert room is not None, works.book.boxes.code[above[0]]
            planner.lift(above[0], room)
            planner.stand(above[0], room)
        assert not planner.above(box)


def test_boxes_for_a_ship_come_in_an_order_that_needs_no_digging_among_themselves():
    works, planner = yard(calls=(a_call(load=600),))

    boxes = planner.to_load(0, 300, twenties=0.3, reefers=0.05)

    assert 300 == len(boxes) == len(set(boxes))
    assert all(works.book.bound[box] == 0 for box in boxes)
    turn = {box: n for n, box in enumerate(boxes)}
    for box in boxes:
        assert all(turn[above] < turn[box] for above in planner.above(box) if above in turn)
    short = sum(works.book.boxes.feet(box) == 20 for box in boxes)
    assert 75 <= short <= 105


def test_the_start_marks_boxes_for_the_calls_to_come():
    """Two calls of 300 and 500: as many boxes are bound, most of them in the half nearer the quay."""
    works, planner = yard(calls=(a_call(load=300), a_call(load=500, arrival=9000.0)))

    bound = list(works.book.bound.values())

    assert (300, 500) == (bound.count(0), bound.count(1))
    near = [planner.where[box][1] < 37 for box in works.book.bound]
    assert np.mean(near) > 0.75
    assert all(planner.cards.group[box] == CALL + call for box, call in works.book.bound.items())


def test_a_truck_never_fetches_what_is_bound_for_a_ship_and_no_box_twice():
    works, planner = yard("small", calls=(a_call(load=60),))

    boxes = [planner.to_fetch() for _ in range(100)]

    assert None not in boxes
    assert len(set(boxes)) == 100
    assert not set(boxes) & set(works.book.bound)


def test_a_box_a_truck_brings_is_bound_for_a_coming_ship_and_what_comes_from_the_quay_is_an_import():
    works, planner = yard(calls=(a_call(load=300, arrival=20_000.0),))
    truck, quay = made(works, "42G1"), made(works, "42G1")

    planner.room(truck, x=600, y=440, land=True)
    planner.room(quay, x=600, y=60, land=False)

    assert works.book.bound[truck[0]] == 0
    assert planner.cards.group[quay[0]] == IMPORT
    assert quay[0] not in works.book.bound
    assert planner.cards.due.get(quay[0], ANYTIME) == ANYTIME


def test_a_room_that_is_no_good_any_more_is_exchanged():
    """Somebody comes for a box in the stack where room is kept: another stack is found, and kept instead."""
    works, planner = yard("small", fill=0.5)
    (box,) = made(works, "42G1")
    found = planner.room((box,), x=100, y=60, land=False)
    assert found is not None
    room = found[0]
    planner.stacks[room.block].want(room.bay, room.row, 1)

    other = planner.still(box, room)

    assert other != room
    assert other.block == room.block
    assert box in planner.stacks[other.block].kept[covered(other.bay)[0], other.row - 1]
    assert box not in planner.stacks[room.block].kept[covered(room.bay)[0], room.row - 1]


def test_the_fill_obeys_ceilings_and_leaves_the_maker_its_numbers():
    """As full as can be: no stack above its ceiling, every number once, three stacks' worth of places free."""
    terminal = layout("small")
    works, planner = yard("small", fill=1.0)

    assert isinstance(works.maker, Maker)
    assert len(set(works.book.boxes.name)) == len(works.book.boxes)
    for stacks in planner.stacks.values():
        assert max(top for tops in stacks.tops.values() for top in tops) <= stacks.ceiling
        assert stacks.spare(40) >= 3 * 5
        assert stacks.spare(20) >= 3 * 5
    assert roster_of(terminal.machines.name).machines.name[: len(terminal.machines)] == list(terminal.machines.name)


def test_rooms_are_kept_until_they_are_given_up():
    works, planner = yard("small")
    (box,) = made(works, "22G1")

    found = planner.room((box,), x=100, y=60, land=False)
    assert found is not None
    asked = dict(planner.asked)
    planner.unkeep(box, Room(found[0].block, found[0].bay, found[0].row))

    assert asked[found[0].block] == 1
    assert planner.asked[found[0].block] == 0
