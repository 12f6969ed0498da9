"""Finding titles: words in any order, beginnings, affixed forms, numbers and codes, and a mistyped letter."""

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kiosk.availability import Availability, availability, free_titles
from kiosk.collection import Kind, Title
from kiosk.search_index import Condition, create_index, drop_index, index_titles, matches, vocabulary
from kiosk.search_words import Query, corrected, read_query, stem

__all__ = ["MOST", "Found", "Hit", "Years", "create_index", "drop_index", "index_titles", "search"]

MOST = 200  # nobody at a kiosk turns more pages; this bounds the cost of a word that stands in every title

Years = tuple[int | None, int | None]


@dataclass(frozen=True)
class Hit:
    id: int
    kind: Kind
    title: str
    number: str
    year: int | None
    author: str
    in_force: bool | None
    copies: Availability


@dataclass(frozen=True)
class Found:
    """One page of `hits` out of `total` (at most MOST; `more` when there were more than that).

    `kinds` counts what each kind would give, among at most MOST titles. `corrected` is what was searched instead when a
    word was mistyped. `terms` are folded words (search_words.words_of): light up what begins with one of them.
    """

    hits: list[Hit]
    total: int
    more: bool
    kinds: dict[Kind, int]
    corrected: str | None
    terms: list[str]


def search(session: Session, words: str, *, kinds: Collection[Kind] = (), years: Years = (None, None),
           only_available: bool = False, limit: int = 20, offset: int = 0) -> Found:
    """The titles that have all the `words`; without words the newest ones.

    Order: the very number, code or ISBN; then all words in the title; then beginnings of words in the title; then anywhere,
    also by their stems; the newest year first within each. `years` is a span, both ends included, either may be None.
    With `only_available` the best MOST titles are looked at, so that more might be found with narrower words.
    Any text may be given; what is no word is passed over.
    """
    query, instead = read_query(words), None
    found = _candidates(session, query, (), years)
    if not found and query.words and (better := corrected(query, vocabulary(session))):
        found = _candidates(session, better, (), years)
        if found:
            query, instead = better, " ".join(better.typed)
    in_all_kinds = _narrow(session, found, only_available)
    counts = Counter(list(in_all_kinds.values())[:MOST])
    if not kinds:
        narrowed = in_all_kinds
    elif len(found) <= MOST:
        narrowed = {i: kind for i, kind in in_all_kinds.items() if kind in kinds}
    else:
        narrowed = _narrow(session, _candidates(session, query, kinds, years), only_available)
    page = list(narrowed)[:MOST][max(offset, 0):][:max(limit, 0)]
    return Found(_hits(session, page), min(len(narrowed), MOST), len(narrowed) > MOST, dict(counts), instead, list(query.words))


def _candidates(session: Session, query: Query, kinds: Collection[Kind], years: Years) -> dict[int, Kind]:
    """The best titles in their order, at most one more than MOST: level by level, until there are enough."""
    found: dict[int, Kind] = {}
    for level in _levels(query):
        found = found | {i: kind for i, kind in matches(session, level, kinds, years, MOST + 1).items() if i not in found}
        if len(found) > MOST:
            break
    return dict(list(found.items())[:MOST + 1])


def _levels(query: Query) -> Iterator[Condition]:
    if not query.words:
        yield Condition()
        return
    if query.code_key:
        yield Condition(anywhere=[[query.code_key]])
    if query.number_key:
        yield Condition(anywhere=[[query.number_key], *map(_forms, query.beside_number)])
    yield Condition(title=[[word] for word in query.words])
    yield Condition(title=[[_beginning(word)] for word in query.words])
    yield Condition(anywhere=[_forms(word) for word in query.words])


def _beginning(word: str) -> str:
    return word + "*" if len(word) > 1 else word


def _forms(word: str) -> list[str]:
    return list(dict.fromkeys([_beginning(word), stem(word)]))


def _narrow(session: Session, found: dict[int, Kind], only_available: bool) -> dict[int, Kind]:
    if not only_available or not found:
        return found
    free = free_titles(session, found)
    return {i: kind for i, kind in found.items() if i in free}


_titles = Title.__table__
_shown = sa.select(*(_titles.c[name] for name in ("id", "kind", "title", "number", "year", "author", "in_force"))).where(
    _titles.c.id.in_(sa.bindparam("ids", expanding=True)))


def _hits(session: Session, ids: list[int]) -> list[Hit]:
    if not ids:
        return []
    copies = availability(session, ids)
    rows = {row.id: row for row in session.execute(_shown, {"ids": ids})}
    return [Hit(*rows[i], copies=copies[i]) for i in ids if i in rows]
