"""The worker is killed at each step of publishing: afterwards exactly one file is published, never half of one, and the trail is whole."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from urllib.request import urlopen

import pytest
import sqlalchemy as sa
from werkzeug.serving import make_server

from foundation import audit
from foundation.audit import AuditEntry
from foundation.clock import now
from foundation.jobs import Job
from foundation.settings import Settings
from scanner.legal.products import ProductState
from scanner.legal.publications import S
from tests.integration.publishers import mortal, servers
from tests.integration.publishers.checked import Desk, pdf, said
from webui import create_app

PROJECT = Path(__file__).resolve().parents[3]
MOST = 60  # steps; an upload has fewer


@pytest.fixture(scope="module")
def lives() -> Iterator[Callable[[dict], int]]:
    """Lives a life of mortal.py; -9 when it was killed."""
    process = subprocess.Popen([sys.executable, "-m", "tests.integration.publishers.mortal"], cwd=PROJECT, text=True,
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)

    def live(life: dict) -> int:
        process.stdin.write(json.dumps(life) + "\n")
        process.stdin.flush()
        return int(process.stdout.readline())
    with process:
        yield live
        process.stdin.close()


def _recovered(life: dict, product: int) -> Desk:
    """The next worker finds the dead one's job once its lease is over."""
    desk = mortal.a_desk(life)
    desk.do(lambda session: session.execute(sa.update(Job).where(Job.done_at.is_(None)).values(due=now() - timedelta(seconds=1))))
    desk.work()
    found = desk.one(product)
    assert (found.state, desk.product(product).state) == (S.PUBLISHED, ProductState.PUBLISHED), said(found)
    with urlopen(found.file_url) as answer:
        assert servers.sha256(answer.read()) == found.sha256
    deeds = desk.see(lambda session: session.scalars(sa.select(AuditEntry.deed).where(AuditEntry.deed == "file published")).all())
    audit.seal_all(desk.database)
    assert (len(deeds), desk.see(audit.broken_at)) == (1, None)
    return desk


def _each_step(lives, tmp_path, new_sqlite, publisher: str, url: str, monkeypatch, after: Callable[[Desk, Path], None]) -> int:
    """Die at the first step, at the second one, … until a whole life is lived; how many steps it had."""
    for last in range(1, MOST):
        (folder := tmp_path / f"{publisher}-{last}").mkdir()
        shutil.rmtree(tmp_path / "site", ignore_errors=True)
        (tmp_path / "site").mkdir()
        content = pdf(f"hidup {last}")
        life = {"publisher": publisher, "url": url, "files": str(folder / "files"), "site": str(tmp_path / "site"), "last": last,
                "database": new_sqlite(folder)}
        desk = mortal.a_desk(life)
        product = desk.check(content)
        desk.database.close()
        life["file"] = str(desk.files.path(servers.sha256(content)))
        monkeypatch.setenv("FILE", life["file"])
        ended = lives(life)
        assert ended in (-9, 0)
        desk = _recovered(life, product)
        after(desk, tmp_path / "site")
        desk.database.close()
        if ended == 0:
            return last - 1
    raise AssertionError("it never ended")


def test_an_upload_by_form_survives_every_kill_as_one_file(lives, tmp_path, new_sqlite, monkeypatch):
    site = servers.FormSite()

    def one_more(desk: Desk, _: Path) -> None:
        ours = [item for item in site.items.values() if servers.sha256(item["file"]) == desk.one(1).sha256]
        assert len(ours) == 1
    with site.serve() as port:
        assert _each_step(lives, tmp_path, new_sqlite, "form", f"http://127.0.0.1:{port}", monkeypatch, one_more) >= 8


def test_a_static_site_survives_every_kill_without_half_a_file(lives, tmp_path, new_sqlite, monkeypatch):
    def whole(desk: Desk, site: Path) -> None:
        assert sorted(path.relative_to(site).as_posix() for path in site.rglob("*") if path.is_file()) == [
            ".loket.json", "index.html", "produk/1/2026kpt12.pdf", "produk/1/index.html"]
    with servers.files_of(tmp_path / "site") as port:
        assert _each_step(lives, tmp_path, new_sqlite, "static", f"http://127.0.0.1:{port}", monkeypatch, whole) >= 16


def test_our_own_pages_survive_every_kill(lives, tmp_path, new_sqlite, monkeypatch):
    """The worker dies, the web server lives; where that dies, the worker is in the same process."""
    (folder := tmp_path / "web").mkdir()
    port = servers.free_port()
    app = create_app(Settings(data=folder, database_url=new_sqlite(folder), port=port))
    wired = app.extensions["wiring"]
    server = make_server("127.0.0.1", port, app, threaded=True)
    servers.in_thread(server)
    life = {"publisher": "portal", "url": f"http://127.0.0.1:{port}", "files": str(folder / "files"), "site": str(tmp_path / "site"),
            "database": wired.settings.database_url, "file": ""}
    for last in range(1, MOST):
        desk = mortal.a_desk(life)
        product = desk.check(pdf(f"hidup {last}"), str(last))
        ended = lives({**life, "last": last})
        desk.do(lambda session: session.execute(sa.update(Job).where(Job.done_at.is_(None)).values(due=now() - timedelta(seconds=1))))
        desk.work()
        assert (desk.one(product).state, desk.product(product).state) == (S.PUBLISHED, ProductState.PUBLISHED), said(desk.one(product))
        desk.database.close()
        if ended == 0:
            break
    assert last > 7
    server.shutdown()
    server.server_close()
    wired.database.close()
