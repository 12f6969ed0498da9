"""Keeping books longer with the slip, and waiting for one that others have, by touch."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from foundation.text import written
from kiosk.borrowing import lending
from kiosk.ledger.collection import CopyStatus
from kiosk.ledger.loans import Loan
from tests.e2e.visitor.conftest import OFFICER, Service, follow, heading, scan
from tests.e2e.visitor.test_screens import SIZES, TOO_SMALL


@pytest.mark.parametrize("size", SIZES)
def test_a_slip_and_two_taps_keep_the_books_longer(kiosk: Page, service: Service, size: str, axe: Callable[[Page], list[str]]):
    kiosk.set_viewport_size(dict(zip(("width", "height"), SIZES[size], strict=True)))
    digits, _ = service.lend(copies=2)
    was = service.newest_loan().due_on
    scan(kiosk, digits)
    kiosk.wait_for_url("**/kiosk/return")
    follow(kiosk, "a:has-text('Perpanjang saja')")
    assert (axe(kiosk), kiosk.evaluate(TOO_SMALL)) == ([], [])
    follow(kiosk, "button:has-text('Perpanjang')")
    due = service.newest_loan().due_on
    assert due > was
    expect(heading(kiosk).first).to_have_text("Pinjaman diperpanjang")
    expect(kiosk.locator(".due")).to_contain_text(written(due, "id"))
    assert (axe(kiosk), kiosk.evaluate(TOO_SMALL)) == ([], [])
    scan(kiosk, digits)
    kiosk.wait_for_url("**/kiosk/return")
    follow(kiosk, "a:has-text('Perpanjang saja')")
    expect(heading(kiosk)).to_have_text("Pinjaman ini tidak dapat diperpanjang")
    expect(kiosk.locator(".note")).to_contain_text("sudah diperpanjang")
    assert axe(kiosk) == []


def all_lent(service: Service) -> Loan:
    """The loan of a title of which no copy can be had: the others are at the bookbinder's."""
    service.lend()
    loan = service.newest_loan()
    with service.database.transaction() as session:
        while copy := lending.free_copy(session, loan.items[0].copy.title_id):
            copy.status = CopyStatus.IN_REPAIR
            session.flush()
    return loan


@pytest.mark.parametrize("size", SIZES)
def test_a_contact_typed_by_touch_is_kept_over_a_change_of_language_and_corrected_where_it_is_none(
        guest: Page, service: Service, size: str, axe: Callable[[Page], list[str]]):
    guest.set_viewport_size(dict(zip(("width", "height"), SIZES[size], strict=True)))
    title_id = all_lent(service).items[0].copy.title_id
    guest.goto(f"/kiosk/title/{title_id}")
    follow(guest, "button:has-text('Pesan')")
    guest.tap("#contact")
    for letter in "bagas":
        guest.tap(f"#keyboard button:has-text('{letter}')")
    guest.fill("#contact", guest.input_value("#contact") + "surat.example")
    follow(guest, "button[name=language][value=en]")
    expect(heading(guest)).to_have_text("How can we tell you that it lies ready?")
    expect(guest.locator("#contact")).to_have_value("bagassurat.example")
    follow(guest, "button:has-text('Save')")
    expect(guest.locator(".wrong")).to_have_count(1)
    expect(guest.locator("#contact")).to_have_value("bagassurat.example")
    assert (axe(guest), guest.evaluate(TOO_SMALL)) == ([], [])
    guest.fill("#contact", "bagas@surat.example")
    follow(guest, "button:has-text('Save')")
    expect(guest.locator("main")).to_contain_text("reach you at …@surat.example")
    assert (axe(guest), guest.evaluate(TOO_SMALL)) == ([], [])


def test_who_reserves_is_told_the_place_and_then_that_it_lies_ready(guest: Page, service: Service, axe: Callable[[Page], list[str]]):
    loan = all_lent(service)
    guest.goto(f"/kiosk/title/{loan.items[0].copy.title_id}")
    follow(guest, "button:has-text('Pesan')")
    expect(heading(guest)).to_have_text("Ke mana kami mengabari Anda bila siap diambil?")
    assert (axe(guest), guest.evaluate(TOO_SMALL)) == ([], [])
    follow(guest, "a:has-text('Tanpa kontak')")
    expect(guest.locator("main")).to_contain_text("urutan Anda nomor 1")
    assert (axe(guest), guest.evaluate(TOO_SMALL)) == ([], [])
    with service.database.transaction() as session:
        lending.return_items(session, loan.id, [loan.items[0].id], OFFICER)
    guest.reload()
    expect(guest.locator("main")).to_contain_text("Satu eksemplar siap untuk Anda")
    follow(guest, "button:has-text('Pinjam')")
    assert axe(guest) == []
    follow(guest, "form[action$='/borrow'] button")
    expect(heading(guest)).to_have_text("Petugas sedang menyiapkan")
