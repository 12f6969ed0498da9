"""A screen that was left: it asks, counts down and forgets, whatever is open and whether or not the server answers."""

import re

from playwright.sync_api import Page, expect

from tests.e2e.visitor.conftest import Service, follow, open_guest_book, sign


def test_an_idle_screen_asks_and_then_forgets_everything(kiosk: Page):
    kiosk.clock.install()
    sign(kiosk)
    kiosk.wait_for_url("**/kiosk/search")
    kiosk.clock.run_for(61_000)
    expect(kiosk.locator("#idle")).to_be_visible()
    expect(kiosk.locator("#idle-count")).to_have_text(re.compile(r"(2\d|30)"))
    kiosk.tap("#idle-stay")
    expect(kiosk.locator("#idle")).to_be_hidden()
    kiosk.clock.run_for(91_000)
    kiosk.wait_for_url("**/kiosk")
    kiosk.go_back()
    assert "Ratna" not in kiosk.content()


def test_the_wipe_reaches_behind_an_open_popover(kiosk: Page):
    kiosk.clock.install()
    follow(kiosk, ".tile.first")
    kiosk.tap("[popovertarget=look]")
    kiosk.clock.run_for(92_000)
    kiosk.wait_for_url("**/kiosk")


def test_the_attract_screen_stays(kiosk: Page):
    kiosk.clock.install()
    kiosk.reload()
    kiosk.clock.run_for(600_000)
    expect(kiosk.locator("#idle")).to_be_hidden()
    expect(kiosk.locator(".tile.first")).to_be_visible()


def test_without_a_network_what_was_typed_stays_and_can_be_sent_again(kiosk: Page):
    open_guest_book(kiosk, "read", "media")
    kiosk.fill("#name", "Ratna Widyaningsih")
    kiosk.fill("#institution", "Umum")
    kiosk.tap("#step-on")
    kiosk.context.set_offline(True)
    kiosk.tap("#step-on")
    expect(kiosk.locator("#offline")).to_be_visible()
    expect(kiosk.locator("#name")).to_have_value("Ratna Widyaningsih")
    kiosk.context.set_offline(False)
    kiosk.tap("#step-on")
    kiosk.wait_for_url("**/kiosk/search")


def test_without_a_network_the_idle_screen_is_still_emptied(kiosk: Page):
    kiosk.clock.install()
    sign(kiosk)
    kiosk.wait_for_url("**/kiosk/search")
    kiosk.context.set_offline(True)
    kiosk.clock.run_for(92_000)
    expect(kiosk.locator("#offline")).to_be_visible()
    assert "Ratna" not in kiosk.locator("body").inner_text()
    kiosk.context.set_offline(False)
    kiosk.clock.run_for(4_000)
    kiosk.wait_for_url("**/kiosk")


def test_the_thank_you_closes_by_itself(kiosk: Page, service: Service):
    kiosk.clock.install()
    sign(kiosk)
    kiosk.wait_for_url("**/kiosk/search")
    kiosk.goto("/kiosk/finish")
    follow(kiosk, "button[value=home]")
    kiosk.clock.run_for(21_000)
    kiosk.wait_for_url("**/kiosk")
