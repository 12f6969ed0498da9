"""The satisfaction survey at the desk: its periods, its questions, its result, and whether everybody may read it."""

from typing import Any

from flask import abort, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from foundation.errors import Refused
from foundation.text import t
from kiosk.ledger import exports
from kiosk.reporting import satisfaction, surveying
from kiosk.reporting.surveys import Survey
from webui import downloads, reporting, spreadsheets
from webui.language import say
from webui.routes.desk.frame import do, go, page, screens
from webui.routes.desk.reports import sheet_pdf, today
from webui.wiring import wiring

ABOVE = {"name", "opens_on", "closes_on", "minimum"}  # the questions are folded away while nothing is wrong with them


@screens.get("/surveys")
def surveys() -> ResponseReturnValue:
    with wiring().database.reading() as db:
        found = [surveying.result(db, survey) for survey in surveying.surveys(db)]
    return page("desk/surveys.html", results=found, today=today())


@screens.get("/survey/<int:survey_id>")
def survey(survey_id: int) -> ResponseReturnValue:
    return page("desk/survey.html", **_look(survey_id))


def _look(survey_id: int) -> dict[str, Any]:
    with wiring().database.reading() as db:
        found = db.get(Survey, survey_id) or abort(404)
        made = surveying.result(db, found)
        return {"survey": found, "result": made, "chart": reporting.survey_chart(made), "words": satisfaction.WORDS, "today": today()}


@screens.get("/survey/<int:survey_id>.<any(pdf, xlsx):kind>")
def survey_file(survey_id: int, kind: str) -> ResponseReturnValue:
    look = _look(survey_id)
    do(lambda db: exports.exported(db, f"survey:{survey_id}", g.actor, kind))
    if kind == "pdf":
        del look["today"]
        return sheet_pdf("desk/_survey_sheet.html", say(t("Satisfaction survey")), f"skm-{survey_id}", **look)
    return downloads.file(spreadsheets.xlsx(reporting.survey_sheets(look["result"])), f"skm-{survey_id}.xlsx")


@screens.get("/survey/new")
@screens.get("/survey/<int:survey_id>/edit")
def edit_survey(survey_id: int | None = None) -> ResponseReturnValue:
    with wiring().database.reading() as db:
        found = db.get(Survey, survey_id) or abort(404) if survey_id else None
    return _form(survey_id, surveying.as_form(found, today()))


@screens.post("/survey/new")
@screens.post("/survey/<int:survey_id>/edit")
def save_survey(survey_id: int | None = None) -> ResponseReturnValue:
    try:
        entry = surveying.read_survey(request.form)
        saved = do(lambda db: surveying.save(db, survey_id, entry, g.actor))
    except Refused as refusal:
        return _form(survey_id, request.form, refusal), refusal.status
    return go(".survey", "saved", survey_id=saved.id)


def _form(survey_id: int | None, values: Any, refusal: Refused | None = None) -> str:
    with wiring().database.reading() as db:
        fixed = bool(survey_id and surveying.number_of_answers(db, survey_id))
    return page("desk/survey_form.html", survey_id=survey_id, values=values, refusal=refusal, errors=refusal.fields if refusal else {},
                places=range(len(surveying.ELEMENTS)), fixed=fixed, at_questions=bool(refusal) and not set(refusal.fields) <= ABOVE)


@screens.post("/survey/<int:survey_id>/publish")
def publish_survey(survey_id: int) -> ResponseReturnValue:
    do(lambda db: surveying.publish(db, survey_id, g.actor))
    return redirect(url_for(".survey", survey_id=survey_id), 303)


@screens.post("/survey/<int:survey_id>/withdraw")
def withdraw_survey(survey_id: int) -> ResponseReturnValue:
    do(lambda db: surveying.withdraw(db, survey_id, g.actor))
    return redirect(url_for(".survey", survey_id=survey_id), 303)
