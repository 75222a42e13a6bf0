"""Named places to look from, reckoned from the terminal and the moment."""

from dataclasses import dataclass, replace

import numpy as np

from twin.errors import UnknownName
from twin.geometry import Floats, turned
from twin.moment import Moment
from twin.scene.fitting import (
    NEAR_MAST,
    corner_points,
    fitted_eye,
    in_the_way,
    machine_points,
    mast_points,
    other_points,
)
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
    cameras = []
    for along in (-70, -40, -95, 70, 40, 95, -15, 15):
        offset = f.inland * 95 + f.along * along
        position = (float(x + offset[0]), float(y + offset[1]), 38.0)
        cameras.append(Camera(position, (float(x), float(y), 3.0), view_angle=34))
    return _clearest(cameras, terminal)


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
    """All of a machine, from the side where least stands before it."""
    x, y, yaw, size = _machine_place(name, terminal, moment)
    tall = size > 60  # a quay crane: over the ship before it
    row = moment.machine(name) if moment is not None else -1
    points = machine_points(moment, row) if moment is not None else np.zeros((0, 3))
    others = mast_points(terminal)
    if moment is not None:
        others = np.concatenate([others, other_points(moment, row)])
    if not len(points):
        points = corner_points(np.array([[x, y, 0.0, size * 0.8, size / 2, size / 2, 1.0, 0.0]]))
    angle, low = (44, 0.42) if tall else (40, 0.36)
    turns = (-1.1, -2.04, -1.35, -1.79, -1.57) if tall else (-0.95, 0.95, -2.19, 2.19, -0.6, 0.6, -1.4, 1.4)
    found, least = None, np.inf
    for turn in turns:
        towards = -np.array([np.cos(yaw + turn), np.sin(yaw + turn), low])
        eye = fitted_eye(points, towards, angle)
        ahead = float(((points.min(axis=0) + points.max(axis=0)) / 2 - eye) @ towards / np.linalg.norm(towards))
        cover = in_the_way(eye, towards, angle, others, ahead)
        if cover < least - 1e-9:
            found, least = _from(eye, towards, ahead, angle), cover
    assert found is not None
    return found


def _from(eye: Floats, towards: Floats, distance: float, view_angle: float) -> Camera:
    focal = eye + towards / np.linalg.norm(towards) * max(distance, 2.0)
    return Camera(_point(eye), _point(focal), view_angle=view_angle)


def _point(values: Floats) -> Point:
    x, y, z = (float(value) for value in values)
    return x, y, z


def _clearest(cameras: list[Camera], terminal: Terminal) -> Camera:
    """The first of *cameras* that has the fewest masts close before it."""
    masts = mast_points(terminal)

    def cover(camera: Camera) -> float:
        eye = np.array(camera.position)
        return in_the_way(eye, np.array(camera.focal_point) - eye, camera.view_angle, masts, NEAR_MAST)

    return min(cameras, key=cover)


def _cab(name: str, terminal: Terminal, moment: Moment | None) -> Camera:
    x, y, yaw, size = _machine_place(name, terminal, moment)
    row = moment.machine(name) if moment is not None else -1
    points = machine_points(moment, row) if moment is not None else np.zeros((0, 3))
    ahead = np.array([np.cos(yaw), np.sin(yaw)])
    if moment is None or not len(points):
        eye = (x + ahead[0] * size / 2, y + ahead[1] * size / 2, max(size * 0.5, 3.0))
        return Camera(eye, (x + ahead[0] * (size + 60), y + ahead[1] * (size + 60), 0.0), view_angle=52)
    cab, kind = _cab_place(moment, row), terminal.catalogue.kinds.get(moment.machines.kind[row])
    if kind is not None and kind.group == "sts" and cab is not None:
        return _quay_crane_cab(cab, np.array([-ahead[1], ahead[0]]), terminal)
    if kind is not None and kind.group in ("rtg", "armg"):
        ahead = ahead * _longer_way(np.array([x, y]), ahead, terminal)
    # Before the machine's own parts and, on a crane, outside the portal at the height of the cab.
    front = float(((points[:, :2] - (x, y)) @ ahead).max()) + 1.2
    side = np.array([-ahead[1], ahead[0]])
    aside = float((cab[:2] - (x, y)) @ side) if cab is not None else 0.0
    up = float(cab[2]) if cab is not None else float(points[:, 2].max()) * 0.72
    eye_at = np.array([x, y]) + ahead * front + side * aside
    up = max(up - 1.2, 2.4)
    look = eye_at + ahead * max(40.0, 3.2 * up)
    return Camera((float(eye_at[0]), float(eye_at[1]), up), (float(look[0]), float(look[1]), 0.0), view_angle=52)


def _cab_place(moment: Moment, row: int) -> Floats | None:
    """Middle of the roof of the machine's cab (3,), where its kind has one and its place is known."""
    kind = moment.terminal.catalogue.kinds.get(moment.machines.kind[row])
    cab = kind.part("cab") if kind else -1
    if kind is None or cab < 0 or (kind.name, cab) not in moment.parts.table.first:
        return None
    span = moment.parts.table.first[kind.name, cab]
    at = span.start + int(np.flatnonzero(moment.parts.table.machine[span] == row)[0])
    origin, yaw = moment.parts.position[at], float(moment.parts.yaw[at])
    boxes = np.array(kind.parts[cab].boxes, float).reshape(-1, 6)
    if not len(boxes) or not np.isfinite(origin).all():
        return None
    x, y = boxes[:, 0::3].mean(), boxes[:, 1::3].mean()
    return np.asarray(origin + np.array([*turned(x, y, np.asarray(yaw)), boxes[0, 5]]))


def _quay_crane_cab(cab: Floats, inland: Floats, terminal: Terminal) -> Camera:
    """From the cab's landward window, over the yard."""
    along = np.array([inland[1], -inland[0]])
    cameras = []
    for aside in _towards_blocks(cab[:2], along, terminal):
        eye, look = cab[:2] + inland * 2.4, cab[:2] + inland * 120 + along * aside
        position = (float(eye[0]), float(eye[1]), float(cab[2]) - 2.0)
        cameras.append(Camera(position, (float(look[0]), float(look[1]), 0.0), view_angle=52))
    return _clearest(cameras, terminal)


def _towards_blocks(at: Floats, along: Floats, terminal: Terminal) -> list[float]:
    """Metres along the quay by which to look aside from *at*, of a set, without those that look past all blocks."""
    asides = [35.0, -35.0, 60.0, -60.0, 10.0, -10.0, 85.0, -85.0]
    if not len(terminal.blocks.name):
        return asides
    places = (_block_middles(terminal) - at) @ along
    return [aside for aside in asides if places.min() <= aside <= places.max()] or [
        float(np.clip(places[np.argmin(np.abs(places))], -85.0, 85.0))
    ]


def _block_middles(terminal: Terminal) -> Floats:
    """Middles of the blocks on the ground (n, 2)."""
    b = terminal.blocks
    x, y = b.bays * b.bay_pitch / 2, b.rows * b.row_pitch * b.row_sign / 2
    return np.column_stack([b.x, b.y]) + np.column_stack(turned(x, y, b.yaw))


def _longer_way(at: Floats, ahead: Floats, terminal: Terminal) -> float:
    """1 or -1: which way along *ahead* more of the nearest block lies before a crane at *at*."""
    if not len(terminal.blocks.name):
        return 1.0
    middle = _block_middles(terminal)
    across = np.abs((middle - at) @ np.array([-ahead[1], ahead[0]]))
    nearest = int(np.argmin(across + 0.1 * np.abs((middle - at) @ ahead)))
    return 1.0 if float((middle[nearest] - at) @ ahead) >= 0 else -1.0


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
