"""Copies and files of a title, at the desk: added, labelled, put on a shelf, and what has become of one; its cover, its digital copy."""

from typing import Any

from flask import Response, abort, g, redirect, request, send_file, url_for
from flask.typing import ResponseReturnValue

from foundation.errors import Refused
from foundation.text import t
from kiosk.borrowing import lending, reserving
from kiosk.counter import finding
from kiosk.ledger.collection import Copy, CopyStatus, Title
from kiosk.shelves import attaching, cataloguing, labelling
from printer import labels, typesetting
from scanner.publishing import public
from scanner.publishing.public import Wanted
from webui import assets, title_files, uploads
from webui.forms import row_id
from webui.routes.desk.frame import LONGEST_CODE, do, go, page, screens
from webui.routes.desk.titles import show
from webui.wiring import wiring

MOST_PRODUCTS = 12  # published products to choose from


@screens.url_value_preprocessor
def allow_pdfs(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Before anything reads the form: a PDF may be larger than other forms."""
    if endpoint == "desk.attach_digital":
        request.max_content_length = uploads.LARGEST_PDF


@screens.post("/titles/<int:title_id>/copies")
def add_copies(title_id: int) -> ResponseReturnValue:
    form, count = request.form, request.form.get("count", 0, int)
    try:
        do(lambda db: cataloguing.add_copies(db, title_id, count, g.actor, form.get("shelf", ""), form.get("labels", "")))
    except Refused as refusal:
        return show(title_id, refusal, opened="copies", **form.to_dict())
    return go(".title", "copies added", title_id=title_id)


@screens.get("/copies/<int:copy_id>")
def edit_copy(copy_id: int) -> ResponseReturnValue:
    return _copy(copy_id)


def _copy(copy_id: int, refusal: Refused | None = None) -> ResponseReturnValue:
    with wiring().database.reading() as db:
        copy = db.get(Copy, copy_id) or abort(404)
        return page("desk/copy_form.html", copy=copy, loan=lending.find_by_copy(db, copy.code)[1],
                    reading=finding.readings_of(db, [copy_id]).get(copy_id), held=reserving.held(db, [copy_id]).get(copy_id),
                    statuses=CopyStatus, values=request.form, refusal=refusal,
                    errors=refusal.fields if refusal else {}), refusal.status if refusal else 200


@screens.post("/copies/<int:copy_id>")
def save_copy(copy_id: int) -> ResponseReturnValue:
    """Where it stands, and what has become of it, in one form."""
    form = request.form
    status = next((status for status in CopyStatus if status.value == form.get("status")), None) or abort(400)

    def work(db: Any) -> int:
        copy = db.get(Copy, copy_id) or abort(404)
        cataloguing.save_copy(db, copy_id, g.actor, shelf=form.get("shelf", copy.shelf), register_number=form.get("register_number", ""))
        cataloguing.set_status(db, copy, status, form.get("reason", ""), g.actor)
        return copy.title_id
    try:
        title_id = do(work)
    except Refused as refusal:
        return _copy(copy_id, refusal)
    return go(".title", "saved", title_id=title_id)


@screens.post("/titles/<int:title_id>/labels")
def make_title_labels(title_id: int) -> ResponseReturnValue:
    """Labels for the copies of one title, on the sheet that is usual."""
    start = request.form.get("start", 1, int)
    do(lambda db: labelling.note_made(db, _order(db, title_id, start), g.actor))
    return redirect(url_for(".title_labels", title_id=title_id, start=start), 303)


@screens.get("/titles/<int:title_id>/labels.pdf")
def title_labels(title_id: int) -> ResponseReturnValue:
    with wiring().database.reading() as db:
        order = _order(db, title_id, request.args.get("start", 1, int))
    document = labels.document(order.labels, order.sheet, order.start, assets.letters())
    return Response(typesetting.pdf(document), mimetype="application/pdf", headers={"Content-Disposition": 'inline; filename="label.pdf"'})


def _order(db: Any, title_id: int, start: int) -> labelling.Order:
    title = cataloguing.find_title(db, title_id) or abort(404)
    codes = [copy.code for copy in title.copies if copy.status is not CopyStatus.WITHDRAWN]
    return labelling.read_order(db, {"which": "chosen", "codes": "\n".join(codes), "start": str(start)})


@screens.post("/titles/<int:title_id>/cover")
def set_cover(title_id: int) -> ResponseReturnValue:
    if "remove" in request.form:
        do(lambda db: attaching.set_cover(db, title_id, "", g.actor))
        return go(".title", "saved", title_id=title_id)
    try:
        with title_files.cover() as name:
            do(lambda db: attaching.set_cover(db, title_id, name, g.actor))
    except Refused as refusal:
        return show(title_id, refusal, opened="files")
    return go(".title", "saved", title_id=title_id)


@screens.post("/titles/<int:title_id>/digital")
def attach_digital(title_id: int) -> ResponseReturnValue:
    """A PDF that was scanned or came elsewhere; looked into before it is kept."""
    try:
        with uploads.pdf() as file:
            if file is None:
                raise Refused(t("No file is chosen."), fields={"file": t("Choose a PDF.")})
            sha256, _, _, said = file
            do(lambda db: attaching.set_digital(db, title_id, g.actor, digital=sha256, pages=said["pages"]))
    except Refused as refusal:
        return show(title_id, _at("file", refusal), opened="files")
    return go(".title", "attached", title_id=title_id)


@screens.post("/titles/<int:title_id>/digital/remove")
def detach_digital(title_id: int) -> ResponseReturnValue:
    do(lambda db: attaching.set_digital(db, title_id, g.actor))
    return go(".title", "detached", title_id=title_id)


@screens.get("/titles/<int:title_id>/product")
def choose_product(title_id: int) -> ResponseReturnValue:
    """Published products whose digital copy this may be, found by number or words."""
    with wiring().database.reading() as db:
        it = db.get(Title, title_id) or abort(404)
        words = request.args.get("q", it.number or it.title)[:LONGEST_CODE]
        found = public.listed(db, Wanted(words=words), MOST_PRODUCTS)
        return page("desk/title_product.html", it=it, words=words, found=found)


@screens.post("/titles/<int:title_id>/product")
def link_product(title_id: int) -> ResponseReturnValue:
    product_id = request.form.get("product", 0, row_id)

    def work(db: Any) -> None:
        if public.publication_of(db, product_id) is None:
            raise Refused(t("This product is not published any more."), t("Choose another one, or attach a PDF."))
        attaching.set_digital(db, title_id, g.actor, product_id=product_id)
    do(work)
    return go(".title", "attached", title_id=title_id)


@screens.get("/titles/<int:title_id>/digital.pdf")
def digital_pdf(title_id: int) -> ResponseReturnValue:
    with wiring().database.reading() as db:
        it = db.get(Title, title_id) or abort(404)
        digital = title_files.digital_of(db, it) or abort(404)
    files = wiring().files
    if digital.sha256 not in files:
        raise Refused(t("The file cannot be read just now."), t("Tell the administrator, please."), status=503)
    return send_file(files.path(digital.sha256), "application/pdf", download_name=f"{title_id}.pdf", etag=digital.sha256, conditional=True)


def _at(field: str, refusal: Refused) -> Refused:
    return Refused(refusal.message, refusal.next_step, fields=refusal.fields or {field: refusal.message}, **refusal.details)
