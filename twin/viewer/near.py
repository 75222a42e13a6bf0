"""The list of closest clearances."""

# ruff: noqa: N802  (Qt's own names)

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QVBoxLayout, QWidget

from twin.spatial.clearances import KINDS, Clearances
from twin.viewer.distances import WITHIN
from twin.viewer.style import Look, font
from twin.viewer.tokens import SIZES
from twin.viewer.widgets import Combo, bar, label
from twin.viewer.words import number

CHOICES = {"Machines": ("machine",), "Machines, ships": ("machine", "vessel"), "Everything": KINDS}
HEADERS = ("Who", "Near to", "Metres")
Index = QModelIndex | QPersistentModelIndex
NONE = QModelIndex()


class NearModel(QAbstractTableModel):
    """Rows of `Clearances`."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self.found: Clearances | None = None

    def show(self, found: Clearances | None) -> None:
        """Show other clearances; the table stays where it is."""
        before, after = self.rowCount(), len(found) if found else 0
        if before == after:
            self.found = found
            if after:
                self.dataChanged.emit(self.index(0, 0), self.index(after - 1, len(HEADERS) - 1))
            return
        self.beginResetModel()
        self.found = found
        self.endResetModel()

    def rowCount(self, parent: Index = NONE) -> int:
        return 0 if parent.isValid() or self.found is None else len(self.found)

    def columnCount(self, parent: Index = NONE) -> int:
        return len(HEADERS)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if self.found is None:
            return None
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return self._text(self.found, index.row(), index.column())
        if role == Qt.ItemDataRole.TextAlignmentRole and index.column() == 2:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.FontRole and index.column() == 2:
            return font(weight=600)
        return None

    @staticmethod
    def _text(found: Clearances, row: int, column: int) -> str:
        if column == 0:
            return f"{found.who_a[row]}, {found.part_a[row].replace('_', ' ')}"
        if column == 1:
            return f"{found.who_b[row]}, {found.part_b[row].replace('_', ' ')}"
        return number(float(found.metres[row]))

    def headerData(self, section: int, way: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if way == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return HEADERS[section]
        if way == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.TextAlignmentRole:
            return (
                Qt.AlignmentFlag.AlignRight if section == 2 else Qt.AlignmentFlag.AlignLeft
            ) | Qt.AlignmentFlag.AlignVCenter
        return None


class NearPanel(QWidget):
    """The table under its bar; says `chosen` with a row and `asked` when another sort of pair is wanted."""

    chosen = Signal(int)
    asked = Signal()

    def __init__(self, look: Look) -> None:
        super().__init__()
        strip, line = bar(SIZES.transport, "nearHeader")
        self.title = label("Closest clearances", weight=600)
        self.note = label("", tone="3", px=SIZES.secondary)
        self.choice = Combo(look, "Clearances between")
        self.choice.addItems(list(CHOICES))
        self.choice.setFixedWidth(136)
        self.choice.currentIndexChanged.connect(lambda _: self.asked.emit())
        for widget in (self.title, self.note):
            line.addWidget(widget)
        line.addStretch()
        line.addWidget(self.choice)
        self.model = NearModel(look)
        self.table = QTableView()
        self._set_up()
        self.empty = label("", tone="3")
        self.empty.setContentsMargins(12, 8, 12, 8)
        self.empty.setWordWrap(True)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        for part in (strip, self.empty, self.table):
            whole.addWidget(part)
        self.show_found(None)

    def _set_up(self) -> None:
        table = self.table
        table.setModel(self.model)
        table.setShowGrid(False)
        table.setWordWrap(False)
        table.setAccessibleName("Closest clearances")
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(SIZES.table_row)
        head = table.horizontalHeader()
        head.setHighlightSections(False)
        head.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        head.setSectionResizeMode(2, QHeaderView.ResizeMode.Fixed)
        table.setColumnWidth(2, 72)
        table.clicked.connect(lambda index: self.chosen.emit(index.row()))
        table.activated.connect(lambda index: self.chosen.emit(index.row()))

    @property
    def kinds(self) -> tuple[str, ...]:
        """What the person wants the distance to."""
        return CHOICES[self.choice.currentText()]

    def show_found(self, found: Clearances | None, note: str = "") -> None:
        """Show what was found; a sentence where nothing was."""
        self.model.show(found)
        some = found is not None and len(found) > 0
        self.note.setText(f"within {WITHIN:g} m" if some else "")
        self.empty.setVisible(not some)
        self.empty.setText(note or f"No machine is within {WITHIN:g} m of another thing of this sort.")
