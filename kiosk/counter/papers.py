"""The papers a person may want (slip, receipt, ticket, card, day-book slip): what is on each, and how its next copy is made."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session

from foundation.audit import record
from foundation.clock import local, now
from foundation.errors import Refused
from foundation.keys import Keys
from foundation.office import Office, office
from foundation.people import Actor, Role
from foundation.stations import printer_station
from foundation.text import SHORT, t, translator, written
from kiosk.borrowing.lending import find_loan
from kiosk.counter.slips import head, short_name, slip, slip_number
from kiosk.guests import membership
from kiosk.guests.cards import card_code
from kiosk.ledger.loans import Loan, LoanItem, LoanState, Outcome
from kiosk.ledger.members import Member
from kiosk.ledger.visits import Visit
from kiosk.reporting import reports
from printer import printouts
from printer.layout import Paper
from printer.printouts import Printout
from printer.receipt import Big, Emphasis, Line, Pair, Part, QrCode, Receipt, Rule, Signature, Title
from printer.thermal import render


class What(StrEnum):
    """A kind of paper, as printouts call it."""

    SLIP = "slip"
    RETURN_RECEIPT = "return receipt"
    TICKET = "visitor ticket"
    DAY_SLIP = "day-book slip"
    CARD = "member card"


DEEDS = {What.SLIP: "slip made", What.RETURN_RECEIPT: "return receipt made", What.TICKET: "visitor ticket made",
         What.DAY_SLIP: "day-book slip made", What.CARD: "member card made"}
PLACES = {What.SLIP: "loan", What.RETURN_RECEIPT: "return", What.TICKET: "visit", What.DAY_SLIP: "day",
          What.CARD: "member"}


@dataclass(frozen=True)
class Draft:
    """One copy of a paper before it is printed; `station_id` is where it belongs, `about` what the audit trail calls its subject."""

    receipt: Receipt
    language: str
    station_id: int | None
    about: str


def draft(session: Session, keys: Keys, what: What, key: str, copy_no: int) -> Draft:
    """The paper about `key`: a loan's id, a loan's and how many of its copies are back ("12.2"), a visit's or a member's id, a day.

    Raises NoResultFound for what is not there, Refused for what has no such paper yet.
    """
    return _DRAFTS[what](session, keys, key, copy_no)


def next_copy(session: Session, what: What, key: str) -> int:
    """The number that the next copy has; from 2 on a paper says SALINAN."""
    last = printouts.latest(session, what, subject(what, key))
    return last.copy_no + 1 if last else 1


def subject(what: What, key: str) -> str:
    return f"{PLACES[what]}:{key}"


def printed(session: Session, what: What, key: str) -> list[Printout]:
    """Every copy so far, the first one first."""
    return list(session.scalars(sa.select(Printout).filter_by(what=what, subject=subject(what, key)).order_by(Printout.copy_no)))


def print_next(session: Session, keys: Keys, what: What, key: str, by: Actor) -> Printout:
    """Queue the next copy at the printer of its place, in the caller's transaction. Raises Refused where no station has a printer."""
    by.must_be(Role.OFFICER, Role.ADMIN)
    copy_no = next_copy(session, what, key)
    made = draft(session, keys, what, key, copy_no)
    station = printer_station(session, made.station_id)
    if station is None:
        raise Refused(t("No station has a printer."), t("Open the paper as a page and print it from the browser."))
    payload = render(made.receipt, Paper.of(station))
    printout = printouts.queue(session, what, subject(what, key), station, payload, copy_no=copy_no)
    record(session, by, DEEDS[what], made.about, copy=copy_no)
    return printout


def print_from_browser(session: Session, keys: Keys, what: What, key: str, by: Actor) -> Printout:
    """The next copy goes to a page or a file, and whether it came to paper nobody knows: it ends unconfirmed."""
    by.must_be(Role.OFFICER, Role.ADMIN)
    made = draft(session, keys, what, key, next_copy(session, what, key))
    printout = printouts.by_browser(session, what, subject(what, key), by)
    record(session, by, DEEDS[what], made.about, copy=printout.copy_no)
    return printout


def print_again(session: Session, keys: Keys, printout: Printout, by: Actor) -> Printout | None:
    """The next copy of a paper that did not come out; None for one that is made elsewhere (a test print)."""
    if printout.what not in list(What):
        return None
    return print_next(session, keys, What(printout.what), printout.subject.partition(":")[2], by)


def return_key(loan: Loan) -> str | None:
    """The key of the receipt for what is back by now; None while nothing is. Each further return makes a receipt of its own."""
    back = _returned(loan)
    return f"{loan.id}.{len(back)}" if back else None


def _slip(session: Session, keys: Keys, key: str, copy_no: int) -> Draft:
    loan = find_loan(session, _number(key))
    if loan is None:
        raise NoResultFound
    if loan.number is None:
        raise Refused(t("There is no slip before the hand-over."), t("Hand the loan over first."))
    return Draft(slip(loan, office(session), keys, copy_no), loan.language, loan.station_id, f"loan:{loan.id}")


def _return_receipt(session: Session, keys: Keys, key: str, copy_no: int) -> Draft:
    loan_id, _, count = key.partition(".")
    loan = find_loan(session, _number(loan_id))
    back = _returned(loan)[:_number(count)] if loan else []
    if loan is None or len(back) != _number(count):
        raise NoResultFound
    until = membership.blocked_until(session, loan.id)
    return Draft(return_receipt(loan, back, until, office(session), keys, copy_no), loan.language, loan.station_id, f"loan:{loan.id}")


def _returned(loan: Loan) -> list[LoanItem]:
    """What is back, in the order it came."""
    return sorted((item for item in loan.items if item.outcome is Outcome.RETURNED), key=lambda item: (item.closed_at, item.id))


def return_receipt(loan: Loan, back: list[LoanItem], blocked_until: date | None, here: Office, keys: Keys, copy_no: int) -> Receipt:
    """What came back and when, and what was still out after the last of it (`back` is one or more); where it came late, until when
    nothing is lent."""
    _ = translator(loan.language)
    out = [item for item in loan.items if item not in back and item.outcome in (None, Outcome.RETURNED)]
    parts = head(here, _(t("Return receipt")), loan.language, copy_no)
    for item in back:
        parts += [*_book(item), Pair(_(t("Back on")), _moment(item.closed_at, here, loan.language))]
        if item.condition:
            parts.append(Pair(_(t("Condition")), item.condition))
    parts.append(Rule())
    if out:
        parts.append(Line(_(t("Still on loan")), bold=True, center=True))
        for item in out:
            parts += _book(item)
        parts.append(Emphasis(_(t("Bring back by")), written(loan.due_on, loan.language)))
    elif len(back) == len(loan.items):
        parts.append(Line(_(t("Everything on this slip is back.")), bold=True, center=True))
    if blocked_until:
        parts.append(Emphasis(_(t("Late: no loans until the end of")), written(blocked_until, loan.language)))
    parts += [Rule(), Pair(_(t("Slip")), slip_number(loan, keys)), Pair(_(t("Borrower")), short_name(loan.visit.name)),
              Pair(_(t("Officer")), back[-1].received_by or "")]
    return Receipt((*parts, Rule(), Line(_(t("Thank you")), bold=True, center=True)))


def _book(item: LoanItem) -> list[Part]:
    title = item.copy.title
    return [Title(title.title), Line(" · ".join(filter(None, (title.number, item.copy.code))), center=True)]


def _ticket(session: Session, keys: Keys, key: str, copy_no: int) -> Draft:
    visit = session.get_one(Visit, _number(key))
    if visit.signed_at is None:
        raise Refused(t("There is no ticket before the guest book is signed."), t("Sign the guest book first; it takes one minute."))
    asked = session.scalar(sa.select(Loan).where(Loan.visit_id == visit.id, Loan.state == LoanState.REQUESTED).order_by(Loan.id.desc()))
    return Draft(visitor_ticket(visit, asked, office(session), copy_no), visit.language, visit.station_id, f"visit:{visit.id}")


def visitor_ticket(visit: Visit, asked: Loan | None, here: Office, copy_no: int) -> Receipt:
    """Who is here since when and why; with the number that is called out where something was `asked` for."""
    _ = translator(visit.language)
    came = local(visit.arrived_at, here.time_zone)
    parts = head(here, _(t("Visitor ticket")), visit.language, copy_no)
    if asked:
        parts += [Line(_(t("Your number")), center=True), Big(asked.call_sign), Rule()]
    parts += [Title(short_name(visit.name)), Pair(_(t("Date")), written(came.date(), visit.language, SHORT)),
              Pair(_(t("Time")), f"{came:%H.%M}")]
    if visit.purpose:
        parts.append(Pair(_(t("Purpose")), _(visit.purpose.value)))
    if visit.group_name:
        parts.append(Pair(_(t("Group or class")), visit.group_name))
    parts.append(Pair(_(t("People")), str(visit.people)))
    return Receipt((*parts, Rule(), Line(_(t("Please keep this ticket until you leave.")), center=True)))


def _day_slip(session: Session, keys: Keys, key: str, copy_no: int) -> Draft:
    here = office(session)
    try:
        book = reports.day_book(session, date.fromisoformat(key))
    except (ValueError, OverflowError):
        raise NoResultFound from None
    return Draft(day_slip(book, here, copy_no), here.language, None, f"day:{key}")


def day_slip(book: reports.DayBook, here: Office, copy_no: int) -> Receipt:
    """The day in numbers, to be signed and kept."""
    _ = translator(here.language)
    parts = head(here, _(t("Summary of the day book")), here.language, copy_no)
    parts += [Title(written(book.day, here.language)), Pair(_(t("As at")), _moment(now(), here, here.language)), Rule(),
              Pair(_(t("Guests")), str(book.counts.guests)), Pair(_(t("People")), str(book.counts.people))]
    parts += [Pair(f"- {_(category.value)}", str(count)) for category, count in book.categories.most_common()]
    parts += [Rule(), Pair(_(t("Copies lent")), str(book.counts.lent)), Pair(_(t("Copies returned")), str(book.counts.returned)),
              Pair(_(t("Read here")), str(book.counts.read))]
    return Receipt((*parts, Rule(), Signature(_(t("Officer on duty")))))


def _card(session: Session, keys: Keys, key: str, copy_no: int) -> Draft:
    member, here = session.get_one(Member, _number(key)), office(session)
    return Draft(member_card(member, here, keys, copy_no), here.language, None, f"member:{key}")


def member_card(member: Member, here: Office, keys: Keys, copy_no: int) -> Receipt:
    """A card on the paper of a slip printer: for the time being, or for good."""
    _ = translator(here.language)
    parts = [*head(here, _(t("Member card")), here.language, copy_no), Title(member.name), QrCode(card_code(member, keys)),
             Big(member.number_on_card)]
    if member.institution:
        parts.append(Pair(_(t("Institution")), member.institution))
    if member.valid_until:
        parts.append(Pair(_(t("Valid until")), written(member.valid_until, here.language, SHORT)))
    return Receipt((*parts, Rule(), Line(_(t("Scan this at the kiosk instead of writing your name.")), center=True)))


def _moment(at: datetime, here: Office, language: str) -> str:
    at = local(at, here.time_zone)
    return f"{written(at.date(), language, SHORT)} {at:%H.%M}"


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise NoResultFound
    return int(text)


_DRAFTS: dict[What, Callable[[Session, Keys, str, int], Draft]] = {
    What.SLIP: _slip, What.RETURN_RECEIPT: _return_receipt, What.TICKET: _ticket, What.DAY_SLIP: _day_slip,
    What.CARD: _card}
