"""Our bytes in a printer that nobody here wrote: emupos, an ESC/POS emulator, prints them and answers as it would.

It needs Python 3.13. LOKET_EMUPOS names its program where it is installed already; otherwise it is installed once, into
pytest's cache, with a Python 3.13 found on the PATH or under pyenv.
"""

import io
import json
import os
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image

from printer import codes, lettering
from printer.connect import open_printer
from printer.device import Identity, NotSent, Outcome, PrinterStatus
from printer.layout import Paper
from printer.receipt import Band, Big, Emphasis, Heading, Inverse, Line, Pair, QrCode, Receipt, Rule, Title
from printer.thermal import render

CODE = codes.make({1: b"k" * 32}, 42)
SLIP = Receipt((Band(), Heading("Perpustakaan Hukum Wirasari"), Inverse("SALINAN KE-2"), Rule(), Big("A-07"),
                Title("Pedoman Teknis Pengelolaan Arsip Pemungutan Suara"), Line("Keputusan 118/2027", center=True),
                Emphasis("Kembalikan paling lambat", "Rabu, 23 Juni 2027"), QrCode(CODE), Pair("Peminjam", "Ratna W.")))
SAID = ["Perpustakaan Hukum", "SALINAN KE-2", "A-07", "Pemungutan Suara", "Keputusan 118/2027", "Rabu, 23 Juni 2027", "Ratna W."]
BAUD = 19200
PAPERS = [Paper(width, native_qr, has_cutter=True) for width in (58, 80) for native_qr in (False, True)]


def python_3_13() -> str | None:
    """Pyenv's own first: its python3.13 on the PATH only works where that version is the chosen one."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    installed = sorted(pyenv.glob("versions/3.13*/bin/python"))
    return str(installed[-1]) if installed else shutil.which("python3.13")


@pytest.fixture(scope="module")
def program(pytestconfig) -> str:
    if given := os.environ.get("LOKET_EMUPOS"):
        return given
    home = pytestconfig.cache.mkdir("emupos")
    found = home / "bin" / "emupos"
    if not found.exists():
        if (python := python_3_13()) is None:
            pytest.skip("emupos needs Python 3.13, and there is none here")
        for step in ([python, "-m", "venv", home], [home / "bin" / "pip", "install", "--quiet", "emupos==0.4.0"]):
            if subprocess.run(step, capture_output=True, timeout=110, check=False).returncode:
                pytest.skip("emupos could not be installed")
    return str(found)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


class Emulator:
    """emupos with a narrow and a wide printer, each on the network and on a serial port (a pty, which it links to in `folder`);
    its own HTTP interface shows the paper and sets faults."""

    def __init__(self, folder: Path):
        self.folder, self.api, self.ports = folder, free_port(), {58: free_port(), 80: free_port()}

    def configuration(self) -> Path:
        folder, devices = self.folder, []
        for width, dots in ((58, 384), (80, 576)):
            (folder / f"p{width}.yaml").write_text(json.dumps({
                "type": "printer", "name": f"generic {width}", "dpi": 203, "width_dots": dots, "font_a": {"width": 12, "height": 24},
                "font_b": {"width": 9, "height": 17}, "code_pages": {"0": "PC437"}, "default_code_page": 0,
                "drawer_sensor_open_level": "high", "serial": {"baud": BAUD, "data_bits": 8, "parity": "none", "stop_bits": 1},
                **({"printer_id": {"model": 32, "autocutter": True, "maker": "EPSON", "name": "TM-T82X"}} if width == 80 else {}),
            }).replace('"0":', "0:"))
            devices.append({"id": f"p{width}", "type": "printer", "profile": f"./p{width}.yaml",
                            "connections": [{"tcp": {"port": self.ports[width]}}, {"serial": {"pty": True}}],
                            "job_idle_timeout_ms": 800, "receipts_dir": f"./receipts{width}"})
        file = folder / "emupos.yaml"
        file.write_text(json.dumps({"schema": 1, "api": {"host": "127.0.0.1", "port": self.api}, "devices": devices}))
        return file

    def ask(self, method: str, path: str) -> bytes:
        request = urllib.request.Request(f"http://127.0.0.1:{self.api}/api/v1/devices/{path}", method=method)
        with urllib.request.urlopen(request, timeout=5) as answer:
            return answer.read()

    def receipts(self, width: int) -> int:
        return len(json.loads(self.ask("GET", f"p{width}/receipts")))

    def printer(self, width: int, way: str = "tcp"):
        address = {"tcp": f"tcp://127.0.0.1:{self.ports[width]}", "serial": f"serial://{self.folder}/emupos/p{width}?baud={BAUD}"}[way]
        return open_printer(address, answer_within=1.0, print_within=5.0)


def wait_for(condition):
    until = time.monotonic() + 20
    while True:
        try:
            if condition():
                return
        except (urllib.error.URLError, ConnectionError):
            pass
        assert time.monotonic() < until
        time.sleep(0.05)


@pytest.fixture(scope="module")
def emulator(program, tmp_path_factory):
    folder = tmp_path_factory.mktemp("emupos")
    emulator = Emulator(folder)
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([program, "run", "--config", emulator.configuration()], cwd=folder, stdout=log, stderr=log,
                                   env={**os.environ, "TMPDIR": str(folder)})
        try:
            wait_for(lambda: emulator.ask("GET", "p80/receipts"))
            yield emulator
        finally:
            process.terminate()
            process.wait(20)


@pytest.mark.parametrize("way", ["tcp", "serial"])
@pytest.mark.parametrize("paper", PAPERS, ids=["58 raster", "58 native", "80 raster", "80 native"])
def test_the_slip_says_what_it_should_and_its_qr_code_is_read(emulator, paper, way):
    before = emulator.receipts(paper.width_mm)
    sending = emulator.printer(paper.width_mm, way).send(render(SLIP, paper), lambda: None)
    sending.close()
    assert sending.outcome is Outcome.PRINTED
    wait_for(lambda: emulator.receipts(paper.width_mm) == before + 1)
    text = emulator.ask("GET", f"p{paper.width_mm}/receipts/latest/text").decode()
    assert [words for words in SAID if words not in text] == []
    picture = Image.open(io.BytesIO(emulator.ask("GET", f"p{paper.width_mm}/receipts/latest/image")))
    [found] = zxingcpp.read_barcodes(picture.convert("L"))
    assert found.text == CODE


@pytest.mark.parametrize("way", ["tcp", "serial"])
@pytest.mark.parametrize(("fault", "status"), [("paper-out", PrinterStatus.NO_PAPER), ("cover-open", PrinterStatus.COVER_OPEN),
                                               ("offline", PrinterStatus.OFFLINE)])
def test_a_fault_is_recognised_before_sending(emulator, fault, status, way):
    printer = emulator.printer(80, way)
    emulator.ask("PUT", f"p80/faults/{fault}")
    try:
        assert printer.status() is status
        with pytest.raises(NotSent):
            printer.send(render(SLIP, Paper(80)), lambda: None)
    finally:
        emulator.ask("DELETE", f"p80/faults/{fault}")
    assert printer.status() is PrinterStatus.READY


def test_paper_near_its_end_is_recognised(emulator):
    emulator.ask("PUT", "p80/faults/paper-near-end")
    try:
        assert emulator.printer(80).status() is PrinterStatus.PAPER_LOW
    finally:
        emulator.ask("DELETE", "p80/faults/paper-near-end")


def test_a_printer_says_who_it_is_or_nothing(emulator):
    assert emulator.printer(80).identify() == Identity("EPSON", "TM-T82X")
    assert emulator.printer(80, "serial").identify() == Identity("EPSON", "TM-T82X")
    assert emulator.printer(58).identify() is None


@pytest.mark.parametrize("way", ["tcp", "serial"])
def test_a_slip_held_for_paper_comes_out_once_on_the_new_roll(emulator, way):
    before = emulator.receipts(80)
    sending = emulator.printer(80, way).send(render(SLIP, Paper(80)), lambda: emulator.ask("PUT", "p80/faults/paper-out"))
    assert (sending.outcome, sending.status) == (Outcome.HELD, PrinterStatus.NO_PAPER)
    emulator.ask("DELETE", "p80/faults/paper-out")
    wait_for(lambda: sending.poll() or sending.outcome is Outcome.PRINTED)
    sending.close()
    wait_for(lambda: emulator.receipts(80) == before + 1)


@pytest.mark.parametrize("width", [58, 80])
def test_accents_are_its_letters_and_an_arabic_title_is_there_dot_for_dot(emulator, width):
    paper, title = Paper(width, accents=True, full_density=True), "السياسة الشرعية"
    before = emulator.receipts(width)
    sending = emulator.printer(width).send(render(Receipt((Line("Café Ünal, 20° ½"), Title(title), QrCode(CODE))), paper), lambda: None)
    sending.close()
    wait_for(lambda: emulator.receipts(width) == before + 1)
    assert "Café Ünal, 20° ½" in emulator.ask("GET", f"p{width}/receipts/latest/text").decode()
    picture = Image.open(io.BytesIO(emulator.ask("GET", f"p{width}/receipts/latest/image"))).convert("L")
    [drawn] = lettering.lines(title, paper.dots, 28, "center", bold=True)
    dots = [[picture.getpixel((x, y)) < 128 for x in range(paper.dots)] for y in range(picture.height)]
    assert any(dots[y:y + len(drawn)] == drawn for y in range(len(dots)))
    assert [found.text for found in zxingcpp.read_barcodes(picture)] == [CODE]
