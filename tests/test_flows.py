"""Facts on their way keep what they are."""

import threading
from pathlib import Path

import numpy as np
import pytest

from tests.test_cli import shift  # noqa: F401  (a fixture)
from twin import flows
from twin.clock import rest
from twin.errors import BadFile, TwinError
from twin.recording import open_recording

AIS = b"!AIVDM,1,1,,B,15M67FC000G?ufbE`FepT@3n00Sa,0*5C\n"


def test_a_recording_recorded_again_says_the_same(shift: Path, tmp_path: Path):  # noqa: F811
    again = tmp_path / "again.mcap"

    flows.record(str(shift), again)

    one, other = open_recording(shift), open_recording(again)
    for t in np.linspace(one.start, one.end, 7).astype(np.int64).tolist():
        assert np.array_equal(one.at(t).positions[0], other.at(t).positions[0], equal_nan=True)
        assert np.array_equal(one.at(t).parts.position, other.at(t).parts.position, equal_nan=True)


def test_nothing_is_recorded_on_to_itself(shift: Path):  # noqa: F811
    before = shift.read_bytes()

    with pytest.raises(TwinError, match="on to itself"):
        flows.record(str(shift), shift, overwrite=True)
    assert shift.read_bytes() == before


def test_an_ais_run_is_refused_before_a_word_is_published(shift: Path, tmp_path: Path):  # noqa: F811
    lines, there = tmp_path / "a.nmea", tmp_path / "there.mcap"
    lines.write_bytes(AIS)
    there.write_bytes(b"x")

    with pytest.raises(BadFile):
        flows.ais(lines, shift, bind="tcp://127.0.0.1:7791", out=there, km=20_000)
    assert there.read_bytes() == b"x"


def test_a_feed_that_falls_silent_is_said(shift: Path, tmp_path: Path):  # noqa: F811
    """The publisher ends after a second; three silent seconds later the recorder says STALE."""
    bind, heard = "tcp://127.0.0.1:7793", list[str]()
    publisher = threading.Thread(target=flows.publish, args=(shift, bind), kwargs={"seconds": 2.0, "wait": 0.5})
    publisher.start()
    rest(0.2)

    flows.record(bind, tmp_path / "live.mcap", seconds=7.0, say=heard.append)
    publisher.join()

    assert any("STALE" in sentence for sentence in heard), heard


def test_the_speed_reached_is_said(shift: Path):  # noqa: F811
    said, heard = {}, list[str]()

    said = flows.publish(shift, "tcp://127.0.0.1:7795", speed=5.0, say=heard.append)

    assert said["speed reached"] == pytest.approx(5.0, rel=0.3)
    assert "watch it with" in heard[0]
