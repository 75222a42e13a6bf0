"""A vehicle stands under a suspended load: a yard crane's, of a box of its block, or a quay crane's, of one on deck."""

from dataclasses import dataclass
from functools import partial

import numpy as np

from twin.facts import Status
from twin.geometry import Floats
from twin.simulate.book import Place, in_slot
from twin.simulate.closest import closest, fixed
from twin.simulate.hulls import Hull
from twin.simulate.incidents.block import Block, Played, Stood, carried, comes, hooks, in_block, over
from twin.simulate.incidents.cast import AGAIN, PATIENCE, TURN, Held, begins, hold, row_of, waits
from twin.simulate.incidents.hook import DWELL, Hook, crane_of
from twin.simulate.incidents.lifting import SPREAD, Liftable, bring_back, pick
from twin.simulate.incidents.ships import on_deck
from twin.simulate.incidents.vehicles import NEAR, standing, vehicle_solid
from twin.simulate.moorings import FENDER
from twin.simulate.scenario import Incident
from twin.simulate.truth import met
from twin.simulate.works import Works

ABOVE = 1.5  # metres between a load and the vehicle under it: more than 1.0, so that only the place is wrong
SOON = 30.0  # seconds for which one waits for a vehicle that stands there
LOOK = 2.0  # seconds between two looks at whether one has come
ABREAST = 1.0  # metres along the quay within which a vehicle, or a bay, is abreast of a quay crane


def plant_under_load(works: Works, incident: Incident) -> Played:
    """A crane holds a box over a vehicle that waits within its reach, and brings it back to its place."""
    named = incident.who[1] if len(incident.who) > 1 else ""
    crane = crane_of(works, row_of(works, incident.who[0])) if incident.who else None
    if crane is not None and crane.kind.group == "sts":
        return (yield from _at_the_quay(works, incident, named))
    missing = f"{named or 'no vehicle'} {'did not stand' if named else 'stood'} within a yard crane's reach"
    find = partial(_above, works, named)
    came = yield from in_block(works, incident, find, partial(_over_block, works, incident), missing)
    if isinstance(came, str) and not incident.who:
        return (yield from _at_the_quay(works, incident, named))
    return came


@dataclass(frozen=True)
class Above:
    """*box* is to hang over the vehicle of *row*: gantry and trolley there."""

    box: Stood
    row: int
    gantry: float
    trolley: float


def _above(works: Works, named: str, hook: Hook, block: Block) -> Above | None:
    found = []
    boxes = [one for one in block.topmost if one.feet in SPREAD and comes(works, hook, one.x, one.y)]
    for row in standing(works, named) if boxes else ():
        x, y = _place(works, row)
        if comes(works, hook, x, y) and any(abs(one.x - x) < NEAR and abs(one.y - y) < NEAR for one in block.boxes):
            box = min(boxes, key=lambda one: (abs(one.x - x) + abs(one.y - y), one.box))
            found.append((hook.way(x, y), row, Above(box, row, *hook.crane.reach(x, y))))
    return min(found, key=lambda f: f[:2])[2] if found else None


def _place(works: Works, row: int) -> tuple[float, float]:
    s = works.tracks[row].sampled(np.array([works.env.now]))
    return float(s.x[0]), float(s.y[0])


def _over_block(works: Works, incident: Incident, hook: Hook, block: Block, plan: Above, crew: Held) -> Played:
    below = yield from hold(works, [plan.row], SOON)
    if below is None:
        return ""
    one, rail = plan.box, works.rails[hook.crane.row]
    load = over(works, hook, one.top - one.foot)
    yield from rail.claim(hook.crane, [hook.crane.reach(one.x, one.y)[0], plan.gantry])
    hung = _Hung(works, hook, one, hook.crane.reach(one.x, one.y), in_slot(block.number, one.bay, one.row, one.tier))
    came = yield from hung.over(incident, plan.row, (plan.gantry, plan.trolley), over(works, hook), load)
    rail.release(hook.crane)
    below.release()
    return came


@dataclass(frozen=True)
class _Hung:
    """A box that *hook* takes from gantry and trolley *at*, and brings back to *home*."""

    works: Works
    hook: Hook
    one: Liftable
    at: tuple[float, float]
    home: Place

    def over(self, incident: Incident, row: int, there: tuple[float, float], empty: float, loaded: float) -> Played:
        """Hold it over the vehicle of *row*; the hook travels at hoist *empty* without it and at *loaded* with it."""
        works, hook, one, env = self.works, self.hook, self.one, self.works.env
        hook.crane.status.set(env.now, Status.WORKING)
        yield from pick(works, hook, one, self.at, empty, loaded)
        load, vehicle = carried(works, one.box), vehicle_solid(works, row)
        boxes: Floats = vehicle.at(np.array([env.now]))[0]
        begin = hook.carry(env.now, *there, over=loaded, loaded=True)
        low = float(boxes[:, 3].max()) + ABOVE + load.height - hook.crane.z
        down = hook.hoist(begin, min(low, loaded), loaded=True)
        up = hook.hoist(down + max(incident.lasts, DWELL), loaded, loaded=True)
        below = fixed(vehicle.name, vehicle.part, boxes)
        nearest = closest(hook.solid(load).only("load"), below, begin, up)
        yield env.timeout(up - env.now)
        yield from bring_back(works, hook, one, self.at, self.home, empty, loaded)
        return met(incident, works.scenario, (hook.name, vehicle.name, load.name), (begin, up), nearest)


# -- at the quay


@dataclass(frozen=True)
class Deck:
    """A 40' box on top of a stack on deck, abreast of a quay crane."""

    box: int
    foot: float
    top: float
    feet: int
    place: Place
    at: tuple[float, float]


def _at_the_quay(works: Works, incident: Incident, named: str) -> Played:
    """Between two lifts, a quay crane takes a box from the deck, holds it over a vehicle, and puts it back."""
    env, since = works.env, works.env.now
    random = works.random(f"incident {incident.kind} {incident.at} quay")
    why = _waiting(incident, named)
    while (left := PATIENCE - (env.now - since)) > 0:
        waits(works, incident, why)
        able = [hook for hook in hooks(works, incident, ("sts",)) if _box(works, hook) is not None]
        if able:
            hook = able[int(random.integers(len(able)))]
            held = yield from hold(works, [hook.crane.row], left)  # it keeps its duty while it waits for a vehicle
            if held is not None:
                came = yield from _off_deck(works, incident, named, hook)
                held.release()
                if came:
                    return came
                waits(works, incident, why)
        yield env.timeout(AGAIN / 4)
    return why


def _waiting(incident: Incident, named: str) -> str:
    crane = incident.who[0] if incident.who else "a quay crane"
    stood = f"{named} did not stand" if named else "no vehicle stood"
    return f"{stood} under {crane}, free between two lifts and with a 40' box on deck before it"


def _off_deck(works: Works, incident: Incident, named: str, hook: Hook) -> Played:
    """Now that nobody else commands the crane: once a vehicle has come that was called for the next box."""
    env, deck = works.env, _box(works, hook)
    since = env.now
    while not (rows := _vehicle(works, named, hook)) and env.now - since < TURN:
        yield env.timeout(LOOK)
    if not rows or deck is None or hook.free(env.now) > env.now:
        return ""
    below = yield from hold(works, rows[:1], SOON)
    if below is None:
        return ""
    trolley = hook.crane.reach(*_place(works, rows[0]))[1]
    hung = _Hung(works, hook, deck, deck.at, deck.place)
    begins(works, incident)
    came = yield from hung.over(incident, rows[0], (deck.at[0], trolley), hook.high, hook.high)
    below.release()
    return came


def _vehicle(works: Works, named: str, hook: Hook) -> list[int]:
    """Rows of vehicles that stand under or behind a quay crane, within its reach."""
    out = []
    for row in standing(works, named):
        gantry, trolley = hook.crane.reach(*_place(works, row))
        if abs(gantry - hook.crane.gantry.value) < ABREAST and hook.reaches(trolley):
            out.append(row)
    return out


def _box(works: Works, hook: Hook) -> Deck | None:
    """The nearest 40' box on top of a stack of a ship alongside, that the crane reaches without driving."""
    gantry, found = hook.crane.gantry.value, []
    for _, hull in sorted(works.sea.hulls.items()):
        if hull.off.value > FENDER or hull.off.free > works.env.now:
            continue
        for box, place, base in on_deck(works, hull):
            if works.book.boxes.feet(box) == 40 and abs(_along(hook, hull, base) - gantry) < ABREAST:
                at = gantry, hook.crane.reach(*hull.place(float(base[0]), float(base[1])))[1]
                if hook.reaches(at[1]) and abs(_along(hook, hull, base) - gantry) < 0.05:
                    foot = hull.z + float(base[2])
                    found.append(Deck(box, foot, foot + works.book.boxes.height(box), 40, place, at))
    return max(found, key=lambda one: (one.at[1], -one.box), default=None)


def _along(hook: Hook, hull: Hull, base: Floats) -> float:
    return hook.crane.reach(*hull.place(float(base[0]), float(base[1])))[0]
