"""Trucks from the public road to the public road, on a road and with a yard that are simple on purpose."""

from collections.abc import Hashable
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import simpy
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.facts import PlaceKind, roster_of
from twin.layout import read_layout
from twin.simulate.book import LEFT, Book, in_slot, on_machine
from twin.simulate.boxes import Maker
from twin.simulate.gate import Pose, arrivals, gateway
from twin.simulate.handover import Process, Room, Stop
from twin.simulate.plates import Stable
from twin.simulate.report import report
from twin.simulate.scenario import Gate, Scenario, Window
from twin.simulate.trucks import Trucks
from twin.simulate.works import Works
from twin.terminal import Terminal

LAYOUTS = Path(__file__).parents[1] / "layouts"
DRIVE = 60.0  # seconds of every drive


@cache
def altenwerder() -> Terminal:
    return read_layout(LAYOUTS / "altenwerder.yaml")


@dataclass
class PlainRoad:
    """Every drive takes a minute; two trucks on one place are an error."""

    works: Works
    lanes: int = 2
    at: dict[int, Hashable] = field(default_factory=dict)
    most: int = 0

    def place(self, pose: Pose) -> Hashable:
        return pose

    def docks(self, block: int, bay: int) -> list[Hashable]:
        return [(block, n) for n in range(self.lanes)]

    def appear(self, row: int, spot: Hashable) -> None:
        assert row not in self.at
        self._stand(row, spot)

    def set_out(self, row: int, spot: Hashable) -> Process:
        while spot in self.at.values():  # somebody still stands there: the way is not free
            yield self.works.env.timeout(1.0)
        self._stand(row, spot)
        return self.works.env.now + DRIVE

    def _stand(self, row: int, spot: Hashable) -> None:
        assert spot not in [other for n, other in self.at.items() if n != row]
        self.at[row] = spot
        self.most = max(self.most, len(self.at))

    def leave(self, row: int) -> None:
        del self.at[row]

    def stop(self, row: int) -> Stop:
        ready = self.works.env.event()
        ready.succeed()
        return Stop(0.0, 0.0, 1.25, 0.0, row, ready, self.works.env.event())


@dataclass
class PlainYard:
    """A crane a block that needs two minutes for a box; boxes stand one beside the other."""

    works: Works
    blocks: int = 2
    full: bool = False
    free: int = 0
    cranes: list[simpy.Resource] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.cranes = [simpy.Resource(self.works.env) for _ in range(self.blocks)]

    def filled(self, count: int) -> list[int]:
        """*count* boxes to begin with."""
        boxes = self.works.maker.make(["45G1"] * count, self.works.maker.some_lines(count)).tolist()
        for n, box in enumerate(boxes):
            self.works.book.hand(self.works.env.now, box, in_slot(n % self.blocks, 2, n + 1000, 1))
        return boxes

    def room(self, boxes: tuple[int, ...], *, x: float, y: float, land: bool) -> tuple[Room, ...] | None:
        self.free += 1
        return None if self.full else (Room(self.free % self.blocks, 2, self.free),)

    def store(self, stop: Stop, hold: int, room: Room) -> simpy.Event:
        assert stop.boxes[hold] >= 0
        return self._moved(stop.boxes[hold], room.block, in_slot(room.block, room.bay, room.row, 1))

    def fetch(self, box: int, stop: Stop, hold: int) -> simpy.Event:
        return self._moved(box, self.block_of(box), on_machine(stop.machine, hold))

    def _moved(self, box, block, place) -> simpy.Event:  # type: ignore[no-untyped-def]
        def work() -> Process:
            with self.cranes[block].request() as turn:
                yield turn
                yield self.works.env.timeout(120.0)
            self.works.book.hand(self.works.env.now, box, place)

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


def trucks_of(gate: Gate, *, hours: float = 1.0, seed: int = 1, boxes: int = 100, parks: int = 3) -> Trucks:
    """Trucks of *gate* at Altenwerder, with a plain road and yard."""
    roster = roster_of(altenwerder().machines.name)
    maker = Maker(roster, np.random.default_rng(seed))
    scenario = Scenario("test", 0, hours, warm_up=0.0, gate=gate)
    works = Works(simpy.Environment(), altenwerder(), roster, scenario, seed, maker, Book(maker.boxes))
    works.yard = yard = PlainYard(works)
    yard.filled(boxes)
    ways = gateway(altenwerder())
    assert ways is not None
    random = works.random("trucks")
    spots: list[Hashable] = [("park", n) for n in range(parks)]
    return Trucks(works, PlainRoad(works), ways, yard, spots, random, Stable(works, random))


def played(trucks: Trucks, until: float) -> Trucks:
    trucks.works.env.process(trucks.come())
    trucks.works.env.run(until=until)
    return trucks


def constantly(per_hour: float, slots: float = 0.0, **other: float) -> Gate:
    return Gate((Window(0.0, 3600.0, per_hour, slots),), **other)  # type: ignore[arg-type]


def test_a_truck_passes_all_stages_in_order():
    trucks = played(trucks_of(constantly(30)), 3 * 3600)

    stages = np.array(
        [[s.came, s.inside, s.verified, s.released, s.docked, s.served, s.left] for s in trucks.works.tally.stays]
    )

    assert len(stages) > 15
    assert np.all(np.diff(stages, axis=1) >= 0)


def test_everybody_who_came_has_left_and_what_they_brought_and_fetched_adds_up():
    trucks = played(trucks_of(constantly(60)), 5 * 3600)
    works = trucks.works

    figures = report(works)["conservation"]
    gone = sum(place == LEFT for place in works.book.place.values())

    assert figures["balanced"]
    assert not trucks.road.at  # type: ignore[attr-defined]
    assert not trucks.taken
    assert gone == sum(s.fetches for s in works.tally.stays)
    assert len(works.book.place) - 100 == sum(s.brings for s in works.tally.stays) == figures["brought by road"]


def test_a_fifth_of_the_visits_bring_and_fetch():
    trucks = trucks_of(constantly(600), boxes=1000)

    played(trucks, 12 * 3600)
    stays = [s for s in trucks.works.tally.stays if s.inside >= 0]
    both = sum(s.brings and s.fetches for s in stays) / len(stays)

    assert pytest.approx(0.2, abs=0.05) == both


def test_with_nothing_to_fetch_trucks_bring():
    trucks = trucks_of(constantly(30, fetching=1.0), boxes=0)
    trucks.yard.to_fetch = lambda: None  # type: ignore[method-assign]

    played(trucks, 2 * 3600)

    assert all(s.brings == 1 and s.fetches == 0 for s in trucks.works.tally.stays)


def test_verification_takes_as_long_as_the_scenario_says():
    trucks = played(trucks_of(Gate((Window(0, 3600, 20),), verify_s=(100.0, 101.0))), 3600.0)
    said = [e[3] for e in trucks.works.events if "verified" in e[3]]

    assert len(said) > 5
    assert all(text.endswith("verified in 100 s") or text.endswith("verified in 101 s") for text in said)


def test_more_trucks_than_docks_wait_in_the_park_and_all_are_served():
    """120 trucks an hour for two cranes of 30 an hour: two wait at a block, three are parked, the others queue."""
    trucks = played(trucks_of(constantly(120), boxes=300), 10 * 3600)
    parked = [e for e in trucks.works.events if "truck park" in e[3]]

    assert len(parked) > 3
    assert all(s.left > 0 for s in trucks.works.tally.stays)


def test_who_asked_first_for_a_block_is_released_first():
    trucks = trucks_of(constantly(120, fetching=0.0), boxes=0, parks=200)
    trucks.yard.blocks = 1  # type: ignore[attr-defined]

    played(trucks, 3 * 3600)
    released = [s for s in trucks.works.tally.stays if s.released > 0]
    asked = sorted(released, key=lambda s: s.verified)

    late = sum(a.released > b.released for a, b in pairwise(asked))
    assert late / len(asked) < 0.2  # a truck on its way to the park is not asked


def test_a_full_yard_turns_trucks_away_with_their_boxes():
    trucks = trucks_of(constantly(10, fetching=0.0))
    trucks.yard.full = True  # type: ignore[attr-defined]

    played(trucks, 8 * 3600)

    stays = trucks.works.tally.stays
    assert len(stays) > 4
    assert all(s.left > 0 and s.brings == 0 for s in stays)
    assert report(trucks.works)["conservation"]["balanced"]


def test_a_truck_in_the_park_at_the_start_fetches_a_box_and_leaves_by_the_gate():
    trucks = trucks_of(Gate())
    row = trucks.works.roster.machines.row["TRK01"]
    trucks.road.appear(row, trucks.parks[0])
    trucks.works.env.process(trucks.wake(row, trucks.parks[0]))

    trucks.works.env.run(until=7200)

    assert [LEFT] == [p for p in trucks.works.book.place.values() if p.kind != PlaceKind.SLOT]
    assert [e[3].split()[0] for e in trucks.works.events] == ["released", "out"]
    assert not trucks.taken


def test_names_are_used_again():
    """Hundreds of visits, and never more than 150 names."""
    trucks = played(trucks_of(Gate((Window(0, 20 * 3600, 40),)), hours=20.0, boxes=600), 22 * 3600)
    visits = [s for s in trucks.works.tally.stays if s.left > 0]

    assert len(visits) > 600
    assert len({s.machine for s in visits}) == len(trucks.works.guests) <= 150


def test_the_same_seed_gives_the_same_day():
    first, again, other = (played(trucks_of(constantly(60), seed=seed), 7200).works.events for seed in (1, 1, 2))

    assert first == again
    assert first != other


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 1000), st.sampled_from([5.0, 60.0, 200.0]), st.integers(0, 4), st.integers(1, 3))
def test_whatever_comes_nobody_is_stuck(seed: int, per_hour: float, parks: int, lanes: int):
    trucks = trucks_of(constantly(per_hour), seed=seed, parks=parks, boxes=500)
    trucks.road.lanes = lanes  # type: ignore[attr-defined]

    played(trucks, 16 * 3600)

    assert all(s.left > 0 for s in trucks.works.tally.stays)
    assert report(trucks.works)["conservation"]["balanced"]


def test_altenwerder_has_eight_lanes_in_and_six_out():
    ways = gateway(altenwerder())

    assert ways is not None
    assert ([f"IN{n}" for n in range(1, 9)], [f"OUT{n}" for n in range(1, 7)]) == (
        [w.lane.name for w in ways.ins],
        [w.lane.name for w in ways.outs],
    )


def test_the_drivers_window_stands_at_the_middle_of_the_gate():
    """The gate lies from y 470 to 528, its middle at 499: the window 7 m before the truck's middle."""
    ways = gateway(altenwerder())

    assert ways is not None
    assert pytest.approx(506.0, abs=0.5) == ways.ins[0].stop[1]
    assert pytest.approx(492.0, abs=0.5) == ways.outs[0].stop[1]


def test_a_terminal_without_a_gate_has_no_way_in():
    assert gateway(read_layout(LAYOUTS / "brisbane-patrick.yaml")) is None


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
