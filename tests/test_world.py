"""The world believes what it is told and shows it where it stands."""

import numpy as np
import pytest

from tests.worlds import T0, at_second, described, tiny_terminal
from twin import facts
from twin.errors import UnknownName
from twin.facts import DescribedMachines, DescribedVessels, NavStatus, PlaceKind, Status, Vessels
from twin.spatial.nearest import find
from twin.spatial.places import place_in_words
from twin.world import World


def world_with(*names: str, code: str = "22G1") -> World:
    world = World(tiny_terminal())
    if names:
        world.hear(described(world.roster, list(names), code=code))
    return world


def test_a_box_stands_on_the_true_height_of_those_below():
    """2.591 + 2.896 = 5.487."""
    world = world_with("A", code="22G1")
    world.hear(described(world.roster, ["B", "C"], code="25G1"))
    world.hear(facts.places(T0, [0, 1, 2], PlaceKind.SLOT, 0, bay=1, row=1, tier=[1, 2, 3]))

    base, _ = world.at(T0).positions

    assert base[:, 2] == pytest.approx([0.0, 2.591, 5.487])
    assert base[0, :2] == pytest.approx([10 + 3.25, 40 + 1.4])


def test_a_forty_stands_on_the_higher_of_its_two_columns():
    world = world_with("A", code="22G1")
    world.hear(described(world.roster, ["B"], code="25G1"))
    world.hear(described(world.roster, ["C"], code="42G1"))
    world.hear(facts.places(T0, [0, 1, 2], PlaceKind.SLOT, 0, bay=[1, 3, 2], row=1, tier=[1, 1, 2]))

    base, _ = world.at(T0).positions

    assert base[2] == pytest.approx([10 + 6.5, 41.4, 2.896])


def test_a_box_on_nothing_stands_where_its_tier_says():
    world = world_with("A")
    world.hear(facts.places(T0, 0, PlaceKind.SLOT, 0, bay=1, row=1, tier=3))

    assert world.at(T0).positions[0][0, 2] == pytest.approx(2 * 2.591)


def test_a_carried_box_hangs_under_its_spreader():
    world = world_with("A", code="45G1")
    world.hear(facts.poses(T0, 0, 60.0, 3.0, joints=[-20.0, 25.0]))
    world.hear(facts.places(T0, 0, PlaceKind.MACHINE, 0))

    base, _ = world.at(T0).positions

    assert base[0] == pytest.approx([60.0, -17.0, 25.0 - 2.896])


def test_a_box_on_an_unknown_machine_is_nowhere():
    world = world_with("A")
    world.hear(facts.places(T0, 0, PlaceKind.MACHINE, 99))

    assert np.isnan(world.at(T0).positions[0][0]).all()


def test_a_box_outside_its_block_is_nowhere_but_known():
    world = world_with("A")
    world.hear(facts.places(T0, 0, PlaceKind.SLOT, 0, bay=99, row=1, tier=1))

    moment = world.at(T0)

    assert np.isnan(moment.positions[0][0]).all()
    assert moment.containers.bay[0] == 99


def ship(world: World, t: int, x: float, yaw: float = 0.0, status: NavStatus = NavStatus.MOORED) -> None:
    row = world.roster.vessels.rows(["NORDLYS"])
    world.hear(
        DescribedVessels(
            np.array([T0]), row, ("NORDLYS",), ("small",), np.array([120.0]), np.array([20.0]), np.array([6.0])
        )
    )
    world.hear(
        facts.quantised(
            Vessels(
                np.array([t]), row, np.array([x]), np.array([-12.0]), np.array([yaw]), np.array([6.0]),
                np.array([status]),
            )
        )
    )  # fmt: skip


def test_boxes_aboard_go_with_the_ship_and_port_is_left():
    """Bay 2 is the foremost, 30 m ahead of midships; rows 1 starboard, 2 port, 2.5 m apart from the centre row; deck
    11 m above the keel.
    """
    world = world_with("A", "B", code="42G1")
    world.hear(facts.places(T0, [0, 1], PlaceKind.VESSEL, 0, bay=2, row=[1, 2], tier=82))
    ship(world, T0, 100.0)
    ship(world, at_second(1), 100.0, yaw=np.pi)

    before, after = world.at(T0).positions[0], world.at(at_second(1)).positions[0]

    keel = world.terminal.site.water_level - 6.0
    assert before == pytest.approx(np.array([[130, -14.5, keel + 11], [130, -9.5, keel + 11]]))
    assert after == pytest.approx(np.array([[70, -9.5, keel + 11], [70, -14.5, keel + 11]]), abs=1e-3)


def test_between_reports_a_machine_is_between_them():
    world = world_with()
    world.hear(
        facts.poses(
            [T0, at_second(1)], 0, [10.0, 14.0], 3.0, yaw=[3.1, -3.1], joints=np.array([[0.0, 10.0], [4.0, 12.0]])
        )
    )

    state = world.at(at_second(0.25)).machines

    assert state.x[0] == pytest.approx(11.0)
    assert state.joints[0, :2] == pytest.approx([1.0, 10.5])
    assert abs(state.yaw[0] - 3.1) < 0.05  # the short way round, through pi


@pytest.mark.parametrize(("seconds", "metres"), [(3.5, 4.0), (1.0, 31.0)])
def test_across_a_gap_or_a_jump_it_stands_still(seconds: float, metres: float):
    world = world_with()
    world.hear(facts.poses([T0, at_second(seconds)], 0, [10.0, 10.0 + metres], 3.0))

    assert world.at(at_second(seconds * 0.9)).machines.x[0] == 10.0


def test_a_machine_nobody_heard_of_stands_where_the_layout_put_it():
    state = world_with().at(T0).machines

    assert (state.x[0], state.y[0], state.heard[0]) == (50.0, 3.0, -1)


def test_a_guest_of_an_unknown_kind_has_a_place_but_no_parts():
    world = world_with()
    row = world.roster.machines.of("GUEST")
    world.hear(DescribedMachines(np.array([T0]), np.array([row]), ("GUEST",), ("hovercraft",)))
    world.hear(facts.poses(T0, row, 5.0, 6.0))

    moment = world.at(T0)

    assert (moment.machines.x[row], moment.machines.y[row]) == (5.0, 6.0)
    assert not np.any(moment.parts.table.machine == row)


def test_what_did_not_change_is_the_same_object():
    world = world_with("A", "B")
    world.hear(facts.places([T0, at_second(5)], [0, 1], PlaceKind.SLOT, [0, 1], bay=1, row=1, tier=1))

    one, other, third = world.at(at_second(1)), world.at(at_second(2)), world.at(at_second(6))

    assert other.containers is one.containers
    assert third.containers is not one.containers
    assert third.containers.block_stamp[0] == one.containers.block_stamp[0]
    assert third.containers.block_stamp[1] != one.containers.block_stamp[1]


def test_an_empty_world_is_a_moment():
    moment = World(tiny_terminal(blocks=0)).at(0)

    assert len(moment.containers) == 0
    assert moment.positions[0].shape == (0, 3)


def test_unknown_names_are_offered_the_nearest():
    with pytest.raises(UnknownName, match="did you mean BOX1"):
        world_with("BOX1", "CRATE").at(T0).container("BOX2")


def test_a_new_description_touches_only_the_block_of_its_box():
    world = world_with("A", "B")
    world.hear(facts.places(T0, [0, 1], PlaceKind.SLOT, [0, 1], bay=1, row=1, tier=1))
    before = world.at(T0).containers
    world.hear(described(world.roster, ["B"], code="25G1", t=at_second(1)))

    after = world.at(T0).containers

    assert after.about.height[1] == 2.896
    assert (after.block_stamp != before.block_stamp).tolist() == [False, True]


def test_a_machine_at_work_is_stale_sooner_than_an_idle_one():
    """5 s at work, 30 s idle; one never heard of is where it was laid out, which is not stale."""
    world = world_with()
    world.hear(facts.poses(T0, [0, 1], 10.0, 3.0, status=[facts.Status.WORKING, facts.Status.IDLE]))

    assert world.at(at_second(6)).stale_machines.tolist() == [True, False]
    assert world.at(at_second(31)).stale_machines.tolist() == [True, True]
    assert World(tiny_terminal()).at(at_second(99)).stale_machines.tolist() == [False, False]


def test_news_from_before_what_was_folded_away_heals_but_never_overrides():
    """Folded up to second 3: an older word about A is too late, the first word about B still counts."""
    world = world_with("A", "B")
    world.hear(facts.places(at_second(2), 0, PlaceKind.SLOT, 0, bay=3, row=1, tier=1))
    world.at(at_second(5))
    world.forget(at_second(3))
    world.hear(facts.places(at_second(1), [0, 1], PlaceKind.SLOT, 0, bay=1, row=[1, 2], tier=1))

    shown = world.at(at_second(5)).containers

    assert (shown.bay.tolist(), shown.kind.tolist()) == ([3, 1], [PlaceKind.SLOT, PlaceKind.SLOT])


def test_a_machine_that_is_gone_has_no_place_until_it_is_back():
    """It drives 2 m a second, leaves at second 2 and is back at second 4: there is no way to or from nowhere."""
    world = world_with("A")
    status = [Status.MOVING, Status.MOVING, Status.GONE, Status.MOVING, Status.MOVING]
    world.hear(facts.poses([at_second(s) for s in range(5)], 0, [10.0, 12.0, 12.5, 8.0, 10.0], 3.0, status=status))
    world.hear(facts.places(T0, 0, PlaceKind.MACHINE, 0))

    seen = [world.at(at_second(s)) for s in (1.5, 2, 2.9, 3, 3.5)]

    assert [moment.machines.x[0] for moment in seen] == pytest.approx([12.0, np.nan, np.nan, 8.0, 9.0], nan_ok=True)
    assert [np.isnan(moment.positions[0]).all() for moment in seen] == [False, True, True, False, False]
    assert [moment.machines.gone[0] for moment in seen] == [False, True, True, False, False]


def test_a_machine_is_here_once_it_was_seen_and_until_it_is_gone():
    """A truck is announced at second 0, comes at second 2 and has left at second 4."""
    world = world_with()
    truck = np.array([world.roster.machines.of("TRUCK1")])
    world.hear(facts.DescribedMachines(np.array([T0]), truck, ("TRUCK1",), ("cart",)))
    status = [Status.MOVING, Status.MOVING, Status.GONE]
    world.hear(facts.poses([at_second(s) for s in (2, 3, 4)], 2, 10.0, 3.0, status=status))

    seen = [world.at(at_second(s)).machines for s in (0, 2, 3, 4)]

    assert [machines.here[2] for machines in seen] == [False, True, True, False]
    assert all(machines.here[:2].all() for machines in seen)


def test_nobody_waits_for_news_of_a_machine_that_is_gone():
    world = world_with()
    world.hear(facts.poses(T0, [0, 1], 10.0, 3.0, status=[Status.GONE, Status.IDLE]))

    assert world.at(at_second(99)).stale_machines.tolist() == [False, True]


def test_a_ship_that_is_gone_takes_her_boxes_along():
    world = world_with("A", code="42G1")
    world.hear(facts.places(T0, 0, PlaceKind.VESSEL, 0, bay=2, row=1, tier=82))
    ship(world, T0, 100.0)
    ship(world, at_second(60), 400.0, status=NavStatus.GONE)

    here, last, gone = (world.at(at_second(s)) for s in (0, 59, 60))

    assert [m.vessels.present[0] for m in (here, last, gone)] == [True, True, False]
    assert last.vessels.x[0] == 100.0  # she does not glide to where she is no more
    assert np.isnan(gone.positions[0]).all()
    assert place_in_words(gone, 0) == "gone with NORDLYS, bay 02, row 01, tier 82"
    assert find(gone, "NORDLYS").words == "gone"
