"""Finding titles: words in any order, beginnings, affixed forms, numbers and codes, and a mistyped letter."""

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import islice

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kiosk.availability import Availability, availability, free_titles
from kiosk.collection import Kind, Title
from kiosk.search_index import Condition, Years, create_index, drop_index, grown, index_titles, matches, vocabulary
from kiosk.search_words import Query, corrected, read_query, stem

__all__ = ["MOST", "Found", "Hit", "Years", "create_index", "drop_index", "index_titles", "search"]

MOST = 200  # nobody at a kiosk turns more pages; this bounds the cost of a word that stands in every title


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

    Order: the very number; all words in the title itself; all words anywhere, also by their stems; within each the newest year
    first. A whole code, call number or ISBN finds nothing else. `years` is a span, both ends included, either may be None.
    With `only_available` the total counts those among the best MOST titles, so narrower words may find more.
    Any text may be given: what is no word is passed over.
    """
    query, instead = read_query(words), None
    found = _candidates(session, query, (), years)
    if not found and query.words and (better := corrected(query, vocabulary(session))):
        found = _candidates(session, better, (), years)
        if found:
            query, instead = better, " ".join(better.typed)
    best = _best(session, found, only_available)
    by_kind = Counter(best.values())
    if kinds and len(found) > MOST:
        found = _candidates(session, query, kinds, years)
        best = _best(session, found, only_available)
    wanted = [i for i, kind in best.items() if not kinds or kind in kinds]
    page = wanted[max(offset, 0):][:max(limit, 0)]
    return Found(_hits(session, page), len(wanted), len(found) > MOST, dict(by_kind), instead, list(query.words))


def _candidates(session: Session, query: Query, kinds: Collection[Kind], years: Years) -> dict[int, Kind]:
    """The best titles in their order, at most one more than MOST: level by level, until there are enough."""
    if query.code_key and (meant := matches(session, Condition(anywhere=[[query.code_key]]), kinds, years, MOST + 1)):
        return meant
    found: dict[int, Kind] = {}
    for level in _levels(query, grown(session, query.words)):
        found |= {i: kind for i, kind in matches(session, level, kinds, years, MOST + 1).items() if i not in found}
        if len(found) > MOST:
            break
    return found


def _levels(query: Query, grown: dict[str, list[str]]) -> Iterator[Condition]:
    """From the very thing to everything that has the words; `grown` has the words that begin with a long one."""
    def begins(word: str) -> list[str]:
        return grown.get(word, [word + "*"] if len(word) > 1 else [word])

    def forms(word: str) -> list[str]:
        return [*begins(word), stem(word)]

    if not query.words:
        yield Condition()
        return
    if query.number_key:
        yield Condition(anywhere=[[query.number_key], *map(forms, query.beside_number)])
    yield Condition(title=[begins(word) for word in query.words])
    yield Condition(anywhere=[forms(word) for word in query.words])


def _best(session: Session, found: dict[int, Kind], only_available: bool) -> dict[int, Kind]:
    """The best MOST of what was found; of these only the ones that can be had now, where that is asked."""
    best = dict(islice(found.items(), MOST))
    if only_available:
        free = free_titles(session, best)
        return {i: kind for i, kind in best.items() if i in free}
    return best


_titles = Title.__table__
_shown = sa.select(*(_titles.c[name] for name in ("id", "kind", "title", "number", "year", "author", "in_force"))).where(
    _titles.c.id.in_(sa.bindparam("ids", expanding=True)))


def _hits(session: Session, ids: list[int]) -> list[Hit]:
    if not ids:
        return []
    copies = availability(session, ids)
    rows = {row.id: row for row in session.execute(_shown, {"ids": ids})}
    return [Hit(*rows[i], copies=copies[i]) for i in ids if i in rows]
