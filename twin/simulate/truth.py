"""What really happened in the planted incidents, and the file that says so beside a recording.

`<recording's stem>.truth.json` is one object:

    format      "twin truth 1"
    terminal    the layout's name;      fingerprint  of the layout, as in the recording
    scenario    its name;               seed         of the run
    incidents   a list, by time, of:
        kind        one of `scenario.INCIDENTS`;    about  a sentence
        planted     true; or false, and `why` says what was in the way, and no more is said
        asked       time asked for: text, ISO 8601 UTC
        who         names of machines, blocks, ships, boxes
        from, closest, until_closest, to
                    text; the same in ns UTC with `_ns` behind the name.  `from` to `to`: the whole incident.
                    `closest` to `until_closest`: as near as they came, or whatever else is wrong was so
        amount      metres asked for, or the usual: the distance of cranes-close, corner-cut and position-jump, and how
                    deep below the stack's top a spreader is dragged; null where the kind has no size
        distance    metres between the two `parts` in that time, exact for the movement as it was.
                    Negative: they overlapped, and one would have to move so far, the shortest way, to clear the
                    other.  A dragged spreader is `amount` below the stack's top, yet from about 0.4 m on `distance`
                    is less deep: it is that of one of its parts, and none has to go farther than through its own height
                    Null where there is no distance.  Of a position-jump: metres between where it was and was said
        p1, p2      x, y, z in metres, site frame, at `closest`: the nearest points of the two, one point within both
                    where they overlap; of a position-jump where it was and where it was said to be
        parts       the two parts, e.g. "RTG1 bogies"
        tolerance   metres: how far a recording's poses, rounded to 1 mm and 0.1 mrad, may lead off `distance` between
                    `closest` and `until_closest`; before and after the two were farther apart

A machine dwells at its closest for some seconds, so that reports a second apart show the same distance.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from twin.errors import BadFile
from twin.simulate.closest import Closest, Point
from twin.simulate.planted import PLANTED, metres
from twin.simulate.scenario import Incident, Scenario
from twin.units import SECOND, text_from_time

if TYPE_CHECKING:
    from twin.simulate.run import Run

FORMAT = "twin truth 1"
TOLERANCE = 0.003  # metres: two positions to 0.5 mm each way, two yaws to 0.05 mrad over 15 m


@dataclass(frozen=True)
class Truth:
    """One planted incident as it was; times ns UTC, metres, site frame.  See the module for what each means."""

    kind: str
    asked: int
    who: tuple[str, ...]
    t_from: int = 0
    t_closest: int = 0
    t_until_closest: int = 0
    t_to: int = 0
    distance: float | None = None
    p1: Point | None = None
    p2: Point | None = None
    parts: tuple[str, ...] = ()
    why: str = ""  # it could not be planted
    amount: float | None = None

    @property
    def planted(self) -> bool:
        return not self.why

    def said(self) -> dict[str, object]:
        """As the file says it."""
        head = {"kind": self.kind, "about": PLANTED[self.kind].about, "planted": self.planted}
        head |= {"asked": text_from_time(self.asked), "who": list(self.who)}
        if not self.planted:
            return {**head, "why": self.why}
        times = {"from": self.t_from, "closest": self.t_closest, "until_closest": self.t_until_closest, "to": self.t_to}
        told = {name: text_from_time(t) for name, t in times.items()} | {f"{name}_ns": t for name, t in times.items()}
        where: dict[str, object] = {"amount": self.amount, "distance": self.distance, "p1": self.p1, "p2": self.p2}
        where["parts"] = list(self.parts)
        return {**head, **told, **where, "tolerance": TOLERANCE}


def ns_of(scenario: Scenario, second: float) -> int:
    """ns UTC of a *second* since the scenario's start."""
    return scenario.start + round(second * SECOND)


def met(
    incident: Incident, scenario: Scenario, who: Sequence[str], span: tuple[float, float], nearest: Closest
) -> Truth:
    """The truth of an incident that went on over *span* (seconds), in which *who* came as near as *nearest*."""
    times = (ns_of(scenario, s) for s in (incident.at, span[0], nearest.t, nearest.until, span[1]))
    asked, begin, at, until, end = times
    parts = nearest.part_a, nearest.part_b
    far, p1, p2 = round(nearest.metres, 9) + 0.0, nearest.p1, nearest.p2  # so that none is -0.0
    return Truth(incident.kind, asked, tuple(who), begin, at, until, end, far, p1, p2, parts, amount=metres(incident))


def not_planted(incident: Incident, scenario: Scenario, who: Sequence[str], why: str) -> Truth:
    """An incident that could not be."""
    return Truth(incident.kind, ns_of(scenario, incident.at), tuple(who), why=why)


def truth(run: "Run") -> list[Truth]:
    """What is known by now of the planted incidents of *run*, by time.

    One that comes closest after what the run has said by now was not: nobody who listened can have seen it.
    """
    works, end = run.works, ns_of(run.works.scenario, run.done)
    out = []
    for number, incident in enumerate(works.scenario.incidents):
        one = works.truths.get(number)
        if one is None or (one.planted and one.t_closest > end):
            one = not_planted(incident, works.scenario, incident.who, "the run ended before it came to it")
        out.append(one)
    return sorted(out, key=lambda t: (t.t_closest if t.planted else t.asked, t.kind, t.who))


def truth_path(recording: Path) -> Path:
    """Where the truth of *recording* is written."""
    return recording.with_name(f"{recording.stem}.truth.json")


def write_truth(recording: Path, run: "Run") -> Path:
    """Write the truth beside *recording*; its path.  Raises `BadFile`."""
    path, scenario, terminal = truth_path(recording), run.works.scenario, run.works.terminal
    whole = {
        "format": FORMAT, "terminal": terminal.name, "fingerprint": terminal.fingerprint, "scenario": scenario.name,
        "seed": scenario.seed, "incidents": [one.said() for one in truth(run)],
    }  # fmt: skip
    try:
        path.write_bytes(msgspec.json.format(msgspec.json.encode(whole), indent=2) + b"\n")
    except OSError as wrong:
        raise BadFile(path, f"cannot be written: {wrong.strerror}") from None
    return path
