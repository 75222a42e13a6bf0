"""Named cameras: what they are asked for is in the picture, and nothing stands before it."""

import numpy as np
import pytest

from tests.scene_worlds import small_terminal
from tests.worlds import T0
from twin.layout.reader import read_layout
from twin.samples import sample
from twin.scene.cameras import Camera, named_camera
from twin.scene.fitting import axes_of, corner_points, fitted_eye, machine_points
from twin.world import World


def in_picture(camera: Camera, points: np.ndarray, aspect: float = 16 / 9) -> np.ndarray:
    """(n, 2) of -1..1 across and up the picture; beyond it outside."""
    eye = np.array(camera.position)
    right, up, forward = axes_of(np.array(camera.focal_point) - eye)
    depth = (points - eye) @ forward
    assert (depth > 0).all()
    rise = np.tan(np.radians(camera.view_angle / 2))
    return np.column_stack([(points - eye) @ right / (depth * rise * aspect), (points - eye) @ up / (depth * rise)])


def test_a_fitted_eye_sees_all_points_and_touches_the_margin():
    points = corner_points(np.array([[3.0, 4, 0, 30, 20, 5, 0.6, 0.8]]))
    towards = np.array([1.0, 0.4, -0.3])

    eye = fitted_eye(points, towards, 40, margin=1.0)

    seen = np.abs(in_picture(Camera(tuple(eye), tuple(eye + towards), view_angle=40), points, aspect=1.6)).max()
    assert seen == pytest.approx(1.0, abs=1e-6)


def test_a_machine_is_seen_whole():
    terminal = small_terminal()
    moment = World(terminal).at(T0)

    for row, name in enumerate(terminal.machines.name):
        seen = in_picture(named_camera(f"machine:{name}", terminal, moment), machine_points(moment, row))
        assert np.abs(seen).max() < 0.95, name


def test_an_eye_in_a_quay_cranes_cab_looks_at_blocks_from_the_ends_of_the_quay_too():
    """QC01 stands 60 m before the first block, QC14 beyond the last: the middle of the picture is among the blocks."""
    terminal = read_layout(sample("layouts", "altenwerder.yaml"))
    moment = World(terminal).at(T0)
    blocks = terminal.blocks.x

    for name in ("QC01", "QC07", "QC14"):
        aim = named_camera(f"cab:{name}", terminal, moment).focal_point
        assert blocks.min() - 25 < aim[0] < blocks.max() + 25, name


def test_an_eye_in_a_cab_is_in_no_part_of_its_machine():
    terminal = small_terminal()
    moment = World(terminal).at(T0)
    boxes, owner = moment.machine_boxes

    for row, name in enumerate(terminal.machines.name):
        x, y, z = named_camera(f"cab:{name}", terminal, moment).position
        own = boxes[owner == row]
        ahead, aside = x - own[:, 0], y - own[:, 1]
        along = np.abs(own[:, 6] * ahead + own[:, 7] * aside) < own[:, 4] + 0.2
        across = np.abs(own[:, 6] * aside - own[:, 7] * ahead) < own[:, 5] + 0.2
        assert not (along & across & (own[:, 2] < z) & (z < own[:, 3])).any(), name
