"""The laws of the world, with Hypothesis: few names and few times, so that facts meet."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.worlds import T0, at_second, described, tiny_terminal
from twin import facts
from twin.facts import Batch, DescribedMachines, NavStatus, PlaceKind, Status, Vessels, quantised
from twin.moment import Moment
from twin.units import SECOND
from twin.world import World

TERMINAL = tiny_terminal()
SECONDS = st.integers(0, 6)


@st.composite
def a_fact(draw: st.DrawFn) -> Batch:
    """One fact about one of three boxes, two machines and a guest, or a ship, at one of a few seconds."""
    t = at_second(draw(SECONDS))
    match draw(st.sampled_from(["slot", "machine", "aboard", "loose", "pose", "pose", "guest", "box", "ship"])):
        case "slot":
            where, bay, tier = draw(st.integers(0, 1)), draw(st.integers(1, 4)), draw(st.integers(1, 3))
            return facts.places(t, draw(st.integers(0, 2)), PlaceKind.SLOT, where, bay=bay, row=1, tier=tier)
        case "machine":
            return facts.places(t, draw(st.integers(0, 2)), PlaceKind.MACHINE, draw(st.integers(0, 2)))
        case "aboard":
            return facts.places(
                t, draw(st.integers(0, 2)), PlaceKind.VESSEL, 0, bay=draw(st.integers(1, 3)), row=1, tier=82
            )
        case "loose":
            return facts.places(
                t, draw(st.integers(0, 2)), PlaceKind.SOMEWHERE, -1, x=draw(st.integers(0, 3)), y=1.0, z=0.0
            )
        case "pose":
            x, hoist = draw(st.integers(40, 44)), draw(st.integers(0, 3))
            status = draw(st.sampled_from([Status.IDLE, Status.WORKING, Status.FAULT, Status.GONE]))
            return facts.poses(t, draw(st.integers(0, 2)), x, 3.0, joints=[1.0, hoist], status=status)
        case "guest":
            kind = draw(st.sampled_from(["cart", "crane", "unheard-of"]))
            return DescribedMachines(np.array([t]), np.array([2]), ("TRUCK1",), (kind,))
        case "box":
            return _box(t, draw(st.integers(0, 2)), draw(st.sampled_from(["22G1", "45G1", "??"])))
        case _:
            return _ship(t, draw(st.integers(0, 3)), draw(st.sampled_from([NavStatus.MOORED, NavStatus.GONE])))


def _box(t: int, row: int, code: str) -> Batch:
    world = World(TERMINAL)
    _names(world)
    return described(world.roster, [f"BOX{row}"], code=code, t=t)


def _ship(t: int, x: int, status: NavStatus) -> Batch:
    one, at = (np.array([t]), np.array([0])), (np.array([v]) for v in (x * 1.0, -12.0, 0.1 * x, 6.0))
    return quantised(Vessels(*one, *at, np.array([status])))


def _names(world: World) -> None:
    world.roster.containers.rows(["BOX0", "BOX1", "BOX2"])
    world.roster.machines.of("TRUCK1")
    world.roster.vessels.of("SHIP")


def heard(batches: list[Batch]) -> World:
    world = World(TERMINAL)
    _names(world)
    for batch in batches:
        world.hear(batch)
    return world


def shown(moment: Moment) -> list[bytes]:
    """Everything a moment shows, as bytes."""
    c, m, v = moment.containers, moment.machines, moment.vessels
    arrays = [
        c.kind,
        c.where,
        c.bay,
        c.row,
        c.tier,
        c.base,
        c.turn,
        c.since,
        c.about.length,
        c.about.height,
        *moment.positions,
    ]
    arrays += [m.x, m.y, m.z, m.yaw, m.joints, m.status, m.load, m.heard, v.x, v.y, v.z, v.yaw, v.draught, v.present]
    arrays += [moment.parts.position, moment.parts.yaw, moment.parts.pitch, moment.riders, moment.rider_base]
    return [np.ascontiguousarray(a).tobytes() for a in arrays] + [repr((m.kind, c.about.code)).encode()]


FACTS = st.lists(a_fact(), max_size=14)


@given(FACTS, SECONDS)
def test_hearing_twice_changes_nothing(batches: list[Batch], s: int) -> None:
    once, twice = heard(batches), heard([b for batch in batches for b in (batch, batch)])
    twice.at(at_second(3))
    for batch in batches:
        twice.hear(batch)

    assert shown(once.at(at_second(s))) == shown(twice.at(at_second(s)))


@given(FACTS.flatmap(lambda batches: st.tuples(st.just(batches), st.permutations(batches))), SECONDS)
def test_order_of_arrival_is_irrelevant(both: tuple[list[Batch], list[Batch]], s: int) -> None:
    one, other = heard(both[0]), heard(both[1])

    assert shown(one.at(at_second(s))) == shown(other.at(at_second(s)))


@given(
    FACTS.flatmap(lambda batches: st.tuples(st.just(batches), st.permutations(batches))), st.integers(0, 14), SECONDS
)
def test_late_news_never_overrides_newer(both: tuple[list[Batch], list[Batch]], cut: int, s: int) -> None:
    """A world that was shown, and asked to forget, in the middle of the news ends where one that heard all at once
    does.
    """
    late = heard(both[1][:cut])
    late.at(at_second(6))
    late.forget(at_second(2))
    for batch in both[1][cut:]:
        late.hear(batch)
    t = at_second(max(s, 3))

    assert shown(late.at(t)) == shown(heard(both[0]).at(t))


@given(FACTS, st.lists(SECONDS, min_size=1, max_size=6), st.integers(0, 60))
def test_to_jump_is_to_play(batches: list[Batch], visits: list[int], tenth: int) -> None:
    played, t = heard(batches), T0 + tenth * SECOND // 10
    for s in visits:
        played.at(at_second(s))

    assert shown(played.at(t)) == shown(heard(batches).at(t))


@given(FACTS, SECONDS)
def test_what_is_known_can_be_said_as_facts(batches: list[Batch], s: int) -> None:
    world = heard(batches)

    again = heard(world.facts(at_second(s)))

    assert shown(again.at(at_second(s))) == shown(world.at(at_second(s)))


@given(FACTS, st.integers(0, 60))
def test_what_is_gone_is_nowhere_with_all_it_carries(batches: list[Batch], tenth: int) -> None:
    moment = heard(batches).at(T0 + tenth * SECOND // 10)

    m, v = moment.machines, moment.vessels
    assert np.array_equal(m.gone | (m.heard < 0) & (np.arange(len(m)) > 1), np.isnan(m.x))
    assert not np.any(moment.stale_machines & m.gone)
    assert not np.any(v.present & v.gone)
    base, away = moment.positions[0], moment.containers
    with_them = np.isin(away.where, np.flatnonzero(m.gone)) & (away.kind == PlaceKind.MACHINE)
    with_her = (away.kind == PlaceKind.VESSEL) & v.gone[0]
    assert np.isnan(base[with_them | with_her]).all()
    solid = moment.machine_boxes[1][np.isfinite(moment.machine_boxes[0]).all(axis=1)]
    assert not np.any(m.gone[solid])


@settings(max_examples=200)
@given(st.lists(a_fact(), max_size=8))
def test_quantising_twice_is_quantising_once(batches: list[Batch]) -> None:
    for batch in batches:
        once = quantised(batch)
        for name, value in vars(quantised(once)).items():
            assert np.array_equal(value, vars(once)[name]), name
