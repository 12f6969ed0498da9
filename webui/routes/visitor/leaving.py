"""The end of a visit: going home or back to the reading table, a thank-you, and a screen that knows nobody."""

from datetime import date

from flask import redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from foundation.database import Session
from kiosk.borrowing import lending
from kiosk.guests import visiting
from kiosk.ledger.loans import Loan, LoanState
from kiosk.ledger.visits import VisitState
from webui.access import csrf, visitor
from webui.routes.visitor.kiosk import go, screens, visit_of_session
from webui.routes.visitor.survey import forget, open_survey
from webui.wiring import wiring


@screens.get("/finish")
def finish() -> ResponseReturnValue:
    with wiring().database.reading() as db:
        visit, loan = visit_of_session(db), _loan(db)
    if visit is None or visit.state is VisitState.ARRIVED:
        return render_template("visitor/finish.html", visit=None, loan=None)
    return render_template("visitor/finish.html", visit=visit, loan=loan)


@screens.post("/finish")
def leave() -> ResponseReturnValue:
    """Going home ends the visit and takes back a request not handed over; either way this screen forgets everything."""
    going = request.form.get("going") == "home"
    return forget(**wiring().database.run(lambda db: _leave(db, going)))


def _leave(db: Session, going: bool) -> dict[str, str]:
    """What the thank-you says: a due date or the number that will be called, and nothing that names anybody."""
    visit, loan = visit_of_session(db), _loan(db)
    if going and loan and loan.state is LoanState.REQUESTED:
        lending.cancel(db, loan.id, visitor())
    if visit and (going or visit.state is VisitState.ARRIVED):
        visiting.leave(db, visit.id, visitor())
    if loan and loan.state is LoanState.REQUESTED:
        return {"call": loan.call_sign}
    return {"due": loan.due_on.isoformat()} if loan and loan.due_on else {}


def _loan(db: Session) -> Loan | None:
    return lending.find_loan(db, session["loan_id"]) if "loan_id" in session else None


@screens.get("/thanks")
def thanks() -> ResponseReturnValue:
    """To nobody in particular; it closes by itself."""
    if "thanks" not in session:
        return go("attract")
    said = session["thanks"]
    due = date.fromisoformat(said["due"]) if "due" in said else None
    return render_template("visitor/thanks.html", due=due, call=said.get("call"), rated="rated" in said, answered=said.get("answered"))


@screens.post("/rate")
def rate() -> ResponseReturnValue:
    """One tap; while a survey is open it is offered after it."""
    score, said = request.form.get("score", 0, type=int), session.get("thanks")
    if said is None or "rated" not in said:
        wiring().database.run(lambda db: visiting.rate(db, score, visitor()))
    if said is not None and open_survey():
        session["thanks"] = {**said, "rated": True}
        return go("thanks")
    session.end()
    return go("attract")


@screens.post("/wipe")
@csrf.exempt  # it forgets and nothing else, and it must work whatever became of the session
def wipe() -> ResponseReturnValue:
    """Nobody is there any more: a visit that never got a name is over, and this screen forgets everything."""
    def forget(db: Session) -> None:
        visit = visit_of_session(db)
        if visit and visit.state is VisitState.ARRIVED:
            visiting.leave(db, visit.id, visitor())
    wiring().database.run(forget)
    session.end()
    return redirect(url_for(".attract"), 303)
