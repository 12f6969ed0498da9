from datetime import date, time, timedelta

import pytest
import sqlalchemy as sa

from foundation.audit import AuditEntry
from foundation.clock import end_of, now, start_of
from foundation.errors import Refused
from foundation.people import VISITOR, Actor, Role
from kiosk.borrowing.calendar import close_days, close_span, load, move_due_dates, open_days, seed_week, set_opening
from kiosk.ledger.loans import Loan, LoanState
from kiosk.ledger.visits import Visit

OFFICER = Actor("Sari", frozenset({Role.OFFICER}))
ZONE = "Asia/Jakarta"
TUESDAY, DUE = date(2026, 3, 10), date(2026, 3, 17)  # the stopped clock's day, and a week later


def lend(session, state=LoanState.ON_LOAN, handed_over_at=None) -> Loan:
    visit = Visit(day=TUESDAY, name="Rahmat Fiktif")
    loan = Loan(nonce=f"n{id(visit)}", state=state, visit=visit, borrower_key="rahmat|umum", call=1, rules={"days": 7},
                handed_over_at=handed_over_at or now(), due_on=DUE, due_at=end_of(DUE, ZONE))
    session.add(loan)
    session.flush()
    return loan


@pytest.fixture
def session(database, clock):
    with database.transaction() as session:
        seed_week(session)
        yield session


def test_a_new_closed_day_moves_the_loans_due_then_and_notes_it(session):
    loan = lend(session)
    moved = close_days(session, {DUE: "Cuti bersama"}, OFFICER)
    assert [(m.loan_id, m.was, m.due) for m in moved] == [(loan.id, DUE, date(2026, 3, 18))]
    assert loan.due_at == end_of(date(2026, 3, 18), ZONE)
    session.flush()
    entry = session.scalars(sa.select(AuditEntry).where(AuditEntry.deed == "move due date")).one()
    assert (entry.subject, entry.by, entry.details) == (f"loan:{loan.id}", "Sari", {"was": "2026-03-17", "due": "2026-03-18"})


def test_opening_again_moves_the_loans_back(session):
    loan = lend(session)
    close_days(session, {DUE: "Cuti bersama"}, OFFICER)
    open_days(session, DUE, DUE, OFFICER)
    assert loan.due_on == DUE
    assert open_days(session, DUE, DUE, OFFICER) == []


def test_closed_loans_stay_as_they_were(session):
    loan = lend(session, state=LoanState.RETURNED)
    close_days(session, {DUE: "Cuti bersama"}, OFFICER)
    assert loan.due_on == DUE


def test_a_loan_counts_from_the_offices_day_not_the_worlds(session):
    just_after_midnight = start_of(TUESDAY, ZONE) + timedelta(minutes=30)  # Monday still, in UTC
    lend(session, handed_over_at=just_after_midnight)
    assert move_due_dates(session, OFFICER) == []


def test_new_opening_hours_replace_the_old_ones_and_move_loans(session):
    loan = lend(session)
    hours = (time(9), time(15, 30))
    set_opening(session, {0: hours, 4: hours}, OFFICER)
    assert load(session).opening == {0: hours, 4: hours}
    assert loan.due_on == date(2026, 3, 20)


@pytest.mark.parametrize(("week", "fields"), [
    ({}, set()), ({7: (time(8), time(16))}, set()), ({0: (time(8), time(16)), 1: (time(16), time(8))}, {"1"})])
def test_opening_hours_that_make_no_sense_are_refused(session, week, fields):
    with pytest.raises(Refused) as refused:
        set_opening(session, week, OFFICER)
    assert set(refused.value.fields) == fields
    assert len(load(session).opening) == 5


def test_every_closed_day_needs_a_reason_and_none_is_closed_when_one_has_none(session):
    with pytest.raises(Refused) as refused:
        close_days(session, {DUE: " \x00 ", DUE + timedelta(1): "Libur"}, OFFICER)
    assert set(refused.value.fields) == {"2026-03-17"}
    assert load(session).closed == {}


def test_days_closed_already_keep_their_reason(session):
    close_days(session, {DUE: "Cuti bersama"}, OFFICER)
    close_days(session, {DUE: "Sekali lagi", DUE + timedelta(1): "Nyepi"}, OFFICER)
    assert load(session).closed == {DUE: "Cuti bersama", DUE + timedelta(1): "Nyepi"}
    with pytest.raises(Refused, match="no day to add"):
        close_days(session, {DUE: "Sekali lagi"}, OFFICER)


def test_a_span_is_closed_and_opened_in_one_go_and_the_loans_move_once(session):
    loan = lend(session)
    moved = close_span(session, date(2026, 3, 16), date(2026, 3, 24), "Pindah gedung", OFFICER)
    assert [(m.loan_id, m.was, m.due) for m in moved] == [(loan.id, DUE, date(2026, 3, 25))]
    assert [(span.first, span.last) for span in load(session).spans()] == [(date(2026, 3, 16), date(2026, 3, 24))]
    open_days(session, date(2026, 3, 17), date(2026, 3, 17), OFFICER)
    assert loan.due_on == DUE
    assert [(span.first.day, span.last.day) for span in load(session).spans()] == [(16, 16), (18, 24)]


@pytest.mark.parametrize(("first", "last", "reason", "fields"), [
    (DUE, DUE - timedelta(1), "Libur", {"last"}), (DUE, DUE + timedelta(366), "Libur", {"last"}), (DUE, DUE, " ", {"reason"})])
def test_a_span_that_makes_no_sense_is_refused(session, first, last, reason, fields):
    with pytest.raises(Refused) as refused:
        close_span(session, first, last, reason, OFFICER)
    assert set(refused.value.fields) == fields


def test_an_office_with_loans_out_is_not_closed_for_a_whole_year(session):
    lend(session)
    with pytest.raises(Refused, match="no open day"):
        close_span(session, DUE, DUE + timedelta(365), "Renovasi", OFFICER)


def test_a_visitor_does_not_change_the_calendar(session):
    visitor = Actor("", frozenset({VISITOR}))
    for change in (lambda: set_opening(session, {0: (time(8), time(16))}, visitor),
                   lambda: close_days(session, {DUE: "Libur"}, visitor), lambda: open_days(session, DUE, DUE, visitor)):
        with pytest.raises(Refused) as refused:
            change()
        assert refused.value.status == 403
