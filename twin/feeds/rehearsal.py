"""The sample recording that `twin demo` plays, made again: `python -m twin.feeds.rehearsal [FILE]`."""

import sys
from pathlib import Path

from twin.facts import roster_of
from twin.layout.reader import read_layout
from twin.recording import write_recording
from twin.samples import sample
from twin.simulate.traffic import traffic
from twin.units import time_from_text

START = "2026-03-01T06:00Z"


def write_sample(
    path: Path | str, *, layout: Path | str | None = None, seed: int = 1, seconds: float = 720, overwrite: bool = False
) -> None:
    """Record *seconds* of made-up traffic on *layout* (Altenwerder); the same seed gives the same facts.

    Raises `BadFile`.
    """
    terminal = read_layout(layout or sample("layouts", "altenwerder.yaml"))
    roster = roster_of(terminal.machines.name)
    said = traffic(terminal, roster, start=time_from_text(START), duration_s=seconds, seed=seed)
    write_recording(path, terminal, roster, (batches for _, batches in said), overwrite=overwrite)


if __name__ == "__main__":
    write_sample(sys.argv[1] if len(sys.argv) > 1 else "replay/altenwerder.mcap", overwrite=True)
