"""The transport bar: play, step, speed, and the time, which can be typed."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from twin.errors import TwinError
from twin.viewer.player import SPEEDS, nearest_speed
from twin.viewer.style import Look, font
from twin.viewer.tokens import SIZES
from twin.viewer.widgets import Button, Combo, Pill, bar, label, rule
from twin.viewer.words import moment_typed, rate_text, stamp

BUTTONS = (
    ("start", "start", "To the start (Home)"),
    ("back", "step_back", "One second back (Left; Shift 10 s, Alt one frame)"),
    ("play", "play", "Play or pause (Space)"),
    ("on", "step_on", "One second on (Right; Shift 10 s, Alt one frame)"),
    ("end", "end", "To the end (End)"),
)


class Transport(QWidget):
    """Says `pressed` with a button's name, `typed` with an instant, `paced` with a rate, `refused` with a sentence."""

    pressed = Signal(str)
    typed = Signal(object)
    paced = Signal(float)
    refused = Signal(str)

    def __init__(self, look: Look) -> None:
        super().__init__()
        strip, line = bar(SIZES.transport, "transport")
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(strip)
        self.buttons: dict[str, Button] = {}
        for name, picture, tip in BUTTONS:
            button = Button(look, picture, role="main" if name == "play" else "", tip=tip)
            button.clicked.connect(lambda _=False, name=name: self.pressed.emit(name))
            self.buttons[name] = button
            line.addWidget(button)
        line.addSpacing(6)
        line.addWidget(rule())
        line.addSpacing(6)
        self.speed = Combo(look, "Speed")
        self.speed.addItems([rate_text(rate) for rate in SPEEDS])
        self.speed.setCurrentIndex(SPEEDS.index(1.0))
        self.speed.setFixedWidth(84)
        self.speed.setToolTip("Speed (J slower or backwards, L faster)")
        self.speed.activated.connect(lambda i: self.paced.emit(SPEEDS[i]))
        line.addWidget(label("Speed", tone="3"))
        line.addWidget(self.speed)
        line.addSpacing(6)
        self.field = QLineEdit()
        self.field.setFont(font(SIZES.body, mono=True))
        self.field.setFixedWidth(204)
        self.field.setAccessibleName("Time shown, UTC")
        self.field.setToolTip("The time shown; type 10:41:52, +30 s, or 2026-03-01 10:41:52")
        self.field.returnPressed.connect(self._typed)
        line.addWidget(self.field)
        self.state = Pill(look)
        self.state.hide()
        line.addWidget(self.state)
        line.addStretch()
        self.whole = Button(look, "closest", tip="See the whole recording in the timeline")
        line.addWidget(self.whole)
        self._t = 0

    def show_time(self, t: int) -> None:
        """Write *t* (ns UTC), unless the person is typing."""
        self._t = t
        if not self.field.hasFocus() or not self.field.isModified():
            text = stamp(t)
            if text != self.field.text():
                self.field.setText(text)

    def show_state(self, *, playing: bool, rate: float, can_seek: bool, anything: bool) -> None:
        """Show what the clock does; only a recording can be sought in."""
        for button in self.buttons.values():
            button.setEnabled(can_seek)
        self.buttons["play"].show_picture("pause" if playing and can_seek else "play")
        self.speed.setEnabled(can_seek)
        self.speed.setCurrentIndex(nearest_speed(rate))
        self.field.setReadOnly(not can_seek)
        self.whole.setEnabled(can_seek)
        self.field.setVisible(anything)

    def _typed(self) -> None:
        try:
            t = moment_typed(self.field.text(), self._t)
        except TwinError as wrong:
            self._mark(bad=True)
            self.refused.emit(str(wrong))
            return
        self._mark(bad=False)
        self.field.setModified(False)
        self.field.clearFocus()
        self.typed.emit(t)

    def leave(self) -> None:
        """Give up what was typed."""
        self._mark(bad=False)
        self.field.setModified(False)
        self.field.clearFocus()
        self.show_time(self._t)

    def _mark(self, *, bad: bool) -> None:
        self.field.setProperty("bad", bad)
        self.field.style().polish(self.field)
