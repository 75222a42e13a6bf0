"""Text <-> ns UTC, degrees <-> radians; only at the edge.  Inside, time is an int: nanoseconds UTC."""

import re
from datetime import UTC, datetime

from twin.errors import TwinError

MS = 1_000_000  # nanoseconds in a millisecond, the step in which facts are told
SECOND = 1_000_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE

_STAMP = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d)?)(?:\.(\d{1,9}))?(Z|[+-]\d\d:?\d\d)?")


def time_from_text(text: str) -> int:
    """Nanoseconds UTC of an ISO 8601 time with its UTC offset.  Raises `TwinError`."""
    found = _STAMP.fullmatch(text.strip())
    if not found:
        raise TwinError(f"{text!r} is not a time; write e.g. 2026-03-01T06:00Z")
    day, clock, fraction, zone = found.groups()
    if not zone:
        raise TwinError(f"{text!r} has no UTC offset; write e.g. {text}Z or {text}+02:00")
    return _whole_seconds(text, f"{day}T{clock}{'+00:00' if zone == 'Z' else zone}") + int(
        (fraction or "0").ljust(9, "0")
    )


def _whole_seconds(text: str, stamp: str) -> int:
    try:
        return int(datetime.fromisoformat(stamp).timestamp()) * SECOND
    except ValueError as wrong:
        raise TwinError(f"{text!r} is not a time: {wrong}; write e.g. 2026-03-01T06:00Z") from None


def text_from_time(t: int, *, decimals: int = 3) -> str:
    """ISO 8601 UTC text of *t* (ns), cut, not rounded, to *decimals* of a second (0 to 9)."""
    whole, rest = divmod(int(t), SECOND)
    stamp = datetime.fromtimestamp(whole, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{stamp}.{rest:09d}"[: len(stamp) + 1 + decimals].rstrip(".") + "Z"


def seconds(t: int) -> float:
    """Nanoseconds as seconds."""
    return t / SECOND


def ns(seconds: float) -> int:
    """Seconds as whole nanoseconds."""
    return round(seconds * SECOND)


def speed_from_mpm(metres_per_minute: float) -> float:
    """m/s of the crane maker's m/min."""
    return metres_per_minute / 60
