"""Marked places on the ground behind quay cranes, where these and straddle carriers set boxes down for each other."""

from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from twin.simulate.ground import WAITS, Ground
from twin.simulate.handover import Stop
from twin.simulate.reservations import instant

LENGTH, WIDTH = 13.8, 2.6  # metres of ground that is kept for a box: a 45' one, and a little
LEFT = 2  # places of a crane that boxes to be loaded leave free while it still discharges.  Made up


@dataclass
class Mark:
    """A place that is kept: its number in the reservations, its crane, its stop, whether it is for loading."""

    number: int
    crane: int
    stop: Stop
    loading: bool


class Calling(Protocol):
    """What a place is wanted for."""

    crane: int
    gantry: float
    loading: bool
    stop: Stop


@dataclass
class Marks:
    """All places that are kept; a place is kept as soon as nobody stands or drives there."""

    ground: Ground
    group: str
    kept: list[Mark] = field(default_factory=list)
    spare: list[int] = field(default_factory=list)  # numbers in the reservations
    discharging: dict[int, int] = field(default_factory=dict)  # crane -> boxes it is about to set down somewhere

    def keep(self, wanted: Calling) -> Mark | None:
        """Keep a place for *wanted*, and put its stop there; None: there is none now."""
        mine = [m for m in self.kept if m.crane == wanted.crane]
        spots = self.ground.crane_spots(wanted.crane, wanted.gantry, self.group)
        left = LEFT if self.discharging.get(wanted.crane, 0) else 0
        if wanted.loading and sum(m.loading for m in mine) >= max(len(spots) - left, 1):
            return None
        number = self._number()
        now = instant(self.ground.works.env.now)
        for spot in spots:
            pose = spot.pose
            if self.ground.table.wait(number, np.array([pose, pose]), now, WAITS[:1])[0] >= 0:
                self.ground.table.stand(number, pose)
                stop = wanted.stop
                stop.x, stop.y, stop.yaw, stop.lane = *pose, spot.lane
                self.kept.append(Mark(number, wanted.crane, stop, wanted.loading))
                return self.kept[-1]
        self.spare.append(number)
        return None

    def of(self, stop: Stop) -> Mark | None:
        """The place kept for a stop."""
        return next((m for m in self.kept if m.stop is stop), None)

    def drop(self, stop: Stop) -> None:
        """The box has been taken away."""
        mark = self.of(stop)
        if mark is not None:
            self.kept.remove(mark)
            self.ground.table.stand(mark.number, (stop.x, stop.y, stop.yaw), there=False)
            self.spare.append(mark.number)

    def _number(self) -> int:
        if self.spare:
            return self.spare.pop()
        return self.ground.table.add(LENGTH, WIDTH, (0.0, 0.0, 0.0), there=False)
