"""Vehicles between quay cranes and blocks, with stand-ins for both."""

from functools import cache

import numpy as np
import pytest

from tests.ground_works import Quay, at_work, poses, yaw_boxes
from twin.facts import PlaceKind
from twin.simulate.book import on_machine
from twin.simulate.transport import Carriers
from twin.simulate.works import Works
from twin.spatial.kernels import distance_pairs

MINUTES = 15


@cache
def altenwerder() -> tuple[Works, Quay]:
    return at_work("altenwerder", 60.0 * MINUTES)


def carriers(works: Works) -> Carriers:
    assert isinstance(works.transport, Carriers)
    return works.transport


def test_no_two_vehicles_ever_come_near():
    """All 84, every 50 ms of their drives: never nearer than 0.5 m, on whatever side."""
    works, _ = altenwerder()
    vehicles = carriers(works).vehicles
    t = np.arange(0, 60.0 * MINUTES, 0.05)
    where = [poses(v, t) for v in vehicles]
    nearest = np.inf
    for i, one in enumerate(where):
        for j in range(i):
            k = np.flatnonzero(np.hypot(*(one[:, :2] - where[j][:, :2]).T) < 16.5)
            if len(k):
                gap = distance_pairs(yaw_boxes(vehicles[i], one[k]), yaw_boxes(vehicles[j], where[j][k]))
                nearest = min(nearest, float(gap.min()))

    assert 0.5 <= nearest < 1.5


def test_vehicles_keep_fourteen_cranes_at_work():
    """The stand-ins need at least 70 s for a move; 15 minutes, the first 5 to begin with."""
    _, quay = altenwerder()

    an_hour = [sum(t > 300 for t in moves) * 60 / (MINUTES - 5) for moves in quay.moves.values()]

    assert min(an_hour) >= 25
    assert np.mean(an_hour) >= 40


def test_every_box_is_somewhere():
    works, _ = altenwerder()

    kinds = {place.kind for place in works.book.place.values()}

    assert kinds <= {PlaceKind.UNKNOWN, PlaceKind.MACHINE, PlaceKind.SLOT}
    for vehicle in carriers(works).vehicles:
        on_it = [b for b, p in works.book.place.items() if p.kind == PlaceKind.MACHINE and p.where == vehicle.row]
        assert sorted(on_it) == sorted(vehicle.masses)
        assert len(on_it) <= 1


def test_vehicles_keep_to_their_speed():
    works, _ = altenwerder()
    t = np.arange(0, 60.0 * MINUTES, 0.1)

    for vehicle in carriers(works).vehicles[::7]:
        pose = poses(vehicle, t)
        speed = np.hypot(*np.diff(pose[:, :2], axis=0).T) / 0.1
        assert speed.max() <= 6.9 + 1e-6
        assert np.abs(np.diff(speed)).max() / 0.1 <= 0.5 * 1.01


def test_the_same_again_is_the_same():
    one, two = (at_work("altenwerder", 400.0)[0] for _ in range(2))

    for a, b in zip(carriers(one).vehicles, carriers(two).vehicles):
        assert [d.start for d in a.drives] == [d.start for d in b.drives]
        assert a.pose == b.pose


def test_two_twenties_are_stored_one_after_the_other():
    works, quay = at_work("altenwerder", 1.0)
    boxes = tuple(int(b) for b in works.maker.make(["22G1", "22G1"], np.zeros(2, np.int64)))
    order = carriers(works).discharge(0, boxes)
    env = works.env
    stop = env.run(until=order.stop)
    env.run(until=stop.ready)

    for box, hold in zip(boxes, (1, 2)):
        works.book.hand(env.now, box, on_machine(stop.machine, hold))
    stop.done.succeed()
    env.run(until=env.now + 600)

    assert {PlaceKind.SLOT} == {works.book.place[box].kind for box in boxes}
    assert quay.yard.where[boxes[0]][0] == quay.yard.where[boxes[1]][0]


@pytest.mark.slow
@pytest.mark.parametrize(("layout", "least"), [("rtg-terminal", 12), ("small", 15), ("twin-armg", 30)])
def test_other_terminals_work_too(layout, least):
    works, quay = at_work(layout, 3600.0)
    moves = [sum(t > 600 for t in m) / 3000 * 3600 for m in quay.moves.values()]

    assert np.mean(moves) >= least
    assert len(works.book.place) > 20
