"""The columns of a list of titles: what they may be called and hold, and what is wrong with a row."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from foundation.errors import Refused
from foundation.text import clean, t
from kiosk.collection import Copy, CopyStatus, Kind, Title, copy_code
from kiosk.tables import Line, read_lines

# field -> the names its column may have, in Indonesian or English; compared without case, spaces and punctuation
COLUMNS = {
    "title": ("judul", "title", "judul peraturan"),
    "kind": ("jenis", "kind", "type", "jenis koleksi", "tipe dokumen"),
    "number": ("nomor", "number", "nomor peraturan"),
    "year": ("tahun", "year", "tahun terbit"),
    "author": ("pengarang", "author", "penulis", "T.E.U.", "T.E.U. Badan"),
    "publisher": ("penerbit", "publisher"),
    "place": ("tempat", "place", "tempat terbit", "tempat penetapan"),
    "enacted_on": ("tanggal penetapan", "enacted on", "tanggal"),
    "subject": ("subjek", "subject"),
    "language": ("bahasa", "language"),
    "call_number": ("nomor panggil", "call number"),
    "isbn": ("ISBN",),
    "extent": ("halaman", "extent", "pages", "deskripsi fisik"),
    "abstract": ("abstrak", "abstract"),
    "in_force": ("status",),
    "codes": ("kode eksemplar", "copy codes", "copy code"),
    "copies": ("jumlah eksemplar", "copies", "jumlah"),
    "shelf": ("rak", "shelf", "lokasi"),
    "reference": ("referensi", "reference"),
}
FIELD_WORDS = {
    "title": t("title"), "kind": t("kind"), "number": t("number"), "year": t("year"), "author": t("author"),
    "publisher": t("publisher"), "place": t("place"), "enacted_on": t("enacted on"), "subject": t("subject"),
    "language": t("language"), "call_number": t("call number"), "isbn": t("ISBN"), "extent": t("extent"),
    "abstract": t("abstract"), "in_force": t("status"), "codes": t("copy codes"), "copies": t("copies"), "shelf": t("shelf"),
    "reference": t("reference only")}
KIND_BEGINNINGS = (
    (Kind.DECISION, ("keputusan", "surat keputusan", "decision")),
    (Kind.REGULATION, ("peraturan", "undang-undang", "regulation")),
    (Kind.BOOK, ("buku", "monografi", "book")),
    (Kind.JOURNAL, ("jurnal", "majalah", "artikel", "journal")),
    (Kind.RULING, ("putusan", "ruling")),
    (Kind.OTHER, ("lain", "other", "surat edaran")))
IN_FORCE = {"": None, "-": None, "berlaku": True, "in force": True,
            "tidak berlaku": False, "dicabut": False, "not in force": False}
YES_OR_NO = {"": False, "-": False, "tidak": False, "no": False, "0": False, "ya": True, "yes": True, "1": True, "x": True}
MONTHS = ("januari", "februari", "maret", "april", "mei", "juni",
          "juli", "agustus", "september", "oktober", "november", "desember")

LONGEST = {column.name: column.type.length for column in Title.__table__.columns
           if isinstance(column.type, sa.String) and column.type.length} | {"abstract": 5000}
LONGEST_SHELF, LONGEST_CODE = Copy.__table__.c.shelf.type.length, Copy.__table__.c.code.type.length
MOST_COPIES = 100


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the file: `values` holds its cells by field (see COLUMNS), as text, unchecked."""

    line: int
    values: dict[str, str]


@dataclass(frozen=True)
class Table:
    """The rows of a file, to be gone through once, and the names of the columns that mean nothing here."""

    rows: Iterator[Row]
    ignored: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BadRow:
    """What is wrong in one field of one line; `reason` is a sentence marked with t(), with its places in `details`."""

    line: int
    field: str
    value: str
    reason: str
    details: dict[str, object] | None = None


@dataclass(frozen=True, slots=True)
class NewCopies:
    """The copies one line brings: with these codes or, where it names none, `count` of them with codes still to be made."""

    line: int
    codes: tuple[str, ...]
    count: int
    shelf: str
    status: CopyStatus


class Unusable(Exception):
    """A cell cannot be used; the reason is a sentence marked with t()."""

    def __init__(self, reason: str, **details: object):
        super().__init__(reason)
        self.reason, self.details = reason, details


def read_table(source: Path | bytes, name: str) -> Table:
    """The table in a CSV or XLSX file (see tables.read_lines), its columns in any order, found by the names in its first line.

    Raises Refused when it cannot be read, has no column of titles, or has two columns of one meaning.
    """
    lines = read_lines(source, name)
    _, header = next(lines, (0, []))
    fields, ignored = _fields(header)
    if "title" not in fields:
        raise Refused(t("The first line names no column “judul” (title)."),
                      t("Write the names of the columns into the first line: judul, jenis, nomor, tahun and so on."), status=422)
    return Table(_rows(lines, fields), ignored)


def describe(bad: BadRow, translate: Callable[[str], str]) -> str:
    """What is wrong with a line, as one sentence in the language of `translate`."""
    sentence = t("Line %(line)s, %(field)s “%(value)s”: %(reason)s") if bad.value else t("Line %(line)s, %(field)s: %(reason)s")
    return translate(sentence) % {"line": bad.line, "field": translate(FIELD_WORDS[bad.field]), "value": bad.value,
                                  "reason": translate(bad.reason) % (bad.details or {})}


def _fields(header: list[str]) -> tuple[list[str | None], tuple[str, ...]]:
    """The field of each column, None for a column that means nothing here, and the names of those."""
    known = {_folded(name): field for field, names in COLUMNS.items() for name in names}
    fields = [known.get(_folded(name)) for name in header]
    for column, found in enumerate(fields):
        if found and found in fields[:column]:
            raise Refused(t("The columns “%(one)s” and “%(other)s” mean the same."), t("Remove one of the two."), status=422,
                          one=clean(header[fields.index(found)], 40), other=clean(header[column], 40))
    unknown = (clean(name, 40) for name, field in zip(header, fields, strict=True) if field is None)
    return fields, tuple(filter(None, unknown))


def _folded(name: str) -> str:
    return "".join(filter(str.isalnum, name.casefold()))


def _rows(lines: Iterator[Line], fields: list[str | None]) -> Iterator[Row]:
    for number, cells in lines:
        yield Row(number, {field: cell for field, cell in zip(fields, cells, strict=False) if field})


def read_row(row: Row, until: date) -> tuple[dict[str, Any], NewCopies, list[BadRow]]:
    """The title's columns, its copies, and everything that is wrong in the row; no year or day may be later than `until`."""
    problems: list[BadRow] = []

    def read(name: str, reader: Callable[..., Any], *limits: Any) -> Any:
        raw = row.values.get(name, "")
        try:
            return reader(raw, *limits)
        except Unusable as problem:
            problems.append(BadRow(row.line, name, clean(raw, 60), problem.reason, problem.details))
            return None

    values = {name: read(name, _one_line, longest) for name, longest in LONGEST.items()}
    if values["title"] == "":
        problems.append(BadRow(row.line, "title", "", t("The title is missing.")))
    values["language"] = values["language"] or "Indonesia"
    values["kind"] = read("kind", _kind)
    values["enacted_on"] = read("enacted_on", _day, until)
    values["year"] = read("year", _year, until) or (values["enacted_on"].year if values["enacted_on"] else None)
    values["in_force"] = read("in_force", _one_of, IN_FORCE, t("Write “Berlaku”, “Tidak Berlaku” or nothing."))
    codes = read("codes", _codes) or ()
    count = read("copies", _count, codes)
    shelf = read("shelf", _one_line, LONGEST_SHELF)
    reference = read("reference", _one_of, YES_OR_NO, t("Write “ya”, “tidak” or nothing."))
    status = CopyStatus.REFERENCE_ONLY if reference else CopyStatus.AVAILABLE
    return values, NewCopies(row.line, codes, count, shelf, status), problems


def _one_line(raw: str, longest: int) -> str:
    cleaned = clean(raw, longest + 1)
    if len(cleaned) > longest:
        raise Unusable(t("This is too long: at most %(most)s characters."), most=longest)
    return cleaned


def _kind(raw: str) -> Kind:
    word = clean(raw, 60).casefold()
    for kind, beginnings in KIND_BEGINNINGS:
        if word.startswith(beginnings):
            return kind
    raise Unusable(t("Write one of these kinds: Keputusan, Peraturan, Buku, Jurnal, Putusan, Lainnya."))


def _year(raw: str, until: date) -> int | None:
    text = clean(raw, 20)
    if text in ("", "-"):
        return None
    if not re.fullmatch("[0-9]{4}", text) or not 1700 <= int(text) <= until.year:
        raise Unusable(t("This is not a year, or it has not come yet."))
    return int(text)


def _day(raw: str, until: date) -> date | None:
    text = clean(raw, 40).casefold()
    if text in ("", "-"):
        return None
    for number, month in enumerate(MONTHS, 1):
        text = text.replace(f" {month} ", f"/{number}/")
    for form in ("%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y"):
        try:
            day = datetime.strptime(text, form).date()  # noqa: DTZ007 - a calendar day has no zone
        except ValueError:
            continue
        if day.year < 1700 or day > until:
            raise Unusable(t("This day has not come yet, or lies too far back."))
        return day
    raise Unusable(t("This is not a date such as 21/05/2019, 2019-05-21 or 21 Mei 2019."))


def _one_of(raw: str, words: dict[str, bool | None], otherwise: str) -> bool | None:
    word = clean(raw, 40).casefold()
    if word not in words:
        raise Unusable(otherwise)
    return words[word]


def _codes(raw: str) -> tuple[str, ...]:
    parts = ["".join(part.split()) for part in re.split(r"[;|]", raw)]
    if max(map(len, parts)) > LONGEST_CODE:
        raise Unusable(t("A copy code has at most 40 characters; separate several with “;”."))
    if not all(part.isascii() and part.isprintable() for part in parts):
        raise Unusable(t("A copy code has plain letters, digits and signs only."))
    codes = tuple(copy_code(part) for part in parts if part not in ("", "-"))
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
