"""Waiting for a title: the queue, the hold shelf, and who is next; every function is one use case, inside the caller's transaction."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from foundation.audit import record
from foundation.clock import now, today
from foundation.errors import Reason, Refused
from foundation.office import Office, office
from foundation.people import PROGRAM, VISITOR, Actor, Role
from foundation.text import clean, t
from kiosk.borrowing import calendar, notifying, rules
from kiosk.borrowing.sending import masked, way_of
from kiosk.guests import membership
from kiosk.ledger.collection import Copy, CopyStatus, Title
from kiosk.ledger.loans import Loan, LoanItem
from kiosk.ledger.reservations import OPEN, Reservation, ReservationState
from kiosk.ledger.visits import Visit, VisitState
from kiosk.shelves.availability import GONE, copy_for_the_queue, free_copy
from kiosk.shelves.cataloguing import set_status

LONGEST_CONTACT = 100  # characters
NO_ADDRESS = t("Write an e-mail address such as nama@contoh.id, or a telephone number such as 0812 3456 7890.")
_OF_PERSON = (sa.select(Reservation).where(Reservation.borrower_key == sa.bindparam("borrower"), Reservation.state.in_(OPEN))
              .order_by(Reservation.id).options(joinedload(Reservation.title), joinedload(Reservation.copy)))
_WAITING_FOR = (sa.select(Reservation).where(Reservation.title_id == sa.bindparam("title"), Reservation.state == ReservationState.WAITING)
                .order_by(Reservation.made_at, Reservation.id))
_IN_LOAN = sa.exists().where(LoanItem.copy_id == Reservation.copy_id, LoanItem.outcome.is_(None))


@dataclass(frozen=True)
class Standing:
    """How one person stands with a title: the open reservation (None: there is none), its place in the queue (0: a copy lies
    ready), and what stands in the way of making one."""

    reservation: Reservation | None
    place: int
    against: list[Reason]


def reasons_against(session: Session, visit: Visit, title: Title, here: Office) -> list[Reason]:
    """Everything that stands in the way of reserving the title, always in this order: the guest book, the membership, a block,
    no copy to wait for, a rule that does not lend it, a copy of it in the person's hands, one that can be had at once, the limit."""
    against: list[Reason] = []
    if visit.state is VisitState.SIGNED:
        against.append(Reason(t("The officer has not let you in yet."), t("Please wait a moment, or ask at the desk.")))
    elif visit.state is not VisitState.ADMITTED:
        against.append(Reason(t("The guest book is not signed yet."), t("Sign the guest book first; it takes one minute.")))
    day = today(here.time_zone)
    against += membership.against_borrowing(session, visit.person_key, day)
    name = {"title": title.title}
    if not _to_wait_for(session, title.id):
        against.append(Reason(t("The library has no copy of “%(title)s” to lend."), t("Ask the officer."), name))
    rule = rules.choose(rules.load(session), visit.category, title.kind, day)
    if rule is None or not rule.loanable:
        against.append(Reason(t("“%(title)s” is not lent out."), t("You can read it here, in the room."), name))
    if _has_it(session, title.id, visit.person_key):
        against.append(Reason(t("You have “%(title)s” already."), t("It is on one of your slips."), name))
    elif free_copy(session, title.id, borrower=visit.person_key):
        against.append(Reason(t("A copy of “%(title)s” can be had now."), t("Borrow it at once."), name))
    if len(of_person(session, visit.person_key)) >= here.borrower_limit:
        against.append(Reason(t("You have reserved %(limit)s titles; more are not possible at once."),
                              t("Cancel one of them first."), {"limit": here.borrower_limit}))
    return against


def _to_wait_for(session: Session, title_id: int) -> bool:
    """Whether there is a copy that can come back."""
    return bool(session.scalar(sa.select(sa.exists().where(
        Copy.title_id == title_id, Copy.status.not_in((*GONE, CopyStatus.REFERENCE_ONLY))))))


def _has_it(session: Session, title_id: int, key: str) -> bool:
    return bool(session.scalar(sa.select(sa.exists().where(
        LoanItem.loan_id == Loan.id, LoanItem.outcome.is_(None), LoanItem.copy_id == Copy.id, Copy.title_id == title_id,
        Loan.borrower_key == key))))


def reserve(session: Session, visit_id: int, title_id: int, nonce: str, by: Actor, language: str) -> Reservation:
    """The visitor joins the end of the title's queue. Asking again, or the same `nonce`, is the same reservation.

    Raises Refused with every reason when it cannot be.
    """
    by.must_be(VISITOR, Role.OFFICER, Role.ADMIN)
    visit, title = session.get_one(Visit, visit_id, with_for_update=True), _the_title(session, title_id)
    if known := session.scalar(sa.select(Reservation).where(Reservation.nonce == nonce)) or _own(session, title_id, visit.person_key):
        return known
    if against := reasons_against(session, visit, title, office(session)):
        raise Refused(t("This cannot be reserved just now."), t("See below what you can do."), reasons=tuple(against))
    made = Reservation(nonce=nonce, title=title, borrower_key=visit.person_key, name=visit.name,
                       contact=notifying.contact_of(session, visit), language=language, visit_id=visit.id)
    session.add(made)
    record(session, by, "title reserved", made, title=title.id)
    return made


def _the_title(session: Session, title_id: int) -> Title:
    """The title, locked until the transaction ends: whoever joins or serves its queue does so one after the other."""
    return session.get_one(Title, title_id, with_for_update={"key_share": True})


def _own(session: Session, title_id: int, key: str) -> Reservation | None:
    return next((it for it in of_person(session, key) if it.title_id == title_id), None)


def of_person(session: Session, key: str) -> list[Reservation]:
    """The open reservations of one person (see visits.person_key), oldest first."""
    return list(session.scalars(_OF_PERSON, {"borrower": key})) if key else []


def standing(session: Session, title_id: int, visit: Visit | None) -> Standing:
    """How the visitor stands with this title; of somebody who has not signed the guest book only what holds for everybody."""
    visit = visit or Visit(person_key="")
    own = _own(session, title_id, visit.person_key)
    return Standing(own, place(session, own) if own else 0,
                    [] if own else reasons_against(session, visit, session.get_one(Title, title_id), office(session)))


def place(session: Session, it: Reservation) -> int:
    """Its place in the queue, 1 is next; 0 when it does not wait (any more)."""
    if it.state is not ReservationState.WAITING:
        return 0
    before = sa.or_(Reservation.made_at < it.made_at, sa.and_(Reservation.made_at == it.made_at, Reservation.id < it.id))
    return 1 + session.scalar(sa.select(sa.func.count()).where(  # type: ignore[operator]
        Reservation.title_id == it.title_id, Reservation.state == ReservationState.WAITING, before))


def reserved_by_others(session: Session, title_ids: Collection[int], key: str, states: Collection[ReservationState] = OPEN) -> set[int]:
    """Those of these titles that others than `key` have reserved: for which they wait, or a copy lies ready."""
    return set(session.scalars(sa.select(Reservation.title_id).where(
        Reservation.title_id.in_(title_ids), Reservation.state.in_(states), Reservation.borrower_key != key)))


def is_of(it: Reservation | None, visit: Visit | None) -> bool:
    """Whether who stands at the kiosk has made this reservation: in this visit, or with the member's card. A name alone, which anybody
    can write, tells too little to give somebody's place away."""
    if it is None or visit is None:
        return False
    return it.visit_id == visit.id or (visit.member_id is not None and it.borrower_key == visit.person_key)


def told_at(it: Reservation) -> str:
    """Where the message about it goes, as its person knows it again: …@surat.example; empty where it can go nowhere."""
    return masked(it.contact) if way_of(it.contact) else ""


def is_unreachable(it: Reservation) -> bool:
    """Whether its person waits for a copy, and can be told nowhere that it lies ready."""
    return it.state is ReservationState.WAITING and not told_at(it)


def say_where(session: Session, reservation_id: int, contact: str, by: Actor) -> Reservation:
    """Where the message is to go: it is kept with this reservation and goes with it; what the guest book says stays.

    Raises Refused, with the field `contact`, for what is neither an e-mail address nor a telephone number; and where nobody waits any more.
    """
    by.must_be(VISITOR, Role.OFFICER, Role.ADMIN)
    it = session.get_one(Reservation, reservation_id, with_for_update=True)
    if it.state is not ReservationState.WAITING:
        raise Refused(t("This reservation does not wait any more."), t("Look at the title again."))
    given = clean(contact, LONGEST_CONTACT + 1)
    if len(given) > LONGEST_CONTACT or way_of(given) is None:
        raise Refused(NO_ADDRESS, fields={"contact": NO_ADDRESS})
    it.contact = given
    record(session, by, "contact given", it)
    return it


def cancel(session: Session, reservation_id: int, by: Actor) -> Reservation:
    """The person or the officer gives it up; a copy that lay ready goes to who is next. Raises Refused when it has ended already."""
    it = session.get_one(Reservation, reservation_id)
    it.take("cancel", by)
    record(session, by, "reservation cancelled", it)
    serve(session, [it.title_id])
    return it


def not_there(session: Session, reservation_id: int, by: Actor) -> Reservation:
    """The copy does not lie on the hold shelf: it is missing from now on, and its person is first in the queue again."""
    it = session.get_one(Reservation, reservation_id)
    it.take("release", by)
    copy, it.copy, it.ready_at, it.keep_until = it.copy, None, None, None
    session.flush()
    set_status(session, copy, CopyStatus.MISSING, t("It was not on the hold shelf."), by)
    record(session, by, "reservation released", it, copy=copy.code)
    serve(session, [it.title_id])
    return it


def serve(session: Session, title_ids: Iterable[int]) -> list[Reservation]:
    """Each free copy of these titles goes to who has waited longest: it lies ready from now on, and the person is told; which.

    A title for which nobody waits costs one look.
    """
    wanted = session.scalars(sa.select(Reservation.title_id).where(
        Reservation.title_id.in_(set(title_ids)), Reservation.state == ReservationState.WAITING).distinct().order_by(Reservation.title_id))
    return [held for title_id in wanted.all() for held in _serve(session, title_id)]


def _serve(session: Session, title_id: int) -> list[Reservation]:
    title, served = _the_title(session, title_id), []
    session.flush()
    for it in session.scalars(_WAITING_FOR, {"title": title_id}, execution_options={"populate_existing": True}).all():
        copy = copy_for_the_queue(session, title.id)
        if copy is None:
            break
        here, days = office(session), calendar.load(session)
        it.take("hold", PROGRAM)
        it.copy, it.ready_at, it.keep_until = copy, now(), keep_until(days, today(here.time_zone), here.hold_days)
        session.flush()
        record(session, PROGRAM, "copy held", it, copy=copy.code, until=it.keep_until.isoformat())
        notifying.tell_it_is_ready(session, it, here)
        served.append(it)
    return served


def keep_until(days: calendar.Calendar, day: date, count: int) -> date:
    """The last of `count` open days after `day`; counted as plain days where the office does not open for a year."""
    for later in range(1, calendar.LONGEST_CLOSURE):
        count -= days.is_open(day + timedelta(later))
        if count <= 0:
            return day + timedelta(later)
    return day + timedelta(calendar.LONGEST_CLOSURE)


def take(session: Session, key: str, copies: Sequence[Copy], by: Actor) -> None:
    """These copies went into the person's hands: what the person had reserved of them is taken; a copy that was held in vain goes on."""
    mine = {it.title_id: it for it in of_person(session, key)}
    for it in [mine[copy.title_id] for copy in copies if copy.title_id in mine]:
        it.take("take", PROGRAM)
        record(session, by, "reservation taken", it)
    if mine:
        serve(session, [copy.title_id for copy in copies])


def expire(session: Session, by: Actor = PROGRAM) -> int:
    """What was not fetched in time goes to who is next; how many. A copy that its person has just asked for stays."""
    late = session.scalars(sa.select(Reservation).where(
        Reservation.state == ReservationState.READY, Reservation.keep_until < today(office(session).time_zone), ~_IN_LOAN)).all()
    for it in late:
        it.take("expire", by)
        record(session, by, "reservation expired", it)
    serve(session, {it.title_id for it in late})
    return len(late)


def serve_all(session: Session) -> int:
    """Every copy that became free in another way (mended, found on its shelf, read to the end) goes to who waits; how many."""
    titles = session.scalars(sa.select(Reservation.title_id).where(Reservation.state == ReservationState.WAITING).distinct()).all()
    return len(serve(session, titles)) if titles else 0


def hold_shelf(session: Session) -> list[Reservation]:
    """What lies ready, what must be fetched first at the top."""
    return list(session.scalars(sa.select(Reservation).where(Reservation.state == ReservationState.READY).order_by(
        Reservation.keep_until, Reservation.id).options(joinedload(Reservation.title), joinedload(Reservation.copy))))


def queue(session: Session) -> list[Reservation]:
    """Who waits, title by title, who is next first."""
    return list(session.scalars(sa.select(Reservation).join(Title).where(Reservation.state == ReservationState.WAITING).order_by(
        Title.title, Title.id, Reservation.made_at, Reservation.id).options(joinedload(Reservation.title))))


def held(session: Session, copy_ids: Collection[int]) -> dict[int, Reservation]:
    """For whom these copies lie ready, by copy; those that do not are not in it."""
    found = session.scalars(sa.select(Reservation).where(Reservation.copy_id.in_(copy_ids), Reservation.state == ReservationState.READY))
    return {it.copy_id: it for it in found}


def visits_here(session: Session, reservations: Sequence[Reservation]) -> dict[int, Visit]:
    """The visits of those of these people who are in the room now, by reservation."""
    here = {visit.person_key: visit for visit in session.scalars(sa.select(Visit).where(
        Visit.state == VisitState.ADMITTED, Visit.person_key.in_({it.borrower_key for it in reservations})))}
    return {it.id: here[it.borrower_key] for it in reservations if it.borrower_key in here}
