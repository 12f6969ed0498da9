"""The verification queue over HTTP: claimed, confirmed line by line, corrected, sent back, and never by who scanned it."""

import re
import threading
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask

from foundation.audit import AuditEntry
from foundation.database import Database
from foundation.people import Actor, Person, Role, add_person
from scanner.documents.records import Document, DocumentState, Origin
from scanner.documents.remarks import LOOK_FOR, Code
from scanner.legal.products import Product, ProductStep, S
from scanner.procedure import procedure, verification, verifying
from tests.integration.scanner.test_procedure import COPY, HEAD, LESTARI, SAID, SCAN, SHA, SUBHEAD, UNIT, Desk
from tests.integration.webui.conftest import PASSWORD, Browser

pytestmark = pytest.mark.one_database  # but for what searches, counts or races

OTHER = "b" * 64
REMARK = {"code": Code.PAGE_COUNT, "severity": "stop", "pages": [2], "details": {"found": 2, "declared": 3}, "next_step": LOOK_FOR,
          "sentence": "There are %(found)d pages with something on them; %(declared)d were declared."}


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk(database)


@pytest.fixture
def bayu(signed_in: Callable[..., Browser]) -> Browser:
    """Legal staff who scanned nothing."""
    return signed_in(Role.LEGAL_STAFF, name="Bayu Contoh")


@pytest.fixture
def another_person(app: Flask, database: Database, password_hash: str) -> Browser:
    """More legal staff who scanned nothing."""
    with database.transaction() as session:
        add_person(session, "citra", "Citra Contoh", [Role.LEGAL_STAFF], password_hash)
    browser = Browser(app.test_client())
    browser.post("/sign-in", username="citra", password=PASSWORD)
    browser.get("/password")
    return browser


@pytest.fixture
def waiting(desk: Desk, bayu: Browser) -> int:
    """A product that waits for its check, scanned by somebody else."""
    return desk.until(S.SCANNED, scanner=LESTARI)


@pytest.fixture
def change(database: Database) -> Callable[..., None]:
    """Sets something of the document."""
    def change(**values: object) -> None:
        with database.transaction() as session:
            document = session.scalars(sa.select(Document)).one()
            for name, value in values.items():
                setattr(document, name, value)
    return change


def who(database: Database, name: str) -> Person:
    with database.reading() as session:
        return session.scalars(sa.select(Person).where(Person.name == name)).one()


def another(desk: Desk, number: str, due: str = "2026-08-01") -> int:
    """One more product that waits, scanned by Lestari."""
    product = desk.do(procedure.submit, {**SAID, "number": number}, "6/ND/2026", "18-8-2026", "Sub Bagian Teknis", UNIT).product_id
    desk.do(procedure.dispose, product, "urgent", ["process"], "Kasubbag Hukum", due, "", HEAD)
    desk.do(procedure.allow, product, "", HEAD)
    desk.do(procedure.verify_copy, product, COPY, "", "", SUBHEAD)
    desk.do(procedure.hand_in, product, desk.scan(product, LESTARI, number[0] * 64), LESTARI)
    return product


def tick(browser: Browser, product: int, code: str, sha256: str = SHA, so: str = "1") -> object:
    return browser.post(f"/verify-queue/{product}/tick", claim=code, sha256=sha256, so=so)


def tick_all(browser: Browser, product: int, sha256: str = SHA) -> None:
    for code in SCAN:
        assert tick(browser, product, code, sha256).status_code == 303


def said(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_what_is_confirmed_line_by_line_is_published_and_the_next_one_opens(desk, bayu, waiting):
    later = another(desk, "7", due="2026-12-01")
    assert bayu.post("/verify-queue/next").location.endswith(f"/verify-queue/{waiting}")  # the older deadline
    tick_all(bayu, waiting)
    answer = bayu.post(f"/verify-queue/{waiting}/check", sha256=SHA, note="sudah dibandingkan")
    assert (answer.status_code, answer.location) == (303, f"/verify-queue/{later}?done=checked")
    with desk.database.reading() as session:
        step = session.scalars(sa.select(ProductStep).where(ProductStep.step == "check")).one()
        assert (step.by, step.text, step.details["confirmed"], step.details["sha256"]) == (
            "Bayu Contoh", "sudah dibandingkan", sorted(SCAN), SHA)
        assert session.get(Product, later).claimed_by == "Bayu Contoh"
        assert session.get(Product, waiting).ticks == {}


def test_nothing_is_confirmed_beforehand_and_what_was_survives_a_reload_and_another_device(bayu, waiting, desk):
    page = bayu.follow(bayu.post(f"/verify-queue/{waiting}/take"))
    assert "0 dari 10 dipastikan" in said(page.text)
    tick(bayu, waiting, "number")
    tick(bayu, waiting, "seal")
    assert "2 dari 10 dipastikan" in said(bayu.get(f"/verify-queue/{waiting}").text)
    tick(bayu, waiting, "seal", so="")
    assert "1 dari 10 dipastikan" in said(bayu.get(f"/verify-queue/{waiting}").text)


def test_it_is_not_finished_while_a_line_is_open(bayu, waiting, desk):
    tick(bayu, waiting, "number")
    answer = bayu.post(f"/verify-queue/{waiting}/check", sha256=SHA, note="catatan saya")
    assert (answer.status_code, desk.state(waiting)) == (422, S.SCANNED)
    assert "Belum semuanya dibenarkan" in answer.text
    assert "catatan saya" in answer.text


def test_what_one_person_confirmed_is_not_confirmed_for_another(desk, bayu, waiting, another_person):
    tick_all(bayu, waiting)
    bayu.post(f"/verify-queue/{waiting}/release")
    assert another_person.post("/verify-queue/next").location == f"/verify-queue/{waiting}"
    assert "0 dari 10 dipastikan" in said(another_person.get(f"/verify-queue/{waiting}").text)
    another_person.post(f"/verify-queue/{waiting}/check", sha256=SHA)
    assert desk.state(waiting) is S.SCANNED


def test_a_file_made_anew_meanwhile_is_looked_at_again(bayu, waiting, change, desk):
    tick_all(bayu, waiting)
    change(sha256=OTHER)
    answer = bayu.post(f"/verify-queue/{waiting}/check", sha256=SHA)
    assert "dibuat ulang" in answer.text
    assert desk.state(waiting) is S.SCANNED
    assert "0 dari 10 dipastikan" in said(bayu.get(f"/verify-queue/{waiting}").text)
    assert tick(bayu, waiting, "number").status_code == 409
    tick_all(bayu, waiting, OTHER)
    bayu.post(f"/verify-queue/{waiting}/check", sha256=OTHER)
    assert desk.state(waiting) is S.COMPLETE


def test_who_scanned_it_sees_why_it_is_not_offered(database, desk, signed_in):
    browser = signed_in(Role.LEGAL_STAFF, name="Lestari Contoh")
    product = desk.until(S.SCANNED, scanner=who(database, "Lestari Contoh").actor())
    assert "Anda yang memindai" in browser.get("/verify-queue").text
    assert browser.post("/verify-queue/next").location == "/verify-queue?done=none"
    page = browser.get(f"/verify-queue/{product}")
    assert "Diperlukan empat mata" in page.text
    assert "/tick" not in page.text
    assert "override" not in page.text
    for answer in (browser.post(f"/verify-queue/{product}/take"), tick(browser, product, "number")):
        assert (answer.status_code, "Diperlukan empat mata" in answer.text) == (403, True)
    with database.transaction() as session:  # nor by asking for the step itself
        session.get(Product, product).ticks = {"person": who(database, "Lestari Contoh").id, "sha256": SHA, "codes": SCAN}
    assert browser.post(f"/verify-queue/{product}/check", sha256=SHA, override="kata saya").status_code == 403
    assert desk.state(product) is S.SCANNED


def test_who_may_override_four_eyes_does_it_with_a_reason_that_stands_in_the_trail(database, desk, signed_in):
    browser = signed_in(Role.LEGAL_STAFF, Role.HEAD_OF_DIVISION, name="Kabag Contoh")
    product = desk.until(S.SCANNED, scanner=who(database, "Kabag Contoh").actor())
    assert browser.post("/verify-queue/next").location == "/verify-queue?done=none"  # not offered, but possible
    tick_all(browser, product)
    assert 'name="override"' in browser.get(f"/verify-queue/{product}").text
    assert browser.post(f"/verify-queue/{product}/check", sha256=SHA).status_code == 403
    browser.post(f"/verify-queue/{product}/check", sha256=SHA, override="Hanya satu orang bertugas.")
    assert desk.state(product) is S.COMPLETE
    with database.reading() as session:
        step = session.scalars(sa.select(ProductStep).where(ProductStep.step == "check")).one()
        assert step.details["override"] == "Hanya satu orang bertugas."
        assert session.scalar(sa.select(AuditEntry.id).where(AuditEntry.deed == "four eyes overridden"))


def test_what_is_in_other_hands_is_shown_with_whose_and_not_offered(desk, bayu, waiting):
    desk.do(procedure.claim, waiting, Actor("Citra Contoh", frozenset({Role.LEGAL_STAFF}), person_id=99))
    assert "Citra Contoh" in bayu.get("/verify-queue").text
    assert bayu.post("/verify-queue/next").location == "/verify-queue?done=none"
    assert "Citra Contoh" in bayu.get(f"/verify-queue/{waiting}").text
    assert tick(bayu, waiting, "number").status_code == 409


def test_what_is_given_back_is_free_for_everybody(desk, bayu, waiting):
    bayu.post(f"/verify-queue/{waiting}/take")
    assert bayu.post(f"/verify-queue/{waiting}/release").location == "/verify-queue?done=released"
    assert desk.see(lambda session: session.get(Product, waiting).claimed_by_id) is None


def test_not_so_leads_to_sending_back_with_its_reason_chosen(desk, bayu, waiting):
    bayu.post(f"/verify-queue/{waiting}/take")
    page = bayu.get(f"/verify-queue/{waiting}", {"wrong": "seal"})
    assert re.search(r'<details[^>]*id="send-back" open', page.text)
    assert '<option value="seal" selected>' in page.text
    answer = bayu.post(f"/verify-queue/{waiting}/send-back", to="returned", reason="seal", text="Cap dinas belum ada.")
    assert answer.location == "/verify-queue?done=back"
    assert desk.state(waiting) is S.RETURNED


def test_every_claim_has_a_reason_to_go_back_and_every_remark_speaks_against_a_claim():
    assert {claim.reason for claim in verification.ALL} <= set(procedure.REASONS)
    assert set(Code) == {code for claim in verification.ALL for code in claim.codes}


def test_a_product_cannot_be_sent_back_without_a_reason_and_the_form_keeps_what_was_written(desk, bayu, waiting):
    bayu.post(f"/verify-queue/{waiting}/take")
    answer = bayu.post(f"/verify-queue/{waiting}/send-back", to="verified", reason="", text="Halaman 2 buram.")
    assert (answer.status_code, desk.state(waiting)) == (422, S.SCANNED)
    assert "Halaman 2 buram." in answer.text
    assert 'aria-invalid="true"' in answer.text


def test_what_comes_back_answered_is_in_the_hands_of_who_sent_it_back_and_says_why(desk, bayu, waiting):
    bayu.post(f"/verify-queue/{waiting}/take")
    bayu.post(f"/verify-queue/{waiting}/send-back", to="returned", reason="number", text="Tanggalnya lain.")
    desk.do(procedure.resubmit, waiting, {**SAID, "enacted_on": "18-8-2026"}, "Sudah dibetulkan.", False, UNIT)
    assert bayu.post("/verify-queue/next").location.endswith(f"/verify-queue/{waiting}")
    page = said(bayu.get(f"/verify-queue/{waiting}").text)
    assert "Tanggalnya lain." in page
    assert "Sudah dibetulkan." in page


def test_a_value_that_is_corrected_is_open_again(desk, bayu, waiting):
    tick_all(bayu, waiting)
    bayu.post(f"/verify-queue/{waiting}/correct", claim="date", sha256=SHA, enacted_on="18 8 2026", place="Pontianak")
    with desk.database.reading() as session:
        product = session.get(Product, waiting)
        assert (product.enacted_on.isoformat(), product.place) == ("2026-08-18", "Pontianak")
        assert set(SCAN) - set(product.ticks["codes"]) == {"date"}


def test_a_wrong_correction_is_refused_at_its_field_and_kept(desk, bayu, waiting):
    bayu.post(f"/verify-queue/{waiting}/take")
    answer = bayu.post(f"/verify-queue/{waiting}/correct", claim="date", sha256=SHA, enacted_on="kapan-kapan", place="Pontianak")
    assert answer.status_code == 422
    assert 'value="kapan-kapan"' in answer.text
    assert "Tulis tanggal, bulan, dan tahun" in answer.text


def test_what_was_read_is_beside_what_the_product_says_and_stands_out_where_it_differs(bayu, waiting, change):
    box = {"box": [10, 10, 100, 20], "size": [1240, 1754], "page": 1, "raw": "", "sure": "high", "why": ""}
    change(suggested={"number": {**box, "value": "12 TAHUN 2026"}, "year": {**box, "value": "2026"},
                      "title": {**box, "value": "PENETAPAN JADWAL LAYANAN (FIKTIF)"}, "date": {**box, "value": "2026-08-19"}},
           confirmed={"place": {"value": "Pontianak", "by": "Lestari Contoh", "at": ""}}, remarks=[REMARK])
    text = bayu.follow(bayu.post(f"/verify-queue/{waiting}/take")).text
    claims = {code: text[text.index(f'id="claim-{code}"'):].split("</li>", 1)[0] for code in ("number", "date", "title", "pages")}
    assert "is-other" not in claims["number"]  # the year after a number is no difference
    assert "di halaman: Rabu, 19 Agustus 2026" in said(claims["date"])
    assert "di halaman: Pontianak" in said(claims["date"])
    assert "is-other" not in claims["title"]
    assert "is-low" in claims["date"]
    assert "is-low" not in claims["title"]
    assert "2 halaman" in said(text[text.index('id="claim-pages"'):])


@pytest.mark.parametrize(("below", "shown"), [(40, "10 10 202 50"), (900, "10 10 100 20")])
def test_a_claim_shows_the_place_of_all_its_fields_as_far_as_they_stand_together(bayu, waiting, change, below, shown):
    box = {"size": [1240, 1754], "page": 1, "raw": "", "sure": "high", "why": ""}
    change(suggested={"number": {**box, "box": [10, 10, 100, 20], "value": "12"},
                      "year": {**box, "box": [12, below, 200, 20], "value": "2026"}})
    assert f'data-box="{shown}"' in bayu.get(f"/verify-queue/{waiting}").text


@pytest.mark.parametrize(("state", "sentence"), [(DocumentState.MAKING, "sedang dibuat"), (DocumentState.FAILED, "disk penuh")])
def test_a_document_that_is_not_ready_is_said_with_a_way_on(bayu, waiting, change, state, sentence):
    change(state=state, sentence="The document could not be written: the disk is full or cannot be used.",
           next_step="Ask the administrator to make room, then have it made again.")
    page = bayu.get(f"/verify-queue/{waiting}")
    assert page.status_code == 200
    assert sentence in page.text
    assert "/tick" not in page.text
    assert bayu.post("/verify-queue/next").location == "/verify-queue?done=none"
    live = bayu.client.get(f"/verify-queue/{waiting}/live")
    assert live.status_code == (204 if state is DocumentState.MAKING else 200)


def test_a_pdf_with_missing_pages_is_never_confirmed(bayu, waiting, change, desk):
    change(remarks=[{**REMARK, "code": Code.NOT_PUT_IN, "details": {"count": 1}, "sentence": "Look at the page again.", "next_step": ""}])
    bayu.post(f"/verify-queue/{waiting}/take")
    page = bayu.get(f"/verify-queue/{waiting}")
    assert "/tick" not in page.text
    assert 'id="send-back" open' in page.text
    assert tick(bayu, waiting, "pages").status_code == 409


def test_a_product_that_does_not_wait_says_so(desk, bayu, waiting):
    tick_all(bayu, waiting)
    bayu.post(f"/verify-queue/{waiting}/check", sha256=SHA)
    answer = bayu.get(f"/verify-queue/{waiting}")
    assert (answer.status_code, "tidak menunggu pemeriksaan" in answer.text) == (409, True)
    assert tick(bayu, waiting, "number").status_code == 409


@pytest.mark.parametrize("role", [Role.ADMIN, Role.PROPOSER, Role.HEAD_OF_DIVISION, Role.HEAD_OF_SUBDIVISION, Role.OFFICER])
def test_the_queue_is_legal_staffs(signed_in, role):
    browser = signed_in(role, name="Orang Lain")
    assert browser.get("/verify-queue").status_code == 403
    assert browser.post("/verify-queue/next").status_code == 403


@pytest.mark.one_database(False)
def test_two_people_who_ask_for_the_next_one_get_two(desk, bayu, waiting, another_person):
    second = another(desk, "7")
    found = {browser.post("/verify-queue/next").location for browser in (bayu, another_person)}
    assert found == {f"/verify-queue/{waiting}", f"/verify-queue/{second}"}


@pytest.mark.one_database(False)
def test_people_who_ask_at_the_same_moment_get_different_ones(desk, bayu, waiting):
    numbers = [waiting, *(another(desk, number) for number in ("7", "8"))]
    people = [Actor(f"Orang {n}", frozenset({Role.LEGAL_STAFF}), person_id=100 + n) for n in range(4)]
    ready, got = threading.Barrier(len(people)), []

    def ask(by: Actor) -> None:
        ready.wait()
        got.append(desk.database.run(lambda session: (taken := verifying.take_next(session, by)) and taken.id))
    threads = [threading.Thread(target=ask, args=[by]) for by in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(each for each in got if each) == sorted(numbers)


def test_of_a_signed_pdf_its_signatures_are_confirmed_and_no_stamp(bayu, waiting, change):
    seal = {"who": "Bayu Wicaksana", "when": "2026-08-17T03:00:00+00:00", "stamped": True, "intact": True, "whole": True}
    change(origin=Origin.BORN_DIGITAL, came_as=SHA, report={"pages": 1, "seals": [seal], "read": False})
    text = bayu.follow(bayu.post(f"/verify-queue/{waiting}/take")).text
    assert "0 dari 7 dipastikan" in said(text)
    assert 'id="claim-copy-stamp"' not in text
    signatures = said(text[text.index('id="claim-signatures"'):].split("</li>\n      <li", 1)[0])
    assert "Bayu Wicaksana" in signatures
    assert "belum berubah" in signatures or "tidak berubah" in signatures
