"""One person at a scanner: whoever comes second is told who has it, and since when."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from zoneinfo import ZoneInfo

from foundation.owning import owner, owning
from foundation.text import t
from scanner.troubles import Busy

IN_USE = t("The scanner is in use by %(name)s since %(since)s.")
WAIT_OR_ASK = t("Wait until the scan is done, or ask them to end it.")


@contextmanager
def holding(folder: Path, address: str, name: str, zone: str | None = None) -> Iterator[None]:
    """Have the scanner at `address` until the block ends; `folder` is the service's data folder, `name` what the next one is told.

    `zone`: the time zone in which that is said, None: this machine's. Raises Busy. The system frees the scanner of a process that dies.
    """
    with owning(folder, address, name) as mine:
        if not mine:
            if not (who := owner(folder, address)):
                raise Busy()
            since = who.since.astimezone(ZoneInfo(zone) if zone else None)
            raise Busy(sentence=IN_USE, next_step=WAIT_OR_ASK, name=who.name, since=f"{since:%H.%M}")
        yield
