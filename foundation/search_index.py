"""The full-text index of a collection, on SQLite (FTS5) and on PostgreSQL (tsvector): how it is made, kept and asked.

`<name>_search` has one row for each thing of the collection, numbered by `newness`: a later year is a greater number, so that the
newest matches come first without sorting and a span of years is a span of numbers. On SQLite the words are in `<name>_fts` under
the same number, on PostgreSQL in the row itself. Words are folded and stemmed in Python, so both engines find the same. A table
lists the words of the collection, for corrections.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from sqlalchemy.orm import Session

from foundation.search_words import Vocabulary, code_key, stem

_YEAR_WORD = re.compile(r"(?:19|20)[0-9][0-9]\*?")
YEAR = 10**9            # newness = year * YEAR + id
LAST_YEAR = 9999
LOOKED_UP = 5           # letters of the longest beginning that FTS5 looks up
MOST_GROWN = 50
SHORTEST_LISTED = 4     # letters: what is shorter is not corrected
MOST_BYTES = 1_000_000  # of the words of one thing; a tsvector holds 2**20

# The tokenizer is the plainest there is, because the words come folded; "=" begins a key (search_words.code_key).
# Beginnings of 2 to 5 letters are looked up, not gathered: "pemil" takes 0.1 ms instead of 3 in 100,000 titles; for longer
# ones see grown().
_TABLES = {
    "sqlite": (
        "CREATE TABLE {name}_search (newness INTEGER PRIMARY KEY, {name}_id INTEGER NOT NULL UNIQUE, kind VARCHAR(40) NOT NULL)",
        """CREATE VIRTUAL TABLE {name}_fts USING fts5(title, anywhere, content='', contentless_delete=1, detail=column,
               prefix='2 3 4 5', tokenize="ascii tokenchars '='")""",
        """CREATE TABLE {words} (id INTEGER PRIMARY KEY AUTOINCREMENT, word VARCHAR(40) NOT NULL UNIQUE,
               uses INTEGER NOT NULL)"""),
    "postgresql": (
        """CREATE TABLE {name}_search (newness BIGINT PRIMARY KEY, {name}_id INTEGER NOT NULL UNIQUE, kind VARCHAR(40) NOT NULL,
               title TSVECTOR NOT NULL, anywhere TSVECTOR NOT NULL)""",
        "CREATE INDEX ix_{name}_search_kind ON {name}_search (kind, newness)",
        "CREATE INDEX ix_{name}_search_title ON {name}_search USING gin (title)",
        "CREATE INDEX ix_{name}_search_anywhere ON {name}_search USING gin (anywhere)",
        """CREATE TABLE {words} (id INTEGER GENERATED ALWAYS AS IDENTITY PRIMARY KEY, word VARCHAR(40) NOT NULL UNIQUE,
               uses INTEGER NOT NULL)"""),
}
_ADD = {
    "sqlite": ("INSERT INTO {name}_search (newness, {name}_id, kind) VALUES (:newness, :id, :kind)",
               "INSERT INTO {name}_fts (rowid, title, anywhere) VALUES (:newness, :title, :anywhere)"),
    "postgresql": ("INSERT INTO {name}_search (newness, {name}_id, kind, title, anywhere) VALUES (:newness, :id, :kind, "
                   "array_to_tsvector(string_to_array(:title, ' ')), array_to_tsvector(string_to_array(:anywhere, ' ')))",),
}
_ADD_WORDS = {
    "sqlite": "INSERT INTO {words} (word, uses) VALUES (:word, :uses) ",
    "postgresql": "INSERT INTO {words} (word, uses) SELECT * FROM unnest(CAST(:word AS text[]), CAST(:uses AS integer[])) ",
}
_OR_COUNT = "ON CONFLICT (word) DO UPDATE SET uses = {words}.uses + excluded.uses"

Years = tuple[int | None, int | None]
ALWAYS: Years = (None, None)
Groups = Sequence[Sequence[str]]  # every group holds through one of its words; "pemil*" means a word that begins so


@dataclass(frozen=True)
class Condition:
    """What must stand in the title itself, and what anywhere (the title, other words, stems, keys)."""

    title: Groups = ()
    anywhere: Groups = ()


@dataclass(frozen=True)
class Entry:
    """A thing as it is found: by the folded words of its `title`, by what else is `said` in it, and by its `keys` (search_words)."""

    id: int
    kind: str
    year: int | None
    title: Collection[str]
    said: Collection[str]
    keys: Iterable[str]

    def row(self) -> dict[str, object]:
        """As the tables keep it."""
        keys = {*self.keys, code_key(self.kind)} - {"="}
        words = dict.fromkeys(chain(self.title, self.said))
        anywhere = dict.fromkeys(chain(keys, words, map(stem, words)))
        return {"newness": _newness(self.year) + self.id, "id": self.id, "kind": self.kind,
                "title": " ".join(dict.fromkeys(self.title)), "anywhere": _bounded(" ".join(anywhere))}


def _bounded(words: str) -> str:
    if len(words) * 4 <= MOST_BYTES or len(written := words.encode()) <= MOST_BYTES:
        return words
    return written[:MOST_BYTES].rpartition(b" ")[0].decode()


def _newness(year: int | None) -> int:
    return min(max(year or 0, 0), LAST_YEAR) * YEAR


class Index:
    """The index of the collection `name`, whose words are listed in the table `words`; its tables are no models.

    `unique_codes`: a code typed in full means one thing only, and nothing that merely has the same words in it.
    """

    def __init__(self, name: str, words: str, *, unique_codes: bool):
        self.name, self.words, self.unique_codes = name, words, unique_codes
        self._vocabularies: WeakKeyDictionary[sa.Pool, tuple[int, Vocabulary]] = WeakKeyDictionary()  # a pool stands for its database

    def create(self, connection: sa.Connection) -> None:
        """Make the tables, empty."""
        for statement in _TABLES[connection.dialect.name]:
            connection.execute(self._sql(statement))

    def drop(self, connection: sa.Connection) -> None:
        for table in ("{name}_search", "{words}", *(["{name}_fts"] if connection.dialect.name == "sqlite" else [])):
            connection.execute(self._sql(f"DROP TABLE {table}"))

    def empty(self, session: Session) -> None:
        session.execute(self._sql("DELETE FROM {name}_search"))
        session.execute(self._sql("DELETE FROM {words}"))
        if _engine(session) == "sqlite":
            session.execute(self._sql("INSERT INTO {name}_fts ({name}_fts) VALUES ('delete-all')"))

    def forget(self, session: Session, ids: Sequence[int]) -> None:
        delete = self._sql("DELETE FROM {name}_search WHERE {name}_id IN :ids RETURNING newness")
        gone = session.scalars(delete.bindparams(sa.bindparam("ids", expanding=True)), {"ids": ids}).all()
        if gone and _engine(session) == "sqlite":
            session.execute(self._sql("DELETE FROM {name}_fts WHERE rowid = :newness"), [{"newness": newness} for newness in gone])

    def add(self, session: Session, entries: Iterable[Entry]) -> None:
        """Add what is not in the index."""
        if rows := [entry.row() for entry in entries]:
            for statement in _ADD[_engine(session)]:
                session.execute(self._sql(statement), rows)

    def learn(self, session: Session, uses: Mapping[str, int]) -> None:
        """List the words that were added, all of them; one without uses is never what somebody meant.

        Words are only ever added, until the index is emptied. Once in a transaction, and in one order everywhere, so that two imports
        on PostgreSQL wait for each other instead of for ever.
        """
        engine, words = _engine(session), sorted(word for word in uses if len(word) >= SHORTEST_LISTED and word.isalpha())
        many = ([{"word": word, "uses": uses[word]} for word in words] if engine == "sqlite" else
                {"word": words, "uses": [uses[word] for word in words]})
        if words:
            session.execute(self._sql(_ADD_WORDS[engine] + _OR_COUNT), many)

    def matches(self, session: Session, condition: Condition, kinds: Collection[str], years: Years, most: int) -> dict[int, str]:
        """Up to `most` things of these kinds (none: any) and years that meet the condition, newest first: their ids and kinds."""
        ask = _ask_sqlite if _engine(session) == "sqlite" else _ask_postgresql
        query, values = ask(condition, sorted(kinds), years)
        found = session.execute(self._sql(query), {**values, "most": most})
        return {i: kind for i, kind in found}

    def grown(self, session: Session, beginnings: Collection[str]) -> dict[str, list[str]]:
        """For each long beginning the words of the collection that begin so; left out where they are too many.

        FTS5 gathers every place of every such word before it gives the first (3 ms for "keputusan"), but it walks along words
        given in full, and stops.
        """
        words = self._sql("SELECT word FROM {words} WHERE word >= :first AND word < :last LIMIT :most")
        found = {b: list(session.scalars(words, {"first": b, "last": b + chr(0x10FFFF), "most": MOST_GROWN + 1}))
                 for b in beginnings if len(b) > LOOKED_UP and b.isalpha()}
        return {b: longer for b, longer in found.items() if 0 < len(longer) <= MOST_GROWN}

    def vocabulary(self, session: Session) -> Vocabulary:
        """The words of the collection that have uses, kept in memory until a new word was added."""
        pool = session.get_bind().engine.pool
        newest = session.scalar(self._sql("SELECT max(id) FROM {words}")) or 0
        known = self._vocabularies.get(pool)
        if known is None or known[0] != newest:
            words = session.execute(self._sql("SELECT word, uses FROM {words} WHERE uses > 0"))
            known = self._vocabularies[pool] = (newest, Vocabulary((word, uses) for word, uses in words))
        return known[1]

    def _sql(self, statement: str) -> sa.TextClause:
        return _statement(statement, self.name, self.words)


@lru_cache(maxsize=500)
def _statement(statement: str, name: str, words: str) -> sa.TextClause:
    return sa.text(statement.format(name=name, words=words))


def _engine(session: Session) -> str:
    return session.get_bind().dialect.name


def _span(years: Years) -> tuple[int, int]:
    """The first and last newness of a span of years; a thing without a year is only in the span that is open at both ends."""
    first, last = years
    if first is None and last is None:
        return 0, (LAST_YEAR + 1) * YEAR
    return max(_newness(first), YEAR), _newness(LAST_YEAR if last is None else last) + YEAR - 1


def _ask_sqlite(condition: Condition, kinds: Sequence[str], years: Years) -> tuple[str, dict[str, object]]:
    first, last = _span(years)
    values: dict[str, object] = {"first": first, "last": last}
    anywhere = [*condition.anywhere, *([[code_key(kind) for kind in kinds]] if kinds else [])]
    parts = [f"(title : ({_spelled(condition.title, *FTS5)}))"] if condition.title else []
    parts += [f"({_spelled(anywhere, *FTS5)})"] if anywhere else []
    if not parts:
        return ("SELECT {name}_id, kind FROM {name}_search WHERE newness BETWEEN :first AND :last "
                "ORDER BY newness DESC LIMIT :most"), values
    return ("SELECT s.{name}_id, s.kind FROM {name}_fts f JOIN {name}_search s ON s.newness = f.rowid WHERE {name}_fts MATCH :words "
            "AND f.rowid BETWEEN :first AND :last ORDER BY f.rowid DESC LIMIT :most", {**values, "words": " AND ".join(parts)})


def _ask_postgresql(condition: Condition, kinds: Sequence[str], years: Years) -> tuple[str, dict[str, object]]:
    values: dict[str, object] = {f"kind{i}": str(kind) for i, kind in enumerate(kinds)}
    where = [f"kind IN ({', '.join(':' + name for name in values)})"] if kinds else []
    if years != ALWAYS:  # until it knows better, PostgreSQL takes any span for a narrow one, and reads all words of all that is in it
        where.append("newness BETWEEN :first AND :last")
        values["first"], values["last"] = _span(years)
    for column, groups in (("title", condition.title), ("anywhere", condition.anywhere)):
        if groups:
            where.append(f"{column} @@ CAST(:{column} AS tsquery)")
            values[column] = _spelled(groups, *TSQUERY)
    where_all = " WHERE " + " AND ".join(where) if where else ""
    # Things of a year lie beside each other, which PostgreSQL does not know: it would go through all the newer ones to find them there.
    order = "newness + 0" if any(_YEAR_WORD.fullmatch(word) for group in condition.anywhere for word in group) else "newness"
    return "SELECT {name}_id, kind FROM {name}_search" + where_all + f" ORDER BY {order} DESC LIMIT :most", values  # noqa: S608


# how the engines spell a word, a beginning, "or" and "and"; words have letters, digits and "=" only, so nothing needs escaping
FTS5 = ('"%s"', '"%s"*', " OR ", " AND ")
TSQUERY = ("'%s'", "'%s':*", " | ", " & ")


def _spelled(groups: Groups, word: str, beginning: str, any_of: str, all_of: str) -> str:
    return all_of.join("(" + any_of.join(beginning % w[:-1] if w.endswith("*") else word % w for w in group) + ")"
                       for group in groups)
