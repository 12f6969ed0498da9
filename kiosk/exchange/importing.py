"""Brings records into the collection: first a check of every one, then chunk by chunk; what is there already is not doubled."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from foundation.audit import record
from foundation.clock import today
from foundation.database import Database
from foundation.errors import Refused
from foundation.office import office
from foundation.people import Actor, Role
from foundation.text import t
from kiosk.exchange.records import BadRow, Filing, NewCopy, Record, Source
from kiosk.ledger.collection import Copy, Kind, MergedTitle, Title
from kiosk.shelves.search_index import index_titles

CODE_PREFIX = {Kind.DECISION: "KPT", Kind.REGULATION: "PER", Kind.BOOK: "BUK",
               Kind.JOURNAL: "JUR", Kind.RULING: "PUT", Kind.OTHER: "LAI"}
CHUNK = 200         # records in one transaction: so long do others wait at most, about a tenth of a second
BATCH = 500         # values in one query
MOST_BAD = 1000     # mistakes that are remembered
IDENTITY = ("elsewhere", "kind", "number", "year", "title", "edition")


@dataclass
class Plan:
    """What a file would bring: its `records`, how many `titles`, `copies` and `files` are in the good ones, how many of the titles are
    `here` already and which of those were `merged` into another one, how many records are `wrong`, and the first of their mistakes."""

    records: int = 0
    titles: int = 0
    here: int = 0
    copies: int = 0
    files: int = 0
    wrong: int = 0
    bad: list[BadRow] = field(default_factory=list)
    merged: list["Merged"] = field(default_factory=list)


@dataclass(frozen=True)
class Merged:
    """A record whose title is in the library under another one: `into` is that one's name, `title_id` its id."""

    line: int
    title: str
    title_id: int
    into: str


@dataclass
class Imported:
    """What an import did: titles made, copies made, the ids of all titles that got something new, and what could not be used."""

    titles: int = 0
    copies: int = 0
    title_ids: list[int] = field(default_factory=list)
    bad: list[BadRow] = field(default_factory=list)

    def add(self, more: "Imported") -> None:
        self.titles += more.titles
        self.copies += more.copies
        self.title_ids += more.title_ids
        self.bad += more.bad


@dataclass(frozen=True, slots=True)
class Entry:
    """One work: the columns of its title, and the records that speak of it. `id` is its title's, None for a new one."""

    id: int | None
    values: dict[str, Any]
    records: list[Record]


class Works:
    """Which title is which work: what has the same origin; or, where one of both has none, the same kind, number, year, title and edition.

    What was merged into another title leads to that one: by these keys, and by its register number and its copies' codes too. Only
    fingerprints are kept in memory: a hundred thousand titles take about 20 MiB.
    """

    def __init__(self) -> None:
        self._ids: dict[int, int] = {}
        self._merged: dict[int, int] = {}
        self._newest = self._newest_merged = 0

    def look(self, session: Session) -> None:
        """Know the titles that were added, and those that were merged, since the last look."""
        added = sa.select(Title.id, *(getattr(Title, key) for key in IDENTITY)).where(Title.id > self._newest).order_by(Title.id)
        for row in session.execute(added.execution_options(yield_per=2000)):
            self.add(row.id, row._mapping)
            self._newest = row.id
        merged = sa.select(MergedTitle.__table__).where(MergedTitle.id > self._newest_merged).order_by(MergedTitle.id)
        for row in session.execute(merged):
            for key in (*_keys_of(row._mapping), *_marks_of(row.register_number, row.codes)):
                self._merged.setdefault(key, row.title_id)
            self._newest_merged = row.id

    def add(self, id: int, values: Mapping[str, Any]) -> None:
        for key in _keys_of(values):
            self._ids.setdefault(key, id)

    def find(self, record: Record) -> int | None:
        """The title that the record speaks of."""
        return next((id for key in _sought(record) if (id := self._ids.get(key, self._merged.get(key))) is not None), None)

    def was_merged(self, record: Record) -> bool:
        """Whether the title that is found was another one, when it came."""
        return next((key not in self._ids for key in _sought(record) if key in self._ids or key in self._merged), False)


def _keys_of(values: Mapping[str, Any]) -> list[int]:
    """What a title is found by."""
    alike, elsewhere = _folded(values), values["elsewhere"]
    return [hash(("alike", alike)), hash(("from", elsewhere)) if elsewhere else hash(("nowhere", alike))]


def _sought(record: Record) -> list[int]:
    """By what the title of a record is looked for, one after the other."""
    alike, elsewhere = _folded(record.values), record.values["elsewhere"]
    keys = [hash(("from", elsewhere)), hash(("nowhere", alike))] if elsewhere else [hash(("alike", alike))]
    return keys + _marks_of(record.values["register_number"], [copy.code for copy in record.copies])


def _marks_of(register_number: str, codes: Iterable[str]) -> list[int]:
    return [hash(("code", code)) for code in codes if code] + ([hash(("register", register_number.casefold()))] if register_number else [])


def _folded(values: Mapping[str, Any]) -> tuple[object, ...]:
    kind, number, year, title, edition = (values[key] for key in IDENTITY[1:])
    return kind, number.casefold(), year, title.casefold(), edition.casefold()


def check(session: Session, source: Source | Iterable[Record]) -> Plan:
    """A dry run: what could be imported, and every record that could not, with its reasons; nothing is changed.

    Raises Refused where there are no records at all, or the file turns out to be damaged.
    """
    plan, works, lines_of_codes = Plan(), Works(), {}
    new, here, merged, files = 0, set(), [], set()
    works.look(session)
    for chunk in chunks(records_of(session, source)):
        plan.records += len(chunk)
        good = []
        for each in chunk:
            mistakes = [*each.problems, *_codes_seen_before(each, lines_of_codes)]
            good += [] if mistakes else [each]
            plan.bad += mistakes
        entries, foreign = _without_codes_of_others(session, _entries(good, works))
        plan.bad = (plan.bad + foreign)[:MOST_BAD]
        plan.wrong += len(chunk) - sum(len(entry.records) for entry in entries)
        plan.copies += sum(len(each.copies) for entry in entries for each in entry.records)
        files.update(name for entry in entries for each in entry.records for name in each.files.values())
        for entry in entries:
            if entry.id is None:
                new += 1
                works.add(-new, entry.values)  # a later chunk may speak of it too
            elif entry.id > 0:
                here.add(entry.id)
                merged += [(each, entry.id) for each in entry.records if works.was_merged(each)][:MOST_BAD - len(merged)]
    plan.titles, plan.here, plan.files = new + len(here), len(here), len(files)
    plan.merged = _names_of(session, merged)
    if not plan.records:
        raise Refused(t("The file has no rows below the names of its columns."),
                      t("Choose the file with the list of the collection."), status=422)
    plan.bad = sorted(plan.bad, key=lambda mistake: mistake.line)
    return plan


def _names_of(session: Session, merged: list[tuple[Record, int]]) -> list[Merged]:
    names = dict(_select_in(session, sa.select(Title.id, Title.title), Title.id, sorted({id for _, id in merged})))
    return [Merged(each.line, each.values["title"], id, names[id]) for each, id in merged]


def summary(plan: Plan, translate: Callable[[str], str]) -> str:
    """What the file holds, as one sentence in the language of `translate`."""
    facts = {"titles": plan.titles, "copies": plan.copies, "bad": plan.wrong}
    return translate(t("Good titles: %(titles)s, copies: %(copies)s, bad rows: %(bad)s.")) % facts


def tell_merged(merged: Merged, translate: Callable[[str], str]) -> str:
    """What becomes of such a record, as one sentence in the language of `translate`."""
    return translate(t("Line %(line)s, “%(title)s”: already here (merged into “%(into)s”).")) % {
        "line": merged.line, "title": merged.title, "into": merged.into}


def apply(session: Session, source: Source | Iterable[Record], by: Actor, skip_bad: bool = False) -> Imported:
    """Import all records in the caller's transaction, and put them into the search index.

    A title the library holds already keeps its own description and gets the copies it lacks: those whose code is new or,
    without codes, as many as bring it to the number in the file. So the same file twice changes nothing the second time.
    Raises Refused for bad records, unless `skip_bad`. Files that came with a list stay out: they are no matter of a transaction.
    """
    by.must_be(Role.ADMIN)
    done, works = Imported(), Works()
    for chunk in chunks(records_of(session, source)):
        done.add(bring(session, chunk, works))
    if done.bad and not skip_bad:
        raise Refused(t("Nothing was imported: some rows cannot be used."),
                      t("Correct these rows in the file, or choose to skip them."), status=422)
    done.title_ids = sorted(set(done.title_ids))
    index_titles(session, done.title_ids)
    note(session, done, by)
    return done


def apply_in_chunks(database: Database, source: Source, by: Actor, filing: Filing | None = None) -> Imported:
    """Import what can be used of all records, in transactions so short that a desk comes in between; see `apply`.

    Files that came with the list are put into the store of `filing`, where there is one, before the transaction that names them.
    """
    by.must_be(Role.ADMIN)
    done, works = Imported(), Works()

    def one(session: Session, chunk: list[Record]) -> Imported:
        brought = bring(session, chunk, works)
        index_titles(session, brought.title_ids)
        return brought
    with database.reading() as session:
        records = records_of(session, source)
    for chunk in chunks(source.keep(records, filing) if filing else records):
        done.add(database.run(lambda session, chunk=chunk: one(session, chunk)))
    database.run(lambda session: note(session, done, by))
    return done


def note(session: Session, done: Imported, by: Actor) -> None:
    record(session, by, "import collection", "collection", titles=done.titles, copies=done.copies,
           bad_rows=len({mistake.line for mistake in done.bad}))


def records_of(session: Session, source: Source | Iterable[Record]) -> Iterator[Record]:
    """The records of a source, of which nothing is later than today at the office; records are themselves."""
    return source.read(today(office(session).time_zone)) if isinstance(source, Source) else iter(source)


def chunks(records: Iterator[Record], size: int = CHUNK) -> Iterator[list[Record]]:
    while chunk := list(islice(records, size)):
        yield chunk


# ---- one chunk

def bring(session: Session, records: list[Record], works: Works) -> Imported:
    """Import these records, and nothing into the search index: that is the caller's, once in a transaction."""
    works.look(session)
    lines_of_codes: dict[str, int] = {}
    bad = [mistake for each in records for mistake in (each.problems or _codes_seen_before(each, lines_of_codes))]
    wrong = {mistake.line for mistake in bad}
    entries, foreign = _without_codes_of_others(session, _entries([each for each in records if each.line not in wrong], works))
    new = [entry for entry in entries if entry.id is None]
    fresh = iter(_new_ids(session, len(new)))
    ids = [next(fresh) if entry.id is None else entry.id for entry in entries]
    titles = [{**entry.values, "id": id} for id, entry in zip(ids, entries, strict=True) if entry.id is None]
    for batch in _batches(titles):
        session.execute(sa.insert(Title.__table__), batch)
    filled = _fill_in_files(session, [entry for entry in entries if entry.id is not None])
    copies = _copies_to_make(session, entries, ids)
    for batch in _batches(copies):
        session.execute(sa.insert(Copy.__table__), batch)
    changed = {id for id, entry in zip(ids, entries, strict=True) if entry.id is None} | {copy["title_id"] for copy in copies}
    return Imported(len(new), len(copies), sorted(changed | filled), bad + foreign)


def _fill_in_files(session: Session, entries: list[Entry]) -> set[int]:
    """Titles that are here get the cover and the digital copy that they lack; the ids of those that got one."""
    brought = {entry.id: entry.values for entry in entries if entry.values.get("cover") or entry.values.get("digital")}
    filled = set()
    for batch in _batches(list(brought)):
        for title in session.scalars(sa.select(Title).where(Title.id.in_(batch))):
            values = brought[title.id]
            if values["cover"] and not title.cover:
                title.cover, filled = values["cover"], filled | {title.id}
            if values["digital"] and not title.digital and title.product_id is None:
                title.digital, title.digital_pages, filled = values["digital"], values["digital_pages"], filled | {title.id}
    return filled


def _entries(records: list[Record], works: Works) -> list[Entry]:
    """The works that these records speak of, in their order."""
    entries: list[Entry] = []
    here, known = Works(), {}
    for each in records:
        id = works.find(each)
        place = known.get(id) if id is not None else here.find(each)
        if place is None:
            place = len(entries)
            entries.append(Entry(id, each.values, []))
            if id is None:
                here.add(place, each.values)
            else:
                known[id] = place
        entries[place].records.append(each)
    return entries


def _codes_seen_before(each: Record, lines_of_codes: dict[str, int]) -> list[BadRow]:
    return [BadRow(each.line, "codes", copy.code, t("This copy code is already in line %(other)s."), {"other": other})
            for copy in each.copies if copy.code and (other := lines_of_codes.setdefault(copy.code, each.line)) != each.line]


def _without_codes_of_others(session: Session, entries: list[Entry]) -> tuple[list[Entry], list[BadRow]]:
    """The works without the records that have a code of another title's copy, and these codes; one of the same title is no mistake."""
    of_code = {copy.code: (entry, each) for entry in entries for each in entry.records for copy in each.copies if copy.code}
    taken = _select_in(session, sa.select(Copy.code, Copy.title_id), Copy.code, list(of_code))
    foreign = [BadRow(of_code[code][1].line, "codes", code, t("This copy code already belongs to another title of the library."))
               for code, title_id in taken if of_code[code][0].id != title_id]
    wrong = {mistake.line for mistake in foreign}
    for entry in entries:
        entry.records[:] = [each for each in entry.records if each.line not in wrong]
    return [entry for entry in entries if entry.records], foreign


def _new_ids(session: Session, count: int) -> Iterable[int]:
    """The next numbers of titles, taken beforehand: to be told them by an INSERT costs as much as all the rest on PostgreSQL."""
    if session.get_bind().dialect.name == "postgresql":
        next_one = sa.func.nextval(sa.func.pg_get_serial_sequence("title", "id"))
        return session.scalars(sa.select(next_one).select_from(sa.func.generate_series(1, count))).all()
    last = session.scalar(sa.select(sa.func.max(Title.id))) or 0  # nobody else writes now
    return range(last + 1, last + 1 + count)


def _copies_to_make(session: Session, entries: list[Entry], ids: list[int]) -> list[dict[str, Any]]:
    """The rows of the copies that are in the file and not in the library; `ids` are those of the entries' titles."""
    held: dict[int, dict[str, int]] = {}
    known = [id for id, entry in zip(ids, entries, strict=True) if entry.id is not None]
    for title_id, code, number in _select_in(session, sa.select(Copy.title_id, Copy.code, Copy.number), Copy.title_id, known):
        held.setdefault(title_id, {})[code] = number
    rows, without_code, named = [], [], set()
    for id, entry in zip(ids, entries, strict=True):
        mine = held.get(id, {})
        last = max(mine.values(), default=0)
        for number, copy in enumerate(_lacking(entry, mine), last + 1):
            row = {"title_id": id, "number": number, "code": copy.code or f"{CODE_PREFIX[entry.values['kind']]}-{id:04d}-{number}",
                   "shelf": copy.shelf, "status": copy.status, "status_reason": copy.status_reason, "status_at": copy.status_at,
                   "register_number": copy.register_number, "extra": copy.extra}
            rows.append(row)
            if copy.code:
                named.add(copy.code)
            else:
                without_code.append(row)
    _make_unique(session, without_code, named)
    return rows


def _lacking(entry: Entry, held: dict[str, int]) -> Iterator[NewCopy]:
    """The copies of the entry that are not among those `held`."""
    uncounted = len(held)
    for each in entry.records:
        for copy in each.copies:
            if copy.code and copy.code not in held or not copy.code and uncounted <= 0:
                yield copy
            elif not copy.code:
                uncounted -= 1


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
