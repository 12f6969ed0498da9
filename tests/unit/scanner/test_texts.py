"""The text of a page as it flows: lines that the width of the paper broke are whole again, all others stay lines."""

import pytest

from scanner.workshop.texts import Box, Line, PageText, Word

LETTER, EDGE = 10, 400  # dots


def a_page(*lines: tuple[int, str]) -> PageText:
    """Each line so far from the left, in letters of one width."""
    made = []
    for row, (left, text) in enumerate(lines):
        words, x = [], left
        for word in text.split():
            words.append(Word(word, Box(x, 20 * row, LETTER * len(word), 15), 100.0))
            x += LETTER * (len(word) + 1)
        made.append(Line(tuple(words)))
    return PageText(500, 700, 300, tuple(made))


@pytest.mark.parametrize(("lines", "said"), [
    ([], ""),
    ([(0, "KEPUTUSAN"), (0, "TENTANG"), (0, "JADWAL " * 5)], "KEPUTUSAN\nTENTANG\n" + "JADWAL " * 4 + "JADWAL"),
    ([(0, "a. bahwa untuk kelancaran tugas perlu"), (30, "ditetapkan jadwal;"), (0, "b. bahwa ia ditetapkan dengan")],
     "a. bahwa untuk kelancaran tugas perlu ditetapkan jadwal;\nb. bahwa ia ditetapkan dengan"),
    ([(0, "diatur dalam peraturan perundang-"), (0, "undangan yang berlaku.")], "diatur dalam peraturan perundang-undangan yang berlaku.")])
def test_a_line_goes_on_where_the_next_word_had_no_room(lines: list[tuple[int, str]], said: str) -> None:
    assert a_page(*lines).flowing == said
