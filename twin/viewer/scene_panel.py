"""The left panel: search and the scene tree."""

# ruff: noqa: N802  (Qt's own names)

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QPointF, QRect, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QLineEdit, QTreeView, QVBoxLayout, QWidget

from twin.errors import UnknownName
from twin.moment import Moment
from twin.spatial.nearest import find
from twin.viewer.icons import icon
from twin.viewer.style import Look
from twin.viewer.tokens import SIZES
from twin.viewer.tree import SceneModel
from twin.viewer.widgets import label

OWN_KEYS = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_Return)
OPEN_AT_FIRST = 12  # a group of up to so many things is shown open


class Tree(QTreeView):
    """A tree with the theme's arrows, which keeps the arrow keys for itself."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look

    def drawBranches(self, painter: QPainter, rect: QRect, index: QModelIndex | QPersistentModelIndex) -> None:
        super().drawBranches(painter, rect, index)
        if not self.model().hasChildren(index) or not self.model().rowCount(index):
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self._look.colour("text.2"), 1.4, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        x, y = rect.right() - 8.0, rect.center().y() + 0.5
        open_ = [QPointF(x - 4, y - 2), QPointF(x, y + 2), QPointF(x + 4, y - 2)]
        closed = [QPointF(x - 2, y - 4), QPointF(x + 2, y), QPointF(x - 2, y + 4)]
        painter.drawPolyline(QPolygonF(open_ if self.isExpanded(index) else closed))
        painter.restore()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride and event.key() in OWN_KEYS:
            event.accept()
            return True
        return super().event(event)


class ScenePanel(QWidget):
    """Says `selected` and `flown_to` with a kind and a row, `refused` with a sentence."""

    selected = Signal(str, int)
    flown_to = Signal(str, int)
    refused = Signal(str)

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._quiet = False
        self.model = SceneModel(look)
        self.field = QLineEdit()
        self.field.setPlaceholderText("Container, machine, vessel, block")
        self.field.setAccessibleName("Find in the scene")
        self.field.setToolTip("Find by name (Ctrl+F); Enter flies there")
        self.field.setClearButtonEnabled(True)
        self._glass = QAction(self)
        self.field.addAction(self._glass, QLineEdit.ActionPosition.LeadingPosition)
        self.field.returnPressed.connect(self._find)
        self.field.textEdited.connect(lambda: self._hint(""))
        self.hint = label("", tone="warn", px=SIZES.secondary)
        self.hint.setWordWrap(True)
        self.hint.setTextFormat(Qt.TextFormat.PlainText)
        self.hint.hide()
        self.tree = self._make_tree()
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, SIZES.padding, 0, 0)
        whole.setSpacing(6)
        top = QVBoxLayout()
        top.setContentsMargins(SIZES.padding, 0, SIZES.padding, 0)
        top.addWidget(self.field)
        top.addWidget(self.hint)
        whole.addLayout(top)
        whole.addWidget(self.tree, 1)
        look.changed.connect(self._tint)
        self._tint()

    def _make_tree(self) -> Tree:
        tree = Tree(self._look)
        tree.setModel(self.model)
        tree.setAccessibleName("Scene")
        tree.setHeaderHidden(True)
        tree.setUniformRowHeights(True)
        tree.setIndentation(16)
        tree.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        tree.setExpandsOnDoubleClick(False)
        tree.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        head = tree.header()
        head.setStretchLastSection(False)
        head.setMinimumSectionSize(20)
        head.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        head.setSectionResizeMode(1, QHeaderView.ResizeMode.Fixed)
        head.resizeSection(1, 64)
        tree.selectionModel().currentChanged.connect(self._current)
        tree.clicked.connect(lambda index: self._say(index, self.selected))
        tree.doubleClicked.connect(lambda index: self._say(index, self.flown_to))
        tree.activated.connect(lambda index: self._say(index, self.flown_to))
        return tree

    def show_moment(self, moment: Moment) -> None:
        """Show what there is in *moment*."""
        before, bar = self.model.moment, self.tree.verticalScrollBar()
        opened, chosen, place = self._opened(), self.model.thing(self.tree.currentIndex()), bar.value()
        if not self.model.show(moment):
            return
        if before is None or before.terminal is not moment.terminal:
            self._open_small_groups()
        else:  # a truck came or a ship left: the tree stays as its reader had it
            self._open(opened)
            self.show_selected(chosen)
            bar.setValue(place)

    def _opened(self) -> set[str]:
        top = self.model.index(0, 0)
        groups = enumerate(self.model.groups)
        return {group.title for row, group in groups if self.tree.isExpanded(self.model.index(row, 0, top))}

    def _open(self, titles: set[str]) -> None:
        top = self.model.index(0, 0)
        self.tree.expand(top)
        for row, group in enumerate(self.model.groups):
            if group.title in titles:
                self.tree.expand(self.model.index(row, 0, top))

    def _open_small_groups(self) -> None:
        top = self.model.index(0, 0)
        self.tree.expand(top)
        for row, group in enumerate(self.model.groups):
            if group.kind == "vessel" or (group.title == "Quay cranes" and len(group.rows) <= OPEN_AT_FIRST * 2):
                self.tree.expand(self.model.index(row, 0, top))

    def show_selected(self, thing: tuple[str, int] | None) -> None:
        """Mark *thing* in the tree, if the tree has it."""
        self._quiet = True
        index = self.model.index_of(*thing) if thing else QModelIndex()
        if index.isValid():
            self.tree.setCurrentIndex(index)
            self.tree.scrollTo(index)
        else:
            self.tree.selectionModel().clear()
        self._quiet = False

    def _current(self, index: QModelIndex, _before: QModelIndex) -> None:
        self._say(index, self.selected)

    def _say(self, index: QModelIndex, how: object) -> None:
        thing = self.model.thing(index)
        if thing and not self._quiet:
            how.emit(*thing)  # type: ignore[attr-defined]

    def _find(self) -> None:
        name = self.field.text().strip()
        if self.model.moment is None or not name:
            return
        try:
            found = find_like(self.model.moment, name)
        except UnknownName as wrong:
            self._hint(str(wrong))
            self.refused.emit(str(wrong))
            return
        self._hint("")
        self.selected.emit(*found)
        self.flown_to.emit(*found)

    def _hint(self, text: str) -> None:
        self.hint.setText(text)
        self.hint.setVisible(bool(text))

    def _tint(self) -> None:
        self._glass.setIcon(icon("search", self._look.colour("text.2")))
        self.tree.viewport().update()


def find_like(moment: Moment, name: str) -> tuple[str, int]:
    """Kind and row of the thing called *name*, however it is written: 'msku 123456 7' finds MSKU1234567.

    Raises `UnknownName`.
    """
    for spelled in (name, name.upper(), name.upper().replace(" ", "").replace("-", "")):
        try:
            found = find(moment, spelled)
        except UnknownName:
            continue
        return found.kind, found.row
    found = find(moment, name)
    return found.kind, found.row
