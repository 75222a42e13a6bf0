"""Planted incidents as scenarios name them: who may take part and how large they are; and which cannot be."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from twin.simulate.scenario import Incident, Scenario
from twin.simulate.wrong import Wrong, clock, none_named
from twin.terminal import Terminal

YARD = ("rtg", "armg")
STACKING = (*YARD, "straddle")
CRANES = (*YARD, "sts")
VEHICLES = ("agv", "tractor", "truck", "straddle")


@dataclass(frozen=True)
class Role:
    """One of those an incident names: a 'machine' of *groups* (any where there are none), a 'block' or a 'ship'."""

    of: str
    groups: tuple[str, ...] = ()
    needed: bool = True  # once anybody is named at all; whoever is not named is chosen by the run

    def __str__(self) -> str:
        return f"{self.of} ({' or '.join(self.groups)})" if self.groups else self.of


@dataclass(frozen=True)
class Planting:
    """What happens; *roles* in order; *amount*: the usual size in metres and the largest, None where it has no size."""

    about: str
    roles: tuple[Role, ...] = ()
    amount: tuple[float, float] | None = None


_BLOCK = Role("block", needed=False)
_SHIP = Role("ship", needed=False)
_VEHICLE = Role("machine", VEHICLES, needed=False)


def _by(*groups: str) -> Role:
    return Role("machine", groups)


PLANTED = {
    "cranes-close": Planting(
        "two cranes come as close as `amount` on one rail or runway", (_by(*CRANES), _by(*CRANES)), (0.8, 5.0)
    ),
    "spreader-dragged": Planting(
        "a spreader is dragged through the top of a stack, `amount` deep", (_by(*YARD), _BLOCK), (0.3, 2.0)
    ),
    "boom-down": Planting("a boom is down over a ship while she berths", (_by("sts"), _SHIP)),
    "truck-under-load": Planting("a vehicle stands under a suspended load", (_by(*CRANES), _VEHICLE)),
    "corner-cut": Planting(
        "a vehicle drives up to `amount` from a block's boxes, stops there and backs out",
        (_by(*VEHICLES), _BLOCK),
        (0.3, 5.0),
    ),
    "slot-occupied": Planting("a box is set down where one stands", (_by(*STACKING), _BLOCK)),
    "position-jump": Planting(
        "a machine's reported place is off by `amount` for a while", (Role("machine"),), (60.0, 5000.0)
    ),
    "silent": Planting("a machine says nothing for a while", (Role("machine"),)),
    "wrong-number": Planting("a box with a wrong check digit appears in a block", (_BLOCK,)),
    "twenty-on-forty": Planting("a 20' box is set on a 40'", (_by(*STACKING), _BLOCK)),
}
"""By kind, in the order of `scenario.INCIDENTS`.  Sizes that the issue does not ask for are made up."""


def metres(incident: Incident) -> float | None:
    """Its size in metres: as it is asked for, else the usual one; None where the kind has none."""
    usual = PLANTED[incident.kind].amount
    return None if usual is None else usual[0] if np.isnan(incident.amount) else incident.amount


def incident_wrongs(i: int, incident: Incident, scenario: Scenario, terminal: Terminal) -> Iterator[Wrong]:
    """What cannot be about the *i*-th incident, as far as that is known before the run."""
    planting = PLANTED[incident.kind]
    for key, said in (
        ("at", _hours(incident, scenario)),
        ("amount", _size(incident, planting)),
        ("who", _count(incident, planting)),
        *(("who", not_fit(name, role, scenario, terminal)) for name, role in zip(incident.who, planting.roles)),
        ("who", _together(incident, terminal)),
        *(("kind", _nobody(role, scenario, terminal)) for role in planting.roles if role.needed and not incident.who),
        ("at", _berthing(incident, scenario)),
    ):
        if said:
            yield Wrong("incidents", i, key, said)


def _hours(incident: Incident, scenario: Scenario) -> str:
    if 0 <= incident.at <= scenario.hours * 3600:
        return ""
    return f"{clock(incident.at)} is not between 0:00 and {clock(scenario.hours * 3600)}, the scenario's hours"


def _berthing(incident: Incident, scenario: Scenario) -> str:
    ships = [call for call in scenario.calls if len(incident.who) < 2 or call.ship == incident.who[1]]
    if incident.kind != "boom-down" or any(incident.at <= call.arrival <= incident.at + 3600 for call in ships):
        return ""
    return f"no ship berths within the hour after {clock(incident.at)}"


def _size(incident: Incident, planting: Planting) -> str:
    if np.isnan(incident.amount):
        return ""
    if planting.amount is None:
        return f"{incident.kind} has no size; leave it out"
    usual, most = planting.amount
    return f"{incident.amount:g} m is more than {most:g}; {usual:g} is usual" if incident.amount > most else ""


def _count(incident: Incident, planting: Planting) -> str:
    n, roles = len(incident.who), planting.roles
    if n == 0 or sum(role.needed for role in roles) <= n <= len(roles):
        return ""
    return f"has {n} names; {incident.kind} takes {', then '.join(map(str, roles))}, or nobody, and the run chooses"


def not_fit(name: str, role: Role, scenario: Scenario, terminal: Terminal) -> str:
    """Why *name* cannot play *role*, or nothing."""
    if role.of == "block":
        return "" if name in terminal.block_row else none_named("block", name, terminal.blocks.name)
    if role.of == "ship":
        ships = [call.ship for call in scenario.calls]
        return "" if name in ships else none_named("ship", name, ships)
    if name not in terminal.machines.name:
        return none_named("machine", name, terminal.machines.name)
    if name in scenario.out_of_service:
        return f"{name} is out of service"
    group = terminal.kind(terminal.machines.kind[terminal.machines.name.index(name)]).group
    return f"{name} is of group {group}; a {role} is needed" if role.groups and group not in role.groups else ""


def _nobody(role: Role, scenario: Scenario, terminal: Terminal) -> str:
    fits = any(not not_fit(name, role, scenario, terminal) for name in terminal.machines.name)
    return "" if fits else f"needs a {role}, and {terminal.name} has none in service"


def _together(incident: Incident, terminal: Terminal) -> str:
    """Why those who are named cannot meet, or nothing."""
    if len(set(incident.who)) < len(incident.who):
        return f"{', '.join(incident.who)}: nobody takes part twice"
    if incident.kind == "cranes-close" and len(incident.who) == 2 and not set(incident.who) - {*terminal.machines.name}:
        a, b = (rails_of(name, terminal) for name in incident.who)
        if not a & b:
            return f"{incident.who[0]} and {incident.who[1]} do not stand on one rail or runway, so they cannot meet"
        if between := _between(*incident.who[:2], terminal):
            return f"{between} stands between {incident.who[0]} and {incident.who[1]}, so they cannot meet"
    return ""


def _between(one: str, other: str, terminal: Terminal) -> str:
    """A crane of the same kind between two on one rail, or nothing: none passes another of its own kind."""
    own = terminal.machines
    a, b = own.name.index(one), own.name.index(other)
    rail = terminal.rails[min(rails_of(one, terminal) & rails_of(other, terminal))]
    dx, dy = rail.x1 - rail.x0, rail.y1 - rail.y0
    along = own.x * dx + own.y * dy
    low, high = sorted((float(along[a]), float(along[b])))
    for row, name in enumerate(own.name):
        alike = own.kind[row] == own.kind[a] == own.kind[b]
        if alike and low < along[row] < high and rails_of(name, terminal) & rails_of(one, terminal):
            return name
    return ""


def rails_of(name: str, terminal: Terminal) -> frozenset[int]:
    """Number of the rail that a crane stands on, in the terminal's list; more than one where gauges do not tell."""
    row = terminal.machines.name.index(name)
    kind = terminal.kind(terminal.machines.kind[row])
    found: dict[int, float] = {}
    for n, rail in enumerate(terminal.rails):
        dx, dy = rail.x1 - rail.x0, rail.y1 - rail.y0
        long = float(np.hypot(dx, dy))
        px, py = float(terminal.machines.x[row]) - rail.x0, float(terminal.machines.y[row]) - rail.y0
        along, across = (px * dx + py * dy) / long, (py * dx - px * dy) / long
        if rail.kind == kind.group and -1.0 <= along <= long + 1.0 and -1.0 <= across <= rail.gauge + 1.0:
            found[n] = rail.gauge
    told = next((kind.facts[key][0] for key in ("gauge", "span") if key in kind.facts), None)
    if told is None or not found:
        return frozenset(found)
    nearest = min(abs(gauge - told) for gauge in found.values())
    return frozenset(n for n, gauge in found.items() if abs(gauge - told) <= nearest + 0.1)
