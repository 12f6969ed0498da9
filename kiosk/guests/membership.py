"""What people do with memberships and blocks; every function is one use case, inside the caller's transaction."""

import calendar
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from foundation.audit import record
from foundation.clock import now, today
from foundation.counters import next_number
from foundation.errors import Reason, Refused
from foundation.office import office
from foundation.people import SYSTEM, Actor, Role
from foundation.text import clean, t
from kiosk.guests import visiting
from kiosk.ledger.forms import Form
from kiosk.ledger.loans import Loan, LoanItem
from kiosk.ledger.members import KEY, MOST_CARDS, Block, BlockKind, Member
from kiosk.ledger.messages import Message
from kiosk.ledger.reservations import Reservation
from kiosk.ledger.visits import Category, Visit

LONGEST_REASON = Block.__table__.c.reason.type.length
NO_BLOCK = t("The block cannot be saved like this.")
KEYS = (Visit.person_key, Loan.borrower_key, Block.borrower_key, Reservation.borrower_key, Message.borrower_key)
SHOWN = ("all", "valid", "expired", "blocked", "ended")


@dataclass(frozen=True)
class MemberEntry:
    """What is known of a member, cleaned and checked; `valid_until` None: without end."""

    name: str
    institution: str
    category: Category
    contact: str = ""
    valid_until: date | None = None


class Namesake(Refused):
    """Members of this name and institution are there already: only the officer knows whether it is the same person.

    `numbers` are those on their cards, by id.
    """

    def __init__(self, members: list[Member]):
        super().__init__(t("There is already a member of this name and institution."),
                         t("Open that membership, or say that this is another person."))
        self.numbers = {member.id: member.number_on_card for member in members}


def read_member(form: Mapping[str, str]) -> MemberEntry:
    """The member in `form`. Raises Refused with a sentence for each field that cannot be used."""
    given = Form(form)
    entry = MemberEntry(given.name_of_another(), given.text("institution", 120), given.choice("category", Category),
                        given.text("contact", 100), given.day("valid_until"))
    given.check(t("The member cannot be saved like this."), t("Correct the marked fields."))
    return entry


def read_until(form: Mapping[str, str]) -> date | None:
    """The last day of a block as the form says; None: no end is written. Raises Refused for what is no day."""
    given = Form(form)
    until = given.day("until")
    given.check(NO_BLOCK, t("Correct the marked fields."))
    return until


def valid_from(session: Session, day: date) -> date | None:
    """Until when a membership is good that begins (or goes on) on `day`: the office's months; None: without end."""
    months = office(session).member_months
    if not months:
        return None
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def join(session: Session, entry: MemberEntry, by: Actor, *, another: bool = False, was: str = "") -> Member:
    """A new member, with the next number and a first card.

    `was` is the key by which the guest book knew this person: visits, loans and blocks of then become the member's. Raises
    Namesake where somebody of this name and institution is a member, unless the officer said that this is `another` person.
    """
    by.must_be(Role.OFFICER, Role.ADMIN)
    if not another and (there := namesakes(session, entry.name, entry.institution)):
        raise Namesake(there)
    member = Member(**_values(entry), number=next_number(session, "member"), joined_on=today(office(session).time_zone))
    session.add(member)
    record(session, by, "member joined", member)
    if was:
        rekey(session, was, member.key)
    return member


def change(session: Session, member_id: int, entry: MemberEntry, version: int, by: Actor) -> Member:
    """Correct what is known of a member. `version` is that of the form: what a colleague changed meanwhile is not overwritten."""
    by.must_be(Role.OFFICER, Role.ADMIN)
    member = session.get_one(Member, member_id, with_for_update=True)
    if member.version != version:
        raise Refused(t("Somebody else has just changed this."), t("Look at the page again: somebody was faster."))
    changed = [name for name, value in _values(entry).items() if getattr(member, name) != value]
    for name in changed:
        setattr(member, name, getattr(entry, name))
    if changed:
        record(session, by, "member changed", member, fields=changed)
    return member


def renew(session: Session, member_id: int, by: Actor) -> Member:
    """The membership goes on for the office's months, from its last day or, when that is over, from today; an ended one begins anew."""
    by.must_be(Role.OFFICER, Role.ADMIN)
    member = session.get_one(Member, member_id, with_for_update=True)
    day = today(office(session).time_zone)
    member.valid_until = valid_from(session, max(day, member.valid_until or day))
    member.ended_on = None
    record(session, by, "membership renewed", member, **_until(member.valid_until))
    return member


def end(session: Session, member_id: int, by: Actor) -> Member:
    """The membership is given up; its card opens nothing any more. Raises Refused while copies are in the member's hands."""
    by.must_be(Role.OFFICER, Role.ADMIN)
    member = session.get_one(Member, member_id, with_for_update=True)
    has_copies = sa.exists().where(Loan.borrower_key == member.key, LoanItem.loan_id == Loan.id, LoanItem.outcome.is_(None))
    if session.scalar(sa.select(has_copies)):
        raise Refused(t("This member still has copies of the library."), t("Take them back first."))
    if member.ended_on is None:
        member.ended_on = today(office(session).time_zone)
        record(session, by, "membership ended", member)
    return member


def replace_card(session: Session, member_id: int, by: Actor) -> Member:
    """A new card: the one before it opens nothing any more."""
    by.must_be(Role.OFFICER, Role.ADMIN)
    member = session.get_one(Member, member_id, with_for_update=True)
    if member.card + 1 >= MOST_CARDS:
        raise Refused(t("This member has had too many cards."), t("End this membership and begin a new one."))
    member.card += 1
    record(session, by, "card replaced", member, card=member.card)
    return member


def note_cards(session: Session, ids: Sequence[int], by: Actor) -> None:
    """The cards of these members go to a file."""
    by.must_be(Role.OFFICER, Role.ADMIN)
    record(session, by, "member cards made", "members", count=len(with_ids(session, ids)))


def recognise(session: Session, visit_id: int, member_id: int, by: Actor) -> Visit:
    """The officer knows the guest of this visit: it is this member, who signed without the card.

    Raises Refused where nobody can be known any more: the name is erased, or none was ever written.
    """
    by.must_be(Role.OFFICER, Role.ADMIN)
    visit, member = session.get_one(Visit, visit_id, with_for_update=True), session.get_one(Member, member_id)
    if not visit.name or not member.name:
        raise Refused(t("There is no name to know this person by: it is erased, or was never written."),
                      t("Let the member sign the guest book with the card."))
    visiting.known_as(session, visit, member.key, member)
    record(session, by, "member recognised", visit, member=member.id)
    return visit


def namesakes(session: Session, name: str, institution: str) -> list[Member]:
    """Members of this name and institution, however they are capitalised."""
    def same(column: sa.ColumnElement[str], text: str) -> sa.ColumnElement[bool]:
        return sa.func.lower(column) == sa.func.lower(text)
    return list(session.scalars(sa.select(Member).where(same(Member.name, name), same(Member.institution, institution),
                                                        Member.ended_on.is_(None)).order_by(Member.number)))


def find_members(session: Session, words: str, show: str, day: date, most: int = 200) -> list[Member]:
    """Members with every one of the `words` in name, institution or number (here or where the list came from), by name.

    `show` is one of SHOWN; "all" leaves out those whose membership was given up.
    """
    blocked = sa.exists().where(Block.borrower_key == sa.literal(KEY).concat(sa.cast(Member.id, sa.String)), _stands(day))
    over = sa.and_(Member.valid_until.is_not(None), Member.valid_until < day)
    which = {"all": sa.true(), "valid": ~over, "expired": over, "blocked": blocked, "ended": sa.true()}[show]
    ended = Member.ended_on.is_not(None) if show == "ended" else Member.ended_on.is_(None)
    query = sa.select(Member).where(which, ended, Member.name != "").order_by(sa.func.lower(Member.name), Member.number).limit(most)
    for word in clean(words, 100).split():
        among = [*(column.icontains(word, autoescape=True) for column in (Member.name, Member.institution)), Member.elsewhere == word]
        if word.isascii() and word.isdigit() and len(word) < 9:
            among.append(Member.number == int(word))
        query = query.where(sa.or_(*among))
    return list(session.scalars(query))


def with_ids(session: Session, ids: Sequence[int]) -> list[Member]:
    """These members, by number; those that are not there fall out."""
    return list(session.scalars(sa.select(Member).where(Member.id.in_(ids)).order_by(Member.number)))


def blocked_among(session: Session, members: Sequence[Member], day: date) -> set[int]:
    """The ids of those of the `members` who are blocked on `day`."""
    keys = {member.key: member.id for member in members}
    return {keys[key] for key in session.scalars(sa.select(Block.borrower_key).where(Block.borrower_key.in_(keys), _stands(day)))}


def _values(entry: MemberEntry) -> dict[str, object]:
    return {field.name: getattr(entry, field.name) for field in fields(entry)}


def _until(day: date | None) -> dict[str, str]:
    """The last day as a detail of a deed; nothing for what has no end."""
    return {"until": day.isoformat()} if day else {}


def rekey(session: Session, was: str, key: str) -> None:
    """Everything that stood under the borrower's key `was` stands under `key`, and visitors are counted right in each of the months."""
    months = {day.replace(day=1) for day in session.scalars(sa.select(Visit.day).where(Visit.person_key == was).distinct())}
    for column in KEYS:
        session.execute(sa.update(column.class_).where(column == was).values({column: key}))
    member = member_of(session, key)
    session.execute(sa.update(Visit).where(Visit.person_key == key).values(member_id=member.id if member else None))
    for month in months:
        visiting.count_once(session, key, month)


def block(session: Session, key: str, kind: BlockKind, reason: str, until: date | None, by: Actor, loan_id: int | None = None) -> Block:
    """The borrower `key` borrows nothing until the day `until` is over; None: until somebody lifts it.

    `reason` is for the officer, who must write one; the visitor is told that there is a block, not why.
    Raises Refused with a sentence at each field that cannot be used.
    """
    by.must_be(Role.OFFICER, Role.ADMIN, SYSTEM)
    wrong = {}
    made = Block(borrower_key=key, kind=kind, reason=clean(reason, LONGEST_REASON), until=until, made_by=by.name, loan_id=loan_id)
    if kind is BlockKind.OFFICE and not made.reason:
        wrong["reason"] = t("Write the reason.")
    if kind is BlockKind.OFFICE and until and until < today(office(session).time_zone):
        wrong["until"] = t("This day is over already.")
    if wrong:
        raise Refused(NO_BLOCK, t("Correct the marked fields."), fields=wrong)
    session.add(made)
    record(session, by, "borrower blocked", made, **_until(until))
    return made


def lift(session: Session, block_id: int, by: Actor) -> Block:
    """From now on the block stands in nobody's way; lifting it twice is lifting it once."""
    by.must_be(Role.OFFICER, Role.ADMIN)
    it = session.get_one(Block, block_id)
    if it.lifted_at is None:
        it.lifted_at, it.lifted_by = now(), by.name
        record(session, by, "block lifted", it)
    return it


def _stands(day: date) -> sa.ColumnElement[bool]:
    return sa.and_(Block.lifted_at.is_(None), sa.or_(Block.until.is_(None), Block.until >= day))


def blocks_of(session: Session, key: str, day: date) -> list[Block]:
    """What keeps the borrower `key` from borrowing on `day`, what ends last first."""
    if not key:
        return []
    found = session.scalars(sa.select(Block).where(Block.borrower_key == key, _stands(day)))
    return sorted(found, key=lambda it: (it.until or date.max, it.id), reverse=True)


def every_block(session: Session, key: str, most: int = 50) -> list[Block]:
    """Those that are over and those that were lifted too, newest first."""
    return list(session.scalars(sa.select(Block).where(Block.borrower_key == key).order_by(Block.id.desc()).limit(most))) if key else []


def blocked_until(session: Session, loan_id: int) -> date | None:
    """The last day on which its borrower borrows nothing because this loan came back late; None where it did not, or that was lifted."""
    return session.scalar(sa.select(sa.func.max(Block.until, type_=sa.Date())).where(Block.loan_id == loan_id, Block.lifted_at.is_(None)))


def may_borrow(member: Member, day: date) -> bool:
    """Whether the membership is good on `day`: not given up, and not over. Blocks are another matter (blocks_of)."""
    return member.ended_on is None and (member.valid_until is None or member.valid_until >= day)


def member_of(session: Session, key: str) -> Member | None:
    """The member whose key this is (see members.member_key); None for the key of a visitor without a card."""
    number = key.removeprefix(KEY)
    return session.get(Member, int(number)) if number != key and number.isascii() and number.isdigit() else None


def against_borrowing(session: Session, key: str, day: date) -> list[Reason]:
    """Why the borrower `key`, whatever the titles, borrows nothing on `day`: membership first, then the block that ends last."""
    against = []
    member = member_of(session, key)
    if member and member.ended_on:
        against.append(Reason(t("This membership has ended."), t("The officer can begin it anew.")))
    elif member and not may_borrow(member, day):
        against.append(Reason(t("Your membership was valid until %(day)s."), t("The officer renews it in a minute."),
                              {"day": member.valid_until}))
    if blocks := blocks_of(session, key, day):
        until, kind = blocks[0].until, blocks[0].kind
        next_step = t("Reading here is welcome at any time.") if kind is BlockKind.LATE else t("The officer tells you why.")
        against.append(Reason(t("You cannot borrow until %(day)s is over."), next_step, {"day": until}) if until else
                       Reason(t("You cannot borrow for the time being."), next_step))
    return against
