"""Network scanners spoken to directly, in eSCL over HTTP: escl://host or escls://host."""

import contextlib
import errno
import queue
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from pathlib import Path
from urllib.parse import urlsplit

from scanner.devices import escl_messages
from scanner.devices.escl_messages import Capabilities, NoMessage, Status
from scanner.devices.intake import HUGE, MOST_BYTES, Intake
from scanner.devices.port import Event, Identity, Options, Patience, Settings, Source
from scanner.devices.troubles import BadPage, Busy, FeederEmpty, NoSpace, Offline, Stalled, Trouble, WrongSettings

CONNECTS_WITHIN = 5.0   # seconds
ANSWERS_WITHIN = 10.0
BUSY_WITHIN = 15.0      # seconds in which a scanner may wake up or end what it does
LONGEST_MESSAGE = 1_000_000
BLOCK = 65536
LOOK = 0.2              # seconds between two looks at a wish to cancel
NO_MORE = (404, 409, 410)  # the stack is done, in the ways in which devices say so
END_OF_STACK_TRIES = 5


@dataclass(frozen=True)
class Place:
    """Where a scanner is; `path` is mostly /eSCL."""

    host: str
    port: int
    path: str
    secure: bool


class EsclScanner:
    """The scanner at `place`. Its own certificate is believed whatever it says: no scanner has another, and none proves who it is."""

    def __init__(self, place: Place, patience: Patience = Patience()):  # noqa: B008  it is frozen
        self.place, self.patience = place, patience
        self.cancelled = threading.Event()

    def options(self) -> Options:
        return self._capabilities().options

    def identify(self) -> Identity:
        return self._capabilities().identity

    def cancel(self) -> None:
        self.cancelled.set()

    def scan(self, settings: Settings, folder: Path, first: int = 1) -> Iterator[Event]:
        found = self._capabilities()
        found.options.check(settings)
        with closing(Intake(folder, first, settings)) as intake:
            intake.see_room(2)
            job = self._begin(settings, found.formats[0] if found.formats else escl_messages.FORMATS[0])
            with _Fetching(self, job, settings, intake) as fetching:
                yield from fetching.events()

    # --- one question and its answer --------------------------------------------------------------------------------------------

    def connection(self, within: float) -> HTTPConnection:
        """To be closed by who asks; `within` seconds is for each piece of an answer."""
        if not self.place.secure:
            made = HTTPConnection(self.place.host, self.place.port, timeout=CONNECTS_WITHIN)
        else:
            context = ssl.create_default_context()
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            made = HTTPSConnection(self.place.host, self.place.port, timeout=CONNECTS_WITHIN, context=context)
        try:
            made.connect()
        except OSError as problem:
            raise Offline(repr(problem)) from None
        made.sock.settimeout(within)
        return made

    def ask(self, method: str, path: str, body: bytes = b"") -> tuple[int, bytes, str]:
        """HTTP status, the answer's body, and where it says that a new thing is. Raises Offline or Stalled."""
        with closing(self.connection(ANSWERS_WITHIN)) as connection, _troubles():
            connection.request(method, path, body or None, {"Content-Type": "text/xml"} if body else {})
            response = connection.getresponse()
            return response.status, response.read(LONGEST_MESSAGE), response.getheader("Location", "")

    def _capabilities(self) -> Capabilities:
        code, body, _ = self.ask("GET", f"{self.place.path}/ScannerCapabilities")
        if code != 200:
            raise Status("", "").refusal(code)(f"ScannerCapabilities: HTTP {code}")
        try:
            return escl_messages.capabilities(body)
        except NoMessage as problem:
            raise Offline(f"ScannerCapabilities: {problem}") from None

    def status(self) -> Status:
        """How it is; a device that cannot say it says nothing about a fault."""
        try:
            return escl_messages.status(self.ask("GET", f"{self.place.path}/ScannerStatus")[1])
        except (NoMessage, Offline, Stalled):
            return Status("", "")

    def _begin(self, settings: Settings, form: str) -> str:
        """The path of the new job. What the status said before is not believed: some never forget a jam."""
        until = time.monotonic() + min(BUSY_WITHIN, self.patience.first)
        while True:
            code, _, location = self.ask("POST", f"{self.place.path}/ScanJobs", escl_messages.scan_settings(settings, form))
            if code == 201 and location:
                return urlsplit(location).path.rstrip("/")
            status = self.status()
            refusal = status.refusal(code, settings.source is not Source.FLATBED)
            if code == 400 or (code == 409 and status.state == "Idle" and refusal is Busy):
                refusal = WrongSettings
            if refusal is not Busy or time.monotonic() > until or self.cancelled.wait(1):
                raise refusal(f"ScanJobs: HTTP {code}, {status}")


class _Fetching:
    """A thread that asks for a page after the other, one ahead of the page that is being made sure of and no more: so a scan that
    is not asked for its next page stops the feeder."""

    def __init__(self, scanner: EsclScanner, job: str, settings: Settings, intake: Intake):
        self.scanner, self.job, self.settings, self.intake = scanner, job, settings, intake
        self._arrived: queue.Queue[float | Path | Exception | None] = queue.Queue()  # progress, a draft, a failure, the end
        self._wanted = threading.Semaphore(1)
        self._ending = threading.Event()
        self._socket: socket.socket | None = None
        self._job_ended = False  # the device said so
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> "_Fetching":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.set()
        self._wanted.release()
        if not self._job_ended:
            with contextlib.suppress(Trouble):  # lets the sheet out, and the device be free for the next job
                self.scanner.ask("DELETE", self.job)
        if taken := self._socket:
            with contextlib.suppress(OSError):
                taken.shutdown(socket.SHUT_RDWR)
        self._thread.join(ANSWERS_WITHIN)

    def events(self) -> Iterator[Event]:
        """Progress and pages, until the stack is done or the scan is cancelled. Raises Trouble."""
        first, patience, heard = self.intake.number, self.scanner.patience.first, time.monotonic()
        while not self.scanner.cancelled.is_set():
            try:
                arrived = self._arrived.get(timeout=LOOK)
            except queue.Empty:
                if time.monotonic() - heard > patience:
                    raise Stalled(f"nothing was heard for {patience} seconds") from None
                continue
            match arrived:
                case float():
                    yield from self.intake.progress(arrived)
                case Path():
                    self.intake.see_room(2)
                    self._wanted.release()
                    yield self.intake.keep(arrived)
                    patience = self.scanner.patience.next
                    if self.settings.pages and self.intake.number - first >= self.settings.pages:
                        return
                case None:
                    if self.intake.number == first:
                        raise FeederEmpty()
                    return
                case _:
                    raise arrived
            heard = time.monotonic()

    def _run(self) -> None:
        number = self.intake.number
        last = number + self.settings.pages if self.settings.pages else None
        try:
            while number != last and self._wanted.acquire() and not self._ending.is_set():
                draft = self.intake.drafts / str(number)
                if not self._fetch(draft):
                    self._job_ended = True
                    self._arrived.put(None)
                    return
                self._arrived.put(draft)
                number += 1
        except Exception as failure:  # noqa: BLE001  whatever it is, the other thread raises it
            self._arrived.put(failure)

    def _fetch(self, draft: Path) -> bool:
        """Put the next page into `draft`; False: there is none."""
        tries = 0
        while not self._ending.is_set():
            with closing(self.scanner.connection(self.scanner.patience.first)) as connection, _troubles():
                self._socket = connection.sock
                connection.request("GET", f"{self.job}/NextDocument")
                response = connection.getresponse()
                if response.status == 200:
                    self._receive(response, draft)
                    if draft.stat().st_size or not (fault := self.scanner.status().fault):
                        return True
                    raise fault("NextDocument: nothing")  # how some say that they are jammed
                response.read(LONGEST_MESSAGE)
            status, feeds = self.scanner.status(), self.settings.source is not Source.FLATBED
            said = f"NextDocument: HTTP {response.status}, {status}"
            if status.fault and feeds:
                raise status.fault(said)
            if response.status in NO_MORE:
                tries += 1
                if not status.may_have_more or tries >= END_OF_STACK_TRIES or not feeds:
                    return False
            elif response.status != 503:
                raise status.refusal(response.status, feeds)(said)
            self._ending.wait(0.5)  # it warms up; the watch over pages ends this
        return False

    def _receive(self, response: HTTPResponse, draft: Path) -> None:
        expected, received = response.length or 0, 0
        with draft.open("wb") as file:
            while block := response.read(BLOCK):
                file.write(block)
                received += len(block)
                if received > MOST_BYTES:
                    raise BadPage(sentence=HUGE)
                if expected:
                    self._arrived.put(received / expected)
        if received < expected:
            raise Offline(f"{received} of {expected} bytes came")


@contextlib.contextmanager
def _troubles() -> Iterator[None]:
    """What goes wrong on the way to a host and back, in our words; a full disk of ours is none of it."""
    try:
        yield
    except TimeoutError as problem:
        raise Stalled(str(problem)) from None
    except OSError as problem:
        raise (NoSpace if problem.errno in (errno.ENOSPC, errno.EDQUOT) else Offline)(repr(problem)) from None
    except HTTPException as problem:
        raise Offline(repr(problem)) from None
