"""What the window says and reckons, without opening it."""

import re
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.worlds import T0, at_second, described, tiny_terminal
from twin.clock import ReplayClock
from twin.errors import NoRenderer, TwinError
from twin.facts import Batch, PlaceKind, Status, places, poses, roster_of
from twin.feeds.feed import LIVE, LOST, STALE, Health
from twin.layout import read_layout
from twin.moment import Moment
from twin.opened import open_session
from twin.recording.writer import Recorder
from twin.samples import sample
from twin.session import Session
from twin.units import MINUTE, SECOND
from twin.viewer import orbit, words
from twin.viewer.commands import COMMANDS, MENUS
from twin.viewer.details import details, stale_age
from twin.viewer.distances import closest, nearest_machines
from twin.viewer.immortal import keep_constants
from twin.viewer.lanes import Lane, tick_step
from twin.viewer.player import SPEEDS, Player, next_speed
from twin.viewer.sights import sight
from twin.viewer.tokens import DARK, GROUNDS, LIGHT, contrast
from twin.world import World

VIEWER = Path(__file__).resolve().parent.parent / "twin" / "viewer"


class Played:
    """A recording held in memory, or a live feed that has said all it has to say."""

    def __init__(self, batches: list[Batch], seconds: int, *, live: bool = False) -> None:
        self.batches, self.live, self.health = batches, live, Health(state=LIVE)
        self.span: tuple[int, int] | None = (T0, at_second(seconds))

    def hear(self, until: int) -> list[Batch]:
        said, self.batches = self.batches, []
        return said

    def seek(self, t: int) -> list[Batch]:
        return self.batches

    def close(self) -> None: ...


def standing() -> World:
    """Two boxes in block B1 bay 1 row 1, a third on crane Q1; both machines heard at T0."""
    world = World(tiny_terminal())
    world.hear(described(world.roster, ["MSCU0000001", "MSCU0000002", "MSCU0000003"]))
    slots = places(T0, [0, 1], PlaceKind.SLOT, 0, bay=1, row=1, tier=[1, 2])
    world.hear(slots)
    world.hear(places(T0, 2, PlaceKind.MACHINE, 0))
    world.hear(
        poses(T0, [0, 1], [50.0, 50.0], [3.0, 12.0], joints=[[5.0, 20.0], [0.0, 0.0]], status=2, load=[24_600, 0])
    )
    return world


def moment(seconds: float = 1) -> Moment:
    return standing().at(at_second(seconds))


# -- tokens


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=["dark", "light"])
@pytest.mark.parametrize(("token", "least"), [("text", 10.0), ("text.2", 4.5), ("text.3", 4.5), ("accent", 4.5)])
def test_text_can_be_read_on_every_ground(theme, token, least):
    assert min(contrast(theme[token], theme[ground]) for ground in GROUNDS) >= least


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=["dark", "light"])
def test_verdicts_controls_and_buttons_stand_out(theme):
    """WCAG AA: 4.5 for text, 3 for what can be clicked; verdicts as text also on their own tint."""
    for verdict in ("pass", "warn", "fail", "unknown"):
        grounds = [theme[ground] for ground in ("bg.panel", "bg.bar", f"{verdict}.bg")]
        assert min(contrast(theme[verdict], ground) for ground in grounds) >= 4.5
    assert min(contrast(theme["line.control"], theme[ground]) for ground in ("bg.panel", "bg.bar")) >= 3
    assert contrast(theme["accent.on"], theme["accent"]) >= 4.5
    assert contrast(theme["picture.text"], theme["picture"]) >= 7


def test_no_colour_is_named_outside_the_table():
    literal = re.compile(r"#[0-9a-fA-F]{3,8}\b|QColor\(\s*[\d\"']|rgba?\(|GlobalColor\.(?!transparent)")
    found = {
        path.name: literal.findall(path.read_text(encoding="utf8"))
        for path in VIEWER.glob("*.py")
        if path.name != "tokens.py"
    }

    assert {name: hits for name, hits in found.items() if hits} == {}


# -- words


@pytest.mark.parametrize(
    ("value", "text"),
    [(1234.5, "1\u2009234.50 m"), (-6.42, "−6.42 m"), (-0.001, "0.00 m"), (float("nan"), "–"), (588.2, "588.20 m")],
)
def test_numbers_are_written_as_the_house_writes_them(value, text):
    assert words.number(value, 2, "m") == text


@pytest.mark.parametrize(
    ("typed", "seconds"),
    [
        ("2026-03-01 06:00:30 UTC", 30),
        ("2026-03-01T06:00:30Z", 30),
        ("2026-03-01T07:00:30+01:00", 30),
        ("06:01", 60),
        ("6:00:02.5", 2.5),
        ("+30 s", 10 + 30),
        ("−5", 10 - 5),
    ],
)
def test_a_time_can_be_typed_in_short(typed, seconds):
    assert words.moment_typed(typed, at_second(10)) == at_second(seconds)


@pytest.mark.parametrize("typed", ["", "soon", "25:00", "+x", "2026-13-01 06:00", "6:", ":"])
def test_what_is_not_a_time_is_answered_with_what_would_be(typed):
    with pytest.raises(TwinError, match="write 10:41:52"):
        words.moment_typed(typed, T0)


@given(st.integers(T0, T0 + 10**17))
def test_the_time_shown_is_a_time_that_can_be_typed(t):
    assert words.moment_typed(words.stamp(t, 9), T0) == t


def test_codes_and_ages_are_said_in_words():
    assert words.code_in_words("45G1") == "45G1, 40 ft high cube, general purpose"
    assert words.code_in_words("22R1") == "22R1, 20 ft, reefer"
    assert words.code_in_words("L5G1") == "L5G1, 45 ft high cube, general purpose"
    assert words.code_in_words("") == "not described"
    assert [words.age(s * SECOND) for s in (0, 47, 180, 9000)] == ["0.0 s", "47 s", "3 min", "2 h"]


# -- the eye

EYE = orbit.Eye(np.array([300.0, -200, 150]), np.array([10.0, 20, 0]), 32.0)


@given(st.floats(0, 1600), st.floats(0, 1000), st.floats(5, 900))
def test_a_point_on_the_ray_of_a_pixel_is_seen_at_that_pixel(x, y, metres):
    origin, way = orbit.ray(EYE, x, y, 1600, 1000)

    assert orbit.pixel(EYE, origin + metres * way, 1600, 1000) == pytest.approx((x, y), abs=1e-6)


@given(st.floats(-2, 2), st.floats(-2, 2))
def test_going_round_keeps_the_distance(across, up):
    assert orbit.orbited(EYE, across, up).distance == pytest.approx(EYE.distance)


def test_the_wheel_keeps_the_point_under_the_mouse():
    origin, way = orbit.ray(EYE, 1200, 300, 1600, 1000)
    point = origin + 250 * way

    near = orbit.nearer(EYE, 0.7, point)

    assert orbit.pixel(near, point, 1600, 1000) == pytest.approx((1200, 300))


def test_a_flight_begins_and_ends_where_it_should():
    there = orbit.Eye(np.array([-50.0, 400, 90]), np.array([0.0, 100, 5]), 50.0)

    assert np.allclose(orbit.flown(EYE, there, 0).position, EYE.position)
    assert orbit.flown(EYE, there, 1) is there
    assert orbit.flown(EYE, there, 0.5).distance == pytest.approx(np.sqrt(EYE.distance * there.distance))


def test_a_view_straight_down_keeps_its_up():
    eye = orbit.upright(np.array([0.0, 0, 500]), np.zeros(3), np.array([0.0, 1, 0]), 24)

    x, y = orbit.pixel(eye, np.array([0.0, 50, 0]), 800, 600)

    assert x == pytest.approx(400)
    assert y < 250


# -- what is said of things


def said(kind: str, row: int, seconds: float = 1) -> dict[str, str]:
    found = details(moment(seconds), kind, row)
    assert found is not None
    return {row.name: row.value for row in found.rows}


def test_a_box_says_what_it_is_and_where():
    box = said("container", 1)

    assert box["Type"] == "22G1, 20 ft, general purpose"
    assert box["Size"] == "6.058 × 2.438 × 2.591 m"
    assert box["Place"] == "block B1, bay 1, row 1, tier 2"
    assert box["Stands at"] == "2.59 m above ground"
    assert box["Gross mass"] == "–"


def test_a_crane_says_its_joints_with_units_and_what_it_carries():
    crane = said("machine", 0)

    assert (crane["Trolley"], crane["Hoist"]) == ("5.00 m", "20.00 m")
    assert (crane["Load"], crane["Carries"]) == ("24.6 t", "MSCU0000003")
    assert (crane["Status"], crane["Heading"]) == ("working", "90.0°"), "x runs east here"


def test_a_block_counts_its_stacks():
    block = said("block", 0)

    assert (block["Boxes"], block["Slots in use"]) == ("2", "1 of 15")
    assert block["Highest stack"] == "2 tiers, 5.18 m"


def test_a_thing_that_is_gone_says_nothing():
    assert details(moment(), "container", 99) is None
    assert details(moment(), "ground", 0) is None


def test_a_machine_not_heard_of_for_long_is_stale_but_one_never_heard_is_as_laid_out():
    never = World(tiny_terminal()).at(at_second(100))

    assert stale_age(moment(3), "machine", 0) == 0
    assert stale_age(moment(60), "machine", 0) == 60 * SECOND
    assert stale_age(never, "machine", 0) == 0
    found = details(never, "machine", 0)
    assert found is not None
    assert found.rows[-1].value == "never, as laid out"


def test_what_left_the_terminal_is_not_listed_and_not_overdue():
    pytest.importorskip("PySide6")
    from twin.viewer.tree import groups

    world = standing()
    world.hear(poses(at_second(2), 1, 50.0, 12.0, status=Status.GONE))

    before, after = world.at(at_second(1)), world.at(at_second(99))

    assert [(0,), (1,)] == [group.rows for group in groups(before) if group.kind == "machine"]
    assert [(0,)] == [group.rows for group in groups(after) if group.kind == "machine"]
    assert stale_age(after, "machine", 1) == 0 < stale_age(after, "machine", 0)
    said = details(after, "machine", 1)
    assert said is not None
    assert "gone" == said.rows[0].value


def test_every_thing_can_be_looked_at():
    now = moment()

    for kind, row in (("container", 0), ("container", 2), ("machine", 0), ("block", 1)):
        found = sight(now, kind, row)
        assert found is not None
        assert np.isfinite(found[0]).all()
        assert found[1] > 0


def test_what_is_nowhere_cannot_be_looked_at():
    world = standing()
    world.hear(described(world.roster, ["MSCU0000004"]))

    assert sight(world.at(at_second(1)), "container", 3) is None


# -- time


def player(*, live: bool = False) -> Player:
    world = standing()
    feed = Played(world.facts(at_second(0)), 60, live=live)
    clock = None if live else ReplayClock(T0, at_second(60), playing=False)
    return Player(Session(tiny_terminal(), feed, clock, roster=world.roster))


def test_seeking_never_changes_play_or_pause():
    one = player()
    for playing in (False, True):
        one.clock.playing = playing
        for deed in (
            lambda: one.seek(at_second(30)),
            lambda: one.nudge(SECOND),
            lambda: one.press("end"),
            lambda: one.press("start"),
        ):
            deed()
            assert one.playing is playing


def test_a_jump_is_shown_and_stays_inside_the_recording():
    one = player()
    one.seek(at_second(30))
    assert one.step()
    assert one.moment.t == at_second(30)
    assert not one.step()

    one.nudge(3600 * SECOND)
    one.step()

    assert one.moment.t == at_second(60)
    assert one.state.text == "PAUSED"
    one.clock.playing = True
    one.step()
    assert one.state.text == "REPLAY 1×"


def test_what_cannot_be_shown_stops_at_what_was_shown_last():
    one = player()
    one.clock.playing = True
    one.seek(at_second(30))

    one.stop()

    assert (one.playing, one.clock.now()) == (False, one.moment.t)


def test_speeds_go_through_slow_to_backwards_and_end_somewhere():
    assert (next_speed(1.0, 1), next_speed(1.0, -1), next_speed(0.1, -1)) == (2.0, 0.5, -0.1)
    assert (next_speed(1000.0, 1), next_speed(-1000.0, -1)) == (1000.0, -1000.0)
    assert list(SPEEDS) == sorted(SPEEDS)


def test_a_lost_feed_is_said_with_the_worst_state_first():
    one = player(live=True)
    assert (one.mode.text, one.trouble) == (LIVE, ("", ""))

    for state, tone in ((STALE, "warn"), (LOST, "fail")):
        one.session.health.state, one.session.health.note = state, "crane-plc-b is silent for 47 s."
        assert (one.mode.text, one.mode.tone) == (state, tone)
        assert one.state == one.mode
        assert one.trouble == ("crane-plc-b is silent for 47 s.", tone)


def test_a_recording_that_was_not_closed_says_where_it_ends(tmp_path):
    layout = read_layout(sample("layouts", "small.yaml"))
    recorder = Recorder(tmp_path / "cut.mcap", layout, roster_of(layout.machines.name))
    for s in range(5):
        recorder.write([poses(at_second(s), 0, 10.0 + s, 3.0)])

    one = Player(open_session(tmp_path / "cut.mcap"))

    text, verdict = one.trouble
    assert verdict == "warn"
    assert text.startswith("The recording was not closed: it ends at 06:00:0")
    recorder.close()


def test_doubted_messages_are_counted_in_words():
    one = player(live=True)
    assert one.doubted == ""

    one.session.health.bad["length"] += 1
    one.session.health.lost = 12

    assert one.doubted == "1 bad message, 12 lost"


def test_a_lane_means_what_was_said_and_leaves_gaps():
    lane = Lane("Machines at work")
    for t, value in ((25, 4.0), (0, 1.0), (5, 3.0), (25, 6.0)):
        lane.add(at_second(t), value)

    columns = lane.columns(T0, at_second(40), 4)

    assert columns[0] == 2.0
    assert np.isnan(columns[1])
    assert columns[2] == 6.0
    assert lane.at(at_second(12), within=10 * SECOND) == 3.0
    assert np.isnan(lane.at(at_second(22), within=10 * SECOND))
    lane.forget(at_second(6))
    assert lane.t == [at_second(25)]


def test_ticks_stand_apart():
    assert tick_step(10 * MINUTE, 800) == 120 * SECOND
    assert tick_step(8 * 60 * MINUTE, 700) == 7200 * SECOND


# -- near things


def test_the_closest_pairs_come_first_and_only_of_the_sort_asked_for():
    """The crane's waterside leg ends at x 62, y 4; the cart at x 57, y 10.5: 5 m and 6.5 m away."""
    found, all_ = closest(moment(), ("machine",)), closest(moment(), ("machine", "container", "vessel"))

    assert list(zip(found.who_a, found.who_b)) == [("Q1", "C1")]
    assert found.metres[0] == pytest.approx(np.hypot(5, 6.5))
    assert nearest_machines(moment()) == found.metres[0]
    assert len(all_) >= len(found)
    assert list(all_.metres) == sorted(all_.metres)


# -- commands


def test_no_two_commands_share_a_key_or_a_name():
    keys = [key for command in COMMANDS for key in command.keys]

    assert len(keys) == len(set(keys))
    assert len({command.name for command in COMMANDS}) == len(COMMANDS)
    assert {command.menu for command in COMMANDS} == set(MENUS)


def test_without_a_display_a_sentence_says_what_is_missing(monkeypatch):
    from twin.scene.renderer import Renderer
    from twin.viewer import view

    blind = Renderer("egl", False, {}, "egl draws with llvmpipe, off-screen: there is no DISPLAY")
    monkeypatch.setattr("twin.scene.renderer.prepare", lambda window=False: blind)

    with pytest.raises(NoRenderer, match=r"no window can be opened: .*there is no DISPLAY; `twin render`"):
        view("layouts/small.yaml")


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="from Python 3.12 on constants cannot die")
@pytest.mark.parametrize("constant", [None, True, False])
def test_a_constant_that_qt_lets_go_of_too_often_lives_on(constant: bool | None):
    keep_constants()
    kept = sys.getrefcount(constant)
    keep_constants()

    assert kept > 1_000_000_000
    assert abs(sys.getrefcount(constant) - kept) < 1000
