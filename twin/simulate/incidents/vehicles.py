"""Incidents with vehicles: one that stands under a suspended load, one that drives up to a block's boxes."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from math import cos, pi, sin

import numpy as np

from twin.facts import PlaceKind, Status
from twin.geometry import Floats
from twin.simulate._ground import DT, touches
from twin.simulate.closest import Solid, closest, fixed, machine, nearest
from twin.simulate.fleet import CUSP, Drive, Vehicle, drive
from twin.simulate.ground import SETTLE, WAITS, Ground
from twin.simulate.handover import Process
from twin.simulate.incidents.block import (
    Block,
    Played,
    block,
    blocks,
    carried,
    crew,
    served,
)
from twin.simulate.incidents.cast import AGAIN, PATIENCE, TURN, begins, hold, kind_of, row_of, waits
from twin.simulate.incidents.hook import DWELL, Hook, crane_of
from twin.simulate.planted import VEHICLES
from twin.simulate.planted import metres as size
from twin.simulate.reservations import instant
from twin.simulate.scenario import Incident
from twin.simulate.transport import Carriers
from twin.simulate.truth import met
from twin.simulate.works import Works

ABOVE = (
    1.5  # metres between a load and the vehicle under it: more than `CLEAR`, so that it is only the place that is wrong
)
SOON = 30.0  # seconds for which one waits for a vehicle that stands there
LOOK, OFTEN = 2.0, 10.0  # seconds between two looks at one vehicle, and at all
SLOW = 2.0  # m/s of a vehicle that cuts a corner.  Made up, as the others here
LONGEST, STEP = 16.0, 0.1  # metres that it drives at most, and between looks
Pose = tuple[float, float, float]
Make = Callable[[Pose, float, bool], Floats]  # a path from a pose, so long, forwards or not
WIDER = (1.0, 4.0, 10.0)  # times its turning circle: the wider a bend, the less its tail swings out
NEAR = 40.0  # metres from a vehicle to boxes that it might come near to


def standing(works: Works, named: str = "") -> list[int]:
    """Rows of vehicles that stand somewhere and are about nothing; only the one that is named, if one is."""
    now = np.array([works.env.now])
    out = []
    for row in sorted(works.tracks):
        guest = row >= len(works.terminal.machines)
        if (guest and row not in works.guest_kind) or kind_of(works, row).group not in VEHICLES:
            continue
        if (named and row != row_of(works, named)) or works.of_duty(row).users:
            continue
        if works.tracks[row].sampled(now).status[0] != Status.GONE:
            out.append(row)
    return out


def vehicle_solid(works: Works, row: int) -> Solid:
    """A vehicle and the boxes on it."""
    loads = [
        carried(works, box, place.bay)
        for box, place in sorted(works.book.place.items())
        if place.kind == PlaceKind.MACHINE and place.where == row
    ]
    return machine(
        works.roster.machines.name[row], kind_of(works, row), works.tracks[row], works.terminal.catalogue, loads
    )


# -- cutting a corner


@dataclass(frozen=True)
class Swerve:
    """A drive up to a block and back again."""

    vehicle: Vehicle
    block: int
    drive: Drive
    obstacle: Solid
    corners: bool  # whether empty corner slots count as well


def plant_corner(works: Works, incident: Incident) -> Played:
    """A vehicle that stands by a block, or is sent there, drives up to its boxes or corner, stops, and backs out."""
    env, since, ground = works.env, works.env.now, works.ground
    if ground is None:
        return "nothing drives on this terminal"
    metres = size(incident) or 0.0
    random = works.random(f"incident {incident.kind} {incident.at}")
    if len(incident.who) > 1:
        yield from _sent(works, ground, *incident.who[:2])
    who = incident.who[0] if incident.who else "no vehicle"
    what = f"block {incident.who[1]}" if incident.who[1:] else "a block"
    stood = "did not stand" if incident.who else "stood"
    why = f"{who} {stood} where it could have come so near to {what} without harm to anybody else"
    while (left := PATIENCE - (env.now - since)) > 0:
        waits(works, incident, why)
        swerve = _swerve(works, ground, incident, metres, random)
        if swerve is not None:
            rows = [swerve.vehicle.row, *_cranes(works, swerve.block)]
            held = yield from hold(works, rows, min(left, TURN))
            if held is not None:
                again = _of_vehicle(works, ground, swerve.vehicle, [block(works, swerve.block)], metres, swerve.corners)
                if again is not None:
                    begins(works, incident)
                    came = yield from _cut(works, ground, incident, again)
                    held.release()
                    return came
                held.release()
            yield env.timeout(AGAIN)
        yield env.timeout(LOOK if incident.who else OFTEN)
    return why


def _sent(works: Works, ground: Ground, name: str, block_name: str) -> Process:
    """Have the vehicle that is named drive to the block that is named, if it is idle within `TURN`."""
    env, transport, since = works.env, works.transport, works.env.now
    vehicle = ground.vehicles.get(row_of(works, name))
    if not isinstance(transport, Carriers) or vehicle is None:
        return
    spots = ground.spots_at(works.terminal.block_row[block_name], group=vehicle.kind.group)
    while vehicle.spot not in spots and env.now - since < TURN:
        if vehicle in transport.idle and any(ground.free(spot) for spot in spots):
            transport.idle.remove(vehicle)
            yield from ground.go(vehicle, spots)
            transport.idle.append(vehicle)
        else:
            yield env.timeout(LOOK)


def _cranes(works: Works, number: int) -> list[int]:
    """Rows of the cranes that come over a block: they are held, so that none lowers on to a vehicle that moves."""
    rows: set[int] = set()
    for row in sorted(works.rails):
        crane = crane_of(works, row)
        if crane is not None and crane.kind.group in ("rtg", "armg") and number in served(works, Hook(works, crane)):
            rows |= {*crew(works, Hook(works, crane))}
    return sorted(rows)


def _swerve(
    works: Works, ground: Ground, incident: Incident, metres: float, random: np.random.Generator
) -> Swerve | None:
    """What the vehicle that is named can do; else one of those that stand about, by lot."""
    rows = standing(works, incident.who[0] if incident.who else "")
    rows = [row for row in rows if row in ground.vehicles and _by_a_block(works, ground.vehicles[row].pose)]
    if not rows:
        return None
    wanted = [works.terminal.block_row[name] for name in incident.who[1:]]
    stood = [one for one in blocks(works) if not wanted or one.number in wanted]
    order = random.permutation(len(rows)).tolist()
    for corners in (False, True):
        for n in order:
            found = _of_vehicle(works, ground, ground.vehicles[rows[n]], stood, metres, corners)
            if found is not None:
                return found
    return None


def _by_a_block(works: Works, pose: Pose) -> bool:
    """Whether it is no farther from a block than it might drive, and its own length."""
    b = works.terminal.blocks
    dx, dy = pose[0] - b.x, pose[1] - b.y
    along, across = np.cos(b.yaw) * dx + np.sin(b.yaw) * dy, (np.cos(b.yaw) * dy - np.sin(b.yaw) * dx) * b.row_sign
    out = np.maximum(
        np.maximum(-along, along - b.bays * b.bay_pitch), np.maximum(-across, across - b.rows * b.row_pitch)
    )
    return bool((out < 1.5 * LONGEST).any())


def _of_vehicle(
    works: Works, ground: Ground, vehicle: Vehicle, stood: list[Block], metres: float, corners: bool
) -> Swerve | None:
    """The first free drive of a vehicle to *metres* from a box of a block, or (*corners*) an empty corner slot."""
    for one in stood:
        obstacle = _obstacle(one, vehicle.pose, corners)
        if obstacle is None:
            continue
        own = vehicle_solid(works, vehicle.row)
        for path, forward in _paths(own, obstacle, vehicle, metres, works.env.now):
            found = _driven(works, ground, vehicle, one.number, path, forward)
            if found is not None:
                return Swerve(vehicle, one.number, found, obstacle, corners)
    return None


def _obstacle(here: Block, pose: Pose, empty: bool) -> Solid | None:
    """Boxes of a block near a vehicle that are as low as it, and (*empty*) its corner slots even where none stands."""
    b, number = here.works.terminal.blocks, here.number
    last, ground = 2 * int(b.bays[number]) - 1, float(b.z[number])
    at = [(bay, row) for bay in (1, last) for row in (1, int(b.rows[number]))]
    near = [(bay, row) for bay, row in at if empty and _close(*here.slot_xy(bay, row), pose)]
    low = [one for one in here.boxes if one.foot < 4.0 + ground and _close(one.x, one.y, pose)]
    if not near and not low:
        return None
    yaw = float(b.yaw[number])
    corners = np.array(
        [(*here.slot_xy(*c), ground, ground + 2.591, 3.029, 1.219, cos(yaw), sin(yaw)) for c in near], float
    )  # ISO 668, type 1CC
    stood = here.solid(low)
    names = [f"corner slot of block {here.name}, bay {bay}, row {row}" for bay, row in near]
    boxes: Floats = np.concatenate([stood.at(np.zeros(1))[0], corners.reshape(-1, 8)])
    return fixed(here.name, [*stood.part, *names], boxes)


def _close(x: float, y: float, pose: Pose) -> bool:
    return abs(x - pose[0]) < NEAR and abs(y - pose[1]) < NEAR


def _paths(own: Solid, obstacle: Solid, vehicle: Vehicle, metres: float, now: float) -> Iterator[tuple[Floats, bool]]:
    """Paths (k, 4) from where it stands to *metres* from the obstacle: straight ahead, back, or on a bend."""
    boxes, them = (solid.at(np.array([now]))[0] for solid in (own, obstacle))

    def gaps(ends: list[Floats], forward: bool) -> Floats:
        moved = np.array([_moved(boxes, vehicle.pose, end, forward) for end in ends])
        return nearest(moved, np.broadcast_to(them, (len(ends), *them.shape)))[0]

    tight = max(8.0, vehicle.kind.turning_radius)
    ways: list[tuple[Make, bool, float]] = [(_straight, True, LONGEST), (_straight, False, LONGEST)]
    ways += [(partial(_bend, wide * tight, side), True, LONGEST) for wide in WIDER for side in (1.0, -1.0)]
    if gaps([_straight(vehicle.pose, STEP, True)[-1]], True)[0] > LONGEST:
        return
    for make, forward, most in ways:
        tried = np.arange(STEP, most, STEP)
        for _ in range(6):  # to a thousandth of a millimetre
            near = gaps([make(vehicle.pose, way, forward)[-1] for way in tried.tolist()], forward) <= metres
            n = int(near.argmax())
            if n == 0:  # none is, or it stands so near already
                break
            tried = np.linspace(tried[n - 1], tried[n], 17)
        else:
            yield make(vehicle.pose, float(tried[0]), forward), forward


def _moved(boxes: Floats, pose: Pose, end: Floats, forward: bool) -> Floats:
    """*boxes* (k, 8) of a vehicle at *pose* as they are at the end of a path."""
    yaw = float(end[2]) + (0.0 if forward else pi)
    turn = yaw - pose[2]
    out: Floats = boxes.copy()
    dx, dy = boxes[:, 0] - pose[0], boxes[:, 1] - pose[1]
    out[:, 0], out[:, 1] = end[0] + cos(turn) * dx - sin(turn) * dy, end[1] + sin(turn) * dx + cos(turn) * dy
    out[:, 6] = cos(turn) * boxes[:, 6] - sin(turn) * boxes[:, 7]
    out[:, 7] = sin(turn) * boxes[:, 6] + cos(turn) * boxes[:, 7]
    return out


def _straight(pose: Pose, way: float, forward: bool) -> Floats:
    """*way* metres ahead, or back."""
    heading = pose[2] + (0.0 if forward else pi)
    s = np.linspace(0.0, way, max(int(way / 0.5), 1) + 1)
    still = np.full(len(s), heading), np.zeros(len(s))
    return np.stack([pose[0] + cos(heading) * s, pose[1] + sin(heading) * s, *still], axis=1)


def _bend(radius: float, side: float, pose: Pose, way: float, forward: bool) -> Floats:
    """*way* metres on a bend of *radius* to one side (+1: left), forwards."""
    a = np.linspace(0.0, way / radius, 17)
    ahead, aside = radius * np.sin(a), side * radius * (1 - np.cos(a))
    c, s = cos(pose[2]), sin(pose[2])
    x, y = pose[0] + c * ahead - s * aside, pose[1] + s * ahead + c * aside
    return np.stack([x, y, pose[2] + side * a, np.full(17, 1 / radius)], axis=1)


def _driven(works: Works, ground: Ground, vehicle: Vehicle, number: int, path: Floats, forward: bool) -> Drive | None:
    """There, a dwell, and back: None where something else is in the way."""
    walls = ground.table.fixed
    rest = np.delete(walls, len(walls) - len(works.terminal.blocks) + number, axis=0)  # blocks come last in it
    half = ground.table.half[vehicle.number]
    there = np.ascontiguousarray(path[:, :3])
    if touches(there, half[0], half[1], rest, 0.0) >= 0:
        return None
    back = path[::-1].copy()
    back[:, 2] += pi
    start, kind = instant(works.env.now + SETTLE) * DT, vehicle.kind
    speed = min(SLOW, kind.drive_loaded)
    both = drive([(path, forward), (back, not forward)], start, speed=speed, acceleration=kind.drive_acceleration,
                 yaw=vehicle.pose[2])  # fmt: skip
    both.rows[len(path) :, 0] += DWELL + 1.0 - CUSP
    wait, _ = ground.table.wait(vehicle.number, both.instants, instant(start), WAITS)
    return Drive(start + wait * DT, both.rows) if wait >= 0 else None


def _cut(works: Works, ground: Ground, incident: Incident, swerve: Swerve) -> Played:
    env, vehicle, way = works.env, swerve.vehicle, swerve.drive
    ground.follow(vehicle, way, vehicle.spot)
    nearest = closest(vehicle_solid(works, vehicle.row), swerve.obstacle, way.start, way.end)
    yield env.timeout(way.end - env.now)
    who = works.roster.machines.name[vehicle.row], works.terminal.blocks.name[swerve.block]
    return met(incident, works.scenario, who, (way.start, way.end), nearest)
