"""Privacy over HTTP: what visitors read, how long data is kept, one person's rights, and who took what out."""

import io
import json
import re
from datetime import UTC, datetime, timedelta

import pypdfium2
import pytest
import sqlalchemy as sa
from flask import Flask
from time_machine import Traveller

from foundation.database import Database
from foundation.office import Office
from foundation.people import Role
from kiosk.borrowing import lending
from kiosk.borrowing.reserving import cancel
from kiosk.guests.visiting import leave
from kiosk.ledger.loans import Loan
from kiosk.ledger.reservations import Reservation
from kiosk.ledger.visits import Visit
from kiosk.privacy.rights import DataRequest
from tests.builders import OFFICER, a_guest, a_kiosk, a_loan, a_member, a_reservation, a_title
from tests.integration.webui.conftest import PASSWORD, Browser
from webui.working import upkeep

pytestmark = pytest.mark.one_database  # but for what searches, counts or races

TIMES = {"retention_days": "60", "contact_days": "20", "reservation_days": "30", "message_days": "30", "block_days": "30",
         "member_days": "300"}
NOTICE = {"short-id": "Nama Anda disimpan {days} hari.", "more-id": "Oleh {office}.", "short-en": "Your name is kept for {days} days.",
          "more-en": "By {office}."}


@pytest.fixture
def loan(app: Flask, database: Database, clock: Traveller) -> Loan:
    """Ratna has borrowed one title, and waits for another that Bayu has."""
    with database.transaction() as session:
        at, wanted = a_kiosk(session), a_title(session, "Yang ditunggu (fiktif)")
        a_loan(session, at, wanted, visit=a_guest(session, at, name="Bayu Fiktif"))
        loan = a_loan(session, at, a_title(session), visit=a_guest(session, at, contact="0800 ratna"))
        a_reservation(session, at, wanted, loan.visit)
        return loan


def text_of(pdf: bytes) -> str:
    return " ".join(page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(io.BytesIO(pdf)))


def test_the_notice_a_visitor_reads_is_the_one_the_office_has_published(anybody: Browser, admin: Browser, database: Database) -> None:
    refused = admin.post("/office/privacy/notice", **NOTICE | {"short-en": "kata " * 61})
    assert refused.status_code == 422
    assert 'id="short-en-wrong"' in refused.text
    assert "Nama Anda disimpan {days} hari." in refused.text  # what was typed stays
    page = admin.follow(admin.post("/office/privacy/notice", **NOTICE))
    assert "versi 2" in page.text
    assert "Nama Anda disimpan 90 hari." in page.text
    assert "dihapus setelah {days} hari" in page.text.partition("Versi sebelumnya")[2]


def test_the_times_are_set_on_one_page_and_what_is_over_is_forgotten_in_the_night(admin: Browser, app: Flask, database: Database,
                                                                                  clock: Traveller) -> None:
    with database.transaction() as session:
        leave(session, a_guest(session, a_kiosk(session), contact="0800").id, OFFICER)
    refused = admin.post("/office/privacy/times", **TIMES | {"message_days": "x"})
    assert refused.status_code == 422
    assert 'id="message_days-wrong"' in refused.text
    assert "Belum pernah dijalankan" in admin.follow(admin.post("/office/privacy/times", **TIMES)).text
    clock.shift(timedelta(days=21))
    admin.post("/sign-in", username="admin", password=PASSWORD)
    assert re.search(r"Kontak di buku tamu.+?1 baris", admin.get("/office/privacy").text, re.DOTALL)
    upkeep(app.extensions["wiring"])
    page = admin.get("/office/privacy").text
    assert "Terakhir dijalankan Selasa, 31 Maret 2026" in page
    assert re.search(r"Yang terakhir dilupakan:.+Kontak di buku tamu, dan isi yang dikirim ke printer: 1", page, re.DOTALL)
    with database.reading() as session:
        assert session.scalars(sa.select(Visit.contact)).all() == [""]
        assert session.scalars(sa.select(Office.contact_days)).one() == 20


@pytest.mark.one_database(False)
def test_one_persons_data_is_found_and_handed_out_and_who_did_it_is_known(officer: Browser, admin: Browser, loan: Loan) -> None:
    found = officer.get("/desk/personal-data", {"q": "ratna"}).text
    place = f"/desk/personal-data/visit/{loan.visit_id}"
    assert place in found
    assert "Tidak ada data tersimpan" in officer.get("/desk/personal-data", {"q": "tirta"}).text
    page = officer.get(place).text
    assert "0800 ratna" in page
    assert "Pedoman Teknis Pengelolaan Arsip" in page
    told = officer.post(f"{place}/export.json")
    assert told.mimetype == "application/json"
    assert json.loads(told.data)["visits"][0]["contact"] == "0800 ratna"
    sheet = officer.post(f"{place}/export.pdf")
    assert sheet.mimetype == "application/pdf"
    assert "Ratna Widyaningsih" in text_of(sheet.data)
    assert "Yang ditunggu" in text_of(sheet.data)
    log = admin.get("/office/privacy/exports").text
    assert log.count(f"data seorang tamu, kunjungan {loan.visit_id}") == 2
    assert "Ratna" not in log
    assert "PDF" in log
    assert "Belum ada yang diekspor" in admin.get("/office/privacy/exports", {"by": "Sari Contoh", "last": "2026-03-09"}).text
    that_day = {"by": "Sari Contoh", "first": "2026-03-10", "last": "2026-03-10"}
    assert "data seorang tamu" in admin.get("/office/privacy/exports", that_day).text
    assert "data seorang tamu" in admin.get("/office/privacy/exports", {"first": "kemarin", "last": "9999-12-31"}).text


def test_a_wish_is_noted_with_its_time_and_stands_out_when_it_is_late(officer: Browser, loan: Loan, clock: Traveller,
                                                                      database: Database) -> None:
    place = f"/desk/personal-data/visit/{loan.visit_id}"
    assert "minta dibetulkan" in officer.follow(officer.post(f"{place}/ask", wish="correct")).text
    assert officer.post(f"{place}/ask", wish="sell").status_code == 400
    listed = officer.get("/desk/personal-data").text
    assert "Ratna Widyaningsih" in listed
    assert "terlambat" not in listed
    clock.move_to(datetime(2026, 3, 13, 3, tzinfo=UTC))
    officer.post("/sign-in", username="officer", password=PASSWORD)
    assert "terlambat" in officer.get("/desk/personal-data").text
    with database.reading() as session:
        [asked] = session.scalars(sa.select(DataRequest)).all()
    assert "Menunggu jawaban" not in officer.follow(officer.post(f"/desk/personal-data/requests/{asked.id}/answered")).text


def test_a_correction_is_refused_field_by_field_and_then_reaches_everything(officer: Browser, loan: Loan, database: Database) -> None:
    place = f"/desk/personal-data/visit/{loan.visit_id}"
    refused = officer.post(f"{place}/correct", name="", institution="Umum", contact="")
    assert refused.status_code == 422
    assert 'id="name-wrong"' in refused.text
    assert "Tuliskan nama orangnya." in refused.text
    with database.transaction() as session:
        a_guest(session, a_kiosk(session), name="Tirta Fiktif", institution="Umum")
    form = {"name": "Tirta Fiktif", "institution": "Umum", "contact": "0822"}
    assert 'name="same"' in officer.post(f"{place}/correct", **form).text
    page = officer.follow(officer.post(f"{place}/correct", **form, same="1")).text
    assert "<bdi>Tirta Fiktif</bdi>" in page
    assert "Ratna" not in page


def test_who_asks_for_it_is_erased_when_everything_is_back(officer: Browser, loan: Loan, database: Database) -> None:
    place = f"/desk/personal-data/visit/{loan.visit_id}"
    assert officer.post(f"{place}/erase").status_code == 409
    with database.transaction() as session:
        lending.return_items(session, loan.id, [loan.items[0].id], OFFICER)
        leave(session, loan.visit_id, OFFICER)
    refused = officer.post(f"{place}/erase")
    assert refused.status_code == 409
    assert "pesanan orang ini" in refused.text
    with database.transaction() as session:
        for reservation in session.scalars(sa.select(Reservation)):
            cancel(session, reservation.id, OFFICER)
    assert "sudah dihapus" in officer.follow(officer.post(f"{place}/erase")).text
    for gone in (officer.get(place), officer.post(f"{place}/erase"), officer.get("/desk/personal-data/member/77")):
        assert gone.status_code == 404


@pytest.mark.one_database(False)
def test_a_member_who_left_is_found_too(officer: Browser, database: Database, clock: Traveller) -> None:
    with database.transaction() as session:
        member = a_member(session)
        member.ended_on = member.joined_on
    assert f"/desk/personal-data/member/{member.id}" in officer.get("/desk/personal-data", {"q": "Widyaningsih"}).text
    assert "Keanggotaan" in officer.get(f"/desk/personal-data/member/{member.id}").text


def test_only_who_works_here_sees_any_of_it(anybody: Browser, signed_in, loan: Loan) -> None:
    legal = signed_in(Role.LEGAL_STAFF)
    for path in ("/desk/personal-data", f"/desk/personal-data/visit/{loan.visit_id}", "/office/privacy", "/office/privacy/exports"):
        assert anybody.get(path).status_code in (302, 303)
        assert legal.get(path).status_code == 403
