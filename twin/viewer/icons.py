"""Icons: strokes in a 16 px box, one colour, tinted when asked for."""

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

BOX = 16
_STROKES = {
    "mark": "M1.5 3.5h7v4h-7zM8.5 3.5h6v4M1.5 10.5h4v3h-4zM8 10.5h3M13 10.5h1.5M8 13.5h1M11 13.5h3.5",
    "sts": "M4 14V4M9 14V4M4 9h5M1.5 4h13M6.5 1.5L1.5 4M6.5 1.5L14.5 4M12.5 4v4M11 8h3v2h-3z",
    "yard": "M2.5 14V4h11v10M6 4v3M4.5 7h3v2.5h-3zM6 14v-2h5v2",
    "straddle": "M3.5 14V3h9v11M6 6h4v3H6zM2.5 14h2M11.5 14h2",
    "truck": "M1.5 5h7v6h-7zM8.5 7h3.5l2.5 2.5V11h-6zM4 12.5a1 1 0 1 0 .01 0M11.5 12.5a1 1 0 1 0 .01 0",
    "vessel": "M1.5 9.5h13l-2 4h-9zM4 9.5v-3h3v3M7 6.5v-3h3v6M10 9.5v-3h2.5v3",
    "block": "M1.5 8.5h6v5h-6zM8.5 8.5h6v5h-6zM5 2.5h6v5H5z",
    "box": "M1.5 5h13v6.5h-13zM4.5 7v2.5M7 7v2.5M9.5 7v2.5M12 7v2.5",
    "house": "M2 14V7l6-4.5L14 7v7zM6 14v-4h4v4",
    "search": "M7 2.5a4.5 4.5 0 1 0 .01 0M10.4 10.4L14 14",
    "fly": "M14 2L2 7l5 2 2 5z",
    "follow": "M8 3.5a4.5 4.5 0 1 0 .01 0M8 1v3M8 12v3M1 8h3M12 8h3",
    "camera": "M1.5 4.5h3l1-2h5l1 2h3v9h-13zM8 6.5a2.5 2.5 0 1 0 .01 0",
    "start": "M12.5 3v10L5.5 8zM3.5 3v10",
    "end": "M3.5 3v10l7-5zM12.5 3v10",
    "back": "M11.5 3v10l-7-5z",
    "forward": "M4.5 3v10l7-5z",
    "step_back": "M9.5 3.5L5 8l4.5 4.5M12.5 3.5v9",
    "step_on": "M6.5 3.5L11 8l-4.5 4.5M3.5 3.5v9",
    "left": "M2 3h12v10H2zM6.5 3v10",
    "bottom": "M2 3h12v10H2zM2 9.5h12",
    "right": "M2 3h12v10H2zM9.5 3v10",
    "theme": "M8 2.5a5.5 5.5 0 1 0 .01 0",
    "file": "M3.5 1.5h6l3 3v10h-9zM9.5 1.5v3h3",
    "open": "M1.5 13V3h4l1.5 2h5.5v2M1.5 13l2-6h11l-2 6z",
    "cross": "M4 4l8 8M12 4l-8 8",
    "now": "M4 3.5l6 4.5-6 4.5zM12.5 3.5v9",
    "closest": "M1.5 8h13M4 5.5L1.5 8 4 10.5M12 5.5L14.5 8 12 10.5",
    "feed": "M3 13.5a.6.6 0 1 0 .01 0M3 8.5a5 5 0 0 1 5 5M3 3.5a10 10 0 0 1 10 10",
}
_FILLED = {
    "play": "M4.5 2.8l8.5 5.2-8.5 5.2z",
    "pause": "M4 3h3v10H4zM9 3h3v10H9z",
    "half": "M8 2.5a5.5 5.5 0 0 1 0 11z",
}
GROUPS = {
    "sts": "sts", "armg": "yard", "rtg": "yard", "straddle": "straddle", "agv": "truck", "tractor": "truck",
    "truck": "truck", "reach_stacker": "truck", "empty_handler": "truck", "hatch": "box", "vessel": "vessel",
    "block": "block", "container": "box",
}  # fmt: skip
_PEN = 'fill="none" stroke-width="1.4" stroke-linecap="round" stroke-linejoin="round"'


def svg(name: str, colour: str) -> bytes:
    """The icon called *name* as SVG in *colour*."""
    drawn = ""
    if name in _STROKES:
        drawn += f'<path d="{_STROKES[name]}" stroke="{colour}" {_PEN}/>'
    filled = _FILLED.get("half" if name == "theme" else name, "")
    drawn += f'<path d="{filled}" fill="{colour}"/>' if filled else ""
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {BOX} {BOX}">{drawn}</svg>'.encode()


def pixmap(name: str, colour: QColor, px: int = BOX, ratio: float = 2.0) -> QPixmap:
    """The icon called *name*, *px* wide, sharp up to *ratio* device pixels a pixel."""
    picture = QPixmap(round(px * ratio), round(px * ratio))
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    QSvgRenderer(QByteArray(svg(name, colour.name()))).render(painter, QRectF(picture.rect()))
    painter.end()
    picture.setDevicePixelRatio(ratio)
    return picture


def icon(name: str, colour: QColor, disabled: QColor | None = None) -> QIcon:
    """The icon called *name* in *colour*, and in *disabled* where what it stands for cannot be done."""
    made = QIcon(pixmap(name, colour))
    if disabled is not None:
        made.addPixmap(pixmap(name, disabled), QIcon.Mode.Disabled)
    return made
