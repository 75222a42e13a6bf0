"""Small widgets the panels share: buttons, combos, labels, pills, headers."""

# ruff: noqa: N802  (Qt's own names)

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QLabel, QToolButton, QWidget

from twin.viewer.icons import icon
from twin.viewer.shapes import draw_shape
from twin.viewer.style import Look, font
from twin.viewer.tokens import SIZES


class Button(QToolButton):
    """A button with an icon of the theme's colour; Space presses it when it has the focus."""

    def __init__(self, look: Look, picture: str = "", text: str = "", *, role: str = "", tip: str = "") -> None:
        super().__init__()
        self._look, self._picture = look, picture
        self.setText(text)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setProperty("role", role)
        self.setAccessibleName(text or tip)
        self.setToolTip(tip)
        self.setIconSize(QSize(16, 16))
        self.setToolButtonStyle(
            Qt.ToolButtonStyle.ToolButtonTextBesideIcon if picture and text
            else Qt.ToolButtonStyle.ToolButtonIconOnly if picture else Qt.ToolButtonStyle.ToolButtonTextOnly
        )  # fmt: skip
        look.changed.connect(self.tint)
        self.toggled.connect(self.tint)
        self.tint()

    def show_picture(self, picture: str) -> None:
        """Carry the icon called *picture* from now on."""
        if picture != self._picture:
            self._picture = picture
            self.tint()

    def tint(self) -> None:
        """Colour the icon as the theme says."""
        if self._picture:
            token = "accent.on" if self.property("role") == "main" else "accent" if self.isChecked() else "text.2"
            self.setIcon(icon(self._picture, self._look.colour(token), self._look.colour("line.strong")))

    def event(self, event: QEvent) -> bool:
        if (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.ShortcutOverride
            and event.key() == Qt.Key.Key_Space
        ):
            event.accept()
            return True
        return super().event(event)


class Combo(QComboBox):
    """A combo box with the theme's chevron."""

    def __init__(self, look: Look, name: str) -> None:
        super().__init__()
        self._look = look
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self._look.colour("text.2"), 1.4, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        x, y = self.width() - 14.0, self.height() / 2
        painter.drawPolyline(QPolygonF([QPointF(x, y - 2), QPointF(x + 4, y + 2), QPointF(x + 8, y - 2)]))
        painter.end()


class Pill(QWidget):
    """A state in words on its tinted ground, with its shape: colour alone never says it."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look, self._text, self._tone, self._shape = look, "", "unknown", True
        self.setFont(font(SIZES.secondary, weight=600))
        self.setFixedHeight(18)
        look.changed.connect(self.update)

    @property
    def text(self) -> str:
        return self._text

    def say(self, text: str, tone: str, *, shape: bool = True) -> None:
        """Show *text* in *tone*: a verdict, or 'accent'."""
        if (text, tone, shape) != (self._text, self._tone, self._shape):
            self._text, self._tone, self._shape = text, tone, shape
            self.setAccessibleName(text)
            self.setFixedWidth(self.fontMetrics().horizontalAdvance(text) + (32 if shape else 18))
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._look.colour(f"{self._tone}.bg"))
        painter.drawRoundedRect(QRectF(self.rect()), 9, 9)
        left = 9
        if self._shape:
            draw_shape(painter, self._look, self._tone, QRectF(8, 3.5, 11, 11))
            left = 24
        painter.setPen(self._look.colour(self._tone))
        painter.drawText(self.rect().adjusted(left, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, self._text)
        painter.end()


def label(text: str = "", *, tone: str = "", px: float = SIZES.body, weight: int = 400, mono: bool = False) -> QLabel:
    """A line of text; *tone* '2' and '3' are quieter."""
    made = QLabel(text)
    made.setFont(font(px, weight=weight, mono=mono))
    if tone:
        made.setProperty("tone", tone)
    return made


def rule() -> QFrame:
    """An upright line between groups."""
    made = QFrame()
    made.setProperty("role", "rule")
    made.setFixedHeight(16)
    return made


def bar(
    height: int, name: str = "", *, ground: str = "bar", margin: int = SIZES.padding
) -> tuple[QWidget, QHBoxLayout]:
    """A strip of fixed height and its layout."""
    strip = QWidget()
    strip.setObjectName(name)
    strip.setProperty("ground", ground)
    strip.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
    strip.setFixedHeight(height)
    line = QHBoxLayout(strip)
    line.setContentsMargins(margin, 0, margin, 0)
    line.setSpacing(6)
    return strip, line
