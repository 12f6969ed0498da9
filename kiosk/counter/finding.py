"""Finding loans, guests and copies for the officer: by a code, by words, by state; read-only queries."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from foundation.clock import end_of, now, start_of, today
from foundation.keys import Keys
from foundation.office import office
from foundation.text import clean
from kiosk.borrowing import calendar, lending, notifying
from kiosk.borrowing.lending import WHOLE
from kiosk.counter.slips import Found, identify
from kiosk.ledger.collection import Copy, CopyStatus, Title, copy_code
from kiosk.ledger.loans import OUT, Loan, LoanItem, LoanState, Outcome, Reading
from kiosk.ledger.messages import Message
from kiosk.ledger.reservations import Reservation, ReservationState
from kiosk.ledger.visits import Visit, named
from printer import codes
from printer.printouts import Printout

MOST_GUESTS = 50  # in one list

def open_code(session: Session, keys: Keys, text: str) -> Found:
    """What a code means at the desk: as slips.identify, and the e-slip of a request opens the request."""
    compact = "".join(text[:200].split())
    is_slip = len(compact) == codes.LENGTH and compact.isdigit() and not codes.is_card(compact)
    if is_slip and (loan := lending.find_loan(session, codes.read(keys.slips, compact))):
        return Found(loan)
    return identify(session, keys, text)


def copy_with(session: Session, label: str) -> Copy | None:
    """The copy with exactly this label; None where there is none."""
    return session.scalar(sa.select(Copy).where(Copy.code == copy_code(label)))


def slips_of(session: Session, loan_id: int) -> list[Printout]:
    return list(session.scalars(sa.select(Printout).where(Printout.subject == f"loan:{loan_id}").order_by(Printout.copy_no)))


def find_loans(session: Session, show: str, words: str = "", most: int = 200) -> list[Loan]:
    """Loans that are "open", "overdue", "requested", "returned" (today) or "all", and whose borrower, number, title or
    copy label has every one of the `words`; what is due or waiting longest comes first."""
    zone = office(session).time_zone
    day = today(zone)
    which, order = {
        "open": (Loan.state.in_(OUT), (Loan.due_at, Loan.id)),
        "overdue": (sa.and_(Loan.state.in_(OUT), Loan.due_at < now()), (Loan.due_at, Loan.id)),
        "requested": (Loan.state == LoanState.REQUESTED, (Loan.requested_at,)),
        "returned": (Loan.items.any(sa.and_(LoanItem.outcome == Outcome.RETURNED, LoanItem.closed_at.between(
            start_of(day, zone), end_of(day, zone)))), (Loan.id.desc(),)),
        "all": (sa.true(), (Loan.id.desc(),)),
    }[show]
    query = sa.select(Loan).where(which).order_by(*order).limit(most).options(*WHOLE)
    for word in clean(words, 100).split():
        query = query.where(_speaks_of(word))
    return list(session.scalars(query))


def _speaks_of(word: str) -> sa.ColumnElement[bool]:
    number = word.split("-")[1] if word.count("-") == 2 and word[:4].isdigit() else word  # 2026-00042-7391 is number 42
    among = [Loan.visit.has(named(word)),
             Loan.items.any(LoanItem.copy.has(sa.or_(Copy.code == copy_code(word),
                                                     Copy.title.has(Title.title.icontains(word, autoescape=True)))))]
    if number.isascii() and number.isdigit() and len(number) < 10:
        among.append(Loan.number == int(number))
    return sa.or_(*among)


def lateness(session: Session) -> Callable[[Loan], int]:
    """How many open days a loan is late by now; 0 for one that is in time or back."""
    days = calendar.load(session)
    on = today(days.zone)
    return lambda loan: days.late_days(loan.due_on, on) if loan.due_on and loan.state in OUT else 0


@dataclass(frozen=True)
class Guest:
    """One person of the guest book, as far as can be known; `visit_id` is the latest visit."""

    visit_id: int
    name: str
    institution: str
    visits: int
    last: date
    open_copies: int


def find_guests(session: Session, words: str, most: int = MOST_GUESTS) -> list[Guest]:
    """People whose name or institution has every one of the `words`, the latest visitors first."""
    per_person = (sa.select(Visit.person_key, sa.func.max(Visit.id).label("id"), sa.func.count().label("visits"))
                  .where(Visit.signed_at.is_not(None), Visit.person_key != "").group_by(Visit.person_key)
                  .order_by(sa.func.max(Visit.id).desc()).limit(most))
    for word in clean(words, 100).split():
        per_person = per_person.where(named(word))
    found = per_person.subquery()
    rows = session.execute(sa.select(Visit, found.c.visits).join(found, found.c.id == Visit.id).order_by(Visit.id.desc())).all()
    out = Counter(session.scalars(sa.select(Loan.borrower_key).join(LoanItem, LoanItem.loan_id == Loan.id).where(
        Loan.state.in_(OUT), LoanItem.outcome.is_(None), Loan.borrower_key.in_([visit.person_key for visit, _ in rows]))))
    return [Guest(visit.id, visit.name, visit.institution, visits, visit.day, out[visit.person_key]) for visit, visits in rows]


def copies_to_lend(session: Session, title_ids: list[int]) -> dict[int, list[Copy]]:
    """The copies of these titles that stand on the shelf, by title; what lies ready for somebody does not."""
    rows = session.scalars(sa.select(Copy).where(
        Copy.title_id.in_(title_ids), Copy.status == CopyStatus.AVAILABLE,
        ~sa.exists().where(LoanItem.copy_id == Copy.id, LoanItem.outcome.is_(None)),
        ~sa.exists().where(Reservation.copy_id == Copy.id, Reservation.state == ReservationState.READY)).order_by(Copy.number))
    found: dict[int, list[Copy]] = {}
    for copy in rows:
        found.setdefault(copy.title_id, []).append(copy)
    return found


def loans_of_copies(session: Session, copies: Iterable[Copy]) -> dict[int, Loan]:
    """The loan that each of these copies is out on or asked for by, by the copy's id."""
    rows = sa.select(LoanItem.copy_id, Loan).join(Loan, Loan.id == LoanItem.loan_id).where(
        LoanItem.copy_id.in_([copy.id for copy in copies]), LoanItem.outcome.is_(None))
    return {copy_id: loan for copy_id, loan in session.execute(rows)}


def readings_of(session: Session, copy_ids: Collection[int]) -> dict[int, Reading]:
    """Those of these copies that somebody reads here just now, by copy."""
    found = session.scalars(sa.select(Reading).where(Reading.copy_id.in_(copy_ids), Reading.ended_at.is_(None)))
    return {reading.copy_id: reading for reading in found}


def past_loans(session: Session, copy_id: int, most: int = 10) -> list[Loan]:
    """The latest loans of one copy, newest first."""
    mine = sa.select(LoanItem.loan_id).where(LoanItem.copy_id == copy_id)
    return list(session.scalars(sa.select(Loan).where(Loan.id.in_(mine)).order_by(Loan.id.desc()).limit(most).options(*WHOLE)))


@dataclass(frozen=True)
class Overdue:
    """A loan that should be back: how many open days late, where its person can be reached, and the last message or letter about it."""

    loan: Loan
    late: int
    contact: str
    told: Message | None


def overdue(session: Session, only: Collection[int] | None = None) -> list[Overdue]:
    """The overdue loans, longest first; `only` those with these ids."""
    query = sa.select(Loan).where(Loan.state.in_(OUT), Loan.due_at < now()).order_by(Loan.due_at, Loan.id).options(*WHOLE)
    loans = session.scalars(query if only is None else query.where(Loan.id.in_(only))).all()
    late, told = lateness(session), notifying.latest(session, [f"loan:{loan.id}" for loan in loans])
    return [Overdue(loan, late(loan), notifying.contact_of(session, loan.visit), told.get(f"loan:{loan.id}")) for loan in loans]
