"""A large collection for measuring: as many titles as asked for, of every kind, with words as frequent as in a real one."""

import random
from collections.abc import Iterator

from foundation.database import Database
from foundation.people import Actor, Role
from kiosk.exchange import importing
from kiosk.exchange.columns import Row, read_row
from kiosk.exchange.records import Source
from webui.demo import words

BY = Actor("demo", frozenset({Role.ADMIN}))


def many_titles(count: int, seed: int = 7) -> Iterator[Row]:
    """`count` titles with one to three copies each, as rows of an import (see kiosk.exchange.columns); the same ones every time."""
    chance = random.Random(seed)  # noqa: S311 - nothing secret
    for line in range(2, count + 2):
        make = chance.choices((_decision, _regulation, _book), (6, 2, 2))[0]
        values = make(chance, line - 1, str(chance.randint(1995, 2025)))
        yield Row(line, values | {"copies": str(chance.randint(1, 3)), "shelf": f"{chance.choice('ABCDEF')}-{chance.randint(1, 4)}"})


def fill_many(database: Database, count: int, seed: int = 7) -> None:
    """Import `count` titles into the collection."""
    importing.apply_in_chunks(database, Source("", lambda until: (read_row(row, until) for row in many_titles(count, seed))), BY)


def _decision(chance: random.Random, number: int, year: str) -> dict[str, str]:
    title, subject, abstract = chance.choice(words.ELECTION_DECISIONS)
    district = f"{chance.choice(words.DISTRICTS)} {chance.choice(words.SURNAMES)}"
    title = title.format(election=chance.choice(words.ELECTIONS)[0], district=district)
    return {"kind": "Keputusan", "title": f"{title} di Desa {chance.choice(words.SURNAMES)} {number % 97}", "year": year,
            "number": f"{number}/Kpts/KPU-Kab.Wirasari/{year}", "author": words.BODY, "subject": subject, "abstract": abstract}


def _regulation(chance: random.Random, number: int, year: str) -> dict[str, str]:
    title, issuer, subject = chance.choice(words.REGULATIONS)
    return {"kind": "Peraturan", "title": title, "year": year, "number": f"{number} Tahun {year}", "author": issuer, "subject": subject}


def _book(chance: random.Random, number: int, year: str) -> dict[str, str]:
    matter, subject, call_number = chance.choice(words.BOOK_MATTERS)
    title = chance.choice(words.BOOK_FORMS).format(matter=matter)
    author = f"{chance.choice(words.SURNAMES)} {chance.choice(words.SURNAMES)}"
    return {"kind": "Buku", "title": f"{title}, Jilid {number}", "year": year, "author": author, "subject": subject,
            "call_number": call_number, "publisher": chance.choice(words.PUBLISHERS)}
