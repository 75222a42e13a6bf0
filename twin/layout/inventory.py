"""A terminal's yard blocks as rectangles of a drawing -> a layout file.

The drawing of ng-container-terminal (vaanxy/ng-container-terminal, MIT) gives each block a rectangle in drawing units,
its bays, rows and tiers.  The unit follows from the blocks themselves: bays are 6.50 m apart [D], and the median
rectangle is that many units a bay long.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, TypeVar

import msgspec
import numpy as np
from msgspec import Meta

from twin.errors import BadFile
from twin.layout.write import layout_text

BAY_PITCH = 6.50  # metres a TEU bay.  18 m² a slot / 2.77 m
ROW_PITCH = 2.77  # metres a row.  RTG spans of 23.47 and 20.70 m for 6 and 5 rows
TIGHTEST = (6.10, 2.50)  # metres a bay, a row: a 20' box is 6.058 x 2.438, and nothing stands closer than this
_RTG_ROWS = 6  # rows of an RTG block; its span of 23.47 m takes them and a truck lane

T = TypeVar("T")
Count = Annotated[int, Meta(ge=1, le=500)]
Length = Annotated[float, Meta(gt=0, le=1e6)]
Coordinate = Annotated[float, Meta(ge=-1e6, le=1e6)]


class DrawnBlock(msgspec.Struct, frozen=True, rename="camel"):
    """One block of the drawing; y runs down, *direction* says whether the bays run along x (H) or y (V)."""

    block: Annotated[str, Meta(min_length=1, max_length=64)]
    direction: Literal["H", "V"]
    max_bay: Count
    max_row: Count
    max_tier: Annotated[int, Meta(ge=1, le=12)]
    x: Coordinate
    y: Coordinate
    width: Length
    height: Length

    @property
    def length(self) -> float:
        """Drawing units along the bays."""
        return self.width if self.direction == "H" else self.height

    @property
    def depth(self) -> float:
        """Drawing units across the rows."""
        return self.height if self.direction == "H" else self.width


@dataclass(frozen=True)
class Yard:
    """The layout that a drawing became, and what had to be decided on the way."""

    text: str
    blocks: int
    horizontal: int
    vertical: int
    slots: int  # bays x rows
    positions: int  # bays x rows x tiers
    metres_per_unit: float
    too_small: tuple[str, ...]  # drawn smaller than their slots
    overlaps: tuple[tuple[str, str], ...]  # pairs that stand in each other for that reason


def read_drawing(path: Path) -> list[DrawnBlock]:
    """The blocks of the drawing at *path* (JSON).  Raises `BadFile`."""
    drawn = decoded(path, list[DrawnBlock])
    if not drawn:
        raise BadFile(path, "has no block")
    seen: set[str] = set()
    for i, block in enumerate(drawn):
        if block.block in seen:
            raise BadFile(path, f"{block.block!r} is here twice", key=f"[{i}].block")
        seen.add(block.block)
    return drawn


def decoded(path: Path, kind: type[T]) -> T:
    """The JSON file at *path* as *kind*.  Raises `BadFile`."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except FileNotFoundError:
        raise BadFile(path, "there is no such file") from None
    except OSError as wrong:
        raise BadFile(path, f"cannot be read: {wrong.strerror}") from None
    except msgspec.ValidationError as wrong:
        said, _, where = str(wrong).partition(" - at `$")
        raise BadFile(path, said[0].lower() + said[1:], key=where.rstrip("`")) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as wrong:
        raise BadFile(path, f"is not JSON: {wrong}") from None


def yard_of(drawn: list[DrawnBlock], *, name: str, title: str = "", source: str = "") -> Yard:
    """The layout of *drawn* blocks: metres, y up, the drawing's left bottom corner at 0, 0."""
    scale = BAY_PITCH / float(np.median([block.length / block.max_bay for block in drawn]))
    left, bottom = min(b.x for b in drawn), max(b.y + b.height for b in drawn)
    entries, boxes, small = [], [], []
    for block in drawn:
        pitches = _pitch(block.length * scale, block.max_bay, 0), _pitch(block.depth * scale, block.max_row, 1)
        along, across = pitches[0] * block.max_bay, pitches[1] * block.max_row
        if along > block.length * scale + 1e-6 or across > block.depth * scale + 1e-6:
            small.append(block.block)
        cx, cy = (block.x + block.width / 2 - left) * scale, (bottom - block.y - block.height / 2) * scale
        wide, high = (along, across) if block.direction == "H" else (across, along)
        entries.append(_entry(block, (cx - wide / 2, cy - high / 2), pitches))
        boxes.append((cx - wide / 2, cy - high / 2, cx + wide / 2, cy + high / 2))
    return Yard(
        text=_text(name, title, source, scale, entries),
        blocks=len(drawn),
        horizontal=sum(b.direction == "H" for b in drawn),
        vertical=sum(b.direction == "V" for b in drawn),
        slots=sum(b.max_bay * b.max_row for b in drawn),
        positions=sum(b.max_bay * b.max_row * b.max_tier for b in drawn),
        metres_per_unit=scale,
        too_small=tuple(small),
        overlaps=tuple((drawn[i].block, drawn[j].block) for i, j in _overlapping(np.array(boxes))),
    )


def _pitch(length: float, count: int, axis: int) -> float:
    """Metres from slot to slot: the usual pitch, less where the rectangle is short, not less than boxes need."""
    return float(np.clip(length / count, TIGHTEST[axis], (BAY_PITCH, ROW_PITCH)[axis]))


def _entry(block: DrawnBlock, corner: tuple[float, float], pitches: tuple[float, float]) -> dict[str, object]:
    """Bay 1 at the left or bottom; row 1 at the bottom or left.  The drawing does not say."""
    upright = block.direction == "V"
    kind = "rtg" if block.max_row == _RTG_ROWS and 4 <= block.max_tier <= 6 else "reach_stacker"
    entry: dict[str, object] = {"name": block.block, "kind": kind, "at": list(corner)}
    if upright:
        entry |= {"yaw_deg": 90, "row_side": "right"}
    entry |= {"bays": block.max_bay, "rows": block.max_row, "tiers": block.max_tier}
    return entry | {"bay_pitch": pitches[0], "row_pitch": pitches[1]}


def _overlapping(boxes: np.ndarray[tuple[int, int], np.dtype[np.float64]]) -> list[tuple[int, int]]:
    """Pairs of upright rectangles (n, 4: x0 y0 x1 y1) that share more than a millimetre both ways."""
    low = np.maximum(boxes[:, None, :2], boxes[None, :, :2])
    high = np.minimum(boxes[:, None, 2:], boxes[None, :, 2:])
    pairs = np.argwhere(np.triu(((high - low) > 1e-3).all(axis=2), 1))
    return [(int(i), int(j)) for i, j in pairs]


def _text(name: str, title: str, source: str, scale: float, entries: list[dict[str, object]]) -> str:
    comments = (
        f"{title or name}: yard blocks imported from a drawing in units of {scale:.4g} m, y turned up.",
        "[D] the unit: bays are 6.50 m apart, and the median block is drawn that long.",
        "[D] pitches 6.50 and 2.77 m, less where the rectangle is too short, never less than 6.10 and 2.50 m;",
        "    each block is centred in its rectangle.",
        "[B] kind: 6 rows of 4 to 6 tiers is an RTG block, all others are called reach_stacker; bay 1 and row 1",
        "    are at the left and bottom.  The drawing has no quay, no berth, no crane and no place on earth.",
        "",
    )
    head = {"name": name, "title": title or name} | ({"sources": [source]} if source else {})
    return layout_text(head, {"blocks": entries}, comments=comments)
