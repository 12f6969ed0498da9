"""Scanners through pyinsane2, sane://NAME: the only module that knows it, and it runs there in a process of its own for each scan.

In ours it could hang, crash or swallow memory (two devices in two threads are a segmentation fault). The process speaks as
`scanimage --batch` does. Every oddity of pyinsane2 2.0.13 that is worked around is named where that is done.
"""

import contextlib
import ctypes
import io
import json
import os
import sys
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Any

from PIL import Image

from scanner.devices import batch, words
from scanner.devices.backends import only, serial_number
from scanner.devices.intake import TELL_EVERY, Intake
from scanner.devices.port import Event, Identity, Mode, Options, Patience, Settings, Source
from scanner.devices.supervising import Program, Said, answer
from scanner.devices.troubles import Crashed
from scanner.devices.words import Choice, Described

PROJECT = Path(__file__).resolve().parents[2]
ANSWERS_WITHIN = 20.0  # seconds: some open a scanner for that long
# without it, pyinsane2 asks a process of its own, over a pipe that breaks with every image of more than 64 KiB
ENVIRONMENT = {"PYINSANE_SINGLE_THREAD": "1", "PYTHONPATH": str(PROJECT)}
BOOLEAN, FIXED = 0, 2        # SANE_Value_Type
SCALE = 65536                # of a SANE_Fixed
ONE_COLOR_FRAMES = (2, 3, 4)
NOT_SUPPORTED, CANCELLED, NO_SUCH_VALUE, END_OF_FILE, NO_DOCUMENTS = 1, 2, 4, 5, 7  # SANE_Status


def _command(*words_: str) -> list[str]:
    return [sys.executable, "-P", "-m", "scanner.devices.sane", *words_]


def _ask(environment: Mapping[str, str], *question: str, within: float = ANSWERS_WITHIN) -> Any:
    lines, said, code = answer(_command(*question), {**ENVIRONMENT, **environment}, within)
    if problem := batch.trouble(said, code):
        raise problem
    if not lines:
        raise Crashed("it says nothing")
    return json.loads(lines[-1])


def _ours(by_source: Mapping[str, tuple[Any, Any, Any]]) -> Options:
    """What a device can do, from what the process says of it."""
    return words.options({source: Described(lists, limits, frozenset(names)) for source, (lists, limits, names) in by_source.items()})


def listed(environment: Mapping[str, str], within: float) -> list[tuple[str, Identity]]:
    """What SANE finds, by its names; `environment` as `backends.only` makes it, or empty; `within` seconds. Raises Trouble."""
    return [(name, Identity(maker, model, serial_number(name))) for name, maker, model in _ask(environment, "list", within=within)]


class SaneScanner:
    """The device that SANE calls `name`; `extra`: options of its own, and their values."""

    def __init__(self, name: str, extra: Mapping[str, str], patience: Patience = Patience()):  # noqa: B008  it is frozen
        self.name, self.extra, self.patience = name, extra, patience
        self._cancelled = threading.Event()
        self._options: Options | None = None

    def options(self) -> Options:
        if self._options is None:  # it takes a second or two to open some
            self._options = _ours(_ask({}, "options", self.name))
        return self._options

    def identify(self) -> Identity:
        with only(self.name) as environment:
            return dict(listed(environment, ANSWERS_WITHIN)).get(self.name, Identity())

    def scan(self, settings: Settings, folder: Path, first: int = 1) -> Iterator[Event]:
        """One process says what the device can do, and scans when that is enough: to start and open it twice takes its time."""
        with closing(Intake(folder, first, None)) as intake:
            job = {"name": self.name, "settings": asdict(settings), "extra": dict(self.extra), "drafts": str(intake.drafts), "first": first}
            with Program(_command("scan", json.dumps(job)), ENVIRONMENT, self._cancelled) as program:
                lines = program.lines()
                if (options := self._first_said(program, lines)) is None:
                    return
                options.check(settings)
                intake.settings = settings if options.largest else None
                yield from batch.pages(program, lines, intake, settings, self.patience, self._cancelled)

    def _first_said(self, program: Program, lines: Iterator[Said]) -> Options | None:
        """What the device can do; None when the scan was cancelled before it said so. Raises Trouble."""
        said, program.silence = [], ANSWERS_WITHIN
        for line, is_error in lines:
            if not is_error:
                return _ours(json.loads(line))
            said.append(line)
        if self._cancelled.is_set():
            return None
        raise batch.trouble(said, program.exit_code()) or Crashed("it says nothing")

    def cancel(self) -> None:
        self._cancelled.set()


# --- in the process of its own ---------------------------------------------------------------------------------------------------


class _Failed(Exception):
    """SANE said no: what was tried, and the status."""

    def __init__(self, deed: str, status: int):
        known = status < len(batch.STATUSES)
        super().__init__(f"loket: {deed}: {batch.STATUSES[status][0] if known else status}")
        self.status = status


@contextlib.contextmanager
def _trying(deed: str) -> Iterator[None]:
    from pyinsane2 import PyinsaneException

    try:
        yield
    except PyinsaneException as problem:
        raise _Failed(deed, int(getattr(problem, "status", NOT_SUPPORTED))) from None


def _fresh(device: Any) -> dict[str, Any]:
    """Its options as they are now: pyinsane2 reads them once, though each that is set can change the others."""
    device._Scanner__options = None
    with _trying(f"open of device {device.name} failed"):
        return {name: option for name, option in device.options.items()
                if option.capabilities.is_active() and option.capabilities.is_settable()}


def _described(device: Any) -> Described:
    lists: dict[str, list[Choice]] = {}
    limits: dict[str, tuple[float, float]] = {}
    found = _fresh(device)
    for name, option in found.items():
        unit = SCALE if int(option.val_type) == FIXED else 1  # pyinsane2 hands out SANE_Fixed as it is: 300 dpi as 19660800
        if isinstance(option.constraint, tuple):
            limits[name] = option.constraint[0] / unit, option.constraint[1] / unit
        elif option.constraint:
            lists[name] = [choice if isinstance(choice, str) else choice / unit for choice in option.constraint]
    return Described(lists, limits, frozenset(found))


def _set(device: Any, name: str, value: Choice) -> None:
    if not (option := _fresh(device).get(name)):
        return  # it went away with what was set before
    kind = int(option.val_type)
    if kind == BOOLEAN:
        value = int(value in ("yes", 1))
    elif kind == FIXED:
        value = round(float(value) * SCALE)
    elif not isinstance(option.value, str):
        value = round(float(value))
    with _trying(f"setting of option --{name} failed"):
        option.value = value


def _list(_: Any) -> list[tuple[str, str, str]]:
    import pyinsane2

    with _trying("sane_get_devices"):
        return [(device.name, device.vendor, device.model) for device in pyinsane2.get_devices()]


def _options(name: str) -> dict[str, tuple[Any, Any, Any]]:
    import pyinsane2

    return _with_each_source(pyinsane2.Scanner(name), Source)


def _with_each_source(device: Any, wanted: Iterable[Source]) -> dict[str, tuple[Any, Any, Any]]:
    """Its options as it is by itself, and while each of the `wanted` sources that it has is chosen; the last one stays so."""
    found = {"": _described(device)}
    for source, word in words.sources(found[""]).items():
        if word and source in wanted:
            _set(device, "source", word)
            found[word] = _described(device)
    return {word: (described.lists, described.limits, sorted(described.names)) for word, described in found.items()}


def _image(raw: bytes, parameters: Any) -> Image.Image:
    """The picture in a frame's bytes, in the place of pyinsane2's own, which needs 18 seconds for a black and white A4 page,
    takes no notice of padded lines, and makes wrong pictures of what it does not know."""
    if parameters.format in ONE_COLOR_FRAMES or parameters.depth not in (1, 8):
        raise _Failed("sane_read", NOT_SUPPORTED)
    mode, order = ("1", "1;I") if parameters.depth == 1 else ("RGB", "RGB") if parameters.format == 1 else ("L", "L")
    if parameters.depth == 1 and parameters.format == 1:
        raise _Failed("sane_read", NOT_SUPPORTED)
    lines = len(raw) // parameters.bytes_per_line
    if not lines or parameters.lines not in (-1, lines):  # cut, or cancelled: it would look like a short page
        raise _Failed("sane_read", END_OF_FILE)
    return Image.frombuffer(mode, (parameters.pixels_per_line, lines), raw, "raw", order, parameters.bytes_per_line, 1)


def _load_everything() -> None:
    """What Pillow and the C library would load late: a backend that ends its own thread by force, as SANE's test backend does after
    every page, may do so while that thread loads libgcc, and then the loader stays locked for good."""
    Image.new("L", (1, 1)).save(io.BytesIO(), "TIFF", dpi=(300, 300))
    with contextlib.suppress(AttributeError):  # not every C library has it
        ctypes.CDLL(None).backtrace((ctypes.c_void_p * 1)(), 1)  # loads libgcc


def _scan(job: dict[str, Any], protocol: Any) -> None:
    """What it can do; then page after page, a line from outside before each. Raises _Failed at the end of a stack too, as scanimage
    says it."""
    import pyinsane2
    from pyinsane2.sane import abstract

    abstract.ImgUtil.raw_to_img = staticmethod(_image)
    abstract.Scan._cancel = lambda _: None  # it may hang, and pyinsane2 does it before it says what happened; _let_go does it after
    _load_everything()
    settings = Settings(**{**job["settings"], "source": Source(job["settings"]["source"]), "mode": Mode(job["settings"]["mode"])})
    device = pyinsane2.Scanner(job["name"])
    print(json.dumps(_with_each_source(device, [settings.source])), file=protocol, flush=True)  # noqa: T201
    if not sys.stdin.readline():
        return  # it cannot do what is wanted
    for name, value in words.to_set(_described(device), settings):
        _set(device, name, value)
    for name, value in job["extra"].items():
        if name not in _fresh(device):
            raise _Failed(f"setting of option --{name} failed", NO_SUCH_VALUE)
        _set(device, name, value)
    kind = abstract.SingleScan if settings.source is Source.FLATBED else abstract.MultipleScan  # pyinsane2 goes by the source's name
    number, session, goes_on = job["first"], None, True
    try:
        while goes_on and (settings.pages is None or number < job["first"] + settings.pages):
            with _trying("sane_start"):
                session = session or abstract.ScanSession(kind(device))
            draft = Path(job["drafts"], f"{number}.tiff")
            _read(session).save(draft, "TIFF", dpi=(settings.dpi, settings.dpi))
            print(draft, file=protocol, flush=True)  # noqa: T201
            number, goes_on = number + 1, bool(sys.stdin.readline())
    except StopIteration:  # pyinsane2's way to say that there is no more paper
        raise _Failed("sane_start", NO_DOCUMENTS) from None


def _read(session: Any) -> Image.Image:
    told = 0.0
    while True:
        try:
            with _trying("sane_read"):
                session.scan.read()
        except EOFError:
            if not session.images:  # what pyinsane2 makes of an empty feeder that is found out late
                raise StopIteration from None
            return session.images.pop()  # it would keep every page
        lines = session.scan.parameters.lines
        if time.monotonic() - told > TELL_EVERY and lines > 0:
            told = time.monotonic()
            print(f"Progress: {100 * session.scan.available_lines[1] / lines:.1f}%", file=sys.stderr, flush=True)  # noqa: T201


def _let_go() -> None:
    """Without both, some scanners stay busy; pyinsane2 forgets the first after an error, and never does the second."""
    from pyinsane2.sane import abstract, rawapi

    if (handle := abstract.sane_dev_handle[1]) is not None:
        rawapi.sane_cancel(handle)
        rawapi.sane_close(handle)


def _main(deed: str, argument: str = "") -> int:
    protocol = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # pyinsane2 and backends print warnings
    try:
        import pyinsane2
        from pyinsane2.sane import rawapi
    except ImportError:
        return batch.NO_DRIVER
    if not rawapi.is_sane_available():
        return batch.NO_DRIVER
    code = 0
    try:
        with _trying("sane_init"):
            pyinsane2.init()
        if deed == "scan":
            _scan(json.loads(argument), protocol)
        else:
            print(json.dumps({"list": _list, "options": _options}[deed](argument)), file=protocol, flush=True)  # noqa: T201
    except _Failed as failure:
        print(failure, file=sys.stderr, flush=True)  # noqa: T201  before it lets go, where backends may hang
        code = failure.status
    except KeyboardInterrupt:
        code = CANCELLED
    _let_go()
    return code


if __name__ == "__main__":
    sys.exit(_main(*sys.argv[1:]))
