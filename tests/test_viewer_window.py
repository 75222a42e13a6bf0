"""A real window on a display of its own: `viewer_journeys`, run once in a process, and how the window ends."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.xvfb import xvfb
from twin.scene.renderer import choose_renderer

JOURNEYS = Path(__file__).with_name("viewer_journeys.py")
ROOT = JOURNEYS.parent.parent
NAMES = re.findall(r"^def (journey_\w+)", JOURNEYS.read_text(encoding="utf8"), re.MULTILINE)
SECONDS = 110  # pytest ends a test after 120


# The window on a live feed; says "shown" once it draws, and at the end which threads still run.
LIVE = """
import sys, threading
from PySide6.QtCore import QTimer
from twin.scene.renderer import prepare
prepare(window=True)
from twin.viewer.canvas import Canvas
frames = []
drawn = Canvas.paintGL
def paint(self):
    drawn(self)
    frames.append(1)
    if len(frames) == 20:
        print("shown", flush=True)
Canvas.paintGL = paint
from twin.cli.app import run
from twin.samples import sample
from twin.viewer import view
layout = sample("layouts", "small.yaml")
seconds = float(sys.argv[1])
code = 0
if seconds:
    view(layout, feed="sim:", seconds=seconds)
else:
    code = run(["view", str(layout), "--feed", "sim:"])
print([t.name for t in threading.enumerate() if t.name.startswith("twin ")], flush=True)
sys.exit(code)
"""


@pytest.fixture(scope="module")
def environ() -> Iterator[dict[str, str]]:
    """The environment of a process that can open a window."""
    with xvfb("1600x1000x24") as display:
        # A scene drawn by an earlier test has chosen for this process how VTK draws; a window chooses for itself.
        found = {k: v for k, v in os.environ.items() if not k.startswith(("VTK_", "QT_"))} | {"DISPLAY": display}
        renderer = choose_renderer(window=True, environ=found)
        if not renderer.window:
            pytest.skip(f"no window can be opened here: {renderer.detail}")
        yield found


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory, environ: dict[str, str]) -> dict[str, str]:
    """What each journey came to, '' where all was well."""
    folder = tmp_path_factory.mktemp("journeys")
    ran = subprocess.run(
        [sys.executable, "-m", "tests.viewer_journeys", str(folder)],
        cwd=ROOT, env=environ, capture_output=True, text=True, timeout=SECONDS,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr[-3000:]
    assert ran.stderr.strip() == "", ran.stderr[-3000:]
    said: dict[str, str] = json.loads(ran.stdout.strip().splitlines()[-1])
    return said


@pytest.mark.parametrize("journey", [*NAMES, "closed"])
def test_window(told: dict[str, str], journey: str):
    assert told[journey] == "", f"\n{told[journey]}"


def live(environ: dict[str, str], seconds: float, ending: signal.Signals | None = None) -> tuple[int, str, str]:
    """Exit code, last line of stdout and stderr of a window on a live feed, ended after it has drawn for a while."""
    ran = subprocess.Popen(
        [sys.executable, "-c", LIVE, str(seconds)],
        cwd=ROOT, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert ran.stdout is not None
        if ending is not None and ran.stdout.readline() == "shown\n":
            ran.send_signal(ending)
        out, err = ran.communicate(timeout=SECONDS)
    finally:
        ran.kill()
    return ran.returncode, (out.strip().splitlines() or [""])[-1], err.strip()


def test_ctrl_c_closes_a_live_window_and_ends_with_130(environ: dict[str, str]):
    assert live(environ, 0, signal.SIGINT) == (130, "[]", "twin: stopped")


def test_a_request_to_end_closes_a_live_window_without_a_word(environ: dict[str, str]):
    code, _, err = live(environ, 0, signal.SIGTERM)

    assert (code, err) == (128 + signal.SIGTERM, "")


def test_a_live_window_that_is_closed_ends_with_0(environ: dict[str, str]):
    assert live(environ, 4) == (0, "[]", "")
