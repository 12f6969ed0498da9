"""A scan: asked for, watched while it goes on, cancelled, gone on with; fronts and backs; profiles."""

from datetime import datetime
from typing import Any

from flask import abort, g, request, session
from flask.typing import ResponseReturnValue

from foundation.clock import now
from scanner.devices.port import Settings
from scanner.pages import arranging
from scanner.pages.batches import Purpose, Run
from scanner.station import digitising, overview
from webui.forms import row_id
from webui.routes.scanning.frame import batch_page, do, screens, to_batch, to_list, wanted
from webui.wiring import wiring


@screens.get("/batch/<int:batch_id>/live")
def live(batch_id: int) -> ResponseReturnValue:
    """The part that renews itself, with the pages that came after number `after`, and those on which something was seen after `since`;
    nothing while nothing has changed since `seen`."""
    session.passive = True
    with wiring().database.reading() as db:
        if overview.signature(db, batch_id) == request.args.get("seen"):
            return "", 204
    return batch_page(batch_id, "_live.html", request.args.get("page", type=int),
                      newer_than=min(request.args.getlist("after", int), default=0), since=_moment(request.args.get("since", "")),
                      follow="follow" in request.args, was_going="going" in request.args)


def _moment(written: str) -> datetime:
    """As it was written into the page; otherwise now, since when nothing has happened."""
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        return now()
    return moment if moment.tzinfo else now()


@screens.post("/batch/<int:batch_id>/scan")
def scan(batch_id: int) -> ResponseReturnValue:
    """With the form's profile or settings; pages go to the end, or where `aim` says: before the page `target`, or in its place."""
    form = request.form
    aim, target = form.get("aim", ""), form.get("target", 0, row_id)

    def work(db: Any) -> Run:
        settings, by_hand = wanted(db)
        purpose = Purpose(aim) if aim in digitising.AIMED else Purpose.FRONTS if by_hand else Purpose.ADD
        return digitising.scan(db, batch_id, settings, g.actor, purpose, target)
    do(work)
    return _back(batch_id)


@screens.post("/batch/<int:batch_id>/backs")
def scan_backs(batch_id: int) -> ResponseReturnValue:
    """The other side of the pile whose fronts were scanned last, with the same settings."""
    def work(db: Any) -> Run:
        look = overview.look(db, batch_id) or abort(404)
        as_before = next((run.wanted for run in reversed(look.runs) if run.purpose in digitising.PILES), Settings())
        return digitising.scan(db, batch_id, as_before, g.actor, Purpose.BACKS)
    do(work)
    return _back(batch_id)


@screens.post("/batch/<int:batch_id>/collate")
def collate(batch_id: int) -> ResponseReturnValue:
    lie = request.form.get("lie", "")
    if lie not in set(arranging.Lie):
        abort(400)
    do(lambda db: arranging.collate(db, batch_id, arranging.Lie(lie), g.actor))
    return _back(batch_id, "strip")


@screens.post("/batch/<int:batch_id>/split")
def split(batch_id: int) -> ResponseReturnValue:
    do(lambda db: arranging.split(db, batch_id, g.actor))
    return to_list("split")


@screens.post("/batch/<int:batch_id>/go-on")
def go_on(batch_id: int) -> ResponseReturnValue:
    """The same once more, from the page after the last one; half a sheet is scanned again."""
    again = request.form.get("again", 0, row_id)
    do(lambda db: digitising.go_on(db, batch_id, g.actor, again))
    return _back(batch_id, "strip" if again else "how")


@screens.post("/run/<int:run_id>/cancel")
def cancel(run_id: int) -> ResponseReturnValue:
    return _back(do(lambda db: digitising.cancel(db, run_id, g.actor)).batch_id)


@screens.post("/batch/<int:batch_id>/profile")
def keep_profile(batch_id: int) -> ResponseReturnValue:
    def work(db: Any) -> int:
        kept = digitising.keep_profile(db, request.form.get("profile_name", ""), *wanted(db), g.actor)
        db.flush()
        return kept.id
    return _back(batch_id, profile=f"kept-{do(work)}")


@screens.post("/profile/<int:profile_id>/forget")
def forget_profile(profile_id: int) -> ResponseReturnValue:
    do(lambda db: digitising.forget_profile(db, profile_id, g.actor))
    return to_batch(request.form.get("batch", 0, row_id))


def _back(batch_id: int, changed: str = "how", profile: str = "") -> ResponseReturnValue:
    """Back to the batch, where a script says which `page` is looked at."""
    return to_batch(batch_id, request.form.get("page", type=int), changed, profile)
