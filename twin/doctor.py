"""What `twin doctor` says: what is here, what is missing and how to get it.  Loads neither VTK, Qt nor numba."""

import importlib.util
import os
import platform
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import Literal

import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text

from twin.errors import TwinError
from twin.samples import ROOMS, sample
from twin.scene import libraries
from twin.scene.renderer import Renderer, choose_renderer

Verdict = Literal["ok", "warn", "missing"]  # warn: something optional is not there
COLOURS: dict[Verdict, str] = {"ok": "green", "warn": "yellow", "missing": "red"}
EXTRAS = {
    "coal": "tilted and meshed solids (luffing booms)",
    "analytics": "Parquet and SQL over recordings",
    "bench": "the peers of the benchmarks",
}


@dataclass(frozen=True)
class Line:
    """One thing that was looked at; *how* says how to get it, and is empty where nothing is to do."""

    what: str
    found: str
    verdict: Verdict = "ok"
    how: str = ""


def examine(choose: Callable[[bool], Renderer] = choose_renderer) -> list[Line]:
    """Everything `twin` stands on, in reading order.  Never raises: what cannot be found is a line."""
    return [
        Line("python", f"{platform.python_version()} ({sys.executable})"),
        Line("system", f"{platform.platform()}, {os.cpu_count() or 1} cores"),
        _distribution("twin", "missing", "run it with uv from its checkout, or install its wheel"),
        *_dependencies(),
        *_extras(),
        *_drawing(choose(True)),
        *_qt_libraries(),
        _film(),
        *_kernels(),
        *_samples(),
    ]


def text(lines: list[Line], width: int | None = None) -> str:
    """The lines as a table for a person, *width* columns wide (the terminal's when None)."""
    table = Table(box=None, pad_edge=False)
    for heading in ("what", "found", "", "how to get it"):
        table.add_column(heading, overflow="fold")
    for line in lines:
        # As Text, because rich would take the brackets of twin[coal] for markup.
        table.add_row(Text(line.what), Text(line.found), Text(line.verdict, COLOURS[line.verdict]), Text(line.how))
    console = Console(width=width)
    with console.capture() as caught:
        console.print(table)
    return caught.get()


def as_json(lines: list[Line]) -> str:
    """The lines as a JSON list of objects with what, found, verdict and how."""
    return msgspec.json.format(msgspec.json.encode(lines), indent=2).decode()


def complete(lines: list[Line]) -> bool:
    """Whether nothing that is needed is missing."""
    return all(line.verdict != "missing" for line in lines)


def _distribution(name: str, absent: Verdict, how: str) -> Line:
    try:
        return Line(name, version(name))
    except PackageNotFoundError:
        return Line(name, "not installed", absent, how)


def _requirements() -> Iterator[tuple[str, str, str]]:
    """(name, version bound, extra) of everything the installed twin asks for."""
    try:
        asked = requires("twin") or []
    except PackageNotFoundError:
        return
    for requirement in asked:
        name, bound = re.match(r"([\w.-]+)\s*([^;\s]*)", requirement).groups()  # type: ignore[union-attr]  # PEP 508
        extra = re.search(r"extra\s*==\s*['\"]([\w-]+)['\"]", requirement)
        yield name, bound, extra[1] if extra else ""


def _dependencies() -> Iterator[Line]:
    for name, bound, extra in sorted(_requirements(), key=lambda wanted: wanted[0].lower()):
        if not extra:
            yield _distribution(name, "missing", f"uv sync in the checkout, or pip install '{name}{bound}'")


def _extras() -> Iterator[Line]:
    for extra, purpose in EXTRAS.items():
        wanted = {name: bound for name, bound, of in _requirements() if of == extra}
        lines = [_distribution(name, "warn", f"'{name}{bound}'") for name, bound in wanted.items()]
        lacks = " ".join(line.how for line in lines if line.how)
        how = f"for {purpose}: uv sync --extra {extra} in the checkout, or pip install {lacks}" if lacks else ""
        found = ", ".join(f"{line.what} {line.found}" for line in lines)
        yield Line(f"extra {extra}", found, "warn" if lacks else "ok", how)


def _drawing(renderer: Renderer) -> Iterator[Line]:
    install = f"apt-get install -y --no-install-recommends {' '.join(renderer.missing)}" if renderer.missing else ""
    yield Line("renderer", renderer.detail, "ok" if renderer.draws else "missing", "" if renderer.draws else install)
    display = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY") or "no display"
    if renderer.window:
        yield Line("window", f"opens ({renderer.name}, {display})")
    else:
        advice = install or "start it on a desktop, or under: xvfb-run -a -s '-screen 0 1280x800x24'"
        yield Line("window", f"does not open ({display}); pictures and films do", "warn", advice)


def _qt_libraries() -> Iterator[Line]:
    if sys.platform in ("darwin", "win32"):
        return
    here = libraries.find(libraries.QT)
    lacks = [libraries.QT[soname] for soname, path in here.items() if path is None]
    found = f"{len(here) - len(lacks)} of the {len(here)} system libraries of the window"
    how = f"apt-get install -y --no-install-recommends {' '.join(lacks)}" if lacks else ""
    yield Line("Qt libraries", found, "warn" if lacks else "ok", how)


def _film() -> Line:
    if importlib.util.find_spec("imageio_ffmpeg") is None:
        return Line("ffmpeg", "not here", "warn", "pip install imageio-ffmpeg (for films)")
    import imageio_ffmpeg

    try:
        return Line("ffmpeg", f"{imageio_ffmpeg.get_ffmpeg_version()} ({imageio_ffmpeg.get_ffmpeg_exe()})")
    except RuntimeError:
        return Line("ffmpeg", "not here", "warn", "apt-get install ffmpeg, or set IMAGEIO_FFMPEG_EXE")


def _kernels() -> Iterator[Line]:
    if importlib.util.find_spec("numba") is None:
        yield Line("kernels", "numpy only", "warn", "pip install numba (queries are slower without)")
        return
    home = Path(os.environ.get("NUMBA_CACHE_DIR") or Path(__file__).parent / "spatial")
    if os.access(next(folder for folder in (home, *home.parents) if folder.exists()), os.W_OK):
        yield Line("kernels", f"numba {version('numba')}, compiled once and kept")
    else:
        how = "set NUMBA_CACHE_DIR to a folder that can be written"
        yield Line("kernels", f"numba {version('numba')}, compiled at every start: {home} is read-only", "warn", how)


def _samples() -> Iterator[Line]:
    for room in ROOMS:
        try:
            files = sum(path.is_file() for path in sample(room).rglob("*"))
        except TwinError as error:
            yield Line(room, "not here", "missing", str(error))
        else:
            yield Line(room, f"{files} files in {sample(room)}")
