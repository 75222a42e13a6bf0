"""The quay at work: which crane goes to which ship and bay, and what stands still while a ship berths or sails.

Rules.  Cranes are given to ships as they come, the nearest first, in the order in which they stand on their rail.  The
bays of a ship with work left are shared in as many stretches as cranes work her, of about the same work; a crane takes
the next bay of its stretch that no neighbour is in the way of, and helps its neighbours when it has none left.  A crane
works a bay to the end before it goes on.  A crane with nothing to do stands with its boom up and its trolley over land.
While a ship moves at her berth, the cranes there stand still with their booms up, clear of her bow and stern.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from twin.simulate import moorings
from twin.simulate.calls import CASTING_OFF, LINES, Harbour, Vessel, hull_of
from twin.simulate.clearing import Clearing
from twin.simulate.handling import Handling
from twin.simulate.handover import TWIN_OFFSET, Process
from twin.simulate.hatches import Hatches
from twin.simulate.lifts import QuayCrane
from twin.simulate.reach import ashore, driven, gantry_at, most_deck, reach
from twin.simulate.scenario import Call
from twin.simulate.stowage import COVER_HALF, empty_ship
from twin.simulate.stowplan import BayWork, plan
from twin.simulate.works import Works
from twin.terminal import Lane

CLEARING = 700.0  # seconds before a ship comes abreast of her berth at which cranes begin to clear it: booms take 300
WORTH = 110  # boxes that make one more crane at a ship worth while, where nobody said how many.  Made up


@dataclass
class Quayside(Clearing):
    """All quay cranes and ships of a terminal."""

    harbour: Harbour = field(init=False)
    _driven: list[Lane] | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        self.harbour = Harbour(self.works, self.works.sea, self.env.now)

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

    def _work(self, qc: QuayCrane, vessel: Vessel, work: BayWork) -> Process:
        rail = self.works.rails[qc.row]
        gantry = gantry_at(qc, vessel.hull, work.k)
        aside = self._aside(work)
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
            cleared = self.env.process(self.clear(hull, held, before))
            yield from self.harbour.come(vessel, start, cleared)
            self.reopen(hull, held)

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
        bays = [
            k for k in range(len(hull.kind.bays)) if any(self._within(row, vessel, k, {}, TWIN_OFFSET) for row in rows)
        ]
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
            yield from self.clear(hull, held)
            yield self.env.timeout(CASTING_OFF)
            vessel.alongside = False
            self.vessels.remove(vessel)
            self.works.tell(self.env.now, "sailed", hull.name, f"for {vessel.call.port}" if vessel.call.port else "")
            going = self.env.process(self.harbour.go(hull))
            yield self.env.timeout(max(hull.off.free - self.env.now, 0.0))
            self.reopen(hull, held)
            yield going
        vessel.hatches.forget()
        self.harbour.free(hull)


def install(works: Works) -> None:
    """Put quay cranes and ships into *works*: tracks, rails, and the processes to begin with."""
    quayside = Quayside(works)
    works.started += [quayside.run(row) for row in sorted(quayside.cranes) if row not in quayside.dead]
    works.started += [quayside.call(number) for number in range(len(works.scenario.calls))]
