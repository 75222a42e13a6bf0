"""What is wrong in a scenario, and the words for it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NoReturn

from twin.errors import offer
from twin.simulate.scenario import Scenario


@dataclass(frozen=True)
class Wrong:
    """What is wrong at *key* of the *index*-th entry of *section*; '' and -1: of the file itself."""

    section: str
    index: int
    key: str
    message: str

    @property
    def where(self) -> str:
        """The dotted way to it, e.g. ``calls[2].berth``."""
        entry = f"{self.section}[{self.index}]" if self.index >= 0 else self.section
        return ".".join(part for part in (entry, self.key) if part)


Complain = Callable[[Wrong], NoReturn]


def clock(seconds: float) -> str:
    """Seconds as scenario files write them: -0:20, 1:05, 1:05:30."""
    whole = round(abs(seconds))
    text = f"{whole // 3600}:{whole // 60 % 60:02d}" + (f":{whole % 60:02d}" if whole % 60 else "")
    return ("-" if seconds < 0 and whole else "") + text


def none_named(what: str, name: str, known: Iterable[str]) -> str:
    """That there is no such *what*, and what there is."""
    return f"no {what} is named {name!r}; {offer(what, name, list(known))}"


def early(seconds: float, scenario: Scenario) -> str:
    """That something is too early, or nothing."""
    first = -scenario.warm_up
    return f"{clock(seconds)} is before the warm-up begins, {clock(first)}" if seconds < first else ""


def late(seconds: float, scenario: Scenario) -> str:
    """That something is too late, or nothing."""
    last = scenario.hours * 3600
    return f"{clock(seconds)} is after the scenario's end, {clock(last)}" if seconds > last else ""
