"""Every way to a scanner beside bare `scanimage --batch`: pages a minute, CPU and memory of one scan after the other, in turns."""

import os
import resource
import shutil
import statistics
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

from scanner.devices.connect import open_scanner
from scanner.devices.port import Mode, PageFile, Settings, Source
from scanner.devices.sheets import draw_sheets
from scanner.devices.simulated import Stack
from scanner.devices.simulated_escl import SimulatedEsclServer
from scanner.devices.troubles import DriverMissing, Trouble

ROUNDS = 5
LOAD = 10      # sheets in the feeder of SANE's test device
PACE = 1.0     # seconds for a page: an office scanner of 60 pages a minute
LOOK = 0.01    # seconds between two looks at the memory
BARE = "scanimage --batch"
DEVICE = "test:0"
PUT_BACK = "put back"
PICTURE = "#test-picture=Color pattern"
AS_FAST_AS_IT_GOES = "escl:// without a pace"
# as it comes, SANE's test device is smaller than A4, and cuts pages without a word
TEST_CONF = """number_of_devices 1
geometry_min 0.0
geometry_max 360.0
geometry_quant 1.0
resolution_min 1.0
resolution_max 1200.0
resolution_quant 1.0
resolution 300.0
mode Gray
depth 8
tl_x 0.0
tl_y 0.0
br_x 210.0
br_y 297.0
"""


@dataclass(frozen=True)
class Taken:
    """What one scan of `pages` took: seconds by the clock, seconds of CPU of all its processes, MiB of them together at the most."""

    pages: int
    seconds: float
    cpu: float
    memory: float

    @property
    def per_minute(self) -> float:
        return self.pages / self.seconds * 60


def a4(mode: Mode, sheets: int) -> Settings:
    return Settings(Source.FEEDER, mode, 300, sheets=sheets)


def beside_bare(folder: Path, say: Callable[[str], None]) -> dict:
    """Of each mode the figures of bare scanimage and of each adapter, and of those that cannot be tried the reason."""
    _know_the_test_device(folder / "sane.d")
    figures: dict[str, dict] = {"missing": {}}
    with ExitStack() as stack:
        ways: dict[str, Callable[[Mode], Taken]] = {BARE: lambda mode: _bare(folder, mode)}
        for scheme in ("scanimage", "sane"):
            ways[f"{scheme}://"] = stack.enter_context(elsewhere(scan_often, f"{scheme}://{DEVICE}{PICTURE}", folder / scheme)).scan
        feeder = stack.enter_context(elsewhere(feed, folder / "stack", LOAD, 0.0))
        reader = stack.enter_context(elsewhere(scan_often, feeder.told, folder / "escl"))
        ways[AS_FAST_AS_IT_GOES] = partial(_scan_again, feeder, reader)
        for name in list(ways):  # what is loaded at the first scan is loaded
            _scanned(ways, name, Mode.GRAY, figures["missing"])
        for mode in (Mode.GRAY, Mode.COLOR):  # in this order: the most memory that a process had is counted
            say(f"A4, 300 dpi, {mode}: {', '.join(ways)} …")
            taken: dict[str, list[Taken]] = {name: [] for name in ways}
            for _ in range(ROUNDS):
                for name in list(ways):
                    taken[name] += _scanned(ways, name, mode, figures["missing"])
            figures[str(mode)] = _medians({name: taken[name] for name in ways})
    return figures


def _scanned(ways: dict[str, Callable[[Mode], Taken]], name: str, mode: Mode, missing: dict[str, str]) -> list[Taken]:
    """One scan; a way that fails is taken out and its reason written down."""
    try:
        return [ways[name](mode)]
    except Trouble as trouble:
        missing[name] = f"{trouble} ({trouble.said})"
        del ways[name]
        return []


def _scan_again(feeder: "Elsewhere", reader: "Elsewhere", mode: Mode) -> Taken:
    feeder.ask(PUT_BACK)
    return reader.scan(mode)


def _medians(taken: dict[str, list[Taken]]) -> dict[str, dict[str, float | None]]:
    """`of_bare`: each round is compared with bare scanimage in the same round, as the machine may have other things to do meanwhile."""
    bare = [one.per_minute for one in taken.get(BARE, ())]
    return {name: {"pages_per_minute": statistics.median(one.per_minute for one in each),
                   "of_bare": statistics.median(one.per_minute / beside for one, beside in zip(each, bare, strict=True)) if bare else None,
                   "cpu_s_per_page": statistics.median(one.cpu / one.pages for one in each),
                   "memory_mib": max(one.memory for one in each)} for name, each in taken.items()}


def with_its_own_pace(folder: Path, seconds: int, say: Callable[[str], None]) -> dict:
    """A network scanner of 60 pages a minute that feeds for so many seconds: pages a minute, and their part of what it could do."""
    sheets = max(1, round(seconds / PACE))
    say(f"escl:// at {60 / PACE:.0f} pages a minute, {sheets} sheets …")
    with elsewhere(feed, folder / "paced", sheets, PACE) as feeder, \
            elsewhere(scan_often, feeder.told, folder / "paced-out") as reader:
        taken = reader.scan(Mode.COLOR, sheets)
    return {"pages": taken.pages, "pages_per_minute": taken.per_minute, "cpu_s_per_page": taken.cpu / taken.pages,
            "memory_mib": taken.memory, "of_its_pace": taken.pages * PACE / taken.seconds}


def _know_the_test_device(folder: Path) -> None:
    """SANE of this process and its children knows its own test device and no other."""
    folder.mkdir()
    (folder / "dll.conf").write_text("test\n")
    (folder / "test.conf").write_text(TEST_CONF)
    os.environ["SANE_CONFIG_DIR"] = str(folder)


def _bare(folder: Path, mode: Mode) -> Taken:
    """SANE's own program writes files, which nobody looks at. Raises Trouble."""
    program, out = shutil.which("scanimage"), folder / "bare"
    if not program:
        raise DriverMissing("scanimage is not installed")
    out.mkdir()
    command = [program, "-d", DEVICE, "--source=Automatic Document Feeder", f"--mode={mode.capitalize()}", "--resolution=300", "-x210",
               "-y297", "--test-picture=Color pattern", "--format=tiff", f"--batch={out}/%d.tiff"]
    before, began = _cpu(resource.RUSAGE_CHILDREN), time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603 the words are ours
    with _memory_of(process.pid) as memory:
        process.wait()
    taken = Taken(len(list(out.iterdir())), time.perf_counter() - began, _cpu(resource.RUSAGE_CHILDREN) - before, memory.most)
    shutil.rmtree(out)
    return taken


# --- in processes of their own -----------------------------------------------------------------------------------------------------


class Elsewhere:
    """A process that answers; `told` is what it said first."""

    def __init__(self, pid: int, pipe: Connection):
        self.pid, self._pipe = pid, pipe
        self.told = pipe.recv()

    def ask(self, question: object) -> object:
        """Its answer. What it raised is raised here."""
        self._pipe.send(question)
        answer = self._pipe.recv()
        if isinstance(answer, Exception):
            raise answer
        return answer

    def scan(self, mode: Mode, sheets: int = LOAD) -> Taken:
        with _memory_of(self.pid) as memory:
            pages, seconds, cpu = self.ask(a4(mode, sheets))
        return Taken(pages, seconds, cpu, memory.most)


@contextmanager
def elsewhere(work: Callable[..., None], *arguments: object) -> Iterator[Elsewhere]:
    """`work`, with the end of a pipe before its arguments, in a new process until the block ends: then it is sent None."""
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=work, args=(theirs, *arguments))
    process.start()
    theirs.close()
    try:
        yield Elsewhere(process.pid, ours)
    finally:
        ours.send(None)
        process.join()


def scan_often(pipe: Connection, address: str, folder: Path) -> None:
    """Scans as it is asked to: pages, seconds, seconds of CPU."""
    pipe.send("")
    while settings := pipe.recv():
        cpu, began = _cpu(resource.RUSAGE_SELF) + _cpu(resource.RUSAGE_CHILDREN), time.perf_counter()
        try:
            pages = sum(isinstance(event, PageFile) for event in open_scanner(address).scan(settings, folder))
            taken = time.perf_counter() - began
            pipe.send((pages, taken, _cpu(resource.RUSAGE_SELF) + _cpu(resource.RUSAGE_CHILDREN) - cpu))
        except Trouble as trouble:
            pipe.send(trouble)
        shutil.rmtree(folder, ignore_errors=True)


def feed(pipe: Connection, folder: Path, sheets: int, pace: float) -> None:
    """A network scanner with so many sheets, those in `folder` or else drawn ones, whose address it says first; at PUT_BACK they all lie
    in its feeder again, and what it answers is when the last byte of each page was about to leave it."""
    if not folder.is_dir():
        draw_sheets(folder, min(sheets, LOAD))
    with SimulatedEsclServer(folder, pace=pace) as scanner:
        stack = scanner.stack = _Counted(folder, sheets)
        pipe.send(scanner.address)
        while pipe.recv():
            pipe.send(dict(stack.sent))
            scanner.next_page = 1


class _Counted(Stack):
    """The same few pictures again and again, `sheets` of them; `sent`: when each left, in seconds since 1970."""

    def __init__(self, folder: Path, sheets: int):
        super().__init__(folder)
        self.sheets, self.sent = sheets, dict[int, float]()

    def pictures(self) -> list[Path]:
        found = super().pictures()
        return [found[sheet % len(found)] for sheet in range(getattr(self, "sheets", len(found)))]

    def image(self, page: int, settings: Settings) -> bytes | None:
        image = super().image(page, settings)
        self.sent[page] = time.time()
        return image


# --- what a process takes of the machine -------------------------------------------------------------------------------------------


def _cpu(who: int) -> float:
    used = resource.getrusage(who)
    return used.ru_utime + used.ru_stime


class _Memory:
    most = 0.0


@contextmanager
def _memory_of(pid: int) -> Iterator[_Memory]:
    """The MiB that the process and those that it started have together, at the most, while the block runs."""
    memory, done = _Memory(), threading.Event()

    def watch() -> None:
        while not done.wait(LOOK):
            memory.most = max(memory.most, _resident(pid))
    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield memory
    finally:
        done.set()
        thread.join()


def _resident(pid: int) -> float:
    """MiB, at their highest, of the process and its children that run now."""
    try:
        words, status = _words(pid), Path(f"/proc/{pid}/status").read_text()
        children = [int(child) for task in Path(f"/proc/{pid}/task").iterdir() for child in (task / "children").read_text().split()]
        own = next((int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM")), 0.0)
        # a child that has not begun its own program yet has its parent's memory, which is counted
        return own + sum(_resident(child) for child in children if _words(child) != words)
    except OSError:  # it ended
        return 0.0


def _words(pid: int) -> bytes:
    return Path(f"/proc/{pid}/cmdline").read_bytes()
