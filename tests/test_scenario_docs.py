"""replay/scenarios/README.md says every key of a scenario file, with its form and default, and every incident."""

import pytest

from twin.layout.grammar import NEEDED, Key
from twin.samples import sample
from twin.simulate.planted import PLANTED, Planting
from twin.simulate.scenario import INCIDENTS
from twin.simulate.scenario_files import sample_names
from twin.simulate.scenario_keys import SECTIONS

DOCUMENT = sample("replay", "scenarios", "README.md").read_text()
FORMS = {
    "text": "text", "texts": "list of names", "names": "names", "number": "number", "whole": "whole number",
    "choice": "one of", "pair": "two numbers", "time": "time", "span": "span",
}  # fmt: skip
SAID = {
    "name": "the file's name", "terminal": "any", "warm_up": "0:30", "along": "the first free place",
    "amount": "the usual", "out_of_service": "none", "who": "the run chooses", "lasts": "0:00:30",
}  # fmt: skip
"""Defaults that are not a plain value."""


def row(key: Key) -> str:
    """The line of the README's table for *key*."""
    form = FORMS[key.form]
    if key.form == "choice":
        form += " " + (", ".join(key.options) if len(key.options) < 4 else "the kinds below")
    elif key.form in ("number", "whole"):
        form += _limits(key)
    default = "**needed**" if key.default is NEEDED else SAID.get(key.name) or _plain(key.default)
    return f"| `{key.name}` | {form} | {default} | {key.about} |"


def _limits(key: Key) -> str:
    high = "" if key.high == float("inf") else f"{key.high:,.12g}"
    if key.above > -float("inf"):
        return f" above {key.above:g}" + (f", up to {high}" if high else "")
    return f", {key.low:g} to {high}" if high else ""


def _plain(value: object) -> str:
    if isinstance(value, tuple):
        return "[" + ", ".join(f"{number:g}" for number in value) + "]"
    return f"{value:g}" if isinstance(value, float) else str(value) or "nothing"


def incident_row(kind: str, planting: Planting) -> str:
    """The line of the README's table for an incident."""
    amount = "none" if planting.amount is None else "{:g}, {:g}".format(*planting.amount)
    who = "; ".join(str(role) + ("" if role.needed else ", may be left out") for role in planting.roles)
    return f"| `{kind}` | {amount} | {who} | {planting.about} |"


@pytest.mark.parametrize(("section", "key"), [(name, key) for name, keys in SECTIONS.items() for key in keys])
def test_every_key_has_its_row(section, key):
    assert row(key) in DOCUMENT.splitlines(), f"{section or 'the file'}: {row(key)}"


@pytest.mark.parametrize("kind", INCIDENTS)
def test_every_incident_has_its_row(kind):
    assert incident_row(kind, PLANTED[kind]) in DOCUMENT.splitlines()


def test_the_document_has_no_row_of_something_that_is_not_there():
    rows = {row(key) for keys in SECTIONS.values() for key in keys} | {incident_row(*item) for item in PLANTED.items()}
    samples = {line for line in DOCUMENT.splitlines() if line.startswith("| [")}

    told = {line for line in DOCUMENT.splitlines() if line.startswith("| `")}

    assert told == rows
    assert len(samples) == len(sample_names())


@pytest.mark.parametrize("name", sample_names())
def test_every_sample_is_in_the_document(name):
    assert f"| [{name}]({name}.yaml) |" in DOCUMENT
