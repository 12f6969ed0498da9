"""The measured installation: a large fictional collection, an office, a kiosk with a simulated printer, one officer."""

import time
from pathlib import Path

from foundation.keys import load
from foundation.office import office
from foundation.opening import open_database
from foundation.people import Role, add_person, hash_password
from foundation.settings import Settings
from foundation.stations import Station, StationKind, digest
from kiosk.borrowing import calendar, rules
from webui import migrating
from webui.demo.many import fill_many

OFFICER, PASSWORD = "petugas", "ukuran kecepatan loket"  # noqa: S105 a fictional person in a database that lives for minutes
STATION_TOKENS = [f"measured-kiosk-{number}-{'x' * 20}" for number in range(4)]


def make(folder: Path, titles: int) -> float:
    """Make it in `folder`; the seconds that the import of the titles took."""
    folder.mkdir()
    load(folder)
    database = open_database(Settings(data=folder))
    migrating.upgrade(database)
    password = hash_password(PASSWORD)
    with database.transaction() as session:
        office(session).borrower_limit = 5
        calendar.seed_week(session)
        rules.seed_rules(session)
        add_person(session, OFFICER, "Petugas Ukur", [Role.OFFICER], password)
        for number, token in enumerate(STATION_TOKENS):
            session.add(Station(name=f"Kiosk {number + 1}", kind=StationKind.KIOSK, token_hash=digest(token)))
    began = time.perf_counter()
    fill_many(database, titles)
    took = time.perf_counter() - began
    database.close()
    return took
