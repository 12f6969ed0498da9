"""The public pages over HTTP: what everybody may see and nobody else's secrets, the feed's file, sitemap, and whether a copy is genuine."""

import io
import json
import re
from collections.abc import Iterator
from datetime import date, datetime

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from foundation.database import Database
from foundation.files import FileStore
from foundation.office import office
from scanner.documents.records import files_in_use
from scanner.legal import products
from scanner.legal.products import Product, ProductState, ProductStep, ProductType
from scanner.legal.publications import Publication, PublicationState
from scanner.publishing import public
from tests.integration.webui.conftest import Browser
from tests.published import TITLE, add_file, publish, relate
from webui import public_site, sitemap, uploads
from webui.public_pages import PAGE
from webui.sessions import BrowserSession
from webui.wiring import Wiring
from webui.working import upkeep


@pytest.fixture
def wired(app: Flask) -> Iterator[Wiring]:
    yield app.extensions["wiring"]
    app.extensions["wiring"].workshop.close()


@pytest.fixture
def files(wired: Wiring) -> FileStore:
    return wired.files


@pytest.fixture
def decision(database: Database, files: FileStore) -> Product:
    """Number 118 of 2026, of which everything is known, that repeals number 54 of 2022."""
    with database.transaction() as session:
        ours = office(session)
        ours.name, ours.heading, ours.place = "KPU Kabupaten Wirasari", "Indonesia. Komisi Pemilihan Umum Kabupaten Wirasari", "Wirasari"
        session.info["office changed"] = True
        old = publish(session, files, "54", year=2022, title="Pedoman Teknis Kearsipan (fiktif)")
        made = publish(session, files, "118", text="Menetapkan kalimat jernih <b>", signatory="BAYU WICAKSANA", subject="Kearsipan",
                       promulgated_on=date(2026, 3, 15), source="BN 2026(1): 4 hlm", field_of_law="Hukum Tata Negara", location="Map 3")
        relate(session, made, "repeals", old)
    return made


def data(answer: TestResponse) -> bytes:
    """The file that was sent."""
    with answer:
        return answer.data


def machine_read(text: str) -> dict:
    return json.loads(re.search(r'<script type="application/ld\+json">(.+?)</script>', text, re.DOTALL)[1])


def set_state(database: Database, product_id: int, state: PublicationState) -> None:
    with database.transaction() as session:
        session.execute(sa.update(Publication).where(Publication.product_id == product_id).values({Publication.state: state}))


# --- the page of a product --------------------------------------------------------------------------------------------------------


def test_the_page_says_everything_that_such_a_page_says(anybody: Browser, decision: Product) -> None:
    text = anybody.get(f"/produk/{decision.id}").text
    for said in (TITLE, "118", "2026", "Keputusan", "KPT", "Indonesia. Komisi Pemilihan Umum Kabupaten Wirasari", "Wirasari",
                 "12 Maret 2026", "15 Maret 2026",
                 "BAYU WICAKSANA", "BN 2026(1): 4 hlm", "Kearsipan", "Berlaku", "Mencabut", "Indonesia", "Map 3",
                 "Hukum Tata Negara", "2026kpt118.pdf", "Peraturan perundang-undangan", "Menetapkan kalimat jernih &lt;b&gt;"):
        assert said in text, said
    assert "12 March 2026" in anybody.get(f"/produk/{decision.id}", {"lang": "en"}).text


def test_one_that_is_not_in_force_says_so_and_by_what(anybody: Browser, decision: Product) -> None:
    old = anybody.get("/produk/1").text
    assert "Tidak Berlaku" in old
    assert "Produk hukum ini tidak berlaku lagi." in old
    assert f'Dicabut dengan <a href="/produk/{decision.id}"' in old
    assert machine_read(old)["legislationLegalForce"] == "https://schema.org/NotInForce"


def test_programs_read_what_the_law_is(anybody: Browser, decision: Product, wired: Wiring) -> None:
    text = anybody.get(f"/produk/{decision.id}").text
    base = wired.settings.public
    said = machine_read(text)
    assert (said["@type"], said["@id"], said["legislationDate"]) == ("Legislation", f"{base}/produk/{decision.id}", "2026-03-12")
    assert said["legislationLegalForce"] == "https://schema.org/InForce"
    assert said["encoding"]["contentUrl"] == f"{base}/produk/{decision.id}/2026kpt118.pdf"
    assert [each["@id"] for each in said["legislationRepeals"]] == [f"{base}/produk/1"]
    assert f'<link rel="canonical" href="{base}/produk/{decision.id}">' in text


def test_what_an_unpublished_product_does_is_not_said_of_the_published_one(anybody: Browser, database: Database, files: FileStore) -> None:
    with database.transaction() as session:
        there = publish(session, files, "1")
        draft = publish(session, None, "2", title="Rahasia (fiktif)", state=PublicationState.QUEUED, published_at=None)
        relate(session, draft, "amends", there)
    assert "Rahasia" not in anybody.get(f"/produk/{there.id}").text
    assert anybody.get(f"/produk/{draft.id}").status_code == 404
    assert "Rahasia" not in anybody.get("/produk").text


def test_of_a_withdrawn_product_no_title_is_said_anywhere(anybody: Browser, database: Database, decision: Product) -> None:
    set_state(database, 1, PublicationState.WITHDRAWN)
    text = anybody.get(f"/produk/{decision.id}").text
    assert "Nomor 54 Tahun 2022" in text
    assert "Pedoman Teknis Kearsipan (fiktif)" not in text
    assert 'href="/produk/1"' not in text


@pytest.mark.parametrize("state", [state for state in PublicationState if state not in public.VISIBLE])
def test_only_what_is_published_or_being_proven_is_seen(anybody: Browser, database: Database, decision: Product,
                                                        state: PublicationState) -> None:
    set_state(database, decision.id, state)
    gone = 410 if state is PublicationState.WITHDRAWN else 404
    assert anybody.get(f"/produk/{decision.id}").status_code == gone
    assert anybody.get(f"/produk/{decision.id}/2026kpt118.pdf").status_code == gone
    assert anybody.get(f"/produk/{decision.id}/halaman/1.jpg").status_code == 404
    set_state(database, decision.id, PublicationState.PROVING)
    assert anybody.get(f"/produk/{decision.id}").status_code == 200


def test_a_withdrawn_product_leaves_a_page_that_says_since_when(anybody: Browser, database: Database, decision: Product) -> None:
    set_state(database, decision.id, PublicationState.WITHDRAWN)
    with database.transaction() as session:
        session.add(ProductStep(product_id=decision.id, step="withdraw", from_state=ProductState.PUBLISHED, by="Kabag Contoh",
                                to_state=ProductState.WITHDRAWN, at=datetime.fromisoformat("2026-04-01T02:00+00:00")))
    answer = anybody.get(f"/produk/{decision.id}")
    assert "Halaman ini ditarik pada 1 April 2026." in answer.text
    assert "Nomor 118 Tahun 2026" in answer.text
    assert TITLE not in answer.text
    assert TITLE not in anybody.get("/produk").text


def test_while_a_new_file_is_proven_its_address_has_it_and_a_failure_brings_the_old_one_back(
        anybody: Browser, database: Database, files: FileStore, decision: Product) -> None:
    address = f"/produk/{decision.id}/2026kpt118.pdf"
    old = data(anybody.get(address))
    with database.transaction() as session:
        new = add_file(session, files, session.get_one(Product, decision.id), state=PublicationState.PROVING, published_at=None)
    assert data(anybody.get(address)) == files.path(new.sha256).read_bytes() != old
    with database.transaction() as session:
        session.execute(sa.update(Publication).where(Publication.id == new.id).values({Publication.state: PublicationState.FAILED}))
    assert data(anybody.get(address)) == old


def test_the_file_comes_byte_for_byte_in_part_and_only_once(anybody: Browser, files: FileStore, decision: Product) -> None:
    address = f"/produk/{decision.id}/2026kpt118.pdf"
    answer = anybody.get(address)
    assert answer.mimetype == "application/pdf"
    assert data(answer).startswith(b"%PDF-")
    assert data(anybody.client.get(address, headers={"Range": "bytes=0-3"})) == b"%PDF"
    with anybody.client.get(address, headers={"If-None-Match": answer.headers["ETag"]}) as same:
        assert same.status_code == 304
    assert anybody.get(f"/produk/{decision.id}/another.pdf").status_code == 404


def test_a_file_that_the_disk_has_lost_is_said_in_a_sentence(anybody: Browser, files: FileStore, decision: Product) -> None:
    for file in files.folder.glob("*/*"):
        file.unlink()
    answer = anybody.get(f"/produk/{decision.id}/2026kpt118.pdf")
    assert (answer.status_code, "Berkas sedang tidak bisa dibaca." in answer.text) == (503, True)


def test_a_page_of_the_file_is_shown_as_a_picture(anybody: Browser, decision: Product) -> None:
    page = anybody.get(f"/produk/{decision.id}").text
    address = re.search(r'src="(/produk/\d+/halaman/2\.jpg[^"]*)"', page)[1]
    answer = anybody.get(address)
    assert (answer.status_code, answer.mimetype, answer.headers["Cache-Control"]) == (200, "image/jpeg", "public, max-age=3600")
    refused = anybody.get(f"/produk/{decision.id}/halaman/3.jpg")
    assert (refused.status_code, "Baca berkasnya langsung." in refused.text) == (404, True)
    assert anybody.get(f"/produk/{decision.id}/halaman/99.jpg").status_code == 404


def test_a_page_is_kept_by_whoever_read_it_until_it_changes(anybody: Browser, database: Database, decision: Product) -> None:
    address = f"/produk/{decision.id}"
    answer = anybody.get(address)
    assert answer.headers["Cache-Control"] == "public, max-age=60"
    headers = {"If-None-Match": answer.headers["ETag"]}
    assert anybody.client.get(address, headers=headers).status_code == 304
    with database.transaction() as session:
        session.get_one(Product, decision.id).signatory = "RATNA CONTOHWATI"
    changed = anybody.client.get(address, headers=headers)
    assert (changed.status_code, "RATNA CONTOHWATI" in changed.text) == (200, True)
    packed = anybody.client.get(address, headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert len(packed.data) < len(changed.data) / 2


def test_nobody_is_remembered(anybody: Browser, database: Database, decision: Product) -> None:
    for path in ("/produk", f"/produk/{decision.id}?lang=en", "/verify", "/produk/99", "/verify/1-X"):
        assert "Set-Cookie" not in anybody.get(path).headers
    with database.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(BrowserSession)) == 0


def test_the_pages_have_no_script(anybody: Browser, decision: Product) -> None:
    for path in ("/produk", f"/produk/{decision.id}", "/verify"):
        text = anybody.get(path).text
        assert re.findall(r"<script(?![^>]*ld\+json)|\son\w+=|style=", text) == []


# --- the list ---------------------------------------------------------------------------------------------------------------------


def found(browser: Browser, **query: str) -> list[str]:
    return re.findall(r'<span class="kind">\w+.*? Nomor (\S+)', browser.get("/produk", query).text)


def test_products_are_found_by_words_on_their_pages_and_by_what_they_are(anybody: Browser, database: Database, files: FileStore,
                                                                         decision: Product) -> None:
    with database.transaction() as session:
        publish(session, files, "7", kind="se", year=2021, title="Tata Kerja (fiktif)", field_of_law="Hukum Acara")
    assert found(anybody) == ["118", "54", "7"]
    assert found(anybody, q="kalimat jernih") == ["118"]
    assert found(anybody, q="118") == ["118"]
    assert found(anybody, q="kearsipan", year="2022") == ["54"]
    assert found(anybody, type="se") == ["7"]
    assert found(anybody, force="no") == ["54"]
    assert found(anybody, field="Hukum Acara") == ["7"]
    assert found(anybody, q="kearsipann") == ["54", "118"]  # mistyped
    assert found(anybody, q="tiada", type="se") == []
    assert "Tidak ada produk hukum tayang yang seperti ini." in anybody.get("/produk", {"q": "tiada"}).text
    assert found(anybody, type="nonsense", year="²", page="-3", field="'") == ["118", "54", "7"]


def test_the_list_is_turned_page_by_page(anybody: Browser, database: Database) -> None:
    assert "Belum ada yang tayang." in anybody.get("/produk").text
    with database.transaction() as session:
        for number in range(PAGE + 1):
            publish(session, None, str(100 + number))
    assert len(found(anybody)) == PAGE
    assert found(anybody, page="2") == ["100"]
    assert found(anybody, page="99999999999999999999") == ["100"], "beyond the last page is the last one"
    first = anybody.get("/produk").text
    assert 'rel="next" href="/produk?page=2"' in first
    assert 'rel="prev"' not in first


# --- for machines -----------------------------------------------------------------------------------------------------------------


def test_the_feed_is_a_file_that_says_whether_it_has_changed(anybody: Browser, wired: Wiring, decision: Product) -> None:
    assert anybody.get("/feed/document.json").status_code == 503
    assert wired.feed.refresh()
    answer = anybody.get("/feed/document.json")
    assert answer.mimetype == "application/json"
    assert [each["noPeraturan"] for each in json.loads(data(answer))] == ["54", "118"]
    for headers in ({"If-None-Match": answer.headers["ETag"]}, {"If-Modified-Since": answer.headers["Last-Modified"]}):
        with anybody.client.get("/feed/document.json", headers=headers) as same:
            assert same.status_code == 304
    assert not wired.feed.refresh()


def test_the_sitemap_names_every_public_page(anybody: Browser, wired: Wiring, decision: Product, monkeypatch: pytest.MonkeyPatch) -> None:
    base = wired.settings.public
    text = anybody.get("/sitemap.xml").text
    assert re.findall("<loc>(.+?)</loc>", text) == [f"{base}/produk/1", f"{base}/produk/{decision.id}"]
    assert f"Sitemap: {base}/sitemap.xml" in anybody.get("/robots.txt").text
    monkeypatch.setattr(sitemap, "MOST", 1)
    assert re.findall("<loc>(.+?)</loc>", anybody.get("/sitemap.xml").text) == [f"{base}/sitemap-1.xml", f"{base}/sitemap-2.xml"]
    assert re.findall("<loc>(.+?)</loc>", anybody.get("/sitemap-2.xml").text) == [f"{base}/produk/{decision.id}"]
    assert anybody.get("/sitemap-3.xml").status_code == 404


# --- is a copy genuine? -----------------------------------------------------------------------------------------------------------


def compared(browser: Browser, content: bytes) -> str:
    return browser.client.post("/verify", data={"file": (io.BytesIO(content), "salinan.pdf")}).text


def test_a_file_is_the_published_one_or_not(anybody: Browser, files: FileStore, database: Database, decision: Product) -> None:
    content = data(anybody.get(f"/produk/{decision.id}/2026kpt118.pdf"))
    said = compared(anybody, content)
    for part in ("Inilah berkas yang tayang.", "10 Maret 2026", TITLE, "Berlaku"):
        assert part in said
    assert "Ini bukan berkas yang diterbitkan kantor ini." in compared(anybody, content + b" ")
    set_state(database, decision.id, PublicationState.REPLACED)
    assert "diganti berkas lain" in compared(anybody, content)
    set_state(database, decision.id, PublicationState.WITHDRAWN)
    assert "lalu ditarik" in compared(anybody, content)
    with database.transaction() as session:
        session.execute(sa.update(Publication).values({Publication.published_at: None, Publication.state: PublicationState.QUEUED}))
    assert "Ini bukan berkas yang diterbitkan kantor ini." in compared(anybody, content)


def test_the_fingerprint_of_a_file_can_be_typed(anybody: Browser, decision: Product) -> None:
    sha256 = re.search(r"SHA-256 <span class=\"code\">(\w{64})", anybody.get(f"/produk/{decision.id}").text)[1]
    assert "Inilah berkas yang tayang." in anybody.get("/verify", {"code": sha256.upper()}).text


def test_a_published_product_elsewhere_is_found_there(anybody: Browser, database: Database) -> None:
    with database.transaction() as session:
        product = publish(session, None, "9", publisher="form")
        session.execute(sa.update(Publication).values(page_url="https://jdih.example/9"))
        sha256 = session.scalar(sa.select(Publication.sha256))
    assert anybody.get(f"/produk/{product.id}").status_code == 404
    assert 'href="https://jdih.example/9"' in anybody.get("/verify", {"code": sha256}).text


def test_the_code_of_a_copy_opens_its_product_and_no_other(anybody: Browser, wired: Wiring, decision: Product) -> None:
    code = public.verify_code(wired.keys.slips, decision.id)
    assert code in anybody.get(f"/produk/{decision.id}").text
    said = anybody.get(f"/verify/{code}").text
    assert "Kode ini asli" in said
    assert TITLE in said
    answer = anybody.get("/verify", {"code": f" {code.lower()} "})
    assert "Kode ini asli" in anybody.follow(answer).text
    wrong = code[:-1] + ("2" if code[-1] != "2" else "3")
    for other in (wrong, "1" + code, code.partition("-")[2], "²-X", "-", "9" * 30 + "-A", "1-"):
        assert "Kode ini bukan kode salinan yang tayang." in anybody.get(f"/verify/{other}").text


def test_a_code_of_what_is_not_published_says_nothing_of_it(anybody: Browser, database: Database, wired: Wiring) -> None:
    with database.transaction() as session:
        draft = publish(session, None, "5", title="Rahasia (fiktif)", state=PublicationState.UPLOADING, published_at=None)
    said = anybody.get(f"/verify/{public.verify_code(wired.keys.slips, draft.id)}").text
    assert "Kode ini bukan kode salinan yang tayang." in said
    assert "Rahasia" not in said


def test_a_code_stays_good_when_the_keys_are_new() -> None:
    old, new = {1: b"a" * 32}, {1: b"a" * 32, 2: b"b" * 32}
    assert public.read_code(new, public.verify_code(old, 7)) == public.read_code(new, public.verify_code(new, 7)) == 7
    assert public.read_code(old, public.verify_code(new, 7)) is None


def test_who_chose_no_file_is_told_so(anybody: Browser) -> None:
    answer = anybody.client.post("/verify", data={"file": (io.BytesIO(b""), "")})
    assert (answer.status_code, 'id="file-wrong"' in answer.text) == (422, True)


def test_a_file_that_is_too_large_is_refused_in_a_sentence(anybody: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "LARGEST_PDF", 2000)
    assert "Berkas terlalu besar untuk dikirim." in compared(anybody, b"%PDF" * 1000)


def test_codes_cannot_be_tried_without_end(anybody: Browser) -> None:
    answers = [anybody.get("/verify/1-AAAAAAAAAA").status_code for _ in range(31)]
    assert answers[-1] == 429
    assert "Terlalu banyak percobaan" in anybody.get("/verify/1-AAAAAAAAAA").text


# --- as files ---------------------------------------------------------------------------------------------------------------------


def test_the_site_as_files_has_every_page_file_and_picture_that_it_names(wired: Wiring, database: Database, decision: Product) -> None:
    with database.transaction() as session:
        session.execute(sa.update(Publication).values(publisher="static"))
    site = public_site.PublicSite(database, wired.files, wired.thumbnails, wired.workshop.draw, "https://jdih.example", "static")
    made = dict(site(None))
    assert {"index.html", "en.html", "feed/document.json", "sitemap.xml", "robots.txt", "tampilan/css/public.css",
            f"produk/{decision.id}/index.html", f"produk/{decision.id}/2026kpt118.pdf"} <= set(made)
    for path, content in made.items():
        if path.endswith(".html"):
            text = content.decode()
            assert "/verify" not in text
            for link in re.findall(r'(?:href|src)="([^"#]+)', text):
                if not link.startswith(("data:", "https://jdih.example/")):
                    assert not link.startswith("/")
                    assert _joined(path, link) in made, f"{path}: {link}"
    told = json.loads(made["feed/document.json"])[1]
    assert told["urlDetailPeraturan"] == f"https://jdih.example/produk/{decision.id}/index.html"
    assert "<loc>https://jdih.example/produk/1/index.html</loc>" in made["sitemap.xml"].decode()


def _joined(path: str, link: str) -> str:
    parts = path.split("/")[:-1]
    for each in link.split("/"):
        parts = parts[:-1] if each == ".." else [*parts, each]
    return "/".join(parts)


def test_of_one_product_come_the_files_that_it_stands_in_also_before_and_after_it_is_public(wired: Wiring, database: Database,
                                                                                            decision: Product) -> None:
    site = public_site.PublicSite(database, wired.files, wired.thumbnails, wired.workshop.draw, "https://jdih.example", "portal")
    with database.transaction() as session:
        publish(session, wired.files, "8")
    set_state(database, decision.id, PublicationState.UPLOADING)
    made = dict(site(decision.id))
    assert {path.split("/")[1] for path in made if path.startswith("produk/")} == {"1", str(decision.id)}
    assert "118" in made["index.html"].decode()
    assert "118" not in dict(site(1))["index.html"].decode()  # it is not there yet for anybody else
    set_state(database, decision.id, PublicationState.WITHDRAWN)
    made = dict(site(decision.id))
    assert "ditarik" in made[f"produk/{decision.id}/index.html"].decode()
    assert f"produk/{decision.id}/2026kpt118.pdf" not in made


def test_a_region_code_can_stand_in_a_file_name(admin: Browser, database: Database) -> None:
    form = {"name": "KPU", "library": "JDIH", "time_zone": "Asia/Jakarta", "language": "id", "request_minutes": "30", "print_minutes": "60",
            "borrower_limit": "3", "hold_days": "3", "reminder_days": "2",
            "member_months": "12", "heading": "Indonesia. KPU", "place": "Wirasari"}
    answer = admin.post("/office", **form, region="6/1")
    assert (answer.status_code, "Tulis huruf dan angka saja." in answer.text) == (422, True)
    assert admin.post("/office", **form, region="61").status_code == 303
    with database.reading() as session:
        ours = office(session)
        assert (ours.heading, ours.place, ours.region) == ("Indonesia. KPU", "Wirasari", "61")


# --- names of files ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "number", "year", "more", "name"), [
    ("kpt", "1204", 2024, {}, "2024kpt1204.pdf"),
    ("kpt", "1050", 2024, {"annex": 2}, "2024kpt1050_L2.pdf"),
    ("kptsj", "1090 TAHUN 2025", 2025, {}, "2025kptsj1090.pdf"),
    ("kpt", "09", 2022, {"region": "61"}, "2022kpt619.pdf"),
    ("kpt", "134/Kpts/KPU/Tahun 2016", 2016, {}, "2016kpt134.pdf"),
    ("se", "12A", 2023, {}, "2023se12A.pdf"),
    ("ba", "../Ä tanpa", 2023, {}, "2023baÄ-tanpa.pdf"),
])
def test_a_file_is_called_as_offices_call_theirs(kind: str, number: str, year: int, more: dict, name: str) -> None:
    assert products.file_name(Product(type=ProductType(kind), number=number, year=year), **more) == name


def test_a_file_that_is_published_is_not_swept_away(database: Database, files: FileStore, decision: Product) -> None:
    with database.transaction() as session:
        kept = session.scalar(sa.select(Publication.sha256).where(Publication.product_id == decision.id))
        session.execute(sa.text("UPDATE document SET sha256 = :other"), {"other": "f" * 64})  # it was made anew
        assert kept in files_in_use(session, kept[:2])


def test_upkeep_writes_the_feed(wired: Wiring, decision: Product) -> None:
    upkeep(wired)
    assert len(json.loads(wired.feed.path.read_text())) == 2
