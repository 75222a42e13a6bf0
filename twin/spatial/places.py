"""Places in words."""

from collections.abc import Sequence

from twin.facts import PlaceKind
from twin.geometry import Bools
from twin.moment import Moment
from twin.terminal import Blocks, Terminal


def row_name(blocks: Blocks, block: int, row: int) -> str:
    """Row *row* (from 1) of a block as the terminal writes it: 3 or C."""
    first = blocks.first_row[block] if block < len(blocks.first_row) else "1"
    letter = ord(first.upper()) + row - 1 if first.isalpha() and len(first) == 1 else 0
    return chr(letter) if ord("A") <= letter <= ord("Z") else str(row)


def address(terminal: Terminal, block: int, bay: int, row: int, tier: int) -> str:
    """A slot in words: 'block A07, bay 12, row 3, tier 2'."""
    known = 0 <= block < len(terminal.blocks)
    written = row_name(terminal.blocks, block, row) if known else str(row)
    return f"block {_name(terminal.blocks.name, block)}, bay {bay}, row {written}, tier {tier}"


def place_in_words(moment: Moment, container: int) -> str:
    """Where a container row is: its address, 'on AGV3', 'aboard ELBE, bay 10, row 03, tier 82', 'gone with
    TRK7', or 'at x 1.0 …'."""
    boxes = moment.containers
    columns = boxes.kind, boxes.where, boxes.bay, boxes.row, boxes.tier
    kind, where, bay, row, tier = (int(column[container]) for column in columns)
    if kind == PlaceKind.SLOT:
        return address(moment.terminal, where, bay, row, tier)
    if kind == PlaceKind.MACHINE:
        return f"{_with(moment.machines.gone, where, 'on')} {_name(moment.machines.name, where)}"
    if kind == PlaceKind.VESSEL:
        on = _with(moment.vessels.gone, where, "aboard")
        return f"{on} {_name(moment.vessels.name, where)}, bay {bay:02}, row {row:02}, tier {tier:02}"
    if kind == PlaceKind.SOMEWHERE:
        return at_in_words(*boxes.base[container].tolist())
    return "place not known"


def at_in_words(x: float, y: float, z: float) -> str:
    """'at x 1.0, y 2.0, z 0.0', metres in the site frame."""
    return f"at x {x:.1f}, y {y:.1f}, z {z:.1f}" if x == x else "place not known"


def _with(gone: Bools, row: int, on: str) -> str:
    return "gone with" if 0 <= row < len(gone) and gone[row] else on


def _name(names: Sequence[str], row: int) -> str:
    return names[row] if 0 <= row < len(names) else f"number {row}"
