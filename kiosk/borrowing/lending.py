"""What people do with loans; every function is one use case, inside the caller's transaction."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session, joinedload, selectinload

from foundation.audit import record
from foundation.clock import end_of, local, now, today
from foundation.counters import next_number
from foundation.errors import Reason, Refused
from foundation.office import Office, office
from foundation.people import PROGRAM, VISITOR, Actor, Role
from foundation.text import clean, t
from kiosk.borrowing import calendar, reserving, rules
from kiosk.guests import membership
from kiosk.ledger.collection import Copy, CopyStatus, Kind, Title, copy_code
from kiosk.ledger.loans import OUT, SELF_SERVICE, Loan, LoanItem, LoanState, Outcome, Reading
from kiosk.ledger.members import BlockKind
from kiosk.ledger.visits import Visit, VisitState
from kiosk.shelves.availability import free_copy
from kiosk.shelves.cataloguing import set_status

MOST_IN_BASKET = 20


# Made once: making a statement anew costs more than running it.
_TITLES = sa.select(Title).where(Title.id.in_(sa.bindparam("titles", expanding=True)))
_IN_HAND = (sa.select(Loan.due_at, Copy.title_id, Title.kind).join(LoanItem, LoanItem.loan_id == Loan.id)
            .join(Copy, Copy.id == LoanItem.copy_id).join(Title, Title.id == Copy.title_id)
            .where(Loan.borrower_key == sa.bindparam("borrower"), LoanItem.outcome.is_(None)))
_ASKED_BEFORE = sa.select(Loan).where(Loan.nonce == sa.bindparam("nonce"))


@dataclass(frozen=True)
class Wish:
    """One title somebody wants, with the rule that applies to it and the copy that can be had (None: none now).

    `awaited`: there is none because others have reserved it.
    """

    title: Title
    rule: rules.LoanRule | None
    copy: Copy | None
    awaited: bool = False


def wishes(session: Session, title_ids: Sequence[int], visit: Visit | None, to_take: bool = False) -> list[Wish]:
    """What stands behind the visitor's basket: titles that are no longer there fall out. `to_take` as in free_copy."""
    category, key = (visit.category, visit.person_key) if visit else (None, "")
    every_rule = rules.load(session)
    on = today(office(session).time_zone)
    titles = {title.id: title for title in session.scalars(_TITLES, {"titles": list(title_ids)})}
    copies = {i: free_copy(session, i, to_take=to_take, borrower=key) for i in titles}
    none_free = [i for i, copy in copies.items() if copy is None]
    awaited = reserving.reserved_by_others(session, none_free, key) if none_free else set()
    return [Wish(titles[i], rules.choose(every_rule, category, titles[i].kind, on), copies[i], i in awaited)
            for i in dict.fromkeys(title_ids) if i in titles]


def reasons_against(session: Session, visit: Visit, wanted: Sequence[Wish], here: Office) -> list[Reason]:
    """Everything that stands in the way of this loan, each with one next step, always in this order: the guest book is not signed (or
    nobody was let in), the membership is over, a block, nothing is wanted, an overdue loan, the office's limit; then title by title as
    in the basket: it is not lent out, its rule's limit, others have reserved it, it is in others' hands."""
    against: list[Reason] = []
    if visit.state is VisitState.SIGNED:
        against.append(Reason(t("The officer has not let you in yet."), t("Please wait a moment, or ask at the desk.")))
    elif visit.state is not VisitState.ADMITTED:
        against.append(Reason(t("The guest book is not signed yet."), t("Sign the guest book first; it takes one minute.")))
    against += membership.against_borrowing(session, visit.person_key, today(here.time_zone))
    if not wanted:
        against.append(Reason(t("Your basket is empty."), t("Search for a title and tap “Borrow”.")))
    in_hand = session.execute(_IN_HAND, {"borrower": visit.person_key}).all()
    if any(due and due < now() for due, _, _ in in_hand):
        against.append(Reason(t("A loan of yours is overdue."), t("Return it first, or talk to the officer.")))
    if wanted and len(in_hand) + len(wanted) > here.borrower_limit:
        against.append(Reason(t("This would be %(count)s copies in your hands; %(limit)s are allowed."),
                              t("Take some out of the basket, or return one first."),
                              {"count": len(in_hand) + len(wanted), "limit": here.borrower_limit}))
    for wish in wanted:
        against += _against_title(wish, [kind for _, _, kind in in_hand], wanted)
    return against


def _against_title(wish: Wish, kinds_in_hand: list[Kind], wanted: Sequence[Wish]) -> Iterable[Reason]:
    name = {"title": wish.title.title}
    if wish.rule is None or not wish.rule.loanable:
        yield Reason(t("“%(title)s” is not lent out."), t("Take it out of the basket and tap “Read here” instead."), name)
        return
    same_rule = [w for w in wanted if w.rule is wish.rule]
    many = len(same_rule) + (sum(kind is wish.rule.kind for kind in kinds_in_hand) if wish.rule.kind else len(kinds_in_hand))
    if many > wish.rule.max_copies and wish is same_rule[-1]:
        yield Reason(t("At most %(limit)s copies of this sort can be borrowed at once."),
                     t("Take some out of the basket, or return one first."), {"limit": wish.rule.max_copies})
    if wish.copy is None and wish.awaited:
        yield Reason(t("“%(title)s” is kept for somebody who reserved it."), t("Take it out of the basket, or reserve it too."), name)
    elif wish.copy is None:
        yield Reason(t("“%(title)s” is just now in somebody else’s hands."), t("Take it out of the basket, or ask the officer."), name)


def request_loan(session: Session, visit_id: int, title_ids: Sequence[int], nonce: str, by: Actor, language: str) -> Loan:
    """A visitor asks for these titles; their copies are kept for the visitor until the officer hands them over.

    `nonce` is the form's own number: a second tap, a refresh or "back" finds the same loan again. In self-service mode the
    caller hands over in the same transaction. Raises Refused with every reason when it cannot be.
    """
    by.must_be(VISITOR, Role.OFFICER, Role.ADMIN)
    visit = session.get_one(Visit, visit_id, with_for_update=True)  # one request of a visitor at a time
    if known := session.scalar(_ASKED_BEFORE, {"nonce": nonce}):
        return known
    return keep(session, visit, wishes(session, title_ids[:MOST_IN_BASKET], visit, to_take=True), nonce, by, language)


def keep(session: Session, visit: Visit, wanted: Sequence[Wish], nonce: str, by: Actor, language: str) -> Loan:
    """Keep the copies of these wishes for the visitor: the request itself. Raises Refused with every reason against it."""
    here = office(session)
    if against := reasons_against(session, visit, wanted, here):
        raise Refused(t("This cannot be borrowed just now."), t("See below what you can do."), reasons=tuple(against))
    snapshots = {str(w.copy.id): rules.snapshot(w.rule) for w in wanted}
    loan = Loan(nonce=nonce, visit=visit, borrower_key=visit.person_key, station_id=by.station_id, language=language,
                call=next_number(session, f"call {today(here.time_zone)}"),
                rules={"days": min(w.rule.days for w in wanted), "items": snapshots},
                items=[LoanItem(copy=w.copy) for w in wanted])
    session.add(loan)
    session.flush()
    record(session, by, "loan requested", loan, copies=[w.copy.code for w in wanted])
    return loan


def hand_over(session: Session, loan_id: int, by: Actor) -> Loan:
    """The copies go into the visitor's hands: the loan gets its slip number and its due date. The caller prints the slip."""
    loan, here = the_loan(session, loan_id), office(session)
    day = today(here.time_zone)
    due, number = calendar.load(session).due_day(day, loan.rules["days"]), next_number(session, f"slip {day.year}")
    loan.take("hand over", by)
    loan.year, loan.number, loan.due_on, loan.due_at = day.year, number, due, end_of(due, here.time_zone)
    loan.handed_over_at, loan.handed_over_by = now(), by.name
    record(session, by, "loan handed over", loan, number=loan.number, due=loan.due_on.isoformat())
    reserving.take(session, loan.borrower_key, [item.copy for item in loan.open_items], by)
    return loan


def cancel(session: Session, loan_id: int, by: Actor) -> Loan:
    """A request is taken back (by the visitor) or refused (by the officer); its copies are free again."""
    loan = the_loan(session, loan_id)
    loan.take("cancel", by)
    _give_free(session, loan, Outcome.CANCELLED, by)
    record(session, by, "loan cancelled", loan)
    return loan


def _give_free(session: Session, loan: Loan, outcome: Outcome, by: Actor) -> None:
    """The copies of a request that comes to nothing go to who waits for them."""
    titles = [item.copy.title_id for item in loan.open_items]
    loan.close_items(loan.open_items, outcome, by)
    reserving.serve(session, titles)


def expire_requests(session: Session, by: Actor = PROGRAM) -> int:
    """Requests nobody handed over in time (a setting, 30 minutes) free their copies; how many."""
    long_ago = now() - timedelta(minutes=office(session).request_minutes)
    late = session.scalars(sa.select(Loan).where(Loan.state == LoanState.REQUESTED, Loan.requested_at < long_ago)).all()
    for loan in late:
        loan.take("expire", by)
        _give_free(session, loan, Outcome.EXPIRED, by)
        record(session, by, "loan expired", loan)
    return len(late)


def announce_return(session: Session, loan_id: int, item_ids: Iterable[int], by: Actor) -> Loan:
    """At the kiosk: these copies are here again. The officer still takes them; a slip alone never completes a return."""
    by.must_be(VISITOR)
    loan = the_loan(session, loan_id)
    _must_be_out(session, loan)
    chosen = _choose(loan, item_ids)
    for item in chosen:
        item.brought_at = item.brought_at or now()
    record(session, by, "return announced", loan, items=[item.id for item in chosen])
    return loan


def return_items(session: Session, loan_id: int, item_ids: Iterable[int], by: Actor, condition: str = "", to_repair: bool = False) -> Loan:
    """These copies are back on the desk, seen by `by`: by the officer, or by a self-service kiosk that read their labels.

    Who brings them late may borrow nothing for a while, where their rules say so. `to_repair`: they came back damaged and are not lent
    until they are mended; the others go to who waits for them (reserving.held says which). Raises Refused when nothing was chosen or
    the loan is not out; items already returned stay as they were.
    """
    loan = the_loan(session, loan_id)
    _must_be_out(session, loan)
    chosen = _choose(loan, item_ids)
    for item in chosen:
        item.condition = clean(condition, 200)
    loan.close_items(chosen, Outcome.RETURNED, by)
    record(session, by, "returned", loan, items=[item.id for item in chosen])
    _suspend(session, loan, chosen)
    session.flush()
    for item in chosen if to_repair else ():
        set_status(session, item.copy, CopyStatus.IN_REPAIR, item.condition or t("Came back damaged."), by)
    reserving.serve(session, [item.copy.title_id for item in chosen])
    return loan


def _suspend(session: Session, loan: Loan, back: Sequence[LoanItem]) -> None:
    """For each open day beyond the days of grace the rule's days without loans, counted from today; the strictest of the copies'
    rules speaks. One block for what comes back together."""
    if loan.due_at is None or loan.due_at >= now():
        return
    days = calendar.load(session)
    day = today(days.zone)
    late = days.late_days(loan.due_on, day)
    rules_of = [loan.rules.get("items", {}).get(str(item.copy_id), {}) for item in back]
    length = max(suspension_days(rule, late) for rule in rules_of)
    if length:
        membership.block(session, loan.borrower_key, BlockKind.LATE, "", day + timedelta(length), PROGRAM, loan_id=loan.id)


def suspension_days(rule: Mapping[str, Any], late: int) -> int:
    """How many days nothing is lent to who came `late` open days late, by the snapshot of a rule."""
    return max(0, late - rule.get("grace_days", 0)) * rule.get("suspension_days", 0)


def declare_lost(session: Session, loan_id: int, item_ids: Iterable[int], reason: str, by: Actor) -> Loan:
    """These copies will not come back: they are missing from now on, and the loan is closed when nothing is left of it.

    Raises Refused when nothing was chosen or the loan is not out.
    """
    by.must_be(Role.OFFICER, Role.ADMIN)
    loan = the_loan(session, loan_id)
    _must_be_out(session, loan)
    chosen = _choose(loan, item_ids)
    loan.close_items(chosen, Outcome.LOST, by)
    record(session, by, "declared lost", loan, items=[item.id for item in chosen])
    session.flush()
    for item in chosen:
        item.condition = clean(reason, 200)
        set_status(session, item.copy, CopyStatus.MISSING, item.condition or t("Lost by a borrower."), by)
    return loan


def turned_up(session: Session, copy_id: int, by: Actor) -> Copy:
    """A missing copy is here again: it can be had, and goes to who waits for it. One that is not missing stays as it is."""
    by.must_be(Role.OFFICER, Role.ADMIN)
    copy = session.get_one(Copy, copy_id)
    if copy.status is CopyStatus.MISSING:
        set_status(session, copy, CopyStatus.AVAILABLE, "", by)
        session.flush()
        reserving.serve(session, [copy.title_id])
    return copy


def _must_be_out(session: Session, loan: Loan) -> None:
    if loan.state is LoanState.RETURNED:
        when = local(loan.closed_at, office(session).time_zone)
        raise Refused(t("This loan was already returned on %(day)s at %(time)s."), t("Nothing more needs to be done."),
                      day=when.date(), time=f"{when:%H.%M}")
    if loan.state is LoanState.LOST:
        raise Refused(t("What was still out of this loan was declared lost."), t("Scan the label of a copy that turned up."))
    if loan.state not in OUT:
        raise Refused(t("This loan was never handed over, so there is nothing to return."),
                      t("Ask the officer if a book is in your hands."))


def _choose(loan: Loan, item_ids: Iterable[int]) -> list[LoanItem]:
    wanted = set(item_ids)
    chosen = [item for item in loan.open_items if item.id in wanted]
    if not chosen:
        if wanted & {item.id for item in loan.items}:
            raise Refused(t("These copies were returned already."), t("Nothing more needs to be done."))
        raise Refused(t("No copy is chosen."), t("Scan the label on a book, or tick it in the list."))
    return chosen


def read_here(session: Session, title_id: int, visit_id: int | None, nonce: str, by: Actor) -> Reading:
    """One tap: a copy goes to the reading table and is counted. Raises Refused when no copy is in the room."""
    by.must_be(VISITOR, Role.OFFICER, Role.ADMIN)
    if known := session.scalar(sa.select(Reading).where(Reading.nonce == nonce)):
        return known
    copy = free_copy(session, title_id, also_reference=True, to_take=True)
    if copy is None:
        raise Refused(t("No copy of this title is on the shelf just now."), t("Ask the officer when it comes back."))
    reading = Reading(nonce=nonce, copy=copy, visit_id=visit_id, day=today(office(session).time_zone))
    session.add(reading)
    record(session, by, "read here", copy)
    return reading


def end_reading(session: Session, reading_id: int, by: Actor) -> None:
    """The copy is back on its shelf."""
    by.must_be(Role.OFFICER, Role.ADMIN)
    reading = session.get_one(Reading, reading_id)
    if reading.ended_at is None:
        reading.ended_at = now()
        record(session, by, "reading ended", reading)
        reserving.serve(session, [reading.copy.title_id])


def self_service_actor(by: Actor) -> Actor:
    """The kiosk itself, in an office that lets it lend and take back (setting *swalayan*)."""
    return Actor(by.name, frozenset({*by.roles, SELF_SERVICE}), station_id=by.station_id)


def find_loan(session: Session, loan_id: int) -> Loan | None:
    """The loan with its visit, lines, copies and titles."""
    return session.scalars(_WITH_ALL, {"loan": loan_id}).unique().one_or_none()


def the_loan(session: Session, loan_id: int) -> Loan:
    """As find_loan, where there must be one. Raises NoResultFound."""
    if loan := find_loan(session, loan_id):
        return loan
    raise NoResultFound


def find_by_number(session: Session, year: int, number: int) -> Loan | None:
    return _found(session, Loan.year == year, Loan.number == number)


def find_by_copy(session: Session, code: str) -> tuple[Copy, Loan | None]:
    """The copy with this label and the loan it is out on. Raises Refused for a label of another library."""
    copy = session.scalar(sa.select(Copy).where(Copy.code == copy_code(code)))
    if copy is None:
        raise Refused(t("The label “%(code)s” is not of this library."), t("Check the label, or ask the officer."), code=copy_code(code))
    out_on = sa.select(LoanItem.loan_id).where(LoanItem.copy_id == copy.id, LoanItem.outcome.is_(None))
    return copy, _found(session, Loan.id.in_(out_on))


def _found(session: Session, *conditions: sa.ColumnElement[bool]) -> Loan | None:
    return session.scalars(sa.select(Loan).where(*conditions).options(*AT_ONCE)).unique().one_or_none()


AT_ONCE = (joinedload(Loan.items).joinedload(LoanItem.copy).joinedload(Copy.title), joinedload(Loan.visit))   # one loan
WHOLE = (selectinload(Loan.items).joinedload(LoanItem.copy).joinedload(Copy.title), selectinload(Loan.visit))      # many
_WITH_ALL = sa.select(Loan).where(Loan.id == sa.bindparam("loan")).options(*AT_ONCE)


def waiting(session: Session) -> list[Loan]:
    """Requests waiting for the officer, longest first."""
    return list(session.scalars(sa.select(Loan).where(Loan.state == LoanState.REQUESTED).order_by(Loan.requested_at).options(*WHOLE)))


def brought_back(session: Session) -> list[Loan]:
    """Loans with copies announced at the kiosk that the officer has not taken yet, longest first."""
    announced = sa.select(LoanItem.loan_id).where(LoanItem.brought_at.is_not(None), LoanItem.outcome.is_(None))
    return list(session.scalars(sa.select(Loan).where(Loan.id.in_(announced), Loan.state.in_(OUT)).order_by(Loan.id).options(*WHOLE)))


def readings_now(session: Session) -> list[Reading]:
    return list(session.scalars(sa.select(Reading).where(Reading.ended_at.is_(None)).order_by(Reading.began_at)
                                .options(selectinload(Reading.copy).joinedload(Copy.title))))


def history(session: Session, key: str, most: int = 100) -> tuple[list[Visit], list[Loan]]:
    """What is known of one person (see visits.person_key): visits and loans, newest first."""
    visits = session.scalars(sa.select(Visit).where(Visit.person_key == key).order_by(Visit.arrived_at.desc()).limit(most))
    loans = session.scalars(sa.select(Loan).where(Loan.borrower_key == key).order_by(Loan.requested_at.desc()).limit(most).options(*WHOLE))
    return list(visits), list(loans)
