"""The full-text index, on SQLite (FTS5) and on PostgreSQL (tsvector): how it is made, kept and asked.

`title_search` has one row for each title, numbered by `newness`: a later year is a greater number, so that the newest
matches come first without sorting and a span of years is a span of numbers. On SQLite the words are in `title_fts` under
the same number, on PostgreSQL in the row itself. Words are folded and stemmed in Python, so both engines find the same.
`search_word` lists the words of the collection, for corrections.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kiosk.collection import Copy, Kind, Title
from kiosk.search_words import Vocabulary, code_key, number_keys, stem, words_of

YEAR = 10**9            # newness = year * YEAR + id
LAST_YEAR = 9999
MOST_WORDS_OF_A_TITLE = 2000
BATCH = 1000

# The tokenizer is the plainest there is, because the words come folded; "=" begins a key (search_words.code_key).
# Beginnings of 2 to 6 letters are looked up, not gathered: "pemil" takes 0.1 ms instead of 3 in 100,000 titles.
_TABLES = {
    "sqlite": (
        "CREATE TABLE title_search (newness INTEGER PRIMARY KEY, title_id INTEGER NOT NULL UNIQUE, kind VARCHAR(40) NOT NULL)",
        """CREATE VIRTUAL TABLE title_fts USING fts5(title, anywhere, content='', contentless_delete=1, detail=column,
               prefix='2 3 4 5 6', tokenize="ascii tokenchars '='")""",
        "CREATE TABLE search_word (id INTEGER PRIMARY KEY AUTOINCREMENT, word VARCHAR(40) NOT NULL UNIQUE, uses INTEGER NOT NULL)"),
    "postgresql": (
        """CREATE TABLE title_search (newness BIGINT PRIMARY KEY, title_id INTEGER NOT NULL UNIQUE, kind VARCHAR(40) NOT NULL,
               title TSVECTOR NOT NULL, anywhere TSVECTOR NOT NULL)""",
        "CREATE INDEX ix_title_search_title ON title_search USING gin (title)",
        "CREATE INDEX ix_title_search_anywhere ON title_search USING gin (anywhere)",
        """CREATE TABLE search_word (id INTEGER GENERATED ALWAYS AS IDENTITY PRIMARY KEY, word VARCHAR(40) NOT NULL UNIQUE,
               uses INTEGER NOT NULL)"""),
}
_ADD = {
    "sqlite": ("INSERT INTO title_search (newness, title_id, kind) VALUES (:newness, :title_id, :kind)",
               "INSERT INTO title_fts (rowid, title, anywhere) VALUES (:newness, :title, :anywhere)"),
    "postgresql": ("INSERT INTO title_search (newness, title_id, kind, title, anywhere) VALUES (:newness, :title_id, :kind, "
                   "array_to_tsvector(string_to_array(:title, ' ')), array_to_tsvector(string_to_array(:anywhere, ' ')))",),
}
_ADD_WORDS = ("INSERT INTO search_word (word, uses) VALUES (:word, :uses) "
              "ON CONFLICT (word) DO UPDATE SET uses = search_word.uses + excluded.uses")

# What a visitor may call it, and the words of every citation: they must not empty a result while they are being typed.
_SAID_OF = {
    Kind.DECISION: "keputusan decision nomor tahun tentang",
    Kind.REGULATION: "peraturan regulation nomor tahun tentang",
    Kind.BOOK: "buku book",
    Kind.JOURNAL: "jurnal majalah journal",
    Kind.RULING: "putusan ruling nomor tahun tentang",
    Kind.OTHER: "",
}


def create_index(connection: sa.Connection) -> None:
    """Make the tables of the index, empty. They are no models: `title_search`, `title_fts` (SQLite) and `search_word`."""
    for statement in _TABLES[connection.dialect.name]:
        connection.exec_driver_sql(statement)


def drop_index(connection: sa.Connection) -> None:
    for table in ("title_search", "search_word", *(["title_fts"] if connection.dialect.name == "sqlite" else [])):
        connection.exec_driver_sql(f"DROP TABLE {table}")


def index_titles(session: Session, ids: Collection[int] | None) -> None:
    """Bring the index to what these titles and their copies' codes are now: added, changed or deleted; None: all, anew.

    It belongs into the transaction that changed them. Words are only ever added to the list for corrections, until all
    titles are indexed anew.
    """
    session.flush()
    if ids is None:
        _empty(session)
        ids = session.scalars(sa.select(Title.id)).all()
    else:
        ids = sorted(set(ids))
    words: Counter[str] = Counter()
    for start in range(0, len(ids), BATCH):
        batch = ids[start:start + BATCH]
        _forget(session, batch)
        if rows := [_row(words, *title) for title in _titles(session, batch)]:
            for statement in _ADD[_engine(session)]:
                session.execute(sa.text(statement), rows)
    if words:  # in one order everywhere, so that two imports on PostgreSQL wait for each other instead of for ever
        session.execute(sa.text(_ADD_WORDS), [{"word": word, "uses": words[word]} for word in sorted(words)])


def _empty(session: Session) -> None:
    session.execute(sa.text("DELETE FROM title_search"))
    session.execute(sa.text("DELETE FROM search_word"))
    if _engine(session) == "sqlite":
        session.execute(sa.text("INSERT INTO title_fts (title_fts) VALUES ('delete-all')"))


def _forget(session: Session, ids: Sequence[int]) -> None:
    known = sa.text("DELETE FROM title_search WHERE title_id IN :ids RETURNING newness").bindparams(sa.bindparam("ids", expanding=True))
    gone = session.scalars(known, {"ids": ids}).all()
    if gone and _engine(session) == "sqlite":
        session.execute(sa.text("DELETE FROM title_fts WHERE rowid = :newness"), [{"newness": newness} for newness in gone])


def _titles(session: Session, ids: Sequence[int]) -> list[tuple[sa.Row, list[str]]]:
    """These titles, each with the codes of its copies."""
    codes: dict[int, list[str]] = {}
    for title_id, code in session.execute(sa.select(Copy.title_id, Copy.code).where(Copy.title_id.in_(ids))):
        codes.setdefault(title_id, []).append(code)
    columns = (Title.id, Title.kind, Title.title, Title.number, Title.year, Title.author, Title.subject, Title.publisher,
               Title.place, Title.call_number, Title.isbn, Title.abstract)
    return [(title, codes.get(title.id, [])) for title in session.execute(sa.select(*columns).where(Title.id.in_(ids)))]


def _row(vocabulary: Counter[str], title: sa.Row, codes: list[str]) -> dict[str, object]:
    """A title as the index keeps it; what it says in words is counted in `vocabulary`."""
    of_title = dict.fromkeys(words_of(title.title))
    said = dict.fromkeys(words_of(f"{title.subject} {title.author} {title.abstract}")[:MOST_WORDS_OF_A_TITLE])
    vocabulary.update(w for w in of_title | said if len(w) >= 4 and w.isalpha())
    said |= dict.fromkeys(words_of(" ".join([_SAID_OF[title.kind], title.number, str(title.year or ""), title.publisher,
                                             title.place, title.call_number, title.isbn, *codes])))
    keys = {code_key(code) for code in (title.number, title.call_number, title.isbn, *codes)} - {"="}
    keys |= number_keys(title.number, title.year) | {code_key(title.kind)}
    stems = {stem(word) for word in of_title | said}
    return {"newness": _newness(title.year) + title.id, "title_id": title.id, "kind": title.kind.value,
            "title": " ".join(of_title), "anywhere": " ".join({**of_title, **said, **dict.fromkeys(stems | keys)})}


def _newness(year: int | None) -> int:
    return min(max(year or 0, 0), LAST_YEAR) * YEAR


Groups = Sequence[Sequence[str]]  # every group holds through one of its words; "pemil*" means a word that begins so


@dataclass(frozen=True)
class Condition:
    """What must stand in the title itself, and what anywhere (the title, other words, stems, keys)."""

    title: Groups = ()
    anywhere: Groups = ()


def matches(session: Session, condition: Condition, kinds: Collection[Kind], years: tuple[int | None, int | None],
            most: int) -> dict[int, Kind]:
    """Up to `most` titles that meet the condition, newest year first: their ids and kinds."""
    engine = _engine(session)
    anywhere = [*condition.anywhere, *([sorted(code_key(kind) for kind in kinds)] if kinds else [])]
    values: dict[str, object] = {"first": 0, "last": (LAST_YEAR + 1) * YEAR, "most": most}
    if years != (None, None):  # a title without a year is in no span of years
        values |= {"first": max(_newness(years[0]), YEAR), "last": _newness(LAST_YEAR if years[1] is None else years[1]) + YEAR - 1}
    if engine == "sqlite":
        parts = [*(["title : (" + _fts5(condition.title) + ")"] if condition.title else []), *([_fts5(anywhere)] if anywhere else [])]
        if parts:
            values["words"] = " AND ".join(f"({part})" for part in parts)
        query = _sqlite_query(bool(parts))
    else:
        if condition.title:
            values["title"] = _tsquery(condition.title)
        if anywhere:
            values["anywhere"] = _tsquery(anywhere)
        query = _postgresql_query(bool(condition.title), bool(anywhere))
    return {title_id: Kind(kind) for title_id, kind in session.execute(query, values)}


@cache
def _sqlite_query(with_words: bool) -> sa.TextClause:
    if not with_words:
        return sa.text("SELECT title_id, kind FROM title_search WHERE newness BETWEEN :first AND :last "
                       "ORDER BY newness DESC LIMIT :most")
    return sa.text("SELECT s.title_id, s.kind FROM title_fts JOIN title_search s ON s.newness = title_fts.rowid "
                   "WHERE title_fts MATCH :words AND title_fts.rowid BETWEEN :first AND :last "
                   "ORDER BY title_fts.rowid DESC LIMIT :most")


@cache
def _postgresql_query(in_title: bool, anywhere: bool) -> sa.TextClause:
    return sa.text("SELECT title_id, kind FROM title_search WHERE newness BETWEEN :first AND :last"
                   + " AND title @@ CAST(:title AS tsquery)" * in_title + " AND anywhere @@ CAST(:anywhere AS tsquery)" * anywhere
                   + " ORDER BY newness DESC LIMIT :most")


def _fts5(groups: Groups) -> str:
    return " AND ".join("(" + " OR ".join(f'"{w[:-1]}"*' if w.endswith("*") else f'"{w}"' for w in group) + ")" for group in groups)


def _tsquery(groups: Groups) -> str:
    return " & ".join("(" + " | ".join(f"'{w[:-1]}':*" if w.endswith("*") else f"'{w}'" for w in group) + ")" for group in groups)


_vocabularies: WeakKeyDictionary[sa.Pool, tuple[int, Vocabulary]] = WeakKeyDictionary()  # a pool stands for its database


def vocabulary(session: Session) -> Vocabulary:
    """The words of the collection, kept in memory until a new word was added."""
    pool = session.get_bind().engine.pool
    newest = session.scalar(sa.text("SELECT max(id) FROM search_word")) or 0
    known = _vocabularies.get(pool)
    if known is None or known[0] != newest:
        words = session.execute(sa.text("SELECT word, uses FROM search_word"))
        known = _vocabularies[pool] = (newest, Vocabulary((word, uses) for word, uses in words))
    return known[1]


def _engine(session: Session) -> str:
    return session.get_bind().dialect.name
