"""A batch through the running service, at a scanner's own pace: how long after its last page the document is on the screen."""

import time
from collections.abc import Callable, Sequence
from itertools import cycle, islice
from pathlib import Path

import sqlalchemy as sa

from foundation.opening import open_database
from foundation.settings import Settings
from scanner.documents.records import DocumentPage
from scanner.pages.batches import GOES_ON, Page, Run
from webui.bench.corpus import Scan
from webui.bench.long_batch import COLOR, Staff, make
from webui.bench.scanners import PACE, PUT_BACK, elsewhere, feed
from webui.bench.service import Service

LOOK = 0.25       # seconds between two looks at the document's page
PATIENCE = 300    # seconds
MAKING, FOUND = "/live?seen=", 'class="snippet"'  # on the document's page: while it is made, and once something was read in it


def measure(folder: Path, pages: Sequence[Scan], count: int, say: Callable[[str], None]) -> dict[str, float]:
    """Scan `count` of the pages, again from the first when they are too few, and close the batch as soon as it can be closed.

    Seconds from the last byte of the last page: until what was read in the document is on its page, and until the PDF is there too.
    """
    say(f"A batch of {count} pages through the service, {60 / PACE:.0f} pages a minute …")
    stack = folder / "stack"
    stack.mkdir(parents=True)
    for number, page in enumerate(islice(cycle(pages), count), start=1):
        (stack / f"{number:04d}{page.path.suffix}").symlink_to(page.path.absolute())
    with elsewhere(feed, stack, count, PACE) as scanner:
        installation = folder / "service"
        make(installation, scanner.told)
        with Service(installation) as service:
            staff = Staff(service.port)
            staff.sign_in()
            batch = staff.open_batch(count)
            staff.scan(batch, COLOR)
            _wait_for_the_scan(installation)
            document = staff.browser.post(f"{batch}/close")
            found, ready = _watch(staff, document)
            staff.close()
        sent = scanner.ask(PUT_BACK)[count]
    return {"pages": count, "found_s": found - sent, "ready_s": ready - sent, **_result(installation)}


def _wait_for_the_scan(folder: Path) -> None:
    database, until = open_database(Settings(data=folder)), time.monotonic() + PATIENCE
    while True:
        with database.reading() as session:
            if session.scalar(sa.select(sa.func.count()).select_from(Run).where(Run.state.in_(GOES_ON))) == 0:
                break
        if time.monotonic() > until:
            raise RuntimeError("the scan does not end")
        time.sleep(0.02)
    database.close()


def _watch(staff: Staff, document: str) -> tuple[float, float]:
    """When something that was read was on the page, and when the document was no longer being made, in seconds since 1970."""
    found, until = 0.0, time.monotonic() + PATIENCE
    while time.monotonic() < until:
        page = staff.browser.get(document)
        found = found or (time.time() if FOUND in page else 0.0)
        if MAKING not in page:
            return found or time.time(), time.time()
        time.sleep(LOOK)
    raise RuntimeError("the document is not made")


def _result(folder: Path) -> dict[str, int]:
    """How many pages were scanned, and how many the document has: all of them, or something went wrong."""
    database = open_database(Settings(data=folder))
    with database.reading() as session:
        counts = [session.scalar(sa.select(sa.func.count()).select_from(model)) for model in (Page, DocumentPage)]
    database.close()
    return dict(zip(("scanned", "published"), counts, strict=True))
