"""Made-up traffic as a live feed: `demo:` or `demo:SEED`, work that began a moment ago on whatever terminal it is."""

import numpy as np

from twin.clock import wall
from twin.errors import NoFeed
from twin.facts import Batch, Roster, rows_of
from twin.feeds.feed import LIVE, Health
from twin.simulate.traffic import traffic
from twin.terminal import Terminal
from twin.units import MS

DAY_S = 86_400.0


class MadeUpFeed:
    """Traffic made up as this machine's clock goes on, for a day.  Raises `NoFeed`."""

    live = True
    span: tuple[int, int] | None = None

    def __init__(self, seed: str, terminal: Terminal, roster: Roster) -> None:
        if seed and not seed.isdecimal():
            raise NoFeed(f"'demo:{seed}': what follows is the seed, a whole number, e.g. demo:1; or write demo: alone")
        self.health = Health(state=LIVE, note="made-up traffic")
        start = wall() // MS * MS
        self._coming = traffic(terminal, roster, start=start, duration_s=DAY_S, seed=int(seed or 1))
        self._next: tuple[int, list[Batch]] | None = next(self._coming)

    def hear(self, until: int) -> list[Batch]:
        """Facts not yet heard about times up to *until* (ns), or up to now if that is earlier."""
        out: list[Batch] = []
        while self._next is not None and self._next[0] <= min(until, wall()):
            out += self._next[1]
            self._next = next(self._coming, None)
        self.health.heard += len(out)
        newest = max((int(np.max(batch.t)) for batch in out if rows_of(batch)), default=0)
        self.health.last_t = max(self.health.last_t, newest)
        return out

    def seek(self, t: int) -> list[Batch]:
        """Nothing: what is live cannot be sought in."""
        return []

    def close(self) -> None:
        """Nothing is held open."""
