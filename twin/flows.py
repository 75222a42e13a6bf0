"""Facts on their way: from a feed into a recording, from a recording onto a socket, from AIS lines into either."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from twin.clock import rest, ticking
from twin.errors import TwinError
from twin.facts import Batch, roster_of
from twin.feeds import open_feed
from twin.feeds.ais import AisFeed
from twin.feeds.ais_lines import AisCounts
from twin.feeds.feed import Feed
from twin.feeds.recorded import RecordedFeed
from twin.feeds.zmq_feed import layout_at
from twin.feeds.zmq_live import Publisher
from twin.feeds.zmq_live import publish as said_through
from twin.layout import parse_layout
from twin.opened import open_file
from twin.recording import Recorder, Recording, open_recording
from twin.terminal import Terminal
from twin.units import SECOND, ns, text_from_time

Share = Callable[[float], None]  # told the share done, 0 to 1
PAUSE = 0.05  # seconds between two looks at a live feed
FOREVER = 2**62


def record(
    feed: str,
    out: Path,
    *,
    layout: Path | None = None,
    seconds: float = 0.0,
    overwrite: bool = False,
    bar: Share | None = None,
) -> dict[str, object]:
    """Write what *feed* says into *out* until it ends, *seconds* have passed, or Ctrl-C; what was heard.

    Raises `TwinError`.
    """
    terminal = _terminal_for(feed, layout)
    roster = roster_of(terminal.machines.name)
    source = open_feed(feed, terminal, roster)
    messages = 0
    try:
        with Recorder(out, terminal, roster, overwrite=overwrite, live=source.live) as recorder:
            for batches in _heard(source, seconds, bar):
                messages += len(batches)
                recorder.write(batches)
    except KeyboardInterrupt:  # how a person ends a recording of something live: it is closed and whole
        pass
    finally:
        source.close()
    return {"recording": str(out), "batches": messages, **source.health.counts()}


def _terminal_for(feed: str, layout: Path | None) -> Terminal:
    if layout is not None:
        return _layout(layout)
    if feed.endswith(".mcap"):
        return open_recording(feed).terminal
    if feed.startswith(("tcp:", "ipc:")):
        return parse_layout(layout_at(feed), path=f"the layout of {feed}")
    raise TwinError(f"--layout is missing: say which terminal {feed} is about, e.g. --layout layouts/altenwerder.yaml")


def _layout(path: Path) -> Terminal:
    source = open_file(path)
    return source.terminal if isinstance(source, Recording) else source


def _heard(source: Feed, seconds: float, bar: Share | None) -> Iterator[list[Batch]]:
    """What *source* says, as it says it; of something recorded all of it, a second at a time."""
    if not source.live and source.span is not None:
        yield from _played(source, *source.span, bar)
        return
    began = ticking()
    while not seconds or ticking() - began < ns(seconds):
        yield source.hear(FOREVER)
        if bar and seconds:
            bar((ticking() - began) / ns(seconds))
        rest(PAUSE)
    yield source.hear(FOREVER)


def _played(source: Feed, start: int, end: int, bar: Share | None) -> Iterator[list[Batch]]:
    yield source.seek(start)
    for t in range(start + SECOND, end + SECOND, SECOND):
        yield source.hear(t)
        if bar:
            bar((t - start) / max(end - start, 1))


def publish(
    file: Path, bind: str, *, speed: float = 1.0, seconds: float = 0.0, wait: float = 0.0, bar: Share | None = None
) -> dict[str, object]:
    """Say the recording *file* at *bind*, *speed* times as fast.  Raises `TwinError`."""
    recording = open_file(file)
    if not isinstance(recording, Recording):
        raise TwinError(f"{file} is a layout, which has nothing to say; give a recording (.mcap)")
    if not speed > 0:
        raise TwinError(f"--speed {speed:g}: a live feed only goes forwards; give a number above 0")
    with Publisher(recording.terminal, recording.roster, bind) as publisher:
        rest(wait)
        t = _said(RecordedFeed(recording), publisher, speed, seconds, bar)
    return {"recording": str(file), "published at": bind, "up to": text_from_time(t)}


def _said(feed: Feed, publisher: Publisher, speed: float, seconds: float, bar: Share | None) -> int:
    start, end = feed.span or (0, 1)
    began, t = ticking(), start
    for t in said_through(feed, publisher, speed=speed):
        if bar:
            bar((t - start) / max(end - start, 1))
        if seconds and ticking() - began >= ns(seconds):
            break
    return t


@contextmanager
def published(recording: Recording, bind: str = "tcp://127.0.0.1:7701") -> Iterator[str]:
    """While inside, a thread says *recording* at *bind* over and over, in its own time."""
    stop = threading.Event()

    def say() -> None:
        while not stop.is_set():
            feed = RecordedFeed(open_recording(recording.path))
            with Publisher(feed.recording.terminal, feed.recording.roster, bind) as publisher:
                ready.set()
                for _ in said_through(feed, publisher):
                    if stop.is_set():
                        break

    ready = threading.Event()
    thread = threading.Thread(target=say, name="twin demo publisher", daemon=True)
    thread.start()
    ready.wait(10)
    try:
        yield bind
    finally:
        stop.set()
        thread.join()


def ais(
    file: Path,
    layout: Path,
    *,
    bind: str = "",
    out: Path | None = None,
    speed: float = 0.0,
    km: float = 15.0,
    wait: float = 0.0,
    overwrite: bool = False,
    bar: Share | None = None,
) -> AisCounts:
    """Turn the AIS lines of *file* into hulls around the terminal of *layout*; say them at *bind*, write them to *out*.

    Returns what became of every line.  Raises `TwinError`.
    """
    terminal = _layout(layout)
    roster = roster_of(terminal.machines.name)
    feed = AisFeed(file, terminal, roster, radius=km * 1000)
    if bind:
        with Publisher(terminal, roster, bind) as publisher:
            rest(wait)
            _said(feed, publisher, speed or 1e6, 0.0, bar)
    with ExitStack() as open_files:
        if out is not None and feed.span is not None:
            recorder = open_files.enter_context(Recorder(out, terminal, roster, overwrite=overwrite, live=False))
            for batches in _played(feed, *feed.span, bar):
                recorder.write(batches)
    return feed.counts
