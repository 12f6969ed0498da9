"""Bringing books back: scanned at any moment, on any screen, with whatever a scanner adds."""

import pytest
from playwright.sync_api import Page, expect

from kiosk.borrowing import lending
from kiosk.counter import slips
from kiosk.ledger.loans import LoanState
from tests.e2e.visitor.conftest import OFFICER, Service, follow, heading, scan


@pytest.mark.parametrize("ending", ["\n", "\t", ""])
def test_a_slip_scanned_on_the_attract_screen_opens_its_return(kiosk: Page, service: Service, ending: str):
    digits, labels = service.lend()
    scan(kiosk, digits, ending)
    expect(heading(kiosk)).to_have_text("Buku mana yang Anda kembalikan?")
    expect(kiosk.locator(".pick")).to_contain_text(labels[0])


def test_copies_are_scanned_one_by_one_and_the_officer_takes_them(kiosk: Page, service: Service):
    digits, labels = service.lend(copies=2)
    scan(kiosk, digits)
    kiosk.wait_for_url("**/kiosk/return")
    scan(kiosk, labels[1].lower())  # Caps Lock turns letters around
    expect(kiosk.locator(f".pick:has-text('{labels[1]}') input")).to_be_checked()
    expect(kiosk.locator(f".pick:has-text('{labels[0]}') input")).not_to_be_checked()
    kiosk.tap("button:has-text('Serahkan ke petugas')")
    expect(kiosk.locator(f".pick:has-text('{labels[1]}')")).to_contain_text("Menunggu petugas")
    loan = service.newest_loan()
    with service.database.transaction() as session:
        lending.return_items(session, loan.id, [item.id for item in loan.items if item.copy.code == labels[1]], OFFICER)
    expect(kiosk.locator(f".pick:has-text('{labels[1]}')")).to_contain_text("Sudah kembali", timeout=8000)
    assert service.newest_loan().state is LoanState.PARTIALLY_RETURNED


def test_what_lies_on_the_desk_is_named_and_a_later_tick_stays(kiosk: Page, service: Service):
    digits, labels = service.lend(copies=2)
    scan(kiosk, digits)
    kiosk.wait_for_url("**/kiosk/return")
    kiosk.tap(f".pick:has-text('{labels[0]}')")
    follow(kiosk, "button:has-text('Serahkan ke petugas')")
    expect(heading(kiosk)).to_have_text("Letakkan buku di meja petugas")
    expect(kiosk.locator(".pick :checked")).to_have_count(0)
    with kiosk.expect_response("**/kiosk/return?items=*"):  # the screen asks every two seconds how far the officer is
        kiosk.tap(f".pick:has-text('{labels[1]}')")
    expect(kiosk.locator(f".pick:has-text('{labels[1]}') input")).to_be_checked()


def test_a_slip_alone_never_completes_a_return(kiosk: Page, service: Service):
    service.set_office(self_service=True)
    digits, labels = service.lend()
    scan(kiosk, digits)
    expect(heading(kiosk)).to_have_text("Pindai label setiap buku")
    assert service.newest_loan().state is LoanState.ON_LOAN
    scan(kiosk, labels[0])
    expect(heading(kiosk)).to_have_text("Semua sudah kembali. Terima kasih!")
    assert service.newest_loan().state is LoanState.RETURNED


def test_a_slip_returned_before_says_when(kiosk: Page, service: Service):
    digits, _ = service.lend()
    loan = service.newest_loan()
    with service.database.transaction() as session:
        lending.return_items(session, loan.id, [item.id for item in loan.items], OFFICER)
    scan(kiosk, digits)
    expect(kiosk.locator("main")).to_contain_text("Pinjaman ini sudah dikembalikan pada")


def test_a_scan_leaves_nothing_in_the_field_that_had_the_focus(guest: Page, service: Service):
    _, labels = service.lend()
    guest.tap("#q")
    guest.fill("#q", "arsip")
    scan(guest, labels[0])
    guest.wait_for_url("**/kiosk/title/*")
    guest.go_back()
    assert labels[0].lower() not in guest.locator("#q").input_value().lower()


def test_the_number_is_typed_by_hand(kiosk: Page, service: Service):
    service.lend()
    number = slips.slip_number(service.newest_loan(), service.keys)
    kiosk.goto("/kiosk/return")
    kiosk.tap("#code")
    for digit in number.replace("-", ""):
        kiosk.tap(f"[data-skbtn='{digit}']")
    kiosk.tap("button:has-text('Cari nomor ini')")
    expect(heading(kiosk)).to_have_text("Buku mana yang Anda kembalikan?")


def test_a_mistyped_number_stays_in_its_field_and_is_said_to_be_wrong_there(kiosk: Page, service: Service):
    service.lend()
    number = slips.slip_number(service.newest_loan(), service.keys)
    mistyped = number[:-1] + str((int(number[-1]) + 1) % 10)
    kiosk.goto("/kiosk/return")
    kiosk.fill("#code", mistyped)
    follow(kiosk, "button:has-text('Cari nomor ini')")
    expect(kiosk.locator("#code-wrong")).to_contain_text("Tidak ada slip dengan nomor ini.")
    expect(kiosk.locator("#code")).to_have_value(mistyped)
    kiosk.tap("[data-skbtn='{back}']")
    kiosk.tap(f"[data-skbtn='{number[-1]}']")
    kiosk.tap("button:has-text('Cari nomor ini')")
    expect(heading(kiosk)).to_have_text("Buku mana yang Anda kembalikan?")


def test_the_last_copy_of_several_is_not_ticked_by_itself(kiosk: Page, service: Service):
    digits, labels = service.lend(copies=2)
    loan = service.newest_loan()
    with service.database.transaction() as session:
        lending.return_items(session, loan.id, [item.id for item in loan.items if item.copy.code == labels[0]], OFFICER)
    scan(kiosk, digits)
    expect(kiosk.locator(f".pick:has-text('{labels[1]}') input")).not_to_be_checked()


@pytest.mark.parametrize("wrong", ["truncated", "forged", "foreign"])
def test_a_code_that_opens_nothing_says_so_in_one_sentence(kiosk: Page, service: Service, wrong: str):
    digits, _ = service.lend()
    code = {"truncated": digits[:30], "forged": digits[:-4] + f"{(int(digits[-4:]) + 1) % 10000:04d}", "foreign": "LAIN-99887-1"}[wrong]
    scan(kiosk, code)
    expect(kiosk.locator("[role=alert] h1")).to_be_visible()
    expect(kiosk.locator("[role=alert] .lead")).to_be_visible()
    kiosk.tap("button:has-text('Kembali ke awal')")
    kiosk.wait_for_url("**/kiosk")


def test_guessing_numbers_is_slow(kiosk: Page, service: Service):
    kiosk.goto("/kiosk/return")
    token = kiosk.locator("#number [name=csrf_token]").input_value()
    answers = [kiosk.request.post("/kiosk/scan", form={"csrf_token": token, "code": f"2026-00001-{n:04d}"}, headers={"Referer": kiosk.url})
               for n in range(11)]
    assert answers[-1].status == 429
    assert "Terlalu" in answers[-1].text()


def test_a_label_on_another_screen_shows_its_title(guest: Page, service: Service):
    with service.database.reading() as session:
        title = service.a_title(session)
        code = title.copies[0].code
    scan(guest, code)
    guest.wait_for_url(f"**/kiosk/title/{title.id}")
