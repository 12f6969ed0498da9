"""The port to a scanner: what it can do, what it is asked for, and what comes out of it, page by page."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from foundation.text import t
from scanner.devices.troubles import WrongSettings


class Source(StrEnum):
    FLATBED = "flatbed"
    FEEDER = "feeder"
    DUPLEX = "feeder duplex"  # front, back, front, back, …


class Mode(StrEnum):
    LINEART = "lineart"
    GRAY = "gray"
    COLOR = "color"

    @property
    def bits(self) -> int:
        """Of one dot, as it comes from the device."""
        return {Mode.LINEART: 1, Mode.GRAY: 8, Mode.COLOR: 24}[self]


# width and height in mm; F4 is Indonesia's folio
PAPERS = {"A5": (148, 210), "A4": (210, 297), "Letter": (215.9, 279.4), "F4": (215, 330), "Legal": (215.9, 355.6), "A3": (297, 420)}
COMMON_DPI = (75, 100, 150, 200, 240, 300, 400, 600, 1200)
SLACK = 1.0  # mm: a scanner for A4 may say that it takes 209.9


@dataclass(frozen=True)
class Settings:
    """What one scan is to be. Sizes in mm; `sheets`: stop after so many, None: until the feeder is empty."""

    source: Source = Source.FLATBED
    mode: Mode = Mode.COLOR
    dpi: int = 300
    width_mm: float = 210
    height_mm: float = 297
    sheets: int | None = None

    @property
    def pixels(self) -> tuple[int, int]:
        """Width and height of a page."""
        return round(self.width_mm / 25.4 * self.dpi), round(self.height_mm / 25.4 * self.dpi)

    @property
    def page_bytes(self) -> int:
        """Of a page that is not compressed."""
        width, height = self.pixels
        return width * height * self.mode.bits // 8

    @property
    def pages(self) -> int | None:
        """At most so many; a flatbed gives one."""
        if self.source is Source.FLATBED:
            return 1
        return self.sheets and self.sheets * (2 if self.source is Source.DUPLEX else 1)


@dataclass(frozen=True)
class Options:
    """What a scanner can do: our words, and beside each the scanner's own; resolutions in dpi; the largest page of each source in mm.

    An empty `resolutions` or `largest` means that the scanner does not let itself be asked: whatever comes is taken.
    """

    sources: Mapping[Source, str]
    modes: Mapping[Mode, str]
    resolutions: Sequence[int] = ()
    largest: Mapping[Source, tuple[float, float]] = field(default_factory=dict)

    @property
    def common_resolutions(self) -> tuple[int, ...]:
        """The ones to choose from, also where it can do every number of a range."""
        if isinstance(self.resolutions, range):
            return tuple(dpi for dpi in COMMON_DPI if dpi in self.resolutions)
        return tuple(self.resolutions)

    def papers(self, source: Source) -> tuple[str, ...]:
        """The names of the sizes that fit."""
        if source not in self.largest:
            return tuple(PAPERS)
        wide, high = self.largest[source]
        return tuple(name for name, (width, height) in PAPERS.items() if width <= wide + SLACK and height <= high + SLACK)

    def check(self, settings: Settings) -> None:
        """Raises WrongSettings, naming what there is, when the scanner does not have what `settings` ask for."""
        if settings.source not in self.sources:
            raise WrongSettings(sentence=t("This scanner has no such source. It has: %(choice)s."), choice=", ".join(self.sources))
        if settings.mode not in self.modes:
            raise WrongSettings(sentence=t("This scanner has no such colours. It has: %(choice)s."), choice=", ".join(self.modes))
        if self.resolutions and settings.dpi not in self.resolutions:
            raise WrongSettings(sentence=t("This scanner has no such resolution. It has: %(choice)s dpi."),
                                choice=", ".join(map(str, self.common_resolutions)))
        wide, high = self.largest.get(settings.source, (settings.width_mm, settings.height_mm))
        if not 0 < settings.width_mm <= wide + SLACK or not 0 < settings.height_mm <= high + SLACK:
            raise WrongSettings(sentence=t("The page is too large for this scanner. Its largest is %(width)d × %(height)d mm."),
                                width=int(wide), height=int(high))


@dataclass(frozen=True)
class Identity:
    """What a scanner calls itself; each may be empty."""

    maker: str = ""
    model: str = ""
    serial: str = ""


@dataclass(frozen=True)
class Progress:
    """`part` of page `number` has come, from 0 to 1; told at most five times a second."""

    number: int
    part: float


@dataclass(frozen=True)
class PageFile:
    """A page that exists: decoded whole, hashed and safe on the disk. `dpi` is None where nobody knows it (a file from a folder)."""

    number: int
    path: Path
    width_px: int
    height_px: int
    dpi: int | None
    mode: Mode
    sha256: str


Event = Progress | PageFile


@dataclass(frozen=True)
class Patience:
    """For how many seconds a scanner may say nothing: before its first page (lamps warm up), and after it."""

    first: float = 60
    next: float = 60


class Scanner(Protocol):
    """A scanner at an address, for one scan: open another for the next. One owner at a time (foundation/owning.py).

    Whatever it is asked can raise a Trouble.
    """

    def options(self) -> Options:
        """What it can do; takes at most some seconds."""

    def identify(self) -> Identity:
        """Who it says it is."""

    def scan(self, settings: Settings, folder: Path, first: int = 1) -> Iterator[Event]:
        """Scan into `folder`, numbering pages from `first`; each page's file is named by its number and never replaces another.

        Pages are events of the past: one that was given is safe, whatever comes after it. A Trouble ends the scan. The thread
        that takes the first event must take them all: its end would end the driver.
        """

    def cancel(self) -> None:
        """End the scan, from another thread: `scan` then ends without an error within some seconds, and finished pages stay."""
