"""Who may see what: stations by their token, people by their session, roles on routes, and the headers of every answer."""

import re
import secrets
from collections.abc import Callable
from functools import wraps

from flask import Flask, Response, g, redirect, request, session, url_for
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_wtf.csrf import CSRFProtect

from foundation.people import VISITOR, Actor, Person, Role, find_active
from foundation.stations import Station, find_by_token
from webui.wiring import wiring

STATION_COOKIE = "loket_station"
YEAR = 365 * 24 * 3600
_OUR_PAGE = re.compile(r"/(?![/\\])[^\x00-\x1f\x7f]*")

csrf = CSRFProtect()


def _who() -> str:
    """Whose rate is limited: a registered station by itself, everybody else by address."""
    station = getattr(g, "station", None)
    return f"station {station.id}" if station else get_remote_address()


limiter = Limiter(_who, storage_uri="memory://", headers_enabled=False)


def protect(app: Flask) -> None:
    csrf.init_app(app)
    limiter.init_app(app)
    app.before_request(_prepare)
    app.after_request(_headers)


def _prepare() -> None:
    g.nonce = secrets.token_urlsafe(16)


def _headers(response: Response) -> Response:
    if request.path.startswith("/static/"):
        return response
    nonce = f"'nonce-{g.nonce}'" if "nonce" in g else ""
    wasm = " 'wasm-unsafe-eval'" if getattr(g, "camera", False) else ""  # only the page that reads a QR with the camera
    response.headers["Content-Security-Policy"] = (
        f"default-src 'none'; script-src {nonce}{wasm}; style-src 'self' {nonce}; img-src 'self' data: blob:; font-src 'self'; "
        "connect-src 'self'; media-src 'self' blob:; worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["Permissions-Policy"] = "camera=(self), microphone=(), geolocation=()"
    response.headers.setdefault("Cache-Control", "no-store")
    return response


def station_of_request() -> Station | None:
    """The registered station whose screen asks, by its device token; None for any other browser."""
    with wiring().database.reading() as db:
        return find_by_token(db, request.cookies.get(STATION_COOKIE, ""))


def remember_station(response: Response, token: str) -> Response:
    """Make the answering browser this station; the token travels to the visitor's routes only."""
    response.set_cookie(STATION_COOKIE, token, max_age=5 * YEAR, httponly=True, samesite="Lax",
                        secure=wiring().settings.https, path="/kiosk")
    return response


def visitor() -> Actor:
    """The visitor at this kiosk, for use cases."""
    return Actor(g.station.name, frozenset({VISITOR}), station_id=g.station.id)


def load_person() -> None:
    """Before a staff route: the person signed in, if any."""
    g.person, g.actor = None, None
    if person_id := session.get("person_id"):
        with wiring().database.reading() as db:
            person = find_active(db, person_id)
        if person:
            g.person, g.actor = person, person.actor()


def requires(*roles: Role) -> Callable:
    """A route only for people holding one of `roles` (an administrator may do all but four-eyes work)."""
    def guard(view: Callable) -> Callable:
        @wraps(view)
        def guarded(*args: object, **kwargs: object):
            if g.get("person") is None:
                return redirect(url_for("staff.sign_in", next=request.full_path.rstrip("?") if request.method == "GET" else None), 303)
            g.actor.must_be(*roles)
            return view(*args, **kwargs)
        return guarded
    return guard


def sign_in(person: Person) -> None:
    """A fresh session for `person`: the token of before the sign-in is worthless after it."""
    language = session.get("language")
    session.renew = True
    for key in list(session):
        del session[key]
    session["person_id"] = person.id
    if language:
        session["language"] = language


def safe_next(target: str | None) -> str | None:
    """`target` when it is a page of ours, otherwise None: nobody is sent elsewhere after a sign-in.

    Browsers pass over tabs and line ends in an address, so that `/<tab>/elsewhere` would lead elsewhere.
    """
    return target if target and _OUR_PAGE.fullmatch(target) else None
