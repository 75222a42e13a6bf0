"""The boxes that can meet: machines with their loads, boxes that stand or float, hulls.

What stands still is gridded once and kept while the moment's containers are the same object.
"""

from collections import deque
from dataclasses import dataclass

import numpy as np

from twin.facts import PlaceKind
from twin.geometry import Floats, Ints, boxes_at
from twin.moment import Containers, Moment
from twin.spatial.kernels import Grid, grid

LOAD = -1  # Bodies.part of a container that a machine carries
DECK = 80  # ISO 9711-1: tiers above it are on deck
# Metres of a hull as shares of length from the stern and of beam: full body, shoulder, stem.  One box would reach
# half a beam into the berth ahead.  Read off the deck plans of cellular ships; fenders and flare are inside.
HULL = ((0.0, 0.85, 1.0), (0.85, 0.94, 0.72), (0.94, 1.0, 0.35))
DEPTH_OF_BEAM = 0.55  # keel to deck, where no class is known: 0.54 (61.5 m beam) to 0.62 (32.2 m)


@dataclass(frozen=True)
class Bodies:
    """Collision boxes (b, 8) of machines and their loads.

    *machine* (b,) is the machine's row, *part* (b,) the flat part row or `LOAD`, *load* (b,) the container's row or -1.
    """

    boxes: Floats
    machine: Ints
    part: Ints
    load: Ints


@dataclass(frozen=True)
class Standing:
    """Containers that stand: boxes (k) gridded, *container* (k,) their rows, *stack* (k,) alike in one stack."""

    grid: Grid
    container: Ints
    stack: Ints


def bodies(moment: Moment) -> Bodies:
    """The boxes of all machines whose place is known, parts first, then loads."""
    parts, owner = moment.machine_boxes
    about, riders = moment.containers.about, moment.riders
    loads = _boxes(moment.rider_base, moment.rider_yaw, about.length[riders], about.width[riders], about.height[riders])
    boxes = np.vstack([parts, loads])
    known = np.isfinite(boxes).all(axis=1)
    return Bodies(
        boxes[known],
        np.concatenate([owner, moment.containers.where[riders]])[known],
        np.concatenate([moment.parts.table.boxes[0], np.full(len(riders), LOAD)])[known],
        np.concatenate([np.full(len(owner), -1), riders])[known],
    )


_stood: deque[tuple[Containers, Standing]] = deque(maxlen=2)
_floated: deque[tuple[Containers, bytes, Standing]] = deque(maxlen=2)


def standing(containers: Containers) -> Standing:
    """Containers in slots and loose on the ground."""
    for known, kept in tuple(_stood):
        if known is containers:
            return kept
    rows = np.flatnonzero((containers.kind == PlaceKind.SLOT) | (containers.kind == PlaceKind.SOMEWHERE))
    made = _standing(containers, rows, containers.base[rows], containers.turn[rows])
    _stood.append((containers, made))
    return made


def afloat(moment: Moment) -> Standing:
    """Containers aboard vessels, where the vessels lie at *moment*."""
    containers, v = moment.containers, moment.vessels
    lie = np.stack([v.x, v.y, v.z, v.yaw, v.present]).tobytes()
    for known, lay, kept in tuple(_floated):
        if known is containers and lay == lie:
            return kept
    rows = containers.afloat
    base, turn = moment.site_from_vessel(containers.where[rows], containers.base[rows], containers.turn[rows])
    made = _standing(containers, rows, base, turn)
    _floated.append((containers, lie, made))
    return made


def _standing(containers: Containers, rows: Ints, base: Floats, turn: Floats) -> Standing:
    known = np.isfinite(base).all(axis=1)
    rows, about = rows[known], containers.about
    boxes = _boxes(base[known], turn[known], about.length[rows], about.width[rows], about.height[rows])
    deck = containers.tier[rows] > DECK
    stack = ((containers.where[rows] * 4096 + containers.bay[rows]) * 512 + containers.row[rows]) * 2 + deck
    stack = np.where(containers.kind[rows] == PlaceKind.SOMEWHERE, -1 - rows, stack)
    return Standing(grid(boxes), rows, stack)


def hulls(moment: Moment) -> tuple[Floats, Ints]:
    """Boxes (h, 8) of the hulls of vessels that are present, three each, and the vessel row (h,) of each."""
    v, classes = moment.vessels, moment.terminal.catalogue.vessels
    rows = np.flatnonzero(v.present & (v.length > 0) & (v.beam > 0))
    depth = np.array([classes[v.kind[row]].depth if v.kind[row] in classes else 0.0 for row in rows.tolist()])
    depth = np.where(depth > 0, depth, np.maximum(DEPTH_OF_BEAM * v.beam[rows], v.draught[rows] + 2))
    row, piece = np.repeat(rows, len(HULL)), np.tile(np.array(HULL), (len(rows), 1))
    x0, x1 = ((piece[:, column] - 0.5) * v.length[row] for column in (0, 1))
    half, flat = piece[:, 2] * v.beam[row] / 2, np.zeros(len(row))
    local = np.stack([x0, -half, flat, x1, half, np.repeat(depth, len(HULL))], axis=1)
    return boxes_at(v.x[row], v.y[row], v.z[row], v.yaw[row], local), row


def _boxes(base: Floats, yaw: Floats, length: Floats, width: Floats, height: Floats) -> Floats:
    """Yaw boxes (n, 8) standing on their bottom centres *base* (n, 3)."""
    x, y, z = base.T
    return np.stack([x, y, z, z + height, length / 2, width / 2, np.cos(yaw), np.sin(yaw)], axis=1)
