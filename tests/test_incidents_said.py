"""Incidents that are only said: the stream of facts differs by them alone, and the terminal is as it was."""

from dataclasses import fields

import numpy as np
import pytest

from tests.incident_works import START, begun, running, second, two_rtgs, yard
from twin.containers import proper_number
from twin.facts import Batch, DescribedContainers, PlaceKind, Places, Poses, Status, poses
from twin.simulate.incidents.messages import misnumbered
from twin.simulate.otherwise import Item, Misread, Otherwise, Silence, spoken
from twin.simulate.scenario import Incident
from twin.simulate.truth import truth
from twin.units import SECOND
from twin.world import World


def _said(kind: str, **more: object) -> tuple[list[Item], list[Item], object]:
    """The stream without and with an incident of RTG9, and its truth."""
    whole, runs = [], []
    for planted in ((), (Incident(kind, 20.3, ("RTG9",), lasts=10.0, **more),)):  # type: ignore[arg-type]
        run = running(two_rtgs(*planted))
        whole.append(list(run))
        runs.append(run)
    return whole[0], whole[1], truth(runs[1])[0]


def _poses(stream: list[Item]) -> list[tuple[object, ...]]:
    return [
        (int(t), int(row), float(x), float(y))
        for _, batches in stream
        for b in batches
        if isinstance(b, Poses)
        for t, row, x, y in zip(b.t, b.machine, b.x, b.y, strict=True)
    ]


def test_without_incidents_the_very_same_batches_are_said():
    stream = list(running(two_rtgs()))

    out = list(spoken(stream, Otherwise()))

    assert all(a is b for (_, one), (_, two) in zip(stream, out, strict=True) for a, b in zip(one, two, strict=True))


@pytest.mark.parametrize("metres", [60.0, 12.5])
def test_a_position_jumps_and_comes_back(metres: float):
    """RTG9 looks along x: its reports of ten seconds say x + 60; all others are as they were."""
    true, said, one = _said("position-jump", amount=metres)

    off = {b[0]: np.subtract(b[2:], a[2:]).tolist() for a, b in zip(_poses(true), _poses(said), strict=True) if a != b}

    assert len(off) == 10
    assert all(dx == pytest.approx(metres) and dy == 0.0 for dx, dy in off.values())
    assert min(off) >= one.t_from
    assert max(off) < one.t_to
    assert (second(one.t_from), second(one.t_to)) == pytest.approx((20.3, 30.3))
    assert one.distance == pytest.approx(metres)
    assert np.subtract(one.p2, one.p1) == pytest.approx([metres, 0.0, 0.0])
    assert [p[:2] for p in _poses(true)] == [p[:2] for p in _poses(said)]


def test_a_machine_is_silent_for_a_while_and_nobody_else():
    true, said, one = _said("silent")

    missing = set(_poses(true)) - set(_poses(said))

    assert len(missing) == 10
    assert {row for _, row, *_ in missing} == {1}
    assert all(one.t_from <= t < one.t_to for t, *_ in missing)
    assert set(_poses(said)) < set(_poses(true))
    assert one.distance is None


def test_a_machine_that_leaves_in_silence_is_heard_to_have_left_when_it_ends():
    silence = Silence(0, START + 2 * SECOND, START + 5 * SECOND)
    gone = poses(START + 3 * SECOND, 0, 1.0, 2.0, status=Status.GONE)
    stream: list[Item] = [(START + n * SECOND, [gone] if n == 3 else []) for n in range(8)]

    out = list(spoken(stream, Otherwise(silences=[silence])))

    said = [(t, b) for t, batches in out for b in batches if isinstance(b, Poses)]
    assert [(t - START) // SECOND for t, _ in said] == [5]
    assert said[0][1].status.tolist() == [Status.GONE]
    assert said[0][1].t.tolist() == [silence.until]


def test_a_box_set_down_is_from_then_on_called_by_a_number_that_fails_its_check():
    """The box that another incident sets down in an occupied slot."""
    works = yard(
        "small", Incident("wrong-number", 5.0, ("A1",)), Incident("slot-occupied", 30.0, ("RTG1",)), hours=0.15
    )
    run = running(works)
    world = World(works.terminal, works.roster)

    for _, batches in run:
        for batch in batches:
            world.hear(batch)

    one = next(t for t in truth(run) if t.kind == "wrong-number")
    assert one.planted, one.why
    wrong = one.who[0]
    right = one.parts[0].split()[-1]
    assert not proper_number(wrong)
    assert proper_number(right)
    after = world.at(one.t_to).containers
    row, old = works.roster.containers.row[wrong], works.roster.containers.row[right]
    assert after.about.name[row] == wrong
    assert after.about.code[row] == after.about.code[old]
    assert (after.kind[row], after.kind[old]) == (PlaceKind.SLOT, PlaceKind.UNKNOWN)
    before = world.at(one.t_closest - SECOND).containers
    assert (before.kind[row], before.kind[old]) == (PlaceKind.UNKNOWN, PlaceKind.MACHINE)


def test_a_misread_box_is_described_once_and_never_in_two_places():
    misread = Misread(4, START + 2 * SECOND, 9, "WRNG1234567", "22G1", "MSK", 20000)
    works = begun(two_rtgs())
    stream: list[Item] = [(START + n * SECOND, [_place(n)]) for n in range(5)]

    out = list(spoken(stream, Otherwise(misread=[misread])))

    every = [b for _, batches in out for b in batches]
    assert [b.container.tolist() for b in every if isinstance(b, DescribedContainers)] == [[9]]
    said = [
        (int(b.t[0] - START) // SECOND, int(b.container[0]), int(b.kind[0])) for b in every if isinstance(b, Places)
    ]
    machine, unknown = PlaceKind.MACHINE, PlaceKind.UNKNOWN
    assert sorted(said) == sorted(
        [(0, 4, machine), (1, 4, machine), (2, 4, unknown), *((n, 9, machine) for n in (2, 3, 4))]
    )
    assert works.truths == {}


def _place(n: int) -> Batch:
    from twin.facts import places

    return places(START + n * SECOND, 4, PlaceKind.MACHINE, 1)


@pytest.mark.parametrize("number", ["MSKU1234565", "CSQU3054383", "TGHU0000000"])
def test_a_misnumbered_box_fails_its_check_and_is_nobodys(number: str):
    first = misnumbered(number, {})

    assert first[:-1] == number[:-1]
    assert not proper_number(first)
    assert misnumbered(number, {first: 0}) not in (first, number)


def test_what_is_said_is_quantised_as_all_facts_are():
    _, said, _ = _said("position-jump")

    for _, batches in said:
        for batch in batches:
            for column in fields(batch):
                if column.name in ("x", "y"):
                    values = np.asarray(getattr(batch, column.name)) * 1000
                    assert np.all(np.abs(values - np.rint(values)) < 1e-6)
