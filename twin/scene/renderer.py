"""What draws here, chosen before VTK is loaded.

VTK tries X, EGL and OSMesa by itself, but ends the process with a signal where none of them works, so each way is first
proved in a process of its own (`proof.py`) and the answer is kept in the user's cache.
"""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import msgspec

from twin.errors import NoRenderer
from twin.scene import kept, libraries

CHOICE = "VTK_DEFAULT_OPENGL_WINDOW"  # VTK's own variable; VTK reads it when the first window is made
GLX, EGL, OSMESA = "vtkXOpenGLRenderWindow", "vtkEGLRenderWindow", "vtkOSOpenGLRenderWindow"
NAMES = {GLX: "glx", EGL: "egl", OSMESA: "osmesa"}
OFF_SCREEN = ((EGL, libraries.EGL), (OSMESA, libraries.OSMESA))
SOFTWARE = ("llvmpipe", "softpipe", "swrast", "swiftshader")
PROOF_SECONDS = 20.0
PROOF = (sys.executable, "-P", str(Path(__file__).with_name("proof.py")))

# What may change the answer: these variables, and the libraries' homes, whose mtime moves when a package comes or goes.
_TOLD_BY = ("DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY", "XDG_SESSION_TYPE", "LD_LIBRARY_PATH", "LD_PRELOAD")
_TOLD_BY_PREFIX = ("VTK_", "LIBGL_", "MESA_", "GALLIUM_", "EGL_", "__GL", "__EGL", "__NV_", "QT_", "CUDA_", "NVIDIA_")
_HOMES = ("/usr/share/glvnd/egl_vendor.d", "/etc/glvnd/egl_vendor.d", "/dev/dri")


@dataclass(frozen=True)
class Renderer:
    """What draws, and whether it can draw into a window on this display."""

    name: str  # glx, egl, osmesa, native (macOS, Windows), or none
    window: bool  # can open a window; False unless a window was asked for
    env: dict[str, str]  # to set before the first render window is made
    detail: str  # one sentence for a person
    missing: tuple[str, ...] = ()  # Debian packages that would help
    device: str = ""  # what OpenGL says it draws with

    @property
    def draws(self) -> bool:
        return self.name != "none"


@dataclass(frozen=True)
class Proof:
    """What one proof said: *kind* is the window class or Qt platform it took; *why* is empty when it worked."""

    kind: str = ""
    device: str = ""
    why: str = ""
    hung: bool = False


Prove = Callable[[str, Mapping[str, str]], Proof]
Find = Callable[[Iterable[str], Mapping[str, str]], dict[str, Path | None]]


class _Said(msgspec.Struct):
    kind: str
    device: str
    right: bool


def prove(
    deed: str, environ: Mapping[str, str], *, command: Sequence[str] = PROOF, seconds: float = PROOF_SECONDS
) -> Proof:
    """Run *command* with *deed* (draw or show) in a process of its own; it may crash or hang, this does not."""
    try:
        ran = subprocess.run(
            [*command, deed], env=dict(environ), stdin=subprocess.DEVNULL, capture_output=True, timeout=seconds
        )
    except subprocess.TimeoutExpired:
        return Proof(why=f"did not answer in {seconds:g} s", hung=True)
    except OSError as error:
        return Proof(why=f"could not be tried: {error.strerror}")
    if ran.returncode != 0:
        return Proof(why=_ending(ran.returncode, ran.stderr))
    try:
        said = msgspec.json.decode(ran.stdout.strip().splitlines()[-1], type=_Said)
    except (IndexError, msgspec.MsgspecError):
        return Proof(why="ended without a word")
    return Proof(said.kind, said.device, "" if said.right else "drew the wrong thing")


def choose_renderer(
    window: bool = False,
    *,
    environ: Mapping[str, str] | None = None,
    prove: Prove = prove,
    find: Find = libraries.find,
    keep: Path | None = None,
) -> Renderer:
    """The first way to draw that is proved to work: the user's own choice, the display, EGL, OSMesa.

    With *window* a Qt window is proved too.  *keep* is the folder of kept answers, the user's cache unless given; only
    an answer that draws, in a window where a display is there for one, is kept.  Never raises: look at `draws`, or call
    `prepare`.
    """
    if sys.platform in ("darwin", "win32"):
        return Renderer("native", window, {}, "the system's own window and OpenGL")
    environ = dict(os.environ if environ is None else environ)
    display = x_answers(environ.get("DISPLAY", ""))
    home = keep or kept.home(environ)
    path = home / f"renderer-{_key(window, display, environ, find)}.json" if home else None
    if path and (known := kept.read(path, Renderer)):
        return known
    trial = _Trial(environ, prove, find)
    renderer = trial.choose(window, display)
    as_asked = renderer.draws and (renderer.window or not (window and display))
    if path and as_asked and not trial.hung:  # a hang or a failed window may be a busy machine: ask again next time
        kept.write(path, renderer)
    return renderer


@cache
def prepare(window: bool = False, *, choose: Callable[[bool], Renderer] = choose_renderer) -> Renderer:
    """Choose, once, and set the environment for VTK; call before the first plotter.  Raises `NoRenderer`."""
    renderer = choose(window)
    if not renderer.draws:
        raise NoRenderer(renderer.detail)
    os.environ.update(renderer.env)
    return renderer


@dataclass
class _Trial:
    """One search for a way to draw, and what each way that failed said."""

    environ: Mapping[str, str]
    prove: Prove
    find: Find
    failed: list[str] = field(default_factory=list)
    hung: bool = False

    def choose(self, window: bool, display: bool) -> Renderer:
        wish = self.environ.get(CHOICE, "")
        if wish and (proof := self._try(f"{CHOICE}={wish}", {}, wish)):
            return self._with_window(proof, {}, window)
        if display and (proof := self._try("the display", {CHOICE: GLX}, GLX)):
            # VTK takes X by itself; only a wish that failed would stand in its way.
            return self._with_window(proof, {CHOICE: GLX} if wish else {}, window)
        for kind, needs in OFF_SCREEN:
            env = {CHOICE: kind}
            if None in self.find(needs, self.environ).values():
                self.failed.append(f"{NAMES[kind]}: {', '.join(needs)} is not here")
            elif proof := self._try(NAMES[kind], env, kind):
                return self._with_window(proof, env, window)
        return self._nothing()

    def _try(self, what: str, env: Mapping[str, str], kind: str) -> Proof | None:
        proof = self.prove("draw", {**self.environ, **env})
        self.hung |= proof.hung
        if proof.why:
            self.failed.append(f"{what}: the trial {proof.why}")
        elif proof.kind != kind:
            self.failed.append(f"{what}: VTK took {proof.kind} instead")
        else:
            return proof
        return None

    def _with_window(self, proof: Proof, env: dict[str, str], window: bool) -> Renderer:
        name = NAMES.get(proof.kind, proof.kind)
        soft = any(word in proof.device.lower() for word in SOFTWARE)
        detail = f"{name} draws with {proof.device or 'an unnamed device'}{', in software' if soft else ''}"
        aside = f" (not {'; '.join(self.failed)})" if self.failed else ""
        if not window:
            return Renderer(name, False, env, detail + aside, device=proof.device)
        if proof.kind != GLX:
            return Renderer(name, False, env, f"{detail}, off-screen: {self._no_display()}{aside}", device=proof.device)
        # VTK draws into X windows only, so under Wayland Qt has to come through XWayland.
        env = env | ({} if "QT_QPA_PLATFORM" in self.environ else {"QT_QPA_PLATFORM": "xcb"})
        shown = self.prove("show", {**self.environ, **env})
        self.hung |= shown.hung
        if shown.why or shown.kind != "xcb":
            lacks = self._lacking(libraries.QT)
            why = shown.why or f"took the platform {shown.kind}, which VTK cannot draw into"
            sentence = f"{detail}, but Qt cannot open a window: the trial {why}{_install(lacks)}{aside}"
            return Renderer(name, False, env, sentence, lacks, proof.device)
        return Renderer(name, True, env, f"{detail}, in a window{aside}", device=proof.device)

    def _no_display(self) -> str:
        if display := self.environ.get("DISPLAY"):
            return f"the display {display} does not answer or cannot draw"
        if self.environ.get("WAYLAND_DISPLAY"):
            return "VTK needs an X display and this Wayland session has no XWayland"
        return "there is no DISPLAY"

    def _nothing(self) -> Renderer:
        lacks = self._lacking(libraries.EGL | libraries.OSMESA | libraries.X11)
        if not libraries.drivers(self.environ) or not lacks:
            lacks += (libraries.DRIVERS,)
        why = "; ".join(self.failed)
        return Renderer("none", False, {}, f"nothing can draw here ({why}){_install(lacks)}", lacks)

    def _lacking(self, table: Mapping[str, str]) -> tuple[str, ...]:
        here = self.find(table, self.environ)
        return tuple(package for soname, package in table.items() if here[soname] is None)


def _install(lacks: Sequence[str]) -> str:
    return f"; on Debian: apt-get install -y --no-install-recommends {' '.join(lacks)}" if lacks else ""


def x_answers(display: str, *, seconds: float = 1.0) -> bool:
    """Whether an X server listens at *display* (``:0``, ``host:10.0``); a DISPLAY may outlive its server."""
    host, colon, rest = display.rpartition(":")
    number = rest.split(".")[0]
    if not colon or not number.isdigit():
        return False
    if host and host != "unix":
        return _connects(socket.AF_INET, (host.split("/")[-1], 6000 + int(number)), seconds)
    path = f"/tmp/.X11-unix/X{number}"
    return any(_connects(socket.AF_UNIX, address, seconds) for address in (path, "\0" + path))


def _connects(family: int, address: str | tuple[str, int], seconds: float) -> bool:
    with socket.socket(family, socket.SOCK_STREAM) as line:
        line.settimeout(seconds)
        try:
            line.connect(address)
        except OSError:
            return False
    return True


def _ending(code: int, stderr: bytes) -> str:
    if code < 0:
        return f"was ended by {signal.Signals(-code).name if -code in set(signal.Signals) else f'signal {-code}'}"
    words = stderr.decode(errors="replace").strip().splitlines()
    return f"failed: {words[-1]}" if words else f"failed with exit code {code}"


def _key(window: bool, display: bool, environ: Mapping[str, str], find: Find) -> str:
    told = sorted(f"{k}={v}" for k, v in environ.items() if k in _TOLD_BY or k.startswith(_TOLD_BY_PREFIX))
    found = find(libraries.EGL | libraries.OSMESA | libraries.X11 | libraries.QT, environ)
    paths = [path for path in found.values() if path] + [Path(home) for home in _HOMES]
    homes = {path.parent for path in paths} | {path.parent / "dri" for path in paths}
    facts = [sys.executable, sys.version, f"window {window}, display {display}", *told]
    return kept.key(facts, ("twin", "vtk", "pyside6-essentials"), [*paths, *homes])
