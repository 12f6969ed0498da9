"""Members at the desk: found, entered, changed and renewed; their cards, their blocks, and their way into the guest book."""

from datetime import date
from typing import Any

from flask import Response, abort, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from foundation import clock
from foundation.database import Session
from foundation.errors import Refused
from foundation.office import office
from foundation.text import t
from kiosk.borrowing import lending
from kiosk.counter import finding, serving
from kiosk.guests import cards, membership, visiting
from kiosk.guests.membership import Namesake
from kiosk.ledger.members import BlockKind, Member
from kiosk.ledger.visits import Category, Purpose, Visit
from printer import cards as paper
from printer import typesetting
from webui import assets
from webui.forms import row_id
from webui.routes.desk.frame import LONGEST_CODE, do, go, page, screens
from webui.wiring import wiring

MOST_CARDS = 200  # in one file


@screens.get("/members")
def members() -> ResponseReturnValue:
    show, words = request.args.get("show", "all"), request.args.get("q", "")[:LONGEST_CODE]
    if show not in membership.SHOWN:
        abort(404)
    with wiring().database.reading() as db:
        found = membership.find_members(db, words, show, _today())
        return page("desk/members.html", show=show, shown=membership.SHOWN, words=words, members=found, today=_today(),
                    may_borrow=membership.may_borrow, blocked=membership.blocked_among(db, found, _today()),
                    count=request.args.get("count", 0, int))


@screens.get("/members/new")
def new_member() -> ResponseReturnValue:
    """An empty form, or one with what the guest book knows of a `visit`."""
    with wiring().database.reading() as db:
        visit = _visit(db)
        values = {name: getattr(visit, name) or "" for name in ("name", "institution", "category", "contact")} if visit else {}
        until = membership.valid_from(db, _today())
    return _form({**values, "valid_until": until.isoformat() if until else ""}, visit=visit)


@screens.post("/members/new")
def add_member() -> ResponseReturnValue:
    def work(db: Session) -> int:
        visit = _visit(db)
        entry = membership.read_member(request.form)
        member = membership.join(db, entry, g.actor, another="another" in request.form, was=visit.person_key if visit else "")
        return member.id
    try:
        return go(".member", "joined", member_id=do(work))
    except Refused as refusal:
        with wiring().database.reading() as db:
            visit = _visit(db)
        return _form(request.form, refusal, visit=visit), refusal.status


def _visit(db: Session) -> Visit | None:
    """The visit of a guest who becomes a member."""
    number = request.values.get("visit", 0, row_id)
    return db.get(Visit, number) if number else None


def _form(values: Any, refusal: Refused | None = None, **more: Any) -> str:
    return page("desk/new_member.html", values=values, refusal=refusal, errors=refusal.fields if refusal else {}, categories=Category,
                namesakes=refusal.numbers if isinstance(refusal, Namesake) else {}, **more)


@screens.get("/members/<int:member_id>")
def member(member_id: int) -> ResponseReturnValue:
    return _member(member_id)


def _member(member_id: int, refusal: Refused | None = None, form: str = "") -> str:
    """The member's page; with what was wrong in its `form` ("entry" or "block")."""
    with wiring().database.reading() as db:
        it = db.get(Member, member_id) or abort(404)
        visits, loans = lending.history(db, it.key)
        return page("desk/member.html", member=it, visits=visits, loans=loans, late=finding.lateness(db), categories=Category,
                    purposes=Purpose, refusal=refusal, form=form, errors=refusal.fields if refusal else {},
                    values=request.form if form == "entry" else it, good=membership.may_borrow(it, _today()),
                    visit=visiting.here_today(db, member_id), **of_blocks(db, it.key, form))


def of_blocks(db: Session, key: str, form: str = "") -> dict[str, Any]:
    """What a page says of the blocks of a borrower."""
    return {"blocks": membership.every_block(db, key), "standing": {it.id for it in membership.blocks_of(db, key, _today())},
            "block_values": request.form if form == "block" else {}}


@screens.post("/members/<int:member_id>")
def change_member(member_id: int) -> ResponseReturnValue:
    version = request.form.get("version", 0, row_id)
    try:
        do(lambda db: membership.change(db, member_id, membership.read_member(request.form), version, g.actor))
    except Refused as refusal:
        return _member(member_id, refusal, "entry"), refusal.status
    return go(".member", "saved", member_id=member_id)


@screens.post("/members/<int:member_id>/renew")
def renew_member(member_id: int) -> ResponseReturnValue:
    do(lambda db: membership.renew(db, member_id, g.actor))
    return go(".member", "membership renewed", member_id=member_id)


@screens.post("/members/<int:member_id>/end")
def end_member(member_id: int) -> ResponseReturnValue:
    do(lambda db: membership.end(db, member_id, g.actor))
    return go(".member", "membership ended", member_id=member_id)


@screens.post("/members/<int:member_id>/card")
def replace_card(member_id: int) -> ResponseReturnValue:
    do(lambda db: membership.replace_card(db, member_id, g.actor))
    return go(".member", "card replaced", member_id=member_id)


@screens.post("/members/<int:member_id>/block")
def block_member(member_id: int) -> ResponseReturnValue:
    try:
        do(lambda db: block(db, db.get_one(Member, member_id).key))
    except Refused as refusal:
        return _member(member_id, refusal, "block"), refusal.status
    return go(".member", "blocked", member_id=member_id)


def block(db: Session, key: str) -> None:
    """Block the borrower `key` as the form says."""
    membership.block(db, key, BlockKind.OFFICE, request.form.get("reason", ""), membership.read_until(request.form), g.actor)


@screens.post("/blocks/<int:block_id>/lift")
def lift_block(block_id: int) -> ResponseReturnValue:
    key = do(lambda db: membership.lift(db, block_id, g.actor).borrower_key)
    with wiring().database.reading() as db:
        it = membership.member_of(db, key)
    if it:
        return go(".member", "lifted", member_id=it.id)
    return go(".visitor", "lifted", visit_id=request.form.get("visit", 0, row_id))


@screens.post("/members/<int:member_id>/visit")
def sign_member(member_id: int) -> ResponseReturnValue:
    """The officer writes the member into the guest book: the card is at home."""
    def work(db: Session) -> int:
        it = db.get_one(Member, member_id)
        entry = visiting.entry_of(it, visiting.read_purpose(request.form))
        there = visiting.here_today(db, member_id)
        return (there or serving.sign_for(db, entry, g.actor, wiring().office().language, it)).id
    try:
        visit_id = do(work)
    except Refused as refusal:
        return _member(member_id, refusal, "visit"), refusal.status
    if "lend" in request.form:
        return redirect(url_for(".lend", visit_id=visit_id), 303)
    return go(".member", "signed", member_id=member_id)


@screens.post("/members/cards")
def make_cards() -> ResponseReturnValue:
    chosen = request.form.getlist("member", row_id)[:MOST_CARDS]
    if not chosen:
        raise Refused(t("Nobody is ticked."), t("Tick whose cards you want, then try again."), status=422)
    do(lambda db: membership.note_cards(db, chosen, g.actor))
    return redirect(url_for(".member_cards", member=chosen), 303)


@screens.get("/members/cards.pdf")
def member_cards() -> ResponseReturnValue:
    """The cards of these members: one in its own size, several on A4 sheets to be cut."""
    wanted = request.args.getlist("member", row_id)
    with wiring().database.reading() as db:
        found = membership.with_ids(db, wanted[:MOST_CARDS])
        made = [cards.label(it, office(db), wiring().keys) for it in found] or abort(404)
    return Response(typesetting.pdf(paper.document(made, assets.letters())), mimetype="application/pdf",
                    headers={"Content-Disposition": 'inline; filename="kartu-anggota.pdf"'})


def _today() -> date:
    return clock.today(wiring().office().time_zone)
