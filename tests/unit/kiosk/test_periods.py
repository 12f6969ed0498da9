"""The periods of reports: months, quarters, halves, years."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.reporting import periods
from kiosk.reporting.periods import Span

DAYS = st.dates(date(2000, 1, 1), date(2100, 12, 31))
SPANS = st.sampled_from(Span)


@given(DAYS, SPANS)
def test_a_period_holds_the_day_it_is_around_and_is_found_by_its_key(day, span):
    period = periods.around(day, span)
    assert period.first <= day <= period.last
    assert periods.read(period.key) == period


@given(DAYS, SPANS, st.integers(-5, 5))
def test_periods_follow_each_other_without_a_gap(day, span, by):
    period = periods.around(day, span).moved(by)
    assert period.moved(1).first == period.last + timedelta(1)
    assert period.moved(1).moved(-1) == period


@given(DAYS, SPANS)
def test_the_rows_of_a_period_begin_with_its_first_day_and_stay_inside(day, span):
    period = periods.around(day, span)
    rows = list(period.rows())
    assert rows[0] == period.first
    assert rows == sorted(set(rows))
    assert all(period.first <= row <= period.last for row in rows)


@pytest.mark.parametrize(("key", "first", "last", "rows"), [
    ("2028-02", date(2028, 2, 1), date(2028, 2, 29), 29), ("2026-Q4", date(2026, 10, 1), date(2026, 12, 31), 3),
    ("2026-H2", date(2026, 7, 1), date(2026, 12, 31), 6), ("2026", date(2026, 1, 1), date(2026, 12, 31), 12),
    ("2017-2026", date(2017, 1, 1), date(2026, 12, 31), 10)])
def test_an_address_names_a_period(key, first, last, rows):
    period = periods.read(key)
    assert (period.first, period.last, len(list(period.rows())), period.key) == (first, last, rows, key)


@pytest.mark.parametrize("key", [
    "", "2026-13", "2026-00", "2026-Q5", "2026-H3", "0001", "9999", "2026-2026", "2026-2020", "1990-2200", "2026-3", "x"])
def test_what_names_none_is_none(key):
    assert periods.read(key) is None
