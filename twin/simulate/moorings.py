"""Where along the quay a ship lies, and for how long: what a scenario plans with, before anything has moved.

The rules: a ship's middle lies in her berth and all of her along its quay, ships lie `GAP` apart, the water is deep
enough, and nobody lies where another still does.  How long a ship stays is reckoned from her boxes, her cranes and a
rate; the run itself then shows how long it takes.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from twin.catalogue import VesselClass
from twin.simulate.scenario import Call
from twin.terminal import Berth, Quay, Terminal

GAP = 15.0  # metres between ships, end to end.  PIANC via OpenTISim
FENDER = 1.2  # metres between quay face and hull.  Made up
LADEN = 0.85  # of the design draught, for a ship of which nothing is said.  Made up
CRANE_ROOM = 30.0  # metres of ship that a quay crane takes: its 27 m of buffers and a 40' bay between two.  Made up
USUAL, BEST = 28.0, 40.0  # moves an hour and crane: what to plan with, and the most that is published (25 to 40)
MOORING = 1800.0  # seconds from berthing to the first box, and from the last box to sailing, together.  Made up


@dataclass(frozen=True)
class Stay:
    """A ship at a quay: metres from its start, *low* to *high*, seconds *begin* to *end*."""

    ship: str
    quay: str
    low: float
    high: float
    begin: float
    end: float

    def meets(self, other: "Stay") -> bool:
        """Whether both want the same water, or come nearer than `GAP`, at the same time."""
        return (
            self.quay == other.quay
            and self.low < other.high + GAP - 1e-6
            and other.low < self.high + GAP - 1e-6
            and self.begin < other.end
            and other.begin < self.end
        )


def length(quay: Quay) -> float:
    """Metres."""
    return float(np.hypot(quay.x1 - quay.x0, quay.y1 - quay.y0))


def quay_named(terminal: Terminal, name: str) -> Quay:
    """The quay a berth lies at; layouts hold that there is one."""
    return next(quay for quay in terminal.quays if quay.name == name)


def berth_named(terminal: Terminal, name: str) -> Berth | None:
    """The berth called *name*, if there is one."""
    return next((berth for berth in terminal.berths if berth.name == name), None)


def quay_cranes(terminal: Terminal, quay: Quay, without: Iterable[str] = ()) -> list[int]:
    """Rows of the machines that are quay cranes at *quay*: those that stand nearer to it than to any other."""
    own, kinds, missing = terminal.machines, terminal.catalogue.kinds, frozenset(without)
    return [
        row
        for row, kind in enumerate(own.kind)
        if kind in kinds
        and kinds[kind].group == "sts"
        and own.name[row] not in missing
        and min(terminal.quays, key=lambda q: _off(q, float(own.x[row]), float(own.y[row]))) is quay
    ]


def _off(quay: Quay, x: float, y: float) -> float:
    """Metres from a point to the wall."""
    dx, dy, long = quay.x1 - quay.x0, quay.y1 - quay.y0, length(quay)
    along = min(max(((x - quay.x0) * dx + (y - quay.y0) * dy) / long, 0.0), long)
    return float(np.hypot(quay.x0 + dx * along / long - x, quay.y0 + dy * along / long - y))


def reach(terminal: Terminal, quay: Quay) -> float:
    """Metres from the quay face to the farthest spreader place of its farthest reaching crane; 0 where none stands."""
    own, kinds = terminal.machines, terminal.catalogue.kinds
    found = []
    for row in quay_cranes(terminal, quay):
        kind = kinds[own.kind[row]]
        trolley = kind.joint("trolley")
        if trolley >= 0:
            found.append(-kind.joints[trolley].low - _off(quay, float(own.x[row]), float(own.y[row])))
    return max(found, default=0.0)


def farthest_row(kind: VesselClass) -> float:
    """Metres from the quay face to the middle of the outermost row of a ship alongside."""
    return FENDER + kind.beam / 2 + (kind.rows - 1) / 2 * kind.row_pitch


def draught(call: Call, kind: VesselClass) -> float:
    """Metres."""
    return call.draught or round(LADEN * kind.draught, 2)


def depth_needed(kind: VesselClass, draught: float) -> float:
    """Metres of water for a ship alongside: 1.5 % of her beam under the keel, 0.30 m at least."""
    return draught + max(0.015 * kind.beam, 0.30)


def depth_at(terminal: Terminal, quay: str, low: float, high: float) -> float:
    """The least depth of the berths between *low* and *high* metres of a quay; endless where no berth says one."""
    there = [b.depth for b in terminal.berths if b.quay == quay and b.depth and b.start < high and b.end > low]
    return min(there, default=float("inf"))


def gangs(call: Call, kind: VesselClass, cranes: int) -> int:
    """Quay cranes that can work her at once, of *cranes* at her quay."""
    fit = max(int((max(kind.bays) - min(kind.bays)) // CRANE_ROOM), 1) if kind.bays else 1
    return min(call.cranes or fit, fit, cranes)


def hours_of_work(moves: int, cranes: int, rate: float) -> float:
    """Hours that *moves* take with *cranes* at *rate* moves an hour each."""
    return moves / (max(cranes, 1) * rate)


def stay(call: Call, kind: VesselClass, cranes: int, *, rate: float, since: float) -> tuple[float, float]:
    """Seconds from when until when she lies there; her work begins no earlier than *since*, when the run begins."""
    work = hours_of_work(call.discharge + call.load, gangs(call, kind, cranes), rate) * 3600
    return call.arrival, max(call.arrival, since) + work + (MOORING if rate == USUAL else 0.0)


def place(
    kind: VesselClass,
    berth: Berth,
    terminal: Terminal,
    taken: Iterable[Stay],
    *,
    when: tuple[float, float],
    draught: float,
) -> float | None:
    """Metres along her quay where a ship of *berth* lies *when* (seconds), as near to the berth's start as can be."""
    quay = quay_named(terminal, berth.quay)
    others = [other for other in taken if other.quay == quay.name]
    for low in sorted(_places(kind, berth, quay, others), key=lambda low: (abs(low - berth.start), low)):
        here = Stay("", quay.name, low, low + kind.length, *when)
        deep = depth_at(terminal, quay.name, low, low + kind.length) >= depth_needed(kind, draught)
        if deep and not any(here.meets(other) for other in others):
            return low
    return None


def _places(kind: VesselClass, berth: Berth, quay: Quay, others: Iterable[Stay]) -> Iterator[float]:
    """Beside the quay's and the berth's ends, and beside other ships."""
    last = length(quay) - kind.length
    edges = [0.0, GAP, last - GAP, last, berth.start, berth.start + GAP, berth.end - kind.length]
    for other in others:
        edges += [other.high + GAP, other.low - GAP - kind.length]
    half = kind.length / 2
    for low in edges:
        if -1e-9 <= low <= last + 1e-9 and berth.start <= low + half <= berth.end:
            yield round(max(low, 0.0), 3)
