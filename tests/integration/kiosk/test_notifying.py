"""What borrowers are told, when, and never twice; on both databases."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from foundation.clock import today
from foundation.errors import Refused
from foundation.jobs import Job
from foundation.office import office
from kiosk.borrowing import calendar, lending, notifying, renewing
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


def close(session, first: date = DUE, last: date = DUE) -> list[calendar.Moved]:
    return calendar.close_span(session, first, last, "Cuti bersama", OFFICER)


def test_who_can_be_reached_is_told_of_a_due_date_that_moves(session):
    loan = a_loan_of(session)
    a_loan_of(session, contact="", name="Tanpa Kontak")
    close(session, date(2026, 3, 12), date(2026, 3, 13))  # not the day on which anything is due
    assert messages(session) == []
    assert len(close(session)) == 2
    told, = messages(session)
    assert (told.kind, told.about, told.contact, told.state, told.made_by) == (
        Kind.MOVED, f"loan:{loan.id}", ANI, MessageState.WAITING, OFFICER.name)
    assert told.title == "Jatuh tempo Anda pindah ke Rabu, 18 Maret 2026"
    for words in ("Hukum Acara (fiktif)", "Rabu, 18 Maret 2026", "bukan lagi Selasa, 17 Maret 2026"):
        assert words in told.body
    assert [job.args for job in session.scalars(sa.select(Job))] == [{"message": told.id}]
    assert notifying.about(session, f"loan:{loan.id}") == [told]


def test_a_moved_due_date_is_told_in_the_language_of_the_loan(session):
    loan = a_loan_of(session)
    loan.language = "en"
    close(session)
    told, = messages(session)
    assert told.title == "Your due date has moved to Wednesday, 18 March 2026"
    assert "no longer by Tuesday, 17 March 2026" in told.body


def test_a_loan_that_is_closed_moves_and_tells_nothing(session):
    loan = a_loan_of(session)
    lending.return_items(session, loan.id, [item.id for item in loan.open_items], OFFICER)
    assert close(session) == []
    assert messages(session) == []


def test_each_move_is_told_also_to_the_same_day_and_none_when_nothing_changes(session):
    a_loan_of(session)
    for _ in range(2):
        close(session)
        calendar.open_days(session, DUE, DUE, OFFICER)
        assert calendar.move_due_dates(session, OFFICER) == []
    assert [told.day for told in messages(session)] == [DUE + timedelta(1), DUE] * 2


def test_a_message_with_the_old_date_that_still_waits_does_not_go_any_more(session, clock):
    loan = a_loan_of(session)
    clock.shift(timedelta(days=5))
    assert remind(session) == 1
    close(session)
    calendar.open_days(session, DUE, DUE, OFFICER)
    assert [(told.kind, told.state, told.trouble) for told in messages(session)] == [
        (Kind.DUE_SOON, MessageState.UNSENT, "The due date has moved since."),
        (Kind.MOVED, MessageState.UNSENT, "The due date has moved since."), (Kind.MOVED, MessageState.WAITING, "")]
    assert notifying.latest(session, [f"loan:{loan.id}"])[f"loan:{loan.id}"].kind is Kind.DUE_SOON


def test_the_reminder_goes_by_the_date_after_the_move(session, clock):
    a_loan_of(session)
    close(session, DUE, date(2026, 3, 20))
    clock.shift(timedelta(days=5))
    assert remind(session) == 0
    clock.shift(timedelta(days=6))  # Saturday: two days before Monday, 23 March
    assert (remind(session), remind(session)) == (1, 0)
    assert [(told.kind, told.day) for told in messages(session)] == [(Kind.MOVED, date(2026, 3, 23)), (Kind.DUE_SOON, date(2026, 3, 23))]


def test_a_change_that_is_taken_back_before_its_end_tells_nobody(database, clock):
    with database.transaction() as session:
        an_office(session)
        a_loan_of(session)
    with pytest.raises(Refused, match="anything"), database.transaction() as session:
        close(session)
        assert len(messages(session)) == 1
        raise Refused("anything")
    with database.reading() as session:
        assert (messages(session), session.scalars(sa.select(Job)).all()) == ([], [])


def test_only_what_was_perhaps_sent_is_sent_again_and_only_by_an_officer(session):
    a_loan_of(session)
    close(session)
    told, = messages(session)
    with pytest.raises(Refused, match="does not wait for an answer"):
        notifying.send_again(session, told.id, OFFICER)
    told.settle(MessageState.PERHAPS)
    with pytest.raises(Refused):
        notifying.send_again(session, told.id, a_kiosk(session))
    assert notifying.send_again(session, told.id, OFFICER).state is MessageState.WAITING
    assert [job.args for job in session.scalars(sa.select(Job))] == [{"message": told.id}] * 2


def test_what_reached_nobody_today_goes_once_there_is_a_way(session, clock):
    loan = a_loan_of(session, contact="")
    clock.shift(timedelta(days=9))
    first, = notifying.remind_now(session, [loan.id], OFFICER)
    assert (first.state, notifying.remind_now(session, [loan.id], OFFICER)) == (MessageState.UNSENT, [])
    loan.visit.contact = ANI
    again, = notifying.remind_now(session, [loan.id], OFFICER)
    assert (again.id, again.state, again.contact, again.trouble) == (first.id, MessageState.WAITING, ANI, "")
    again.settle(MessageState.FAILED, "The service for messages is set up wrongly.")
    assert notifying.remind_now(session, [loan.id], OFFICER) == [again]
    again.settle(MessageState.SENT)
    assert notifying.remind_now(session, [loan.id], OFFICER) == []
    assert [job.args for job in session.scalars(sa.select(Job))] == [{"message": first.id}] * 2
