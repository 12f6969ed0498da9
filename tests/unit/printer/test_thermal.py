"""The bytes of a slip: what they say, what they never say, and a QR code that a stranger's program reads."""

import os
import subprocess
import sys

import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageOps

from printer import codes, paper
from printer.commands import split
from printer.layout import DOTS, Paper, safe
from printer.receipt import Band, Big, Emphasis, Heading, Inverse, Line, Pair, QrCode, Receipt, Rule, Signature, Title
from printer.thermal import render

CODE = codes.make({1: b"k" * 32}, 42)
PAPERS = [Paper(58, native_qr=False, has_cutter=False), Paper(58, native_qr=True, has_cutter=False),
          Paper(80, native_qr=False, has_cutter=True), Paper(80, native_qr=True, has_cutter=True)]
on_every_paper = pytest.mark.parametrize("kind", PAPERS, ids=["58 raster", "58 native", "80 raster", "80 native"])


def a_slip(text="Pedoman Teknis"):
    return Receipt((Band(), Heading(text), Line(text, center=True), Inverse(text), Rule(), Big(text), Title(text),
                    Emphasis(text, text), QrCode(CODE), Line(text, bold=True), Pair(text, text), Signature(text)))


def picture_of(slip):
    """The paper, dot for dot, with its pictures and no text."""
    image = Image.new("L", (DOTS[slip.width_mm], slip.height), 255)
    for mark in slip.marks:
        if isinstance(mark, paper.Picture):
            pixels = Image.new("L", (len(mark.pixels[0]), len(mark.pixels)))
            pixels.putdata([0 if dark else 255 for row in mark.pixels for dark in row])
            size = pixels.width * mark.wide, pixels.height * mark.tall
            image.paste(pixels.resize(size, Image.Resampling.NEAREST), (mark.x, mark.y))
    return image


@on_every_paper
def test_the_qr_code_on_paper_is_read_by_another_program(kind):
    [slip] = paper.pages(render(a_slip(), kind), kind.width_mm)
    [found] = zxingcpp.read_barcodes(picture_of(slip))
    assert found.text == CODE
    assert found.ec_level == "H"


@on_every_paper
def test_the_qr_code_is_at_least_19_mm_wide_with_dots_of_at_least_six(kind):
    [slip] = paper.pages(render(Receipt((QrCode(CODE),)), kind), kind.width_mm)
    [mark] = slip.marks
    quiet = 0 if kind.native_qr else 8
    modules = 25
    dots = len(mark.pixels[0]) * mark.wide * modules // (modules + quiet)
    assert dots // modules >= 6
    assert dots / 8 >= 19
    assert mark.x >= 0


@on_every_paper
def test_a_slip_begins_with_reset_and_code_page_and_ends_with_cut_or_feed(kind):
    data = render(a_slip(), kind)
    assert data.startswith(b"\x1b@\x1bt\x00")
    names = [command.name for command in split(data)[0]]
    assert names.count(b"\x1dV") == (1 if kind.has_cutter else 0)
    assert names[-1] == (b"\x1dV" if kind.has_cutter else b"\x1bd")
    assert b"\x1b@" not in data[2:]


PAPERS_OF_EVERY_SORT = [PAPERS[0], PAPERS[3], Paper(58, accents=True, full_density=True), Paper(80, across=42, accents=True)]
WE_SEND = {b"", b"\n", b"\x1b@", b"\x1bt", b"\x1ba", b"\x1bE", b"\x1bd", b"\x1bJ", b"\x1d!", b"\x1dB", b"\x1dV", b"\x1dv",
           b"\x1d(", b"\x1c."}
REAL_TIME = [b"\x10\x04", b"\x10\x05", b"\x10\x14"]
unseen = st.sampled_from("\u202e\u2066\u200b\u200f\ufeff\u00adéüكتاب中 ")
nasty = st.text(st.one_of(st.characters(max_codepoint=0x9F), unseen, st.characters()), max_size=30)


@given(nasty, st.sampled_from(PAPERS_OF_EVERY_SORT))
def test_no_text_ever_becomes_a_command(text, kind):
    """Whatever stands in every field of a paper: its bytes are commands that we send, and text that cannot be one."""
    data = render(a_slip(text), kind)
    commands, rest = split(data)
    assert rest == b""
    assert {command.name for command in commands} <= WE_SEND
    counts = [sum(command.name == name for command in commands) for name in (b"\x1b@", b"\x1dV", b"\x1c.")]
    assert counts == [1, kind.has_cutter, kind.accents]
    for command in commands:
        if command.name == b"":
            assert all(byte < 0x7F or (kind.accents and byte >= 0x80) for byte in command.data)
        if command.name == b"\x1dv":
            assert command.data[:2] in ([b"0\0"] if kind.full_density else [b"0\0", b"0\3"])
            assert not any(order in command.data[6:] for order in REAL_TIME)
    assert len(paper.pages(data, kind.width_mm)) == 1


def test_dots_that_would_be_a_real_time_command_are_drawn_with_one_dot_more():
    from printer.thermal import _raster

    row = [bool(0x1014 >> bit & 1) for bit in range(15, -1, -1)]
    [command] = [c for c in split(_raster(Paper(58), 16, bytes(row) * 8, 1))[0] if c.name == b"\x1dv"]
    assert command.data[6:] == b"\x10\x1c" * 8


@pytest.mark.parametrize("evil", ["\x1dV\x00", "\x1bp\x00\x19\xfa", "\x10\x14\x01\x00\x01", "\x1b@", "\x1d(A", "\x9bV"])
def test_a_title_can_neither_cut_paper_nor_open_a_drawer(evil):
    title = f"Judul {evil} buku"
    assert safe(title).isprintable()
    for kind in PAPERS:
        assert render(a_slip(title), kind) == render(a_slip(safe(title)), kind)


def test_a_printer_with_accents_leaves_the_chinese_mode_and_says_them():
    data = render(Receipt((Line("Café Ünal 20°"),)), Paper(58, accents=True))
    assert data.startswith(b"\x1b@\x1c.\x1bt\x00")
    assert "Café Ünal 20°".encode("cp437") in data
    [slip] = paper.pages(data, 58)
    assert slip.text == "Café Ünal 20°"
    assert "Ünal" in paper.svg(slip)


@pytest.mark.parametrize("part", [Band(), QrCode(CODE), Emphasis("", "")])
@pytest.mark.parametrize("width", [58, 80])
def test_a_printer_of_full_density_only_draws_the_same_picture_with_dots_half_the_size(width, part):
    coarse, fine = (render(Receipt((part,)), Paper(width, full_density=full)) for full in (False, True))
    assert {c.data[1] for c in split(coarse)[0] if c.name == b"\x1dv"} == {3}
    assert {c.data[1] for c in split(fine)[0] if c.name == b"\x1dv"} == {0}
    one, other = (ImageOps.invert(picture_of(paper.pages(data, width)[0])) for data in (coarse, fine))
    assert one.crop(one.getbbox()).tobytes() == other.crop(other.getbbox()).tobytes()  # bytes are eight dots: it may stand some dots aside


@pytest.mark.parametrize("width", [58, 80])
def test_an_arabic_title_comes_to_paper_as_dots_and_the_rest_as_text(width):
    [slip] = paper.pages(render(a_slip("السياسة الشرعية"), Paper(width)), width)
    assert "?" not in slip.text.replace("?" * 7 + " " + "?" * 7, "")  # an inverse banner is our own words, and stays text
    assert CODE in {found.text for found in zxingcpp.read_barcodes(picture_of(slip))}


def test_the_same_slip_is_the_same_bytes():
    assert render(a_slip(), PAPERS[0]) == render(a_slip(), PAPERS[0])


def test_a_slip_of_a_narrow_roll_is_small_enough_for_a_slow_line():
    assert len(render(a_slip(), PAPERS[0])) < 4500
    assert len(render(a_slip(), PAPERS[1])) < 2500


def test_rendering_leaves_nothing_behind_and_says_nothing(tmp_path):
    program = ("import logging, sys; from printer.thermal import render; from printer.layout import Paper;"
               "from printer.receipt import *;"
               "assert 'escpos' not in sys.modules; render(Receipt((QrCode('1'),)), Paper()); assert not logging.root.handlers")
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", program], capture_output=True, text=True, check=False,
                          env={**os.environ, "TMPDIR": str(tmp_path)})
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert list(tmp_path.iterdir()) == []
