"""The officers' handbook speaks of what is there: its bold words stand on the screens, its pictures and chapters exist."""

import re

import pytest
from babel.messages.pofile import read_po

from foundation.text import CATALOGUES
from tests.architecture.tree import PROJECT

DOCS = PROJECT / "docs"
HANDBOOK = sorted((DOCS / "petugas").glob("*.md"))
A_VALUE = re.compile(r"%\\\((?:[a-z_]+)\\\)[sd]")
NOT_ON_A_SCREEN = {"tebal", "kapan saja"}  # bold for other reasons


@pytest.fixture(scope="module")
def on_screens() -> re.Pattern[str]:
    """What screens say in Indonesian, any value in its places."""
    said = set()
    for path in (CATALOGUES / "id").glob("*.po"):
        with path.open("rb") as file:
            said |= {message.string for message in read_po(file) if message.id}
    patterns = {A_VALUE.sub("[^ ]+", re.escape(words)) for words in said}
    return re.compile("|".join(pattern for pattern in patterns if re.search("[a-z]{3}", pattern)))


@pytest.mark.parametrize("chapter", HANDBOOK, ids=lambda path: path.stem)
def test_what_is_bold_in_the_handbook_stands_on_a_screen(chapter, on_screens):
    bold = set(re.findall(r"\*\*([^*]+)\*\*", chapter.read_text(encoding="utf-8"))) - NOT_ON_A_SCREEN
    assert [words for words in sorted(bold) if not on_screens.fullmatch(words)] == []


@pytest.mark.parametrize("page", [*HANDBOOK, PROJECT / "README.md", *DOCS.glob("*.md")], ids=lambda path: path.stem)
def test_what_a_page_leads_to_is_there(page):
    named = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    assert [target for target in named if "://" not in target and not (page.parent / target).exists()] == []


def test_every_picture_is_shown_somewhere():
    pages = "".join(page.read_text(encoding="utf-8") for page in (*HANDBOOK, PROJECT / "README.md", *DOCS.glob("*.md")))
    assert [picture.name for picture in (DOCS / "pictures").iterdir() if f"pictures/{picture.name}" not in pages] == []
