"""A ship's call from the fairway to the fairway: she waits for her berth and the channel, berths, is worked, sails."""

from dataclasses import dataclass, field

import simpy

from twin.facts import NavStatus
from twin.simulate import moorings
from twin.simulate.book import LEFT, aboard
from twin.simulate.handover import Process
from twin.simulate.hatches import Hatches
from twin.simulate.hulls import MOORED_EVERY, UNDER_WAY_EVERY, Hull, Sea, fairway_off
from twin.simulate.moorings import GAP
from twin.simulate.scenario import Call
from twin.simulate.stowage import Aboard, stow
from twin.simulate.stowplan import BayWork
from twin.simulate.works import Works

LINES = 600.0  # seconds until all lines are fast and work may begin.  Made up
CASTING_OFF = 300.0  # seconds from booms up until she moves.  Made up


@dataclass(eq=False)
class Vessel:
    """A ship at this terminal: *todo* is the work at her bays that no crane has begun, *going* what each is at."""

    number: int
    call: Call
    hull: Hull
    ship: Aboard
    hatches: Hatches
    finished: simpy.Event
    todo: list[BayWork] = field(default_factory=list)
    going: dict[int, BayWork] = field(default_factory=dict)  # crane row -> work
    gang: list[int] = field(default_factory=list)  # crane rows
    most: int = 1  # cranes at a time
    worked: bool = False  # cranes may come
    alongside: bool = False

    @property
    def name(self) -> str:
        return self.hull.name


def hull_of(works: Works, call: Call, low: float, widest: float) -> Hull:
    """The hull of a call that lies *low* metres from her quay's start; *widest* is the largest beam there."""
    terminal = works.terminal
    berth = next(b for b in terminal.berths if b.name == call.berth)
    kind = terminal.catalogue.vessels[call.kind]
    draught = round(moorings.draught(call, kind), 3)
    bow = 1 if call.bow == "end" else -1
    row = works.roster.vessels.of(call.ship)
    quay = moorings.quay_named(terminal, berth.quay)
    fairway = fairway_off(kind.beam, widest)
    return Hull(row, call.ship, kind, quay, low, draught, terminal.site.water_level, bow, fairway)


@dataclass
class Harbour:
    """Who lies where, and who moves: one ship at a time."""

    works: Works
    sea: Sea
    begin: float  # second at which the run begins
    lying: list[Hull] = field(default_factory=list)
    last: dict[int, Aboard] = field(default_factory=dict)  # vessel row -> what is aboard since her last call

    def __post_init__(self) -> None:
        self.env = self.works.env
        self.channel = simpy.Resource(self.env, 1)
        self.left = self.env.event()

    def berth(self, hull: Hull) -> Process:
        """Wait until the stretch of quay is free, and keep it."""
        waiting = False
        while any(_meet(hull, other) for other in self.lying):
            if not waiting:
                self.works.tell(self.env.now, "waiting", hull.name, "for her berth")
            waiting = True
            yield self.left
        self.lying.append(hull)

    def free(self, hull: Hull) -> None:
        """She has left her stretch."""
        self.lying.remove(hull)
        left, self.left = self.left, self.env.event()
        left.succeed()

    def appear(self, vessel: Vessel, share: float) -> None:
        """She is there, stowed, from now on."""
        now, hull, call = self.env.now, vessel.hull, vessel.call
        book, maker = self.works.book, self.works.maker
        for box, *_ in self.last[hull.row].boxes() if hull.row in self.last else []:
            book.hand(now, box, LEFT)  # what she had aboard when she was here before has gone elsewhere
        random = self.works.random(f"stowage {vessel.number} {call.ship}")
        begun = call.arrival <= self.begin
        stow(vessel.ship, maker, random, share=share, twenties=call.twenties, reefers=call.reefers, begun=begun)
        self.last[hull.row], self.sea.hulls[hull.row] = vessel.ship, hull
        sizes = hull.kind.length, hull.kind.beam, hull.draught
        self.sea.described.append((now, hull.row, hull.name, hull.kind.name, *sizes))
        for box, bay, row, tier in vessel.ship.boxes():
            book.hand(now, box, aboard(hull.row, bay, row, tier))

    def come(self, vessel: Vessel, t: float, cleared: simpy.Event) -> Process:
        """From the fairway, where she is at second *t*, alongside; *cleared* tells that the quay is ready for her."""
        hull = vessel.hull
        abreast = hull.come(t)
        self._say(hull, max(t, self.env.now), abreast)
        yield self.env.timeout(max(abreast - self.env.now, 0.0))
        while not cleared.processed:
            yield cleared | self.env.timeout(MOORED_EVERY)
            self._say(hull, self.env.now, self.env.now)
        begin = max(abreast, self.env.now)
        alongside = hull.push_in(begin)
        self._say(hull, begin, alongside)
        yield self.env.timeout(alongside - self.env.now)

    def go(self, hull: Hull) -> Process:
        """Off the fenders and away."""
        off = hull.pull_off(self.env.now)
        gone = hull.leave(off)
        self._say(hull, self.env.now, gone)
        self.sea.reports.append(hull.gone(gone + 0.001))
        yield self.env.timeout(off - self.env.now)
        self.works.tell(off, "under way", hull.name, "off the quay")
        yield self.env.timeout(gone - self.env.now)

    def lie(self, vessel: Vessel) -> Process:
        """Report from her berth as long as she lies there."""
        while vessel.alongside:
            self.sea.reports.append(vessel.hull.moored(self.env.now))
            yield self.env.timeout(MOORED_EVERY)

    def _say(self, hull: Hull, begin: float, end: float) -> None:
        self.sea.reports += hull.reports(begin, end, NavStatus.UNDER_WAY, UNDER_WAY_EVERY)


def _meet(a: Hull, b: Hull) -> bool:
    return a.quay is b.quay and a.low < b.high + GAP - 1e-6 and b.low < a.high + GAP - 1e-6
