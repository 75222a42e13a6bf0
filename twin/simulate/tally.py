"""What happened in a run, noted as it happens: `report.py` makes figures of it.

Nearly everything follows from who handed which box to whom and when, which `Book.hand` tells by itself: a box
that goes from a ship's place to a quay crane is a discharge lift, one that goes from a slot to a slot was shuffled.
Ships' stays follow from the events 'moored' and 'sailed', working hours from who holds a machine's `Works.of_duty`.
Only trucks note their stages themselves, in a `Stay`.
"""

from array import array
from dataclasses import dataclass, field

import numpy as np

from twin.geometry import Floats
from twin.simulate.book import Place

HAND = 6  # numbers kept of each hand-over: second, box, kind and where before, kind and where after
NOWHERE = -1.0  # kind of the place before a box was made
STAYS = ("arriving", "moored", "sailed")  # kinds of event that tell of a ship's stay


@dataclass
class Stay:
    """One truck's visit: seconds at which it came to each stage, NaN until then.

    *came* is when it was on the public road before the gate, *inside* when it drove into a lane, *released* when it
    was sent to a block, *docked* when it first stood there, *served* when the last crane was clear of it, *left* when
    it was through the gate again.  *brings* and *fetches* count boxes.
    """

    machine: int
    came: float
    inside: float = float("nan")
    verified: float = float("nan")
    released: float = float("nan")
    docked: float = float("nan")
    served: float = float("nan")
    left: float = float("nan")
    brings: int = 0
    fetches: int = 0


@dataclass
class Tally:
    """Notes of a run, in the order they were taken."""

    numbers: "array[float]" = field(default_factory=lambda: array("d"))
    stays: list[Stay] = field(default_factory=list)
    ships: dict[tuple[str, str], float] = field(default_factory=dict)  # (ship, kind of event) -> second
    duty: "array[float]" = field(default_factory=lambda: array("d"))  # machine row, from and to second, in turn

    def handed(self, t: float, box: int, before: Place | None, after: Place) -> None:
        """At second *t* *box* goes from one place to another; *before* None: it was just made."""
        kind, where = (NOWHERE, -1) if before is None else (before.kind, before.where)
        self.numbers.extend((t, box, kind, where, after.kind, after.where))

    def told(self, t: float, kind: str, who: str) -> None:
        """An event of *kind* about *who*."""
        if kind in STAYS:
            self.ships.setdefault((who, kind), t)

    def on_duty(self, row: int, begin: float, end: float) -> None:
        """Machine *row* was at one piece of work between two seconds."""
        self.duty.extend((row, begin, end))

    @property
    def hands(self) -> Floats:
        """(n, HAND), by time."""
        out = np.array(self.numbers).reshape(-1, HAND)
        return out[np.argsort(out[:, 0], kind="stable")]

    def hours_on_duty(self, after: float, until: float) -> dict[int, float]:
        """Hours between two seconds for which each machine row was at work."""
        row, begin, end = np.array(self.duty).reshape(-1, 3).T
        hours = np.maximum(np.minimum(end, until) - np.maximum(begin, after), 0.0) / 3600
        rows = row.astype(np.int64)
        total = np.bincount(rows, hours) if len(rows) else np.zeros(0)
        return {int(r): float(total[r]) for r in np.unique(rows)}
