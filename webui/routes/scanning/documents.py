"""Documents: how far each is, what was found and read in it, what a person confirms, and the PDF itself."""

from flask import Response, abort, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue

from foundation.errors import Refused
from foundation.text import t
from scanner import confirming, document_overview, searching, thumbnails
from webui.routes.scanning.frame import YEAR, do, page, screens
from webui.wiring import wiring

PAGE = 20  # documents on a page of the list


@screens.get("/documents")
def documents() -> ResponseReturnValue:
    """The newest ones; with `q` those that have its words, with the lines they stand in."""
    words, offset = request.args.get("q", "").strip(), max(0, request.args.get("from", 0, int))
    with wiring().database.reading() as db:
        found = searching.search(db, words, limit=PAGE, offset=offset) if words else None
        return page("scanning/documents.html", words=words, offset=offset, found=found, step=PAGE,
                    newest=[] if words else document_overview.newest_documents(db, PAGE + 1, offset))


@screens.get("/document/<int:document_id>")
def document(document_id: int) -> ResponseReturnValue:
    return _document(document_id)


@screens.get("/document/<int:document_id>/live")
def document_live(document_id: int) -> ResponseReturnValue:
    """While it is being made: nothing as long as nothing has changed since `seen`."""
    session.passive = True
    with wiring().database.reading() as db:
        seen = document_overview.signature(db, document_id) or abort(404)
    if seen == request.args.get("seen"):
        return "", 204
    return "", 204, {"HX-Refresh": "true"}


def _document(document_id: int, refusal: Refused | None = None, typed: dict[str, str] | None = None) -> ResponseReturnValue:
    with wiring().database.reading() as db:
        found = document_overview.look_at(db, document_id) or abort(404)
        return page("scanning/document.html", refusal, look=found, fields=confirming.FIELDS, typed=typed or {},
                    seen=document_overview.signature(db, document_id), picture=straight_url)


def straight_url(document_id: int, number: int, size: str = "screen") -> str:
    return url_for("scanning.straight", document_id=document_id, number=number, size=size)


@screens.get("/document/<int:document_id>/page/<int:number>/<size>.jpg")
def straight(document_id: int, number: int, size: str) -> Response:
    """The page as it is in the document: upright and straight."""
    wired = wiring()
    if size not in (thumbnails.Size.SMALL, thumbnails.Size.SCREEN):
        abort(404)
    with wired.database.reading() as db:
        found = document_overview.page_of(db, document_id, number) or abort(404)
    try:
        made = thumbnails.picture(wired.files, wired.thumbnails, found.sha256, thumbnails.Size(size), found.upright, found.skew_degrees)
    except OSError:
        raise Refused(t("The picture of this page cannot be read."), t("Tell the administrator."), status=404) from None
    response = Response(made.read_bytes(), mimetype="image/jpeg")
    response.headers["Cache-Control"] = f"private, max-age={YEAR}"
    return response


@screens.get("/document/<int:document_id>.pdf")
def pdf(document_id: int) -> Response:
    wired = wiring()
    with wired.database.reading() as db:
        found = document_overview.look_at(db, document_id)
    if found is None or not found.document.sha256:
        abort(404)
    response = Response(wired.files.path(found.document.sha256).read_bytes(), mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="{confirming.file_name(found.document)}"'
    response.set_etag(found.document.sha256)
    return response.make_conditional(request)


@screens.post("/document/<int:document_id>/confirm")
def confirm(document_id: int) -> ResponseReturnValue:
    """One field: as it was suggested, or as the person corrected it."""
    name, value = request.form.get("field", ""), request.form.get("value", "")
    try:
        do(lambda db: confirming.confirm(db, document_id, name, value, g.actor))
    except Refused as refusal:
        return _document(document_id, refusal, {name: value})
    return redirect(url_for(".document", document_id=document_id, _anchor=f"field-{confirming.after(name)}"), 303)


@screens.post("/document/<int:document_id>/take-back")
def take_back(document_id: int) -> ResponseReturnValue:
    name = request.form.get("field", "")
    do(lambda db: confirming.take_back(db, document_id, name, g.actor))
    return redirect(url_for(".document", document_id=document_id, _anchor=f"field-{name}"), 303)


@screens.post("/document/<int:document_id>/again")
def make_again(document_id: int) -> ResponseReturnValue:
    do(lambda db: confirming.make_again(db, document_id, g.actor))
    return redirect(url_for(".document", document_id=document_id), 303)


@screens.get("/officials")
def officials() -> ResponseReturnValue:
    return _officials()


@screens.post("/officials")
def save_official() -> ResponseReturnValue:
    form = request.form
    try:
        do(lambda db: confirming.save_official(db, form.get("name", ""), form.get("position", ""), "active" in form, g.actor))
    except Refused as refusal:
        return _officials(refusal)
    return redirect(url_for(".officials"), 303)


def _officials(refusal: Refused | None = None) -> ResponseReturnValue:
    with wiring().database.reading() as db:
        return page("scanning/officials.html", refusal, values=request.form, officials=document_overview.officials(db))
