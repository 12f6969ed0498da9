"""Pages looked at beside the scan: what is seen on them is kept as flags, and two pages of one sheet are told."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image

from foundation.database import Database
from scanner.devices.port import Mode, Settings, Source
from scanner.devices.simulated import set_fault
from scanner.pages import arranging
from scanner.pages.batches import Page, Purpose
from scanner.pages.inspecting import Inspector
from scanner.station import digitising, overview
from scanner.workshop.findings import MEANINGS, Finding, Flag, Severity
from scanner.workshop.processes import Workshop
from tests import drawn
from tests.integration.scanner.desk import FEEDER, LESTARI, Desk, separator

COPIER = Settings(Source.FEEDER, Mode.GRAY, 150)  # A4: the drawn pages as they are at half their resolution
FINE = Settings(Source.FEEDER, Mode.GRAY, 300)


@pytest.fixture(scope="module")
def workshop() -> Iterator[Workshop]:
    workshop = Workshop()
    yield workshop
    workshop.close()


@pytest.fixture(scope="module")
def texts() -> list[Image.Image]:
    """Four pages that differ, each as it comes out of a scanner."""
    return [drawn.scanned(drawn.text(seed, 150), seed, 0.4) for seed in range(4)]


@pytest.fixture
def desk(database: Database, tmp_path: Path, workshop: Workshop) -> Desk:
    return Desk(database, tmp_path, workshop)


def flags(page: Page) -> list[Flag]:
    """Without the one that every page here has, for its resolution."""
    return [finding.code for finding in overview.findings(page) if finding.code is not Flag.COARSE]


def inspect(desk: Desk, *pages: Page) -> None:
    """Have these looked at, in this order."""
    for page in pages:
        desk.jobs["inspect"](page=page.id)


def test_what_is_seen_on_pages_is_kept_with_them_and_none_is_removed_or_turned(desk):
    good = drawn.scanned(drawn.text(1))
    desk.scan(good, drawn.scanned(drawn.empty()), drawn.scanned(drawn.crooked(drawn.text(2), 4)), good.rotate(180),
              drawn.scanned(drawn.text(3), blur=5), settings=FINE)
    assert desk.look().unseen == 5
    desk.inspect()
    pages = desk.pages()
    assert [flags(page) for page in pages] == [[], [Flag.BLANK], [Flag.SKEWED], [Flag.TURNED], [Flag.BLURRED]]
    assert overview.findings(pages[2])[0].details["degrees"] == 4
    assert [overview.severity(page) for page in pages] == [None, Severity.LOOK, Severity.LOOK, Severity.LOOK, Severity.AGAIN]
    assert [(page.removed_at, page.turned) for page in pages] == [(None, 0)] * 5
    look = desk.look()
    assert (look.unseen, look.tally[None], look.tally[Severity.LOOK], look.tally[Severity.AGAIN]) == (0, 1, 3, 1)
    assert [page.number for page in look.remarkable] == [2, 3, 4, 5]


def test_codes_on_a_page_are_kept_with_it(desk):
    desk.scan("a", separator(7))
    desk.inspect()
    assert [page.codes for page in desk.pages()] == [[], [separator(7)]]


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_of_two_pages_of_one_sheet_the_later_is_flagged_whichever_is_looked_at_first(desk, texts, order):
    desk.scan(texts[0], texts[1], texts[1].rotate(0.5, fillcolor=drawn.PAPER), settings=COPIER)
    pages = desk.pages()
    inspect(desk, *(pages[at] for at in order))
    assert [flags(page) for page in desk.pages()] == [[], [], [Flag.DOUBLED]]
    assert overview.findings(desk.pages()[2])[-1].details["number"] == 2


def test_a_sheet_of_two_sides_that_came_twice_is_told_two_pages_later_and_no_further(desk, texts):
    desk.scan(texts[0], texts[1], texts[0], texts[1], texts[2], texts[3], texts[1], settings=COPIER)
    desk.inspect()
    assert [flags(page) for page in desk.pages()] == [[], [], [Flag.DOUBLED], [Flag.DOUBLED], [], [], []]


def test_neighbours_are_those_of_the_scanner_wherever_pages_were_moved(desk, texts):
    desk.scan(texts[0], texts[0], texts[1], texts[2], texts[3], settings=COPIER)
    first = desk.pages()[0]
    desk.do(arranging.move, first.id, None, LESTARI)
    desk.inspect()
    assert {page.number: flags(page) for page in desk.pages()} == {1: [], 2: [Flag.DOUBLED], 3: [], 4: [], 5: []}


def test_a_page_that_was_removed_is_no_neighbour(desk, texts):
    desk.scan(texts[0], texts[0], settings=COPIER)
    first, second = desk.pages()
    inspect(desk, first)
    desk.do(arranging.remove, first.id, LESTARI)
    inspect(desk, second)
    assert flags(desk.pages()[1]) == []


def test_a_page_that_was_scanned_again_is_not_called_the_same_as_the_old_one(desk, texts):
    desk.scan(texts[0], texts[1], settings=COPIER)
    desk.inspect()
    desk.scan(texts[1], settings=COPIER, purpose=Purpose.REPLACE, target=desk.pages()[1].id)
    desk.inspect()
    assert [flags(page) for page in desk.pages()] == [[], [], []]


def test_a_page_of_another_batch_is_no_neighbour(desk, texts):
    other = desk.open("Lain")
    desk.scan(texts[0], settings=COPIER)
    desk.scan(texts[0], settings=COPIER, batch=other)
    desk.inspect()
    assert [flags(page) for page in [*desk.pages(), *desk.pages(other)]] == [[], []]


def test_blank_pages_are_not_called_the_same(desk):
    desk.scan("a", "a", "a")
    desk.inspect()
    assert [flags(page) for page in desk.pages()] == [[Flag.BLANK]] * 3


def test_a_page_that_could_not_be_looked_at_is_not_called_good(desk):
    desk.scan("a", "b")
    lost, damaged = desk.pages()
    desk.files.path(lost.sha256).unlink()
    desk.files.path(damaged.sha256).chmod(0o600)
    desk.files.path(damaged.sha256).write_bytes(b"\xff\xd8\xff half a page")
    desk.inspect()
    assert [flags(page) for page in desk.pages()] == [[Flag.UNSEEN], [Flag.UNSEEN]]
    assert MEANINGS[Flag.UNSEEN].sentence == "The page could not be checked."
    look = desk.look()
    assert (look.unseen, look.tally[None], look.tally[Severity.LOOK]) == (0, 0, 2)


def test_a_page_that_is_gone_before_or_while_it_is_looked_at_needs_nothing(desk, workshop):
    desk.scan("a", "b", "c")
    before, meanwhile, _ = desk.pages()

    def gone(path, dpi):
        desk.do(digitising.close, desk.batch, LESTARI)
        return workshop.examine(path, dpi)
    desk.do(arranging.remove, before.id, LESTARI)
    desk.do(arranging.remove, meanwhile.id, LESTARI)
    Inspector(desk.database, desk.files, gone).inspect(meanwhile.id)
    assert [desk.name(page) for page in desk.pages()] == ["c"]
    desk.inspect()
    assert [page.examined_at is not None for page in desk.pages()] == [True]


def test_looking_twice_at_pages_says_everything_once(desk, texts):
    desk.scan(texts[0], texts[0], texts[1].rotate(180), settings=COPIER)
    desk.inspect()
    seen = [page.findings for page in desk.pages()]
    assert [flags(page) for page in desk.pages()] == [[], [Flag.DOUBLED], [Flag.TURNED]]
    inspect(desk, *desk.pages(), *reversed(desk.pages()))
    assert [page.findings for page in desk.pages()] == seen


def test_pages_are_looked_at_while_the_scan_goes_on(desk):
    desk.lay("abcdefgh")
    set_fault(desk.stack, "slow")
    run = desk.do(digitising.scan, desk.batch, FEEDER, LESTARI)
    scan = threading.Thread(target=desk.work, args=(run,))
    scan.start()
    wait_until(lambda: len(desk.pages()) >= 2)
    desk.inspect()
    look = desk.look()
    assert (look.going, look.pages[0].examined_at is not None) == (True, True)
    desk.do(digitising.cancel, run.id, LESTARI)
    scan.join(20)
    assert not desk.look().going


def wait_until(true: Callable[[], bool]) -> None:
    limit = time.monotonic() + 20
    while not true():
        assert time.monotonic() < limit
        time.sleep(0.05)


def test_every_flag_can_be_said(desk):
    assert set(MEANINGS) == set(Flag)
    details = {"degrees": 1, "distance": 2, "dpi": 3, "turn": 90, "number": 1}
    assert all(Finding(flag, details).sentence % details for flag in Flag)


def test_a_person_has_the_last_word_on_a_page(desk):
    desk.scan(drawn.scanned(drawn.text(1, 150)).rotate(180), settings=COPIER)
    desk.inspect()
    page = desk.pages()[0]
    assert (page.upright, overview.severity(page)) == (180, Severity.AGAIN)
    page = desk.do(arranging.accept, page.id, True, LESTARI)
    assert (page.upright, overview.severity(page), bool(page.findings)) == (0, None, True)
    page = desk.do(arranging.accept, page.id, False, LESTARI)
    assert (page.upright, overview.severity(page)) == (180, Severity.AGAIN)
