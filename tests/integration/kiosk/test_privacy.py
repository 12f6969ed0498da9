"""Somebody asks about their own data: it is shown whole, corrected everywhere, erased, and nobody else's is touched."""

import json
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from foundation.audit import AuditEntry
from foundation.clock import now
from foundation.errors import Refused
from foundation.people import VISITOR, Actor
from kiosk.borrowing import lending, reserving
from kiosk.guests import membership
from kiosk.guests.visiting import leave
from kiosk.ledger.loans import Loan
from kiosk.ledger.members import Block, BlockKind, Member
from kiosk.ledger.messages import Kind, Message, MessageState
from kiosk.ledger.visits import Visit, person_key, unique_visitors
from kiosk.privacy import notices, rights
from kiosk.privacy.rights import DataRequest, Wish, answer, ask, correct, erase, handed_out, known, plain
from tests.builders import ADMIN, OFFICER, a_guest, a_kiosk, a_loan, a_member, a_reservation, a_title, an_office

NAME, FROM = "Ratna Widyaningsih", "Universitas Nusa Raya"
KEY = person_key(NAME, FROM)


@pytest.fixture
def session(database, clock):
    with database.transaction() as session:
        an_office(session)
        yield session


@pytest.fixture
def loan(session) -> Loan:
    """Ratna has borrowed, is written to, and was blocked once; Bayu was there too."""
    at = a_kiosk(session)
    a_guest(session, at, name="Bayu Fiktif", contact="0811 bayu")
    loan = a_loan(session, at, a_title(session), visit=a_guest(session, at, contact="0800 ratna"))
    session.add(Message(kind=Kind.OVERDUE, about=f"loan:{loan.id}", day=date(2026, 3, 20), borrower_key=KEY, contact="0800 ratna",
                        title="Terlambat", body="Mohon dikembalikan.", state=MessageState.SENT, made_by="Loket"))
    membership.lift(session, membership.block(session, KEY, BlockKind.OFFICE, "Merusak buku", None, OFFICER).id, OFFICER)
    session.flush()
    return loan


def bring_back(session, loan: Loan) -> None:
    lending.return_items(session, loan.id, [item.id for item in loan.items], OFFICER)
    leave(session, loan.visit_id, OFFICER)


def test_a_contact_that_was_missing_is_added_to_the_latest_visit(session):
    at = a_kiosk(session)
    first, latest = a_guest(session, at), a_guest(session, at)
    correct(session, KEY, {"name": NAME, "institution": FROM, "contact": "0833 baru"}, OFFICER)
    session.expire_all()
    assert (first.contact, latest.contact) == ("", "0833 baru")


def test_a_contact_given_with_a_reservation_is_known_corrected_and_not_lost_with_the_name(session, loan):
    at = a_kiosk(session)
    visit = a_guest(session, at, name="Bayu Fiktif", institution="Umum")
    it = a_reservation(session, at, loan.items[0].copy.title, visit)
    reserving.say_where(session, it.id, "bayu@contoh.example", at)
    key = visit.person_key
    assert known(session, key).contact == "bayu@contoh.example"
    correct(session, key, {"name": "Bayu Benar", "institution": "Umum", "contact": known(session, key).contact}, OFFICER)
    session.expire_all()
    assert (it.name, it.contact, visit.contact) == ("Bayu Benar", "bayu@contoh.example", "")


def test_everything_under_one_key_is_found_and_nothing_of_others(session, loan):
    person = known(session, KEY)
    assert (person.name, person.institution, person.contact) == (NAME, FROM, "0800 ratna")
    assert [len(rows) for rows in (person.visits, person.loans, person.messages, person.blocks, person.reservations)] == [1, 1, 1, 1, 0]
    assert known(session, "") is None
    assert known(session, "siapa|umum") is None


def test_what_is_handed_out_is_whole_readable_by_machines_and_noted(session, loan):
    told = json.loads(json.dumps(plain(handed_out(session, KEY, "json", OFFICER))))
    assert told["visits"][0]["name"] == NAME
    assert told["loans"][0]["copies"][0]["title"] == loan.items[0].copy.title.title
    assert told["messages"][0]["body"] == "Mohon dikembalikan."
    assert told["blocks"][0]["reason"] == "Merusak buku"
    assert "Bayu" not in json.dumps(told)
    entry = session.scalars(sa.select(AuditEntry).where(AuditEntry.deed == "exported")).one()
    assert (entry.by, entry.subject, entry.details) == (OFFICER.name, f"visit:{loan.visit_id}", {"kind": "json"})


def test_a_correction_reaches_every_place_and_the_trail_does_not_say_the_name(session, loan):
    later = a_guest(session, a_kiosk(session))
    new = correct(session, KEY, {"name": "Ratna Widianingsih", "institution": FROM, "contact": "0822 baru"}, OFFICER)
    session.expire_all()
    assert known(session, KEY) is None
    person = known(session, new)
    assert {visit.name for visit in person.visits} == {"Ratna Widianingsih"}
    assert (session.get_one(Visit, loan.visit_id).contact, session.get_one(Visit, later.id).contact) == ("0822 baru", "")
    assert (person.messages[0].contact, person.loans[0].id, person.blocks[0].reason) == ("0822 baru", loan.id, "Merusak buku")
    assert session.scalar(sa.select(unique_visitors())) == 2  # Ratna and Bayu
    details = json.dumps([entry.details for entry in session.scalars(sa.select(AuditEntry))])
    assert "Ratna" not in details
    assert "0822" not in details


def test_a_correction_that_would_make_two_people_one_is_asked_about_first(session, loan):
    form = {"name": "Bayu Fiktif", "institution": FROM, "contact": ""}
    with pytest.raises(Refused) as refused:
        correct(session, KEY, form, OFFICER)
    assert set(refused.value.fields) == {"same"}
    correct(session, KEY, form | {"same": "1"}, OFFICER)
    session.expire_all()
    assert len(known(session, person_key("Bayu Fiktif", FROM)).visits) == 2
    assert session.scalar(sa.select(unique_visitors())) == 1


def test_a_member_keeps_the_key_and_the_card_tells_the_new_name(session):
    member = a_member(session)
    assert correct(session, member.key, {"name": "Ratna W. Baru", "institution": "Umum", "contact": ""}, OFFICER) == member.key
    assert (member.name, member.institution, member.contact) == ("Ratna W. Baru", "Umum", "")


@pytest.mark.parametrize(("form", "fields"), [
    ({"name": "1", "institution": "", "contact": "x" * 101}, {"name", "institution", "contact"}),
    ({"name": "R" * 101, "institution": FROM}, {"name"})])
def test_a_correction_that_makes_no_sense_is_refused(session, loan, form, fields):
    with pytest.raises(Refused) as refused:
        correct(session, KEY, form, OFFICER)
    assert set(refused.value.fields) == fields


def test_nobody_is_erased_while_there_is_a_reason_to_know_them(session, loan):
    with pytest.raises(Refused, match="loan of this person"):
        erase(session, KEY, OFFICER)
    lending.return_items(session, loan.id, [item.id for item in loan.items], OFFICER)
    with pytest.raises(Refused, match="still in the library"):
        erase(session, KEY, OFFICER)
    leave(session, loan.visit_id, OFFICER)
    blocked = membership.block(session, KEY, BlockKind.OFFICE, "Belum selesai", None, OFFICER)
    with pytest.raises(Refused, match="block of this person"):
        erase(session, KEY, OFFICER)
    membership.lift(session, blocked.id, OFFICER)
    other = a_loan(session, a_kiosk(session), title := a_title(session), visit=a_guest(session, a_kiosk(session), name="Tirta Fiktif"))
    reserved = a_reservation(session, a_kiosk(session), title, a_guest(session, a_kiosk(session)))
    leave(session, reserved.visit_id, OFFICER)
    with pytest.raises(Refused, match="reservation of this person"):
        erase(session, KEY, OFFICER)
    assert other.borrower_key == person_key("Tirta Fiktif", FROM)


def test_erasing_leaves_the_numbers_and_nobodys_name(session, loan):
    bring_back(session, loan)
    ask(session, KEY, Wish.ERASE, OFFICER)
    erase(session, KEY, OFFICER)
    session.expire_all()
    assert known(session, KEY) is None
    kept = session.get_one(Visit, loan.visit_id)
    assert (kept.name, kept.contact, kept.institution) == ("", "", FROM)
    assert session.get_one(Loan, loan.id).borrower_key == ""
    assert {(block.borrower_key, block.reason) for block in session.scalars(sa.select(Block))} == {("", "")}
    assert {(message.contact, message.body) for message in session.scalars(sa.select(Message))} == {("", "")}
    assert session.scalars(sa.select(Visit.name).where(Visit.name != "")).all() == ["Bayu Fiktif"]
    assert rights.waiting(session) == []
    with pytest.raises(Refused, match="Nothing is known"):
        erase(session, KEY, OFFICER)


def test_an_erased_member_has_ended(session):
    member = a_member(session)
    erase(session, member.key, OFFICER)
    session.expire_all()
    gone = session.get_one(Member, member.id)
    assert (gone.name, gone.contact, gone.ended_on) == ("", "", date(2026, 3, 10))
    assert known(session, member.key) is None


def test_a_wish_is_due_in_three_days_asked_once_and_answered_once(session, loan):
    asked = ask(session, KEY, Wish.SEE, OFFICER)
    assert ask(session, KEY, Wish.SEE, OFFICER) is asked
    assert asked.due_at == now() + timedelta(hours=72)
    assert rights.waiting(session) == [asked]
    answer(session, asked.id, OFFICER)
    answer(session, asked.id, ADMIN)
    assert rights.waiting(session) == []
    assert (asked.answered_by, asked.person_key) == (OFFICER.name, "")
    assert session.scalar(sa.select(sa.func.count()).select_from(DataRequest)) == 1


def test_a_visitor_does_none_of_this(session, loan):
    visitor = Actor("", frozenset({VISITOR}))
    for deed in (lambda: ask(session, KEY, Wish.SEE, visitor), lambda: correct(session, KEY, {}, visitor),
                 lambda: erase(session, KEY, visitor), lambda: handed_out(session, KEY, "json", visitor),
                 lambda: notices.publish(session, {}, visitor)):
        with pytest.raises(Refused) as refused:
            deed()
        assert refused.value.status == 403
