"""The queue of a title and its hold shelf, on both databases."""

import threading
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from foundation.audit import AuditEntry
from foundation.errors import Refused
from foundation.office import office
from foundation.people import PROGRAM, VISITOR, Actor
from kiosk.borrowing import lending, reserving
from kiosk.counter import serving
from kiosk.guests import membership
from kiosk.ledger.collection import CopyStatus, Kind, Title
from kiosk.ledger.loans import Loan, LoanState
from kiosk.ledger.members import BlockKind
from kiosk.ledger.messages import Kind as Told
from kiosk.ledger.messages import Message
from kiosk.ledger.reservations import RESERVATION_WORKFLOW, Reservation, ReservationState
from kiosk.shelves.availability import availability, free_titles
from kiosk.shelves.cataloguing import set_status
from tests.builders import ADMIN, OFFICER, a_guest, a_kiosk, a_loan, a_request, a_reservation, a_title, an_office

S = ReservationState


@pytest.fixture
def desk(database, clock):
    with database.transaction() as session:
        an_office(session)
    return database


@pytest.fixture
def lent(desk):
    """A session, a kiosk, a title whose only copy is lent, and its loan."""
    with desk.transaction() as session:
        at, title = a_kiosk(session), a_title(session)
        yield session, at, title, a_loan(session, at, title, visit=a_guest(session, at, name="Peminjam Pertama"))


def bring_back(session, loan: Loan) -> None:
    lending.return_items(session, loan.id, [item.id for item in loan.open_items], OFFICER)


def reasons(refused: pytest.ExceptionInfo) -> list[str]:
    return [reason.sentence for reason in refused.value.reasons]


def test_who_reserves_first_stands_first_and_hears_the_place(lent):
    session, at, title, _ = lent
    made = [a_reservation(session, at, title, a_guest(session, at, name=name)) for name in ("Ani", "Budi", "Cici")]
    assert [reserving.place(session, it) for it in made] == [1, 2, 3]
    assert availability(session, [title.id])[title.id].waiting == 3


def test_a_copy_that_comes_back_lies_ready_for_who_waited_longest(lent):
    session, at, title, loan = lent
    first = a_reservation(session, at, title, a_guest(session, at, name="Ani", contact="ani@contoh.example"))
    second = a_reservation(session, at, title, a_guest(session, at, name="Budi"))
    bring_back(session, loan)
    assert (first.state, second.state) == (S.READY, S.WAITING)
    assert (first.copy, first.keep_until) == (title.copies[0], date(2026, 3, 13))  # Friday: three open days after Tuesday
    assert reserving.place(session, second) == 1
    assert reserving.hold_shelf(session) == [first]
    assert reserving.held(session, [title.copies[0].id]) == {title.copies[0].id: first}
    told = session.scalars(sa.select(Message)).one()
    assert (told.kind, told.contact, told.day) == (Told.READY, "ani@contoh.example", date(2026, 3, 13))


def test_a_held_copy_is_nobody_elses(lent):
    session, at, title, loan = lent
    ani = a_guest(session, at, name="Ani")
    a_reservation(session, at, title, ani)
    bring_back(session, loan)
    assert lending.free_copy(session, title.id) is None
    assert lending.free_copy(session, title.id, borrower=ani.person_key) == title.copies[0]
    assert (availability(session, [title.id])[title.id].free, free_titles(session, [title.id])) == (0, set())
    with pytest.raises(Refused) as refused:
        a_request(session, at, title, visit=a_guest(session, at, name="Orang Lain"))
    assert reasons(refused) == ["“%(title)s” is kept for somebody who reserved it."]
    with pytest.raises(Refused, match="No copy of this title"):
        lending.read_here(session, title.id, None, "tap", at)


def test_lending_it_to_who_waited_ends_the_reservation(lent):
    session, at, title, loan = lent
    ani = a_guest(session, at, name="Ani")
    it = a_reservation(session, at, title, ani)
    bring_back(session, loan)
    asked = a_request(session, at, title, visit=ani)
    assert it.state is S.READY  # until it is in Ani's hands
    lending.cancel(session, asked.id, at)
    assert it.state is S.READY
    a_loan(session, at, title, visit=ani)
    assert (it.state, it.closed_at is not None) == (S.TAKEN, True)


def test_the_desk_lends_a_held_copy_to_its_person_only(lent):
    session, at, title, loan = lent
    ani, other = a_guest(session, at, name="Ani"), a_guest(session, at, name="Orang Lain")
    it = a_reservation(session, at, title, ani)
    bring_back(session, loan)
    code = title.copies[0].code
    with pytest.raises(Refused) as refused:
        serving.lend(session, other.id, [code], "one", OFFICER)
    assert reasons(refused) == ["“%(title)s” is kept for somebody who reserved it."]
    assert serving.lend(session, ani.id, [code], "two", OFFICER).state is LoanState.ON_LOAN
    assert it.state is S.TAKEN


def test_a_held_copy_that_is_given_up_goes_to_the_next(desk):
    with desk.transaction() as session:
        at, title = a_kiosk(session), a_title(session, copies=2)
        loans = [a_loan(session, at, title, visit=a_guest(session, at, name=name)) for name in ("Satu", "Dua")]
        ani, budi = a_guest(session, at, name="Ani"), a_guest(session, at, name="Budi")
        first, second = a_reservation(session, at, title, ani), a_reservation(session, at, title, budi)
        bring_back(session, loans[0])
        bring_back(session, loans[1])
        assert {first.copy, second.copy} == set(title.copies)
        third = a_reservation(session, at, title, a_guest(session, at, name="Cici"))
        reserving.cancel(session, second.id, OFFICER)
        assert (third.state, third.copy) == (S.READY, second.copy)


def test_one_person_waits_once_for_a_title(lent):
    session, at, title, _ = lent
    ani = a_guest(session, at, name="Ani")
    assert a_reservation(session, at, title, ani) is a_reservation(session, at, title, ani)


def test_every_reason_against_a_reservation_is_said_in_a_fixed_order(desk):
    with desk.transaction() as session:
        office(session).officer_admits = True
        office(session).borrower_limit = 0
        at, journal = a_kiosk(session), a_title(session, "Jurnal", kind=Kind.JOURNAL, status=CopyStatus.REFERENCE_ONLY)
        visit = a_guest(session, at)
        membership.block(session, visit.person_key, BlockKind.LATE, "", date(2026, 3, 20), PROGRAM)
        with pytest.raises(Refused) as refused:
            a_reservation(session, at, journal, visit)
        assert reasons(refused) == [
            "The officer has not let you in yet.", "You cannot borrow until %(day)s is over.",
            "The library has no copy of “%(title)s” to lend.", "“%(title)s” is not lent out.",
            "You have reserved %(limit)s titles; more are not possible at once."]
        assert all(reason.next_step for reason in refused.value.reasons)


def test_what_can_be_had_at_once_or_is_in_ones_hands_is_not_reserved(lent):
    session, at, title, loan = lent
    with pytest.raises(Refused) as refused:
        a_reservation(session, at, title, loan.visit)
    assert reasons(refused) == ["You have “%(title)s” already."]
    with pytest.raises(Refused) as refused:
        a_reservation(session, at, a_title(session, "Bebas"))
    assert reasons(refused) == ["A copy of “%(title)s” can be had now."]


def test_who_may_not_wait_for_more_is_told_the_number(desk):
    with desk.transaction() as session:
        at = a_kiosk(session)
        titles = [a_title(session, f"Judul {n}") for n in range(4)]
        visit = a_guest(session, at, name="Ani")
        for title in titles:
            a_loan(session, at, title, visit=a_guest(session, at, name=f"Lain {title.id}"))
        for title in titles[:3]:
            a_reservation(session, at, title, visit)
        with pytest.raises(Refused) as refused:
            a_reservation(session, at, titles[3], visit)
        assert reasons(refused) == ["You have reserved %(limit)s titles; more are not possible at once."]


def test_what_is_not_fetched_in_time_goes_to_the_next(lent, clock):
    session, at, title, loan = lent
    first = a_reservation(session, at, title, a_guest(session, at, name="Ani"))
    second = a_reservation(session, at, title, a_guest(session, at, name="Budi"))
    bring_back(session, loan)
    clock.shift(timedelta(days=3))  # its last day
    assert reserving.expire(session) == 0
    clock.shift(timedelta(days=1))
    assert reserving.expire(session) == 1
    assert (first.state, second.state, second.copy) == (S.EXPIRED, S.READY, title.copies[0])
    assert second.keep_until == date(2026, 3, 18)  # Saturday, then Monday to Wednesday


def test_a_held_copy_that_was_just_asked_for_does_not_expire(lent, clock):
    session, at, title, loan = lent
    ani = a_guest(session, at, name="Ani")
    it = a_reservation(session, at, title, ani)
    bring_back(session, loan)
    clock.shift(timedelta(days=4))
    a_request(session, at, title, visit=ani)
    assert (reserving.expire(session), it.state) == (0, S.READY)


def test_a_copy_mended_or_put_back_by_others_is_found_by_the_upkeep(lent):
    session, at, title, loan = lent
    it = a_reservation(session, at, title)
    lending.return_items(session, loan.id, [loan.items[0].id], OFFICER, "sampul lepas", to_repair=True)
    assert (it.state, title.copies[0].status, title.copies[0].status_reason) == (S.WAITING, CopyStatus.IN_REPAIR, "sampul lepas")
    set_status(session, title.copies[0], CopyStatus.AVAILABLE, "", OFFICER)
    assert reserving.serve_all(session) == 1
    assert it.state is S.READY
    assert reserving.serve_all(session) == 0


def test_a_copy_that_is_not_on_the_hold_shelf_is_missing_and_its_person_first_again(lent):
    session, at, title, loan = lent
    it = a_reservation(session, at, title)
    bring_back(session, loan)
    reserving.not_there(session, it.id, OFFICER)
    assert (it.state, it.copy, reserving.place(session, it)) == (S.WAITING, None, 1)
    assert title.copies[0].status is CopyStatus.MISSING
    lending.turned_up(session, title.copies[0].id, OFFICER)
    assert it.state is S.READY


def test_a_request_that_comes_to_nothing_gives_its_copy_to_who_waits(desk, clock):
    with desk.transaction() as session:
        at, title = a_kiosk(session), a_title(session)
        asked = a_request(session, at, title)
        it = a_reservation(session, at, title, a_guest(session, at, name="Budi"))
        assert lending.cancel(session, asked.id, at).state is LoanState.CANCELLED
        assert it.state is S.READY


def test_a_book_read_on_the_spot_goes_to_who_waits(desk):
    with desk.transaction() as session:
        at, title = a_kiosk(session), a_title(session)
        reading = lending.read_here(session, title.id, None, "tap", at)
        it = a_reservation(session, at, title)
        lending.end_reading(session, reading.id, OFFICER)
        assert it.state is S.READY


def test_eight_who_reserve_at_once_have_eight_places(desk):
    with desk.transaction() as session:
        at, title = a_kiosk(session), a_title(session)
        a_loan(session, at, title, visit=a_guest(session, at, name="Peminjam"))
        visits = [a_guest(session, at, name=f"Tamu {letter}").id for letter in "ABCDEFGH"]
    together = threading.Barrier(8)

    def reserve(visit_id: int) -> None:
        together.wait()
        desk.run(lambda session: reserving.reserve(session, visit_id, title.id, f"n{visit_id}", at, "id"))
    _at_once(reserve, visits)
    with desk.reading() as session:
        assert sorted(reserving.place(session, it) for it in session.scalars(sa.select(Reservation))) == list(range(1, 9))


def test_two_taps_of_one_person_at_once_are_one_reservation(desk):
    with desk.transaction() as session:
        at, title = a_kiosk(session), a_title(session)
        a_loan(session, at, title, visit=a_guest(session, at, name="Peminjam"))
        visits = [a_guest(session, at, name="Ani").id for _ in range(4)]  # the same person, at four screens
    together = threading.Barrier(4)

    def reserve(visit_id: int) -> None:
        together.wait()
        desk.run(lambda session: reserving.reserve(session, visit_id, title.id, f"n{visit_id}", at, "id"))
    _at_once(reserve, visits)
    with desk.reading() as session:
        assert session.scalar(sa.select(sa.func.count(Reservation.id))) == 1


def test_two_copies_back_at_once_go_to_two_who_wait(desk):
    with desk.transaction() as session:
        at, title = a_kiosk(session), a_title(session, copies=2)
        loans = [a_loan(session, at, title, visit=a_guest(session, at, name=name)) for name in ("Satu", "Dua")]
        items = {loan.id: loan.items[0].id for loan in loans}
        for name in ("Ani", "Budi"):
            a_reservation(session, at, title, a_guest(session, at, name=name))
    together = threading.Barrier(2)

    def back(loan_id: int) -> None:
        together.wait()
        desk.run(lambda session: lending.return_items(session, loan_id, [items[loan_id]], OFFICER))
    _at_once(back, list(items))
    with desk.reading() as session:
        held = session.scalars(sa.select(Reservation)).all()
        assert {it.state for it in held} == {S.READY}
        assert {it.copy_id for it in held} == {copy.id for copy in session.get_one(Title, title.id).copies}


def _at_once(work, things: list[int]) -> None:
    threads = [threading.Thread(target=work, args=(thing,)) for thing in things]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


EVERYBODY = [OFFICER, ADMIN, PROGRAM, Actor("tamu", frozenset({VISITOR})), Actor("lain", frozenset({"legal staff"}))]


@pytest.mark.parametrize("state", S)
@pytest.mark.parametrize("step", RESERVATION_WORKFLOW.steps, ids=lambda step: step.name)
@pytest.mark.parametrize("by", EVERYBODY, ids=lambda actor: "+".join(sorted(actor.roles)))
def test_a_reservation_takes_a_step_exactly_where_its_table_has_it(state, step, by):
    it = Reservation(state=state)
    if state in step.from_ and step.by & by.roles:
        it.take(step.name, by)
        assert it.state is step.to
    else:
        with pytest.raises(Refused):
            it.take(step.name, by)
        assert it.state is state


def test_the_trail_of_a_reservation_names_nobody(lent):
    session, at, title, loan = lent
    a_reservation(session, at, title, a_guest(session, at, name="Nama Rahasia", contact="rahasia@contoh.example"))
    bring_back(session, loan)
    session.flush()
    entries = session.scalars(sa.select(AuditEntry)).all()
    assert {"title reserved", "copy held", "borrower told"} <= {entry.deed for entry in entries}
    assert not any("ahasia" in str(entry.details) + entry.by for entry in entries)


def test_an_unsigned_visitor_hears_what_holds_for_everybody(lent):
    session, _, title, _ = lent
    standing = reserving.standing(session, title.id, None)
    assert (standing.reservation, [reason.sentence for reason in standing.against]) == (None, ["The guest book is not signed yet."])


def test_a_reservation_is_of_who_made_it_in_this_visit_or_has_the_members_card(lent):
    session, at, title, _ = lent
    visit, namesake, by_card = (a_guest(session, at, name="Ani") for _ in range(3))
    it = a_reservation(session, at, title, visit)
    assert [reserving.is_of(it, who) for who in (visit, namesake, None)] == [True, False, False]
    it.borrower_key = by_card.person_key = "member:1"
    by_card.member_id = 1
    assert reserving.is_of(it, by_card)
    assert not reserving.is_of(None, by_card)
