"""A digital copy at the kiosk: opened with a finger, turned page by page, made larger, and left again."""

import io
from collections.abc import Callable, Iterator

import pikepdf
import pytest
from playwright.sync_api import Page, expect

from foundation.people import Actor, Role
from kiosk.shelves import attaching
from tests.e2e.visitor.conftest import Service, follow
from tests.e2e.visitor.test_screens import SIZES, TOO_SMALL

OFFICER = Actor("Sari Pangestuti", frozenset({Role.OFFICER}))
PAGES = 3


@pytest.fixture
def address(service: Service) -> Iterator[str]:
    """A title's page at the kiosk, whose digital copy has three pages."""
    made = pikepdf.new()
    for _ in range(PAGES):
        made.add_blank_page(page_size=(595, 842))
    made.save(out := io.BytesIO())
    wired = service.app.extensions["wiring"]
    digital = wired.files.put(io.BytesIO(out.getvalue()))
    with service.database.transaction() as session:
        title = service.a_title(session)
        attaching.set_digital(session, title.id, OFFICER, digital=digital, pages=PAGES)
    yield f"/kiosk/title/{title.id}"
    wired.workshop.close()


def is_drawn(page: Page) -> bool:
    return page.evaluate("document.querySelector('.leaf').complete && document.querySelector('.leaf').naturalHeight == 2400")


def test_a_digital_copy_is_read_with_a_finger(kiosk: Page, address: str) -> None:
    kiosk.goto(address)
    follow(kiosk, ".read-digital")
    expect(kiosk.locator(".leaf")).to_have_attribute("alt", "Halaman 1 dari 3")
    kiosk.wait_for_load_state("load")
    assert is_drawn(kiosk)
    for number in (2, 3):
        follow(kiosk, ".turn a.button--primary")
        expect(kiosk.locator(".turn b")).to_have_text(f"Halaman {number} dari 3")
    expect(kiosk.locator(".turn a.button--primary")).to_have_count(0)  # the last page
    narrow = kiosk.locator(".leaf").bounding_box()["width"]
    follow(kiosk, ".beside a >> nth=2")
    assert kiosk.locator(".leaf").bounding_box()["width"] > narrow * 1.5
    follow(kiosk, ".beside a >> nth=0")
    assert kiosk.url.partition("?")[0].endswith(address)


def test_a_reader_is_asked_later_and_the_screen_is_wiped_all_the_same(service: Service, kiosk: Page, address: str) -> None:
    kiosk.goto(address)
    usual = float(kiosk.evaluate("document.body.dataset.idle"))
    follow(kiosk, ".read-digital")
    assert float(kiosk.evaluate("document.body.dataset.idle")) == usual * 4
    kiosk.clock.install()
    kiosk.reload()
    kiosk.clock.run_for(usual * 4 * 1000 + 2000)
    expect(kiosk.locator("#idle")).to_be_visible()


@pytest.mark.parametrize("size", SIZES)
def test_the_page_of_a_digital_copy_is_accessible_at_every_size(kiosk: Page, address: str, size: str,
                                                                axe: Callable[[Page], list[str]]) -> None:
    kiosk.set_viewport_size(dict(zip(("width", "height"), SIZES[size], strict=True)))
    kiosk.goto(address)
    assert not axe(kiosk)
    assert not kiosk.evaluate(TOO_SMALL)
    follow(kiosk, ".read-digital")
    for _ in range(2):
        assert not axe(kiosk)
        assert not kiosk.evaluate(TOO_SMALL)
        assert not kiosk.evaluate("document.documentElement.scrollWidth > innerWidth")
        follow(kiosk, ".beside a >> nth=2")
    follow(kiosk, "#other-form")
    assert kiosk.locator(".leaf").count() == 0
    assert not axe(kiosk)
    assert not kiosk.evaluate(TOO_SMALL)
    assert not kiosk.evaluate("document.documentElement.scrollWidth > innerWidth")
