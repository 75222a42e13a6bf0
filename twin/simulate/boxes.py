"""Made-up containers with true numbers: whose they are, what they are, what they weigh."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from twin.containers import numbered, size
from twin.errors import BadFile
from twin.facts import DescribedContainers, Roster, quantised
from twin.geometry import Floats, Ints
from twin.samples import sample
from twin.yamlfile import read_yaml

LINES: tuple[tuple[str, float, tuple[str, ...]], ...] = (
    ("MAE", 17, ("MSKU", "MRKU")), ("MSC", 18, ("MEDU", "MSCU")), ("CMA", 13, ("CMAU",)), ("HLC", 12, ("HLXU", "HLBU")),
    ("ONE", 9, ("ONEU", "TCLU")), ("EMC", 8, ("EGHU", "EISU")), ("COS", 9, ("CSNU", "CBHU")), ("HMM", 5, ("HDMU",)),
    ("YML", 4, ("YMLU",)), ("ZIM", 3, ("ZIMU",)), ("leased", 6, ("TGHU", "TRHU")),
)  # fmt: skip
"""Name, share, owner codes: stands in where the look says nothing of shipping lines."""

MASSES = {"2": (2_300, 14_000, 5_500, 30_480), "4": (3_800, 17_500, 6_500, 32_500), "L": (4_800, 16_000, 5_000, 32_500)}
"""kg empty, mean and spread laden, most: by the code's first sign.  Tares as printed on doors; the rest made up."""


@dataclass
class Boxes:
    """All containers of a made-up terminal as columns, in roster rows *first*, *first* + 1, …"""

    row: list[int] = field(default_factory=list)
    name: list[str] = field(default_factory=list)
    code: list[str] = field(default_factory=list)
    line: list[str] = field(default_factory=list)
    mass: list[int] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.row)

    def feet(self, box: int) -> int:
        """20, 40 or 45."""
        return {"2": 20, "L": 45}.get(self.code[box][0], 40)

    def length(self, box: int) -> float:
        return LENGTHS[self.feet(box)]

    def height(self, box: int) -> float:
        return height(self.code[box])

    def is_reefer(self, box: int) -> bool:
        """Whether it wants a plug."""
        return self.code[box][2:3] == "R"

    def is_empty(self, box: int) -> bool:
        """Whether nothing is in it, to go by its mass."""
        return self.mass[box] <= MASSES.get(self.code[box][0], MASSES["4"])[0]

    def described(self, t: int) -> DescribedContainers:
        """What they are, from *t* on."""
        columns = tuple(self.name), tuple(self.code), tuple(self.line), np.array(self.mass, float)
        return quantised(DescribedContainers(np.full(len(self), t), np.array(self.row, np.int64), *columns))


LENGTHS = {20: 6.058, 40: 12.192, 45: 13.716}  # metres, ISO 668


def height(code: str) -> float:
    """External height of a box of ISO 6346 *code*, metres."""
    known = size(code)
    return known.height if known else 2.591


def lines() -> tuple[tuple[str, float, tuple[str, ...]], ...]:
    """Shipping lines as (name, share, owner codes), from the look."""
    try:
        top = read_yaml(sample("assets", "looks", "day.yaml"))
    except BadFile:
        return LINES
    said = top.named("lines") if top.has("lines") else {}
    return tuple((name, line.number("weight"), line.texts("owners")) for name, line in said.items()) or LINES


class Maker:
    """Makes containers: numbers that no other has, of an owner that belongs to the line."""

    def __init__(self, roster: Roster, random: np.random.Generator) -> None:
        self.roster, self.random = roster, random
        self.lines = lines()
        self.share = np.array([line[1] for line in self.lines], float)
        self.share /= self.share.sum()
        self.boxes = Boxes()
        self._serial = int(random.integers(0, 900_000))

    def some_lines(self, n: int) -> Ints:
        """*n* line numbers, by share."""
        return self.random.choice(len(self.lines), n, p=self.share)

    def make(self, codes: Sequence[str], line: Ints, empty: Sequence[bool] | None = None) -> Ints:
        """Box numbers (n,) of new containers of *codes* and *line* numbers."""
        first, n = len(self.boxes), len(codes)
        which = self.random.integers(0, 1 << 30, n).tolist()
        for code, number, pick in zip(codes, line.tolist(), which, strict=True):
            name, _, owners = self.lines[number]
            self._serial = (self._serial + 1 + pick % 29) % 1_000_000
            full = numbered(owners[pick % len(owners)], self._serial)
            self.boxes.row.append(self.roster.containers.of(full))
            self.boxes.name.append(full)
            self.boxes.code.append(code)
            self.boxes.line.append(name)
        self.boxes.mass += self._masses(codes, empty).tolist()
        return np.arange(first, first + n)

    def _masses(self, codes: Sequence[str], empty: Sequence[bool] | None) -> Ints:
        tare, mean, spread, most = (
            np.array([MASSES.get(code[0], MASSES["4"]) for code in codes], float).reshape(-1, 4).T
        )
        laden: Floats = np.clip(self.random.normal(mean, spread), tare + 500, most)
        mass = np.where(np.asarray(empty, bool), tare, laden) if empty is not None else laden
        return np.asarray(np.rint(mass / 10) * 10, np.int64)
