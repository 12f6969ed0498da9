"""Members over HTTP: entered and blocked at the desk, brought in from a list, and signing the guest book with a card at the kiosk."""

import io
from datetime import date

import openpyxl
import pypdfium2
import pytest
import sqlalchemy as sa
from flask import Flask

from foundation.clock import today
from foundation.database import Database
from foundation.keys import Keys
from kiosk.guests import cards, membership
from kiosk.ledger.members import Block, BlockKind, Member
from kiosk.ledger.visits import Purpose, Visit, VisitState
from printer.printouts import Printout
from tests.builders import OFFICER, a_guest, a_kiosk, a_member
from tests.integration.webui.conftest import Browser

pytestmark = pytest.mark.one_database  # but for what searches, counts or races

FORM = {"name": "Ratna Widyaningsih", "institution": "Universitas Nusa Raya", "category": "student", "contact": "ratna@contoh.example",
        "valid_until": "2099-12-31"}
SLIMS = (b'"member_id","member_name","gender","member_type_name","member_email","member_address","inst_name","pin","member_phone",'
         b'"member_since_date","register_date","expire_date"\r\n'
         b'"M-001","Ratna Widyaningsih","0","Mahasiswa","ratna@contoh.example","Jalan Rahasia 9","Universitas Nusa Raya","","0812-0000-1",'
         b'"2024-02-01","2024-02-03","2099-02-01"\r\n'
         b'"M-002","Bagus Hartanto","1","Standard","","","","","0812-0000-2","2024-02-01","2024-02-01","0000-00-00"\r\n'
         b'"M-003","","1","Raja","","","","","","2024-02-01","2024-02-01","soon"\r\n')


@pytest.fixture
def keys(app: Flask) -> Keys:
    return app.extensions["wiring"].keys


@pytest.fixture
def member(database: Database) -> Member:
    with database.transaction() as session:
        return a_member(session, contact="ratna@contoh.example")


def the(database: Database, model: type):
    with database.reading() as session:
        return session.scalars(sa.select(model)).one()


def visits(database: Database) -> list[Visit]:
    with database.reading() as session:
        return list(session.scalars(sa.select(Visit).where(Visit.signed_at.is_not(None)).order_by(Visit.id)))


def sheet(rows: list[list[object]]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def upload(browser: Browser, content: bytes, name: str):
    return browser.follow(browser.post("/desk/members/import", file=(io.BytesIO(content), name)))


# ---- at the desk

@pytest.mark.one_database(False)
def test_a_member_is_entered_found_and_changed(database: Database, officer: Browser) -> None:
    page = officer.follow(officer.post("/desk/members/new", **FORM)).text
    assert "Anggota tercatat" in page
    assert "00001" in page
    assert "Ratna Widyaningsih" in officer.get("/desk/members", {"q": "nusa 1"}).text
    version = the(database, Member).version
    assert "Sudah disimpan" in officer.follow(officer.post("/desk/members/1", **{**FORM, "name": "Ratna Kusuma"}, version=version)).text
    late = officer.post("/desk/members/1", **FORM, version=version)
    assert late.status_code == 409
    assert "Orang lain baru saja mengubah" in late.text


def test_a_member_that_cannot_be_saved_keeps_what_was_written(officer: Browser) -> None:
    answer = officer.post("/desk/members/new", **{**FORM, "category": "", "valid_until": "besok"})
    assert answer.status_code == 422
    assert "Ratna Widyaningsih" in answer.text
    assert "Tuliskan tanggal" in answer.text


@pytest.mark.one_database(False)
def test_two_people_of_one_name_are_asked_about(database: Database, officer: Browser, member: Member) -> None:
    asked = officer.post("/desk/members/new", **FORM)
    assert asked.status_code == 409
    assert "Sudah ada anggota dengan nama dan instansi ini" in asked.text
    assert f"/desk/members/{member.id}" in asked.text
    assert officer.post("/desk/members/new", **FORM, another="1").status_code == 303
    assert [it.number for it in found(database)] == [1, 2]


def found(database: Database) -> list[Member]:
    with database.reading() as session:
        return list(session.scalars(sa.select(Member).order_by(Member.number)))


def test_a_member_is_blocked_with_reason_and_end_and_the_block_is_lifted(database: Database, officer: Browser, member: Member) -> None:
    answer = officer.post(f"/desk/members/{member.id}/block", reason="", until="2001-01-01")
    assert answer.status_code == 422
    assert "Tuliskan alasannya" in answer.text
    assert "Hari ini sudah lewat" in answer.text
    page = officer.follow(officer.post(f"/desk/members/{member.id}/block", reason="Halaman hilang", until="2099-01-01")).text
    assert "Halaman hilang" in page
    assert "diblokir" in page
    block = the(database, Block)
    assert (block.borrower_key, block.until) == (member.key, date(2099, 1, 1))
    assert "dicabut oleh" in officer.follow(officer.post(f"/desk/blocks/{block.id}/lift")).text


def test_a_guest_without_a_card_is_blocked_from_the_guests_page(database: Database, officer: Browser) -> None:
    with database.transaction() as session:
        visit = a_guest(session, a_kiosk(session))
    assert officer.post(f"/desk/visitor/{visit.id}/block", reason="").status_code == 422
    page = officer.follow(officer.post(f"/desk/visitor/{visit.id}/block", reason="Buku basah")).text
    assert "Tamu ini belum dapat meminjam" in page
    block = the(database, Block)
    assert block.borrower_key == visit.person_key
    back = officer.follow(officer.post(f"/desk/blocks/{block.id}/lift", visit=visit.id)).text
    assert "Tamu ini belum dapat meminjam" not in back


def test_a_guest_becomes_a_member_with_the_visits(database: Database, officer: Browser) -> None:
    with database.transaction() as session:
        visit = a_guest(session, a_kiosk(session))
    assert 'value="Ratna Widyaningsih"' in officer.get("/desk/members/new", {"visit": visit.id}).text
    page = officer.follow(officer.post("/desk/members/new", **FORM, visit=visit.id)).text
    assert "Kunjungan <span class=\"count\">· 1</span>" in page
    assert the(database, Visit).member_id == the(database, Member).id


def test_a_member_without_the_card_is_written_into_the_book_or_recognised(database: Database, officer: Browser, member: Member) -> None:
    assert officer.post(f"/desk/members/{member.id}/visit", purpose="").status_code == 422
    officer.post(f"/desk/members/{member.id}/visit", purpose="read")
    officer.post(f"/desk/members/{member.id}/visit", purpose="read")  # a second tap
    [signed] = visits(database)
    assert (signed.member_id, signed.state) == (member.id, VisitState.ADMITTED)
    with database.transaction() as session:
        guest = a_guest(session, a_kiosk(session))
    assert "Ada anggota dengan nama dan instansi ini" in officer.get(f"/desk/visitor/{guest.id}").text
    assert "Kunjungan ini milik anggota 00001" in officer.follow(officer.post(f"/desk/visitor/{guest.id}/recognise", member=member.id)).text


def test_a_card_scanned_anywhere_at_the_desk_opens_its_member(officer: Browser, member: Member, keys: Keys) -> None:
    code = cards.card_code(member, keys)
    for path, name in (("/desk/scan", "code"), ("/desk/find", "q")):
        assert officer.get(path, {name: code}).location == f"/desk/members/{member.id}"
    officer.post(f"/desk/members/{member.id}/card")
    for path, name in (("/desk/scan", "code"), ("/desk/find", "q")):
        assert "Kartu ini sudah diganti dengan yang baru" in officer.get(path, {name: code}).text


def test_a_card_comes_as_pdf_in_its_own_size_and_several_on_a_sheet(officer: Browser, database: Database, member: Member) -> None:
    one = pypdfium2.PdfDocument(officer.follow(officer.post("/desk/members/cards", member=member.id)).data)
    assert [round(side * 25.4 / 72) for side in one[0].get_size()] == [86, 54]
    assert "Ratna Widyaningsih" in one[0].get_textpage().get_text_range()
    with database.transaction() as session:
        others = [a_member(session, f"Bagus {n}").id for n in range(11)]
    several = pypdfium2.PdfDocument(officer.get("/desk/members/cards.pdf", {"member": [member.id, *others]}).data)
    assert len(several) == 2
    assert officer.get("/desk/members/cards.pdf", {"member": 999}).status_code == 404
    assert "Belum ada yang dicentang" in officer.post("/desk/members/cards").text
    one.close()
    several.close()


def test_a_card_on_slip_paper_is_printed_and_counted(officer: Browser, database: Database, member: Member) -> None:
    assert "Kartu anggota" in officer.get(f"/desk/papers/member-card/{member.id}").text
    assert officer.post(f"/desk/papers/member-card/{member.id}", to="page").status_code == 303
    assert the(database, Printout).subject == f"member:{member.id}"


def test_a_member_is_renewed_and_ended(officer: Browser, database: Database, member: Member, keys: Keys) -> None:
    assert officer.post(f"/desk/members/{member.id}/renew").status_code == 303
    assert the(database, Member).valid_until > today("Asia/Jakarta")
    assert "Keanggotaan ini berakhir" in officer.follow(officer.post(f"/desk/members/{member.id}/end")).text
    assert "Ratna Widyaningsih" not in officer.get("/desk/members").text
    assert "Ratna Widyaningsih" in officer.get("/desk/members", {"show": "ended"}).text


# ---- a list

def test_a_slims_export_is_looked_through_and_brought_in_once(database: Database, officer: Browser) -> None:
    page = upload(officer, SLIMS, "member_export.csv").text
    assert "member_address" in page  # said to be passed over
    assert "Baris 4" in page
    assert found(database) == []
    assert "2 anggota diimpor" in officer.follow(officer.post("/desk/members/import/now", skip_bad="1")).text
    ratna, bagus = found(database)
    assert (ratna.elsewhere, ratna.institution, ratna.contact, ratna.joined_on, ratna.valid_until) == (
        "M-001", "Universitas Nusa Raya", "ratna@contoh.example", date(2024, 2, 1), date(2099, 2, 1))
    assert bagus.contact == "0812-0000-2"
    assert bagus.valid_until > today("Asia/Jakarta")
    with database.reading() as session:
        assert "Rahasia" not in str(session.execute(sa.select(Member.__table__)).all())
    upload(officer, SLIMS, "member_export.csv")
    officer.post("/desk/members/import/now", skip_bad="1")
    assert len(found(database)) == 2


def test_our_own_columns_come_from_a_workbook_and_bad_lines_stop_them(database: Database, officer: Browser) -> None:
    rows = [["Nama", "Instansi", "Kategori", "Berlaku sampai"], ["Ratna Widyaningsih", "Umum", "Pelajar/Mahasiswa", "31/12/2099"],
            ["Ratna Widyaningsih", "Umum", "", ""]]
    page = upload(officer, sheet(rows), "anggota.xlsx").text
    assert "Baris 2 adalah anggota yang sama" in page
    assert officer.post("/desk/members/import/now").status_code == 409
    assert found(database) == []


def test_a_new_number_of_a_person_who_is_known_is_left_to_a_person(database: Database, officer: Browser, member: Member) -> None:
    page = upload(officer, SLIMS, "member_export.csv").text
    assert "Nomor 00001 adalah anggota dengan nama dan instansi ini" in page
    officer.post("/desk/members/import/now", skip_bad="1")
    assert [it.name for it in found(database)] == ["Ratna Widyaningsih", "Bagus Hartanto"]


@pytest.mark.parametrize(("content", "sentence"), [(b"judul,tahun\nSatu,2020\n", "nama"), (b"", "kosong"), (b"%PDF-1.7", "CSV atau XLSX")])
def test_a_file_that_is_no_list_of_members_says_so(officer: Browser, content: bytes, sentence: str) -> None:
    answer = upload(officer, content, "daftar.csv")
    assert answer.status_code == 422
    assert sentence in answer.text


def test_a_list_without_a_line_or_with_none_but_members_says_that_there_is_nothing_to_import(officer: Browser, member: Member) -> None:
    assert "Tidak ada seorang pun dalam berkas ini." in upload(officer, b"nama,instansi\n", "kosong.csv").text
    known = f"nama,instansi\n{member.name},{member.institution}\n".encode()
    assert "Semua orang dalam berkas ini sudah menjadi anggota." in upload(officer, known, "lama.csv").text


# ---- at the kiosk

def test_one_scan_and_one_tap_sign_the_guest_book(database: Database, kiosk: Browser, member: Member, keys: Keys) -> None:
    code = cards.card_code(member, keys)
    page = kiosk.follow(kiosk.post("/kiosk/scan", code=code))
    assert "Selamat datang, <bdi>Ratna W.</bdi>" in " ".join(page.text.split())
    assert "ratna@contoh.example" not in page.text
    kiosk.post("/kiosk/card", purpose="borrow")
    kiosk.post("/kiosk/card", purpose="borrow")  # a second tap
    [visit] = visits(database)
    assert (visit.name, visit.purpose, visit.member_id, visit.person_key) == (member.name, Purpose.BORROW, member.id, member.key)
    assert visit.state is VisitState.ADMITTED


def test_a_card_scanned_again_goes_on_with_the_visit(database: Database, kiosk: Browser, member: Member, keys: Keys) -> None:
    code = cards.card_code(member, keys)
    kiosk.post("/kiosk/scan", code=code)
    kiosk.post("/kiosk/card", purpose="read")
    kiosk.post("/kiosk/finish", going="stay")
    kiosk.get("/kiosk/return")  # the screen knows nobody any more
    assert kiosk.follow(kiosk.post("/kiosk/scan", code=code)).location.endswith("/kiosk/search")
    assert len(visits(database)) == 1


def test_a_card_scanned_in_the_middle_of_the_form_signs_that_visit(database: Database, kiosk: Browser, member: Member, keys: Keys) -> None:
    kiosk.post("/kiosk/start")
    kiosk.get("/kiosk/guest-book")
    kiosk.post("/kiosk/scan", code=cards.card_code(member, keys))
    kiosk.post("/kiosk/card", purpose="read")
    with database.reading() as session:
        assert session.scalar(sa.select(sa.func.count(Visit.id))) == 1


def test_a_card_is_not_read_over_somebody_elses_visit(database: Database, kiosk: Browser, member: Member, keys: Keys) -> None:
    kiosk.post("/kiosk/start")
    kiosk.post("/kiosk/guest-book", name="Bagus Hartanto", institution="Umum", category="public", purpose="read")
    answer = kiosk.post("/kiosk/scan", code=cards.card_code(member, keys))
    assert answer.status_code == 409
    assert "Orang lain masih terdaftar di layar ini" in answer.text


def test_a_blocked_or_expired_member_may_visit_and_is_told_calmly(database: Database, kiosk: Browser, keys: Keys) -> None:
    with database.transaction() as session:
        member = a_member(session, valid_until=date(2020, 1, 1))
        membership.block(session, member.key, BlockKind.OFFICE, "Rahasia kantor", None, OFFICER)
    page = kiosk.follow(kiosk.post("/kiosk/scan", code=cards.card_code(member, keys))).text
    assert "Keanggotaan Anda berlaku sampai" in page
    assert "Untuk sementara Anda belum dapat meminjam" in page
    assert "Rahasia kantor" not in page
    kiosk.post("/kiosk/card", purpose="read")
    assert visits(database)[0].state is VisitState.ADMITTED


def test_an_ended_or_a_replaced_card_says_so_in_one_sentence(database: Database, kiosk: Browser, member: Member, keys: Keys) -> None:
    code = cards.card_code(member, keys)
    with database.transaction() as session:
        membership.replace_card(session, member.id, OFFICER)
        new = cards.card_code(session.get_one(Member, member.id), keys)
    assert "Kartu ini sudah diganti dengan yang baru" in kiosk.post("/kiosk/scan", code=code).text
    with database.transaction() as session:
        membership.end(session, member.id, OFFICER)
    assert "Keanggotaan ini sudah berakhir" in kiosk.post("/kiosk/scan", code=new).text
    assert visits(database) == []


def test_a_member_brings_a_class_and_only_the_class_is_asked_for(database: Database, kiosk: Browser, member: Member, keys: Keys) -> None:
    kiosk.post("/kiosk/scan", code=cards.card_code(member, keys))
    form = kiosk.follow(kiosk.post("/kiosk/card", group="yes")).text
    assert 'value="Ratna Widyaningsih"' in form
    kiosk.post("/kiosk/guest-book", name=member.name, institution=member.institution, category="student", purpose="research", group="yes",
               group_name="Kelas XI IPS 2", people="41")
    [visit] = visits(database)
    assert (visit.group_name, visit.people, visit.member_id, visit.person_key) == ("Kelas XI IPS 2", 41, member.id, member.key)


def test_a_class_of_forty_is_four_fields(database: Database, kiosk: Browser) -> None:
    kiosk.post("/kiosk/start")
    given = {"name": "Wening Dirgantari", "institution": "SMA Negeri 9 Wirasari", "category": "student", "purpose": "research",
             "group": "yes", "group_name": "Kelas XI IPS 2"}
    answer = kiosk.post("/kiosk/guest-book", **given)
    assert answer.status_code == 422
    assert "Berapa orang semuanya, termasuk Anda?" in answer.text
    kiosk.post("/kiosk/guest-book", **given, people="41")
    [visit] = visits(database)
    assert (visit.people, visit.women, visit.men, visit.group_name) == (41, None, None, "Kelas XI IPS 2")


def test_who_says_to_be_alone_again_is_no_group(database: Database, kiosk: Browser) -> None:
    kiosk.post("/kiosk/start")
    kiosk.post("/kiosk/guest-book", name="Wening Dirgantari", institution="Umum", category="public", purpose="read", group="",
               group_name="Kelas XI", people="41", women="20")
    [visit] = visits(database)
    assert (visit.people, visit.women, visit.group_name) == (1, None, "")


def test_no_public_screen_names_a_member_that_is_not_before_it(kiosk: Browser, member: Member) -> None:
    for path in ("/kiosk", "/kiosk/card", "/kiosk/institutions?institution=Ratna"):
        assert "Ratna" not in kiosk.get(path).text


@pytest.mark.one_database
def test_what_is_no_list_of_members_is_not_called_a_list_of_the_collection(officer: Browser) -> None:
    for content in (b"\x89PNG\0\0", b""):
        answer = officer.post("/desk/members/import", file=(io.BytesIO(content), "anggota.csv"))
        page = answer.text if answer.status_code == 422 else officer.follow(answer).text
        assert "koleksi" not in page.partition("<main")[2]
        assert "daftar" in page
