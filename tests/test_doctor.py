"""`twin doctor` names what is missing and how to get it, and loads nothing heavy to find out."""

import json
import subprocess
import sys

import pytest

from twin import doctor
from twin.doctor import Line, as_json, complete, examine, text
from twin.scene.renderer import Renderer

PICTURES = Renderer("egl", False, {}, "egl draws with llvmpipe")
WINDOWS = Renderer("glx", True, {}, "glx draws in a window")
NOTHING = Renderer("none", False, {}, "nothing can draw here", ("libegl1", "libosmesa6"))


def found(renderer):
    return {line.what: line for line in examine(lambda window: renderer)}


def test_every_dependency_has_a_line():
    lines = found(PICTURES)

    assert {"twin", "numpy", "vtk", "pyvista", "pyzmq", "mcap", "shapely"} <= {name.lower() for name in lines}
    assert lines["numpy"].verdict == "ok"


def test_extras_are_optional():
    lines = found(PICTURES)

    assert {"extra coal", "extra analytics", "extra bench"} <= set(lines)
    assert all(lines[f"extra {name}"].verdict in ("ok", "warn") for name in doctor.EXTRAS)


def test_a_machine_that_cannot_draw_is_told_what_to_install():
    lines = found(NOTHING)

    assert lines["renderer"].verdict == "missing"
    assert lines["renderer"].how.endswith("libegl1 libosmesa6")
    assert not complete(list(lines.values()))


def test_a_machine_without_a_display_is_complete():
    lines = found(PICTURES)

    assert (lines["renderer"].verdict, lines["window"].verdict) == ("ok", "warn")
    assert complete(list(lines.values()))


def test_a_window_that_opens_is_said():
    assert found(WINDOWS)["window"].verdict == "ok"


@pytest.mark.parametrize("room", ["assets", "layouts", "replay"])
def test_the_sample_data_is_counted(room):
    assert found(PICTURES)[room].verdict == "ok"


def test_the_table_keeps_brackets():
    """rich would read `twin[coal]` as markup and drop the brackets."""
    assert "pip install twin[coal]" in text([Line("coal", "no", "warn", "pip install twin[coal]")], width=100)


def test_the_table_loses_no_word_on_a_narrow_screen():
    table = text([Line("a", "x" * 100, "missing", "y" * 100)], width=60)

    assert (table.count("x"), table.count("y")) == (100, 100 + "how to get it".count("y"))


def test_json_has_the_same_lines():
    lines = examine(lambda window: PICTURES)

    assert [line.what for line in lines] == [line["what"] for line in json.loads(as_json(lines))]


def test_an_examination_loads_no_heavy_module():
    script = """
import sys
from twin.doctor import examine
from twin.scene.renderer import Renderer
examine(lambda window: Renderer("egl", False, {}, ""))
print(*{name.split(".")[0] for name in sys.modules})
"""
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split()

    assert not {"vtk", "vtkmodules", "pyvista", "PySide6", "numba", "pyproj", "zmq"} & set(loaded)
