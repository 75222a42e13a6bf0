"""Where an eye has to be: so that points fill its picture, so that nothing stands in its way."""

import numpy as np

from twin.geometry import Floats, corners
from twin.moment import Moment
from twin.terminal import Terminal

ASPECT = 1.6  # pictures are about 16:9, windows a little narrower
NEAR_MAST = 120.0  # metres, beyond which a mast is too thin to be in the way


def corner_points(boxes: Floats) -> Floats:
    """(8 b, 3) corners of yaw boxes (b, 8)."""
    flat = corners(boxes)
    low, high = (
        np.dstack([flat, np.broadcast_to(boxes[:, [column], None], (*flat.shape[:2], 1))]) for column in (2, 3)
    )
    return np.concatenate([low, high]).reshape(-1, 3)


def axes_of(towards: Floats) -> tuple[Floats, Floats, Floats]:
    """Right, up and forward unit vectors of an eye that looks along *towards*, not straight down."""
    forward = towards / np.linalg.norm(towards)
    right = np.array([forward[1], -forward[0], 0.0]) / np.hypot(forward[0], forward[1])
    return right, np.cross(right, forward), forward


def fitted_eye(points: Floats, towards: Floats, view_angle: float, margin: float = 1.15) -> Floats:
    """The nearest place from which *points* (n, 3) all lie in a picture *view_angle* degrees high, seen *towards*."""
    right, up, forward = axes_of(towards)
    depth = points @ forward
    rise = float(np.tan(np.radians(view_angle / 2))) / margin
    ends = []
    for side, slope in ((points @ right, rise * ASPECT), (points @ up, rise)):
        # The two planes through the eye that touch the points on either side.
        ends.append((float((side + slope * depth).min()), float((side - slope * depth).max()), slope))
    back = min((high - low) / (2 * slope) for high, low, slope in ends)
    x, y = ((high + low) / 2 for high, low, _ in ends)
    return np.asarray(right * x + up * y + forward * back)


def in_the_way(eye: Floats, towards: Floats, view_angle: float, things: Floats, depth: float) -> float:
    """How much *things* (n, 3) nearer than *depth* metres cover the picture: the nearer its middle the more."""
    right, up, forward = axes_of(towards)
    away = things - eye
    ahead = away @ forward
    before = (ahead > 0.5) & (ahead < depth)
    rise = np.tan(np.radians(view_angle / 2))
    x, y = (np.abs(away[before] @ axis) / (ahead[before] * rise) for axis in (right, up))
    cover = np.clip(1 - x / ASPECT, 0, 1) * (y < 1) * depth / ahead[before]
    return float(cover.sum())


def mast_points(terminal: Terminal) -> Floats:
    """(n, 3) points up the masts and chimneys of *terminal*, close enough together that none slips through."""
    slim = [s for s in terminal.structures if s.kind == "mast"]
    points = [(s.x, s.y, s.z + share * s.height) for s in slim for share in np.linspace(0, 1, 16)]
    return np.array(points, float).reshape(-1, 3)


def machine_points(moment: Moment, row: int) -> Floats:
    """(n, 3) corners of the part boxes of machine *row* and of its load; none while nobody knows where it is."""
    boxes, owner = moment.machine_boxes
    load = moment.containers.aboard
    load = load[moment.containers.where[load] == row]
    own = np.concatenate([boxes[owner == row], moment.container_boxes[load]])
    return corner_points(own[np.isfinite(own).all(axis=1)])


def other_points(moment: Moment, row: int) -> Floats:
    """(n, 3) middles of the part boxes of all other machines."""
    boxes, owner = moment.machine_boxes
    others = boxes[(owner != row) & np.isfinite(boxes).all(axis=1)]
    return np.column_stack([others[:, :2], others[:, 2:4].mean(axis=1)])
