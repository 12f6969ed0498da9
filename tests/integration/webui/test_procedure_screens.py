"""The publication procedure over HTTP: each step by whose it is, forms that keep what was typed, papers, the board and the agenda book."""

import csv
import io
import re
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from foundation.database import Database
from foundation.people import Person, Role
from foundation.stations import Station, StationKind
from printer import typesetting
from printer.printouts import Printout
from scanner.documents.records import Document, DocumentState, Origin
from scanner.legal.products import Product, ProductState, ProductStep, S
from scanner.procedure import board, procedure, verification
from tests.integration.webui.conftest import Browser

SAID = {"type": "kpt", "number": "12/HK.03/2026", "year": "2026", "title": "Penetapan Jadwal Layanan (fiktif)", "enacted_on": "17-8-2026",
        "memo_number": "5/ND/2026", "memo_date": "18-8-2026", "unit": "Sub Bagian Teknis"}
COPY = [claim.code for claim in verification.COPY_CLAIMS]
SCAN = [claim.code for claim in verification.OF_A_SCAN]
SHA = "a" * 64
UNIT, HEAD, SUBHEAD, LEGAL = Role.PROPOSER, Role.HEAD_OF_DIVISION, Role.HEAD_OF_SUBDIVISION, Role.LEGAL_STAFF

pytestmark = pytest.mark.one_database


class Office:
    """A browser for each of the five people, and what lies in the database."""

    def __init__(self, database: Database, signed_in: Callable[..., Browser]):
        self.database = database
        self.of = {role: signed_in(role, name=f"{role.value.title()} Contoh") for role in (UNIT, HEAD, SUBHEAD, LEGAL)}

    def submit(self, **more: str) -> int:
        answer = self.of[UNIT].post("/products/new", **{**SAID, "received": "1", **more})
        assert answer.status_code == 303, answer.text
        return int(answer.location.split("/")[2])

    def act(self, role: Role, product: int, deed: str, **form: object):
        return self.of[role].post(f"/products/{product}/{deed}", **form)

    def done(self, role: Role, product: int, deed: str, **form: object) -> None:
        answer = self.act(role, product, deed, **form)
        assert (answer.status_code, answer.location) == (303, f"/products/{product}?done={deed}"), answer.text

    def until(self, state: ProductState) -> int:
        """A product that has come so far, each step through its form."""
        product = self.submit()
        steps = [(S.DISPOSED, HEAD, "disposition", {"urgency": "urgent", "instructions": ["process"], "forwarded_to": "Kasubbag Hukum",
                                                    "due_on": "2-9-2026"}),
                 (S.ALLOWED, HEAD, "allow", {}), (S.VERIFIED, SUBHEAD, "verify-copy", {"confirmed": COPY, "location": "Map 3"}),
                 (S.SCANNED, LEGAL, "hand-in", {})]
        for reached, role, deed, form in steps:
            if self.state(product) is state:
                break
            if deed == "hand-in":
                form = {"document_id": self.document(product)}
            self.done(role, product, deed, **form)
            assert self.state(product) is reached
        return product

    def document(self, product: int | None) -> int:
        with self.database.transaction() as session:
            document = Document(origin=Origin.SCANNED, product_id=product, sha256=SHA, made_by="Contoh", state=DocumentState.READY)
            session.add(document)
            session.flush()
            return document.id

    def see(self, work: Callable):
        with self.database.reading() as session:
            return work(session)

    def state(self, product: int) -> ProductState:
        return self.see(lambda session: session.get(Product, product).state)


@pytest.fixture(autouse=True)
def workshop(app: Flask) -> Iterator[None]:
    yield
    app.extensions["wiring"].workshop.close()


@pytest.fixture
def here(database: Database, signed_in: Callable[..., Browser]) -> Office:
    return Office(database, signed_in)


def test_each_step_is_taken_in_its_form_by_whose_it_is(here):
    product = here.until(S.SCANNED)
    page = here.of[UNIT].get(f"/products/{product}").text
    for said in ("0001/2026", "5/ND/2026", "Kasubbag Hukum", "Map 3", "Penetapan Jadwal Layanan"):
        assert said in page


@pytest.mark.parametrize(("state", "role", "deed"), [
    (S.SUBMITTED, UNIT, "disposition"), (S.SUBMITTED, LEGAL, "disposition"), (S.DISPOSED, SUBHEAD, "allow"),
    (S.ALLOWED, HEAD, "verify-copy"),
    (S.VERIFIED, SUBHEAD, "hand-in"), (S.SUBMITTED, UNIT, "send-back"), (S.ALLOWED, UNIT, "send-back"), (S.SUBMITTED, SUBHEAD, "cancel"),
    (S.SUBMITTED, HEAD, "correct"), (S.SUBMITTED, SUBHEAD, "relate"), (S.SUBMITTED, LEGAL, "withdraw")])
def test_a_step_is_refused_to_who_may_not_take_it_and_not_offered(here, state, role, deed):
    product = here.until(state)
    form = {"urgency": "urgent", "instructions": "process", "forwarded_to": "x", "confirmed": COPY, "document_id": here.document(product),
            "to": "returned", "reason": "seal", "text": "x", "relation": "amends", "other": "x", "title": "x"}
    assert here.act(role, product, deed, **form).status_code == 403
    assert here.state(product) is state
    assert f'action="/products/{product}/{deed}"' not in here.of[role].get(f"/products/{product}").text


def test_a_nota_dinas_that_is_refused_keeps_what_was_typed_and_says_what_is_wrong_at_each_field(here):
    answer = here.of[UNIT].post("/products/new", **{**SAID, "memo_number": "", "year": "26", "place": "Wirasari"})
    assert answer.status_code == 422
    for field in ("memo_number", "year"):
        assert f'id="new-{field}-wrong"' in answer.text
    assert 'value="Wirasari"' in answer.text
    assert 'name="received" value="1" id="received">' in answer.text  # was not ticked
    assert here.see(lambda session: session.scalar(sa.select(sa.func.count()).select_from(Product))) == 0


def test_a_product_that_is_there_already_is_shown_to_who_submits_it_again(here):
    product = here.submit()
    answer = here.of[UNIT].post("/products/new", **SAID)
    assert answer.status_code == 422
    assert f'href="/products/{product}"' in answer.text


def test_the_unit_is_remembered(here):
    here.submit()
    assert 'value="Sub Bagian Teknis"' in here.of[UNIT].get("/products/new").text


def test_every_form_of_a_step_keeps_what_was_typed(here):
    product = here.submit()
    answer = here.act(HEAD, product, "disposition", urgency="very urgent", instructions=["respond"], due_on="kapan", note="Segera ya")
    assert answer.status_code == 422
    assert 'value="very urgent" checked' in answer.text
    assert 'value="respond" id="instruction-1" checked' in answer.text
    assert 'value="kapan"' in answer.text
    assert "Segera ya" in answer.text
    assert 'id="disposition-forwarded_to-wrong"' in answer.text
    answer = here.act(HEAD, product, "send-back", to="returned", reason="other", text="")
    assert '<details class="more-act" open>' in answer.text
    assert 'value="other" selected' in answer.text


def test_the_copy_check_keeps_its_ticks_and_says_which_lines_are_open(here):
    product = here.until(S.ALLOWED)
    answer = here.act(SUBHEAD, product, "verify-copy", confirmed=COPY[:-1], location="Map 9")
    assert answer.status_code == 422
    assert answer.text.count('name="confirmed"') == len(COPY)
    assert len(re.findall(r'id="claim-\d+" checked>', answer.text)) == len(COPY) - 1
    assert answer.text.count('class="is-open"') == 1
    assert 'value="Map 9"' in answer.text


def test_a_unit_sees_what_was_sent_back_why_and_by_whom_and_submits_it_again(here):
    product = here.until(S.DISPOSED)
    here.done(HEAD, product, "send-back", to="returned", reason="number", text="Halaman 1 lain")
    page = here.of[UNIT].get(f"/products/{product}").text
    for said in ("Nomor atau tanggal berbeda", "Halaman 1 lain", "Head Of Division Contoh"):
        assert said in page
    listed = here.of[UNIT].get("/products").text
    assert "Nomor atau tanggal berbeda" in listed
    assert "Giliran Anda sekarang" in listed
    here.done(UNIT, product, "resubmit", **{**SAID, "number": "13", "note": "Nomor dibetulkan"})
    found = here.see(lambda session: session.get(Product, product))
    assert (found.state, found.number, found.claimed_by) == (S.DISPOSED, "13", "Head Of Division Contoh")


def test_who_proposed_it_approves_it_with_a_reason_only_which_stands_out_in_the_trail(signed_in):
    both = signed_in(Role.HEAD_OF_DIVISION, Role.PROPOSER, name="Kabag Contoh")
    product = int(both.post("/products/new", **SAID).location.split("/")[2])
    both.post(f"/products/{product}/disposition", urgency="urgent", instructions="process", forwarded_to="Kasubbag")
    assert 'name="override"' in both.get(f"/products/{product}").text
    assert 'name="override"' not in signed_in(Role.LEGAL_STAFF).get(f"/products/{product}").text
    assert both.post(f"/products/{product}/allow").status_code == 403
    assert both.post(f"/products/{product}/allow", override="Pengusul lain cuti").status_code == 303
    page = both.get(f"/products/{product}").text
    assert "Pemeriksaan empat mata dilewati" in page
    assert "Pengusul lain cuti" in page


def test_a_slip_for_the_folder_is_printed_at_the_counter_and_its_code_opens_the_product(here):
    with here.database.transaction() as session:
        session.add(Station(name="Meja", kind=StationKind.DESK, printer="simulated:///nowhere"))
    product = here.submit()
    printed = here.see(lambda session: session.scalars(sa.select(Printout)).one())
    assert (printed.what, printed.subject, printed.copy_no) == ("folder receipt", f"product:{product}", 1)
    assert here.of[LEGAL].get("/products/scan", {"code": board.folder_code(product)}).location == f"/products/{product}"
    assert here.of[UNIT].post(f"/products/{product}/slip").status_code == 303
    assert here.see(lambda session: session.scalar(sa.select(sa.func.max(Printout.copy_no)))) == 2
    page = here.of[UNIT].get(f"/products/{product}/slip").text
    assert "0001/2026" in page
    assert 'class="qr-code"' in page
    assert here.of[UNIT].get(f"/products/{product}/slip.pdf").data.startswith(b"%PDF")


def test_without_a_printer_the_slip_is_there_as_a_page(here):
    product = here.submit()
    answer = here.of[UNIT].get(f"/products/{product}/slip")
    assert answer.status_code == 200
    assert "0001/2026" in answer.text
    assert here.of[UNIT].post(f"/products/{product}/slip").status_code == 409


@pytest.mark.parametrize("written", ["12", "12/2026", "12 Tahun 2026", "Keputusan Nomor 12 Tahun 2026", "12/HK.03/2026",
                                     "jadwal layanan", "0001/2026", "1/2026", "5/ND/2026", "LAYANAN"])
def test_a_product_is_found_by_its_number_in_any_form_its_title_its_agenda_or_its_memo(here, written):
    product = here.submit()
    here.submit(number="99", title="Lain Sekali (fiktif)", memo_number="77/XX")
    assert here.of[LEGAL].get("/products/scan", {"code": written}).location == f"/products/{product}"
    listed = here.of[LEGAL].get("/products", {"q": written}).text
    assert "Penetapan Jadwal" in listed
    assert "Lain Sekali" not in listed


def test_the_board_shows_each_product_at_the_step_it_waits_for_and_what_is_late(here):
    product = here.until(S.ALLOWED)
    with here.database.transaction() as session:
        session.get(Product, product).due_on = None
    page = here.of[SUBHEAD].get("/products").text
    assert "Giliran Anda sekarang" in page
    assert page.index('id="col-4"') < page.rindex("Penetapan Jadwal") < page.index('id="col-5"')
    assert "terlambat" not in page
    with here.database.transaction() as session:
        session.get(Product, product).due_on = session.get(Product, product).made_at.date().replace(year=2020)
    assert "terlambat sejak" in here.of[HEAD].get("/products", {"only": "late"}).text
    assert "Penetapan Jadwal" not in here.of[HEAD].get("/products", {"only": "mine"}).text


def test_who_scanned_it_is_not_called_to_check_it(here):
    product = here.until(S.SCANNED)
    assert "Penetapan Jadwal" not in here.of[LEGAL].get("/products", {"only": "mine"}).text
    page = here.of[LEGAL].get(f"/products/{product}").text
    assert "dikerjakan orang lain" in page


def test_a_product_in_hand_is_nobody_elses_until_it_is_given_back(here):
    product = here.until(S.ALLOWED)
    here.done(SUBHEAD, product, "claim")
    assert "Subdivision Contoh" in here.of[UNIT].get("/products").text
    assert 'deed="send-back"' not in here.of[LEGAL].get(f"/products/{product}").text
    here.done(SUBHEAD, product, "release")
    assert here.see(lambda session: session.get(Product, product).claimed_by_id) is None


def test_legal_staff_correct_the_particulars_and_enter_relations(here):
    product, other = here.submit(), here.submit(number="7", title="Yang Lama (fiktif)")
    here.done(LEGAL, product, "correct", title="Judul Baru (fiktif)")
    assert here.see(lambda session: session.get(Product, product).title) == "Judul Baru (fiktif)"
    answer = here.act(LEGAL, product, "relate", relation="repeals", other="Keputusan 7 Tahun 2026")
    assert answer.status_code == 422
    assert f'name="other_id" value="{other}"' in answer.text
    here.done(LEGAL, product, "relate", relation="repeals", other="Keputusan 7 Tahun 2026", other_id=other)
    assert "Dicabut dengan" in here.of[UNIT].get(f"/products/{other}").text
    here.done(LEGAL, other, "relate", relation="repealed by", other="Peraturan dari luar", other_id="0")
    assert "tidak berlaku lagi" in here.of[UNIT].get(f"/products/{other}").text
    assert "Dicabut" in here.of[UNIT].get(f"/products/{other}").text or "dicabut" in here.of[UNIT].get(f"/products/{other}").text
    here.done(LEGAL, product, "relate", relation="amends", other="Keputusan lama entah mana", other_id="0")
    assert "Keputusan lama entah mana" in here.of[UNIT].get(f"/products/{product}").text


def test_who_was_too_late_reads_what_is_the_case_now(here):
    product = here.until(S.ALLOWED)
    answer = here.act(HEAD, product, "allow")
    assert answer.status_code == 409
    assert 'role="alert"' in answer.text
    assert here.act(HEAD, product, "nothing-like-this").status_code == 404


def test_the_trail_says_how_long_a_step_took(here):
    product = here.until(S.DISPOSED)
    with here.database.transaction() as session:
        session.get(Product, product).steps[0].at -= timedelta(days=3)
    assert "setelah 3 hari" in here.of[UNIT].get(f"/products/{product}").text
    assert "3 hari" in here.of[UNIT].get(f"/products/{product}/papers/signatures").text


def test_a_document_is_kept_as_the_signed_original(here):
    product = here.until(S.SCANNED)
    original = here.document(product)
    assert "Ini naskah asli" in here.of[LEGAL].get(f"/products/{product}").text
    here.done(LEGAL, product, "keep-original", document_id=original)
    assert "naskah asli bertanda tangan" in here.of[UNIT].get(f"/products/{product}").text


def test_a_batch_for_a_product_has_it_chosen_however_old_it_is(here):
    product = here.until(S.VERIFIED)
    with here.database.transaction() as session:
        session.add(Station(name="Meja pindai", kind=StationKind.SCANNER, scanner="simulated:///nowhere"))
        session.add_all(Product(type="kpt", number=str(n), year=2020, title="Lain (fiktif)", made_by="x") for n in range(300))
    page = here.of[LEGAL].get(f"/products/{product}").text
    assert f'href="/scanning?product_id={product}"' in page
    assert f'<option value="{product}" selected' in here.of[LEGAL].get("/scanning", {"product_id": product}).text


def complete(here: Office) -> int:
    """A product that somebody else has checked."""
    product = here.until(S.SCANNED)
    with here.database.transaction() as session:
        other = Person(username="pemeriksa", name="Pemeriksa Contoh", roles=[LEGAL], password_hash="-")
        session.add(other)
        session.flush()
        procedure.check(session, product, SCAN, SHA, "", other.actor())
    return product


@pytest.mark.parametrize("kind", ["disposition", "approval", "completeness", "signatures"])
def test_every_paper_is_a_page_and_a_pdf(here, kind):
    product = complete(here)
    page = here.of[UNIT].get(f"/products/{product}/papers/{kind}")
    assert page.status_code == 200
    assert {"disposition": "Kasubbag Hukum", "approval": "Map 3", "completeness": SHA, "signatures": "Pemeriksa Contoh"}[kind] in page.text
    assert here.of[UNIT].get(f"/products/{product}/papers/{kind}.pdf").data.startswith(b"%PDF")


def test_a_paper_is_there_once_its_step_is_taken(here):
    product = here.submit()
    assert here.of[UNIT].get(f"/products/{product}/papers/approval").status_code == 404
    assert "papers/signatures" in here.of[UNIT].get(f"/products/{product}").text
    assert "papers/disposition" not in here.of[UNIT].get(f"/products/{product}").text


def test_the_agenda_book_is_a_page_a_pdf_and_a_table_without_formulas(here):
    here.submit(title="=HYPERLINK(\"contoh\")", memo_number="+5/ND")
    year = here.see(lambda session: session.scalar(sa.select(ProductStep.at))).year
    assert "HYPERLINK" in here.of[HEAD].get("/products/agenda").text
    assert here.of[HEAD].get("/products/agenda.pdf").data.startswith(b"%PDF")
    table = list(csv.reader(io.StringIO(here.of[HEAD].get("/products/agenda.csv", {"year": year}).data.decode("utf-8-sig"))))
    assert len(table) == 2
    assert table[1][0] == f"0001/{year}"
    assert table[1][2] == "'+5/ND"
    assert table[1][5] == "'=HYPERLINK(\"contoh\")"


def test_a_born_digital_pdf_comes_with_the_nota_dinas_and_keeps_its_bytes(here, app):
    content = typesetting.pdf("<p>KEPUTUSAN CONTOH NOMOR 12 TAHUN 2026 (fiktif)")
    product = here.submit(file=(io.BytesIO(content), "keputusan.pdf"))
    document = here.see(lambda session: session.scalars(sa.select(Document)).one())
    assert (document.product_id, document.name) == (product, "keputusan")
    assert app.extensions["wiring"].files.path(document.came_as).read_bytes() == content


def test_a_file_that_is_no_pdf_is_refused_and_nothing_is_submitted(here):
    answer = here.of[UNIT].post("/products/new", **SAID, file=(io.BytesIO(b"bukan PDF"), "naskah.pdf"))
    assert answer.status_code in (409, 422)
    assert 'value="5/ND/2026"' in answer.text
    assert here.see(lambda session: session.scalar(sa.select(sa.func.count()).select_from(Product))) == 0


@pytest.mark.parametrize("role", [UNIT, HEAD, SUBHEAD])
def test_the_people_of_the_procedure_begin_at_the_board(app, person, role):
    browser, somebody = Browser(app.test_client()), person(role)
    answer = browser.post("/sign-in", username=somebody.username, password="tiga kata sandi")
    assert answer.location == "/products"
    assert "Papan kerja" in browser.follow(answer).text


def test_the_librarys_officer_has_no_part_in_it(officer):
    assert officer.get("/products").status_code == 403
