"""What all pages of the procedure share: who may open them, how an act is done, and what is then said."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from foundation import clock
from foundation.errors import Refused
from foundation.text import t
from scanner.legal import particulars, products
from scanner.procedure import agenda, board, procedure
from webui.access import load_person, requires
from webui.language import say
from webui.wiring import wiring

screens = Blueprint("procedure", __name__, url_prefix="/products")
screens.before_request(load_person)

DONE = {
    "submitted": t("Submitted; it has its agenda number."), "disposition": t("The disposition is given."),
    "allow": t("Approved: it may be published."), "verify-copy": t("The copy is confirmed; it can be scanned."),
    "hand-in": t("The scan is handed in; somebody else checks it."), "send-back": t("Sent back."),
    "resubmit": t("Submitted again; it goes to who sent it back."), "new-copy": t("It is compared and scanned again."),
    "withdraw": t("Withdrawn: it is taken off the public page."), "publish-again": t("It is published again."),
    "cancel": t("Cancelled."), "claim": t("It is in your hands now."), "release": t("It is free for everybody again."),
    "correct": t("Corrected."), "relate": t("The relation is entered."), "unrelate": t("The relation is taken back."),
    "keep-original": t("Kept as the signed original."), "printing": t("The paper is on its way to the printer."),
}


@screens.before_request
@requires(*board.FOLLOWS)
def who_follows_it() -> None:
    """Every page here is for the people of the procedure, and what each may do is their step's to say."""


def do(work: Callable[[Any], Any]) -> Any:
    """What `work` answers, done in one transaction of its own; done again when another one won a race."""
    return wiring().database.run(work)


def today() -> date:
    """The day at the office."""
    return clock.today(wiring().office().time_zone)


def called(product: products.Product) -> str:
    return products.designation(product, say)


def page(template: str, refusal: Refused | None = None, typed: Mapping[str, Any] | None = None, **values: Any) -> ResponseReturnValue:
    """The page; after a refused try with what was `typed`, and the sentence at each field it is about."""
    return render_template(template, done=DONE.get(request.args.get("done", ""), ""), refusal=refusal, typed=typed or {},
                           errors=refusal.fields if refusal else {}, types=products.TYPE_NAMES, called=called, today=today(),
                           stages=board.STAGES, state_names=board.STATE_NAMES, stage_of=board.stage_of, is_late=board.is_late,
                           reasons=procedure.REASONS, urgencies=agenda.URGENCIES, instructions=agenda.INSTRUCTIONS,
                           fields_of_law=particulars.FIELDS_OF_LAW, **values), refusal.status if refusal else 200
