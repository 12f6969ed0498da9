"""Forgets people when there is no more reason to know them, and keeps what was counted (UU 27/2022 articles 16 and 43)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from foundation.audit import record
from foundation.clock import start_of
from foundation.errors import Refused
from foundation.office import Office, office
from foundation.people import PROGRAM, Actor, Role
from foundation.text import clean, t
from kiosk.ledger.loans import OUT, Loan, LoanState
from kiosk.ledger.members import Block, Member
from kiosk.ledger.messages import ON_ITS_WAY, Message
from kiosk.ledger.reservations import OPEN, Reservation
from kiosk.ledger.visits import NAMED, REACHABLE, Visit
from printer.printouts import Printout, PrintoutState

AT_ONCE = 500   # rows forgotten in one transaction, so that a desk comes in between
BOUNDS = (1, 3650)  # days
OPEN_LOANS = [*OUT, LoanState.REQUESTED]
# column of the office -> what is kept so long, and from when the days are counted
KINDS = {
    "retention_days": (t("Names in the guest book and on loans"),
                       t("from the visit; at least until its month is over, so that visitors are counted right")),
    "contact_days": (t("Contacts in the guest book, and what was sent to printers"), t("from the visit")),
    "reservation_days": (t("Who reserved a title, and the contact given with it"), t("from the end of the reservation")),
    "message_days": (t("Messages and letters"), t("from when they were sent, or given up")),
    "block_days": (t("Blocks and their reasons"), t("from their end")),
    "member_days": (t("Members"), t("from the end of the membership"))}


@dataclass(frozen=True)
class Due:
    """What is over of one kind: how many rows are forgotten in the coming night, and how many are kept because a loan is open."""

    kind: str
    days: int
    count: int
    kept: int


def has_open_loan(key: sa.ColumnElement[str]) -> sa.ColumnElement[bool]:
    """Whether somebody of this borrower key has a loan that is not closed."""
    return sa.exists().where(Loan.borrower_key == key, Loan.borrower_key != "", Loan.state.in_(OPEN_LOANS))


def _over(here: Office, today: date) -> dict[str, tuple[type, list[sa.ColumnElement[bool]], sa.ColumnElement[bool]]]:
    """By kind: its table, which of its rows are over on `today`, and which of these are kept all the same."""
    def before(days: int):
        return start_of(today - timedelta(days), here.time_zone)

    left = Visit.left_at.is_not(None)  # by its state SQLite would read every visit there ever was
    in_loan = sa.exists().where(Loan.visit_id == Visit.id, Loan.state.in_(OPEN_LOANS))
    ended = sa.func.coalesce(Member.ended_on, Member.valid_until)
    member_key = sa.literal("member:").concat(sa.cast(Member.id, sa.String))
    return {
        "retention_days": (Visit, [Visit.keep_until < today, sa.text(f"visit.{NAMED}"), left], in_loan),
        "contact_days": (Visit, [Visit.day < today - timedelta(here.contact_days), sa.text(f"visit.{REACHABLE}"), left], in_loan),
        "reservation_days": (Reservation, [Reservation.closed_at < before(here.reservation_days), Reservation.borrower_key != "",
                                           Reservation.state.not_in(OPEN)], sa.false()),
        "message_days": (Message, [Message.made_at < before(here.message_days), Message.borrower_key != "",
                                   Message.state.not_in(ON_ITS_WAY)], sa.false()),
        "block_days": (Block, [sa.or_(Block.until < today - timedelta(here.block_days), Block.lifted_at < before(here.block_days)),
                               Block.borrower_key != ""], sa.false()),
        "member_days": (Member, [ended < today - timedelta(here.member_days), Member.name != ""], has_open_loan(member_key)),
        # what was sent to a printer says who it was for, and is never sent again
        "papers": (Printout, [Printout.created_at < before(here.contact_days), Printout.payload != b"",
                              Printout.state.not_in([PrintoutState.QUEUED, PrintoutState.SENDING, PrintoutState.HELD])], sa.false()),
    }


# what a row of each kind loses
EMPTIED = {
    "retention_days": {"name": "", "group_name": "", "contact": "", "purpose_text": "", "person_key": "", "member_id": None},
    "contact_days": {"contact": ""},
    "reservation_days": {"name": "", "contact": "", "borrower_key": ""},
    "message_days": {"contact": "", "title": "", "body": "", "borrower_key": "", "trouble": ""},
    "block_days": {"borrower_key": "", "reason": ""},
    "member_days": {"name": "", "institution": "", "contact": "", "elsewhere": "",
                    "ended_on": sa.func.coalesce(Member.ended_on, Member.valid_until)},
    "papers": {"payload": b""}}


def due(session: Session, today: date) -> list[Due]:
    """What `forget` would take now, by kind."""
    here, found = office(session), []
    over_now = _over(here, today)
    for kind in KINDS:
        table, over, kept = over_now[kind]
        count, staying = (session.scalar(sa.select(sa.func.count()).select_from(table).where(*over, condition)) or 0
                          for condition in (~kept, kept))
        found.append(Due(kind, getattr(here, kind), count, staying))
    return found


def forget(session: Session, today: date, by: Actor = PROGRAM) -> int:
    """Empty what is over on `today`, at most AT_ONCE rows of each kind; how many. Once it is 0 the day is noted as done.

    Of a visit institution, category, purpose and counts stay for the statistics; whoever still has a loan is kept until it is closed.
    """
    here, counts = office(session), {}
    for kind, (table, over, kept) in _over(here, today).items():
        ids = session.scalars(sa.select(table.id).where(*over, ~kept).limit(AT_ONCE)).all()
        if ids:
            counts[kind] = len(ids)
            if kind == "retention_days":
                session.execute(sa.update(Loan).where(Loan.visit_id.in_(ids)).values(borrower_key=""))
            session.execute(sa.update(table).where(table.id.in_(ids)).values(EMPTIED[kind]))
    if counts:
        record(session, by, "data forgotten", "privacy", **counts)
    elif here.forgotten_on != today:
        here.forgotten_on = today
        session.info["office changed"] = True
    return sum(counts.values())


def keep_for(session: Session, form: Mapping[str, str], by: Actor) -> None:
    """Set how many days each kind is kept. Visits that were signed before keep the day they were promised.

    Raises Refused, with the kinds as fields, for what is no number of days from 1 to 3650.
    """
    by.must_be(Role.ADMIN)
    here, least, most = office(session), *BOUNDS
    given = {kind: clean(form.get(kind), 6) for kind in KINDS}
    days = {kind: int(text) if text.isascii() and text.isdigit() else 0 for kind, text in given.items()}
    if wrong := {kind: t("Write a number of days from 1 to 3650.") for kind, number in days.items() if not least <= number <= most}:
        raise Refused(t("The times cannot be saved like this."), t("Correct the marked fields."), fields=wrong)
    if changed := {kind: number for kind, number in days.items() if getattr(here, kind) != number}:
        for kind, number in changed.items():
            setattr(here, kind, number)
        record(session, by, "retention changed", "privacy", **changed)
        session.info["office changed"] = True
