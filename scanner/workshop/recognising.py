"""What stands on a page: its words, read by Tesseract, in lines as a person reads them; for processes of their own.

Calibrated on 18 drawn scans of decisions, 300 dpi (one 150), colour and gray: a threshold says what it lies between there.
"""

import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from statistics import median

import cv2
import numpy as np
import tesserocr
from PIL import Image

from foundation.errors import Refused
from foundation.text import t
from scanner.devices import intake
from scanner.workshop.geometry import upright
from scanner.workshop.imaging import BLANK, LOW, TESSERACT, Picture, opened
from scanner.workshop.texts import Box, Line, PageText, Word, around

DPI = 300                # what Tesseract reads best; with 250 a sixth quicker, and of signing pages 6 words of 100 less
AS_IT_IS = (240, 360)    # dpi between which it makes no difference
LEAST = 40               # dpi, and dots of a side: with less there is nothing to read
PAPER_DPI = 50           # for the paper under the text: strokes of less than 9 mm go, shadows and stains stay
WHITE = 235              # of 255, in relation to the paper: brighter is paper
DARKEST = 0.3            # % of the dots, which are made black: pale print is as dark as other
SURE_WORD = 30           # of Tesseract, 0 to 100: words are 90, under stamps 35; what it makes of rings and signatures 0 to 45
SURE_SIGNS = 45          # the same, of what has neither letter nor figure
SURE_LINE = 65           # the same, of a line: others are looked at again
SURE_NUMBER = 55         # the same, of a page number
SURE_FIGURES = 85        # the same, of figures: right ones have 95, "715.056" for "75.056" 73
SURE_ALONE = 80          # the same, of words that were passed over at first: headings have 90, edges of seals up to 75
WIDEST = 1.1             # of its height, a letter; they are .5 to .9
SPECK_MM = 1.1           # high: no letter is lower
AGAIN = 180              # dpi for the second look
DASHES, SPACE = 1.5, 0.2  # of a line's height: so far from a page number its dashes are; and so far from a word, none
MOST_AGAIN = 20          # pieces of a page: where there are more it is a drawing
NUMBERS = 0.12           # of the page's height, at its top and its bottom: where page numbers are
LETTER_MM = (1.3, 8.0)   # how high a line of print is
LARGE_MM = 12.0          # what is longer than that and lower than print is a rule; what hangs together three times as far is no word
WORD_GAP_MM = 4.0        # what is nearer together belongs to one line
SAME_ROW = 0.5           # of the lower one's height: so much of it lies beside the other
WIDE_GAP = 0.15          # of the page's width, between a footer and the catchword beside it
APART = 0.32             # of a figure's height, between two figures: 1 has much room around it, a space is wider

SIGNS = re.compile(r"[:;–—-]|\.{2,}|…|[(/&]|\)")  # that stand alone in print; others are specks, rules, and edges of frames
FIGURES = re.compile(r"\d[\d.,/-]+")
PAGE_NUMBER = re.compile(r"\W*\d{1,3}\W*")
LABEL = re.compile(r"(: )?\(?\w{1,2}[.)]")       # of a list: a. (1) : 1.
DAMAGE = (OSError, SyntaxError, ValueError, IndexError, TypeError, KeyError, EOFError)  # Pillow's, for files that are not whole


def read(path: Path, dpi: int | None, turned: int, skew_degrees: float) -> PageText:
    """The words on the page at `path`, which is upright when it is turned clockwise by `turned` degrees, and whose lines then climb to the
    right by `skew_degrees`; `dpi` as the scanner says it, None where nobody does. Of a blank page, none.

    Their boxes are in dots of the whole picture, made upright and straight. Raises Refused when the file is no whole picture of a page,
    or Tesseract has no Indonesian.
    """
    picture, true_dpi = _opened(path, dpi)
    print_dpi = picture.dpi if AS_IT_IS[0] <= picture.dpi <= AS_IT_IS[1] else DPI
    dots = upright(_lightest(picture.dots), turned, skew_degrees)
    finer = true_dpi / picture.dpi
    page = PageText(round(dots.shape[1] * finer), round(dots.shape[0] * finer), round(true_dpi))
    dots = _flattened(dots, picture.dpi)
    ink = Picture(dots, picture.dpi).ink
    if ink.mean() < BLANK:  # Tesseract invents words on an empty page, and takes long for it
        return page
    if print_dpi != picture.dpi:
        scale = print_dpi / picture.dpi
        dots = cv2.resize(dots, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
    lines = in_rows(_joined(_mended(line, dots)) for line in _recognised(dots, print_dpi, ink) if line)
    lines = tuple(Line(tuple(_scaled(word, true_dpi / print_dpi) for word in line.words)) for line in lines)
    return PageText(page.width, page.height, page.dpi, lines)


def _opened(path: Path, dpi: int | None) -> tuple[Picture, float]:
    try:
        picture, true_dpi = opened(path, dpi)
    except Image.UnidentifiedImageError as problem:
        raise Refused(intake.OTHER if path.exists() and path.stat().st_size else intake.EMPTY) from problem
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as problem:
        raise Refused(intake.HUGE) from problem
    except DAMAGE as problem:
        raise Refused(intake.CUT) from problem
    if min(*picture.dots.shape[:2], picture.dpi) < LEAST:
        raise Refused(t("The picture is too small to be a page."))
    return picture, true_dpi


def _lightest(dots: np.ndarray) -> np.ndarray:
    """Gray, each dot as bright as the brightest of its colours: blue, violet and red ink over black print nearly disappears."""
    return dots if dots.ndim == 2 else cv2.max(cv2.max(dots[..., 0], dots[..., 1]), dots[..., 2])


def _flattened(dots: np.ndarray, dpi: float) -> np.ndarray:
    """Over the paper around it: paper white, whatever its tint and the light, and print black, however pale."""
    low = cv2.resize(dots, None, fx=PAPER_DPI / dpi, fy=PAPER_DPI / dpi, interpolation=cv2.INTER_AREA)
    paper = cv2.GaussianBlur(cv2.morphologyEx(low, cv2.MORPH_CLOSE, np.ones((17, 17), np.uint8)), (0, 0), 8)
    flat = cv2.divide(dots, cv2.resize(np.maximum(paper, 1), dots.shape[::-1]), scale=255)
    darkest = min(float(np.percentile(flat[::4, ::4], DARKEST)), WHITE - 40)  # on a page with next to nothing, its grain is no print
    return cv2.LUT(flat, np.clip((np.arange(256) - darkest) * 255 / (WHITE - darkest), 0, 255).astype(np.uint8))


# --- Tesseract --------------------------------------------------------------------------------------------------------------------


@cache
def _reader() -> tesserocr.PyTessBaseAPI:
    data = max(TESSERACT.glob("*/tessdata/ind.traineddata"), default=None)
    if data is None:
        raise Refused(t("Tesseract has no Indonesian on this computer, and pages cannot be read."),
                     t("Ask the administrator to install the package %(package)s."), package="tesseract-ocr-ind")
    reader = tesserocr.PyTessBaseAPI(path=f"{data.parent}/", lang="ind")
    reader.SetVariable("debug_file", os.devnull)  # it would complain about every page with a seal
    return reader


def _recognised(dots: np.ndarray, dpi: float, ink: np.ndarray) -> list[list[Word]]:
    """Pieces of lines: what Tesseract finds as one column of text; and, looked at again and coarser, what it is in doubt about or passed
    over. So it reads "- 2 -" alone on a line (8 of 8, with 300 dpi 3 of 8)."""
    scale = AGAIN / dpi
    coarser = cv2.resize(dots, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)

    def look_again(at: Box, sides: float) -> list[Word]:
        told = _told(coarser, AGAIN, _around(_at(at, scale), sides, coarser.shape))
        return _print([_scaled(word, 1 / scale) for line in told for word in line], dpi)

    first = list(_told(dots, dpi))
    sure = [line for line in first if _sureness(line) >= SURE_LINE]
    lines = [_with_sure_figures(kept, look_again) for line in sure if (kept := _print(line, dpi))]
    lines += [[colon] for line in sure for word in line if _spread(word) and (colon := _colon(word, dots))]
    doubtful = {around([word.box for word in line]): _print(line, dpi) for line in first if _sureness(line) < SURE_LINE}
    seen = [_at(box, LOW / dpi) for box in [*_covered(lines), *doubtful]]
    places = [*doubtful, *(_at(box, dpi / LOW) for box in passed_over(ink, seen))]
    for number, place in enumerate(places):
        before, again = doubtful.get(place), look_again(place, DASHES) if number < MOST_AGAIN else []
        better = again if before is None else max(again, before, key=_weight)
        if _may_stand_alone(better, len(dots), seen_twice=before is not None):
            lines.append(better)
    return lines


def _with_sure_figures(line: list[Word], look_again: Callable[[Box, float], list[Word]]) -> list[Word]:
    """With those that were in doubt as they are at second sight, where that is surer."""
    for at, word in enumerate(line):
        if FIGURES.fullmatch(word.text) and word.confidence < SURE_FIGURES:
            again = look_again(word.box, SPACE)
            if len(again) == 1 and again[0].confidence > word.confidence and FIGURES.fullmatch(again[0].text):
                line[at] = Word(again[0].text, word.box, again[0].confidence)
    return line


def _told(dots: np.ndarray, dpi: float, within: Box | None = None) -> Iterator[list[Word]]:
    """The words of each line on a page, or of the one line `within` it."""
    reader, level, line = _reader(), tesserocr.RIL.WORD, []
    cut = dots if within is None else np.ascontiguousarray(dots[within.y:within.bottom, within.x:within.right])
    left, top = (within.x, within.y) if within else (0, 0)
    reader.SetPageSegMode(tesserocr.PSM.SINGLE_LINE if within else tesserocr.PSM.SINGLE_COLUMN)
    reader.SetImageBytes(cut.tobytes(), cut.shape[1], cut.shape[0], 1, cut.shape[1])
    reader.SetSourceResolution(round(dpi))
    if reader.Recognize():
        for found in tesserocr.iterate_level(reader.GetIterator(), level):
            if found.Empty(level):
                continue
            if line and found.IsAtBeginningOf(tesserocr.RIL.TEXTLINE):
                yield line
                line = []
            if text := found.GetUTF8Text(level).strip():
                x, y, right, bottom = found.BoundingBox(level)
                line.append(Word(text, Box(left + x, top + y, right - x, bottom - y), found.Confidence(level)))
    reader.Clear()
    if line:
        yield line


def _sureness(words: Sequence[Word]) -> float:
    return Line(tuple(words)).confidence


def _weight(words: Sequence[Word]) -> float:
    """The better of two readings of a line has more of it, and is surer of it."""
    return sum(word.confidence * len(word.text) for word in words)


def _print(line: Sequence[Word], dpi: float) -> list[Word]:
    return [word for word in line if is_print(word, dpi)]


def is_print(word: Word, dpi: float) -> bool:
    """Whether it is a word, a figure or a sign as they are printed; not what Tesseract makes of specks, rings and strokes of a pen."""
    if any(map(str.isalnum, word.text)):
        return word.confidence >= (SURE_LINE if _spread(word) else SURE_WORD) and word.box.height >= SPECK_MM / 25.4 * dpi
    return word.confidence >= SURE_SIGNS and SIGNS.fullmatch(word.text) is not None or word.text in (":", ".")


def _spread(word: Word) -> bool:
    """Whether there is something in its box that was not read, as in ": 1." when it is read as "1."."""
    return word.box.width > WIDEST * word.box.height * len(word.text)


def _may_stand_alone(words: Sequence[Word], page_height: int, seen_twice: bool) -> bool:
    """Whether they are more than an edge of a seal that looks like letters: a sure word, a list's label, a page number. Where Tesseract saw
    a line at first sight too, any word will do."""
    if seen_twice and _letters(words) > 2 or _is_page_number(words, page_height):
        return True
    is_label = LABEL.fullmatch(" ".join(word.text for word in words))
    return _sureness(words) >= (SURE_LINE if is_label or seen_twice else SURE_ALONE) and bool(is_label or seen_twice or _letters(words) > 2)


def _letters(words: Sequence[Word]) -> int:
    return sum(character.isalnum() for word in words for character in word.text)


def _is_page_number(words: Sequence[Word], page_height: int) -> bool:
    box = around([word.box for word in words])
    at_edge = min(box.y, page_height - box.bottom) < NUMBERS * page_height
    text = " ".join(word.text for word in words)
    return at_edge and _sureness(words) >= SURE_NUMBER and PAGE_NUMBER.fullmatch(text) is not None


def _covered(lines: Sequence[Sequence[Word]]) -> Iterator[Box]:
    """Where words of these lines are; with the small gaps between them, for Tesseract's boxes are a letter too narrow at times."""
    for line in lines:
        for word, following in zip(line, [*line[1:], None], strict=True):
            near = following and following.box.x - word.box.right < 1.5 * word.box.height
            yield around([word.box, following.box]) if near else word.box


def passed_over(ink: np.ndarray, seen: Sequence[Box]) -> list[Box]:
    """Where else there may be lines of print: a page number or a heading that stands alone, which Tesseract takes for part of a picture.

    `ink`, 1 where there is some, and all boxes at `LOW` dpi. The largest first.
    """
    left_over = ink.copy()
    for box in seen:
        left_over[max(0, box.y - 2):box.bottom + 3, max(0, box.x - 1):box.right + 2] = 0
    _, labels, measures, _ = cv2.connectedComponentsWithStats(left_over, connectivity=8)
    wide, high = measures[:, cv2.CC_STAT_WIDTH], measures[:, cv2.CC_STAT_HEIGHT]
    small = (high <= _low(LETTER_MM[1])) & (wide < _low(LARGE_MM) * 3) & ~((wide > _low(LARGE_MM)) & (high < _low(LETTER_MM[0])))
    small[0] = False
    gap = np.ones((1, _low(WORD_GAP_MM)), np.uint8)
    _, _, measures, _ = cv2.connectedComponentsWithStats(cv2.morphologyEx(small[labels].astype(np.uint8), cv2.MORPH_CLOSE, gap))
    boxes = [Box(*map(int, box)) for *box, _ in measures[1:]]
    lines = (box for box in boxes if _low(LETTER_MM[0]) <= box.height <= _low(LETTER_MM[1]) and box.width >= box.height / 2)
    return sorted((box for box in lines if not any(_touches(box, word) for word in seen)), key=lambda box: -box.width)


def _touches(box: Box, word: Box) -> bool:
    """Whether it belongs to the word, whose box is a letter too narrow: a space between words is 4 dots wide."""
    beside = min(box.bottom, word.bottom) - max(box.y, word.y) > box.height / 2
    return beside and max(box.x, word.x) - min(box.right, word.right) <= 2


def _low(length_mm: float) -> int:
    return round(length_mm / 25.4 * LOW)


def _at(box: Box, scale: float) -> Box:
    return Box(*(round(side * scale) for side in box))


def _around(box: Box, sides: float, shape: Sequence[int]) -> Box:
    """With room around it, within the picture: over and under it half its height, beside it so much of its height."""
    across, down = round(box.height * sides), round(box.height / 2)
    left, top = max(0, box.x - across), max(0, box.y - down)
    return Box(left, top, min(shape[1], box.right + across) - left, min(shape[0], box.bottom + down) - top)


def _scaled(word: Word, scale: float) -> Word:
    return Word(word.text, _at(word.box, scale), word.confidence)


# --- what Tesseract gets wrong ----------------------------------------------------------------------------------------------------


def _mended(line: Sequence[Word], dots: np.ndarray) -> list[Word]:
    """With its semicolons, which Indonesian Tesseract does not know: it reads them as colons, commas or full stops."""
    tall = median(word.box.height for word in line)
    return [Word(word.text[:-1] + _sign(word, dots, tall), *word[1:]) if word.text[-1] in ".,:;" else word for word in line]


def _sign(word: Word, dots: np.ndarray, tall: float) -> str:
    """The sign at its end, by its parts: two of them, the lower one longer, are a semicolon."""
    box, room = word.box, round(tall / 4)
    left = max(box.x, round(box.right - tall / 2))
    parts = _parts(dots, Box(left, box.y - 2, box.right + 4 - left, box.height + 2 + room))
    pair = _pair(parts, max(parts, key=lambda part: part.right), tall) if parts else None
    return word.text[-1] if pair is None else ";" if pair[1].height > 1.3 * pair[0].height else ":"


def _colon(word: Word, dots: np.ndarray) -> Word | None:
    """The colon with which its box begins, though its text does not."""
    box = word.box
    parts = _parts(dots, Box(box.x - 2, box.y - 2, round(box.height * 0.6), box.height + 4))
    pair = _pair(parts, min(parts, key=lambda part: part.x), box.height) if parts and word.text[0] not in ":;" else None
    return pair and Word(":", around(pair), word.confidence)


def _parts(dots: np.ndarray, within: Box) -> list[Box]:
    """What hangs together there, in dots of the page."""
    x, y = max(0, within.x), max(0, within.y)
    cut = dots[y:within.bottom, x:within.right]
    _, _, measures, _ = cv2.connectedComponentsWithStats((cut < (float(cut.min()) + 255) / 2).astype(np.uint8), connectivity=8)
    return [Box(x + int(part[0]), y + int(part[1]), int(part[2]), int(part[3])) for part in measures[1:] if part[4] >= 4]


def _pair(parts: Sequence[Box], outer: Box, tall: float) -> tuple[Box, Box] | None:
    """The two parts of a colon or a semicolon, the `outer` one and the one above or below it, with a letter that is so `tall`."""
    over = sorted((part for part in parts if part.x < outer.right and part.right > outer.x), key=lambda part: part.y)
    if len(over) != 2 or max(part.width for part in over) > tall * 0.4 or over[0].height > tall * 0.3:
        return None
    upper, lower = over
    return (upper, lower) if lower.y - upper.bottom >= upper.height / 2 else None  # nearer: one dot in pieces, or a quotation mark


def _joined(line: Sequence[Word]) -> list[Word]:
    """With figures together that stand together, "507 1", and with the dots of a catchword as one, ". . ."."""
    joined: list[Word] = []
    for word in line:
        before = joined[-1] if joined else None
        if before and (_one_figure(before, word) or set(before.text + word.text) == {"."}):
            text, confidence = before.text + word.text, min(before.confidence, word.confidence)
            joined[-1] = Word(text, around([before.box, word.box]), confidence)
        else:
            joined.append(word)
    return [word for word in joined if word.text != "."]


def _one_figure(before: Word, word: Word) -> bool:
    gap = word.box.x - before.box.right
    return before.text.rstrip(".")[-1:].isdigit() and word.text[0].isdigit() and gap < APART * min(before.box.height, word.box.height)


# --- lines --------------------------------------------------------------------------------------------------------------------


def in_rows(pieces: Iterable[Sequence[Word]]) -> list[Line]:
    """Pieces of lines as a person reads them: what stands side by side is one line, from left to right. So a label ("Menimbang :") comes
    before its text, and a table is read row by row. A catchword beside a footer is a line of its own.

    `pieces`: words that Tesseract saw on one line. They stay together, so that no sign that is small or low falls out of its line.
    """
    rows: list[list[Sequence[Word]]] = []
    for piece in sorted((piece for piece in pieces if piece), key=lambda piece: sum(_band(piece))):
        beside = [row for row in rows[-8:] if _in_row(piece, row)]
        if beside:
            max(beside, key=lambda row: _shared(_band(piece), _band(row[0]))).append(piece)
        else:
            rows.append([piece])
    rows.sort(key=lambda row: sum(_band(max(row, key=len))))
    words = [sorted((word for piece in row for word in piece), key=lambda word: word.box.x) for row in rows]
    wide = around([word.box for row in words for word in row]).right
    return [Line(tuple(part)) for row in words for part in _without_catchword(row, wide)]


def _band(piece: Sequence[Word]) -> tuple[float, float]:
    """From where to where it reaches, whatever single high and low letters do."""
    return median(word.box.y for word in piece), median(word.box.bottom for word in piece)


def _in_row(piece: Sequence[Word], row: Sequence[Sequence[Word]]) -> bool:
    """Beside them, and over or under none of them."""
    boxes, others = [word.box for word in piece], [word.box for other in row for word in other]
    free = all(min(box.right, other.right) - max(box.x, other.x) <= min(box.width, other.width) / 2 for box in boxes for other in others)
    return free and _shared(_band(piece), _band(row[0])) >= SAME_ROW


def _shared(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Of the lower one's height."""
    return (min(one[1], other[1]) - max(one[0], other[0])) / max(1, min(one[1] - one[0], other[1] - other[0]))


def _without_catchword(row: list[Word], wide: int) -> list[list[Word]]:
    """The row, or what is left of a wide gap in it, and then the catchword right of it, which ends with dots: "5. Peraturan ..."."""
    if row[-1].text.endswith(("..", "…")):
        for at in range(len(row) - 1, max(0, len(row) - 6), -1):
            if row[at].box.x - row[at - 1].box.right > WIDE_GAP * wide:
                return [row[:at], row[at:]]
    return [row]
