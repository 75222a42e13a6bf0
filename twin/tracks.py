"""Reports of moving things, sorted by (row, time), and what they say of any instant between."""

from dataclasses import dataclass, field

import numpy as np

from twin.geometry import Bools, Floats, Ints
from twin.units import MS

_TIME_BITS = 40  # key = row << 40 | (milliseconds from the epoch + 2**39): 17 years to either side
_HALF = 1 << 39


@dataclass
class Tracks:
    """All reports heard of some things: *values* (n, c) per report, in one array sorted by row, then time.

    Hearing a report twice changes nothing; of two that contradict each other (same thing, same millisecond) the larger
    in column order is kept, whatever order they came in.
    """

    width: int
    epoch: int = 0  # ns; set by the first report
    keys: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    values: Floats = field(default_factory=lambda: np.zeros((0, 0)))
    fresh: list[tuple[Ints, Floats]] = field(default_factory=list)

    def hear(self, row: Ints, t: Ints, values: Floats) -> None:
        """Take in reports: rows (n,), times ns (n,), values (n, width)."""
        if not len(t):
            return
        if not len(self.keys) and not self.fresh:
            self.epoch = int(t[0]) // MS * MS
        self.fresh.append((self._keys(row, t), values))

    def _keys(self, row: Ints, t: Ints) -> Ints:
        return (row << _TIME_BITS) | ((t - self.epoch) // MS + _HALF)

    def _settle(self) -> None:
        if not self.fresh:
            return
        keys = np.concatenate([self.keys] + [k for k, _ in self.fresh])
        values = np.concatenate([self.values.reshape(-1, self.width)] + [v for _, v in self.fresh])
        self.fresh.clear()
        order = np.argsort(keys, kind="stable")
        keys, values = keys[order], values[order]
        if np.any(keys[1:] == keys[:-1]):
            keys, values = _without_twins(keys, values)
        self.keys, self.values = keys, values

    def around(self, rows: int, t: int, horizon: int) -> tuple[Ints, Ints, Floats]:
        """For each of *rows* things: index of the last report at or before *t* (-1: none), of the next, and the share
        of the way between.

        A next report later than *t* + *horizon* (ns) counts as not yet heard, in a replay as in the live run: the
        last stands for it.
        """
        self._settle()
        row = np.arange(rows, dtype=np.int64)
        if not len(self.keys):
            return np.full(rows, -1), np.full(rows, -1), np.zeros(rows)
        here = self._keys(row, np.full(rows, t, np.int64))
        before = np.searchsorted(self.keys, here, side="right") - 1
        held = (before >= 0) & (self.keys[np.maximum(before, 0)] >> _TIME_BITS == row)
        after = np.minimum(before + 1, len(self.keys) - 1)
        follows = self.keys[after] >> _TIME_BITS == row
        before = np.where(held, before, -1)
        after = np.where(follows, after, before)
        after = np.where(self.times(after) <= t + horizon, after, before)
        return before, after, self._share(before, after, t)

    def _share(self, before: Ints, after: Ints, t: int) -> Floats:
        start, end = self.times(before), self.times(after)
        span = np.maximum(end - start, 1)
        return np.where((before >= 0) & (after > before), np.clip((t - start) / span, 0.0, 1.0), 0.0)

    def times(self, index: Ints) -> Ints:
        """Times (ns) of reports; -1 where *index* is negative."""
        if not len(self.keys):
            return np.full(len(index), -1)
        stamp = ((self.keys[np.maximum(index, 0)] & ((1 << _TIME_BITS) - 1)) - _HALF) * MS + self.epoch
        return np.where(index >= 0, stamp, -1)

    def forget(self, before: int) -> None:
        """Drop reports older than *before*, except each thing's last one at or before it."""
        self._settle()
        if not len(self.keys):
            return
        row = self.keys >> _TIME_BITS
        old = (self.keys & ((1 << _TIME_BITS) - 1)) - _HALF < (before - self.epoch) // MS
        superseded = np.zeros(len(row), bool)
        superseded[:-1] = old[:-1] & old[1:] & (row[:-1] == row[1:])
        self.keys, self.values = self.keys[~superseded], self.values[~superseded]


def _without_twins(keys: Ints, values: Floats) -> tuple[Ints, Floats]:
    order = np.lexsort((*values.T[::-1], keys))
    keys, values = keys[order], values[order]
    last: Bools = np.append(keys[1:] != keys[:-1], True)
    return keys[last], values[last]
