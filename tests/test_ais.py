"""AIS lines -> hulls: the field's oracle numbers, every fate of a line, and the Australian coast of 27 January 2012."""

import csv
import gzip
import json
import math
from collections import Counter, defaultdict
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyais
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.real import real
from twin.catalogue import Catalogue
from twin.clock import ticking
from twin.errors import BadFile, NoFeed
from twin.facts import Batch, DescribedVessels, Roster, Vessels, roster_of
from twin.feeds.ais import AisFeed, lines_of, paced, read_ais
from twin.feeds.ais_lines import FATES, AisCounts, Listener, checksum, messages, report_time
from twin.feeds.ais_traffic import DESCRIPTIONS, Ship, Traffic, described, told
from twin.geometry import Site
from twin.layout import read_layout
from twin.samples import sample
from twin.terminal import Blocks, Machines, Terminal
from twin.units import SECOND, time_from_text

NONE, WHOLE = np.zeros(0), np.zeros(0, np.int64)
NOON = b"$GPZDA,120030.00,01,03,2026,,*"
TAG = b"\\s:r1,c:1772366430*"
LON, LAT = 151.2, -33.97


def placed(lon: float | None = LON, lat: float | None = LAT, bearing: float = 90.0) -> Terminal:
    """An empty terminal that lies somewhere."""
    blocks = Blocks((), NONE, NONE, NONE, NONE, WHOLE, WHOLE, WHOLE, NONE, NONE, NONE, ())
    machines = Machines((), (), NONE, NONE, NONE, NONE)
    site = Site(lon_deg=lon, lat_deg=lat, bearing_deg=bearing)
    return Terminal("test", "", site, blocks, (), (), (), (), (), (), machines, Catalogue({}, {}))


def signed(body: bytes) -> bytes:
    """A sentence with the checksum it should have."""
    return body + b"%02X" % checksum(body[1:-1])


def report(**changes: object) -> list[bytes]:
    """A sound position report of ship 477888000, 12:00:28, heading north at the terminal's origin."""
    said = {"msg_type": 1, "mmsi": 477888000, "lon": LON, "lat": LAT, "speed": 0.0, "course": 360.0, "heading": 0,
            "second": 28, "status": 5}  # fmt: skip
    return [line.encode() for line in pyais.encode_dict(said | changes)]


def static(**changes: object) -> list[bytes]:
    said = {"msg_type": 5, "mmsi": 477888000, "shipname": "KOTA JUTA", "ship_type": 70, "to_bow": 151, "to_stern": 20,
            "to_port": 17, "to_starboard": 10, "draught": 9.4}  # fmt: skip
    return [line.encode() for line in pyais.encode_dict(said | changes)]


def heard(lines: list[bytes], terminal: Terminal | None = None) -> tuple[list[Batch], AisCounts]:
    """What a stream of lines tells, after the clock is set to noon and half a minute."""
    traffic = Traffic(terminal or placed(), roster_of(()))
    stream = [signed(NOON), *lines]
    batches = [b for second in told(messages(iter(stream), Listener(traffic.counts)), traffic) for b in second]
    return batches, traffic.counts


def vessels(batches: list[Batch]) -> list[Vessels]:
    return [batch for batch in batches if isinstance(batch, Vessels)]


# -- hulls


def test_the_hull_centre_lies_ahead_and_to_port_of_the_antenna():
    """A 151, B 20, C 17, D 10: 171 x 27 m; (151 - 20) / 2 = 65.5 ahead, (17 - 10) / 2 = 3.5 to port."""
    ship = Ship(bow=151, stern=20, port=17, starboard=10)

    assert (171, 27) == (ship.length, ship.beam)
    assert (65.5, 3.5) == ship.centre


@pytest.mark.parametrize(
    ("heading", "x", "y"), [(0, -3.5, 65.5), (90, 65.5, 3.5), (180, 3.5, -65.5), (270, -65.5, -3.5)]
)
def test_midships_turns_with_the_ship(heading: int, x: float, y: float):
    """+x east: a ship heading north has its bow at +y and its port side at -x."""
    batches, _ = heard([*static(), *report(heading=heading)])

    (told_,) = vessels(batches)
    assert x == pytest.approx(told_.x[0], abs=0.2)  # AIS positions come in steps of 0.18 m
    assert y == pytest.approx(told_.y[0], abs=0.2)
    assert math.radians(90 - heading) == pytest.approx(told_.yaw[0], abs=1e-4)


def test_a_vessel_is_described_before_it_is_placed():
    batches, _ = heard([*static(), *report()])

    description, position = batches
    assert isinstance(description, DescribedVessels)
    assert ("KOTA JUTA",) == description.name
    assert [171.0, 27.0, 9.4] == pytest.approx([description.length[0], description.beam[0], description.draught[0]])
    assert description.t[0] <= position.t[0]
    assert 6 == position.status[0]  # moored is 5 in AIS, 0 is unknown here


def test_an_antenna_of_unknown_place_is_taken_for_midships():
    """Bow and port 0, stern 100, starboard 20: 100 x 20 m, reference point not known."""
    ship = Ship(bow=0, stern=100, port=0, starboard=20)

    assert (100, 20) == (ship.length, ship.beam)
    assert (0, 0) == ship.centre


def test_without_heading_a_moving_ship_points_along_its_course():
    batches, counts = heard([*static(), *report(heading=511, course=90.0, speed=8.0)])

    (told_,) = vessels(batches)
    assert 0.0 == pytest.approx(told_.yaw[0])
    assert 1 == counts.remarks["heading 511"]


def test_without_heading_a_lying_ship_keeps_its_last_heading():
    batches, _ = heard([*report(heading=90, second=20), *report(heading=511, course=12.0, speed=0.1, second=28)])

    assert [0.0, 0.0] == [pytest.approx(float(yaw)) for v in vessels(batches) for yaw in v.yaw]


def test_two_ships_of_one_name_are_two_vessels():
    lines = [line for mmsi in (477888000, 477888001) for line in static(mmsi=mmsi) + report(mmsi=mmsi)]

    batches, _ = heard(lines)

    names = [name for b in batches if isinstance(b, DescribedVessels) for name in b.name]
    assert ["KOTA JUTA", "KOTA JUTA (477888001)"] == names


def test_a_size_heard_late_is_told_with_the_next_report():
    later = signed(NOON.replace(b"30.00", b"35.00"))

    first, _ = heard([*report(second=20), later, *static(), *report(second=34)])

    sizes = [float(length) for b in first if isinstance(b, DescribedVessels) for length in b.length]
    assert [0.0, 171.0] == sizes


# -- time


def test_a_report_second_is_placed_at_or_just_before_the_receive_time():
    """Heard at 12:00:03: second 58 was 11:59:58, second 5 is two seconds of clock difference, second 30 is no help."""
    noon = time_from_text("2026-03-01T12:00:03Z")

    assert time_from_text("2026-03-01T11:59:58Z") == report_time(noon, 58)
    assert time_from_text("2026-03-01T12:00:05Z") == report_time(noon, 5)
    assert report_time(noon, 30) is None


@pytest.mark.parametrize(
    ("clock", "expected"),
    [
        (signed(b"$GPZDA,120030.25,01,03,2026,,*"), "2026-03-01T12:00:30.25Z"),
        (signed(b"$GPRMC,120030.00,A,3351.0,S,15117.2,E,0.0,347.1,010326,,,A*"), "2026-03-01T12:00:30Z"),
        (TAG + b"%02X\\" % checksum(TAG[1:-1]) + report()[0], "2026-03-01T12:00:30Z"),
        (report()[0] + b",1772366430", "2026-03-01T12:00:30Z"),
        (report()[0] + b",b003669794,1772366430", "2026-03-01T12:00:30Z"),
        (pyais.encode_dict({"msg_type": 4, "mmsi": 5030123, "year": 2026, "month": 3, "day": 1, "hour": 12, "minute": 0,
                            "second": 30})[0].encode(), "2026-03-01T12:00:30Z"),
    ],
)  # fmt: skip
def test_the_time_is_taken_from_whatever_says_it(clock: bytes, expected: str):
    listener = Listener()

    listener.hear(clock)

    assert time_from_text(expected) == listener.now


def test_a_damaged_tag_block_is_passed_over():
    listener = Listener()

    assert listener.hear(b"\\s:r1,c:1772366430*00\\" + report()[0])

    assert (None, 1) == (listener.now, listener.counts.remarks["tag block damaged"])


# -- what becomes of lines

FRAGMENTS = static()
MEETING = {
    "wrong checksum": [report()[0][:-2] + b"00"],
    "missing checksum": [report()[0][:20], b"!AIPWR,UNIT=0,PWV"],
    "damaged talker": [signed(b"!=I" + report()[0][3:-2])],
    "malformed": [signed(b"!AIVDM,1,1,,A,xyz~~~,0*"), signed(b"!AIVDM,1,2,,A,13HOI,0*"), signed(b"!AIVDM,1*")],
    "empty payload": [signed(b"!AIVDM,1,1,,B,,0*")],
    "unknown type": [signed(b"!AIVDM,1,1,,B,wa0000000,0*")],
    "cannot decode": [signed(b"!AIVDM,1,1,,B,37P8OL2<01Ch,0*")],
    "fragment without partner": [FRAGMENTS[0], signed(FRAGMENTS[1].replace(b",0,A,", b",5,A,")[:-2])],
    "no MMSI": report(mmsi=0),
    "position not available": report(lon=181.0, lat=91.0),
    "position out of range": report(lat=95.0),
    "direction not known": report(heading=511),
    "far away": report(lon=LON + 1),
    "duplicate": [*report(), *report()],
    "other message": [line.encode() for line in pyais.encode_dict({"msg_type": 14, "mmsi": 1, "text": "HELLO"})],
    "not AIS": [b"$AIVSI,,114701.28,0057,-079*6F", b"$PSHI,001,01.5", signed(b"!AIPWR,UNIT=0,PWV*")],
    "not NMEA": [b"", b"# a comment", b"\xff\xfe\x00"],
    "position": report(),
    "description": static(mmsi=477888009),
    "fragment": static(mmsi=477888009),
}


@pytest.mark.parametrize("fate", [fate for fate in FATES if fate != "no time"])
def test_every_fate_has_lines_that_meet_it(fate: str):
    _, counts = heard(MEETING[fate])

    expected = {"duplicate": 1, "fragment": 1, "description": 1, "not AIS": 4}.get(fate, len(MEETING[fate]))
    assert expected == counts.fates[fate]  # not AIS: noon's own line too
    assert counts.lines == sum(counts.fates.values())


def test_before_any_time_is_known_a_position_cannot_be_told():
    traffic = Traffic(placed(), roster_of(()))

    assert [] == list(told(messages(iter(report()), Listener(traffic.counts)), traffic))
    assert 1 == traffic.counts.fates["no time"]


def test_fragments_come_together_in_any_order():
    _, counts = heard(FRAGMENTS[::-1])

    assert (1, 1) == (counts.fates["fragment"], counts.fates["description"])


def test_one_report_over_two_stations_is_told_once():
    """The repeater sets the repeat indicator, so the payload differs; ship and second are the same."""
    batches, counts = heard([*report(), *report(repeat=1)])

    assert 1 == sum(len(v.t) for v in vessels(batches))
    assert (1, 1) == (counts.fates["position"], counts.fates["duplicate"])


lines_of_any_kind = st.one_of(
    st.sampled_from([line for lines in MEETING.values() for line in lines]),
    st.binary(max_size=90).filter(lambda b: b"\n" not in b),
    st.builds(
        lambda line, at, byte: line[: at % (len(line) + 1)] + bytes([byte]) + line[at % (len(line) + 1) + 1:],
        st.sampled_from([*report(), *static()]), st.integers(0, 99), st.integers(0, 255),
    ),
    st.builds(
        lambda head, payload: signed(head + payload + b",0*"),
        st.sampled_from([b"!AIVDM,1,1,,A,", b"!AIVDM,2,1,3,A,", b"!AIVDM,2,2,3,A,"]),
        st.text("0123456789:;<=>?@ABCVW`abcvw", max_size=75).map(str.encode),
    ),
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(lines_of_any_kind, max_size=25))
def test_no_line_stops_the_feed_and_the_counts_add_up(lines: list[bytes]):
    batches, counts = heard(lines)

    assert len(lines) + 1 == counts.lines == sum(counts.fates.values())
    assert counts.fates["position"] == sum(len(v.t) for v in vessels(batches))


def test_a_message_whose_first_part_is_empty_has_no_type():
    """The law found it: pyais made a report of type 1 that called itself 19."""
    _, counts = heard([signed(b"!AIVDM,2,1,3,A,,0*"), signed(b"!AIVDM,2,2,3,A,C,0*")])

    assert (1, 1) == (counts.fates["fragment"], counts.fates["empty payload"])


# -- files


def test_a_plain_file_and_a_gzip_file_say_the_same(tmp_path: Path):
    text = b"\n".join([signed(NOON), *static(), *report(), b"!AIVDM,cut"])
    (tmp_path / "plain.txt").write_bytes(text)
    (tmp_path / "odd.name").write_bytes(gzip.compress(text))
    plain, zipped = AisCounts(), AisCounts()

    first = list(read_ais(tmp_path / "plain.txt", placed(), counts=plain))
    second = list(read_ais(tmp_path / "odd.name", placed(), counts=zipped))

    assert plain.as_dict() == zipped.as_dict()
    assert repr(first) == repr(second)
    assert first


def test_a_file_gives_sizes_before_they_are_said(tmp_path: Path):
    (tmp_path / "ais.txt").write_bytes(b"\n".join([signed(NOON), *report(), *static()]))

    ((description, _),) = read_ais(tmp_path / "ais.txt", placed())

    assert isinstance(description, DescribedVessels)
    assert 171.0 == description.length[0]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "there is no such file"),
        (b"hello\nworld\n", "none of its 2 lines is a sound AIS sentence"),
        (b"", "none of its 0 lines"),
        (gzip.compress(report()[0] * 900)[:60], "damaged or cut off"),
        (b"\x1f\x8bnonsense", "damaged or cut off"),
    ],
)
def test_a_file_that_is_not_ais_is_a_sentence(tmp_path: Path, content: bytes | None, sentence: str):
    file = tmp_path / "ais.txt"
    if content is not None:
        file.write_bytes(content)

    with pytest.raises((BadFile, NoFeed), match=sentence) as failure:
        list(read_ais(file, placed()))
    assert "ais.txt" in str(failure.value)


def test_facts_of_a_file_come_in_order_of_their_own_time(tmp_path: Path):
    """Heard at 12:00:30: the second 29 of one ship, then the second 21 of another."""
    lines = [signed(NOON), *report(second=29), *report(mmsi=477888001, second=21)]
    (tmp_path / "ais.txt").write_bytes(b"\n".join(lines))

    batches = [batch for second in read_ais(tmp_path / "ais.txt", placed()) for batch in second]
    times = [int(t) // SECOND % 60 for v in vessels(batches) for t in v.t]

    assert [21, 29] == times
    (whole,) = vessels(AisFeed(tmp_path / "ais.txt", placed()).seek(2**62))
    assert [21, 29] == (whole.t // SECOND % 60).tolist()


def test_an_ais_file_is_a_feed_that_can_be_sought_in(tmp_path: Path):
    reports = [line for second in (20, 24, 28) for line in report(second=second)]
    (tmp_path / "ais.txt").write_bytes(b"\n".join([signed(NOON), *static(), *reports]))
    at = {s: time_from_text(f"2026-03-01T12:00:{s}Z") for s in (20, 24, 28)}

    feed = AisFeed(tmp_path / "ais.txt", placed())

    assert (at[20], time_from_text("2026-03-01T12:00:30Z")) == feed.span
    assert [[at[20], at[24]]] == [v.t.tolist() for v in vessels(feed.seek(at[24]))]
    assert [[at[28]]] == [v.t.tolist() for v in vessels(feed.hear(at[28]))]
    assert [] == feed.hear(at[28])
    assert 4 == feed.health.heard


def test_a_file_with_no_ship_near_is_an_empty_feed(tmp_path: Path):
    (tmp_path / "ais.txt").write_bytes(b"\n".join([signed(NOON), *report(lon=LON + 1)]))

    feed = AisFeed(tmp_path / "ais.txt", placed())

    noon = time_from_text("2026-03-01T12:00:30Z")
    assert ((noon, noon), []) == (feed.span, feed.hear(2**62))


def test_a_paced_file_takes_its_time(tmp_path: Path):
    """Facts 8 s apart at 100 times the speed: 0.08 s."""
    (tmp_path / "ais.txt").write_bytes(b"\n".join([signed(NOON), *report(second=20), *report(second=28)]))
    began = ticking()

    seconds = list(paced(read_ais(tmp_path / "ais.txt", placed()), speed=100))

    assert 2 == len(seconds)
    assert 0.08 <= (ticking() - began) / SECOND < 2


def test_a_terminal_that_lies_nowhere_cannot_have_ais(tmp_path: Path):
    with pytest.raises(NoFeed, match="lies nowhere"):
        read_ais(tmp_path / "any", placed(None, None))


def test_the_counts_are_a_table_and_a_dict():
    _, counts = heard([*report(), b"!AIVDM,cut"])

    assert "missing checksum" in counts.text()
    assert json.loads(json.dumps(counts.as_dict()))["fates"]["missing checksum"] == 1
    assert 1 == counts.bad


# -- agreement: real files


@pytest.fixture(scope="module")
def amsa() -> Path:
    return real("ais", "amsa", "ais.txt.gz")


def brisbane() -> Terminal:
    return read_layout(sample("layouts", "brisbane-patrick.yaml"))


@dataclass
class Coast:
    """The Australian file seen from the quay of layouts/brisbane-patrick.yaml."""

    roster: Roster
    counts: AisCounts
    batches: list[Batch]


@pytest.fixture(scope="module")
def seen(amsa: Path) -> Coast:
    roster, counts = roster_of(()), AisCounts()
    seconds = read_ais(amsa, brisbane(), roster=roster, counts=counts)
    return Coast(roster, counts, [batch for second in seconds for batch in second])


@pytest.fixture(scope="module")
def coast(seen: Coast) -> AisCounts:
    return seen.counts


def test_the_coast_has_the_lines_it_is_said_to_have(coast: AisCounts):
    begins = Counter[str]()
    for head, n in coast.heads.items():
        begins[head[:1]] += n
        begins[head] += n

    assert (44_687, 34_256, 10_431) == (coast.lines, begins["!"], begins["$"])
    assert 92 == coast.fates["wrong checksum"] + coast.fates["missing checksum"]
    assert 1_355 == begins["!=IVDM"]
    sound = sum(n for head, n in begins.items() if head[3:] in ("VDM", "VDO") and head[1] != "=")
    cut_off = coast.fates["missing checksum"] - 74 - 5  # of which 74 are !AIPWR and 5 !=IVDM
    assert 32_518 == sound - cut_off


def test_the_coast_adds_up(coast: AisCounts):
    assert 44_687 == sum(coast.fates.values())
    assert 10_000 < coast.fates["duplicate"]
    assert 10_431 + 151 == coast.fates["not AIS"]  # the 151 whole !AIPWR
    assert 1_348 + 148 == coast.fates["damaged talker"]  # !=IVDM and !=IVDO with the right sum


def test_the_three_ships_at_the_patrick_quay_lie_alongside_it(seen: Coast):
    """Hulls 32 m wide, wall at y = 0: midships 16 to 21 m off, bow along x, and no two of them overlap."""
    size = {name: (length, beam) for b in seen.batches if isinstance(b, DescribedVessels)
            for name, length, beam in zip(b.name, b.length.tolist(), b.beam.tolist(), strict=True)}  # fmt: skip
    last = {seen.roster.vessels.name[row]: (x, y, yaw) for v in vessels(seen.batches)
            for row, x, y, yaw in zip(v.vessel, v.x, v.y, v.yaw, strict=True)}  # fmt: skip

    alongside = {"KOTA JUTA": (193, 32), "CONTI HARMONY": (209, 32), "MV BUNGA RAYA SATU": (258, 32)}
    assert alongside == {name: size[name] for name in alongside}
    reach = []
    for name, (length, beam) in alongside.items():
        x, y, yaw = last[name]
        assert -5 <= y + beam / 2 <= 0
        assert abs(math.sin(yaw)) < math.sin(math.radians(1))
        reach.append((x - length / 2, x + length / 2))
    reach.sort()
    assert all(a[1] < b[0] for a, b in pairwise(reach))
    quay, berths = brisbane().quays[0], brisbane().berths
    assert all(quay.x0 + berth.start <= low and high <= quay.x0 + berth.end
               for berth, (low, high) in zip(berths, reach, strict=True))  # fmt: skip


def test_brisbane_has_the_most_moored_ships_that_may_be_container_ships(amsa: Path):
    """The table in layouts/brisbane-patrick.yaml: cargo, moored, 150 x 23 m or more, within 500 m of a terminal."""
    with real("terminals-smdg", "SMDG Terminal Code List.csv").open(encoding="utf-8-sig") as file:
        rows = [row for row in csv.DictReader(file) if row["Latitude"]]
    assert 1_256 == len(rows)
    where = np.array([(float(row["Longitude"]), float(row["Latitude"])) for row in rows])
    ships: dict[int, Ship] = {}
    cargo: set[int] = set()
    reports = defaultdict(list)
    for one in messages(lines_of(amsa), Listener()):
        m = one.message
        if m.msg_type in DESCRIPTIONS:
            ships[m.mmsi] = described(ships.get(m.mmsi, Ship()), m)
            if m.msg_type == 5 and 70 <= int(m.ship_type or 0) < 80:
                cargo.add(m.mmsi)
        elif m.msg_type in (1, 2, 3) and abs(m.lon) <= 180 and abs(m.lat) <= 90:
            reports[m.mmsi].append(m)

    ports: Counter[str] = Counter()
    for mmsi in cargo & set(reports):
        ship, now = ships[mmsi], reports[mmsi][-1]
        if not (now.status == 5 or np.median([m.speed for m in reports[mmsi]]) < 0.5):
            continue
        if ship.length < 150 or ship.beam < 23:
            continue
        site = Site(lon_deg=now.lon, lat_deg=now.lat)  # +x east
        turn = site.yaw_from_bearing(np.array(float(now.heading)))
        ahead, port = ship.centre if now.heading < 360 else (0.0, 0.0)
        x, y = site.site_from_lonlat(where[:, 0], where[:, 1])
        off = np.hypot(x - np.cos(turn) * ahead + np.sin(turn) * port, y - np.sin(turn) * ahead - np.cos(turn) * port)
        if off.min() <= 500:
            ports[rows[int(off.argmin())]["UNLOCODE"]] += 1

    assert [("AUBNE", 5), ("AUFRE", 4), ("AUPKL", 4), ("AUSYD", 4), ("AUMEL", 3)] == sorted(
        ports.most_common(5), key=lambda kv: (-kv[1], kv[0]))  # fmt: skip


def test_pyais_alone_hears_as_many_messages():
    """pyais assembles the same messages from its own sample; the listener only drops the repeats and the empty ones."""
    file = real("ais", "pyais", "nmea_data_sample.txt")
    with pyais.FileReaderStream(str(file)) as stream:
        assembled = sum(1 for message in stream if message.payload)
    listener = Listener()

    mine = sum(1 for _ in messages(lines_of(file), listener))

    whole = {fate: listener.counts.fates[fate] for fate in ("duplicate", "unknown type", "cannot decode")}
    assert assembled == mine + sum(whole.values())


def test_libais_reads_the_same_values():
    """Type examples of libais: the same types in the same order, and where it gives a position, the same position."""
    file = real("ais", "libais", "typeexamples.nmea")
    expected = [json.loads(line) for line in file.with_suffix(".json").read_text().splitlines() if line.strip()]

    mine = [one.message for one in messages(lines_of(file), Listener())]

    by_key = {(int(m.msg_type), int(m.mmsi)): m for m in mine}
    compared = 0
    for theirs in expected:
        m = by_key.get((theirs["type"], theirs["mmsi"]))
        if m is None or "lon" not in theirs or theirs["type"] not in (1, 2, 3, 18, 19):
            continue
        assert theirs["lon"] == pytest.approx(m.lon, abs=1e-5)
        assert theirs["lat"] == pytest.approx(m.lat, abs=1e-5)
        compared += 1
    assert compared >= 3


def test_tag_blocks_give_the_time_of_libais():
    """`c:1418172113` is 2014-12-10T00:41:53Z; the two parts of one message lie a line apart."""
    file = real("ais", "libais", "tagblock.nmea")

    times = [one.t for one in messages(lines_of(file), Listener())]

    assert [1418172113, 1418169601, 1418171722, 1418171561] == [(t or 0) // SECOND for t in times]
