"""One quay crane at one bay: box by box off and on, hatch covers off and back; hand over hand with the vehicles."""

from collections import deque
from dataclasses import dataclass

from twin.facts import Status
from twin.simulate.book import aboard, on_machine
from twin.simulate.boxes import LENGTHS
from twin.simulate.cranes import LOCK
from twin.simulate.handover import AFT, FORE, TWIN_OFFSET, Order, Process, Stop
from twin.simulate.lifts import OVER, VEHICLE_TOP, Cover
from twin.simulate.loads import Loads
from twin.simulate.spreading import GAP, Spreading
from twin.simulate.stowage import COVER, Key, bays_of, layer_of, offset
from twin.simulate.stowplan import Berths, Lift

AIM_ABOARD, AIM_ASHORE, AIM_COVER = (8.0, 22.0), (12.0, 26.0), (25.0, 45.0)
"""Seconds, from and to, that a spreader takes to stop swinging and find its place, and people to set or take the
locks.  Made up, so that a lift takes 90 to 120 s."""
DISCHARGES = 3  # orders out at a time
WAIT = -1.6  # trolley position over the waterside rail at which a load waits: no vehicle drives there


@dataclass
class Handling(Spreading):
    """The work of a crane at one 40' bay of a ship; it begins and ends with the spreader up over land."""

    loads: Loads | None = None  # called for already
    _idle_next: bool = False  # whether it may have to wait after this lift

    def run(self) -> Process:
        """All of it, in its order; in the end the spreader is up over land."""
        work = self.work
        yield from self._discharge(work.deck_off, None if work.panels else work.deck_on)
        for n in work.panels:
            yield from self._lift_cover(n)
        yield from self._discharge(work.hold_off, work.hold_on)
        yield from self._load(work.hold_on)
        for n, _ in reversed(list(self.covers.pile)):
            yield from self._put_cover(n)
        yield from self._load(work.deck_on)
        yield from self._duty(self._park())

    def _yield_duty(self) -> Process:
        """At the end of a lift: raise the spreader off the vehicle if somebody else wants to command the crane."""
        if self.duty.queue or self._idle_next:
            yield from self._pause()

    # Discharging.

    def _discharge(self, lifts: list[Lift], then: list[Berths] | None) -> Process:
        """Take *lifts* off; *then* is what is loaded right after."""
        orders: deque[Order] = deque()
        called = 0
        for n, lift in enumerate(lifts):
            while called < min(n + DISCHARGES, len(lifts)):
                orders.append(self.transport.discharge(self.crane.row, lifts[called].boxes))
                called += 1
            last = n == len(lifts) - 1
            self._idle_next = last
            yield from self._duty(self._off(lift, orders.popleft(), then if last else None))

    def _off(self, lift: Lift, order: Order, then: list[Berths] | None) -> Process:
        _, row, _ = lift.key
        stack = self.ship.stacks[lift.key]
        layer = stack.layers[-1]
        side = self._side(layer, lift.boxes)
        mass = sum(self.boxes.mass[box] for box in lift.boxes)
        length = LENGTHS[40] if len(lift.boxes) == 2 else LENGTHS[layer.feet]
        y = self.trolley(offset(self.hull.kind, row))
        yield from self._stretch(length, side)
        z = self.ship.z + stack.top + self.z0
        yield from self._carry(y, z, loaded=False, aim=AIM_ABOARD, half_length=length / 2)
        yield from self._grip(mass, lift=True)
        for box, hold in zip(lift.boxes, self._holds(lift.boxes), strict=True):
            self.book.hand(self.env.now, box, on_machine(self.crane.row, hold))
        stack.take(lift.boxes)
        yield self.env.timeout(LOCK / 2)
        yield from self._back(side, below=layer.height)
        yield from self._set_down(lift.boxes, layer.height, order, then)

    def _back(self, side: int, *, below: float) -> Process:
        """From over one half of the bay to over its middle, where vehicles are met, load well up."""
        if side:
            t = self.env.now
            up = self.crane.lower(t, self._safe(below), loaded=True)
            yield self.env.timeout(self.crane.shift(up, self.gantry, loaded=True) - t)

    def _set_down(self, boxes: tuple[int, ...], height: float, order: Order, then: list[Berths] | None) -> Process:
        """On to the vehicle of *order*, waiting over the waterside rail until it stands there."""
        stop = yield from self._await(order, below=height)
        if then and any(q.boxes for q in then):
            self.loads = self._call(then)
        _, y = self.crane.crane.reach(stop.x, stop.y)
        yield from self._carry(y, stop.z + height + self.z0, loaded=True, aim=AIM_ASHORE, below=height)
        yield from self._grip(0, lift=False)
        for box, hold in zip(boxes, self._holds(boxes), strict=True):
            there = self._turned(stop, hold)
            stop.boxes[there] = box
            self.book.hand(self.env.now, box, stop.place(there))
        yield self.env.timeout(LOCK / 2)
        self.below = stop, self.env.now
        yield from self._yield_duty()

    def _await(self, order: Order, *, below: float) -> Process:
        """The stop of *order*, where a vehicle stands."""
        met: Stop | None = order.stop.value if order.stop.triggered else None
        if met is None or not met.ready.triggered:
            t = self.env.now
            there = self._over(WAIT, VEHICLE_TOP + OVER + below, loaded=True, below=below)
            yield self.env.timeout(there - t)
        stop: Stop = yield order.stop
        if not stop.ready.processed:
            yield stop.ready
        return stop

    # Loading.

    def _call(self, berths: list[Berths]) -> "Loads":
        """Order the boxes of *berths*, heavy first."""
        wanted = sorted(((sum(self.boxes.mass[b] for b in found), found) for q in berths for found in q.boxes),
                        key=lambda w: (-w[0], w[1]))  # fmt: skip
        loads = Loads(self.env, self.transport, self.crane.row, deque(found for _, found in wanted))
        loads.call()
        return loads

    def _load(self, berths: list[Berths]) -> Process:
        if not any(q.boxes for q in berths):
            return
        loads = self.loads if self.loads is not None else self._call(berths)
        self.loads = None
        left = [(q.feet, len(found), dict(q.stacks)) for q in berths for found in q.boxes[:1]]
        while loads.left:
            self._idle_next = loads.left == 1
            if not loads.ready.items:
                yield from self._duty(self._hover(loads))
            stop = yield loads.ready.get()
            loads.left -= 1
            loads.call()
            yield from self._duty(self._on(stop, left))

    def _hover(self, loads: "Loads") -> Process:
        """Wait, spreader up, over the lane to which a vehicle is coming."""
        t, stop = self.env.now, loads.coming
        if stop is None:
            yield from self._pause()
            return
        _, y = self.crane.crane.reach(stop.x, stop.y)
        there = self._over(y, self.top + OVER + 1.0, loaded=False)
        self.crane.crane.status.set(there, Status.IDLE)
        yield self.env.timeout(there - t)

    def _on(self, stop: Stop, left: list[tuple[int, int, dict[Key, int]]]) -> Process:
        """The boxes that stand on *stop* to a place of the plan that fits them."""
        there = sorted(stop.boxes)
        boxes = tuple(stop.boxes[hold] for hold in there)
        feet, mass = self.boxes.feet(boxes[0]), sum(self.boxes.mass[box] for box in boxes)
        key = self._choose(left, feet, len(boxes), mass)
        length = LENGTHS[40] if len(boxes) == 2 else LENGTHS[feet]
        _, y = self.crane.crane.reach(stop.x, stop.y)
        yield from self._stretch(length, 0)
        height = max(self.boxes.height(box) for box in boxes)
        yield from self._carry(y, stop.z + height + self.z0, loaded=False, aim=AIM_ASHORE)
        yield from self._grip(mass, lift=True)
        holds = [self._turned(stop, hold) for hold in there]
        for box, hold in zip(boxes, holds, strict=True):
            self.book.hand(self.env.now, box, on_machine(self.crane.row, hold))
        stop.boxes.clear()
        yield self.env.timeout(LOCK / 2)
        self.below = stop, self.env.now
        yield from self._stow(key, boxes, holds, mass, height)

    def _stow(self, key: Key, boxes: tuple[int, ...], holds: list[int], mass: int, height: float) -> Process:
        k, row, _ = key
        stack = self.ship.stacks[key]
        alone = len(boxes) == 1 and self.boxes.feet(boxes[0]) == 20
        fore = FORE if self.same else AFT
        found = boxes if len(boxes) == 1 or holds[0] == fore else boxes[::-1]
        layer = layer_of(found, self.boxes, side=1 if alone else 0)
        if alone:
            t = self.env.now
            up = self.crane.lower(t, self._safe(height), loaded=True)
            self._leave()
            gantry = self.gantry + (1 if self.same else -1) * TWIN_OFFSET
            yield self.env.timeout(self.crane.shift(up, gantry, loaded=True) - t)
        y, z = self.trolley(offset(self.hull.kind, row)), self.ship.z + stack.top + height + self.z0
        half_length = (LENGTHS[40] if len(boxes) == 2 else LENGTHS[self.boxes.feet(boxes[0])]) / 2
        yield from self._carry(y, z, loaded=True, aim=AIM_ABOARD, below=height, half_length=half_length)
        yield from self._grip(0, lift=False)
        tier = stack.put(layer)
        for box, bay in zip(found, bays_of(k, layer), strict=True):
            self.book.hand(self.env.now, box, aboard(self.hull.row, bay, row, tier))
        yield self.env.timeout(LOCK / 2)
        if alone:
            yield from self._stretch(LENGTHS[20], 0)

    def _choose(self, left: list[tuple[int, int, dict[Key, int]]], feet: int, count: int, mass: int) -> Key:
        """The place for a box: not on a lighter one if that can be helped, low before high, far before near."""
        options = [
            (self._lighter_below(key, mass), len(self.ship.stacks[key].layers), self.trolley_of(key), n, key)
            for n, (f, c, stacks) in enumerate(left)
            if (f, c) == (feet, count)
            for key, free in stacks.items()
            if free
        ]
        *_, n, key = min(options)
        left[n][2][key] -= 1
        return key

    def trolley_of(self, key: Key) -> float:
        """The trolley over a stack."""
        return self.trolley(offset(self.hull.kind, key[1]))

    def _lighter_below(self, key: Key, mass: int) -> bool:
        layers = self.ship.stacks[key].layers
        return bool(layers) and layers[-1].mass < mass

    # Hatch covers.

    def _lift_cover(self, n: int) -> Process:
        """Take cover *n* off its hatch and lay it on the pile ashore."""
        rows = self.ship.panels(self.work.k)[n]
        cover = self.hatches.cover(self.work.k, n, len(rows), self.crane)
        y, z = self._cover_place(rows)
        yield from self._duty(self._move_cover(cover, (y, z), (self.covers.y, COVER * (len(self.covers.pile) + 1)), n))

    def _put_cover(self, n: int) -> Process:
        """Put cover *n*, the topmost of the pile, back on its hatch."""
        cover = self.hatches.known[self.work.k, n]
        here = self.covers.y, COVER * len(self.covers.pile)
        yield from self._duty(self._move_cover(cover, here, self._cover_place(self.ship.panels(self.work.k)[n]), None))

    def _cover_place(self, rows: list[int]) -> tuple[float, float]:
        """Trolley over the middle of the panel and height of its top, aboard."""
        middle = sum(offset(self.hull.kind, row) for row in rows) / len(rows)
        return self.trolley(middle), self.ship.z + self.hull.kind.deck_z + self.z0

    def _move_cover(self, cover: Cover, a: tuple[float, float], b: tuple[float, float], off: int | None) -> Process:
        """From *a* to *b* (trolley, height of its top); *off* is the panel's number if it is taken off."""
        crane = self.crane.crane
        yield from self._stretch(LENGTHS[40], 0)
        yield from self._carry(*a, loaded=False, aim=AIM_COVER)
        yield from self._grip(cover.mass, lift=True)
        t = self.env.now
        cover.taken(t)
        if off is None:
            self.covers.pile.pop()
        yield self.env.timeout(LOCK / 2)
        t = self.env.now
        yield from self._carry_cover(cover, b, t)
        yield from self._grip(0, lift=False)
        cover.left(self.env.now, aboard=off is None)
        if off is not None:
            self.covers.pile.append((off, cover))
            self.ship.open.append((self.work.k, off))
        else:
            self.ship.open.remove((self.work.k, next(n for (k, n), c in self.hatches.known.items() if c is cover)))
        yield self.env.timeout(LOCK / 2)
        crane.status.set(self.env.now, Status.WORKING)

    def _carry_cover(self, cover: Cover, b: tuple[float, float], t: float) -> Process:
        there = self._over(b[0], b[1] + GAP, loaded=True, below=cover.thick, half=cover.half, half_length=6.3)
        end = self.crane.lower(there + self.random.uniform(*AIM_COVER), b[1], loaded=True)
        cover.follow(t)
        yield self.env.timeout(end - t)
