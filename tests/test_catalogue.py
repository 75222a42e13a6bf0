"""The kinds that come with the program: their figures, what they can hit, and where their parts stand."""

import numpy as np
import pytest

from twin.catalogue import Catalogue, Joint, Kind, Part
from twin.catalogue_files import FAR, MARKS, NEAR, sample_catalogue
from twin.geometry import corners
from twin.kinematics import Parts, hold_positions, part_boxes, part_poses, part_table
from twin.samples import sample
from twin.scene.meshes import mesh
from twin.yamlfile import read_yaml

KINDS = sample_catalogue().kinds
CRANES = ("sts", "sts-megamax", "armg-inner", "armg-outer", "armg-twin", "rtg")
HIGH_CUBE = 2.896  # metres, ISO 668


def standing(kind: Kind, *, x: float = 0, y: float = 0, yaw: float = 0, **joints: float) -> Parts:
    """The parts of one machine at (x, y, 0) with *joints* by name, the others at rest."""
    values = kind.rest.copy()
    for name, value in joints.items():
        values[kind.joint(name)] = value
    table = part_table(Catalogue({kind.name: kind}, {}), (kind.name,))
    return part_poses(table, *(np.array([v], float) for v in (x, y, 0, yaw)), values[None])


def held(parts: Parts, hold: int = 0, height: float = 2.591) -> tuple[list[float], float]:
    """Bottom centre and yaw of a box in *hold*."""
    position, yaw = hold_positions(parts, np.array([0]), np.array([hold]), np.array([height]))
    return position[0].tolist(), float(yaw[0])


def site_points(parts: Parts, part: int, points: np.ndarray) -> np.ndarray:
    """Site positions (n, 3) of *points* (n, 3) of a part: Rz(yaw) Ry(-pitch)."""
    turn, tilt = parts.yaw[part], parts.pitch[part]
    ahead = np.cos(tilt) * points[:, 0] - np.sin(tilt) * points[:, 2]
    up = np.sin(tilt) * points[:, 0] + np.cos(tilt) * points[:, 2]
    across = np.stack(
        [np.cos(turn) * ahead - np.sin(turn) * points[:, 1], np.sin(turn) * ahead + np.cos(turn) * points[:, 1]]
    )
    return parts.position[part] + np.stack([across[0], across[1], up], axis=1)


def test_every_machine_of_a_terminal_is_there():
    groups = {kind.group for kind in KINDS.values()}

    assert groups == {"sts", "armg", "rtg", "straddle", "agv", "tractor", "truck", "reach_stacker", "empty_handler",
                      "hatch"}  # fmt: skip
    assert set(CRANES) < set(KINDS)


@pytest.mark.parametrize(
    ("kind", "fact", "value"),
    [
        ("sts", "outreach", 61), ("sts", "ship_rows", 22), ("sts", "lift", 46), ("sts", "swl_t", 66),
        ("sts-megamax", "outreach", 73), ("sts-megamax", "lift", 51.2), ("sts-megamax", "gauge", 30.48),
        ("rtg", "span", 23.47), ("rtg", "lift", 18), ("rtg", "swl_t", 40), ("straddle", "lift", 11.6),
        ("agv", "swl_t", 40), ("agv", "swl_twin_t", 60), ("truck", "length", 16.5), ("truck", "width", 2.55),
        ("truck", "swept_outer", 12.5), ("truck", "swept_inner", 5.3), ("reach_stacker", "swl_row_1_t", 45),
        ("reach_stacker", "swl_row_3_t", 15), ("reach_stacker", "aisle", 15), ("empty_handler", "stack", 8),
    ],
)  # fmt: skip
def test_a_published_figure_stands_in_the_file(kind, fact, value):
    assert KINDS[kind].facts[fact][0] == value


def test_speeds_are_those_published_in_metres_a_minute():
    """RTG gantry 90 loaded, 130 empty; STS hoist 90/180; ASC gantry 240; RTG hoist 26/52."""
    rtg, sts = KINDS["rtg"], KINDS["sts"]

    assert (rtg.drive_loaded * 60, rtg.drive_empty * 60) == pytest.approx((90, 130), abs=0.1)
    assert (rtg.joints[1].speed_loaded * 60, rtg.joints[1].speed_empty * 60) == pytest.approx((26, 52), abs=0.1)
    assert (sts.joints[1].speed_loaded * 60, sts.joints[1].speed_empty * 60) == pytest.approx((90, 180))
    assert KINDS["armg-inner"].drive_loaded * 60 == pytest.approx(240)


@pytest.mark.parametrize("name", KINDS)
def test_every_figure_says_how_sure_it_is(name):
    kind = KINDS[name]
    said = [source for _, source in kind.facts.values()] + [joint.source for joint in kind.joints]

    assert said
    assert all(source.startswith(MARKS) for source in said)


@pytest.mark.parametrize(("name", "joints"), [
    *((name, ("trolley", "hoist", "boom", "spread")) for name in ("sts", "sts-megamax")),
    *((name, ("trolley", "hoist", "spread")) for name in ("armg-inner", "armg-outer", "armg-twin", "rtg")),
    ("straddle", ("hoist", "spread")), ("reach_stacker", ("boom", "extend", "spread")),
    ("empty_handler", ("hoist", "spread")), ("agv", ()), ("tractor", ()), ("truck", ()), ("hatch-cover", ()),
])  # fmt: skip
def test_joints_come_in_the_agreed_order(name, joints):
    assert tuple(joint.name for joint in KINDS[name].joints) == joints


def test_joints_end_where_the_figures_say():
    """Trolley from the outreach over the water to the back-reach behind the landside rail: -61 to 35 + 22 = 57."""
    trolley, hoist, boom, spread = KINDS["sts"].joints

    assert (trolley.low, trolley.high) == (-61, 57)
    assert (hoist.low, hoist.high) == (-15, 46)
    assert boom.high == pytest.approx(np.radians(80), abs=1e-4)
    assert (spread.low, spread.high) == (6.058, 13.716)


def test_lift_clears_the_stacks():
    """RTG 18.0 - 6 x 2.896 = 0.624; straddle 4 x 2.896 = 11.584 <= 11.6; small ARMG 17.9 - 17.376 >= 0.5."""
    lift = {name: KINDS[name].facts["lift"][0] for name in ("rtg", "straddle", "armg-inner")}

    assert lift["rtg"] - 6 * HIGH_CUBE == pytest.approx(0.624)
    assert lift["straddle"] >= 4 * HIGH_CUBE
    assert lift["armg-inner"] - 6 * HIGH_CUBE >= 0.5


def test_the_spreader_hangs_where_trolley_and_hoist_put_it():
    """Crane at (100, 3): trolley -40 is 40 m over the water, y 3 - 40 = -37; the box's bottom 20 - 2.591 = 17.409."""
    parts = standing(KINDS["sts"], x=100, y=3, trolley=-40, hoist=20)

    at, yaw = held(parts)

    assert at == pytest.approx([100, -37, 17.409])
    assert yaw == 0


def test_a_crane_on_a_quay_along_y_reaches_over_the_water_at_its_right():
    """Turned 90 degrees, -y of the crane is +x of the site: 100 + 40, 3."""
    at, yaw = held(standing(KINDS["sts"], x=100, y=3, yaw=np.pi / 2, trolley=-40, hoist=20))

    assert at == pytest.approx([140, 3, 17.409])
    assert yaw == pytest.approx(np.pi / 2)


def test_twin_twenties_hang_at_the_two_ends_of_a_forty():
    """Centres (6.058 + 0.076) / 2 = 3.067 fore and aft."""
    parts = standing(KINDS["sts"], trolley=10, hoist=30)

    assert held(parts, 1)[0] == pytest.approx([3.067, 10, 27.409])
    assert held(parts, 2)[0] == pytest.approx([-3.067, 10, 27.409])


@pytest.mark.parametrize("length", [6.058, 12.192, 13.716])
def test_the_spreader_is_as_long_as_its_joint_says(length):
    kind = KINDS["sts"]
    parts = standing(kind, spread=length)

    fore, aft = (parts.position[kind.part(f"spreader_{end}"), 0] for end in ("fore", "aft"))

    assert fore - aft == pytest.approx(length)


@pytest.mark.parametrize(("angle", "tip"), [
    (0.0, [0, -64.5, 51.7]),  # hinge at y -2.5, z 51.7; 62 m of boom
    (np.radians(80), [0, -13.2662, 112.7581]),  # -2.5 - 62 cos 80, 51.7 + 62 sin 80
])  # fmt: skip
def test_the_boom_luffs_over_the_water(angle, tip):
    kind = KINDS["sts"]
    parts = standing(kind, boom=angle)

    found = site_points(parts, kind.part("boom"), np.array([[62.0, 0, 0]]))[0]

    assert found == pytest.approx(tip, abs=1e-3)


def test_a_raised_boom_clears_the_berth():
    """Nothing of the crane but the raised boom itself stands further out than 62 cos 80 + 2.5 and a girder's depth."""
    boxes, _ = part_boxes(standing(KINDS["sts"], boom=np.radians(80), trolley=10))

    assert corners(boxes)[..., 1].min() > -2.5 - 62 * np.cos(np.radians(80)) - 1.3
    assert boxes[:, 3].max() == pytest.approx(113, abs=0.5)


def test_a_reach_stacker_holds_its_box_level_and_crosswise():
    """Boom 0.5 rad, 3 m out: -2.6 + 11.2 cos 0.5 = 7.229 ahead, twistlocks at 1.9 + 11.2 sin 0.5 = 7.270."""
    parts = standing(KINDS["reach_stacker"], boom=0.5, extend=3)

    at, yaw = held(parts)

    assert at == pytest.approx([7.2289, 0, 7.2696 - 2.591], abs=1e-3)
    assert yaw == pytest.approx(np.pi / 2)


def test_a_turned_part_swings_its_arm_the_way_it_points():
    """10 m of arm at 30 degrees, turned to +y: 2 + 8.660 along y, 3 + 5 up."""
    boom = Joint("boom", 0, 1, 0, 1, 1, 1)
    part = Part("jib", (1, 2, 3), pitch=(1.0,), yaw=np.pi / 2, arm=(10, 0, 0))
    parts = standing(Kind("k", "K", "sts", (boom,), (part,)), boom=np.pi / 6)

    assert parts.position[0] == pytest.approx([1, 10.6603, 8], abs=1e-3)
    assert (parts.yaw[0], parts.pitch[0]) == pytest.approx((np.pi / 2, np.pi / 6))


def test_an_arm_without_a_joint_is_an_offset():
    parts = standing(Kind("k", "K", "sts", (), (Part("p", (1, 0, 0), arm=(0, 2, 3)),)))

    assert parts.position[0] == pytest.approx([1, 2, 3])


def test_vehicles_carry_on_their_deck():
    """Hold 0 is the middle, 1 the fore and 2 the aft 20'."""
    for name in ("agv", "tractor", "truck"):
        parts = standing(KINDS[name])
        middle, fore, aft = (held(parts, hold)[0] for hold in range(3))

        assert middle[2] == KINDS[name].facts["deck" if name == "agv" else "bed"][0]
        assert (fore[0] - middle[0], aft[0] - middle[0]) == pytest.approx((3.067, -3.067))


@pytest.mark.parametrize("name", ["agv", "tractor", "truck", "sts", "rtg", "straddle", "armg-inner", "armg-outer"])
def test_twin_twenties_stand_end_to_end(name):
    """Two boxes of 6.058 with the 76 mm of ISO 668 between them are as long as a 40': 2 x 6.058 + 0.076 = 12.192."""
    parts = standing(KINDS[name], x=50, y=20, yaw=0.7)
    fore, aft = (np.array(held(parts, hold)[0]) for hold in (1, 2))
    forty, yaw = held(parts, 0)

    along = np.array([np.cos(yaw), np.sin(yaw), 0.0])
    assert (fore - aft) @ along - 6.058 == pytest.approx(0.076, abs=1e-6)
    assert fore - aft == pytest.approx(along * 6.134)  # neither aside nor higher
    assert (fore + aft) / 2 == pytest.approx(np.array(forty))


def test_a_hatch_cover_is_lifted_by_a_forty_foot_spreader():
    """Sockets at the corners of a 40', 11.985 by 2.259 apart; it passes between the legs, 18.5 m."""
    kind = KINDS["hatch-cover"]
    boxes, _ = part_boxes(standing(kind))

    assert [2 * kind.facts[f"socket_{axis}"][0] for axis in "xy"] == pytest.approx([11.985, 2.259], abs=0.01)
    assert boxes.tolist() == [[0, 0, 0, 0.6, 6.3, 6.2, 1, 0]]
    assert kind.length < KINDS["sts"].facts["clear_between_legs"][0]
    assert (kind.drive_loaded, kind.drive_empty) == (0, 0)


def test_lanes_under_a_quay_crane_are_free():
    """Between the rails nothing of a crane comes lower than 14 m, but its cables' spreader; 18.5 m between the legs."""
    boxes, _ = part_boxes(standing(KINDS["sts"], trolley=-30))
    inside = (boxes[:, 1] + boxes[:, 5] > 1.2) & (boxes[:, 1] - boxes[:, 5] < 33.8)
    waterside = (np.abs(boxes[:, 1]) < 2) & (boxes[:, 3] > 6) & (boxes[:, 2] < 48)

    assert boxes[inside, 2].min() >= 14
    assert (np.abs(boxes[waterside, 0]) - boxes[waterside, 4]).min() * 2 == pytest.approx(18.5)


def test_the_large_crane_passes_over_the_small_one_with_a_box():
    """Box bottom 27.0 - 2.896 = 24.104 over the small crane's top, 23.0: 1.104; legs apart."""
    small, large = KINDS["armg-inner"], KINDS["armg-outer"]
    under, _ = part_boxes(standing(small))
    over, _ = part_boxes(standing(large, hoist=27.0))
    legs = over[over[:, 2] < 5]

    assert held(standing(large, hoist=27.0), height=HIGH_CUBE)[0][2] - under[:, 3].max() >= 1.0
    assert (np.abs(legs[:, 1]) - legs[:, 5]).min() - (np.abs(under[:, 1]) + under[:, 5]).max() >= 0.5


@pytest.mark.parametrize("name", KINDS)
def test_what_is_drawn_can_be_hit(name):
    """Every point of the look, but thin railings and ropes, lies within 0.3 m of a collision box of its machine."""
    kind = KINDS[name]
    parts = standing(kind)
    boxes, _ = part_boxes(parts)
    turn = np.arctan2(boxes[:, 7], boxes[:, 6])

    for row, part in enumerate(kind.parts):
        seen = Part(
            part.name, part.at, shapes=tuple(s for s in part.shapes if s.colour not in ("railing", "light_red"))
        )
        points = site_points(parts, row, mesh(seen, 1, lambda name: (0, 0, 0)).points.astype(float))
        away = points[:, None, :2] - boxes[None, :, :2]
        along = np.abs(np.cos(turn) * away[..., 0] + np.sin(turn) * away[..., 1]) - boxes[:, 4]
        across = np.abs(-np.sin(turn) * away[..., 0] + np.cos(turn) * away[..., 1]) - boxes[:, 5]
        above = np.maximum(boxes[:, 2] - points[:, None, 2], points[:, None, 2] - boxes[:, 3])
        outside = np.maximum(np.maximum(along, across), above).min(axis=1)
        assert not len(outside) or outside.max() < 0.3, (part.name, points[outside.argmax()])


@pytest.mark.parametrize("name", KINDS)
def test_a_part_costs_no_more_than_its_budget(name):
    kind = KINDS[name]
    for part in kind.parts:
        assert len(mesh(part, 1, lambda name: (0, 0, 0)).triangles) <= NEAR
        assert len(mesh(part, 0, lambda name: (0, 0, 0)).triangles) <= FAR


@pytest.mark.parametrize("name", KINDS)
def test_every_colour_is_in_the_look(name):
    kind = KINDS[name]
    palette = read_yaml(sample("assets", "looks", "day.yaml")).child("palette").names
    used = {s.colour for part in kind.parts for s in part.shapes} | {rope.colour for rope in kind.ropes}

    assert used <= set(palette)


@pytest.mark.parametrize("name", KINDS)
def test_a_kind_is_as_large_as_its_parts(name):
    """*length*, *width* and *height* with the boom down are those of the solid parts, but for half a metre of trim."""
    kind = KINDS[name]
    boxes, _ = part_boxes(standing(kind))
    low, high = corners(boxes)[..., 0].min(), corners(boxes)[..., 0].max()

    if kind.group in ("agv", "tractor", "truck", "sts", "armg", "hatch"):
        assert high - low == pytest.approx(kind.length, abs=0.5)
    assert boxes[:, 3].max() == pytest.approx(kind.height, abs=1.2)


def test_a_far_boat_is_like_the_class_of_its_length():
    assert sample_catalogue().vessel_like(171).name == "feeder-1000"
    assert sample_catalogue().vessel_like(395).name == "vlcs"
