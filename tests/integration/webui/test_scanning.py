"""The scanner station over HTTP: who may see pages, what is refused and how it is said, and pictures made small."""

import io
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image, ImageDraw

from foundation.database import Database
from foundation.jobs import Worker
from foundation.people import Actor, Role
from foundation.stations import Station, StationKind
from scanner.devices.port import Mode, Settings, Source
from scanner.devices.simulated import set_fault
from scanner.pages.batches import Batch, Page, Run, RunState
from scanner.station import digitising, overview
from tests.integration.webui.conftest import Browser
from webui.working import sweep_files

pytestmark = pytest.mark.one_database  # but for what searches, counts or races

LESTARI = Actor("Lestari Contoh", frozenset({Role.LEGAL_STAFF}))
OWN = {"profile": "own", "source": "feeder", "mode": "gray", "dpi": "150", "paper": "A5"}


@pytest.fixture
def staff(signed_in: Callable[..., Browser]) -> Browser:
    return signed_in(Role.LEGAL_STAFF, name="Lestari Contoh")


@pytest.fixture
def stack(database: Database, tmp_path: Path) -> Path:
    """The sheets in the simulated scanner of station 1: six, each lying with a black upper left corner."""
    folder = tmp_path / "stack"
    folder.mkdir()
    for sheet in range(1, 7):
        picture = Image.new("L", (310, 437), 255 - 10 * sheet)
        ImageDraw.Draw(picture).rectangle((0, 0, 100, 100), fill=0)
        picture.save(folder / f"{sheet}.png")
    with database.transaction() as session:
        session.add(Station(name="Meja pindai", kind=StationKind.SCANNER, scanner=f"simulated://{folder}"))
    return folder


@pytest.fixture
def batch(database: Database, stack: Path) -> int:
    with database.transaction() as session:
        return _flushed(session, digitising.open_batch(session, 1, "Keputusan 12/2026 (fiktif)", 6, LESTARI))


def _flushed(session, row) -> int:
    session.flush()
    return row.id


@pytest.fixture
def work(app: Flask) -> Callable[[], None]:
    """Does what waits for the scanner."""
    wired = app.extensions["wiring"]
    return lambda: Worker(wired.database, wired.jobs, ["scanning/1"]).run_one()


@pytest.fixture
def scanned(staff: Browser, batch: int, work: Callable[[], None]) -> int:
    """The batch with six pages."""
    staff.post(f"/scanning/batch/{batch}/scan", **OWN)
    work()
    return batch


def pages(database: Database, batch: int) -> list[Page]:
    with database.reading() as session:
        return overview.look(session, batch).pages


def test_legal_staff_begin_at_the_scanner(app: Flask, staff: Browser) -> None:
    page = staff.get("/scanning")
    assert staff.get("/sign-in").location == "/scanning"
    assert "Belum ada stasiun yang memiliki pemindai." in page.text
    assert "/scanning" in staff.get("/").text


def test_a_batch_is_begun_and_shows_how_it_is_scanned(staff: Browser, stack: Path) -> None:
    page = staff.follow(staff.post("/scanning", name=" Surat 7/2026 ", expected_sheets="12", station_id="1")).text
    assert "Surat 7/2026" in page
    assert "Belum ada yang dipindai" in page
    assert "Keputusan bercap, warna, 300 dpi" in page
    assert "Surat 7/2026" in staff.get("/scanning").text


@pytest.mark.parametrize(("field", "value", "sentence"), [
    ("name", " ", "Tulis apa yang dipindai"), ("expected_sheets", "0", "Tulis jumlah lembar"),
    ("expected_sheets", "dua", "Tulis jumlah lembar"),
    ("expected_sheets", "9" * 30, "Tulis jumlah lembar"), ("station_id", "7", "Stasiun ini tidak memiliki pemindai"),
    ("station_id", "x", "Stasiun ini tidak memiliki pemindai")])
def test_a_batch_that_cannot_be_is_marked_and_keeps_what_was_typed(
        staff: Browser, database: Database, stack: Path, field: str, value: str, sentence: str) -> None:
    page = staff.post("/scanning", **{"name": "Surat 7/2026", "expected_sheets": "12", "station_id": "1"} | {field: value})
    assert page.status_code == 422
    assert sentence in page.text
    assert f'id="{field}-wrong"' in page.text
    with database.reading() as session:
        assert overview.open_batches(session) == []


def test_pages_come_and_sheets_are_compared_with_what_was_counted(staff: Browser, database: Database, scanned: int) -> None:
    page = staff.get(f"/scanning/batch/{scanned}").text
    assert "Semua lembar yang dihitung sudah ada." in page
    assert page.count('loading="lazy"') == 6
    staff.post(f"/scanning/page/{pages(database, scanned)[0].id}/remove")
    assert "Lembar yang belum ada: 1." in staff.get(f"/scanning/batch/{scanned}").text


def test_a_sheet_of_two_sides_counts_once_and_a_blank_back_may_go(
        staff: Browser, database: Database, batch: int, work: Callable[[], None]) -> None:
    staff.post(f"/scanning/batch/{batch}/scan", **OWN | {"source": "feeder duplex"})
    work()
    staff.post(f"/scanning/page/{pages(database, batch)[1].id}/remove")
    with database.reading() as session:
        look = overview.look(session, batch)
    assert (look.sheets, look.missing, len(look.kept)) == (3, 3, 5)


def test_a_stopped_scan_says_what_to_do_and_goes_on_with_the_same_settings(
        staff: Browser, database: Database, batch: int, stack: Path, work: Callable[[], None]) -> None:
    set_fault(stack, "jam 5")
    staff.post(f"/scanning/batch/{batch}/scan", **OWN)
    work()
    page = staff.get(f"/scanning/batch/{batch}").text
    for sentence in ("Ada lembar yang tersangkut di pemindai.", "Halaman 4 tersimpan aman",
                     "Masukkan kembali semua lembar sesudah halaman ini"):
        assert sentence in page
    staff.post(f"/scanning/batch/{batch}/go-on")
    work()
    assert [each.number for each in pages(database, batch)] == [1, 2, 3, 4, 5, 6]
    with database.reading() as session:
        runs = overview.look(session, batch).runs
    assert runs[0].settings == runs[1].settings
    assert "tersimpan aman" not in staff.get(f"/scanning/batch/{batch}").text


def test_a_front_whose_back_did_not_come_is_said(
        staff: Browser, batch: int, stack: Path, work: Callable[[], None]) -> None:
    set_fault(stack, "jam 4")
    staff.post(f"/scanning/batch/{batch}/scan", **OWN | {"source": "feeder duplex"})
    work()
    assert "Halaman 3 adalah sisi depan yang sisi belakangnya belum terpindai" in staff.get(f"/scanning/batch/{batch}").text


@pytest.mark.one_database(False)
def test_two_scans_of_a_batch_do_not_run_at_once_and_one_that_waits_is_cancelled(staff: Browser, database: Database, batch: int) -> None:
    staff.post(f"/scanning/batch/{batch}/scan", **OWN)
    refused = staff.post(f"/scanning/batch/{batch}/scan", **OWN)
    assert refused.status_code == 409
    assert "Berkas ini sedang dipindai." in refused.text
    assert staff.post(f"/scanning/batch/{batch}/close").status_code == 409
    assert "Menunggu pemindai" in staff.get(f"/scanning/batch/{batch}").text
    staff.post("/scanning/run/1/cancel")
    with database.reading() as session:
        assert session.get_one(Run, 1).state is RunState.CANCELLED


def test_who_waits_is_told_whose_sheets_the_scanner_has(staff: Browser, database: Database, batch: int) -> None:
    with database.transaction() as session:
        other = Batch(name="Berkas yang lama", station_id=1, made_by="Galih Contoh")
        session.add(other)
        session.flush()
        session.add(Run(batch_id=other.id, state=RunState.SCANNING, settings={}, first=1, asked_by="Galih Contoh"))
    staff.post(f"/scanning/batch/{batch}/scan", **OWN)
    assert "Sedang dipakai Galih Contoh sejak" in staff.get(f"/scanning/batch/{batch}").text


@pytest.mark.parametrize("wrong", [{"source": "tray"}, {"mode": "sepia"}, {"dpi": "9999"}, {"dpi": ""}, {"paper": "B0"},
                                   {"profile": "x", "source": ""}])
def test_settings_that_are_not_on_the_lists_are_refused(staff: Browser, database: Database, batch: int, wrong: dict) -> None:
    page = staff.post(f"/scanning/batch/{batch}/scan", **OWN | wrong)
    assert page.status_code == 422
    assert "Pengaturan pemindaian itu tidak ada." in page.text
    with database.reading() as session:
        assert overview.look(session, batch).runs == []


def test_a_profile_is_all_its_settings(staff: Browser, database: Database, batch: int) -> None:
    staff.post(f"/scanning/batch/{batch}/scan", **OWN | {"profile": "decision"})
    with database.reading() as session:
        assert overview.look(session, batch).run.wanted == Settings(Source.FEEDER, Mode.COLOR, 300, 210, 297)


def test_nothing_goes_on_where_nothing_was_scanned(staff: Browser, batch: int) -> None:
    page = staff.post(f"/scanning/batch/{batch}/go-on")
    assert page.status_code == 409
    assert "Belum ada yang dipindai di berkas ini." in page.text


def test_the_live_part_answers_only_when_something_changed_and_brings_new_pages(staff: Browser, database: Database, scanned: int) -> None:
    with database.reading() as session:
        seen = overview.signature(session, scanned)
    assert staff.get(f"/scanning/batch/{scanned}/live", {"seen": seen}).status_code == 204
    part = staff.get(f"/scanning/batch/{scanned}/live", {"seen": "0", "after": "4"}).text
    assert part.count("<li") == 2
    assert 'id="chosen"' not in part
    assert 'id="chosen"' in staff.get(f"/scanning/batch/{scanned}/live", {"after": "4", "follow": "1"}).text


def test_pages_are_turned_moved_removed_and_put_back(staff: Browser, database: Database, scanned: int) -> None:
    first, second, *_ = pages(database, scanned)
    staff.post(f"/scanning/page/{first.id}/turn", degrees="90")
    staff.post(f"/scanning/page/{first.id}/turn", degrees="270")
    staff.post(f"/scanning/page/{second.id}/turn", degrees="270")
    staff.post(f"/scanning/page/{second.id}/move", before=str(first.id))
    staff.post(f"/scanning/page/{first.id}/move", before="")
    staff.post(f"/scanning/page/{second.id}/remove")
    staff.post(f"/scanning/page/{second.id}/put-back")
    found = pages(database, scanned)
    assert [(page.number, page.turned) for page in found] == [(2, 270), (3, 0), (4, 0), (5, 0), (6, 0), (1, 0)]
    assert found[0].removed_at is None


@pytest.mark.parametrize(("path", "form", "status"), [
    ("page/1/turn", {"degrees": "45"}, 400), ("page/1/turn", {}, 400), ("page/1/move", {"before": "x"}, 400), ("page/1/move", {}, 400),
    ("page/1/move", {"before": "999"}, 409), ("page/999/remove", {}, 404), ("batch/999/scan", OWN, 404), ("run/999/cancel", {}, 404)])
def test_acts_that_make_no_sense_change_nothing(
        staff: Browser, database: Database, scanned: int, path: str, form: dict, status: int) -> None:
    before = [(page.id, page.turned) for page in pages(database, scanned)]
    assert staff.post(f"/scanning/{path}", **form).status_code == status
    assert [(page.id, page.turned) for page in pages(database, scanned)] == before


@pytest.mark.parametrize("path", ["batch/999", "batch/999/live", "page/999/small.jpg", "page/1/huge.jpg", "batch/1?changed=all"])
def test_what_is_not_there_is_said(staff: Browser, scanned: int, path: str) -> None:
    page = staff.get(f"/scanning/{path}")
    assert page.status_code == 404
    assert "Halaman ini tidak ada." in page.text


def test_a_closed_batch_is_looked_at_and_no_more(staff: Browser, database: Database, scanned: int) -> None:
    first = pages(database, scanned)[0].id
    staff.post(f"/scanning/page/{first}/remove")
    assert "Berkas sudah ditutup." in staff.follow(staff.post(f"/scanning/batch/{scanned}/close")).text
    page = staff.get(f"/scanning/batch/{scanned}").text
    assert len(pages(database, scanned)) == 5
    assert 'action="/scanning/' not in page
    assert "hx-trigger" not in page
    refused = staff.post(f"/scanning/page/{pages(database, scanned)[0].id}/turn", degrees="90")
    assert (refused.status_code, "Berkas ini sudah ditutup." in refused.text) == (409, True)


def shown(answer) -> Image.Image:
    return Image.open(io.BytesIO(answer.data))


def test_a_picture_is_made_small_turned_as_it_is_looked_at_and_kept_by_the_browser_alone(
        staff: Browser, database: Database, scanned: int) -> None:
    page = pages(database, scanned)[0]
    staff.post(f"/scanning/page/{page.id}/turn", degrees="90")
    page = pages(database, scanned)[0]
    answer = staff.get(f"/scanning/page/{page.id}/small.jpg", {"v": f"{page.sha256[:16]}-90"})
    assert answer.headers["Cache-Control"] == "private, max-age=31536000, immutable"
    assert shown(answer).size == (300, 211)
    assert shown(answer).getpixel((290, 10)) < 50 < shown(answer).getpixel((10, 10))  # its corner is at the upper right now
    assert shown(staff.get(f"/scanning/page/{page.id}/screen.jpg")).size == (page.height_px, page.width_px)  # never made larger
    assert staff.get(f"/scanning/page/{page.id}/full.jpg").headers["Cache-Control"] == "private, no-cache"


@pytest.mark.parametrize("mode", [Mode.LINEART, Mode.COLOR])
def test_every_kind_of_scan_has_a_picture(
        staff: Browser, database: Database, batch: int, work: Callable[[], None], mode: Mode) -> None:
    staff.post(f"/scanning/batch/{batch}/scan", **OWN | {"mode": mode})
    work()
    picture = shown(staff.get(f"/scanning/page/{pages(database, batch)[0].id}/screen.jpg"))
    assert (picture.format, picture.mode) == ("JPEG", "RGB" if mode is Mode.COLOR else "L")


def test_a_picture_that_is_lost_or_damaged_is_said_to_be(app: Flask, staff: Browser, database: Database, scanned: int) -> None:
    first, second, *_ = pages(database, scanned)
    files = app.extensions["wiring"].files
    files.path(first.sha256).unlink()
    files.path(second.sha256).chmod(0o600)
    files.path(second.sha256).write_bytes(files.path(second.sha256).read_bytes()[:500])
    for page in (first, second):
        answer = staff.get(f"/scanning/page/{page.id}/small.jpg")
        assert answer.status_code == 404
        assert "Gambar halaman ini tidak bisa dibaca." in answer.text
    folder = app.extensions["wiring"].settings.data / "thumbnails"
    assert [path for path in folder.rglob("*") if path.is_file()] == []


def test_pictures_of_pages_that_are_gone_are_swept_with_their_smaller_ones(
        app: Flask, staff: Browser, database: Database, scanned: int) -> None:
    wired = app.extensions["wiring"]
    gone, *rest = pages(database, scanned)
    for page in (gone, rest[0]):
        staff.get(f"/scanning/page/{page.id}/small.jpg")
    staff.post(f"/scanning/page/{gone.id}/remove")
    staff.post(f"/scanning/batch/{scanned}/close")
    assert sweep_files(wired) == []  # put in just now
    for page in (gone, *rest):
        os.utime(wired.files.path(page.sha256), (0, 0))
    assert sweep_files(wired) == [gone.sha256]
    assert all(page.sha256 in wired.files for page in rest)
    assert len(list(wired.thumbnails.rglob("*.jpg"))) == 1


def test_no_picture_and_no_batch_is_for_others(
        anybody: Browser, staff: Browser, signed_in: Callable[..., Browser], database: Database, scanned: int) -> None:
    page = pages(database, scanned)[0]
    path = f"/scanning/page/{page.id}/small.jpg"
    assert staff.get(path).mimetype == "image/jpeg"
    officer = signed_in(Role.OFFICER)
    for each in ("/scanning", f"/scanning/batch/{scanned}", path):
        assert officer.get(each).status_code == 403
        assert anybody.get(each).location.startswith("/sign-in")
    assert ">Pindai<" not in officer.get("/desk").text


def test_the_service_loads_no_picture_library_until_somebody_looks_at_a_page() -> None:
    import subprocess
    import sys

    subprocess.run([sys.executable, "-c", "import sys, webui.routes.scanning; assert 'PIL' not in sys.modules"], check=True)
