"""Reads a recording ahead in a thread of its own, so that the timeline shows all of it."""

from pathlib import Path
from threading import Event, Thread

from PySide6.QtCore import QObject, Signal

from twin.clock import rest
from twin.errors import TwinError
from twin.recording import open_recording
from twin.viewer.lanes import Said, survey

SHARE = 0.004  # seconds of rest after each instant, which leaves the interpreter to the window
AT_ONCE = 12  # instants handed over together


class Reader(QObject):
    """Says `found` with instants and the lanes' numbers there."""

    found = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._stop = Event()
        self._thread: Thread | None = None

    def read(self, path: Path) -> None:
        """Read the recording at *path*, and no other any more."""
        self.stop()
        self._stop = Event()
        self._thread = Thread(target=self._run, args=(path, self._stop), name="twin-reader", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Read no further."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(5)
            self._thread = None

    def _run(self, path: Path, stop: Event) -> None:
        try:
            recording = open_recording(path)
            some: list[Said] = []
            for said in survey(recording, lambda: not stop.is_set()):
                some.append(said)
                if len(some) == AT_ONCE:
                    self.found.emit(some)
                    some = []
                rest(SHARE)
            self.found.emit(some)
        except TwinError:
            return  # whoever opened the recording has said what is wrong with it
