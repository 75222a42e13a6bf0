"""Whether a scenario can happen on a terminal, as far as that is known before it runs."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from twin.catalogue import VesselClass
from twin.simulate import moorings
from twin.simulate.berthing import moored
from twin.simulate.planted import incident_wrongs
from twin.simulate.scenario import Call, Fault, Scenario, Window
from twin.simulate.wrong import Complain, Wrong, clock, early, late, none_named
from twin.terminal import Berth, Terminal

PATIENCE = 4.0  # trucks an appointment; with more of them most would wait for ever.  Made up


def settled(scenario: Scenario, terminal: Terminal, complain: Complain) -> Scenario:
    """The scenario with a place along the quay for every ship; *complain* of the first thing that cannot be."""
    for wrong in _names_and_times(scenario, terminal):
        complain(wrong)
    calls, notes = moored(scenario, terminal, complain)
    for wrong in _boxes(scenario, terminal):
        complain(wrong)
    return replace(scenario, calls=calls, notes=(*scenario.notes, *notes, *_crowded(scenario, terminal)))


def positions(terminal: Terminal) -> int:
    """Places for 20' boxes in the yard, tier upon tier."""
    b = terminal.blocks
    outer = np.maximum(b.outer_tiers, b.tiers) if len(b.outer_tiers) else b.tiers
    edge = np.minimum(b.rows, 2)
    return int((b.bays * (edge * outer + (b.rows - edge) * b.tiers)).sum())


def has_gate(terminal: Terminal) -> bool:
    """Whether trucks can come: truck lanes, and something that is a gate."""
    gates = [a.kind for a in terminal.areas] + [s.kind for s in terminal.structures]
    return "gate" in gates and any(lane.kind == "truck" for lane in terminal.lanes)


def _names_and_times(scenario: Scenario, terminal: Terminal) -> Iterator[Wrong]:
    for name in scenario.out_of_service:
        if name not in terminal.machines.name:
            yield Wrong("", -1, "out_of_service", none_named("machine", name, terminal.machines.name))
    for i, call in enumerate(scenario.calls):
        yield from (Wrong("calls", i, key, said) for key, said in _call(call, scenario, terminal))
    for i, window in enumerate(scenario.gate.windows):
        yield from (Wrong("gate.windows", i, key, said) for key, said in _window(i, window, scenario, terminal) if said)
    for i, fault in enumerate(scenario.faults):
        yield from (Wrong("faults", i, key, said) for key, said in _fault(i, fault, scenario, terminal) if said)
    for i, incident in enumerate(scenario.incidents):
        yield from incident_wrongs(i, incident, scenario, terminal)


def _call(call: Call, scenario: Scenario, terminal: Terminal) -> Iterator[tuple[str, str]]:
    """Keys and what is wrong with them."""
    first = next(other for other in scenario.calls if other.ship == call.ship)
    if first is not call:
        yield "ship", f"{call.ship!r} calls twice" + (f", first in line {first.line}" if first.line else "")
    kind = terminal.catalogue.vessels.get(call.kind)
    berth = moorings.berth_named(terminal, call.berth)
    if kind is None:
        yield "kind", none_named("class of ships", call.kind, terminal.catalogue.vessels)
    elif berth is None:
        yield "berth", none_named("berth", call.berth, [b.name for b in terminal.berths])
    else:
        if said := late(call.arrival, scenario):
            yield "arrival", said
        yield from _size(call, kind, berth, terminal)
        yield from _cranes(call, berth, scenario, terminal)
        yield from _aboard(call, kind.teu)


def _size(call: Call, kind: VesselClass, berth: Berth, terminal: Terminal) -> Iterator[tuple[str, str]]:
    quay = moorings.quay_named(terminal, berth.quay)
    if kind.length > (room := moorings.length(quay)):
        fit = sorted((k.length, k.name) for k in terminal.catalogue.vessels.values() if k.length <= room)
        shorter = f"{fit[-1][1]} ({fit[-1][0]:g} m) would fit" if fit else "no class is shorter"
        long = f"{call.kind} is {kind.length:g} m long and quay {quay.name} of {berth.name} only {room:g} m"
        yield "kind", f"{long}; {shorter}"
    draught = moorings.draught(call, kind)
    needed = moorings.depth_needed(kind, draught)
    if berth.depth and needed > berth.depth:
        yield (
            "draught" if call.draught else "berth",
            f"{call.ship} draws {draught:g} m and needs {needed:.2f} m of water; {berth.name} has {berth.depth:g} m; "
            f"give a deeper berth, or a `draught:` of {berth.depth - needed + draught:.2f} at most",
        )


def _cranes(call: Call, berth: Berth, scenario: Scenario, terminal: Terminal) -> Iterator[tuple[str, str]]:
    if not call.discharge + call.load:
        return
    quay = moorings.quay_named(terminal, berth.quay)
    there = len(moorings.quay_cranes(terminal, quay, scenario.out_of_service))
    if not there:
        yield "discharge" if call.discharge else "load", f"no quay crane is in service at quay {quay.name} to move it"
    elif call.cranes > there:
        yield "cranes", f"{call.cranes} is more than the {there} quay cranes in service at quay {quay.name}"


def _aboard(call: Call, teu: int) -> Iterator[tuple[str, str]]:
    size, stowed = 2 - call.twenties, call.fill * teu  # TEU a box, and aboard
    if call.discharge * size > stowed + 0.5:
        yield (
            "discharge",
            f"{call.discharge} boxes are more than she brings: {call.fill:g} of {teu:,} TEU are {stowed / size:,.0f} "
            f"boxes of {size:g} TEU",
        )
    most = (teu - stowed) / size + call.discharge
    if call.load > most + 0.5:
        yield "load", f"{call.load} boxes find no room aboard; {int(most)} of {size:g} TEU would"


def _window(i: int, window: Window, scenario: Scenario, terminal: Terminal) -> Iterator[tuple[str, str]]:
    span = f"{clock(window.start)} to {clock(window.end)}"
    if window.end <= window.start:
        yield "end", f"{clock(window.end)} is not after the window's start, {clock(window.start)}"
    yield "start", early(window.start, scenario)
    yield "end", late(window.end, scenario)
    for other in scenario.gate.windows[:i]:
        if window.start < other.end and other.start < window.end:
            line = f" in line {other.line}" if other.line else ""
            yield "start", f"{span} overlaps with the window {clock(other.start)} to {clock(other.end)}{line}"
    if window.per_hour and not has_gate(terminal):
        yield "per_hour", f"{terminal.name} has no gate with truck lanes, so no trucks can come"
    if 0 < window.slots < window.per_hour / PATIENCE:
        yield (
            "slots",
            f"{window.slots:g} appointments an hour are too few for {window.per_hour:g} trucks; give "
            f"{window.per_hour / PATIENCE:g} at least, or 0 for none",
        )


def _fault(i: int, fault: Fault, scenario: Scenario, terminal: Terminal) -> Iterator[tuple[str, str]]:
    if fault.machine not in terminal.machines.name:
        yield "machine", none_named("machine", fault.machine, terminal.machines.name)
    if fault.machine in scenario.out_of_service:
        yield "machine", f"{fault.machine} is out of service all the time"
    yield "at", early(fault.at, scenario) or late(fault.at, scenario)
    for other in scenario.faults[:i]:
        if other.machine == fault.machine and fault.at < other.at + other.lasts and other.at < fault.at + fault.lasts:
            span = f"{clock(other.at)} to {clock(other.at + other.lasts)}"
            yield "at", f"{fault.machine} is out of order already from {span}"


def _boxes(scenario: Scenario, terminal: Terminal) -> Iterator[Wrong]:
    """Whether the yard can hold what ships bring and has what they take, call after call; trucks are left aside."""
    room = positions(terminal)
    level = scenario.fill * room
    begun = f"(fill {scenario.fill:g} of {room:,} TEU, and all calls until then)"
    for i, call in sorted(enumerate(scenario.calls), key=lambda p: (p[1].arrival, p[0])):
        size = 2 - call.twenties
        level += (call.discharge - call.load) * size
        if level > room + 0.5:
            over = f"with the {call.discharge} boxes of {call.ship} the yard would hold {level:,.0f} TEU of {room:,}"
            yield Wrong("calls", i, "discharge", f"{over} {begun}; let fewer come, or begin with a smaller `fill:`")
        if level < -0.5:
            short = f"{call.load} boxes for {call.ship} are {-level / size:,.0f} more than the yard has by then"
            yield Wrong("calls", i, "load", f"{short} {begun}; load fewer, or begin with a larger `fill:`")


def _crowded(scenario: Scenario, terminal: Terminal) -> Iterator[str]:
    """Calls that leave room for all boxes only if some are loaded before all are ashore."""
    room = positions(terminal)
    level = scenario.fill * room
    for call in sorted(scenario.calls, key=lambda c: c.arrival):
        size = 2 - call.twenties
        if level + call.discharge * size > room:
            yield f"the yard has no room for all boxes of {call.ship} before some are loaded"
        level += (call.discharge - call.load) * size
