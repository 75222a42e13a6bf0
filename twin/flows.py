"""Facts on their way: from a feed into a recording, from a recording onto a socket, from AIS lines into either."""

import logging
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
log = logging.getLogger(__name__)
Say = Callable[[str], None]
PAUSE = 0.05  # seconds between two looks at a live feed
FOREVER = 2**62
UNPACED = 1e6  # times as fast: as fast as it goes
KEPT_UP = 0.8  # of the speed asked for, below which it is said that it was not reached


def record(
    feed: str,
    out: Path,
    *,
    layout: Path | None = None,
    seconds: float = 0.0,
    overwrite: bool = False,
    bar: Share | None = None,
    say: Say = log.info,
) -> dict[str, object]:
    """Write what *feed* says into *out* until it ends, *seconds* have passed, or Ctrl-C; what was heard.

    Raises `TwinError`.
    """
    if out.exists() and Path(feed).exists() and out.samefile(feed):
        raise TwinError(f"{out} cannot be recorded on to itself; write somewhere else")
    terminal = _terminal_for(feed, layout)
    roster = roster_of(terminal.machines.name)
    source = open_feed(feed, terminal, roster)
    messages = 0
    try:
        with Recorder(out, terminal, roster, overwrite=overwrite, live=source.live) as recorder:
            for batches in _heard(source, seconds, bar, say):
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


def _heard(source: Feed, seconds: float, bar: Share | None, say: Say) -> Iterator[list[Batch]]:
    """What *source* says, as it says it; of something recorded all of it, a second at a time."""
    if not source.live and source.span is not None:
        yield from _played(source, *source.span, bar)
        return
    began, state = ticking(), source.health.state
    while not seconds or ticking() - began < ns(seconds):
        yield source.hear(FOREVER)
        if source.health.state != state:
            state = source.health.state
            say(f"the feed is {state}{': ' if source.health.note else ''}{source.health.note}")
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
    file: Path,
    bind: str,
    *,
    speed: float = 1.0,
    seconds: float = 0.0,
    wait: float = 0.0,
    bar: Share | None = None,
    say: Say = log.info,
) -> dict[str, object]:
    """Say the recording *file* at *bind*, *speed* times as fast.  Raises `TwinError`."""
    recording = open_file(file)
    if not isinstance(recording, Recording):
        raise TwinError(f"{file} is a layout, which has nothing to say; give a recording (.mcap)")
    if not speed > 0:
        raise TwinError(f"--speed {speed:g}: a live feed only goes forwards; give a number above 0")
    with Publisher(recording.terminal, recording.roster, bind) as publisher:
        say(f"publishing {file} at {bind}; watch it with: twin view LAYOUT --feed {bind}")
        rest(wait)
        began = ticking()
        t = _said(RecordedFeed(recording), publisher, speed, seconds, bar)
    reached = (t - recording.start) / max(ticking() - began, 1)
    if reached < speed * KEPT_UP and t - recording.start > SECOND:
        say(f"this machine could not keep up with {speed:g}: it was {reached:.3g} times as fast")
    up_to = text_from_time(t)
    return {"recording": str(file), "published at": bind, "up to": up_to, "speed reached": round(reached, 3)}


def _said(feed: Feed, publisher: Publisher, speed: float, seconds: float, bar: Share | None) -> int:
    start, end = feed.span or (0, 1)
    began, t = ticking(), start
    for t in said_through(feed, publisher, speed=speed):
        if bar:
            bar((t - start) / max(end - start, 1))
        if seconds and ticking() - began >= ns(seconds):
            break
    return t


class Tapped:
    """*feed*, everything it says written to *recorder* as it is said."""

    def __init__(self, feed: Feed, recorder: Recorder) -> None:
        self._feed, self._recorder = feed, recorder
        self.live, self.span, self.health = feed.live, feed.span, feed.health

    def hear(self, until: int) -> list[Batch]:
        return self._written(self._feed.hear(until))

    def seek(self, t: int) -> list[Batch]:
        return self._written(self._feed.seek(t))

    def close(self) -> None:
        self._feed.close()

    def _written(self, batches: list[Batch]) -> list[Batch]:
        self._recorder.write(batches)
        return batches


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
    heard = AisFeed(file, terminal, roster, radius=km * 1000)
    with ExitStack() as opened:
        feed: Feed = heard
        if out is not None:
            recorder = opened.enter_context(Recorder(out, terminal, roster, overwrite=overwrite, live=bool(bind)))
            feed = Tapped(heard, recorder)
        if bind:
            publisher = opened.enter_context(Publisher(terminal, roster, bind))
            rest(wait)
            _said(feed, publisher, speed or UNPACED, 0.0, bar)
        else:
            for _ in _played(feed, *heard.span, bar):
                pass
    return heard.counts
