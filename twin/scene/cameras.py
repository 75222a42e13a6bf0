"""Named places to look from, reckoned from the terminal and the moment."""

from dataclasses import dataclass, replace

import numpy as np

from twin.errors import UnknownName
from twin.geometry import Floats
from twin.moment import Moment
from twin.terminal import Terminal

PRESETS = ("overview", "quay", "yard", "plan", "gate")
ABOUT = ("block", "machine", "cab", "berth", "vessel")
Point = tuple[float, float, float]


@dataclass(frozen=True)
class Camera:
    """From where, towards what, which way up (site frame, metres), and how wide: the vertical angle in degrees."""

    position: Point
    focal_point: Point
    up: Point = (0.0, 0.0, 1.0)
    view_angle: float = 30.0

    def moved(self, offset: Point) -> "Camera":
        """The same view from a place *offset* away."""
        position = tuple(float(a + b) for a, b in zip(self.position, offset, strict=True))
        return replace(self, position=position)  # type: ignore[arg-type]


def named_camera(name: str, terminal: Terminal, moment: Moment | None = None) -> Camera:
    """The camera called *name*: a preset, or 'block:A01', 'machine:QC01', 'cab:QC01', 'berth:B1', 'vessel:NAME'.

    Raises `UnknownName`.
    """
    what, colon, whom = name.partition(":")
    if not colon and what in PRESETS:
        return _PRESET[what](terminal)
    if colon and what in ABOUT:
        return _OF[what](whom, terminal, moment)
    raise UnknownName("camera", name, [*PRESETS, *(f"{word}:NAME" for word in ABOUT)])


def camera_names(terminal: Terminal) -> list[str]:
    """Every camera that this terminal has without a moment."""
    names = [*PRESETS, *(f"block:{name}" for name in terminal.blocks.name)]
    names += [f"berth:{berth.name}" for berth in terminal.berths]
    return names + [f"{word}:{name}" for word in ("machine", "cab") for name in terminal.machines.name]


@dataclass(frozen=True)
class _Frame:
    """The terminal's ground from its quay: a point *at* so far along and landward of the first quay's middle."""

    middle: Floats
    along: Floats
    inland: Floats
    length: float
    depth: float

    def at(self, along: float, inland: float, z: float) -> Point:
        x, y = self.middle + self.along * along + self.inland * inland
        return float(x), float(y), z


def _frame(terminal: Terminal) -> _Frame:
    x0, y0, x1, y1 = terminal.bounds
    if not terminal.quays:
        return _Frame(np.array([(x0 + x1) / 2, y0]), np.array([1.0, 0]), np.array([0, 1.0]), x1 - x0, y1 - y0)
    q = terminal.quays[0]
    start, end = np.array([q.x0, q.y0]), np.array([q.x1, q.y1])
    along = (end - start) / max(float(np.hypot(*(end - start))), 1e-6)
    inland = np.array([-along[1], along[0]])
    corners = np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)]) - (start + end) / 2
    return _Frame(
        (start + end) / 2, along, inland, float(np.ptp(corners @ along)), float(max((corners @ inland).max(), 50))
    )


def _overview(terminal: Terminal) -> Camera:
    f = _frame(terminal)
    if not terminal.quays:  # nothing is at the water, so the whole yard is what there is to see
        size = max(f.length, f.depth)
        return Camera(f.at(size * 0.35, -size * 0.55, size * 0.55), f.at(0, f.depth * 0.44, 0), view_angle=44)
    reach = float(np.clip(f.length * 0.30, 230, 600))
    eye = f.at(reach * 0.85, -reach * 0.62, reach * 0.36)
    return Camera(eye, f.at(-reach * 0.28, f.depth * 0.20, 0), view_angle=32)


def _quay(terminal: Terminal) -> Camera:
    f = _frame(terminal)
    reach = min(f.length * 0.3, 260)
    return Camera(f.at(reach, -reach * 0.55, 58), f.at(-reach * 0.3, 30, 12), view_angle=34)


def _yard(terminal: Terminal) -> Camera:
    f = _frame(terminal)
    near = min(f.length * 0.22, 300)
    return Camera(f.at(near, f.depth * 0.95, 75), f.at(-near * 0.4, f.depth * 0.35, 0), view_angle=34)


def _plan(terminal: Terminal) -> Camera:
    x0, y0, x1, y1 = terminal.bounds
    f = _frame(terminal)
    x, y = (x0 + x1) / 2, (y0 + y1) / 2
    height = max(f.length / 2 / np.tan(np.radians(12)) / 1.6, f.depth * 0.75 / np.tan(np.radians(12)))
    up = (float(f.inland[0]), float(f.inland[1]), 0.0)
    return Camera((x, y, float(height) * 1.02), (x, y, 0.0), up, 24)


def _gate(terminal: Terminal) -> Camera:
    gates = [area for area in terminal.areas if area.kind == "gate"]
    if not gates:
        return _yard(terminal)
    x, y = np.mean(gates[0].ring, axis=0)
    f = _frame(terminal)
    offset = f.inland * 95 - f.along * 70
    return Camera((float(x + offset[0]), float(y + offset[1]), 38), (float(x), float(y), 3), view_angle=34)


def _block(name: str, terminal: Terminal, moment: Moment | None) -> Camera:
    row = terminal.block(name)
    b = terminal.blocks
    length, width = b.bays[row] * b.bay_pitch[row], b.rows[row] * b.row_pitch[row] * b.row_sign[row]
    along = np.array([np.cos(b.yaw[row]), np.sin(b.yaw[row])])
    across = np.array([-along[1], along[0]])
    corner = np.array([b.x[row], b.y[row]])
    middle = corner + along * min(length * 0.22, 45) + across * width / 2
    eye = corner - along * 40 - across * np.sign(width) * 20
    position, focal_point = (float(eye[0]), float(eye[1]), 41.0), (float(middle[0]), float(middle[1]), 0.0)
    return Camera(position, focal_point, view_angle=36)


def _machine_place(name: str, terminal: Terminal, moment: Moment | None) -> tuple[float, float, float, float]:
    if moment is not None:
        row = moment.machine(name)
        m = moment.machines
        x, y, yaw, kind = m.x[row], m.y[row], m.yaw[row], m.kind[row]
    else:
        if name not in terminal.machines.name:
            raise UnknownName("machine", name, terminal.machines.name)
        row, own = terminal.machines.name.index(name), terminal.machines
        x, y, yaw, kind = own.x[row], own.y[row], own.yaw[row], own.kind[row]
    known = terminal.catalogue.kinds.get(kind)
    size = max(known.length, known.width, known.height) if known else 15.0
    at = np.nan_to_num([x, y, yaw]).tolist()
    return at[0], at[1], at[2], size


def _machine(name: str, terminal: Terminal, moment: Moment | None) -> Camera:
    x, y, yaw, size = _machine_place(name, terminal, moment)
    if size > 60:  # a quay crane: over the ship before it
        reach, turn = size * 1.12, yaw - 1.0
        eye = x + reach * float(np.cos(turn)), y + reach * float(np.sin(turn)), size * 0.74
        return Camera(eye, (x, y, size * 0.31), view_angle=46)
    reach, turn = size * 1.35 + 6, yaw - 0.95
    eye = x + reach * float(np.cos(turn)), y + reach * float(np.sin(turn)), size * 0.42 + 3
    return Camera(eye, (x, y, min(size * 0.3, 36)), view_angle=40)


def _cab(name: str, terminal: Terminal, moment: Moment | None) -> Camera:
    x, y, yaw, size = _machine_place(name, terminal, moment)
    kind = None
    if moment is not None:
        row = moment.machine(name)
        kind = terminal.catalogue.kinds.get(moment.machines.kind[row])
        cab = kind.part("cab") if kind else -1
        if kind and cab >= 0 and (kind.name, cab) in moment.parts.table.first:
            span = moment.parts.table.first[kind.name, cab]
            at = span.start + int(np.flatnonzero(moment.parts.table.machine[span] == row)[0])
            px, py, pz = (float(v) for v in moment.parts.position[at])
            if np.isfinite((px, py, pz)).all():
                ahead = (-np.sin(yaw), np.cos(yaw)) if kind.group == "sts" else (np.cos(yaw), np.sin(yaw))
                # From the cab's landward window, over the yard.
                eye = (px + ahead[0] * 2.4, py + ahead[1] * 2.4, pz - 2.0)
                look = (px + ahead[0] * 120 + ahead[1] * 35, py + ahead[1] * 120 - ahead[0] * 35, 0.0)
                return Camera(eye, look, view_angle=52)
    ahead = (float(np.cos(yaw)), float(np.sin(yaw)))
    return Camera((x, y, max(size * 0.5, 3.0)), (x + ahead[0] * 60, y + ahead[1] * 60, 0.0), view_angle=52)


def _berth(name: str, terminal: Terminal, moment: Moment | None) -> Camera:
    berth = next((b for b in terminal.berths if b.name == name), None)
    if berth is None:
        raise UnknownName("berth", name, [b.name for b in terminal.berths])
    quay = next(q for q in terminal.quays if q.name == berth.quay)
    start, end = np.array([quay.x0, quay.y0]), np.array([quay.x1, quay.y1])
    along = (end - start) / max(float(np.hypot(*(end - start))), 1e-6)
    out = np.array([along[1], -along[0]])
    middle = start + along * (berth.start + berth.end) / 2
    reach = max(berth.end - berth.start, 60) * 0.75
    eye = middle + out * reach * 0.8 + along * reach * 0.65
    return Camera(
        (float(eye[0]), float(eye[1]), reach * 0.42), (float(middle[0]), float(middle[1]), 10.0), view_angle=34
    )


def _vessel(name: str, terminal: Terminal, moment: Moment | None) -> Camera:
    if moment is None:
        raise UnknownName("vessel", name, ())
    row = moment.vessel(name)
    v = moment.vessels
    reach, yaw = max(float(v.length[row]), 60.0), float(v.yaw[row])
    turn = yaw - 0.6
    eye = (float(v.x[row] + reach * np.cos(turn)), float(v.y[row] - abs(reach * np.sin(turn))), reach * 0.32)
    return Camera(eye, (float(v.x[row]), float(v.y[row]), 8.0), view_angle=34)


_PRESET = {"overview": _overview, "quay": _quay, "yard": _yard, "plan": _plan, "gate": _gate}
_OF = {"block": _block, "machine": _machine, "cab": _cab, "berth": _berth, "vessel": _vessel}
