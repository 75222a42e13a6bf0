"""Runs the window until it is closed.  Imports Qt and VTK: `renderer.prepare` has chosen what draws."""

import signal
import sys
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from twin.session import Session
from twin.viewer.immortal import keep_none
from twin.viewer.style import font
from twin.viewer.window import Window


def application() -> QApplication:
    """The one application of this process."""
    keep_none()
    found = QApplication.instance()
    made = found if isinstance(found, QApplication) else QApplication(["twin"])
    made.setStyle("Fusion")
    made.setFont(font())
    return made


def run(session: Session | None, path: Path | None, *, seconds: float | None) -> None:
    """Run the window on *session*, of the file *path*, until it is closed, or for *seconds*."""
    app = application()
    window = Window()
    window.show()
    if session is not None:
        window.watch(session, path)
    if seconds is not None:
        QTimer.singleShot(round(seconds * 1000), window.close)
    signal.signal(signal.SIGINT, lambda *_: window.close())
    app.exec()
    sys.stdout.flush()
