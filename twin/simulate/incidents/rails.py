"""Two cranes on one rail or runway come closer than any rule allows, and part again."""

from collections.abc import Generator
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import simpy

from twin.facts import Status
from twin.geometry import Floats
from twin.simulate.closest import Solid, apart, closest, fixed
from twin.simulate.incidents.cast import PATIENCE, begins, hold, kind_of, row_of, waits
from twin.simulate.incidents.hook import DWELL, Hook, crane_of
from twin.simulate.planted import metres as size
from twin.simulate.rails import Rail
from twin.simulate.scenario import Incident
from twin.simulate.truth import Truth, met
from twin.simulate.works import Works

PREFERRED = ("rtg", "armg", "sts")  # whom the issue names first


def plant_close(works: Works, incident: Incident) -> Generator[simpy.Event, Any, Truth | str]:
    """One crane drives up to its neighbour until buffers are *amount* apart, stands, and drives back."""
    pair = _named(works, incident) if incident.who else _chosen(works)
    if isinstance(pair, str):
        return pair
    rail, mover, other = pair
    names = mover.name, other.name
    waits(works, incident, f"{names[0]} and {names[1]} were not both free")
    held = yield from hold(works, [mover.crane.row, other.crane.row])
    if held is None:
        return f"{names[0]} and {names[1]} were not both free within {PATIENCE / 60:g} minutes"
    begins(works, incident)
    kept = _seize(rail, mover, other)
    came = yield from _approach(works, incident, rail, mover, other)
    rail.held |= kept
    changed, rail.changed = rail.changed, works.env.event()
    changed.succeed()  # whoever waits for that ground looks again
    held.release()
    return came


def _named(works: Works, incident: Incident) -> tuple[Rail, Hook, Hook] | str:
    rows = [row_of(works, name) for name in incident.who]
    a, b = (crane_of(works, row) for row in rows)
    rail = works.rails.get(rows[0])
    if a is None or b is None or rail is None or rail is not works.rails.get(rows[1]):
        return f"{incident.who[0]} and {incident.who[1]} do not work on one rail"
    if rail.over in rows:
        return f"{incident.who[0]} and {incident.who[1]} pass over each other"
    if abs(rail.cranes.index(a) - rail.cranes.index(b)) != 1:
        return f"another crane stands between {incident.who[0]} and {incident.who[1]}"
    return rail, Hook(works, a), Hook(works, b)


def _chosen(works: Works) -> tuple[Rail, Hook, Hook] | str:
    """Neighbours of the group that is asked for most, those that stand nearest to each other."""
    found: list[tuple[int, bool, float, int, int]] = []
    for row in sorted(works.rails):
        rail = works.rails[row]
        if rail.cranes[0].row != row:
            continue
        for a, b in pairwise(rail.cranes):
            names = {works.roster.machines.name[c.row] for c in (a, b)}
            if rail.over in (a.row, b.row) or names & {*works.scenario.out_of_service}:
                continue
            gap = abs(rail.along(b, b.gantry.value) - rail.along(a, a.gantry.value))
            up = any("boom" in c.joints and c.joints["boom"].value > 0 for c in (a, b))  # a ship may be moving there
            found.append((PREFERRED.index(kind_of(works, a.row).group), up, gap, a.row, b.row))
    if not found:
        return "no two cranes share a rail on which they cannot pass each other"
    *_, first, second = min(found)
    a_, b_ = crane_of(works, first), crane_of(works, second)
    assert a_ is not None  # cranes of a rail have tracks
    assert b_ is not None
    return works.rails[first], Hook(works, a_), Hook(works, b_)


def _seize(rail: Rail, mover: Hook, other: Hook) -> dict[int, Any]:
    """Take the ground between two neighbours away from the rail's keeping; what each held before.

    Nobody else can hold any of it, and as both come back to where they stood, what they held is right again.
    """
    room = mover.crane.half_length + other.crane.half_length
    ends = [rail.along(hook.crane, hook.crane.gantry.value) for hook in (mover, other)]
    kept = {hook.crane.row: rail.held[hook.crane.row] for hook in (mover, other)}
    for row, before in kept.items():
        rail.held[row] = replace(before, spans=[(min(ends) - room, max(ends) + room)], busy=True)
    return kept


def _approach(
    works: Works, incident: Incident, rail: Rail, mover: Hook, other: Hook
) -> Generator[simpy.Event, Any, Truth | str]:
    env, metres = works.env, size(incident) or 0.0
    home = mover.crane.gantry.value
    up = max(hook.hoist(hook.free(env.now), hook.high) for hook in (mover, other))
    yield env.timeout(up - env.now)
    begin = env.now
    way = _way(rail, mover, other, metres)
    arrived = mover.gantry(begin, home + way)
    end = mover.gantry(arrived + DWELL, home)
    mover.says(begin, end, Status.MOVING)
    nearest = closest(mover.solid(), other.solid(), begin, end)
    yield env.timeout(end - env.now)
    return met(incident, works.scenario, (mover.name, other.name), (begin, end), nearest)


def _way(rail: Rail, mover: Hook, other: Hook, metres: float) -> float:
    """How far along its rail *mover* has to drive, from where both stand, to be *metres* from *other*."""
    now = np.array([rail.env.now])
    a, b = mover.solid(), other.solid()
    boxes, them = a.at(now)[0], fixed(b.name, b.part, b.at(now)[0])
    crane = mover.crane
    far = rail.along(other.crane, other.crane.gantry.value) - rail.along(crane, crane.gantry.value)
    sign = float(np.sign(far))
    heading = sign * np.array([np.cos(crane.yaw), np.sin(crane.yaw)])

    def gap(way: float) -> float:
        moved: Floats = boxes.copy()
        moved[:, :2] += way * heading
        return float(apart(Solid(a.name, a.part, lambda t: moved[None]), them, now)[0])

    low, high = 0.0, abs(far)  # farther than *metres*; nearer, for there they would stand in each other
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if gap(middle) > metres else (low, middle)
    return sign * low
