"""What was understood of a file, as plain values: for `twin info` and for programs."""

from pathlib import Path

import numpy as np

from twin.catalogue import Kind, VesselClass
from twin.catalogue_files import read_kind, read_vessel
from twin.opened import open_file
from twin.recording import Recording
from twin.terminal import Blocks, Terminal
from twin.units import text_from_time
from twin.yamlfile import read_yaml

Summary = dict[str, object]


def of_file(path: Path) -> Summary:
    """What was understood of *path*: a layout, recording, kind of equipment or class of vessel.  Raises `BadFile`."""
    if path.suffix in (".yaml", ".yml") and path.is_file():
        keys = read_yaml(path).names
        if "parts" in keys:
            return of_kind(read_kind(path), path)
        if "deck_tiers" in keys:
            return of_vessel(read_vessel(path), path)
    source = open_file(path)
    return of_terminal(source) if isinstance(source, Terminal) else of_recording(source)


def of_terminal(terminal: Terminal) -> Summary:
    """Counts and names of what a layout builds."""
    blocks = terminal.blocks
    return {
        "kind": "layout",
        "name": terminal.name,
        "title": terminal.title,
        "blocks": [
            {
                "name": name,
                "kind": blocks.kind[row],
                "bays": int(blocks.bays[row]),
                "rows": int(blocks.rows[row]),
                "tiers": int(blocks.tiers[row]),
                "outer_tiers": int(blocks.outer_tiers[row]) if len(blocks.outer_tiers) == len(blocks) else 0,
                "slots": int(blocks.bays[row] * blocks.rows[row]),
            }
            for row, name in enumerate(blocks.name)
        ],
        "slots": terminal.slots,
        "positions": _positions(blocks),
        "berths": len(terminal.berths),
        "quay_m": round(sum(((q.x1 - q.x0) ** 2 + (q.y1 - q.y0) ** 2) ** 0.5 for q in terminal.quays), 3),
        "machines": len(terminal.machines),
        "machine_kinds": {kind: terminal.machines.kind.count(kind) for kind in sorted(set(terminal.machines.kind))},
        "fingerprint": terminal.fingerprint,
        "sources": list(terminal.sources),
        "notes": list(terminal.notes),
    }


def _positions(blocks: Blocks) -> int:
    """Places for a 20' box, tiers counted; the two outer rows may be higher or lower than the others."""
    outer = np.minimum(blocks.rows, 2)
    high = blocks.outer_tiers if len(blocks.outer_tiers) == len(blocks) else blocks.tiers
    high = np.where(high > 0, high, blocks.tiers)
    return int((blocks.bays * ((blocks.rows - outer) * blocks.tiers + outer * high)).sum())


def of_recording(recording: Recording) -> Summary:
    """The layout's summary, and when the recording starts and ends and how much it holds."""
    built = of_terminal(recording.terminal)
    return built | {
        "kind": "recording",
        "start": text_from_time(recording.start),
        "end": text_from_time(recording.end),
        "seconds": (recording.end - recording.start) / 1e9,
        "containers": recording.containers,
        "messages": recording.messages,
        "layout": built["name"],
        "sealed": recording.sealed,
        "damage": [damage.why for damage in recording.verify()],
    }


def of_kind(kind: Kind, path: Path) -> Summary:
    """Size, joints and parts of a kind of machine."""
    return {
        "kind": "equipment",
        "name": kind.name,
        "title": kind.title,
        "group": kind.group,
        "file": path.name,
        "size_m": [kind.length, kind.width, kind.height],
        "joints": {joint.name: [joint.low, joint.high] for joint in kind.joints},
        "parts": [part.name for part in kind.parts],
        "facts": {name: {"value": value, "source": source} for name, (value, source) in kind.facts.items()},
    }


def of_vessel(kind: VesselClass, path: Path) -> Summary:
    """Size and stowage of a class of vessel."""
    return {
        "kind": "vessel class",
        "name": kind.name,
        "title": kind.title,
        "file": path.name,
        "teu": kind.teu,
        "length_m": kind.length,
        "beam_m": kind.beam,
        "draught_m": kind.draught,
        "rows": kind.rows,
        "deck_tiers": kind.deck_tiers,
        "hold_tiers": kind.hold_tiers,
        "bays_40ft": len(kind.bays),
        "facts": {name: {"value": value, "source": source} for name, (value, source) in kind.facts.items()},
    }
