"""The only module that asks the time: live, replay (rate, pause, jump, reverse), step (tests, video)."""

import time
from dataclasses import dataclass
from typing import Protocol

from twin.units import SECOND

RATES = (0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 100.0, 300.0, 1000.0)  # what a speed box offers
STRAY = 2 * SECOND  # a feed farther than this from where it was expected is followed at once


def wall() -> int:
    """Nanoseconds UTC by this machine's clock."""
    return time.time_ns()


def ticking() -> int:
    """Nanoseconds of a clock that never goes back; only differences mean anything."""
    return time.monotonic_ns()


def rest(seconds: float) -> None:
    """Do nothing for a while."""
    time.sleep(seconds)


class Clock(Protocol):
    """Says which instant is to be shown."""

    def now(self) -> int:
        """The instant to show, ns UTC."""
        ...


@dataclass
class StepClock:
    """Stands still until it is told otherwise: tests and video."""

    t: int

    def now(self) -> int:
        return self.t

    def jump(self, t: int) -> None:
        """Show *t* from now on."""
        self.t = t


class LiveClock:
    """Follows what a live feed says, *delay* behind its newest facts, at the pace of this machine's clock between
    them.
    """

    def __init__(self, delay: int) -> None:
        self.delay = delay
        self._ahead: int | None = None  # newest fact's time less this machine's, ns

    def heard(self, newest: int) -> None:
        """The feed has said something about *newest* (ns UTC)."""
        ahead = newest - ticking()
        if self._ahead is None or ahead > self._ahead or self._ahead - ahead > STRAY:
            self._ahead = ahead

    def now(self) -> int:
        return (wall() if self._ahead is None else ticking() + self._ahead) - self.delay


class ReplayClock:
    """Runs from *start* to *end* at *rate* (negative: backwards), can be paused, and jumped without changing play or
    pause.
    """

    def __init__(self, start: int, end: int, *, rate: float = 1.0, playing: bool = True, loop: bool = False) -> None:
        self.start, self.end, self.loop = start, max(end, start), loop
        self._rate, self._playing = rate, playing
        self._anchor, self._since = start, ticking()

    def now(self) -> int:
        t = self._anchor
        if self._playing:
            t += round((ticking() - self._since) * self._rate)
        if self.loop and self.end > self.start:
            return self.start + (t - self.start) % (self.end - self.start)
        return min(max(t, self.start), self.end)

    def _restart(self, t: int) -> None:
        self._anchor, self._since = min(max(t, self.start), self.end), ticking()

    def jump(self, t: int) -> None:
        """Show *t* (kept inside the recording); play or pause stays as it was."""
        self._restart(t)

    @property
    def playing(self) -> bool:
        """Whether time runs; a recording played to its end stands still, but is not paused."""
        return self._playing

    @playing.setter
    def playing(self, on: bool) -> None:
        t = self.now()
        at_end = self.end if self._rate >= 0 else self.start
        self._playing = on
        self._restart((self.start if self._rate >= 0 else self.end) if on and t == at_end and not self.loop else t)

    @property
    def rate(self) -> float:
        """Recorded seconds shown per second."""
        return self._rate

    @rate.setter
    def rate(self, rate: float) -> None:
        t = self.now()
        self._rate = rate
        self._restart(t)
