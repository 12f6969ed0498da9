"""What is said of a product: its particulars as a form brings them, checked field by field, and its relations to other products."""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from foundation.audit import record
from foundation.database import Model, Words
from foundation.errors import Refused
from foundation.people import Actor
from foundation.text import clean, t
from scanner.legal.days import A_DATE, read_day
from scanner.legal.products import FIRST_YEAR, LAST_YEAR, LEGAL, MAY, Product, ProductStep, ProductType, S

FIELDS = {"type": t("Type"), "number": t("Number"), "year": t("Year"), "title": t("Title"), "enacted_on": t("Date of enactment"),
          "promulgated_on": t("Date of promulgation"), "place": t("Place"), "signatory": t("Signatory"), "issuer": t("Issuer"),
          "subject": t("Subject heading"), "field_of_law": t("Field of law"), "source": t("Source")}
IDENTITY = ("type", "number", "year", "title", "enacted_on", "issuer")  # after the check these change by a new check only
KEY = ("type", "number", "year", "issuer")
CHECKED = (S.COMPLETE, S.PUBLISHED, S.WITHDRAWN)
LENGTHS = {"number": 80, "title": 1000, "place": 120, "signatory": 120, "issuer": 200, "subject": 500, "field_of_law": 80, "source": 200}
# the list of the national network's own software, without what is there twice
FIELDS_OF_LAW = (
    "Hukum Tata Negara", "Hukum Administrasi Negara", "Hukum Pada Umumnya", "Hukum Adat", "Hukum Agraria", "Hukum Dagang", "Hukum Islam",
    "Hukum Internasional", "Hukum Lingkungan", "Hukum Perburuhan", "Hukum Perdata", "Hukum Pidana", "Hak Asasi Manusia",
    "Kekayaan Intelektual", "Hukum Acara", "Hukum Kesehatan", "Hukum Umum")
_NUMBER = re.compile(r"[\w./ -]{1,80}")


def checked(said: Mapping[str, str]) -> dict[str, Any]:
    """Of the fields in `said` those that FIELDS knows, as values of Product. Raises Refused with every field that is wrong."""
    values: dict[str, Any] = {name: clean(said[name], length) for name, length in LENGTHS.items() if name in said}
    wrong = {}
    if "type" in said:
        if said["type"] in set(ProductType):
            values["type"] = ProductType(said["type"])
        else:
            wrong["type"] = t("Choose one from the list.")
    if "number" in said and not _NUMBER.fullmatch(values["number"]):
        wrong["number"] = t("Write the number as it is printed, such as 12 or 134/Kpts/KPU/Tahun 2016.")
    if "year" in said:
        year = said["year"].strip()
        if year.isdecimal() and FIRST_YEAR <= int(year) <= LAST_YEAR:
            values["year"] = int(year)
        else:
            wrong["year"] = t("Write the year with four digits.")
    if "title" in said and not values["title"]:
        wrong["title"] = t("Write the title.")
    for name in ("enacted_on", "promulgated_on"):
        if name in said:
            try:
                values[name] = read_day(said[name])
            except ValueError:
                wrong[name] = A_DATE
    if values.get("field_of_law") and values["field_of_law"] not in FIELDS_OF_LAW:
        wrong["field_of_law"] = t("Choose one from the list.")
    if wrong:
        raise Refused(t("The product cannot be entered like this."), t("Correct the marked fields."), fields=wrong)
    return values


def must_be_new(session: Session, values: Mapping[str, Any], but: Product | None = None) -> None:
    """Raises Refused where there is another product of this type, number, year and issuer."""
    found = session.scalar(sa.select(Product).where(
        Product.type == values["type"], Product.number == values["number"], Product.year == values["year"],
        Product.issuer == values.get("issuer", ""), Product.id != (but.id if but else 0)))
    if found:
        raise Refused(t("This product is there already."), t("Choose it from the list, or correct its number."),
                      fields={"number": t("There is one with this type, number and year.")}, product=found.id)


def register(session: Session, said: Mapping[str, str], by: Actor) -> Product:
    """Enter a product that nobody has proposed for publication yet. Raises Refused, with the fields, for what cannot be one and for one
    that is there already."""
    by.must_be(*MAY)
    values = checked({"type": "", "number": "", "year": "", "title": "", **said})
    must_be_new(session, values)
    product = Product(**values, made_by=by.name)
    session.add(product)
    record(session, by, "product entered", product, type=product.type, number=product.number, year=product.year)
    return product


def correct(session: Session, product_id: int, said: Mapping[str, str], by: Actor) -> Product:
    """Legal staff correct what is said of a product. Raises Refused, with the fields, for what cannot be, and for what has been checked:
    it changes by sending the product back only."""
    by.must_be(LEGAL)
    product = session.get_one(Product, product_id, with_for_update=True)
    return change(session, product, said, by)


def change(session: Session, product: Product, said: Mapping[str, str], by: Actor) -> Product:
    """Set what is said of a product; as `correct`, for whoever has its turn."""
    values = checked(said)
    changed = {name: value for name, value in values.items() if getattr(product, name) != value}
    if product.state in CHECKED and set(changed) & set(IDENTITY):
        raise Refused(t("What was checked cannot be changed any more."),
                      t("Send the product back: then it is corrected and checked again."),
                      fields={name: t("This was checked.") for name in changed if name in IDENTITY})
    must_be_new(session, {name: changed.get(name, getattr(product, name)) for name in KEY}, product)
    for name, value in changed.items():
        setattr(product, name, value)
    if changed:
        record(session, by, "product corrected", product, fields=sorted(changed))
    return product


class Relation(StrEnum):
    """What a product does to another one; or what another does to it, where that one is not ours and can only be named."""

    AMENDS = "amends"
    REPEALS = "repeals"
    IMPLEMENTS = "implements"
    AMENDED_BY = "amended by"
    REPEALED_BY = "repealed by"
    IMPLEMENTED_BY = "implemented by"


R = Relation
OTHER_WAY = {R.AMENDS: R.AMENDED_BY, R.REPEALS: R.REPEALED_BY, R.IMPLEMENTS: R.IMPLEMENTED_BY,
             R.AMENDED_BY: R.AMENDS, R.REPEALED_BY: R.REPEALS, R.IMPLEMENTED_BY: R.IMPLEMENTS}
_SAID = {R.AMENDS: t("Amends"), R.REPEALS: t("Repeals"), R.IMPLEMENTS: t("Implements"),
         R.AMENDED_BY: t("Amended by"), R.REPEALED_BY: t("Repealed by"), R.IMPLEMENTED_BY: t("Implemented by")}
RELATIONS = {relation: (_SAID[relation], _SAID[OTHER_WAY[relation]]) for relation in R}  # as it is said of the one, and of the other


class ProductRelation(Model):
    """A product does something to another one, which is ours (`other_id`) or is only named (`other`)."""

    __tablename__ = "product_relation"
    __table_args__ = (sa.UniqueConstraint("product_id", "relation", "other_id", "other"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    product_id: Mapped[int] = mapped_column(sa.ForeignKey("product.id"), index=True)
    relation: Mapped[Relation] = mapped_column(Words(Relation))
    other_id: Mapped[int | None] = mapped_column(sa.ForeignKey("product.id"), index=True)
    other: Mapped[str] = mapped_column(sa.String(400), default="")
    product: Mapped[Product] = relationship(foreign_keys=[product_id])
    other_product: Mapped[Product | None] = relationship(foreign_keys=[other_id])


def may_relate(product: Product, by: Actor) -> bool:
    """Legal staff always, and who proposed the product until it was checked."""
    return LEGAL in by.roles or (product.proposed_by_id is not None and product.proposed_by_id == by.person_id
                                 and product.state not in CHECKED)


def relate(session: Session, product_id: int, relation: str, other_id: int | None, other: str, by: Actor) -> ProductRelation:
    """Note what a product does to another, or another to it. Raises Refused without another one."""
    product, found = session.get_one(Product, product_id), session.get(Product, other_id) if other_id else None
    _must_relate(product, by)
    other = "" if found else clean(other, 400)
    if relation not in set(Relation) or found is product or not (found or other):
        raise Refused(t("The relation cannot be entered like this."), t("Choose what it does, and to which other product."),
                      fields={"other": t("Choose a product, or write which one.")})
    kind, one, to = Relation(relation), product, found
    if found and kind in (R.AMENDED_BY, R.REPEALED_BY, R.IMPLEMENTED_BY):
        kind, one, to = OTHER_WAY[kind], found, product
        _must_relate(one, by)  # it is said on the other's page too, as that one's deed
    same = sa.select(ProductRelation).where(ProductRelation.product_id == one.id, ProductRelation.relation == kind,
                                            ProductRelation.other_id == (to.id if to else None), ProductRelation.other == other)
    if there := session.scalar(same):
        return there
    made = ProductRelation(product=one, relation=kind, other_product=to, other=other)
    session.add(made)
    session.flush()
    settle_force(session, one, by)
    record(session, by, "relation entered", product, relation=relation, other=found.id if found else other)
    return made


def _must_relate(product: Product, by: Actor) -> None:
    if not may_relate(product, by):
        by.must_be(LEGAL)


def unrelate(session: Session, relation_id: int, by: Actor) -> Product:
    """Take a relation back."""
    relation = session.get_one(ProductRelation, relation_id)
    product, other = relation.product, relation.other_product
    _must_relate(product, by)
    session.delete(relation)
    session.flush()
    for each in (product, other):
        if each:
            _settle(session, each, by)
    record(session, by, "relation taken back", product, relation=relation.relation)
    return product


def settle_force(session: Session, product: Product, by: Actor) -> None:
    """Whether the product, and those that it repeals, are in force: what repeals does so from the day it is published."""
    repeals = sa.select(Product).join(ProductRelation, ProductRelation.other_id == Product.id).where(
        ProductRelation.product_id == product.id, ProductRelation.relation == R.REPEALS)
    for each in (product, *session.scalars(repeals)):
        _settle(session, each, by)


def _settle(session: Session, product: Product, by: Actor) -> None:
    """It is in force unless something that was published, or something that is only named, repeals it."""
    published = sa.exists().where(ProductStep.product_id == ProductRelation.product_id, ProductStep.step == "publish")
    by_ours = sa.select(ProductRelation.id).join(Product, ProductRelation.product_id == Product.id).where(
        ProductRelation.other_id == product.id, ProductRelation.relation == R.REPEALS,
        sa.or_(Product.state == S.PUBLISHED, published), Product.state.not_in((S.WITHDRAWN, S.CANCELLED)))
    by_others = sa.select(ProductRelation.id).where(ProductRelation.product_id == product.id, ProductRelation.relation == R.REPEALED_BY)
    in_force = session.scalar(by_ours.limit(1)) is None and session.scalar(by_others.limit(1)) is None
    if product.in_force != in_force:
        product.in_force = in_force
        record(session, by, "product in force again" if in_force else "product no longer in force", product)


def relations_of(session: Session, product_id: int) -> tuple[list[ProductRelation], list[ProductRelation]]:
    """What the product does to others, and what others do to it."""
    wanted = sa.select(ProductRelation).order_by(ProductRelation.id)
    return (list(session.scalars(wanted.where(ProductRelation.product_id == product_id))),
            list(session.scalars(wanted.where(ProductRelation.other_id == product_id))))
