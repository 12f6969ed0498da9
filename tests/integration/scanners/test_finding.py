"""Which scanners there are, where one went that was plugged in again, and who has one."""

import os
import subprocess
import sys
import time

import pytest
import time_machine

from scanner.devices.backends import only, serial_number
from scanner.devices.finding import Found, find, find_again
from scanner.devices.holding import holding
from scanner.devices.port import Identity
from scanner.devices.sane import listed
from scanner.devices.simulated_escl import SimulatedEsclServer
from scanner.devices.supervising import answer
from scanner.devices.troubles import Busy, DriverMissing, Stalled
from tests.integration.scanners.conftest import HOME
from tests.integration.scanners.scanner_contract import processes_that_name, wait_for

TESTER = Identity("Noname", "frontend-tester")


@pytest.fixture
def discover(tmp_path, monkeypatch):
    """In the place of sane-airscan's program, which finds what tells itself to the network: one that says what a test lets it say."""
    def say(*lines: str) -> None:
        program = tmp_path / "bin" / "airscan-discover"
        program.parent.mkdir(exist_ok=True)
        program.write_text("#!/bin/sh\ncat <<'END'\n[devices]\n" + "".join(f"  {line}\n" for line in lines) + "END\n")
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    say()
    return say


def test_what_is_found_is_remembered_for_a_while(sane, discover):
    sane("test")
    assert find(anew=True) == [Found("sane://test:0", TESTER), Found("sane://test:1", TESTER)]
    sane("pnm")
    assert [found.address for found in find()] == ["sane://test:0", "sane://test:1"]
    assert [found.address for found in find(anew=True)] == ["sane://pnm:0", "sane://pnm:1"]


def test_a_network_scanner_is_offered_directly_and_once(sane, discover, stack):
    with SimulatedEsclServer(stack) as server:
        sane("airscan", "test", airscan=f'"Kantor" = http://127.0.0.1:{server.port}/eSCL, eSCL')
        discover(f"Kantor = http://127.0.0.1:{server.port}/eSCL/, eSCL", f"Kantor = http://127.0.0.1:{server.port}/wsd, WSD",
                 "Mati = http://127.0.0.1:1/eSCL/, eSCL")
        assert find(anew=True) == [Found(server.address, Identity("Loket", "Simulated", "0001")),
                                   Found("escl://127.0.0.1:1", Identity(model="Mati")),
                                   Found("sane://test:0", TESTER), Found("sane://test:1", TESTER)]


def test_a_scanner_that_moved_on_the_network_is_found_by_its_serial_number(discover, stack):
    with SimulatedEsclServer(stack) as server:
        discover(f"Kantor = http://127.0.0.1:{server.port}/eSCL/, eSCL")
        assert find_again(Identity("Loket", "Simulated", "0001"), "escl://10.0.0.9") == server.address
        assert find_again(Identity("Loket", "Simulated", "0002"), "escl://10.0.0.9") is None


def test_a_scanner_that_was_plugged_in_again_is_found_when_it_is_the_only_one_of_its_kind(sane):
    folder = sane("test")
    assert find_again(TESTER, "sane://test:7") is None  # there are two
    conf = folder / "test.conf"
    conf.write_text(conf.read_text().replace("number_of_devices 2", "number_of_devices 1"))
    assert find_again(TESTER, "sane://test:7") == "sane://test:0"
    assert find_again(TESTER, "scanimage://test:7") == "scanimage://test:0"
    assert find_again(Identity("Noname", "other"), "sane://test:7") is None


def test_one_backend_can_be_asked_alone(sane):
    sane("test", "pnm")
    with only("pnm:5") as environment:
        assert {name for name, _ in listed(environment, 10)} == {"pnm:0", "pnm:1"}
    assert {name for name, _ in listed({}, 10)} == {"test:0", "test:1", "pnm:0", "pnm:1"}


def test_without_sane_the_administrator_is_told(discover, tmp_path, monkeypatch):
    (tmp_path / "libsane.so.1").write_text("no library")
    monkeypatch.setenv("LD_LIBRARY_PATH", str(tmp_path))
    with pytest.raises(DriverMissing):
        find(anew=True)


def test_who_never_answers_is_not_waited_for(tmp_path):
    """Nor is what it started itself left behind."""
    script = tmp_path / "never"
    script.write_text(f"#!/bin/sh\ntrap '' INT\nsh -c 'sleep 600; : {tmp_path}'\n")
    script.chmod(0o755)
    begun = time.monotonic()
    with pytest.raises(Stalled):
        answer([str(script)], {}, 0.5)
    assert time.monotonic() - begun < 30
    wait_for(lambda: not processes_that_name(str(tmp_path)))  # who is killed ends in a moment


def test_the_serial_number_is_that_of_the_machine_on_the_port(tmp_path):
    for port, (bus, device, serial) in {"1-1": (1, 4, "A"), "1-2": (1, 5, "B"), "2-1": (2, 4, None)}.items():
        folder = tmp_path / port
        folder.mkdir()
        (folder / "busnum").write_text(f"{bus}\n")
        (folder / "devnum").write_text(f"{device}\n")
        if serial:
            (folder / "serial").write_text(f"{serial}\n")
    names = ("epson2:libusb:001:005", "genesys:libusb:002:004", "fujitsu:libusb:009:009", "test:0", "hpaio:/usb/LaserJet?serial=Z9")
    assert [serial_number(name, tmp_path) for name in names] == ["B", "", "", "", "Z9"]


def test_who_comes_second_is_told_who_has_the_scanner_and_since_when(tmp_path):
    with time_machine.travel("2027-06-23T02:05:00+00:00", tick=False), holding(tmp_path, "sane://test:0", "Sari"):
        with pytest.raises(Busy) as busy, holding(tmp_path, "sane://test:0", "Budi", "Asia/Jakarta"):
            pass
        assert str(busy.value) == "The scanner is in use by Sari since 09.05."
        with holding(tmp_path, "sane://test:1", "Budi"):
            pass
    with holding(tmp_path, "sane://test:0", "Budi"):
        pass


def test_a_scanner_is_free_when_who_had_it_is_killed(tmp_path):
    code = ("import sys, time; from pathlib import Path; from scanner.devices.holding import holding\n"
            "with holding(Path(sys.argv[1]), 'sane://test:0', 'Sari'): print('mine', flush=True); time.sleep(600)")
    worker = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], cwd=HOME, stdout=subprocess.PIPE)
    assert worker.stdout.readline() == b"mine\n"
    with pytest.raises(Busy), holding(tmp_path, "sane://test:0", "Budi"):
        pass
    worker.kill()
    worker.wait()
    worker.stdout.close()
    with holding(tmp_path, "sane://test:0", "Budi"):
        pass
