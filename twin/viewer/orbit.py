"""Where the eye goes: orbit, pan, nearer, and flights.  Arrays in, arrays out; metres, site frame."""

from dataclasses import dataclass

import numpy as np

from twin.geometry import Floats

FLIGHT = 0.4  # seconds
NEAREST, FARTHEST = 2.0, 20_000.0  # metres from eye to what it looks at
LOWEST, STEEPEST = np.radians(-5.0), np.radians(89.9)  # the eye's elevation over what it looks at


@dataclass(frozen=True)
class Eye:
    """At *position* (3,), looking at *target* (3,), *angle* degrees of view from bottom to top."""

    position: Floats
    target: Floats
    angle: float = 30.0

    @property
    def distance(self) -> float:
        return float(np.linalg.norm(self.position - self.target))

    @property
    def polar(self) -> tuple[float, float]:
        """Azimuth and elevation (radians) of the eye seen from the target."""
        away = self.position - self.target
        return float(np.arctan2(away[1], away[0])), float(np.arctan2(away[2], np.hypot(away[0], away[1])))


def around(target: Floats, azimuth: float, elevation: float, distance: float, angle: float = 30.0) -> Eye:
    """An eye *distance* metres from *target*."""
    elevation = float(np.clip(elevation, LOWEST, STEEPEST))
    flat = np.cos(elevation)
    way = np.array([np.cos(azimuth) * flat, np.sin(azimuth) * flat, np.sin(elevation)])
    return Eye(target + way * distance, target, angle)


def orbited(eye: Eye, across: float, up: float) -> Eye:
    """The eye gone round its target by radians."""
    azimuth, elevation = eye.polar
    return around(eye.target, azimuth - across, elevation + up, eye.distance, eye.angle)


def panned(eye: Eye, right: float, forward: float) -> Eye:
    """The eye and its target moved level, metres to its right and ahead."""
    azimuth, _ = eye.polar
    ahead = np.array([-np.cos(azimuth), -np.sin(azimuth), 0.0])
    aside = np.array([ahead[1], -ahead[0], 0.0])
    step = aside * right + ahead * forward
    return Eye(eye.position + step, eye.target + step, eye.angle)


def nearer(eye: Eye, factor: float, point: Floats) -> Eye:
    """The eye brought to *factor* of its distance from *point*, which stays where it is in the picture."""
    distance = eye.distance * factor
    if not NEAREST <= distance <= FARTHEST:
        return eye
    position, target = point + (eye.position - point) * factor, point + (eye.target - point) * factor
    return Eye(position, target, eye.angle) if position[2] > 0.5 or factor > 1 else eye


def looking_at(eye: Eye, target: Floats, distance: float) -> Eye:
    """An eye *distance* metres from *target*, on the side it looks from now and never from under the horizon."""
    azimuth, elevation = eye.polar
    return around(target, azimuth, float(np.clip(elevation, np.radians(12), np.radians(50))), distance, eye.angle)


def flown(start: Eye, end: Eye, share: float) -> Eye:
    """The eye a *share* (0 to 1) of the way of a flight: slow at both ends, round rather than through."""
    if share >= 1:
        return end
    u = share * share * (3 - 2 * share)
    (a0, e0), (a1, e1) = start.polar, end.polar
    turn = (a1 - a0 + np.pi) % (2 * np.pi) - np.pi
    distance = np.exp((1 - u) * np.log(start.distance) + u * np.log(end.distance))
    target = start.target + u * (end.target - start.target)
    return around(
        target, a0 + u * turn, e0 + u * (e1 - e0), float(distance), start.angle + u * (end.angle - start.angle)
    )


def ray(eye: Eye, x: float, y: float, width: float, height: float) -> tuple[Floats, Floats]:
    """Origin and unit direction (3,) of what is seen at pixel (x, y), from the top left, of a picture of this size."""
    ahead, aside, up = _axes(eye)
    half = np.tan(np.radians(eye.angle) / 2)
    way = ahead + aside * half * (2 * x - width) / height + up * half * (1 - 2 * y / height)
    return eye.position, way / np.linalg.norm(way)


def pixel(eye: Eye, point: Floats, width: float, height: float) -> tuple[float, float] | None:
    """Where *point* (3,) is seen, from the top left; None behind the eye."""
    ahead, aside, up = _axes(eye)
    to = point - eye.position
    depth = float(to @ ahead)
    if depth <= 0:
        return None
    scale = height / (2 * np.tan(np.radians(eye.angle) / 2) * depth)
    return width / 2 + float(to @ aside) * scale, height / 2 - float(to @ up) * scale


def metres_per_pixel(eye: Eye, height: float) -> float:
    """What one pixel spans at the target."""
    return 2 * eye.distance * float(np.tan(np.radians(eye.angle) / 2)) / max(height, 1)


def focused(eye: Eye, point: Floats) -> Eye:
    """The same view, its target brought to the depth of *point*: what it then turns about."""
    ahead = _axes(eye)[0]
    depth = float((point - eye.position) @ ahead)
    return Eye(eye.position, eye.position + ahead * depth, eye.angle) if NEAREST < depth < FARTHEST else eye


def upright(position: Floats, target: Floats, up: Floats, angle: float) -> Eye:
    """An eye that sees what a camera sees; a hair off the vertical where it looks down, so that *up* stays up."""
    position, target, up = (np.asarray(v, float) for v in (position, target, up))
    away = position - target
    if np.hypot(away[0], away[1]) < 2e-3 * np.linalg.norm(away):
        position = position - up * 2e-3 * np.linalg.norm(away)
    return Eye(position, target, angle)


def _axes(eye: Eye) -> tuple[Floats, Floats, Floats]:
    ahead = (eye.target - eye.position) / eye.distance
    aside = np.cross(ahead, [0.0, 0, 1])
    aside = aside / np.linalg.norm(aside)
    return ahead, aside, np.cross(aside, ahead)
