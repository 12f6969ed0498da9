"""A scanner station for tests: sheets with names in the simulated scanner, its worker, and what became of the pages."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import qrcode
import sqlalchemy as sa
from PIL import Image, ImageDraw

from foundation.database import Database
from foundation.files import FileStore
from foundation.jobs import Worker
from foundation.people import Actor, Role
from foundation.stations import Station, StationKind
from scanner.devices.port import Mode, Settings, Source
from scanner.pages import separators
from scanner.pages.batches import Batch, Page, Purpose, Run
from scanner.pages.capturing import Capturer
from scanner.pages.inspecting import Inspector
from scanner.station import digitising, overview
from scanner.station.overview import Look
from scanner.workshop.processes import Workshop

LESTARI = Actor("Lestari Contoh", frozenset({Role.LEGAL_STAFF}))
FEEDER = Settings(Source.FEEDER, Mode.GRAY, 75, 105, 148)
DUPLEX = Settings(Source.DUPLEX, Mode.GRAY, 75, 105, 148)
GLASS = Settings(Source.FLATBED, Mode.GRAY, 75, 105, 148)
DARKEST, STEP = 20, 6  # of a sheet's gray, by which it is known again


class Desk:
    """A station and a batch at it, in which everything is scanned that `scan` is told to."""

    def __init__(self, database: Database, folder: Path, workshop: Workshop, files: FileStore | None = None):
        self.database, self.stack = database, folder / "stack"
        self.files = files or FileStore(folder / "files")
        self.names: list[str] = []
        self.stack.mkdir(parents=True)
        capturer = Capturer(database, self.files, folder)
        self.jobs = {"capture": capturer.capture, "inspect": Inspector(database, self.files, workshop.examine).inspect}
        with database.transaction() as session:
            station = Station(name="Meja pindai", kind=StationKind.SCANNER, scanner=f"simulated://{self.stack}")
            session.add(station)
            session.flush()
            self.station = station.id
        self.batch = self.open("Keputusan 12/2026 (fiktif)")

    def open(self, name: str, expected: int | None = None, product_id: int | None = None) -> int:
        return self.do(digitising.open_batch, self.station, name, expected, LESTARI, product_id).id

    def do(self, use_case: Callable[..., Any], *arguments: Any) -> Any:
        def work(session: Any) -> Any:
            made = use_case(session, *arguments)
            session.flush()
            return made
        return self.database.run(work)

    def lay(self, sheets: Iterable[str | Image.Image], batch: int | None = None) -> None:
        """Put these into the feeder. The simulated scanner takes page n from picture n: before them lie those that it gave already."""
        with self.database.reading() as session:
            before = session.scalar(sa.select(sa.func.max(Page.number)).where(Page.batch_id == (batch or self.batch))) or 0
        for old in self.stack.glob("*.png"):
            old.unlink()
        for number, sheet in enumerate([*["" for _ in range(before)], *sheets], start=1):
            (self.picture(sheet) if isinstance(sheet, str) else sheet).save(self.stack / f"{number:05d}.png")

    def picture(self, name: str) -> Image.Image:
        """A sheet in a gray of its own; "loket:…": with that as a QR code."""
        if name not in self.names:
            self.names.append(name)
        sheet = Image.new("L", FEEDER.pixels, DARKEST + STEP * self.names.index(name))
        if name.startswith("loket:"):
            code = qrcode.make(name).get_image().convert("L").resize((220, 220), Image.Resampling.NEAREST)
            ImageDraw.Draw(sheet).rectangle((20, 60, 290, 340), fill=255)
            sheet.paste(code, (45, 90))
        return sheet

    def scan(self, *sheets: str | Image.Image, settings: Settings = FEEDER, purpose: Purpose = Purpose.ADD, target: int | None = None,
             batch: int | None = None) -> Run:
        self.lay(sheets, batch)
        asked = self.do(digitising.scan, batch or self.batch, settings, LESTARI, purpose, target)
        return self.work(asked)

    def go_on(self, *sheets: str, again: int | None = None, batch: int | None = None) -> Run:
        self.lay(sheets, batch)
        return self.work(self.do(digitising.go_on, batch or self.batch, LESTARI, again))

    def work(self, run: Run) -> Run:
        """Have the run done that waits."""
        assert Worker(self.database, self.jobs, [f"scanning/{self.station}"]).run_one()
        with self.database.reading() as session:
            return session.get_one(Run, run.id)

    def inspect(self) -> None:
        """Have every page looked at that waits for it."""
        worker = Worker(self.database, self.jobs, ["inspecting"])
        while worker.run_one():
            pass

    def pages(self, batch: int | None = None) -> list[Page]:
        with self.database.reading() as session:
            query = sa.select(Page).where(Page.batch_id == (batch or self.batch))
            return list(session.scalars(query.order_by(Page.place)))

    def page(self, name: str, batch: int | None = None) -> Page:
        """The newest page on which that sheet is."""
        return max((page for page in self.pages(batch) if self.name(page) == name), key=lambda page: page.number)

    def name(self, page: Page) -> str:
        """What the sheet is called that is on the page."""
        with Image.open(self.files.path(page.sha256)) as picture:
            return self.names[round((picture.convert("L").getpixel((5, 5)) - DARKEST) / STEP)]

    def strip(self, batch: int | None = None) -> list[str]:
        """The kept pages in their order, by the names of their sheets."""
        return [self.name(page) for page in self.pages(batch) if page.removed_at is None]

    def sheets(self, batch: int | None = None) -> dict[str, int | None]:
        """Of each kept page, the number of its sheet."""
        return {self.name(page): page.sheet for page in self.pages(batch) if page.removed_at is None}

    def look(self, batch: int | None = None) -> Look:
        with self.database.reading() as session:
            return overview.look(session, batch or self.batch)

    def named(self, batch: int) -> Batch:
        with self.database.reading() as session:
            return session.get_one(Batch, batch)


def separator(product_id: int = 0) -> str:
    """The name of a separator sheet, which is the text of its code."""
    return separators.code(product_id)
