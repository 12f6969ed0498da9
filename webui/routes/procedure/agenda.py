"""The agenda book of a year: as a page to print, as PDF, and as a table for a spreadsheet."""

from flask import request
from flask.typing import ResponseReturnValue

from foundation.text import t
from scanner.procedure import agenda, dossier
from webui import assets, downloads, spreadsheets
from webui.language import in_zone, say
from webui.routes.procedure.frame import page, screens, today
from webui.wiring import wiring

HEAD = (t("No."), t("Received"), t("Memo number"), t("Memo date"), t("From"), t("Subject"), t("Entered by"), t("Forwarded to"),
        t("Disposition"), t("Remark"))


@screens.get("/agenda")
def book() -> ResponseReturnValue:
    return _book("procedure/agenda.html")


@screens.get("/agenda.pdf")
def book_pdf() -> ResponseReturnValue:
    return downloads.pdf(_book("procedure/agenda_pdf.html")[0], f"agenda-{_year()}")


def _year() -> int:
    return request.args.get("year", today().year, int)


def _book(template: str) -> ResponseReturnValue:
    with wiring().database.reading() as db:
        entries = dossier.agenda_book(db, _year())
        return page(template, year=_year(), years=dossier.agenda_years(db), entries=entries, head=HEAD,
                    given=dossier.dispositions(db, entries), letters=assets.letters, plain=assets.plain)


@screens.get("/agenda.csv")
def book_csv() -> ResponseReturnValue:
    with wiring().database.reading() as db:
        entries = dossier.agenda_book(db, _year())
        rows = [_row(entry, given) for given in [dossier.dispositions(db, entries)] for entry in entries]
    return downloads.file(spreadsheets.csv([[say(word) for word in HEAD], *rows]), f"agenda-{_year()}.csv")


def _row(entry: agenda.AgendaEntry, given: dict[int, agenda.Disposition]) -> list[str]:
    order = given.get(entry.product_id)
    return [entry.name, f"{in_zone(entry.received_at):%Y-%m-%d %H:%M}", entry.memo_number, entry.memo_date.isoformat(), entry.sender,
            entry.subject, entry.received_by, order.forwarded_to if order else "", order.note if order else "", entry.remark]
