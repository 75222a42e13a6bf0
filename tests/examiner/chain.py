"""Conservation: every box in exactly one place, handed from place to place by machines that can; stacks that stand.

What is held, in words:

* A described box has a place, a placed box is described; never two places at one instant; no two boxes in one place.
* Slot, ship and ground are reached and left by a crane's spreader only (a hold by the top); between two machines one is
  a spreader.  Into a ship or out of it only quay cranes lift.
* A box enters aboard a ship that just comes or on a truck that just comes, and leaves likewise.
* A box stands on the ground, a deck, or a box one tier below on each column it covers, a 40' on equal tops; none is
  drawn from under another; no 20' on a longer box; no stack higher than its block or ship allows; odd bays hold 20',
  even bays 40' boxes.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby

import numpy as np

from tests.examiner.heard import NEAR_S, Finding, Heard, Visit
from twin.containers import proper_number, size
from twin.facts import PlaceKind
from twin.units import SECOND
from twin.yard import DECK

LEAN = 0.05  # metres two 20' boxes may differ in height under a 40'; the parts of two sizes differ by 0.15 and more
Place = tuple[int, int, int, int, int]  # kind, where, bay, row, tier
Key = tuple[int, int, int, int, int]  # kind, where, column or hold, row, tier
NOWHERE: Place = (PlaceKind.UNKNOWN, -1, 0, 0, 0)
STACKED = (PlaceKind.SLOT, PlaceKind.VESSEL)


@dataclass(frozen=True)
class Move:
    """A box changed hands at *t* (ns)."""

    t: int
    container: int
    before: Place
    after: Place


@dataclass
class Chain:
    """The places of all boxes, walked through in time."""

    heard: Heard
    place: dict[int, Place] = field(default_factory=dict)
    holder: dict[Key, int] = field(default_factory=dict)
    top: dict[int, float] = field(default_factory=dict)  # metres over its stack's foot, of each box in a stack
    moves: list[Move] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    count: Counter[str] = field(default_factory=Counter)  # 'at first', 'entered', 'left', 'gone aboard', 'there'
    seen: set[int] = field(default_factory=set)

    def note(self, t: int, law: str, who: str, what: str, value: float = np.nan, limit: float = np.nan) -> None:
        self.findings.append(Finding(self.heard.second(t), law, who, what, value, limit))


def chain(heard: Heard) -> Chain:
    """The chain of all boxes' places, with what is wrong with it."""
    out = Chain(heard)
    for t, group in groupby(_facts(heard), key=lambda fact: fact[0]):
        _step(out, t, [(container, place) for _, container, place in group])
    _descriptions(out)
    _ends(out)
    return out


def _facts(heard: Heard) -> Iterator[tuple[int, int, Place]]:
    p = heard.places
    columns = (p.t, p.container, p.kind, p.where, p.bay, p.row, p.tier)
    for t, container, *place in zip(*(column.tolist() for column in columns), strict=True):
        yield t, container, tuple(place)


def _step(out: Chain, t: int, said: list[tuple[int, Place]]) -> None:
    news: dict[int, Place] = {}
    for container, place in said:
        if container in news and news[container] != place:
            out.note(t, "places", out.heard.box(container), f"in two places at once: {news[container]} and {place}")
        news[container] = place
    moved = [Move(t, c, out.place.get(c, NOWHERE), p) for c, p in news.items() if out.place.get(c) != p]
    left = [key for move in moved for key in _vacate(out, move)]
    for move in sorted(moved, key=lambda m: (m.after[0], m.after[4])):
        _occupy(out, move)
    for move in moved:
        out.moves.append(move)
        _lawful(out, move)
        _stands(out, move)
    for key in left:
        if key[0] in STACKED and key not in out.holder and (above := out.holder.get(_over(key, 1))) is not None:
            out.note(t, "stacks", out.heard.box(above), f"hangs in the air: the box below it at {key} was drawn out")


# -- who is where


def keys(place: Place) -> list[Key]:
    """What a box in *place* takes up: one or two columns of a tier, or a hold."""
    kind, where, bay, row, tier = place
    if kind in STACKED:
        return [(kind, where, column, row, tier) for column in ((bay,) if bay % 2 else (bay - 1, bay + 1))]
    return [(kind, where, bay, 0, 0)] if kind == PlaceKind.MACHINE else []


def _vacate(out: Chain, move: Move) -> list[Key]:
    mine = [key for key in keys(move.before) if out.holder.get(key) == move.container]
    for key in mine:
        del out.holder[key]
    return mine


def _occupy(out: Chain, move: Move) -> None:
    c, after = move.container, move.after
    for key in keys(after):
        other = out.holder.setdefault(key, c)
        if other != c:
            out.note(move.t, "places", out.heard.box(c), f"put where {out.heard.box(other)} is: {after}")
    if after[0] == PlaceKind.MACHINE:
        others = {0: (1, 2)}.get(after[2], (0,))
        for hold in others:
            if (other_ := out.holder.get((*after[:2], hold, 0, 0))) is not None:
                out.note(move.t, "places", out.heard.box(c), f"in hold {after[2]} across {out.heard.box(other_)}")
        if after[2] and _feet(out, c) != 20:
            out.note(move.t, "places", out.heard.box(c), f"no 20' box, but in the half hold {after[2]}")
    out.place[c] = after
    if after[0] in STACKED:
        below = [out.holder.get(_over(key, -1)) for key in keys(after)]
        out.top[c] = max([0.0, *(out.top.get(b, 0.0) for b in below if b is not None)]) + _height(out, c)


def _over(key: Key, tiers: int) -> Key:
    """The key so many tiers over *key*; aboard a ship tiers go by twos."""
    kind, where, column, row, tier = key
    return kind, where, column, row, tier + tiers * (2 if kind == PlaceKind.VESSEL else 1)


def _feet(out: Chain, container: int) -> int:
    known = size(out.heard.code.get(container, ""))
    return known.feet if known else 0


def _height(out: Chain, container: int) -> float:
    known = size(out.heard.code.get(container, ""))
    return known.height if known else 0.0


# -- how it may move


def _lawful(out: Chain, move: Move) -> None:
    before, after = move.before, move.after
    first = move.container not in out.seen
    out.seen.add(move.container)
    if before[0] == PlaceKind.UNKNOWN:
        _enters(out, move, first)
    elif after[0] == PlaceKind.UNKNOWN:
        _leaves(out, move)
    elif PlaceKind.MACHINE not in (before[0], after[0]):
        out.note(move.t, "chain", out.heard.box(move.container), f"from {before} to {after} without a machine")
    elif (why := _cannot(out.heard, before, after)) is not None:
        out.note(move.t, "chain", out.heard.box(move.container), f"from {before} to {after}: {why}")


def _cannot(heard: Heard, before: Place, after: Place) -> str | None:
    """Why no machine can carry a box from *before* to *after*, if so."""
    if before[0] == after[0] == PlaceKind.MACHINE:
        if before[1] == after[1]:
            return "from hold to hold of one machine"
        grips = [_grips(heard, place) for place in (before, after)]
        return None if grips.count(True) == 1 else "one of two machines, and one only, must be a crane"
    machine, still = (before, after) if before[0] == PlaceKind.MACHINE else (after, before)
    if not _grips(heard, machine):
        return f"{heard.machine(machine[1])} cannot lift"
    if still[0] == PlaceKind.VESSEL and heard.group(machine[1]) != "sts":
        return f"{heard.machine(machine[1])} is no quay crane"
    return None


def _grips(heard: Heard, place: Place) -> bool:
    kind = heard.kind(place[1])
    return kind is not None and 0 <= place[2] < len(kind.holds) and kind.holds[place[2]].by == "top"


def _near(visits: list[Visit], t: int, *, ends: bool) -> bool:
    slack = int(NEAR_S * SECOND)
    return any(abs((v.end if ends else v.start) - t) <= slack and (v.ended or not ends) for v in visits)


def _enters(out: Chain, move: Move, first: bool) -> None:
    heard, (kind, where, *_) = out.heard, move.after
    out.count["at first" if first and move.t <= heard.start else "entered"] += 1
    if first and move.t <= heard.start:
        return
    lawful = (
        kind == PlaceKind.VESSEL and _near(heard.vessel_visits.get(where, []), move.t, ends=False)
    ) or (
        kind == PlaceKind.MACHINE
        and heard.group(where) == "truck"
        and _near(heard.machine_visits.get(where, []), move.t, ends=False)
    )  # fmt: skip
    if not lawful:
        out.note(move.t, "chain", heard.box(move.container), f"appears at {move.after}, no ship or truck that comes")


def _leaves(out: Chain, move: Move) -> None:
    heard, (kind, where, *_) = out.heard, move.before
    out.count["left"] += 1
    lawful = (kind == PlaceKind.VESSEL and _near(heard.vessel_visits.get(where, []), move.t, ends=True)) or (
        kind == PlaceKind.MACHINE
        and heard.group(where) == "truck"
        and _near(heard.machine_visits.get(where, []), move.t, ends=True)
    )
    if not lawful:
        out.note(move.t, "chain", heard.box(move.container), f"vanishes from {move.before}, no ship or truck that goes")


# -- how it may stand


def _stands(out: Chain, move: Move) -> None:
    kind, _, bay, _, tier = place = move.after
    if kind not in STACKED:
        return
    who, feet = out.heard.box(move.container), _feet(out, move.container)
    if why := (_off_block(out.heard, place) if kind == PlaceKind.SLOT else _off_ship(out.heard, place)):
        out.note(move.t, "stacks", who, f"at {place}: {why}")
    if feet and (feet == 20) != bool(bay % 2):
        out.note(move.t, "stacks", who, f"a {feet}' box in bay {bay}")
    lowest = tier == 1 if kind == PlaceKind.SLOT else tier in (2, DECK + 2)
    if lowest:
        return
    below = [out.holder.get(_over(key, -1)) for key in keys(place)]
    if None in below:
        out.note(move.t, "stacks", who, f"floats at {place}: nothing below")
    elif feet == 20 and any(_feet(out, b) != 20 for b in below if b is not None):
        out.note(move.t, "stacks", who, f"a 20' box on a longer one at {place}")
    tops = [out.top.get(b, 0.0) for b in below if b is not None]
    if tops and max(tops) - min(tops) > LEAN:
        out.note(move.t, "stacks", who, f"leans at {place}: uneven below", max(tops) - min(tops), LEAN)


def _off_block(heard: Heard, place: Place) -> str | None:
    b, (_, where, bay, row, tier) = heard.terminal.blocks, place
    if not 0 <= where < len(b):
        return "there is no such block"
    if not (1 <= bay <= 2 * b.bays[where] - 1 and 1 <= row <= b.rows[where]):
        return "outside the block"
    outer = len(b.outer_tiers) and row in (1, b.rows[where]) and b.outer_tiers[where] > 0
    limit = int(b.outer_tiers[where] if outer else b.tiers[where])
    return None if 1 <= tier <= limit else f"only {limit} tiers are allowed"


def _off_ship(heard: Heard, place: Place) -> str | None:
    _, where, bay, row, tier = place
    kind = heard.hull(where)
    if kind is None:
        return None
    if bay < 1 or bay % 4 == 0 or (bay - 1) // 4 >= len(kind.bays):
        return "she has no such bay"
    if not 0 <= row <= kind.rows or tier % 2:
        return "she has no such row or tier"
    most = kind.deck_tiers if tier > DECK else kind.hold_tiers
    level = (tier - DECK) // 2 if tier > DECK else tier // 2
    return None if 1 <= level <= most else f"only {most} tiers are allowed"


# -- what must be true of each box at all, and of all together


def _descriptions(out: Chain) -> None:
    heard = out.heard
    first = {move.container: move.t for move in reversed(out.moves)}
    for container, t in sorted(heard.described.items()):
        if first.get(container, np.inf) > t + NEAR_S * SECOND:
            out.note(t, "places", heard.box(container), "described, but nowhere")
    for container, t in sorted(first.items()):
        name = heard.box(container)
        if heard.described.get(container, np.inf) > t:
            out.note(t, "places", name, "has a place before it is described")
        if not proper_number(name):
            out.note(t, "places", name, "is no container number")


def _ends(out: Chain) -> None:
    """In = out + stored, the stored counted where the world shows them."""
    heard = out.heard
    moment = heard.world.at(heard.end)
    base, _ = moment.positions
    kind, where = moment.containers.kind, moment.containers.where
    gone_with = np.zeros(len(kind), bool)
    for sort, gone in ((PlaceKind.MACHINE, moment.machines.gone), (PlaceKind.VESSEL, moment.vessels.gone)):
        mine = np.flatnonzero((kind == sort) & (where >= 0) & (where < len(gone)))
        gone_with[mine] = gone[where[mine]]
    there = np.isfinite(base).all(axis=1)
    lost = (kind != PlaceKind.UNKNOWN) & ~there & ~gone_with
    out.count["there"] = int(there.sum())
    out.count["gone aboard"] = int(gone_with.sum())
    for container in np.flatnonzero(lost).tolist():
        out.note(heard.end, "places", heard.box(container), f"has no position at the end: {out.place[container]}")
    for container in np.flatnonzero(gone_with & (kind == PlaceKind.MACHINE)).tolist():
        who = heard.machine(int(where[container]))
        out.note(heard.end, "chain", heard.box(container), f"still said to be on {who}, which is gone")
    came, went = out.count["at first"] + out.count["entered"], out.count["left"] + out.count["gone aboard"]
    if came != went + out.count["there"]:
        out.note(heard.end, "places", "all boxes", "in is not out + stored", came, went + out.count["there"])
