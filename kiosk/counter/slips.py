"""The slip a visitor takes along (bukti peminjaman): what is on it, when it prints, and what its code opens again."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from foundation.audit import record
from foundation.clock import local
from foundation.errors import Refused
from foundation.keys import Keys
from foundation.office import Office, office
from foundation.people import Actor
from foundation.stations import printer_station
from foundation.text import SHORT, t, translator, written
from kiosk.borrowing.lending import find_by_copy, find_by_number, find_loan
from kiosk.guests.cards import find_by_card
from kiosk.ledger.collection import Copy
from kiosk.ledger.loans import Loan
from kiosk.ledger.members import Member
from printer import codes, printouts
from printer.layout import Paper
from printer.printouts import Printout
from printer.receipt import Band, Big, Emphasis, Heading, Inverse, Line, Pair, Part, QrCode, Receipt, Rule, Title
from printer.thermal import render

SLIP = "slip"


@dataclass(frozen=True)
class Found:
    """What a scanned or typed code means: a loan, and the one copy when it was a copy's label; or a member whose card it is."""

    loan: Loan | None
    copy: Copy | None = None
    member: Member | None = None


def slip_code(loan: Loan, keys: Keys) -> str:
    """The 34 digits of the loan's QR code; the same on the screen and on paper, from the request on."""
    return codes.make(keys.slips, loan.id)


def slip_number(loan: Loan, keys: Keys) -> str:
    """The number printed on the slip and typed by hand (2026-00042-7391); empty before the hand-over."""
    return codes.slip_number(keys.slips, loan.year, loan.number) if loan.number else ""


def slip(loan: Loan, here: Office, keys: Keys, copy_no: int) -> Receipt:
    """The slip of a loan that was handed over; from the second copy on it says SALINAN. No phone, no e-mail on it."""
    _ = translator(loan.language)
    day = local(loan.handed_over_at, here.time_zone)
    parts = head(here, _(t("Loan slip")), loan.language, copy_no)
    for item in loan.items:
        parts += [Title(item.copy.title.title), Line(" · ".join(filter(None, (item.copy.title.number, item.copy.code))), center=True)]
    parts += [Emphasis(_(t("Bring back by")), written(loan.due_on, loan.language)), QrCode(slip_code(loan, keys)),
              Big(slip_number(loan, keys)), Line(_(t("Bring this slip along. Scan it at the kiosk when you return.")), center=True), Rule(),
              Pair(_(t("Borrower")), short_name(loan.visit.name)),
              Pair(_(t("Lent on")), f"{written(day.date(), loan.language, SHORT)} {day:%H.%M}"),
              *([Pair(_(t("Renewed on")), written(local(loan.renewals[-1].at, here.time_zone).date(), loan.language, SHORT))]
                if loan.renewals else []),
              Pair(_(t("Officer")), loan.handed_over_by or "")]
    if here.slip_terms:
        parts += [Rule(), Line(here.slip_terms)]
    return Receipt((*parts, Rule(), Line(_(t("Thank you")), bold=True, center=True)))


def head(here: Office, name: str, language: str, copy_no: int) -> list[Part]:
    """How every paper begins: whose it is, what it is, and from the second copy on that it is one."""
    parts = [Band(), Heading(here.library), Line(name, center=True)]
    if copy_no > 1:
        parts.append(Inverse(translator(language)(t("COPY NO. %(n)s")) % {"n": copy_no}))
    return [*parts, Rule()]


def short_name(name: str) -> str:
    """Enough of a name to know one's own slip, too little for whoever finds it: Ratna W."""
    first, *more = name.split() or [""]
    return f"{first} {more[-1][0]}." if more else first


def queue_slip(session: Session, loan: Loan, keys: Keys, copy_no: int = 1) -> Printout | None:
    """Put the slip in the print queue, in the transaction that handed the loan over; None where no station has a printer."""
    station = printer_station(session, loan.station_id)
    if station is None:
        return None
    payload = render(slip(loan, office(session), keys, copy_no), Paper.of(station))
    return printouts.queue(session, SLIP, f"loan:{loan.id}", station, payload, copy_no=copy_no)


def queue_next(session: Session, loan: Loan, keys: Keys) -> Printout | None:
    """As queue_slip, for a loan that has had a slip: what comes now is its next copy, and says so."""
    last = latest(session, loan.id)
    return queue_slip(session, loan, keys, last.copy_no + 1 if last else 1)


def latest(session: Session, loan_id: int) -> Printout | None:
    """The newest paper of the loan's slip; None when none was ever queued."""
    return printouts.latest(session, SLIP, f"loan:{loan_id}")


def may_be_number(text: str) -> bool:
    """Whether `text` is read as a slip number typed by hand: four check digits are all that guards it, so tries are counted."""
    return "".join(text[:200].split()).replace("-", "").isdigit()


def note_forgery(session: Session, by: Actor) -> None:
    """Somebody has shown a code that looks like a slip's and that no key of ours made: counted in the audit trail."""
    record(session, by, "forged slip shown", f"station:{by.station_id}" if by.station_id else "desk")


def identify(session: Session, keys: Keys, text: str) -> Found:
    """What a scanned or typed `text` opens: a slip's QR code, a slip number, a copy's label, or a member's card.

    Raises Refused with one sentence for a forged, truncated or foreign code, and for a slip whose loan was never handed over.
    """
    compact = "".join(text[:200].split())
    if codes.is_card(compact):
        return Found(None, member=find_by_card(session, keys, compact))
    if len(compact) == codes.LENGTH and compact.isdigit():
        return Found(_known(find_loan(session, codes.read(keys.slips, compact))))
    if may_be_number(text):
        is_label = session.scalar(sa.select(sa.exists().where(Copy.code == compact)))
        if not is_label:
            return Found(_known(find_by_number(session, *codes.read_slip_number(keys.slips, text))))
    copy, loan = find_by_copy(session, compact)
    return Found(loan, copy)


def _known(loan: Loan | None) -> Loan:
    if loan is None:
        raise Refused(t("This slip is of another collection of loans."), t("Show the slip to the officer."), status=404)
    if loan.handed_over_at is None:
        raise Refused(t("This loan was never handed over, so there is nothing to return."),
                      t("Ask the officer if a book is in your hands."))
    return loan
