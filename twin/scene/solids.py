"""Fixed solids (buildings, masts, racks, walls), collected as lit quads and drawn as one mesh."""

import numpy as np

from twin.geometry import Floats
from twin.scene import draw
from twin.scene.look import Colour, Look
from twin.scene.meshes import box_faces
from twin.terminal import Structure, Terminal

Place = tuple[float, float, float, float]  # x, y, z, yaw
GLASS: Colour = (52, 70, 88)


class Solids:
    """Quads being collected."""

    def __init__(self, look: Look) -> None:
        self.look = look
        self._corners: list[Floats] = []
        self._rgb: list[Floats] = []

    def box(self, place: Place, local: tuple[float, float, float, float, float, float], colour: Colour) -> None:
        """A box x0 y0 z0 x1 y1 z1 standing at *place*; no bottom."""
        faces = box_faces(*local)
        up = np.cross(faces[:, 1] - faces[:, 0], faces[:, 2] - faces[:, 1])
        self.quads(place, faces[up[:, 2] >= -1e-9], colour)

    def quads(self, place: Place, faces: Floats, colour: Colour) -> None:
        """Flat quads (q, 4, 3) at *place*, counter-clockwise from outside."""
        x, y, z, yaw = place
        cos, sin = np.cos(yaw), np.sin(yaw)
        turn = np.array([[cos, sin, 0], [-sin, cos, 0], [0, 0, 1]])
        corners = faces @ turn + (x, y, z)
        normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 1])
        normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-12)
        self._corners.append(corners)
        self._rgb.append(np.clip(np.array(colour) * self.look.shade(normal), 0, 255))

    def add(self, stages: draw.Stages, haze: draw.Haze, *, shadows: bool = False) -> None:
        """Draw all that was collected; with *shadows*, on the ground too."""
        if not self._corners:
            return
        data = draw.quad_data(np.concatenate(self._corners), np.concatenate(self._rgb))
        stages.add("solid", haze.on(draw.plain_actor(data)))
        if shadows:
            from twin.scene.shadows import shadow_actor

            stages.add("shadow", shadow_actor(data, self.look))


def add_structures(solids: Solids, terminal: Terminal, look: Look) -> None:
    """The terminal's structures."""
    for thing in terminal.structures:
        _DRAWN.get(thing.kind, _building)(solids, thing, look)


def _place(thing: Structure) -> Place:
    return thing.x, thing.y, thing.z, thing.yaw


def _building(solids: Solids, thing: Structure, look: Look) -> None:
    at, a, w, h = _place(thing), thing.length / 2, thing.width / 2, thing.height
    solids.box(at, (-a, -w, 0, a, w, h), look.ground["building"])
    if h < 4:
        solids.box(at, (-a - 0.01, -w - 0.01, h * 0.45, a + 0.01, w + 0.01, h * 0.8), GLASS)
        solids.box(at, (-a - 0.3, -w - 0.3, h, a + 0.3, w + 0.3, h + 0.2), look.ground["roof"])
        return
    solids.box(at, (-a - 0.02, -w - 0.02, 0, a + 0.02, w + 0.02, 0.8), (96, 98, 100))
    hall = min(thing.length, thing.width) > 25
    floors = [h * 0.72] if hall else list(np.arange(1.0, h - 2.2, 3.6))
    for z in floors:
        for x in np.arange(-a + 1.2, a - 2.6, 3.4):
            for y0, y1 in ((-w - 0.04, -w), (w, w + 0.04)):
                solids.box(at, (x, y0, z, x + 2.3, y1, z + 1.7), GLASS)
        for y in np.arange(-w + 1.2, w - 2.6, 3.4):
            for x0, x1 in ((-a - 0.04, -a), (a, a + 0.04)):
                solids.box(at, (x0, y, z, x1, y + 2.3, z + 1.7), GLASS)
    if hall:  # doors that a machine drives through
        for x in np.arange(-a + 5, a - 7, 11.0):
            solids.box(at, (x, -w - 0.06, 0, x + 5.5, -w, 5.5), (92, 110, 128))
    for x0, y0, x1, y1 in ((-a, -w, a, -w + 0.5), (-a, w - 0.5, a, w), (-a, -w, -a + 0.5, w), (a - 0.5, -w, a, w)):
        solids.box(at, (x0, y0, h, x1, y1, h + 0.7), look.ground["roof"])
    solids.box(at, (-a + 0.5, -w + 0.5, h - 0.2, a - 0.5, w - 0.5, h + 0.05), (122, 124, 126))
    for x in np.arange(-a + 4, a - 5, 9.0):
        solids.box(at, (x, -1.2, h, x + 2.6, 1.2, h + 1.4), (170, 173, 176))


def _mast(solids: Solids, thing: Structure, look: Look) -> None:
    at, h = _place(thing), thing.height
    solids.box(at, (-0.9, -0.9, 0, 0.9, 0.9, 0.9), (150, 150, 146))
    solids.box(at, (-0.32, -0.32, 0.9, 0.32, 0.32, h * 0.5), look.ground["mast"])
    solids.box(at, (-0.22, -0.22, h * 0.5, 0.22, 0.22, h - 0.8), look.ground["mast"])
    solids.box(at, (-2.3, -2.3, h - 0.8, 2.3, 2.3, h - 0.35), (224, 226, 226))


def _gate(solids: Solids, thing: Structure, look: Look) -> None:
    at, a, w = _place(thing), thing.length / 2, thing.width / 2
    solids.box(at, (-a, -w, 0, a, w, thing.height), (214, 216, 218))
    solids.box(at, (-a - 0.03, -w - 0.03, 0.15, a + 0.03, w + 0.03, thing.height * 0.6), (36, 74, 128))
    for x in np.linspace(-a + 1, a - 1, max(2, int(thing.length // 15) + 1)):
        for y in (-w + 0.8, w - 0.8):
            solids.box(at, (x - 0.25, y - 0.25, -max(thing.z, 0.1), x + 0.25, y + 0.25, 0), look.ground["mast"])


def _rack(solids: Solids, thing: Structure, look: Look) -> None:
    at, a, w, h = _place(thing), thing.length / 2, thing.width / 2, thing.height
    steel: Colour = (120, 126, 132)
    for x in np.arange(-a, a + 0.1, 6.3):
        solids.box(at, (x - 0.12, -w, 0, x + 0.12, -w + 0.24, h), steel)
        solids.box(at, (x - 0.12, w - 0.24, 0, x + 0.12, w, h), steel)
    for z in np.arange(2.7, h + 0.1, 2.9):
        solids.box(at, (-a, -w, z - 0.12, a, w, z), (146, 150, 154))
        solids.box(at, (-a, -w, z + 1.0, a, -w + 0.06, z + 1.06), look.palette.get("hazard", steel))
    solids.box(at, (-a, -0.15, 0, a, 0.15, h - 0.8), (92, 98, 104))


def _tank(solids: Solids, thing: Structure, look: Look) -> None:
    at, r, h = _place(thing), min(thing.length, thing.width) / 2, thing.height
    turn = np.linspace(0, 2 * np.pi, 25)
    ring = np.stack([np.cos(turn), np.sin(turn)], axis=1) * r
    low, high = np.column_stack([ring, np.zeros(25)]), np.column_stack([ring, np.full(25, h)])
    solids.quads(at, np.stack([low[:-1], low[1:], high[1:], high[:-1]], axis=1), (222, 224, 222))
    middle = np.broadcast_to([0.0, 0.0, h], (24, 3))
    solids.quads(at, np.stack([high[:-1], high[1:], middle, high[:-1]], axis=1), (200, 202, 202))


def _fence(solids: Solids, thing: Structure, look: Look) -> None:
    at, a, h = _place(thing), thing.length / 2, thing.height
    for x in np.arange(-a, a + 0.1, 6.0):
        solids.box(at, (x - 0.06, -0.06, 0, x + 0.06, 0.06, h), (96, 104, 100))
    for z in (0.15, h * 0.5, h - 0.08):
        solids.box(at, (-a, -0.02, z, a, 0.02, z + 0.07), (110, 118, 112))


_DRAWN = {"building": _building, "mast": _mast, "gate": _gate, "rack": _rack, "tank": _tank, "fence": _fence}
