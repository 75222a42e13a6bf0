"""What was said of containers' places, in time order; the last word at or before *t* is believed."""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

import numpy as np

from twin.facts import Places
from twin.geometry import Ints

_COLUMNS = tuple(column.name for column in fields(Places))
_NEVER = np.iinfo(np.int64).min


def _joined(batches: Sequence[Places]) -> Places:
    return Places(*(np.concatenate([getattr(b, name) for b in batches]) for name in _COLUMNS))


def _picked(batch: Places, index: Ints) -> Places:
    return Places(*(getattr(batch, name)[index] for name in _COLUMNS))


def _empty(n: int) -> Places:
    blank: dict[str, Any] = {
        column.name: np.zeros(n, np.int64 if i < 7 else np.float64) for i, column in enumerate(fields(Places))
    }
    return Places(**blank)


class Ledger:
    """Places heard, as a base (everything folded away) and a log sorted by time; `now` is the last word per container
    at the cursor.
    """

    def __init__(self) -> None:
        self.base = _empty(0)  # row i is container i; t = _NEVER where nothing is known
        self.folded = _NEVER  # facts up to this time are in the base
        self.log = _empty(0)
        self.now = _empty(0)
        self._fresh: list[Places] = []
        self._cursor = _NEVER
        self._applied = 0

    def hear(self, batch: Places) -> None:
        """Take in places, in any order, any number of times."""
        if len(batch.t):
            self._grow(int(batch.container.max()) + 1)
            self._fresh.append(batch)

    def _grow(self, n: int) -> None:
        if n > len(self.base.t):
            more = _empty(n - len(self.base.t))
            more.t[:] = _NEVER
            self.base, self.now = _joined([self.base, more]), _joined([self.now, more])

    def _settle(self) -> bool:
        """Sort in what is fresh.  True where some of it is older than what has been applied, so that the cursor must
        start over.
        """
        if not self._fresh:
            return False
        fresh = _joined(self._fresh)
        self._fresh.clear()
        late = fresh.t <= self.folded
        if np.any(late):
            self._heal(_picked(fresh, np.flatnonzero(late)))
            fresh = _picked(fresh, np.flatnonzero(~late))
        again = bool(np.any(late) or np.any(fresh.t <= self._cursor))
        fresh = _sorted(fresh)
        if len(self.log.t) and len(fresh.t) and fresh.t[0] <= self.log.t[-1]:
            self.log = _sorted(_joined([self.log, fresh]))
        else:  # the common case: news is newer than all that is known
            self.log = _joined([self.log, fresh])
        return again

    def _heal(self, late: Places) -> None:
        """Fold facts from before the base's time into it, unless the base has newer word (or the same instant's
        larger).
        """
        known = _picked(self.base, np.unique(late.container))
        self._write(self.base, _sorted(_joined([_picked(known, np.flatnonzero(known.t > _NEVER)), late])))

    @staticmethod
    def _write(into: Places, log: Places) -> None:
        last = _last_words(log.container)
        for name in _COLUMNS:
            getattr(into, name)[log.container[last]] = getattr(log, name)[last]

    def at(self, t: int, containers: int) -> Ints:
        """Bring `now` (at least *containers* rows) to time *t*; the rows whose place is another than before."""
        self._grow(containers)
        if self._settle() or t < self._cursor:
            return self._start_over(t)
        news = self._until(t)
        self._write(self.now, news)
        return np.unique(news.container)

    def _until(self, t: int) -> Places:
        """The log's entries not yet applied up to *t*; they count as applied."""
        end = int(np.searchsorted(self.log.t, t, side="right"))
        news = _picked(self.log, np.arange(self._applied, end))
        self._applied, self._cursor = end, t
        return news

    def _start_over(self, t: int) -> Ints:
        """`now` from the base up to *t*; the rows that came out different."""
        before, self.now, self._applied = self.now, _picked(self.base, np.arange(len(self.base.t))), 0
        self._write(self.now, self._until(t))
        return np.flatnonzero(
            np.any([getattr(before, c) != getattr(self.now, c) for c in _COLUMNS if c != "container"], axis=0)
        )

    def forget(self, before: int) -> None:
        """Fold facts up to *before* into the base."""
        self._settle()
        end = int(np.searchsorted(self.log.t, before, side="right"))
        if end and self._cursor >= before:
            self._write(self.base, _picked(self.log, np.arange(end)))
            self.log = _picked(self.log, np.arange(end, len(self.log.t)))
            self._applied, self.folded = self._applied - end, before

    def known(self) -> Places:
        """The last word per container at the cursor, for those of whom anything is known."""
        return _picked(self.now, np.flatnonzero(self.now.t > _NEVER))


def _sorted(log: Places) -> Places:
    """By time, then container, then the fact itself, so that order of arrival cannot matter; exact repeats dropped."""
    order = np.lexsort((log.container, log.t))
    log = _picked(log, order)
    same = (log.t[1:] == log.t[:-1]) & (log.container[1:] == log.container[:-1])
    if not np.any(same):
        return log
    keys = [getattr(log, name) for name in reversed(_COLUMNS[2:])]
    log = _picked(log, np.lexsort((*keys, log.container, log.t)))
    kept = np.append((log.t[1:] != log.t[:-1]) | (log.container[1:] != log.container[:-1]), True)
    return _picked(log, np.flatnonzero(kept))


def _last_words(container: Ints) -> Ints:
    """Index of the last entry of each container in a time-ordered log."""
    _, first = np.unique(container[::-1], return_index=True)
    return len(container) - 1 - first
