"""What moves: hear facts, say how the terminal stood at *t*, say what is known as facts.

One owner, one thread.  `at(t)` is a pure function of the facts heard and *t*: order of arrival, repeats, and whether
*t* was
reached by playing or by jumping make no difference.
"""

from typing import NamedTuple, assert_never

import numpy as np

from twin.about import ContainerBook, Latest
from twin.catalogue import MAX_JOINTS, VesselClass
from twin.facts import (
    Batch,
    DescribedContainers,
    DescribedMachines,
    DescribedVessels,
    Events,
    Names,
    NavStatus,
    Places,
    Poses,
    Roster,
    Status,
    Vessels,
)
from twin.geometry import Floats, Ints, lerp_angle
from twin.kinematics import PartTable, hold_positions, part_poses, part_table
from twin.ledger import Ledger
from twin.moment import MachineStates, Moment, VesselStates
from twin.standing import Standing
from twin.terminal import Terminal
from twin.tracks import Tracks
from twin.units import SECOND

HORIZON = (
    2 * SECOND
)  # a moment is shown from facts up to this long after it; a live picture runs this far behind the feed
UNKNOWN_DRAUGHT = 8.0  # metres, a hull of which no draught was said: a feeder's, OpenTISim


class Blend(NamedTuple):
    """How reports of one sort of thing are blended: the columns of yaw, of the status, of what is *held* from the first
    report; the status that says *gone*; no interpolation across a longer *gap* (ns) or a farther *jump* (m).
    """

    yaw: int
    status: int
    held: tuple[int, ...]
    gone: int
    gap: int
    jump: float


MACHINE_BLEND = Blend(3, 4, (4, 5), Status.GONE, gap=3 * SECOND, jump=30.0)
# AIS reports every 3 min at anchor or moored, every 2-10 s under way
VESSEL_BLEND = Blend(2, 4, (3, 4), NavStatus.GONE, gap=400 * SECOND, jump=2000.0)


class World:
    """Everything heard about one terminal."""

    def __init__(self, terminal: Terminal, roster: Roster | None = None) -> None:
        self.terminal = terminal
        self.roster = roster or Roster()
        if not len(self.roster.machines):
            self.roster.machines.rows(terminal.machines.name)
        self.machines = Tracks(6 + MAX_JOINTS)  # x y z yaw status load, joints
        self.vessels = Tracks(5)  # x y yaw draught status
        self.ledger = Ledger()
        self.events: list[Events] = []
        self._containers = ContainerBook()
        self._machine_kinds, self._hulls = Latest(), Latest()
        self._table: PartTable | None = None
        self._kinds: tuple[str, ...] = ()
        self._standing = Standing(terminal, self._class_of)

    # -- hearing

    def hear(self, batch: Batch) -> None:
        """Take in one batch of facts, in any order, any number of times."""
        match batch:
            case Poses():
                rest = np.stack([batch.x, batch.y, batch.z, batch.yaw, batch.status, batch.load], axis=1)
                self.machines.hear(batch.machine, batch.t, np.concatenate([rest, batch.joints], axis=1))
            case Vessels():
                columns = np.stack([batch.x, batch.y, batch.yaw, batch.draught, batch.status], axis=1)
                self.vessels.hear(batch.vessel, batch.t, columns)
            case Places():
                self.ledger.hear(batch)
            case DescribedContainers():
                self._containers.hear(batch)
            case DescribedMachines():
                if self._machine_kinds.hear(batch.machine, batch.t, zip(batch.kind, strict=True)):
                    self._table = None
            case DescribedVessels():
                sizes = zip(batch.kind, batch.length.tolist(), batch.beam.tolist(), batch.draught.tolist(), strict=True)
                if self._hulls.hear(batch.vessel, batch.t, sizes):
                    self._standing.start_over()  # a hull of another class has its bays elsewhere
            case Events():
                self.events.append(batch)
            case _:
                assert_never(batch)

    def forget(self, before: int) -> None:
        """Fold away what is older than *before* (ns), keeping the last word about each thing."""
        self.machines.forget(before)
        self.vessels.forget(before)
        self.ledger.forget(before)
        self.events = [e for e in self.events if len(e.t) and int(e.t.max()) >= before]

    # -- showing

    def at(self, t: int) -> Moment:
        """The terminal at *t* (ns UTC), from all facts heard about times up to *t*."""
        changed = self.ledger.at(t, len(self.roster.containers))
        said = self.ledger.now
        about, described = self._containers.columns(self.roster.containers.name, said.bay)
        containers = self._standing.show(said, np.union1d(changed, described), about, len(self.roster.vessels))
        vessels = self._vessels_at(t)
        machines = self._machines_at(t)
        parts = part_poses(self._parts(), machines.x, machines.y, machines.z, machines.yaw, machines.joints)
        riders = containers.aboard
        base, yaw = hold_positions(
            parts, containers.where[riders], containers.bay[riders], containers.about.height[riders]
        )
        return Moment(t, self.terminal, self.roster, containers, machines, vessels, parts, riders, base, yaw)

    def _parts(self) -> PartTable:
        if self._table is None or len(self._kinds) != len(self.roster.machines):
            self._kinds = tuple(self._kind_of(row) for row in range(len(self.roster.machines)))
            self._table = part_table(self.terminal.catalogue, self._kinds)
            self._rest = _rest(self.terminal, self._kinds)
        return self._table

    def _kind_of(self, row: int) -> str:
        if said := self._machine_kinds.of(row):
            return str(said[0])
        return self.terminal.machines.kind[row] if row < len(self.terminal.machines) else ""

    def _machines_at(self, t: int) -> MachineStates:
        self._parts()
        before, after, share = self.machines.around(len(self._kinds), t, HORIZON)
        now = self._rest
        if len(self.machines.keys):
            now = np.where(
                (before >= 0)[:, None],
                _blend(self.machines, before, after, share, MACHINE_BLEND),
                now,
            )
            gone = now[:, 4] == Status.GONE
            now[gone, :4], now[gone, 6:] = np.nan, self._rest[gone, 6:]
        x, y, z, yaw, status, load = now[:, :6].T
        whole = status.astype(np.int64), load.astype(np.int64)
        return MachineStates(
            self.roster.machines.name, self._kinds, x, y, z, yaw, now[:, 6:], *whole, self.machines.times(before)
        )

    def _vessels_at(self, t: int) -> VesselStates:
        n = len(self.roster.vessels)
        before, after, share = self.vessels.around(n, t, HORIZON)
        now = np.zeros((n, 5))
        if len(self.vessels.keys):
            now = _blend(self.vessels, before, after, share, VESSEL_BLEND)
            now[before < 0] = 0.0
        gone = now[:, 4] == NavStatus.GONE
        now[gone, :4] = 0.0
        said = [self._hulls.of(row) or ("", 0.0, 0.0, 0.0) for row in range(n)]
        size = np.array([row[1:] for row in said], float).reshape(n, 3)
        draught = np.where(now[:, 3] > 0, now[:, 3], np.where(size[:, 2] > 0, size[:, 2], UNKNOWN_DRAUGHT))
        z = self.terminal.site.water_level - draught
        return VesselStates(
            self.roster.vessels.name,
            tuple(str(row[0]) for row in said),
            now[:, 0],
            now[:, 1],
            z,
            now[:, 2],
            size[:, 0],
            size[:, 1],
            draught,
            now[:, 4].astype(np.int64),
            self.vessels.times(before),
            (before >= 0) & ~gone,
        )

    def _class_of(self, vessel: int) -> VesselClass | None:
        said = self._hulls.of(vessel)
        return self.terminal.catalogue.vessels.get(str(said[0])) if said else None

    # -- saying

    def facts(self, t: int) -> list[Batch]:
        """The state known at *t*, said as facts with their own times: a keyframe, a late joiner's snapshot, a way to
        jump back.

        A world that hears only these shows the same moment at *t*.
        """
        self.at(t)
        return [
            batch for batch in (*self._said_descriptions(), self.ledger.known(), *self._said_tracks(t)) if len(batch.t)
        ]

    def _said_descriptions(self) -> tuple[Batch, ...]:
        boxes, machines, hulls = self._containers.latest.said, self._machine_kinds.said, self._hulls.said
        named = self.roster
        return (
            DescribedContainers(
                *_rows_and_times(boxes),
                name=_names(named.containers, boxes),
                code=_texts(boxes, 0),
                line=_texts(boxes, 1),
                mass=_numbers(boxes, 2),
            ),
            DescribedMachines(
                *_rows_and_times(machines), name=_names(named.machines, machines), kind=_texts(machines, 0)
            ),
            DescribedVessels(
                *_rows_and_times(hulls),
                name=_names(named.vessels, hulls),
                kind=_texts(hulls, 0),
                length=_numbers(hulls, 1),
                beam=_numbers(hulls, 2),
                draught=_numbers(hulls, 3),
            ),
        )

    def _said_tracks(self, t: int) -> tuple[Batch, ...]:
        """The reports of machines and vessels that colour *t*."""
        machine, stood = _last(self.machines, len(self.roster.machines), t)
        m = self.machines.values.reshape(-1, self.machines.width)[stood]
        vessel, lay = _last(self.vessels, len(self.roster.vessels), t)
        v = self.vessels.values.reshape(-1, self.vessels.width)[lay]
        return (
            Poses(
                self.machines.times(stood),
                machine,
                m[:, 0],
                m[:, 1],
                m[:, 2],
                m[:, 3],
                m[:, 6:],
                m[:, 4].astype(np.int64),
                m[:, 5].astype(np.int64),
            ),
            Vessels(self.vessels.times(lay), vessel, v[:, 0], v[:, 1], v[:, 2], v[:, 3], v[:, 4].astype(np.int64)),
        )


def _last(tracks: Tracks, rows: int, t: int) -> tuple[Ints, Ints]:
    """Rows and indices of the reports that colour *t*: the last at or before it, and the next within the horizon."""
    before, after, _ = tracks.around(rows, t, HORIZON)
    row, following = np.flatnonzero(before >= 0), np.flatnonzero(after != before)
    return np.concatenate([row, following]), np.concatenate([before[row], after[following]])


def _blend(tracks: Tracks, before: Ints, after: Ints, share: Floats, by: Blend) -> Floats:
    """Values (n, c) a *share* of the way between two reports; the first report's where they are too far apart in time
    or place to be one movement, or the thing came or went in between.
    """
    a, b = tracks.values[np.maximum(before, 0)], tracks.values[np.maximum(after, 0)]
    smooth = (tracks.times(after) - tracks.times(before) <= by.gap) & (
        np.hypot(b[:, 0] - a[:, 0], b[:, 1] - a[:, 1]) <= by.jump
    )
    u = np.where(smooth & (a[:, by.status] != by.gone) & (b[:, by.status] != by.gone), share, 0.0)
    now = a + u[:, None] * (b - a)
    now[:, by.yaw] = lerp_angle(a[:, by.yaw], b[:, by.yaw], u)
    now[:, by.held] = a[:, by.held]
    return now


def _rest(terminal: Terminal, kinds: tuple[str, ...]) -> Floats:
    """Values (m, 6 + MAX_JOINTS) of machines nobody has heard of: where the layout put them; NaN for guests."""
    own, known = terminal.machines, terminal.catalogue.kinds
    rest = np.full((len(kinds), 6 + MAX_JOINTS), np.nan)
    rest[:, 4:] = 0.0
    for column, values in enumerate((own.x, own.y, own.z, own.yaw)):
        rest[: len(own), column] = values
    for row, kind in enumerate(kinds):
        if kind in known:
            rest[row, 6:] = known[kind].rest
    return rest


def _rows_and_times(said: dict[int, tuple[int, tuple[object, ...]]]) -> tuple[Ints, Ints]:
    """Times and rows (n,) of descriptions, in the column order of the batches: t, row."""
    return np.array([t for t, _ in said.values()], np.int64), np.array(list(said), np.int64)


def _names(names: Names, said: dict[int, tuple[int, tuple[object, ...]]]) -> tuple[str, ...]:
    return tuple(names.name[row] for row in said)


def _texts(said: dict[int, tuple[int, tuple[object, ...]]], column: int) -> tuple[str, ...]:
    return tuple(str(value[column]) for _, value in said.values())


def _numbers(said: dict[int, tuple[int, tuple[object, ...]]], column: int) -> Floats:
    return np.array([value[column] for _, value in said.values()], np.float64)
