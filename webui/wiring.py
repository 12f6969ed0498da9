"""Where ports meet adapters, and jobs meet what they need: the whole application on one screen."""

from collections.abc import Callable
from dataclasses import dataclass, field

from flask import current_app

import webui.models  # noqa: F401  every model is known before the first query
from foundation.database import Database
from foundation.keys import Keys, load
from foundation.office import Office, office
from foundation.settings import Settings
from printer.spool import Spool


@dataclass
class Wiring:
    settings: Settings
    database: Database
    keys: Keys
    spool: Spool
    jobs: dict[str, Callable[..., None]]
    _office: list[Office] = field(default_factory=list)

    def office(self) -> Office:
        """The office as it is now; read once and again after every commit that changed it."""
        if not self._office:
            with self.database.transaction() as session:
                self._office[:] = [office(session)]
        return self._office[0]


def wire(settings: Settings) -> Wiring:
    settings.data.mkdir(parents=True, exist_ok=True)
    database = Database(settings.database)
    spool = Spool(database, settings.data)
    wired = Wiring(settings, database, load(settings.data, settings.secret_key), spool, jobs={
        "print_printout": spool.print_printout,
    })
    database.committed.append(lambda info: wired._office.clear() if info.get("office changed") else None)
    return wired


def wiring() -> Wiring:
    """The wiring of the running application, for routes."""
    return current_app.extensions["wiring"]
