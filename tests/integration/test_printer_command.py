"""`loket printer`: what the person at the machine reads of a printer, and the exit code a program goes by."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from foundation.owning import owning
from printer.paper import pages
from printer.simulated import FaultKind, SimulatedPrinterServer, set_fault, slips

HOME = Path(__file__).resolve().parents[2]


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "printer"


@pytest.fixture
def address(folder):
    with SimulatedPrinterServer(folder) as server:
        yield server.address


@pytest.fixture
def loket(tmp_path):
    def run(*words: str, data: Path = tmp_path / "no service") -> tuple[int, list[str]]:
        """Exit code and the lines said; nothing is ever said as an error, least of all a traceback."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("LOKET_")}
        result = subprocess.run([sys.executable, "-m", "webui.cli", "printer", *words], cwd=HOME, text=True, capture_output=True,
                                timeout=60, env={**environment, "LOKET_DATA": str(data)})
        assert result.stderr == ""
        return result.returncode, result.stdout.splitlines()
    return run


def test_a_ready_printer_is_told_in_a_sentence_and_for_machines(loket, address):
    assert loket("status", address) == (0, ["The printer is ready."])
    code, [line] = loket("status", address, "--json")
    assert (code, json.loads(line)) == (0, {"address": address, "status": "ready", "sentence": "The printer is ready."})


@pytest.mark.parametrize(("fault", "code", "said"), [
    (FaultKind.OUT_OF_PAPER, 1, "The printer is out of paper."), (FaultKind.MUTE, 1, "The printer does not say how it is."),
    (FaultKind.PAPER_NEAR_END, 0, "The paper is nearly used up.")])
def test_how_a_printer_is_decides_the_exit_code(loket, address, folder, fault, code, said):
    set_fault(folder, fault)
    found, lines = loket("status", address)
    assert (found, lines[0]) == (code, said)


@pytest.mark.parametrize("address", ["printer", "tcp://", "usb://1", "serial:///dev/ttyUSB0?baud=1", "cups://a b", "tcp://a..b", ""])
@pytest.mark.parametrize("command", ["status", "test"])
def test_what_is_no_address_is_refused_with_the_forms_that_are(loket, command, address):
    code, lines = loket(command, address)
    assert (code, lines[-1].startswith("Write tcp://host:9100")) == (2, True)


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "usb://ffff:ffff", "serial:///dev/loket-has-no-such-port",
                                     "file:///dev/loket-has-no-such-printer", "cups://loket-has-no-such-queue", "serial:///etc/hostname"])
def test_what_cannot_be_reached_gets_nothing(loket, address):
    assert loket("status", address)[0] == 2
    code, [line] = loket("test", address, "--json")
    assert (code, json.loads(line)["outcome"]) == (2, "not sent")


@pytest.mark.parametrize("fence", ["process-id", "status"])
@pytest.mark.parametrize("width", ["58", "80"])
def test_a_test_page_is_printed(loket, address, folder, width, fence):
    assert loket("test", address, "--width", width, "--fence", fence) == (0, ["The test page is printed: the printer said so itself."])
    [slip] = slips(folder)
    [page] = pages(slip.read_bytes(), int(width))
    assert "Test page" in page.text


def test_a_printer_that_never_answers_ends_unconfirmed(loket, address, folder):
    set_fault(folder, FaultKind.MUTE)
    code, [line] = loket("test", address, "--fence", "none", "--json")
    assert (code, json.loads(line)["outcome"]) == (1, "unconfirmed")


def test_a_printer_that_is_not_ready_gets_no_page(loket, address, folder):
    set_fault(folder, FaultKind.COVER_OPEN)
    code, lines = loket("test", address)
    assert (code, lines[0], slips(folder)) == (2, "The printer’s cover is open.", [])


def test_a_page_that_the_printer_holds_is_told_to_come_out_later(loket, address, folder):
    set_fault(folder, f"{FaultKind.OUT_OF_PAPER} 100")
    code, lines = loket("test", address)
    assert (code, lines[0], lines[-1]) == (1, "The printer is out of paper.", "It holds the test page and prints it then.")


def test_a_connection_that_breaks_leaves_it_uncertain(loket, address, folder):
    set_fault(folder, f"{FaultKind.POWER_CUT} 100")
    code, [line] = loket("test", address, "--json")
    assert (code, json.loads(line)["outcome"]) == (1, "uncertain")


def test_nothing_is_sent_while_the_service_prints(loket, address, folder, tmp_path):
    with owning(tmp_path / "data", address) as mine:
        assert mine
        code, lines = loket("test", address, data=tmp_path / "data")
    assert (code, lines, slips(folder)) == (2, ["The service is printing on this printer just now.", "Try again in a moment."], [])
    assert loket("test", address, data=tmp_path / "data")[0] == 0


def test_a_data_folder_that_cannot_be_used_is_said(loket, address, tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "a-file").touch()
    assert loket("status", address, data=tmp_path / "data" / "a-file")[0] == 0  # no folder: no service
    code, lines = loket("status", address, data=tmp_path / ("a" * 300))
    assert (code, "data folder" in lines[0]) == (2, True)
