"""Made-up traffic as facts: every machine once a second, every box when it changes hands."""

from collections.abc import Iterator

import numpy as np

from twin.catalogue import MAX_JOINTS
from twin.facts import Batch, Events, Places, Poses, Roster, Status, places, quantised
from twin.geometry import Floats, Ints
from twin.simulate.filling import slots_said
from twin.simulate.operation import Operation, at_work
from twin.simulate.ships import described, reported, stowage_said
from twin.terminal import Terminal
from twin.units import MS, SECOND

WARM = 240.0  # seconds worked before the first fact, so that all is under way
CHUNK = 10  # seconds decided and sampled at a time
VESSEL_EVERY = 60  # seconds


def traffic(terminal: Terminal, roster: Roster, *, start: int, duration_s: float, seed: int = 1, hz: float = 1.0,
            share: float = 0.6) -> Iterator[tuple[int, list[Batch]]]:  # fmt: skip
    """(t, facts up to t) from *start* (ns UTC) for *duration_s*: first all that is there, then second by second.

    The same seed gives the same facts.  Every machine says *hz* times a second, in its own phase, where it stands.
    """
    operation = at_work(terminal, roster, seed=seed, share=share)
    operation.until(WARM)
    yield start, _first(operation, terminal, start)
    phase = np.random.default_rng(seed).integers(0, 1000, len(roster.machines)) / 1000 / hz
    for begin in range(0, int(np.ceil(duration_s)), CHUNK):
        end = min(begin + CHUNK, duration_s)
        operation.until(WARM + end + 1)
        yield from _chunk(operation, start, begin, end, phase, 1 / hz)


def _first(operation: Operation, terminal: Terminal, start: int) -> list[Batch]:
    """All that is there at *start*."""
    boxes, setting = operation.setting.maker.boxes, operation.setting
    out: list[Batch] = []
    if len(boxes):
        there = [
            p
            for p in (
                slots_said(setting.inventory, setting.maker, start) if len(setting.inventory.box) else None,
                *stowage_said(operation.ships, boxes, start),
            )
            if p is not None
        ]
        moved = _moves(operation, start, -np.inf, 0.0, at=start)
        out += [boxes.described(start), _latest([*there, *moved])]
    if operation.ships:
        out += [described(operation.ships, start), reported(operation.ships, start)]
    poses = _poses(operation, start, [(row, np.zeros(1)) for row in range(len(terminal.machines))])
    if poses is not None:
        out.append(poses)
    for row in sorted(operation.broken):
        out.append(quantised(Events(np.array([start]), ("alarm",), (terminal.machines.name[row],), ("out of order",))))
    return out


def _latest(batches: list[Batch]) -> Places:
    """One place a box: the last said."""
    every = [b for b in batches if isinstance(b, Places)]
    columns = {name: np.concatenate([getattr(b, name) for b in every]) for name in Places.__dataclass_fields__}
    container = columns["container"]
    _, last = np.unique(container[::-1], return_index=True)
    keep = np.sort(len(container) - 1 - last)
    return Places(**{name: column[keep] for name, column in columns.items()})


def _chunk(
    operation: Operation, start: int, begin: float, end: float, phase: Floats, step: float
) -> Iterator[tuple[int, list[Batch]]]:
    times = [(row, _instants(begin, end, float(phase[row]), step)) for row in _spoken(operation)]
    poses = _poses(operation, start, times)
    for second in range(int(begin), int(np.ceil(end))):
        until = start + min(second + 1, end) * SECOND
        out: list[Batch] = list(_moves(operation, start, second, min(second + 1, end)))
        if poses is not None:
            mine = (poses.t > start + second * SECOND) & (poses.t <= until)
            if np.any(mine):
                out.append(_picked(poses, np.flatnonzero(mine)))
        if operation.ships and (second + 1) % VESSEL_EVERY == 0:
            out.append(reported(operation.ships, int(until)))
        yield int(until), out
    _forget(operation, WARM + end)


def _picked(poses: Poses, index: Ints) -> Poses:
    return Poses(*(getattr(poses, name)[index] for name in Poses.__dataclass_fields__))


def _moves(operation: Operation, start: int, after: float, until: float, at: int | None = None) -> list[Places]:
    """Boxes that changed hands in (after, until] seconds since *start*, all as of *at* if given."""
    said = sorted((s for s in operation.said if after < s[0] - WARM <= until), key=lambda s: s[0])
    if not said:
        return []
    t, box, kind, where, bay, row, tier = zip(*said)
    rows = np.array(operation.setting.maker.boxes.row, np.int64)[list(box)]
    when = [at] * len(t) if at is not None else [start + round((s - WARM) * 1000) * MS for s in t]
    kinds = [int(k) for k in kind]
    return [places(when, rows, kinds, where, bay=bay, row=row, tier=tier)]


def _spoken(operation: Operation) -> list[int]:
    """Rows of the machines of the terminal."""
    return list(range(len(operation.setting.terminal.machines)))


def _poses(operation: Operation, start: int, times: list[tuple[int, Floats]]) -> Poses | None:
    """Reports (n,) of machine rows at seconds since *start*, by time."""
    cranes = {crane.row: crane for crane in operation.setting.cranes}
    vehicles = operation.by_row
    own, kinds = operation.setting.terminal.machines, operation.setting.terminal.catalogue.kinds
    parts = []
    for row, seconds in times:
        t, n = seconds + WARM, len(seconds)
        if row in cranes:
            crane = cranes[row]
            s = crane.sampled(t)
            x, y, joints, yaw, status, load = s.x, s.y, s.joints, s.yaw, s.status, s.load
        elif row in vehicles:
            vehicle = vehicles[row]
            x, y, yaw = vehicle.sampled(t)
            joints, status, load = np.zeros((n, MAX_JOINTS)), vehicle.status.at(t), vehicle.load.at(t)
        else:
            x, y, yaw = (np.full(n, float(column[row])) for column in (own.x, own.y, own.yaw))
            rest = kinds[own.kind[row]].rest if own.kind[row] in kinds else np.zeros(MAX_JOINTS)
            joints, status, load = np.tile(rest, (n, 1)), np.full(n, int(Status.IDLE)), np.zeros(n)
        rows = np.full(n, row)
        parts.append(
            (
                np.rint(seconds * 1000).astype(np.int64) * MS + start,
                rows,
                x,
                y,
                np.full(n, float(own.z[row])),
                yaw,
                joints,
                status,
                load,
            )
        )
    if not parts:
        return None
    columns = [np.concatenate(column) for column in zip(*parts)]
    order = np.lexsort((columns[1], columns[0]))
    return quantised(Poses(*(column[order] for column in columns)))


def _forget(operation: Operation, before: float) -> None:
    for crane in operation.setting.cranes:
        crane.forget(before - 5)
    for vehicle in operation.by_row.values():
        vehicle.forget(before - 5)
    operation.said = [s for s in operation.said if s[0] > before - 5]


def _instants(start: float, end: float, phase: float, step: float) -> Floats:
    """Seconds in (start, end] that are *phase* past a whole number of *step*."""
    first = int(np.floor((start - phase) / step)) + 1
    last = int(np.floor((end - phase) / step))
    return np.arange(first, last + 1, dtype=np.float64) * step + phase
