"""24 h of Altenwerder as `replay/scenarios/altenwerder-day.yaml` has it, recorded at 1 Hz, in a process of its own.

There is no other simulator to compare with that moves every joint: the times are wholes of `twin simulate`, processes,
sampling and recording together; memory is the most the process ever held.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

from tests.benchmarks.table import Row

ROOT = Path(__file__).resolve().parents[2]


def rows() -> list[Row]:
    """All rows of this part."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "day.mcap"
        took, told = _day(out, hz=1.0)
        size = out.stat().st_size
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1e6
    said = told["report"]["said"]
    what = f"24 h, {said['boxes at the start']} boxes, {said['machines']} machines, {said['poses']} poses"
    return [
        Row(f"{what}: seconds", took, target="≤ 120 s", met=took <= 120),
        Row("the same: GB of memory at most", peak, target="≤ 2 GB", met=peak <= 2.0),
        Row("the same: MB of recording", size / 1e6),
    ]


def _day(out: Path, *, hz: float) -> tuple[float, dict]:
    words = ["simulate", "layouts/altenwerder.yaml", "--scenario", "altenwerder-day", "--hz", str(hz), "--json"]
    began = perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "twin.cli", *words, "--out", str(out)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env={**os.environ},
    )
    took = perf_counter() - began
    if done.returncode:
        sys.exit(done.stderr)
    return took, json.loads(done.stdout)
