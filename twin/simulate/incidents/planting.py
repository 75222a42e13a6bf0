"""When each planted incident begins, and the table of them.

Each waits for its second, then for those it needs to be free (`PATIENCE` at most), does what is to go wrong, brings
everything back to where it may be, and notes the truth in `Works.truths`; one that cannot be notes why.  Machines are
commanded with the right to do so (`Works.of_duty`, before all routine work), so nobody else is in danger.
"""

from collections.abc import Callable, Generator
from functools import partial
from typing import Any

import simpy

from twin.simulate.handover import Process
from twin.simulate.incidents.loads import plant_under_load
from twin.simulate.incidents.messages import plant_jump, plant_silence, plant_wrong_number
from twin.simulate.incidents.rails import plant_close
from twin.simulate.incidents.ships import plant_boom
from twin.simulate.incidents.stacks import plant_dragged, plant_occupied, plant_on_forty
from twin.simulate.incidents.vehicles import plant_corner
from twin.simulate.scenario import Incident
from twin.simulate.truth import Truth, not_planted
from twin.simulate.works import Works

Planter = Callable[[Works, Incident], Generator[simpy.Event, Any, Truth | str]]
"""Plays an incident and returns the truth; or a sentence, where it cannot be."""

PLANTERS: dict[str, Planter] = {
    "cranes-close": plant_close,
    "spreader-dragged": plant_dragged,
    "boom-down": plant_boom,
    "truck-under-load": plant_under_load,
    "corner-cut": plant_corner,
    "slot-occupied": plant_occupied,
    "twenty-on-forty": plant_on_forty,
    "position-jump": plant_jump,
    "silent": plant_silence,
    "wrong-number": plant_wrong_number,
}  # fmt: skip


def install(works: Works) -> None:
    """Have the scenario's incidents happen; after all others are installed."""
    for number, incident in enumerate(works.scenario.incidents):
        works.started.append(partial(_play, works, number, incident))


def _play(works: Works, number: int, incident: Incident) -> Process:
    yield works.env.timeout(max(incident.at - works.env.now, 0.0))
    came = yield from PLANTERS[incident.kind](works, incident)
    if isinstance(came, str):
        came = not_planted(incident, works.scenario, incident.who, came)
    works.truths[number] = came
