"""Every screen of the kiosk, at every size: reachable, readable, big enough for a finger, and light to load."""

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Request

from tests.e2e.visitor.conftest import Service, follow, scan

SIZES = {"portrait": (1080, 1920), "landscape": (1280, 800), "small portrait": (800, 1280)}
TOO_SMALL = """() => [...document.querySelectorAll("a[href], button, summary, label.chip, label.pick, input:not([type=hidden])")]
  .filter(it => it.checkVisibility() && it.getBoundingClientRect().width && !(it.matches("input") && it.closest("label")))
  .filter(it => Math.min(it.getBoundingClientRect().width, it.getBoundingClientRect().height) < 63.5)
  .map(it => it.outerHTML.slice(0, 120))"""
BUDGET = 120_000   # bytes over the wire
REQUESTS = 10


@pytest.mark.parametrize("size", SIZES)
def test_every_screen_is_accessible_and_big_enough_for_a_finger(kiosk: Page, service: Service, size: str,
                                                                axe: Callable[[Page], list[str]]):
    wrong: list[str] = []

    def look(name: str) -> None:
        kiosk.wait_for_load_state()
        wrong.extend(f"{name}: {problem}" for problem in axe(kiosk))
        wrong.extend(f"{name}: too small: {it}" for it in kiosk.evaluate(TOO_SMALL))
        if kiosk.evaluate("document.documentElement.scrollWidth > innerWidth"):
            wrong.append(f"{name}: scrolls sideways")

    kiosk.set_viewport_size(dict(zip(("width", "height"), SIZES[size], strict=True)))
    look("attract")
    kiosk.tap("[popovertarget=look]")
    look("text and contrast")
    kiosk.keyboard.press("Escape")
    follow(kiosk, ".tile.first")
    kiosk.tap("summary")
    look("notice")
    follow(kiosk, "a.button--primary")
    look("purpose")
    kiosk.tap("#step-on")
    look("purpose, nothing chosen")
    kiosk.tap("label:has([name=purpose][value=other])")
    kiosk.tap("label:has([name=category][value=public])")
    kiosk.tap("#step-on")
    kiosk.fill("#name", f"{size} " + "Panjang " * 11)
    kiosk.tap("#institution")
    look("name")
    kiosk.tap("[data-fill]:last-child")
    kiosk.tap("#step-on")
    kiosk.tap("label:has([name=group][value=yes])")
    kiosk.fill("#people", "2")
    kiosk.fill("#women", "3")
    follow(kiosk, "#step-on")
    look("group, wrong")
    kiosk.fill("#women", "1")
    service.set_office(officer_admits=True)
    follow(kiosk, "#step-on")
    look("waiting")
    service.admit()
    kiosk.wait_for_url("**/kiosk/search", timeout=8000)
    look("search")
    kiosk.fill("#q", "zzzzqqqq")
    kiosk.wait_for_selector(".nothing")
    look("nothing found")
    with service.database.reading() as session:
        title = service.a_title(session)
    kiosk.goto(f"/kiosk/title/{title.id}")
    look("title")
    follow(kiosk, "form[action$='/basket/add'] button")
    look("basket")
    follow(kiosk, "form[action$='/borrow'] button")
    look("requested")
    service.hand_over()
    kiosk.wait_for_selector(".slip-number", timeout=8000)
    look("handed over")
    kiosk.goto("/kiosk/finish")
    look("finish")
    follow(kiosk, "button[value=home]")
    look("thanks")
    kiosk.goto("/kiosk/return")
    look("return")
    kiosk.tap("#code")
    look("return, number keyboard")
    scan(kiosk, service.lend()[0])
    kiosk.wait_for_selector(".pick")
    look("returning")
    kiosk.goto("/kiosk/nowhere")
    look("refused")
    assert not wrong, "\n".join(wrong)


def test_the_first_load_is_light_and_asks_nobody_else(kiosk: Page, service: Service):
    asked: list[Request] = []
    cold = kiosk.context
    cold.clear_cookies(name="loket_visitor")
    page = cold.new_page()
    page.on("requestfinished", lambda request: asked.append(request))
    session = cold.new_cdp_session(page)
    session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    page.goto("/kiosk")
    page.wait_for_load_state("networkidle")
    weight = sum(sum(request.sizes()[part] for part in ("responseBodySize", "responseHeadersSize")) for request in asked)
    assert {urlsplit(request.url).netloc for request in asked if request.url.startswith("http")} == {urlsplit(service.url).netloc}
    assert len([request for request in asked if request.url.startswith("http")]) <= REQUESTS
    assert weight <= BUDGET


def test_large_text_in_high_contrast_still_fits(kiosk: Page):
    for setting in ("[name=text][value=large]", "[name=contrast][value=high]"):
        kiosk.tap("[popovertarget=look]")
        follow(kiosk, setting)
    assert kiosk.locator("html").get_attribute("data-text") == "large"
    assert kiosk.locator("html").get_attribute("data-contrast") == "high"
    kiosk.set_viewport_size({"width": 800, "height": 1280})
    assert not kiosk.evaluate("document.documentElement.scrollWidth > innerWidth")
