"""ISO 6346 and ISO 668, against published numbers."""

import pytest

from twin.containers import GAP_20_20, POSTS_45, check_digit, numbered, proper_number, size


@pytest.mark.parametrize(
    ("stem", "digit"), [("CSQU305438", 3), ("MWCU605978", 4), ("CRSU139234", 5), ("SUDU191080", 6)]
)
def test_check_digits_are_those_of_real_boxes(stem: str, digit: int):
    assert check_digit(stem) == digit
    assert proper_number(f"{stem}{digit}")
    assert not proper_number(f"{stem}{(digit + 1) % 10}")


@pytest.mark.parametrize("text", ["", "CSQU30543", "csqu305438", "CSQU30543X", "CSQX3054383", "CSQU3054383 "])
def test_what_is_not_a_number_is_not_proper(text: str):
    assert not proper_number(text)


@pytest.mark.parametrize(
    ("code", "length", "height"),
    [("22G1", 6.058, 2.591), ("45G1", 12.192, 2.896), ("L5G1", 13.716, 2.896), ("28P1", 6.058, 1.295)],
)
def test_codes_give_iso_668_sizes(code: str, length: float, height: float):
    found = size(code)

    assert found is not None
    assert (found.length, found.width, found.height) == (length, 2.438, height)


def test_wide_boxes_are_wider_than_iso():
    assert 2.438 < size("LEG1").width <= 2.5
    assert size("LNG1").width > 2.5


@pytest.mark.parametrize("code", ["", "2", "0000", "?2G1"])
def test_what_is_not_a_code_is_no_size(code: str):
    assert size(code) is None


def test_forty_feet_are_two_twenties_and_a_gap():
    """2 x 6.058 + 0.076 = 12.192; (13.716 - 12.192) / 2 = 0.762."""
    assert 2 * size("22G1").length + GAP_20_20 == pytest.approx(size("42G1").length)
    assert (size("L5G1").length - size("42G1").length) / 2 == pytest.approx(POSTS_45)


def test_numbers_we_make_are_proper():
    assert all(proper_number(numbered("MSKU", serial)) for serial in range(0, 999_999, 7919))
