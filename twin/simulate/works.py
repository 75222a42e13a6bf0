"""Everything a run works with: the clock of the simulation, the boxes, machines, ships, and who does what."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from zlib import crc32

import numpy as np
import simpy
from simpy.resources.resource import PriorityRequest, Release

from twin.facts import Roster
from twin.simulate.book import Book
from twin.simulate.boxes import Maker
from twin.simulate.handover import Process, Transport, Yard
from twin.simulate.hulls import Sea
from twin.simulate.motion import Track
from twin.simulate.otherwise import Otherwise
from twin.simulate.rails import Rail
from twin.simulate.scenario import Scenario
from twin.simulate.tally import Tally
from twin.simulate.truth import Truth
from twin.terminal import Terminal

if TYPE_CHECKING:
    from twin.simulate.ground import Ground

INCIDENT, FAULT, ROUTINE = 0, 1, 2  # who comes first at a machine: SimPy priorities, the smaller the earlier


class Duty(simpy.PriorityResource):
    """The right to command one machine; the tally learns how long its routine work takes."""

    def __init__(self, env: simpy.Environment, row: int, tally: Tally) -> None:
        super().__init__(env, 1)
        self.row, self.tally, self.since = row, tally, 0.0

    def _do_put(self, event: PriorityRequest) -> None:  # type: ignore[override]
        super()._do_put(event)
        if event in self.users:
            self.since = self._env.now

    def _do_get(self, event: Release) -> None:
        request = event.request
        if request in self.users and isinstance(request, PriorityRequest) and request.priority == ROUTINE:
            self.tally.on_duty(self.row, self.since, self._env.now)
        super()._do_get(event)


@dataclass
class Works:
    """A terminal at work."""

    env: simpy.Environment
    terminal: Terminal
    roster: Roster
    scenario: Scenario
    seed: int
    maker: Maker
    book: Book
    tracks: dict[int, Track] = field(default_factory=dict)  # machine row -> its movement
    duty: dict[int, simpy.PriorityResource] = field(default_factory=dict)  # machine row -> who has it
    rails: dict[int, Rail] = field(default_factory=dict)  # machine row -> the rail it stands on
    meeting: dict[int, float] = field(default_factory=dict)  # quay crane row -> gantry position where it meets vehicles
    guests: list[tuple[float, int, str]] = field(default_factory=list)  # second, machine row, kind: not yet described
    guest_kind: dict[int, str] = field(default_factory=dict)  # machine row -> kind, of all guests there ever were
    events: list[tuple[float, str, str, str]] = field(default_factory=list)  # second, kind, who, text: not yet said
    started: list[Callable[[], Process]] = field(default_factory=list)  # what begins with the run
    ground: "Ground | None" = None  # everything that drives, once `transport.install` has run
    transport: Transport | None = None
    yard: Yard | None = None
    tally: Tally = field(default_factory=Tally)
    sea: Sea = field(default_factory=Sea)  # what is said of ships
    otherwise: Otherwise = field(default_factory=Otherwise)  # what is said otherwise than it is
    truths: dict[int, Truth] = field(default_factory=dict)  # number of a planted incident -> what came of it

    def __post_init__(self) -> None:
        self.book.heard.append(self.tally.handed)

    def random(self, name: str) -> np.random.Generator:
        """A generator of its own for *name*: what one party draws does not change what another draws."""
        return np.random.default_rng([self.seed, crc32(name.encode())])

    def guest(self, name: str, kind: str) -> int:
        """The row of a machine that is not in the layout: a truck from outside, a hatch cover."""
        row = self.roster.machines.of(name)
        self.guests.append((self.env.now, row, kind))
        self.guest_kind[row] = kind
        return row

    def of_duty(self, row: int) -> simpy.PriorityResource:
        """The right to command a machine: routine, fault and incident take it in turn."""
        if row not in self.duty:
            self.duty[row] = Duty(self.env, row, self.tally)
        return self.duty[row]

    def tell(self, t: float, kind: str, who: str, text: str) -> None:
        """An event, as facts say it."""
        self.events.append((t, kind, who, text))
        self.tally.told(t, kind, who)
