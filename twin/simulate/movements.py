"""What the hand-overs of a tally say: lifts at the quay, moves in the yard, what came and went."""

from dataclasses import dataclass, field

from twin.facts import PlaceKind
from twin.simulate.tally import NOWHERE
from twin.simulate.works import Works

LIFTING = ("armg", "rtg", "straddle", "reach_stacker", "empty_handler")
CARRYING = ("agv", "tractor", "straddle")
ON_LAND = (PlaceKind.SLOT, PlaceKind.MACHINE, PlaceKind.SOMEWHERE)


@dataclass
class Movements:
    """What the hand-overs say, by machine row: quay lifts (second, vessel, boxes, TEU), yard moves (second, sort)."""

    quay: dict[int, list[list[float]]] = field(default_factory=dict)
    yard: dict[int, list[tuple[float, str]]] = field(default_factory=dict)
    carried: dict[int, int] = field(default_factory=dict)
    ships: dict[int, list[float]] = field(default_factory=dict)  # vessel row -> seconds of its moves
    stored: list[tuple[float, int]] = field(default_factory=list)  # second, TEU more (or less) in slots
    flow: dict[str, int] = field(default_factory=dict)

    def count(self, what: str) -> None:
        self.flow[what] = self.flow.get(what, 0) + 1


def groups(works: Works) -> list[str]:
    """The group of each machine row; guests are trucks, or things that carry nothing."""
    kinds, own = works.terminal.catalogue.kinds, works.terminal.machines.kind
    groups = [kinds[name].group if name in kinds else "" for name in own]
    return groups + ["truck"] * (len(works.roster.machines) - len(groups))


def movements(works: Works) -> Movements:
    """Read the tally of *works*."""
    read, group = Movements(), groups(works)
    came: dict[int, float] = {}  # box -> kind of the place its machine took it from
    until = min(works.env.now, works.scenario.hours * 3600)
    for t, box_, kind, where_, kind_after, where_after in works.tally.hands.tolist():
        box, where, after = int(box_), int(where_), int(where_after)
        teu = 1 if works.book.boxes.feet(box) == 20 else 2
        origin, counts = came.get(box, NOWHERE), 0 <= t <= until
        _note_stored(read, t, kind, kind_after, teu)
        _note_flow(read, kind, kind_after)
        if kind_after == PlaceKind.MACHINE:
            came[box] = kind
            if counts and kind != NOWHERE and group[after] in CARRYING:
                read.carried[after] = read.carried.get(after, 0) + 1
        if counts and kind == PlaceKind.VESSEL and kind_after == PlaceKind.MACHINE:
            _note_lift(read, after, t, where, teu)
        if counts and kind == PlaceKind.MACHINE and kind_after == PlaceKind.VESSEL and origin != PlaceKind.VESSEL:
            _note_lift(read, where, t, after, teu)
        if counts and kind == PlaceKind.MACHINE and group[where] in LIFTING:
            read.yard.setdefault(where, []).append((t, _sort(origin, kind_after)))
    return read


def _sort(kind: float, kind_after: float) -> str:
    """What a yard crane did: stored, fetched or shuffled a box, or handed it on."""
    slots = kind == PlaceKind.SLOT, kind_after == PlaceKind.SLOT
    return {(False, True): "stored", (True, False): "fetched", (True, True): "rehandled"}.get(slots, "handed on")


def _note_lift(read: Movements, crane: int, t: float, vessel: int, teu: int) -> None:
    lifts = read.quay.setdefault(crane, [])
    if lifts and abs(lifts[-1][0] - t) < 1e-3:  # the other box of a twin lift
        lifts[-1][2] += 1
        lifts[-1][3] += teu
    else:
        lifts.append([t, vessel, 1, teu])
    read.ships.setdefault(vessel, []).append(t)


def _note_stored(read: Movements, t: float, kind: float, kind_after: float, teu: int) -> None:
    change = int(kind_after == PlaceKind.SLOT) - int(kind == PlaceKind.SLOT)
    if change:
        read.stored.append((t, change * teu))


def _note_flow(read: Movements, kind: float, kind_after: float) -> None:
    if kind == NOWHERE:
        read.count("made aboard" if kind_after == PlaceKind.VESSEL else f"made on {PlaceKind(int(kind_after)).name}")
    elif kind == PlaceKind.VESSEL and kind_after in ON_LAND:
        read.count("discharged")
    elif kind in ON_LAND and kind_after == PlaceKind.VESSEL:
        read.count("loaded")
    if kind_after == PlaceKind.UNKNOWN:
        read.count("left aboard" if kind == PlaceKind.VESSEL else "left by road")
