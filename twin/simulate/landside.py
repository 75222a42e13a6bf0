"""Trucks behind the yard: out of the truck park, backwards into a lane before a block, and back again."""

from dataclasses import dataclass

import numpy as np

from twin.catalogue import Kind
from twin.simulate.apron import Apron, Frame, Spot
from twin.simulate.cranes import standing_height
from twin.simulate.setting import Setting, machines, quay_frame
from twin.simulate.vehicles import Fleet, Vehicle
from twin.simulate.yard_cranes import Task, Zone

DEPTH = 12.0  # metres from a block's end to the middle of the box on a truck
BACK = 26.0  # metres a truck drives past a lane before it backs into it
RADIUS = 8.0  # metres, of the middle of a truck that may sweep a circle of 12.5 m
BUSY = 6  # trucks on the move or before a block at a time


@dataclass
class Landside:
    """The trucks, their road (s and v of the quay's frame) and the lanes before the blocks."""

    setting: Setting
    fleet: Fleet
    docks: dict[int, list[Spot]]  # by block
    parks: dict[int, Spot]  # by machine row
    random: np.random.Generator

    def second(self, t: float, broken: set[int]) -> None:
        """Decide what begins in second *t*."""
        self.fleet.ground.go_on(t)
        busy = sum(v.duty != "idle" for v in self.fleet.vehicles)
        for vehicle in self.fleet.vehicles:
            if vehicle.arrives > t:
                continue
            if vehicle.duty == "idle" and busy < BUSY and self.random.random() < 0.02:
                busy += self._set_out(t, vehicle, broken)
            elif vehicle.duty == "docking":
                self._docked(vehicle)
            elif (
                vehicle.duty == "served"
                and vehicle.leaves <= t
                and int(t) % 3 == 0
                and self._back_into(t, vehicle, self.parks[vehicle.row])
            ):
                vehicle.duty = "idle"

    def _set_out(self, t: float, vehicle: Vehicle, broken: set[int]) -> bool:
        """Into a free lane of some block."""
        taken = self.fleet.taken()
        blocks = [b for b in self.docks if self.setting.land[b].crane.row not in broken]
        free = [d for b in blocks for d in self.docks[b] if not any(o.owner == b for o in taken)]
        far = sorted((abs(d.s - vehicle.spot.s) + 150 * self.random.random(), d.s, d) for d in free)
        if any(self._back_into(t, vehicle, dock) for _, _, dock in far[:3]):
            vehicle.duty = "docking"
            return True
        return False

    def _back_into(self, t: float, vehicle: Vehicle, to: Spot) -> bool:
        """Forward past a place on the road, then backwards into it; whether there was a way."""
        a = vehicle.spot
        for lane, side in [(v, 1) for v in self.fleet.apron.out] + [(v, -1) for v in self.fleet.apron.home]:
            past = to.s + side * BACK
            if (past - a.s) * side > 2 * RADIUS:
                stop = Spot(to.owner, "road", past, lane)
                there = stop, [[(a.s, a.v), (a.s, lane), (past, lane)]], True
                if self.fleet.chain(t, vehicle, [there, (to, [[(past, lane), (to.s, lane), (to.s, to.v)]], False)]):
                    return True
        return False

    def _docked(self, vehicle: Vehicle) -> None:
        """Before the block: ask its crane for a box, or to take one."""
        x, y = self.fleet.apron.frame.site(vehicle.spot.s, vehicle.spot.v)
        zone = self.setting.land[vehicle.spot.owner]
        if vehicle.box is not None:
            zone.coming += 1
        feet = 40 if self.random.random() < 0.6 else 20
        zone.queue.append(Task(vehicle.row, x, y, vehicle.deck, vehicle.box, feet))
        vehicle.duty = "zone"


def landside_of(setting: Setting) -> Landside | None:
    """Trucks, where the layout has a truck park, a painted road behind the blocks, and lanes from it to them."""
    terminal = setting.terminal
    trucks = machines(terminal, ("truck",))
    if not trucks or not terminal.quays or not setting.land:
        return None
    frame = quay_frame(max(terminal.quays, key=lambda q: np.hypot(q.x1 - q.x0, q.y1 - q.y0)))
    docks = {block: spots for block, zone in sorted(setting.land.items()) if (spots := _docks(setting, zone, frame))}
    if not docks:
        return None
    behind = max(spot.v for spots in docks.values() for spot in spots)
    out, home = _road(setting, frame, behind)
    parks = {row: _park(setting, frame, row) for row, _ in trucks}
    parked = [
        (row, kind, spot)
        for row, kind in trucks
        if (spot := parks[row]) is not None and out and home and spot.v > max(home) + 20
    ]
    if not parked:
        return None
    apron = Apron(frame, tuple(out), tuple(home), -1e6, 1e6, RADIUS)
    fleet = Fleet(terminal, apron, [_truck(setting, n, *each) for n, each in enumerate(parked)])
    random = np.random.default_rng(setting.maker.random.integers(1 << 60))
    return Landside(setting, fleet, docks, {row: spot for row, _, spot in parked}, random)


def _truck(setting: Setting, number: int, row: int, kind: Kind, spot: Spot) -> Vehicle:
    own = setting.terminal.machines
    deck, ahead = standing_height(kind)
    x, y, yaw = float(own.x[row]), float(own.y[row]), float(own.yaw[row])
    return Vehicle(row, number, kind, spot, x, y, yaw, deck, ahead)


def _park(setting: Setting, frame: Frame, row: int) -> Spot | None:
    """Where a truck is parked, if it looks towards the quay."""
    own = setting.terminal.machines
    if np.sin(own.yaw[row] - frame.yaw) > -0.99:
        return None
    return Spot(-1 - row, "nose", *frame.local(float(own.x[row]), float(own.y[row])))


def _docks(setting: Setting, zone: Zone, frame: Frame) -> list[Spot]:
    """Painted truck lanes that lead to the landward end of a block across the quay's direction."""
    b, k = setting.terminal.blocks, zone.block
    turn = float(np.sin(b.yaw[k] - frame.yaw))
    if abs(turn) < 0.99:
        return []
    end = float(b.bays[k] * b.bay_pitch[k]) if turn > 0 else 0.0
    cos, sin = np.cos(b.yaw[k]), np.sin(b.yaw[k])
    s, v = zip(
        *(
            frame.local(float(b.x[k] + cos * end - sin * c), float(b.y[k] + sin * end + cos * c))
            for c in (0.0, float(b.rows[k] * b.row_pitch[k] * b.row_sign[k]))
        )
    )
    joint, out = zone.crane.joint("trolley"), []
    for lane in setting.terminal.lanes:
        (s0, v0), (s1, v1) = frame.local(*lane.points[0]), frame.local(*lane.points[-1])
        if (
            lane.kind == "truck"
            and abs(s1 - s0) < 0.5
            and min(s) < s0 < max(s)
            and min(v0, v1) < max(v) + DEPTH < max(v0, v1)
            and joint.low <= zone.crane.reach(*frame.site(s0, max(v) + DEPTH))[1] <= joint.high
        ):
            out.append(Spot(k, "nose", s0, max(v) + DEPTH))
    return out[1:-1:2] or out[:1]


def _road(setting: Setting, frame: Frame, behind: float) -> tuple[list[float], list[float]]:
    """v of the truck lanes along the quay's direction that lie next behind the docks: driven +s, and -s."""
    out: list[float] = []
    home: list[float] = []
    for lane in setting.terminal.lanes:
        (s0, v0), (s1, v1) = frame.local(*lane.points[0]), frame.local(*lane.points[-1])
        if lane.kind == "truck" and abs(v1 - v0) < 0.5 and abs(s1 - s0) > 100 and v0 > behind + 15:
            (out if s1 > s0 else home).append(v0)
    return sorted(out)[:2], sorted(home)[:2]
