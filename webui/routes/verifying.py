"""The verification queue: what waits for its check, and one product with its pages beside the claims that a person confirms."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from flask import Blueprint, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from foundation import clock
from foundation.errors import Refused
from foundation.people import Role
from foundation.text import t
from scanner.legal import products
from scanner.procedure import agenda, board, dossier, procedure, verification_overview, verifying
from webui.access import load_person, requires
from webui.language import say
from webui.routes.scanning.documents import straight_url
from webui.routes.scanning.frame import do
from webui.wiring import wiring

screens = Blueprint("verifying", __name__, url_prefix="/verify-queue")
screens.before_request(load_person)

PAGE = 50  # products on a page of the queue
DONE = {"checked": t("Everything is confirmed; it waits for its upload."), "back": t("Sent back."),
        "released": t("It is free for everybody again."), "corrected": t("Corrected. Confirm the line again."),
        "none": t("Nothing waits that you may check.")}


@screens.before_request
@requires(Role.LEGAL_STAFF)
def legal_staff_only() -> None:
    """Every page here is legal staff's."""


def _page(template: str, refusal: Refused | None = None, **values: Any) -> ResponseReturnValue:
    """The page; after a refused try with the sentence at each field it is about."""
    return render_template(template, done=DONE.get(request.args.get("done", ""), ""), refusal=refusal,
                           errors=refusal.fields if refusal else {}, types=products.TYPE_NAMES, called=_called, is_late=board.is_late,
                           today=clock.today(wiring().office().time_zone), **values), refusal.status if refusal else 200


def _called(product: products.Product) -> str:
    return products.designation(product, say)


@screens.get("")
def queue() -> ResponseReturnValue:
    offset = max(0, request.args.get("from", 0, int))
    with wiring().database.reading() as db:
        return _page("verifying/queue.html", offset=offset, step=PAGE, total=verification_overview.count(db),
                     rows=verification_overview.waiting(db, g.actor, PAGE, offset))


@screens.post("/next")
def take_next() -> ResponseReturnValue:
    return _on("none")


def _on(done: str) -> ResponseReturnValue:
    """To the next product, which opens by itself; to the queue where there is none. There it is said what was `done`."""
    taken = do(lambda db: verifying.take_next(db, g.actor))
    said = None if taken and done == "none" else done
    return redirect(url_for(".product", product_id=taken.id, done=said) if taken else url_for(".queue", done=said), 303)


@screens.get("/<int:product_id>")
def product(product_id: int) -> ResponseReturnValue:
    return _product(product_id)


@screens.get("/<int:product_id>/live")
def live(product_id: int) -> ResponseReturnValue:
    """While the document is being made: nothing, and then the page anew."""
    session.passive = True
    with wiring().database.reading() as db:
        look = verification_overview.look_at(db, product_id, g.actor)
    return ("", 204) if look and look.document.making else ("", 200, {"HX-Refresh": "true"})


def _product(product_id: int, refusal: Refused | None = None, typed: Mapping[str, str] | None = None) -> ResponseReturnValue:
    """`typed`: what stood in the form that was refused."""
    typed = typed or {}
    with wiring().database.reading() as db:
        look = verification_overview.look_at(db, product_id, g.actor)
        if look is None:
            raise refusal or Refused(t("This product does not wait for its check."), t("Look at the queue: it says what waits."))
        wrong = next((each.claim for each in look.claims if each.claim.code == request.args.get("wrong")), None)
        return _page("verifying/product.html", refusal, look=look, typed=typed, wrong=wrong, picture=straight_url,
                     moment_of=datetime.fromisoformat, day=date.fromisoformat,
                     may_override=bool(g.actor.roles & procedure.OVERRIDERS), reasons=procedure.REASONS,
                     reason=typed.get("reason", wrong.reason if wrong else ""), target=verifying.target, state_names=board.STATE_NAMES,
                     targets=procedure.targets(look.waiting.product, g.actor.roles), step_names=dossier.STEP_NAMES,
                     urgencies=agenda.URGENCIES)


def _try(product_id: int, work: Callable[[Any], Any]) -> ResponseReturnValue | None:
    """Do it; where that is refused, the product's page that says so and keeps what was typed."""
    try:
        do(work)
    except Refused as refusal:
        return _product(product_id, refusal, request.form)
    return None


@screens.post("/<int:product_id>/take")
def take(product_id: int) -> ResponseReturnValue:
    return _try(product_id, lambda db: verifying.take(db, product_id, g.actor)) or redirect(url_for(".product", product_id=product_id), 303)


@screens.post("/<int:product_id>/release")
def release(product_id: int) -> ResponseReturnValue:
    return (_try(product_id, lambda db: procedure.release(db, product_id, g.actor))
            or redirect(url_for(".queue", done="released"), 303))


@screens.post("/<int:product_id>/tick")
def tick(product_id: int) -> ResponseReturnValue:
    """One claim: it is so (`so`), or that is taken back."""
    form, code = request.form, request.form.get("claim", "")
    do(lambda db: verifying.tick(db, product_id, code, bool(form.get("so")), form.get("sha256", ""), g.actor))
    return redirect(url_for(".product", product_id=product_id, _anchor=f"claim-{code.replace(' ', '-')}"), 303)


@screens.post("/<int:product_id>/correct")
def correct(product_id: int) -> ResponseReturnValue:
    form = request.form
    answer = _try(product_id, lambda db: verifying.correct(db, product_id, form, form.get("sha256", ""), g.actor))
    return answer or redirect(url_for(".product", product_id=product_id, done="corrected", _anchor=f"claim-{form.get('claim', '')}"), 303)


@screens.post("/<int:product_id>/check")
def check(product_id: int) -> ResponseReturnValue:
    form = request.form
    return _try(product_id, lambda db: verifying.finish(db, product_id, form.get("sha256", ""), form.get("note", ""), g.actor,
                                                        form.get("override", ""))) or _on("checked")


@screens.post("/<int:product_id>/send-back")
def send_back(product_id: int) -> ResponseReturnValue:
    form = request.form
    return _try(product_id, lambda db: procedure.send_back(db, product_id, form.get("to", ""), form.get("reason", ""), form.get("text", ""),
                                                           g.actor)) or _on("back")
