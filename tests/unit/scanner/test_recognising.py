"""What Tesseract reads on drawn pages, and in which order: labels before their text, tables row by row, nothing from blank paper."""

import random
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw
from rapidfuzz.distance import Levenshtein

from foundation.errors import Refused
from scanner.workshop import recognising
from scanner.workshop.geometry import upright
from scanner.workshop.texts import Box, PageText, Word
from tests import drawn

HEAD = ("KOMISI CONTOH", "KOTA SUKAMAJU BARU", "NOMOR 1063 TAHUN 2020")
CLAUSES = (
    ("Menimbang", "a.", ("bahwa untuk melaksanakan ketentuan Pasal 23 ayat (3)",
                         "Peraturan Komisi Contoh, perlu ditetapkan langkah yang tertib,", "lengkap, dan dapat dipertanggungjawabkan;")),
    ("", "b.", ("bahwa dokumen wajib didokumentasikan secara elektronik;",)),
    ("Mengingat", "1.", ("Undang-Undang Nomor 43 Tahun 2009 tentang Kearsipan", "(Lembaran Negara Tahun 2009 Nomor 152);")),
    ("", "2.", ("Peraturan Presiden Nomor 33 Tahun 2012;",)),
)
TABLE = (("NO", "NAMA KECAMATAN", "JUMLAH"), ("1", "Cempaka Barat", "40.857"), ("2", "Mekar Sari", "75.056"), ("3", "Wana Asri", "31.248"))
CATCHWORD = "5. Peraturan ..."


def write(page: Image.Image, text: str, x_mm: float, y_mm: float) -> None:
    ImageDraw.Draw(page).text((drawn.mm(x_mm), drawn.mm(y_mm)), text, drawn.BLACK, drawn.font(12))


@cache
def decision() -> Image.Image:
    """The first page of a decision: a head, labels in a column of their own, a catchword at the bottom right beside a footer."""
    page = drawn.empty()
    for row, line in enumerate(HEAD):
        write(page, line, 70, 25 + 7 * row)
    y = 60
    for label, number, lines in CLAUSES:
        if label:
            write(page, label, 20, y)
            write(page, ":", 50, y)
        write(page, number, 56, y)
        for line in lines:
            write(page, line, 64, y)
            y += 7
    write(page, "Salinan untuk arsip", 20, 270)
    write(page, CATCHWORD, 150, 270)
    return page


def table() -> Image.Image:
    page = drawn.empty()
    for row, cells in enumerate(TABLE):
        for cell, x_mm in zip(cells, (22, 40, 120), strict=True):
            write(page, cell, x_mm, 42 + 10 * row)
    draw = ImageDraw.Draw(page)
    for row in range(len(TABLE) + 1):
        draw.line([(drawn.mm(20), drawn.mm(39 + 10 * row)), (drawn.mm(160), drawn.mm(39 + 10 * row))], drawn.BLACK, 3)
    for x_mm in (20, 37, 115, 160):
        draw.line([(drawn.mm(x_mm), drawn.mm(39)), (drawn.mm(x_mm), drawn.mm(39 + 10 * len(TABLE)))], drawn.BLACK, 3)
    return page


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., PageText]:
    """Save a page as a scanner would, and have it read."""
    def save_and_read(page: Image.Image, name: str = "page.png", dpi: int | None = drawn.DPI, turned: int = 0, skew: float = 0) -> PageText:
        page.save(tmp_path / name)
        return recognising.read(tmp_path / name, dpi, turned, skew)
    return save_and_read


def lines(page: PageText) -> list[str]:
    return [line.text for line in page.lines]


def wrong(page: PageText, true: Sequence[str]) -> float:
    """The share of letters that are wrong, in the order of reading."""
    one, other = (" ".join(" ".join(text).split()) for text in (lines(page), true))
    return Levenshtein.distance(one, other) / len(other)


def whole(page: PageText) -> bool:
    return wrong(page, everything()) < 0.01


def everything() -> list[str]:
    said = list(HEAD)
    for label, number, (first, *rest) in CLAUSES:
        said += [" ".join(filter(None, (f"{label} :" if label else "", number, first))), *rest]
    return [*said, "Salinan untuk arsip", CATCHWORD]


# --- order ------------------------------------------------------------------------------------------------------------------------


def test_a_label_comes_before_its_text_and_the_catchword_is_a_line_of_its_own(read):
    page = read(drawn.scanned(decision()))
    assert lines(page) == everything()
    assert (page.width, page.height, page.dpi) == (*drawn.A4, 300)


def test_a_table_is_read_row_by_row(read):
    assert lines(read(drawn.scanned(table()))) == [" ".join(cells) for cells in TABLE]


def test_semicolons_are_told_from_colons_commas_and_full_stops(read):
    page = drawn.empty()
    said = ["bahwa hasil rapat telah disepakati;", "mempunyai tugas:", "dalam rangka pelaksanaan,", "sebagaimana dimaksud dalam huruf a."]
    for row, line in enumerate(said):
        write(page, line, 30, 60 + 8 * row)
    assert lines(read(drawn.scanned(page))) == said


@pytest.mark.parametrize("number", ["- 2 -", "- 3 -", "- 14 -"])
def test_a_page_number_that_stands_alone_is_read(read, number):
    page = decision().copy()
    write(page, number, 100, 12)
    assert lines(read(drawn.scanned(page)))[0].replace(" ", "") == number.replace(" ", "")


def test_figures_stay_figures(read):
    page = drawn.empty()
    said = ["NOMOR : 1063/HK.03.1/9373/2020", "Rp246.000.000,00 (dua ratus juta)", "Nomor 5071, Nomor 6109, Nomor 1111"]
    for row, line in enumerate(said):
        write(page, line, 30, 60 + 8 * row)
    assert lines(read(drawn.scanned(page))) == said


def test_ligatures_are_read_as_their_letters(read):
    page = drawn.empty()
    write(page, "verifikasi, klasifikasi, dan afiliasi", 30, 60)
    write(page, "veri\ufb01kasi, klasi\ufb01kasi, dan re\ufb02eksi", 30, 70)
    text = read(drawn.scanned(page)).text
    assert text.split("\n") == ["verifikasi, klasifikasi, dan afiliasi", "verifikasi, klasifikasi, dan refleksi"]


# --- pages as they come -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("turned", [90, 180, 270])
def test_a_turned_page_is_read_upright_and_its_boxes_are_of_the_upright_page(read, turned):
    straight = read(drawn.scanned(decision()))
    page = read(drawn.scanned(decision().rotate(turned, expand=True)), turned=turned)  # Pillow turns it the other way
    assert whole(page)
    assert (page.width, page.height) == drawn.A4
    for one, other in zip(straight.lines[0].words, page.lines[0].words, strict=True):
        assert one.box == pytest.approx(other.box, abs=6)


@pytest.mark.parametrize("skew", [-4, -0.7, 2.6])
def test_a_crooked_page_is_read_straight(read, skew):
    assert whole(read(drawn.scanned(drawn.crooked(decision(), skew)), skew=skew))


def test_black_print_under_a_coloured_stamp_is_read(read):
    page = Image.merge("RGB", (decision(),) * 3)
    stamp = Image.new("RGB", page.size, "white")
    draw, x, y = ImageDraw.Draw(stamp), drawn.mm(70), drawn.mm(62)
    draw.ellipse((x, y, x + drawn.mm(35), y + drawn.mm(35)), outline=(110, 90, 200), width=10)
    draw.text((x + drawn.mm(4), y + drawn.mm(15)), "KOMISI CONTOH", (110, 90, 200), drawn.font(9))
    page = Image.fromarray(np.minimum(np.asarray(page), np.asarray(stamp)))
    assert wrong(read(drawn.scanned(page)), everything()) < 0.02


@pytest.mark.parametrize("kind", drawn.BLANK, ids=lambda kind: kind.__name__)
def test_nothing_is_read_on_blank_paper(read, kind):
    assert lines(read(drawn.scanned(kind(1), 1))) == []


@pytest.mark.parametrize("kind", [drawn.initials, drawn.stamp], ids=lambda kind: kind.__name__)
def test_strokes_of_a_pen_and_seals_are_not_sentences(read, kind):
    assert len(read(drawn.scanned(kind(1))).text) < 20


@pytest.mark.parametrize(("mode", "name"), [
    ("1", "page.tiff"), ("P", "page.png"), ("CMYK", "page.jpg"), ("CMYK", "page.tiff"), ("RGB", "page.jpg"), ("LA", "page.png"),
    ("RGBA", "page.png")])
def test_a_page_is_read_whatever_its_colours(read, mode, name):
    page = drawn.scanned(decision())
    assert whole(read(page.convert("RGB").convert(mode) if mode in ("CMYK", "P") else page.convert(mode, dither=Image.Dither.NONE), name))


def test_a_page_with_sixteen_bits_is_read(read):
    assert whole(read(Image.fromarray(np.asarray(drawn.scanned(decision())).astype(np.uint16) * 257)))


@pytest.mark.parametrize("dpi", [150, 400, 600])
def test_boxes_are_in_dots_of_the_picture_whatever_its_resolution(read, dpi):
    size = tuple(side * dpi // 300 for side in drawn.A4)
    page, usual = read(drawn.scanned(decision()).resize(size), dpi=dpi), read(drawn.scanned(decision()))
    assert whole(page)
    assert page.dpi == dpi
    assert (page.width, page.height) == pytest.approx(size, abs=2)
    [first, *_], [other, *_] = page.words, usual.words
    assert [side * 300 / dpi for side in first.box] == pytest.approx(other.box, abs=6)


def test_pale_print_on_tinted_paper_in_uneven_light_is_read(read):
    page = decision().point(lambda dot: 175 if dot < 128 else 225)
    light = np.linspace(0.75, 1, page.width)
    assert whole(read(drawn.scanned(Image.fromarray((np.asarray(page) * light).astype(np.uint8)))))


# --- what is no page --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("damage", "sentence"), [("empty", "The page’s file is empty."), ("cut", "The page’s file is cut off or damaged."),
                                                  ("other", "The page’s file is no TIFF, JPEG or PNG picture.")])
def test_a_damaged_file_is_one_sentence(tmp_path, damage, sentence):
    path = tmp_path / "page.png"
    drawn.scanned(drawn.text(1)).save(path)
    path.write_bytes({"empty": b"", "cut": path.read_bytes()[:90_000], "other": b"GIF89a and more"}[damage])
    with pytest.raises(Refused) as refused:
        recognising.read(path, 300, 0, 0)
    assert refused.value.message == sentence


@pytest.mark.parametrize("size", [(30_000, 1), (1, 30_000), (20, 20)])
def test_a_strip_is_no_page(read, size):
    with pytest.raises(Refused, match="too small"):
        read(Image.new("L", size, 255))


def test_without_its_language_it_says_what_to_install(read, tmp_path, monkeypatch):
    monkeypatch.setattr(recognising, "TESSERACT", tmp_path)
    recognising._reader.cache_clear()
    with pytest.raises(Refused) as refused:
        read(drawn.text(1))
    assert refused.value.next_step % refused.value.details == "Ask the administrator to install the package tesseract-ocr-ind."


# --- small rules --------------------------------------------------------------------------------------------------------------------


def word(text: str, x: int, y: int = 100, height: int = 40, confidence: float = 95) -> Word:
    return Word(text, Box(x, y, 20 * len(text), height), confidence)


@pytest.mark.parametrize(("found", "is_print"), [
    (word("bahwa", 0), True), (word("bahwa", 0, confidence=20), False), (word(":", 0, confidence=20), True), (word("...", 0), True),
    (word("|", 0), False), (word("~", 0), False), (word("-", 0, confidence=30), False), (word("a", 0, height=6), False),
    (word("2", 0), True)])
def test_specks_and_rules_are_not_print(found, is_print):
    assert recognising.is_print(found, 300) is is_print


def test_what_stands_side_by_side_is_one_line_however_the_pieces_come():
    pieces = [[word("Menimbang", 100), word(":", 400)], [word("a.", 450)], [word("bahwa", 520), word("untuk", 700)],
              [word("melaksanakan", 520, 160)], [word("-", 900, 118, 4)]]
    for seed in range(5):
        random.Random(seed).shuffle(pieces)
        assert [line.text for line in recognising.in_rows(pieces)] == ["Menimbang : a. bahwa untuk -", "melaksanakan"]


def test_lines_that_touch_stay_two():
    pieces = [[word("KETUA", 100, 100, 44)], [word("KOMISI", 100, 140, 44)]]
    assert [line.text for line in recognising.in_rows(pieces)] == ["KETUA", "KOMISI"]


def test_a_very_crooked_page_grows_so_that_its_corners_are_not_lost():
    page = np.full((3508, 2480), 255, np.uint8)
    page[60:90, 60:90] = page[-90:-60, -90:-60] = 0
    for degrees, ink in ((6, 1800), (-6, 1800)):
        straight = upright(page, 0, degrees)
        assert straight.shape > page.shape
        assert (straight < 128).sum() == pytest.approx(ink, rel=0.1)
