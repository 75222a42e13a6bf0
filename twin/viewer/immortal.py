"""Keeps None, True and False alive.

PySide 6.12 is built as if they could not die, which is so from Python 3.12 on (PEP 683): every call that returns one
may drop one of its references.  On 3.11 the interpreter would abort for want of None after some 20,000 calls, seconds
of playing, and for want of True after five minutes of a live feed.
"""

import ctypes
import sys

CONSTANTS = (None, True, False)
MORE_THAN_EVER = 1 << 40  # references; a thousand calls a frame would use them up in a year


def keep_constants() -> None:
    """Give the constants more references than can be dropped, where they can die."""
    if sys.implementation.name != "cpython" or sys.version_info >= (3, 12):
        return
    for constant in CONSTANTS:
        if sys.getrefcount(constant) < MORE_THAN_EVER // 2:
            ctypes.c_ssize_t.from_address(id(constant)).value += MORE_THAN_EVER
