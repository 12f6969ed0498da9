"""What all pages of the desk share: who may open them, where an act leads back to, and what is then said."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from foundation.clock import now
from foundation.people import Role
from foundation.text import t
from kiosk.counter import slips
from kiosk.ledger.loans import Loan
from webui.access import load_person, requires
from webui.wiring import wiring

screens = Blueprint("desk", __name__, url_prefix="/desk")
screens.before_request(load_person)

DONE = {
    "title added": t("The title is in the catalogue. Add its copies now."), "copies added": t("The copies are added; print their labels."),
    "withdrawn": t("Withdrawn: it is kept here, and found no more at the kiosk."), "merged": t("The two titles are one now."),
    "stock closed": t("The stock-take is closed; what was not seen is marked as missing."),
    "attached": t("The digital copy can be read at the kiosk now."), "detached": t("The digital copy is taken away."),
    "admitted": t("Let in."), "left": t("Marked as gone."), "answered": t("The call for help is answered."),
    "handed over": t("Handed over; the slip is on its way to the printer."),
    "no printer": t("Handed over. No station has a printer, so there is no paper slip: the e-slip is good."),
    "returned": t("Taken back."), "cancelled": t("The request is cancelled; its copies are free again."),
    "reprinted": t("One more slip is on its way, marked as a copy."), "shelved": t("Back on its shelf."), "noted": t("Noted."),
    "printing": t("The paper is on its way to the printer."),
    "renewed": t("Renewed."), "lost": t("Noted as lost; the copy counts as missing."),
    "turned up": t("It can be borrowed again: put it on its shelf."), "turned up, held": t("It is reserved: put it on the hold shelf."),
    "returned, held": t("Taken back. It is reserved: put it on the hold shelf."), "reserved": t("Reserved."),
    "reservation cancelled": t("The reservation is cancelled."),
    "not there": t("The copy counts as missing; its person is first in the queue again."),
    "written": t("Written to; who cannot be reached is marked in the list."),
    "again": t("It is being tried again."), "signed": t("Written into the guest book."),
    "joined": t("The member is entered; the card can be printed now."), "saved": t("Saved."),
    "asked": t("The wish is noted, with the time until which it is due."),
    "data answered": t("Noted: the person was answered."), "erased": t("The person is forgotten; the numbers stay."),
    "membership renewed": t("The membership goes on."), "membership ended": t("The membership has ended; its card opens nothing any more."),
    "card replaced": t("The old card opens nothing any more; print the new one."), "blocked": t("Nothing is lent until this block ends."),
    "lifted": t("The block is lifted."), "recounted": t("The head count is corrected."),
    "reachable": t("Noted: the message about the reservation goes there."),
    "recognised": t("The visit is the member’s now."), "dropped": t("Nothing was imported.")}
LONGEST_CODE = 200


@screens.before_request
@requires(Role.OFFICER, Role.ADMIN)
def officers_only() -> None:
    """Every page here is the officer's."""


def do(work: Callable[[Any], Any]) -> Any:
    """What `work` answers, done in one transaction of its own; done again when another one won a race."""
    return wiring().database.run(work)


def go(endpoint: str, done: str, **values: Any) -> ResponseReturnValue:
    return redirect(url_for(endpoint, done=done, **values), 303)


def go_back(loan_id: int, done: str) -> ResponseReturnValue:
    """To the page on which the officer acted: the loan's own or the live one."""
    return go(".loan", done, loan_id=loan_id) if request.form.get("at") == "loan" else go(".today", done)


def page(template: str, **values: Any) -> str:
    return render_template(template, done=DONE.get(request.args.get("done", ""), ""), number=number_of, now=now(), **values)


def number_of(loan: Loan) -> str:
    """How a loan is called: by its slip's number, before the hand-over by its call sign."""
    return slips.slip_number(loan, wiring().keys) or loan.call_sign
