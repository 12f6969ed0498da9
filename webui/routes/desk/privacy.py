"""One person's data at the desk: found, shown whole, handed out, corrected, erased; and who still waits for an answer."""

import json

from flask import abort, g, request
from flask.typing import ResponseReturnValue

from foundation.clock import today
from foundation.database import Session
from foundation.errors import Refused
from foundation.text import t
from kiosk.counter import finding
from kiosk.guests import membership
from kiosk.ledger.members import Member
from kiosk.privacy import rights
from kiosk.privacy.rights import Wish
from webui import downloads
from webui.language import say
from webui.routes.desk.frame import do, go, page, screens
from webui.routes.desk.reports import sheet_pdf
from webui.wiring import wiring

WISHES = {Wish.SEE: t("wants to see the data"), Wish.CORRECT: t("wants it corrected"), Wish.ERASE: t("wants it erased")}
PLACE = "/personal-data/<any(visit, member):kind>/<int:row_id>"


@screens.get("/personal-data")
def personal_data() -> ResponseReturnValue:
    """Who still waits for an answer, and the people who are found by name."""
    words = request.args.get("q", "").strip()
    with wiring().database.reading() as db:
        waiting = [(asked, rights.known(db, asked.person_key)) for asked in rights.waiting(db)]
        guests = finding.find_guests(db, words) if words else []
        return page("desk/personal_data.html", words=words, waiting=waiting, guests=guests, members=_members(db, words) if words else [],
                    wishes=WISHES, place=rights.place)


def _members(db: Session, words: str) -> list[Member]:
    """Those who gave their membership up have the same right to ask."""
    day = today(wiring().office().time_zone)
    return [member for show in ("all", "ended") for member in membership.find_members(db, words, show, day)]


@screens.get(PLACE)
def personal_data_of(kind: str, row_id: int) -> ResponseReturnValue:
    return _person(kind, row_id)


def _person(kind: str, row_id: int, refusal: Refused | None = None) -> ResponseReturnValue:
    with wiring().database.reading() as db:
        person = rights.known(db, rights.key_of(db, kind, row_id)) or abort(404)
        body = page("desk/personal_data_of.html", whose=person, kind=kind, row_id=row_id, wishes=WISHES, refusal=refusal,
                    errors=refusal.fields if refusal else {}, values=request.form if refusal and refusal.fields else person)
    return body, refusal.status if refusal else 200


@screens.post(f"{PLACE}/ask")
def ask_for_personal_data(kind: str, row_id: int) -> ResponseReturnValue:
    wish = request.form.get("wish", "")
    if wish not in set(Wish):
        abort(400)
    do(lambda db: rights.ask(db, _key(db, kind, row_id), Wish(wish), g.actor))
    return go(".personal_data_of", "asked", kind=kind, row_id=row_id)


@screens.post("/personal-data/requests/<int:request_id>/answered")
def answer_about_personal_data(request_id: int) -> ResponseReturnValue:
    do(lambda db: rights.answer(db, request_id, g.actor))
    return go(".personal_data", "data answered")


@screens.post(f"{PLACE}/correct")
def correct_personal_data(kind: str, row_id: int) -> ResponseReturnValue:
    try:
        do(lambda db: rights.correct(db, _key(db, kind, row_id), request.form, g.actor))
    except Refused as refusal:
        return _person(kind, row_id, refusal)
    return go(".personal_data_of", "saved", kind=kind, row_id=row_id)


@screens.post(f"{PLACE}/erase")
def erase_personal_data(kind: str, row_id: int) -> ResponseReturnValue:
    try:
        do(lambda db: rights.erase(db, _key(db, kind, row_id), g.actor))
    except Refused as refusal:
        return _person(kind, row_id, refusal)
    return go(".personal_data", "erased")


@screens.post(f"{PLACE}/export.<any(json, pdf):form>")
def export_personal_data(kind: str, row_id: int, form: str) -> ResponseReturnValue:
    person = do(lambda db: rights.handed_out(db, _key(db, kind, row_id), form, g.actor))
    name = f"data-pribadi-{kind}-{row_id}"
    if form == "pdf":
        return sheet_pdf("desk/_personal_data_sheet.html", say(t("One person’s data")), name, whose=person)
    return downloads.file(json.dumps(rights.plain(person), ensure_ascii=False, indent=2).encode(), f"{name}.json")


def _key(db: Session, kind: str, row_id: int) -> str:
    return rights.key_of(db, kind, row_id) or abort(404)
