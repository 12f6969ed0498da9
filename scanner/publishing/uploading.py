"""What people do at the upload queue, inside the caller's transaction: try again, hold, let go first, and say where it is published."""

from collections.abc import Callable
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from foundation import jobs
from foundation.audit import record
from foundation.clock import now
from foundation.errors import Refused
from foundation.jobs import enqueue
from foundation.people import Actor
from foundation.text import clean, t
from scanner.legal.publications import STAFF, Publication, Publishing, S
from scanner.publishing.delivery import OVER, clear, note
from scanner.publishing.publisher import Unpublished

LONGEST_ADDRESS = 500


def find(session: Session, publication_id: int) -> Publication:
    """The publication, held until the transaction ends. Raises Refused where there is none."""
    publication = session.get(Publication, publication_id, with_for_update=True)
    if publication is None:
        raise Refused(t("There is no such upload."), t("Look for it in the upload queue."), status=404)
    return publication


def retry(session: Session, publication_id: int, by: Actor) -> Publication:
    """Do it once more, with all its tries: the upload, or taking away what was withdrawn."""
    publication = find(session, publication_id)
    by.must_be(*STAFF)
    if publication.state in OVER:
        publication.tries = 0
        enqueue(session, Publishing.take_down, publication=publication.id)
    else:
        publication.take("retry", by)
        publication.tries, publication.queued_at, publication.page_url, publication.file_url = 0, now(), "", ""
        clear(publication)
        _queue(session, publication)
    _noted(session, publication, by, "upload tried again", t("%(person)s lets it be tried again."))
    return publication


def hurry(session: Session, publication_id: int, by: Actor) -> Publication:
    """Try now what would be tried again by itself after a while. Raises Refused where it does not wait for that (any more)."""
    publication = find(session, publication_id)
    by.must_be(*STAFF)
    if not publication.is_between_tries:
        raise Refused(t("It is being tried just now, or does not wait any more."), t("Look at the page again in a moment."))
    publication.next_at = now()
    jobs.hurry(session, Publishing.upload, publication=publication.id)
    _noted(session, publication, by, "upload tried now", t("%(person)s lets it be tried now."))
    return publication


def pause(session: Session, publication_id: int, by: Actor) -> Publication:
    publication = find(session, publication_id)
    publication.take("pause", by)
    _noted(session, publication, by, "upload held", t("%(person)s holds it."))
    return publication


def resume(session: Session, publication_id: int, by: Actor) -> Publication:
    publication = find(session, publication_id)
    publication.take("resume", by)
    _queue(session, publication)
    _noted(session, publication, by, "upload let go", t("%(person)s lets it go on."))
    return publication


def first(session: Session, publication_id: int, by: Actor) -> Publication:
    """Before everything else that waits. Raises Refused where it does not wait (any more)."""
    publication = find(session, publication_id)
    by.must_be(*STAFF)
    if publication.state is not S.QUEUED:
        raise Refused(t("It does not wait any more."), t("Look at the page again: somebody was faster."))
    publication.priority = 1 + (session.scalar(sa.select(sa.func.max(Publication.priority)).where(Publication.state == S.QUEUED)) or 0)
    _queue(session, publication)
    _noted(session, publication, by, "upload goes first", t("%(person)s lets it go first."))
    return publication


def _queue(session: Session, publication: Publication) -> None:
    """Jobs go by their time: what goes first has waited longer than all others. The job that it has already finds nothing to do."""
    enqueue(session, Publishing.upload, due=now() - timedelta(days=publication.priority), publication=publication.id)


def say_address(session: Session, publication_id: int, page_url: str, file_url: str, check: Callable[[str], object],
                by: Actor) -> Publication:
    """Where a person has published it; it is proven next. `check` raises Unpublished for an address that may not be asked.

    Raises Refused with the fields that are wrong. The file's address may be left out where the page links to it.
    """
    publication, wrong = find(session, publication_id), {}
    said = {"page_url": page_url.strip(), "file_url": file_url.strip()}
    for name, url in said.items():
        if len(url) > LONGEST_ADDRESS:
            wrong[name] = t("This address is too long.")
        elif url or name == "page_url":
            try:
                check(url)
            except Unpublished:
                wrong[name] = t("Write an address of a site that the settings name, beginning with https://.")
    if wrong:
        raise Refused(t("It cannot be looked for there."), t("Correct the marked fields."), fields=wrong)
    publication.take("address", by)
    publication.page_url, publication.file_url = said["page_url"], said["file_url"]
    clear(publication)
    _queue(session, publication)
    _noted(session, publication, by, "public address given", t("%(person)s says where it is."), url=said["page_url"])
    return publication


def look_now(session: Session, publication_id: int, by: Actor) -> Publication:
    """Look again at what is published, or should be gone, without waiting for its time."""
    publication = find(session, publication_id)
    by.must_be(*STAFF)
    if publication.state is not S.PUBLISHED and not (publication.state in OVER and publication.trouble_at):
        raise Refused(t("There is nothing to look at yet."), t("Wait until it is published."))
    publication.next_at = now()
    enqueue(session, Publishing.recheck)
    return publication


def _noted(session: Session, publication: Publication, by: Actor, deed: str, said: str, **facts: str) -> None:
    note(publication, said, person=clean(by.name, 100), **facts)
    record(session, by, deed, publication, publisher=publication.publisher, **facts)
