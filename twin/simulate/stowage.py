"""What is stowed where aboard a ship, and by which rules.

The rules, which the simulator follows and shows to its users:

* Places are numbered as in ISO 9711-1: 40' and 45' boxes in even bays 4k + 2, 20' boxes in the odd bays 4k + 1 and
  4k + 3 beside them; deck tiers 82, 84, …, hold tiers 02, 04, …
* 20' boxes stand in pairs, fore and aft, level with each other.  No 20' stands on a 40'; a 40' may stand on a pair.
* In a stack the heavier boxes of one length stand below the lighter ones.  Reefers stand on deck, in the first tiers.
* 45' boxes stand on deck only, on top of a stack, above the lashing bridges (from the third tier), and only where
  the bays are far enough apart.
* Hold stacks stand under hatch covers, in rows for which the hull is wide enough at the bottom.  A cover spans three to
  five rows of one bay.  Nothing is on deck above an open hatch.
* A ship that is there before the run begins has the deck above one hatch of every second bay clear already.
* On arrival a ship holds the share of her places that the call says, bays more and less full, lower towards the bow.
* Discharging takes compact groups: of some bays, the deck above a hatch from the top down, then what is below it.
* Loading fills the places so freed and those empty beside them: stacks of one length, the heaviest boxes of a call in
  the hold, heavy before light; the boxes that a bay gets go to one port.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from twin.catalogue import VesselClass
from twin.geometry import Ints
from twin.simulate.boxes import Boxes, Maker
from twin.yard import DECK

COVER = 0.6  # metres, thickness of a hatch cover.  [B] field's figures for ships
COVER_HALF = 6.2  # metres, half the width of the widest cover, over five rows.  [B]
UNDER_COVER = 0.15  # metres kept between a hold stack and its cover.  Made up
LOW, HIGH = 2.591, 2.896  # metres: the heights of 20' boxes here, and of high-cubes; ISO 668
LASHED = 2  # tiers that lashing bridges are high
LONG_PITCH = 14.2  # metres between bays from which 45' boxes fit end to end
SIDE = 1.0  # metres kept between a hold stack and the hull.  Made up
TANKTOP_ENTRANCE, TANKTOP_RUN = 0.36, 0.42  # of her length in which a hull narrows at the bottom; as it is drawn
EMPTY = 0.12  # share of 40' boxes that are empty.  Made up
Key = tuple[int, int, bool]  # 40' bay from 0, row, on deck


@dataclass(slots=True)
class Layer:
    """One tier of a stack: a long box, a pair of 20' (fore, aft), or one 20' alone (*side* +1 fore, -1 aft)."""

    boxes: tuple[int, ...]
    feet: int
    height: float
    mass: int
    side: int = 0


@dataclass
class Stack:
    """Boxes on one another: *foot* is how high above the keel they stand, *most* how many tiers there may be."""

    key: Key
    foot: float
    most: int
    room: float  # metres
    layers: list[Layer] = field(default_factory=list)
    height: float = 0.0

    @property
    def top(self) -> float:
        """Metres above the keel."""
        return self.foot + self.height

    def put(self, layer: Layer) -> int:
        """The ISO tier it then has."""
        self.layers.append(layer)
        self.height += layer.height
        return self.tier(len(self.layers))

    def tier(self, level: int) -> int:
        """ISO tier number of the *level*-th tier from 1."""
        return 2 * level + (DECK if self.key[2] else 0)

    def free(self, feet: int, below: int | None = None) -> int:
        """How many more tiers of *feet* may stand on the lowest *below* (None: all) of its tiers."""
        layers = self.layers if below is None else self.layers[:below]
        if layers and (layers[-1].feet == 45 or layers[-1].side or (feet == 20 and layers[-1].feet != 20)):
            return 0
        each = LOW if feet == 20 else HIGH
        room = self.room - sum(layer.height for layer in layers)
        return max(min(self.most - len(layers), int((room + 1e-6) / each)), 0)

    def take(self, boxes: tuple[int, ...]) -> None:
        """Lift *boxes* off: the topmost tier, or one 20' of it."""
        layer = self.layers[-1]
        if len(boxes) < len(layer.boxes):
            left = next(box for box in layer.boxes if box not in boxes)
            layer.side = 1 if left == layer.boxes[0] else -1
            layer.boxes = (left,)
            return
        self.layers.pop()
        self.height = self.height - layer.height if self.layers else 0.0


@dataclass
class Aboard:
    """A ship's stacks; *z* is the height of her keel; *open* are the hatches (40' bay, panel) without their cover."""

    kind: VesselClass
    z: float
    stacks: dict[Key, Stack] = field(default_factory=dict)
    open: list[tuple[int, int]] = field(default_factory=list)

    def rows(self, k: int) -> list[int]:
        """Row numbers on deck of 40' bay *k* (from 0), from starboard to port."""
        n, odd = self.kind.rows_at(k), self.kind.rows % 2
        rows = range(0, n) if odd else range(1, n + 1)
        return sorted(rows, key=lambda row: offset(self.kind, row))

    def hold_rows(self, k: int) -> list[int]:
        """Rows that the hull is wide enough for."""
        half = min(_tanktop_half(self.kind, self.kind.bays[k] + end) for end in (-6.1, 6.1)) - SIDE - 1.22
        inner = (len(self.rows(k)) - 3) / 2 * self.kind.row_pitch + 1e-6
        return [row for row in self.rows(k) if abs(offset(self.kind, row)) <= min(half, inner)]

    def panels(self, k: int) -> list[list[int]]:
        """The rows that each hatch cover of 40' bay *k* spans, from starboard to port; none for fewer than three."""
        rows = self.rows(k)
        if len(rows) < 3:
            return []
        count = -(-len(rows) // 5)
        edges = [round(len(rows) * i / count) for i in range(count + 1)]
        return [rows[a:b] for a, b in pairwise(edges)]

    def tops(self, k: int) -> Iterator[tuple[float, float]]:
        """(metres to port, site z of the top) of the deck stacks of 40' bay *k* that hold boxes."""
        for row in self.rows(k):
            stack = self.stacks.get((k, row, True))
            if stack and stack.layers:
                yield offset(self.kind, row), self.z + stack.top

    def boxes(self) -> Iterator[tuple[int, int, int, int]]:
        """(box, bay, row, tier) of all boxes."""
        for key, stack in self.stacks.items():
            for level, layer in enumerate(stack.layers, 1):
                for box, bay in zip(layer.boxes, bays_of(key[0], layer), strict=True):
                    yield box, bay, key[1], stack.tier(level)


def bays_of(k: int, layer: Layer) -> tuple[int, ...]:
    """The bay numbers of a tier's boxes."""
    if layer.feet != 20:
        return (4 * k + 2,)
    if layer.side:
        return (4 * k + 2 - layer.side,)
    return 4 * k + 1, 4 * k + 3


def offset(kind: VesselClass, row: int) -> float:
    """Metres to port of the centre line."""
    steps = (row + 1) // 2 - (0.0 if kind.rows % 2 else 0.5)
    return 0.0 if row == 0 else kind.row_pitch * (-steps if row % 2 else steps)


def bay_pitch(kind: VesselClass, k: int) -> float:
    """Metres from 40' bay *k* to its nearest neighbour."""
    return min((abs(x - kind.bays[k]) for j, x in enumerate(kind.bays) if j != k), default=99.0)


def _tanktop_half(kind: VesselClass, x: float) -> float:
    """Half the breadth of the hull at the bottom of the hold, *x* metres ahead of midships."""
    ahead = min(max((x - kind.length / 2) / (TANKTOP_ENTRANCE * kind.length) + 1, 0.0), 1.0)
    behind = min(max((-x - kind.length / 2) / (TANKTOP_RUN * kind.length) + 1, 0.0), 1.0)
    return kind.beam / 2 * 0.97 * float(min(1 - ahead**1.5, 1 - 0.98 * behind**1.8))


def empty_ship(kind: VesselClass, z: float, *, most_deck: int) -> Aboard:
    """A ship without boxes; *most_deck* tiers are as many as a crane can lift another box over."""
    ship = Aboard(kind, z)
    room = kind.deck_z - COVER - UNDER_COVER - kind.hold_z
    most = min(kind.deck_tiers, most_deck)
    for k in range(len(kind.bays)):
        for row in ship.rows(k):
            ship.stacks[k, row, True] = Stack((k, row, True), kind.deck_z, most, most * HIGH + 0.01)
        for row in ship.hold_rows(k) if ship.panels(k) else []:
            tiers = min(kind.hold_tiers, int(room / LOW))
            ship.stacks[k, row, False] = Stack((k, row, False), kind.hold_z, tiers, room)
    return ship


def stow(
    ship: Aboard,
    maker: Maker,
    random: np.random.Generator,
    *,
    share: float,
    twenties: float,
    reefers: float,
    begun: bool = False,
) -> None:
    """Fill *share* of an empty ship's places; *twenties*, *reefers* are shares of the boxes.

    *begun*: she is being discharged already, and the deck above one hatch of every second bay is clear.
    """
    stacks = list(ship.stacks.values())
    if not stacks or share <= 0:
        return
    tiers = _tiers(ship, stacks, share, random, _bare(ship) if begun else [])
    pairs = twenties / max(2 - twenties, 1e-9)  # the share of places that hold a pair
    groups = _drawn_groups(ship, stacks, pairs, random)
    codes: list[str] = []
    where: list[tuple[int, int, int]] = []  # stack, tier from 0, how many boxes
    total = int(tiers.sum())
    plugs = int((np.array([s.key[2] for s in stacks]) * np.minimum(tiers, 2)).sum())
    cold = min(reefers * total * (1 + pairs) / max(plugs, 1), 1.0)
    for i, (stack, n, short) in enumerate(zip(stacks, tiers.tolist(), groups, strict=True)):
        for tier, sort in enumerate(_sorts(ship, stack, n, short, cold, random)):
            where.append((i, tier, 2 if sort[0] == "2" else 1))
            codes += [sort] * where[-1][2]
    lines = maker.some_lines(len(stacks))
    line = np.repeat(lines[[w[0] for w in where]], [w[2] for w in where])
    empty = (np.array([code[0] != "2" for code in codes]) & (random.random(len(codes)) < EMPTY)).tolist()
    made = maker.make(codes, line, empty)
    _stand(stacks, where, made, maker.boxes)


def _bare(ship: Aboard) -> list[Key]:
    """The deck above one hatch of every second bay."""
    out = []
    for k in range(0, len(ship.kind.bays), 2):
        panels = ship.panels(k)
        out += [(k, row, True) for row in (panels[k // 2 % len(panels)] if panels else [])]
    return out


def _tiers(ship: Aboard, stacks: list[Stack], share: float, random: np.random.Generator, bare: list[Key]) -> Ints:
    """Tiers (n,) in each stack, *share* of all there could be in the end; none on *bare* ones."""
    most = np.array([0 if s.key in bare else s.free(40) for s in stacks])
    bay = np.array([s.key[0] for s in stacks])
    ahead = np.array([ship.kind.bays[k] / (ship.kind.length / 2) for k in bay.tolist()])
    wish = share + random.normal(0, 0.1, len(ship.kind.bays))[bay] - 0.25 * np.maximum(ahead - 0.5, 0)
    wish += random.normal(0, 0.08, len(stacks))
    tiers = np.clip(np.rint(wish * most), 0, most).astype(np.int64)
    missing = round(share * int(most.sum())) - int(tiers.sum())
    for i in random.permutation(len(stacks)).tolist() * 8:
        step = int(np.sign(missing))
        if 0 <= tiers[i] + step <= most[i]:
            tiers[i], missing = tiers[i] + step, missing - step
    return np.asarray(tiers)


def _drawn_groups(ship: Aboard, stacks: list[Stack], pairs: float, random: np.random.Generator) -> list[bool]:
    """Whether each stack begins with 20' boxes: alike under and above one hatch cover."""
    drawn: dict[tuple[int, int, bool], bool] = {}
    panel = {(k, row): p for k in range(len(ship.kind.bays)) for p, rows in enumerate(ship.panels(k)) for row in rows}
    out = []
    for stack in stacks:
        k, row, deck = stack.key
        group = k, panel.get((k, row), 0), deck
        if group not in drawn:
            drawn[group] = bool(random.random() < pairs * (1.5 if deck else 1.0))  # on deck they have 40' above them
        out.append(drawn[group])
    return out


def _sorts(ship: Aboard, stack: Stack, n: int, short: bool, cold: float, random: np.random.Generator) -> list[str]:
    """Size/type codes of a stack's tiers, from below; '2…' stands for two boxes."""
    k, _, deck = stack.key
    u = random.random(n + 1).tolist()
    twenties = (min(n, 1 + int(u[n] * 4)) if deck else n) if short else 0
    out = ["22G1" if u[i] < 0.93 else "22T1" for i in range(twenties)]
    out += ["45G1" if u[i] < 0.62 else "42G1" for i in range(twenties, n)]
    for i in range(min(n, 2) if deck else 0):
        if random.random() < cold:
            out[i] = "22R1" if i < twenties else "45R1"
    on_top = deck and n > LASHED and twenties < n and bay_pitch(ship.kind, k) > LONG_PITCH
    if on_top and out[-1] == "45G1" and u[n] > 0.88:
        out[-1] = "L5G1"
    return out


def _stand(stacks: list[Stack], where: list[tuple[int, int, int]], made: Ints, boxes: Boxes) -> None:
    """Put the boxes on their stacks, the heavy ones of each sort (20', reefers, 40') below the light ones."""
    layers: dict[int, list[Layer]] = {}
    at = 0
    for stack, _, count in where:
        layers.setdefault(stack, []).append(layer_of(tuple(made[at : at + count].tolist()), boxes))
        at += count
    for stack, own in layers.items():
        own.sort(key=lambda layer: (_sort_of(layer, boxes), -layer.mass))
        for layer in own:
            stacks[stack].put(layer)


def _sort_of(layer: Layer, boxes: Boxes) -> int:
    reefer = boxes.code[layer.boxes[0]][2] == "R"
    return {20: 0, 40: 2, 45: 4}[layer.feet] + (0 if reefer else 1)


def layer_of(found: tuple[int, ...], boxes: Boxes, side: int = 0) -> Layer:
    """One tier of *found* boxes."""
    height = max(boxes.height(box) for box in found)
    return Layer(found, boxes.feet(found[0]), height, sum(boxes.mass[box] for box in found), side)
