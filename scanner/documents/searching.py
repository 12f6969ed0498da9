"""Finding documents: by what they are and by every word on their pages, and the lines in which the words stand."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from foundation.search_index import Entry, Index
from foundation.search_words import code_key, number_keys, words_of
from foundation.searching import MOST, turn_to, understand
from foundation.text import translator
from scanner.documents.lines import DocumentLines, Snippet, Spotter, whole
from scanner.documents.records import Document, DocumentPage
from scanner.legal.products import TYPE_NAMES, Product, ProductType
from scanner.workshop.texts import PageText

# A number names a document, but those that speak of it are wanted too.
DOCUMENTS = Index("document", "document_word", unique_codes=False)
AT_FIRST = 8  # pages of a document whose lines are looked through; then four times as many, and so on
SURE = 80  # confidence from which a word that was read may be what somebody meant who mistyped it


@dataclass(frozen=True)
class Hit:
    """A document: what it is, as a person confirmed it or as its product was entered, and up to three places in which the words stand."""

    id: int
    name: str
    type: ProductType | None
    number: str
    year: int | None
    title: str
    snippets: Sequence[Snippet] = ()


@dataclass(frozen=True)
class Found:
    """One page of `hits` out of `total` (at most MOST; `more` when there were more than that).

    `corrected` is what was searched instead when a word was mistyped, `terms` the folded words that were searched.
    """

    hits: list[Hit]
    total: int
    more: bool
    corrected: str | None
    terms: list[str]


def search(session: Session, words: str, limit: int = 20, offset: int = 0) -> Found:
    """The documents that have all the `words`, in the order of foundation/searching.py; without words the newest ones."""
    meant = understand(session, DOCUMENTS, words)
    ids = list(meant.found)[:MOST]
    searched = meant.query.words
    return Found(_hits(session, turn_to(ids, limit, offset), searched), len(ids), len(meant.found) > MOST, meant.corrected, list(searched))


_wanted = (sa.select(Document.id, Document.name, Document.confirmed, Product.type, Product.number, Product.year, Product.title)
           .outerjoin(Product, Product.id == Document.product_id).where(Document.id.in_(sa.bindparam("ids", expanding=True))))
_lines = (sa.select(DocumentLines.number, DocumentLines.text)
          .where(DocumentLines.document_id == sa.bindparam("id"), DocumentLines.number > sa.bindparam("after"))
          .order_by(DocumentLines.number).limit(sa.bindparam("many")))


def _known(session: Session, ids: Sequence[int]) -> Iterator[Hit]:
    """What these documents are; not those that are gone."""
    for row in session.execute(_wanted, {"ids": ids}):
        said: Mapping[str, Any] = {name: each["value"] for name, each in row.confirmed.items()}
        kind, year = said.get("type", row.type), said.get("year", row.year)
        yield Hit(row.id, row.name, ProductType(kind) if kind else None, said.get("number", row.number or ""),
                  int(year) if year else None, said.get("title", row.title or ""))


def _hits(session: Session, ids: Sequence[int], words: Sequence[str]) -> list[Hit]:
    known, spotter = {hit.id: hit for hit in _known(session, ids)}, Spotter(words)
    return [replace(known[i], snippets=spotter.snippets(_pages(session, i))) if words else known[i] for i in ids if i in known]


def _pages(session: Session, document_id: int) -> Iterator[tuple[int, str]]:
    """The lines of its pages, fetched as they are asked for: words that are common stand on the first, and there may be hundreds."""
    after, many = 0, AT_FIRST
    while True:
        pages = session.execute(_lines, {"id": document_id, "after": after, "many": many}).all()
        yield from ((number, text) for number, text in pages)
        if len(pages) < many:
            return
        after, many = pages[-1].number, 4 * many


def index_document(session: Session, document_id: int) -> None:
    """Bring the index to what this document and its pages are now: added, changed or deleted.

    It belongs into the transaction that changed them.
    """
    session.flush()
    DOCUMENTS.forget(session, [document_id])
    session.execute(sa.delete(DocumentLines).where(DocumentLines.document_id == document_id))
    for document in _known(session, [document_id]):
        lines, uses = _printed(session, document_id)
        title, said = words_of(f"{document.title} {document.name}"), _said_of(document)
        written = document.number or document.name  # a batch is often named by its number
        keys = {code_key(written)} | number_keys(written, document.year)
        DOCUMENTS.add(session, [Entry(document_id, document.type or "", document.year, title, [*said, *uses], keys)])
        DOCUMENTS.learn(session, uses | dict.fromkeys([*title, *said], 1))
        if lines:
            session.execute(sa.insert(DocumentLines), [{"document_id": document_id, "number": number, "text": text}
                                                       for number, text in lines.items()])


def _printed(session: Session, document_id: int) -> tuple[dict[int, str], dict[str, int]]:
    """The lines of each page that could be read, and every word on them, whole or as it is broken: 1 where it is surely a word."""
    lines: dict[int, str] = {}
    words: dict[str, None] = {}
    sure: set[str] = set()
    pages = sa.select(DocumentPage.number, DocumentPage.text).where(DocumentPage.document_id == document_id).order_by(DocumentPage.number)
    for number, kept in session.execute(pages):
        if kept:
            page = PageText.from_json(kept)
            lines[number] = "\n".join(whole(line.text for line in page.lines))
            words |= dict.fromkeys(words_of(page.text))
            sure.update(words_of(" ".join(word.text for word in page.words if word.confidence >= SURE)))
    entire = dict.fromkeys(words_of("\n".join(lines.values())))
    return lines, {word: int(word in sure and word in entire) for word in words | entire}


def _said_of(document: Hit) -> list[str]:
    """What people may call it, and the words of every citation."""
    called = ""
    if document.type:
        name = TYPE_NAMES[document.type]
        called = f"{document.type} {name} {translator('id')(name)} nomor tahun tentang"
    return words_of(f"{called} {document.number} {document.year or ''}")
