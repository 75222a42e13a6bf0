"""The examiner sees every kind of defect, planted one by one into a sound story, and none where there is none."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.examine import Report, contacts, examine
from tests.examiner.stories import (
    CART,
    CRANE,
    MACHINE,
    SLOT,
    TRUCK,
    UNKNOWN,
    A,
    B,
    C,
    Column,
    D,
    Machine,
    Story,
    at,
    small_terminal,
)
from tests.worlds import T0, at_second
from twin.catalogue import Catalogue
from twin.catalogue_files import read_catalogue
from twin.facts import roster_of
from twin.geometry import Floats
from twin.simulate.motion import Channel, Ramp
from twin.terminal import Structure


def moved(story: Story, name: str, second: float, place: tuple[int, int, int, int, int]) -> None:
    """From *second* on *name* is at *place*, and nothing else is said of it from then on."""
    story.placed = [p for p in story.placed if p[1] != name or p[0] < second]
    story.placed.append((second, name, *place))


def only(report: Report, law: str, *others: str) -> str:
    """The words of the findings, if all are of *law* and nothing else was found but of *others*."""
    assert {law} <= {f.law for f in report.findings} <= {law, *others}, str(report)
    assert report.contacts == () or "contacts" in others, str(report)
    return "\n".join(f"{f}" for f in report.findings if f.law == law)


def test_a_sound_story_is_found_sound():
    """Three boxes at first, one comes and goes, one is moved."""
    report = Story().report()

    assert report.sound, str(report)
    assert {"at first": 3, "entered": 1, "left": 1, "gone aboard": 0, "there": 3} == report.boxes


# -- one place each


def test_two_boxes_in_one_slot_are_seen():
    story = Story()
    moved(story, A, 57.0, (SLOT, 0, 3, 2, 1))

    assert f"put where {C} is" in only(story.report(), "places", "hand-overs")


def test_two_boxes_in_one_hold_are_seen():
    story = Story()
    story.placed.append((0.0, D, MACHINE, CART, 1, 0, 0))
    story.placed.remove((0.0, D, SLOT, 0, 3, 2, 2))

    assert f"in hold 1 across {A}" in only(story.report(), "places", "loads")


def test_two_places_at_one_instant_are_seen():
    story = Story()
    story.placed.append((57.0, A, SLOT, 0, 1, 2, 1))

    assert "in two places at once" in only(story.report(), "places", "hand-overs")


def test_a_described_box_that_is_nowhere_is_seen():
    story = Story()
    story.placed.remove((0.0, D, SLOT, 0, 3, 2, 2))

    assert "described, but nowhere" in only(story.report(), "places")


def test_a_box_nobody_described_is_seen():
    story = Story()
    del story.described[D]

    assert "before it is described" in only(story.report(), "places")


def test_a_wrong_number_is_seen():
    story = Story()
    wrong = D[:-1] + str((int(D[-1]) + 1) % 10)
    story.placed[-1] = (0.0, wrong, *story.placed[-1][2:])
    story.code[wrong], story.described = "22G1", {A: 0.0, B: 20.0, C: 0.0, wrong: 0.0}

    assert "is no container number" in only(story.report(), "places")


# -- from place to place


@pytest.mark.parametrize(
    ("box", "second", "place", "words"),
    [
        (D, 30.0, (SLOT, 0, 3, 1, 1), "without a machine"),
        (A, 15.0, (MACHINE, TRUCK, 0, 0, 0), "must be a crane"),
        (D, 30.0, (MACHINE, CART, 0, 0, 0), "cannot lift"),
        (D, 30.0, (UNKNOWN, -1, 0, 0, 0), "vanishes"),
        (B, 50.0, (UNKNOWN, -1, 0, 0, 0), "vanishes"),
    ],
)
def test_a_broken_chain_is_seen(box, second, place, words):
    story = Story()
    moved(story, box, second, place)

    assert words in only(story.report(), "chain", "hand-overs", "loads", "places", "stacks", "contacts")


def test_a_box_that_appears_from_nowhere_is_seen():
    story = Story()
    story.placed[-1], story.described[D] = (30.0, *story.placed[-1][1:]), 30.0

    assert "appears" in only(story.report(), "chain")


def test_a_box_on_a_truck_that_is_gone_is_seen():
    story = Story()
    story.placed.remove((70.0, B, UNKNOWN, -1, 0, 0, 0))

    assert "still said to be on T2" in only(story.report(), "chain")


# -- stacks


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ((SLOT, 0, 3, 2, 3), "floats"),
        ((SLOT, 0, 3, 2, 4), "only 3 tiers"),
        ((SLOT, 0, 5, 2, 1), "outside the block"),
        ((SLOT, 0, 2, 2, 1), "a 20' box in bay 2"),
    ],
)
def test_a_box_that_cannot_stand_is_seen(place, words):
    story = Story()
    story.placed[-1] = (0.0, D, *place)
    story.placed[-2] = (0.0, C, SLOT, 0, 3, 1, 1)

    assert words in only(story.report(), "stacks", "places")


def test_a_20_on_a_40_is_seen():
    story = Story()
    story.code[C] = "42G1"
    story.placed[-2] = (0.0, C, SLOT, 0, 2, 2, 1)

    assert "a 20' box on a longer one" in only(story.report(), "stacks")


def test_a_40_on_uneven_boxes_is_seen():
    """8'6" beside 9'6": 0.305 m."""
    story = Story()
    story.code |= {A: "25G1", D: "42G1"}
    story.placed[0] = (0.0, A, SLOT, 0, 1, 2, 1)
    del story.placed[1:3]
    story.machines[CART].load = story.machines[CRANE].load = at(0)
    story.placed[-1] = (0.0, D, SLOT, 0, 2, 2, 2)

    found = [f for f in story.report().findings if f.law == "stacks"]
    assert 1 == len(found)
    assert "leans" in found[0].what
    assert 0.305 == pytest.approx(found[0].value)


def test_a_box_drawn_from_under_another_is_seen():
    story = Story()
    story.placed.append((45.0, C, MACHINE, CRANE, 1, 0, 0))

    assert f"{D}: hangs in the air" in only(story.report(), "stacks", "places", "chain", "loads", "hand-overs")


# -- hand-overs and loads


def test_a_jump_at_a_hand_over_is_seen():
    """The box is in its slot two seconds before the spreader has landed: at 0.5 m/s², 1 m above, within 3 cm."""
    story = Story()
    landed = 40.5 + 17.409 / 1.5 + 3.0
    moved(story, A, round(landed - 2, 3), (SLOT, 0, 1, 1, 1))

    report = story.report()
    jumps = [f for f in report.findings if f.law == "hand-overs"]
    assert 1 == len(jumps)
    assert 1.0 == pytest.approx(jumps[0].value, abs=0.03)


def test_a_load_that_is_not_said_is_seen():
    story = Story()
    story.machines[CART].load = at(0)

    assert "C1: says a load of 0 kg with 1 boxes" in only(story.report(), "loads")


# -- paces


def drives(story: Story, x: Column, y: Column | None = None, yaw: Column = np.zeros_like) -> Report:
    """The story with a truck T2 that drives so (at y 60), from the beginning, and without a box."""
    story.machines[TRUCK] = Machine(x, y or at(60), yaw)
    story.placed = [p for p in story.placed if p[1] != B]
    del story.described[B]
    return story.report()


@pytest.mark.parametrize("limit", [1.0, 1.02])
def test_a_drive_too_fast_is_seen(limit):
    words = [f.what for f in drives(Story(), Ramp(5.0, 0.0, 150.0, 5.0 * limit, 0.49).at).findings]

    assert (limit > 1) == ("drive speed" in words)


@pytest.mark.parametrize("limit", [1.0, 1.05])
def test_a_drive_too_hard_is_seen(limit):
    words = [f.what for f in drives(Story(), Ramp(5.03, 0.0, 150.0, 4.9, 0.5 * limit).at).findings]

    assert (limit > 1) == ("drive acceleration" in words)


def test_a_drive_sideways_is_seen():
    """1 m aside over 150 m."""
    way = Ramp(5.0, 0.0, 150.0, 4.9, 0.49)
    report = drives(Story(), way.at, lambda t: 60 + way.at(t) / 150)

    assert "slips sideways" in only(report, "paces")


def along_a_bend(radius: float) -> tuple[Column, Column, Column]:
    """x, y, yaw of a quarter turn of *radius* with straights, at 2 m/s and 0.49 m/s²."""
    line = np.array([[0.0, 0.0], [40.0, 0.0]])
    turn = np.linspace(0, np.pi / 2, 2000)[1:]
    arc = np.stack([40 + radius * np.sin(turn), radius * (1 - np.cos(turn))], axis=1)
    end = arc[-1] + [0.0, 40.0]
    path = np.concatenate([line, arc, end[None]])
    yaw = np.concatenate([[0.0, 0.0], turn, [np.pi / 2]])
    s = np.append(0.0, np.cumsum(np.hypot(*np.diff(path, axis=0).T)))
    s[2:-1] = 40 + radius * turn
    s[-1] = s[-2] + 40
    way = Ramp(5.0, 0.0, float(s[-1]), 2.0, 0.49)

    def column(values: Floats) -> Column:
        return lambda t: np.interp(way.at(t), s, values)

    return column(path[:, 0]), column(path[:, 1] + 120), column(yaw)


@pytest.mark.parametrize("hz", [1, 4, 10])
@pytest.mark.parametrize("radius", [8.9, 8.4])
def test_a_turn_too_tight_is_seen(radius, hz):
    found = drives(Story(hz=hz), *along_a_bend(radius)).findings

    assert (radius < 8.9) == any("turns tighter" in f.what for f in found), found
    assert all("turns tighter" in f.what for f in found)


def test_a_turn_on_the_spot_is_seen():
    report = drives(Story(), at(20), at(100), Ramp(5.0, 0.0, 1.0, 0.1, 0.1).at)

    assert "turns tighter" in only(report, "paces")


def test_a_crane_that_turns_is_seen():
    story = Story()
    story.machines[CRANE].yaw = Ramp(0.0, 0.0, 0.01, 0.01, 0.01).at

    assert "Q1: turns" in only(story.report(), "paces", "hand-overs")


def test_a_hoist_too_fast_with_a_box_is_seen():
    """It may do 3 m/s empty but 1.5 m/s loaded."""
    story = Story()
    hoist = Channel(20.0)
    hoist.go(0.0, 1.7 + 2.591, 1.5, 0.5)
    hoist.go(16.0, 20.0, 2.5, 0.5)
    hoist.go(40.5, 2.591, 1.5, 0.5)
    hoist.go(58.0, 20.0, 3.0, 0.5)
    story.machines[CRANE].joints = (story.machines[CRANE].joints[0], hoist.at)

    found = only(story.report(), "paces")
    assert "Q1: hoist speed (2.5; limit 1.5)" in found
    assert 1 == len(found.splitlines())


@pytest.mark.parametrize(
    ("trolley", "words"),
    [
        (Ramp(65.0, 5.0, -20.0, 4.0, 0.52), "trolley acceleration"),
        (Ramp(60.0, 5.0, -61.0, 4.0, 0.5), "trolley past its end"),
    ],
)
def test_a_trolley_beyond_its_limits_is_seen(trolley, words):
    story = Story()
    before = story.machines[CRANE].joints[0]
    joints = (lambda t: np.where(t < 60, before(t), trolley.at(t)), story.machines[CRANE].joints[1])
    story.machines[CRANE].joints = joints

    assert words in only(story.report(), "paces")


@given(
    way=st.floats(0.05, 60), top=st.floats(0.2, 5), hardness=st.floats(0.1, 0.5), begin=st.floats(0, 10),
    heading=st.floats(-3.1, 3.1), hz=st.sampled_from([1, 4, 10]),
)  # fmt: skip
def test_no_movement_within_its_limits_is_reported(way, top, hardness, begin, heading, hz):
    """Whatever the length, top speed, acceleration and direction."""
    ramp = Ramp(begin, 0.0, way, top, hardness)
    story = Story(hz=hz)
    story.machines, story.placed, story.described = {}, [], {}
    story.machines[CART] = Machine(
        lambda t: 50 + np.cos(heading) * ramp.at(t), lambda t: 20 + np.sin(heading) * ramp.at(t), at(heading)
    )
    stream = list(story.stream())

    report = examine(story.terminal, story.roster, stream, hz=hz, every_s=0)

    assert report.sound, str(report)


# -- contacts


def test_a_truck_through_a_leg_is_seen_with_depth():
    """Its side at y 1.5 + 2.6 = 4.1 m is 0.1 m short of the leg's side at 4, seen from y 5.4: the depth is 0.1 m."""
    way = Ramp(5.0, -20.0, 130.0, 4.9, 0.49)
    report = drives(Story(), way.at, at(5.4))

    touch = next(c for c in report.contacts if "Q1 (portal)" in (c.a, c.b))
    assert "T2 (deck)" in (touch.a, touch.b)
    assert 0.1 == pytest.approx(touch.depth, abs=0.002)
    assert 5.0 < touch.t < touch.until < 60


def test_a_spreader_in_a_stack_is_seen():
    """The box hangs 0.3 m deep in the one it is carried over."""
    story = Story()
    story.code |= {D: "22G1"}
    hoist = Channel(20.0)
    hoist.go(0.0, 1.7 + 2.591, 1.5, 0.5)
    hoist.go(16.0, 2 * 2.591 - 0.3, 1.5, 0.5)
    hoist.go(50, 2.591, 1.5, 0.5)
    hoist.go(58.0, 20.0, 3.0, 0.5)
    story.machines[CRANE].joints = (story.machines[CRANE].joints[0], hoist.at)
    story.placed[-2:] = [(0.0, C, SLOT, 0, 1, 2, 1), (0.0, D, SLOT, 0, 3, 2, 1)]

    report = story.report()
    assert not report.findings, str(report)
    over = [c for c in report.contacts if c.b == C]
    assert [f"Q1 ({A})"] == [c.a for c in over]
    assert 0.3 == pytest.approx(over[0].depth, abs=0.01)


def test_a_truck_through_a_mast_is_seen():
    mast = Structure("M1", "mast", 100.0, 101.6, 0.0, 0.0, 0.8, 0.8, 20.0)
    story = Story(terminal=small_terminal((mast,)))

    report = story.report()
    assert not report.findings
    assert ["mast M1"] == [c.b for c in report.contacts]
    assert 0.3 == pytest.approx(report.contacts[0].depth, abs=0.002)


def test_a_ship_through_the_quay_is_seen():
    """10 m of half her beam, 9.5 m off the wall."""
    story = Story()
    story.ship = at(100), at(-9.5)

    report = story.report()
    assert not report.findings
    assert [("hull of Ship", "quay Q")] == [(c.a, c.b) for c in report.contacts]
    assert 0.5 == pytest.approx(report.contacts[0].depth)


@pytest.mark.parametrize(("hoist", "trolley", "seen"), [(-6.0, -14.0, False), (-9.5, -14.0, True), (-6.0, -22.8, True)])
def test_a_spreader_may_be_in_a_hold_but_in_no_steel(hoist, trolley, seen):
    """The tank top lies at -4 - 6 + 1.5 = -8.5 m; the cargo space ends 7 * 2.5 / 2 + 0.3 m from her middle at y -11."""
    story = Story()
    story.ship = at(48), at(-11.0)  # her second bay lies at x 64
    story.machines[CRANE] = Machine(at(64), at(3), joints=(at(trolley), at(hoist)))
    story.machines[CART] = Machine(at(150), at(20))
    story.placed, story.described = [], {}
    del story.machines[TRUCK]

    report = story.report()
    assert seen == any("hull of Ship" == c.b for c in report.contacts), str(report)


def test_a_45_in_its_neighbour_is_seen():
    """Half a 45' box is 6.858 m, half a 20' box 3.029 m, and their bays lie 9.75 m apart: 0.137 m too near."""
    terminal = small_terminal()
    story = Story(terminal=replace(terminal, blocks=replace(terminal.blocks, bays=np.array([3]))))
    story.code |= {C: "L5G1"}
    story.placed[-2:] = [(0.0, C, SLOT, 0, 2, 2, 1), (0.0, D, SLOT, 0, 5, 2, 1)]

    deep = {c.depth for c in story.report().contacts if {c.a, c.b} == {C, D}}
    assert [pytest.approx(0.137, abs=0.002)] == [*deep]


def test_contacts_can_be_asked_alone():
    story = Story()
    story.machines[TRUCK].y = at(5.4)

    stream = list(story.stream())
    found = contacts(story.terminal, story.roster, stream, every_s=0.5, hz=story.hz)

    assert any("T2" in c.a + c.b for c in found)


# -- what was done


def test_moves_and_turns_are_counted():
    """One lift in 90 s is 40 an hour; T2 was there 50 s."""
    done = Story().report().output

    assert [("Q1", 1, 1, 0)] == [(r.who, r.boxes, r.lifts, r.shuffles) for r in done.quay]
    assert 40.0 == pytest.approx(done.quay[0].overall)
    assert [50 / 60] == [pytest.approx(turn) for turn in done.turns]
    assert "trucks: 1 came and went" in "\n".join(done.lines())


def test_the_digest_tells_a_millimetre():
    one, same, other = Story(), Story(), Story()
    other.machines[CART].y = at(20.001)

    assert one.report().digest == same.report().digest != other.report().digest


def test_nothing_said_is_sound():
    terminal = small_terminal()

    report = examine(terminal, roster_of(terminal.machines.name), [(T0, []), (at_second(1), [])])

    assert report.sound, str(report)


def test_a_load_through_the_ground_is_seen():
    """The spreader hangs 2.3 m over the ground with a box of 2.591 m on it."""
    story = Story()
    story.machines[CRANE] = Machine(at(50), at(3), joints=(at(12), at(2.3)), load=at(20_000))
    story.placed = [(0.0, A, MACHINE, CRANE, 0, 0, 0), (0.0, C, SLOT, 0, 3, 2, 1)]
    story.described = {A: 0.0, C: 0.0}
    del story.machines[TRUCK]

    report = story.report()
    assert [(f"Q1 ({A})", "the ground")] == [(c.a, c.b) for c in report.contacts]
    assert 0.291 == pytest.approx(report.contacts[0].depth)


@pytest.mark.parametrize(("y", "z", "seen"), [(-5.0, 56.7, True), (-12.5, 52.2, False)])
def test_a_raised_boom_is_only_where_it_is(y, z, seen):
    """At 45 degrees its girder is 57.2 m high 5.5 m before its hinge at y 0.5, z 51.7; it is clear of a lamp low before
    it, which the upright prism around its first 15.5 m holds.
    """
    lamp = Structure("L", "mast", 53.7, y, z, 0.0, 0.5, 0.5, 1.0)
    story, terminal = Story(), small_terminal((lamp,))
    kinds = read_catalogue().kinds
    machines = replace(terminal.machines, kind=("sts", "cart"))
    story.terminal = replace(terminal, machines=machines, catalogue=Catalogue(kinds | terminal.catalogue.kinds, {}))
    joints = tuple(at(value) for value in (20.0, 30.0, np.pi / 4, 6.058))
    story.machines = {CRANE: Machine(at(50), at(3), joints=joints)}
    story.placed, story.described = [], {}

    report = story.report()
    assert seen == any("boom" in c.a for c in report.contacts), str(report)
