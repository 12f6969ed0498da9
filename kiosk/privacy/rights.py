"""One person's data: found, shown whole, handed out, corrected and erased when the person asks for it (UU 27/2022 articles 5 to 13)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, selectinload

from foundation.audit import record
from foundation.clock import now, today
from foundation.database import Model, Words
from foundation.errors import Refused
from foundation.office import office
from foundation.people import Actor, Role
from foundation.text import t
from kiosk.borrowing.lending import WHOLE
from kiosk.guests.membership import rekey
from kiosk.guests.visiting import NO_INSTITUTION
from kiosk.ledger.exports import exported
from kiosk.ledger.forms import Form
from kiosk.ledger.loans import Loan
from kiosk.ledger.members import Block, Member, member_key
from kiosk.ledger.messages import Message
from kiosk.ledger.reservations import OPEN, Reservation
from kiosk.ledger.visits import Visit, VisitState, person_key
from kiosk.privacy.retention import EMPTIED, OPEN_LOANS
from printer.printouts import Printout

ANSWER_WITHIN = timedelta(hours=72)   # 3 x 24 hours (UU 27/2022 articles 6 to 8)
STAFF = (Role.OFFICER, Role.ADMIN)


class Wish(StrEnum):
    SEE = "see"
    CORRECT = "correct"
    ERASE = "erase"


class DataRequest(Model):
    """Somebody asked about their data and is to be answered until `due_at`; `person_key` goes when it is answered."""

    __tablename__ = "data_request"
    id: Mapped[int] = mapped_column(primary_key=True)
    person_key: Mapped[str] = mapped_column(sa.String(240), index=True)
    wish: Mapped[Wish] = mapped_column(Words(Wish))
    asked_at: Mapped[datetime] = mapped_column(default=now)
    taken_by: Mapped[str] = mapped_column(sa.String(100))
    due_at: Mapped[datetime]
    answered_at: Mapped[datetime | None] = mapped_column(index=True)
    answered_by: Mapped[str] = mapped_column(sa.String(100), default="")


@dataclass(frozen=True)
class Known:
    """Everything that is kept under one key (see visits.person_key), newest first. Renewals stand with their loans."""

    key: str
    name: str
    institution: str
    contact: str
    member: Member | None
    visits: list[Visit]
    loans: list[Loan]
    reservations: list[Reservation]
    messages: list[Message]
    blocks: list[Block]
    requests: list[DataRequest]

    @property
    def open_loans(self) -> list[Loan]:
        return [loan for loan in self.loans if loan.state in OPEN_LOANS]


def known(session: Session, key: str) -> Known | None:
    """What is kept of the person of `key`; None when nothing is."""
    def under(model: type, column: sa.ColumnElement[str], *options: Any) -> list:
        return list(session.scalars(sa.select(model).where(column == key).order_by(model.id.desc()).options(*options))) if key else []

    visits = under(Visit, Visit.person_key)
    member = session.scalar(sa.select(Member).where(member_key_of(Member.id) == key, Member.name != ""))
    who = member or next(iter(visits), None)
    if who is None:
        return None
    loans = under(Loan, Loan.borrower_key, *WHOLE, selectinload(Loan.renewals))
    reservations = under(Reservation, Reservation.borrower_key, joinedload(Reservation.title))
    contact = next((row.contact for row in [*filter(None, [member]), *visits, *reservations] if row.contact), "")
    return Known(key, who.name, who.institution, contact, member, visits, loans, reservations,
                 under(Message, Message.borrower_key), under(Block, Block.borrower_key),
                 under(DataRequest, DataRequest.person_key))


def key_of(session: Session, kind: str, row_id: int) -> str:
    """By which key the person of a "visit" or a "member" is known, "" for one that is forgotten: so no page has a name in its address."""
    if kind == "member":
        return member_key(row_id)
    return session.scalar(sa.select(Visit.person_key).where(Visit.id == row_id)) or ""


def member_key_of(column: sa.ColumnElement[int]) -> sa.ColumnElement[str]:
    return sa.literal(member_key("")).concat(sa.cast(column, sa.String))


def ask(session: Session, key: str, wish: Wish, by: Actor) -> DataRequest:
    """Somebody asks at the desk: the answer is due in three times 24 hours. Asking twice is asking once."""
    by.must_be(*STAFF)
    waiting = session.scalar(sa.select(DataRequest).where(DataRequest.person_key == key, DataRequest.wish == wish,
                                                          DataRequest.answered_at.is_(None)))
    if waiting:
        return waiting
    asked = DataRequest(person_key=key, wish=wish, asked_at=now(), taken_by=by.name, due_at=now() + ANSWER_WITHIN)
    session.add(asked)
    record(session, by, "data asked for", asked, wish=wish)
    return asked


def waiting(session: Session) -> list[DataRequest]:
    """What is still to be answered, the most urgent first."""
    return list(session.scalars(sa.select(DataRequest).where(DataRequest.answered_at.is_(None)).order_by(DataRequest.due_at)))


def answer(session: Session, request_id: int, by: Actor) -> None:
    """The person was answered; answering twice is answering once."""
    by.must_be(*STAFF)
    asked = session.get_one(DataRequest, request_id)
    if asked.answered_at is None:
        asked.answered_at, asked.answered_by, asked.person_key = now(), by.name, ""
        record(session, by, "data request answered", asked, wish=asked.wish)


def correct(session: Session, key: str, form: Mapping[str, str], by: Actor) -> str:
    """Write the person's name, institution and contact as the form says, wherever they stand; the key they stand under from now on.

    Raises Refused with a sentence at each field that cannot be used, and where somebody else has this name and institution already,
    unless the form says that it is the `same` person.
    """
    by.must_be(*STAFF)
    person, given = _person(session, key), Form(form)
    told = {"name": given.name_of_another(), "contact": given.text("contact", 100), "institution": given.text(
        "institution", 120, 0 if person.member else 2, t("Write where the person comes from, or “Umum”."))}
    given.check(t("This cannot be corrected like this."), t("Correct the marked fields."))
    new = key if person.member else person_key(told["name"], told["institution"])
    if new != key and not form.get("same") and known(session, new):
        raise Refused(t("Somebody of this name and institution is in the guest book already."),
                      t("If it is the same person, say so below; their data are then one."), fields={"same": t("Is it the same person?")})
    _write(session, person, **told)
    _move(session, person, new)
    changed = [field for field, text in told.items() if getattr(person, field) != text]
    record(session, by, "data corrected", _subject(person), fields=changed)
    return new


def _write(session: Session, person: Known, name: str, institution: str, contact: str) -> None:
    """A contact is written where one stands; where none does, on the membership or the latest visit."""
    of_visits = {Visit.name: name, Visit.institution: institution or NO_INSTITUTION}
    session.execute(sa.update(Visit).where(Visit.person_key == person.key).values(of_visits))
    session.execute(sa.update(Reservation).where(Reservation.borrower_key == person.key, Reservation.name != "").values(name=name))
    for model, column in ((Visit, Visit.person_key), (Reservation, Reservation.borrower_key), (Message, Message.borrower_key)):
        session.execute(sa.update(model).where(column == person.key, model.contact != "").values(contact=contact))
    if person.member:
        person.member.name, person.member.institution, person.member.contact = name, institution, contact
    elif not person.contact:
        session.execute(sa.update(Visit).where(Visit.id == person.visits[0].id).values(contact=contact))


def _move(session: Session, person: Known, key: str) -> None:
    """Everything that stands under the person's key stands under `key`, and visitors are counted right in each of the months."""
    if key == person.key:
        return
    taken = session.scalars(sa.select(Reservation.title_id).where(Reservation.borrower_key == key, Reservation.state.in_(OPEN))).all()
    for reservation in person.reservations:
        if reservation.state in OPEN and reservation.title_id in taken:
            raise Refused(t("Both have reserved the same title."), t("Cancel one of the two reservations first."))
    rekey(session, person.key, key)
    session.execute(sa.update(DataRequest).where(DataRequest.person_key == person.key).values(person_key=key))


def erase(session: Session, key: str, by: Actor) -> None:
    """Forget the person of `key` at once, as the purge does in time: numbers stay, nothing says any more whose they were.

    Raises Refused while a loan is open, a visit goes on or a block stands: until then there is a reason to know the person. Who comes
    again in the same month is counted as a new visitor: nothing is left to tell that it is the same one.
    """
    by.must_be(*STAFF)
    person, day = _person(session, key), today(office(session).time_zone)
    if person.open_loans:
        raise Refused(t("A loan of this person is still open."), t("It can be erased when everything is back."))
    if any(visit.state is not VisitState.LEFT for visit in person.visits):
        raise Refused(t("This person is still in the library."), t("Mark the visit as left first."))
    if any(block.lifted_at is None and (block.until is None or block.until >= day) for block in person.blocks):
        raise Refused(t("A block of this person still stands."), t("Wait for its end, or lift it first."))
    if any(reservation.state in OPEN for reservation in person.reservations):
        raise Refused(t("A reservation of this person is still open."), t("Cancel it first."))
    loans, visits = [loan.id for loan in person.loans], [visit.id for visit in person.visits]
    for model, kind in ((Visit, "retention_days"), (Reservation, "reservation_days"), (Message, "message_days"), (Block, "block_days")):
        column = Visit.person_key if model is Visit else model.borrower_key
        session.execute(sa.update(model).where(column == key).values(EMPTIED[kind]))
    session.execute(sa.update(Loan).where(Loan.id.in_(loans)).values(borrower_key=""))
    if person.member:
        session.execute(sa.update(Member).where(Member.id == person.member.id).values(
            {**EMPTIED["member_days"], "ended_on": sa.func.coalesce(Member.ended_on, day)}))
    papers = [*(f"loan:{loan}" for loan in loans), *(f"visit:{visit}" for visit in visits), *([_subject(person)] if person.member else [])]
    of_returns = sa.or_(sa.false(), *(Printout.subject.like(f"return:{loan}.%") for loan in loans))
    session.execute(sa.update(Printout).where(sa.or_(Printout.subject.in_(papers), of_returns)).values(payload=b""))
    for asked in person.requests:
        if asked.answered_at is None:
            answer(session, asked.id, by)
    record(session, by, "data erased", _subject(person), visits=len(visits), loans=len(loans))


def handed_out(session: Session, key: str, kind: str, by: Actor) -> Known:
    """The person's data, noted in the trail as taken out as a file of this kind."""
    person = _person(session, key)
    exported(session, _subject(person), by, kind)
    return person


def plain(person: Known) -> dict[str, Any]:
    """All of the person's data as JSON has it: moments in UTC, days and words as they are kept."""
    return {
        "member": _plain(person.member, "number", "name", "institution", "category", "contact", "joined_on", "valid_until", "ended_on")
        if person.member else None,
        "visits": [_plain(visit, "day", "arrived_at", "left_at", "name", "institution", "category", "purpose", "purpose_text", "group_name",
                          "people", "women", "men", "contact", "notice_version", "keep_until") for visit in person.visits],
        "loans": [{**_plain(loan, "state", "year", "number", "requested_at", "handed_over_at", "handed_over_by", "due_on", "closed_at"),
                   "copies": [{"title": item.copy.title.title, "code": item.copy.code,
                               **_plain(item, "outcome", "closed_at", "condition")} for item in loan.items],
                   "renewals": [_plain(renewal, "at", "was", "due") for renewal in loan.renewals]} for loan in person.loans],
        "reservations": [{"title": it.title.title, **_plain(it, "state", "name", "contact", "made_at", "ready_at", "keep_until",
                                                            "closed_at")} for it in person.reservations],
        "messages": [_plain(message, "kind", "title", "body", "contact", "state", "made_at", "sent_at") for message in person.messages],
        "blocks": [_plain(block, "kind", "reason", "made_at", "made_by", "until", "lifted_at") for block in person.blocks],
        "requests": [_plain(asked, "wish", "asked_at", "due_at") for asked in person.requests]}


def _plain(row: Model, *names: str) -> dict[str, Any]:
    values = {name: getattr(row, name) for name in names}
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}


def _person(session: Session, key: str) -> Known:
    found = known(session, key)
    if found is None:
        raise Refused(t("Nothing is known of this person any more."), t("Search again: the data may have been erased or corrected."),
                      status=404)
    return found


def place(person: Known) -> tuple[str, int]:
    """A row by which the person is found again (see key_of), and by which the trail means them without naming them."""
    return ("member", person.member.id) if person.member else ("visit", person.visits[0].id)


def _subject(person: Known) -> str:
    kind, row_id = place(person)
    return f"{kind}:{row_id}"
