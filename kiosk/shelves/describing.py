"""How a title is described: which fields its kind has, what they are called, and whether a filled-in form can be used."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from foundation.clock import today
from foundation.errors import Refused
from foundation.office import office
from foundation.text import t
from kiosk.ledger.cells import Unusable, read_day, read_line, read_one_of, read_year
from kiosk.ledger.collection import Kind, Title

# The metadata of the national network (JDIHN) for peraturan, monografi, artikel and putusan, in the order of its pages.
_LEGAL = ("title", "type_name", "number", "year", "author", "place", "enacted_on", "promulgated_on", "signatory", "source", "subject",
          "field_of_law", "in_force", "language", "extent", "call_number", "abstract")
FIELDS: dict[Kind, tuple[str, ...]] = {
    Kind.DECISION: tuple(field for field in _LEGAL if field != "promulgated_on"),
    Kind.REGULATION: _LEGAL,
    Kind.BOOK: ("title", "author", "edition", "place", "publisher", "year", "extent", "isbn", "call_number", "register_number", "subject",
                "field_of_law", "language", "abstract"),
    Kind.JOURNAL: ("title", "author", "source", "number", "year", "place", "publisher", "isbn", "extent", "call_number", "subject",
                   "field_of_law", "language", "abstract"),
    Kind.RULING: ("title", "type_name", "number", "year", "author", "place", "enacted_on", "source", "subject", "field_of_law", "in_force",
                  "language", "extent", "call_number", "abstract"),
    Kind.OTHER: ("title", "type_name", "number", "year", "author", "place", "publisher", "enacted_on", "subject", "field_of_law",
                 "language", "extent", "call_number", "abstract"),
}
NAMES = {
    "title": t("Title"), "type_name": t("Type"), "number": t("Number"), "year": t("Year"), "author": t("Author"), "place": t("Place"),
    "enacted_on": t("Enacted on"), "promulgated_on": t("Promulgated on"), "signatory": t("Signatory"), "source": t("Source"),
    "subject": t("Subject"), "field_of_law": t("Field of law"), "in_force": t("Status"), "language": t("Language"),
    "extent": t("Extent"), "call_number": t("Call number"), "abstract": t("Abstract"), "edition": t("Edition"),
    "publisher": t("Publisher"), "isbn": t("ISBN"), "register_number": t("Register number")}
_ISSUED = {"author": t("Issued by (main entry)"), "place": t("Place of enactment")}
_OF_KIND: dict[Kind, dict[str, str]] = {
    Kind.DECISION: _ISSUED, Kind.REGULATION: _ISSUED,
    Kind.BOOK: {"place": t("Place of publication")},
    Kind.JOURNAL: {"place": t("Place of publication"), "source": t("Appeared in"), "number": t("Volume and issue"), "isbn": t("ISSN")},
    Kind.RULING: {"author": t("Court"), "place": t("Seat of the court"), "enacted_on": t("Pronounced on"), "type_name": t("Kind of case")},
    Kind.OTHER: {}}
EXAMPLES = {
    "number": t("as printed: 134/Kpts/KPU/Tahun 2016"), "source": t("such as BN 2024 (12)"), "extent": t("such as 48 pages, 2 annexes"),
    "subject": t("several apart by commas"), "author": t("surname first: Rengganis, Dewi")}
IN_FORCE = {"": None, "yes": True, "no": False}
SUGGESTED = ("type_name", "field_of_law", "publisher", "subject")
MOST_SUGGESTED = 60
LONGEST = {column.name: column.type.length for column in Title.__table__.c if isinstance(column.type, sa.String) and column.type.length}
LONGEST_ABSTRACT = 5000


def name_of(kind: Kind, field: str) -> str:
    """What the field is called for this kind; a sentence marked with t()."""
    return _OF_KIND[kind].get(field, NAMES[field])


def example_of(kind: Kind, field: str) -> str:
    """How it may look; empty where nobody needs to be told."""
    fits = {"author": kind in (Kind.BOOK, Kind.JOURNAL), "number": kind in (Kind.DECISION, Kind.REGULATION),
            "source": kind in (Kind.DECISION, Kind.REGULATION)}
    return EXAMPLES.get(field, "") if fits.get(field, True) else ""


def fields_of(kind: Kind, known: Mapping[str, Any]) -> list[str]:
    """The fields of this kind, and behind them whatever else is `known`: nothing that is kept stays unseen."""
    more = [field for field in NAMES if field not in FIELDS[kind] and known.get(field) not in ("", None)]
    return [*FIELDS[kind], *more]


def as_form(title: Title) -> dict[str, str]:
    """What is kept of a title, as its form shows it."""
    said = {field: getattr(title, field) for field in NAMES}
    words = {True: "yes", False: "no", None: ""}
    return {field: words[value] if field == "in_force" else "" if value is None else str(value) for field, value in said.items()}


def read_description(session: Session, kind: Kind, form: Mapping[str, str]) -> dict[str, Any]:
    """The columns of a title, of what the form has. Raises Refused with a sentence at each field that cannot be used."""
    until = today(office(session).time_zone)
    values, wrong = {}, {}
    for field in NAMES:
        if field in form:
            try:
                values[field] = _read(field, form[field], until)
            except Unusable as problem:
                wrong[field] = t("This is too long: shorten it.") if problem.details else problem.reason
    if "title" not in wrong and not values.get("title"):
        wrong["title"] = t("The title is missing.")
    enacted, promulgated = values.get("enacted_on"), values.get("promulgated_on")
    if enacted and promulgated and promulgated < enacted:
        wrong["promulgated_on"] = t("Nothing is promulgated before it is enacted.")
    if wrong:
        raise Refused(t("The title cannot be saved like this."), t("Correct the marked fields."), fields=wrong)
    if enacted and not values.get("year"):
        values["year"] = enacted.year
    return {"kind": kind, **values}


def _read(field: str, raw: str, until: date) -> Any:
    if field in ("enacted_on", "promulgated_on"):
        return read_day(raw, until)
    if field == "year":
        return read_year(raw, until)
    if field == "in_force":
        return read_one_of(raw, IN_FORCE, t("Choose one from the list."))
    line = read_line(raw, LONGEST.get(field, LONGEST_ABSTRACT))
    if field == "isbn" and line and not re.fullmatch(r"[0-9]{7}[0-9X]|[0-9]{9}[0-9X]|[0-9]{13}", re.sub(r"[\s-]", "", line.upper())):
        raise Unusable(t("An ISBN has 10 or 13 digits, an ISSN 8."))
    return line


def suggestions(session: Session) -> dict[str, list[str]]:
    """What was written most often into the fields in which the same words come again and again."""
    def usual(field: str) -> list[str]:
        column = Title.__table__.c[field]
        rows = sa.select(column).where(column != "").group_by(column).order_by(sa.func.count().desc(), column).limit(MOST_SUGGESTED)
        return list(session.scalars(rows))
    return {field: usual(field) for field in SUGGESTED}
