"""The screen itself: attract, language and look, help, and becoming a kiosk."""

from flask import Response, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from foundation import stationing
from foundation.clock import now, today
from foundation.errors import Refused
from foundation.text import t
from kiosk.borrowing import calendar
from kiosk.guests import visiting
from webui import language
from webui.access import remember_station, visitor
from webui.routes.visitor.guestbook import keep_draft
from webui.routes.visitor.kiosk import go, go_back, screens, tell
from webui.wiring import wiring

PERSONAL = ("visit_id", "member_id", "basket", "wanted", "returning", "loan_id")


@screens.get("")
def attract() -> ResponseReturnValue:
    if any(key in session for key in PERSONAL):
        return go("search")  # the attract screen never belongs to anybody: it does not time out
    if "thanks" in session:
        session.end()
    session.pop("s", None)
    with wiring().database.reading() as db:
        days = calendar.load(db)
    moment = now()
    closes = days.closes_at(today(days.zone))
    return render_template("visitor/attract.html", closes=closes if closes and closes > moment else None,
                           opens=days.next_opening(moment), day=today(days.zone))


@screens.get("/alive")
def alive() -> ResponseReturnValue:
    """Before each step, and once a minute: is the service there? The desk sees by it that the screen is."""
    session.passive = True
    return "", 204


@screens.post("/look")
def look() -> ResponseReturnValue:
    """Language, text size and contrast; what was typed on the screen behind is kept."""
    language.choose(request.form.get("language", ""))
    if (text := request.form.get("text")) in ("normal", "large"):
        session["text"] = text
    if (contrast := request.form.get("contrast")) in ("normal", "high"):
        session["contrast"] = contrast
    keep_draft()
    return go_back()


@screens.post("/help")
def ask_for_help() -> ResponseReturnValue:
    wiring().database.run(lambda db: visiting.call_for_help(db, visitor(), session.get("visit_id")))
    keep_draft()
    tell(t("The officer is coming."), t("Please stay here; you can go on in the meantime."))
    return go_back()


@screens.get("/enrol/<code>")
def enrol(code: str) -> ResponseReturnValue:
    """Make this browser the kiosk that the invitation is for."""
    enrolled = wiring().database.run(lambda db: stationing.enrol(db, code))
    if enrolled is None:
        raise Refused(t("This invitation is no longer good."), t("Make a new one under Office → Stations and open it here."),
                      status=404)
    g.station, token = enrolled
    return remember_station(_fresh(), token)


def _fresh() -> Response:
    session.end()
    return redirect(url_for(".attract"), 303)
