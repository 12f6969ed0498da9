"""Renewals, reservations, the hold shelf, overdue loans, losses and finds, over HTTP: at the desk and at the kiosk."""

import csv
import io
import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import openpyxl
import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from foundation.audit import AuditEntry
from foundation.clock import end_of, now
from foundation.database import Database
from foundation.office import office
from foundation.people import Actor
from foundation.stations import Station, invite
from kiosk.borrowing import lending
from kiosk.borrowing.sending import ENDED_MEANWHILE
from kiosk.counter import slips
from kiosk.guests import cards
from kiosk.ledger.collection import Copy, CopyStatus
from kiosk.ledger.loans import Loan, LoanState
from kiosk.ledger.messages import Kind, Message, MessageState
from kiosk.ledger.reservations import Reservation, ReservationState
from kiosk.ledger.visits import Visit
from kiosk.shelves.searching import index_titles
from printer.printouts import Printout
from tests.builders import OFFICER, a_guest, a_kiosk, a_loan, a_member, a_reservation, a_title
from tests.conftest import TUESDAY_MORNING
from tests.integration.webui.conftest import Browser
from tests.pdf import sizes, text

DUE = "2026-03-17"


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(TUESDAY_MORNING, tick=False) as clock:
        yield clock


@pytest.fixture
def at(database: Database, tmp_path) -> Actor:
    with database.transaction() as session:
        return a_kiosk(session, printer=f"simulated://{tmp_path}/paper")


@pytest.fixture
def kiosk(app: Flask, database: Database, at: Actor) -> Browser:
    with database.transaction() as session:
        code = invite(session.get_one(Station, at.station_id), now() + timedelta(hours=1))
    browser = Browser(app.test_client())
    browser.follow(browser.get(f"/kiosk/enrol/{code}"))
    return browser


@pytest.fixture
def loan(app: Flask, database: Database, at: Actor) -> int:
    """A loan of one title, handed over on Tuesday, with its slip; its id."""
    with database.transaction() as session:
        loan = a_loan(session, at, a_title(session, "Hukum Acara (fiktif)"), visit=a_guest(session, at, contact="ratna@contoh.example"))
        slips.queue_slip(session, loan, app.extensions["wiring"].keys)
        return loan.id


def the(database: Database, model: type, **having: object):
    with database.reading() as session:
        return session.scalars(sa.select(model).filter_by(**having)).one()


def item_of(database: Database, loan_id: int) -> int:
    with database.reading() as session:
        return lending.find_loan(session, loan_id).items[0].id


def slip_of(app: Flask, database: Database, loan_id: int) -> str:
    with database.reading() as session:
        return slips.slip_code(session.get_one(Loan, loan_id), app.extensions["wiring"].keys)


def make_late(database: Database, loan_id: int) -> None:
    """It was due on Thursday, 5 March: three open days ago."""
    with database.transaction() as session:
        loan = session.get_one(Loan, loan_id)
        loan.due_on, loan.due_at = date(2026, 3, 5), end_of(date(2026, 3, 5), "Asia/Jakarta")


def sign(kiosk: Browser, name: str) -> None:
    kiosk.post("/kiosk/start")
    answer = kiosk.post("/kiosk/guest-book", name=name, institution="Umum", category="public", purpose="read")
    assert answer.status_code == 303


def test_the_desk_renews_and_prints_a_new_slip(database, officer, loan):
    page = officer.get(f"/desk/loan/{loan}").text
    assert "Sampai Selasa, 24 Maret 2026, semula Selasa, 17 Maret 2026." in page
    for _ in range(2):
        assert "Diperpanjang." in officer.follow(officer.post(f"/desk/loan/{loan}/renew", was=DUE, slip="1")).text
    assert the(database, Loan).due_on == date(2026, 3, 24)
    with database.reading() as session:
        assert session.scalars(sa.select(Printout.copy_no)).all() == [1, 2]
    page = officer.get(f"/desk/loan/{loan}").text
    assert "Pinjaman ini sudah diperpanjang; lebih dari itu tidak boleh." in page
    assert f"/desk/loan/{loan}/renew" not in page


def test_a_renewal_that_is_refused_says_why_on_the_page_of_the_loan(database, officer, loan, at):
    with database.transaction() as session:
        title = session.scalars(sa.select(Copy)).one().title
        a_reservation(session, at, title, a_guest(session, at, name="Bagas"))
    answer = officer.post(f"/desk/loan/{loan}/renew", was=DUE)
    assert answer.status_code == 409
    assert "Ada yang menunggu “Hukum Acara (fiktif)”." in answer.text


@pytest.mark.parametrize("was", ["", "gestern", "2026-13-45"])
def test_a_renewal_without_a_due_date_is_no_request_of_ours(officer, loan, was):
    assert officer.post(f"/desk/loan/{loan}/renew", was=was).status_code == 400


def test_a_visitor_renews_with_the_slip_at_the_kiosk(app, database, kiosk, loan):
    kiosk.follow(kiosk.post("/kiosk/scan", code=slip_of(app, database, loan)))
    assert "Perpanjang sampai Selasa, 24 Maret 2026?" in kiosk.get("/kiosk/renew").text
    done = kiosk.follow(kiosk.post("/kiosk/renew", was=DUE)).text
    assert "Pinjaman diperpanjang" in done
    assert "24 Maret 2026" in done
    kiosk.post("/kiosk/renew", was=DUE)  # a second tap
    renewed = the(database, Loan)
    assert renewed.due_on == date(2026, 3, 24)


def test_at_the_kiosk_a_label_alone_renews_nothing(database, kiosk, loan):
    assert kiosk.get("/kiosk/renew").location == "/kiosk/return"
    kiosk.post("/kiosk/scan", code=the(database, Copy).code, on="return")
    assert kiosk.get("/kiosk/renew").location == "/kiosk/return"
    assert kiosk.post("/kiosk/renew", was=DUE).location == "/kiosk/return"
    assert the(database, Loan).due_on == date(2026, 3, 17)


def test_every_reason_against_a_renewal_stands_on_the_kiosk_with_its_next_step(app, database, kiosk, loan):
    make_late(database, loan)
    kiosk.follow(kiosk.post("/kiosk/scan", code=slip_of(app, database, loan)))
    page = kiosk.get("/kiosk/renew").text
    assert "Pinjaman ini sudah terlambat." in page
    assert "Kembalikan dulu, atau bicarakan dengan petugas." in page


def test_a_visitor_reserves_is_told_the_place_and_may_cancel(database, kiosk, loan):
    title = the(database, Copy).title_id
    assert kiosk.post(f"/kiosk/title/{title}/reserve", nonce="satu").status_code == 307  # the guest book first
    sign(kiosk, "Bagas Contoh")
    back = kiosk.get("/kiosk/waiting")
    assert back.location == f"/kiosk/title/{title}"
    assert "Pesan" in kiosk.get(back.location).text
    kiosk.follow(kiosk.post(f"/kiosk/title/{title}/reserve", nonce="satu"))
    assert "urutan Anda nomor 1" in kiosk.get(f"/kiosk/title/{title}").text
    kiosk.post(f"/kiosk/title/{title}/reserve", nonce="satu")
    assert the(database, Reservation).state is ReservationState.WAITING
    assert "Pesanan dibatalkan." in kiosk.follow(kiosk.post(f"/kiosk/title/{title}/give-up")).text
    assert the(database, Reservation).state is ReservationState.CANCELLED


def reserve(kiosk: Browser, title: int) -> str:
    """The path of the screen that follows."""
    answer = kiosk.post(f"/kiosk/title/{title}/reserve", nonce="satu")
    assert answer.status_code == 303
    return answer.location.partition("?")[0]


def test_who_reserves_is_asked_for_a_contact_and_may_go_on_without(database, kiosk, loan):
    title = the(database, Copy).title_id
    sign(kiosk, "Bagas Contoh")
    asked = f"/kiosk/title/{title}/contact"
    assert reserve(kiosk, title) == asked
    page = kiosk.get(asked).text
    for words in ("Dipesan.", "Telepon atau surel", "dihapus 30 hari setelah pesanan berakhir", "Tanpa kontak",
                  f'href="/kiosk/title/{title}?'):
        assert words in page
    skipped = kiosk.get(f"/kiosk/title/{title}").text
    assert "urutan Anda nomor 1" in skipped
    assert "Beri kontak" in skipped
    assert the(database, Reservation).contact == ""


def test_a_contact_that_is_none_gets_one_sentence_and_stays_in_its_field(database, kiosk, loan):
    title = the(database, Copy).title_id
    sign(kiosk, "Bagas Contoh")
    reserve(kiosk, title)
    for typed in ("bagas di contoh", "", "x" * 300):
        answer = kiosk.post(f"/kiosk/title/{title}/contact", contact=typed)
        assert answer.status_code == 422
        assert answer.text.count("Tulis alamat surel seperti nama@contoh.id, atau nomor telepon seperti 0812 3456 7890.") == 1
        assert f'value="{typed}"' in answer.text
    assert the(database, Reservation).contact == ""


def test_the_message_goes_to_the_contact_of_the_reservation_which_its_person_sees_masked(database, kiosk, officer, loan):
    title = the(database, Copy).title_id
    sign(kiosk, "Bagas Contoh")
    reserve(kiosk, title)
    said = kiosk.follow(kiosk.post(f"/kiosk/title/{title}/contact", contact=" bagas@surat.example ")).text
    assert "Terima kasih: perpustakaan dapat menghubungi Anda bila eksemplar siap diambil." in said
    assert "…@surat.example" in said
    assert "bagas@surat.example" not in said
    assert "Ganti kontak" in said
    assert "…@surat.example" in kiosk.get(f"/kiosk/title/{title}/contact").text
    assert the(database, Visit, name="Bagas Contoh").contact == ""  # the guest book says what it said
    officer.post(f"/desk/loan/{loan}/return", item=item_of(database, loan))
    told = the(database, Message)
    assert (told.kind, told.contact, told.state) == (Kind.READY, "bagas@surat.example", MessageState.WAITING)
    assert kiosk.get(f"/kiosk/title/{title}/contact").location.startswith(f"/kiosk/title/{title}?")  # it lies ready: nothing to ask


def test_whose_contact_is_known_is_not_asked(database, kiosk, loan):
    title = the(database, Copy).title_id
    kiosk.post("/kiosk/start")
    kiosk.post("/kiosk/guest-book", name="Bagas Contoh", institution="Umum", category="public", purpose="read", contact="0812 3456 7890")
    assert reserve(kiosk, title) == f"/kiosk/title/{title}"
    page = kiosk.get(f"/kiosk/title/{title}").text
    assert "perpustakaan dapat menghubungi Anda di …890." in page
    assert "0812" not in page


def test_a_member_whose_contact_is_known_is_not_asked_either(app, database, kiosk, loan):
    with database.transaction() as session:
        member = a_member(session, "Bagas Contoh", contact="bagas@surat.example")
    title = the(database, Copy).title_id
    kiosk.follow(kiosk.post("/kiosk/scan", code=cards.card_code(member, app.extensions["wiring"].keys)))
    kiosk.post("/kiosk/card", purpose="read")
    assert reserve(kiosk, title) == f"/kiosk/title/{title}"
    assert "…@surat.example" in kiosk.get(f"/kiosk/title/{title}").text


def test_who_writes_anothers_name_neither_sees_nor_changes_the_contact(database, kiosk, loan, at):
    with database.transaction() as session:
        title = session.scalars(sa.select(Copy)).one().title
        a_reservation(session, at, title, a_guest(session, at, name="Bagas Contoh", institution="Umum", contact="bagas@surat.example"))
    sign(kiosk, "Bagas Contoh")
    assert reserve(kiosk, title.id) == f"/kiosk/title/{title.id}"
    assert "surat.example" not in kiosk.get(f"/kiosk/title/{title.id}").text
    kiosk.post(f"/kiosk/title/{title.id}/contact", contact="lain@surat.example")
    assert the(database, Reservation).contact == "bagas@surat.example"


@pytest.mark.parametrize("elsewhere", ["look", "help"])
def test_what_is_typed_of_a_contact_is_kept_over_a_change_of_language_and_lies_sealed(database, kiosk, loan, elsewhere):
    title = the(database, Copy).title_id
    sign(kiosk, "Bagas Contoh")
    reserve(kiosk, title)
    kiosk.post(f"/kiosk/{elsewhere}", language="id", contact="setengah@ket", back=f"/kiosk/title/{title}/contact")
    assert "setengah@ket" not in everything(database)
    assert 'value="setengah@ket"' in kiosk.get(f"/kiosk/title/{title}/contact").text


def test_a_half_filled_guest_book_is_kept_over_a_change_of_language_and_lies_sealed(database, kiosk):
    kiosk.post("/kiosk/start")
    kiosk.post("/kiosk/look", language="en", name="Bagas Setengah", contact="0899-5566-fiktif", back="/kiosk/guest-book")
    kept = everything(database)
    assert '"draft": "s1:' in kept
    assert "0899-5566-fiktif" not in kept
    assert "Bagas Setengah" not in kept
    page = kiosk.get("/kiosk/guest-book").text
    assert 'value="0899-5566-fiktif"' in page
    assert 'value="Bagas Setengah"' in page


def everything(database: Database) -> str:
    """Every byte that lies in the files of SQLite, and every row of every table in PostgreSQL."""
    if database.on_sqlite:
        return "".join(path.read_bytes().decode("latin-1") for path in Path(database.url.database).parent.glob("loket.db*"))
    with database.engine.connect() as connection:
        tables = connection.scalars(sa.text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).all()
        rows = [f"{name}: {row}" for name in tables
                for row in connection.scalars(sa.text(f'SELECT row_to_json(t)::text FROM "{name}" t'))]  # noqa: S608 the name of a table
    return "\n".join(rows)


def test_who_writes_anothers_name_neither_cancels_nor_learns_the_title(database, kiosk, loan, at, officer):
    with database.transaction() as session:
        title = session.scalars(sa.select(Copy)).one().title
        a_reservation(session, at, title, a_guest(session, at, name="Bagas Contoh", institution="Umum"))
    officer.post(f"/desk/loan/{loan}/return", item=item_of(database, loan))
    sign(kiosk, "Bagas Contoh")
    said = kiosk.follow(kiosk.get("/kiosk/waiting")).text
    assert "Eksemplar yang Anda pesan siap diambil sampai Jumat, 13 Maret 2026." in said
    assert "“Hukum Acara" not in said
    assert kiosk.post(f"/kiosk/title/{title.id}/give-up").status_code == 409
    assert the(database, Reservation).state is ReservationState.READY


def test_a_returned_copy_that_somebody_waits_for_goes_to_the_hold_shelf_and_from_there_to_its_person(database, officer, loan, at):
    with database.transaction() as session:
        title = session.scalars(sa.select(Copy)).one().title
        bagas = a_guest(session, at, name="Bagas Contoh", contact="0812 000 111")
        a_reservation(session, at, title, bagas)
    answer = officer.post(f"/desk/loan/{loan}/return", item=item_of(database, loan))
    assert answer.location.startswith("/desk/holds")
    page = officer.follow(answer).text
    for words in ("taruh di rak pesanan", "Bagas Contoh", "0812 000 111", "Jumat, 13 Maret 2026", "sedang di ruangan"):
        assert words in page
    copy = the(database, Copy)
    assert "Disiapkan untuk Bagas Contoh" in officer.get(f"/desk/copy/{copy.id}").text
    assert "di rak pesanan" in officer.get(f"/desk/titles/{copy.title_id}").text
    assert "di rak pesanan" in officer.get(f"/desk/copies/{copy.id}").text
    officer.post(f"/desk/lend/{bagas.id}", copy=copy.code, nonce="pinjam")
    assert the(database, Reservation).state is ReservationState.TAKEN
    assert "Tidak ada pesanan yang siap diambil." in officer.get("/desk/holds").text


def test_a_copy_that_is_not_on_the_hold_shelf_is_missing_until_it_turns_up(database, officer, loan, at):
    with database.transaction() as session:
        a_reservation(session, at, session.scalars(sa.select(Copy)).one().title, a_guest(session, at, name="Bagas"))
    officer.post(f"/desk/loan/{loan}/return", item=item_of(database, loan))
    held = the(database, Reservation)
    officer.post(f"/desk/hold/{held.id}/not-there")
    copy = the(database, Copy)
    assert (copy.status, the(database, Reservation).state) == (CopyStatus.MISSING, ReservationState.WAITING)
    scanned = officer.follow(officer.get("/desk/scan", {"code": copy.code})).text
    assert "Eksemplar ini berstatus hilang. Apakah ada di tangan Anda?" in scanned
    assert "taruh di rak pesanan" in officer.follow(officer.post(f"/desk/copy/{copy.id}/turned-up")).text
    assert the(database, Reservation).state is ReservationState.READY
    officer.post(f"/desk/hold/{held.id}/cancel")
    assert the(database, Reservation).state is ReservationState.CANCELLED


def test_the_desk_reserves_for_a_guest_who_asks(database, officer, loan, at):
    with database.transaction() as session:
        title = session.scalars(sa.select(Copy)).one().title
        index_titles(session, [title.id])
        guest = a_guest(session, at, name="Bagas")
    page = officer.get(f"/desk/lend/{guest.id}", {"q": "Hukum Acara"}).text
    nonce = re.search(rf'reserve/{guest.id}/{title.id}".*?name="nonce" value="([^"]+)"', page, re.DOTALL)[1]
    assert "Dipesan." in officer.follow(officer.post(f"/desk/reserve/{guest.id}/{title.id}", nonce=nonce)).text
    assert the(database, Reservation).borrower_key == guest.person_key


def test_who_reserves_at_the_desk_and_cannot_be_told_is_asked_for_a_contact(database, officer, loan, at):
    with database.transaction() as session:
        title = session.scalars(sa.select(Copy)).one().title
        guest = a_guest(session, at, name="Bagas")
    page = officer.follow(officer.post(f"/desk/reserve/{guest.id}/{title.id}", nonce="n")).text
    where = f"/desk/reserve/{guest.id}/{the(database, Reservation).id}/contact"
    assert where in page
    refused = officer.post(where, contact="nanti")
    assert (refused.status_code, 'value="nanti"' in refused.text, "alamat surel" in refused.text) == (422, True, True)
    assert where not in officer.follow(officer.post(where, contact="bagas@surat.example")).text
    assert the(database, Reservation).contact == "bagas@surat.example"


def test_a_copy_that_comes_back_damaged_or_not_at_all(database, officer, at):
    with database.transaction() as session:
        loan = a_loan(session, at, a_title(session, "A"), a_title(session, "B"))
        (first, copy), (second, other) = [(item.id, item.copy_id) for item in loan.items]
    officer.post(f"/desk/loan/{loan.id}/return", item=first, condition="basah", repair="1", at="loan")
    assert the(database, Copy, id=copy).status is CopyStatus.IN_REPAIR
    page = officer.follow(officer.post(f"/desk/loan/{loan.id}/lost", item=second, condition="tertinggal di bus")).text
    assert "Yang belum kembali dari pinjaman ini sudah dinyatakan hilang." in page
    assert (the(database, Loan).state, the(database, Copy, id=other).status_reason) == (LoanState.LOST, "tertinggal di bus")
    page = officer.follow(officer.post(f"/desk/copy/{other}/turned-up")).text
    assert "kembalikan ke raknya" in page


def test_a_late_return_says_until_when_nothing_is_lent(app, database, officer, kiosk, loan):
    with database.transaction() as session:
        out = session.get_one(Loan, loan)
        out.rules = {**out.rules, "items": {key: {**rule, "suspension_days": 1} for key, rule in out.rules["items"].items()}}
    make_late(database, loan)
    kiosk.follow(kiosk.post("/kiosk/scan", code=slip_of(app, database, loan)))
    officer.post(f"/desk/loan/{loan}/return", item=item_of(database, loan), at="loan")
    said = "tidak dapat meminjam sampai Jumat, 13 Maret 2026 berakhir"
    assert said in officer.get(f"/desk/loan/{loan}").text
    assert said in kiosk.get("/kiosk/return").text
    assert "tidak dapat meminjam sampai akhir" in officer.get(f"/desk/papers/return-receipt/{loan}.1").text


def test_the_overdue_list_names_who_what_and_since_when_and_leaves_as_a_table(database, officer, loan):
    assert "Tidak ada yang terlambat." in officer.get("/desk/overdue").text
    make_late(database, loan)
    page = officer.get("/desk/overdue").text
    for words in ("Ratna Widyaningsih", "Hukum Acara (fiktif)", "ratna@contoh.example", "5 Mar 2026", "terlambat 3 hari buka"):
        assert words in page
    head, row = csv.reader(io.StringIO(officer.get("/desk/overdue.csv").data.decode("utf-8-sig")).readlines()[-2:])
    assert (head[6], row[1], row[5], row[6]) == ("Terlambat (hari buka)", "Ratna Widyaningsih", "2026-03-05", "3")
    sheet = openpyxl.load_workbook(io.BytesIO(officer.get("/desk/overdue.xlsx").data)).active
    assert [cell.value for cell in sheet[2]][3] == "ratna@contoh.example"
    with database.reading() as session:
        exported = session.scalars(sa.select(AuditEntry).where(AuditEntry.deed == "exported")).all()
        assert [(entry.subject, entry.details["kind"], entry.details["rows"]) for entry in exported] == [
            ("overdue loans", "csv", 1), ("overdue loans", "xlsx", 1)]


def test_the_ticked_ones_get_a_message_once_a_day(database, officer, loan):
    assert officer.post("/desk/overdue/messages", loan=loan).status_code == 422
    make_late(database, loan)
    for _ in range(2):
        assert "Pesan dibuat" in officer.follow(officer.post("/desk/overdue/messages", loan=loan)).text
    told = the(database, Message)
    assert (told.kind, told.state, told.made_by) == (Kind.OVERDUE, MessageState.WAITING, "Sari Contoh")
    assert "dalam pengiriman" in officer.get("/desk/overdue").text
    with database.transaction() as session:
        session.get_one(Message, told.id).settle(MessageState.UNSENT, "No way to send to this contact is set up.")
    assert "Pengiriman ke kontak semacam ini belum diatur." in officer.get("/desk/overdue").text


def test_the_officer_is_asked_about_a_message_that_was_perhaps_sent(database, officer, loan):
    make_late(database, loan)
    officer.post("/desk/overdue/messages", loan=loan)
    told = the(database, Message)
    with database.transaction() as session:
        it = session.get_one(Message, told.id)
        it.settle(MessageState.SENDING)
    assert "dalam pengiriman" in officer.get("/desk/overdue").text
    with database.transaction() as session:
        session.get_one(Message, told.id).settle(MessageState.PERHAPS, ENDED_MEANWHILE)
    again = f"/desk/message/{told.id}/again"
    for page in ("/desk/overdue", f"/desk/loan/{loan}"):
        said = officer.get(page).text
        for words in ("mungkin terkirim", "mungkin sudah sampai, mungkin belum", "Kirim lagi", again):
            assert words in said
    back = officer.post(f"{again}?back=/desk/loan/{loan}")
    assert back.location == f"/desk/loan/{loan}?done=again"
    assert the(database, Message).state is MessageState.WAITING
    assert officer.post(f"{again}?back=//elsewhere.example").status_code == 409
    assert officer.post("/desk/message/999/again").status_code == 404


def test_a_due_date_that_moved_is_told_and_stands_among_the_messages(database, officer, admin, loan):
    admin.post("/office/calendar/closed", first=DUE, reason="Cuti bersama")
    told = the(database, Message)
    assert (told.kind, told.contact, told.made_by) == (Kind.MOVED, "ratna@contoh.example", "Rina Contoh")
    page = officer.get(f"/desk/loan/{loan}").text
    assert "Jatuh tempo Anda pindah ke Rabu, 18 Maret 2026" in page
    assert "dalam pengiriman" in page


def test_reminder_letters_are_a_pdf_with_letterhead_and_signer(database, officer, loan, at):
    with database.transaction() as session:
        here = office(session)
        here.name, here.signer_title, here.signer_name = "KPU Kota Contoh", "Sekretaris", "Rina Contoh"
        session.info["office changed"] = True
        more = [a_loan(session, at, a_title(session, "Lain"), visit=a_guest(session, at, name=name)).id for name in ("Ani", "Budi")]
    for each in (loan, *more):
        make_late(database, each)
    pdf = officer.follow(officer.post("/desk/overdue/letters", loan=[loan, *more]))
    assert (pdf.mimetype, len(sizes(pdf.data))) == ("application/pdf", 3)  # each on a page of its own
    said = " ".join(text(pdf.data).split())
    for words in ("KPU Kota Contoh", "Ratna Widyaningsih", "Hukum Acara (fiktif)", "Kamis, 5 Maret 2026", "Sekretaris", "Rina Contoh"):
        assert words in said
    told = the(database, Message, about=f"loan:{loan}")
    assert (told.kind, told.state) == (Kind.LETTER, MessageState.SENT)
    assert "surat" in officer.get("/desk/overdue").text


def test_an_officer_who_sees_the_live_page_sees_what_is_overdue_and_held(database, officer, loan, at):
    with database.transaction() as session:
        copy = session.scalars(sa.select(Copy)).one()
        a_reservation(session, at, copy.title, a_guest(session, at, name="Bagas"))
        other = a_loan(session, at, a_title(session, "Lain"), visit=a_guest(session, at, name="Cici"))
        lending.return_items(session, loan, [lending.find_loan(session, loan).items[0].id], OFFICER)
    page = officer.get("/desk").text
    assert "Di rak pesanan: 1" in page
    make_late(database, other.id)
    assert "/desk/overdue" in officer.get("/desk").text


def test_a_visitor_sees_of_a_held_title_that_it_lies_ready(database, kiosk, loan, officer):
    title = the(database, Copy).title_id
    sign(kiosk, "Bagas Contoh")
    kiosk.post(f"/kiosk/title/{title}/reserve", nonce="satu")
    officer.post(f"/desk/loan/{loan}/return", item=item_of(database, loan))
    page = kiosk.get(f"/kiosk/title/{title}").text
    assert "Satu eksemplar siap untuk Anda sampai Jumat, 13 Maret 2026." in page
    assert "Siap untuk Anda" in page
    assert "Dipesan orang lain" not in page
    kiosk.post("/kiosk/basket/add", title_id=title)
    assert kiosk.post("/kiosk/borrow").location == "/kiosk/loan"
    with database.reading() as session:
        assert session.scalar(sa.select(sa.func.count(Visit.id))) == 2
        assert session.scalars(sa.select(Loan).order_by(Loan.id.desc())).first().state is LoanState.REQUESTED
