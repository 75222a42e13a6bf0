"""Terminal + feed + clock -> moment after moment; recording tee; health.

Hear early, show when due: facts are heard up to *horizon* past the instant shown, and no fact later than that may
colour it, so a
replay of a recorded live run shows the same moments as the run did.
"""

from collections.abc import Iterable
from typing import Protocol

import numpy as np

from twin.clock import Clock, LiveClock, ReplayClock, StepClock
from twin.facts import Batch, Events, Roster, rows_of
from twin.feeds.feed import Feed, Health
from twin.moment import Moment
from twin.terminal import Terminal
from twin.units import MS, SECOND
from twin.world import HORIZON, World

FAR = 60 * SECOND  # playing ahead by more than this is a jump: cheaper from a keyframe
SETTLE = 200 * MS  # facts of one instant come in several messages; a moment shown between them could not be shown again
KEEP_LIVE, KEEP_REPLAY = 120 * SECOND, 600 * SECOND  # how long facts are kept in full detail behind the instant shown


class Tee(Protocol):
    """Something that records what is heard."""

    def write(self, batches: Iterable[Batch]) -> None: ...


class Session:
    """One terminal shown from one feed.  One thread owns it."""

    def __init__(
        self, terminal: Terminal, feed: Feed | None = None, clock: Clock | None = None, *, roster: Roster | None = None
    ) -> None:
        self.terminal, self.feed = terminal, feed
        self.world = World(terminal, roster)
        self.roster = self.world.roster
        self.clock = clock or _clock_for(feed)
        self.tee: Tee | None = None
        self.events: list[Events] = []  # heard since the last step
        self._from, self._to = 0, -1  # what a recording has been heard of, ns

    @property
    def live(self) -> bool:
        return self.feed is not None and self.feed.live

    @property
    def health(self) -> Health:
        """What the feed heard, lost and could not believe."""
        return self.feed.health if self.feed else Health()

    def step(self) -> Moment:
        """The moment that is due now."""
        return self.at(self.clock.now()) if not self.live else self._live_step()

    def at(self, t: int) -> Moment:
        """The moment *t* (ns UTC); of a live feed, as far as it is still remembered."""
        if self.feed is not None and not self.feed.live:
            self._bring(t)
        return self.world.at(t)

    def _live_step(self) -> Moment:
        assert self.feed is not None
        batches = self.feed.hear(self.clock.now() + HORIZON)
        self._take(batches)
        newest = max((int(np.max(b.t)) for b in batches if rows_of(b) and not isinstance(b, Events)), default=0)
        if newest and isinstance(self.clock, LiveClock):
            self.clock.heard(newest)
        t = self.clock.now()
        self.world.forget(t - KEEP_LIVE)
        return self.world.at(t)

    def _bring(self, t: int) -> None:
        """Hear of a recording what is needed to show *t*, jumping by keyframe where that is shorter."""
        assert self.feed is not None
        if not self._from <= t <= self._to + FAR:
            self.world = World(self.terminal, self.roster)
            self._take(self.feed.seek(t))
            self._from = self._to = t
        if t + HORIZON > self._to:
            self._take(self.feed.hear(t + HORIZON))
            self._to = t + HORIZON
        if t - self._from > 2 * KEEP_REPLAY:
            self._from = t - KEEP_REPLAY
            self.world.forget(self._from)

    def _take(self, batches: list[Batch]) -> None:
        for batch in batches:
            self.world.hear(batch)
        self.events = [b for b in batches if isinstance(b, Events)]
        if self.tee is not None and batches:
            self.tee.write(batches)

    def close(self) -> None:
        """Let go of the feed."""
        if self.feed is not None:
            self.feed.close()


def _clock_for(feed: Feed | None) -> Clock:
    if feed is None:
        return StepClock(0)
    if feed.live:
        return LiveClock(HORIZON + SETTLE)
    start, end = feed.span or (0, 0)
    return ReplayClock(start, end)
