"""Numbers and states as the window writes them."""

from datetime import UTC, datetime

import numpy as np

from twin.containers import size
from twin.errors import TwinError
from twin.facts import NavStatus, Status
from twin.units import HOUR, MINUTE, SECOND, text_from_time, time_from_text

DASH = "–"  # a value that is not known
MINUS = "−"
THIN = "\u2009"
GROUPS = {
    "G": "general purpose", "R": "reefer", "H": "insulated", "U": "open top", "P": "flat", "T": "tank", "B": "bulk",
    "V": "ventilated", "S": "named cargo", "A": "air",
}  # ISO 6346 type groups  # fmt: skip
STATUS = {
    Status.IDLE: "idle",
    Status.WORKING: "working",
    Status.MOVING: "moving",
    Status.FAULT: "fault",
    Status.OFF: "off",
    Status.GONE: "gone",
}
AIS = {
    0: "under way", 1: "at anchor", 2: "not under command", 3: "restricted", 4: "constrained by draught", 5: "moored",
    6: "aground", 7: "fishing", 8: "sailing",
}  # ITU-R M.1371 navigational status  # fmt: skip


def number(value: float, decimals: int = 2, unit: str = "") -> str:
    """'1 234.50 m': thin spaces in thousands, a real minus, the unit after a space; a dash for NaN."""
    if not np.isfinite(value):
        return DASH
    text = f"{value:,.{decimals}f}".replace(",", THIN)
    if text.lstrip("-0.") == "":
        text = text.lstrip("-")
    return text.replace("-", MINUS) + (f" {unit}" if unit else "")


def count(value: int) -> str:
    """'18 432'."""
    return number(value, 0)


def tonnes(kg: float) -> str:
    """'24.6 t'; a dash for 0, which says that none is known."""
    return number(kg / 1000, 1, "t") if kg > 0 else DASH


def age(ns: int) -> str:
    """How long ago, coarser the longer: '0.2 s', '47 s', '3 min', '2 h'."""
    if ns < 10 * SECOND:
        return f"{max(ns, 0) / SECOND:.1f} s"
    if ns < 2 * MINUTE:
        return f"{ns // SECOND} s"
    return f"{ns // MINUTE} min" if ns < 2 * HOUR else f"{ns // HOUR} h"


def clock_text(t: int, decimals: int = 0) -> str:
    """'10:41:52' of *t* (ns UTC)."""
    return text_from_time(t, decimals=decimals)[11:].rstrip("Z")


def day_text(t: int) -> str:
    """'1 March 2026' of *t* (ns UTC)."""
    day = datetime.fromtimestamp(t // SECOND, UTC)
    return f"{day.day} {day:%B %Y}"


def stamp(t: int, decimals: int = 1) -> str:
    """'2026-03-01 10:41:52.4 UTC' of *t* (ns UTC): what the time field shows."""
    return text_from_time(t, decimals=decimals).replace("T", " ").rstrip("Z") + " UTC"


def moment_typed(text: str, near: int) -> int:
    """The instant (ns UTC) that *text* means: a whole time, or a time of the day of *near*, or '+30' seconds from it.

    Raises `TwinError`.
    """
    said = text.strip().upper().replace(MINUS, "-").removesuffix("UTC").strip()
    if said[:1] in ("+", "-"):
        try:
            return near + round(float(said.rstrip("S ").replace(" ", "")) * SECOND)
        except ValueError:
            raise TwinError(f"{text!r} is not a time; write 10:41:52, +30 s, or 2026-03-01 10:41:52") from None
    if len(parts := said.split(":")) in (2, 3) and all(p.replace(".", "", 1).isdigit() for p in parts):
        said = f"{text_from_time(near)[:10]}T{parts[0].zfill(2)}:{':'.join(parts[1:])}"
    try:
        return time_from_text(said if said.endswith("Z") or _has_offset(said) else said + "Z")
    except TwinError:
        raise TwinError(f"{text!r} is not a time; write 10:41:52, +30 s, or 2026-03-01 10:41:52") from None


def _has_offset(said: str) -> bool:
    return len(said) > 16 and any(sign in said[16:] for sign in "+-")


def status(value: int) -> str:
    """What a machine says of itself; a dash where it says nothing."""
    return STATUS.get(Status(value), DASH) if value in Status._value2member_map_ else DASH


def sailing(value: int) -> str:
    """What a vessel says of itself: AIS status as `NavStatus`."""
    return "gone" if value == NavStatus.GONE else AIS.get(value - 1, DASH)


def code_in_words(code: str) -> str:
    """'45G1, 40 ft high cube, general purpose'."""
    known = size(code)
    if known is None:
        return "not described"
    feet = (
        "45 ft"
        if 13.5 < known.length < 14
        else f"{known.feet} ft"
        if known.length in (6.058, 12.192)
        else number(known.length, 2, "m")
    )
    tall = " high cube" if known.height >= 2.85 else ""
    return f"{code}, {feet}{tall}, {GROUPS.get(known.group, 'type ' + known.group)}"


def rate_text(rate: float) -> str:
    """'2×', '−0.5×'."""
    return f"{rate:g}×".replace("-", MINUS)
