"""A printer that is a folder, or a TCP port with a folder behind it: it takes the same bytes, answers, and fails by name."""

import contextlib
import re
import select
import socket
import struct
import threading
import time
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from printer.commands import Command, split
from printer.conversation import StreamPrinter


class FaultKind(StrEnum):
    OUT_OF_PAPER = "out of paper"
    COVER_OPEN = "cover open"
    PAPER_NEAR_END = "paper near end"
    OFFLINE = "offline"
    MUTE = "mute"                        # it prints and never answers
    POWER_CUT = "power cut"              # it dies within a slip and forgets all; it is on again for the next one
    CONNECTION_LOST = "connection lost"  # the cable is pulled within a slip; what has come stays in its memory
    SLOW = "slow"                        # 2,000 bytes a second
    ERROR = "error"


@dataclass(frozen=True)
class Fault:
    """It begins when `after` bytes of a transfer were taken."""

    kind: FaultKind
    after: int = 0


STOPS_PRINTING = {FaultKind.OUT_OF_PAPER, FaultKind.COVER_OPEN, FaultKind.OFFLINE, FaultKind.ERROR}
ENDS_CONNECTION = {FaultKind.POWER_CUT, FaultKind.CONNECTION_LOST}

# What is answered to DLE EOT 1 to 4, and, fifth, to GS r 1; then the automatic status that GS a asks for (Epson's tables;
# measured so on an independent emulator)
ANSWERS = {
    None: (0x12, 0x12, 0x12, 0x12, 0x00, "10000000"), FaultKind.PAPER_NEAR_END: (0x12, 0x12, 0x12, 0x1E, 0x03, "10000300"),
    FaultKind.OUT_OF_PAPER: (0x1A, 0x32, 0x12, 0x7E, 0x0F, "18000f00"), FaultKind.COVER_OPEN: (0x1A, 0x16, 0x12, 0x12, 0x00, "38000000"),
    FaultKind.OFFLINE: (0x1A, 0x12, 0x12, 0x12, 0x00, "18000000"), FaultKind.ERROR: (0x1A, 0x52, 0x1A, 0x12, 0x00, "18080000"),
}
NAMES = {66: b"_Loket\0", 67: b"_Simulated\0"}  # to GS I
_QUESTION = re.compile(rb"\x10\x04([\x01-\x04])")


def set_fault(folder: Path, fault: str = "") -> None:
    """Break the printer in `folder`: a fault's name and, if wanted, after how many bytes ("power cut 300"); "" mends it."""
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / "fault.new"
    draft.write_text(fault)
    draft.rename(folder / "fault")


def fault_in(folder: Path) -> Fault | None:
    """The fault that the file `fault` in `folder` names; a name nobody knows is an error of the printer, not no fault."""
    try:
        words = (folder / "fault").read_text().split()
    except FileNotFoundError:
        return None
    if not words:
        return None
    after = int(words.pop()) if words[-1].isdecimal() else None
    name = " ".join(words)
    kind = FaultKind(name) if name in list(FaultKind) else FaultKind.ERROR
    return Fault(kind, after if after is not None else 200 if kind in ENDS_CONNECTION else 0)


def slips(folder: Path) -> list[Path]:
    """What lies in the tray, oldest first: the bytes of each slip."""
    return sorted(folder.glob("[0-9]*.bin"), key=lambda file: (len(file.name), file.name))


def _is_fence(command: Command) -> bool:
    """GS r, and GS ( H: a process id."""
    return command.name == b"\x1dr" or (command.name == b"\x1d(" and command.data[:1] == b"H")


class SimulatedPrinter:
    """The machine. What it cannot print yet stays in its memory (`memory` in `folder`), also between connections."""

    def __init__(self, folder: Path):
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._memory_file = folder / "memory"
        self.connect()

    def connect(self) -> None:
        """Begin a transfer."""
        self.memory = self._memory_file.read_bytes() if self._memory_file.exists() else b""
        self._stored = self.memory
        self._received = self._executed = 0
        self._slip, self._marked, self._tail = bytearray(), False, b""
        self._tells, self._told = False, b""  # the automatic status

    def disconnect(self) -> None:
        """End it; paper that is printed and not cut is torn off."""
        self._tear_off()
        self._store()

    def receive(self, data: bytes) -> bytes:
        """Take `data` in and print what can be printed; the answers. Raises ConnectionResetError when a fault ends it."""
        fault = fault_in(self.folder)
        if fault and fault.kind is FaultKind.SLOW:
            time.sleep(len(data) / 2000)
        questions = [int(found[1][0]) for found in _QUESTION.finditer(self._tail + data)]
        self._tail = (self._tail + data)[-2:]
        room = fault.after - self._received if fault and fault.kind in ENDS_CONNECTION else None
        self._received += len(data) - 3 * len(questions)
        answers = [self._status(question, fault) for question in questions]
        self.memory += data if room is None else data[:max(0, room)]
        answers += self._print(fault)
        if room is not None and self._received > fault.after:
            self._break(fault.kind)
        self._store()
        return b"".join(answers) + self._automatic_status(fault)

    def _kind(self, fault: Fault | None) -> FaultKind | None:
        return fault.kind if fault and self._executed >= fault.after else None

    def _status(self, question: int, fault: Fault | None) -> bytes:
        """The answer to DLE EOT 1 to 4, or to 5 for GS r 1."""
        kind = self._kind(fault)
        return b"" if kind is FaultKind.MUTE else bytes((ANSWERS.get(kind, ANSWERS[None])[question - 1],))

    def _automatic_status(self, fault: Fault | None) -> bytes:
        """Told when it was asked for (GS a) and has changed."""
        kind = self._kind(fault)
        if not self._tells or kind is FaultKind.MUTE:
            return b""
        status = bytes.fromhex(ANSWERS.get(kind, ANSWERS[None])[5])
        if status == self._told:
            return b""
        self._told = status
        return status

    def _print(self, fault: Fault | None) -> list[bytes]:
        """Do what is in the memory, as far as it goes; the answers to what asks for one."""
        answers = []
        commands, rest = split(self.memory)
        for number, command in enumerate(commands):
            if fault and fault.kind in STOPS_PRINTING and self._executed >= fault.after:
                self.memory = b"".join(waiting.raw for waiting in commands[number:]) + rest
                return answers
            if _is_fence(command) and fault and fault.kind in ENDS_CONNECTION:  # after the last byte, before the answer
                self._break(fault.kind)
            answers.append(self._do(command, fault))
        self.memory = rest
        return answers

    def _do(self, command: Command, fault: Fault | None) -> bytes:
        """Carry it out; its answer, if it has one."""
        match command.name:
            case b"\x1dr":
                return self._status(5, fault)
            case b"\x1d(" if _is_fence(command):
                return b"" if self._kind(fault) is FaultKind.MUTE else b'7"' + command.data[5:9] + b"\0"
            case b"\x1dI":
                return b"" if self._kind(fault) is FaultKind.MUTE else NAMES.get(command.data[0], b"")
            case b"\x1da":
                self._tells, self._told = command.data != b"\0", b""
        if command.name[:1] not in (b"\x10", b"\0"):
            self._put_on_paper(command)
        return b""

    def _put_on_paper(self, command: Command) -> None:
        self._executed += len(command.raw)
        self._slip += command.raw
        self._marked |= command.name in (b"", b"\x1dv", b"\x1d(")
        if command.name == b"\x1dV":
            self._tear_off()

    def _tear_off(self) -> None:
        if self._marked:
            last = slips(self.folder)[-1:]
            number = 1 + (int(last[0].stem) if last else 0)
            draft = self.folder / "slip.new"
            draft.write_bytes(self._slip)
            draft.rename(self.folder / f"{number:04d}.bin")
        self._slip, self._marked = bytearray(), False

    def _break(self, kind: FaultKind) -> None:
        if kind is FaultKind.POWER_CUT:
            self.memory = b""
        set_fault(self.folder)  # the next transfer finds it working again
        raise ConnectionResetError(f"simulated: {kind}")

    def _store(self) -> None:
        if self.memory != self._stored:
            self._memory_file.write_bytes(self.memory)
            self._stored = self.memory


def simulated_printer(folder: Path, **options: Any) -> StreamPrinter:
    """The printer that `folder` is, spoken to within this process; `options` as StreamPrinter takes them."""
    return StreamPrinter(lambda: _Wire(SimulatedPrinter(folder)), **options)


class _Wire:
    """A stream to a machine in the same process."""

    def __init__(self, machine: SimulatedPrinter):
        self.machine, self.answers = machine, b""

    def write(self, data: bytes, within: float) -> None:
        self.answers += self.machine.receive(data)

    def read(self, within: float) -> bytes:
        deadline = time.monotonic() + within
        while not self.answers and (left := deadline - time.monotonic()) > 0:
            time.sleep(min(0.02, left))
            self.answers = self.machine.receive(b"")  # a mended fault lets it print on
        answers, self.answers = self.answers, b""
        return answers

    def close(self) -> None:
        self.machine.disconnect()


class SimulatedPrinterServer:
    """The same machine on a TCP port of this computer (`host` is one of its own); like many printers it serves one connection
    at a time."""

    def __init__(self, folder: Path, port: int = 0, host: str = "127.0.0.1"):
        self.machine = SimulatedPrinter(folder)
        self._listener = socket.create_server((host, port))
        self.port: int = self._listener.getsockname()[1]
        self.address = f"tcp://{host}:{self.port}"
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> "SimulatedPrinterServer":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        self._listener.close()

    def _serve(self) -> None:
        while not self._stop.is_set():
            if select.select([self._listener], [], [], 0.05)[0]:
                connection, _ = self._listener.accept()
                with connection, contextlib.suppress(OSError):
                    self.machine.connect()
                    try:
                        self._talk(connection)
                    finally:
                        self.machine.disconnect()

    def _talk(self, connection: socket.socket) -> None:
        try:
            while not self._stop.is_set():
                data = b""
                if select.select([connection], [], [], 0.02)[0] and not (data := connection.recv(65536)):
                    return
                if answers := self.machine.receive(data):
                    connection.sendall(answers)
        except ConnectionResetError:
            # closed without a farewell (RST), as a printer without power leaves it
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            raise
