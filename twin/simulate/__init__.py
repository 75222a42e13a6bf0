"""Operations on a layout: ships, quay cranes, vehicles, yard cranes, trucks; facts like any feed's.

Everything here is imported when first used: nobody who only fills a yard loads the simulation.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from twin.simulate.run import Run as Run
    from twin.simulate.run import simulate as simulate
    from twin.simulate.scenario_files import open_scenario as open_scenario
    from twin.simulate.scenario_files import usual as usual

_HOMES = {
    "Run": "run",
    "open_scenario": "scenario_files",
    "simulate": "run",
    "usual": "scenario_files",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'twin.simulate' has no attribute {name!r}")
    return getattr(import_module(f"twin.simulate.{_HOMES[name]}"), name)
