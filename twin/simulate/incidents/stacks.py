"""Incidents among stacks: a spreader dragged through one, a box dropped on an occupied slot, a 20' put on a 40'."""

from dataclasses import dataclass
from functools import partial

from twin.facts import Status
from twin.simulate.book import in_slot, on_machine
from twin.simulate.closest import closest
from twin.simulate.incidents.block import CLEAR, Block, Played, Stood, comes, in_block, over
from twin.simulate.incidents.cast import Held
from twin.simulate.incidents.hook import DWELL, Hook
from twin.simulate.incidents.lifting import SPREAD, bring_back, pick
from twin.simulate.planted import metres
from twin.simulate.scenario import Incident
from twin.simulate.truth import met
from twin.simulate.works import Works

INTO = 0.6  # of the way to the next stack that a dragged spreader goes: over the middle of it it still clears the next
STAYS = 10.0  # seconds, at the least, that a box stands where it must not
SOME = 40  # boxes of a block that are looked at: enough to find near ones


# -- a spreader dragged through the top of a stack


@dataclass(frozen=True)
class Drag:
    """From over a lower stack, down to *hoist*, across into *through*."""

    through: Stood
    gantry: float
    start: float  # trolley positions
    end: float
    hoist: float


def plant_dragged(works: Works, incident: Incident) -> Played:
    """An empty spreader goes down beside a stack, too low, and across into its topmost box; there it is stopped."""
    deep = metres(incident) or 0.0
    missing = "no crane had a stack with a lower one beside it"
    return (yield from in_block(works, incident, partial(_drag, deep), partial(_dragged, works, incident), missing))


def _drag(deep: float, hook: Hook, block: Block) -> Drag | None:
    found = []
    for one in block.topmost:
        if one.feet not in SPREAD or not comes(hook.works, hook, one.x, one.y):
            continue
        gantry, end = hook.crane.reach(one.x, one.y)
        for row in (one.row - 1, one.row + 1):
            drag = _from(hook, block, one, row, one.top - deep, gantry, end)
            if drag is not None:
                found.append((abs(gantry - hook.crane.gantry.value), one.bay, one.row, row, drag))
    return min(found, key=lambda f: f[:4])[4] if found else None


def _from(hook: Hook, block: Block, one: Stood, row: int, low: float, gantry: float, end: float) -> Drag | None:
    """Beginning over *row*, if the stacks there are low enough for a spreader that comes down to *low*."""
    if not 1 <= row <= int(hook.works.terminal.blocks.rows[block.number]):
        return None
    start = hook.crane.reach(*block.slot_xy(one.bay, row))[1]
    around = range(one.columns[0] - 1, one.columns[-1] + 2)
    if block.top(around, row) > low - CLEAR or not hook.reaches(start):
        return None
    return Drag(one, gantry, start, start + (end - start) * INTO, low - hook.crane.z)


def _dragged(works: Works, incident: Incident, hook: Hook, block: Block, drag: Drag, held: Held) -> Played:
    env, rail = works.env, works.rails[hook.crane.row]
    yield from rail.claim(hook.crane, [drag.gantry])
    high = over(works, hook)
    t = hook.ready(env.now, high, SPREAD[drag.through.feet])
    t = hook.carry(t, drag.gantry, drag.start, over=high, loaded=False)
    down = hook.hoist(t, drag.hoist)
    in_it = hook.trolley(down, drag.end)
    up = hook.hoist(in_it + DWELL, high)
    hook.says(env.now, up)
    nearest = closest(hook.solid(), block.solid([drag.through]), t, up)
    yield env.timeout(up - env.now)
    rail.release(hook.crane)
    return met(incident, works.scenario, (hook.name, block.name), (down, up), nearest)


# -- a box where it must not be


@dataclass(frozen=True)
class Misplaced:
    """*box* is set down with its top at *top*, in a slot of the stack of *on*."""

    box: Stood
    on: Stood
    bay: int
    tier: int
    top: float


def plant_occupied(works: Works, incident: Incident) -> Played:
    """A crane sets a box down where one stands, as if the slot were free, and takes it back after a while."""
    missing = "no crane had two boxes of one length on top of stacks"
    return (yield from in_block(works, incident, _occupied, partial(_misplaced, works, incident), missing))


def plant_on_forty(works: Works, incident: Incident) -> Played:
    """A crane sets a 20' box on a 40' one, and takes it back after a while."""
    missing = "no crane had a 20' box to set on a 40' one"
    return (yield from in_block(works, incident, _on_forty, partial(_misplaced, works, incident), missing))


def _occupied(hook: Hook, block: Block) -> Misplaced | None:
    found = []
    there = [one for one in block.topmost if one.feet in SPREAD and comes(hook.works, hook, one.x, one.y)]
    for on in there[:40]:
        for box in there[:40]:
            tall, short = box.top - box.foot, on.top - on.foot
            if (
                box is not on
                and box.feet == on.feet
                and tall >= short - 1e-6
                and (box.row, box.bay) != (on.row, on.bay)
            ):
                way = hook.way(box.x, box.y) + abs(box.x - on.x) + abs(box.y - on.y)
                found.append((way, box.box, on.box, Misplaced(box, on, on.bay, on.tier, on.foot + tall)))
    return min(found, key=lambda f: f[:3])[3] if found else None


def _on_forty(hook: Hook, block: Block) -> Misplaced | None:
    found = []
    there = [one for one in block.topmost if comes(hook.works, hook, one.x, one.y)]
    lift = hook.high + hook.crane.z - CLEAR
    for on in [one for one in there if one.feet == 40][:SOME]:
        for box in [one for one in there if one.feet == 20][:SOME]:
            top = on.top + box.top - box.foot
            if top <= lift:
                way = hook.way(box.x, box.y) + abs(box.x - on.x) + abs(box.y - on.y)
                found.append((way, box.box, on.box, Misplaced(box, on, on.bay - 1, on.tier + 1, top)))
    return min(found, key=lambda f: f[:3])[3] if found else None


def _misplaced(works: Works, incident: Incident, hook: Hook, block: Block, plan: Misplaced, held: Held) -> Played:
    """Take the box there, leave it for a while with the spreader on it, and bring it back to its slot."""
    env, crane, rail, one = works.env, hook.crane, works.rails[hook.crane.row], plan.box
    (g0, y0), (g1, y1) = crane.reach(one.x, one.y), crane.reach(*block.slot_xy(plan.bay, plan.on.row))
    mass, load = works.book.boxes.mass[one.box], block.carried(one)
    yield from rail.claim(crane, [g0, g1])
    crane.status.set(env.now, Status.WORKING)
    yield from pick(works, hook, one, (g0, y0), over(works, hook), over(works, hook, load.height))
    high = over(works, hook, load.height)
    begin = hook.carry(env.now, g1, y1, over=high, loaded=True)
    down = hook.hoist(begin, plan.top - crane.z, loaded=True)
    handed, _ = hook.grip(down, mass, lift=False)
    back, lifting = hook.grip(handed + max(incident.lasts, STAYS), mass, lift=True)
    end = hook.hoist(lifting, high, loaded=True)
    nearest = closest(hook.solid(load), block.solid([plan.on]), begin, end)
    yield env.timeout(handed - env.now)
    works.book.hand(handed, one.box, in_slot(block.number, plan.bay, plan.on.row, plan.tier))
    yield env.timeout(back - env.now)
    works.book.hand(back, one.box, on_machine(crane.row))
    yield env.timeout(end - env.now)
    home = in_slot(block.number, one.bay, one.row, one.tier)
    yield from bring_back(works, hook, one, (g0, y0), home, over(works, hook), high)
    rail.release(crane)
    who = hook.name, block.name, works.book.boxes.name[one.box], works.book.boxes.name[plan.on.box]
    return met(incident, works.scenario, who, (begin, end), nearest)
