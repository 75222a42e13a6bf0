"""A run as facts: every machine so many times a second in its own phase, every box when it changes hands."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from twin.catalogue import MAX_JOINTS
from twin.facts import (
    Batch,
    DescribedContainers,
    DescribedMachines,
    Events,
    NavStatus,
    Places,
    Poses,
    Status,
    places,
    quantised,
    rows_of,
    some,
)
from twin.geometry import Floats, Ints
from twin.simulate.book import LEFT, Place
from twin.simulate.works import Works
from twin.units import MS

AHEAD = 2.0  # seconds the processes are ahead of what is sampled: what a moment later brings can no longer change it
Said = tuple[float, int, int, Place]
Report = tuple[float, int, float, float, float, float, int]  # second, ship, x, y, yaw, draught, status


@dataclass
class Sampler:
    """Turns what has been decided into facts; *start* is ns UTC at second 0, *hz* reports a second and machine.

    A machine reports at its own phase, whole milliseconds; the instants of 1 Hz are among those of 10 Hz, so both tell
    of the same run.  At rest it says so again only every *standing_every* seconds (0: always).
    """

    works: Works
    start: int
    hz: float = 1.0
    standing_every: float = 0.0
    breath: float = 1.0  # seconds told at a time
    phase: dict[int, int] = field(default_factory=dict)  # machine row -> ms
    gone: dict[int, bool] = field(default_factory=dict)  # machine row -> whether it last said that it had left
    described: set[int] = field(default_factory=set)  # boxes

    @property
    def step(self) -> int:
        """Milliseconds between reports."""
        return round(1000 / self.hz)

    def first(self) -> tuple[int, list[Batch]]:
        """Everything as it stands at second 0."""
        latest = {said[2]: said for said in self.works.book.due(0.0)}
        there = [said for said in latest.values() if said[3] != LEFT]
        out = [*self._boxes(there), *self._guests(0.0), *self._vessels_at_first()]
        out += [self._places(there, at=self.start)] if there else []
        parts = [self._sampled(row, np.zeros(1, np.int64)) for row in sorted(self.works.tracks)]
        out += self._poses([p for p in parts if p is not None])
        return self.start, [batch for batch in [*out, *self._events(0.0, now=True)] if rows_of(batch)]

    def chunk(self, begin: float, end: float) -> Iterator[tuple[int, list[Batch]]]:
        """(t, facts up to t) for every breath of (*begin*, *end*]; the processes must be `AHEAD` of *end*."""
        moved = self.works.book.due(end)
        spoken = [*self._boxes(moved), *self._guests(end), *self._vessels(end)]
        spoken += [self._places(moved)] if moved else []
        rows = sorted(self.works.tracks)
        parts = [self._sampled(row, self._instants(row, begin, end)) for row in rows]
        spoken += [*self._poses([p for p in parts if p is not None]), *self._events(end)]
        for row in rows:
            self.works.tracks[row].forget(begin - AHEAD)
        yield from self._by_breath(spoken, begin, end)

    def _by_breath(self, spoken: list[Batch], begin: float, end: float) -> Iterator[tuple[int, list[Batch]]]:
        whole = np.arange(np.floor(begin / self.breath) + 1, end / self.breath) * self.breath
        borders = self.start + np.rint(np.append(whole[whole < end - 1e-6], end) * 1000).astype(np.int64) * MS
        cuts = [np.append(0, np.searchsorted(batch.t, borders, side="right")) for batch in spoken]
        for n, t in enumerate(borders.tolist()):
            out = [some(b, np.arange(c[n], c[n + 1])) for b, c in zip(spoken, cuts, strict=True) if c[n + 1] > c[n]]
            yield t, out

    def _instants(self, row: int, begin: float, end: float) -> Ints:
        """Milliseconds in (*begin*, *end*] at which machine *row* reports."""
        if row not in self.phase:
            self.phase[row] = int(self.works.random(f"phase of {row}").integers(1000))
        phase = self.phase[row] % self.step
        first, last = ((round(t * 1000) - phase) // self.step for t in (begin, end))
        instants: Ints = np.arange(int(first) + 1, int(last) + 1, dtype=np.int64) * self.step + phase
        return instants

    def _sampled(self, row: int, ms: Ints) -> Floats | None:
        """(n, 14): ms, row, x, y, z, yaw, status, load, joints at *ms*, without what need not be said."""
        if not len(ms):
            return None
        around = np.concatenate([[ms[0] - self.step], ms, [ms[-1] + self.step]])
        s = self.works.tracks[row].sampled(around / 1000)
        whole = np.column_stack([around, np.full(len(around), row), s.x, s.y, s.z, s.yaw, s.status, s.load, s.joints])
        away = whole[:, 6] == Status.GONE
        guest = row >= len(self.works.terminal.machines)  # the layout's own stand where it puts them until they say so
        before = np.append(self.gone.get(row, guest), away[1:-2])
        keep = ~(away[1:-1] & before)
        self.gone[row] = bool(away[-2])
        if self.standing_every:
            keep &= self._worth_saying(whole, ms)
        return whole[1:-1][keep] if np.any(keep) else None

    def _worth_saying(self, whole: Floats, ms: Ints) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        """Whether a report differs from the one before or after it, or is due all the same."""
        same = np.all(np.abs(np.diff(whole[:, 2:], axis=0)) < 5e-5, axis=1)
        every = max(round(self.standing_every * 1000 / self.step), 1)
        return np.asarray(~(same[:-1] & same[1:]) | (ms // self.step % every == 0))

    def _poses(self, parts: list[Floats]) -> list[Batch]:
        if not parts:
            return []
        whole = np.concatenate(parts)
        whole = whole[np.lexsort((whole[:, 1], whole[:, 0]))]
        ms, row, x, y, z, yaw, status, load = whole[:, :8].T
        t = ms.astype(np.int64) * MS + self.start
        joints = whole[:, 8 : 8 + MAX_JOINTS]
        columns = x, y, z, yaw, joints, status.astype(np.int64), np.rint(load).astype(np.int64)
        return [quantised(Poses(t, row.astype(np.int64), *columns))]

    def _places(self, said: list[Said], at: int | None = None) -> Places:
        """Places of *said*, each as of its time, or all as of *at* (ns)."""
        rows = np.array(self.works.book.boxes.row, np.int64)[[s[2] for s in said]]
        t = self._ns([s[0] for s in said]) if at is None else np.full(len(said), at)
        p = [s[3] for s in said]
        whole = np.array([(int(q.kind), q.where, q.bay, q.row, q.tier) for q in p], np.int64).T
        real = np.array([(q.x, q.y, q.z, q.yaw) for q in p], float).T
        kind, where, bay, row, tier = whole
        x, y, z, yaw = real
        return places(t, rows, kind, where, bay=bay, row=row, tier=tier, x=x, y=y, z=z, yaw=yaw)

    def _ns(self, seconds: list[float]) -> Ints:
        t: Ints = self.start + np.rint(np.array(seconds) * 1000).astype(np.int64) * MS
        return t

    def _boxes(self, said: list[Said]) -> list[Batch]:
        """What those boxes are of which nothing was said before."""
        boxes = self.works.book.boxes
        first: dict[int, float] = {}
        for second, _, box, _ in said:
            if box not in self.described:
                first.setdefault(box, second)
        if not first:
            return []
        self.described.update(first)
        t = np.maximum(self._ns([*first.values()]), self.start)
        name, code, line = (tuple(column[b] for b in first) for column in (boxes.name, boxes.code, boxes.line))
        rows, mass = np.array([boxes.row[b] for b in first], np.int64), np.array([boxes.mass[b] for b in first], float)
        return [quantised(DescribedContainers(t, rows, name, code, line, mass))]

    def _guests(self, until: float) -> list[Batch]:
        """What those machines are that are not in the layout."""
        new = sorted(g for g in self.works.guests if g[0] <= until)
        self.works.guests = [g for g in self.works.guests if g[0] > until]
        if not new:
            return []
        t = np.maximum(self._ns([g[0] for g in new]), self.start)
        names = tuple(self.works.roster.machines.name[g[1]] for g in new)
        return [
            quantised(DescribedMachines(t, np.array([g[1] for g in new], np.int64), names, tuple(g[2] for g in new)))
        ]

    def _vessels(self, until: float) -> list[Batch]:
        """What is said of ships."""
        sea = self.works.sea
        said = sea.described_due(until, self.start), sea.reports_due(until, self.start)
        return [batch for batch in said if batch is not None]

    def _vessels_at_first(self) -> list[Batch]:
        """Ships as they are at second 0: one under way lies between two of her reports."""
        sea = self.works.sea
        latest = {report[1]: report for report in sorted(r for r in sea.reports if r[0] <= 0.0)}
        coming = {report[1]: report for report in sorted((r for r in sea.reports if r[0] > 0.0), reverse=True)}
        sea.reports = [r for r in sea.reports if r[0] > 0.0]
        now = [_between(report, coming.get(row, report)) for row, report in latest.items()]
        here = {report[1] for report in now if report[6] != NavStatus.GONE}
        sea.reports += [report for report in now if report[1] in here]
        sea.described = [(max(d[0], 0.0), *d[1:]) for d in sea.described if d[0] > 0.0 or d[1] in here]
        return self._vessels(0.0)

    def _events(self, until: float, *, now: bool = False) -> list[Batch]:
        due = sorted(e for e in self.works.events if e[0] <= until)
        self.works.events = [e for e in self.works.events if e[0] > until]
        if not due:
            return []
        t = np.full(len(due), self.start) if now else self._ns([e[0] for e in due])
        return [quantised(Events(t, tuple(e[1] for e in due), tuple(e[2] for e in due), tuple(e[3] for e in due)))]


def _between(before: Report, after: Report) -> Report:
    """The report of second 0."""
    share = 0.0 if after[0] <= before[0] else -before[0] / (after[0] - before[0])
    x, y, yaw = (a + (b - a) * share for a, b in zip(before[2:5], after[2:5], strict=True))
    return (0.0, before[1], x, y, yaw, *before[5:])
