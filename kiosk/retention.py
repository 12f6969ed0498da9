"""Forgets who came when there is no more reason to know it, and keeps what was counted (UU 27/2022 article 43)."""

from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from foundation.audit import record
from foundation.people import PROGRAM, Actor
from kiosk.loans import OUT, Loan, LoanState
from kiosk.visits import Visit, VisitState


def forget_visitors(session: Session, today: date, by: Actor = PROGRAM) -> int:
    """Take name, contact, free words and the person's key out of visits whose time is over; how many.

    Institution, category, purpose and counts stay for the statistics. A visit with a loan still open is kept until it is closed.
    """
    open_loan = sa.exists().where(Loan.visit_id == Visit.id, Loan.state.in_([*OUT, LoanState.REQUESTED]))
    over = session.scalars(sa.select(Visit.id).where(Visit.keep_until < today, Visit.name != "", Visit.state == VisitState.LEFT,
                                                     ~open_loan).limit(500)).all()
    if over:
        session.execute(sa.update(Visit).where(Visit.id.in_(over)).values(name="", contact="", purpose_text="", person_key=""))
        session.execute(sa.update(Loan).where(Loan.visit_id.in_(over)).values(borrower_key=""))
        record(session, by, "visitors forgotten", "visit", count=len(over))
    return len(over)
