"""The simulated scanner as a network scanner: it speaks eSCL on a port of this computer, and its paper moves as paper does."""

import contextlib
import itertools
import threading
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from xml.etree import ElementTree as ET

from scanner.devices.escl_messages import COLORS, UNITS
from scanner.devices.port import Mode, Settings, Source
from scanner.devices.simulated import IDENTITY, LARGEST, RESOLUTIONS, SLOWLY, FaultKind, Stack

NAMESPACES = 'xmlns:scan="http://schemas.hp.com/imaging/escl/2011/05/03" xmlns:pwg="http://www.pwg.org/schemas/2010/12/sm"'
STATES = {FaultKind.JAM: "ScannerAdfJam", FaultKind.COVER_OPEN: "ScannerAdfDoorOpen", FaultKind.MULTIFEED: "ScannerAdfMultipickDetected"}


@dataclass
class _Job:
    settings: Settings
    ended: bool = False


class SimulatedEsclServer:
    """The stack in `folder` behind `address`; faults are set as for the folder itself. `pace`: seconds that each page takes.

    `next_page` is the one that the feeder takes next; whoever puts sheets back sets it. `fed` counts what was ever taken.
    """

    def __init__(self, folder: Path, port: int = 0, pace: float = 0):
        self.stack, self.pace = Stack(folder), pace
        self.next_page, self.fed, self.feeder_state = 1, 0, ""
        self.jobs: dict[str, _Job] = {}
        self.numbers = itertools.count(1)
        self.stopping = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", port), _handler(self))
        self._server.daemon_threads = True
        self.port: int = self._server.server_address[1]
        self.address = f"escl://127.0.0.1:{self.port}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    def __enter__(self) -> "SimulatedEsclServer":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopping.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def capabilities(self) -> str:
        formats = "".join(f"<pwg:DocumentFormat>{form}</pwg:DocumentFormat><scan:DocumentFormatExt>{form}</scan:DocumentFormatExt>"
                          for form in ("image/jpeg", "image/tiff"))
        dots = "".join(f"<scan:DiscreteResolution><scan:XResolution>{dpi}</scan:XResolution><scan:YResolution>{dpi}</scan:YResolution>"
                       "</scan:DiscreteResolution>" for dpi in RESOLUTIONS)
        colors = "".join(f"<scan:ColorMode>{color}</scan:ColorMode>" for color in COLORS.values())
        profile = (f"<scan:SettingProfiles><scan:SettingProfile><scan:ColorModes>{colors}</scan:ColorModes><scan:DocumentFormats>{formats}"
                   "</scan:DocumentFormats><scan:SupportedResolutions><scan:DiscreteResolutions>"
                   f"{dots}</scan:DiscreteResolutions></scan:SupportedResolutions></scan:SettingProfile></scan:SettingProfiles>")

        def part(name: str, source: Source) -> str:
            wide, high = (round(side * UNITS) for side in LARGEST[source])
            return (f"<scan:{name}><scan:MinWidth>16</scan:MinWidth><scan:MaxWidth>{wide}</scan:MaxWidth>"
                    f"<scan:MinHeight>16</scan:MinHeight><scan:MaxHeight>{high}</scan:MaxHeight><scan:MaxScanRegions>1</scan:MaxScanRegions>{profile}</scan:{name}>")

        return (f"<?xml version='1.0' encoding='UTF-8'?><scan:ScannerCapabilities {NAMESPACES}><pwg:Version>2.63</pwg:Version>"
                f"<pwg:MakeAndModel>{IDENTITY.maker} {IDENTITY.model}</pwg:MakeAndModel>"
                f"<pwg:SerialNumber>{IDENTITY.serial}</pwg:SerialNumber>"
                "<scan:UUID>00000000-0000-0000-0000-000000000001</scan:UUID>"
                f"<scan:Platen>{part('PlatenInputCaps', Source.FLATBED)}</scan:Platen>"
                f"<scan:Adf>{part('AdfSimplexInputCaps', Source.FEEDER)}{part('AdfDuplexInputCaps', Source.DUPLEX)}"
                "<scan:FeederCapacity>50</scan:FeederCapacity><scan:AdfOptions><scan:AdfOption>DetectPaperLoaded</scan:AdfOption>"
                "<scan:AdfOption>Duplex</scan:AdfOption></scan:AdfOptions></scan:Adf></scan:ScannerCapabilities>")

    def status(self) -> str:
        fault = self.stack.fault()
        empty = self.next_page > len(self.stack.pictures()) or fault and fault.kind is FaultKind.EMPTY
        feeder = self.feeder_state or ("ScannerAdfEmpty" if empty else "ScannerAdfLoaded")
        state = "Processing" if fault and fault.kind is FaultKind.BUSY else "Idle"
        return (f"<?xml version='1.0' encoding='UTF-8'?><scan:ScannerStatus {NAMESPACES}><pwg:Version>2.63</pwg:Version>"
                f"<pwg:State>{state}</pwg:State><scan:AdfState>{feeder}</scan:AdfState></scan:ScannerStatus>")

    def begin(self, wish: bytes) -> str:
        """The path of a new job."""
        root = ET.fromstring(wish)  # noqa: S314  ours, on this computer

        def said(name: str, default: str) -> str:
            return root.findtext(f".//{{*}}{name}", default)

        feeder = said("InputSource", "Platen") == "Feeder"
        source = Source.FLATBED if not feeder else Source.DUPLEX if said("Duplex", "false") == "true" else Source.FEEDER
        mode = {color: mode for mode, color in COLORS.items()}.get(said("ColorMode", "RGB24"), Mode.COLOR)
        settings = Settings(source, mode, int(said("XResolution", "300")), int(said("Width", "2480")) / UNITS,
                            int(said("Height", "3508")) / UNITS)
        self.feeder_state = ""
        path = f"/eSCL/ScanJobs/{next(self.numbers)}"
        self.jobs[path] = _Job(settings)
        return path


def _handler(scanner: SimulatedEsclServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            """Nobody reads it."""

        def handle_one_request(self) -> None:
            with contextlib.suppress(ConnectionError):  # the other side has had enough
                super().handle_one_request()

        def _say(self, code: int, body: bytes = b"", kind: str = "text/xml", **headers: str) -> None:
            self.send_response(code)
            for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def _refuses(self, *kinds: FaultKind) -> bool:
            """Whether it fails whatever it is asked; then that is done."""
            fault = scanner.stack.fault()
            if not fault or fault.kind not in kinds:
                return False
            if fault.kind is FaultKind.OFFLINE:
                self.close_connection = True  # without a word
            else:
                self._say(403 if fault.kind is FaultKind.DENIED else 503)
            return True

        def do_GET(self) -> None:  # noqa: N802  http.server's name
            if self._refuses(FaultKind.OFFLINE, FaultKind.DENIED):
                return
            job, _, last = self.path.rpartition("/")
            if last == "ScannerCapabilities":
                self._say(200, scanner.capabilities().encode())
            elif last == "ScannerStatus":
                self._say(200, scanner.status().encode())
            elif last == "NextDocument" and job in scanner.jobs and not scanner.jobs[job].ended:
                self._next_document(scanner.jobs[job])
            else:
                self._say(404)

        def do_POST(self) -> None:  # noqa: N802
            wish = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if not self._refuses(FaultKind.OFFLINE, FaultKind.DENIED, FaultKind.BUSY):
                self._say(201, Location=scanner.begin(wish))

        def do_DELETE(self) -> None:  # noqa: N802
            if job := scanner.jobs.get(self.path):
                job.ended = True
            self._say(200)

        def _next_document(self, job: _Job) -> None:
            begun, fault = time.monotonic(), scanner.stack.fault()
            if fault and fault.kind is FaultKind.EMPTY:
                return self._say(404)
            flat = job.settings.source is Source.FLATBED
            page = 1 if flat else scanner.next_page
            strikes = None if flat else scanner.stack.strikes(page)
            if strikes in STATES:
                scanner.feeder_state = STATES[strikes]
            if scanner.feeder_state and not flat:  # until a new job begins
                return self._say(503)
            if strikes in (FaultKind.HANG, FaultKind.CRASH):
                scanner.stopping.wait() if strikes is FaultKind.HANG else None
                self.close_connection = True
                return None
            if (image := scanner.stack.image(page, job.settings)) is None:
                job.ended = True
                return self._say(404)
            pace = SLOWLY if fault and fault.kind is FaultKind.SLOW else scanner.pace
            scanner.stopping.wait(max(0.0, begun + pace - time.monotonic()))  # drawing the page is part of it
            scanner.next_page, scanner.fed, job.ended = page + 1, scanner.fed + 1, flat
            if strikes is FaultKind.CUT:
                self.send_response(200)
                self.send_header("Content-Length", str(len(image)))
                self.end_headers()
                self.wfile.write(image[:len(image) // 2])
                self.close_connection = True
                return None
            return self._say(200, image, "image/tiff" if job.settings.mode is Mode.LINEART else "image/jpeg")

    return Handler
