"""Cranes that share rails (or a runway): who may be where along them, so that none meets another."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import numpy as np
import simpy

from twin.simulate.cranes import Crane
from twin.simulate.handover import Process

Span = tuple[float, float]  # metres along the rail, from and to
APART = 6.0  # metres kept between cranes on one rail; 5.0 is where planners begin to warn (field defaults, made up)
AGAIN = 20.0  # seconds after which one looks again whether a broken crane can be driven aside.  Made up
Evade = Callable[[Crane, float], Process]  # drives an idle crane to a gantry position


@dataclass
class _Held:
    spans: list[Span]
    busy: bool = False  # it works; else it only stands there


@dataclass(eq=False)
class _Ticket:
    crane: Crane
    spans: list[Span]


@dataclass
class Rail:
    """Cranes on one pair of rails: each claims all stretches it needs for a piece of work at once, and gives them back.

    *over* is the row of a crane that passes over the others (the outer one of a crossover pair), -1: none does.  Such a
    crane claims only the stretches where its spreader is low; standing idle, spreader up, it holds nothing.  *ends* are
    how far cranes' middles can go along the rail.
    """

    env: simpy.Environment
    cranes: list[Crane]  # in their order along the rail
    evade: Evade
    over: int = -1
    stuck: Callable[[Crane], bool] = lambda crane: False  # whether a crane cannot be driven aside: it has broken down
    apart: float = APART
    held: dict[int, _Held] = field(default_factory=dict)
    ends: Span = (-np.inf, np.inf)
    waiting: list["_Ticket"] = field(default_factory=list)
    changed: simpy.Event = field(init=False)

    def __post_init__(self) -> None:
        self.changed = self.env.event()
        for crane in self.cranes:
            self.held[crane.row] = _Held(self._standing(crane))

    def along(self, crane: Crane, gantry: float) -> float:
        """Metres along the rail of a gantry position of *crane*, counted as the first crane counts."""
        first = self.cranes[0]
        dx, dy = crane.x - first.x, crane.y - first.y
        return first.ahead(dx, dy) + gantry

    def gantry(self, crane: Crane, along: float) -> float:
        """The gantry position of *crane* at *along*."""
        return along - self.along(crane, 0.0)

    def claim(self, crane: Crane, gantries: Iterable[float]) -> Process:
        """Wait until *crane* may go to all *gantries*; it then has them and the way there to itself.

        Idle neighbours are driven out of the way.  First come, first served where claims overlap.
        """
        wanted = [*gantries]
        ticket = _Ticket(crane, self._spans(crane, wanted))
        self.waiting.append(ticket)
        while (blocking := self._blocking(ticket)) or self.held[crane.row].busy or self._before(ticket):
            before = self.env.now
            first = not self.held[crane.row].busy and not self._before(ticket)
            if first and not any(self.held[c.row].busy for c in blocking):
                yield from self._drive_out(blocking, ticket)
            if self.env.now == before:
                broken = any(self.stuck(c) for c in blocking)
                yield self.changed | self.env.timeout(AGAIN) if broken else self.changed
            ticket.spans = self._spans(crane, wanted)  # it may itself have been driven aside
        self.waiting.remove(ticket)
        self.held[crane.row] = _Held(ticket.spans, busy=True)

    def stay(self, crane: Crane) -> None:
        """*crane*, which is idle, keeps the place where it stands: nobody drives it aside."""
        self.settle(crane)

    def settle(self, crane: Crane, gantries: Iterable[float] = ()) -> None:
        """*crane* is where it is going: it still works, but holds only that place, and *gantries*."""
        self.held[crane.row] = _Held(self._spans(crane, [*gantries]), busy=True)
        self._change()

    def free(self, crane: Crane, gantry: float) -> bool:
        """Whether nobody else holds the ground at *gantry*, or the way there."""
        mine = self._spans(crane, [gantry])
        return not any(_overlap(mine, self.held[c.row].spans) for c in self.cranes if c is not crane)

    def busy(self, crane: Crane) -> bool:
        """Whether *crane* holds a claim."""
        return self.held[crane.row].busy

    def open(self, crane: Crane, gantries: Iterable[float]) -> bool:
        """Whether a claim of these *gantries* would be granted at once, nobody being in the way or waiting."""
        ticket = _Ticket(crane, self._spans(crane, [*gantries]))
        asked = any(_overlap(other.spans, ticket.spans) for other in self.waiting)
        return not asked and not self._blocking(ticket) and not self.held[crane.row].busy

    def release(self, crane: Crane) -> None:
        """*crane* has finished: it holds only where it stands."""
        self.held[crane.row] = _Held(self._standing(crane))
        self._change()

    def _blocking(self, ticket: _Ticket) -> list[Crane]:
        """Cranes that hold some of the ground."""
        others = (crane for crane in self.cranes if crane is not ticket.crane)
        return [crane for crane in others if _overlap(ticket.spans, self.held[crane.row].spans)]

    def _before(self, ticket: _Ticket) -> bool:
        """Whether somebody who asked earlier wants some of the same ground."""
        earlier = self.waiting[: self.waiting.index(ticket)]
        return any(_overlap(other.spans, ticket.spans) for other in earlier)

    def _drive_out(self, idle: list[Crane], ticket: _Ticket) -> Process:
        """Drive idle cranes out of the spans, the farthest first, pushing their idle neighbours before them."""
        low, high = min(s[0] for s in ticket.spans), max(s[1] for s in ticket.spans)
        mine = self.cranes.index(ticket.crane)
        for crane in sorted(idle, key=lambda c: -abs(self.cranes.index(c) - mine)):
            room = crane.half_length + self.apart / 2
            if self.stuck(crane):
                continue
            if self.over in (crane.row, ticket.crane.row):
                yield from self._push_either_way(crane, ticket, room)
                continue
            left = self.cranes.index(crane) < mine
            yield from self._push(crane, low - room if left else high + room, left=left)

    def _push_either_way(self, crane: Crane, ticket: _Ticket, room: float) -> Process:
        """Drive an idle crane that another passes over out of that one's spans, to whichever side is nearer."""
        here = self.along(crane, crane.gantry.value)
        places = [place for low, high in ticket.spans for place in (low - room, high + room)]
        free = [p for p in places if not _overlap([(p - room, p + room)], ticket.spans)]
        free = [p for p in free if self.ends[0] <= p <= self.ends[1]]
        if free:
            to = min(free, key=lambda p: (abs(p - here), p))
            yield from self._push(crane, to, left=to < here)

    def _push(self, crane: Crane, to: float, *, left: bool) -> Process:
        """Drive an idle crane to *to* and its neighbour on before it; nothing happens while one of them works."""
        here = self.along(crane, crane.gantry.value)
        within = self.ends[0] <= to <= self.ends[1]
        if ((here <= to) if left else (here >= to)) or self.held[crane.row].busy or not within:
            return
        target = self.gantry(crane, to)
        spans = self._spans(crane, [target])
        number = self.cranes.index(crane) + (-1 if left else 1)
        if 0 <= number < len(self.cranes):
            neighbour = self.cranes[number]
            room = neighbour.half_length + crane.half_length + self.apart
            if _overlap(spans, self.held[neighbour.row].spans):
                yield from self._push(neighbour, to - room if left else to + room, left=left)
            if _overlap(spans, self.held[neighbour.row].spans) or self.held[crane.row].busy:
                return  # it works just now; whoever asked tries again
        self.held[crane.row] = _Held(spans, busy=True)
        yield from self.evade(crane, target)
        self.release(crane)

    def _spans(self, crane: Crane, gantries: list[float]) -> list[Span]:
        room = crane.half_length + self.apart / 2
        if crane.row == self.over:  # it travels above the others
            return [(self.along(crane, g) - room, self.along(crane, g) + room) for g in gantries]
        places = [self.along(crane, g) for g in (*gantries, crane.gantry.value)]
        return [(min(places) - room, max(places) + room)]

    def _standing(self, crane: Crane) -> list[Span]:
        return [] if crane.row == self.over else self._spans(crane, [])

    def _change(self) -> None:
        changed, self.changed = self.changed, self.env.event()
        changed.succeed()


def _overlap(a: list[Span], b: list[Span]) -> bool:
    return any(p[0] < q[1] - 1e-6 and q[0] < p[1] - 1e-6 for p in a for q in b)
