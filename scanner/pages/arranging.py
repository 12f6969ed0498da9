"""Where a batch's pages stand: how one comes in, is turned, removed, moved; fronts and backs, and a stack that is split."""

from collections.abc import Sequence
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Session

from foundation.audit import record
from foundation.clock import now
from foundation.errors import Refused
from foundation.jobs import enqueue
from foundation.office import office
from foundation.people import Actor
from foundation.text import t, translator
from scanner.devices.port import PageFile, Source
from scanner.legal.products import Product
from scanner.pages import separators
from scanner.pages.batches import GOES_ON, STAFF, Batch, Page, Purpose, Run, RunState
from scanner.pages.inspecting import Inspecting
from scanner.pages.keeping import pack_later


class Lie(StrEnum):
    """How the backs of a pile lie to its fronts."""

    REVERSED = "reversed"  # the pile was turned over as one: the last sheet's back came first
    SAME = "same"          # each sheet was turned by itself
    APART = "apart"        # they stay where they are, each a sheet of its own


def take_in(session: Session, run_id: int, page: PageFile, name: str) -> Page:
    """A page that the scanner gave, whose picture is kept under `name`, gets the place that its run is for."""
    run = session.get_one(Run, run_id)
    session.get_one(Batch, run.batch_id, with_for_update=True)  # one change of a batch at a time
    target = session.get(Page, run.target_id) if run.target_id else None
    last_place, last_sheet = session.execute(sa.select(sa.func.max(Page.place), sa.func.max(Page.sheet))
                                             .where(Page.batch_id == run.batch_id)).one()
    place, sheet = (last_place or 0) + 1, (last_sheet or 0) + 1
    if target is not None:
        place = target.place + (run.purpose is Purpose.REPLACE)
        session.execute(sa.update(Page).where(Page.batch_id == run.batch_id, Page.place >= place).values(place=Page.place + 1))
        if run.purpose is Purpose.REPLACE:
            target.removed_at, sheet = now(), target.sheet
    if run.purpose is Purpose.BACKS or (run.pile and target is not None and target.sheet is None):
        sheet = None
    elif run.wanted.source is Source.DUPLEX and (page.number - run.first) % 2:
        sheet = session.scalar(sa.select(Page.sheet).where(Page.batch_id == run.batch_id, Page.number == page.number - 1))
    taken = Page(batch_id=run.batch_id, run_id=run.id, number=page.number, place=place, sheet=sheet, sha256=name, kind=page.path.suffix,
                 width_px=page.width_px, height_px=page.height_px, dpi=page.dpi, mode=page.mode)
    session.add(taken)
    session.flush()
    enqueue(session, Inspecting.inspect, page=taken.id)
    pack_later(session, taken)
    return taken


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
    """Take a removed page in again; a back whose pile was put together without it is a sheet of its own."""
    page = _page(session, page_id, by)
    if page.removed_at is not None:
        page.removed_at = None
        if page.sheet is None and session.get_one(Run, page.run_id).collated_at:
            page.sheet = max(each.sheet or 0 for each in page.batch.pages) + 1
        record(session, by, "page put back", page.batch, page=page.number)
    return page


def accept(session: Session, page_id: int, good: bool, by: Actor) -> Page:
    """A person says that the page is good as it is, also as it is turned, whatever was seen on it; or takes that back."""
    page = _page(session, page_id, by)
    if good != bool(page.accepted_at):
        page.accepted_at = now() if good else None
        record(session, by, "page accepted" if good else "page no longer accepted", page.batch, page=page.number)
    return page


def move(session: Session, page_id: int, before_id: int | None, by: Actor) -> Page:
    """Put the page before another of the batch (None: at the end). Raises Refused where that is in another batch."""
    page = _page(session, page_id, by)
    others = [other for other in page.batch.pages if other is not page]
    at = next((i for i, other in enumerate(others) if other.id == before_id), len(others))
    if before_id is not None and at == len(others):
        raise Refused(t("That page is not in this batch."), t("Look at the page again: somebody was faster."))
    _set_places([*others[:at], page, *others[at:]])
    record(session, by, "page moved", page.batch, page=page.number, to=at + 1)
    return page


def sides(session: Session, pile: int) -> tuple[list[Page], list[Page]]:
    """The pile's fronts and its backs that were not removed, as the scanner took them; inserted ones, and those that were scanned again,
    beside their targets."""
    sides: dict[Purpose, list[Page]] = {Purpose.FRONTS: [], Purpose.BACKS: []}
    found = sa.select(Page, Run).join(Run, Page.run_id == Run.id).where(Run.pile == pile).order_by(Page.number)
    for page, run in session.execute(found).all():
        if run.purpose in sides:
            sides[run.purpose].append(page)
            continue
        side = next(each for each in sides.values() if any(other.id == run.target_id for other in each))
        at = next(i for i, other in enumerate(side) if other.id == run.target_id)
        side.insert(at + (run.purpose is Purpose.REPLACE), page)
    fronts, backs = ([page for page in side if page.removed_at is None] for side in sides.values())
    return fronts, backs


def waiting_pile(session: Session, batch_id: int) -> int | None:
    """The batch's pile whose fronts and backs are not yet put together, by the number of its first run."""
    return session.scalar(sa.select(sa.func.max(Run.pile)).where(Run.batch_id == batch_id, Run.collated_at.is_(None)))


def collate(session: Session, batch_id: int, lie: Lie, by: Actor) -> Batch:
    """Put fronts and backs of the newest pile together, as the backs lie; can be done again with another `lie`.

    Raises Refused for fronts or backs without the others and for unequal numbers of them, unless they are to stay apart.
    """
    batch = quiet(session, batch_id, by)
    pile = session.scalar(sa.select(sa.func.max(Run.pile)).where(Run.batch_id == batch_id))
    fronts, backs = sides(session, pile) if pile else ([], [])
    if not (fronts and backs) and (lie is not Lie.APART or not (fronts or backs)):
        raise Refused(t("There are not yet fronts and backs."), t("Scan the fronts, turn the pile over, and scan the backs."))
    if lie is Lie.APART:
        last = max(page.sheet or 0 for page in batch.pages)
        for back in backs:
            back.sheet = last = last + 1
    elif len(fronts) != len(backs):
        raise Refused(t("There are %(fronts)s fronts and %(backs)s backs, so that nobody knows which belong together."),
                      t("Scan what is missing, or remove what was scanned twice."), fronts=len(fronts), backs=len(backs))
    else:
        back_of = dict(zip(fronts, backs if lie is Lie.SAME else reversed(backs), strict=True))
        for front, back in back_of.items():
            back.sheet = front.sheet
        rest = [page for page in batch.pages if page not in set(backs)]
        _set_places([each for page in rest for each in (page, back_of.get(page)) if each])
    session.execute(sa.update(Run).where(Run.pile == pile).values(collated_at=now()))
    record(session, by, "fronts and backs put together", batch, lie=lie, sheets=len(fronts))
    return batch


def separated(pages: Sequence[Page]) -> list[tuple[Page | None, list[Page]]]:
    """The kept ones of `pages` as separator sheets divide them: each part with the separator before it, parts without a page left out.

    The back of a separator sheet belongs to it and is in no part.
    """
    parts: list[tuple[Page | None, list[Page]]] = [(None, [])]
    for page in pages:
        if page.removed_at is not None:
            continue
        if separators.read(page.codes):
            parts.append((page, []))
        elif parts[-1][0] is None or page.sheet is None or page.sheet != parts[-1][0].sheet:
            parts[-1][1].append(page)
    return [part for part in parts if part[1]]


def split(session: Session, batch_id: int, by: Actor) -> list[Batch]:
    """Make a batch of each part that separator sheets divide this one into: it keeps the first, separators are removed.

    All batches, this one first. A separator that names a product makes the batch after it that product's. What a scan that has
    stopped still owes comes to the last one. Raises Refused where there is no separator, while pages are still looked at, and while
    fronts and backs wait to be put together.
    """
    batch = quiet(session, batch_id, by)
    complete(batch.pages)
    if (pile := waiting_pile(session, batch_id)) and any(sides(session, pile)):
        raise Refused(t("The fronts still wait for their backs."), t("Scan the backs first, or leave the fronts as they are."))
    if any(page.examined_at is None and page.removed_at is None for page in batch.pages):
        raise Refused(t("The pages are still being looked at."), t("Wait some seconds and try again."))
    parts = separated(batch.pages)
    for page in batch.pages:  # separators, and their backs
        if page.removed_at is None and not any(page in part for _, part in parts):
            page.removed_at = now()
    if not parts or all(separator is None for separator, _ in parts):
        raise Refused(t("There is no separator sheet with pages after it in this batch."), t("Look at its pages."))
    batches, name = [], batch.name or translator(office(session).language)(t("Stack"))
    for number, (separator, pages) in enumerate(parts, start=1):
        code = separator and separators.read(separator.codes)
        product = session.get(Product, code.product_id) if code and code.product_id else None
        into = batch if number == 1 else Batch(name=f"{name[:190]} – {number}", station_id=batch.station_id, made_by=by.name)
        if number > 1:
            session.add(into)
            session.flush()
            _set_places(pages)
            for page in pages:
                page.batch_id = into.id
        if product is not None:
            into.product_id, into.name = product.id, ""
        batches.append(into)
        record(session, by, "batch split", into, pages=len(pages), out_of=batch.id)
    batch.expected_sheets = None  # it was the number of the whole stack
    session.execute(sa.update(Run).where(Run.batch_id == batch.id).values(pile=None))  # a pile is one batch's, or nobody's
    last = session.scalars(sa.select(Run).where(Run.batch_id == batch.id).order_by(Run.id.desc()).limit(1)).first()
    if last and last.state is RunState.STOPPED and last.target_id is None:
        last.batch_id = batches[-1].id
    session.flush()
    session.expire(batch, ["pages"])
    return batches


def _set_places(pages: Sequence[Page]) -> None:
    for place, page in enumerate(pages, start=1):
        page.place = place


def complete(pages: Sequence[Page]) -> None:
    """Raises Refused while backs among `pages` wait to be put to their fronts."""
    if any(page.sheet is None and page.removed_at is None for page in pages):
        raise Refused(t("The backs are not yet put to their fronts."), t("Put them together first, or leave them as they are."))


def _page(session: Session, page_id: int, by: Actor) -> Page:
    by.must_be(*STAFF)
    page = session.get_one(Page, page_id)
    unclosed(session, page.batch_id)
    return page


def unclosed(session: Session, batch_id: int) -> Batch:
    """The batch, kept from others until the transaction ends. Raises Refused when it is closed."""
    batch = session.get_one(Batch, batch_id, with_for_update=True)
    if batch.closed_at:
        raise Refused(t("This batch is closed."), t("Open it again to change its pages, or begin a new one."))
    return batch


def quiet(session: Session, batch_id: int, by: Actor) -> Batch:
    """The batch, for staff, while nothing is being scanned into it. Raises Refused otherwise."""
    by.must_be(*STAFF)
    batch = unclosed(session, batch_id)
    if session.scalar(sa.select(Run.id).where(Run.batch_id == batch.id, Run.state.in_(GOES_ON))):
        raise Refused(t("This batch is being scanned just now."), t("Wait until it is done, or cancel it."))
    return batch
