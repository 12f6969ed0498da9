"""The receipt slip for a product's folder (map ordner): what came in, under which agenda number, and a code that opens it again."""

from sqlalchemy.orm import Session

from foundation.audit import record
from foundation.clock import local
from foundation.errors import Refused
from foundation.office import Office, office
from foundation.people import Actor
from foundation.stations import printer_station
from foundation.text import SHORT, t, translator, written
from printer import printouts
from printer.layout import Paper
from printer.printouts import Printout
from printer.receipt import Band, Big, Heading, Inverse, Line, Pair, QrCode, Receipt, Rule, Title
from printer.thermal import render
from scanner.legal.products import designation
from scanner.procedure import agenda, board
from scanner.procedure.agenda import AgendaEntry

RECEIPT = "folder receipt"


def slip(entry: AgendaEntry, here: Office, language: str, copy_no: int = 1) -> Receipt:
    """What goes into the folder; from the second copy on it says SALINAN."""
    _ = translator(language)
    came = local(entry.received_at, here.time_zone)
    again = [Inverse(_(t("COPY NO. %(n)s")) % {"n": copy_no})] if copy_no > 1 else []
    return Receipt((
        Band(), Heading(here.name), Line(_(t("Receipt of a nota dinas")), center=True), *again, Rule(),
        Line(_(t("Agenda number")), center=True), Big(entry.name), Title(designation(entry.product, _)), Line(entry.subject, center=True),
        QrCode(board.folder_code(entry.product_id)),
        Line(_(t("Keep this slip in the folder. Its code opens the product and shows where it is.")), center=True), Rule(),
        Pair(_(t("Nota dinas")), entry.memo_number), Pair(_(t("Memo date")), written(entry.memo_date, language, SHORT)),
        Pair(_(t("From")), entry.sender), Pair(_(t("Received")), f"{written(came.date(), language, SHORT)} {came:%H.%M}"),
        Pair(_(t("Entered by")), entry.received_by)))


def of_product(session: Session, product_id: int) -> AgendaEntry:
    """The agenda entry that a product's slip is about. Raises Refused before it is submitted."""
    entry = agenda.of_product(session, product_id)
    if entry is None:
        raise Refused(t("This product is not in the agenda book yet."), t("Submit it with its nota dinas first."), status=404)
    return entry


def print_next(session: Session, product_id: int, language: str, by: Actor) -> Printout:
    """Queue the next copy at the first printer, in the caller's transaction. Raises Refused where no station has a printer."""
    entry, subject = of_product(session, product_id), f"product:{product_id}"
    station = printer_station(session, None)
    if station is None:
        raise Refused(t("No station has a printer."), t("Open the slip as a page and print it from the browser."))
    last = printouts.latest(session, RECEIPT, subject)
    copy_no = last.copy_no + 1 if last else 1
    payload = render(slip(entry, office(session), language, copy_no), Paper.of(station))
    record(session, by, "folder receipt made", subject, copy=copy_no)
    return printouts.queue(session, RECEIPT, subject, station, payload, copy_no=copy_no)


def print_first(session: Session, product_id: int, language: str, by: Actor) -> Printout | None:
    """The slip at the counter where the paper is handed in; None where no station has a printer."""
    return print_next(session, product_id, language, by) if printer_station(session, None) else None
