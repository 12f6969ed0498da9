"""The visitor's way through the kiosk, by touch, from the first tap to the wiped screen."""

import re

from playwright.sync_api import Page, expect

from foundation.stations import Station
from kiosk.borrowing import lending
from kiosk.ledger.loans import LoanState
from printer import printouts
from tests.e2e.visitor.conftest import OFFICER, Service, follow, heading, open_guest_book, sign


def test_a_visitor_signs_searches_borrows_and_leaves_a_wiped_screen(kiosk: Page, service: Service):
    sign(kiosk)
    kiosk.wait_for_url("**/kiosk/search")
    kiosk.fill("#q", "keputusan")
    kiosk.tap("label:has([name=free])")
    expect(kiosk.locator(".results .row").first).to_be_visible()
    kiosk.tap("label:has([value=decision])")
    kiosk.locator(".results .row").first.tap()
    follow(kiosk, "form[action$='/basket/add'] button")
    follow(kiosk, "form[action$='/borrow'] button")
    expect(heading(kiosk)).to_have_text("Petugas sedang menyiapkan")
    expect(kiosk.locator(".call")).to_have_text(re.compile(r"A-\d\d"))
    service.hand_over()
    expect(heading(kiosk)).to_have_text("Sudah diserahkan. Selamat membaca!", timeout=8000)  # the screen asks every two seconds
    expect(kiosk.locator(".slip-number")).to_have_text(re.compile(r"20\d\d-\d{5}-\d{4}"))
    follow(kiosk, "a:has-text('Selesai')")
    follow(kiosk, "button[value=home]")
    expect(heading(kiosk)).to_have_text("Terima kasih")
    assert "Ratna" not in kiosk.content()
    follow(kiosk, ".face:last-child")
    follow(kiosk, ".skip button")
    kiosk.wait_for_url("**/kiosk")
    assert "Ratna" not in kiosk.content()


def test_back_shows_nothing_of_the_visitor_before(guest: Page):
    guest.fill("#q", "pemilihan")
    guest.wait_for_url("**q=pemilihan**")
    follow(guest, ".results li:first-child .row")
    guest.goto("/kiosk/finish")
    follow(guest, "button[value=stay]")
    follow(guest, ".skip button")
    guest.wait_for_url("**/kiosk")
    for _ in range(4):
        guest.go_back()
        assert "Ratna" not in guest.content()
        assert "pemilihan" not in guest.content()


def test_the_officer_lets_the_visitor_in_and_the_screen_goes_on_by_itself(kiosk: Page, service: Service):
    service.set_office(officer_admits=True)
    sign(kiosk)
    expect(heading(kiosk)).to_have_text("Terima kasih, buku tamu sudah terisi")
    service.admit()
    kiosk.wait_for_url("**/kiosk/search", timeout=8000)


def test_two_taps_and_a_refresh_are_one_loan(guest: Page, service: Service):
    with service.database.reading() as session:
        title = service.a_title(session)
    guest.goto(f"/kiosk/title/{title.id}")
    follow(guest, "form[action$='/basket/add'] button")
    before = service.loans()
    token = guest.locator("form[action$='/borrow'] [name=csrf_token]").input_value()
    for _ in range(2):
        assert guest.request.post("/kiosk/borrow", form={"csrf_token": token}, headers={"Referer": guest.url}).ok
    guest.goto("/kiosk/loan")
    guest.reload()
    assert service.loans() == before + 1


def test_a_hasty_second_tap_sends_nothing_again(guest: Page):
    guest.goto("/kiosk/finish")
    follow(guest, "button[value=home]")
    sent: list[str] = []
    guest.route("**/kiosk/rate", lambda route: sent.append(route.request.url))  # and no answer yet
    face = guest.locator(".face:last-child").bounding_box()
    with guest.expect_request("**/kiosk/rate"):
        guest.touchscreen.tap(face["x"] + 40, face["y"] + 40)
    guest.touchscreen.tap(face["x"] + 40, face["y"] + 40)
    guest.wait_for_timeout(300)  # longer than the question that goes before a tap is followed
    assert len(sent) == 1


def test_a_full_basket_scrolls_and_hides_nothing(guest: Page, service: Service):
    with service.database.reading() as session:
        titles = [service.a_title(session) for _ in range(6)]
    for title in titles:
        guest.goto(f"/kiosk/title/{title.id}")
        follow(guest, "form[action$='/basket/add'] button")
    guest.set_viewport_size({"width": 800, "height": 1280})
    assert guest.evaluate("(list => list.scrollHeight <= list.clientHeight + 2)(document.querySelector('.list'))")
    guest.locator(".basket-row button").last.scroll_into_view_if_needed()
    expect(guest.locator(".basket-row button").last).to_be_in_viewport(ratio=1)


def test_the_screen_follows_the_slip_that_the_officer_prints_once_more(guest: Page, borrow_one, service: Service):
    borrow_one(guest)
    loan = service.hand_over()
    expect(guest.locator(".note")).to_contain_text("Slip kertas belum ada.", timeout=8000)
    with service.database.transaction() as session:
        station = session.get_one(Station, loan.station_id)
        printouts.queue(session, "slip", f"loan:{loan.id}", station, b"the slip").state = printouts.PrintoutState.PRINTED
    expect(guest.locator(".note")).to_contain_text("Slip sudah tercetak.", timeout=8000)


def test_a_request_can_be_taken_back(guest: Page, borrow_one, service: Service):
    borrow_one(guest)
    follow(guest, "form[action$='/loan/cancel'] button")
    expect(heading(guest)).to_have_text("Permintaan ini dibatalkan")
    assert service.newest_loan().state is LoanState.CANCELLED


def test_going_home_takes_back_what_was_not_handed_over(guest: Page, borrow_one, service: Service):
    borrow_one(guest)
    follow(guest, "a:has-text('Selesai')")
    expect(guest.locator(".note")).to_contain_text("masih menunggu")
    follow(guest, "button[value=home]")
    expect(heading(guest)).to_have_text("Terima kasih")
    assert service.newest_loan().state is LoanState.CANCELLED


def test_every_reason_stands_on_the_basket_with_its_next_step(guest: Page, service: Service):
    service.set_office(borrower_limit=1)
    with service.database.reading() as session:
        titles = [service.a_title(session) for _ in range(3)]
    for title in titles:
        guest.goto(f"/kiosk/title/{title.id}")
        follow(guest, "form[action$='/basket/add'] button")
    expect(guest.locator(".note--warning")).to_have_count(2)
    expect(guest.locator("[aria-disabled=true]")).to_be_visible()
    for _ in range(2):
        follow(guest, "li:first-child form[action$='/remove'] button")
    expect(guest.locator(".note--warning")).to_have_count(0)
    expect(guest.locator("form[action$='/borrow'] button")).to_be_visible()


def test_searching_needs_no_name_and_borrowing_comes_back_to_the_basket(kiosk: Page, service: Service):
    follow(kiosk, "a.tile[href$='/search']")
    with service.database.reading() as session:
        title = service.a_title(session)
    kiosk.goto(f"/kiosk/title/{title.id}")
    follow(kiosk, "form[action$='/basket/add'] button")
    follow(kiosk, "form[action$='/start'] button")
    kiosk.tap("a[href$='/guest-book']")
    kiosk.tap("label:has([name=purpose][value=borrow])")
    kiosk.tap("label:has([name=category][value=public])")
    kiosk.tap("#step-on")
    kiosk.fill("#name", "Bayu Pradipta")
    kiosk.tap("[data-fill]:last-child")
    kiosk.tap("#step-on")
    kiosk.tap("#step-on")
    kiosk.wait_for_url("**/kiosk/basket")
    expect(kiosk.locator(".basket-row")).to_contain_text(title.title[:40])


def test_reading_here_is_one_tap(guest: Page, service: Service):
    with service.database.reading() as session:
        title = service.a_title(session)
    guest.goto(f"/kiosk/title/{title.id}")
    follow(guest, "form[action*='/read'] button")
    expect(guest.locator(".said")).to_contain_text("Tercatat: dibaca di tempat")


def test_results_come_back_where_they_were_left(guest: Page):
    guest.fill("#q", "pemilihan")
    guest.wait_for_url("**q=pemilihan**")
    row = guest.locator(".results li[id]").nth(9)
    name = row.get_attribute("id")
    row.scroll_into_view_if_needed()
    row.locator("a").tap()
    follow(guest, "a:has-text('Kembali ke hasil')")
    expect(guest.locator("#q")).to_have_value("pemilihan")
    expect(guest.locator(f"#{name}")).to_be_in_viewport()


def test_in_a_self_service_office_the_kiosk_lends_by_itself(guest: Page, borrow_one, service: Service):
    service.set_office(self_service=True)
    borrow_one(guest)
    expect(heading(guest)).to_have_text("Sudah diserahkan. Selamat membaca!")
    expect(guest.locator("main")).not_to_contain_text("meja petugas")
    assert service.newest_loan().state is LoanState.ON_LOAN


def test_the_whole_kiosk_speaks_english(kiosk: Page):
    follow(kiosk, "button[value=en]")
    expect(kiosk.locator("h1")).to_have_text("Welcome")
    sign(kiosk)
    kiosk.wait_for_url("**/kiosk/search")
    follow(kiosk, "a:has-text('Finish')")
    expect(heading(kiosk)).to_have_text("Are you going home?")


def test_what_was_typed_survives_a_change_of_language(kiosk: Page):
    open_guest_book(kiosk, "read", "media")
    kiosk.fill("#name", "Ratna Widyaningsih")
    follow(kiosk, "button[value=en]")
    expect(kiosk.locator(".step.is-now h1")).to_have_text("What is your name?")
    expect(kiosk.locator("#name")).to_have_value("Ratna Widyaningsih")
    expect(kiosk.locator("[name=purpose][value=read]")).to_be_checked()
    kiosk.tap("[data-skbtn='a']")
    expect(kiosk.locator("#name")).to_have_value("Ratna Widyaningsiha")  # and goes on where it was left


def test_the_guest_book_is_one_form_without_javascript(new_context, service: Service):
    page = new_context(java_script_enabled=False).new_page()
    page.goto(f"/kiosk/enrol/{service.new_station()}")
    page.click(".tile.first")
    page.click("a[href$='/guest-book']")
    page.click("label:has([name=purpose][value=read])")
    page.click("label:has([name=category][value=public])")
    page.fill("#name", "R")
    page.fill("#institution", "Umum")
    page.click("#step-on")
    expect(page.locator("#name-wrong")).to_be_visible()
    expect(page.locator("#institution")).to_have_value("Umum")
    page.fill("#name", "Ratna")
    page.click("#step-on")
    page.wait_for_url("**/kiosk/search")
    page.fill("#q", "arsip")
    page.press("#q", "Enter")
    expect(page.locator(".results .row").first).to_be_visible()


def test_strange_names_are_shown_as_they_are_and_do_nothing(kiosk: Page):
    sign(kiosk, name="<script>alert(1)</script> \u202eanalab 🙂 O'Brien")
    kiosk.wait_for_url("**/kiosk/search")
    expect(kiosk.locator(".where bdi")).to_have_text("<script>alert(1)</script> analab 🙂 O'Brien")


def test_a_form_that_is_far_too_long_is_refused_with_a_sentence(kiosk: Page):
    open_guest_book(kiosk)
    token = kiosk.locator("#guest [name=csrf_token]").input_value()
    answer = kiosk.request.post("/kiosk/guest-book", form={"csrf_token": token, "name": "x" * 2**20}, headers={"Referer": kiosk.url})
    assert answer.status == 422
    assert "Terlalu panjang; mohon dipersingkat." in answer.text()


def test_the_keyboard_on_the_screen_writes_names_with_capitals_and_numbers(kiosk: Page):
    open_guest_book(kiosk, "read", "media")
    for key in ("R", "a", "x", "{back}", "n", "{space}", "W", "i"):
        kiosk.tap(f"[data-skbtn='{key}']")
    expect(kiosk.locator("#name")).to_have_value("Ran Wi")
    kiosk.tap("[data-skbtn='{clear}']")
    expect(kiosk.locator("#name")).to_have_value("")
    kiosk.tap("[data-skbtn='{signs}']")
    kiosk.tap("[data-skbtn='7']")
    expect(kiosk.locator("#name")).to_have_value("7")
    kiosk.tap("[data-skbtn='{hide}']")
    expect(kiosk.locator("#keyboard")).to_be_hidden()


def test_help_is_called_once_however_often_it_is_tapped(guest: Page, service: Service):
    for _ in range(2):
        follow(guest, "button:has-text('Panggil petugas')")
        expect(guest.locator(".said")).to_contain_text("Petugas akan datang")


def test_an_unregistered_screen_says_what_to_do(page: Page):
    page.goto("/kiosk")
    expect(heading(page)).to_have_text("Layar ini belum didaftarkan.")
    page.goto("/kiosk/enrol/nonsense")
    expect(heading(page)).to_have_text("Undangan ini sudah tidak berlaku.")


def test_the_loan_of_somebody_else_cannot_be_looked_at(guest: Page, service: Service):
    service.lend()
    guest.goto("/kiosk/loan")
    guest.wait_for_url("**/kiosk/search")


def test_the_screen_says_when_the_officer_took_the_request_back(guest: Page, borrow_one, service: Service):
    borrow_one(guest)
    with service.database.transaction() as session:
        lending.cancel(session, service.newest_loan().id, OFFICER)
    expect(heading(guest)).to_have_text("Permintaan ini dibatalkan", timeout=8000)
