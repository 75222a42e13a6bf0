"""The tally and the figures made from it: every number here can be worked out by hand."""

import json
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import simpy
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.facts import roster_of
from twin.layout import read_layout
from twin.simulate.book import LEFT, Book, Place, aboard, in_slot, on_machine
from twin.simulate.boxes import Maker
from twin.simulate.handover import Process
from twin.simulate.report import report, table
from twin.simulate.scenario import Scenario
from twin.simulate.tally import Stay
from twin.simulate.works import FAULT, ROUTINE, Works
from twin.terminal import Terminal

LAYOUTS = Path(__file__).parents[1] / "layouts"


@cache
def altenwerder() -> Terminal:
    return read_layout(LAYOUTS / "altenwerder.yaml")


def works_of(*, hours: float = 1.0) -> Works:
    """Altenwerder with nobody at work, one ship, second 0."""
    roster = roster_of(altenwerder().machines.name)
    roster.vessels.of("EVER")
    maker = Maker(roster, np.random.default_rng(1))
    scenario = Scenario("test", 0, hours, warm_up=0.0)
    return Works(simpy.Environment(), altenwerder(), roster, scenario, 1, maker, Book(maker.boxes))


def made(works: Works, code: str, place: Place) -> int:
    box = int(works.maker.make([code], works.maker.some_lines(1))[0])
    works.book.hand(0.0, box, place)
    return box


def row(works: Works, name: str) -> int:
    return works.roster.machines.row[name]


def discharged(works: Works, t: float, *boxes: int, crane: str = "QC01") -> None:
    for hold, box in enumerate(boxes):
        works.book.hand(t, box, on_machine(row(works, crane), hold))
        works.book.hand(t + 60, box, on_machine(row(works, "AGV01"), hold))


def test_a_lift_every_two_minutes_is_thirty_moves_an_hour():
    """Lifts at 0, 120, … 1200 s: ten after the first, 1200 s: 30 an hour, gross and net."""
    works = works_of()
    boxes = [made(works, "45G1", aboard(0, 2, 1, 80 + 2 * n)) for n in range(11)]

    for n, box in enumerate(boxes):
        discharged(works, 120.0 * n, box)
    works.env.run(until=3600)
    crane = report(works)["quay cranes"]["QC01"]

    assert (11, 11, 22, 30.0, 30.0) == tuple(crane[k] for k in ("lifts", "moves", "teu", "gross", "net"))


def test_a_twin_lift_is_two_moves():
    """Two 20' at 0 and at 180 s: two moves in 180 s after the first lift, 40 an hour."""
    works = works_of()
    boxes = [made(works, "22G1", aboard(0, 1 + 2 * (n % 2), 1, 82 + n)) for n in range(4)]

    discharged(works, 0.0, *boxes[:2])
    discharged(works, 180.0, *boxes[2:])
    works.env.run(until=3600)
    crane = report(works)["quay cranes"]["QC01"]

    assert (2, 4, 4, 40.0) == tuple(crane[k] for k in ("lifts", "moves", "teu", "net"))


def test_a_pause_counts_for_gross_and_not_for_net():
    """Lifts at 0, 90, 1890 and 1980 s: net two moves in 180 s, 40 an hour; gross three in 1980 s, 5.5."""
    works = works_of()

    for n, t in enumerate((0.0, 90.0, 1890.0, 1980.0)):
        discharged(works, t, made(works, "45G1", aboard(0, 2, 1, 80 + 2 * n)))
    works.env.run(until=3600)
    crane = report(works)["quay cranes"]["QC01"]

    assert (5.5, 40.0) == (crane["gross"], crane["net"])


def test_a_box_put_back_aboard_is_one_lift():
    works = works_of()
    box = made(works, "45G1", aboard(0, 2, 1, 82))

    works.book.hand(60.0, box, on_machine(row(works, "QC01")))
    works.book.hand(90.0, box, aboard(0, 6, 1, 82))
    works.env.run(until=3600)

    assert report(works)["quay cranes"]["QC01"]["lifts"] == 1


def test_what_came_before_the_start_does_not_count():
    works = works_of()
    early, late = (made(works, "45G1", aboard(0, 2, 1, 82 + 2 * n)) for n in range(2))

    works.book.hand(-60.0, early, on_machine(row(works, "QC01")))
    works.book.hand(60.0, late, on_machine(row(works, "QC01")))
    works.env.run(until=3600)

    assert report(works)["quay cranes"]["QC01"]["moves"] == 1


def test_a_box_from_slot_to_slot_was_rehandled():
    """One stored, one fetched, one moved aside."""
    works, crane = works_of(), on_machine(row(works_of(), "RC01-inner"))
    cart = on_machine(row(works, "AGV01"))
    box, other = made(works, "45G1", cart), made(works, "45G1", in_slot(0, 2, 2, 1))

    ways = ((box, crane, in_slot(0, 2, 1, 1)), (other, crane, in_slot(0, 2, 3, 1)), (other, crane, cart))
    for n, (which, held, to) in enumerate(ways):
        works.book.hand(60.0 * n, which, held)
        works.book.hand(60.0 * n + 30, which, to)
    works.env.run(until=3600)
    counts = report(works)["yard cranes"]["RC01-inner"]

    assert [1, 1, 1] == [counts[k] for k in ("stored", "fetched", "rehandled")]


def test_moves_are_counted_per_hour_of_routine_work():
    """Two moves in two spells of 180 s are 20 an hour; a fault that holds the crane for 1000 s is no work."""
    works = works_of()
    crane = row(works, "RC01-inner")
    box = made(works, "45G1", in_slot(0, 2, 1, 1))

    def work() -> Process:
        for n in range(2):
            with works.of_duty(crane).request(priority=ROUTINE) as turn:
                yield turn
                works.book.hand(works.env.now + 60, box, on_machine(crane))
                works.book.hand(works.env.now + 120, box, in_slot(0, 2, 2 + n, 1))
                yield works.env.timeout(180.0)

    def fault() -> Process:
        yield works.env.timeout(10.0)
        with works.of_duty(crane).request(priority=FAULT) as turn:
            yield turn
            yield works.env.timeout(1000.0)

    works.env.process(work())
    works.env.process(fault())
    works.env.run(until=3600)
    out = report(works)

    assert (0.1, 20.0) == tuple(out["yard cranes"]["RC01-inner"][k] for k in ("hours at work", "at work"))
    assert [("ARMGs at work", 20.0, True)] == [(c["what"], c["value"], c["inside"]) for c in out["compared"]]


def test_trucks_turn_from_gate_lane_to_gate_lane():
    """Turns of 10, 20 and 30 minutes: the median is 20.  One that is still inside has no turn."""
    works = works_of()
    for minutes in (10, 20, 30):
        stages = (60.0, 100.0, 130.0, 200.0, 300.0, 60.0 + 60 * minutes)
        works.tally.stays.append(Stay(1, 0.0, *stages, brings=1))
    works.tally.stays.append(Stay(1, 0.0, 60.0))
    works.env.run(until=3600)

    trucks = report(works)["trucks"]

    assert (3, 1, 20.0) == (trucks["left"], trucks["inside"], trucks["turn"]["median"])
    assert (1.0, 0.5) == (trucks["stages"]["outside"]["median"], trucks["stages"]["released"]["median"])


def test_a_ships_stay_is_told_by_its_events_and_lifts():
    """Moored at 600 s, four moves, sailed at 2400 s: eight an hour of berth."""
    works = works_of()
    for n in range(4):
        discharged(works, 900.0 + 100 * n, made(works, "45G1", aboard(0, 2, 1, 82 + 2 * n)))
    works.tell(600.0, "moored", "EVER", "bollards 2 to 9")
    works.tell(2400.0, "sailed", "EVER", "")
    works.env.run(until=3600)

    ship = report(works)["ships"][0]

    assert ("EVER", 4, 8.0, 900.0, 1200.0) == tuple(
        ship[k] for k in ("ship", "moves", "berth", "first lift", "last lift")
    )


def test_the_yard_fills_as_boxes_come():
    """A 20' at the start, a 40' stored at 700 s: 1 TEU until 600 s, 3 from 1200 s on."""
    works = works_of()
    made(works, "22G1", in_slot(0, 1, 1, 1))
    works.book.hand(700.0, made(works, "45G1", on_machine(row(works, "AGV01"))), in_slot(0, 2, 2, 1))
    works.env.run(until=3600)

    levels = {s["second"]: s["teu"] for s in report(works)["yard"]["over time"]}

    assert [1, 1, 3, 3] == [levels[s] for s in (0.0, 600.0, 1200.0, 3600.0)]


def test_two_boxes_in_one_slot_are_not_balanced():
    works = works_of()
    made(works, "45G1", in_slot(0, 2, 1, 1))
    sound = report(works)["conservation"]["balanced"]

    made(works, "45G1", in_slot(0, 2, 1, 1))

    assert (True, False) == (sound, report(works)["conservation"]["balanced"])


def test_a_box_that_goes_without_a_hand_over_is_missed():
    works = works_of()
    box = made(works, "45G1", in_slot(0, 2, 1, 1))

    works.book.place[box] = LEFT

    assert report(works)["conservation"]["balanced"] is False


PLACES = (on_machine(0), on_machine(80), aboard(0, 2, 1, 82), in_slot(0, 2, 1, 1), LEFT)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.integers(0, 4), min_size=1, max_size=5), max_size=5))
def test_in_is_out_and_stored_whatever_boxes_do(ways: list[list[int]]):
    """Each box goes its own way, with a row of its own at every place; once it has left it stays away."""
    works = works_of()
    for n, way in enumerate(ways):
        stops = [p if p == LEFT else Place(p.kind, p.where, p.bay, n + 1, p.tier) for p in (PLACES[i] for i in way)]
        stops = stops[: stops.index(LEFT) + 1] if LEFT in stops[1:] else [p for p in stops if p != LEFT]
        if stops and stops[0] != LEFT:
            box = made(works, "45G1", stops[0])
            for k, place in enumerate(stops[1:]):
                works.book.hand(10.0 * k + n, box, place)
    works.env.run(until=1000)

    assert report(works)["conservation"]["balanced"]


def test_the_report_is_plain_and_has_a_table():
    works = works_of()
    discharged(works, 100.0, made(works, "45G1", aboard(0, 2, 1, 82)))
    discharged(works, 200.0, made(works, "45G1", aboard(0, 2, 1, 84)))
    works.env.run(until=3600)

    figures = report(works)

    assert json.loads(json.dumps(figures)) == figures
    assert "QC01" in table(figures)
    assert "quay cranes, net: 36 moves/h, inside 25 to 40" in table(figures)


def test_a_run_in_which_nothing_happens_has_a_report():
    works = works_of()

    figures = report(works)

    assert ([], {}, 0.0) == (figures["compared"], figures["quay cranes"], figures["hours"])
    assert "balanced" in table(figures)


def test_a_wrong_rate_lies_outside():
    """Two moves 95 s apart are 37.9 an hour; 60 s apart 60, which no terminal reaches."""
    works = works_of()
    discharged(works, 100.0, made(works, "45G1", aboard(0, 2, 1, 82)))
    discharged(works, 160.0, made(works, "45G1", aboard(0, 2, 1, 84)))
    works.env.run(until=3600)

    assert report(works)["compared"][0]["inside"] is False
    assert pytest.approx(60.0) == report(works)["compared"][0]["value"]
