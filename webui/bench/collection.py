"""Measures the import of a large list as the job that it is, beside the bare insert of the same rows, and who has to wait meanwhile."""

import json
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
import sqlalchemy as sa

from foundation.audit import record
from foundation.clock import now
from foundation.database import Database
from foundation.files import FileStore
from foundation.people import PROGRAM
from foundation.settings import Settings
from kiosk.exchange import bringing, columns, importing, tables
from kiosk.exchange.formats import recognise
from kiosk.exchange.imports import CollectionImport, ImportState
from kiosk.ledger.collection import Copy, Title
from kiosk.shelves.searching import search
from webui import migrating
from webui.demo.many import BY, many_titles

AIM = 60.0    # seconds for 100,000 titles
PAUSE = 0.05  # seconds between two looks and notes of somebody else


def run_bench(titles: int, url: str | None, as_json: bool) -> None:
    """Measure and print: on SQLite in a temporary folder, or on the empty database at `url`, which is left full."""
    say = (lambda _: None) if as_json else click.echo
    with tempfile.TemporaryDirectory(prefix="loket-bench-") as folder:
        figures = measure(Path(folder), titles, url, say)
    click.echo(json.dumps(figures, indent=2) if as_json else table(figures))


@contextmanager
def empty_database(folder: Path, url: str | None) -> Iterator[Database]:
    """Raises ClickException for a database that has titles."""
    database = Database(url or Settings(data=folder).database)
    try:
        migrating.upgrade(database)
        with database.reading() as session:
            if session.scalar(sa.select(Title.id).limit(1)):
                raise click.ClickException("This database has titles in it: the bench needs an empty one.")
        yield database
    finally:
        database.close()


def measure(folder: Path, titles: int, url: str | None, say: Callable[[str], None]) -> dict[str, Any]:
    """All figures: seconds, milliseconds and numbers."""
    with empty_database(folder, url) as database:
        say(f"Writing a list of {titles:,} titles …")
        path = folder / "list.csv"
        with path.open("wb") as file:
            tables.write_csv(file, _lines(titles))
        say("Inserting its rows bare …")
        bare = _insert_bare(database, path)
        say("Checking the list …")
        began = time.perf_counter()
        with database.reading() as session:
            plan = importing.check(session, recognise(path, path.name))
        check = time.perf_counter() - began
        say("Importing it, while somebody searches and somebody writes …")
        return {"engine": database.url.get_backend_name(), "titles": titles, "copies": plan.copies, "megabytes": path.stat().st_size / 1e6,
                "bare_s": bare, "check_s": check, **_import(database, folder, path, plan.records)}


def _lines(titles: int) -> Iterator[list[str]]:
    rows = many_titles(titles)
    yield [columns.COLUMNS[field][0] for field in columns.COLUMNS]
    for row in rows:
        yield [row.values.get(field, "") for field in columns.COLUMNS]


def _insert_bare(database: Database, path: Path) -> float:
    """Seconds that the driver takes to insert the titles and copies of the list, in one transaction that is then rolled back."""
    records = list(recognise(path, path.name).read(now().date()))
    with database.engine.connect() as connection:
        titles = [{**each.values, "id": id} for id, each in enumerate(records, 1)]
        copies = [{name: value for name, value in asdict(copy).items() if name != "line"}
                  | {"title_id": id, "code": f"{id}-{number}", "number": number}
                  for id, each in enumerate(records, 1) for number, copy in enumerate(each.copies, 1)]
        began = time.perf_counter()
        connection.execute(sa.insert(Title.__table__), titles)
        connection.execute(sa.insert(Copy.__table__), copies)
        took = time.perf_counter() - began
        connection.rollback()
    return took


def _import(database: Database, folder: Path, path: Path, records: int) -> dict[str, Any]:
    files = FileStore(folder / "files")
    with path.open("rb") as file:
        kept = files.put(file)
    asked = database.run(lambda session: bringing.order(session, path.name, "own list", kept, records, True, BY))
    stop, looks, notes = threading.Event(), [], []
    others = [threading.Thread(target=_again_and_again, args=(stop, looks, lambda: _look(database))),
              threading.Thread(target=_again_and_again, args=(stop, notes, lambda: _note(database)))]
    for other in others:
        other.start()
    began, worked = time.perf_counter(), time.process_time()
    bringing.Importer(database, files).bring_in(asked.id)
    took, cpu = time.perf_counter() - began, time.process_time() - worked
    stop.set()
    for other in others:
        other.join()
    with database.reading() as session:
        row = session.get_one(CollectionImport, asked.id)
        if (row.state, row.titles) != (ImportState.DONE, records):
            raise click.ClickException(f"{row.titles} of {records} titles came in.")
    return {"import_s": took, "cpu_s": cpu, "look_ms": _spread(looks), "note_ms": _spread(notes)}


def _look(database: Database) -> None:
    with database.reading() as session:
        search(session, "keputusan daerah 2019")


def _note(database: Database) -> None:
    with database.transaction() as session:
        record(session, PROGRAM, "measured", "bench")


def _again_and_again(stop: threading.Event, times: list[float], act: Callable[[], None]) -> None:
    while not stop.wait(PAUSE):
        began = time.perf_counter()
        act()
        times.append((time.perf_counter() - began) * 1000)


def _spread(times: list[float]) -> dict[str, float]:
    ordered = sorted(times) or [0.0]
    return {"p50": statistics.median(ordered), "p95": ordered[int(len(ordered) * 0.95)], "worst": ordered[-1]}


def table(figures: dict[str, Any]) -> str:
    """The figures for people."""
    look, note = figures["look_ms"], figures["note_ms"]
    return "\n".join([
        f"{figures['titles']:,} titles, {figures['copies']:,} copies, {figures['megabytes']:.0f} MB, on {figures['engine']}",
        f"  dry run                        {figures['check_s']:6.1f} s",
        f"  import with its search index   {figures['import_s']:6.1f} s   (aim: {AIM * figures['titles'] / 100_000:.0f} s; "
        f"processor {figures['cpu_s']:.1f} s)",
        f"  the same rows, bare insert     {figures['bare_s']:6.1f} s",
        f"  a search meanwhile             p50 {look['p50']:.0f} ms, p95 {look['p95']:.0f} ms, worst {look['worst']:.0f} ms",
        f"  somebody else's change         p50 {note['p50']:.0f} ms, p95 {note['p95']:.0f} ms, worst {note['worst']:.0f} ms"])
