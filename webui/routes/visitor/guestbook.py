"""The guest book: the notice, the form, and the wait for the officer."""

from collections.abc import Mapping

from flask import current_app, render_template, request, session
from flask.typing import ResponseReturnValue

from foundation.errors import Refused
from kiosk import visiting
from kiosk.visits import Category, Purpose, VisitState
from webui import language
from webui.access import visitor
from webui.routes.visitor.kiosk import begin, go, is_part, screens, visit_of_session
from webui.wiring import wiring

FIELDS = ("name", "institution", "category", "purpose", "purpose_text", "group", "people", "women", "men", "contact", "step")
STEPS = {"purpose": 1, "purpose_text": 1, "category": 1, "name": 2, "institution": 2}  # every other field stands on the third


@screens.post("/start")
def start() -> ResponseReturnValue:
    """A tap on "Start". A second tap, or a tap in the middle of a visit, goes on where the visit stands."""
    with wiring().database.reading() as db:
        visit = visit_of_session(db)
    if visit is None:
        visit = wiring().database.run(lambda db: visiting.arrive(db, visitor(), language.current()))
        session["visit_id"] = visit.id
    begin()
    return go("notice") if visit.state is VisitState.ARRIVED else go("waiting")


@screens.get("/notice")
def notice() -> ResponseReturnValue:
    return render_template("visitor/notice.html") if "visit_id" in session else go("attract")


@screens.get("/guest-book")
def guest_book() -> ResponseReturnValue:
    if "visit_id" not in session:
        return go("attract")
    return _form(session.get("draft", {}))


@screens.post("/guest-book")
def sign() -> ResponseReturnValue:
    if "visit_id" not in session:
        return go("attract")
    form = _typed()
    try:
        entry = visiting.read_entry({**form, "people": "1", "women": "", "men": ""} if form.get("group") != "yes" else form)
        wiring().database.run(lambda db: visiting.sign(db, session["visit_id"], entry, visitor()))
    except Refused as refusal:
        if not refusal.fields:
            raise
        return _form(form, refusal.fields), refusal.status
    session.pop("draft", None)
    return go("waiting")


def _form(values: Mapping[str, str], wrong: Mapping[str, str] | None = None) -> str:
    """The form with what was typed, opened at the first step that needs a hand."""
    needed = min((STEPS.get(name, 3) for name in wrong), default=None) if wrong else None
    given = values.get("step", "")
    step = needed or (int(given) if given in ("1", "2", "3") else 1)
    return render_template("visitor/guest_book.html", values=values, wrong=wrong or {}, step=step,
                           categories=Category, purposes=Purpose)


def _typed() -> dict[str, str]:
    longest = current_app.config["MAX_FORM_MEMORY_SIZE"] // 64
    return {name: request.form.get(name, "")[:longest] for name in FIELDS}


def keep_draft() -> None:
    """When a form of the guest book was sent elsewhere (language, help): keep it for the way back, in the session alone."""
    if "name" in request.form and "visit_id" in session:
        session["draft"] = {name: text[:500] for name, text in _typed().items()}


@screens.get("/institutions")
def institutions() -> ResponseReturnValue:
    session.passive = True
    with wiring().database.reading() as db:
        found = visiting.suggest_institutions(db, request.args.get("institution", ""))
    return render_template("visitor/_institutions.html", found=found)


@screens.get("/waiting")
def waiting() -> ResponseReturnValue:
    """Until the officer lets the visitor in; then on, by itself."""
    session.passive = is_part()
    with wiring().database.reading() as db:
        visit = visit_of_session(db)
    if visit is not None and visit.state is VisitState.SIGNED:
        return render_template("visitor/_waiting.html" if is_part() else "visitor/waiting.html", visit=visit)
    then = go("attract") if visit is None else go("notice") if visit.state is VisitState.ARRIVED else \
        go("basket") if session.get("basket") else go("search")
    if is_part():
        then.status_code, then.headers["HX-Redirect"] = 200, then.headers.pop("Location")
    return then
