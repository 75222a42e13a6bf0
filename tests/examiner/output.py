"""What a terminal got done: moves an hour of its cranes, how long trucks stayed.  From the facts alone."""

from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from tests.examiner.chain import Move
from tests.examiner.heard import Heard
from twin.facts import PlaceKind, Status
from twin.units import HOUR, MINUTE, SECOND

PAUSE_S = 600.0  # seconds without a move after which a crane counts as not being worked
TWIN_S = 1.0  # seconds within which two boxes set down are one lift
YARD = ("armg", "rtg", "straddle", "reach_stacker", "empty_handler")


@dataclass(frozen=True)
class Rate:
    """What one crane did: boxes set down, lifts (a twin lift is one), of these within a block; and how fast.

    *worked*: lifts an hour while worked, that is between lifts at most `PAUSE_S` apart (NaN: fewer than two); *busy*:
    lifts an hour of those in which it said it was working or moving; *overall*: lifts an hour of the whole stream.
    """

    who: str
    group: str
    boxes: int
    lifts: int
    shuffles: int
    worked: float
    busy: float
    overall: float


@dataclass(frozen=True)
class Output:
    """Rates of quay and yard cranes that moved anything, and the minutes of trucks that came and went."""

    quay: tuple[Rate, ...]
    yard: tuple[Rate, ...]
    turns: tuple[float, ...]

    def lines(self) -> list[str]:
        """In words."""
        out = []
        for name, rates in (("quay cranes", self.quay), ("yard cranes", self.yard)):
            if rates:
                worked, busy, overall = (
                    _mean([getattr(r, what) for r in rates]) for what in ("worked", "busy", "overall")
                )
                boxes, lifts, within = (sum(getattr(r, what) for r in rates) for what in ("boxes", "lifts", "shuffles"))
                out.append(
                    f"{name}: {len(rates)} moved {boxes} boxes in {lifts} lifts ({within} within a block): "
                    f"{worked:.1f}/h while worked, {busy:.1f}/h of those busy, {overall:.1f}/h overall"
                )
        if self.turns:
            low, middle, high = np.percentile(self.turns, (0, 50, 100)).tolist()
            out.append(f"trucks: {len(self.turns)} came and went, in {low:.0f} to {high:.0f} min, half in {middle:.0f}")
        return out or ["nothing was moved"]


def output(heard: Heard, moves: list[Move]) -> Output:
    """What was done between the first fact and the last."""
    put: dict[int, list[int]] = defaultdict(list)
    shuffled: dict[int, int] = defaultdict(int)
    taken: dict[int, tuple[int, int]] = {}  # container -> kind and where it was lifted from
    for move in moves:
        if move.after[0] == PlaceKind.MACHINE and not _crane(heard, move.before):
            taken[move.container] = move.before[:2]
        if move.before[0] == PlaceKind.MACHINE and _crane(heard, move.before):
            crane = move.before[1]
            put[crane].append(move.t)
            within = move.after[0] == PlaceKind.SLOT and taken.get(move.container) == move.after[:2]
            shuffled[crane] += within
    rates = [_rate(heard, crane, times, shuffled[crane]) for crane, times in sorted(put.items())]
    turns = tuple(
        (visit.end - visit.start) / MINUTE
        for row, visits in heard.machine_visits.items()
        if heard.group(row) == "truck"
        for visit in visits
        if visit.ended and visit.start > heard.start
    )
    return Output(tuple(r for r in rates if r.group == "sts"), tuple(r for r in rates if r.group in YARD), turns)


def _crane(heard: Heard, place: tuple[int, int, int, int, int]) -> bool:
    return place[0] == PlaceKind.MACHINE and heard.group(place[1]) in ("sts", *YARD)


def _rate(heard: Heard, crane: int, times: list[int], shuffles: int) -> Rate:
    t = np.array(sorted(times)) / SECOND
    t = t[np.append(True, np.diff(t) > TWIN_S)]
    gaps = np.diff(t)
    gaps = gaps[gaps <= PAUSE_S]
    busy, whole = _busy(heard, crane), (heard.end - heard.start) / HOUR
    return Rate(
        heard.machine(crane), heard.group(crane), len(times), len(t), shuffles,
        3600 / float(gaps.mean()) if len(gaps) else float("nan"),
        len(t) / busy if busy else float("nan"), len(t) / whole if whole else float("nan"),
    )  # fmt: skip


def _busy(heard: Heard, crane: int) -> float:
    """Hours in which it said it was working or moving."""
    rows = heard.tracks.get(crane)
    if rows is None:
        return 0.0
    t, status = heard.poses.t[rows], heard.poses.status[rows]
    working = (status == Status.WORKING) | (status == Status.MOVING)
    return float((np.diff(t) * working[:-1]).sum() / HOUR)


def _mean(values: list[float]) -> float:
    known = [v for v in values if not np.isnan(v)]
    return float(np.mean(known)) if known else float("nan")
