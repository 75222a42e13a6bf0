"""A quay to test with: a terminal's real cranes and ships, and neighbours that carry and keep boxes by themselves."""

from dataclasses import dataclass, field, replace

import numpy as np
import simpy

from twin.facts import Roster, roster_of
from twin.layout import read_layout
from twin.samples import sample
from twin.simulate import quayside
from twin.simulate.book import Book, in_slot, on_machine
from twin.simulate.boxes import Maker
from twin.simulate.handover import AFT, FORE, MIDDLE, Order, Process, Room, Stop
from twin.simulate.lifts import QuayCrane
from twin.simulate.scenario import Call, Scenario
from twin.simulate.works import Works
from twin.terminal import Terminal

DECK = 1.75  # metres, an AGV's
CARRIERS = 5_000  # machine row of the first stand-in vehicle


@dataclass
class Carriers:
    """Vehicles out of nowhere: one comes *after* seconds to a free lane of the crane; what it takes vanishes inland."""

    works: Works
    over: tuple[float, ...]
    after: float = 60.0
    top: float = 5.3
    free: dict[int, simpy.FilterStore] = field(default_factory=dict)
    under_way: dict[int, int] = field(default_factory=dict)  # crane -> vehicles on their way to it or under it
    swallowed: list[int] = field(default_factory=list)
    stops: list[tuple[float, float, Stop, int]] = field(default_factory=list)  # ready, done, stop, crane
    count: int = 0

    def lanes(self, crane: int) -> tuple[float, ...]:
        return self.over

    def discharge(self, crane: int, boxes: tuple[int, ...]) -> Order:
        return self._order(crane, boxes, discharging=True)

    def load(self, crane: int, boxes: tuple[int, ...]) -> Order:
        return self._order(crane, boxes, discharging=False)

    def _order(self, crane: int, boxes: tuple[int, ...], *, discharging: bool) -> Order:
        order = Order(crane, boxes, discharging, self.works.env.event())
        self.works.env.process(self._come(order))
        return order

    def _come(self, order: Order) -> Process:
        env, book = self.works.env, self.works.book
        if order.crane not in self.free:
            lanes = simpy.FilterStore(env)
            lanes.items = list(range(len(self.over)))
            self.free[order.crane] = lanes
        self.count += 1
        row = CARRIERS + self.count
        stop = self._stop(order, row)
        holds = (FORE, AFT) if len(order.boxes) == 2 else (MIDDLE,)
        if not order.discharging:
            yield env.timeout(self.after)
            for hold, box in zip(holds, order.boxes, strict=True):
                stop.boxes[hold] = box
                book.hand(env.now, box, on_machine(row, hold))
        lane = yield self.free[order.crane].get()
        self.under_way[order.crane] = self.under_way.get(order.crane, 0) + 1
        placed = self._stop(order, row, lane)
        stop.x, stop.y, stop.lane = placed.x, placed.y, lane
        order.stop.succeed(stop)
        yield env.timeout(self.after / 2)
        stop.ready.succeed()
        ready = env.now
        yield stop.done
        self.stops.append((ready, env.now, stop, order.crane))
        self.under_way[order.crane] -= 1
        yield self.free[order.crane].put(lane)
        if order.discharging:
            self.swallowed += [stop.boxes[hold] for hold in holds]
            for hold, box in zip(holds, order.boxes, strict=True):
                assert stop.boxes[hold] == box or len(holds) == 2
                book.hand(env.now, box, in_slot(0, 1, 1, 1))

    def _stop(self, order: Order, row: int, lane: int = 0) -> Stop:
        qc = self.works.tracks[order.crane]
        assert isinstance(qc, QuayCrane)
        crane, stands = qc.crane, self.works.meeting[order.crane]
        cos, sin, y = np.cos(crane.yaw), np.sin(crane.yaw), self.over[lane]
        x = crane.x + cos * stands - sin * y
        env = self.works.env
        return Stop(float(x), float(crane.y + sin * stands + cos * y), DECK, crane.yaw + np.pi * (row % 2), row,
                    env.event(), env.event(), lane=lane)  # fmt: skip


@dataclass
class Shed:
    """A yard without end: makes the boxes it is asked for."""

    works: Works

    def to_load(self, call: int, count: int, *, twenties: float, reefers: float) -> list[int]:
        short = round(count * twenties)
        codes = ["22G1"] * short + ["45G1"] * (count - short)
        maker = self.works.maker
        made: list[int] = maker.make(codes, maker.some_lines(count)).tolist()
        for box in made:
            self.works.book.hand(self.works.env.now, box, in_slot(0, 1, 1, 1))
            self.works.book.bound[box] = call
        return made

    def room(self, boxes: tuple[int, ...], *, x: float, y: float, land: bool) -> tuple[Room, ...] | None:
        return None

    def store(self, stop: Stop, hold: int, room: Room) -> simpy.Event:
        return self.works.env.event()

    def fetch(self, box: int, stop: Stop, hold: int) -> simpy.Event:
        return self.works.env.event()

    def block_of(self, box: int) -> int:
        return 0

    def bay_of(self, box: int) -> int:
        return 1

    def load_on(self, block: int) -> int:
        return 0

    def to_fetch(self) -> int | None:
        return None


def terminal_called(name: str) -> Terminal:
    return read_layout(sample("layouts", f"{name}.yaml"))


def quay(
    terminal: Terminal, *calls: Call, hours: float = 6.0, seed: int = 1, lanes: tuple[float, ...] = (15.0, 21.0, 27.0),
    out: tuple[str, ...] = (), warm_up: float = 0.0, after: float = 60.0,
) -> tuple[Works, Carriers]:  # fmt: skip
    """A terminal's quay with *calls*, not yet begun."""
    scenario = Scenario("quay", 0, hours, seed, warm_up=warm_up, calls=calls, out_of_service=out)
    roster: Roster = roster_of(terminal.machines.name)
    env = simpy.Environment(initial_time=-warm_up)
    maker = Maker(roster, np.random.default_rng(seed))
    works = Works(env, terminal, roster, scenario, seed, maker, Book(maker.boxes))
    carriers = Carriers(works, lanes, after)
    works.transport, works.yard = carriers, Shed(works)
    quayside.install(works)
    for begin in works.started:
        env.process(begin())
    return works, carriers


def at_once(call: Call) -> Call:
    """The call, the ship alongside already."""
    return replace(call, arrival=-1.0)
