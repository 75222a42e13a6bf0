"""Poses of all parts of all machines, one vector operation for all kinds at once.

`catalogue` says a part's place is linear in the joints plus one arm that a pitch joint swings, so the parts of
every machine lie in one flat table, sorted by (kind, part, machine): the slice of one part type feeds
one instanced mesh.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from twin.catalogue import MAX_JOINTS, Catalogue, Kind, Part
from twin.geometry import Bools, Floats, Ints, boxes_at, turned


@dataclass(frozen=True)
class PartTable:
    """All parts (p) of some machines (m), flat.  Built once per list of machines."""

    kinds: tuple[Kind, ...]  # those in use
    machine: Ints  # (p,) machine row
    kind: Ints  # (p,) index into kinds
    part: Ints  # (p,) index into that kind's parts
    at: Floats  # (p, 3)
    move: Floats  # (p, 3, MAX_JOINTS)
    pitch: Floats  # (p, MAX_JOINTS)
    arm: Floats  # (p, 3)
    arm_move: Floats  # (p, 3, MAX_JOINTS)
    turn: Floats  # (p,) the part's own fixed yaw
    level: Bools  # (p,)
    first: dict[tuple[str, int], slice]  # (kind name, part) -> rows
    machine_kind: Ints  # (m,)
    hold_part: Ints  # (m, holds) flat part row, -1 where the kind has no such hold
    hold_at: Floats  # (m, holds, 3)
    hold_top: Bools  # (m, holds): the box hangs by its top

    @cached_property
    def swings(self) -> Ints:
        """Rows of parts that have an arm or a pitch."""
        armed = np.any(self.arm != 0, axis=1) | np.any(self.arm_move != 0, axis=(1, 2))
        return np.flatnonzero(armed | np.any(self.pitch != 0, axis=1))

    @cached_property
    def plane(self) -> Floats:
        """(p,) yaw of the upright plane each arm swings in: the part's own, but for one that hangs level."""
        return np.where(self.level, 0.0, self.turn)

    @cached_property
    def boxes(self) -> tuple[Ints, Floats]:
        """Collision boxes (b): flat part row (b,), local boxes (b, 6), sorted by machine."""
        rows, local = [], []
        for (name, part), span in self.first.items():
            kind = next(k for k in self.kinds if k.name == name)
            for box in kind.parts[part].boxes:
                rows.append(np.arange(span.start, span.stop))
                local.append(np.broadcast_to(np.array(box, float), (span.stop - span.start, 6)))
        if not rows:
            return np.zeros(0, np.int64), np.zeros((0, 6))
        part_row, boxes = np.concatenate(rows), np.concatenate(local)
        order = np.argsort(self.machine[part_row], kind="stable")
        return part_row[order], boxes[order]


@dataclass(frozen=True)
class Parts:
    """Where every part stands: site_from_part as origin (p, 3), yaw (p,) and upward pitch (p,)."""

    table: PartTable
    position: Floats
    yaw: Floats
    pitch: Floats


def _filled(rows: tuple[tuple[float, ...], ...], width: int) -> Floats:
    out = np.zeros((MAX_JOINTS, width))
    if rows:
        out[: len(rows)] = rows
    return out.T


def _part_arrays(part: Part) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    pitch = np.zeros(MAX_JOINTS)
    pitch[: len(part.pitch)] = part.pitch
    return np.array(part.at), _filled(part.move, 3), pitch, np.array(part.arm), _filled(part.arm_move, 3)


def part_table(catalogue: Catalogue, machine_kinds: tuple[str, ...]) -> PartTable:
    """The flat table of the parts of machines whose kinds are *machine_kinds* (m)."""
    used = tuple(catalogue.kinds[name] for name in sorted(set(machine_kinds)) if name in catalogue.kinds)
    row_of = {kind.name: i for i, kind in enumerate(used)}
    # -1: a kind nobody knows has no parts
    machine_kind = np.array([row_of.get(name, -1) for name in machine_kinds], np.int64)
    first: dict[tuple[str, int], slice] = {}
    blocks: list[tuple[Ints, int, int, Part]] = []
    start = 0
    for k, kind in enumerate(used):
        machines = np.flatnonzero(machine_kind == k)
        for p, part in enumerate(kind.parts):
            first[kind.name, p] = slice(start, start + len(machines))
            blocks.append((machines, k, p, part))
            start += len(machines)
    return _assembled(used, machine_kind, blocks, first)


def _assembled(
    used: tuple[Kind, ...],
    machine_kind: Ints,
    blocks: list[tuple[Ints, int, int, Part]],
    first: dict[tuple[str, int], slice],
) -> PartTable:
    counts = np.array([len(b[0]) for b in blocks], np.int64)
    arrays = [_part_arrays(b[3]) for b in blocks]

    def spread(column: int, shape: tuple[int, ...]) -> Floats:
        stacked = np.array([a[column] for a in arrays]) if arrays else np.zeros((0, *shape))
        return np.repeat(stacked, counts, axis=0)

    holds = max((len(k.holds) for k in used), default=0)
    m = len(machine_kind)
    hold_part, hold_at, hold_top = np.full((m, holds), -1), np.zeros((m, holds, 3)), np.zeros((m, holds), bool)
    for k, kind in enumerate(used):
        machines = np.flatnonzero(machine_kind == k)
        for h, hold in enumerate(kind.holds):
            hold_part[machines, h] = first[kind.name, hold.part].start + np.arange(len(machines))
            hold_at[machines, h], hold_top[machines, h] = hold.at, hold.by == "top"
    return PartTable(
        kinds=used,
        machine=np.concatenate([b[0] for b in blocks]) if blocks else np.zeros(0, np.int64),
        kind=np.repeat(np.array([b[1] for b in blocks], np.int64), counts),
        part=np.repeat(np.array([b[2] for b in blocks], np.int64), counts),
        at=spread(0, (3,)), move=spread(1, (3, MAX_JOINTS)), pitch=spread(2, (MAX_JOINTS,)), arm=spread(3, (3,)),
        arm_move=spread(4, (3, MAX_JOINTS)),
        turn=np.repeat(np.array([b[3].yaw for b in blocks], float), counts),
        level=np.repeat(np.array([b[3].level for b in blocks], bool), counts),
        first=first, machine_kind=machine_kind, hold_part=hold_part, hold_at=hold_at, hold_top=hold_top,
    )  # fmt: skip


def part_poses(table: PartTable, x: Floats, y: Floats, z: Floats, yaw: Floats, joints: Floats) -> Parts:
    """Where every part of the machines at x, y, z, yaw (m,) with *joints* (m, MAX_JOINTS) stands."""
    q = joints[table.machine]
    local = table.at + np.matmul(table.move, q[:, :, None])[:, :, 0]
    pitch = np.zeros(len(q))
    if len(swings := table.swings):
        qs = q[swings]
        angle = (table.pitch[swings] * qs).sum(axis=1)
        arm = table.arm[swings] + np.matmul(table.arm_move[swings], qs[:, :, None])[:, :, 0]
        cos, sin = np.cos(angle), np.sin(angle)
        along, across = turned(cos * arm[:, 0] - sin * arm[:, 2], arm[:, 1], table.plane[swings])
        local[swings, 0] += along
        local[swings, 1] += across
        local[swings, 2] += sin * arm[:, 0] + cos * arm[:, 2]
        pitch[swings] = np.where(table.level[swings], 0.0, angle)
    cos_m, sin_m = np.cos(yaw)[table.machine], np.sin(yaw)[table.machine]
    position = np.empty_like(local)
    position[:, 0] = x[table.machine] + cos_m * local[:, 0] - sin_m * local[:, 1]
    position[:, 1] = y[table.machine] + sin_m * local[:, 0] + cos_m * local[:, 1]
    position[:, 2] = z[table.machine] + local[:, 2]
    return Parts(table, position, yaw[table.machine] + table.turn, pitch)


def part_boxes(parts: Parts) -> tuple[Floats, Ints]:
    """Collision boxes (b, 8) of all parts and the machine row (b,) each belongs to, sorted by machine.

    A tilted part (a luffing boom) is stood in for by the upright prism around it: never smaller than the part.
    """
    row, local = parts.table.boxes
    pitch = parts.pitch[row]
    upright = _tilted(local, pitch) if np.any(pitch) else local
    position, yaw = parts.position[row], parts.yaw[row]
    return boxes_at(position[:, 0], position[:, 1], position[:, 2], yaw, upright), parts.table.machine[row]


def _tilted(local: Floats, pitch: Floats) -> Floats:
    """Local boxes (b, 6) pitched up by *pitch* (b,), as the boxes around them."""
    cos, sin = np.cos(pitch)[:, None], np.sin(pitch)[:, None]
    xs, zs = local[:, [0, 0, 3, 3]], local[:, [2, 5, 2, 5]]
    tx, tz = cos * xs - sin * zs, sin * xs + cos * zs
    return np.stack([tx.min(1), local[:, 1], tz.min(1), tx.max(1), local[:, 4], tz.max(1)], axis=1)


def hold_positions(parts: Parts, machine: Ints, hold: Ints, height: Floats) -> tuple[Floats, Floats]:
    """Bottom centres (n, 3) and yaw (n,) of boxes of *height* in hold number *hold* of *machine* rows; NaN for none."""
    table = parts.table
    position, yaw = np.full((len(machine), 3), np.nan), np.zeros(len(machine))
    if not table.hold_part.size or not len(machine):
        return position, yaw
    known = (machine >= 0) & (machine < len(table.hold_part)) & (hold >= 0) & (hold < table.hold_part.shape[1])
    known[known] &= table.hold_part[machine[known], hold[known]] >= 0
    m, h = machine[known], hold[known]
    row, at = table.hold_part[m, h], table.hold_at[m, h]
    turn, tilt = parts.yaw[row], parts.pitch[row]
    ahead, up = np.cos(tilt) * at[:, 0] - np.sin(tilt) * at[:, 2], np.sin(tilt) * at[:, 0] + np.cos(tilt) * at[:, 2]
    at = np.stack([ahead, at[:, 1], up], axis=1)
    position[known, 0] = parts.position[row, 0] + np.cos(turn) * at[:, 0] - np.sin(turn) * at[:, 1]
    position[known, 1] = parts.position[row, 1] + np.sin(turn) * at[:, 0] + np.cos(turn) * at[:, 1]
    position[known, 2] = parts.position[row, 2] + at[:, 2] - np.where(table.hold_top[m, h], height[known], 0.0)
    yaw[known] = turn
    return position, yaw
