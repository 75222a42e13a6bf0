"""Wrong values in a catalogue's files: each ends in a sentence with file, line, key and what would be right."""

import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from twin.catalogue_files import read_catalogue, read_kind, read_vessel
from twin.errors import BadFile
from twin.samples import sample

STS = sample("assets", "equipment", "sts.yaml").read_text()
SHIP = sample("assets", "vessels", "feeder-1000.yaml").read_text()


def said(folder: Path, text: str, read=read_kind) -> str:
    """What reading *text* complains of."""
    path = folder / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadFile) as wrong:
        read(path)
    return str(wrong.value)


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("group: sts", "group: stss", r"group: 'stss' is not one of agv, .*; did you mean sts"),
        ("length: 27", "length: -27", r"length: -27 must be more than 0"),
        ("length: 27", "length: .nan", r"length: .nan is not a finite number"),
        ("length: 27", "length: 27 m", r"length: '27 m' is not a number"),
        ("length: 27", "length: 2700", r"length: 2700 is more than 500"),
        ("length: 27", "lenght: 27", r"'length' is missing"),
        ("length: 27", "length: 27\nlenght: 27", r"lenght: is not known here; did you mean length"),
        ("length: 27", "length: 27\nlength: 28", r"length: is here twice, first in line \d+"),
        ("title: Ship", "# title: Ship", r"'title' is missing"),
        ("name: trolley, low", "name: trolly, low", r"joints\[0\].name: 'trolly' is not one of .*did you mean trolley"),
        ("name: hoist, low", "name: trolley, low", r"joints: 'trolley' is here twice"),
        ("high: 57, rest: 17.5", "high: 57, rest: 60", r"joints\[0\].rest: 60 is outside the limits -61 to 57"),
        ("low: -61, high: 57", "low: -61, high: -62", r"joints\[0\].high: -62 is less than low, -61"),
        ("rest: 17.5, loaded: 4,", "rest: 17.5, loaded: 0,", r"joints\[0\].loaded: 0 must be more than 0"),
        ("source: \"[E] CTA", "source: \"CTA", r"facts.outreach.source: 'CTA.*' does not start with how sure it is"),
        ("pitch: {boom: 1}", "pitch: {bom: 1}", r"parts\[\d+\].pitch.bom: is not known here; did you mean boom"),
        ("part: spreader, at", "part: spredder, at", r"holds\[0\].part: no part named 'spredder'; .*spreader"),
        ("by: top", "by: side", r"holds\[0\].by: 'side' is not one of bottom, top"),
        ("  a_frame  2.7", "  aframe  2.7", r"ropes: no part named 'aframe'; did you mean a_frame"),
        ("box crane_blue   8.9", "bax crane_blue   8.9", r"shapes: 'bax .*': a shape starts with box, beam"),
        ("box crane_blue   8.9 -0.8 1.7", "box crane_blue   8.9 -0.8", r"shapes: has 5 numbers; 6 are needed"),
        ("box crane_blue   8.9", "box crane_blue   12.9", r"shapes: a box is written x0 y0 z0 x1 y1 z1 with x0 < x1"),
        ("7.35 -0.8 0.4  7.35 0.8", "7.35 0.8 0.4  7.35 0.8", r"shapes: a tube needs two different ends"),
        ("box crane_blue   8.9", "box crane_blue   inf", r"shapes: inf is not a finite number"),
        ("6.5 -0.9 0  13.5 0.9 3", "6.5 -0.9 0  13.5 0.9 x", r"boxes: 'x' is not a number"),
        ("  - name: portal\n", "  - name: legs\n", r"parts: 'legs' is here twice"),
        ("yaw_deg: -90", "yaw_deg: -900", r"yaw_deg: -900 is less than -360"),
        ("parts:\n", "parts: none\nrest:\n", r"parts: 'none' is not a list"),
    ],
)  # fmt: skip
def test_a_wrong_value_is_named(tmp_path, before, after, message):
    assert before in STS

    found = said(tmp_path, STS.replace(before, after, 1))

    assert re.search(r"mine\.yaml:\d+: " + f".*{message}", found), found


def test_the_line_is_the_one_of_the_wrong_shape(tmp_path):
    """A table's rows count too: the complaint names the very line."""
    lines = STS.splitlines()
    wrong = next(i for i, line in enumerate(lines) if "hazard" in line)
    lines[wrong] = lines[wrong].replace("box hazard", "box hazard 1")

    assert said(tmp_path, "\n".join(lines)).startswith(f"{tmp_path / 'mine.yaml'}:{wrong + 1}: parts[0].shapes: ")


@pytest.mark.parametrize(("detail", "message"), [
    (" near", r"2\d\d triangles are drawn; 200 at most: split 'bogies' in two"),
    ("", r"\d+ triangles are drawn far off; 60 at most: mark some `near`"),
])  # fmt: skip
def test_a_part_over_its_budget_is_named(tmp_path, detail, message):
    more = "".join(f"      tube steel 0 0 {i} 0 1 {i} 0.1{detail}\n" for i in range(3))

    assert re.search(message, said(tmp_path, STS.replace("    shapes: |\n", "    shapes: |\n" + more, 1)))


@pytest.mark.parametrize(("before", "after", "message"), [
    ("rows: 9", "rows: 10", r"rows: 10 rows of 2.5 are 25.0 wide; the beam is 23.2"),
    ("rows: 9", "rows: 9.5", r"rows: '9.5' is not a whole number"),
    ("draught: 8.5", "draught: 18.5", r"draught: 18.5 is not less than the depth, 10.65"),
    ("bays: [", "bays: [-60, ", r"bays: the bays are not written bow first"),
    ("bays: [", "bays: [160, ", r"bays\[0\]: 160 is more than 75"),
    ("beam: 23.2", "beam: 0", r"beam: 0 must be more than 0"),
])  # fmt: skip
def test_a_ship_that_is_none_is_named(tmp_path, before, after, message):
    assert before in SHIP

    assert re.search(message, said(tmp_path, SHIP.replace(before, after, 1), read_vessel))


def test_an_empty_folder_is_no_catalogue(tmp_path):
    with pytest.raises(BadFile, match=r"holds no \*.yaml file"):
        read_catalogue(tmp_path)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, len(SHIP) - 1), st.text(st.characters(codec="utf-8"), max_size=4), st.integers(0, 6))
def test_any_scratch_of_a_file_ends_in_a_ship_or_a_sentence(tmp_path, at, put, cut):
    path = tmp_path / "mine.yaml"
    path.write_text(SHIP[:at] + put + SHIP[at + cut :], encoding="utf-8")

    try:
        outcome = read_vessel(path).path
    except BadFile as wrong:
        outcome = str(wrong)

    assert outcome.startswith(str(path))
