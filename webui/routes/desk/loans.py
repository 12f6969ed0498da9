"""Loans at the desk: found, handed over, taken back, printed once more; and whatever the scanner reads."""

from datetime import date
from typing import Any

from flask import abort, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from foundation import auditing
from foundation.clock import today
from foundation.errors import Refused
from foundation.office import office
from foundation.text import translator
from kiosk.borrowing import lending, notifying, renewing, reserving, rules
from kiosk.counter import finding, papers, slips
from kiosk.guests import membership
from kiosk.ledger.collection import Copy
from kiosk.ledger.loans import LOAN_WORKFLOW, OUT, Loan, Outcome
from printer import qr
from printer.codes import Wrong, WrongCode, is_card
from scanner.procedure import board
from webui import language
from webui.forms import row_id
from webui.routes.desk.frame import LONGEST_CODE, do, go, go_back, page, screens
from webui.wiring import wiring

SHOWN = ("open", "overdue", "requested", "returned", "all")


@screens.get("/loans")
def loans() -> ResponseReturnValue:
    show, words = request.args.get("show", "open"), request.args.get("q", "")
    if show not in SHOWN:
        abort(404)
    with wiring().database.reading() as db:
        return page("desk/loans.html", show=show, words=words, loans=finding.find_loans(db, show, words),
                    late=finding.lateness(db))


@screens.get("/loan/<int:loan_id>")
def loan(loan_id: int) -> ResponseReturnValue:
    return _loan(loan_id)


def _loan(loan_id: int, refusal: Refused | None = None) -> ResponseReturnValue:
    with wiring().database.reading() as db:
        found = lending.find_loan(db, loan_id) or abort(404)
        return page("desk/loan.html", loan=found, qr=qr.svg(slips.slip_code(found, wiring().keys)),
                    steps=LOAN_WORKFLOW.possible(found.state, g.actor.roles), out=found.state in OUT, late=finding.lateness(db),
                    trail=auditing.of(db, f"loan:{loan_id}"), papers=finding.slips_of(db, loan_id),
                    returned=papers.return_key(found), scanned=request.args.get("copy"), refusal=refusal,
                    offer=renewing.offer(db, found), blocked=membership.blocked_until(db, loan_id),
                    told=notifying.about(db, f"loan:{loan_id}"),
                    held=reserving.held(db, [item.copy_id for item in found.items if item.outcome is Outcome.RETURNED]),
                    terms=[rules.in_words(rule, translator(language.current())) for rule in _rules(found)]
                    ), refusal.status if refusal else 200


def _rules(loan: Loan) -> list[dict]:
    """The different rules that allowed this loan, each once."""
    return list({rule["id"]: rule for rule in loan.rules.get("items", {}).values()}.values())


@screens.post("/loan/<int:loan_id>/hand-over")
def hand_over(loan_id: int) -> ResponseReturnValue:
    def work(db: Any) -> bool:
        loan = lending.hand_over(db, loan_id, g.actor)
        return slips.queue_slip(db, loan, wiring().keys) is not None
    return go_back(loan_id, "handed over" if do(work) else "no printer")


@screens.post("/loan/<int:loan_id>/cancel")
def cancel(loan_id: int) -> ResponseReturnValue:
    do(lambda db: lending.cancel(db, loan_id, g.actor))
    return go(".loan", "cancelled", loan_id=loan_id)


@screens.post("/loan/<int:loan_id>/return")
def take_back(loan_id: int) -> ResponseReturnValue:
    items, condition = request.form.getlist("item", row_id), request.form.get("condition", "")

    def work(db: Any) -> str:
        loan = lending.return_items(db, loan_id, items, g.actor, condition, to_repair="repair" in request.form)
        back = [item.copy_id for item in loan.items if item.id in items]
        return "returned, held" if reserving.held(db, back) else "returned"
    done = do(work)
    return go(".holds", done) if done == "returned, held" and request.form.get("at") != "loan" else go_back(loan_id, done)


@screens.post("/loan/<int:loan_id>/lost")
def declare_lost(loan_id: int) -> ResponseReturnValue:
    """The ticked copies will not come back."""
    do(lambda db: lending.declare_lost(db, loan_id, request.form.getlist("item", row_id), request.form.get("condition", ""), g.actor))
    return go(".loan", "lost", loan_id=loan_id)


@screens.post("/loan/<int:loan_id>/renew")
def renew(loan_id: int) -> ResponseReturnValue:
    """Kept longer, from the due date that the page showed; the new slip comes once, whoever taps twice."""
    try:
        was = date.fromisoformat(request.form.get("was", ""))
    except ValueError:
        abort(400)

    def work(db: Any) -> str:
        loan, fresh = renewing.renew(db, loan_id, was, g.actor)
        if fresh and "slip" in request.form:
            slips.queue_next(db, loan, wiring().keys)
        return "renewed"
    try:
        return go(".loan", do(work), loan_id=loan_id)
    except Refused as refusal:
        return _loan(loan_id, refusal)


@screens.post("/copy/<int:copy_id>/turned-up")
def turned_up(copy_id: int) -> ResponseReturnValue:
    """A copy that was missing is in the officer's hand."""
    def work(db: Any) -> str:
        lending.turned_up(db, copy_id, g.actor)
        return "turned up, held" if reserving.held(db, [copy_id]) else "turned up"
    return go(".copy", do(work), copy_id=copy_id)


@screens.get("/copy/<int:copy_id>")
def copy(copy_id: int) -> ResponseReturnValue:
    with wiring().database.reading() as db:
        found = db.get(Copy, copy_id) or abort(404)
        return page("desk/copy.html", copy=found, loan=lending.find_by_copy(db, found.code)[1],
                    held=reserving.held(db, [copy_id]).get(copy_id), late=finding.lateness(db),
                    reading=finding.readings_of(db, [copy_id]).get(copy_id), past=finding.past_loans(db, copy_id))


@screens.get("/scan")
def scan() -> ResponseReturnValue:
    """Whatever the scanner read, at any moment: a slip opens its loan, a copy's label the loan it is out on, or the copy, a card its
    member; a folder of the other procedure its product."""
    code = request.args.get("code", "")[:LONGEST_CODE]
    if board.is_folder(code):
        return redirect(url_for("procedure.scan", code=code), 303)
    try:
        with wiring().database.reading() as db:
            return _open(finding.open_code(db, wiring().keys, code))
    except WrongCode as wrong:
        if wrong.kind is Wrong.FORGED:
            do(lambda db: slips.note_forgery(db, g.actor))
        raise


def _open(found: slips.Found) -> ResponseReturnValue:
    if found.member:
        return redirect(url_for(".member", member_id=found.member.id), 303)
    if found.loan:
        return redirect(url_for(".loan", loan_id=found.loan.id, copy=found.copy and found.copy.code), 303)
    return redirect(url_for(".copy", copy_id=found.copy.id), 303)  # type: ignore[union-attr]


@screens.get("/find")
def find() -> ResponseReturnValue:
    """The one search field: a code opens what it is the code of, words find guests and loans."""
    words = request.args.get("q", "")[:LONGEST_CODE]
    with wiring().database.reading() as db:
        try:
            if words.strip():
                return _open(finding.open_code(db, wiring().keys, words))
        except Refused:
            if is_card(words):
                raise  # a card that opens nothing says why
        return page("desk/find.html", words=words, late=finding.lateness(db), guests=finding.find_guests(db, words, 20),
                    members=membership.find_members(db, words, "all", today(office(db).time_zone), 20) if words.strip() else [],
                    loans=finding.find_loans(db, "all", words, 20) if words.strip() else [])
