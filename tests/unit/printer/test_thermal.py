"""The bytes of a slip: what they say, what they never say, and a QR code that a stranger's program reads."""

import os
import subprocess
import sys

import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from printer import codes, paper
from printer.commands import split
from printer.layout import DOTS, Paper, safe
from printer.receipt import Band, Big, Emphasis, Heading, Inverse, Line, Pair, QrCode, Receipt, Rule, Title
from printer.thermal import render

CODE = codes.make({1: b"k" * 32}, 42)
PAPERS = [Paper(58, native_qr=False, has_cutter=False), Paper(58, native_qr=True, has_cutter=False),
          Paper(80, native_qr=False, has_cutter=True), Paper(80, native_qr=True, has_cutter=True)]
on_every_paper = pytest.mark.parametrize("kind", PAPERS, ids=["58 raster", "58 native", "80 raster", "80 native"])


def a_slip(text="Pedoman Teknis"):
    return Receipt((Band(), Heading(text), Line(text, center=True), Inverse(text), Rule(), Big(text), Title(text),
                    Emphasis(text, text), QrCode(CODE), Line(text, bold=True), Pair(text, text)))


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


def names_in(data):
    return {command.name for command in split(data)[0]}


@given(st.text(max_size=40))
def test_no_text_ever_becomes_a_command(text):
    """A slip says with any text what it says with the printable part of that text, and uses no command that it does not need."""
    for kind in PAPERS[::3]:
        data = render(a_slip(text), kind)
        assert data == render(a_slip(safe(text)), kind)
        said = [byte for command in split(data)[0] if command.name == b"" for byte in command.data]
        assert all(0x20 <= byte < 0x7F for byte in said)
        assert names_in(data) <= names_in(render(a_slip("Xy"), kind))
        assert len(paper.pages(data, kind.width_mm)) == 1


@pytest.mark.parametrize("evil", ["\x1dV\x00", "\x1bp\x00\x19\xfa", "\x10\x14\x01\x00\x01", "\x1b@", "\x1d(A", "\x9bV"])
def test_a_title_can_neither_cut_paper_nor_open_a_drawer(evil):
    title = f"Judul {evil} buku"
    assert safe(title).isprintable()
    for kind in PAPERS:
        assert render(a_slip(title), kind) == render(a_slip(safe(title)), kind)


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
