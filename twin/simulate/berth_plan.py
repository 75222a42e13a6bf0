"""Berths for ships of which only the arrival is known: first come, first served.

The rule: in the order of their arrival, each ship has the earliest time, and of that the first stretch of quay, that is
free and deep enough for all of her stay and has cranes; until then she waits.  A smaller ship that came later may so go
before a larger one, but never delays her.  Stays are reckoned with `moorings.USUAL` moves an hour and crane.  A ship
that is alongside already when the run begins has the remaining share of her boxes to move.  Ships that fit no berth
are left out, and named.
"""

from collections.abc import Sequence
from dataclasses import replace

from twin.catalogue import VesselClass
from twin.simulate import moorings
from twin.simulate.moorings import GAP, MOORING, USUAL, Stay
from twin.simulate.scenario import Call, Scenario
from twin.simulate.scenario_keys import OLDEST
from twin.simulate.wrong import clock
from twin.terminal import Berth, Quay, Terminal


def planned(ships: Sequence[Call], terminal: Terminal, *, hours: float) -> tuple[tuple[Call, ...], tuple[str, ...]]:
    """The calls of *ships* (their `berth` and `along` do not count) that lie at a berth within *hours*, and notes."""
    taken: list[Stay] = []
    calls: list[Call] = []
    left_out: list[str] = []
    waits: list[tuple[float, str]] = []
    for ship in sorted(ships, key=lambda s: (s.arrival, s.ship)):
        kind = terminal.catalogue.vessels.get(ship.kind)
        found = _first_free(ship, kind, terminal, taken) if kind else None
        if kind is None or found is None:
            left_out += [ship.ship] * (0 <= ship.arrival < hours * 3600)
            continue
        taken.append(found)
        if found.begin < hours * 3600 and found.end - MOORING > 0:
            calls.append(_moored(ship, kind, found, terminal))
            waits += [(found.begin - ship.arrival, ship.ship)] * (found.begin > ship.arrival + 1)
    notes = [f"left out, as they fit no berth with a quay crane: {', '.join(left_out)}"] if left_out else []
    if waits:
        longest, name = max(waits)
        notes.append(f"{len(waits)} of {len(calls)} ships wait for a berth, {name} the longest: {clock(longest)}")
    return tuple(calls), tuple(notes)


def _first_free(ship: Call, kind: VesselClass, terminal: Terminal, taken: list[Stay]) -> Stay | None:
    """The earliest stay, and of those the first along the quays; None if she fits nowhere."""
    for begin in sorted({ship.arrival, *(s.end for s in taken if s.end > ship.arrival)}):
        for quay in terminal.quays:
            cranes = len(moorings.quay_cranes(terminal, quay))
            end = moorings.stay(replace(ship, arrival=begin), kind, cranes, rate=USUAL, since=begin)[1]
            others = [s for s in taken if s.quay == quay.name and s.begin < end and begin < s.end]
            for low in sorted({0.0, *(round(s.high + GAP, 3) for s in others)}) if cranes else ():
                here = Stay(ship.ship, quay.name, low, low + kind.length, begin, end)
                if _lies(kind, quay, low, terminal) and not any(here.meets(other) for other in others):
                    return here
    return None


def _lies(kind: VesselClass, quay: Quay, low: float, terminal: Terminal) -> bool:
    """Whether there is a berth, quay and water enough from *low* metres on."""
    depth = moorings.depth_at(terminal, quay.name, low, low + kind.length)
    return (
        low + kind.length <= moorings.length(quay) + 1e-9
        and depth >= moorings.depth_needed(kind, moorings.LADEN * kind.draught)
        and _berth(kind, quay.name, low, terminal) is not None
    )


def _berth(kind: VesselClass, quay: str, low: float, terminal: Terminal) -> Berth | None:
    """The berth her middle lies in."""
    middle = low + kind.length / 2
    return next((b for b in terminal.berths if b.quay == quay and b.start <= middle <= b.end), None)


def _moored(ship: Call, kind: VesselClass, at: Stay, terminal: Terminal) -> Call:
    """The call at its berth; of one that began before the run what is left to do then."""
    berth = _berth(kind, at.quay, at.low, terminal)
    done, begun = at.end - MOORING, max(at.begin, -Scenario.warm_up)
    left = (done - begun) / (done - at.begin) if done > at.begin else 1.0
    cranes = len(moorings.quay_cranes(terminal, moorings.quay_named(terminal, at.quay)))
    return replace(
        ship,
        berth=berth.name if berth else "",
        along=round(at.low - (berth.start if berth else 0.0), 3),
        arrival=max(at.begin, -3600 * OLDEST),
        cranes=min(ship.cranes, cranes),
        discharge=round(ship.discharge * left),
        load=round(ship.load * left),
    )
