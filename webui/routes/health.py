"""What machines ask: is the service well?"""

import shutil

from flask import Blueprint, current_app, jsonify
from flask.typing import ResponseReturnValue

from foundation.database import DatabaseUnusable
from foundation.stations import printer_states
from webui import migrating
from webui.wiring import wiring

screens = Blueprint("health", __name__)
LEAST_FREE = 512 * 2**20  # bytes


@screens.get("/health")
def health() -> ResponseReturnValue:
    """Database, worker, printers and disk; 200 when a loan can be made, 503 when not. Names nobody and no device address."""
    wired, works = wiring(), current_app.extensions.get("works")
    try:
        migrating.check_writable(wired.database)
        with wired.database.reading() as session:
            database, paper = "ok", printer_states(session)
    except (DatabaseUnusable, OSError) as problem:
        database, paper = f"unusable: {type(problem).__name__}", {}
    disk = shutil.disk_usage(wired.settings.data)
    answer = {"database": database, "worker": "none here" if works is None else "ok" if works.alive else "stopped",
              "printer": paper, "disk": {"free_bytes": disk.free, "low": disk.free < LEAST_FREE}}
    well = database == "ok" and answer["worker"] != "stopped" and disk.free > 16 * 2**20
    return jsonify(status="ok" if well else "unwell", **answer), 200 if well else 503

