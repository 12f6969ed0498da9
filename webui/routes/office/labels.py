"""Labels for copies: which ones, on which sheets, from which place on; the first sheet as it will look, and all of them as a PDF."""

from typing import Any

from flask import Response, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from foundation.errors import Refused
from kiosk.shelves import labelling
from printer import labels, typesetting
from webui import assets
from webui.routes.office.frame import do, page, screens
from webui.wiring import wiring


@screens.get("/labels")
def copy_labels() -> ResponseReturnValue:
    """The form, and once it is filled in the first sheet; what was written stands in the address, to be kept as a bookmark."""
    if "which" not in request.args:
        return _form()
    try:
        with wiring().database.reading() as db:
            order = labelling.read_order(db, _asked())
    except Refused as refusal:
        return _form(refusal)
    first = labels.sheets(order.labels[:order.sheet.count - order.start + 1], order.sheet, order.start)[0]
    return _form(order=order, first=Markup(first), style=Markup(labels.style(order.sheet)))  # noqa: S704 our own, which escapes what it was given


@screens.post("/labels")
def make_labels() -> ResponseReturnValue:
    def work(db: Any) -> None:
        labelling.note_made(db, labelling.read_order(db, _asked()), g.actor)
    try:
        do(work)
    except Refused as refusal:
        return _form(refusal)
    return redirect(url_for(".labels_pdf", **_asked()), 303)


@screens.get("/labels.pdf")
def labels_pdf() -> ResponseReturnValue:
    with wiring().database.reading() as db:
        order = labelling.read_order(db, _asked())
    document = labels.document(order.labels, order.sheet, order.start, assets.letters())
    return Response(typesetting.pdf(document), mimetype="application/pdf", headers={"Content-Disposition": 'inline; filename="label.pdf"'})


def _asked() -> dict[str, str]:
    """What the form says, by field."""
    return {field: request.args[field] for field in labelling.FIELDS if field in request.args}


def _form(refusal: Refused | None = None, **more: object) -> ResponseReturnValue:
    return page("office/labels.html", refusal, values=_asked(), layouts=labels.LAYOUTS, own=labelling.OWN, **more)
