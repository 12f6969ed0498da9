"""Keeping a loan longer, on both databases."""

import threading
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from foundation.audit import AuditEntry
from foundation.errors import Refused
from foundation.people import Actor
from kiosk.borrowing import calendar, lending, renewing
from kiosk.borrowing.calendar import close_days, move_due_dates, open_days
from kiosk.borrowing.rules import LoanRule
from kiosk.guests import membership
from kiosk.ledger.collection import Kind
from kiosk.ledger.loans import Loan, Renewal
from kiosk.ledger.members import BlockKind
from tests.builders import ADMIN, OFFICER, a_guest, a_kiosk, a_loan, a_reservation, a_title, an_office

DUE = date(2026, 3, 17)  # a Tuesday, a week after the stopped clock's


@pytest.fixture
def desk(database, clock):
    with database.transaction() as session:
        an_office(session)
    return database


def against(session, loan: Loan) -> list[str]:
    return [reason.sentence for reason in renewing.offer(session, loan).against]


def test_a_renewal_counts_from_the_due_day_and_not_from_today(desk):
    with desk.transaction() as session:
        at = a_kiosk(session)
        loan = a_loan(session, at, a_title(session))
        _, fresh = renewing.renew(session, loan.id, DUE, at)
        assert fresh
        assert loan.due_on == date(2026, 3, 24)
        assert loan.due_at.isoformat() == "2026-03-24T16:59:59+00:00"
        assert [(r.was, r.due, r.days, r.by) for r in loan.renewals] == [(DUE, date(2026, 3, 24), 7, at.name)]
        entry = session.scalars(sa.select(AuditEntry).where(AuditEntry.deed == "loan renewed")).one()
        assert entry.details == {"was": "2026-03-17", "due": "2026-03-24"}


def test_a_renewal_that_would_end_on_a_closed_day_ends_on_the_next_open_one(desk):
    with desk.transaction() as session:
        loan = a_loan(session, a_kiosk(session), a_title(session))
        close_days(session, {date(2026, 3, day): "Cuti bersama" for day in (24, 25)}, OFFICER)
        assert renewing.offer(session, loan).due == date(2026, 3, 26)


def test_a_second_tap_renews_nothing_more(desk):
    with desk.transaction() as session:
        session.add(LoanRule(kind=Kind.DECISION, max_renewals=5))
        loan = a_loan(session, a_kiosk(session), a_title(session))
        renewing.renew(session, loan.id, DUE, OFFICER)
        assert renewing.renew(session, loan.id, DUE, OFFICER) == (loan, False)
        assert len(loan.renewals) == 1


def test_taps_from_four_threads_are_one_renewal(desk):
    with desk.transaction() as session:
        session.add(LoanRule(kind=Kind.DECISION, max_renewals=5))
        loan = a_loan(session, a_kiosk(session), a_title(session))
    fresh, together = [], threading.Barrier(4)

    def tap() -> None:
        together.wait()
        fresh.append(desk.run(lambda session: renewing.renew(session, loan.id, DUE, OFFICER)[1]))

    threads = [threading.Thread(target=tap) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(fresh) == [False, False, False, True]
    with desk.reading() as session:
        assert session.scalar(sa.select(sa.func.count(Renewal.id))) == 1


def test_the_strictest_rule_of_the_copies_still_out_speaks(desk):
    with desk.transaction() as session:
        session.add(LoanRule(kind=Kind.BOOK, max_renewals=3, renewal_days=3))
        session.add(LoanRule(kind=Kind.RULING, max_renewals=0))
        loan = a_loan(session, a_kiosk(session), a_title(session, "Putusan", kind=Kind.RULING), a_title(session, "Buku", kind=Kind.BOOK))
        assert against(session, loan) == ["This loan cannot be kept longer: its rule allows no renewal."]
        lending.return_items(session, loan.id, [loan.items[0].id], OFFICER)
        offer = renewing.offer(session, loan)
        assert (offer.due, offer.most, offer.against) == (date(2026, 3, 20), 3, [])


def test_a_rule_changed_later_changes_nothing_for_a_loan_that_is_out(desk):
    with desk.transaction() as session:
        rule = LoanRule(kind=Kind.DECISION, max_renewals=1)
        session.add(rule)
        loan = a_loan(session, a_kiosk(session), a_title(session))
        rule.max_renewals = 0
        assert against(session, loan) == []


def test_the_number_of_renewals_is_limited(desk):
    with desk.transaction() as session:
        loan = a_loan(session, a_kiosk(session), a_title(session))
        renewing.renew(session, loan.id, DUE, OFFICER)
        with pytest.raises(Refused) as refused:
            renewing.renew(session, loan.id, loan.due_on, OFFICER)
        assert [reason.sentence for reason in refused.value.reasons] == ["This loan was renewed already; more is not allowed."]


def test_every_reason_against_a_renewal_is_said_in_a_fixed_order(desk, clock):
    with desk.transaction() as session:
        session.add(LoanRule(kind=Kind.DECISION, max_renewals=1, max_copies=3))
        at, title = a_kiosk(session), a_title(session)
        visit = a_guest(session, at)
        loan = a_loan(session, at, title, visit=visit)
        renewing.renew(session, loan.id, DUE, OFFICER)
        a_reservation(session, at, title, a_guest(session, at, name="Bagas Contoh"))
        membership.block(session, visit.person_key, BlockKind.OFFICE, "Buku rusak", None, ADMIN)
        clock.shift(timedelta(days=30))
        assert against(session, loan) == [
            "You cannot borrow for the time being.", "This loan is overdue.",
            "This loan was renewed already; more is not allowed.", "Somebody waits for “%(title)s”."]
        with pytest.raises(Refused) as refused:
            renewing.renew(session, loan.id, loan.due_on, at)
        assert all(reason.next_step for reason in refused.value.reasons)


def test_a_loan_that_is_back_or_was_never_handed_over_is_not_renewed(desk):
    with desk.transaction() as session:
        loan = a_loan(session, a_kiosk(session), a_title(session))
        lending.return_items(session, loan.id, [loan.items[0].id], OFFICER)
        with pytest.raises(Refused, match="cannot be kept longer"):
            renewing.renew(session, loan.id, DUE, OFFICER)


def test_a_due_date_that_moved_after_the_page_was_shown_is_looked_at_again(desk):
    with desk.transaction() as session:
        loan = a_loan(session, a_kiosk(session), a_title(session))
        close_days(session, {DUE: "Cuti bersama"}, OFFICER)
        with pytest.raises(Refused, match="has changed in the meantime"):
            renewing.renew(session, loan.id, DUE, OFFICER)


def test_only_visitors_and_officers_renew(desk):
    with desk.transaction() as session:
        loan = a_loan(session, a_kiosk(session), a_title(session))
        with pytest.raises(Refused, match="not yours"):
            renewing.renew(session, loan.id, DUE, Actor("Lestari", frozenset({"legal staff"})))


def test_a_change_of_the_calendar_moves_a_renewed_loan_by_its_renewals_too(desk):
    with desk.transaction() as session:
        loan = a_loan(session, a_kiosk(session), a_title(session))
        renewing.renew(session, loan.id, DUE, OFFICER)
        assert loan.due_on == date(2026, 3, 24)
        moved = close_days(session, {DUE: "Nyepi"}, OFFICER)
        assert [(m.was, m.due) for m in moved] == [(date(2026, 3, 24), date(2026, 3, 25))]
        assert [(r.was, r.due) for r in loan.renewals] == [(date(2026, 3, 18), date(2026, 3, 25))]
        open_days(session, DUE, DUE, OFFICER)
        assert loan.due_on == date(2026, 3, 24)
        assert move_due_dates(session, OFFICER) == []
        assert calendar.load(session).is_open(loan.due_on)
