"""Which of a layout's machines are of which sort; and those that nobody commands, which stand where they are."""

from dataclasses import dataclass

import numpy as np

from twin.catalogue import Kind
from twin.facts import Status
from twin.geometry import Floats
from twin.simulate.cranes import Crane
from twin.simulate.motion import Sampled
from twin.terminal import Terminal


def machines(terminal: Terminal, groups: tuple[str, ...]) -> list[tuple[int, Kind]]:
    """Rows and kinds of the terminal's machines of *groups*."""
    own, kinds = terminal.machines, terminal.catalogue.kinds
    return [(row, kinds[kind]) for row, kind in enumerate(own.kind) if kind in kinds and kinds[kind].group in groups]


def crane_of(terminal: Terminal, row: int, kind: Kind) -> Crane:
    """The crane of a machine row, where the layout puts it."""
    own = terminal.machines
    return Crane(row, kind, float(own.x[row]), float(own.y[row]), float(own.z[row]), float(own.yaw[row]))


@dataclass
class Still:
    """A machine that stands where the layout puts it, and says so."""

    row: int
    kind: Kind
    pose: tuple[float, float, float, float]  # x, y, z, yaw

    def sampled(self, t: Floats) -> Sampled:
        """How it stands at seconds *t*."""
        n = len(t)
        x, y, z, yaw = (np.full(n, value) for value in self.pose)
        return Sampled(x, y, z, yaw, np.tile(self.kind.rest, (n, 1)), np.full(n, float(Status.IDLE)), np.zeros(n))

    def forget(self, before: float) -> None:
        """There is nothing to forget."""


def still(terminal: Terminal, row: int) -> Still | None:
    """The machine of a row as it stands; None where the catalogue does not know its kind."""
    own = terminal.machines
    kind = terminal.catalogue.kinds.get(own.kind[row])
    pose = float(own.x[row]), float(own.y[row]), float(own.z[row]), float(own.yaw[row])
    return None if kind is None else Still(row, kind, pose)
