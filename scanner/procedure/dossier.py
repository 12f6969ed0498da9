"""The dossier: everything that is known of one product, its trail, who signed for which step, and what somebody may do with it now."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from foundation.audit import AuditEntry
from foundation.people import Actor
from foundation.text import t
from foundation.workflow import Workflow
from scanner.documents.records import Document, DocumentState
from scanner.legal import particulars
from scanner.legal.particulars import ProductRelation
from scanner.legal.products import PRODUCT_WORKFLOW, SEND_BACK, Product, ProductStep, S
from scanner.legal.publications import Publication
from scanner.legal.publications import PublicationState as P
from scanner.procedure import agenda, procedure, verification
from scanner.procedure.agenda import AgendaEntry, Disposition

STEP_NAMES = {
    "submit": t("Nota dinas submitted"), "disposition": t("Disposition given"), "allow": t("Publication approved"),
    "verify copy": t("Copy compared with the original"), "scan": t("Scan handed in"), "check": t("Completeness confirmed"),
    "publish": t("Published"), "resubmit": t("Submitted again"), SEND_BACK: t("Sent back"), "new file": t("The file was made anew"),
    "new copy": t("Another paper came"), "withdraw": t("Withdrawn"), "publish again": t("To be published again"),
    "cancel": t("Cancelled"),
}
PUBLICATION_NAMES = {
    P.QUEUED: t("waits for its upload"), P.PAUSED: t("paused"), P.UPLOADING: t("being uploaded"), P.AWAITED: t("waits for a person"),
    P.PROVING: t("being proven"), P.PUBLISHED: t("published"), P.FAILED: t("failed"), P.WITHDRAWN: t("withdrawn"),
    P.REPLACED: t("replaced by a newer file"),
}
SEVEN = ("submit", "disposition", "allow", "verify copy", "scan", "check", "publish")
NOTED = {"product corrected": t("Particulars corrected"), "product released": t("Taken out of somebody’s hands"),
         "original kept": t("Scan of the signed original kept"), "relation entered": t("Relation entered"),
         "relation taken back": t("Relation taken back"), "product no longer in force": t("Is no longer in force"),
         "product in force again": t("Is in force again")}
LOOSE = 20  # documents without a product that are offered


class Turn(NamedTuple):
    """A step that somebody may take now. `same`: four eyes stop them; `may_override`: but a reason lets them."""

    name: str
    same: bool
    may_override: bool


class Happening(NamedTuple):
    """A line of the trail. `reason`, `text` and `override` are of the step, `fields` of a correction."""

    at: datetime
    by: str
    name: str
    step: ProductStep | None = None
    fields: tuple[str, ...] = ()


@dataclass(frozen=True)
class Dossier:
    """`took`: as in procedure.took."""

    product: Product
    entries: list[AgendaEntry]
    disposition: Disposition | None
    steps: list[ProductStep]
    noted: list[AuditEntry]
    documents: list[Document]
    publications: list[Publication]
    does: list[ProductRelation]
    undergoes: list[ProductRelation]
    took: Mapping[str, Collection[int]]

    @property
    def entry(self) -> AgendaEntry | None:
        return self.entries[-1] if self.entries else None

    @property
    def sent_back(self) -> ProductStep | None:
        """The step that sent it back and is not answered yet."""
        return next((step for step in self.steps if step.id == self.product.sent_back_id), None)

    @property
    def trail(self) -> list[Happening]:
        """What happened to it, the newest first."""
        steps = [Happening(step.at, step.by, STEP_NAMES[step.step], step) for step in self.steps]
        noted = [Happening(entry.at, entry.by, NOTED[entry.deed], fields=tuple(entry.details.get("fields", ()))) for entry in self.noted]
        return sorted(steps + noted, key=lambda each: each.at, reverse=True)

    @property
    def spent(self) -> dict[int, timedelta]:
        """By a step's id, how long the product waited for it."""
        return {step.id: step.at - before.at for before, step in pairwise(self.steps)}

    def last(self, name: str) -> ProductStep | None:
        """The last time that this step was taken."""
        return next((step for step in reversed(self.steps) if procedure.SAME_WORK.get(step.step, step.step) == name), None)

    @property
    def reached(self) -> int:
        """How many of the seven steps are behind it."""
        waiting = (S.ENTERED, S.SUBMITTED, S.DISPOSED, S.ALLOWED, S.VERIFIED, S.SCANNED, S.COMPLETE, S.PUBLISHED)
        if self.product.state in waiting:
            return waiting.index(self.product.state)
        return 7 if self.product.state is S.WITHDRAWN else 0

    def turns(self, by: Actor) -> dict[str, Turn]:
        """By name, the steps that `by` may take now; none while it is in other hands."""
        if self.product.claimed_by_id not in (None, by.person_id):
            return {}
        found = {}
        for line in PRODUCT_WORKFLOW.open(self.product.state, by.roles):
            if line.name == "cancel" and not by.roles & procedure.OVERRIDERS and self.product.proposed_by_id != by.person_id:
                continue  # a unit ends its own way only
            same = Workflow.is_same(line, {by.person_id}, self.took)
            found[line.name] = Turn(line.name, same, same and bool(by.roles & procedure.OVERRIDERS))
        return found


def of_product(session: Session, product_id: int) -> Dossier | None:
    """Everything of one product; None when there is no such one."""
    product = session.get(Product, product_id)
    if product is None:
        return None
    noted = sa.select(AuditEntry).where(AuditEntry.subject == f"product:{product_id}", AuditEntry.deed.in_(NOTED)).order_by(AuditEntry.id)
    return Dossier(product, _all_of(session, AgendaEntry, product_id), agenda.disposition_of(session, product_id),
                   _all_of(session, ProductStep, product_id), list(session.scalars(noted)), _all_of(session, Document, product_id),
                   _all_of(session, Publication, product_id), *particulars.relations_of(session, product_id),
                   procedure.took(session, product))


def _all_of(session: Session, kind: type, product_id: int) -> list:
    return list(session.scalars(sa.select(kind).where(kind.product_id == product_id).order_by(kind.id)))


def loose_documents(session: Session) -> list[Document]:
    """The newest documents that belong to no product yet and could be handed in."""
    loose = sa.select(Document).where(Document.product_id.is_(None), Document.state == DocumentState.READY)
    return list(session.scalars(loose.order_by(Document.id.desc()).limit(LOOSE)))


def confirmed(step: ProductStep) -> list[str]:
    """The sentences that were confirmed with a step, in the order of the list."""
    codes = set(step.details.get("confirmed", ()))
    known = {claim.code: claim.sentence for claims in (verification.COPY_CLAIMS, verification.OF_A_SCAN, verification.OF_A_DIGITAL_FILE)
             for claim in claims}
    return [sentence for code, sentence in known.items() if code in codes]


def agenda_book(session: Session, year: int) -> list[AgendaEntry]:
    """The agenda book of a year, from its first number on."""
    return list(session.scalars(sa.select(AgendaEntry).where(AgendaEntry.year == year).order_by(AgendaEntry.number)))


def dispositions(session: Session, entries: list[AgendaEntry]) -> dict[int, Disposition]:
    """By product, the disposition that counts, for these lines of the agenda book."""
    years = {entry.year for entry in entries}
    of_them = (sa.select(Disposition).join(AgendaEntry, AgendaEntry.product_id == Disposition.product_id)
               .where(AgendaEntry.year.in_(years)).order_by(Disposition.id))
    return {given.product_id: given for given in session.scalars(of_them)}


def agenda_years(session: Session) -> list[int]:
    return list(session.scalars(sa.select(AgendaEntry.year).distinct().order_by(AgendaEntry.year.desc())))
