"""What a person points at: an outline around a thing, and measured distances.  Drawn over everything."""

from collections.abc import Callable

import numpy as np
from vtkmodules.vtkRenderingCore import vtkActor

from twin.geometry import Floats, corners
from twin.moment import Moment
from twin.scene import draw
from twin.scene.labels import Sign
from twin.scene.look import Colour

BRIGHT: Colour = (64, 224, 255)  # '#40E0FF'
CASING: Colour = (10, 16, 24)
VERDICTS: dict[str, Colour] = {
    "pass": (64, 214, 120),
    "warn": (255, 190, 40),
    "fail": (255, 72, 72),
    "unknown": (190, 196, 204),
}
_EDGES = np.array([[0, 1], [1, 2], [2, 3], [3, 0], [4, 5], [5, 6], [6, 7], [7, 4], [0, 4], [1, 5], [2, 6], [3, 7]])
SWELL = 0.12  # metres an outline stands off


class _Lines:
    """Bright lines on a dark casing."""

    def __init__(self, stages: draw.Stages, colour: Colour, width: float) -> None:
        self.actors: list[vtkActor] = []
        for tone, wide in ((CASING, width + 2.5), (colour, width)):
            actor = draw.flat_actor(draw.poly_data(np.zeros((0, 3)), None), tone)
            actor.GetProperty().SetLineWidth(wide)
            actor.PickableOff()
            actor.UseBoundsOff()
            stages.add("overlay", actor)
            self.actors.append(actor)

    def show(self, points: Floats, lines: Floats) -> None:
        for actor in self.actors:
            draw.put(actor, draw.poly_data(points, None, lines=lines.astype(np.int64)))
            actor.SetVisibility(len(lines) > 0)

    def recolour(self, colour: Colour) -> None:
        self.actors[1].GetProperty().SetColor(*(c / 255 for c in colour))


class Marks:
    """The outline and the distances of a scene."""

    def __init__(self, stages: draw.Stages) -> None:
        self.stages = stages
        self._outline: _Lines | None = None
        self._chosen: tuple[str, int] | None = None
        self._pool: list[_Lines] = []
        self._used = 0
        self.signs: list[Sign] = []

    def highlight(self, kind: str, row: int, moment: Moment | None) -> None:
        """Outline a 'container', 'machine', 'vessel' or 'block' row; it moves along.  Another *kind* ('') ends it."""
        self._chosen = (kind, row) if kind in _BOX and row >= 0 else None
        self.follow(moment)

    def follow(self, moment: Moment | None) -> None:
        """Bring the outline to where its thing is now."""
        box = _BOX[self._chosen[0]](moment, self._chosen[1]) if self._chosen and moment is not None else None
        if box is not None and np.isfinite(box).all():
            self._outline = self._outline or _Lines(self.stages, BRIGHT, 2.0)
            self._outline.show(box, _EDGES)
        elif self._outline:
            self._outline.show(np.zeros((0, 3)), np.zeros((0, 2)))

    def distance(self, p1: Floats, p2: Floats, text: str, verdict: str) -> None:
        """A line from *p1* to *p2* (3,) in the colour of *verdict* with *text* at its middle."""
        colour = VERDICTS.get(verdict, VERDICTS["unknown"])
        if self._used == len(self._pool):
            self._pool.append(_Lines(self.stages, colour, 2.5))
        line = self._pool[self._used]
        self._used += 1
        line.recolour(colour)
        line.show(np.array([p1, p2], float), np.array([[0, 1]]))
        x, y, z = ((np.asarray(p1, float) + p2) / 2).tolist()
        style = verdict if verdict in VERDICTS else "unknown"
        self.signs.append(Sign(text, (x, y, z), 1e6 - self._used, style))

    def clear(self) -> None:
        """Take all distances away."""
        for line in self._pool[: self._used]:
            line.show(np.zeros((0, 3)), np.zeros((0, 2)))
        self._used, self.signs = 0, []


def _prism(box: Floats) -> Floats:
    """(8, 3) corners of one yaw box (8,), a little swollen."""
    grown = box.copy()[None]
    grown[:, 4:6] += SWELL
    ring = corners(grown)[0]
    low, high = np.full((4, 1), box[2] - SWELL), np.full((4, 1), box[3] + SWELL)
    return np.concatenate([np.hstack([ring, low]), np.hstack([ring, high])])


def _container(moment: Moment, row: int) -> Floats | None:
    return _prism(moment.container_boxes[row]) if row < len(moment.containers) else None


def _machine(moment: Moment, row: int) -> Floats | None:
    boxes, owner = moment.machine_boxes
    mine = boxes[owner == row]
    if not len(mine):
        return None
    cos, sin = np.cos(moment.machines.yaw[row]), np.sin(moment.machines.yaw[row])
    flat = corners(mine).reshape(-1, 2) @ np.array([[cos, -sin], [sin, cos]])
    (x0, y0), (x1, y1) = flat.min(0), flat.max(0)
    x, y = np.array([[cos, -sin], [sin, cos]]) @ ((x0 + x1) / 2, (y0 + y1) / 2)
    return _prism(np.array([x, y, mine[:, 2].min(), mine[:, 3].max(), (x1 - x0) / 2, (y1 - y0) / 2, cos, sin]))


def _vessel(moment: Moment, row: int) -> Floats | None:
    v = moment.vessels
    if row >= len(v) or not v.present[row]:
        return None
    z0 = float(moment.terminal.site.water_level)
    half = float(v.length[row]) / 2, float(v.beam[row]) / 2
    return _prism(np.array([v.x[row], v.y[row], z0, z0 + 40, *half, np.cos(v.yaw[row]), np.sin(v.yaw[row])]))


def _block(moment: Moment, row: int) -> Floats | None:
    b = moment.terminal.blocks
    if row >= len(b):
        return None
    length, width = b.bays[row] * b.bay_pitch[row] / 2, b.rows[row] * b.row_pitch[row] / 2
    cos, sin = np.cos(b.yaw[row]), np.sin(b.yaw[row])
    side = width * b.row_sign[row]
    x, y = b.x[row] + cos * length - sin * side, b.y[row] + sin * length + cos * side
    high = b.z[row] + 2.9 * b.tiers[row]
    return _prism(np.array([x, y, b.z[row] + 0.2, high, length, width, cos, sin]))


_BOX: dict[str, Callable[[Moment, int], Floats | None]] = {
    "container": _container, "machine": _machine, "vessel": _vessel, "block": _block,
}  # fmt: skip
