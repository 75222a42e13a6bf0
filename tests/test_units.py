"""Time as text and as nanoseconds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.errors import TwinError
from twin.units import text_from_time, time_from_text


def test_a_time_with_an_offset_is_utc():
    assert time_from_text("2026-03-01T06:00+02:00") == time_from_text("2026-03-01T04:00Z") == 1_772_337_600 * 10**9


def test_nanoseconds_are_kept():
    assert time_from_text("2026-03-01T06:00:00.123456789Z") % 10**9 == 123_456_789


@given(st.integers(0, 4_000_000_000 * 10**9))
def test_text_and_back_is_the_same_instant(t: int):
    assert time_from_text(text_from_time(t, decimals=9)) == t


@pytest.mark.parametrize(
    ("text", "said"),
    [("2026-03-01T06:00", "no UTC offset"), ("noon", "is not a time"), ("2026-13-01T06:00Z", "is not a time")],
)
def test_what_is_not_a_time_is_a_sentence(text: str, said: str):
    with pytest.raises(TwinError, match=said):
        time_from_text(text)
