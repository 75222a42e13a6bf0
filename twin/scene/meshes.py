"""Parts -> triangles, numpy only.  Faces share no points, so that a colour can be lit once per face and kept."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from twin.catalogue import Part, Shape
from twin.geometry import Floats

Float32s = npt.NDArray[np.float32]
Int32s = npt.NDArray[np.int32]
Bytes = npt.NDArray[np.uint8]
ColourOf = Callable[[str], tuple[int, int, int]]

SIDES = 8  # of a tube
# The six faces of a box as corners (bit 0: x1, bit 1: y1, bit 2: z1), counter-clockwise seen from outside.
_FACES = np.array([[0, 2, 3, 1], [4, 5, 7, 6], [0, 1, 5, 4], [2, 6, 7, 3], [0, 4, 6, 2], [1, 3, 7, 5]])
_CORNERS = np.array([[i & 1, i >> 1 & 1, i >> 2 & 1] for i in range(8)]) * 2.0 - 1


@dataclass(frozen=True)
class Mesh:
    """*points*, *rgb* and outward unit *normals* (n, 3), metres; *triangles* (m, 3), counter-clockwise from outside."""

    points: Float32s
    triangles: Int32s
    rgb: Bytes
    normals: Float32s


Polygons = tuple[Floats, Bytes]  # (f, k, 3) flat convex polygons of k corners, counter-clockwise; (f, 3) their colours


def mesh(part: Part, detail: int, colour_of: ColourOf) -> Mesh:
    """The look of *part* in its own frame, shapes up to *detail* (0 far, 1 near)."""
    polygons: list[Polygons] = []
    for shape in part.shapes:
        if shape.detail <= detail:
            colour = np.array(colour_of(shape.colour), np.uint8)
            polygons += [(faces, np.broadcast_to(colour, (len(faces), 3))) for faces in _faces(shape)]
    return mesh_of(polygons)


def mesh_of(polygons: list[Polygons]) -> Mesh:
    """One mesh of flat polygons, each with points and a normal of its own."""
    points, triangles, rgb, normals, start = [], [], [], [], 0
    for faces, colours in polygons:
        f, k = faces.shape[:2]
        points.append(faces.reshape(-1, 3))
        rgb.append(np.repeat(colours, k, axis=0))
        normals.append(np.repeat(_normals(faces), k, axis=0))
        fan = np.stack([np.zeros(k - 2, int), np.arange(1, k - 1), np.arange(2, k)], axis=1)
        triangles.append((start + np.arange(f)[:, None, None] * k + fan).reshape(-1, 3))
        start += f * k
    if not points:
        return Mesh(*(np.zeros((0, 3), kind) for kind in (np.float32, np.int32, np.uint8, np.float32)))
    return Mesh(
        np.concatenate(points).astype(np.float32),
        np.concatenate(triangles).astype(np.int32),
        np.concatenate(rgb).astype(np.uint8),
        np.concatenate(normals).astype(np.float32),
    )


def box_faces(x0: float, y0: float, z0: float, x1: float, y1: float, z1: float) -> Floats:
    """(6, 4, 3) faces of an upright box."""
    middle, half = np.array([x0 + x1, y0 + y1, z0 + z1]) / 2, np.array([x1 - x0, y1 - y0, z1 - z0]) / 2
    return np.asarray((middle + half * _CORNERS)[_FACES])


def _normals(faces: Floats) -> Floats:
    """Unit normals (f, 3), by Newell's sum, so that a corner on a straight edge does no harm."""
    after = np.roll(faces, -1, axis=1)
    normal = np.cross(faces, after).sum(axis=1)
    length = np.linalg.norm(normal, axis=1, keepdims=True)
    return np.asarray(normal / np.where(length > 0, length, 1.0))


def _faces(shape: Shape) -> list[Floats]:
    n = shape.numbers
    if shape.form == "box":
        return [box_faces(n[0], n[1], n[2], n[3], n[4], n[5])]
    start, end = np.array(n[:3]), np.array(n[3:6])
    along, side, up = _axes(start, end)
    if shape.form == "beam":
        halves = np.stack([along, side * n[6] / 2, up * n[7] / 2])
        return [np.asarray(((start + end) / 2 + _CORNERS @ halves)[_FACES])]
    return _tube(start, end, n[6] * side, n[6] * up)


def _axes(start: Floats, end: Floats) -> tuple[Floats, Floats, Floats]:
    """Half the way along a bar, and unit vectors across it: level, and upward (+x and +y for an upright bar)."""
    along = (end - start) / 2
    unit = along / np.linalg.norm(along)
    if abs(unit[2]) > 0.9999:
        return along, np.array([1.0, 0, 0]) * np.sign(unit[2]), np.array([0.0, 1, 0])
    side = np.cross([0.0, 0, 1], unit)
    side /= np.linalg.norm(side)
    return along, side, np.cross(unit, side)


def _tube(start: Floats, end: Floats, across: Floats, up: Floats) -> list[Floats]:
    turn = (np.arange(SIDES) + 0.5) * 2 * np.pi / SIDES
    ring = np.cos(turn)[:, None] * across + np.sin(turn)[:, None] * up
    after = np.roll(ring, -1, axis=0)
    walls = np.stack([start + ring, start + after, end + after, end + ring], axis=1)
    if np.dot(np.cross(across, up), end - start) < 0:
        walls, ring = walls[:, ::-1], ring[::-1]
    return [walls, np.stack([start + ring[::-1], end + ring])]
