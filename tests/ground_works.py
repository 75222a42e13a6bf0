"""A terminal at work with stand-ins for quay cranes and yard, to test what drives between them."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import simpy

from twin.facts import roster_of
from twin.geometry import Floats
from twin.layout import read_layout
from twin.simulate import transport
from twin.simulate.book import LEFT, Book, in_slot, on_machine
from twin.simulate.boxes import Maker
from twin.simulate.cranes import Crane
from twin.simulate.fleet import Vehicle
from twin.simulate.ground import Ground
from twin.simulate.handover import Process, Room, Stop
from twin.simulate.rails import Rail
from twin.simulate.scenario import Scenario
from twin.simulate.works import Works

LAYOUTS = Path(__file__).resolve().parents[1] / "layouts"
LIFT = 45.0  # seconds between a quay crane's hand-overs, besides those it stands over a vehicle
OVER = 25.0


def works_of(layout: str, *, broken: tuple[str, ...] = ()) -> Works:
    """A terminal of the sample layouts with nobody at work yet."""
    terminal = read_layout(LAYOUTS / f"{layout}.yaml")
    roster = roster_of(terminal.machines.name)
    maker = Maker(roster, np.random.default_rng(1))
    scenario = Scenario("test", 0, 1.0, out_of_service=broken)
    return Works(simpy.Environment(), terminal, roster, scenario, 1, maker, Book(maker.boxes))


def ground_of(layout: str, *, broken: tuple[str, ...] = ()) -> Ground:
    """Its ground."""
    return Ground(works_of(layout, broken=broken))


@dataclass
class StandInYard:
    """Blocks that take 50 s for a box, and do two at a time."""

    works: Works
    group: str
    where: dict[int, tuple[int, int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        assert self.works.ground is not None
        self.random = np.random.default_rng(5)
        count = len(self.works.terminal.blocks)
        spots = [self.works.ground.spots_at(b, group=self.group) for b in range(count)]
        self.middle = [(s[0].x, s[0].y) if s else None for s in spots]
        self.cranes = [simpy.Resource(self.works.env, 2) for _ in range(count)]
        self.load = [0] * count

    def choose(self, x: float) -> int:
        far = [
            (abs(m[0] - x) + 60 * self.load[b] + 40 * self.random.random(), b) for b, m in enumerate(self.middle) if m
        ]
        block = min(far)[1]
        self.load[block] += 1
        return block

    def room(self, boxes: tuple[int, ...], *, x: float, y: float, land: bool) -> tuple[Room, ...]:
        block = self.choose(x)
        bay = 2 * int(self.random.integers(1, self.works.terminal.blocks.bays[block]))
        return tuple(Room(block, bay, 1) for _ in boxes)

    def store(self, stop: Stop, hold: int, room: Room) -> simpy.Event:
        done = self.works.env.event()
        self.works.env.process(self._store(stop, hold, room, done))
        return done

    def _store(self, stop: Stop, hold: int, room: Room, done: simpy.Event) -> Process:
        book = self.works.book
        with self.cranes[room.block].request() as turn:
            yield turn
            yield stop.ready
            yield self.works.env.timeout(50)
            box = next(b for b, p in sorted(book.place.items()) if p == on_machine(stop.machine, hold))
            book.hand(self.works.env.now, box, in_slot(room.block, room.bay, 1, 1))
            self.where[box] = room.block, room.bay
            self.load[room.block] -= 1
        done.succeed()

    def fetch(self, box: int, stop: Stop, hold: int) -> simpy.Event:
        done = self.works.env.event()
        self.works.env.process(self._fetch(box, stop, hold, done))
        return done

    def _fetch(self, box: int, stop: Stop, hold: int, done: simpy.Event) -> Process:
        with self.cranes[self.where[box][0]].request() as turn:
            yield turn
            yield stop.ready
            yield self.works.env.timeout(60)
            self.works.book.hand(self.works.env.now, box, on_machine(stop.machine, hold))
            self.load[self.where[box][0]] -= 1
        done.succeed()

    def block_of(self, box: int) -> int:
        return self.where[box][0]

    def bay_of(self, box: int) -> int:
        return self.where[box][1]


@dataclass
class Quay:
    """Quay cranes that never run out of work: every other one discharges."""

    works: Works
    yard: StandInYard
    moves: dict[int, list[float]] = field(default_factory=dict)  # crane -> seconds of its hand-overs

    def begin(self) -> None:
        own = self.works.terminal.machines
        rows = [r for r, k in enumerate(own.kind) if self.works.terminal.kind(k).group == "sts"]
        for n, row in enumerate(rows):
            pose = float(own.x[row]), float(own.y[row]), float(own.z[row]), float(own.yaw[row])
            crane = Crane(row, self.works.terminal.kind(own.kind[row]), *pose)
            self.works.rails[row] = Rail(self.works.env, [crane], lambda crane, to: iter(()))  # type: ignore[arg-type,return-value]
            self.moves[row] = []
            self.works.env.process(self._work(row, discharging=n % 2 == 0))

    def _work(self, row: int, *, discharging: bool) -> Process:
        env, transport_ = self.works.env, self.works.transport
        assert transport_ is not None
        orders = []
        while True:
            while len(orders) < (3 if discharging else 5):
                box = self._box(row, discharging=discharging)
                orders.append(transport_.discharge(row, (box,)) if discharging else transport_.load(row, (box,)))
            yield env.timeout(LIFT)
            yield env.any_of([order.stop for order in orders])
            coming = [order for order in orders if order.stop.triggered]
            yield env.any_of([order.stop.value.ready for order in coming])
            order = next(order for order in coming if order.stop.value.ready.triggered)
            orders.remove(order)
            yield env.timeout(OVER)
            stop = order.stop.value
            self.works.book.hand(env.now, order.boxes[0], on_machine(stop.machine) if discharging else LEFT)
            self.moves[row].append(env.now)
            stop.done.succeed()

    def _box(self, row: int, *, discharging: bool) -> int:
        box = int(self.works.maker.make(["45G1"], np.zeros(1, np.int64))[0])
        if discharging:
            self.works.book.hand(self.works.env.now, box, on_machine(row))
        else:
            block = self.yard.choose(float(self.works.terminal.machines.x[row]))
            bays = int(self.works.terminal.blocks.bays[block])
            self.yard.where[box] = block, 2 * int(self.yard.random.integers(1, bays))
            self.works.book.hand(self.works.env.now, box, in_slot(block, self.yard.where[box][1], 1, 1))
        return box


def at_work(layout: str, seconds: float, *, broken: tuple[str, ...] = ()) -> tuple[Works, Quay]:
    """A terminal whose quay cranes have worked for a while."""
    works = works_of(layout, broken=broken)
    transport.install(works)
    carriers = works.transport
    assert isinstance(carriers, transport.Carriers)
    works.yard = yard = StandInYard(works, carriers.group)  # type: ignore[assignment]
    quay = Quay(works, yard)
    quay.begin()
    for begin in works.started:
        works.env.process(begin())
    works.env.run(until=seconds)
    return works, quay


def yaw_boxes(vehicle: Vehicle, pose: Floats) -> Floats:
    """(n, 8) yaw boxes of a vehicle at poses x, y, yaw (n, 3), flat on the ground."""
    n, half = len(pose), (vehicle.kind.length / 2, vehicle.kind.width / 2)
    flat = np.tile([0.0, 1.0, *half], (n, 1))
    return np.column_stack([pose[:, :2], flat, np.cos(pose[:, 2]), np.sin(pose[:, 2])])


def poses(vehicle: Vehicle, t: Floats) -> Floats:
    """x, y, yaw (n, 3) at seconds *t*."""
    s = vehicle.sampled(t)
    return np.stack([s.x, s.y, s.yaw], axis=1)
