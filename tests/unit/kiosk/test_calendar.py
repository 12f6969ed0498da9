from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.errors import Refused
from kiosk.borrowing.calendar import Calendar

OFFICE_HOURS = (time(8), time(16))
MON_TO_FRI = dict.fromkeys(range(5), OFFICE_HOURS)


def calendar(*closed: date, opening=MON_TO_FRI, zone="Asia/Jakarta") -> Calendar:
    return Calendar(opening, dict.fromkeys(closed, "Libur"), zone)


calendars = st.builds(
    lambda weekdays, closed: calendar(*closed, opening=dict.fromkeys(weekdays, OFFICE_HOURS)),
    st.sets(st.integers(0, 6), min_size=1), st.sets(st.dates(date(2026, 1, 1), date(2026, 3, 31)), max_size=40))
starts = st.dates(date(2025, 12, 1), date(2026, 4, 30))
lengths = st.integers(0, 60)


@given(calendars, starts, lengths)
def test_a_due_day_is_open_and_never_earlier_than_the_days_lent(calendar, start, days):
    due = calendar.due_day(start, days)
    assert calendar.is_open(due)
    assert due >= start + timedelta(days)
    assert not any(calendar.is_open(start + timedelta(n)) for n in range(days, (due - start).days))


@given(calendars, starts, starts, lengths)
def test_who_borrows_later_never_has_to_return_earlier(calendar, one, other, days):
    first, second = sorted([one, other])
    assert calendar.due_day(first, days) <= calendar.due_day(second, days)


@given(calendars, starts, lengths, lengths)
def test_late_days_grow_by_one_on_each_open_day_only(calendar, due, earlier, late):
    returned = due + timedelta(late)
    assert calendar.late_days(due, due - timedelta(earlier)) == 0
    assert (calendar.late_days(due, returned + timedelta(1)) - calendar.late_days(due, returned)
            == calendar.is_open(returned + timedelta(1)))


@given(calendars, st.dates(date(2026, 1, 1), date(2026, 3, 31)), starts, lengths)
def test_closing_a_day_never_asks_for_anything_earlier_and_never_makes_anybody_later(open_then, day, start, days):
    closed_now = Calendar(open_then.opening, {**open_then.closed, day: "Libur"}, open_then.zone)
    assert closed_now.due_day(start, days) >= open_then.due_day(start, days)
    assert closed_now.late_days(start, start + timedelta(days)) <= open_then.late_days(start, start + timedelta(days))


@given(calendars, starts, starts)
def test_late_days_of_two_stretches_are_those_of_the_whole(calendar, one, other):
    due, returned = sorted([one, other])
    between = due + (returned - due) / 2
    assert calendar.late_days(due, returned) == calendar.late_days(due, between) + calendar.late_days(between, returned)


@given(calendars)
def test_spans_are_the_closed_days_told_shorter(calendar):
    spans = calendar.spans()
    assert [span.first + timedelta(n) for span in spans for n in range((span.last - span.first).days + 1)] == sorted(calendar.closed)
    assert all(later.first - earlier.last > timedelta(1) for earlier, later in pairwise(spans))  # all are closed for the same reason


@pytest.mark.parametrize(("lent", "closed", "due"), [
    (date(2025, 12, 29), [date(2026, 1, 1)], date(2026, 1, 5)),                                # across the new year, a Monday
    (date(2025, 12, 25), [date(2026, 1, 1)], date(2026, 1, 2)),                                # due on the holiday itself
    (date(2024, 2, 22), [], date(2024, 2, 29)),                                                # a leap year has its 29 February
    (date(2027, 2, 22), [], date(2027, 3, 1)),                                                 # another year does not
    (date(2026, 2, 21), [], date(2026, 3, 2)),                                                 # 28 February is a Saturday
    (date(2026, 3, 13), [date(2026, 3, d) for d in (19, 20, 23, 24)], date(2026, 3, 25)),      # a block of cuti bersama
    (date(2026, 3, 18), [date(2026, 3, d) for d in (19, 20, 23, 24)], date(2026, 3, 25)),      # lent the day before closing
])
def test_due_days_of_a_weeks_loan(lent, closed, due):
    assert calendar(*closed).due_day(lent, 7) == due


def test_closed_days_are_not_late_days():
    friday, next_tuesday = date(2026, 3, 6), date(2026, 3, 10)
    assert calendar().late_days(friday, next_tuesday) == 2
    assert calendar(date(2026, 3, 9)).late_days(friday, next_tuesday) == 1


@pytest.mark.parametrize("never", [calendar(opening={}), calendar(*(date(2026, 1, 1) + timedelta(n) for n in range(500)))])
def test_an_office_that_never_opens_gives_no_due_day(never):
    with pytest.raises(Refused, match="no open day"):
        never.due_day(date(2026, 1, 5), 7)
    assert never.next_opening(datetime(2026, 1, 5, tzinfo=UTC)) is None


@pytest.mark.parametrize(("zone", "moment", "opens"), [
    ("Asia/Jakarta", datetime(2026, 3, 10, 0, 59, tzinfo=UTC), datetime(2026, 3, 10, 1, 0, tzinfo=UTC)),   # before opening
    ("Asia/Jakarta", datetime(2026, 3, 10, 1, 0, tzinfo=UTC), datetime(2026, 3, 11, 1, 0, tzinfo=UTC)),    # the doors are open
    ("Asia/Jakarta", datetime(2026, 3, 13, 9, 0, tzinfo=UTC), datetime(2026, 3, 16, 1, 0, tzinfo=UTC)),    # over the week-end
    ("Asia/Jayapura", datetime(2026, 3, 15, 22, 0, tzinfo=UTC), datetime(2026, 3, 15, 23, 0, tzinfo=UTC)),  # Monday there
])
def test_the_next_opening_is_told_in_the_offices_own_zone(zone, moment, opens):
    assert calendar(zone=zone).next_opening(moment) == opens


def test_a_closed_day_has_no_closing_time():
    assert calendar().closes_at(date(2026, 3, 10)) == datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
    assert calendar().closes_at(date(2026, 3, 8)) is None
