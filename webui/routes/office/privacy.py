"""What visitors are told about their data, how long each kind of it is kept, and who took any of it out of the program."""

from datetime import date, timedelta

from flask import g, request
from flask.typing import ResponseReturnValue

from foundation import auditing
from foundation.clock import now, start_of, today
from foundation.errors import Refused
from foundation.text import LANGUAGES, clean
from kiosk.privacy import notices, retention, rights
from webui.routes.office.frame import do, go, page, screens
from webui.wiring import wiring

MOST_EXPORTS = 500


@screens.get("/privacy")
def privacy() -> ResponseReturnValue:
    return _privacy()


@screens.post("/privacy/notice")
def publish_notice() -> ResponseReturnValue:
    texts = {language: (request.form.get(f"short-{language}", ""), request.form.get(f"more-{language}", "")) for language in LANGUAGES}
    try:
        do(lambda db: notices.publish(db, texts, g.actor))
    except Refused as refusal:
        return _privacy(refusal, form="notice")
    return go(".privacy")


@screens.post("/privacy/times")
def keep_for() -> ResponseReturnValue:
    try:
        do(lambda db: retention.keep_for(db, request.form, g.actor))
    except Refused as refusal:
        return _privacy(refusal, form="times")
    return go(".privacy")


def _privacy(refusal: Refused | None = None, form: str = "") -> ResponseReturnValue:
    day, here = today(wiring().office().time_zone), wiring().office()
    with wiring().database.reading() as db:
        shown = {language: notices.current(db, language) for language in LANGUAGES}
        return page("office/privacy.html", refusal, form=form, values=request.form, versions=notices.versions(db), shown=shown,
                    said={language: notice.said(here) for language, notice in shown.items()}, due=retention.due(db, day),
                    kinds=retention.KINDS, waiting=rights.waiting(db), now=now(), runs=auditing.latest(db, "data forgotten", 5), today=day)


@screens.get("/privacy/exports")
def exports() -> ResponseReturnValue:
    """Who took what out, of one person and one stretch of days where these are chosen."""
    zone, by, first, last = wiring().office().time_zone, clean(request.args.get("by"), 100), _day("first"), _day("last")
    with wiring().database.reading() as db:
        entries = auditing.latest(db, "exported", MOST_EXPORTS, by=by, first=first and start_of(first, zone),
                                  until=last and start_of(last + timedelta(1), zone))
        return page("office/exports.html", entries=entries, people=auditing.who_did(db, "exported"), by=by, first=first, last=last)


def _day(field: str) -> date | None:
    """The day that is asked for; None where none is, or none that can be read."""
    try:
        day = date.fromisoformat(clean(request.args.get(field), 20))
    except ValueError:
        return None
    return day if date.min < day < date.max else None
