"""The digital copy of a title, page by page on the kiosk's screen, and the pictures that stand for titles.

Its pages are pictures made here, or the words on them for who would rather have these, or hears them: what the browser has for PDFs
would bring its own buttons to save and to print, and a touch inside it is not seen by the page around it, so that the screen would be
wiped under a reader's hand.
"""

from flask import abort, render_template, request, session
from flask.typing import ResponseReturnValue

from foundation.database import Session
from foundation.errors import Refused
from foundation.text import t
from kiosk.ledger.collection import Title
from webui import title_files
from webui.routes.visitor.collection import chosen_here
from webui.routes.visitor.kiosk import begin, screens, visit_of_session
from webui.title_files import Digital, Size
from webui.wiring import wiring

LONGER = 4  # times as long as elsewhere nobody need touch the screen: a page takes a while to read


@screens.get("/title/<int:title_id>/cover.jpg")
def cover(title_id: int) -> ResponseReturnValue:
    session.passive = True
    size = Size.SCREEN if request.args.get("size") == "screen" else Size.SMALL
    with wiring().database.reading() as db:
        return title_files.cover_of(db, db.get(Title, title_id), size)


@screens.get("/title/<int:title_id>/digital/<int:number>")
def digital(title_id: int, number: int) -> ResponseReturnValue:
    """A page of the digital copy, the first being 1, with the way to those beside it and back to the title; with `words`, as text."""
    begin()
    with wiring().database.reading() as db:
        it = db.get(Title, title_id) or abort(404)
        file, visit = _digital(db, it), visit_of_session(db)
    if not 1 <= number <= file.pages:
        abort(404)
    return render_template("visitor/digital.html", it=it, file=file, number=number, visit=visit, longer=LONGER,
                           words=title_files.words_of(file.sha256, number) if "words" in request.args else None,
                           large="large" in request.args, chosen=chosen_here(request.args))


@screens.get("/title/<int:title_id>/digital/<int:number>.jpg")
def digital_picture(title_id: int, number: int) -> ResponseReturnValue:
    session.passive = True
    with wiring().database.reading() as db:
        file = _digital(db, db.get(Title, title_id) or abort(404))
    if not 1 <= number <= file.pages:
        abort(404)
    return title_files.page_of(file.sha256, number, Size.LARGE)


def _digital(db: Session, it: Title) -> Digital:
    """Raises Refused where it can no longer be read."""
    found = title_files.digital_of(db, it)
    if found is None and it.product_id:
        raise Refused(t("This document was withdrawn from the public, so it cannot be read here any more."),
                      t("Go back to the title: a copy on paper may be there. The officer can tell you more."), status=410)
    return found or abort(404)
