"""Ten years of a library with 100 visits a day, and how long its reports take to open, on the database of the settings or a new one."""

import json
import random
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import click
import sqlalchemy as sa

from foundation.clock import end_of, start_of
from foundation.database import Database
from foundation.office import office
from kiosk.ledger.collection import Copy
from kiosk.ledger.loans import Loan, LoanItem, LoanState, Outcome, Reading
from kiosk.ledger.visits import Category, Purpose, Rating, Visit, VisitState
from kiosk.reporting import periods, recaps
from webui.demo.many import fill_many

AIM = 2.0  # seconds
YEARS, DAYS, VISITS_A_DAY = 10, 365, 100
LENT, READ, RATED = 0.2, 0.15, 0.4  # of the visits
PEOPLE, INSTITUTIONS, TITLES = 40_000, 3_000, 3_000
ZONE = "Asia/Jakarta"
AT_ONCE = 10  # days in one insert


def run_bench(url: str | None, as_json: bool) -> None:
    """Make the ten years in the empty database at `url`, or in one of its own, open the reports, and print the seconds."""
    from webui.migrating import upgrade

    with (tempfile.TemporaryDirectory(prefix="loket-bench-") as folder,
          closing(Database(url or f"sqlite:///{Path(folder)}/loket.db")) as database):
        upgrade(database)
        fill(database)
        figures = measure(database)
    click.echo(json.dumps(figures, indent=2) if as_json else table(figures))


def measure(database: Database) -> dict[str, Any]:
    """The median seconds of three openings of each report."""
    last = date.today().replace(month=1, day=1) - timedelta(1)  # noqa: DTZ011 whatever year it is here
    seconds = {}
    for span in periods.Span:
        period, times = periods.around(last, span), []
        for _ in range(3):
            began = time.perf_counter()
            with database.reading() as session:
                made = recaps.recap(session, period)
            times.append(time.perf_counter() - began)
        seconds[period.key] = sorted(times)[1]
    visits = made.tables[recaps.About.VISITS].total[-3]
    return {"database": database.url.get_backend_name(), "visits": visits, "seconds": seconds}


def table(figures: dict[str, Any]) -> str:
    """The figures as a person reads them."""
    lines = [f"{figures['visits']:,} visits in ten years, on {figures['database']}", "", f"Report      seconds (aim {AIM:.0f})"]
    return "\n".join([*lines, *(f"  {key:12}{seconds:6.2f}" for key, seconds in figures["seconds"].items())])


def fill(database: Database, years: int = YEARS, a_day: int = VISITS_A_DAY, seed: int = 7) -> None:
    """The years before this one: every day the same number of visits, and what they lent, read and thought of it."""
    chance = random.Random(seed)  # noqa: S311 - nothing secret
    fill_many(database, TITLES)
    with database.transaction() as session:
        office(session).time_zone = ZONE
        copies = list(session.scalars(sa.select(Copy.id)))
    begin = date.today().replace(month=1, day=1)  # noqa: DTZ011
    days = [begin - timedelta(n) for n in range(years * DAYS, 0, -1)]
    number, seen = 0, set()
    for first in range(0, len(days), AT_ONCE):
        rows: dict[type, list[dict]] = {Visit: [], Loan: [], LoanItem: [], Reading: [], Rating: []}
        for day in days[first:first + AT_ONCE]:
            for arrived in _arrivals(chance, day, a_day):
                number += 1
                _one(chance, rows, number, day, arrived, chance.choice(copies))
                who = (day.year, day.month, rows[Visit][-1]["person_key"])
                rows[Visit][-1]["first_of_month"] = who not in seen
                seen.add(who)
        with database.transaction() as session:
            for model, lines in rows.items():
                session.execute(sa.insert(model), lines)
    if not database.on_sqlite:  # where it happens by itself some time after so many rows
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(sa.text("VACUUM ANALYZE"))


def _arrivals(chance: random.Random, day: date, count: int) -> Iterator[datetime]:
    opens = start_of(day, ZONE) + timedelta(hours=8)
    return (opens + timedelta(seconds=second) for second in sorted(chance.sample(range(8 * 3600), count)))


def _one(chance: random.Random, rows: dict[type, list[dict]], number: int, day: date, arrived: datetime, copy: int) -> None:
    person, left = chance.randrange(PEOPLE), arrived + timedelta(minutes=chance.randint(10, 120))
    rows[Visit].append({
        "id": number, "state": VisitState.LEFT, "day": day, "name": f"Tamu {person}", "institution": f"Instansi {person % INSTITUTIONS}",
        "person_key": f"tamu {person}|instansi {person % INSTITUTIONS}", "category": chance.choice(list(Category)),
        "purpose": chance.choice(list(Purpose)), "people": 1 if chance.random() < 0.97 else chance.randint(5, 40), "arrived_at": arrived,
        "signed_at": arrived, "admitted_at": arrived, "admitted_by": "Loket", "left_at": left, "version": 1})
    kind = chance.random()
    if kind < LENT:
        due, back = day + timedelta(7), left + timedelta(days=chance.randint(1, 12))
        rows[Loan].append({
            "id": number, "nonce": f"bench {number}", "state": LoanState.RETURNED, "visit_id": number, "call": 1,
            "borrower_key": f"tamu {person}|instansi {person % INSTITUTIONS}", "rules": {}, "year": day.year, "number": number,
            "requested_at": arrived, "handed_over_at": left, "handed_over_by": "Loket", "due_on": due, "due_at": end_of(due, ZONE),
            "closed_at": back, "version": 1})
        rows[LoanItem].append({"loan_id": number, "copy_id": copy, "outcome": Outcome.RETURNED, "closed_at": back, "received_by": "Loket"})
    elif kind < LENT + READ:
        rows[Reading].append({"nonce": f"bench {number}", "copy_id": copy, "visit_id": number, "day": day, "began_at": arrived,
                              "ended_at": left})
    if chance.random() < RATED:
        rows[Rating].append({"day": day, "score": chance.choices((1, 2, 3, 4), (1, 2, 5, 8))[0]})
