"""A folder with a terminal's drawing and inventory -> a layout file, a recording beside it, and a report."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from twin.errors import BadFile
from twin.facts import roster_of
from twin.feeds.inventory import MASK, Inventory, read_inventory
from twin.layout import parse_layout
from twin.layout.inventory import Yard, read_drawing, yard_of
from twin.recording.writer import write_recording
from twin.units import text_from_time, time_from_text

DRAWING, SLOTS = "yard-info-list.json", "block-locations.json"  # as ng-container-terminal calls them
NO_TIME = "2000-01-01T00:00Z"  # stands for the time that the files do not have


@dataclass(frozen=True)
class ImportReport:
    """What was read, what was written, and what a person should look at."""

    name: str
    layout: Path
    recording: Path
    t: int  # ns UTC, the time the inventory is said to be of
    yard: Yard
    inventory: Inventory

    def as_dict(self) -> dict[str, Any]:
        """Counts and lists, for JSON."""
        yard, inventory = asdict(self.yard), asdict(self.inventory)
        del yard["text"], inventory["batches"]
        head = {"name": self.name, "layout": str(self.layout), "recording": str(self.recording)}
        return head | {"time": text_from_time(self.t), "yard": yard, "inventory": inventory, "notes": self.notes}

    @property
    def notes(self) -> list[str]:
        """Sentences about what had to be decided."""
        yard, said = self.yard, list(self.inventory.notes)
        if self.t == time_from_text(NO_TIME):
            said.append(f"the files hold no time; the inventory is said to be of {text_from_time(self.t, decimals=0)}")
        said.append(f"the drawing is taken as {yard.metres_per_unit:.4g} m a unit")
        if yard.too_small:
            said.append(f"{len(yard.too_small)} blocks are drawn smaller than their slots and reach beyond: "
                        f"{', '.join(yard.too_small)}")  # fmt: skip
        if yard.overlaps:
            pairs = ", ".join(f"{a} and {b}" for a, b in yard.overlaps)
            said.append(f"{len(yard.overlaps)} pairs of blocks overlap for that reason: {pairs}")
        return said

    def table(self) -> str:
        """Counts, one a line, then the notes."""
        yard, found = self.yard, self.inventory
        lengths = ", ".join(f"{count} of {feet}'" for feet, count in found.by_length.items())
        counts = {
            "blocks": f"{yard.blocks} ({yard.horizontal} horizontal, {yard.vertical} vertical)",
            "ground slots": f"{yard.slots:,} ({yard.positions:,} with tiers)",
            "records": f"{found.records:,}", "distinct slots": f"{found.slots:,}",
            "duplicate records": f"{len(found.duplicated)} ({len(found.contradicted)} name another container)",
            "containers": f"{found.containers} ({lengths})", "stacks": f"{found.stacks}, top tier {found.top_tier}",
            "locked slots": f"{len(found.locked)}", "planned slots": f"{len(found.planned)}",
            "tasks": f"{len(found.tasks)}", "gaps in stacks": f"{len(found.gaps)}",
            "outside their block": f"{len(found.outside)}", "wrong bay for length": f"{len(found.misfits)}",
            "numbers said twice": f"{len(found.twice)}", "numbers not ISO 6346": f"{len(found.improper)}",
            "sizes not known": f"{len(found.unsized)}",
        }  # fmt: skip
        width = max(map(len, counts))
        return "\n".join([*(f"{name:<{width}}  {count}" for name, count in counts.items()), "", *self.notes])


def import_inventory(folder: Path | str, out: Path | str, *, name: str = "", at: str = NO_TIME, mask: str = MASK,
                     overwrite: bool = False) -> ImportReport:  # fmt: skip
    """Write the layout *out* (.yaml) and beside it the recording (.mcap) of the inventory in *folder*, as of time *at*.

    *mask* is the regular expression of an address, with groups block, bay, row, tier.  Raises `BadFile`.
    """
    folder, out = _source(Path(folder)), Path(out)
    recording = out.with_suffix(".mcap")
    for path in (out, recording):
        if path.exists() and not overwrite:
            raise BadFile(path, "is there already; write somewhere else, or overwrite it (--overwrite)")
    yard = yard_of(read_drawing(folder / DRAWING), name=name or out.stem, source=f"{DRAWING}, {SLOTS}")
    terminal = parse_layout(yard.text, path=str(out))
    roster, t = roster_of(terminal.machines.name), time_from_text(at)
    inventory = read_inventory(folder / SLOTS, terminal, roster, t=t, mask=mask)
    _write(out, yard.text)
    write_recording(recording, terminal, roster, [list(inventory.batches)], overwrite=overwrite)
    return ImportReport(name or out.stem, out, recording, t, yard, inventory)


def _source(folder: Path) -> Path:
    """*folder*, or the one that a file in it stands for.  Raises `BadFile`."""
    folder = folder.parent if folder.name in (DRAWING, SLOTS) else folder
    if not folder.is_dir():
        raise BadFile(folder, f"is not a folder; give the one that has {DRAWING} and {SLOTS}")
    for name in (DRAWING, SLOTS):
        if not (folder / name).is_file():
            raise BadFile(folder, f"has no {name}; an inventory is {DRAWING} and {SLOTS}")
    return folder


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as wrong:
        raise BadFile(path, f"cannot be written: {wrong.strerror}") from None
