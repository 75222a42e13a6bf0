"""The JSON Schema of layout files, made from the grammar's table: editors complete and check with it."""

from math import isfinite
from typing import Any

from twin.layout.grammar import HEAD, NEEDED, SECTIONS, SITE, Key

_NUMBER = {"type": "number"}
_NAME = {"type": ["string", "number"], "minLength": 1}  # an unquoted 12 is a name too


def layout_schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of a layout file, ready for `json.dump`."""
    properties = _properties(HEAD) | {"site": _object(SITE)}
    for section, keys in SECTIONS.items():
        properties[section] = {"type": "array", "items": _entry(keys)}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Terminal layout",
        "description": "Metres; angles in degrees; coordinates in one system, see site.origin.",
        "type": "object",
        "properties": properties,
        "required": ["name"],
        "additionalProperties": False,
        "anyOf": [{"required": [section]} for section in SECTIONS],
    }


def _entry(keys: tuple[Key, ...]) -> dict[str, Any]:
    """An entry is one (`name`) or a series (`names`)."""
    return _object(keys) | {"oneOf": [{"required": ["name"]}, {"required": ["names"]}]}


def _object(keys: tuple[Key, ...]) -> dict[str, Any]:
    needed = [key.name for key in keys if key.default is NEEDED]
    return {"type": "object", "properties": _properties(keys), "additionalProperties": False} | (
        {"required": needed} if needed else {}
    )


def _properties(keys: tuple[Key, ...]) -> dict[str, Any]:
    return {key.name: _value(key) | {"description": key.about} | _default(key) for key in keys}


def _default(key: Key) -> dict[str, Any]:
    return {} if key.default is NEEDED or key.default in (None, ()) else {"default": key.default}


def _value(key: Key) -> dict[str, Any]:
    limits = {
        name: value
        for name, value in (("minimum", key.low), ("maximum", key.high), ("exclusiveMinimum", key.above))
        if isfinite(value)
    }
    match key.form:
        case "text" | "span":
            return dict(_NAME)
        case "texts":
            return {"type": "array", "items": dict(_NAME)}
        case "names":
            return {"anyOf": [dict(_NAME), {"type": "array", "items": dict(_NAME)}]}
        case "number":
            return {"type": "number"} | limits
        case "whole":
            return {"type": "integer"} | limits
        case "choice":
            return {"enum": list(key.options)}
        case "line":
            return {"type": "array", "items": _numbers(2, 2), "minItems": 2}
        case form:
            fewest, most = {"pair": (2, 2), "place": (2, 3), "box": (4, 4), "size": (3, 3)}[form]
            return _numbers(fewest, most, limits)


def _numbers(fewest: int, most: int, limits: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"type": "array", "items": _NUMBER | (limits or {}), "minItems": fewest, "maxItems": most}
