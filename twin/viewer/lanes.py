"""What the timeline draws: numbers over time, of a recording read ahead, or as they are heard.  No Qt here."""

from bisect import bisect_right, insort
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np

from twin.facts import Status, rows_of
from twin.geometry import Floats
from twin.moment import Moment
from twin.recording import Recording
from twin.units import HOUR, MINUTE, SECOND
from twin.viewer.distances import nearest_machines

SAMPLES = 240  # of a whole recording
LONGEST = 3 * HOUR  # a longer recording is not read ahead: its lanes fill as it is played
LIVE_WINDOW = 5 * MINUTE


@dataclass
class Lane:
    """One number over time: a *name*, its *unit* and *decimals*, drawn as bars or as a line."""

    name: str
    unit: str = ""
    decimals: int = 0
    line: bool = False
    t: list[int] = field(default_factory=list)
    values: dict[int, float] = field(default_factory=dict)

    def add(self, t: int, value: float) -> None:
        """The number was *value* at *t* (ns)."""
        if t not in self.values:
            insort(self.t, t)
        self.values[t] = value

    def at(self, t: int, *, within: int) -> float:
        """The last number said at or before *t*; NaN where that is longer ago than *within* (ns)."""
        found = bisect_right(self.t, t) - 1
        return self.values[self.t[found]] if found >= 0 and t - self.t[found] <= within else float("nan")

    def forget(self, before: int) -> None:
        """Drop what was said before *before* (ns)."""
        old = bisect_right(self.t, before)
        for t in self.t[:old]:
            del self.values[t]
        del self.t[:old]

    def columns(self, start: int, end: int, n: int) -> Floats:
        """The mean number in each of *n* equal spans from *start* to *end* (ns); NaN where nothing was said."""
        times = np.array(self.t, np.int64)
        values = np.array([self.values[t] for t in self.t])
        column = (times - start) * n // max(end - start, 1)
        inside = (column >= 0) & (column < n) & np.isfinite(values)
        total = np.bincount(column[inside], values[inside], minlength=n)
        many = np.bincount(column[inside], minlength=n)
        mean: Floats = np.divide(total, many, out=np.full(n, np.nan), where=many > 0)
        return mean


def new_lanes(*, live: bool = False) -> dict[str, Lane]:
    """The lanes of the timeline, empty.  A live feed counts messages; what they say is counted in a recording only."""
    return {
        "facts": Lane("Messages heard" if live else "Facts heard", "/s"),
        "work": Lane("Machines at work"),
        "carried": Lane("Boxes on machines"),
        "closest": Lane("Closest machines", "m", 2, line=True),
    }


def at_work(moment: Moment) -> int:
    """Machines that work or move."""
    said = moment.machines.status
    return int(np.count_nonzero((said == Status.WORKING) | (said == Status.MOVING)))


Said = tuple[int, dict[str, float]]


def survey(recording: Recording, wanted: Callable[[], bool], samples: int = SAMPLES) -> Iterator[Said]:
    """The lanes' numbers over the whole *recording*, one instant at a time, until nobody wants them; distances last."""
    start, end = recording.start, recording.end
    if not start < end <= start + LONGEST:
        return
    step = max((end - start) // samples, SECOND)
    for numbers_at, pace in ((_counted, step), (_measured, 2 * step)):
        for t in range(start, end, pace):
            if not wanted():
                return
            yield t, numbers_at(recording, t, pace)


def _counted(recording: Recording, t: int, step: int) -> dict[str, float]:
    moment = recording.at(t)
    facts = sum(rows_of(batch) for batch in recording.facts(t, t + step))
    return {"facts": facts * SECOND / step, "work": at_work(moment), "carried": len(moment.riders)}


def _measured(recording: Recording, t: int, step: int) -> dict[str, float]:
    return {"closest": nearest_machines(recording.at(t))}


def tick_step(span: int, pixels: int, apart: int = 90) -> int:
    """Nanoseconds between ruler ticks so that they stand at least *apart* pixels from each other."""
    for seconds in (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200):
        if seconds * SECOND * pixels >= apart * span:
            return seconds * SECOND
    return 24 * HOUR
