"""A quay crane's boom is down over the water while a ship comes alongside."""

import numpy as np

from twin.facts import PlaceKind, Status
from twin.geometry import Floats, boxes_at
from twin.simulate.book import Place
from twin.simulate.closest import Solid, closest
from twin.simulate.hulls import Hull
from twin.simulate.incidents.block import Played, carried, hooks
from twin.simulate.incidents.cast import begins, hold, waits
from twin.simulate.incidents.hook import DWELL, Hook
from twin.simulate.moorings import FENDER
from twin.simulate.scenario import Incident
from twin.simulate.truth import met
from twin.simulate.works import Works
from twin.spatial.bodies import HULL
from twin.yard import DECK, stow_places

WITHIN = 3600.0 + 1800.0  # seconds in which a ship must come, lines and a wait for the channel reckoned in
LOOK = 5.0  # seconds between two looks at who comes
LAST = 60.0  # seconds of her way in which she is nearest
AMIDST = 25.0  # metres from the boom along the ship within which boxes on deck are measured.  Half a 45' and to spare


def plant_boom(works: Works, incident: Incident) -> Played:
    """A crane before which a ship berths lowers its boom as she is pushed in, and raises it when she lies there."""
    env, since = works.env, works.env.now
    named = incident.who[1] if len(incident.who) > 1 else ""
    why = ""
    while env.now - since < WITHIN:
        seen = _reason(works, incident, named)
        if named and _alongside(works, named):
            return why or f"{named} was alongside already"
        why = seen or why
        waits(works, incident, why or f"{named or 'no ship'} {'had not berthed yet' if named else 'berthed'}")
        found = _berthing(works, incident, named)
        if found is not None:
            hull, hook = found
            held = yield from hold(works, [hook.crane.row], 2 * LOOK)
            if held is not None:
                begins(works, incident)
                came = yield from _down(works, incident, hull, hook)
                held.release()
                return came
            why = f"{hook.name} was at work as {hull.name} berthed"
        yield env.timeout(LOOK)
    return why or f"no ship berthed before a crane whose boom was up and free within {WITHIN / 60:g} minutes"


def _berthing(works: Works, incident: Incident, named: str) -> tuple[Hull, Hook] | None:
    """A ship that is being pushed alongside, and the crane nearest to her middle that has its boom up."""
    now = works.env.now
    for _, hull in sorted(works.sea.hulls.items()):
        if not _pushed(hull, now) or (named and hull.name != named):
            continue
        able = [hook for hook in hooks(works, incident, ("sts",)) if _over(hook, hull) and _up(hook, now)]
        if able:
            return hull, min(able, key=lambda hook: (abs(_place(hook, hull)), hook.crane.row))
    return None


def _pushed(hull: Hull, now: float) -> bool:
    return bool(hull.off.ramps) and hull.off.value <= FENDER and hull.off.free > now  # the quay is ready for her


def _alongside(works: Works, named: str) -> bool:
    ships = (hull for _, hull in sorted(works.sea.hulls.items()) if hull.name == named)
    return any(hull.off.value <= FENDER and hull.off.free <= works.env.now for hull in ships)


def _reason(works: Works, incident: Incident, named: str) -> str:
    """What is in the way while a ship that is meant is pushed alongside; nothing while none is, or nothing is."""
    now, there = works.env.now, hooks(works, incident, ("sts",))
    for _, hull in sorted(works.sea.hulls.items()):
        if _pushed(hull, now) and named in ("", hull.name):
            over = [hook for hook in there if _over(hook, hull)]
            if not over and incident.who and there:
                far = abs(_place(there[0], hull)) - hull.kind.length / 2
                return f"{incident.who[0]}'s boom was not over {hull.name} as she berthed: {far:.0f} m past her end"
            if not over:
                return f"no crane's boom was over {hull.name} as she berthed"
            if not any(_up(hook, now) for hook in over):
                names, were = " and ".join(hook.name for hook in over), "was" if len(over) == 1 else "were"
                return f"{names} {were} at work, or the boom was down already, as {hull.name} berthed"
    return ""


def _place(hook: Hook, hull: Hull) -> float:
    """Metres that a crane stands from a ship's middle, along the ship, when she is alongside."""
    x, y = hull.place(0.0, 0.0)
    s = hook.track.sampled(np.array([hook.works.env.now]))
    return float((s.x[0] - x) * np.cos(hull.yaw) + (s.y[0] - y) * np.sin(hull.yaw))


def _over(hook: Hook, hull: Hull) -> bool:
    quay = hull.quay
    off = (hook.crane.x - quay.x0) * hull.sin - (hook.crane.y - quay.y0) * hull.cos
    near = abs(off) < 60.0 and "boom" in hook.crane.joints  # of this quay
    return near and abs(_place(hook, hull)) < hull.kind.length / 2


def _up(hook: Hook, now: float) -> bool:
    boom = hook.crane.joints["boom"]
    return boom.value >= hook.crane.joint("boom").high - 1e-6 and boom.free <= now and hook.crane.gantry.free <= now


def _down(works: Works, incident: Incident, hull: Hull, hook: Hook) -> Played:
    env, joint, boom = works.env, hook.crane.joint("boom"), hook.crane.joints["boom"]
    begin = env.now
    hook.crane.status.set(begin, Status.MOVING)
    low = boom.go(begin, joint.low, joint.speed_empty, joint.acceleration)
    hook.crane.status.set(low, Status.IDLE)
    alongside = hull.off.free
    end = max(alongside, low) + max(DWELL, incident.lasts)
    nearest = closest(hook.solid().only("boom"), ship(works, hull, hook), max(alongside - LAST, low), end)
    yield env.timeout(max(end - env.now, 0.0))
    hook.crane.status.set(env.now, Status.MOVING)
    up = boom.go(env.now, joint.high, joint.speed_empty, joint.acceleration)
    hook.crane.status.set(up, Status.IDLE)
    yield env.timeout(up - env.now)
    return met(incident, works.scenario, (hook.name, hull.name), (begin, up), nearest)


def ship(works: Works, hull: Hull, hook: Hook) -> Solid:
    """A ship's hull and the boxes on her deck abreast of a crane, as she moves."""
    local, names = [], []
    for x0, x1, wide in HULL:
        half = wide * hull.kind.beam / 2
        local.append(((x0 - 0.5) * hull.kind.length, -half, 0.0, (x1 - 0.5) * hull.kind.length, half, hull.kind.depth))
        names.append("hull")
    for box, place, base in on_deck(works, hull):
        load = carried(works, box)
        x, y, z = base.tolist()
        if abs(x - _place(hook, hull)) < AMIDST:
            half_x, half_y = load.length / 2, load.width / 2
            local.append((x - half_x, y - half_y, z, x + half_x, y + half_y, z + load.height))
            names.append(f"container {load.name}, bay {place.bay}, row {place.row}, tier {place.tier}")
    shape = np.array(local, float)

    def at(t: Floats) -> Floats:
        x, y = hull.at(t)
        n, k = len(t), len(shape)
        px, py, pz, yaw = (np.repeat(v, k) for v in (x, y, np.full(n, hull.z), np.full(n, hull.yaw)))
        return boxes_at(px, py, pz, yaw, np.tile(shape, (n, 1))).reshape(n, k, 8)

    return Solid(hull.name, tuple(names), at)


def on_deck(works: Works, hull: Hull) -> list[tuple[int, Place, Floats]]:
    """The topmost boxes of a ship's stacks on deck, with their bottom centres in her frame."""
    there = sorted(b for b, p in works.book.place.items() if p.kind == PlaceKind.VESSEL and p.where == hull.row)
    found = [(box, works.book.place[box]) for box in there]
    if not found:
        return []
    bay, row, tier = (np.array([getattr(p, name) for _, p in found], np.int64) for name in ("bay", "row", "tier"))
    height = np.array([works.book.boxes.height(box) for box, _ in found])
    base = stow_places(hull.kind, bay, row, tier, height)
    top: dict[tuple[int, int], int] = {}
    for n, (_, place) in enumerate(found):
        key = place.bay, place.row
        higher = key not in top or place.tier > found[top[key]][1].tier
        if place.tier > DECK and higher and np.isfinite(base[n]).all():
            top[key] = n
    return [(*found[n], base[n]) for n in top.values()]
