"""Ways from a document's pages to its text and PDF: bare Tesseract, OCRmyPDF, and ours, each with what it took of the machine."""

import os
import resource
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from scanner.documents import checklists, reading
from scanner.documents.checklists import PageSeen
from scanner.documents.reading import Suggestion
from scanner.documents.remarks import Remark
from scanner.workshop.findings import SAME_SHEET, Examination, Flag, alike
from scanner.workshop.processes import Workshop
from scanner.workshop.texts import PageText
from webui.bench.corpus import Scan

AT_ONCE = 2
LOOK = 0.05   # seconds between two looks at the memory
TICK, PAGE = os.sysconf("SC_CLK_TCK"), os.sysconf("SC_PAGE_SIZE")
MM = 25.4


class Missing(Exception):
    """This way cannot be tried here; why."""


@dataclass
class Made:
    """What a way made of the pages of a document: their texts, and its PDF where it makes one. Of ours also what each page of the PDF
    takes with its part of the rest, its report, and what was seen and read."""

    texts: list[str]
    pdf: Path | None = None
    sizes: list[int] = field(default_factory=list)
    report: Mapping = field(default_factory=dict)
    seen: list[Examination] = field(default_factory=list)
    read: list[PageText] = field(default_factory=list)
    suggested: Mapping[reading.Field, Suggestion] = field(default_factory=dict)


def program(name: str) -> str:
    """The program of that name: on the path, or beside our Python. Raises Missing."""
    found = shutil.which(name) or shutil.which(name, path=str(Path(sys.executable).parent))
    if not found:
        raise Missing(f"the program {name} is not installed")
    return found


def tesseract(pages: Sequence[Scan], folder: Path) -> Made:
    """`tesseract -l ind`, two at once, each with one thread: the quickest way that there is to a text of all pages."""
    bare = program("tesseract")
    with ThreadPoolExecutor(AT_ONCE) as threads:
        return Made(list(threads.map(lambda page: _said([bare, str(page.path), "stdout", "-l", "ind"]), pages)))


def bound(pages: Sequence[Scan], folder: Path) -> Path:
    """The pictures as they are, in one PDF for OCRmyPDF to begin with; by a program that comes with it. Raises Missing."""
    out = folder / "pictures.pdf"
    _said([program("img2pdf"), "--output", str(out), *(str(page.path) for page in pages)])
    return out


def ocrmypdf(options: Sequence[str], pictures: Path, folder: Path) -> Made:
    out, sidecar = folder / "ocrmypdf.pdf", folder / "ocrmypdf.txt"
    _said([program("ocrmypdf"), "-l", "ind", f"--jobs={AT_ONCE}", "--quiet", *options, f"--sidecar={sidecar}", str(pictures), str(out)])
    return Made(sidecar.read_text().split("\f"), out)


def _said(command: list[str]) -> str:
    """Raises Missing, with the last that it said, when it ends badly."""
    one_thread = {**os.environ, "OMP_THREAD_LIMIT": "1"}
    done = subprocess.run(command, capture_output=True, text=True, env=one_thread, check=False)  # noqa: S603  the words are ours
    if done.returncode:
        raise Missing(f"{Path(command[0]).name} ended with {done.returncode}: {(done.stderr.strip().splitlines() or [''])[-1]}")
    return done.stdout


class Ours:
    """The product's own work on pages. `verdicts`: seconds until each page was looked at."""

    def __init__(self, roster: Sequence[str]):
        self.workshop, self.roster = Workshop(), roster
        self.verdicts: list[float] = []

    def warm(self, page: Scan, folder: Path) -> None:
        """Both processes have loaded all that they need, as in a service that scans."""
        with ThreadPoolExecutor(AT_ONCE) as threads:
            list(threads.map(lambda _: self.workshop.read(page.path, page.dpi, 0, 0.0), range(AT_ONCE)))
        self.make([page], folder)
        self.verdicts.clear()

    def make(self, pages: Sequence[Scan], folder: Path) -> Made:
        """Everything that becomes of them: looked at one by one, read two by two, checked, and made into a PDF."""
        seen = [self._seen(page) for page in pages]
        with ThreadPoolExecutor(AT_ONCE) as threads:
            texts = list(threads.map(self._read, pages, seen))
        suggested = reading.suggest(texts, self.roster)
        remarks(seen, texts)
        out = folder / "ours.pdf"
        report = self.workshop.compose({
            "pages": [{"path": str(page.path.absolute()), "dpi": page.dpi, "turned": each.turn, "skew_degrees": each.skew_degrees,
                       "size_mm": None, "text": text.to_json()} for page, each, text in zip(pages, seen, texts, strict=True)],
            "out": str(out), "footer": "", "qr": "", "profile": "2b", "language": "id",
            "about": {**dict.fromkeys(("number", "type", "year", "issuer", "subject"), ""), "title": "Ukuran", "language": "id"}})
        rest = (report["bytes"] - sum(page["bytes"] for page in report["pages"])) // len(pages)
        return Made([text.text for text in texts], out, [page["bytes"] + rest for page in report["pages"]], report, seen, texts, suggested)

    def _seen(self, page: Scan) -> Examination:
        began = time.perf_counter()
        seen = self.workshop.examine(page.path, page.dpi)
        self.verdicts.append(time.perf_counter() - began)
        return seen

    def _read(self, page: Scan, seen: Examination) -> PageText:
        if is_blank(seen):
            return PageText(1, 1, page.dpi or 300)
        return self.workshop.read(page.path, page.dpi, seen.turn, seen.skew_degrees)


def is_blank(seen: Examination) -> bool:
    return any(finding.code is Flag.BLANK for finding in seen.findings)


def doubled(seen: Sequence[Examination]) -> list[bool]:
    """Of each page, whether it is another scan of one of the two before it, as inspecting.py looks at its neighbours."""
    return [any(alike(page.fingerprint, other.fingerprint) >= SAME_SHEET for other in seen[max(0, at - 2):at])
            for at, page in enumerate(seen)]


def remarks(seen: Sequence[Examination], texts: Sequence[PageText]) -> list[Remark]:
    """What the rules say of a document of these pages."""
    return checklists.examine([
        PageSeen(number, text, frozenset(finding.code for finding in each.findings), *size_mm(text))
        for number, (each, text) in enumerate(zip(seen, texts, strict=True), start=1)])


def size_mm(page: PageText) -> tuple[float, float]:
    return page.width / page.dpi * MM, page.height / page.dpi * MM


# --- what they take of the machine -------------------------------------------------------------------------------------------------


@dataclass
class Used:
    """Seconds of CPU of this thread and all processes begun by this one, and the most MiB of those that ran at one time."""

    cpu: float = 0.0
    memory: float = 0.0


@contextmanager
def using() -> Iterator[Used]:
    used, done = Used(), threading.Event()

    def watch() -> None:
        while not done.wait(LOOK):
            used.memory = max(used.memory, sum(_each_child(_resident)))
    thread = threading.Thread(target=watch, daemon=True)
    before = _cpu()
    thread.start()
    try:
        yield used
    finally:
        used.cpu = _cpu() - before
        done.set()
        thread.join()


def _cpu() -> float:
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.thread_time() + ended.ru_utime + ended.ru_stime + sum(_each_child(_cpu_of))


def _each_child(measure: Callable[[int], float]) -> list[float]:
    """Of every process that this one has begun and that runs; what ends meanwhile is left out."""
    found = []
    for task in Path("/proc/self/task").iterdir():
        try:
            children = [int(child) for child in (task / "children").read_text().split()]
        except OSError:
            continue
        for child in children:
            try:
                found.append(measure(child))
            except OSError:
                continue
    return found


def _cpu_of(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / TICK  # its own and those of its children that ended


def _resident(pid: int) -> float:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE / 2**20
