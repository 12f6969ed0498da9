"""Work on pages in processes of their own: what one page does to its process costs that page, and no other."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from PIL import Image

from scanner.devices import intake
from scanner.workshop.findings import Examination, Flag
from scanner.workshop.processes import AT_ONCE, BROKE, MOST, PROJECT, TOO_LONG, Failed, Workshop
from scanner.workshop.texts import PageText
from tests import drawn

FAILED = Examination(failed=True)


@pytest.fixture(scope="module")
def crooked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("pages") / "a page.png"
    drawn.scanned(drawn.crooked(drawn.text(1), 3)).save(path)
    return path


@pytest.fixture
def workshop() -> Iterator[Workshop]:
    workshop = Workshop()
    yield workshop
    workshop.close()


def until(true: Callable[[], bool], patience: float = 30) -> None:
    """Wait for it, at most so many seconds."""
    limit = time.monotonic() + patience
    while not true():
        assert time.monotonic() < limit, "it never came"
        time.sleep(0.02)


def children(of: int | None = None) -> list[int]:
    """The processes that work on pages, begun by process `of` (this one) and not ended."""
    found = subprocess.run(["ps", "-o", "pid=,stat=,args=", "--ppid", str(of or os.getpid())], capture_output=True, text=True, check=False)
    lines = [line.split(maxsplit=2) for line in found.stdout.splitlines()]
    return [int(pid) for pid, state, command in lines if "scanner.workshop.processes" in command and not state.startswith("Z")]


def endless(folder: Path) -> Path:
    """A page that never comes: whoever opens it waits."""
    os.mkfifo(folder / "endless.png")
    return folder / "endless.png"


def has_ended(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(") ")[2].startswith("Z")
    except (FileNotFoundError, ProcessLookupError):
        return True


def has_open(process: int, file: Path) -> bool:
    """Whether the process has the file open now."""
    try:
        return any(os.readlink(handle) == str(file) for handle in Path(f"/proc/{process}/fd").iterdir())
    except OSError:  # one was closed, or the process ended, meanwhile
        return False


def worked(process: int) -> float:
    """Seconds of CPU that the process has had; none when it has ended."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")


def works(workshop: Workshop, page: Path) -> bool:
    return [finding.code for finding in workshop.examine(page, 300).findings] == [Flag.SKEWED]


def test_the_answer_comes_back_whole_from_the_other_process(workshop, crooked):
    found = workshop.examine(crooked, 300)
    assert [(finding.code, finding.details) for finding in found.findings] == [(Flag.SKEWED, {"degrees": 3})]
    assert found.skew_degrees == pytest.approx(3, abs=0.05)
    assert (found.turn, found.codes, found.failed) == (0, (), False)
    assert Examination.from_json(found.to_json()) == found
    assert len(found.fingerprint) > 1000


def test_a_page_is_read_as_it_was_examined(workshop, crooked):
    found = workshop.examine(crooked, 300)
    text = workshop.read(crooked, 300, found.turn, found.skew_degrees)
    assert (text.width, text.height, text.dpi, len(text.lines)) == (*drawn.A4, 300, 42)
    assert {word for line in text.lines[:5] for word in line.text.split()} <= set(drawn.WORDS)
    assert PageText.from_json(text.to_json()) == text


def test_many_threads_share_two_processes_that_let_others_go_first(workshop, crooked):
    with ThreadPoolExecutor(5) as threads:
        assert all(threads.map(lambda _: works(workshop, crooked), range(10)))
    assert 1 <= len(children()) <= AT_ONCE
    assert {os.getpriority(os.PRIO_PROCESS, child) for child in children()} == {os.getpriority(os.PRIO_PROCESS, 0) + 10}
    environment = Path(f"/proc/{children()[0]}/environ").read_bytes().split(b"\0")
    assert b"OMP_THREAD_LIMIT=1" in environment


def test_a_damaged_page_fails_and_its_process_goes_on(workshop, crooked, tmp_path, capfd):
    damaged = tmp_path / "damaged.png"
    damaged.write_bytes(crooked.read_bytes()[:20_000])
    assert works(workshop, crooked)
    before = children()
    assert workshop.examine(damaged, 300) == workshop.examine(tmp_path / "not there.png", 300) == FAILED
    assert works(workshop, crooked)
    assert children() == before
    assert "damaged.png" in capfd.readouterr().err


def test_a_page_that_cannot_be_read_says_why_and_its_process_goes_on(workshop, crooked, tmp_path):
    Image.new("L", (30_000, 1), 255).save(tmp_path / "strip.png")
    (tmp_path / "damaged.png").write_bytes(crooked.read_bytes()[:20_000])
    assert works(workshop, crooked)
    before = children()
    for page, sentence in (("strip.png", "The picture is too small to be a page."), ("damaged.png", intake.CUT)):
        with pytest.raises(Failed) as failed:
            workshop.read(tmp_path / page, None, 0, 0)
        assert failed.value.message == sentence
    assert works(workshop, crooked)
    assert children() == before


def test_a_document_that_cannot_be_made_is_one_sentence_and_the_next_page_works(workshop, crooked, tmp_path):
    (tmp_path / "damaged.png").write_bytes(crooked.read_bytes()[:20_000])
    page = {"path": str(tmp_path / "damaged.png"), "dpi": 300, "turned": 0, "skew_degrees": 0, "size_mm": None, "text": None}
    about = dict.fromkeys(("title", "number", "type", "year", "issuer", "subject"), "") | {"language": "id"}
    with pytest.raises(Failed, match="^Page 1 cannot be read"):
        workshop.compose({"pages": [page], "out": str(tmp_path / "new.pdf"), "about": about, "footer": "", "qr": "", "profile": "2b",
                          "language": "id"})
    assert works(workshop, crooked)


def test_no_process_can_ask_for_all_the_memory_of_the_computer(workshop, crooked, tmp_path):
    assert works(workshop, crooked)
    [child] = children()
    limits = Path(f"/proc/{child}/limits").read_text().splitlines()
    assert [line.split()[3:5] for line in limits if line.startswith("Max address space")] == [[str(MOST)] * 2]
    Image.new("L", (30_000, 1), 255).save(tmp_path / "strip.png")  # a metre for each dot, were it a sheet
    assert workshop.examine(tmp_path / "strip.png", None).failed
    assert works(workshop, crooked)


def test_a_process_that_has_done_enough_gives_way_to_another(crooked):
    workshop = Workshop(pages=2)
    assert works(workshop, crooked)
    [first] = children()
    assert works(workshop, crooked)
    until(lambda: children() == [])
    assert works(workshop, crooked)
    assert first not in children()
    workshop.close()


def test_who_has_the_paper_in_the_hand_goes_first(workshop, crooked, tmp_path):
    order = []
    with ThreadPoolExecutor(4) as threads:
        held = []
        for number in range(AT_ONCE):
            (tmp_path / str(number)).mkdir()
            page = endless(tmp_path / str(number))
            lost = threads.submit(workshop.examine, page, 300)
            held.append((lost, threads.submit(open, page, "wb").result(timeout=30)))
        reading = threads.submit(lambda: (workshop.read(crooked, 300, 0, 3), order.append("read")))
        until(lambda: len(workshop._places._waiting) == 1)
        examining = threads.submit(lambda: (workshop.examine(crooked, 300), order.append("examined")))
        until(lambda: len(workshop._places._waiting) == 2)
        held[0][1].close()  # an empty page: one place is free
        examining.result(timeout=60)
        reading.result(timeout=60)
        held[1][1].close()
    assert order == ["examined", "read"]


def test_a_page_that_takes_too_long_is_given_up_and_the_next_one_works(crooked, tmp_path):
    workshop = Workshop(time_limit=5)
    page = endless(tmp_path)
    assert workshop.examine(page, 300) == FAILED
    with pytest.raises(Failed) as failed:
        workshop.read(page, 300, 0, 0)
    assert failed.value.message == TOO_LONG
    assert children() == []
    assert works(workshop, crooked)
    workshop.close()


def test_a_process_that_dies_costs_its_page_and_no_other(workshop, crooked, tmp_path):
    assert works(workshop, crooked)
    [victim] = children()
    page = endless(tmp_path)
    with ThreadPoolExecutor(2) as threads:
        lost = threads.submit(workshop.examine, page, 300)
        keep_open = threads.submit(open, page, "wb")  # returns when the victim has it open too
        with keep_open.result(timeout=30):
            assert works(workshop, crooked)
            os.kill(victim, signal.SIGSEGV)
            assert lost.result(timeout=30) == FAILED
    assert works(workshop, crooked)
    assert victim not in children()


def test_a_process_that_somebody_kills_costs_nothing_and_twice_is_enough(workshop, crooked, tmp_path):
    page = endless(tmp_path)
    with ThreadPoolExecutor(2) as threads:
        lost = threads.submit(workshop.examine, page, 300)
        with threads.submit(open, page, "wb").result(timeout=30):
            [first] = children()
            os.kill(first, signal.SIGKILL)
            until(lambda: children() not in ([], [first]))  # another has the page
            [second] = children()
            until(lambda: has_open(second, page))
            os.kill(second, signal.SIGKILL)
            assert lost.result(timeout=30) == FAILED
    assert works(workshop, crooked)


def test_a_process_that_dies_over_a_page_is_a_sentence(workshop, crooked, tmp_path):
    assert works(workshop, crooked)
    [victim] = children()
    page = endless(tmp_path)
    with ThreadPoolExecutor(2) as threads:
        lost = threads.submit(workshop.read, page, 300, 0, 0)
        with threads.submit(open, page, "wb").result(timeout=30):
            os.kill(victim, signal.SIGSEGV)
            with pytest.raises(Failed) as failed:
                lost.result(timeout=30)
    assert failed.value.message == BROKE


def test_one_that_died_while_it_was_idle_costs_nothing(workshop, crooked):
    assert works(workshop, crooked)
    [victim] = children()
    os.kill(victim, signal.SIGKILL)
    until(lambda: has_ended(victim))
    assert works(workshop, crooked)


def test_idle_processes_end_and_begin_again_when_there_is_a_page(crooked):
    workshop = Workshop(idle=0.3)
    assert works(workshop, crooked)
    until(lambda: children() == [])
    assert works(workshop, crooked)
    workshop.close()


def test_a_thread_that_ends_takes_no_process_with_it(workshop, crooked):
    with ThreadPoolExecutor(1) as thread:
        assert thread.submit(works, workshop, crooked).result()
    before = children()
    assert works(workshop, crooked)
    assert children() == before != []


def test_they_die_with_the_process_that_wanted_them(tmp_path):
    page = endless(tmp_path)
    parent = subprocess.Popen([sys.executable, "-c", "import sys; from pathlib import Path\n"
                               "from scanner.workshop.processes import Workshop\n"
                               "Workshop().examine(Path(sys.argv[1]), 300)", str(page)], cwd=PROJECT)
    until(lambda: children(parent.pid) != [])
    [child] = children(parent.pid)
    parent.kill()
    parent.wait()
    until(lambda: has_ended(child))
