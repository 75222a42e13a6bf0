"""Runs the window until it is closed.  Imports Qt and VTK: `renderer.prepare` has chosen what draws."""

import signal
import sys
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from twin.opened import open_session
from twin.units import text_from_time
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


def run(
    path: Path | str | None, *, feed: str | None, at: int | str | None, speed: float, seconds: float | None
) -> None:
    """Open the window on *path* and run it.  Raises `TwinError` where the file cannot be used."""
    when = text_from_time(at) if isinstance(at, int) else at or ""
    session = open_session(Path(path), feed or "", at=when, speed=speed) if path is not None else None
    app = application()
    window = Window()
    window.show()
    if session is not None:
        window.watch(session, Path(path) if path is not None else None)
    if seconds is not None:
        QTimer.singleShot(round(seconds * 1000), window.close)
    signal.signal(signal.SIGINT, lambda *_: window.close())
    app.exec()
    sys.stdout.flush()
