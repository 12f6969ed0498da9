"""The live page: who is here, what waits for the officer, what was just done, how the devices are."""

from typing import Any

from flask import g, request, session
from flask.typing import ResponseReturnValue

from foundation import jobs
from kiosk.borrowing import lending
from kiosk.counter import desk, finding, papers
from kiosk.guests import visiting
from printer import printouts
from webui.forms import row_id
from webui.routes.desk.frame import do, go, page, screens
from webui.wiring import wiring


@screens.get("")
def today() -> ResponseReturnValue:
    with wiring().database.reading() as db:
        return page("desk/today.html", seen=desk.signature(db), d=desk.look(db), announced=desk.announced, late=finding.lateness(db),
                    demo=wiring().settings.demo)


@screens.get("/live")
def live() -> ResponseReturnValue:
    """The part of the live page that renews itself; nothing while nothing has changed since `seen`."""
    session.passive = True
    with wiring().database.reading() as db:
        seen = desk.signature(db)
        if seen == request.args.get("seen"):
            return "", 204
        return page("desk/_live.html", seen=seen, d=desk.look(db), announced=desk.announced, late=finding.lateness(db),
                    demo=wiring().settings.demo)


@screens.post("/visit/<int:visit_id>/admit")
def admit(visit_id: int) -> ResponseReturnValue:
    do(lambda db: visiting.admit(db, visit_id, g.actor))
    return go(".today", "admitted")


@screens.post("/visit/<int:visit_id>/leave")
def leave(visit_id: int) -> ResponseReturnValue:
    do(lambda db: visiting.leave(db, visit_id, g.actor))
    return go(".today", "left")


@screens.post("/help/<int:call_id>/answer")
def answer_help(call_id: int) -> ResponseReturnValue:
    do(lambda db: visiting.answer_help(db, call_id, g.actor))
    return go(".today", "answered")


@screens.post("/reading/<int:reading_id>/end")
def end_reading(reading_id: int) -> ResponseReturnValue:
    do(lambda db: lending.end_reading(db, reading_id, g.actor))
    return go(".today", "shelved")


@screens.post("/paper/<int:printout_id>/came-out")
def came_out(printout_id: int) -> ResponseReturnValue:
    do(lambda db: printouts.came_out(db, printout_id, g.actor))
    return go(".today", "noted")


@screens.post("/paper/<int:printout_id>/did-not-come-out")
def did_not_come_out(printout_id: int) -> ResponseReturnValue:
    """The person says the paper is lost: its next copy goes out, marked as one; a test print does not."""
    def work(db: Any) -> str:
        lost = printouts.did_not_come_out(db, printout_id, g.actor)
        return "reprinted" if papers.print_again(db, wiring().keys, lost, g.actor) else "noted"
    return go(".today", do(work))


@screens.post("/paper/print-again")
def print_again() -> ResponseReturnValue:
    """What waited too long for its printer is wanted after all."""
    chosen = request.form.getlist("printout", row_id)
    do(lambda db: [printouts.queue_again(db, printout_id, g.actor) for printout_id in chosen])
    return go(".today", "again")


@screens.post("/paper/not-needed")
def not_needed() -> ResponseReturnValue:
    chosen = request.form.getlist("printout", row_id)
    do(lambda db: [printouts.cancel(db, printout_id, g.actor) for printout_id in chosen])
    return go(".today", "noted")


@screens.post("/job/<int:job_id>/again")
def try_again(job_id: int) -> ResponseReturnValue:
    do(lambda db: jobs.try_again(db, job_id, g.actor))
    return go(".today", "again")
