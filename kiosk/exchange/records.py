"""What a reader gives and a writer takes: one title of a collection with its copies, and what was wrong with it where it came from."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from foundation.files import FileStore
from foundation.text import clean, t
from kiosk.ledger.cells import Unusable, read_line, read_year
from kiosk.ledger.collection import Copy, CopyStatus, Kind, Title, copy_code

FIELD_WORDS = {
    "title": t("title"), "kind": t("kind"), "number": t("number"), "year": t("year"), "author": t("author"),
    "publisher": t("publisher"), "place": t("place"), "enacted_on": t("enacted on"), "subject": t("subject"),
    "language": t("language"), "call_number": t("call number"), "isbn": t("ISBN"), "extent": t("extent"),
    "abstract": t("abstract"), "in_force": t("status"), "codes": t("copy codes"), "copies": t("copies"), "shelf": t("shelf"),
    "reference": t("reference only"), "promulgated_on": t("promulgated on"), "type_name": t("form"), "signatory": t("signatory"),
    "source": t("source"), "field_of_law": t("field of law"), "edition": t("edition"), "register_number": t("register number"),
    "elsewhere": t("origin"), "extra": t("further data"), "status": t("copy status"), "status_reason": t("reason of the status"),
    "status_at": t("status since"), "copy_register": t("inventory number"), "copy_extra": t("further data of the copy"),
    "record": t("record"), "cover": t("cover"), "digital": t("digital copy")}

LONGEST = {column.name: column.type.length for column in Title.__table__.columns if isinstance(column.type, sa.String)
           and column.type.length and column.name not in ("kind", "cover", "digital", "elsewhere")} | {"abstract": 5000}
LONGEST_OF_COPY = {column.name: column.type.length for column in Copy.__table__.columns
                   if isinstance(column.type, sa.String) and column.type.length}
LONGEST_ORIGIN = Title.__table__.c.elsewhere.type.length
MOST_COPIES = 100
KIND_BEGINNINGS = (
    (Kind.DECISION, ("keputusan", "surat keputusan", "decision")),
    (Kind.REGULATION, ("peraturan", "undang-undang", "regulation")),
    (Kind.BOOK, ("buku", "monografi", "book")),
    (Kind.JOURNAL, ("jurnal", "majalah", "artikel", "journal", "serial", "terbitan berkala")),
    (Kind.RULING, ("putusan", "ruling")),
    (Kind.OTHER, ("lain", "other", "surat edaran")))
_LEGAL = (Kind.DECISION, Kind.REGULATION, Kind.RULING)
_NUMBERED = re.compile(r"\b(?:nomor|no\.)\s*:?\s*(\S.{0,99}?)(?=\s+tentang\b|,|$)", re.IGNORECASE)
_YEAR = re.compile(r"(?<!\d)(?:1[789]|20)\d\d(?!\d)")


@dataclass(frozen=True, slots=True)
class BadRow:
    """What is wrong in one field of one line or record; `reason` is a sentence marked with t(), with its places in `details`."""

    line: int
    field: str
    value: str
    reason: str
    details: dict[str, object] | None = None


@dataclass(frozen=True, slots=True)
class NewCopy:
    """A copy as it comes in; without a code one is made for it. `line` is where it stands in the file."""

    line: int
    code: str = ""
    shelf: str = ""
    status: CopyStatus = CopyStatus.AVAILABLE
    status_reason: str = ""
    status_at: datetime | None = None
    register_number: str = ""
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Record:
    """One title: `values` by the columns of the table `title`, usable as they are; where there are `problems`, it is left out.

    `files`: of its columns `cover` and `digital`, the names of the files that came with the list and are not in the store yet.
    """

    line: int
    values: dict[str, Any]
    copies: list[NewCopy]
    problems: list[BadRow] = field(default_factory=list)
    files: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Filing:
    """Where the files that come with a list are kept: the store, and who looks into them before a title has them.

    `pages_of` counts the pages of a PDF, `look_at` draws a picture; both raise Refused for what is none.
    """

    store: FileStore
    pages_of: Callable[[Path], int]
    look_at: Callable[[Path], None]


@dataclass(frozen=True)
class Source:
    """A file that was recognised: what it is, the names of columns that mean nothing here, and its records, as often as they are asked
    for; no year or day in them may be later than the one `read` is given. `keep`: the same records, while their files are kept."""

    format: str
    read: Callable[[date], Iterator[Record]]
    ignored: tuple[str, ...] = ()
    keep: Callable[[Iterator[Record], Filing], Iterator[Record]] = lambda records, filing: records


def describe(bad: BadRow, translate: Callable[[str], str], words: Mapping[str, str] = FIELD_WORDS) -> str:
    """What is wrong with a line, as one sentence in the language of `translate`; `words` are the names of the fields."""
    sentence = t("Line %(line)s, %(field)s “%(value)s”: %(reason)s") if bad.value else t("Line %(line)s, %(field)s: %(reason)s")
    return translate(sentence) % {"line": bad.line, "field": translate(words[bad.field]), "value": bad.value,
                                  "reason": translate(bad.reason) % (bad.details or {})}


def usable_code(raw: str) -> str:
    """A copy's code as it is kept. Raises Unusable."""
    code = "".join(raw.split())
    if len(code) > LONGEST_OF_COPY["code"]:
        raise Unusable(t("A copy code has at most 40 characters; separate several with “;”."))
    if not (code.isascii() and code.isprintable()):
        raise Unusable(t("A copy code has plain letters, digits and signs only."))
    return "" if code == "-" else copy_code(code)


class Fitting:
    """Fits what another program says into our columns; what does not fit goes to `extra` as it was, under the name it has there.

    So nothing is lost, and `original` can give it back as long as nobody has changed the column since.
    """

    def __init__(self, until: date):
        self.until = until
        self.extra: dict[str, Any] = {}

    def fit(self, longest: Mapping[str, int], column: str, name: str, raw: str) -> str:
        """The beginning of `raw` that the column can hold."""
        line = clean(raw, longest[column])
        if line != raw:
            self.extra[name] = raw
        return line

    def title(self, column: str, name: str, raw: str) -> str:
        return self.fit(LONGEST, column, name, raw)

    def copy(self, column: str, name: str, raw: str) -> str:
        return self.fit(LONGEST_OF_COPY, column, name, raw)

    def year(self, name: str, raw: str) -> int | None:
        """The year that is written there, or the first of several."""
        found = usable_year(raw, self.until)
        if raw.strip() not in ("", str(found)):
            self.extra[name] = raw
        return found

    def several(self, column: str, name: str, raw: list[str]) -> str:
        """Several names as one column."""
        joined = clean(APART.join(raw), LONGEST[column])
        if raw and joined.split(APART) != raw:
            self.extra[name] = raw
        return joined


APART = "; "


def usable_year(raw: str, until: date) -> int | None:
    """The first year in `raw` that has come."""
    for year in _YEAR.findall(raw):
        try:
            return read_year(year, until)
        except Unusable:
            continue
    return None


def original(values: Mapping[str, Any], column: str, name: str, longest: Mapping[str, int] = LONGEST) -> str:
    """What the other program said for this column, unless the column was changed here since; otherwise the column."""
    now, before = values[column] or "", values["extra"].get(name)
    if isinstance(before, str) and clean(before, longest[column]) == now:
        return before
    return str(now)


def originals(values: Mapping[str, Any], column: str, name: str) -> list[str]:
    """As `original`, for a column of several names."""
    now, before = values[column], values["extra"].get(name)
    if isinstance(before, list) and clean(APART.join(before), LONGEST[column]) == now:
        return before
    return now.split(APART) if now else []


def original_year(values: Mapping[str, Any], name: str) -> str:
    before = values["extra"].get(name)
    if isinstance(before, str) and (usable_year(before, date.max) or usable_year(values["number"], date.max)) == values["year"]:
        return before  # a year that is not said there was taken from the number
    return str(values["year"] or "")


def kind_of(word: str) -> Kind | None:
    """The kind that a word such as “Keputusan KPU” begins with."""
    said = clean(word, 60).casefold()
    return next((kind for kind, beginnings in KIND_BEGINNINGS if said.startswith(beginnings)), None)


def classified(values: dict[str, Any], hints: list[str], until: date) -> None:
    """Kind, number and year of a title whose source knows no legal products, from its title and what it is filed under (`hints`).

    A title counts as a legal product when it begins as one and names its number: “Peraturan KPU Nomor 9 Tahun 2022 tentang …”.
    """
    title = values["title"]
    numbered = _NUMBERED.search(title)
    kind = kind_of(title)
    hinted = next(filter(None, map(kind_of, hints)), None)
    if kind in _LEGAL and numbered:
        values["kind"] = kind
        values["number"] = numbered[1].strip()[:LONGEST["number"]]
        values["year"] = values.get("year") or usable_year(values["number"], until)
    else:
        values["kind"] = hinted or Kind.BOOK


def checked(line: int, values: dict[str, Any], copies: list[NewCopy], problems: list[BadRow], origin: str) -> Record:
    """The record of a title that came from `origin` (such as "slims:12"); one without a title is a problem."""
    try:
        elsewhere = read_line(origin, LONGEST_ORIGIN)
    except Unusable:
        elsewhere, values["extra"] = "", {**values["extra"], "origin": origin}
    if not values["title"]:
        problems = [*problems, BadRow(line, "title", "", t("The title is missing."))]
    return Record(line, {**BLANK, **values, "elsewhere": elsewhere}, copies, problems)


# a title of which nothing is known
BLANK: dict[str, Any] = {**dict.fromkeys(LONGEST, ""), "language": "Indonesia", "year": None, "enacted_on": None, "promulgated_on": None,
                            "in_force": None}
