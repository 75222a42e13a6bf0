"""In the sample layouts nothing stands in anything else, and cranes reach what they are there for."""

from itertools import pairwise

import numpy as np
import pytest
from shapely import LineString, MultiPoint, Polygon, STRtree, affinity, box

from twin.catalogue import Kind
from twin.geometry import Floats, Ints, corners
from twin.kinematics import part_boxes, part_poses, part_table
from twin.layout import read_layout
from twin.layout.notes import block_corners
from twin.samples import sample
from twin.terminal import Rail, Terminal

LAYOUTS = ("altenwerder", "small", "rtg-terminal", "straddle-terminal", "twin-armg")


@pytest.fixture(scope="module", params=LAYOUTS)
def terminal(request: pytest.FixtureRequest) -> Terminal:
    return read_layout(sample("layouts", f"{request.param}.yaml"))


def solids(terminal: Terminal) -> dict[str, Polygon]:
    """Footprints of what must not overlap: blocks, structures on the ground, crane tracks one rail at a time."""
    found = {f"block {n}": Polygon(ring) for n, ring in zip(terminal.blocks.name, block_corners(terminal.blocks))}
    for s in terminal.structures:
        if s.z < 4.5:  # a canopy stands clear of what drives below it
            turned = affinity.rotate(box(-s.length / 2, -s.width / 2, s.length / 2, s.width / 2), s.yaw, (0, 0), True)
            found[f"structure {s.name}"] = affinity.translate(turned, s.x, s.y)
    for r in terminal.rails:
        along = np.array([r.x1 - r.x0, r.y1 - r.y0])
        left = np.array([-along[1], along[0]]) / np.hypot(*along) * r.gauge
        for name, shift in (("first", 0 * left), ("second", left)):
            found[f"{name} rail {r.name}"] = LineString(np.array([(r.x0, r.y0), (r.x1, r.y1)]) + shift).buffer(0.5)
    return found


def vehicles(terminal: Terminal) -> dict[str, Polygon]:
    """Footprints of machines that do not span anything, where they start."""
    found, m = {}, terminal.machines
    for name, kind, x, y, yaw in zip(m.name, map(terminal.kind, m.kind), m.x, m.y, m.yaw):
        if kind.group not in ("sts", "armg", "rtg"):
            assert kind.length > 0 < kind.width
            footprint = box(-kind.length / 2, -kind.width / 2, kind.length / 2, kind.width / 2)
            found[f"machine {name}"] = affinity.translate(affinity.rotate(footprint, yaw, (0, 0), True), x, y)
    return found


def test_no_two_solids_share_ground(terminal):
    assert [] == sharing(solids(terminal) | vehicles(terminal))


def test_the_look_for_shared_ground_sees_it(terminal):
    found = solids(terminal)

    assert [("a", next(iter(found)))] == sharing({"a": next(iter(found.values())).buffer(-0.1)} | found)[:1]


def sharing(found: dict[str, Polygon]) -> list[tuple[str, str]]:
    names, shapes = list(found), list(found.values())
    pairs = STRtree(shapes).query(shapes, predicate="intersects").T
    return [(names[i], names[j]) for i, j in pairs if i < j and shapes[i].intersection(shapes[j]).area > 1e-6]


def test_lanes_keep_clear_of_blocks_and_two_metres_of_masts(terminal):
    """`mast_to_path` is 2.0 m."""
    lanes = [LineString(lane.points).buffer(lane.width / 2, cap_style="flat") for lane in terminal.lanes]
    tree = STRtree(lanes)
    fixed = {name: s for name, s in solids(terminal).items() if "rail" not in name or name == "structure rail office"}
    masts = {f"structure {s.name}" for s in terminal.structures if s.kind == "mast"}

    hit = [
        (name, terminal.lanes[i].name)
        for name, shape in fixed.items()
        for i in tree.query(shape.buffer(2.0 if name in masts else 0.0), predicate="intersects")
    ]

    assert [] == hit


def test_nobody_is_parked_across_a_lane(terminal):
    """A vehicle may wait in a lane, looking the way it is driven (an AGV either way); across one it is in the way."""
    lanes = [LineString(lane.points) for lane in terminal.lanes]
    m = terminal.machines
    heading = {f"machine {name}": yaw for name, yaw in zip(m.name, m.yaw)}

    across = [
        (name, lane.name)
        for name, shape in vehicles(terminal).items()
        for lane, line in zip(terminal.lanes, lanes)
        if shape.distance(line) < min(lane.width, 3.5) / 2
        and not any(_waits(shape, heading[name] + back, line) for back in ((0, np.pi) if lane.kind == "agv" else (0,)))
    ]

    assert [] == across


def _waits(vehicle: Polygon, yaw: float, line: LineString) -> bool:
    s = line.project(vehicle.centroid)
    a, b = (np.array(line.interpolate(at).coords[0]) for at in (max(s - 1, 0), min(s + 1, line.length)))
    return line.distance(vehicle.centroid) < 0.1 and (b - a) @ (np.cos(yaw), np.sin(yaw)) > 0.99 * np.hypot(*(b - a))


def test_everything_stands_on_the_ground_that_is_drawn(terminal):
    ground = Polygon(next(area.ring for area in terminal.areas if area.name == "ground"))

    outside = [name for name, shape in (solids(terminal) | vehicles(terminal)).items() if not ground.covers(shape)]

    assert [] == outside
    assert all(ground.covers(box(x, y, x, y)) for x, y in zip(terminal.machines.x, terminal.machines.y))


def test_yard_cranes_stand_over_the_middle_of_their_tracks(terminal):
    cranes = 0
    m = terminal.machines
    for name, kind, x, y in zip(m.name, m.kind, m.x, m.y):
        if (group := terminal.kind(kind).group) in ("armg", "rtg"):
            near = [abs(distance(r, x, y) - r.gauge / 2) < 1e-6 for r in terminal.rails if r.kind == group]
            assert any(near), name
            cranes += 1

    assert (cranes > 0) == any(rail.block for rail in terminal.rails)


def distance(rail: Rail, x: float, y: float) -> float:
    return LineString([(rail.x0, rail.y0), (rail.x1, rail.y1)]).distance(LineString([(x, y), (x, y + 1e-12)]))


def test_yard_cranes_reach_every_row_of_their_block(terminal):
    """The middle of the span to the middle of the row, against the trolley's limits."""
    for rail in terminal.rails:
        if not rail.block:
            continue
        b = terminal.block(rail.block)
        rows = np.arange(1, terminal.blocks.rows[b] + 1)
        x, y = terminal.slot_xy(np.full(len(rows), b), np.ones(len(rows), np.int64), rows)
        on_rail = np.array([distance(rail, *place) for place in zip(x, y)])
        for kind in {k for k in terminal.machines.kind if fits(terminal.kind(k), rail)}:
            trolley = terminal.kind(kind).joints[terminal.kind(kind).joint("trolley")]
            assert trolley.low < (on_rail - rail.gauge / 2).min() < (on_rail - rail.gauge / 2).max() < trolley.high


def fits(kind: Kind, rail: Rail) -> bool:
    gauge = kind.facts.get("span") or kind.facts.get("gauge") or (0.0, "")
    return kind.group == rail.kind and abs(gauge[0] - rail.gauge) < 0.1


def test_neighbouring_quay_cranes_leave_room_between_buffers():
    altenwerder = read_layout(sample("layouts", "altenwerder.yaml"))
    m, kind = altenwerder.machines, altenwerder.kind("sts")
    xs = np.sort(m.x[[name == "sts" for name in m.kind]])

    assert np.diff(xs).min() - kind.length > 12.192  # one 40' bay apart at least


# In three dimensions


def upright(terminal: Terminal) -> list[tuple[str, Polygon, float, float]]:
    """Structures and full blocks, high cubes in every slot: name, footprint, lowest, highest."""
    grounds, b = solids(terminal), terminal.blocks
    found = [(f"structure {s.name}", s.z, s.z + s.height) for s in terminal.structures if s.z < 4.5]
    tops = np.maximum(b.tiers, b.outer_tiers) * 2.896
    found += [(f"block {name}", z, z + top) for name, z, top in zip(b.name, b.z, tops)]
    return [(name, grounds[name], low, high) for name, low, high in found]


def bodies(terminal: Terminal, x: Floats, y: Floats, yaw: Floats) -> tuple[Floats, Floats, Floats, Ints]:
    """Corners (b, 4, 2), z0, z1 (b,) of all machines' boxes, joints at rest, and the machine row (b,) of each."""
    m = terminal.machines
    joints = np.array([terminal.kind(kind).rest for kind in m.kind])
    boxes, owner = part_boxes(part_poses(part_table(terminal.catalogue, m.kind), x, y, m.z, yaw, joints))
    return corners(boxes), boxes[:, 2], boxes[:, 3], owner


def test_cranes_run_their_whole_track_half_a_metre_clear_of_everything(terminal):
    """DGUV V52 §11: 0.5 m from power-driven parts to what stands there, stacks included."""
    m, start, end = terminal.machines, [], []
    for kind, x, y, yaw in zip(map(terminal.kind, m.kind), m.x, m.y, m.yaw):
        rail = next((r for r in terminal.rails if fits(kind, r) and along(r, x, y) is not None), None)
        before, after = (0.0, 0.0) if rail is None else along(rail, x, y) or (0.0, 0.0)
        start.append((x - np.cos(yaw) * before, y - np.sin(yaw) * before))
        end.append((x + np.cos(yaw) * after, y + np.sin(yaw) * after))
    first, z0, z1, owner = bodies(terminal, *np.array(start).T, m.yaw)
    last = bodies(terminal, *np.array(end).T, m.yaw)[0]
    swept = [MultiPoint(points).convex_hull for points in np.concatenate([first, last], axis=1)]
    tree = STRtree(swept)

    hit = {
        (name, m.name[owner[i]])
        for name, ground, low, high in upright(terminal)
        for i in tree.query(ground, predicate="dwithin", distance=0.499)
        if z0[i] < high + 0.5 and z1[i] > low - 0.5
    }

    assert set() == hit
    assert max(shape.length for shape in swept) > 400  # two ways of 200 m and more: they were moved


def test_no_two_machines_start_in_each_other(terminal):
    m = terminal.machines
    rings, z0, z1, owner = bodies(terminal, m.x, m.y, m.yaw)
    shapes = [Polygon(ring) for ring in rings]

    pairs = STRtree(shapes).query(shapes, predicate="intersects").T

    assert [] == [
        (m.name[owner[i]], m.name[owner[j]])
        for i, j in pairs
        if owner[i] < owner[j] and z0[i] < z1[j] and z0[j] < z1[i]
    ]


def test_neighbouring_yard_cranes_pass_half_a_metre_apart(terminal):
    m = terminal.machines
    for kind in (k for k in map(terminal.kind, set(m.kind)) if k.group in ("armg", "rtg")):
        here = np.array([name == kind.name for name in m.kind])
        across = np.unique(np.round(m.y[here] if abs(np.cos(m.yaw[here][0])) > 0.5 else m.x[here], 6))
        assert np.diff(across).min() >= kind.width + 0.5


def test_cranes_on_one_rail_start_six_metres_apart(terminal):
    """The least the simulator keeps between buffers; a crossover pair stands on two rails."""
    m, kinds = terminal.machines, [terminal.kind(kind) for kind in terminal.machines.kind]
    for rail in terminal.rails:
        on_it = [(along(rail, x, y), kind) for kind, x, y in zip(kinds, m.x, m.y) if fits(kind, rail)]
        places = sorted((place[0], kind.length) for place, kind in on_it if place is not None)
        assert all(b[0] - a[0] >= (a[1] + b[1]) / 2 + 6 for a, b in pairwise(places)), rail.name


def along(rail: Rail, x: float, y: float) -> tuple[float, float] | None:
    """Metres from a crane at (x, y) to both ends of *rail*, or None where it does not stand on that rail."""
    way = np.array([rail.x1 - rail.x0, rail.y1 - rail.y0])
    length = float(np.hypot(*way))
    ahead, left = np.array([[way[0], way[1]], [-way[1], way[0]]]) @ (x - rail.x0, y - rail.y0) / length
    aside = 0.0 if rail.kind == "sts" else rail.gauge / 2
    return (ahead, length - ahead) if abs(left - aside) < 1e-6 and 0 <= ahead <= length else None
