"""The demo's fictional collection: some 520 titles as a list to import, the same ones every time."""

import random
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from kiosk.exchange.columns import Row, read_row
from kiosk.exchange.records import Source
from webui.demo import words
from webui.demo.words import BODY, EXAMPLE, OFFICE

DECISIONS, BOOKS, JOURNALS, RULINGS = 250, 120, 50, 20
ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII")

Values = dict[str, Any]


def collection(seed: int = 7) -> Source:
    """The titles as an import: decisions, regulations, books, journals and articles, rulings."""
    chance = random.Random(seed)  # noqa: S311 - nothing secret, the same collection every time
    made = [*_decisions(chance), *_regulations(chance), *_books(chance), *_journals(chance), *_rulings(chance)]
    rows = [Row(line, {name: str(value) for name, value in _shelved(chance, values).items()}) for line, values in enumerate(made, 2)]
    return Source("", lambda until: (read_row(row, until) for row in rows))


def _decisions(chance: random.Random) -> Iterator[Values]:
    """Numbered through each year in the order they were made, in the number forms that were in use that year."""
    everything = []
    for election, first, last, code in words.ELECTIONS:
        begins, ends = date.fromisoformat(first), date.fromisoformat(last)
        for step, (title, subject, abstract) in enumerate(words.ELECTION_DECISIONS):
            day = begins + (ends - begins) * (step / len(words.ELECTION_DECISIONS)) + timedelta(chance.randrange(12))
            everything.append((_workday(day), title.format(election=election, district=chance.choice(words.DISTRICTS)), subject,
                               abstract, f"{code}.{step % 6 + 1}"))
    for year in words.DECISION_YEARS:
        for title, subject, abstract, code in words.OFFICE_DECISIONS:
            day = _workday(date(year, 1, 6) + timedelta(chance.randrange(300)))
            everything.append((day, title.format(year=year), subject, abstract, code))
    last_of: dict[int, int] = {}
    for day, title, subject, abstract, code in sorted(chance.sample(everything, DECISIONS)):
        last_of[day.year] = number = last_of.get(day.year, 0) + chance.randint(1, 9)
        yield {"kind": "Keputusan", "title": title, "number": _decision_number(number, day, code), "year": day.year, "author": BODY,
               "publisher": f"{OFFICE} (fiktif)", "place": "Wirasari", "enacted_on": day, "subject": subject,
               "call_number": f"KPT {day.year}/{number:03d}", "extent": _extent(chance, 4, 60, chance.choice((0, 1, 1, 2, 3))),
               "abstract": f"{abstract} {EXAMPLE}", "in_force": "Tidak Berlaku" if chance.random() < 0.12 else "Berlaku"}


def _decision_number(number: int, day: date, code: str) -> str:
    if day.year <= 2016:
        return f"{number}/Kpts/KPU-Kab.Wirasari/{day.year}"
    if day.year <= 2020:
        return f"{number}/{code}-Kpt/9971/KPU-Kab/{ROMAN[day.month - 1]}/{day.year}"
    return f"{number} Tahun {day.year}"


def _regulations(chance: random.Random) -> Iterator[Values]:
    """Each matter is regulated once and, for most, amended or replaced some years later."""
    numbers: dict[tuple[str, int], int] = {}
    versions = []
    for title, issuer, subject in words.REGULATIONS:
        year = chance.randint(2013, 2018)
        later = chance.random() < 0.6
        versions.append((year, title, issuer, subject, "Tidak Berlaku" if later and chance.random() < 0.5 else "Berlaku"))
        if later:
            amended = f"Perubahan atas Peraturan tentang {title}" if versions[-1][-1] == "Berlaku" else title
            versions.append((year + chance.randint(2, 6), amended, issuer, subject, "Berlaku"))
    for year, title, issuer, subject, status in sorted(versions):
        numbers[issuer, year] = number = numbers.get((issuer, year), 0) + chance.randint(1, 4)
        yield {"kind": "Peraturan", "title": title, "number": f"{number} Tahun {year}", "year": year, "author": issuer,
               "publisher": f"{issuer} (naskah contoh, fiktif)", "place": "Wirasari" if "Wirasari" in issuer else "Jakarta",
               "enacted_on": _workday(date(year, 1, 8) + timedelta(20 * number % 340)), "subject": subject,
               "call_number": f"PER {year}/{number:02d}", "extent": _extent(chance, 12, 180, chance.choice((0, 0, 1, 4))),
               "abstract": f"Mengatur tugas, tata cara, dan ketentuan peralihan mengenai {title}. {EXAMPLE}",
               "in_force": status}


def _books(chance: random.Random) -> Iterator[Values]:
    written = list(words.BOOKS) + [(form.format(matter=matter), subject, number)
                                   for matter, subject, number in words.BOOK_MATTERS for form in words.BOOK_FORMS]
    for title, subject, number in written[:BOOKS]:
        surname, year = chance.choice(words.SURNAMES), chance.randint(1998, 2025)
        author = f"{chance.choice('ABDEFGHIKLMNRSTW')}. {surname}"
        if chance.random() < 0.25:
            author += f" dan {chance.choice('ABDFHKLMRSW')}. {chance.choice(words.SURNAMES)}"
        yield {"kind": "Buku", "title": title, "year": year, "author": author, "publisher": f"{chance.choice(words.PUBLISHERS)} (fiktif)",
               "place": chance.choice(words.TOWNS), "subject": subject, "call_number": f"{number} {surname[:3].upper()} {title[0].lower()}",
               "isbn": _isbn_of_no_book(chance), "extent": f"{chance.randint(84, 420)} halaman",
               "abstract": f"Membahas {subject.lower()} dengan contoh dari kabupaten dan desa, disertai soal dan daftar bacaan. {EXAMPLE}"}


def _journals(chance: random.Random) -> Iterator[Values]:
    """First the articles that are kept as offprints, then whole issues."""
    for title in words.ARTICLES:
        journal, began = chance.choice(words.JOURNALS)
        year = chance.randint(began, 2025)
        yield _journal(chance, title, journal, f"Vol. {year - began + 1} No. {chance.randint(1, 2)}", year,
                       f"{chance.choice('ABDEHKLMRSW')}. {chance.choice(words.SURNAMES)}",
                       f"Artikel dalam {journal}; memuat data, pembahasan, dan saran kebijakan.")
    issues = [(journal, year, year - began + 1, issue)
              for journal, began in words.JOURNALS for year in range(2019, 2026) for issue in (1, 2)]
    for journal, year, volume, issue in sorted(chance.sample(issues, JOURNALS - len(words.ARTICLES))):
        yield _journal(chance, f"{journal}, Volume {volume} Nomor {issue}", journal, f"Vol. {volume} No. {issue}", year, "",
                       f"Terbitan {'Juni' if issue == 1 else 'Desember'} {year}; memuat artikel, resensi buku, dan catatan putusan.")


def _journal(chance: random.Random, title: str, journal: str, number: str, year: int, author: str, abstract: str) -> Values:
    return {"kind": "Jurnal", "title": title, "number": number, "year": year, "author": author, "publisher": f"{journal} (fiktif)",
            "place": chance.choice(words.TOWNS), "subject": "Kepemiluan", "call_number": f"JUR {journal.split()[-1][:3].upper()} {year}",
            "extent": f"{chance.randint(12, 96)} halaman", "abstract": f"{abstract} {EXAMPLE}"}


def _rulings(chance: random.Random) -> Iterator[Values]:
    cases = [(election, last, *ruling) for election, _, last, _ in words.ELECTIONS for ruling in words.RULINGS
             if "Umum" not in election or "Perselisihan" not in ruling[0]]
    for election, last, title, court, number in chance.sample(cases, RULINGS):
        day = _workday(date.fromisoformat(last) - timedelta(chance.randint(30, 200)))
        # beyond any number a court has given: nobody should take it for a real case
        case = number.format(n=chance.randint(9001, 9899), roman=ROMAN[day.month - 1], year=day.year)
        yield {"kind": "Putusan", "title": title.format(election=election, district=chance.choice(words.DISTRICTS)), "number": case,
               "year": day.year, "author": court, "publisher": f"{court} (naskah contoh, fiktif)", "place": "Wirasari", "enacted_on": day,
               "subject": "Putusan pemilihan", "call_number": f"PUT {day.year}", "extent": _extent(chance, 18, 140, 0),
               "abstract": f"Memuat duduk perkara, pertimbangan hukum, dan amar putusan. {EXAMPLE}"}


def _shelved(chance: random.Random, values: Values) -> Values:
    """With copies and a place on the shelves A-1 to F-4; some may only be read in the room."""
    shelves = {"Keputusan": "AB", "Peraturan": "C", "Buku": "DE", "Jurnal": "F", "Putusan": "F"}[values["kind"]]
    copies = chance.choices((1, 2, 3, 4), (3, 4, 2, 1))[0] if values["kind"] in ("Keputusan", "Buku", "Peraturan") else 1
    return values | {"copies": copies, "shelf": f"{chance.choice(shelves)}-{chance.randint(1, 4)}",
                     "reference": "ya" if chance.random() < 0.06 else ""}


def _workday(day: date) -> date:
    return day - timedelta(max(0, day.weekday() - 4))


def _extent(chance: random.Random, least: int, most: int, annexes: int) -> str:
    pages = f"{chance.randint(least, most)} halaman"
    return f"{pages}, {annexes} lampiran" if annexes else pages


def _isbn_of_no_book(chance: random.Random) -> str:
    """An ISBN whose check digit is wrong, so that it can belong to no real book."""
    digits = [9, 7, 8, 6, 0, 2, *(chance.randrange(10) for _ in range(6))]
    check = -sum(digit * (1, 3)[place % 2] for place, digit in enumerate(digits)) % 10
    text = "".join(map(str, digits))
    return f"978-602-{text[6:10]}-{text[10:]}-{(check + 5) % 10}"
