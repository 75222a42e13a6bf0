"""A scenario that cannot happen is refused with a sentence: file, line, key, value and what would be right."""

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.scenario_ground import GOOD, edited, ground
from twin.errors import BadFile
from twin.layout import parse_layout
from twin.simulate.scenario import Scenario
from twin.simulate.scenario_files import open_scenario, parse_scenario, read_scenario


def sentence(text: str) -> str:
    with pytest.raises(BadFile) as wrong:
        parse_scenario(text, ground(), path="s.yaml")
    return str(wrong.value)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        # the file itself
        (
            "terminal: ground",
            "terminal: altenwerder",
            "s.yaml:2: terminal: is written for 'altenwerder', but the layout is",
        ),
        (
            "start: 2026-03-01T06:00Z",
            "start: 2026-03-01T06:00",
            "s.yaml:3: start: '2026-03-01T06:00' has no UTC offset",
        ),
        (
            "start: 2026-03-01T06:00Z",
            "start: soon",
            "s.yaml:3: start: 'soon' is not a time; write e.g. 2026-03-01T06:00Z",
        ),
        ("start: 2026-03-01T06:00Z\n", "", "'start' is missing"),
        ("hours: 6", "hours: 0", "s.yaml:4: hours: 0 must be more than 0"),
        ("hours: 6", "hours: -6", "s.yaml:4: hours: -6 must be more than 0"),
        ("hours: 6", "hours: .nan", "s.yaml:4: hours: .nan is not a finite number"),
        ("hours: 6", "hours: 1000", "s.yaml:4: hours: 1000 is more than 744"),
        ("hours: 6", "hours: six", "hours: 'six' is not a number"),
        ("hours: 6", "ours: 6", "s.yaml:4: ours: is not known here; did you mean hours?"),
        ("hours: 6", "hours: 0x" + "F" * 400, "hours: '0xFFFFFF"),
        ("seed: 7", "seed: 0.5", "seed: '0.5' is not a whole number"),
        ("seed: 7", "seed: -1", "seed: -1 is less than 0"),
        ("warm_up: 0:20", "warm_up: -0:20", "s.yaml:6: warm_up: -0:20 must be more than 0:00, without a sign"),
        ("warm_up: 0:20", "warm_up: 20", "warm_up: '20' is not how long something lasts; write hours:minutes"),
        ("fill: 0.5", "fill: 1.1", "s.yaml:7: fill: 1.1 is more than 1"),
        ("fill: 0.5", "fill: -0.1", "s.yaml:7: fill: -0.1 is less than 0"),
        ("[TT3..TT4]", "[TT3..TT9]", "s.yaml:8: out_of_service: no machine is named 'TT5'; did you mean"),
        ("[TT3..TT4]", "[TT3, TT3]", "out_of_service: 'TT3' is here twice"),
        ("[TT3..TT4]", "TT4..TT3", "out_of_service: 'TT4..TT3' counts down"),
        ("standing_every: 5", "standing_every: -5", "standing_every: -5 is less than 0"),
        ("seed: 7", "seed: 7\nhours: 7", "s.yaml:6: hours: is here twice, first in line 4"),
        # calls
        ("berth: B1", "berth: B9", "s.yaml:13: calls[0].berth: no berth is named 'B9'; there are B1, B2, B3"),
        (
            "kind: feeder-1000",
            "kind: feeder-100",
            "s.yaml:12: calls[0].kind: no class of ships is named 'feeder-100'; did",
        ),
        (
            "kind: feeder-1000\n    berth: B1",
            "kind: ulcs\n    berth: B3",
            "calls[0].kind: ulcs is 400 m long and quay R of B3",
        ),
        (
            "kind: feeder-1000\n    berth: B1",
            "kind: ulcs\n    berth: B3",
            "only 300 m; post-panamax-1 (300 m) would fit",
        ),
        (
            "kind: feeder-1000, berth: B2",
            "kind: vlcs, berth: B2",
            "s.yaml:22: calls[2].berth: THREE draws 13.17 m and needs",
        ),
        (
            "fill: 0.6}",
            "draught: 10.9}",
            "calls[2].draught: THREE draws 10.9 m and needs 11.25 m of water; B2 has 11 m",
        ),
        ("fill: 0.6}", "draught: 10.9}", "give a deeper berth, or a `draught:` of 10.65 at most"),
        ("fill: 0.6}", "draught: -1}", "calls[2].draught: -1 is less than 0"),
        ("along: 20", "along: 500", "s.yaml:17: calls[0].along: 500 puts ONE at 500 to 650 m of quay Q; give 0 to 245"),
        ("along: 20", "along: -20", "calls[0].along: -20 puts ONE at -20 to 130 m of quay Q"),
        ("along: 20", "along: 260", "calls[0].along: 260 puts ONE at 260 to 410 m of quay Q; give"),
        ("arrival: -0:30", "arrival: 7:00", "s.yaml:14: calls[0].arrival: 7:00 is after the scenario's end, 6:00"),
        ("arrival: -0:30", "arrival: -200:00", "calls[0].arrival: -200:00 is more than 168 hours before the start"),
        (
            "arrival: -0:30",
            "arrival: noon",
            "calls[0].arrival: 'noon' is not a time; write hours:minutes after the start",
        ),
        ("arrival: -0:30", "arrival: 2026-03-01T07:00", "calls[0].arrival: '2026-03-01T07:00' has no UTC offset"),
        ("arrival: -0:30", "arrival: 1:75", "calls[0].arrival: '1:75' is not a time"),
        ("arrival: -0:30", "arrival: 90", "calls[0].arrival: '90' is not a time; write hours:minutes"),
        ("discharge: 100", "discharge: -1", "s.yaml:15: calls[0].discharge: -1 is less than 0"),
        ("discharge: 100", "discharge: 10.5", "calls[0].discharge: '10.5' is not a whole number"),
        ("discharge: 100", "discharge: .nan", "calls[0].discharge: .nan is not a finite number"),
        (
            "discharge: 100",
            "discharge: 500",
            "calls[0].discharge: 500 boxes are more than she brings: 0.7 of 1,000 TEU are",
        ),
        ("load: 90", "load: 400", "s.yaml:16: calls[0].load: 400 boxes find no room aboard; 276 of 1.7 TEU would"),
        ("bow: end", "bow: north", "s.yaml:18: calls[0].bow: 'north' is not one of end, start"),
        ("cranes: 2", "cranes: 4", "s.yaml:19: calls[0].cranes: 4 is more than the 3 quay cranes in service at quay Q"),
        ("ship: ONE", "ship: ''", "calls[0].ship: '' is not a name"),
        ("ship: TWO", "ship: ONE", "s.yaml:21: calls[1].ship: 'ONE' calls twice, first in line 11"),
        ("twenties: 0.5", "twenties: 1.5", "calls[1].twenties: 1.5 is more than 1"),
        ("reefers: 0.1", "reefer: 0.1", "calls[1].reefer: is not known here; did you mean reefers?"),
        (
            "berth: B2, arrival",
            "berth: B3, arrival",
            "s.yaml:22: calls[2].discharge: no quay crane is in service at quay R",
        ),
        ("out_of_service: [TT3..TT4]", "out_of_service: QC1..QC3", "no quay crane is in service at quay Q to move it"),
        ("calls:\n", "calls: none\ncall:\n", "call: is not known here; did you mean calls?"),
        # gate
        (
            "start: 0:00, end: 2:00, per",
            "start: 2:00, end: 2:00, per",
            "s.yaml:25: gate.windows[0].end: 2:00 is not after the window's start, 2:00",
        ),
        (
            "end: 2:00, per",
            "end: 3:00, per",
            "s.yaml:26: gate.windows[1].start: 2:00 to 5:30 overlaps with the window 0:00",
        ),
        ("end: 5:30", "end: 6:30", "gate.windows[1].end: 6:30 is after the scenario's end, 6:00"),
        ("start: 0:00, end", "start: -0:21, end", "gate.windows[0].start: -0:21 is before the warm-up begins, -0:20"),
        ("per_hour: 20", "per_hour: -1", "gate.windows[0].per_hour: -1 is less than 0"),
        ("slots: 25", "slots: 5", "gate.windows[1].slots: 5 appointments an hour are too few for 30 trucks; give 7.5"),
        ("verify_s: [20, 40]", "verify_s: [40, 20]", "gate.verify_s: [40, 20] does not go from fewer to more seconds"),
        ("verify_s: [20, 40]", "verify_s: [20]", "gate.verify_s: has 1 numbers; 2 are needed"),
        ("fetching: 0.4", "fetching: 40", "s.yaml:27: gate.fetching: 40 is more than 1"),
        # faults
        ("machine: RTG3", "machine: RTG4", "s.yaml:30: faults[0].machine: no machine is named 'RTG4'; did you mean"),
        ("machine: RTG3", "machine: TT3", "faults[0].machine: TT3 is out of service all the time"),
        ("at: 1:00, lasts", "at: 6:01, lasts", "faults[0].at: 6:01 is after the scenario's end, 6:00"),
        ("at: 1:00, lasts", "at: -0:30, lasts", "faults[0].at: -0:30 is before the warm-up begins, -0:20"),
        ("lasts: 0:10", "lasts: 0:00", "faults[0].lasts: 0:00 must be more than 0:00"),
        (
            "lasts: 0:10}",
            "lasts: 0:10}\n  - {machine: RTG3, at: 1:05, lasts: 0:10}",
            "RTG3 is out of order already from 1:00",
        ),
        # incidents
        ("kind: silent", "kind: mute", "s.yaml:34: incidents[2].kind: 'mute' is not one of boom-down, corner-cut"),
        ("kind: silent", "kind: silnt", "did you mean silent?"),
        ("who: [TT1]", "who: [TT9]", "incidents[2].who: no machine is named 'TT9'; did you mean"),
        ("who: [TT1]", "who: [TT3]", "incidents[2].who: TT3 is out of service"),
        ("who: [TT1]", "who: [TT1, TT2]", "incidents[2].who: has 2 names; silent takes machine, or nobody"),
        ("who: [TT1]", "who: [TT1], amount: 3", "incidents[2].amount: silent has no size; leave it out"),
        ("at: 1:10", "at: 6:10", "incidents[2].at: 6:10 is not between 0:00 and 6:00, the scenario's hours"),
        ("at: 1:10", "at: -0:10", "incidents[2].at: -0:10 is not between 0:00 and 6:00"),
        (
            "[RTG1, RTG2]",
            "[RTG1, RTG3]",
            "s.yaml:32: incidents[0].who: RTG1 and RTG3 do not stand on one rail or runway",
        ),
        ("[RTG1, RTG2]", "[RC-inner, RC-outer]", "RC-inner and RC-outer do not stand on one rail or runway"),
        (
            "[RTG1, RTG2]",
            "[RTG1]",
            "incidents[0].who: has 1 names; cranes-close takes machine (rtg or armg or sts), then",
        ),
        ("[RTG1, RTG2]", "[RTG1, RTG1]", "incidents[0].who: RTG1, RTG1: nobody takes part twice"),
        (
            "[RTG1, RTG2]",
            "[RTG1, TT1]",
            "incidents[0].who: TT1 is of group tractor; a machine (rtg or armg or sts) is needed",
        ),
        ("amount: 0.8", "amount: 8", "incidents[0].amount: 8 m is more than 5; 0.8 is usual"),
        ("amount: 0.8", "amount: 0", "incidents[0].amount: 0 must be more than 0"),
        ("[QC1, TWO]", "[QC1, FOUR]", "s.yaml:33: incidents[1].who: no ship is named 'FOUR'"),
        ("at: 0:40, who", "at: 2:40, who", "incidents[1].at: no ship berths within the hour after 2:40"),
        (
            "kind: wrong-number, at: 1:20",
            "kind: wrong-number, at: 1:20, who: [Z]",
            "incidents[3].who: no block is named 'Z'",
        ),
        # messages
        ("loss: 0.01", "loss: 1", "s.yaml:36: messages.loss: 1 is more than 0.99"),
        ("noise: 0.03", "noise: -1", "messages.noise: -1 is less than 0"),
        ("noise: 0.03", "nose: 0.03", "messages.nose: is not known here; did you mean noise?"),
        ("late_by: 3", "late_by: 0", "messages.late_by: 0 must be more than 0"),
    ],
)
def test_a_wrong_value_is_named_with_its_place(old, new, said):
    message = sentence(edited(old, new))

    assert message.startswith("s.yaml")
    assert said in message


def test_two_ships_in_one_place_at_one_time_are_refused():
    """ONE lies at 20 to 170 m; 190 boxes by two cranes at 40 an hour last from -0:20 to 2:02:30 at the least."""
    message = sentence(edited("kind: feeder-1000, berth: B1", "kind: feeder-1000, along: 30, berth: B1"))

    assert "s.yaml:21: calls[1].arrival: TWO would lie at 30 to 180 m of quay Q from 1:00" in message
    assert "ONE lies at 20 to 170 m until 2:02:30 at the earliest" in message


def test_a_quay_that_is_full_is_named_with_who_lies_there():
    """Beside ONE, at 20 to 170 m, 430 m are left, less 15 m between ships and 235 m for the middle to be in B1."""
    message = sentence(edited("TWO, kind: feeder-1000, berth: B1", "TWO, kind: panamax, berth: B1"))

    assert "calls[1].berth: B1 has no room of 290 m for TWO at 1:00: there lie ONE at 20 to 170 m until" in message


def test_more_boxes_than_the_yard_holds_are_refused():
    """2 x 20 x 6 x 5 + 30 x (8 x 4 + 2 x 5) are 2,460 TEU; 2,440 of them taken, and 10 boxes of 1.7 come on balance."""
    text = edited("fill: 0.5", "fill: 0.992").replace("load: 90", "load: 80").replace("fill: 0.6}", "fill: 0.6}", 1)

    assert "calls[0].discharge: with the 100 boxes of ONE the yard would hold 2,474 TEU of 2,460" in sentence(text)


def test_more_boxes_than_the_yard_has_are_not_loaded():
    """24.6 TEU in the yard and 100 boxes of 1.7 TEU ashore do not make 120 boxes to load."""
    text = edited("fill: 0.5", "fill: 0.01").replace("load: 90", "load: 120")

    assert "calls[0].load: 120 boxes for ONE are 6 more than the yard has by then" in sentence(text)


def test_trucks_need_a_gate():
    layout = "name: ground\nblocks:\n  - {name: A, kind: rtg, at: [0, 0], bays: 3, rows: 3, tiers: 3}\n"
    text = "start: 2026-03-01T06:00Z\nhours: 1\ngate: {windows: [{start: 0:00, end: 1:00, per_hour: 3}]}\n"

    with pytest.raises(BadFile, match="per_hour: ground has no gate with truck lanes, so no trucks can come"):
        parse_scenario(text, parse_layout(layout))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "s.yaml: is empty"),
        ("- 1\n", "s.yaml:1: a list is not a list of `key: value`"),
        (
            "name: x\nblocks: []\n",
            "s.yaml:1: is not a scenario, which has `start:`, `hours:` and `calls:`; this has name",
        ),
        ("start: [\n", "is not YAML"),
        ("start: 2026-03-01T06:00Z\nhours: 1\ncalls: &a [*a]\n", "s.yaml"),
        ("start: 2026-03-01T06:00Z\nhours: 1\ncalls: " + "[" * 50_000, "s.yaml"),
        ("start: 2026-03-01T06:00Z\nhours: 1\ncalls: 3\n", "calls: '3' is not a list"),
        ("start: 2026-03-01T06:00Z\nhours: 1\ncalls: [3]\n", "calls[0]: '3' is not a list of `key: value`"),
        ("start: 2026-03-01T06:00Z\nhours: 1\ncalls: [{ship: A}]\n", "calls[0]: 'kind' is missing"),
        ("start: 2026-03-01T06:00Z\nhours: 1\ngate: 3\n", "gate: '3' is not a list of `key: value`"),
        ("start: 2026-03-01T06:00Z\nhours: 1\nfaults: [{machine: TT1, at: 0:10}]\n", "faults[0]: 'lasts' is missing"),
    ],
)
def test_what_is_no_scenario_is_called_so(text, said):
    assert said in sentence(text)


def test_files_that_cannot_be_read_are_named(tmp_path):
    (tmp_path / "b.yaml").write_bytes(b"\x89PNG\xff")

    for name, said in (("a.yaml", "there is no such file"), ("b.yaml", "is not text"), ("", "is a folder")):
        with pytest.raises(BadFile, match=said):
            read_scenario(tmp_path / name, ground())


def test_a_name_that_leads_nowhere_offers_the_samples():
    with pytest.raises(
        BadFile, match=r"altenwerder-mornin: is neither a scenario file .* did you mean altenwerder-morning"
    ):
        open_scenario("altenwerder-mornin", ground())


PIECES = st.sampled_from(
    ["", "-", "0:00", "-1:00", "9999:59", "1e999", ".nan", "0x10", "[]", "{}", "null", "B1", "B2", "ONE", "QC1", "&a x"]
)


@settings(max_examples=150, deadline=None)
@given(st.integers(0, GOOD.count("\n") - 1), st.integers(0, 3), PIECES, st.data())
def test_a_scratched_file_is_a_scenario_or_a_sentence(line, deed, piece, data):
    """A line lost, doubled, or with another value in it: never anything but a Scenario or a BadFile."""
    lines = GOOD.splitlines()
    words = lines[line].split(" ")
    if deed == 0:
        del lines[line]
    elif deed == 1:
        lines.insert(data.draw(st.integers(0, len(lines))), lines[line])
    elif deed == 2:
        words[data.draw(st.integers(0, len(words) - 1))] = piece
        lines[line] = " ".join(words)
    else:
        lines[line] = lines[line][: data.draw(st.integers(0, len(lines[line])))] + piece

    with suppress(BadFile):
        assert isinstance(parse_scenario("\n".join(lines), ground()), Scenario)
