"""What a person confirms of a product's file before it is published: claims, with what was read and found beside each."""

from collections.abc import Sequence
from dataclasses import dataclass

from foundation.text import t
from scanner.documents.records import Document, Origin
from scanner.documents.remarks import Code


@dataclass(frozen=True)
class Claim:
    """A sentence to be confirmed; `fields` are those of the product it is about, `codes` the automatic remarks that speak against it,
    `reason` is that of procedure.REASONS for which a product goes back where it is not so."""

    code: str
    sentence: str
    fields: tuple[str, ...] = ()
    codes: tuple[Code, ...] = ()
    reason: str = "other"


NUMBER = Claim("number", t("Number and year are those on the page."), ("type", "number", "year"), (Code.YEARS_DIFFER,), "number")
DATE = Claim("date", t("Date and place are those on the page."), ("enacted_on", "place"), (), "number")
TITLE = Claim("title", t("The title is that on the page."), ("title",), (Code.TITLES_DIFFER,))
PAGES = Claim("pages", t("Every page is there, in order, and can be read."), (), (
    Code.NOT_PUT_IN, Code.MISSING_AFTER, Code.MISSING_AT_END, Code.OUT_OF_ORDER, Code.STARTS_LATE, Code.NO_BEGINNING, Code.BEGINS_LATER,
    Code.TWO_BEGINNINGS, Code.NO_END, Code.TWO_ENDS, Code.AFTER_THE_END, Code.END_OF_ANOTHER, Code.PART_MISSING, Code.CLAUSES_JUMP,
    Code.ITEMS_JUMP, Code.ROWS_JUMP, Code.PAGE_NUMBERS, Code.PAGE_COUNT, Code.SHEET_COUNT, Code.DOUBLED, Code.PAPER_SIZE, Code.BADLY_READ,
    Code.UNREADABLE), "pages")
ANNEXES = Claim("annexes", t("Every annex that it names is there."), (), (Code.ANNEX_MISSING, Code.ANNEX_OF_ANOTHER), "annex")
COPY_MARK = Claim("copy mark", t("It is marked SALINAN."), (), (Code.COPY_UNMARKED,), "copy stamp")
STAMP = Claim("copy stamp", t("The copy is certified: “Salinan sesuai dengan aslinya”, with name and signature."), (),
              (Code.COPY_UNCERTIFIED,), "copy stamp")
SEAL = Claim("seal", t("The office seal is on it."), (), (Code.NO_COLOUR,), "seal")
SIGNED = Claim("ttd", t("Where the official signed, it says “ttd” and the name."), ("signatory",))
SIGNATURES = Claim("signatures", t("The electronic signatures are those that are expected."), ("signatory",))
NO_PERSONAL_DATA = Claim("personal data", t("Everything in it may be public: no personal data."), (), (Code.PERSONAL_DATA,),
                         "personal data")
FINAL = Claim("version", t("It is the final version."), reason="version")

COPY_CLAIMS = (NUMBER, DATE, TITLE, PAGES, ANNEXES, COPY_MARK, STAMP, SEAL, FINAL, NO_PERSONAL_DATA)
OF_A_SCAN = (NUMBER, DATE, TITLE, PAGES, ANNEXES, COPY_MARK, STAMP, SEAL, SIGNED, NO_PERSONAL_DATA)
OF_A_DIGITAL_FILE = (NUMBER, DATE, TITLE, PAGES, ANNEXES, SIGNATURES, NO_PERSONAL_DATA)

ALL = (*COPY_CLAIMS, SIGNED, SIGNATURES)


def claims(document: Document) -> Sequence[Claim]:
    """What is to be confirmed of this document."""
    return OF_A_DIGITAL_FILE if document.origin is Origin.BORN_DIGITAL else OF_A_SCAN


def against(document: Document, claim: Claim) -> list[dict]:
    """The automatic remarks (Remark.to_json) that speak against a claim."""
    return [remark for remark in document.remarks if remark["code"] in claim.codes]
