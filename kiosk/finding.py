"""Finding loans, guests and copies for the officer: by a code, by words, by state; read-only queries."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from foundation.clock import end_of, now, start_of, today
from foundation.keys import Keys
from foundation.office import office
from foundation.text import clean
from kiosk import calendar, lending
from kiosk.collection import Copy, CopyStatus, Title, copy_code
from kiosk.lending import WHOLE
from kiosk.loans import OUT, Loan, LoanItem, LoanState, Outcome, Reading
from kiosk.slips import Found, identify
from kiosk.visits import Visit
from printer import codes
from printer.printouts import Printout


def open_code(session: Session, keys: Keys, text: str) -> Found:
    """What a code means at the desk: as slips.identify, and the e-slip of a request opens the request."""
    compact = "".join(text[:200].split())
    if len(compact) == codes.LENGTH and compact.isdigit() and (loan := lending.find_loan(session, codes.read(keys.slips, compact))):
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
    among = [Loan.visit.has(Visit.person_key.contains(word.casefold(), autoescape=True)),
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


def find_guests(session: Session, words: str, most: int = 50) -> list[Guest]:
    """People whose name or institution has every one of the `words`, the latest visitors first."""
    per_person = (sa.select(Visit.person_key, sa.func.max(Visit.id).label("id"), sa.func.count().label("visits"))
                  .where(Visit.signed_at.is_not(None), Visit.person_key != "").group_by(Visit.person_key)
                  .order_by(sa.func.max(Visit.id).desc()).limit(most))
    for word in clean(words, 100).casefold().split():
        per_person = per_person.where(Visit.person_key.contains(word, autoescape=True))
    found = per_person.subquery()
    rows = session.execute(sa.select(Visit, found.c.visits).join(found, found.c.id == Visit.id).order_by(Visit.id.desc())).all()
    out = Counter(session.scalars(sa.select(Loan.borrower_key).join(LoanItem, LoanItem.loan_id == Loan.id).where(
        Loan.state.in_(OUT), LoanItem.outcome.is_(None), Loan.borrower_key.in_([visit.person_key for visit, _ in rows]))))
    return [Guest(visit.id, visit.name, visit.institution, visits, visit.day, out[visit.person_key]) for visit, visits in rows]


def copies_to_lend(session: Session, title_ids: list[int]) -> dict[int, list[Copy]]:
    """The copies of these titles that stand on the shelf, by title."""
    rows = session.scalars(sa.select(Copy).where(
        Copy.title_id.in_(title_ids), Copy.status == CopyStatus.AVAILABLE,
        ~sa.exists().where(LoanItem.copy_id == Copy.id, LoanItem.outcome.is_(None))).order_by(Copy.number))
    found: dict[int, list[Copy]] = {}
    for copy in rows:
        found.setdefault(copy.title_id, []).append(copy)
    return found


def reading_of(session: Session, copy_id: int) -> Reading | None:
    return session.scalar(sa.select(Reading).where(Reading.copy_id == copy_id, Reading.ended_at.is_(None)))


def past_loans(session: Session, copy_id: int, most: int = 10) -> list[Loan]:
    """The latest loans of one copy, newest first."""
    mine = sa.select(LoanItem.loan_id).where(LoanItem.copy_id == copy_id)
    return list(session.scalars(sa.select(Loan).where(Loan.id.in_(mine)).order_by(Loan.id.desc()).limit(most).options(*WHOLE)))
