"""What everybody may read, without a session or a script: the published products, their files, the feed, and whether a copy is genuine."""

import hashlib
import os
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, abort, current_app, g, redirect, request, send_file
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import RequestEntityTooLarge

from foundation.database import Session
from foundation.errors import Refused
from foundation.files import FileStore
from foundation.text import t
from kiosk.reporting import surveying
from scanner.pages import thumbnails
from scanner.publishing import public
from scanner.publishing.public import Wanted
from scanner.workshop.processes import Failed
from webui import public_pages, sitemap, uploads
from webui.access import csrf, limiter
from webui.language import office
from webui.public_pages import PAGE, Links
from webui.wiring import wiring

screens = Blueprint("public", __name__)

MINUTE, HOUR = 60, 3600  # seconds that others may keep an answer
TRIES = "30/minute"      # of the verification page, from one address
_SHA256 = re.compile(r"[0-9a-fA-F]{64}")


@screens.before_request
def speak() -> None:
    """The address says which language: so the page is the same for everybody, and may be kept."""
    g.language = "en" if request.args.get("lang") == "en" else "id"


def links() -> Links:
    return Links(wiring().settings.public, g.language)


def _page(make: Callable[[Session], tuple[str, int]]) -> Response:
    """The page of this address, kept as it was made from one look at the database."""
    def made() -> tuple[str, int]:
        with wiring().database.reading() as db:
            return make(db)
    kept = current_app.extensions["kept_pages"].get(request.full_path, made)
    packed = "gzip" in request.headers.get("Accept-Encoding", "")
    response = Response(kept.packed if packed else kept.plain, kept.status, mimetype="text/html")
    if packed:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept-Encoding"
    response.set_etag(kept.digest + ("-gzip" if packed else ""))
    return _for_all(response, MINUTE)


def _for_all(response: Response, seconds: int) -> Response:
    """An answer that any cache may keep for so many seconds, and who has it already is not sent again."""
    response.headers["Cache-Control"] = f"public, max-age={seconds}"
    return response.make_conditional(request) if response.status_code == 200 else response


@screens.get("/produk")
def products() -> Response:
    """The newest ones, or those that are looked for."""
    wanted, number = Wanted.read(request.args), min(max(1, request.args.get("page", 1, int)), 10**6)

    def made(db: Session) -> tuple[str, int]:
        found, at = public.listed(db, wanted, PAGE, PAGE * (number - 1)), number
        last = max(1, -(-found.total // PAGE))
        if at > last:
            found, at = public.listed(db, wanted, PAGE, PAGE * (last - 1)), last
        return public_pages.listing(links(), office(), found, public.choices(db), wanted, at), 200
    return _page(made)


@screens.get("/produk/<int:product_id>")
def product(product_id: int) -> Response:
    def made(db: Session) -> tuple[str, int]:
        look = public.look_at(db, product_id)
        if look is None:
            return _gone(db, product_id)
        code = public.verify_code(wiring().keys.slips, product_id)
        return public_pages.product(links(), office(), look, _path(wiring().files, look.publication.sha256).stat().st_size, code), 200
    return _page(made)


def _gone(db: Session, product_id: int) -> tuple[str, int]:
    withdrawn, since = public.gone(db, product_id) or abort(404)
    return public_pages.gone(links(), office(), withdrawn, since), 410


@screens.get("/produk/<int:product_id>/<file_name>")
def file(product_id: int, file_name: str) -> Response:
    """The published PDF, byte for byte."""
    with wiring().database.reading() as db:
        found = public.publication_of(db, product_id)
    if found is None:
        return _page(lambda db: _gone(db, product_id))
    if found.file_name != file_name:
        abort(404)
    return _for_all(send_file(_path(wiring().files, found.sha256), "application/pdf", download_name=file_name, etag=found.sha256,
                              conditional=True), MINUTE)


def _path(files: FileStore, name: str) -> Path:
    """Of a published file. Raises Refused where the disk has lost it."""
    if name not in files:
        raise Refused(t("The file cannot be read just now."), t("Tell the office, please."), status=503)
    return files.path(name)


@screens.get("/produk/<int:product_id>/halaman/<int:number>.jpg")
def picture(product_id: int, number: int) -> Response:
    wired = wiring()
    with wired.database.reading() as db:
        found = public.publication_of(db, product_id) or abort(404)
    if not 1 <= number <= public_pages.PICTURES:
        abort(404)
    try:
        made = thumbnails.pdf_page(wired.files, wired.thumbnails, found.sha256, thumbnails.Size.SCREEN, number, wired.workshop.draw)
        content = made.read_bytes()
    except (OSError, Failed):
        raise Refused(t("The picture of this page cannot be made."), t("Read the file itself."), status=404) from None
    response = Response(content, mimetype="image/jpeg")
    response.set_etag(f"{found.sha256[:32]}-{number}")
    return _for_all(response, HOUR if "v" in request.args else MINUTE)


@screens.get("/survei")
@screens.get("/survei/<int:survey_id>")
def survey(survey_id: int | None = None) -> Response:
    """The result of a satisfaction survey that the office has published; without a number the latest one's."""
    def made(db: Session) -> tuple[str, int]:
        published = surveying.published(db)
        shown = next((each for each in published if survey_id in (None, each.id)), None)
        if survey_id and shown is None:
            abort(404)
        return public_pages.survey(links(), office(), published, surveying.result(db, shown) if shown else None), 200
    return _page(made)


@screens.get("/feed/document.json")
def feed() -> Response:
    """For the national network; whoever reads while it is written anew reads the old one to its end."""
    try:
        opened = wiring().feed.path.open("rb")
    except FileNotFoundError:
        raise Refused(t("The data is just being made."), t("Ask again in a minute."), status=503) from None
    about = os.fstat(opened.fileno())
    made = datetime.fromtimestamp(about.st_mtime, UTC)
    response = send_file(opened, "application/json", etag=f"{about.st_mtime_ns:x}-{about.st_size:x}", last_modified=made)
    response.content_length = about.st_size
    response.headers["Cache-Control"] = f"public, max-age={MINUTE}"
    return response.make_conditional(request, accept_ranges=True, complete_length=about.st_size)


@screens.get("/sitemap.xml")
@screens.get("/sitemap-<int:number>.xml")
def site_map(number: int | None = None) -> Response:
    with wiring().database.reading() as db:
        text = sitemap.written(wiring().settings.public, public.addresses(db), number) or abort(404)
    return _for_all(Response(text, mimetype="application/xml"), HOUR)


@screens.get("/robots.txt")
def robots() -> Response:
    return _for_all(Response(sitemap.robots(wiring().settings.public), mimetype="text/plain"), HOUR)


@screens.get("/verify")
@limiter.limit(TRIES)
def verify() -> ResponseReturnValue:
    """The page; with a `code` what is known of the copy that has it, or of the file whose fingerprint it is."""
    typed = "".join(request.args.get("code", "").split())[:80]
    if _SHA256.fullmatch(typed):
        return _verdict(sha256=typed.lower(), typed=typed)
    if typed:
        return redirect(links().verify(re.sub(r"[^\w-]", "", typed) or "-"), 303)
    return _verify()


@screens.get("/verify/<code>")
@limiter.limit(TRIES)
def verify_code(code: str) -> ResponseReturnValue:
    """Where the QR on a published copy leads."""
    return _verdict(code=code[:80])


@screens.post("/verify")
@limiter.limit(TRIES)
@csrf.exempt  # it changes nothing, and whoever is sent here by another page learns nothing that this one does not say to all
def verify_file() -> ResponseReturnValue:
    """Compare the fingerprint of a file, which is not kept."""
    request.max_content_length = uploads.LARGEST_PDF
    try:
        given = request.files.get("file")
    except RequestEntityTooLarge:
        return _verify(413, error=t("The file is too large to be sent. Type its SHA-256 instead."))
    if not given or not given.filename:
        return _verify(422, error=t("Choose a PDF."))
    with given.stream as stream:
        return _verdict(sha256=hashlib.file_digest(stream, "sha256").hexdigest())


def _verdict(sha256: str = "", code: str = "", typed: str = "") -> ResponseReturnValue:
    with wiring().database.reading() as db:
        product_id = public.read_code(wiring().keys.slips, code) if code else None
        if sha256:
            verdict, found = public.judged(db, sha256)
        else:
            verdict, found = public.standing(db, product_id) if product_id else (public.Verdict.UNKNOWN, None)
        address = public.address_of(db, found.product_id, links().product) if found else ""
    return _verify(verdict=verdict, publication=found, sha256=sha256, code=code, typed=typed, address=address)


def _verify(status: int = 200, **values: Any) -> ResponseReturnValue:
    return public_pages.verification(links(), office(), **values), status
