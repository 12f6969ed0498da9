"""A nota dinas comes in: the form, the agenda number, and the receipt slip for the folder."""

from typing import Any

from flask import Response, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from foundation.errors import Refused
from foundation.people import Role
from foundation.stations import printer_station
from printer import pages, typesetting
from scanner.legal import products
from scanner.procedure import board, procedure, receipts
from scanner.procedure.agenda import AgendaEntry
from scanner.station import taking_in
from webui import assets, uploads
from webui.access import requires
from webui.language import current
from webui.routes.procedure.frame import do, page, screens
from webui.wiring import wiring

ROLL = 80              # mm


@screens.get("/new")
@requires(Role.PROPOSER)
def new() -> ResponseReturnValue:
    return _new(request.args.get("product_id", 0, int))


def _new(product_id: int, refusal: Refused | None = None, typed: dict | None = None) -> ResponseReturnValue:
    with wiring().database.reading() as db:
        known = db.get(products.Product, product_id) if product_id else None
        there = db.get(products.Product, refusal.details["product"]) if refusal and "product" in refusal.details else None
        return page("procedure/new.html", refusal, typed, known=known, there=there, unit=board.last_unit(db, g.actor),
                    units=board.choices(db)[1])


@screens.url_value_preprocessor
def allow_files(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Before anything reads the form: a PDF may be larger than other forms."""
    if endpoint == "procedure.submit":
        request.max_content_length = uploads.LARGEST_PDF


@screens.post("/new")
@requires(Role.PROPOSER)
def submit() -> ResponseReturnValue:
    form, product_id = request.form, request.form.get("product_id", 0, int)
    try:
        with uploads.pdf() as file:
            made = do(lambda db: _submitted(db, product_id, file))
    except Refused as refusal:
        return _new(product_id, refusal, form.to_dict())
    return redirect(url_for(".slip", product_id=made, done="submitted"), 303)


def _submitted(db: Any, product_id: int, file: tuple | None) -> int:
    """Entered in one transaction: the product, its agenda number, its born-digital PDF, and the slip where the paper is handed in."""
    form, received = request.form, "received" in request.form
    entry = procedure.submit(db, form, form.get("memo_number", ""), form.get("memo_date", ""), form.get("unit", ""), g.actor,
                             product_id or None, received, form.get("remark", ""))
    if file:
        document, _ = taking_in.take(db, *file, g.actor)
        document.product_id = document.product_id or entry.product_id
    if received:
        receipts.print_first(db, entry.product_id, current(), g.actor)
    return entry.product_id


@screens.get("/<int:product_id>/slip")
def slip(product_id: int) -> ResponseReturnValue:
    """The slip as it comes to paper, to be printed from here where there is no printer."""
    with wiring().database.reading() as db:
        entry = receipts.of_product(db, product_id)
        return page("procedure/slip.html", product=entry.product, entry=entry, sheet=_sheet(entry), width=ROLL,
                    station=printer_station(db, None))


@screens.get("/<int:product_id>/slip.pdf")
def slip_pdf(product_id: int) -> ResponseReturnValue:
    with wiring().database.reading() as db:
        sheet = _sheet(receipts.of_product(db, product_id))
    document = (f'<!doctype html><html lang="{current()}"><meta charset="utf-8"><title>{product_id}</title>'
                f"<style>{assets.letters()} body {{ margin: 0 }} {assets.plain('css/receipt.css')}</style>"
                f'<body>{sheet}<i id="end"></i></body></html>')
    return Response(typesetting.pdf(document, ROLL), mimetype="application/pdf",
                    headers={"Content-Disposition": f'inline; filename="slip-{product_id}.pdf"'})


@screens.post("/<int:product_id>/slip")
def print_slip(product_id: int) -> ResponseReturnValue:
    do(lambda db: receipts.print_next(db, product_id, current(), g.actor))
    return redirect(url_for(".slip", product_id=product_id, done="printing"), 303)


def _sheet(entry: AgendaEntry) -> Markup:
    made = receipts.slip(entry, wiring().office(), current())
    return Markup(pages.markup(made, current(), ROLL))  # noqa: S704 our own, which escapes what it was given
