"""What the demo office has published already: fictional decisions as PDFs, brought through the seven steps, and one to be checked."""

from datetime import timedelta
from html import escape

import sqlalchemy as sa
from sqlalchemy.orm import Session

from foundation.clock import now
from foundation.people import Actor, Person
from foundation.settings import Settings
from kiosk.ledger.collection import Kind
from kiosk.shelves import attaching, cataloguing, describing
from printer import typesetting
from scanner.documents.records import Document
from scanner.procedure import procedure, verification
from scanner.station import taking_in
from scanner.workshop.texts import PageText
from webui import assets
from webui.demo.products import UNITS, bring
from webui.fictional.decisions import Paper, decision
from webui.wiring import Wiring, wire

PUBLISHED, TO_BE_CHECKED = (33, 24, 21), 25  # of two pages each; the first is the newest
LINE_PT = 11
SMALL = {"dan", "pada", "di", "untuk", "serta", "atas", "dalam", "dengan"}


def publish_some(settings: Settings) -> None:
    """Take in and check what the demo has published; the program publishes it when it runs. Once: not where a document is already."""
    wired = wire(settings)
    try:
        with wired.database.reading() as session:
            by = {} if session.scalar(sa.select(Document.id).limit(1)) else {
                person.username: person.actor() for person in session.scalars(sa.select(Person))}
        for seed in (*PUBLISHED, TO_BE_CHECKED) if by else ():
            _bring(wired, decision(seed), by, checked=seed in PUBLISHED)
    finally:
        wired.workshop.close()
        wired.database.close()


def _bring(wired: Wiring, paper: Paper, by: dict[str, Actor], checked: bool) -> None:
    path = wired.settings.data / "demo.pdf"
    path.write_bytes(typesetting.pdf(_html(paper)))
    with path.open("rb") as file:
        sha256 = wired.files.put(file)
    size, said = path.stat().st_size, wired.workshop.check(path)
    path.unlink()

    def take_in(session: Session) -> tuple[int, int]:
        document, _ = taking_in.take(session, sha256, size, paper.number, said, by["bima"])
        product = bring(session, by, {
            "type": paper.type.value, "number": paper.number, "year": str(paper.year), "title": _title(paper),
            "enacted_on": paper.date, "place": paper.place, "signatory": paper.signatory, "subject": "Contoh - Fiktif",
            "field_of_law": "Hukum Administrasi Negara"}, f"{paper.number_short}/ND/{now().year}", UNITS[0],
                        str(now().date() - timedelta(days=5)), str(now().date() + timedelta(days=3)))
        document.product_id = product.id
        session.flush()
        return document.id, product.id
    document, product = wired.database.run(take_in)
    wired.jobs["take_in"](document=document)

    def hand_in(session: Session) -> None:
        procedure.hand_in(session, product, document, by["lestari"])
        if not checked:
            return
        confirmed = [claim.code for claim in verification.claims(session.get_one(Document, document))]
        procedure.check(session, product, confirmed, sha256, "", by["galih"])
        _shelve(session, paper, product, by["sari"])
    wired.database.run(hand_in)


def _shelve(session: Session, paper: Paper, product: int, by: Actor) -> None:
    """It stands in the library too, and is read at the kiosk once it is published."""
    form = {"title": _title(paper), "number": paper.number, "year": str(paper.year), "enacted_on": paper.date, "place": paper.place,
            "signatory": paper.signatory, "field_of_law": "Hukum Administrasi Negara", "language": "Indonesia", "in_force": "yes"}
    title = cataloguing.save_title(session, describing.read_description(session, Kind.DECISION, form), by)
    cataloguing.add_copies(session, title.id, 1, by, shelf="A-1")
    attaching.set_digital(session, title.id, by, product_id=product)


def _title(paper: Paper) -> str:
    words = (word if word in SMALL else word.capitalize() for word in paper.title.casefold().split())
    return f"{' '.join(words)} (contoh fiktif)"


def _html(paper: Paper) -> str:
    """Each line where the paper has it."""
    first = paper.pages[0]
    width, height = (dots / first.dpi * 25.4 for dots in (first.width, first.height))  # mm
    pages = "".join(f"<section>{''.join(_line(page, number) for number in range(len(page.lines)))}</section>" for page in paper.pages)
    return (f'<!doctype html><html lang="id"><meta charset="utf-8"><title>{escape(paper.number)}</title><style>{assets.letters()} '
            f"@page {{ size: {width:.1f}mm {height:.1f}mm; margin: 0 }} body {{ margin: 0 }} "
            f"section {{ position: relative; height: {height - 1:.1f}mm; break-after: page }} "
            f'p {{ position: absolute; margin: 0; white-space: nowrap; font: {LINE_PT}pt "Plus Jakarta Sans", sans-serif }}</style>{pages}')


def _line(page: PageText, number: int) -> str:
    line, to_mm = page.lines[number], 25.4 / page.dpi
    return f'<p style="left: {line.box.x * to_mm:.1f}mm; top: {line.box.y * to_mm:.1f}mm">{escape(line.text)}</p>'
