"""The inspector: what is known of the selected thing, each value with its age."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from twin.moment import Moment
from twin.viewer.details import Details, Row, age_text, details
from twin.viewer.icons import GROUPS, pixmap
from twin.viewer.style import Look, font
from twin.viewer.tokens import SIZES
from twin.viewer.widgets import Button, bar, label

WIDTHS = (88, 46)  # of the property and the age


class PropertyRow(QWidget):
    """One property: name, value, age."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        line = QHBoxLayout(self)
        line.setContentsMargins(SIZES.padding, 1, SIZES.padding, 1)
        self.name, self.value, self.age = label(tone="2"), label(weight=500), label(tone="3")
        self.name.setFixedWidth(WIDTHS[0])
        self.age.setFixedWidth(WIDTHS[1])
        self.value.setWordWrap(True)
        self.value.setTextFormat(Qt.TextFormat.PlainText)
        self.value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.age.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        line.addWidget(self.name)
        line.addWidget(self.value, 1)
        line.addWidget(self.age)
        self.setMinimumHeight(SIZES.tree_row + 2)

    def show_row(self, row: Row, old: str, *, stale: bool) -> None:
        """Show *row*, heard *old* ago; past its limit the age is in the colour of a warning."""
        _say(self.name, row.name)
        if _say(self.value, row.value):
            self.value.setFont(font(SIZES.secondary if row.mono else SIZES.body, weight=500, mono=row.mono))
        _say(self.age, ("▲ " if stale else "") + old)
        tone = "warn" if stale else "3"
        if self.age.property("tone") != tone:
            self.age.setProperty("tone", tone)
            self.age.style().polish(self.age)


class Inspector(QWidget):
    """Shows one thing; says `fly` and `follow` when its buttons are pressed."""

    fly = Signal()
    follow = Signal(bool)

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self.shown: Details | None = None
        self.setMinimumWidth(220)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        self.head, line = bar(52, ground="panel")
        self.picture, self.name, self.subtitle = QLabel(), label(px=SIZES.thing, weight=600), label(tone="3")
        self.name.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.fly_button = Button(look, "fly", role="boxed", tip="Fly there (G, or double click)")
        self.follow_button = Button(look, "follow", role="boxed", tip="Follow (F)")
        self.follow_button.setCheckable(True)
        self.fly_button.clicked.connect(lambda: self.fly.emit())
        self.follow_button.clicked.connect(self.follow.emit)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.setContentsMargins(2, 6, 0, 6)
        words.addWidget(self.name)
        words.addWidget(self.subtitle)
        line.addWidget(self.picture)
        line.addLayout(words, 1)
        line.addWidget(self.fly_button)
        line.addWidget(self.follow_button)
        self.titles = self._titles()
        self.rows: list[PropertyRow] = []
        self._lines = QVBoxLayout()
        self._lines.setSpacing(0)
        self.empty = label("Nothing selected. Click a box, a machine or a vessel, or find one by its name.", tone="3")
        self.empty.setWordWrap(True)
        self.empty.setContentsMargins(12, 12, 12, 12)
        for part in (self.head, self.titles, self.empty):
            whole.addWidget(part)
        whole.addWidget(self._scrolled(), 1)
        look.changed.connect(self._tint)
        self._arrange(False)

    def _scrolled(self) -> QScrollArea:
        inner = QWidget()
        inner.setProperty("ground", "panel")
        inner.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 2, 0, 2)
        column.addLayout(self._lines)
        column.addStretch()
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(inner)
        return area

    def _titles(self) -> QWidget:
        strip, line = bar(SIZES.table_row, ground="panel")
        name, value, heard = label("Property", tone="3"), label("Value", tone="3"), label("Age", tone="3")
        name.setFixedWidth(WIDTHS[0])
        heard.setFixedWidth(WIDTHS[1])
        for title in (value, heard):
            title.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        line.addWidget(name)
        line.addWidget(value, 1)
        line.addWidget(heard)
        return strip

    def show_thing(self, moment: Moment | None, thing: tuple[str, int] | None) -> None:
        """Show *thing* (kind and row) as it is in *moment*; nothing for None."""
        found = details(moment, *thing) if moment is not None and thing is not None else None
        other = found is None or self.shown is None or (found.kind, found.name) != (self.shown.kind, self.shown.name)
        self.shown = found
        self._arrange(found is not None)
        if found is None or moment is None:
            return
        _say(self.name, found.name)
        self.name.setFont(font(SIZES.thing, weight=600, mono=found.kind == "container"))
        room = max(self.width() - 140, 120)
        _say(self.subtitle, self.subtitle.fontMetrics().elidedText(found.subtitle, Qt.TextElideMode.ElideRight, room))
        self.subtitle.setToolTip(found.subtitle)
        self._fill(moment, found)
        if other:
            self._tint()

    def _fill(self, moment: Moment, found: Details) -> None:
        while len(self.rows) < len(found.rows):
            self.rows.append(PropertyRow(self._look))
            self._lines.addWidget(self.rows[-1])
        for i, line in enumerate(self.rows):
            line.setVisible(i < len(found.rows))
        for line, row in zip(self.rows, found.rows, strict=False):
            old = found.limit > 0 and row.heard is not None and moment.t - row.heard > found.limit
            line.show_row(row, age_text(moment, row.heard), stale=old)

    def _arrange(self, something: bool) -> None:
        self.head.setVisible(something)
        self.titles.setVisible(something)
        self.empty.setVisible(not something)
        if not something:
            for line in self.rows:
                line.hide()

    def _tint(self) -> None:
        if self.shown:
            picture = GROUPS.get(self.shown.kind, "sts" if "crane" in self.shown.subtitle.lower() else "truck")
            self.picture.setPixmap(pixmap(picture, self._look.colour("accent"), 20))

    @property
    def text(self) -> str:
        """All that is shown, a line a property, for the clipboard."""
        if self.shown is None:
            return ""
        return "\n".join(
            [self.shown.name, self.shown.subtitle, *(f"{row.name}\t{row.value}" for row in self.shown.rows)]
        )


def _say(where: QLabel, text: str) -> bool:
    if where.text() == text:
        return False
    where.setText(text)
    return True
