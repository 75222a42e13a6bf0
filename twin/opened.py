"""What a path is, a layout or a recording, and a session on it."""

import logging
from pathlib import Path

from twin.clock import ReplayClock
from twin.errors import BadFile, TwinError
from twin.feeds import open_feed
from twin.feeds.recorded import RecordedFeed
from twin.layout import read_layout
from twin.moment import Moment
from twin.recording import Recording, open_recording
from twin.session import Session
from twin.terminal import Terminal
from twin.units import text_from_time, time_from_text
from twin.world import World

log = logging.getLogger(__name__)
SAID = 3  # damages told; a file may have hundreds, and `twin info` lists them all
MAGIC = b"\x89MCAP0\r\n"  # mcap.dev/spec: how every MCAP file begins


def open_file(path: Path) -> Terminal | Recording:
    """The layout or the recording at *path*.  Raises `BadFile`."""
    if not path.exists():
        raise BadFile(path, "there is no such file; give a layout (.yaml) or a recording (.mcap)")
    if path.is_dir():
        raise BadFile(path, "is a folder; give a layout (.yaml) or a recording (.mcap) in it")
    with path.open("rb") as file:
        recorded = file.read(len(MAGIC)) == MAGIC
    return _readable(open_recording(path)) if recorded or path.suffix == ".mcap" else read_layout(path)


def _readable(recording: Recording) -> Recording:
    """*recording*, of which something can be read; what is lost is said.  Raises `BadFile`."""
    lost = recording.damaged
    if not recording.messages and lost:
        recording.close()
        raise BadFile(recording.path, f"nothing in it can be read: {lost[0].why}")
    for damage in lost[:SAID]:
        log.warning("%s: %s", recording.path, damage.why)
    if not recording.sealed and not lost:
        log.warning("%s was not closed: it ends with the last whole second", recording.path)
    return recording


def open_session(path: Path, feed: str = "", *, at: str = "", speed: float = 1.0) -> Session:
    """A session on *path*: a recording played, or a layout with *feed* (empty: just the layout).

    Raises `TwinError`.
    """
    source = open_file(path)
    if isinstance(source, Recording) and feed:
        source.close()
        own = f"{path} is a recording and brings its own facts"
        raise TwinError(f"{own}; give a layout to watch {feed}, or leave --feed out")
    session = _replay(source) if isinstance(source, Recording) else _watched(source, feed)
    if isinstance(session.clock, ReplayClock):
        session.clock.rate = speed
        if at:
            session.clock.jump(_within(at, session.clock.start, session.clock.end, path))
    elif at:
        raise TwinError(f"--at {at}: only a recording can be sought in; {feed or path} is not one")
    return session


def _within(at: str, start: int, end: int, path: Path) -> int:
    """The instant *at*, which must lie in the recording."""
    t = time_from_text(at)
    if not start <= t <= end:
        raise TwinError(f"--at {at}: {path} runs from {text_from_time(start)} to {text_from_time(end)}")
    return t


def _replay(recording: Recording) -> Session:
    return Session(recording.terminal, RecordedFeed(recording), roster=recording.roster)


def _watched(terminal: Terminal, uri: str) -> Session:
    if not uri:
        return Session(terminal)
    world = World(terminal)
    feed = open_feed(uri, terminal, world.roster)
    return Session(terminal, feed, roster=world.roster)


def _first_to_see(recording: Recording) -> Moment:
    """The start of the recording, or its end where nothing at all was known at the start: AIS tells one ship at a
    time.
    """
    moment = recording.at(recording.start)
    told = len(moment.containers) or moment.vessels.present.any() or (moment.machines.heard >= 0).any()
    if told or recording.end == recording.start:
        return moment
    end = text_from_time(recording.end)
    log.warning("nothing is known at the start of %s; this is its end, %s", recording.path, end)
    return recording.at(recording.end)


def moment_of(path: Path, at: str = "") -> Moment:
    """The moment *at* (ISO text; empty: the start, if anything is known then) of the recording, or the empty terminal
    of the layout, at *path*.
    """
    source = open_file(path)
    if isinstance(source, Recording):
        return source.at(_within(at, source.start, source.end, path)) if at else _first_to_see(source)
    if at:
        raise TwinError(f"--at {at}: {path} is a layout, which has no time; give a recording")
    return World(source).at(0)
