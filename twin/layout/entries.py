"""YAML nodes -> entries: the grammar's keys checked and read, series written out, coordinates still those of the file.

Coordinates are kept as decimals until the origin is subtracted, so a layout in UTM metres gives the same bits as the
same layout at the origin.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from twin.layout.grammar import NEEDED, Key
from twin.layout.series import BadNames, named, spelled
from twin.yamlfile import Node

Place = tuple[Decimal, ...]


@dataclass(frozen=True)
class Entry:
    """One thing of the file: its *name*, what it says, and the *node* to complain about."""

    name: str
    values: dict[str, Any]
    node: Node

    def __getitem__(self, key: str) -> Any:
        return self.values[key]


def entries(top: Node, section: str, keys: tuple[Key, ...]) -> list[Entry]:
    """All entries of *section*, series written out.  Raises `BadFile`."""
    found = [entry for node in top.children(section) for entry in _written_out(read_keys(node, keys), keys)]
    first: dict[str, Entry] = {}
    for entry in found:
        if (other := first.setdefault(entry.name, entry)) is not entry:
            key = "name" if entry.node.has("name") else "names"
            entry.node.fail(key, f"{entry.name!r} is here twice, first in line {other.node.line_of('name')}")
    return found


def read_keys(node: Node, keys: tuple[Key, ...]) -> Entry:
    """What *node* says, by the table, and nothing else.  Raises `BadFile`."""
    for key in keys:
        node.has(key.name)
    node.done()  # first, so that a misspelt key is named and not the one it was meant to be
    values = {key.name: value_of(node, key) for key in keys}
    return Entry(values.get("name") or "", values, node)


def value_of(node: Node, key: Key) -> Any:
    """The value of *key*, or its default.  Raises `BadFile`."""
    if key.default is not NEEDED and not node.has(key.name):
        return key.default
    name = key.name
    match key.form:
        case "text" | "span":
            return node.text(name)
        case "texts":
            return node.texts(name)
        case "number":
            return node.number(name, low=key.low, high=key.high, above=key.above)
        case "whole":
            return node.whole(name, low=key.low, high=key.high)
        case "choice":
            return node.choice(name, key.options)
        case "names":
            return _names(node, name)
        case "pair":
            return exact(node.numbers(name, 2))
        case "place":
            return _place(node, name)
        case "box":
            return _box(node, name)
        case "line":
            return tuple(exact(point) for point in node.points(name))
        case "size":
            return _size(node, key)
        case _:
            raise AssertionError(f"the grammar's {key.form!r} has no reader")


def exact(numbers: tuple[float, ...]) -> Place:
    """Numbers as the decimals they were written as (15 digits and fewer)."""
    return tuple(Decimal(repr(number)) for number in numbers)


def _names(node: Node, name: str) -> tuple[str, ...]:
    try:
        if node.is_list(name):
            return tuple(named(text) for text in node.texts(name))
        return spelled(node.text(name))
    except BadNames as wrong:
        node.fail(name, str(wrong))


def _place(node: Node, name: str) -> Place:
    numbers = node.numbers(name)
    if len(numbers) not in (2, 3):
        node.fail(name, f"has {len(numbers)} numbers; write [x, y] or [x, y, z]")
    return exact(numbers)


def _box(node: Node, name: str) -> tuple[Place, ...]:
    """The four corners, counter-clockwise."""
    x0, y0, x1, y1 = exact(node.numbers(name, 4))
    if x0 >= x1 or y0 >= y1:
        node.fail(name, f"[{x0}, {y0}, {x1}, {y1}] encloses nothing; write [x0, y0, x1, y1] with x0 < x1 and y0 < y1")
    return (x0, y0), (x1, y0), (x1, y1), (x0, y1)


def _size(node: Node, key: Key) -> tuple[float, ...]:
    numbers = node.numbers(key.name, 3, high=key.high)
    if min(numbers) <= key.above:
        node.fail(key.name, f"{list(numbers)} has a length that is not more than {key.above:g}")
    return numbers


def _written_out(entry: Entry, keys: tuple[Key, ...]) -> Iterator[Entry]:
    """The entry itself, or one for each of its names, moved by its step."""
    node, names = entry.node, entry["names"]
    if (entry["name"] is None) == (names is None):
        node.fail("name" if names else "", "write either `name:` for one, or `names:` for a series, e.g. A01..A26")
    if names is None:
        yield replace(entry, name=_one_name(entry))
        return
    spans = {key.name: _span(entry, key.name, len(names)) for key in keys if key.form == "span"}
    moves = any(entry.values.get(key) is not None for key in ("step", "spacing"))
    if len(names) > 1 and not moves and all(len(set(span)) == 1 for span in spans.values()):
        node.fail("names", f"{len(names)} names in one place: a series needs {' or '.join(_steps(keys))}")
    for i, name in enumerate(names):
        moved = {key.name: _moved(entry, key, i) for key in keys}
        yield Entry(name, moved | {key: span[i] for key, span in spans.items()}, node)


def _steps(keys: tuple[Key, ...]) -> list[str]:
    return [f"`{key.name}:`" for key in keys if key.name in ("step", "spacing")]


def _one_name(entry: Entry) -> str:
    try:
        if ".." in entry["name"]:
            raise BadNames(f"{entry['name']!r} looks like a series; write it as `names:`")
        name = named(entry["name"])
    except BadNames as wrong:
        entry.node.fail("name", str(wrong))
    for key in ("step", "spacing"):
        if entry.values.get(key) is not None:
            entry.node.fail(key, "goes with `names:`, a series; this is a single one")
    return name


def _span(entry: Entry, key: str, count: int) -> tuple[str | None, ...]:
    """What each of *count* names says at *key*: the same for all, or one each."""
    said = entry[key]
    if said is None:
        return (None,) * count
    try:
        names = spelled(said)
    except BadNames as wrong:
        entry.node.fail(key, str(wrong))
    if len(names) not in (1, count):
        entry.node.fail(key, f"{said!r} has {len(names)} names; the series has {count}")
    return names if len(names) == count else names * count


def _moved(entry: Entry, key: Key, i: int) -> Any:
    value, step, spacing = entry[key.name], entry.values.get("step"), entry.values.get("spacing")
    if value is None or i == 0:
        return value
    if key.form == "place" and step:
        return _by(value, step, i)
    if key.form in ("line", "box") and step:
        return tuple(_by(point, step, i) for point in value)
    if key.name in ("start", "end", "along") and spacing is not None:
        return float(exact((value,))[0] + i * exact((spacing,))[0])
    return value


def _by(point: Place, step: Place, i: int) -> Place:
    return point[0] + i * step[0], point[1] + i * step[1], *point[2:]
