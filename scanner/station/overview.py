"""What the scanner station's screen shows: batches, and of one its pages, how its scanner gets on, and what is missing."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from foundation.clock import now
from foundation.stations import Station
from scanner.devices.port import Source
from scanner.pages import arranging
from scanner.pages.batches import GOES_ON, Batch, Page, Purpose, Run, RunState, ScanProfile
from scanner.workshop.findings import Finding, Flag, Severity

CLOSED_SHOWN = 30
MARGIN = timedelta(seconds=2)  # that the screen asks for what was seen before it was drawn: it may be drawn between two askings


@dataclass(frozen=True)
class Listed:
    """A batch as a line among others; `kept` pages are those not removed, `run` the last one."""

    batch: Batch
    station: str
    kept: int
    run: Run | None


@dataclass(frozen=True)
class Pile:
    """Fronts and backs that were scanned by themselves, each as the scanner took them; `together`: they were put to each other."""

    fronts: list[Page]
    backs: list[Page]
    together: bool

    @property
    def reversed(self) -> bool:
        """The first front has the back that came last."""
        return bool(self.fronts and self.backs) and self.backs[-1].sheet == self.fronts[0].sheet


@dataclass(frozen=True)
class Look:
    """A batch with its `pages` in their order, removed ones among them, and its `runs`, the last one last.

    `ahead`: the run of another batch that keeps the scanner busy while this one waits for it. `pile`: the one whose fronts or backs
    came last, or wait. `since`: what was seen on a page after that may not be on the screen yet.
    """

    batch: Batch
    station: Station
    pages: list[Page]
    runs: list[Run]
    ahead: Run | None
    pile: Pile | None
    since: datetime = field(default_factory=lambda: now() - MARGIN)

    @property
    def run(self) -> Run | None:
        return self.runs[-1] if self.runs else None

    @property
    def model(self) -> Run | None:
        """The last run but for single pages that were scanned again: what comes next is scanned as it was."""
        return next((run for run in reversed(self.runs) if run.purpose is not Purpose.REPLACE), None)

    @property
    def going(self) -> bool:
        return self.run is not None and self.run.state in GOES_ON

    @property
    def takes_pages(self) -> bool:
        return not self.going and self.batch.closed_at is None

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
        return len({page.sheet for page in self.kept if page.sheet is not None})

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
    def half(self) -> Page | None:
        """The page that came last, when it is a front whose back did not come."""
        run, last = self.run, self.last
        of_two = run and last and last.run_id == run.id and _sides(run) == 2 and run.purpose is not Purpose.REPLACE
        return last if of_two and (last.number - run.first) % 2 == 0 else None

    @cached_property
    def unseen(self) -> int:
        """So many kept pages nobody has looked at for flaws yet."""
        return sum(page.examined_at is None for page in self.kept)

    @cached_property
    def remarkable(self) -> list[Page]:
        """Kept pages on which there is something that a person has to look at."""
        return [page for page in self.kept if severity(page)]

    @cached_property
    def tally(self) -> Counter[Severity | None]:
        """Kept pages that were looked at, by the worst that was seen."""
        return Counter(severity(page) for page in self.kept if page.examined_at)

    @cached_property
    def parts(self) -> int:
        """So many batches the separator sheets among the pages make of this one; 0 where there are none."""
        parts = arranging.separated(self.pages)
        return len(parts) if any(separator for separator, _ in parts) else 0

    def seen_anew(self, since: datetime, newest: int) -> list[Page]:
        """Pages up to number `newest` on which something was seen after `since`."""
        return [page for page in self.pages if page.number <= newest and page.examined_at and page.examined_at >= since]

    def chosen(self, page_id: int | None) -> Page | None:
        """The page with this id, otherwise the one that came last."""
        return next((page for page in self.pages if page.id == page_id), max(self.pages, key=lambda page: page.number, default=None))

    def beside(self, page: Page, step: int) -> Page | None:
        """The page so many places further on, removed ones counted."""
        at = self.pages.index(page) + step
        return self.pages[at] if 0 <= at < len(self.pages) else None

    def with_following(self, pages: list[Page]) -> list[tuple[Page, Page | None]]:
        """Each of `pages` in their order, and the next one after it that is none of them; None at the end."""
        mine, following, found = {page.id for page in pages}, None, []
        for page in reversed(self.pages):
            if page.id in mine:
                found.append((page, following))
            else:
                following = page
        return found[::-1]


def findings(page: Page) -> list[Finding]:
    """What was seen on the page."""
    return [Finding(Flag(each["flag"]), each) for each in page.findings]


def severity(page: Page) -> Severity | None:
    """The worst that was seen on it; None when it is good, a person said so, or nobody has looked yet."""
    if page.accepted_at:
        return None
    seen = {finding.severity for finding in findings(page)}
    return next((each for each in (Severity.AGAIN, Severity.LOOK) if each in seen), None)


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
    busy = sa.select(Run).join(Batch).where(Batch.station_id == batch.station_id, Batch.id != batch_id, Run.state == RunState.SCANNING)
    ahead = session.scalar(busy.options(joinedload(Run.batch)).limit(1))
    return Look(batch, session.get_one(Station, batch.station_id), pages, runs, ahead, _pile(session, runs))


def _pile(session: Session, runs: list[Run]) -> Pile | None:
    newest = next((run for run in reversed(runs) if run.pile), None)
    if newest is None or (newest.collated_at and newest is not runs[-1]):
        return None
    pile = Pile(*arranging.sides(session, newest.pile), together=newest.collated_at is not None)
    return None if not (pile.fronts or pile.backs) or (pile.together and len(pile.fronts) != len(pile.backs)) else pile


def profiles(session: Session) -> list[ScanProfile]:
    return list(session.scalars(sa.select(ScanProfile).order_by(ScanProfile.name)))


def signature(session: Session, batch_id: int) -> str:
    """Another one whenever something of the batch has changed that its live part shows."""
    pages = session.execute(sa.select(sa.func.count(), sa.func.count(Page.removed_at), sa.func.count(Page.examined_at))
                            .where(Page.batch_id == batch_id)).one()
    run = session.execute(sa.select(Run.id, Run.state, Run.cancel_wanted, Run.page, Run.part).where(Run.batch_id == batch_id)
                          .order_by(Run.id.desc()).limit(1)).first()
    return "-".join(str(part) for part in (*pages, *(run or ())))


def find_page(session: Session, page_id: int) -> Page | None:
    return session.get(Page, page_id)
