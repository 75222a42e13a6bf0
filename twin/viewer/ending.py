"""Ctrl-C and the request to end, while Qt and VTK are at work."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager

ENDING = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def ended_between_frames() -> Iterator[list[int]]:
    """While inside, SIGINT and SIGTERM are only added to what this yields; they are raised at its end.

    Python runs a handler between any two lines: closing the window there could take VTK's picture away in the middle
    of a paint, and an exception while Qt is being imported ends the process on the spot.  Raises `KeyboardInterrupt`
    or, for SIGTERM, `SystemExit`.
    """
    asked: list[int] = []
    before = {number: signal.signal(number, lambda got, _: asked.append(got)) for number in ENDING}
    try:
        yield asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    if signal.SIGINT in asked:
        raise KeyboardInterrupt
    if asked:
        raise SystemExit(128 + asked[0])
