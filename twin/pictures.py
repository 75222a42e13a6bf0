"""Pictures and clips of a layout or a recording, without a window."""

from collections.abc import Callable, Iterator
from pathlib import Path

from twin.clock import StepClock
from twin.errors import TwinError
from twin.feeds.recorded import RecordedFeed
from twin.moment import Moment
from twin.opened import moment_of, open_file
from twin.recording import Recording
from twin.scene.renderer import prepare
from twin.session import Session
from twin.units import SECOND, ns, text_from_time, time_from_text

Share = Callable[[float], None]  # told the share done, 0 to 1


def picture(
    file: Path,
    out: Path,
    *,
    at: str = "",
    camera: str = "overview",
    size: tuple[int, int] = (1600, 900),
    labels: bool = True,
) -> None:
    """Draw *file* at an instant into *out* (.png or .jpg).  Raises `TwinError`."""
    moment = moment_of(file, at)
    prepare()
    from twin.scene.stills import render_still

    render_still(moment.terminal, moment, out, camera=camera, size=size, labels=labels)


def clip(
    file: Path,
    out: Path,
    *,
    start: str = "",
    end: str = "",
    fps: int = 25,
    speed: float = 1.0,
    camera: str = "overview",
    size: tuple[int, int] = (1280, 720),
    labels: bool = True,
    bar: Share | None = None,
) -> None:
    """Draw the recording *file* from *start* to *end* (ISO texts; empty: all of it) into *out* (.mp4).  Raises
    `TwinError`.
    """
    recording = open_file(file)
    if not isinstance(recording, Recording):
        raise TwinError(f"{file} is a layout, in which nothing moves; give a recording, or write a picture (.png)")
    first = time_from_text(start) if start else recording.start
    last = time_from_text(end) if end else recording.end
    if not (recording.start <= first < last <= recording.end):
        raise TwinError(
            f"{file} runs from {text_from_time(recording.start)} to {text_from_time(recording.end)}; "
            "--from and --to must lie in it, in that order"
        )
    if not (1 <= fps <= 120 and speed > 0):
        raise TwinError(f"--fps {fps} --speed {speed}: frames per second must be 1 to 120, speed above 0")
    prepare()
    from twin.scene.stills import render_clip

    times = range(first, last, max(ns(speed / fps), 1))
    render_clip(
        recording.terminal,
        film(recording, times),
        out,
        fps=fps,
        size=size,
        camera=camera,
        labels=labels,
        frames=len(times),
        progress=shares(bar, len(times)),
    )


def shares(bar: Share | None, frames: int) -> Callable[[int], None] | None:
    """Frames counted, told *bar* as a share of *frames*."""
    return (lambda frame: bar(frame / frames)) if bar else None


def film(recording: Recording, times: range) -> Iterator[Moment]:
    """The moments of a recording at *times* (ns)."""
    session = Session(recording.terminal, RecordedFeed(recording), StepClock(times.start), roster=recording.roster)
    return (session.at(t) for t in times)


def middle(recording: Recording) -> int:
    """An instant well inside the recording, when all is in motion: a third of the way, at a whole second."""
    return recording.start + (recording.end - recording.start) // 3 // SECOND * SECOND
