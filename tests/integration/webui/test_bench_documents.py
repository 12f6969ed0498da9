"""The bench of documents runs, counts right, and says what is missing."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from webui.bench import corpus, documents
from webui.bench.documents import BARE, OCRMYPDF, OURS
from webui.cli import main

SHEETS = 2
SEED = 20  # of a decision of two pages


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A decision whose second page is upside down, a blank page, and a separator sheet."""
    folder = tmp_path_factory.mktemp("corpus") / "drawn"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(corpus, "SEEDS", (SEED,))
        corpus.draw(folder)
    return folder


@pytest.fixture(scope="module")
def figures(drawn: Path, tmp_path_factory: pytest.TempPathFactory) -> dict:
    """Of a run on the smallest numbers, on a computer without other programs."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", str(tmp_path_factory.mktemp("no programs")))
        return documents.measure(corpus.scans(drawn), tmp_path_factory.mktemp("scratch"), SHEETS, lambda _: None)


def test_ours_is_measured_and_what_is_missing_is_named(figures: dict) -> None:
    assert figures["pages"] == 3
    assert set(figures["missing"]) == {BARE, *OCRMYPDF}
    assert figures["missing"][BARE] == "the program tesseract is not installed"
    ours = figures["ways"][OURS]
    assert ours["cpu_s_per_page"] > 0
    assert ours["of_bare"] is None
    assert ours["pdfa"] == {"pass": 1}
    assert ours["error_median"] < 0.1
    assert ours["recall_mean"] > 0.8


def test_what_was_published_is_measured_page_by_page(figures: dict) -> None:
    published = figures["published"]
    assert 1 < published["kb"]["mean"] <= published["kb"]["max"] < 200
    assert published["first_and_signed_kb"]["max"] == published["kb"]["max"]
    assert published["kb"]["mean"] == pytest.approx(figures["ways"][OURS]["kb_per_page"], rel=0.05)


def test_all_is_seen_and_read_right_on_drawn_pages(figures: dict) -> None:
    assert figures["seen"] == {"blank": [], "orientation": [], "QR": [], "doubled": []}
    assert figures["said"]["documents"] == 1
    assert figures["said"]["right"]["number"] == 1
    assert figures["completeness"]["false"] == []
    assert figures["completeness"]["tried"] > 3


def test_what_is_seen_wrong_is_named(drawn: Path) -> None:
    seen = {page.path.stem: page for page in corpus.scans(drawn)}
    nothing = documents.Examination()
    made = documents.Made([], seen=[nothing] * 3)
    pages = [seen["d1p1"], seen["d1p1b"], seen["d1p2"]]
    assert documents._seen([pages], [made], [(seen["sep1"], nothing)]) == {
        "blank": ["d1p1b"], "orientation": ["d1p2"], "QR": ["sep1"], "doubled": []}


def test_a_batch_goes_through_the_service_and_its_pages_are_counted(figures: dict) -> None:
    batch = figures["batch"]
    assert (batch["pages"], batch["scanned"], batch["published"]) == (SHEETS, SHEETS, SHEETS)
    assert 0 < batch["found_s"] <= batch["ready_s"]


def test_the_table_says_the_aims_beside_the_figures_and_what_was_left_out(figures: dict) -> None:
    text = documents.table(figures)
    for words in ("1.6", "1.00%", "0.950", "aim 100)", "aim 0.05)", "aim 98%", "aim 1024)", "aim 1)", "aim 25)",
                  "left out: tesseract -l ind: the program tesseract is not installed"):
        assert words in text


def test_bare_tesseract_is_what_ours_is_compared_with(drawn: Path, tmp_path: Path) -> None:
    pages = [page for page in corpus.scans(drawn) if page.path.stem == "d1p1"]
    with documents.reading_ways.using() as used:
        made = documents.reading_ways.tesseract(pages, tmp_path)
    assert used.cpu > 0.1
    assert documents.recall(made.texts[0], pages[0].truth) > 0.8


@pytest.mark.parametrize(("text", "wrong", "found"), [
    ("satu dua\ntiga", 0, 1), ("satu  dua tiga", 0, 1), ("dua satu tiga", 7 / 13, 1), ("satu dua", 5 / 13, 2 / 3), ("", 1, 0)])
def test_letters_count_in_their_order_and_words_in_any(text: str, wrong: float, found: float) -> None:
    assert documents.error(text, "satu dua tiga") == pytest.approx(wrong)
    assert documents.recall(text, "satu dua tiga") == pytest.approx(found)


def test_a_folder_without_texts_is_refused_in_a_sentence(tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["bench", "documents", str(tmp_path)])
    assert done.exit_code == 1
    assert "has no picture with its text beside it, such as 1.jpg and 1.txt" in done.output
