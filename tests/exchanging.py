"""Whole collections, as tests compare them before they leave and after they have come back."""

import io

import sqlalchemy as sa
from sqlalchemy.orm import Session

from foundation.people import Actor, Role
from kiosk.exchange import exporting
from kiosk.exchange.columns import OF_TITLE
from kiosk.exchange.formats import recognise
from kiosk.exchange.importing import apply, check
from kiosk.ledger.collection import Copy, MergedTitle, Title
from kiosk.shelves.search_index import index_titles
from tests.fictional import exports

ADMIN = Actor("Dewi", frozenset({Role.ADMIN}))
SAMPLES = {"SLiMS export": exports.slims_pair(), "SLiMS backup": exports.SLIMS_BACKUP, "INLISLite data sheet": exports.inlislite_sheet(),
           "MARC 21": exports.marc21(), "MARCXML": exports.marcxml()}
OF_COPY = [column.name for column in Copy.__table__.c if column.name not in ("id", "title_id")]
Shelved = dict[str, object]


def bring(session: Session, content: bytes) -> None:
    source = recognise(content, "koleksi")
    assert check(session, source).bad == []
    apply(session, source, ADMIN)


def everything(session: Session) -> list[tuple[Shelved, list[Shelved]]]:
    """All columns of all titles and copies, but for the numbers they have in this database."""
    session.flush()
    kept = []
    for title in session.scalars(sa.select(Title).order_by(Title.id).execution_options(populate_existing=True)):
        copies = [{name: getattr(copy, name) for name in OF_COPY} for copy in title.copies]
        kept.append(({name: getattr(title, name) for name in OF_TITLE}, copies))
    return kept


def empty(session: Session) -> None:
    session.expunge_all()
    for table in (MergedTitle, Copy, Title):
        session.execute(sa.delete(table))
    index_titles(session, None)


def exported(session: Session, form: str) -> bytes:
    file = io.BytesIO()
    exporting.write(session, form, file)
    return file.getvalue()
