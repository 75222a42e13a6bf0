"""What the mouse points at: answered off the window's thread, written on the card in the corner."""

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QObject, Signal

from twin.geometry import Floats
from twin.moment import Moment
from twin.spatial.nearest import Picked, pick
from twin.spatial.stacks import Under, under
from twin.viewer.asking import Asker
from twin.viewer.canvas import Canvas
from twin.viewer.words import number

INTO = 0.02  # metres past a surface, so that a point on a box's wall lies in its slot


@dataclass(frozen=True)
class Pointed:
    """What a ray hits, and the stack there."""

    picked: Picked | None
    stack: Under | None


def pointed(moment: Moment, origin: Floats, way: Floats) -> Pointed:
    """What is seen along a ray, and the stack in whose slot it ends; machines over a stack hide it."""
    picked = pick(moment, origin, way)
    if picked is None or picked.kind in ("machine", "vessel"):
        return Pointed(picked, None)
    x, y, _ = picked.point + way * INTO
    return Pointed(picked, under(moment, float(x), float(y)))


def in_words(found: Pointed) -> tuple[str, ...]:
    """The lines of the card: where, the stack, the thing."""
    if found.picked is None:
        return ()
    x, y, z = found.picked.point.tolist()
    lines = [f"x {number(x)}  y {number(y)}  z {number(z)} m"]
    if found.stack is not None:
        s = found.stack
        tiers = f"{s.tiers} {'tier' if s.tiers == 1 else 'tiers'}, {number(s.metres)} m" if s.tiers else "empty"
        lines.append(f"{s.block}  bay {s.bay}  row {s.row}  {tiers}")
    if found.picked.kind != "ground":
        lines.append(found.picked.name)
    return tuple(lines)


class Pointing(QObject):
    """Follows the mouse over *canvas*; says `said` with the card's lines, `clicked` with what was hit and if twice."""

    said = Signal(object)
    clicked = Signal(object, bool)

    def __init__(self, canvas: Canvas, asker: Asker) -> None:
        super().__init__()
        self._canvas, self._asker = canvas, asker
        self.moment: Moment | None = None
        self._at: tuple[float, float] | None = None
        canvas.pointed.connect(self._point)
        canvas.left.connect(self._leave)
        canvas.clicked.connect(lambda x, y: self._click(x, y, twice=False))
        canvas.clicked_twice.connect(lambda x, y: self._click(x, y, twice=True))

    def refresh(self) -> None:
        """Ask again: time or the eye moved under a mouse that stands still."""
        if self._at is not None:
            self._point(*self._at)

    def _point(self, x: float, y: float) -> None:
        self._at = x, y
        self._ask("pointer", x, y, self._answer)

    def _leave(self) -> None:
        self._at = None
        self.said.emit(())

    def _answer(self, found: Pointed) -> None:
        if self._at is not None:
            self._canvas.under = None if found.picked is None else np.asarray(found.picked.point)
            self.said.emit(in_words(found))

    def _click(self, x: float, y: float, *, twice: bool) -> None:
        self._ask("click twice" if twice else "click", x, y, lambda found: self.clicked.emit(found.picked, twice))

    def _ask(self, key: str, x: float, y: float, answer: object) -> None:
        if self.moment is not None:
            moment, (origin, way) = self.moment, self._canvas.ray(x, y)
            self._asker.ask(key, lambda: pointed(moment, origin, way), answer)  # type: ignore[arg-type]
