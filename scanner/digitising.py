"""What staff do with a batch of sheets; every function is one use case, inside the caller's transaction."""

from dataclasses import asdict

import sqlalchemy as sa
from sqlalchemy.orm import Session

from foundation.audit import record
from foundation.clock import now
from foundation.errors import Refused
from foundation.jobs import enqueue
from foundation.people import Actor, Role
from foundation.stations import Station
from foundation.text import clean, t
from scanner.batches import GOES_ON, Batch, Page, Run, RunState
from scanner.capturing import Capturing
from scanner.device import Settings

MAY = (Role.LEGAL_STAFF, Role.ADMIN)
MOST_SHEETS = 5000


def open_batch(session: Session, station_id: int, name: str, expected_sheets: int | None, by: Actor) -> Batch:
    """Begin a batch at a scanner station. Raises Refused, with the fields, without a name or scanner, and for a silly number."""
    by.must_be(*MAY)
    name, wrong = clean(name, 200), {}
    if not name:
        wrong["name"] = t("Write what is scanned, such as “Keputusan 12/2026”.")
    if expected_sheets is not None and not 1 <= expected_sheets <= MOST_SHEETS:
        wrong["expected_sheets"] = t("Write a number of sheets from 1 to 5000, or nothing.")
    station = session.get(Station, station_id)
    if station is None or not station.active or not station.scanner:
        wrong["station_id"] = t("This station has no scanner.")
    if wrong:
        raise Refused(t("The batch cannot be begun like this."), t("Correct the marked fields."), fields=wrong)
    batch = Batch(name=name, station_id=station_id, expected_sheets=expected_sheets, made_by=by.name)
    session.add(batch)
    record(session, by, "batch opened", batch, expected=expected_sheets)
    return batch


def scan(session: Session, batch_id: int, settings: Settings, by: Actor) -> Run:
    """Ask the batch's scanner for pages; they get the numbers after those that are there, so that a run goes on where one stopped.

    Raises Refused while another run of the batch goes on, and once the batch is closed.
    """
    by.must_be(*MAY)
    batch = _open(session, batch_id)
    if session.scalar(sa.select(Run.id).where(Run.batch_id == batch.id, Run.state.in_(GOES_ON))):
        raise Refused(t("This batch is being scanned just now."), t("Wait until it is done, or cancel it."))
    last = session.scalar(sa.select(sa.func.max(Page.number)).where(Page.batch_id == batch.id)) or 0
    run = Run(batch_id=batch.id, settings=asdict(settings), first=last + 1, asked_by=by.name)
    session.add(run)
    session.flush()
    enqueue(session, Capturing.capture, at=str(batch.station_id), run=run.id)
    record(session, by, "scan asked for", batch, first=run.first, **run.settings)
    return run


def cancel(session: Session, run_id: int, by: Actor) -> Run:
    """End a run; pages that are finished stay. One that has not begun ends at once, another within some seconds."""
    by.must_be(*MAY)
    run = session.get_one(Run, run_id, with_for_update=True)
    if run.state is RunState.QUEUED:
        run.take("cancel", by)
    elif run.state is RunState.SCANNING:
        run.cancel_wanted = True
    else:
        return run
    record(session, by, "scan cancelled", run.batch)
    return run


def turn(session: Session, page_id: int, degrees: int, by: Actor) -> Page:
    """Look at the page turned by a further 90, 180 or 270 `degrees` clockwise; its picture stays as it is."""
    page = _page(session, page_id, by)
    page.turned = (page.turned + degrees) % 360
    record(session, by, "page turned", page.batch, page=page.number, turned=page.turned)
    return page


def remove(session: Session, page_id: int, by: Actor) -> Page:
    """Take the page out of the batch; it can be put back until the batch is closed."""
    page = _page(session, page_id, by)
    if page.removed_at is None:
        page.removed_at = now()
        record(session, by, "page removed", page.batch, page=page.number)
    return page


def put_back(session: Session, page_id: int, by: Actor) -> Page:
    page = _page(session, page_id, by)
    if page.removed_at is not None:
        page.removed_at = None
        record(session, by, "page put back", page.batch, page=page.number)
    return page


def move(session: Session, page_id: int, before_id: int | None, by: Actor) -> Page:
    """Put the page before another of the batch (None: at the end). Raises Refused where that is in another batch."""
    page = _page(session, page_id, by)
    others = [other for other in page.batch.pages if other is not page]
    at = next((i for i, other in enumerate(others) if other.id == before_id), len(others))
    if before_id is not None and at == len(others):
        raise Refused(t("That page is not in this batch."), t("Look at the page again: somebody was faster."))
    for place, each in enumerate([*others[:at], page, *others[at:]], start=1):
        each.place = place
    record(session, by, "page moved", page.batch, page=page.number, to=at + 1)
    return page


def close(session: Session, batch_id: int, by: Actor) -> Batch:
    """Nothing is added, moved or turned after this, and removed pages are forgotten. Raises Refused while a run goes on, and
    for a batch without pages."""
    by.must_be(*MAY)
    batch = _open(session, batch_id)
    if session.scalar(sa.select(Run.id).where(Run.batch_id == batch.id, Run.state.in_(GOES_ON))):
        raise Refused(t("This batch is being scanned just now."), t("Wait until it is done, or cancel it."))
    if not any(page.removed_at is None for page in batch.pages):
        raise Refused(t("There is no page in this batch."), t("Scan it first."))
    for page in [page for page in batch.pages if page.removed_at]:
        session.delete(page)
    batch.closed_at = now()
    record(session, by, "batch closed", batch, pages=sum(page.removed_at is None for page in batch.pages))
    return batch


def _page(session: Session, page_id: int, by: Actor) -> Page:
    by.must_be(*MAY)
    page = session.get_one(Page, page_id)
    _open(session, page.batch_id)
    return page


def _open(session: Session, batch_id: int) -> Batch:
    batch = session.get_one(Batch, batch_id, with_for_update=True)  # one change of a batch at a time
    if batch.closed_at:
        raise Refused(t("This batch is closed."), t("Begin a new one for further pages."))
    return batch
