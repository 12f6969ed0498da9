"""Every sentence that a person can see is said in Indonesian too, with the same places for values."""

import re
from collections.abc import Iterator
from functools import cache

from babel.messages.extract import extract
from babel.messages.pofile import read_po
from jinja2.ext import babel_extract

from foundation.text import CATALOGUES
from tests.architecture.tree import MODULES, TEMPLATES, name


@cache
def sentences() -> dict[str, str]:
    """Each marked sentence, and where it is marked; what is marked as a variable was marked before, where it was written."""
    return {sentence: where for sentence, where in _marked() if sentence}


def _marked() -> Iterator[tuple[str | None, str]]:
    for path in MODULES:
        with path.open("rb") as file:
            for line, found, _, _ in extract("python", file, keywords={"t": None, "_": None}):
                yield _first(found), f"{name(path)}:{line}"
    for path in TEMPLATES:
        with path.open("rb") as file:
            for line, _, found, _ in babel_extract(file, ("t", "_"), [], {"silent": "false"}):
                yield _first(found), f"{name(path)}:{line}"


def _first(found: str | tuple[str | None, ...] | None) -> str | None:
    """The sentence of _("…") and of _("…", name=value)."""
    return found[0] if isinstance(found, tuple) else found


@cache
def translations() -> list[tuple[str, str, str]]:
    """Sentence, translation, file."""
    found = []
    for path in sorted((CATALOGUES / "id").glob("*.po")):
        with path.open("rb") as file:
            found += [(str(m.id), str(m.string), path.name) for m in read_po(file, abort_invalid=True) if m.id and not m.fuzzy]
    return found


def places(sentence: str) -> set[str]:
    return set(re.findall(r"%\((\w+)\)", sentence))


def test_every_sentence_is_translated():
    known = {sentence for sentence, translation, _ in translations() if translation}
    missing = [f"{where}: {sentence}" for sentence, where in sentences().items() if sentence not in known]
    assert not missing, "\n".join(missing)


def test_a_translation_has_the_places_of_its_sentence():
    wrong = [f"{file}: {sentence} / {translation}" for sentence, translation, file in translations()
             if places(sentence) != places(translation)]
    assert not wrong, "\n".join(wrong)


def test_a_sentence_is_translated_in_one_way():
    said: dict[str, set[str]] = {}
    for sentence, translation, _ in translations():
        said.setdefault(sentence, set()).add(translation)
    assert not {sentence: ways for sentence, ways in said.items() if len(ways) > 1}


def test_no_translation_is_left_over():
    written = "".join(path.read_text(encoding="utf-8") for path in [*MODULES, *TEMPLATES])  # the words of an Enum are not marked
    left = [f"{file}: {sentence}" for sentence, _, file in translations()
            if sentence not in sentences() and f'"{sentence}"' not in written]
    assert not left, "\n".join(left)
