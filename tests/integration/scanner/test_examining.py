"""Pages looked at in processes of their own: what one page does to its process costs that page, and no other."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from scanner.examining import AT_ONCE, PROJECT, Examiner
from scanner.findings import Examination, Flag
from tests import drawn

FAILED = Examination(failed=True)


@pytest.fixture(scope="module")
def crooked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("pages") / "a page.png"
    drawn.scanned(drawn.crooked(drawn.text(1), 3)).save(path)
    return path


@pytest.fixture
def examiner() -> Iterator[Examiner]:
    examiner = Examiner()
    yield examiner
    examiner.close()


def until(true: Callable[[], bool]) -> None:
    """Wait for it; at most 30 seconds."""
    limit = time.monotonic() + 30
    while not true():
        assert time.monotonic() < limit, "it never came"
        time.sleep(0.02)


def children(of: int | None = None) -> list[int]:
    """The processes that look at pages, begun by process `of` (this one) and not ended."""
    found = subprocess.run(["ps", "-o", "pid=,stat=,args=", "--ppid", str(of or os.getpid())], capture_output=True, text=True, check=False)
    lines = [line.split(maxsplit=2) for line in found.stdout.splitlines()]
    return [int(pid) for pid, state, command in lines if "scanner.examining" in command and not state.startswith("Z")]


def endless(folder: Path) -> Path:
    """A page that never comes: whoever opens it waits."""
    os.mkfifo(folder / "endless.png")
    return folder / "endless.png"


def has_ended(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(") ")[2].startswith("Z")
    except (FileNotFoundError, ProcessLookupError):
        return True


def works(examiner: Examiner, page: Path) -> bool:
    return [finding.code for finding in examiner.examine(page, 300).findings] == [Flag.SKEWED]


def test_the_answer_comes_back_whole_from_the_other_process(examiner, crooked):
    found = examiner.examine(crooked, 300)
    assert [(finding.code, finding.details) for finding in found.findings] == [(Flag.SKEWED, {"degrees": 3})]
    assert found.skew_degrees == pytest.approx(3, abs=0.05)
    assert (found.turn, found.codes, found.failed) == (0, (), False)
    assert Examination.from_json(found.to_json()) == found
    assert len(found.fingerprint) > 1000


def test_many_threads_share_two_processes_that_let_others_go_first(examiner, crooked):
    with ThreadPoolExecutor(5) as threads:
        assert all(threads.map(lambda _: works(examiner, crooked), range(10)))
    assert 1 <= len(children()) <= AT_ONCE
    assert {os.getpriority(os.PRIO_PROCESS, child) for child in children()} == {os.getpriority(os.PRIO_PROCESS, 0) + 10}
    environment = Path(f"/proc/{children()[0]}/environ").read_bytes().split(b"\0")
    assert b"OMP_THREAD_LIMIT=1" in environment


def test_a_damaged_page_fails_and_its_process_goes_on(examiner, crooked, tmp_path, capfd):
    damaged = tmp_path / "damaged.png"
    damaged.write_bytes(crooked.read_bytes()[:20_000])
    assert works(examiner, crooked)
    before = children()
    assert examiner.examine(damaged, 300) == examiner.examine(tmp_path / "not there.png", 300) == FAILED
    assert works(examiner, crooked)
    assert children() == before
    assert "damaged.png cannot be examined" in capfd.readouterr().err


def test_a_page_that_takes_too_long_is_given_up_and_the_next_one_works(crooked, tmp_path):
    examiner = Examiner(time_limit=5)
    assert examiner.examine(endless(tmp_path), 300) == FAILED
    assert children() == []
    assert works(examiner, crooked)
    examiner.close()


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGSEGV], ids=["out of memory", "crash"])
def test_a_process_that_dies_costs_its_page_and_no_other(examiner, crooked, tmp_path, end):
    assert works(examiner, crooked)
    [victim] = children()
    page = endless(tmp_path)
    with ThreadPoolExecutor(2) as threads:
        lost = threads.submit(examiner.examine, page, 300)
        keep_open = threads.submit(open, page, "wb")  # returns when the victim has it open too
        with keep_open.result(timeout=30):
            assert works(examiner, crooked)
            os.kill(victim, end)
            assert lost.result(timeout=30) == FAILED
    assert works(examiner, crooked)
    assert victim not in children()


def test_idle_processes_end_and_begin_again_when_there_is_a_page(crooked):
    examiner = Examiner(idle=0.3)
    assert works(examiner, crooked)
    until(lambda: children() == [])
    assert works(examiner, crooked)
    examiner.close()


def test_a_thread_that_ends_takes_no_process_with_it(examiner, crooked):
    with ThreadPoolExecutor(1) as thread:
        assert thread.submit(works, examiner, crooked).result()
    before = children()
    assert works(examiner, crooked)
    assert children() == before != []


def test_they_die_with_the_process_that_wanted_them(tmp_path):
    page = endless(tmp_path)
    parent = subprocess.Popen([sys.executable, "-c", "import sys; from pathlib import Path; from scanner.examining import Examiner\n"
                               "Examiner().examine(Path(sys.argv[1]), 300)", str(page)], cwd=PROJECT)
    until(lambda: children(parent.pid) != [])
    [child] = children(parent.pid)
    parent.kill()
    parent.wait()
    until(lambda: has_ended(child))
