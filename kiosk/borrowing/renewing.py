"""A loan is kept longer: whether that may be, until when, and doing it."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from foundation.audit import record
from foundation.clock import end_of, now, today
from foundation.errors import Reason, Refused
from foundation.office import office
from foundation.people import VISITOR, Actor, Role
from foundation.text import t
from kiosk.borrowing import calendar, lending, reserving
from kiosk.guests import membership
from kiosk.ledger.loans import OUT, Loan, Renewal
from kiosk.ledger.reservations import ReservationState


@dataclass(frozen=True)
class Offer:
    """What a renewal would be: from the due date `was` to `due`, the `count`-th of at most `most`; `against` says why it cannot be."""

    was: date | None
    due: date | None
    count: int
    most: int
    days: int
    against: list[Reason]


def offer(session: Session, loan: Loan) -> Offer:
    """What keeping this loan longer would mean. It goes for the whole loan, counts from its due day, and the strictest rule speaks.

    The reasons against it come always in this order: it is not out, the membership, a block, it is overdue, no rule allows (more)
    renewals, somebody waits for a title.
    """
    rules = [loan.rules.get("items", {}).get(str(item.copy_id), {}) for item in loan.open_items]
    most = min((rule.get("max_renewals", 0) for rule in rules), default=0)
    days = min((rule.get("renewal_days", 0) for rule in rules), default=0)
    count = len(loan.renewals) + 1
    against = _against(session, loan, most if days else 0, count)
    due = calendar.load(session).due_day(loan.due_on, days) if loan.due_on and days and not against else None
    return Offer(loan.due_on, due, count, most, days, against)


def _against(session: Session, loan: Loan, most: int, count: int) -> list[Reason]:
    if loan.state not in OUT:
        return [Reason(t("This loan is not out."), t("Nothing more needs to be done."))]
    against = membership.against_borrowing(session, loan.borrower_key, today(office(session).time_zone))
    if loan.is_overdue(now()):
        against.append(Reason(t("This loan is overdue."), t("Return it first, or talk to the officer.")))
    if most == 0:
        against.append(Reason(t("This loan cannot be kept longer: its rule allows no renewal."),
                              t("Return it by the due date; you may borrow it again when nobody waits for it.")))
    elif count > most:
        against.append(Reason(t("This loan was renewed %(n)s times; more is not allowed."),
                              t("Return it by the due date; you may borrow it again when nobody waits for it."), {"n": most})
                       if most > 1 else
                       Reason(t("This loan was renewed already; more is not allowed."),
                              t("Return it by the due date; you may borrow it again when nobody waits for it.")))
    waited_for = reserving.reserved_by_others(session, [item.copy.title_id for item in loan.open_items], loan.borrower_key,
                                              {ReservationState.WAITING})
    against += [Reason(t("Somebody waits for “%(title)s”."), t("Return it by the due date."), {"title": item.copy.title.title})
                for item in loan.open_items if item.copy.title_id in waited_for]
    return against


def renew(session: Session, loan_id: int, was: date, by: Actor) -> tuple[Loan, bool]:
    """Keep the loan longer; `was` is the due date that the person saw: a second tap finds it renewed and changes nothing.

    Answers the loan, and whether it was this tap that renewed it (the caller may then print a new slip). Raises Refused with every
    reason when it cannot be.
    """
    by.must_be(VISITOR, Role.OFFICER, Role.ADMIN)
    loan = lending.the_loan(session, loan_id)
    if any(renewal.was == was for renewal in loan.renewals):
        return loan, False
    if loan.state in OUT and loan.due_on != was:
        raise Refused(t("The due date has changed in the meantime."), t("Look at it again, then renew."))
    wanted = offer(session, loan)
    if wanted.against:
        raise Refused(t("This loan cannot be kept longer."), t("See below what you can do."), reasons=tuple(wanted.against))
    loan.renewals.append(Renewal(days=wanted.days, was=was, due=wanted.due, by=by.name, station_id=by.station_id))
    loan.due_on, loan.due_at = wanted.due, end_of(wanted.due, office(session).time_zone)
    record(session, by, "loan renewed", loan, was=was.isoformat(), due=wanted.due.isoformat())
    return loan, True
