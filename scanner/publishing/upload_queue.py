"""What the upload queue shows: what needs a person, what goes on, waits, and is published; and how many of each type in which month."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from foundation.clock import local
from foundation.people import Actor
from scanner.legal.products import Product, ProductType
from scanner.legal.publications import PUBLICATION_WORKFLOW, STAFF, Publication, S
from scanner.publishing.delivery import OVER

MOST = 50   # of each kind on one page


@dataclass(frozen=True)
class Queue:
    """Each list is as long as `MOST` at most; `counts` has all of them."""

    needs: list[Publication]     # a person: by hand, failed, or flagged by a later look
    going: list[Publication]
    waiting: list[Publication]
    published: list[Publication]
    counts: dict[str, int]


@dataclass(frozen=True)
class Month:
    """How many were published in month `number`, by type."""

    number: int
    of: Counter[ProductType] = field(default_factory=Counter)

    @property
    def total(self) -> int:
        return self.of.total()


KINDS = {
    "needs": sa.or_(Publication.state.in_((S.AWAITED, S.FAILED)), Publication.trouble_at.is_not(None)),
    "going": Publication.state.in_((S.UPLOADING, S.PROVING)),
    "waiting": Publication.state.in_((S.QUEUED, S.PAUSED)),
    "published": sa.and_(Publication.state == S.PUBLISHED, Publication.trouble_at.is_(None)),
}
ORDERS = {"needs": (Publication.queued_at,), "going": (Publication.queued_at,),
          "waiting": (Publication.priority.desc(), Publication.queued_at), "published": (Publication.published_at.desc(),)}


def look(session: Session) -> Queue:
    lists, counts = {}, {}
    for kind, condition in KINDS.items():
        lists[kind] = list(session.scalars(sa.select(Publication).options(joinedload(Publication.product)).where(condition)
                                           .order_by(*ORDERS[kind], Publication.id).limit(MOST)))
        counts[kind] = session.scalar(sa.select(sa.func.count()).select_from(Publication).where(condition))
    return Queue(**lists, counts=counts)


def signature(session: Session) -> str:
    """Another one whenever anything in the queue has changed."""
    newest, count = session.execute(sa.select(sa.func.max(Publication.changed_at), sa.func.max(Publication.id))).one()
    return f"{newest.timestamp() if newest else 0}-{count}"


def find(session: Session, publication_id: int) -> Publication | None:
    return session.get(Publication, publication_id, options=[joinedload(Publication.product)])


def steps(publication: Publication, by: Actor) -> Collection[str]:
    """What this person may do with it: the buttons to show."""
    possible = set(PUBLICATION_WORKFLOW.possible(publication.state, by.roles))
    if publication.state in OVER and publication.trouble_at:
        possible |= {"retry"}
    if publication.is_between_tries and STAFF & set(by.roles):
        possible |= {"hurry"}
    return possible


def published_by_month(session: Session, publisher: str, year: int, zone: str) -> list[Month]:
    """The twelve months of `year` at `publisher`, in the time zone `zone`; what was withdrawn since counts for when it was published."""
    months = [Month(number) for number in range(1, 13)]
    around = (datetime(year - 1, 12, 30, tzinfo=UTC), datetime(year + 1, 1, 3, tzinfo=UTC))
    rows = session.execute(sa.select(Product.type, Publication.published_at).join(Product, Publication.product_id == Product.id).where(
        Publication.publisher == publisher, Publication.published_at.between(*around)))
    for kind, at in rows:
        day = local(at, zone)
        if day.year == year:
            months[day.month - 1].of[kind] += 1
    return months
