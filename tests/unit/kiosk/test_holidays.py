from datetime import date

import pytest

from kiosk.borrowing import holidays


def test_a_holiday_has_the_name_the_state_gives_it():
    named = {each.day: each for each in holidays.of(2026)}
    assert named[date(2026, 8, 17)] == holidays.Holiday(date(2026, 8, 17), "Hari Kemerdekaan Republik Indonesia", False, False)
    assert named[date(2026, 3, 23)] == holidays.Holiday(date(2026, 3, 23), "Cuti Bersama Hari Raya Idul Fitri", True, False)


def test_what_the_moon_decides_is_marked_as_estimated_and_not_named_so():
    feast = next(each for each in holidays.of(2027) if "Idul Fitri" in each.name and not each.joint)
    assert feast.estimated
    assert "perkiraan" not in feast.name


@pytest.mark.parametrize("year", [2025, 2026, 2027, 2028])
def test_holidays_come_in_order_and_no_day_twice(year):
    days = [each.day for each in holidays.of(year)]
    assert days == sorted(set(days))
    assert {day.year for day in days} == {year}


def test_a_year_counts_as_entered_when_more_than_its_first_day_is():
    assert holidays.is_missing(2027, {})
    assert holidays.is_missing(2027, {date(2027, 1, 1): "Tahun Baru", date(2026, 12, 25): "Natal"})
    assert not holidays.is_missing(2027, {date(2027, 8, 17): "Kemerdekaan"})
