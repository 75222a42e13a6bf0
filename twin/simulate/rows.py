"""Which of a layout's machines are of which sort."""

from twin.catalogue import Kind
from twin.simulate.cranes import Crane
from twin.terminal import Terminal


def machines(terminal: Terminal, groups: tuple[str, ...]) -> list[tuple[int, Kind]]:
    """Rows and kinds of the terminal's machines of *groups*."""
    own, kinds = terminal.machines, terminal.catalogue.kinds
    return [(row, kinds[kind]) for row, kind in enumerate(own.kind) if kind in kinds and kinds[kind].group in groups]


def crane_of(terminal: Terminal, row: int, kind: Kind) -> Crane:
    """The crane of a machine row, where the layout puts it."""
    own = terminal.machines
    return Crane(row, kind, float(own.x[row]), float(own.y[row]), float(own.z[row]), float(own.yaw[row]))
