"""Paths that vehicles drive: straight pieces joined by arcs, driven as fast as the vehicle and the bends allow."""

from dataclasses import dataclass

import numpy as np

from twin.geometry import Floats, lerp_angle

STEP = 0.5  # metres between points of a path
SIDEWAYS = 0.8  # m/s² in a bend, comfortable for a standing load
Point = tuple[float, float]


@dataclass(frozen=True)
class Drive:
    """A movement from rest to rest: at seconds *t* (k,) the vehicle's centre is at *x*, *y*, looking towards *yaw*."""

    t: Floats
    x: Floats
    y: Floats
    yaw: Floats
    forward: bool

    @property
    def start(self) -> float:
        return float(self.t[0])

    @property
    def end(self) -> float:
        return float(self.t[-1])

    def later(self, seconds: float) -> "Drive":
        """The same, *seconds* later."""
        return Drive(self.t + seconds, self.x, self.y, self.yaw, self.forward)

    def at(self, t: Floats) -> Floats:
        """x, y, yaw (n, 3) at seconds *t*; at rest before and after."""
        return np.stack([np.interp(t, self.t, column) for column in (self.x, self.y, self.yaw)], axis=1)


def rounded(points: list[Point], radius: float) -> Floats | None:
    """(k, 4): x, y, heading and bend (1/m) along *points*, corners rounded; None where an arc finds no room."""
    p = np.array(_without_repeats(points))
    if len(p) < 2:
        return None
    leg = np.diff(p, axis=0)
    long = np.hypot(leg[:, 0], leg[:, 1])
    heading = np.unwrap(np.arctan2(leg[:, 1], leg[:, 0]))
    turn = np.diff(heading)
    if np.any(np.abs(turn) > 2.0):
        return None
    cut = radius * np.tan(np.abs(turn) / 2)
    room = long.copy()
    room[:-1] -= cut
    room[1:] -= cut
    if np.any(room < -1e-6):
        return None
    pieces = []
    for i in range(len(leg)):
        unit = leg[i] / long[i]
        begin = p[i] + unit * (cut[i - 1] if i else 0.0)
        pieces.append(_straight(begin, unit, max(room[i], 0.0), heading[i]))
        if i < len(turn) and abs(turn[i]) > 1e-9:
            pieces.append(_arc(p[i + 1] - unit * cut[i], heading[i], turn[i], radius))
    last = np.array([[p[-1, 0], p[-1, 1], heading[-1], 0.0]])
    return np.concatenate([*pieces, last])


def _without_repeats(points: list[Point]) -> list[Point]:
    kept = [points[0]]
    for q in points[1:]:
        if abs(q[0] - kept[-1][0]) + abs(q[1] - kept[-1][1]) > 1e-6:
            kept.append(q)
    return kept


def _straight(begin: Floats, unit: Floats, length: float, heading: float) -> Floats:
    s = np.arange(max(int(np.ceil(length / STEP)), 1)) * (length / max(int(np.ceil(length / STEP)), 1))
    return np.stack(
        [begin[0] + unit[0] * s, begin[1] + unit[1] * s, np.full(len(s), heading), np.zeros(len(s))], axis=1
    )


def _arc(begin: Floats, heading: float, turn: float, radius: float) -> Floats:
    n = max(int(np.ceil(abs(turn) * radius / STEP)), 1)
    a = turn * np.arange(n) / n
    side = np.sign(turn) * radius
    x = begin[0] + side * (np.sin(heading + a) - np.sin(heading))
    y = begin[1] - side * (np.cos(heading + a) - np.cos(heading))
    return np.stack([x, y, heading + a, np.full(n, 1 / radius)], axis=1)


def driven(path: Floats, t: float, *, speed: float, acceleration: float, yaw: float, forward: bool) -> Drive:
    """The fastest drive along *path* from second *t*; *yaw* is where the vehicle looks now, to go on counting from."""
    ds = np.hypot(np.diff(path[:, 0]), np.diff(path[:, 1]))
    kept = np.append(True, ds > 1e-6)
    path, ds = path[kept], ds[kept[1:]]
    s = np.append(0.0, np.cumsum(ds))
    bend = np.maximum(path[:, 3], np.append(0.0, path[:-1, 3]))
    top = np.where(bend > 0, np.minimum(np.sqrt(SIDEWAYS / np.maximum(bend, 1e-9)), speed), speed) ** 2
    top[0] = top[-1] = 0.0
    up = np.minimum.accumulate(top - 2 * acceleration * s) + 2 * acceleration * s
    down = (np.minimum.accumulate((up + 2 * acceleration * s)[::-1]))[::-1] - 2 * acceleration * s
    v = np.sqrt(np.maximum(down, 0.0))
    seconds = np.append(0.0, np.cumsum(2 * ds / np.maximum(v[1:] + v[:-1], 1e-3)))
    facing = path[:, 2] + (0.0 if forward else np.pi)
    facing = facing + (lerp_angle(np.array(yaw), facing[:1], np.array(1.0))[0] - facing[0])
    return Drive(t + seconds, path[:, 0], path[:, 1], facing, forward)
