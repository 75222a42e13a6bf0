"""Journeys through the command line: what a person types, what comes back, and what it says of wrong input."""

import json
from pathlib import Path

import numpy as np
import pytest

from tests.worlds import T0, at_second, described
from twin import facts
from twin.cli.app import run
from twin.facts import PlaceKind, roster_of
from twin.layout import read_layout
from twin.recording import write_recording
from twin.samples import sample

SMALL = sample("layouts", "small.yaml")


@pytest.fixture(scope="module")
def shift(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A recording of ten seconds on the small terminal: three boxes in a stack, a fourth put on it, a crane moving."""
    path = tmp_path_factory.mktemp("shift") / "shift.mcap"
    terminal = read_layout(SMALL)
    roster = roster_of(terminal.machines.name)
    start = [described(roster, ["MSKU0000011", "MSKU0000027", "MSKU0000032", "MSKU0000048"])]
    start.append(facts.places(T0, [0, 1, 2], PlaceKind.SLOT, 0, bay=3, row=2, tier=[1, 2, 3]))
    late = facts.places(at_second(8), 3, PlaceKind.SLOT, 0, bay=3, row=2, tier=4)
    crane = facts.poses([at_second(s) for s in range(11)], 0, 100.0 + np.arange(11), 3.0, joints=[0.0, 20.0])
    write_recording(path, terminal, roster, [start, [crane], [late]])
    return path


def answer(capsys: pytest.CaptureFixture[str], *words: str) -> dict:
    """The JSON that `twin` *words* prints."""
    assert run([*words, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def refusal(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """The sentence that `twin` *words* is refused with."""
    assert run(list(words)) == 2
    said = capsys.readouterr()
    assert "Traceback" not in said.err
    assert said.out == ""
    return said.err


def test_info_of_the_sample_terminal_has_the_published_figures(capsys):
    """26 x 10 x 37 = 9,620 TEU ground slots; 4 berths; 14 quay cranes."""
    said = answer(capsys, "info", str(sample("layouts", "altenwerder.yaml")))

    assert said["name"] == "altenwerder"
    assert len(said["blocks"]) == 26
    assert {(b["bays"], b["rows"], b["tiers"]) for b in said["blocks"]} == {(37, 10, 4)}
    assert (said["slots"], said["berths"], said["machine_kinds"]["sts"]) == (9620, 4, 14)


def test_info_of_a_recording_says_when_and_how_much(capsys, shift):
    said = answer(capsys, "info", str(shift))

    assert (said["name"], said["containers"]) == ("small", 4)
    assert (said["start"], said["end"]) == ("2026-03-01T06:00:00.000Z", "2026-03-01T06:00:10.000Z")
    assert said["messages"] > 0


def test_heights_grow_when_a_box_is_put_on_the_stack(capsys, shift):
    before = answer(capsys, "query", "heights", str(shift))
    after = answer(capsys, "query", "heights", str(shift), "--at", "2026-03-01T06:00:09Z")

    assert (before["boxes"], before["stacks"], before["top_tier"], before["gaps"]) == (3, 1, 3, 0)
    assert after["blocks"][0]["highest_m"] == pytest.approx(4 * 2.591)


def test_a_box_is_found_where_it_stands(capsys, shift):
    said = answer(capsys, "query", "find", str(shift), "MSKU0000032")

    assert said["kind"] == "container"
    assert said["z"] == pytest.approx(2 * 2.591)


def test_clearances_are_sorted_and_within(capsys, shift):
    said = answer(capsys, "query", "clearance", str(shift), "--within", "12")

    metres = [pair["metres"] for pair in said["pairs"]]
    assert metres == sorted(metres)
    assert all(m <= 12 for m in metres)
    assert metres


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["info", "nothing.yaml"], "no such file"),
        (["info", "."], "is a folder"),
        (["query", "heights", "SHIFT", "--at", "noon"], "is not a time"),
        (["query", "heights", "SHIFT", "--at", "2027-01-01T00:00Z"], "runs from 2026-03-01T06:00:00.000Z to"),
        (["query", "heights", "SHIFT", "--block", "ZZ"], "no block named 'ZZ'"),
        (["query", "find", "SHIFT", "MSKU0000033"], "did you mean MSKU0000032"),
        (["query", "heights", "LAYOUT", "--at", "2026-03-01T06:00Z"], "is a layout, which has no time"),
        (["view", "SHIFT", "--feed", "tcp://127.0.0.1:1"], "brings its own facts"),
        (["publish", "LAYOUT"], "has nothing to say"),
        (["publish", "SHIFT", "--speed", "-1"], "only goes forwards"),
        (["publish", "SHIFT", "--bind", "tcp://0.0.0.0:7701"], "7701"),
        (["record", "--feed", "sim:", "--out", "x.mcap"], "--layout is missing"),
        (["record", "--feed", "tcp://127.0.0.1:9", "--out", "x.mcap"], "nothing answers at tcp://127.0.0.1:9"),
        (["record", "--feed", "carrier-pigeon:", "--layout", "LAYOUT", "--out", "x.mcap"], "carrier-pigeon"),
        (["render", "LAYOUT", "--out", "x.png", "--size", "big"], "width x height"),
        (["render", "LAYOUT", "--out", "x.mp4"], "in which nothing moves"),
        (["import", "inventory", "nowhere", "--out", "x.yaml"], "is not a folder"),
        (["feed", "ais", "nothing.txt", "--layout", "LAYOUT"], "nothing.txt"),
        (["query", "clearance", "SHIFT", "--within", "nan"], "write a number from 0 to 100 m"),
        (["query", "clearance", "SHIFT", "--within", "1e9"], "write a number from 0 to 100 m"),
        (["query", "clearance", "SHIFT", "--limit", "-3"], "--limit -3"),
        (["publish", "SHIFT", "--seconds", "nan"], "--seconds nan"),
        (["publish", "SHIFT", "--wait", "-1"], "--wait -1"),
        (["record", "--feed", "SHIFT", "--out", "SHIFT", "--overwrite"], "cannot be recorded on to itself"),
        (["record", "--feed", "sim:", "--layout", "LAYOUT", "--out", "x.mcap", "--seconds", "nan"], "--seconds nan"),
        (["feed", "ais", "SHIFT", "--layout", "LAYOUT", "--km", "nan"], "--km nan"),
        (["heights"], "Unknown command"),
        (["info"], "requires an argument"),
    ],
)
def test_wrong_input_is_a_sentence_and_exit_code_2(capsys, shift, words, said):
    real = [{"SHIFT": str(shift), "LAYOUT": str(SMALL)}.get(word, word) for word in words]

    assert said in refusal(capsys, *real)


@pytest.mark.parametrize(
    "content",
    [b"", b"\x89MCAP0\r\n", b"\x89MCAP0\r\n" + bytes(500), b"name: 3\n", b"[1, 2]", b"\xff\xfe\x00", b"a: [b"],
)
@pytest.mark.parametrize("suffix", [".yaml", ".mcap"])
def test_any_file_that_is_neither_is_refused(capsys, tmp_path, content, suffix):
    path = tmp_path / f"thing{suffix}"
    path.write_bytes(content)

    assert path.name in refusal(capsys, "info", str(path))


def test_a_recording_of_another_layout_is_refused(capsys, shift, tmp_path):
    said = refusal(
        capsys,
        "record",
        "--feed",
        str(shift),
        "--layout",
        str(sample("layouts", "altenwerder.yaml")),
        "--out",
        str(tmp_path / "x.mcap"),
    )

    assert "small" in said
    assert "altenwerder" in said


def test_every_verb_has_help(capsys):
    for verb in ([], ["demo"], ["query"], ["query", "heights"], ["import", "inventory"], ["feed", "ais"], ["render"]):
        assert run([*verb, "--help"]) == 0
        assert "Usage" in capsys.readouterr().out


def test_a_recording_of_which_nothing_is_left_is_refused_not_shown_as_an_empty_yard(capsys, shift, tmp_path):
    path = tmp_path / "cut.mcap"
    whole = shift.read_bytes()
    start = whole.index(b"\x06", 60)
    path.write_bytes(whole[: start + 40])

    assert "nothing in it can be read" in refusal(capsys, "query", "heights", str(path))


def test_an_unclosed_recording_says_so(capsys, shift, tmp_path, caplog):
    path = tmp_path / "unclosed.mcap"
    path.write_bytes(shift.read_bytes()[:-8])

    said = answer(capsys, "info", str(path))

    assert said["sealed"] is False
    assert said["containers"] == 4
