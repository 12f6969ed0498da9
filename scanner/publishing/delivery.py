"""The jobs that bring what was checked to its publishers, prove that it is there, look again later, and take back what is withdrawn.

No transaction is open while the network is asked. A process may die between any two of them: each begins by looking how far it came.
"""

from collections.abc import Collection, Mapping
from datetime import timedelta
from functools import partial

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from foundation.audit import record
from foundation.clock import now
from foundation.database import Database
from foundation.files import FileStore
from foundation.jobs import Job, Later, enqueue, finish
from foundation.office import Office, office
from foundation.people import PROGRAM
from foundation.text import t, translator
from scanner.documents.records import Document
from scanner.legal.products import TYPE_NAMES, Product, ProductState, file_name
from scanner.legal.publications import Publication, Publishing, S
from scanner.procedure import procedure
from scanner.publishing.proving import prove, prove_gone
from scanner.publishing.public_web import Web
from scanner.publishing.publisher import Order, Placed, Publisher, Unpublished, Unreachable

PAUSES = (10, 60, 300, 900, 3600, 3 * 3600, 6 * 3600, 12 * 3600)  # seconds before each further try: a day in all, then a person
LOOKS_EVERY = timedelta(days=1)
LOOKS_SOON = timedelta(hours=1)
UNSEEN = timedelta(days=2)     # that nobody answered for so long is no passing trouble of the network
AT_ONCE = 50                   # looks in one job
FORGOTTEN = timedelta(hours=13)  # longer than the longest pause: its job was given up, after a fault of ours
LOG_LENGTH = 100
OVER = (S.WITHDRAWN, S.REPLACED)
WANTED = (ProductState.COMPLETE, ProductState.PUBLISHED)
ENDED = (ProductState.WITHDRAWN, ProductState.CANCELLED)

NAMES = {"portal": t("Our public pages"), "static": t("Static site"), "form": t("Upload form of a site"),
         "assisted": t("Site filled in by hand")}

# in the order in which the national form asks for them
FIELDS = {
    "title": t("Title"), "main_entry": t("Main entry (T.E.U.)"), "number": t("Number"), "year": t("Year"), "type": t("Type"),
    "short_type": t("Short form of the type"), "place": t("Place"), "enacted_on": t("Date of enactment"),
    "promulgated_on": t("Date of promulgation"), "signatory": t("Signatory"), "source": t("Source"), "subject": t("Subject heading"),
    "status": t("Legal status"), "language": t("Language"), "field_of_law": t("Field of law"), "location": t("Where the original is kept"),
}


def fields(product: Product, ours: Office) -> dict[str, str]:
    """What a form asks for, by FIELDS, as the public of this country reads it; dates as 2026-08-17."""
    said = translator("id")
    return {"title": product.title, "main_entry": product.issuer or ours.heading or ours.name, "number": product.number,
            "year": str(product.year), "type": said(TYPE_NAMES[product.type]), "short_type": product.type.value.upper(),
            "place": product.place, "enacted_on": _day(product.enacted_on), "promulgated_on": _day(product.promulgated_on),
            "signatory": product.signatory, "source": product.source, "subject": product.subject,
            "status": "Berlaku" if product.in_force else "Tidak Berlaku", "language": "Indonesia", "field_of_law": product.field_of_law,
            "location": product.location}


def order_of(session: Session, publication: Publication, files: FileStore) -> Order:
    """What a publisher is handed of a publication."""
    return Order(publication.product_id, publication.sha256, files.path(publication.sha256), publication.file_name,
                 fields(publication.product, office(session)))


def _day(day: object) -> str:
    return str(day) if day else ""


class Uploader:
    """The jobs of Publishing. `publishers` by name, the office's main one first: what is published there is published."""

    def __init__(self, database: Database, files: FileStore, publishers: Mapping[str, Publisher], web: Web):
        self.database, self.files, self.publishers, self.web = database, files, publishers, web

    # --- what is to be there --------------------------------------------------------------------------------------------------

    def arrange(self, product: int) -> None:
        """Of a checked product one publication at each publisher, of one that was taken back none."""
        def work(session: Session) -> None:
            found = session.get(Product, product, with_for_update=True)
            there = session.scalars(sa.select(Publication).where(Publication.product_id == product)).all() if found else []
            for each in [each for each in there if not self._stays(found, each, there)]:
                self._end(session, each, "replace" if found.state in WANTED else "withdraw")
            if found and found.state in WANTED and found.checked_sha256:
                known = {each.publisher: each for each in there if each.sha256 == found.checked_sha256}
                for name in self.publishers:
                    self._want(session, found, name, known.get(name))
            finish(session)
        self.database.run(work)

    def _stays(self, product: Product, publication: Publication, there: list[Publication]) -> bool:
        """What the public reads stays until the next file is proven, as long as it was published at all."""
        if product.state in ENDED or publication.state in OVER:
            return publication.state in OVER
        if product.state in WANTED and publication.sha256 == product.checked_sha256:
            return True
        return publication.state is S.PUBLISHED and any(each.publisher == self._main and each.state is S.PUBLISHED for each in there)

    def _want(self, session: Session, product: Product, name: str, there: Publication | None) -> None:
        if there is None:
            document = session.get_one(Document, product.document_id)
            there = Publication(product_id=product.id, document_id=document.id, publisher=name, sha256=product.checked_sha256,
                                file_name=file_name(product, office(session).region))
            session.add(there)
            session.flush()
        elif there.state in OVER:
            there.take("again", PROGRAM)
            there.tries, there.queued_at, there.published_at = 0, now(), None
            clear(there)
        else:
            return
        enqueue(session, Publishing.upload, publication=there.id)

    @staticmethod
    def _end(session: Session, publication: Publication, step: str) -> None:
        begun = publication.page_url or publication.state not in (S.QUEUED, S.PAUSED, S.AWAITED)
        publication.take(step, PROGRAM)
        publication.tries = 0
        clear(publication)
        if begun:
            enqueue(session, Publishing.take_down, publication=publication.id)

    @property
    def _main(self) -> str:
        return next(iter(self.publishers), "")

    # --- bringing it there ----------------------------------------------------------------------------------------------------

    def upload(self, publication: int) -> None:
        begun = self.database.run(partial(self._begin, publication=publication))
        if begun is None:
            return
        order, name, placed = begun
        try:
            if placed is None:
                placed = self._publisher(name, order).put(order)
                if not self.database.run(partial(self._placed, publication=publication, placed=placed)) or placed is None:
                    return
            seen = prove(self.web, order, placed)
        except Unpublished as trouble:
            if pause := self.database.run(partial(self._failed, publication=publication, trouble=trouble)):
                raise Later(pause) from None
            return
        self.database.run(partial(self._seen, publication=publication, seen=seen))

    def _begin(self, session: Session, publication: int) -> tuple[Order, str, Placed | None] | None:
        """What is to be done, or None: it was paused, taken back or done meanwhile. Where it was put already it is only proven."""
        found = session.get(Publication, publication, with_for_update=True)
        if found is None or found.state not in (S.QUEUED, S.UPLOADING, S.PROVING) or not _is_wanted(found):
            return None
        if found.state is S.PROVING:
            return order_of(session, found, self.files), found.publisher, Placed(found.page_url, found.file_url)
        found.take("upload", PROGRAM)
        note(found, t("The upload begins."))
        return order_of(session, found, self.files), found.publisher, None

    def _publisher(self, name: str, order: Order) -> Publisher:
        if name not in self.publishers:
            raise Unpublished(t("There is no publisher “%(name)s” any more."), t("The administrator puts it into the settings again."),
                              lasting=True, name=name)
        if not self.files.is_whole(order.sha256):
            raise Unpublished(t("The file that was checked is damaged on this computer’s disk."),
                              t("Send the product back, and let its document be made again."), lasting=True)
        return self.publishers[name]

    def _placed(self, session: Session, publication: int, placed: Placed | None) -> bool:
        """Note where it is to be found; False where it was taken back meanwhile, and is taken away again (by `arrange`, or at once
        where that has come before)."""
        found = session.get_one(Publication, publication, with_for_update=True)
        if found.state is not S.UPLOADING or not _is_wanted(found):
            if found.state in OVER:
                enqueue(session, Publishing.take_down, publication=publication)
            return False
        if placed is None:
            found.take("await", PROGRAM)
            note(found, t("A person puts it there, and writes where it is."))
            finish(session)
            return False
        found.take("prove", PROGRAM)
        found.page_url, found.file_url = placed.page_url, placed.file_url
        note(found, t("It is there; it is downloaded and compared."), url=placed.page_url)
        return True

    def _failed(self, session: Session, publication: int, trouble: Unpublished) -> float | None:
        """Seconds until it is tried again, None where a person must do something first."""
        found = session.get_one(Publication, publication, with_for_update=True)
        if found.state not in (S.UPLOADING, S.PROVING):
            return None
        found.tries += 1
        pause = None if trouble.lasting or found.tries > len(PAUSES) else PAUSES[found.tries - 1]
        _say(found, trouble)
        found.next_at = now() + timedelta(seconds=pause) if pause else None
        note(found, trouble.sentence, answer=trouble.said, **trouble.details)
        if pause is None:
            found.take("fail", PROGRAM)
            record(session, PROGRAM, "publishing failed", found, said=trouble.sentence)
            finish(session)
        return pause

    def _seen(self, session: Session, publication: int, seen: Placed) -> None:
        """It is published. What it takes the place of is replaced; at the main publisher the product takes its last step."""
        found = session.get_one(Publication, publication, with_for_update=True)
        if found.state is not S.PROVING or not _is_wanted(found):
            return
        product = session.get_one(Product, found.product_id, with_for_update=True)
        found.take("publish", PROGRAM)
        found.page_url, found.file_url, found.tries = seen.page_url, seen.file_url, 0
        clear(found)
        found.published_at, found.checked_at, found.next_at = found.published_at or now(), now(), now() + LOOKS_EVERY
        note(found, t("It was downloaded from its public address, and is what was checked."), url=seen.file_url)
        record(session, PROGRAM, "file published", found, publisher=found.publisher, sha256=found.sha256, url=seen.page_url)
        for other in session.scalars(sa.select(Publication).where(
                Publication.product_id == product.id, Publication.publisher == found.publisher, Publication.id != found.id,
                Publication.state.not_in(OVER))):
            self._end(session, other, "replace")
        if found.publisher == self._main and product.state is ProductState.COMPLETE and product.checked_sha256 == found.sha256:
            procedure.published(session, product.id)
        finish(session)

    # --- taking it away -------------------------------------------------------------------------------------------------------

    def take_down(self, publication: int) -> None:
        with self.database.reading() as session:
            found = session.get(Publication, publication)
            if found is None or found.state not in OVER:
                return
            order, publisher, placed = order_of(session, found, self.files), self.publishers.get(found.publisher), _left(found)
        removed = False
        try:
            removed = publisher is not None and publisher.remove(order)
            prove_gone(self.web, order, placed)
        except Unpublished as trouble:
            by_hand = not removed and not isinstance(trouble, Unreachable)
            if pause := self.database.run(partial(self._still_there, publication=publication, trouble=trouble, by_hand=by_hand)):
                raise Later(pause) from None
            return
        self.database.run(partial(self._gone, publication=publication))

    @staticmethod
    def _still_there(session: Session, publication: int, trouble: Unpublished, by_hand: bool) -> float | None:
        found = session.get_one(Publication, publication, with_for_update=True)
        if found.state not in OVER:
            return None
        found.tries += 1
        pause = None if by_hand or found.tries > len(PAUSES) else PAUSES[found.tries - 1]
        note(found, trouble.sentence, answer=trouble.said, **trouble.details)
        if pause is None:
            _flag(found, trouble)
            finish(session)
        return pause

    @staticmethod
    def _gone(session: Session, publication: int) -> None:
        found = session.get_one(Publication, publication, with_for_update=True)
        if found.state in OVER:
            clear(found)
            note(found, t("It is there no more."))
            record(session, PROGRAM, "file taken down", found, publisher=found.publisher, sha256=found.sha256)
        finish(session)

    # --- looking again --------------------------------------------------------------------------------------------------------

    def recheck(self) -> None:
        """What is due: it is still what was checked, or gone where it was taken back; what is not so gets a flag."""
        with self.database.reading() as session:
            due = list(session.scalars(_due().limit(AT_ONCE)))
            looks = [(each.id, each.state, order_of(session, each, self.files), _left(each)) for each in due]
        for publication, state, order, placed in looks:
            trouble = None
            try:
                prove_gone(self.web, order, placed) if state in OVER else prove(self.web, order, placed)
            except Unpublished as found:
                trouble = found
            self.database.run(partial(self._looked, publication=publication, state=state, trouble=trouble))

    @staticmethod
    def _looked(session: Session, publication: int, state: S, trouble: Unpublished | None) -> None:
        found = session.get_one(Publication, publication, with_for_update=True)
        if found.state is not state:
            return
        if trouble is None:
            if found.trouble_at:
                note(found, t("It is as it should be again."))
            clear(found)
            found.checked_at, found.next_at = now(), None if state in OVER else now() + LOOKS_EVERY
            return
        note(found, trouble.sentence, answer=trouble.said, **trouble.details)
        if isinstance(trouble, Unreachable) and found.checked_at and found.checked_at > now() - UNSEEN:
            found.next_at = now() + LOOKS_SOON
        else:
            _flag(found, trouble)

    def refresh(self) -> None:
        """Once a day everything is written anew that a publisher keeps of its own: a product is repealed after it was put there."""
        try:
            for publisher in self.publishers.values():
                publisher.refresh()
        except Unpublished:
            raise Later(LOOKS_SOON.total_seconds()) from None


def order_looks(session: Session) -> None:
    """Have the program look again at what is due, refresh what is a day old, and take up what nobody works on any more."""
    waits = sa.select(Job.id).where(Job.name == Publishing.recheck.__name__, Job.done_at.is_(None))
    if session.scalar(_due().limit(1)) and not session.scalar(waits.limit(1)):
        enqueue(session, Publishing.recheck)
    fresh = sa.select(Job.id).where(Job.name == Publishing.refresh.__name__,
                                    sa.or_(Job.done_at.is_(None), Job.created_at > now() - LOOKS_EVERY))
    if session.scalar(sa.select(Publication.id).where(Publication.state == S.PUBLISHED).limit(1)) and not session.scalar(fresh.limit(1)):
        enqueue(session, Publishing.refresh)
    for each in session.scalars(sa.select(Publication).where(Publication.state.in_((S.QUEUED, S.UPLOADING, S.PROVING)),
                                                             Publication.changed_at < now() - FORGOTTEN)):
        note(each, t("Nobody worked on it for long; it is taken up again."))
        enqueue(session, Publishing.upload, publication=each.id)


def catch_up(session: Session, publishers: Collection[str]) -> int:
    """Have everything that is published brought to those of `publishers` that were named later than it was; how many products."""
    products = session.scalars(sa.select(Product.id).where(Product.state.in_(WANTED), sa.or_(*(
        ~sa.exists().where(Publication.product_id == Product.id, Publication.publisher == name) for name in publishers)))).all()
    for product in products:
        enqueue(session, Publishing.arrange, product=product)
    return len(products)


def _due() -> sa.Select:
    return sa.select(Publication).options(joinedload(Publication.product)).where(
        Publication.next_at <= now(), Publication.state.in_((S.PUBLISHED, *OVER))).order_by(Publication.next_at)


def note(publication: Publication, said: str, **facts: object) -> None:
    """Add a line to what the network did; `said` is marked with t(), and `facts` fill its places."""
    line = {"at": now().isoformat(), "said": said[:300], **{name: str(value)[:300] for name, value in facts.items() if value}}
    publication.log = [*publication.log, line][-LOG_LENGTH:]


def clear(publication: Publication) -> None:
    """Nothing is the matter with it."""
    publication.sentence, publication.next_step, publication.details = "", "", {}
    publication.trouble_at = publication.next_at = None


def _say(publication: Publication, trouble: Unpublished) -> None:
    publication.sentence, publication.next_step = trouble.sentence, trouble.next_step
    publication.details = {name: str(value) for name, value in trouble.details.items()}


def _flag(publication: Publication, trouble: Unpublished) -> None:
    """A later look found something: it stands in the queue until it is good again."""
    _say(publication, trouble)
    publication.trouble_at = publication.trouble_at or now()
    publication.next_at = now() + LOOKS_SOON


def _left(publication: Publication) -> Placed:
    """Where it is, or was; the page of what was replaced is the next file's."""
    return Placed("" if publication.state is S.REPLACED else publication.page_url, publication.file_url)


def _is_wanted(publication: Publication) -> bool:
    product = publication.product
    return product.state in WANTED and product.checked_sha256 == publication.sha256
