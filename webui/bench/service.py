"""The service as its own process, started as `loket run` starts it, and what it takes of the machine."""

import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

import sqlalchemy as sa

from foundation.opening import open_database
from foundation.settings import Settings
from foundation.stations import Station, StationKind
from printer.simulated import SimulatedPrinterServer

HOME = Path(__file__).resolve().parents[2]
TICK = os.sysconf("SC_CLK_TCK")


@dataclass
class Count:
    """`cpu_ms` of the whole service, `printing_ms` of that by the threads that print."""

    cpu_ms: float = 0.0
    printing_ms: float = 0.0


class Process:
    """A program that listens on a port of this machine."""

    def __init__(self, command: list[str], environment: dict[str, str], port: int):
        self.port = port
        self.process = subprocess.Popen(command, cwd=HOME, env={**os.environ, **environment},  # noqa: S603 our own interpreter
                                        stdout=subprocess.DEVNULL)

    def wait_until_it_answers(self, path: str = "/health") -> None:
        deadline = time.monotonic() + 60
        while True:
            try:
                connection = HTTPConnection("127.0.0.1", self.port, timeout=5)
                connection.request("GET", path)
                connection.getresponse().read()
                connection.close()
                return
            except OSError:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError("the measured service did not start") from None
                time.sleep(0.005)

    def cpu(self) -> float:
        """Seconds of CPU that it has taken, those of threads that ended included."""
        return _cpu(Path(f"/proc/{self.process.pid}/stat"))

    def printing(self) -> float:
        """Seconds of CPU of those of its threads that print."""
        return sum(_cpu(task / "stat") for task in Path(f"/proc/{self.process.pid}/task").iterdir()
                   if (task / "comm").read_text().startswith("printer"))

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(20)


class Service:
    """`loket run` on the data in `folder`, with a simulated printer at every kiosk, on the network as a real one would be."""

    def __init__(self, folder: Path):
        self.folder, self.paper = folder, folder / "paper"
        self.process: Process | None = None
        self.printers = ExitStack()

    def __enter__(self) -> "Service":
        database = open_database(Settings(data=self.folder))
        with database.transaction() as session:
            for station in session.scalars(sa.select(Station).where(Station.kind == StationKind.KIOSK)):
                printer = SimulatedPrinterServer(self.paper / str(station.id))
                station.printer = self.printers.enter_context(printer).address
        database.close()
        self.start()
        return self

    def start(self) -> None:
        self.port = free_port()
        self.process = Process([sys.executable, "-m", "webui.cli", "run"],
                               {"LOKET_DATA": str(self.folder), "LOKET_PORT": str(self.port), "LOKET_LOG_LEVEL": "error"}, self.port)
        self.process.wait_until_it_answers()

    def __exit__(self, *_: object) -> None:
        self.process.stop()
        self.printers.close()

    def times_to_ready(self) -> float:
        """The median seconds from starting the program to its first answer."""
        times = []
        for _ in range(5):
            began = time.perf_counter()
            self.start()
            times.append(time.perf_counter() - began)
            self.process.stop()
        return statistics.median(times)

    def memory(self) -> dict[str, float]:
        """Resident MiB now and at its highest."""
        lines = Path(f"/proc/{self.process.process.pid}/status").read_text().splitlines()
        kib = {line.split(":")[0]: int(line.split()[1]) for line in lines if line.startswith(("VmRSS", "VmHWM"))}
        return {"now": kib["VmRSS"] / 1024, "peak": kib["VmHWM"] / 1024}

    def kept(self) -> float:
        """Resident MiB between two pages: the least of a third of a second, in which a page that is in hand comes and goes."""
        readings = []
        for _ in range(10):
            readings.append(self.memory()["now"])
            time.sleep(0.03)
        return min(readings)

    def settle(self) -> None:
        """Wait until every slip asked for is on paper."""
        database = open_database(Settings(data=self.folder))
        deadline = time.monotonic() + 120
        with database.engine.connect() as connection:
            while connection.scalar(sa.text("SELECT count(*) FROM printout WHERE state IN ('queued', 'sending')")):
                if time.monotonic() > deadline:
                    raise RuntimeError("the slips do not print")
                connection.rollback()
                time.sleep(0.02)
        database.close()

    def idle_cpu(self) -> float:
        """Seconds of CPU it takes each second when nobody wants anything."""
        time.sleep(1)
        before, began = self.process.cpu(), time.monotonic()
        time.sleep(5)
        return (self.process.cpu() - before) / (time.monotonic() - began)

    @contextmanager
    def counting(self, idle: float = 0.0) -> Iterator[Count]:
        """Counts the CPU taken in the block, less what idling takes."""
        count, before, printing, began = Count(), self.process.cpu(), self.process.printing(), time.monotonic()
        yield count
        count.printing_ms = (self.process.printing() - printing) * 1000
        count.cpu_ms = (self.process.cpu() - before - idle * (time.monotonic() - began)) * 1000


def _cpu(stat: Path) -> float:
    fields = stat.read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]
