"""Our own list, as CSV or XLSX: what its columns may be called and hold, what is wrong with a row, and how a title is written as rows."""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

from foundation.errors import Refused
from foundation.text import clean, t
from kiosk.exchange.records import LONGEST, LONGEST_OF_COPY, MOST_COPIES, BadRow, NewCopy, Record, kind_of, usable_code
from kiosk.exchange.tables import Line
from kiosk.ledger.cells import Unusable, read_day, read_line, read_one_of, read_year
from kiosk.ledger.collection import CopyStatus, Kind

# field -> the names its column may have, in Indonesian or English; compared without case, spaces and punctuation; the first is written
COLUMNS = {
    "title": ("judul", "title", "judul peraturan"),
    "kind": ("jenis", "kind", "type", "jenis koleksi", "tipe dokumen"),
    "type_name": ("bentuk", "form", "bentuk peraturan"),
    "number": ("nomor", "number", "nomor peraturan"),
    "year": ("tahun", "year", "tahun terbit"),
    "author": ("pengarang", "author", "penulis", "T.E.U.", "T.E.U. Badan"),
    "publisher": ("penerbit", "publisher"),
    "place": ("tempat", "place", "tempat terbit", "tempat penetapan"),
    "enacted_on": ("tanggal penetapan", "enacted on", "tanggal"),
    "promulgated_on": ("tanggal pengundangan", "promulgated on"),
    "signatory": ("penandatangan", "signatory"),
    "source": ("sumber", "source"),
    "subject": ("subjek", "subject"),
    "field_of_law": ("bidang hukum", "field of law"),
    "language": ("bahasa", "language"),
    "edition": ("edisi", "edition"),
    "call_number": ("nomor panggil", "call number"),
    "register_number": ("nomor induk", "register number", "nomor induk buku"),
    "isbn": ("ISBN",),
    "extent": ("halaman", "extent", "pages", "deskripsi fisik"),
    "abstract": ("abstrak", "abstract"),
    "in_force": ("status",),
    "elsewhere": ("asal data", "origin"),
    "extra": ("data lain", "further data"),
    "codes": ("kode eksemplar", "copy codes", "copy code"),
    "copies": ("jumlah eksemplar", "copies", "jumlah"),
    "shelf": ("rak", "shelf", "lokasi"),
    "reference": ("referensi", "reference"),
    "status": ("status eksemplar", "copy status"),
    "status_reason": ("alasan status", "status reason"),
    "status_at": ("status sejak", "status since"),
    "copy_register": ("nomor inventaris", "inventory number"),
    "copy_extra": ("data lain eksemplar", "further data of the copy"),
}
FILES = {"cover": ("sampul", "cover"), "digital": ("salinan digital", "digital copy")}  # where files come with the list
WRITTEN = [field for field in COLUMNS if field != "reference"]  # the status says it
OF_TITLE, OF_COPIES = WRITTEN[:WRITTEN.index("codes")], WRITTEN[WRITTEN.index("codes"):]
KIND_WORDS = {Kind.DECISION: "Keputusan", Kind.REGULATION: "Peraturan", Kind.BOOK: "Buku", Kind.JOURNAL: "Jurnal",
              Kind.RULING: "Putusan", Kind.OTHER: "Lainnya"}
STATUS_WORDS = {CopyStatus.AVAILABLE: "tersedia", CopyStatus.REFERENCE_ONLY: "baca di tempat", CopyStatus.IN_REPAIR: "diperbaiki",
                CopyStatus.MISSING: "hilang", CopyStatus.WITHDRAWN: "ditarik"}
STATUS = {**{word: status for status, word in STATUS_WORDS.items()}, **{status.value: status for status in CopyStatus}, "": None, "-": None}
FORCE_WORDS = {None: "", True: "Berlaku", False: "Tidak Berlaku"}
IN_FORCE = {"": None, "-": None, "berlaku": True, "in force": True,
            "tidak berlaku": False, "dicabut": False, "not in force": False}
YES_OR_NO = {"": False, "-": False, "tidak": False, "no": False, "0": False, "ya": True, "yes": True, "1": True, "x": True}
NO_LANGUAGE = "-"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the file: `values` holds its cells by field (see COLUMNS), as text, unchecked."""

    line: int
    values: dict[str, str]


# ---- read

def fields_of(header: list[str], with_files: bool = False) -> tuple[list[str | None], tuple[str, ...]]:
    """The field of each column, None for a column that means nothing here, and the names of those; `with_files`: FILES mean something.

    Raises Refused when no column has the titles, or two columns have one meaning.
    """
    fields, ignored = named(header, COLUMNS | FILES if with_files else COLUMNS)
    if "title" not in fields:
        raise Refused(t("The first line names no column “judul” (title)."),
                      t("Write the names of the columns into the first line: judul, jenis, nomor, tahun and so on."), status=422)
    return fields, ignored


def named(header: list[str], columns: Mapping[str, Sequence[str]]) -> tuple[list[str | None], tuple[str, ...]]:
    """As fields_of, for any list: `columns` says what the column of each field may be called."""
    known = {folded(name): field for field, names in columns.items() for name in names}
    fields = [known.get(folded(name)) for name in header]
    for column, found in enumerate(fields):
        if found and found in fields[:column]:
            raise Refused(t("The columns “%(one)s” and “%(other)s” mean the same."), t("Remove one of the two."), status=422,
                          one=clean(header[fields.index(found)], 40), other=clean(header[column], 40))
    unknown = (clean(name, 40) for name, field in zip(header, fields, strict=True) if field is None)
    return fields, tuple(filter(None, unknown))


def folded(name: str) -> str:
    return "".join(filter(str.isalnum, name.casefold()))


def rows(lines: Iterable[Line], fields: list[str | None]) -> Iterator[Row]:
    for number, cells in lines:
        yield Row(number, {field: cell for field, cell in zip(fields, cells, strict=False) if field})


def read_row(row: Row, until: date) -> Record:
    """The title and the copies of a row, and everything that is wrong in it; no year or day may be later than `until`."""
    given, problems = row.values, []

    def read(name: str, reader: Callable[..., Any], *limits: Any) -> Any:
        raw = given.get(name, "")
        try:
            return reader(raw, *limits)
        except Unusable as problem:
            problems.append(BadRow(row.line, name, clean(raw, 60), problem.reason, problem.details))
            return None

    values = {name: read(name, read_line, longest) if given.get(name) else "" for name, longest in LONGEST.items()}
    if values["title"] == "":
        problems.append(BadRow(row.line, "title", "", t("The title is missing.")))
    values["language"] = "" if values["language"] == NO_LANGUAGE else values["language"] or "Indonesia"
    values["kind"] = read("kind", _kind)
    values["enacted_on"] = read("enacted_on", read_day, until)
    values["promulgated_on"] = read("promulgated_on", read_day, until)
    values["year"] = read("year", read_year, until) or (values["enacted_on"].year if values["enacted_on"] else None)
    values["in_force"] = read("in_force", read_one_of, IN_FORCE, t("Write “Berlaku”, “Tidak Berlaku” or nothing."))
    values["elsewhere"] = read("elsewhere", read_line, 60)
    values["extra"] = read("extra", _further)
    return Record(row.line, values, _copies(row.line, read), problems)


def _copies(line: int, read: Callable[..., Any]) -> list[NewCopy]:
    codes = read("codes", _codes) or ()
    count = read("copies", _count, codes)
    reference = read("reference", read_one_of, YES_OR_NO, t("Write “ya”, “tidak” or nothing."))
    status = read("status", read_one_of, STATUS, t("Write “tersedia”, “baca di tempat”, “diperbaiki”, “hilang”, “ditarik” or nothing."))
    said = {"shelf": read("shelf", read_line, LONGEST_OF_COPY["shelf"]),
            "status": status or (CopyStatus.REFERENCE_ONLY if reference else CopyStatus.AVAILABLE),
            "status_reason": read("status_reason", read_line, LONGEST_OF_COPY["status_reason"]),
            "status_at": read("status_at", _moment),
            "register_number": read("copy_register", read_line, LONGEST_OF_COPY["register_number"]),
            "extra": read("copy_extra", _further)}
    return [NewCopy(line, code, **said) for code in codes or [""] * (count or 0)]


def _kind(raw: str) -> Kind:
    if kind := kind_of(raw):
        return kind
    raise Unusable(t("Write one of these kinds: Keputusan, Peraturan, Buku, Jurnal, Putusan, Lainnya."))


def _codes(raw: str) -> tuple[str, ...]:
    codes = tuple(filter(None, map(usable_code, re.split(r"[;|]", raw))))
    if len(set(codes)) < len(codes):
        raise Unusable(t("The same copy code is in this line twice."))
    if len(codes) > MOST_COPIES:
        raise Unusable(t("A line brings at most 100 copies."))
    return codes


def _count(raw: str, codes: tuple[str, ...]) -> int:
    text = clean(raw, 20)
    if text in ("", "-"):
        return len(codes) or 1
    if not re.fullmatch("[0-9]{1,3}", text) or int(text) > MOST_COPIES:
        raise Unusable(t("Write a whole number from 0 to 100."))
    if codes and int(text) != len(codes):
        raise Unusable(t("There are %(codes)s copy codes in this line."), codes=len(codes))
    return int(text)


def _moment(raw: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(raw) if raw else None
    except ValueError:
        moment = None
    if raw and (moment is None or moment.tzinfo is None):
        raise Unusable(t("This is not a moment such as 2026-03-10T02:00:00+00:00."))
    return moment


def _further(raw: str) -> dict[str, Any]:
    try:
        further = json.loads(raw) if raw else {}
    except ValueError:
        further = None
    if not isinstance(further, dict):
        raise Unusable(t("Leave this column as it was written, or empty."))
    return further


# ---- written

def lines(titles: Iterable[tuple[Mapping[str, Any], list[NewCopy]]], with_files: bool = False) -> Iterator[list[str]]:
    """The names of the columns, then the titles: a line for the copies that have all but their codes in common, one for none.

    `with_files`: in two more columns, before those of the copies, the files that `values` name.
    """
    files = [*FILES] if with_files else []
    yield [(COLUMNS | FILES)[field][0] for field in (*OF_TITLE, *files, *OF_COPIES)]
    for values, copies in titles:
        title = [written(field, values[field]) for field in (*OF_TITLE, *files)]
        for said, alike in groupby(copies, said_of_copy):
            codes = [copy.code for copy in alike]
            for first in range(0, len(codes), MOST_COPIES):
                some = codes[first:first + MOST_COPIES]
                yield [*title, "|".join(some), str(len(some)), *said]
        if not copies:
            yield [*title, "", "0", *said_of_copy(NewCopy(0))]


def written(field: str, value: Any) -> str:
    """A column of a title as its cell; reading it gives the same again."""
    if field == "kind":
        return KIND_WORDS[value]
    if field == "in_force":
        return FORCE_WORDS[value]
    if field == "language":
        return value or NO_LANGUAGE
    if field == "extra":
        return _json(value)
    return "" if value is None else str(value)  # a date as 2019-05-21


def said_of_copy(copy: NewCopy) -> list[str]:
    """The cells of a copy but for its code."""
    return [copy.shelf, STATUS_WORDS[copy.status], copy.status_reason, copy.status_at.isoformat() if copy.status_at else "",
            copy.register_number, _json(copy.extra)]


def _json(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False) if value else ""
