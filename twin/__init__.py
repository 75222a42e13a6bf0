"""A digital twin of a container terminal: drawn, live, replayed and checked from one state.

Everything here is imported when first used, so that ``import twin`` stays light and never loads VTK.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from twin.errors import TwinError as TwinError
    from twin.layout import read_layout as load
    from twin.moment import Moment as Moment
    from twin.recording import open_recording as open_recording
    from twin.scene.stills import render_still as render_still
    from twin.session import Session as Session
    from twin.spatial.clearances import clearances as clearances
    from twin.spatial.nearest import find as find
    from twin.spatial.stacks import heights as heights
    from twin.viewer import view as view
    from twin.world import World as World

_HOMES = {
    "load": ("twin.layout", "read_layout"),
    "open_recording": ("twin.recording", "open_recording"),
    "heights": ("twin.spatial.stacks", "heights"),
    "clearances": ("twin.spatial.clearances", "clearances"),
    "find": ("twin.spatial.nearest", "find"),
    "render_still": ("twin.scene.stills", "render_still"),
    "view": ("twin.viewer", "view"),
    "Moment": ("twin.moment", "Moment"),
    "Session": ("twin.session", "Session"),
    "TwinError": ("twin.errors", "TwinError"),
    "World": ("twin.world", "World"),
}
__all__ = [
    "Moment",
    "Session",
    "TwinError",
    "World",
    "clearances",
    "find",
    "heights",
    "load",
    "open_recording",
    "render_still",
    "view",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'twin' has no attribute {name!r}")
    module, what = _HOMES[name]
    return getattr(import_module(module), what)
