"""What borrowers are told, when, and never twice; on both databases."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from foundation.clock import today
from foundation.errors import Refused
from foundation.jobs import Job
from foundation.office import office
from kiosk.borrowing import lending, notifying, renewing
from kiosk.ledger.messages import Kind, Message, MessageState
from tests.builders import OFFICER, a_guest, a_kiosk, a_loan, a_title, an_office

DUE = date(2026, 3, 17)
ANI = "ani@contoh.example"


@pytest.fixture
def session(database, clock):
    with database.transaction() as session:
        an_office(session)
        yield session


def a_loan_of(session, contact: str = ANI, **more: object):
    at = a_kiosk(session)
    return a_loan(session, at, a_title(session, "Hukum Acara (fiktif)"), visit=a_guest(session, at, contact=contact, **more))


def remind(session) -> int:
    here = office(session)
    return notifying.remind(session, here, today(here.time_zone))


def messages(session) -> list[Message]:
    return list(session.scalars(sa.select(Message).order_by(Message.id)))


def test_who_can_be_reached_is_reminded_two_days_before_and_once(session, clock):
    loan = a_loan_of(session)
    a_loan_of(session, contact="", name="Tanpa Kontak")
    clock.shift(timedelta(days=4))
    assert remind(session) == 0
    clock.shift(timedelta(days=1))
    assert (remind(session), remind(session)) == (1, 0)
    clock.shift(timedelta(days=1))
    assert remind(session) == 0
    told, = messages(session)
    assert (told.kind, told.about, told.day, told.state, told.contact) == (
        Kind.DUE_SOON, f"loan:{loan.id}", DUE, MessageState.WAITING, ANI)
    assert told.title == "Mohon dikembalikan paling lambat Selasa, 17 Maret 2026"
    assert "Hukum Acara (fiktif)" in told.body
    assert [job.args for job in session.scalars(sa.select(Job))] == [{"message": told.id}]


def test_an_overdue_loan_is_written_about_on_the_first_day_and_every_week(session, clock):
    a_loan_of(session)
    clock.shift(timedelta(days=8))
    written = []
    for _ in range(15):
        remind(session)
        written.append(len(messages(session)))
        clock.shift(timedelta(days=1))
    assert written == [1] * 7 + [2] * 7 + [3]
    assert {told.kind for told in messages(session)} == {Kind.OVERDUE}


def test_days_on_which_the_service_was_off_make_no_second_letter(session, clock):
    a_loan_of(session)
    clock.shift(timedelta(days=7 + 10))
    assert (remind(session), remind(session)) == (1, 0)
    assert messages(session)[0].day == DUE + timedelta(8)


def test_a_renewed_loan_is_reminded_of_its_new_day(session, clock):
    loan = a_loan_of(session)
    clock.shift(timedelta(days=6))
    remind(session)
    renewing.renew(session, loan.id, DUE, OFFICER)
    assert remind(session) == 0
    clock.shift(timedelta(days=7))
    assert remind(session) == 1
    assert [told.day for told in messages(session)] == [DUE, date(2026, 3, 24)]


def test_without_a_contact_a_person_has_to_tell(session, clock):
    a_loan_of(session, contact="")
    clock.shift(timedelta(days=8))
    remind(session)
    told, = messages(session)
    assert (told.state, told.trouble) == (MessageState.UNSENT, "There is no contact.")
    assert session.scalar(sa.select(sa.func.count(Job.id))) == 0


def test_what_came_back_is_not_written_about(session, clock):
    loan = a_loan_of(session)
    lending.return_items(session, loan.id, [loan.items[0].id], OFFICER)
    clock.shift(timedelta(days=9))
    assert remind(session) == 0


def test_an_officer_reminds_now_and_only_of_what_is_overdue(session, clock):
    loan = a_loan_of(session)
    with pytest.raises(Refused, match="No overdue loan is chosen"):
        notifying.remind_now(session, [loan.id], OFFICER)
    clock.shift(timedelta(days=10))
    assert len(notifying.remind_now(session, [loan.id], OFFICER)) == 1
    assert notifying.remind_now(session, [loan.id], OFFICER) == []
    assert messages(session)[0].made_by == OFFICER.name


def test_a_letter_that_is_printed_is_kept_once_a_day(session, clock):
    loan = a_loan_of(session, contact="")
    clock.shift(timedelta(days=10))
    assert notifying.note_letters(session, [loan.id], OFFICER) == [loan]
    assert notifying.note_letters(session, [loan.id], OFFICER) == [loan]
    told, = messages(session)
    assert (told.kind, told.state, told.sent_at is not None) == (Kind.LETTER, MessageState.SENT, True)
    assert notifying.latest(session, [f"loan:{loan.id}", "loan:99"]) == {f"loan:{loan.id}": told}


def test_the_database_itself_refuses_the_same_message_twice(session):
    for _ in range(2):
        session.add(Message(kind=Kind.OVERDUE, about="loan:1", day=DUE, borrower_key="a", title="a", body="a", made_by="a"))
    with pytest.raises(sa.exc.IntegrityError), session.begin_nested():
        session.flush()
    session.expunge_all()


@pytest.mark.parametrize(("hour", "may"), [(7, False), (8, True), (19, True), (20, False)])
def test_people_are_written_to_by_day(session, clock, hour, may):
    clock.move_to(f"2026-03-10T{hour - 7:02d}:30:00+00:00")
    assert notifying.may_write_now(office(session)) is may
