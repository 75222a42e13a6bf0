"""A yard at work with stand-ins for all others: vehicles appear before the blocks, and leave when served."""

from dataclasses import dataclass, field
from functools import cache

import numpy as np
import simpy

from twin.facts import roster_of
from twin.layout.reader import read_layout
from twin.samples import sample
from twin.simulate import blocks
from twin.simulate.blocks import Blocks
from twin.simulate.book import LEFT, Book, on_machine
from twin.simulate.boxes import Maker
from twin.simulate.handover import AFT, FORE, MIDDLE, Process, Stop
from twin.simulate.scenario import Call, Scenario
from twin.simulate.works import Works
from twin.terminal import Terminal

DEPTH = 12.0  # metres from a block's end to the middle of a vehicle
AGV_DECK, TRUCK_DECK = 1.75, 1.25  # metres


@cache
def layout(name: str) -> Terminal:
    return read_layout(sample("layouts", f"{name}.yaml"))


def works_of(terminal: Terminal, *, fill: float = 0.5, seed: int = 1, calls: tuple[Call, ...] = (),
             out: tuple[str, ...] = ()) -> Works:  # fmt: skip
    """Blocks, cranes and boxes; their processes have begun."""
    roster = roster_of(terminal.machines.name)
    env = simpy.Environment()
    maker = Maker(roster, np.random.default_rng([seed, 0]))
    scenario = Scenario("test", 0, 4.0, seed=seed, fill=fill, calls=calls, out_of_service=out)
    works = Works(env, terminal, roster, scenario, seed, maker, Book(maker.boxes))
    blocks.install(works)
    for begin in works.started:
        env.process(begin())
    return works


def a_call(load: int = 400, arrival: float = 3600.0) -> Call:
    return Call("SHIP", "feeder", "B1", arrival, 100, load)


@dataclass
class Callers:
    """Stand-ins that bring boxes to the yard and fetch boxes from it, so many an hour."""

    works: Works
    random: np.random.Generator
    stored: list[int] = field(default_factory=list)
    fetched: list[int] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)  # seconds from standing there to being free to leave
    refused: int = 0
    stopped: bool = False
    lanes: dict[tuple[int, bool], simpy.Resource] = field(default_factory=dict)

    @property
    def yard(self) -> Blocks:
        assert isinstance(self.works.yard, Blocks)
        return self.works.yard

    def stop(self, block: int, machine: int, deck: float, *, land: bool, lane: int, bay: int) -> Stop:
        """Before the block's end, or beside a bay in the lane under a rubber-tyred crane."""
        terminal, env = self.works.terminal, self.works.env
        b, bearing = terminal.blocks, self.yard.planner.bearings[block]
        yaw = float(b.yaw[block])
        if bearing.lane:
            (x,), _ = terminal.slot_xy(np.array([block]), np.array([bay]), np.array([1]))
            y = next(ln.points[0][1] for ln in terminal.lanes if 0 < ln.points[0][1] - float(b.y[block]) < 25)
            return Stop(float(x), y, deck, 0.0, machine, env.event(), env.event())
        end = bearing.land if land else bearing.sea
        out = 1.0 if land == bearing.first else -1.0
        side = (lane - 2) * 4.5
        x = end[0] + np.cos(yaw) * DEPTH * out - np.sin(yaw) * side
        y = end[1] + np.sin(yaw) * DEPTH * out + np.cos(yaw) * side
        return Stop(float(x), float(y), deck, yaw, machine, env.event(), env.event())

    def every(self, seconds: float, deed) -> Process:
        """Begin *deed* again and again, *seconds* apart on average."""
        while not self.stopped:
            yield self.works.env.timeout(float(self.random.exponential(seconds)))
            self.works.env.process(deed())

    def bring(self, land: bool, count: int = 1) -> Process:
        """A vehicle brings a box, or two 20'."""
        works, env = self.works, self.works.env
        kinds = ["22G1"] if count == 2 else ["45G1"] * 8 + ["42G1"] * 6 + ["22G1"] * 5 + ["45R1", "L5G1"]
        code = kinds[int(self.random.integers(len(kinds)))]
        boxes = tuple(works.maker.make([code] * count, works.maker.some_lines(count)).tolist())
        x, y = self.random.uniform(100, 1200), 60.0
        while (rooms := self.yard.room(boxes, x=x, y=y, land=land)) is None:
            self.refused += 1
            yield env.timeout(20.0)
        block = rooms[0].block
        machine = self.vehicle(land)
        with self.lane(block, land).request() as turn:
            yield turn
            lane = self.lane(block, land).count - 1
            stop = self.stop(block, machine, TRUCK_DECK if land else AGV_DECK, land=land, lane=lane, bay=rooms[0].bay)
            holds = (FORE, AFT) if count == 2 else (MIDDLE,)
            for box, hold in zip(boxes, holds, strict=True):
                stop.boxes[hold] = box
                works.book.hand(env.now, box, on_machine(machine, hold))
            done = [self.yard.store(stop, hold, room) for hold, room in zip(holds, rooms, strict=True)]
            yield env.timeout(float(self.random.uniform(0, 60)))
            begin = env.now
            stop.ready.succeed()
            yield env.all_of(done)
            self.waits.append(env.now - begin)
            assert not stop.boxes
            self.stored += boxes

    def take(self, land: bool, boxes: list[int] | None = None) -> Process:
        """A vehicle comes for a box."""
        works, env = self.works, self.works.env
        box = self.yard.to_fetch() if boxes is None else boxes.pop(0) if boxes else None
        if box is None:
            self.refused += 1
            return
        block, machine = self.yard.block_of(box), self.vehicle(land)
        with self.lane(block, land).request() as turn:
            yield turn
            deck = TRUCK_DECK if land else AGV_DECK
            lane = self.lane(block, land).count - 1
            stop = self.stop(block, machine, deck, land=land, lane=lane, bay=self.yard.bay_of(box))
            done = self.yard.fetch(box, stop, MIDDLE)
            yield env.timeout(float(self.random.uniform(0, 60)))
            begin = env.now
            stop.ready.succeed()
            yield done
            self.waits.append(env.now - begin)
            assert stop.boxes == {MIDDLE: box}
            works.book.hand(env.now + 5, box, LEFT)
            self.fetched.append(box)

    def lane(self, block: int, land: bool) -> simpy.Resource:
        only = self.yard.planner.bearings[block].lane
        key = (block, land and not only)
        return self.lanes.setdefault(key, simpy.Resource(self.works.env, 1 if only else 5))

    def vehicle(self, land: bool) -> int:
        """A row: trucks are guests."""
        names = self.works.terminal.machines.name
        return len(names) + int(self.random.integers(50)) if land else len(names) - 1


def callers(works: Works, *, sea: float, land: float, seed: int = 7) -> Callers:
    """So many moves an hour from the quay and by truck, half in and half out; outs to the quay from `to_load`."""
    out = Callers(works, np.random.default_rng(seed))
    env = works.env
    chosen = out.yard.to_load(0, 4000, twenties=0.3, reefers=0.05) if works.scenario.calls else []
    if sea:
        env.process(out.every(3600 / (sea * 0.4), lambda: out.bring(land=False)))
        env.process(out.every(3600 / (sea * 0.05), lambda: out.bring(land=False, count=2)))
        env.process(out.every(3600 / (sea * 0.5), lambda: out.take(land=False, boxes=chosen)))
    if land:
        env.process(out.every(3600 / (land * 0.45), lambda: out.bring(land=True)))
        env.process(out.every(3600 / (land * 0.55), lambda: out.take(land=True)))
    return out
