"""A straddle carrier terminal at work: quay cranes simple on purpose, trucks as they are; and how its stacks stand."""

from dataclasses import dataclass, field

import numpy as np
import simpy

from twin.catalogue import Kind
from twin.facts import PlaceKind, roster_of
from twin.geometry import Floats
from twin.layout.reader import read_layout
from twin.samples import sample
from twin.simulate import blocks, straddles, transport, trucks
from twin.simulate.book import LEFT, Book, on_machine
from twin.simulate.boxes import Maker
from twin.simulate.handover import AFT, FORE, MIDDLE, Order, Process, Stop
from twin.simulate.scenario import Call, Gate, Scenario, Window
from twin.simulate.straddles import Fleet
from twin.simulate.works import Works
from twin.terminal import Terminal

LIFT = 60.0  # seconds a stand-in crane is away between two boxes
SET = 25.0  # seconds it is over the place where it sets one down, or takes one


def terminal() -> Terminal:
    return read_layout(sample("layouts", "straddle-terminal.yaml"))


@dataclass(repr=False)
class Quay:
    """Stand-in cranes: boxes out of nowhere are set down ashore, boxes to be loaded vanish aboard."""

    works: Works
    landed: list[int] = field(default_factory=list)
    loaded: list[int] = field(default_factory=list)
    served: list[tuple[float, float, Stop]] = field(default_factory=list)  # when it came down, when it was clear, where

    def cranes(self) -> list[int]:
        kinds = self.works.terminal.machines.kind
        return [row for row, kind in enumerate(kinds) if self.works.terminal.kind(kind).group == "sts"]

    def begin(self, count: int, *, load: int) -> None:
        """Each crane discharges and loads so many times; every third lift is a twin."""
        for n, crane in enumerate(self.cranes()):
            self.works.env.process(self._discharge(crane, count))
            if load:
                self.works.env.process(self._load(crane, n, load))

    def _discharge(self, crane: int, count: int) -> Process:
        assert self.works.transport is not None
        maker, env, book = self.works.maker, self.works.env, self.works.book
        for n in range(count):
            codes = ["22G1", "22G1"] if n % 3 == 0 else [("45G1", "42G1", "L5G1")[n % 3]]
            made = tuple(maker.make(codes, maker.some_lines(len(codes))).tolist())
            holds = (FORE, AFT) if len(made) == 2 else (MIDDLE,)
            for box, hold in zip(made, holds, strict=True):
                book.hand(env.now, box, on_machine(crane, hold))
            yield from self._meet(self.works.transport.discharge(crane, made), dict(zip(holds, made, strict=True)))
            self.landed += made
            yield env.timeout(LIFT)

    def _load(self, crane: int, call: int, count: int) -> Process:
        assert self.works.transport is not None
        assert self.works.yard is not None
        boxes = self.works.yard.to_load(call, count, twenties=0.4, reefers=0.05)
        short = [b for b in boxes if self.works.book.boxes.feet(b) == 20]
        pairs = [(a, b) for a, b in zip(short[0::2], short[1::2], strict=False)]
        for lift in [*pairs, *((b,) for b in boxes if b not in short)]:
            yield from self._meet(self.works.transport.load(crane, lift), {})
            self.loaded += lift
            yield self.works.env.timeout(LIFT)

    def _meet(self, order: Order, put: dict[int, int]) -> Process:
        env, book = self.works.env, self.works.book
        stop: Stop = yield order.stop
        if not stop.ready.processed:
            yield stop.ready
        down = env.now
        yield env.timeout(SET)
        for hold, box in sorted(stop.boxes.items()):
            book.hand(env.now, box, on_machine(order.crane, hold))
            book.hand(env.now + 30, box, LEFT)
        stop.boxes.clear()
        for hold, box in put.items():
            stop.boxes[hold] = box
            book.hand(env.now, box, stop.place(hold))
        yield env.timeout(SET)
        self.served.append((down, env.now, stop))
        stop.done.succeed()


@dataclass(repr=False)
class Shift:
    works: Works
    quay: Quay

    @property
    def fleet(self) -> Fleet:
        assert isinstance(self.works.transport, Fleet)
        return self.works.transport


def shift(
    *, seed: int = 1, fill: float = 0.5, lifts: int = 20, load: int = 12, trucks_per_hour: float = 40.0,
    out: tuple[str, ...] = (),
) -> Shift:  # fmt: skip
    """All in place; nothing has moved yet."""
    layout = terminal()
    roster, env = roster_of(layout.machines.name), simpy.Environment()
    maker = Maker(roster, np.random.default_rng([seed, 0]))
    calls = tuple(Call(f"SHIP {n}", "feeder-2500", layout.berths[0].name, 7200.0, 50, 40) for n in range(5))
    gate = Gate((Window(0.0, 3600.0, trucks_per_hour),) if trucks_per_hour else ())
    scenario = Scenario("test", 0, 1.0, seed=seed, warm_up=0.0, fill=fill, calls=calls, gate=gate, out_of_service=out)
    works = Works(env, layout, roster, scenario, seed, maker, Book(maker.boxes))
    for party in (blocks, transport, straddles, trucks):
        party.install(works)
    for begin in works.started:
        env.process(begin())
    quay = Quay(works)
    quay.begin(lifts, load=load)
    return Shift(works, quay)


@dataclass(repr=False)
class Heights:
    """Tops (columns, rows) of the stacks of every block at rising seconds, from what was said of boxes."""

    works: Works
    tops: list[Floats] = field(default_factory=list)
    _next: int = 0

    def __post_init__(self) -> None:
        b = self.works.terminal.blocks
        self.tops = [np.zeros((int(b.bays[k]), int(b.rows[k]))) for k in range(len(b))]
        self.said = sorted(self.works.book.said)
        self.place: dict[int, tuple[int, list[int], int]] = {}

    def at(self, t: float) -> list[Floats]:
        """As things stand at second *t*."""
        boxes = self.works.book.boxes
        while self._next < len(self.said) and self.said[self._next][0] <= t:
            _, _, box, place = self.said[self._next]
            self._next += 1
            if box in self.place:
                block, columns, row = self.place.pop(box)
                self.tops[block][columns, row] = self.tops[block][columns, row].max() - boxes.height(box)
                if boxes.feet(box) == 20 or self.tops[block][columns[0], row] < 0.01:
                    self.tops[block][columns, row] = np.round(self.tops[block][columns, row], 3)
            if place.kind == PlaceKind.SLOT:
                columns = [(place.bay - 1) // 2] if place.bay % 2 else [place.bay // 2 - 1, place.bay // 2]
                top = self.tops[place.where][columns, place.row - 1].max() + boxes.height(box)
                self.tops[place.where][columns, place.row - 1] = top
                self.place[box] = place.where, columns, place.row - 1
        return self.tops


def in_block(layout: Terminal, block: int, x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Metres along a block's bays, and across its rows."""
    b = layout.blocks
    c, s = np.cos(b.yaw[block]), np.sin(b.yaw[block])
    dx, dy = x - b.x[block], y - b.y[block]
    return c * dx + s * dy, (c * dy - s * dx) * b.row_sign[block]


def carrier_kind(layout: Terminal) -> Kind:
    return layout.kind("straddle")
