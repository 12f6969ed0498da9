"""What all screens of a kiosk share: whose screen it is, who stands before it, and what was just said to them."""

import json
import secrets
from collections.abc import Mapping

from flask import Blueprint, Response, current_app, g, redirect, request, session, url_for

from foundation import stations
from foundation.database import Session
from foundation.errors import Refused
from foundation.text import t
from kiosk.ledger.visits import Visit, VisitState
from webui.access import safe_next, station_of_request
from webui.wiring import wiring

screens = Blueprint("visitor", __name__, url_prefix="/kiosk")


@screens.before_request
def know_the_screen() -> Response | None:
    g.station = station_of_request()
    if g.station and stations.unseen(g.station):
        with wiring().database.transaction() as db:
            stations.see(db, g.station)
    if g.station is None and request.endpoint != "visitor.enrol":
        raise Refused(t("This screen is not registered yet."),
                      t("An administrator makes an invitation under Office → Stations and opens it here."), status=403)
    if "s" in request.args and request.args["s"] != session.get("s"):  # "back" to what an earlier visitor searched
        return redirect(url_for(".attract"), 303)
    return None


@screens.context_processor
def idle_times() -> dict[str, object]:
    """Seconds without a touch before the question, for the answer, and before a thank-you closes by itself."""
    given = current_app.config.get
    return {"idle": given("KIOSK_IDLE", 60), "grace": given("KIOSK_GRACE", 30), "closing": given("KIOSK_CLOSING", 20)}


@screens.app_template_filter()
def first_up(text: str) -> str:
    """A word of a list as the beginning of a line."""
    return text[:1].upper() + text[1:]


@screens.app_template_filter()
def span(years: str) -> str:
    """2026, 2020–2023 or … 2014, of what a filter by year says."""
    first, last = years.split("-")
    return first if first == last else f"{first or '…'}–{last or '…'}"


def begin() -> None:
    """Somebody is here now: addresses of their searches carry this mark, and mean nothing once it is wiped."""
    session.setdefault("s", secrets.token_urlsafe(6))


def visit_of_session(db: Session) -> Visit | None:
    """The visit of who stands here; None before the guest book was begun and after the officer ended the visit."""
    visit = db.get(Visit, session["visit_id"]) if "visit_id" in session else None
    return visit if visit and visit.state is not VisitState.LEFT else None


def keep_typed(values: Mapping[str, str]) -> None:
    """Keep what is typed in a form that is not sent yet, sealed: there may be a contact in it."""
    session["draft"] = wiring().database.sealer.seal(json.dumps(values))


def typed_before() -> dict[str, str]:
    """What keep_typed has kept in this session."""
    return json.loads(wiring().database.sealer.open(session["draft"])) if "draft" in session else {}


def tell(sentence: str, next_step: str = "", **values: object) -> None:
    """Say `sentence` once, on the next screen."""
    session["said"] = [sentence, next_step, values]


def go(endpoint: str, **values: object) -> Response:
    return redirect(url_for(f".{endpoint}", **values), 303)


def go_back() -> Response:
    """To the kiosk screen that a form says it came from."""
    target = safe_next(request.form.get("back"))
    return redirect(target if target and target.startswith("/kiosk") else url_for(".attract"), 303)


def is_part() -> bool:
    """Whether htmx asks for the live part of a screen alone."""
    return "HX-Request" in request.headers
