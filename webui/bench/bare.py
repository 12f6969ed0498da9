"""The same SQL without the service: recorded once, then replayed on a bare connection and in a minimal Flask view."""

import pickle
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from foundation.database import PRAGMAS
from foundation.settings import Settings
from webui.bench.browser import Browser
from webui.bench.scripts import batches
from webui.bench.service import Process, free_port

Statement = tuple[str, Any, bool]  # SQL, parameters, whether there are many sets of them


@dataclass
class Recorded:
    """One batch: the statements of each request that prepares, and of each that is measured."""

    name: str
    before: list[list[Statement]] = field(default_factory=list)
    measured: list[list[Statement]] = field(default_factory=list)


def record(folder: Path) -> list[Recorded]:
    """Run the scripts against the application in this process and note every statement, in order."""
    from waitress import create_server

    from webui import create_app

    app = create_app(Settings(data=folder))
    noted: list[Statement] = []
    engine = app.extensions["wiring"].database.engine
    sa.event.listen(engine, "before_cursor_execute", lambda _c, _cursor, sql, values, _x, many: noted.append(
        (sql, values, many and isinstance(values[0], tuple))))  # several rows in one INSERT are one set of values
    sa.event.listen(engine, "commit", lambda _c: noted.append(("COMMIT", (), False)))
    sa.event.listen(engine, "rollback", lambda _c: noted.append(("ROLLBACK", (), False)))
    server = create_server(app, host="127.0.0.1", port=free_port(), threads=4, ident=None)
    threading.Thread(target=server.run, daemon=True).start()
    result = []
    target = type("Target", (), {"port": server.effective_port})
    for batch in batches(target):
        batch.prepare()
        group = Recorded(batch.name, before=[_taken(noted)])
        for request in batch.requests:
            request()
            group.measured.append(_taken(noted))
        result.append(group)
    server.close()
    app.extensions["wiring"].database.close()
    return result


def _taken(noted: list[Statement]) -> list[Statement]:
    taken = noted[:]
    noted.clear()
    return taken


def connect(folder: Path) -> Any:
    import pysqlite3.dbapi2 as sqlite

    connection = sqlite.connect(folder / "loket.db", isolation_level=None, check_same_thread=False)
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
    return connection


def execute(connection: Any, statements: list[Statement]) -> int:
    """Run `statements` and fetch what they answer; how many rows that was."""
    rows = within = 0  # within: looks that the service took on another connection while it was writing on this one
    for sql, values, many in statements:
        if sql.startswith("BEGIN") and connection.in_transaction:
            within += 1
            continue
        if sql in ("COMMIT", "ROLLBACK") and (within or not connection.in_transaction):
            within = max(0, within - 1)
            continue
        cursor = connection.executemany(sql, values) if many else connection.execute(sql, values)
        rows += len(cursor.fetchall()) if cursor.description else 0
    return rows


def replay(folder: Path, recorded: list[Recorded]) -> dict[str, dict[str, float]]:
    """CPU milliseconds of each action's statements alone."""
    connection, figures = connect(folder), {}
    for group in recorded:
        for statements in group.before:
            execute(connection, statements)
        began = time.process_time()
        for statements in group.measured:
            execute(connection, statements)
        figures[group.name] = {"cpu": (time.process_time() - began) * 1000 / len(group.measured)}
    connection.close()
    return figures


def replay_in_a_view(folder: Path, recorded: list[Recorded]) -> dict[str, dict[str, float]]:
    """CPU milliseconds of a Flask view that runs each action's statements and renders one short template."""
    script = folder / "recorded.pickle"
    script.write_bytes(pickle.dumps([(g.name, g.before, g.measured) for g in recorded]))
    port = free_port()
    process = Process([sys.executable, "-m", "webui.bench.view", str(folder), str(port)], {}, port)
    figures = {}
    try:
        process.wait_until_it_answers("/0/0/0")
        browser = Browser(port)
        for number, group in enumerate(recorded):
            for position in range(len(group.before)):
                browser.get(f"/{number}/1/{position}")
            before = process.cpu()
            for position in range(len(group.measured)):
                browser.get(f"/{number}/2/{position}")
            figures[group.name] = {"cpu": (process.cpu() - before) * 1000 / len(group.measured)}
        browser.close()
    finally:
        process.stop()
    return figures
