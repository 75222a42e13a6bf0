"""The shared libraries that drawing and the window need, and the Debian packages that bring them."""

import ctypes
import os
import re
import subprocess
import sys
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

# soname -> Debian package; measured in clean chroots: what each way of drawing needs beyond pip.
EGL = {"libEGL.so.1": "libegl1"}
OSMESA = {"libOSMesa.so.8": "libosmesa6"}
X11 = {"libX11.so.6": "libx11-6", "libXcursor.so.1": "libxcursor1", "libGL.so.1": "libgl1"}
QT = {
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libglib-2.0.so.0": "libglib2.0-0",
}
DRIVERS = "libgl1-mesa-dri"  # Mesa's drivers, loaded by EGL and GLX; without them libEGL.so.1 alone crashes VTK
_HOMES = ("/lib64", "/usr/lib64", "/usr/lib", "/lib", "/usr/local/lib")
_DRIVER_FILES = ("dri/swrast_dri.so", "libgallium-*.so", "libEGL_nvidia.so.0")


def find(sonames: Iterable[str], environ: Mapping[str, str] = os.environ) -> dict[str, Path | None]:
    """Where each library is; None for one that the loader does not find either."""
    extra = [Path(folder) for folder in environ.get("LD_LIBRARY_PATH", "").split(":") if folder]
    return {name: _path(name, extra) for name in sonames}


def drivers(environ: Mapping[str, str] = os.environ) -> bool:
    """Whether a driver stands where libEGL or libGL would look for one."""
    if "LIBGL_DRIVERS_PATH" in environ:
        return True
    homes = {path.parent for path in find([*EGL, *X11], environ).values() if path} | {Path(home) for home in _HOMES}
    return any(next(home.glob(pattern), None) for home in homes for pattern in _DRIVER_FILES)


def _path(soname: str, extra: Iterable[Path]) -> Path | None:
    for folder in (*extra, *map(Path, _HOMES)):
        if (path := folder / soname).exists():
            return path
    known = Path(_loader_cache().get(soname, soname))
    if known.is_absolute() and known.exists():  # the loader's cache may be older than the last removal
        return known
    return Path(soname) if _loads(soname) else None


@cache
def _loader_cache() -> dict[str, str]:
    """What ldconfig knows, soname -> path; empty where there is no ldconfig."""
    try:
        said = subprocess.run(
            ["/sbin/ldconfig", "-p"], capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=10, check=True
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return {}
    rows = re.findall(r"^\s*(\S+) \([^)]*\) => (\S+)$", said, re.MULTILINE)
    return dict(reversed(rows))  # where a name stands twice the loader takes the first


def _loads(soname: str) -> bool:
    """The loader's own word, for homes that no list names (conda, nix)."""
    if sys.platform in ("darwin", "win32"):
        return False
    try:
        ctypes.CDLL(soname)
    except OSError:
        return False
    return True
