"""Cards on the 3D picture: banner, coordinates, scale, keys.  Alike in both themes, because the picture is the same."""

# ruff: noqa: N802  (Qt's own names)

from math import floor, log10

from PySide6.QtCore import QPoint, QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QSizePolicy, QToolButton, QWidget

from twin.viewer.commands import COMMANDS
from twin.viewer.icons import icon
from twin.viewer.shapes import draw_shape
from twin.viewer.style import Look, font
from twin.viewer.tokens import PICTURE_OPACITY, SIZES
from twin.viewer.widgets import label


class Card(QWidget):
    """A dark rounded ground that lets the picture through a little and the mouse through wholly."""

    def __init__(self, parent: QWidget, look: Look) -> None:
        super().__init__(parent)
        self._view = parent
        self._look = look
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._look.colour("picture", PICTURE_OPACITY))
        painter.drawRoundedRect(QRectF(self.rect()), 3, 3)
        self.paint_more(painter)
        painter.end()

    def paint_more(self, painter: QPainter) -> None:
        """What a card draws on its ground."""


class TextCard(Card):
    """One or two lines of figures."""

    def __init__(self, parent: QWidget, look: Look) -> None:
        super().__init__(parent, look)
        self.lines: tuple[str, ...] = ()
        self.setFont(font(SIZES.body, mono=True))
        self.hide()

    def say(self, *lines: str) -> None:
        """Show *lines*; none hides the card."""
        if lines != self.lines:
            self.lines = lines
            metrics = self.fontMetrics()
            wide = max((metrics.horizontalAdvance(line) for line in lines), default=0)
            self.resize(wide + 20, 18 * len(lines) + 8)
            self.setVisible(bool(lines))
            self.update()

    def paint_more(self, painter: QPainter) -> None:
        painter.setFont(self.font())
        for i, line in enumerate(self.lines):
            painter.setPen(self._look.colour("picture.text" if i == 0 else "picture.text.2"))
            painter.drawText(10, 4 + 18 * i, self.width() - 10, 18, Qt.AlignmentFlag.AlignVCenter, line)


class ScaleCard(Card):
    """A bar of round length, true at the focus of the view."""

    def __init__(self, parent: QWidget, look: Look) -> None:
        super().__init__(parent, look)
        self._metres, self._pixels = 0.0, 0
        self.setFont(font(SIZES.secondary))

    def show_scale(self, metres_per_pixel: float) -> None:
        """Choose the round length nearest to 120 px."""
        metres = round_length(metres_per_pixel * 120)
        pixels = round(metres / metres_per_pixel)
        if (metres, pixels) != (self._metres, self._pixels):
            self._metres, self._pixels = metres, pixels
            self.resize(pixels + 32 + self.fontMetrics().horizontalAdvance(self._text), 26)
            self.update()

    @property
    def _text(self) -> str:
        return f"{self._metres:g} m at focus"

    def paint_more(self, painter: QPainter) -> None:
        painter.setPen(QPen(self._look.colour("picture.text"), 1.4))
        left, right, y = 10, 10 + self._pixels, 13
        painter.drawLine(left, y, right, y)
        for x in (left, right):
            painter.drawLine(x, y - 4, x, y + 4)
        painter.setFont(self.font())
        painter.drawText(right + 10, 0, 200, 26, Qt.AlignmentFlag.AlignVCenter, self._text)


def round_length(metres: float) -> float:
    """The largest of 1, 2, 5 times a power of ten up to *metres*."""
    step = 10.0 ** floor(log10(max(metres, 1e-3)))
    return max(step * n for n in (1, 2, 5) if step * n <= max(metres, 1e-3))


class Banner(QWidget):
    """A sentence in the view with its shape and a way to close it; never a dialog."""

    closed = Signal()

    def __init__(self, parent: QWidget, look: Look) -> None:
        super().__init__(parent)
        self._view, self._look, self._verdict = parent, look, "warn"
        line = QHBoxLayout(self)
        line.setContentsMargins(34, 6, 6, 6)
        self.text = label(weight=500)
        self.text.setWordWrap(True)
        self.text.setTextFormat(Qt.TextFormat.PlainText)
        self.text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.button = QToolButton()
        self.button.setIcon(icon("cross", look.colour("picture.text.2")))
        self.button.setAccessibleName("Close the message")
        self.button.clicked.connect(self.close_it)
        line.addWidget(self.text, 1)
        line.addWidget(self.button)
        look.changed.connect(self._paint_text)
        self._paint_text()
        self.hide()

    def say(self, text: str, verdict: str = "warn") -> None:
        """Show the sentence *text* with the shape of *verdict*."""
        self._verdict = verdict
        self.text.setText(text)
        self.fit()
        self.show()
        self.raise_()

    def close_it(self) -> None:
        """Take the banner away."""
        self.hide()
        self.closed.emit()

    def fit(self) -> None:
        """As wide as the sentence needs, at most the view."""
        parent = self._view
        room = min(max(parent.width() - 24, 240), 760)
        wanted = self.text.fontMetrics().horizontalAdvance(self.text.text()) + 84
        wide = min(wanted, room)
        self.setFixedWidth(wide)
        self.text.setFixedWidth(wide - 76)
        self.resize(wide, max(self.text.heightForWidth(wide - 76) + 14, 34))
        self.move(12, 12)

    def _paint_text(self) -> None:
        self.text.setStyleSheet(f"color: {self._look.theme['picture.text']};")

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._look.colour("picture", 0.92))
        token = {"fail": "picture.fail", "warn": "picture.warn"}.get(self._verdict, "picture.accent")
        painter.fillRect(0, 0, 3, self.height(), self._look.colour(token))
        draw_shape(painter, self._look, self._verdict, QRectF(13, self.height() / 2 - 6.5, 13, 13))
        painter.end()


class KeysCard(Card):
    """All commands with their keys, on demand."""

    def __init__(self, parent: QWidget, look: Look) -> None:
        super().__init__(parent, look)
        grid = QGridLayout(self)
        grid.setContentsMargins(20, 16, 20, 16)
        grid.setHorizontalSpacing(20)
        keyed = [command for command in COMMANDS if command.keys]
        half = (len(keyed) + 1) // 2
        for i, command in enumerate(keyed):
            key, text = label(" or ".join(command.keys), mono=True), label(command.text)
            for made, token in ((key, "picture.text"), (text, "picture.text.2")):
                made.setStyleSheet(f"color: {look.theme[token]};")
            grid.addWidget(key, i % half, i // half * 2)
            grid.addWidget(text, i % half, i // half * 2 + 1)
        self.hide()

    def toggle(self) -> None:
        """Show or hide."""
        self.adjustSize()
        parent = self._view
        self.move(QPoint((parent.width() - self.width()) // 2, max((parent.height() - self.height()) // 2, 0)))
        self.setVisible(not self.isVisible())
        self.raise_()
