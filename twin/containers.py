"""ISO 6346 numbers and size/type codes, ISO 668 sizes, the 20/40/45 rules.

Lengths, widths and heights are metres, external.
Source: ISO 668 and ISO 6346:1995/Amd 3:2012 (bic-code.org/size-type-code).
"""

import re
from dataclasses import dataclass
from functools import cache

# Letter values, multiples of 11 skipped.
LETTERS = dict(zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", (n for n in range(10, 39) if n % 11), strict=True))
LENGTHS = {
    "1": 2.991,
    "2": 6.058,
    "3": 9.125,
    "4": 12.192,
    "A": 7.150,
    "B": 7.315,
    "C": 7.430,
    "D": 7.450,
    "E": 7.820,
    "F": 8.100,
    "G": 12.500,
    "H": 13.106,
    "K": 13.600,
    "L": 13.716,
    "M": 14.630,
    "N": 14.935,
    "P": 16.154,
}  # ISO 6346 first size character
_ISO, _PALLET, _WIDE = 2.438, 2.5, 2.55  # widths: ISO; over 2.438 up to 2.5; over 2.5 (2.55 is EU 96/53's road limit)
WIDTHS_HEIGHTS = {
    "0": (_ISO, 2.438),
    "2": (_ISO, 2.591),
    "4": (_ISO, 2.743),
    "5": (_ISO, 2.896),
    "6": (_ISO, 2.926),
    "8": (_ISO, 1.295),
    "9": (_ISO, 1.219),
    "C": (_PALLET, 2.591),
    "D": (_PALLET, 2.743),
    "E": (_PALLET, 2.896),
    "F": (_PALLET, 2.926),
    "L": (_WIDE, 2.591),
    "M": (_WIDE, 2.743),
    "N": (_WIDE, 2.896),
    "P": (_WIDE, 2.926),
}  # ISO 6346 second size character; "6", "F" and "P" say only "over 2.896"

TEU = (6.058, 2.438, 2.591)  # metres, external length, width, height.  ISO 668, type 1CC.
GAP_20_20 = 0.076  # metres between two 20' boxes in a 40' place.  ISO 668: 2 x 6.058 + 0.076 = 12.192
POSTS_45 = 0.762  # metres from each end of a 45' box to its posts, which stand at the 40' position.  ISO 668
NOMINAL_HEIGHT = 2.591  # metres; stands in for a box that nobody described


@dataclass(frozen=True)
class Size:
    """What a size/type code says: metres, and the type group ('G', 'R', …)."""

    length: float
    width: float
    height: float
    group: str

    @property
    def feet(self) -> int:
        """The kind of place it needs: 20 or 40 (a 45' stands on the 40' posts), by its length."""
        return 20 if self.length < 9.0 else 40


@cache
def size(code: str) -> Size | None:
    """The `Size` of an ISO 6346 code such as '22G1', or None where the code is not one."""
    code = code.upper()
    if len(code) < 2 or code[0] not in LENGTHS or code[1] not in WIDTHS_HEIGHTS:
        return None
    width, height = WIDTHS_HEIGHTS[code[1]]
    return Size(LENGTHS[code[0]], width, height, code[2:3] or "G")


def check_digit(number: str) -> int | None:
    """ISO 6346 check digit of an owner code and serial ('CSQU305438'), or None where it is not one."""
    if not re.fullmatch(r"[A-Z]{4}\d{6}", number[:10]):
        return None
    total = sum((LETTERS.get(c) or int(c)) * (1 << i) for i, c in enumerate(number[:10]))
    return total % 11 % 10


def proper_number(number: str) -> bool:
    """Whether *number* is a whole ISO 6346 container number with the right check digit."""
    return bool(re.fullmatch(r"[A-Z]{3}[UJZ]\d{7}", number)) and check_digit(number) == int(number[10])


def numbered(owner: str, serial: int) -> str:
    """The container number of *owner* ('MSKU') and *serial*, check digit added."""
    stem = f"{owner}{serial % 1_000_000:06d}"
    return f"{stem}{check_digit(stem)}"
