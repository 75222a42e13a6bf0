"""Keeps None alive.

PySide 6.12 is built as if None could not die, which is so from Python 3.12 on (PEP 683): every call that returns
nothing drops one of its references.  On 3.11 the interpreter would abort after some 20,000 calls: seconds of playing.
"""

import ctypes
import sys

MORE_THAN_EVER = 1 << 40  # references; a thousand calls a frame would use them up in a year


def keep_none() -> None:
    """Give None more references than can be dropped, where it can die."""
    if (
        sys.implementation.name == "cpython"
        and sys.version_info < (3, 12)
        and sys.getrefcount(None) < MORE_THAN_EVER // 2
    ):
        ctypes.c_ssize_t.from_address(id(None)).value += MORE_THAN_EVER
