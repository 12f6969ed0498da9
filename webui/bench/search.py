"""Measures the search in a large collection, with the questions that visitors ask: whether it finds what was meant, and how soon."""

import json
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click
import sqlalchemy as sa
from sqlalchemy.orm import Session

from foundation.search_words import STOP_WORDS, words_of
from kiosk.ledger.collection import Copy, Title
from kiosk.shelves.searching import search
from webui.bench.collection import empty_database
from webui.demo.many import fill_many

EACH = 60      # questions of each kind
PAGE = 20      # what is meant should be on the first page
AIMS = {100_000: 100.0, 1_000_000: 250.0}  # titles -> p95 in ms
LETTERS = "abcdefghijklmnopqrstuvwxyz"


def run_bench(titles: int, url: str | None, as_json: bool) -> None:
    """Measure and print: on SQLite in a temporary folder, or on the empty database at `url`, which is left full."""
    say = (lambda _: None) if as_json else click.echo
    with tempfile.TemporaryDirectory(prefix="loket-bench-") as folder, empty_database(Path(folder), url) as database:
        say(f"Importing {titles:,} titles …")
        fill_many(database, titles)
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(sa.text("ANALYZE"))  # what the engines do by themselves in the hours after an import
        say("Asking …")
        with database.reading() as session:
            figures = {"engine": database.url.get_backend_name(), "titles": titles, **ask(session)}
    click.echo(json.dumps(figures, indent=2) if as_json else table(figures))


def ask(session: Session, seed: int = 5) -> dict[str, Any]:
    """Milliseconds of every kind of question, all of them in a random order, and how many of 100 found what was meant on the first page."""
    chance = random.Random(seed)  # noqa: S311 nothing secret
    questions = [(kind, words, meant) for kind, make in KINDS.items() for words, meant in _questions(session, make, chance)]
    chance.shuffle(questions)
    search(session, "pemilihn")  # the words for corrections are read once, when the service starts to be used
    times: dict[str, list[float]] = {kind: [] for kind in KINDS}
    worked = time.process_time()
    right: dict[str, list[bool]] = {kind: [] for kind in KINDS}
    for kind, words, meant in questions:
        began = time.perf_counter()
        found = search(session, words, limit=PAGE)
        times[kind].append((time.perf_counter() - began) * 1000)
        if meant:
            right[kind].append(meant in [hit.id for hit in found.hits])
    worked = (time.process_time() - worked) * 1000 / len(questions)
    everything = [each for some in times.values() for each in some]
    found = {kind: statistics.mean(some) * 100 if some else None for kind, some in right.items()}
    kinds = {kind: {**_spread(times[kind]), "found": found[kind]} for kind in KINDS}
    return {"all": {**_spread(everything), "cpu_ms": worked}, "kinds": kinds}


def _spread(times: list[float]) -> dict[str, float]:
    ordered = sorted(times)
    return {"p50_ms": statistics.median(ordered), "p95_ms": ordered[int(len(ordered) * 0.95)], "worst_ms": ordered[-1]}


Question = tuple[str, int | None]  # what is typed, and the title that is meant, where only one can be


def _questions(session: Session, make: Callable[[sa.Row, random.Random], Question | None], chance: random.Random) -> Iterator[Question]:
    most = session.scalar(sa.select(sa.func.max(Title.id))) or 1
    made = 0
    while made < EACH:
        columns = (Title.id, Title.title, Title.author, Title.number, Title.year, Title.call_number, Title.subject, Copy.code)
        title = session.execute(sa.select(*columns).join(Copy, Copy.title_id == Title.id).where(Title.id == chance.randint(1, most))
                                .limit(1)).one_or_none()
        if title and (question := make(title, chance)):
            made += 1
            yield question


def _telling(title: sa.Row) -> list[str]:
    return [word for word in words_of(title.title) if word not in STOP_WORDS]


def _words(title: sa.Row, chance: random.Random) -> Question:
    return " ".join(chance.sample(words := _telling(title), min(3, len(words)))), None


def _all_words(title: sa.Row, chance: random.Random) -> Question:
    return " ".join(chance.sample(words := _telling(title), len(words))), None


def _mistyped(title: sa.Row, chance: random.Random) -> Question | None:
    """Two words; in one of them a letter is wrong, missing, too much, or swapped with the next."""
    words = [word for word in _telling(title) if len(word) >= 6 and word.isalpha()]
    if len(words) < 2:
        return None
    wrong, other = chance.sample(words, 2)
    at = chance.randrange(1, len(wrong) - 2)
    before, letter, after, new = wrong[:at], wrong[at], wrong[at + 1:], chance.choice(LETTERS)
    forms = (before + new + after, before + after, before + new + letter + after, before + after[0] + letter + after[1:])
    return f"{chance.choice(forms)} {other}", None


def _beginning(title: sa.Row, chance: random.Random) -> Question:
    """As it is typed: one word, and some letters of the next."""
    words = _telling(title)
    return f"{words[0]} {words[-1][:chance.randint(2, 6)]}", None


def _number(title: sa.Row, chance: random.Random) -> Question | None:
    if not title.number:
        return None
    first = title.number.partition("/")[0].partition(" ")[0]
    forms = (title.number, f"{first}/{title.year}", f"nomor {first} tahun {title.year}", f"no. {first} {title.year}",
             f"{first} tahun {title.year}")
    return chance.choice(forms), title.id


KINDS: dict[str, Callable[[sa.Row, random.Random], Question | None]] = {
    "some words, any order": _words,
    "all words, any order": _all_words,
    "one mistyped letter": _mistyped,
    "while typing": _beginning,
    "number in some form": _number,
    "copy code": lambda title, _: (title.code, title.id),
    "author": lambda title, _: (title.author, None),
    "author and a word": lambda title, chance: (f"{title.author} {chance.choice(_telling(title))}", None),
    "call number": lambda title, _: (title.call_number, None) if title.call_number else None,
    "subject and year": lambda title, _: (f"{title.subject} {title.year}", None),
    "a word that is everywhere": lambda title, chance: (chance.choice(("keputusan", "peraturan", "kpu", "pemilihan", "penetapan")), None),
    "nothing": lambda title, _: ("", None),
}


def table(figures: dict[str, Any]) -> str:
    """The figures for people."""
    aim = AIMS.get(figures["titles"])
    lines = [f"{figures['titles']:,} titles on {figures['engine']}" + (f" (aim: p95 {aim:.0f} ms)" if aim else ""),
             f"  {'':28}{'p50':>9}{'p95':>9}{'worst':>9}   found"]
    for kind, each in {"all questions": figures["all"], **figures["kinds"]}.items():
        found = "" if each.get("found") is None else f"{each['found']:6.0f} %"
        found += f"  (processor of this program: {each['cpu_ms']:.1f} ms each)" if "cpu_ms" in each else ""
        lines.append(f"  {kind:28}{each['p50_ms']:6.1f} ms{each['p95_ms']:6.1f} ms{each['worst_ms']:6.1f} ms {found}")
    return "\n".join(lines)
