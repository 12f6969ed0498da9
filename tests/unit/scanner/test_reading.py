"""What a product's text says that it is: right, or not said."""

from dataclasses import replace

import pytest

from scanner.documents.reading import Field, Sure, suggest
from scanner.legal import numbers
from scanner.workshop.texts import Line, PageText, Word, around
from tests.fictional.noise import bare, noisy
from webui.fictional.decisions import OFFICIALS, STRANGERS, Paper, circular, decision, memorandum, minutes
from webui.fictional.layout import written

SEEDS = range(60)


def misread(paper: Paper, rate: float, seed: int) -> list[PageText]:
    return [noisy(page, rate, seed * 31 + number) for number, page in enumerate(paper.pages)]


def rewritten(paper: Paper, old: str, new: str) -> list[PageText]:
    """The pages with every line `old` saying something else, in the same place; without it where that is nothing."""
    return [replace(page, lines=tuple(written([(line.box.x, new)], line.box.y) if line.text == old else line for line in page.lines
                                      if new or line.text != old)) for page in paper.pages]


@pytest.mark.parametrize("rate", [0.0, 0.005, 0.015])
def test_number_year_date_and_title_are_right_in_98_of_100_documents(rate):
    right = dict.fromkeys(Field, 0)
    for seed in SEEDS:
        paper = decision(seed)
        told = suggest(misread(paper, rate, seed), OFFICIALS)
        for field in Field:
            right[field] += field in told and told[field].value == str(getattr(paper, field))
    wrong = {field: count for field, count in right.items() if count < 0.98 * len(SEEDS)}
    assert not wrong.keys() - {Field.PLACE, Field.SIGNATORY}
    assert rate or not wrong


@pytest.mark.parametrize("rate", [0.0, 0.005, 0.015])
def test_a_signatory_is_never_wrong(rate):
    for seed in SEEDS:
        paper = decision(seed)
        told = suggest(misread(paper, rate, seed), OFFICIALS)
        assert Field.SIGNATORY not in told or told[Field.SIGNATORY].value == paper.signatory


def test_what_a_reader_leaves_out_that_has_no_letters_is_not_missed():
    for seed in range(20):
        paper = decision(seed)
        told = suggest([bare(page) for page in paper.pages], OFFICIALS)
        assert {field: told[field].value for field in Field} == {field: str(getattr(paper, field)) for field in Field}


@pytest.mark.parametrize("printed", [
    "9 Tahun 2022", "19 TAHUN 2023", "134/Kpts/KPU/Tahun 2016", "16/Kpts/KPU-Prov-014/2013", "929/HK.03.1-Kpt/04/KPU/V/2019",
    "43/PP.03.2-Kpt/65/Prov/X/2019", "16/HK.03.1-Kpt/Prov/17/11/2019", "04/HK.03.1-Kpt/5204/02/Sek-Kab/I/2018", "10/HK.04/08/2022",
    "6/TIK.01-SOP/Sek-Prov/XI/2019", "590/PL.02.4/1906/KPU-Kab/XI/2020", "37/Kpts/KPU-Kota/TAHUN 2014", "24/PY.01.1-SU/03/KPU/VI/2019",
])
def test_a_number_is_known_as_it_is_printed(printed):
    number = numbers.parse(printed)
    assert (number.printed, number.doubt) == (printed, 0)


@pytest.mark.parametrize(("read", "printed"), [
    ("1O63/HK.O3.l-Kpt/9373/KPU-Kot/X1I/2O20", "1063/HK.03.1-Kpt/9373/KPU-Kot/XII/2020"),
    ("I52O TAHUN 20l9", "1520 TAHUN 2019"),
    ("9 TAHUM 2O22", "9 TAHUN 2022"),
    ("929 / HK.03,1-Kpt / 04/KPU/V/ 2019", "929/HK.03.1-Kpt/04/KPU/V/2019"),
    ("43/PP.03.2-KptI65/Prov/X/2019", "43/PP.03.2-Kpt/65/Prov/X/2019"),
    ("12/HK.03.1Kpt/65/KPUKab/X/2019", "12/HK.03.1-Kpt/65/KPU-Kab/X/2019"),
])
def test_letters_that_look_like_digits_are_digits_only_where_digits_must_stand(read, printed):
    assert numbers.parse(read).printed == printed


def test_a_roman_month_that_cannot_be_read_is_rewritten_from_the_date():
    assert numbers.parse("32/PL.02.4/1906/KPU-Kab/XH/2020", 11).printed == "32/PL.02.4/1906/KPU-Kab/XI/2020"
    assert numbers.parse("32/PL.02.4/1906/KPU-Kab/11/2020", 2).printed == "32/PL.02.4/1906/KPU-Kab/II/2020"


def test_digits_in_the_tail_stay_what_they_are():
    assert numbers.parse("16/HK.03.1-Kpt/Prov/17/11/2019", 11).printed == "16/HK.03.1-Kpt/Prov/17/11/2019"


@pytest.mark.parametrize("read", ["", "... TAHUN 2019", "12 TENTANG 2019", "TAHUN 2019", "12/2O", "12 TAHUN 1019"])
def test_what_is_no_number_is_none(read):
    assert numbers.parse(read) is None


def test_a_suggestion_shows_where_it_was_read():
    paper = decision(2)
    told = suggest(paper.pages, OFFICIALS)
    for suggestion in told.values():
        inside = [word for word in paper.pages[suggestion.page].words if suggestion.box.y <= word.box.y < suggestion.box.bottom]
        assert set(suggestion.raw.split()) <= {word.text for word in inside}
    number = told[Field.NUMBER]
    words = [word for word in paper.pages[number.page].words if word.box.y == number.box.y]
    assert number.box == around([word.box for word in words])


def test_a_year_in_the_number_that_is_not_the_year_of_the_date_makes_both_unsure():
    paper = decision(0)
    dated = next(line.text for page in paper.pages for line in page.lines if line.text.startswith("pada tanggal"))
    told = suggest(rewritten(paper, dated, dated.replace(str(paper.year), "1999")), OFFICIALS)
    assert told[Field.YEAR].sure is told[Field.NUMBER].sure is Sure.LOW


def test_the_year_is_that_of_the_date_where_the_number_cannot_be_read():
    paper = next(paper for paper in map(decision, SEEDS) if not paper.annexes)
    numbered = next(line.text for line in paper.pages[0].lines if line.text.startswith("NOMOR"))
    told = suggest(rewritten(paper, numbered, "NOMOR ........"), OFFICIALS)
    assert Field.NUMBER not in told
    assert (told[Field.YEAR].value, told[Field.YEAR].sure) == (str(paper.year), Sure.MIDDLE)


def test_a_title_that_is_not_what_is_decreed_is_unsure():
    paper, other = next((paper, other) for paper, other in zip(map(decision, SEEDS), map(decision, SEEDS[1:]), strict=False)
                        if "Menetapkan :" not in paper.pages[0].text and paper.title[:20] != other.title[:20] and len(other.pages) > 1)
    assert suggest(paper.pages, OFFICIALS)[Field.TITLE].sure is Sure.HIGH
    assert suggest([paper.pages[0], *other.pages[1:]], OFFICIALS)[Field.TITLE].sure is not Sure.HIGH


def test_a_title_is_put_together_from_the_places_that_say_it():
    paper = decision(1)
    word = paper.title.split()[0]
    first = next(at for at, line in enumerate(paper.pages[0].lines) if line.text.startswith(word))
    lines = list(paper.pages[0].lines)
    lines[first] = Line((Word("X" + word[1:], lines[first].words[0].box, 60.0), *lines[first].words[1:]))
    told = suggest([replace(paper.pages[0], lines=tuple(lines)), *paper.pages[1:]], OFFICIALS)[Field.TITLE]
    assert (told.value, told.sure) == (paper.title, Sure.MIDDLE)
    assert told.raw.startswith("X")


@pytest.mark.parametrize("stranger", STRANGERS)
def test_who_is_not_on_the_roster_is_not_suggested(stranger):
    paper = decision(4)
    assert Field.SIGNATORY not in suggest(rewritten(paper, paper.signatory, stranger), OFFICIALS)


def test_of_two_officials_with_much_the_same_name_none_is_suggested_when_only_the_common_part_can_be_read():
    paper = next(paper for paper in map(decision, SEEDS) if paper.signatory == "MUHAMMAD TELADAN PRATIRUAN")
    assert suggest(paper.pages, OFFICIALS)[Field.SIGNATORY].value == paper.signatory
    assert Field.SIGNATORY not in suggest(rewritten(paper, paper.signatory, "MUHAMMAD TELADAN"), OFFICIALS)


def test_the_officer_who_certifies_a_copy_is_not_its_signatory():
    paper = next(paper for paper in map(decision, SEEDS) if any("Salinan sesuai" in page.text for page in paper.pages))
    assert Field.SIGNATORY not in suggest(rewritten(paper, paper.signatory, ""), [*OFFICIALS, "LESTARI SALINDRA, S.H."])


def test_without_a_roster_nobody_signs():
    assert Field.SIGNATORY not in suggest(decision(0).pages, [])


def test_other_papers_say_what_they_are():
    for seed in range(5):
        told, paper = suggest(circular(seed).pages, OFFICIALS), circular(seed)
        assert [told[field].value for field in (Field.TYPE, Field.NUMBER, Field.TITLE, Field.DATE)] == [
            "se", paper.number, paper.title, paper.date]
        told, paper = suggest(minutes(seed).pages, OFFICIALS), minutes(seed)
        assert [told[field].value for field in (Field.TYPE, Field.NUMBER, Field.TITLE)] == ["ba", paper.number, paper.title]
        assert Field.DATE not in told


def test_of_the_numbers_of_two_parties_none_is_ours():
    told = suggest(memorandum(1).pages, OFFICIALS)
    assert told[Field.TYPE].value == "mou"
    assert Field.NUMBER not in told


@pytest.mark.parametrize("pages", [[], [None], [PageText(0, 0, 300)], [PageText(2480, 3508, 300), None]])
def test_of_pages_that_say_nothing_nothing_is_suggested(pages):
    assert suggest(pages, OFFICIALS) == {}
