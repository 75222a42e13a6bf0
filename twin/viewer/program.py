"""Runs the window until it is closed.  Imports Qt and VTK: `renderer.prepare` has chosen what draws."""

import sys
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from twin.session import Session
from twin.viewer.immortal import keep_constants
from twin.viewer.style import font
from twin.viewer.window import Window

ASKED_TICK = 50  # milliseconds


def application() -> QApplication:
    """The one application of this process."""
    keep_constants()
    found = QApplication.instance()
    made = found if isinstance(found, QApplication) else QApplication(["twin"])
    made.setStyle("Fusion")
    made.setFont(font())
    return made


def run(session: Session | None, path: Path | None, *, seconds: float | None, asked: Sequence[int] = ()) -> None:
    """Run the window on *session*, of the file *path*, until it is closed, for *seconds*, or until *asked* is not empty
    any more.
    """
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
    sys.stdout.flush()
