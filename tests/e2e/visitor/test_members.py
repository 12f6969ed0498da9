"""A member's card and a class at the kiosk, by touch: one scan and one tap, or four fields."""

from collections.abc import Callable
from datetime import date

import pytest
from playwright.sync_api import Page, expect

from foundation.people import Actor
from kiosk.guests import cards, membership
from kiosk.guests.membership import MemberEntry
from kiosk.ledger.members import BlockKind
from kiosk.ledger.visits import Category
from tests.e2e.visitor.conftest import NUMBERS, OFFICER, Service, follow, heading, open_guest_book, scan
from tests.e2e.visitor.test_screens import SIZES, TOO_SMALL


@pytest.fixture
def card(service: Service) -> str:
    """The code on the card of a member who may not borrow: it is over, and there is a block."""
    with service.database.transaction() as session:
        entry = MemberEntry(f"Gendis Rinjani {next(NUMBERS)}", "Umum", Category.PUBLIC, valid_until=date(2020, 1, 1))
        member = membership.join(session, entry, Actor(OFFICER.name, OFFICER.roles))
        membership.block(session, member.key, BlockKind.OFFICE, "Buku basah", None, OFFICER)
        return cards.card_code(member, service.keys)


@pytest.mark.parametrize("size", SIZES)
def test_a_card_on_the_attract_screen_asks_one_thing_and_signs(kiosk: Page, card: str, size: str, axe: Callable[[Page], list[str]]):
    kiosk.set_viewport_size(dict(zip(("width", "height"), SIZES[size], strict=True)))
    follow(kiosk, "a[href$='/kiosk/card']")
    expect(heading(kiosk)).to_have_text("Pindai kartu anggota Anda")
    assert axe(kiosk) + kiosk.evaluate(TOO_SMALL) == []
    with kiosk.expect_navigation():
        scan(kiosk, card)
    expect(heading(kiosk)).to_contain_text("Selamat datang, Gendis")
    expect(kiosk.locator(".note--warning")).to_have_count(2)
    assert axe(kiosk) + kiosk.evaluate(TOO_SMALL) == []
    assert not kiosk.evaluate("document.documentElement.scrollWidth > innerWidth")
    follow(kiosk, "button[value=read]")
    kiosk.wait_for_url("**/kiosk/search")
    expect(kiosk.locator(".where")).to_contain_text("Gendis Rinjani")


def test_a_card_scanned_in_the_guest_book_takes_the_place_of_writing(kiosk: Page, card: str):
    open_guest_book(kiosk)
    kiosk.fill("#name", "Gen")
    with kiosk.expect_navigation():
        scan(kiosk, card)
    follow(kiosk, "button[value=borrow]")
    kiosk.wait_for_url("**/kiosk/search")


def test_a_class_of_forty_signs_with_four_fields(kiosk: Page, service: Service):
    open_guest_book(kiosk, "research")
    kiosk.fill("#name", f"Wening Dirgantari {next(NUMBERS)}")
    kiosk.fill("#institution", "SMA Negeri 9 Wirasari")
    kiosk.tap("#step-on")
    kiosk.tap("label:has([name=group][value=yes])")
    expect(kiosk.locator("#group_name")).to_be_focused()
    kiosk.fill("#group_name", "Kelas XI IPS 2")
    kiosk.fill("#people", "41")
    follow(kiosk, "#step-on")
    kiosk.wait_for_url("**/kiosk/search")
