"""Entries -> the parts of a `Terminal`, with what only the whole can tell: unknown names, berths beyond their quay."""

from collections.abc import Iterable
from math import atan2, cos, hypot, radians, sin
from typing import Any

import numpy as np

from twin.catalogue import Catalogue
from twin.errors import offer
from twin.layout.entries import Entry
from twin.layout.frame import Entries, Frame
from twin.terminal import Area, Berth, Blocks, Lane, Machines, Quay, Rail, Structure

_SLACK = 1e-6  # metres; what adding up spacings may miss an end by


def blocks(found: list[Entry], frame: Frame) -> Blocks:
    """The yard blocks.  Raises `BadFile`."""
    places = [frame.at(entry) for entry in found]
    x, y, z = (np.array([place[i] for place in places], np.float64) for i in range(3))

    def reals(key: str) -> Any:
        return np.array([entry[key] for entry in found], np.float64)

    def wholes(key: str, instead: str = "") -> Any:
        return np.array([entry[instead] if entry[key] is None else entry[key] for entry in found], np.int64)

    return Blocks(
        name=tuple(entry.name for entry in found), x=x, y=y, z=z, yaw=np.radians(reals("yaw_deg")),
        bays=wholes("bays"), rows=wholes("rows"), tiers=wholes("tiers"),
        bay_pitch=reals("bay_pitch"), row_pitch=reals("row_pitch"),
        row_sign=np.array([1.0 if entry["row_side"] == "left" else -1.0 for entry in found]),
        kind=tuple(entry["kind"] for entry in found), first_row=tuple(entry["first_row"] for entry in found),
        outer_tiers=wholes("outer_tiers", "tiers"),
    )  # fmt: skip


def quays(found: list[Entry], frame: Frame) -> tuple[Quay, ...]:
    """The quay walls.  Raises `BadFile`."""
    return tuple(
        Quay(entry.name, *_ends(entry, frame), entry["fender_spacing"], entry["bollard_spacing"]) for entry in found
    )


def _ends(entry: Entry, frame: Frame) -> tuple[float, float, float, float]:
    start, end = frame.at(entry, "from"), frame.at(entry, "to")
    if start[:2] == end[:2]:
        entry.node.fail("to", f"{entry.name} ends where it starts, so it has no direction")
    return *start[:2], *end[:2]


def berths(found: list[Entry], walls: tuple[Quay, ...]) -> tuple[Berth, ...]:
    """The berths, each within its quay.  Raises `BadFile`."""
    named = {quay.name: hypot(quay.x1 - quay.x0, quay.y1 - quay.y0) for quay in walls}
    for entry in found:
        known(entry, "quay", "quay", entry["quay"], named)
        if entry["end"] <= entry["start"]:
            entry.node.fail("end", f"{entry.name} ends at {entry['end']:g} m and starts at {entry['start']:g} m")
        if entry["end"] > (length := named[entry["quay"]]) + _SLACK:
            entry.node.fail("end", f"{entry.name} ends at {entry['end']:g} m, "
                                   f"but quay {entry['quay']} is {length:.6g} m long")  # fmt: skip
    return tuple(Berth(entry.name, entry["quay"], entry["start"], entry["end"], entry["depth"]) for entry in found)


def known(entry: Entry, key: str, what: str, name: str, names: Iterable[str]) -> None:
    """Raise `BadFile` unless *name* is one of *names*."""
    if name not in (every := list(names)):
        entry.node.fail(key, f"no {what} is named {name!r}; {offer(what, name, every)}")


def rails(found: list[Entry], frame: Frame, block_names: Iterable[str]) -> tuple[Rail, ...]:
    """The crane rails.  Raises `BadFile`."""
    names = tuple(block_names)
    for entry in found:
        if entry["block"] is not None:
            known(entry, "block", "block", entry["block"], names)
    return tuple(
        Rail(entry.name, *_ends(entry, frame), entry["gauge"], entry["kind"], entry["block"] or "") for entry in found
    )


def areas(found: list[Entry], frame: Frame) -> tuple[Area, ...]:
    """The painted areas.  Raises `BadFile`."""
    return tuple(Area(entry.name, entry["kind"], _ring(entry, frame)) for entry in found)


def _ring(entry: Entry, frame: Frame) -> tuple[tuple[float, float], ...]:
    ring, box = entry["ring"], entry["box"]
    if (ring is None) == (box is None):
        entry.node.fail("ring" if ring else "", f"{entry.name} needs either ring: [[x, y], …] or box: [x0, y0, x1, y1]")
    corners = frame.line(entry, "box" if ring is None else "ring")
    if len(set(corners)) < 3:
        entry.node.fail("ring", f"has {len(set(corners))} different corners; an area has 3 or more")
    return corners


def lanes(found: list[Entry], frame: Frame) -> tuple[Lane, ...]:
    """The lanes.  Raises `BadFile`."""
    for entry in found:
        if len(set(entry["points"])) < 2:
            entry.node.fail("points", f"has {len(set(entry['points']))} different points; a lane has 2 or more")
    return tuple(Lane(entry.name, entry["kind"], frame.line(entry, "points"), entry["width"]) for entry in found)


def structures(found: list[Entry], frame: Frame) -> tuple[Structure, ...]:
    """The fixed solids.  Raises `BadFile`."""
    return tuple(
        Structure(entry.name, entry["kind"], *frame.at(entry), radians(entry["yaw_deg"]), *entry["size"])
        for entry in found
    )


def machines(found: list[Entry], frame: Frame, tracks: tuple[Rail, ...], catalogue: Catalogue) -> Machines:
    """The machines, standing at a place or on a rail.  Raises `BadFile`."""
    by_name = {rail.name: rail for rail in tracks}
    stands = []
    for entry in found:
        known(entry, "kind", "kind", entry["kind"], catalogue.kinds)
        if (entry["at"] is None) == (entry["rail"] is None):
            entry.node.fail("rail" if entry["at"] else "", f"{entry.name} stands either `at:` a place or on a `rail:`")
        stands.append(_standing(entry, frame) if entry["rail"] is None else _on_rail(entry, by_name, catalogue))
    x, y, z, yaw = (np.array([stand[i] for stand in stands], np.float64) for i in range(4))
    return Machines(tuple(e.name for e in found), tuple(e["kind"] for e in found), x, y, z, yaw)


def _standing(entry: Entry, frame: Frame) -> tuple[float, float, float, float]:
    for key in ("along", "spacing"):
        if entry[key] is not None:
            entry.node.fail(key, "goes with `rail:`")
    return *frame.at(entry), radians(entry["yaw_deg"] or 0.0)


def _on_rail(entry: Entry, tracks: dict[str, Rail], catalogue: Catalogue) -> tuple[float, float, float, float]:
    """A quay crane's origin is on the first (waterside) rail, a yard crane's in the middle of the span."""
    node = entry.node
    known(entry, "rail", "rail", entry["rail"], tracks)
    rail, group = tracks[entry["rail"]], catalogue.kinds[entry["kind"]].group
    if group != rail.kind:
        node.fail("rail", f"{rail.name} carries {rail.kind} cranes; {entry['kind']} is of group {group}")
    if entry["yaw_deg"] is not None:
        node.fail("yaw_deg", "a crane on rails looks along them: leave it out")
    if entry["along"] is None:
        node.fail("", f"`along:` is missing: metres from the start of rail {rail.name}")
    length = hypot(rail.x1 - rail.x0, rail.y1 - rail.y0)
    if entry["along"] > length + _SLACK:
        node.fail("along", f"{entry.name} stands at {entry['along']:g} m, but rail {rail.name} is {length:.6g} m long")
    yaw = atan2(rail.y1 - rail.y0, rail.x1 - rail.x0)
    aside = 0.0 if group == "sts" else rail.gauge / 2
    x = rail.x0 + cos(yaw) * entry["along"] - sin(yaw) * aside
    return x, rail.y0 + sin(yaw) * entry["along"] + cos(yaw) * aside, 0.0, yaw


def parts(found: Entries, frame: Frame, catalogue: Catalogue) -> dict[str, Any]:
    """Everything of a `Terminal` that the entries say."""
    walls = quays(found["quays"], frame)
    yard = blocks(found["blocks"], frame)
    tracks = rails(found["rails"], frame, yard.name)
    return {
        "blocks": yard, "quays": walls, "berths": berths(found["berths"], walls), "rails": tracks,
        "areas": areas(found["areas"], frame), "lanes": lanes(found["lanes"], frame),
        "structures": structures(found["structures"], frame),
        "machines": machines(found["machines"], frame, tracks, catalogue),
    }  # fmt: skip
