"""SLiMS 9 (Senayan): its two CSV exports, of the bibliography and of the items, read and written.

The columns are those of admin/modules/bibliography/export.php and item_export.php of SLiMS 9.7 (github.com/slims/slims9_bulian): their
names in the first line, or not, as its form asks; names and codes in angle brackets; a new line inside a cell as backslash and n.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from kiosk.exchange.records import (
    LONGEST_OF_COPY,
    BadRow,
    Fitting,
    NewCopy,
    Record,
    checked,
    classified,
    original,
    original_year,
    originals,
    usable_code,
)
from kiosk.exchange.scratch import scratch
from kiosk.exchange.tables import Line
from kiosk.ledger.cells import Unusable
from kiosk.ledger.collection import CopyStatus, Kind

BIBLIO = ("title", "gmd_name", "edition", "isbn_issn", "publisher_name", "publish_year", "collation", "series_title", "call_number",
          "language_name", "place_name", "classification", "notes", "image", "sor", "authors", "topics", "item_code")
ITEMS = ("item_code", "call_number", "coll_type_name", "inventory_code", "received_date", "supplier_name", "order_no", "location_name",
         "order_date", "item_status_name", "site", "source", "invoice", "price", "price_currency", "invoice_date", "input_date",
         "last_update", "title")
# the names that older editions and the manual have for the same columns
SAME = {"publisher": "publisher_name", "language": "language_name", "publish_place": "place_name", "location": "location_name",
        "item_status": "item_status_name", "supplier": "supplier_name"}
OUR_COLUMN = {"title": "title", "edition": "edition", "isbn": "isbn_issn", "publisher": "publisher_name", "extent": "collation",
              "call_number": "call_number", "language": "language_name", "place": "place_name", "abstract": "notes"}
STATUS = {"repair": CopyStatus.IN_REPAIR, "perbaikan": CopyStatus.IN_REPAIR, "missing": CopyStatus.MISSING, "hilang": CopyStatus.MISSING,
          "no loan": CopyStatus.REFERENCE_ONLY, "tidak dipinjamkan": CopyStatus.REFERENCE_ONLY, "withdrawn": CopyStatus.WITHDRAWN}
STATUS_NAME = {CopyStatus.AVAILABLE: "", CopyStatus.REFERENCE_ONLY: "No Loan", CopyStatus.IN_REPAIR: "Repair",
               CopyStatus.MISSING: "Missing", CopyStatus.WITHDRAWN: "Withdrawn"}
FOR_REFERENCE = ("reference", "referensi")
KIND_NAME = {Kind.DECISION: "Keputusan", Kind.REGULATION: "Peraturan", Kind.RULING: "Putusan"}

_LIST = re.compile(r"(?:<[^<>]*>)*")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d(?: \d\d:\d\d:\d\d)?|")
_NO_DATE = ("0000-00-00", "0000-00-00 00:00:00")


# ---- read

def columns_of(first: list[str]) -> tuple[str, tuple[str, ...], bool] | None:
    """What a table with this first line is: "biblio" or "items", its columns, and whether the line is their names; None: another table."""
    names = tuple(SAME.get(name, name) for name in (cell.strip().casefold() for cell in first))
    named = {name for name in names if name}
    if {"title", "gmd_name", "isbn_issn", "collation"} <= named:
        return "biblio", names, True
    if {"item_code", "inventory_code", "coll_type_name", "title"} <= named:
        return "items", names, True
    if len(first) == len(BIBLIO) and first[0] and any(first[-3:]) and all(map(_LIST.fullmatch, first[-3:])):
        return "biblio", BIBLIO, False
    if len(first) == len(ITEMS) and first[0] and first[-3] and all(map(_MOMENT.fullmatch, first[-3:-1])):
        return "items", ITEMS, False
    return None


def records(biblio: Iterator[Line], items: Iterator[Line] | None, until: date) -> Iterator[Record]:
    """The titles of the bibliography's lines; what the items' lines say of their copies is joined by the item's code."""
    with scratch() as kept:
        for _, item in _named(items) if items else ():
            kept.put("item", item["item_code"], item)
        kept.sort()
        for number, row in _named(biblio):
            codes = _list(row.pop("item_code", ""))
            known = [(kept.get("item", code) or [{"item_code": code}])[-1] for code in codes]
            book: dict[str, Any] = {**row, "authors": _list(row.get("authors", "")), "topics": _list(row.get("topics", ""))}
            yield record(number, book, known, "", until)


def _named(lines: Iterator[Line]) -> Iterator[tuple[int, dict[str, str]]]:
    """The lines after the first, each with the names of its columns; the first too, where it is no names."""
    number, first = next(lines, (0, []))
    recognised = columns_of(first)
    if recognised is None:
        return
    _, columns, is_header = recognised
    if not is_header:
        yield number, _row(columns, first)
    for number, cells in lines:
        yield number, _row(columns, cells)


def _row(columns: tuple[str, ...], cells: list[str]) -> dict[str, str]:
    return {name: cell.replace("\\n", "\n") for name, cell in zip(columns, cells, strict=False) if name}


def _list(cell: str) -> list[str]:
    return [part for part in cell.strip()[1:-1].split("><") if part] if cell.strip() else []


def record(number: int, book: dict[str, Any], items: list[dict[str, str]], origin: str, until: date) -> Record:
    """A title of SLiMS, in the words of its exports; further keys that `book` and `items` have are kept as further data."""
    fit, rest = Fitting(until), dict(book)
    values: dict[str, Any] = {column: fit.title(column, name, rest.pop(name, "")) for column, name in OUR_COLUMN.items()}
    values["year"] = fit.year("publish_year", rest.pop("publish_year", ""))
    values["author"] = fit.several("author", "authors", rest.pop("authors", []))
    values["subject"] = fit.several("subject", "topics", rest.pop("topics", []))
    classified(values, [book.get("gmd_name", ""), *(item.get("coll_type_name", "") for item in items)], until)
    values["extra"] = fit.extra | {name: said for name, said in rest.items() if said}
    copies, problems = [], []
    for item in items:
        try:
            copies.append(_copy(number, item, until))
        except Unusable as problem:
            problems.append(BadRow(number, "codes", item["item_code"][:60], problem.reason, problem.details))
    return checked(number, values, copies, problems, origin)


def _copy(number: int, item: Mapping[str, str], until: date) -> NewCopy:
    fit, rest = Fitting(until), {name: said for name, said in item.items() if name != "title"}
    raw = rest.pop("item_code", "")
    code = usable_code(raw)
    if code != raw:
        fit.extra["item_code"] = raw
    place = "site" if rest.get("site") else "location_name"
    shelf = fit.copy("shelf", place, rest.pop(place, ""))
    register = fit.copy("register_number", "inventory_code", rest.pop("inventory_code", ""))
    if place == "location_name" and shelf:
        fit.extra["shelf is"] = place
    status = STATUS.get(rest.get("item_status_name", "").casefold())
    if status is None:
        not_lent = rest.get("no_loan") == "1" or rest.get("coll_type_name", "").casefold() in FOR_REFERENCE
        status = CopyStatus.REFERENCE_ONLY if not_lent else CopyStatus.AVAILABLE
    further = {name: said for name, said in rest.items() if said and said not in _NO_DATE}
    return NewCopy(number, code, shelf, status, register_number=register, extra=fit.extra | further)


# ---- written

def biblio_lines(titles: Iterable[tuple[Mapping[str, Any], list[NewCopy]]]) -> Iterator[list[str]]:
    """The bibliography, as SLiMS imports it."""
    yield list(BIBLIO)
    for values, copies in titles:
        said = {name: str(values["extra"].get(name, "")) for name in BIBLIO}
        said |= {name: original(values, column, name) for column, name in OUR_COLUMN.items()}
        said |= {"title": _with_number(values, said["title"]), "publish_year": original_year(values, "publish_year"),
                 "authors": _listed(originals(values, "author", "authors")), "topics": _listed(originals(values, "subject", "topics")),
                 "item_code": _listed(_code(copy) for copy in copies), "gmd_name": said["gmd_name"] or "Text"}
        yield [said[name].replace("\n", "\\n") for name in BIBLIO]


def item_lines(titles: Iterable[tuple[Mapping[str, Any], list[NewCopy]]]) -> Iterator[list[str]]:
    """The items, as SLiMS imports them."""
    yield list(ITEMS)
    for values, copies in titles:
        title = _with_number(values, original(values, "title", "title"))
        for copy in copies:
            said = {name: str(copy.extra.get(name, "")) for name in ITEMS}
            kept = {"shelf": copy.shelf, "register_number": copy.register_number, "extra": copy.extra}
            place = copy.extra.get("shelf is", "site")
            said |= {"item_code": _code(copy), "title": title,
                     place: original(kept, "shelf", place, LONGEST_OF_COPY),
                     "inventory_code": original(kept, "register_number", "inventory_code", LONGEST_OF_COPY)}
            if copy.status is not _copy(0, said, date.max).status:  # it was changed here, or only a backup can say what the name means
                said["item_status_name"] = STATUS_NAME[copy.status]
            yield [said[name].replace("\n", "\\n") for name in ITEMS]


def _with_number(values: Mapping[str, Any], title: str) -> str:
    """SLiMS has no column for the number of a legal product: it belongs to the title."""
    number, kind = values["number"], values["kind"]
    return title if not number or kind not in KIND_NAME or number in title else f"{KIND_NAME[kind]} Nomor {number} tentang {title}"


def _listed(names: Iterable[str]) -> str:
    return "".join(f"<{name}>" for name in names)


def _code(copy: NewCopy) -> str:
    raw = copy.extra.get("item_code", "")
    try:
        return raw if raw and usable_code(raw) == copy.code else copy.code
    except Unusable:
        return copy.code
