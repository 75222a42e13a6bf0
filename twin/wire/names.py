"""The sender's rows, their names, and the receiver's rows: what is said about row 7 there is about row 12 here."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import numpy as np

from twin.errors import BadMessage
from twin.facts import (
    Batch,
    DescribedContainers,
    DescribedMachines,
    DescribedVessels,
    Events,
    PlaceKind,
    Places,
    Poses,
    Roster,
    Vessels,
)
from twin.geometry import Ints
from twin.terminal import Terminal
from twin.wire.protobuf import Fields, chunk, fixed32, texts

SORTS = ("machines", "containers", "vessels", "blocks")  # field numbers of Dictionary are the order here
_FIRST, _NAME = 1, 2
_STRANGER = -2  # a row of the sender's that nobody has named


class Naming:
    """The sending side: which of our names the listeners have been told."""

    def __init__(self, terminal: Terminal, roster: Roster) -> None:
        self._blocks, self._roster = terminal.blocks.name, roster
        self._told = [0, 0, 0, 0]

    def everything(self) -> bytes:
        """A `Dictionary` of all names there are."""
        return _dictionary(self._names(), [0, 0, 0, 0])

    def news(self) -> bytes:
        """A `Dictionary` of the names that are new since the last call; empty where there are none."""
        names = self._names()
        first, self._told = self._told, [len(each) for each in names]
        return _dictionary(names, first) if first != self._told else b""

    def _names(self) -> tuple[list[str], list[str], list[str], list[str]]:
        roster = self._roster
        return roster.machines.name, roster.containers.name, roster.vessels.name, list(self._blocks)


def _dictionary(names: Iterable[list[str]], first: list[int]) -> bytes:
    out = b""
    for number, (each, start) in enumerate(zip(names, first, strict=True), start=1):
        if len(each) > start:
            out += chunk(number, fixed32(_FIRST, start) + texts(_NAME, each[start:]))
    return out


@dataclass
class Translation:
    """The receiving side: sender's rows -> rows of *roster* and of *terminal*'s blocks, by name."""

    terminal: Terminal
    roster: Roster
    _here: dict[str, Ints] = field(default_factory=lambda: {sort: np.zeros(0, np.int64) for sort in SORTS})

    def forget(self) -> None:
        """A new sender, whose rows mean something else."""
        self._here = {sort: np.zeros(0, np.int64) for sort in SORTS}

    def learn(self, dictionary: bytes) -> None:
        """Take in a `Dictionary`; names new here get rows in the roster.  Raises `BadMessage`."""
        message = Fields(dictionary)
        for number, sort in enumerate(SORTS, start=1):
            if number in message.pieces:
                self._learn(sort, message.message(number))

    def _learn(self, sort: str, names: Fields) -> None:
        first, known = names.whole(_FIRST, "<u4"), self._here[sort]
        if first > len(known):
            said = f"names of {sort} from row {first} on, where {len(known)} are known: one message is missing"
            raise BadMessage("dictionary", said)
        rows = self._rows(sort, names.texts(_NAME))
        self._here[sort] = np.concatenate([known[:first], rows, known[first + len(rows) :]])

    def _rows(self, sort: str, names: tuple[str, ...]) -> Ints:
        if sort == "blocks":
            return np.array([self.terminal.block_row.get(name, _STRANGER) for name in names], np.int64)
        rows: Ints = getattr(self.roster, sort).rows(names)
        return rows

    def here(self, batch: Batch) -> Batch:
        """*batch* with our rows in place of the sender's.  Raises `BadMessage` of kind 'unknown id'."""
        match batch:
            case Poses() | DescribedMachines():
                return replace(batch, machine=self._of("machines", batch.machine))
            case DescribedContainers():
                return replace(batch, container=self._of("containers", batch.container))
            case Vessels() | DescribedVessels():
                return replace(batch, vessel=self._of("vessels", batch.vessel))
            case Places():
                return replace(batch, container=self._of("containers", batch.container), where=self._where(batch))
            case Events():
                return batch

    def _where(self, batch: Places) -> Ints:
        out = batch.where.copy()
        for kind, sort in ((PlaceKind.SLOT, "blocks"), (PlaceKind.MACHINE, "machines"), (PlaceKind.VESSEL, "vessels")):
            rows = np.flatnonzero(batch.kind == kind)
            if len(rows):
                out[rows] = self._of(sort, batch.where[rows])
        return out

    def _of(self, sort: str, rows: Ints) -> Ints:
        here = self._here[sort]
        strange = (rows < 0) | (rows >= len(here))
        if strange.any():
            raise BadMessage("unknown id", f"row {int(rows[strange][0])} of {sort}, of which {len(here)} are named")
        out: Ints = here[rows]
        if (out < 0).any():
            said = f"row {int(rows[out < 0][0])} of {sort} is named, but this terminal has none of that name"
            raise BadMessage("unknown id", said)
        return out
