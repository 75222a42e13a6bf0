"""The JSON Schema of layouts: it takes ours, and complains where the reader does."""

import json
from typing import Any

import pytest
from ruamel.yaml import YAML

from twin.errors import BadFile
from twin.layout import layout_schema, parse_layout
from twin.samples import sample

NAMES = ("altenwerder", "small")


def complaints(value: Any, schema: dict[str, Any], key: str = "$") -> list[str]:
    """What JSON Schema *schema* has against *value*: the few words of it that ours uses."""
    kinds = {"object": dict, "array": list, "string": str, "integer": int, "number": (int, float)}
    wanted = schema.get("type", [])
    if wanted and not any(isinstance(value, kinds[w]) for w in ([wanted] if isinstance(wanted, str) else wanted)):
        return [f"{key} is not {wanted}"]
    found = [f"{key} not in {schema['enum']}"] if value not in schema.get("enum", [value]) else []
    for word in ("anyOf", "oneOf"):
        fits = sum(not complaints(value, option, key) for option in schema.get(word, []))
        if word in schema and (fits == 0 or (fits > 1 and word == "oneOf")):
            found.append(f"{key} fits {fits} of {word}")
    if isinstance(value, (int, float)):
        low, high = schema.get("minimum", value), schema.get("maximum", value)
        if not low <= value <= high or value <= schema.get("exclusiveMinimum", value - 1):
            found.append(f"{key} out of range")
    if isinstance(value, list):
        if not schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", 10**9):
            found.append(f"{key} has {len(value)} items")
        found += [c for i, item in enumerate(value) for c in complaints(item, schema.get("items", {}), f"{key}[{i}]")]
    if isinstance(value, dict):
        known = schema.get("properties", {})
        found += [f"{key}.{name} missing" for name in schema.get("required", []) if name not in value]
        if schema.get("additionalProperties") is False:
            found += [f"{key}.{name} unknown" for name in value if name not in known]
        both = [name for name in value if name in known]
        found += [c for name in both for c in complaints(value[name], known[name], f"{key}.{name}")]
    return found


def loaded(name: str) -> Any:
    text = sample("layouts", f"{name}.yaml").read_text(encoding="utf-8")
    return json.loads(json.dumps(YAML(typ="safe", pure=True).load(text)))


@pytest.mark.parametrize("name", NAMES)
def test_the_schema_has_nothing_against_our_layouts(name):
    assert [] == complaints(loaded(name), layout_schema())


@pytest.mark.parametrize(
    ("section", "change"),
    [
        ("blocks", {"tiers": 0}),
        ("blocks", {"kind": "armgg"}),
        ("blocks", {"wide": 3}),
        ("blocks", {"bays": 2.5}),
        ("rails", {"gauge": 0}),
        ("rails", {"from": [1]}),
        ("lanes", {"points": [[1, 2]]}),
        ("machines", {"name": "also one"}),
    ],
)
def test_the_schema_and_the_reader_complain_about_the_same(section, change):
    data = loaded("small")
    data[section][0] |= change

    assert complaints(data, layout_schema())
    with pytest.raises(BadFile):
        parse_layout(json.dumps(data))


def test_every_required_key_is_missed_by_schema_and_reader():
    schema, missed = layout_schema(), 0
    for section in ("quays", "berths", "blocks", "rails", "areas", "lanes", "structures", "machines"):
        for key in schema["properties"][section]["items"].get("required", []):
            data = loaded("small")
            del data[section][0][key]
            assert complaints(data, schema)
            with pytest.raises(BadFile, match=f"'{key}' is missing"):
                parse_layout(json.dumps(data))
            missed += 1

    assert missed > 20
