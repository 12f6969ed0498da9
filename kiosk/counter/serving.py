"""What the officer does at the counter in a visitor's place: sign the guest book, and lend the copies in hand."""

from collections.abc import Sequence
from dataclasses import replace

import sqlalchemy as sa
from sqlalchemy.orm import Session

from foundation.errors import Refused
from foundation.people import Actor, Role
from foundation.text import t
from kiosk.borrowing import lending, reserving
from kiosk.borrowing.lending import Wish
from kiosk.guests import visiting
from kiosk.ledger.collection import Copy, CopyStatus, copy_code
from kiosk.ledger.loans import Loan, LoanItem, Reading
from kiosk.ledger.members import Member
from kiosk.ledger.reservations import ReservationState
from kiosk.ledger.visits import Visit, VisitState


def sign_for(session: Session, entry: visiting.GuestEntry, by: Actor, language: str, member: Member | None = None) -> Visit:
    """The officer writes a visitor (who is this `member`) into the guest book, and by that lets the visitor in."""
    by.must_be(Role.OFFICER, Role.ADMIN)
    visit = visiting.sign(session, visiting.arrive(session, by, language).id, entry, by, member)
    return visit if visit.state is VisitState.ADMITTED else visiting.admit(session, visit.id, by)


def copies_with(session: Session, labels: Sequence[str]) -> list[Copy]:
    """The copies with these labels, each once, in their order; labels of no copy fall out, and those beyond the most."""
    wanted = dict.fromkeys(copy_code(label) for label in labels[:lending.MOST_IN_BASKET])
    found = {copy.code: copy for copy in session.scalars(sa.select(Copy).where(Copy.code.in_(wanted)))}
    return [found[code] for code in wanted if code in found]


def in_hand(session: Session, visit: Visit, copies: Sequence[Copy]) -> list[Wish]:
    """These copies, one by one, as wishes of the visitor; without the copy where it is not one to lend."""
    by_title = {wish.title.id: wish for wish in lending.wishes(session, [copy.title_id for copy in copies], visit)}
    kept = reserving.held(session, [copy.id for copy in copies])
    awaited = reserving.reserved_by_others(session, list(by_title), visit.person_key, {ReservationState.WAITING})

    def wish(copy: Copy) -> Wish:
        of = kept[copy.id].borrower_key if copy.id in kept else None
        for_others = of != visit.person_key if of else copy.title_id in awaited
        return replace(by_title[copy.title_id], copy=copy if _can_go(session, copy) and not for_others else None, awaited=for_others)
    return [wish(copy) for copy in copies]


def lend(session: Session, visit_id: int, labels: Sequence[str], nonce: str, by: Actor) -> Loan:
    """Request and hand-over in one: the very copies with these labels go to the visitor. The caller prints the slip.

    A copy the visitor was reading leaves the reading table with it. The same `nonce` is the same loan.
    Raises Refused with every reason when it cannot be.
    """
    by.must_be(Role.OFFICER, Role.ADMIN)
    visit = session.get_one(Visit, visit_id, with_for_update=True)
    if known := session.scalar(sa.select(Loan).where(Loan.nonce == nonce)):
        return known
    copies = copies_with(session, labels)
    if len({copy.title_id for copy in copies}) < len(copies):
        raise Refused(t("Two copies of the same title are not lent to one person."), t("Take one of them out."))
    loan = lending.keep(session, visit, in_hand(session, visit, copies), nonce, by, visit.language)
    for reading in session.scalars(sa.select(Reading).where(Reading.copy_id.in_([c.id for c in copies]), Reading.ended_at.is_(None))):
        lending.end_reading(session, reading.id, by)
    return lending.hand_over(session, loan.id, by)


def _can_go(session: Session, copy: Copy) -> bool:
    """Whether the copy, which lies on the counter, is one to lend and in nobody's loan; being read it may be."""
    return copy.status is CopyStatus.AVAILABLE and not session.scalar(
        sa.select(sa.exists().where(LoanItem.copy_id == copy.id, LoanItem.outcome.is_(None))))
