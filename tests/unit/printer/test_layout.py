"""Text on paper: wrapped at words, never wider than the roll, and never a command."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from printer.layout import ACCENTED, CELL, DOTS, Paper, Picture, TextLine, lay_out, safe
from printer.receipt import Big, Emphasis, Heading, Inverse, Line, Pair, QrCode, Receipt, Rule, Signature, Title

NARROW, WIDE = Paper(58), Paper(80)
PAPERS = [NARROW, WIDE, Paper(80, accents=True), Paper(80, across=42), Paper(58, across=42, full_density=True)]
ARABIC = "السياسة الشرعية في إصلاح الراعي والرعية"


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
                                   lambda text: Emphasis(text, text), Signature]), st.sampled_from(PAPERS))
def test_no_line_is_wider_than_the_paper(text, part, paper):
    for line in lay_out(Receipt((part(text),)), paper):
        if isinstance(line, TextLine):
            assert sum(len(run.text) * run.wide for run in line.runs) <= paper.columns
        if isinstance(line, Picture):
            assert len(line.pixels[0]) * line.zoom <= DOTS[paper.width_mm]


def test_a_part_without_its_text_can_be_laid_out():
    for part in (Line(""), Title(""), Heading(""), Big(""), Inverse(""), Pair("", ""), Emphasis("", ""), Signature("")):
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


def test_a_printer_with_another_number_of_characters_gets_lines_of_that_length():
    assert lines(Rule(), Paper(80, across=42)) == ["-" * 42]
    [line] = lay_out(Receipt((Title("كتاب"),)), Paper(80, across=42))
    assert len(line.pixels[0]) == 42 * CELL


@given(st.text())
def test_with_accents_safe_text_is_ascii_and_what_code_page_437_has(text):
    assert set(safe(text, accents=True)) <= set(string.printable[:95]) | ACCENTED


@pytest.mark.parametrize(("text", "said"), [
    ("Café Ünal ñandú 20° ½", "Café Ünal ñandú 20° ½"), ("Cafe\u0301", "Café"), ("ﬁnal № 3", "final No 3"), ("a\u00a0b", "a b"),
    ("Œuvre “x”", 'OEuvre "x"'), ("\x9b\x85", ""), ("Straße", "Straße"), ("ā", "a")])
def test_a_printer_with_accents_keeps_those_it_has(text, said):
    assert safe(text, accents=True) == said


def drawn(part, paper=NARROW):
    return [line for line in lay_out(Receipt((part,)), paper) if isinstance(line, Picture)]


@pytest.mark.parametrize("text", [ARABIC, "中华人民共和国选举法释义与问题解答", "Закон о выборах депутатов", f"Fiqih Siyasah {ARABIC}"])
@pytest.mark.parametrize("paper", [NARROW, WIDE], ids=["58", "80"])
def test_what_no_code_page_says_is_drawn_in_lines_as_wide_as_the_paper(text, paper):
    found = drawn(Title(text), paper)
    assert not lines(Title(text), paper)
    assert found
    for line in found:
        assert {len(row) for row in line.pixels} == {paper.dots}
        assert line.zoom == 1
        assert any(map(any, line.pixels))
        assert not any(map(any, (line.pixels[0], line.pixels[-1])))  # no letter is cut off above or below


def test_an_arabic_title_is_wrapped_and_its_letters_are_joined():
    assert len(drawn(Title(ARABIC))) == 2
    [apart], [joined] = drawn(Title("ك ت ا ب")), drawn(Title("كتاب"))
    assert columns_with_ink(joined) < columns_with_ink(apart)


def test_arabic_runs_from_right_to_left():
    """Alef (narrow) then meem (wide): the narrow one stands at the right; and a line of it begins at the right edge."""
    [line] = drawn(Line("ام" + " " + "ممممم"))
    first, last = ink(line)
    assert NARROW.dots - 1 - last < 4
    assert first > 100
    assert tallest_column(line) > NARROW.dots * 0.9


def test_latin_in_an_arabic_line_still_reads_from_left_to_right():
    """The L at the left end of the line, where an Arabic line ends, has its stem at the left."""
    [line] = drawn(Line("كتاب L"))
    left, right = words_of(line)[0]
    assert sum(row[left] for row in line.pixels) > 3 * sum(row[right] for row in line.pixels)


def test_a_borrower_whose_name_has_no_latin_letters_stands_at_the_right_of_the_line_below_the_label():
    label, name = lay_out(Receipt((Pair("Peminjam", "محمد ب."),)), NARROW)
    assert label.runs[0].text == "Peminjam"
    assert NARROW.dots - 1 - ink(name)[1] < 4


def test_wide_characters_are_wrapped_by_their_real_width():
    found = drawn(Line("中" * 40))
    assert len(found) == 4  # 28 dots each on 384: thirteen a line
    assert all(ink(line)[1] < NARROW.dots for line in found)


def test_a_letter_that_no_font_has_is_a_question_mark(monkeypatch):
    assert lines(Line("\U0001e900 x")) == ["? x"]
    from printer import lettering
    monkeypatch.setattr(lettering, "_fonts", lambda size, bold: ())
    assert lines(Line("كتاب")) == ["????"]


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=30), st.sampled_from([Line, Title, Heading, Big]), st.sampled_from(PAPERS))
def test_any_text_at_all_can_be_laid_out(text, part, paper):
    lay_out(Receipt((part(text),)), paper)


def ink(line):
    """The first and the last column of dots with ink."""
    columns = [x for x in range(len(line.pixels[0])) if any(row[x] for row in line.pixels)]
    return columns[0], columns[-1]


def columns_with_ink(line):
    first, last = ink(line)
    return last - first


def tallest_column(line):
    return max(range(len(line.pixels[0])), key=lambda x: sum(row[x] for row in line.pixels))


def words_of(line):
    """Where words begin and end: runs of columns with ink, apart by more than six empty ones."""
    found = []
    for x in range(len(line.pixels[0])):
        if any(row[x] for row in line.pixels):
            if found and x - found[-1][1] <= 6:
                found[-1][1] = x
            else:
                found.append([x, x])
    return found
