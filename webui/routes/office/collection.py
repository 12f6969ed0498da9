"""Bringing in a collection: a file is put aside, every bad row of it shown, and then it is imported or dropped."""

from flask import abort, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from foundation.errors import Refused
from foundation.text import t, translator
from kiosk import importing
from webui import language, uploads
from webui.routes.office.frame import do, go, page, screens
from webui.wiring import wiring

MOST_SHOWN = 500  # bad rows on one page


@screens.get("/collection")
def collection() -> ResponseReturnValue:
    return page("office/collection.html", counts=request.args)


@screens.post("/collection")
def upload() -> ResponseReturnValue:
    given = request.files.get("file")
    if not given or not given.filename:
        return page("office/collection.html", Refused(t("No file is chosen."), fields={"file": t("Choose a CSV or XLSX file.")}), counts={})
    uploads.keep(given)
    return redirect(url_for(".check"), 303)


@screens.get("/collection/check")
def check() -> ResponseReturnValue:
    """The dry run: what would come in, and every row that cannot be used, with its line and reason."""
    found = uploads.kept()
    if found is None:
        return redirect(url_for(".collection"), 303)
    try:
        with wiring().database.reading() as db:
            table = importing.read_table(*found)
            plan = importing.check(db, table)
    except Refused as refusal:
        uploads.forget()
        return page("office/collection.html", refusal, counts={})
    return page("office/check.html", name=found[1], plan=plan, ignored=table.ignored, most=MOST_SHOWN, copies=plan.copies,
                said=lambda bad: importing.describe(bad, translator(language.current())))


@screens.post("/collection/import")
def import_now() -> ResponseReturnValue:
    found = uploads.kept() or abort(404)
    with wiring().database.reading() as db:  # the file takes a while: nobody has to wait for it to be read
        plan = importing.check(db, importing.read_table(*found))
    done = do(lambda db: importing.apply(db, plan, g.actor, skip_bad="skip_bad" in request.form))
    uploads.forget()
    return go(".collection", "imported", titles=done.titles, copies=done.copies)


@screens.post("/collection/drop")
def drop_upload() -> ResponseReturnValue:
    uploads.forget()
    return go(".collection", "dropped")
