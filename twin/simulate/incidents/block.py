"""The boxes of a block as they stand, and the cranes that work there, all of them held while something goes wrong."""

from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
import simpy

from twin.containers import TEU, size
from twin.facts import PlaceKind
from twin.geometry import Floats
from twin.simulate.closest import Carried, Solid, fixed
from twin.simulate.cranes import Crane
from twin.simulate.incidents.cast import AGAIN, PATIENCE, TURN, Held, begins, hold, row_of, waits
from twin.simulate.incidents.hook import Hook, crane_of
from twin.simulate.planted import PLANTED
from twin.simulate.rails import Rail
from twin.simulate.scenario import Incident
from twin.simulate.truth import Truth
from twin.simulate.works import Works
from twin.yard import bottoms, columns

CLEAR = 1.0  # metres kept from all that is not part of the incident
SPARE = 0.1  # metres, so that it stays so when positions are rounded
VEHICLE_TOP = 5.3  # metres: a deck of 1.75 with a high-cube, and to spare
Plan = TypeVar("Plan")
Played = Generator[simpy.Event, Any, Truth | str]


@dataclass(frozen=True)
class Stood:
    """A box in a slot: its foot and top are metres in the site frame, x and y its middle."""

    box: int
    bay: int
    row: int
    tier: int
    x: float
    y: float
    foot: float
    top: float
    feet: int

    @property
    def columns(self) -> range:
        """TEU columns it covers; bay 2c + 1 is column c."""
        return range((self.bay - 1) // 2, (self.bay + 1) // 2 if self.bay % 2 else self.bay // 2 + 1)


@dataclass
class Block:
    """What stands in one block just now."""

    works: Works
    number: int
    boxes: list[Stood]

    @property
    def name(self) -> str:
        return self.works.terminal.blocks.name[self.number]

    @cached_property
    def piles(self) -> dict[tuple[int, int], list[Stood]]:
        """(column, row) -> its boxes, from the ground up."""
        out: dict[tuple[int, int], list[Stood]] = {}
        for one in self.boxes:
            for column in one.columns:
                out.setdefault((column, one.row), []).append(one)
        return out

    def slot_xy(self, bay: int, row: int) -> tuple[float, float]:
        """Site x, y of the middle of a slot."""
        x, y = self.works.terminal.slot_xy(np.array([self.number]), np.array([bay]), np.array([row]))
        return float(x[0]), float(y[0])

    def top(self, columns: Iterable[int], row: int) -> float:
        """The highest top in some columns of a row; the ground where nothing stands."""
        ground = float(self.works.terminal.blocks.z[self.number])
        return max((self.piles[c, row][-1].top for c in columns if (c, row) in self.piles), default=ground)

    @cached_property
    def highest(self) -> float:
        """The top of the highest stack, or of a vehicle beside it."""
        return max((one.top for one in self.boxes), default=0.0)

    @cached_property
    def topmost(self) -> list[Stood]:
        """Boxes with nothing on them and no 45' box, which juts out, on either side; none that somebody comes for."""
        out = []
        for one in self.boxes:
            around = range(one.columns[0] - 1, one.columns[-1] + 2)
            beside = [self.piles[c, one.row][-1] for c in around if (c, one.row) in self.piles]
            free = all(self.piles[c, one.row][-1] is one for c in one.columns)
            if free and all(b.feet != 45 for b in beside) and one.box not in self.works.book.taken:
                out.append(one)
        return out

    def carried(self, one: Stood) -> Carried:
        """It, hanging in the middle hold of a crane."""
        return carried(self.works, one.box)

    def solid(self, some: list[Stood]) -> Solid:
        """Boxes where they stand."""
        yaw = float(self.works.terminal.blocks.yaw[self.number])
        out: Floats = np.empty((len(some), 8))
        for n, one in enumerate(some):
            load = self.carried(one)
            out[n] = one.x, one.y, one.foot, one.top, load.length / 2, load.width / 2, np.cos(yaw), np.sin(yaw)
        names = [f"container {self.works.book.boxes.name[one.box]}, {self.slot(one)}" for one in some]
        return fixed(self.name, names, out)

    def slot(self, one: Stood) -> str:
        return f"block {self.name}, bay {one.bay}, row {one.row}, tier {one.tier}"


def carried(works: Works, box: int, hold: int = 0) -> Carried:
    """A box in a hold of a machine."""
    boxes = works.book.boxes
    known = size(boxes.code[box])
    return Carried(hold, boxes.name[box], boxes.length(box), known.width if known else TEU[1], boxes.height(box))


def block(works: Works, number: int) -> Block:
    """How block *number* stands, by the book."""
    return blocks(works, number)[number]


def blocks(works: Works, only: int = -1) -> list[Block]:
    """How all blocks stand, or one of them (the others are then empty)."""
    out = [Block(works, number, []) for number in range(len(works.terminal.blocks))]
    places = [
        (p.where, p.tier, p.bay, p.row, box)
        for box, p in works.book.place.items()
        if p.kind == PlaceKind.SLOT and only in (-1, p.where)
    ]
    if not places:
        return out
    where, tier, bay, row, box = np.array(sorted(places), np.int64).T
    boxes = works.book.boxes
    height = np.array([boxes.height(b) for b in box.tolist()])
    foot = works.terminal.blocks.z[where] + bottoms(*columns(where, bay, row), tier, height)
    x, y = works.terminal.slot_xy(where, bay, row)
    for n, number in enumerate(where.tolist()):
        slot, b = (int(bay[n]), int(row[n]), int(tier[n])), int(box[n])
        middle, high = (float(x[n]), float(y[n])), (float(foot[n]), float(foot[n] + height[n]))
        out[number].boxes.append(Stood(b, *slot, *middle, *high, boxes.feet(b)))
    return out


def crew(works: Works, hook: Hook) -> list[int]:
    """Rows of all cranes in service on the runway of *hook*, in order."""
    names, out = works.roster.machines.name, works.scenario.out_of_service
    return sorted(c.row for c in works.rails[hook.crane.row].cranes if names[c.row] not in out)


def comes(works: Works, hook: Hook, x: float, y: float) -> bool:
    """Whether a crane's spreader can come over site *x*, *y*, its neighbours pushed as far aside as they go."""
    gantry, trolley = hook.crane.reach(x, y)
    rail = works.rails[hook.crane.row]
    (low, high), along = rail.ends, rail.along(hook.crane, gantry)
    if rail.over < 0:
        mine = rail.cranes.index(hook.crane)
        for other in rail.cranes[:mine]:
            low = rail.along(other, other.gantry.value) if rail.stuck(other) else low
            low += other.half_length + hook.crane.half_length + rail.apart if rail.stuck(other) else _room(other, rail)
        for other in rail.cranes[:mine:-1]:
            high = rail.along(other, other.gantry.value) if rail.stuck(other) else high
            high -= other.half_length + hook.crane.half_length + rail.apart if rail.stuck(other) else _room(other, rail)
    return hook.reaches(trolley) and low - 1e-6 <= along <= high + 1e-6


def _room(crane: Crane, rail: Rail) -> float:
    """Metres of rail that a crane takes up between two others, or the end and another."""
    return 2 * crane.half_length + rail.apart


def served(works: Works, hook: Hook) -> list[int]:
    """Blocks all of whose slots the crane comes over."""
    b, rail = works.terminal.blocks, works.rails[hook.crane.row]
    out = []
    for number in range(len(b)):
        corners = np.array([1, 2 * b.bays[number] - 1]), np.array([1, b.rows[number]])
        x, y = works.terminal.slot_xy(np.full(2, number), *corners)
        reached = [hook.crane.reach(float(px), float(py)) for px, py in zip(x, y, strict=True)]
        along = [rail.along(hook.crane, gantry) for gantry, _ in reached]
        inside = all(rail.ends[0] - 1.0 <= a <= rail.ends[1] + 1.0 for a in along) and _near(works, hook, along)
        if inside and all(hook.reaches(trolley) for _, trolley in reached):
            out.append(number)
    return out


def _near(works: Works, hook: Hook, along: list[float]) -> bool:
    """Whether a crane of the runway stands there, or the runway's ends say how far it goes."""
    rail = works.rails[hook.crane.row]
    if np.isfinite(rail.ends[0]):
        return True
    return any(min(along) - 60.0 <= rail.along(c, c.gantry.value) <= max(along) + 60.0 for c in rail.cranes)


def over(works: Works, hook: Hook, load: float = 0.0) -> float:
    """The hoist at which a load that hangs *load* metres down passes over all that the crane ever meets."""
    if hook.crane.row == works.rails[hook.crane.row].over:
        return hook.high  # above another crane
    stood = blocks(works)
    top = max((stood[number].highest for number in served(works, hook)), default=0.0)
    return min(max(top, VEHICLE_TOP) + CLEAR + SPARE + load - hook.crane.z, hook.high)


def hooks(works: Works, incident: Incident, groups: tuple[str, ...]) -> list[Hook]:
    """The crane that is named; else all that could, those of the issue's preference first."""
    out, kinds = [], works.terminal.catalogue.kinds
    for row in sorted(works.rails):
        crane = crane_of(works, row)
        name = works.roster.machines.name[row]
        fits = crane is not None and kinds[crane.kind.name].group in groups
        if incident.who:
            fits = fits and row == row_of(works, incident.who[0])
        if crane is not None and fits and name not in works.scenario.out_of_service:
            out.append(Hook(works, crane))
    return out


def in_block(
    works: Works,
    incident: Incident,
    find: Callable[[Hook, Block], Plan | None],
    play: Callable[[Hook, Block, Plan, Held], Played],
    missing: str,
    groups: tuple[str, ...] = ("rtg", "armg"),
) -> Played:
    """Have a crane do *play* what *find* finds in a block, with all cranes of the block held.

    Who is named takes part; else a crane that is free, by lot.  Where nothing is found for `PATIENCE` seconds the
    sentence *missing* tells what there was not.  *play* gives back '' for: not this time.
    """
    env, since, said = works.env, works.env.now, missing
    random = works.random(f"incident {incident.kind} {incident.at}")
    if not any(_wanted(works, incident, served(works, hook)) for hook in hooks(works, incident, groups)):
        return _nowhere(works, incident)
    while (left := PATIENCE - (env.now - since)) > 0:
        waits(works, incident, said)
        chosen = _chosen(works, incident, groups, find, random)
        if chosen is not None:
            hook, number = chosen
            held = yield from hold(works, crew(works, hook), min(left, TURN))
            said = f"the cranes of block {works.terminal.blocks.name[number]} were never all free"
            if held is not None:
                begins(works, incident)
                came = yield from _with_all(works, hook, number, held, find, play)
                if came:
                    return came
                said = missing
                waits(works, incident, said)
        yield env.timeout(AGAIN)
    return said


def _with_all(
    works: Works,
    hook: Hook,
    number: int,
    held: Held,
    find: Callable[[Hook, Block], Plan | None],
    play: Callable[[Hook, Block, Plan, Held], Played],
) -> Played:
    """With all cranes of the runway *held*: they are ours to drive aside."""
    rail = works.rails[hook.crane.row]
    stuck, rail.stuck = rail.stuck, lambda crane: crane.row not in held.rows and stuck(crane)
    here = block(works, number)  # it may have changed since it was chosen
    plan = find(hook, here)
    came: Truth | str = ""
    if plan is not None:
        came = yield from play(hook, here, plan, held)
    rail.stuck = stuck
    held.release()
    return came


def _chosen(
    works: Works,
    incident: Incident,
    groups: tuple[str, ...],
    find: Callable[[Hook, Block], Plan | None],
    random: np.random.Generator,
) -> tuple[Hook, int] | None:
    """A crane and a block of those that would do; one whose cranes are all free, if there is any."""
    there = hooks(works, incident, groups)
    order = random.permutation(len(there)).tolist()
    stood = blocks(works)
    free = [all(not works.of_duty(row).users for row in crew(works, hook)) for hook in there]
    for n in sorted(order, key=lambda n: not free[n]):
        for number in _wanted(works, incident, served(works, there[n])):
            if find(there[n], stood[number]) is not None:
                return there[n], number
    return None


def _named_block(incident: Incident) -> str:
    names = zip(incident.who, PLANTED[incident.kind].roles, strict=False)
    return next((name for name, role in names if role.of == "block"), "")


def _wanted(works: Works, incident: Incident, numbers: list[int]) -> list[int]:
    """Of some blocks the one that is named; all where none is."""
    name = _named_block(incident)
    return [number for number in numbers if not name or works.terminal.blocks.name[number] == name]


def _nowhere(works: Works, incident: Incident) -> str:
    """Why no crane that may take part could ever come over a block that is meant."""
    who, name = incident.who[0] if incident.who else "no crane", _named_block(incident)
    comes = "comes" if not incident.who else "does not come"
    return f"{who} {comes} over block {name}" if name else f"{who} {comes} over all of a block"
