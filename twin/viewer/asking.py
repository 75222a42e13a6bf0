"""Questions answered off the window's thread, the newest of each kind only."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from PySide6.QtCore import QObject, Signal

from twin.errors import TwinError

Answer = Callable[[Any], None]


class Asker(QObject):
    """Runs one question at a time in a thread of its own and hands the answer back in the window's thread.

    Of several questions with one key that wait, only the newest is run: frames are left out, never queued.
    """

    failed = Signal(str)
    _answered = Signal(str, object, object)

    def __init__(self) -> None:
        super().__init__()
        self._pool = ThreadPoolExecutor(1, "twin-asker")
        self._waiting: dict[str, tuple[Callable[[], Any], Answer]] = {}
        self._running = ""
        self._closed = False
        self._answered.connect(self._hand_over)

    @property
    def idle(self) -> bool:
        return not self._running and not self._waiting

    def ask(self, key: str, question: Callable[[], Any], answer: Answer) -> None:
        """Run *question* soon and call *answer* with what it returns; a waiting one with the same *key* is dropped."""
        self._waiting[key] = question, answer
        self._next()

    def close(self) -> None:
        """Answer nothing more; what runs now ends by itself."""
        self._closed = True
        self._waiting.clear()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _next(self) -> None:
        if self._running or not self._waiting or self._closed:
            return
        key = next(iter(self._waiting))
        question, answer = self._waiting.pop(key)
        self._running = key
        future: Future[Any] = self._pool.submit(question)
        future.add_done_callback(lambda done: self._answered.emit(key, done, answer))

    def _hand_over(self, _key: str, done: Future[Any], answer: Answer) -> None:
        self._running = ""
        if self._closed or done.cancelled():
            return
        try:
            answer(done.result())
        except TwinError as wrong:
            self.failed.emit(str(wrong))
        finally:
            self._next()
