"""The rules of the house that no linter knows."""

import ast
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from twin.errors import BadFile
from twin.samples import sample

ROOT = Path(__file__).resolve().parent.parent
HEAVY = {"vtk", "vtkmodules", "pyvista", "pyvistaqt", "qtpy", "PySide6", "numba", "pyproj", "zmq"}
ASKS_THE_TIME = {
    "time": {"time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns", "process_time"},
    "datetime": {"now", "utcnow", "today"},
    "date": {"today"},
}


def asked(source: str) -> list[str]:
    """Where *source* asks the time, as ``line: call``; knows ``import time as t`` and ``from time import time``."""
    tree = ast.parse(source)
    known = {name: name for name in ASKS_THE_TIME}
    bare = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            known |= {name.asname: name.name for name in node.names if name.asname and name.name in ASKS_THE_TIME}
        if isinstance(node, ast.ImportFrom) and node.module in ("time", "datetime"):
            known |= {name.asname: name.name for name in node.names if name.asname}
            bare |= {name.asname or name.name for name in node.names if name.name in ASKS_THE_TIME["time"]}
    return [f"{node.lineno}: {ast.unparse(node)}" for node in ast.walk(tree) if asks(node, known, bare)]


def asks(node: ast.AST, known: dict[str, str], bare: set[str]) -> bool:
    """Whether *node* names a function that asks the time: called at once or handed on, it is the same."""
    if isinstance(node, ast.Attribute):
        owner = node.value
        name = owner.id if isinstance(owner, ast.Name) else owner.attr if isinstance(owner, ast.Attribute) else ""
        return node.attr in ASKS_THE_TIME.get(known.get(name, ""), ())
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in bare


@pytest.mark.parametrize(
    "source",
    [
        "import time; time.time()",
        "import time as t; t.monotonic_ns()",
        "from time import perf_counter; perf_counter()",
        "from datetime import datetime; datetime.now()",
        "import datetime; datetime.datetime.utcnow()",
        "import datetime as dt; dt.datetime.now()",
        "from datetime import datetime as moment; moment.now()",
        "import time; ask = time.time_ns",
    ],
)
def test_the_look_for_the_time_finds(source):
    assert len(asked(source)) == 1


@pytest.mark.parametrize("source", ["import time; time.sleep(1)", "moment.time()", "self.now()", "clock.now()"])
def test_the_look_for_the_time_leaves(source):
    assert asked(source) == []


def test_only_the_clock_asks_the_time():
    found = {
        str(path.relative_to(ROOT)): calls
        for path in (ROOT / "twin").rglob("*.py")
        if path != ROOT / "twin" / "clock.py" and (calls := asked(path.read_text(encoding="utf8")))
    }

    assert found == {}


def test_import_twin_is_light():
    """Under 0.4 s, the best of three, and without anything that draws, compiles or opens sockets."""
    script = """
import sys, time
start = time.perf_counter()
import twin
print(time.perf_counter() - start, *{name.split(".")[0] for name in sys.modules})
"""
    runs = [
        subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split()
        for _ in range(3)
    ]

    assert set(runs[0][1:]) & HEAVY == set()
    assert min(float(run[0]) for run in runs) < 0.4


@pytest.mark.parametrize("module", ["twin.session", "twin.cli", "twin.scene.renderer", "twin.spatial", "twin.feeds"])
def test_a_room_is_entered_without_its_heavy_libraries(module):
    """What draws is chosen before VTK is loaded, so nothing on the way there may load it."""
    if not any((ROOT / f"{module.replace('.', '/')}{end}").exists() for end in (".py", "/__init__.py")):
        pytest.skip(f"{module} is not built yet")
    script = f"import sys, {module}; print(*{{name.split('.')[0] for name in sys.modules}})"

    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split()

    assert set(loaded) & {"vtk", "vtkmodules", "pyvista", "pyvistaqt", "PySide6"} == set()


@pytest.mark.parametrize("room", ["assets", "layouts", "replay"])
def test_sample_data_is_found(room):
    assert sample(room).is_dir()


def test_a_sample_that_is_not_there_is_named_with_what_is():
    with pytest.raises(BadFile, match=r"layouts/atlantis\.yaml: is not among the sample data; layouts holds .*README"):
        sample("layouts", "atlantis.yaml")


def test_a_room_that_is_not_one_is_named_with_the_rooms():
    with pytest.raises(BadFile, match="starts with one of assets, layouts, replay"):
        sample("twin")


def test_every_dependency_has_a_tested_version():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf8"))
    tested = {row.split("==")[0].lower() for row in project["tool"]["uv"]["constraint-dependencies"]}
    asked_for = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]

    names = {row.split(">=")[0].lower().replace(".", "-") for row in asked_for}

    assert names - tested == set()


@pytest.mark.slow
def test_a_wheel_carries_the_sample_data(tmp_path):
    subprocess.run(["uv", "build", "--wheel", "--out-dir", tmp_path, ROOT], check=True, capture_output=True)
    (wheel,) = tmp_path.glob("twin-*.whl")
    files = set(zipfile.ZipFile(wheel).namelist())

    for room in ("assets", "layouts", "replay"):
        beside = {p.relative_to(ROOT).as_posix() for p in (ROOT / room).rglob("*") if p.is_file()}
        assert {f"twin/_data/{name}" for name in beside} <= files
    assert any(name.startswith("twin/_data/layouts/") for name in files)
    assert "twin/py.typed" in files


@pytest.mark.slow
def test_an_installed_wheel_finds_its_sample_data(tmp_path):
    """Unpacked far from any checkout, `sample` answers from inside the package."""
    subprocess.run(["uv", "build", "--wheel", "--out-dir", tmp_path, ROOT], check=True, capture_output=True)
    (wheel,) = tmp_path.glob("twin-*.whl")
    zipfile.ZipFile(wheel).extractall(tmp_path / "site")
    script = "from twin.samples import sample; print(sample('layouts'))"

    said = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path / "site", capture_output=True, text=True, check=True
    ).stdout.strip()

    assert Path(said) == (tmp_path / "site" / "twin" / "_data" / "layouts").resolve()
