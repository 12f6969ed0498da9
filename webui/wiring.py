"""Where ports meet adapters, and jobs meet what they need: the whole application on one screen."""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from flask import current_app

import webui.models  # noqa: F401  every model is known before the first query
from foundation.clock import now
from foundation.database import Database
from foundation.files import FileStore
from foundation.keys import Keys, load
from foundation.office import Office, office
from foundation.opening import open_database
from foundation.settings import Settings
from kiosk.borrowing.sending import WAYS, Sender
from kiosk.exchange.bringing import Importer
from kiosk.exchange.records import Filing
from printer.spool import Spool
from scanner.devices.knowing import Learner
from scanner.pages.capturing import Capturer
from scanner.pages.inspecting import Inspector
from scanner.pages.keeping import Keeper
from scanner.pages.transcribing import Transcriber
from scanner.publishing import publishers
from scanner.publishing.delivery import Uploader
from scanner.publishing.feed import Feed
from scanner.publishing.public import verify_code
from scanner.publishing.public_web import Web
from scanner.publishing.publisher import Publisher
from scanner.station.assembling import Assembler
from scanner.station.taking_in import Taker
from scanner.workshop.processes import Workshop
from webui.public_site import PublicSite

OFFICE_KEPT = timedelta(seconds=5)
COVER_SIDE = 900  # dots


@dataclass
class Wiring:
    settings: Settings
    database: Database
    keys: Keys
    spool: Spool
    files: FileStore
    workshop: Workshop
    feed: Feed
    web: Web
    publishers: dict[str, Publisher]
    jobs: dict[str, Callable[..., None]]
    _office: tuple[datetime, Office] | None = None   # until when it is good, and what it is

    @property
    def thumbnails(self) -> Path:
        """The folder of smaller pictures, which can always be made again."""
        return self.settings.data / "thumbnails"

    def office(self) -> Office:
        """The office as it is now, or was five seconds ago where another process has changed it since."""
        known = self._office
        if known is None or known[0] < now():
            with self.database.reading() as session:  # never in a transaction of its own: the asker may be in one
                row = session.get(Office, 1)
            self._office = known = (now() + OFFICE_KEPT, row or self.database.run(office))
        return known[1]

    def forget_office(self, info: dict) -> None:
        """After a commit: what it changed of the office is read anew."""
        if info.get("office changed"):
            self._office = None


def wire(settings: Settings) -> Wiring:
    settings.data.mkdir(parents=True, exist_ok=True)
    database = open_database(settings)
    spool = Spool(database, settings.data)
    files = FileStore(settings.data / "files")
    workshop = Workshop()
    feed = Feed(database, settings.data / "feed" / "document.json", settings.public)
    seal_with = {name: getattr(settings, f"seal_{name}")
                 for name in ("key", "password", "library", "token", "label", "timestamps", "trusted")}
    capturer = Capturer(database, files, settings.data)
    taker = Taker(database, files, settings.data / "taking-in", workshop.extract, workshop.put_text_under)
    web = publishers.web(settings)
    static_site = PublicSite(database, files, settings.data / "thumbnails", workshop.draw, settings.static_public_url, "static")
    named = publishers.publishers(settings, web, static_site)
    uploader = Uploader(database, files, named, web)
    keys = load(settings.data, settings.secret_key)
    assembler = Assembler(database, files, settings.data / "assembling", workshop.compose, workshop.seal, seal_with,
                          lambda product: f"{settings.public}/verify/{verify_code(keys.slips, product)}")
    wired = Wiring(settings, database, keys, spool, files, workshop, feed, web, named, jobs={
        "pack_page": Keeper(database, files, settings.data / "assembling", workshop.pack).pack_page,
        "print_printout": spool.print_printout,
        "bring_in": Importer(database, filing(files, workshop)).bring_in,
        "capture": capturer.capture,
        "assemble": assembler.assemble,
        "inspect": Inspector(database, files, workshop.examine).inspect,
        "learn": Learner(database, settings.data).learn,
        "make_searchable": taker.make_searchable,
        "send_message": Sender(database, {way: getattr(settings, f"message_{way}") for way in WAYS}).send_message,
        "take_in": taker.take_in,
        "transcribe": Transcriber(database, files, workshop.read).transcribe,
        **{name: getattr(uploader, name) for name in ("arrange", "upload", "take_down", "recheck", "refresh")},
    })
    database.committed.append(wired.forget_office)
    return wired


def filing(files: FileStore, workshop: Workshop) -> Filing:
    """Where the covers and PDF files of an import go, and who looks into them."""
    def look_at(picture: Path) -> None:
        with tempfile.TemporaryDirectory() as folder:
            workshop.shrink(picture, COVER_SIDE, Path(folder) / "drawn.jpg")
    return Filing(files, lambda pdf: workshop.check(pdf)["pages"], look_at)


def wiring() -> Wiring:
    """The wiring of the running application, for routes."""
    return current_app.extensions["wiring"]
