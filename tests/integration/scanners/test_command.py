"""`loket scanner`: what the person at the machine reads, and the exit code a program goes by."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from scanner.devices.holding import holding
from scanner.devices.simulated import FaultKind, set_fault
from tests.integration.scanners.conftest import HOME, number_on
from tests.integration.scanners.scanner_contract import wait_for


@pytest.fixture
def begin(tmp_path):
    def begin(*words: object, data=tmp_path / "no service") -> subprocess.Popen:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("LOKET_")}
        return subprocess.Popen([sys.executable, "-m", "webui.cli", "scanner", *map(str, words)], cwd=HOME, text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**environment, "LOKET_DATA": str(data)},
                                # as at a terminal, also where a shell in the background had Control-C ignored for all of us
                                preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
    return begin


@pytest.fixture
def loket(begin):
    def run(*words: object, **how) -> tuple[int, list[str]]:
        """Exit code and the lines said; nothing is ever said as an error, least of all a traceback."""
        with begin(*words, **how) as command:
            said, errors = command.communicate(timeout=60)
        assert errors == ""
        return command.returncode, said.splitlines()
    return run


@pytest.fixture
def scan(loket, stack, out):
    return lambda *words, **how: loket("scan", f"simulated://{stack}", "--source", "feeder", "--mode", "gray", "--dpi", 75, "--out", out,
                                       *words, **how)


def test_the_scanners_of_this_computer_are_listed(loket, sane):
    sane("test")
    assert loket("list") == (0, ["sane://test:0", "    Noname frontend-tester", "sane://test:1", "    Noname frontend-tester"])
    code, [line] = loket("list", "--json")
    assert (code, json.loads(line)[0]) == (0, {"address": "sane://test:0", "maker": "Noname", "model": "frontend-tester", "serial": ""})


def test_no_scanner_is_said_with_what_to_try(loket, sane):
    sane()
    code, lines = loket("list")
    assert (code, lines[0]) == (0, "There is no scanner.")


def test_what_a_scanner_can_do_is_said_in_our_words_and_its_own(loket, stack):
    code, lines = loket("options", f"simulated://{stack}")
    assert (code, lines[0], lines[1]) == (0, "Loket Simulated 0001", "Source: flatbed, for A5, A4, Letter")
    assert "Source: feeder (“ADF”), for A5, A4, Letter, F4, Legal" in lines
    code, [line] = loket("options", f"simulated://{stack}", "--json")
    found = json.loads(line)
    assert (found["modes"]["color"], found["resolutions"]) == ("24bit Color", [75, 100, 150, 200, 300, 600])


def test_a_stack_is_scanned_into_a_folder(scan, out):
    code, lines = scan("--sheets", 3)
    assert (code, lines[0], lines[-1]) == (0, "Page 1: 00001.jpg, 620 × 877 dots", f"Done: 3 pages in {out}.")
    assert [number_on(page) for page in sorted(out.iterdir())] == [1, 2, 3]


def test_after_a_jam_the_same_command_goes_on(scan, stack, out):
    set_fault(stack, "jam 17")
    code, lines = scan()
    assert (code, lines[16], lines[-1]) == (1, "A sheet is jammed in the scanner.", "16 pages kept.")
    code, lines = scan()
    assert (code, lines[0][:7]) == (0, "Page 17")
    assert [number_on(page) for page in sorted(out.iterdir())] == list(range(1, 26))


@pytest.mark.parametrize(("fault", "said"), [
    (FaultKind.EMPTY, "There is no paper in the scanner’s feeder."), (FaultKind.OFFLINE, "The scanner cannot be reached"),
    (FaultKind.COVER_OPEN, "The scanner’s cover is open."), (FaultKind.CRASH, "The scanner’s driver broke down.")])
def test_what_cannot_begin_is_two_sentences(scan, stack, fault, said):
    set_fault(stack, fault)
    code, lines = scan()
    assert (code, len(lines), lines[0].startswith(said)) == (2, 2, True)


@pytest.mark.parametrize("words", [
    ("scan", "scanner", "--out", "x"), ("options", "sane://"), ("options", ""), ("options", "escl://127.0.0.1:1"),
    ("options", "folder:///nosuch"), ("scan", "sane://nosuch:0", "--out", "x"), ("scan", "scanimage://nosuch:0", "--out", "x"),
    ("scan", "escl://scanner.invalid", "--out", "x"),
    ("scan", "folder:///nosuch", "--out", "x")])
def test_what_is_nothing_or_nowhere(loket, sane, tmp_path, words):
    sane("test")
    code, lines = loket(*(tmp_path / word if word == "x" else word for word in words))
    assert (code, len(lines)) == (2, 2)


def test_a_folder_that_cannot_be_written_to(loket, stack, tmp_path):
    (tmp_path / "file").touch()
    code, lines = loket("scan", f"simulated://{stack}", "--out", tmp_path / "file" / "out")
    assert (code, lines[0]) == (2, "Loket may not use the scanner or its folder.")


def test_who_has_the_scanner_is_said(scan, stack, tmp_path):
    with holding(tmp_path / "data", f"simulated://{stack}", "Sari"):
        code, lines = scan(data=tmp_path / "data")
    assert (code, lines[0].startswith("The scanner is in use by Sari since ")) == (2, True)
    assert scan("--sheets", 1, data=tmp_path / "data")[0] == 0


def test_control_c_keeps_the_finished_pages(begin, stack, out):
    set_fault(stack, FaultKind.SLOW)
    with begin("scan", f"simulated://{stack}", "--source", "feeder", "--dpi", 75, "--out", out) as command:
        wait_for(lambda: list(out.glob("00002.*")))
        time.sleep(0.1)
        command.send_signal(signal.SIGINT)
        said, errors = command.communicate(timeout=30)
    assert (command.returncode, errors) == (1, "")
    assert said.splitlines()[-1] == f"Stopped; {len(list(out.glob('0*')))} pages kept."
    assert not (out / "incoming").exists()
