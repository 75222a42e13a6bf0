"""`uv run python -m tests.benchmarks [core scene …]`: runs them, prints the table, writes BENCHMARKS.md.

A named part replaces only its own section of the file.
"""

import os
import platform
import re
import sys
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

from tests.benchmarks.table import markdown

PARTS = {
    "core": "World, start and recordings",
    "spatial": "Distances and heights",
    "scene": "Drawing",
    "simulator": "A simulated day",
}  # module -> headline
FILE = Path(__file__).resolve().parents[2] / "BENCHMARKS.md"
HEAD = """# Benchmarks

Written by `uv run python -m tests.benchmarks`. Competitors ran in turn in one run, medians are given; these machines
are noisy: believe the ratios, not the milliseconds.
"""


def main(parts: list[str]) -> None:
    """Run *parts* (all when empty) and write them down."""
    unknown = [part for part in parts if part not in PARTS]
    if unknown:
        sys.exit(f"no benchmark named {unknown[0]}; there are {', '.join(PARTS)}")
    sections = dict(
        re.findall(r"^## (.+?)\n\n(.*?)(?=^## |\Z)", FILE.read_text() if FILE.exists() else "", re.S | re.M)
    )
    for part in parts or list(PARTS):
        module = import_module(f"tests.benchmarks.{part}")
        table = markdown(module.rows())
        print(f"\n{PARTS[part]}\n{table}", flush=True)
        sections[PARTS[part]] = f"{module.__doc__.strip()}\n\n{table}\n\n{_where()}\n\n"
    body = "".join(f"## {name}\n\n{text.strip()}\n\n" for name, text in sections.items())
    FILE.write_text(f"{HEAD}\n{body.rstrip()}\n")


def _where() -> str:
    libraries = ", ".join(f"{name} {version(name)}" for name in ("numpy", "numba", "vtk", "pyvista"))
    return f"On {os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}, {libraries}."


if __name__ == "__main__":
    main(sys.argv[1:])
