"""The terminal as built, as arrays; names <-> rows; slot -> xyz.  Immutable: what moves is in `world`."""

from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256

import numpy as np

from twin.catalogue import Catalogue, Kind
from twin.errors import UnknownName
from twin.geometry import Floats, Ints, Site


def fingerprint_of(text: str) -> str:
    """16 hex digits of a layout's text, in which blank lines, lines of comment and spaces at ends do not count."""
    told = (line.rstrip() for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#"))
    return sha256("\n".join(told).encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Blocks:
    """Yard blocks, struct of arrays, one row a block (n).

    (x, y, z) is the outer corner of bay 1, row 1 on the ground; bays run along *yaw*, rows to its left (or right:
    *row_sign* -1).
    20' bays are odd (1, 3, …, 2n-1), a 40' bay is the even number between the two 20' bays it covers.
    """

    name: tuple[str, ...]
    x: Floats
    y: Floats
    z: Floats
    yaw: Floats
    bays: Ints  # TEU bays
    rows: Ints
    tiers: Ints  # highest tier allowed
    bay_pitch: Floats
    row_pitch: Floats
    row_sign: Floats
    kind: tuple[str, ...]  # 'armg', 'rtg', 'straddle', 'reach_stacker', 'empty', 'reefer'
    first_row: tuple[str, ...] = ()  # how row 1 is written in addresses: '1' or 'A'
    outer_tiers: Ints = field(default_factory=lambda: np.zeros(0, np.int64))  # highest tier in the two outer rows

    def __len__(self) -> int:
        return len(self.name)


@dataclass(frozen=True)
class Quay:
    """A straight quay wall from (x0, y0) to (x1, y1), water on its right-hand side going from 0 to 1."""

    name: str
    x0: float
    y0: float
    x1: float
    y1: float
    fender_spacing: float = 15.0
    bollard_spacing: float = 20.0


@dataclass(frozen=True)
class Berth:
    """A stretch of a quay, metres from its start."""

    name: str
    quay: str
    start: float
    end: float
    depth: float = 0.0


@dataclass(frozen=True)
class Rail:
    """Two parallel crane rails; *x0 y0 x1 y1* is the first one, the second lies *gauge* to its left."""

    name: str
    x0: float
    y0: float
    x1: float
    y1: float
    gauge: float
    kind: str  # 'sts', 'armg', 'rtg'
    block: str = ""


@dataclass(frozen=True)
class Area:
    """A flat painted area or zone: a ring of corners (k, 2)."""

    name: str
    kind: str  # 'pavement', 'apron', 'road', 'lane', 'interchange', 'gate', 'grass', 'rail'
    ring: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Lane:
    """A centre line that vehicles drive, (k, 2) points in driving order."""

    name: str
    kind: str  # 'agv', 'truck', 'tractor'
    points: tuple[tuple[float, float], ...]
    width: float = 4.0


@dataclass(frozen=True)
class Structure:
    """A fixed solid: building, light mast, gate canopy, reefer rack.  Base centre, size, turn."""

    name: str
    kind: str  # 'building', 'mast', 'gate', 'rack', 'tank', 'fence'
    x: float
    y: float
    z: float
    yaw: float
    length: float
    width: float
    height: float


@dataclass(frozen=True)
class Machines:
    """Machines that belong to the terminal, struct of arrays, with where each stands before anything is heard."""

    name: tuple[str, ...]
    kind: tuple[str, ...]
    x: Floats
    y: Floats
    z: Floats
    yaw: Floats

    def __len__(self) -> int:
        return len(self.name)


@dataclass(frozen=True)
class Terminal:
    """What was built, in the site frame."""

    name: str
    title: str
    site: Site
    blocks: Blocks
    quays: tuple[Quay, ...]
    berths: tuple[Berth, ...]
    rails: tuple[Rail, ...]
    areas: tuple[Area, ...]
    lanes: tuple[Lane, ...]
    structures: tuple[Structure, ...]
    machines: Machines
    catalogue: Catalogue
    text: str = ""  # the layout file as read: goes into every recording
    path: str = ""
    notes: tuple[str, ...] = ()  # what the layout reader wants said
    sources: tuple[str, ...] = ()

    @cached_property
    def block_row(self) -> dict[str, int]:
        return {name: row for row, name in enumerate(self.blocks.name)}

    @cached_property
    def fingerprint(self) -> str:
        """16 hex digits that two terminals share only if their layouts say the same; see `fingerprint_of`."""
        return fingerprint_of(self.text)

    def block(self, name: str) -> int:
        """Row of block *name*.  Raises `UnknownName`."""
        if name not in self.block_row:
            raise UnknownName("block", name, self.blocks.name)
        return self.block_row[name]

    def kind(self, machine_kind: str) -> Kind:
        """The kind called *machine_kind*.  Raises `UnknownName`."""
        if machine_kind not in self.catalogue.kinds:
            raise UnknownName("kind", machine_kind, self.catalogue.kinds)
        return self.catalogue.kinds[machine_kind]

    @property
    def slots(self) -> int:
        """TEU ground slots."""
        return int((self.blocks.bays * self.blocks.rows).sum())

    def slot_xy(self, block: Ints, bay: Ints, row: Ints) -> tuple[Floats, Floats]:
        """Site x, y (n,) of the centres of slots: block row numbers, bays (odd 20', even 40'), rows from 1."""
        b = self.blocks
        along = np.asarray(bay) / 2 * b.bay_pitch[block]
        across = (np.asarray(row) - 0.5) * b.row_pitch[block] * b.row_sign[block]
        cos, sin = np.cos(b.yaw[block]), np.sin(b.yaw[block])
        return b.x[block] + cos * along - sin * across, b.y[block] + sin * along + cos * across

    @cached_property
    def bounds(self) -> tuple[float, float, float, float]:
        """x0, y0, x1, y1 around everything that stands on land (metres)."""
        points = [p for area in self.areas for p in area.ring]
        points += [(q.x0, q.y0) for q in self.quays] + [(q.x1, q.y1) for q in self.quays]
        b = self.blocks
        for along, across in ((0, 0), (1, 0), (0, 1), (1, 1)):
            lx, ly = along * b.bays * b.bay_pitch, across * b.rows * b.row_pitch * b.row_sign
            xs, ys = b.x + np.cos(b.yaw) * lx - np.sin(b.yaw) * ly, b.y + np.sin(b.yaw) * lx + np.cos(b.yaw) * ly
            points += list(zip(xs.tolist(), ys.tolist(), strict=True))
        if not points:
            return 0.0, 0.0, 100.0, 100.0
        grid = np.array(points)
        return float(grid[:, 0].min()), float(grid[:, 1].min()), float(grid[:, 0].max()), float(grid[:, 1].max())
