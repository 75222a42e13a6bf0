"""Every error raised on purpose, one tree.  A `TwinError` is a sentence for a person, never a traceback."""

from collections.abc import Iterable
from difflib import get_close_matches


class TwinError(Exception):
    """Something the person can put right; its text says what is wrong, where, and what would be right."""


class BadFile(TwinError):
    """A file that cannot be used: `path:line: key: value` and what would be right."""

    def __init__(self, path: object, message: str, *, line: int | None = None, key: str = "") -> None:
        where = f"{path}:{line}" if line else f"{path}"
        super().__init__(f"{where}: {key + ': ' if key else ''}{message}")


class BadMessage(TwinError):
    """A message from a feed that cannot be believed; *kind* is what it is counted under."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


class BadBox(TwinError):
    """A box with a NaN, a negative extent or a direction that is not a unit vector."""


class NoFeed(TwinError):
    """A feed that cannot be opened, or that says nothing."""


class NoRenderer(TwinError):
    """No graphics library can draw here; the text names the packages to install."""


class OutOfReach(TwinError):
    """A place that no crane can get its spreader to; the text says which place and how far they reach."""


class UnknownName(TwinError):
    """A name that nothing here has; the text offers the nearest ones."""

    def __init__(self, what: str, name: str, known: Iterable[str]) -> None:
        super().__init__(f"no {what} named {name!r}; {offer(what, name, list(known))}")


def offer(what: str, name: str, known: list[str]) -> str:
    """'did you mean …' for the near ones of *known*, else the first dozen of them."""
    spelt = {other.casefold(): other for other in known}
    if near := get_close_matches(name.casefold(), spelt, n=3, cutoff=0.6):
        return "did you mean " + " or ".join(spelt[one] for one in near) + "?"
    if not known:
        return f"there is no {what} here at all"
    return f"there are {', '.join(known[:12])}" + (f" and {len(known) - 12} more" if len(known) > 12 else "")
