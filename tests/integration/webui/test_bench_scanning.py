"""The bench of scanning runs, counts right, and says what is missing."""

from pathlib import Path

import pytest

from webui.bench import scanners, scanning

PAGES = 6


@pytest.fixture(scope="module")
def figures(tmp_path_factory: pytest.TempPathFactory) -> dict:
    """Of a run on the smallest numbers."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scanners, "ROUNDS", 1)
        patch.setenv("SANE_CONFIG_DIR", "")  # the bench sets it, and it is put back
        return scanning.measure(tmp_path_factory.mktemp("bench"), PAGES, 2, lambda _: None)


def test_every_way_is_measured_beside_the_bare_program_in_gray_and_colour(figures: dict) -> None:
    ways = {"scanimage --batch", "scanimage://", "sane://", "escl:// without a pace"}
    assert figures["adapters"]["missing"] == {}
    for mode in ("gray", "color"):
        measured = figures["adapters"][mode]
        assert set(measured) == ways
        assert measured["scanimage --batch"]["of_bare"] == 1
        assert all(one["pages_per_minute"] > 0 and one["memory_mib"] > 1 for one in measured.values())


def test_a_scanner_with_a_pace_of_its_own_is_no_faster_than_that(figures: dict) -> None:
    assert figures["paced"]["pages"] == 2
    assert 0 < figures["paced"]["of_its_pace"] <= 1


def test_every_page_of_the_batch_is_counted_and_seen_after_it_was_sent(figures: dict) -> None:
    batch = figures["batch"]
    assert batch["pages"] == PAGES
    assert list(batch["memory_mib"]) == [0, 1, 4, PAGES]
    assert 0 < batch["row_s"]["median"] <= batch["picture_s"]["median"]
    assert set(batch["answers_ms"]) == {"page", "live", "nothing new"}


def test_the_table_says_the_aims_beside_the_figures(figures: dict) -> None:
    text = scanning.table(figures)
    for words in ("aim 0.25 of bare", "aim 200 pages/min", "aim 0.97", "aim 10", "aim 1)"):
        assert words in text


def test_where_scanimage_is_missing_the_bench_says_so_and_goes_on(
        figures: dict, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scanners, "ROUNDS", 1)
    monkeypatch.setenv("SANE_CONFIG_DIR", "")
    monkeypatch.setenv("PATH", str(tmp_path))
    found = scanners.beside_bare(tmp_path, lambda _: None)
    assert set(found["missing"]) == {"scanimage --batch", "scanimage://"}
    assert found["gray"]["sane://"]["pages_per_minute"] > 0
    text = scanning.table({**figures, "adapters": found})
    assert "left out: scanimage --batch: This computer has no driver for such a scanner. (scanimage is not installed)" in text
