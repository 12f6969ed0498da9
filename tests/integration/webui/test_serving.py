"""The service as a whole: who is believed about the browser's address, what upkeep does, and that the office is known."""

import json
import subprocess
import sys
import threading
import urllib.request
from contextlib import suppress
from datetime import timedelta

import pytest
from flask import Flask
from time_machine import Traveller

from foundation.database import Database
from foundation.office import office
from foundation.settings import Settings
from kiosk.ledger.visits import Visit, VisitState
from tests.builders import a_guest, a_kiosk
from webui.bench.service import free_port
from webui.serving import listen
from webui.wiring import Wiring
from webui.working import upkeep

FORWARDED = {"X-Forwarded-For": "203.0.113.7", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "perpustakaan.example"}


@pytest.fixture
def wired(app: Flask) -> Wiring:
    return app.extensions["wiring"]


def seen_by(settings: Settings) -> list[str]:
    """Address, scheme and host of a request through a proxy on this machine, as the application sees them."""
    def echo(environ, start_response):
        start_response("200 OK", [])
        return [json.dumps([environ["REMOTE_ADDR"], environ["wsgi.url_scheme"], environ["HTTP_HOST"]]).encode()]
    server = listen(echo, settings)

    def serve():
        with suppress(OSError):  # its sockets are closed under it at the end
            server.run()
    serving = threading.Thread(target=serve, daemon=True)
    serving.start()
    request = urllib.request.Request(f"http://127.0.0.1:{settings.port}/", headers=FORWARDED)
    with urllib.request.urlopen(request, timeout=10) as answer:
        seen = json.load(answer)
    server.close()
    return seen


def test_the_proxy_that_is_named_is_believed_about_the_browser():
    assert seen_by(Settings(port=free_port(), trusted_proxy="127.0.0.1")) == ["203.0.113.7", "https", "perpustakaan.example"]


@pytest.mark.parametrize("trusted", ["", "192.0.2.1"])
def test_nobody_else_is(trusted: str):
    port = free_port()
    assert seen_by(Settings(port=port, trusted_proxy=trusted)) == ["127.0.0.1", "http", f"127.0.0.1:{port}"]


def test_the_office_can_be_asked_for_in_a_transaction_after_it_changed(wired: Wiring):
    assert wired.office().name
    wired.forget_office({"office changed": True})
    with wired.database.transaction():
        assert wired.office().name


def test_a_change_of_the_office_by_another_process_is_seen_seconds_later(wired: Wiring, clock: Traveller, database_url: str):
    assert wired.office().name != "Kantor Lain"
    other = Database(database_url)
    with other.transaction() as session:
        office(session).name = "Kantor Lain"
    other.close()
    clock.shift(timedelta(seconds=6))
    assert wired.office().name == "Kantor Lain"


def test_after_closing_time_who_was_there_has_left_and_who_comes_is_served(wired: Wiring, clock: Traveller):
    with wired.database.transaction() as session:
        in_time = a_guest(session, a_kiosk(session))
    clock.shift(timedelta(hours=7, minutes=30))  # 16.30; closed since 16.00
    with wired.database.transaction() as session:
        late = a_guest(session, a_kiosk(session), name="Budi Contoh")
    clock.shift(timedelta(minutes=5))
    upkeep(wired)
    with wired.database.reading() as session:
        assert session.get_one(Visit, in_time.id).state is VisitState.LEFT
        assert session.get_one(Visit, late.id).state is VisitState.ADMITTED
    clock.shift(timedelta(hours=12))
    upkeep(wired)
    with wired.database.reading() as session:
        assert session.get_one(Visit, late.id).state is VisitState.LEFT


PAGES = """
from pathlib import Path
from webui.serving import give_memory_back

{0}
small = []
resident = lambda: int(Path("/proc/self/statm").read_text().split()[1]) * 4 // 1024
before = resident()
for _ in range(20):
    page = bytearray(26_000_000)
    small.append(bytearray(700))
    del page
print(resident() - before)
"""


def test_the_memory_of_a_page_goes_back_when_the_page_is_done_with():
    """Without it what stays behind a page pins its 25 MiB."""
    def keeps(line: str) -> int:
        return int(subprocess.run([sys.executable, "-c", PAGES.format(line)], capture_output=True, check=True, text=True).stdout)
    assert (keeps("give_memory_back()") <= 2, keeps("") >= 20) == (True, True)
