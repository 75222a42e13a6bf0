"""A session as something to be played: pause, jump, speed, and what state it is in.  No Qt here."""

from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass

from twin.clock import RATES, ReplayClock, ticking
from twin.feeds.feed import LIVE, LOST, NO_FEED, RESYNC, STALE
from twin.feeds.recorded import RecordedFeed
from twin.moment import Moment
from twin.session import Session
from twin.units import SECOND
from twin.viewer.words import clock_text, count, rate_text

BEFORE_ALL, AFTER_ALL = -(2**62), 2**62
STATES = {LIVE: "pass", STALE: "warn", LOST: "fail", RESYNC: "unknown", NO_FEED: "unknown"}  # whose shape a state has
SPEEDS = tuple(sorted([*RATES, *(-rate for rate in RATES)]))  # negative ones play backwards


@dataclass(frozen=True)
class Mode:
    """What is being watched, in words, and the tone of its pill."""

    text: str
    tone: str
    shape: bool = True


class Player:
    """Plays one session.  Seeking never changes play or pause."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.moment: Moment = session.step()
        self._heard = session.health.heard
        self._since = ticking()
        self.rate_heard = 0.0  # messages a second

    @property
    def clock(self) -> ReplayClock | None:
        """The clock of a recording; None where time cannot be chosen."""
        clock = self.session.clock
        return clock if isinstance(clock, ReplayClock) and clock.end > clock.start else None

    @property
    def playing(self) -> bool:
        return self.session.live or (self.clock is not None and self.clock.playing)

    @property
    def rate(self) -> float:
        return self.clock.rate if self.clock else 1.0

    def step(self) -> bool:
        """Bring the moment up to now; whether it is another than before."""
        if not self.session.live and self.session.clock.now() == self.moment.t:
            return False
        self.moment = self.session.step()
        return True

    def toggle(self) -> None:
        """Play or pause."""
        if self.clock:
            self.clock.playing = not self.clock.playing

    def stop(self) -> None:
        """Stand still at what was shown last: what comes cannot be shown."""
        if self.clock:
            self.clock.playing = False
            self.clock.jump(self.moment.t)

    def seek(self, t: int) -> None:
        """Show *t* (ns) next, kept inside the recording."""
        if self.clock:
            self.clock.jump(t)

    def nudge(self, ns: int) -> None:
        """Go on, or back, by *ns* from what is shown."""
        if self.clock:
            self.seek(self.clock.now() + ns)

    def press(self, button: str) -> None:
        """What a transport button does."""
        if self.clock:
            deeds: dict[str, Callable[[], None]] = {
                "start": lambda: self.seek(BEFORE_ALL),
                "back": lambda: self.nudge(-SECOND),
                "play": self.toggle,
                "on": lambda: self.nudge(SECOND),
                "end": lambda: self.seek(AFTER_ALL),
            }
            deeds[button]()

    def pace(self, rate: float) -> None:
        """Play at *rate* recorded seconds a second."""
        if self.clock:
            self.clock.rate = rate

    def measure(self) -> None:
        """Reckon how many messages a second are heard; call about once a second."""
        heard, now = self.session.health.heard, ticking()
        if (spent := now - self._since) > SECOND // 2:
            self.rate_heard = max(heard - self._heard, 0) * SECOND / spent
            self._heard, self._since = heard, now

    @property
    def mode(self) -> Mode:
        """REPLAY, or the state of the feed; the pill in the menu bar."""
        if self.session.feed is None:
            return Mode(NO_FEED, "unknown")
        if not self.session.live:
            return Mode("REPLAY", "accent", shape=False)
        state = self.session.health.state
        return Mode(state, STATES.get(state, "unknown"))

    @property
    def state(self) -> Mode:
        """The first cell of the status bar: always the worst state."""
        if self.session.live or self.session.feed is None:
            return self.mode
        if self.clock is None:
            return Mode("EMPTY RECORDING", "warn")
        at_end = self.moment.t >= self.clock.end if self.rate >= 0 else self.moment.t <= self.clock.start
        if self.playing and at_end:
            return Mode("ENDED" if self.rate >= 0 else "AT THE START", "accent", shape=False)
        return Mode(f"REPLAY {rate_text(self.rate)}" if self.playing else "PAUSED", "accent", shape=False)

    @property
    def doubted(self) -> str:
        """How many messages could not be believed or never came, in words; '' where there are none."""
        health = self.session.health
        bad = sum(health.bad.values())
        parts = [f"{count(bad)} bad {'message' if bad == 1 else 'messages'}"] if bad else []
        parts += [f"{count(health.lost)} lost"] if health.lost else []
        return ", ".join(parts)

    @property
    def trouble(self) -> tuple[str, str]:
        """A sentence for the banner and its verdict, both '' where all is well."""
        health, feed = self.session.health, self.session.feed
        if isinstance(feed, RecordedFeed) and not (health.note or feed.recording.sealed):
            return (
                f"The recording was not closed: it ends at {clock_text(feed.recording.end)}, the rest was not written.",
                "warn",
            )
        if not self.session.live:
            return (health.note, "warn") if health.note else ("", "")
        if health.state in (LIVE, NO_FEED):
            return "", ""
        said = health.note or f"The feed is {health.state}."
        return said, "fail" if health.state == LOST else STATES.get(health.state, "warn")

    def close(self) -> None:
        """Let go of the session."""
        self.session.close()


def nearest_speed(rate: float) -> int:
    """Index of the one of `SPEEDS` nearest to *rate*."""
    after = bisect_left(SPEEDS, rate)
    around = [i for i in (after - 1, after) if 0 <= i < len(SPEEDS)]
    return min(around, key=lambda i: abs(SPEEDS[i] - rate))


def next_speed(rate: float, step: int) -> float:
    """The speed *step* places faster (or slower, and so backwards) than *rate*."""
    return SPEEDS[min(max(nearest_speed(rate) + step, 0), len(SPEEDS) - 1)]
