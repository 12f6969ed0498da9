"""The survey by touch: after the one-tap rating, one question on each screen, and nothing left behind."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect

from kiosk.reporting.surveys import Answer
from tests.e2e.visitor.conftest import Service, follow, heading
from tests.e2e.visitor.test_screens import SIZES, TOO_SMALL


@pytest.fixture
def offered(kiosk: Page) -> Page:
    """The thank-you after the one-tap rating, while the demo's survey is open."""
    kiosk.goto("/kiosk/finish")
    follow(kiosk, "button[value=home]")
    follow(kiosk, ".face:last-child")
    return kiosk


def newest(service: Service) -> list[int | None]:
    with service.database.reading() as session:
        return session.scalars(sa.select(Answer.scores).order_by(Answer.id.desc())).first()


def test_nine_taps_fill_the_survey_in_and_the_faces_never_move(offered: Page, service: Service):
    follow(offered, ".rating .button--primary")
    places = set()
    for number in range(1, 10):
        expect(offered.get_by_text(f"Pertanyaan {number} dari 9")).to_be_visible()
        places.add(tuple(offered.locator(".face:nth-child(3)").bounding_box().values()))
        follow(offered, ".face:nth-child(3)")
    assert len(places) == 1
    expect(heading(offered)).to_have_text("Terima kasih")
    assert newest(service) == [3] * 9
    follow(offered, ".skip button")
    offered.wait_for_url("**/kiosk")
    offered.go_back()
    assert "Pertanyaan" not in offered.content()


def test_a_question_is_skipped_gone_back_to_and_the_survey_left(offered: Page, service: Service):
    follow(offered, ".rating .button--primary")
    follow(offered, ".face:nth-child(1)")
    follow(offered, "button[value=skip]")
    follow(offered, "button[value=back]")
    follow(offered, "button[value=back]")
    expect(offered.locator(".face[aria-pressed=true]")).to_have_text("Tidak baik")
    follow(offered, ".face:nth-child(2)")
    follow(offered, "button[value=stop]")
    expect(heading(offered)).to_have_text("Terima kasih")
    assert newest(service) == [2, *[None] * 8]


@pytest.mark.parametrize("size", SIZES)
def test_every_screen_of_the_survey_is_accessible_and_big_enough_for_a_finger(offered: Page, size: str, axe: Callable[[Page], list[str]]):
    offered.set_viewport_size(dict(zip(("width", "height"), SIZES[size], strict=True)))
    for step in (".rating .button--primary", ".face:nth-child(4)", "button[value=back]", "button[value=stop]", None):
        assert axe(offered) == []
        assert offered.evaluate(TOO_SMALL) == []
        assert not offered.evaluate("document.documentElement.scrollWidth > innerWidth")
        if step:
            follow(offered, step)
