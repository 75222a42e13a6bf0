"""Who takes part in an incident: by name, or whoever is at hand; and getting the right to command them."""

from collections.abc import Generator, Sequence
from typing import Any

import numpy as np
import simpy
from simpy.resources.resource import PriorityRequest

from twin.catalogue import Kind
from twin.facts import Status
from twin.simulate.scenario import Incident
from twin.simulate.truth import not_planted
from twin.simulate.works import INCIDENT, Works

PATIENCE = 900.0  # seconds for which an incident waits for those it needs.  Made up
TURN = 100.0  # seconds for which some wait for the others, before all are let go for a while.  Made up
AGAIN = 40.0  # seconds for which they are let go: longer than anybody waits before looking again.  Made up


def row_of(works: Works, name: str) -> int:
    """The row of a machine, -1: there is none of that name (yet)."""
    return works.roster.machines.row.get(name, -1)


def kind_of(works: Works, row: int) -> Kind:
    """The kind of a machine, the terminal's own or a guest."""
    own = works.terminal.machines
    return works.terminal.kind(own.kind[row] if row < len(own) else works.guest_kind[row])


def of_groups(works: Works, groups: Sequence[str]) -> list[int]:
    """Rows of the terminal's own machines of *groups* that are in service."""
    own, out = works.terminal.machines, works.scenario.out_of_service
    kinds = works.terminal.catalogue.kinds
    return [
        row
        for row, (name, kind) in enumerate(zip(own.name, own.kind, strict=True))
        if row in works.tracks and name not in out and kind in kinds and kinds[kind].group in groups
    ]


def at_work(works: Works, groups: Sequence[str]) -> list[int]:
    """Rows of those that are just working or moving."""
    now, busy = np.array([works.env.now]), (Status.WORKING, Status.MOVING)
    return [row for row in of_groups(works, groups) if works.tracks[row].sampled(now).status[0] in busy]


def timeless(name: str) -> tuple[str, ...]:
    """The part of a whole machine."""
    return (name,)


def waits(works: Works, incident: Incident, why: str) -> None:
    """Note what *incident* waits for just now: the reason, should the run end before it comes."""
    number = works.scenario.incidents.index(incident)
    works.truths[number] = not_planted(incident, works.scenario, incident.who, f"the run ended first: {why}")


def begins(works: Works, incident: Incident) -> None:
    """It waits no longer: should the run end now, that alone was in the way."""
    works.truths.pop(works.scenario.incidents.index(incident), None)


def hold(works: Works, rows: Sequence[int], patience: float = PATIENCE) -> Generator[simpy.Event, Any, "Held | None"]:
    """Wait for the right to command all of *rows* at once; None: it did not come.

    One alone is waited for as long as *patience* lasts.  Of several, those who come first wait `TURN` at most for the
    others: these may themselves be waiting for one of them, or for vehicles that do.
    """
    env, since = works.env, works.env.now
    while (left := patience - (env.now - since)) > 0:
        held = Held(works, [works.of_duty(row).request(priority=INCIDENT) for row in rows], list(rows))
        yield env.all_of(held.requests) | env.timeout(min(TURN, left) if len(rows) > 1 else left)
        if all(request.triggered for request in held.requests):
            return held
        held.release()
        yield env.timeout(AGAIN)
    return None


class Held:
    """The right to command some machines."""

    def __init__(self, works: Works, requests: list[PriorityRequest], rows: list[int]) -> None:
        self.works, self.requests, self.rows = works, requests, rows

    def release(self) -> None:
        """Let them all go."""
        for row, request in zip(self.rows, self.requests, strict=True):
            if request.triggered:
                self.works.of_duty(row).release(request)
            else:
                request.cancel()
        self.requests, self.rows = [], []
