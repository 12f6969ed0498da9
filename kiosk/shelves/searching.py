"""Finding titles: words in any order, beginnings, affixed forms, numbers and codes, and a mistyped letter."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import islice

import sqlalchemy as sa
from sqlalchemy.orm import Session

from foundation.search_index import ALWAYS, Years
from foundation.searching import MOST, candidates, turn_to, understand
from kiosk.ledger.collection import Kind, Title
from kiosk.shelves.availability import Availability, availability, free_titles
from kiosk.shelves.search_index import TITLES, index_titles

__all__ = ["MOST", "Found", "Hit", "Years", "index_titles", "search"]


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


def search(session: Session, words: str, *, kinds: Collection[Kind] = (), years: Years = ALWAYS,
           only_available: bool = False, limit: int = 20, offset: int = 0) -> Found:
    """The titles that have all the `words`; without words the newest ones.

    Order: see foundation/searching.py. A whole code, call number or ISBN finds nothing else. `years` is a span, both
    ends included, either may be None.
    With `only_available` the total counts those among the best MOST titles, so narrower words may find more.
    Any text may be given: what is no word is passed over.
    """
    meant = understand(session, TITLES, words, years)
    found, best = meant.found, _best(session, meant.found, only_available)
    by_kind = {Kind(kind): count for kind, count in Counter(best.values()).items()}
    if kinds and len(found) > MOST:
        found = candidates(session, TITLES, meant.query, kinds, years)
        best = _best(session, found, only_available)
    wanted = [i for i, kind in best.items() if not kinds or kind in kinds]
    return Found(_hits(session, turn_to(wanted, limit, offset)), len(wanted), len(found) > MOST, by_kind, meant.corrected,
                 list(meant.query.words))


def _best(session: Session, found: dict[int, str], only_available: bool) -> dict[int, str]:
    """The best MOST of what was found; of these only the ones that can be had now, where that is asked."""
    best = dict(islice(found.items(), MOST))
    if only_available:
        free = free_titles(session, best)
        return {i: kind for i, kind in best.items() if i in free}
    return best


_titles = Title.__table__
_shown = sa.select(*(_titles.c[name] for name in ("id", "kind", "title", "number", "year", "author", "in_force"))).where(
    _titles.c.id.in_(sa.bindparam("ids", expanding=True)))


def _hits(session: Session, ids: Sequence[int]) -> list[Hit]:
    if not ids:
        return []
    copies = availability(session, ids)
    rows = {row.id: row for row in session.execute(_shown, {"ids": ids})}
    return [Hit(*rows[i], copies=copies[i]) for i in ids if i in rows]
