"""The ground as trucks from outside see it: places on lanes, docks before blocks."""

from dataclasses import dataclass

from twin.errors import TwinError
from twin.simulate.fleet import Vehicle
from twin.simulate.ground import Ground
from twin.simulate.handover import Process, Stop
from twin.simulate.spots import Spot

GROUP = "truck"


class NoRoom(TwinError):
    """A truck that is to appear where somebody stands."""


@dataclass
class Roadway:
    """What trucks may ask of the ground; rows are machine rows."""

    ground: Ground

    def place(self, pose: tuple[float, float, float]) -> Spot:
        """A place on a lane for the middle of a truck."""
        x, y, yaw = pose
        return Spot("lane", round(x, 3), round(y, 3), yaw, middle=True)

    def parks(self) -> list[tuple[int, Spot]]:
        """The terminal's own trucks and where they are parked."""
        return [(vehicle.row, vehicle.spot) for vehicle in self.ground.of_group(GROUP)]

    def docks(self, block: int, bay: int) -> list[Spot]:
        """Places where the cranes of *block* serve a truck for *bay*, by lane."""
        return self.ground.spots_at(block, group=GROUP, land=True, bay=bay)

    def appear(self, row: int, spot: Spot) -> None:
        """The truck is there from now on.  Raises `NoRoom` where somebody stands in the way."""
        if not self.ground.appears(self._truck(row), spot):
            name = self.ground.works.roster.machines.name[row]
            raise NoRoom(f"{name}: somebody stands at ({spot.x:.1f}, {spot.y:.1f}), where it was to appear")

    def set_out(self, row: int, spot: Spot) -> Process:
        """Wait until there is a free way, and drive; returns, on setting out, the second at which it arrives.

        Whoever calls it has the truck's duty.
        """
        truck = self._truck(row)
        yield from self.ground.set_out(truck, spot, held=True)
        return truck.arrives

    def leave(self, row: int) -> None:
        """The truck is gone."""
        self.ground.leave(self._truck(row))

    def stop(self, row: int) -> Stop:
        """The truck as it stands, for the yard."""
        return self.ground.stop(self._truck(row))

    def _truck(self, row: int) -> Vehicle:
        return self.ground.vehicle(row, self.ground.works.guest_kind.get(row, GROUP))
