"""Machines as instances: which parts are one mesh, where they stand, how a turn is written."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.scene_worlds import many_machines, needs_renderer
from tests.worlds import T0, described
from twin import facts
from twin.catalogue_files import sample_catalogue
from twin.facts import PlaceKind
from twin.kinematics import part_poses, part_table
from twin.scene.ropes import rope_end
from twin.world import World


@given(st.floats(-3, 3), st.floats(-1.5, 1.5))
def test_a_quaternion_turns_the_nose_up_and_then_about(yaw, pitch):
    """The nose (1, 0, 0) pitched up and turned: (cos p cos y, cos p sin y, sin p)."""
    from twin.scene.machines import quaternions

    w, x, y, z = quaternions(np.array([yaw]), np.array([pitch]))[0].astype(float)

    nose = 1 - 2 * (y * y + z * z), 2 * (x * y + w * z), 2 * (x * z - w * y)
    wanted = np.cos(pitch) * np.cos(yaw), np.cos(pitch) * np.sin(yaw), np.sin(pitch)
    assert wanted == pytest.approx(nose, abs=1e-6)


def test_parts_that_move_as_one_are_one_mesh():
    from twin.scene.machines import rigid_groups

    kind = sample_catalogue().kinds["sts"]

    groups = [{kind.parts[p].name for p in group} for group in rigid_groups(kind)]

    together = next(group for group in groups if "legs" in group)
    assert {"legs", "portal", "girder", "house"} <= together
    assert not together & {"boom", "trolley", "spreader"}
    assert len(kind.parts) == sum(len(group) for group in groups)


def test_a_group_stays_together_whatever_the_joints_do():
    """The distance of every two parts of a group is the same at rest and after all joints moved."""
    from twin.scene.machines import rigid_groups

    catalogue = sample_catalogue()
    for kind in catalogue.kinds.values():
        table = part_table(catalogue, (kind.name,))
        zero = np.zeros(1)
        joints = np.stack([kind.rest, kind.rest + 0.7])
        still, moved = (part_poses(table, zero, zero, zero, zero, q[None]) for q in joints)
        for group in rigid_groups(kind):
            rows = [table.first[kind.name, p].start for p in group]
            before, after = (
                still.position[rows] - still.position[rows[0]],
                moved.position[rows] - moved.position[rows[0]],
            )
            assert before == pytest.approx(after, abs=1e-9)
            assert len(set(moved.pitch[rows].tolist())) == 1


@needs_renderer
def test_instances_stand_where_the_parts_stand():
    from twin.scene.machines import near_machines
    from twin.scene.scene import Scene

    moment = World(many_machines(30)).at(T0)
    scene = Scene(moment.terminal, size=(64, 36))
    scene.show(moment)
    scene.render()

    drawn = np.concatenate([np.concatenate([g.near._position, g.far._position]) for g in scene._machines.groups
                            if len(g.near._position) + len(g.far._position)])  # fmt: skip
    first = np.concatenate([moment.parts.position[g.span] for g in scene._machines.groups])
    assert np.sort(first.ravel()) == pytest.approx(np.sort(drawn.ravel()), abs=1e-2)
    assert near_machines(moment, np.array([0.0, 0, 0]), 15).sum() == 2  # 0 m and hypot(0, 12) = 12 m, next at 20 m


def test_a_rope_hangs_at_its_parts():
    """A part at (10, 0, 5) turned a quarter left: its point (2, 0, 1) is at (10, 2, 6)."""
    catalogue = sample_catalogue()
    parts = part_poses(part_table(catalogue, ("agv",)), *(np.array([v]) for v in (10.0, 0.0, 5.0, np.pi / 2)),
                       catalogue.kinds["agv"].rest[None])  # fmt: skip
    base = parts.position[0] - (10, 0, 5)

    end = rope_end(parts, np.array([0]), np.array([[2.0, 0.0, 1.0]]))[0]

    assert (10.0, 2.0, 6.0) == pytest.approx(end - base)


def test_two_twenties_on_one_vehicle_lie_end_to_end_and_are_both_drawn():
    """An AGV at (40, 12), turned by 0.5 and its deck 1.75 high: 6.134 apart, 76 mm between the boxes."""
    from twin.scene.look import read_look
    from twin.scene.paint import Paint
    from twin.scene.riders import moving_boxes

    world = World(many_machines(1))
    world.hear(facts.poses(T0, 0, 40.0, 12.0, yaw=0.5))
    world.hear(described(world.roster, ["MSKU0000001", "MSKU0000002"], code="22G1"))
    world.hear(facts.places(T0, [0, 1], PlaceKind.MACHINE, 0, bay=[1, 2]))

    moment = world.at(T0)

    fore, aft = moment.container_boxes
    along = (fore[:2] - aft[:2]) @ (np.cos(0.5), np.sin(0.5))
    assert along - fore[4] - aft[4] == pytest.approx(0.076, abs=1e-6)
    assert (fore[:2] + aft[:2]) / 2 == pytest.approx([40.0, 12.0])
    assert (fore[2], aft[2]) == pytest.approx((1.75, 1.75))
    assert moving_boxes(moment, Paint(read_look())).base == pytest.approx(moment.container_boxes[:, :3])
