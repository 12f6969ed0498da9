"""Our simulated printer as a client that nobody here wrote sees it: receiptio prints on it and says how it is.

It needs Node. LOKET_RECEIPTIO names its package's folder where it is installed already; otherwise it is installed once, into
pytest's cache, with npm.
"""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from printer.paper import pages
from printer.simulated import FaultKind, SimulatedPrinterServer, set_fault, slips

PRINT = """
require(process.argv[1]).print("^^^Bukti peminjaman", `-d ${process.argv[2]} -p generic -t 20 -l id`).then(result => console.log(result));
"""


@pytest.fixture(scope="module")
def package(pytestconfig) -> Path:
    if given := os.environ.get("LOKET_RECEIPTIO"):
        return Path(given)
    if not shutil.which("node"):
        pytest.skip("receiptio needs Node, and there is none here")
    home = pytestconfig.cache.mkdir("receiptio")
    found = home / "node_modules" / "receiptio"
    if not found.exists():
        install = ["npm", "install", "--silent", "--no-save", "--ignore-scripts", "--prefix", home, "receiptio@2.1.2", "receiptline@4.0.4"]
        if not shutil.which("npm") or subprocess.run(install, capture_output=True, timeout=110, check=False).returncode:
            pytest.skip("receiptio could not be installed")
    return found


@pytest.fixture
def printer(tmp_path):
    """At port 9100, where alone receiptio looks, of an address of this computer that no other test uses."""
    number = os.getpid()
    with SimulatedPrinterServer(tmp_path / "printer", 9100, f"127.77.{number >> 8 & 255}.{number & 255}") as printer:
        yield printer


def said(package: Path, printer: SimulatedPrinterServer) -> str:
    host = printer.address.removeprefix("tcp://").partition(":")[0]
    return subprocess.run(["node", "-e", PRINT, package, host], capture_output=True, text=True, timeout=60, check=True).stdout.strip()


def test_it_prints_and_is_told_of_its_success(package, printer):
    assert said(package, printer) == "success"
    [slip] = slips(printer.machine.folder)
    assert "Bukti peminjaman" in "\n".join(page.text for page in pages(slip.read_bytes(), 80))


@pytest.mark.parametrize(("fault", "result"), [(FaultKind.OUT_OF_PAPER, "paperempty"), (FaultKind.COVER_OPEN, "coveropen"),
                                               (FaultKind.ERROR, "error"), (FaultKind.PAPER_NEAR_END, "success")])
def test_it_recognises_what_the_simulated_printer_reports_before_printing(package, printer, fault, result):
    set_fault(printer.machine.folder, fault)
    assert said(package, printer) == result
    assert bool(slips(printer.machine.folder)) == (result == "success")


@pytest.mark.parametrize(("fault", "result"), [(FaultKind.OUT_OF_PAPER, "paperempty"), (FaultKind.COVER_OPEN, "coveropen")])
def test_it_recognises_what_happens_while_it_prints_by_the_automatic_status(package, printer, fault, result):
    set_fault(printer.machine.folder, f"{fault} 40")
    assert said(package, printer) == result
