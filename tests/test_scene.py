"""The scene as a whole: what must draw, what must stay the same, what must be where."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.scene_worlds import SIZE, boxes, hull, many_machines, needs_renderer, nothing, small_terminal
from tests.shifted import shifted_layout_text
from tests.worlds import T0
from twin import facts
from twin.errors import BadFile, UnknownName
from twin.facts import DescribedMachines, NavStatus, PlaceKind, Vessels
from twin.layout import parse_layout
from twin.moment import Moment
from twin.scene.cameras import Camera
from twin.units import SECOND
from twin.world import World

pytestmark = needs_renderer


def picture(moment: Moment, camera: str | Camera = "overview", **how: object) -> np.ndarray:
    from twin.scene.scene import Scene

    scene = Scene(moment.terminal, size=SIZE)
    scene.show(moment)
    scene.camera = camera
    return scene.picture(**how)


def test_nothing_at_all_draws():
    assert picture(World(nothing()).at(T0)).std() > 5


def test_an_empty_yard_and_one_box_draw_and_differ():
    empty, one = World(small_terminal()), World(small_terminal())
    boxes(one, 1)

    without, with_box = (picture(world.at(T0), "block:A1") for world in (empty, one))

    assert without.std() > 5
    assert 20 < np.any(without != with_box, axis=2).sum() < without.size / 6


def test_five_hundred_machines_draw():
    assert picture(World(many_machines(500)).at(T0)).std() > 5


def test_an_unknown_kind_and_a_machine_nowhere_draw():
    world = World(many_machines(3, kind="flying carpet"))
    world.hear(facts.poses(T0, world.roster.machines.of("GUEST"), 10.0, 10.0))
    lost = World(replace(small_terminal(), machines=replace(small_terminal().machines, x=np.full(13, np.nan))))

    for moment in (world.at(T0), lost.at(T0)):
        assert picture(moment).std() > 5


def test_what_is_gone_is_not_drawn():
    """The picture without the machines and the ship that left is that of a terminal that never had them."""
    never, gone = World(replace(small_terminal(), machines=nothing().machines)), World(small_terminal())
    hull(gone, "ELBE", length=120.0, beam=20.0)
    gone.hear(facts.poses(T0 + SECOND, np.arange(len(gone.terminal.machines)), 50.0, 50.0, status=facts.Status.GONE))
    where = (np.array([v]) for v in (100.0, -30.0, 0.0, 8.0))
    gone.hear(Vessels(np.array([T0 + SECOND]), np.zeros(1, np.int64), *where, np.array([NavStatus.GONE])))

    assert np.array_equal(picture(never.at(T0 + SECOND)), picture(gone.at(T0 + SECOND)))
    assert not np.array_equal(picture(never.at(T0)), picture(gone.at(T0)))


def test_a_hatch_cover_on_the_quay_is_drawn():
    """A guest, as ships bring them; looked at from so near that its brown plate fills a good part of the picture."""
    bare, laid = World(small_terminal()), World(small_terminal())
    for world in (bare, laid):
        row = np.array([world.roster.machines.of("ELBE-H1")])
        world.hear(DescribedMachines(np.array([T0]), row, ("ELBE-H1",), ("hatch-cover",)))
    laid.hear(facts.poses(T0, row, 250.0, 60.0))
    camera = Camera((250.0, 30.0, 25.0), (250.0, 60.0, 0.0))

    drawn, missing = picture(laid.at(T0), camera), picture(bare.at(T0), camera)

    changed = np.any(drawn != missing, axis=2)
    assert 0.1 < changed.mean() < 0.6
    red, _, blue = drawn[changed].mean(axis=0)
    assert red > blue + 8


def test_a_box_somewhere_unknown_draws():
    world = World(small_terminal())
    boxes(world, 3)
    rows = world.roster.containers.rows(["MSKU0000000"])
    world.hear(facts.places(T0 + SECOND, rows, PlaceKind.SOMEWHERE, -1, x=np.nan, y=0.0))

    assert picture(world.at(T0 + SECOND)).std() > 5


def test_a_hull_of_which_only_the_size_is_known_has_that_length():
    """An AIS hull of 210 m by 32 m without a class."""
    from twin.scene.scene import Scene

    world = World(small_terminal())
    hull(world, "STRANGER", length=210.0, beam=32.0)
    moment = world.at(T0)
    scene = Scene(moment.terminal, size=SIZE)
    scene.show(moment)

    x0, x1, y0, y1, *_ = scene._ships.ships[0].hull.GetBounds()

    assert 210.0 == pytest.approx(x1 - x0, rel=0.02)
    assert 32.0 == pytest.approx(y1 - y0, rel=0.06)  # and the wings of her bridge


def test_a_layout_in_utm_metres_gives_the_same_pixels():
    text = (Path(__file__).parents[1] / "layouts" / "small.yaml").read_text()
    here, there = (parse_layout(t, path="small.yaml") for t in (text, shifted_layout_text(text)))

    def drawn(terminal):
        world = World(terminal)
        boxes(world, 12)
        boxes(world, 7, tier=2, first=100)
        return picture(world.at(T0), "yard")

    assert np.array_equal(drawn(here), drawn(there))


def test_the_same_moment_twice_gives_the_same_pixels():
    from twin.scene.scene import Scene

    world = World(small_terminal())
    boxes(world, 12)
    scene = Scene(world.terminal, size=SIZE)
    scene.show(world.at(T0))
    first = scene.picture()
    scene.show(world.at(T0 + SECOND))

    assert np.array_equal(first, scene.picture())


def test_only_the_blocks_that_changed_are_made_again():
    from twin.scene.scene import Scene

    world = World(small_terminal())
    boxes(world, 12)
    boxes(world, 5, block=1, first=50)
    scene = Scene(world.terminal, size=SIZE)
    first = scene._yard.show(world.at(T0))
    boxes(world, 1, block=1, tier=2, first=90)

    again = scene._yard.show(world.at(T0 + SECOND))

    assert ([0, 1], [1]) == (first, again)


def test_a_box_taken_away_is_gone_from_the_picture():
    bare, moved = World(small_terminal()), World(small_terminal())
    boxes(moved, 1)
    rows = moved.roster.containers.rows(["MSKU0000000"])
    moved.hear(facts.places(T0 + SECOND, rows, PlaceKind.UNKNOWN, -1))
    from twin.scene.scene import Scene

    scene = Scene(moved.terminal, size=SIZE)
    scene.camera = "block:A1"
    scene.show(moved.at(T0))
    with_box = scene.picture()
    scene.show(moved.at(T0 + SECOND))

    assert not np.array_equal(with_box, scene.picture())
    assert np.array_equal(picture(bare.at(T0), "block:A1"), scene.picture())


def test_a_pixel_and_a_point_find_each_other():
    """The line of sight through the pixel of (50, 40, 12) passes through it."""
    from twin.scene.scene import Scene

    scene = Scene(small_terminal(), size=SIZE)
    point = np.array([50.0, 40.0, 12.0])

    origin, direction = scene.ray_through(scene.pixel_of(tuple(point)))

    off = np.cross(direction, point - origin)
    assert np.linalg.norm(off) < 1e-3


def test_what_lies_behind_the_eye_has_no_pixel():
    from twin.scene.cameras import Camera
    from twin.scene.scene import Scene

    scene = Scene(small_terminal(), size=SIZE)
    scene.camera = Camera((0, 0, 10), (0, 100, 10))

    assert np.isnan(scene.pixel_of((0, -50, 10))).all()


def test_a_highlight_follows_and_ends():
    from twin.scene.scene import Scene

    world = World(small_terminal())
    boxes(world, 2)
    scene = Scene(world.terminal, size=SIZE)
    scene.show(world.at(T0))
    scene.camera = "block:A1"
    plain = scene.picture()
    scene.highlight("container", 0)
    marked = scene.picture()
    scene.highlight("")

    cyan = np.all(np.abs(marked.astype(int) - (64, 224, 255)) < 60, axis=2)
    assert cyan.sum() > 10
    assert np.array_equal(plain, scene.picture())


def test_a_distance_is_drawn_in_the_colour_of_its_verdict():
    from twin.scene.scene import Scene

    scene = Scene(small_terminal(), size=SIZE)
    plain = scene.picture()
    scene.distance_line(np.array([0.0, 0, 20]), np.array([200.0, 60, 20]), "0.30 m", "fail")
    drawn = scene.picture()
    scene.clear_lines()

    red = (drawn[..., 0] > 180) & (drawn[..., 1] < 90)
    assert red.sum() > (plain[..., 0] > 180)[plain[..., 1] < 90].sum() + 20
    assert np.array_equal(plain, scene.picture())


def test_every_named_camera_looks_somewhere():
    from twin.scene.cameras import camera_names, named_camera

    terminal = small_terminal()
    moment = World(terminal).at(T0)

    for name in camera_names(terminal):
        camera = named_camera(name, terminal, moment)
        assert np.isfinite([*camera.position, *camera.focal_point]).all()
        assert np.linalg.norm(np.subtract(camera.position, camera.focal_point)) > 1


@pytest.mark.parametrize("name", ["overvew", "block:A9", "machine:QC9", "berth:B9", "vessel:X", "cab"])
def test_an_unknown_camera_is_refused_with_the_names_there_are(name):
    from twin.scene.cameras import named_camera

    terminal = small_terminal()

    with pytest.raises(UnknownName, match=r"did you mean|there are|there is no"):
        named_camera(name, terminal, World(terminal).at(T0))


def test_no_label_lies_over_another():
    from twin.scene.cameras import Camera
    from twin.scene.scene import Scene

    moment = World(many_machines(120)).at(T0)
    scene = Scene(moment.terminal, size=(640, 360))
    scene.camera = Camera((240, -60, 70), (240, 30, 0))
    scene.show(moment)
    scene.render()
    chosen = scene._labels._chosen(scene._view(), 1)
    boxes = [
        (x, y, x + scene._labels._image(key).shape[1], y + scene._labels._image(key).shape[0]) for key, x, y in chosen
    ]

    assert len(boxes) > 3
    for i, a in enumerate(boxes):
        for b in boxes[:i]:
            assert a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]


def test_a_machine_not_heard_of_for_long_turns_grey():
    from twin.scene.scene import STALE, Scene

    world = World(many_machines(2, kind="sts"))
    world.hear(facts.poses(T0, np.array([0, 1]), np.array([50.0, 150.0]), 3.0))
    scene = Scene(world.terminal, size=SIZE)

    fresh, stale = [], []
    for t, out in ((T0, fresh), (T0 + STALE + SECOND, stale)):
        scene.show(world.at(t))
        scene.render()
        out += [len(g.stale._position) for g in scene._machines.groups]

    assert 0 == sum(fresh)
    assert 2 == max(stale)


def test_a_container_is_always_painted_alike():
    from twin.moment import Descriptions
    from twin.scene.look import read_look
    from twin.scene.paint import Paint

    look = read_look()
    names = tuple(f"MSKU{i:07d}" for i in range(200))
    none = np.zeros(200)
    about = Descriptions(names, ("22G1",) * 200, ("",) * 200, none, none, none, none)

    first, again = Paint(look).of(about), Paint(look).of(replace(about))

    assert np.array_equal(first, again)
    share = first / np.array(look.lines["MAE"].colour)
    assert share.min() >= 1 - look.jitter - 1e-9
    assert share.max() <= 1 + look.jitter + 1e-9
    assert share.std() > look.jitter / 3


@pytest.mark.parametrize(
    ("name", "sentence"), [("x.gif", "use .png"), ("no/such/x.png", "there is no folder"), ("", "is not a kind")]
)
def test_a_picture_that_cannot_be_written_is_a_sentence(tmp_path, name, sentence):
    from twin.scene.stills import render_still

    moment = World(nothing()).at(T0)

    with pytest.raises(BadFile, match=sentence):
        render_still(moment.terminal, moment, tmp_path / name)


def test_a_still_and_a_clip_are_written(tmp_path):
    from twin.scene.stills import render_clip, render_still

    world = World(small_terminal())
    boxes(world, 8)
    heard = []

    still = render_still(world.terminal, world.at(T0), tmp_path / "still.jpg", size=SIZE)
    clip = render_clip(
        world.terminal,
        (world.at(T0 + i * SECOND) for i in range(3)),
        tmp_path / "clip.mp4",
        size=(161, 91),
        progress=heard.append,
    )

    assert still.stat().st_size > 3000
    assert clip.stat().st_size > 1000
    assert [1, 2, 3] == heard
