"""24 h of Altenwerder as `replay/scenarios/altenwerder-day.yaml` has it, recorded at 1 Hz, in a process of its own.

There is no other simulator to compare with that moves every joint: the times are wholes of `twin simulate`, processes,
sampling and recording together; memory is the most the process ever held.
"""

import json
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter
from typing import Any

from tests.benchmarks.table import Row

ROOT = Path(__file__).resolve().parents[2]


def rows() -> list[Row]:
    """All rows of this part."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "day.mcap"
        took, told = _day(out)
        size = out.stat().st_size
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1e6
    report = told["report"]
    boxes, vehicles = report["conservation"]["in the yard at first"], len(report["vehicles"])
    cranes = f"{len(report['quay cranes'])} quay cranes, {len(report['yard cranes'])} yard cranes, {vehicles} vehicles"
    moves = sum(crane["moves"] for crane in report["quay cranes"].values())
    what = f"24 h of {cranes}, {boxes} boxes in the yard, {moves} quay moves, recorded at 1 Hz"
    held = f"{peak:.2f} GB of memory at most, {size / 1e6:.0f} MB of recording"
    met = took <= 120 and peak <= 2.0
    return [Row(f"{what}; {held}", took * 1000, target="≤ 120 s and ≤ 2 GB", met=met)]


def _day(out: Path) -> tuple[float, dict[str, Any]]:
    words = ["simulate", "layouts/altenwerder.yaml", "--scenario", "altenwerder-day", "--json", "--out", str(out)]
    began = perf_counter()
    done = subprocess.run([sys.executable, "-m", "twin.cli", *words], cwd=ROOT, capture_output=True, text=True)
    took = perf_counter() - began
    if done.returncode:
        sys.exit(done.stderr)
    told: dict[str, Any] = json.loads(done.stdout)
    return took, told
