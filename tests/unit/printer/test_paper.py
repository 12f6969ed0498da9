"""The drawing of paper: what the bytes say, and nothing that a page could mistake for markup or style."""

import xml.etree.ElementTree as ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from printer import paper, qr
from printer.layout import Paper
from printer.receipt import Big, Inverse, Line, QrCode, Receipt, Title
from printer.thermal import render

SVG = "{http://www.w3.org/2000/svg}"


def drawn(*parts, kind=Paper(58)):  # noqa: B008 a frozen value
    return [paper.svg(slip) for slip in paper.pages(render(Receipt(parts), kind), kind.width_mm)]


def test_what_was_printed_can_be_read():
    [slip] = paper.pages(render(Receipt((Line("Satu"), Title("Dua"), Big("3"))), Paper(80)), 80)
    assert slip.text == "Satu\nDua\n3"
    assert slip.cut


def test_two_slips_after_another_are_two_pieces_of_paper():
    one = render(Receipt((Line("Satu"),)), Paper(80))
    assert [slip.text for slip in paper.pages(one + one.replace(b"Satu", b"Dua!"), 80)] == ["Satu", "Dua!"]


def test_paper_without_a_cut_hangs_out_with_the_teeth_of_the_tear_bar():
    [slip] = paper.pages(render(Receipt((Line("Satu"),)), Paper(58, has_cutter=False)), 58)
    assert not slip.cut
    assert "stroke-dasharray" not in paper.svg(slip)
    assert "stroke-dasharray" in drawn(Line("Satu"))[0]


def test_text_cannot_leave_its_element():
    [svg] = drawn(Line("<script>&\"'</text>"))
    assert "<script" not in svg
    assert "&lt;script&gt;" in svg


def test_a_drawing_is_well_formed_and_has_no_inline_style_or_script():
    [svg] = drawn(Line("satu", bold=True), Inverse("SALINAN KE-2"), Big("A-07"), QrCode("123"))
    for element in ElementTree.fromstring(svg).iter():  # noqa: S314 our own
        assert element.tag.removeprefix(SVG) in {"svg", "g", "path", "rect", "text", "circle"}
        assert not {name for name in element.attrib if name == "style" or name.startswith("on")}


def test_inverse_text_is_white_on_black():
    [svg] = drawn(Inverse("SALINAN KE-2"))
    assert 'fill="#fff">' in svg.split("SALINAN")[0].rsplit("<text", 1)[1]


def test_each_character_keeps_to_its_cell():
    [svg] = drawn(Line("Peminjam"))
    [text] = ElementTree.fromstring(svg).iter(f"{SVG}text")
    assert (text.get("textLength"), text.get("lengthAdjust")) == (str(8 * 12), "spacingAndGlyphs")


def test_a_line_longer_than_the_paper_goes_on_below():
    [slip] = paper.pages(b"\x1b@" + b"x" * 40 + b"\n", 58)
    assert slip.text == "x" * 32 + "\n" + "x" * 8


@given(st.binary(max_size=300), st.sampled_from([58, 80]))
def test_any_bytes_at_all_can_be_drawn(data, width):
    for slip in paper.pages(data, width):
        assert paper.svg(slip).startswith("<svg")


@pytest.mark.parametrize("text", ["1" * 34, "uji pemindai"])
def test_a_qr_code_on_the_screen_is_one_path_with_its_quiet_zone(text):
    svg = ElementTree.fromstring(qr.svg(text))
    side = len(qr.matrix(text))
    assert svg.get("viewBox") == f"0 0 {side} {side}"
    assert len(list(svg.iter(f"{SVG}path"))) == 1
    assert not any(any(row) for row in qr.matrix(text)[:4])


def test_the_path_of_pixels_draws_exactly_the_dark_ones():
    pixels = [[True, False, True], [True, False, True], [False, True, True]]
    assert qr.path(pixels) == "M0 0h1v2h-1zM2 0h1v2h-1zM1 2h2v1h-2z"
