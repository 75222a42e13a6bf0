"""`uv run python -m tests.pictures [NAME …]` draws the README's pictures from the sample recording into docs/."""

import sys
from pathlib import Path

from twin.recording import open_recording
from twin.samples import sample
from twin.scene.scene import Scene
from twin.units import MINUTE

DOCS = Path(__file__).resolve().parents[2] / "docs"
SIZE = (1600, 900)
PICTURES = {  # name: camera, minutes from the start, whether names are shown
    "overview": ("overview", 0, True),
    "quay": ("quay", 12, False),
    "block": ("block:A05", 4, False),
    "crane": ("machine:QC05", 0, False),
    "cab": ("cab:QC05", 0, True),
    "gate": ("gate", 22, False),
    "berthing": ("vessel:NEUWERK", 14, False),
    "plan": ("plan", 20, True),
}


def main(names: list[str]) -> None:
    """Draw *names*, or all."""
    recording = open_recording(sample("replay", "altenwerder.mcap"))
    scene = Scene(recording.terminal, size=SIZE)
    DOCS.mkdir(exist_ok=True)
    for name in names or list(PICTURES):
        camera, minutes, labels = PICTURES[name]
        scene.show(recording.at(recording.start + minutes * MINUTE))
        scene.camera, scene.labels = camera, labels
        print(scene.still(DOCS / f"{name}.jpg"))


if __name__ == "__main__":
    main(sys.argv[1:])
