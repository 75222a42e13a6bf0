"""Journeys through a real window: `viewer_journeys`, run once in a process and on a display of their own."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.xvfb import xvfb
from twin.scene.renderer import choose_renderer

JOURNEYS = Path(__file__).with_name("viewer_journeys.py")
NAMES = re.findall(r"^def (journey_\w+)", JOURNEYS.read_text(encoding="utf8"), re.MULTILINE)
SECONDS = 110  # pytest ends a test after 120


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What each journey came to, '' where all was well."""
    folder = tmp_path_factory.mktemp("journeys")
    with xvfb("1600x1000x24") as display:
        # A scene drawn by an earlier test has chosen for this process how VTK draws; a window chooses for itself.
        environ = {k: v for k, v in os.environ.items() if not k.startswith(("VTK_", "QT_"))} | {"DISPLAY": display}
        renderer = choose_renderer(window=True, environ=environ)
        if not renderer.window:
            pytest.skip(f"no window can be opened here: {renderer.detail}")
        ran = subprocess.run(
            [sys.executable, "-m", "tests.viewer_journeys", str(folder)],
            cwd=JOURNEYS.parent.parent, env=environ, capture_output=True, text=True, timeout=SECONDS,
        )  # fmt: skip
    assert ran.returncode == 0, ran.stderr[-3000:]
    assert ran.stderr.strip() == "", ran.stderr[-3000:]
    said: dict[str, str] = json.loads(ran.stdout.strip().splitlines()[-1])
    return said


@pytest.mark.parametrize("journey", [*NAMES, "closed"])
def test_window(told: dict[str, str], journey: str):
    assert told[journey] == "", f"\n{told[journey]}"
