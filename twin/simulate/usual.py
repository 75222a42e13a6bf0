"""A scenario for a terminal of which none was given: ships for its berths and cranes, trucks for its gate, some fill.

The rules, all made up: at each quay with cranes lie up to three ships side by side, a large, a middling and a small
one, of the largest classes that fit in length, depth and the cranes' reach; when one has sailed, the next of her class
comes.  The first came half an hour before the run begins.  Each takes off and on what her cranes can move in some
hours, less where the yard is small.  Trucks come by day, fewer by night, as many as the yard's machines can serve.
"""

from dataclasses import dataclass
from typing import NoReturn

from twin.catalogue import VesselClass
from twin.errors import BadFile
from twin.simulate import moorings
from twin.simulate.moorings import GAP, USUAL
from twin.simulate.planted import STACKING
from twin.simulate.scenario import Call, Gate, Scenario, Window
from twin.simulate.scenario_checks import has_gate, positions, settled
from twin.simulate.wrong import Wrong
from twin.terminal import Quay, Terminal
from twin.units import time_from_text

START = "2026-03-01T06:00Z"
NAMES = (
    "FINKENWERDER", "NORDERELBE", "ALTE LIEBE", "WILHELMSBURG", "NEUWERK", "TEUFELSBRUECK", "OEVELGOENNE", "MOORBURG",
    "WALTERSHOF", "KOEHLBRAND", "BLANKENESE", "SCHULAU", "GLUECKSTADT", "BRUNSBUETTEL", "CUXHAVEN", "SCHARHOERN",
)  # fmt: skip
LONGEST = (405.0, 380.0, 220.0)  # metres, of the ships that lie side by side
SHIFT = 9.0  # hours a ship is worked
TURN = 5400.0  # seconds from one ship's sailing to the next one's coming
FILL = 0.55
GANG = 6  # cranes at one ship
SHARE = 0.1  # of the yard's places, that one call may take or give
DAY = ((0.0, 5.0, 0.35), (5.0, 8.0, 0.8), (8.0, 16.0, 1.0), (16.0, 20.0, 0.7), (20.0, 24.0, 0.35))
"""Local hours from and to, and the share of the trucks of the busiest hour."""
A_MACHINE, MOST_TRUCKS = 2.5, 160.0  # trucks an hour for each yard machine, and for all


@dataclass(frozen=True)
class _Line:
    """Where ships of one class lie one after the other: metres along the quay, and cranes for them."""

    quay: Quay
    kind: VesselClass
    low: float
    cranes: int


def usual(terminal: Terminal, *, hours: float = 24.0) -> Scenario:
    """What a usual day on *terminal* is; quiet where it has no quay, no cranes or no blocks."""
    start = time_from_text(START)
    scenario = Scenario(
        name="usual", start=start, hours=hours, fill=FILL if len(terminal.blocks) else 0.0, path="usual",
        calls=_calls(terminal, hours), gate=Gate(day_of_trucks(terminal, start, hours)),
    )  # fmt: skip
    return settled(scenario, terminal, _complain)


def _complain(wrong: Wrong) -> NoReturn:
    raise BadFile("usual", wrong.message, key=wrong.where)


def day_of_trucks(terminal: Terminal, start: int, hours: float) -> tuple[Window, ...]:
    """Windows of trucks from *start* (ns UTC, taken for the terminal's own clock), none where there is no gate."""
    kinds = terminal.catalogue.kinds
    serving = sum(kind in kinds and kinds[kind].group in STACKING for kind in terminal.machines.kind)
    busiest = min(A_MACHINE * serving, MOST_TRUCKS)
    if not has_gate(terminal) or not busiest:
        return ()
    begin = start / 3.6e12 % 24
    windows = []
    for day in range(int((begin + hours) // 24) + 1):
        for low, high, share in DAY:
            first, last = max(24 * day + low - begin, 0.0), min(24 * day + high - begin, hours)
            if last > first:
                windows.append(Window(3600 * first, 3600 * last, round(busiest * share, 1)))
    return tuple(windows)


def _calls(terminal: Terminal, hours: float) -> tuple[Call, ...]:
    """Ships one after the other on every line."""
    calls: list[Call] = []
    for n, line in enumerate(_lines(terminal)):
        arrival, turn = -1800.0 if n == 0 else n * 1500.0, 0
        while arrival < hours * 3600 and len(calls) < 200:
            call = _call(terminal, line, arrival, number=len(calls), bow=(n + turn) % 2)
            if not call.discharge:
                break
            calls.append(call)
            arrival = moorings.stay(call, line.kind, line.cranes, rate=USUAL * 0.75, since=arrival)[1] + TURN
            turn += 1
    return tuple(calls)


def _call(terminal: Terminal, line: _Line, arrival: float, *, number: int, bow: int) -> Call:
    middle = line.low + line.kind.length / 2
    berth = next(b for b in terminal.berths if b.quay == line.quay.name and b.start <= middle <= b.end)
    moves = min(
        line.cranes * USUAL * SHIFT / 2, 0.25 * line.kind.teu / 1.7, SHARE * positions(terminal) / 1.7
    )  # a way; boxes of 1.7 TEU
    return Call(
        ship=NAMES[number % len(NAMES)] + (f" {number // len(NAMES) + 1}" if number >= len(NAMES) else ""),
        kind=line.kind.name, berth=berth.name, arrival=arrival, discharge=int(moves), load=int(moves),
        along=round(line.low - berth.start, 3), bow=("start", "end")[bow], cranes=line.cranes,
    )  # fmt: skip


def _lines(terminal: Terminal) -> list[_Line]:
    """Where ships lie: at each quay one beside the other, its cranes shared out by their length."""
    out: list[_Line] = []
    for quay in terminal.quays if len(terminal.blocks) else ():
        cranes = len(moorings.quay_cranes(terminal, quay))
        kinds = _side_by_side(terminal, quay)[:cranes]
        whole = sum(kind.length for _, kind in kinds)
        for low, kind in kinds:
            fit = moorings.gangs(Call("", kind.name, "", 0.0, 0, 0), kind, cranes)
            out.append(_Line(quay, kind, low, min(max(int(cranes * kind.length / whole), 1), fit, GANG)))
    return out


def _side_by_side(terminal: Terminal, quay: Quay) -> list[tuple[float, VesselClass]]:
    """Metres along the quay and classes; a single ship lies in the middle."""
    found: list[tuple[float, VesselClass]] = []
    low = 0.0
    for longest in LONGEST:
        if kind := _largest(terminal, quay, low, longest):
            found.append((round(low, 3), kind))
            low += kind.length + 2 * GAP
    spare = moorings.length(quay) - low + 2 * GAP
    shift = round(min(spare / 2, GAP if len(found) > 1 else spare), 3)
    moved = [(round(low + shift, 3), kind) for low, kind in found]
    lies = all(_fits(terminal, quay, low, kind) for low, kind in moved)
    return moved if lies else found


def _largest(terminal: Terminal, quay: Quay, low: float, longest: float) -> VesselClass | None:
    """The largest class that can lie from *low* metres on."""
    fits = [k for k in terminal.catalogue.vessels.values() if k.length <= longest and _fits(terminal, quay, low, k)]
    return max(fits, key=lambda kind: (kind.teu, kind.name), default=None)


def _fits(terminal: Terminal, quay: Quay, low: float, kind: VesselClass) -> bool:
    """Whether a ship can lie from *low* metres on: in a berth, along the quay, in deep water, in the cranes' reach."""
    middle, high = low + kind.length / 2, low + kind.length
    return (
        high <= moorings.length(quay)
        and moorings.farthest_row(kind) <= moorings.reach(terminal, quay)
        and moorings.depth_needed(kind, moorings.LADEN * kind.draught)
        <= moorings.depth_at(terminal, quay.name, low, high)
        and any(b.quay == quay.name and b.start <= middle <= b.end for b in terminal.berths)
    )
