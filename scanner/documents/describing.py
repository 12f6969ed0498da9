"""What a document's pages say, as the rules read them: suggestions and remarks for a person, and what its PDF says of itself."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from foundation.office import office
from scanner.documents import checklists, reading
from scanner.documents.document_overview import roster
from scanner.documents.records import Document
from scanner.pages.batches import Batch, Page
from scanner.workshop.findings import Flag
from scanner.workshop.texts import PageText

MM = 25.4
OF_A_PRODUCT = ("type", "number", "year", "title")  # what makes a document a product's


def describe(session: Session, document_id: int, pages: Sequence[Page], texts: Sequence[PageText | None]) -> None:
    """Write down what is suggested and remarked of a document's `pages`, whose `texts` were read (None: unreadable)."""
    describe_seen(session, document_id, [
        checklists.PageSeen(number, text, frozenset(Flag(each["flag"]) for each in page.findings), *size_mm(page))
        for number, (page, text) in enumerate(zip(pages, texts, strict=True), start=1)])


def describe_seen(session: Session, document_id: int, seen: Sequence[checklists.PageSeen]) -> None:
    """The same, of pages wherever they come from."""
    document = session.get_one(Document, document_id, with_for_update=True)
    batch = session.get(Batch, document.batch_id) if document.batch_id else None
    texts = [page.text for page in seen]
    found = reading.suggest(texts, roster(session))
    document.suggested = {field.value: _kept(suggestion, texts) for field, suggestion in found.items()}
    document.remarks = [remark.to_json() for remark in checklists.examine(seen, expected_sheets=batch.expected_sheets if batch else None)]


def size_mm(page: Page) -> tuple[float, float]:
    """Width and height of the paper, upright."""
    wide, high = (side / (page.dpi or 300) * MM for side in (page.width_px, page.height_px))
    return (high, wide) if page.upright in (90, 270) else (wide, high)


def _kept(suggestion: reading.Suggestion, pages: Sequence[PageText | None]) -> dict:
    """`box` and `size` (of the page) in the same dots, so that the place can be cut out of any picture of the page."""
    page = pages[suggestion.page]
    return {**suggestion.to_json(), "page": suggestion.page + 1, "size": [page.width, page.height] if page else [0, 0]}


def about(session: Session, document: Document) -> dict[str, str]:
    """What the PDF says of itself: only what a person confirmed, or entered with the product; its name otherwise."""
    said = {name: each["value"] for name, each in document.confirmed.items()}
    if document.product:
        said = {name: str(getattr(document.product, name)) for name in OF_A_PRODUCT} | said
    return {"title": said.get("title") or document.name, "number": said.get("number", ""), "type": said.get("type", ""),
            "year": said.get("year", ""), "issuer": said.get("issuer") or office(session).name, "subject": "", "language": "id"}
