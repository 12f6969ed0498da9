"""Scanners through SANE's own program `scanimage`: scanimage://NAME, and #option=value for what only this scanner has."""

import re
import shutil
import threading
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

from scanner.devices import batch, words
from scanner.devices.backends import only, serial_number
from scanner.devices.intake import Intake
from scanner.devices.port import Event, Identity, Options, Patience, Settings
from scanner.devices.supervising import answer
from scanner.devices.troubles import Crashed, DriverMissing
from scanner.devices.words import Choice, Described

ANSWERS_WITHIN = 20.0  # seconds: some open a scanner for that long
SHORT = {"l": "tl-x", "t": "tl-y", "x": "br-x", "y": "br-y"}  # what `scanimage -A` calls the corners
_OPTION = re.compile(r"^ +--?([\w-]+)(\[=\(yes\|no\)\])?(?: (.*?))? \[([^\[\]]*)\]((?: \[[^\]]*\])*)$")
_RANGE = re.compile(r"^(-?[\d.]+)\.\.(-?[\d.]+)")
_UNIT = re.compile(r"(?<=\d)(dpi|mm|pel|bit|us|%)$")


def described(text: str) -> Described:
    """The options of a device, from what `scanimage -A` prints of them."""
    lists, limits, names = {}, {}, set()
    for line in text.splitlines():
        found = _OPTION.match(line)
        if not found or "inactive" in found[4] or re.search("inactive|read-only", found[5]):
            continue
        name, choices = SHORT.get(found[1], found[1]), found[3] or ""
        names.add(name)
        if span := _RANGE.match(choices):
            limits[name] = float(span[1]), float(span[2])
        elif choices and not choices.startswith("<"):
            lists[name] = [_value(choice) for choice in _UNIT.sub("", choices).split("|") if choice]
    return Described(lists, limits, frozenset(names))


def _value(word: str) -> Choice:
    return int(word) if word.isdecimal() else word


class ScanimageScanner:
    """The device that SANE calls `name`; `extra`: options of its own, and their values."""

    def __init__(self, name: str, extra: Mapping[str, str], patience: Patience = Patience()):  # noqa: B008  it is frozen
        self.name, self.extra, self.patience = name, extra, patience
        self._cancelled = threading.Event()
        self._described: dict[str, Described] = {}

    def options(self) -> Options:
        first = self._describe("")
        return words.options({"": first} | {source: self._describe(source) for source in set(words.sources(first).values()) if source})

    def identify(self) -> Identity:
        with only(self.name) as environment:
            lines, _, _ = answer([_program(), "-f", "%d\t%v\t%m%n"], environment, ANSWERS_WITHIN)
        for name, maker, model in (line.split("\t") for line in lines if line.count("\t") == 2):
            if name == self.name:
                return Identity(maker, model, serial_number(name))
        return Identity()

    def scan(self, settings: Settings, folder: Path, first: int = 1) -> Iterator[Event]:
        options = self.options()
        options.check(settings)
        intake = Intake(folder, first, settings if options.largest else None)
        with closing(intake):
            command = [_program(), "-d", self.name, "--format=tiff", "--progress", "--batch-print", "--batch-prompt",
                       f"--batch={intake.drafts}/%d.tiff", f"--batch-start={first}"]
            if settings.pages:
                command.append(f"--batch-count={settings.pages}")
            chosen = words.to_set(self._describe(options.sources[settings.source]), settings)
            command += _arguments([*chosen, *self.extra.items()])
            yield from batch.scan(command, {}, intake, settings, self.patience, self._cancelled)

    def cancel(self) -> None:
        self._cancelled.set()

    def _describe(self, source: str) -> Described:
        """Its options while `source`, as it calls it, is chosen; "": as it is by itself."""
        if source not in self._described:
            option = _arguments([("source", source)]) if source else []
            lines, said, code = answer([_program(), "-d", self.name, *option, "-A"], {}, ANSWERS_WITHIN)
            if problem := batch.trouble(said, code):
                raise problem
            self._described[source] = described("\n".join(f"    {line}" for line in lines))
            if not lines:
                raise Crashed("it names no options")
        return self._described[source]


def _arguments(chosen: list[tuple[str, Choice]]) -> list[str]:
    short = {long: name for name, long in SHORT.items()}
    return [f"-{short[name]}{value}" if name in short else f"--{name}={value}" for name, value in chosen]


def _program() -> str:
    if not (found := shutil.which("scanimage")):
        raise DriverMissing("scanimage is not installed")
    return found
