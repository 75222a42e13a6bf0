"""Trucks from the public road to the public road: on the true ground, with a yard that is simple on purpose."""

from collections import defaultdict
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import simpy
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.facts import PlaceKind, Status, roster_of
from twin.geometry import Floats
from twin.layout import read_layout
from twin.simulate import trucks
from twin.simulate.book import LEFT, Book, in_slot, on_machine
from twin.simulate.boxes import Maker
from twin.simulate.drivers import Truck
from twin.simulate.gate import arrivals, gateway, within
from twin.simulate.ground import Ground
from twin.simulate.handover import Process, Room, Stop
from twin.simulate.plates import AWAY, NAMES, Stable
from twin.simulate.report import report
from twin.simulate.scenario import Gate, Scenario, Window
from twin.simulate.tally import Stay
from twin.simulate.works import Works
from twin.spatial.kernels import distance_pairs
from twin.terminal import Terminal

LAYOUTS = Path(__file__).parents[1] / "layouts"
BLOCKED = {"TRK05"}  # a mast stands where it would have to turn
KEPT = 0.5  # metres that vehicles keep from each other


@cache
def terminal_of(name: str) -> Terminal:
    return read_layout(LAYOUTS / f"{name}.yaml")


@dataclass
class PlainYard:
    """A crane a block that needs two minutes for a box; boxes stand one beside the other."""

    works: Works
    full: bool = False
    count: int = 0
    cranes: list[simpy.Resource] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.cranes = [simpy.Resource(self.works.env) for _ in self.works.terminal.blocks.name]

    def filled(self, boxes: int) -> None:
        """*boxes* to begin with."""
        for box in self.works.maker.make(["45G1"] * boxes, self.works.maker.some_lines(boxes)).tolist():
            self.works.book.hand(self.works.env.now, box, in_slot(*self._next(), 1))

    def _next(self) -> tuple[int, int, int]:
        self.count += 1
        return self.count % len(self.cranes), 2 + 4 * (self.count % 9), self.count

    def bar(self, blocks: set[int]) -> None:
        """They are given no boxes here."""

    def room(self, boxes: tuple[int, ...], *, x: float, y: float, land: bool) -> tuple[Room, ...] | None:
        return None if self.full else (Room(*self._next()),)

    def store(self, stop: Stop, hold: int, room: Room) -> simpy.Event:
        return self._moved(stop.boxes[hold], room.block, in_slot(room.block, room.bay, room.row, 1), stop)

    def fetch(self, box: int, stop: Stop, hold: int) -> simpy.Event:
        return self._moved(box, self.block_of(box), on_machine(stop.machine, hold), stop)

    def _moved(self, box: int, block: int, place: object, stop: Stop) -> simpy.Event:
        def work() -> Process:
            yield stop.ready
            with self.cranes[block].request() as turn:
                yield turn
                yield self.works.env.timeout(120.0)
            self.works.book.hand(self.works.env.now, box, place)  # type: ignore[arg-type]

        return self.works.env.process(work())

    def block_of(self, box: int) -> int:
        place = self.works.book.place[box]
        return place.where if place.kind == PlaceKind.SLOT else -1

    def bay_of(self, box: int) -> int:
        return self.works.book.place[box].bay

    def load_on(self, block: int) -> int:
        return 0

    def to_load(self, call: int, count: int, *, twenties: float, reefers: float) -> list[int]:
        return []

    def to_fetch(self) -> int | None:
        book = self.works.book
        free = (b for b, p in sorted(book.place.items()) if p.kind == PlaceKind.SLOT and b not in book.taken)
        box = next(free, None)
        if box is not None:
            book.taken.add(box)
        return box


def works_of(name: str, gate: Gate, *, hours: float = 1.0, seed: int = 1, boxes: int = 100) -> Works:
    """A terminal with ground and a plain yard, trucks about to come."""
    terminal = terminal_of(name)
    roster = roster_of(terminal.machines.name)
    maker = Maker(roster, np.random.default_rng(seed))
    scenario = Scenario("test", 0, hours, warm_up=0.0, gate=gate)
    works = Works(simpy.Environment(), terminal, roster, scenario, seed, maker, Book(maker.boxes))
    works.ground = Ground(works)
    works.yard = yard = PlainYard(works)
    yard.filled(boxes)
    trucks.install(works)
    return works


def played(works: Works, until: float) -> Works:
    for begin in works.started:
        works.env.process(begin())
    works.env.run(until=until)
    return works


def constantly(per_hour: float, **other: float) -> Gate:
    return Gate((Window(0.0, 3600.0, per_hour),), **other)  # type: ignore[arg-type]


def present(works: Works) -> list[str]:
    """Trucks that are there."""
    assert works.ground is not None
    vehicles = works.ground.vehicles
    trucks_ = [row for row, v in vehicles.items() if v.kind.group == "truck" and v.status.now != Status.GONE]
    return [works.roster.machines.name[row] for row in sorted(trucks_)]


def test_a_truck_passes_all_stages_in_order():
    works = played(works_of("small", constantly(15)), 4 * 3600)

    stages = np.array(
        [[s.came, s.inside, s.verified, s.released, s.docked, s.served, s.left] for s in works.tally.stays]
    )

    assert len(stages) > 8
    assert np.all(np.diff(stages, axis=1) >= 0)


def test_everybody_who_came_has_left_and_what_they_brought_and_fetched_adds_up():
    works = played(works_of("altenwerder", constantly(60)), 3 * 3600)
    boxes, stays = works.book.place.values(), works.tally.stays
    own = 12 - len(present(works))  # trucks of the layout's own, each of which fetches a box

    figures = report(works)["conservation"]

    assert figures["balanced"]
    assert set(present(works)) <= BLOCKED
    assert sum(place == LEFT for place in boxes) == sum(s.fetches for s in stays) + own
    assert len(boxes) - 100 == sum(s.brings for s in stays) == figures["brought by road"]


def test_a_fifth_of_the_visits_bring_and_fetch():
    """Of those who do one thing, 55 in a hundred fetch."""
    works = works_of("small", constantly(1), boxes=2500)
    party = works.started[0].__self__  # type: ignore[attr-defined]
    stays = [Stay(-1, 0.0) for _ in range(2000)]

    for stay in stays:
        party._choose(Truck(works.ground.vehicles[8], "", stay))  # type: ignore[union-attr]
    both = sum(s.brings and s.fetches for s in stays) / 2000
    fetched = sum(s.fetches and not s.brings for s in stays) / 2000

    assert pytest.approx(0.2, abs=0.03) == both
    assert pytest.approx(0.55 * 0.8, abs=0.03) == fetched


def test_with_nothing_to_fetch_trucks_bring():
    works = works_of("small", constantly(10, fetching=1.0), boxes=0)
    works.yard.to_fetch = lambda: None  # type: ignore[union-attr, method-assign]

    played(works, 3 * 3600)

    assert works.tally.stays
    assert all(s.brings == 1 and s.fetches == 0 for s in works.tally.stays)


def test_verification_takes_as_long_as_the_scenario_says():
    works = played(works_of("small", Gate((Window(0, 3600, 15),), verify_s=(100.0, 101.0))), 3 * 3600)
    said = [e[3] for e in works.events if "verified" in e[3]]

    assert len(said) > 5
    assert all(text.endswith(("verified in 100 s", "verified in 101 s")) for text in said)


def test_more_trucks_than_cranes_wait_in_the_park_and_all_are_served():
    """At an RTG terminal all go to two of the twelve blocks, whose cranes do 30 boxes an hour each."""
    works = works_of("rtg-terminal", constantly(70, fetching=0.0), boxes=0)
    works.yard.room = lambda boxes, **_: (Room(boxes[0] % 2, 2 + 4 * (boxes[0] % 9), boxes[0]),)  # type: ignore

    played(works, 6 * 3600)
    parked = [e for e in works.events if "truck park" in e[3]]

    assert len(parked) > 3
    assert present(works) == []


def test_who_asked_first_for_a_block_is_released_first():
    """At Altenwerder, where nobody is in another's way: all bring boxes to one block."""
    works = works_of("altenwerder", constantly(60, fetching=0.0), boxes=0)
    works.yard.room = lambda boxes, **_: (Room(3, 2, boxes[0]),)  # type: ignore

    played(works, 2.5 * 3600)
    stays = [s for s in works.tally.stays if s.released > 0]
    asked = np.array([s.verified for s in sorted(stays, key=lambda s: s.released)])

    assert sum(s.released > s.verified + 300 for s in stays) > 10
    assert np.mean(np.diff(asked) > 0) > 0.9  # those on their way to the park are passed over


def test_a_full_yard_turns_trucks_away_with_their_boxes():
    works = works_of("small", Gate((Window(0.0, 1800.0, 16),), fetching=0.0))
    works.yard.full = True  # type: ignore[union-attr, attr-defined]

    played(works, 30 * 3600)
    turned = [e for e in works.events if "turned away" in e[3]]

    assert turned
    assert all(works.book.place[box] == LEFT for box in works.book.taken)  # who goes without leaves them to others
    assert all(s.left > 0 and s.brings == 0 for s in works.tally.stays)
    assert report(works)["conservation"]["balanced"]


def test_trucks_in_the_park_at_the_start_fetch_boxes_and_leave():
    works = works_of("altenwerder", Gate((Window(0.0, 1.0, 0.0),)))
    before = present(works)

    played(works, AWAY + 3600)

    assert before == [f"TRK{n:02d}" for n in range(1, 13)]
    left = 12 - len(present(works))
    assert set(present(works)) <= BLOCKED
    assert [LEFT] * left == [p for p in works.book.place.values() if p.kind != PlaceKind.SLOT]


def test_a_slow_gate_makes_trucks_queue_in_its_lanes():
    """Five minutes each at eight booths are 96 an hour; of 140 some wait one place behind the booth, 20 m back."""
    works = played(works_of("altenwerder", Gate((Window(0, 3600, 140),), verify_s=(300.0, 301.0))), 2400)
    ways = gateway(works.terminal)
    assert ways is not None
    assert works.ground is not None
    second = {lane.places[1][:2] for lane in ways.ins}

    queueing = [v for v in works.ground.vehicles.values() if (v.spot.x, v.spot.y) in second]

    assert len(queueing) > 4
    assert all(v.spot.y == pytest.approx(505.75 + 20.0) for v in queueing)


def test_leaving_takes_minutes_however_many_leave():
    """A hundred and forty an hour through six lanes, and along one road or the other."""
    works = played(works_of("altenwerder", constantly(140)), 3600)

    out = [s.left - s.served for s in works.tally.stays if s.left < 3600]

    assert len(out) > 60
    assert np.quantile(out, 0.95) < 300


def test_trucks_come_again():
    works = played(works_of("small", Gate((Window(0, 3 * 3600, 15),)), hours=3.0, boxes=200), 3.5 * 3600)
    visits = [s for s in works.tally.stays if s.left > 0]

    assert len({s.machine for s in visits}) < len(visits)


def test_the_same_seed_gives_the_same_day():
    first, again, other = (played(works_of("small", constantly(20), seed=n), 7200).events for n in (1, 1, 2))

    assert first == again
    assert first != other


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 1000), st.sampled_from([5.0, 20.0, 60.0]))
def test_whatever_comes_nobody_is_stuck(seed: int, per_hour: float):
    works = played(works_of("small", constantly(per_hour), seed=seed, boxes=300), 9 * 3600)

    assert all(s.left > 0 for s in works.tally.stays)
    assert set(present(works)) <= {"TRK1", "TRK2"}
    assert report(works)["conservation"]["balanced"]


def sampled(works: Works, t: Floats) -> dict[int, tuple[Floats, Floats]]:
    """(n, 8) yaw boxes and status (n,) of each truck at seconds *t*."""
    assert works.ground is not None
    out = {}
    for row, vehicle in sorted(works.ground.vehicles.items()):
        if vehicle.kind.group == "truck":
            s, kind = vehicle.sampled(t), vehicle.kind
            half = np.tile([kind.length / 2, kind.width / 2], (len(t), 1))
            flat = np.column_stack([s.x, s.y, np.zeros(len(t)), np.ones(len(t))])
            out[row] = np.column_stack([flat, half, np.cos(s.yaw), np.sin(s.yaw)]), s.status
    return out


def test_no_two_trucks_meet_and_none_is_too_fast():
    """Sampled every half second: 0.5 m apart, at most the catalogue's 8.3 m/s."""
    works = played(works_of("altenwerder", constantly(140)), 3600)
    t = np.arange(1200.0, 3000.0, 0.5)
    poses = sampled(works, t)
    there = {row: status != Status.GONE for row, (_, status) in poses.items()}

    fastest = max(
        float(np.max(np.hypot(*np.diff(box[:, :2], axis=0).T)[there[row][1:] & there[row][:-1]], initial=0.0)) / 0.5
        for row, (box, _) in poses.items()
    )
    nearest = np.inf
    rows = [row for row in poses if there[row].any()]
    for n, a in enumerate(rows):
        for b in rows[n + 1 :]:
            near = np.hypot(*(poses[a][0][:, :2] - poses[b][0][:, :2]).T) < 20
            near &= there[a] & there[b]
            if near.any():
                nearest = min(nearest, float(distance_pairs(poses[a][0][near], poses[b][0][near]).min()))

    assert len(rows) > 40
    assert fastest < 8.3 + 1e-3
    assert nearest >= KEPT


def test_trucks_appear_and_are_gone_only_on_the_public_road():
    works = played(works_of("altenwerder", constantly(60)), 3600)
    t = np.arange(600.0, 3400.0, 1.0)
    seen = []

    for box, status in sampled(works, t).values():
        change = np.flatnonzero((status[1:] == Status.GONE) != (status[:-1] == Status.GONE))
        seen += [tuple(np.round(box[k if status[k] != Status.GONE else k + 1, :2])) for k in change]

    assert len(seen) > 40
    assert set(seen) == {(15.0, 573.0), (1385.0, 579.0), (1385.0, 573.0), (15.0, 579.0)}


def test_a_truck_stands_at_the_booth_on_its_way_out():
    """Everybody stands 10 to 20 s in a lane out, within the gate."""
    works = played(works_of("altenwerder", constantly(30)), 3600)
    t = np.arange(0.0, 3500.0, 0.5)
    ring = next(area.ring for area in works.terminal.areas if area.kind == "gate")
    left = [s for s in works.tally.stays if s.left < 3300]
    poses = sampled(works, t)

    for stay in left:
        box, _ = poses[stay.machine]
        k = np.searchsorted(t, stay.left)
        before = box[k - 16 : k - 1, :2]
        assert np.ptp(before, axis=0).max() < 0.01
        assert within(before, ring).all()
        assert before[0, 0] > 200  # the lanes out begin at x 202.5
    assert len(left) > 10


def test_never_the_same_truck_twice_at_a_time_and_names_are_used_again():
    """Thirty visits an hour of one hour each: thirty inside, and those that are away come back."""
    works = works_of("small", constantly(1))
    stable = Stable(works, works.random("test"))
    inside: list[int] = []
    seen = defaultdict(int)

    for n in range(2000):
        works.env.run(until=120.0 * (n + 1))
        row = stable.take()
        assert row not in inside
        inside.append(row)
        seen[row] += 1
        if len(inside) > 30:
            stable.give(inside.pop(0))

    assert len(seen) <= NAMES
    assert min(seen.values()) > 1


def test_a_terminal_without_a_gate_has_no_trucks_and_says_so():
    works = works_of("brisbane-patrick", constantly(10), boxes=0)

    assert works.started == []
    assert [e[3] for e in works.events] == ["no trucks: the layout has no lane in and lane out"]


def test_a_scenario_without_windows_has_no_trucks():
    assert works_of("small", Gate()).started == []


def test_altenwerder_has_eight_lanes_in_and_six_out():
    ways = gateway(terminal_of("altenwerder"))

    assert ways is not None
    assert [f"IN{n}" for n in range(1, 9)] == [w.name for w in ways.ins]
    assert [f"OUT{n}" for n in range(1, 7)] == [w.name for w in ways.outs]


def test_the_drivers_window_stands_at_the_middle_of_the_gate():
    """The gate lies from y 470 to 528, its middle at 499: the window 7 m before the truck's middle."""
    ways = gateway(terminal_of("altenwerder"))

    assert ways is not None
    assert pytest.approx(506.0, abs=0.5) == ways.ins[0].places[0][1]
    assert pytest.approx(492.0, abs=0.5) == ways.outs[0].places[0][1]


def test_a_truck_park_has_places_on_its_lanes():
    """Eight lanes of 82 m, less 12 m from the lanes that lead in and out of the park: four places, 20 m apart."""
    ways = gateway(terminal_of("rtg-terminal"))

    assert ways is not None
    assert len(ways.parks) == 32
    assert len({pose[0] for pose in ways.parks}) == 8


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.floats(1, 300), st.integers(1, 80), st.floats(0, 1))
def test_no_hour_has_more_trucks_than_slots(seed: int, per_hour: float, slots: int, late: float):
    gate = Gate((Window(3600.0, 4 * 3600.0, per_hour, slots),), late=late)

    came = arrivals(gate, begin=0.0, end=10 * 3600.0, random=np.random.default_rng(seed))
    hours = np.bincount([int(t // 3600) for _, t in came], minlength=4)

    assert came == sorted(came)
    assert max(hours, default=0) <= slots
    assert all(3600 <= a <= b < 4 * 3600 for a, b in came)
    assert all(a == b or b // 3600 > a // 3600 for a, b in came)


def test_without_appointments_as_many_come_as_the_window_says():
    """100 an hour for 50 hours: 5000, give or take three times its root."""
    came = arrivals(Gate((Window(0.0, 180_000.0, 100.0),)), begin=0.0, end=1e9, random=np.random.default_rng(3))

    assert abs(len(came) - 5000) < 3 * 71


def test_a_window_from_the_start_on_holds_while_warming_up():
    gate = Gate((Window(0.0, 3600.0, 100.0), Window(3600.0, 7200.0, 100.0)))

    came = [t for t, _ in arrivals(gate, begin=-1800.0, end=7200.0, random=np.random.default_rng(3))]

    assert sum(t < 0 for t in came) == pytest.approx(50, abs=21)
