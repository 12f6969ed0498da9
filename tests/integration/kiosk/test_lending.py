"""A loan from request to return, on both databases."""

import threading
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from foundation.audit import AuditEntry
from foundation.clock import now
from foundation.errors import Refused
from foundation.office import office
from foundation.people import PROGRAM, VISITOR, Actor
from kiosk.borrowing import lending
from kiosk.guests import membership, visiting
from kiosk.ledger.collection import Copy, CopyStatus, Kind
from kiosk.ledger.loans import LOAN_WORKFLOW, Loan, LoanItem, LoanState, Outcome
from kiosk.ledger.members import BlockKind, Member
from kiosk.ledger.visits import Category, Visit
from tests.builders import ADMIN, OFFICER, a_guest, a_kiosk, a_loan, a_request, a_reservation, a_title, an_office


@pytest.fixture
def desk(database):
    with database.transaction() as session:
        an_office(session)
    return database


def sentences(refusal: pytest.ExceptionInfo) -> list[str]:
    return [reason.sentence for reason in refusal.value.reasons]


def test_a_request_keeps_the_copy_and_the_hand_over_gives_number_and_due_date(desk, clock):
    with desk.transaction() as session:
        at, title = a_kiosk(session), a_title(session)
        loan = a_request(session, at, title)
        assert (loan.state, loan.call_sign, loan.number) == (LoanState.REQUESTED, "A-01", None)
        assert lending.free_copy(session, title.id) is None
        lending.hand_over(session, loan.id, OFFICER)
        assert (loan.state, loan.year, loan.number, loan.handed_over_by) == (LoanState.ON_LOAN, 2026, 1, "Sari Contoh")
        assert loan.due_on == date(2026, 3, 17)  # a Tuesday, seven days after a Tuesday
        assert loan.due_at.isoformat() == "2026-03-17T16:59:59+00:00"  # 23:59:59 in Jakarta


def test_the_same_tap_twice_is_one_loan(desk):
    with desk.transaction() as session:
        at, title = a_kiosk(session), a_title(session, copies=2)
        visit = a_guest(session, at)
        first = lending.request_loan(session, visit.id, [title.id], "tap", at, "id")
        assert lending.request_loan(session, visit.id, [title.id], "tap", at, "id") is first
        assert session.scalar(sa.select(sa.func.count(LoanItem.id))) == 1


def test_two_kiosks_asking_for_the_last_copy_at_once_one_gets_it(desk):
    with desk.transaction() as session:
        title = a_title(session)
        kiosks = [a_kiosk(session) for _ in range(8)]
        visits = [a_guest(session, at, name=f"Tamu {letter}") for at, letter in zip(kiosks, "ABCDEFGH", strict=True)]
    got, refused, together = [], [], threading.Barrier(8)

    def ask(at: Actor, visit: Visit) -> None:
        together.wait()
        try:
            got.append(desk.run(lambda session: lending.request_loan(session, visit.id, [title.id], f"tap {visit.id}", at, "id")).id)
        except Refused as refusal:
            refused.extend(reason.sentence for reason in refusal.reasons)

    threads = [threading.Thread(target=ask, args=pair) for pair in zip(kiosks, visits, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 1
    assert refused == ["“%(title)s” is just now in somebody else’s hands."] * 7
    with desk.reading() as session:
        assert session.scalar(sa.select(sa.func.count(LoanItem.id)).where(LoanItem.outcome.is_(None))) == 1


def test_who_looks_at_the_last_copy_does_not_keep_it_from_who_asks_for_it(database):
    with database.transaction() as session:
        an_office(session)
        at, title, _ = a_kiosk(session), a_title(session), office(session)
    with database.reading() as looking:
        assert lending.wishes(looking, [title.id], None)[0].copy
        with database.transaction() as session:
            assert a_request(session, at, title).open_items


def test_a_double_tap_from_two_threads_is_one_loan(desk):
    with desk.transaction() as session:
        at, title = a_kiosk(session), a_title(session, copies=3)
        visit = a_guest(session, at)
    loans, together = [], threading.Barrier(4)

    def tap() -> None:
        together.wait()
        loans.append(desk.run(lambda session: lending.request_loan(session, visit.id, [title.id], "one tap", at, "id")).id)

    threads = [threading.Thread(target=tap) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(loans) == 4
    assert len(set(loans)) == 1


def test_every_blocking_reason_is_said_in_a_fixed_order(desk, clock):
    with desk.transaction() as session:
        at = a_kiosk(session)
        out, journal = a_title(session, "Buku A", kind=Kind.BOOK), a_title(session, "Jurnal B", kind=Kind.JOURNAL)
        taken, third = a_title(session, "Keputusan C"), a_title(session, "Buku D", kind=Kind.BOOK)
        visit = a_guest(session, at)
        a_loan(session, at, out, visit=visit)
        a_request(session, at, taken, visit=a_guest(session, at, name="Bagas"))
    clock.shift(timedelta(days=30))
    with desk.transaction() as session, pytest.raises(Refused) as refusal:
        lending.request_loan(session, visit.id, [third.id, taken.id, journal.id], "n", at, "id")
    assert sentences(refusal) == [
        "A loan of yours is overdue.",
        "This would be %(count)s copies in your hands; %(limit)s are allowed.",
        "At most %(limit)s copies of this sort can be borrowed at once.",
        "“%(title)s” is just now in somebody else’s hands.",
        "“%(title)s” is not lent out."]
    assert all(reason.next_step for reason in refusal.value.reasons)


def test_all_reasons_at_once_are_said_from_the_guest_book_to_the_last_title(desk, clock):
    with desk.transaction() as session:
        at = a_kiosk(session)
        out, journal = a_title(session, "Buku A", kind=Kind.BOOK), a_title(session, "Jurnal B", kind=Kind.JOURNAL)
        held, taken, free = (a_title(session, name, kind=Kind.BOOK) for name in ("Buku C", "Buku D", "Buku E"))
        member = Member(number=1, name="Ratna Widyaningsih", category=Category.PUBLIC, joined_on=date(2025, 3, 10))
        session.add(member)
        session.flush()
        visit = a_guest(session, at)
        visit.person_key = member.key
        a_loan(session, at, out, visit=visit)
        before = a_loan(session, at, held, visit=a_guest(session, at, name="Bagas"))
        a_reservation(session, at, held, a_guest(session, at, name="Cici"))
        lending.return_items(session, before.id, [before.items[0].id], OFFICER)
        a_request(session, at, taken, visit=a_guest(session, at, name="Dodi"))
        member.valid_until = date(2026, 3, 31)
        membership.block(session, member.key, BlockKind.OFFICE, "Buku rusak", None, ADMIN)
        office(session).officer_admits, office(session).borrower_limit = True, 1
        clock.shift(timedelta(days=30))
        today = a_guest(session, at)
        today.person_key = member.key
        with pytest.raises(Refused) as refusal:
            lending.request_loan(session, today.id, [journal.id, held.id, taken.id, free.id], "n", at, "id")
    assert sentences(refusal) == [
        "The officer has not let you in yet.",
        "Your membership was valid until %(day)s.",
        "You cannot borrow for the time being.",
        "A loan of yours is overdue.",
        "This would be %(count)s copies in your hands; %(limit)s are allowed.",
        "“%(title)s” is not lent out.",
        "“%(title)s” is kept for somebody who reserved it.",
        "“%(title)s” is just now in somebody else’s hands.",
        "At most %(limit)s copies of this sort can be borrowed at once."]
    assert all(reason.next_step for reason in refusal.value.reasons)


def test_a_guest_who_was_not_let_in_borrows_nothing(desk):
    with desk.transaction() as session:
        office(session).officer_admits = True
        at, title = a_kiosk(session), a_title(session)
        visit = a_guest(session, at)
        with pytest.raises(Refused) as refusal:
            lending.request_loan(session, visit.id, [title.id], "n", at, "id")
        assert sentences(refusal) == ["The officer has not let you in yet."]
        visiting.admit(session, visit.id, OFFICER)
        assert lending.request_loan(session, visit.id, [title.id], "n", at, "id").state is LoanState.REQUESTED


@pytest.mark.parametrize("status", [CopyStatus.REFERENCE_ONLY, CopyStatus.IN_REPAIR, CopyStatus.MISSING, CopyStatus.WITHDRAWN])
def test_a_copy_that_is_not_for_lending_is_not_lent(desk, status):
    with desk.transaction() as session:
        at, title = a_kiosk(session), a_title(session, status=status)
        with pytest.raises(Refused):
            a_request(session, at, title)


def test_a_part_comes_back_and_then_the_rest(desk):
    with desk.transaction() as session:
        at = a_kiosk(session)
        loan = a_loan(session, at, a_title(session, "A"), a_title(session, "B"))
        first, second = loan.items
        lending.return_items(session, loan.id, [first.id], OFFICER, "halaman 3 sobek")
        assert (loan.state, first.outcome, first.received_by, first.condition) == (
            LoanState.PARTIALLY_RETURNED, Outcome.RETURNED, "Sari Contoh", "halaman 3 sobek")
        assert loan.closed_at is None
        with pytest.raises(Refused, match="returned already"):
            lending.return_items(session, loan.id, [first.id], OFFICER)
        lending.return_items(session, loan.id, [second.id], OFFICER)
        assert loan.state is LoanState.RETURNED
        assert loan.closed_at is not None
        with pytest.raises(Refused, match="already returned on"):
            lending.return_items(session, loan.id, [second.id], OFFICER)


def test_a_visitor_announces_a_return_but_only_the_officer_completes_it(desk):
    with desk.transaction() as session:
        at = a_kiosk(session)
        loan = a_loan(session, at, a_title(session))
        lending.announce_return(session, loan.id, [loan.items[0].id], at)
        assert loan.state is LoanState.ON_LOAN
        assert lending.brought_back(session) == [loan]
        with pytest.raises(Refused, match="not yours"):
            lending.return_items(session, loan.id, [loan.items[0].id], at)


def test_a_self_service_kiosk_lends_and_takes_back_alone(desk):
    with desk.transaction() as session:
        at = a_kiosk(session)
        alone = lending.self_service_actor(at)
        loan = lending.hand_over(session, a_request(session, at, a_title(session)).id, alone)
        assert (loan.state, loan.handed_over_by) == (LoanState.ON_LOAN, at.name)
        assert lending.return_items(session, loan.id, [loan.items[0].id], alone).state is LoanState.RETURNED


def test_a_cancelled_or_expired_request_frees_its_copy(desk, clock):
    with desk.transaction() as session:
        at, title = a_kiosk(session), a_title(session)
        visit = a_guest(session, at)
        lending.cancel(session, a_request(session, at, title, visit=visit).id, at)
        assert lending.free_copy(session, title.id) is not None
        late = a_request(session, at, title, visit=visit)
    clock.shift(timedelta(minutes=31))
    with desk.transaction() as session:
        assert lending.expire_requests(session) == 1
        assert lending.find_loan(session, late.id).state is LoanState.EXPIRED
        assert lending.free_copy(session, title.id) is not None
        with pytest.raises(Refused, match="cannot be done any more"):
            lending.hand_over(session, late.id, OFFICER)


def test_slip_numbers_have_no_gaps_even_when_a_hand_over_fails(desk):
    with desk.transaction() as session:
        at = a_kiosk(session)
        first, second = (a_request(session, at, a_title(session), visit=a_guest(session, at, name=n)) for n in ("Ani", "Budi"))
    with pytest.raises(RuntimeError), desk.transaction() as session:
        lending.hand_over(session, first.id, OFFICER)
        raise RuntimeError("the lights went out")
    numbers = [desk.run(lambda session, i=loan.id: lending.hand_over(session, i, OFFICER).number) for loan in (first, second)]
    assert numbers == [1, 2]


def test_reading_on_the_spot_takes_a_copy_off_the_shelf_until_the_guest_leaves(desk):
    with desk.transaction() as session:
        at, title = a_kiosk(session), a_title(session, status=CopyStatus.REFERENCE_ONLY)
        visit = a_guest(session, at)
        reading = lending.read_here(session, title.id, visit.id, "tap", at)
        assert lending.read_here(session, title.id, visit.id, "tap", at) is reading
        with pytest.raises(Refused, match="No copy of this title"):
            lending.read_here(session, title.id, None, "other tap", at)
        visiting.leave(session, visit.id, at)
        session.expire_all()
        assert reading.ended_at is not None
        assert lending.read_here(session, title.id, None, "third tap", at).copy is reading.copy


def test_the_database_itself_refuses_to_lend_one_copy_twice(desk):
    with desk.transaction() as session:
        at, title = a_kiosk(session), a_title(session)
        loan = a_request(session, at, title)
    with pytest.raises(sa.exc.IntegrityError), desk.transaction() as session:
        session.add(LoanItem(loan_id=loan.id, copy_id=session.scalar(sa.select(Copy.id))))


def test_a_label_of_another_library_is_said_to_be_one(desk):
    with desk.transaction() as session:
        title = a_title(session)
        copy, loan = lending.find_by_copy(session, f" {title.copies[0].code.lower()}\n")
        assert (copy, loan) == (title.copies[0], None)
        with pytest.raises(Refused, match="not of this library"):
            lending.find_by_copy(session, "PERPUS-LAIN-77")


def test_every_deed_is_in_the_trail_and_names_no_visitor(desk):
    with desk.transaction() as session:
        at = a_kiosk(session)
        loan = a_loan(session, at, a_title(session), visit=a_guest(session, at, name="Nama Rahasia"))
        lending.return_items(session, loan.id, [loan.items[0].id], ADMIN)
        session.flush()
        trail = session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id)).all()
        assert [entry.deed for entry in trail] == ["visit arrived", "visit signed", "visit admitted", "loan requested",
                                                   "loan handed over", "returned"]
        assert not any("Rahasia" in str(entry.details) + entry.by for entry in trail)


EVERYBODY = [OFFICER, ADMIN, PROGRAM, Actor("tamu", frozenset({VISITOR})), lending.self_service_actor(Actor("tamu", frozenset({VISITOR}))),
             Actor("lain", frozenset({"legal staff"}))]


@pytest.mark.parametrize("state", LoanState)
@pytest.mark.parametrize("step", LOAN_WORKFLOW.steps, ids=lambda step: step.name)
@pytest.mark.parametrize("by", EVERYBODY, ids=lambda actor: "+".join(sorted(actor.roles)))
def test_a_loan_takes_a_step_exactly_where_its_table_has_it(state, step, by):
    loan = Loan(state=state)
    if state in step.from_ and step.by & by.roles:
        loan.take(step.name, by)
        assert loan.state is step.to
    else:
        with pytest.raises(Refused):
            loan.take(step.name, by)
        assert loan.state is state


def test_a_loan_is_overdue_only_after_the_last_second_of_its_day(clock):
    loan = Loan(state=LoanState.ON_LOAN, due_at=now())
    assert not loan.is_overdue(now())
    assert loan.is_overdue(now() + timedelta(seconds=1))
