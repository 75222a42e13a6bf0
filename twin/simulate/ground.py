"""All that drives on the terminal's ground: where each vehicle is, where it may stop, how it gets there unharmed.

A vehicle is sent to a spot; the way is planned over the lanes from rest to rest, waits until it is free of everybody
else's reserved ways, and is then reserved as a whole.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import simpy
from simpy.resources.resource import PriorityRequest

from twin.catalogue import Kind
from twin.errors import TwinError
from twin.facts import PlaceKind, Status
from twin.geometry import Floats
from twin.simulate._ground import DT, rounded
from twin.simulate.book import Place
from twin.simulate.cranes import standing_height
from twin.simulate.fleet import Drive, Vehicle, agrees, drive
from twin.simulate.handover import Process, Stop
from twin.simulate.lanegraph import KEEP, LaneGraph
from twin.simulate.lines import Line, kept, turn
from twin.simulate.places import Places
from twin.simulate.reservations import Reservations, instant
from twin.simulate.solids import solids
from twin.simulate.spots import Leg, Ramp, Spot, entries, exits
from twin.simulate.works import ROUTINE, Works
from twin.terminal import Terminal

MOVING = ("agv", "tractor", "truck", "straddle")  # groups of kinds that drive about
RADIUS = {"agv": 8.0, "truck": 8.9}  # metres, of the middle's path, if not the catalogue's.  An AGV steers with all
# wheels (made up); a truck sweeps 12.5 outside and 5.3 inside, EU 96/53, so its middle goes halfway between
WAITS = np.array([0, 4, 8, 12, 20, 28, 40, 56, 76, 100], np.int64)  # instants a vehicle may wait for its way
AGAIN = 2.0  # seconds until it asks again
PATIENT = 10.0  # seconds until it asks again although all those who were in the way go on as planned
WAYS = 8  # ways tried from spot to spot
ALIKE = 3  # of them by the same first and last lane
KNOWN = 1500  # pairs of spots whose ways are remembered
SETTLE = 1.0  # seconds between a decision and the drive


_Found = tuple[float, tuple[int, int], tuple[int, int], Ramp, Ramp]  # seconds, sorts, the way out and the way in
Wanted = Spot | Sequence[Spot] | Callable[[], Sequence[Spot]]  # one, or any of several, or any of those there are then


class NoWay(TwinError):
    """Two places that no way leads between."""


@dataclass
class Asked:
    """What a vehicle wants to do, and what stood in the way when it last asked."""

    hopeful: bool = False  # where it is to go may yet become a place that it can come to
    at: float = -1e9
    blockers: dict[int, int] = field(default_factory=dict)  # number -> version
    plans: dict[Spot, list[Drive]] = field(default_factory=dict)  # what it would like to do, whenever it may begin

    def hopeless(self, table: Reservations, now: float) -> bool:
        """Whether those who were in the way have no other plans than they had, and nothing has passed yet."""
        if not self.blockers or any(table.version[n] != v for n, v in self.blockers.items()):
            return False
        return now - self.at < PATIENT or all(table.still(n, instant(now)) for n in self.blockers)


class Ground:
    """The vehicles, by machine row, and the lanes of each group of them."""

    def __init__(self, works: Works) -> None:
        self.works, self.terminal = works, works.terminal
        self.vehicles: dict[int, Vehicle] = {}
        self.held: dict[Spot, int] = {}  # spot -> the vehicle that stands there or has it to go to
        broken = {works.roster.machines.of(name) for name in works.scenario.out_of_service}
        rows = [row for row in _rows(self.terminal, MOVING) if row not in broken]
        self.table = Reservations(solids(self.terminal, set(rows)))
        self.straddled = solids(self.terminal, set(rows), blocks=False)
        self.places = Places(self.terminal)
        self.graphs: dict[str, LaneGraph] = {}
        self._ways: dict[tuple[str, Spot, Spot], list[tuple[float, list[Leg]]]] = {}
        self._ends: dict[tuple[str, Spot, Spot], list[_Found]] = {}
        self._ramps: dict[tuple[str, Spot, bool], list[Ramp]] = {}
        self._numbers: dict[int, Vehicle] = {}
        for row in rows:
            own = self.terminal.machines
            pose = float(own.x[row]), float(own.y[row]), float(own.yaw[row])
            self._add(row, own.kind[row], pose, float(own.z[row]), there=True)
        works.book.heard.append(self._heard)

    # -- vehicles

    def vehicle(self, row: int, kind: str = "") -> Vehicle:
        """The vehicle of a machine row; a guest of *kind* that nobody spoke of before is away at first."""
        if row not in self.vehicles:
            self._add(row, kind, (0.0, 0.0, 0.0), 0.0, there=False)
            self.vehicles[row].status = type(self.vehicles[row].status)(int(Status.GONE))
        return self.vehicles[row]

    def of_group(self, group: str) -> list[Vehicle]:
        """The terminal's own vehicles of a group, in the order of the layout."""
        return [v for row, v in sorted(self.vehicles.items()) if v.kind.group == group and row < self._own]

    def appear(self, vehicle: Vehicle, spot: Spot) -> Process:
        """Have it come to stand at a spot as soon as there is room."""
        while not self.appears(vehicle, spot):
            yield self.works.env.timeout(AGAIN)

    def appears(self, vehicle: Vehicle, spot: Spot) -> bool:
        """Have it stand at a spot from now on, if there is room."""
        pose = spot.centre(vehicle.offset)
        poses, now = np.array([pose, pose]), instant(self.works.env.now)
        if not self.free(spot, vehicle) or self.table.wait(vehicle.number, poses, now, WAITS[:1])[0] < 0:
            return False
        self._stand(vehicle, spot, pose)
        vehicle.status.set(self.works.env.now, Status.IDLE)
        return True

    def leave(self, vehicle: Vehicle) -> None:
        """It is gone from where it stands."""
        self.table.stand(vehicle.number, vehicle.pose, there=False)
        self._let_go(vehicle)
        vehicle.status.set(self.works.env.now, Status.GONE)

    def put(self, vehicle: Vehicle, spot: Spot) -> None:
        """Before anything moves: let it stand at a spot instead of where the layout has it."""
        self._stand(vehicle, spot, spot.centre(vehicle.offset))

    def stop(self, vehicle: Vehicle) -> Stop:
        """Where a crane finds its box once its drives are over; *ready* when they are."""
        x, y, z, yaw = vehicle.box
        ready = self.works.env.event()
        boxes = {p.bay: b for b in vehicle.masses if (p := self.works.book.place.get(b)) is not None}
        out = Stop(x, y, z, yaw, vehicle.row, ready, self.works.env.event(), boxes=boxes, lane=vehicle.spot.lane)
        if vehicle.arrives <= self.works.env.now:
            ready.succeed()
        else:
            self.works.env.process(self._ready(vehicle, ready))
        return out

    # -- spots

    def spots_at(self, block: int, *, group: str, land: bool = False, bay: int | None = None) -> list[Spot]:
        """Where vehicles of *group* stop at a block: before its end, or (RTG) in its lane abreast of *bay*."""
        return self.places.at_block(block, group=group, land=land, bay=bay)

    def crane_spots(self, row: int, gantry: float, group: str) -> list[Spot]:
        """Where vehicles stop under or behind quay crane *row* that stands at *gantry*, one a lane."""
        return self.places.at_crane(row, gantry, group)

    def free(self, spot: Spot, vehicle: Vehicle | None = None) -> bool:
        """Whether nobody stands at a spot or is on the way to it."""
        holder = self.held.get(spot)
        return holder is None or (vehicle is not None and holder == vehicle.row)

    # -- driving

    def go(self, vehicle: Vehicle, spots: Wanted) -> Process:
        """Drive to the first of *spots* that is free and can be come to now; gives it back when the vehicle stands.

        Raises `NoWay` where no lane leads to any.
        """
        set_out = yield from self.set_out(vehicle, spots)
        yield self.works.env.timeout(max(vehicle.arrives - self.works.env.now, 0.0))
        return set_out

    def set_out(self, vehicle: Vehicle, spots: Wanted, *, held: bool = False) -> Process:
        """As `go`, but over as soon as the vehicle is on its way, with the spot it drives to.

        The vehicle is on duty until it stands, unless whoever sends it has *held* it for that.
        """
        env, began = self.works.env, self.works.env.now
        asked = Asked(hopeful=callable(spots))
        if vehicle.arrives > env.now:
            yield env.timeout(vehicle.arrives - env.now)
        while (found := self.begin(vehicle, spots, asked, held=held)) is None:
            yield env.timeout(AGAIN)
        vehicle.waited += env.now - began
        return found

    def begin(self, vehicle: Vehicle, spots: Wanted, asked: Asked, *, held: bool = False) -> Spot | None:
        """Set out now for the first of *spots*, if it is free and there is a free way, and nobody has the vehicle.

        *asked* keeps what was in the way, for the next time it is asked of the same vehicle at the same place.
        """
        if asked.hopeless(self.table, self.works.env.now):
            return None
        duty = self.works.of_duty(vehicle.row)
        if not held and duty.count:
            return None
        wanted = [spots] if isinstance(spots, Spot) else spots() if callable(spots) else spots
        found = self.send(vehicle, wanted, asked)
        if found is not None and not held:
            self.works.env.process(self._on_the_way(vehicle, duty.request(priority=ROUTINE)))
        return found

    def send(self, vehicle: Vehicle, spots: Iterable[Spot], asked: Asked | None = None) -> Spot | None:
        """Set out at once for the first of *spots* that is free, if there is a free way; the spot."""
        known, asked = False, asked or Asked()
        blockers: dict[int, int] = {}
        for spot in spots:
            if not self.free(spot, vehicle):
                known, holder = True, self.vehicles[self.held[spot]].number
                blockers[holder] = int(self.table.version[holder])
                continue
            if spot not in asked.plans:
                asked.plans[spot] = self.plans(vehicle, spot)
            known = known or bool(asked.plans[spot])
            chosen = self._quickest(vehicle, asked.plans[spot], blockers)
            if chosen is not None:
                self.follow(vehicle, chosen, spot)
                return spot
        if not known and not asked.hopeful:
            raise NoWay(f"{self._name(vehicle)}: no lane leads from {_said(vehicle.spot)} to where it is wanted")
        asked.blockers, asked.at = blockers, self.works.env.now
        return None

    def plans(self, vehicle: Vehicle, spot: Spot) -> list[Drive]:
        """Drives to a spot from where it stands, the quickest first, whenever they begin and whoever is in the way."""
        speed = vehicle.kind.drive_loaded if vehicle.masses else vehicle.kind.drive_empty
        out = []
        for legs in self._legs(vehicle, spot):
            paths = self._paths(vehicle, spot, legs)
            if paths:
                yaw = vehicle.pose[2]
                out.append(drive(paths, 0.0, speed=speed, acceleration=vehicle.kind.drive_acceleration, yaw=yaw))
        return sorted(out, key=lambda d: d.end)

    def follow(self, vehicle: Vehicle, chosen: Drive, spot: Spot) -> None:
        """Drive like this, whoever is in the way."""
        now = instant(self.works.env.now)
        self.table.take(vehicle.number, chosen.instants, instant(chosen.start), now)
        self._let_go(vehicle)
        vehicle.spot = spot
        self.held[spot] = vehicle.row
        vehicle.drives.append(chosen)
        vehicle.driven += float(chosen.rows[-1, 1])
        vehicle.status.set(chosen.start, Status.MOVING)
        vehicle.status.set(chosen.end, Status.IDLE)

    def seconds(self, vehicle: Vehicle, spot: Spot) -> float:
        """About how long it would drive to a spot, inf: no way."""
        group = vehicle.kind.group
        if vehicle.spot == spot:
            return 0.0
        on = _straight_on(self.graph(group), vehicle.spot, spot)  # it is the first of all ways, where there is one
        found = self._found(group, vehicle.spot, spot, abs(vehicle.offset))
        return next((way[0] for way in on), found[0][0] if found else float("inf"))

    def graph(self, group: str) -> LaneGraph:
        """The lanes of a group of vehicles."""
        if group not in self.graphs:
            sizes = [(k.length / 2, k.width / 2) for k in self._kinds(group)]
            half = max(s[0] for s in sizes), max(s[1] for s in sizes)
            lines = self.places.lines(group)
            radius = max(RADIUS.get(group, k.turning_radius) for k in self._kinds(group))
            parked = {line.name for line in lines for v in self._parked(group) if _on(line, v.pose)}
            spans = (self.places.in_span(block) for block in range(len(self.terminal.blocks)))
            stood = frozenset(parked | {line.name for line in spans if line is not None})
            self.graphs[group] = LaneGraph(lines, radius, half, self.table.fixed, group == "agv", stood)
        return self.graphs[group]

    # -- inside

    def _parked(self, group: str) -> list[Vehicle]:
        """The terminal's vehicles of a group that nobody has moved yet."""
        return [v for v in self.of_group(group) if v.spot.owner == -1 - v.row]

    def _kinds(self, group: str) -> list[Kind]:
        return [kind for kind in self.terminal.catalogue.kinds.values() if kind.group == group]

    @property
    def _own(self) -> int:
        return len(self.terminal.machines)

    def _add(self, row: int, kind_name: str, pose: tuple[float, float, float], z: float, *, there: bool) -> None:
        kind: Kind = self.terminal.kind(kind_name)
        deck, offset = standing_height(kind) if kind.group != "straddle" else (0.0, 0.0)
        number = self.table.add(kind.length, kind.width, pose, there=there)
        spot = self._spot_here(kind, pose, offset, row)
        vehicle = Vehicle(row, number, kind, *pose[:2], z, pose[2], deck, offset, spot)
        self.vehicles[row] = self._numbers[number] = vehicle
        self.works.tracks[row] = vehicle
        if there:
            self.held[spot] = row

    def _spot_here(self, kind: Kind, pose: tuple[float, float, float], offset: float, row: int) -> Spot:
        """Where the layout has a vehicle, as a spot: on a lane, or a place it drives off forwards."""
        for line in self.places.lines(kind.group):
            if _on(line, pose):
                return Spot("lane", *pose, owner=-1 - row, middle=True)
        return Spot("back", *pose, owner=-1 - row, middle=True)

    def _stand(self, vehicle: Vehicle, spot: Spot, pose: tuple[float, float, float]) -> None:
        self.table.stand(vehicle.number, pose)
        self._let_go(vehicle)
        vehicle.stand(self.works.env.now, pose, spot)
        self.held[spot] = vehicle.row

    def _let_go(self, vehicle: Vehicle) -> None:
        if self.held.get(vehicle.spot) == vehicle.row:
            del self.held[vehicle.spot]

    def _on_the_way(self, vehicle: Vehicle, turn_: PriorityRequest) -> Process:
        yield self.works.env.timeout(max(vehicle.arrives - self.works.env.now, 0.0))
        self.works.of_duty(vehicle.row).release(turn_)

    def _ready(self, vehicle: Vehicle, ready: simpy.Event) -> Process:
        yield self.works.env.timeout(max(vehicle.arrives - self.works.env.now, 0.0))
        ready.succeed()

    def _heard(self, t: float, box: int, before: Place | None, after: Place) -> None:
        """A box changed hands: vehicles weigh what they carry."""
        mass = int(self.works.book.boxes.mass[box])
        if before is not None and before.kind == PlaceKind.MACHINE and before.where in self.vehicles:
            self.vehicles[before.where].carries(t, box, None)
        if after.kind == PlaceKind.MACHINE and after.where in self.vehicles:
            self.vehicles[after.where].carries(t, box, mass)

    def _quickest(self, vehicle: Vehicle, plans: list[Drive], blockers: dict[int, int]) -> Drive | None:
        """The one of *plans* that ends first, if it begins as soon as nobody is in its way."""
        best: Drive | None = None
        first = instant(self.works.env.now + SETTLE)
        for plan in plans:
            if best is not None and first * DT + plan.end >= best.end:
                break
            wait, who = self.table.wait(vehicle.number, plan.instants, first, WAITS)
            if wait < 0:
                blockers.update((n, int(self.table.version[n])) for n in sorted({*who.tolist()}))
            elif best is None or (first + wait) * DT + plan.end < best.end:
                best = plan.later((first + wait) * DT)
        return best

    def _legs(self, vehicle: Vehicle, spot: Spot) -> list[list[Leg]]:
        """Ways from where it stands to a spot, its middle's start and end put in."""
        start, end = vehicle.pose[:2], spot.centre(vehicle.offset)[:2]
        out = []
        for _, legs in self._known(vehicle.kind.group, vehicle.spot, spot, abs(vehicle.offset)):
            first, last = legs[0], legs[-1]
            mine = [Leg((start, *first.points), first.forward), *legs[1:]]
            mine[-1] = Leg((*mine[-1].points, end), last.forward)
            out.append(mine)
        return out

    def _paths(self, vehicle: Vehicle, spot: Spot, legs: list[Leg]) -> list[tuple[Floats, bool]]:
        """Rounded paths along *legs* that touch nothing fixed; none if there is no room, or it looks the wrong way."""
        out, yaw, radius = [], vehicle.pose[2], self.graph(vehicle.kind.group).radius
        for leg in legs:
            path = rounded(np.array(kept(leg.points)), radius)
            if not len(path):
                return []
            forward = agrees(path, yaw)
            if forward != leg.forward and not vehicle.two_way:
                return []
            if abs(turn(yaw + (0.0 if forward else np.pi), float(path[0, 2]))) > 0.1:
                return []
            if not self.table.clear(vehicle.number, np.ascontiguousarray(path[:, :3]), KEEP):
                return []
            out.append((path, forward))
            yaw = float(path[-1, 2]) + (0.0 if forward else np.pi)
        return out

    def _known(self, group: str, a: Spot, b: Spot, slack: float) -> list[tuple[float, list[Leg]]]:
        """Seconds and legs (without start and end) of ways between spots, the shortest first."""
        key = group, a, b
        if key not in self._ways:
            if len(self._ways) >= KNOWN:
                self._ways.clear()
            self._ways[key] = self._search(group, a, b, slack)
        return self._ways[key]

    def _search(self, group: str, a: Spot, b: Spot, slack: float) -> list[tuple[float, list[Leg]]]:
        graph, out = self.graph(group), [*_straight_on(self.graph(group), a, b)]
        for seconds, _, _, one, two in self._found(group, a, b, slack):
            legs = [Leg((*one.via, *graph.way(one.node, two.node), *two.via))]
            if one.backing is not None:
                legs.insert(0, Leg(one.via[:1], forward=False))
            if two.backing is not None:
                legs.append(Leg((two.via[-1], *two.backing), forward=False))
            out.append((seconds, legs))
        return out

    def _found(self, group: str, a: Spot, b: Spot, slack: float) -> list[_Found]:
        """Where ways between spots leave the one and come to the other, the shortest first."""
        key = group, a, b
        if key in self._ends:
            return self._ends[key]
        graph, found = self.graph(group), list[_Found]()
        outs = self._of(group, a, slack, out=True)
        nodes, first = np.array([one.node for one in outs], np.int64), np.array([one.seconds for one in outs])
        for two in self._of(group, b, slack, out=False) if outs else []:
            seconds = graph.all_seconds(two.node)[nodes] + first + two.seconds
            for k in np.flatnonzero(seconds < np.inf).tolist():
                found.append((float(seconds[k]), outs[k].sort, two.sort, outs[k], two))
        found = [f for f in found if not f[3].straight_back and not f[4].straight_back] or found
        found.sort(key=lambda f: f[:3])
        if len(self._ends) >= KNOWN:
            self._ends.clear()
        self._ends[key] = _various(found)
        return self._ends[key]

    def _of(self, group: str, spot: Spot, slack: float, *, out: bool) -> list[Ramp]:
        key = group, spot, out
        if key not in self._ramps:
            if len(self._ramps) >= KNOWN:
                self._ramps.clear()
            self._ramps[key] = (exits if out else entries)(self.graph(group), spot, slack)
        return self._ramps[key]

    def _name(self, vehicle: Vehicle) -> str:
        return str(self.works.roster.machines.name[vehicle.row])


def _various(found: list[_Found]) -> list[_Found]:
    """The best ways, not too many of them by the same lanes."""
    out: list[_Found] = []
    often: dict[tuple[int, int], int] = {}
    for one in found:
        lanes = one[1][0], one[2][0]
        often[lanes] = often.get(lanes, 0) + 1
        if often[lanes] <= ALIKE and len(out) < WAYS:
            out.append(one)
    return out


def _on(line: Line, pose: tuple[float, float, float]) -> bool:
    """Whether a vehicle at *pose* stands on a line and looks along it."""
    s, aside = line.nearest(pose[:2])
    return abs(aside) < 0.6 and abs(turn(line.at(s)[2], pose[2])) < 0.1 and 0 < s < line.long


def _straight_on(graph: LaneGraph, a: Spot, b: Spot) -> Iterable[tuple[float, list[Leg]]]:
    """From one place on a lane to another further on."""
    if a.form != "lane" or b.form != "lane":
        return
    for line in graph.lines:
        (s, off), (t, far) = line.nearest((a.x, a.y)), line.nearest((b.x, b.y))
        along = abs(turn(line.at(s)[2], a.yaw)) < 0.1 and abs(turn(line.at(t)[2], b.yaw)) < 0.1
        if abs(off) < 0.6 and abs(far) < 0.6 and along and 3.0 < t - s:
            yield (t - s) / 5.0, [Leg(tuple(line.corners(s, t)))]


def _rows(terminal: Terminal, groups: tuple[str, ...]) -> list[int]:
    kinds = terminal.catalogue.kinds
    return [r for r, name in enumerate(terminal.machines.kind) if name in kinds and kinds[name].group in groups]


def _said(spot: Spot) -> str:
    return f"({spot.x:.1f}, {spot.y:.1f})"
