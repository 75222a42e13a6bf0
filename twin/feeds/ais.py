"""AIS files as a feed: `ais:FILE`, plain or gzip; every line counted, none stopping it.

A file is read twice: first for sizes and the time it starts, since sizes come only every six minutes, so that a hull is
whole from its first report.  Facts come in the order of their own times, not of their reception: reports are received
up to 15 s late, and a twin that shows them live must not be told of what it has already shown.
"""

import gzip
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path
from typing import IO, TypeVar

import numpy as np

from twin.clock import rest, ticking
from twin.errors import BadFile, NoFeed
from twin.facts import Batch, DescribedVessels, Roster, Vessels, roster_of, rows_of, some
from twin.feeds.ais_lines import FATES, AisCounts, Listener, messages
from twin.feeds.ais_traffic import DESCRIPTIONS, RADIUS, Traffic, told
from twin.feeds.feed import LIVE, Health
from twin.terminal import Terminal
from twin.units import SECOND

Facts = tuple[DescribedVessels, Vessels]
B = TypeVar("B", DescribedVessels, Vessels)
_WHOLE, _REAL = np.zeros(0, np.int64), np.zeros(0)
NO_DESCRIPTIONS = DescribedVessels(_WHOLE, _WHOLE, (), (), _REAL, _REAL, _REAL)
NO_VESSELS = Vessels(_WHOLE, _WHOLE, _REAL, _REAL, _REAL, _REAL, _WHOLE)


class AisFeed:
    """The vessels in a file of AIS lines, as a recording that can be sought in.  Raises `BadFile`, `NoFeed`."""

    live = False

    def __init__(self, path: str | Path, terminal: Terminal, roster: Roster | None = None, *,
                 radius: float = RADIUS, start: int | None = None) -> None:  # fmt: skip
        self.counts = AisCounts()
        roster = roster or roster_of(terminal.machines.name)
        self._facts, self.span = _read(Path(path), Traffic(terminal, roster, self.counts, radius), start)
        self._heard = -1
        self.health = _health(self.counts, self.span[1])

    def hear(self, until: int) -> list[Batch]:
        """Facts not yet heard about times up to *until* (ns)."""
        after, self._heard = self._heard, max(self._heard, until)
        return between(self._facts, after, until)

    def seek(self, t: int) -> list[Batch]:
        """All facts about times up to *t*; `hear` goes on from there."""
        self._heard = t
        return between(self._facts, -1, t)

    def close(self) -> None:
        """Nothing is held open."""


def read_ais(path: str | Path, terminal: Terminal, *, roster: Roster | None = None, counts: AisCounts | None = None,
             radius: float = RADIUS, start: int | None = None) -> Iterator[list[Batch]]:  # fmt: skip
    """Facts in a file of AIS lines (plain or .gz), in order of time: the batches of each second that said something.

    *counts* is full once this returns.  *start* (ns UTC) is the time to begin with where the file says none.
    Raises `BadFile`, `NoFeed` for a terminal that lies nowhere or a file in which no line is AIS.
    """
    roster = roster or roster_of(terminal.machines.name)
    facts, _ = _read(Path(path), Traffic(terminal, roster, AisCounts() if counts is None else counts, radius), start)
    seconds = np.unique(np.concatenate([batch.t for batch in facts]) // SECOND)
    return (between(facts, second * SECOND - 1, (second + 1) * SECOND - 1) for second in seconds.tolist())


def _health(counts: AisCounts, last_t: int) -> Health:
    """The counts in the words that every feed has."""
    heard = counts.fates["position"] + counts.fates["description"]
    bad = Counter({fate: n for fate, n in counts.fates.items() if n and FATES[fate][1]})
    note = f"{counts.bad:,} of {counts.lines:,} lines were bad" if bad else ""
    return Health(heard=heard, bad=bad, state=LIVE, last_t=last_t, note=note)


def paced(seconds: Iterator[list[Batch]], *, speed: float = 1.0) -> Iterator[list[Batch]]:
    """The same batches, each when it is due: *speed* recorded seconds a second, 0 for as fast as they are taken."""
    began, first = ticking(), None
    for batches in seconds:
        t = min(int(batch.t.min()) for batch in batches)
        first = t if first is None else first
        if speed > 0:
            rest(max(0.0, (t - first) / speed - (ticking() - began)) / SECOND)
        yield batches


def between(facts: Facts, after: int, until: int) -> list[Batch]:
    """The facts about times in (after, until], ns; descriptions first."""
    chosen = [some(batch, (batch.t > after) & (batch.t <= until)) for batch in facts]
    return [batch for batch in chosen if rows_of(batch)]


def _read(path: Path, traffic: Traffic, start: int | None) -> tuple[Facts, tuple[int, int]]:
    """All facts of the file, each sort in one batch in order of time; the first and last time (ns) it speaks of."""
    if not traffic.terminal.site.known:
        name = traffic.terminal.name
        raise NoFeed(f"{name} lies nowhere on the earth: AIS needs site.lon_deg and site.lat_deg in its layout")
    first = _survey(path, traffic)
    first = first if start is None else start
    listener = Listener(traffic.counts, now=first)
    batches = [batch for second in told(messages(lines_of(path), listener), traffic) for batch in second]
    facts = _joined(batches, NO_DESCRIPTIONS), _joined(batches, NO_VESSELS)
    times = [*(int(t) for batch in facts for t in batch.t[[0, -1][: len(batch.t)]]), first or 0, listener.now or 0]
    return facts, (min(times), max(times))


def _joined(batches: list[Batch], none: B) -> B:
    """One batch of all that are of the sort of *none*, in order of time; *none* itself where there are none."""
    mine = [none, *(batch for batch in batches if isinstance(batch, type(none)))]
    columns: dict[str, object] = {}
    for column in fields(none):
        values = [getattr(batch, column.name) for batch in mine]
        columns[column.name] = sum(values, ()) if isinstance(values[0], tuple) else np.concatenate(values)
    whole = replace(none, **columns)  # type: ignore[arg-type]
    return some(whole, np.argsort(whole.t, kind="stable"))


def _survey(path: Path, traffic: Traffic) -> int | None:
    """First reading: all sizes into *traffic*; the first time that the file says (ns UTC)."""
    listener, first, ais = Listener(), None, 0
    for line in lines_of(path):
        heard = listener.hear(line)
        first = listener.now if first is None else first
        if heard:
            ais += 1
            if heard.message.msg_type in DESCRIPTIONS:
                traffic.describe(heard.message)
    if not ais:
        said = f"none of its {listener.counts.lines:,} lines is a sound AIS sentence"
        raise NoFeed(f"{path}: {said}; they look like !AIVDM,1,1,,A,13HOI:0P0000VOHLCnHQKwvL05Ip,0*23")
    return first


def lines_of(path: str | Path) -> Iterator[bytes]:
    """The lines of a file, plain or gzip by its first two bytes.  Raises `BadFile`."""
    try:
        with _opened(Path(path)) as file:
            yield from file
    except FileNotFoundError:
        raise BadFile(path, "there is no such file; give a file of AIS lines, plain or .gz") from None
    except (EOFError, zlib.error, gzip.BadGzipFile) as wrong:
        raise BadFile(path, f"the gzip file is damaged or cut off ({wrong}); fetch it again") from None
    except OSError as wrong:
        raise BadFile(path, f"cannot be read: {wrong.strerror or wrong}") from None


def _opened(path: Path) -> IO[bytes]:
    with path.open("rb") as file:
        zipped = file.read(2) == b"\x1f\x8b"
    return gzip.open(path, "rb") if zipped else path.open("rb")  # type: ignore[return-value]
