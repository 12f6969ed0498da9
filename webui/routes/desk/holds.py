"""The hold shelf and the queues: what lies ready for whom, who waits, reserved and given up at the desk."""

from flask import abort, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from foundation.errors import Refused
from kiosk.borrowing import notifying, reserving
from webui.routes.desk.frame import do, go, page, screens
from webui.routes.desk.guests import show_lending
from webui.wiring import wiring


@screens.get("/holds")
def holds() -> ResponseReturnValue:
    with wiring().database.reading() as db:
        ready, queue = reserving.hold_shelf(db), reserving.queue(db)
        return page("desk/holds.html", ready=ready, queue=queue, told=notifying.latest(db, [f"reservation:{it.id}" for it in ready]),
                    in_the_room=reserving.visits_here(db, ready), place={it.id: reserving.place(db, it) for it in queue})


@screens.post("/reserve/<int:visit_id>/<int:title_id>")
def reserve(visit_id: int, title_id: int) -> ResponseReturnValue:
    """For a guest who asks at the desk; back to where the officer was lending."""
    nonce = request.form.get("nonce", "")[:64] or abort(400)
    do(lambda db: reserving.reserve(db, visit_id, title_id, nonce, g.actor, wiring().office().language))
    return redirect(url_for(".lend", visit_id=visit_id, copy=request.form.getlist("copy"), done="reserved"), 303)


@screens.post("/reserve/<int:visit_id>/<int:reservation_id>/contact")
def say_where(visit_id: int, reservation_id: int) -> ResponseReturnValue:
    """The guest told the officer where the message is to go."""
    try:
        do(lambda db: reserving.say_where(db, reservation_id, request.form.get("contact", ""), g.actor))
    except Refused as refusal:
        return show_lending(visit_id, refusal)
    return redirect(url_for(".lend", visit_id=visit_id, copy=request.form.getlist("copy"), done="reachable"), 303)


@screens.post("/hold/<int:reservation_id>/cancel")
def cancel_hold(reservation_id: int) -> ResponseReturnValue:
    do(lambda db: reserving.cancel(db, reservation_id, g.actor))
    return go(".holds", "reservation cancelled")


@screens.post("/hold/<int:reservation_id>/not-there")
def hold_not_there(reservation_id: int) -> ResponseReturnValue:
    do(lambda db: reserving.not_there(db, reservation_id, g.actor))
    return go(".holds", "not there")
