"""What is said in eSCL (AirScan), the language of network scanners: XML made and read (Mopria's eSCL specification, 2.63 and later)."""

import xml.etree.ElementTree as ET
from dataclasses import dataclass
from typing import NamedTuple
from xml.sax.saxutils import escape

from scanner.devices.port import Identity, Mode, Options, Settings, Source
from scanner.devices.troubles import Busy, CoverOpen, Denied, FeederEmpty, Multifeed, Offline, PaperJam, Trouble

UNITS = 300 / 25.4  # of eSCL in a millimetre
COLORS = {Mode.LINEART: "BlackAndWhite1", Mode.GRAY: "Grayscale8", Mode.COLOR: "RGB24"}
INPUTS = {Source.FLATBED: ".//{*}PlatenInputCaps", Source.FEEDER: ".//{*}AdfSimplexInputCaps", Source.DUPLEX: ".//{*}AdfDuplexInputCaps"}
FORMATS = ("image/jpeg", "image/tiff", "image/png")  # in this order: JPEG is what every device has

# AdfState of ScannerStatus; what is not named here says nothing about a fault
FAULTS: dict[str, type[Trouble]] = {
    "ScannerAdfJam": PaperJam, "ScannerAdfMispick": PaperJam, "ScannerAdfInputTrayFailed": PaperJam,
    "ScannerAdfInputTrayOverloaded": PaperJam, "ScannerAdfDuplexPageTooShort": PaperJam, "ScannerAdfDuplexPageTooLong": PaperJam,
    "ScannerAdfDoorOpen": CoverOpen, "ScannerAdfHatchOpen": CoverOpen, "ScannerAdfMultipickDetected": Multifeed}


class NoMessage(ValueError):
    """Not the XML that was asked for."""


@dataclass(frozen=True)
class Capabilities:
    identity: Identity
    options: Options
    formats: tuple[str, ...]


class Status(NamedTuple):
    """`state`: Idle, Processing, Stopped, …; `feeder`: its AdfState, "" where there is none."""

    state: str
    feeder: str

    @property
    def fault(self) -> type[Trouble] | None:
        return FAULTS.get(self.feeder)

    @property
    def may_have_more(self) -> bool:
        """A sheet is on its way: then "no more documents" is said too early by some (sane-airscan, issues 39 and 385)."""
        return self.feeder == "ScannerAdfProcessing" or (self.state == "Processing" and self.feeder == "ScannerAdfLoaded")

    def refusal(self, code: int, feeds: bool = True) -> type[Trouble]:
        """Why the device answered with HTTP status `code` of 400 and above; `feeds`: it was to scan from its feeder."""
        if code in (401, 403):
            return Denied
        if self.fault and feeds:
            return self.fault
        if self.feeder == "ScannerAdfEmpty" and feeds:
            return FeederEmpty
        return Busy if code in (409, 423, 503) or self.state == "Processing" else Offline


def capabilities(message: bytes) -> Capabilities:
    """From ScannerCapabilities. Raises NoMessage."""
    root = _root(message, "ScannerCapabilities")
    sources, modes, resolutions, largest = {}, set(), set(), {}
    for source, path in INPUTS.items():
        if (part := root.find(path)) is None:
            continue
        sources[source] = "Platen" if source is Source.FLATBED else "Feeder"
        modes |= {color.text for color in part.iter() if color.tag.endswith("}ColorMode")}
        found = _resolutions(part)
        resolutions = resolutions & found if resolutions else found
        wide, high = _number(part, "MaxWidth"), _number(part, "MaxHeight")
        if wide and high:
            largest[source] = wide / UNITS, high / UNITS
    if not sources:
        raise NoMessage("neither a platen nor a feeder")
    name, model = _text(root, "MakeAndModel"), _text(root, "ModelName")
    maker = name.removesuffix(model).strip() if model and name.endswith(model) else name.partition(" ")[0]
    identity = Identity(maker, name.removeprefix(maker).strip() or model, _text(root, "SerialNumber") or _text(root, "UUID"))
    colors = {mode: word for mode, word in COLORS.items() if word in modes}
    formats = {element.text for element in root.iter() if element.tag.endswith(("}DocumentFormat", "}DocumentFormatExt"))}
    return Capabilities(identity, Options(sources, colors, tuple(sorted(resolutions)), largest), tuple(f for f in FORMATS if f in formats))


def _resolutions(part: ET.Element) -> set[int]:
    found = {_number(one, "XResolution") for one in part.iterfind(".//{*}DiscreteResolution")}
    for span in part.iterfind(".//{*}XResolutionRange"):
        low, high, step = _number(span, "Min"), _number(span, "Max"), _number(span, "Step") or 1
        found |= set(range(low, min(high, 4800) + 1, max(1, step))) if low else set()
    return found - {0}


def status(message: bytes) -> Status:
    """From ScannerStatus. Raises NoMessage."""
    root = _root(message, "ScannerStatus")
    return Status(_text(root, "State"), _text(root, "AdfState"))


def scan_settings(settings: Settings, form: str) -> bytes:
    """ScanSettings, in the order of elements that devices expect; `form`: one of FORMATS."""
    width, height = round(settings.width_mm * UNITS), round(settings.height_mm * UNITS)
    feeder = "" if settings.source is Source.FLATBED else f"<scan:Duplex>{str(settings.source is Source.DUPLEX).lower()}</scan:Duplex>"
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<scan:ScanSettings xmlns:pwg="http://www.pwg.org/schemas/2010/12/sm" xmlns:scan="http://schemas.hp.com/imaging/escl/2011/05/03">'
        "<pwg:Version>2.0</pwg:Version><pwg:ScanRegions><pwg:ScanRegion>"
        "<pwg:ContentRegionUnits>escl:ThreeHundredthsOfInches</pwg:ContentRegionUnits><pwg:XOffset>0</pwg:XOffset><pwg:YOffset>0</pwg:YOffset>"
        f"<pwg:Width>{width}</pwg:Width><pwg:Height>{height}</pwg:Height></pwg:ScanRegion></pwg:ScanRegions>"
        f"<pwg:InputSource>{'Platen' if settings.source is Source.FLATBED else 'Feeder'}</pwg:InputSource>"
        f"<scan:ColorMode>{COLORS[settings.mode]}</scan:ColorMode><pwg:DocumentFormat>{escape(form)}</pwg:DocumentFormat>"
        f"<scan:DocumentFormatExt>{escape(form)}</scan:DocumentFormatExt>"
        f"<scan:XResolution>{settings.dpi}</scan:XResolution><scan:YResolution>{settings.dpi}</scan:YResolution>{feeder}"
        "</scan:ScanSettings>").encode()


def _root(message: bytes, name: str) -> ET.Element:
    if b"<!DOCTYPE" in message or b"<!ENTITY" in message:  # what an XML bomb begins with, and eSCL never has
        raise NoMessage("a document type")
    try:
        root = ET.fromstring(message)  # noqa: S314  see above
    except ET.ParseError as problem:
        raise NoMessage(str(problem)) from None
    if not root.tag.endswith(f"}}{name}"):
        raise NoMessage(root.tag)
    return root


def _text(root: ET.Element, name: str) -> str:
    return (root.findtext(f"{{*}}{name}") or root.findtext(f".//{{*}}{name}") or "").strip()


def _number(root: ET.Element, name: str) -> int:
    found = _text(root, name)
    return int(found) if found.isascii() and found.isdecimal() else 0
