"""Our own pages and the static site, with the pages that the public really gets: published, replaced, taken away, published again."""

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from urllib.request import urlopen

import pytest
from PIL import Image
from werkzeug.serving import make_server

from foundation.settings import Settings
from scanner.legal.products import ProductState
from scanner.procedure import procedure
from scanner.publishing import delivery
from tests.integration.publishers import servers
from tests.integration.publishers.checked import HEAD, STAFF, Desk, pdf, said
from webui import create_app


@pytest.fixture
def desk(new_sqlite, tmp_path: Path) -> Iterator[Desk]:
    """The whole application, its publishers from its settings."""
    (site := tmp_path / "site").mkdir()
    with servers.files_of(site) as public:
        app = create_app(Settings(data=tmp_path, database_url=new_sqlite(tmp_path), port=(port := servers.free_port()),
                                  publishers="portal,static", static_url=f"file://{site}",
                                  static_public_url=f"http://127.0.0.1:{public}", publish_private_hosts=f"127.0.0.1:{public}"))
        server = make_server("127.0.0.1", port, app, threaded=True)
        servers.in_thread(server)
        wired = app.extensions["wiring"]
        yield Desk(wired.database, wired.files, wired.publishers, wired.web)
        server.shutdown()
        server.server_close()
        wired.workshop.close()
        wired.database.close()


def dead_links(site: Path) -> list[str]:
    """Links of the site's pages to files of it that are not there."""
    found = []
    for page in site.rglob("*.html"):
        for link in re.findall(r'(?:href|src|data)="([^"#?]+)', page.read_text(encoding="utf-8")):
            if ":" not in link and not (page.parent / link).is_file():
                found.append(f"{page.relative_to(site)}: {link}")
    return found


def a_page() -> bytes:
    Image.new("RGB", (600, 800), "white").save(drawn := BytesIO(), "PDF")
    return drawn.getvalue()


def test_what_is_checked_is_on_both_and_opens_from_the_disk(desk, tmp_path):
    product = desk.check(a_page())
    desk.work()
    assert desk.states(product) == ["published", "published"], [said(each) for each in desk.all(product)]
    assert desk.product(product).state is ProductState.PUBLISHED
    assert dead_links(tmp_path / "site") == []
    desk.uploader.refresh()
    assert dead_links(tmp_path / "site") == []


def test_a_newer_file_has_its_place_and_a_withdrawn_one_is_gone_everywhere_until_it_is_published_again(desk, tmp_path):
    product = desk.check(pdf("satu"))
    desk.work()
    desk.check_another_file(product, pdf("dua"))
    desk.work()
    assert sorted(desk.states(product)) == ["published", "published", "replaced", "replaced"]
    desk.do(procedure.withdraw, product, "Salah lampiran", HEAD)
    desk.work()
    assert sorted(desk.states(product)) == ["replaced", "replaced", "withdrawn", "withdrawn"]
    assert [each.sentence for each in desk.all(product)] == [""] * 4, [said(each) for each in desk.all(product)]
    assert list((tmp_path / "site").rglob("*.pdf")) == []
    assert dead_links(tmp_path / "site") == []
    desk.do(procedure.publish_again, product, "Lampiran benar", HEAD)
    desk.work()
    assert sorted(desk.states(product)) == ["published", "published", "replaced", "replaced"]
    for each in desk.all(product):
        if each.state == "published":
            with urlopen(each.file_url) as answer:
                assert servers.sha256(answer.read()) == each.sha256


def test_what_is_sent_back_before_it_was_public_is_on_none(desk, tmp_path):
    product = desk.check(pdf())
    desk.worker.run_one()  # arranged
    desk.do(procedure.send_back, product, "returned", "personal data", "", STAFF)
    desk.work()
    assert desk.states(product) == ["withdrawn", "withdrawn"]
    assert list((tmp_path / "site").rglob("*.pdf")) == []


def test_a_publisher_that_is_named_later_gets_what_is_published_when_it_is_told_to_catch_up(desk):
    both, desk.uploader.publishers = desk.uploader.publishers, {"portal": desk.uploader.publishers["portal"]}
    product = desk.check(pdf())
    desk.work()
    desk.uploader.publishers = both
    assert desk.do(delivery.catch_up, both) == 1
    desk.work()
    assert desk.states(product) == ["published", "published"]
    assert desk.do(delivery.catch_up, both) == 0
