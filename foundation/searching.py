"""Searching a collection: words in any order, beginnings, affixed forms, numbers and codes, and a mistyped letter; the same for all."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from foundation.search_index import ALWAYS, Condition, Index, Years
from foundation.search_words import Query, corrected, read_query, stem

MOST = 200  # nobody turns more pages; this bounds the cost of a word that stands everywhere


@dataclass(frozen=True)
class Meant:
    """What words were read as, and what has them: `found` is ids with their kinds, best first, at most one more than was asked for.

    `corrected` is what was searched instead when a word was mistyped.
    """

    query: Query
    corrected: str | None
    found: dict[int, str]


def understand(session: Session, index: Index, words: str, years: Years = ALWAYS, most: int = MOST) -> Meant:
    """Search for all the `words`, whatever they are; what is no word is passed over, and without words the newest are found.

    Order: the very number; all words in the title itself; all words anywhere, also by their stems; within each the newest year first.
    """
    query = read_query(words)
    found = candidates(session, index, query, years=years, most=most)
    if (not found and query.words and (better := corrected(query, index.vocabulary(session)))
            and (meant := candidates(session, index, better, years=years, most=most))):
        return Meant(better, " ".join(better.typed), meant)
    return Meant(query, None, found)


def candidates(session: Session, index: Index, query: Query, kinds: Collection[str] = (), years: Years = ALWAYS,
               most: int = MOST) -> dict[int, str]:
    """The best in their order, at most one more than `most`: level by level, until there are enough."""
    found: dict[int, str] = {}
    if query.code_key:
        found = index.matches(session, Condition(anywhere=[[query.code_key]]), kinds, years, most + 1)
        if found and index.unique_codes:
            return found
    for level in _levels(query, index.grown(session, query.words)):
        found |= {i: kind for i, kind in index.matches(session, level, kinds, years, most + 1).items() if i not in found}
        if len(found) > most:
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


def turn_to(found: Sequence[int], limit: int, offset: int) -> Sequence[int]:
    """The page of `limit` that begins at `offset`; any numbers will do."""
    return found[max(offset, 0):][:max(limit, 0)]
