"""The live feed over real sockets: who comes late has the same state, every loss is healed, noise is counted."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import zmq

from tests.shift import hashed, shift
from tests.worlds import T0, at_second, tiny_terminal
from twin.clock import StepClock, rest, ticking, wall
from twin.errors import BadFile, NoFeed, TwinError
from twin.facts import Batch, Poses, places, poses, roster_of
from twin.feeds import open_feed
from twin.feeds.recorded import RecordedFeed
from twin.feeds.zmq_feed import ZmqFeed
from twin.feeds.zmq_live import Publisher, publish
from twin.feeds.zmq_sequence import Sequence
from twin.feeds.zmq_wire import BEAT, MOVING, PLACED, STATE, Parcel, Said, Snapshot, heartbeat, pack, snapshot, unpack
from twin.layout import read_layout
from twin.recording import Recorder, open_recording, write_recording
from twin.samples import sample
from twin.session import Session
from twin.units import SECOND
from twin.wire import encode
from twin.world import HORIZON, World

TERMINAL = tiny_terminal()
FOREVER = 2**62


@pytest.fixture
def bind() -> str:
    """An address whose port, and the next, nobody has."""
    while True:
        with socket.socket() as one, socket.socket() as two:
            one.bind(("127.0.0.1", 0))
            port = one.getsockname()[1]
            try:
                two.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
            return f"tcp://127.0.0.1:{port}"


@pytest.fixture
def publisher(bind: str) -> Iterator[Publisher]:
    with Publisher(TERMINAL, roster_of(TERMINAL.machines.name), bind) as publisher:
        yield publisher


def listening(publisher: Publisher, **options: int) -> tuple[ZmqFeed, World]:
    roster = roster_of(TERMINAL.machines.name)
    return ZmqFeed(publisher.address, TERMINAL, roster, **options), World(TERMINAL, roster)


def told(publisher: Publisher, *, seconds: int, first: int = 0) -> None:
    """Has *publisher* say a stretch of the shift."""
    said = list(shift(TERMINAL, publisher._world.roster, seconds=seconds))
    for batches in said[first and first + 1 :]:
        publisher.send(batches)


def until(true: Callable[[], bool], *, seconds: float = 8.0) -> bool:
    """Whether *true* became so within some *seconds*."""
    began = ticking()
    while not true():
        if ticking() - began > seconds * SECOND:
            return False
        rest(0.02)
    return True


def hear(feed: ZmqFeed, world: World) -> None:
    for batch in feed.hear(FOREVER):
        world.hear(batch)


def same_state(feed: ZmqFeed, world: World, publisher: Publisher, *, seconds: float = 8.0) -> bool:
    """Whether *world*, hearing *feed*, comes to show what the publisher's own shows."""

    def same() -> bool:
        hear(feed, world)
        t = publisher._t - HORIZON // 2
        with publisher._lock:
            return hashed(world.at(t)) == hashed(publisher._world.at(t))

    return until(same, seconds=seconds)


def test_a_listener_hears_what_is_said(publisher: Publisher):
    feed, world = listening(publisher)

    told(publisher, seconds=100)

    assert same_state(feed, world, publisher)
    assert (feed.health.lost, feed.health.resyncs, feed.health.bad, feed.health.state) == (0, 0, {}, "LIVE")
    feed.close()


def test_who_comes_late_shows_the_same_as_who_was_there(publisher: Publisher):
    early, early_world = listening(publisher)
    told(publisher, seconds=200)

    late, late_world = listening(publisher)

    assert same_state(early, early_world, publisher)
    assert same_state(late, late_world, publisher)
    for ago in (0, HORIZON // 3, HORIZON - 10**6):  # and as far back as a live picture is shown
        t = publisher._t - ago
        assert hashed(early_world.at(t)) == hashed(late_world.at(t))
    early.close()
    late.close()


def test_a_listener_that_slept_is_healed(bind: str):
    """Room for 2 messages on either side, 3,000 said at once: most are dropped, and the state is the same again."""
    machines = tuple(f"M{i}" for i in range(150))
    roster = roster_of((*TERMINAL.machines.name, *machines))
    with Publisher(TERMINAL, roster, bind, hwm=2) as publisher:
        feed, world = listening(publisher, hwm=2, most=50)
        rows = np.arange(2, 152)
        box = roster.containers.rows(["A"])
        for s in range(3000):
            place = places(at_second(s), box, 1, s % 2, bay=1, row=1, tier=1)
            publisher.send([poses(at_second(s), rows, s + rows, 0.0), place])

        assert same_state(feed, world, publisher)
        assert feed.health.lost > 0
        assert feed.health.resyncs > 0
        feed.close()


def test_a_queue_nobody_hears_starts_again_from_the_state(publisher: Publisher):
    feed, world = listening(publisher, most=20)
    told(publisher, seconds=100)
    assert until(lambda: feed.health.lost > 0)
    assert feed.health.state == "RESYNC"

    assert same_state(feed, world, publisher)
    assert feed.health.resyncs >= 1  # more where messages were still on their way
    assert until(lambda: feed.health.state == "LIVE")
    feed.close()


def test_a_publisher_started_anew_is_followed(bind: str):
    with Publisher(TERMINAL, roster_of(TERMINAL.machines.name), bind) as first:
        feed, world = listening(first)
        told(first, seconds=50)
        assert same_state(feed, world, first)

    roster = roster_of(TERMINAL.machines.name)
    roster.containers.rows(["somebody", "else"])  # whose rows mean something else
    with Publisher(TERMINAL, roster, bind) as second:
        told(second, seconds=120)
        assert same_state(feed, world, second)
        assert feed.health.resyncs == 1
        feed.close()


def test_noise_is_counted_and_nothing_comes_of_it(publisher: Publisher):
    feed, world = listening(publisher)
    told(publisher, seconds=20)
    good = Parcel(MOVING, Said.FACTS, publisher._epoch, 10**6, 10**6, b"")
    noise = [
        [b"m/", b"noise"],
        [b"one part"],
        [b"m/", b"\0" * 64],
        [b"x/", pack(good)[1]],
        [b"m/", pack(good)[1][:-1] + b"?", b"three"],
        [b"m/", pack(good._replace(payload=b"12345678"))[1][:-1] + b"?"],
        [b"m/", bytes([*pack(good)[1][:2], 9, *pack(good)[1][3:]])],
    ]

    with publisher._lock:
        for parts in noise:
            publisher._pub.send_multipart(parts)
    told(publisher, seconds=60, first=20)

    assert same_state(feed, world, publisher)
    assert feed.health.bad == {"garbled": 4, "topic": 1, "crc": 1, "version": 1}
    assert feed.health.resyncs == 0
    feed.close()


def test_facts_that_cannot_be_believed_are_counted_and_healed(publisher: Publisher):
    """A message with a right CRC and a row that nobody named."""
    feed, world = listening(publisher)
    told(publisher, seconds=20)
    assert same_state(feed, world, publisher)
    with publisher._lock:
        publisher._publish(MOVING, Said.FACTS, encode([poses(T0, 999, 1.0, 2.0)]))
    told(publisher, seconds=60, first=20)

    assert same_state(feed, world, publisher)
    assert feed.health.bad == {"unknown id": 1}
    assert until(lambda: feed.health.resyncs == 1)
    assert same_state(feed, world, publisher)
    feed.close()


def test_noise_on_its_port_does_not_stop_a_publisher(publisher: Publisher):
    host, port = publisher.address[6:].split(":")
    for at in (int(port), int(port) + 1):
        with socket.create_connection((host, at)) as raw:
            raw.sendall(os.urandom(5000))
    context = zmq.Context()
    asking = context.socket(zmq.DEALER)
    asking.connect(f"tcp://127.0.0.1:{int(port) + 1}")
    for question in (b"", b"GIVE", b"SNAP" * 10_000):
        asking.send(question)
    feed, world = listening(publisher)

    told(publisher, seconds=30)

    assert same_state(feed, world, publisher)
    feed.close()
    context.destroy(linger=0)


def test_silence_is_seen(bind: str):
    publisher = Publisher(TERMINAL, roster_of(TERMINAL.machines.name), bind)
    feed, _ = listening(publisher)
    assert until(lambda: feed.health.state == "LIVE")

    publisher.close()

    assert until(lambda: feed.health.state == "STALE")
    feed.close()
    assert feed.health.state == "NO FEED"


def test_a_feed_that_is_not_there_is_told_in_a_sentence(bind: str):
    with pytest.raises(NoFeed, match=r"nothing answers at .* within 0\.3 s; start it with 'twin publish"):
        ZmqFeed(bind, TERMINAL, roster_of(()), patience=0.3)


def test_a_port_in_use_is_told_in_a_sentence(publisher: Publisher):
    with pytest.raises(NoFeed, match="Address already in use; stop what is there, or take another port"):
        Publisher(TERMINAL, roster_of(()), publisher.address)


def test_another_terminals_feed_is_refused_naming_both(publisher: Publisher):
    other = replace(TERMINAL, name="other", text="name: other")

    with pytest.raises(NoFeed, match=f"'tiny' .layout {TERMINAL.fingerprint}.*'other' .layout {other.fingerprint}"):
        open_feed(publisher.address, other, roster_of(()))


@pytest.mark.parametrize(
    ("uri", "sentence"),
    [
        ("tcp://0.0.0.0:7701", "not on this machine.*ssh -L"),
        ("tcp://10.1.2.3:7701", "not on this machine"),
        ("tcp://127.0.0.1", "is not an address of a live feed; write e.g. tcp://127.0.0.1:7701"),
        ("tcp://127.0.0.1:99999", "is not an address"),
        ("tcp://127.0.0.1.evil.example:7701", "not on this machine"),
        ("udp://127.0.0.1:1", "no feed"),
        ("rubbish", "no feed"),
        ("ais:", "no feed"),
        ("sim", "no feed"),
        ("sim:nowhere", "nowhere"),
        ("sim:small-shift?seed=often", "seed=NUMBER"),
    ],
)
def test_an_address_that_will_not_do_is_told_in_a_sentence(uri: str, sentence: str):
    with pytest.raises((NoFeed, BadFile), match=sentence):
        open_feed(uri, TERMINAL, roster_of(()))
    if uri.startswith("tcp"):
        with pytest.raises(NoFeed, match=sentence):
            Publisher(TERMINAL, roster_of(()), uri)


def test_a_recording_is_a_feed_too(tmp_path: Path):
    roster = roster_of(TERMINAL.machines.name)
    write_recording(tmp_path / "x.mcap", TERMINAL, roster, [poses(T0, 0, 1.0, 2.0)])

    feed = open_feed(str(tmp_path / "x.mcap"), TERMINAL, roster_of(TERMINAL.machines.name))

    assert not feed.live
    assert feed.span == (T0, T0)
    with pytest.raises(TwinError, match="no such file"):
        open_feed(str(tmp_path / "y.mcap"), TERMINAL, roster)


def test_a_simulated_terminal_is_a_feed_that_goes_on_with_the_clock():
    terminal = read_layout(sample("layouts", "small.yaml"))
    roster = roster_of(terminal.machines.name)
    feed, world = open_feed("sim:?seed=3", terminal, roster), World(terminal, roster)
    began = wall()

    def going_on() -> bool:
        for batch in feed.hear(FOREVER):
            world.hear(batch)
        return feed.health.last_t > began

    assert until(going_on)
    assert feed.live
    assert feed.health.last_t <= wall()
    machines = world.at(feed.health.last_t).machines
    working = np.isin(machines.kind, ["sts", "rtg", "tractor", "straddle"])
    assert (machines.heard[working] > 0).all()
    assert machines.here[working].all()


def test_a_loss_among_moves_is_asked_for_and_one_among_poses_waits_for_the_heartbeat():
    """Numbers 1, 3 among moves: resync at once.  1, 3 among poses: heard, and doubted."""
    start = Parcel(STATE, Said.SNAPSHOT, 5, 0, 0, snapshot(Snapshot(0, "tiny", "x", {MOVING: 0, PLACED: 0}, b"", b"")))
    one, three = Parcel(MOVING, Said.FACTS, 5, 1, 1, b""), Parcel(MOVING, Said.FACTS, 5, 3, 3, b"")
    moving, placed = Sequence(), Sequence()
    for sequence in (moving, placed):
        assert sequence.take(start) == [start]
        sequence.ask = False

    assert moving.take(one) == [one]
    assert moving.take(three) == [three]
    assert (moving.lost, moving.waiting) == (1, False)
    moving.take(Parcel(BEAT, Said.HEARTBEAT, 5, 3, 0, heartbeat(0, {MOVING: 3, PLACED: 0})))
    assert (moving.lost, moving.ask, moving.resyncs) == (1, True, 1)

    placed.take(one._replace(topic=PLACED))
    assert placed.take(three._replace(topic=PLACED)) == []
    assert (placed.lost, placed.waiting, placed.ask, placed.resyncs) == (1, True, True, 1)
    again = start._replace(payload=snapshot(Snapshot(2, "tiny", "x", {MOVING: 0, PLACED: 2}, b"", b"")))
    assert placed.take(again) == [again, three._replace(topic=PLACED)]


def test_a_lost_last_message_shows_in_the_heartbeat():
    sequence = Sequence()
    sequence.take(Parcel(STATE, Said.SNAPSHOT, 5, 0, 0, snapshot(Snapshot(0, "t", "x", {PLACED: 4}, b"", b""))))

    sequence.take(Parcel(BEAT, Said.HEARTBEAT, 5, 9, 0, heartbeat(0, {PLACED: 6})))

    assert (sequence.lost, sequence.resyncs, sequence.waiting) == (2, 1, True)


def test_header_and_payload_survive_the_socket_or_not_at_all():
    parcel = Parcel(MOVING, Said.FACTS, 2**63 - 1, 7, 9, b"payload")
    topic, data = pack(parcel)

    assert unpack([topic, data]) == parcel
    assert len(data) == 32 + len(b"payload")


def test_a_replay_of_a_recorded_live_run_shows_the_same_moments(publisher: Publisher, tmp_path: Path):
    """A recording published, heard over ZeroMQ by a session that records it: the copy shows what the session showed."""
    roster = roster_of(TERMINAL.machines.name)
    write_recording(tmp_path / "original.mcap", TERMINAL, roster, list(shift(TERMINAL, roster, seconds=300)))
    original = RecordedFeed(open_recording(tmp_path / "original.mcap", terminal=TERMINAL))
    here = roster_of(TERMINAL.machines.name)
    feed = ZmqFeed(publisher.address, TERMINAL, here)
    clock = StepClock(T0)
    session = Session(TERMINAL, feed, clock, roster=here)
    publisher._naming._roster = publisher._world.roster = original.recording.roster
    recorder = Recorder(tmp_path / "copy.mcap", TERMINAL, here)
    session.tee = recorder

    publisher.send(original.seek(T0))
    shown: dict[int, str] = {}
    chosen = set(np.random.default_rng(5).choice(np.arange(5, 290), 50, replace=False).tolist())
    for s in range(1, 295):
        publisher.send(original.hear(at_second(s)))
        sent = publisher._seq
        assert until(lambda sent=sent: feed._sequence._seq >= sent)
        clock.jump(at_second(s) - HORIZON)
        moment = session.step()
        if s in chosen:
            shown[moment.t] = hashed(moment)
    recorder.close()
    session.close()

    assert (feed.health.lost, feed.health.resyncs, len(shown)) == (0, 0, 50)
    with open_recording(tmp_path / "copy.mcap", terminal=TERMINAL) as copy:
        replay = Session(TERMINAL, RecordedFeed(copy), StepClock(T0), roster=copy.roster)
        for t, moment_hash in sorted(shown.items(), key=lambda item: item[1]):
            assert hashed(replay.at(t)) == moment_hash, t
            assert hashed(copy.at(t)) == moment_hash, t


def test_a_recording_is_published_to_its_end(publisher: Publisher, tmp_path: Path):
    roster = roster_of(TERMINAL.machines.name)
    write_recording(tmp_path / "x.mcap", TERMINAL, roster, list(shift(TERMINAL, roster, seconds=60)))
    original = RecordedFeed(open_recording(tmp_path / "x.mcap", terminal=TERMINAL))
    publisher._naming._roster = publisher._world.roster = original.recording.roster
    feed, world = listening(publisher)

    times = list(publish(original, publisher, speed=200.0, step=0.01))

    assert times == sorted(times)
    assert times[-1] == original.span[1]
    assert same_state(feed, world, publisher)
    feed.close()


KILLED = """
import sys
from tests.shift import shift
from tests.worlds import tiny_terminal
from twin.clock import rest
from twin.facts import roster_of
from twin.feeds.zmq_live import Publisher
terminal = tiny_terminal()
roster = roster_of(terminal.machines.name)
with Publisher(terminal, roster, sys.argv[1]) as publisher:
    for batches in shift(terminal, roster, seconds=int(sys.argv[2])):
        publisher.send(batches)
        rest(0.002)
    print("said", flush=True)
    rest(30)
"""


@pytest.mark.chaos
def test_a_publisher_killed_and_started_again_is_followed(bind: str):
    home, roster = Path(__file__).resolve().parents[1], roster_of(TERMINAL.machines.name)
    world = World(TERMINAL, roster)
    feed: ZmqFeed | None = None
    for round_, seconds in enumerate((100, 200, 400)):
        command = [sys.executable, "-c", KILLED, bind, str(seconds)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=home) as process:
            assert process.stdout is not None
            feed = feed or ZmqFeed(bind, TERMINAL, roster, patience=20)
            process.stdout.readline()
            truth = World(TERMINAL, roster_of(TERMINAL.machines.name))
            for batches in shift(TERMINAL, truth.roster, seconds=seconds):
                for batch in batches:
                    truth.hear(batch)
            t = at_second(seconds - 2)

            def same(feed: ZmqFeed = feed, truth: World = truth, t: int = t) -> bool:
                hear(feed, world)
                return hashed(world.at(t)) == hashed(truth.at(t))

            assert until(same, seconds=15), round_
            os.kill(process.pid, signal.SIGKILL)
    assert feed is not None
    assert feed.health.resyncs >= 2
    feed.close()


def test_every_kind_of_fact_goes_over_the_socket(publisher: Publisher):
    feed, _ = listening(publisher)
    feed.hear(FOREVER)
    said = next(shift(TERMINAL, publisher._world.roster))

    publisher.send([*said, poses(T0, 0, 1.0, 2.0)])

    heard: list[Batch] = []
    assert until(lambda: heard.extend(feed.hear(FOREVER)) or any(isinstance(b, Poses) for b in heard))
    assert {type(b).__name__ for b in heard} == {"DescribedContainers", "DescribedVessels", "Places", "Poses"}
    feed.close()
