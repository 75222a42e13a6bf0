"""Which faces of boxes are drawn, and how the sun falls on them.  No window is opened here."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.scene.look import read_look
from twin.scene.piles import crowds, piles_of
from twin.scene.shade import Grid, lids, outlines, roofs
from twin.scene.stacks import TOP, Boxes, lit_faces, seen, tops

LOOK = read_look()
SUN_Y = np.array([0.0, -1.0, 1.0]) / np.sqrt(2)  # half way up in the south: a shadow is as long as its box is high


def standing(heights: dict[tuple[int, int], int]) -> Boxes:
    """20' boxes 2.5 m high, 6 m long, 2 m wide on a grid of 6.5 m by 3 m: tiers at (bay, row)."""
    rows = [(bay, row, tier) for (bay, row), tiers in heights.items() for tier in range(tiers)]
    bay, row, tier = np.array(rows, np.int64).reshape(-1, 3).T
    n = len(bay)
    base = np.stack([bay * 6.5, row * 3.0, tier * 2.5], axis=1)
    size = np.tile([6.0, 2.0, 2.5], (n, 1))
    return Boxes(base, np.zeros(n), size, np.full((n, 3), 200.0), bay, bay, row, np.zeros(n, np.int64))


def grid_of(boxes: Boxes, bays: int = 3, rows: int = 3) -> Grid:
    return Grid(tops(boxes, bays, rows), 6.5, 3.0, SUN_Y, 0.5, 1.0)


def test_a_box_alone_shows_four_sides_and_a_roof():
    boxes = standing({(2, 2): 1})

    faces = seen(boxes, tops(boxes, 3, 3))

    assert [1, 1, 1, 1, 1, 0] == [len(rows) for rows in faces]


def test_two_boxes_of_one_height_hide_what_they_turn_to_each_other():
    """Two side by side in neighbouring rows: 2 roofs, 2 x 2 ends, and one long side each."""
    boxes = standing({(2, 1): 1, (2, 2): 1})

    faces = seen(boxes, tops(boxes, 3, 3))

    assert [2, 2, 1, 1, 2, 0] == [len(rows) for rows in faces]


def test_a_higher_stack_shows_its_side_above_the_lower_one():
    """Three tiers beside one: two of the three sides that look at it are above it."""
    boxes = standing({(2, 1): 3, (2, 2): 1})

    faces = seen(boxes, tops(boxes, 3, 3))

    assert 2 + 1 == len(faces[2])  # tiers 2 and 3 of the high one, and the low one's own far side
    assert 2 == len(faces[TOP])


def test_a_forty_over_two_twenties_covers_both_roofs():
    below = standing({(1, 1): 1, (2, 1): 1})
    base = np.vstack([below.base, [[9.75, 3.0, 2.5]]])
    size = np.vstack([below.size, [[12.2, 2.0, 2.5]]])
    low, high, row = np.array([1, 2, 1]), np.array([1, 2, 2]), np.array([1, 1, 1])
    boxes = Boxes(base, np.zeros(3), size, np.full((3, 3), 200.0), low, high, row, np.zeros(3, np.int64))

    faces = seen(boxes, tops(boxes, 3, 3))

    assert [2] == faces[TOP].tolist()


def test_a_shadow_on_a_roof_is_as_deep_as_the_sum_says():
    """The sun half way up in the south, a stack 2.5 m higher, 1 m away: 2.5 - 1 = 1.5 m of 2 m are dark."""
    boxes = standing({(2, 1): 2, (2, 2): 1})
    grid = grid_of(boxes)
    low = np.flatnonzero((boxes.row == 2) & (boxes.base[:, 2] == 0))

    cut = roofs(boxes, low, grid, grid.edges())

    dark = cut.piece[cut.dark]
    assert 0.75 == pytest.approx((dark[:, 3] - dark[:, 1]).sum())
    assert 0.0 == dark[0, 1]  # from the side where the higher stack stands


def test_cut_roofs_cover_the_whole_roof():
    boxes = standing({(1, 1): 3, (2, 1): 1, (2, 2): 2, (3, 3): 1, (2, 3): 1})
    grid = grid_of(boxes)

    cut = roofs(boxes, seen(boxes, grid.heights)[TOP], grid, grid.edges())

    area = (cut.piece[:, 2] - cut.piece[:, 0]) * (cut.piece[:, 3] - cut.piece[:, 1])
    whole = np.bincount(cut.rows, area)
    assert whole[whole > 0] == pytest.approx(1.0)


def test_a_shadow_on_the_ground_is_as_long_as_the_stack_is_high():
    """5 m high, sun half way up in the south: the hexagon reaches 5 m beyond the box to the north."""
    boxes = standing({(2, 2): 2})

    ring = outlines(boxes, np.array([1]), SUN_Y, 0.0)[0]

    assert 7.0 + 5.0 == pytest.approx(ring[:, 1].max())
    assert 5.0 == pytest.approx(ring[:, 1].min())


def test_stacks_of_one_height_have_a_dark_lid_between_them_and_others_none():
    level, uneven = standing({(2, 1): 1, (2, 2): 1}), standing({(2, 1): 1, (2, 2): 2})

    counts = [len(lids(b, seen(b, tops(b, 3, 3))[TOP], grid_of(b))) for b in (level, uneven)]

    assert [1, 0] == counts


@given(st.dictionaries(st.tuples(st.integers(1, 3), st.integers(1, 3)), st.integers(1, 5), min_size=1))
def test_from_afar_a_pile_shows_as_many_metres_of_side_as_from_near(heights):
    boxes = standing(heights)
    grid = grid_of(boxes)
    faces = seen(boxes, grid.heights)

    piles = piles_of(boxes, faces, grid, grid.edges(), LOOK)

    for face in range(TOP):
        near = boxes.size[faces[face], 2].sum()
        corners = piles.corners[face]
        assert near == pytest.approx((corners[:, 2, 2] - corners[:, 0, 2]).sum(), abs=1e-4)
    assert len(faces[TOP]) == len(piles.pile[TOP])


def test_a_face_is_brighter_where_the_sun_is():
    boxes = standing({(2, 2): 1})
    number, whole = np.arange(5, dtype=np.int8), np.tile([0.0, 0, 1, 1], (5, 1))

    rgb = lit_faces(boxes, number, np.zeros(5, np.int64), whole, LOOK).rgb[:, 2, 0]

    sunny = LOOK.sun.towards
    assert (rgb[0] > rgb[1]) == (sunny[0] > 0)
    assert (rgb[2] > rgb[3]) == (sunny[1] > 0)
    assert rgb[TOP] == rgb.max()


def test_blocks_are_crowded_by_place_and_never_across_directions():
    middle = np.stack([np.arange(40) % 8 * 100.0, np.arange(40) // 8 * 50.0], axis=1)
    yaw = np.where(np.arange(40) < 30, 0.0, np.pi / 2)

    parts = crowds(middle, yaw, size=12)

    assert sorted(np.concatenate(parts).tolist()) == list(range(40))
    assert all(len(part) <= 12 and len(set(yaw[part])) == 1 for part in parts)


def test_from_afar_every_box_of_a_pile_keeps_its_colour():
    """Red, green and blue on each other behind a neighbour of one tier: the side begins at green, texels 2 to 6."""
    boxes = standing({(2, 2): 3, (2, 3): 1})
    boxes.rgb[:3] = np.diag([200.0, 200.0, 200.0])
    grid = grid_of(boxes)

    piles = piles_of(boxes, seen(boxes, grid.heights), grid, grid.edges(), LOOK)

    high = int(np.argmax(piles.texels[2].reshape(2, -1).std(axis=1)))
    upper = piles.texels[2][high][[1, 3, 5]]
    assert [0, 1, 2] == upper.argmax(axis=1).tolist()
    assert [2.0, 6.0] == piles.span[2][piles.pile[2] == high][0].tolist()


def test_a_line_has_letters_of_one_ink_in_sun_and_shadow():
    """The blue of the skins says dark or white: one value a line, dark on yellow, white on navy."""
    from vtkmodules.util.numpy_support import vtk_to_numpy

    from twin.scene.skins import SIDE, Skins

    skins = Skins(LOOK)
    blue = vtk_to_numpy(skins.texture.GetInput().GetPointData().GetScalars()).reshape(SIDE, SIDE, 4)[..., 2]
    strips = {name: blue[128 * (1 + i) : 128 * (2 + i), :1536] for name, i in skins.number.items()}

    assert all(strip.min() == strip.max() for strip in strips.values() if strip.size and len(strip) == 128)
    assert (255, 255, 0) == tuple(int(strips[name].max()) for name in ("MSC", "HLC", "CMA"))
