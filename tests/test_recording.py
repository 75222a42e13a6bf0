"""Recordings: the state at any instant, from a file that a kill or a flipped bit cannot make lie."""

import json
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from mcap.reader import make_reader

from tests.real import REAL
from tests.shift import hashed, shift
from tests.test_wire import library
from tests.worlds import T0, at_second, tiny_terminal
from twin.errors import BadFile, TwinError
from twin.facts import Events, Poses, places, poses, roster_of
from twin.feeds.recorded import RecordedFeed
from twin.layout import read_layout
from twin.recording import Recorder, Recording, open_recording, write_recording
from twin.recording.channels import TOPICS
from twin.samples import sample
from twin.units import MINUTE, SECOND
from twin.world import HORIZON, World

TERMINAL = tiny_terminal()


def recorded(path: Path, **options: object) -> tuple[Path, World]:
    """The shift in a file at *path*, and a world that heard it all."""
    roster = roster_of(TERMINAL.machines.name)
    world, said = World(TERMINAL, roster), list(shift(TERMINAL, roster))
    for batch in (batch for batches in said for batch in batches):
        world.hear(batch)
    write_recording(path, TERMINAL, roster, said, **options)  # type: ignore[arg-type]
    return path, world


@pytest.fixture(scope="module")
def shift_file(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, World]:
    return recorded(tmp_path_factory.mktemp("recorded") / "shift.mcap", keyframe_every=MINUTE)


def opened(path: Path) -> Recording:
    return open_recording(path, terminal=TERMINAL)


def test_any_instant_is_as_a_world_that_heard_everything_shows_it(shift_file: tuple[Path, World]):
    path, world = shift_file
    times = np.random.default_rng(1).uniform(0, 600, 60).tolist()

    with opened(path) as recording:
        for s in times:
            assert hashed(recording.at(at_second(s))) == hashed(world.at(at_second(s))), s


def test_instants_beside_chunk_and_keyframe_borders_are_right_too(shift_file: tuple[Path, World]):
    """Reports come up to 0.9 s late, so the chunk they lie in says nothing of their time."""
    path, world = shift_file
    near = (-1.2, -0.4, -0.001, 0.0, 0.001, 0.4, 1.2)

    for s in (border + off for border in (60, 120, 300, 310, 540) for off in near):
        with opened(path) as recording:
            assert hashed(recording.at(at_second(s))) == hashed(world.at(at_second(s))), s


def test_news_that_came_after_the_keyframe_about_the_time_before_it_counts(tmp_path: Path):
    """Crane Q1 stood at 100 at second 59.9: said 30 s late, after the keyframe of minute 1."""
    roster = roster_of(TERMINAL.machines.name)
    said = [[poses(at_second(s), 1, float(s), 0.0)] for s in range(90)]
    said.append([poses(at_second(59.9), 0, 100.0, 3.0)])
    write_recording(tmp_path / "late.mcap", TERMINAL, roster, said, keyframe_every=MINUTE)

    with opened(tmp_path / "late.mcap") as recording:
        key, batches = recording.keyframe(at_second(70))
        x = recording.at(at_second(70)).machines.x[0]

    assert key == at_second(60)
    assert any(isinstance(b, Poses) and 0 in b.machine for b in batches)
    assert x == 100.0


def test_playing_through_is_as_jumping(shift_file: tuple[Path, World]):
    path, _ = shift_file

    with opened(path) as played, opened(path) as jumped:
        for s in range(100, 200, 3):
            here = hashed(played.at(at_second(s)))
            jumped.at(at_second(590 if s % 2 else 5))
            assert here == hashed(jumped.at(at_second(s)))


def test_a_recording_says_what_it_is(shift_file: tuple[Path, World]):
    path, _ = shift_file

    with opened(path) as recording:
        summary = recording.summary()

    assert summary["name"] == "tiny"
    assert (summary["start"], summary["end"]) == ("2026-03-01T06:00:00.000Z", "2026-03-01T06:09:58.722Z")
    assert (summary["containers"], summary["machines"], summary["vessels"]) == (40, 2, 1)
    assert (summary["blocks"], summary["berths"], summary["slots"]) == (["B1", "B2"], ["1"], 30)
    assert summary["messages"] > 600
    assert summary["sealed"]
    assert summary["damaged"] == []
    json.dumps(summary)


def test_facts_come_once_and_in_their_own_order(shift_file: tuple[Path, World]):
    path, _ = shift_file
    with opened(path) as recording:
        whole = recording.facts(at_second(100), at_second(200))
        parts = [b for s in range(100, 200, 5) for b in recording.facts(at_second(s), at_second(s + 5))]

    def said(batches: list[object]) -> list[tuple[int, int]]:
        reports = [zip(b.t.tolist(), b.machine.tolist(), strict=True) for b in batches if isinstance(b, Poses)]
        return sorted(one for batch in reports for one in batch)

    assert said(list(whole)) == said(list(parts))
    assert len(said(list(whole))) == 200
    assert all(np.all((b.t > at_second(100)) & (b.t <= at_second(200))) for b in whole)
    assert [int(b.t.min()) for b in whole] == sorted(int(b.t.min()) for b in whole)


def test_the_stock_library_reads_it_with_checks_on(shift_file: tuple[Path, World]):
    path, _ = shift_file

    with path.open("rb") as file, opened(path) as recording:
        reader = make_reader(file, validate_crcs=True)
        messages = reader.iter_messages(log_time_order=False)
        topics = [(channel.topic, message.log_time) for _, channel, message in messages]
        attached = {attachment.name: attachment.data for attachment in reader.iter_attachments()}
        about = {metadata.name: metadata.metadata for metadata in reader.iter_metadata()}

        assert len(topics) == recording.messages
    assert {topic for topic, _ in topics} <= {topic for topic, _ in TOPICS.values()}
    assert [t for _, t in topics] == sorted(t for _, t in topics)
    assert attached["layout.yaml"] == TERMINAL.text.encode()
    assert about["twin"] == {"format": "1", "name": "tiny", "fingerprint": TERMINAL.fingerprint}


def test_the_terminal_comes_out_of_the_recording(tmp_path: Path):
    terminal = read_layout(sample("layouts", "small.yaml"))
    roster = roster_of(terminal.machines.name)
    write_recording(tmp_path / "small.mcap", terminal, roster, [poses(T0, 0, 1.0, 2.0)])

    with open_recording(tmp_path / "small.mcap") as recording:
        assert recording.terminal.fingerprint == terminal.fingerprint
        assert recording.name == terminal.name
        assert recording.at(T0).machines.x[0] == 1.0
        assert recording.at("2026-03-01T07:00+01:00").t == T0


def test_a_live_recorder_loses_at_most_a_second(tmp_path: Path):
    """What is not flushed is not in the file: it is read beside the open recorder, as after a kill."""
    roster = roster_of(TERMINAL.machines.name)
    recorder = Recorder(tmp_path / "open.mcap", TERMINAL, roster)
    for batches in shift(TERMINAL, roster, seconds=120):
        recorder.write(batches)
        last = max(int(b.t.max()) for b in batches)

    with opened(tmp_path / "open.mcap") as recording:
        assert not recording.sealed
        assert last - recording.end <= SECOND
        assert recording.verify() == []
        assert recording.at(at_second(60)).machines.heard.min() > at_second(58)
    recorder.close()


def test_an_unsealed_file_shows_what_the_sealed_one_does(tmp_path: Path):
    path, world = recorded(tmp_path / "whole.mcap", keyframe_every=MINUTE)
    cut = tmp_path / "cut.mcap"
    cut.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])

    with opened(cut) as recording:
        assert not recording.sealed
        assert recording.damaged[-1].end is None
        for s in (10, 65, 130, 200):
            assert hashed(recording.at(at_second(s))) == hashed(world.at(at_second(s)))


def test_a_damaged_chunk_is_skipped_and_named(shift_file: tuple[Path, World], tmp_path: Path):
    path, world = shift_file
    with opened(path) as recording:
        chunk = recording._contents.chunks[20]
    data = bytearray(path.read_bytes())
    data[chunk.offset + chunk.length // 2] ^= 0x10
    (tmp_path / "bad.mcap").write_bytes(data)

    with opened(tmp_path / "bad.mcap") as recording:
        [damage] = recording.verify()
        before, long_after = recording.at(damage.start - 2 * SECOND), recording.at(at_second(590))

    assert (damage.start, damage.end) == (chunk.earliest, chunk.end)
    assert "CRC" in damage.why or "unpacked" in damage.why
    assert hashed(before) == hashed(world.at(damage.start - 2 * SECOND))
    assert hashed(long_after) == hashed(world.at(at_second(590)))


def test_a_recorder_writes_over_nothing_unless_told(tmp_path: Path):
    path, roster = tmp_path / "x.mcap", roster_of(TERMINAL.machines.name)
    path.write_text("dear diary")

    with pytest.raises(BadFile, match="is there already"):
        Recorder(path, TERMINAL, roster)
    assert path.read_text() == "dear diary"
    Recorder(path, TERMINAL, roster, overwrite=True).close()
    with opened(path) as recording:
        assert (recording.start, recording.end, recording.messages) == (0, 0, 0)
        assert len(recording.at(T0).containers) == 0


def test_a_fact_that_cannot_be_written_stops_nothing(tmp_path: Path):
    roster = roster_of(TERMINAL.machines.name)
    with Recorder(tmp_path / "x.mcap", TERMINAL, roster) as recorder:
        place = places(T0, roster.containers.rows(["A"]), 1, 0, bay=1, row=1, tier=1)
        recorder.write([poses(T0, 0, np.nan, 0.0), place])

    with opened(tmp_path / "x.mcap") as recording:
        assert recording.at(T0).containers.tier.tolist() == [1]
    assert recorder.refused == {"range": 1}


def test_events_come_back_but_are_no_state(tmp_path: Path):
    roster = roster_of(TERMINAL.machines.name)
    event = Events(np.array([T0 + SECOND]), ("alarm",), ("Q1",), ("wind 22 m/s",))
    write_recording(tmp_path / "x.mcap", TERMINAL, roster, [poses(T0, 0, 1.0, 2.0), event])

    with opened(tmp_path / "x.mcap") as recording:
        [heard] = recording.facts(T0, T0 + SECOND)

    assert isinstance(heard, Events)
    assert (heard.kind, heard.who, heard.text) == (event.kind, event.who, event.text)


def test_a_full_disk_is_told_and_what_was_written_stays(tmp_path: Path):
    """No file may grow past 20 kB; the recorder says so, and some minute is there."""
    roster, limits = roster_of(TERMINAL.machines.name), resource.getrlimit(resource.RLIMIT_FSIZE)
    recorder = Recorder(tmp_path / "x.mcap", TERMINAL, roster)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, limits[1]))
    try:
        with pytest.raises(TwinError, match=r"x\.mcap: cannot be written: File too large; what is there so far"):
            all(recorder.write(batches) is None for batches in shift(TERMINAL, roster))
        with pytest.raises(TwinError, match="cannot be written"):
            recorder.close()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)

    with opened(tmp_path / "x.mcap") as recording:
        assert recording.end > at_second(5)
        assert hashed(recording.at(at_second(2)))


def test_how_the_feed_was_is_recorded_too(tmp_path: Path):
    with Recorder(tmp_path / "x.mcap", TERMINAL, roster_of(TERMINAL.machines.name)) as recorder:
        recorder.write([poses(T0, 0, 1.0, 2.0)])
        recorder.note(T0 + SECOND, "RESYNC", {"heard": 7, "bad: crc": 1})

    with (tmp_path / "x.mcap").open("rb") as file:
        [(_, _, said)] = make_reader(file).iter_messages("health")
    health = library("Health").FromString(said.data)  # type: ignore[attr-defined]

    assert (health.t_ms, health.state) == ((T0 + SECOND) // 10**6, "RESYNC")
    assert dict(zip(health.kind, health.count, strict=True)) == {"heard": 7, "bad: crc": 1}


def foreign(path: Path) -> None:
    from mcap.writer import Writer

    writer = Writer(str(path))
    writer.start("ros2")
    writer.finish()  # type: ignore[no-untyped-call]


def newer(path: Path) -> None:
    path.write_bytes(recorded(path.with_name("now.mcap"))[0].read_bytes().replace(b"twin/1", b"twin/9", 1))


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda path: None, "there is no such file"),
        (lambda path: path.write_bytes(b""), "is empty"),
        (lambda path: path.write_bytes(b"name: tiny\n" * 9), "is not a recording"),
        (lambda path: path.write_bytes(b"\x89MCAP0\r\n"), "broken in its first record"),
        (lambda path: path.mkdir(), "cannot be read"),
        (foreign, "someone else's"),
        (newer, "take a newer one"),
    ],
    ids=["missing", "empty", "text", "stump", "folder", "foreign", "newer"],
)
def test_what_is_no_recording_is_told_in_a_sentence(make: Callable[[Path], None], sentence: str, tmp_path: Path):
    make(tmp_path / "x.mcap")

    with pytest.raises(BadFile, match=sentence) as wrong:
        open_recording(tmp_path / "x.mcap")
    assert "x.mcap" in str(wrong.value)


def test_a_recording_of_another_layout_is_refused_naming_both(shift_file: tuple[Path, World]):
    other = read_layout(sample("layouts", "small.yaml"))

    with pytest.raises(BadFile, match=TERMINAL.fingerprint) as wrong:
        open_recording(shift_file[0], terminal=other)
    assert other.fingerprint in str(wrong.value)


def test_foreign_logs_are_refused_and_none_crashes():
    if REAL is None:
        pytest.skip("shared/real is not here")
    for path in [*sorted((REAL / "mcap-conformance").rglob("*.mcap")), *sorted((REAL / "logs").glob("*.mcap"))]:
        with pytest.raises(BadFile):
            open_recording(path)


def test_a_recorded_feed_is_heard_once_and_sought_in(shift_file: tuple[Path, World]):
    path, world = shift_file
    feed = RecordedFeed(opened(path))
    fresh = World(TERMINAL, feed.recording.roster)

    for batch in feed.seek(at_second(301.5)) + feed.hear(at_second(303.5)):
        fresh.hear(batch)

    assert hashed(fresh.at(at_second(301.5))) == hashed(world.at(at_second(301.5)))
    assert feed.hear(at_second(303.5)) == []
    assert (feed.live, feed.span) == (False, (feed.recording.start, feed.recording.end))


KILLED = """
import sys
from pathlib import Path
from tests.shift import shift
from tests.worlds import tiny_terminal
from twin.clock import rest
from twin.facts import roster_of
from twin.recording import Recorder
terminal = tiny_terminal()
roster = roster_of(terminal.machines.name)
recorder = Recorder(Path(sys.argv[1]), terminal, roster)
for batches in shift(terminal, roster, seconds=100_000):
    recorder.write(batches)
    print(max(int(batch.t.max()) for batch in batches), flush=True)
    rest(0.001)
"""


@pytest.mark.chaos
@pytest.mark.parametrize("lines", [1, 2, 3, 17, 60, 61, 62, 150, 311])
def test_a_killed_recorder_leaves_all_but_the_last_second(lines: int, tmp_path: Path):
    path = tmp_path / "killed.mcap"
    home = Path(__file__).resolve().parents[1]
    command = [sys.executable, "-c", KILLED, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=home) as process:
        assert process.stdout is not None
        last = [int(process.stdout.readline()) for _ in range(lines)][-1]
        os.kill(process.pid, signal.SIGKILL)
        rest = process.stdout.read().split()
    last = max([last, *map(int, rest[:-1])])

    with opened(path) as recording:
        assert last - recording.end <= SECOND
        recording.verify()
        assert all(damage.end is None for damage in recording.damaged)


@pytest.mark.chaos
@pytest.mark.parametrize("sealed", [True, False])
def test_no_flipped_bit_and_no_cut_makes_a_recording_lie(sealed: bool, shift_file: tuple[Path, World], tmp_path: Path):
    """200 files, each with one byte changed or its end cut off: refused in a sentence, damage named, or right."""
    path, world = shift_file
    whole, rng = path.read_bytes(), np.random.default_rng(3)
    if not sealed:
        whole = whole[: len(whole) * 9 // 10]
    truth = {s: hashed(world.at(at_second(s))) for s in (5.5, 100.25, 299.9, 480.0)}
    quiet = refused = 0
    for attempt in range(200):
        where = int(rng.integers(len(whole)))
        flipped = whole[:where] + bytes([whole[where] ^ int(rng.integers(1, 256))]) + whole[where + 1 :]
        (tmp_path / "x.mcap").write_bytes(whole[:where] if attempt % 4 == 0 else flipped)
        try:
            with opened(tmp_path / "x.mcap") as recording:
                known = [s for s in truth if recording.sealed or at_second(s) + HORIZON <= recording.end]
                seen = {s: hashed(recording.at(at_second(s))) for s in known}
                if not recording.verify():
                    quiet += 1
                    assert seen == {s: truth[s] for s in known}, (attempt, where)
        except BadFile:
            refused += 1
    assert quiet < 200
    assert refused < 50
