"""Small sound stories, told as a stream of facts, to plant defects into."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

import numpy as np

from tests.examine import Report, examine
from tests.worlds import T0, at_second, tiny_catalogue, tiny_terminal
from twin.catalogue import Catalogue
from twin.containers import numbered
from twin.facts import (
    Batch,
    DescribedContainers,
    DescribedMachines,
    DescribedVessels,
    PlaceKind,
    Status,
    Vessels,
    places,
    poses,
    quantised,
    roster_of,
)
from twin.geometry import Floats
from twin.simulate.motion import Channel, Ramp
from twin.terminal import Structure, Terminal

END = 90.0  # seconds
A, B, C, D = (numbered("MSKU", serial) for serial in (100001, 100002, 100003, 100004))
SLOT, MACHINE, UNKNOWN = PlaceKind.SLOT, PlaceKind.MACHINE, PlaceKind.UNKNOWN
CRANE, CART, TRUCK = 0, 1, 2  # machine rows


def small_catalogue() -> Catalogue:
    """The tiny one, with drives: the cart is a truck of 5 m/s, 0.5 m/s² and 8 m."""
    known = tiny_catalogue()
    crane = replace(known.kinds["crane"], drive_loaded=0.8, drive_empty=0.8, drive_acceleration=0.3)
    cart = replace(known.kinds["cart"], group="truck", drive_loaded=5.0, drive_empty=5.0, drive_acceleration=0.5)
    cart = replace(cart, turning_radius=8.0)
    return Catalogue({"crane": crane, "cart": cart}, known.vessels)


def small_terminal(structures: tuple[Structure, ...] = ()) -> Terminal:
    """Crane Q1 at (50, 3); under its portal block B1 with slots at x 50 and 56.5, y 8 and 10.8; C1 at (50, 20)."""
    terminal = tiny_terminal(blocks=1, bays=2, rows=2, tiers=3)
    blocks = replace(terminal.blocks, x=np.array([46.75]), y=np.array([6.6]))
    return replace(terminal, blocks=blocks, catalogue=small_catalogue(), structures=structures)


Column = Callable[[Floats], Floats]


@dataclass
class Machine:
    """What a machine says, as functions of seconds; *shown*: from when to when it is there."""

    x: Column
    y: Column
    yaw: Column = np.zeros_like
    joints: tuple[Column, ...] = ()
    load: Column = np.zeros_like
    shown: tuple[float, float] = (-1.0, 1e9)

    def said(self, row: int, t: Floats) -> Batch:
        joints = np.stack([column(t) for column in self.joints], axis=1) if self.joints else np.zeros((len(t), 1))
        there = (t >= self.shown[0]) & (t < self.shown[1])
        status = np.where(there, Status.WORKING, Status.GONE)
        when = [at_second(s) for s in t]
        return poses(when, row, self.x(t), self.y(t), yaw=self.yaw(t), joints=joints, status=status, load=self.load(t))


@dataclass
class Story:
    """A box A is lifted off C1 and set into the block by Q1 while truck T2 comes with box B and goes with it.

    C and D stand in the block from the beginning; C is a 20' below, D one upon it.
    """

    terminal: Terminal = field(default_factory=small_terminal)
    machines: dict[int, Machine] = field(default_factory=dict)
    placed: list[tuple[float, str, int, int, int, int, int]] = field(default_factory=list)
    code: dict[str, str] = field(default_factory=lambda: dict.fromkeys((A, B, C, D), "22G1"))
    described: dict[str, float] = field(default_factory=lambda: {A: 0.0, B: 20.0, C: 0.0, D: 0.0})
    ship: tuple[Column, Column] | None = None
    hz: float = 10.0

    def __post_init__(self) -> None:
        trolley, hoist = Channel(17.0), Channel(20.0)
        hoist.go(0.0, 1.7 + 2.591, 1.5, 0.5)
        hoist.go(16.0, 20.0, 1.5, 0.5)
        trolley.go(30.0, 5.0, 4.0, 0.5)
        hoist.go(40.5, 2.591, 1.5, 0.5)
        hoist.go(58.0, 20.0, 3.0, 0.5)
        cart, truck = Channel(50.0), Ramp(20.0, 0.0, 180.0, 5.0, 0.5)
        cart.go(33.0, 120.0, 5.0, 0.5)
        carries = steps((15.0, 20_000), (57.0, 0))
        self.machines = {
            CRANE: Machine(at(50), at(3), joints=(trolley.at, hoist.at), load=carries),
            CART: Machine(cart.at, at(20), load=steps((0, 20_000), (15.0, 0))),
            TRUCK: Machine(truck.at, at(100), load=at(20_000), shown=(20.0, 70.0)),
        }
        self.placed = [
            (0.0, A, MACHINE, CART, 0, 0, 0),
            (15.0, A, MACHINE, CRANE, 0, 0, 0),
            (57.0, A, SLOT, 0, 1, 1, 1),
            (20.0, B, MACHINE, TRUCK, 0, 0, 0),
            (70.0, B, UNKNOWN, -1, 0, 0, 0),
            (0.0, C, SLOT, 0, 3, 2, 1),
            (0.0, D, SLOT, 0, 3, 2, 2),
        ]

    def stream(self) -> Iterator[tuple[int, list[Batch]]]:
        """The story, told a second at a time."""
        self.roster = roster = roster_of(self.terminal.machines.name)
        roster.machines.of("T2")
        rows = {name: roster.containers.of(name) for name in sorted({p[1] for p in self.placed} | set(self.described))}
        yield (
            T0,
            [
                self._descriptions(rows, -1.0, 0.0),
                DescribedMachines(np.array([T0]), np.array([TRUCK]), ("T2",), ("cart",)),
                *self._hulls(),
                *self._second(rows, -1.0, 0.0, np.zeros(1)),
            ],
        )
        for second in range(int(END)):
            t = second + np.arange(1, self.hz + 1) / self.hz
            batches = [self._descriptions(rows, second, second + 1), *self._second(rows, second, second + 1, t)]
            yield at_second(second + 1), batches

    def _second(self, rows: dict[str, int], after: float, until: float, t: Floats) -> list[Batch]:
        said = [p for p in self.placed if after < p[0] <= until]
        out: list[Batch] = [machine.said(row, t) for row, machine in sorted(self.machines.items())]
        if said:
            when, who, *columns = zip(*said, strict=True)
            kind, where, bay, row, tier = columns
            boxes = [rows[name] for name in who]
            out.append(places([at_second(s) for s in when], boxes, kind, where, bay=bay, row=row, tier=tier))
        if self.ship:
            x, y = (column(t) for column in self.ship)
            n = len(t)
            draught, status = np.full(n, 6.0), np.full(n, 6)
            when_ = np.array([at_second(s) for s in t])
            out.append(quantised(Vessels(when_, np.zeros(n, np.int64), x, y, np.zeros(n), draught, status)))
        return out

    def _descriptions(self, rows: dict[str, int], after: float, until: float) -> Batch:
        new = [name for name, s in self.described.items() if after < s <= until]
        when = np.array([at_second(self.described[name]) for name in new], np.int64)
        boxes = np.array([rows[name] for name in new], np.int64)
        codes = tuple(self.code[name] for name in new)
        return DescribedContainers(when, boxes, tuple(new), codes, ("MSK",) * len(new), np.full(len(new), 20_000.0))

    def _hulls(self) -> list[Batch]:
        if not self.ship:
            return []
        self.roster.vessels.of("Ship")
        sizes = np.array([120.0]), np.array([20.0]), np.array([6.0])
        return [DescribedVessels(np.array([T0]), np.array([0]), ("Ship",), ("small",), *sizes)]

    def report(self) -> Report:
        stream = list(self.stream())
        return examine(self.terminal, self.roster, stream, hz=self.hz)


def at(value: float) -> Column:
    return lambda t: np.full(len(t), float(value))


def steps(*changes: tuple[float, float]) -> Column:
    """0, and from each second on the value beside it."""
    when, values = np.array(changes, float).T
    return lambda t: np.append(0.0, values)[np.searchsorted(when, t + 1e-9, side="right")]
