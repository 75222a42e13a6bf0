"""What containers, machines and vessels were described as; the latest description of each is believed."""

from collections.abc import Iterable

import numpy as np

from twin.containers import LENGTHS, NOMINAL_HEIGHT, TEU, size
from twin.facts import DescribedContainers
from twin.geometry import Floats, Ints
from twin.moment import Descriptions


class Latest:
    """The newest tuple said of each row; of two from the same instant the larger, whatever order they came in."""

    def __init__(self) -> None:
        self.said: dict[int, tuple[int, tuple[object, ...]]] = {}

    def hear(self, row: Ints, t: Ints, values: Iterable[tuple[object, ...]]) -> list[int]:
        """Take in descriptions; the rows whose description is another than before."""
        changed = []
        for r, when, value in zip(row.tolist(), t.tolist(), values, strict=True):
            before = self.said.get(r)
            if before is None or (when, value) > before:
                self.said[r] = (when, value)
                if before is None or before[1] != value:
                    changed.append(r)
        return changed

    def of(self, row: int) -> tuple[object, ...] | None:
        """What is said of *row*, or None."""
        found = self.said.get(row)
        return found[1] if found else None


class ContainerBook:
    """Descriptions of containers as columns, updated where they change."""

    def __init__(self) -> None:
        self.latest = Latest()
        self._code: list[str] = []
        self._line: list[str] = []
        self._sizes: Floats = np.zeros((0, 4))  # length, width, height, mass
        self._changed: set[int] = set()
        self._shown: Descriptions | None = None
        self._told: Floats = np.zeros((0, 4))  # the sizes last shown, guesses included
        self._guesses: Ints = np.zeros(0, np.int64)  # rows that nobody described

    def hear(self, batch: DescribedContainers) -> None:
        """Take in a batch of descriptions."""
        values = zip(batch.code, batch.line, batch.mass.tolist(), strict=True)
        self._changed.update(self.latest.hear(batch.container, batch.t, values))

    def columns(self, names: list[str], bay: Ints) -> tuple[Descriptions, Ints]:
        """Descriptions of all *names*, and the rows that are described otherwise than when last asked.

        A box that nobody described is taken for a standard one of the length its *bay* says: even bays hold 40'.
        """
        n, before = len(names), self._shown
        if before is not None and len(before.name) == n and not self._changed and not self._guessed_wrong(bay):
            return before, np.zeros(0, np.int64)
        self._extend(n)
        for row in self._changed:
            self._enter(row)
        sizes = self._sizes[:n].copy()
        self._guesses = np.flatnonzero(sizes[:, 0] == 0)
        sizes[self._guesses] = _guessed(bay[self._guesses])
        moved = np.flatnonzero(sizes[: len(self._told), 0] != self._told[:n, 0])
        changed = np.union1d(np.array(sorted(self._changed), np.int64), moved)
        self._changed.clear()
        self._told = sizes
        text = tuple(names), tuple(self._code[:n]), tuple(self._line[:n])
        self._shown = Descriptions(*text, sizes[:, 0], sizes[:, 1], sizes[:, 2], sizes[:, 3])
        return self._shown, changed

    def _guessed_wrong(self, bay: Ints) -> bool:
        rows = self._guesses
        return bool(len(rows)) and not np.array_equal(_guessed(bay[rows]), self._told[rows])

    def _extend(self, n: int) -> None:
        more = n - len(self._code)
        if more > 0:
            self._code += [""] * more
            self._line += [""] * more
            self._sizes = np.concatenate([self._sizes, np.zeros((more, 4))])

    def _enter(self, row: int) -> None:
        code, line, mass = self.latest.said[row][1]
        self._extend(row + 1)
        self._code[row], self._line[row] = str(code), str(line)
        known = size(str(code))
        self._sizes[row, :3] = (known.length, known.width, known.height) if known else 0.0
        self._sizes[row, 3] = float(mass)  # type: ignore[arg-type]


def _guessed(bay: Ints) -> Floats:
    """Length, width, height and mass (n, 4) of boxes that nobody described."""
    out = np.tile([*TEU[:2], NOMINAL_HEIGHT, 0.0], (len(bay), 1))
    out[(bay > 0) & (bay % 2 == 0), 0] = LENGTHS["4"]
    return out
