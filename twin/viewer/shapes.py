"""The shapes that say a verdict or a state: colour alone never does."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPolygonF

from twin.viewer.style import Look, font

SMALLEST_WITH_MARK = 9  # below this many pixels only the outline stays


def draw_shape(painter: QPainter, look: Look, verdict: str, box: QRectF) -> None:
    """Draw *verdict* inside *box*: 'pass' a disc, 'warn' a triangle, 'fail' a diamond, 'unknown' a hollow ring."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    fill, edge = look.colour("warn.fill" if verdict == "warn" else verdict), look.colour(verdict)
    painter.setPen(QPen(edge, 1.0))
    painter.setBrush(fill)
    ink = look.colour("bg.panel") if verdict != "warn" else look.colour("warn.bg")
    _DRAW[verdict](painter, box.adjusted(0.5, 0.5, -0.5, -0.5), ink if box.width() >= SMALLEST_WITH_MARK else None)
    painter.restore()


def _disc(painter: QPainter, box: QRectF, ink: QColor | None) -> None:
    painter.drawEllipse(box)
    if ink:
        _strokes(painter, box, ink, [[(0.28, 0.52), (0.45, 0.68), (0.73, 0.34)]])


def _triangle(painter: QPainter, box: QRectF, ink: QColor | None) -> None:
    painter.drawPolygon(QPolygonF([_at(box, 0.5, 0.02), _at(box, 1.0, 0.95), _at(box, 0.0, 0.95)]))
    if ink:
        _strokes(painter, box, ink, [[(0.5, 0.38), (0.5, 0.62)], [(0.5, 0.79), (0.5, 0.8)]])


def _diamond(painter: QPainter, box: QRectF, ink: QColor | None) -> None:
    painter.drawPolygon(
        QPolygonF([_at(box, 0.5, -0.04), _at(box, 1.04, 0.5), _at(box, 0.5, 1.04), _at(box, -0.04, 0.5)])
    )
    if ink:
        _strokes(painter, box, ink, [[(0.37, 0.37), (0.63, 0.63)], [(0.63, 0.37), (0.37, 0.63)]])


def _ring(painter: QPainter, box: QRectF, ink: QColor | None) -> None:
    pen = painter.pen()
    pen.setWidthF(1.3)
    pen.setDashPattern([2.0, 1.4])
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawEllipse(box)
    if ink:
        painter.setFont(font(box.width() * 0.72, weight=700))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, "?")


_DRAW = {"pass": _disc, "warn": _triangle, "fail": _diamond, "unknown": _ring}


def _strokes(painter: QPainter, box: QRectF, ink: QColor, lines: list[list[tuple[float, float]]]) -> None:
    pen = QPen(
        ink, max(box.width() / 9, 1.2), Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin
    )
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for line in lines:
        path = QPainterPath(_at(box, *line[0]))
        for point in line[1:]:
            path.lineTo(_at(box, *point))
        painter.drawPath(path)


def _at(box: QRectF, x: float, y: float) -> QPointF:
    return QPointF(box.x() + x * box.width(), box.y() + y * box.height())
