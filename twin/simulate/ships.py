"""Ships alongside, stowed: uneven decks, lower towards the bow, and full holds where the cranes work."""

from dataclasses import dataclass, field

import numpy as np

from twin.catalogue import VesselClass
from twin.facts import Batch, DescribedVessels, NavStatus, PlaceKind, Roster, Vessels, places, quantised
from twin.geometry import Floats, Ints
from twin.simulate.boxes import Boxes, Maker, height
from twin.terminal import Quay, Terminal
from twin.yard import DECK, row_offset

NAMES = ("FINKENWERDER", "NORDERELBE", "ALTE LIEBE", "WILHELMSBURG", "NEUWERK", "TEUFELSBRUECK")
FENDER = 1.2  # metres between quay face and hull
ENDS = 30.0  # metres between ships, and to the ends of the quay at least half of it; 15 is PIANC's least
LADEN = 0.85  # of the design draught


@dataclass
class Ship:
    """A ship alongside: vessel row, class, midship point, heading, keel height; its deck stacks by (40' bay, row)."""

    row: int
    name: str
    kind: VesselClass
    x: float
    y: float
    z: float
    yaw: float
    draught: float
    quay: Quay
    deck: dict[tuple[int, int], list[tuple[int, int]]] = field(default_factory=dict)  # (box, bay number), bottom first
    stowed: list[tuple[int, int, int, int]] = field(default_factory=list)  # box, bay, row, tier

    def place(self, bay: int, row: int) -> tuple[float, float]:
        """Site x, y of the middle of 40' bay *bay* (from 0), row *row*."""
        bx = self.kind.bays[bay]
        by = float(row_offset(np.array([row]), self.kind.rows)[0]) * self.kind.row_pitch
        cos, sin = np.cos(self.yaw), np.sin(self.yaw)
        return float(self.x + cos * bx - sin * by), float(self.y + sin * bx + cos * by)

    def top(self, bay: int, row: int, boxes: Boxes) -> tuple[float, int]:
        """Site z of the top of a deck stack, and the number of its tiers."""
        stack = self.deck.get((bay, row), [])
        level = [0.0, 0.0]
        tiers = [0, 0]
        for box, number in stack:
            sides = (0, 1) if number % 2 == 0 else ((0,) if number % 4 == 1 else (1,))
            foot = max(level[s] for s in sides)
            for s in sides:
                level[s], tiers[s] = foot + boxes.height(box), tiers[s] + 1
        return self.z + self.kind.deck_z + max(level), max(tiers)


def alongside(terminal: Terminal, roster: Roster, maker: Maker, *, reach: float, lift: float) -> list[Ship]:
    """Two or three ships at the longest quay, where classes fit the *reach* and *lift* (m) of the cranes."""
    if not terminal.quays or not terminal.catalogue.vessels:
        return []
    quay = max(terminal.quays, key=_length)
    ships, s = [], ENDS / 2 + 5
    for n, kind in enumerate(_fitting(terminal, quay, reach)):
        ship = _moored(terminal, roster, quay, kind, NAMES[n], along=s + kind.length / 2, bow_first=n % 2 == 0)
        s += kind.length + ENDS + 15 * n
        _stow(ship, maker, lift)
        ships.append(ship)
    return ships


def _length(quay: Quay) -> float:
    return float(np.hypot(quay.x1 - quay.x0, quay.y1 - quay.y0))


def _fitting(terminal: Terminal, quay: Quay, reach: float) -> list[VesselClass]:
    """A large, a middling and a small class that fit one after the other, two thirds of whose rows the cranes reach."""
    depth = max((b.depth for b in terminal.berths if b.quay == quay.name), default=0.0) or 99.0
    fit = [
        k
        for k in terminal.catalogue.vessels.values()
        if k.beam * 2 / 3 < reach and k.draught * LADEN + 0.5 < depth and len(k.bays) > 2
    ]
    fit.sort(key=lambda k: (k.length, k.teu))
    room, chosen = _length(quay) - ENDS / 2, []
    for high in (405.0, 380.0, 220.0):
        options = [k for k in fit if k.length <= min(high, room - ENDS / 2 - 10) and k not in chosen]
        if options:
            chosen.append(options[-1])
            room -= options[-1].length + ENDS
    return chosen


def _moored(
    terminal: Terminal, roster: Roster, quay: Quay, kind: VesselClass, name: str, *, along: float, bow_first: bool
) -> Ship:
    heading = float(np.arctan2(quay.y1 - quay.y0, quay.x1 - quay.x0))
    off = -(kind.beam / 2 + FENDER)
    x = quay.x0 + np.cos(heading) * along - np.sin(heading) * off
    y = quay.y0 + np.sin(heading) * along + np.cos(heading) * off
    draught = round(kind.draught * LADEN, 1)
    yaw = round(heading if bow_first else float(np.arctan2(-np.sin(heading), -np.cos(heading))), 4)
    z = terminal.site.water_level - draught
    return Ship(roster.vessels.of(name), name, kind, round(x, 3), round(y, 3), z, yaw, draught, quay)


def described(ships: list[Ship], t: int) -> DescribedVessels:
    """What the ships are, from *t* on."""
    sizes = np.array([(s.kind.length, s.kind.beam, s.draught) for s in ships], float).reshape(-1, 3).T
    rows = np.array([s.row for s in ships], np.int64)
    return quantised(
        DescribedVessels(
            np.full(len(ships), t), rows, tuple(s.name for s in ships), tuple(s.kind.name for s in ships), *sizes
        )
    )


def reported(ships: list[Ship], t: int) -> Vessels:
    """Where the ships lie at *t*."""
    x, y, yaw, draught = np.array([(s.x, s.y, s.yaw, s.draught) for s in ships], float).reshape(-1, 4).T
    rows = np.array([s.row for s in ships], np.int64)
    return quantised(
        Vessels(np.full(len(ships), t), rows, x, y, yaw, draught, np.full(len(ships), int(NavStatus.MOORED)))
    )


def stowage_said(ships: list[Ship], boxes: Boxes, t: int) -> list[Batch]:
    """What is aboard, from *t* on."""
    out: list[Batch] = []
    rows = np.array(boxes.row, np.int64)
    for ship in ships:
        box, bay, row, tier = np.array(ship.stowed, np.int64).reshape(-1, 4).T
        out.append(places(t, rows[box], PlaceKind.VESSEL, ship.row, bay=bay, row=row, tier=tier))
    return [batch for batch in out if len(batch.t)]


def _stow(ship: Ship, maker: Maker, lift: float) -> None:
    """Fill deck and holds."""
    kind, random = ship.kind, maker.random
    row = np.arange(0 if kind.rows % 2 else 1, kind.rows + (0 if kind.rows % 2 else 1))
    across = row_offset(row, kind.rows)
    bays = len(kind.bays)
    most = max(min(kind.deck_tiers, int((lift - 2 * 2.896 - 1 - ship.z - kind.deck_z) // 2.8)), 0)
    wish = np.clip(random.normal(0.78, 0.16, bays), 0.3, 1.0)
    for k, x in enumerate(kind.bays):
        forward = x / (kind.length / 2)
        room = (kind.rows - 1) / 2 * _width(forward)
        level = wish[k] * most * min(1.0, 1.35 - 0.75 * max(forward, 0.0))
        slope = random.normal(0, 0.08, 2)
        tiers = np.rint(level + across * slope[0] + np.abs(across) * slope[1] * 0.5 + random.normal(0, 0.55, len(row)))
        tiers = np.where(np.abs(across) <= room, np.clip(tiers, 0, most), 0).astype(np.int64)
        _stow_deck(ship, maker, k, row, tiers)
        _stow_hold(ship, maker, k, row[np.abs(across) <= room - 2.5])


def _width(forward: float) -> float:
    """Share of the beam at a share *forward* of the half length: full amidships, narrower to bow and stern."""
    return float(np.interp(forward, [-1.0, -0.85, -0.6, 0.55, 0.75, 0.9, 1.0], [0.7, 0.85, 1.0, 1.0, 0.85, 0.6, 0.4]))


def _stow_deck(ship: Ship, maker: Maker, k: int, row: Ints, tiers: Ints) -> None:
    """Stacks of a deck bay: 40' all the way up, or a few tiers of paired 20' with 40' above."""
    random = maker.random
    gap = min(
        (abs(a - b) for i, a in enumerate(ship.kind.bays) for j, b in enumerate(ship.kind.bays) if i == k and j != k),
        default=99.0,
    )
    lines = maker.some_lines(3)  # that share the bay
    low = random.random() < 0.25
    for r, n in zip(row.tolist(), tiers.tolist(), strict=True):
        twenties = min(int(random.integers(1, 4)), n) if low and random.random() < 0.8 else 0
        stack = [("22G1", 4 * k + b, i) for i in range(twenties) for b in (1, 3)]
        stack += [(_forty(random), 4 * k + 2, i) for i in range(twenties, n)]
        if n > twenties and gap > 14.2 and random.random() < 0.12:
            stack[-1] = ("L5G1", *stack[-1][1:])
        own = lines[random.integers(3)] if random.random() < 0.75 else maker.some_lines(1)[0]
        each = np.where(random.random(len(stack)) < 0.65, own, maker.some_lines(len(stack)))
        made = maker.make([code for code, _, _ in stack], each).tolist()
        ship.deck[k, r] = [(box, bay) for box, (_, bay, _) in zip(made, stack, strict=True)]
        ship.stowed += [(box, bay, r, DECK + 2 * (i + 1)) for box, (_, bay, i) in zip(made, stack, strict=True)]


def _forty(random: np.random.Generator) -> str:
    u = random.random()
    return "45G1" if u < 0.6 else "42G1" if u < 0.92 else "45R1"


def _stow_hold(ship: Ship, maker: Maker, k: int, row: Ints) -> None:
    """Rows of 40' below the hatch covers, higher from the bottom towards the sides, where the hull is round."""
    room: Floats = np.array(ship.kind.deck_z - 0.6 - ship.kind.hold_z)
    most = min(ship.kind.hold_tiers, int(room // height("42G1")))
    if most < 1 or k % 2 or not len(row):
        return
    for r in row.tolist():
        made = maker.make(["42G1"] * most, maker.some_lines(most)).tolist()
        ship.stowed += [(box, 4 * k + 2, r, 2 * (i + 1)) for i, box in enumerate(made)]
