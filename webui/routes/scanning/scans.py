"""A scan: asked for, watched while it goes on, cancelled, gone on with."""

from typing import Any

from flask import abort, g, request, session
from flask.typing import ResponseReturnValue

from foundation.errors import Refused
from foundation.text import t
from scanner import digitising, overview
from scanner.batches import Run
from webui.routes.scanning.frame import batch_page, do, screens, to_batch, wanted_settings
from webui.wiring import wiring


@screens.get("/batch/<int:batch_id>/live")
def live(batch_id: int) -> ResponseReturnValue:
    """The part that renews itself, with the pages that came after number `after`; nothing while nothing has changed since `seen`."""
    session.passive = True
    with wiring().database.reading() as db:
        if overview.signature(db, batch_id) == request.args.get("seen"):
            return "", 204
    return batch_page(batch_id, "_live.html", newer_than=request.args.get("after", 0, int), follow="follow" in request.args)


@screens.post("/batch/<int:batch_id>/scan")
def scan(batch_id: int) -> ResponseReturnValue:
    settings = wanted_settings()
    do(lambda db: digitising.scan(db, batch_id, settings, g.actor))
    return to_batch(batch_id)


@screens.post("/batch/<int:batch_id>/go-on")
def go_on(batch_id: int) -> ResponseReturnValue:
    """The same once more, from the page after the last one."""
    def work(db: Any) -> Run:
        look = overview.look(db, batch_id) or abort(404)
        if look.run is None:
            raise Refused(t("Nothing was scanned in this batch yet."), t("Choose how, and scan."))
        return digitising.scan(db, batch_id, look.run.wanted, g.actor)
    do(work)
    return to_batch(batch_id)


@screens.post("/run/<int:run_id>/cancel")
def cancel(run_id: int) -> ResponseReturnValue:
    return to_batch(do(lambda db: digitising.cancel(db, run_id, g.actor)).batch_id)
