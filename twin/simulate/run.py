"""A scenario played on a terminal: `simulate` gives facts second by second, and afterwards what came of it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import simpy

from twin.errors import TwinError
from twin.facts import Batch, Roster
from twin.simulate import blocks, faults, incidents, quayside, straddles, transport, trucks
from twin.simulate.book import Book
from twin.simulate.boxes import Maker
from twin.simulate.imperfect import imperfect
from twin.simulate.otherwise import spoken
from twin.simulate.report import Report, report
from twin.simulate.rows import still
from twin.simulate.sampling import AHEAD, Sampler
from twin.simulate.scenario import Scenario
from twin.simulate.truth import Truth, truth
from twin.simulate.works import Works
from twin.terminal import Terminal
from twin.units import HOUR, SECOND

CHUNK = 300.0  # seconds decided and sampled at a time; the facts do not depend on it


@dataclass
class Run:
    """A run under way: iterate over it for (t ns, facts up to t), second by second."""

    works: Works
    sampler: Sampler
    chunk: float = CHUNK
    done: float = 0.0  # seconds simulated and said

    def __iter__(self) -> Iterator[tuple[int, list[Batch]]]:
        """First everything that is there at the start, then every second's news; facts are in the order of time.

        What a scenario's incidents and imperfections do to the messages is done to them here; the terminal is as it is.
        """
        works = self.works
        said = spoken(self._sampled(), works.otherwise)
        for t, batches in imperfect(said, works.scenario.imperfections, works.random("messages"), works.terminal):
            self.done = (t - self.sampler.start) / SECOND
            yield t, batches

    def report(self) -> Report:
        """What came of it up to now: moves an hour, turn times, conservation, beside the published ranges."""
        return report(self.works)

    def truth(self) -> list[Truth]:
        """What is known by now of the planted incidents."""
        return truth(self)

    def _sampled(self) -> Iterator[tuple[int, list[Batch]]]:
        """What machines, boxes and ships would say if every message came as it should."""
        env, seconds = self.works.env, self.works.scenario.hours * HOUR / SECOND
        env.run(until=AHEAD)
        yield self.sampler.first()
        begin = 0.0
        while begin < seconds:
            end = min(begin + self.chunk, seconds)
            env.run(until=end + AHEAD)
            yield from self.sampler.chunk(begin, end)
            begin = end


def simulate(
    terminal: Terminal,
    roster: Roster,
    scenario: Scenario,
    *,
    seed: int | None = None,
    hours: float | None = None,
    hz: float = 1.0,
    chunk: float = CHUNK,
    breath: float = 1.0,
) -> Run:
    """Play *scenario* on *terminal*; *seed* and *hours* stand in for the scenario's own.

    *hz* is how often a machine reports: a number that divides 1000 ms.  *breath* is how many seconds are told at a
    time: longer ones are cheaper, and the same facts.  The same seed gives the same facts.  Names of
    boxes, guests and ships get rows in *roster*.  Raises `TwinError`.
    """
    if not 0.1 <= hz <= 20 or abs(1000 / hz - round(1000 / hz)) > 1e-9:
        raise TwinError(
            f"{hz:g} reports a second: write a number from 0.1 to 20 that divides 1000 ms, e.g. 1, 2, 5, 10"
        )
    if seed is not None and seed < 0:
        raise TwinError(f"seed {seed}: write a whole number from 0 on")
    scenario = replace(scenario, seed=scenario.seed if seed is None else seed)
    scenario = replace(scenario, hours=scenario.hours if hours is None else hours)
    works = at_work(terminal, roster, scenario)
    sampler = Sampler(works, scenario.start, hz, scenario.standing_every, breath)
    return Run(works, sampler, chunk)


def at_work(terminal: Terminal, roster: Roster, scenario: Scenario) -> Works:
    """The terminal with everything in its place, its processes about to begin, *warm_up* seconds before the start."""
    env = simpy.Environment(initial_time=-scenario.warm_up)
    maker = Maker(roster, np.random.default_rng([scenario.seed, 0]))
    works = Works(env, terminal, roster, scenario, scenario.seed, maker, Book(maker.boxes))
    for party in (blocks, transport, straddles, quayside, trucks, faults, incidents):
        party.install(works)
    for row in range(len(terminal.machines)):
        if row not in works.tracks and (track := still(terminal, row)):
            works.tracks[row] = track
    for begin in works.started:
        env.process(begin())
    return works
