"""Which truck comes next: number plates, and the trucks that are away."""

from collections import deque
from dataclasses import dataclass, field

import numpy as np

from twin.simulate.works import Works

AWAY = 2400.0  # seconds before a truck that has left comes back.  Made up
NAMES = 150  # names of trucks at most, unless more are inside at a time
TOWNS = ("HH", "STD", "WL", "PI", "HB", "OD", "RZ", "LG")  # first letters of plates
LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"


@dataclass
class Stable:
    """Names of trucks, and those that are away: who has been away longest comes first."""

    works: Works
    random: np.random.Generator
    away: deque[tuple[float, int]] = field(default_factory=deque)
    names: set[str] = field(default_factory=set)

    def take(self) -> int:
        """The row of a truck that is not inside."""
        now = self.works.env.now
        if self.away and (now - self.away[0][0] >= AWAY or len(self.names) >= NAMES):
            return self.away.popleft()[1]
        return self.row()

    def row(self) -> int:
        """The row of a truck that was never here."""
        return self.works.guest(self._plate(), "truck")

    def give(self, row: int) -> None:
        """It has left."""
        self.away.append((self.works.env.now, row))

    def _plate(self) -> str:
        while True:
            town = TOWNS[int(self.random.integers(len(TOWNS)))]
            two = "".join(LETTERS[int(i)] for i in self.random.integers(len(LETTERS), size=2))
            plate = f"{town}-{two} {int(self.random.integers(100, 10_000))}"
            if plate not in self.names:
                self.names.add(plate)
                return plate
