"""Containers at their places, reckoned again only where something changed."""

from collections.abc import Callable
from itertools import count

import numpy as np

from twin.catalogue import VesselClass
from twin.facts import PlaceKind, Places
from twin.geometry import Floats, Ints
from twin.moment import Containers, Descriptions
from twin.terminal import Terminal
from twin.yard import in_block, slot_places, stow_places

_stamps = count(1)  # shared by all worlds, so that a fresh world's blocks never look unchanged


class Standing:
    """The last `Containers` shown; *class_of* says a vessel row's class."""

    def __init__(self, terminal: Terminal, class_of: Callable[[int], VesselClass | None]) -> None:
        self.terminal, self._class_of = terminal, class_of
        self._shown: Containers | None = None

    def start_over(self) -> None:
        """Reckon everything again next time."""
        self._shown = None

    def show(self, said: Places, changed: Ints, about: Descriptions, vessels: int) -> Containers:
        """The containers where *said* puts them; *changed* rows are placed or described otherwise than before."""
        old, n = self._shown, len(about.name)
        if old is not None and old.about is about and not len(changed) and len(old.vessel_stamp) == vessels:
            return old
        columns = (said.kind, said.where, said.bay, said.row, said.tier)
        kind, where, bay, row, tier = (column[:n].copy() for column in columns)
        base, turn = _kept(old, n)
        stamps = _kept_stamps(old, len(self.terminal.blocks), vessels)
        shown = Containers(about, kind, where, bay, row, tier, base, turn, said.t[:n].copy(), *stamps)
        rows = np.arange(n) if old is None else changed
        self._stand_loose(shown, said, rows)
        self._stand_in_blocks(shown, _touched(old, shown, rows, PlaceKind.SLOT))
        for vessel in _touched(old, shown, rows, PlaceKind.VESSEL).tolist():
            self._stand_aboard(shown, vessel)
        self._shown = shown
        return shown

    @staticmethod
    def _stand_loose(new: Containers, said: Places, rows: Ints) -> None:
        loose = rows[new.kind[rows] == PlaceKind.SOMEWHERE]
        new.base[rows], new.turn[rows] = np.nan, 0.0
        new.base[loose] = np.stack([said.x[loose], said.y[loose], said.z[loose]], axis=1)
        new.turn[loose] = said.yaw[loose]

    def _stand_in_blocks(self, new: Containers, blocks: Ints) -> None:
        if not len(blocks):
            return
        rows = np.flatnonzero((new.kind == PlaceKind.SLOT) & np.isin(new.where, blocks))
        sound = in_block(self.terminal.blocks, new.where[rows], new.bay[rows], new.row[rows], new.tier[rows])
        new.base[rows[~sound]] = np.nan
        rows = rows[sound]
        address = new.where[rows], new.bay[rows], new.row[rows], new.tier[rows]
        new.base[rows], new.turn[rows] = slot_places(self.terminal, *address, new.about.height[rows])
        inside = blocks[(blocks >= 0) & (blocks < len(new.block_stamp))]
        new.block_stamp[inside] = next(_stamps)

    def _stand_aboard(self, new: Containers, vessel: int) -> None:
        rows = np.flatnonzero((new.kind == PlaceKind.VESSEL) & (new.where == vessel))
        address = new.bay[rows], new.row[rows], new.tier[rows]
        new.base[rows] = stow_places(self._class_of(vessel), *address, new.about.height[rows])
        new.turn[rows] = 0.0
        if 0 <= vessel < len(new.vessel_stamp):
            new.vessel_stamp[vessel] = next(_stamps)


def _kept(old: Containers | None, n: int) -> tuple[Floats, Floats]:
    """Bases and turns (n) of *old*, NaN and 0 where it had none."""
    base, turn = np.full((n, 3), np.nan), np.zeros(n)
    if old is not None:
        base[: len(old)], turn[: len(old)] = old.base, old.turn
    return base, turn


def _kept_stamps(old: Containers | None, blocks: int, vessels: int) -> tuple[Ints, Ints]:
    block, vessel = np.zeros(blocks, np.int64), np.zeros(vessels, np.int64)
    if old is not None:
        block[:], vessel[: len(old.vessel_stamp)] = old.block_stamp, old.vessel_stamp
    return block, vessel


def _touched(old: Containers | None, new: Containers, changed: Ints, kind: PlaceKind) -> Ints:
    """Blocks or vessels that *changed* rows are in, or were in."""
    where = new.where[changed[new.kind[changed] == kind]]
    if old is None:
        return np.unique(where)
    earlier = changed[changed < len(old)]
    return np.unique(np.concatenate([where, old.where[earlier[old.kind[earlier] == kind]]]))
