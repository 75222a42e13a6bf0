"""Worlds to draw, and the one rule for tests that need something to draw with."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.worlds import T0, described
from twin import facts
from twin.catalogue_files import sample_catalogue
from twin.facts import DescribedVessels, PlaceKind, Vessels
from twin.geometry import Site
from twin.layout import read_layout
from twin.scene.renderer import choose_renderer
from twin.terminal import Blocks, Machines, Terminal
from twin.world import World

SIZE = (320, 180)
needs_renderer = pytest.mark.skipif(not choose_renderer().draws, reason="nothing can draw here")


def small_terminal() -> Terminal:
    """layouts/small.yaml."""
    return read_layout(Path(__file__).parents[1] / "layouts" / "small.yaml")


def nothing() -> Terminal:
    """A terminal without anything."""
    none = np.zeros(0)
    whole = np.zeros(0, np.int64)
    yard = Blocks((), none, none, none, none, whole, whole, whole, none, none, none, ())
    machines = Machines((), (), none, none, none, none)
    return Terminal("nothing", "", Site(), yard, (), (), (), (), (), (), machines, sample_catalogue())


def boxes(world: World, count: int, *, block: int = 0, tier: int = 1, code: str = "22G1", first: int = 0) -> None:
    """*count* boxes side by side in odd bays of row 1."""
    names = [f"MSKU{first + i:07d}" for i in range(count)]
    world.hear(described(world.roster, names, code=code, line="MAE"))
    rows = world.roster.containers.rows(names)
    world.hear(facts.places(T0, rows, PlaceKind.SLOT, block, bay=2 * np.arange(count) + 1, row=1, tier=tier))


def many_machines(count: int, kind: str = "agv") -> Terminal:
    """A small terminal with *count* machines of one *kind* in a square."""
    i = np.arange(count)
    own = Machines(tuple(f"M{n}" for n in i), (kind,) * count, i % 25 * 20.0, i // 25 * 12.0, i * 0.0, i * 0.1)
    return replace(small_terminal(), machines=own)


def hull(world: World, name: str, *, kind: str = "", length: float = 0.0, beam: float = 0.0, x: float = 100.0) -> None:
    """A vessel lying before the quay."""
    row, t = np.array([world.roster.vessels.of(name)]), np.array([T0])
    world.hear(DescribedVessels(t, row, (name,), (kind,), np.array([length]), np.array([beam]), np.array([0.0])))
    world.hear(Vessels(t, row, np.array([x]), np.array([-30.0]), np.array([0.0]), np.array([8.0]), np.array([6])))
