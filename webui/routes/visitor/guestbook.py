"""The guest book: the notice, the form, a member's card instead of it, and the wait for the officer."""

from collections.abc import Mapping

from flask import current_app, g, render_template, request, session
from flask.typing import ResponseReturnValue

from foundation.clock import today
from foundation.database import Session
from foundation.errors import Refused
from foundation.text import t
from kiosk.counter import slips
from kiosk.guests import membership, visiting
from kiosk.ledger.members import Member
from kiosk.ledger.visits import Category, Purpose, VisitState
from kiosk.privacy import notices
from webui import language
from webui.access import visitor
from webui.routes.visitor.borrowing import tell_what_lies_ready
from webui.routes.visitor.kiosk import begin, go, is_part, keep_typed, screens, typed_before, visit_of_session
from webui.wiring import wiring

FIELDS = ("name", "institution", "category", "purpose", "purpose_text", "group", "group_name", "people", "women", "men", "contact", "step")
OF_GROUPS = ("group_name", "women", "men")
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
    if "visit_id" not in session:
        return go("attract")
    with wiring().database.reading() as db:
        short, more = notices.current(db, language.current()).said(wiring().office())
    return render_template("visitor/notice.html", short=short, more=more)


@screens.get("/guest-book")
def guest_book() -> ResponseReturnValue:
    if "visit_id" not in session:
        return go("attract")
    return _form(typed_before())


@screens.post("/guest-book")
def sign() -> ResponseReturnValue:
    if "visit_id" not in session:
        return go("attract")
    form = _typed()
    try:
        entry = visiting.read_entry(form if form.get("group") == "yes" else {**form, "people": "1", **dict.fromkeys(OF_GROUPS, "")})
        wiring().database.run(lambda db: visiting.sign(db, session["visit_id"], entry, visitor(), member_of_session(db)))
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
    """When a form with a contact was sent elsewhere (language, help): keep it for the way back, in the session alone."""
    if "contact" in request.form and "visit_id" in session:
        keep_typed({name: text[:500] for name, text in _typed().items()})


def member_of_session(db: Session) -> Member | None:
    """The member whose card was read here, and who has not left since."""
    return db.get(Member, session["member_id"]) if "member_id" in session else None


def greet(member: Member) -> ResponseReturnValue:
    """A member's card was read on any screen: on with the visit it began today, or with the one question that it leaves open."""
    if member.ended_on:
        raise Refused(t("This membership has ended."), t("Sign the guest book with your name, or ask the officer."))
    with wiring().database.reading() as db:
        visit, there = visit_of_session(db), visiting.here_today(db, member.id)
    if visit and visit.state is not VisitState.ARRIVED and visit.member_id != member.id:
        raise Refused(t("Somebody else is signed in at this screen."), t("Touch “Finish” first, then scan the card again."))
    begin()
    session["member_id"] = member.id
    if there is None:
        return go("card")
    if visit and visit.id != there.id:
        wiring().database.run(lambda db: visiting.leave(db, visit.id, visitor()))
    session["visit_id"] = there.id
    return go("waiting")


@screens.get("/card")
def card() -> ResponseReturnValue:
    """Before the card is read, how to do that; then what brings its member here, and what stands in the way of borrowing."""
    begin()
    with wiring().database.reading() as db:
        member = member_of_session(db)
        if member is None:
            g.camera = True
            return render_template("visitor/card.html")
        against = membership.against_borrowing(db, member.key, today(wiring().office().time_zone))
    return render_template("visitor/member.html", name=slips.short_name(member.name), purposes=Purpose, against=against)


@screens.post("/card")
def sign_by_card() -> ResponseReturnValue:
    """One tap, the purpose, signs the guest book; a second tap finds the same visit. A group goes on with the form."""
    if "member_id" not in session:
        return go("card")

    def arrive(db: Session) -> tuple[int, Member]:
        member = db.get_one(Member, session["member_id"], with_for_update=True)
        visit = visiting.here_today(db, member.id) or visit_of_session(db) or visiting.arrive(db, visitor(), language.current())
        if visit.state is VisitState.ARRIVED and "group" not in request.form:
            visiting.sign(db, visit.id, visiting.entry_of(member, visiting.read_purpose(request.form)), visitor(), member)
        return visit.id, member
    session["visit_id"], member = wiring().database.run(arrive)
    if "group" not in request.form:
        return go("waiting")
    keep_typed({"name": member.name, "institution": member.institution, "category": member.category.value, "group": "yes"})
    return go("guest_book")


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
        if visit is not None and visit.state is VisitState.ADMITTED:
            tell_what_lies_ready(db, visit)
    if visit is not None and visit.state is VisitState.SIGNED:
        return render_template("visitor/_waiting.html" if is_part() else "visitor/waiting.html", visit=visit)
    then = go("attract") if visit is None else go("notice") if visit.state is VisitState.ARRIVED else \
        go("title", title_id=session.pop("wanted")) if "wanted" in session else go("basket") if session.get("basket") else go("search")
    if is_part():
        then.status_code, then.headers["HX-Redirect"] = 200, then.headers.pop("Location")
    return then
