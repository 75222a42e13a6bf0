"""How verbs print: tables and JSON to stdout, talk and progress to stderr."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from textwrap import fill
from typing import Any

import msgspec
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from twin.errors import TwinError


def say(sentence: str) -> None:
    """A sentence to stderr."""
    print(sentence, file=sys.stderr, flush=True)


def as_json(value: Any) -> None:
    """*value* to stdout as JSON."""
    print(msgspec.json.format(msgspec.json.encode(value)).decode())


def table(headers: Sequence[str], rows: Iterable[Sequence[object]], *, title: str = "") -> None:
    """A plain table to stdout; numbers to the right."""
    out = Console(soft_wrap=False, highlight=False, width=None if sys.stdout.isatty() else 160)
    drawn = Table(title=title or None, box=None, pad_edge=False, title_justify="left", title_style="bold")
    rows = [list(row) for row in rows]
    for i, header in enumerate(headers):
        numeric = bool(rows) and all(isinstance(row[i], int | float) for row in rows)
        drawn.add_column(header, justify="right" if numeric else "left", no_wrap=True)
    for row in rows:
        drawn.add_row(*(f"{cell:.2f}" if isinstance(cell, float) else str(cell) for cell in row))
    out.print(drawn)


def pairs(values: dict[str, object]) -> None:
    """Names and values to stdout, a line each, long ones wrapped below themselves."""
    wide = max((len(name) for name in values), default=0) + 2
    for name, value in values.items():
        print(fill(f"{name:<{wide}}{value}", 118, subsequent_indent=" " * wide, break_on_hyphens=False))


def within(name: str, value: float, low: float, high: float, unit: str = "") -> float:
    """*value* of option *name*, which must be a number from *low* to *high*.  Raises `TwinError`."""
    if not low <= value <= high:
        raise TwinError(f"{name} {value:g}: write a number from {low:g} to {high:g}{' ' + unit if unit else ''}")
    return value


@contextmanager
def progress(what: str) -> Iterator["Bar"]:
    """A progress bar on stderr while something long runs."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as drawn:
        yield Bar(drawn, what)


class Bar:
    """Call it with a share done, 0 to 1."""

    def __init__(self, drawn: Progress, what: str) -> None:
        self._drawn, self._task = drawn, drawn.add_task(what, total=1.0)

    def __call__(self, share: float) -> None:
        self._drawn.update(self._task, completed=share)
