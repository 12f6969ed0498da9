"""One product: where it stands, what is known of it, its trail, and the forms of the steps that are this person's now."""

from collections.abc import Callable
from typing import Any

from flask import abort, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from foundation.errors import Refused
from foundation.people import Actor
from foundation.text import t
from scanner.legal import particulars
from scanner.legal.particulars import RELATIONS
from scanner.legal.products import LEGAL
from scanner.procedure import board, dossier, procedure, verification
from scanner.publishing import delivery
from webui.routes.procedure.frame import do, page, screens
from webui.wiring import wiring

Form = MultiDict[str, str]


def _relate(db: Any, product_id: int, form: Form, by: Actor) -> None:
    """What was written may be one of our products: then it is chosen first, or kept as text."""
    other, chosen = form.get("other", ""), form.get("other_id", "")
    if not chosen and any(found.id != product_id for found in board.find(db, other)):
        raise Refused(t("Which product is meant?"), t("Choose one of those found, or keep it as you wrote it."),
                      fields={"other": t("Choose which one is meant.")})
    particulars.relate(db, product_id, form.get("relation", ""), form.get("other_id", 0, int) or None, other, by)


# By the last part of the address, what a person does to a product with what a form says.
DEEDS: dict[str, Callable[[Any, int, Form, Actor], Any]] = {
    "disposition": lambda db, product, form, by: procedure.dispose(
        db, product, form.get("urgency", ""), form.getlist("instructions"), form.get("forwarded_to", ""), form.get("due_on", ""),
        form.get("note", ""), by),
    "allow": lambda db, product, form, by: procedure.allow(db, product, form.get("note", ""), by, form.get("override", "")),
    "verify-copy": lambda db, product, form, by: procedure.verify_copy(
        db, product, form.getlist("confirmed"), form.get("location", ""), form.get("note", ""), by),
    "hand-in": lambda db, product, form, by: procedure.hand_in(db, product, form.get("document_id", 0, int), by),
    "keep-original": lambda db, product, form, by: procedure.keep_original(db, product, form.get("document_id", 0, int), by),
    "send-back": lambda db, product, form, by: procedure.send_back(
        db, product, form.get("to", ""), form.get("reason", ""), form.get("text", ""), by),
    "resubmit": lambda db, product, form, by: procedure.resubmit(db, product, form, form.get("note", ""), "new_paper" in form, by),
    "new-copy": lambda db, product, form, by: procedure.new_copy(db, product, form.get("note", ""), by),
    "withdraw": lambda db, product, form, by: procedure.withdraw(db, product, form.get("text", ""), by),
    "publish-again": lambda db, product, form, by: procedure.publish_again(db, product, form.get("text", ""), by),
    "cancel": lambda db, product, form, by: procedure.cancel(db, product, form.get("text", ""), by),
    "claim": lambda db, product, form, by: procedure.claim(db, product, by),
    "release": lambda db, product, form, by: procedure.release(db, product, by),
    "correct": lambda db, product, form, by: particulars.correct(db, product, form, by),
    "relate": _relate,
    "unrelate": lambda db, product, form, by: particulars.unrelate(db, form.get("relation_id", 0, int), by),
}


@screens.get("/<int:product_id>")
def product(product_id: int) -> ResponseReturnValue:
    return _product(product_id)


@screens.post("/<int:product_id>/<deed>")
def act(product_id: int, deed: str) -> ResponseReturnValue:
    """Do it, and say so; what is refused is said in its form, which keeps what was typed."""
    work, form = DEEDS.get(deed) or abort(404), request.form
    try:
        do(lambda db: work(db, product_id, form, g.actor))
    except Refused as refusal:
        if refusal.status in (403, 404):
            raise
        return _product(product_id, refusal, deed)
    return redirect(url_for(".product", product_id=product_id, done=deed), 303)


def _product(product_id: int, refusal: Refused | None = None, tried: str = "") -> ResponseReturnValue:
    form = request.form
    with wiring().database.reading() as db:
        found = dossier.of_product(db, product_id) or abort(404)
        turns = found.turns(g.actor)
        named = [each for each in board.find(db, form.get("other", "")) if each.id != product_id] if tried == "relate" else []
        return page("procedure/product.html", refusal, form.to_dict(), tried=tried, chosen=form.getlist, look=found, turns=turns,
                    targets=procedure.targets(found.product, g.actor.roles), loose=dossier.loose_documents(db) if "scan" in turns else (),
                    copy_claims=verification.COPY_CLAIMS, relations=RELATIONS, relates=particulars.may_relate(found.product, g.actor),
                    legal=LEGAL in g.actor.roles,
                    candidates=named,
                    step_names=dossier.STEP_NAMES, field_names=particulars.FIELDS, publication_names=dossier.PUBLICATION_NAMES,
                    publisher_names=delivery.NAMES)
