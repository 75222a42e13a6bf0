"""In the sample layouts one can drive from wherever one is to wherever there is work, on the lanes that are painted."""

import pytest

from tests.lanes import Ways
from twin.layout import parse_layout, read_layout
from twin.samples import sample
from twin.terminal import Terminal


def layout(name: str) -> Terminal:
    return read_layout(sample("layouts", f"{name}.yaml"))


def named(terminal: Terminal, *begin: str) -> set[str]:
    """Names of lanes that are one of *begin*, or begin so and go on with digits."""
    parts = [(lane.name, word) for lane in terminal.lanes for word in begin if lane.name.startswith(word)]
    return {name for name, word in parts if not name[len(word) :].replace("-", "").strip("0123456789")}


@pytest.mark.parametrize(("name", "work"), [
    ("rtg-terminal", ("LA", "LB", "LC", "LD", "Q")), ("altenwerder", ("R",)), ("small", ("L",)),
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
