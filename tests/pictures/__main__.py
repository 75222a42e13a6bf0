"""`uv run python -m tests.pictures [NAME …]` draws the README's pictures from the sample recording into docs/."""

import sys
from pathlib import Path

from twin.opened import moment_of
from twin.samples import sample
from twin.scene.scene import Scene

DOCS = Path(__file__).resolve().parents[2] / "docs"
SIZE = (1600, 900)
PICTURES = {  # name: camera, whether names are shown
    "overview": ("overview", True),
    "quay": ("quay", False),
    "block": ("block:A10", False),
    "crane": ("machine:QC05", False),
    "cab": ("cab:QC05", True),
    "plan": ("plan", True),
}


def main(names: list[str]) -> None:
    """Draw *names*, or all."""
    moment = moment_of(sample("replay", "altenwerder.mcap"), "")
    scene = Scene(moment.terminal, size=SIZE)
    scene.show(moment)
    DOCS.mkdir(exist_ok=True)
    for name in names or list(PICTURES):
        scene.camera, scene.labels = PICTURES[name]
        print(scene.still(DOCS / f"{name}.jpg"))


if __name__ == "__main__":
    main(sys.argv[1:])
