"""YAML text -> values that know where they stood: every complaint has file, line, key, value and what would be right.

A reader asks a `Node` for what it wants (`node.number("gauge", above=0)`) and ends with `node.done()`, which names the
keys that nobody asked for.  Long tables (shapes, boxes) are block scalars, one row a line: `node.table(key)` numbers
the lines too, and reads them a hundred times faster than YAML's own brackets.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from math import inf, isfinite
from pathlib import Path
from typing import Any, Final, NoReturn, TypeVar

from twin.errors import BadFile, offer

T = TypeVar("T")
_STR, _INT, _FLOAT, _BOOL, _NULL = (f"tag:yaml.org,2002:{name}" for name in ("str", "int", "float", "bool", "null"))
_REQUIRED: Final[Any] = object()  # stands for "this key must be there"
_YAML_ONLY = {".nan": "nan", ".inf": "inf", "+.inf": "inf", "-.inf": "-inf"}  # numbers as only YAML writes them
_MOST = 20_000_000  # characters; far beyond any layout, and short of what would fill the memory


@dataclass(frozen=True)
class Row:
    """One line of a table: its *words*, and the *line* of the file it stood on."""

    words: tuple[str, ...]
    line: int


class Node:
    """A mapping of a YAML file, with its place.  Getters raise `BadFile`; a getter with *default* may find nothing."""

    def __init__(self, path: str, raw: Any, key: str = "") -> None:
        self.path, self.key = path, key
        self.line: int = raw.start_mark.line + 1
        if raw.id != "mapping":
            raise BadFile(path, f"{_shown(raw)} is not a list of `key: value`", line=self.line, key=key)
        self._values: dict[str, Any] = {}
        self._lines: dict[str, int] = {}
        self._asked: set[str] = set()
        for name, value in raw.value:
            self._add(name, value)

    def _add(self, name: Any, value: Any) -> None:
        line = name.start_mark.line + 1
        if name.id != "scalar":
            raise BadFile(self.path, "a key must be a word", line=line, key=self.key)
        if name.value in self._values:
            raise BadFile(
                self.path,
                f"is here twice, first in line {self._lines[name.value]}",
                line=line,
                key=self.full(name.value),
            )
        self._values[name.value], self._lines[name.value] = value, line

    def full(self, key: str) -> str:
        """The dotted way to *key* from the top of the file, e.g. ``parts[2].name``."""
        return f"{self.key}.{key}" if self.key and key else self.key or key

    def line_of(self, key: str) -> int:
        """The line *key* stands on (the mapping's own where it is not there)."""
        return self._lines.get(key, self.line)

    @property
    def names(self) -> tuple[str, ...]:
        """Every key, in the file's order."""
        return tuple(self._values)

    def has(self, key: str) -> bool:
        """Whether *key* is there and says something."""
        self._asked.add(key)
        return key in self._values and not (self._values[key].id == "scalar" and self._values[key].tag == _NULL)

    def is_list(self, key: str) -> bool:
        """Whether a list stands under *key*."""
        return self.has(key) and bool(self._values[key].id == "sequence")

    def fail(self, key: str, message: str, *, line: int | None = None) -> NoReturn:
        """Raise `BadFile` about *key* ('' for the whole mapping)."""
        raise BadFile(self.path, message, line=line or self.line_of(key), key=self.full(key))

    def done(self) -> None:
        """Complain about the first key nobody asked for."""
        for key in self._values:
            if key not in self._asked:
                self.fail(key, f"is not known here; {offer('key', key, sorted(self._asked))}")

    def _raw(self, key: str, default: Any) -> Any:
        """The raw node, or None where the default is to be used."""
        if self.has(key):
            return self._values[key]
        if default is _REQUIRED:
            self.fail("" if key not in self._values else key, f"{key!r} is missing")
        return None

    def text(self, key: str, default: T = _REQUIRED) -> str | T:
        """A text.  A bare number is taken as the text it was written as."""
        raw = self._raw(key, default)
        return default if raw is None else self._scalar(key, raw)

    def number(
        self, key: str, default: T = _REQUIRED, *, low: float = -inf, high: float = inf, above: float = -inf
    ) -> float | T:
        """A finite number with *low* <= it <= *high* and it > *above*."""
        raw = self._raw(key, default)
        return default if raw is None else self._number(key, raw, low, high, above)

    def whole(self, key: str, default: T = _REQUIRED, *, low: float = -inf, high: float = inf) -> int | T:
        """A whole number."""
        raw = self._raw(key, default)
        if raw is None:
            return default
        value = self._number(key, raw, low, high, -inf)
        if not value.is_integer():
            self.fail(key, f"{_shown(raw)} is not a whole number")
        return int(value)

    def flag(self, key: str, default: T = _REQUIRED) -> bool | T:
        """true or false."""
        raw = self._raw(key, default)
        if raw is None:
            return default
        if raw.id != "scalar" or raw.tag != _BOOL:
            self.fail(key, f"{_shown(raw)} is neither true nor false")
        return str(raw.value).lower() == "true"

    def choice(self, key: str, options: Collection[str], default: T = _REQUIRED) -> str | T:
        """One of *options*."""
        raw = self._raw(key, default)
        if raw is None:
            return default
        value = self._scalar(key, raw)
        return (
            value
            if value in options
            else self.fail(key, f"{value!r} is not one of {', '.join(sorted(options))}{_near(key, value, options)}")
        )

    def numbers(
        self, key: str, count: int | None = None, default: T = _REQUIRED, *, low: float = -inf, high: float = inf
    ) -> tuple[float, ...] | T:
        """A list of finite numbers, *count* of them where that is given."""
        raw = self._raw(key, default)
        return default if raw is None else self._numbers(key, raw, count, low, high)

    def texts(self, key: str, default: T = _REQUIRED) -> tuple[str, ...] | T:
        """A list of texts."""
        raw = self._raw(key, default)
        return (
            default
            if raw is None
            else tuple(self._scalar(f"{key}[{i}]", r) for i, r in enumerate(self._list(key, raw)))
        )

    def points(self, key: str, size: int = 2, default: T = _REQUIRED) -> tuple[tuple[float, ...], ...] | T:
        """A list of points, each a list of *size* numbers."""
        raw = self._raw(key, default)
        if raw is None:
            return default
        return tuple(self._numbers(f"{key}[{i}]", r, size, -inf, inf) for i, r in enumerate(self._list(key, raw)))

    def child(self, key: str) -> "Node":
        """The mapping under *key*."""
        return Node(self.path, self._raw(key, _REQUIRED), self.full(key))

    def children(self, key: str) -> tuple["Node", ...]:
        """The mappings of the list under *key*, none where it is not there."""
        raw = self._raw(key, None)
        return (
            ()
            if raw is None
            else tuple(Node(self.path, r, self.full(f"{key}[{i}]")) for i, r in enumerate(self._list(key, raw)))
        )

    def named(self, key: str) -> dict[str, "Node"]:
        """The mappings under the names under *key*, none where it is not there."""
        if not self.has(key):
            return {}
        inner = self.child(key)
        return {name: inner.child(name) for name in inner.names}

    def table(self, key: str) -> Iterator[Row]:
        """The rows of a text of many lines (`key: |`); empty ones and what follows a ``#`` are left out."""
        raw = self._raw(key, None)
        if raw is None:
            return
        first = raw.start_mark.line + (2 if raw.style in ("|", ">") else 1)
        for number, text in enumerate(self._scalar(key, raw).splitlines()):
            if words := text.split("#")[0].split():
                yield Row(tuple(words), first + number)

    def _list(self, key: str, raw: Any) -> Sequence[Any]:
        if raw.id != "sequence":
            self.fail(key, f"{_shown(raw)} is not a list")
        return list(raw.value)

    def _scalar(self, key: str, raw: Any) -> str:
        if raw.id != "scalar" or raw.tag == _NULL:
            self.fail(key, f"{_shown(raw)} is not a text", line=raw.start_mark.line + 1)
        return str(raw.value)

    def _numbers(self, key: str, raw: Any, count: int | None, low: float, high: float) -> tuple[float, ...]:
        values = tuple(self._number(f"{key}[{i}]", r, low, high, -inf) for i, r in enumerate(self._list(key, raw)))
        if count is not None and len(values) != count:
            self.fail(key, f"has {len(values)} numbers; {count} are needed", line=raw.start_mark.line + 1)
        return values

    def _number(self, key: str, raw: Any, low: float, high: float, above: float) -> float:
        line = raw.start_mark.line + 1
        if raw.id != "scalar" or raw.tag not in (_INT, _FLOAT):
            self.fail(key, f"{_shown(raw)} is not a number", line=line)
        return checked(self, key, str(raw.value), low=low, high=high, above=above, line=line)


def checked(
    node: Node,
    key: str,
    text: str,
    *,
    low: float = -inf,
    high: float = inf,
    above: float = -inf,
    line: int | None = None,
) -> float:
    """*text* as a finite number within its limits, else `BadFile` about *key* of *node*."""
    try:
        value = float(int(text, 0)) if text[:2].lower() in ("0x", "0o") else float(_YAML_ONLY.get(text.lower(), text))
    except (ValueError, OverflowError):  # a hexadecimal number can have more digits than a float
        node.fail(key, f"{text[:60]!r} is not a number", line=line)
    if not isfinite(value):
        node.fail(key, f"{text} is not a finite number", line=line)
    if value < low or value > high:
        node.fail(
            key, f"{text} is {'less' if value < low else 'more'} than {low if value < low else high:g}", line=line
        )
    if value <= above:
        node.fail(key, f"{text} must be more than {above:g}", line=line)
    return value


def read_yaml(path: Path | str) -> Node:
    """The top mapping of the YAML file at *path*.  Raises `BadFile`."""
    try:
        text = Path(path).read_text(encoding="utf-8")
    except FileNotFoundError:
        raise BadFile(path, "there is no such file") from None
    except UnicodeDecodeError as wrong:
        raise BadFile(path, f"is not UTF-8 text ({wrong.reason} at byte {wrong.start}); is it a YAML file?") from None
    except OSError as wrong:
        raise BadFile(path, f"cannot be read: {wrong.strerror}") from None
    return parse_yaml(text, path=str(path))


def parse_yaml(text: str, *, path: str) -> Node:
    """The top mapping of YAML *text* that came from *path*.  Raises `BadFile`."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    if len(text) > _MOST:
        raise BadFile(path, f"has {len(text):,} characters; no more than {_MOST:,} are read")
    try:
        raw = YAML(typ="safe", pure=True).compose(text)
    except MarkedYAMLError as wrong:
        mark = wrong.problem_mark or wrong.context_mark
        said = " ".join(part for part in (wrong.context, wrong.problem) if part)
        raise BadFile(path, f"is not YAML: {said}", line=mark.line + 1 if mark else None) from None
    except YAMLError as wrong:
        raise BadFile(path, f"is not YAML: {str(wrong).splitlines()[0]}") from None
    except RecursionError:
        raise BadFile(path, "is nested too deep to be read") from None
    if raw is None:
        raise BadFile(path, "is empty")
    return Node(path, raw)


def _shown(raw: Any) -> str:
    """What stands there, short enough for a sentence."""
    if raw.id != "scalar":
        return {"mapping": "a mapping", "sequence": "a list"}.get(raw.id, "this")
    if raw.tag == _NULL:
        return "nothing"
    value = str(raw.value)
    return repr(value if len(value) <= 60 else value[:57] + "…")


def _near(key: str, value: str, options: Collection[str]) -> str:
    said = offer(key, value, list(options))
    return f"; {said}" if said.startswith("did you mean") else ""
