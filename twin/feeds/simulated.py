"""A simulated terminal as a feed: `sim:`, `sim:SCENARIO` or `sim:SCENARIO?seed=3`, going on as the clock goes on."""

from dataclasses import replace

from twin.clock import wall
from twin.errors import NoFeed
from twin.facts import Batch, Roster, rows_of
from twin.feeds.feed import LIVE, Health
from twin.simulate.run import Run, simulate
from twin.simulate.scenario import Scenario
from twin.simulate.scenario_files import open_scenario, usual
from twin.terminal import Terminal
from twin.units import MS

STEP = 5.0  # seconds decided at a time, so that nobody who watches has to wait for more


class SimulatedFeed:
    """What *run* says: live, as fast as this machine's clock goes; else at any speed from its start to its end."""

    def __init__(self, run: Run, *, live: bool) -> None:
        self.live, self.run = live, run
        scenario = run.works.scenario
        self.span: tuple[int, int] | None = None if live else (scenario.start, scenario.end)
        self.health = Health(state=LIVE, note=f"simulated: {scenario.name}, seed {scenario.seed}")
        self._coming = iter(run)
        self._next: tuple[int, list[Batch]] | None = next(self._coming)

    def hear(self, until: int) -> list[Batch]:
        """Facts not yet heard about times up to *until* (ns), live: or up to now if that is earlier."""
        until, out = (min(until, wall()) if self.live else until), list[Batch]()
        while self._next is not None and self._next[0] <= until:
            out += self._next[1]
            self.health.last_t = max(self.health.last_t, self._next[0])
            self._next = next(self._coming, None)
        self.health.heard += sum(rows_of(batch) for batch in out)
        return out

    def seek(self, t: int) -> list[Batch]:
        """Everything up to *t*, if nothing was heard yet: what has been simulated is not kept."""
        return [] if self.live else self.hear(t)

    def close(self) -> None:
        """Nothing is held open."""


def open_simulated(said: str, terminal: Terminal, roster: Roster) -> SimulatedFeed:
    """The live feed of *said*: a scenario's name or path, or '' for the usual one.  Raises `NoFeed`, `BadFile`."""
    name, _, options = said.partition("?")
    seed = _seed(said, options)
    scenario = open_scenario(name, terminal) if name else usual(terminal)
    return SimulatedFeed(started_now(scenario, terminal, roster, seed), live=True)


def started_now(scenario: Scenario, terminal: Terminal, roster: Roster, seed: int | None) -> Run:
    """*scenario* moved to begin now."""
    now = replace(scenario, start=wall() // MS * MS)
    return simulate(terminal, roster, now, seed=seed, chunk=STEP)


def _seed(said: str, options: str) -> int | None:
    key, _, value = options.partition("=")
    if not options:
        return None
    if key != "seed" or not value.isdecimal():
        raise NoFeed(f"'sim:{said}': only ?seed=NUMBER can follow the scenario, e.g. sim:altenwerder-morning?seed=3")
    return int(value)
