"""What a feed can say, in columns: poses, places, descriptions, vessels, events.  Facts, not deltas.

"From *t*, container C is at slot S"; "at *t*, machine M stood here with these joints".
Hearing one twice changes nothing.
Every batch is quantised once, where it is made (`quantised`): 1 ms, 1 mm, 0.1 mrad, so live, recorded and replayed
values are the same bits.  Rows are row numbers of a `Roster`; names become rows once, at the edge.
"""

from dataclasses import dataclass, field, fields, replace
from enum import IntEnum
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from twin.catalogue import MAX_JOINTS
from twin.geometry import Bools, Floats, Ints
from twin.units import MS

MILLI = 1e-3  # metres, the step of a position
YAW_STEP = 1e-4  # radians


class PlaceKind(IntEnum):
    """How a container's place is said."""

    UNKNOWN = 0
    SLOT = 1  # where = block row, bay, row, tier
    MACHINE = 2  # where = machine row, bay = which hold of its kind
    VESSEL = 3  # where = vessel row, bay, row, tier as in ISO 9711-1
    SOMEWHERE = 4  # x, y, z, yaw; where = -1


class Status(IntEnum):
    """What a machine says of itself.

    GONE: it left the terminal, or is not there yet.  It has no place until it says something else, so it is not drawn,
    checked or missed; x, y, z, yaw and joints of such a report count for nothing, and no movement leads to or from it.
    """

    UNKNOWN = 0
    IDLE = 1
    WORKING = 2
    MOVING = 3
    FAULT = 4
    OFF = 5
    GONE = 6


class NavStatus(IntEnum):
    """What a vessel says of itself: AIS navigation status + 1, so that 0 is unknown.

    GONE, which AIS has no word for: as `Status.GONE`; the boxes aboard are gone with her.
    """

    UNKNOWN = 0
    UNDER_WAY = 1
    AT_ANCHOR = 2
    MOORED = 6
    GONE = 100


@dataclass(frozen=True)
class Poses:
    """At t (n,), machine rows stood at x, y, z, yaw with joints (n, MAX_JOINTS), saying *status*, carrying *load* kg
    (0: none known).
    """

    t: Ints
    machine: Ints
    x: Floats
    y: Floats
    z: Floats
    yaw: Floats
    joints: Floats
    status: Ints
    load: Ints


@dataclass(frozen=True)
class Places:
    """From t (n,), container rows are at a place (see `PlaceKind`); x, y, z, yaw, accuracy count only for SOMEWHERE."""

    t: Ints
    container: Ints
    kind: Ints
    where: Ints
    bay: Ints
    row: Ints
    tier: Ints
    x: Floats
    y: Floats
    z: Floats
    yaw: Floats
    accuracy: Floats


@dataclass(frozen=True)
class DescribedContainers:
    """From t (n,), container rows carry *name* (ISO 6346), ISO size/type *code*, shipping *line*, gross *mass* kg (0:
    not known).
    """

    t: Ints
    container: Ints
    name: tuple[str, ...]
    code: tuple[str, ...]
    line: tuple[str, ...]
    mass: Floats


@dataclass(frozen=True)
class DescribedMachines:
    """From t (n,), machine rows are called *name* and are of *kind*."""

    t: Ints
    machine: Ints
    name: tuple[str, ...]
    kind: tuple[str, ...]


@dataclass(frozen=True)
class DescribedVessels:
    """From t (n,), vessel rows are called *name*, of catalogue class *kind* ('' where only the size is known),
    length, beam, draught m.
    """

    t: Ints
    vessel: Ints
    name: tuple[str, ...]
    kind: tuple[str, ...]
    length: Floats
    beam: Floats
    draught: Floats


@dataclass(frozen=True)
class Vessels:
    """At t (n,), vessel rows had their midship point at x, y, bow towards yaw, *draught* m, and said *status*
    (`NavStatus`).
    """

    t: Ints
    vessel: Ints
    x: Floats
    y: Floats
    yaw: Floats
    draught: Floats
    status: Ints


@dataclass(frozen=True)
class Events:
    """At t (n,), something happened: *kind* ('alarm', 'gate', 'finding', 'lock', …), *who*, *text*."""

    t: Ints
    kind: tuple[str, ...]
    who: tuple[str, ...]
    text: tuple[str, ...]


Batch = Poses | Places | DescribedContainers | DescribedMachines | DescribedVessels | Vessels | Events
B = TypeVar("B", bound=Batch)

STEPS = {
    "x": MILLI,
    "y": MILLI,
    "z": MILLI,
    "yaw": YAW_STEP,
    "joints": MILLI / 10,
    "accuracy": MILLI,
    "draught": MILLI,
    "length": MILLI,
    "beam": MILLI,
    "mass": 1.0,
}  # what one unit of the wire's integers is worth


def on_grid(values: npt.ArrayLike, step: float) -> Floats:
    """*values* as the nearest whole multiples of *step*, computed as integer * step so that every reader gets the
    same bits.
    """
    return np.rint(np.asarray(values, np.float64) / step) * step + 0.0  # no -0.0: the wire has none


def quantised(batch: B) -> B:
    """*batch* as every listener will have it: 1 ms, 1 mm, joints to 0.1 mm, angles to 0.1 mrad."""
    changed: dict[str, object] = {"t": np.asarray(batch.t, np.int64) // MS * MS}
    for column in fields(batch):
        if column.name in STEPS:
            changed[column.name] = on_grid(getattr(batch, column.name), STEPS[column.name])
        elif column.type == "Ints" or column.type is Ints:
            changed.setdefault(column.name, np.asarray(getattr(batch, column.name), np.int64))
    return replace(batch, **changed)  # type: ignore[arg-type]


def rows_of(batch: Batch) -> int:
    """How many facts the batch holds."""
    return len(batch.t)


def some(batch: B, which: Bools | Ints) -> B:
    """The facts of *batch* that *which* (mask or row numbers) picks."""
    index = np.flatnonzero(which) if np.asarray(which).dtype == bool else np.asarray(which)
    picked: dict[str, object] = {}
    for column in fields(batch):
        values = getattr(batch, column.name)
        picked[column.name] = tuple(values[i] for i in index) if isinstance(values, tuple) else values[index]
    return replace(batch, **picked)  # type: ignore[arg-type]


def places(
    t: npt.ArrayLike,
    container: npt.ArrayLike,
    kind: npt.ArrayLike,
    where: npt.ArrayLike,
    *,
    bay: npt.ArrayLike = 0,
    row: npt.ArrayLike = 0,
    tier: npt.ArrayLike = 0,
    x: npt.ArrayLike = 0.0,
    y: npt.ArrayLike = 0.0,
    z: npt.ArrayLike = 0.0,
    yaw: npt.ArrayLike = 0.0,
    accuracy: npt.ArrayLike = 0.0,
) -> Places:
    """`Places` of columns or single values, filled to one length and quantised."""
    whole = np.broadcast_arrays(
        *(np.atleast_1d(np.asarray(v, np.int64)) for v in (t, container, kind, where, bay, row, tier))
    )
    real = [np.broadcast_to(np.asarray(v, np.float64), whole[0].shape) for v in (x, y, z, yaw, accuracy)]
    return quantised(Places(*(np.array(v) for v in whole), *(np.array(v) for v in real)))


def poses(
    t: npt.ArrayLike,
    machine: npt.ArrayLike,
    x: npt.ArrayLike,
    y: npt.ArrayLike,
    *,
    z: npt.ArrayLike = 0.0,
    yaw: npt.ArrayLike = 0.0,
    joints: npt.ArrayLike = 0.0,
    status: npt.ArrayLike = Status.WORKING,
    load: npt.ArrayLike = 0,
) -> Poses:
    """`Poses` of columns or single values, filled to one length and quantised; *joints* may have fewer than
    MAX_JOINTS columns.
    """
    t_, machine_, status_, load_ = np.broadcast_arrays(
        *(np.atleast_1d(np.asarray(v, np.int64)) for v in (t, machine, status, load))
    )
    n = np.broadcast(t_, np.atleast_1d(np.asarray(x, float)), np.atleast_1d(np.asarray(y, float))).size
    q = np.zeros((n, MAX_JOINTS))
    given = np.atleast_1d(np.asarray(joints, float))
    q[:, : given.shape[-1] if np.ndim(joints) else MAX_JOINTS] = given
    when, who, said, carried = (np.array(np.broadcast_to(v, (n,))) for v in (t_, machine_, status_, load_))
    px, py, pz, turn = (np.array(np.broadcast_to(np.asarray(v, np.float64), (n,))) for v in (x, y, z, yaw))
    return quantised(Poses(when, who, px, py, pz, turn, q, said, carried))


@dataclass
class Names:
    """Names <-> row numbers of one sort of thing, growing."""

    name: list[str] = field(default_factory=list)
    row: dict[str, int] = field(default_factory=dict)

    def of(self, name: str) -> int:
        """The row of *name*, new if it has none yet."""
        found = self.row.get(name)
        if found is None:
            found = self.row[name] = len(self.name)
            self.name.append(name)
        return found

    def rows(self, names: tuple[str, ...] | list[str]) -> Ints:
        """Rows (n,) of *names*."""
        return np.fromiter((self.of(name) for name in names), np.int64, len(names))

    def __len__(self) -> int:
        return len(self.name)


@dataclass
class Roster:
    """Who the facts are about: machines (the terminal's own first, in its order), containers, vessels."""

    machines: Names = field(default_factory=Names)
    containers: Names = field(default_factory=Names)
    vessels: Names = field(default_factory=Names)


def roster_of(machine_names: tuple[str, ...]) -> Roster:
    """A roster that knows the terminal's own machines, rows as in `Terminal.machines`."""
    roster = Roster()
    roster.machines.rows(machine_names)
    return roster
