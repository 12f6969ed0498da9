"""Pages become one PDF/A: judged by pikepdf, by Apache PDFBox, and by the readers of PDF that people have."""

import hashlib
import json
import re
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable
from contextlib import closing
from html import unescape
from pathlib import Path

import numpy as np
import pikepdf
import pypdfium2
import pytest
import zxingcpp
from pikepdf import Name, pdfa
from PIL import Image, ImageDraw

from foundation.errors import Refused
from foundation.text import translator
from scanner.workshop import assembly, comparing, compression
from scanner.workshop.ways import MISSING, SENTENCES, Why
from tests import pdf as reader
from tests.drawn import DPI, PAPER, crooked, empty, font, mm, scanned, text
from tests.written import ABOUT, DECISION, compose, order, page, stamped

JAVA = Path("/usr/share/java")
JARS = [JAVA / f"{name}.jar" for name in ("preflight", "pdfbox2", "fontbox2", "xmpbox", "commons-logging", "javax.activation", "jaxb-api")]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A document of three pages: text, a stamp over text, and lines in black and white; its path, and what was told of it."""
    folder = tmp_path_factory.mktemp("made")
    pages = [page(), page(DECISION[:12], 12), page(DECISION[3:], 10)]
    pictures = [scanned(pages[0][0]), scanned(stamped(pages[1][0])), pages[2][0].point(lambda dot: 255 * (dot > 128)).convert("1")]
    wanted = order(folder, [(picture, words) for picture, (_, words) in zip(pictures, pages, strict=True)])
    return folder / "document.pdf", compose(wanted), [words for _, words in pages]


def extracted(path: Path, *options: str) -> str:
    return subprocess.run(["pdftotext", *options, path, "-"], capture_output=True, text=True, check=True).stdout


def test_it_is_what_was_told_of_it(made):
    path, told, _ = made
    data = path.read_bytes()
    assert (told["bytes"], told["sha256"]) == (len(data), hashlib.sha256(data).hexdigest())
    assert [seen["method"] for seen in told["pages"]] == ["mrc", "mrc", "g4"]
    assert all(seen["lost_mm2"] <= comparing.LARGEST_MM2 for seen in told["pages"])
    assert (told["profile"], told["verdict"]) == ("2b", "pass")


def test_the_file_on_the_disk_is_pdfa_2b(made):
    with pikepdf.open(made[0]) as pdf:
        assert pdfa.check(pdf, "2b").verdict == "pass"


def test_its_pages_are_small_and_as_large_as_the_paper(made):
    assert all(seen["bytes"] < 60_000 for seen in made[1]["pages"])
    assert [size for size in reader.sizes(made[0].read_bytes())] == [pytest.approx((210, 297), abs=0.2)] * 3


def test_it_says_what_it_is(made):
    with pikepdf.open(made[0]) as pdf, pdf.open_metadata() as said:
        assert said["dc:title"] == ABOUT["title"]
        assert said["dc:creator"] == [ABOUT["issuer"]]
        assert said["dc:identifier"] == ABOUT["number"]
        assert set(said["dc:subject"]) == {"Keputusan", "2026", "jadwal"}
        assert set(said["dc:language"]) == {"id"}
        assert (said["pdfaid:part"], said["pdfaid:conformance"]) == ("2", "B")


def test_what_is_not_known_is_left_out(tmp_path):
    compose(order(tmp_path, [(empty(), None)], about=dict.fromkeys(ABOUT, "")))
    with pikepdf.open(tmp_path / "document.pdf") as pdf, pdf.open_metadata() as said:
        assert not {"dc:title", "dc:creator", "dc:identifier", "dc:subject", "dc:language"} & set(said)


# --- archivable, to others ---------------------------------------------------------------------------------------------------------


def preflight(path: Path) -> str:
    done = subprocess.run(["java", "-cp", ":".join(map(str, JARS)), "org.apache.pdfbox.preflight.Validator_A1b", path],
                          capture_output=True, text=True, timeout=100)
    return done.stdout + done.stderr


def test_a_twin_in_pdfa_1b_is_valid_to_apache_pdfbox(tmp_path):
    picture, words = page()
    told = compose(order(tmp_path, [(scanned(stamped(picture)), words), (empty(), None)], profile="1b",
                         footer="Salinan digital", qr="https://contoh.invalid/d/7"))
    assert told["verdict"] == "pass"
    assert "is a valid PDF/A-1b file" in preflight(tmp_path / "document.pdf")


def test_that_judge_refuses_a_twin_without_its_colours(tmp_path):
    compose(order(tmp_path, [page()], profile="1b"))
    with pikepdf.open(tmp_path / "document.pdf", allow_overwriting_input=True) as pdf:
        del pdf.Root.OutputIntents
        pdf.save()
    assert "is not a valid PDF/A-1b file" in preflight(tmp_path / "document.pdf")


def test_a_file_without_its_colours_is_refused(made, tmp_path):
    with pikepdf.open(made[0]) as pdf:
        del pdf.Root.OutputIntents
        assert pdfa.check(pdf, "2b").verdict == "fail"
        with pytest.raises(pdfa.PdfaError):
            pdfa.save(pdf, tmp_path / "broken.pdf", "2b", repair=False)
    assert not (tmp_path / "broken.pdf").exists()


def test_a_file_whose_text_has_no_letters_behind_it_is_refused(made, tmp_path):
    with pikepdf.open(made[0]) as pdf:
        letters = pdf.pages[0].Resources.Font["/F"].DescendantFonts[0]
        letters.CIDToGIDMap = pdf.make_stream(b"\0\0" * 0x10000)  # all of them .notdef
        with pytest.raises(pdfa.PdfaError):
            pdfa.save(pdf, tmp_path / "broken.pdf", "2b")
    assert not (tmp_path / "broken.pdf").exists()


# --- the words -------------------------------------------------------------------------------------------------------------------


def test_every_word_of_three_pages_lies_on_its_letters_within_a_millimetre(made):
    pages = extracted(made[0], "-bbox").split("<page ")[1:]
    found = re.compile(r'<word xMin="(.+?)" yMin="(.+?)" xMax="(.+?)" yMax="(.+?)">(.+?)</word>')
    for told, true in zip(pages, made[2], strict=True):
        there = [(unescape(match[5]), [float(match[side]) / 72 * 25.4 for side in (1, 2, 3, 4)]) for match in found.finditer(told)]
        assert sorted(text for text, _ in there) == sorted(word.text for word in true.words)
        for word in (word for word in true.words if word.text != ":"):  # which is marked as high as the letters beside it
            sides = [side / DPI * 25.4 for side in (word.box.x, word.box.y, word.box.right, word.box.bottom)]
            away = min(max(abs(a - b) for a, b in zip(sides, place, strict=True)) for text, place in there if text == word.text)
            assert away < 1, word


def test_pdfium_marks_the_words_where_they_are(made):
    with closing(pypdfium2.PdfDocument(made[0])) as document:
        read = document[0].get_textpage()
        at, _ = read.search("KESATU").get_next()
        first, last = read.get_charbox(at), read.get_charbox(at + len("KESATU") - 1)
    word = next(word for word in made[2][0].words if word.text == "KESATU")
    height = 3508 * 72 / DPI
    true = (word.box.x * 0.24, height - word.box.bottom * 0.24, word.box.right * 0.24, height - word.box.y * 0.24)
    assert (first[0], first[1], last[2], last[3]) == pytest.approx(true, abs=1 / 25.4 * 72)


def test_what_is_copied_is_the_text_line_by_line_with_its_spaces(made):
    with closing(pypdfium2.PdfDocument(made[0])) as document:
        lines = [line.rstrip() for line in document[0].get_textpage().get_text_bounded().splitlines()]
    assert "Mengingat : 1. Peraturan Komisi Contoh Nomor 19" in lines
    assert "KEDUA : Keputusan ini mulai berlaku sejak tanggal" in lines
    assert lines.index("MEMUTUSKAN:") == 8


@pytest.mark.parametrize("options", [(), ("-raw",)], ids=["by its layout", "as written"])
def test_the_labels_of_columns_are_read_before_their_clauses(made, options):
    words = extracted(made[0], "-f", "1", "-l", "1", *options).split()
    wanted = ("Menimbang", ":", "a.", "bahwa", "b.", "Mengingat", "1.", "Peraturan", "MEMUTUSKAN:", "KESATU", "Menetapkan", "KEDUA",
              "ditetapkan.")
    places, start = [], 0
    for word in wanted:
        start = words.index(word, start)
        places.append(start)
    assert places == sorted(places)


def test_a_word_divided_at_the_end_of_a_line_is_found(made):
    assert "pelaksanaan tugas" in extracted(made[0])


def test_letters_of_any_script_come_back(tmp_path):
    picture, _ = page([[(30, "efisiensi fiktif")]])
    words = page([[(30, "e\ufb01siensi \u202fé Ñ ± 𝔸 \x00")]])[1]
    compose(order(tmp_path, [(picture, words)]))
    assert "é Ñ ± 𝔸" in reader.text((tmp_path / "document.pdf").read_bytes())


# --- small, and whole -------------------------------------------------------------------------------------------------------------


def test_a_page_that_would_lose_ink_becomes_a_picture_and_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(compression, "SPECK_MM2", 3.0)  # full stops and thin letters are taken for grain
    monkeypatch.setattr(compression, "WHITE_FROM", 0)   # and what is coarse is left out
    seen, = compose(order(tmp_path, [(scanned(text(1)), None)]))["pages"]
    assert (seen["method"], seen["why"]) == ("jpeg", "lost ink")
    assert seen["lost_mm2"] <= comparing.LARGEST_MM2


def test_a_page_that_is_not_sharp_becomes_a_picture(tmp_path):
    seen, = compose(order(tmp_path, [(scanned(text(1), blur=4.5), None)]))["pages"]
    assert (seen["method"], seen["why"]) == ("jpeg", "blurred")
    assert seen["bytes"] < 250_000


def test_a_page_is_put_upright_and_straight(tmp_path):
    picture, words = page()
    wanted = order(tmp_path, [(crooked(scanned(picture), 1.5).rotate(90, expand=True, fillcolor=PAPER), words)])
    wanted["pages"][0] |= {"turned": 90, "skew_degrees": 1.5}
    compose(wanted)
    shown, = reader.pictures((tmp_path / "document.pdf").read_bytes(), comparing.DPI)
    master = np.asarray(picture.resize(shown.size, Image.Resampling.BOX))
    assert comparing.difference_mm2(master, np.asarray(shown.convert("L"))) < 0.3


def test_black_and_white_is_kept_dot_by_dot(tmp_path):
    picture = page()[0].point(lambda dot: 255 * (dot > 128)).convert("1")
    compose(order(tmp_path, [(picture, None)]))
    with pikepdf.open(tmp_path / "document.pdf") as pdf:
        image, = pdf.pages[0].Resources.XObject.values()
        image.ImageMask, image.ColorSpace = False, Name.DeviceGray
        assert np.array_equal(np.asarray(pikepdf.PdfImage(image).as_pil_image().convert("1")), np.asarray(picture))


def test_the_memory_does_not_grow_with_the_pages(tmp_path):
    program = ("import json, resource, sys; from tests.written import compose; order = json.load(sys.stdin); compose(order);"
               "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)")
    peaks = []
    for many in (5, 60):
        wanted = order(tmp_path, [(Image.fromarray(np.random.default_rng(1).integers(0, 255, (420, 300), np.uint8)), None)])
        wanted["pages"] = [wanted["pages"][0] | {"dpi": 100}] * many
        done = subprocess.run([sys.executable, "-c", program], input=json.dumps(wanted), capture_output=True, text=True, check=True)
        peaks.append(int(done.stdout))
    assert peaks[1] < peaks[0] + 40


# --- below the page, on a copy ---------------------------------------------------------------------------------------------------


def test_a_footer_and_its_code_lie_below_the_page(tmp_path):
    compose(order(tmp_path, [page(), page()], footer="Salinan digital dari Kantor Contoh", qr="https://contoh.invalid/d/7"))
    data = (tmp_path / "document.pdf").read_bytes()
    first, last = reader.pictures(data, 200)
    assert reader.sizes(data) == [pytest.approx((210, 297 + 7), abs=0.2), pytest.approx((210, 297 + 26), abs=0.2)]
    assert reader.text(data).count("Salinan digital dari Kantor Contoh") == 2
    assert not zxingcpp.read_barcodes(first)
    assert zxingcpp.read_barcode(last).text == "https://contoh.invalid/d/7"


def test_a_footer_that_is_too_long_is_cut_at_the_edge(tmp_path):
    compose(order(tmp_path, [page()], footer="panjang " * 80))
    shown, = reader.pictures((tmp_path / "document.pdf").read_bytes(), 100)
    assert np.asarray(shown)[:, -20:].min() > 200


# --- what cannot become a page ---------------------------------------------------------------------------------------------------


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:path.stat().st_size // 2])


def chunk(data: bytes) -> bytes:
    """Of a PNG: its length, its name and what it holds, its sum."""
    return struct.pack(">I", len(data) - 4) + data + struct.pack(">I", zlib.crc32(data))


def bomb(path: Path) -> None:
    """Three billion dots in a hundred bytes."""
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(map(chunk, (
        b"IHDR" + struct.pack(">IIBBBBB", 55_000, 55_000, 8, 0, 0, 0, 0), b"IDAT" + zlib.compress(bytes(55_001)), b"IEND"))))


def saved(size: tuple[int, int], **kind: str) -> Callable[[Path], None]:
    return lambda path: Image.new("1" if kind else "L", size, 255).save(path, **(kind or {"format": "PNG"}))


NOT_WHOLE = "Dokumen ini tidak lengkap: halaman itu harus dipindai ulang."
HARM = {"cut off": (cut, Why.DAMAGED), "no picture": (lambda path: path.write_text("no picture"), Why.DAMAGED),
        "empty": (lambda path: path.write_bytes(b""), Why.DAMAGED), "gone": (Path.unlink, Why.DAMAGED), "bomb": (bomb, Why.HUGE),
        "A3 with 1200 dpi": (saved((14_031, 19_843), format="TIFF", compression="group4"), Why.HUGE),
        "one row": (saved((30_000, 1)), Why.STRIP), "one column": (saved((1, 30_000)), Why.STRIP)}


@pytest.mark.parametrize(("harm", "why"), HARM.values(), ids=HARM)
def test_a_page_that_cannot_be_put_in_costs_that_page_and_a_sheet_says_so(tmp_path, harm, why):
    first, last = page(), page(DECISION[3:], 10)
    wanted = order(tmp_path, [first, page(), last])
    harm(Path(wanted["pages"][1]["path"]))
    told = compose(wanted)
    assert [(seen["method"], seen["why"]) for seen in told["pages"]] == [("mrc", ""), (MISSING, why), ("mrc", "")]
    assert told["verdict"] == "pass"
    data = (tmp_path / "document.pdf").read_bytes()
    assert reader.sizes(data) == [pytest.approx((210, 297), abs=0.2)] * 3
    said = [extracted(tmp_path / "document.pdf", "-f", str(number), "-l", str(number)).split() for number in (1, 2, 3)]
    assert " ".join(said[1]) == f"Halaman 2 tidak ada di sini {translator('id')(SENTENCES[why]) % {'number': 2}} {NOT_WHOLE}"
    assert [word in said[number] for number in (0, 2) for word in ("KEPUTUSAN", "KEDUA")] == [True, True, False, True]
    for shown, (picture, _) in zip(reader.pictures(data, comparing.DPI)[::2], (first, last), strict=True):
        master = np.asarray(picture.resize(shown.size, Image.Resampling.BOX))
        assert comparing.difference_mm2(master, np.asarray(shown.convert("L"))) <= comparing.LARGEST_MM2
    assert {path.name for path in tmp_path.iterdir()} - {"1.png"} == {"0.png", "2.png", "document.pdf"}


@pytest.mark.parametrize(("size_mm", "true"), [((215, 330), (215, 330)), ((297, 210), (297, 210)), ((2540, 0.08), (210, 297)),
                                               (None, (210, 297))], ids=["F4", "lying", "strip", "unknown"])
def test_the_sheet_is_as_large_as_the_page_was_and_speaks_the_offices_language(tmp_path, size_mm, true):
    wanted = order(tmp_path, [page(), page()], language="en")
    cut(Path(wanted["pages"][0]["path"]))
    wanted["pages"][0]["size_mm"] = size_mm
    compose(wanted)
    data = (tmp_path / "document.pdf").read_bytes()
    assert reader.sizes(data)[0] == pytest.approx(true, abs=0.2)
    assert " ".join(extracted(tmp_path / "document.pdf", "-l", "1").split()) == (
        "Page 1 is missing here Page 1 cannot be read: its file is cut off or damaged. "
        "This document is not complete: the page has to be scanned again.")
    ink = np.asarray(reader.pictures(data, 100)[0]) < 128
    assert 0.005 < ink.mean() < 0.1  # it can be seen, too


def test_such_a_sheet_is_as_archivable_as_pages_are(tmp_path):
    wanted = order(tmp_path, [page(), page()], profile="1b", footer="Salinan digital")
    cut(Path(wanted["pages"][1]["path"]))
    assert compose(wanted)["verdict"] == "pass"
    assert "is a valid PDF/A-1b file" in preflight(tmp_path / "document.pdf")


def test_without_a_single_page_there_is_no_document(tmp_path):
    wanted = order(tmp_path, [page(), page()])
    for each in wanted["pages"]:
        cut(Path(each["path"]))
    with pytest.raises(Refused, match="Page 1 cannot be read"):
        compose(wanted)
    assert {path.name for path in tmp_path.iterdir()} == {"0.png", "1.png"}


@pytest.mark.parametrize("mode", ["I;16", "P", "RGBA", "LA"])
def test_every_kind_of_picture_becomes_a_page(tmp_path, mode):
    picture = empty()
    ImageDraw.Draw(picture).text((mm(30), mm(30)), "KEPUTUSAN", 20, font(14))
    other = Image.fromarray(np.asarray(picture).astype(np.uint16) * 257) if mode == "I;16" else picture.convert(mode)
    compose(order(tmp_path, [(other, None)]))
    shown, = reader.pictures((tmp_path / "document.pdf").read_bytes(), comparing.DPI)
    master = np.asarray(picture.resize(shown.size, Image.Resampling.BOX))
    assert comparing.difference_mm2(master, np.asarray(shown.convert("L"))) <= comparing.LARGEST_MM2


def test_a_file_that_would_be_no_pdfa_is_not_written(tmp_path, monkeypatch):
    monkeypatch.setattr(assembly.text_layer, "font", lambda pdf: pikepdf.Dictionary(Type=Name.Font, Subtype=Name.Type1))
    with pytest.raises(pdfa.PdfaError):
        compose(order(tmp_path, [page()]))
    assert not (tmp_path / "document.pdf").exists()
