"""What a product's own text says that it is: suggestions to be confirmed, each with its place on the page, empty rather than guessed."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from foundation.text import t
from scanner.legal import numbers
from scanner.legal.anatomy import OTHER_TITLE, Anatomy, Closing, Head, Row, capitals, day, letters, line
from scanner.workshop.texts import Box, PageText

# calibrated on 24 drawn signature pages with 12 names, 4 of them decoys, most under a stamp: 19 found, none wrong
NAME, NAME_AHEAD = 72, 10
STRANGE = 60     # a word of a name that is less like any of the official's is another's
WITNESS = 88      # of 100: two readings of the same words, with three of a hundred signs misread, are 94 alike
NAME_WITNESS = 80  # of a name in one or two words: one letter misread, and one taken for two
ANNEX_ROWS = 14   # an annex says whose it is at its beginning
TITLES_SAME = 97  # of 100: two readings that bear each other out
SURELY_READ = 80  # the reader's confidence in a word that it reads well is 90 and more


class Field(StrEnum):
    TYPE = "type"
    NUMBER = "number"
    NUMBER_SHORT = "number_short"
    YEAR = "year"
    TITLE = "title"
    DATE = "date"
    PLACE = "place"
    SIGNATORY = "signatory"
    ISSUER = "issuer"


class Sure(StrEnum):
    HIGH = "high"
    MIDDLE = "middle"
    LOW = "low"


@dataclass(frozen=True)
class Suggestion:
    """`value` as it would be entered (type: a ProductType; date: YYYY-MM-DD), `raw` as it was read in `box` on the page with that index.

    `why`: a marked sentence that says what the confidence rests on.
    """

    value: str
    raw: str
    page: int
    box: Box
    sure: Sure
    why: str

    def to_json(self) -> dict[str, Any]:
        return {"value": self.value, "raw": self.raw, "page": self.page, "box": list(self.box), "sure": self.sure, "why": self.why}


READ = t("Read as it is printed.")
TWICE = t("It is printed in two places, and both say the same.")
MENDED = t("Letters that were hard to read were put together from several places.")
FOLDED = t("Letters that look like digits were taken for digits.")
UNKNOWN_FORM = t("The number is in no known form.")
OTHER_YEAR = t("The year in the number is not the year of the date.")
ELSEWHERE_OTHER = t("Another place in the document says something else.")
FROM_NUMBER = t("It is the year in the number, and in the date as well.")
ONE_YEAR = t("Only one place says the year.")
LIKE_OFFICIAL = t("The name is most like that of this official.")
PART_OF_NAME = t("Only a part of the name could be read; it is most like that of this official.")


def suggest(pages: Sequence[PageText | None], roster: Sequence[str]) -> dict[Field, Suggestion]:
    """What `pages` say, in the order in which they were scanned (None: blank or unreadable); a field that they do not say is not there.

    `roster`: the names of those who sign for the office; a signatory is only ever one of them. Nothing is derived from the segments
    in the middle of a number, which differ from office to office.
    """
    found = Anatomy(pages)
    if not found.heads:
        return dict(_closing(found, roster))
    head = found.heads[0]
    told = dict(_closing(found, roster))
    date = told.get(Field.DATE)
    if head.type:
        told[Field.TYPE] = _said(head.type, head.named, Sure.HIGH, READ)
    if date:  # until the number says it as well
        told[Field.YEAR] = replace(date, value=date.value[:4], sure=min(date.sure, Sure.MIDDLE, key=list(Sure)[::-1].index), why=ONE_YEAR)
    told |= _number(found, head, date)
    if title := _title(found, head):
        told[Field.TITLE] = title
    if issuer := _issuer(found, head):
        told[Field.ISSUER] = issuer
    return {field: told[field] for field in Field if field in told}


def _said(value: str, rows: Sequence[Row], sure: Sure, why: str) -> Suggestion:
    said = line(rows)
    return Suggestion(value, said.text, rows[0].page, said.box, sure, why)


# --- number, and the year ---------------------------------------------------------------------------------------------------------


def _number(found: Anatomy, head: Head, date: Suggestion | None) -> Iterator[tuple[Field, Suggestion]]:
    """Two numbers are those of two parties: which is ours is not for us to say."""
    month = int(date.value[5:7]) if date else None
    if len(head.numbers) > 1:
        return
    read = [(row, number) for row in (*head.numbers, *(row for annex in found.annexes for row in annex.numbers))
            if (number := numbers.parse(row.after(1).text, month))]
    if not read:
        return
    row, number = max(read, key=lambda pair: (sum(other.printed.casefold() == pair[1].printed.casefold() for _, other in read),
                                              -pair[1].doubt, min(word.confidence for word in pair[0].words)))
    year = int(date.value[:4]) if date else None
    sure, why = _sure_of(number, row, [other for _, other in read], year)
    yield Field.NUMBER, _said(number.printed, [row], sure, why)
    yield Field.NUMBER_SHORT, _said(number.serial, [row], sure, why)
    both = year == number.year
    yield Field.YEAR, _said(str(number.year), [row], Sure.HIGH if both else Sure.LOW if year else Sure.MIDDLE,
                            FROM_NUMBER if both else OTHER_YEAR if year else ONE_YEAR)


def _sure_of(number: numbers.Number, row: Row, all_read: Sequence[numbers.Number], year: int | None) -> tuple[Sure, str]:
    if year and year != number.year:
        return Sure.LOW, OTHER_YEAR
    if any((other.serial, other.year) != (number.serial, number.year) for other in all_read):
        return Sure.LOW, ELSEWHERE_OTHER
    if number.doubt:
        return Sure.LOW, UNKNOWN_FORM
    if sum(other.printed == number.printed for other in all_read) > 1:
        return Sure.HIGH, TWICE
    if letters(number.printed) not in letters(row.text):
        return Sure.MIDDLE, FOLDED
    return (Sure.HIGH if _confident([row]) and year else Sure.MIDDLE), READ


def _confident(rows: Sequence[Row]) -> bool:
    return all(word.confidence >= SURELY_READ for row in rows for word in row.words if letters(word.text))


# --- title and office: said in several places, and put together from them ---------------------------------------------------------


def _title(found: Anatomy, head: Head) -> Suggestion | None:
    if not head.title:
        return None
    said, decreed = _joined(head.title), _joined(found.decreed_title)
    agreed = _agree(said, _witnesses(found, said, (*head.named, *head.title))).strip(" .,:;")
    likeness = fuzz.ratio(letters(_text(said)), letters(_text(decreed))) if decreed else 0.0
    if decreed and likeness < OTHER_TITLE:
        sure, why = Sure.LOW, ELSEWHERE_OTHER
    elif agreed != _text(said):
        sure, why = Sure.MIDDLE, MENDED
    elif likeness >= TITLES_SAME:
        sure, why = Sure.HIGH, TWICE
    else:
        sure, why = (Sure.HIGH if _confident(head.title) else Sure.MIDDLE), READ
    return _said(agreed, head.title, sure, why)


def _issuer(found: Anatomy, head: Head) -> Suggestion | None:
    if not head.issuer:
        return None
    said = _joined(head.issuer)
    others = _witnesses(found, said, (*head.named, *head.title))
    agreed = _agree(said, others).strip(" ,.:;")
    if agreed != _text(said):
        return _said(agreed, head.issuer, Sure.MIDDLE, MENDED)
    twice = _repeated(agreed, others)
    return _said(agreed, head.issuer, Sure.HIGH if twice else Sure.MIDDLE, TWICE if twice else READ)


def _repeated(said: str, others: Sequence[Sequence["Sign"]]) -> bool:
    return any(_text(other).strip(" .,:;-") == said for other in others)


# a sign that was read, and how sure the reader was of the word that it is in
Sign = tuple[str, float]


def _joined(rows: Sequence[Row]) -> list[Sign]:
    """The words of rows as signs, one space between words, none where a row ends with a hyphen."""
    signs: list[Sign] = []
    for row in rows:
        for word in row.words:
            if signs and not (signs[-1][0] == "-" and word is row.words[0]):
                signs.append((" ", word.confidence))
            signs += [(sign, word.confidence) for sign in word.text]
    while signs and signs[-1][0] in " .,;:":
        signs.pop()
    return signs


def _text(signs: Sequence[Sign]) -> str:
    return "".join(sign for sign, _ in signs)


def _witnesses(found: Anatomy, said: Sequence[Sign], own: Sequence[Row], least: float = WITNESS) -> list[list[Sign]]:
    """Where else the document says the same, in whole words and in capitals: the parts of its text that are most like `said`."""
    wanted, seen = _text(said).upper(), []
    itself, body = {id(word) for row in own for word in row.words}, {each.page for each in found.body}
    signs = _joined([row for each in found.read for row in (each.rows if each.page in body else each.rows[:ANNEX_ROWS])
                     if id(row.words[-1]) not in itself])
    text = _text(signs).upper()
    while len(text) > len(wanted) and (match := fuzz.partial_ratio_alignment(wanted, text, score_cutoff=least)):
        start, end = text.rfind(" ", 0, match.dest_start + 1) + 1, text.find(" ", match.dest_end - 1) % (len(text) + 1)
        seen.append([(sign.upper(), sure) for sign, sure in signs[start:end]])
        text = text[:start] + "\0" * (end - start) + text[end:]
    return seen


def _agree(said: Sequence[Sign], others: Sequence[Sequence[Sign]]) -> str:
    """`said` sign by sign as most read it, each with the weight of its confidence; as it is where it is not in capitals."""
    base = _text(said)
    if not capitals(base):
        return base
    votes: list[dict[str, float]] = [{sign: _weight(sure)} for sign, sure in said]
    for other in others:
        for at, (signs, sure) in _along(base, other).items():
            votes[at][signs] = votes[at].get(signs, 0.0) + _weight(sure)
    return "".join(max(here, key=here.__getitem__) for here in votes)


def _along(base: str, other: Sequence[Sign]) -> dict[int, Sign]:
    """What `other` has at each place of `base`, laid along it by the fewest changes: one sign, none, or several.

    What is before the first sign of `base` or after the last was cut out too much.
    """
    found: dict[int, Sign] = {}
    for step in Levenshtein.opcodes(base, _text(other)):
        if step.tag == "insert":
            if step.src_start - 1 in found and step.src_start < len(base):
                before, sure = found[step.src_start - 1]
                found[step.src_start - 1] = before + _text(other[step.dest_start:step.dest_end]), sure
            continue
        for at in range(step.src_start, step.src_end):
            sign, sure = other[min(step.dest_start + at - step.src_start, len(other) - 1)]
            found[at] = "" if step.tag == "delete" else sign, sure
    return found


def _weight(sure: float) -> float:
    return max(0.1, (sure - 40) / 60)


# --- closing block ----------------------------------------------------------------------------------------------------------------


def _closing(found: Anatomy, roster: Sequence[str]) -> Iterator[tuple[Field, Suggestion]]:
    """Date, place and signatory; of several closing blocks that of the body, and without one that of an annex."""
    blocks = [*found.closings, *found.annex_closings]
    dates = [(block.date, when) for block in blocks if block.date and (when := day(block.date.text))]
    if dates:
        row, when = dates[0]
        said = {other for _, other in dates}
        sure, why = (Sure.LOW, ELSEWHERE_OTHER) if len(said) > 1 else (Sure.HIGH, TWICE) if len(dates) > 1 else (
            Sure.HIGH if _confident([row]) else Sure.MIDDLE, READ)
        yield Field.DATE, _said("{:04}-{:02}-{:02}".format(*when), [row], sure, why)
    if place := next((place for block in blocks if (place := _place(found, block.place))), None):
        yield Field.PLACE, place
    for block in found.closings:
        if signatory := _signatory(block, roster):
            yield Field.SIGNATORY, signatory
            return


def _place(found: Anatomy, row: Row) -> Suggestion | None:
    """As it is printed; where the region has the same name, or an annex repeats it, put together from all of them."""
    plain = re.sub(r"[^\w\s.'’-]|_", "", row.text).strip(" .-")
    if not plain:
        return None
    said = [(sign.upper(), sure) for sign, sure in _joined([row])]
    others = _witnesses(found, said, [row], NAME_WITNESS)
    agreed = _agree(said, others).strip(" .,:;-")
    if agreed != plain.upper() and not _confident([row]) and _repeated(agreed, others):
        return _said(agreed.title(), [row], Sure.MIDDLE, MENDED)
    twice = _repeated(plain.upper(), others)
    return _said(plain, [row], Sure.HIGH if twice or _confident([row]) else Sure.MIDDLE, TWICE if twice else READ)


_DEGREE = re.compile(r"\b(?:Prof|Drs?|Dra|Ir|H|Hj|S\.\w+|M\.\w+|SH|MH|SE|MM|Ph\.?D|A\.?Md)\b\.?", re.IGNORECASE)
_OFFICE = ("KETUA", "SEKRETARIS", "KOMISI", "PEMILIHAN", "KABUPATEN", "KOTA", "PROVINSI", "TTD", "JENDERAL", "SELAKU", "REPUBLIK")


def _name(text: str) -> str:
    """The words of a name without degrees and signs, in capitals."""
    return " ".join(re.sub(r"[^\w\s]|_", " ", _DEGREE.sub(" ", text)).upper().split())


def _signatory(block: Closing, roster: Sequence[str]) -> Suggestion | None:
    """The official whose name is most like what is printed below the office, and clearly more than any other's."""
    best: list[tuple[float, str, Row]] = []
    for official in dict.fromkeys(roster):
        likeness, row = max(((_alike(_name(row.text), _name(official)), row) for row in block.signed if _may_be_name(row)),
                            key=lambda pair: pair[0], default=(0.0, None))
        if row:
            best.append((likeness, official, row))
    best.sort(key=lambda found: -found[0])
    if not best or best[0][0] < NAME or (len(best) > 1 and best[0][0] - best[1][0] < NAME_AHEAD):
        return None
    likeness, official, row = best[0]
    whole = fuzz.ratio(_name(row.text), _name(official))
    return _said(official, [row], Sure.HIGH if whole >= 92 else Sure.MIDDLE if whole >= 80 else Sure.LOW,
                 LIKE_OFFICIAL if whole >= 80 else PART_OF_NAME)


def _may_be_name(row: Row) -> bool:
    """A row in the block that is not the office: no word of it is one of an office's."""
    words = [letters(word.text) for word in row.words]
    return len("".join(words)) >= 5 and not any(fuzz.ratio(word, known) >= 80 for word in words for known in _OFFICE)


def _alike(read: str, official: str) -> float:
    """From 0 to 100; 0 when a word of what was read is of nobody's name here: it is somebody else's with a part in common."""
    squeezed, name = read.replace(" ", ""), official.replace(" ", "")
    known = [*official.split(), name]
    strange = any(max(fuzz.ratio(word, other) for other in known) < STRANGE for word in read.split() if len(word) > 3)
    if not squeezed or not name or strange:
        return 0.0
    missing = [word for word in official.split() if len(word) > 3 and fuzz.partial_ratio(word, squeezed) < STRANGE]
    shorter = min(1.0, len(squeezed) / max(8, 0.6 * len(name)))
    return fuzz.partial_ratio(squeezed, name) * shorter if len(missing) < max(1, len(official.split()) - 1) else 0.0

