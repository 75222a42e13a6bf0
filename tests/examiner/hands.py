"""A box is where it was when it changes hands, and a machine says that it is loaded when it is."""

import numpy as np

from tests.examiner.chain import Chain, Move
from tests.examiner.heard import NEAR_S, Finding, Heard
from twin.facts import PlaceKind, Status
from twin.geometry import Floats, Ints
from twin.units import MS, SECOND

JUMP = 0.05  # metres between the two holding points
TWIST = 0.02  # radians between them, modulo half a turn


def jumps(heard: Heard, moves: list[Move], limit: float = JUMP) -> list[Finding]:
    """Boxes that are elsewhere at a change of hands than a millisecond before: farther than *limit* metres, or turned.

    Entering and leaving do not count; a hand-over of which one side has no position does.
    """
    out = []
    changed = [m for m in moves if PlaceKind.UNKNOWN not in (m.before[0], m.after[0])]
    for t in sorted({m.t for m in changed}):
        here = [m for m in changed if m.t == t]
        rows = np.array([m.container for m in here])
        before, turn = _stood(heard, t - MS, rows)
        after, turned = _stood(heard, t, rows)
        metres = np.linalg.norm(after - before, axis=1)
        twist = np.abs((turned - turn + np.pi / 2) % np.pi - np.pi / 2)
        for move, far, angle in zip(here, metres.tolist(), twist.tolist(), strict=True):
            how, name = f"from {move.before} to {move.after}", heard.box(move.container)
            if not far <= limit:
                out.append(Finding(heard.second(t), "hand-overs", name, f"jumps {how}", far, limit))
            if np.isfinite(far) and angle > TWIST:
                out.append(Finding(heard.second(t), "hand-overs", name, f"twists {how}", angle, TWIST))
    return out


def _stood(heard: Heard, t: int, rows: Ints) -> tuple[Floats, Floats]:
    base, yaw = heard.world.at(t).positions
    return base[rows], yaw[rows]


def loads(out: Chain) -> list[Finding]:
    """Machines that say no load while a box is on them, or a load while none is, farther than `NEAR_S` from a change.

    A quay crane may carry what is no box: a hatch cover.
    """
    heard, found = out.heard, []
    changes: dict[int, list[tuple[int, int]]] = {}
    for move in out.moves:
        for place, more in ((move.before, -1), (move.after, 1)):
            if place[0] == PlaceKind.MACHINE:
                changes.setdefault(place[1], []).append((move.t, more))
    slack = int(NEAR_S * SECOND)
    for machine, rows in heard.tracks.items():
        t, load = heard.poses.t[rows], heard.poses.load[rows]
        when, step = np.array(sorted(changes.get(machine, [])), np.int64).reshape(-1, 2).T
        held = np.concatenate([[0], np.cumsum(step)])
        early, late = (held[np.searchsorted(when, t + off, side="right")] for off in (-slack, slack))
        sure = (early == late) & (heard.poses.status[rows] != Status.GONE)
        sure &= np.searchsorted(when, t - slack) == np.searchsorted(when, t + slack)  # nothing came and went meanwhile
        wrong = sure & ((early > 0) & (load <= 0) | (early == 0) & (load > 0) & (heard.group(machine) != "sts"))
        if np.any(wrong):
            k = int(np.argmax(wrong))
            text = f"says a load of {load[k]} kg with {early[k]} boxes on it, {wrong.sum()} times"
            found.append(Finding(heard.second(int(t[k])), "loads", heard.machine(machine), text))
    return found
