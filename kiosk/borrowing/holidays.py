"""Which days the state gives off in a year: national holidays and cuti bersama, as the holidays package knows them for Indonesia."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

ESTIMATED = " (perkiraan)"   # how the package marks a day that the moon, or the government, has still to confirm


@dataclass(frozen=True)
class Holiday:
    """`joint`: a cuti bersama, which the government sets for its own offices; `estimated`: it may still move by a day."""

    day: date
    name: str
    joint: bool
    estimated: bool


def of(year: int) -> list[Holiday]:
    """The days off of `year` in their order, named as the state names them; a day that has several is listed once."""
    from holidays import GOVERNMENT, PUBLIC, Indonesia  # it takes its time, and only an administrator asks for it

    public, joint = (Indonesia(years=year, categories=(kind,), language="id") for kind in (PUBLIC, GOVERNMENT))
    return [_holiday(day, [*public.get_list(day), *joint.get_list(day)], day not in public) for day in sorted({*public, *joint})]


def _holiday(day: date, names: list[str], joint: bool) -> Holiday:
    return Holiday(day, "; ".join(name.removesuffix(ESTIMATED) for name in names), joint, any(name.endswith(ESTIMATED) for name in names))


def is_missing(year: int, closed: Mapping[date, str]) -> bool:
    """Whether `closed` has none of the national holidays of `year` beyond New Year's Day, which everybody knows."""
    return not any(holiday.day in closed for holiday in of(year) if not holiday.joint and (holiday.day.month, holiday.day.day) != (1, 1))
