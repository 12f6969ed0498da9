"""The life of the library, told day by day with the days off of the Indonesian calendar; on both databases."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session
from time_machine import Traveller

from foundation.clock import end_of, start_of
from foundation.errors import Refused
from foundation.office import office
from foundation.people import Actor
from kiosk.borrowing import calendar, holidays, lending, notifying, renewing, reserving
from kiosk.borrowing.rules import LoanRule
from kiosk.guests import membership, visiting
from kiosk.ledger.collection import CopyStatus, Kind
from kiosk.ledger.loans import Loan, LoanState
from kiosk.ledger.messages import Message
from kiosk.ledger.reservations import ReservationState
from kiosk.ledger.visits import Category, Purpose, VisitState
from kiosk.reporting import periods, recaps, reports
from kiosk.reporting.recaps import About
from kiosk.shelves import stock_taking
from kiosk.shelves.cataloguing import set_status
from tests.builders import ADMIN, OFFICER, a_guest, a_kiosk, a_loan, a_member, a_request, a_reservation, a_title, an_office

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


def days_off(session: Session, first: date, last: date) -> list[calendar.Moved]:
    """The national holidays and cuti bersama of these days are entered; which loans moved by it."""
    off = {each.day: each.name for year in range(first.year, last.year + 1) for each in holidays.of(year) if first <= each.day <= last}
    return calendar.close_days(session, off, ADMIN)


def reasons(refused: pytest.ExceptionInfo) -> list[str]:
    return [reason.sentence for reason in refused.value.reasons]


def test_a_loan_on_29_december(office_open, at, on):
    session = office_open
    on(2026, 12, 29)
    days_off(session, date(2026, 12, 24), date(2027, 1, 5))
    session.add(LoanRule(kind=Kind.BOOK, days=3))
    loan = a_loan(session, at, a_title(session, kind=Kind.BOOK))
    # Tuesday and three days is New Year; then Saturday and Sunday; and what is due on Tuesday is due on Wednesday, after Isra Mikraj
    assert (loan.year, loan.number, loan.due_on) == (2026, 1, date(2027, 1, 4))
    assert a_loan(session, at, a_title(session), visit=a_guest(session, at, name="Citra")).due_on == date(2027, 1, 6)
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
    on(2026, 3, 11)
    fresh = a_loan(session, at, a_title(session, "Baru"), visit=a_guest(session, at, name="Ani"))
    renewed = a_loan(session, at, a_title(session, "Diperpanjang"), visit=a_guest(session, at, name="Budi"))
    back = a_loan(session, at, a_title(session, "Kembali"), visit=a_guest(session, at, name="Cici"))
    renewing.renew(session, renewed.id, date(2026, 3, 18), OFFICER)
    give_back(session, back)
    assert [loan.due_on for loan in (fresh, renewed, back)] == [date(2026, 3, 18), date(2026, 3, 25), date(2026, 3, 18)]
    # Nyepi and Idul Fitri with their cuti bersama are entered: 18 to 24 March
    moved = days_off(session, date(2026, 3, 1), date(2026, 4, 5))
    assert {(m.loan_id, m.was, m.due) for m in moved} == {
        (fresh.id, date(2026, 3, 18), date(2026, 3, 25)), (renewed.id, date(2026, 3, 25), date(2026, 4, 1))}
    assert [(r.was, r.due) for r in renewed.renewals] == [(date(2026, 3, 25), date(2026, 4, 1))]
    assert back.due_on == date(2026, 3, 18)
    # on Monday the governor takes the first of them back
    on(2026, 3, 16)
    moved = calendar.open_days(session, date(2026, 3, 18), date(2026, 3, 18), ADMIN)
    assert {(m.loan_id, m.was, m.due) for m in moved} == {
        (fresh.id, date(2026, 3, 25), date(2026, 3, 18)), (renewed.id, date(2026, 4, 1), date(2026, 3, 25))}
    on(2026, 3, 25)
    assert [loan.is_overdue(datetime.now(UTC)) for loan in (fresh, renewed)] == [True, False]
    assert calendar.load(session).late_days(fresh.due_on, date(2026, 3, 25)) == 1  # the holidays do not count


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


@pytest.mark.parametrize("found", ["brought to the desk", "on a shelf in the stock-take"])
def test_a_missing_copy_turns_up(office_open, at, on, found):
    session = office_open
    on(2026, 3, 10)
    title = a_title(session)
    loan = a_loan(session, at, title, visit=a_guest(session, at, name="Ani"))
    waiting = a_reservation(session, at, title, a_guest(session, at, name="Budi", contact="budi@contoh.example"))
    on(2026, 4, 10)
    [item], [copy] = loan.items, title.copies
    lending.declare_lost(session, loan.id, [item.id], "tidak ditemukan di rumah", OFFICER)
    assert (loan.state, copy.status, waiting.state) == (LoanState.LOST, CopyStatus.MISSING, ReservationState.WAITING)
    on(2026, 5, 4)
    if found == "brought to the desk":
        lending.turned_up(session, copy.id, OFFICER)
    else:
        take = stock_taking.begin(session, [], OFFICER)
        assert stock_taking.see(session, take.id, copy.code.lower(), copy.shelf, OFFICER).verdict is stock_taking.Verdict.TURNED_UP
        assert stock_taking.close(session, take.id, OFFICER).report["missing"] == []
        reserving.serve_all(session)  # as upkeep does every minute
    assert (copy.status, waiting.state, loan.state) == (CopyStatus.AVAILABLE, ReservationState.READY, LoanState.LOST)
    assert [told.contact for told in session.scalars(sa.select(Message))] == ["budi@contoh.example"]
    again = a_loan(session, at, title, visit=a_guest(session, at, name="Budi"))
    assert (again.items[0].copy, waiting.state) == (copy, ReservationState.TAKEN)
    on(2026, 5, 11)
    give_back(session, again)
    lost, lent, back = 3, 1, 2  # columns of the recap: what was lost in April is not returned in May
    rows = {when: counts for when, counts in recaps.recap(session, periods.read("2026")).tables[About.LOANS].rows}
    assert [(rows[date(2026, month, 1)][lent], rows[date(2026, month, 1)][back], rows[date(2026, month, 1)][lost])
            for month in (3, 4, 5)] == [(1, 0, 0), (0, 0, 1), (1, 1, 0)]


CLASS = {"group": "yes", "group_name": "Kelas XI IPA 2", "name": "Endang Lestari", "institution": "SMA Nusa Raya", "category": "student",
         "purpose": "read", "people": "40", "women": "22", "men": "18"}


def test_a_class_of_40(office_open, at, on, clock):
    session, day = office_open, date(2026, 5, 12)
    days_off(session, date(2026, 5, 1), date(2026, 5, 31))
    session.add(LoanRule(kind=Kind.BOOK, days=3, max_copies=3))
    pupils = [a_member(session, name, "SMA Nusa Raya") for name in ("Bayu Pratama", "Citra Ayu")]
    on(2026, 5, 12)  # a Tuesday
    visiting.leave(session, a_guest(session, at, name="Lukman Hadi").id, at)
    # the teacher signs once, for all 40
    teacher = visiting.sign(session, visiting.arrive(session, at, "id").id, visiting.read_entry(CLASS), at)
    assert (teacher.state, teacher.people, teacher.group_name) == (VisitState.ADMITTED, 40, "Kelas XI IPA 2")
    # two have cards and borrow in their own names; the teacher's line then speaks for the other 38
    cards = [visiting.sign(session, visiting.arrive(session, at, "id").id, visiting.entry_of(each, Purpose.BORROW), at, each)
             for each in pupils]
    visiting.sign(session, teacher.id, visiting.read_entry(CLASS | {"people": "38", "women": "21", "men": "17"}), at)
    own = [a_loan(session, at, a_title(session, f"Buku {each.name}", kind=Kind.BOOK), visit=each) for each in cards]
    # for all others the teacher borrows, as much as one person may
    books = [a_title(session, f"Tata Negara {number}", kind=Kind.BOOK) for number in range(4)]
    with pytest.raises(Refused) as refused:
        a_request(session, at, *books, visit=teacher)
    assert reasons(refused) == ["This would be %(count)s copies in your hands; %(limit)s are allowed.",
                                "At most %(limit)s copies of this sort can be borrowed at once."]
    shared = a_loan(session, at, *books[:3], visit=teacher)
    for number in range(2):
        lending.read_here(session, a_title(session, f"Jurnal {number}", kind=Kind.JOURNAL).id, teacher.id, f"baca {number}", at)
    # Thursday is Ascension Day, Friday a cuti bersama
    assert {loan.due_on for loan in (*own, shared)} == {date(2026, 5, 18)}
    visiting.leave(session, cards[0].id, at)
    # nobody signs out of a bus that is leaving: at 16.00 the day ends by itself
    closing = calendar.load(session).closes_at(day)
    clock.move_to(datetime(2026, 5, 12, 9, 1, tzinfo=UTC))
    assert visiting.close_visits(session, closing) == 2
    assert [(visit.state, visit.left_estimated) for visit in (*cards, teacher)] == [
        (VisitState.LEFT, False), (VisitState.LEFT, True), (VisitState.LEFT, True)]
    assert visiting.close_visits(session, closing) == 0
    assert lending.readings_now(session) == []
    assert {loan.state for loan in (*own, shared)} == {LoanState.ON_LOAN}  # what was lent stays lent
    # the day book says so, and its totals are its rows
    book = reports.day_book(session, day)
    assert book.counts == reports.Counts(guests=4, people=41, lent=5, returned=0, read=2)
    assert (len(book.visits), sum(visit.people for visit in book.visits)) == (book.counts.guests, book.counts.people)
    assert sum(len(loan.items) for loan in book.loans) == book.counts.lent
    assert book.categories == {Category.STUDENT: 3, Category.PUBLIC: 1}
    # a week later one book is back, and the same class comes again: it is no new visitor of the month
    on(2026, 5, 18)
    give_back(session, own[0])
    again = visiting.sign(session, visiting.arrive(session, at, "id").id, visiting.read_entry(CLASS), at)
    assert [loan.is_overdue(start_of(date(2026, 5, 19), JAKARTA)) for loan in (*own, shared)] == [False, True, True]
    visiting.leave(session, again.id, at)
    visits, loans = (recaps.recap(session, periods.read("2026-05")).tables[about] for about in (About.VISITS, About.LOANS))
    lines, people, different = dict(visits.rows)[day][-3:]
    assert (lines, people, different) == (book.counts.guests, book.counts.people, 4)
    assert visits.total[-3:] == (5, 81, 4)
    assert loans.total == (3, 5, 1, 0, 2)


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
