"""Parts become triangles: closed, outward, and as many as said."""

import numpy as np
import pytest

from twin.catalogue import Part, Shape
from twin.catalogue_files import sample_catalogue
from twin.scene.hulls import _hull
from twin.scene.meshes import Mesh, mesh

KINDS = sample_catalogue().kinds


def drawn(*shapes: Shape, detail: int = 1) -> Mesh:
    return mesh(Part("p", (0, 0, 0), shapes=shapes), detail, lambda name: (1, 2, 3))


def volume(found: Mesh) -> float:
    """Signed: positive where every face looks outward."""
    a, b, c = (found.points[found.triangles[:, i]].astype(float) for i in range(3))
    return float((np.cross(a, b) * c).sum() / 6)


@pytest.mark.parametrize(("form", "numbers", "cubic_metres"), [
    ("box", (0, 0, 0, 1, 2, 3), 6.0),
    ("beam", (0, 0, 0, 0, 0, 3, 0.2, 0.5), 0.3),  # upright: width along x, height along y
    ("beam", (0, 0, 3, 0, 0, 0, 0.2, 0.5), 0.3),
    ("beam", (0, 0, 0, 2, 0, 0, 0.2, 0.5), 0.2),
    ("beam", (1, 0, 0, 1, 3, 4, 0.2, 0.5), 0.5),
    ("tube", (0, 0, 0, 0, 0, 3, 1), 3 * 2 * np.sqrt(2)),  # an octagon of radius 1: 2 sqrt 2
    ("tube", (0, 0, 1, 0, -3, 1, 1), 3 * 2 * np.sqrt(2)),
])  # fmt: skip
def test_a_shape_encloses_its_volume(form, numbers, cubic_metres):
    shape = Shape(form, numbers, "steel")

    found = drawn(shape)

    assert volume(found) == pytest.approx(cubic_metres, rel=1e-5)
    assert len(found.triangles) == shape.triangles


def test_a_beam_lies_on_its_side_as_wide_and_as_high_as_said():
    """Along y: 0.2 wide across x, 0.5 high along z."""
    found = drawn(Shape("beam", (0, 0, 0, 0, 4, 0, 0.2, 0.5), "steel"))

    assert np.ptp(found.points, axis=0) == pytest.approx([0.2, 4, 0.5])


@pytest.mark.parametrize("name", KINDS)
def test_every_face_of_every_part_looks_outward(name):
    for part in KINDS[name].parts:
        found = mesh(part, 1, lambda name: (0, 0, 0))
        a, b, c = (found.points[found.triangles[:, i]].astype(float) for i in range(3))
        normal = found.normals[found.triangles[:, 0]]

        assert ((np.cross(b - a, c - a) * normal).sum(axis=1) > 0).all()
        assert np.linalg.norm(found.normals, axis=1) == pytest.approx(1, abs=1e-5)
        assert volume(found) >= 0


def test_far_off_the_small_things_are_left_out():
    large, small = Shape("box", (0, 0, 0, 1, 1, 1), "steel"), Shape("box", (0, 0, 1, 1, 1, 2), "steel", 1)

    assert len(drawn(large, small, detail=0).triangles) == 12
    assert len(drawn(large, small, detail=1).triangles) == 24


def test_a_part_without_shapes_is_an_empty_mesh():
    found = drawn()

    assert (found.points.shape, found.triangles.shape, found.rgb.shape) == ((0, 3), (0, 3), (0, 3))


def test_a_colour_lies_on_its_own_shape():
    def colour_of(name: str) -> tuple[int, int, int]:
        return (255, 0, 0) if name == "red" else (0, 0, 255)

    part = Part(
        "p", (0, 0, 0), shapes=(Shape("box", (0, 0, 0, 1, 1, 1), "red"), Shape("box", (5, 0, 0, 6, 1, 1), "blue"))
    )
    found = mesh(part, 0, colour_of)

    assert (found.rgb[found.points[:, 0] < 2] == (255, 0, 0)).all()
    assert (found.rgb[found.points[:, 0] > 2] == (0, 0, 255)).all()


@pytest.mark.parametrize("vessel", sorted(sample_catalogue().vessels))
def test_a_hull_is_closed_and_faces_outwards(vessel: str):
    """The area vectors of a closed surface that faces one way all over add up to nothing; a face turned round shows."""
    kind = sample_catalogue().vessels[vessel]
    quads = np.concatenate([shape for shape, _ in _hull(kind, kind.draught, lambda name: (0, 0, 0), "ship_topside")])
    a, b, c, d = quads.transpose(1, 0, 2)
    areas = (np.cross(b - a, c - a) + np.cross(c - a, d - a)) / 2

    assert np.abs(areas.sum(axis=0)).max() < 1e-6 * np.abs(areas).sum()
    assert np.einsum("ij,ij->", quads.mean(axis=1), areas) > 0  # three times the volume
