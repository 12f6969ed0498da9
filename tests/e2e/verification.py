"""What the browser tests of the procedure share: people who sign in, and products that wait for their check."""

from collections.abc import Iterator
from contextlib import contextmanager

from PIL import Image
from playwright.sync_api import Browser, Page
from sqlalchemy.orm import Session

from foundation.people import Actor, Role, add_person, hash_password
from scanner.documents.records import Document, DocumentPage, DocumentState, Origin
from scanner.procedure import procedure, verification
from tests.e2e.station import LESTARI, PASSWORD, WIDE, Room

PEOPLE = {"pengusul": ("Putri Contoh", Role.PROPOSER), "kabag": ("Kartika Contoh", Role.HEAD_OF_DIVISION),
          "kasubbag": ("Surya Contoh", Role.HEAD_OF_SUBDIVISION), "bayu": ("Bayu Contoh", Role.LEGAL_STAFF)}
COPY = [claim.code for claim in verification.COPY_CLAIMS]


def add_people(room: Room) -> dict[str, Actor]:
    """The five people of the procedure by user name; Lestari is there already."""
    def add(session: Session) -> dict[str, Actor]:
        hashed = hash_password(PASSWORD)
        return {name: add_person(session, name, full, [role], hashed).actor() for name, (full, role) in PEOPLE.items()}
    return room.do(add)


@contextmanager
def signed_in(room: Room, browser: Browser, name: str, **context: object) -> Iterator[Page]:
    """The screen of one of them; nothing may be refused by the content policy or fail in a script."""
    made = browser.new_context(**{"viewport": WIDE, "has_touch": True, "locale": "id-ID", "reduced_motion": "reduce", **context})
    page, troubles = made.new_page(), []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("console", lambda message: troubles.append(message.text) if "Content Security Policy" in message.text else None)
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(f"{room.url}/sign-in")
    page.locator("[name=username]").fill(name)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("[name=password]").press("Enter")
    page.wait_for_url(lambda url: "/sign-in" not in url)
    yield page
    made.close()
    assert troubles == []


def scanned(room: Room, people: dict[str, Actor], number: str, pages: list[Image.Image], due: str = "", **more: object) -> int:
    """A product that waits for its check: proposed, allowed, compared, and scanned by Lestari into a document as if it had been made."""
    room.load(*pages)
    batch = room.batch(len(pages), f"Nomor {number} (fiktif)")
    room.scan(batch)

    def work(session: Session) -> int:
        said = {"type": "kpt", "number": number, "year": "2026", "title": "Penetapan Jadwal Layanan Perpustakaan Hukum (fiktif)",
                "enacted_on": "17-8-2026", "place": "Wirasari", "signatory": "Bayu Wicaksana"}
        product = procedure.submit(session, said, "5/ND/2026", "18-8-2026", "Sub Bagian Teknis", people["pengusul"]).product_id
        procedure.dispose(session, product, "urgent", ["process"], "Kasubbag Hukum", due, "", people["kabag"])
        procedure.allow(session, product, "", people["kabag"])
        procedure.verify_copy(session, product, COPY, "Map 3", "", people["kasubbag"])
        document = Document(origin=Origin.SCANNED, batch_id=int(batch.rpartition("/")[2]), product_id=product, made_by=LESTARI.name,
                            **{"state": DocumentState.READY, "sha256": number.rjust(64, "0"), "size_bytes": 1000, **more})
        session.add(document)
        session.flush()
        for at, page in enumerate(room.look(batch).kept, start=1):
            session.add(DocumentPage(document_id=document.id, number=at, page_id=page.id))
        procedure.hand_in(session, product, document.id, LESTARI)
        return product
    return room.do(work)
