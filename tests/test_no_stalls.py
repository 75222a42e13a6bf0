"""What once brought a terminal at work to a standstill: each cause, alone."""

import itertools
from functools import cache

import pytest

from twin.facts import roster_of
from twin.layout.reader import read_layout
from twin.samples import sample
from twin.simulate.gate import gateway
from twin.simulate.handover import Stop
from twin.simulate.portals import Job
from twin.simulate.run import at_work
from twin.simulate.scenario_files import open_scenario
from twin.simulate.spots import Spot
from twin.simulate.transport import IN_LANE, Carriers
from twin.simulate.works import Works


def works_of(layout: str, scenario: str) -> Works:
    terminal = read_layout(sample("layouts", f"{layout}.yaml"))
    return at_work(terminal, roster_of(terminal.machines.name), open_scenario(scenario, terminal))


@cache
def rtg() -> Works:
    """The RTG terminal as it stands at first."""
    return works_of("rtg-terminal", "rtg-shift")


def test_a_crane_is_not_given_a_box_below_one_that_it_does_not_reach():
    works = rtg()
    planner, given = works.yard.planner, list[bool]()
    for runway in works.yard.runways:
        for box, (block, _, _) in sorted(planner.where.items()):
            if block not in runway.blocks or not planner.above(box):
                continue
            for portal in runway.portals:
                own, *above = (portal.at_slot(*planner.where[b])[0] for b in (box, *planner.above(box)))
                if not runway.reaches(portal, [own]) or runway.reaches(portal, above):
                    continue
                x, y = works.terminal.slot_xy([block], [planner.where[box][1]], [1])
                stop = Stop(float(x[0]), float(y[0]), 0.0, 0.0, 0, works.env.event(), works.env.event())
                job = Job(0, box, stop, 0, None, block, works.env.event(), 0.0, True, True)
                given.append(runway.can(portal, job))

    assert given
    assert not any(given)


def ways(works: Works, group: str, a: Spot, b: Spot) -> list[tuple[float, float]]:
    vehicle = works.ground.of_group(group)[0] if group == "tractor" else works.ground.vehicle(
        works.roster.machines.of("a truck"), "truck")  # fmt: skip
    known = works.ground._known(group, a, b, abs(vehicle.offset))
    return [point for _, legs in known[:1] for leg in legs for point in leg.points]


def lanes_passed(works: Works, points: list[tuple[float, float]], *, but: int) -> list[str]:
    """Lanes under cranes along which a way leads, those of one block's own aside."""
    out = []
    for block in range(len(works.terminal.blocks)):
        line = works.ground.places.in_span(block)
        inside = [p for p in points if abs(line.nearest(p)[1]) < 0.5 and 20 < line.nearest(p)[0] < line.long - 20]
        out += [line.name] if inside and block != but else []
    return out


def way_between(works: Works, a: Spot, b: Spot, group: str) -> list[tuple[float, float]]:
    points = [(a.x, a.y), *ways(works, group, a, b), (b.x, b.y)]
    dense = []
    for (x0, y0), (x1, y1) in itertools.pairwise(points):
        dense += [(x0 + (x1 - x0) * k / 20, y0 + (y1 - y0) * k / 20) for k in range(21)]
    return dense


@pytest.mark.parametrize("block", range(12))
def test_trucks_and_tractors_pass_no_other_blocks_lane_where_vehicles_stand(block):
    works = rtg()
    gate = gateway(works.terminal)
    come, leave = (Spot("lane", *way.places[0], middle=True) for way in (gate.ins[0], gate.outs[0]))
    (dock,) = works.ground.spots_at(block, group="truck", land=True, bay=29)
    (stand,) = works.ground.spots_at(block, group="tractor", bay=29)
    park = works.transport.parks[0]

    for a, b, group in ((come, dock, "truck"), (dock, leave, "truck"), (park, stand, "tractor")):
        corners = ways(works, group, a, b)
        passed = lanes_passed(works, way_between(works, a, b, group), but=block)
        assert corners
        assert passed == []


def test_a_tractor_that_waits_too_long_in_the_lane_of_a_block_makes_room():
    works = works_of("small", "small-shift")
    carriers = works.transport
    assert isinstance(carriers, Carriers)
    tractor, opens = carriers.vehicles[0], works.env.now + 600.0
    crane = min(works.meeting)
    (stand,) = works.ground.spots_at(0, group="tractor", bay=19)
    works.ground.put(tractor, stand)
    carriers.vehicles.remove(tractor)

    def wanted() -> list[Spot]:
        return carriers._crane_spots(crane) if works.env.now >= opens else []

    works.env.process(carriers._set_out(tractor, wanted))
    works.env.run(until=opens - 1.0)
    waits = tractor.spot
    works.env.run(until=opens + 300.0)

    assert IN_LANE < 300.0
    assert waits in carriers.parks
    assert tractor.spot.form == "beside"


def test_no_room_is_kept_where_trucks_do_not_get_to():
    works = works_of("small", "small-shift")
    works.yard.bar({0})
    boxes = works.maker.make(["45G1"] * 6, works.maker.some_lines(6)).tolist()

    rooms = [works.yard.room((box,), x=100.0, y=90.0, land=True) for box in boxes]
    fetched = [works.yard.to_fetch() for _ in range(6)]

    assert [room[0].block for room in rooms] == [1] * 6
    assert [works.yard.block_of(box) for box in fetched] == [1] * 6
    assert works.yard.room((boxes[0],), x=100.0, y=90.0, land=False)[0].block == 0
