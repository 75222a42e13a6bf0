"""The classes of container ship that come with the program, and their hulls."""

import numpy as np
import pytest

from twin.catalogue_files import sample_catalogue
from twin.samples import sample
from twin.scene.hulls import BOOT_TOP, HATCH, hull_mesh
from twin.yamlfile import read_yaml

VESSELS = sample_catalogue().vessels
BAY_40, BOX_WIDTH = 12.192, 2.438  # metres, ISO 668
PALETTE = {name: i for i, name in enumerate(read_yaml(sample("assets", "looks", "day.yaml")).child("palette").names)}


def numbered(name: str) -> tuple[int, int, int]:
    """A colour that tells which name it was; KeyError for one the look does not have."""
    return PALETTE[name], 0, 0


@pytest.mark.parametrize(
    ("name", "teu", "length", "beam", "draught", "rows", "bays"),
    [
        ("feeder-1000", 1000, 150, 23.2, 8.5, 9, 8), ("feeder-2500", 2500, 215, 30, 10, 12, 12),
        ("panamax", 4500, 290, 32.2, 12.5, 13, 17), ("post-panamax-1", 6000, 300, 40, 13, 15, 18),
        ("post-panamax-2", 8500, 340, 43, 14.5, 17, 19), ("neo-panamax", 12500, 366, 49, 15.2, 19, 21),
        ("vlcs", 15000, 397, 56, 15.5, 22, 22), ("ulcs", 18000, 400, 59, 16, 23, 23),
        ("megamax", 24346, 399.99, 61.3, 17, 24, 24),
    ],
)  # fmt: skip
def test_a_class_has_its_published_figures(name, teu, length, beam, draught, rows, bays):
    ship = VESSELS[name]

    assert (ship.teu, ship.length, ship.beam, ship.draught) == (teu, length, beam, draught)
    assert (ship.rows, len(ship.bays)) == (rows, bays)


@pytest.mark.parametrize("name", VESSELS)
def test_bays_leave_room_for_each_other_the_house_and_the_funnel(name):
    ship = VESSELS[name]
    bays = np.array(ship.bays)

    assert -np.diff(bays).max() >= BAY_40 + 0.5
    assert np.abs(bays - ship.bridge_x).min() >= BAY_40 / 2 + 5.5
    assert np.abs(bays - ship.funnel_x).min() >= BAY_40 / 2 + 3
    assert bays[0] + BAY_40 / 2 < ship.length / 2 - 8
    assert bays[-1] - BAY_40 / 2 > -ship.length / 2


@pytest.mark.parametrize("name", VESSELS)
def test_stacks_fit_the_beam_and_the_hold(name):
    ship = VESSELS[name]

    assert (ship.rows - 1) * ship.row_pitch + BOX_WIDTH <= ship.beam
    assert ship.hold_z + ship.hold_tiers * 2.591 <= ship.deck_z - HATCH
    assert ship.draught < ship.depth < ship.deck_z


@pytest.mark.parametrize("name", VESSELS)
def test_deck_stacks_stand_over_the_deck(name):
    """The outer box of a bay's forward end lies within the deck there, rows lost at the bow by twos."""
    ship = VESSELS[name]

    rows = [ship.rows_at(bay) for bay in range(len(ship.bays))]

    ends = ship.half_breadth(np.array(ship.bays) + BAY_40 / 2)
    outer = (np.array(rows) - 1) * ship.row_pitch / 2 + BOX_WIDTH / 2
    assert (outer <= ends + 0.1).all()
    assert 5 <= rows[0] < ship.rows == max(rows)
    assert all((ship.rows - row) % 2 == 0 for row in rows)


@pytest.mark.parametrize("name", VESSELS)
def test_a_hull_is_drawn_within_its_size_and_budget(name):
    ship = VESSELS[name]

    mesh = hull_mesh(ship, numbered)

    assert len(mesh.triangles) <= 3000
    assert np.abs(mesh.points[:, 0]).max() == pytest.approx(ship.length / 2, abs=0.05)
    assert np.abs(mesh.points[:, 1]).max() == pytest.approx(ship.beam / 2, abs=0.05)
    assert mesh.points[:, 2].min() == 0
    assert np.isfinite(mesh.points).all()


@pytest.mark.parametrize("name", VESSELS)
def test_a_hull_floats_as_a_container_ship_does(name):
    """The hull below the waterline fills 55 to 75 % of length x beam x draught (block coefficients of the trade)."""
    ship = VESSELS[name]
    mesh = hull_mesh(ship, numbered, cargo=False)
    wet = mesh.rgb[mesh.triangles[:, 0], 0] == PALETTE["ship_antifouling"]
    a, b, c = (mesh.points[mesh.triangles[wet, i]].astype(float) - [0, 0, ship.draught] for i in range(3))

    volume = (np.cross(a, b) * c).sum() / 6  # seen from the waterline the missing lid adds nothing

    assert 0.55 < volume / (ship.length * ship.beam * ship.draught) < 0.75


def test_the_paint_changes_at_the_waterline():
    """Painted for 9.3 m: red below, dark for 0.8 m, then the topside's own colour."""
    mesh = hull_mesh(VESSELS["panamax"], numbered, draught=9.3, topside="crane_red", cargo=False)
    top = {name: mesh.points[mesh.rgb[:, 0] == PALETTE[name], 2] for name in ("ship_antifouling", "ship_boot_top")}

    assert top["ship_antifouling"].max() == pytest.approx(9.3, abs=1e-5)
    assert (top["ship_boot_top"].min(), top["ship_boot_top"].max()) == pytest.approx((9.3, 9.3 + BOOT_TOP), abs=1e-5)
    assert (mesh.rgb[:, 0] == PALETTE["crane_red"]).any()


def test_a_ship_of_another_size_is_stretched():
    mesh = hull_mesh(VESSELS["feeder-1000"], numbered, length=171, beam=27)

    assert np.ptp(mesh.points[:, 0]) == pytest.approx(171, abs=0.1)
    assert np.ptp(mesh.points[:, 1]) == pytest.approx(27, abs=0.1)


@pytest.mark.parametrize("draught", [0.5, 3.0, 40.0])
def test_a_draught_no_ship_has_still_draws(draught):
    """AIS says what it likes: nothing above the deck is painted, and nothing is NaN."""
    mesh = hull_mesh(VESSELS["panamax"], numbered, draught=draught)

    assert np.isfinite(mesh.points).all()
    assert np.isfinite(mesh.normals).all()
