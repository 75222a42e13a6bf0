"""A ship's journey: file -> feed -> moments -> recording -> the same moments."""

from pathlib import Path

import pytest
from tests.real import real
from tests.test_ais import placed

from twin.clock import StepClock
from twin.facts import roster_of
from twin.feeds.ais import AisFeed
from twin.moment import Moment
from twin.recording import Recorder, open_recording
from twin.session import Session
from twin.terminal import Terminal
from twin.units import SECOND

Hull = tuple[float, ...]


def hulls(moment: Moment) -> dict[str, Hull]:
    """Everything that is shown of each vessel present, to the bit."""
    v = moment.vessels
    columns = (v.x, v.y, v.z, v.yaw, v.length, v.beam, v.draught, v.status, v.heard)
    return {v.name[i]: tuple(float(c[i]) for c in columns) for i in range(len(v)) if v.present[i]}


@pytest.fixture(scope="module")
def brisbane() -> Terminal:
    return placed(153.175169, -27.365745, 211.7)


def test_recorded_and_replayed_the_ships_lie_where_they_lay(brisbane: Terminal, tmp_path: Path):
    roster = roster_of(())
    feed = AisFeed(real("ais", "amsa", "ais.txt.gz"), brisbane, roster)
    assert feed.span
    start, end = feed.span
    clock = StepClock(start)
    session = Session(brisbane, feed, clock, roster=roster)
    session.tee = recorder = Recorder(tmp_path / "ais.mcap", brisbane, roster, live=False)
    shown = {}
    for t in range(start, end, SECOND):
        clock.jump(t)
        shown[t] = hulls(session.step())
    recorder.close()

    recording = open_recording(tmp_path / "ais.mcap", terminal=brisbane)

    replayed = {t: hulls(recording.at(t)) for t in shown}
    assert shown == replayed
    assert 15 < len(shown[t])
    assert (193.0, 32.0, 8.9) == pytest.approx(shown[t]["KOTA JUTA"][4:7])
