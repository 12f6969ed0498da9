"""The basket, and the loan that follows the officer's step by itself."""

import secrets
from collections.abc import Mapping

from flask import redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from foundation.database import Session
from foundation.errors import Refused
from foundation.office import office
from foundation.text import t
from kiosk.borrowing import lending, reserving, rules
from kiosk.counter import slips
from kiosk.ledger.loans import Loan, LoanState
from kiosk.ledger.reservations import Reservation, ReservationState
from kiosk.ledger.visits import Visit, VisitState
from printer.qr import svg
from webui import language
from webui.access import visitor
from webui.routes.visitor.collection import chosen_here
from webui.routes.visitor.kiosk import go, is_part, screens, tell, typed_before, visit_of_session
from webui.wiring import wiring


@screens.post("/basket/add")
def add() -> ResponseReturnValue:
    title_id = request.form.get("title_id", 0, type=int)
    basket = session.get("basket", [])
    if 0 < title_id < 2**31 and title_id not in basket:  # no row has a larger id
        session["basket"] = [*basket, title_id][:lending.MOST_IN_BASKET]
    session.setdefault("nonce", secrets.token_urlsafe(16))
    return go("basket")


@screens.post("/basket/remove")
def remove() -> ResponseReturnValue:
    session["basket"] = [i for i in session.get("basket", []) if i != request.form.get("title_id", type=int)]
    return go("basket")


@screens.get("/basket")
def basket() -> ResponseReturnValue:
    """What is in the basket, with the rule of each title and everything that stands in the way, each with its next step."""
    with wiring().database.reading() as db:
        visit = visit_of_session(db)
        wanted = lending.wishes(db, session.get("basket", []), visit)
        against = lending.reasons_against(db, visit or Visit(person_key=""), wanted, office(db))
    words = [rules.in_words(wish.rule, language.say) if wish.rule else None for wish in wanted]
    return render_template("visitor/basket.html", wanted=list(zip(wanted, words, strict=True)), against=against, visit=visit)


@screens.post("/borrow")
def borrow() -> ResponseReturnValue:
    if not session.get("basket"):
        return go("loan") if "loan_id" in session else go("basket")  # a second tap, after the first went through
    loan = wiring().database.run(_request)
    if loan is None:
        return redirect(url_for(".start"), 307)  # the guest book first; then back to the basket
    session["loan_id"] = loan.id
    session.pop("basket", None)
    session.pop("nonce", None)
    return go("loan")


def _request(db: Session) -> Loan | None:
    """The loan that is asked for (in self-service mode handed over, and its slip printed, in the same moment); None: by nobody yet."""
    if visit_of_session(db) is None:
        return None
    loan = lending.request_loan(db, session["visit_id"], session["basket"], session["nonce"], visitor(), language.current())
    if office(db).self_service and loan.state is LoanState.REQUESTED:
        by = lending.self_service_actor(visitor())
        lending.hand_over(db, loan.id, by)
        slips.queue_slip(db, loan, wiring().keys)
    return loan


@screens.get("/loan")
def loan() -> ResponseReturnValue:
    """The visitor's own loan; its part asks every two seconds how far the officer is."""
    session.passive = is_part()
    if "loan_id" not in session:
        return go("search")
    with wiring().database.reading() as db:
        it = lending.find_loan(db, session["loan_id"])
        printout = slips.latest(db, it.id)
    code = slips.slip_code(it, wiring().keys)
    return render_template("visitor/_loan.html" if is_part() else "visitor/loan.html", loan=it, printout=printout,
                           number=slips.slip_number(it, wiring().keys), qr=Markup(svg(code)))  # noqa: S704 digits, drawn by us


@screens.post("/loan/cancel")
def cancel() -> ResponseReturnValue:
    if "loan_id" in session:
        wiring().database.run(lambda db: lending.cancel(db, session["loan_id"], visitor()))
    return go("loan")


@screens.post("/title/<int:title_id>/reserve")
def reserve(title_id: int) -> ResponseReturnValue:
    """A place in the title's queue; before the guest book is signed, that first, and then back to the title. Who cannot be written to
    is asked for a contact."""
    def join(db: Session) -> str | None:
        visit = visit_of_session(db)
        if visit is None or visit.state is VisitState.ARRIVED:
            return None
        it = reserving.reserve(db, visit.id, title_id, request.form["nonce"][:64], visitor(), language.current())
        return "title" if reserving.told_at(it) or not reserving.is_of(it, visit) else "contact"
    then = wiring().database.run(join)
    if then is None:
        session["wanted"] = title_id
        return redirect(url_for(".start"), 307)
    tell(t("Reserved."), "")
    return go(then, title_id=title_id, **chosen_here(request.args))


@screens.get("/title/<int:title_id>/contact")
def contact(title_id: int) -> ResponseReturnValue:
    """Where the message is to go when a copy lies ready: asked of who waits in this visit, or with this member's card."""
    return _contact(title_id, typed_before().get("contact", ""))


@screens.post("/title/<int:title_id>/contact")
def say_where(title_id: int) -> ResponseReturnValue:
    typed = request.form.get("contact", "")[:500]

    def keep(db: Session) -> bool:
        it = _waiting_for(db, title_id)
        return it is not None and bool(reserving.say_where(db, it.id, typed, visitor()))
    try:
        kept = wiring().database.run(keep)
    except Refused as refusal:
        return _contact(title_id, typed, refusal.fields)
    session.pop("draft", None)
    if kept:
        tell(t("Thank you: the library can reach you when a copy lies ready."))
    return go("title", title_id=title_id, **chosen_here(request.args))


def _contact(title_id: int, typed: str, wrong: Mapping[str, str] | None = None) -> ResponseReturnValue:
    chosen = chosen_here(request.args)
    with wiring().database.reading() as db:
        it = _waiting_for(db, title_id)
        if it is None:
            return go("title", title_id=title_id, **chosen)
        title, place = it.title, reserving.place(db, it)
    return render_template("visitor/contact.html", it=title, place=place, typed=typed, wrong=wrong or {}, chosen=chosen,
                           where=reserving.told_at(it), days=wiring().office().reservation_days), 422 if wrong else 200


def _waiting_for(db: Session, title_id: int) -> Reservation | None:
    """The reservation of who stands here that waits for a copy of this title."""
    visit = visit_of_session(db)
    it = next((it for it in reserving.of_person(db, visit.person_key) if it.title_id == title_id), None) if visit else None
    return it if reserving.is_of(it, visit) and it.state is ReservationState.WAITING else None


@screens.post("/title/<int:title_id>/give-up")
def give_up(title_id: int) -> ResponseReturnValue:
    """The visitor leaves the queue of this title."""
    def leave(db: Session) -> None:
        visit = visit_of_session(db)
        it = reserving.standing(db, title_id, visit).reservation
        if not reserving.is_of(it, visit):
            raise Refused(t("This reservation was not made in this visit."), t("Ask the officer to cancel it."))
        reserving.cancel(db, it.id, visitor())
    wiring().database.run(leave)
    tell(t("The reservation is cancelled."))
    return go("title", title_id=title_id, **chosen_here(request.args))


def tell_what_lies_ready(db: Session, visit: Visit) -> None:
    """Once after signing in. The title is named to a member with a card only: a name in the guest book anybody can write."""
    ready = [it for it in reserving.of_person(db, visit.person_key) if it.state is ReservationState.READY]
    if not ready:
        return
    until, next_step = language.long_date(ready[0].keep_until), t("Ask for it at the officer’s desk.")
    if visit.member_id:
        tell(t("“%(title)s” lies ready for you until %(day)s."), next_step, title=ready[0].title.title, day=until)
    else:
        tell(t("A copy that you reserved lies ready for you until %(day)s."), next_step, day=until)
