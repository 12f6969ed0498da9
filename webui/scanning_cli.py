"""`loket scanner`: finding a scanner and trying it out by its address alone, before or without a running service."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NoReturn

import click

from foundation.errors import Refused
from foundation.settings import Settings

DONE, STOPPED, NOT_BEGUN = 0, 1, 2
SOURCES = ("flatbed", "feeder", "feeder-duplex")
MODES = ("lineart", "gray", "color")
PAPERS = ("A5", "A4", "Letter", "F4", "Legal", "A3")


@click.group()
def scanner() -> None:
    """Find and try a scanner: ADDRESS is sane://…, scanimage://…, escl://…, folder://… as in docs/scanners.md."""


@scanner.command("list")
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def list_scanners(as_json: bool) -> None:
    """Which scanners this computer and its network show. Exit code 2: SANE is not installed, or does not answer."""
    from scanner.devices.finding import find

    with _in_words(as_json):
        found = find(anew=True)
    if as_json:
        click.echo(json.dumps([{"address": one.address, "maker": one.identity.maker, "model": one.identity.model,
                                "serial": one.identity.serial} for one in found], ensure_ascii=False))
    for one in found if not as_json else ():
        who = " ".join(filter(None, (one.identity.maker, one.identity.model, one.identity.serial and f"({one.identity.serial})")))
        click.echo(f"{one.address}\n    {who}" if who else one.address)
    if not found and not as_json:
        click.echo("There is no scanner.\nIs it switched on and its cable in? A network scanner may be tried by its address: escl://host.")


@scanner.command()
@click.argument("address")
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def options(address: str, as_json: bool) -> None:
    """What the scanner can do, in our words and its own. Exit code 2: it cannot be asked."""
    from scanner.devices.connect import check_address, open_scanner

    with _in_words(as_json):
        device = open_scanner(check_address(address))
        found, who = device.options(), device.identify()
    facts = {"address": address, "maker": who.maker, "model": who.model, "serial": who.serial, "sources": dict(found.sources),
             "modes": dict(found.modes), "resolutions": found.common_resolutions,
             "largest_mm": {source: [round(side, 1) for side in size] for source, size in found.largest.items()},
             "papers": {source: found.papers(source) for source in found.sources}}
    if as_json:
        click.echo(json.dumps(facts, ensure_ascii=False))
        return
    click.echo(" ".join(filter(None, (who.maker, who.model, who.serial))) or address)
    for source, its_own in found.sources.items():
        click.echo(f"Source: {_both(source, its_own)}, for {', '.join(found.papers(source))}")
    click.echo(f"Colours: {', '.join(_both(mode, its_own) for mode, its_own in found.modes.items())}")
    click.echo(f"Resolutions: {', '.join(map(str, found.common_resolutions)) or 'as it likes'} dpi")


def _both(ours: str, its_own: str) -> str:
    return f"{ours} (“{its_own}”)" if its_own and its_own.lower() != ours else ours


@scanner.command()
@click.argument("address")
@click.option("--source", type=click.Choice(SOURCES), default="flatbed", show_default=True)
@click.option("--mode", type=click.Choice(MODES), default="color", show_default=True)
@click.option("--dpi", type=click.IntRange(1, 4800), default=300, show_default=True)
@click.option("--paper", type=click.Choice(PAPERS), default="A4", show_default=True)
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True, help="The folder for the pages.")
@click.option("--sheets", type=click.IntRange(1), help="Stop after so many.  [default: until the feeder is empty]")
def scan(address: str, source: str, mode: str, dpi: int, paper: str, out: Path, sheets: int | None) -> None:
    """Scan into a folder; its pages are numbered on, so that the same command goes on after a jam.

    Exit code 0: done; 1: stopped, and the pages that are listed are kept; 2: nothing was scanned.
    """
    from scanner.devices import port
    from scanner.devices.connect import check_address, open_scanner

    width, height = port.PAPERS[paper]
    settings = port.Settings(port.Source(source.replace("-", " ")), port.Mode(mode), dpi, width, height, sheets)
    kept = 0
    try:
        with _in_words(kept_pages=lambda: kept), _held(address.strip()):
            opened = open_scanner(check_address(address))
            for event in opened.scan(settings, out, _next_number(out)):
                if isinstance(event, port.PageFile):
                    kept += 1
                    click.echo(f"Page {event.number}: {event.path.name}, {event.width_px} × {event.height_px} dots")
    except KeyboardInterrupt:
        click.echo(f"Stopped; {_pages(kept)} kept.")
        sys.exit(STOPPED if kept else NOT_BEGUN)
    click.echo(f"Done: {_pages(kept)} in {out}.")


def _pages(count: int) -> str:
    return f"{count} page{'' if count == 1 else 's'}"


def _next_number(folder: Path) -> int:
    return max((int(file.stem) for file in folder.glob("[0-9]*.*") if file.stem.isdecimal()), default=0) + 1


@contextmanager
def _held(address: str) -> Iterator[None]:
    """Where there is a service with a data folder on this computer, be the only one who scans at `address`."""
    from scanner.devices.holding import holding

    with ExitStack() as stack:
        if (folder := Settings.read().data).is_dir():
            stack.enter_context(holding(folder, address, "the command line"))
        yield


@contextmanager
def _in_words(as_json: bool = False, kept_pages: Callable[[], int] = lambda: 0) -> Iterator[None]:
    """What cannot be done is a sentence on a line, what to do on the next, and an exit code."""
    from scanner.devices.troubles import Trouble

    try:
        yield
    except Refused as refusal:
        _end(NOT_BEGUN, as_json, str(refusal), refusal.next_step)
    except Trouble as trouble:
        kept = kept_pages()
        rest = f"{_pages(kept)} kept." if kept else ""
        _end(STOPPED if kept else NOT_BEGUN, as_json, str(trouble), trouble.next_step % trouble.details, rest)
    except (ValueError, OSError) as problem:
        said = str(problem)
        if isinstance(problem, OSError):
            said = f"The data folder or the folder for pages cannot be used: {problem.strerror}."
        _end(STOPPED if kept_pages() else NOT_BEGUN, as_json, said)


def _end(code: int, as_json: bool, *sentences: str) -> NoReturn:
    click.echo(json.dumps({"sentence": " ".join(filter(None, sentences))}, ensure_ascii=False) if as_json
               else "\n".join(filter(None, sentences)))
    sys.exit(code)
