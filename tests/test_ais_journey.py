"""A ship's journey: file -> feed, or feed -> socket -> feed -> moments -> recording -> the same moments."""

from pathlib import Path
from socket import AF_INET, SOCK_STREAM, socket

import pytest

from tests.real import real
from twin.clock import StepClock, rest
from twin.facts import roster_of
from twin.feeds import open_feed
from twin.feeds.zmq_live import Publisher, publish
from twin.layout import read_layout
from twin.moment import Moment
from twin.recording import Recorder, open_recording
from twin.samples import sample
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
    return read_layout(sample("layouts", "brisbane-patrick.yaml"))


@pytest.fixture(scope="module")
def amsa() -> Path:
    return real("ais", "amsa", "ais.txt.gz")


def test_recorded_and_replayed_the_ships_lie_where_they_lay(brisbane: Terminal, amsa: Path, tmp_path: Path):
    clock = StepClock(0)
    roster = roster_of(brisbane.machines.name)
    feed = open_feed(f"ais:{amsa}", brisbane, roster)
    session = Session(brisbane, feed, clock, roster=roster)
    assert feed.span
    session.tee = recorder = Recorder(tmp_path / "ais.mcap", brisbane, roster, live=False)
    shown = {}
    for t in range(*feed.span, SECOND):
        clock.jump(t)
        shown[t] = hulls(session.step())
    recorder.close()

    recording = open_recording(tmp_path / "ais.mcap")

    assert shown == {t: hulls(recording.at(t)) for t in shown}
    assert 15 < len(shown[t])
    assert (193.0, 32.0, 8.9) == pytest.approx(shown[t]["KOTA JUTA"][4:7])


def test_live_over_a_socket_and_replayed_the_ships_lie_the_same(brisbane: Terminal, amsa: Path, tmp_path: Path):
    """The file's six and a half minutes in three seconds through a real socket; what was shown live is shown again."""
    address = f"tcp://127.0.0.1:{free_port()}"
    said = roster_of(brisbane.machines.name)
    file, roster = open_feed(f"ais:{amsa}", brisbane, said), roster_of(brisbane.machines.name)
    shown: dict[int, dict[str, Hull]] = {}
    with Publisher(brisbane, said, address) as publisher:
        session = Session(brisbane, open_feed(address, brisbane, roster), roster=roster)
        session.tee = recorder = Recorder(tmp_path / "live.mcap", brisbane, roster)
        for _ in publish(file, publisher, speed=130.0):
            moment = session.step()
            shown[moment.t] = hulls(moment)
        assert file.span
        for _ in range(400):
            moment = session.step()
            shown[moment.t] = hulls(moment)
            if len(shown[moment.t]) == len(said.vessels):
                break
            rest(0.01)
        session.close()
        recorder.close()

    recording = open_recording(tmp_path / "live.mcap")

    shown = {t: ships for t, ships in shown.items() if ships}
    assert len(shown) > 20
    assert 20 < max(len(ships) for ships in shown.values())
    assert shown == {t: hulls(recording.at(t)) for t in shown}


def free_port() -> int:
    """A port that is free, as is the one after it, which late joiners ask."""
    while True:
        with socket(AF_INET, SOCK_STREAM) as one, socket(AF_INET, SOCK_STREAM) as other:
            one.bind(("127.0.0.1", 0))
            port = int(one.getsockname()[1])
            try:
                other.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
            return port
