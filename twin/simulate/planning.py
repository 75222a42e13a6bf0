"""Which box goes where in the yard: room for boxes that come, boxes for ships and trucks, places for those in the way.

The rules, besides those of stacking (`stacking.py`); all weights are made up:

* A box that comes is given a block that is near, little asked of, and not nearly full; then the stack that costs least:
  seconds of travel now and when it leaves, and penalties in seconds for standing on a box that leaves sooner, on boxes
  of another group, on a lighter box, on bare ground, in a place with plugs that it does not need (`choosing.py`).
* Groups keep boxes together: one for each ship's call, imports, exports not yet bound for a ship, empties.  Boxes for a
  ship stand nearer the quay; imports anywhere along the block, because the quay's crane carries them as far as the
  gate's crane fetches them; where two cranes cannot pass each other, all about the middle.
* Reefers go to bays with plugs as long as there is a place there; empties to blocks for empties where cranes serve any.
* A block keeps so many places free that the lowest box of any stack can be dug out.
* Boxes in the way go to the cheapest other stack of their block, near by, never to one that somebody is coming for.
* A ship is given the boxes bound for her, the heavy ones first and from the top of their stacks down; then exports that
  are bound for none, then imports (which become transhipments).  A box that a truck brings is bound for a coming call.
* A truck fetches any import that nobody else comes for, the less deep of two drawn by lot.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from math import hypot

import numpy as np

from twin.geometry import Bools, Floats
from twin.simulate.binding import Bearings, bound_for
from twin.simulate.choosing import cheapest
from twin.simulate.filling import Inventory
from twin.simulate.handover import Room
from twin.simulate.stacking import ANYTIME, Cards, Stacks, covered
from twin.simulate.works import Works

EMPTIES, IMPORT, EXPORT, CALL = 1, 2, 3, 10  # groups; call k is CALL + k
FIRST = 0.7  # weight of the way that a box for a ship goes when she is loaded, against the way it goes when it comes
GANTRY = 4.0  # m/s, to reckon travel within a block
APPROACH = 5.0  # m/s, of vehicles
ASKED = 80.0  # seconds for each box that waits to be moved in a block
ROOMY = 0.5  # share of a block's places below which it has certainly enough of them free
CUT_OFF = 3600.0  # seconds before a ship's arrival after which no truck brings boxes for her
NOW = -1e9  # due: somebody is coming for it


@dataclass
class Planner:
    """The yard's computer: it knows every stack, and decides; cranes (or straddle carriers) tell it what they do."""

    works: Works
    stacks: dict[int, Stacks]  # by block row
    bearings: dict[int, Bearings]
    cards: Cards
    random: np.random.Generator
    usable: Callable[[int, bool], bool] = lambda block, land: True  # whether a block can be given boxes from there now
    serves: Callable[[int, bool], bool] = lambda block, land: True  # whether it has cranes for the truck or quay side
    within: Callable[[int, bool], Bools | None] = lambda block, land: None  # columns its cranes for that side get to
    where: dict[int, tuple[int, int, int]] = field(default_factory=dict)  # box -> block, bay, row: there or soon
    aloft: set[int] = field(default_factory=set)  # boxes that are just being moved within the yard
    asked: dict[int, int] = field(default_factory=dict)  # block -> boxes to be moved there, or on their way to it
    imports: list[int] = field(default_factory=list)
    called: set[int] = field(default_factory=set)  # calls whose boxes have been chosen

    def take_stock(self, there: Inventory) -> None:
        """Begin with these boxes; some are bound for the scenario's calls."""
        order = np.lexsort((there.tier, there.block))
        columns = (there.block, there.box, there.bay, there.row)
        by_block: dict[int, list[tuple[int, int, int]]] = {}
        for block, box, bay, row in zip(*(c[order].tolist() for c in columns), strict=True):
            by_block.setdefault(block, []).append((box, bay, row))
            self.where[box] = block, bay, row
            self.cards.group[box] = EMPTIES if self.works.book.boxes.is_empty(box) else IMPORT
        calls = self.works.scenario.calls
        served = {b: bearing for b, bearing in self.bearings.items() if self.serves(b, False)}
        bound = bound_for(calls, there, self.works.terminal, served, self.random)
        self.works.book.bound |= bound
        for box, call in bound.items():
            self.cards.group[box], self.cards.due[box] = CALL + call, calls[call].arrival
        for block, boxes in by_block.items():
            self.stacks[block].put_all(boxes)
        self.imports = [b for b in self.where if self.cards.group[b] == IMPORT and self.where[b][0] in self.bearings]

    def room(self, boxes: tuple[int, ...], *, x: float, y: float, land: bool) -> tuple[Room, ...] | None:
        """Keep room for *boxes*, in one block, handy from site *x*, *y*; *land*: they come by truck.  None: not now."""
        for box in boxes:
            self._meet(box, land)
        for block in self._blocks(boxes[0], x, y, land):
            if not self.usable(block, land):
                continue
            rooms: list[Room] = []
            for box in boxes:
                found = self._place(block, box, land)
                if found is None:
                    break
                rooms.append(Room(block, *found))
                self.keep(box, rooms[-1])
            if len(rooms) == len(boxes):
                return tuple(rooms)
            for box, room in zip(boxes, rooms, strict=False):
                self.unkeep(box, room)
        return None

    def keep(self, box: int, room: Room) -> None:
        """Keep *room* for *box*."""
        self.stacks[room.block].keep(box, room.bay, room.row)
        self.ask(room.block, 1)

    def unkeep(self, box: int, room: Room) -> None:
        """Give up the room kept for *box*, or take it up now."""
        self.stacks[room.block].unkeep(box, room.bay, room.row)
        self.ask(room.block, -1)

    def ask(self, block: int, by: int) -> None:
        """So many more boxes wait to be moved in a block."""
        self.asked[block] = self.asked.get(block, 0) + by

    def still(self, box: int, room: Room, within: Bools | None = None) -> Room:
        """The room kept for *box* if it is still good and nobody digs there, else another one kept instead, if any.

        *within* (columns,): where it may be.
        """
        s, columns = self.stacks[room.block], covered(room.bay)
        wanted = s.wanted[columns[0], room.row - 1]
        if self.fits(box, room) and not wanted and (within is None or within[columns].all()):
            return room
        s.unkeep(box, room.bay, room.row)
        found = cheapest(s, box, self._far(room.block, columns[0]), within=within)
        better = room if found is None else Room(room.block, *found)
        s.keep(box, better.bay, better.row)
        return better

    def fits(self, box: int, room: Room) -> bool:
        """Whether *box* may be set down in *room*, as things truly stand."""
        return self.stacks[room.block].fits(box, room.bay, room.row)

    def stand(self, box: int, room: Room) -> tuple[int, float]:
        """*box* now stands in *room*, kept before: its tier and the height (m) of its foot above the ground."""
        self.unkeep(box, room)
        if self.cards.group.get(box) == IMPORT and box not in self.aloft:
            self.imports.append(box)
        self.where[box] = room.block, room.bay, room.row
        self.aloft.discard(box)
        return self.stacks[room.block].put(box, room.bay, room.row)

    def lift(self, box: int, to: Room | None = None) -> float:
        """*box* is lifted from its stack, to be set down in *to* or to leave the yard; the height (m) of its foot."""
        block, bay, row = self.where[box]
        if to is None:
            del self.where[box]
        else:
            self.where[box] = to.block, to.bay, to.row
            self.aloft.add(box)
        return self.stacks[block].take(box, bay, row)

    def want(self, box: int, by: int = 1) -> None:
        """Somebody comes (+1) for *box*, or has it (-1; say so before it is lifted)."""
        block, bay, row = self.where[box]
        self.cards.due[box] = NOW
        self.stacks[block].want(bay, row, by)
        self.stacks[block].noted(bay, row)

    def standing(self, box: int) -> bool:
        """Whether *box* stands in a stack just now."""
        return box in self.where and box not in self.aloft

    def above(self, box: int) -> list[int]:
        """Boxes that must be moved before *box* can be lifted, in that order."""
        block, bay, row = self.where[box]
        return [other for other, _ in self.stacks[block].above(box, bay, row)]

    def top(self, box: int) -> float:
        """Height (m) of the top of *box*'s stack above the ground: of its own top, where nothing stands on it."""
        block, bay, row = self.where[box]
        return self.stacks[block].top(bay, row)

    def elsewhere(self, box: int, within: Bools | None = None) -> Room | None:
        """Another place near by in the same block for a box that is in the way, *within* those columns; it is kept."""
        block, bay, row = self.where[box]
        found = cheapest(self.stacks[block], box, self._far(block, covered(bay)[0]), (bay, row), within)
        if found is None:
            return None
        room = Room(block, *found)
        self.keep(box, room)
        return room

    def beside_place_for(self, box: int) -> int | None:
        """A box whose going would bring a place for a 45' *box* nearer, where it has none in its block; None: none."""
        block, _, row = self.where[box]
        s = self.stacks[block]
        fits = s.open(40, self.works.book.boxes.height(box))
        over = np.where(fits, s.overlooked() - s.pairs(s.next_top)[0], np.inf)
        for n in np.argsort(over, axis=None, kind="stable")[:12].tolist():
            pair, row = divmod(n, s.rows)
            foot = s.next_top[2 * pair, row]
            for c in (2 * pair - 1, 2 * pair + 2):
                top = s.tops.get((c, row))
                if fits[pair, row] and top and top[-1] > foot and not s.wanted[c, row]:
                    return s.pile[c, row][-1]
        return None

    def to_load(self, call: int, count: int, *, twenties: float, reefers: float) -> list[int]:
        """Choose *count* boxes in the yard for call number *call*, heavy ones first; they are then bound for it."""
        self.called.add(call)
        book, cards = self.works.book, self.cards
        ours: list[int] = []
        exports: list[int] = []
        others: list[int] = []
        for box in self.where:
            if box in book.taken or not self._can_leave(box, land=False):
                continue
            bound = book.bound.get(box)
            if bound == call:
                ours.append(box)
            elif bound is None:
                (exports if cards.group.get(box) == EXPORT else others).append(box)
        chosen = self._mixed([ours, exports, others], count, twenties, reefers)
        for box in chosen:
            book.bound[box] = call
            book.taken.add(box)
            cards.group[box] = CALL + call
            cards.due[box] = min(self.works.scenario.calls[call].arrival, cards.due.get(box, ANYTIME))
        return self._in_turn(chosen)

    def to_fetch(self) -> int | None:
        """Choose a box in the yard for a truck that comes for one; nobody else will be given it."""
        found: list[int] = []
        for _ in range(60):
            if len(found) == 2 or not self.imports:
                break
            n = int(self.random.integers(len(self.imports)))
            box = self.imports[n]
            if not self._is_import(box):
                self.imports[n] = self.imports[-1]
                self.imports.pop()
            elif self.standing(box) and self._can_leave(box, land=True) and self.usable(self.where[box][0], True):
                found.append(box)
        if not found:
            return None
        box = min(found, key=lambda b: (len(self.above(b)), b))
        self.works.book.taken.add(box)
        self.cards.due[box] = NOW
        block, bay, row = self.where[box]
        self.stacks[block].noted(bay, row)
        return box

    def _place(self, block: int, box: int, land: bool) -> tuple[int, int] | None:
        """Bay and row for a box that comes, so that all boxes can still be dug out."""
        s, feet = self.stacks[block], self.works.book.boxes.feet(box)
        most = int(s.limit.max(initial=0))
        found = cheapest(s, box, self._ways(block, box, land), within=self.within(block, land))
        if (
            found is not None
            and s.used > ROOMY * s.capacity
            and (s.spare(20) < 3 * most - 1 or s.spare(40) < 2 * most - 1)
        ):
            grows = bool(s.next_count[covered(found[0])[0], found[1] - 1] > 0)
            return found if grows and s.spare(feet) >= most else None
        return found

    def _ways(self, block: int, box: int, land: bool) -> Floats:
        """Seconds (columns,) that a box from the sea or land side travels there, now and later."""
        s, bearing = self.stacks[block], self.bearings[block]
        along = (np.arange(s.columns) + 0.5) * float(self.works.terminal.blocks.bay_pitch[block]) / GANTRY
        if bearing.lane:
            return np.zeros(s.columns)
        if not bearing.passing:
            return np.asarray(np.abs(along - along.mean()) * 0.5)
        from_sea = along if bearing.first else along[::-1]
        from_land = from_sea[::-1]
        comes, goes = (from_land, from_sea) if land else (from_sea, from_land)
        if self.cards.group.get(box, 0) >= EXPORT:
            return np.asarray(FIRST * from_sea + (1 - FIRST) * comes)
        return np.asarray((comes + goes) / 2)

    def _far(self, block: int, column: int) -> Floats:
        """Seconds (columns,) from *column* to each column, and a little for driving at all."""
        pitch = float(self.works.terminal.blocks.bay_pitch[block])
        way = np.abs(np.arange(self.stacks[block].columns) - column) * pitch
        return np.asarray(2 * way / GANTRY + np.where(way > 0, 4.0, 0.0))

    def _blocks(self, box: int, x: float, y: float, land: bool) -> list[int]:
        """Blocks for *box*, the best first, whether or not their cranes are in order just now."""
        kinds = self.works.terminal.blocks.kind
        own = [b for b in self.bearings if self.serves(b, land)]
        if self.works.book.boxes.is_empty(box) and (for_empties := [b for b in own if kinds[b] == "empty"]):
            own = for_empties + [b for b in own if kinds[b] != "empty"]
        elif not self.works.book.boxes.is_empty(box):
            own = [b for b in own if kinds[b] != "empty"]
        if self.works.book.boxes.is_reefer(box):
            own = [b for b in own if self.stacks[b].plugs.any()] or own
        else:
            own = [b for b in own if kinds[b] != "reefer"]
        return sorted(own, key=lambda b: (self._cost(b, x, y, land), b))

    def _cost(self, block: int, x: float, y: float, land: bool) -> float:
        """Seconds: the way there, the work that waits there, and how full it is."""
        bearing, s = self.bearings[block], self.stacks[block]
        end = bearing.land if land else bearing.sea
        full = s.used / s.capacity
        way = hypot(end[0] - x, end[1] - y)
        return way / APPROACH + ASKED * self.asked.get(block, 0) + 1500.0 * max(full - 0.75, 0.0)

    def _meet(self, box: int, land: bool) -> None:
        """Note what a box that comes is: an export where a truck brings it, else an import or a transhipment."""
        if box in self.cards.group:
            return
        book = self.works.book
        if land and box not in book.bound and (call := self._some_call()) is not None:
            book.bound[box] = call
        if box in book.bound:
            call = book.bound[box]
            self.cards.group[box] = CALL + call
            self.cards.due[box] = self.works.scenario.calls[call].arrival
        elif self.works.book.boxes.is_empty(box):
            self.cards.group[box] = EMPTIES
        else:
            self.cards.group[box] = EXPORT if land else IMPORT

    def _some_call(self) -> int | None:
        """A coming call that boxes are still taken for, by lot, the larger ones more often."""
        calls, now = self.works.scenario.calls, self.works.env.now
        open_ = [k for k, c in enumerate(calls) if c.load and c.arrival > now + CUT_OFF and k not in self.called]
        if not open_:
            return None
        loads = np.array([calls[k].load for k in open_], float)
        return open_[int(self.random.choice(len(open_), p=loads / loads.sum()))]

    def _can_leave(self, box: int, *, land: bool) -> bool:
        """Whether the block's cranes can bring *box* to a truck, or to a vehicle of the quay, and dig it out."""
        block, bay, _ = self.where[box]
        if block not in self.bearings or not self.serves(block, land):
            return False
        within = self.within(block, land)
        if within is None or within.all():
            return True
        dug = [bay, *(self.where[other][1] for other in self.above(box))]
        return all(bool(within[covered(one)].all()) for one in dug)

    def _is_import(self, box: int) -> bool:
        book = self.works.book
        return box in self.where and box not in book.bound and box not in book.taken

    def _mixed(self, stocks: list[list[int]], count: int, twenties: float, reefers: float) -> list[int]:
        """*count* boxes, from the first stocks as long as they have any, about so many of them 20' and reefers."""
        chosen: list[int] = []
        boxes = self.works.book.boxes
        wish = {True: round(count * twenties), False: count - round(count * twenties)}
        cold = round(count * reefers)
        left: list[int] = []
        for stock in stocks:
            for box in self._at_random(stock):
                short = boxes.feet(box) == 20
                if self.works.book.boxes.is_reefer(box):
                    cold -= 1
                if wish[short] > 0 and (cold >= 0 or not self.works.book.boxes.is_reefer(box)):
                    wish[short] -= 1
                    chosen.append(box)
                else:
                    left.append(box)
            if len(chosen) >= count:
                break
        return chosen + left[: count - len(chosen)]

    def _at_random(self, stock: list[int]) -> list[int]:
        return [stock[i] for i in self.random.permutation(len(stock))]

    def _in_turn(self, boxes: list[int]) -> list[int]:
        """Heavy ones first, but none before one of them that stands on it."""
        lot = dict(zip(sorted(boxes), self.random.permutation(len(boxes)).tolist(), strict=True))
        turn: dict[int, float] = {}
        for box in sorted(boxes, key=lambda b: (-self._depth(b)[1], lot[b])):
            above, _ = self._depth(box)
            own = -float(self.works.book.boxes.mass[box])
            turn[box] = max([own, *(turn[b] + 1e-6 for b in above if b in turn)])
        return sorted(boxes, key=lambda b: (turn[b], lot[b]))

    def _depth(self, box: int) -> tuple[list[int], int]:
        """The boxes that stand on *box*, and its tier."""
        block, bay, row = self.where[box]
        pile = self.stacks[block].pile[covered(bay)[0], row - 1]
        tier = pile.index(box) if box in pile else len(pile)
        return pile[tier + 1 :], tier
