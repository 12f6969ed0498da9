"""Documents: how far each is, what was found and read in it, what a person confirms, and the PDF itself."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

from flask import Response, abort, g, redirect, request, send_file, session, url_for
from flask.typing import ResponseReturnValue

from foundation.errors import Refused
from foundation.text import t
from scanner.documents import document_overview, searching
from scanner.documents.records import Document
from scanner.pages import thumbnails
from scanner.station import confirming, taking_in
from scanner.workshop.processes import Failed
from webui import uploads
from webui.routes.scanning.frame import YEAR, do, page, screens
from webui.wiring import Wiring, wiring

PAGE = 20              # documents on a page of the list


@screens.get("/documents")
def documents() -> ResponseReturnValue:
    """The newest ones; with `q` those that have its words, with the lines they stand in."""
    return _documents()


def _documents(refusal: Refused | None = None) -> ResponseReturnValue:
    words, offset = request.args.get("q", "").strip(), max(0, request.args.get("from", 0, int))
    with wiring().database.reading() as db:
        found = searching.search(db, words, limit=PAGE, offset=offset) if words else None
        return page("scanning/documents.html", refusal, words=words, offset=offset, found=found, step=PAGE, largest=uploads.LARGEST_PDF,
                    newest=[] if words else document_overview.newest_documents(db, PAGE + 1, offset))


@screens.url_value_preprocessor
def allow_files(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Before anything reads the form: a PDF may be larger than other forms."""
    if endpoint == "scanning.take_in":
        request.max_content_length = uploads.LARGEST_PDF


@screens.post("/documents")
def take_in() -> ResponseReturnValue:
    """A PDF that comes in: looked into first, and kept only if it can be a document."""
    try:
        with uploads.pdf() as file:
            if file is None:
                raise Refused(t("No file is chosen."), fields={"file": t("Choose a PDF.")})
            document, known = do(lambda db: taking_in.take(db, *file, g.actor))
    except Refused as refusal:
        return _documents(refusal)
    return redirect(url_for(".document", document_id=document.id, done="known" if known else "taken"), 303)


@screens.post("/document/<int:document_id>/read")
def make_searchable(document_id: int) -> ResponseReturnValue:
    try:
        do(lambda db: taking_in.order_reading(db, document_id, g.actor))
    except Refused as refusal:
        return _document(document_id, refusal)
    return redirect(url_for(".document", document_id=document_id), 303)


@screens.get("/document/<int:document_id>")
def document(document_id: int) -> ResponseReturnValue:
    return _document(document_id)


@screens.get("/document/<int:document_id>/live")
def document_live(document_id: int) -> ResponseReturnValue:
    """While it is being made: nothing as long as nothing has changed since `seen`, then the page, of which a script takes what is new."""
    session.passive = True
    with wiring().database.reading() as db:
        seen = document_overview.signature(db, document_id) or abort(404)
    if seen == request.args.get("seen"):
        return "", 204
    return _document(document_id)


def _document(document_id: int, refusal: Refused | None = None, typed: dict[str, str] | None = None) -> ResponseReturnValue:
    with wiring().database.reading() as db:
        found = document_overview.look_at(db, document_id) or abort(404)
        return page("scanning/document.html", refusal, look=found, fields=confirming.FIELDS, typed=typed or {},
                    seen=document_overview.signature(db, document_id), picture=straight_url, day=date.fromisoformat,
                    roster=document_overview.roster(db), can_be_read=taking_in.can_be_read(found.document),
                    moment_of=datetime.fromisoformat,
                    **_text(db, document_id, found.page_count))


def _text(db: Any, document_id: int, pages: int) -> dict[str, Any]:
    """What stands on the page that the address names, or on the first."""
    number = min(max(1, request.args.get("text", 1, int)), max(1, pages))
    return {"text_of": number, "text": document_overview.text_of(db, document_id, number)}


def straight_url(document: Document, number: int, size: str = "screen") -> str:
    """The address names the document as it was made, so that a browser may keep the picture until it is made again."""
    return url_for("scanning.straight", document_id=document.id, number=number, size=size, v=(document.sha256 or "")[:16] or None)


@screens.get("/document/<int:document_id>/page/<int:number>/<size>.jpg")
def straight(document_id: int, number: int, size: str) -> Response:
    """The page as it is in the document: upright and straight."""
    wired = wiring()
    if size not in (thumbnails.Size.SMALL, thumbnails.Size.SCREEN):
        abort(404)
    with wired.database.reading() as db:
        found = document_overview.page_of(db, document_id, number) or abort(404)
    try:
        made = _picture(wired, found, thumbnails.Size(size))
    except (OSError, Failed):
        raise Refused(t("The picture of this page cannot be drawn."), t("Open the PDF itself."), status=404) from None
    response = Response(made.read_bytes(), mimetype="image/jpeg")
    response.headers["Cache-Control"] = f"private, max-age={YEAR}" if "v" in request.args else "private, no-cache"
    return response


def _picture(wired: Wiring, shown: document_overview.Shown, size: thumbnails.Size) -> Path:
    if shown.page:
        return thumbnails.pdf_page(wired.files, wired.thumbnails, shown.sha256, size, shown.page, wired.workshop.draw)
    return thumbnails.picture(wired.files, wired.thumbnails, shown.sha256, size, shown.upright, shown.skew_degrees)


@screens.get("/document/<int:document_id>.pdf")
def pdf(document_id: int) -> Response:
    """As it was made; with `file=came`, the file as it came."""
    wired = wiring()
    with wired.database.reading() as db:
        found = document_overview.find(db, document_id) or abort(404)
    name = found.came_as if request.args.get("file") == "came" else found.sha256
    if not name:
        abort(404)
    return send_file(wired.files.path(name), "application/pdf", download_name=confirming.file_name(found), etag=name, conditional=True)


@screens.post("/document/<int:document_id>/confirm")
def confirm(document_id: int) -> ResponseReturnValue:
    """One field: as it was suggested, or as the person corrected it."""
    name, value, seen = (request.form.get(key, "") for key in ("field", "value", "seen"))
    try:
        do(lambda db: confirming.confirm(db, document_id, name, value, g.actor, seen))
    except Refused as refusal:
        return _document(document_id, refusal, {name: value})
    return redirect(url_for(".document", document_id=document_id, _anchor=f"field-{confirming.after(name)}"), 303)


@screens.post("/document/<int:document_id>/take-back")
def take_back(document_id: int) -> ResponseReturnValue:
    name, seen = request.form.get("field", ""), request.form.get("seen", "")
    try:
        do(lambda db: confirming.take_back(db, document_id, name, g.actor, seen))
    except Refused as refusal:
        return _document(document_id, refusal)
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
        return page("scanning/officials.html", refusal, values=request.values, officials=document_overview.officials(db))
