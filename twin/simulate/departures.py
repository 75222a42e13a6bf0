"""How trucks leave: from where they stand through a booth of the gate and on to the public road, planned in one go.

Nobody keeps a place at the booth for a truck that is still far off: what is reserved is the booth for the seconds in
which the truck stands there.  At the end of its way the truck is gone, so there it is in nobody's way.
"""

from dataclasses import dataclass
from math import cos, sin

import numpy as np

from twin.facts import Status
from twin.geometry import Floats
from twin.simulate._ground import DT
from twin.simulate.drivers import Drivers, Lane, Truck
from twin.simulate.fleet import Drive
from twin.simulate.ground import SETTLE, WAITS
from twin.simulate.handover import Process
from twin.simulate.reservations import instant
from twin.simulate.spots import Spot

POLL = 5.0  # seconds after which a truck that finds no way out asks again
WAYS = 2  # ways tried to each booth
OUTSIDE = 2000.0  # metres beyond the end of a road to where the reservations have those that are gone, at the least
APART = 10.0  # metres between two of them for each second between their leaving, who left first farther off
AGAIN = 50_000.0  # seconds after which those distances begin anew.  All made up


@dataclass(frozen=True)
class _Plan:
    """A drive through a booth, seconds from its beginning, and when the truck comes to stand there."""

    whole: Drive
    stands: float


@dataclass
class Departures:
    """The lanes out, and the places on the public road where trucks are gone."""

    drivers: Drivers
    lanes: list[Lane]
    roads: list[Spot]

    def leave(self, truck: Truck, road: int, check: float) -> Process:
        """Set out for the end of a road; gives the lane and the second at which the truck leaves the booth."""
        env, plans = self.drivers.works.env, dict[tuple[str, int], list[_Plan]]()
        yield from self.drivers.arrive(truck)
        while (found := self._sent(truck, road, check, plans)) is None:
            road = (road + 1) % len(self.roads)
            yield env.timeout(POLL)
        env.process(self.drivers.on_duty(truck))
        return found

    def _sent(
        self, truck: Truck, road: int, check: float, plans: dict[tuple[str, int], list[_Plan]]
    ) -> tuple[Lane, float] | None:
        """Take the first lane, of those least used lately, through which there is a free way."""
        vehicle, works = truck.vehicle, self.drivers.works
        if works.of_duty(vehicle.row).count:
            return None
        first = instant(works.env.now + SETTLE)
        for lane in sorted(self.lanes, key=lambda one: one.used):
            if (lane.name, road) not in plans:
                plans[lane.name, road] = self._plans(truck, lane, self.roads[road], check)
            for plan in plans[lane.name, road]:
                away = _away(plan.whole.later(first * DT))
                poses = np.vstack([plan.whole.instants, away])
                wait, _ = self.drivers.ground.table.wait(vehicle.number, poses, first, WAITS)
                if wait >= 0:
                    lane.used = (first + wait) * DT + plan.stands
                    self._follow(truck, plan.whole.later((first + wait) * DT), self.roads[road], lane.used, check)
                    return lane, lane.used + check
        return None

    def _plans(self, truck: Truck, lane: Lane, road: Spot, check: float) -> list[_Plan]:
        """Drives through a lane to the end of a road, whenever they begin."""
        ways = self.drivers.ground.plans(truck.vehicle, lane.spots[0])[:WAYS]
        pairs = ((one, self._onward(truck, one, lane.spots[0], road)) for one in ways)
        return [_Plan(_joined(one, two, check), one.end) for one, two in pairs if two is not None]

    def _onward(self, truck: Truck, one: Drive, booth: Spot, road: Spot) -> Drive | None:
        """The drive from the booth to the end of the road, for a truck that has come there by *one*."""
        vehicle, ground = truck.vehicle, self.drivers.ground
        here = vehicle.spot
        vehicle.drives.append(one)
        vehicle.spot = booth
        found = ground.plans(vehicle, road)
        vehicle.drives.pop()
        vehicle.spot = here
        return found[0] if found else None

    def _follow(self, truck: Truck, whole: Drive, road: Spot, stands: float, check: float) -> None:
        ground, vehicle = self.drivers.ground, truck.vehicle
        ground.follow(vehicle, whole, road)
        ground.table.rest[vehicle.number] = _away(whole)
        vehicle.status.set(stands, Status.IDLE)
        vehicle.status.set(stands + check, Status.MOVING)
        vehicle.status.set(whole.end, Status.IDLE)


def _joined(one: Drive, two: Drive, pause: float) -> Drive:
    """One drive, a pause, and the other."""
    rows = two.rows.copy()
    rows[:, 0] += float(one.rows[-1, 0]) + pause
    rows[:, 1] += float(one.rows[-1, 1])
    rows[:, 5] += float(one.rows[-1, 5]) - float(rows[0, 5])
    return Drive(one.start, np.concatenate([one.rows, rows]))


def _away(whole: Drive) -> Floats:
    """Where the reservations have a truck once it is gone: straight on, so that none meets another on the way."""
    x, y, yaw = (float(v) for v in whole.rows[-1, 3:])
    far = OUTSIDE + APART * (-whole.end % AGAIN)
    return np.array([x + far * cos(yaw), y + far * sin(yaw), yaw])
