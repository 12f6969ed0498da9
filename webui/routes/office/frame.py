"""What all pages of the office share: who may open them, and how a form that was refused comes back with what was typed."""

from collections.abc import Callable
from datetime import date
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from foundation.errors import Refused
from foundation.people import Role
from foundation.text import clean, t
from webui.access import load_person, requires
from webui.wiring import wiring

screens = Blueprint("office", __name__, url_prefix="/office")
screens.before_request(load_person)

DONE = {
    "saved": t("Saved."), "added": t("Added."), "removed": t("Removed."), "printing": t("The test print is on its way."),
    "password": t("The new password is set; sessions opened with the old one have ended."),
    "forgotten": t("That screen is no longer this station."), "dropped": t("Nothing was imported."),
    "asked": t("The printer has answered."),
    "learnt": t("The answers are kept; slips are printed by them from now on.")}


@screens.before_request
@requires(Role.ADMIN)
def administrators_only() -> None:
    """Every page here is the administrator's."""


def do(work: Callable[[Any], Any]) -> Any:
    """What `work` answers, done in one transaction of its own; done again when another one won a race."""
    return wiring().database.run(work)


def go(endpoint: str, done: str = "saved", **values: Any) -> ResponseReturnValue:
    return redirect(url_for(endpoint, done=done, **values), 303)


def page(template: str, refusal: Refused | None = None, **values: Any) -> ResponseReturnValue:
    """The page; after a refused try with the sentence at each field it is about."""
    return render_template(template, done=DONE.get(request.args.get("done", ""), ""), refusal=refusal,
                           errors=refusal.fields if refusal else {}, **values), refusal.status if refusal else 200


def date_in(field: str) -> date | None:
    """The date in a field of the form; None when it is empty. Raises Refused when it is none."""
    try:
        return date.fromisoformat(given) if (given := clean(request.form.get(field), 20)) else None
    except ValueError:
        raise wrong(field, t("Write the date as year, month and day: 2026-03-10.")) from None


def wrong(field: str, sentence: str) -> Refused:
    return Refused(sentence, t("Correct the marked fields."), fields={field: sentence})
