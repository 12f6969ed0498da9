"""Whether the pages of a document are all there, in order and its own: rules over what stands on them, each with its reason."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple

from rapidfuzz import fuzz

from scanner.documents.remarks import Code, Remark
from scanner.legal import numbers
from scanner.legal.anatomy import CLAUSES, DECISIONS, DECREED, OTHER_TITLE, Anatomy, Head, Leaf, Row, capitals, clauses, day, letters, same
from scanner.legal.products import ProductType
from scanner.workshop.findings import Flag
from scanner.workshop.texts import PageText

# Of 100; measured on 80 drawn decisions, each read twice with 1.5 % of its letters wrong
# a catchword and what it announces are 79 alike and more; of other pages 98 of 100 are less than 70 (laws are all called alike)
CATCHWORD, SURELY = 70, 80
# a page read twice has half of its runs of three words in common and more, but for tables; two pages of a document 40 and less
SAME_PAGE, LIKELY_TWICE, PERHAPS_TWICE = 90, 70, 20
FEW_WORDS, WORDS_TO_COMPARE = 4, 25
SAME_LETTERS = 92  # a page read twice is 95 alike and more, two pages of a document 79 and less
SAME_OFFICE = 70
BADLY_READ, WORDS_TO_JUDGE = 75, 30  # 92 to 96 is normal for the reader's confidence
PAPER_MM = 8      # feeders are 5 mm off in the length of a page
ALL = frozenset(ProductType)
EMPTY = {Flag.BLANK}


@dataclass(frozen=True)
class PageSeen:
    """A page as it was scanned: the number that people see, what was read (None: nothing), what its picture told, its size in mm.

    `has_colour`: whether coloured ink was seen on it, None where it was not scanned in colour.
    """

    number: int
    text: PageText | None
    flags: frozenset[Flag] = frozenset()
    width_mm: float = 0.0
    height_mm: float = 0.0
    has_colour: bool | None = None


class Look(StrEnum):
    """What the paper is, by what is printed on it; nobody can see by the text whether ink is wet."""

    ORIGINAL = "original"
    COPY = "copy"
    EXCERPT = "excerpt"


class Document:
    """The pages as the rules see them: without blank ones, and without the second of two that say the same."""

    def __init__(self, pages: Sequence[PageSeen], expected_pages: int | None = None, expected_sheets: int | None = None):
        self.all = list(pages)
        self.expected_pages, self.expected_sheets = expected_pages, expected_sheets
        self.written = [page for page in pages if not page.flags & EMPTY]
        self.twice = dict(_twice(self.written))
        self.pages = [page for page in self.written if page.number not in self.twice]
        self.parts = Anatomy([page.text for page in self.pages])

    def number(self, part: Leaf | Row | Head) -> int:
        """The page's number as people see it."""
        return self.pages[part.page].number

    def unread(self) -> bool:
        """Whether there is a page about which nothing is known: what was not found may be there."""
        return any(each is None or not each.rows for each in self.parts.leaves)

    @cached_property
    def pairs(self) -> list[tuple[Leaf, Leaf]]:
        """Neighbours that should go on from one to the next: both readable, and the second no head, annex's or other."""
        begin = {head.page for head in (*self.parts.heads, *self.parts.annexes)}
        return [(a, b) for a, b in zip(self.parts.leaves, self.parts.leaves[1:], strict=False)
                if a and b and a.rows and b.rows and b.page not in begin]

    @cached_property
    def printed(self) -> dict[int, int]:
        """The page numbers by index. Where a head or an annex begins, none is printed: an annex begins at 1, or goes on."""
        shown = {each.page: each.printed for each in self.parts.read if each.printed}
        for head in (*self.parts.heads, *self.parts.annexes):
            goes_on = shown.get(head.page - 1, 0) + 1
            shown.setdefault(head.page, goes_on if shown.get(head.page + 1) == goes_on + 1 else 1)
        return shown

    @cached_property
    def look(self) -> Look:
        marks = self.parts.heads[0].marks if self.parts.heads else ""
        if "PETIKAN" in marks:
            return Look.EXCERPT
        return Look.COPY if _has(marks, "SALINAN") or self.certified or self.signed_for else Look.ORIGINAL

    @cached_property
    def certified(self) -> bool:
        return any(_has(letters(row.text), "SALINANSESUAIDENGANASLINYA") for each in self.parts.read for row in each.rows)

    @cached_property
    def signed_for(self) -> bool:
        """Whether “ttd” stands where the signature would be."""
        return any(re.fullmatch(r"\W*t\W?t\W?d\W*", row.text, re.IGNORECASE) for closing in self.parts.closings for row in closing.signed)


def _has(said: str, words: str) -> bool:
    return len(said) >= len(words) - 1 and fuzz.partial_ratio(words, said) >= 85


Rule = Callable[[Document], Iterator[Remark]]
RULES: list[tuple[Rule, frozenset[ProductType]]] = []


def rule(kinds: frozenset[ProductType]) -> Callable[[Rule], Rule]:
    """Marks a rule, and says which types it is for; those for all are applied as well where the type is not known."""
    def mark(function: Rule) -> Rule:
        RULES.append((function, kinds))
        return function
    return mark


def examine(pages: Sequence[PageSeen], expected_pages: int | None = None, expected_sheets: int | None = None) -> list[Remark]:
    """What is to be said of a document's pages, in the order in which they were scanned; nothing of a whole one.

    `expected_pages`, `expected_sheets`: what somebody counted or a slip says, None where nobody did.
    """
    document = Document(pages, expected_pages, expected_sheets)
    if not document.pages:
        return []
    return [remark for function, kinds in RULES if kinds is ALL or document.parts.type in kinds for remark in function(document)]


# --- from one page to the next ----------------------------------------------------------------------------------------------------


class Joint(NamedTuple):
    """What speaks for and against that a page goes on on the next; None where there is no evidence."""

    words: float | None   # how much alike catchword and beginning are
    counted: bool | None  # whether the points at their beginning have the same number or letter
    printed: bool | None  # whether the printed page numbers go on


def _joint(document: Document, a: Leaf, b: Leaf) -> Joint:
    words, counted = _announced(a, b) if a.catchword else (None, None)
    before, here = document.printed.get(a.page), document.printed.get(b.page)
    printed = here == before + 1 if before and here else None
    return Joint(words, counted, printed)


def _announced(a: Leaf, b: Leaf) -> tuple[float, bool | None]:
    said, best, counted = letters(a.catchword), 0.0, None
    first_row = next((row for row in b.rows if len(letters(row.text)) > 3), b.rows[0])
    for row in b.rows[:3]:
        alike = fuzz.ratio(said, letters(row.text)[:len(said)])
        if alike > best and (row in (b.rows[0], first_row) or alike >= 90):  # the first may be a speck, or the stamp of a copy
            first, here = numbers.digits(a.catchword.split()[0]), numbers.digits(row.words[0].text)
            best, counted = alike, (first == here if first and here and a.catchword[0].isdecimal() else None)
    return best, counted


def _goes_on(joint: Joint) -> bool:
    """Whether nothing speaks against it, or what does is outweighed: single digits are misread now and then, both together are not."""
    if joint.words is None:
        return True
    least = SURELY if joint.printed is False else CATCHWORD
    return joint.words >= least and (joint.counted is not False or joint.printed is True)


@rule(DECREED)
def catchwords(document: Document) -> Iterator[Remark]:
    """The foot of a page announces the first words of the next. The strongest rule: it sees nearly every page missing in the middle.

    Not for annexes: what stands last at the right of a table is a figure. A catchword whose dots were not read is one by its place
    alone, and says nothing where page numbers go on.
    """
    body = {each.page for each in document.parts.body}
    for a, b in document.pairs:
        joint = _joint(document, a, b)
        if a.page not in body or _goes_on(joint) or (not a.dotted and joint.printed):
            continue
        other = next((each for each in document.parts.read if each not in (a, b) and each.page in body
                      and _announced(a, each)[0] >= 85 and _announced(a, each)[1] is not False), None)
        page = document.number(a)
        if other:
            yield Remark(Code.OUT_OF_ORDER, (page, document.number(other)), {"page": page, "other": document.number(other)})
        else:
            yield Remark(Code.MISSING_AFTER, (page, document.number(b)), {"page": page, "next": document.number(b), "words": a.catchword})
    yield from _left_hanging(document, body)


def _left_hanging(document: Document, body: set[int]) -> Iterator[Remark]:
    """The last page of the body, or the one before an annex, announces something that does not come."""
    followed = {a.page for a, _ in document.pairs}
    for each in document.parts.body:
        if each.catchword and each.dotted and each.page not in followed and not _unread_after(document, each):
            page = document.number(each)
            other = next((leaf for leaf in document.parts.body if leaf is not each and _announced(each, leaf)[0] >= 85
                          and _announced(each, leaf)[1] is not False), None)
            if other:
                yield Remark(Code.OUT_OF_ORDER, (page, document.number(other)), {"page": page, "other": document.number(other)})
            else:
                yield Remark(Code.MISSING_AT_END, (page,), {"page": page, "words": each.catchword})


def _unread_after(document: Document, each: Leaf) -> bool:
    after = document.parts.leaves[each.page + 1:each.page + 2]
    return bool(after) and (after[0] is None or not after[0].rows)


@rule(ALL)
def first_number(document: Document) -> Iterator[Remark]:
    """Where the first page has a number other than 1, and no head, what is before it is missing."""
    first = document.parts.read[:1]
    if first and first[0].printed and first[0].printed > 1 and first[0].page not in {head.page for head in document.parts.heads}:
        yield Remark(Code.STARTS_LATE, (document.number(first[0]),), {"page": document.number(first[0]), "first": first[0].printed})


@rule(ALL)
def page_numbers(document: Document) -> Iterator[Remark]:
    """Printed numbers go up by one. Evidence, not proof: they are read on two pages of three, and a digit may be misread.

    So a jump only counts where no catchword says that the pages belong together, and where both numbers, or a second one on the
    same side of the jump, were read.
    """
    for a, b in document.pairs:
        joint = _joint(document, a, b)
        announced = joint.words is not None and joint.words >= SURELY and joint.counted is not False
        supported = _supported(document, a, -1) or _supported(document, b, 1) or len(document.parts.read) <= 3
        if joint.printed is False and not announced and supported:
            yield Remark(Code.PAGE_NUMBERS, (document.number(a), document.number(b)),
                     {"page": document.number(a), "last": document.printed[a.page], "first": document.printed[b.page]})
        if b.out_of and b.out_of != len(document.pages) and b is document.pairs[-1][1] and not document.unread():
            yield Remark(Code.PAGE_COUNT, (), {"found": len(document.pages), "declared": b.out_of})


@rule(ALL)
def page_numbers_in_order(document: Document) -> Iterator[Remark]:
    """Printed numbers that are all there, each once, and not in order: no misreading makes that."""
    body = [each for each in document.parts.body if each.page in document.printed]
    shown = [document.printed[each.page] for each in body]
    if len(shown) > 2 and shown != sorted(shown) and sorted(shown) == list(range(min(shown), min(shown) + len(shown))):
        a, b = next((a, b) for a, b in zip(body, body[1:], strict=False) if document.printed[b.page] != document.printed[a.page] + 1)
        follows = next((each for each in body if document.printed[each.page] == document.printed[a.page] + 1), b)
        yield Remark(Code.OUT_OF_ORDER, (document.number(a), document.number(follows)),
                     {"page": document.number(a), "other": document.number(follows)})


def _supported(document: Document, each: Leaf, way: int) -> bool:
    """Whether the neighbour on its far side has the number that goes with its own."""
    own, neighbour = document.printed.get(each.page), document.printed.get(each.page + way)
    return own is not None and neighbour == own + way


# --- beginning, parts and end -----------------------------------------------------------------------------------------------------


@rule(DECREED)
def head(document: Document) -> Iterator[Remark]:
    """What it is, its number and “TENTANG” stand on the first page, and only there."""
    heads = document.parts.heads
    if not heads and not document.unread():
        yield Remark(Code.NO_BEGINNING)
    if heads and heads[0].page != document.parts.read[0].page:
        yield Remark(Code.BEGINS_LATER, (document.number(heads[0]),), {"page": document.number(heads[0])})
    for other in heads[1:]:
        yield Remark(Code.TWO_BEGINNINGS, (document.number(other),), {"page": document.number(other)})


@rule(DECREED)
def closing(document: Document) -> Iterator[Remark]:
    """“Ditetapkan di …, pada tanggal …” stands at the end of the body, once, and by the office that the head names."""
    closings = document.parts.closings
    if not closings and not document.unread():
        yield Remark(Code.NO_END)
    for other in closings[1:]:
        yield Remark(Code.TWO_ENDS, (document.number(other.place),), {"page": document.number(other.place)})
    last = max((each.date or each.place).page for each in closings) if closings else len(document.pages)
    for each in document.parts.body:
        if each.page > last and clauses(each):
            page = document.number(each)
            yield Remark(Code.AFTER_THE_END, (page,), {"page": page, "other": document.pages[last].number})
    region = _region(document.parts.heads[0].issuer) if document.parts.heads else ""
    for each in closings:
        if region and (signed := _region(each.signed)) and fuzz.ratio(region, signed) < SAME_OFFICE:
            page = document.pages[each.place.page].number
            yield Remark(Code.END_OF_ANOTHER, (page,), {"page": page})


def _region(rows: Sequence[Row]) -> str:
    """The letters of KABUPATEN, KOTA or PROVINSI and its name."""
    words = [word.text for row in rows for word in row.words]
    start = next((at for at, word in enumerate(words) if any(same(word, kind, 85) for kind in ("KABUPATEN", "KOTA", "PROVINSI"))), None)
    if start is None:
        return ""
    end = next((at for at, word in enumerate(words[start:], start) if word.endswith((",", "."))), start + 2)
    return letters("".join(words[start:end + 1]))


@rule(DECREED)
def years(document: Document) -> Iterator[Remark]:
    """The year in the number is that of the date: they differ where head and closing block are of two decisions.

    Only where all say so that could be read, and the years do not just look alike.
    """
    rows = [row for each in (*document.parts.heads, *document.parts.annexes) for row in each.numbers[:1]]
    numbered = {number.year for row in rows if (number := numbers.parse(row.after(1).text))}
    dated = {when[0]: each for each in document.parts.closings if each.date and (when := day(each.date.text))}
    if len(numbered) == len(dated) == 1:
        year, (enacted, each) = numbered.pop(), dated.popitem()
        if not _reads_like(str(year), str(enacted)):
            page = document.pages[each.page].number
            yield Remark(Code.YEARS_DIFFER, (page,), {"page": page, "year": enacted, "other": year})


@rule(DECREED)
def parts(document: Document) -> Iterator[Remark]:
    """What is considered (Menimbang, Mengingat) and what is decreed (MEMUTUSKAN, Menetapkan): of each, one of two labels is always read."""
    if document.unread() or document.look is Look.EXCERPT:
        return
    rows = [row for each in document.parts.body for row in each.rows]
    if not any(row.begins(label) for row in rows for label in ("MENIMBANG", "MENGINGAT")):
        yield Remark(Code.PART_MISSING, (), {"part": "Menimbang"})
    if not document.parts.decreed and not any(same(row.text, "MEMUTUSKAN") for row in rows):
        yield Remark(Code.PART_MISSING, (), {"part": "MEMUTUSKAN"})


@rule(DECREED)
def titles(document: Document) -> Iterator[Remark]:
    """The title at the head is that of what is decreed: it differs where a page of another decision got in."""
    said, decreed = document.parts.heads[0].title if document.parts.heads else (), document.parts.decreed_title
    if said and decreed and fuzz.ratio(_words(said), _words(decreed)) < OTHER_TITLE:
        yield Remark(Code.TITLES_DIFFER, (document.number(decreed[0]),), {"page": document.number(decreed[0])})


def _words(rows: Sequence[Row]) -> str:
    return letters("".join(row.text for row in rows))


# --- what is counted through ------------------------------------------------------------------------------------------------------
# Within a page nothing can be missing: a gap there is a letter that was misread. So only the last of one page and the first of the
# next are compared.


@rule(DECISIONS)
def clauses_in_order(document: Document) -> Iterator[Remark]:
    """KESATU, KEDUA, KETIGA … go on from page to page."""
    if document.look is Look.EXCERPT:
        return
    before: tuple[Leaf, int] | None = None
    for each in document.parts.body:
        labels = clauses(each)
        found = _run(labels)
        if labels and not found:
            before = None  # nobody knows where this page stops
        if not found:
            continue
        if before and found[0] != before[1] + 1 and not (found[0] == before[1] + 2 and _goes_on_surely(document, before[0], each)):
            a, b = document.number(before[0]), document.number(each)
            yield Remark(Code.CLAUSES_JUMP, (a, b), {"page": a, "next": b, "last": CLAUSES[before[1]], "first": CLAUSES[found[0]]})
        before = each, found[-1]


def _run(found: Sequence[int]) -> list[int]:
    """What is counted on a page, empty where the order on the page itself shows that something was misread."""
    return list(found) if all(b == a + 1 for a, b in zip(found, found[1:], strict=False)) and -1 not in found else []


def _goes_on_surely(document: Document, a: Leaf, b: Leaf) -> bool:
    """Neighbours that catchword and page number both join."""
    if b.page != a.page + 1:
        return False
    joint = _joint(document, a, b)
    return joint.words is not None and joint.words >= 85 and joint.counted is not False and joint.printed is True


@rule(DECREED)
def items_in_order(document: Document) -> Iterator[Remark]:
    """The numbers of Mengingat and the letters of Menimbang go on from page to page. Only where two are read on each side."""
    for a, b in document.pairs:
        last, first = _items(a)[-2:], _items(b)[:2]
        if len(last) < 2 or len(first) < 2 or last[1] != _next(last[0]) or first[1] != _next(first[0]):
            continue
        start = "1" if first[0].isdecimal() else "a"
        if first[0] not in (_next(last[1]), start) and first[0].isdecimal() == last[1].isdecimal() and not _goes_on_surely(document, a, b):
            yield Remark(Code.ITEMS_JUMP, (document.number(a), document.number(b)),
                         {"page": document.number(a), "next": document.number(b), "last": last[1] + ".", "first": first[0] + "."})


def _items(each: Leaf) -> list[str]:
    """The marks “a.” and “1.” at the beginning of rows, or after the labels."""
    found = []
    for row in each.rows:
        words = [word.text for word in row.words[:4]]
        if row.begins("MENIMBANG") or row.begins("MENGINGAT"):
            words = words[2:] if words[1:2] in ([":"], ["."], [";"]) else words[1:]
        if row.begins("MEMUTUSKAN") or row.begins("MENETAPKAN"):
            break
        if words and re.fullmatch(r"[a-z]\.|\d{1,2}\.", words[0]):
            found.append(words[0][:-1])
    return found


def _next(mark: str) -> str:
    return str(int(mark) + 1) if mark.isdecimal() else chr(ord(mark) + 1)


@rule(DECREED)
def rows_in_order(document: Document) -> Iterator[Remark]:
    """The rows of an annex's table are numbered through. Only where they are read one after the other on each side."""
    body = {each.page for each in document.parts.body}
    for a, b in document.pairs:
        if a.page in body or b.page in body:
            continue
        last, first = _row_numbers(a)[-3:], _row_numbers(b)[:2]
        if len(last) + len(first) == 5 and _run(last) and _run(first) and last[0] and first[0] not in (0, 1, last[-1] + 1):
            yield Remark(Code.ROWS_JUMP, (document.number(a), document.number(b)),
                         {"page": document.number(a), "next": document.number(b), "last": last[-1], "first": first[0]})


def _row_numbers(each: Leaf) -> list[int]:
    """What its rows begin with, from the first below the headings on; 0 for a row without a number."""
    start = next((at for at, row in enumerate(each.rows) if not capitals(row.text)), 0)
    firsts = (row.words[0].text.rstrip(".") for row in each.rows[start:])
    return [int(said) if re.fullmatch(r"\d{1,4}", said) else 0 for said in firsts]


# --- annexes ----------------------------------------------------------------------------------------------------------------------


@rule(DECREED)
def annexes(document: Document) -> Iterator[Remark]:
    """An annex that the clauses call a part of the decision is there. An annex that nobody could read may be it."""
    named, found = document.parts.annexes_named, len(document.parts.annexes)
    if named > found and not document.unread() and document.look is not Look.EXCERPT:
        yield Remark(Code.ANNEX_MISSING, (), {"named": named, "found": found})


@rule(DECREED)
def annexes_belong(document: Document) -> Iterator[Remark]:
    """The head of an annex repeats number and title. One digit that looks like another is no other number."""
    if not document.parts.heads:
        return
    first = document.parts.heads[0]
    own = numbers.parse(first.numbers[0].after(1).text) if len(first.numbers) == 1 else None
    for annex in document.parts.annexes:
        said = numbers.parse(annex.numbers[0].after(1).text) if annex.numbers else None
        other_title = bool(annex.title and first.title) and fuzz.partial_ratio(_words(first.title), _words(annex.title)) < OTHER_TITLE
        other_number = bool(own and said) and not _reads_like(f"{own.serial}/{own.year}", f"{said.serial}/{said.year}")
        if other_number or (other_title and not (own and said)):
            yield Remark(Code.ANNEX_OF_ANOTHER, (document.number(annex),), {"page": document.number(annex)})


_ALIKE = {frozenset(pair) for pair in ("38", "17", "56", "68", "08", "06", "69")}


def _reads_like(a: str, b: str) -> bool:
    other = [frozenset(pair) for pair in zip(a, b, strict=False) if pair[0] != pair[1]]
    return len(a) == len(b) and len(other) <= 1 and all(pair in _ALIKE for pair in other)


# --- how many, and of what kind ---------------------------------------------------------------------------------------------------


@rule(ALL)
def declared_pages(document: Document) -> Iterator[Remark]:
    """As many pages as were declared; whether blank backs were counted, nobody knows."""
    least, most = len(document.written), len(document.all)
    if document.expected_pages is not None and not least <= document.expected_pages <= most:
        yield Remark(Code.PAGE_COUNT, (), {"found": least, "declared": document.expected_pages})


@rule(ALL)
def declared_sheets(document: Document) -> Iterator[Remark]:
    """A sheet has one or two pages."""
    sheets = document.expected_sheets
    if sheets is not None and not (sheets <= len(document.all) and len(document.written) <= 2 * sheets):
        yield Remark(Code.SHEET_COUNT, (), {"found": len(document.all), "declared": sheets})


@rule(ALL)
def doubled(document: Document) -> Iterator[Remark]:
    """No page says what another says."""
    for number, other in document.twice.items():
        yield Remark(Code.DOUBLED, (other, number), {"page": number, "other": other})


def _twice(pages: Sequence[PageSeen]) -> Iterator[tuple[int, int]]:
    """The number of each page that says the same as one before it, and the number of that."""
    kept: list[tuple[PageSeen, set[tuple[str, ...]]]] = []
    for page in pages:
        said = _runs(page.text) if page.text else set()
        wanted = LIKELY_TWICE if Flag.DOUBLED in page.flags else SAME_PAGE
        before = next((other for other, runs in kept if min(len(said), len(runs)) and _same_text(page, other, said, runs, wanted)), None)
        if before:
            yield page.number, before.number
        else:
            kept.append((page, said))


def _same_text(page: PageSeen, other: PageSeen, said: set[tuple[str, ...]], runs: set[tuple[str, ...]], wanted: float) -> bool:
    """By the runs of words that they have in common; where that is near, and for pages with few words, letter by letter."""
    common = 100 * len(said & runs) / max(len(said), len(runs))
    if common >= wanted:
        return True
    near = common >= PERHAPS_TWICE or max(len(said), len(runs)) < WORDS_TO_COMPARE
    return near and fuzz.ratio(letters(page.text.text), letters(other.text.text)) >= SAME_LETTERS


def _runs(text: PageText) -> set[tuple[str, ...]]:
    """Each three words after another."""
    words = [said for word in text.words if (said := letters(word.text))]
    return set(zip(words, words[1:], words[2:], strict=False)) if len(words) >= FEW_WORDS else set()


@rule(ALL)
def paper_size(document: Document) -> Iterator[Remark]:
    """The pages of the body are of one size; an annex may be on other paper."""
    sizes = [(page.number, sorted((page.width_mm, page.height_mm))) for page in (document.pages[each.page] for each in document.parts.body)
             if page.width_mm and page.height_mm]
    if len(sizes) < 3:
        return
    usual = [sorted(size[side] for _, size in sizes)[len(sizes) // 2] for side in (0, 1)]
    for number, size in sizes:
        if any(abs(a - b) > PAPER_MM for a, b in zip(size, usual, strict=True)):
            yield Remark(Code.PAPER_SIZE, (number,), {"page": number})


@rule(ALL)
def well_read(document: Document) -> Iterator[Remark]:
    """What the reader is unsure of cannot be searched, and no rule can be relied on."""
    for page in document.pages:
        words = list(page.text.words) if page.text else []
        if len(words) >= WORDS_TO_JUDGE and sum(word.confidence for word in words) < BADLY_READ * len(words):
            yield Remark(Code.BADLY_READ, (page.number,), {"page": page.number})


@rule(ALL)
def readable(document: Document) -> Iterator[Remark]:
    """Every page that is not blank says something; of one that is almost blank, its picture's own finding tells."""
    for page in document.pages:
        if (page.text is None or not any(page.text.words)) and Flag.ALMOST_BLANK not in page.flags:
            yield Remark(Code.UNREADABLE, (page.number,), {"page": page.number})


# --- original or copy, and what must not be published -----------------------------------------------------------------------------


@rule(DECREED)
def marked_as_copy(document: Document) -> Iterator[Remark]:
    """A copy has SALINAN at its head, “ttd” for the signature, and “Salinan sesuai dengan aslinya”: what is published is a copy."""
    marks = document.parts.heads[0].marks if document.parts.heads else ""
    if document.look is not Look.COPY or document.unread():
        return
    if marks and not _has(marks, "SALINAN"):
        yield Remark(Code.COPY_UNMARKED)
    if not document.certified:
        yield Remark(Code.COPY_UNCERTIFIED)


@rule(DECREED)
def ink_where_it_is_signed(document: Document) -> Iterator[Remark]:
    """Seal and, on an original, signature are coloured: seen only where the page was scanned in colour."""
    for each in document.parts.closings:
        page = document.pages[each.signed[-1].page if each.signed else each.place.page]
        if page.has_colour is False:
            yield Remark(Code.NO_COLOUR, (page.number,), {"page": page.number})


_IDENTITY = re.compile(r"(?<![\d./-])(\d{16})(?![\d/-])")
_TELEPHONE = re.compile(r"(?<![\d./-])(?:\+62|62|0)[ -]?8\d{2}[ -]?\d{3,4}[ -]?\d{2,5}(?![\d/-])|\(0\d{2,3}\) ?\d{5,8}")


@rule(ALL)
def personal_data(document: Document) -> Iterator[Remark]:
    """Identity numbers (NIK: region, birthday, serial) and telephone numbers; the remark counts them and does not repeat them."""
    for page in document.pages:
        text = page.text.text if page.text else ""
        identities = sum(map(_identity, _IDENTITY.findall(text)))
        telephones = len(_TELEPHONE.findall(text))
        if identities or telephones:
            yield Remark(Code.PERSONAL_DATA, (page.number,), {"page": page.number, "identities": identities, "telephones": telephones})


def _identity(number: str) -> bool:
    """A province, and a birthday with 40 added to the day for women (Dukcapil)."""
    province, day, month = int(number[:2]), int(number[6:8]), int(number[8:10])
    return 11 <= province <= 97 and (1 <= day <= 31 or 41 <= day <= 71) and 1 <= month <= 12
