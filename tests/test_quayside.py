"""Ships and quay cranes at work, with neighbours that carry and keep boxes by themselves."""

from collections import Counter
from functools import cache
from itertools import pairwise

import numpy as np
import pytest

from tests.quayside_parts import Carriers, quay, terminal_called
from twin.facts import NavStatus, PlaceKind, Status
from twin.geometry import Floats
from twin.simulate.book import LEFT
from twin.simulate.calls import LINES
from twin.simulate.handover import Process
from twin.simulate.hatches import cover_kind
from twin.simulate.lifts import Cover, QuayCrane
from twin.simulate.moorings import FENDER, GAP
from twin.simulate.rails import APART
from twin.simulate.scenario import Call
from twin.simulate.stowage import empty_ship
from twin.simulate.works import FAULT, Works
from twin.yard import DECK, row_offset

HOURS = 9.0
WIDTH, NEAR = 2.438, 0.031  # metres: a box; sideways within which a spreader is over the stack it works
CALLS = (
    Call("ALPHA", "neo-panamax", "B1", -1.0, 160, 130, along=10, cranes=4),
    Call("BRAVO", "panamax", "B2", 3600.0, 120, 100, along=50, bow="end", cranes=3),
    Call("CHARLIE", "feeder-1000", "B1", 6 * 3600.0, 40, 40, along=60, cranes=2),
)


@cache
def played() -> tuple[Works, Carriers]:
    """One run for all claims: two ships, and a third that waits for the first one's berth."""
    works, carriers = quay(terminal_called("altenwerder"), *CALLS)
    works.env.run(until=HOURS * 3600)
    return works, carriers


def cranes(works: Works) -> list[QuayCrane]:
    return [track for _, track in sorted(works.tracks.items()) if isinstance(track, QuayCrane)]


def happened(works: Works, kind: str) -> dict[str, float]:
    return {who: t for t, k, who, _ in works.events if k == kind}


# Boxes.


def test_every_box_asked_for_is_discharged_and_loaded_once():
    works, carriers = played()

    assert sorted(happened(works, "sailed")) == ["ALPHA", "BRAVO", "CHARLIE"]
    lifts = [(t, box, place) for t, _, box, place in works.book.said]
    from_ship = Counter(box for _, box, place in lifts if place.kind == PlaceKind.VESSEL)
    assert max(from_ship.values()) == 1  # nobody is shifted on board
    assert len(carriers.swallowed) == sum(call.discharge for call in CALLS)
    assert len({*carriers.swallowed}) == len(carriers.swallowed)
    aboard = [b for b, place in works.book.place.items() if place.kind == PlaceKind.VESSEL and b in works.book.bound]
    assert len(aboard) == sum(call.load for call in CALLS)


def test_a_box_goes_from_hand_to_hand():
    """Ship, crane, vehicle, yard; and back the same way."""
    works, _ = played()
    chain: dict[int, list[PlaceKind]] = {}
    who: dict[int, list[int]] = {}
    for _, _, box, place in sorted(works.book.said):
        chain.setdefault(box, []).append(place.kind)
        who.setdefault(box, []).append(place.where)

    ship, machine, slot = PlaceKind.VESSEL, PlaceKind.MACHINE, PlaceKind.SLOT
    allowed = {(ship,), (ship, machine, machine, slot), (slot, machine, machine, ship)}
    assert {tuple(places) for places in chain.values()} == allowed
    own = {crane.row for crane in cranes(works)}
    assert all(sum(w in own for w in who[box][1:3]) == 1 for box, places in chain.items() if len(places) == 4)


def test_two_twenties_are_lifted_together_only_where_they_stand_level():
    works, _ = played()
    boxes, book = works.maker.boxes, sorted(works.book.said)
    before: dict[int, tuple[int, int, int]] = {}
    own = {crane.row for crane in cranes(works)}
    together: dict[tuple[float, int], list[int]] = {}
    for t, _, box, place in book:
        if place.kind == PlaceKind.VESSEL:
            before[box] = place.bay, place.row, place.tier
        if place.kind == PlaceKind.MACHINE and place.where in own and place.bay:
            together.setdefault((t, place.where), []).append(box)

    assert len(together) > 20
    for pair in together.values():
        a, b = pair
        assert boxes.height(a) == boxes.height(b)
        assert boxes.mass[a] + boxes.mass[b] <= 61_000
        if a in before and b in before:
            (bay_a, *rest_a), (bay_b, *rest_b) = before[a], before[b]
            assert abs(bay_a - bay_b) == 2
            assert rest_a == rest_b


# Lifts over stacks.


class Piles:
    """Site heights of the stacks of one ship over time, from what the book says of her boxes."""

    def __init__(self, works: Works, vessel: int, keel: float, kind: str) -> None:
        about = works.terminal.catalogue.vessels[kind]
        self.foot = {True: keel + about.deck_z, False: keel + about.hold_z}
        self.changes: dict[tuple[int, int, bool], list[tuple[float, float]]] = {}  # stack -> (second, top)
        boxes = works.maker.boxes
        there: dict[int, tuple[tuple[int, int, bool], int]] = {}
        piles: dict[tuple[int, int, bool], dict[int, float]] = {}
        for t, _, box, place in sorted(works.book.said):
            if box in there:
                key, tier = there.pop(box)
                piles[key].pop(tier, None)
                self._note(t, key, piles[key])
            if place.kind == PlaceKind.VESSEL and place.where == vessel:
                key = (place.bay - 1) // 4, place.row, place.tier > DECK
                there[box] = key, place.tier
                piles.setdefault(key, {})[place.tier] = boxes.height(box)
                self._note(t, key, piles[key])

    def _note(self, t: float, key: tuple[int, int, bool], pile: dict[int, float]) -> None:
        self.changes.setdefault(key, []).append((t, self.foot[key[2]] + sum(pile.values())))

    def top(self, key: tuple[int, int, bool], t: Floats) -> Floats:
        """Site z (n,) of the top of a stack."""
        own = self.changes.get(key, [])
        tops = np.array([self.foot[key[2]], *(c[1] for c in own)])
        return np.asarray(tops[np.searchsorted([c[0] for c in own], t, side="right")])


def load_below(works: Works, crane: QuayCrane, t: Floats) -> Floats:
    """How far what hangs from the spreader reaches down (m)."""
    below, times = [0.0], []
    held: dict[int, float] = {}
    for second, _, box, place in sorted(works.book.said):
        mine = place.kind == PlaceKind.MACHINE and place.where == crane.row
        if mine or box in held:
            held.pop(box, None)
            if mine:
                held[box] = works.maker.boxes.height(box)
            times.append(second)
            below.append(max(held.values(), default=0.0))
    return np.array(below)[np.searchsorted(times, t, side="right")]


@pytest.mark.parametrize("number", range(3))
def test_spreader_and_load_pass_a_metre_over_every_stack(number: int) -> None:
    """Every 0.1 s, against all stacks of the bays that the load reaches over; at its own stack it may touch."""
    works, _ = played()
    call = CALLS[number]
    row = works.roster.vessels.row[call.ship]
    reports = [r for r in works.sea.reports if r[1] == row and r[6] == NavStatus.MOORED]
    _, _, x, y, yaw, draught, _ = reports[0]
    piles = Piles(works, row, works.terminal.site.water_level - draught, call.kind)
    kind = works.terminal.catalogue.vessels[call.kind]
    passed = touched = 0
    for crane in cranes(works):
        t = np.arange(reports[0][0], reports[-1][0], 0.1)
        s = crane.crane.sampled(t)
        trolley, hoist = s.joints[:, 0], s.joints[:, 1] - load_below(works, crane, t)
        for k, bay in enumerate(kind.bays):
            reach = s.joints[:, 3] / 2 + 6.096
            mine = (trolley < -4.0) & (np.abs(s.x - (x + np.cos(yaw) * bay)) < reach)
            for r in range(kind.rows + 1) if mine.any() else []:
                across = float(row_offset(np.array([r]), kind.rows)[0]) * kind.row_pitch * np.cos(yaw)
                off = np.abs(trolley[mine] - (y - 3.0 + across))
                deck, hold = (piles.top((k, r, on), t[mine]) for on in (True, False))
                own = np.where(deck == piles.foot[True], hold, deck)
                past, over = (off < WIDTH) & (off > NEAR) & (deck > piles.foot[True]), off <= NEAR
                assert np.all((hoist[mine] - deck)[past] > 1.0)
                assert np.all((hoist[mine] - own)[over] > -0.02)
                passed, touched = (
                    passed + int(past.sum()),
                    touched + int((np.abs(hoist[mine] - own)[over] < 0.02).sum()),
                )
    assert passed > 1000
    assert touched > 100


def test_over_land_everything_hangs_above_the_vehicles_but_over_its_own_lane():
    works, carriers = played()

    for crane in cranes(works):
        t = np.arange(0.0, HOURS * 3600, 0.1)
        s = crane.crane.sampled(t)
        trolley, hoist = s.joints[:, 0], s.joints[:, 1] - load_below(works, crane, t)
        low = (trolley > -3.0) & (hoist < 5.3 + 1.0)
        off = np.abs(trolley[low, None] - np.array(carriers.over)).min(axis=1)
        assert np.all((off <= NEAR) | (off > 2.8))  # over its lane, or where covers lie
        assert np.sum(off <= NEAR) > 100 or not crane.crane.gantry.ramps


def test_a_vehicle_leaves_only_when_the_spreader_is_clear():
    works, carriers = played()
    by_row = {crane.row: crane for crane in cranes(works)}

    assert len(carriers.stops) > 300
    for ready, done, stop, row in carriers.stops[:400]:
        crane = by_row[row].crane
        assert done > ready
        s = crane.sampled(np.array([done]))
        below = float(load_below(works, by_row[row], np.array([done]))[0])
        over = abs(s.joints[0, 0] - crane.reach(stop.x, stop.y)[1]) < 2.5
        assert not over or s.joints[0, 1] - below > stop.z + (2.5 if stop.boxes else 0.0) + 1.0


# Hatch covers.


def covers_of(works: Works) -> list[Cover]:
    return [track for track in works.tracks.values() if isinstance(track, Cover)]


@cache
def opened() -> tuple[Works, Carriers]:
    """A ship of whose hold much is wanted, still alongside at the end."""
    call = Call("DELTA", "panamax", "B1", -1.0, 400, 300, along=20, cranes=2)
    works, carriers = quay(terminal_called("altenwerder"), call, hours=5)
    works.env.run(until=5 * 3600)
    return works, carriers


def test_covers_are_lifted_off_before_the_hold_is_worked_and_lie_clear_of_the_lanes():
    works, carriers = opened()
    covers = covers_of(works)

    assert len(covers) >= 3
    for cover in covers:
        lying = [t for t, status in cover.status.changes if status == Status.IDLE]
        s = cover.sampled(np.array(lying) + 1.0)
        assert np.allclose(s.z % 0.6, 0.0, atol=1e-6) | np.allclose(s.z % 0.6, 0.6, atol=1e-6)
        lanes = np.array(carriers.over)
        assert np.abs((s.y - 3.0)[:, None] - lanes).min() > cover.half + 1.5


def test_a_cover_rides_with_the_spreader():
    works, _ = opened()

    for cover in covers_of(works):
        for (t0, status), (t1, _) in pairwise(cover.status.changes):
            if status == Status.WORKING:
                t = np.arange(t0, t1, 0.5)
                crane, own = cover.crane.sampled(t), cover.sampled(t)
                assert np.allclose(own.z + cover.thick, crane.joints[:, 1] + cover.crane.z, atol=1e-6)
                assert np.allclose(own.y, 3.0 + crane.joints[:, 0], atol=1e-6)


def test_nothing_is_set_on_deck_above_an_open_hatch_and_holds_are_worked_through_open_ones():
    works, _ = opened()
    names = works.roster.machines.name
    away: dict[str, list[tuple[float, float]]] = {}
    for cover in covers_of(works):
        times = [t for t, _ in cover.status.changes]
        back = cover.status.changes[-1][1] == Status.GONE
        away[names[cover.row]] = [(times[0], times[-1] if back else np.inf)]
    ship = empty_ship(works.terminal.catalogue.vessels["panamax"], -12.0, most_deck=9)
    hold = 0
    for t, _, _, place in sorted(works.book.said):
        if place.kind == PlaceKind.VESSEL and t > 0:
            k = (place.bay - 1) // 4
            n = next(n for n, rows in enumerate(ship.panels(k)) if place.row in rows)
            times = away.get(f"DELTA H{4 * k + 2:02d}-{n + 1}", [])
            open_then = any(a < t < b for a, b in times)
            assert open_then == (place.tier < DECK)
            hold += place.tier < DECK
    assert hold > 20


def test_every_cover_has_a_kind():
    kinds = terminal_called("small").catalogue.kinds
    for rows in (3, 4, 5):
        assert kinds[cover_kind(rows)].group == "hatch"
        assert kinds[cover_kind(rows)].width < rows * 2.5


# Cranes along the quay.


def test_cranes_never_come_nearer_than_they_may():
    works, _ = played()
    t = np.arange(0.0, HOURS * 3600, 1.0)
    along = np.array([c.crane.sampled(t).x for c in cranes(works)])

    assert np.diff(along, axis=0).min() >= 27.0 + APART - 1e-3


def test_a_crane_travels_with_its_spreader_up_over_land_and_never_while_a_vehicle_comes():
    works, carriers = played()

    for crane in cranes(works):
        for ramp in (r for r in crane.crane.gantry.ramps if abs(r.end - r.start) > 3.1):  # not half a bay, for one 20'
            s = crane.crane.sampled(np.arange(ramp.t0, ramp.t1, 1.0))
            assert np.all(s.joints[:, 0] > 0)
            assert np.all(s.joints[:, 1] > 20)
            for ready, done, _, row in carriers.stops:
                assert row != crane.row or ready - 30 >= ramp.t1 or done <= ramp.t0


def test_booms_are_up_and_cranes_stand_still_while_a_ship_moves_at_her_berth():
    works, _ = played()
    moored, coming = happened(works, "moored"), happened(works, "arriving")
    sailed, away = happened(works, "sailed"), happened(works, "under way")
    berths = works.terminal.berths
    moves = [(coming[s] + 1000, moored[s], s) for s in coming] + [(sailed[s], away[s], s) for s in sailed]

    assert len(moves) == 5
    for begin, end, ship in moves:
        call = next(c for c in CALLS if c.ship == ship)
        low = next(b.start for b in berths if b.name == call.berth) + (call.along or 0)
        high = low + works.terminal.catalogue.vessels[call.kind].length
        t = np.arange(max(begin, end - 500), end, 5.0)
        for crane in cranes(works):
            s = crane.crane.sampled(t)
            if np.any((s.x > low - 14) & (s.x < high + 14)):
                assert np.ptp(s.x) == 0.0
                assert np.all(s.joints[:, 2] >= crane.boom_up - 1e-6)
                assert np.all(s.joints[:, 0] > 0)


def test_a_crane_out_of_service_stands_still_and_the_others_do_the_work():
    call = Call("ECHO", "feeder-2500", "B1", -1.0, 60, 40, along=20, cranes=3)
    works, carriers = quay(terminal_called("altenwerder"), call, out=("QC02",))

    works.env.run(until=5 * 3600)

    dead = next(c for c in cranes(works) if c.name == "QC02")
    assert not dead.crane.gantry.ramps
    assert dead.crane.status.now == Status.OFF
    assert len(carriers.swallowed) == 60
    assert "ECHO" in happened(works, "sailed")


def test_a_crane_that_breaks_down_stands_still_until_it_is_mended_and_then_goes_on():
    """Twenty minutes for which somebody else has the right to command it."""
    call = Call("GOLF", "feeder-2500", "B1", -1.0, 80, 60, along=20, cranes=2)
    works, carriers = quay(terminal_called("altenwerder"), call)
    works.env.run(until=1500)
    row = next(row for row in sorted(works.tracks) if works.of_duty(row).count)
    held: list[float] = []

    def fault() -> Process:
        with works.of_duty(row).request(priority=FAULT) as turn:
            yield turn
            held.append(works.env.now)
            yield works.env.timeout(1200.0)
            held.append(works.env.now)

    works.env.process(fault())
    works.env.run(until=7 * 3600)

    crane = next(c for c in cranes(works) if c.row == row).crane
    s = crane.sampled(np.linspace(held[0] + 0.1, held[1] - 0.1, 200))
    assert held[0] - 1500 < 300
    assert np.ptp(s.joints, axis=0).max() < 1e-9
    assert np.ptp(s.x) < 1e-9
    assert all(not held[0] < done < held[1] for _, done, _, who in carriers.stops if who == row)
    assert len(carriers.swallowed) == 80
    assert "GOLF" in happened(works, "sailed")


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2, 8))
def test_whatever_the_seed_all_work_is_done_and_cranes_keep_apart(seed: int) -> None:
    random = np.random.default_rng(seed)
    kinds = ["feeder-1000", "feeder-2500", "panamax", "post-panamax-1", "neo-panamax", "vlcs"]
    calls = []
    for n in range(7):
        kind = str(random.choice(kinds[: 4 if n % 2 else 6]))
        arrival, along = float(random.uniform(-1, 6)) * 3600, float(random.uniform(0, 40)) if n % 4 < 3 else 20.0
        off, on, most = (int(random.integers(0, top)) for top in (250, 250, 6))
        bow = "start" if random.random() < 0.5 else "end"
        calls.append(Call(f"SHIP{n}", kind, f"B{n % 4 + 1}", arrival, off, on, along=along, bow=bow, cranes=most))
    works, carriers = quay(terminal_called("altenwerder"), *calls, seed=seed, after=float(random.uniform(20, 200)))

    works.env.run(until=40 * 3600)

    assert sorted(happened(works, "sailed")) == sorted(call.ship for call in calls)
    assert len(carriers.swallowed) == sum(call.discharge for call in calls)
    along = np.array([c.crane.sampled(np.arange(0.0, 40 * 3600, 5.0)).x for c in cranes(works)])
    assert np.diff(along, axis=0).min() >= 27.0 + APART - 1e-3


# Ships.


def test_ships_move_smoothly_and_never_meet_the_quay_or_each_other():
    """Speeds between reports 5 s apart: 5 knots along and 0.18 m/s sideways at most, and no jerks."""
    works, _ = played()
    reports = sorted(works.sea.reports)
    for call in CALLS:
        own = [r for r in reports if works.roster.vessels.name[r[1]] == call.ship and r[6] == NavStatus.UNDER_WAY]
        kind = works.terminal.catalogue.vessels[call.kind]
        t, x, y = (np.array([r[i] for r in own]) for i in (0, 2, 3))
        keep = np.append(True, np.diff(t) > 0.5)
        t, x, y = t[keep], x[keep], y[keep]
        whole = np.flatnonzero(np.diff(t) < 60)
        vx, vy = (np.diff(c)[whole] / np.diff(t)[whole] for c in (x, y))
        assert np.abs(vx).max() < 2.6
        assert np.abs(vy).max() < 0.181
        near = np.flatnonzero((np.diff(whole) == 1) & (np.diff(t)[whole][:-1] > 4))
        assert np.abs(np.diff(vx))[near].max() / 5 < 0.011
        assert (-y - kind.beam / 2).min() >= FENDER - 1e-3


def test_a_ship_waits_for_her_berth_and_lies_clear_of_the_others():
    works, _ = played()
    moored, sailed = happened(works, "moored"), happened(works, "sailed")

    assert sailed["ALPHA"] < moored["CHARLIE"]
    at = {r[1]: r for r in works.sea.reports if r[6] == NavStatus.MOORED}
    ends = sorted(
        (r[2] - k.length / 2, r[2] + k.length / 2)
        for r, k in (
            (at[works.roster.vessels.row[c.ship]], works.terminal.catalogue.vessels[c.kind]) for c in CALLS[:2]
        )
    )
    assert ends[1][0] - ends[0][1] >= GAP


def test_one_ship_moves_at_a_time():
    works, _ = played()
    spans: dict[int, list[float]] = {}
    for r in sorted(works.sea.reports):
        if r[6] == NavStatus.UNDER_WAY:
            spans.setdefault(r[1], []).append(r[0])
    legs = []
    for ship, t in spans.items():
        cuts = np.flatnonzero(np.diff(t) > 300)
        legs += [(a[0], a[-1], ship) for a in np.split(np.array(t), cuts + 1)]
    for (_, end, _), (begin, _, _) in pairwise(sorted(legs)):
        assert begin >= end - 1e-6


def test_a_ship_that_sails_is_gone_in_the_end():
    works, _ = played()

    for call in CALLS:
        row = works.roster.vessels.row[call.ship]
        assert max(r for r in works.sea.reports if r[1] == row)[6] == NavStatus.GONE


def test_work_begins_once_the_lines_are_fast():
    works, _ = played()
    row = works.roster.vessels.row["BRAVO"]
    own = {box for _, _, box, p in works.book.said if p.kind == PlaceKind.VESSEL and p.where == row}

    first = min(t for t, _, box, p in works.book.said if p.kind == PlaceKind.MACHINE and box in own)

    assert first >= happened(works, "moored")["BRAVO"] + LINES


def test_a_crane_makes_25_to_40_moves_an_hour_while_it_works():
    """The published range; boxes an hour from a crane's first to its last hand-over at each stretch of work."""
    works, _ = played()
    own = {crane.row for crane in cranes(works)}
    hands: dict[int, list[float]] = {}
    for t, _, _, place in sorted(works.book.said):
        if place.kind == PlaceKind.MACHINE and place.where in own:
            hands.setdefault(place.where, []).append(t)

    moves, hours = 0, 0.0
    for t in hands.values():
        gaps = np.diff(t)
        moves += len(t)
        hours += float(gaps[gaps < 600].sum()) / 3600

    assert 25 <= moves / hours <= 45


def test_the_same_seed_gives_the_same_run():
    call = Call("FOX", "feeder-1000", "B1", -1.0, 30, 30, along=20)
    said = []
    for seed in (1, 1, 2):
        works, _ = quay(terminal_called("altenwerder"), call, seed=seed)
        works.env.run(until=4000)
        said.append((works.book.said, works.sea.reports, [c.crane.gantry.ramps for c in cranes(works)]))

    assert said[0] == said[1]
    assert said[0] != said[2]


def test_a_ship_that_calls_again_comes_with_other_boxes():
    calls = [Call("HOTEL", "feeder-1000", "B1", t, 20, 10, along=20, cranes=2) for t in (-1.0, 8 * 3600.0)]
    works, carriers = quay(terminal_called("altenwerder"), *calls)
    works.env.run(until=16 * 3600)

    assert len(carriers.swallowed) == 40
    last: dict[int, PlaceKind] = {}
    for t, _, box, place in sorted(works.book.said):
        if t < 7 * 3600:
            last[box] = place.kind
    stayed = [box for box, kind in last.items() if kind == PlaceKind.VESSEL]
    assert len(stayed) > 200
    assert all(works.book.place[box] == LEFT for box in stayed)


def test_a_quay_without_cranes_still_sees_ships_come_and_go():
    terminal = terminal_called("altenwerder")
    works, carriers = quay(
        terminal, Call("INDIA", "feeder-1000", "B1", 2000.0, 20, 10, along=20), out=terminal.machines.name
    )
    works.env.run(until=4 * 3600)

    assert {"INDIA"} == {*happened(works, "moored")} == {*happened(works, "sailed")}
    assert not carriers.swallowed
