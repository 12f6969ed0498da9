"""Has the heavy work on pages done beside everything else, by at most two processes that begin with it and end when nobody wants them."""

import contextlib
import errno
import heapq
import importlib
import itertools
import json
import os
import queue
import resource
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from foundation.errors import Refused
from foundation.text import t
from scanner.workshop.findings import Examination
from scanner.workshop.texts import PageText
from scanner.workshop.ways import Why, missing

PROJECT = Path(__file__).resolve().parents[2]
# in each process, Tesseract and NumPy would start a thread for each core: together three times as slow
ENVIRONMENT = {"PYTHONPATH": str(PROJECT), "OMP_THREAD_LIMIT": "1", "OPENBLAS_NUM_THREADS": "1"}
AT_ONCE = 2
IDLE = 60.0                # seconds until a process ends that has nothing to do
BEGIN = 15.0               # seconds to load what a task needs, once for each process; it takes 1
PAGES = 200                # until a process ends and another takes its place: libraries in C lose a little memory with every page
GROWN = 600_000_000        # bytes in use after a task, at which it ends likewise; 250 are usual
MOST = 2_000_000_000       # bytes of addresses: what a damaged file can make a process ask for. A4 in colour with 1200 dpi needs 1.1

NO_ROOM = {errno.ENOSPC, errno.EDQUOT}
TOO_LONG = t("It took too long and was given up.")
NO_MEMORY = t("It needs more memory than there is for it.")
BROKE = t("The program that works on pages broke down over it.")
PRINT_ANEW = t("Print it to a new PDF where it can be opened, or print it on paper and scan that.")
ONCE_MORE = t("Make it once more; if that does not help, tell the administrator.")
STAYS = t("It stays as it came, and can be read and kept. To make it searchable, print it to a new PDF, or on paper and scan that.")


class Failed(Refused):
    """What was wanted could not be done: for a reason that the work itself found, or because its process ended over it."""


@dataclass(frozen=True)
class Task:
    """What a process can be asked for: a function of a module, loaded there. The lower `order` goes first; `from_json`: its answer.
    `next_step`: what a person can do who is told that it broke down, or took too long, or too much memory."""

    module: str
    function: str
    order: int
    from_json: Callable[[Any], Any]
    next_step: str = ""


EXAMINE = Task("scanner.workshop.imaging", "examine", 0, Examination.from_json)  # somebody has the paper in the hand, and waits
READ = Task("scanner.workshop.recognising", "read", 1, PageText.from_json)
CHECK = Task("scanner.workshop.checking_pdf", "check", 1, dict, PRINT_ANEW)
PUT_IN = Task("scanner.workshop.assembly", "put_in", 2, dict)
COMPOSE = Task("scanner.workshop.assembly", "compose", 2, dict, ONCE_MORE)
SEAL = Task("scanner.workshop.sealing", "seal_document", 2, dict, ONCE_MORE)
PACK = Task("scanner.workshop.packing", "pack", 3, dict)
EXTRACT = Task("scanner.workshop.extracting", "extract", 1, dict)
DRAW = Task("scanner.workshop.extracting", "draw", 1, dict, PRINT_ANEW)
SHRINK = Task("scanner.workshop.shrinking", "shrink", 1, dict)
UNDER = Task("scanner.workshop.text_under", "put_text_under", 2, dict, STAYS)
TASKS = {task.function: task for task in (EXAMINE, READ, CHECK, PUT_IN, COMPOSE, SEAL, PACK, EXTRACT, DRAW, SHRINK, UNDER)}


class Workshop:
    """Works on pages, asked from any thread. Its processes end with it: when it is closed, or its own process ends in whatever way.

    They know that by the end of their input, and not by the signal that Linux sends when a parent dies: it means the thread that
    began them. `time_limit`: seconds for any task, instead of its own.
    """

    def __init__(self, time_limit: float | None = None, idle: float = IDLE, pages: int = PAGES):
        self.time_limit, self.idle, self.pages = time_limit, idle, pages
        self._places = _Places(AT_ONCE)
        self._composing = threading.Lock()  # one document at a time: a long one leaves the other place to pages
        self._aside = threading.Lock()      # what takes as long as a PDF that is read takes none of the places
        self._idle: list[subprocess.Popen[str]] = []

    def examine(self, path: Path, dpi: int | None) -> Examination:
        """What the picture at `path` tells; `dpi` as the scanner says it, None where nobody does. Waits for its turn, before others.

        `failed` when the picture cannot be read, or looking at it takes too long, or all the memory: it costs no other page anything.
        """
        try:
            return self._do(EXAMINE, 30, str(path.absolute()), dpi)
        except Failed:
            return Examination(failed=True)

    def read(self, path: Path, dpi: int | None, turned: int, skew_degrees: float) -> PageText:
        """What stands on the page at `path`, as `recognising.read` says it. Raises Failed, whatever it was that happened."""
        return self._do(READ, 60, str(path.absolute()), dpi, turned, skew_degrees)

    def check(self, path: Path) -> dict[str, Any]:
        """What the PDF at `path` says of itself, as `checking_pdf.check` says it. Raises Failed, whatever it was that happened."""
        return self._do(CHECK, 120, str(path.absolute()))

    def seal(self, order: Mapping[str, str]) -> dict[str, Any]:
        """Seals a document, as `sealing.seal_document` says it. Raises Failed, whatever it was that happened."""
        return self._do(SEAL, 60, order)

    def compose(self, order: Mapping[str, Any]) -> dict[str, Any]:
        """Makes a document of pages, as `assembly.compose` says it, which is told here what became of each page, and where it is. A page
        that cannot be put in costs that page. Raises OSError when the disk is full, Failed for anything else."""
        with self._composing, tempfile.TemporaryDirectory(dir=Path(order["out"]).parent, prefix="new-") as drawn:
            made = [self._put_in({**page, "text": None, "out": f"{drawn}/{number}.pdf"}) for number, page in enumerate(order["pages"], 1)]
            return self._do(COMPOSE, 20 + 2 * len(made), {**order, "made": made, "drawn": drawn})

    def _put_in(self, page: Mapping[str, Any]) -> dict[str, Any]:
        """One page, as `assembly.put_in` says it; one over which the process hangs or ends cannot be put in."""
        try:
            return self._do(PUT_IN, 60, page)
        except Failed as problem:
            return missing({TOO_LONG: Why.TOO_LONG, NO_MEMORY: Why.NO_MEMORY}.get(problem.message, Why.BROKE))

    def pack(self, order: Mapping[str, str]) -> dict[str, Any]:
        """Makes a page's file smaller, as `packing.pack` says it. Raises Failed, whatever it was that happened."""
        return self._do(PACK, 60, order)

    def extract(self, path: Path, number: int) -> dict[str, Any]:
        """What stands on a page of a PDF, as `extracting.extract` says it. Raises Failed, whatever it was that happened."""
        return self._do(EXTRACT, 20, {"path": str(path.absolute()), "number": number})

    def draw(self, path: Path, number: int, long_side: int, out: Path) -> None:
        """Draws a page of a PDF, as `extracting.draw` says it. Raises Failed, whatever it was that happened."""
        self._do(DRAW, 10, {"path": str(path.absolute()), "number": number, "long_side": long_side, "out": str(out.absolute())})

    def shrink(self, path: Path, long_side: int, out: Path) -> None:
        """Makes a small picture of one that somebody brings, as `shrinking.shrink` says it. Raises Failed, whatever happened."""
        self._do(SHRINK, 20, {"path": str(path.absolute()), "long_side": long_side, "out": str(out.absolute())})

    def put_text_under(self, path: Path, out: Path, pages: int) -> dict[str, Any]:
        """Reads a PDF of so many pages, as `text_under.put_text_under` says it: one at a time, beside all other work. Raises Failed,
        whatever it was that happened."""
        with self._aside:
            return self._answer(UNDER, 60 + 30 * pages, {"path": str(path.absolute()), "out": str(out.absolute())})

    def close(self) -> None:
        """Ends the processes; to be called when they have nothing to do."""
        while self._idle:
            _end(self._idle.pop())

    def _do(self, task: Task, limit: float, *arguments: object) -> Any:
        """Its answer, when it has had its turn. Raises Failed."""
        with self._places.taken(task.order):
            return self._answer(task, limit, *arguments)

    def _answer(self, task: Task, limit: float, *arguments: object) -> Any:
        question = json.dumps([task.function, self.time_limit or limit, arguments])
        killed = False
        while True:
            process = self._living() or self._begin()
            if answer := _ask(process, question):
                self._idle.append(process)
                break
            code = _end(process)  # 0: it ended because it was idle, or had done enough; another takes the question
            if code == -signal.SIGKILL and not killed:
                killed = True  # that was somebody else's doing, and not the page's: once more
            elif code:
                raise Failed(TOO_LONG if code == -signal.SIGALRM else BROKE, task.next_step)
        told = json.loads(answer)
        if "no_room" in told:
            raise OSError(told["no_room"], os.strerror(told["no_room"]))
        if "failed" in told:
            sentence, next_step, details = told["failed"]
            raise Failed(sentence, next_step or task.next_step, **details)
        return task.from_json(told["done"])

    def _living(self) -> "subprocess.Popen[str] | None":
        """One that has nothing to do; some may have ended meanwhile."""
        with contextlib.suppress(IndexError):  # another thread may take the last one
            while True:
                process = self._idle.pop()
                if process.poll() is None:
                    return process
                _end(process)
        return None

    def _begin(self) -> "subprocess.Popen[str]":
        return subprocess.Popen([sys.executable, "-P", "-m", "scanner.workshop.processes", str(self.idle), str(self.pages)],  # noqa: S603
                                stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True,
                                env={**os.environ, **ENVIRONMENT})


class _Places:
    """So many at once; who waits goes in by order, then by who came first."""

    def __init__(self, free: int):
        self._free, self._came = free, itertools.count()
        self._waiting: list[tuple[int, int]] = []
        self._changed = threading.Condition()

    @contextlib.contextmanager
    def taken(self, order: int) -> Iterator[None]:
        with self._changed:
            mine = (order, next(self._came))
            heapq.heappush(self._waiting, mine)
            self._changed.wait_for(lambda: self._free and self._waiting[0] == mine)
            heapq.heappop(self._waiting)
            self._free -= 1
            self._changed.notify_all()  # the next may go too
        try:
            yield
        finally:
            with self._changed:
                self._free += 1
                self._changed.notify_all()


def _ask(process: "subprocess.Popen[str]", question: str) -> str:
    """Its answer; empty when it has ended instead."""
    try:
        process.stdin.write(question + "\n")
        process.stdin.flush()
    except BrokenPipeError:
        return ""
    answer = process.stdout.readline()
    return answer if answer.endswith("\n") else ""


def _end(process: "subprocess.Popen[str]") -> int:
    """Its exit code; negative: the signal that ended it."""
    process.stdout.close()
    with contextlib.suppress(BrokenPipeError):  # its last question is still on the way
        process.stdin.close()
    return process.wait()


# --- in a process of its own -----------------------------------------------------------------------------------------------------


def _main(idle: float, pages: int) -> None:
    os.nice(10)  # the scanner does not wait, and who looks at the screen does not either
    resource.setrlimit(resource.RLIMIT_AS, (MOST, MOST))
    questions: queue.SimpleQueue[tuple[str, float, list[Any]]] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(questions,), daemon=True).start()
    while pages > 0 and _in_use() < GROWN:
        try:
            name, time_limit, arguments = questions.get(timeout=idle)
        except queue.Empty:
            break
        print(json.dumps(_done(TASKS[name], time_limit, arguments)), flush=True)  # noqa: T201
        pages -= 1
    os._exit(0)


def _done(task: Task, time_limit: float, arguments: list[Any]) -> dict[str, Any]:
    """What is told of it: {"done": answer}, {"failed": [sentence, next step, details]} or {"no_room": error number}."""
    try:
        signal.setitimer(signal.ITIMER_REAL, BEGIN)  # the signal ends the process, whatever library it is in
        work = getattr(importlib.import_module(task.module), task.function)
        signal.setitimer(signal.ITIMER_REAL, time_limit)
        done = work(*(Path(each) if isinstance(each, str) else each for each in arguments))  # every word in a question is a path
        return {"done": done if isinstance(done, dict) else done.to_json()}
    except Refused as problem:
        return {"failed": [problem.message, problem.next_step, problem.details]}
    except Exception as problem:  # noqa: BLE001  of a damaged file, Pillow and OpenCV raise what they like
        print(f"{task.function} {str(arguments)[:200]}: {problem!r}", file=sys.stderr, flush=True)  # noqa: T201
        if isinstance(problem, OSError) and problem.errno in NO_ROOM:
            return {"no_room": problem.errno}
        return {"failed": [NO_MEMORY if isinstance(problem, MemoryError) or "nsufficient memory" in str(problem) else BROKE, "", {}]}
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _in_use() -> int:
    """Bytes of memory."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


def _listen(questions: "queue.SimpleQueue[tuple[str, float, list[Any]]]") -> None:
    for line in sys.stdin:
        questions.put(json.loads(line))
    os._exit(1)  # nobody asks any more, and nobody waits for an answer


if __name__ == "__main__":
    _main(float(sys.argv[1]), int(sys.argv[2]))
