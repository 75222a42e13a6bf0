"""Figures of a run, made from its tally, beside the ranges that others have published; as a dict and as a table.

A move is one box.  Gross: all hours from a quay crane's first to its last lift at a ship; net: those without pauses of
more than `PAUSE` (waiting for a hatch cover, a bay, a fault).  The names follow Goussiatiner, "Systematic approach to
quayside container crane productivity improvement".  Only what happens from second 0 on counts.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from twin.facts import PlaceKind
from twin.geometry import Floats
from twin.simulate.movements import ON_LAND, Movements, groups, movements
from twin.simulate.tally import STAYS, Stay
from twin.simulate.works import Works

PAUSE = 300.0  # seconds between two lifts that count as an interruption.  Made up
Report = dict[str, Any]


@dataclass(frozen=True)
class Published:
    """A range that terminals report: *low* to *high*."""

    what: str
    low: float
    high: float
    unit: str
    source: str


QUAY_RATE = Published(
    "quay cranes, net",
    25,
    40,
    "moves/h",
    "usual range; 40 is about the most in practice: Jordan, Super Productive Cranes",
)
YARD_RATE = Published(
    "ARMGs at work", 15, 30, "moves/h", "usual range; 30: ECT Delta ASC, cargotec.com 2002-08-21"
)  # fmt: skip
TURN = Published(
    "trucks, median turn", 0, 60, "min", "an hour is the goal; 10 min for a simple visit: NCFRP Report 11, ch. 5"
)
STAGES = ("outside", "verified", "released", "drive in", "served", "drive out")


def report(works: Works) -> Report:
    """What a run did up to now, as plain numbers, texts, lists and dicts."""
    until = min(works.env.now, works.scenario.hours * 3600)
    read = movements(works)
    quay = {works.roster.machines.name[row]: _quay_crane(lifts) for row, lifts in sorted(read.quay.items())}
    yard = _yard_cranes(works, read, until)
    trucks = _trucks(works.tally.stays, until)
    return {
        "terminal": works.terminal.name,
        "scenario": works.scenario.name,
        "seed": works.seed,
        "hours": round(max(until, 0.0) / 3600, 3),
        "quay cranes": quay,
        "yard cranes": yard,
        "trucks": trucks,
        "ships": _ships(works, read, until),
        "vehicles": _vehicles(works, read, until),
        "yard": _fill(works, read, until),
        "conservation": _conservation(works, read),
        "compared": _compared(works, quay, yard, trucks),
    }


def _quay_crane(lifts: list[list[float]]) -> Report:
    gross = net = 0.0
    moves = after = 0  # *after*: moves that lie after another at the same ship, so that hours belong to them
    for (t0, ship0, _, _), (t1, ship1, boxes, _) in pairwise(lifts):
        if ship0 == ship1:
            gross += (t1 - t0) / 3600
            after += int(boxes)
            if t1 - t0 <= PAUSE:
                net += (t1 - t0) / 3600
                moves += int(boxes)
    return {
        "lifts": len(lifts),
        "moves": int(sum(lift[2] for lift in lifts)),
        "teu": int(sum(lift[3] for lift in lifts)),
        "gross": _rate(after, gross),
        "net": _rate(moves, net),
        "net hours": round(net, 3),
    }


def _yard_cranes(works: Works, read: Movements, until: float) -> Report:
    out: Report = {}
    duty, group, names = works.tally.hours_on_duty(0.0, until), groups(works), works.roster.machines.name
    for row, moves in sorted(read.yard.items()):
        sorts = [sort for _, sort in moves]
        hours = duty.get(row, 0.0)
        out[names[row]] = {
            "group": group[row],
            "moves": len(moves),
            **{sort: sorts.count(sort) for sort in ("stored", "fetched", "rehandled", "handed on")},
            "hours at work": round(hours, 3),
            "at work": _rate(len(moves), hours),
            "over all": _rate(len(moves), max(until, 0.0) / 3600),
            "busiest hour": _busiest([t for t, _ in moves]),
        }
    return out


def _busiest(seconds: list[float]) -> int:
    """Most moves in any 60 minutes."""
    t = np.array(sorted(seconds))
    return int((np.searchsorted(t, t + 3600.0) - np.arange(len(t))).max(initial=0))


def _rate(moves: int, hours: float) -> float | None:
    return round(moves / hours, 1) if hours > 0 and moves else None


def _trucks(stays: list[Stay], until: float) -> Report:
    """Visits that ended from second 0 on; turn times in minutes from gate lane to gate lane."""
    done = [s for s in stays if 0 <= s.left <= until]
    times = np.array([[s.came, s.inside, s.verified, s.released, s.docked, s.served, s.left] for s in done])
    stage = np.diff(times.reshape(-1, 7), axis=1) / 60
    turn = times.reshape(-1, 7)[:, 6] - times.reshape(-1, 7)[:, 1]
    return {
        "left": len(done),
        "inside": sum(not s.left <= until for s in stays if s.inside <= until),
        "waiting outside": sum(not s.inside <= until for s in stays if s.came <= until),
        "brought": sum(s.brings for s in done),
        "fetched": sum(s.fetches for s in done),
        "turn": _spread(turn / 60),
        "stages": {name: _spread(stage[:, n]) for n, name in enumerate(STAGES)},
    }


def _spread(minutes: Floats) -> dict[str, float | None]:
    if not len(minutes):
        return {"median": None, "p95": None}
    return {"median": round(float(np.median(minutes)), 1), "p95": round(float(np.quantile(minutes, 0.95)), 1)}


def _ships(works: Works, read: Movements, until: float) -> list[Report]:
    told, names = works.tally.ships, works.roster.vessels.name
    rows = {names[row]: row for row in read.ships}
    who = sorted({name for name, _ in told} | set(rows))
    out = []
    for name in who:
        lifts = read.ships.get(rows.get(name, -1), [])
        moored, sailed = told.get((name, "moored")), told.get((name, "sailed"))
        alongside = None if moored is None else (min(sailed or until, until) - max(moored, 0.0)) / 3600
        first, last = (min(lifts), max(lifts)) if lifts else (None, None)
        stay = {kind: _second(told.get((name, kind))) for kind in STAYS}
        worked = (last - first) / 3600 if first is not None and last is not None else 0.0
        rates = {"moves": len(lifts), "berth": _rate(len(lifts), alongside or 0.0), "worked": _rate(len(lifts), worked)}
        out.append({"ship": name, **stay, "first lift": _second(first), "last lift": _second(last), **rates})
    return out


def _second(t: float | None) -> float | None:
    return None if t is None else round(t, 1)


def _vehicles(works: Works, read: Movements, until: float) -> Report:
    """How much each vehicle between quay and yard carried, and the share of the time it was at work."""
    hours = works.tally.hours_on_duty(0.0, until)
    whole, names = max(until, 1.0) / 3600, works.roster.machines.name
    return {
        names[row]: {"boxes": boxes, "at work": round(hours.get(row, 0.0) / whole, 3)}
        for row, boxes in sorted(read.carried.items())
    }


def _fill(works: Works, read: Movements, until: float) -> Report:
    """TEU in slots, now and then, and as a share of what the blocks could hold."""
    b = works.terminal.blocks
    room = int((b.bays * b.rows * b.tiers).sum())
    every = 3600.0 if until > 4 * 3600 else 600.0
    t = np.array([s[0] for s in read.stored])
    teu = np.array([s[1] for s in read.stored], np.int64)
    at = [*np.arange(0.0, max(until, 0.0), every).tolist(), max(until, 0.0)]
    levels = [int(teu[t <= second].sum()) for second in at]
    series = [
        {"second": round(s, 3), "teu": n, "share": round(n / room, 4) if room else None}
        for s, n in zip(at, levels, strict=True)
    ]
    return {"room teu": room, "over time": series}


def _conservation(works: Works, read: Movements) -> Report:
    """In, out and stored: boxes on land must be those that came and did not go, each place that of one box alone."""
    f, places = read.flow, works.book.place.values()
    made = sum(f.get(f"made on {kind.name}", 0) for kind in ON_LAND)
    stored = sum(p.kind == PlaceKind.SLOT for p in places)
    land = sum(p.kind in ON_LAND for p in places)
    kept = [(p.kind, p.where, p.bay, p.row, p.tier) for p in places if p.kind not in (0, PlaceKind.SOMEWHERE)]
    out = f.get("loaded", 0) + f.get("left by road", 0)
    return {
        "in the yard at first": f.get("made on SLOT", 0),
        "brought by road": f.get("made on MACHINE", 0),
        "discharged": f.get("discharged", 0),
        "loaded": f.get("loaded", 0),
        "left by road": f.get("left by road", 0),
        "stored": stored,
        "under way": land - stored,
        "places held twice": len(kept) - len(set(kept)),
        "balanced": made + f.get("discharged", 0) - out == land and len(kept) == len(set(kept)),
    }


def _compared(works: Works, quay: Report, yard: Report, trucks: Report) -> list[Report]:
    armg = [crane for crane in yard.values() if crane["group"] == "armg"]
    net = sum(crane["net hours"] for crane in quay.values())
    rated = [(crane["net"] or 0.0) * crane["net hours"] for crane in quay.values()]
    hours = sum(crane["hours at work"] for crane in armg)
    values = (
        (QUAY_RATE, round(sum(rated) / net, 1) if net else None),
        (YARD_RATE, _rate(sum(crane["moves"] for crane in armg), hours)),
        (TURN, trucks["turn"]["median"]),
    )
    return [_beside(range_, value) for range_, value in values if value is not None]


def _beside(range_: Published, value: float) -> Report:
    inside = range_.low <= value <= range_.high
    limits = {"low": range_.low, "high": range_.high, "unit": range_.unit}
    return {"what": range_.what, "value": value, **limits, "inside": inside, "source": range_.source}


def table(figures: Report) -> str:
    """A report as lines of text."""
    lines = [f"{figures['terminal']}, {figures['scenario']}, seed {figures['seed']}: {figures['hours']:g} h"]
    lines += _rows("quay crane", figures["quay cranes"], ("lifts", "moves", "teu", "gross", "net"))
    lines += _rows("yard crane", figures["yard cranes"], ("moves", "rehandled", "at work", "busiest hour"))
    trucks, ships = figures["trucks"], figures["ships"]
    if trucks["left"] or trucks["inside"]:
        stages = {"turn": trucks["turn"], **trucks["stages"]}
        lines += _rows(f"trucks: {trucks['left']} left, minutes", stages, ("median", "p95"))
    lines += _rows("ship", {ship["ship"]: ship for ship in ships}, ("moves", "berth", "worked"))
    fill, kept = figures["yard"]["over time"], figures["conservation"]
    lines += [
        "",
        f"yard: {fill[0]['teu']} TEU at first, {fill[-1]['teu']} at last, room for {figures['yard']['room teu']}",
    ]
    came = f"{kept['discharged']} discharged, {kept['brought by road']} brought by road"
    went = f"{kept['loaded']} loaded, {kept['left by road']} left by road"
    balance = "balanced" if kept["balanced"] else "NOT BALANCED"
    lines += [f"boxes, with the warm-up before the start: {came}; {went}; {balance}", ""]
    lines += [_sentence(c) for c in figures["compared"]]
    return "\n".join(lines)


def _rows(title: str, rows: Report, columns: Iterable[str]) -> list[str]:
    """A small table, empty where there are no rows."""
    if not rows:
        return []
    columns = tuple(columns)
    wide = max(len(name) for name in [title, *rows])
    head = "  ".join([title.ljust(wide), *(column.rjust(max(len(column), 7)) for column in columns)])
    cells = ((name, ["-" if row[c] is None else f"{row[c]:g}" for c in columns]) for name, row in rows.items())
    return ["", head] + [
        "  ".join([name.ljust(wide), *(v.rjust(max(len(c), 7)) for v, c in zip(values, columns, strict=True))])
        for name, values in cells
    ]


def _sentence(c: Report) -> str:
    inside = "inside" if c["inside"] else "OUTSIDE"
    return f"{c['what']}: {c['value']:g} {c['unit']}, {inside} {c['low']:g} to {c['high']:g} ({c['source']})"
