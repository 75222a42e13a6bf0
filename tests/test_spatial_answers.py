"""Stack heights, clearances, where a thing is, what a ray hits: sums by hand, and against trying everything."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.worlds import T0, described, tiny_terminal
from twin import facts
from twin.errors import UnknownName
from twin.facts import DescribedMachines, DescribedVessels, PlaceKind, Vessels, quantised
from twin.geometry import Bools
from twin.moment import Moment
from twin.spatial import kernels
from twin.spatial.clearances import clearances
from twin.spatial.nearest import find, pick
from twin.spatial.stacks import height_at, heights, slot_at, under
from twin.world import World

ONE = 2.591  # metres, height of a 22G1
Slot = tuple[int, int, int, int]  # block row, bay, row, tier


def yard(*slots: Slot, codes: dict[int, str] | None = None, world: World | None = None) -> World:
    """A tiny world with boxes BOX0, BOX1, … in *slots*, 20' in odd and 40' in even bays."""
    world = world or World(tiny_terminal())
    for number, (block, bay, row, tier) in enumerate(slots):
        code = (codes or {}).get(number, "42G1" if bay % 2 == 0 else "22G1")
        world.hear(described(world.roster, [f"BOX{number}"], code=code))
        container = world.roster.containers.row[f"BOX{number}"]
        world.hear(facts.places(T0, container, PlaceKind.SLOT, block, bay=bay, row=row, tier=tier))
    return world


def stand(world: World, name: str, x: float, y: float, *, yaw: float = 0.0, joints: object = 0.0) -> None:
    """Machine *name*, a cart if it is new, stands at x, y."""
    known = len(world.roster.machines)
    row = world.roster.machines.of(name)
    if row == known:
        world.hear(DescribedMachines(np.array([T0]), np.array([row]), (name,), ("cart",)))
    world.hear(facts.poses(T0, row, x, y, yaw=yaw, joints=joints))  # type: ignore[arg-type]


def berth(world: World, x: float, y: float, *, kind: str = "", length: float = 100.0, beam: float = 20.0) -> None:
    """The ELBE lies at x, y with its bow towards +x, drawing 6 m."""
    row = np.array([world.roster.vessels.of("ELBE")])
    t, size = np.array([T0]), (np.array([length]), np.array([beam]), np.array([6.0]))
    world.hear(quantised(DescribedVessels(t, row, ("ELBE",), (kind,), *size)))
    world.hear(quantised(Vessels(t, row, np.array([x]), np.array([y]), np.zeros(1), np.array([6.0]), np.array([6]))))


# stacks


def test_a_forty_counts_in_both_columns_it_covers():
    """Two 20' in bay 1, and over bays 5 and 7 a 40' on two 20': columns 0, 2 and 3 of row 1."""
    moment = yard((0, 1, 1, 1), (0, 1, 1, 2), (0, 5, 1, 1), (0, 7, 1, 1), (0, 6, 1, 2)).at(T0)

    stacks = heights(moment, "B1")

    assert stacks.tiers[:, 0].tolist() == [2, 0, 2, 2, 0]
    assert not stacks.tiers[:, 1:].any()
    assert stacks.metres[:, 0] == pytest.approx([2 * ONE, 0, 2 * ONE, 2 * ONE, 0])
    assert (stacks.boxes, stacks.stacks, stacks.doubled, stacks.outside) == (5, 4, 0, 0)


def test_what_does_not_add_up_is_counted_not_lost():
    """Tier 3 above tier 1 leaves one gap; two boxes claim one slot; bay 99 and row 4 are outside 5 bays and 3 rows."""
    moment = yard((0, 1, 1, 1), (0, 1, 1, 3), (0, 3, 1, 1), (0, 3, 1, 1), (0, 99, 1, 1), (0, 1, 4, 1)).at(T0)

    stacks = heights(moment, "B1")

    assert stacks.tiers[:2, 0].tolist() == [2, 1]
    assert stacks.top[:2, 0].tolist() == [3, 1]
    assert stacks.gaps[:2, 0].tolist() == [1, 0]
    assert (stacks.boxes, stacks.stacks, stacks.doubled, stacks.outside) == (4, 2, 1, 2)


def test_high_cubes_stand_higher_than_their_tiers():
    """9'6" on 8'6": 2.896 + 2.591."""
    moment = yard((1, 1, 2, 1), (1, 1, 2, 2), codes={0: "25G1"}).at(T0)

    assert heights(moment, "B2").metres[0, 1] == pytest.approx(2.896 + ONE)


def test_an_empty_yard_has_heights_too():
    moment = World(tiny_terminal()).at(T0)

    assert not heights(moment, "B1").tiers.any()
    assert height_at(moment, 12.0, 41.0) == 0
    assert len(clearances(moment, 1.0)) == 0


def test_heights_of_no_such_block_names_those_there_are():
    with pytest.raises(UnknownName, match="there are B1, B2"):
        heights(World(tiny_terminal()).at(T0), "B3")


@settings(max_examples=60, deadline=None)
@given(st.floats(-7, 7), st.sampled_from([1.0, -1.0]), st.integers(0, 1), st.integers(1, 5), st.integers(1, 3))
def test_a_slots_centre_lies_in_that_slot_however_the_block_is_turned(
    yaw: float, sign: float, block: int, bay: int, row: int
):
    plain = tiny_terminal()
    blocks = replace(plain.blocks, yaw=np.full(2, yaw), row_sign=np.full(2, sign), y=np.array([40.0, 140.0]))
    terminal = replace(plain, blocks=blocks)
    x, y = terminal.slot_xy(np.array([block]), np.array([2 * bay - 1]), np.array([row]))

    found = slot_at(terminal, x, y)

    assert [int(index[0]) for index in found] == [block, bay - 1, row - 1]


SLOTS = st.lists(
    st.tuples(st.integers(0, 1), st.integers(1, 9), st.integers(1, 3), st.integers(1, 4)), max_size=12, unique=True
)


@settings(max_examples=40, deadline=None)
@given(SLOTS)
def test_three_ways_to_ask_how_high_agree(slots: list[Slot]):
    """The block's table, the point query and a ray from above, at every slot centre."""
    moment = yard(*slots).at(T0)
    bay, row = (index.ravel() for index in np.meshgrid(np.arange(1, 10, 2), np.arange(1, 4), indexing="ij"))
    x, y = moment.terminal.slot_xy(np.zeros(15, np.int64), bay, row)

    table = heights(moment, "B1").metres.ravel()

    assert np.array_equal(height_at(moment, x, y), table)
    for k in range(15):
        hit = pick(moment, np.array([x[k], y[k], 100.0]), np.array([0.0, 0.0, -1.0]))
        assert hit is not None
        assert hit.point[2] == pytest.approx(table[k])
        assert (hit.kind == "container") == (table[k] > 0)


def test_under_a_point_the_boxes_are_named_from_the_ground_up():
    moment = yard((0, 3, 2, 2), (0, 2, 2, 1), (0, 3, 1, 1)).at(T0)
    x, y = moment.terminal.slot_xy(np.array([0]), np.array([3]), np.array([2]))

    here = under(moment, float(x[0]), float(y[0]))

    assert here is not None
    assert (here.block, here.bay, here.row, here.tiers) == ("B1", 3, "2", 2)
    assert here.containers == ("BOX1", "BOX0")
    assert here.metres == pytest.approx(2 * ONE)
    assert under(moment, 0.0, 0.0) is None


def test_rows_are_written_the_terminals_way():
    plain = tiny_terminal()
    terminal = replace(plain, blocks=replace(plain.blocks, first_row=("A", "1")))
    moment = yard((0, 1, 3, 1), world=World(terminal)).at(T0)

    assert find(moment, "BOX0").words == "block B1, bay 1, row C, tier 1"


# clearances


def test_two_carts_nose_to_tail_are_two_metres_apart():
    """14 m long, centres 16 m apart: 16 - 14 = 2, halfway up and in the middle of the noses."""
    world = World(tiny_terminal())
    stand(world, "C1", 50, 20)
    stand(world, "C2", 66, 20)

    near = clearances(world.at(T0), within=2.5)

    assert (near.who_a, near.kind_b, near.who_b) == (("C1",), ("machine",), ("C2",))
    assert (near.part_a, near.part_b) == (("deck",), ("deck",))
    assert near.metres == pytest.approx([2.0])
    assert near.p1[0] == pytest.approx([57, 20, 0.85])
    assert near.p2[0] == pytest.approx([59, 20, 0.85])


def test_a_cart_beside_a_stack_is_told_the_stack_once():
    """Row 1's box starts at y = 40 + 1.4 - 1.219 = 40.181; the cart's side is at 37.5 + 1.5 = 39."""
    world = yard((0, 1, 1, 1), (0, 1, 1, 2))
    stand(world, "C1", 13, 37.5)

    near = clearances(world.at(T0), within=1.5)

    assert (near.who_a, near.kind_b, near.who_b) == (("C1",), ("container",), ("BOX0",))
    assert near.part_b == ("block B1, bay 1, row 1, tier 1",)
    assert near.metres == pytest.approx([1.181])


def test_a_load_counts_as_its_carrier_and_never_against_it():
    """The cart's load stands on it; the crane's spreader hangs at 4.891, 0.6 m over the load's top at 1.7 + 2.591."""
    world = yard((0, 1, 1, 1))
    world.hear(facts.places(T0 + 1_000_000, world.roster.containers.row["BOX0"], PlaceKind.MACHINE, 1))
    stand(world, "Q1", 50, 0, joints=[20.0, 4.891])
    stand(world, "C1", 50, 20)

    near = clearances(world.at(T0 + 1_000_000), within=1.0)

    assert (near.who_a, near.part_a) == (("Q1",), ("spreader",))
    assert (near.who_b, near.part_b) == (("C1",), ("load BOX0",))
    assert near.metres == pytest.approx([0.6])


def test_a_hull_is_as_far_as_its_side_and_narrower_at_the_bow():
    """Beam 20 at y = -15 reaches y = -5; a cart's side at -3 is 2 away amidships, but off the stem (0.35 x 20) 8.5."""
    world = World(tiny_terminal())
    berth(world, 100, -15)
    stand(world, "C1", 100, -1.5)
    stand(world, "C2", 156, -1.5)

    near = clearances(world.at(T0), within=3.0)

    assert (near.who_a, near.kind_b, near.who_b) == (("C1",), ("vessel",), ("ELBE",))
    assert near.metres == pytest.approx([2.0])


def test_boxes_on_deck_count_where_the_ship_lies():
    """A small ship's deck is 11 m above a keel at -10: boxes stand on z = 1, bay 2 is 30 m ahead of amidships."""
    world = yard((0, 1, 1, 1))
    berth(world, 100, -15, kind="small", length=120)
    world.hear(facts.places(T0, 0, PlaceKind.VESSEL, 0, bay=2, row=0, tier=82))
    stand(world, "Q1", 130, 0, joints=[-15.0, 5.0])

    near = clearances(world.at(T0), within=2.0)

    assert ("container", "BOX0") in list(zip(near.kind_b, near.who_b, strict=True))
    at = near.who_b.index("BOX0")
    assert near.metres[at] == pytest.approx(5 - (1 + ONE))
    assert near.part_b[at] == "aboard ELBE, bay 02, row 00, tier 82"


def all_tried(moment: Moment, within: float) -> set[tuple[str, int, int]]:
    """Machine with machine, and machine with container, by trying every box with every other."""
    boxes, owner = moment.machine_boxes
    i, j = np.triu_indices(len(boxes), 1)
    near = (kernels.distance_pairs(boxes[i], boxes[j]) <= within) & (owner[i] != owner[j])
    pairs = {("machine", *sorted(pair)) for pair in zip(owner[i[near]].tolist(), owner[j[near]].tolist(), strict=True)}
    for row, box in enumerate(moment.container_boxes):
        if np.isfinite(box).all():
            metres = kernels.distance_pairs(boxes, np.broadcast_to(box, boxes.shape))
            pairs |= {("container", machine, row) for machine in owner[metres <= within].tolist()}
    return pairs  # type: ignore[return-value]


CARTS = st.lists(st.tuples(st.floats(0, 60), st.floats(25, 85), st.floats(-4, 4)), min_size=1, max_size=5)


@settings(max_examples=30, deadline=None)
@given(SLOTS, CARTS, st.floats(0, 8))
def test_clearances_are_those_of_trying_everything(
    slots: list[Slot], carts: list[tuple[float, float, float]], within: float
):
    world = yard(*slots)
    for number, (x, y, yaw) in enumerate(carts):
        stand(world, f"C{number + 1}", x, y, yaw=yaw)
    stand(world, "Q1", 28, 50, yaw=0.1, joints=[-6.0, 4.0])  # legs and a spreader, so that a pair has many distances
    moment = world.at(T0)

    near = clearances(moment, within)

    said = set(zip(near.kind_b, near.row_a.tolist(), near.row_b.tolist(), strict=True))
    tried = all_tried(moment, within)
    assert {pair for pair in said if pair[0] == "machine"} == {pair for pair in tried if pair[0] == "machine"}
    assert {pair for pair in said if pair[0] == "container"} <= tried
    assert stacks_of(moment, said) == stacks_of(moment, tried)
    assert (np.diff(near.metres) >= 0).all()
    for kind, a, b, metres in zip(near.kind_b, near.row_a.tolist(), near.row_b.tolist(), near.metres, strict=True):
        others = [b] if kind == "machine" else np.flatnonzero(same_stack(moment, b))
        assert metres == min(between(moment, a, kind, int(other)) for other in others)


def stacks_of(moment: Moment, pairs: set[tuple[str, int, int]]) -> set[tuple[int, int, int, int]]:
    c = moment.containers
    return {(a, int(c.where[b]), int(c.bay[b]), int(c.row[b])) for kind, a, b in pairs if kind == "container"}


def same_stack(moment: Moment, box: int) -> Bools:
    c = moment.containers
    return np.logical_and.reduce([column == column[box] for column in (c.kind, c.where, c.bay, c.row)])


def between(moment: Moment, a: int, kind: str, b: int) -> float:
    """Metres between machine a and machine or container b, by trying all their boxes."""
    boxes, owner = moment.machine_boxes
    mine, other = boxes[owner == a], boxes[owner == b] if kind == "machine" else moment.container_boxes[[b]]
    i, j = np.indices((len(mine), len(other)))
    return float(kernels.distance_pairs(mine[i.ravel()], other[j.ravel()]).min())


# find and pick


def test_everything_that_has_a_name_is_found():
    world = yard((0, 2, 1, 1), (0, 1, 3, 1))
    stand(world, "C1", 50, 20)
    berth(world, 100, -15)
    world.hear(facts.places(T0 + 1_000_000, 1, PlaceKind.MACHINE, 1))
    moment = world.at(T0 + 1_000_000)

    assert find(moment, "BOX0").words == "block B1, bay 2, row 1, tier 1"
    assert (find(moment, "BOX0").x, find(moment, "BOX0").y) == pytest.approx((10 + 6.5, 40 + 1.4))
    assert (find(moment, "BOX1").words, find(moment, "BOX1").z) == ("on C1", pytest.approx(1.7))
    assert find(moment, "C1").words == "at x 50.0, y 20.0, z 0.0"
    assert find(moment, "ELBE").kind == "vessel"
    assert find(moment, "B2").words == "5 bays, 3 rows, 4 high"
    assert (find(moment, "B2").x, find(moment, "B2").y) == pytest.approx((10 + 2.5 * 6.5, 60 + 1.5 * 2.8))


def test_a_name_nobody_has_is_answered_with_the_near_ones():
    with pytest.raises(UnknownName, match="did you mean BOX0"):
        find(yard((0, 1, 1, 1)).at(T0), "BOX7")


def test_a_machine_over_a_block_says_which_stack():
    world = World(tiny_terminal())
    stand(world, "C1", 13, 41)

    assert find(world.at(T0), "C1").words.endswith("over block B1, bay 1, row 1")


@pytest.mark.parametrize(
    ("origin", "direction", "kind", "name", "point"),
    [
        ((13.25, 41.4, 50), (0, 0, -2), "container", "BOX1", (13.25, 41.4, 2 * ONE)),  # bay 1 row 1 from above
        ((13.25, 0, 1), (0, 1, 0), "container", "BOX0", (13.25, 40.181, 1)),  # the same stack from the quay
        ((50, 20, 50), (0, 0, -1), "container", "BOX2", (50, 20, 1.7 + ONE)),  # the cart's load
        ((44, 20, 50), (0, 0, -1), "machine", "C1", (44, 20, 1.7)),  # the deck ahead of it
        ((100, -15, 50), (0, 0, -1), "vessel", "ELBE", (100, -15, 1)),  # 11 m deep: DEPTH_OF_BEAM x 20, keel at -10
        ((150, 60, 30), (3, 0, -3), "ground", "ground", (180, 60, 0)),
    ],
)
def test_a_ray_hits_what_it_meets_first(
    origin: tuple[float, ...], direction: tuple[float, ...], kind: str, name: str, point: tuple[float, ...]
):
    world = yard((0, 1, 1, 1), (0, 1, 1, 2), (1, 9, 1, 1))
    world.hear(facts.places(T0 + 1_000_000, 2, PlaceKind.MACHINE, 1))
    stand(world, "Q1", 180, 3)
    stand(world, "C1", 50, 20)
    berth(world, 100, -15)

    hit = pick(world.at(T0 + 1_000_000), np.array(origin, float), np.array(direction, float))

    assert hit is not None
    assert (hit.kind, hit.name) == (kind, name)
    assert hit.point == pytest.approx(point)
    assert hit.metres == pytest.approx(np.linalg.norm(np.array(point) - origin))


def test_a_ray_into_the_sky_hits_nothing():
    assert pick(yard((0, 1, 1, 1)).at(T0), np.array([13.0, 41.0, 50.0]), np.array([0.0, 1.0, 0.1])) is None


def test_a_box_on_deck_is_picked_where_the_ship_lies_now():
    """Bay 2 is 30 m ahead of amidships; the ship moves up the quay by 20 m and its box with it."""
    world = yard((0, 1, 1, 1))
    berth(world, 100, -15, kind="small", length=120)
    world.hear(facts.places(T0, 0, PlaceKind.VESSEL, 0, bay=2, row=0, tier=82))
    above, down = np.array([130.0, -15.0, 90.0]), np.array([0.0, 0.0, -1.0])
    before = pick(world.at(T0), above, down)
    row, t = np.array([0]), np.array([T0 + 600_000_000_000])
    world.hear(quantised(Vessels(t, row, np.array([120.0]), np.array([-15.0]), np.zeros(1), np.array([6.0]), row)))

    moment = world.at(T0 + 600_000_000_000)

    now, ahead = pick(moment, above, down), pick(moment, above + np.array([20.0, 0, 0]), down)
    assert [hit and hit.kind for hit in (before, now, ahead)] == ["container", "vessel", "container"]


def test_answers_follow_the_moment_not_the_cache():
    """The same world a second later: the box has gone, its stack with it."""
    world = yard((0, 1, 1, 1))
    before = height_at(world.at(T0), 13.0, 41.0)
    world.hear(facts.places(T0 + 1_000_000_000, 0, PlaceKind.SLOT, 1, bay=1, row=1, tier=1))

    moment = world.at(T0 + 1_000_000_000)

    assert before == pytest.approx(ONE)
    assert height_at(moment, 13.0, 41.0) == 0
    assert height_at(moment, 13.0, 61.0) == pytest.approx(ONE)
    hit = pick(moment, np.array([13.0, 61.0, 50.0]), np.array([0, 0, -1.0]))
    assert hit is not None
    assert (hit.kind, hit.metres) == ("container", pytest.approx(50 - ONE))
