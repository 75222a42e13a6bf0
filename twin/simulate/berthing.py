"""A place along the quay for every ship of a scenario, or what stands against it."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations

import numpy as np

from twin.catalogue import VesselClass
from twin.simulate import moorings
from twin.simulate.moorings import BEST, USUAL, Stay
from twin.simulate.scenario import Call, Scenario
from twin.simulate.wrong import Complain, Wrong, clock
from twin.terminal import Berth, Terminal


def moored(scenario: Scenario, terminal: Terminal, complain: Complain) -> tuple[tuple[Call, ...], list[str]]:
    """The calls with their places, and notes.  Berths and classes are known ones.

    Ships whose place is given have it first, then the others in order of arrival.  A ship is refused where another
    lies even if that one is worked at the best rate; if only at the usual one, a note says that she may wait.
    """
    calls = list(scenario.calls)
    given = [i for i, call in enumerate(calls) if call.along is not None]
    best = {i: stay_of(calls[i], scenario, terminal, BEST) for i in given}
    for i in given:
        for wrong in _along(i, calls[i], terminal):
            complain(wrong)
    for i, j in combinations(given, 2):
        if best[i].meets(best[j]):
            complain(_meeting(i, j, best))
    usual = {i: stay_of(calls[i], scenario, terminal, USUAL) for i in given}
    for i in sorted({*range(len(calls))} - {*given}, key=lambda i: (calls[i].arrival, i)):
        low = _free(calls[i], scenario, terminal, usual, USUAL)
        if low is None:
            low = _free(calls[i], scenario, terminal, best, BEST)
        if low is None:
            complain(_no_room(i, calls[i], scenario, terminal, best))
        calls[i] = replace(calls[i], along=round(low - _berth(calls[i], terminal).start, 3))
        best[i], usual[i] = (stay_of(calls[i], scenario, terminal, rate) for rate in (BEST, USUAL))
    return tuple(calls), _waits(usual) + _out_of_reach(calls, terminal)


def stay_of(call: Call, scenario: Scenario, terminal: Terminal, rate: float) -> Stay:
    """Where and when she lies if each crane makes *rate* moves an hour."""
    berth, kind = _berth(call, terminal), _class(call, terminal)
    quay = moorings.quay_named(terminal, berth.quay)
    cranes = len(moorings.quay_cranes(terminal, quay, scenario.out_of_service))
    low = berth.start + (call.along or 0.0)
    begin, end = moorings.stay(call, kind, cranes, rate=rate, since=-scenario.warm_up)
    return Stay(call.ship, berth.quay, low, low + kind.length, begin, end)


def _berth(call: Call, terminal: Terminal) -> Berth:
    return next(berth for berth in terminal.berths if berth.name == call.berth)


def _class(call: Call, terminal: Terminal) -> VesselClass:
    return terminal.catalogue.vessels[call.kind]


def _along(i: int, call: Call, terminal: Terminal) -> Iterator[Wrong]:
    """What stands against the place that is given."""
    berth, kind = _berth(call, terminal), _class(call, terminal)
    room, at = moorings.length(moorings.quay_named(terminal, berth.quay)), call.along or 0.0
    low, half = berth.start + at, kind.length / 2
    first, last = max(0.0 - berth.start, -half), min(room, berth.end + half) - kind.length - berth.start
    if not first - 1e-6 <= at <= last + 1e-6:
        yield Wrong(
            "calls",
            i,
            "along",
            f"{at:g} puts {call.ship} at {low:g} to {low + kind.length:g} m of quay {berth.quay}; give {first:g} to "
            f"{last:g}, so that her middle lies in {berth.name} ({berth.start:g} to {berth.end:g} m) and all of her "
            f"along the quay (0 to {room:g} m)",
        )
    depth = moorings.depth_at(terminal, berth.quay, low, low + kind.length)
    if (needed := moorings.depth_needed(kind, moorings.draught(call, kind))) > depth:
        yield Wrong(
            "calls", i, "along", f"{at:g} puts {call.ship} in {depth:g} m of water; she needs {needed:.2f}"
        )  # fmt: skip


def _free(call: Call, scenario: Scenario, terminal: Terminal, taken: dict[int, Stay], rate: float) -> float | None:
    here, kind = stay_of(call, scenario, terminal, rate), _class(call, terminal)
    when, draught = (here.begin, here.end), moorings.draught(call, kind)
    return moorings.place(kind, _berth(call, terminal), terminal, taken.values(), when=when, draught=draught)


def _meeting(i: int, j: int, stays: dict[int, Stay]) -> Wrong:
    """Two ships in one place: said of the one that comes later."""
    first, second = sorted((i, j), key=lambda n: (stays[n].begin, n))
    a, b = stays[first], stays[second]
    return Wrong(
        "calls",
        second,
        "arrival",
        f"{b.ship} would lie at {b.low:g} to {b.high:g} m of quay {b.quay} from {clock(b.begin)}, but {a.ship} lies at "
        f"{a.low:g} to {a.high:g} m until {clock(a.end)} at the earliest, and ships lie {moorings.GAP:g} m apart; "
        "let her come later, or lie elsewhere",
    )


def _no_room(i: int, call: Call, scenario: Scenario, terminal: Terminal, taken: dict[int, Stay]) -> Wrong:
    here = stay_of(call, scenario, terminal, BEST)
    there = [s for s in taken.values() if s.quay == here.quay and s.begin < here.end and here.begin < s.end]
    lying = ", ".join(f"{s.ship} at {s.low:g} to {s.high:g} m until {clock(s.end)}" for s in there)
    why = f"there lie {lying}; give another berth or a later arrival" if lying else "the water is not deep enough"
    length = _class(call, terminal).length
    return Wrong(
        "calls", i, "berth", f"{call.berth} has no room of {length:g} m for {call.ship} at {clock(call.arrival)}: {why}"
    )


def _waits(usual: dict[int, Stay]) -> list[str]:
    """Ships that come before the one in their place is likely to have sailed."""
    order = sorted(usual, key=lambda i: (usual[i].begin, i))
    return [
        f"{b.ship} comes at {clock(b.begin)}; {a.ship} is reckoned to lie in her place until {clock(a.end)}"
        for i, j in combinations(order, 2)
        if (a := usual[i]).meets(b := usual[j])
    ]


def _out_of_reach(calls: list[Call], terminal: Terminal) -> list[str]:
    out = []
    for call in calls:
        kind = _class(call, terminal)
        far = moorings.reach(terminal, moorings.quay_named(terminal, _berth(call, terminal).quay))
        lost = int(np.ceil((moorings.farthest_row(kind) - far) / kind.row_pitch))
        if lost > 0 and call.discharge + call.load:
            out.append(f"the quay cranes do not reach {min(lost, kind.rows)} of the {kind.rows} rows of {call.ship}")
    return out
