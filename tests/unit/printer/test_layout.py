"""Text on paper: wrapped at words, never wider than the roll, and never a command."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from printer.layout import Paper, TextLine, lay_out, safe
from printer.receipt import Big, Emphasis, Heading, Inverse, Line, Pair, QrCode, Receipt, Title

NARROW, WIDE = Paper(58), Paper(80)


def lines(part, paper=NARROW):
    return ["".join(run.text for run in line.runs) for line in lay_out(Receipt((part,)), paper) if isinstance(line, TextLine)]


def test_a_roll_of_58_mm_has_32_columns_and_one_of_80_mm_has_48():
    assert (NARROW.columns, WIDE.columns) == (32, 48)


def test_a_long_title_is_wrapped_at_words_into_lines_of_about_equal_length():
    title = "Pedoman Teknis Pengelolaan Arsip Pemungutan Suara"
    assert lines(Title(title)) == ["Pedoman Teknis Pengelolaan", "Arsip Pemungutan Suara"]
    assert lines(Title(title), WIDE) == ["Pedoman Teknis Pengelolaan", "Arsip Pemungutan Suara"]


def test_the_number_of_a_document_is_not_broken_at_its_hyphens():
    assert lines(Line("Nomor 16/Kpts/KPU-Prov-014/2013 tentang")) == ["Nomor 16/Kpts/KPU-Prov-014/2013", "tentang"]


def test_a_word_longer_than_the_line_is_split():
    assert lines(Line("x" * 70)) == ["x" * 32, "x" * 32, "x" * 6]


def test_a_pair_stands_on_one_line_or_on_two():
    assert lines(Pair("Peminjam", "Ratna W.")) == ["Peminjam                Ratna W."]
    assert lines(Pair("Petugas", "Galih Pratama Kusumawardhana")) == ["Petugas", "    Galih Pratama Kusumawardhana"]


@pytest.mark.parametrize(("text", "paper", "size"), [
    ("A-07", NARROW, 4), ("2026-00042-7391", NARROW, 2), ("2026-00042-7391", WIDE, 3)])
def test_a_big_number_is_as_large_as_the_paper_allows(text, paper, size):
    [line] = lay_out(Receipt((Big(text),)), paper)
    assert line.runs[0].wide == line.runs[0].tall == size


def test_a_printer_that_draws_qr_codes_is_left_to_do_so():
    assert lay_out(Receipt((QrCode("1"),)), Paper(80, native_qr=True)) == [QrCode("1")]


@given(st.text(), st.sampled_from([Line, Title, Heading, Big, Inverse, lambda text: Pair(text, text),
                                   lambda text: Emphasis(text, text)]), st.sampled_from([NARROW, WIDE]))
def test_no_line_is_wider_than_the_paper(text, part, paper):
    for line in lay_out(Receipt((part(text),)), paper):
        if isinstance(line, TextLine):
            assert sum(len(run.text) * run.wide for run in line.runs) <= paper.columns


def test_a_part_without_its_text_can_be_laid_out():
    for part in (Line(""), Title(""), Heading(""), Big(""), Inverse(""), Pair("", ""), Emphasis("", "")):
        lay_out(Receipt((part,)), NARROW)


@given(st.text())
def test_safe_text_is_printable_ascii(text):
    assert set(safe(text)) <= set(string.printable[:95])


@given(st.text(alphabet=string.ascii_letters + string.punctuation))
def test_plain_words_stay_as_they_are(text):
    assert safe(text) == text


@pytest.mark.parametrize(("text", "said"), [
    ("Café Ünïcødé", "Cafe Unicode"), ("“Kutipan” – dan ‘lain’…", "\"Kutipan\" - dan 'lain'..."), ("½ №", "1/2 No"),
    ("Judul\x1dV\x00 \x1bp\x00tamat", "Judul V ptamat"), ("satu\ndua\ttiga", "satu dua tiga"), ("a\u200bb\u202ec\u00adm", "abcm"),
    ("عربي", "????"), ("中文", "??"), ("😀", "?"), ("Straße", "Strasse"), ("\ud800", "?"), ("e\u0301", "e")])
def test_text_is_said_in_ascii_as_well_as_it_can_be(text, said):
    assert safe(text) == said


@given(st.lists(st.text("abcdefgh", min_size=1, max_size=40), min_size=1, max_size=30).map(" ".join), st.sampled_from([NARROW, WIDE]))
def test_any_title_finds_its_lines_and_loses_no_letter(text, paper):
    found = lines(Title(text), paper)
    assert "".join(found).replace(" ", "") == text.replace(" ", "")
    assert all(len(line) <= paper.columns for line in found)


def test_a_word_is_split_only_where_no_line_is_long_enough_for_it():
    assert lines(Line("134/Kpts/KPU/Tahun 2016 - UJI-0002", center=True)) == ["134/Kpts/KPU/Tahun", "2016 - UJI-0002"]
