"""What the index of titles holds: which words and keys a title is found by."""

from collections import Counter
from collections.abc import Collection, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from foundation.search_index import Entry, Index
from foundation.search_words import code_key, number_keys, words_of
from kiosk.ledger.collection import Copy, CopyStatus, Kind, Title

TITLES = Index("title", "search_word", unique_codes=True)
MOST_WORDS_OF_A_TITLE = 2000
BATCH = 1000

# What a visitor may call it, and the words of every citation: they must not empty a result while they are being typed.
_SAID_OF = {
    Kind.DECISION: "keputusan decision nomor tahun tentang",
    Kind.REGULATION: "peraturan regulation nomor tahun tentang",
    Kind.BOOK: "buku book",
    Kind.JOURNAL: "jurnal majalah journal",
    Kind.RULING: "putusan ruling nomor tahun tentang",
    Kind.OTHER: "",
}
_of_title = sa.select(Copy.id).where(Copy.title_id == Title.id)
# what is kept but no longer held, neither as a copy nor as a file, is not to be found
_IS_HELD = sa.or_(Title.digital != "", Title.product_id.is_not(None), ~_of_title.exists(),
                  _of_title.where(Copy.status != CopyStatus.WITHDRAWN).exists())


def index_titles(session: Session, ids: Collection[int] | None) -> None:
    """Bring the index to what these titles and their copies' codes are now: added, changed or deleted; None: all, anew.

    It belongs into the transaction that changed them.
    """
    session.flush()
    if ids is None:
        TITLES.empty(session)
        ids = session.scalars(sa.select(Title.id)).all()
    else:
        ids = sorted(set(ids))
    uses: Counter[str] = Counter()
    for start in range(0, len(ids), BATCH):
        batch = ids[start:start + BATCH]
        entries = [_entry(*title) for title in _titles(session, batch)]
        for entry in entries:
            uses.update(entry.said)
        TITLES.forget(session, batch)
        TITLES.add(session, entries)
    TITLES.learn(session, uses)


def _titles(session: Session, ids: Sequence[int]) -> list[tuple[sa.Row, list[str]]]:
    """These titles, each with the codes of its copies."""
    codes: dict[int, list[str]] = {}
    for title_id, code in session.execute(sa.select(Copy.title_id, Copy.code).where(Copy.title_id.in_(ids))):
        codes.setdefault(title_id, []).append(code)
    columns = (Title.id, Title.kind, Title.title, Title.number, Title.year, Title.author, Title.subject, Title.publisher,
               Title.place, Title.call_number, Title.isbn, Title.abstract)
    return [(title, codes.get(title.id, [])) for title in session.execute(sa.select(*columns).where(Title.id.in_(ids), _IS_HELD))]


def _entry(title: sa.Row, codes: list[str]) -> Entry:
    of_title = dict.fromkeys(words_of(title.title))
    said = dict.fromkeys(words_of(f"{title.subject} {title.author} {title.abstract}")[:MOST_WORDS_OF_A_TITLE])
    written = [title.number, title.call_number, title.isbn, *codes]
    said |= of_title | dict.fromkeys(words_of(" ".join([_SAID_OF[title.kind], str(title.year or ""), title.publisher, title.place,
                                                        *written])))
    keys = {code_key(code) for code in written} | number_keys(title.number, title.year)
    return Entry(title.id, title.kind.value, title.year, list(of_title), list(said), keys)
