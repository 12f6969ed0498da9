"""A receipt as a page and as a PDF: as wide as the roll, as long as what is on it, and readable by other programs."""

import os
import re
import subprocess
import sys

import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st

from foundation.errors import Refused
from printer import codes, pages, typesetting
from printer.receipt import Band, Big, Emphasis, Heading, Inverse, Line, Pair, QrCode, Receipt, Rule, Signature, Title
from tests import pdf
from webui.assets import asset

CODE = codes.make({1: b"k" * 32}, 42)
STYLE = asset("css/receipt.css").plain.decode()


def a_slip(text="Pedoman Teknis", titles=1):
    return Receipt((Band(), Heading(text), Line(text, center=True), Inverse(text), Rule(), Big(text), *[Title(text)] * titles,
                    Emphasis(text, text), QrCode(CODE), Line(text, bold=True), Pair(text, text), Pair(text, text), Signature(text)))


def made(receipt, width):
    return typesetting.pdf(f'<!doctype html><html lang="id"><meta charset="utf-8"><title>x</title><style>body {{ margin: 0 }} '
                           f'{STYLE}</style><body>{pages.markup(receipt, "id", width)}<i id="end"></i></body></html>', width)


@pytest.mark.parametrize("width", [58, 80])
def test_a_pdf_is_as_wide_as_the_roll_and_as_long_as_what_is_on_it(width):
    [(short_width, short)], [(_, long)] = (pdf.sizes(made(a_slip(titles=titles), width)) for titles in (1, 41))
    assert short_width == pytest.approx(width, abs=0.1)
    assert 100 < short < 260
    assert long > short + 40 * 4


@pytest.mark.parametrize("width", [58, 80])
def test_nothing_is_cut_off_and_no_paper_is_wasted(width):
    [picture] = pdf.pictures(made(a_slip(), width), 203)
    inked = picture.point(lambda value: 255 if value < 128 else 0).getbbox()
    empty_below = (picture.height - inked[3]) / 203 * 25.4
    assert 1 < empty_below < 8
    assert inked[0] > 0
    assert inked[2] < picture.width


@pytest.mark.parametrize("width", [58, 80])
def test_its_qr_code_is_read_and_its_text_can_be_copied(width):
    data = made(a_slip("Pedoman & Teknis"), width)
    [picture] = pdf.pictures(data, 203)
    assert [found.text for found in zxingcpp.read_barcodes(picture)] == [CODE]
    assert pdf.text(data).count("Pedoman & Teknis") >= 5


@given(st.text(max_size=60))
def test_text_is_never_markup(text):
    markup = pages.markup(a_slip(text), "id", 80)
    ours = {"article", "span", "svg", "path", "rect", "h2", "h3", "p", "div", "dl", "dt", "dd", "hr"}
    assert set(re.findall(r"</?([a-zA-Z0-9]+)", markup)) <= ours
    assert not set(markup) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200b\ufeff\x00\x1b")
    assert "style=" not in re.sub(r">[^<]*<", "><", markup)


def test_a_code_is_not_broken_at_its_hyphens():
    markup = pages.markup(Receipt((Line("16/Kpts/KPU-Prov/2013 · UJI-0003 - <x-y> " + "a-" * 20),)), "id", 58)
    whole = re.findall(r'<span class="whole">(.*?)</span>', markup)
    assert whole == ["16/Kpts/KPU-Prov/2013", "UJI-0003", "&lt;x-y&gt;"]


def test_an_arabic_title_runs_from_the_right():
    markup = pages.markup(Receipt((Title("السياسة الشرعية"), Title("Fiqih السياسة"))), "id", 80)
    assert '<h3 dir="rtl">السياسة' in markup
    assert "<h3>Fiqih" in markup


def test_without_weasyprint_or_its_libraries_one_sentence_says_what_to_do(tmp_path, monkeypatch):
    (tmp_path / "sitecustomize.py").write_text("import sys\nsys.modules['weasyprint'] = None\n")
    program = tmp_path / "python"
    program.write_text(f'#!/bin/sh\nPYTHONPATH="{tmp_path}:$PYTHONPATH" exec "{sys.executable}" "$@"\n')
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(program))
    with pytest.raises(Refused, match="cannot make PDF"):
        typesetting.pdf("<p>x")


def test_a_document_fetches_nothing(tmp_path):
    secret = tmp_path / "secret.svg"
    secret.write_text('<svg xmlns="http://www.w3.org/2000/svg" width="99" height="99"><text y="20">RAHASIA</text></svg>')
    data = typesetting.pdf(f'<p>terbuka</p><img src="{secret.as_uri()}"><img src="http://127.0.0.1:9/x">')
    assert pdf.text(data).split() == ["terbuka"]


def test_nothing_of_it_is_in_the_service_until_it_is_used():
    program = ("import sys, webui, webui.routes.desk, webui.routes.office; "
               "assert not {'weasyprint', 'barcode', 'PIL'} & set(sys.modules), 'loaded'")
    subprocess.run([sys.executable, "-W", "ignore", "-c", program], check=True, env={**os.environ})
