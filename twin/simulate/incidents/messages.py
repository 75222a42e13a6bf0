"""Incidents that are only said: a position that jumps, a machine that falls silent, a number that fails its check."""

from collections.abc import Generator
from dataclasses import dataclass
from math import cos, sin
from typing import Any

import numpy as np
import simpy

from twin.containers import proper_number
from twin.facts import PlaceKind, Status
from twin.simulate.book import Place
from twin.simulate.closest import Point
from twin.simulate.incidents.cast import PATIENCE, at_work, row_of, timeless
from twin.simulate.otherwise import Jump, Misread, Silence
from twin.simulate.planted import metres as size
from twin.simulate.scenario import Incident
from twin.simulate.truth import Truth, ns_of
from twin.simulate.works import Works
from twin.units import MS

Planted = Generator[simpy.Event, Any, Truth | str]
RELIABLE = ("agv", "tractor", "straddle", "rtg", "armg", "sts")  # that stay: a truck may leave in the meantime


def plant_jump(works: Works, incident: Incident) -> Planted:
    """The place of a machine is said to be *amount* metres further along its heading, for a while."""
    row = yield from _somebody(works, incident)
    if row is None:
        return "no machine was at work"
    metres = size(incident) or 0.0
    begin, end = _span(works, incident)
    x, y, z, yaw = _stands(works, row)
    dx, dy = round(metres * cos(yaw), 3), round(metres * sin(yaw), 3)
    works.otherwise.jumps.append(Jump(row, begin, end, dx, dy))
    far = float(np.hypot(dx, dy))
    return _said(works, incident, row, (begin, end), far, (x, y, z), (x + dx, y + dy, z))


def plant_silence(works: Works, incident: Incident) -> Planted:
    """Nothing is heard of a machine for a while."""
    row = yield from _somebody(works, incident)
    if row is None:
        return "no machine was at work"
    begin, end = _span(works, incident)
    x, y, z, _ = _stands(works, row)
    works.otherwise.silences.append(Silence(row, begin, end))
    return _said(works, incident, row, (begin, end), None, (x, y, z), None)


def _somebody(works: Works, incident: Incident) -> Generator[simpy.Event, Any, int | None]:
    """The machine that is named, once it is there; else one that is at work, by lot."""
    random, waited = works.random(f"incident {incident.kind} {incident.at}"), 0.0
    while waited <= PATIENCE:
        if incident.who:
            row = row_of(works, incident.who[0])
            if row in works.tracks and _status(works, row) != Status.GONE:
                return row
        elif rows := at_work(works, RELIABLE):
            return rows[int(random.integers(len(rows)))]
        yield works.env.timeout(5.0)
        waited += 5.0
    return None


def _status(works: Works, row: int) -> int:
    return int(works.tracks[row].sampled(np.array([works.env.now])).status[0])


def _stands(works: Works, row: int) -> tuple[float, float, float, float]:
    s = works.tracks[row].sampled(np.array([works.env.now]))
    return float(s.x[0]), float(s.y[0]), float(s.z[0]), float(s.yaw[0])


def _span(works: Works, incident: Incident) -> tuple[int, int]:
    """From now as long as it lasts, ns, whole milliseconds."""
    begin = ns_of(works.scenario, works.env.now) // MS * MS
    return begin, begin + round(incident.lasts * 1000) * MS


def _said(
    works: Works,
    incident: Incident,
    row: int,
    span: tuple[int, int],
    far: float | None,
    p1: Point,
    p2: Point | None,
) -> Truth:
    asked, who = ns_of(works.scenario, incident.at), (works.roster.machines.name[row],)
    return Truth(incident.kind, asked, who, span[0], span[0], span[1], span[1], far, p1, p2, timeless(who[0]),
                 amount=size(incident))  # fmt: skip


@dataclass
class _Watch:
    """Waits for a box to be set down in *block* (any: -1), after it was asked for."""

    seen: simpy.Event
    block: int

    def __call__(self, t: float, box: int, before: Place | None, after: Place) -> None:
        if self.seen.triggered or before is None or after.kind != PlaceKind.SLOT:
            return
        if before.kind == PlaceKind.MACHINE and self.block in (-1, after.where):
            self.seen.succeed((t, box, after))


def plant_wrong_number(works: Works, incident: Incident) -> Planted:
    """The next box set down in the block is from then on called by a number whose check digit is wrong."""
    terminal, env = works.terminal, works.env
    block = terminal.block_row[incident.who[0]] if incident.who else -1
    watch = _Watch(env.event(), block)
    works.book.heard.append(watch)
    yield watch.seen | env.timeout(PATIENCE)
    works.book.heard.remove(watch)
    if not watch.seen.triggered:
        where = incident.who[0] if incident.who else "any block"
        return f"no box was set down in {where} within {PATIENCE / 60:g} minutes"
    t, box, slot = watch.seen.value  # type: ignore[misc]
    boxes = works.book.boxes
    wrong = misnumbered(boxes.name[box], works.roster.containers.row)
    begin = ns_of(works.scenario, t) // MS * MS
    works.otherwise.misread.append(
        Misread(
            boxes.row[box], begin, works.roster.containers.of(wrong), wrong, boxes.code[box], boxes.line[box],
            boxes.mass[box],
        )
    )  # fmt: skip
    x, y = terminal.slot_xy(np.array([slot.where]), np.array([slot.bay]), np.array([slot.row]))
    at = float(x[0]), float(y[0]), float(terminal.blocks.z[slot.where])
    who = wrong, terminal.blocks.name[slot.where]
    end = works.scenario.end
    true = (
        f"container {wrong}, truly {boxes.name[box]}",
        f"block {who[1]}, bay {slot.bay}, row {slot.row}, tier {slot.tier}",
    )
    asked = ns_of(works.scenario, incident.at)
    return Truth(incident.kind, asked, who, begin, begin, end, end, None, at, None, true)


def misnumbered(number: str, known: dict[str, int]) -> str:
    """*number* with another check digit, so that it is nobody's and fails its check."""
    for step in range(1, 10):
        wrong = f"{number[:-1]}{(int(number[-1]) + step) % 10}"
        if not proper_number(wrong) and wrong not in known:
            return wrong
    return f"{number[:-1]}X"
