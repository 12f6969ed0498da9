"""The publication procedure: each function is one thing that a person does to a product, inside the caller's transaction."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from foundation.audit import record
from foundation.clock import now
from foundation.errors import Refused
from foundation.jobs import enqueue
from foundation.people import PROGRAM, SYSTEM, Actor, Role
from foundation.text import clean, t
from scanner.documents.records import Document, DocumentState
from scanner.legal import particulars
from scanner.legal.days import A_DATE, read_day
from scanner.legal.products import LEGAL, PRODUCT_WORKFLOW, SEND_BACK, STAGES, UNIT, Product, ProductState, ProductStep, S
from scanner.legal.publications import Publishing
from scanner.pages.batches import Page, Run
from scanner.procedure import agenda, verification
from scanner.procedure.agenda import AgendaEntry, Disposition, Instruction, Urgency

REASONS = {
    "pages": t("Pages are missing"), "quality": t("Blurred or crooked"), "copy stamp": t("The copy stamp is missing"),
    "seal": t("The office seal is missing"), "number": t("Number or date differs"), "annex": t("An annex is missing"),
    "version": t("Not the final version"), "personal data": t("Contains personal data"), "other": t("Something else"),
}
SAME_WORK = {"resubmit": "submit", "new file": "scan"}  # what counts as which step for four eyes
OVERRIDERS = {Role.HEAD_OF_DIVISION}                    # who may let one person do two steps, with a reason


def find(session: Session, product_id: int) -> Product:
    """The product, held until the transaction ends. Raises Refused where there is none."""
    product = session.get(Product, product_id, with_for_update=True)
    if product is None:
        raise Refused(t("There is no such product."), t("Look for it on the board."), status=404)
    return product


def took(session: Session, product: Product) -> dict[str, Collection[int]]:
    """By step, the people who did its work the last time."""
    return who_took(_steps(session, product))


def who_took(steps: Iterable[ProductStep]) -> dict[str, Collection[int]]:
    """The same, of a product's steps in their order."""
    return {SAME_WORK.get(step.step, step.step): step.people for step in steps}


def _steps(session: Session, product: Product) -> Sequence[ProductStep]:
    return session.scalars(sa.select(ProductStep).where(ProductStep.product_id == product.id).order_by(ProductStep.id)).all()


def _take(session: Session, product: Product, name: str, by: Actor, *, to: ProductState | None = None, people: Iterable[int] = (),
          reason: str = "", text: str = "", override: str = "", **details: Any) -> ProductStep:
    """Take a step with the product: its state, its trail, and whose it is now. `override`: why one person may do two steps."""
    if product.claimed_by_id not in (None, by.person_id) and SYSTEM not in by.roles:
        raise Refused(t("%(person)s has this product in hand since %(time)s."), t("Ask them to give it back, or take another one."),
                      person=product.claimed_by, time=product.claimed_at)
    before, who, past = product.state, {by.person_id}, took(session, product)
    worked = {*people, *who, *past.get(SAME_WORK.get(name, ""), ())} - {None}  # who goes on with others' work does not undo theirs
    if override and by.roles & OVERRIDERS:
        details |= {"override": override}
        record(session, by, "four eyes overridden", product, step=name, reason=override)
        past = {}
    answered = session.get(ProductStep, product.sent_back_id) if product.sent_back_id else None
    if answered and to is None and name != SEND_BACK:
        to = _back_to(product, name, answered)
    product.take(name, by, to=to, who=who, took=past)
    product.claimed_by_id, product.claimed_by, product.claimed_at, product.ticks = None, "", None, {}
    if answered and product.state is answered.from_state:
        product.claimed_by_id, product.claimed_by, product.claimed_at = answered.person_id, answered.by, now()
        product.sent_back_id = None
    taken = ProductStep(product=product, step=name, from_state=before, to_state=product.state, by=by.name, person_id=by.person_id,
                        people=sorted(worked), reason=reason, text=text, details=details)
    session.add(taken)
    record(session, by, f"product: {name}", product, state=product.state, **({"reason": reason} if reason else {}))
    session.flush()
    return taken


def _back_to(product: Product, name: str, answered: ProductStep) -> ProductState | None:
    """Where step `name` leads when it answers a step that sent the product back: to who sent it, where the table lets it."""
    wanted = answered.from_state
    if wanted in (S.SCANNED, S.COMPLETE) and product.document_id is None:
        return None  # another paper came: it is scanned first
    lines = (step for step in PRODUCT_WORKFLOW.steps if step.name == name and product.state in step.from_)
    return wanted if any(wanted in step.or_to for step in lines) else None


def submit(session: Session, said: Mapping[str, str], memo_number: str, memo_date: str, unit: str, by: Actor,
           product_id: int | None = None, received: bool = False, remark: str = "") -> AgendaEntry:
    """Step 1: a unit proposes a product for publication, with its nota dinas; it gets the next number of the agenda book.

    `said`: as in particulars.checked; `product_id`: one that was entered before; `received`: the signed original is handed in;
    `remark`: what else the agenda book says, such as what it amends.
    Raises Refused with every field that is wrong; `product` in its details is one that is there already.
    """
    by.must_be(UNIT)
    product = find(session, product_id) if product_id else None
    wrong, values, there = {}, {}, {}
    try:
        values = particulars.checked({"type": "", "number": "", "year": "", "title": "", **said})
        particulars.must_be_new(session, values, product)
    except Refused as refusal:
        wrong, there = dict(refusal.fields), refusal.details
    memo, unit, on = clean(memo_number, 120), clean(unit, 120), None
    try:
        on = read_day(memo_date)
    except ValueError:
        wrong["memo_date"] = A_DATE
    if not memo:
        wrong["memo_number"] = t("Write the number of the nota dinas.")
    if on is None:
        wrong.setdefault("memo_date", t("Write the date of the nota dinas."))
    if not unit:
        wrong["unit"] = t("Write which unit proposes it.")
    if wrong:
        raise Refused(t("The product cannot be submitted like this."), t("Correct the marked fields."), fields=wrong, **there)
    if product is None:
        product = Product(**values, made_by=by.name)
        session.add(product)
    for name, value in {**values, "unit": unit, "proposed_by_id": by.person_id}.items():
        setattr(product, name, value)
    session.flush()
    entry = agenda.enter(session, product, memo, on, by, clean(remark, 400))
    session.flush()
    _take(session, product, "submit", by, agenda=entry.name, received=received)
    return entry


def resubmit(session: Session, product_id: int, said: Mapping[str, str], note: str, new_paper: bool, by: Actor) -> Product:
    """The unit answers what was sent back to it. With `new_paper` the copy is compared once more before it goes on."""
    product = find(session, product_id)
    particulars.change(session, product, said, by)
    answered = session.get(ProductStep, product.sent_back_id) if product.sent_back_id else None
    again = new_paper and answered and STAGES.index(answered.from_state) > STAGES.index(S.ALLOWED)
    _take(session, product, "resubmit", by, to=S.ALLOWED if again else None, text=clean(note, 1000), new_paper=new_paper)
    if again:
        product.document_id = None
    return product


def dispose(session: Session, product_id: int, urgency: str, instructions: Sequence[str], forwarded_to: str, due_on: str, note: str,
            by: Actor) -> Disposition:
    """Step 2: the head of division orders what is to be done, by whom and until when."""
    product, wrong, due = find(session, product_id), {}, None
    if urgency not in set(Urgency):
        wrong["urgency"] = t("Choose one from the list.")
    if not instructions or not set(instructions) <= set(Instruction):
        wrong["instructions"] = t("Choose at least one.")
    if not (forwarded_to := clean(forwarded_to, 200)):
        wrong["forwarded_to"] = t("Write to whom it goes.")
    try:
        due = read_day(due_on)
    except ValueError:
        wrong["due_on"] = A_DATE
    if wrong:
        raise Refused(t("The disposition cannot be given like this."), t("Correct the marked fields."), fields=wrong)
    _take(session, product, "disposition", by, forwarded_to=forwarded_to)
    product.due_on = due
    given = Disposition(product_id=product.id, urgency=Urgency(urgency), instructions=sorted(instructions), forwarded_to=forwarded_to,
                        note=clean(note, 1000), due_on=due, by=by.name)
    session.add(given)
    return given


def allow(session: Session, product_id: int, note: str, by: Actor, override: str = "") -> Product:
    """Step 3: the head of division lets the product be published."""
    product = find(session, product_id)
    _take(session, product, "allow", by, text=clean(note, 1000), override=clean(override, 400))
    return product


def verify_copy(session: Session, product_id: int, confirmed: Collection[str], location: str, note: str, by: Actor) -> Product:
    """Step 4: the head of the legal subdivision has compared the copy with the original. Raises Refused while a claim is open."""
    product = find(session, product_id)
    _all_confirmed(verification.COPY_CLAIMS, confirmed)
    _take(session, product, "verify copy", by, text=clean(note, 1000), confirmed=sorted(confirmed))
    product.location = clean(location, 200) or product.location
    return product


def hand_in(session: Session, product_id: int, document_id: int, by: Actor) -> Product:
    """Step 5: this document is the product's file. It was scanned by whoever asked a scanner for pages of it, or took the file in."""
    product = find(session, product_id)
    document = session.get(Document, document_id)
    if document is None or document.product_id not in (None, product.id):
        raise Refused(t("This document is not of this product."), t("Choose one of its own documents."))
    document.product_id, product.document_id = product.id, document.id
    _take(session, product, "scan", by, people=_scanners(session, document), document=document.id)
    return product


def keep_original(session: Session, product_id: int, document_id: int, by: Actor) -> Product:
    """This document is the scan of the signed original: it is kept with the product, and never published."""
    by.must_be(LEGAL)
    product, document = find(session, product_id), session.get(Document, document_id)
    if document is None or document.product_id not in (None, product.id) or document.id == product.document_id:
        raise Refused(t("This document cannot be the signed original."), t("Choose another document: this one is to be published."))
    document.product_id, product.original_id = product.id, document.id
    record(session, by, "original kept", product, document=document.id)
    return product


def _scanners(session: Session, document: Document) -> set[int]:
    """Who took the file in; or of scanned pages who asked for them, in whichever batch they were scanned before a stack was split."""
    if document.batch_id is None:
        return {document.made_by_id} - {None}
    asked = sa.select(Run.asked_by_id).join(Page, Page.run_id == Run.id).where(Page.batch_id == document.batch_id)
    return set(session.scalars(asked)) - {None}


def scanned(session: Session, document: Document, by: Actor) -> None:
    """A batch was closed: where its product waits for its scan, this is it."""
    if document.product_id is None:
        return
    product = find(session, document.product_id)
    if product.state is S.VERIFIED and LEGAL in by.roles and product.claimed_by_id in (None, by.person_id):
        hand_in(session, product.id, document.id, by)


def file_changed(session: Session, document: Document, by: Actor = PROGRAM) -> None:
    """The document was made anew: a product whose file it is, and was checked, is checked again."""
    product = session.scalar(sa.select(Product).where(Product.document_id == document.id).with_for_update())
    if product and product.state in (S.COMPLETE, S.PUBLISHED) and document.sha256 != product.checked_sha256:
        _take(session, product, "new file", by, people=_scanners(session, document), document=document.id)
        product.checked_sha256 = None
        enqueue(session, Publishing.arrange, product=product.id)


def check(session: Session, product_id: int, confirmed: Collection[str], sha256: str, note: str, by: Actor, override: str = "") -> Product:
    """Step 6: somebody else than who scanned it has confirmed every claim of verification.claims on the file `sha256`; it is to be
    published.

    Raises Refused while the document is being made, when it is another one by now, and while a claim is open.
    """
    product = find(session, product_id)
    claims = verification.claims(checkable(session, product, sha256))
    if product.enacted_on is None:  # the national network asks for it
        raise Refused(t("The date of enactment is not entered yet."), t("Enter it as it stands on the page."), fields={"date": A_DATE})
    _all_confirmed(claims, confirmed)
    _take(session, product, "check", by, text=clean(note, 1000), override=clean(override, 400), confirmed=sorted(confirmed), sha256=sha256)
    product.checked_sha256 = sha256
    enqueue(session, Publishing.arrange, product=product.id)
    return product


def checkable(session: Session, product: Product, sha256: str) -> Document:
    """The product's document, whose file `sha256` a person sees. Raises Refused while it is being made, when it is another one by now,
    and where it has not every page."""
    document = session.get(Document, product.document_id) if product.document_id else None
    if document is None or document.state is not DocumentState.READY:
        raise Refused(t("The document is not ready to be checked."), t("Look at the document: it says what is the matter."))
    if document.sha256 != sha256:
        raise Refused(t("The document was made anew while you looked at it."), t("Look at it again, and confirm what you see."))
    if not document.is_whole:
        raise Refused(t("Pages are missing in the PDF: it cannot be published like this."), t("Send the product back to be scanned again."))
    return document


def _all_confirmed(claims: Sequence[verification.Claim], confirmed: Collection[str]) -> None:
    if open_ := [claim.code for claim in claims if claim.code not in confirmed]:
        raise Refused(t("Not everything is confirmed yet."), t("Confirm each line, or send the product back."),
                      fields=dict.fromkeys(open_, t("This is open.")))


def send_back(session: Session, product_id: int, to: str, reason: str, text: str, by: Actor) -> Product:
    """Send the product to an earlier step, `to` one of the states where that step is to be taken, with a reason of REASONS."""
    product, wrong, text = find(session, product_id), {}, clean(text, 1000)
    if to not in set(ProductState):
        wrong["to"] = t("Choose where it goes.")
    if reason not in REASONS:
        wrong["reason"] = t("Choose a reason.")
    if reason == "other" and not text:
        wrong["text"] = t("Write what is wrong.")
    if wrong:
        raise Refused(t("The product cannot be sent back like this."), t("Correct the marked fields."), fields=wrong)
    step = _take(session, product, SEND_BACK, by, to=ProductState(to), reason=reason, text=text)
    product.sent_back_id, product.checked_sha256 = step.id, None
    enqueue(session, Publishing.arrange, product=product.id)
    return product


def targets(product: Product, roles: Collection[str]) -> list[ProductState]:
    """Where somebody with `roles` may send the product back to, the nearest first."""
    found = {state for step in PRODUCT_WORKFLOW.open(product.state, roles) if step.name == SEND_BACK for state in (step.to, *step.or_to)}
    return sorted(found, key=lambda state: -STAGES.index(state) if state in STAGES else 0)


def new_copy(session: Session, product_id: int, note: str, by: Actor) -> Product:
    """Another paper came in: the head of the legal subdivision compares it again, and it is scanned again."""
    product = find(session, product_id)
    _take(session, product, "new copy", by, text=clean(note, 1000))
    product.document_id, product.checked_sha256, product.sent_back_id = None, None, None
    enqueue(session, Publishing.arrange, product=product.id)
    return product


def withdraw(session: Session, product_id: int, text: str, by: Actor) -> Product:
    """Take a published product off the public page and out of the feed. Raises Refused without a reason."""
    product = find(session, product_id)
    _take(session, product, "withdraw", by, text=_why(text))
    particulars.settle_force(session, product, by)
    enqueue(session, Publishing.arrange, product=product.id)
    return product


def publish_again(session: Session, product_id: int, text: str, by: Actor) -> Product:
    """Let a withdrawn product be published once more, the file that was checked."""
    product = find(session, product_id)
    _take(session, product, "publish again", by, text=_why(text))
    enqueue(session, Publishing.arrange, product=product.id)
    return product


def cancel(session: Session, product_id: int, text: str, by: Actor) -> Product:
    """End a product's way; a unit ends its own only."""
    product = find(session, product_id)
    if Role.HEAD_OF_DIVISION not in by.roles and product.proposed_by_id != by.person_id:
        raise Refused(t("This is not yours to do."), t("Ask somebody who may."), status=403)
    _take(session, product, "cancel", by, text=_why(text))
    enqueue(session, Publishing.arrange, product=product.id)
    return product


def published(session: Session, product_id: int) -> Product:
    """Step 7: it was seen at its public address, and is what was checked."""
    product = find(session, product_id)
    _take(session, product, "publish", PROGRAM, sha256=product.checked_sha256)
    particulars.settle_force(session, product, PROGRAM)
    return product


def _why(text: str) -> str:
    if not (text := clean(text, 1000)):
        raise Refused(t("A reason is asked for."), t("Write why."), fields={"text": t("Write why.")})
    return text


def claim(session: Session, product_id: int, by: Actor) -> Product:
    """Take a product in hand, so that nobody else works on it. Raises Refused where it is in other hands, or nothing is yours to do."""
    product = find(session, product_id)
    if product.claimed_by_id not in (None, by.person_id):
        raise Refused(t("%(person)s has this product in hand since %(time)s."), t("Ask them to give it back, or take another one."),
                      person=product.claimed_by, time=product.claimed_at)
    if not PRODUCT_WORKFLOW.possible(product.state, by.roles):
        raise Refused(t("This is not yours to do."), t("Ask somebody who may."), status=403)
    if product.claimed_by_id is None:
        product.claimed_by_id, product.claimed_by, product.claimed_at = by.person_id, by.name, now()
    return product


def release(session: Session, product_id: int, by: Actor) -> Product:
    """Give a product back to everybody; the heads may give back what others hold."""
    product = find(session, product_id)
    if product.claimed_by_id not in (None, by.person_id):
        by.must_be(Role.HEAD_OF_DIVISION, Role.HEAD_OF_SUBDIVISION)
        record(session, by, "product released", product, held_by=product.claimed_by)
    product.claimed_by_id, product.claimed_by, product.claimed_at = None, "", None
    return product
