"""Legal products: what is scanned, checked and published, known by its type, number and year."""

import re
from collections.abc import Callable
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from foundation.audit import record
from foundation.clock import now
from foundation.database import Model, Words
from foundation.errors import Refused
from foundation.people import Actor, Role
from foundation.text import clean, t

MAY = (Role.LEGAL_STAFF, Role.ADMIN)
FIRST_YEAR, LAST_YEAR = 1945, 2199
_NUMBER = re.compile(r"[\w./ -]{1,80}")


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


class Product(Model):
    """A product is scanned in one or more batches. `number` is as it is printed, which differs from office to office."""

    __tablename__ = "product"
    __table_args__ = (sa.UniqueConstraint("type", "number", "year"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    type: Mapped[ProductType] = mapped_column(Words(ProductType))
    number: Mapped[str] = mapped_column(sa.String(80))
    year: Mapped[int]
    title: Mapped[str] = mapped_column(sa.String(1000))
    made_by: Mapped[str] = mapped_column(sa.String(100))
    made_at: Mapped[datetime] = mapped_column(default=now)


def designation(product: Product, translate: Callable[[str], str]) -> str:
    """As the office speaks of it: its type in the reader's language, its number, and its year where the number does not have it."""
    year = "" if str(product.year) in product.number else f"/{product.year}"
    return f"{translate(TYPE_NAMES[product.type])} {product.number}{year}"


def register(session: Session, type_name: str, number: str, year: int | None, title: str, by: Actor) -> Product:
    """Enter a product. Raises Refused, with the fields, for what cannot be one and for one that is there already."""
    by.must_be(*MAY)
    number, title, wrong = clean(number, 80), clean(title, 1000), {}
    if type_name not in set(ProductType):
        wrong["type"] = t("Choose one from the list.")
    if not _NUMBER.fullmatch(number):
        wrong["number"] = t("Write the number as it is printed, such as 12 or 134/Kpts/KPU/Tahun 2016.")
    if year is None or not FIRST_YEAR <= year <= LAST_YEAR:
        wrong["year"] = t("Write the year with four digits.")
    if not title:
        wrong["title"] = t("Write the title.")
    if wrong:
        raise Refused(t("The product cannot be entered like this."), t("Correct the marked fields."), fields=wrong)
    kind = ProductType(type_name)
    if session.scalar(sa.select(Product.id).where(Product.type == kind, Product.number == number, Product.year == year)):
        raise Refused(t("This product is there already."), t("Choose it from the list, or correct its number."),
                      fields={"number": t("There is one with this type, number and year.")})
    product = Product(type=kind, number=number, year=year, title=title, made_by=by.name)
    session.add(product)
    record(session, by, "product entered", product, type=kind, number=number, year=year)
    return product


def newest(session: Session, most: int = 200) -> list[Product]:
    return list(session.scalars(sa.select(Product).order_by(Product.id.desc()).limit(most)))
