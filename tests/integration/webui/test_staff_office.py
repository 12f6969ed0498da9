"""What an administrator sets, over HTTP: the office, its days and rules, people, stations, the collection."""

import io
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from time_machine import Traveller

from foundation.audit import AuditEntry
from foundation.database import Database
from foundation.jobs import Worker
from foundation.office import Office
from foundation.people import Person, Role
from foundation.stationing import enrol
from foundation.stations import Station, find_by_token
from kiosk.borrowing.calendar import ClosedDay, OpeningDay
from kiosk.borrowing.rules import LoanRule
from kiosk.ledger.collection import Copy, Title
from kiosk.ledger.loans import Loan
from printer import printouts
from printer.commands import split
from printer.printouts import Printout
from printer.simulated import set_fault
from tests.builders import a_kiosk, a_loan, a_title
from tests.integration.webui.conftest import PASSWORD, Browser

pytestmark = pytest.mark.one_database  # what is asked of the database is tested where it is asked, on both

OFFICE = {"name": "KPU Wirasari (fiktif)", "library": "Perpustakaan Hukum", "address": "", "time_zone": "Asia/Makassar", "language": "id",
          "request_minutes": "20", "print_minutes": "60", "borrower_limit": "3", "hold_days": "3", "reminder_days": "2",
          "member_months": "12", "slip_terms": "Harap dijaga.",
          "copy_footer": "jdih.example/wirasari"}
STATION = {"name": "Kiosk Belakang", "kind": "kiosk", "printer": "", "paper_mm": "58", "active": "1"}
RULE = {"category": "student", "kind": "book", "loanable": "1", "max_copies": "4", "days": "14", "max_renewals": "0", "renewal_days": "0",
        "grace_days": "0", "suspension_days": "0", "fine_per_day": "0", "valid_from": "", "valid_until": ""}


def the(database: Database, model: type, **having: object):
    with database.reading() as session:
        return session.scalars(sa.select(model).filter_by(**having)).one()


def how_many(database: Database, model: type) -> int:
    with database.reading() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(model))


def test_settings_are_kept_and_felt_at_once(admin: Browser, database: Database) -> None:
    page = admin.follow(admin.post("/office", **OFFICE, self_service="1"))
    assert "Sudah disimpan." in page.text
    row = the(database, Office)
    assert (row.name, row.request_minutes, row.self_service, row.officer_admits) == ("KPU Wirasari (fiktif)", 20, True, False)
    assert "KPU Wirasari (fiktif)" in admin.get("/desk/day").text
    with database.reading() as session:
        changed = session.scalars(sa.select(AuditEntry.details).filter_by(deed="office changed")).one()
    assert "borrower_limit" not in changed  # it stayed as it was


@pytest.mark.parametrize(("field", "value"), [("name", " "), ("time_zone", "Mars/Olympus"), ("language", "xx"), ("request_minutes", "0"),
                                              ("borrower_limit", "banyak"), ("borrower_limit", "²"), ("hold_days", "0"),
                                              ("reminder_days", ""), ("member_months", "121")])
def test_a_setting_that_cannot_be_is_marked_and_nothing_is_lost(admin: Browser, database: Database, field: str, value: str) -> None:
    page = admin.post("/office", **OFFICE | {field: value})
    assert page.status_code == 422
    assert f'id="{field}-wrong"' in page.text
    assert "Harap dijaga." in page.text
    assert the(database, Office).slip_terms == ""


def test_closing_a_day_moves_the_loans_due_then_and_shows_them(clock: Traveller, admin: Browser, database: Database) -> None:
    with database.transaction() as session:
        loan = a_loan(session, a_kiosk(session), a_title(session))
    assert loan.due_on == date(2026, 3, 17)
    closed = admin.post("/office/calendar/closed", first="2026-03-17", last="", reason="Cuti bersama")
    assert closed.location.endswith("#moved")  # the form's own place on the page would hide them
    page = admin.follow(closed)
    assert "1 pinjaman mendapat jatuh tempo baru." in page.text
    assert re.search(r"17 Mar 2026.+<b>18 Mar 2026</b></td>", page.text)
    assert "Slip mereka masih menyebut tanggal yang lama" in page.text
    assert the(database, Loan).due_on == date(2026, 3, 18)
    page = admin.follow(admin.post("/office/calendar/closed/2026-03-17/2026-03-17/remove"))
    assert re.search(r"<b>17 Mar 2026</b> <span[^>]*>.+lebih awal", page.text)  # who has to come earlier than the slip says stands out
    assert the(database, Loan).due_on == date(2026, 3, 17)
    assert how_many(database, ClosedDay) == 0


def test_the_week_is_set_with_points_or_colons(admin: Browser, database: Database) -> None:
    page = admin.follow(admin.post("/office/calendar/week", **{"open-0": "1", "opens-0": "07.30", "closes-0": "15:00"}))
    assert 'value="07.30"' in page.text
    assert f"{the(database, OpeningDay).closes:%H:%M}" == "15:00"
    for hours in ({}, {"open-1": "1", "opens-1": "pagi", "closes-1": "15.00"}, {"open-1": "1", "opens-1": "15.00", "closes-1": "08.00"}):
        refused = admin.post("/office/calendar/week", **hours)
        assert refused.status_code == 422
        assert 'role="alert"' in refused.text
    assert how_many(database, OpeningDay) == 1


@pytest.mark.parametrize(("day", "last", "reason"), [("", "", "Libur"), ("2026-02-30", "", "Libur"), ("2026-03-17", "", ""),
                                                      ("2026-03-17", "besok", "Libur"), ("2026-03-17", "2026-03-16", "Libur")])
def test_a_closed_day_needs_its_day_and_reason(admin: Browser, database: Database, day: str, last: str, reason: str) -> None:
    page = admin.post("/office/calendar/closed", first=day, last=last, reason=reason)
    assert page.status_code == 422
    assert "aria-invalid" in page.text
    assert how_many(database, ClosedDay) == 0


def test_national_holidays_are_proposed_and_added_in_one_go(clock: Traveller, admin: Browser, database: Database) -> None:
    with database.transaction() as session:
        loan = a_loan(session, a_kiosk(session), a_title(session))  # due on 17 March
    assert "Hari libur nasional 2026 belum dimasukkan" in admin.get("/office/calendar").text
    page = admin.get("/office/calendar?year=2026").text
    assert 'value="Hari Kemerdekaan Republik Indonesia"' in page
    assert re.search(r'value="2026-03-19" checked', page)
    assert re.search(r'value="2026-01-01">', page)  # what is over is not proposed, but can be had
    assert "perkiraan" in admin.get("/office/calendar?year=2027").text
    form = {"day": ["2026-03-18", "2026-03-19"], "reason-2026-03-18": "Cuti bersama Nyepi", "reason-2026-03-19": ""}
    refused = admin.post("/office/calendar/holidays/2026", **form)
    assert refused.status_code == 422
    assert 'id="2026-03-19-wrong"' in refused.text
    assert 'value="Cuti bersama Nyepi"' in refused.text
    added = admin.follow(admin.post("/office/calendar/holidays/2026", **form | {"reason-2026-03-19": "Nyepi"}))
    assert "pinjaman mendapat jatuh tempo" not in added.text
    assert "belum dimasukkan" not in added.text
    with database.reading() as session:
        assert dict(session.execute(sa.select(ClosedDay.day, ClosedDay.reason)).all()) == {
            date(2026, 3, 18): "Cuti bersama Nyepi", date(2026, 3, 19): "Nyepi"}
    assert the(database, Loan).due_on == loan.due_on
    page = admin.get("/office/calendar?year=2026").text
    assert re.search(r'value="2026-03-19" checked disabled', page)


def test_holidays_of_far_years_are_not_for_adding(clock: Traveller, admin: Browser) -> None:
    assert admin.post("/office/calendar/holidays/2030", day="2030-08-17").status_code == 404
    assert admin.post("/office/calendar/holidays/2026").status_code == 422


@pytest.mark.parametrize(("moment", "address", "asked"), [
    (datetime(2026, 10, 31, 3, tzinfo=UTC), "/office/calendar", "2026"),
    (datetime(2026, 11, 2, 3, tzinfo=UTC), "/office/calendar", "2026 dan 2027"),
    (datetime(2026, 11, 2, 3, tzinfo=UTC), "/office/calendar?year=2026", "2027")])  # which are being looked at just now need no hint
def test_one_hint_asks_for_the_holidays_and_from_november_on_for_the_next_years_too(
        clock: Traveller, signed_in: Callable[..., Browser], moment: datetime, address: str, asked: str) -> None:
    clock.move_to(moment)
    assert re.findall("Hari libur nasional ([^<]+) belum dimasukkan", signed_in(Role.ADMIN).get(address).text) == [asked]


def test_the_rule_that_speaks_is_shown_and_why(admin: Browser) -> None:
    admin.post("/office/rules/new", **RULE)
    page = admin.get("/office/rules?category=student&kind=book").text
    assert "2 aturan cocok; yang pertama dalam urutan ini yang berlaku" in page
    fitting = page.partition('<ol class="fitting">')[2].partition("</ol>")[0]
    first, second = fitting.split("<li")[1:]
    assert re.search(r"is-chosen.+selama 14 hari.+menyebut kategori dan jenis ini", first, re.DOTALL)
    assert re.search(r"selama 7 hari.+berlaku untuk semua pengunjung dan semua jenis.+kalah khusus", second, re.DOTALL)
    page = admin.get("/office/rules?category=media&kind=journal").text
    assert re.search(r"is-chosen.+?dibaca di tempat", page, re.DOTALL)


def test_every_pair_shows_its_rule_on_the_day_that_is_asked_about(admin: Browser) -> None:
    admin.post("/office/rules/new", **RULE | {"valid_from": "2026-07-01", "valid_until": "2026-07-31"})
    pair = r"category=student&amp;kind=book&amp;day={}#try\">(.+?)<span"
    for day, terms in (("2026-06-30", "2 eks., 7 hari"), ("2026-07-31", "4 eks., 14 hari"), ("2026-08-01", "2 eks., 7 hari")):
        page = admin.get(f"/office/rules?day={day}").text
        assert re.search(pair.format(day), page)[1].strip() == terms
    assert "2 eks., 7 hari" in admin.get("/office/rules?day=kemarin").text


def test_a_rule_is_added_changed_and_deleted(admin: Browser, database: Database) -> None:
    admin.post("/office/rules/new", **RULE)
    rule = the(database, LoanRule, category="student")
    assert 'value="14"' in admin.get(f"/office/rules/{rule.id}").text
    twice = admin.post("/office/rules/new", **RULE)
    assert twice.status_code == 422
    assert "Sudah ada aturan" in twice.text
    wrong = admin.post(f"/office/rules/{rule.id}", **RULE | {"days": "seminggu", "valid_from": "besok"})
    assert wrong.status_code == 422
    admin.post(f"/office/rules/{rule.id}", **RULE | {"days": "10"})
    assert the(database, LoanRule, category="student").days == 10
    admin.post(f"/office/rules/{rule.id}/delete")
    assert admin.post(f"/office/rules/{rule.id}/delete").status_code == 404


def test_a_new_person_can_sign_in(app: Flask, admin: Browser) -> None:
    form = {"username": "Budi", "name": "Budi Contoh", "roles": ["officer"], "password": "empat kata yang panjang"}
    short = admin.post("/office/people/new", **form | {"password": "pendek"})
    assert short.status_code == 422
    assert 'value="Budi Contoh"' in short.text
    assert "pendek" not in short.text.replace("terlalu pendek", "")
    assert admin.post("/office/people/new", **form).status_code == 303
    assert "dipakai" in admin.post("/office/people/new", **form).text
    budi = Browser(app.test_client())
    assert budi.post("/sign-in", username="budi", password="empat kata yang panjang").location == "/desk"


def test_roles_change_at_once(admin: Browser, officer: Browser, person: Callable[..., Person], database: Database) -> None:
    sari = the(database, Person, username="officer")
    assert officer.get("/office").status_code == 403
    admin.post(f"/office/people/{sari.id}", name="Sari Contoh", roles=["admin"], active="1")
    assert officer.get("/office").status_code == 200


@pytest.mark.parametrize("change", [{"roles": ["officer"], "active": "1"}, {"roles": ["admin"]}])
def test_the_last_administrator_stays_one(admin: Browser, database: Database, change: dict) -> None:
    rina = the(database, Person)
    page = admin.post(f"/office/people/{rina.id}", name="Rina Contoh", **change)
    assert page.status_code == 422
    assert "administrator terakhir" in page.text
    assert admin.get("/office").status_code == 200


def test_an_administrator_sets_a_new_password_for_somebody(app: Flask, admin: Browser, officer: Browser, database: Database) -> None:
    sari = the(database, Person, username="officer")
    assert admin.post(f"/office/people/{sari.id}/password", password="pendek").status_code == 422
    admin.post(f"/office/people/{sari.id}/password", password="kata sandi yang lain")
    assert officer.get("/desk").location.startswith("/sign-in")
    fresh = Browser(app.test_client())
    assert fresh.post("/sign-in", username="officer", password=PASSWORD).status_code == 422
    assert fresh.post("/sign-in", username="officer", password="kata sandi yang lain").status_code == 303


def test_a_station_is_added_and_changed(admin: Browser, database: Database) -> None:
    page = admin.follow(admin.post("/office/stations/new", **STATION))
    assert "Kiosk Belakang" in page.text
    station = the(database, Station)
    admin.post(f"/office/stations/{station.id}", **STATION | {"printer": " tcp://10.0.0.9 ", "paper_mm": "80", "has_cutter": "1"})
    station = the(database, Station)
    assert (station.printer, station.paper_mm, station.has_cutter) == ("tcp://10.0.0.9", 80, True)


@pytest.mark.parametrize(("field", "value"), [("name", ""), ("printer", "tcp://"), ("printer", "http://10.0.0.9"), ("printer", "tcp://h:99999"),
                                              ("kind", "toaster"), ("paper_mm", "76"), ("paper_mm", "lebar")])
def test_a_station_that_cannot_be_is_marked_and_keeps_what_was_typed(admin: Browser, database: Database, field: str, value: str) -> None:
    page = admin.post("/office/stations/new", **STATION | {field: value})
    assert page.status_code == 422
    assert f'id="{field}-wrong"' in page.text
    assert how_many(database, Station) == 0


def test_two_stations_do_not_share_a_name(admin: Browser) -> None:
    admin.post("/office/stations/new", **STATION)
    assert "Nama ini dipakai stasiun lain." in admin.post("/office/stations/new", **STATION).text


def test_an_invitation_makes_a_screen_the_station_once_and_can_be_taken_back(admin: Browser, database: Database) -> None:
    admin.post("/office/stations/new", **STATION)
    page = admin.post("/office/stations/1/invite").text
    code = re.search(r"/kiosk/enrol/([\w-]+)", page)[1]
    assert "<svg" in page
    with database.transaction() as session:
        assert the(database, Station).enrol_hash != code
        _, token = enrol(session, code)
        assert enrol(session, code) is None
        assert session.scalars(sa.select(AuditEntry.deed).where(AuditEntry.deed == "screen registered")).all() == ["screen registered"]
    admin.post("/office/stations/1/forget")
    with database.reading() as session:
        assert find_by_token(session, token) is None


PRINTER = "/office/stations/1/printer"


@pytest.fixture
def station(admin: Browser, tmp_path: Path) -> Path:
    """A station with a simulated printer; the printer's tray."""
    admin.post("/office/stations/new", **STATION | {"printer": f"simulated://{tmp_path}/tray", "paper_mm": "80"})
    return tmp_path / "tray"


def test_without_a_printer_there_is_nothing_to_set_up(admin: Browser, database: Database) -> None:
    admin.post("/office/stations/new", **STATION)
    assert "Stasiun ini tidak memiliki printer." in admin.get(PRINTER).text
    assert admin.post(f"{PRINTER}/test").status_code == 409
    assert admin.post(f"{PRINTER}/ask").status_code == 422
    assert how_many(database, Printout) == 0


def test_a_test_page_goes_the_way_of_a_slip(admin: Browser, station: Path, database: Database) -> None:
    for _ in range(2):
        assert "Uji cetak sedang dikirim." in admin.follow(admin.post(f"{PRINTER}/test")).text
    admin.post("/office/stations/1/scanner/print")
    assert how_many(database, Printout) == 3
    with database.reading() as session:
        text = printouts.latest(session, "test print", "station:1").payload
    commands = [command.name for command in split(text)[0]]
    assert commands.count(b"\x1dV") == 1
    assert commands.count(b"\x1d(") > 0
    assert b"....:...10....:...20....:...30....:...40....:.48" in text


def test_the_printer_says_who_it_is_and_how_it_confirms(admin: Browser, station: Path, database: Database) -> None:
    assert "Loket Simulated" in admin.follow(admin.post(f"{PRINTER}/ask")).text
    assert the(database, Station).fence == "process id"
    set_fault(station, "mute")
    assert "Tidak pernah menjawab" in admin.follow(admin.post(f"{PRINTER}/ask")).text
    set_fault(station, "out of paper")
    refused = admin.post(f"{PRINTER}/ask")
    assert refused.status_code == 409
    assert "kertas" in refused.text


@pytest.mark.parametrize(("answers", "kept"), [
    ({"columns": "48", "squares": ["A", "B", "C"], "cut": "1"}, (None, False, False, True, False)),
    ({"columns": "40", "squares": ["A"], "accents": "1"}, (42, False, False, False, True)),
    ({"columns": "30", "squares": ["C"]}, (32, True, True, False, False)),
    ({"columns": "48", "squares": ["B"], "cut": "1"}, (None, False, True, True, False)),
    ({"columns": "48", "squares": ["B", "C"], "cut": "1"}, (None, True, True, True, False))])
def test_what_a_person_reads_off_the_test_page_is_how_slips_are_printed(
        admin: Browser, station: Path, database: Database, answers: dict, kept: tuple) -> None:
    assert "Jawaban disimpan" in admin.follow(admin.post(f"{PRINTER}/read", **answers)).text
    it = the(database, Station)
    assert (it.columns, it.native_qr, it.full_density, it.has_cutter, it.accents) == kept


@pytest.mark.parametrize(("answers", "field"), [({"columns": "48"}, "squares"), ({"squares": "A"}, "columns"),
                                                ({"squares": "A", "columns": "banyak"}, "columns"),
                                                ({"squares": "Z", "columns": "48"}, "squares")])
def test_an_answer_that_is_missing_is_asked_for(admin: Browser, station: Path, answers: dict, field: str) -> None:
    page = admin.post(f"{PRINTER}/read", **answers)
    assert page.status_code == 422
    assert f'id="{field}-wrong"' in page.text


def test_the_scanner_is_judged_by_what_it_types(admin: Browser, station: Path) -> None:
    right = admin.post("/office/stations/1/scanner/typed", typed="LOKET-qwaz/2357-MY", ending="enter").text
    assert "mengetik setiap karakter dengan benar" in right
    assert "diakhiri Enter" in right
    assert "(QWERTZ)" in admin.post("/office/stations/1/scanner/typed", typed="LOKETßqway-2357ßMZ", ending="tab").text
    assert "&lt;b&gt;" in admin.post("/office/stations/1/scanner/typed", typed="<b>", ending="?").text


def test_another_address_or_roll_is_another_printer(admin: Browser, station: Path, database: Database) -> None:
    admin.post(f"{PRINTER}/ask")
    admin.post(f"{PRINTER}/read", columns="40", squares="A")
    admin.post("/office/stations/1", **STATION | {"printer": "tcp://10.0.0.9", "paper_mm": "58"})
    it = the(database, Station)
    assert (it.printer_model, it.columns, it.printer_state) == ("", None, "unknown")


GOOD = "judul;jenis;nomor;tahun;jumlah eksemplar\nPenetapan Jadwal (fiktif);Keputusan;9/2022;2022;2\n"


def a_file(text: str | bytes, name: str = "koleksi.csv") -> tuple[io.BytesIO, str]:
    return io.BytesIO(text if isinstance(text, bytes) else text.encode()), name


def uploads(app: Flask) -> list[Path]:
    return list((app.extensions["wiring"].settings.data / "uploads").glob("*"))


def work_off_imports(app: Flask) -> None:
    wired = app.extensions["wiring"]
    assert Worker(wired.database, wired.jobs, ["importing"]).run_one()


def test_a_clean_list_is_shown_first_and_then_imported(app: Flask, admin: Browser, database: Database) -> None:
    page = admin.follow(admin.post("/office/collection", file=a_file(GOOD)))
    assert "Semua baris dapat dipakai." in page.text
    assert how_many(database, Title) == 0
    asked = admin.post("/office/collection/import")
    assert "0 dari 1" in admin.follow(asked).text
    work_off_imports(app)
    assert "1 judul dan 2 eksemplar diimpor." in admin.get(asked.location).text
    assert (how_many(database, Title), how_many(database, Copy)) == (1, 2)
    assert uploads(app) == []


def test_bad_rows_are_listed_and_left_out_only_when_said(app: Flask, admin: Browser, database: Database) -> None:
    page = admin.follow(admin.post("/office/collection", file=a_file(GOOD + ";Buku;;2020;1\nTanpa Tahun;Kaset;;kemarin;1\n")))
    assert re.findall(r"Baris (\d+), (\w+)", page.text) == [("3", "judul"), ("4", "jenis"), ("4", "tahun")]
    assert admin.post("/office/collection/import").status_code == 422
    assert how_many(database, Title) == 0
    admin.post("/office/collection/import", skip_bad="1")
    work_off_imports(app)
    assert how_many(database, Title) == 1
    assert uploads(app) == []


def test_importing_nothing_forgets_the_file(app: Flask, admin: Browser, database: Database) -> None:
    admin.post("/office/collection", file=a_file(GOOD))
    assert len(uploads(app)) == 1
    admin.post("/office/collection/drop")
    assert uploads(app) == []
    assert admin.get("/office/collection/check").location == "/office/collection"
    assert admin.post("/office/collection/import").status_code == 404


@pytest.mark.parametrize("content", [b"", b"\x89PNG\r\n\x1a\n\0\0", b"nomor;tahun\n1;2020\n", b"PK\x03\x04zip"])
def test_a_file_that_is_no_list_is_answered_with_a_sentence(app: Flask, admin: Browser, content: bytes) -> None:
    page = admin.follow(admin.post("/office/collection", file=a_file(content)))
    assert page.status_code == 422
    assert 'role="alert"' in page.text
    assert uploads(app) == []


def test_no_file_at_all_is_told_at_the_field(admin: Browser) -> None:
    page = admin.post("/office/collection")
    assert page.status_code == 422
    assert "Pilih berkas berisi koleksi." in page.text


def test_another_persons_upload_is_not_seen(admin: Browser, signed_in: Callable[..., Browser], database: Database) -> None:
    admin.post("/office/collection", file=a_file(GOOD))
    other = signed_in(Role.HEAD_OF_DIVISION, Role.ADMIN)
    assert other.get("/office/collection/check").location == "/office/collection"


def test_the_trail_shows_who_did_what(admin: Browser) -> None:
    admin.post("/office", **OFFICE)
    page = admin.get("/office/trail", query={"deed": "office changed"}).text
    assert "Rina Contoh" in page
    assert "pengaturan kantor diubah" in page
    assert "<td>masuk</td>" not in page
    assert "<td>masuk</td>" in admin.get("/office/trail").text


def test_an_address_written_by_hand_is_answered_with_a_page(admin: Browser) -> None:
    for path in ("/office/calendar?moved=-1", "/office/calendar?moved=99999999999999999999", "/office/calendar?moved=x",
                 "/office/trail?deed=%00", "/office/rules?category=%00&kind=x"):
        assert admin.get(path).status_code == 200, path
