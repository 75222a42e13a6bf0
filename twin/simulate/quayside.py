"""The quay at work: which crane goes to which ship and bay, and what stands still while a ship berths or sails.

Rules.  Cranes are given to ships as they come, the nearest first, in the order in which they stand on their rail.  The
bays of a ship with work left are shared in as many stretches as cranes work her, of about the same work; a crane takes
the next bay of its stretch that no neighbour is in the way of, and helps its neighbours when it has none left.  A crane
works a bay to the end before it goes on.  A crane with nothing to do stands with its boom up and its trolley over land.
While a ship moves at her berth, the cranes there stand still with their booms up, clear of her bow and stern.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import accumulate

from simpy.resources.resource import PriorityRequest

from twin.facts import Status
from twin.simulate import moorings
from twin.simulate.calls import CASTING_OFF, LINES, Harbour, Vessel, hull_of
from twin.simulate.cranes import Crane
from twin.simulate.handling import Handling
from twin.simulate.hatches import Hatches
from twin.simulate.handover import TWIN_OFFSET, Process
from twin.simulate.hulls import Hull
from twin.simulate.lifts import QuayCrane
from twin.simulate.motion import Channel
from twin.simulate.rails import Rail
from twin.simulate.reach import Window, ashore, driven, gantry_at, most_deck, rails_of, reach
from twin.simulate.rows import crane_of, machines
from twin.simulate.scenario import Call
from twin.simulate.stowage import COVER_HALF, empty_ship
from twin.simulate.stowplan import BayWork, plan
from twin.simulate.works import ROUTINE, Works
from twin.terminal import Lane, Quay

CLEARING = 700.0  # seconds before a ship comes abreast of her berth at which cranes begin to clear it: booms take 300
BESIDE = 15.0  # metres beyond a ship's ends in which no crane stands while she berths.  Made up
FLARE = 0.2  # share of her length at each end, bow and stern, in front of which no crane stands then.  The flat body
# is 35 to 60 % of it [B]
WORTH = 110  # boxes that make one more crane at a ship worth while, where nobody said how many.  Made up
STAGE = 80.0  # metres that a crane claims at a time on a long way.  Made up
AGAIN = 30.0  # seconds after which one looks again


@dataclass
class Quayside:
    """All quay cranes and ships of a terminal."""

    works: Works
    cranes: dict[int, QuayCrane] = field(default_factory=dict)  # machine row -> crane, in the order of the layout
    windows: dict[int, Window] = field(default_factory=dict)  # machine row -> the rail it stands on
    assigned: dict[int, Vessel] = field(default_factory=dict)  # machine row -> ship
    vessels: list[Vessel] = field(default_factory=list)  # alongside, in the order of berthing
    _driven: list[Lane] | None = None
    closed: list[tuple[str, float, float]] = field(default_factory=list)  # quay and metres where nothing may move

    def __post_init__(self) -> None:
        self.env = self.works.env
        self.harbour = Harbour(self.works, self.works.sea, self.env.now)
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
        self.works.tracks[crane.row] = qc

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

    # Who works what.

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
        idle = [row for row in vessel.gang if row not in vessel.going]
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
            there = self._places(row)
            if any(self._within(row, vessel, work.k, there) for work in vessel.todo):
                crane = self.cranes[row]
                yield abs(crane.crane.reach(*vessel.hull.place(0.0, 0.0))[0] - crane.stands), row

    def of_quay(self, hull: Hull) -> list[int]:
        """Rows of the cranes at a ship's quay."""
        return [row for row in self.cranes if self.quay_of.get(row) is hull.quay]

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

    def _along(self, row: int, hull: Hull) -> float:
        """Metres along the rail of a ship's middle."""
        crane = self.cranes[row].crane
        return self.works.rails[row].along(crane, crane.reach(*hull.place(0.0, 0.0))[0])

    def _within(self, row: int, vessel: Vessel, k: int, fixed: Mapping[int, float]) -> bool:
        """Whether a crane can come to bay *k* of a ship while others (rows) are at *fixed* metres along the rail."""
        crane, window = self.cranes[row], self.windows[row]
        order = [c.row for c in window.rail.cranes]
        low, high = window.limits(order.index(row), fixed)
        return low - 0.01 <= window.rail.along(crane.crane, gantry_at(crane, vessel.hull, k)) <= high + 0.01

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
        options = [work for work in vessel.todo if self._within(row, vessel, work.k, there)]
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

    # What a crane does.

    def run(self, row: int) -> Callable[[], Process]:
        """The process of a crane."""

        def crane() -> Process:
            qc = self.cranes[row]
            while True:
                vessel = self.assigned.get(row)
                if vessel is not None and row in vessel.going:
                    yield from self._work(qc, vessel, vessel.going[row])
                elif vessel is not None and (not vessel.todo or self._wanted_elsewhere(vessel)):
                    yield from self._go_off(qc, vessel)
                else:
                    yield self.changed

        return crane

    def _wanted_elsewhere(self, vessel: Vessel) -> bool:
        """Whether another ship at the quay has fewer cranes than she should."""
        others = [v for v in self.vessels if v is not vessel and v.worked and v.todo]
        return any(v.hull.quay is vessel.hull.quay and len(v.gang) < self._quota(v) for v in others)

    def _work(self, qc: QuayCrane, vessel: Vessel, work: BayWork) -> Process:
        rail = self.works.rails[qc.row]
        gantry = gantry_at(qc, vessel.hull, work.k)
        aside = TWIN_OFFSET if work.alone(self.works.maker.boxes) else 0.0
        yield from self._travel(qc, gantry, aside)
        rail.settle(qc.crane, [gantry - aside, gantry + aside])
        yield from self._boom(qc, 0.0)
        place = None
        if work.panels and self.works.transport is not None:
            place = ashore(qc, self.works.transport.lanes(qc.row), self._lanes(), COVER_HALF, gantry)
        random = self.works.random(f"{qc.name} at {vessel.number} {vessel.name} {work.k}")
        yield from Handling(self.works, qc, vessel.hull, vessel.ship, vessel.hatches, work, place, random).run()
        del vessel.going[qc.row]
        rail.release(qc.crane)
        if not vessel.todo and not vessel.going:
            vessel.finished.succeed()
        self.change()

    def _go_off(self, qc: QuayCrane, vessel: Vessel) -> Process:
        """Boom up; then it may be sent elsewhere."""
        rail = self.works.rails[qc.row]
        vessel.gang.remove(qc.row)
        while rail.busy(qc.crane):  # somebody is driving it aside
            yield rail.changed
        rail.stay(qc.crane)
        yield from self._boom(qc, qc.boom_up)
        rail.release(qc.crane)
        del self.assigned[qc.row]
        self.change()

    def _lanes(self) -> list[Lane]:
        """Painted lanes that vehicles drive."""
        if self._driven is None:
            self._driven = driven(self.works)
        return self._driven

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
            left = gantry - qc.stands
            stage = gantry if abs(left) < 1.5 * STAGE else qc.stands + STAGE * (1.0 if left > 0 else -1.0)
            if self._is_closed(qc, stage):
                yield self.changed | self.env.timeout(AGAIN)
                continue
            yield from rail.claim(qc.crane, [stage - aside, stage + aside])
            if not self._is_closed(qc, stage):
                yield from self._drive(qc, stage)
            if abs(qc.stands - gantry) < 1e-6:
                return
            rail.release(qc.crane)

    def _drive(self, qc: QuayCrane, gantry: float) -> Process:
        with self.works.of_duty(qc.row).request(priority=ROUTINE) as turn:
            yield turn
            t = qc.free(self.env.now)
            there = qc.shift(t, gantry, loaded=False)
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

    # Berthing and sailing.

    def _is_closed(self, qc: QuayCrane, gantry: float) -> bool:
        """Whether the way of a crane to *gantry* touches a stretch of quay at which a ship is moving."""
        low, high = sorted((qc.stands, gantry))
        quay = self.quay_of.get(qc.row)
        if quay is None or not self.closed:
            return False
        a, b = sorted(_on_quay(qc, quay, g) for g in (low, high))
        return any(name == quay.name and a < end and b > begin for name, begin, end in self.closed)

    def _clear(self, hull: Hull, held: list[QuayCrane], after: float = 0.0) -> Process:
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

    def _near(self, qc: QuayCrane, stretch: tuple[str, float, float]) -> bool:
        quay = next(q for q in self.works.terminal.quays if q.name == stretch[0])
        return stretch[1] <= _on_quay(qc, quay, qc.stands) <= stretch[2]

    def _stand_clear(self, qc: QuayCrane, hull: Hull) -> Process:
        """Move a crane out of the way of bow and stern, if there is room beside it."""
        here = _on_quay(qc, hull.quay, qc.stands)
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
            gantry = qc.stands + (s - here) * _along_quay(qc, hull.quay)
            if low <= rail.along(qc.crane, gantry) <= high and rail.free(qc.crane, gantry):
                rail.settle(qc.crane, [gantry])
                yield from self._drive(qc, gantry)
                rail.settle(qc.crane)
                return

    def _open(self, hull: Hull, held: list[QuayCrane]) -> None:
        self.closed.remove((hull.quay.name, hull.low - BESIDE, hull.high + BESIDE))
        for qc in held:
            self.works.rails[qc.row].release(qc.crane)
        self.change()

    # Ships.

    def call(self, number: int) -> Callable[[], Process]:
        """The process of a call."""
        call = self.works.scenario.calls[number]

        def calling() -> Process:
            vessel = self._vessel(number, call)
            hull, harbour = vessel.hull, self.harbour
            start = call.arrival - sum(hull.approach())
            if call.arrival > harbour.begin:
                yield self.env.timeout(max(start - self.env.now, 0.0))
            yield from harbour.berth(hull)
            if call.arrival > harbour.begin:
                yield from self._berth(vessel, start)
            else:
                harbour.appear(vessel, call.fill)
            yield from self._stay(vessel)
            yield from self._sail(vessel)

        return calling

    def _vessel(self, number: int, call: Call) -> Vessel:
        works = self.works
        terminal = works.terminal
        berth = next(b for b in terminal.berths if b.name == call.berth)
        here = {b.name for b in terminal.berths if b.quay == berth.quay}
        widest = max(terminal.catalogue.vessels[c.kind].beam for c in works.scenario.calls if c.berth in here)
        hull = hull_of(works, call, berth.start + (call.along or 0.0), widest)
        cranes = [self.cranes[row] for row in self.of_quay(hull) if row not in self.dead]
        ship = empty_ship(hull.kind, hull.z, most_deck=most_deck(cranes, hull.z + hull.kind.deck_z))
        most = moorings.gangs(call, hull.kind, len(cranes)) if cranes else 0
        if not call.cranes:
            most = min(most, -(-(call.discharge + call.load) // WORTH))
        return Vessel(number, call, hull, ship, Hatches(works, call.ship), self.env.event(), most=most)

    def _berth(self, vessel: Vessel, start: float) -> Process:
        hull = vessel.hull
        with self.harbour.channel.request() as turn:
            yield turn
            if self.env.now > self.harbour.begin:
                start = max(start, self.env.now)
            self.harbour.appear(vessel, vessel.call.fill)
            self.works.tell(self.env.now, "arriving", hull.name, f"for {vessel.call.berth}")
            held: list[QuayCrane] = []
            before = max(start + hull.approach()[0] - CLEARING - self.env.now, 0.0)
            cleared = self.env.process(self._clear(hull, held, before))
            yield from self.harbour.come(vessel, start, cleared)
            self._open(hull, held)

    def _stay(self, vessel: Vessel) -> Process:
        """From the first line ashore to the last box."""
        hull = vessel.hull
        vessel.alongside = True
        first, last = hull.bollards()
        self.works.tell(self.env.now, "moored", hull.name, f"at bollards {first} to {last}")
        self.env.process(self.harbour.lie(vessel))
        self.vessels.append(vessel)
        if vessel.call.arrival > self.harbour.begin:
            yield self.env.timeout(LINES)
        self._plan(vessel)
        if vessel.todo:
            vessel.worked = True
            self.change()
            yield vessel.finished
        else:
            yield self.env.timeout(LINES)

    def _plan(self, vessel: Vessel) -> None:
        works, call, hull = self.works, vessel.call, vessel.hull
        rows = [row for row in self.of_quay(hull) if row not in self.dead]
        cranes = [self.cranes[row] for row in rows]
        if works.transport is None or not cranes:
            return
        bays = [k for k in range(len(hull.kind.bays)) if any(self._within(row, vessel, k, {}) for row in rows)]
        lanes = works.transport.lanes(rows[0])
        place = ashore(cranes[0], lanes, self._lanes(), COVER_HALF, gantry_at(cranes[0], hull, 0))
        within = reach(works.terminal, cranes, hull, vessel.ship, bays, covers=place is not None)
        load = []
        if works.yard is not None and call.load:
            load = works.yard.to_load(vessel.number, call.load, twenties=call.twenties, reefers=call.reefers)
        boxes = works.maker.boxes
        vessel.todo, over = plan(
            vessel.ship, boxes, within, discharge=call.discharge, load=load, gangs=max(vessel.most, 1)
        )
        for box in over:
            works.book.bound.pop(box, None)
        off = sum(len(lift.boxes) for work in vessel.todo for lift in (*work.deck_off, *work.hold_off))
        on = len(load) - len(over)
        text = f"{off} boxes to discharge, {on} to load, at {len(vessel.todo)} bays"
        works.tell(self.env.now, "work", hull.name, text)

    def _sail(self, vessel: Vessel) -> Process:
        hull = vessel.hull
        vessel.worked = False
        while any(theirs is vessel for theirs in self.assigned.values()):
            yield self.changed
        held: list[QuayCrane] = []
        with self.harbour.channel.request() as turn:
            yield turn
            yield from self._clear(hull, held)
            yield self.env.timeout(CASTING_OFF)
            vessel.alongside = False
            self.vessels.remove(vessel)
            self.works.tell(self.env.now, "sailed", hull.name, f"for {vessel.call.port}" if vessel.call.port else "")
            going = self.env.process(self.harbour.go(hull))
            yield self.env.timeout(max(hull.off.free - self.env.now, 0.0))
            self._open(hull, held)
            yield going
        vessel.hatches.forget()
        self.harbour.free(hull)


def _left(vessel: Vessel) -> float:
    """The work left at a ship, in lifts, the bays that cranes are at counted by half."""
    return sum(work.weight for work in vessel.todo) + sum(work.weight / 2 for work in vessel.going.values())


def _on_quay(qc: QuayCrane, quay: Quay, gantry: float) -> float:
    """Metres from a quay's start at which a crane is when its gantry is at *gantry*."""
    crane = qc.crane
    long = moorings.length(quay)
    ux, uy = (quay.x1 - quay.x0) / long, (quay.y1 - quay.y0) / long
    first = (crane.x - quay.x0) * ux + (crane.y - quay.y0) * uy
    return first + gantry * _along_quay(qc, quay)


def _along_quay(qc: QuayCrane, quay: Quay) -> float:
    """+1 where the gantry counts towards the quay's end, else -1."""
    return 1.0 if qc.crane.ahead(quay.x1 - quay.x0, quay.y1 - quay.y0) >= 0 else -1.0


def install(works: Works) -> None:
    """Put quay cranes and ships into *works*: tracks, rails, and the processes to begin with."""
    quayside = Quayside(works)
    works.started += [quayside.run(row) for row in sorted(quayside.cranes) if row not in quayside.dead]
    works.started += [quayside.call(number) for number in range(len(works.scenario.calls))]
