"""Journeys through a real window, a program of its own: it needs a display, and Qt and VTK end with their process.

`python -m tests.viewer_journeys FOLDER` runs all and prints a JSON object: name -> what went wrong, '' for nothing.
"""

import json
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

from twin.scene.renderer import prepare

prepare(window=True)

import numpy as np  # noqa: E402
from PySide6.QtCore import QPoint, Qt  # noqa: E402
from PySide6.QtTest import QTest  # noqa: E402
from PySide6.QtWidgets import QApplication, QWidget  # noqa: E402

from tests.test_viewer import Played, standing  # noqa: E402
from tests.worlds import T0, at_second, tiny_terminal  # noqa: E402
from twin.clock import ReplayClock, rest, ticking  # noqa: E402
from twin.facts import PlaceKind, places, poses, roster_of  # noqa: E402
from twin.feeds.feed import LOST  # noqa: E402
from twin.layout import read_layout  # noqa: E402
from twin.recording import write_recording  # noqa: E402
from twin.samples import sample  # noqa: E402
from twin.session import Session  # noqa: E402
from twin.units import SECOND, ns  # noqa: E402
from twin.viewer.orbit import Eye, pixel  # noqa: E402
from twin.viewer.program import application  # noqa: E402
from twin.viewer.window import Window  # noqa: E402

APP = application()


def until(true: Callable[[], object], what: str, *, seconds: float = 10) -> None:
    """Let the window run until something is true."""
    end = ticking() + ns(seconds)
    while not true():
        assert ticking() < end, f"waited {seconds:g} s in vain until {what}"
        APP.processEvents()
        rest(0.005)


def settle(window: Window) -> None:
    """Let the window come to rest: nothing flies, nothing is asked."""
    until(lambda: not window.canvas.flying and window.asker.idle, "the window rests")
    APP.processEvents()


def session(*, live: bool = False, playing: bool = False) -> Session:
    """The tiny terminal for a minute: the cart drives along the quay at 1 m/s."""
    world = standing()
    world.hear(poses([at_second(s) for s in range(61)], [1] * 61, [50.0 + s for s in range(61)], [12.0] * 61))
    world.hear(places(at_second(30), 0, PlaceKind.SLOT, 1, bay=1, row=1, tier=1))
    batches = [
        *world.facts(T0),
        poses([at_second(s) for s in range(61)], [1] * 61, [50.0 + s for s in range(61)], [12.0] * 61),
    ]
    feed = Played(batches, 60, live=live)
    clock = None if live else ReplayClock(T0, at_second(60), playing=playing)
    return Session(tiny_terminal(), feed, clock, roster=world.roster)


def watching(window: Window, *, live: bool = False, playing: bool = False) -> Window:
    """The window on the tiny session, looking at block B1 from the quay."""
    window.watch(session(live=live, playing=playing))
    window.canvas.set_eye(Eye(np.array([13.0, 0.0, 30.0]), np.array([13.0, 43.0, 2.0])))
    settle(window)
    return window


def spot(window: Window, point: tuple[float, float, float]) -> QPoint:
    """The pixel of the view where a point is seen."""
    at = pixel(window.canvas.eye, np.array(point), window.canvas.width(), window.canvas.height())
    assert at is not None
    return QPoint(round(at[0]), round(at[1]))


def key(where: QWidget, which: Qt.Key, how: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    QTest.keyClick(where, which, how)
    APP.processEvents()


def click(window: Window, point: tuple[float, float, float], *, twice: bool = False) -> None:
    (QTest.mouseDClick if twice else QTest.mouseClick)(
        window.canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, spot(window, point)
    )
    settle(window)


TOP_BOX = (10 + 3.25, 40 + 1.4, 5.18)  # the middle of the upper box's top: bay 1, row 1 of block B1


def journey_a_bad_file_on_the_start_page_is_answered_there(window: Window, folder: Path) -> None:
    assert window.player is None
    assert not window.docks["left"].isVisible()

    window.open(folder / "nothing.yaml")
    until(window.start_page.sentence.text, "the file is complained of")

    assert "there is no such file" in window.start_page.sentence.text()
    assert window.centre.currentIndex() == 0


def journey_none_outlives_a_hundred_thousand_calls(window: Window, _: Path) -> None:
    before = sys.getrefcount(None)
    for _i in range(100_000):
        window.context.setObjectName("context")
    assert sys.getrefcount(None) > before - 200_000 > 100_000 or sys.version_info >= (3, 12)


def journey_a_click_on_a_box_shows_its_number(window: Window, _: Path) -> None:
    watching(window)

    click(window, TOP_BOX)

    assert window.selected == ("container", 1), window.selected
    assert "MSCU0000002" in window.inspector.text
    assert "block B1, bay 1, row 1, tier 2" in window.inspector.text
    assert window.cells["chosen"].text() == "1 selected"


def journey_a_click_on_the_sky_or_escape_deselects(window: Window, _: Path) -> None:
    watching(window)
    for leave in (lambda: click(window, (13, 5000, 2000)), lambda: key(window, Qt.Key.Key_Escape)):
        window.select(("machine", 0))
        leave()
        assert window.selected is None
        assert window.inspector.text == ""


def journey_the_stack_under_the_mouse_is_said(window: Window, _: Path) -> None:
    watching(window)

    QTest.mouseMove(window.canvas, spot(window, TOP_BOX))
    until(lambda: window.view.pointer.lines, "something is said")
    settle(window)

    lines = window.view.pointer.lines
    assert lines[1:] == ("B1  bay 1  row 1  2 tiers, 5.18 m", "MSCU0000002"), lines
    assert lines[0].startswith("x 13."), lines


def journey_boxes_stand_before_the_ground(window: Window, _: Path) -> None:
    colours = []
    for shown in (session(), Session(tiny_terminal())):
        window.watch(shown)
        window.canvas.set_eye(Eye(np.array([13.0, 0.0, 30.0]), np.array([13.0, 43.0, 2.0])))
        settle(window)
        colours.append(window.canvas.grabFramebuffer().pixelColor(spot(window, TOP_BOX)).name())

    assert colours[0] != colours[1], "a box hides the ground"


def journey_space_plays_and_pauses(window: Window, _: Path) -> None:
    watching(window)
    key(window.canvas, Qt.Key.Key_Space)
    assert window.player.playing
    assert window.state.text.startswith("REPLAY"), window.state.text
    until(lambda: window.player.moment.t > at_second(0.2), "time runs")

    key(window.canvas, Qt.Key.Key_Space)

    assert not window.player.playing
    assert window.state.text == "PAUSED"


def journey_a_click_in_the_timeline_jumps_and_stays_paused(window: Window, _: Path) -> None:
    watching(window)
    at = QPoint(round(window.timeline.x_of(at_second(40))), 10)

    QTest.mouseClick(window.timeline, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at)
    until(lambda: abs(window.player.moment.t - at_second(40)) < SECOND, "the jump is shown")

    assert not window.player.playing
    cart = window.player.moment.machines.x[1]
    assert abs(cart - 90) < 1, cart
    assert "06:00:" in window.transport.field.text()


def journey_a_time_can_be_typed(window: Window, _: Path) -> None:
    watching(window)
    field = window.transport.field
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, "06:00:25")
    key(field, Qt.Key.Key_Return)
    until(lambda: window.player.moment.t == at_second(25), "the typed time is shown")
    assert not window.player.playing
    assert field.text() == "2026-03-01 06:00:25.0 UTC", field.text()


def journey_a_wrong_time_is_answered_in_the_view(window: Window, _: Path) -> None:
    watching(window)
    field = window.transport.field
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, "noon")
    key(field, Qt.Key.Key_Return)

    assert window.view.banner.isVisible()
    assert "'noon' is not a time" in window.view.banner.text.text()
    key(field, Qt.Key.Key_Escape)
    assert window.player.moment.t == T0
    assert field.text().startswith("2026-03-01 06:00:00")


def journey_arrows_home_and_end_move_time(window: Window, _: Path) -> None:
    watching(window)
    shift, alt = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.AltModifier
    none = Qt.KeyboardModifier.NoModifier
    for which, how, seconds in (
        (Qt.Key.Key_Right, none, 1), (Qt.Key.Key_Right, shift, 11), (Qt.Key.Key_Left, none, 10),
        (Qt.Key.Key_Right, alt, 10.04), (Qt.Key.Key_End, none, 60), (Qt.Key.Key_Home, none, 0),
    ):  # fmt: skip
        key(window.canvas, which, how)
        until(lambda s=seconds: window.player.moment.t == at_second(s), f"{seconds} s are shown")


def journey_speed_goes_down_to_backwards(window: Window, _: Path) -> None:
    watching(window)
    key(window.canvas, Qt.Key.Key_L)
    assert window.transport.speed.currentText() == "2×"
    for _i in range(5):
        key(window.canvas, Qt.Key.Key_J)
    assert window.player.rate == -0.1
    assert window.transport.speed.currentText() == "−0.1×"


def journey_a_box_is_found_by_its_number(window: Window, _: Path) -> None:
    watching(window)
    key(window.canvas, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(window.scene_panel.field, "mscu 000000 1")
    key(window.scene_panel.field, Qt.Key.Key_Return)
    settle(window)

    assert window.selected == ("container", 0)
    assert not any(button.isChecked() for button in window.preset_buttons.values())
    assert np.allclose(window.canvas.eye.target, [13.25, 41.4, 2.591 / 2], atol=0.01)


def journey_a_name_that_nothing_has_is_answered_with_near_ones(window: Window, _: Path) -> None:
    watching(window)
    window.scene_panel.field.setText("MSCU0000009")
    key(window.scene_panel.field, Qt.Key.Key_Return)

    assert "did you mean MSCU000000" in window.scene_panel.hint.text()
    assert window.selected is None


def journey_the_tree_selects_and_flies(window: Window, _: Path) -> None:
    watching(window)
    panel = window.scene_panel
    assert [group.title for group in panel.model.groups] == ["Quay cranes", "AGVs", "Vessels", "Blocks"]
    index = panel.model.index_of("machine", 0)
    panel.tree.setCurrentIndex(index)
    assert window.selected == ("machine", 0)
    assert "Trolley\t5.00 m" in window.inspector.text, window.inspector.text

    panel.tree.doubleClicked.emit(index)
    settle(window)

    assert abs(window.canvas.eye.target[0] - 50) < 0.1


def journey_closest_clearances_are_listed_and_drawn(window: Window, _: Path) -> None:
    watching(window)
    until(lambda: window.near.model.rowCount() > 0, "clearances are listed")
    rows = window.near.model
    assert rows.data(rows.index(0, 0)).startswith("Q1, "), rows.data(rows.index(0, 0))
    assert rows.data(rows.index(0, 1)).startswith("C1, "), rows.data(rows.index(0, 1))

    window.near.chosen.emit(0)
    settle(window)

    assert window._pair == ("Q1", "C1")
    assert rows.data(rows.index(0, 2)) == "8.20"
    with_line = window.canvas.grabFramebuffer()
    key(window, Qt.Key.Key_Escape)
    APP.processEvents()
    assert window._pair is None
    assert window.canvas.grabFramebuffer() != with_line, "the line is gone"


def journey_following_keeps_the_eye_beside(window: Window, _: Path) -> None:
    watching(window)
    window.select(("machine", 1))
    window.fly_to_selected()
    settle(window)
    key(window.canvas, Qt.Key.Key_F)
    assert window.following
    window.player.step()
    window._show(window.player.moment)
    before = window.canvas.eye.position[0]

    window.seek(at_second(20))
    until(lambda: window.player.moment.t == at_second(20), "the jump is shown")

    assert abs(window.canvas.eye.position[0] - before - 20) < 0.01


def journey_every_saved_view_can_be_flown_to_and_skipped(window: Window, _: Path) -> None:
    watching(window)
    for number, name in enumerate(("overview", "quay", "yard", "plan", "cab", "gate"), start=1):
        key(window.canvas, Qt.Key(Qt.Key.Key_0 + number))
        assert window.canvas.flying, name
        window.canvas.land()
        settle(window)
        assert window.preset_buttons[name].isChecked(), name
        picture = window.canvas.grabFramebuffer()
        assert len({picture.pixel(x, y) for x in range(5, 600, 37) for y in range(5, 400, 29)}) > 3, f"{name} is blank"


def journey_drag_turns_wheel_nears_and_the_picture_follows(window: Window, _: Path) -> None:
    watching(window)
    canvas, eye = window.canvas, window.canvas.eye
    middle = QPoint(canvas.width() // 2, canvas.height() // 2)
    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, middle)
    from PySide6.QtCore import QEvent, QPointF
    from PySide6.QtGui import QMouseEvent, QWheelEvent

    for step in (20, 60):
        at = QPointF(middle) + QPointF(step, 0)
        moved = QMouseEvent(QEvent.Type.MouseMove, at, at, Qt.MouseButton.NoButton, Qt.MouseButton.LeftButton,
                            Qt.KeyboardModifier.NoModifier)  # fmt: skip
        QApplication.sendEvent(canvas, moved)
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, middle + QPoint(60, 0))
    turned = canvas.eye
    assert abs(turned.polar[0] - eye.polar[0]) > 0.1
    assert window.selected is None, "a drag is no click"

    wheel = QWheelEvent(QPointF(middle), QPointF(middle), QPoint(), QPoint(0, 120), Qt.MouseButton.NoButton,
                        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False)  # fmt: skip
    QApplication.sendEvent(canvas, wheel)

    assert canvas.eye.distance < turned.distance
    assert np.allclose(canvas.scene.camera.position, canvas.eye.position)


def journey_a_layout_opens_and_a_bad_file_leaves_it_standing(window: Window, folder: Path) -> None:
    window.open(sample("layouts", "small.yaml"))
    until(lambda: window.player is not None and window.player.session.terminal.name == "small", "the layout is open")
    assert window.mode.text == "NO FEED"
    standing_still = window.player
    bad = folder / "bad.yaml"
    bad.write_text("blocks: [", encoding="utf8")

    for wrong in (bad, folder / "missing.mcap", folder):
        window.view.banner.hide()
        window.open(wrong)
        until(window.view.banner.isVisible, f"{wrong} is complained of")
        assert str(wrong) in window.view.banner.text.text()
        assert window.player is standing_still


def journey_a_recording_opens_and_its_timeline_fills(window: Window, folder: Path) -> None:
    layout = read_layout(sample("layouts", "small.yaml"))
    roster = roster_of(layout.machines.name)
    x, y = layout.machines.x[:1], layout.machines.y[:1]
    path = folder / "tiny.mcap"
    write_recording(path, layout, roster, ([poses(at_second(s), 0, x + s / 10, y)] for s in range(31)))

    window.open(path)
    until(lambda: window.mode.text == "REPLAY" and window.timeline.end == at_second(30), "the recording is open")
    until(lambda: len(window.timeline.lanes["facts"].t) >= 30, "the timeline is filled")

    assert window.timeline.lanes["facts"].values[at_second(10)] == 1.0
    assert window.view.banner.isHidden(), window.view.banner.text.text()


def journey_a_lost_feed_is_seen(window: Window, _: Path) -> None:
    watching(window, live=True)
    window._second_tick()
    assert window.mode.text == "LIVE"
    assert not window.transport.buttons["play"].isEnabled()

    window.player.session.health.state = LOST
    window.player.session.health.note = "tcp://127.0.0.1:7701 has said nothing for 120 s."
    window._second_tick()
    window.show_state()

    assert (window.mode.text, window.state.text) == (LOST, LOST)
    assert window.view.banner.isVisible()
    assert "nothing for 120 s" in window.view.banner.text.text()


def journey_light_and_dark_keep_the_picture(window: Window, _: Path) -> None:
    watching(window)
    ground = [window.timeline.grab().toImage().pixelColor(5, 60).lightness()]
    window.other_theme()
    APP.processEvents()
    ground.append(window.timeline.grab().toImage().pixelColor(5, 60).lightness())
    window.other_theme()

    assert ground[0] < 80
    assert ground[1] > 200


def journey_a_resting_window_draws_nothing(window: Window, _: Path) -> None:
    watching(window)
    until(lambda: window.canvas._smoothed and not window.canvas._due, "the picture is smoothed")
    drawn: list[float] = []
    window.canvas.drawn.connect(drawn.append)
    end = ticking() + ns(0.5)
    until(lambda: ticking() > end, "half a second is over")
    window.view.pointer.say("a card over the picture")
    APP.processEvents()

    assert drawn == []


def main(folder: Path) -> None:
    window, said = Window(), dict[str, str]()
    window.resize(1280, 800)
    window.show()
    window.activateWindow()
    until(window.isActiveWindow, "the window has the keyboard")
    for name, journey in list(globals().items()):
        if name.startswith("journey_"):
            window.view.banner.hide()
            try:
                journey(window, folder)
                said[name] = ""
            except Exception:  # noqa: BLE001  (whatever it is, it is what the test reports)
                said[name] = traceback.format_exc(limit=-4)
    window.close()
    APP.processEvents()
    said["closed"] = ""
    print(json.dumps(said))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
