"""The scene tree: the terminal's things by kind, each with its one number, read from the moment's arrays."""

# ruff: noqa: N802  (Qt's own names)

from collections import Counter
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QAbstractItemModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor

from twin.facts import PlaceKind
from twin.moment import Moment
from twin.viewer.details import stale_age
from twin.viewer.icons import GROUPS, pixmap
from twin.viewer.style import Look, font
from twin.viewer.words import DASH, age, count, status

TITLES = {
    "sts": "Quay cranes", "armg": "Yard cranes", "rtg": "Yard cranes", "straddle": "Straddle carriers", "agv": "AGVs",
    "tractor": "Tractors", "truck": "Road trucks", "reach_stacker": "Reach stackers", "empty_handler": "Empty handlers",
    "hatch": "Hatch covers",
}  # fmt: skip
OTHER = "Other machines"
Index = QModelIndex | QPersistentModelIndex
NONE = QModelIndex()
STALE_ROLE = Qt.ItemDataRole.UserRole + 1


@dataclass(frozen=True)
class Group:
    """Things of one sort: *kind* for the inspector, *rows* in the moment, in the order shown."""

    title: str
    kind: str
    picture: str
    rows: tuple[int, ...]


def groups(moment: Moment) -> tuple[Group, ...]:
    """What the tree holds: machines by what they are, vessels, blocks; nothing that is gone or yet to come."""
    sorted_out: dict[str, list[int]] = {}
    pictures: dict[str, str] = {}
    kinds = moment.terminal.catalogue.kinds
    for row in np.flatnonzero(moment.machines.here).tolist():
        kind = moment.machines.kind[row]
        group = kinds[kind].group if kind in kinds else ""
        title = TITLES.get(group, OTHER)
        sorted_out.setdefault(title, []).append(row)
        pictures.setdefault(title, GROUPS.get(group, "truck"))
    order = list(dict.fromkeys([*TITLES.values(), OTHER]))
    machines = [Group(t, "machine", pictures[t], tuple(sorted_out[t])) for t in order if t in sorted_out]
    return (
        *machines,
        Group("Vessels", "vessel", "vessel", tuple(np.flatnonzero(~moment.vessels.gone).tolist())),
        Group("Blocks", "block", "block", tuple(range(len(moment.terminal.blocks)))),
    )


class SceneModel(QAbstractItemModel):
    """Two columns: the name, and the number that matters.  Level 0 is the terminal, 1 the groups, 2 the things."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self.moment: Moment | None = None
        self.groups: tuple[Group, ...] = ()
        self._boxes: dict[str, Counter[int]] = {}
        self._counted: object = None

    def show(self, moment: Moment) -> bool:
        """Show *moment*; whether things came or went."""
        before, self.moment = self.moment, moment
        same = (
            before is not None and before.terminal is moment.terminal and before.machines.kind is moment.machines.kind
        )
        self._count(moment)
        if same and before is not None and _here(before) == _here(moment):
            self._refresh()
            return False
        self.beginResetModel()
        self.groups = groups(moment)
        self.endResetModel()
        return True

    def _count(self, moment: Moment) -> None:
        boxes = moment.containers
        if boxes is not self._counted:
            self._counted = boxes
            self._boxes = {
                "block": Counter(boxes.where[boxes.kind == PlaceKind.SLOT].tolist()),
                "vessel": Counter(boxes.where[boxes.afloat].tolist()),
            }

    def _refresh(self) -> None:
        top = self.index(0, 0)
        for row, group in enumerate(self.groups):
            parent = self.index(row, 0, top)
            if group.rows:
                self.dataChanged.emit(self.index(0, 0, parent), self.index(len(group.rows) - 1, 1, parent))

    def thing(self, index: Index) -> tuple[str, int] | None:
        """The kind and row that *index* shows; None for the terminal and for groups."""
        if not index.isValid() or index.internalId() < 2:
            return None
        group = self.groups[index.internalId() - 2]
        return group.kind, group.rows[index.row()]

    def index_of(self, kind: str, row: int) -> QModelIndex:
        """Where the thing *row* of *kind* stands in the tree, not valid if it does not."""
        for number, group in enumerate(self.groups):
            if group.kind == kind and row in group.rows:
                return self.createIndex(group.rows.index(row), 0, number + 2)
        return QModelIndex()

    # -- what Qt asks.  internalId: 0 the terminal, 1 a group, n + 2 a thing of group n

    def index(self, row: int, column: int, parent: Index = NONE) -> QModelIndex:
        if not self.hasIndex(row, column, parent):
            return QModelIndex()
        if not parent.isValid():
            return self.createIndex(row, column, 0)
        return self.createIndex(row, column, 1 if parent.internalId() == 0 else parent.row() + 2)

    def parent(self, index: Index = NONE) -> QModelIndex:  # type: ignore[override]
        if not index.isValid() or index.internalId() == 0:
            return QModelIndex()
        level = index.internalId()
        return self.createIndex(0, 0, 0) if level == 1 else self.createIndex(level - 2, 0, 1)

    def rowCount(self, parent: Index = NONE) -> int:
        if not parent.isValid():
            return int(self.moment is not None)
        if parent.column() > 0 or parent.internalId() >= 2:
            return 0
        return len(self.groups) if parent.internalId() == 0 else len(self.groups[parent.row()].rows)

    def columnCount(self, parent: Index = NONE) -> int:
        return 2

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if self.moment is None or not index.isValid():
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(index)
        if role == Qt.ItemDataRole.TextAlignmentRole and index.column() == 1:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.ForegroundRole:
            return self._look.colour(self._tone(index))
        if role == Qt.ItemDataRole.FontRole and index.column() == 1:
            return font(11)
        if role == Qt.ItemDataRole.DecorationRole and index.column() == 0:
            return self._picture(index)
        if role == STALE_ROLE:
            return self._old(index) > 0
        return None

    def _text(self, index: Index) -> str:
        assert self.moment is not None
        if index.internalId() == 0:
            return "" if index.column() else self.moment.terminal.title or self.moment.terminal.name
        if index.internalId() == 1:
            group = self.groups[index.row()]
            return count(len(group.rows)) if index.column() else group.title
        kind, row = self.thing(index) or ("", 0)
        return self._number(kind, row) if index.column() else self._name(kind, row)

    def _name(self, kind: str, row: int) -> str:
        assert self.moment is not None
        names = {
            "machine": self.moment.machines.name,
            "vessel": self.moment.vessels.name,
            "block": self.moment.terminal.blocks.name,
        }
        return names[kind][row]

    def _number(self, kind: str, row: int) -> str:
        assert self.moment is not None
        if old := stale_age(self.moment, kind, row):
            return f"▲ {age(old)}"  # the shape too, not the colour alone
        if kind == "machine":
            return status(int(self.moment.machines.status[row]))
        boxes = self._boxes[kind][row]
        return count(boxes) if boxes else DASH

    def _old(self, index: Index) -> int:
        thing = self.thing(index)
        return stale_age(self.moment, *thing) if thing and self.moment else 0

    def _tone(self, index: Index) -> str:
        if self._old(index):
            return "warn" if index.column() else "text.2"
        return "text.3" if index.column() else "text"

    def _picture(self, index: Index) -> object:
        level = index.internalId()
        name = "house" if level == 0 else self.groups[index.row() if level == 1 else level - 2].picture
        return _tinted(name, self._look.colour("text.2").name())


def _here(moment: Moment) -> tuple[bytes, bytes]:
    """What tells whether the same things are there."""
    return moment.machines.here.tobytes(), moment.vessels.gone.tobytes()


_icons: dict[tuple[str, str], object] = {}


def _tinted(name: str, colour: str) -> object:
    if (name, colour) not in _icons:
        _icons[name, colour] = pixmap(name, QColor(colour), 14)
    return _icons[name, colour]
