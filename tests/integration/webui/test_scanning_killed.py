"""The power goes off in the middle of a stack: the finished pages are there, and going on gives every sheet once."""

from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa
from PIL import Image

from foundation.database import Database
from foundation.files import FileStore
from foundation.settings import Settings
from foundation.text import translator
from scanner.devices.simulated import FaultKind, set_fault
from scanner.devices.simulated_escl import SimulatedEsclServer
from scanner.pages.batches import GOES_ON, Page, Run, RunState
from tests.integration.scanners.conftest import SHEETS, number_on, shade
from tests.integration.scanners.scanner_contract import processes_that_name, wait_for
from webui.bench.long_batch import Staff, make
from webui.bench.service import Service

GRAY = {"profile": "own", "source": "feeder", "mode": "gray", "dpi": "150", "paper": "A4"}
BEFORE = 4    # pages that are there when the service is killed
PACE = 0.3    # seconds for a page
AIRSCAN = """[devices]
"Simulated" = http://127.0.0.1:{port}/eSCL, eSCL
[options]
discovery = disable
ws-discovery = off
"""


@dataclass(frozen=True)
class Seen:
    """Programs of the scan before the service was killed and after it; then, after its start, the pages, the run and the batch's page;
    and the pages after going on, with what is on each."""

    programs: list[str]
    left: list[str]
    kept: list[int]
    run: Run
    screen: str
    in_the_end: list[tuple[int, int]]
    whole: bool


class _Installation:
    """What is in the database and the store of the service that was killed."""

    def __init__(self, folder: Path):
        self.database, self.files = Database(Settings(data=folder).database), FileStore(folder / "files")

    def pages(self) -> list[Page]:
        with self.database.reading() as session:
            return list(session.scalars(sa.select(Page).order_by(Page.place)))

    def run(self) -> Run:
        with self.database.reading() as session:
            return session.scalars(sa.select(Run).order_by(Run.id.desc())).first()


@pytest.fixture(scope="module", params=["simulated", "escl", "scanimage", "sane"])
def seen(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seen]:
    folder = tmp_path_factory.mktemp("killed")
    stack = folder / "stack"
    stack.mkdir()
    for sheet in range(1, SHEETS + 1):
        Image.new("L", (210, 297), shade(sheet)).save(stack / f"{sheet:02d}.png")
    with ExitStack() as around, pytest.MonkeyPatch.context() as patch:
        network = around.enter_context(SimulatedEsclServer(stack, pace=PACE))
        (folder / "dll.conf").write_text("airscan\n")
        (folder / "airscan.conf").write_text(AIRSCAN.format(port=network.port))
        patch.setenv("SANE_CONFIG_DIR", str(folder))
        address = {"simulated": f"simulated://{stack}", "escl": network.address}.get(request.param, f"{request.param}://airscan:e0:Simulated")
        set_fault(stack, FaultKind.SLOW if request.param == "simulated" else "")
        yield _killed_and_gone_on_with(folder / "data", address, stack, network)


def _killed_and_gone_on_with(data: Path, address: str, stack: Path, network: SimulatedEsclServer) -> Seen:
    make(data, address)
    installation = _Installation(data)
    with Service(data) as service:
        with closing(Staff(service.port)) as staff:
            staff.sign_in()
            batch = staff.open_batch(SHEETS)
            staff.scan(batch, GRAY)
        wait_for(lambda: len(installation.pages()) >= BEFORE)
        programs = processes_that_name(str(data))
        service.process.process.kill()
        service.process.process.wait()
        wait_for(lambda: not processes_that_name(str(data)))
        left = processes_that_name(str(data))
        service.start()
        wait_for(lambda: installation.run().state is RunState.STOPPED)
        kept, run = [page.number for page in installation.pages()], installation.run()
        with closing(Staff(service.port)) as staff:
            staff.sign_in()
            screen = staff.look(batch)
            set_fault(stack)
            network.pace, network.next_page = 0, len(kept) + 1  # somebody has put the rest back
            staff.go_on(batch)
        wait_for(lambda: installation.run().id != run.id and installation.run().state not in GOES_ON)
        pages = installation.pages()
        installation.database.close()
    names = [page.sha256 for page in pages]
    return Seen(programs, left, kept, run, screen,
                [(page.number, number_on(installation.files.path(page.sha256))) for page in pages],
                all(installation.files.is_whole(name) for name in names) and len(set(names)) == SHEETS)


def test_no_program_of_the_scan_outlives_the_service(request: pytest.FixtureRequest, seen: Seen) -> None:
    through_sane = request.node.callspec.params["seen"] in ("scanimage", "sane")
    assert bool(seen.programs) == through_sane
    assert seen.left == []


def test_the_finished_pages_are_there_and_the_run_has_stopped(seen: Seen) -> None:
    assert seen.kept == list(range(1, len(seen.kept) + 1))
    assert BEFORE <= len(seen.kept) < SHEETS


def test_the_screen_says_what_to_do(seen: Seen) -> None:
    say = translator("id")
    assert say(seen.run.sentence) in seen.screen
    assert say(seen.run.next_step) in seen.screen
    assert say("Continue") in seen.screen


def test_going_on_gives_every_sheet_once(seen: Seen) -> None:
    assert seen.in_the_end == [(sheet, sheet) for sheet in range(1, SHEETS + 1)]
    assert seen.whole
