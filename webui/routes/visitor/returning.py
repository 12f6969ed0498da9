"""Bringing back: a slip or a copy's label, scanned on any screen, read by the camera or typed by hand."""

from datetime import date

from flask import g, render_template, request, session
from flask.typing import ResponseReturnValue

from foundation.database import Session
from foundation.errors import Refused
from foundation.stations import printer_station
from foundation.text import t
from kiosk.borrowing import lending, renewing, reserving
from kiosk.counter import slips
from kiosk.guests import membership
from kiosk.ledger.loans import OUT, Loan
from printer.codes import Wrong, WrongCode
from printer.decoding import decode
from webui.access import limiter, visitor
from webui.routes.visitor.guestbook import greet
from webui.routes.visitor.kiosk import begin, go, is_part, screens
from webui.wiring import wiring


@screens.get("/return")
def bring_back() -> ResponseReturnValue:
    """First the slip, then its copies; its part follows what the officer takes."""
    session.passive = is_part()
    returning = session.get("returning")
    with wiring().database.reading() as db:
        loan = lending.find_loan(db, returning["loan_id"]) if returning else None
        awaited = reserving.held(db, [item.copy_id for item in loan.items if item.outcome]) if loan else {}
        blocked = membership.blocked_until(db, loan.id) if loan else None
    if loan is None:
        return _first_screen()
    shown = [item for item in loan.items if returning["whole"] or item.id in returning["items"]]
    return render_template("visitor/_returning.html" if is_part() else "visitor/returning.html", loan=loan, shown=shown,
                           scanned=returning["items"], whole=returning["whole"], ticked=request.args.getlist("items", int),
                           awaited=awaited, blocked=blocked, may_renew=returning["whole"] and loan.state in OUT)


def _first_screen(**values: object) -> str:
    begin()
    g.camera = True
    return render_template("visitor/return.html", **values)


@screens.post("/scan")
def scan() -> ResponseReturnValue:
    """What a scanner, the camera or a finger wrote; what was typed and opens nothing stays, and the screen says what is wrong with it."""
    text = request.form.get("code", "")[:200]
    try:
        return _open(text)
    except Refused as refusal:
        if "typed" not in request.form:
            raise
        return _first_screen(typed=text, refusal=refusal), refusal.status


def _open(text: str) -> ResponseReturnValue:
    """A slip opens its return, a copy's label ticks it there or shows its title, a member's card signs the guest book."""
    if slips.may_be_number(text):
        with limiter.limit("10 per minute"):  # slip numbers are short: guessing must be slow
            found = _identify(text)
    else:
        found = _identify(text)
    if found.member:
        return greet(found.member)
    if found.copy is None:
        session["returning"] = {"loan_id": found.loan.id, "items": [], "whole": True}
        return go("bring_back")
    is_out = found.loan is not None and found.loan.state in OUT
    on_return_screen = request.form.get("on") == "return"
    if is_out and (on_return_screen or _is_being_returned(found.loan)):
        _tick(found.loan, found.copy.id)
        return go("bring_back")
    if on_return_screen:
        raise Refused(t("Copy %(code)s is not on loan."), t("Put it on the officer’s desk."), code=found.copy.code)
    return go("title", title_id=found.copy.title_id)


@screens.post("/look-closer")
@limiter.limit("60 per minute")
def look_closer() -> ResponseReturnValue:
    """A picture from the kiosk's camera on which its own reader found nothing: the code on it as plain text, or nothing.

    Many a pale or crumpled slip is read here; the picture is looked at and forgotten.
    """
    session.passive = True
    picture = request.files.get("picture")
    return (decode(picture.stream) if picture else None) or ("", 204)


def _identify(text: str) -> slips.Found:
    try:
        with wiring().database.reading() as db:
            return slips.identify(db, wiring().keys, text)
    except WrongCode as wrong:
        if wrong.kind is Wrong.FORGED:
            wiring().database.run(lambda db: slips.note_forgery(db, visitor()))
        raise


def _is_being_returned(loan: Loan) -> bool:
    return session.get("returning", {}).get("loan_id") == loan.id


def _tick(loan: Loan, copy_id: int) -> None:
    """This very copy is at the kiosk. Where the kiosk serves by itself, its label is enough to take it back."""
    item = next(item for item in loan.open_items if item.copy_id == copy_id)
    if wiring().office().self_service:
        by = lending.self_service_actor(visitor())
        wiring().database.run(lambda db: lending.return_items(db, loan.id, [item.id], by))
    before = session["returning"] if _is_being_returned(loan) else {"loan_id": loan.id, "items": [], "whole": False}
    session["returning"] = {**before, "items": sorted({*before["items"], item.id})}


@screens.post("/return/announce")
def announce() -> ResponseReturnValue:
    """The ticked copies lie on the desk: the officer takes them. A slip alone never completes a return."""
    returning = session.get("returning")
    if returning is None:
        return go("bring_back")
    chosen = [int(i) for i in request.form.getlist("items") if i.isascii() and i.isdigit() and len(i) < 12]

    def say_so(db: Session) -> None:
        lending.announce_return(db, returning["loan_id"], chosen, visitor())
    wiring().database.run(say_so)
    return go("bring_back")


@screens.post("/return/other")
def other() -> ResponseReturnValue:
    """Another slip: the one before is put aside."""
    session.pop("returning", None)
    return go("bring_back")


@screens.get("/renew")
def look_at_renewal() -> ResponseReturnValue:
    """Until when the loan of the slip may be kept, or why not; after it was renewed, the new date."""
    returning = session.get("returning", {})
    if not returning.get("whole"):
        return go("bring_back")
    with wiring().database.reading() as db:
        loan = lending.the_loan(db, returning["loan_id"])
        return render_template("visitor/renew.html", loan=loan, offer=renewing.offer(db, loan), renewed=returning.get("renewed"),
                               prints=printer_station(db, g.station.id) is not None)


@screens.post("/renew")
def renew() -> ResponseReturnValue:
    """One tap keeps the loan longer; a new slip comes with it where it is wanted, once."""
    returning = session.get("returning", {})
    if not returning.get("whole"):
        return go("bring_back")
    with_slip = "slip" in request.form
    try:
        was = date.fromisoformat(request.form.get("was", ""))
    except ValueError:
        return go("look_at_renewal")

    def keep_longer(db: Session) -> None:
        loan, fresh = renewing.renew(db, returning["loan_id"], was, visitor())
        if fresh and with_slip:
            slips.queue_next(db, loan, wiring().keys)
    wiring().database.run(keep_longer)
    session["returning"] = {**returning, "renewed": "slip" if with_slip else "yes"}
    return go("look_at_renewal")
