"""What the checklists can say of a document: each remark with how bad it is, a sentence, and what to do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, ClassVar

from foundation.text import t
from scanner.workshop.meanings import Explained, Meaning
from scanner.workshop.ways import MISSING


class Severity(StrEnum):
    NOTE = "note"    # for the checker to know
    LOOK = "look"    # a person should look, and may well go on
    STOP = "stop"    # something is missing, or does not belong here


class Code(StrEnum):
    NOT_PUT_IN = "not put in"
    MISSING_AFTER = "missing after"
    MISSING_AT_END = "missing at end"
    OUT_OF_ORDER = "out of order"
    STARTS_LATE = "starts late"
    NO_BEGINNING = "no beginning"
    BEGINS_LATER = "begins later"
    TWO_BEGINNINGS = "two beginnings"
    NO_END = "no end"
    TWO_ENDS = "two ends"
    AFTER_THE_END = "after the end"
    END_OF_ANOTHER = "end of another"
    PART_MISSING = "part missing"
    CLAUSES_JUMP = "clauses jump"
    ITEMS_JUMP = "items jump"
    ROWS_JUMP = "rows jump"
    YEARS_DIFFER = "years differ"
    TITLES_DIFFER = "titles differ"
    PAGE_NUMBERS = "page numbers"
    ANNEX_MISSING = "annex missing"
    ANNEX_OF_ANOTHER = "annex of another"
    PAGE_COUNT = "page count"
    SHEET_COUNT = "sheet count"
    DOUBLED = "doubled"
    PAPER_SIZE = "paper size"
    BADLY_READ = "badly read"
    UNREADABLE = "unreadable"
    COPY_UNMARKED = "copy unmarked"
    COPY_UNCERTIFIED = "copy uncertified"
    NO_COLOUR = "no colour"
    PERSONAL_DATA = "personal data"


LOOK_FOR = t("Look for the page in the stack, and put it in where it belongs.")
REORDER = t("Put the pages in order.")
REMOVE = t("If it belongs to another document, take it out.")

MEANINGS = {
    Code.NOT_PUT_IN: Meaning(Severity.STOP, t("The PDF is not complete: %(count)d of its pages could not be put in. A sheet "
                                              "that says so stands in for each."),
                             t("Choose “Open the batch again”, scan them once more in their places, and close it.")),
    Code.MISSING_AFTER: Meaning(Severity.STOP, t("After page %(page)d something seems to be missing: its last words “%(words)s” do "
                                                 "not go on on page %(next)d."), LOOK_FOR),
    Code.MISSING_AT_END: Meaning(Severity.STOP, t("After page %(page)d, the last one before an end or an annex, something seems to be "
                                                  "missing: its last words “%(words)s” do not go on."), LOOK_FOR),
    Code.OUT_OF_ORDER: Meaning(Severity.STOP, t("The pages seem to be out of order: page %(page)d goes on on page %(other)d."), REORDER),
    Code.STARTS_LATE: Meaning(Severity.STOP, t("Page %(page)d has the printed number %(first)d: what is before it seems to be missing."),
                              LOOK_FOR),
    Code.NO_BEGINNING: Meaning(Severity.STOP, t("The first page seems to be missing: no page has number and title at its head."), LOOK_FOR),
    Code.BEGINS_LATER: Meaning(Severity.STOP, t("The document begins on page %(page)d, not on the first."), REORDER),
    Code.TWO_BEGINNINGS: Meaning(Severity.STOP, t("On page %(page)d another document begins."), REMOVE),
    Code.NO_END: Meaning(Severity.STOP, t("The last page seems to be missing: no page says where and when it was enacted."), LOOK_FOR),
    Code.TWO_ENDS: Meaning(Severity.STOP, t("Page %(page)d ends a document for the second time."), REMOVE),
    Code.AFTER_THE_END: Meaning(Severity.STOP, t("Page %(page)d comes after the end on page %(other)d, and has clauses."), REORDER),
    Code.END_OF_ANOTHER: Meaning(Severity.STOP, t("Page %(page)d was signed by another office than the one on the first page."), REMOVE),
    Code.PART_MISSING: Meaning(Severity.STOP, t("The part “%(part)s” was not found on any page."), LOOK_FOR),
    Code.CLAUSES_JUMP: Meaning(Severity.STOP, t("Between page %(page)d and page %(next)d clauses are missing or in another order: after "
                                                "%(last)s comes %(first)s."), LOOK_FOR),
    Code.ITEMS_JUMP: Meaning(Severity.STOP, t("Between page %(page)d and page %(next)d points are missing or in another order: after "
                                              "“%(last)s” comes “%(first)s”."), LOOK_FOR),
    Code.ROWS_JUMP: Meaning(Severity.STOP, t("Between page %(page)d and page %(next)d rows of the table are missing: after %(last)s comes "
                                             "%(first)s."), LOOK_FOR),
    Code.YEARS_DIFFER: Meaning(Severity.STOP, t("Page %(page)d was enacted in %(year)d; the number on the first page is of %(other)d."),
                               REMOVE),
    Code.TITLES_DIFFER: Meaning(Severity.STOP, t("The title at the head is not the title of what is decreed on page %(page)d."), REMOVE),
    Code.PAGE_NUMBERS: Meaning(Severity.STOP, t("The printed page numbers do not go on: after page %(page)d, number %(last)d, comes number "
                                                "%(first)d."), LOOK_FOR),
    Code.ANNEX_MISSING: Meaning(Severity.STOP, t("The document names %(named)d annexes as parts of it, and %(found)d are there."),
                                t("Look for the annex in the stack, and scan it as well.")),
    Code.ANNEX_OF_ANOTHER: Meaning(Severity.STOP, t("The annex on page %(page)d has another number or title than the first page."),
                                   REMOVE),
    Code.PAGE_COUNT: Meaning(Severity.STOP, t("There are %(found)d pages with something on them; %(declared)d were declared."),
                             t("Count the pages of the paper once more.")),
    Code.SHEET_COUNT: Meaning(Severity.STOP, t("There are %(found)d pages; that cannot be the %(declared)d sheets that were counted."),
                              t("Count the sheets of the paper once more.")),
    Code.DOUBLED: Meaning(Severity.STOP, t("Page %(page)d says the same as page %(other)d."),
                          t("If the sheet was scanned twice, remove one of the two.")),
    Code.PAPER_SIZE: Meaning(Severity.LOOK, t("Page %(page)d has another size than the others."), REMOVE),
    Code.BADLY_READ: Meaning(Severity.LOOK, t("Page %(page)d could only be read badly."),
                             t("Look whether it is sharp enough, or scan it again.")),
    Code.UNREADABLE: Meaning(Severity.LOOK, t("Page %(page)d could not be read; nothing is known about it."), t("Look at it yourself.")),
    Code.COPY_UNMARKED: Meaning(Severity.NOTE, t("It says “ttd” like a copy, and the word SALINAN was not found on the first page."),
                                t("See whether the copy stamp is there.")),
    Code.COPY_UNCERTIFIED: Meaning(Severity.NOTE, t("It is a copy, and “Salinan sesuai dengan aslinya” was not found."),
                                   t("See whether it is certified as a copy.")),
    Code.NO_COLOUR: Meaning(Severity.NOTE, t("Page %(page)d, which is to be signed and sealed, has no coloured ink."),
                            t("See whether signature and seal are there.")),
    Code.PERSONAL_DATA: Meaning(Severity.LOOK, t("Page %(page)d may have personal data: %(identities)d identity numbers, %(telephones)d "
                                                 "telephone numbers."), t("See whether they may be published.")),
}


@dataclass(frozen=True)
class Remark(Explained):
    """Something to see to; `pages` are numbers as people see them, `details` fill the places in its sentence."""

    meanings: ClassVar[Mapping[Code, Meaning]] = MEANINGS
    code: Code
    pages: tuple[int, ...] = ()
    details: Mapping[str, int | str] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """With its words, which are kept as they were when it was made."""
        return {"code": self.code.value, "severity": self.severity.value, "pages": list(self.pages), "details": dict(self.details),
                "sentence": self.sentence, "next_step": self.next_step}


def of_pages_made(made: Sequence[Mapping[str, Any]]) -> list[Remark]:
    """What is to be said of what became of each page, as `assembly.compose` tells it."""
    pages = tuple(number for number, each in enumerate(made, start=1) if each["method"] == MISSING)
    return [Remark(Code.NOT_PUT_IN, pages, {"count": len(pages)})] if pages else []
