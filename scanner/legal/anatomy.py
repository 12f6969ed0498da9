"""The parts of a legal product as its pages show them: head, decree, closing block, annexes, and what joins one page to the next."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from rapidfuzz import fuzz, process

from scanner.legal.numbers import ROMAN, digits, parse
from scanner.legal.products import ProductType
from scanner.workshop.texts import Box, Line, PageText, Word, around

# how the head begins, the longer before what it begins with; compared by letters alone
TYPES = (
    ("KEPUTUSANSEKRETARIS", ProductType.SECRETARY_DECISION), ("KEPUTUSAN", ProductType.DECISION),
    ("PERATURANKOMISI", ProductType.REGULATION), ("SURATEDARAN", ProductType.CIRCULAR), ("NOTAKESEPAHAMAN", ProductType.MEMORANDUM),
    ("MEMORANDUMOFUNDERSTANDING", ProductType.MEMORANDUM), ("PERJANJIANKERJASAMA", ProductType.AGREEMENT),
    ("BERITAACARA", ProductType.MINUTES), ("STANDAROPERASIONALPROSEDUR", ProductType.PROCEDURE),
    ("STANDARDOPERATINGPROCEDURE", ProductType.PROCEDURE),
)
DECISIONS = frozenset({ProductType.DECISION, ProductType.SECRETARY_DECISION})
DECREED = DECISIONS | {ProductType.REGULATION}  # what is considered, decreed and enacted
CLAUSES = ("KESATU", "KEDUA", "KETIGA", "KEEMPAT", "KELIMA", "KEENAM", "KETUJUH", "KEDELAPAN", "KESEMBILAN", "KESEPULUH", "KESEBELAS",
           "KEDUABELAS", "KETIGABELAS", "KEEMPATBELAS", "KELIMABELAS")
MONTHS = ("januari", "februari", "maret", "april", "mei", "juni", "juli", "agustus", "september", "oktober", "november", "desember")

# of 100: a word of seven letters and more with one or two letters misread is still known; “Menimbang” and “Mengingat” are 67 alike
LABEL = 75
OTHER_TITLE = 85     # of 100: a title and its repetition are 90 alike and more, with 1.5 % of their letters misread
HEAD_ROWS = 30      # a head is in the upper part of its page
TITLE_ROWS = 12
GAP = 0.02          # of the page's width: what stands further apart is in another column
CATCHWORD = 0.5     # of the page's width: a catchword begins right of it, no line of text does
_DATE = re.compile(r"([^\W\d]\w{4,8})\W+([\dOoIlSBZ|]{1,2})\W+([^\W\d]\w{2,9})\W+([12IlZ][\dOoIlSBZ|]{3})")
_DOTS = re.compile(r"[.…·]{2,}|\.(?: \.)+|…")


@lru_cache(20_000)
def letters(text: str) -> str:
    """Its letters and digits, in capitals: what is compared. A document's words are asked for by many rules."""
    return re.sub(r"[\W_]+", "", text).upper()


def same(a: str, b: str, least: float = LABEL) -> bool:
    return fuzz.ratio(letters(a), letters(b)) >= least


def capitals(text: str) -> bool:
    """Whether most of its letters are capitals."""
    found = [sign for sign in text if sign.isalpha()]
    return bool(found) and sum(map(str.isupper, found)) >= 0.7 * len(found)


def _small(text: str) -> bool:
    """Whether its words are mostly in small letters; a year alone, or what was read of it, is neither small nor not."""
    words = [word for word in re.findall(r"[^\W\d_]{3,}", text)]
    return bool(words) and not capitals(" ".join(words))


@dataclass(frozen=True)
class Row:
    """A line of a page, by the page's index among those that were handed in."""

    page: int
    words: tuple[Word, ...]

    @cached_property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)

    @cached_property
    def box(self) -> Box:
        return around([word.box for word in self.words])

    @cached_property
    def first(self) -> str:
        """The letters of its first word that has any."""
        return next(filter(None, (letters(word.text) for word in self.words)), "")

    def begins(self, label: str) -> bool:
        return fuzz.ratio(self.first, label) >= LABEL

    def after(self, count: int) -> "Row":
        return Row(self.page, self.words[count:])


@dataclass(frozen=True)
class Leaf:
    """A page without its frame: `rows` are left when its printed number (`printed`, of `out_of`) and its catchword are set apart.

    `dotted`: the catchword's dots were read; otherwise it is one by its place alone.
    """

    page: int
    width: int
    rows: tuple[Row, ...]
    printed: int | None = None
    out_of: int | None = None
    catchword: str = ""
    dotted: bool = False

    @cached_property
    def text(self) -> str:
        return "\n".join(row.text for row in self.rows)

    @cached_property
    def left(self) -> int:
        return min((row.box.x for row in self.rows), default=0)


@dataclass(frozen=True)
class Head:
    """What a product begins with, and its annexes too; each part the rows that it was read from, none where it was not found."""

    page: int
    type: ProductType | None
    named: tuple[Row, ...]   # from what it is down to the number
    issuer: tuple[Row, ...]
    numbers: tuple[Row, ...]
    title: tuple[Row, ...]
    marks: str  # letters of what stands above


@dataclass(frozen=True)
class Closing:
    """“Ditetapkan di …, pada tanggal …”, and below it in the same column the office, and the name of who signed."""

    page: int
    place: Row
    date: Row | None
    signed: tuple[Row, ...]


def leaf(page: int, text: PageText) -> Leaf:
    """Take the printed number and the catchword off a page."""
    rows = [Row(page, line.words) for line in text.lines if letters(line.text)]
    printed = out_of = None
    for row in [*rows[:2], *rows[-1:]]:
        if number := _page_number(row, text):
            printed, out_of = number
            rows.remove(row)
            break
    catchword, dotted = _catchword(rows[-1], text) if len(rows) > 3 else ("", False)
    return Leaf(page, text.width, tuple(rows[:-1] if catchword else rows), printed, out_of, catchword, dotted)


def _page_number(row: Row, text: PageText) -> tuple[int, int | None] | None:
    """“- 2 -” in the middle or “2” at the edge of the top or the bottom, and “Halaman 2 dari 5”."""
    if 0.15 * text.height < row.box.y < 0.85 * text.height:
        return None
    if match := re.match(r"(?i)hal(?:aman)?\W*(\d{1,3})\W+(?:dari|/)\W*(\d{1,3})\b", row.text):
        return int(match[1]), int(match[2])
    alone = re.fullmatch(r"[\W_]*([\dOoIlSBZ]{1,3})[\W_]*", row.text)
    number = int(digits(alone[1]) or 0) if alone and (re.search(r"\d", alone[1]) or re.fullmatch(r"-.*-", row.text)) else 0
    return (number, None) if number else None


def _catchword(row: Row, text: PageText) -> tuple[str, bool]:
    """The words in the last line that the next page goes on with: at the right, and with dots after them where those were read."""
    if row.box.x < CATCHWORD * text.width or len(row.words) > 7:
        return "", False
    words = _DOTS.sub("", row.text).strip(" .…")
    if not letters(words):
        return "", False
    dotted = bool(_DOTS.search(row.text[-8:]))
    if not dotted and same(words.split()[0], "DITETAPKAN", 80) and len(words.split()) > 2:
        return "", False  # the closing block itself, at the end of the page
    few = len(words.split()) <= 4 and len(letters(words)) > 2
    return (words, dotted) if few and (dotted or not capitals(words)) else ("", False)


class Anatomy:
    """The parts of the pages that were handed in; a page without text (None) is one that nobody could read, or a blank one."""

    def __init__(self, pages: Sequence[PageText | None]):
        self.leaves = [leaf(number, text) if text else None for number, text in enumerate(pages)]
        self.read = [each for each in self.leaves if each and each.rows]

    @cached_property
    def annexes(self) -> list[Head]:
        """The heads of annexes, in order."""
        return [head for each in self.read if (head := _annex_head(each))]

    @cached_property
    def heads(self) -> list[Head]:
        """The heads that are not an annex's: one, where nothing is wrong."""
        annexes = {head.page for head in self.annexes}
        return [head for each in self.read if each.page not in annexes and (head := _head(each))]

    @cached_property
    def body(self) -> list[Leaf]:
        """The pages before the annexes. A head begins a body again: what follows an annex may have been put there by mistake."""
        annexes, heads, found, inside = {head.page for head in self.annexes}, {head.page for head in self.heads}, [], True
        for each in self.read:
            inside = each.page in heads or (inside and each.page not in annexes)
            if inside:
                found.append(each)
        return found

    @cached_property
    def type(self) -> ProductType | None:
        """By the head, or when there is none by what is decreed; None when neither is there."""
        if self.heads:
            return self.heads[0].type
        for row in self.decreed[:1] or [row for head in self.annexes for row in head.named][:1]:
            if found := _type(letters(row.text)):
                return found
        numbered = any(_says_number(row) for each in self.read[:1] for row in each.rows[:HEAD_ROWS])
        enacted = bool(self.closings) and not numbered
        return ProductType.DECISION if enacted or sum(len(clauses(each)) for each in self.read) > 1 else None

    @cached_property
    def decreed(self) -> list[Row]:
        """“KEPUTUSAN … TENTANG …”, after the label “Menetapkan”, up to the first clause, across pages."""
        found: list[Row] = []
        for each in self.body:
            for row in each.rows:
                if not found and (words := _decree(row)):
                    found.append(words)
                elif found and (len(found) == TITLE_ROWS or row.begins("KESATU") or row.begins("PERTAMA") or _small(row.text)):
                    return found
                elif found:
                    found.append(row)
        return found

    @cached_property
    def decreed_title(self) -> list[Row]:
        """What is decreed, from behind the first “TENTANG” on."""
        for at, row in enumerate(self.decreed):
            for place, word in enumerate(row.words):
                if same(word.text, "TENTANG"):
                    return [each for each in (row.after(place + 1), *self.decreed[at + 1:]) if each.words]
        return []

    @cached_property
    def closings(self) -> list[Closing]:
        """Of the body."""
        return list(_closings(self.body))

    @cached_property
    def annex_closings(self) -> list[Closing]:
        body = {each.page for each in self.body}
        return list(_closings([each for each in self.read if each.page not in body]))

    @cached_property
    def annexes_named(self) -> int:
        """How many annexes the clauses speak of as parts of the same decision."""
        words = [letters(word.text) for each in self.body for row in each.rows for word in row.words]
        most = 0
        for at, word in enumerate(words):
            if fuzz.ratio(word, "LAMPIRAN") >= 80 and fuzz.partial_ratio("KEPUTUSANINI", "".join(words[at + 1:at + 14])) >= 85:
                numeral = words[at + 1].replace("1", "I").replace("L", "I")
                most = max(most, ROMAN.index(numeral) + 1 if numeral in ROMAN else 1)
        return most


def _type(said: str) -> ProductType | None:
    """The type whose words `said` (letters) begins with."""
    for words, kind in TYPES:
        if fuzz.ratio(said[:len(words)], words) >= 78:
            return kind
    return None


def _head(each: Leaf) -> Head | None:
    """A row “TENTANG”, and above it what it is, or its number. None when there is none on the page."""
    rows = each.rows[:HEAD_ROWS]
    about = next((at for at, row in enumerate(rows) if len(letters(row.text)) < 10 and same(
        row.text, "TENTANG", 57 if at and rows[at - 1].begins("NOMOR") else LABEL)), None)
    if about is None or not capitals(rows[about].text):
        return None
    named = [at for at in range(about) if capitals(rows[at].text) and _type(letters(rows[at].text + "".join(
        row.text for row in rows[at + 1:about])))]
    numbers = [at for at in range(named[0] if named else 0, about) if _says_number(rows[at])]
    if not named and not numbers:
        return None
    start = named[0] if named else numbers[0]
    kind = _type(letters("".join(row.text for row in rows[start:about]))) if named else None
    named_rows = tuple(rows[start:numbers[0] if numbers else about]) if named else ()
    issuer = _issuer(named_rows, kind)
    return Head(each.page, kind, named_rows, issuer, tuple(rows[at] for at in numbers), _title(rows[about + 1:], issuer),
                letters("".join(row.text for row in rows[:start])))


def _says_number(row: Row) -> bool:
    """“NOMOR …”, or, where that cannot be read, a number in one of the forms behind a word of its length."""
    return row.begins("NOMOR") or (4 <= len(row.first) <= 6 and parse(row.after(1).text) is not None)


def _issuer(rows: Sequence[Row], kind: ProductType | None) -> tuple[Row, ...]:
    """Who made a decision or a regulation: what follows the first word. Of other kinds, nothing: it stands in no fixed place."""
    if kind not in DECREED or not rows:
        return ()
    return tuple(row for row in (rows[0].after(1), *rows[1:]) if row.words)


def _title(rows: Sequence[Row], issuer: Sequence[Row]) -> tuple[Row, ...]:
    """The rows in capitals, without the office that stands between them and “Menimbang” once more."""
    found: list[Row] = []
    for row in rows[:TITLE_ROWS]:
        if row.begins("MENIMBANG") or fuzz.partial_ratio("DENGANRAHMATTUHAN", letters(row.text)) >= 85 or _small(row.text):
            break
        found.append(row)
    blessed = len(found) < min(len(rows), TITLE_ROWS) and "RAHMAT" in rows[len(found)].text.upper()
    if not blessed and (office := letters("".join(row.text for row in issuer))):
        likeness = {count: max(fuzz.ratio(letters("".join(row.text for row in found[-count:])), said)
                               for said in (office, "KETUA" + office, "KETUA" + office.removeprefix("SEKRETARIS")))
                    for count in range(1, min(4, len(found)))}
        best = max(likeness, key=likeness.__getitem__, default=0)
        if best and likeness[best] >= 85:
            return tuple(found[:-best])
    end = next((at for at, row in enumerate(found) if at and row.text.rstrip().endswith(",")
                and re.match(r"\W*(SEKRETARIS|KETUA|KOMISI)\b", row.text)), len(found))
    return tuple(found[:end])


def _annex_head(each: Leaf) -> Head | None:
    """“LAMPIRAN (I)” with the decision's name, number and title below or beside it."""
    for at, row in enumerate(each.rows[:8]):
        if not (row.begins("LAMPIRAN") and capitals(row.text)):
            continue
        rows = each.rows[at:at + 14]
        named = next((place for place, other in enumerate(rows[:4]) if _type_within(other)), None)
        numbers = [place for place, other in enumerate(rows) if _says_number(other)][:1]
        if named is None and not numbers:
            continue
        about = next((place for place, other in enumerate(rows) if other.begins("TENTANG")), None)
        kind, said = (_type_within(rows[named]) or (None, row)) if named is not None else (None, row)
        title = () if about is None else tuple(other for other in (rows[about].after(1), *rows[about + 1:]) if other.words)
        capital = next((place for place, other in enumerate(title) if not capitals(other.text)), len(title))
        return Head(each.page, kind, (said,), (), tuple(rows[place] for place in numbers),
                    title[:capital], "")
    return None


def _type_within(row: Row) -> tuple[ProductType, Row] | None:
    """The type that a row names behind “LAMPIRAN II :” or at once, and the row from there."""
    for skip in range(4):
        if kind := _type(letters(row.after(skip).text)):
            return kind, row.after(skip)
    return None


def _decree(row: Row) -> Row | None:
    """“KEPUTUSAN …” behind the label; “menetapkan Keputusan” in the middle of the considerations is none."""
    if not row.begins("MENETAPKAN"):
        return None
    for place, word in enumerate(row.words[1:4], 1):
        if capitals(word.text) and (same(word.text, "KEPUTUSAN", 80) or same(word.text, "PERATURAN", 80)):
            return row.after(place)
    return None


def clauses(each: Leaf) -> list[int]:
    """The operative clauses that begin on a page, KESATU as 0: the label alone in its column at the left, or with a colon.

    -1 for a label that cannot be read.
    """
    found = []
    for row in each.rows:
        label, rest = row.words[0], row.words[1:]
        word = letters(label.text)
        if row.box.x > each.left + 0.06 * each.width or not capitals(label.text) or not 5 <= len(word) <= 13:
            continue
        colon = label.text.endswith((":", ";")) or (rest and rest[0].text in (":", ";", "."))
        apart = bool(rest) and rest[0].box.x - label.box.right > GAP * each.width
        if not (colon or apart):
            continue
        match = process.extractOne("KESATU" if word == "PERTAMA" else word, CLAUSES, scorer=fuzz.ratio, score_cutoff=80)
        if fuzz.ratio(word, "KETUA") <= (match[1] if match else 79):
            found.append(match[2] if match else -1)
    return found


def _closings(leaves: Sequence[Leaf]) -> Iterator[Closing]:
    """From each row that says where it was enacted, and when in the same or one of the next; a block may go on on the next page."""
    rows = [(each.width, row) for each in leaves for row in each.rows]
    last = -4
    for at, (width, row) in enumerate(rows):
        start = next((place for place, (a, b) in enumerate(zip(row.words, row.words[1:], strict=False))
                      if same(a.text, "DITETAPKAN", 80) and re.fullmatch("\\w{1,2}[I1L]", letters(b.text))), None)
        alone = start is None and at - last > 3 and row.begins("PADA") and row.box.x > 0.35 * width and day(row.text)
        if start is None and not alone or start and row.words[start].box.x < 0.35 * width:
            continue
        edge = row.words[start or 0].box.x - 0.15 * width
        below = [Row(other.page, kept) for _, other in rows[at:at + 20]
                 if (kept := tuple(word for word in other.words if word.box.x >= edge or other is row))]
        when = next((place for place, other in enumerate(below[:4]) if day(other.text)), None)
        where = Row(row.page, ()) if start is None else _place(row.after(start + 2))
        if when is None and not where.words:
            continue
        last = at
        yield Closing(row.page, where, None if when is None else below[when],
                      tuple(below[(when or 0) + 1:_end(below, (when or 0) + 1)]))


def _place(row: Row) -> Row:
    """Without the date, where that goes on in the same row, and without a colon before it."""
    end = next((at for at, word in enumerate(row.words) if same(word.text, "pada") or same(word.text, "tanggal")), len(row.words))
    start = 1 if row.words and not letters(row.words[0].text) else 0
    return Row(row.page, row.words[start:end])


def _end(rows: Sequence[Row], start: int) -> int:
    """Where the signature ends: at what the certifying officer says of a copy, or at a promulgation."""
    ends = (place for place, row in enumerate(rows) if place >= start and (
        fuzz.partial_ratio("SESUAIDENGANASLINYA", letters(row.text)) >= 80 or row.begins("DIUNDANGKAN")))
    return next(ends, len(rows))


def day(text: str) -> tuple[int, int, int] | None:
    """Year, month and day after the word “tanggal”; a month that is misread is the one that it is most like."""
    for match in _DATE.finditer(text):
        month = _month(match[3].lower())
        if same(match[1], "tanggal") and month:
            number, year = int(digits(match[2]) or 0), int(digits(match[4]) or 0)
            if 1 <= number <= 31 and 1945 <= year <= 2199:
                return year, month, number
    return None


def _month(read: str) -> int:
    """From 1 to 12; 0 for a word that is like none of them, or like two."""
    alike = str.maketrans("l1|", "iii")
    likeness = sorted(((max(fuzz.ratio(read, name), fuzz.ratio(read.translate(alike), name.translate(alike))), at)
                       for at, name in enumerate(MONTHS, 1)), reverse=True)
    (best, month), (second, _) = likeness[:2]
    return month if best >= 60 and best - second >= 5 else 0


def line(rows: Sequence[Row]) -> Line:
    """All their words."""
    return Line(tuple(word for row in rows for word in row.words))
