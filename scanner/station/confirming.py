"""What staff do with a document: confirm what it says, field by field, and have it made again."""

import re
from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy.orm import Session

from foundation.audit import record
from foundation.clock import now
from foundation.database import Model
from foundation.errors import Refused
from foundation.people import Actor
from foundation.text import clean, t
from scanner.documents.describing import OF_A_PRODUCT
from scanner.documents.records import Document, DocumentState, Official, Origin
from scanner.documents.searching import index_document
from scanner.legal import particulars, products
from scanner.legal.days import A_DATE, read_day
from scanner.legal.products import Product, ProductType
from scanner.pages.batches import STAFF
from scanner.station import assembling, taking_in

LONGEST = 1000
FIELDS = {"type": t("Type"), "number": t("Number"), "year": t("Year"), "title": t("Title"), "date": t("Date of enactment"),
          "place": t("Place"), "signatory": t("Signatory"), "issuer": t("Issuer")}
SAID_OF_A_PRODUCT = ("enacted_on", "promulgated_on", "place", "signatory", "subject", "field_of_law", "source", "location", "document_id",
                     "original_id")
_NO_FILE_NAME = re.compile(r"[^\w.-]+")


def confirm(session: Session, document_id: int, name: str, value: str, by: Actor, seen: str = "") -> Document:
    """A person says what a field is; `seen`: when that was confirmed which the person saw there, empty where nobody had. Raises Refused,
    with the field, for what cannot be one, and for what says something else than was confirmed meanwhile.

    When type, number, year and title are all confirmed, the document is its product's, which is entered if it is not there yet.
    """
    by.must_be(*STAFF)
    if name not in FIELDS:
        raise Refused(t("There is no such field."), t("Look at the page again."), status=404)
    value = clean(value, LONGEST)
    value = _iso(value) if name == "date" else value
    if wrong := _wrong(name, value):
        raise Refused(t("This cannot be confirmed as it is."), t("Correct the marked field."), fields={name: wrong})
    document = session.get_one(Document, document_id, with_for_update=True)
    if document.confirmed.get(name, {}).get("value") == value:
        return document
    _not_meanwhile(document, name, seen)
    document.confirmed = {**document.confirmed, name: {"value": value, "by": by.name, "at": now().isoformat()}}
    _link(session, document, by)
    record(session, by, "field confirmed", document, field=name)
    index_document(session, document_id)
    return document


def _iso(value: str) -> str:
    """The day, written in whatever way, as YYYY-MM-DD; what is no day as it is."""
    try:
        return str(read_day(value) or "")
    except ValueError:
        return value


def _not_meanwhile(document: Document, name: str, seen: str) -> None:
    """Raises Refused where field `name` was confirmed by somebody after the person who saw it as of `seen` had looked."""
    sworn = document.confirmed.get(name)
    if sworn and sworn["at"] != seen:
        raise Refused(t("%(name)s has confirmed this field meanwhile: %(value)s."), t("Compare it with the page, then decide again."),
                      fields={name: t("This was confirmed meanwhile, as it stands above. Compare it with the page, then decide again.")},
                      name=sworn["by"], value=sworn["value"])


def _wrong(name: str, value: str) -> str:
    """Why `value` cannot be what field `name` says; empty: it can."""
    if not value:
        return t("Write what stands on the page.")
    if name == "type" and value not in set(ProductType):
        return t("Choose one from the list.")
    if name == "year" and not (value.isdecimal() and products.FIRST_YEAR <= int(value) <= products.LAST_YEAR):
        return t("Write the year with four digits.")
    if name == "date":
        try:
            read_day(value)
        except ValueError:
            return A_DATE
    return ""


def _link(session: Session, document: Document, by: Actor) -> None:
    """A batch that was scanned for a product stays its, and so does what was handed in for one. Otherwise the document is of the product
    that is confirmed, if any; one that was entered because of what is corrected now is corrected too, or goes where nothing else is of
    it."""
    if document.batch and document.batch.product_id:
        return
    if session.scalar(sa.select(Product.id).where(sa.or_(Product.document_id == document.id, Product.original_id == document.id)).limit(1)):
        return  # it was handed in for that product: who finds that wrong sends the product back
    said = {name: each["value"] for name, each in document.confirmed.items()}
    enough, before, entered = all(name in said for name in OF_A_PRODUCT), document.product, document.entered_product
    document.product = after = _known(session, said) if enough else None
    document.entered_product = enough and (after is None or entered and after is before)
    session.flush()
    if entered and after is before:
        _retitle(session, before, said["title"], by)
    elif entered and not _is_used(session, before):
        record(session, by, "product removed", before, type=before.type, number=before.number, year=before.year)
        session.delete(before)
        session.flush()
    if enough and after is None:
        document.product = particulars.register(session, {name: said[name] for name in OF_A_PRODUCT}, by)
    session.flush()


def _known(session: Session, said: Mapping[str, str]) -> Product | None:
    return session.scalar(sa.select(Product).where(Product.type == ProductType(said["type"]), Product.number == said["number"],
                                                   Product.year == int(said["year"])))


def _retitle(session: Session, product: Product, title: str, by: Actor) -> None:
    if product.title != title:
        record(session, by, "product corrected", product, before=product.title)
        product.title = title


def _is_used(session: Session, product: Product) -> bool:
    """Whether a row of whatever table is of it, or somebody has said more of it than confirming does."""
    if any(getattr(product, name) for name in SAID_OF_A_PRODUCT):
        return True
    keys = (key for table in Model.metadata.tables.values() for key in table.foreign_keys if key.column is Product.__table__.c.id)
    return any(session.scalar(sa.select(sa.exists().where(key.parent == product.id))) for key in keys)


def take_back(session: Session, document_id: int, name: str, by: Actor, seen: str) -> Document:
    """A field is as if nobody had confirmed it; `seen` as in confirm(). Raises Refused where it was confirmed anew meanwhile."""
    by.must_be(*STAFF)
    document = session.get_one(Document, document_id, with_for_update=True)
    if name in document.confirmed:
        _not_meanwhile(document, name, seen)
        document.confirmed = {key: value for key, value in document.confirmed.items() if key != name}
        _link(session, document, by)
        record(session, by, "confirmation taken back", document, field=name)
        index_document(session, document_id)
    return document


def after(name: str) -> str:
    """The field after `name`: where a person goes on."""
    names = list(FIELDS)
    return names[min(names.index(name) + 1, len(names) - 1)] if name in FIELDS else names[0]


def make_again(session: Session, document_id: int, by: Actor) -> Document:
    """Have the PDF of a scanned document made once more, with what was confirmed since, and its pages read that could not be read; one
    that came in is only read again where that failed."""
    document = session.get_one(Document, document_id, with_for_update=True)
    if document.origin is not Origin.SCANNED and document.state is DocumentState.FAILED:
        taking_in.take_in_again(session, document, by)
        return document
    if document.origin is not Origin.SCANNED:
        raise Refused(t("This document came as a PDF and stays as it is."), t("Take in another file if it is the wrong one."))
    document.take("again", by)
    document.made_at = now()
    record(session, by, "document made again", document)
    assembling.read_again(session, document)
    assembling.order(session, document)
    return document


def save_official(session: Session, name: str, position: str, active: bool, by: Actor) -> Official:
    """Enter somebody who signs for the office, or change one by the same name. Raises Refused without a name."""
    by.must_be(*STAFF)
    name = clean(name, 120)
    if not name:
        raise Refused(t("An official needs a name."), t("Write it as it is printed under documents."), fields={"name": t("Write a name.")})
    official = session.scalar(sa.select(Official).where(Official.name == name)) or Official(name=name)
    official.position, official.active = clean(position, 200), active
    session.add(official)
    record(session, by, "official saved", official, active=active)
    return official


def file_name(document: Document) -> str:
    """Year, short form of the type and number, as the offices name their files (2024kpt1204.pdf); what is not known is left out."""
    said: Mapping[str, str] = {name: each["value"] for name, each in document.confirmed.items()}
    product = document.product
    parts = ((product.year, product.type.value, product.number) if product else
             (said.get("year", ""), said.get("type", ""), said.get("number", "") or document.name))
    return (_NO_FILE_NAME.sub("-", "".join(str(part) for part in parts)).strip("-.") or f"document-{document.id}")[:120] + ".pdf"
