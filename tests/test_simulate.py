"""A run as a whole: the same seed, the same bytes; 1 Hz and 10 Hz tell of one run; what the verb writes and says."""

import json
import os
import signal
import subprocess
import sys
from functools import cache
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

import twin
from twin.cli.app import run as cli
from twin.errors import TwinError
from twin.facts import Batch, DescribedContainers, Places, Poses, Status, roster_of
from twin.layout.reader import read_layout
from twin.recording import open_recording
from twin.samples import sample
from twin.simulate import open_scenario, simulate
from twin.terminal import Terminal
from twin.units import SECOND
from twin.wire import encode

ROOT = Path(__file__).resolve().parents[1]
SMALL = sample("layouts", "small.yaml")
HOURS = 0.15


@cache
def terminal() -> Terminal:
    return read_layout(SMALL)


def said(*, seed: int = 1, hz: float = 1.0, chunk: float = 300.0, hours: float = HOURS) -> list[Batch]:
    run = simulate(
        terminal(),
        roster_of(terminal().machines.name),
        open_scenario("small-shift", terminal()),
        seed=seed,
        hz=hz,
        chunk=chunk,
        hours=hours,
    )
    return [batch for _, batches in run for batch in batches]


def digest(batches: list[Batch]) -> str:
    return sha256(b"".join(encode([batch]) for batch in batches)).hexdigest()


def columns(batches: list[Batch], sort: type, *names: str) -> np.ndarray:
    parts = [batch for batch in batches if isinstance(batch, sort)]
    return np.concatenate([np.column_stack([getattr(p, name) for name in names]) for p in parts])


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others():
    assert digest(said()) == digest(said())
    assert digest(said()) != digest(said(seed=2))


def test_how_much_is_decided_at_a_time_changes_nothing():
    assert digest(said(chunk=7.0)) == digest(said())


def test_no_order_of_hashing_changes_anything():
    """A process of its own, in which texts have other hashes."""
    code = "from tests.test_simulate import digest, said; print(digest(said()))"
    found = {
        subprocess.run(
            [sys.executable, "-c", code],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": str(n)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for n in (1, 2)
    }

    assert found == {digest(said()) + "\n"}


def test_ten_reports_a_second_tell_of_the_same_run_as_one():
    names = "t", "machine", "x", "y", "yaw", "status", "load"
    one, ten = columns(said(), Poses, *names), columns(said(hz=10.0), Poses, *names)

    every = {tuple(row) for row in ten.tolist()}
    assert len(ten) > 9 * len(one)
    one = one[one[:, 5] != Status.GONE]  # who has left says so once, at the next of its instants
    assert all(tuple(row) in every for row in one.tolist())
    place = "t", "container", "kind", "where", "bay", "row", "tier"
    assert np.array_equal(columns(said(), Places, *place), columns(said(hz=10.0), Places, *place))


def test_facts_come_in_the_order_of_time_and_a_box_is_described_before_it_is_anywhere():
    run = simulate(
        terminal(), roster_of(terminal().machines.name), open_scenario("small-shift", terminal()), hours=HOURS
    )
    before, known = 0, set[int]()

    for t, batches in run:
        assert t > before
        for batch in batches:
            assert t - SECOND <= batch.t.min()
            assert batch.t.max() <= t
            assert np.all(np.diff(batch.t) >= 0)
            if isinstance(batch, DescribedContainers):
                known.update(batch.container.tolist())
            if isinstance(batch, Places):
                assert known.issuperset(batch.container.tolist())
        before = t


@pytest.mark.parametrize("hz", [0.0, -1.0, 3.0, 100.0, float("nan")])
def test_reports_that_do_not_divide_a_second_are_refused(hz):
    with pytest.raises(TwinError, match="divides 1000 ms"):
        simulate(terminal(), roster_of(terminal().machines.name), open_scenario("small-shift", terminal()), hz=hz)


def test_the_verb_writes_a_recording_and_says_what_came_of_it(tmp_path, capsys):
    out = tmp_path / "shift.mcap"

    code = cli(
        ["simulate", str(SMALL), "--scenario", "small-shift", "--hours", str(HOURS), "--out", str(out), "--json"]
    )

    told = json.loads(capsys.readouterr().out)
    assert code == 0
    assert told["report"]["conservation"]["balanced"]
    recording = twin.open_recording(out)
    assert recording.end - recording.start == pytest.approx(HOURS * 3600 * SECOND, abs=2 * SECOND)
    placed = columns(said(), Places, "container")
    assert len(recording.at(recording.end).containers) >= len(np.unique(placed))


def test_the_verb_makes_the_same_file_twice(tmp_path):
    for name in ("a", "b"):
        words = [
            "simulate",
            str(SMALL),
            "--scenario",
            "small-shift",
            "--hours",
            "0.05",
            "--out",
            str(tmp_path / f"{name}.mcap"),
        ]
        assert cli(words) == 0

    assert (tmp_path / "a.mcap").read_bytes() == (tmp_path / "b.mcap").read_bytes()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ([], "nothing to do"),
        (["--out", "x.mcap", "--scenario", "nowhere"], "nowhere"),
        (["--out", "x.mcap", "--hz", "3"], "divides 1000 ms"),
        (["--out", "x.mcap", "--hz", "nan"], "--hz nan"),
        (["--out", "x.mcap", "--hours", "-1"], "--hours -1"),
        (["--out", "x.mcap", "--seed", "-1"], "seed -1"),
        (["--out", "no/where/x.mcap"], "no/where"),
        (["--bind", "tcp://8.8.8.8:1"], "8.8.8.8"),
        (["--bind", "foo", "--out", "x.mcap"], "foo"),
        (["--out", "x.txt"], "no name for a recording"),
        (["--out", "x.mcap", "--seed", "1.5"], "--seed 1.5"),
        (["--out", "x.mcap", "--scenario", "altenwerder-morning"], "altenwerder"),
    ],
)
def test_what_cannot_be_simulated_is_told_in_a_sentence_and_nothing_is_left_behind(
    words, sentence, tmp_path, capsys, monkeypatch
):
    monkeypatch.chdir(tmp_path)

    code = cli(["simulate", str(SMALL), *words])

    assert code == 2
    assert sentence in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_a_refused_run_leaves_the_recording_it_was_to_overwrite_as_it_was(tmp_path):
    out = tmp_path / "kept.mcap"
    out.write_bytes(b"as it was")

    code = cli(
        ["simulate", str(SMALL), "--hours", "0.01", "--out", str(out), "--overwrite", "--bind", "tcp://127.0.0.1:99999"]
    )

    assert code == 2
    assert out.read_bytes() == b"as it was"


@pytest.mark.slow
def test_a_stopped_run_leaves_a_readable_recording(tmp_path):
    out = tmp_path / "day.mcap"
    words = [
        sys.executable,
        "-m",
        "twin.cli",
        "simulate",
        "layouts/altenwerder.yaml",
        "--scenario",
        "altenwerder-day",
        "--out",
        str(out),
    ]
    with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as busy:
        while busy.poll() is None and not (out.exists() and out.stat().st_size > 2_000_000):
            pass
        busy.send_signal(signal.SIGINT)
        _, heard = busy.communicate(timeout=60)

    recording = open_recording(out)
    assert busy.returncode == 130
    assert "stopped at" in heard
    assert not recording.damaged
    assert len(recording.at(recording.end).containers) > 15_000


def test_how_much_is_told_at_a_time_changes_nothing():
    """All facts of a sort, in their order: the same, told in seconds or in breaths of ten."""
    run = simulate(
        terminal(),
        roster_of(terminal().machines.name),
        open_scenario("small-shift", terminal()),
        hours=HOURS,
        breath=10.0,
    )
    long = [batch for _, batches in run for batch in batches]

    for sort, names in (
        (Poses, ("t", "machine", "x", "y", "yaw", "status")),
        (Places, ("t", "container", "kind", "where")),
    ):
        assert np.array_equal(columns(said(), sort, *names), columns(long, sort, *names))


def test_a_truck_of_the_layout_that_has_left_before_the_start_is_said_to_be_gone():
    """With seed 3 TRK1 goes out during the warm-up: its place in the park is free, and others stand there later."""
    roster = roster_of(terminal().machines.name)
    run = simulate(terminal(), roster, open_scenario("small-shift", terminal()), seed=3, hours=0.1)
    first = [batch for batch in next(iter(run))[1] if isinstance(batch, Poses)]

    row = roster.machines.of("TRK1")
    told = [int(s) for batch in first for m, s in zip(batch.machine, batch.status, strict=True) if m == row]
    assert told == [Status.GONE]
