"""The frame of the window: bars, docks, menus, theme.  What they do is in `window`."""

# ruff: noqa: N802  (Qt's own names)

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence, QResizeEvent
from PySide6.QtWidgets import (
    QDockWidget,
    QHBoxLayout,
    QLabel,
    QMainWindow,
    QMenuBar,
    QStackedWidget,
    QStatusBar,
    QVBoxLayout,
    QWidget,
)

from twin.viewer.canvas import Canvas
from twin.viewer.commands import COMMANDS, MENUS, PRESETS, Command
from twin.viewer.icons import pixmap
from twin.viewer.inspector import Inspector
from twin.viewer.near import NearPanel
from twin.viewer.overlay import Banner, KeysCard, ScaleCard, TextCard
from twin.viewer.scene_panel import ScenePanel
from twin.viewer.start import StartPage
from twin.viewer.style import Look, font, qss
from twin.viewer.timeline import Timeline
from twin.viewer.tokens import SIZES
from twin.viewer.transport import Transport
from twin.viewer.widgets import Button, Pill, bar, label, rule

WIDE = 1440  # pixels from which on the panels have their full width


class View(QWidget):
    """The 3D view and the cards in its corners."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self.canvas = Canvas(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.canvas)
        self.pointer = TextCard(self.canvas, look)
        self.scale = ScaleCard(self.canvas, look)
        self.keys = KeysCard(self.canvas, look)
        self.banner = Banner(self.canvas, look)

    def place_cards(self) -> None:
        """Put the cards into their corners."""
        wide, high = self.canvas.width(), self.canvas.height()
        self.scale.move(12, high - self.scale.height() - 12)
        self.pointer.move(wide - self.pointer.width() - 12, high - self.pointer.height() - 12)
        self.banner.fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.place_cards()


class Frame(QMainWindow):
    """Everything that is seen, and the actions of all commands."""

    def __init__(self) -> None:
        super().__init__()
        self.look = Look()
        self.setWindowTitle("twin")
        self.setMinimumSize(960, 640)
        self.resize(1600, 1000)
        self.setAcceptDrops(True)
        self.setDockOptions(QMainWindow.DockOption(0))
        self.actions_by_name = {command.name: self._action(command) for command in COMMANDS}
        self.view = View(self.look)
        self.canvas = self.view.canvas
        self.start_page = StartPage(self.look)
        self.scene_panel, self.inspector = ScenePanel(self.look), Inspector(self.look)
        self.transport, self.near = Transport(self.look), NearPanel(self.look)
        self.timeline = Timeline(self.look, SIZES.left)
        self.setMenuWidget(self._top())
        self.setCentralWidget(self._centre())
        self._dock_all()
        self.setStatusBar(self._status())
        self.look.changed.connect(self.dress)
        self.dress()

    # -- actions

    def _action(self, command: Command) -> QAction:
        action = QAction(command.text, self)
        action.setShortcuts([QKeySequence(key) for key in command.keys])
        action.setCheckable(command.checkable)
        action.setToolTip(f"{command.text} ({command.keys[0]})" if command.keys else command.text)
        method = getattr(self, command.do)
        if command.checkable:
            action.toggled.connect(method)
        elif command.argument is None:
            action.triggered.connect(lambda _=False: method())
        else:
            action.triggered.connect(lambda _=False: method(command.argument))
        self.addAction(action)
        return action

    def _menus(self) -> QMenuBar:
        menus = QMenuBar()
        menus.setNativeMenuBar(False)
        for title in MENUS:
            menu = menus.addMenu(title)
            for command in COMMANDS:
                if command.menu == title:
                    if command.after_line:
                        menu.addSeparator()
                    menu.addAction(self.actions_by_name[command.name])
        return menus

    # -- bars

    def _top(self) -> QWidget:
        strip, line = bar(SIZES.menu, "menu")
        self._mark = QLabel()
        self.mode, self.title, self.context = Pill(self.look), label(weight=600), label(tone="2")
        line.addWidget(self._mark)
        menus = self._menus()
        menus.setFixedHeight(SIZES.menu - 8)
        line.addWidget(menus)
        line.addStretch(1)
        for widget in (self.mode, self.title, self.context):
            line.addWidget(widget)
        line.addStretch(1)
        for name in ("left", "bottom", "right"):
            line.addWidget(self._toggle(name))
        line.addWidget(rule())
        line.addWidget(self._does("theme", "theme"))
        return strip

    def _toggle(self, name: str) -> Button:
        button = self._does(name, name)
        action = self.actions_by_name[name]
        button.setCheckable(True)
        button.setChecked(action.isChecked())
        button.setEnabled(action.isEnabled())
        action.toggled.connect(button.setChecked)
        action.enabledChanged.connect(button.setEnabled)
        return button

    def _does(self, name: str, picture: str, text: str = "") -> Button:
        action = self.actions_by_name[name]
        button = Button(self.look, picture, text, tip=action.toolTip())
        button.clicked.connect(lambda _=False: action.trigger())
        return button

    def _centre(self) -> QStackedWidget:
        stage = QWidget()
        column = QVBoxLayout(stage)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        strip, line = bar(SIZES.header, "viewHeader")
        self.preset_buttons = {}
        for i, (name, text) in enumerate(PRESETS, start=1):
            button = self._does(f"view_{name}", "", f"{i} {text}")
            button.setCheckable(True)
            self.preset_buttons[name] = button
            line.addWidget(button)
        line.addStretch()
        line.addWidget(self._does("fly", "fly", "Fly to"))
        follow = self._toggle("follow")
        follow.setText("Follow")
        follow.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        line.addWidget(follow)
        line.addWidget(rule())
        line.addWidget(self._does("picture", "camera"))
        column.addWidget(strip)
        column.addWidget(self.view, 1)
        self.centre = QStackedWidget()
        self.centre.addWidget(self.start_page)
        self.centre.addWidget(stage)
        return self.centre

    def _status(self) -> QStatusBar:
        status = QStatusBar()
        status.setSizeGripEnabled(False)
        status.setFixedHeight(SIZES.status)
        self.state = Pill(self.look)
        names = ("heard", "doubted", "counts", "chosen", "frames", "frame_name")
        self.cells = {name: label(tone="warn" if name == "doubted" else "2", px=SIZES.secondary) for name in names}
        left, right = QWidget(), QWidget()
        self._right_cells, self._rules = right, list[QWidget]()
        for side, cells in ((left, ("heard", "doubted")), (right, ("counts", "chosen", "frames", "frame_name"))):
            line = QHBoxLayout(side)
            line.setContentsMargins(SIZES.padding, 0, SIZES.padding, 0)
            line.setSpacing(12)
            if side is left:
                line.addWidget(self.state)
            for i, name in enumerate(cells):
                if i or side is left:
                    self._rules.append(rule())
                    line.addWidget(self._rules[-1])
                line.addWidget(self.cells[name])
        self.doubt_rule = self._rules[1]
        status.addWidget(left)
        status.addPermanentWidget(right)
        return status

    def show_cells(self, on: bool) -> None:
        """Show or hide the cells of the status bar that speak of a session."""
        for widget in (self._right_cells, *self._rules):
            widget.setVisible(on)

    # -- docks

    def _dock_all(self) -> None:
        bottom, left, right = (Qt.DockWidgetArea.BottomDockWidgetArea, Qt.DockWidgetArea.LeftDockWidgetArea,
                               Qt.DockWidgetArea.RightDockWidgetArea)  # fmt: skip
        for corner, area in (
            (Qt.Corner.BottomLeftCorner, bottom), (Qt.Corner.BottomRightCorner, bottom),
            (Qt.Corner.TopLeftCorner, left), (Qt.Corner.TopRightCorner, right),
        ):  # fmt: skip
            self.setCorner(corner, area)
        time = QWidget()
        column = QVBoxLayout(time)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.transport)
        column.addWidget(self.timeline, 1)
        self.docks = {
            "left": self._dock("Scene", self.scene_panel, left),
            "right": self._dock("Inspector", self.inspector, right),
            "bottom": self._dock("", time, bottom),
            "near": self._dock("", self.near, bottom),
        }
        self.splitDockWidget(self.docks["bottom"], self.docks["near"], Qt.Orientation.Horizontal)
        for dock in self.docks.values():
            dock.hide()

    def _dock(self, title: str, inside: QWidget, area: Qt.DockWidgetArea) -> QDockWidget:
        dock = QDockWidget(title or "Time", self)
        dock.setFeatures(QDockWidget.DockWidgetFeature.NoDockWidgetFeatures)
        dock.setObjectName(title or inside.__class__.__name__)
        if title:
            strip, line = bar(SIZES.header, "dockHeader")
            line.addWidget(label(title, weight=600))
            line.addStretch()
            inside = _under(strip, inside)
        nothing = QWidget()  # a dock draws its own title unless it is given another
        nothing.setFixedHeight(0)
        dock.setTitleBarWidget(nothing)
        inside.setProperty("ground", "panel")
        inside.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        dock.setWidget(inside)
        self.addDockWidget(area, dock)
        return dock

    def size_docks(self) -> None:
        """Give the panels their widths for a window of this size."""
        small = self.width() < WIDE
        across, up = Qt.Orientation.Horizontal, Qt.Orientation.Vertical
        left, right = (SIZES.left_small, SIZES.right_small) if small else (SIZES.left, SIZES.right)
        self.resizeDocks([self.docks["left"], self.docks["right"]], [left, right], across)
        self.resizeDocks([self.docks["bottom"]], [SIZES.bottom_small if small else SIZES.bottom], up)
        near = SIZES.near - (112 if small else 0)
        self.resizeDocks([self.docks["bottom"], self.docks["near"]], [self.width() - near, near], across)
        self.timeline.first_column = left
        self.timeline.redraw()

    # -- theme

    def dress(self) -> None:
        """Put on the theme."""
        self.setFont(font())
        self.setStyleSheet(qss(self.look.theme))
        self._mark.setPixmap(pixmap("mark", self.look.colour("accent"), 18))

    def other_theme(self) -> None:
        """Light if dark, dark if light."""
        self.look.choose("light" if self.look.name == "dark" else "dark")

    # -- panels

    def show_left(self, on: bool) -> None:
        """Show or hide the scene panel."""
        self.docks["left"].setVisible(on)

    def show_right(self, on: bool) -> None:
        """Show or hide the inspector."""
        self.docks["right"].setVisible(on)

    def show_bottom(self, on: bool) -> None:
        """Show or hide time and clearances."""
        self.docks["bottom"].setVisible(on)
        self.docks["near"].setVisible(on)


def _under(strip: QWidget, inside: QWidget) -> QWidget:
    """*inside* below its header."""
    both = QWidget()
    column = QVBoxLayout(both)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    column.addWidget(strip)
    column.addWidget(inside, 1)
    return both
