"""The same layout in other coordinates: every coordinate of a file moved by whole metres and more, exactly."""

import json
from decimal import Decimal
from typing import Any

from ruamel.yaml import YAML

from twin.layout.grammar import SECTIONS

UTM = (Decimal("562123.457"), Decimal("5928764.125"))  # about where Altenwerder lies in UTM zone 32


def shifted_layout_text(text: str, by: tuple[Decimal, Decimal] = UTM, *, origin: bool = True) -> str:
    """Layout *text* with all coordinates moved *by*; *origin* says whether the site says so too."""
    data = YAML(typ="safe", pure=True).load(text)
    for section, keys in SECTIONS.items():
        for entry in data.get(section) or []:
            for key in keys:
                if key.name in entry and key.form in _MOVED:
                    entry[key.name] = _MOVED[key.form](entry[key.name], by)
    if origin:
        data.setdefault("site", {})["origin"] = [float(by[0]), float(by[1])]
    return json.dumps(data, default=str)  # JSON is YAML


def _place(place: list[float], by: tuple[Decimal, Decimal]) -> list[float]:
    moved = [float(Decimal(repr(value)) + shift) for value, shift in zip(place, by)]
    return moved + place[2:]


def _line(line: list[list[float]], by: tuple[Decimal, Decimal]) -> list[list[float]]:
    return [_place(point, by) for point in line]


def _box(box: list[float], by: tuple[Decimal, Decimal]) -> list[float]:
    return _place(box[:2], by) + _place(box[2:], by)


_MOVED: dict[str, Any] = {"place": _place, "line": _line, "box": _box}
