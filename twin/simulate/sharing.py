"""Which quay crane works which ship, and at which bay."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import accumulate

from twin.simulate.calls import Vessel
from twin.simulate.handover import TWIN_OFFSET
from twin.simulate.quay_rails import QuayRails
from twin.simulate.reach import gantry_at
from twin.simulate.stowplan import BayWork


@dataclass
class Sharing(QuayRails):
    """The work at the ships alongside, shared among the cranes."""

    assigned: dict[int, Vessel] = field(default_factory=dict)  # machine row -> ship
    vessels: list[Vessel] = field(default_factory=list)  # alongside, in the order of berthing

    def change(self) -> None:
        """Something has changed for cranes that wait: share the work anew."""
        needing = [v for v in self.vessels if v.worked and v.todo]
        needing.sort(key=lambda v: (-_left(v) / (len(v.going) + 1), v.number))
        for vessel in needing:
            self._give_work(vessel, self._quota(vessel))
        for vessel in needing:  # cranes that the others have no use for now
            self._give_work(vessel, vessel.most)
        changed, self.changed = self.changed, self.env.event()
        changed.succeed()

    def _quota(self, vessel: Vessel) -> int:
        """How many cranes are to work a ship: her part of all, by the work left."""
        others = [v for v in self.vessels if v.worked and v.hull.quay is vessel.hull.quay]
        cranes = len([row for row in self.of_quay(vessel.hull) if row not in self.dead])
        total = sum(_left(v) for v in others)
        return min(vessel.most, max(round(cranes * _left(vessel) / max(total, 1e-9)), 1))

    def _give_work(self, vessel: Vessel, quota: int) -> None:
        """Have the ship's idle cranes, and the free ones nearest to her, begin bays of hers: *quota* cranes in all."""
        idle = [row for row in vessel.gang if row not in vessel.going and self._has_way(row, vessel)]
        free = [row for _, row in sorted(self._free(vessel))]
        rail_order = {row: i for row in self.cranes for i, c in enumerate(self.works.rails[row].cranes) if c.row == row}
        room = max(quota - len(vessel.going), 0)
        some = sorted((idle + free)[:room], key=lambda row: rail_order[row])
        gang = sorted([*vessel.going, *some], key=lambda row: rail_order[row])
        for row in some:
            work = self._choose(row, vessel, gang)
            if work is not None:
                vessel.todo.remove(work)
                vessel.going[row] = work
                if row not in vessel.gang:
                    self.assigned[row] = vessel
                    vessel.gang.append(row)

    def _free(self, vessel: Vessel) -> Iterator[tuple[float, int]]:
        """Cranes without a ship that can come to one of her bays now, past no crane of another ship: metres, row."""
        for row in self.of_quay(vessel.hull):
            if row in self.assigned or row in self.dead or self._wrong_side(row, vessel):
                continue
            if self._has_way(row, vessel):
                crane = self.cranes[row]
                yield abs(crane.crane.reach(*vessel.hull.place(0.0, 0.0))[0] - crane.crane.gantry.value), row

    def _has_way(self, row: int, vessel: Vessel) -> bool:
        """Whether a crane can come to a bay with work left while those that work stay where they are."""
        there = self._places(row)
        return any(self._within(row, vessel, work.k, there, self._aside(work)) for work in vessel.todo)

    def _aside(self, work: BayWork) -> float:
        """Metres to each side of a bay that a crane needs for its work."""
        return TWIN_OFFSET if work.alone(self.works.maker.boxes) else 0.0

    def _wrong_side(self, row: int, vessel: Vessel) -> bool:
        """Whether a crane of a ship farther along the quay stands before this one, or the other way round."""
        rail = self.works.rails[row]
        order = {crane.row: i for i, crane in enumerate(rail.cranes)}
        for other, theirs in self.assigned.items():
            if other in order and theirs is not vessel:
                there = self._along(other, theirs.hull) - self._along(row, vessel.hull)
                if (order[other] - order[row]) * there < 0:
                    return True
        return False

    def _places(self, row: int) -> dict[int, float]:
        """Metres along the rail at which the others on the rail of crane *row* are at work, or soon will be."""
        rail = self.works.rails[row]
        out = {c.row: rail.along(c, c.gantry.value) for c in rail.cranes if c.row != row and rail.busy(c)}
        for vessel in self.vessels:
            for other, work in vessel.going.items():
                if other in self.windows and self.works.rails[other] is rail and other != row:
                    qc = self.cranes[other]
                    out[other] = rail.along(qc.crane, gantry_at(qc, vessel.hull, work.k))
        return out

    def _choose(self, row: int, vessel: Vessel, gang: list[int]) -> BayWork | None:
        """The next bay for a crane of *gang*, which is in the order of the rail."""
        there = self._places(row)
        options = [work for work in vessel.todo if self._within(row, vessel, work.k, there, self._aside(work))]
        if not options:
            return None
        along = {work.k: gantry_at(self.cranes[row], vessel.hull, work.k) for work in vessel.todo}
        bays = sorted(vessel.todo, key=lambda work: along[work.k])
        share = sum(work.weight for work in bays) / len(gang)
        begins = [0.0, *accumulate(work.weight for work in bays)]
        mine = gang.index(row) * share
        part = {work.k: (b + work.weight / 2 - mine) / max(share, 1e-9) for work, b in zip(bays, begins, strict=False)}

        def outside(work: BayWork) -> tuple[float, float]:
            p = part[work.k]
            return max(-p, p - 1.0, 0.0), along[work.k]

        return min(options, key=outside)

    def _wanted_elsewhere(self, vessel: Vessel) -> bool:
        """Whether another ship at the quay has fewer cranes than she should."""
        others = [v for v in self.vessels if v is not vessel and v.worked and v.todo]
        return any(v.hull.quay is vessel.hull.quay and len(v.gang) < self._quota(v) for v in others)


def _left(vessel: Vessel) -> float:
    """The work left at a ship, in lifts, the bays that cranes are at counted by half."""
    return sum(work.weight for work in vessel.todo) + sum(work.weight / 2 for work in vessel.going.values())
