"""What stands still, and how, while a ship moves at her berth."""

from dataclasses import dataclass

from twin.simulate.handover import Process
from twin.simulate.hulls import Hull
from twin.simulate.lifts import QuayCrane
from twin.simulate.quay_rails import AGAIN, along_quay, on_quay
from twin.simulate.sharing import Sharing

BESIDE = 15.0  # metres beyond a ship's ends in which no crane stands while she berths.  Made up
FLARE = 0.2  # share of her length at each end, bow and stern, in front of which no crane stands then.  The flat body
# is 35 to 60 % of it [B]


@dataclass
class Clearing(Sharing):
    """A stretch of quay is cleared for a ship, and given free again."""

    def clear(self, hull: Hull, held: list[QuayCrane], after: float = 0.0) -> Process:
        """Have all cranes at a ship's berth stand still, booms up, clear of her ends; they are added to *held*.

        This begins *after* seconds.
        """
        yield self.env.timeout(after)
        stretch = hull.quay.name, hull.low - BESIDE, hull.high + BESIDE
        self.closed.append(stretch)
        rows = self.of_quay(hull)
        for row in rows:
            qc = self.cranes[row]
            rail = self.works.rails[row]
            if row in self.dead:
                continue
            while rail.busy(qc.crane) and self._near(qc, stretch):
                yield self.env.timeout(max(qc.free(self.env.now) - self.env.now, AGAIN))
            if not self._near(qc, stretch):
                continue
            rail.stay(qc.crane)
            held.append(qc)
            yield from self._stand_clear(qc, hull)
        raising = [self.env.process(self._boom(qc, qc.boom_up)) for qc in held]
        if raising:
            yield self.env.all_of(raising)

    def _stand_clear(self, qc: QuayCrane, hull: Hull) -> Process:
        """Move a crane out of the way of bow and stern, if there is room beside it."""
        here = on_quay(qc, hull.quay, qc.crane.gantry.value)
        flare = FLARE * hull.kind.length
        if hull.low + flare <= here <= hull.high - flare:
            return
        bow = here > hull.middle
        wanted = [hull.high - flare, hull.high + BESIDE] if bow else [hull.low + flare, hull.low - BESIDE]
        rail = self.works.rails[qc.row]
        order = [c.row for c in rail.cranes]
        i = order.index(qc.row)
        others = {c.row: rail.along(c, c.gantry.value) for c in rail.cranes if c is not qc.crane}
        low, high = self.windows[qc.row].limits(i, others)
        for s in sorted(wanted, key=lambda s: abs(s - here)):
            gantry = qc.crane.gantry.value + (s - here) * along_quay(qc, hull.quay)
            if low <= rail.along(qc.crane, gantry) <= high and rail.free(qc.crane, gantry):
                rail.settle(qc.crane, [gantry])
                yield from self._drive(qc, gantry)
                rail.settle(qc.crane)
                return

    def reopen(self, hull: Hull, held: list[QuayCrane]) -> None:
        """Cranes may move again at a ship's berth, those *held* too."""
        self.closed.remove((hull.quay.name, hull.low - BESIDE, hull.high + BESIDE))
        for qc in held:
            self.works.rails[qc.row].release(qc.crane)
        self.change()
