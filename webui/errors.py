"""Turns what went wrong into one clear sentence with the next step, on the kiosk, the desk and for machines."""

import secrets

import structlog
from flask import Flask, Response, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import IntegrityError, NoResultFound, OperationalError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException

from foundation.database import DatabaseUnusable
from foundation.errors import Refused
from foundation.text import t
from webui import public_pages
from webui.language import current, office, say
from webui.sessions import is_public
from webui.wiring import wiring

log = structlog.get_logger()

UNUSABLE = (OperationalError, DatabaseUnusable)
LAST_RESORT = "<!doctype html><html lang=id><meta charset=utf-8><title>Loket</title><h1>%s</h1><p>%s</p>"
SENTENCES = {
    400: (t("This page could not be understood."), t("Go back and try once more.")),
    403: (t("This is not yours to do."), t("Ask somebody who may.")),
    404: (t("This page does not exist."), t("Go back to the beginning.")),
    405: (t("This page does not exist."), t("Go back to the beginning.")),
    413: (t("That is far too much text for one form."), t("Go back, shorten it and send it again.")),
    429: (t("Too many tries in a short time."), t("Wait one minute, or ask the officer.")),
}


def page(sentence: str, next_step: str, status: int, **more: object) -> tuple[str, int]:
    """The error page in the look of where it happened; it needs neither the database nor a session to be shown."""
    kiosk = request.path.startswith("/kiosk")
    try:
        if is_public(request.path):
            links = public_pages.Links(wiring().settings.public, current())
            return public_pages.refused(links, office(), sentence, next_step, **more.get("values", {})), status
        return render_template("visitor/refused.html" if kiosk else "staff/refused.html", sentence=sentence, next_step=next_step,
                               status=status, **{"reasons": (), "values": {}, **more}), status
    except Exception:
        log.exception("the error page failed")
        return LAST_RESORT % (say(sentence, **more.get("values", {})), say(next_step)), status


def handle(app: Flask) -> None:
    @app.errorhandler(Refused)
    def refused(refusal: Refused) -> tuple[str, int]:
        return page(refusal.message, refusal.next_step, refusal.status, reasons=refusal.reasons, values=refusal.details)

    @app.errorhandler(StaleDataError)
    @app.errorhandler(IntegrityError)
    def changed_meanwhile(_error: Exception) -> tuple[str, int]:
        return page(t("Somebody else has just changed this."), t("Look at the page again: somebody was faster."), 409)

    @app.errorhandler(NoResultFound)
    def unknown(_error: NoResultFound) -> tuple[str, int]:
        return page(*SENTENCES[404], 404)

    @app.errorhandler(CSRFError)
    def stale_form(_error: CSRFError) -> tuple[str, int]:
        return page(t("This page has been open too long."), t("Start again: nothing has been changed."), 400)

    @app.errorhandler(HTTPException)
    def http(error: HTTPException) -> tuple[str, int] | Response:
        if error.code is None or error.code < 400:
            return error.get_response()  # a redirect is no error
        if original := getattr(error, "original_exception", None):  # it broke while the answer was being kept
            return database(original) if isinstance(original, UNUSABLE) else bug(original)
        if error.code == 413 and request.mimetype == "multipart/form-data":
            return page(t("The file is too large."), t("Choose a smaller one, or divide it into several."), 413)
        return page(*SENTENCES.get(error.code, SENTENCES[400]), error.code)

    @app.errorhandler(OperationalError)
    @app.errorhandler(DatabaseUnusable)
    def database(error: Exception) -> tuple[str, int]:
        log.error("database unusable", error=str(error).splitlines()[0])
        full = "full" in str(error)
        return page(t("The disk of this computer is full: nothing can be saved.") if full else t("Nothing can be saved just now."),
                    t("Nothing was lost. Please tell the officer."), 503)

    @app.errorhandler(Exception)
    def bug(error: Exception) -> tuple[str, int]:
        number = secrets.token_hex(3)
        log.error("bug", number=number, path=request.path, exc_info=error)
        return page(t("Something went wrong on our side (number %(number)s)."), t("Nothing was lost. Please tell the officer."), 500,
                    values={"number": number})
