"""What network scanners say, as some of them say it, and what is said to them."""

import pytest

from scanner.devices.escl_messages import NoMessage, Status, capabilities, scan_settings, status
from scanner.devices.port import Identity, Mode, Settings, Source
from scanner.devices.troubles import Busy, CoverOpen, Denied, FeederEmpty, Multifeed, Offline, PaperJam

NAMESPACES = 'xmlns:s="http://schemas.hp.com/imaging/escl/2011/05/03" xmlns:p="http://www.pwg.org/schemas/2010/12/sm"'


def caps(inner: str) -> bytes:
    return f"<s:ScannerCapabilities {NAMESPACES}>{inner}</s:ScannerCapabilities>".encode()


def test_a_scanner_with_glass_alone_and_a_range_of_resolutions():
    found = capabilities(caps(
        "<p:MakeAndModel>Contoh Pindai 200</p:MakeAndModel><p:ModelName>Pindai 200</p:ModelName><s:UUID>u-1</s:UUID>"
        "<s:Platen><s:PlatenInputCaps>"
        "<s:MaxWidth>2550</s:MaxWidth><s:MaxHeight>3508</s:MaxHeight><s:ColorMode>RGB24</s:ColorMode><s:ColorMode>Grayscale8</s:ColorMode>"
        "<p:DocumentFormat>application/pdf</p:DocumentFormat><p:DocumentFormat>image/jpeg</p:DocumentFormat>"
        "<s:ResolutionRange><s:XResolutionRange><s:Min>75</s:Min><s:Max>300</s:Max><s:Step>75</s:Step></s:XResolutionRange></s:ResolutionRange>"
        "</s:PlatenInputCaps></s:Platen>"))
    assert found.identity == Identity("Contoh", "Pindai 200", "u-1")
    assert (set(found.options.sources), list(found.options.modes)) == ({Source.FLATBED}, [Mode.GRAY, Mode.COLOR])
    assert (found.options.resolutions, found.formats) == ((75, 150, 225, 300), ("image/jpeg",))
    assert "A4" in found.options.papers(Source.FLATBED)


@pytest.mark.parametrize("message", [
    b"", b"<html>", b"<html/>", b"not XML", caps(""), b'<!DOCTYPE x [<!ENTITY a "b">]>' + caps("<s:Platen/>")])
def test_what_is_no_answer_of_a_scanner(message):
    with pytest.raises(NoMessage):
        capabilities(message)


def test_how_it_is_stands_beside_what_its_jobs_are():
    message = (f"<s:ScannerStatus {NAMESPACES}><p:State>Idle</p:State><s:AdfState>ScannerAdfJam</s:AdfState>"
               "<s:Jobs><s:JobInfo><p:State>Processing</p:State></s:JobInfo></s:Jobs></s:ScannerStatus>")
    assert status(message.encode()) == Status("Idle", "ScannerAdfJam")


@pytest.mark.parametrize(("code", "state", "feeder", "kind"), [
    (503, "Idle", "ScannerAdfJam", PaperJam), (409, "Stopped", "ScannerAdfHatchOpen", CoverOpen),
    (503, "Idle", "ScannerAdfMultipickDetected", Multifeed), (409, "Idle", "ScannerAdfEmpty", FeederEmpty), (503, "Processing", "", Busy),
    (403, "Idle", "ScannerAdfJam", Denied), (500, "Idle", "ScannerAdfLoaded", Offline)])
def test_why_it_does_not_scan(code, state, feeder, kind):
    assert Status(state, feeder).refusal(code) is kind


def test_a_jam_in_the_feeder_does_not_keep_anybody_from_the_glass():
    assert Status("Idle", "ScannerAdfJam").refusal(503, feeds=False) is Busy


@pytest.mark.parametrize(("state", "feeder", "more"), [
    ("Processing", "ScannerAdfLoaded", True), ("Idle", "ScannerAdfProcessing", True), ("Idle", "ScannerAdfLoaded", False),
    ("Processing", "ScannerAdfEmpty", False)])
def test_when_the_end_of_the_stack_is_said_too_early(state, feeder, more):
    assert Status(state, feeder).may_have_more is more


def test_a_wish_says_millimetres_in_its_units_and_sides_for_a_feeder_only():
    wish = scan_settings(Settings(Source.DUPLEX, Mode.GRAY, 200), "image/jpeg").decode()
    assert "<pwg:Width>2480</pwg:Width><pwg:Height>3508</pwg:Height>" in wish
    assert "<scan:Duplex>true</scan:Duplex>" in wish
    assert "Duplex" not in scan_settings(Settings(), "image/jpeg").decode()
