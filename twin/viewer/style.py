"""Tokens -> QSS, fonts, colours for painters."""

from functools import cache

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase

from twin.viewer.tokens import DARK, MONO_FACES, SIZES, THEMES, UI_FACES, Theme

_QSS = """
QMainWindow, QWidget#start {{ background: {bg.window}; }}
QWidget {{ color: {text}; selection-background-color: {accent.bg}; selection-color: {text}; }}
QWidget[ground="panel"], QDockWidget > QWidget {{ background: {bg.panel}; }}
QWidget[ground="bar"] {{ background: {bg.bar}; }}
QWidget#menu, QWidget#viewHeader {{ border-bottom: 1px solid {line}; }}
QWidget#dockHeader {{ border-bottom: 1px solid {line}; border-top: 1px solid {line}; }}
QMainWindow::separator {{ background: {line}; width: 1px; height: 1px; }}
QMainWindow::separator:hover {{ background: {accent}; }}
QMenuBar {{ background: transparent; color: {text.2}; }}
QMenuBar::item {{ background: transparent; padding: 4px 8px; border-radius: {radius}px; }}
QMenuBar::item:selected, QMenuBar::item:pressed {{ background: {bg.field}; color: {text}; }}
QMenu {{ background: {bg.panel}; border: 1px solid {line.strong}; padding: 4px; }}
QMenu::item {{ padding: 4px 24px 4px 12px; border-radius: {radius}px; }}
QMenu::item:selected {{ background: {accent.bg}; }}
QMenu::item:disabled {{ color: {text.3}; }}
QMenu::separator {{ height: 1px; background: {line}; margin: 4px 8px; }}
QMenu::indicator {{ width: 12px; height: 12px; margin-left: 6px; }}
QLabel {{ background: transparent; }}
QLabel[tone="2"] {{ color: {text.2}; }}
QLabel[tone="3"] {{ color: {text.3}; }}
QLabel[tone="warn"] {{ color: {warn}; }}
QLineEdit, QComboBox {{ background: {bg.field}; border: 1px solid {line.control}; border-radius: {radius}px;
    padding: 0 6px; min-height: 22px; color: {text}; }}
QLineEdit:focus, QComboBox:focus {{ border: 2px solid {accent}; padding: 0 5px; min-height: 20px; }}
QLineEdit[bad="true"] {{ border: 2px solid {fail}; }}
QLineEdit:disabled, QComboBox:disabled {{ color: {text.3}; border-color: {line}; }}
QComboBox::drop-down {{ border: 0; width: 18px; }}
QComboBox::down-arrow {{ image: none; }}
QComboBox QAbstractItemView {{ background: {bg.panel}; border: 1px solid {line.strong}; outline: 0;
    selection-background-color: {accent.bg}; selection-color: {text}; }}
QToolButton {{ background: transparent; border: 1px solid transparent; border-radius: {radius}px; padding: 3px 6px;
    color: {text.2}; }}
QToolButton:hover {{ background: {bg.field}; color: {text}; }}
QToolButton:checked {{ background: {accent.bg}; color: {text}; }}
QToolButton:disabled {{ color: {line.strong}; }}
QToolButton:focus {{ border: 2px solid {accent}; padding: 2px 5px; }}
QToolButton[role="main"] {{ background: {accent}; color: {accent.on}; padding: 3px 8px; }}
QToolButton[role="main"]:disabled {{ background: {bg.field}; }}
QToolButton[role="boxed"] {{ border: 1px solid {line.control}; }}
QToolButton[role="boxed"]:checked {{ border-color: {accent}; }}
QToolButton[role="sample"] {{ background: {bg.panel}; border: 1px solid {line}; border-radius: 6px; padding: 10px 12px;
    color: {text}; text-align: left; }}
QToolButton[role="sample"]:hover, QToolButton[role="sample"]:focus {{ border: 2px solid {accent}; padding: 9px 11px; }}
QTreeView, QTableView {{ background: {bg.panel}; border: 0; outline: 0; alternate-background-color: {bg.panel}; }}
QTreeView::item {{ height: {tree_row}px; border: 0; padding-right: 6px; }}
QTableView::item {{ border-bottom: 1px solid {line}; padding: 0 8px; }}
QTreeView::item:hover, QTableView::item:hover {{ background: {bg.bar}; }}
QTreeView::item:selected, QTableView::item:selected {{ background: {accent.bg}; }}
QTreeView:focus, QTableView:focus {{ border: 2px solid {accent}; }}
QTreeView::branch {{ background: {bg.panel}; }}
QTreeView::branch:selected {{ background: {accent.bg}; }}
QTreeView::branch:has-children {{ image: none; }}
QHeaderView::section {{ background: {bg.panel}; color: {text.3}; border: 0; border-bottom: 1px solid {line};
    padding: 0 8px; height: {table_row}px; }}
QScrollBar:vertical {{ background: transparent; width: 10px; margin: 0; }}
QScrollBar:horizontal {{ background: transparent; height: 10px; margin: 0; }}
QScrollBar::handle {{ background: {line.strong}; border-radius: 3px; margin: 2px; min-height: 24px; min-width: 24px; }}
QScrollBar::handle:hover {{ background: {line.control}; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
QStatusBar {{ background: {bg.bar}; border-top: 1px solid {line}; color: {text.2}; }}
QStatusBar::item {{ border: 0; }}
QToolTip {{ background: {bg.field}; color: {text}; border: 1px solid {line.strong}; padding: 4px; }}
QFrame[role="rule"] {{ background: {line}; max-width: 1px; min-width: 1px; border: 0; }}
"""


class Look(QObject):
    """The theme in use; painters ask it for colours, widgets are told when it changes."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.name = "dark"

    @property
    def theme(self) -> Theme:
        return THEMES[self.name]

    def colour(self, token: str, opacity: float = 1.0) -> QColor:
        """The colour called *token*."""
        found = QColor(self.theme[token])
        found.setAlphaF(opacity)
        return found

    def choose(self, name: str) -> None:
        """Use the theme called *name*: 'dark' or 'light'."""
        if name != self.name:
            self.name = name
            self.changed.emit()


def qss(theme: Theme) -> str:
    """The style sheet of *theme*.  Fonts are not in it: QSS would lose the tabular figures."""
    text = _QSS
    for name in DARK:
        text = text.replace(f"{{{name}}}", theme[name])
    for name in ("radius", "tree_row", "table_row"):
        text = text.replace(f"{{{name}}}", str(getattr(SIZES, name)))
    return text.replace("{{", "{").replace("}}", "}")


@cache
def _face(faces: tuple[str, ...]) -> str:
    known = set(QFontDatabase.families())
    return next((face for face in faces if face in known), "")


def font(px: float = SIZES.body, *, weight: int = 400, mono: bool = False) -> QFont:
    """The window's face at *px* pixels; figures are always of one width."""
    made = QFont(_face(MONO_FACES if mono else UI_FACES))
    made.setPixelSize(round(px))
    made.setWeight(QFont.Weight(weight))
    made.setFeature(QFont.Tag("tnum"), 1)
    return made
