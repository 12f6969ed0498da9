"""One person at a scanner that several machines can reach; two data folders are two machines to a network scanner."""

import subprocess
import sys
import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
import time_machine

import scanner
from foundation.clock import now
from foundation.database import Database
from scanner.devices.holding import LEASE, DeviceLease, holding
from scanner.devices.troubles import Busy

HOME = Path(scanner.__file__).parents[1]
NETWORK = "escl://10.0.0.9"


@pytest.fixture
def here(tmp_path):
    return tmp_path / "here"


@pytest.fixture
def there(tmp_path):
    return tmp_path / "there"


def rows(database: Database) -> list[DeviceLease]:
    with database.reading() as session:
        return list(session.scalars(sa.select(DeviceLease)))


def wait_for(condition):
    until = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.02)


def refused(*holder) -> str:
    with pytest.raises(Busy) as busy, holding(*holder):
        pass
    return str(busy.value)


@pytest.mark.parametrize("at", ["here", "there"])
def test_who_comes_second_is_told_who_has_it_and_since_when_on_every_machine(database, here, there, at, request):
    folder = request.getfixturevalue(at)
    with time_machine.travel("2027-06-23T02:05:00+00:00", tick=False), holding(here, NETWORK, "Lestari Contoh", None, database):
        assert refused(folder, NETWORK, "Galih Contoh", "Asia/Jakarta", database) == "The scanner is in use by Lestari Contoh since 09.05."
    assert rows(database) == []
    with holding(folder, NETWORK, "Galih Contoh", None, database):
        pass


@pytest.mark.parametrize(("address", "same"), [
    ("escls://printer.example", True), ("sane://airscan:e0:Kantor", True), ("sane://net:10.0.0.9:epson2", True),
    ("scanimage://epson2:net:10.0.0.9", True), ("sane://hpaio:/net/LaserJet?ip=10.0.0.9", True), ("sane://test:0", False),
    ("sane://epson2:libusb:001:004", False), ("scanimage://hpaio:/usb/LaserJet?serial=Z9", False), ("folder:///scans", False)])
def test_a_name_on_the_network_is_one_device_and_any_other_one_on_each_machine(database, here, there, monkeypatch, address, same):
    with holding(here, address, "Lestari Contoh", None, database):
        monkeypatch.setattr("socket.gethostname", lambda: "another-machine")
        if same:
            refused(there, address, "Galih Contoh", None, database)
        else:
            with holding(there, address, "Galih Contoh", None, database):
                assert len(rows(database)) == 2


@pytest.mark.parametrize(("one", "same", "other"), [
    ("sane://test:0", "scanimage://test:0#page-width=210", "sane://test:1"), ("escl://10.0.0.9", "escl://10.0.0.9:80", "escl://10.0.0.9:8080"),
    ("escls://[fe80::443]:443/scan", "escls://[fe80::443]/scan", "escls://[fe80::443]/eSCL")])
def test_a_device_is_one_in_whatever_way_its_address_is_written(database, here, one, same, other):
    with holding(here, one, "Lestari Contoh", None, database):
        assert "Lestari" in refused(here, same, "Galih Contoh", None, database)
        with holding(here, other, "Galih Contoh", None, database):
            pass


def test_of_many_machines_that_ask_at_once_one_gets_it(database, tmp_path):
    start, finish, told = threading.Barrier(8), threading.Barrier(8), []

    def ask(number: int) -> None:
        start.wait()
        try:
            with holding(tmp_path / str(number), NETWORK, f"Orang {number}", None, database):
                told.append("mine")
                finish.wait()
        except Busy as busy:
            told.append(busy.details["name"])
            finish.wait()
    threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert told.count("mine") == 1
    assert len(set(told)) == 2  # the seven others were all told the same name


def test_the_lease_is_renewed_while_the_scan_goes_on(database, here, monkeypatch):
    monkeypatch.setattr("scanner.devices.holding.RENEWED_EVERY", 0.05)
    with holding(here, NETWORK, "Lestari Contoh", None, database):
        first = rows(database)[0]
        wait_for(lambda: rows(database)[0].until > first.until + timedelta(seconds=0.1))
        assert rows(database)[0].since == first.since


def test_a_lease_that_was_lost_is_neither_renewed_nor_given_back(database, here, there, monkeypatch):
    """A machine that stood still for longer than a lease, as a laptop does whose lid was closed."""
    with holding(here, NETWORK, "Lestari Contoh", None, database):
        with database.transaction() as session:
            session.execute(sa.update(DeviceLease).values(until=now() - timedelta(seconds=1)))
        late = holding(there, NETWORK, "Galih Contoh", None, database)
        late.__enter__()
    assert [row.holder for row in rows(database)] == ["Galih Contoh"]
    late.__exit__(None, None, None)
    assert rows(database) == []


def test_a_database_that_fails_takes_no_scan_with_it(database, here):
    with holding(here, NETWORK, "Lestari Contoh", None, database), database.transaction() as session:
        session.execute(sa.text("DROP TABLE device_lease"))


@pytest.fixture
def killed(database, here):
    """Somebody here who had the scanner when the process was killed."""
    code = ("import sys, time; from pathlib import Path\n"
            "from foundation.database import Database; from scanner.devices.holding import holding\n"
            "with holding(Path(sys.argv[1]), sys.argv[2], 'Lestari Contoh', None, Database(sys.argv[3])):\n"
            "    print('mine', flush=True); time.sleep(600)")
    url = database.url.render_as_string(hide_password=False)
    worker = subprocess.Popen([sys.executable, "-c", code, str(here), NETWORK, url], cwd=HOME, stdout=subprocess.PIPE)
    assert worker.stdout.readline() == b"mine\n"
    refused(here, NETWORK, "Galih Contoh", None, database)
    worker.kill()
    worker.wait()
    worker.stdout.close()


def test_who_was_killed_has_freed_it_at_once_on_the_same_machine(database, here, killed):
    with holding(here, NETWORK, "Galih Contoh", None, database):
        assert [row.holder for row in rows(database)] == ["Galih Contoh"]


def test_who_was_killed_has_freed_it_for_other_machines_when_the_lease_has_run_out(database, there, killed):
    assert "Lestari Contoh" in refused(there, NETWORK, "Galih Contoh", None, database)
    with time_machine.travel(now() + LEASE + timedelta(seconds=1)), holding(there, NETWORK, "Galih Contoh", None, database):
        assert [row.holder for row in rows(database)] == ["Galih Contoh"]
