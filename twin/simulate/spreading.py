"""The spreader of a quay crane at a ship's bay: what is in its way, and its movements."""

from dataclasses import dataclass

import numpy as np
import simpy

from twin.facts import Status
from twin.simulate.boxes import LENGTHS, Boxes
from twin.simulate.cranes import LOCK
from twin.simulate.handover import AFT, FORE, MIDDLE, TWIN_OFFSET, Process, Stop, Transport
from twin.simulate.hatches import Ashore, Hatches
from twin.simulate.hulls import Hull
from twin.simulate.lifts import OVER, VEHICLE_TOP, WIDTH, Obstacle, QuayCrane
from twin.simulate.stowage import COVER, Aboard, Layer
from twin.simulate.stowplan import BayWork
from twin.simulate.works import ROUTINE, Works

GAP = 0.8  # metres above its place at which it does so
QUAY_EDGE = -3.2  # trolley position from which vehicles are reckoned with
BESIDE = 4.0  # metres from the middle of a lane within which a tall vehicle may stand: half of it, and to spare
SPARE = 0.5  # metres of the neighbouring bays that a load is taken to reach into


@dataclass
class Spreading:
    """*crane* at one 40' bay of a ship, and where its spreader may go; it stands there already, boom down."""

    works: Works
    crane: QuayCrane
    hull: Hull
    ship: Aboard
    hatches: Hatches
    work: BayWork
    ashore: float | None  # trolley position at which covers can be laid down
    random: np.random.Generator
    below: tuple[Stop, float] | None = None  # the vehicle it has just served, and when it was

    def __post_init__(self) -> None:
        self.env, self.book = self.works.env, self.works.book
        self.boxes: Boxes = self.works.maker.boxes
        crane, hull, k = self.crane.crane, self.hull, self.work.k
        self.same = float(np.cos(hull.yaw - crane.yaw)) > 0
        self.gantry, self.y0 = crane.reach(*hull.place(hull.kind.bays[k], 0.0))
        self.covers = Ashore(self.ashore if self.ashore is not None else 0.0)
        self.z0 = -crane.z  # what the rail's own height takes off heights of the site
        self.duty = self.works.of_duty(self.crane.row)
        assert self.works.transport is not None  # the quay is only worked where somebody carries
        self.transport: Transport = self.works.transport
        self.top = max(VEHICLE_TOP, self.transport.top)
        lanes = self.transport.lanes(self.crane.row)
        self.tall: list[Obstacle] = []
        if self.top > VEHICLE_TOP and lanes:
            self.tall = [(min(lanes) - BESIDE, 1e3, self.top)]

    def _duty(self, deed: Process) -> Process:
        """Do *deed* while nobody else commands the crane."""
        with self.duty.request(priority=ROUTINE) as turn:
            yield turn
            yield from deed

    # What is in the way.

    def trolley(self, y: float) -> float:
        """The trolley over *y* metres to port of the ship's centre line."""
        return self.y0 + (y if self.same else -y)

    def _obstacles(self, half_length: float = 7.0) -> list[Obstacle]:
        kind, k = self.hull.kind, self.work.k
        out: list[Obstacle] = [
            (self.y0 - kind.beam / 2, self.y0 + kind.beam / 2, self.ship.z + kind.deck_z + self.z0),
            (QUAY_EDGE, 1e3, VEHICLE_TOP),
            *self.tall,
            *self.crane.body,
        ]
        for j, x in enumerate(kind.bays):
            if j == k or abs(x - kind.bays[k]) < half_length + 6.1 + SPARE:
                out += [(self.trolley(y) - WIDTH / 2, self.trolley(y) + WIDTH / 2, top + self.z0)
                        for y, top in self.ship.tops(j)]  # fmt: skip
        if self.covers.pile:
            half = max(cover.half for _, cover in self.covers.pile)
            out.append((self.covers.y - half, self.covers.y + half, COVER * len(self.covers.pile)))
        return out

    def _safe(self, below: float) -> float:
        """A height of the spreader that is over everything at this bay."""
        return min(max(top for _, _, top in self._obstacles()) + OVER + below, self.crane.highest)

    # Movements; each returns when it is done.

    def _carry(self, y: float, z: float, *, loaded: bool, aim: tuple[float, float], below: float = 0.0,
               half: float = WIDTH / 2, half_length: float = 7.0) -> Process:  # fmt: skip
        """To *y*, pause a little above *z*, and down to it."""
        t = self.env.now
        there = self._over(y, z + GAP, loaded=loaded, below=below, half=half, half_length=half_length)
        end = self.crane.lower(there + self.random.uniform(*aim), z, loaded=loaded)
        self.crane.crane.status.set(t, Status.WORKING)
        yield self.env.timeout(end - t)

    def _over(self, y: float, z: float, *, loaded: bool, below: float = 0.0, half: float = WIDTH / 2,
              half_length: float = 7.0) -> float:  # fmt: skip
        there = self.crane.over(self._obstacles(half_length), y, z, self.env.now, loaded=loaded, below=below, half=half)
        self._leave()
        return there

    def _leave(self) -> None:
        """Let the vehicle go that was served last, once the spreader is clear of it."""
        if self.below is not None:
            (stop, since), self.below = self.below, None
            clear = self.crane.up_by(since, stop.rise)
            self.env.process(_after(self.env, max(clear - self.env.now, 0.0), stop.done))

    def _grip(self, mass: int, *, lift: bool) -> Process:
        """Lock or unlock; returns at the instant the load changes hands."""
        t = self.env.now
        self.crane.crane.grip(t, mass, lift=lift)
        yield self.env.timeout(LOCK / 2)

    def _stretch(self, length: float, side: int) -> Process:
        """Set the spreader and the gantry for a box of *length*, which stands to one *side* of the bay if it is 20'."""
        crane, t = self.crane, self.env.now
        gantry = self.gantry + (side if self.same else -side) * TWIN_OFFSET
        if crane.crane.joints["spread"].value == length and abs(crane.crane.gantry.value - gantry) < 1e-6:
            return
        up = crane.lower(t, max(self._safe(0.0), crane.crane.joints["hoist"].value), loaded=False)
        self._leave()
        ready = max(crane.spread(up, length), crane.shift(up, gantry, loaded=False))
        yield self.env.timeout(ready - t)

    def _park(self) -> Process:
        """Spreader up, trolley over land, so that the crane may travel."""
        crane, t = self.crane, self.env.now
        there = self._over(crane.home, crane.highest - 0.5, loaded=False)
        there = max(there, crane.spread(there, LENGTHS[40]), crane.shift(there, self.gantry, loaded=False))
        crane.crane.status.set(there, Status.IDLE)
        yield self.env.timeout(there - t)

    def _pause(self) -> Process:
        """Up and out of everybody's way while there is nothing to do."""
        crane, t = self.crane, self.env.now
        z = max(self.top + 2 * OVER, crane.crane.joints["hoist"].value)
        up = crane.lower(t, z, loaded=False)
        self._leave()
        crane.crane.status.set(up, Status.IDLE)
        yield self.env.timeout(up - t)

    # Which hold is which.

    def _side(self, layer: Layer, boxes: tuple[int, ...]) -> int:
        """+1 for one 20' in the fore half of the bay, -1 in the aft half, 0 for what is in the middle."""
        if layer.feet != 20 or len(boxes) == 2:
            return 0
        return layer.side or (1 if boxes[0] == layer.boxes[0] else -1)

    def _holds(self, boxes: tuple[int, ...]) -> tuple[int, ...]:
        """Holds of the spreader for boxes that are (fore, aft) aboard."""
        if len(boxes) == 1:
            return (MIDDLE,)
        return (FORE, AFT) if self.same else (AFT, FORE)

    def _turned(self, stop: Stop, hold: int) -> int:
        """The vehicle's hold under the spreader's, or the other way round: both may look either way."""
        alike = float(np.cos(stop.yaw - self.crane.crane.yaw)) > 0
        return hold if hold == MIDDLE or alike else AFT + FORE - hold


def _after(env: simpy.Environment, seconds: float, done: simpy.Event) -> Process:
    yield env.timeout(seconds)
    done.succeed()
