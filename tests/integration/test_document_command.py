"""The `loket document` command: a PDF/A of page pictures with what was found and read, and what a PDF says of itself."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest
from PIL import Image

from scanner.documents.remarks import Code
from scanner.workshop.processes import PROJECT
from tests import drawn, pdf
from webui.fictional import layout
from webui.fictional.decisions import decision

PAPER = decision(20)  # two pages


@pytest.fixture
def loket(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess]:
    def run(*words: object) -> subprocess.CompletedProcess:
        return subprocess.run([sys.executable, "-P", "-m", "webui.cli", "document", *map(str, words)], cwd=tmp_path,
                              env={"PYTHONPATH": str(PROJECT), "PATH": "/usr/bin:/bin"}, capture_output=True, text=True, timeout=100)
    return run


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The second one is upside down."""
    folder = tmp_path_factory.mktemp("pages")
    pictures = [drawn.scanned(layout.drawn(page), seed) for seed, page in enumerate(PAPER.pages)]
    pictures[1] = pictures[1].rotate(180)
    for number, picture in enumerate(pictures, start=1):
        picture.save(folder / f"{number}.jpg", quality=90, dpi=(300, 300))
    return [folder / "1.jpg", folder / "2.jpg"]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, pages: list[Path]) -> Path:
    out = tmp_path_factory.mktemp("built") / "keputusan.pdf"
    subprocess.run([sys.executable, "-m", "webui.cli", "document", "build", *pages, "--out", out], cwd=PROJECT, check=True)
    return out


def assert_refused(done: subprocess.CompletedProcess, words: str) -> None:
    """In a sentence, with nothing that only a programmer reads."""
    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_pages_become_a_document_with_findings_and_suggestions_as_json(loket, pages, tmp_path):
    done = loket("build", *pages, "--out", "k.pdf", "--official", PAPER.signatory, "--official", "SITI CONTOHATI, S.E.", "--json")
    assert done.returncode == 0
    told = json.loads(done.stdout)
    assert {name: told["suggestions"][name]["value"] for name in ("number", "year", "date", "signatory")} == {
        "number": PAPER.number, "year": str(PAPER.year), "date": PAPER.date, "signatory": PAPER.signatory}
    assert [page["turned"] for page in told["pages"]] == [0, 180]
    assert [page["findings"] for page in told["pages"]] == [
        [], [{"flag": "turned", "says": "The page is upside down or lies on its side."}]]
    assert (told["verdict"], told["file"], told["bytes"]) == ("pass", "k.pdf", (tmp_path / "k.pdf").stat().st_size)
    assert [remark for remark in told["remarks"] if remark["severity"] == "stop"] == []
    assert PAPER.signatory.split()[0] in pdf.text((tmp_path / "k.pdf").read_bytes())


def test_what_is_missing_is_said_in_words(loket, pages):
    done = loket("build", pages[1], "--out", "k.pdf", "--json")
    assert Code.NO_BEGINNING in [remark["code"] for remark in json.loads(done.stdout)["remarks"]]
    done = loket("build", pages[1], "--out", "k.pdf")
    assert "k.pdf: 1 pages" in done.stdout
    assert "The first page seems to be missing: no page has number and title at its head." in done.stdout
    assert f"date: {PAPER.date}" in done.stdout


def test_a_damaged_page_costs_that_page(loket, pages, tmp_path):
    (tmp_path / "cut.jpg").write_bytes(pages[0].read_bytes()[:20_000])
    done = loket("build", pages[1], "cut.jpg", "--out", "k.pdf")
    assert (done.returncode, "Traceback" in done.stderr) == (1, False)
    assert "cut.jpg: The page’s file is cut off or damaged." in done.stderr
    assert "The PDF is not complete: 1 of its pages could not be put in." in done.stdout
    assert "Halaman 2 tidak ada di sini" in pdf.text((tmp_path / "k.pdf").read_bytes())


def test_without_a_whole_page_no_file_is_left(loket, pages, tmp_path):
    (tmp_path / "cut.jpg").write_bytes(pages[0].read_bytes()[:20_000])
    assert_refused(loket("build", "cut.jpg", "cut.jpg", "--out", "k.pdf"), "Page 1 cannot be read: its file is cut off or damaged.")
    assert {path.name for path in tmp_path.iterdir()} == {"cut.jpg"}


def test_what_is_no_picture_or_not_there_is_refused_in_a_sentence(loket, pages, tmp_path):
    (tmp_path / "letter.jpg").write_text("no picture")
    assert_refused(loket("build", "letter.jpg", "--out", "k.pdf"), "Page 1 cannot be read")
    assert_refused(loket("build", "nothing.jpg", "--out", "k.pdf"), "nothing.jpg")
    assert_refused(loket("build", pages[0], "--out", "nowhere/k.pdf"), "there is no folder nowhere")
    assert_refused(loket("build", pages[0]), "--out")


def test_a_strip_is_no_page(loket, tmp_path):
    Image.new("L", (30_000, 1), 255).save(tmp_path / "strip.png")
    assert_refused(loket("build", "strip.png", "--out", "k.pdf"), "Page 1 is a strip and not a sheet.")


def test_a_document_is_checked(loket, built):
    done = loket("check", built)
    assert (done.returncode, done.stdout.strip()) == (0, f"{built}: 2 pages, PDF/A-2b: pass")
    told = json.loads(loket("check", built, "--json").stdout)
    assert (told["pages"], told["claims"], told["verdict"], told["without_text"], told["seals"]) == (2, "2b", "pass", [], [])


def test_a_document_that_is_not_what_it_says_ends_with_one(loket, built, tmp_path):
    with pikepdf.open(built) as whole:
        del whole.Root.OutputIntents
        whole.save(tmp_path / "changed.pdf")
    done = loket("check", "changed.pdf")
    assert done.returncode == 1
    assert "PDF/A-2b: fail" in done.stdout


@pytest.mark.parametrize(("change", "sentence"), [
    (lambda whole: whole[:len(whole) // 2], "The PDF is cut off or damaged."),
    (lambda _: b"", "The file is empty."),
    (lambda _: b"\xff\xd8\xff\xe0 a picture", "The file is no PDF."),
], ids=["cut", "empty", "picture"])
def test_what_is_no_whole_pdf_is_refused_in_a_sentence(loket, built, tmp_path, change, sentence):
    (tmp_path / "it.pdf").write_bytes(change(built.read_bytes()))
    assert_refused(loket("check", "it.pdf"), sentence)


def test_a_locked_pdf_is_refused_in_a_sentence(loket, built, tmp_path):
    with pikepdf.open(built) as whole:
        whole.save(tmp_path / "locked.pdf", encryption=pikepdf.Encryption(user="rahasia", owner="rahasia"))
    assert_refused(loket("check", "locked.pdf"), "The PDF is protected by a password.")
