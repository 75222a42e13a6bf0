"""The timeline, painted: a ruler, lanes over time, and the one cursor.  Drag scrubs, the wheel stretches."""

# ruff: noqa: N802  (Qt's own names)

import numpy as np
from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap, QPolygonF, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from twin.units import MINUTE, SECOND
from twin.viewer.lanes import Lane, new_lanes, tick_step
from twin.viewer.style import Look, font
from twin.viewer.tokens import SIZES
from twin.viewer.words import clock_text, day_text, number

RULER, GAP = 26, 4
LEAST_LANE, MOST_LANE = 28, 56
SHORTEST = 10 * SECOND  # the least span the wheel stretches to
VALUE_HOLDS = 10 * SECOND  # how long the last number said stands beside the name


class Timeline(QWidget):
    """Shows *start* to *end* (ns UTC), of which *view* is seen; says `sought` when the person points at an instant."""

    sought = Signal(object)

    def __init__(self, look: Look, first_column: int) -> None:
        super().__init__()
        self._look, self.first_column = look, first_column
        self.lanes = new_lanes()
        self.start = self.end = self.t = 0
        self.view = (0, 0)
        self.live = False
        self._ground: QPixmap | None = None
        self._scrubbing = False
        self.setMouseTracking(True)
        self.setAccessibleName("Timeline")
        look.changed.connect(self.redraw)

    # -- what it shows

    def open(self, start: int, end: int, *, live: bool) -> None:
        """Begin anew with the span of another file or feed."""
        self.lanes, self.live = new_lanes(live=live), live
        self.start, self.end, self.t, self.view = start, end, start, (start, end)
        self.redraw()

    def show_time(self, t: int) -> None:
        """Move the cursor to *t*; the view goes along where the cursor would leave it."""
        if t != self.t:
            self.t = t
            self._follow()
            self.update()

    def stretch(self, start: int, end: int) -> None:
        """Live: the span has grown."""
        self.start, self.end = start, end
        if self.live:
            self.view = (start, end)
        self.redraw()

    def whole(self) -> None:
        """See all of it."""
        self.view = (self.start, self.end)
        self.redraw()

    def redraw(self) -> None:
        """Paint all anew: the theme, the span or the numbers have changed."""
        self._ground = None
        self.update()

    def _follow(self) -> None:
        start, end = self.view
        if not start <= self.t <= end and not self._scrubbing and end > start:
            span = end - start
            first = min(max(self.t - span // 10, self.start), max(self.end - span, self.start))
            self.view = (first, first + span)
            self.redraw()

    # -- pixels and instants

    def x_of(self, t: int) -> float:
        start, end = self.view
        return self.first_column + (t - start) / max(end - start, 1) * self._width

    def time_at(self, x: float) -> int:
        """The instant at pixel *x*, kept inside the whole."""
        start, end = self.view
        t = start + round((x - self.first_column) / self._width * (end - start))
        return min(max(t, self.start), self.end)

    @property
    def _width(self) -> int:
        return max(self.width() - self.first_column - 8, 1)

    @property
    def _lane(self) -> int:
        """Pixels a lane is high: the lanes share the height there is."""
        return min(max((self.height() - RULER) // len(self.lanes), LEAST_LANE), MOST_LANE)

    def sizeHint(self) -> QSize:
        return QSize(600, RULER + LEAST_LANE * len(self.lanes))

    # -- the person

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and event.position().x() >= self.first_column and not self.live:
            self._scrubbing = True
            self.sought.emit(self.time_at(event.position().x()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._scrubbing:
            self.sought.emit(self.time_at(event.position().x()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._scrubbing = False

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.live or self.end <= self.start:
            return
        factor = 0.8 ** (event.angleDelta().y() / 120)
        t, (start, end) = self.time_at(event.position().x()), self.view
        span = min(max(round((end - start) * factor), SHORTEST), self.end - self.start)
        first = t - round((t - start) / max(end - start, 1) * span)
        first = min(max(first, self.start), self.end - span)
        self.view = (first, first + span)
        self.redraw()

    # -- the picture

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._ground = None

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._ground is None:
            self._ground = self._painted()
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._ground)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_values(painter)
        if self.end > self.start:
            self._paint_cursor(painter)
        painter.end()

    def _painted(self) -> QPixmap:
        ratio = self.devicePixelRatioF()
        picture = QPixmap(round(self.width() * ratio), round(self.height() * ratio))
        picture.setDevicePixelRatio(ratio)
        picture.fill(self._look.colour("bg.panel"))
        painter = QPainter(picture)
        self._paint_ruler(painter)
        for row, lane in enumerate(self.lanes.values()):
            self._paint_lane(painter, lane, RULER + row * self._lane)
        painter.setPen(self._look.colour("line.strong"))
        painter.drawLine(self.first_column - 1, 0, self.first_column - 1, RULER + self._lane * len(self.lanes))
        painter.end()
        return picture

    def _paint_ruler(self, painter: QPainter) -> None:
        painter.fillRect(QRect(0, 0, self.width(), RULER), self._look.colour("bg.bar"))
        painter.setFont(font(SIZES.secondary))
        painter.setPen(self._look.colour("text.2"))
        box = QRect(SIZES.padding + 4, 0, self.first_column - 24, RULER)
        if self.end > self.start:
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, f"{day_text(self.view[0])}, UTC")
            painter.setPen(self._look.colour("text.3"))
            painter.drawText(
                box,
                Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight,
                "value now" if self.live else "value at cursor",
            )
            self._paint_ticks(painter)
        painter.setPen(self._look.colour("line"))
        painter.drawLine(0, RULER - 1, self.width(), RULER - 1)

    def _paint_ticks(self, painter: QPainter) -> None:
        start, end = self.view
        step = tick_step(end - start, self._width)
        for t in range(start - start % step, end + 1, step):
            x = round(self.x_of(t))
            if x < self.first_column:
                continue
            painter.setPen(self._look.colour("line.strong"))
            painter.drawLine(x, RULER - 7, x, RULER - 2)
            painter.setPen(self._look.colour("line"))
            painter.drawLine(x, RULER, x, RULER + self._lane * len(self.lanes))
            painter.setPen(self._look.colour("text.2"))
            text = clock_text(t)
            painter.drawText(x + 5, RULER - 9, text if step < MINUTE else text[:-3])

    def _paint_lane(self, painter: QPainter, lane: Lane, top: int) -> None:
        painter.setPen(self._look.colour("line"))
        painter.drawLine(0, top + self._lane - 1, self.width(), top + self._lane - 1)
        painter.setFont(font(SIZES.body))
        painter.setPen(self._look.colour("text"))
        painter.drawText(QRect(SIZES.padding + 4, top, 150, self._lane), Qt.AlignmentFlag.AlignVCenter, lane.name)
        if not lane.t:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, lane.line)
        values = lane.columns(*self.view, max(self._width // 4, 1))
        highest = np.nanmax(values) if np.isfinite(values).any() else 0.0
        share = np.where(np.isfinite(values), values / max(highest, 1e-9), np.nan) * (self._lane - 2 * GAP - 4)
        (self._paint_line if lane.line else self._paint_bars)(painter, share, top + self._lane - GAP)

    def _paint_bars(self, painter: QPainter, share: np.ndarray[tuple[int], np.dtype[np.float64]], foot: int) -> None:
        step = self._width / len(share)
        colour = self._look.colour("chart")
        for i in np.flatnonzero(share > 0).tolist():
            high = max(float(share[i]), 1.0)
            painter.fillRect(QRectF(self.first_column + i * step, foot - high, max(step - 1, 1), high), colour)

    def _paint_line(self, painter: QPainter, share: np.ndarray[tuple[int], np.dtype[np.float64]], foot: int) -> None:
        step = self._width / len(share)
        painter.setPen(QPen(self._look.colour("chart"), 1.4))
        known = np.flatnonzero(np.isfinite(share)).tolist()
        points = [QPointF(self.first_column + (i + 0.5) * step, foot - float(share[i])) for i in known]
        if len(points) > 1:
            painter.drawPolyline(QPolygonF(points))
        elif points:
            painter.drawPoint(points[0])
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def _paint_values(self, painter: QPainter) -> None:
        painter.setFont(font(SIZES.body))
        painter.setPen(self._look.colour("text.2"))
        holds = max(VALUE_HOLDS, (self.end - self.start) // 100)
        for row, lane in enumerate(self.lanes.values()):
            box = QRect(120, RULER + row * self._lane, self.first_column - 132, self._lane)
            text = number(lane.at(self.t, within=holds), lane.decimals, lane.unit)
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, text)

    def _paint_cursor(self, painter: QPainter) -> None:
        x = self.x_of(self.t)
        if not self.first_column - 1 <= x <= self.width():
            return
        painter.setPen(QPen(self._look.colour("accent"), 2))
        painter.drawLine(QPointF(x, RULER), QPointF(x, RULER + self._lane * len(self.lanes)))
        text = ("NOW " if self.live else "") + clock_text(self.t, 1)
        painter.setFont(font(SIZES.secondary, weight=600))
        wide = painter.fontMetrics().horizontalAdvance(text) + 12
        left = min(max(x - wide / 2, self.first_column), self.width() - wide)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._look.colour("accent"))
        painter.drawRoundedRect(QRectF(left, 3, wide, RULER - 6), 3, 3)
        painter.setPen(self._look.colour("accent.on"))
        painter.drawText(QRectF(left, 3, wide, RULER - 6), Qt.AlignmentFlag.AlignCenter, text)
