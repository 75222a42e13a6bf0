"""A scenario file says what is to happen; a terminal without one has a usual day; published calls are read so too."""

import csv
from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.real import real
from tests.scenario_ground import GOOD, edited, ground
from tests.worlds import tiny_terminal
from twin.errors import BadFile
from twin.layout import parse_layout, read_layout
from twin.samples import sample
from twin.simulate import moorings
from twin.simulate.berthing import stay_of
from twin.simulate.moorings import BEST
from twin.simulate.planted import PLANTED, rails_of
from twin.simulate.published import read_published
from twin.simulate.scenario import INCIDENTS, Fault, Gate, Imperfections, Scenario, Window
from twin.simulate.scenario_checks import positions
from twin.simulate.scenario_files import open_scenario, parse_scenario, read_scenario, sample_names
from twin.simulate.usual import usual
from twin.simulate.wrong import clock
from twin.units import text_from_time, time_from_text
from twin.yamlfile import read_yaml

LAYOUTS = sorted(path.stem for path in sample("layouts").glob("*.yaml"))


def good() -> Scenario:
    return parse_scenario(GOOD, ground(), path="s.yaml")


def apart(scenario: Scenario, terminal) -> bool:
    """Whether no ship must lie where another still does, all within their quays."""
    stays = [stay_of(call, scenario, terminal, BEST) for call in scenario.calls]
    quays = {quay.name: moorings.length(quay) for quay in terminal.quays}
    inside = all(-1e-6 <= stay.low and stay.high <= quays[stay.quay] + 1e-6 for stay in stays)
    return inside and not any(a.meets(b) for a, b in combinations(stays, 2))


# -- files


def test_a_file_says_all_of_a_scenario():
    scenario = good()

    assert (scenario.name, scenario.seed, scenario.hours, scenario.fill) == ("t", 7, 6.0, 0.5)
    assert scenario.start == time_from_text("2026-03-01T06:00Z")
    assert scenario.end == time_from_text("2026-03-01T12:00Z")
    assert (scenario.warm_up, scenario.standing_every, scenario.out_of_service) == (1200.0, 5.0, ("TT3", "TT4"))
    assert scenario.faults == (Fault("RTG3", 3600.0, 600.0, line=30),)
    assert scenario.imperfections == Imperfections(noise=0.03, jitter=0.1, loss=0.01, late_by=3.0)
    assert scenario.gate == Gate(
        (Window(0.0, 7200.0, 20.0, line=25), Window(7200.0, 19800.0, 30.0, 25.0, line=26)), 0.4, (20.0, 40.0)
    )


def test_a_call_says_all_of_a_ship():
    one = good().calls[0]

    assert (one.ship, one.kind, one.berth, one.arrival, one.line) == ("ONE", "feeder-1000", "B1", -1800.0, 11)
    assert (one.discharge, one.load, one.along, one.bow, one.cranes, one.port) == (100, 90, 20.0, "end", 2, "SEGOT")


def test_times_may_be_written_as_they_are_on_the_wall():
    """08:00+01:00 is 07:00 UTC, an hour after the start."""
    assert good().calls[2].arrival == 3600.0


@pytest.mark.parametrize(
    ("text", "seconds"), [("0:00", 0), ("+0:30", 1800), ("-0:20", -1200), ("1:05:30.5", 3930.5), ("05:00", 18000)]
)
def test_times_are_hours_minutes_seconds(text, seconds):
    assert parse_scenario(edited("arrival: -0:30", f"arrival: {text}"), ground()).calls[0].arrival == seconds


@settings(max_examples=50, deadline=None)
@given(st.integers(-160 * 3600, 6 * 3600))
def test_a_time_said_is_a_time_read(seconds):
    text = edited("arrival: -0:30", f"arrival: {clock(seconds)}")

    assert parse_scenario(edited("arrival: -0:30", "arrival: 5:00"), ground()).calls[0].arrival == 18000
    with_early = text.replace("berth: B1, arrival: 1:00", "berth: B2, along: 100, arrival: 1:00")
    assert parse_scenario(with_early, ground()).calls[0].arrival == seconds


def test_what_is_not_said_is_the_usual():
    scenario = parse_scenario("start: 2026-03-01T06:00Z\nhours: 1\n", ground(), path="a/quiet.yaml")

    assert scenario == Scenario("quiet", time_from_text("2026-03-01T06:00Z"), 1.0, path="a/quiet.yaml")
    assert scenario.imperfections.none


def test_a_ship_without_a_place_lies_beside_the_one_that_is_there():
    """ONE lies at 20 to 170 m until 2 o'clock and later; 15 m further there is room."""
    assert good().calls[1].along == 185.0


def test_a_ship_without_a_place_comes_back_to_the_berths_start_when_it_is_free():
    text = edited("arrival: 1:00, discharge", "arrival: 5:30, discharge").replace("at: 0:40", "at: 5:00")

    assert parse_scenario(text, ground()).calls[1].along == 0.0


def test_every_ship_of_the_good_scenario_has_her_water():
    assert apart(good(), ground())


def test_a_ship_that_may_have_to_wait_is_noted_not_refused():
    """190 boxes by two cranes take 2:22 at 40 moves an hour, 3:24 at 28: she comes at 3:00."""
    text = edited("berth: B1, arrival: 1:00", "berth: B1, along: 20, arrival: 3:00").replace("at: 0:40", "at: 2:40")

    [note] = parse_scenario(text, ground()).notes

    assert note.startswith("TWO comes at 3:00; ONE is reckoned to lie in her place until 3:")


def test_rows_out_of_the_cranes_reach_are_noted():
    """61 m of reach, 3 m of it over the quay, are 58: two rows less than the 60.6 m to the middle of the last one."""
    text = "start: 2026-03-01T06:00Z\nhours: 9\ncalls:\n"
    text += "  - {ship: M, kind: megamax, berth: B1, arrival: 0:00, discharge: 9, load: 0, draught: 10}\n"

    [note] = parse_scenario(text, ground()).notes

    assert note == "the quay cranes do not reach 2 of the 24 rows of M"


def test_the_crane_of_a_pair_is_known_by_its_gauge():
    rails = [rail.name for rail in ground().rails]
    found = {name: [rails[n] for n in rails_of(name, ground())] for name in ("RC-inner", "RC-outer", "RTG2", "QC3")}

    assert found == {"RC-inner": ["inner"], "RC-outer": ["outer"], "RTG2": ["S1"], "QC3": ["quay"]}


def test_every_incident_says_who_may_take_part():
    assert tuple(PLANTED) == INCIDENTS


def test_positions_are_counted_tier_by_tier():
    """2 blocks of 20 x 6 x 5, and 30 bays of 8 rows of 4 and 2 of 5."""
    assert positions(ground()) == 2 * 600 + 30 * 42


# -- samples


@pytest.mark.parametrize("name", sample_names())
def test_every_sample_can_happen_on_its_layout(name):
    told = read_yaml(sample("replay", "scenarios", f"{name}.yaml")).text("terminal")
    terminal = read_layout(sample("layouts", f"{told}.yaml"))

    scenario = open_scenario(name, terminal)

    assert (scenario.name, scenario.notes) == (name, ())
    assert apart(scenario, terminal)


def test_the_day_is_the_one_that_is_measured():
    terminal = read_layout(sample("layouts", "altenwerder.yaml"))
    scenario = open_scenario("altenwerder-day.yaml", terminal)

    assert (scenario.hours, scenario.faults[0].machine, scenario.out_of_service) == (24.0, "RC09-inner", ())
    assert sum(window.end - window.start for window in scenario.gate.windows) == 24 * 3600
    assert sum(call.discharge + call.load for call in scenario.calls) > 5000


def test_the_morning_has_a_ship_at_every_stage():
    scenario = open_scenario("altenwerder-morning", read_layout(sample("layouts", "altenwerder.yaml")))

    arrivals = sorted(call.arrival for call in scenario.calls)
    assert 1800 <= scenario.hours * 3600 <= 2400
    assert arrivals[0] < -3600 < arrivals[-2] < 0 < arrivals[-1] < scenario.hours * 3600


def test_the_incidents_are_one_of_each_kind():
    scenario = open_scenario("altenwerder-incidents", read_layout(sample("layouts", "altenwerder.yaml")))

    assert sorted(incident.kind for incident in scenario.incidents) == sorted(INCIDENTS)


# -- the usual day


@pytest.mark.parametrize("name", LAYOUTS)
def test_every_layout_has_a_usual_day_with_a_ship_alongside(name):
    terminal = read_layout(sample("layouts", f"{name}.yaml"))

    scenario = usual(terminal)

    assert scenario.calls[0].arrival < 0
    assert scenario.notes == ()
    assert apart(scenario, terminal)


@pytest.mark.parametrize("hours", [0.1, 1.0, 100.0])
def test_a_usual_day_may_be_short_or_long(hours):
    scenario = usual(read_layout(sample("layouts", "altenwerder.yaml")), hours=hours)

    assert scenario.hours == hours
    assert scenario.gate.windows[-1].end == hours * 3600
    assert all(call.arrival < hours * 3600 for call in scenario.calls)


@pytest.mark.parametrize(
    "text",
    [
        "areas: [{name: G, kind: pavement, box: [0, 0, 9, 9]}]",
        "quays: [{name: Q, from: [0, 0], to: [300, 0]}]",
        "blocks: [{name: A, kind: rtg, at: [0, 9], bays: 9, rows: 6, tiers: 4}]",
        "quays: [{name: Q, from: [0, 0], to: [300, 0]}]\nberths: [{name: B, quay: Q, start: 0, end: 300}]\n"
        "blocks: [{name: A, kind: rtg, at: [0, 9], bays: 9, rows: 6, tiers: 4}]",
        "quays: [{name: Q, from: [0, 0], to: [80, 0]}]\nberths: [{name: B, quay: Q, start: 0, end: 80}]\n"
        "rails: [{name: R, kind: sts, from: [0, 3], to: [80, 3], gauge: 35}]\n"
        "machines: [{name: QC, kind: sts, rail: R, along: 40}]\n"
        "blocks: [{name: A, kind: rtg, at: [0, 90], bays: 9, rows: 6, tiers: 4}]",
    ],
    ids=["nothing", "no berth", "no quay", "no crane", "too short a quay"],
)
def test_what_has_no_work_has_a_quiet_day(text):
    scenario = usual(parse_layout("name: t\n" + text))

    assert (scenario.calls, scenario.gate.windows) == ((), ())


def test_a_terminal_made_in_python_has_a_usual_day():
    assert usual(tiny_terminal()).name == "usual"


def test_usual_can_be_asked_for_by_name():
    assert open_scenario("usual", ground()) == usual(ground())


# -- published calls


@pytest.fixture(scope="module")
def altenwerder():
    return read_layout(sample("layouts", "altenwerder.yaml"))


@pytest.mark.parametrize("number", range(30))
def test_every_published_scenario_is_read_box_for_box(number, altenwerder):
    folder = real("terminal-wsc2025")
    rows = list(csv.reader((folder / "conf" / f"transhipment{number}.csv").open()))[1:]

    scenario = read_published(f"{folder}:{number}", altenwerder)

    assert [(c.ship, c.discharge) for c in sorted(scenario.calls, key=lambda c: int(c.ship.split()[1]))] == [
        (row[0], sum(map(int, row[1:]))) for row in rows
    ]
    assert sum(c.load for c in scenario.calls) == sum(c.discharge for c in scenario.calls)
    assert apart(scenario, altenwerder)
    assert scenario.hours == 168.0


def test_the_challenges_times_are_taken_for_utc(altenwerder):
    """vessel_arrival_time7.csv begins `vessel 0,2025/05/04 01:43:00`."""
    file = real("terminal-wsc2025", "conf", "vessel_arrival_time7.csv")

    scenario = open_scenario(str(file), altenwerder)

    assert text_from_time(scenario.start, decimals=0) == "2025-05-04T00:00:00Z"
    assert (scenario.calls[0].ship, scenario.calls[0].arrival) == ("vessel 0", 6180.0)
    assert scenario.name == "wsc2025-7"


def test_a_scenario_that_was_not_published_is_refused(altenwerder):
    with pytest.raises(BadFile, match="has no scenario 30; there are 0 to 29"):
        open_scenario(f"{real('terminal-wsc2025')}:30", altenwerder)


def test_july_at_altenwerder_is_read_as_it_was_realised(altenwerder):
    """50 deep sea ships, 130 feeders, 81 barges; one of them was realised after the month."""
    scenario = read_published(real("terminal-conflowgen"), altenwerder)
    first = next(call for call in scenario.calls if call.ship == "DeepSeaVessel-JUR980")

    assert (len(scenario.calls), scenario.hours) == (260, 744.0)
    assert (first.kind, first.arrival) == ("panamax", 15.25 * 3600)
    assert first.discharge == first.load == round(4402 * 0.225 / 1.67)
    assert apart(scenario, altenwerder)


def test_a_window_of_july_begins_with_the_ships_that_lie_there(altenwerder):
    """DeepSeaVessel-GVT268 came on the 19th at 14:50, 9:10 before the window; her last boxes are left to do."""
    scenario = open_scenario(f"{real('terminal-conflowgen')}:2021-07-20/48", altenwerder)
    first = scenario.calls[0]

    assert (first.ship, first.arrival, scenario.hours) == ("DeepSeaVessel-GVT268", -33000.0, 48.0)
    assert 0 < first.discharge < round(8886 * 0.225 / 1.67)
    assert text_from_time(scenario.start, decimals=0) == "2021-07-20T00:00:00Z"


def test_ships_that_fit_no_berth_are_left_out_and_named():
    """The small quay is 320 m long; DeepSeaVessel-BRE634 has 8,600 TEU, a class of 340 m."""
    terminal = read_layout(sample("layouts", "small.yaml"))

    scenario = read_published(real("terminal-conflowgen"), terminal)

    [note] = [note for note in scenario.notes if note.startswith("left out, as they fit no berth")]
    assert "DeepSeaVessel-BRE634" in note
    assert "DeepSeaVessel-BRE634" not in {call.ship for call in scenario.calls}
    assert apart(scenario, terminal)


def challenge(folder, *, arrivals="A,2025/05/04 01:00:00\nB,2025/05/04 01:10:00\n", matrix=",A,B\nA,0,3\nB,4,0\n"):
    (folder / "vessel_arrival_time0.csv").write_text(arrivals)
    (folder / "transhipment0.csv").write_text(matrix)
    return folder


def test_a_row_goes_ashore_and_a_column_aboard(tmp_path):
    """A's row: 3 boxes to B.  A's column: 4 from B."""
    a, b = read_published(challenge(tmp_path), ground()).calls

    assert [(c.ship, c.discharge, c.load) for c in (a, b)] == [("A", 3, 4), ("B", 4, 3)]
    assert (a.along, b.along) == (0.0, 165.0)


def test_ships_wait_where_no_quay_is_free(tmp_path):
    """A quay of 160 m for two feeders of 150 m: B berths when A has sailed, 7 boxes and half an hour later."""
    layout = (
        "name: t\nquays: [{name: Q, from: [0, 0], to: [160, 0]}]\nberths: [{name: B, quay: Q, start: 0, end: 160}]\n"
    )
    layout += "rails: [{name: R, kind: sts, from: [0, 3], to: [160, 3], gauge: 35}]\n"
    layout += "machines: [{name: QC, kind: sts, rail: R, along: 40}]\n"
    layout += "blocks: [{name: A, kind: rtg, at: [0, 90], bays: 9, rows: 6, tiers: 4}]\n"
    arrivals = "A,2025/05/04 01:00:00\nB,2025/05/04 01:05:00\n"

    scenario = read_published(challenge(tmp_path, arrivals=arrivals), parse_layout(layout))

    assert scenario.calls[1].arrival == pytest.approx(3600 + 7 / 28 * 3600 + 1800)
    assert scenario.notes == ("1 of 2 ships wait for a berth, B the longest: 0:40",)


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ({"arrivals": "A,2025/05/04\nB,soon\n"}, "arrival_time0.csv:2: arrival: 'soon' is not a time"),
        ({"arrivals": "A\n"}, "arrival_time0.csv:1: has 1 columns"),
        ({"arrivals": "C,2025/05/04 01:00:00\n"}, "arrival_time0.csv:1: 'C' has no row in transhipment0.csv"),
        ({"arrivals": ""}, "has no call"),
        ({"matrix": ",A,B\nA,0,3\nB,-4,0\n"}, "transhipment0.csv:3: A: '-4' is not a whole number of 0 or more"),
        ({"matrix": ",A,B\nA,0\nB,4,0\n"}, "transhipment0.csv:2: has 2 columns; the head has 3"),
        ({"matrix": ",A,C\nA,0,3\nB,4,0\n"}, "has other ships in its rows than in its head: ['B', 'C']"),
        ({"matrix": ""}, "transhipment0.csv: is empty"),
    ],
)
def test_published_files_that_are_damaged_are_refused(tmp_path, said, wrong):
    with pytest.raises(BadFile) as raised:
        read_published(challenge(tmp_path, **said), ground())

    assert wrong in str(raised.value)


def test_what_is_read_does_not_depend_on_the_time_or_on_chance(altenwerder):
    assert usual(altenwerder) == usual(replace(altenwerder))
    assert good() == good()


def test_a_sample_beside_the_samples_is_found_by_its_file_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    terminal = read_layout(sample("layouts", "small.yaml"))

    assert open_scenario("small-shift.yaml", terminal).calls == open_scenario("small-shift", terminal).calls
    assert read_scenario(sample("replay", "scenarios", "small-shift.yaml"), terminal).name == "small-shift"
