"""Pages on the strip: looked at, turned, removed and put back, moved."""

from flask import Response, abort, g, request
from flask.typing import ResponseReturnValue

from foundation.errors import Refused
from foundation.text import t
from scanner.pages import arranging, thumbnails
from scanner.pages.batches import Page
from scanner.station import overview
from webui.routes.scanning.frame import YEAR, do, screens, to_batch, version
from webui.wiring import wiring


@screens.get("/page/<int:page_id>/<size>.jpg")
def picture(page_id: int, size: str) -> Response:
    """The page as it is to be looked at; kept by the browser of who may see it, and by nobody on the way."""
    wired = wiring()
    with wired.database.reading() as db:
        found = overview.find_page(db, page_id) or abort(404)
    if size not in set(thumbnails.Size):
        abort(404)
    try:
        made = thumbnails.picture(wired.files, wired.thumbnails, found.sha256, thumbnails.Size(size), found.turned)
    except OSError:
        raise Refused(t("The picture of this page cannot be read."), t("Tell the administrator."), status=404) from None
    response = Response(made.read_bytes(), mimetype="image/jpeg")
    for_ever = request.args.get("v") == version(found)
    response.headers["Cache-Control"] = f"private, max-age={YEAR}, immutable" if for_ever else "private, no-cache"
    return response


@screens.post("/page/<int:page_id>/turn")
def turn(page_id: int) -> ResponseReturnValue:
    degrees = request.form.get("degrees", 0, int)
    if degrees not in (90, 180, 270):
        abort(400)
    return _back(do(lambda db: arranging.turn(db, page_id, degrees, g.actor)))


@screens.post("/page/<int:page_id>/accept")
def accept(page_id: int) -> ResponseReturnValue:
    """It is good as it is, or after all not (`good` is empty)."""
    return _back(do(lambda db: arranging.accept(db, page_id, bool(request.form.get("good")), g.actor)))


@screens.post("/page/<int:page_id>/remove")
def remove(page_id: int) -> ResponseReturnValue:
    return _back(do(lambda db: arranging.remove(db, page_id, g.actor)))


@screens.post("/page/<int:page_id>/put-back")
def put_back(page_id: int) -> ResponseReturnValue:
    return _back(do(lambda db: arranging.put_back(db, page_id, g.actor)))


@screens.post("/page/<int:page_id>/move")
def move(page_id: int) -> ResponseReturnValue:
    """Before the page that `before` names; to the end where it names none."""
    before = request.form.get("before", "?")
    if before and not before.isdecimal():
        abort(400)
    return _back(do(lambda db: arranging.move(db, page_id, int(before) if before else None, g.actor)), "move")


def _back(page: Page, changed: str = "page") -> ResponseReturnValue:
    return to_batch(page.batch_id, page.id, changed)
