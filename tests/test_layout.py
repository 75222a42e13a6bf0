"""Layout files become the terminal they describe, and Altenwerder is what was published of it."""

from dataclasses import fields, replace
from decimal import Decimal
from math import pi
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.shifted import UTM, shifted_layout_text
from tests.worlds import tiny_catalogue
from twin.catalogue_files import sample_catalogue
from twin.layout import parse_layout, read_layout
from twin.layout.notes import block_corners
from twin.layout.series import spelled
from twin.samples import sample
from twin.terminal import Terminal

NAMES = ("altenwerder", "small", "rtg-terminal", "straddle-terminal", "twin-armg")


@pytest.fixture(scope="module")
def altenwerder() -> Terminal:
    return read_layout(sample("layouts", "altenwerder.yaml"))


def text_of(name: str) -> str:
    return sample("layouts", f"{name}.yaml").read_text(encoding="utf-8")


# What was published


def test_altenwerder_has_the_published_yard(altenwerder):
    """26 x 10 x 37 = 9,620 TEU ground slots, x 4 = 38,480."""
    blocks = altenwerder.blocks

    assert (26, 9620) == (len(blocks), altenwerder.slots)
    assert 38_480 == int((blocks.bays * blocks.rows * blocks.tiers).sum())
    assert {5} == set(blocks.outer_tiers.tolist())
    assert {"A01", "A26"} < set(blocks.name)


def test_altenwerder_has_the_published_quay(altenwerder):
    quay = altenwerder.quays[0]

    assert 1400 == quay.x1 - quay.x0
    assert 4 == len(altenwerder.berths)
    assert [(0, 350), (350, 700), (700, 1050), (1050, 1400)] == [(b.start, b.end) for b in altenwerder.berths]
    assert (9.936306, 53.500944) == (altenwerder.site.lon_deg, altenwerder.site.lat_deg)


def test_altenwerder_has_the_published_machines(altenwerder):
    counts = {kind: altenwerder.machines.kind.count(kind) for kind in ("sts", "armg-inner", "armg-outer", "agv")}

    assert {"sts": 14, "armg-inner": 26, "armg-outer": 26, "agv": 84} == counts
    assert 61 == altenwerder.kind("sts").facts["outreach"][0]


def test_the_apron_is_120_metres_from_the_landside_rail_to_the_first_box(altenwerder):
    rail = next(rail for rail in altenwerder.rails if rail.kind == "sts")

    assert block_corners(altenwerder.blocks)[..., 1].min() - (rail.y0 + rail.gauge) >= 120


@pytest.mark.parametrize("name", NAMES)
def test_every_source_is_named_and_nothing_is_odd(name):
    terminal = parse_layout(text_of(name))

    assert terminal.sources
    assert () == terminal.notes


# Where a slot is


def test_a_slot_is_where_the_pitches_put_it():
    """Block at (10, 20), bays up: bay 3 is the second TEU bay, 1.5 x 6.5 = 9.75 up; row 2 is 1.5 x 2.5 = 3.75 right."""
    terminal = parse_layout(
        "name: t\nblocks: [{name: A, kind: rtg, at: [10, 20], yaw_deg: 90, row_side: right, bays: 4, rows: 3, tiers: 2,"
        " bay_pitch: 6.5, row_pitch: 2.5}]",
        catalogue=tiny_catalogue(),
    )

    x, y = terminal.slot_xy(np.array([0]), np.array([3]), np.array([2]))

    assert (10 + 3.75, 20 + 9.75) == pytest.approx((x[0], y[0]))


def test_a_crane_on_a_rail_stands_so_far_along_it():
    """Rail from (10, 0) up (+y), gauge 30 to its left: a quay crane 5 m along stands on it at (10, 5), looking up."""
    rail = "name: t\nrails: [{name: R, kind: sts, from: [10, 0], to: [10, 40], gauge: 30}]\n"
    terminal = parse_layout(rail + "machines: [{name: Q, kind: crane, rail: R, along: 5}]", catalogue=tiny_catalogue())

    m = terminal.machines

    assert (10, 5, 0, pi / 2) == pytest.approx((m.x[0], m.y[0], m.z[0], m.yaw[0]))


# Series


PREFIX, SUFFIX = st.sampled_from(["A", "b-", "Q 1x", ""]), st.sampled_from(["", "-o", ".x"])


@given(PREFIX, st.integers(0, 120), st.integers(1, 40), st.integers(1, 4), SUFFIX)
def test_a_series_counts_from_end_to_end(prefix, first, count, width, suffix):
    names = [f"{prefix}{n:0{width}d}{suffix}" for n in range(first, first + count)]

    assert tuple(names) == spelled(f"{names[0]}..{names[-1]}")


# Coordinates


def same(a: Any, b: Any) -> bool:
    """The same values, bit for bit."""
    if isinstance(a, np.ndarray):
        return a.dtype == b.dtype and a.tobytes() == b.tobytes()
    if hasattr(a, "__dataclass_fields__"):
        return type(a) is type(b) and all(same(getattr(a, f.name), getattr(b, f.name)) for f in fields(a))
    return bool(a == b)


def without_file(terminal: Terminal) -> Terminal:
    return replace(terminal, text="", path="", notes=(), site=replace(terminal.site, origin=(0.0, 0.0)))


@pytest.mark.parametrize("name", NAMES)
def test_a_layout_in_utm_is_the_same_terminal_bit_for_bit(name):
    here = parse_layout(text_of(name))
    there = parse_layout(shifted_layout_text(text_of(name)))

    assert (float(UTM[0]), float(UTM[1])) == there.site.origin
    assert same(without_file(here), without_file(there))


@pytest.mark.parametrize("name", NAMES)
def test_utm_without_an_origin_takes_the_start_of_the_quay_and_says_so(name):
    here = parse_layout(text_of(name))
    there = parse_layout(shifted_layout_text(text_of(name), origin=False))

    assert same(without_file(here), without_file(there))
    assert f"start of quay {here.quays[0].name}" in there.notes[0]


@given(st.decimals("-900", "900", places=3), st.decimals("-900", "900", places=3), st.integers(0, 9_999_999_999))
def test_subtracting_the_origin_loses_no_bit(x, y, millimetres):
    """The float of a decimal is the float of that decimal, wherever the file's zero is."""
    by = Decimal(millimetres) / 1000
    text = f"name: t\nblocks: [{{name: A, kind: rtg, at: [{x}, {y}], bays: 1, rows: 1, tiers: 1}}]"

    there = parse_layout(shifted_layout_text(text, (by, by)), catalogue=tiny_catalogue())

    assert (float(x), float(y)) == (there.blocks.x[0], there.blocks.y[0])


def test_the_coordinate_system_places_a_layout_on_earth():
    """UTM zone 32: 500,000 m east is 9° east, whatever the northing."""
    quay = "quays: [{name: Q, from: [500000, 5930000], to: [500100, 5930000]}]"
    text = f"name: t\nsite: {{epsg: 32632, origin: [500000, 5930000]}}\n{quay}"

    site = parse_layout(text, catalogue=tiny_catalogue()).site

    assert pytest.approx(9.0) == site.lon_deg
    assert 53.4 < site.lat_deg < 53.6
    x, y = site.site_from_lonlat(np.array([site.lon_deg]), np.array([site.lat_deg]))
    assert (0.0, 0.0) == pytest.approx((x[0], y[0]), abs=1e-6)


def test_a_block_over_the_water_is_remarked_upon():
    quay = "name: t\nquays: [{name: Q, from: [0, 0], to: [100, 0]}]\n"
    text = quay + "blocks: [{name: A, kind: rtg, at: [10, -5], bays: 2, rows: 4, tiers: 1}]"

    notes = parse_layout(text, catalogue=tiny_catalogue()).notes

    assert ("block A reaches 5.0 m over the water before quay Q",) == notes


def test_an_empty_yard_is_a_terminal():
    terminal = parse_layout("name: t\nblocks: []", catalogue=tiny_catalogue())

    assert (0, 0) == (len(terminal.blocks), len(terminal.machines))


def test_the_kinds_of_the_catalogue_are_all_on_show():
    """Between them, the sample layouts start every group of machine but hatch covers, which ships bring."""
    kinds = sample_catalogue().kinds
    shown = {kinds[kind].group for name in NAMES for kind in parse_layout(text_of(name)).machines.kind}

    assert shown == {kind.group for kind in kinds.values()} - {"hatch"}
