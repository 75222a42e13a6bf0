"""Runs the window until it is closed.  Imports Qt and VTK: `renderer.prepare` has chosen what draws."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from twin.session import Session
from twin.viewer.immortal import keep_constants
from twin.viewer.style import font
from twin.viewer.window import Window

ENDING = (signal.SIGINT, signal.SIGTERM)
ASKED_TICK = 50  # milliseconds


def application() -> QApplication:
    """The one application of this process."""
    keep_constants()
    found = QApplication.instance()
    made = found if isinstance(found, QApplication) else QApplication(["twin"])
    made.setStyle("Fusion")
    made.setFont(font())
    return made


def run(session: Session | None, path: Path | None, *, seconds: float | None) -> None:
    """Run the window on *session*, of the file *path*, until it is closed, or for *seconds*.

    Ctrl-C closes it too and then raises `KeyboardInterrupt`; a request to end (SIGTERM) raises `SystemExit`.
    """
    with signals_noted() as asked:
        _run_window(session, path, seconds, asked)
    sys.stdout.flush()
    if signal.SIGINT in asked:
        raise KeyboardInterrupt
    if asked:
        raise SystemExit(128 + asked[0])


def _run_window(session: Session | None, path: Path | None, seconds: float | None, asked: list[int]) -> None:
    app = application()
    window = Window()
    window.show()
    if session is not None:
        window.watch(session, path)
    if seconds is not None:
        QTimer.singleShot(round(seconds * 1000), window.close)
    watch = QTimer()
    watch.timeout.connect(lambda: app.closeAllWindows() if asked else None)  # an open file dialog first
    watch.start(ASKED_TICK)
    app.exec()
    watch.stop()


@contextmanager
def signals_noted() -> Iterator[list[int]]:
    """While inside, SIGINT and SIGTERM are only added to what this yields.

    Python runs a handler between any two lines: closing the window there could take VTK's picture away in the middle
    of a paint, which ends the process on the spot.
    """
    asked: list[int] = []
    before = {number: signal.signal(number, lambda got, _: asked.append(got)) for number in ENDING}
    try:
        yield asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
