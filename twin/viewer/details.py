"""What the inspector says of a thing: rows of property, value and when it was heard.  No Qt here."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from twin.facts import PlaceKind
from twin.moment import STALE_VESSEL, Moment
from twin.spatial.places import place_in_words
from twin.spatial.stacks import heights
from twin.viewer.words import DASH, age, clock_text, code_in_words, count, number, sailing, status, tonnes


@dataclass(frozen=True)
class Row:
    """One property; *heard* is when its value was heard (ns), None where it was not heard but built or worked out."""

    name: str
    value: str
    heard: int | None = None
    mono: bool = False


@dataclass(frozen=True)
class Details:
    """A thing as the inspector shows it; *limit* is the age (ns) past which what was heard is old."""

    kind: str
    row: int
    name: str
    subtitle: str
    rows: tuple[Row, ...]
    limit: int = 0


def details(moment: Moment, kind: str, row: int) -> Details | None:
    """What is known of the thing *row* of *kind* ('container', 'machine', 'vessel', 'block'); None where it is gone."""
    say = _SAY.get(kind)
    return say(moment, row) if say and 0 <= row < _COUNT[kind](moment) else None


def known_count(moment: Moment, kind: str) -> int:
    """How many things of *kind* there are."""
    return _COUNT[kind](moment)


def _container(moment: Moment, row: int) -> Details:
    boxes, about = moment.containers, moment.containers.about
    kind, since = int(boxes.kind[row]), int(boxes.since[row])
    size = f"{number(about.length[row], 3)} × {number(about.width[row], 3)} × {number(about.height[row], 3)} m"
    base = moment.positions[0][row]
    rows = [
        Row("Type", code_in_words(about.code[row])),
        Row("Size", size),
        Row("Line", about.line[row] or DASH),
        Row("Gross mass", tonnes(about.mass[row])),
        Row("Place", place_in_words(moment, row), since if kind else None),
    ]
    if kind == PlaceKind.SLOT:
        rows.append(Row("Stands at", f"{number(base[2] - moment.terminal.blocks.z[boxes.where[row]])} m above ground"))
    rows.append(Row("x, y, z", _point(base)))
    rows.append(Row("There since", clock_text(since) if kind and since > 0 else DASH))
    said = about.code[row] or "not described"
    return Details("container", row, about.name[row], f"Container, {said}", tuple(rows))


def _machine(moment: Moment, row: int) -> Details:
    m = moment.machines
    kind = moment.terminal.catalogue.kinds.get(m.kind[row])
    heard = int(m.heard[row]) if m.heard[row] >= 0 else None
    carried = moment.riders[moment.containers.where[moment.riders] == row]
    names = ", ".join(moment.containers.about.name[box] for box in carried.tolist())
    rows = [
        Row("Status", status(int(m.status[row])), heard),
        Row("x, y, z", _point((m.x[row], m.y[row], m.z[row])), heard),
        _heading(moment, m.yaw[row], heard),
        *_joints(moment, row, heard),
        Row("Load", tonnes(float(m.load[row])), heard),
        Row("Carries", names or "nothing", mono=bool(names)),
        Row("Last heard", clock_text(heard) if heard is not None else "never, as laid out", heard),
    ]
    title = kind.title if kind else m.kind[row] or "Machine"
    return Details("machine", row, m.name[row], title, tuple(rows), 0 if m.gone[row] else int(m.stale_after[row]))


def _joints(moment: Moment, row: int, heard: int | None) -> list[Row]:
    """The joints of a machine with their units: metres, or degrees where a joint pitches a part."""
    kind = moment.terminal.catalogue.kinds.get(moment.machines.kind[row])
    if kind is None:
        return []
    turning = {i for part in kind.parts for i, share in enumerate(part.pitch) if share}
    values = moment.machines.joints[row].tolist()
    return [
        Row(
            joint.name.replace("_", " ").capitalize(),
            _degrees(values[i]) if i in turning else number(values[i], 2, "m"),
            heard,
        )
        for i, joint in enumerate(kind.joints)
    ]


def _vessel(moment: Moment, row: int) -> Details:
    v, boxes = moment.vessels, moment.containers
    aboard = int(np.count_nonzero(boxes.where[boxes.afloat] == row))
    heard = int(v.heard[row]) if v.heard[row] >= 0 else None
    kind = moment.terminal.catalogue.vessels.get(v.kind[row])
    rows = (
        Row("Status", sailing(int(v.status[row])), heard),
        Row("Length", _known(v.length[row])),
        Row("Beam", _known(v.beam[row])),
        Row("Draught", number(v.draught[row], 1, "m"), heard),
        Row("x, y, z", _point((v.x[row], v.y[row], v.z[row]), 1) if v.present[row] else DASH, heard),
        _heading(moment, v.yaw[row] if v.present[row] else np.nan, heard),
        Row("Boxes aboard", count(aboard)),
        Row("Capacity", f"{count(kind.teu)} TEU" if kind else DASH),
        Row("Last heard", clock_text(heard) if heard is not None else DASH, heard),
    )
    title = kind.title if kind else "Vessel"
    return Details("vessel", row, v.name[row], title, rows, 0 if v.gone[row] else STALE_VESSEL)


def _block(moment: Moment, row: int) -> Details:
    b = moment.terminal.blocks
    stacks = heights(moment, b.name[row])
    slots = int(b.bays[row] * b.rows[row])
    rows = (
        Row("Bays", f"{b.bays[row]} × 20 ft"),
        Row("Rows", str(b.rows[row])),
        Row("Tier limit", f"{b.tiers[row]} tiers"),
        Row("Boxes", count(stacks.boxes)),
        Row("Highest stack", f"{stacks.top.max(initial=0)} tiers, {number(float(stacks.metres.max(initial=0.0)))} m"),
        Row("Slots in use", f"{count(int((stacks.tiers > 0).sum()))} of {count(slots)}"),
        Row("Tiers in use", f"{stacks.tiers.sum() / max(slots * int(b.tiers[row]), 1):.0%}".replace("%", " %")),
        Row("Outside it", f"{stacks.outside} boxes" if stacks.outside else "none"),
        Row("Claimed twice", f"{stacks.doubled} boxes" if stacks.doubled else "none"),
    )
    return Details("block", row, b.name[row], f"Block, {b.kind[row].replace('_', ' ').upper()}", rows)


_SAY = {"container": _container, "machine": _machine, "vessel": _vessel, "block": _block}
_COUNT = {
    "container": lambda moment: len(moment.containers),
    "machine": lambda moment: len(moment.machines),
    "vessel": lambda moment: len(moment.vessels),
    "block": lambda moment: len(moment.terminal.blocks),
}


def stale_age(moment: Moment, kind: str, row: int) -> int:
    """How long ago (ns) a machine or vessel was last heard if that is too long, else 0."""
    if kind not in ("machine", "vessel"):
        return 0
    things = moment.machines if kind == "machine" else moment.vessels
    heard = int(things.heard[row])
    if things.gone[row]:
        return 0
    old = moment.t - heard
    limit = int(moment.machines.stale_after[row]) if kind == "machine" else STALE_VESSEL
    return old if heard > 0 and old > limit else 0


def age_text(moment: Moment, heard: int | None) -> str:
    """The age column: a dash where nothing was heard."""
    return DASH if heard is None else age(moment.t - heard)


def _heading(moment: Moment, yaw: float, heard: int | None) -> Row:
    """The compass heading of a yaw, clockwise from north; on a site that lies nowhere, the turn from its x axis."""
    site = moment.terminal.site
    if not site.known:
        return Row("Turn from x", _degrees(yaw), heard)
    bearing = (site.bearing_deg - float(np.degrees(yaw))) % 360
    return Row("Heading", number(bearing, 1) + ("°" if np.isfinite(bearing) else ""), heard)


def _point(at: Iterable[float], decimals: int = 2) -> str:
    x, y, z = (float(v) for v in at)
    return (
        f"{number(x, decimals)}, {number(y, decimals)}, {number(z, decimals)} m"
        if np.isfinite([x, y, z]).all()
        else DASH
    )


def _degrees(radians: float) -> str:
    return number(float(np.degrees(radians)), 1) + "°" if np.isfinite(radians) else DASH


def _known(metres: float) -> str:
    return number(metres, 1, "m") if metres > 0 else DASH
