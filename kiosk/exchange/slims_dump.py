"""SLiMS 9: the SQL backup of its database, read as text by a strict tokenizer; nothing in it is ever run.

The tables and columns are those of install/senayan.sql of SLiMS 9.7; the backup is what mysqldump or phpMyAdmin writes.
"""

import io
import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from foundation.errors import Refused
from foundation.text import t
from kiosk.exchange import slims
from kiosk.exchange.records import Record
from kiosk.exchange.scratch import Scratch, scratch
from kiosk.exchange.tables import Source, opened

# master table -> its key, and the column that holds the name
MASTERS = {"mst_author": ("author_id", "author_name"), "mst_topic": ("topic_id", "topic"),
           "mst_publisher": ("publisher_id", "publisher_name"),
           "mst_place": ("place_id", "place_name"), "mst_gmd": ("gmd_id", "gmd_name"), "mst_language": ("language_id", "language_name"),
           "mst_coll_type": ("coll_type_id", "coll_type_name"), "mst_location": ("location_id", "location_name"),
           "mst_supplier": ("supplier_id", "supplier_name"), "mst_item_status": ("item_status_id", "item_status_name"),
           "mst_frequency": ("frequency_id", "frequency")}
# rows that belong to a title; the last part of their table's name is what its further data calls them
OF_BIBLIO = ("item", "biblio_author", "biblio_topic", "biblio_attachment", "biblio_relation", "biblio_custom")
KEPT_BY = {"item_custom": "item_id"}
OF_TITLE = {"publisher_id": "mst_publisher", "publish_place_id": "mst_place", "gmd_id": "mst_gmd", "language_id": "mst_language",
            "frequency_id": "mst_frequency"}
OF_ITEM = {"coll_type_id": "mst_coll_type", "location_id": "mst_location", "supplier_id": "mst_supplier",
           "item_status_id": "mst_item_status"}
WANTED = {"biblio", "item_custom", *OF_BIBLIO, *MASTERS}

Row = dict[str, str | None]

_BEGINS = re.compile(r"(?:/\*|--|#|\s|SET\b|DROP\b|CREATE\b|INSERT\b|LOCK\b|START\b|USE\b)", re.IGNORECASE)
_IS_DUMP = re.compile(r"^\s*(?:CREATE TABLE|INSERT INTO|DROP TABLE)\b.{0,30}`", re.IGNORECASE | re.MULTILINE)
_CREATE = re.compile(r"\s*CREATE TABLE (?:IF NOT EXISTS )?`?(\w+)`?\s*\(", re.IGNORECASE)
_COLUMN = re.compile(r"\s*`(\w+)`\s")
_INSERT = re.compile(r"\s*(?:INSERT|REPLACE)(?: IGNORE)? INTO `?(\w+)`?\s*(\([^()]*\))?\s*VALUES?", re.IGNORECASE)
_VALUE = re.compile(r"\s*(?:NULL\b|_?(?:binary|utf8|utf8mb4)?\s*'((?:[^'\\]++|\\.|'')*+)'|(-?[0-9.]+(?:e[+-]?[0-9]+)?)"
                    r"|(0x[0-9a-f]+)|\w+\((?:\w+\(\))?\))"
                    r"\s*([,)])", re.IGNORECASE | re.DOTALL)
_ROW = re.compile(r"\s*,?\s*\(")
_END = re.compile(r"\s*(?:;|ON DUPLICATE\b)", re.IGNORECASE)
_ESCAPED = re.compile(r"\\(.)|''", re.DOTALL)
_MEANS = {"n": "\n", "r": "\r", "t": "\t", "0": "", "Z": "\x1a", "b": "\b"}
PIECE = 1 << 20          # characters read at once
LONGEST_VALUE = 16 * PIECE  # characters; what is longer is no value
LONGEST_WORDS = 10_000      # characters before the values of an INSERT, with the names of the columns


def is_dump(beginning: bytes) -> bool:
    """Whether a file that begins so is an SQL backup."""
    text = beginning.decode("utf-8", errors="replace")
    return bool(_BEGINS.match(text) and (_IS_DUMP.search(text) or re.search(r"^-- (?:MySQL|MariaDB|phpMyAdmin)", text, re.MULTILINE)))


def records(source: Source, name: str, until: date) -> Iterator[Record]:
    """The titles of the backup with their copies. Raises Refused for one that breaks off, or is of another program."""
    with scratch() as kept:
        masters: dict[str, dict[str, Row]] = {table: {} for table in MASTERS}
        for table, row in rows(source, name):
            if table in MASTERS:
                masters[table][row.get(MASTERS[table][0]) or ""] = row
            else:
                kept.put(table, row.get(KEPT_BY.get(table, "biblio_id")) or "", row)
        kept.sort()
        number = 0
        for number, book in enumerate(kept.every("biblio"), 1):
            yield _record(number, book, kept, masters, until)
        if not number:
            raise Refused(t("This backup has no titles of SLiMS in it."), t("Choose the backup of the whole SLiMS database."), status=422)


def _record(number: int, book: Row, kept: Scratch, masters: dict[str, dict[str, Row]], until: date) -> Record:
    identity = book.pop("biblio_id") or ""
    said: dict[str, Any] = {name: value for name, value in book.items() if value not in (None, "")}
    _resolve(said, OF_TITLE, masters)
    further = {table: kept.get(table, identity) for table in OF_BIBLIO}
    authors = _linked(further.pop("biblio_author"), "author_id", masters["mst_author"])
    topics = _linked(further.pop("biblio_topic"), "topic_id", masters["mst_topic"])
    said |= {"authors": [row["author_name"] for row in authors], "topics": [row["topic"] for row in topics]}
    said |= {f"of {table}": rows for table, rows in (("authors", authors), ("topics", topics)) if any(map(_tells_more, rows))}
    items = [_item(item, kept, masters) for item in further.pop("item")]
    said |= {table: _without_identity(rows) for table, rows in further.items() if rows}
    return slims.record(number, said, items, f"slims:{identity}", until)


def _linked(links: list[Row], key: str, masters: dict[str, Row]) -> list[Row]:
    """The masters that a title is linked with, the main one first."""
    found = [(link, masters[number]) for link in links if (number := link.get(key) or "") in masters]
    return [row for _, row in sorted(found, key=lambda pair: int(pair[0].get("level") or 1))]


def _tells_more(row: Row) -> bool:
    """Whether a master says more than its name: that it is a body, a place, a year."""
    usual = {"authority_type": "p", "topic_type": "t", "author_year": ""}
    return any((row.get(name) or value) != value for name, value in usual.items())


def _item(item: Row, kept: Scratch, masters: dict[str, dict[str, Row]]) -> dict[str, Any]:
    said: dict[str, Any] = {name: value for name, value in item.items() if value not in (None, "") and name != "biblio_id"}
    for custom in kept.get("item_custom", said.get("item_id", "")):
        said |= {name: value for name, value in custom.items() if value and name != "item_id"}
    status = masters["mst_item_status"].get(said.get("item_status_id") or "", {})
    _resolve(said, OF_ITEM, masters)
    return {**said, "no_loan": "1"} if status.get("no_loan") == "1" else said


def _resolve(said: dict[str, Any], keys: dict[str, str], masters: dict[str, dict[str, Row]]) -> None:
    """Names instead of the numbers they have in the backup; a number without a name stays what it is."""
    for column, table in keys.items():
        row = masters[table].get(said.get(column) or "")
        if row and (name := row.get(MASTERS[table][1])):
            said[MASTERS[table][1]] = name
            del said[column]


def _without_identity(rows: list[Row]) -> list[Row]:
    return [{name: value for name, value in row.items() if name != "biblio_id" and value is not None} for row in rows]


# ---- the text

class _Text:
    """The backup as text, of which a window is in memory."""

    def __init__(self, file: io.TextIOBase):
        self.file, self.window, self.at, self.line, self.over = file, "", 0, 1, False

    def take(self, pattern: re.Pattern[str], longest: int = LONGEST_WORDS) -> re.Match[str] | None:
        """What stands here, when it is that, and goes on; it is never cut off at the end of the window."""
        while True:
            found = pattern.match(self.window, self.at)
            if found and (self.over or found.end() < len(self.window)):
                self.at = found.end()
                return found
            if self.over or not found and len(self.window) - self.at > longest:
                return None
            self._more()

    def pass_line(self) -> None:
        """Go on to the next line."""
        while (end := self.window.find("\n", self.at)) < 0 and not self.over:
            self.at = len(self.window)
            self._more()
        self.at = end + 1 if end >= 0 else len(self.window)

    @property
    def ended(self) -> bool:
        if self.at == len(self.window):
            self._more()
        return self.over and self.at == len(self.window)

    def _more(self) -> None:
        piece = self.file.read(PIECE)
        self.line += self.window.count("\n", 0, self.at)
        self.window, self.at = self.window[self.at:] + piece, 0
        self.over = not piece

    def broken(self) -> Refused:
        line = self.line + self.window.count("\n", 0, self.at)
        return Refused(t("The backup cannot be read from line %(line)s on."), t("Make a new backup in SLiMS, then try again."),
                       status=422, line=line)


def rows(source: Source, name: str) -> Iterator[tuple[str, Row]]:
    """The rows of the tables that are wanted, in the order of the backup, with the names of their columns."""
    columns: dict[str, list[str]] = {}
    with opened(source, name) as file:
        text = io.TextIOWrapper(file, "utf-8", errors="replace")
        try:
            window = _Text(text)
            while not window.ended:
                if created := window.take(_CREATE):
                    columns[created[1]] = _columns(window)
                elif inserted := window.take(_INSERT):
                    names = re.findall(r"\w+", inserted[2] or "") or columns.get(inserted[1], [])
                    if inserted[1] in WANTED and not names:
                        raise window.broken()
                    yield from ((inserted[1], row) for row in _values(window, names if inserted[1] in WANTED else []))
                else:
                    window.pass_line()
        finally:
            text.detach()


def _columns(text: _Text) -> list[str]:
    """The names of a table's columns: the lines that begin with one, up to its first key or its end."""
    names = []
    text.pass_line()
    while column := text.take(_COLUMN):
        names.append(column[1])
        text.pass_line()
    return names


def _values(text: _Text, names: list[str]) -> Iterator[Row]:
    """The rows of one INSERT; of a table that has no `names` none, but its text is passed over all the same."""
    while text.take(_ROW):
        row: list[str | None] = []
        while True:
            value = text.take(_VALUE, LONGEST_VALUE)
            if value is None:
                raise text.broken()
            quoted, number, other, ends = value.groups()
            row.append(number or other if quoted is None else _ESCAPED.sub(_plain, quoted) if "\\" in quoted or "''" in quoted else quoted)
            if ends == ")":
                break
        if names:
            if len(row) != len(names):
                raise text.broken()
            yield dict(zip(names, row, strict=True))
    if not text.take(_END):
        raise text.broken()


def _plain(escaped: re.Match[str]) -> str:
    return "'" if escaped[1] is None else _MEANS.get(escaped[1], escaped[1])
