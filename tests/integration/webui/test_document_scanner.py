"""What a station's page in the office says of its scanner: asked when its address is saved, and by a button."""

from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from foundation.database import Database
from foundation.jobs import Job, Worker
from foundation.stations import Station
from scanner.devices.simulated import set_fault
from tests.integration.webui.conftest import Browser

pytestmark = pytest.mark.one_database  # what is asked of the database is tested where it is asked, on both

PAGE = "/office/stations/1"
PART = f"{PAGE}/document-scanner"


@pytest.fixture
def stack(tmp_path: Path) -> Path:
    folder = tmp_path / "stack"
    folder.mkdir()
    return folder


@pytest.fixture
def form(stack: Path) -> dict[str, str]:
    return {"name": "Meja pindai", "kind": "scanner", "printer": "", "scanner": f"simulated://{stack}", "paper_mm": "80", "active": "1"}


@pytest.fixture
def work(app: Flask) -> Callable[[], bool]:
    """Does what waits for the scanner; whether there was something."""
    wired = app.extensions["wiring"]
    return lambda: Worker(wired.database, wired.jobs, ["scanning/1"]).run_one()


def test_a_scanner_whose_address_is_saved_is_asked_what_it_can_do(admin: Browser, form: dict, work: Callable[[], bool]) -> None:
    page = admin.follow(admin.post("/office/stations/new", **form)).text
    assert f'hx-get="{PART}"' in page
    assert "sedang ditanya" in page
    assert work()
    part = admin.get(PART).text
    for words in ("ditemukan", "Loket Simulated", "0001", "A5, A4, Letter", "75, 100, 150, 200, 300, 600 dpi"):
        assert words in part
    assert "hx-get" not in part  # it has come to rest
    assert "<html" not in part
    admin.post(PAGE, **form | {"name": "Meja pindai 2"})
    assert not work()  # it is known
    admin.post(PAGE, **form | {"scanner": "escl://127.0.0.1:1"})
    assert "Loket Simulated" not in admin.get(PAGE).text
    assert work()


def test_a_scanner_that_is_not_found_is_said_to_be_with_what_to_do(admin: Browser, form: dict, stack: Path, work: Callable) -> None:
    set_fault(stack, "offline")
    admin.post("/office/stations/new", **form)
    work()
    page = admin.get(PAGE).text
    assert "tidak ditemukan" in page
    assert "Pemindai tidak dapat dihubungi" in page
    assert "kabel" in page
    set_fault(stack)
    answer = admin.post(f"{PAGE}/document-scanner/ask")
    assert answer.status_code == 303
    assert answer.location.endswith(f"{PAGE}#document-scanner")
    work()
    page = admin.get(PAGE).text
    assert "tidak ditemukan" not in page
    assert "Loket Simulated" in page


def test_a_station_that_is_not_in_use_or_has_no_scanner_is_not_asked(
        admin: Browser, form: dict, work: Callable[[], bool], database: Database) -> None:
    admin.post("/office/stations/new", **{name: value for name, value in form.items() if name != "active"})
    admin.post(PAGE, **form | {"scanner": ""})
    assert not work()
    assert "document-scanner" not in admin.get(PAGE).text
    refused = admin.post(f"{PAGE}/document-scanner/ask")
    assert refused.status_code == 409
    assert "Stasiun ini tidak memiliki pemindai." in refused.text
    with database.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Job)) == 0
        assert session.get_one(Station, 1).scanner_known == {}


def test_it_is_the_administrators(officer: Browser, admin: Browser, form: dict) -> None:
    admin.post("/office/stations/new", **form)
    assert officer.get(PART).status_code == 403
    assert officer.post(f"{PAGE}/document-scanner/ask").status_code == 403
    assert admin.get("/office/stations/9/document-scanner").status_code == 404
