"""The `loket` command as the person at the machine meets it: what works, and one sentence for what does not."""

import io
import json
import os
import socket
import stat
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
import sqlalchemy as sa
from PIL import Image

from foundation.audit import AuditEntry
from foundation.database import Database
from foundation.files import FileStore
from foundation.people import Person, password_matches
from kiosk.borrowing import rules
from kiosk.exchange import package
from kiosk.exchange.records import BLANK
from kiosk.guests import visiting
from kiosk.ledger.collection import Copy, Kind, Title
from kiosk.ledger.visits import VisitState
from tests.builders import ADMIN, OFFICER, a_guest, a_kiosk, a_loan, a_title
from webui.bench.service import Process, free_port

HOME = Path(__file__).resolve().parents[2]
PASSWORD = "tiga kata rahasia"


@pytest.fixture
def loket(tmp_path):
    """Run the command on a data folder of its own; `data`, `user` and environment variables can be others."""
    def run(*words: str, stdin: str = "", user: int | None = None, **environment: str) -> subprocess.CompletedProcess:
        clean = {name: value for name, value in os.environ.items() if not name.startswith("LOKET_")}
        return subprocess.run([sys.executable, "-m", "webui.cli", *words], cwd=HOME, input=stdin, text=True, capture_output=True,
                              timeout=60, user=user, env={**clean, "LOKET_DATA": str(tmp_path / "data"), **environment})
    return run


@pytest.fixture
def database(tmp_path, loket):
    loket("migrate")
    database = Database(f"sqlite:///{tmp_path / 'data' / 'loket.db'}")
    yield database
    database.close()


def refused(result: subprocess.CompletedProcess) -> str:
    """The one sentence of a command that would not."""
    assert result.returncode == 1, result.stdout + result.stderr
    assert "Traceback" not in result.stderr
    return result.stderr.strip()


def test_the_first_administrator_is_made_on_the_command_line(loket, database):
    result = loket("person", "add", "Sari", "--role", "admin", "--role", "officer", "--name", "Sari Contoh", stdin=PASSWORD + "\n")
    assert result.stdout == "sari may sign in as admin, officer.\n"
    with database.reading() as session:
        [person] = session.scalars(sa.select(Person)).all()
        assert (person.username, person.name, person.roles) == ("sari", "Sari Contoh", ["admin", "officer"])
        assert password_matches(person.password_hash, PASSWORD)
        assert session.scalars(sa.select(AuditEntry.deed)).all() == ["person added"]
    assert "sari" in loket("person", "list").stdout


def test_a_short_password_and_a_taken_name_are_refused_in_a_sentence(loket, database):
    assert "at least 12 characters" in refused(loket("person", "add", "ani", "--role", "admin", stdin="short\n"))
    loket("person", "add", "ani", "--role", "admin", stdin=PASSWORD + "\n")
    assert "This user name is taken." in refused(loket("person", "add", "ani", "--role", "officer", stdin=PASSWORD + "\n"))


def test_a_new_password_replaces_the_old_one(loket, database):
    loket("person", "add", "ani", "--role", "admin", stdin=PASSWORD + "\n")
    assert loket("person", "password", "ani", stdin="empat kata yang baru\n").returncode == 0
    with database.reading() as session:
        assert password_matches(session.scalar(sa.select(Person.password_hash)), "empat kata yang baru")
    assert "There is no “budi”" in refused(loket("person", "password", "budi", stdin=PASSWORD + "\n"))


def test_a_collection_with_bad_rows_is_not_imported_until_they_are_left_out(loket, database, tmp_path):
    file = tmp_path / "collection.csv"
    file.write_text("jenis;judul;tahun;kode eksemplar\nBuku;Hukum Contoh;2019;UJI-1|UJI-2\nRaja;;dua ribu;UJI-3\n", encoding="utf-8")

    def counted() -> tuple[int, int]:
        with database.reading() as session:
            return session.scalar(sa.select(sa.func.count(Title.id))), session.scalar(sa.select(sa.func.count(Copy.id)))

    result = loket("import", str(file))
    assert "Nothing was imported" in refused(result)
    assert sum("3" in line.split(":")[0] for line in result.stderr.splitlines()) >= 3  # line 3: kind, title and year
    assert counted() == (0, 0)
    assert loket("import", "--dry-run", str(file)).returncode == 1
    assert loket("import", "--skip-bad", str(file)).returncode == 0
    assert counted() == (1, 2)


def test_a_collection_comes_in_with_its_files(loket, database, tmp_path):
    here, picture = FileStore(tmp_path / "here"), io.BytesIO()
    Image.new("RGB", (60, 90)).save(picture, "JPEG")
    cover = here.put(io.BytesIO(picture.getvalue()))
    titles = [({**BLANK, "title": name, "kind": Kind.BOOK, "elsewhere": "", "extra": {}, "cover": sha256, "digital": ""}, [])
              for name, sha256 in (("Baik", cover), ("Palsu", here.put(io.BytesIO(b"no picture"))))]
    with (tmp_path / "koleksi.zip").open("w+b") as file:
        package.add_files(file, package.write_list(file, titles), here)
    result = loket("import", str(tmp_path / "koleksi.zip"))
    assert result.stdout.endswith("Imported.\n")
    assert "Line 3, cover" in result.stderr, "what only reading it shows is said too"
    with database.reading() as session:
        assert session.execute(sa.select(Title.title, Title.cover)).all() == [("Baik", cover)]
    assert FileStore(tmp_path / "data" / "files").is_whole(cover)


def test_a_file_that_is_no_table_is_refused_in_a_sentence(loket, database, tmp_path):
    file = tmp_path / "picture.xlsx"
    file.write_bytes(os.urandom(500))
    assert refused(loket("import", str(file))).startswith("Error: ")


def test_the_audit_trail_is_proven_whole_and_a_change_is_found(loket, database):
    loket("person", "add", "ani", "--role", "admin", stdin=PASSWORD + "\n")
    assert loket("audit", "verify").stdout == "The trail is whole.\n"
    with database.transaction() as session:
        session.execute(sa.update(AuditEntry).values(by="somebody else"))
    assert "The trail is broken at entry 1" in refused(loket("audit", "verify"))


def test_keys_are_readable_by_their_owner_only_and_can_be_rotated(loket, tmp_path):
    assert "key 2" in loket("keys", "rotate").stdout
    assert stat.S_IMODE((tmp_path / "data" / "keys.json").stat().st_mode) == 0o600


def test_a_port_in_use_is_said_with_what_to_do(loket):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert f"Port {port} is in use" in refused(loket("run", LOKET_PORT=port))


def test_a_setting_that_cannot_be_used_is_named(loket):
    assert "LOKET_PORT must be a whole number" in refused(loket("run", LOKET_PORT="http"))
    assert "cannot be read" in refused(loket("run", LOKET_SETTINGS="/nowhere/loket.conf"))


def test_a_wrong_printer_address_is_refused_before_anything_starts(loket, tmp_path):
    result = loket("demo", "--data", str(tmp_path / "demo"), "--printer", "usb-printer", "--no-browser")
    assert "not the address of a printer" in refused(result)


def test_a_folder_that_is_no_demo_is_never_deleted(loket, tmp_path):
    precious = tmp_path / "photos"
    precious.mkdir()
    (precious / "wedding.jpg").write_text("x")
    assert "not a demo's folder" in refused(loket("demo", "--fresh", "--data", str(precious), "--no-browser"))
    assert "holds something else" in refused(loket("demo", "--data", str(precious), "--no-browser"))
    assert (precious / "wedding.jpg").exists()


def test_a_running_demo_is_not_deleted_by_a_fresh_one(loket, tmp_path):
    port, data = free_port(), tmp_path / "demo"
    first = Process([sys.executable, "-m", "webui.cli", "demo", f"--port={port}", f"--data={data}", "--no-browser"], {}, port)
    try:
        first.wait_until_it_answers()
        again = loket("demo", "--fresh", f"--port={free_port()}", f"--data={data}", "--no-browser")
        assert "Another Loket is already running" in refused(again)
        assert (data / "loket.db").exists()
    finally:
        first.stop()


def test_two_services_never_share_one_data_folder(loket, tmp_path):
    port = free_port()
    first = Process([sys.executable, "-m", "webui.cli", "run"], {"LOKET_DATA": str(tmp_path / "data"), "LOKET_PORT": str(port)}, port)
    try:
        first.wait_until_it_answers()
        assert "Another Loket is already running" in refused(loket("run", LOKET_PORT=str(free_port())))
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=10) as answer:
            health = json.load(answer)
        assert (health["status"], health["database"], health["worker"], health["printer"]) == ("ok", "ok", "ok", {})
        assert health["disk"]["free_bytes"] > 0
    finally:
        first.stop()
    assert first.process.returncode == 0


def test_the_service_runs_on_either_database(tmp_path, database_url):
    port = free_port()
    service = Process([sys.executable, "-m", "webui.cli", "run"],
                      {"LOKET_DATA": str(tmp_path), "LOKET_PORT": str(port), "LOKET_DATABASE_URL": database_url,
                       "LOKET_SECRET_KEY": "one key for several machines"}, port)
    try:
        service.wait_until_it_answers()
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=10) as answer:
            assert json.load(answer)["status"] == "ok"
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/sign-in", timeout=10) as answer:
            assert answer.status == 200
    finally:
        service.stop()


def test_settings_come_from_a_file_and_the_environment_goes_before_it(tmp_path):
    from foundation.settings import Settings

    file = tmp_path / "loket.conf"
    file.write_text('# an office\nLOKET_PORT=9000\nLOKET_HTTPS = "yes"\nLOKET_DATA=/srv/loket\n')
    settings = Settings.read({"LOKET_SETTINGS": str(file), "LOKET_PORT": "9001"})
    assert (settings.port, settings.https, settings.data) == (9001, True, Path("/srv/loket"))


def test_a_new_office_can_lend_at_once_and_what_it_takes_away_stays_away(loket, database):
    with database.transaction() as session:
        at = a_kiosk(session)
        visit = a_guest(session, at)
        admitted = visit if visit.state is VisitState.ADMITTED else visiting.admit(session, visit.id, OFFICER)
        loan = a_loan(session, at, a_title(session), visit=admitted)
        assert loan.due_on is not None
    with database.transaction() as session:
        for rule in rules.load(session):
            rules.delete_rule(session, rule.id, ADMIN)
    assert loket("migrate").returncode == 0
    with database.reading() as session:
        assert rules.load(session) == []
