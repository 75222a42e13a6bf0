"""What draws is chosen in processes of their own: crashes and hangs there are answers here."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.xvfb import xvfb
from twin.errors import NoRenderer
from twin.scene.renderer import CHOICE, EGL, GLX, OSMESA, Proof, Renderer, choose_renderer, prepare, prove, x_answers

SEGFAULT = [sys.executable, "-c", "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)"]
HANG = [sys.executable, "-c", "import time; time.sleep(60)"]
SAYS = [sys.executable, "-c", """print('{"kind": "vtkEGLRenderWindow", "device": "a card", "right": true}')"""]
WRONG = [sys.executable, "-c", """print('{"kind": "vtkEGLRenderWindow", "device": "a card", "right": false}')"""]

linux = pytest.mark.skipif(sys.platform in ("darwin", "win32"), reason="the system's own renderer is taken here")


def everything(sonames, environ):
    return {name: Path("/lib") / name for name in sonames}


def nothing(sonames, environ):
    return dict.fromkeys(sonames)


class Machine:
    """A machine on which the kinds in *draws* work and all others crash; `asked` is what it was asked."""

    def __init__(self, *draws, platform="xcb"):
        self.draws, self.platform, self.asked = draws, platform, []

    def __call__(self, deed, environ):
        wish = environ.get(CHOICE) or GLX
        self.asked.append((deed, wish))
        if deed == "show":
            return Proof(self.platform)
        return Proof(wish, "llvmpipe") if wish in self.draws else Proof(why="was ended by SIGSEGV")


@pytest.fixture
def display():
    """A DISPLAY at which something listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield {"DISPLAY": f"127.0.0.1:{server.getsockname()[1] - 6000}.0"}


def test_a_trial_that_crashes_is_an_answer():
    assert prove("draw", os.environ, command=SEGFAULT).why == "was ended by SIGSEGV"


def test_a_trial_that_hangs_is_ended():
    answer = prove("draw", os.environ, command=HANG, seconds=0.5)

    assert answer.hung
    assert answer.why == "did not answer in 0.5 s"


def test_a_trial_that_draws_says_with_what():
    assert Proof("vtkEGLRenderWindow", "a card") == prove("draw", os.environ, command=SAYS)


def test_a_trial_that_draws_the_wrong_colour_does_not_count():
    assert prove("draw", os.environ, command=WRONG).why == "drew the wrong thing"


@pytest.mark.parametrize(
    ("command", "why"),
    [
        ([sys.executable, "-c", "print('hello')"], "ended without a word"),
        ([sys.executable, "-c", ""], "ended without a word"),
        ([sys.executable, "-c", "raise SystemExit('no such thing')"], "failed: no such thing"),
        (["no-such-program"], "could not be tried: No such file or directory"),
    ],
)
def test_a_trial_without_a_good_word_does_not_count(command, why):
    assert why == prove("draw", os.environ, command=command).why


@linux
def test_egl_is_taken_before_osmesa(tmp_path):
    chosen = choose_renderer(environ={}, prove=Machine(EGL, OSMESA), find=everything, keep=tmp_path)

    assert (chosen.name, chosen.env, chosen.window) == ("egl", {CHOICE: EGL}, False)
    assert "llvmpipe, in software" in chosen.detail


@linux
def test_osmesa_is_taken_where_egl_crashes(tmp_path):
    chosen = choose_renderer(environ={}, prove=Machine(OSMESA), find=everything, keep=tmp_path)

    assert (chosen.name, chosen.env) == ("osmesa", {CHOICE: OSMESA})
    assert "egl: the trial was ended by SIGSEGV" in chosen.detail


@linux
def test_what_is_not_installed_is_not_tried(tmp_path):
    machine = Machine(EGL, OSMESA)

    chosen = choose_renderer(environ={}, prove=machine, find=nothing, keep=tmp_path)

    assert machine.asked == []
    assert chosen.name == "none"
    assert {"libegl1", "libosmesa6", "libx11-6"} <= set(chosen.missing)


@linux
def test_a_bare_machine_is_told_what_to_install(tmp_path):
    chosen = choose_renderer(environ={}, prove=Machine(), find=nothing, keep=tmp_path)

    assert not chosen.draws
    assert "apt-get install -y --no-install-recommends libegl1 libosmesa6" in chosen.detail


@linux
def test_libraries_that_are_all_there_and_crash_want_a_driver(tmp_path):
    chosen = choose_renderer(environ={}, prove=Machine(), find=everything, keep=tmp_path)

    assert chosen.missing == ("libgl1-mesa-dri",)


@linux
def test_the_users_wish_comes_first(tmp_path):
    machine = Machine(EGL, OSMESA)

    chosen = choose_renderer(environ={CHOICE: OSMESA}, prove=machine, find=everything, keep=tmp_path)

    assert (chosen.name, chosen.env) == ("osmesa", {})
    assert machine.asked == [("draw", OSMESA)]


@linux
def test_a_wish_that_cannot_draw_is_said_and_passed_over(tmp_path):
    chosen = choose_renderer(environ={CHOICE: "bogus"}, prove=Machine(EGL), find=everything, keep=tmp_path)

    assert (chosen.name, chosen.env) == ("egl", {CHOICE: EGL})
    assert f"{CHOICE}=bogus" in chosen.detail


@linux
def test_a_display_that_draws_opens_a_window(tmp_path, display):
    chosen = choose_renderer(True, environ=display, prove=Machine(GLX, EGL), find=everything, keep=tmp_path)

    assert (chosen.name, chosen.window, chosen.env) == ("glx", True, {"QT_QPA_PLATFORM": "xcb"})


@linux
def test_a_picture_only_needs_no_trial_of_qt(tmp_path, display):
    machine = Machine(GLX)

    choose_renderer(environ=display, prove=machine, find=everything, keep=tmp_path)

    assert machine.asked == [("draw", GLX)]


@linux
def test_a_window_needs_the_libraries_of_qt(tmp_path, display):
    def no_cursor(sonames, environ):
        return everything(sonames, environ) | ({"libxcb-cursor.so.0": None} if "libxcb-cursor.so.0" in sonames else {})

    chosen = choose_renderer(True, environ=display, prove=Machine(GLX, platform=""), find=no_cursor, keep=tmp_path)

    assert (chosen.name, chosen.window, chosen.missing) == ("glx", False, ("libxcb-cursor0",))


@linux
def test_a_display_without_a_server_still_gives_pictures(tmp_path):
    machine = Machine(GLX, EGL)

    chosen = choose_renderer(True, environ={"DISPLAY": ":4711"}, prove=machine, find=everything, keep=tmp_path)

    assert (chosen.name, chosen.window) == ("egl", False)
    assert ":4711 does not answer" in chosen.detail


@linux
def test_wayland_alone_is_told_about_xwayland(tmp_path):
    chosen = choose_renderer(True, environ={"WAYLAND_DISPLAY": "w"}, prove=Machine(EGL), find=everything, keep=tmp_path)

    assert not chosen.window
    assert "XWayland" in chosen.detail


@linux
def test_the_second_start_asks_nothing(tmp_path):
    first = choose_renderer(environ={}, prove=Machine(EGL), find=everything, keep=tmp_path)
    again = Machine()

    second = choose_renderer(environ={}, prove=again, find=everything, keep=tmp_path)

    assert first == second
    assert again.asked == []


@linux
@pytest.mark.parametrize("text", ["", "{", "[]", '{"name": 3}', "\x00\xff"])
def test_a_damaged_answer_is_asked_again(tmp_path, text):
    choose_renderer(environ={}, prove=Machine(EGL), find=everything, keep=tmp_path)
    (answer,) = tmp_path.glob("renderer-*.json")
    answer.write_text(text)

    assert choose_renderer(environ={}, prove=Machine(OSMESA), find=everything, keep=tmp_path).name == "osmesa"


@linux
def test_another_driver_is_asked_again(tmp_path):
    choose_renderer(environ={}, prove=Machine(EGL), find=everything, keep=tmp_path)
    changed = {"LIBGL_ALWAYS_SOFTWARE": "1"}

    assert choose_renderer(environ=changed, prove=Machine(OSMESA), find=everything, keep=tmp_path).name == "osmesa"


@linux
def test_a_no_and_a_hang_are_not_kept(tmp_path):
    def slow(deed, environ):
        return Proof(OSMESA) if environ[CHOICE] == OSMESA else Proof(why="did not answer in 20 s", hung=True)

    choose_renderer(environ={}, prove=Machine(), find=everything, keep=tmp_path)
    choose_renderer(environ={}, prove=slow, find=everything, keep=tmp_path)

    assert list(tmp_path.iterdir()) == []


@linux
def test_a_cache_that_cannot_be_written_is_no_error(tmp_path):
    blocked = tmp_path / "a file"
    blocked.write_text("")

    assert choose_renderer(environ={}, prove=Machine(EGL), find=everything, keep=blocked / "twin").draws


@pytest.mark.parametrize("display", ["", "nonsense", ":", ":x", ":4711", ":4711.0"])
def test_a_display_that_is_not_there_does_not_answer(display):
    assert not x_answers(display)


def test_prepare_raises_a_sentence():
    with pytest.raises(NoRenderer, match="nothing can draw"):
        prepare(choose=lambda window: Renderer("none", False, {}, "nothing can draw"))


@linux
def test_a_real_display_opens_a_real_window(tmp_path):
    with xvfb() as name:
        chosen = choose_renderer(True, environ={**os.environ, "DISPLAY": name}, keep=tmp_path)

    assert (chosen.name, chosen.window) == ("glx", True), chosen.detail


@linux
@pytest.mark.parametrize(
    "told", [{}, {CHOICE: "bogus"}, {CHOICE: GLX}, {"DISPLAY": ":4711"}, {"LD_LIBRARY_PATH": "/nowhere"}]
)
def test_nothing_said_in_the_environment_makes_a_picture_crash(tmp_path, told):
    """For real, in a process of its own: choose, then draw with VTK, then exit 0; or say why not and exit 2."""
    script = """
import sys
from twin.errors import NoRenderer
from twin.scene.renderer import prepare
assert not any(name.startswith(("vtk", "pyvista", "PySide6")) for name in sys.modules), "loaded too early"
try:
    chosen = prepare()
except NoRenderer as error:
    sys.exit(2)
from twin.scene.proof import draw
said = draw()
assert said["right"], said
print(chosen.name, said["kind"])
"""
    clean = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY", CHOICE)}
    environ = {**clean, "XDG_CACHE_HOME": str(tmp_path), **told}

    ran = subprocess.run([sys.executable, "-c", script], env=environ, capture_output=True, text=True)

    assert ran.returncode in (0, 2), ran.stderr
    assert ran.returncode == 2 or ran.stdout.split() in (["egl", EGL], ["osmesa", OSMESA])


def test_a_window_that_failed_once_is_asked_for_again(tmp_path, display):
    """A busy machine may fail to open a window where a display is there; the next start must not believe that."""
    first = choose_renderer(True, environ=display, prove=Machine(EGL), find=everything, keep=tmp_path)
    then = choose_renderer(True, environ=display, prove=Machine(GLX, EGL), find=everything, keep=tmp_path)

    assert (first.draws, first.window) == (True, False)
    assert then.window
