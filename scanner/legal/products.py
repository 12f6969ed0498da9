"""Legal products: what is scanned, checked and published, known by its type, number and year."""

import re
from collections.abc import Callable
from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from foundation.clock import now
from foundation.database import Model, Words
from foundation.people import SYSTEM, Actor, Role
from foundation.text import t
from foundation.workflow import Step, Workflow

MAY = (Role.LEGAL_STAFF, Role.ADMIN, Role.PROPOSER)
FIRST_YEAR, LAST_YEAR = 1945, 2199


class ProductType(StrEnum):
    """The short forms are those of the file names (shared by the offices' published files)."""

    REGULATION = "pkpu"
    DECISION = "kpt"
    SECRETARY_DECISION = "kptsj"
    CIRCULAR = "se"
    MEMORANDUM = "mou"
    AGREEMENT = "pks"
    MINUTES = "ba"
    PROCEDURE = "sop"


TYPE_NAMES = {
    ProductType.REGULATION: t("Regulation"), ProductType.DECISION: t("Decision"), ProductType.SECRETARY_DECISION: t("Secretary’s decision"),
    ProductType.CIRCULAR: t("Circular"), ProductType.MEMORANDUM: t("Memorandum of understanding"), ProductType.AGREEMENT: t("Agreement"),
    ProductType.MINUTES: t("Minutes"), ProductType.PROCEDURE: t("Standard procedure"),
}


class ProductState(StrEnum):
    ENTERED = "entered"        # known, and not proposed for publication yet
    SUBMITTED = "submitted"    # 1: nota dinas and signed original received
    DISPOSED = "disposed"      # 2: disposition given
    ALLOWED = "allowed"        # 3: may be published
    VERIFIED = "verified"      # 4: the copy is like the original
    SCANNED = "scanned"        # 5
    COMPLETE = "complete"      # 6: checked by somebody else; it waits for its upload
    PUBLISHED = "published"    # 7: seen at its public address
    RETURNED = "returned"      # to the proposing unit
    WITHDRAWN = "withdrawn"
    CANCELLED = "cancelled"


S = ProductState
STAGES = (S.ENTERED, S.SUBMITTED, S.DISPOSED, S.ALLOWED, S.VERIFIED, S.SCANNED, S.COMPLETE, S.PUBLISHED)
UNDER_WAY = (S.SUBMITTED, S.DISPOSED, S.ALLOWED, S.VERIFIED, S.SCANNED, S.COMPLETE, S.RETURNED)
STATE_NAMES = {
    S.ENTERED: t("entered"), S.SUBMITTED: t("submitted"), S.DISPOSED: t("disposed"), S.ALLOWED: t("allowed"), S.VERIFIED: t("verified"),
    S.SCANNED: t("scanned"), S.COMPLETE: t("complete"), S.PUBLISHED: t("published"), S.RETURNED: t("returned"),
    S.WITHDRAWN: t("withdrawn"), S.CANCELLED: t("cancelled"),
}
DIVISION, SUBDIVISION, LEGAL, UNIT = Role.HEAD_OF_DIVISION, Role.HEAD_OF_SUBDIVISION, Role.LEGAL_STAFF, Role.PROPOSER
SEND_BACK = "send back"
EARLIER = (S.SUBMITTED, S.DISPOSED, S.ALLOWED, S.VERIFIED, S.SCANNED)
LATER = (S.DISPOSED, S.ALLOWED, S.VERIFIED, S.SCANNED, S.COMPLETE)

# The seven steps of the procedure (6/TIK.01-SOP/Sek-Prov/XI/2019). What was sent back goes, when that step is taken again, straight to
# who sent it back (`or_to`); who may do it is the one whose turn it is.
PRODUCT_WORKFLOW = Workflow(
    #    step          from                         to            by           unlike
    Step("submit",      S.ENTERED,                   S.SUBMITTED,  UNIT),
    Step("disposition", S.SUBMITTED,                 S.DISPOSED,   DIVISION,    or_to=LATER[1:]),
    Step("allow",       S.DISPOSED,                  S.ALLOWED,    DIVISION,    "submit",    LATER[2:]),
    Step("verify copy", S.ALLOWED,                   S.VERIFIED,   SUBDIVISION, or_to=LATER[3:]),
    Step("scan",        S.VERIFIED,                  S.SCANNED,    LEGAL),
    Step("check",       S.SCANNED,                   S.COMPLETE,   LEGAL,       "scan"),
    Step("publish",     S.COMPLETE,                  S.PUBLISHED,  SYSTEM),
    Step("resubmit",    S.RETURNED,                  S.SUBMITTED,  UNIT,        or_to=LATER),
    Step(SEND_BACK,     S.SUBMITTED,                 S.RETURNED,   DIVISION),
    Step(SEND_BACK,     S.DISPOSED,                  S.RETURNED,   DIVISION,    or_to=EARLIER[:1]),
    Step(SEND_BACK,     S.ALLOWED,                   S.RETURNED,   SUBDIVISION, or_to=EARLIER[:2]),
    Step(SEND_BACK,     S.VERIFIED,                  S.RETURNED,   LEGAL,       or_to=EARLIER[:3]),
    Step(SEND_BACK,     S.SCANNED,                   S.RETURNED,   LEGAL,       or_to=EARLIER[:4]),
    Step(SEND_BACK,     S.COMPLETE,                  S.RETURNED,   LEGAL,       or_to=EARLIER),
    Step("new file",    {S.COMPLETE, S.PUBLISHED},   S.SCANNED,    {LEGAL, SYSTEM}),  # after a check it is checked again
    Step("new copy",    {S.VERIFIED, S.SCANNED, S.COMPLETE}, S.ALLOWED, {UNIT, LEGAL}),  # another paper is compared again
    Step("withdraw",    S.PUBLISHED,                 S.WITHDRAWN,  {DIVISION, SUBDIVISION}),
    Step("publish again", S.WITHDRAWN,               S.COMPLETE,   DIVISION),
    Step("cancel",      {S.ENTERED, *UNDER_WAY},     S.CANCELLED,  {DIVISION, UNIT}),
)


class Product(Model):
    """A legal product on its way to the public page. `number` is as it is printed, which differs from office to office; `issuer` is
    empty for this office's own.

    `document_id` is the file to be published (the certified copy, or the born-digital original), `original_id` the scan of the signed
    original; `checked_sha256` is the file that somebody checked. `sent_back_id` is the step that sent it back and is not answered yet.
    Who has claimed it has it alone until the next step; `ticks` are the claims that this person has confirmed so far (see verifying.py).
    """

    __tablename__ = "product"
    __table_args__ = (sa.UniqueConstraint("type", "number", "year", "issuer"), sa.Index("ix_product_stage", "state", "state_since"))
    id: Mapped[int] = mapped_column(primary_key=True)
    type: Mapped[ProductType] = mapped_column(Words(ProductType))
    number: Mapped[str] = mapped_column(sa.String(80))
    year: Mapped[int]
    issuer: Mapped[str] = mapped_column(sa.String(200), default="")
    title: Mapped[str] = mapped_column(sa.String(1000))
    enacted_on: Mapped[date | None]
    promulgated_on: Mapped[date | None]
    place: Mapped[str] = mapped_column(sa.String(120), default="")
    signatory: Mapped[str] = mapped_column(sa.String(120), default="")
    subject: Mapped[str] = mapped_column(sa.String(500), default="")
    field_of_law: Mapped[str] = mapped_column(sa.String(80), default="")
    source: Mapped[str] = mapped_column(sa.String(200), default="")
    in_force: Mapped[bool] = mapped_column(default=True)
    unit: Mapped[str] = mapped_column(sa.String(120), default="")        # that proposed it
    location: Mapped[str] = mapped_column(sa.String(200), default="")    # binder and shelf of the signed original
    state: Mapped[ProductState] = mapped_column(Words(ProductState), default=S.ENTERED)
    state_since: Mapped[datetime] = mapped_column(default=now)
    due_on: Mapped[date | None]
    proposed_by_id: Mapped[int | None] = mapped_column(index=True)
    claimed_by_id: Mapped[int | None]
    claimed_by: Mapped[str] = mapped_column(sa.String(100), default="")
    claimed_at: Mapped[datetime | None]
    sent_back_id: Mapped[int | None]
    document_id: Mapped[int | None]
    original_id: Mapped[int | None]
    checked_sha256: Mapped[str | None] = mapped_column(sa.String(64), index=True)
    ticks: Mapped[dict] = mapped_column(default=dict)
    made_by: Mapped[str] = mapped_column(sa.String(100))
    made_at: Mapped[datetime] = mapped_column(default=now)
    changed_at: Mapped[datetime] = mapped_column(default=now, onupdate=now)
    version: Mapped[int] = mapped_column()
    steps: Mapped[list["ProductStep"]] = relationship(back_populates="product", order_by="ProductStep.id")
    __mapper_args__ = {"version_id_col": version}

    def take(self, step: str, by: Actor, **who: Any) -> None:
        """`who`: as in Workflow.take."""
        self.state = PRODUCT_WORKFLOW.take(step, self.state, by.roles, **who)
        self.state_since = now()


class ProductStep(Model):
    """One step that was taken: the product's trail, and its signature table. `people` are the ids of those who did the work of it."""

    __tablename__ = "product_step"
    id: Mapped[int] = mapped_column(primary_key=True)
    product_id: Mapped[int] = mapped_column(sa.ForeignKey("product.id"), index=True)
    step: Mapped[str] = mapped_column(sa.String(40))
    from_state: Mapped[ProductState] = mapped_column(Words(ProductState))
    to_state: Mapped[ProductState] = mapped_column(Words(ProductState))
    by: Mapped[str] = mapped_column(sa.String(100))
    person_id: Mapped[int | None]
    people: Mapped[list] = mapped_column(default=list)
    at: Mapped[datetime] = mapped_column(default=now)
    reason: Mapped[str] = mapped_column(sa.String(40), default="")
    text: Mapped[str] = mapped_column(sa.String(1000), default="")
    details: Mapped[dict] = mapped_column(default=dict)
    product: Mapped[Product] = relationship(back_populates="steps")


def designation(product: Product, translate: Callable[[str], str]) -> str:
    """As the office speaks of it: its type in the reader's language, its number, and its year where the number does not have it."""
    year = "" if str(product.year) in product.number else f"/{product.year}"
    return f"{translate(TYPE_NAMES[product.type])} {product.number}{year}"


_LEADING = re.compile(r"\s*0*(\d+[A-Za-z]?)(?!\w)")
_NO_FILE_NAME = re.compile(r"[^\w.-]+")


def file_name(product: Product, region: str = "", annex: int = 0) -> str:
    """What the file of a product, or of its annex number `annex`, is called: year, short form of the type, the office's region code where
    it has one, and the running number (2024kpt1204.pdf, 2024kpt1050_L2.pdf), as the offices name theirs after Permenkumham 8/2019."""
    leading = _LEADING.match(product.number)
    number = leading[1] if leading else _NO_FILE_NAME.sub("-", product.number).strip("-.")
    return f"{product.year}{product.type}{region}{number}{f'_L{annex}' if annex else ''}.pdf"


def newest(session: Session, most: int = 200, also: int = 0) -> list[Product]:
    """The newest products to choose from, and one that is chosen already."""
    found = list(session.scalars(sa.select(Product).order_by(Product.id.desc()).limit(most)))
    chosen = session.get(Product, also) if also else None
    return found if chosen is None or chosen in found else [chosen, *found]
