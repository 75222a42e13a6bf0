"""YAML values that know where they stood."""

import re

import pytest

from twin.errors import BadFile
from twin.yamlfile import Node, Row, parse_yaml, read_yaml

TEXT = """\
title: A terminal
length: 12.5
berths: 4
open: true
names: [A, 007]
corners: [[0, 0], [1, 2.5]]
nothing:
inner: {depth: -16}
list:
  - {kind: agv}
  - {kind: rtg}
table: |
  box 1 2   # the first

  beam 3
"""


@pytest.fixture
def node() -> Node:
    return parse_yaml(TEXT, path="mine.yaml")


def test_values_come_with_their_types(node):
    assert (node.text("title"), node.number("length"), node.whole("berths"), node.flag("open")) == (
        "A terminal", 12.5, 4, True)  # fmt: skip
    assert node.texts("names") == ("A", "007")
    assert node.points("corners") == ((0, 0), (1, 2.5))
    assert node.child("inner").number("depth") == -16
    assert [child.choice("kind", ("agv", "rtg")) for child in node.children("list")] == ["agv", "rtg"]


def test_what_is_not_there_is_the_default(node):
    assert node.number("width", None) is None
    assert node.number("nothing", 3.0) == 3.0
    assert node.children("machines") == ()
    assert list(node.table("shapes")) == []


def test_a_table_counts_its_lines(node):
    """Line 12 is `table: |`; a comment and an empty line are left out."""
    assert list(node.table("table")) == [Row(("box", "1", "2"), 13), Row(("beam", "3"), 15)]


def test_a_table_on_one_line_stands_on_that_line():
    assert list(parse_yaml("a: 1\ntable: box 1 2", path="p").table("table")) == [Row(("box", "1", "2"), 2)]


@pytest.mark.parametrize(("ask", "message"), [
    (lambda n: n.number("title"), "mine.yaml:1: title: 'A terminal' is not a number"),
    (lambda n: n.number("length", high=10), "mine.yaml:2: length: 12.5 is more than 10"),
    (lambda n: n.whole("length"), "mine.yaml:2: length: '12.5' is not a whole number"),
    (lambda n: n.flag("berths"), "mine.yaml:3: berths: '4' is neither true nor false"),
    (lambda n: n.text("names"), "mine.yaml:5: names: a list is not a text"),
    (lambda n: n.numbers("names"), "mine.yaml:5: names[0]: 'A' is not a number"),
    (lambda n: n.points("corners", 3), "mine.yaml:6: corners[0]: has 2 numbers; 3 are needed"),
    (lambda n: n.text("nothing"), "mine.yaml:7: nothing: 'nothing' is missing"),
    (lambda n: n.child("inner").number("depth", low=0), "mine.yaml:8: inner.depth: -16 is less than 0"),
    (lambda n: n.children("list")[1].choice("kind", ("agv", "rtgs")),
     "mine.yaml:11: list[1].kind: 'rtg' is not one of agv, rtgs; did you mean rtgs?"),
    (lambda n: n.child("title"), "mine.yaml:1: title: 'A terminal' is not a list of `key: value`"),
    (lambda n: n.text("width"), "mine.yaml:1: 'width' is missing"),
    (lambda n: n.done(), "mine.yaml:1: title: is not known here; there is no key here at all"),
])  # fmt: skip
def test_a_wrong_value_is_named(node, ask, message):
    with pytest.raises(BadFile) as wrong:
        ask(node)

    assert str(wrong.value) == message


def test_a_key_nobody_asked_for_is_named_with_the_near_one():
    node = parse_yaml("lenght: 3", path="p")
    node.number("length", None)

    with pytest.raises(BadFile, match=re.escape("p:1: lenght: is not known here; did you mean length?")):
        node.done()


@pytest.mark.parametrize(("text", "message"), [
    ("", "p: is empty"),
    ("- a", "p:1: a list is not a list of `key: value`"),
    ("a: [1,", "p:1: is not YAML: "),
    ("a: 1\nb: 2\na: 3", "p:3: a: is here twice, first in line 1"),
    ("a: \x00", "p: is not YAML: "),
    ("[" * 5000, "p: is nested too deep to be read"),
    ("a: *b", "p:1: is not YAML: found undefined alias"),
    ("a: 1\n---\nb: 2", "p:2: is not YAML: expected a single document"),
    ("? [a]\n: 1", "p:1: a key must be a word"),
])  # fmt: skip
def test_what_is_not_a_yaml_mapping_is_a_sentence(text, message):
    with pytest.raises(BadFile) as wrong:
        parse_yaml(text, path="p")

    assert str(wrong.value).startswith(message)


def test_a_tag_makes_nothing():
    """No object is ever built from a file: a tagged text is a text."""
    assert parse_yaml("a: !!python/object/apply:os.getcwd x", path="p").text("a") == "x"


@pytest.mark.parametrize(("text", "value"), [("1e3", 1000), ("0x10", 16), ("1_000", 1000), ("-.5", -0.5), ("+3", 3)])
def test_numbers_as_yaml_writes_them(text, value):
    assert parse_yaml(f"a: {text}", path="p").number("a") == value


def test_a_file_that_cannot_be_read_is_a_sentence(tmp_path):
    (tmp_path / "latin.yaml").write_bytes(b"a: \xe9\n")

    for path, message in ((tmp_path / "none.yaml", "there is no such file"), (tmp_path, "cannot be read"),
                          (tmp_path / "latin.yaml", "is not UTF-8 text")):  # fmt: skip
        with pytest.raises(BadFile, match=message):
            read_yaml(path)
