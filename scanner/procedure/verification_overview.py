"""What the verification queue shows: the products that wait for their check, and one with its claims beside what was read of each."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from foundation.people import Actor
from scanner.documents import document_overview
from scanner.documents.document_overview import DocumentLook
from scanner.documents.records import Document, DocumentState
from scanner.legal import particulars
from scanner.legal.products import PRODUCT_WORKFLOW, SEND_BACK, Product, ProductStep, S
from scanner.procedure import agenda, procedure, verification
from scanner.procedure.agenda import AgendaEntry, Disposition
from scanner.procedure.verification import Claim

CHECK = next(step for step in PRODUCT_WORKFLOW.steps if step.name == "check")
READ_AS = {"enacted_on": "date"}  # what a document calls a field of the product, where it calls it otherwise
ONE_LOOK = 0.15  # of a page's height
_NO_WORD = re.compile(r"[\W_]+")


@dataclass(frozen=True)
class Waiting:
    """A product in the queue, as one person sees it. `barred`: four eyes ask for somebody else; `mine`: they have it in hand."""

    product: Product
    document: Document | None
    scanned_by: str
    barred: bool
    mine: bool

    @property
    def ready(self) -> bool:
        return self.document is not None and self.document.state is DocumentState.READY

    @property
    def offered(self) -> bool:
        return self.ready and not self.barred and (self.mine or self.product.claimed_by_id is None)


@dataclass(frozen=True)
class FieldLook:
    """A field of the product beside what stands on the page: `read` is the reader's suggestion, `sworn` what a person confirmed of the
    document; `differs` where the one that counts says something else."""

    name: str
    label: str
    value: Any
    read: dict | None
    sworn: dict | None
    differs: bool

    @property
    def on_page(self) -> str:
        """What stands on the page, as far as it is known."""
        return self.sworn["value"] if self.sworn else self.read["value"] if self.read else ""


@dataclass(frozen=True)
class ClaimLook:
    claim: Claim
    fields: list[FieldLook]
    remarks: list[dict]
    confirmed: bool

    @property
    def stands_out(self) -> bool:
        """Whether something speaks against it."""
        return any(field.differs for field in self.fields) or any(remark["severity"] != "note" for remark in self.remarks)

    @property
    def place(self) -> dict | None:
        """Where on its first page it was read: all of its fields, as far as one look takes in what lies between them."""
        found = [field.read for field in self.fields if field.read and all(field.read["box"][2:])]
        if not found:
            return next((field.read for field in self.fields if field.read), None)
        first, page = found[0], [place for place in found if place["page"] == found[0]["page"]]
        left, top = (min(place["box"][side] for place in page) for side in (0, 1))
        right, bottom = (max(place["box"][side] + place["box"][side + 2] for place in page) for side in (0, 1))
        if bottom - top > first["size"][1] * ONE_LOOK:
            return first
        raw = " · ".join(dict.fromkeys(place["raw"] for place in page))
        return {**first, "box": [left, top, right - left, bottom - top], "raw": raw}

    @property
    def page(self) -> int | None:
        """The page where a person looks first."""
        return self.place["page"] if self.place else next((number for remark in self.remarks for number in remark["pages"]), None)


@dataclass(frozen=True)
class VerificationLook:
    """One product with everything that its check needs; `others` are the remarks that speak against no single claim, `returns` the step
    that sent it back last, with those that answered it."""

    waiting: Waiting
    document: DocumentLook
    claims: list[ClaimLook]
    others: list[dict]
    entry: AgendaEntry | None
    disposition: Disposition | None
    steps: dict[str, ProductStep]
    returns: list[ProductStep]

    @property
    def confirmed(self) -> int:
        return sum(claim.confirmed for claim in self.claims)


def is_barred(steps: Sequence[ProductStep], by: Actor) -> bool:
    """Whether `by` did the work that four eyes ask somebody else to check; `steps` are the product's, in their order."""
    return PRODUCT_WORKFLOW.is_same(CHECK, {by.person_id}, procedure.who_took(steps))


def ticked(product: Product, sha256: str | None, by: Actor) -> set[str]:
    """The claims that `by` has confirmed of the file `sha256`; what was confirmed of another file, or by another person, is none."""
    ticks = product.ticks
    return set(ticks["codes"]) if ticks and (ticks["person"], ticks["sha256"]) == (by.person_id, sha256) else set()


def count(session: Session) -> int:
    return session.scalar(sa.select(sa.func.count()).where(Product.state == S.SCANNED)) or 0


def waiting(session: Session, by: Actor, most: int, offset: int = 0) -> list[Waiting]:
    """The queue: what `by` has in hand, then the oldest deadline first, then what has waited longest."""
    order = (Product.claimed_by_id.is_distinct_from(by.person_id), Product.due_on.is_(None), Product.due_on, Product.state_since,
             Product.id)
    products = session.scalars(sa.select(Product).where(Product.state == S.SCANNED).options(selectinload(Product.steps)).order_by(*order)
                               .limit(most).offset(offset)).all()
    ids = [product.document_id for product in products]
    documents = {document.id: document for document in session.scalars(sa.select(Document).where(Document.id.in_(ids)))}
    return [_as_seen(product, documents.get(product.document_id), by) for product in products]


def _as_seen(product: Product, document: Document | None, by: Actor) -> Waiting:
    scan = next((step for step in reversed(product.steps) if step.step in ("scan", "new file")), None)
    return Waiting(product, document, scan.by if scan else "", is_barred(product.steps, by), product.claimed_by_id == by.person_id)


def look_at(session: Session, product_id: int, by: Actor) -> VerificationLook | None:
    """One product that waits for its check; None where it does not, or has no file."""
    product = session.get(Product, product_id, options=[selectinload(Product.steps)])
    if product is None or product.state is not S.SCANNED or product.document_id is None:
        return None
    look = document_overview.look_at(session, product.document_id)
    document, confirmed = look.document, ticked(product, look.document.sha256, by)
    claims = [ClaimLook(claim, [_field(product, document, name) for name in claim.fields], verification.against(document, claim),
                        claim.code in confirmed) for claim in verification.claims(document)]
    return VerificationLook(_as_seen(product, document, by), look, claims, _others(document, claims),
                            agenda.of_product(session, product_id), agenda.disposition_of(session, product_id),
                            {step.step: step for step in product.steps}, _since_sent_back(product.steps))


def _field(product: Product, document: Document, name: str) -> FieldLook:
    value, as_read = getattr(product, name), READ_AS.get(name, name)
    read, sworn = document.suggested.get(as_read), document.confirmed.get(as_read)
    said = (sworn or read or {}).get("value", "")
    return FieldLook(name, particulars.FIELDS[name], value, read, sworn, bool(said) and _words(name, said, product) != _words(
        name, "" if value is None else str(value), product))


def _words(name: str, value: str, product: Product) -> list[str]:
    """What counts when two values are compared: no capitals, no punctuation, and of a number not the year after it."""
    words = _NO_WORD.sub(" ", value.casefold()).split()
    return words[:-2] if name == "number" and words[-2:] == ["tahun", str(product.year)] else words


def _others(document: Document, claims: Collection[ClaimLook]) -> list[dict]:
    taken = {code for each in claims for code in each.claim.codes}
    return [remark for remark in document.remarks if remark["code"] not in taken]


def _since_sent_back(steps: Sequence[ProductStep]) -> list[ProductStep]:
    last = max((at for at, step in enumerate(steps) if step.step == SEND_BACK), default=None)
    return [] if last is None else list(steps[last:])
