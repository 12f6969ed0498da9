"""Brings a list of titles and copies into the collection: first a check of every row, then all of it or nothing."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from foundation.audit import record
from foundation.clock import today
from foundation.errors import Refused
from foundation.office import office
from foundation.people import Actor, Role
from foundation.text import t
from kiosk.collection import Copy, Kind, Title
from kiosk.columns import BadRow, NewCopies, Row, Table, describe, read_row, read_table
from kiosk.searching import index_titles

__all__ = ["Imported", "Plan", "apply", "check", "describe", "read_table", "summary"]

CODE_PREFIX = {Kind.DECISION: "KPT", Kind.REGULATION: "PER", Kind.BOOK: "BUK",
               Kind.JOURNAL: "JUR", Kind.RULING: "PUT", Kind.OTHER: "LAI"}
BATCH = 500

Key = tuple[Kind, str, int | None, str]  # two titles with the same key are the same work


@dataclass(frozen=True, slots=True)
class Entry:
    """One title of the file: its columns, and the copies of all lines that speak of it."""

    values: dict[str, Any]
    copies: list[NewCopies]

    @property
    def key(self) -> Key:
        return _key(self.values["kind"], self.values["number"], self.values["year"], self.values["title"])


@dataclass(frozen=True)
class Plan:
    """What a file would bring: `titles` that can be imported, and everything that is wrong with the other lines."""

    titles: list[Entry]
    bad: list[BadRow]

    @property
    def copies(self) -> int:
        """How many copies the titles' lines speak of."""
        return sum(copies.count for entry in self.titles for copies in entry.copies)


@dataclass(frozen=True)
class Imported:
    """What an import did: titles made, copies made, and the ids of all titles that got something new."""

    titles: int
    copies: int
    title_ids: list[int]


def check(session: Session, table: Table | Iterable[Row]) -> Plan:
    """A dry run: what could be imported, and every line that could not, with its reasons; nothing is changed.

    Lines that speak of the same work (kind, number, year and title alike) bring copies of one title.
    Raises Refused where there are no rows at all, or the file turns out to be damaged.
    """
    until = today(office(session).time_zone)
    entries: dict[Key, Entry] = {}
    bad: list[BadRow] = []
    lines_of_codes: dict[str, int] = {}
    for row in table.rows if isinstance(table, Table) else table:
        values, copies, problems = read_row(row, until)
        problems += _codes_seen_before(copies, lines_of_codes)
        bad += problems
        if not problems:
            entry = Entry(values, [])
            entries.setdefault(entry.key, entry).copies.append(copies)
    if not entries and not bad:
        raise Refused(t("The file has no rows below the names of its columns."),
                      t("Choose the file with the list of the collection."), status=422)
    foreign = _codes_of_others(session, entries, _known_titles(session, entries))
    for entry in entries.values():
        bad += [BadRow(copies.line, "codes", code, t("This copy code already belongs to another title of the library."))
                for copies in entry.copies for code in copies.codes if code in foreign]
        entry.copies[:] = [copies for copies in entry.copies if not foreign.intersection(copies.codes)]
    return Plan([entry for entry in entries.values() if entry.copies], sorted(bad, key=lambda row: row.line))


def summary(plan: Plan, translate: Callable[[str], str]) -> str:
    """What the file holds, as one sentence in the language of `translate`."""
    facts = {"titles": len(plan.titles), "copies": plan.copies, "bad": len({row.line for row in plan.bad})}
    return translate(t("Good titles: %(titles)s, copies: %(copies)s, bad rows: %(bad)s.")) % facts


def apply(session: Session, plan: Plan, by: Actor, skip_bad: bool = False) -> Imported:
    """Import the plan's titles and copies, and put them into the search index.

    A title the library holds already keeps its own description and gets the copies it lacks: those whose code is new or,
    without codes, as many as bring it to the number in the file. So the same file twice changes nothing the second time.
    Raises Refused while there are bad rows, unless `skip_bad`, and when the library changed so that the plan no longer fits.
    """
    by.must_be(Role.ADMIN)
    if plan.bad and not skip_bad:
        raise Refused(t("Nothing was imported: some rows cannot be used."),
                      t("Correct these rows in the file, or choose to skip them."), status=422)
    entries = {entry.key: entry for entry in plan.titles}
    known = _known_titles(session, entries)
    if _codes_of_others(session, entries, known):
        raise Refused(t("The collection changed while the file was being checked."), t("Check the file again."))

    new = [entry for key, entry in entries.items() if key not in known]
    ids = known | dict(zip((entry.key for entry in new), _insert_titles(session, new), strict=True))
    copies = _copies_to_make(session, entries, ids)
    for batch in _batches(copies):
        session.execute(sa.insert(Copy.__table__), batch)
    changed = sorted({ids[entry.key] for entry in new} | {copy["title_id"] for copy in copies})
    index_titles(session, changed)
    record(session, by, "import collection", "collection", titles=len(new), copies=len(copies), bad_rows=len(plan.bad))
    return Imported(len(new), len(copies), changed)


def _key(kind: Kind, number: str, year: int | None, title: str) -> Key:
    return kind, number.casefold(), year, title.casefold()


def _codes_seen_before(copies: NewCopies, lines_of_codes: dict[str, int]) -> list[BadRow]:
    return [BadRow(copies.line, "codes", code, t("This copy code is already in line %(other)s."), {"other": other})
            for code in copies.codes if (other := lines_of_codes.setdefault(code, copies.line)) != copies.line]


def _known_titles(session: Session, entries: dict[Key, Entry]) -> dict[Key, int]:
    """The ids of those entries' titles that the library holds already."""
    every = session.execute(sa.select(Title.id, Title.kind, Title.number, Title.year, Title.title)
                            .order_by(Title.id.desc()).execution_options(yield_per=2000))
    return {key: id for id, *columns in every if (key := _key(*columns)) in entries}


def _codes_of_others(session: Session, entries: dict[Key, Entry], known: dict[Key, int]) -> set[str]:
    """Codes in the file that a copy of another title has already; one of the same title is there and no mistake."""
    owner = {code: known.get(key) for key, entry in entries.items() for copies in entry.copies for code in copies.codes}
    taken = _select_in(session, sa.select(Copy.code, Copy.title_id), Copy.code, list(owner))
    return {code for code, title_id in taken if owner[code] != title_id}


def _insert_titles(session: Session, entries: list[Entry]) -> list[int]:
    insert = sa.insert(Title.__table__).returning(Title.__table__.c.id, sort_by_parameter_order=True)
    return [id for batch in _batches(entries) for id in session.scalars(insert, [entry.values for entry in batch])]


def _copies_to_make(session: Session, entries: dict[Key, Entry], ids: dict[Key, int]) -> list[dict[str, Any]]:
    """The rows of the copies that are in the file and not in the library; `ids` are those of the entries' titles."""
    held: dict[int, dict[str, int]] = {}
    for title_id, code, number in _select_in(session, sa.select(Copy.title_id, Copy.code, Copy.number), Copy.title_id,
                                             list(ids.values())):
        held.setdefault(title_id, {})[code] = number
    rows, without_code, named = [], [], set()
    for key, entry in entries.items():
        mine = held.get(ids[key], {})
        last = max(mine.values(), default=0)
        for number, (code, copies) in enumerate(_lacking(entry, mine), last + 1):
            row = {"title_id": ids[key], "number": number, "shelf": copies.shelf, "status": copies.status,
                   "code": code or f"{CODE_PREFIX[entry.values['kind']]}-{ids[key]:04d}-{number}"}
            rows.append(row)
            if code:
                named.add(code)
            else:
                without_code.append(row)
    _make_unique(session, without_code, named)
    return rows


def _lacking(entry: Entry, held: dict[str, int]) -> Iterator[tuple[str, NewCopies]]:
    """The copies of the entry that are not among those `held`, each with its code ("" where one has to be made)."""
    uncounted = len(held)
    for copies in entry.copies:
        if copies.codes:
            yield from ((code, copies) for code in copies.codes if code not in held)
        else:
            yield from [("", copies)] * max(0, copies.count - uncounted)
            uncounted = max(0, uncounted - copies.count)


def _make_unique(session: Session, rows: list[dict[str, Any]], named: set[str]) -> None:
    """Let no code we made be one that a label has already: an X is added until it is free."""
    while rows:
        there = set(_select_in(session, sa.select(Copy.code), Copy.code, [row["code"] for row in rows]))
        rows = [row for row in rows if row["code"] in named or (row["code"],) in there]
        for row in rows:
            row["code"] += "X"


def _select_in(session: Session, query: sa.Select, column: Any, values: list) -> Iterator[Any]:
    for batch in _batches(values):
        yield from session.execute(query.where(column.in_(batch)))


def _batches(everything: list) -> Iterator[list]:
    return (everything[first:first + BATCH] for first in range(0, len(everything), BATCH))
