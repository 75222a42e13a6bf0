"""Verbs that answer: info, doctor, query heights | clearance | find."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from twin.cli.talk import as_json, pairs, say, table
from twin.cli.talk import within as check

MOST_WITHIN = 100.0  # metres; farther apart nothing is a clearance, and everything is a pair
Json = Annotated[bool, Parameter(name="--json", negative="", help="Answer as JSON.")]
At = Annotated[
    str,
    Parameter(name="--at", help="Instant to ask about, e.g. 2026-03-01T06:12:30Z; the recording's start without it."),
]


def info(file: Path, *, json: Json = False) -> None:
    """What was understood of FILE: a layout, a recording, a kind of equipment, a class of vessel."""
    from twin.summary import of_file

    said = of_file(file)
    if json:
        return as_json(said)
    blocks = said.pop("blocks", [])
    assert isinstance(blocks, list)
    if blocks:
        said["blocks"] = len(blocks)
    pairs({name: _shown(value) for name, value in said.items() if value not in ([], {}, "")})
    if blocks:
        shapes = sorted({(b["kind"], b["bays"], b["rows"], b["tiers"]) for b in blocks})
        rows = [(*s, sum((b["kind"], b["bays"], b["rows"], b["tiers"]) == s for b in blocks)) for s in shapes]
        table(("blocks of kind", "bays", "rows", "tiers", "how many"), rows[:30], title="\nblocks")
        if len(rows) > 30:
            say(f"and {len(rows) - 30} more shapes; --json lists every block")


def _shown(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{k}: {v['value'] if isinstance(v, dict) and 'value' in v else v}" for k, v in value.items())
    return "; ".join(map(str, value)) if isinstance(value, list) else str(value)


def doctor(*, json: Json = False) -> int:
    """Versions, renderer, what is missing and how to get it."""
    from twin import doctor as surgery

    lines = surgery.examine()
    print(surgery.as_json(lines) if json else surgery.text(lines))
    return 0 if surgery.complete(lines) else 2


def heights(file: Path, *, block: str = "", at: At = "", json: Json = False) -> None:
    """How high the stacks of FILE stand, per block: boxes, stacks, tiers, true metres, gaps.

    Parameters
    ----------
    file
        A recording, or a layout (whose yard is empty).
    block
        One block only, bay by bay and row by row.
    """
    from twin.opened import moment_of
    from twin.spatial.stacks import heights as stack_heights
    from twin.units import text_from_time

    moment = moment_of(file, at)
    names = [block] if block else list(moment.terminal.blocks.name)
    found = [stack_heights(moment, name) for name in names]
    taken = [f for f in found if f.boxes or block]
    rows = [
        {
            "name": f.block,
            "boxes": f.boxes,
            "stacks": f.stacks,
            "top_tier": int(f.top.max(initial=0)),
            "highest_m": round(float(f.metres.max(initial=0.0)), 3),
            "gaps": int(f.gaps.sum()),
            "doubled": f.doubled,
            "outside": f.outside,
        }
        for f in taken
    ]
    stamp = text_from_time(moment.t) if moment.t else ""
    total = {
        "boxes": sum(f.boxes for f in found),
        "stacks": sum(f.stacks for f in found),
        "top_tier": max((int(f.top.max(initial=0)) for f in found), default=0),
        "gaps": sum(int(f.gaps.sum()) for f in found),
    }
    if json:
        grids = [{"tiers": f.tiers.tolist(), "metres": f.metres.round(3).tolist()} for f in taken]
        return as_json({"t": stamp} | total | {"blocks": [row | grid for row, grid in zip(rows, grids, strict=True)]})
    headers = ("block", "boxes", "stacks", "top tier", "highest m", "gaps", "doubled", "outside")
    table(headers, [tuple(row.values()) for row in rows])
    if block:
        _grid(taken[0].tiers.tolist())
    gaps = {0: "no gaps", 1: "1 gap"}.get(total["gaps"], f"{total['gaps']} gaps")
    print(f"{total['boxes']} boxes in {total['stacks']} stacks, top tier {total['top_tier']}, {gaps}")


def _grid(tiers: list[list[int]]) -> None:
    """Tiers, a line a row, a column a TEU bay."""
    print("\ntiers, a line a row, a column a 20-foot bay")
    for row in range(len(tiers[0]) if tiers else 0):
        print(f"{row + 1:>3}  " + "".join(f"{column[row] or '.':>2}" for column in tiers))


def clearance(file: Path, *, within: float = 2.0, at: At = "", limit: int = 20, json: Json = False) -> None:
    """Everything in FILE closer together than a distance, nearest first, with the nearest points.

    Parameters
    ----------
    within
        Metres, at most 100.
    limit
        How many pairs the table shows (JSON has all).
    """
    from twin.opened import moment_of
    from twin.spatial.clearances import clearances
    from twin.units import text_from_time

    check("--within", within, 0, MOST_WITHIN, "m")
    check("--limit", limit, 0, 10**9)
    moment = moment_of(file, at)
    found = clearances(moment, within)
    columns = zip(
        found.who_a,
        found.part_a,
        found.who_b,
        found.part_b,
        found.metres.tolist(),
        found.p1.tolist(),
        found.p2.tolist(),
        strict=True,
    )
    rows = [
        {
            "a": a,
            "part_a": pa,
            "b": b,
            "part_b": pb,
            "metres": round(m, 4),
            "p1": [round(v, 3) for v in p1],
            "p2": [round(v, 3) for v in p2],
        }
        for a, pa, b, pb, m, p1, p2 in columns
    ]
    if json:
        return as_json({"t": text_from_time(moment.t) if moment.t else "", "within": within, "pairs": rows})
    table(("a", "its part", "b", "its part", "metres"), [tuple(row.values())[:5] for row in rows[:limit]])
    print(f"{len(rows)} pairs within {within:g} m")


def find(file: Path, name: str, *, at: At = "", json: Json = False) -> None:
    """Where the container, machine, vessel or block NAME is in FILE."""
    from twin.opened import moment_of
    from twin.spatial.nearest import find as look_up

    found = look_up(moment_of(file, at), name)
    if json:
        return as_json(
            {"kind": found.kind, "name": found.name, "words": found.words, "x": found.x, "y": found.y, "z": found.z}
        )
    print(f"{found.kind} {found.name}: {found.words}; x {found.x:.2f}  y {found.y:.2f}  z {found.z:.2f} m")
