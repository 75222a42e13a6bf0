"""Planted incidents: what happens is what the truth says, once, and afterwards all is as it was."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.incident_works import START, begun, paces, played, running, second, two_rtgs, yard
from tests.yard_works import layout
from twin.facts import PlaceKind
from twin.geometry import Floats
from twin.simulate import quayside, transport
from twin.simulate.closest import Solid, apart, machine
from twin.simulate.incidents.block import block
from twin.simulate.incidents.cast import row_of
from twin.simulate.incidents.planting import PLANTERS
from twin.simulate.incidents.vehicles import vehicle_solid
from twin.simulate.planted import incident_wrongs
from twin.simulate.scenario import INCIDENTS, Call, Incident, Scenario
from twin.simulate.truth import TOLERANCE, Truth, truth, write_truth
from twin.simulate.works import ROUTINE, Works
from twin.spatial.clearances import clearances
from twin.units import SECOND, time_from_text
from twin.world import World


def test_every_kind_of_incident_is_planted_by_somebody():
    assert set(PLANTERS) == set(INCIDENTS)


# -- two cranes


@pytest.mark.parametrize("metres", [0.8, 2.5])
def test_two_cranes_come_as_near_as_asked_dwell_and_part_again(metres: float):
    works = played(two_rtgs(Incident("cranes-close", 20.0, ("RTG1", "RTG9"), amount=metres)), 400.0)

    one = works.truths[0]
    assert one.distance == pytest.approx(metres, abs=1e-6)
    assert one.who == ("RTG1", "RTG9")
    assert (one.t_until_closest - one.t_closest) / SECOND >= 3.0
    assert 20.0 <= second(one.t_from) < 60.0
    assert np.subtract(one.p2, one.p1) == pytest.approx([metres, 0, 0], abs=1e-6)
    x = works.tracks[0].sampled(np.array([0.0, 400.0])).x
    assert x[0] == x[1]


def test_cranes_that_are_close_move_as_their_kind_can():
    works = played(two_rtgs(Incident("cranes-close", 20.0)), 400.0)

    speed, change, _ = paces(works.tracks[0], 0.0, 400.0)
    kind = works.terminal.kind("rtg")
    assert np.abs(speed[:, 0]).max() == pytest.approx(kind.drive_empty, abs=1e-3)
    assert np.abs(change[:, 0]).max() <= kind.drive_acceleration * 1.001
    assert np.abs(speed[:, 4]).max() <= kind.joints[1].speed_empty + 1e-9


def test_the_truth_is_the_least_of_poses_a_hundredth_of_a_second_apart():
    works = played(two_rtgs(Incident("cranes-close", 20.0)), 400.0)

    a, b = (_machine(works, name) for name in ("RTG1", "RTG9"))
    _agrees(works.truths[0], a, b, 0.0, 300.0)


def _machine(works: Works, name: str) -> Solid:
    row = row_of(works, name)
    kind = works.terminal.kind(works.terminal.machines.kind[row])
    return machine(name, kind, works.tracks[row], works.terminal.catalogue)


def _agrees(one: Truth, a: Solid, b: Solid, begin: float, end: float) -> None:
    """Its distance and times are those of 100 poses a second about the closest, and of 10 elsewhere."""
    first, last = round(second(one.t_closest)) - 3, round(second(one.t_until_closest)) + 3
    t = np.unique(np.concatenate([np.arange(begin, end, 0.1), np.arange(first, last, 0.01)]))
    metres: Floats = np.concatenate([apart(a, b, part) for part in np.array_split(t, 30)])
    least = t[metres <= metres.min() + 1e-6]
    assert one.distance == pytest.approx(float(metres.min()), abs=1e-3)
    assert second(one.t_closest) == pytest.approx(float(least[0]), abs=0.0101)
    assert second(one.t_until_closest) == pytest.approx(float(least[-1]), abs=0.0101)


def test_a_crane_at_work_is_waited_for_and_keeps_what_it_holds_of_the_rail():
    works = two_rtgs(Incident("cranes-close", 20.0))
    rail, crane = works.rails[0], works.rails[0].cranes[1]

    def busy():
        with works.of_duty(crane.row).request(priority=ROUTINE) as turn:
            yield turn
            yield works.env.timeout(100.0)
        rail.settle(crane, [crane.gantry.value + 3.0])

    works.started.append(busy)
    played(works, 500.0)

    assert second(works.truths[0].t_from) >= 100.0
    assert [rail.busy(c) for c in rail.cranes] == [False, True]
    assert rail.held[crane.row].spans[0][1] - rail.held[crane.row].spans[0][0] == pytest.approx(3.0 + 12.0 + rail.apart)
    assert not works.of_duty(0).users


def test_a_listener_at_one_hertz_sees_the_same_distance():
    works = two_rtgs(Incident("cranes-close", 20.0))
    run = running(works)
    world = World(works.terminal, works.roster)

    for _, batches in run:
        for batch in batches:
            world.hear(batch)

    (one,) = truth(run)
    seen = range(one.t_closest // SECOND + 2, one.t_until_closest // SECOND)
    assert len(seen) >= 2
    for t in seen:
        near = clearances(world.at(t * SECOND), within=2.0)
        assert near.metres[0] == pytest.approx(one.distance, abs=1e-3)
        assert {near.who_a[0], near.who_b[0]} == {"RTG1", "RTG9"}
    assert TOLERANCE >= 1e-3


# -- among stacks


def _slots(works: Works) -> dict[int, tuple[int, ...]]:
    return {b: (p.where, p.bay, p.row, p.tier) for b, p in works.book.place.items() if p.kind == PlaceKind.SLOT}


@pytest.mark.parametrize("kind", ["spreader-dragged", "slot-occupied", "twenty-on-forty"])
@pytest.mark.parametrize("name", ["small", "twin-armg"])
def test_afterwards_every_box_is_where_it_was_and_every_crane_is_free(kind: str, name: str):
    works = yard(name, Incident(kind, 30.0, lasts=10.0), fill=0.4)
    before = _slots(begun(works))

    works.env.run(until=600.0)

    one = works.truths[0]
    assert one.planted, one.why
    assert _slots(works) == before
    crane = row_of(works, one.who[0])
    assert not works.of_duty(crane).users
    assert not any(works.rails[crane].busy(c) for c in works.rails[crane].cranes)
    assert works.tracks[crane].sampled(np.array([599.0])).load[0] == 0


def test_a_spreader_goes_as_deep_into_the_stack_as_asked():
    works = played(yard("small", Incident("spreader-dragged", 30.0, ("RTG1",), amount=0.25)), 400.0)

    one = works.truths[0]
    crane, stack = _machine(works, "RTG1"), _stood(works, "A1", one.parts[1])
    assert one.distance == pytest.approx(-0.25, abs=1e-6)
    assert one.amount == 0.25
    assert one.parts[0].startswith("spreader")
    _agrees(one, crane, stack, second(one.t_from) - 2.0, second(one.t_to) + 2.0)


def _stood(works: Works, name: str, said: str) -> Solid:
    here = block(works, works.terminal.block_row[name])
    return here.solid([b for b in here.boxes if said.startswith(f"container {works.book.boxes.name[b.box]},")])


def test_only_the_planted_stack_is_touched():
    works = played(yard("small", Incident("spreader-dragged", 30.0, ("RTG1",))), 400.0)

    one = works.truths[0]
    here = block(works, works.terminal.block_row["A1"])
    hit = one.parts[1].split()[1].rstrip(",")
    others = here.solid([b for b in here.boxes if works.book.boxes.name[b.box] != hit])
    t = np.arange(second(one.t_from) - 60.0, second(one.t_to), 0.25)
    assert float(apart(_machine(works, "RTG1"), others, t).min()) > 0.3


def test_a_box_lies_in_an_occupied_slot_for_a_while():
    works = yard("small", Incident("slot-occupied", 30.0, ("RTG1",), lasts=20.0))
    handed: list[tuple[float, int, object]] = []
    works.book.heard.append(lambda t, box, before, after: handed.append((t, box, after)))

    played(works, 600.0)

    one, boxes = works.truths[0], works.book.boxes
    box, on = (boxes.name.index(name) for name in one.who[2:])
    wrong = [(t, place) for t, b, place in handed if b == box and place == works.book.place[on]]
    assert len(wrong) == 1
    assert second(one.t_closest) < wrong[0][0] < second(one.t_until_closest)
    assert (one.t_until_closest - one.t_closest) / SECOND >= 20.0
    assert one.distance == pytest.approx(-2.438)  # the box would have to go aside by its width


def test_a_twenty_stands_on_a_forty():
    works = played(yard("small", Incident("twenty-on-forty", 30.0, ("RTG1",))), 600.0)

    one, boxes = works.truths[0], works.book.boxes
    assert [boxes.feet(boxes.name.index(name)) for name in one.who[2:]] == [20, 40]
    assert one.distance == pytest.approx(0.0, abs=1e-9)


def test_a_crane_that_is_wanted_elsewhere_at_once_comes_as_soon_as_it_may():
    """Two incidents for one crane: one after the other, each as if it were alone."""
    works = played(
        yard("small", Incident("spreader-dragged", 30.0, ("RTG1",)), Incident("slot-occupied", 31.0, ("RTG1",))), 900.0
    )

    first, then = works.truths[0], works.truths[1]
    assert first.planted
    assert then.planted
    assert then.t_from >= first.t_to


# -- vehicles


@pytest.fixture(scope="module")
def vehicles() -> Works:
    return played(
        yard(
            "twin-armg", Incident("corner-cut", 30.0), Incident("truck-under-load", 60.0, lasts=5.0),
            fill=0.3, parties=(transport,),
        ),
        700.0,
    )  # fmt: skip


def test_a_vehicle_comes_as_near_to_a_block_as_asked_and_goes_back(vehicles: Works):
    one = vehicles.truths[0]
    row, t = row_of(vehicles, one.who[0]), np.array([second(one.t_from) - 1, second(one.t_to) + 1])
    x, y = (getattr(vehicles.tracks[row].sampled(t), name) for name in ("x", "y"))
    assert one.distance == pytest.approx(0.3, abs=1e-6)
    assert (x[0], y[0]) == pytest.approx((x[1], y[1]), abs=1e-6)
    assert one.parts[1].startswith("container")
    _agrees(one, vehicle_solid(vehicles, row), _stood(vehicles, one.who[1], one.parts[1]), t[0], t[1])


def test_a_vehicle_stands_under_a_load_that_keeps_its_height(vehicles: Works):
    one = vehicles.truths[1]
    assert one.planted, one.why
    assert one.distance == pytest.approx(1.5, abs=1e-6)
    assert one.p1[2] - one.p2[2] == pytest.approx(1.5, abs=1e-6)
    assert one.parts[0] == f"load {one.who[2]}"


# -- ships


def test_a_boom_comes_down_over_a_ship_that_berths():
    call = Call("TEST", "feeder-2500", "", 1500.0, 0, 0)
    small = layout("small")
    call = replace(call, berth=small.berths[0].name, along=20.0)
    works = yard("small", Incident("boom-down", 100.0), calls=(call,), parties=(transport, quayside), hours=1.0)

    played(works, 3000.0)

    one = works.truths[0]
    assert one.planted, one.why
    assert one.who[1] == "TEST"
    assert one.distance > 0
    assert one.parts[0].startswith("boom")
    crane = works.tracks[row_of(works, one.who[0])]
    kind = works.terminal.kind("sts")
    angle = crane.sampled(np.array([second(one.t_closest), 2999.0])).joints[:, kind.joint("boom")]
    assert angle.tolist() == [0.0, kind.joints[kind.joint("boom")].high]


# -- what cannot be


def test_what_cannot_be_is_said_with_its_reason():
    works = played(yard("small", Incident("cranes-close", 10.0), Incident("corner-cut", 10.0)), 100.0)

    assert works.truths[0].why == "no two cranes share a rail on which they cannot pass each other"
    assert works.truths[1].why == "nothing drives on this terminal"
    assert not works.truths[0].planted


def test_an_incident_that_comes_after_the_end_was_not():
    works = two_rtgs(Incident("cranes-close", 355.0))
    run = running(works)

    assert len(list(run)) == 361

    assert truth(run)[0].why == "the run ended before it came to it"


@pytest.mark.parametrize(
    ("incident", "why"),
    [
        (Incident("spreader-dragged", 10.0, ("RTG1", "A2")), "RTG1 does not come over block A2"),
        (Incident("boom-down", 10.0, ("QC1", "TEST")), "TEST was alongside already"),
    ],
)
def test_what_can_never_be_is_said_at_once(incident: Incident, why: str):
    call = Call("TEST", "feeder-2500", layout("small").berths[0].name, -3000.0, 0, 0, along=20.0)
    works = yard("small", incident, calls=(call,), parties=(transport, quayside), hours=1.0)

    played(works, 60.0)

    assert works.truths[0].why == why


def test_cranes_with_another_between_them_are_refused_beforehand():
    terminal = layout("rtg-terminal")

    far, near = (Incident("cranes-close", 10.0, who) for who in (("QC1", "QC3"), ("QC1", "QC2")))
    said = [
        [wrong.message for wrong in incident_wrongs(0, one, Scenario("test", START, 1.0), terminal)]
        for one in (far, near)
    ]

    assert said == [["QC2 stands between QC1 and QC3, so they cannot meet"], []]


def test_a_run_that_ends_while_an_incident_waits_says_for_what():
    call = Call("TEST", "feeder-2500", layout("small").berths[0].name, 3000.0, 0, 0, along=20.0)
    works = yard("small", Incident("boom-down", 10.0, ("QC1", "TEST")), calls=(call,), parties=(transport, quayside))

    played(works, 60.0)

    assert works.truths[0].why == "the run ended first: TEST had not berthed yet"


# -- in all


def test_the_same_seed_plants_the_same():
    kinds = ("spreader-dragged", "slot-occupied", "position-jump")
    planted = [Incident(kind, 20.0 + n) for n, kind in enumerate(kinds)]

    a, b = (played(yard("small", *planted), 500.0).truths for _ in range(2))

    assert a == b


def test_the_truth_is_written_beside_the_recording(tmp_path: Path):
    works = two_rtgs(Incident("cranes-close", 20.0), Incident("corner-cut", 30.0))
    run = running(works)
    list(run)

    path = write_truth(tmp_path / "shift.mcap", run)

    whole = json.loads(path.read_text())
    assert path.name == "shift.truth.json"
    assert (whole["format"], whole["seed"], whole["terminal"]) == ("twin truth 1", 1, works.terminal.name)
    there, missing = sorted(whole["incidents"], key=lambda one: not one["planted"])
    assert missing["why"] == "nothing drives on this terminal"
    assert there["distance"] == pytest.approx(0.8)
    assert time_from_text(there["closest"]) == pytest.approx(there["closest_ns"], abs=1e6)
    assert there["from_ns"] <= there["closest_ns"] < there["until_closest_ns"] <= there["to_ns"]
    assert there["from_ns"] >= START
