"""Verbs that show: demo, view, render."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from twin.cli.talk import progress, say
from twin.errors import TwinError


def demo(*, out: Path = Path("twin-demo"), live: bool = False) -> None:
    """Open the sample terminal and play its recording; without a display, write a picture and a clip.

    Parameters
    ----------
    out
        Folder for the picture and the clip.
    live
        Through a real ZeroMQ feed on this machine, instead of from the file.
    """
    from twin.demo import run

    with progress("drawing") as bar:
        run(out, live=live, say=say, bar=bar)


def view(
    file: Path,
    *,
    feed: str = "",
    at: str = "",
    speed: float = 1.0,
) -> None:
    """Watch a layout with a live feed, or play a recording, in a window.

    Parameters
    ----------
    file
        A layout (.yaml) or a recording (.mcap).
    feed
        tcp://HOST:PORT, ais:FILE, sim:, or a recording of this layout.
    at
        Instant to start at, e.g. 2026-03-01T06:12:30Z.
    speed
        Recorded seconds per second; negative plays backwards.
    """
    from twin.viewer import view as open_window

    open_window(file, feed=feed or None, at=at or None, speed=speed)


def render(
    file: Path,
    *,
    out: Path,
    at: str = "",
    start: Annotated[str, Parameter(name="--from")] = "",
    end: Annotated[str, Parameter(name="--to")] = "",
    fps: int = 25,
    speed: float = 1.0,
    camera: str = "overview",
    size: str = "1600x900",
    labels: bool = True,
) -> None:
    """Draw a picture (.png, .jpg) at an instant, or a clip (.mp4) from one instant to another, without a window.

    Parameters
    ----------
    out
        FILE.png, FILE.jpg or FILE.mp4.
    camera
        overview, quay, yard, plan, gate, block:NAME, machine:NAME, cab:NAME, berth:NAME.
    size
        Width x height in pixels.
    speed
        Recorded seconds per second of clip.
    """
    from twin.pictures import clip, picture

    wide, high = _size(size)
    if out.suffix.lower() == ".mp4":
        with progress("drawing") as bar:
            clip(
                file,
                out,
                start=start,
                end=end,
                fps=fps,
                speed=speed,
                camera=camera,
                size=(wide, high),
                labels=labels,
                bar=bar,
            )
    else:
        picture(file, out, at=at, camera=camera, size=(wide, high), labels=labels)
    print(out)


def _size(text: str) -> tuple[int, int]:
    try:
        wide, high = (int(part) for part in text.lower().split("x"))
    except ValueError:
        raise TwinError(f"--size {text}: write width x height in pixels, e.g. 1600x900") from None
    if not (16 <= wide <= 8192 and 16 <= high <= 8192):
        raise TwinError(f"--size {text}: each side must be between 16 and 8192 pixels")
    return wide, high
