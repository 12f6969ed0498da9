"""People who work here: signing in and out, one's own password, and where to go from the first page."""

from urllib.parse import urlencode

from flask import Blueprint, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_limiter.util import get_remote_address

from foundation.audit import record
from foundation.errors import Refused
from foundation.people import PROGRAM, Person, Role, find_by_username, hash_password, password_matches, sign_in_hash
from foundation.staffing import set_password
from foundation.text import clean, t
from scanner.procedure.board import FOLLOWS
from webui import access, language
from webui.access import limiter, load_person, requires, safe_next
from webui.sessions import end_all_of
from webui.wiring import wiring

screens = Blueprint("staff", __name__)
screens.before_request(load_person)

FAILED = t("The user name and the password do not go together.")


def _failed(response) -> bool:
    return response.status_code == 422


def _named() -> str:
    return clean(request.form.get("username"), 60).casefold() or get_remote_address()


@screens.get("/")
def start() -> ResponseReturnValue:
    return render_template("staff/start.html")


@screens.get("/sign-in")
def sign_in() -> ResponseReturnValue:
    if g.person:
        return redirect(_home(), 303)
    return render_template("staff/sign_in.html", values={}, error="", next=safe_next(request.args.get("next")) or "")


@screens.post("/sign-in")
@limiter.limit("5/minute", key_func=get_remote_address, deduct_when=_failed)
@limiter.limit("5/minute", key_func=_named, deduct_when=_failed)
def let_in() -> ResponseReturnValue:
    """Let somebody in. What failed is not said, and an unknown name costs as much time as a wrong password."""
    database, username, password = wiring().database, request.form.get("username", ""), request.form.get("password", "")
    with database.reading() as db:
        person = find_by_username(db, username)
    if not password_matches(sign_in_hash(person), password[:200]) or person is None or not person.active:
        with database.transaction() as db:  # what was typed is not kept: it may be a password in the wrong field
            record(db, PROGRAM, "sign-in failed", person or "unknown name", address=get_remote_address())
        return render_template("staff/sign_in.html", values=request.form, error=FAILED,
                               next=safe_next(request.form.get("next")) or ""), 422
    with database.transaction() as db:
        record(db, person.actor(), "signed in", person)
    access.sign_in(person)
    return redirect(safe_next(request.form.get("next")) or _home(person), 303)


@screens.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    if g.person:
        with wiring().database.transaction() as db:
            record(db, g.actor, "signed out", g.person)
    session.end()
    return redirect(url_for(".start"), 303)


@screens.get("/password")
@requires(*Role)
def password() -> ResponseReturnValue:
    return render_template("staff/password.html", errors={}, done="done" in request.args)


@screens.post("/password")
@limiter.limit("5/minute", key_func=lambda: f"password of {session.get('person_id')}", deduct_when=_failed)
@requires(*Role)
def change_password() -> ResponseReturnValue:
    """One's own password: the old one is asked for, and every other session of the person ends."""
    try:
        new_hash = _checked_hash(g.person)
    except Refused as refusal:
        return render_template("staff/password.html", errors=refusal.fields, done=False), 422
    with wiring().database.transaction() as db:
        person = set_password(db, g.person.id, new_hash, g.actor)
        end_all_of(db, person.id)
    access.sign_in(person)
    return redirect(url_for(".password", done=1), 303)


def _checked_hash(person: Person) -> str:
    form = request.form
    if not password_matches(person.password_hash, form.get("old", "")[:200]):
        raise Refused(FAILED, fields={"old": t("This is not your present password.")})
    if form.get("password") != form.get("again"):
        raise Refused(FAILED, fields={"again": t("The two new passwords differ.")})
    return hash_password(form.get("password", ""))


@screens.post("/language")
def change_language() -> ResponseReturnValue:
    language.choose(request.form.get("language", ""))
    return redirect(safe_next(request.form.get("next")) or url_for(".start"), 303)


@screens.post("/view")
def change_view() -> ResponseReturnValue:
    """Normal or high contrast on staff's screens."""
    session["contrast"] = "high" if request.form.get("contrast") == "high" else "normal"
    return redirect(safe_next(request.form.get("next")) or url_for(".start"), 303)


def _home(person: Person | None = None) -> str:
    """The first page of a person: the desk for who serves, the scanner for legal staff, the office for who only administers, the
    board for the others of the procedure."""
    roles = (person or g.person).roles
    if Role.OFFICER in roles:
        return url_for("desk.today")
    if Role.LEGAL_STAFF in roles:
        return url_for("scanning.batches")
    if Role.ADMIN in roles:
        return url_for("office.settings")
    return url_for("procedure.show") if set(FOLLOWS) & set(roles) else url_for(".start")


def here() -> str:
    """The page being shown, to come back to after a change of language."""
    if request.method != "GET":
        return ""
    return request.path + (f"?{urlencode(list(request.args.items(multi=True)))}" if request.args else "")


screens.add_app_template_global(here, "here")
