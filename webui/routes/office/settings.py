"""How the office is called and works; and what was done in it."""

from typing import Any

from flask import g, request
from flask.typing import ResponseReturnValue

from foundation import auditing, housekeeping
from foundation.errors import Refused
from foundation.text import clean
from webui.routes.office.frame import do, go, page, screens
from webui.wiring import wiring


@screens.get("")
def settings() -> ResponseReturnValue:
    return _settings(values=wiring().office())


@screens.post("")
def save_settings() -> ResponseReturnValue:
    try:
        do(lambda db: housekeeping.save_office(db, request.form, g.actor))
    except Refused as refusal:
        return _settings(refusal, values=request.form)
    return go(".settings")


def _settings(refusal: Refused | None = None, **values: Any) -> ResponseReturnValue:
    return page("office/settings.html", refusal, zones=housekeeping.ZONES, **values)


@screens.get("/trail")
def trail() -> ResponseReturnValue:
    deed = clean(request.args.get("deed"), 60)
    with wiring().database.reading() as db:
        return page("office/trail.html", entries=auditing.latest(db, deed), deeds=auditing.deeds(db), deed=deed)
