"""The upload queue's screens: who may open them, what they show, and what a person does there."""

from datetime import timedelta
from io import BytesIO
from zipfile import ZipFile

import pytest
import sqlalchemy as sa

from foundation import jobs
from foundation.clock import now
from foundation.people import PROGRAM, Role
from scanner.legal.publications import Publication, Publishing, S
from scanner.publishing.publishers.assisted import Assisted
from tests.integration.publishers.checked import TITLE, Desk, a_checked_product, pdf

pytestmark = pytest.mark.one_database  # what is asked of the database is tested where it is asked, on both


@pytest.fixture
def desk(app):
    wired = app.extensions["wiring"]
    return Desk(wired.database, wired.files, {"assisted": Assisted()}, wired.web)


@pytest.fixture
def staff(signed_in):
    return signed_in(Role.LEGAL_STAFF)


@pytest.fixture
def awaited(desk) -> Publication:
    product = desk.check(pdf())
    desk.work()
    return desk.one(product)


@pytest.fixture
def queued(database, desk) -> Publication:
    """It waits; no program takes it."""
    def work(session):
        product = a_checked_product(session, desk.files, pdf("menunggu"), "44")
        session.add(made := Publication(product_id=product.id, document_id=product.document_id, publisher="portal",
                                        sha256=product.checked_sha256, file_name="2026kpt44.pdf"))
        session.flush()
        return made
    return database.run(work)


@pytest.mark.parametrize("role", [Role.OFFICER, Role.PROPOSER])
def test_the_queue_is_for_those_who_publish(signed_in, role, queued):
    browser = signed_in(role)
    assert browser.get("/uploads").status_code == 403
    assert browser.post(f"/uploads/{queued.id}/pause").status_code == 403


@pytest.mark.parametrize("role", [Role.HEAD_OF_DIVISION, Role.ADMIN])
def test_who_only_looks_has_no_buttons_and_no_way_around_them(signed_in, role, queued):
    browser = signed_in(role)
    page = browser.get("/uploads")
    assert page.status_code == 200
    assert "/pause" not in page.text
    for deed in ("pause", "first", "retry", "look", "hurry"):
        assert browser.post(f"/uploads/{queued.id}/{deed}").status_code in (403, 409)


def test_an_empty_queue_says_so(staff):
    page = staff.get("/uploads")
    assert "Tidak ada yang menunggu diunggah" in page.text


def test_what_waits_is_held_let_go_and_let_first(staff, database, queued):
    def state():
        with database.reading() as session:
            found = session.get(Publication, queued.id)
            return found.state, found.priority
    assert "Keputusan 44/2026" in staff.get("/uploads").text
    assert "ditahan" in staff.follow(staff.post(f"/uploads/{queued.id}/pause")).text
    assert state() == (S.PAUSED, 0)
    staff.post(f"/uploads/{queued.id}/resume", on="upload")
    assert staff.post(f"/uploads/{queued.id}/first", on="upload").location == f"/uploads/{queued.id}?done=first"
    assert state() == (S.QUEUED, 1)
    assert staff.post(f"/uploads/{queued.id}/resume").status_code == 409
    assert staff.post("/uploads/999/pause").status_code == 404
    assert staff.post(f"/uploads/{queued.id}/burn").status_code == 404


def test_what_is_tried_again_later_can_be_tried_now(staff, database, queued):
    """The job that waits for its time is the one that is done: no second one."""
    def fail(session):
        found = session.get(Publication, queued.id)
        found.take("upload", PROGRAM)
        found.sentence, found.next_at = "No network.", now() + timedelta(hours=1)
        jobs.enqueue(session, Publishing.upload, due=found.next_at, publication=found.id)
    database.run(fail)
    page = staff.get("/uploads").text
    assert "menunggu percobaan berikutnya" in page
    assert "dicoba sekarang" in staff.follow(staff.post(f"/uploads/{queued.id}/hurry")).text
    with database.reading() as session:
        due = [job.due for job in session.scalars(sa.select(jobs.Job).where(jobs.Job.name == "upload", jobs.Job.done_at.is_(None)))]
    assert len(due) == 1
    assert due[0] <= now()
    assert staff.post(f"/uploads/{queued.id}/hurry").status_code == 409


def test_the_live_part_is_sent_only_when_something_changed(staff, queued):
    seen = staff.get("/uploads").text.partition("/uploads/live?seen=")[2].partition('"')[0]
    assert staff.get("/uploads/live", {"seen": seen}).status_code == 204
    staff.post(f"/uploads/{queued.id}/pause")
    assert "Keputusan 44/2026" in staff.get("/uploads/live", {"seen": seen}).text


def test_what_is_published_by_hand_is_copied_field_by_field_and_fetched_as_a_package(staff, awaited):
    page = staff.get(f"/uploads/{awaited.id}").text
    assert TITLE.replace("&", "&amp;") in page
    assert page.index('id="copy-title"') < page.index('id="copy-number"') < page.index('id="copy-type"') < page.index('id="copy-status"')
    with staff.get(f"/uploads/{awaited.id}/package.zip") as answer, ZipFile(BytesIO(answer.data)) as package:
        assert package.namelist() == ["2026kpt12.pdf", "metadata.txt"]
        assert package.read("2026kpt12.pdf") == pdf()
        sheet = package.read("metadata.txt").decode()
    assert f"Judul: {TITLE}" in sheet
    assert awaited.sha256 in sheet


@pytest.mark.parametrize("typed", ["", "bukan alamat", "https://lain.example/1", "javascript:alert(1)"])
def test_an_address_that_cannot_be_looked_at_is_said_at_its_field_and_stays_as_it_was_typed(staff, awaited, typed):
    answer = staff.post(f"/uploads/{awaited.id}/address", page_url=typed)
    assert answer.status_code == 422
    assert 'id="page_url-wrong"' in answer.text
    assert f'value="{typed}"' in answer.text


def test_where_it_is_published_is_written_and_looked_at(staff, awaited, app, database):
    address = f"{app.extensions['wiring'].settings.public}/produk/{awaited.product_id}"
    answer = staff.post(f"/uploads/{awaited.id}/address", page_url=address)
    assert "dilihat sekarang" in staff.follow(answer).text
    with database.reading() as session:
        assert session.get(Publication, awaited.id).state is S.PROVING
    assert staff.post(f"/uploads/{awaited.id}/address", page_url=address).status_code == 409


def test_why_it_failed_what_to_do_and_what_the_network_did_are_said_in_both_languages(staff, desk, database, awaited):
    def fail(session):
        found = session.get(Publication, awaited.id)
        session.execute(sa.update(Publication).where(Publication.id == found.id).values(
            publisher="form", state=S.FAILED, sentence="%(url)s refused the file.", details={"url": "https://form.example/api"},
            next_step="Ask who runs that site, or put it there by hand.",
            log=[{"at": "2026-03-10T02:00:00+00:00", "said": "%(url)s refused the file.", "url": "https://form.example/api",
                  "answer": "HTTP 422 <b>"}]))
    database.run(fail)
    for language, words in (("id", "menolak berkas ini"), ("en", "refused the file")):
        staff.post("/language", language=language, next="/uploads")
        for path in ("/uploads", f"/uploads/{awaited.id}"):
            assert f"https://form.example/api {words}" in staff.get(path).text
    assert "HTTP 422 &lt;b&gt;" in staff.get(f"/uploads/{awaited.id}").text


def test_months_are_counted_in_the_offices_time(staff, database, awaited):
    with database.transaction() as session:
        session.execute(sa.update(Publication).values(publisher="portal", state=S.PUBLISHED, page_url="https://x.example/1",
                                                      published_at=sa.text("'2025-12-31 18:00:00+00'"
                                                                           if not database.on_sqlite else "'2025-12-31 18:00:00'")))
    assert "Januari" in staff.get("/uploads", {"year": "2026"}).text.partition('id="months"')[2]
    assert "Januari" not in staff.get("/uploads", {"year": "2025"}).text.partition('id="months"')[2]
