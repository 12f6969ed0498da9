"""The words on a page and where they stand: what is read from a picture, and what the text layer, rules and suggestions work on."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Self


class Box(NamedTuple):
    """In dots of the upright, straight page, from its upper left corner."""

    x: int
    y: int
    width: int
    height: int

    @property
    def right(self) -> int:
        return self.x + self.width

    @property
    def bottom(self) -> int:
        return self.y + self.height


def around(boxes: Sequence[Box]) -> Box:
    """The smallest box that holds them all; of no boxes, an empty one."""
    if not boxes:
        return Box(0, 0, 0, 0)
    left, top = min(box.x for box in boxes), min(box.y for box in boxes)
    return Box(left, top, max(box.right for box in boxes) - left, max(box.bottom for box in boxes) - top)


class Word(NamedTuple):
    """`confidence`: of the reader, from 0 to 100."""

    text: str
    box: Box
    confidence: float


class Line(NamedTuple):
    """Words that follow each other from left to right."""

    words: tuple[Word, ...]

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)

    @property
    def box(self) -> Box:
        return around([word.box for word in self.words])

    @property
    def confidence(self) -> float:
        """The mean of its words, by their letters."""
        letters = sum(len(word.text) for word in self.words)
        return sum(word.confidence * len(word.text) for word in self.words) / letters if letters else 0.0


@dataclass(frozen=True)
class PageText:
    """What stands on a page, upright and straight: `width` × `height` dots at `dpi`; `lines` in the order in which they are read."""

    width: int
    height: int
    dpi: int
    lines: tuple[Line, ...] = ()

    @property
    def text(self) -> str:
        """Line under line."""
        return "\n".join(line.text for line in self.lines)

    @property
    def flowing(self) -> str:
        """In paragraphs, to be read aloud or larger: a line goes on in the next one, whose first word had no room on it any more."""
        edge, said, room = max((line.box.right for line in self.lines), default=0), "", 0
        for line in self.lines:
            goes_on = said and line.words[0].box.width > room
            said += ("" if said.endswith("-") else " ") + line.text if goes_on else f"\n{line.text}"
            room = edge - line.box.right
        return said.strip()

    @property
    def words(self) -> Iterator[Word]:
        return (word for line in self.lines for word in line.words)

    def to_json(self) -> dict[str, Any]:
        return {"width": self.width, "height": self.height, "dpi": self.dpi,
                "lines": [[[word.text, *word.box, round(word.confidence)] for word in line.words] for line in self.lines]}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self:
        return cls(kept["width"], kept["height"], kept["dpi"],
                   tuple(Line(tuple(Word(text, Box(*box), confidence) for text, *box, confidence in line)) for line in kept["lines"]))
