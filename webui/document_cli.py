"""`loket document`: a PDF/A of page pictures with what was found and read, and what a PDF says of itself."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from foundation.text import translator
from scanner.documents import checklists, reading, remarks
from scanner.workshop.findings import Examination
from scanner.workshop.processes import Failed, Workshop
from scanner.workshop.texts import PageText
from scanner.workshop.ways import MISSING

MM = 25.4


@click.group("document")
def document() -> None:
    """Make a document of page pictures, or look at a PDF."""


@document.command()
@click.argument("pages", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="PAGE...")
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), metavar="FILE.pdf", help="The PDF to be written.")
@click.option("--dpi", type=click.IntRange(50, 2400), help="Of the pictures, where they do not say it.")
@click.option("--official", "roster", multiple=True, help="Somebody who signs; may be given several times.")
@click.option("--json", "as_json", is_flag=True, help="Findings and suggestions for machines.")
def build(pages: Sequence[Path], out: Path, dpi: int | None, roster: Sequence[str], as_json: bool) -> None:
    """Upright, straight, small, searchable: each PAGE becomes a page of FILE.pdf.

    For one that cannot be put in stands a sheet that says so. Ends with 1 then, and when pages could not be read, with 2 when no PDF
    was made.
    """
    if not out.absolute().parent.is_dir():
        raise click.BadParameter(f"there is no folder {out.parent}.", param_hint="--out")
    workshop = Workshop()
    try:
        seen = [workshop.examine(page, dpi) for page in pages]
        texts = [_read(workshop, page, dpi, each) for page, each in zip(pages, seen, strict=True)]
        made = workshop.compose({
            "pages": [{"path": str(page.absolute()), "dpi": dpi, "turned": each.turn, "skew_degrees": each.skew_degrees,
                       "size_mm": None, "text": text and text.to_json()} for page, each, text in zip(pages, seen, texts, strict=True)],
            "out": str(out.absolute()), "footer": "", "qr": "", "profile": "2b", "language": "id",
            "about": {"title": out.stem, "number": "", "type": "", "year": "", "issuer": "", "subject": "", "language": "id"}})
    except Failed as failed:
        click.echo(f"{failed} {failed.next_step}".strip(), err=True)
        sys.exit(2)
    except OSError as problem:
        click.echo(f"{out} cannot be written: {problem.strerror}.", err=True)
        sys.exit(2)
    finally:
        workshop.close()
    told = _told(pages, seen, texts, roster, made["pages"]) | {"file": str(out), "bytes": made["bytes"], "sha256": made["sha256"],
                                                               "verdict": made["verdict"], "made": made["pages"]}
    click.echo(json.dumps(told, indent=2, ensure_ascii=False) if as_json else _words(told))
    sys.exit(any(text is None for text in texts) or any(each["method"] == MISSING for each in made["pages"]))


@document.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE.pdf")
@click.option("--json", "as_json", is_flag=True, help="Everything, for machines.")
def check(file: Path, as_json: bool) -> None:
    """Is it whole, is it PDF/A, has it text, who signed it?

    Ends with 1 when it says that it is PDF/A and is not, with 2 when it cannot be taken.
    """
    workshop = Workshop()
    try:
        said = workshop.check(file)
    except Failed as failed:
        click.echo(f"{file}: {failed} {failed.next_step}".strip(), err=True)
        sys.exit(2)
    finally:
        workshop.close()
    click.echo(json.dumps(said, indent=2, ensure_ascii=False) if as_json else _checked(file, said))
    sys.exit(said["verdict"] == "fail")


def _checked(file: Path, said: dict) -> str:
    claim = f"PDF/A-{said['claims']}: {said['verdict']}" if said["claims"] else "does not say that it is PDF/A"
    lines = [f"{file}: {said['pages']} pages, {claim}"]
    lines += [f"  {reason}" for reason in said["because"]]
    if said["without_text"]:
        lines.append(f"  no text on page {', '.join(map(str, said['without_text']))}")
    lines += [f"  {said[name]} {name}" for name in ("scripts", "attachments", "forms") if said[name]]
    lines += [f"  signed: {json.dumps(seal, ensure_ascii=False)}" for seal in said["seals"]]
    return "\n".join(lines)


def _read(workshop: Workshop, page: Path, dpi: int | None, seen: Examination) -> PageText | None:
    try:
        return workshop.read(page, dpi, seen.turn, seen.skew_degrees)
    except Failed as failed:
        click.echo(f"{page}: {failed}", err=True)
        return None


def _told(pages: Sequence[Path], seen: Sequence[Examination], texts: Sequence[PageText | None], roster: Sequence[str],
          made: Sequence[dict]) -> dict:
    """Findings of each page, remarks on the whole, and suggestions, as JSON."""
    sheets = [checklists.PageSeen(number, text, frozenset(finding.code for finding in each.findings),
                                  *((text.width / text.dpi * MM, text.height / text.dpi * MM) if text else (0.0, 0.0)))
              for number, (each, text) in enumerate(zip(seen, texts, strict=True), start=1)]
    say, found = translator("en"), [*remarks.of_pages_made(made), *checklists.examine(sheets)]
    return {
        "pages": [{"file": str(page), "turned": each.turn, "skew_degrees": each.skew_degrees, "codes": list(each.codes),
                   "findings": [{"flag": finding.code, "says": say(finding.sentence) % finding.details} for finding in each.findings]}
                  for page, each in zip(pages, seen, strict=True)],
        "remarks": [{"code": remark.code, "severity": remark.severity, "pages": list(remark.pages),
                     "says": say(remark.sentence) % remark.details} for remark in found],
        "suggestions": {field: suggestion.to_json() for field, suggestion in reading.suggest(texts, roster).items()}}


def _words(told: dict) -> str:
    lines = [f"{told['file']}: {len(told['pages'])} pages, {told['bytes'] // 1024} KB, PDF/A-2b {told['verdict']}"]
    for page in told["pages"]:
        lines += [f"  {page['file']}: {finding['says']}" for finding in page["findings"]]
    lines += [f"  {remark['says']}" for remark in told["remarks"]]
    lines += [f"  {field}: {said['value']}  ({said['sure']}, page {said['page'] + 1})" for field, said in told["suggestions"].items()]
    return "\n".join(lines)
