"""A real inventory: 184 blocks, one of them slot by slot.  The counts to expect were computed by other scripts."""

import json
from pathlib import Path

import numpy as np
import pytest

from tests.real import real
from tests.worlds import tiny_catalogue
from twin.containers import proper_number, size
from twin.errors import BadFile
from twin.facts import DescribedContainers, Events, PlaceKind, Places, Roster
from twin.feeds.importing import DRAWING, SLOTS, ImportReport, import_inventory
from twin.feeds.inventory import Inventory, read_inventory
from twin.layout import parse_layout, read_layout
from twin.layout.inventory import read_drawing, yard_of
from twin.recording import open_recording
from twin.spatial.stacks import heights
from twin.terminal import Terminal


@pytest.fixture(scope="module")
def terminal() -> Terminal:
    return parse_layout(yard_of(read_drawing(real("yard-ngct", DRAWING)), name="ngct").text, catalogue=tiny_catalogue())


@pytest.fixture(scope="module")
def roster() -> Roster:
    return Roster()


@pytest.fixture(scope="module")
def inventory(terminal: Terminal, roster: Roster) -> Inventory:
    return read_inventory(real("yard-ngct", SLOTS), terminal, roster, t=10**18)


def said(inventory: Inventory, kind: type) -> list:
    return [batch for batch in inventory.batches if isinstance(batch, kind)]


# The yard


def test_the_drawing_has_184_blocks():
    yard = yard_of(read_drawing(real("yard-ngct", DRAWING)), name="ngct")

    assert (184, 136, 48) == (yard.blocks, yard.horizontal, yard.vertical)
    assert 200_689 == yard.positions


def test_one_unit_of_the_drawing_is_a_metre():
    """*4D is drawn 260 long and has 40 bays: 6.5 a bay, and bays are 6.50 m apart."""
    yard = yard_of(read_drawing(real("yard-ngct", DRAWING)), name="ngct")

    assert pytest.approx(1.0) == yard.metres_per_unit


def test_a_block_lies_in_the_middle_of_its_rectangle(terminal):
    """*4D: x 1204 … 1464, y 1300 … 1330 downwards; the drawing spans x from 122 and y to 1555."""
    b = terminal.block("*4D")

    x, y = terminal.slot_xy(np.array([b, b]), np.array([1, 79]), np.array([1, 6]))

    assert ((1204 + 1464) / 2 - 122, 1555 - 1315) == pytest.approx((x.mean(), y.mean()), abs=0.01)
    assert (40, 6, 5) == (terminal.blocks.bays[b], terminal.blocks.rows[b], terminal.blocks.tiers[b])


def test_upright_blocks_run_up(terminal):
    """*0A is drawn upright, 17 bays and 16 rows: bay 33 lies 16 x 6.5 = 104 m above bay 1, row 16 right of row 1."""
    b = terminal.block("*0A")

    x, y = terminal.slot_xy(np.array([b, b, b]), np.array([1, 33, 1]), np.array([1, 1, 16]))

    assert (0, 104) == pytest.approx((x[1] - x[0], y[1] - y[0]), abs=0.01)
    assert (15 * 2.77, 0) == pytest.approx((x[2] - x[0], y[2] - y[0]), abs=0.01)


def test_blocks_drawn_too_small_are_named_with_what_they_stand_in():
    yard = yard_of(read_drawing(real("yard-ngct", DRAWING)), name="ngct")

    assert {"*K1", "*CE"} < set(yard.too_small)
    assert ("*K2", "*K4") in yard.overlaps
    assert set().union(*yard.overlaps) & set(yard.too_small)


# The inventory


def test_131_boxes_stand_in_47_stacks_without_a_gap(inventory):
    assert (131, 47, 4) == (inventory.containers, inventory.stacks, inventory.top_tier)
    assert () == inventory.gaps
    assert {"20": 28, "40": 102, "45": 1} == inventory.by_length


def test_forty_foot_boxes_stand_across_two_bays_and_all_inside(inventory, terminal):
    (places,) = said(inventory, Places)
    (boxes,) = said(inventory, DescribedContainers)
    feet = np.array([size(code).feet for code in boxes.code])

    assert () == inventory.misfits == inventory.outside
    assert np.array_equal(feet == 40, places.bay % 2 == 0)
    assert {PlaceKind.SLOT} == set(places.kind.tolist())
    assert {terminal.block("*4D")} == set(places.where.tolist())


def test_no_record_is_lost(inventory):
    assert (2423, 2370, 53) == (inventory.records, inventory.slots, len(inventory.duplicated))
    assert (316, 636, 6) == (len(inventory.locked), len(inventory.planned), len(inventory.tasks))
    assert () == inventory.contradicted

    (events,) = said(inventory, Events)

    assert {"lock": 316, "plan": 636, "duplicate": 53, "task": 6} == {k: events.kind.count(k) for k in set(events.kind)}


def test_every_number_is_proper(inventory, roster):
    (boxes,) = said(inventory, DescribedContainers)

    assert 131 == len(set(boxes.name)) == len(roster.containers)
    assert all(map(proper_number, boxes.name))
    assert () == inventory.improper == inventory.twice == inventory.unsized


def test_a_weight_that_is_a_height_is_not_believed(inventory):
    (boxes,) = said(inventory, DescribedContainers)

    assert not boxes.mass.any()
    assert "no mass" in inventory.notes[0]


# From door to door


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> ImportReport:
    return import_inventory(real("yard-ngct"), tmp_path_factory.mktemp("ngct") / "ngct.yaml")


def test_an_import_writes_a_layout_and_a_recording(report):
    assert 184 == len(read_layout(report.layout).blocks)
    assert report.recording.stat().st_size > 1000
    assert report.layout.with_suffix(".mcap") == report.recording


def test_the_report_is_json_and_a_table(report):
    whole = json.loads(json.dumps(report.as_dict()))

    assert 131 == whole["inventory"]["containers"]
    assert 316 == len(whole["inventory"]["locked"])
    assert "131 (28 of 20', 102 of 40', 1 of 45')" in report.table()
    assert "47, top tier 4" in report.table()


def test_an_import_does_not_overwrite_unless_told(report):
    with pytest.raises(BadFile, match="is there already"):
        import_inventory(real("yard-ngct"), report.layout)

    assert import_inventory(real("yard-ngct"), report.layout, overwrite=True).inventory.containers == 131


# Made up

SHAPE = {"direction": "H", "maxBay": 4, "maxRow": 2, "maxTier": 3}
BLOCK = {"block": "A01", **SHAPE, "x": 0, "y": 0, "width": 26, "height": 10}


def folder(tmp_path: Path, records: list[dict], blocks: list[dict] | None = None) -> Path:
    (tmp_path / DRAWING).write_text(json.dumps([BLOCK] if blocks is None else blocks))
    (tmp_path / SLOTS).write_text(json.dumps(records))
    return tmp_path


def box(address: str, number: str = "CSQU3054383", feet: str = "20") -> dict:
    return {"yardpos": address, "ctnno": number, "ctnSize": feet, "ctnHeight": "8.6", "ctnType": "GP"}


def found(tmp_path: Path, *records: dict) -> Inventory:
    home = folder(tmp_path, list(records))
    terminal = parse_layout(yard_of(read_drawing(home / DRAWING), name="t").text, catalogue=tiny_catalogue())
    return read_inventory(home / SLOTS, terminal, Roster(), t=0)


@pytest.mark.parametrize(
    ("record", "field", "number"),
    [
        (box("A010010102"), "gaps", "CSQU3054383"),  # tier 2 over nothing
        (box("A010020101"), "misfits", "CSQU3054383"),  # a 20' box in a 40' bay
        (box("A010030101", feet="40"), "misfits", "CSQU3054383"),
        (box("A010090101"), "outside", "CSQU3054383"),  # bays run to 7
        (box("A010010104"), "outside", "CSQU3054383"),  # tiers to 3
        (box("A010010101", "CSQU3054384"), "improper", "CSQU3054384"),  # the check digit is 3
        (box("A010010101", feet="48"), "unsized", "CSQU3054383"),
    ],
)
def test_what_is_odd_is_in_the_report(tmp_path, record, field, number):
    assert number in getattr(found(tmp_path, record), field)[0]


def test_a_forty_needs_both_bays_below_it(tmp_path):
    """40' at bay 2 tier 2 over a 20' in bay 1 only: half of it hangs."""
    inventory = found(tmp_path, box("A010010101"), box("A010020102", "MWCU6059784", "40"))

    assert ("MWCU6059784 at A010020102",) == inventory.gaps


def test_the_same_number_twice_and_two_numbers_in_one_slot_are_said(tmp_path):
    inventory = found(tmp_path, box("A010010101"), box("A010010101", "MWCU6059784"), box("A010030101"))

    assert ("A010010101",) == inventory.contradicted
    assert ("CSQU3054383",) == inventory.twice
    assert {"CSQU3054383", "MWCU6059784"} == set(said(inventory, DescribedContainers)[0].name)


def test_an_empty_inventory_is_an_empty_yard(tmp_path):
    inventory = found(tmp_path)

    assert ((), 0, 0) == (inventory.batches, inventory.containers, inventory.stacks)


@pytest.mark.parametrize(
    ("records", "blocks", "sentence"),
    [
        ([{"yardpos": "A01"}], None, "[0].yardpos: 'A01' is not an address"),
        ([{"yardpos": "A020010101"}], None, "no block named 'A02'"),
        ([{}], None, "object missing required field `yardpos`"),
        ([], [], "has no block"),
        ([], [BLOCK, BLOCK], "[1].block: 'A01' is here twice"),
        ([], [BLOCK | {"maxBay": 0}], "[0].maxBay: expected `int` >= 1"),
        ([], [BLOCK | {"direction": "X"}], "[0].direction: invalid enum value 'X'"),
    ],
)
def test_a_folder_that_cannot_be_imported_is_refused(tmp_path, records, blocks, sentence):
    with pytest.raises(BadFile) as wrong:
        import_inventory(folder(tmp_path, records, blocks), tmp_path / "out.yaml")

    assert sentence in str(wrong.value)
    assert not (tmp_path / "out.yaml").exists()


def test_no_folder_and_a_folder_without_the_files_are_refused(tmp_path):
    with pytest.raises(BadFile, match="is not a folder"):
        import_inventory(tmp_path / "nowhere", tmp_path / "out.yaml")
    with pytest.raises(BadFile, match=f"has no {DRAWING}"):
        import_inventory(tmp_path, tmp_path / "out.yaml")
    (tmp_path / DRAWING).write_text("[{")
    (tmp_path / SLOTS).write_text("[]")
    with pytest.raises(BadFile, match="is not JSON"):
        import_inventory(tmp_path, tmp_path / "out.yaml")


def test_the_recording_shows_the_stacks_of_the_inventory(report):
    recording = open_recording(report.recording)

    stacks = heights(recording.at(report.t), "*4D")

    assert (131, 47, 4) == (stacks.boxes, stacks.stacks, stacks.top.max())
    assert (0, 0, 0) == (stacks.gaps.max(), stacks.doubled, stacks.outside)
    assert 131 == recording.containers


def test_a_file_without_a_time_is_said_to_have_none(report):
    assert any("hold no time" in note and "2000-01-01" in note for note in report.notes)
