"""Overdue loans: who has what since when, how to reach them, and reminders by message or letter."""

from flask import abort, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from foundation.text import t
from kiosk.borrowing import notifying
from kiosk.counter import finding
from kiosk.counter.finding import Overdue
from kiosk.ledger import exports
from webui import language
from webui.access import safe_next
from webui.forms import row_id
from webui.routes.desk.frame import do, go, number_of, page, screens
from webui.routes.desk.reports import sheet_pdf, spreadsheet, today
from webui.spreadsheets import Sheet
from webui.wiring import wiring

HEAD = (t("Number"), t("Borrower"), t("Institution"), t("Contact"), t("Titles"), t("Due"), t("Open days late"), t("Last reminder"))


@screens.get("/overdue")
def overdue() -> ResponseReturnValue:
    with wiring().database.reading() as db:
        return page("desk/overdue.html", rows=finding.overdue(db))


@screens.post("/overdue/messages")
def send_reminders() -> ResponseReturnValue:
    chosen = request.form.getlist("loan", row_id)
    do(lambda db: notifying.remind_now(db, chosen, g.actor))
    return go(".overdue", "written")


@screens.post("/message/<int:message_id>/again")
def send_again(message_id: int) -> ResponseReturnValue:
    """A message that was perhaps sent goes once more; back to the list in which it stands."""
    do(lambda db: notifying.send_again(db, message_id, g.actor))
    return redirect(f"{safe_next(request.args.get('back')) or url_for('.overdue')}?done=again", 303)


@screens.post("/overdue/letters")
def make_letters() -> ResponseReturnValue:
    """It is kept that letters went out; then they open as one PDF."""
    chosen = request.form.getlist("loan", row_id)
    loans = do(lambda db: notifying.note_letters(db, chosen, g.actor))
    return redirect(url_for(".letters", loan=[loan.id for loan in loans]), 303)


@screens.get("/overdue/letters.pdf")
def letters() -> ResponseReturnValue:
    with wiring().database.reading() as db:
        rows = finding.overdue(db, request.args.getlist("loan", row_id)) or abort(404)
    return sheet_pdf("desk/_letters.html", language.say(t("Reminder letters")), f"surat-pengingat-{today()}", rows=rows)


@screens.get("/overdue.<any(xlsx, csv):kind>")
def overdue_file(kind: str) -> ResponseReturnValue:
    with wiring().database.reading() as db:
        rows = finding.overdue(db)
    do(lambda db: exports.exported(db, "overdue loans", g.actor, kind, rows=len(rows)))
    sheet = Sheet(language.say(t("Overdue loans")), [language.say(word) for word in HEAD], [_line(row) for row in rows])
    return spreadsheet([sheet], f"terlambat-{today()}", kind)


def _line(row: Overdue) -> list[object]:
    visit, told = row.loan.visit, row.told
    titles = "; ".join(item.copy.title.title for item in row.loan.open_items)
    return [number_of(row.loan), visit.name, visit.institution, row.contact, titles, row.loan.due_on, row.late,
            language.in_zone(told.made_at).date() if told else None]
