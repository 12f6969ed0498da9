"""What belongs to a title as a file: the picture of its cover, its digital copy, the published product that it is a copy of."""

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.orm import Session

from foundation.audit import record
from foundation.errors import Refused
from foundation.people import Actor
from foundation.text import t
from kiosk.ledger.collection import Title
from kiosk.shelves.cataloguing import DESK
from kiosk.shelves.search_index import index_titles


def set_cover(session: Session, title_id: int, cover: str, by: Actor) -> Title:
    """The picture `cover` in the file store is shown with the title; empty: none."""
    by.must_be(*DESK)
    title = session.get_one(Title, title_id)
    if title.cover != cover:
        title.cover = cover
        record(session, by, "cover set" if cover else "cover removed", title, file=cover)
    return title


def set_digital(session: Session, title_id: int, by: Actor, digital: str = "", pages: int = 0, product_id: int | None = None) -> Title:
    """The title's digital copy is the PDF `digital` in the file store, of so many `pages`, or that of published product `product_id`; with
    neither it has none. Whether the product is published is the caller's to look up."""
    by.must_be(*DESK)
    if digital and product_id:
        raise Refused(t("A title has one digital copy."), t("Attach a file, or link a published product."), status=422)
    title = session.get_one(Title, title_id)
    new = (digital, pages if digital else 0, product_id)
    if new != (title.digital, title.digital_pages, title.product_id):
        title.digital, title.digital_pages, title.product_id = new
        deed = "digital copy set" if digital or product_id else "digital copy removed"
        record(session, by, deed, title, file=digital, product=product_id)
        index_titles(session, [title_id])  # with a file, a title without copies is found
    return title


def pictured(session: Session, title_ids: Collection[int]) -> dict[int, str]:
    """Those of the titles that have a picture to show, and a mark that changes with it."""
    rows = session.execute(sa.select(Title.id, Title.cover, Title.digital, Title.product_id).where(
        Title.id.in_(title_ids), sa.or_(Title.cover != "", Title.digital != "", Title.product_id.is_not(None))))
    return {row.id: (row.cover or row.digital)[:16] or f"p{row.product_id}" for row in rows}


def files_in_use(session: Session, beginning: str) -> set[str]:
    """The names of kept files that titles have, of those that begin so."""
    names = (Title.cover, Title.digital)
    return set(session.scalars(sa.union(*(sa.select(name).where(name.startswith(beginning)) for name in names)))) - {""}
