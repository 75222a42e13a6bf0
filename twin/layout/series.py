"""Names in series: ``A01..A26`` is twenty-six names, as is a list of twenty-six."""

import re

from twin.layout.grammar import MOST_NAMES

_LONGEST = 64  # characters of a name


class BadNames(ValueError):
    """A series that cannot be read; its text says what would be right.  Never leaves this package."""


def spelled(text: str) -> tuple[str, ...]:
    """The names *text* stands for: one, or those between the two that ``..`` joins.  Raises `BadNames`."""
    if ".." not in text:
        return (named(text),)
    ends = text.split("..")
    if len(ends) != 2:
        raise BadNames(f"{text!r} is not a series; write e.g. A01..A26")
    first, last = (re.split(r"(\d+)", named(end.strip())) for end in ends)
    odd = [i for i, (a, b) in enumerate(zip(first, last)) if a != b]
    if len(first) != len(last) or len(odd) > 1 or any(i % 2 == 0 for i in odd):
        raise BadNames(f"{text!r} is not a series: its ends must differ in one number only; write e.g. A01..A26")
    return tuple(_counted(text, first, last, odd[0] if odd else None))


def _counted(text: str, first: list[str], last: list[str], at: int | None) -> list[str]:
    if at is None:
        return ["".join(first)]
    low, high = int(first[at]), int(last[at])
    if high < low:
        raise BadNames(f"{text!r} counts down; write the smaller number first")
    if high - low >= MOST_NAMES:
        raise BadNames(f"{text!r} has {high - low + 1:,} names; a series has {MOST_NAMES:,} at most")
    width = len(first[at])
    return ["".join([*first[:at], f"{n:0{width}d}", *first[at + 1 :]]) for n in range(low, high + 1)]


def named(text: str) -> str:
    """*text* as a name: something to see, not too long, on one line.  Raises `BadNames`."""
    if not text.strip() or len(text) > _LONGEST or not text.isprintable():
        raise BadNames(f"{text[:_LONGEST]!r} is not a name; write 1 to {_LONGEST} letters, digits or signs")
    return text
