"""Finding out what a printer is and how it says that a slip is out, once, when it is set up."""

from dataclasses import dataclass
from pathlib import Path

from foundation.errors import Refused
from foundation.owning import owning
from foundation.text import t
from printer.connect import open_printer
from printer.conversation import Fence
from printer.device import NotSent, Outcome, PrinterStatus, Uncertain

QUICKLY = {"answer_within": 1.0, "print_within": 2.0}  # seconds: nothing is printed


@dataclass(frozen=True)
class Found:
    """`model` is how it calls itself, empty when it does not say."""

    model: str
    status: PrinterStatus
    fence: Fence


def probe(folder: Path, address: str) -> Found:
    """Ask the printer at `address`, for some seconds; nothing comes out of it. `folder` as `owning` takes it.

    Raises Refused while it prints, when it cannot be reached or is not ready, and where `address` is none.
    """
    with owning(folder, address) as mine:
        if not mine:
            raise Refused(t("The printer is printing just now."), t("Wait a moment and ask again."))
        printer = open_printer(address, **QUICKLY)
        status = printer.status()
        if status is PrinterStatus.UNKNOWN:  # it has no way to answer, or never does
            return Found("", status, Fence.NONE)
        if not status.can_print:
            raise Refused(t("The printer is not ready, so it cannot be asked."), status.sentence)
        identity = printer.identify()
        # what does not know itself does not know Epson's GS ( H either, and would print it as letters
        fences = (Fence.PROCESS_ID, Fence.STATUS) if identity else (Fence.STATUS,)
        return Found(" ".join((identity.maker, identity.model)).strip() if identity else "", status,
                     next((fence for fence in fences if _answers(address, fence)), Fence.NONE))


def _answers(address: str, fence: Fence) -> bool:
    """Whether `fence` alone, with no slip before it, is answered."""
    try:
        sending = open_printer(address, fence=fence, **QUICKLY).send(b"", lambda: None)
    except (NotSent, Uncertain):
        return False
    sending.close()
    return sending.outcome is Outcome.PRINTED
