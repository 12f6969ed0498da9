"""SANE's options in our words: every maker names sources and modes in a way of its own."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from scanner.devices.port import Mode, Options, Settings, Source

Word = TypeVar("Word", Source, Mode)
Choice = str | int | float
Limits = tuple[float, float]  # the smallest and the largest


@dataclass(frozen=True)
class Described:
    """The options of a device that can be set now, by name: what each can be (a list of values, or limits, or nothing said)."""

    lists: Mapping[str, Sequence[Choice]]
    limits: Mapping[str, Limits]
    names: frozenset[str]


def _plain(word: Choice) -> str:
    return re.sub(r"[^a-z0-9]+", " ", str(word).lower()).strip()


def _source(word: Choice) -> Source | None:
    plain = _plain(word)
    if "duplex" in plain or "both sides" in plain:
        return Source.DUPLEX
    if "back" in plain or "transparen" in plain or "film" in plain or "negative" in plain or "card" in plain:
        return None
    if "adf" in plain or "feeder" in plain or "front" in plain:
        return Source.FEEDER
    return Source.FLATBED if re.search(r"flatbed|^fb$|normal|table|glass|platen|flat bed", plain) else None


def _mode(word: Choice) -> Mode | None:
    plain = _plain(word)
    if "diffusion" in plain or "halftone" in plain or "48" in plain or "16" in plain:
        return None
    if re.search(r"lineart|line art|black|monochrome|binary|1 bit", plain):
        return Mode.LINEART
    if re.search(r"gray|grey", plain):
        return Mode.GRAY
    return Mode.COLOR if re.search(r"colou?r", plain) else None


def _first_of_each(choices: Sequence[Choice], ours: Callable[[Choice], Word | None]) -> dict[Word, str]:
    """Our word for each of theirs; of several with one meaning the first."""
    found: dict[Word, str] = {}
    for choice in choices:
        if word := ours(choice):
            found.setdefault(word, str(choice))
    return found


def _source_option(described: Described) -> str:
    return "doc-source" if "source" not in described.names and "doc-source" in described.names else "source"


def _resolution_option(described: Described) -> str:
    return "scan-resolution" if "resolution" not in described.names and "scan-resolution" in described.names else "resolution"


def _sides(described: Described) -> tuple[str, Choice, Choice] | None:
    """The option beside the source that chooses one or two sides, and its two values; None where there is none."""
    words = {_plain(choice): choice for choice in described.lists.get("adf-mode", ())}
    if "simplex" in words and "duplex" in words:
        return "adf-mode", words["simplex"], words["duplex"]
    return ("duplex", "no", "yes") if "duplex" in described.names else None


def sources(described: Described) -> dict[Source, str]:
    """What the device calls each source. A device that has no such option is a flatbed."""
    found = _first_of_each(described.lists.get(_source_option(described), ()), _source) or {Source.FLATBED: ""}
    if Source.FEEDER in found and _sides(described):
        found.setdefault(Source.DUPLEX, found[Source.FEEDER])
    return found


def modes(described: Described) -> dict[Mode, str]:
    """What the device calls each mode; one with a depth of one bit has black and white, though it may call it gray."""
    found = _first_of_each(described.lists.get("mode", ()), _mode)
    if "mode" not in described.names:
        return {mode: "" for mode in Mode}  # it gives what it gives
    if Mode.LINEART not in found and Mode.GRAY in found and 1 in described.lists.get("depth", ()):
        found[Mode.LINEART] = found[Mode.GRAY]
    return {mode: found[mode] for mode in Mode if mode in found}


def resolutions(described: Described) -> Sequence[int]:
    name = _resolution_option(described)
    if name in described.limits:
        low, high = described.limits[name]
        return range(max(1, round(low)), round(high) + 1)
    return tuple(sorted({round(float(dpi)) for dpi in described.lists.get(name, ()) if re.fullmatch(r"[\d.]+", str(dpi))}))


def largest(described: Described) -> tuple[float, float] | None:
    """Width and height in mm."""
    if "br-x" not in described.limits or "br-y" not in described.limits:
        return None
    return described.limits["br-x"][1], described.limits["br-y"][1]


def options(by_source: Mapping[str, Described]) -> Options:
    """Ours, from what a device says while each of its sources is chosen, by its own name; the first is its own choice."""
    described = next(iter(by_source.values()))
    found = sources(described)
    sizes = {source: largest(by_source.get(word, described)) for source, word in found.items()}
    return Options(found, modes(described), resolutions(described), {source: size for source, size in sizes.items() if size})


def to_set(described: Described, settings: Settings) -> list[tuple[str, Choice]]:
    """Options and values that make `settings`, in the order in which they must be set: each may change what comes after it."""
    source, mode = sources(described)[settings.source], modes(described)[settings.mode]
    chosen: list[tuple[str, Choice]] = [(_source_option(described), source), ("mode", mode), ("depth", 8),
                                        (_resolution_option(described), settings.dpi)]
    if sides := _sides(described):
        chosen.insert(1, (sides[0], sides[2 if settings.source is Source.DUPLEX else 1]))
    if settings.mode is Mode.LINEART:
        chosen[chosen.index(("depth", 8))] = ("depth", 1)
    # a page's size before its corners, or the page is cut
    chosen += [("page-width", settings.width_mm), ("page-height", settings.height_mm), ("tl-x", 0), ("tl-y", 0),
               ("br-x", settings.width_mm), ("br-y", settings.height_mm)]
    return [(name, value) for name, value in chosen if name in described.names and value != "" and _can_be(described, name, value)]


def _can_be(described: Described, name: str, value: Choice) -> bool:
    return name != "depth" or value in described.lists.get("depth", ())
