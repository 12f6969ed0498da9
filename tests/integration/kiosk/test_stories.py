"""The life of loans and reservations, told day by day; on both databases."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session
from time_machine import Traveller

from foundation.clock import end_of
from foundation.errors import Refused
from foundation.office import office
from foundation.people import Actor
from kiosk.borrowing import calendar, lending, notifying, renewing, reserving
from kiosk.borrowing.rules import LoanRule
from kiosk.guests import membership
from kiosk.ledger.collection import CopyStatus, Kind
from kiosk.ledger.loans import Loan, LoanState
from kiosk.ledger.messages import Message
from kiosk.ledger.reservations import ReservationState
from kiosk.shelves.cataloguing import set_status
from tests.builders import ADMIN, OFFICER, a_guest, a_kiosk, a_loan, a_request, a_reservation, a_title, an_office

JAKARTA = "Asia/Jakarta"


@pytest.fixture
def office_open(database, clock) -> Iterator[Session]:
    with database.transaction() as session:
        an_office(session)
        yield session


@pytest.fixture
def at(office_open: Session) -> Actor:
    return a_kiosk(office_open)


@pytest.fixture
def on(clock: Traveller):
    """Ten in the morning of a day, in Jakarta."""
    return lambda year, month, day: clock.move_to(datetime(year, month, day, 3, tzinfo=UTC))


def give_back(session: Session, loan: Loan) -> None:
    lending.return_items(session, loan.id, [item.id for item in loan.open_items], OFFICER)


def reasons(refused: pytest.ExceptionInfo) -> list[str]:
    return [reason.sentence for reason in refused.value.reasons]


def test_a_loan_on_29_december(office_open, at, on):
    session = office_open
    on(2026, 12, 29)
    calendar.close_days(session, {date(2027, 1, 1): "Tahun Baru Masehi"}, ADMIN)
    session.add(LoanRule(kind=Kind.BOOK, days=3))
    loan = a_loan(session, at, a_title(session, kind=Kind.BOOK))
    # Tuesday and three days is New Year; then Saturday and Sunday
    assert (loan.year, loan.number, loan.due_on) == (2026, 1, date(2027, 1, 4))
    on(2027, 1, 4)
    assert not loan.is_overdue(end_of(date(2027, 1, 4), JAKARTA))
    second = a_loan(session, at, a_title(session), visit=a_guest(session, at, name="Bagas"))
    assert (second.year, second.number) == (2027, 1)  # the slips of the new year begin anew
    on(2027, 1, 6)
    assert loan.is_overdue(datetime.now(UTC))
    give_back(session, loan)
    assert loan.state is LoanState.RETURNED


def test_a_loan_over_the_end_of_february(office_open, at, on):
    session = office_open
    session.add(LoanRule(kind=Kind.BOOK, days=1))
    on(2028, 2, 28)  # a Monday of a leap year
    assert a_loan(session, at, a_title(session, kind=Kind.BOOK)).due_on == date(2028, 2, 29)
    on(2027, 2, 26)  # a Friday: Saturday, Sunday, then March
    assert a_loan(session, at, a_title(session, kind=Kind.BOOK), visit=a_guest(session, at, name="Bagas")).due_on == date(2027, 3, 1)


def test_the_calendar_changes_under_open_loans_with_renewals(office_open, at, on):
    session = office_open
    on(2026, 3, 3)
    fresh = a_loan(session, at, a_title(session, "Baru"), visit=a_guest(session, at, name="Ani"))
    renewed = a_loan(session, at, a_title(session, "Diperpanjang"), visit=a_guest(session, at, name="Budi"))
    back = a_loan(session, at, a_title(session, "Kembali"), visit=a_guest(session, at, name="Cici"))
    renewing.renew(session, renewed.id, date(2026, 3, 10), OFFICER)
    give_back(session, back)
    assert [loan.due_on for loan in (fresh, renewed, back)] == [date(2026, 3, 10), date(2026, 3, 17), date(2026, 3, 10)]
    # cuti bersama from 9 to 20 March is announced
    moved = calendar.close_span(session, date(2026, 3, 9), date(2026, 3, 20), "Cuti bersama", ADMIN)
    assert {(m.loan_id, m.was, m.due) for m in moved} == {
        (fresh.id, date(2026, 3, 10), date(2026, 3, 23)), (renewed.id, date(2026, 3, 17), date(2026, 3, 30))}
    assert [(r.was, r.due) for r in renewed.renewals] == [(date(2026, 3, 23), date(2026, 3, 30))]
    assert back.due_on == date(2026, 3, 10)
    on(2026, 3, 23)
    assert not any(loan.is_overdue(datetime.now(UTC)) for loan in (fresh, renewed))
    # and is taken back
    calendar.open_days(session, date(2026, 3, 9), date(2026, 3, 20), ADMIN)
    assert (fresh.due_on, renewed.due_on) == (date(2026, 3, 10), date(2026, 3, 17))


def test_a_reservation_blocks_a_renewal_and_then_the_copy_goes_to_who_waited(office_open, at, on):
    session = office_open
    on(2026, 3, 10)
    title = a_title(session)
    ani, budi = a_guest(session, at, name="Ani"), a_guest(session, at, name="Budi", contact="budi@contoh.example")
    loan = a_loan(session, at, title, visit=ani)
    on(2026, 3, 12)
    waiting = a_reservation(session, at, title, budi)
    with pytest.raises(Refused) as refused:
        renewing.renew(session, loan.id, loan.due_on, at)
    assert reasons(refused) == ["Somebody waits for “%(title)s”."]
    on(2026, 3, 17)
    give_back(session, loan)
    assert (waiting.state, waiting.keep_until) == (ReservationState.READY, date(2026, 3, 20))
    assert [told.contact for told in session.scalars(sa.select(Message))] == ["budi@contoh.example"]
    with pytest.raises(Refused):
        a_request(session, at, title, visit=ani)  # Ani may not be quicker
    on(2026, 3, 20)
    loan = a_loan(session, at, title, visit=budi)
    assert (waiting.state, renewing.offer(session, loan).against) == (ReservationState.TAKEN, [])


def test_nobody_fetches_what_lies_ready(office_open, at, on):
    session = office_open
    on(2026, 3, 10)
    title = a_title(session)
    loan = a_loan(session, at, title, visit=a_guest(session, at, name="Ani"))
    first, second = (a_reservation(session, at, title, a_guest(session, at, name=name)) for name in ("Budi", "Cici"))
    give_back(session, loan)
    for day, still in ((13, ReservationState.READY), (14, ReservationState.EXPIRED)):
        on(2026, 3, day)
        reserving.expire(session)
        assert first.state is still
    assert second.state is ReservationState.READY
    on(2026, 3, 30)
    reserving.expire(session)
    assert second.state is ReservationState.EXPIRED
    assert lending.free_copy(session, title.id) is title.copies[0]


def test_a_borrower_at_the_limit(office_open, at, on):
    session = office_open
    on(2026, 3, 10)
    office(session).borrower_limit = 2
    ani = a_guest(session, at, name="Ani")
    first = a_loan(session, at, a_title(session, "Satu"), visit=ani)
    a_loan(session, at, a_title(session, "Dua"), visit=ani)
    third = a_title(session, "Tiga")
    with pytest.raises(Refused) as refused:
        a_request(session, at, third, visit=ani)
    assert reasons(refused) == ["This would be %(count)s copies in your hands; %(limit)s are allowed.",
                                "At most %(limit)s copies of this sort can be borrowed at once."]
    give_back(session, first)
    assert a_request(session, at, third, visit=ani).state is LoanState.REQUESTED


def test_a_missing_copy_turns_up(office_open, at, on):
    session = office_open
    on(2026, 3, 10)
    title = a_title(session)
    loan = a_loan(session, at, title, visit=a_guest(session, at, name="Ani"))
    waiting = a_reservation(session, at, title, a_guest(session, at, name="Budi"))
    on(2026, 4, 10)
    lending.declare_lost(session, loan.id, [loan.items[0].id], "tidak ditemukan di rumah", OFFICER)
    assert (loan.state, title.copies[0].status, waiting.state) == (LoanState.LOST, CopyStatus.MISSING, ReservationState.WAITING)
    on(2026, 5, 4)
    lending.turned_up(session, title.copies[0].id, OFFICER)
    assert (title.copies[0].status, waiting.state, loan.state) == (CopyStatus.AVAILABLE, ReservationState.READY, LoanState.LOST)


def test_late_reminded_late_again_and_then_nothing_for_a_while(office_open, at, on):
    session = office_open
    session.add(LoanRule(kind=Kind.BOOK, suspension_days=2))
    on(2026, 3, 10)
    title, other = a_title(session, kind=Kind.BOOK), a_title(session, "Lain", kind=Kind.BOOK)
    ani = a_guest(session, at, name="Ani", contact="ani@contoh.example")
    loan = a_loan(session, at, title, visit=ani)
    told = []
    for day in (15, 16, 18, 25, 26):  # two days before; the first late day; a week later
        on(2026, 3, day)
        told.append(notifying.remind(session, office(session), date(2026, 3, day)))
    assert told == [1, 0, 1, 1, 0]
    with pytest.raises(Refused) as refused:
        a_request(session, at, other, visit=ani)
    assert reasons(refused) == ["A loan of yours is overdue."]
    give_back(session, loan)  # Thursday 26 March: seven open days late
    with pytest.raises(Refused) as refused:
        a_request(session, at, other, visit=ani)
    assert [(reason.sentence, reason.details) for reason in refused.value.reasons] == [
        ("You cannot borrow until %(day)s is over.", {"day": date(2026, 4, 9)})]
    on(2026, 4, 10)
    assert membership.blocks_of(session, ani.person_key, date(2026, 4, 10)) == []
    assert a_request(session, at, other, visit=ani).open_items


def test_a_held_copy_comes_back_to_its_shelf_when_the_office_opens_longer(office_open, at, on):
    session = office_open
    on(2026, 3, 13)  # a Friday; the office opens on Saturdays from now on
    calendar.set_opening(session, {day: (time(8), time(16)) for day in range(6)}, ADMIN)
    title = a_title(session)
    loan = a_loan(session, at, title, visit=a_guest(session, at, name="Ani"))
    waiting = a_reservation(session, at, title, a_guest(session, at, name="Budi"))
    give_back(session, loan)
    assert waiting.keep_until == date(2026, 3, 17)  # Saturday, Monday, Tuesday
    reserving.cancel(session, waiting.id, at)
    assert lending.free_copy(session, title.id) is title.copies[0]
    set_status(session, title.copies[0], CopyStatus.WITHDRAWN, "isi tidak berlaku lagi", ADMIN)
    with pytest.raises(Refused) as refused:
        a_reservation(session, at, title, a_guest(session, at, name="Cici"))
    assert reasons(refused) == ["The library has no copy of “%(title)s” to lend."]
