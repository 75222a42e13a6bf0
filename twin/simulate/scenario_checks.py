"""Whether a scenario can happen on a terminal, as far as that is known before it runs; and where its ships lie."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import combinations
from typing import NoReturn

import numpy as np

from twin.errors import offer
from twin.simulate import moorings
from twin.simulate.moorings import BEST, USUAL, Stay
from twin.simulate.planted import PLANTED, Role
from twin.simulate.scenario import Call, Fault, Incident, Scenario
from twin.terminal import Terminal


@dataclass(frozen=True)
class Wrong:
    """What is wrong at *key* of the *index*-th entry of *section* (of the section, of the file where those are empty)."""

    section: str
    index: int
    key: str
    message: str

    @property
    def where(self) -> str:
        """The dotted way to it, e.g. ``calls[2].berth``."""
        entry = f"{self.section}[{self.index}]" if self.index >= 0 else self.section
        return ".".join(part for part in (entry, self.key) if part)


Complain = Callable[[Wrong], NoReturn]


def settled(scenario: Scenario, terminal: Terminal, complain: Complain) -> Scenario:
    """The scenario with a place along the quay for every ship; *complain* of the first thing that cannot be."""
    for wrong in _names_and_times(scenario, terminal):
        complain(wrong)
    calls, notes = _moored(scenario, terminal, complain)
    for wrong in _boxes(scenario, terminal):
        complain(wrong)
    return replace(scenario, calls=calls, notes=(*scenario.notes, *notes))


def positions(terminal: Terminal) -> int:
    """Places for 20' boxes in the yard, tier upon tier."""
    b = terminal.blocks
    if not len(b):
        return 0
    outer = np.maximum(b.outer_tiers, b.tiers) if len(b.outer_tiers) else b.tiers
    edge = np.minimum(b.rows, 2)
    return int((b.bays * (edge * outer + (b.rows - edge) * b.tiers)).sum())


def has_gate(terminal: Terminal) -> bool:
    """Whether trucks can come: truck lanes, and something that is a gate."""
    gates = [a.kind for a in terminal.areas] + [s.kind for s in terminal.structures]
    return "gate" in gates and any(lane.kind == "truck" for lane in terminal.lanes)


def clock(seconds: float) -> str:
    """Seconds as scenario files write them: -0:20, 1:05, 1:05:30."""
    whole = round(abs(seconds))
    text = f"{whole // 3600}:{whole // 60 % 60:02d}" + (f":{whole % 60:02d}" if whole % 60 else "")
    return ("-" if seconds < 0 and whole else "") + text


def hours(scenario: Scenario) -> float:
    """The scenario's end in seconds."""
    return scenario.hours * 3600


# -- names and times


def _names_and_times(scenario: Scenario, terminal: Terminal) -> Iterator[Wrong]:
    yield from _out_of_service(scenario, terminal)
    for i, call in enumerate(scenario.calls):
        yield from _call(i, call, scenario, terminal)
    yield from _gate(scenario, terminal)
    for i, fault in enumerate(scenario.faults):
        yield from _fault(i, fault, scenario, terminal)
    for i, incident in enumerate(scenario.incidents):
        yield from _incident(i, incident, scenario, terminal)


def _out_of_service(scenario: Scenario, terminal: Terminal) -> Iterator[Wrong]:
    for name in scenario.out_of_service:
        if name not in terminal.machines.name:
            yield Wrong("", -1, "out_of_service", _none("machine", name, terminal.machines.name))


def _call(i: int, call: Call, scenario: Scenario, terminal: Terminal) -> Iterator[Wrong]:
    def wrong(key: str, message: str) -> Wrong:
        return Wrong("calls", i, key, message)

    first = next(other for other in scenario.calls if other.ship == call.ship)
    if first is not call:
        yield wrong("ship", f"{call.ship!r} calls twice" + (f", first in line {first.line}" if first.line else ""))
    kind = terminal.catalogue.vessels.get(call.kind)
    if kind is None:
        yield wrong("kind", _none("class of vessels", call.kind, terminal.catalogue.vessels))
        return
    berth = moorings.berth_named(terminal, call.berth)
    if berth is None:
        yield wrong("berth", _none("berth", call.berth, [b.name for b in terminal.berths]))
        return
    quay = moorings.quay_named(terminal, berth.quay)
    if kind.length > moorings.length(quay):
        yield wrong(
            "kind",
            f"{call.kind!r} is {kind.length:g} m long and quay {quay.name} of berth {berth.name} "
            f"{moorings.length(quay):g} m; {_shorter(terminal, moorings.length(quay))}",
        )
    if call.arrival > hours(scenario):
        yield wrong("arrival", _late(call.arrival, scenario))
    needed = moorings.depth_needed(kind, moorings.draught(call, kind))
    if berth.depth and needed > berth.depth:
        yield wrong(
            "draught" if call.draught else "berth",
            f"{call.ship} draws {moorings.draught(call, kind):g} m and needs {needed:.2f} m of water, but {berth.name} "
            f"has {berth.depth:g} m; give a deeper berth, or a `draught:` of {berth.depth - needed + moorings.draught(call, kind):.2f} or less",
        )
    if call.discharge + call.load:
        there = moorings.quay_cranes(terminal, quay, scenario.out_of_service)
        if not there:
            yield wrong("discharge" if call.discharge else "load", f"no quay crane stands in service at quay {quay.name}")
        if call.cranes > len(there):
            yield wrong("cranes", f"{call.cranes} is more than the {len(there)} quay cranes in service at {quay.name}")
    yield from _aboard(wrong, call, kind.teu)


def _aboard(wrong: Callable[[str, str], Wrong], call: Call, teu: int) -> Iterator[Wrong]:
    size = 2 - call.twenties  # TEU a box
    stowed = call.fill * teu
    if call.discharge * size > stowed + 0.5:
        yield wrong(
            "discharge",
            f"{call.discharge} boxes of {size:g} TEU are more than she brings: {call.fill:g} of {teu:,} TEU "
            f"are {int(stowed / size)} such boxes",
        )
    if stowed + (call.load - call.discharge) * size > teu + 0.5:
        most = int((teu - stowed) / size) + call.discharge
        yield wrong("load", f"{call.load} boxes of {size:g} TEU find no room aboard; {most} would")


def _gate(scenario: Scenario, terminal: Terminal) -> Iterator[Wrong]:
    windows = scenario.gate.windows
    for i, window in enumerate(windows):
        if window.end <= window.start:
            yield Wrong(
                "gate.windows", i, "end", f"{clock(window.end)} is not after the window's start, {clock(window.start)}"
            )
        if window.start < -scenario.warm_up:
            yield Wrong(
                "gate.windows", i, "start", f"{clock(window.start)} is before the warm-up begins, {clock(-scenario.warm_up)}"
            )
        if window.end > hours(scenario):
            yield Wrong("gate.windows", i, "end", _late(window.end, scenario))
        for other in windows[:i]:
            if window.start < other.end and other.start < window.end:
                yield Wrong(
                    "gate.windows",
                    i,
                    "start",
                    f"{clock(window.start)} to {clock(window.end)} overlaps with the window from {clock(other.start)} "
                    f"to {clock(other.end)}" + (f" in line {other.line}" if other.line else ""),
                )
        if window.per_hour and not has_gate(terminal):
            yield Wrong(
                "gate.windows", i, "per_hour", f"{terminal.name} has no gate with truck lanes, so no trucks can come"
            )
        if 0 < window.slots < window.per_hour / 4:
            yield Wrong(
                "gate.windows",
                i,
                "slots",
                f"{window.slots:g} appointments an hour for {window.per_hour:g} trucks would leave more than three in "
                "four waiting; give more appointments, or fewer trucks",
            )


def _fault(i: int, fault: Fault, scenario: Scenario, terminal: Terminal) -> Iterator[Wrong]:
    if fault.machine not in terminal.machines.name:
        yield Wrong("faults", i, "machine", _none("machine", fault.machine, terminal.machines.name))
    if fault.machine in scenario.out_of_service:
        yield Wrong("faults", i, "machine", f"{fault.machine} is out of service all the time")
    if fault.at < -scenario.warm_up:
        yield Wrong("faults", i, "at", f"{clock(fault.at)} is before the warm-up begins, {clock(-scenario.warm_up)}")
    if fault.at > hours(scenario):
        yield Wrong("faults", i, "at", _late(fault.at, scenario))
    for other in scenario.faults[:i]:
        if other.machine == fault.machine and fault.at < other.at + other.lasts and other.at < fault.at + fault.lasts:
            yield Wrong(
                "faults",
                i,
                "at",
                f"{fault.machine} is out of order already from {clock(other.at)} to {clock(other.at + other.lasts)}",
            )


def _incident(i: int, incident: Incident, scenario: Scenario, terminal: Terminal) -> Iterator[Wrong]:
    def wrong(key: str, message: str) -> Wrong:
        return Wrong("incidents", i, key, message)

    planting = PLANTED[incident.kind]
    if not 0 <= incident.at <= hours(scenario):
        yield wrong("at", f"{clock(incident.at)} is not between 0:00 and {clock(hours(scenario))}, the scenario's hours")
    if not np.isnan(incident.amount):
        if planting.amount is None:
            yield wrong("amount", f"{incident.kind} has no size; leave it out")
        elif incident.amount > planting.amount[1]:
            yield wrong("amount", f"{incident.amount:g} m is more than {planting.amount[1]:g}; {planting.amount[0]:g} is usual")
    roles = planting.roles
    least = sum(role.needed for role in roles)
    if len(incident.who) > len(roles) or 0 < len(incident.who) < least:
        yield wrong(
            "who",
            f"has {len(incident.who)} names; {incident.kind} takes {', then '.join(map(str, roles))}, "
            "or nobody, and the run chooses",
        )
    for name, role in zip(incident.who, roles):
        if said := _not_fit(name, role, scenario, terminal):
            yield wrong("who", said)
    yield from (wrong("who", said) for said in _together(incident, terminal))
    if not incident.who:
        yield from (wrong("kind", said) for role in roles if role.needed and (said := _nobody(role, scenario, terminal)))
    if incident.kind == "boom-down" and not _berthing(incident, scenario):
        yield wrong("at", f"no ship berths within the hour after {clock(incident.at)}")


def _not_fit(name: str, role: Role, scenario: Scenario, terminal: Terminal) -> str:
    """Why *name* cannot play *role*, or nothing."""
    if role.of == "block":
        return "" if name in terminal.block_row else _none("block", name, terminal.blocks.name)
    if role.of == "ship":
        ships = [call.ship for call in scenario.calls]
        return "" if name in ships else _none("ship", name, ships)
    if name not in terminal.machines.name:
        return _none("machine", name, terminal.machines.name)
    if name in scenario.out_of_service:
        return f"{name} is out of service"
    group = _group(name, terminal)
    return f"{name} is of group {group}; a {role} is needed" if role.groups and group not in role.groups else ""


def _group(name: str, terminal: Terminal) -> str:
    return terminal.kind(terminal.machines.kind[terminal.machines.name.index(name)]).group


def _nobody(role: Role, scenario: Scenario, terminal: Terminal) -> str:
    """Why nobody of the terminal can play *role*, or nothing."""
    names = {"machine": terminal.machines.name, "block": terminal.blocks.name}.get(role.of, ())
    fits = any(not _not_fit(name, role, scenario, terminal) for name in names)
    return "" if fits else f"needs a {role}, and {terminal.name} has none in service"


def _together(incident: Incident, terminal: Terminal) -> Iterator[str]:
    """Why those who are named cannot meet."""
    if len(set(incident.who)) < len(incident.who):
        yield f"{', '.join(incident.who)}: nobody takes part twice"
    elif incident.kind == "cranes-close" and len(incident.who) == 2 and set(incident.who) <= set(terminal.machines.name):
        a, b = (_rails(name, terminal) for name in incident.who)
        if not a & b:
            yield f"{incident.who[0]} and {incident.who[1]} do not stand on one rail or runway, so they cannot meet"


def _rails(name: str, terminal: Terminal) -> frozenset[int]:
    """Rails that a crane may stand on: of its group, under its place, and of the gauge of its kind where that is told."""
    row = terminal.machines.name.index(name)
    kind = terminal.kind(terminal.machines.kind[row])
    gauge = next((kind.facts[key][0] for key in ("gauge", "span") if key in kind.facts), 0.0)
    found = []
    for n, rail in enumerate(terminal.rails):
        dx, dy = rail.x1 - rail.x0, rail.y1 - rail.y0
        long = float(np.hypot(dx, dy))
        px, py = float(terminal.machines.x[row]) - rail.x0, float(terminal.machines.y[row]) - rail.y0
        along, across = (px * dx + py * dy) / long, (py * dx - px * dy) / long
        over = -1.0 <= along <= long + 1.0 and -1.0 <= across <= rail.gauge + 1.0
        if rail.kind == kind.group and over and (not gauge or abs(gauge - rail.gauge) < 0.5):
            found.append(n)
    return frozenset(found)


def _berthing(incident: Incident, scenario: Scenario) -> bool:
    ships = [call for call in scenario.calls if len(incident.who) < 2 or call.ship == incident.who[1]]
    return any(incident.at <= call.arrival <= incident.at + 3600 for call in ships)


def _none(what: str, name: str, known: object) -> str:
    return f"no {what} is named {name!r}; {offer(what, name, list(known))}"  # type: ignore[call-overload]


def _late(seconds: float, scenario: Scenario) -> str:
    return f"{clock(seconds)} is after the scenario's end, {clock(hours(scenario))}"


def _shorter(terminal: Terminal, room: float) -> str:
    fit = sorted((k.length, k.name) for k in terminal.catalogue.vessels.values() if k.length <= room)
    return f"{fit[-1][1]} ({fit[-1][0]:g} m) would fit" if fit else "no class is shorter"


# -- where ships lie


def _moored(scenario: Scenario, terminal: Terminal, complain: Complain) -> tuple[tuple[Call, ...], list[str]]:
    """The calls with their places; ships whose place is given first, the others in order of arrival."""
    calls, notes = list(scenario.calls), []
    quickest = {i: _stay(call, scenario, terminal, BEST) for i, call in enumerate(calls) if call.along is not None}
    for i in quickest:
        for wrong in _along(i, calls[i], terminal):
            complain(wrong)
    for i, j in combinations(quickest, 2):
        if quickest[i].meets(quickest[j]):
            complain(_meeting(j, calls[j], quickest[i], quickest[j]))
    usual = {i: _stay(calls[i], scenario, terminal, USUAL) for i in quickest}
    for i in sorted((i for i, call in enumerate(calls) if call.along is None), key=lambda i: (calls[i].arrival, i)):
        for rate, taken in ((USUAL, usual), (BEST, quickest)):
            low = _free(calls[i], scenario, terminal, list(taken.values()), rate)
            if low is not None:
                break
        else:
            complain(_no_room(i, calls[i], scenario, terminal, list(quickest.values())))
        berth = moorings.berth_named(terminal, calls[i].berth)
        calls[i] = replace(calls[i], along=round(low - (berth.start if berth else 0.0), 3))
        quickest[i], usual[i] = (_stay(calls[i], scenario, terminal, rate) for rate in (BEST, USUAL))
    notes += _waits(calls, usual) + _out_of_reach(calls, terminal)
    return tuple(calls), notes


def _stay(call: Call, scenario: Scenario, terminal: Terminal, rate: float) -> Stay:
    berth, kind = moorings.berth_named(terminal, call.berth), terminal.catalogue.vessels[call.kind]
    assert berth is not None  # looked at before
    cranes = len(moorings.quay_cranes(terminal, moorings.quay_named(terminal, berth.quay), scenario.out_of_service))
    low = berth.start + (call.along or 0.0)
    begin, end = moorings.stay(call, kind, cranes, rate=rate, since=-scenario.warm_up)
    return Stay(call.ship, berth.quay, low, low + kind.length, begin, end)


def _along(i: int, call: Call, terminal: Terminal) -> Iterator[Wrong]:
    berth, kind = moorings.berth_named(terminal, call.berth), terminal.catalogue.vessels[call.kind]
    assert berth is not None and call.along is not None  # looked at before
    room = moorings.length(moorings.quay_named(terminal, berth.quay))
    low = berth.start + call.along
    first = max(-berth.start, -kind.length / 2)
    last = min(room, berth.end + kind.length / 2) - kind.length - berth.start
    if not first - 1e-6 <= call.along <= last + 1e-6:
        yield Wrong(
            "calls", i, "along",
            f"{call.along:g} puts {call.ship} at {low:g} to {low + kind.length:g} m of quay {berth.quay}; her middle "
            f"lies in {berth.name} ({berth.start:g} to {berth.end:g} m) and all of her along the quay (0 to {room:g} m) "
            f"with {first:g} to {last:g}",
        )  # fmt: skip
    depth = moorings.depth_at(terminal, berth.quay, low, low + kind.length)
    if moorings.depth_needed(kind, moorings.draught(call, kind)) > depth:
        yield Wrong("calls", i, "along", f"{call.along:g} puts {call.ship} where the water is {depth:g} m deep, too little")


def _free(call: Call, scenario: Scenario, terminal: Terminal, taken: list[Stay], rate: float) -> float | None:
    berth, kind = moorings.berth_named(terminal, call.berth), terminal.catalogue.vessels[call.kind]
    assert berth is not None  # looked at before
    here = _stay(call, scenario, terminal, rate)
    depth = moorings.draught(call, kind)
    return moorings.place(kind, berth, terminal, taken, when=(here.begin, here.end), draught=depth)


def _meeting(i: int, call: Call, first: Stay, second: Stay) -> Wrong:
    return Wrong(
        "calls", i, "arrival" if first.begin < second.begin else "along",
        f"{call.ship} would lie at {second.low:g} to {second.high:g} m of quay {second.quay} from {clock(second.begin)}, "
        f"where {first.ship} lies at {first.low:g} to {first.high:g} m until {clock(first.end)} at the earliest "
        f"(ships lie {moorings.GAP:g} m apart); let her come later, or lie elsewhere",
    )  # fmt: skip


def _no_room(i: int, call: Call, scenario: Scenario, terminal: Terminal, taken: list[Stay]) -> Wrong:
    here = _stay(call, scenario, terminal, BEST)
    there = [s for s in taken if s.quay == here.quay and s.begin < here.end and here.begin < s.end]
    lying = ", ".join(f"{s.ship} at {s.low:g} to {s.high:g} m until {clock(s.end)}" for s in there)
    length = terminal.catalogue.vessels[call.kind].length
    return Wrong(
        "calls", i, "berth",
        f"{call.berth} has no room of {length:g} m for {call.ship} at {clock(call.arrival)}: "
        + (f"there lie {lying}; give another berth or a later arrival" if lying else "the water is not deep enough"),
    )  # fmt: skip


def _waits(calls: list[Call], usual: dict[int, Stay]) -> list[str]:
    """Ships that come before the one in their place is likely to have sailed."""
    return [
        f"{b.ship} comes at {clock(b.begin)}; {a.ship} is reckoned to lie in her place until {clock(a.end)}"
        for i, j in combinations(sorted(usual, key=lambda i: (usual[i].begin, i)), 2)
        if (a := usual[i]).meets(b := usual[j])
    ]


def _out_of_reach(calls: list[Call], terminal: Terminal) -> list[str]:
    out = []
    for call in calls:
        berth, kind = moorings.berth_named(terminal, call.berth), terminal.catalogue.vessels[call.kind]
        if berth is None or not call.discharge + call.load:
            continue
        far = moorings.reach(terminal, moorings.quay_named(terminal, berth.quay))
        if far < moorings.farthest_row(kind):
            lost = int(np.ceil((moorings.farthest_row(kind) - far) / kind.row_pitch))
            out.append(f"the quay cranes do not reach {min(lost, kind.rows)} of the {kind.rows} rows of {call.ship}")
    return out


# -- boxes


def _boxes(scenario: Scenario, terminal: Terminal) -> Iterator[Wrong]:
    """Whether the yard can hold what comes and has what goes, call after call, trucks left aside."""
    room = positions(terminal)
    level = scenario.fill * room
    for i, call in sorted(enumerate(scenario.calls), key=lambda p: (p[1].arrival, p[0])):
        size = 2 - call.twenties
        level += (call.discharge - call.load) * size
        if level > room + 0.5:
            yield Wrong(
                "calls", i, "discharge",
                f"with the {call.discharge} boxes of {call.ship} the yard would hold {level:,.0f} TEU of {room:,} "
                f"(fill {scenario.fill:g} and all calls until then); let fewer come, or begin with a smaller `fill:`",
            )  # fmt: skip
        if level < -0.5:
            yield Wrong(
                "calls", i, "load",
                f"{call.load} boxes for {call.ship} are {-level / size:,.0f} more than the yard has by then "
                f"(fill {scenario.fill:g} of {room:,} TEU and all calls until then); load fewer, or begin with a larger `fill:`",
            )  # fmt: skip
