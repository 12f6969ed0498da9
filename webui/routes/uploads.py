"""The upload queue: what waits, runs, needs a person, failed or is published, and what a person does about it."""

import tempfile
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from flask import Blueprint, abort, g, redirect, render_template, request, send_file, session, url_for
from flask.typing import ResponseReturnValue

from foundation.clock import now, today
from foundation.errors import Refused
from foundation.people import Role
from foundation.text import t, written
from scanner.legal.products import TYPE_NAMES, designation
from scanner.procedure.dossier import PUBLICATION_NAMES
from scanner.publishing import delivery, upload_queue, uploading
from scanner.publishing.publishers.assisted import pack
from webui.access import load_person, requires
from webui.language import current, say
from webui.wiring import wiring

screens = Blueprint("uploads", __name__, url_prefix="/uploads")
screens.before_request(load_person)

DONE = {"retry": t("It is tried again."), "pause": t("It is held."), "resume": t("It goes on."), "first": t("It goes first."),
        "look": t("It is being looked at."), "hurry": t("It is tried now."), "address": t("The page is looked at now.")}
DEEDS = {"retry": uploading.retry, "pause": uploading.pause, "resume": uploading.resume, "first": uploading.first,
         "look": uploading.look_now, "hurry": uploading.hurry}


@screens.before_request
@requires(Role.LEGAL_STAFF, Role.HEAD_OF_SUBDIVISION, Role.HEAD_OF_DIVISION, Role.ADMIN)
def who_publishes() -> None:
    """Every page here is for the people of the publication; what each may do is the workflow's to say."""


def page(template: str, refusal: Refused | None = None, **values: Any) -> ResponseReturnValue:
    return render_template(template, done=DONE.get(request.args.get("done", ""), ""), refusal=refusal,
                           errors=refusal.fields if refusal else {}, names=delivery.NAMES, state_names=PUBLICATION_NAMES,
                           types=TYPE_NAMES, called=lambda product: designation(product, say), now=now(),
                           steps=lambda publication: upload_queue.steps(publication, g.actor), over=delivery.OVER,
                           **values), refusal.status if refusal else 200


@screens.get("")
def queue() -> ResponseReturnValue:
    wired = wiring()
    zone, main = wired.office().time_zone, next(iter(wired.publishers), "")
    year = min(max(request.args.get("year", today(zone).year, int), 2000), 2199)
    with wired.database.reading() as db:
        return page("uploads/queue.html", seen=upload_queue.signature(db), queue=upload_queue.look(db), year=year,
                    this_year=today(zone).year, months=upload_queue.published_by_month(db, main, year, zone),
                    month_of=lambda number: written(date(year, number, 1), current(), "LLLL"))


@screens.get("/live")
def live() -> ResponseReturnValue:
    """The part of the queue that renews itself; nothing while nothing has changed since `seen`."""
    session.passive = True
    with wiring().database.reading() as db:
        if (seen := upload_queue.signature(db)) == request.args.get("seen"):
            return "", 204
        return page("uploads/_live.html", seen=seen, queue=upload_queue.look(db))


@screens.get("/<int:publication_id>")
def upload(publication_id: int) -> ResponseReturnValue:
    return _upload(publication_id)


def _upload(publication_id: int, refusal: Refused | None = None) -> ResponseReturnValue:
    wired = wiring()
    with wired.database.reading() as db:
        found = upload_queue.find(db, publication_id) or abort(404)
        return page("uploads/upload.html", refusal, upload=found, fields=delivery.FIELDS, site=wired.settings.assisted_url,
                    values=delivery.fields(found.product, wired.office()), moment_of=datetime.fromisoformat)


@screens.get("/<int:publication_id>/package.zip")
def package(publication_id: int) -> ResponseReturnValue:
    wired = wiring()
    with wired.database.reading() as db:
        found = upload_queue.find(db, publication_id) or abort(404)
        order = delivery.order_of(db, found, wired.files)
    pack(order, out := tempfile.TemporaryFile())  # noqa: SIM115  the answer closes it
    out.seek(0)
    return send_file(out, "application/zip", as_attachment=True, download_name=order.file_name.removesuffix(".pdf") + ".zip")


@screens.post("/<int:publication_id>/<any(retry, hurry, pause, resume, first, look):deed>")
def act(publication_id: int, deed: str) -> ResponseReturnValue:
    _do(lambda db: DEEDS[deed](db, publication_id, g.actor))
    if request.form.get("on") == "upload":
        return redirect(url_for(".upload", publication_id=publication_id, done=deed), 303)
    return redirect(url_for(".queue", done=deed), 303)


@screens.post("/<int:publication_id>/address")
def address(publication_id: int) -> ResponseReturnValue:
    """Where a person has published it."""
    said = request.form.get("page_url", ""), request.form.get("file_url", "")
    try:
        _do(lambda db: uploading.say_address(db, publication_id, *said, wiring().web.check, g.actor))
    except Refused as refusal:
        if not refusal.fields:
            raise
        return _upload(publication_id, refusal)
    return redirect(url_for(".upload", publication_id=publication_id, done="address"), 303)


def _do(work: Callable[[Any], Any]) -> Any:
    return wiring().database.run(work)
