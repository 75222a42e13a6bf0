"""Which boxes a ship gives and takes, bay by bay: what the quay cranes are to do.  The rules are in `stowage`."""

from dataclasses import dataclass, field

from twin.simulate.boxes import Boxes
from twin.simulate.stowage import LASHED, LONG_PITCH, Aboard, Key, bay_pitch

PER_BAY = 70.0  # boxes to discharge and load that make a bay worth a crane's move to it.  Made up


@dataclass(frozen=True)
class Lift:
    """Boxes that leave a stack together: one, or two 20' (fore, aft)."""

    key: Key
    boxes: tuple[int, ...]


@dataclass
class Berths:
    """Places to fill with boxes of one length: how many in which stacks, and which *boxes*, heavy first.

    Boxes that are lifted together, two 20', are one tuple.
    """

    feet: int
    stacks: dict[Key, int] = field(default_factory=dict)
    boxes: list[tuple[int, ...]] = field(default_factory=list)

    @property
    def count(self) -> int:
        return sum(self.stacks.values())


@dataclass
class BayWork:
    """What is to be done at one 40' bay, in this order: discharge the deck, take *panels* off, discharge and load the
    hold, put them back, load the deck.
    """

    k: int
    deck_off: list[Lift] = field(default_factory=list)
    panels: list[int] = field(default_factory=list)
    hold_off: list[Lift] = field(default_factory=list)
    hold_on: list[Berths] = field(default_factory=list)
    deck_on: list[Berths] = field(default_factory=list)

    @property
    def lifts(self) -> int:
        """Lifts of boxes."""
        on = sum(len(b.boxes) for b in (*self.hold_on, *self.deck_on))
        return len(self.deck_off) + len(self.hold_off) + on

    def alone(self, boxes: Boxes) -> bool:
        """Whether a 20' box is lifted without another, for which the crane moves half a box aside."""
        on = [found for q in (*self.hold_on, *self.deck_on) for found in q.boxes]
        lifted = [lift.boxes for lift in (*self.deck_off, *self.hold_off)] + on
        return any(len(found) == 1 and boxes.feet(found[0]) == 20 for found in lifted)

    @property
    def weight(self) -> float:
        """About how many lifts' time it takes: a hatch cover counts for four, off and on."""
        return self.lifts + 4.0 * len(self.panels)


@dataclass(frozen=True)
class Reach:
    """What the cranes can reach: which stacks' boxes, which panels' covers; by (40' bay, row) and (40' bay, panel)."""

    rows: frozenset[tuple[int, int]]
    panels: frozenset[tuple[int, int]]
    lowest: float  # site z of the lowest spreader
    swl: int  # kg that two 20' may weigh together


@dataclass
class _Left:
    """How many tiers of each stack, and whether one 20' alone, are left after what was chosen so far."""

    ship: Aboard
    tiers: dict[Key, int]

    def top(self, key: Key) -> float:
        stack = self.ship.stacks[key]
        return self.ship.z + stack.foot + sum(layer.height for layer in stack.layers[: self.tiers[key]])


def plan(
    ship: Aboard, boxes: Boxes, reach: Reach, *, discharge: int, load: list[int], gangs: int
) -> tuple[list[BayWork], list[int]]:
    """The work at a ship's bays, bow first, and the boxes of *load* for which no place was found."""
    left = _Left(ship, {key: len(stack.layers) for key, stack in ship.stacks.items()})
    bays = _bays(ship, reach, discharge + len(load), gangs)
    works = {k: BayWork(k) for k in range(len(ship.kind.bays))}
    missing = discharge
    for last in (False, True):
        chosen = list(works) if last else bays
        for i, k in enumerate(chosen):
            quota = missing if last else -(-missing // (len(chosen) - i))
            missing -= _discharge(works[k], left, reach, quota) if quota > 0 else 0
    over = _load(works, bays, left, boxes, reach, load)
    return [work for work in works.values() if work.lifts], over


def _bays(ship: Aboard, reach: Reach, work: int, gangs: int) -> list[int]:
    """40' bays to work, spread evenly along the ship."""
    there = sorted({k for k, _ in reach.rows})
    count = min(max(round(work / PER_BAY), -(-3 * gangs // 2), 1), len(there))
    return sorted({there[round((len(there) - 1) * i / max(count - 1, 1))] for i in range(count)})


def _discharge(work: BayWork, left: _Left, reach: Reach, quota: int) -> int:
    """Choose about *quota* boxes of a bay; how many it became."""
    ship, k, found = left.ship, work.k, 0
    panels = list(enumerate(ship.panels(k)))
    panels.sort(key=lambda p: (sum(left.tiers.get((k, row, True), 0) for row in p[1]), p[0]))
    for number, rows in panels or [(0, ship.rows(k))]:
        deck = [(k, row, True) for row in rows if (k, row) in reach.rows]
        found += _take(work.deck_off, left, deck, quota - found, reach.swl)
        if found < quota and openable(left.tiers, k, rows) and (k, number) in reach.panels:
            low = reach.lowest
            hold = [(k, row, False) for row in rows if (k, row) in reach.rows and (k, row, False) in ship.stacks]
            taken = _take(work.hold_off, left, hold, quota - found, reach.swl, lowest=low)
            if taken and number not in work.panels:
                work.panels.append(number)
            found += taken
        if found >= quota:
            break
    return found


def openable(tiers: dict[Key, int], k: int, rows: list[int]) -> bool:
    """Whether nothing stands on the cover over *rows*."""
    return not any(tiers.get((k, row, True), 0) for row in rows)


def _take(lifts: list[Lift], left: _Left, keys: list[Key], quota: int, swl: int, lowest: float = -1e9) -> int:
    """Take boxes off *keys*, tier after tier from above, until *quota* is reached; how many it became."""
    found = 0
    while found < quota:
        there = [key for key in keys if _liftable(left, key, quota - found, lowest)]
        if not there:
            break
        high = max(left.tiers[key] for key in there)
        for key in there:
            if left.tiers[key] == high and _liftable(left, key, quota - found, lowest):
                layer = left.ship.stacks[key].layers[high - 1]
                if layer.mass > swl and len(layer.boxes) == 2:
                    lifts += [Lift(key, layer.boxes[:1]), Lift(key, layer.boxes[1:])]
                else:
                    lifts.append(Lift(key, layer.boxes))
                left.tiers[key] -= 1
                found += len(layer.boxes)
    return found


def _liftable(left: _Left, key: Key, quota: int, lowest: float) -> bool:
    """Whether there is a topmost tier of at most *quota* boxes within reach."""
    n = left.tiers[key]
    return n > 0 and len(left.ship.stacks[key].layers[n - 1].boxes) <= quota and left.top(key) >= lowest


def _load(
    works: dict[int, BayWork], bays: list[int], left: _Left, boxes: Boxes, reach: Reach, load: list[int]
) -> list[int]:
    """Give places to *load* in the works of *bays* first; those that found none."""
    pairs, alone = _pairs([box for box in load if boxes.feet(box) == 20], boxes, reach.swl)
    forties: list[tuple[int, ...]] = [(box,) for box in load if boxes.feet(box) == 40]
    long: list[tuple[int, ...]] = [(box,) for box in load if boxes.feet(box) == 45]
    used: dict[Key, int] = {}
    for group in (pairs, forties):
        group.sort(key=lambda found: (-sum(boxes.mass[box] for box in found), found))
    wanted = {20: len(pairs), 40: len(forties)}
    holds: list[Berths] = []
    decks: list[Berths] = []
    for last in (False, True):
        chosen = list(works) if last else bays
        for i, k in enumerate(chosen):
            for feet in (20, 40):
                quota = wanted[feet] if last else -(-wanted[feet] // (len(chosen) - i))
                for deck, said in ((False, holds), (True, decks)):
                    berths = _berths(works[k], left, reach, used, feet=feet, quota=quota, deck=deck)
                    quota, wanted[feet] = quota - berths.count, wanted[feet] - berths.count
                    if berths.count:
                        said.append(berths)
                        (works[k].deck_on if deck else works[k].hold_on).append(berths)
    over = []
    for group, feet in ((pairs, 20), (forties, 40)):
        over += [box for found in _dealt(group, holds, decks, feet) for box in found]
    over += _on_top(works, bays, left, reach, used, long, long=True)
    return over + _on_top(works, bays, left, reach, used, alone, long=False)


def _pairs(twenties: list[int], boxes: Boxes, swl: int) -> tuple[list[tuple[int, ...]], list[tuple[int, ...]]]:
    """Pairs of 20' boxes that may be lifted together, and those left alone."""
    pairs: list[tuple[int, ...]] = []
    alone: list[tuple[int, ...]] = []
    waiting: dict[float, int] = {}
    for box in twenties:
        height = boxes.height(box)
        other = waiting.pop(height, None)
        if other is None:
            waiting[height] = box
        elif boxes.mass[other] + boxes.mass[box] <= swl:
            pairs.append((other, box))
        else:
            alone.append((other,))
            waiting[height] = box
    return pairs, alone + [(box,) for box in waiting.values()]


def _berths(
    work: BayWork, left: _Left, reach: Reach, used: dict[Key, int], *, feet: int, quota: int, deck: bool
) -> Berths:
    """Up to *quota* places of one length in a bay's hold or on its deck, the lowest first; noted in *used*."""
    ship, k, out = left.ship, work.k, Berths(feet)
    if deck:
        rows = [row for row in ship.rows(k) if (k, row) in reach.rows]
    else:
        rows = [row for n in work.panels for row in ship.panels(k)[n] if (k, row) in reach.rows]
    keys = [(k, row, deck) for row in rows if (k, row, deck) in ship.stacks and (k, row, deck) not in used]
    if not deck:
        keys = [key for key in keys if left.top(key) + 2.5 >= reach.lowest]
    free = {key: ship.stacks[key].free(feet, left.tiers[key]) for key in keys}
    level = {key: left.tiers[key] for key in keys if free[key]}
    most = -(-quota // max(min((f for f in free.values() if f), default=1), 1)) + 1  # stacks of this length, about
    some = sorted(level, key=lambda key: (level[key], keys.index(key)))[: most if feet == 20 else None]
    while out.count < quota and some:
        key = min(some, key=lambda key: (level[key], keys.index(key)))
        out.stacks[key] = out.stacks.get(key, 0) + 1
        level[key] += 1
        used[key] = 1
        if out.stacks[key] == free[key]:
            some.remove(key)
    return out


def _dealt(group: list[tuple[int, ...]], holds: list[Berths], decks: list[Berths], feet: int) -> list[tuple[int, ...]]:
    """Deal boxes, the heaviest into the holds, to all bays in turn; those left over."""
    at = 0
    for berths in ([b for b in holds if b.feet == feet], [b for b in decks if b.feet == feet]):
        while at < len(group) and any(len(b.boxes) < b.count for b in berths):
            for b in berths:
                if at < len(group) and len(b.boxes) < b.count:
                    b.boxes.append(group[at])
                    at += 1
    return group[at:]


def _on_top(
    works: dict[int, BayWork], bays: list[int], left: _Left, reach: Reach, used: dict[Key, int],
    found: list[tuple[int, ...]], *, long: bool,
) -> list[int]:  # fmt: skip
    """Places on deck stacks that get nothing else: for *long* (45') boxes, or for a 20' that found no partner."""
    over: list[int] = []
    for i, (box,) in enumerate(found):
        turn = i % max(len(bays), 1)
        key = next((key for k in bays[turn:] + bays[:turn] for key in _fit(left, reach, used, k, long=long)), None)
        if key is None:
            over.append(box)
            continue
        used[key] = 1
        works[key[0]].deck_on.append(Berths(45 if long else 20, {key: 1}, [(box,)]))
    return over


def _fit(left: _Left, reach: Reach, used: dict[Key, int], k: int, *, long: bool) -> list[Key]:
    """Deck stacks of a bay that may take a 45' box, or one 20' alone."""
    out = []
    for row in left.ship.rows(k):
        stack = left.ship.stacks[k, row, True]
        n = left.tiers[stack.key]
        if (k, row) not in reach.rows or stack.key in used or not stack.free(40, n):
            continue
        if long and n >= LASHED and stack.layers[n - 1].feet == 40 and bay_pitch(left.ship.kind, k) > LONG_PITCH:
            out.append(stack.key)
        if not long and n == 0:
            out.append(stack.key)
    return out
