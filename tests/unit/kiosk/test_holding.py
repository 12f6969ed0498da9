"""How long a copy lies ready, as a rule that holds for every calendar."""

from datetime import date, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from kiosk.borrowing.calendar import Calendar
from kiosk.borrowing.reserving import keep_until

HOURS = (time(8), time(16))
DAYS = st.dates(date(2024, 1, 1), date(2030, 12, 31))
WEEKS = st.sets(st.integers(0, 6), min_size=1)


@given(day=DAYS, count=st.integers(1, 30), week=WEEKS, closed=st.sets(st.integers(1, 60)))
def test_a_copy_lies_ready_for_exactly_so_many_open_days_and_its_last_day_is_one(day, count, week, closed):
    calendar = Calendar(dict.fromkeys(week, HOURS), {day + timedelta(n): "Libur" for n in closed}, "Asia/Jakarta")
    last = keep_until(calendar, day, count)
    assert calendar.is_open(last)
    assert calendar.late_days(day, last) == count


@given(day=DAYS, count=st.integers(1, 30))
def test_where_the_office_does_not_open_for_a_year_it_lies_ready_until_then(day, count):
    assert keep_until(Calendar({}, {}, "Asia/Jakarta"), day, count) == day + timedelta(366)
