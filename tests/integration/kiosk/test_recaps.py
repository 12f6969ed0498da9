"""A period in numbers: what stands in the tables is what happened, and their totals are the sums of their rows."""

import random
from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from foundation.clock import end_of, local, now, start_of
from foundation.office import office
from kiosk.ledger import exports
from kiosk.ledger.loans import Loan, LoanItem, LoanState, Outcome, Reading
from kiosk.ledger.visits import Category, Purpose, Rating, Visit, VisitState, person_key
from kiosk.reporting import periods, recaps, reports
from kiosk.reporting.recaps import About, Rest
from tests.builders import OFFICER, a_kiosk, a_loan, a_title, an_office
from webui.bench import reports as bench

ZONES = ("Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura")
BEGIN, DAYS = datetime(2025, 1, 1, tzinfo=UTC), 430
PERIODS = ("2025-01", "2025-02", "2025-Q4", "2025-H1", "2025", "2026", "2024-2026")


def a_random_library(session, chance: random.Random, zone: str) -> None:
    """Visits, loans and readings at any hour of fourteen months, also around midnight, some of them before the guest book was signed."""
    office(session).time_zone = zone
    copies = [copy for n in range(20) for copy in a_title(session, f"Judul {n} (fiktif)").copies]
    for number in range(300):
        at = BEGIN + timedelta(seconds=chance.randrange(DAYS * 86400))
        institution = f"Instansi {chance.randrange(22)}"
        visit = Visit(state=VisitState.LEFT, day=local(at, zone).date(), institution=institution, category=chance.choice(list(Category)),
                      purpose=chance.choice(list(Purpose)), people=chance.choice((1, 1, 1, 30)), arrived_at=at,
                      name=f"Tamu {number % 60}", person_key=person_key(f"Tamu {number % 60}", institution),
                      first_of_month=chance.random() < 0.7, left_at=at, signed_at=at if chance.random() < 0.95 else None)
        session.add(visit)
        if number % 3 == 0:
            back = at + timedelta(hours=chance.randrange(400))
            outcome = chance.choice((Outcome.RETURNED, Outcome.RETURNED, Outcome.LOST))
            due = local(at, zone).date() + timedelta(7)
            items = [LoanItem(copy=copy, outcome=outcome, closed_at=back) for copy in chance.sample(copies, chance.randint(1, 3))]
            session.add(Loan(nonce=f"{number}", state=LoanState.RETURNED, visit=visit, borrower_key=visit.person_key, call=1,
                             handed_over_at=at, due_on=due, due_at=end_of(due, zone), closed_at=back, items=items))
        elif number % 3 == 1:
            session.add(Reading(nonce=f"{number}", copy=chance.choice(copies), day=visit.day, began_at=at, ended_at=at))
        if number % 2:
            session.add(Rating(day=visit.day, score=chance.randint(1, 4)))


@pytest.mark.parametrize("seed", range(3))
def test_every_total_is_the_sum_of_its_rows_and_the_number_of_what_happened(database, clock, seed):
    zone = ZONES[seed]
    clock.move_to(BEGIN + timedelta(days=DAYS + 30))
    with database.transaction() as session:
        a_random_library(session, random.Random(seed), zone)
    with database.reading() as session:
        visits = [visit for visit in session.scalars(sa.select(Visit)) if visit.signed_at]
        items, readings = list(session.scalars(sa.select(LoanItem))), list(session.scalars(sa.select(Reading)))
        for key in PERIODS:
            period = periods.read(key)

            def inside(day: date, period=period) -> bool:
                return period.first <= day <= period.last

            made = recaps.recap(session, period)
            come = [visit for visit in visits if inside(visit.day)]
            lent = [item for item in items if inside(local(item.loan.handed_over_at, zone).date())]
            ended = Counter(item.outcome for item in items if inside(local(item.closed_at, zone).date()))
            read = [reading for reading in readings if inside(reading.day)]
            people = sum(visit.people for visit in come)
            assert made.tables[About.VISITS].total == (
                *(sum(visit.category is category for visit in come) for category in Category), len(come), people,
                sum(visit.first_of_month for visit in come))
            assert made.tables[About.LOANS].total == (len({item.loan_id for item in lent}), len(lent), ended[Outcome.RETURNED],
                                                      ended[Outcome.LOST], len(read))
            for about in (About.PURPOSES, About.WEEKDAYS, About.HOURS):
                assert made.tables[about].total == (len(come),), about
            assert made.tables[About.INSTITUTIONS].total == (len(come), people)
            assert made.tables[About.LENT].total == (len(lent),)
            assert made.tables[About.READ].total == (len(read),)
            assert made.tables[About.HOURS].rows == _counted(local(visit.arrived_at, zone).hour for visit in come)
            end = min(start_of(period.last + timedelta(1), zone), now())
            assert made.overdue == sum(item.loan.handed_over_at < end <= item.closed_at and item.loan.due_at < end for item in items)


def _counted(hours) -> tuple:
    counts = Counter(hours)
    return tuple((hour, (counts[hour],)) for hour in range(min(counts), max(counts) + 1)) if counts else ()


def test_a_year_is_the_sum_of_its_months_and_a_month_of_its_days(database, clock):
    clock.move_to(BEGIN + timedelta(days=DAYS))
    with database.transaction() as session:
        a_random_library(session, random.Random(9), "Asia/Makassar")
    with database.reading() as session:
        year = recaps.recap(session, periods.read("2025"))
        months = [recaps.recap(session, periods.read(f"2025-{month:02}")) for month in range(1, 13)]
        for about in (About.VISITS, About.LOANS):
            assert [counts for _, counts in year.tables[about].rows] == [month.tables[about].total for month in months]
        day, counts = months[4].tables[About.VISITS].rows[16]
        found = reports.counts(session, day)
        assert (counts[-3], counts[-2]) == (found.guests, found.people)


def test_what_is_not_named_is_one_row_and_rows_that_have_not_begun_are_none(database, clock):
    clock.move_to(datetime(2025, 3, 10, 3, tzinfo=UTC))
    with database.transaction() as session:
        a_random_library(session, random.Random(4), "Asia/Jakarta")
    with database.reading() as session:
        whole = recaps.recap(session, periods.read("2024-2026")).tables
        assert [label for label, _ in whole[About.LENT].rows].count(Rest.OTHERS) == 1
        assert len(whole[About.INSTITUTIONS].rows) == recaps.TOP + 1
    clock.move_to(datetime(2027, 3, 10, 3, tzinfo=UTC))
    with database.reading() as session:
        empty = recaps.recap(session, periods.read("2027"))
        assert len(empty.tables[About.VISITS].rows) == 3
        assert empty.rating is None
        assert all(not any(table.total) for table in empty.tables.values())


def test_the_lines_of_the_guest_book_are_found_by_day_category_and_institution(database, clock):
    with database.transaction() as session:
        a_random_library(session, random.Random(2), "Asia/Jakarta")
    wanted = reports.Wanted.read({"first": "2025-02-01", "last": "2025-08-31", "category": "student", "institution": "12 INSTANSI"},
                                  date(2026, 3, 1))
    with database.reading() as session:
        found = reports.visits(session, wanted, 5)
        whole = reports.visits(session, wanted, 1000)
    assert found.total == len(whole.visits)
    assert [visit.id for visit in found.visits] == [visit.id for visit in whole.visits[:5]]
    assert found.people == sum(visit.people for visit in whole.visits)
    assert all(visit.category is Category.STUDENT and visit.institution == "Instansi 12" for visit in whole.visits)
    assert [visit.day for visit in whole.visits] == sorted(visit.day for visit in whole.visits)


@pytest.mark.parametrize("asked", [{}, {"first": "gestern", "last": "2026-99-99"}, {"category": "x", "institution": "\u0000"}])
def test_what_cannot_be_understood_asks_for_this_month(asked):
    wanted = reports.Wanted.read(asked, date(2026, 3, 10))
    assert (wanted.first, wanted.last, wanted.category, wanted.institution) == (date(2026, 3, 1), date(2026, 3, 10), None, "")


def test_days_in_the_wrong_order_are_turned_round():
    wanted = reports.Wanted.read({"first": "2026-03-10", "last": "2026-02-01"}, date(2026, 3, 10))
    assert (wanted.first, wanted.last) == (date(2026, 2, 1), date(2026, 3, 10))


def test_an_export_stands_in_the_trail(database, clock):
    from foundation.audit import AuditEntry
    with database.transaction() as session:
        exports.exported(session, "recap:2026-03", OFFICER, "xlsx")
    with database.reading() as session:
        entry = session.scalars(sa.select(AuditEntry)).one()
        assert (entry.deed, entry.subject, entry.by, entry.details) == ("exported", "recap:2026-03", OFFICER.name, {"kind": "xlsx"})


def test_the_measured_years_are_what_they_say(database):
    bench.fill(database, years=1, a_day=2)
    figures = bench.measure(database)
    assert 600 < figures["visits"] <= 732
    assert "seconds" in bench.table(figures)


def test_nothing_is_overdue_in_a_year_that_has_not_begun(database, clock):
    with database.transaction() as session:
        an_office(session)
        a_loan(session, a_kiosk(session), a_title(session))
        clock.move_to(now() + timedelta(days=30))
        year = local(now(), ZONES[0]).year
        assert recaps.recap(session, periods.read(f"{year}")).overdue == 1
        assert recaps.recap(session, periods.read(f"{year + 1}")).overdue == 0
