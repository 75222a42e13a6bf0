"""Imperfect messages: each imperfection alone has its effect and no other, and the world gets over all of them."""

from collections.abc import Callable, Iterable
from dataclasses import fields
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.worlds import T0, at_second, described, tiny_terminal
from twin import facts
from twin.facts import Batch, DescribedMachines, PlaceKind, Places, Poses, Roster, Status, roster_of, rows_of
from twin.geometry import Floats, Ints
from twin.simulate.imperfect import Item, imperfect
from twin.simulate.scenario import Imperfections
from twin.units import MS, SECOND
from twin.world import World

TERMINAL = tiny_terminal()
CRANE, CART, GUEST = 0, 1, 2
N = 2000  # seconds
NAMES = ["BOX0", "BOX1"]


def a_stream(seconds: int = N) -> list[Item]:
    """As `_stream`, in lists of its own."""
    return [(t, [*batches]) for t, batches in _stream(seconds)]


@cache
def _stream(seconds: int) -> list[Item]:
    """The crane stands, the cart drives 1 mm/s, a guest (a cart too) as well; box 0 changes hands every second."""
    roster = a_roster()
    guest = DescribedMachines(np.array([T0]), np.array([GUEST]), ("TRUCK1",), ("cart",))
    snapshot: list[Batch] = [
        described(roster, NAMES),
        guest,
        _stood(0),
        facts.places(T0, [0, 1], PlaceKind.MACHINE, CART),
    ]
    return [(T0, snapshot)] + [(at_second(s), [_stood(s), _handed(s)]) for s in range(1, seconds + 1)]


def a_roster() -> Roster:
    roster = roster_of(TERMINAL.machines.name)
    roster.machines.of("TRUCK1")
    roster.containers.rows(NAMES)
    return roster


def _stood(s: int) -> Poses:
    x = [50.0, 60.0 + s / 1000, 80.0 + s / 1000]
    return facts.poses(at_second(s), [CRANE, CART, GUEST], x, [3.0, 20.0, 30.0])


def _handed(s: int) -> Places:
    return facts.places(at_second(s), 0, PlaceKind.MACHINE, CART if s % 2 else GUEST)


def spoilt(what: Imperfections, stream: Iterable[Item] | None = None, seed: int = 1) -> list[Item]:
    return list(imperfect(a_stream() if stream is None else stream, what, np.random.default_rng(seed), TERMINAL))


def column(stream: Iterable[Item], of: type[Batch], name: str) -> Ints:
    """A column of all batches *of* a type after the first item, as they came."""
    parts = [getattr(b, name) for _, batches in list(stream)[1:] for b in batches if isinstance(b, of)]
    return np.concatenate(parts)


def same(a: Batch, b: Batch) -> bool:
    return type(a) is type(b) and all(np.array_equal(getattr(a, c.name), getattr(b, c.name)) for c in fields(a))


# -- what is not touched


def test_without_imperfections_the_very_same_batches_come():
    stream = a_stream(5)

    out = spoilt(Imperfections(), stream)

    assert all(a is b for (_, one), (_, two) in zip(stream, out, strict=True) for a, b in zip(one, two, strict=True))


ALL = Imperfections(noise=0.5, jitter=0.2, loss=0.3, duplicates=0.3, late=0.3, late_by=3.0, skew=2.0)


def test_the_first_item_and_descriptions_come_as_they_were_said():
    late = described(a_roster(), NAMES, t=at_second(2))
    stream = a_stream(3)
    stream[2][1].append(late)

    out = spoilt(ALL, stream)

    assert all(a is b for a, b in zip(stream[0][1], out[0][1], strict=True))
    assert any(batch is late for batch in out[2][1])


def test_farewells_are_not_lost():
    gone = facts.poses(at_second(1), CART, 60.0, 20.0, status=Status.GONE)
    left = facts.places(at_second(1), 0, PlaceKind.UNKNOWN, -1)

    out = spoilt(Imperfections(loss=1.0), [*a_stream(0), (at_second(1), [_stood(1), gone, left])])

    assert [same(*pair) for pair in zip(out[1][1], (gone, left), strict=True)] == [True, True]


# -- each alone


def test_loss_takes_its_share_of_reports_and_places_and_changes_no_other():
    """2000 places, a tenth lost: 200, give or take 4 x 13; thrice as many poses."""
    out = spoilt(Imperfections(loss=0.1))

    assert len(column(out, Places, "t")) == pytest.approx(0.9 * N, abs=54)
    assert len(column(out, Poses, "t")) == pytest.approx(0.9 * 3 * N, abs=93)
    kept = [b for _, batches in out[1:] for b in batches]
    assert all(_among(batch) for batch in kept)


def _among(batch: Batch) -> bool:
    """Whether every fact of *batch* is one that was said in its second."""
    s = int(batch.t[0] - T0) // SECOND
    whole = _stood(s) if isinstance(batch, Poses) else _handed(s)
    if isinstance(batch, Poses) and isinstance(whole, Poses):
        return same(batch, facts.some(whole, np.isin(whole.machine, batch.machine)))
    return same(batch, whole)


def test_duplicates_come_twice_and_are_the_same():
    out = spoilt(Imperfections(duplicates=0.2))

    keys, counts = np.unique(
        np.stack([column(out, Poses, "t"), column(out, Poses, "machine")]), axis=1, return_counts=True
    )
    assert keys.shape[1] == 3 * N
    assert set(counts.tolist()) == {1, 2}
    assert (counts == 2).mean() == pytest.approx(0.2, abs=0.025)
    assert all(len(np.unique(b.x[b.machine == CART])) <= 1 for _, bs in out for b in bs if isinstance(b, Poses))


def test_noise_is_on_vehicles_alone_and_as_large_as_said():
    out = spoilt(Imperfections(noise=0.05))

    machine, t = column(out, Poses, "machine"), column(out, Poses, "t")
    told, true = column(out, Poses, "x"), np.where(machine == CART, 60.0, 80.0) + (t - T0) / SECOND / 1000
    assert np.all(told[machine == CRANE] == 50.0)
    for row in (CART, GUEST):
        off: Floats = told[machine == row] - true[machine == row]
        assert off.std() == pytest.approx(0.05, rel=0.07)
        assert off.mean() == pytest.approx(0.0, abs=0.005)
    assert np.array_equal(t, column(a_stream(), Poses, "t"))
    assert np.all(np.abs(told * 1000 - np.rint(told * 1000)) < 1e-6)


def test_jitter_moves_stamps_and_nothing_else():
    out = spoilt(Imperfections(jitter=0.1))

    for of in (Poses, Places):
        off = (column(out, of, "t") - column(a_stream(), of, "t")) / SECOND
        assert off.std() == pytest.approx(0.1, rel=0.07)
        assert np.all(column(out, of, "t") % MS == 0)
    assert np.array_equal(column(out, Poses, "x"), column(a_stream(), Poses, "x"))
    assert [t for t, _ in out] == [t for t, _ in a_stream()]


def test_each_machine_has_one_skew_and_its_boxes_places_share_it():
    out = spoilt(Imperfections(skew=2.0))

    machine = column(out, Poses, "machine")
    off = column(out, Poses, "t") - column(a_stream(), Poses, "t")
    later = np.arange(len(off)) > 15  # nothing is stamped before the start
    skew = [np.unique(off[(machine == row) & later]) for row in range(3)]
    assert all(len(one) == 1 and abs(one[0]) <= 2 * SECOND for one in skew)
    assert len({int(one[0]) for one in skew}) == 3
    placed = (column(out, Places, "t") - column(a_stream(), Places, "t"))[5:]
    holder = column(out, Places, "where")[5:]
    assert all(placed[n] == skew[row][0] for n, row in enumerate(holder.tolist()))


def test_nothing_is_stamped_before_the_first_item():
    out = spoilt(Imperfections(skew=30.0, jitter=3.0), a_stream(40))

    assert min(int(b.t.min()) for _, batches in out[1:] for b in batches) > T0


def test_late_messages_all_come_in_a_later_item_and_no_later_than_said():
    out = spoilt(Imperfections(late=0.25, late_by=3.0))

    waits = [((t - b.t) / SECOND) for t, batches in out[1:] for b in batches if isinstance(b, Poses)]
    wait = np.concatenate(waits)
    assert len(wait) == 3 * N
    assert (wait > 0).mean() == pytest.approx(0.25, abs=0.025)
    assert set(wait.tolist()) == {0.0, 1.0, 2.0, 3.0}
    assert np.any(np.diff(column(out, Poses, "t")) < 0)


# -- by seed


@pytest.mark.parametrize("same_seed", [True, False])
def test_the_seed_decides_all(same_seed: bool):
    one, two = spoilt(ALL, a_stream(50), seed=1), spoilt(ALL, a_stream(50), seed=1 if same_seed else 2)

    alike = [a for a, _ in one] == [a for a, _ in two] and all(
        len(x) == len(y) and all(map(same, x, y)) for (_, x), (_, y) in zip(one, two, strict=True)
    )
    assert alike is same_seed


# -- laws

shares = st.sampled_from([0.0, 0.3, 0.9])
seconds = st.sampled_from([0.0, 0.3, 1.5])


@st.composite
def imperfections(draw: st.DrawFn) -> Imperfections:
    return Imperfections(
        loss=draw(shares), duplicates=draw(shares), late=draw(shares), late_by=draw(st.sampled_from([1.0, 4.0]))
    )


@st.composite
def handed(draw: st.DrawFn) -> list[Item]:
    """Twelve seconds in which machines move about and boxes change hands."""
    out = a_stream(0)
    for s in range(1, 13):
        t = at_second(s)
        who, x = draw(st.integers(0, 2)), draw(st.integers(40, 45))
        box, slot = draw(st.integers(0, 1)), draw(st.integers(0, 2))
        place = (
            facts.places(t, box, PlaceKind.SLOT, 0, bay=1, row=1, tier=slot)
            if slot
            else facts.places(t, box, PlaceKind.MACHINE, who)
        )
        out.append((t, [facts.poses(t, who, float(x), 20.0), place]))
    return out


def world_of(stream: Iterable[Item]) -> World:
    world = World(TERMINAL, a_roster())
    for _, batches in stream:
        for batch in batches:
            world.hear(batch)
    return world


def last(stream: Iterable[Item], of: type[Batch], who: Callable[[Batch], Ints]) -> dict[int, tuple[int, ...]]:
    """The newest fact that came about each thing, as a tuple of its columns."""
    out: dict[int, tuple[int, ...]] = {}
    for _, batches in stream:
        for b in batches:
            if isinstance(b, of):
                for n, row in enumerate(who(b).tolist()):
                    told = (
                        tuple(getattr(b, c)[n] for c in ("t", "kind", "where", "tier"))
                        if isinstance(b, Places)
                        else (b.t[n], b.x[n])
                    )
                    out[row] = max(out.get(row, told), told)
    return out


@settings(max_examples=60, deadline=None)
@given(handed(), imperfections(), st.integers(0, 5))
def test_after_loss_the_world_believes_the_newest_word_that_came(stream: list[Item], what: Imperfections, seed: int):
    out = spoilt(what, stream, seed)

    moment = world_of(out).at(at_second(30))

    for row, (_, x) in last(out, Poses, lambda b: b.machine).items():
        assert moment.machines.x[row] == x
    for row, (_, kind, where, tier) in last(out, Places, lambda b: b.container).items():
        there = moment.containers
        assert (there.kind[row], there.where[row], there.tier[row]) == (kind, where, tier)


@settings(max_examples=60, deadline=None)
@given(handed(), imperfections(), st.integers(0, 5))
def test_the_next_report_about_everything_heals_all(stream: list[Item], what: Imperfections, seed: int):
    true = world_of(stream)
    again = [facts.poses(at_second(20), [0, 1, 2], true.at(at_second(20)).machines.x, 20.0), _again(true)]

    healed, right = world_of([*spoilt(what, stream, seed), (at_second(20), again)]), world_of([*stream, (0, again)])

    a, b = healed.at(at_second(25)), right.at(at_second(25))
    assert np.array_equal(a.machines.x, b.machines.x)
    for name in ("kind", "where", "bay", "row", "tier"):
        assert np.array_equal(getattr(a.containers, name), getattr(b.containers, name))


def _again(world: World) -> Places:
    c = world.at(at_second(20)).containers
    return facts.places(at_second(20), np.arange(len(c)), c.kind, c.where, bay=c.bay, row=c.row, tier=c.tier)


@settings(max_examples=60, deadline=None)
@given(handed(), imperfections(), st.integers(0, 5))
def test_late_and_double_messages_change_nothing_in_the_end(stream: list[Item], what: Imperfections, seed: int):
    without_loss = Imperfections(duplicates=what.duplicates, late=what.late, late_by=what.late_by)

    a, b = world_of(spoilt(without_loss, stream, seed)), world_of(stream)

    for t in (0, 3, 7, 12):
        one, two = a.at(at_second(t)), b.at(at_second(t))
        assert np.array_equal(one.machines.x, two.machines.x)
        assert np.array_equal(one.containers.where, two.containers.where)


def test_all_of_them_together_end_with_every_message_that_was_not_lost():
    out = spoilt(Imperfections(late=0.9, late_by=9.0), a_stream(6))

    assert sum(rows_of(b) for _, batches in out for b in batches) == sum(
        rows_of(b) for _, batches in a_stream(6) for b in batches
    )
