"""The words of many makers in ours, and the order in which a scanner is told what to do."""

import pytest

from scanner.devices import words
from scanner.devices.port import Mode, Settings, Source
from scanner.devices.scanimage import described
from scanner.devices.words import Described

EPSON = """
All options specific to device `epson2:libusb:001:004':
  Scan Mode:
    --mode Lineart|Gray|Color [Lineart]
        Selects the scan mode (e.g., lineart, monochrome, or color).
    --depth 8|16 [inactive]
        Number of bits per sample.
    --resolution 75|150|300|600dpi [75]
        Sets the resolution of the scanned image.
    --source Flatbed|Automatic Document Feeder [Flatbed]
    --adf-mode Simplex|Duplex [inactive]
    --brightness -100..100% (in steps of 1) [0]
    --duplex[=(yes|no)] [inactive]
  Geometry:
    -l 0..215.9mm [0]
    -t 0..297.18mm [0]
    -x 0..215.9mm [215.9]
    -y 0..297.18mm [297.18]
    --serial <string> [X1] [read-only]
"""


def device(**lists) -> Described:
    named = {name.replace("_", "-"): choices for name, choices in lists.items()}
    return Described(named, {}, frozenset(named))


def test_what_scanimage_prints_is_understood():
    found = described(EPSON)
    assert found.lists == {"mode": ["Lineart", "Gray", "Color"], "resolution": [75, 150, 300, 600],
                           "source": ["Flatbed", "Automatic Document Feeder"]}
    assert found.limits["br-y"] == (0, 297.18)
    assert found.limits["brightness"] == (-100, 100)
    assert {"adf-mode", "depth", "duplex", "serial"}.isdisjoint(found.names)  # cannot be set now, or ever
    options = words.options({"": found})
    assert (options.resolutions, options.papers(Source.FLATBED)) == ((75, 150, 300, 600), ("A5", "A4", "Letter"))


@pytest.mark.parametrize(("theirs", "ours"), [
    (["FB", "ADF"], {Source.FLATBED: "FB", Source.FEEDER: "ADF"}),
    (["Normal", "ADF Front", "ADF Back", "ADF Duplex"],
     {Source.FLATBED: "Normal", Source.FEEDER: "ADF Front", Source.DUPLEX: "ADF Duplex"}),
    (["Automatic Document Feeder(left aligned)", "Automatic Document Feeder(left aligned,Duplex)"],
     {Source.FEEDER: "Automatic Document Feeder(left aligned)", Source.DUPLEX: "Automatic Document Feeder(left aligned,Duplex)"}),
    (["Document Table", "ADF Simplex", "ADF Duplex", "Transparency Unit"],
     {Source.FLATBED: "Document Table", Source.FEEDER: "ADF Simplex", Source.DUPLEX: "ADF Duplex"}),
    (["Card Front", "Card Back"], {Source.FLATBED: ""})])
def test_sources_by_the_names_of_many_makers(theirs, ours):
    assert words.sources(device(source=theirs)) == ours


@pytest.mark.parametrize(("theirs", "ours"), [
    (["Black & White", "Gray[Error Diffusion]", "True Gray", "24bit Color[Fast]", "24bit Color"],
     {Mode.LINEART: "Black & White", Mode.GRAY: "True Gray", Mode.COLOR: "24bit Color[Fast]"}),
    (["Lineart", "Halftone", "Grayscale", "Color"], {Mode.LINEART: "Lineart", Mode.GRAY: "Grayscale", Mode.COLOR: "Color"}),
    (["Monochrome", "Gray", "48-bit Color", "Color"], {Mode.LINEART: "Monochrome", Mode.GRAY: "Gray", Mode.COLOR: "Color"})])
def test_modes_by_the_names_of_many_makers(theirs, ours):
    assert words.modes(device(mode=theirs)) == ours


@pytest.mark.parametrize(("beside", "one_side", "two_sides"), [
    ({"adf_mode": ["Simplex", "Duplex"]}, ("adf-mode", "Simplex"), ("adf-mode", "Duplex")),
    ({"duplex": []}, ("duplex", "no"), ("duplex", "yes"))])
def test_two_sides_may_be_an_option_beside_the_source(beside, one_side, two_sides):
    found = device(source=["Flatbed", "ADF"], mode=["Gray"], **beside)
    assert words.sources(found)[Source.DUPLEX] == "ADF"
    assert words.to_set(found, Settings(Source.DUPLEX, Mode.GRAY))[:2] == [("source", "ADF"), two_sides]
    assert words.to_set(found, Settings(Source.FEEDER, Mode.GRAY))[:2] == [("source", "ADF"), one_side]


def test_the_source_comes_first_and_the_corners_last():
    found = Described({"source": ["Flatbed"], "mode": ["Gray"], "depth": [8, 16], "resolution": [300]},
                      {"br-x": (0, 300), "br-y": (0, 400)}, frozenset({"source", "mode", "depth", "resolution", "page-width",
                                                              "page-height", "tl-x", "tl-y", "br-x", "br-y"}))
    assert words.to_set(found, Settings(mode=Mode.GRAY)) == [
        ("source", "Flatbed"), ("mode", "Gray"), ("depth", 8), ("resolution", 300), ("page-width", 210), ("page-height", 297),
        ("tl-x", 0), ("tl-y", 0), ("br-x", 210), ("br-y", 297)]


@pytest.mark.parametrize("option", ["resolution", "scan-resolution"])
def test_resolutions_in_a_list_or_a_range(option):
    assert words.resolutions(Described({option: ["auto", 75, "150", 300.0]}, {}, frozenset({option}))) == (75, 150, 300)
    assert words.resolutions(Described({}, {option: (50, 600)}, frozenset({option}))) == range(50, 601)
