"""Lanes, places to stop, and getting from one to the other."""

from functools import cache

import numpy as np
import pytest

from tests.ground_works import ground_of, poses, yaw_boxes
from twin.facts import Status
from twin.simulate.book import LEFT, on_machine
from twin.simulate.ground import Ground, NoWay
from twin.simulate.lanegraph import LaneGraph
from twin.simulate.lines import Line
from twin.simulate.spots import Spot, entries, exits
from twin.spatial.kernels import close_between, grid

NOTHING = np.zeros((0, 5))
CRANE = 0  # QC01 stands 75 m along the quay of Altenwerder


def graph(*lines: tuple[tuple[float, float], ...], free: bool = False, fixed=NOTHING) -> LaneGraph:
    return LaneGraph([Line(f"L{n}", p) for n, p in enumerate(lines)], 8.0, (7.4, 1.5), fixed, free)


def way(lanes: LaneGraph, start: tuple[int, float], end: tuple[int, float]) -> float:
    return lanes.seconds(lanes.node_after(*start), lanes.node_before(*end))


def test_lanes_that_cross_can_be_turned_off():
    lanes = graph(((0, 0), (100, 0)), ((50, -50), (50, 50)))

    assert way(lanes, (0, 10), (1, 90)) < 40
    assert way(lanes, (1, 10), (0, 90)) < 40
    assert way(lanes, (0, 60), (1, 90)) == np.inf, "it is past the crossing"


def test_a_lane_leads_on_to_one_that_begins_within_twenty_metres():
    lanes = graph(((0, 0), (50, 0)), ((65, 10), (65, 60)), ((80, -10), (80, -60)))

    assert way(lanes, (0, 0), (1, 50)) < np.inf
    assert way(lanes, (0, 0), (2, 50)) == np.inf, "30 m away"


def test_a_lane_leads_on_to_one_in_line_with_it_that_begins_before_its_end_or_behind_it():
    for begin in (45, 50, 60):
        assert way(graph(((0, 0), (50, 0)), ((begin, 0), (150, 0))), (0, 0), (1, 90)) < np.inf
    assert way(graph(((0, 0), (50, 0)), ((90, 0), (150, 0))), (0, 0), (1, 50)) == np.inf, "40 m away"


def test_one_changes_to_a_parallel_lane_but_not_to_one_that_leads_back():
    lanes = graph(((0, 0), (200, 0)), ((0, 4), (200, 4)), ((200, 8), (0, 8)))

    assert way(lanes, (0, 0), (1, 200)) < np.inf
    assert way(lanes, (0, 0), (2, 200)) == np.inf


def test_only_those_who_may_cross_freely():
    """20 m to the lane that leads back; the vehicle needs 16."""
    both = ((0, 0), (200, 0)), ((200, 20), (0, 20))

    assert way(graph(*both, free=True), (0, 0), (1, 200)) < np.inf
    assert way(graph(*both), (0, 0), (1, 200)) < np.inf, "at the lane's end anybody may"
    assert way(graph(*both), (0, 0), (1, 50)) > way(graph(*both, free=True), (0, 0), (1, 199)) + 20


def test_what_stands_in_a_lane_closes_it():
    mast = np.array([[50.0, 0.0, 0.0, 0.5, 0.5]])

    assert way(graph(((0, 0), (100, 0)), fixed=mast), (0, 0), (0, 100)) == np.inf


def test_a_place_beside_a_lane_is_come_to_straight():
    lanes = graph(((0, 10), (200, 10)))
    spot = Spot("beside", 100.0, 0.0, 0.0)

    assert entries(lanes, spot, 0.0)
    assert exits(lanes, spot, 0.0)
    assert all(e.straight_back for e in entries(lanes, Spot("beside", 10.0, 0.0, 0.0), 0.0)), "no lane before it"


@cache
def altenwerder() -> Ground:
    return ground_of("altenwerder")


def test_agvs_stop_before_the_blocks_on_all_seven_lanes():
    """A01 begins at y = 160; boxes are handed over 12 m before it, on lanes from x = 113 to 137."""
    spots = altenwerder().spots_at(0, group="agv")

    assert [113, 117, 121, 125, 129, 133, 137] == [s.x for s in spots]
    assert {148.0} == {s.y for s in spots}


def test_trucks_back_up_to_the_other_end():
    """37 bays of 6.5 m: the block ends at 400.5."""
    spots = altenwerder().spots_at(0, group="truck", land=True)

    assert [116, 120.5, 125, 129.5, 134] == sorted(s.x for s in spots)
    assert {412.5} == {s.y for s in spots}
    assert {"back"} == {s.form for s in spots}


def test_quay_cranes_meet_vehicles_within_reach_and_clear_of_their_legs():
    """Legs end 36.1 m behind the crane's origin, the trolley 57 m."""
    asides = [lane.aside for lane in altenwerder().places.transfers(CRANE, "agv")]

    assert len(asides) == 3
    assert min(asides) - 1.5 > 36.1 + 1.0
    assert max(asides) <= 57.0


def test_a_vehicle_drives_to_its_place_and_says_so():
    ground = ground_of("altenwerder")
    vehicle, env = ground.of_group("agv")[0], ground.works.env
    spot = ground.crane_spots(CRANE, 0.0, "agv")[1]

    got = env.run(until=env.process(ground.go(vehicle, spot)))

    assert got == spot
    assert (spot.x, spot.y) == pytest.approx(vehicle.pose[:2], abs=1e-6)
    statuses = vehicle.sampled(np.array([0.0, env.now / 2, env.now + 1])).status
    assert [Status.IDLE, Status.MOVING, Status.IDLE] == statuses.tolist()


def test_nobody_else_gets_a_place_that_is_taken():
    ground = ground_of("altenwerder")
    one, two = ground.of_group("agv")[:2]
    spots = ground.crane_spots(CRANE, 0.0, "agv")[:2]

    assert ground.send(one, spots) == spots[0]
    assert ground.send(two, spots) != spots[0]
    assert not ground.free(spots[0], two)


def test_where_no_lane_leads_there_is_an_error():
    ground = ground_of("altenwerder")

    with pytest.raises(NoWay, match=r"AGV01: no lane leads from \(119.0, 103.0\)"):
        ground.send(ground.of_group("agv")[0], [Spot("lane", 700.0, 300.0, 0.0)])


def test_a_guest_comes_is_there_and_is_gone():
    ground = ground_of("altenwerder")
    env, row = ground.works.env, ground.works.guest("HH-AB 123", "truck")
    truck = ground.vehicle(row, "truck")
    begin = Spot("lane", 162.5, 530.0, -np.pi / 2, middle=True)

    env.run(until=10)
    assert ground.appears(truck, begin)
    assert not ground.appears(ground.vehicle(ground.works.guest("HH-AB 124", "truck"), "truck"), begin)
    dock = ground.spots_at(2, group="truck", land=True)[0]
    env.run(until=env.process(ground.go(truck, dock)))
    there = env.now
    ground.leave(truck)

    said = truck.sampled(np.array([5.0, 10.5, there - 0.1, there + 1])).status
    assert [Status.GONE, Status.IDLE, Status.MOVING, Status.GONE] == said.tolist()
    assert truck.box[:2] == pytest.approx((dock.x, dock.y), abs=1e-6)
    assert ground.free(dock)


def test_a_truck_backs_in_and_its_cab_looks_away_from_the_block():
    ground = ground_of("altenwerder")
    env, truck = ground.works.env, ground.vehicle(ground.works.guest("HH-AB 123", "truck"), "truck")
    ground.appears(truck, Spot("lane", 162.5, 530.0, -np.pi / 2, middle=True))
    env.run(until=env.process(ground.go(truck, ground.spots_at(5, group="truck", land=True))))

    last = poses(truck, np.arange(env.now - 5, env.now, 0.1))

    assert np.sin(truck.pose[2]) == pytest.approx(1.0)
    assert np.all(np.diff(last[:, 1]) <= 1e-9), "towards the block, tail first"


def test_a_vehicle_out_of_service_stands_in_the_way():
    whole, broken = altenwerder(), ground_of("altenwerder", broken=("AGV01",))

    assert len(broken.table.fixed) == len(whole.table.fixed) + 1
    assert len(broken.of_group("agv")) == len(whole.of_group("agv")) - 1


def test_a_vehicle_weighs_what_it_carries():
    ground = ground_of("altenwerder")
    vehicle, works = ground.of_group("agv")[0], ground.works
    box = int(works.maker.make(["45G1"], np.zeros(1, np.int64))[0])
    works.book.hand(5.0, box, on_machine(vehicle.row))
    works.book.hand(9.0, box, LEFT)

    assert [0, works.maker.boxes.mass[box], 0] == vehicle.sampled(np.array([4.0, 6.0, 10.0])).load.tolist()


LAYOUTS = (("altenwerder", "agv"), ("rtg-terminal", "tractor"), ("small", "tractor"), ("twin-armg", "agv"))


@pytest.mark.parametrize(("layout", "group"), LAYOUTS)
def test_every_block_can_be_reached_from_a_quay_crane_and_back(layout, group):
    ground = ground_of(layout)
    row = next(r for r, k in enumerate(ground.terminal.machines.kind) if ground.terminal.kind(k).group == "sts")
    vehicle = ground.of_group(group)[0]
    crane = ground.crane_spots(row, 0.0, group)[-1]

    for block in range(len(ground.terminal.blocks)):
        spots = ground.spots_at(block, group=group, bay=ground.terminal.blocks.bays[block])
        assert spots, ground.terminal.blocks.name[block]
        vehicle.spot = crane
        assert min(ground.seconds(vehicle, spot) for spot in spots) < 900
        vehicle.spot = spots[0]
        assert ground.seconds(vehicle, crane) < 900


def test_a_way_keeps_half_a_metre_from_everything_that_is_fixed():
    """Stacks, masts, crane rails: from far inland to a crane and on to the last block."""
    ground = ground_of("altenwerder")
    vehicle, env = ground.of_group("agv")[20], ground.works.env
    for spot in (ground.crane_spots(CRANE, 200.0, "agv")[0], ground.spots_at(25, group="agv")[6]):
        env.run(until=env.process(ground.go(vehicle, spot)))

    fixed = ground.table.fixed
    flat = np.tile([0.0, 1.0], (len(fixed), 1))
    solid = np.column_stack([fixed[:, :2], flat, fixed[:, 3:], np.cos(fixed[:, 2]), np.sin(fixed[:, 2])])
    _, _, gap = close_between(yaw_boxes(vehicle, poses(vehicle, np.arange(0, env.now, 0.1))), grid(solid), 3.0)

    assert len(gap) > 100
    assert gap.min() >= 0.5 - 0.01
