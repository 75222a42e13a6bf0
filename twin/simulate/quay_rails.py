"""Quay cranes along their rails: where each stands, how it travels, and where nothing may move."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from simpy.resources.resource import PriorityRequest

from twin.facts import Status
from twin.simulate import moorings
from twin.simulate.calls import Vessel
from twin.simulate.cranes import Crane
from twin.simulate.handover import Process
from twin.simulate.hulls import Hull
from twin.simulate.lifts import QuayCrane
from twin.simulate.motion import Channel
from twin.simulate.rails import Rail
from twin.simulate.reach import Window, gantry_at, rails_of
from twin.simulate.rows import crane_of, machines
from twin.simulate.works import ROUTINE, Works
from twin.terminal import Quay

STAGE = 80.0  # metres that a crane claims at a time on a long way.  Made up
AGAIN = 30.0  # seconds after which one looks again


@dataclass
class QuayRails:
    """All quay cranes of a terminal."""

    works: Works
    cranes: dict[int, QuayCrane] = field(default_factory=dict)  # machine row -> crane, in the order of the layout
    windows: dict[int, Window] = field(default_factory=dict)  # machine row -> the rail it stands on
    closed: list[tuple[str, float, float]] = field(default_factory=list)  # quay and metres where nothing may move

    def __post_init__(self) -> None:
        self.env = self.works.env
        self.changed = self.env.event()
        names, out = self.works.terminal.machines.name, self.works.scenario.out_of_service
        self.dead = frozenset(row for row, name in enumerate(names) if name in out)
        self.quay_of = {
            row: q for q in self.works.terminal.quays for row in moorings.quay_cranes(self.works.terminal, q)
        }
        kinds = [crane_of(self.works.terminal, row, kind) for row, kind in machines(self.works.terminal, ("sts",))]
        cranes = [crane for crane in kinds if {"trolley", "hoist", "spread"} <= {j.name for j in crane.kind.joints}]
        for crane in cranes:
            self._stand(crane)
        for group, ends in rails_of(self.works.terminal, cranes):
            self._rail(group, ends)

    def _stand(self, crane: Crane) -> None:
        """Begin with the boom up, the trolley over land."""
        name = self.works.terminal.machines.name[crane.row]
        self.cranes[crane.row] = qc = QuayCrane(crane, name)
        crane.stand(0.0, trolley=qc.home, hoist=qc.highest - 0.5)
        if "boom" in crane.joints:
            crane.joints["boom"] = Channel(qc.boom_up)
        if crane.row in self.dead:
            crane.status.set(-1e9, Status.OFF)
        self.works.tracks[crane.row], self.works.meeting[crane.row] = qc, 0.0

    def _rail(self, group: list[Crane], ends: tuple[float, float]) -> None:
        rail = Rail(self.env, group, self._evade, ends=ends)
        rail.stuck = self._stuck
        window = Window(rail, self.dead)
        for crane in group:
            self.works.rails[crane.row], self.windows[crane.row] = rail, window
            if crane.row in self.dead:
                rail.settle(crane)  # nobody will ever drive it aside

    def _stuck(self, crane: Crane) -> bool:
        users = self.works.of_duty(crane.row).users
        return any(isinstance(turn, PriorityRequest) and turn.priority < ROUTINE for turn in users)

    def of_quay(self, hull: Hull) -> list[int]:
        """Rows of the cranes at a ship's quay."""
        return [row for row in self.cranes if self.quay_of.get(row) is hull.quay]

    def _along(self, row: int, hull: Hull) -> float:
        """Metres along the rail of a ship's middle."""
        crane = self.cranes[row].crane
        return self.works.rails[row].along(crane, crane.reach(*hull.place(0.0, 0.0))[0])

    def _within(self, row: int, vessel: Vessel, k: int, fixed: Mapping[int, float], aside: float = 0.0) -> bool:
        """Whether a crane can come to bay *k* of a ship, and *aside* metres to each side, while others (rows) are at
        *fixed* metres along the rail.
        """
        crane, window = self.cranes[row], self.windows[row]
        order = [c.row for c in window.rail.cranes]
        low, high = window.limits(order.index(row), fixed)
        along = window.rail.along(crane.crane, gantry_at(crane, vessel.hull, k))
        return low - 0.01 <= along - aside and along + aside <= high + 0.01

    def _boom(self, qc: QuayCrane, angle: float) -> Process:
        with self.works.of_duty(qc.row).request(priority=ROUTINE) as turn:
            yield turn
            t = qc.free(self.env.now)
            end = qc.swing(t, angle)
            if end > t:
                qc.crane.status.set(t, Status.MOVING)
                qc.crane.status.set(end, Status.IDLE)
                yield self.env.timeout(end - self.env.now)

    def _travel(self, qc: QuayCrane, gantry: float, aside: float) -> Process:
        """Along the rail to *gantry*, which it then has to itself, and *aside* metres to each side.

        It goes stage by stage, so that many can go one way.
        """
        rail = self.works.rails[qc.row]
        while True:
            left = gantry - qc.crane.gantry.value
            stage = gantry if abs(left) < 1.5 * STAGE else qc.crane.gantry.value + STAGE * (1.0 if left > 0 else -1.0)
            if self._is_closed(qc, stage):
                yield self.changed | self.env.timeout(AGAIN)
                continue
            yield from rail.claim(qc.crane, [stage - aside, stage + aside])
            if not self._is_closed(qc, stage):
                yield from self._drive(qc, stage)
            if abs(qc.crane.gantry.value - gantry) < 1e-6:
                return
            rail.release(qc.crane)

    def _drive(self, qc: QuayCrane, gantry: float) -> Process:
        with self.works.of_duty(qc.row).request(priority=ROUTINE) as turn:
            yield turn
            t = qc.free(self.env.now)
            there = qc.shift(t, gantry, loaded=False)
            self.works.meeting[qc.row] = gantry
            if there > t:
                qc.crane.status.set(t, Status.MOVING)
                qc.crane.status.set(there, Status.IDLE)
                yield self.env.timeout(there - self.env.now)

    def _evade(self, crane: Crane, gantry: float) -> Process:
        """Drive an idle crane aside, unless a ship is moving there."""
        qc = self.cranes[crane.row]
        if self._is_closed(qc, gantry) or crane.row in self.dead:
            yield self.env.timeout(AGAIN)
            return
        yield from self._drive(qc, gantry)

    def _is_closed(self, qc: QuayCrane, gantry: float) -> bool:
        """Whether the way of a crane to *gantry* touches a stretch of quay at which a ship is moving."""
        low, high = sorted((qc.crane.gantry.value, gantry))
        quay = self.quay_of.get(qc.row)
        if quay is None or not self.closed:
            return False
        a, b = sorted(on_quay(qc, quay, g) for g in (low, high))
        return any(name == quay.name and a < end and b > begin for name, begin, end in self.closed)

    def _near(self, qc: QuayCrane, stretch: tuple[str, float, float]) -> bool:
        quay = next(q for q in self.works.terminal.quays if q.name == stretch[0])
        return stretch[1] <= on_quay(qc, quay, qc.crane.gantry.value) <= stretch[2]


def on_quay(qc: QuayCrane, quay: Quay, gantry: float) -> float:
    """Metres from a quay's start at which a crane is when its gantry is at *gantry*."""
    crane = qc.crane
    long = moorings.length(quay)
    ux, uy = (quay.x1 - quay.x0) / long, (quay.y1 - quay.y0) / long
    first = (crane.x - quay.x0) * ux + (crane.y - quay.y0) * uy
    return first + gantry * along_quay(qc, quay)


def along_quay(qc: QuayCrane, quay: Quay) -> float:
    """+1 where the gantry counts towards the quay's end, else -1."""
    return 1.0 if qc.crane.ahead(quay.x1 - quay.x0, quay.y1 - quay.y0) >= 0 else -1.0
