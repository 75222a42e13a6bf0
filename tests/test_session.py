"""A session shows the same moment however it came there, and follows a live feed a fixed way behind."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.test_laws import shown
from tests.worlds import T0, at_second, described
from twin import facts
from twin.clock import LiveClock, ReplayClock, StepClock, ticking
from twin.facts import Batch, Events, PlaceKind, roster_of
from twin.feeds.feed import Health
from twin.feeds.recorded import RecordedFeed
from twin.layout import read_layout
from twin.recording import open_recording, write_recording
from twin.samples import sample
from twin.session import Session
from twin.units import SECOND, ns
from twin.world import HORIZON, World

SMALL = sample("layouts", "small.yaml")
LASTS = 300


def story() -> Iterator[list[Batch]]:
    """Five minutes: a crane to and fro at 1 Hz, a box moved along the bays every 7 s."""
    roster = roster_of(read_layout(SMALL).machines.name)
    yield [described(roster, ["BOX1", "BOX2"])]
    for s in range(0, LASTS):
        x = 100 + 20 * np.sin(s / 20)
        batches: list[Batch] = [facts.poses(at_second(s), 0, x, 3.0, joints=[-10 * np.cos(s / 9), 20 + s % 5])]
        if s % 7 == 0:
            batches.append(
                facts.places(at_second(s), s // 7 % 2, PlaceKind.SLOT, 0, bay=1 + 2 * (s // 7 % 5), row=1, tier=1)
            )
        yield batches


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("story") / "story.mcap"
    terminal = read_layout(SMALL)
    roster = roster_of(terminal.machines.name)
    roster.containers.rows(["BOX1", "BOX2"])
    write_recording(path, terminal, roster, story())
    return path


def session_on(path: Path) -> Session:
    recording = open_recording(path)
    return Session(recording.terminal, RecordedFeed(recording), StepClock(T0), roster=recording.roster)


def told_everything(path: Path) -> World:
    recording = open_recording(path)
    world = World(recording.terminal, recording.roster)
    for batch in recording.facts(-(2**62), 2**62):
        world.hear(batch)
    return world


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(visits=st.lists(st.integers(0, LASTS * 10), min_size=1, max_size=12))
def test_seeking_about_shows_what_a_world_told_everything_shows(recorded: Path, visits: list[int]):
    session, whole = session_on(recorded), told_everything(recorded)

    for tenth in visits:
        t = T0 + tenth * SECOND // 10
        assert shown(session.at(t)) == shown(whole.at(t)), f"at {tenth / 10} s"


def test_long_play_forgets_but_shows_the_same(recorded: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("twin.session.KEEP_REPLAY", 20 * SECOND)
    session, whole = session_on(recorded), told_everything(recorded)

    for s in [*range(0, LASTS, 3), *range(LASTS, 0, -3)]:
        assert shown(session.at(at_second(s))) == shown(whole.at(at_second(s)))
    assert len(session.world.machines.keys) < LASTS


class Spoken:
    """A live feed that says what it is given."""

    live, span = True, None

    def __init__(self) -> None:
        self.health, self.said, self.closed = Health(), list[Batch](), False

    def hear(self, until: int) -> list[Batch]:
        out, self.said = self.said, []
        return out

    def seek(self, t: int) -> list[Batch]:
        return []

    def close(self) -> None:
        self.closed = True


def test_a_live_picture_runs_the_horizon_behind_its_feed():
    feed = Spoken()
    session = Session(read_layout(SMALL), feed)
    feed.said = [facts.poses(at_second(5), 0, 1.0, 3.0)]

    moment = session.step()

    assert isinstance(session.clock, LiveClock)
    assert moment.t == pytest.approx(at_second(5) - HORIZON, abs=ns(0.5))


def test_a_tee_gets_every_fact_even_those_the_view_skips():
    feed, written = Spoken(), []
    session = Session(read_layout(SMALL), feed)
    session.tee = type("Tee", (), {"write": lambda self, batches: written.extend(batches)})()
    feed.said = [facts.poses(at_second(s), 0, 1.0, 3.0) for s in range(50)]

    session.step()

    assert len(written) == 50


def test_events_are_those_since_the_last_step():
    feed = Spoken()
    session = Session(read_layout(SMALL), feed)
    feed.said = [Events(np.array([T0]), ("alarm",), ("QC01",), ("wind",))]

    session.step()
    first = session.events
    session.step()

    assert [e.text for e in first] == [("wind",)]
    assert session.events == []


def test_seeking_and_speed_never_change_play_or_pause():
    clock = ReplayClock(T0, at_second(60), playing=False)
    clock.jump(at_second(30))
    clock.rate = 10.0

    assert not clock.playing
    assert clock.now() == at_second(30)


def test_a_replay_stays_inside_its_recording_and_runs_backwards():
    clock = ReplayClock(T0, at_second(60), rate=-1e6)
    clock.jump(at_second(30))
    began = ticking()
    while ticking() - began < 2_000_000:
        pass

    assert clock.now() == T0
    clock.jump(at_second(99))
    assert clock.now() <= at_second(60)


def test_play_at_the_end_begins_again():
    clock = ReplayClock(T0, at_second(60), playing=False)
    clock.jump(at_second(60))
    clock.playing = True

    assert clock.now() < at_second(30)
