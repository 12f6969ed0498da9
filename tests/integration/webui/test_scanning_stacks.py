"""Stacks over HTTP: products and their separator sheets, profiles, fronts and backs, a split, and the part that renews itself."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import zxingcpp
from flask import Flask

from foundation.clock import now
from foundation.database import Database
from foundation.people import Role
from foundation.stations import Station
from scanner.devices.port import Mode, Settings, Source
from scanner.devices.simulated import set_fault
from scanner.legal import products
from scanner.pages.batches import Purpose
from scanner.station import overview
from scanner.workshop.processes import Workshop
from tests import pdf
from tests.integration.scanner.desk import DUPLEX, GLASS, Desk, separator
from tests.integration.webui.conftest import Browser

pytestmark = pytest.mark.one_database  # what is asked of the database is tested where it is asked, on both

OWN = {"profile": "own", "source": "feeder", "mode": "gray", "dpi": "150", "paper": "A5"}
DECISION = {"type": "kpt", "number": "7", "year": "2026", "title": "Penetapan jadwal (fiktif)"}
HUGE = "99999999999999999999"


@pytest.fixture
def staff(signed_in: Callable[..., Browser]) -> Browser:
    return signed_in(Role.LEGAL_STAFF, name="Lestari Contoh")


@pytest.fixture(scope="module")
def workshop() -> Iterator[Workshop]:
    workshop = Workshop()
    yield workshop
    workshop.close()


@pytest.fixture
def desk(app: Flask, database: Database, tmp_path: Path, workshop: Workshop) -> Desk:
    """Its pages lie where the application looks for them."""
    return Desk(database, tmp_path / "desk", workshop, app.extensions["wiring"].files)


@pytest.fixture
def at(desk: Desk) -> str:
    """Where the desk's batch is."""
    return f"/scanning/batch/{desk.batch}"


def everything(database: Database) -> list[products.Product]:
    with database.reading() as session:
        return products.newest(session)


# --- products and separator sheets --------------------------------------------------------------------------------------------------


def test_a_product_is_entered_and_a_batch_is_begun_for_it(staff, database, desk):
    entered = staff.post("/scanning/products", **DECISION | {"number": "  134/Kpts/KPU/Tahun  2016 ", "year": "2016"})
    page = staff.follow(entered).text
    assert "Produk hukum sudah dicatat." in page
    [product] = everything(database)
    assert (product.type, product.number, product.year, product.made_by) == ("kpt", "134/Kpts/KPU/Tahun 2016", 2016, "Lestari Contoh")
    assert re.search(rf'<option value="{product.id}" selected>Keputusan 134/Kpts/KPU/Tahun 2016 ·', page)
    begun = staff.follow(staff.post("/scanning", product_id=product.id, station_id=desk.station)).text
    assert "<bdi>Keputusan 134/Kpts/KPU/Tahun 2016</bdi>" in begun  # the year is in its number already
    assert "Keputusan 134/Kpts/KPU/Tahun 2016" in staff.get("/scanning/products").text


@pytest.mark.parametrize(("field", "value", "sentence"), [
    ("type", "surat", "Pilih"), ("type", "", "Pilih"), ("number", " ", "Tulis nomornya"), ("number", "7;8", "Tulis nomornya"),
    ("year", "1944", "Tulis tahun"), ("year", "2200", "Tulis tahun"), ("year", "26", "Tulis tahun"), ("year", "dua ribu", "Tulis tahun"),
    ("year", HUGE, "Tulis tahun"), ("title", "\u200b ", "Tulis judulnya")])
def test_what_is_no_product_is_marked_and_keeps_what_was_typed(staff, database, field, value, sentence):
    page = staff.post("/scanning/products", **DECISION | {field: value})
    assert page.status_code == 422
    assert sentence in page.text
    assert f'id="{field}-wrong"' in page.text
    assert ("Penetapan jadwal (fiktif)" in page.text) == (field != "title")
    assert everything(database) == []


def test_a_product_is_entered_once(staff, database):
    staff.post("/scanning/products", **DECISION)
    again = staff.post("/scanning/products", **DECISION | {"title": "Lain"})
    assert again.status_code == 422
    assert "Sudah ada dengan jenis, nomor, dan tahun ini." in again.text
    for differs in ({"type": "se"}, {"number": "8"}, {"year": "2025"}):
        assert staff.post("/scanning/products", **DECISION | differs).status_code == 303
    assert len(everything(database)) == 4


@pytest.mark.parametrize(("field", "value"), [("product_id", "999"), ("station_id", HUGE), ("station_id", "-1")])
def test_a_batch_of_a_product_or_station_that_is_not_there_is_marked(staff, desk, field, value):
    page = staff.post("/scanning", **{"name": "Ada", "station_id": desk.station} | {field: value})
    assert page.status_code == 422
    assert f'id="{field}-wrong"' in page.text


def test_separator_sheets_are_printed_scanned_and_split_the_stack(staff, database, desk, at):
    staff.post("/scanning/products", **DECISION)
    [product] = everything(database)
    answer = staff.get("/scanning/separators.pdf", {"product": product.id, "loose": 2})
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    sheets = pdf.pictures(answer.data, 150)
    assert [[code.text for code in zxingcpp.read_barcodes(sheet, zxingcpp.BarcodeFormat.QRCode)] for sheet in sheets] == [
        [separator(product.id)], [separator()], [separator()]]
    words = pdf.text(answer.data)
    for sentence in ("Keputusan 7/2026", "Penetapan jadwal (fiktif)", "Lembar pemisah", "Naskah baru dimulai di sini."):
        assert sentence in words
    desk.scan("a", sheets[0], "b", settings=Settings(Source.FEEDER, Mode.LINEART, 150))
    assert 'id="split"' not in staff.get(at).text
    desk.inspect()
    page = staff.get(at).text
    assert 'id="split"' in page
    assert "Lembar pemisah: 2 naskah" in page
    assert "Tumpukan sudah dipisah" in staff.follow(staff.post(f"{at}/split")).text
    with database.reading() as session:
        assert sorted((each.batch.product_id or 0, each.kept) for each in overview.open_batches(session)) == [(0, 1), (product.id, 1)]


@pytest.mark.parametrize("wanted", [{}, {"loose": 0}, {"loose": -3}, {"loose": "x"}, {"loose": 101}, {"loose": HUGE}, {"product": 999},
                                    {"product": HUGE}, {"product": 2**31}, {"product": [1] * 101}, {"product": 1, "loose": 100}])
def test_no_separator_sheets_too_many_and_those_of_no_product_are_refused(staff, database, wanted):
    staff.post("/scanning/products", **DECISION)
    answer = staff.get("/scanning/separators.pdf", wanted)
    assert answer.status_code == 422
    assert "Pilih 1 sampai 100 lembar pemisah." in answer.text


def test_a_stack_that_cannot_be_split_says_why(staff, desk, at):
    desk.scan("a", "b")
    assert "Halaman masih diperiksa." in staff.post(f"{at}/split").text
    desk.inspect()
    refused = staff.post(f"{at}/split")
    assert (refused.status_code, "Tidak ada lembar pemisah" in refused.text) == (409, True)


# --- profiles, names and counts -----------------------------------------------------------------------------------------------------


def profiles(database: Database) -> dict[str, tuple[int, bool]]:
    with database.reading() as session:
        return {each.name: (each.wanted.dpi, each.by_hand) for each in overview.profiles(session)}


def test_own_settings_are_kept_changed_used_and_forgotten_under_a_name(staff, database, desk, at):
    staff.post(f"{at}/profile", **OWN, profile_name=" Kartu  lama ")
    assert profiles(database) == {"Kartu lama": (150, False)}
    staff.post(f"{at}/profile", **OWN | {"dpi": "200", "source": "by hand"}, profile_name="Kartu lama")
    assert profiles(database) == {"Kartu lama": (200, True)}
    assert "Kartu lama" in staff.get(at).text
    staff.post(f"{at}/scan", profile="kept-1")
    run = desk.look().run
    assert (run.purpose, run.wanted) == (Purpose.FRONTS, Settings(Source.FEEDER, Mode.GRAY, 200, 148, 210))
    assert staff.post("/scanning/profile/1/forget", batch=desk.batch).status_code == 303
    assert profiles(database) == {}
    assert staff.post("/scanning/profile/1/forget", batch=desk.batch).status_code == 404
    assert desk.look().run.wanted.dpi == 200


def test_a_profile_has_a_name_and_settings_that_are_on_the_lists(staff, database, at):
    nameless = staff.post(f"{at}/profile", **OWN, profile_name=" ")
    assert (nameless.status_code, "Profil perlu nama." in nameless.text) == (422, True)
    assert staff.post(f"{at}/profile", **OWN | {"mode": "sepia"}, profile_name="x").status_code == 422
    assert profiles(database) == {}


def test_profiles_that_the_scanner_cannot_serve_are_offered_only_while_nobody_knows(staff, database, desk, at):
    staff.post(f"{at}/profile", **OWN | {"dpi": "1234"}, profile_name="Terlalu halus")
    staff.post(f"{at}/profile", **OWN, profile_name="Kartu lama")
    offered = staff.get(at).text
    assert "Terlalu halus" in offered
    assert '<option value="A3"' in offered
    desk.scan("a")  # and now it is known what the scanner can do
    offered = staff.get(at).text
    assert ("Kartu lama" in offered, "Terlalu halus" in offered, '<option value="A3"' in offered) == (True, False, False)
    with database.transaction() as session:
        station = session.get_one(Station, desk.station)
        can = station.scanner_known["options"]
        station.scanner_known = {**station.scanner_known, "options": {**can, "sources": {"flatbed": "Flatbed"}}}
    offered = staff.get(at).text
    assert re.findall(r'name="profile"[^>]* value="([^"]+)"', offered) == ["glass", "own"]
    assert 'value="feeder' not in offered
    assert 'value="by hand"' not in offered


def test_the_next_sheets_are_scanned_as_the_last_stack_also_after_one_page_was_scanned_again(staff, desk, at):
    staff.post(f"{at}/profile", **OWN | {"source": "feeder duplex"}, profile_name="Dua sisi kecil")
    duplex = Settings(Source.DUPLEX, Mode.GRAY, 150, 148, 210)
    desk.scan("a", "a back", settings=duplex)
    desk.scan("a better", settings=duplex, purpose=Purpose.REPLACE, target=desk.page("a").id)
    assert 'value="kept-1" checked' in staff.get(at).text


def test_a_batch_is_described_anew(staff, desk, at):
    desk.scan("a", "b")
    staff.post(f"{at}/describe", name=" Surat  8/2026 ", expected_sheets="3")
    page = staff.get(at).text
    assert "<bdi>Surat 8/2026</bdi>" in page
    assert "Lembar yang belum ada: 1." in page
    for wrong in ({"name": " "}, {"expected_sheets": "0"}, {"expected_sheets": "tiga"}, {"expected_sheets": "5001"}):
        refused = staff.post(f"{at}/describe", **{"name": "x", "expected_sheets": "3"} | wrong)
        assert (refused.status_code, "Keterangan berkas tidak bisa diubah seperti ini." in refused.text) == (422, True)
    staff.post(f"{at}/describe", name="Surat 8/2026", expected_sheets="")
    assert (desk.look().batch.name, desk.look().missing) == ("Surat 8/2026", None)


# --- inserted, scanned again, fronts and backs --------------------------------------------------------------------------------------


def test_what_is_scanned_goes_where_the_screen_says(staff, desk, at):
    desk.scan("a", "b", "c")
    target = desk.page("b").id
    page = staff.get(at, {"page": target, "aim": "insert"}).text
    assert "Yang dipindai sekarang masuk sebelum halaman 2." in page
    assert f'name="target" value="{target}"' in page
    assert 'value="by hand"' not in page
    assert "menggantikan halaman 2." in staff.get(at, {"page": target, "aim": "replace"}).text
    desk.lay(["x"])
    staff.post(f"{at}/scan", **OWN, aim="insert", target=target)
    desk.work(desk.look().run)
    assert desk.strip() == ["a", "x", "b", "c"]
    desk.lay(["b better", "never taken"])
    staff.post(f"{at}/scan", **OWN, aim="replace", target=target)
    desk.work(desk.look().run)
    assert desk.strip() == ["a", "x", "b better", "c"]
    removed = staff.get(at, {"page": target, "aim": "insert"}).text
    assert 'name="aim"' not in removed


@pytest.mark.parametrize("target", ["", "x", "999", HUGE])
def test_an_aim_that_is_not_there_is_refused(staff, desk, at, target):
    desk.scan("a")
    refused = staff.post(f"{at}/scan", **OWN, aim="insert", target=target)
    assert refused.status_code == 409
    assert len(desk.look().runs) == 1
    assert 'name="aim"' not in staff.get(at, {"page": desk.page("a").id, "aim": "elsewhere"}).text


def test_a_pile_is_scanned_turned_over_and_put_together(staff, desk, at):
    desk.lay(["1", "2"])
    staff.post(f"{at}/scan", profile="turned")
    desk.work(desk.look().run)
    assert "Sisi depan: 2. Sekarang sisi belakang." in staff.get(at).text
    desk.lay(["2'"])
    staff.post(f"{at}/backs")
    run = desk.work(desk.look().run)
    assert (run.purpose, run.wanted) == (Purpose.BACKS, desk.look().runs[0].wanted)
    page = staff.get(at).text
    assert "Sisi depan: 2, sisi belakang: 1." in page
    refused = staff.post(f"{at}/collate", lie="reversed")
    assert refused.status_code == 409
    assert "Ada 2 sisi depan dan 1 sisi belakang" in refused.text
    assert staff.post(f"{at}/close").status_code == 409
    desk.scan("2 better", settings=GLASS, purpose=Purpose.REPLACE, target=desk.page("2").id)
    assert "Sisi depan: 2, sisi belakang: 1." in staff.get(at).text
    desk.lay(["1'"])
    staff.post(f"{at}/backs")
    run = desk.work(desk.look().run)
    assert run.wanted == desk.look().runs[0].wanted  # not as the page that was scanned again
    staff.post(f"{at}/collate", lie="reversed")
    assert desk.strip() == ["1", "1'", "2 better", "2'"]
    assert 'name="lie" value="same"' in staff.get(at).text
    staff.post(f"{at}/collate", lie="same")
    assert desk.strip() == ["1", "2'", "2 better", "1'"]
    assert 'name="lie" value="reversed"' in staff.get(at).text
    assert staff.post(f"{at}/close").status_code == 303


@pytest.mark.parametrize("lie", ["", "sideways"])
def test_backs_lie_in_one_of_the_ways_there_are(staff, desk, at, lie):
    desk.scan("1", purpose=Purpose.FRONTS)
    assert staff.post(f"{at}/collate", lie=lie).status_code == 400
    assert "Sisi depan dan sisi belakang belum lengkap." in staff.post(f"{at}/collate", lie="same").text


def test_backs_without_fronts_are_refused(staff, desk, at):
    refused = staff.post(f"{at}/backs")
    assert (refused.status_code, "Tidak ada sisi depan yang menunggu" in refused.text) == (409, True)
    assert desk.look().runs == []


def test_going_on_scans_half_a_sheet_again_and_takes_no_nonsense(staff, desk, at):
    set_fault(desk.stack, "jam 4")
    desk.scan("a", "a back", "b", "b back", settings=DUPLEX)
    assert f'name="again" value="{desk.page("b").id}"' in staff.get(at).text
    assert staff.post(f"{at}/go-on", again="999").status_code == 404
    assert len(desk.look().runs) == 1
    desk.lay(["b", "b back"])
    staff.post(f"{at}/go-on", again=desk.page("b").id)
    desk.work(desk.look().run)
    assert desk.strip() == ["a", "a back", "b", "b back"]
    assert staff.post(f"{at}/go-on", again=HUGE).status_code == 303


# --- the part that renews itself ----------------------------------------------------------------------------------------------------


def test_the_live_part_brings_what_was_seen_since_and_no_more(staff, desk, at):
    desk.scan("a", "b", "c")
    before = now() + timedelta(seconds=1)
    asked = {"seen": "0", "after": "3", "since": before.isoformat()}
    assert tiles(staff.get(f"{at}/live", asked).text) == []
    desk.inspect()
    seen = min(page.examined_at for page in desk.pages())
    ids = [page.id for page in desk.pages()]
    assert tiles(staff.get(f"{at}/live", asked | {"since": seen.isoformat()}).text) == ids
    assert tiles(staff.get(f"{at}/live", asked | {"since": seen.isoformat(), "after": "1"}).text) == ids  # one is seen, two are new
    assert tiles(staff.get(f"{at}/live", asked | {"since": (now() + timedelta(hours=1)).isoformat()}).text) == []


@pytest.mark.parametrize("since", ["", "yesterday", "2026-03-10T02:00:00", "0"])
def test_a_since_that_is_no_moment_brings_nothing_old(staff, desk, at, since):
    desk.scan("a")
    desk.inspect()
    answer = staff.get(f"{at}/live", {"seen": "0", "after": "1", "since": since})
    assert (answer.status_code, tiles(answer.text)) == (200, [])


def tiles(part: str) -> list[int]:
    """Of the pages on the strip that the part brings, by their ids."""
    return [int(found) for found in re.findall(r'<li id="page-(\d+)"', part)]


def test_how_to_scan_is_drawn_anew_only_when_a_scan_begins_or_ends(staff, desk, at):
    desk.scan("a")
    resting = {"seen": "0", "after": "1"}
    assert 'id="how"' not in staff.get(f"{at}/live", resting).text
    assert 'id="how"' in staff.get(f"{at}/live", resting | {"going": "1"}).text
    staff.post(f"{at}/scan", **OWN)
    page = staff.get(at).text
    assert re.search(r'hx-get="[^"]*going=1', page)
    assert 'id="scan"' not in page
    assert 'id="how"' in staff.get(f"{at}/live", resting).text
    assert 'id="how"' not in staff.get(f"{at}/live", resting | {"going": "1"}).text
    desk.work(desk.look().run)
    assert 'id="scan"' in staff.get(f"{at}/live", resting | {"going": "1"}).text


def test_an_aim_outlives_what_renews_itself(staff, desk, at):
    desk.scan("a", "b")
    target = desk.page("a").id
    [address] = re.findall(r'hx-get="([^"]*/live[^"]*)"', staff.get(at, {"page": target, "aim": "insert"}).text)
    assert "aim=insert" in address
    assert f"page={target}" in address


def test_a_page_that_could_not_be_looked_at_is_said_not_to_be_checked(staff, desk, at):
    desk.scan("a")
    desk.files.path(desk.pages()[0].sha256).unlink()
    desk.inspect()
    page = staff.get(at).text
    assert "belum diperiksa" in page
    assert "Halaman ini tidak bisa diperiksa." in page
    assert "Periksa sendiri halaman ini." in page


# --- who may ------------------------------------------------------------------------------------------------------------------------

def test_every_address_of_the_scanner_station_is_legal_staffs(app, officer, anybody, desk):
    desk.scan("a")
    addresses = app.url_map.bind("", "/")
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("scanning.")]
    assert len(rules) > 20
    for rule in rules:
        path = addresses.build(rule.endpoint, dict.fromkeys(rule.arguments, 1))
        for method in rule.methods & {"GET", "POST"}:
            ask = {"GET": Browser.get, "POST": Browser.post}[method]
            assert ask(officer, path).status_code == 403, rule
            assert ask(anybody, path).location.startswith("/sign-in"), rule
    look = desk.look()
    assert (len(look.runs), len(look.kept), look.batch.closed_at) == (1, 1, None)


@pytest.mark.parametrize(("path", "form"), [("batch/1/backs", {}), ("batch/1/collate", {"lie": "same"}), ("batch/1/split", {}),
                                            ("batch/1/go-on", {}), ("batch/1/describe", {"name": "x"}), ("batch/1/scan", OWN)])
def test_a_closed_batch_is_changed_by_nothing(staff, desk, at, path, form):
    desk.scan("a")
    assert staff.post(f"{at}/close").status_code == 303
    refused = staff.post(f"/scanning/{path}", **form)
    assert (refused.status_code, "Berkas ini sudah ditutup." in refused.text) == (409, True)
    look = desk.look()
    assert (look.batch.name, len(look.runs), len(look.kept)) == ("Keputusan 12/2026 (fiktif)", 1, 1)
