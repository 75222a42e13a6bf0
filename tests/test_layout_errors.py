"""A layout that cannot be used is refused with a sentence: file, line, key, value and what would be right."""

import json
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.worlds import tiny_catalogue
from twin.errors import BadFile
from twin.layout import parse_layout, read_layout
from twin.samples import sample

GOOD = """\
name: t
site: {lon_deg: 9.9, lat_deg: 53.5}
quays:
  - {name: Q, from: [0, 0], to: [300, 0]}
berths:
  - {name: B, quay: Q, start: 0, end: 300}
blocks:
  - {names: A01..A03, kind: rtg, at: [10, 60], step: [0, 30], bays: 10, rows: 6, tiers: 5}
rails:
  - {name: R, kind: sts, from: [0, 3], to: [300, 3], gauge: 30}
lanes:
  - {name: L, kind: truck, points: [[0, 50], [300, 50]]}
areas:
  - {name: G, kind: pavement, box: [0, 0, 300, 200]}
structures:
  - {name: M, kind: mast, at: [5, 40], size: [1, 1, 30]}
machines:
  - {names: QC1..QC2, kind: crane, rail: R, along: 100, spacing: 100}
  - {name: C1, kind: cart, at: [50, 20]}
"""


def parsed(text: str) -> object:
    return parse_layout(text, path="t.yaml", catalogue=tiny_catalogue())


def sentence(text: str) -> str:
    with pytest.raises(BadFile) as wrong:
        parsed(text)
    return str(wrong.value)


def test_the_good_one_is_good():
    assert parsed(GOOD)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("kind: rtg", "kind: rtgg", "t.yaml:8: blocks[0].kind: 'rtgg' is not one of|did you mean rtg"),
        ("kind: crane", "kind: crnae", "t.yaml:18: machines[0].kind: no kind is named 'crnae'; did you mean crane?"),
        ("tiers: 5", "tires: 5", "t.yaml:8: blocks[0].tires: is not known here; did you mean tiers?"),
        ("tiers: 5", "tiers: 5, colour: red", "t.yaml:8: blocks[0].colour: is not known here"),
        ("tiers: 5", "tiers: 5, row_ptich: 3", "row_ptich: is not known here; did you mean row_pitch"),
        ("tiers: 5", "tiers: 0", "t.yaml:8: blocks[0].tiers: 0 is less than 1"),
        ("tiers: 5", "tiers: 4.5", "blocks[0].tiers: '4.5' is not a whole number"),
        ("tiers: 5", "tiers: many", "blocks[0].tiers: 'many' is not a number"),
        ("tiers: 5", "tiers: [5]", "blocks[0].tiers: a list is not a number"),
        ("tiers: 5", "tiers: 5, row_pitch: 2", "row_pitch: 2 is less than 2.438"),
        ("bays: 10", "bays: 1000000", "bays: 1000000 is more than 500"),
        ("gauge: 30", "gauge: 0", "t.yaml:10: rails[0].gauge: 0 must be more than 0"),
        ("gauge: 30", "gauge: -3", "rails[0].gauge: -3 must be more than 0"),
        ("gauge: 30", "gauge: .nan", "rails[0].gauge: .nan is not a finite number"),
        ("gauge: 30", "gauge: 1e999", "rails[0].gauge: 1e999 is not a finite number"),
        ("end: 300}", "end: 301}", "t.yaml:6: berths[0].end: B ends at 301 m, but quay Q is 300 m long"),
        ("end: 300}", "end: 0.0}", "berths[0].end: 0.0 must be more than 0"),
        ("start: 0,", "start: 300,", "berths[0].end: B ends at 300 m and starts at 300 m"),
        ("quay: Q", "quay: q", "t.yaml:6: berths[0].quay: no quay is named 'q'; did you mean Q"),
        ("to: [300, 0]", "to: [0, 0]", "quays[0].to: Q ends where it starts"),
        ("at: [10, 60]", "at: [10]", "blocks[0].at: has 1 numbers; write [x, y] or [x, y, z]"),
        ("at: [10, 60]", "at: [10, .inf]", "blocks[0].at[1]: .inf is not a finite number"),
        ("at: [10, 60]", "at: [10, 6000000]", "blocks[0].at: [10.0, 6000000.0] lies 6,000 km from the origin"),
        ("names: A01..A03", "names: A03..A01", "blocks[0].names: 'A03..A01' counts down"),
        ("names: A01..A03", "names: A1..B3", "must differ in one number only"),
        ("names: A01..A03", "names: A1..A99999", "a series has 10,000 at most"),
        ("names: A01..A03", "names: [A, A, B]", "t.yaml:8: blocks[0].names: 'A' is here twice"),
        ("names: A01..A03", "names: ''", "'' is not a name"),
        ("names: A01..A03", "name: A01..A03", "looks like a series; write it as `names:`"),
        ("names: A01..A03", "name: A", "blocks[0].step: goes with `names:`"),
        ("names: A01..A03", "name: A, names: A1..A3", "write either `name:` for one, or `names:`"),
        ("names: A01..A03, ", "", "write either `name:` for one, or `names:`"),
        ("step: [0, 30], ", "", "3 names in one place: a series needs `step:`"),
        ("gauge: 30", "gauge: 30, block: A04", "rails[0].block: no block is named 'A04'; did you mean"),
        ("gauge: 30", "gauge: 30, block: A01..A02", "'A01..A02'|no block is named"),
        ("rail: R", "rail: S", "t.yaml:18: machines[0].rail: no rail is named 'S'; there are R"),
        ("along: 100", "along: 250", "machines[0].along: QC2 stands at 350 m, but rail R is 300 m long"),
        ("along: 100, ", "", "`along:` is missing"),
        ("kind: cart, at: [50, 20]", "kind: cart", "C1 stands either `at:` a place or on a `rail:`"),
        ("kind: cart, at: [50, 20]", "kind: cart, rail: R, along: 1", "R carries sts cranes; cart is of group agv"),
        ("kind: cart, at", "kind: cart, along: 3, at", "machines[1].along: goes with `rail:`"),
        ("name: C1", "name: QC2", "t.yaml:19: machines[1].name: 'QC2' is here twice, first in line 18"),
        ("[[0, 50], [300, 50]]", "[[0, 50]]", "t.yaml:12: lanes[0].points: has 1 different points"),
        ("[[0, 50], [300, 50]]", "[0, 50]", "lanes[0].points[0]: '0' is not a list"),
        ("box: [0, 0, 300, 200]", "box: [0, 0, 0, 200]", "areas[0].box|encloses nothing"),
        ("box: [0, 0, 300, 200]", "ring: [[0, 0], [1, 1], [0, 0]]", "areas[0].ring: has 2 different corners"),
        ("box: [0, 0, 300, 200]", "kid: 3", "areas[0].kid: is not known here; did you mean kind?"),
        ("size: [1, 1, 30]", "size: [1, 0, 30]", "structures[0].size|is not more than 0"),
        ("lat_deg: 53.5", "lat_deg: 153.5", "t.yaml:2: site.lat_deg: 153.5 is more than 90"),
        (", lat_deg: 53.5", "", "site.lon_deg: needs lat_deg beside it"),
        ("lat_deg: 53.5", "lat_deg: 53.5, epsg: 1999", "site.epsg: 1999 is not a coordinate system"),
        ("lat_deg: 53.5", "lat_deg: 53.5, epsg: 4326", "site.epsg: 4326 (WGS 84) is not in metres"),
        ("lat_deg: 53.5", "lat_deg: 53.5, water_level: 3", "site.water_level: 3 is more than 0"),
        ("site: {", "sight: {", "t.yaml:2: sight: is not known here; did you mean site?"),
        ("name: t\n", "", "'name' is missing"),
        ("name: t\n", "name: t\nname: u\n", "t.yaml:2: name: is here twice, first in line 1"),
        ("name: t\n", "name: t\nvessels: []\n", "t.yaml:2: vessels: is not known here"),
        ("berths:\n", "berths: 4\nbeths:\n", "berths: '4' is not a list"),
        ("name: t\n", "name: [t\n", "is not YAML"),
        ("name: t\n", "\tname: t\n", "is not YAML"),
    ],
)
def test_a_wrong_value_is_named_with_its_place(old, new, said):
    assert GOOD.count(old) >= 1

    message = sentence(GOOD.replace(old, new, 1))

    assert message.startswith("t.yaml")
    for part in said.split("|"):
        assert part in message


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "t.yaml: is empty"),
        ("# nothing\n", "t.yaml: is empty"),
        ("- 1\n- 2\n", "t.yaml:1: a list is not a list of `key: value`"),
        ("just words", "is not a list of `key: value`"),
        ("group: sts\nparts: []\n", "is not a layout, which has at least one of quays"),
        ("name: t\nblocks: &a [*a]\n", "t.yaml"),
        ("name: t\nblocks: !!python/object:os.system {}\n", "t.yaml"),
    ],
)
def test_what_is_no_layout_is_called_so(text, said):
    assert said in sentence(text)


@pytest.mark.parametrize("depth", [50, 100_000])
def test_deep_nesting_is_a_sentence(depth):
    assert "t.yaml" in sentence("name: t\nblocks: " + "[" * depth)


def test_aliases_that_multiply_end_soon():
    """Nine levels of ten aliases are a billion items written out; nothing here writes them out."""
    levels = "".join(f"k{i}: &k{i} [{', '.join([f'*k{i - 1}'] * 10)}]\n" for i in range(1, 10))

    assert "is not known here" in sentence(GOOD + "k0: &k0 [x]\n" + levels)


# Files


def refused(path: Path) -> str:
    with pytest.raises(BadFile) as wrong:
        read_layout(path, tiny_catalogue())
    return str(wrong.value)


def test_a_missing_file_says_what_is_there_instead(tmp_path):
    (tmp_path / "altenwerder.yaml").write_text(GOOD)

    assert f"{tmp_path}/altenwerda.yaml: there is no such file; its folder has altenwerder.yaml" == refused(
        tmp_path / "altenwerda.yaml"
    )


def test_a_folder_is_no_layout(tmp_path):
    assert "is a folder" in refused(tmp_path)


def test_a_binary_file_is_no_layout(tmp_path):
    path = tmp_path / "picture.yaml"
    path.write_bytes(b"\x89PNG\r\n\x1a\n\x00\xff\xfe")

    assert "is not text (byte 0 is not UTF-8)" in refused(path)


def test_zeros_are_no_layout(tmp_path):
    path = tmp_path / "zeros.yaml"
    path.write_bytes(bytes(1000))

    assert "is not YAML" in refused(path)


def test_an_enormous_file_is_not_read(tmp_path):
    path = tmp_path / "big.yaml"
    with path.open("wb") as file:
        file.truncate(60_000_000)  # sparse: takes no room

    assert "has 60,000,000 bytes" in refused(path)


def test_a_path_inside_a_file_is_a_sentence(tmp_path):
    (tmp_path / "a.yaml").write_text(GOOD)

    assert "cannot be read" in refused(tmp_path / "a.yaml" / "b.yaml")


def test_a_file_from_windows_is_the_same_layout(tmp_path):
    path = tmp_path / "windows.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())

    assert parse_layout(GOOD, catalogue=tiny_catalogue()).fingerprint == read_layout(path, tiny_catalogue()).fingerprint


# Anything else

SMALL = sample("layouts", "small.yaml").read_text(encoding="utf-8")
SCRATCHES = "[]{}:,.-&*!|>'\"#%@`\n\t 019eax\x00é~"
EDIT = st.tuples(st.integers(0, 10**6), st.integers(0, 12), st.text(SCRATCHES, max_size=4))


def read_or_refused(text: str) -> None:
    with suppress(BadFile):
        parsed(text)


@settings(max_examples=150, deadline=None)
@given(st.lists(EDIT, min_size=1, max_size=3))
def test_a_scratched_layout_is_read_or_refused(edits):
    """No scratch makes another exception than `BadFile`."""
    text = SMALL
    for at, cut, put in edits:
        at %= len(text) + 1
        text = text[:at] + put + text[at + cut :]
    read_or_refused(text)


VALUE = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers(-(10**20), 10**20) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)
KEYS = [
    ("blocks", "at"),
    ("blocks", "bays"),
    ("blocks", "names"),
    ("rails", "gauge"),
    ("rails", "block"),
    ("lanes", "points"),
    ("areas", "ring"),
    ("structures", "size"),
    ("machines", "rail"),
    ("machines", "along"),
    ("site", "origin"),
    ("site", "epsg"),
    ("quays", "from"),
]


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(KEYS), VALUE)
def test_any_value_at_any_key_is_read_or_refused(place, value):
    section, key = place
    data = {
        "name": "t",
        "site": {"lon_deg": 9, "lat_deg": 53},
        "quays": [{"name": "Q", "from": [0, 0], "to": [300, 0]}],
        "blocks": [{"name": "A", "kind": "rtg", "at": [10, 60], "bays": 10, "rows": 6, "tiers": 5}],
        "rails": [{"name": "R", "kind": "sts", "from": [0, 3], "to": [300, 3], "gauge": 30}],
        "lanes": [{"name": "L", "kind": "truck", "points": [[0, 50], [300, 50]]}],
        "areas": [{"name": "G", "kind": "pavement"}],
        "structures": [{"name": "M", "kind": "mast", "at": [5, 40], "size": [1, 1, 30]}],
        "machines": [{"name": "Q1", "kind": "crane", "rail": "R", "along": 100}],
    }
    entry = data[section] if section == "site" else data[section][0]
    entry[key] = value
    read_or_refused(json.dumps(data))
