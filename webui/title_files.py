"""The pictures and files of titles, for whichever screen shows them: where the store has them, and how a picture of a page is made."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from flask import Response, abort, request

from foundation.database import Session
from foundation.errors import Refused
from foundation.text import t
from kiosk.ledger.collection import Title
from scanner.pages import thumbnails
from scanner.pages.thumbnails import Size
from scanner.publishing import public
from scanner.station import taking_in
from scanner.workshop.processes import Failed
from scanner.workshop.texts import PageText
from webui import uploads
from webui.wiring import COVER_SIDE, wiring

DAY = 24 * 3600     # seconds that a browser keeps a picture whose address says which it is
LARGEST_PICTURE = 30_000_000  # bytes


@dataclass(frozen=True)
class Digital:
    """A PDF that can be read here; `product_id` where it is a published product's."""

    sha256: str
    pages: int
    product_id: int | None = None


def digital_of(db: Session, title: Title) -> Digital | None:
    """The title's digital copy as it can be read now; None where it has none, or its product was withdrawn from the public."""
    if title.digital:
        return Digital(title.digital, title.digital_pages)
    look = public.look_at(db, title.product_id) if title.product_id else None
    return Digital(look.publication.sha256, look.pages, title.product_id) if look else None


def published(db: Session, product_id: int) -> str:
    """The SHA-256 of a published product's PDF; empty where it is public no more."""
    look = public.look_at(db, product_id)
    return look.publication.sha256 if look else ""


def cover_of(db: Session, title: Title | None, size: Size) -> Response:
    """The picture that stands for the title: its cover, or the first page of its digital copy. Answers 404 where it has neither."""
    wired = wiring()
    if title and title.cover:
        try:
            return _kept(thumbnails.picture(wired.files, wired.thumbnails, title.cover, size, 0), f"{title.cover[:40]}-{size}")
        except OSError:
            abort(404)
    digital = digital_of(db, title) if title else None
    return page_of(digital.sha256, 1, size) if digital else abort(404)


def page_of(sha256: str, number: int, size: Size) -> Response:
    """The picture of a page of a PDF in the store. Raises Refused where it cannot be drawn."""
    wired = wiring()
    try:
        made = thumbnails.pdf_page(wired.files, wired.thumbnails, sha256, size, number, wired.workshop.draw)
        return _kept(made, f"{sha256[:40]}-{number}-{size}")
    except (OSError, Failed):
        raise Refused(t("The picture of this page cannot be made."), t("Please tell the officer."), status=404) from None


def words_of(sha256: str, number: int) -> str:
    """What is written on a page of a PDF in the store, in paragraphs; empty where it is only a picture, or cannot be opened."""
    wired = wiring()
    try:
        return PageText.from_json(wired.workshop.extract(wired.files.path(sha256), number)["text"]).flowing
    except (OSError, Failed):
        return ""


def _kept(made: Path, name: str) -> Response:
    response = Response(made.read_bytes(), mimetype="image/jpeg")
    response.set_etag(name)
    response.headers["Cache-Control"] = f"private, max-age={DAY if 'v' in request.args else 60}"
    return response.make_conditional(request)


@contextmanager
def cover() -> Iterator[str]:
    """The name in the store of the picture that came with the form, drawn anew and small. Raises Refused for what is no picture."""
    given, wired = request.files.get("picture"), wiring()
    if not given or not given.filename:
        raise Refused(t("No file is chosen."), fields={"picture": t("Choose a JPEG, PNG or WebP picture.")})
    uploads.keep(given)
    path, _ = uploads.kept() or abort(404)
    drawn = path.with_name(f"{path.name}.jpg")
    try:
        if path.stat().st_size > LARGEST_PICTURE:
            raise Refused(t("The picture is larger than 30 MB."), t("Make it smaller, or take another one."))
        wired.workshop.shrink(path, COVER_SIDE, drawn)
        with drawn.open("rb") as file:
            name = wired.files.put(file)
        yield name
    except OSError:
        raise Refused(taking_in.FULL, taking_in.ROOM) from None
    except Refused as problem:
        raise Refused(problem.message, problem.next_step, fields={"picture": problem.message}) from problem
    finally:
        drawn.unlink(missing_ok=True)
        uploads.forget()
