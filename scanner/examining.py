"""Has pages looked at beside the scan, by at most two processes of their own that begin with a page and end when nobody wants them."""

import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import threading
from pathlib import Path

from scanner.findings import Examination

PROJECT = Path(__file__).resolve().parent.parent
# in each process, Tesseract would start a thread for each core: together three times as slow
ENVIRONMENT = {"PYTHONPATH": str(PROJECT), "OMP_THREAD_LIMIT": "1"}
AT_ONCE = 2
TIME_LIMIT = 30.0  # seconds for a page; A4 with 300 dpi takes .3
IDLE = 60.0        # seconds until a process ends that has nothing to do


class Examiner:
    """Looks at pages, asked from any thread. Its processes end with it: when it is closed, or its own process ends in whatever way.

    They know that by the end of their input, and not by the signal that Linux sends when a parent dies: it means the thread that
    began them.
    """

    def __init__(self, time_limit: float = TIME_LIMIT, idle: float = IDLE):
        self.time_limit, self.idle = time_limit, idle
        self._turn = threading.Semaphore(AT_ONCE)
        self._idle: list[subprocess.Popen[str]] = []

    def examine(self, path: Path, dpi: int | None) -> Examination:
        """What the picture at `path` tells; `dpi` as the scanner says it, None where nobody does. Waits for its turn.

        `failed` when the picture cannot be read, or looking at it takes too long, or all the memory: it costs no other page anything.
        """
        question = json.dumps([str(path.absolute()), dpi])
        with self._turn:
            while True:
                process = self._idle.pop() if self._idle else self._begin()
                if answer := _ask(process, question):
                    self._idle.append(process)
                    return Examination.from_json(json.loads(answer))
                if _end(process) != 0:  # 0: it just ended because it was idle; another takes the question
                    return Examination(failed=True)

    def close(self) -> None:
        """Ends the processes; to be called when no page is being looked at."""
        while self._idle:
            _end(self._idle.pop())

    def _begin(self) -> "subprocess.Popen[str]":
        return subprocess.Popen([sys.executable, "-P", "-m", "scanner.examining", str(self.time_limit), str(self.idle)],  # noqa: S603
                                stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True,
                                env={**os.environ, **ENVIRONMENT})


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


def _main(time_limit: float, idle: float) -> None:
    os.nice(10)  # the scanner does not wait, and who looks at the screen does not either
    questions: queue.SimpleQueue[tuple[str, int | None]] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(questions,), daemon=True).start()
    signal.setitimer(signal.ITIMER_REAL, time_limit)  # the signal ends the process, whatever library it is in
    from scanner import imaging

    while True:
        signal.setitimer(signal.ITIMER_REAL, 0)
        try:
            path, dpi = questions.get(timeout=idle)
        except queue.Empty:
            os._exit(0)
        signal.setitimer(signal.ITIMER_REAL, time_limit)
        try:
            found = imaging.examine(Path(path), dpi)
        except Exception as problem:  # noqa: BLE001  of a damaged file, Pillow and OpenCV raise what they like
            print(f"{path} cannot be examined: {problem!r}", file=sys.stderr, flush=True)  # noqa: T201
            found = Examination(failed=True)
        print(json.dumps(found.to_json()), flush=True)  # noqa: T201


def _listen(questions: "queue.SimpleQueue[tuple[str, int | None]]") -> None:
    for line in sys.stdin:
        questions.put(json.loads(line))
    os._exit(1)  # nobody asks any more, and nobody waits for an answer


if __name__ == "__main__":
    _main(*map(float, sys.argv[1:]))
