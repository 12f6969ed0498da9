"""Days, as people write them."""

from datetime import date

import pytest

from scanner.legal.days import read_day


@pytest.mark.parametrize("written", ["2026-08-17", "17-8-2026", "17/08/2026", "17.8.2026", " 17 Agustus 2026 ", "Senin, 17 agustus 2026",
                                     "17 Aug 2026", "2026/8/17", "20260817"])
def test_a_day_is_understood_as_people_write_it(written):
    assert read_day(written) == date(2026, 8, 17)


def test_nothing_is_no_day():
    assert read_day("  ") is None


@pytest.mark.parametrize("written", ["32-1-2026", "17-13-2026", "besok", "17 Smarch 2026", "2026", "29-2-2025", "17-8-0026", "17-8-26"])
def test_what_is_no_day_is_not_guessed(written):
    with pytest.raises(ValueError):  # noqa: PT011  each library says it in its own words
        read_day(written)
