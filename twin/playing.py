"""A scenario played: into a recording, on to a socket, or both; and what came of it."""

import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from twin.clock import ticking
from twin.errors import BadFile, TwinError
from twin.facts import roster_of
from twin.feeds.feed import Feed
from twin.feeds.simulated import SimulatedFeed
from twin.feeds.zmq_live import Publisher
from twin.feeds.zmq_live import publish as said_through
from twin.flows import Tapped
from twin.layout.reader import read_layout
from twin.recording import Recorder
from twin.simulate.report import report, table
from twin.simulate.run import Run, simulate
from twin.simulate.scenario_files import open_scenario, usual
from twin.simulate.truth import Truth, truth, write_truth
from twin.units import MINUTE, SECOND, text_from_time

Share = Callable[[float], None]  # told the share done, 0 to 1
log = logging.getLogger(__name__)
KEYFRAME_EVERY = 10 * MINUTE
BREATH = 10.0  # seconds told at a time where nobody listens
CHUNK = 10 * SECOND  # of a recording that is made faster than it could be lived


@dataclass(frozen=True)
class Played:
    """What came of a run: *text* for people, *numbers* for programs; *stopped*: it was ended before its time."""

    text: str
    numbers: dict[str, object]
    stopped: bool


def play(
    layout: Path,
    *,
    scenario: str = "",
    out: Path | None = None,
    bind: str = "",
    seed: int | None = None,
    hours: float | None = None,
    hz: float = 1.0,
    speed: float = 1.0,
    overwrite: bool = False,
    bar: Share | None = None,
    say: Callable[[str], None] = log.info,
) -> Played:
    """Play *scenario* (a file, a sample's name, '' the usual one) on *layout*; record it in *out*, publish it at
    *bind*.

    Beside the recording OUT its planted incidents are written as OUT's stem + `.truth.json`.  Ctrl-C ends the run: the
    recording is closed and whole.  Raises `TwinError`.
    """
    if out is None and not bind:
        raise TwinError("nothing to do with what is simulated: give --out REC.mcap, --bind URI, or both")
    if out is not None:
        _writable(out, overwrite)
    terminal = read_layout(layout)
    roster = roster_of(terminal.machines.name)
    chosen = open_scenario(scenario, terminal) if scenario else usual(terminal)
    for note in chosen.notes:
        say(f"{chosen.path or chosen.name}: {note}")
    began, stopped = ticking(), False
    breath = BREATH if not bind and chosen.imperfections.none else 1.0
    run = simulate(terminal, roster, chosen, seed=seed, hours=hours, hz=hz, breath=breath)
    feed: Feed = SimulatedFeed(run, live=False)  # it works up to its first fact: until then nothing is written
    with ExitStack() as opened:
        publisher = opened.enter_context(Publisher(terminal, roster, bind)) if bind else None
        if out is not None:
            flush, key = (SECOND, MINUTE) if bind else (CHUNK, KEYFRAME_EVERY)
            recorder = Recorder(
                out, terminal, roster, keyframe_every=key, flush_every=flush, live=bool(bind), overwrite=overwrite
            )
            feed = Tapped(feed, opened.enter_context(recorder))
        try:
            for t in said_through(feed, publisher, speed=speed) if publisher else _heard(feed):
                if bar:
                    bar((t - chosen.start) / max(run.works.scenario.end - chosen.start, 1))
        except KeyboardInterrupt:
            stopped = True
    if run.works.transport is None and chosen.calls:
        say(f"no ship is worked: {terminal.name} has nobody who could carry boxes between quay cranes and blocks")
    return _told(run, out, bind, stopped, (ticking() - began) / SECOND)


def _writable(out: Path, overwrite: bool) -> None:
    """Raises `BadFile` where no recording can be written."""
    if out.suffix != ".mcap":
        raise BadFile(out, "is no name for a recording; write e.g. shift.mcap")
    if out.is_dir():
        raise BadFile(out, "is a folder; write the name of a recording in it, e.g. shift.mcap")
    if out.exists() and not overwrite:
        raise BadFile(out, "is there already; choose another name, or overwrite it (--overwrite)")
    if not out.parent.is_dir():
        raise BadFile(out, f"cannot be written: there is no folder {out.parent}")


def _heard(feed: Feed) -> Iterator[int]:
    """Hear all of *feed*, a chunk at a time."""
    start, end = feed.span or (0, 0)
    feed.seek(start)
    for t in range(start + CHUNK, end + 1, CHUNK):
        feed.hear(t)
        yield t
    feed.hear(end)


def _told(run: Run, out: Path | None, bind: str, stopped: bool, took_s: float) -> Played:
    """The report, and the truth beside the recording."""
    works = run.works
    now = works.scenario.start + round(run.done * SECOND)
    numbers: dict[str, object] = {
        "scenario": works.scenario.name, "terminal": works.terminal.name, "seed": works.seed,
        "from": text_from_time(works.scenario.start), "to": text_from_time(now), "stopped": stopped,
        "seconds taken": round(took_s, 1), "times as fast as life": round(run.done / max(took_s, 1e-3), 1),
    }  # fmt: skip
    if out is not None:
        numbers["recording"] = str(out)
    if bind:
        numbers["published at"] = bind
    figures = report(works)
    text = table(figures)
    if works.scenario.incidents:
        truths = truth(run)
        numbers["incidents"] = [one.said() for one in truths]
        text += "\n\n" + "\n".join(_planted(one) for one in truths)
        if out is not None:
            numbers["truth"] = str(write_truth(out, run))
    return Played(text, {**numbers, "report": figures}, stopped)


def _planted(one: Truth) -> str:
    """One planted incident as a sentence."""
    who = " and ".join(one.who)
    if not one.planted:
        return f"{one.kind} {who}: not planted, {one.why}".replace(" :", ":")
    near = "" if one.distance is None else f", {one.distance:.3f} m"
    return f"{one.kind} {who}: {text_from_time(one.t_closest)}{near}"
