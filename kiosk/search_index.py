"""The full-text index, on SQLite (FTS5) and on PostgreSQL (tsvector): how it is made, kept and asked.

`title_search` has one row for each title, numbered by `newness`: a later year is a greater number, so that the newest
matches come first without sorting and a span of years is a span of numbers. On SQLite the words are in `title_fts` under
the same number, on PostgreSQL in the row itself. Words are folded and stemmed in Python, so both engines find the same.
`search_word` lists the words of the collection, for corrections.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kiosk.collection import Copy, Kind, Title
from kiosk.search_words import Vocabulary, code_key, number_keys, stem, words_of

YEAR = 10**9            # newness = year * YEAR + id
LAST_YEAR = 9999
MOST_WORDS_OF_A_TITLE = 2000
BATCH = 1000
LOOKED_UP = 5           # letters of the longest beginning that FTS5 looks up
MOST_GROWN = 50

# The tokenizer is the plainest there is, because the words come folded; "=" begins a key (search_words.code_key).
# Beginnings of 2 to 5 letters are looked up, not gathered: "pemil" takes 0.1 ms instead of 3 in 100,000 titles; for longer
# ones see grown().
_TABLES = {
    "sqlite": (
        "CREATE TABLE title_search (newness INTEGER PRIMARY KEY, title_id INTEGER NOT NULL UNIQUE, kind VARCHAR(40) NOT NULL)",
        """CREATE VIRTUAL TABLE title_fts USING fts5(title, anywhere, content='', contentless_delete=1, detail=column,
               prefix='2 3 4 5', tokenize="ascii tokenchars '='")""",
        """CREATE TABLE search_word (id INTEGER PRIMARY KEY AUTOINCREMENT, word VARCHAR(40) NOT NULL UNIQUE,
               uses INTEGER NOT NULL)"""),
    "postgresql": (
        """CREATE TABLE title_search (newness BIGINT PRIMARY KEY, title_id INTEGER NOT NULL UNIQUE, kind VARCHAR(40) NOT NULL,
               title TSVECTOR NOT NULL, anywhere TSVECTOR NOT NULL)""",
        "CREATE INDEX ix_title_search_kind ON title_search (kind, newness)",
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
    delete = sa.text("DELETE FROM title_search WHERE title_id IN :ids RETURNING newness")
    gone = session.scalars(delete.bindparams(sa.bindparam("ids", expanding=True)), {"ids": ids}).all()
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
    written = [title.number, title.call_number, title.isbn, *codes]
    said |= of_title | dict.fromkeys(words_of(" ".join([_SAID_OF[title.kind], str(title.year or ""), title.publisher, title.place,
                                                        *written])))
    vocabulary.update([word for word in said if len(word) >= 4 and word.isalpha()])
    keys = {code_key(code) for code in written} - {"="} | number_keys(title.number, title.year) | {code_key(title.kind)}
    anywhere = keys.union(said, map(stem, said))
    return {"newness": _newness(title.year) + title.id, "title_id": title.id, "kind": title.kind.value,
            "title": " ".join(of_title), "anywhere": " ".join(anywhere)}


def _newness(year: int | None) -> int:
    return min(max(year or 0, 0), LAST_YEAR) * YEAR


Years = tuple[int | None, int | None]
Groups = Sequence[Sequence[str]]  # every group holds through one of its words; "pemil*" means a word that begins so


@dataclass(frozen=True)
class Condition:
    """What must stand in the title itself, and what anywhere (the title, other words, stems, keys)."""

    title: Groups = ()
    anywhere: Groups = ()


def matches(session: Session, condition: Condition, kinds: Collection[Kind], years: Years, most: int) -> dict[int, Kind]:
    """Up to `most` titles of these kinds (none: any) and years that meet the condition, newest first: their ids and kinds."""
    ask = _ask_sqlite if _engine(session) == "sqlite" else _ask_postgresql
    query, values = ask(condition, sorted(kinds))
    first, last = _span(years)
    found = session.execute(sa.text(query), {**values, "first": first, "last": last, "most": most})
    return {title_id: Kind(kind) for title_id, kind in found}


def _span(years: Years) -> tuple[int, int]:
    """The first and last newness of a span of years; a title without a year is only in the span that is open at both ends."""
    first, last = years
    if first is None and last is None:
        return 0, (LAST_YEAR + 1) * YEAR
    return max(_newness(first), YEAR), _newness(LAST_YEAR if last is None else last) + YEAR - 1


def _ask_sqlite(condition: Condition, kinds: Sequence[Kind]) -> tuple[str, dict[str, object]]:
    anywhere = [*condition.anywhere, *([[code_key(kind) for kind in kinds]] if kinds else [])]
    parts = [f"(title : ({_spelled(condition.title, *FTS5)}))"] if condition.title else []
    parts += [f"({_spelled(anywhere, *FTS5)})"] if anywhere else []
    if not parts:
        return ("SELECT title_id, kind FROM title_search WHERE newness BETWEEN :first AND :last "
                "ORDER BY newness DESC LIMIT :most"), {}
    return ("SELECT s.title_id, s.kind FROM title_fts f JOIN title_search s ON s.newness = f.rowid WHERE title_fts MATCH :words "
            "AND f.rowid BETWEEN :first AND :last ORDER BY f.rowid DESC LIMIT :most", {"words": " AND ".join(parts)})


def _ask_postgresql(condition: Condition, kinds: Sequence[Kind]) -> tuple[str, dict[str, object]]:
    values: dict[str, object] = {f"kind{i}": kind.value for i, kind in enumerate(kinds)}
    where = ["newness BETWEEN :first AND :last", *([f"kind IN ({', '.join(':' + name for name in values)})"] if kinds else [])]
    for column, groups in (("title", condition.title), ("anywhere", condition.anywhere)):
        if groups:
            where.append(f"{column} @@ CAST(:{column} AS tsquery)")
            values[column] = _spelled(groups, *TSQUERY)
    return f"SELECT title_id, kind FROM title_search WHERE {' AND '.join(where)} ORDER BY newness DESC LIMIT :most", values  # noqa: S608


# how the engines spell a word, a beginning, "or" and "and"; words have letters, digits and "=" only, so nothing needs escaping
FTS5 = ('"%s"', '"%s"*', " OR ", " AND ")
TSQUERY = ("'%s'", "'%s':*", " | ", " & ")


def _spelled(groups: Groups, word: str, beginning: str, any_of: str, all_of: str) -> str:
    return all_of.join("(" + any_of.join(beginning % w[:-1] if w.endswith("*") else word % w for w in group) + ")"
                       for group in groups)


def grown(session: Session, beginnings: Collection[str]) -> dict[str, list[str]]:
    """For each long beginning the words of the collection that begin so; left out where they are too many.

    FTS5 gathers every place of every such word before it gives the first (3 ms for "keputusan"), but it walks along words
    given in full, and stops.
    """
    words = sa.text("SELECT word FROM search_word WHERE word >= :first AND word < :last LIMIT :most")
    found = {b: list(session.scalars(words, {"first": b, "last": b + chr(0x10FFFF), "most": MOST_GROWN + 1}))
             for b in beginnings if len(b) > LOOKED_UP and b.isalpha()}
    return {b: longer for b, longer in found.items() if 0 < len(longer) <= MOST_GROWN}


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
