"""A list of members that is brought in: our own columns, or the member export of SLiMS; looked through first, and nobody doubled."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from foundation.audit import record
from foundation.clock import today
from foundation.counters import next_number
from foundation.errors import Refused
from foundation.office import office
from foundation.people import Actor, Role
from foundation.text import clean, t
from kiosk.exchange.columns import named
from kiosk.exchange.records import BadRow
from kiosk.exchange.tables import read_lines
from kiosk.guests.membership import valid_from
from kiosk.ledger.cells import Unusable, read_day, read_line
from kiosk.ledger.members import Member
from kiosk.ledger.visits import Category

# field -> the names its column may have, ours and those of SLiMS 9 (admin/modules/membership/export.php)
COLUMNS = {
    "elsewhere": ("nomor anggota", "member number", "no anggota", "member_id", "id anggota"),
    "name": ("nama", "name", "nama anggota", "nama lengkap", "member_name"),
    "institution": ("instansi", "institution", "asal", "nama instansi", "sekolah", "inst_name"),
    "category": ("kategori", "category", "jenis anggota", "member_type_name"),
    "email": ("email", "e-mail", "surel", "member_email"),
    "phone": ("telepon", "phone", "hp", "no hp", "nomor telepon", "kontak", "contact", "member_phone"),
    "joined_on": ("anggota sejak", "member since", "tanggal daftar", "register_date", "member_since_date"),
    "valid_until": ("berlaku sampai", "valid until", "masa berlaku", "expire_date"),
}
FIELD_WORDS = {"elsewhere": t("number in the old system"), "name": t("name"), "institution": t("institution"), "category": t("category"),
               "email": t("e-mail"), "phone": t("phone"), "joined_on": t("member since"), "valid_until": t("valid until")}
CATEGORY_WORDS = {
    Category.PUBLIC: ("", "-", "umum", "public", "masyarakat", "standard", "standar"),
    Category.STUDENT: ("pelajar/mahasiswa", "pelajar", "mahasiswa", "siswa", "student"),
    Category.CIVIL_SERVANT: ("asn/kpu", "asn", "pns", "kpu", "pegawai", "civil servant"),
    Category.RESEARCHER: ("peneliti/advokat", "peneliti", "advokat", "dosen", "researcher"),
    Category.MEDIA: ("media", "wartawan", "jurnalis"),
    Category.OTHER: ("lainnya", "lain-lain", "other"),
}
NO_DAYS = ("0000-00-00", "0000-00-00 00:00:00")     # as MySQL writes none
LAST = date(2200, 1, 1)

Person = tuple[str, str]    # name and institution, folded


@dataclass(frozen=True, slots=True)
class Entry:
    """One line that can be used: the columns of a member."""

    line: int
    values: dict[str, Any]

    @property
    def person(self) -> Person:
        return person(self.values["name"], self.values["institution"])


@dataclass(frozen=True)
class Listing:
    """What a file says; `ignored` are the names of the columns of which nothing is kept."""

    entries: list[Entry]
    bad: list[BadRow]
    ignored: tuple[str, ...]


@dataclass(frozen=True)
class Plan:
    """What would come in; `there` lines are of members who are known already."""

    entries: list[Entry]
    there: int
    bad: list[BadRow]


def person(name: str, institution: str) -> Person:
    return name.casefold(), institution.casefold()


def read_list(source: Path | bytes, name: str, on: date) -> Listing:
    """The members in a CSV or XLSX file, its columns in any order; a member without a day of joining joins `on` this one.

    Raises Refused when it cannot be read, has no column of names, or has two columns of one meaning.
    """
    lines = read_lines(source, name)
    _, header = next(lines, (0, []))
    fields, ignored = named(_without_second_day(header), COLUMNS)
    if "name" not in fields:
        raise Refused(t("The first line names no column “nama” (name)."),
                      t("Write the names of the columns into the first line: nama, instansi, kategori, email and so on."), status=422)
    entries: list[Entry] = []
    bad: list[BadRow] = []
    for number, cells in lines:
        given = {field: cell for field, cell in zip(fields, cells, strict=False) if field}
        entry, problems = _read(number, given, on)
        bad += problems
        if not problems:
            entries.append(entry)
    return Listing(*_without_doubles(entries, bad), ignored)


def _without_second_day(header: list[str]) -> list[str]:
    """SLiMS knows since when somebody is a member, and when that was entered: the first is meant."""
    return ["" if name == "register_date" and "member_since_date" in header else name for name in header]


def _read(line: int, given: Mapping[str, str], on: date) -> tuple[Entry, list[BadRow]]:
    problems: list[BadRow] = []

    def read(field: str, reader: Callable[..., Any], *limits: Any) -> Any:
        raw = given.get(field, "")
        try:
            return reader(raw, *limits)
        except Unusable as problem:
            problems.append(BadRow(line, field, clean(raw, 60), problem.reason, problem.details))
            return None
    email, phone = read("email", read_line, 100), read("phone", read_line, 100)
    return Entry(line, {
        "elsewhere": read("elsewhere", read_line, 40), "name": read("name", _name), "institution": read("institution", read_line, 120),
        "category": read("category", _category), "contact": email or phone,
        "joined_on": read("joined_on", _day, on) or on, "valid_until": read("valid_until", _day, LAST)}), problems


def _name(raw: str) -> str:
    name = read_line(raw, 100)
    if len(name) < 2 or not any(c.isalpha() for c in name):
        raise Unusable(t("The name is missing."))
    return name


def _category(raw: str) -> Category:
    word = clean(raw, 60).casefold().replace(" / ", "/")
    for category, words in CATEGORY_WORDS.items():
        if word in words:
            return category
    raise Unusable(t("Write one of these categories: Umum, Pelajar/Mahasiswa, ASN/KPU, Peneliti/Advokat, Media, Lainnya."))


def _day(raw: str, until: date) -> date | None:
    return None if clean(raw, 40) in NO_DAYS else read_day(clean(raw, 40).removesuffix(" 00:00:00"), until)


def _without_doubles(entries: list[Entry], bad: list[BadRow]) -> tuple[list[Entry], list[BadRow]]:
    """Of lines with one number, or without a number of one person, the first counts and the others are said to be wrong."""
    first: dict[str | Person, int] = {}
    kept, doubled = [], []
    for entry in entries:
        number = entry.values["elsewhere"]
        before = first.setdefault(number or entry.person, entry.line)
        if before == entry.line:
            kept.append(entry)
        else:
            doubled.append(BadRow(entry.line, "elsewhere" if number else "name", number or entry.values["name"],
                                  t("Line %(first)s is of the same member."), {"first": before}))
    return kept, sorted([*bad, *doubled], key=lambda row: row.line)


def compare(session: Session, listing: Listing) -> Plan:
    """Who of the list is known already, by the number in the old system or by name and institution.

    A number that is new with a person who is known is for a person to decide: it is said to be wrong.
    """
    rows = session.execute(sa.select(Member.elsewhere, Member.name, Member.institution, Member.number)).all()
    numbers, people = {row.elsewhere for row in rows if row.elsewhere}, {person(row.name, row.institution): row for row in rows}
    new, there, bad = [], 0, list(listing.bad)
    for entry in listing.entries:
        number, known = entry.values["elsewhere"], people.get(entry.person)
        if number in numbers or (known and not number):
            there += 1
        elif known and not known.elsewhere:
            bad.append(BadRow(entry.line, "name", entry.values["name"],
                              t("Number %(number)s is a member of this name and institution."), {"number": f"{known.number:05d}"}))
        else:
            new.append(entry)
    return Plan(new, there, sorted(bad, key=lambda row: row.line))


def enlist(session: Session, listing: Listing, by: Actor, skip_bad: bool = False) -> int:
    """Bring the new ones of the list in, each with a number of ours and a first card; how many.

    Raises Refused while lines are wrong, unless `skip_bad` leaves them out.
    """
    by.must_be(Role.OFFICER, Role.ADMIN)
    plan = compare(session, listing)
    if plan.bad and not skip_bad:
        raise Refused(t("Some rows cannot be used."), t("Correct them in the file, or leave them out."))
    until = valid_from(session, today(office(session).time_zone))
    session.add_all(Member(**{**entry.values, "valid_until": entry.values["valid_until"] or until}, number=next_number(session, "member"))
                    for entry in plan.entries)
    record(session, by, "members imported", "members", count=len(plan.entries))
    return len(plan.entries)
