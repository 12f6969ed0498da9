"""Sends the collection elsewhere: every title with its copies, as our own list, with its files, for SLiMS, or as MARC."""

import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO, Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from foundation.files import FileStore
from foundation.people import Actor, Role
from foundation.text import t
from kiosk.exchange import columns, marc, package, slims, tables
from kiosk.exchange.records import NewCopy
from kiosk.ledger.collection import Copy, Title
from kiosk.ledger.exports import exported

AT_ONCE = 500  # titles in memory
COLUMNS = ("id", *columns.OF_TITLE, "cover", "digital", "product_id")

Shelved = tuple[dict[str, Any], list[NewCopy]]


class Titles:
    """Every title of the library, as often as one goes through them, in the order they came in; never all in memory.

    `published` tells of a product the SHA-256 of its public PDF, or nothing: it is the digital copy of titles that are linked with it.
    """

    def __init__(self, session: Session, published: Callable[[int], str]):
        self.session, self.published = session, published

    def __iter__(self) -> Iterator[Shelved]:
        title, copy = Title.__table__, Copy.__table__
        last = 0
        while some := self.session.execute(sa.select(*(title.c[name] for name in COLUMNS)).where(title.c.id > last)
                                           .order_by(title.c.id).limit(AT_ONCE)).all():
            last = some[-1].id
            copies: dict[int, list[NewCopy]] = {}
            for row in self.session.execute(sa.select(copy).where(copy.c.title_id.in_([each.id for each in some]))
                                            .order_by(copy.c.title_id, copy.c.number, copy.c.id)):
                copies.setdefault(row.title_id, []).append(NewCopy(row.id, row.code, row.shelf, row.status, row.status_reason,
                                                                   row.status_at, row.register_number, row.extra))
            for each in some:
                digital = each.digital or (self.published(each.product_id) if each.product_id else "")
                values = {name: getattr(each, name) for name in columns.OF_TITLE}
                yield values | {"cover": each.cover, "digital": digital}, copies.get(each.id, [])


def _slims(file: IO[bytes], titles: Titles) -> None:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, lines in (("senayan_biblio_export.csv", slims.biblio_lines), ("senayan_item_export.csv", slims.item_lines)):
            with archive.open(name, "w", force_zip64=True) as inside:
                tables.write_csv(inside, lines(titles))


@dataclass(frozen=True)
class Format:
    """What a person chooses: its name, what it is good for, the end of the file's name, its media type, and what writes it."""

    name: str
    purpose: str
    suffix: str
    media: str
    write: Callable[[IO[bytes], Titles], set[str] | None]
    stays: str = ""  # a sentence: what it has no place for


FORMATS = {
    "xlsx": Format("XLSX", t("Our own list, for Excel and LibreOffice; can be imported again."), "xlsx",
                   "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                   lambda file, titles: tables.write_xlsx(file, columns.lines(titles))),
    "csv": Format("CSV", t("Our own list as plain text; can be imported again, whatever its size."), "csv", "text/csv",
                  lambda file, titles: tables.write_csv(file, columns.lines(titles))),
    "everything": Format(t("Everything"), t("Our own list with the covers and digital copies, in one ZIP; can be imported again."), "zip",
                         "application/zip", package.write_list),
    "slims": Format("SLiMS", t("Two CSV files in a ZIP, bibliography and items, for SLiMS 9."), "zip", "application/zip", _slims,
                    t("It has no columns for the kind, dates, signatory and status of a legal product (its number goes into the title), "
                      "for why and since when a copy has its status, and for what only a backup of SLiMS tells, such as fields of one's "
                      "own, attachments and related titles.")),
    "marc": Format("MARC 21", t("For INLISLite, Koha and other library programs."), "mrc", "application/marc", marc.write),
    "marcxml": Format("MARCXML", t("The same as text, without limits of length."), "xml", "application/marcxml+xml", marc.write_xml),
}


def write(session: Session, form: str, file: IO[bytes], published: Callable[[int], str] = lambda product: "") -> set[str]:
    """Write the whole collection into `file`, in one of FORMATS; the names of the files that belong into it and are not there yet, for
    `add_files`. `published`: see Titles. Raises Refused for what the format cannot hold."""
    return FORMATS[form].write(file, Titles(session, published)) or set()


def add_files(file: IO[bytes], names: set[str], store: FileStore) -> None:
    """What `write` left to do, outside of its transaction. Raises Refused where a file is missing."""
    if names:
        package.add_files(file, names, store)


def note(session: Session, form: str, by: Actor) -> None:
    """Who took the collection away, and how."""
    by.must_be(Role.ADMIN)
    exported(session, "collection", by, form)
