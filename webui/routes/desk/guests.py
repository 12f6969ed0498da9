"""Guests at the desk: found again, written into the book by the officer, lent to without the kiosk."""

import secrets
from typing import Any

from flask import abort, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from foundation.clock import today
from foundation.errors import Refused
from foundation.office import office
from foundation.text import translator
from kiosk.borrowing import lending, reserving, rules
from kiosk.counter import finding, serving, slips
from kiosk.guests import membership, visiting
from kiosk.ledger.visits import Category, Purpose, Visit, VisitState
from kiosk.shelves.searching import search
from printer.codes import is_card
from webui import language
from webui.forms import row_id
from webui.routes.desk.frame import LONGEST_CODE, do, go, page, screens
from webui.routes.desk.members import block, of_blocks
from webui.wiring import wiring


@screens.get("/visitors")
def visitors() -> ResponseReturnValue:
    words = request.args.get("q", "")
    with wiring().database.reading() as db:
        return page("desk/visitors.html", words=words, most=finding.MOST_GUESTS, guests=finding.find_guests(db, words))


@screens.get("/visitor/<int:visit_id>")
def visitor(visit_id: int) -> ResponseReturnValue:
    return _visitor(visit_id)


def _visitor(visit_id: int, refusal: Refused | None = None, of_count: bool = False) -> str:
    """What is known of the person of this visit: a member, or by name and institution, as far as these tell. A `refusal` is of the
    form for a block, or `of_count` of that for the head count."""
    blocking = None if of_count else refusal
    with wiring().database.reading() as db:
        visit = db.get(Visit, visit_id) or abort(404)
        visits, loans = lending.history(db, visit.person_key) if visit.person_key else ([visit], [])
        member = membership.member_of(db, visit.person_key)
        return page("desk/visitor.html", visit=visit, visits=visits, loans=loans, member=member, refusal=blocking,
                    errors=refusal.fields if refusal else {}, late=finding.lateness(db), may_borrow=visit.state is VisitState.ADMITTED,
                    may_recount=visiting.may_recount(visit, today(office(db).time_zone)), miscounted=refusal if of_count else None,
                    count=request.form if of_count else visit,
                    namesakes=[] if member or not visit.name else membership.namesakes(db, visit.name, visit.institution),
                    **of_blocks(db, visit.person_key, "block" if blocking else ""))


@screens.post("/visitor/<int:visit_id>/block")
def block_guest(visit_id: int) -> ResponseReturnValue:
    try:
        do(lambda db: block(db, db.get_one(Visit, visit_id).person_key or abort(404)))
    except Refused as refusal:
        return _visitor(visit_id, refusal), refusal.status
    return go(".visitor", "blocked", visit_id=visit_id)


@screens.post("/visitor/<int:visit_id>/count")
def recount(visit_id: int) -> ResponseReturnValue:
    """How many came with this guest, corrected."""
    try:
        count = visiting.read_count(request.form)
        do(lambda db: visiting.recount(db, visit_id, count, g.actor))
    except Refused as refusal:
        return _visitor(visit_id, refusal, of_count=True), refusal.status
    return go(".visitor", "recounted", visit_id=visit_id)


@screens.post("/visitor/<int:visit_id>/recognise")
def recognise(visit_id: int) -> ResponseReturnValue:
    """The guest is a member who came without the card."""
    do(lambda db: membership.recognise(db, visit_id, request.form.get("member", 0, row_id), g.actor))
    return go(".visitor", "recognised", visit_id=visit_id)


@screens.get("/guest")
def guest() -> ResponseReturnValue:
    return page("desk/guest.html", values={}, errors={}, categories=Category, purposes=Purpose)


@screens.post("/guest")
def sign_guest() -> ResponseReturnValue:
    try:
        entry = visiting.read_entry(request.form, of_another=True)
    except Refused as refusal:
        return page("desk/guest.html", values=request.form, errors=refusal.fields, categories=Category, purposes=Purpose), 422
    visit = do(lambda db: serving.sign_for(db, entry, g.actor, wiring().office().language))
    if "lend" in request.form:
        return redirect(url_for(".lend", visit_id=visit.id), 303)
    return go(".today", "signed")


@screens.get("/lend/<int:visit_id>")
def lend(visit_id: int) -> ResponseReturnValue:
    """Lending without the kiosk: the copies chosen so far stand in the address, so that nothing is kept before the hand-over."""
    return show_lending(visit_id)


def show_lending(visit_id: int, refusal: Refused | None = None) -> ResponseReturnValue:
    """The page on which copies are lent to a guest; after a refused contact with its sentence."""
    words, codes = request.args.get("q", "")[:LONGEST_CODE].strip(), request.values.getlist("copy")
    if is_card(words):
        return redirect(url_for(".scan", code=words), 303)
    with wiring().database.reading() as db:
        visit = db.get(Visit, visit_id) or abort(404)
        if words and (found := finding.copy_with(db, words)):
            return redirect(url_for(".lend", visit_id=visit_id, copy=list(dict.fromkeys([*codes, found.code]))), 303)
        chosen = serving.copies_with(db, codes)
        wishes = serving.in_hand(db, visit, chosen)
        unreachable = next((it for it in reserving.of_person(db, visit.person_key) if reserving.is_unreachable(it)), None)
        hits = search(db, words, only_available=True, limit=8).hits if words else []
        away = [hit for hit in search(db, words, limit=8).hits if hit.id not in {free.id for free in hits}] if words else []
        return page("desk/lend.html", visit=visit, codes=[copy.code for copy in chosen], words=words, wishes=wishes,
                    reasons=lending.reasons_against(db, visit, wishes, office(db)),
                    hits=hits, away=away, copies=finding.copies_to_lend(db, [hit.id for hit in hits]), nonce=secrets.token_urlsafe(16),
                    unreachable=unreachable, errors=refusal.fields if refusal else {}, typed=request.form.get("contact", "")[:LONGEST_CODE],
                    said=lambda rule: rules.in_words(rule, translator(language.current()))), refusal.status if refusal else 200


@screens.post("/lend/<int:visit_id>")
def lend_now(visit_id: int) -> ResponseReturnValue:
    codes, nonce = request.form.getlist("copy"), request.form.get("nonce", "")[:64] or abort(400)

    def work(db: Any) -> tuple[int, bool]:
        loan = serving.lend(db, visit_id, codes, nonce, g.actor)
        return loan.id, slips.queue_slip(db, loan, wiring().keys) is not None
    loan_id, prints = do(work)
    return go(".loan", "handed over" if prints else "no printer", loan_id=loan_id)
