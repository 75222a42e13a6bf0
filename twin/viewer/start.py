"""The start page: samples to play at once, and how to open a file."""

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from twin.errors import BadFile
from twin.samples import sample
from twin.viewer.style import Look
from twin.viewer.tokens import SIZES
from twin.viewer.widgets import Button, label

KINDS = {".mcap": "recording", ".yaml": "layout"}


def samples() -> list[Path]:
    """The recordings and layouts that come with twin, recordings first."""
    found: list[Path] = []
    for room, ending in (("replay", "*.mcap"), ("layouts", "*.yaml")):
        try:
            found += sorted(path for path in sample(room).glob(ending) if not path.name.endswith(".rules.yaml"))
        except BadFile:
            continue
    return found


class StartPage(QWidget):
    """Says `chosen` with a path, or `browsed` when the person wants to look for one."""

    chosen = Signal(object)
    browsed = Signal()

    def __init__(self, look: Look) -> None:
        super().__init__()
        self.setObjectName("start")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        column = QVBoxLayout()
        column.setSpacing(12)
        column.addStretch(2)
        column.addWidget(label("twin", px=22, weight=600))
        column.addWidget(label("A container terminal, drawn, live and replayed", tone="2"))
        column.addSpacing(12)
        open_ = Button(look, "open", "Open a layout or recording", role="main", tip="Open (Ctrl+O)")
        open_.setFixedHeight(30)
        open_.clicked.connect(lambda: self.browsed.emit())
        column.addWidget(open_, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(label("or drop a file anywhere in this window", tone="3"))
        self.sentence = label("", tone="warn")
        self.sentence.setWordWrap(True)
        self.sentence.setTextFormat(Qt.TextFormat.PlainText)
        self.sentence.setMinimumWidth(560)
        column.addWidget(self.sentence)
        column.addSpacing(12)
        column.addLayout(self._samples(look))
        column.addStretch(3)
        line = QHBoxLayout(self)
        line.addStretch(1)
        line.addLayout(column, 3)
        line.addStretch(1)

    def say(self, text: str) -> None:
        """Show the sentence *text*."""
        self.sentence.setText(text)

    def _samples(self, look: Look) -> QVBoxLayout:
        column, grid = QVBoxLayout(), QGridLayout()
        title = QHBoxLayout()
        title.addWidget(label("Samples", px=15, weight=600))
        title.addWidget(label("play at once, nothing to set up", tone="3"))
        title.addStretch()
        column.addLayout(title)
        grid.setSpacing(12)
        for i, path in enumerate(samples()):
            kind = KINDS.get(path.suffix, "file")
            button = Button(
                look,
                "play" if kind == "recording" else "block",
                f" {path.stem}\n {kind}",
                role="sample",
                tip=str(path.name),
            )
            button.setFixedSize(236, 54)
            button.clicked.connect(lambda _=False, path=path: self.chosen.emit(path))
            grid.addWidget(button, i // 3, i % 3)
        grid.setColumnStretch(3, 1)
        column.addSpacing(SIZES.padding)
        column.addLayout(grid)
        return column
