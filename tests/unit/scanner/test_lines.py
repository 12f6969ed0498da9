"""A search shows the lines in which its words stand, whatever form they have there."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.documents.lines import FURTHER, LONGEST_SNIPPET, Snippet, Spotter, whole


@pytest.mark.parametrize(("lines", "made"), [
    (["tata cara pemi-", "lihan umum"], ["tata cara pemilihan", "umum"]),
    (["tata cara pemi-", "lihan;"], ["tata cara pemilihan;"]),                      # nothing is left of the second line
    (["menurut Undang-", "Undang Dasar"], ["menurut Undang-Undang", "Dasar"]),
    (["KPU -", "dan sekretariat"], ["KPU -", "dan sekretariat"]),                   # a dash
    (["Kpt-", "KPU-Kab"], ["Kpt-", "KPU-Kab"]),                                     # a code goes on in capitals
    (["dari KPU-", "ke sekretariat"], ["dari KPU-", "ke sekretariat"]),
    (["1-", "2 lembar"], ["1-", "2 lembar"]),
    (["  a\x00b  c ", "\u200b", ""], ["ab c"]),
    ([], []),
])
def test_a_word_broken_at_the_end_of_a_line_is_whole_again(lines, made):
    assert whole(lines) == made


def lines_for(words: list[str], *pages: str, most: int = 3) -> list[Snippet]:
    return Spotter(words).snippets(enumerate(pages, start=1), most)


def test_the_line_is_shown_with_its_page_and_the_words_as_they_stand_there():
    assert lines_for(["pemilihan", "cafe"], "Menimbang", "a\nPemilihan di Café, PEMILIHAN\nb") == [
        Snippet(2, "Pemilihan di Café, PEMILIHAN", ("Pemilihan", "Café", "PEMILIHAN"))]


@pytest.mark.parametrize(("searched", "word"), [
    ("pemil", "pemilihan"), ("memilih", "Pemilihan"), ("pilih", "memilih"), ("pil", "memilih"), ("menetapkan", "Penetapan"),
    ("menyusun", "penyusunan"), ("mengirim", "pengiriman"), ("menulis", "penulisan"), ("9", "9"), ("134", "134"), ("kpu", "KPU"),
])
def test_a_word_is_spotted_in_every_form_in_which_it_is_found(searched, word):
    assert [snippet.words for snippet in lines_for([searched], f"ini {word} itu")] == [(word,)]


@pytest.mark.parametrize(("searched", "line"), [
    ("9", "tahun 2019"), ("lihan", "pemilihan"), ("umum", "maklumumat"), ("pemilihan", "pilar"),
])
def test_what_only_looks_alike_is_not_shown(searched, line):
    assert lines_for([searched], line) == []


def test_the_line_with_the_most_words_comes_first_then_what_it_lacks():
    pages = ("arsip\narsip", "arsip dan pemilu", "pemilu", "logistik")
    assert [(snippet.page, snippet.text) for snippet in lines_for(["arsip", "pemilu", "logistik"], *pages)] == [
        (2, "arsip dan pemilu"), (4, "logistik"), (1, "arsip")]


def test_no_more_pages_are_read_than_are_needed():
    read = []

    def pages():
        for number in range(1, 100):
            read.append(number)
            yield number, "arsip"
    assert len(Spotter(["arsip"]).snippets(pages())) == 3
    assert read == [1, 2, 3]


def test_far_behind_the_first_line_only_words_that_were_not_seen_yet_are_looked_for():
    near, far = "arsip dan pemilu", "arsip dan logistik"
    pages = ["arsip", *["pemilu"] * FURTHER, near, *["kosong"] * 50, far]
    assert [snippet.text for snippet in lines_for(["arsip", "pemilu", "logistik"], *pages)] == [far, "pemilu", "arsip"]
    assert [snippet.text for snippet in lines_for(["arsip", "pemilu"], "arsip", *["pemilu"] * (FURTHER - 1), near)][0] == near


def test_of_a_long_line_the_part_around_the_words_is_shown():
    [snippet] = lines_for(["arsip"], "kata " * 100 + "arsip " + "kata " * 100)
    assert snippet.words == ("arsip",)
    assert snippet.text.startswith("… kata")
    assert snippet.text.endswith("kata …")
    assert len(snippet.text) < LONGEST_SNIPPET + 20


@given(words=st.lists(st.text("aegpmnil9", min_size=1, max_size=8), min_size=1, max_size=8), page=st.text(max_size=400))
def test_any_text_can_be_on_a_page(words, page):
    for snippet in lines_for(words, "\n".join(whole(page.split("\n"))), page):
        assert all(word in snippet.text for word in snippet.words)
