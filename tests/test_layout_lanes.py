"""In the sample layouts one can drive from wherever one is to wherever there is work, on the lanes that are painted."""

import numpy as np
import pytest

from tests.lanes import Ways
from twin.layout import parse_layout, read_layout
from twin.samples import sample
from twin.terminal import Lane, Terminal


def layout(name: str) -> Terminal:
    return read_layout(sample("layouts", f"{name}.yaml"))


def named(terminal: Terminal, *begin: str) -> set[str]:
    """Names of lanes that are one of *begin*, or begin so and go on with digits."""
    parts = [(lane.name, word) for lane in terminal.lanes for word in begin if lane.name.startswith(word)]
    return {name for name, word in parts if not name[len(word) :].replace("-", "").strip("0123456789")}


@pytest.mark.parametrize(("name", "work"), [
    ("rtg-terminal", ("LA", "LB", "LC", "LD", "TK")), ("altenwerder", ("R",)), ("small", ("L",)),
])  # fmt: skip
def test_trucks_find_their_way_from_the_public_road_to_every_block_and_out_again(name, work):
    terminal = layout(name)
    ways, into, out = Ways(terminal, ["truck"]), named(terminal, "IN", "in"), named(terminal, "OUT", "out")

    assert into <= ways.reached("P1") & ways.reached("P2")
    for lane in into:
        assert named(terminal, *work) <= ways.reached(lane), lane
    for lane in named(terminal, *work):
        assert out <= ways.reached(lane), lane
    for lane in out:
        assert {"P1", "P2"} <= ways.reached(lane), lane


@pytest.mark.parametrize(("name", "counts"), [("rtg-terminal", (3, 12, 30)), ("small", (3, 2, 0))])
def test_tractors_find_their_way_from_crane_to_block_to_crane_and_park(name, counts):
    terminal = layout(name)
    ways, blocks = Ways(terminal, ["tractor", "truck"]), named(terminal, "L", "LA", "LB", "LC", "LD")
    quay, park = named(terminal, "W"), named(terminal, "TP")

    assert counts == (len(quay), len(blocks), len(park))
    for lane in quay | park:
        assert blocks <= ways.reached(lane), lane
    for lane in blocks:
        assert quay | park | blocks <= ways.reached(lane), lane


def test_straddle_carriers_find_their_way_from_crane_to_row_to_truck_and_park():
    """They turn with 9.5 m.  From a head road they go straight into a row."""
    terminal = layout("straddle-terminal")
    ways = Ways(terminal, ["straddle"], radius=terminal.kind("straddle").turning_radius)
    quay, heads, trucks, park = (named(terminal, *words) for words in (("W",), ("E", "H"), ("X",), ("SP",)))

    assert (3, 6, 30, 18) == (len(quay), len(heads), len(trucks), len(park))
    for lane in quay | heads | park:
        assert quay | heads | trucks | park <= ways.reached(lane), lane


def test_agvs_find_their_way_round_the_apron_and_before_every_block():
    """Out of a block they go backwards, which is no lane: from there on as from the lanes back."""
    terminal = layout("twin-armg")
    ways = Ways(terminal, ["agv"])
    blocks = {lane.name for lane in terminal.lanes if lane.name.startswith("I") and lane.kind == "agv"}

    assert 40 == len(blocks)
    for lane in named(terminal, "W", "S"):
        assert named(terminal, "W", "N", "S") | blocks <= ways.reached(lane), lane


def test_a_turn_into_the_lane_under_a_crane_clears_its_wheels():
    """A truck, 16.5 m long, straightens out on 8 m of radius.

    When its front comes to the wheels of a crane over bay 1 (5.7 m before its middle, half a bay inside), it may be off
    its lane by the room there is beside it, less 0.5 m; the arc that does that is driven step by step.
    """
    for name in ("rtg-terminal", "small"):
        terminal = layout(name)
        truck, rtg = terminal.kind("truck"), terminal.kind("rtg")
        wheels = np.array(rtg.parts[rtg.part("bogies")].boxes)
        x0, y0 = terminal.blocks.x.min(), terminal.blocks.y.min()
        lane = next(p for p in terminal.lanes if p.kind == "truck" and abs(p.points[0][1] - y0) < 25 and _along_x(p))
        rail = min((r for r in terminal.rails if r.block), key=lambda r: (r.x0, r.y0))
        inner = rail.y0 + rail.gauge / 2 + wheels[wheels[:, 1] > 0, 1].min() - lane.points[0][1]
        first = x0 + terminal.blocks.bay_pitch[0] / 2 + wheels[:, 0].min()
        nearest = max(p.points[0][0] for p in terminal.lanes if _along_y(p) and p.points[0][0] < x0)
        theta = np.linspace(0, np.pi / 2, 2000)
        x = nearest + 8 - 8 * np.sin(theta) + np.cos(theta) * truck.length / 2 - np.sin(theta) * truck.width / 2
        y = -8 * (1 - np.cos(theta)) + np.sin(theta) * truck.length / 2 + np.cos(theta) * truck.width / 2

        assert y[x > first].max(initial=truck.width / 2) <= inner - 0.5, name


def _along_x(lane: Lane) -> bool:
    return lane.points[0][1] == lane.points[-1][1] and lane.points[0][0] < lane.points[-1][0]


def _along_y(lane: Lane) -> bool:
    return lane.points[0][0] == lane.points[-1][0] and lane.kind in ("truck", "tractor") and lane.name[0] not in "TV"


# The looking itself


def test_a_lane_is_driven_one_way_and_a_bend_needs_room():
    """East along y 0, north along x 100: one turns off to the north with 8 m of the lane left before, not with 7."""
    text = "name: t\nlanes: [{{name: E, kind: truck, points: [[0, 0], [200, 0]]}}, " \
           "{{name: N, kind: truck, points: [[100, -50], [100, {}]]}}]"  # fmt: skip

    enough, short = (Ways(parse_layout(text.format(end)), ["truck"]) for end in (8, 7))

    assert {"E", "N"} == enough.reached("E") == enough.reached("N")
    assert {"E"} == short.reached("E")


def test_a_lane_that_ends_leads_on_straight_ahead_but_not_far():
    text = "name: t\nlanes: [{{name: E, kind: truck, points: [[0, 0], [50, 0]]}}, " \
           "{{name: N, kind: truck, points: [[{}, -50], [{}, 50]]}}]"  # fmt: skip

    assert [{"E", "N"}, {"E"}] == [Ways(parse_layout(text.format(x, x)), ["truck"]).reached("E") for x in (69, 71)]
