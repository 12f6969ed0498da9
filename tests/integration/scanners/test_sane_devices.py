"""Both ways through SANE, with its own test device and its device that reads a picture: every status, and real dots."""

import os
import signal
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageDraw

from scanner.devices.connect import open_scanner
from scanner.devices.port import Identity, Mode, PageFile, Patience, Settings, Source
from scanner.devices.troubles import (
    BadPage,
    Busy,
    CoverOpen,
    Crashed,
    Denied,
    DriverMissing,
    FeederEmpty,
    Offline,
    PaperJam,
    Stalled,
    WrongSettings,
)
from tests.integration.scanners.conftest import FEEDER
from tests.integration.scanners.scanner_contract import QUICK, scan

A4_GRAY = replace(FEEDER, dpi=300)


@pytest.fixture(params=["sane", "scanimage"])
def scheme(request, sane):
    sane("test")
    return request.param


@pytest.fixture
def opened(scheme):
    return lambda options="", patience=QUICK: open_scanner(f"{scheme}://test:0{options}", patience)


def test_its_own_names_are_told_beside_ours(opened):
    options = opened().options()
    assert options.sources == {Source.FLATBED: "Flatbed", Source.FEEDER: "Automatic Document Feeder"}
    assert (options.resolutions, options.largest[Source.FEEDER]) == (range(1, 1201), (360, 360))
    assert opened().identify() == Identity("Noname", "frontend-tester")


@pytest.mark.parametrize("mode", list(Mode))
def test_ten_sheets_are_ten_whole_pages_in_every_colour(opened, out, mode):
    pages, trouble = scan(opened(), out, replace(A4_GRAY, mode=mode))
    assert ([page.number for page in pages], trouble) == (list(range(1, 11)), None)
    assert {(page.width_px, page.height_px, page.mode) for page in pages} == {(2480, 3507, mode)}


@pytest.mark.parametrize(("status", "kind"), [
    ("JAMMED", PaperJam), ("COVER_OPEN", CoverOpen), ("DEVICE_BUSY", Busy), ("ACCESS_DENIED", Denied), ("NO_DOCS", FeederEmpty),
    ("IO_ERROR", Offline), ("NO_MEM", Crashed), ("INVAL", WrongSettings), ("UNSUPPORTED", WrongSettings), ("EOF", BadPage),
    ("CANCELLED", Stalled)])
def test_every_status_has_its_kind(opened, out, status, kind):
    pages, trouble = scan(opened(f"#read-return-value=SANE_STATUS_{status}"), out)
    assert (pages, type(trouble), list(out.iterdir())) == ([], kind, []), trouble.said
    assert status == "EOF" or trouble.said  # what the driver said is kept for the log


@pytest.mark.parametrize("options", ["#read-limit=yes&read-limit-size=1000", "#fuzzy-parameters=yes", "#non-blocking=yes",
                                     "#select-fd=yes"])
def test_odd_ways_of_giving_the_same_page_make_no_difference(opened, out, options):
    pages, trouble = scan(opened("#test-picture=Color pattern"), out / "plain", replace(FEEDER, mode=Mode.COLOR, sheets=1))
    odd, trouble = scan(opened(f"{options}&test-picture=Color pattern"), out / "odd", replace(FEEDER, mode=Mode.COLOR, sheets=1))
    assert trouble is None
    with Image.open(pages[0].path) as plain, Image.open(odd[0].path) as other:
        assert ImageChops.difference(plain, other).getbbox() is None


def test_a_picture_that_comes_in_three_colours_one_after_the_other_is_no_gray_page(sane, out):
    """pyinsane2 by itself takes the red one for a gray page."""
    sane("test")
    pages, trouble = scan(open_scanner("sane://test:0#three-pass=yes", QUICK), out, replace(FEEDER, mode=Mode.COLOR))
    assert (pages, type(trouble)) == ([], WrongSettings)


def test_a_device_that_lies_about_its_size_is_found_out(opened, out):
    pages, trouble = scan(opened("#hand-scanner=yes"), out)
    assert (pages, type(trouble)) == ([], BadPage)
    assert "620 × 877" in str(trouble)


def test_a_device_that_is_too_small_says_how_large_it_is(scheme, sane, out):
    conf = sane("test") / "test.conf"
    conf.write_text(conf.read_text().replace("geometry_max 360.0", "geometry_max 200.0").replace("br_x 210", "br_x 200")
                    .replace("br_y 297", "br_y 200"))
    pages, trouble = scan(open_scanner(f"{scheme}://test:0"), out)
    assert (pages, str(trouble)) == ([], "The page is too large for this scanner. Its largest is 200 × 200 mm.")


@pytest.mark.parametrize(("address", "kind"), [("test:9", Offline), ("nosuch:0", Offline), ("test:0#nosuch=1", WrongSettings),
                                               ("test:0#test-picture=nosuch", WrongSettings)])
def test_what_cannot_be_opened_or_set(scheme, out, address, kind):
    pages, trouble = scan(open_scanner(f"{scheme}://{address}"), out)
    assert (pages, type(trouble)) == ([], kind), trouble.said


def _driver() -> int:
    """The process that scans for us."""
    for process in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((process / "stat").read_text().rsplit(")", 1)[1].split()[1])
            command = (process / "cmdline").read_bytes()
        except (OSError, ValueError):
            continue
        if parent == os.getpid() and (b"--batch=" in command or b"\0scan\0" in command):
            return int(process.name)
    raise AssertionError("no driver runs")


def test_a_driver_that_crashes_loses_no_finished_page(opened, out):
    pages, troubles = [], []
    try:
        for event in opened("#read-delay=yes&read-delay-duration=200000").scan(FEEDER, out):
            if isinstance(event, PageFile):
                pages.append(event)
                if event.number == 2:
                    os.kill(_driver(), signal.SIGSEGV)
    except Crashed as trouble:
        troubles.append(trouble)
    assert (len(troubles), [page.number for page in pages] in ([1, 2], [1, 2, 3])) == (1, True)
    assert sorted(out.iterdir()) == [page.path for page in pages]


def test_a_driver_that_stops_is_ended(opened, out):
    pages = []
    with pytest.raises(Stalled):
        for event in opened("#read-delay=yes&read-delay-duration=200000", Patience(5, 1)).scan(FEEDER, out):
            if isinstance(event, PageFile):
                pages.append(event.path)
                stopped = _driver()
                os.kill(stopped, signal.SIGSTOP)  # deaf to everything but SIGKILL
    assert sorted(out.iterdir()) == pages
    assert not Path(f"/proc/{stopped}").exists()


def test_a_page_that_is_cancelled_halfway_is_no_page(opened, out):
    scanner = opened("#read-delay=yes&read-delay-duration=200000")
    threading.Timer(1.0, scanner.cancel).start()
    begun = time.monotonic()
    assert scan(scanner, out, A4_GRAY) == ([], None)
    assert time.monotonic() - begun < 15  # the page would take 27 seconds
    assert list(out.iterdir()) == []


def _page() -> Image.Image:
    page = Image.new("RGB", (2480, 3508), "white")
    pen = ImageDraw.Draw(page)
    for step in range(40):
        pen.line((100, 100 + 80 * step, 2300, 140 + 77 * step), (step * 6, 30, 255 - step * 6), 5)
    return page


@pytest.mark.parametrize(("mode", "suffix"), [("RGB", "ppm"), ("L", "pgm"), ("1", "pbm")])
def test_every_dot_of_a_real_page_arrives(scheme, sane, tmp_path, out, mode, suffix):
    sane("pnm")
    original = _page().convert(mode)
    original.save(tmp_path / f"page.{suffix}")
    scanner = open_scanner(f"{scheme}://pnm:0#filename={tmp_path}/page.{suffix}", QUICK)
    pages, trouble = scan(scanner, out, Settings(Source.FLATBED, Mode.COLOR, 300))
    assert trouble is None
    with Image.open(pages[0].path) as picture:
        assert picture.size == original.size
        assert ImageChops.difference(picture.convert("RGB"), original.convert("RGB")).getbbox() is None


def test_without_scanimage_the_administrator_is_told(monkeypatch, tmp_path, out):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert isinstance(scan(open_scanner("scanimage://test:0"), out)[1], DriverMissing)


def test_without_sane_the_administrator_is_told(monkeypatch, tmp_path, out):
    """pyinsane2 by itself would wait for ever."""
    (tmp_path / "libsane.so.1").write_text("no library")
    monkeypatch.setenv("LD_LIBRARY_PATH", str(tmp_path))
    assert isinstance(scan(open_scanner("sane://test:0"), out)[1], DriverMissing)
