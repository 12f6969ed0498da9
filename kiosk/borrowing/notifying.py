"""What borrowers are told and when: a loan is due soon, is overdue, has a new due date, a copy lies ready; each message is a row with
its job."""

from collections.abc import Mapping
from datetime import date, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload, selectinload

from foundation.audit import record
from foundation.clock import local, now, today
from foundation.errors import Refused
from foundation.jobs import enqueue
from foundation.office import Office, office
from foundation.people import PROGRAM, Actor, Role
from foundation.text import t, translator, written
from kiosk.guests import membership
from kiosk.ledger.collection import Copy
from kiosk.ledger.loans import OUT, Loan, LoanItem
from kiosk.ledger.messages import Kind, Message, MessageState, Messaging
from kiosk.ledger.reservations import Reservation
from kiosk.ledger.visits import Visit

FROM, UNTIL = 8, 20   # the hours of the day in which people are written to by the program
EVERY = 7             # days between two reminders of one overdue loan
LONGEST_TITLE = 120   # letters of a work's title in a message

DUE_SOON = (t("Please bring back by %(day)s"), t("You borrowed from %(library)s: %(titles)s. Please bring it back by %(day)s."))
OVERDUE = (t("Your loan is overdue"), t("You borrowed from %(library)s: %(titles)s. It was due on %(day)s. Please bring it back."))
MOVED = (t("Your due date has moved to %(day)s"),
         t("You borrowed from %(library)s: %(titles)s. The days on which the library is open have changed: please bring it back by "
           "%(day)s, no longer by %(was)s."))
OVERTAKEN = t("The due date has moved since.")
READY = (t("A copy lies ready for you"), t("%(titles)s lies ready for you at %(library)s until %(day)s. Please fetch it at the desk."))
_LOANS = (sa.select(Loan).where(Loan.state.in_(OUT)).order_by(Loan.id)
          .options(selectinload(Loan.items).joinedload(LoanItem.copy).joinedload(Copy.title), joinedload(Loan.visit)))


def contact_of(session: Session, visit: Visit) -> str:
    """Where the person of this visit can be reached: what a member has said at the desk goes before what stands in the guest book."""
    member = membership.member_of(session, visit.person_key)
    return (member.contact if member else "") or visit.contact


def tell_it_is_ready(session: Session, it: Reservation, here: Office) -> Message | None:
    """A copy has begun to lie ready."""
    return _tell(session, Kind.READY, f"reservation:{it.id}", it.keep_until, it, it.contact, READY, [it.title.title], it.keep_until, here,
                 PROGRAM)


def remind(session: Session, here: Office, day: date) -> int:
    """The reminders that are to be written on `day`, each once: `reminder_days` before the due date to who can be reached, and on the
    first day after it and every week from then on; how many. What could not be written on its day is written on the next."""
    due = session.execute(sa.select(Loan.id, Loan.due_on).where(Loan.state.in_(OUT), Loan.due_on <= day + timedelta(here.reminder_days)))
    meant = {loan_id: _reminder(due_on, day) for loan_id, due_on in due}
    written = session.execute(sa.select(Message.about, Message.kind, Message.day).where(Message.day.in_({d for _, d in meant.values()})))
    known = {(about, kind, on) for about, kind, on in written}
    told = 0
    for loan in session.scalars(_LOANS.where(Loan.id.in_([i for i, it in meant.items() if (f"loan:{i}", *it) not in known]))).all():
        kind, on = meant[loan.id]
        contact = contact_of(session, loan.visit)
        if contact or kind is Kind.OVERDUE:
            told += bool(_about_loan(session, kind, loan, on, contact, DUE_SOON if kind is Kind.DUE_SOON else OVERDUE, here, PROGRAM))
    return told


def _reminder(due_on: date, day: date) -> tuple[Kind, date]:
    """Which reminder stands on `day` for a loan due on `due_on`, and the day it is meant for."""
    late = (day - due_on).days
    return (Kind.DUE_SOON, due_on) if late <= 0 else (Kind.OVERDUE, due_on + timedelta(1 + (late - 1) // EVERY * EVERY))


def remind_now(session: Session, loan_ids: list[int], by: Actor) -> list[Message]:
    """The officer asks for a reminder of these overdue loans; who was reached today is not written to again. What was made.

    Raises Refused when nothing was chosen.
    """
    by.must_be(Role.OFFICER, Role.ADMIN)
    here = office(session)
    day = today(here.time_zone)
    made = [_about_loan(session, Kind.OVERDUE, loan, day, contact_of(session, loan.visit), OVERDUE, here, by)
            for loan in chosen(session, loan_ids)]
    return [message for message in made if message]


def note_letters(session: Session, loan_ids: list[int], by: Actor) -> list[Loan]:
    """Reminder letters about these loans are being printed: it is kept that they were, once a day; the loans."""
    by.must_be(Role.OFFICER, Role.ADMIN)
    here, loans = office(session), chosen(session, loan_ids)
    for loan in loans:
        _about_loan(session, Kind.LETTER, loan, today(here.time_zone), "", OVERDUE, here, by)
    return loans


def chosen(session: Session, loan_ids: list[int]) -> list[Loan]:
    """Those of these loans that are overdue now. Raises Refused when none is."""
    loans = list(session.scalars(_LOANS.where(Loan.id.in_(loan_ids), Loan.due_at < now())))
    if not loans:
        raise Refused(t("No overdue loan is chosen."), t("Tick the loans first."), status=422)
    return loans


def tell_they_moved(session: Session, was: Mapping[int, date], by: Actor) -> int:
    """The due dates of these loans (id -> the old one) have just moved: who can be reached is told, once for each move; how many.
    A message with an older date that still waits does not go any more."""
    if not was:
        return 0
    here, told = office(session), 0
    session.flush()
    for waiting in session.scalars(sa.select(Message).where(Message.about.in_([f"loan:{loan_id}" for loan_id in was]),
                                                            Message.state == MessageState.WAITING)):
        waiting.settle(MessageState.UNSENT, OVERTAKEN)
    for loan in session.scalars(_LOANS.where(Loan.id.in_(was))).all():
        if contact := contact_of(session, loan.visit):
            told += bool(_about_loan(session, Kind.MOVED, loan, loan.due_on, contact, MOVED, here, by, was[loan.id]))
    return told


def send_again(session: Session, message_id: int, by: Actor) -> Message:
    """The officer has a message that was perhaps sent sent once more. Raises Refused when that is settled, or it is forgotten."""
    by.must_be(Role.OFFICER, Role.ADMIN)
    it = session.get_one(Message, message_id, with_for_update=True)
    if it.state is not MessageState.PERHAPS or not it.contact:
        raise Refused(t("This message does not wait for an answer any more."), t("Look at the list of messages again."))
    it.settle(MessageState.WAITING)
    record(session, by, "message sent again", it)
    enqueue(session, Messaging.send_message, message=it.id)
    return it


def may_write_now(here: Office) -> bool:
    """Whether it is an hour at which people are written to."""
    return FROM <= local(now(), here.time_zone).hour < UNTIL


def _about_loan(session: Session, kind: Kind, loan: Loan, day: date, contact: str, words: tuple[str, str], here: Office,
                by: Actor, was: date | None = None) -> Message | None:
    titles = [item.copy.title.title for item in loan.open_items]
    return _tell(session, kind, f"loan:{loan.id}", day, loan, contact, words, titles, loan.due_on, here, by, was)


def _tell(session: Session, kind: Kind, about: str, day: date, of: Loan | Reservation, contact: str, words: tuple[str, str],
          titles: list[str], until: date, here: Office, by: Actor, was: date | None = None) -> Message | None:
    """The message, and the job that sends it, in the caller's transaction; None where one of this kind for this day went, or may have.

    One that reached nobody is written anew in its own row: since then there may be a contact, or a way to it.
    """
    there = None if kind is Kind.MOVED else session.scalar(sa.select(Message).where(
        Message.kind == kind, Message.about == about, Message.day == day).with_for_update())
    if there and (there.state not in (MessageState.UNSENT, MessageState.FAILED) or not contact):
        return None
    _ = translator(of.language)
    facts = {"library": here.library, "day": written(until, of.language), "titles": "; ".join(_shortened(title) for title in titles),
             "was": written(was, of.language) if was else ""}
    made = there or Message(kind=kind, about=about, day=day, borrower_key=of.borrower_key)
    made.contact, made.language, made.made_by, made.made_at = contact, of.language, by.name, now()
    made.title, made.body = _(words[0]) % facts, _(words[1]) % facts
    made.settle(MessageState.WAITING)
    if kind is Kind.LETTER:
        made.settle(MessageState.SENT)
    elif not contact:
        made.settle(MessageState.UNSENT, t("There is no contact."))
    session.add(made)
    record(session, by, "borrower told", made, kind=kind.value, about=about)
    if made.state is MessageState.WAITING:
        enqueue(session, Messaging.send_message, message=made.id)
    return made


def _shortened(title: str) -> str:
    return title if len(title) <= LONGEST_TITLE else f"{title[:LONGEST_TITLE - 1].rstrip()}…"


def latest(session: Session, about: list[str]) -> dict[str, Message]:
    """The newest message about each of these things, by thing, or letter; that a due date moved reminds of nothing. Those that nobody
    was told of are not in it."""
    rows = session.scalars(sa.select(Message).where(Message.about.in_(about), Message.kind != Kind.MOVED).order_by(Message.id))
    return {message.about: message for message in rows}


def about(session: Session, thing: str) -> list[Message]:
    """Every message about this thing (`loan:12`), oldest first."""
    return list(session.scalars(sa.select(Message).where(Message.about == thing).order_by(Message.id)))
