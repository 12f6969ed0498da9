"""What staff do with a batch of sheets at the scanner; every function is one use case, inside the caller's transaction."""

from dataclasses import asdict, replace

import sqlalchemy as sa
from sqlalchemy.orm import Session

from foundation.audit import record
from foundation.clock import now
from foundation.errors import Refused
from foundation.jobs import enqueue
from foundation.people import Actor
from foundation.stations import Station
from foundation.text import clean, t
from scanner.devices.port import Settings, Source
from scanner.documents.records import Document, DocumentState, Origin
from scanner.legal.products import Product
from scanner.pages import arranging
from scanner.pages.batches import STAFF, Batch, Page, Purpose, Run, RunState, ScanProfile
from scanner.pages.capturing import Capturing
from scanner.procedure import procedure
from scanner.station import assembling

MOST_SHEETS = 5000
PILES = {Purpose.FRONTS, Purpose.BACKS}
AIMED = {Purpose.INSERT, Purpose.REPLACE}


def open_batch(session: Session, station_id: int, name: str, expected_sheets: int | None, by: Actor,
               product_id: int | None = None) -> Batch:
    """Begin a batch at a scanner station, for a product or under a name.

    Raises Refused, with the fields, with neither, without a scanner, and for a silly number.
    """
    by.must_be(*STAFF)
    product = session.get(Product, product_id) if product_id else None
    name, wrong = _described(name, expected_sheets, product)
    if product_id and product is None:
        wrong["product_id"] = t("Choose one from the list.")
    station = session.get(Station, station_id)
    if station is None or not station.active or not station.scanner:
        wrong["station_id"] = t("This station has no scanner.")
    if wrong:
        raise Refused(t("The batch cannot be begun like this."), t("Correct the marked fields."), fields=wrong)
    batch = Batch(name=name, product_id=product and product.id, station_id=station_id, expected_sheets=expected_sheets, made_by=by.name)
    session.add(batch)
    record(session, by, "batch opened", batch, expected=expected_sheets)
    return batch


def describe(session: Session, batch_id: int, name: str, expected_sheets: int | None, by: Actor) -> Batch:
    """Correct a batch's name and its number of sheets. Raises Refused, with the fields, as `open_batch` does."""
    by.must_be(*STAFF)
    batch = arranging.unclosed(session, batch_id)
    name, wrong = _described(name, expected_sheets, batch.product)
    if wrong:
        raise Refused(t("The batch cannot be described like this."), t("Correct the marked fields."), fields=wrong)
    batch.name, batch.expected_sheets = name, expected_sheets
    record(session, by, "batch described", batch, expected=expected_sheets)
    return batch


def _described(name: str, expected_sheets: int | None, product: Product | None) -> tuple[str, dict[str, str]]:
    name, wrong = clean(name, 200), {}
    if not name and product is None:
        wrong["name"] = t("Write what is scanned, such as “Keputusan 12/2026”.")
    if expected_sheets is not None and not 1 <= expected_sheets <= MOST_SHEETS:
        wrong["expected_sheets"] = t("Write a number of sheets from 1 to 5000, or nothing.")
    return name, wrong


def scan(session: Session, batch_id: int, settings: Settings, by: Actor, purpose: Purpose = Purpose.ADD,
         target_id: int | None = None) -> Run:
    """Ask the batch's scanner for pages; they get the numbers after those that are there, so that a run goes on where one stopped.

    `target_id` is the page that others are to be inserted before, or that one is to replace. Raises Refused while another run
    of the batch goes on, once the batch is closed, without such a page, and for backs whose fronts are not there.
    """
    batch = arranging.quiet(session, batch_id, by)
    if purpose in AIMED:
        target = session.get(Page, target_id) if target_id else None
        if target is None or target.batch_id != batch.id or target.removed_at is not None:
            raise Refused(t("That page is not in this batch."), t("Look at the page again: somebody was faster."))
    if purpose is Purpose.REPLACE:
        settings = replace(settings, sheets=1, source=Source.FEEDER if settings.source is Source.DUPLEX else settings.source)
    elif purpose in PILES:
        settings = replace(settings, source=Source.FEEDER)
    last = session.scalar(sa.select(sa.func.max(Page.number)).where(Page.batch_id == batch.id)) or 0
    run = Run(batch_id=batch.id, settings=asdict(settings), first=last + 1, asked_by=by.name, asked_by_id=by.person_id, purpose=purpose,
              target_id=target_id if purpose in AIMED else None)
    session.add(run)
    session.flush()
    if purpose in PILES:
        run.pile = _pile(session, run)
    elif purpose in AIMED:
        of = session.get_one(Run, target.run_id)
        if purpose is Purpose.REPLACE or (of.collated_at is None and settings.source is not Source.DUPLEX):
            run.pile, run.collated_at = of.pile, of.collated_at
    enqueue(session, Capturing.capture, at=str(batch.station_id), run=run.id)
    record(session, by, "scan asked for", batch, first=run.first, purpose=purpose, **run.settings)
    return run


def _pile(session: Session, run: Run) -> int:
    """The pile that waits for its backs; for fronts a new one where none does."""
    waits = arranging.waiting_pile(session, run.batch_id)
    if run.purpose is Purpose.BACKS and not (waits and arranging.sides(session, waits)[0]):
        raise Refused(t("There are no fronts that wait for their backs."), t("Scan the fronts first."))
    return waits or run.id


def go_on(session: Session, batch_id: int, by: Actor, again: int | None = None) -> Run:
    """The last scan once more, from the page after the last one; page `again`, half a sheet, is removed because it comes once more.

    Raises Refused where nothing was scanned, and as `scan` does.
    """
    by.must_be(*STAFF)
    last = session.scalars(sa.select(Run).where(Run.batch_id == batch_id).order_by(Run.id.desc()).limit(1)).first()
    if last is None:
        raise Refused(t("Nothing was scanned in this batch yet."), t("Choose how, and scan."))
    run = scan(session, batch_id, last.wanted, by, last.purpose, last.target_id)
    if again and session.get_one(Page, again).batch_id == batch_id:
        arranging.remove(session, again, by)
    return run


def cancel(session: Session, run_id: int, by: Actor) -> Run:
    """End a run; pages that are finished stay. One that has not begun ends at once, another within some seconds."""
    by.must_be(*STAFF)
    run = session.get_one(Run, run_id, with_for_update=True)
    if run.state is RunState.QUEUED:
        run.take("cancel", by)
    elif run.state is RunState.SCANNING:
        run.cancel_wanted = True
    else:
        return run
    record(session, by, "scan cancelled", run.batch)
    return run


def close(session: Session, batch_id: int, by: Actor) -> Batch:
    """Removed pages are forgotten, and the document is made; `reopen` lets pages be changed once more. Raises Refused while a run goes
    on, for a batch without pages, and while backs wait to be put to their fronts."""
    batch = arranging.quiet(session, batch_id, by)
    kept = [page for page in batch.pages if page.removed_at is None]
    if not kept:
        raise Refused(t("There is no page in this batch."), t("Scan it first."))
    arranging.complete(kept)
    document = session.scalar(sa.select(Document).where(Document.batch_id == batch.id))
    if document is None:
        document = Document(origin=Origin.SCANNED, batch_id=batch.id, product_id=batch.product_id, name=batch.name, made_by=by.name)
        session.add(document)
    else:
        document.take("again", by)
        document.pages, document.name, document.made_at = [], batch.name, now()
        session.flush()
    for page in [page for page in batch.pages if page.removed_at]:
        session.delete(page)
    batch.closed_at = now()
    record(session, by, "batch closed", batch, pages=len(kept))
    session.flush()
    procedure.scanned(session, document, by)
    assembling.order(session, document)
    return batch


def reopen(session: Session, batch_id: int, by: Actor) -> Batch:
    """Let pages come into a closed batch again, be moved and removed; what was confirmed of its document stays. Closing it makes the
    document anew. Raises Refused where it is open, or its document is just being made."""
    by.must_be(*STAFF)
    batch = session.get_one(Batch, batch_id, with_for_update=True)
    document = session.scalar(sa.select(Document).where(Document.batch_id == batch.id))
    if batch.closed_at is None:
        raise Refused(t("This batch is open already."), t("Look at its pages."))
    if document and document.state is DocumentState.MAKING:
        raise Refused(t("Its document is being made just now."), t("Wait some seconds and try again."))
    batch.closed_at = None
    record(session, by, "batch opened again", batch)
    return batch


def keep_profile(session: Session, name: str, settings: Settings, by_hand: bool, by: Actor) -> ScanProfile:
    """Keep settings under a name; a profile of that name is changed. Raises Refused without a name."""
    by.must_be(*STAFF)
    name = clean(name, 80)
    if not name:
        raise Refused(t("A profile needs a name."), t("Write one, such as “Surat lama, dua sisi”."),
                      fields={"profile_name": t("Write a name.")})
    profile = session.scalar(sa.select(ScanProfile).where(ScanProfile.name == name)) or ScanProfile(name=name)
    profile.settings, profile.by_hand, profile.made_by = asdict(settings), by_hand, by.name
    session.add(profile)
    record(session, by, "profile kept", profile, name=name)
    return profile


def forget_profile(session: Session, profile_id: int, by: Actor) -> None:
    by.must_be(*STAFF)
    profile = session.get_one(ScanProfile, profile_id)
    record(session, by, "profile forgotten", profile, name=profile.name)
    session.delete(profile)
