"""What staff say of the collection: titles described, copies added, what becomes of a copy; every function is one use case."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from foundation.audit import record
from foundation.clock import now
from foundation.errors import Refused
from foundation.people import SYSTEM, Actor, Role
from foundation.text import clean, t
from kiosk.ledger.collection import Copy, CopyStatus, Title, copy_code, usual_code
from kiosk.ledger.loans import Loan, LoanItem, LoanState, Reading
from kiosk.ledger.reservations import Reservation, ReservationState
from kiosk.shelves.search_index import index_titles

DESK = (Role.OFFICER, Role.ADMIN)
MOST_COPIES = 100  # added at once
LONGEST_REASON, LONGEST_SHELF, LONGEST_REGISTER, LONGEST_CODE = (
    Copy.__table__.c[name].type.length for name in ("status_reason", "shelf", "register_number", "code"))


def find_title(session: Session, title_id: int) -> Title | None:
    """The title with its copies."""
    return session.scalar(sa.select(Title).where(Title.id == title_id).options(selectinload(Title.copies)))


def save_title(session: Session, values: Mapping[str, Any], by: Actor, title_id: int | None = None, seen: str = "") -> Title:
    """Add a title of these columns (describing.read_description), or change title `title_id`; it is found by them from now on.

    `seen`: when it had been changed last, as whoever changes it has seen it. Raises Refused where somebody has changed it since.
    """
    by.must_be(*DESK)
    title = session.get_one(Title, title_id, with_for_update=True) if title_id else Title()
    if title_id and seen != title.changed_at.isoformat():
        raise Refused(t("Somebody else has changed this title meanwhile."), t("Open it anew, and enter your change once more."))
    changed = [field for field, value in values.items() if getattr(title, field) != value]
    for field in changed:
        setattr(title, field, values[field])
    session.add(title)
    if changed:
        record(session, by, "title changed" if title_id else "title added", title, title=title.title, fields=changed)
        index_titles(session, [title.id])
    return title


def likely_same(session: Session, values: Mapping[str, Any], but: int | None = None) -> Sequence[Title]:
    """Titles that may be the one with these columns: of the same kind, number and year, the same ISBN, or the same name and author."""
    among = [sa.and_(_like(Title.title, values["title"]), _like(Title.author, values.get("author", "")), Title.kind == values["kind"])]
    if values.get("number"):
        among.append(sa.and_(Title.kind == values["kind"], _like(Title.number, values["number"]), Title.year == values.get("year")))
    if isbn := _digits(values.get("isbn", "")):
        among.append(sa.func.replace(sa.func.replace(Title.isbn, "-", ""), " ", "") == isbn)
    found = sa.select(Title).where(sa.or_(*among), Title.id != (but or 0)).order_by(Title.id).limit(5)
    return session.scalars(found.options(selectinload(Title.copies))).all()


def _like(column: Any, text: str) -> sa.ColumnElement[bool]:
    return sa.func.lower(column) == sa.func.lower(text)


def _digits(isbn: str) -> str:
    return re.sub(r"[\s-]", "", isbn)


def withdrawn_titles(session: Session, words: str, limit: int, offset: int = 0) -> Sequence[Title]:
    """Titles whose copies are all withdrawn and whose name has all the words, the latest first; searching does not find them."""
    copies = sa.select(Copy.id).where(Copy.title_id == Title.id)
    found = sa.select(Title).where(copies.exists(), ~copies.where(Copy.status != CopyStatus.WITHDRAWN).exists())
    for word in clean(words, 100).split():
        found = found.where(sa.or_(Title.title.icontains(word, autoescape=True), Title.number.icontains(word, autoescape=True)))
    return session.scalars(found.order_by(Title.changed_at.desc(), Title.id.desc()).limit(limit).offset(offset)).all()


def add_copies(session: Session, title_id: int, count: int, by: Actor, shelf: str = "", labels: str = "") -> list[Copy]:
    """Add so many copies to the title. `labels`: what the labels say that they have already, apart by spaces; else codes are made.

    Raises Refused for a number out of bounds, or labels that cannot be used.
    """
    by.must_be(*DESK)
    title = session.get_one(Title, title_id, with_for_update=True)
    codes = _codes(session, labels)
    if codes and len(codes) != count:
        raise _wrong("count", t("Write as many as there are labels, or leave the labels empty."))
    if not 1 <= count <= MOST_COPIES:
        raise _wrong("count", t("Write a whole number from 1 to 100."))
    last = session.scalar(sa.select(sa.func.max(Copy.number)).where(Copy.title_id == title_id)) or 0
    added = [Copy(title=title, number=number, shelf=clean(shelf, LONGEST_SHELF),
                  code=codes[place] if codes else _unused(session, usual_code(title.kind, title_id, number)))
             for place, number in enumerate(range(last + 1, last + count + 1))]
    session.add_all(added)
    record(session, by, "copies added", title, copies=[copy.code for copy in added])
    index_titles(session, [title_id])
    return added


def _codes(session: Session, labels: str) -> list[str]:
    written = re.split(r"[\s,;]+", labels[:20_000].strip())
    codes = [copy_code(each) for each in written if each]
    if any(len(each) > LONGEST_CODE or not (each.isascii() and each.isprintable()) for each in written):
        raise _wrong("labels", t("A copy code has at most 40 plain letters, digits and signs."))
    if len(set(codes)) < len(codes):
        raise _wrong("labels", t("The same code is there twice."))
    if len(codes) <= MOST_COPIES and (taken := session.scalars(sa.select(Copy.code).where(Copy.code.in_(codes))).first()):
        raise Refused(t("Another copy has the code %(code)s."), t("Correct the marked fields."), code=taken,
                      fields={"labels": t("One of these codes is another copy’s.")})
    return codes


def _unused(session: Session, code: str) -> str:
    """The code, with an X behind it for each label that has it already."""
    with session.no_autoflush:
        while session.scalar(sa.select(Copy.id).where(Copy.code == code)):
            code += "X"
    return code


def save_copy(session: Session, copy_id: int, by: Actor, *, shelf: str, register_number: str) -> Copy:
    """Say where a copy stands, and its number in the register of what was bought."""
    by.must_be(*DESK)
    copy = session.get_one(Copy, copy_id)
    new = {"shelf": clean(shelf, LONGEST_SHELF), "register_number": clean(register_number, LONGEST_REGISTER)}
    if new != {"shelf": copy.shelf, "register_number": copy.register_number}:
        copy.shelf, copy.register_number = new["shelf"], new["register_number"]
        record(session, by, "copy changed", copy, code=copy.code, **new)
    return copy


def withdraw(session: Session, title_id: int, reason: str, by: Actor) -> Title:
    """Withdraw every copy of the title. Raises Refused as `set_status`, and then none is."""
    title = session.get_one(Title, title_id)
    left = [copy for copy in title.copies if copy.status is not CopyStatus.WITHDRAWN]
    if not left:
        raise Refused(t("No copy of this title is left to withdraw."), t("Nothing needs to be done."))
    for copy in left:
        set_status(session, copy, CopyStatus.WITHDRAWN, reason, by)
    return title


def _wrong(field: str, sentence: str) -> Refused:
    return Refused(t("Something in the form cannot be used."), t("Correct the marked fields."), fields={field: sentence})


def set_status(session: Session, copy: Copy, status: CopyStatus, reason: str, by: Actor) -> None:
    """Say what has become of a copy, and why. A title whose copies are all withdrawn is found no more, and kept.

    Raises Refused while the copy is lent, asked for, being read or held for somebody, and for a withdrawal without a reason.
    """
    by.must_be(*DESK, SYSTEM)
    reason = clean(reason, LONGEST_REASON)
    if status is CopyStatus.WITHDRAWN and not reason:
        raise _wrong("reason", t("Say why it is withdrawn."))
    session.refresh(copy, ["status", "status_reason"], with_for_update=True)  # nobody takes it meanwhile
    before = copy.status
    if (status, reason) == (before, copy.status_reason):
        return
    if status is not before:
        _must_be_free(session, copy)
        copy.status_at = now()
    copy.status, copy.status_reason = status, reason
    record(session, by, "copy status", copy, code=copy.code, was=before.value, status=status.value, reason=reason)
    if CopyStatus.WITHDRAWN in (before, status):
        index_titles(session, [copy.title_id])


def _must_be_free(session: Session, copy: Copy) -> None:
    """Raises Refused while somebody has the copy, or it waits for somebody."""
    state = session.scalar(sa.select(Loan.state).join(LoanItem, LoanItem.loan_id == Loan.id).where(
        LoanItem.copy_id == copy.id, LoanItem.outcome.is_(None)))
    if state is LoanState.REQUESTED:
        raise Refused(t("Copy %(code)s is kept for somebody who asked for it."), t("Hand it over or cancel the request first."),
                      code=copy.code)
    if state:
        raise Refused(t("Copy %(code)s is on loan."), t("Take it back first, or mark it as lost on the loan’s page."), code=copy.code)
    if session.scalar(sa.select(Reading.id).where(Reading.copy_id == copy.id, Reading.ended_at.is_(None))):
        raise Refused(t("Copy %(code)s is being read here."), t("Put it back on its shelf first."), code=copy.code)
    if session.scalar(sa.select(Reservation.id).where(Reservation.copy_id == copy.id, Reservation.state == ReservationState.READY)):
        raise Refused(t("Copy %(code)s lies on the hold shelf for somebody."), t("Give it free there first."), code=copy.code)
