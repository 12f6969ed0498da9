"""`loket printer`: trying out a printer by its address alone, before or without a running service."""

import json
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from typing import NoReturn

import click

from foundation.errors import Refused
from foundation.settings import Settings

DONE, NOT_DONE, NOT_BEGUN = 0, 1, 2
FENCES = ("process-id", "status", "none")
WAIT_FOR_OWNER = 5.0  # seconds


@click.group()
def printer() -> None:
    """Try a printer: ADDRESS is tcp://…, usb://…, serial://…, file://… or cups://… as in docs/printers.md."""


@printer.command()
@click.argument("address")
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def status(address: str, as_json: bool) -> None:
    """How the printer is. Exit code 0: it can print; 1: it cannot, or does not say; 2: it cannot be reached."""
    from printer.connect import check_address, open_printer
    from printer.device import PrinterStatus

    with _at(address, as_json):
        found = open_printer(check_address(address)).status()
    unreached = (PrinterStatus.OFFLINE, PrinterStatus.NOT_ALLOWED, PrinterStatus.IN_USE, PrinterStatus.NO_DRIVER)
    code = DONE if found.can_print else NOT_BEGUN if found in unreached else NOT_DONE
    _end(code, as_json, found.sentence, address=address, status=found)


@printer.command()
@click.argument("address")
@click.option("--width", type=click.Choice(["58", "80"]), default="80", show_default=True, help="Of the paper, in millimetres.")
@click.option("--fence", type=click.Choice(FENCES), default="status", show_default=True, help="How the printer says that it is done.")
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def test(address: str, width: str, fence: str, as_json: bool) -> None:
    """Print a test page. Exit code 0: it is printed; 1: nobody knows, or the printer holds it; 2: nothing was sent."""
    from printer.connect import check_address, open_printer
    from printer.conversation import Fence
    from printer.device import NotSent, Outcome, Uncertain

    with _at(address, as_json):
        address = check_address(address)
        opened = open_printer(address, Fence(fence.replace("-", " ")))
        try:
            with closing(opened.send(_page(address, int(width)), lambda: None)) as sending:
                outcome, found = sending.outcome, sending.status
        except NotSent as reason:
            _end(NOT_BEGUN, as_json, reason.sentence, address=address, outcome="not sent", status=reason.status)
        except Uncertain as reason:
            _end(NOT_DONE, as_json, reason.sentence, address=address, outcome="uncertain", status=None)
    sentence = {Outcome.PRINTED: "The test page is printed: the printer said so itself.",
                Outcome.UNCONFIRMED: "The test page is sent. Look whether it came out: this printer never says so itself.",
                Outcome.HELD: f"{found.sentence} It holds the test page and prints it then."}[outcome]
    _end(DONE if outcome is Outcome.PRINTED else NOT_DONE, as_json, sentence, address=address, outcome=outcome, status=found)


def _page(address: str, width: int) -> bytes:
    from foundation.clock import now
    from printer.layout import Paper
    from printer.receipt import Band, Heading, Inverse, Line, Pair, QrCode, Receipt, Rule
    from printer.thermal import render

    parts = (Band(), Heading("Loket"), Inverse("Test page"), Pair("Printer", address), Pair("Time", f"{now().astimezone():%d.%m.%Y %H.%M}"),
             Rule(), Line("A phone or the scanner must read this:", center=True), QrCode("0" * 34))
    return render(Receipt(parts), Paper(width, has_cutter=width == 80))


@contextmanager
def _at(address: str, as_json: bool) -> Iterator[None]:
    """Be the one who speaks to `address`; what cannot be begun is a sentence and exit code 2."""
    try:
        owned = _own(address.strip())
    except (ValueError, OSError) as problem:
        said = f"The service’s data folder cannot be used: {problem.strerror}." if isinstance(problem, OSError) else str(problem)
        _end(NOT_BEGUN, as_json, said, address=address)
    if owned is None:
        _end(NOT_BEGUN, as_json, "The service is printing on this printer just now. Try again in a moment.", address=address)
    with owned:
        try:
            yield
        except Refused as refusal:
            _end(NOT_BEGUN, as_json, f"{refusal} {refusal.next_step}".strip(), address=address)


def _own(address: str) -> ExitStack | None:
    """What keeps the printer for us until it is closed, None while the service prints on it; one that only watches it lets go soon."""
    from foundation.owning import owning

    folder, until = Settings.read().data, time.monotonic() + WAIT_FOR_OWNER
    while True:
        with ExitStack() as stack:
            if not folder.is_dir() or stack.enter_context(owning(folder, address)):  # without a service here it is ours
                return stack.pop_all()
        if time.monotonic() > until:
            return None
        time.sleep(0.1)


def _end(code: int, as_json: bool, sentence: str, **facts: str | None) -> NoReturn:
    """Say it, one sentence on a line, and end."""
    click.echo(json.dumps({**facts, "sentence": sentence}, ensure_ascii=False) if as_json else sentence.replace(". ", ".\n"))
    sys.exit(code)
