"""Bringing in a list of members: a file is put aside, every line that cannot be used is shown, and then it is imported or dropped."""

from flask import abort, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from foundation import clock
from foundation.errors import Refused
from foundation.text import t, translator
from kiosk.exchange.records import describe
from kiosk.guests import enlisting
from kiosk.guests.enlisting import Listing
from webui import language, uploads
from webui.routes.desk.frame import do, go, page, screens
from webui.wiring import wiring

MOST_SHOWN = 500  # lines on one page


@screens.get("/members/import")
def import_members(refusal: Refused | None = None) -> ResponseReturnValue:
    columns = [names[0] for names in enlisting.COLUMNS.values()]
    return page("desk/import_members.html", refusal=refusal, errors=refusal.fields if refusal else {}, columns=columns)


@screens.post("/members/import")
def upload_members() -> ResponseReturnValue:
    given = request.files.get("file")
    if not given or not given.filename:
        return import_members(Refused(t("No file is chosen."), fields={"file": t("Choose a CSV or XLSX file.")})), 422
    uploads.keep(given)
    return redirect(url_for(".check_members"), 303)


@screens.get("/members/import/check")
def check_members() -> ResponseReturnValue:
    """The dry run: who would come in, and every line that cannot be used, with its reason."""
    found = uploads.kept()
    if found is None:
        return redirect(url_for(".import_members"), 303)
    try:
        listing = _read()
    except Refused as refusal:
        uploads.forget()
        return import_members(refusal), refusal.status
    with wiring().database.reading() as db:
        plan = enlisting.compare(db, listing)
    return page("desk/check_members.html", name=found[1], plan=plan, ignored=listing.ignored, most=MOST_SHOWN,
                said=lambda bad: describe(bad, translator(language.current()), enlisting.FIELD_WORDS))


@screens.post("/members/import/now")
def enlist() -> ResponseReturnValue:
    listing = _read()
    count = do(lambda db: enlisting.enlist(db, listing, g.actor, skip_bad="skip_bad" in request.form))
    uploads.forget()
    return redirect(url_for(".members", count=count), 303)


@screens.post("/members/import/drop")
def drop_members() -> ResponseReturnValue:
    uploads.forget()
    return go(".members", "dropped")


def _read() -> Listing:
    found = uploads.kept() or abort(404)
    return enlisting.read_list(*found, clock.today(wiring().office().time_zone))
