"""What the documents say is there, is there; what is there, they say."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

import twin
from twin.cli.app import app

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text()


def verbs(here=app, before: str = "twin") -> list[str]:
    """Every verb with its words, e.g. 'twin query find'."""
    out: list[str] = []
    for name in here:
        if not name.startswith("-"):
            out += verbs(here[name], f"{before} {name}") or [f"{before} {name}"]
    return out


def test_there_are_the_verbs_asked_for():
    asked = "demo view render info record publish doctor"
    deeper = ["query heights", "query clearance", "query find", "import inventory", "feed ais"]
    assert {f"twin {verb}" for verb in [*asked.split(), *deeper]} <= set(verbs())


@pytest.mark.parametrize("verb", verbs())
def test_every_verb_and_option_is_in_the_readme(verb):
    row = next((line for line in README.splitlines() if line.startswith(f"| `{verb}")), "")
    assert row, f"the README's table of verbs has no row for {verb}"
    here = app
    for word in verb.split()[1:]:
        here = here[word]
    options = {
        name for argument in here.assemble_argument_collection() for name in argument.names if name.startswith("--")
    }
    required = {name for name in options if not name.startswith(("--no-", "--empty-"))} - {
        "--file",
        "--folder",
        "--layout",
        "--name",
    }
    missing = {
        name for name in required if name not in row and name.replace("--", "--no-") not in row and name != "--json"
    }
    assert not missing


def test_the_first_two_commands_are_the_two():
    shell = re.search(r"```sh\n(.*?)```", README, re.S).group(1).strip().splitlines()
    assert shell == ["pip install uv && uv run twin demo", "pip install uv && uv run pytest"]


def test_the_readmes_python_runs():
    code = "\n".join(re.findall(r"```python\n(.*?)```", README, re.S))
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stderr
    assert "9620 ground slots" in done.stdout


def test_every_public_name_is_there():
    assert all(getattr(twin, name) is not None for name in twin.__all__)


def test_every_picture_and_file_named_is_there():
    for name in re.findall(r"\]\(([^)#]+)\)", README):
        assert (ROOT / name).is_file(), name


def test_every_module_has_its_sentence_in_the_architecture():
    told = (ROOT / "ARCHITECTURE.md").read_text()
    for path in (ROOT / "twin").iterdir():
        if path.suffix == ".py" and not path.name.startswith("__"):
            assert f"`{path.name}`" in told, path.name
        if path.is_dir() and (path / "__init__.py").exists():
            assert f"`{path.name}/`" in told, path.name


def test_every_word_of_the_machines_is_in_the_glossary():
    for word in (
        "STS",
        "ARMG",
        "RTG",
        "AGV",
        "block",
        "bay",
        "row",
        "tier",
        "slot",
        "spreader",
        "berth",
        "gantry",
        "trolley",
        "hoist",
    ):
        assert word in README
