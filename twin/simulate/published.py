"""Published calls -> Scenario: the Winter Simulation Conference challenge of 2025, and Altenwerder in July 2021.

What the data says is taken as it is: names, times (for UTC, as they have no zone) and numbers of boxes.  What it does
not say follows these rules.

* Berths: see `twin.simulate.berth_plan`.
* Challenge: a ship takes ashore the sum of her row and aboard the sum of her column, with three quay cranes as there;
  her class is the smallest that moves so many boxes in a call.  No trucks: all is transhipment.
* Altenwerder: her class is the one whose capacity is nearest; she moves, each way, the mean share of her capacity that
  ConFlowGen's own example of this terminal draws (0.225 deep sea and barges, 0.275 feeders) in boxes of 1.67 TEU (33 %
  are 20').  Barges stand in as the smallest class.  Trains are left out.  Trucks are those of a usual day.
"""

import csv
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

from twin.errors import BadFile
from twin.simulate.berth_plan import planned
from twin.simulate.scenario import Call, Gate, Scenario
from twin.simulate.scenario_checks import settled
from twin.simulate.scenario_keys import LONGEST
from twin.simulate.usual import day_of_trucks
from twin.simulate.wrong import Wrong
from twin.terminal import Terminal
from twin.units import HOUR, SECOND, text_from_time

CHALLENGE_CRANES = 3  # quay cranes at a ship, `required_qc_count` of the challenge
TWENTIES = 0.33  # share of boxes that are 20', ConFlowGen's example
MOVED = {"deep_sea_vessel": 0.225, "feeder": 0.275, "barge": 0.225}  # mean share of her capacity each way, the same
DAY = 86_400  # seconds
WEEK = 168.0  # hours, after which the challenge begins again
_ARRIVALS, _MATRIX = re.compile(r"vessel_arrival_time(\d+)\.csv"), "transhipment{}.csv"


def is_published(path: Path | str) -> bool:
    """Whether *path*, with or without what follows a colon, leads to published calls."""
    folder = _parted(str(path))[0]
    return any(_find(folder, pattern) for pattern in ("vessel_arrival_time*.csv", "deep_sea_vessel_input.csv"))


def read_published(
    path: Path | str, terminal: Terminal, *, start: int | None = None, hours: float | None = None
) -> Scenario:
    """The calls at *path*: a folder with ``:7`` (the challenge's scenario 7) or ``:2021-07-05/48`` (a day, and hours).

    A file ``vessel_arrival_time7.csv`` will do too.  *start* (ns UTC) and *hours* choose a window; all there is, else.
    Raises `BadFile`.
    """
    folder, part = _parted(str(path))
    if found := _find(folder, "deep_sea_vessel_input.csv"):
        start, hours = _window(path, part, start, hours)
        ships, notes = _altenwerder(found.parent, terminal), ["trains are not simulated, barges as the smallest class"]
        name, trucks = "conflowgen", True
    elif found := _challenge_file(folder, part):
        ships, notes = _challenge(found, terminal), []
        name, trucks, hours = f"wsc2025-{_number(found)}", False, WEEK if hours is None else hours
    else:
        raise BadFile(path, "has no published calls: no vessel_arrival_time….csv, and no deep_sea_vessel_input.csv")
    return _scenario(str(path), name, ships, terminal, start=start, hours=hours, trucks=trucks, notes=notes)


def _parted(text: str) -> tuple[Path, str]:
    """The folder or file, and what follows the last colon."""
    before, colon, after = text.rpartition(":")
    return (Path(before), after) if colon and not Path(text).exists() else (Path(text), "")


def _find(folder: Path, pattern: str) -> Path | None:
    try:
        if folder.is_file():
            return folder if folder.match(pattern) else None
        return next(iter(sorted(folder.rglob(pattern))), None) if folder.is_dir() else None
    except (OSError, ValueError):
        return None


def _challenge_file(folder: Path, part: str) -> Path | None:
    if part and not part.isdigit():
        raise BadFile(folder, f"{part!r} is not the number of a scenario; write e.g. {folder}:7")
    first = _find(folder, "vessel_arrival_time*.csv")
    if first is None or (folder.is_file() and not part):
        return first
    wanted = first.parent / f"vessel_arrival_time{int(part or 0)}.csv"
    if not wanted.is_file():
        there = sorted(int(m[1]) for p in first.parent.iterdir() if (m := _ARRIVALS.fullmatch(p.name)))
        raise BadFile(folder, f"has no scenario {part}; there are {there[0]} to {there[-1]}")
    return wanted


def _number(path: Path) -> str:
    found = _ARRIVALS.fullmatch(path.name)
    if not found:
        raise BadFile(path, "is not named like vessel_arrival_time7.csv")
    return found[1]


def _window(path: Path | str, part: str, start: int | None, hours: float | None) -> tuple[int | None, float | None]:
    """Start and hours, from ``2021-07-05/48`` where they are not given."""
    if not part:
        return start, hours
    day, _, length = part.partition("/")
    try:
        begin = _time(day.replace("T", " ") if "T" in day else day + " 00:00:00")
        told = float(length or 24)
    except ValueError:
        raise BadFile(path, f"{part!r} is not a day and hours; write e.g. 2021-07-05/48") from None
    return (begin * SECOND if start is None else start), (told if hours is None else hours)


def _time(text: str) -> int:
    """Seconds UTC since 1970 of a time without a zone.  Raises `ValueError`."""
    found = datetime.fromisoformat(text.replace("/", "-"))
    return round(found.replace(tzinfo=UTC).timestamp())


# -- files


def _rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Line numbers and rows of a CSV file.  Raises `BadFile`."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.reader(file)
            for row in rows:
                if row:
                    yield rows.line_num, row
    except FileNotFoundError:
        raise BadFile(path, "there is no such file") from None
    except (OSError, UnicodeDecodeError, csv.Error) as wrong:
        raise BadFile(path, f"cannot be read as CSV: {wrong}") from None


def _whole(path: Path, line: int, key: str, text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 9):
        raise BadFile(path, f"{text!r} is not a whole number of 0 or more", line=line, key=key)
    return int(text)


def _stamp(path: Path, line: int, key: str, text: str) -> int:
    try:
        return _time(text)
    except ValueError:
        raise BadFile(path, f"{text!r} is not a time; 2021-07-01 20:00:00 is one", line=line, key=key) from None


def _challenge(path: Path, terminal: Terminal) -> list[Call]:
    arrivals = list(_rows(path))
    moved = _matrix(path.with_name(_MATRIX.format(_number(path))))
    out = []
    for line, row in arrivals:
        if len(row) != 2:
            raise BadFile(path, f"has {len(row)} columns; a ship and her arrival are needed", line=line)
        if row[0] not in moved:
            raise BadFile(path, f"{row[0]!r} has no row in {_MATRIX.format(_number(path))}", line=line)
        discharge, load = moved[row[0]]
        teu = max(discharge, load) * (2 - TWENTIES) / MOVED["feeder"]
        kinds = sorted(terminal.catalogue.vessels.values(), key=lambda k: (k.teu, k.name))
        kind = next((k.name for k in kinds if k.teu >= teu), kinds[-1].name if kinds else "")
        at = _stamp(path, line, "arrival", row[1])
        out.append(_call(row[0], kind, at, discharge, load, cranes=CHALLENGE_CRANES, line=line))
    return out


def _matrix(path: Path) -> dict[str, tuple[int, int]]:
    """Boxes off and on by ship: sums of her row (to others) and of her column (from others)."""
    rows = list(_rows(path))
    if not rows:
        raise BadFile(path, "is empty")
    heads = rows[0][1][1:]
    off, on = {}, dict.fromkeys(heads, 0)
    for line, row in rows[1:]:
        if len(row) != len(heads) + 1:
            raise BadFile(path, f"has {len(row)} columns; the head has {len(heads) + 1}", line=line)
        numbers = [_whole(path, line, head, text) for head, text in zip(heads, row[1:], strict=True)]
        off[row[0]] = sum(numbers)
        for head, number in zip(heads, numbers, strict=True):
            on[head] += number
    if set(off) != set(on):
        raise BadFile(path, f"has other ships in its rows than in its head: {sorted(set(off) ^ set(on))[:3]}")
    return {name: (off[name], on[name]) for name in off}


def _altenwerder(folder: Path, terminal: Terminal) -> list[Call]:
    out = []
    kinds = sorted(terminal.catalogue.vessels.values(), key=lambda k: (k.teu, k.name))
    for sort, share in MOVED.items():
        path = folder / f"{sort}_input.csv"
        rows = _rows(path)
        _, head = next(rows, (1, []))
        if head[1:] != ["vehicle_name", "capacity", "arrival (planned)", "arrival (realized)"]:
            raise BadFile(path, "its head is not ,vehicle_name,capacity,arrival (planned),arrival (realized)", line=1)
        for line, row in rows:
            if len(row) != 5:
                raise BadFile(path, f"has {len(row)} columns; 5 are needed", line=line)
            capacity = _whole(path, line, "capacity", row[2])
            kind = min(kinds, key=lambda k: (abs(k.teu - capacity), k.teu), default=None)
            boxes = round(capacity * share / (2 - TWENTIES))
            at = _stamp(path, line, "arrival (realized)", row[4])
            out.append(_call(row[1], kind.name if kind else "", at, boxes, boxes, cranes=0, line=line))
    return out


def _call(ship: str, kind: str, at: int, discharge: int, load: int, *, cranes: int, line: int) -> Call:
    """A call without a berth yet; *at* and its arrival are seconds UTC since 1970."""
    return Call(ship, kind, "", float(at), discharge, load, cranes=cranes, twenties=TWENTIES, line=line)


def _scenario(
    path: str,
    name: str,
    ships: list[Call],
    terminal: Terminal,
    *,
    start: int | None,
    hours: float | None,
    trucks: bool,
    notes: list[str],
) -> Scenario:
    if not ships:
        raise BadFile(path, "has no call")
    first, last = (f(ship.arrival for ship in ships) for f in (min, max))
    begin = int(first // DAY * DAY) * SECOND if start is None else start
    lasts = min((last // DAY + 1) * 24 - begin / HOUR, LONGEST) if hours is None else hours
    if not 0 < lasts <= LONGEST:
        raise BadFile(path, f"{lasts:g} hours are not more than 0 and at most {LONGEST:g}")
    calls, told = planned([replace(s, arrival=s.arrival - begin / SECOND) for s in ships], terminal, hours=lasts)
    if not calls:
        span = " to ".join(text_from_time(int(t) * SECOND, decimals=0) for t in (first, last))
        told = (*told, f"no ship is at a berth within these hours; the data has ships from {span}")
    gate = Gate(day_of_trucks(terminal, begin, lasts)) if trucks else Gate()
    fill = Scenario.fill if len(terminal.blocks) else 0.0
    scenario = Scenario(name, begin, lasts, calls=calls, gate=gate, path=path, notes=(*notes, *told), fill=fill)

    def complain(wrong: Wrong) -> NoReturn:
        line = calls[wrong.index].line if wrong.section == "calls" else None
        raise BadFile(path, wrong.message, line=line, key=wrong.where)

    return settled(scenario, terminal, complain)
