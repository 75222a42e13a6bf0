"""The 3D view: VTK's picture in a Qt widget, and the mouse that moves the eye.

VTK draws only when something is due; other repaints, such as a card over the picture, show the last frame again.
"""

# ruff: noqa: N802  (Qt's own names)

import numpy as np
from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeyEvent, QMouseEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QWidget
from pyvistaqt import QtInteractor

from twin.clock import ticking
from twin.geometry import Floats
from twin.moment import Moment
from twin.scene.cameras import Camera, named_camera
from twin.scene.scene import Scene
from twin.terminal import Terminal
from twin.units import ns
from twin.viewer.orbit import FLIGHT, Eye, flown, focused, metres_per_pixel, nearer, orbited, panned, ray, upright

CLICK = 4  # pixels the mouse may move between press and release of a click
LESS_OR_EQUAL = 0x0203  # OpenGL's depth function that VTK expects
AT_REST = 0.3  # seconds without change
TURN = 0.006  # radians a pixel
WHEEL = 0.85  # of the distance, a notch


class Canvas(QtInteractor):
    """Draws a `Scene`; says where the mouse points, what it clicks, and that the eye moved."""

    pointed = Signal(float, float)
    left = Signal()
    clicked = Signal(float, float)
    clicked_twice = Signal(float, float)
    moved = Signal()
    drawn = Signal(float)  # milliseconds the frame took

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, auto_update=False, multi_samples=1)
        assert self.render_window is not None
        self.render_window.SetStencilCapable(True)  # asked for before the first frame, whose buffers stay
        self.setAcceptDrops(False)
        self.setMinimumSize(480, 320)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("3D view")
        self.scene: Scene | None = None
        self.eye = Eye(np.array([300.0, -300, 200]), np.zeros(3))
        self.under: Floats | None = None  # the point under the mouse, as last answered
        self._due, self._restless, self._smoothed = True, 0, False
        self._pressed: QPointF | None = None
        self._last = QPointF()
        self._dragged = False
        self._flight: tuple[Eye, Eye, int] | None = None

    # -- what is drawn

    def open(self, terminal: Terminal) -> None:
        """Draw another terminal from now on."""
        self.renderer.RemoveAllViewProps()
        self.renderer.RemoveObservers("StartEvent")  # the scene before saw to each frame
        self.scene, self._smoothed = Scene(terminal, plotter=self), False
        self.scene.moving(True)
        self.look_from("overview")

    def show_moment(self, moment: Moment) -> None:
        """Take over *moment*; drawn with the next paint."""
        if self.scene is not None:
            self.scene.show(moment)
            self.draw()

    def draw(self) -> None:
        """Draw a new frame with the next paint."""
        self._due, self._restless = True, ticking()
        self._smooth(False)
        self.update()

    def _smooth(self, on: bool) -> None:
        """One smoothed frame once the picture stands still; quick ones while it moves."""
        if self.scene is not None and on != self._smoothed:
            self._smoothed = on
            self.scene.moving(not on)

    def paintGL(self) -> None:
        due, self._due = self._due, False
        start = ticking()
        self._in_paint = True  # pyvistaqt's own flag: what it paints now is shown, not drawn again
        try:
            if due and self.render_window and self.render_window.GetReadyForRendering():
                self._draw_frame()
            super().paintGL()  # type: ignore[no-untyped-call]
        finally:
            self._in_paint = False
        if due and self.scene is not None:
            self.drawn.emit((ticking() - start) / 1e6)

    def _draw_frame(self) -> None:
        """Draw into VTK's own buffer, also without a scene: a buffer shown before it was ever drawn stays black."""
        window = self.render_window
        assert window is not None
        state = window.GetState()
        state.Reset()  # Qt has used OpenGL since
        state.Push()
        state.vtkglDepthFunc(LESS_OR_EQUAL)
        window.Render()
        self.makeCurrent()
        state.Pop()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._due = True

    # -- the eye

    @property
    def flying(self) -> bool:
        return self._flight is not None

    def set_eye(self, eye: Eye) -> None:
        """Look from *eye* at once."""
        self.eye = eye
        if self.scene is not None:
            x, y, z = eye.position.tolist()
            self.scene.camera = Camera((x, y, z), tuple(eye.target.tolist()), view_angle=eye.angle)
        self.draw()
        self.moved.emit()

    def fly(self, eye: Eye) -> None:
        """Go to *eye* in a flight that any key or click ends at once."""
        self._flight = self.eye, eye, ticking()
        self.draw()

    def look_from(self, name: str, moment: Moment | None = None, *, fly: bool = False) -> None:
        """Go to the camera called *name*.  Raises `UnknownName`."""
        assert self.scene is not None
        there = named_camera(name, self.scene.terminal, moment)
        eye = upright(np.array(there.position), np.array(there.focal_point), np.array(there.up), there.view_angle)
        (self.fly if fly else self.set_eye)(eye)

    def tick(self) -> None:
        """Go on with the flight; smooth a picture that has come to rest."""
        if self._flight is not None:
            start, end, since = self._flight
            share = (ticking() - since) / ns(FLIGHT)
            self.set_eye(flown(start, end, share))
            if share >= 1:
                self._flight = None
        elif not self._smoothed and ticking() - self._restless > ns(AT_REST):
            self._smooth(True)
            self._due = True
            self.update()

    def land(self) -> None:
        """End the flight at once."""
        if self._flight is not None:
            _, end, _ = self._flight
            self.set_eye(end)
            self._flight = None

    def ray(self, x: float, y: float) -> tuple[Floats, Floats]:
        """Origin and direction of what is seen at pixel (x, y)."""
        return ray(self.eye, x, y, self.width(), self.height())

    def _ground_under(self, x: float, y: float) -> Floats:
        """The point under the mouse, as last answered, else where the ray meets the depth of the target."""
        if self.under is not None:
            return self.under
        origin, way = self.ray(x, y)
        down = -origin[2] / way[2] if way[2] < -1e-3 else self.eye.distance
        return np.asarray(origin + way * min(down, 3 * self.eye.distance))

    # -- the mouse.  Nothing is handed to VTK: its interactor would move the camera a second time

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.land()
        self._pressed = self._last = event.position()
        self._dragged = False
        if self.under is not None and event.button() == Qt.MouseButton.LeftButton:
            self.set_eye(focused(self.eye, self.under))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = event.position()
        if self._pressed is None or not event.buttons():
            self.pointed.emit(at.x(), at.y())
            return
        self._dragged |= (at - self._pressed).manhattanLength() > CLICK
        if self._dragged:
            self._drag(event, at - self._last)
        self._last = at

    def _drag(self, event: QMouseEvent, step: QPointF) -> None:
        pan = event.buttons() & (Qt.MouseButton.MiddleButton | Qt.MouseButton.RightButton)
        if pan or event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            size = metres_per_pixel(self.eye, self.height())
            steep = max(np.sin(self.eye.polar[1]), 0.25)
            self.set_eye(panned(self.eye, -step.x() * size, step.y() * size / steep))
        else:
            self.set_eye(orbited(self.eye, step.x() * TURN, step.y() * TURN))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        at, self._pressed = event.position(), None
        if not self._dragged and event.button() == Qt.MouseButton.LeftButton:
            self.clicked.emit(at.x(), at.y())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self._dragged = True  # the release after it is no click
        self.clicked_twice.emit(event.position().x(), event.position().y())

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.land()
        at = event.position()
        self.set_eye(nearer(self.eye, WHEEL ** (event.angleDelta().y() / 120), self._ground_under(at.x(), at.y())))

    def enterEvent(self, event: QEvent) -> None:
        event.accept()

    def leaveEvent(self, event: QEvent) -> None:
        self.under = None
        self.left.emit()

    # -- keys and drops belong to the window

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self.land()
        event.ignore()

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        event.ignore()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        event.ignore()

    def dropEvent(self, event: QDropEvent) -> None:
        event.ignore()
