"""Vehicles between quay and yard: where each is, what it carries, where it may drive."""

from dataclasses import dataclass, field

import numpy as np

from twin.catalogue import Kind
from twin.facts import Status
from twin.geometry import Floats
from twin.simulate.apron import Apron, Reservations, Spot, solids
from twin.simulate.cranes import standing_height
from twin.simulate.motion import Steps
from twin.simulate.paths import Drive, Point, driven, rounded
from twin.simulate.setting import Setting, machines
from twin.terminal import Terminal

WAITS = (0.0, 1.0, 2.0, 3.0, 5.0, 7.0, 10.0, 14.0, 19.0, 25.0)  # seconds a vehicle may wait for its way to be free


@dataclass
class Vehicle:
    """One vehicle: machine row, kind, the spot it stands on or drives to, and its drives (seconds)."""

    row: int
    number: int  # its row in the reservations
    kind: Kind
    spot: Spot
    x: float
    y: float
    yaw: float
    deck: float  # metres, where a box stands
    ahead: float  # metres, how far before its centre the middle of that box is
    forward: bool = True  # how it last drove
    box: int | None = None
    # 'idle'; 'crane', at or to a quay crane; 'coming' or 'docking', to a block; 'zone', there; 'served', till *leaves*
    duty: str = "idle"
    crane: int = -1  # number of the quay crane it works for
    leaves: float = 0.0
    drives: list[Drive] = field(default_factory=list)
    status: Steps = field(default_factory=lambda: Steps(Status.IDLE))
    load: Steps = field(default_factory=lambda: Steps(0))

    @property
    def arrives(self) -> float:
        """The second at which it stands on its spot."""
        return self.drives[-1].end if self.drives else -np.inf

    def sampled(self, t: Floats) -> tuple[Floats, Floats, Floats]:
        """x, y, yaw (n,) at rising seconds *t*."""
        pose = np.broadcast_to(np.array([self.x, self.y, self.yaw]), (len(t), 3)).copy()
        for drive in self.drives:
            begun = t >= drive.start
            pose[begun] = drive.at(t[begun])
        return pose[:, 0], pose[:, 1], pose[:, 2]

    def forget(self, before: float) -> None:
        """Drop drives that ended before second *before*."""
        while self.drives and self.drives[0].end < before:
            done = self.drives.pop(0)
            self.x, self.y, self.yaw = float(done.x[-1]), float(done.y[-1]), float(done.yaw[-1])
        self.status.forget(before)
        self.load.forget(before)


class Fleet:
    """All vehicles of an apron, driven so that no two meet."""

    def __init__(self, terminal: Terminal, apron: Apron, vehicles: list[Vehicle]) -> None:
        self.apron, self.vehicles = apron, vehicles
        sizes = np.array([(v.kind.length, v.kind.width) for v in vehicles], float).reshape(-1, 2)
        x, y, yaw = np.array([(v.x, v.y, v.yaw) for v in vehicles], float).reshape(-1, 3).T
        fixed = solids(terminal, {v.row for v in vehicles})
        self.ground = Reservations(sizes[:, 0], sizes[:, 1], x, y, yaw, fixed)

    def stands(self, t: float, vehicle: Vehicle) -> bool:
        """Whether it stands on its spot at second *t*."""
        return vehicle.arrives <= t

    def taken(self) -> set[Spot]:
        """Spots on which a vehicle stands or to which one drives."""
        return {v.spot for v in self.vehicles}

    def drive(self, t: float, vehicle: Vehicle, to: Spot) -> bool:
        """Send *vehicle* to a spot as soon as the way is free; whether a way was found."""
        forward = vehicle.forward if vehicle.spot.form != "nose" else not vehicle.forward
        return self.follow(
            t, vehicle, to, [points for points in self.apron.routes(vehicle.spot, to) if points], forward=forward
        )

    def follow(self, t: float, vehicle: Vehicle, to: Spot, ways: list[list[Point]], *, forward: bool) -> bool:
        """Send *vehicle* to a spot by the quickest free one of *ways*, in the quay's frame; whether there was one."""
        paths = [path for points in ways if (path := self._path(vehicle, points, forward)) is not None]
        speed = vehicle.kind.drive_loaded if vehicle.box is not None else vehicle.kind.drive_empty
        yaw = vehicle.drives[-1].yaw[-1] if vehicle.drives else vehicle.yaw
        start = max(t, vehicle.arrives) + 0.5
        found = [
            driven(
                path, start, speed=speed, acceleration=vehicle.kind.drive_acceleration, yaw=float(yaw), forward=forward
            )
            for path in paths
        ]
        found.sort(key=lambda d: d.end)
        for wait in WAITS:
            for drive in found[:5]:
                later = drive.later(wait)
                if self.ground.free(vehicle.number, later):
                    self._set_off(vehicle, later, to)
                    return True
        return False

    def chain(self, t: float, vehicle: Vehicle, legs: list[tuple[Spot, list[list[Point]], bool]]) -> bool:
        """Send *vehicle* along all *legs* (spot, ways, forward), or not at all; whether all were free."""
        spot, forward, drives, ground = vehicle.spot, vehicle.forward, len(vehicle.drives), self.ground
        pose, last = ground.pose[vehicle.number].copy(), ground.last[vehicle.number].copy()
        if all(self.follow(t, vehicle, to, ways, forward=ahead) for to, ways, ahead in legs):
            return True
        vehicle.spot, vehicle.forward = spot, forward
        if len(vehicle.drives) > drives:
            vehicle.status.set(vehicle.drives[drives].start, Status.IDLE)
            del vehicle.drives[drives:]
        ground.pose[vehicle.number], ground.last[vehicle.number] = pose, last
        return False

    def _path(self, vehicle: Vehicle, points: list[Point], forward: bool) -> Floats | None:
        """The rounded path of the vehicle's centre, which stops short so that the box comes to stand on the spot."""
        site = [self.apron.frame.site(*p) for p in points]
        off = vehicle.ahead if forward else -vehicle.ahead
        if off:
            (x0, y0), (x1, y1) = site[-2], site[-1]
            long = float(np.hypot(x1 - x0, y1 - y0))
            site[-1] = (x1 - (x1 - x0) / long * off, y1 - (y1 - y0) / long * off)
            here = vehicle.drives[-1] if vehicle.drives else None
            site[0] = (float(here.x[-1]), float(here.y[-1])) if here else (vehicle.x, vehicle.y)
        return rounded(site, self.apron.radius)

    def _set_off(self, vehicle: Vehicle, drive: Drive, to: Spot) -> None:
        self.ground.take(vehicle.number, drive)
        vehicle.drives.append(drive)
        vehicle.spot, vehicle.forward = to, drive.forward
        vehicle.status.set(drive.start, Status.MOVING)
        vehicle.status.set(drive.end, Status.IDLE)


def standing(setting: Setting, kind: Kind) -> list[Vehicle]:
    """The vehicles at the start, before the blocks or where the layout parks them."""
    terminal, apron = setting.terminal, setting.apron
    assert apron is not None
    deck, ahead = standing_height(kind)
    rows = [row for row, k in machines(terminal, (kind.group,)) if k.name == kind.name]
    spots = [list(reversed(spots)) for spots in setting.spots.values()]
    random = setting.maker.random
    for block in spots:
        random.shuffle(block)
    places = [
        block[n]
        for n in range(max(map(len, spots)))
        for block in spots
        if n < len(block) - 2 and block[n].form == "nose"
    ]
    out: list[Vehicle] = []
    for number, row in enumerate(rows):
        if number < len(places):
            spot, yaw = places[number], apron.frame.yaw + np.pi / 2
            x, y = apron.frame.site(spot.s, spot.v)
        else:
            x, y, yaw = (
                float(column[row]) for column in (terminal.machines.x, terminal.machines.y, terminal.machines.yaw)
            )
            s, v = apron.frame.local(x, y)
            spot = Spot(-1 - row, "quay", s, v)
        out.append(Vehicle(row, number, kind, spot, x, y, yaw, deck, ahead))
    return out
