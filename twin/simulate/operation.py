"""The day's work, second by second: quay cranes call vehicles, vehicles bring boxes, yard cranes stack them."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from twin.facts import PlaceKind, Roster, Status
from twin.simulate.apron import Spot
from twin.simulate.boxes import Maker
from twin.simulate.crews import crew
from twin.simulate.landside import Landside, landside_of
from twin.simulate.quay_cranes import QuayCrane
from twin.simulate.roads import lay_out
from twin.simulate.setting import Setting, machines, yard_of
from twin.simulate.ships import Ship, alongside
from twin.simulate.vehicles import Fleet, Vehicle, standing
from twin.simulate.yard_cranes import Task, Zone
from twin.terminal import Terminal

AHEAD = 3  # vehicles a quay crane has on the way or before it
KEPT_FREE = 2  # spots before a block that idle vehicles leave free
TIDY = 0.012  # chance per second that an idle yard crane moves a box of its own accord
Said = tuple[float, int, PlaceKind, int, int, int, int]  # second, box, kind, where, bay, row, tier


@dataclass
class Operation:
    """Everything at work, up to second *now*; what was said of boxes' places is in *said*."""

    setting: Setting
    ships: list[Ship]
    fleet: Fleet | None
    landside: Landside | None
    random: np.random.Generator
    now: float = 0.0
    said: list[Said] = field(default_factory=list)
    broken: set[int] = field(default_factory=set)  # machine rows out of order

    def say(self, t: float, box: int, kind: PlaceKind, where: int, bay: int, row: int, tier: int) -> None:
        """A box changes hands."""
        self.said.append((t, box, kind, where, bay, row, tier))

    def until(self, t: float) -> None:
        """Decide all that begins before second *t*."""
        while self.now < t:
            self._second(self.now)
            self.now += 1.0

    def _second(self, t: float) -> None:
        if self.fleet is not None:
            self.fleet.ground.go_on(t)
            for number, work in enumerate(self.setting.quay_cranes):
                self._quay(t, number, work, self.fleet)
            for vehicle in self.fleet.vehicles:
                self._vehicle(t, vehicle, self.fleet)
        if self.landside is not None:
            self.landside.second(t, self.broken)
        for zone in self.setting.zones:
            self._zone(t, zone)

    @property
    def ahead(self) -> int:
        """Vehicles a quay crane may have on the way; one where blocks have one lane, so that it makes room first."""
        return AHEAD if any(len(spots) > 1 for spots in self.setting.spots.values()) else 1

    # -- at the quay

    def _quay(self, t: float, number: int, work: QuayCrane, fleet: Fleet) -> None:
        if work.crane.free > t:
            return
        mine = sorted(((fleet.vehicles[v].arrives, v) for v in work.coming), key=lambda p: p[0])
        if mine and mine[0][0] < t + (45 if work.discharging else 25):
            self._serve(t, work, fleet.vehicles[mine[0][1]])
        elif not mine and not work.expected and (work.done >= work.turns or work.exhausted()):
            work.go_on(t)
        elif (
            len(mine) < self.ahead
            and work.done + len(mine) < work.turns
            and work.discharging
            and int(t) % 2 == number % 2
        ):
            self._call_empty(t, number, work, fleet)
        elif (
            not work.discharging
            and len(mine) + work.expected < AHEAD + 2
            and work.done + len(mine) + work.expected < work.turns
            and int(t) % 5 == number % 5
        ):
            self._call_loaded(t, number, work, fleet)

    def _serve(self, t: float, work: QuayCrane, vehicle: Vehicle) -> None:
        lane = work.coming.pop(vehicle.number)
        boxes = work.boxes
        if work.discharging:
            found = work.discharge(t, lane, vehicle.row, vehicle.arrives, vehicle.deck, self.say)
            leaves, vehicle.box = found or (t, None)
            work.done = work.done if found else work.turns
        else:
            box = vehicle.box if vehicle.box is not None else 0
            left = work.load(t, lane, box, vehicle.arrives, vehicle.deck, self.say)
            if left is None:
                work.done = work.turns
            else:
                vehicle.box = None
            leaves = left or t
        changed = leaves - 4.0
        vehicle.load.set(changed, boxes.mass[vehicle.box] if vehicle.box is not None else 0)
        vehicle.duty, vehicle.leaves, vehicle.crane = "served", leaves, -1

    def _free_lane(self, work: QuayCrane, fleet: Fleet) -> tuple[int, Spot] | None:
        frame = fleet.apron.frame
        crane = work.crane
        for lane, v in enumerate(self.setting.transfer):
            here = work.gantry
            s = frame.local(crane.x + np.cos(crane.yaw) * here, crane.y + np.sin(crane.yaw) * here)[0]
            if lane not in work.coming.values():
                spot = Spot(crane.row, "quay", round(s, 3), v)
                if not any(
                    o.spot.owner == crane.row and o.spot.form == "quay" and o.spot.v == v for o in fleet.vehicles
                ):
                    return lane, spot
        return None

    def _call_empty(self, t: float, number: int, work: QuayCrane, fleet: Fleet) -> None:
        found = self._free_lane(work, fleet)
        if found is None or work.next_box() is None:
            return
        lane, spot = found
        idle = [v for v in fleet.vehicles if v.duty == "idle" and v.box is None and v.arrives <= t]
        idle.sort(key=lambda v: (v.spot.form != "lane", self._way(v.spot, spot), v.number))
        for vehicle in idle[:4]:
            if fleet.drive(t, vehicle, spot):
                vehicle.duty, vehicle.crane = "crane", number
                work.coming[vehicle.number] = lane
                return

    @staticmethod
    def _way(a: Spot, b: Spot) -> float:
        """About how far it is to drive to a quay crane: vehicles come from behind."""
        ahead = b.s - a.s
        return ahead if ahead > 45 else 220 - ahead

    def _call_loaded(self, t: float, number: int, work: QuayCrane, fleet: Fleet) -> None:
        """Have a box from the yard put on an idle vehicle that stands before its block."""
        if work.next_place() is None:
            return
        before = fleet.apron.frame.local(work.crane.x, work.crane.y)[0] + 100
        idle = [v for v in fleet.vehicles if v.duty == "idle" and v.box is None and v.spot.form == "nose"]
        chance = self.random.random(len(fleet.vehicles))
        idle.sort(key=lambda v: (abs(v.spot.s - before) // 90, chance[v.number]))
        for vehicle in idle:
            if vehicle.arrives > t:
                continue
            zone = self.setting.sea[vehicle.spot.owner]
            if (
                zone.crane.row not in self.broken
                and len(zone.queue) < 2
                and zone.piles.liftable(zone.low, zone.high, 40)
            ):
                vehicle.duty, vehicle.crane = "zone", number
                work.expected += 1
                zone.queue.append(self._task(vehicle, fleet))
                return

    def _task(self, vehicle: Vehicle, fleet: Fleet) -> Task:
        x, y = fleet.apron.frame.site(vehicle.spot.s, vehicle.spot.v)
        return Task(vehicle.row, x, y, vehicle.deck, vehicle.box)

    # -- on the way

    def _vehicle(self, t: float, vehicle: Vehicle, fleet: Fleet) -> None:
        if vehicle.duty == "served" and vehicle.leaves <= t:
            if vehicle.crane >= 0:
                self._to_crane(t, vehicle, fleet)
            elif vehicle.box is not None:
                self._to_block(t, vehicle, fleet)
            else:
                vehicle.duty = "idle"
        if vehicle.duty == "idle" and vehicle.spot.form == "quay" and vehicle.spot.owner >= 0 and int(t) % 4 == 0:
            self._to_rest(t, vehicle, fleet)
        if vehicle.duty == "coming" and vehicle.arrives <= t:
            vehicle.duty = "zone"
            self.setting.sea[vehicle.spot.owner].queue.append(self._task(vehicle, fleet))

    def _to_crane(self, t: float, vehicle: Vehicle, fleet: Fleet) -> None:
        work = self.setting.quay_cranes[vehicle.crane]
        found = self._free_lane(work, fleet)
        if found is not None and int(t) % 2 == 0 and fleet.drive(t, vehicle, found[1]):
            vehicle.duty = "crane"
            work.expected -= 1
            work.coming[vehicle.number] = found[0]

    def _to_block(self, t: float, vehicle: Vehicle, fleet: Fleet) -> None:
        """Bring the box to a block near by that has room and little to do."""
        if int(t) % 2:
            return
        box = vehicle.box if vehicle.box is not None else 0
        feet = self.setting.maker.boxes.feet(box)
        for zone, spot in self._blocks(vehicle, fleet)[:4]:
            if zone.piles.free(zone.low, zone.high, feet) and fleet.drive(t, vehicle, spot):
                vehicle.duty = "coming"
                zone.coming += 1
                return

    def _to_rest(self, t: float, vehicle: Vehicle, fleet: Fleet) -> None:
        for _, spot in self._blocks(vehicle, fleet)[:4]:
            if fleet.drive(t, vehicle, spot):
                return

    def _blocks(self, vehicle: Vehicle, fleet: Fleet) -> list[tuple[Zone, Spot]]:
        """Zones with a free spot, the handiest first."""
        taken = fleet.taken()
        out = []
        for block, spots in self.setting.spots.items():
            zone = self.setting.sea[block]
            spots = [self._at_bay(zone, spot) for spot in spots]
            free = [
                s
                for s in spots
                if s not in taken
                and not (s.form == "lane" and any(o.owner == block and o.form == "lane" for o in taken))
            ]
            if zone.crane.row in self.broken or not free:
                continue
            if vehicle.box is None and len(free) <= KEPT_FREE and len(spots) > KEPT_FREE:
                continue
            spot = free[int(self.random.integers(len(free)))]
            far = abs(spot.s - vehicle.spot.s) + 70 * (len(zone.queue) + zone.coming) + 60 * self.random.random()
            out.append((far, block, zone, spot))
        return [(zone, spot) for _, _, zone, spot in sorted(out, key=lambda o: o[:2])]

    def _at_bay(self, zone: Zone, spot: Spot) -> Spot:
        """A spot in a lane along the block lies at the bay that has room."""
        if spot.form != "lane" or self.fleet is None:
            return spot
        free = zone.piles.free(zone.low, zone.high, 40)
        if not free:
            return spot
        bay = free[int(self.random.integers(len(free)))][0]
        x, y = self.setting.terminal.slot_xy(np.array([zone.block]), np.array([bay]), np.array([1]))
        return Spot(
            spot.owner,
            spot.form,
            round(self.fleet.apron.frame.local(float(x[0]), float(y[0]))[0], 3),
            spot.v,
            spot.low,
            spot.high,
        )

    # -- in the yard

    def _zone(self, t: float, zone: Zone) -> None:
        if zone.crane.free > t or zone.crane.row in self.broken:
            return
        other = self.setting.sea.get(zone.block)
        if zone.queue:
            self._work(t, zone, zone.queue.popleft())
        elif self.random.random() < TIDY:
            calm = (
                other is not None
                and other is not zone
                and not other.queue
                and not other.coming
                and other.crane.free <= t
            )
            if not (calm and other is not None and self.random.random() < 0.4 and zone.pass_over(t, other, self.say)):
                zone.tidy(t, self.say)

    def _work(self, t: float, zone: Zone, task: Task) -> None:
        vehicle = self.by_row[task.vehicle]
        if task.box is not None:
            left = zone.store(t, task, self.say)
            if left is None:
                zone.queue.append(task)
                return
            zone.coming -= 1
            vehicle.box, vehicle.leaves = None, left
        else:
            found = zone.fetch(t, task, self.say)
            if found is None:
                vehicle.duty, vehicle.crane = "idle", -1
                return
            vehicle.leaves, vehicle.box = found
        vehicle.load.set(
            vehicle.leaves - 5.5, self.setting.maker.boxes.mass[vehicle.box] if vehicle.box is not None else 0
        )
        vehicle.duty = "served"

    @cached_property
    def by_row(self) -> dict[int, Vehicle]:
        """Vehicles by machine row."""
        fleets = [self.fleet] if self.fleet else []
        trucks = self.landside.fleet.vehicles if self.landside else []
        return {v.row: v for v in [*(v for fleet in fleets for v in fleet.vehicles), *trucks]}


def at_work(terminal: Terminal, roster: Roster, *, seed: int, share: float = 0.6) -> Operation:
    """A terminal with everything in its place, at second 0."""
    maker = Maker(roster, np.random.default_rng(seed))
    setting = yard_of(terminal, maker, share)
    kind = lay_out(setting)
    cranes = machines(terminal, ("sts",))
    reach = min((-k.joints[k.joint("trolley")].low for _, k in cranes), default=40.0)
    lift = min((k.joints[k.joint("hoist")].high for _, k in cranes), default=40.0)
    ships = alongside(terminal, roster, maker, reach=reach, lift=lift)
    crew(setting, ships)
    fleet = None
    if kind is not None and setting.apron is not None:
        fleet = Fleet(terminal, setting.apron, standing(setting, kind))
    operation = Operation(
        setting, ships, fleet, landside_of(setting), np.random.default_rng(maker.random.integers(1 << 60))
    )
    _break_one(operation)
    return operation


def _break_one(operation: Operation) -> None:
    """One yard crane is out of order, as there always is one."""
    zones = operation.setting.zones
    if len(zones) > 4:
        crane = zones[len(zones) * 2 // 3].crane
        crane.status = type(crane.status)(int(Status.FAULT))
        operation.broken.add(crane.row)
