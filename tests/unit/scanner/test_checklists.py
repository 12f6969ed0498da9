"""Whether the pages of a document are all there: each rule where it has something to say, and where it has nothing."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from foundation.text import translator
from scanner.documents.checklists import Document, Look, PageSeen, examine
from scanner.documents.remarks import MEANINGS, Code, Remark, Severity
from scanner.workshop.findings import Flag
from scanner.workshop.texts import Line, PageText
from tests.fictional.noise import bare, noisy
from webui.fictional.decisions import OFFICES, Paper, circular, decision, memorandum, minutes
from webui.fictional.defects import broken
from webui.fictional.layout import A4, CLOSING, LABEL, Put, centred, closing, column, paged, written

SEEDS = range(60)


def misread(paper: Paper, rate: float, seed: int) -> Paper:
    return replace(paper, pages=[noisy(page, rate, seed * 31 + number) for number, page in enumerate(paper.pages)])


def seen(pages: Sequence[PageText | None], **told: object) -> list[PageSeen]:
    return [PageSeen(number, page, **{"width_mm": 210, "height_mm": 297, **told}) for number, page in enumerate(pages, 1)]


def alarms(pages: Sequence[PageText | None]) -> list[Remark]:
    return [remark for remark in examine(seen(pages)) if remark.severity is not Severity.NOTE]


def codes(pages: Sequence[PageText | None], **expected: int) -> set[Code]:
    return {remark.code for remark in examine(seen(pages), **expected)}


def whole(wanted: Callable[[Paper], bool]) -> Paper:
    return next(paper for paper in map(decision, range(400)) if wanted(paper))


def rewritten(pages: Sequence[PageText], old: str, new: str) -> list[PageText]:
    """Every line that begins with `old` says something else; without it where that is nothing."""
    return [replace(page, lines=tuple(written([(line.box.x, new)], line.box.y) if line.text.startswith(old) else line for line in page.lines
                                      if new or not line.text.startswith(old))) for page in pages]


def body_pages(count: int) -> Callable[[Paper], bool]:
    """With catchwords, page numbers and no annex."""
    def fits(paper: Paper) -> bool:
        announced = all(page.text.endswith(" ...") for page in paper.pages[:-1])
        return len(paper.pages) == count and not paper.annexes and announced and paper.pages[-1].text.startswith("- ")
    return fits


ANNEXED = whole(lambda paper: len(paper.annexes) == 1)
COPY = whole(lambda paper: "SALINAN" in paper.pages[0].text[:8])
ORIGINAL = whole(lambda paper: "SALINAN" not in paper.pages[0].text[:8])
FOUR = whole(body_pages(4))


# --- over all ---------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rate", [0.0, 0.005, 0.015])
def test_of_a_whole_document_nothing_is_said(rate):
    said = {seed: alarms(misread(decision(seed), rate, seed).pages) for seed in SEEDS}
    assert not {seed: remarks for seed, remarks in said.items() if remarks}


def test_of_a_whole_document_nothing_is_said_where_signs_without_letters_were_not_read():
    assert not [seed for seed in SEEDS if alarms([bare(page) for page in decision(seed).pages])]


@pytest.mark.parametrize("rate", [0.0, 0.005, 0.015])
def test_of_broken_documents_two_of_a_hundred_at_most_pass_unseen(rate):
    tried, passed = Counter(), []
    for seed in SEEDS:
        paper = misread(decision(seed), rate, seed)
        office = next(at for at, office in enumerate(OFFICES) if paper.issuer.endswith(office[0]))
        other = misread(decision(seed + 7001, office if seed % 2 else None), rate, seed + 999)
        for name, pages in broken(paper, other, seed):
            tried[name] += 1
            if not alarms(pages):
                passed.append((seed, name))
    assert len(passed) <= 0.02 * tried.total(), passed


@pytest.mark.parametrize("paper", [circular, minutes, memorandum])
def test_other_papers_get_no_alarms_that_were_made_for_decisions(paper):
    for seed in range(8):
        for rate in (0.0, 0.015):
            assert not alarms(misread(paper(seed), rate, seed).pages)


def test_of_nothing_nothing_is_said():
    assert examine([]) == []
    assert examine(seen([None], flags=frozenset({Flag.BLANK}))) == []


# --- rule by rule -----------------------------------------------------------------------------------------------------------------


def test_a_page_that_its_catchword_announces_and_that_is_not_there_is_missed():
    said = [remark for remark in alarms([FOUR.pages[0], *FOUR.pages[2:]]) if remark.code is Code.MISSING_AFTER]
    assert said[0].pages == (1, 2)
    assert FOUR.pages[0].lines[-1].text.removesuffix(" ...") == said[0].details["words"]
    assert "kata sambung" in translator("id")(said[0].sentence) % said[0].details


def test_a_page_that_goes_on_elsewhere_is_out_of_order():
    first, second, third, fourth = FOUR.pages
    said = [remark for remark in alarms([first, third, second, fourth]) if remark.code is Code.OUT_OF_ORDER]
    assert (1, 3) in [remark.pages for remark in said]
    assert Code.OUT_OF_ORDER not in codes(FOUR.pages)


def test_a_catchword_on_the_last_page_means_that_there_is_more():
    assert Code.MISSING_AT_END in codes(FOUR.pages[:3])
    assert Code.MISSING_AT_END not in codes(FOUR.pages)


def test_printed_page_numbers_go_on_where_no_catchword_says_so():
    pages = [replace(page, lines=tuple(line for line in page.lines if not line.text.endswith(" ..."))) for page in FOUR.pages]
    assert Code.PAGE_NUMBERS in codes([pages[0], *pages[2:]])
    assert not codes(pages) - {Code.COPY_UNCERTIFIED}


def test_one_page_number_that_was_misread_is_no_gap():
    assert not alarms(rewritten(FOUR.pages, "- 3 -", "- 8 -"))


def test_page_numbers_that_are_all_there_and_not_in_order_are_out_of_order():
    pages = [replace(page, lines=tuple(line for line in page.lines if not line.text.endswith(" ..."))) for page in FOUR.pages]
    assert Code.OUT_OF_ORDER in codes([pages[0], pages[2], pages[1], pages[3]])
    assert Code.OUT_OF_ORDER not in codes(pages)


def test_a_first_page_that_is_numbered_higher_is_not_the_first():
    said = examine(seen(minutes(1).pages[:1]))
    assert not said
    later = paged([*column("isi berita acara yang diteruskan dari halaman sebelumnya tanpa kepala") * 9], A4, False, False)[0]
    numbered = replace(later, lines=(written([(1200, "- 3 -")], 200), *later.lines))
    assert [remark.code for remark in examine(seen([numbered]))] == [Code.STARTS_LATE]


def test_the_number_of_pages_that_is_printed_is_compared():
    puts = [put for number in range(60) for put in column(f"isi surat ke-{number} " * 12)]
    pages = [replace(page, lines=(written([(LABEL, f"Halaman {number} dari 4")], 200), *page.lines))
             for number, page in enumerate(paged(puts, A4, False, False)[:4], 1)]
    assert Code.PAGE_COUNT in codes(pages[:3])
    assert Code.PAGE_COUNT not in codes(pages)


def test_a_document_without_a_head_lacks_its_first_page():
    assert Code.NO_BEGINNING in codes(FOUR.pages[1:])
    assert Code.NO_BEGINNING not in codes(FOUR.pages)


def test_a_head_on_a_later_page_is_in_the_wrong_place():
    assert Code.BEGINS_LATER in codes([FOUR.pages[1], FOUR.pages[0], *FOUR.pages[2:]])
    assert Code.BEGINS_LATER not in codes(FOUR.pages)


def test_a_second_head_is_that_of_another_document():
    said = alarms([*FOUR.pages, *decision(3).pages])
    assert [remark.pages for remark in said if remark.code is Code.TWO_BEGINNINGS] == [(5,)]


def test_the_head_of_an_annex_is_no_second_head():
    assert Code.TWO_BEGINNINGS not in codes(ANNEXED.pages)


def test_without_a_closing_block_the_last_page_is_missing():
    pages = rewritten(rewritten(FOUR.pages, "Ditetapkan di", ""), "pada tanggal", "")
    assert Code.NO_END in codes(pages)
    assert Code.NO_END not in codes(FOUR.pages)


def test_a_second_closing_block_is_that_of_another_document():
    last = next(page for page in decision(3).pages if "Ditetapkan di" in page.text and not page.text.startswith("SALINAN"))
    assert Code.TWO_ENDS in codes([*FOUR.pages, last])
    assert Code.TWO_ENDS not in codes(ANNEXED.pages)


def test_clauses_after_the_end_are_out_of_order():
    three = whole(lambda paper: body_pages(3)(paper) and "KEDUA :" in paper.pages[1].text and "Ditetapkan di" not in paper.pages[1].text)
    assert Code.AFTER_THE_END in codes([three.pages[0], three.pages[2], three.pages[1]])
    assert Code.AFTER_THE_END not in codes(three.pages)


def test_who_signs_is_the_office_of_the_head():
    region = next(region for region, _, _ in OFFICES if FOUR.issuer.endswith(region))
    assert Code.END_OF_ANOTHER in codes(rewritten(FOUR.pages, f"{region},", "KABUPATEN ENTAH BERANTAH,"))
    assert Code.END_OF_ANOTHER not in codes(rewritten(FOUR.pages, f"{region},", ""))


@pytest.mark.parametrize(("labels", "part"), [(("Menimbang", "Mengingat"), "Menimbang"), (("MEMUTUSKAN", "Menetapkan"), "MEMUTUSKAN")])
def test_a_decision_considers_and_decrees(labels, part):
    pages = FOUR.pages
    for label in labels:
        pages = rewritten(pages, label, "")
        if label == labels[0]:
            assert Code.PART_MISSING not in codes(pages)
    assert part in [remark.details.get("part") for remark in alarms(pages)]


def test_the_year_of_the_number_is_that_of_the_date():
    dated = next(line.text for page in FOUR.pages for line in page.lines if line.text.startswith("pada tanggal"))
    assert Code.YEARS_DIFFER in codes(rewritten(FOUR.pages, dated, dated.replace(str(FOUR.year), "1997")))
    assert Code.YEARS_DIFFER not in codes(FOUR.pages)


def test_the_title_at_the_head_is_the_title_that_is_decreed():
    text = FOUR.pages[0].text.split("TENTANG\n")[1].split("\n")[0]
    assert Code.TITLES_DIFFER in codes(rewritten(FOUR.pages, text, "PENGHAPUSAN BARANG INVENTARIS RUSAK BERAT DAN LAIN-LAIN"))
    assert Code.TITLES_DIFFER not in codes(FOUR.pages)


def clauses(*numbers: int) -> list[Put]:
    names = ("KESATU", "KEDUA", "KETIGA", "KEEMPAT", "KELIMA", "KEENAM")
    return [put for number in numbers for put in column(f"Ketentuan ke-{number} tentang tata cara berlaku bagi unit.", names[number - 1])]


def test_clauses_go_on_from_page_to_page():
    head = [*centred("KEPUTUSAN KOMISI PEMILIHAN UMUM KOTA REKAAN", A4[0]), *centred("NOMOR 4 TAHUN 2020", A4[0]),
            *centred("TENTANG", A4[0]), *centred("TATA CARA KERJA", A4[0]), *column("bahwa perlu ada tata cara;", "Menimbang", "a."),
            *centred("MEMUTUSKAN:", A4[0]), *column("KEPUTUSAN KOMISI PEMILIHAN UMUM KOTA REKAAN TENTANG TATA CARA KERJA.", "Menetapkan")]
    end = closing(["Ditetapkan di Rekaan", "pada tanggal 2 Mei 2020", "KETUA KOMISI PEMILIHAN UMUM", "KOTA REKAAN,", "SIAPA SAJA"])

    def pages(before: Sequence[int], after: Sequence[int]) -> list[PageText]:
        return [paged(puts, A4, False, False)[0] for puts in ([*head, *clauses(*before)], [*clauses(*after), *end])]

    assert codes(pages((1, 2), (3, 4))) == set()
    assert codes(pages((1, 2), (4, 5))) == {Code.CLAUSES_JUMP}
    assert codes(pages((1, 2), (2, 3))) == {Code.CLAUSES_JUMP}
    assert codes(pages((1, 3), (4, 5))) == set()  # within a page nothing can be missing: it was misread


def items(*numbers: int) -> list[Put]:
    return [put for number in numbers for put in column(f"Peraturan Rekaan Nomor {number} tentang hal ke-{number * 7};", "", f"{number}.")]


def test_points_go_on_from_page_to_page():
    puts = [*centred("PERATURAN KOMISI PEMILIHAN UMUM", A4[0]), *centred("NOMOR 4 TAHUN 2020", A4[0]), *centred("TENTANG", A4[0]),
            *centred("TATA CARA KERJA", A4[0])]

    def pages(*after: int) -> list[PageText]:
        return [paged(each, A4, False, False)[0] for each in ([*puts, *items(1, 2, 3)], items(*after))]

    assert Code.ITEMS_JUMP in codes(pages(6, 7))
    assert Code.ITEMS_JUMP not in codes(pages(4, 5))
    assert Code.ITEMS_JUMP not in codes(pages(1, 2))  # another list begins
    assert Code.ITEMS_JUMP not in codes(pages(6))     # one alone may be misread


def test_rows_of_an_annex_go_on_from_page_to_page():
    paper = whole(lambda paper: len(paper.annexes) == 1 and len(paper.pages) - paper.annexes[0] > 2)
    pages = [replace(page, lines=tuple(line for line in page.lines if not line.text.startswith("- "))) for page in paper.pages]
    start = paper.annexes[0]
    assert Code.ROWS_JUMP in codes(pages[:start + 1] + pages[start + 2:])
    assert Code.ROWS_JUMP not in codes(pages)


def test_an_annex_that_is_named_is_there():
    assert Code.ANNEX_MISSING in codes(ANNEXED.pages[:ANNEXED.annexes[0]])
    assert Code.ANNEX_MISSING not in codes(ANNEXED.pages)
    assert Code.ANNEX_MISSING not in codes([*ANNEXED.pages[:ANNEXED.annexes[0]], None])  # a map may be the annex


def test_an_annex_has_the_number_of_its_decision():
    start = ANNEXED.annexes[0]
    other = whole(lambda paper: len(paper.annexes) == 1 and paper.number_short != ANNEXED.number_short and paper.title != ANNEXED.title)
    assert Code.ANNEX_OF_ANOTHER in codes([*ANNEXED.pages[:start], *other.pages[other.annexes[0]:]])
    assert Code.ANNEX_OF_ANOTHER not in codes(ANNEXED.pages)


def test_as_many_pages_as_were_declared():
    assert Code.PAGE_COUNT in codes(FOUR.pages, expected_pages=5)
    assert Code.PAGE_COUNT not in codes(FOUR.pages, expected_pages=4)
    blank = PageSeen(5, None, frozenset({Flag.BLANK}))
    for declared in (4, 5):
        assert not [remark for remark in examine([*seen(FOUR.pages), blank], expected_pages=declared) if remark.code is Code.PAGE_COUNT]


def test_a_sheet_has_one_or_two_pages():
    assert Code.SHEET_COUNT in codes(FOUR.pages, expected_sheets=1)
    assert Code.SHEET_COUNT in codes(FOUR.pages, expected_sheets=5)
    for sheets in (2, 3, 4):
        assert Code.SHEET_COUNT not in codes(FOUR.pages, expected_sheets=sheets)


def test_a_page_that_was_scanned_twice_is_one_finding_and_no_other():
    said = alarms([*FOUR.pages[:2], noisy(FOUR.pages[1], 0.01, 5), *FOUR.pages[2:]])
    assert [(remark.code, remark.pages) for remark in said] == [(Code.DOUBLED, (2, 3))]


def test_paper_is_of_one_size_but_for_annexes():
    pages = seen(FOUR.pages)
    assert Code.PAPER_SIZE in {remark.code for remark in examine([*pages[:2], replace(pages[2], height_mm=330), pages[3]])}
    assert Code.PAPER_SIZE not in {remark.code for remark in examine([*pages[:2], replace(pages[2], height_mm=302), pages[3]])}
    annexed = seen(ANNEXED.pages)
    annexed[-1] = replace(annexed[-1], width_mm=420)
    assert Code.PAPER_SIZE not in {remark.code for remark in examine(annexed)}


def test_a_page_that_is_hardly_read_is_told():
    lines = (Line(tuple(word._replace(confidence=60.0) for word in line.words)) for line in FOUR.pages[1].lines)
    dim = replace(FOUR.pages[1], lines=tuple(lines))
    assert [remark.pages for remark in alarms([FOUR.pages[0], dim, *FOUR.pages[2:]])] == [(2,)]


def test_of_a_page_that_cannot_be_read_only_that_is_said():
    said = alarms([FOUR.pages[0], None, *FOUR.pages[2:]])
    assert [(remark.code, remark.pages) for remark in said] == [(Code.UNREADABLE, (2,))]


def test_a_copy_is_marked_and_certified():
    assert not codes(COPY.pages) & {Code.COPY_UNMARKED, Code.COPY_UNCERTIFIED}
    assert Code.COPY_UNMARKED in codes(rewritten(COPY.pages, "SALINAN", ""))
    assert Code.COPY_UNCERTIFIED in codes(rewritten(COPY.pages, "Salinan sesuai", ""))
    assert not codes(ORIGINAL.pages) & {Code.COPY_UNMARKED, Code.COPY_UNCERTIFIED}


def test_what_a_paper_looks_like():
    excerpt = replace(ORIGINAL.pages[0], lines=(written([(1100, "PETIKAN")], 200), *ORIGINAL.pages[0].lines))
    looks = [Document(seen(pages)).look for pages in (COPY.pages, ORIGINAL.pages, [excerpt, *ORIGINAL.pages[1:]])]
    assert looks == [Look.COPY, Look.ORIGINAL, Look.EXCERPT]


def test_the_page_that_is_signed_has_coloured_ink():
    for colour, missed in ((False, True), (True, False), (None, False)):
        said = {remark.code for remark in examine(seen(FOUR.pages, has_colour=colour))}
        assert (Code.NO_COLOUR in said) is missed


@pytest.mark.parametrize(("text", "told"), [
    ("NIK 3201014507900003", True), ("telepon 0812-3456-7890", True), ("+62 812 3456 7890", True), ("(0562) 123456", True),
    ("kode 9999999999999999", False), ("Rp3.201.014.507.900.003,00", False), ("NOMOR 0812/HK.03.1-Kpt/2020", False),
    ("NIP 19790101 200003 1 001", False), ("berkas 3201019945900003", False),
])
def test_personal_data_is_told_and_not_repeated(text, told):
    page = replace(FOUR.pages[1], lines=(*FOUR.pages[1].lines[:-1], written([(LABEL, text)], 3000), FOUR.pages[1].lines[-1]))
    said = [remark for remark in examine(seen([FOUR.pages[0], page, *FOUR.pages[2:]])) if remark.code is Code.PERSONAL_DATA]
    assert bool(said) is told
    assert not any(str(value) in text for remark in said for value in remark.details.values() if isinstance(value, str))


# --- what is said -----------------------------------------------------------------------------------------------------------------


def test_every_code_has_a_meaning():
    assert set(MEANINGS) == set(Code)


def test_a_remark_can_be_said():
    for name, pages in broken(decision(36), decision(3), 1):
        for remark in examine(seen(pages)):
            assert translator("id")(remark.sentence) % remark.details, name


def test_the_name_at_the_right_below_the_end_is_no_catchword():
    end = closing(["Ditetapkan di Rekaan", "pada tanggal 2 Mei 2020", "KETUA,", "SIAPA SAJA"], at=CLOSING)
    page = paged([*centred("isi", A4[0]), *end], A4, False, False)[0]
    assert not Document(seen([page])).parts.leaves[0].catchword
