"""Reservations of the demo office: a copy that lies ready for a member, and two members who wait for a title that is out."""

from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from foundation.clock import now, today
from foundation.office import Office
from kiosk.borrowing import calendar, reserving
from kiosk.ledger.collection import Copy, Title
from kiosk.ledger.loans import LoanItem
from kiosk.ledger.members import Member
from kiosk.ledger.reservations import Reservation, ReservationState
from kiosk.shelves.availability import availability, free_copy


def write_reservations(session: Session, here: Office) -> None:
    """Let the first members whose cards are good have reserved something."""
    ready, *waiting = session.scalars(sa.select(Member).where(Member.valid_until >= today(here.time_zone)).order_by(Member.number).limit(3))
    lent = sa.select(Copy.title_id).join(LoanItem).where(LoanItem.outcome.is_(None)).distinct().order_by(Copy.title_id)
    out = session.scalars(lent).all()
    gone = next(title_id for title_id, each in availability(session, out).items() if not each.free)
    copy = next(filter(None, (free_copy(session, title_id) for title_id in session.scalars(sa.select(Title.id).order_by(Title.id)))))
    until = reserving.keep_until(calendar.load(session), today(here.time_zone), here.hold_days)
    session.add(_of(ready, copy.title_id, 0, state=ReservationState.READY, copy=copy, ready_at=now() - timedelta(hours=1),
                    keep_until=until))
    session.add_all(_of(member, gone, place) for place, member in enumerate(waiting, start=1))


def _of(member: Member, title_id: int, number: int, **values: object) -> Reservation:
    return Reservation(nonce=f"demo-{number}", title_id=title_id, borrower_key=member.key, name=member.name, contact=member.contact,
                       made_at=now() - timedelta(days=2, hours=-number), **values)
