"""The formal survey at the kiosk: one question at a time, for whoever has just left; the answers stay in the session until the last one."""

import secrets
from typing import Any

from flask import abort, render_template, request, session
from flask.typing import ResponseReturnValue

from foundation.clock import today
from kiosk.reporting import surveying
from kiosk.reporting.satisfaction import SCALE
from kiosk.reporting.surveys import Survey
from webui.access import visitor
from webui.language import current
from webui.routes.visitor.kiosk import go, screens
from webui.wiring import wiring


def open_survey() -> Survey | None:
    with wiring().database.reading() as db:
        return surveying.open_on(db, today(wiring().office().time_zone))


@screens.post("/survey/begin")
def begin_survey() -> ResponseReturnValue:
    """Only from the thank-you: who answers was served."""
    survey = open_survey()
    if "thanks" not in session or survey is None:
        return go("thanks")
    session.setdefault("survey", {"id": survey.id, "nonce": secrets.token_urlsafe(16), "at": 0, "scores": [None] * len(survey.elements)})
    return go("survey")


@screens.get("/survey")
def survey() -> ResponseReturnValue:
    asked = session.get("survey")
    if asked is None:
        return go("thanks")
    with wiring().database.reading() as db:
        survey = db.get(Survey, asked["id"]) or abort(404)
    element = survey.elements[asked["at"]]
    return render_template("visitor/survey.html", at=asked["at"], of=len(survey.elements), chosen=asked["scores"][asked["at"]],
                           question=surveying.in_words(element["question"], current()), name=surveying.in_words(element["name"], current()))


@screens.post("/survey")
def answer() -> ResponseReturnValue:
    """A face, or skip, back or stop. A second tap on a question that was answered already changes nothing."""
    asked = session.get("survey")
    if asked is None or request.form.get("question", -1, int) != asked["at"]:
        return go("survey")
    asked = session["survey"] = _after(asked, request.form)
    if asked["at"] < len(asked["scores"]):
        return go("survey")
    wiring().database.run(lambda db: surveying.answer(db, asked["id"], asked["nonce"], asked["scores"], visitor()))
    return forget(answered=any(asked["scores"]))


def _after(asked: dict[str, Any], form: Any) -> dict[str, Any]:
    """What is known after this tap, and which question comes now; behind the last one when it is over."""
    at, scores = asked["at"], list(asked["scores"])
    if form.get("do") == "back":
        return {**asked, "at": max(0, at - 1)}
    if form.get("do") == "stop":
        return {**asked, "at": len(scores)}
    score = form.get("score", 0, int)
    scores[at] = score if score in SCALE else None
    return {**asked, "at": at + 1, "scores": scores}


def forget(**thanks: object) -> ResponseReturnValue:
    """To the thank-you; the screen knows nothing else any more but how it looks."""
    look = {name: session[name] for name in ("language", "text", "contrast") if name in session}
    session.end()
    session.update(look, thanks=thanks)
    return go("thanks")
