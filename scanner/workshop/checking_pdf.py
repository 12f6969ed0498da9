"""What a PDF that somebody made elsewhere says of itself, and what is in it that does not belong into an archive."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
from pikepdf import Name, pdfa

from foundation.errors import Refused
from foundation.text import t
from scanner.workshop import sealing

MOST_BYTES = 500_000_000
MOST_PAGES = 5_000
LEAST_TEXT = 3       # letters: fewer on a page are no text layer
DEEPEST = 50         # branches of a tree of names
PARTS = {"1": "1b", "2": "2b", "3": "3b"}

EMPTY = t("The file is empty.")
NO_PDF = t("The file is no PDF.")
LOCKED = t("The PDF is protected by a password.")
DAMAGED = t("The PDF is cut off or damaged.")
HUGE = t("The PDF is too large to be taken.")
OTHER_FILE = t("Choose another file.")
ASK = t("Ask whoever made it for a copy that can be opened without one.")
GET_AGAIN = t("Get it again from where it came from.")
SPLIT = t("Divide it into several documents.")


@dataclass(frozen=True)
class Checked:
    """`encrypted`: though it opens without a password. `claims`: the kind of PDF/A that the file says it is, "2b" for one, or empty.
    `verdict`: pass, fail, or not_checked, where it has what nobody here knows; empty without a claim. `because`: what was found against
    it. `letters`: of the text on each page; `without_text`: the numbers of the pages with none. `seals`: as of sealing.Seal.to_json.
    `scripts`, `attachments`, `forms`: how many; a person should know of them.
    """

    pages: int
    encrypted: bool
    claims: str
    verdict: str
    because: list[str]
    letters: list[int]
    without_text: list[int]
    seals: list[dict[str, Any]]
    scripts: int
    attachments: int
    forms: int


def check(path: Path) -> dict[str, Any]:
    """Everything about the PDF at `path`, as the fields of Checked. Raises Refused for one that cannot be taken, OSError for none."""
    size = path.stat().st_size
    if not size:
        raise Refused(EMPTY, OTHER_FILE)
    if size > MOST_BYTES:
        raise Refused(HUGE, SPLIT)
    with path.open("rb") as file:
        if b"%PDF-" not in file.read(1024):
            raise Refused(NO_PDF, OTHER_FILE)
    try:
        with pikepdf.open(path, attempt_recovery=False) as pdf:
            return asdict(_checked(path, pdf))
    except pikepdf.PasswordError:
        raise Refused(LOCKED, ASK) from None
    except (pikepdf.PdfError, pypdfium2.PdfiumError, ValueError, RecursionError) as problem:
        raise Refused(DAMAGED, GET_AGAIN) from problem


def _checked(path: Path, pdf: pikepdf.Pdf) -> Checked:
    pages = len(pdf.pages)
    if not pages:
        raise Refused(DAMAGED, GET_AGAIN)
    if pages > MOST_PAGES:
        raise Refused(HUGE, SPLIT)
    claims = _claims(pdf)
    report = pdfa.check(pdf, claims) if claims else None
    letters = _letters(path)
    return Checked(
        pages, pdf.is_encrypted, claims, str(report.verdict) if report else "", [str(found) for found in report.findings] if report else [],
        letters, [number for number, count in enumerate(letters, start=1) if count < LEAST_TEXT],
        [seal.to_json() for seal in sealing.seals(path)], _scripts(pdf), len(pdf.attachments), _forms(pdf))


def _claims(pdf: pikepdf.Pdf) -> str:
    """Of level a and u, what level b asks for is checked."""
    if "/Metadata" not in pdf.Root:
        return ""
    with pdf.open_metadata() as metadata:
        return PARTS.get(str(metadata.get("pdfaid:part", "")), "")


def _letters(path: Path) -> list[int]:
    with closing(pypdfium2.PdfDocument(path)) as document:
        return [len("".join(page.get_textpage().get_text_bounded().split())) for page in document]


def _scripts(pdf: pikepdf.Pdf) -> int:
    """Actions that do more than lead to a place: when it is opened, on its pages and on what lies on them, or by name."""
    named = pdf.Root.get("/Names", {})
    holders = [pdf.Root, *pdf.pages, *_annotations(pdf)]
    found = [action for holder in holders for action in _actions(holder)]
    return len([action for action in found if action.get("/S") in (Name.JavaScript, Name.Launch, Name.ImportData, Name.SubmitForm)]) + \
        _leaves(named.get("/JavaScript"))


def _actions(holder: pikepdf.Object) -> Iterator[pikepdf.Dictionary]:
    more = holder.get("/AA", {})
    for action in (holder.get("/OpenAction"), holder.get("/A"), *[more[key] for key in more]):
        if isinstance(action, pikepdf.Dictionary):
            yield action


def _annotations(pdf: pikepdf.Pdf) -> Iterator[pikepdf.Object]:
    for page in pdf.pages:
        yield from (each for each in page.get("/Annots", []) if isinstance(each, pikepdf.Dictionary))


def _leaves(tree: pikepdf.Object | None, depth: int = 0) -> int:
    if not isinstance(tree, pikepdf.Dictionary) or depth > DEEPEST:
        return 0
    return len(tree.get("/Names", [])) // 2 + sum(_leaves(kid, depth + 1) for kid in tree.get("/Kids", []))


def _forms(pdf: pikepdf.Pdf) -> int:
    """Fields to be filled in; a signature's is none."""
    form = pdf.Root.get("/AcroForm", {})
    return len([field for field in form.get("/Fields", []) if field.get("/FT") != Name.Sig])
