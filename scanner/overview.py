"""What the scanner station's screen shows: batches, and of one its pages, how its scanner gets on, and what is missing."""

from dataclasses import dataclass
from functools import cached_property

import sqlalchemy as sa
from sqlalchemy.orm import Session

from foundation.stations import Station
from scanner.batches import GOES_ON, Batch, Page, Run, RunState
from scanner.device import Source

CLOSED_SHOWN = 30


@dataclass(frozen=True)
class Listed:
    """A batch as a line among others; `kept` pages are those not removed, `run` the last one."""

    batch: Batch
    station: str
    kept: int
    run: Run | None


@dataclass(frozen=True)
class Look:
    """A batch with its `pages` in their order, removed ones among them, and its `runs`, the last one last.

    `ahead`: another batch that keeps the scanner busy while this one waits for it.
    """

    batch: Batch
    station: Station
    pages: list[Page]
    runs: list[Run]
    ahead: Batch | None

    @property
    def run(self) -> Run | None:
        return self.runs[-1] if self.runs else None

    @property
    def going(self) -> bool:
        return self.run is not None and self.run.state in GOES_ON

    @cached_property
    def kept(self) -> list[Page]:
        return [page for page in self.pages if page.removed_at is None]

    @cached_property
    def places(self) -> dict[int, int]:
        """Of each kept page, by its id, the number that it has among them."""
        return {page.id: place for place, page in enumerate(self.kept, start=1)}

    @cached_property
    def sheets(self) -> int:
        """So many sheets have at least one side among the kept pages."""
        runs = {run.id: run for run in self.runs}
        return len({(page.run_id, (page.number - runs[page.run_id].first) // _sides(runs[page.run_id])) for page in self.kept})

    @property
    def missing(self) -> int | None:
        """Sheets; less than none when there are too many, None where nobody counted them."""
        return None if self.batch.expected_sheets is None else self.batch.expected_sheets - self.sheets

    @property
    def expected_pages(self) -> int | None:
        """So many pages come if every sheet is scanned as the last run does it."""
        sheets = self.batch.expected_sheets
        return sheets and self.run and sheets * _sides(self.run)

    @property
    def last(self) -> Page | None:
        """The page that came last, also where it was moved since; None when it was removed."""
        newest = max(self.pages, key=lambda page: page.number, default=None)
        return newest if newest and newest.removed_at is None else None

    @property
    def half(self) -> bool:
        """The last run took both sides of its sheets and ended between the front and the back of one."""
        newest = max((page.number for page in self.pages), default=0)
        return bool(self.run and _sides(self.run) == 2 and newest >= self.run.first and (newest - self.run.first) % 2 == 0)

    def chosen(self, page_id: int | None) -> Page | None:
        """The page with this id, otherwise the one that came last."""
        return next((page for page in self.pages if page.id == page_id), max(self.pages, key=lambda page: page.number, default=None))

    def beside(self, page: Page, step: int) -> Page | None:
        """The page so many places further on, removed ones counted."""
        at = self.pages.index(page) + step
        return self.pages[at] if 0 <= at < len(self.pages) else None


def _sides(run: Run) -> int:
    return 2 if run.wanted.source is Source.DUPLEX else 1


def open_batches(session: Session) -> list[Listed]:
    return _listed(session, sa.select(Batch).where(Batch.closed_at.is_(None)).order_by(Batch.made_at.desc()))


def closed_batches(session: Session) -> list[Listed]:
    """The thirty closed last."""
    return _listed(session, sa.select(Batch).where(Batch.closed_at.is_not(None)).order_by(Batch.closed_at.desc()).limit(CLOSED_SHOWN))


def _listed(session: Session, query: sa.Select[tuple[Batch]]) -> list[Listed]:
    batches = list(session.scalars(query))
    mine = [batch.id for batch in batches]
    kept = dict(session.execute(sa.select(Page.batch_id, sa.func.count()).where(Page.batch_id.in_(mine), Page.removed_at.is_(None))
                                .group_by(Page.batch_id)).all())
    last = sa.select(sa.func.max(Run.id)).where(Run.batch_id.in_(mine)).group_by(Run.batch_id)
    runs = {run.batch_id: run for run in session.scalars(sa.select(Run).where(Run.id.in_(last)))}
    names = dict(session.execute(sa.select(Station.id, Station.name)).all())
    return [Listed(batch, names[batch.station_id], kept.get(batch.id, 0), runs.get(batch.id)) for batch in batches]


def stations(session: Session) -> list[Station]:
    """Those at which something can be scanned."""
    return list(session.scalars(sa.select(Station).where(Station.active, Station.scanner != "").order_by(Station.name)))


def look(session: Session, batch_id: int) -> Look | None:
    """Everything of one batch; None when there is no such batch."""
    batch = session.get(Batch, batch_id)
    if batch is None:
        return None
    pages = list(session.scalars(sa.select(Page).where(Page.batch_id == batch_id).order_by(Page.place)))
    runs = list(session.scalars(sa.select(Run).where(Run.batch_id == batch_id).order_by(Run.id)))
    busy = sa.select(Batch).join(Run).where(Batch.station_id == batch.station_id, Batch.id != batch_id, Run.state == RunState.SCANNING)
    return Look(batch, session.get_one(Station, batch.station_id), pages, runs, session.scalar(busy.limit(1)))


def signature(session: Session, batch_id: int) -> str:
    """Another one whenever something of the batch has changed that its live part shows."""
    pages = session.execute(sa.select(sa.func.count(), sa.func.count(Page.removed_at)).where(Page.batch_id == batch_id)).one()
    run = session.execute(sa.select(Run.id, Run.state, Run.cancel_wanted, Run.page, Run.part).where(Run.batch_id == batch_id)
                          .order_by(Run.id.desc()).limit(1)).first()
    return "-".join(str(part) for part in (*pages, *(run or ())))


def find_page(session: Session, page_id: int) -> Page | None:
    return session.get(Page, page_id)
