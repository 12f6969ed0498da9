"""The lines of documents' pages as a search shows them: words that were broken at the end of a line are whole again."""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from foundation.database import Model
from foundation.search_words import as_written, folded, stem, words_of
from foundation.text import clean

LONGEST_LINE = 2000   # characters; what a machine wrote may have no end
LONGEST_SNIPPET = 160
FURTHER = 20           # pages behind the first line, among which a better one is looked for
_BROKEN, _REST = re.compile(r"([^\W\d_]+)-$"), re.compile(r"([^\W\d_]+)\S*")


class DocumentLines(Model):
    """What stands on a page of a document, line under line; made anew whenever the document is indexed."""

    __tablename__ = "document_lines"
    document_id: Mapped[int] = mapped_column(sa.ForeignKey("document.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str] = mapped_column(sa.Text)


def whole(lines: Iterable[str]) -> list[str]:
    """The lines, cleaned, with "pemi-" / "lihan umum" as "pemilihan" / "umum"; "undang-" / "undang" keeps its hyphen."""
    made: list[str] = []
    for line in lines:
        line = clean(line, LONGEST_LINE)
        if made and (broken := _BROKEN.search(made[-1])) and (rest := _REST.match(line)):
            twice = broken[1].casefold() == rest[1].casefold()
            if twice or (broken[1][-1] + rest[1]).islower():
                made[-1] = made[-1].removesuffix("" if twice else "-") + rest[0]
                line = line[rest.end():].lstrip()
        if line:
            made.append(line)
    return made


class Snippet(NamedTuple):
    """A line of page `page`, or the part of it around the `words` that answer a search: these are to be lit up, as they stand there."""

    page: int
    text: str
    words: tuple[str, ...]


class _Line(NamedTuple):
    place: tuple[int, int]  # page, line
    text: str
    answers: frozenset[str]


class Spotter:
    """Finds the lines in which searched words stand: the words themselves, what begins with one, and what has its stem."""

    def __init__(self, words: Iterable[str]):
        self.answers = _Answers({word: stem(word) for word in words})
        # Where none of a word's pieces stands, nothing answers it: a prefix changes but the first letter of what it stands before.
        self.pieces = {word: {word[1:], root[1:]} if len(word) > 2 else {word} for word, root in self.answers.roots.items()}

    def snippets(self, pages: Iterable[tuple[int, str]], most: int = 3) -> list[Snippet]:
        """Up to `most` lines of these pages (number, lines): that with the most of the words, then those that have what it lacks."""
        rest, missing, chosen = self._lines(pages, most), set(self.pieces), []
        while rest and len(chosen) < most:
            best = min(rest, key=lambda line: (-len(line.answers & missing), -len(line.answers), line.place))
            rest.remove(best)
            missing -= best.answers
            chosen.append(self._snippet(best))
        return chosen

    def _lines(self, pages: Iterable[tuple[int, str]], most: int) -> list[_Line]:
        """The first ones that answer, `most` for the same words: of all words those of FURTHER pages, then of what is yet missing."""
        lines: dict[frozenset[str], list[_Line]] = {}
        everything, last = frozenset(self.pieces), None
        wanted = missing = everything
        for number, text in pages:
            if last is not None and number > last:
                wanted = missing
            for line in self._on_page(number, text, wanted):
                alike = lines.setdefault(line.answers, [])
                if len(alike) < most:
                    alike.append(line)
                missing = missing - line.answers
                last = last or number + FURTHER
            if last and number >= last and not missing or len(lines.get(everything, ())) == most:
                break
        return [line for alike in lines.values() for line in alike]

    def _on_page(self, number: int, text: str, wanted: Iterable[str]) -> Iterator[_Line]:
        plain, pieces = folded(text), set[str]().union(*(self.pieces[word] for word in wanted))
        if not any(piece in plain for piece in pieces):
            return
        for place, (line, words) in enumerate(zip(text.split("\n"), plain.split("\n"), strict=True)):
            if (any(piece in words for piece in pieces)
                    and (found := [answers for word in as_written(words) if (answers := self.answers[word])])):
                yield _Line((number, place), line, frozenset[str]().union(*found))

    def _snippet(self, line: _Line) -> Snippet:
        text = line.text
        if len(text) > LONGEST_SNIPPET:
            text = _around(text, next((word for word in as_written(text) if self._spots(word)), ""))
        return Snippet(line.place[0], text, tuple(dict.fromkeys(word for word in as_written(text) if self._spots(word))))

    def _spots(self, word: str) -> bool:
        return any(self.answers[plain] for plain in words_of(word))


class _Answers(dict[str, frozenset[str]]):
    """For each folded word that was met the searched words that it answers; `roots` has those, with their stems."""

    def __init__(self, roots: dict[str, str]):
        super().__init__()
        self.roots = roots

    def __missing__(self, word: str) -> frozenset[str]:
        self[word] = found = frozenset(searched for searched, root in self.roots.items() if _answers(word, searched, root))
        return found


def _answers(word: str, searched: str, root: str) -> bool:
    if len(searched) == 1:
        return word == searched
    if word.startswith(searched):
        return True
    return len(searched) > 2 and (root[1:] in word or searched[1:] in word) and (stem(word) == root or stem(word).startswith(searched))


def _around(text: str, word: str) -> str:
    """Whole words of `text`, about LONGEST_SNIPPET characters with `word` among the first."""
    first = text.rfind(" ", 0, max(text.index(word) - LONGEST_SNIPPET // 4, 0)) + 1
    last = text.find(" ", first + LONGEST_SNIPPET)
    return ("… " if first else "") + (text[first:] if last < 0 else text[first:last] + " …")
