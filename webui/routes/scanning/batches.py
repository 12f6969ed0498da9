"""Batches: those that are open, a new one, one with its pages, and its end."""

from collections.abc import Mapping

from flask import abort, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from foundation.errors import Refused
from scanner.documents import document_overview
from scanner.legal import products
from scanner.station import digitising, overview
from webui.forms import row_id
from webui.routes.scanning.frame import batch_page, count, do, page, screens, to_batch, with_address
from webui.wiring import wiring

PARTS = {"chosen": "_chosen.html", "live": "_live.html"}  # by the id of what a script asks to have drawn anew
CHANGED = {"", "page", "move", "order", "strip", "how"}


@screens.get("")
def batches() -> ResponseReturnValue:
    return _batches(request.args)


@screens.post("")
def open_batch() -> ResponseReturnValue:
    form = request.form
    try:
        made = do(lambda db: digitising.open_batch(db, form.get("station_id", 0, row_id), form.get("name", ""), count("expected_sheets"),
                                                   g.actor, form.get("product_id", 0, row_id)))
    except Refused as refusal:
        return _batches(form, refusal)
    return to_batch(made.id)


def _batches(values: Mapping[str, str], refusal: Refused | None = None) -> ResponseReturnValue:
    with wiring().database.reading() as db:
        return page("scanning/batches.html", refusal, values=values, stations=overview.stations(db),
                    products=products.newest(db, also=_chosen(values)), open=overview.open_batches(db), closed=overview.closed_batches(db))


def _chosen(values: Mapping[str, str]) -> int:
    """The product that an address or a form names; 0 for none."""
    try:
        return row_id(values.get("product_id", ""))
    except ValueError:
        return 0


@screens.get("/batch/<int:batch_id>")
def batch(batch_id: int) -> ResponseReturnValue:
    """The whole page; for a script the chosen page alone, with what else an act has changed, or the live part alone."""
    part = PARTS.get(request.headers.get("HX-Target", ""), "")
    chosen, changed = request.args.get("page", type=int), request.args.get("changed", "")
    if changed not in CHANGED:
        abort(404)
    answer = batch_page(batch_id, part, chosen, changed=changed)
    return with_address(answer, url_for(".batch", batch_id=batch_id, page=chosen)) if part == "_chosen.html" else answer


@screens.post("/batch/<int:batch_id>/describe")
def describe(batch_id: int) -> ResponseReturnValue:
    do(lambda db: digitising.describe(db, batch_id, request.form.get("name", ""), count("expected_sheets"), g.actor))
    return to_batch(batch_id)


@screens.post("/batch/<int:batch_id>/reopen")
def reopen(batch_id: int) -> ResponseReturnValue:
    do(lambda db: digitising.reopen(db, batch_id, g.actor))
    return to_batch(batch_id)


@screens.post("/batch/<int:batch_id>/close")
def close(batch_id: int) -> ResponseReturnValue:
    do(lambda db: digitising.close(db, batch_id, g.actor))
    with wiring().database.reading() as db:
        made = document_overview.of_batch(db, batch_id)
    return redirect(url_for(".document", document_id=made, done="closed"), 303)
