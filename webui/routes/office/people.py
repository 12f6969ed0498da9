"""Who works here: their roles, whether they may sign in, and a new password."""

from typing import Any

from flask import abort, g, request
from flask.typing import ResponseReturnValue

from foundation import staffing
from foundation.errors import Refused
from foundation.people import Person, Role, check_new, hash_password
from webui.routes.office.frame import do, go, page, screens
from webui.sessions import end_all_of
from webui.wiring import wiring


@screens.get("/people")
def people() -> ResponseReturnValue:
    with wiring().database.reading() as db:
        return page("office/people.html", people=staffing.everybody(db))


@screens.get("/people/new")
def new_person() -> ResponseReturnValue:
    return page("office/person.html", member=None, values={"roles": ["officer"]}, roles_known=Role)


@screens.post("/people/new")
def add_person() -> ResponseReturnValue:
    form = request.form
    try:
        who, password = (form.get("username", ""), form.get("name", ""), form.getlist("roles")), form.get("password", "")
        with wiring().database.reading() as db:
            check_new(db, *who, password)
        hashed = hash_password(password)  # it takes its time: never within the transaction
        do(lambda db: staffing.hire(db, *who, hashed, g.actor))
    except Refused as refusal:
        return page("office/person.html", refusal, member=None, values=_typed_person(), roles_known=Role)
    return go(".people", "added")


@screens.get("/people/<int:person_id>")
def person(person_id: int) -> ResponseReturnValue:
    found = _person(person_id)
    return page("office/person.html", member=found, values=found, roles_known=Role)


@screens.post("/people/<int:person_id>")
def change_person(person_id: int) -> ResponseReturnValue:
    form = request.form

    def work(db: Any) -> None:
        changed = staffing.change_person(db, person_id, form.get("name", ""), form.getlist("roles"), "active" in form, g.actor)
        if not changed.active:
            end_all_of(db, person_id)
    try:
        do(work)
    except Refused as refusal:
        return page("office/person.html", refusal, member=_person(person_id), values=_typed_person(), roles_known=Role)
    return go(".people")


@screens.post("/people/<int:person_id>/password")
def reset_password(person_id: int) -> ResponseReturnValue:
    """A new password from the administrator; whoever was signed in with the old one is no longer."""
    found = _person(person_id)
    try:
        hashed = hash_password(request.form.get("password", ""))
    except Refused as refusal:
        return page("office/person.html", refusal, member=found, values=found, roles_known=Role)

    def work(db: Any) -> None:
        staffing.set_password(db, person_id, hashed, g.actor)
        end_all_of(db, person_id)
    do(work)
    return go(".person", "password", person_id=person_id)


def _person(person_id: int) -> Person:
    with wiring().database.reading() as db:
        return db.get(Person, person_id) or abort(404)


def _typed_person() -> dict[str, Any]:
    return {**request.form, "roles": request.form.getlist("roles"), "active": "active" in request.form}
