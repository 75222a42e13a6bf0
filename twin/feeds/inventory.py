"""An inventory of slots (ng-container-terminal's block-locations.json) -> facts, and what was odd about it.

One record is one slot: where it is, the container in it if any, and whether the slot is locked or planned.  Nothing is
dropped in silence: what is no fact about a container goes out as an event, and into the report.
"""

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import msgspec
import numpy as np
from msgspec import Meta

from twin.containers import proper_number
from twin.errors import BadFile, UnknownName
from twin.facts import Batch, DescribedContainers, Events, PlaceKind, Roster, places, quantised
from twin.layout.inventory import decoded
from twin.terminal import Terminal

MASK = r"(?P<block>.{3})(?P<bay>\d{3})(?P<row>\d{2})(?P<tier>\d{2})"  # '*4D0730401': block *4D, bay 73, row 4, tier 1
LOCKED, PLANNED = "封场", "定位组"  # what the source calls a locked slot, and one reserved for a group
_SIZES = {"20": "2", "40": "4", "45": "L"}  # feet -> ISO 6346 length
_HEIGHTS = {"8.0": "0", "8.6": "2", "9.6": "5"}  # feet.inches -> ISO 6346 height, width 2.438

Text = Annotated[str, Meta(max_length=200)]


class SlotRecord(msgspec.Struct, frozen=True, rename="camel"):
    """One record of the inventory."""

    yardpos: Text
    ctnno: Text | None = None
    ctn_size: Text | None = None
    ctn_height: Text | None = None
    ctn_type: Text | None = None
    ctn_weight: float | None = None
    plan_type: Text | None = None
    shipping_line: Text | None = None
    pod: Text | None = None
    vessel_name: Text | None = None
    voyage: Text | None = None
    task_type: Text | None = None
    task_ctnno: Text | None = None


@dataclass(frozen=True)
class Slot:
    """A record with its address taken apart."""

    record: SlotRecord
    block: str
    bay: int
    row: int
    tier: int

    @property
    def stands_on(self) -> tuple[tuple[str, int, int], ...]:
        """The ground slots below: one for an odd bay, two for the even bay of a 40' box."""
        bays = (self.bay,) if self.bay % 2 else (self.bay - 1, self.bay + 1)
        return tuple((self.block, bay, self.row) for bay in bays)


@dataclass(frozen=True)
class Inventory:
    """What an inventory says: facts, and everything about it that a person should know."""

    batches: tuple[Batch, ...]
    records: int
    slots: int  # distinct addresses
    containers: int
    stacks: int
    top_tier: int
    by_length: dict[str, int]  # '20', '40', '45' -> containers
    duplicated: tuple[str, ...]  # addresses said again, once for every time
    contradicted: tuple[str, ...]  # of those, the ones that name different containers
    locked: tuple[str, ...]
    planned: tuple[str, ...]
    tasks: tuple[str, ...]
    gaps: tuple[str, ...]  # containers with nothing right below
    outside: tuple[str, ...]  # containers beyond their block's bays, rows or tiers
    misfits: tuple[str, ...]  # 20' boxes in even bays, longer ones in odd bays
    twice: tuple[str, ...]  # container numbers in more than one slot
    improper: tuple[str, ...]  # container numbers that are not ISO 6346
    unsized: tuple[str, ...]  # containers of a size that is not known here
    notes: tuple[str, ...]


def read_inventory(path: Path, terminal: Terminal, roster: Roster, *, t: int, mask: str = MASK) -> Inventory:
    """The inventory at *path*, said as facts of *t* (ns UTC) about the blocks of *terminal*.  Raises `BadFile`."""
    slots = _addressed(path, decoded(path, list[SlotRecord]), terminal, mask)
    full = [slot for slot in _said_once(slots) if slot.record.ctnno]
    taken = {(ground, slot.tier) for slot in full for ground in slot.stands_on}
    times, spoken = Counter(_numbers(full)), Counter(slot.record.yardpos for slot in slots)
    locked, planned = _of_plan(slots, LOCKED), _of_plan(slots, PLANNED)
    tasks = [slot for slot in _said_once(slots) if slot.record.task_type or slot.record.task_ctnno]
    repeated = [pos for pos, times_said in spoken.items() for _ in range(times_said - 1)]
    return Inventory(
        batches=(*_facts(full, terminal, roster, t), *_events(t, locked, planned, repeated, tasks)),
        records=len(slots), slots=len(spoken), containers=len(times),
        stacks=len({(slot.block, slot.bay, slot.row) for slot in full}),
        top_tier=max((slot.tier for slot in full), default=0),
        by_length=dict(sorted(Counter(slot.record.ctn_size or "?" for slot in full).items())),
        duplicated=tuple(repeated), contradicted=_contradicted(slots),
        locked=tuple(locked), planned=tuple(planned), tasks=tuple(slot.record.yardpos for slot in tasks),
        gaps=tuple(_at(slot) for slot in full if slot.tier > 1
                   and any((ground, slot.tier - 1) not in taken for ground in slot.stands_on)),
        outside=tuple(_at(slot) for slot in full if not _inside(slot, terminal)),
        misfits=tuple(_at(slot) for slot in full if (slot.record.ctn_size == "20") != bool(slot.bay % 2)),
        twice=tuple(number for number, count in times.items() if count > 1),
        improper=tuple(number for number in times if not proper_number(number)),
        unsized=tuple(_at(slot) for slot in full if not _code(slot.record)),
        notes=_notes(full),
    )  # fmt: skip


def _addressed(path: Path, records: list[SlotRecord], terminal: Terminal, mask: str) -> list[Slot]:
    shape, out = re.compile(mask), []
    for i, record in enumerate(records):
        key = f"[{i}].yardpos"
        if not (found := shape.fullmatch(record.yardpos)):
            raise BadFile(path, f"{record.yardpos!r} is not an address; it is read as {mask}", key=key)
        try:
            terminal.block(found["block"])
        except UnknownName as wrong:
            raise BadFile(path, f"{record.yardpos!r}: {wrong}", key=key) from None
        out.append(Slot(record, found["block"], int(found["bay"]), int(found["row"]), int(found["tier"])))
    return out


def _said_once(slots: list[Slot]) -> list[Slot]:
    """One slot for each address and container: two containers said to be in one slot are both told."""
    return list({(slot.record.yardpos, slot.record.ctnno): slot for slot in reversed(slots)}.values())[::-1]


def _contradicted(slots: list[Slot]) -> tuple[str, ...]:
    named: dict[str, set[str]] = {}
    for slot in slots:
        if slot.record.ctnno:
            named.setdefault(slot.record.yardpos, set()).add(slot.record.ctnno)
    return tuple(address for address, numbers in named.items() if len(numbers) > 1)


def _of_plan(slots: list[Slot], plan: str) -> list[str]:
    return list(dict.fromkeys(slot.record.yardpos for slot in slots if slot.record.plan_type == plan))


def _numbers(slots: list[Slot]) -> list[str]:
    return [slot.record.ctnno or "" for slot in slots]


def _at(slot: Slot) -> str:
    return f"{slot.record.ctnno} at {slot.record.yardpos}"


def _inside(slot: Slot, terminal: Terminal) -> bool:
    blocks, b = terminal.blocks, terminal.block(slot.block)
    last = 2 * int(blocks.bays[b]) - 1
    return (all(1 <= bay <= last for _, bay, _ in slot.stands_on)
            and 1 <= slot.row <= blocks.rows[b] and 1 <= slot.tier <= blocks.tiers[b])  # fmt: skip


def _code(record: SlotRecord) -> str:
    """The ISO size/type code, '' where the record does not say enough.  GP is general purpose, G1."""
    length, height = _SIZES.get(record.ctn_size or ""), _HEIGHTS.get(record.ctn_height or "")
    kind = {"GP": "G1"}.get(record.ctn_type or "", (record.ctn_type or "G1")[:2])
    return f"{length}{height}{kind}" if length and height else ""


def _facts(full: list[Slot], terminal: Terminal, roster: Roster, t: int) -> list[Batch]:
    if not full:
        return []
    rows, when = roster.containers.rows(_numbers(full)), np.full(len(full), t)
    said = DescribedContainers(
        t=when, container=rows, name=tuple(_numbers(full)), code=tuple(_code(slot.record) for slot in full),
        line=tuple(slot.record.shipping_line or "" for slot in full), mass=np.zeros(len(full)),
    )  # fmt: skip
    address = np.array([(terminal.block(slot.block), slot.bay, slot.row, slot.tier) for slot in full], np.int64)
    where, bay, row, tier = address.T
    return [quantised(said), places(when, rows, int(PlaceKind.SLOT), where, bay=bay, row=row, tier=tier)]


def _events(t: int, locked: list[str], planned: list[str], repeated: list[str], tasks: list[Slot]) -> list[Batch]:
    """What the inventory says of slots, so that a recording of it loses nothing."""
    said = [("lock", who, f"locked ({LOCKED})") for who in locked]
    said += [("plan", who, f"reserved for a group ({PLANNED})") for who in planned]
    said += [("duplicate", who, "the inventory has this slot more than once") for who in repeated]
    said += [("task", slot.record.yardpos, f"{slot.record.task_ctnno or 'a container'} is due here") for slot in tasks]
    if not said:
        return []
    kind, who, text = zip(*said)
    return [Events(np.full(len(said), t), kind, who, text)]


def _notes(full: list[Slot]) -> tuple[str, ...]:
    """Doubts about the whole file."""
    weights = [slot for slot in full if slot.record.ctn_weight is not None]
    if weights and all(str(slot.record.ctn_weight) == slot.record.ctn_height for slot in weights):
        return (f"ctnWeight repeats ctnHeight in all {len(weights)} records, so no mass is taken from it",)
    return ("ctnWeight has no unit, so no mass is taken from it",) if weights else ()
