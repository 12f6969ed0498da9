"""Measures what becomes of scanned pages: ours beside bare Tesseract and OCRmyPDF, and how soon after its last page a document is there."""

import json
import statistics
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import click
from rapidfuzz.distance import Levenshtein

from scanner.documents.remarks import MEANINGS, Code, Severity
from scanner.legal.products import ProductType
from scanner.workshop.findings import Examination
from scanner.workshop.texts import PageText
from webui.bench import corpus, last_page, reading_ways
from webui.bench.corpus import Scan
from webui.bench.reading_ways import Made, Missing, Ours, Used
from webui.fictional.decisions import Paper
from webui.fictional.defects import broken

BARE, OURS = "tesseract -l ind", "ours"
OCRMYPDF = {"OCRmyPDF": (), "OCRmyPDF --deskew --rotate-pages": ("--deskew", "--rotate-pages")}
SHEETS = 20         # of the batch through the service
DEFECT_SEED = 5
KIB = 1024
AIMS = {"ratio": 1.6, "error": 0.010, "recall": 0.95, "page_kb": 60.0, "first_kb": 100.0, "lost_mm2": 0.05, "memory_mib": 1024.0,
        "verdict_s": 1.0, "ready_s": 25.0, "right": 0.98, "missed": 0.02}


@dataclass
class Tally:
    """What a way made of all documents, and what it took."""

    used: Used = field(default_factory=Used)
    errors: list[float] = field(default_factory=list)
    recalls: list[float] = field(default_factory=list)
    bytes: int = 0
    verdicts: list[str] = field(default_factory=list)


def run_bench(folder: Path | None, sheets: int, as_json: bool) -> None:
    """Measure and print; what is made is made in a temporary folder and removed."""
    say = (lambda _: None) if as_json else click.echo
    with tempfile.TemporaryDirectory(prefix="loket-bench-") as scratch:
        if folder is None:
            say("Drawing fictional pages …")
            folder = Path(scratch) / "drawn"
            corpus.draw(folder)
        try:
            figures = measure(corpus.scans(folder), Path(scratch), sheets, say)
        except ValueError as problem:
            raise click.ClickException(str(problem)) from None
    click.echo(json.dumps(figures, indent=2) if as_json else table(figures))


def measure(pages: Sequence[Scan], scratch: Path, sheets: int, say: Callable[[str], None]) -> dict:
    """Every way on every document, in turns; then a batch of so many `sheets` through the service."""
    documents = corpus.documents(pages)
    roster = sorted({page.true["signatory"] for page in pages if "signatory" in page.true})
    ours = Ours(roster)
    say(f"{sum(map(len, documents))} pages of {len(documents)} documents: {BARE}, {', '.join(OCRMYPDF)}, ours …")
    try:
        tallies, missing, made = _in_turns(documents, ours, scratch)
        separators = [(page, ours.workshop.examine(page.path, page.dpi)) for page in pages if not page.document]
    finally:
        ours.workshop.close()
    count = sum(map(len, documents))
    return {
        "pages": count, "missing": missing,
        "ways": {name: _way(tally, tallies.get(BARE), count) for name, tally in tallies.items()},
        "published": _published(documents, made), "seen": _seen(documents, made, separators), "said": _said(documents, made),
        "completeness": _completeness(documents, made),
        "memory_mib": tallies[OURS].used.memory, "verdict_s": _spread(ours.verdicts),
        "batch": last_page.measure(scratch / "batch", [page for document in documents for page in document], sheets, say)}


def _in_turns(documents: Sequence[Sequence[Scan]], ours: Ours, scratch: Path) -> tuple[dict[str, Tally], dict[str, str], list[Made]]:
    """Of each way its figures, of those that cannot be tried the reason, and what ours made of each document."""
    tallies, missing, made = {name: Tally() for name in (BARE, *OCRMYPDF, OURS)}, dict[str, str](), []
    ours.warm(documents[0][0], scratch)
    for pages in documents:
        for name in list(tallies):
            try:
                work = _work(name, pages, ours, scratch)
                with reading_ways.using() as used:
                    done = work()
            except Missing as reason:
                missing[name] = str(reason)
                del tallies[name]
                continue
            _count(tallies[name], pages, done, used, ours)
            if name == OURS:
                made.append(done)
    return tallies, missing, made


def _work(name: str, pages: Sequence[Scan], ours: Ours, scratch: Path) -> Callable[[], Made]:
    """What is to be measured; what it begins with is ready."""
    if name == OURS:
        return partial(ours.make, pages, scratch)
    if name == BARE:
        return partial(reading_ways.tesseract, pages, scratch)
    reading_ways.program("ocrmypdf")
    return partial(reading_ways.ocrmypdf, OCRMYPDF[name], reading_ways.bound(pages, scratch), scratch)


def _count(tally: Tally, pages: Sequence[Scan], made: Made, used: Used, ours: Ours) -> None:
    tally.used.cpu += used.cpu
    tally.used.memory = max(tally.used.memory, used.memory)
    for page, text in zip(pages, made.texts, strict=False):  # OCRmyPDF's text ends with one more
        if not page.blank:
            tally.errors.append(error(text, page.truth))
            tally.recalls.append(recall(text, page.truth))
    if made.pdf:
        tally.bytes += made.pdf.stat().st_size
        tally.verdicts.append(ours.workshop.check(made.pdf)["verdict"] or "no claim")


def error(text: str, truth: str) -> float:
    """The letters that must be changed, of those that should be there; spaces and ends of lines are the same, and the order counts."""
    true = " ".join(truth.split())
    return Levenshtein.distance(" ".join(text.split()), true) / len(true)


def recall(text: str, truth: str) -> float:
    """The part of the true words that were found, in whatever order."""
    wanted = Counter(truth.split())
    return (wanted & Counter(text.split())).total() / wanted.total()


def _way(tally: Tally, bare: Tally | None, pages: int) -> dict:
    return {"cpu_s_per_page": tally.used.cpu / pages, "of_bare": tally.used.cpu / bare.used.cpu if bare else None,
            "error_median": statistics.median(tally.errors), "error_mean": statistics.mean(tally.errors),
            "recall_mean": statistics.mean(tally.recalls), "kb_per_page": tally.bytes / pages / KIB, "pdfa": dict(Counter(tally.verdicts)),
            "memory_mib": tally.used.memory}


def _spread(times: Sequence[float]) -> dict[str, float]:
    return {"median": statistics.median(times), "max": max(times)}


# --- what ours made ----------------------------------------------------------------------------------------------------------------


def _published(documents: Sequence[Sequence[Scan]], made: Sequence[Made]) -> dict:
    """Sizes in KB, lost ink in mm², and the pages that were written in a larger way, with why."""
    each = [(page, size, told) for pages, done in zip(documents, made, strict=True)
            for page, size, told in zip(pages, done.sizes, done.report["pages"], strict=True)]
    special = [size / KIB for page, size, _ in each if "first" in page.kind or "sign" in page.kind]
    return {"kb": _spread([size / KIB for _, size, _ in each]) | {"mean": statistics.mean(size / KIB for _, size, _ in each)},
            "first_and_signed_kb": _spread(special) | {"mean": statistics.mean(special)} if special else None,
            "lost_mm2": max(told["lost_mm2"] for _, _, told in each),
            "larger": {page.path.stem: told["why"] for page, _, told in each if told["why"]}}


def _seen(documents: Sequence[Sequence[Scan]], made: Sequence[Made],
          separators: Sequence[tuple[Scan, Examination]]) -> dict[str, list[str]]:
    """What was seen wrong, by what was looked for: the names of those pages."""
    wrong: dict[str, list[str]] = {"blank": [], "orientation": [], "QR": [], "doubled": []}
    for pages, done in zip(documents, made, strict=True):
        for page, seen, twice in zip(pages, done.seen, reading_ways.doubled(done.seen), strict=True):
            wrong["blank"] += [page.path.stem] * (reading_ways.is_blank(seen) != page.blank)
            wrong["orientation"] += [page.path.stem] * (not page.blank and page.turn is not None and seen.turn != page.turn)
            wrong["QR"] += [page.path.stem] * bool(seen.codes)
            wrong["doubled"] += [page.path.stem] * (twice != bool(page.twin))
    for page, seen in separators:
        wrong["QR"] += [page.path.stem] * (not seen.codes or not set(seen.codes) <= set(page.truth.splitlines()))
    return wrong


def _said(documents: Sequence[Sequence[Scan]], made: Sequence[Made]) -> dict:
    """Of how many documents each field was read right, and those that were read wrong; a signatory that is missing is not wrong."""
    right, wrong, count = Counter[str](), [], 0
    for pages, done in zip(documents, made, strict=True):
        true = next((page.true for page in pages if page.true), None)
        if true is None:
            continue
        count += 1
        for name, value in true.items():
            read = done.suggested.get(name)
            if read and _plain(read.value) == _plain(value):
                right[name] += 1
            elif read or name != "signatory":
                wrong.append(f"{pages[0].path.stem} {name}: {read.value if read else 'not found'}")
    return {"documents": count, "right": {name: right[name] for name in corpus.FIELDS}, "wrong": wrong}


def _plain(value: str) -> str:
    return " ".join(value.split()).casefold()


def _completeness(documents: Sequence[Sequence[Scan]], made: Sequence[Made]) -> dict:
    """Rules that say of a whole document that something is missing, and defects that they do not see: pages are taken out, exchanged,
    doubled or mixed with another's, and nothing but their texts is looked at."""
    papers = [paper for pages, done in zip(documents, made, strict=True) if (paper := _whole(pages, done))]
    false, missed, tried = [], [], 0
    for at, paper in enumerate(papers):
        before = _remarks(paper.pages)
        false += [f"{paper.number}: {code}" for code in before if MEANINGS[code].severity is Severity.STOP
                  and not (code is Code.ANNEX_MISSING and _lacks_its_annex(paper))]
        for name, left in broken(paper, papers[at - 1], DEFECT_SEED + at):
            tried += 1
            missed += [f"{paper.number}: {name}"] * (not _remarks(left) - before)
    return {"documents": len(papers), "false": false, "tried": tried, "missed": missed}


def _whole(pages: Sequence[Scan], made: Made) -> Paper | None:
    """The document as it should be: without second scans and blank pages; None where nobody says what is true of it."""
    kept = [(page, text) for page, text in zip(pages, made.read, strict=True) if not page.twin and not page.blank]
    if not any(page.true for page, _ in kept):
        return None
    annexes = [at for at, (page, _) in enumerate(kept) if page.kind == "table"]
    return Paper([text for _, text in kept], ProductType.DECISION, kept[0][0].path.stem, annexes=tuple(annexes))


def _lacks_its_annex(paper: Paper) -> bool:
    """Whether it names one and has none: then the remark is right."""
    return not paper.annexes and any("lampiran" in page.text.lower() for page in paper.pages)


def _remarks(texts: Sequence[PageText]) -> Counter[Code]:
    return Counter(remark.code for remark in reading_ways.remarks([Examination()] * len(texts), texts))


# --- as a person reads it ----------------------------------------------------------------------------------------------------------


def table(figures: dict) -> str:
    return "\n".join([*_ways(figures), "", *_ours(figures), "", *_batch(figures["batch"])])


def _ways(figures: dict) -> list[str]:
    columns = ("CPU s/page", "of bare", "letters wrong", "words found", "KB/page")
    lines = [_row(f"{figures['pages']} pages", *columns, "PDF/A")]
    for name, one in figures["ways"].items():
        lines.append(_row(f"  {name}", f"{one['cpu_s_per_page']:.2f}", f"{one['of_bare']:.2f}" if one["of_bare"] else "",
                          f"{one['error_median']:.2%}", f"{one['recall_mean']:.3f}", f"{one['kb_per_page']:.0f}" if one["pdfa"] else "",
                          ", ".join(f"{count} {verdict}" for verdict, count in one["pdfa"].items())))
    lines += [f"  left out: {name}: {why}" for name, why in figures["missing"].items()]
    return [*lines, _row("  aims", "", f"{AIMS['ratio']:.1f}", f"{AIMS['error']:.2%}", f"{AIMS['recall']:.3f}", f"{AIMS['page_kb']:.0f}",
                         "all pass")]


def _row(name: str, *figures: str) -> str:
    return f"{name:36}" + "".join(f"{figure:>15}" for figure in figures)


def _ours(figures: dict) -> list[str]:
    published, said, complete, verdict = figures["published"], figures["said"], figures["completeness"], figures["verdict_s"]
    lines = [f"Ours: letters wrong, mean {figures['ways'][OURS]['error_mean']:.2%}"]
    if special := published["first_and_signed_kb"]:
        lines.append(f"  KB of first and signed: mean {special['mean']:.0f}, at most {special['max']:.0f} (aim {AIMS['first_kb']:.0f})")
    larger = ", ".join(f"{page} ({why})" for page, why in published["larger"].items()) or "none"
    lines.append(f"  largest lost ink: {published['lost_mm2']:.3f} mm² (aim {AIMS['lost_mm2']}); written in a larger way: {larger}")
    lines += [f"  {what}: {'all right' if not wrong else 'wrong: ' + ', '.join(wrong)}" for what, wrong in figures["seen"].items()]
    right = ", ".join(f"{name} {count}" for name, count in said["right"].items())
    lines.append(f"  right of {said['documents']} documents (aim {AIMS['right']:.0%}): {right}")
    lines += [f"    {each}" for each in said["wrong"]]
    lines.append(f"  completeness: {len(complete['false'])} false alarms of {complete['documents']} documents (aim 0); "
                 f"{len(complete['missed'])} of {complete['tried']} defects not seen (aim {AIMS['missed']:.0%})")
    lines += [f"    {each}" for each in (*complete["false"], *complete["missed"])]
    return [*lines, f"  memory of both processes: {figures['memory_mib']:.0f} MiB (aim {AIMS['memory_mib']:.0f})",
            f"  until a page was looked at: median {verdict['median']:.2f} s, at most {verdict['max']:.2f} (aim {AIMS['verdict_s']:.0f})"]


def _batch(figures: dict) -> list[str]:
    return [f"A batch of {figures['pages']} pages through the service ({figures['scanned']} scanned, {figures['published']} published); "
            "after its last page", f"  what was read in it was on the screen after {figures['found_s']:.1f} s, the PDF was there after "
            f"{figures['ready_s']:.1f} s (aim {AIMS['ready_s']:.0f})"]
