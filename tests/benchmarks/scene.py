"""100,000 boxes and 300 machines of six parts, all poses new each frame, 1280 x 720, drawn in turn in own processes.

Ours draws the whole terminal: machines, ground, water, country, shadows and names, and `world.at` is in its time.  The
peers draw the boxes only.  Hidden faces are left out by ours alone: a raw moderngl program could do that too.
"""

import subprocess
import sys
from contextlib import ExitStack
from statistics import median

from tests.benchmarks.table import Row

ROUNDS = 9


def rows() -> list[Row]:
    """All rows of this part."""
    full = paired(["twin", "moderngl", "pyvista", "pyvista-plain"], 100_000)
    small = paired(["twin", "moderngl"], 20_000)
    ours = full["twin"]
    share, gain = ours / full["moderngl"], full["pyvista"] / ours
    return [
        Row(
            "100,000 boxes, 300 machines",
            ours,
            "moderngl instancing",
            full["moderngl"],
            "≤ 0.70 of it, aim 0.50",
            share <= 0.7,
        ),
        Row("", ours, "PyVista glyph, default", full["pyvista"], "≥ 15 x faster", gain >= 15),
        Row("", ours, "PyVista glyph, no anti-aliasing", full["pyvista-plain"]),
        Row(
            "20,000 boxes, 300 machines",
            small["twin"],
            "moderngl instancing",
            small["moderngl"],
            "≤ 50 ms: 20 fps",
            small["twin"] <= 50,
        ),
    ]


def paired(names: list[str], boxes: int, rounds: int = ROUNDS) -> dict[str, float]:
    """Median ms a frame of each painter, drawn in turn, one frame untimed and one timed."""
    with ExitStack() as stack:
        painters = {name: stack.enter_context(_painter(name, boxes)) for name in names}
        times: dict[str, list[float]] = {name: [] for name in names}
        for turn in range(rounds + 1):
            for name, painter in painters.items():
                _frame(painter, 2 * turn)  # warms the caches that the others took
                spent = _frame(painter, 2 * turn + 1)
                if turn:
                    times[name].append(spent)
        for painter in painters.values():
            assert painter.stdin is not None
            painter.stdin.close()
    return {name: median(spent) for name, spent in times.items()}


def _painter(name: str, boxes: int) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "tests.benchmarks.scene_painters", name, str(boxes)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    while (line := process.stdout.readline()).strip() != "ready":
        if not line:
            raise SystemExit(f"the painter {name} did not start")
    return process


def _frame(painter: "subprocess.Popen[str]", number: int) -> float:
    assert painter.stdin is not None
    assert painter.stdout is not None
    painter.stdin.write(f"{number}\n")
    painter.stdin.flush()
    return float(painter.stdout.readline())
